"""Thins a curve to what a screen can show: of each stretch as wide as a pixel its lowest and its highest value. No Qt.

The picture is the same; an hour at one value a second is drawn in a third of the time.
"""

import numpy as np
import numpy.typing as npt

Series = npt.NDArray[np.float64]


def thin(t: Series, v: Series, n: int) -> tuple[Series, Series]:
    """Return the extremes of `v` in each of `n` equal stretches of `t`.

    Args:
        t: Times, ascending, shape `(m,)`.
        v: Values, shape `(m,)`; NaN breaks the line and goes on breaking it.
        n: Number of stretches (pixels), at least 1.

    Returns:
        Times and values, shape `(k,)`; what is short already comes back as it is.
    """
    if len(t) <= 2 * n or t[-1] <= t[0]:
        return t, v
    stretch = np.minimum((t - t[0]) * (n / (t[-1] - t[0])), n - 1).astype(np.int64)
    first = np.flatnonzero(np.diff(stretch, prepend=-1))
    is_break = np.isnan(v)
    lowest = np.minimum.reduceat(np.where(is_break, np.inf, v), first)
    highest = np.maximum.reduceat(np.where(is_break, -np.inf, v), first)
    has_break = np.logical_or.reduceat(is_break, first)
    has_value = np.isfinite(lowest)
    values = np.column_stack((lowest, highest, np.full(len(first), np.nan)))
    kept = np.column_stack((has_value, has_value, has_break))
    return np.repeat(t[first], 3)[kept.ravel()], values[kept]
