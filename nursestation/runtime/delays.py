"""The program's own delays, measured while it runs: byte to judgement, byte to alarm condition, byte to alarm signal.

Rules of the file:
1. Time runs from the arrival of the bytes at this computer; what the monitor itself takes is not in it.
2. A wait on purpose (a limit must be crossed for some seconds) is no delay of the program and not measured here.
3. Quantiles are of the newest `KEPT` measurements, the longest is of all since the start.

Source of what is told apart: IEC 60601-1-8:2006+A2:2020, 6.4.1 (alarm condition delay, alarm signal generation delay).
"""

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from devices.clock import Clock
from nursestation.core.records import ConditionRaised, Record, Sample, SignalShown

KEPT = 2000
_NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class Spread:
    """How long one thing took, of `n` measurements since the start [ms]; None while there is none."""

    n: int = 0
    p50_ms: float | None = None
    p99_ms: float | None = None
    longest_ms: float | None = None


@dataclass(frozen=True, slots=True)
class DelayFigures:
    """What was measured so far.

    Attributes:
        judged: From a value's arrival until every limit was judged with it: each value that came.
        condition: From the arrival of what caused it until an alarm condition was in the record.
        signal: From that arrival until the condition's first signal.
    """

    judged: Spread = Spread()
    condition: Spread = Spread()
    signal: Spread = Spread()


class Delays:
    """Measures; a sink of the engine.

    Thread:
        `note` belongs to the engine's, `figures` may be asked for from any.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._judged, self._condition, self._signal = _Measured(), _Measured(), _Measured()

    def note(self, records: Sequence[Record]) -> None:
        """Take the records of one step, right after it."""
        now_ns = self._clock.now().mono_ns
        arrived_ns = min((one.at.mono_ns for one in records if isinstance(one, Sample)), default=None)
        with self._lock:
            if arrived_ns is not None:
                self._judged.add((now_ns - arrived_ns) / _NS_PER_MS)
            for record in records:
                if isinstance(record, ConditionRaised) and record.cause_ns is not None:
                    self._condition.add((now_ns - record.cause_ns) / _NS_PER_MS)
                elif isinstance(record, SignalShown):
                    self._signal.add(record.delay_ms)

    def figures(self) -> DelayFigures:
        """Return what was measured so far."""
        with self._lock:
            return DelayFigures(self._judged.spread(), self._condition.spread(), self._signal.spread())


class _Measured:
    """Measurements of one kind."""

    def __init__(self) -> None:
        self._newest: deque[float] = deque(maxlen=KEPT)
        self._n = 0
        self._longest = 0.0

    def add(self, ms: float) -> None:
        value = max(0.0, ms)
        self._newest.append(value)
        self._n += 1
        self._longest = max(self._longest, value)

    def spread(self) -> Spread:
        if not self._newest:
            return Spread()
        ordered = sorted(self._newest)
        return Spread(self._n, _quantile(ordered, 0.5), _quantile(ordered, 0.99), self._longest)


def _quantile(ordered: Sequence[float], part: float) -> float:
    """Return the nearest-rank quantile: a value that was measured, never one in between."""
    rank = -int(-part * len(ordered) // 1)  # rounded up
    return ordered[max(1, rank) - 1]
