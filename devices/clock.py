"""The one place that reads the time.

Rules of the file:
1. Durations, time-outs and order use monotonic time; UTC is for people and for the record. A `Moment` carries both.
2. Only `SystemClock` calls `time`; everything else is handed a `Clock`.
3. Monotonic time goes on while the computer sleeps: an infusion does not stop because somebody closed a lid. On Linux that is
   CLOCK_BOOTTIME, for CLOCK_MONOTONIC stands still meanwhile (clock_gettime(2)); on Windows `time.monotonic` does go on.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

NS_PER_S = 1_000_000_000


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """One instant on both clocks.

    Attributes:
        mono_ns: Monotonic time [ns]; the zero is arbitrary and changes when the machine restarts.
        utc_ns: Time since 1970-01-01T00:00:00Z [ns]; may step.
    """

    mono_ns: int
    utc_ns: int

    def shifted(self, delta_ns: int) -> "Moment":
        """Return the moment `delta_ns` [ns] later (earlier when negative) on both clocks."""
        return Moment(self.mono_ns + delta_ns, self.utc_ns + delta_ns)


class Clock(Protocol):
    """A source of moments."""

    def now(self) -> Moment:
        """Return the present moment."""
        ...


class SystemClock:
    """The machine's clocks."""

    def now(self) -> Moment:
        """Return the present moment."""
        return Moment(_monotonic_ns(), time.time_ns())


def counted_in_sleep() -> int | None:
    """Return which of the system's clocks counts monotonic time and goes on during sleep; None where Python's own does."""
    found = getattr(time, "CLOCK_BOOTTIME", None)  # Linux
    if found is None and sys.platform == "darwin":
        found = time.CLOCK_MONOTONIC  # Python's own is mach_absolute_time there, which stands still
    return found


def _reader_of(which: int | None) -> Callable[[], int]:
    return time.monotonic_ns if which is None else partial(time.clock_gettime_ns, which)


_monotonic_ns = _reader_of(counted_in_sleep())


class ManualClock:
    """A clock that stands still until it is moved: for tests and for rehearsals."""

    def __init__(self, start: Moment = Moment(0, 1_767_279_600 * NS_PER_S)) -> None:
        self._now = start

    def now(self) -> Moment:
        """Return the moment that was last set."""
        return self._now

    def advance(self, seconds: float) -> Moment:
        """Move both clocks on by `seconds` (not negative) and return the new moment."""
        return self.advance_ns(round(seconds * NS_PER_S))

    def advance_ns(self, delta_ns: int) -> Moment:
        """Move both clocks on by `delta_ns` [ns] (not negative) and return the new moment."""
        if delta_ns < 0:
            raise ValueError("a monotonic clock does not go back; use step_utc for the wall clock")
        self._now = self._now.shifted(delta_ns)
        return self._now

    def step_utc(self, seconds: float) -> Moment:
        """Step the wall clock alone, as a time server or a person may."""
        self._now = Moment(self._now.mono_ns, self._now.utc_ns + round(seconds * NS_PER_S))
        return self._now


class ScaledClock:
    """Another clock, run `speed` times as fast from `start` on (the moment of making unless given).

    Attributes:
        speed: How many times as fast.
    """

    def __init__(self, clock: Clock, speed: float, start: Moment | None = None) -> None:
        if speed <= 0:
            raise ValueError("speed must be above 0")
        self._clock = clock
        self.speed = speed
        self._start = clock.now() if start is None else start

    def now(self) -> Moment:
        """Return the start moved on by `speed` times what has passed since."""
        passed = self._clock.now().mono_ns - self._start.mono_ns
        return self._start.shifted(int(passed * self.speed))
