"""The newest samples of one waveform, each at its place in time. No Qt, no drawing.

Rules of the file:
1. Samples are numbered: number i belongs to the time i / rate on the monotonic clock. Where nothing came stands NaN.
2. A monitor's sample clock is never quite ours: a sample is left out or put in twice now and then to stay in step (at most one
   a chunk). What comes more than `JUMP_S` late leaves a gap before it; what is more than `AHEAD_S` ahead of its time is left
   out. This is for the picture only: the record keeps what came.
3. What comes in a burst (a second of samples in one message, four messages at once) is shown at the pace of its samples: its
   beginning counts as arrived now, and the rest follows in its time.
"""

import numpy as np
import numpy.typing as npt

from devices.clock import NS_PER_S
from devices.events import MISSING_SAMPLE

Samples = npt.NDArray[np.float32]

JUMP_S = 0.3
"""Difference between arrival and count from which samples are missing rather than late [s]."""
BURST_S = 0.25
"""Longest stretch of one chunk that counts as past when it arrives [s]: what is longer is shown as it would have come."""
AHEAD_S = 1.5
"""Most that a burst may bring ahead of its time [s]: four blocks of 256 ms at once, and as much again for a late network."""
_MISSING = MISSING_SAMPLE.to_bytes(2, "little", signed=True)
_FOLLOW = 0.05
"""Part of the difference taken over with each chunk: evens out the jitter of arrivals."""


def decode(samples: bytes, scale: float, offset: float) -> Samples:
    """Return values of int16 little-endian `samples`, shape `(n,)`; NaN where the monitor called one invalid."""
    raw = np.frombuffer(samples, dtype="<i2")
    values: Samples = np.multiply(raw, scale, dtype=np.float32)
    if offset:
        values += np.float32(offset)
    if _MISSING in samples:  # also where two neighbours look like one: most stretches are told apart at once
        values[raw == MISSING_SAMPLE] = np.nan
    return values


class Trace:
    """A ring of samples: one column of a bank.

    Args:
        rate_hz: Samples a second.
        ring: Where they are kept, shape `(n,)`, NaN.
        end: Tells the bank the number after the newest sample's, shape `(1,)`.
    """

    def __init__(self, rate_hz: float, ring: Samples, end: npt.NDArray[np.int64]) -> None:
        self.rate_hz = rate_hz
        self._ring, self._end = ring, end
        self._next: int | None = None
        self._late = 0.0
        self._arrived_ns: int | None = None

    def move(self, ring: Samples, end: npt.NDArray[np.int64]) -> None:
        """Go on in another column, which holds the same samples."""
        self._ring, self._end = ring, end

    def copy(self, other: "Trace") -> None:
        """Take over all that `other` holds, of a ring of the same length."""
        self._ring[:] = other._ring
        self._next, self._late, self._arrived_ns = other._next, other._late, other._arrived_ns
        self._end[0] = self._next or 0

    @property
    def next_index(self) -> int | None:
        """Return the number after the newest sample's, or None before the first one."""
        return self._next

    def index_at(self, t_ns: int) -> int:
        """Return the number of the sample at monotonic `t_ns` [ns], cut down."""
        return int(t_ns * self.rate_hz // NS_PER_S)

    def add(self, values: Samples, arrived_ns: int) -> None:
        """Add consecutive `values`, shape `(n,)`, the last of which arrived at monotonic `arrived_ns` [ns]."""
        end = self.index_at(arrived_ns) + 1
        past = min(len(values), max(1, round(BURST_S * self.rate_hz)))
        if self._next is None:
            self._next = end - past
        late = end - (self._next + past)
        is_burst = self._is_burst(len(values), arrived_ns)
        self._arrived_ns = arrived_ns
        jump = max(2.0, JUMP_S * self.rate_hz)
        if late > jump:
            self._skip(late)
            self._late = 0.0
        elif late < -AHEAD_S * self.rate_hz:
            self._break()
            return
        elif not is_burst:
            values = self._in_step(values, late)
        self._write(values)

    def _is_burst(self, n: int, arrived_ns: int) -> bool:
        """Say whether `n` samples came in less than half of the time that they last."""
        before_ns = self._arrived_ns
        return before_ns is not None and (arrived_ns - before_ns) * self.rate_hz < n / 2 * NS_PER_S

    def add_gap(self, n_samples: int | None) -> None:
        """Leave room for samples that were lost; of an unknown number, only the line is broken."""
        if self._next is not None:
            self._skip(min(1 if n_samples is None else n_samples, len(self._ring)))

    def read(self, first: int, last: int) -> Samples:
        """Return samples `first` to `last` (not included), shape `(last - first,)`; NaN where none is kept."""
        out: Samples = np.full(max(0, last - first), np.nan, dtype=np.float32)
        if self._next is None:
            return out
        lo, hi = max(first, self._next - len(self._ring)), min(last, self._next)
        if lo < hi:
            row, n = lo % len(self._ring), hi - lo
            kept = self._ring[row : row + n]
            out[lo - first : lo - first + len(kept)] = kept
            out[lo - first + len(kept) : hi - first] = self._ring[: n - len(kept)]
        return out

    def _in_step(self, values: Samples, late: int) -> Samples:
        self._late += _FOLLOW * (late - self._late)
        if self._late >= 1:
            self._late -= 1
            return np.concatenate((values[:1], values))
        if self._late <= -1:
            self._late += 1
            return values[1:]
        return values

    def _skip(self, n: int) -> None:
        self._write(np.full(min(n, len(self._ring)), np.nan, dtype=np.float32), n)

    def _break(self) -> None:
        assert self._next is not None
        self._ring[(self._next - 1) % len(self._ring)] = np.nan

    def _write(self, values: Samples, advance: int | None = None) -> None:
        assert self._next is not None
        kept = values[-len(self._ring) :]
        self._next += len(values) if advance is None else advance
        row = (self._next - len(kept)) % len(self._ring)
        n = min(len(kept), len(self._ring) - row)
        self._ring[row : row + n] = kept[:n]
        if n < len(kept):
            self._ring[: len(kept) - n] = kept[n:]
        self._end[0] = self._next
