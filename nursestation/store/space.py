"""How many hours of recording the disk has room for, from what the record has grown by lately.

Rules of the file:
1. Measured is what the record grew by while visits were open, over the newest `WINDOW_NS` of such time; before there are
   `LEAST_NS` of it, `BYTES_A_CHAIR_HOUR` for each open chair, or for every chair where none is open.
2. What is told is rounded down and changes once an hour or so: it is no clock.
"""

import shutil
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from devices.clock import NS_PER_S

BYTES_A_CHAIR_HOUR = 12_000_000
"""Roughly what an hour of one chair with three waves takes at most; `make bench` prints the measured figure (about 4 MB)."""

WINDOW_NS = 3600 * NS_PER_S
LEAST_NS = 600 * NS_PER_S


@dataclass(frozen=True, slots=True)
class Room:
    """What is left: free bytes, the pace of growth [bytes/h], whether it was measured, and the hours that come of both."""

    free_bytes: int
    bytes_an_hour: float
    is_measured: bool

    @property
    def hours(self) -> float:
        """Return for how long there is room [h]."""
        return self.free_bytes / self.bytes_an_hour


class Growth:
    """What the record grew by while visits were open."""

    def __init__(self) -> None:
        self._steps: deque[tuple[int, int]] = deque()  # (time with open visits [ns], growth in it [bytes])
        self._last: tuple[int, int, int] | None = None

    def note(self, mono_ns: int, n_bytes: int, n_open: int) -> None:
        """Take the record's size, and how many visits are open, at a monotonic time [ns]."""
        last, self._last = self._last, (mono_ns, n_bytes, n_open)
        if last is None or not last[2]:
            return
        self._steps.append((mono_ns - last[0], max(0, n_bytes - last[1])))
        while self._seen_ns - self._steps[0][0] >= WINDOW_NS:
            self._steps.popleft()

    @property
    def _seen_ns(self) -> int:
        return sum(passed for passed, _ in self._steps)

    def pace(self) -> float | None:
        """Return the growth [bytes/h]; None while too little was seen, or nothing grew."""
        seen_ns, grown = self._seen_ns, sum(grown for _, grown in self._steps)
        if seen_ns < LEAST_NS or not grown:
            return None
        return grown * 3600 * NS_PER_S / seen_ns


def room(free_bytes: int, pace: float | None, n_chairs: int) -> Room:
    """Return what is left; `pace` as measured [bytes/h] or None, `n_chairs` those that record, or may."""
    if pace is not None:
        return Room(free_bytes, pace, True)
    return Room(free_bytes, float(BYTES_A_CHAIR_HOUR * max(1, n_chairs)), False)


def free_bytes(record: Path) -> int:
    """Return the room on the record's disk; where the record is not there yet, on that of the nearest folder above it.

    Raises:
        OSError: the disk is away.
    """
    folder = next(folder for folder in record.parents if folder.exists())
    return shutil.disk_usage(folder).free


def record_bytes(record: Path) -> int:
    """Return how large the record is, its journal included.

    Raises:
        OSError: it is away.
    """
    journal = record.with_name(record.name + "-wal")
    return record.stat().st_size + (journal.stat().st_size if journal.exists() else 0)


def hours_text(hours: float) -> str:
    """Return hours as people say them: "3 hours", "2 days", "more than a year"."""
    if hours >= 24 * 365:
        return "more than a year"
    if hours >= 72:
        return f"{int(hours // 24)} days"
    if hours < 1:
        return "less than an hour"
    return "1 hour" if hours < 2 else f"{int(hours)} hours"
