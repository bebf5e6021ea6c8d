"""The geometry of strips that sweep together: a cursor writes from left to right, erasing a gap ahead of itself. No Qt.

Rules of the file:
1. Each sample i owns one line, from sample i - 1 to itself, in a ring `[time, strip, (x0, y0, x1, y1)]` that is one window
   long: a span of time is one block of memory for all strips. What stands is a function of the ring and of the rectangle
   asked for, so that any part can be painted at any time.
2. A strip's line exists once its sample has come: until then, and for what is missing, it is NaN, which the painter leaves
   out. The cursor goes on where nothing comes and erases: an old sweep never stands where a live one should.
3. What comes late is filled in behind the cursor; a strip that is silent keeps nobody waiting.
4. Nothing here loops over strips, except where one of them is drawn anew.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nursestation.ui.plots.bank import Bank, Numbers
from nursestation.ui.plots.trace import BURST_S, JUMP_S, Samples

GAP_PX = 18.0
"""Width of the erased gap ahead of the cursor [px]."""
PEN_PX = 3.0
"""Room for the pen's width, with its soft edge, around a line [px]."""
LATE_S = JUMP_S + BURST_S
"""How late a sample may come and still be filled in together with all other strips' [s]."""
_LEAST_SPAN = 1e-12

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Span = tuple[float, float]
Block = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Strip:
    """Where a wave is drawn.

    Attributes:
        column: Of its samples in the bank.
        left, top, height: Of the rectangle [px].
        low, high: Values at its bottom and its top.
    """

    column: int
    left: float
    top: float
    height: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Change:
    """What has to be painted anew.

    Attributes:
        spans: In x, from the strips' left edges [px].
        whole: Strips that look different as a whole.
    """

    spans: tuple[Span, ...] = ()
    whole: tuple[int, ...] = ()


