"""The newest samples of all waves of one rate, in one ring. No Qt, no drawing.

Rules of the file:
1. One array `[time, column]`, time first: what a frame needs of all waves is one block of memory. Number i stands in row
   i modulo the ring's length, in every column, so that equal rows are equal times.
2. What a row holds counts only for numbers below a column's end, and not older than the ring is long: the rest is from a turn
   before. `window` gives NaN there.
"""

from collections.abc import Hashable

import numpy as np
import numpy.typing as npt

from nursestation.ui.plots.trace import Samples, Trace

KEPT_S = 150.0
"""How much is kept [s]: a sweep of 6.25 mm/s over the width of a large screen."""
_GROWTH = 4
"""Columns that the ring grows by."""

Numbers = npt.NDArray[np.int64]


class Bank:
    """A ring that waves of one rate share.

    Args:
        rate_hz: Samples a second.
        kept_s: How much is kept [s].
    """

    def __init__(self, rate_hz: float, kept_s: float = KEPT_S) -> None:
        self.rate_hz = rate_hz
        self._n = max(2, round(rate_hz * kept_s))
        self._values: Samples = np.full((self._n, 0), np.nan, dtype=np.float32)
        self._ends: Numbers = np.zeros(0, dtype=np.int64)
        self._traces: dict[Hashable, tuple[int, Trace]] = {}

    def column(self, key: Hashable) -> Trace:
        """Return the trace of `key`; it gets a column with the first call."""
        if key not in self._traces:
            used = {at for at, _ in self._traces.values()}
            at = next(n for n in range(len(used) + 1) if n not in used)
            if at >= len(self._ends):
                self._grow()
            self._values[:, at] = np.nan
            self._ends[at] = 0
            self._traces[key] = at, Trace(self.rate_hz, self._values[:, at], self._ends[at : at + 1])
        return self._traces[key][1]

    def place(self, key: Hashable) -> int:
        """Return in which column the samples of `key` stand.

        Raises:
            KeyError: it has none.
        """
        return self._traces[key][0]

    def drop(self, key: Hashable) -> None:
        """Free the column of `key`."""
        self._traces.pop(key, None)

    def ends(self, columns: Numbers) -> Numbers:
        """Return the numbers after the newest samples of `columns`; 0 of one that has had none."""
        ends: Numbers = self._ends[columns]
        return ends

    def window(self, first: int, last: int, columns: Numbers) -> Samples:
        """Return samples `first` to `last` (not included) of `columns`, shape `(last - first, n)`; NaN where none is kept."""
        row, count = first % self._n, last - first
        if row + count <= self._n:
            values: Samples = self._values[row : row + count].take(columns, axis=1)
        else:
            values = self._values.take(np.arange(first, last) % self._n, axis=0).take(columns, axis=1)
        ends = self._ends[columns]
        if count > 0 and len(ends):
            if ends.min() < last:
                values[np.arange(first, last)[:, None] >= ends] = np.nan
            if ends.max() > first + self._n:
                values[np.arange(first, last)[:, None] < ends - self._n] = np.nan
        return values

    def copy_of(self, key: Hashable, other: "Bank") -> None:
        """Take over what `other`, of the same rate and length, holds of `key`."""
        trace = self.column(key)
        trace.copy(other.column(key))

    def _grow(self) -> None:
        more = np.full((self._n, _GROWTH), np.nan, dtype=np.float32)
        self._values = np.concatenate((self._values, more), axis=1)
        self._ends = np.concatenate((self._ends, np.zeros(_GROWTH, dtype=np.int64)))
        for at, trace in self._traces.values():
            trace.move(self._values[:, at], self._ends[at : at + 1])
