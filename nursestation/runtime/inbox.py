"""What waits for the engine: monitors' events and operators' commands, in order of arrival, stamped when they came.

Waves alone wake nobody: the engine would be woken for each port that the reader looks at. `wake`, at the end of the reader's
pass over all ports, does it once; everything else wakes the engine at once, and takes along the waves that wait.

Overflow: waveform chunks may be dropped, oldest first, and leave a `Gap` in their place; numerics, alarms, commands and
everything else never are. Callable from any thread.
"""

import threading
from collections import deque
from collections.abc import Iterable, Sequence

from devices.clock import Clock, Moment
from devices.events import Gap, PortEvent, WaveformChunk
from nursestation.core.station import MonitorInput, StationInput

MAX_WAVES = 4_000
"""Waveform chunks that may wait: about 40 s of a chair's three waves at the berry_pm6750's 25 chunks a second."""

Item = tuple[StationInput, Moment]


class Inbox:
    """A queue with an overflow policy.

    Attributes:
        n_dropped: Waveform chunks dropped so far.
    """

    def __init__(self, clock: Clock, max_waves: int = MAX_WAVES) -> None:
        self._clock = clock
        self._max_waves = max_waves
        self._items: deque[Item] = deque()
        self._n_waves = 0
        self._has_items = threading.Condition()
        self.n_dropped = 0

    def post_events(self, monitor: str, events: Iterable[PortEvent], at: Moment) -> None:
        """Add a monitor's events, which arrived `at`."""
        items: list[Item] = []
        n_waves = 0
        for event in events:
            items.append((MonitorInput(monitor, event), at))
            n_waves += isinstance(event, WaveformChunk)
        with self._has_items:
            self._items.extend(items)
            self._n_waves += n_waves
            if self._n_waves > self._max_waves:
                self._drop_oldest_waves()
            if n_waves < len(items):
                self._has_items.notify()

    def wake(self) -> None:
        """Wake who waits in `take`, where something waits for them."""
        with self._has_items:
            if self._items:
                self._has_items.notify()

    def post(self, item: StationInput) -> None:
        """Add a command, a tick or a fault, stamped now."""
        with self._has_items:
            self._items.append((item, self._clock.now()))
            self._has_items.notify()

    def take(self, timeout_s: float) -> Sequence[Item]:
        """Return all that waits, oldest first, waiting up to `timeout_s` [s] for something to come."""
        with self._has_items:
            if not self._items and timeout_s > 0:
                self._has_items.wait(timeout_s)
            items = tuple(self._items)
            self._items.clear()
            self._n_waves = 0
            return items

    def _drop_oldest_waves(self) -> None:
        """Replace the older half of the waiting waves by gaps: one pass now rather than one a chunk."""
        to_drop = self._n_waves - self._max_waves // 2
        kept: deque[Item] = deque()
        for item, at in self._items:
            if to_drop > 0 and isinstance(item, MonitorInput) and isinstance(item.event, WaveformChunk):
                wave = item.event
                gap = Gap(t_ns=wave.t_ns, metric=wave.metric, source=wave.source, n_samples=wave.n_samples)
                kept.append((MonitorInput(monitor=item.monitor, event=gap), at))
                to_drop -= 1
                self._n_waves -= 1
                self.n_dropped += 1
            else:
                kept.append((item, at))
        self._items = kept