class Group:
    """Strips of one rate, one speed and one width.

    Args:
        bank: Where their samples are.
        strips: Where they are drawn.
        width: Of each [px].
        px_per_s: Speed of the cursor [px/s].

    Attributes:
        lines: Of all strips, shape `(n, strips, 4)` [px].
        start: Visible are the lines of samples after this one,
        end: and before this one: the cursor.
        is_outgrown: Strips whose newest samples are cut off at their edge.
    """

    def __init__(self, bank: Bank, strips: Sequence[Strip], *, width: float, px_per_s: float) -> None:
        self.width = width
        self._bank, self._px_per_s = bank, px_per_s
        self._columns: Numbers = np.array([strip.column for strip in strips], dtype=np.int64)
        self.left, self.top, self.height, self._low, self._high = (
            np.array([getattr(strip, name) for strip in strips], dtype=np.float64)
            for name in ("left", "top", "height", "low", "high")
        )
        self._window_s = width / px_per_s
        self._n_window = max(1, math.floor(self._window_s * bank.rate_hz))
        self._gap = math.ceil(GAP_PX / px_per_s * bank.rate_hz)
        n = math.ceil(self._window_s * bank.rate_hz) + 2
        self.lines: Floats = np.full((n, len(strips), 4), np.nan)
        self.start = self.end = 0
        self.is_outgrown: Flags = np.zeros(len(strips), dtype=np.bool_)
        self._filled: Numbers = np.zeros(len(strips), dtype=np.int64)  # up to which sample each strip has its lines
        self._is_new, self._is_blank = True, True

    def index_at(self, t_ns: int) -> int:
        """Return the number of the sample at monotonic `t_ns` [ns], cut down: the same in all columns."""
        return int(t_ns * self._bank.rate_hz // 1_000_000_000)

    @property
    def window(self) -> Block:
        """Return the numbers of the samples that a full strip shows, [start, end)."""
        return self.end - self._n_window, self.end

    def filled_until(self, strip: int) -> int:
        """Return the number after the last sample of `strip` that has its line."""
        return int(self._filled[strip])

    def advance(self, cursor_ns: int) -> Change:
        """Move the cursor to monotonic `cursor_ns` [ns]; return what has to be painted anew."""
        cursor = max(self.end, self.index_at(cursor_ns) + 1)
        if self._is_new or cursor - self.end >= self._n_window:
            return self._begin(cursor)
        until = np.minimum(self._bank.ends(self._columns), cursor)
        came = until > self._filled
        has_come = bool(came.any())
        if not has_come and (self._is_blank or cursor == self.end):
            self._move(cursor)
            return Change()
        first = self.end
        whole: tuple[int, ...] = ()
        if has_come:
            too_late = came & (self._filled < cursor - math.ceil(LATE_S * self._bank.rate_hz))
            if too_late.any():
                whole = self._catch_up(np.flatnonzero(too_late), until)
                came &= ~too_late
            if came.any():
                first = min(first, int(self._filled[came].min()))
            self._is_blank = False
        self._move(cursor)
        self._fill(max(first, self.start), cursor)
        np.maximum(self._filled, until, out=self._filled)
        if self._filled.max() <= self.start:
            self._clear()
        return Change(self._spans(first - 1, self.start + self._n_window + 1), whole)

    def rescale(self, strip: int, low: float, high: float, *, redraw: bool) -> None:
        """Take another range; `redraw` applies it to what is visible already, else only to what comes."""
        self._low[strip], self._high[strip] = low, high
        self.is_outgrown[strip] = False
        if redraw and not self._is_new:
            self._fill(self.start, self.end, strip)

    def is_outgrown_by(self, strip: int, low: float, high: float) -> bool:
        """Say whether a range reaches beyond the present one."""
        return bool(low < self._low[strip] or high > self._high[strip])

    def range_of(self, strip: int) -> tuple[float, float]:
        """Return the values at bottom and top."""
        return float(self._low[strip]), float(self._high[strip])

    def blocks(self, *spans: Span) -> list[Block]:
        """Return (first row, number of rows) of the lines that touch `spans`, from the strips' left edges [px]; each once."""
        if self._is_blank or self.end <= self.start:
            return []
        rate, window_s = self._bank.rate_hz, self._window_s
        base = math.floor((self.end - 1) / rate / window_s) * window_s
        wanted: list[Block] = []
        for sweep_s in (base - window_s, base):
            for x0, x1 in spans:
                first = math.floor((sweep_s + (x0 - PEN_PX) / self._px_per_s) * rate) - 1
                last = math.ceil((sweep_s + (x1 + PEN_PX) / self._px_per_s) * rate) + 2
                wanted.append((max(first, self.start + 1), min(last, self.end)))
        return [block for first, last in _merged(wanted) for block in self._rows(first, last)]

    def touched(self, rectangles: Floats) -> list[Span]:
        """Return which spans of the strips `rectangles` (left, top, right, bottom) [px], shape `(n, 4)`, touch."""
        x0, y0, x1, y1 = (rectangles[:, n, None] for n in range(4))
        across = (x1 >= self.left - PEN_PX) & (x0 <= self.left + self.width + PEN_PX)
        hit = across & (y1 >= self.top - PEN_PX) & (y0 <= self.top + self.height + PEN_PX)
        which, strip = np.nonzero(hit)
        left = self.left[strip]
        return sorted(set(zip((x0[which, 0] - left).tolist(), (x1[which, 0] - left).tolist(), strict=True)))

    def _rows(self, first: int, last: int) -> list[Block]:
        if last <= first:
            return []
        n = len(self.lines)
        row, count = first % n, last - first
        if row + count <= n:
            return [(row, count)]
        return [(row, n - row), (0, row + count - n)]

    def _begin(self, cursor: int) -> Change:
        """Draw the whole window."""
        self.end, self.start, self._is_new = cursor, cursor - self._n_window + self._gap, False
        self._filled = np.minimum(self._bank.ends(self._columns), cursor)
        self._is_blank = bool(self._filled.max(initial=0) <= self.start)
        self.lines[:] = np.nan
        if not self._is_blank:
            self._fill(self.start, cursor)
        return Change(((0.0, self.width),))

    def _move(self, cursor: int) -> None:
        self.end = cursor
        self.start = max(self.start, cursor - self._n_window + self._gap)

    def _clear(self) -> None:
        """All strips have been silent for a whole window: nothing is left to erase, and the ring stands still."""
        self.lines[:] = np.nan
        self._is_blank = True

    def _catch_up(self, strips: Numbers, until: Numbers) -> tuple[int, ...]:
        """Fill in what came so late that the others need not wait for it."""
        for strip in strips.tolist():
            self._fill(max(int(self._filled[strip]), self.start), int(until[strip]), strip)
        return tuple(strips.tolist())

    def _fill(self, first: int, last: int, strip: int | None = None) -> None:
        """Compute the lines of samples [first, last), of all strips or of one."""
        first = max(first, last - len(self.lines) + 1)
        if last <= first:
            return
        which = slice(None) if strip is None else slice(strip, strip + 1)
        index = np.arange(first - 1, last)
        rows = index % len(self.lines)
        x = self._x(index)[:, None] + self.left[which]
        y = self._y(self._bank.window(first - 1, last, self._columns[which]), which)
        before = self.lines[rows[0], which, 3]
        # the range may have changed in between: a line goes on from where the one before it ended
        np.copyto(y[0], before, where=np.isfinite(before) & np.isfinite(y[0]))
        lines = np.empty((last - first, x.shape[1], 4))
        lines[:, :, 0], lines[:, :, 1] = x[:-1], y[:-1]
        lines[:, :, 2], lines[:, :, 3] = x[1:], y[1:]
        lines[x[1:, 0] < x[:-1, 0], :, 0] = np.nan  # no line runs back to the left edge
        self.lines[rows[1:], which] = lines

    def _x(self, index: Numbers) -> Floats:
        t = index / self._bank.rate_hz
        x: Floats = (t - np.floor(t / self._window_s) * self._window_s) * self._px_per_s
        return x

    def _y(self, values: Samples, which: slice) -> Floats:
        low, height = self._low[which], self.height[which]
        span = np.maximum(self._high[which] - low, _LEAST_SPAN)
        part = (values - low) / span
        inside = np.clip(part, 0.0, 1.0)
        self.is_outgrown[which] |= (np.abs(part - 0.5) > 0.5).any(axis=0)
        y: Floats = self.top[which] + height * (1.0 - inside)
        return y

    def _spans(self, first: int, last: int) -> tuple[Span, ...]:
        if last - first >= self._n_window:
            return ((0.0, self.width),)
        x0, x1 = self._x(np.array([first, last]))
        x0, x1 = float(x0) - PEN_PX, float(x1) + PEN_PX
        if x1 >= x0:
            return ((x0, x1),)
        return ((x0, self.width + PEN_PX), (-PEN_PX, x1))


def _merged(ranges: list[Block]) -> list[Block]:
    """Return `ranges` [first, last) in order, those that overlap as one: a line drawn twice would be thicker."""
    out: list[Block] = []
    for first, last in sorted(ranges):
        if last <= first:
            continue
        if out and first <= out[-1][1]:
            out[-1] = out[-1][0], max(out[-1][1], last)
        else:
            out.append((first, last))
    return out
