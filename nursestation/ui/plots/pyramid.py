"""One value a second, kept so that any stretch of it is drawn at the same cost: lowest and highest by eights. No Qt.

Rules of the file:
1. Level 0 is what came. Each level above holds of eight entries below the time of the first, the lowest and highest value
   and whether the line breaks among them; a gap is NaN and stays a gap at every level. The levels are built when a slice is
   asked for, of what is new since the last one.
2. A slice begins at the highest level whose entries are narrower than half a pixel, and goes down where one of them is wider
   (silence, a slower monitor), so that nothing is drawn further from its time than a pixel and a half.
3. Pixels lie on a fixed grid of time: a curve that is panned moves as it is and does not shimmer.
4. A value between two gaps is drawn half a pixel wide: what came is seen.
5. A slice is kept with a margin on either side, so that a pan within it cuts out and computes nothing.

The levels take 0.3 of the memory of what came; a slice reads at most sixteen entries a pixel.
"""

import math
from typing import Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

Series = npt.NDArray[np.float64]
_Seconds = npt.NDArray[np.int32]
_Values = npt.NDArray[np.float32]
_Breaks = npt.NDArray[np.bool_]
_Which = npt.NDArray[np.int64] | npt.NDArray[np.bool_] | slice
_T = TypeVar("_T", bound=np.generic)

FACTOR = 8
_FIRST_ROOM = 256
_NONE: Series = np.empty(0)


class _Row(Generic[_T]):
    """Numbers that are added to, in a buffer that grows by doubling."""

    def __init__(self, dtype: type[_T]) -> None:
        self._buffer: npt.NDArray[_T] = np.empty(_FIRST_ROOM, dtype)
        self._n = 0

    def __len__(self) -> int:
        return self._n

    @property
    def all(self) -> npt.NDArray[_T]:
        """Return a view that the next `extend` may outgrow."""
        return self._buffer[: self._n]

    def add(self, number: float) -> None:
        self._have_room(self._n + 1)
        self._buffer[self._n] = number
        self._n += 1

    def extend(self, numbers: npt.NDArray[np.generic]) -> None:
        n = self._n + len(numbers)
        self._have_room(n)
        self._buffer[self._n : n] = numbers
        self._n = n

    def _have_room(self, n: int) -> None:
        if n > len(self._buffer):
            wider = np.empty(max(n, 2 * len(self._buffer)), self._buffer.dtype)
            wider[: self._n] = self.all
            self._buffer = wider


class _Entries(NamedTuple):
    """Entries in order of time [s], shape `(n,)`: lowest and highest value (NaN for none), whether a gap is among them."""

    t: _Seconds
    low: _Values
    high: _Values
    has_break: _Breaks

    def of(self, which: _Which) -> "_Entries":
        """Return some of them."""
        return _Entries(self.t[which], self.low[which], self.high[which], self.has_break[which])


class _Level:
    """One level over what came."""

    def __init__(self) -> None:
        self._t = _Row(np.int32)
        self._low, self._high = _Row(np.float32), _Row(np.float32)
        self._has_break = _Row(np.bool_)

    def __len__(self) -> int:
        return len(self._t)

    @property
    def entries(self) -> _Entries:
        return _Entries(self._t.all, self._low.all, self._high.all, self._has_break.all)

    def build(self, new: _Entries) -> None:
        """Add eights of the level below."""
        self._t.extend(new.t[::FACTOR])
        self._low.extend(np.fmin.reduce(new.low.reshape(-1, FACTOR), axis=1))
        self._high.extend(np.fmax.reduce(new.high.reshape(-1, FACTOR), axis=1))
        self._has_break.extend(np.logical_or.reduce(new.has_break.reshape(-1, FACTOR), axis=1))


class _Kept(NamedTuple):
    """A slice that was computed: from `t0` to `t1` [s], at `pixel_s` a pixel, of the first `n` values."""

    t0: float
    t1: float
    pixel_s: float
    n: int
    t: Series
    v: Series


_MARGIN = 0.25
"""What a slice is computed for beyond its edges, as part of its length."""


