"""Keeps the computer from going to sleep by itself, and its screen from going dark, while a visit is open (docs/adr/0033).

Rules of the file:
1. Nothing waits for it: the desktop is asked in a thread of its own, for it may take seconds to answer.
2. Sleep is held off for as long as the newest snapshot has an open visit, and no longer; the end of the thread lets go too,
   whatever ended it. No alarm comes of it: a computer that cannot be held is told of on the station's page.
3. What could not be held is tried again every `RETRY_S`, for the desktop may be there later than this program.
"""

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from enum import StrEnum

from devices.clock import NS_PER_S, Clock
from nursestation.core.snapshot import StationSnapshot
from nursestation.log import trace_of

LOOK_S = 2.0
"""No computer goes to sleep so soon after a check-in."""

RETRY_S = 60.0

CANNOT_HOLD = "This computer may go to sleep during a visit: switch sleep off in its power settings."

Hold = Callable[[], AbstractContextManager[bool]]
"""Makes what holds sleep off while it is entered; entering says whether it does. Entered and left in one thread."""

_log = logging.getLogger(__name__)


class Awake(StrEnum):
    """How it stands with the computer's sleep."""

    FREE = "free"  # no visit is open: it may sleep
    HELD = "held"
    REFUSED = "refused"  # a visit is open, and the computer may sleep all the same


def is_wanted(snapshot: StationSnapshot | None) -> bool:
    """Say whether the computer must stay awake: a visit is open on any chair."""
    return snapshot is not None and any(
        chair.visit is not None and not chair.visit.phase.is_over for chair in snapshot.chairs
    )


class AwakeGuard:
    """Holds sleep off and lets go.

    Args:
        latest: Gives the newest snapshot, None before the first; called in this thread.
        hold: Asks the computer.
        clock: Paces the tries.
        look_s: How often the newest snapshot is looked at [s].

    Thread:
        `start`, `stop` and `state` belong to whoever made it; `turn` and `let_go` to the thread between them.
    """

    def __init__(
        self, latest: Callable[[], StationSnapshot | None], hold: Hold, clock: Clock, look_s: float = LOOK_S
    ) -> None:
        self._latest, self._hold, self._clock, self._look_s = latest, hold, clock, look_s
        self._held = ExitStack()
        self._state = Awake.FREE
        self._tried_ns = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="awake")

    @property
    def state(self) -> Awake:
        """Return how it stands now."""
        return self._state

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Let go and end; waits for the desktop's answer, some seconds at most. Idempotent, also without a start."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def turn(self) -> None:
        """Look once: hold sleep off, or let go, as the open visits want it."""
        if not is_wanted(self._latest()):
            self.let_go()
        elif self._state is Awake.FREE or (self._state is Awake.REFUSED and self._is_time_again()):
            self._take()

    def let_go(self) -> None:
        """Let the computer sleep again. Idempotent."""
        self._close()
        self._state = Awake.FREE

    def _close(self) -> None:
        try:
            self._held.close()
        except Exception as error:  # noqa: BLE001 - docs/adr/0005: the computer stays awake longer, no visit is concerned
            _log.warning("sleep was not let go in order: %s", trace_of(error))

    def _is_time_again(self) -> bool:
        return self._clock.now().mono_ns - self._tried_ns >= RETRY_S * NS_PER_S

    def _take(self) -> None:
        was_refused = self._state is Awake.REFUSED
        self._tried_ns = self._clock.now().mono_ns
        try:
            is_held = self._held.enter_context(self._hold())
        except Exception as error:  # noqa: BLE001 - docs/adr/0005: the station's page says that the computer may sleep
            _log.info("sleep could not be held off: %s", trace_of(error))
            is_held = False
        if is_held:
            self._state = Awake.HELD
            _log.info("a visit is open: sleep is held off")
            return
        self._close()
        self._state = Awake.REFUSED
        if not was_refused:  # one line a visit, not one a minute
            _log.info("a visit is open, and the computer may go to sleep")

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self.turn()
                self._stopping.wait(self._look_s)
        finally:
            self.let_go()
