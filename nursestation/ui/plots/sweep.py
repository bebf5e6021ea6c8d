"""The geometry of one strip: a sweep that a cursor writes from left to right, erasing a gap ahead of itself. No Qt.

Rules of the file:
1. Each sample i owns one line, from sample i - 1 to itself, in a ring that is one window long; what is visible is the
   half-open span of samples [start, end). The picture is a function of (ring, start, end) and the rectangle asked for.
2. `end` never passes the newest sample, and `start` stays a gap and a window behind the cursor: where nothing arrives, the
   cursor goes on erasing, and an old sweep never stands where a live one should.
3. A line to or from a missing sample is NaN, which the painter leaves out.
"""

import math

import numpy as np
import numpy.typing as npt

from nursestation.ui.plots.trace import Trace

GAP_PX = 18.0
"""Width of the erased gap ahead of the cursor [px]."""
_PEN_PX = 3.0
"""Room for the pen's width at the edges of a repainted span [px]."""

Lines = npt.NDArray[np.float64]
Span = tuple[float, float]
Block = tuple[int, int]


class Sweep:
    """One strip.

    Args:
        trace: Where the samples are.
        left, top, width, height: The rectangle of the wave [px].
        px_per_s: Speed of the cursor [px/s].
        low, high: Values at the bottom and at the top.
    """

    def __init__(
        self,
        trace: Trace,
        *,
        left: float,
        top: float,
        width: float,
        height: float,
        px_per_s: float,
        low: float,
        high: float,
    ) -> None:
        self._trace = trace
        self.left, self.top, self.width, self.height = left, top, width, height
        self._px_per_s = px_per_s
        self._low, self._high = low, high
        self._window_s = width / px_per_s
        self._n_window = max(1, math.floor(self._window_s * trace.rate_hz))
        n = math.ceil(self._window_s * trace.rate_hz) + 2
        self.lines: Lines = np.full((n, 4), np.nan)
        self.start = self.end = 0
        self._cursor = 0
        self._is_new = True

    @property
    def window(self) -> Block:
        """Return the numbers of the samples that are visible, [start, end)."""
        return self.start, self.end

    def advance(self, cursor_ns: int) -> list[Span]:
        """Move the cursor to monotonic `cursor_ns` [ns]; return the spans in x to repaint [px]."""
        newest = self._trace.next_index
        if newest is None:
            return []
        cursor = self._trace.index_at(cursor_ns) + 1
        gap = math.ceil(GAP_PX / self._px_per_s * self._trace.rate_hz)
        if self._is_new:
            self.start = self.end = cursor - self._n_window
            self._cursor = cursor
            self._is_new = False
        before_end, before_cursor = self.end, self._cursor
        self.start = max(self.start, cursor - self._n_window + gap)
        self._fill(max(self.end, self.start), max(self.end, min(cursor, newest)), goes_on=self.start <= self.end)
        self.end = max(self.start, self.end, min(cursor, newest))
        self._cursor = max(cursor, self._cursor)
        first = min(before_end, before_cursor) - 1
        return self._spans(first, self.start + self._n_window + 1)

    def is_outgrown_by(self, low: float, high: float) -> bool:
        """Say whether a range reaches beyond the present one."""
        return low < self._low or high > self._high

    def rescale(self, low: float, high: float, *, redraw: bool) -> None:
        """Take another range; `redraw` applies it to what is visible already, else only to what comes."""
        self._low, self._high = low, high
        if redraw and not self._is_new:
            self.lines[:] = np.nan
            self._fill(self.start, self.end, goes_on=False)

    def blocks(self, x0: float, x1: float) -> list[Block]:
        """Return (first row, number of rows) of the lines that touch x0 to x1 [px]."""
        if self.end <= self.start:
            return []
        rate, window_s = self._trace.rate_hz, self._window_s
        base = math.floor((self.end - 1) / rate / window_s) * window_s
        out: list[Block] = []
        for sweep_s in (base - window_s, base):
            first = math.floor((sweep_s + (x0 - self.left) / self._px_per_s) * rate) - 1
            last = math.ceil((sweep_s + (x1 - self.left) / self._px_per_s) * rate) + 2
            out.extend(self._rows(max(first, self.start + 1), min(last, self.end)))
        return out

    def _rows(self, first: int, last: int) -> list[Block]:
        if last <= first:
            return []
        n = len(self.lines)
        row, count = first % n, last - first
        if row + count <= n:
            return [(row, count)]
        return [(row, n - row), (0, row + count - n)]

    def _fill(self, first: int, last: int, *, goes_on: bool) -> None:
        """Compute the lines of samples [first, last); `goes_on` says that the line before them is of this sweep."""
        first = max(first, last - len(self.lines) + 1)
        if last <= first:
            return
        index = np.arange(first - 1, last)
        x = self._x(index)
        y = self._y(self._trace.read(first - 1, last))
        rows = index[1:] % len(self.lines)
        before = self.lines[(first - 1) % len(self.lines), 3]
        if goes_on and np.isfinite(before) and np.isfinite(y[0]):
            y[0] = before  # the gain may have changed in between: the line goes on from where it ended
        wraps = x[1:] < x[:-1]
        self.lines[rows, 0], self.lines[rows, 1] = x[:-1], y[:-1]
        self.lines[rows, 2], self.lines[rows, 3] = x[1:], y[1:]
        self.lines[rows[wraps], 0] = np.nan

    def _x(self, index: npt.NDArray[np.int64]) -> Lines:
        t = index / self._trace.rate_hz
        x: Lines = self.left + (t - np.floor(t / self._window_s) * self._window_s) * self._px_per_s
        return x

    def _y(self, values: npt.NDArray[np.float32]) -> Lines:
        part = (values.astype(np.float64) - self._low) / max(self._high - self._low, 1e-12)
        y: Lines = self.top + self.height * (1 - np.clip(part, 0, 1))
        return y

    def _spans(self, first: int, last: int) -> list[Span]:
        right = self.left + self.width
        if last - first >= self._n_window:
            return [(self.left, right)]
        x0, x1 = self._x(np.array([first, last]))
        x0, x1 = float(x0) - _PEN_PX, float(x1) + _PEN_PX
        if x1 >= x0:
            return [(x0, x1)]
        return [(x0, right + _PEN_PX), (self.left - _PEN_PX, x1)]
