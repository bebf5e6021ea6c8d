"""The geometry of strips that sweep together: a cursor writes from left to right, erasing a gap ahead of itself. No Qt.

Rules of the file:
1. Each point i owns one line, from point i - 1 to itself, in a ring `[time, strip, (x0, y0, x1, y1)]` that is one window
   long: a span of time is one block of memory for all strips. What stands is a function of the ring and of the rectangle
   asked for, so that any part can be painted at any time.
2. A point is a sample. Where several samples share a pixel, a stretch of them gives two points, its extremes in the order in
   which they came: no peak is lost, and no line is drawn that nobody can see.
3. A strip's line exists once its sample has come: until then, and for what is missing, it is NaN, which the painter leaves
   out. The cursor goes on where nothing comes and erases: an old sweep never stands where a live one should.
4. What comes late is filled in behind the cursor; a strip that is silent keeps nobody waiting.
5. Where every strip has samples beyond the cursor, their lines are made at once: most frames only move the cursor on.
6. Nothing here loops over strips, except where one of them is drawn anew.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from devices.clock import NS_PER_S
from nursestation.ui.plots.bank import Bank, Numbers
from nursestation.ui.plots.trace import BURST_S, JUMP_S, Samples

GAP_PX = 18.0
"""Width of the erased gap ahead of the cursor [px]."""
PEN_PX = 1.5
"""Room for the pen's width, with its caps, around a line [px]: bands end between two device pixels."""
REACH_PX = 1.2
"""How far a line's pen paints beyond its points at most [px]: half its thickness and the cap, of a slope, and rounding."""
LATE_S = JUMP_S + BURST_S
"""How late a sample may come and still be filled in together with all other strips' [s]."""
_LEAST_SPAN = 1e-12
_SURE = 1e-3
"""Room for rounding [points]."""
_ALL = slice(None)

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
        fineness: Device pixels a pixel: how close two points may stand.

    Attributes:
        lines: Of all strips, shape `(n, strips, 4)` [px].
        start: Visible are the lines of points after this one,
        end: and before this one: the cursor.
    """

    def __init__(
        self, bank: Bank, strips: Sequence[Strip], *, width: float, px_per_s: float, fineness: float = 1.0
    ) -> None:
        self.width = width
        self._bank = bank
        self._columns: Numbers = np.array([strip.column for strip in strips], dtype=np.int64)
        self.left, self.top, self.height, self._low, self._high = (
            np.array([getattr(strip, name) for strip in strips], dtype=np.float64)
            for name in ("left", "top", "height", "low", "high")
        )
        self._bottom = self.top + self.height
        self._scale = self.height / np.maximum(self._high - self._low, _LEAST_SPAN)  # [px] of a value of 1
        n_a_pixel = math.floor(bank.rate_hz / (px_per_s * fineness))
        self._stretch = n_a_pixel if n_a_pixel >= 2 else 1  # samples a point
        rate = bank.rate_hz / self._stretch
        self._pace = px_per_s / rate  # from one point to the next [px]
        self._shift = 1 - 1 / self._stretch  # of every second point: it stands at its stretch's last sample [points]
        self._n_window = max(1, math.floor(width / self._pace))
        self._gap = math.ceil(GAP_PX / self._pace)
        self._late = math.ceil(LATE_S * rate)
        self.lines: Floats = np.full((math.ceil(width / self._pace) + 2, len(strips), 4), np.nan)
        self._address: int = self.lines.ctypes.data
        self.start = self.end = 0
        self._filled: Numbers = np.zeros(len(strips), dtype=np.int64)  # up to which point each strip has its lines
        self._made = 0  # up to which point the ring tells how each strip looks
        self._ready = 0  # the same, where no strip waits for a sample before it
        self._is_new, self._is_blank = True, True

    def address_of(self, row: int) -> int:
        """Return where a row of lines stands in memory, for a painter that reads them there."""
        return self._address + row * self.lines.strides[0]

    @property
    def window(self) -> Block:
        """Return the numbers of the samples that a full strip shows, [start, end)."""
        return (self.end - self._n_window) * self._stretch, self.end * self._stretch

    def filled_until(self, strip: int) -> int:
        """Return the number after the last sample of `strip` that is in the picture."""
        return min(int(self._filled[strip]), self.end) * self._stretch

    def advance(self, cursor_ns: int) -> Change:
        """Move the cursor to monotonic `cursor_ns` [ns]; return what has to be painted anew."""
        cursor = max(self.end, self._point(int(cursor_ns * self._bank.rate_hz // NS_PER_S) + 1))
        if self._is_new or cursor - self.end >= self._n_window:
            return self._begin(cursor)
        if cursor <= self._ready:
            return self._go_on(cursor)
        samples = self._bank.ends(self._columns)
        ends = self._points(samples)
        until = np.minimum(ends, cursor)
        came = until > self._filled
        first = int(np.where(came, self._filled, cursor).min())
        if first == cursor and (self._is_blank or cursor == self.end):
            self._move(cursor)
            self._made = max(self._made, cursor)
            return Change()
        whole: tuple[int, ...] = ()
        if first < cursor - self._late:
            whole = self._catch_up(came & (self._filled < cursor - self._late), until)
            first = int(np.where(came & (self._filled >= cursor - self._late), self._filled, cursor).min())
        self._is_blank = False
        changed = min(first, self.end)
        # where all strips have samples that stand: the newest may still be taken back
        last = max(cursor, min(self._point(int(samples.min()) - 1), cursor + self._gap))
        self._move(cursor)
        self._fill(max(min(first, self._made), self.start), last)
        self._made = last
        np.maximum(self._filled, np.minimum(ends, last), out=self._filled)
        self._ready = last if int(ends.min()) >= cursor else 0
        if int(self._filled.max()) <= self.start:
            self._clear()
        return Change(self._spans(changed), whole)

    def rescale(self, strip: int, low: float, high: float, *, redraw: bool) -> None:
        """Take another range; `redraw` applies it to what is visible already, else only to what comes."""
        self._low[strip], self._high[strip] = low, high
        self._scale[strip] = self.height[strip] / max(high - low, _LEAST_SPAN)
        if redraw and not self._is_new:
            self._fill(self.start, self._made, slice(strip, strip + 1))

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
        pace, width = self._pace, self.width
        base = math.floor((self.end - 1) * pace / width) * width
        wanted: list[Block] = []
        for sweep in (base - width, base):
            for x0, x1 in spans:
                first = math.floor((sweep + x0 - REACH_PX) / pace - self._shift - _SURE) + 1
                last = math.ceil((sweep + x1 + REACH_PX) / pace + _SURE) + 1
                wanted.append((max(first, self.start + 1), min(last, self.end)))
        return [block for first, last in _merged(wanted) for block in self._rows(first, last)]

    def touched(self, rectangles: Floats) -> list[Span]:
        """Return which spans of the strips `rectangles` (left, top, right, bottom) [px], shape `(n, 4)`, touch."""
        x0, y0, x1, y1 = (rectangles[:, n, None] for n in range(4))
        across = (x1 > self.left - PEN_PX) & (x0 < self.left + self.width + PEN_PX)
        hit = across & (y1 > self.top - PEN_PX) & (y0 < self.top + self.height + PEN_PX)
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
        self._filled = np.minimum(self._points(self._bank.ends(self._columns)), cursor)
        self._made, self._ready = cursor, 0
        self._is_blank = bool(self._filled.max(initial=0) <= self.start)
        self.lines[:] = np.nan
        if not self._is_blank:
            self._fill(self.start, cursor)
        return Change(((0.0, self.width),))

    def _point(self, sample: int) -> int:
        """Return how many points the samples before `sample` make, in whole stretches."""
        return sample if self._stretch == 1 else sample // (2 * self._stretch) * 2

    def _points(self, samples: Numbers) -> Numbers:
        """Return the same of many."""
        return samples if self._stretch == 1 else samples // (2 * self._stretch) * 2

    def _go_on(self, cursor: int) -> Change:
        """Move the cursor to where all lines are made already."""
        before = self.end
        if cursor == before:
            return Change()
        self._move(cursor)
        return Change(self._spans(before))

    def _values(self, first: int, last: int, which: slice) -> Samples:
        """Return the values of points `first` to `last` (not included)."""
        if self._stretch == 1:
            return self._bank.window(first, last, self._columns[which])
        n = 2 * self._stretch
        begin, end = first // 2, -(-last // 2)  # in whole stretches
        samples = self._bank.window(begin * n, end * n, self._columns[which]).reshape(end - begin, n, -1)
        least, most = samples.min(axis=1), samples.max(axis=1)
        falls = samples.argmax(axis=1) < samples.argmin(axis=1)
        points = np.empty((end - begin, 2, samples.shape[2]), dtype=np.float32)
        points[:, 0], points[:, 1] = least, most
        np.copyto(points[:, 0], most, where=falls)
        np.copyto(points[:, 1], least, where=falls)
        return points.reshape(2 * (end - begin), -1)[first - 2 * begin : last - 2 * begin]

    def _move(self, cursor: int) -> None:
        self.end = cursor
        self.start = max(self.start, cursor - self._n_window + self._gap)

    def _clear(self) -> None:
        """All strips have been silent for a whole window: nothing is left to erase, and the ring stands still."""
        self.lines[:] = np.nan
        self._is_blank = True

    def _catch_up(self, which: Flags, until: Numbers) -> tuple[int, ...]:
        """Fill in what came so late that the others need not wait for it; return the strips."""
        strips: list[int] = np.flatnonzero(which).tolist()
        for strip in strips:
            self._fill(max(int(self._filled[strip]), self.start), int(until[strip]), slice(strip, strip + 1))
        return tuple(strips)

    def _fill(self, first: int, last: int, which: slice = _ALL) -> None:
        """Compute the lines of samples [first, last)."""
        n = len(self.lines)
        first = max(first, last - n + 1)
        row, count = first % n, last - first
        if row + count > n:
            self._fill(first, first + n - row, which)
            self._fill(first + n - row, last, which)
        elif count > 0:
            x = self._x(np.arange(first - 1, last))
            y = self._y(self._values(first - 1, last, which), which)
            before = self.lines[row - 1, which, 3]
            # the range may have changed in between: a line goes on from where the one before it ended
            np.copyto(y[0], before, where=np.isfinite(before) & np.isfinite(y[0]))
            lines = self.lines[row : row + count, which]
            across = x[:, None] + self.left[which]
            lines[:, :, 0], lines[:, :, 1] = across[:-1], y[:-1]
            lines[:, :, 2], lines[:, :, 3] = across[1:], y[1:]
            if x[-1] - x[0] < count * self._pace / 2:  # no line runs back to the left edge
                lines[x[1:] < x[:-1], :, 0] = np.nan

    def _x(self, index: Numbers) -> Floats:
        at: Floats = index.astype(np.float64)
        if self._stretch > 1:  # the first point of a stretch stands at its first sample, the second at its last
            at += index % 2 * self._shift
        at *= self._pace
        at %= self.width
        return at

    def _y(self, values: Samples, which: slice) -> Floats:
        y: Floats = np.asarray(values - self._low[which], dtype=np.float64)
        np.multiply(y, self._scale[which], out=y)
        np.subtract(self._bottom[which], y, out=y)
        np.maximum(y, self.top[which], out=y)
        np.minimum(y, self._bottom[which], out=y)
        return y

    def _spans(self, first: int) -> tuple[Span, ...]:
        """Return where the picture is another one: from the line of point `first` to the last one that is erased."""
        if self.start + self._n_window + 2 - first >= self._n_window:
            return ((0.0, self.width),)
        x0, x1 = self._x_of(first - 1) - REACH_PX, self._x_of(self.start) + REACH_PX
        if x1 >= x0:
            return ((x0, x1),)
        return ((x0, self.width + PEN_PX), (-PEN_PX, x1))

    def _x_of(self, point: int) -> float:
        return (point + point % 2 * self._shift) * self._pace % self.width


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