class Pyramid:
    """The values of one metric at whole seconds of UTC, oldest first."""

    def __init__(self) -> None:
        self._zero = 0
        self._t = _Row(np.int32)
        self._v = _Row(np.float32)
        self._levels: list[_Level] = []
        self._bounds: tuple[float, float] | None = None
        self._n_bounded = 0
        self._kept: _Kept | None = None

    def __len__(self) -> int:
        return len(self._t)

    @property
    def last_second(self) -> int | None:
        """Return the time of the newest entry, UTC [s]; None without any."""
        return self._zero + int(self._t.all[-1]) if len(self) else None

    def add(self, second: int, value: float) -> None:
        """Add a value, NaN for a gap.

        Raises:
            ValueError: `second` is not later than the newest entry.
        """
        last = self.last_second
        if last is not None and second <= last:
            raise ValueError("the seconds of a pyramid ascend")
        if last is None:
            self._zero = second
        self._t.add(second - self._zero)
        self._v.add(value)

    def extend(self, seconds: npt.NDArray[np.int64], values: Series) -> None:
        """Add values, shape `(n,)`, at ascending seconds of UTC; NaN for a gap.

        Raises:
            ValueError: the seconds are not ascending, or not later than the newest entry.
        """
        if not len(seconds):
            return
        last = self.last_second
        if (last is not None and seconds[0] <= last) or (np.diff(seconds) <= 0).any():
            raise ValueError("the seconds of a pyramid ascend")
        if last is None:
            self._zero = int(seconds[0])
        self._t.extend(seconds - self._zero)
        self._v.extend(values)

    def replace_last(self, value: float) -> None:
        """Put another value in place of the newest one."""
        self._v.all[-1] = value
        self._kept = None

    def arrays(self) -> tuple[Series, Series]:
        """Return times, UTC [s], and values of all that came, each of shape `(n,)`."""
        return self._t.all.astype(np.float64) + self._zero, self._v.all.astype(np.float64)

    def at(self, second: float, within_s: float) -> float | None:
        """Return the value at `second`, UTC [s]: the last one before it, not older than `within_s`; None in a gap."""
        n = self._count(math.floor(second) - self._zero) - 1
        if n < 0 or second - self._zero - self._t.all[n] > within_s or np.isnan(self._v.all[n]):
            return None
        return float(self._v.all[n])

    def bounds(self) -> tuple[float, float] | None:
        """Return the lowest and the highest value that was among them when this was asked for; None where there was none."""
        new = self._v.all[max(0, self._n_bounded - 1) :]  # the newest one of before may have been replaced
        if len(new):
            low, high = float(np.fmin.reduce(new)), float(np.fmax.reduce(new))
            before = self._bounds
            if before is None:
                self._bounds = None if math.isnan(low) else (low, high)
            elif not math.isnan(low):
                self._bounds = min(before[0], low), max(before[1], high)
        self._n_bounded = len(self)
        return self._bounds

    def slice(self, t0: float, t1: float, n_px: int) -> tuple[Series, Series]:
        """Return what is drawn from `t0` to `t1`, UTC [s], on `n_px` pixels.

        Returns:
            Times, UTC [s], and values, shape `(k,)`: at most two values a pixel, its lowest and its highest, and NaN where
            the line breaks; one more beyond each edge, so that the line reaches it. What is short comes as it is.
        """
        if not len(self) or t1 <= t0 or n_px < 1:
            return _NONE, _NONE
        t0, t1 = t0 - self._zero, t1 - self._zero
        pixel_s = (t1 - t0) / n_px
        first, end = self._within(t0, t1)
        if end - first <= 2 * n_px:
            t, v = self._t.all[first:end].astype(np.float64), self._v.all[first:end].astype(np.float64)
            t, v = _seen(t, v, pixel_s / 2)
            return t + self._zero, v
        kept = self._kept
        if kept is None or not self._holds(kept, t0, t1, pixel_s):
            kept = self._kept = self._computed(t0, t1, n_px)
        begin = max(0, int(np.searchsorted(kept.t, t0 - 2 * pixel_s, side="left")) - 1)  # columns stand at their first
        stop = int(np.searchsorted(kept.t, t1, side="right")) + 1
        return kept.t[begin:stop] + self._zero, kept.v[begin:stop]

    def _holds(self, kept: _Kept, t0: float, t1: float, pixel_s: float) -> bool:
        is_of_scale = abs(kept.pixel_s - pixel_s) <= 1e-6 * pixel_s
        is_over = kept.n == len(self) or kept.t1 < self._t.all[kept.n - 1]  # nothing of it is newer than the slice
        return is_of_scale and is_over and kept.t0 <= t0 and t1 <= kept.t1

    def _computed(self, t0: float, t1: float, n_px: int) -> _Kept:
        """Return the slice from `t0` to `t1` [s] with its margins."""
        pixel_s = (t1 - t0) / n_px
        margin_s = _MARGIN * (t1 - t0)
        t0, t1 = t0 - margin_s, t1 + margin_s
        first, end = self._within(t0, t1)
        self._settle()
        level = 0
        while level < len(self._levels) and FACTOR ** (level + 1) * 2 * (t1 - t0) / pixel_s <= end - first:
            level += 1
        t, v = _seen(*_pixels(self._cover(first, end, level, pixel_s / 2), pixel_s), pixel_s / 2)
        return _Kept(t0, t1, pixel_s, len(self), t, v)

    def _within(self, t0: float, t1: float) -> tuple[int, int]:
        """Return the first and the end number of what came from `t0` to `t1` [s], with one more beyond each edge."""
        first = max(0, self._count(math.ceil(t0) - 1) - 1)
        return first, min(len(self), self._count(math.floor(t1)) + 1)

    def _count(self, second: int) -> int:
        """Return how many entries are not later than `second`, counted from the first."""
        bounded = min(max(second, -1), np.iinfo(np.int32).max)
        return int(np.searchsorted(self._t.all, np.int32(bounded), side="right"))  # another type would copy it all

    def _settle(self) -> None:
        """Build what is new of the levels. The newest value stays out, for it may still be replaced."""
        n_below = max(0, len(self) - 1)
        number = 0
        while n_below // FACTOR > (len(self._levels[number]) if number < len(self._levels) else 0):
            if number == len(self._levels):
                self._levels.append(_Level())
            have = len(self._levels[number])
            new = slice(have * FACTOR, n_below // FACTOR * FACTOR)
            self._levels[number].build(self._entries_of(number, new))
            n_below = len(self._levels[number])
            number += 1

    def _entries_of(self, level: int, which: _Which) -> _Entries:
        if level:
            return self._levels[level - 1].entries.of(which)
        v = self._v.all[which]
        return _Entries(self._t.all[which], v, v, np.isnan(v))

    def _cover(self, first: int, end: int, level: int, widest_s: float) -> _Entries:
        """Return what came from number `first` to before `end`, in entries of `level` and below, none wider than `widest_s`.

        What sticks out of whole entries at either end comes as it is.
        """
        size = FACTOR**level
        begin, stop = -(-first // size), end // size
        if level:
            stop = min(stop, len(self._levels[level - 1]))
        if begin >= stop:
            return self._entries_of(0, slice(first, end))
        head, tail = slice(first, begin * size), slice(stop * size, end)
        return _joined(
            [self._entries_of(0, head), self._narrow(begin, stop, level, widest_s), self._entries_of(0, tail)]
        )

    def _narrow(self, begin: int, stop: int, level: int, widest_s: float) -> _Entries:
        """Return entries `begin` to `stop` of `level`, those that are wider than `widest_s` in entries of levels below."""
        found = self._entries_of(level, slice(begin, stop))
        if not level:
            return found
        ends = np.append(found.t[1:], self._t.all[min(stop * FACTOR**level, len(self) - 1)])
        is_wide = ends - found.t > widest_s
        if not is_wide.any():
            return found
        parts, numbers = [found.of(~is_wide)], np.arange(begin, stop)[is_wide]
        while level := level - 1:
            numbers = _children(numbers)
            found = self._entries_of(level, numbers)
            ends = self._t.all[np.minimum((numbers + 1) * FACTOR**level, len(self) - 1)]
            is_wide = ends - found.t > widest_s
            parts.append(found.of(~is_wide))
            numbers = numbers[is_wide]
        parts.append(self._entries_of(0, _children(numbers)))
        whole = _joined(parts)
        return whole.of(np.argsort(whole.t, kind="stable"))


def _children(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    children: npt.NDArray[np.int64] = (numbers[:, None] * FACTOR + np.arange(FACTOR)).ravel()
    return children


def _joined(parts: list[_Entries]) -> _Entries:
    return _Entries(
        np.concatenate([part.t for part in parts]),
        np.concatenate([part.low for part in parts]),
        np.concatenate([part.high for part in parts]),
        np.concatenate([part.has_break for part in parts]),
    )


def _pixels(entries: _Entries, pixel_s: float) -> tuple[Series, Series]:
    """Return of each pixel its lowest and highest value, one where both are the same, and NaN where the line breaks in it."""
    pixel = (entries.t / pixel_s).astype(np.int64)
    first = np.flatnonzero(np.diff(pixel, prepend=-1))
    low = np.fmin.reduceat(entries.low, first)
    high = np.fmax.reduceat(entries.high, first)
    has_break = np.logical_or.reduceat(entries.has_break, first)
    t = entries.t[first].astype(np.float64)
    values = np.column_stack((low, high, np.full(len(first), np.nan))).astype(np.float64)
    kept = np.column_stack((np.isfinite(low), high > low, has_break))
    return np.repeat(t, 3)[kept.ravel()], values[kept]


def _seen(t: Series, v: Series, width_s: float) -> tuple[Series, Series]:
    """Give every stretch of a line between two gaps a width: `width_s`, or what there is until the next one."""
    is_value = np.isfinite(v)
    starts = np.flatnonzero(is_value & ~np.concatenate(([False], is_value[:-1])))
    ends = np.flatnonzero(is_value & ~np.concatenate((is_value[1:], [False])))
    is_narrow = t[starts] == t[ends]
    if not is_narrow.any():
        return t, v
    widened = np.minimum(t[ends] + width_s, np.append(t[starts[1:]], np.inf))[is_narrow]
    starts, ends = starts[is_narrow], ends[is_narrow]
    has_two = starts < ends  # a lowest and a highest value; one alone needs another point
    t[ends[has_two]] = widened[has_two]
    alone = ends[~has_two]
    return np.insert(t, alone + 1, widened[~has_two]), np.insert(v, alone + 1, v[alone])
