"""How the height of the session trend is divided among its lanes. No Qt.

From the bottom: temperature, breathing, exhaled CO2, oxygen (each only where a monitor gives it), the events with their words,
pressure with the heart rate, and the names of the phases on top. Heights are pixels from the top, as a screen counts them.

Where height is scarce the pressure keeps a least one: first the words of the events give way (the readout tells them), then
temperature, CO2 and breathing, which stand in the big numbers and in the readout still.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from nursestation.ui.plots.deviation import percent_from
from nursestation.ui.plots.pyramid import Series
from nursestation.ui.plots.trend_view import Caret

_PRESSURE_STEP = 20
_LEAST_TOP, _LEAST_BOTTOM = 200, 40
"""Of the pressure lane [mmHg, /min]."""
_PERCENT_TOP, _PERCENT_BOTTOM = 60, -40
"""Of the pressure lane while it shows the distance from the baseline [%]."""
_APART_PX = 6
"""Between lanes [px]."""
_LOW_UNDER_PX = 360
"""Height under which the events' words have two rows in place of three [px at the designed size]."""
_LEAST_PRESSURE = 3.75
"""Least height of the pressure lane that anything else gives way to [lines of text]."""
LOW_PRESSURE = 6.0
"""Height of the pressure lane under which its words stand beside the readings, not over them [lines of text]."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A stretch of the height: values `low` to `high` lie at `bottom` to `top` [px from the top of the plot]."""

    bottom: float
    top: float
    low: float
    high: float
    ticks: tuple[float, ...]

    @property
    def height(self) -> float:
        """Return how high it is [px]."""
        return self.bottom - self.top

    def y(self, value: float) -> float:
        """Return the height of a value; one outside the lane lies on its edge."""
        part = (value - self.low) / (self.high - self.low)
        return self.bottom - min(1.0, max(0.0, part)) * self.height

    def ys(self, values: Series) -> Series:
        """Return the heights of `values`, shape `(n,)`; NaN stays NaN."""
        part = (values - self.low) * (self.height / (self.high - self.low))
        heights: Series = self.bottom - part.clip(0.0, self.height)
        return heights


@dataclass(frozen=True, slots=True)
class Lanes:
    """The lanes of one height.

    Attributes:
        pressure: Of the cuff and the heart rate.
        others: Lanes of the further metrics, by metric.
        dots, rows: Heights of the events' marks, and of each row of their words; without a row the marks stand in the
            pressure lane.
        titles: Height of the phases' names.
        rules: Heights of the lines between lanes.
    """

    pressure: Lane
    others: dict[str, Lane]
    dots: float
    rows: tuple[float, ...]
    titles: float
    rules: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Range:
    """What a lane shows, and its part of the height that is free."""

    part: float
    low: float
    high: float
    ticks: tuple[float, ...]


_OTHERS = {
    "temp": _Range(0.13, 34, 40, (35, 37, 39)),
    "resp_rate": _Range(0.15, 4, 32, (8, 16, 24)),
    "etco2": _Range(0.15, 0, 60, (20, 40)),
    "spo2": _Range(0.18, 86, 101, (90, 95, 100)),
}
"""From the bottom [degC, /min, mmHg, %]. What lies outside stands on the lane's edge; the cursor tells its value."""
OTHER_METRICS = tuple(_OTHERS)
_FIRST_TO_GO = ("temp", "etco2", "resp_rate")
_USUAL = ("resp_rate", "spo2")
"""Shown while nothing has come yet."""


def lanes(
    height_px: float,
    row_px: float,
    carets: Sequence[Caret],
    heart: tuple[float, float] | None,
    given: Collection[str],
    baseline: tuple[int, int] | None = None,
) -> Lanes:
    """Divide `height_px`: text has the height it needs, what is left goes to the curves, most of it to pressure.

    Args:
        height_px: Of all lanes [px].
        row_px: Of a line of text [px].
        carets: The cuff readings.
        heart: Lowest and highest heart rate [/min], as it is drawn.
        given: Metrics that came.
        baseline: (systolic, diastolic) [mmHg] where the pressure lane shows the distance from it [%]; else None.
    """
    shown, n_rows = _fitting(height_px, row_px, given or _USUAL)
    free_px = _free_px(height_px, row_px, len(shown), n_rows)
    at = height_px - _APART_PX / 2
    others: dict[str, Lane] = {}
    rules: list[float] = []
    for metric in shown:
        its = _OTHERS[metric]
        lane_px = free_px * its.part
        others[metric] = Lane(at, at - lane_px, its.low, its.high, its.ticks)
        at -= lane_px + _APART_PX
        rules.append(at + _APART_PX / 2)
    rows = tuple(at - row_px * (n_rows - row - 0.5) for row in range(n_rows))
    at -= n_rows * row_px
    dots = at - row_px / 2
    if n_rows:
        at -= row_px
    if baseline is None:
        pressure = _pressure_lane(at, row_px, row_px, carets, heart)
    else:
        pressure = _percent_lane(at, row_px, row_px, carets, heart, baseline)
    return Lanes(pressure, others, dots, rows, row_px / 2, tuple(rules))


def _fitting(height_px: float, row_px: float, given: Collection[str]) -> tuple[tuple[str, ...], int]:
    """Return the metrics that have a lane, and the number of rows of the events' words."""
    every = tuple(metric for metric in _OTHERS if metric in given)
    most = 2 if height_px < _LOW_UNDER_PX * row_px / 16 else 3
    fewer = [tuple(metric for metric in every if metric not in _FIRST_TO_GO[:n]) for n in range(len(_FIRST_TO_GO) + 1)]
    for shown, n_rows in [(every, n) for n in range(most, 0, -1)] + [(shown, 0) for shown in fewer]:
        part = 1 - sum(_OTHERS[metric].part for metric in shown)
        if part * _free_px(height_px, row_px, len(shown), n_rows) >= _LEAST_PRESSURE * row_px:
            return shown, n_rows
    return fewer[-1], 0


def _free_px(height_px: float, row_px: float, n_others: int, n_rows: int) -> float:
    """Return what the text (the names of the phases, the events' marks and words) leaves to the curves [px]."""
    text_px = row_px * (n_rows + 2 if n_rows else 1)
    return max(0.0, height_px - text_px - _APART_PX * (n_others + 1))


def _pressure_lane(
    bottom: float, top: float, row_px: float, carets: Sequence[Caret], heart: tuple[float, float] | None
) -> Lane:
    """Return the lane of pressure [mmHg] and heart rate [/min]: all of them, and words over flagged readings, have room."""
    values = [_LEAST_TOP, *(caret.sys + 4 for caret in carets), *(heart or ())]
    lowest = min([_LEAST_BOTTOM, *(caret.dia for caret in carets), *(heart or ())])
    low = int(lowest // _PRESSURE_STEP * _PRESSURE_STEP)
    flagged = max((caret.sys for caret in carets if caret.flagged), default=0)
    return _stepped(bottom, top, low, max(*values, _with_words(low, flagged, bottom - top, row_px)))


def _percent_lane(
    bottom: float,
    top: float,
    row_px: float,
    carets: Sequence[Caret],
    heart: tuple[float, float] | None,
    baseline: tuple[int, int],
) -> Lane:
    values = [value for caret in carets for value in percent_from(baseline, caret)]
    values += [_PERCENT_BOTTOM, _PERCENT_TOP, *(heart or ())]
    low = int(min(values) // _PRESSURE_STEP * _PRESSURE_STEP)
    flagged = max((percent_from(baseline, caret)[0] for caret in carets if caret.flagged), default=low)
    return _stepped(bottom, top, low, max(*values, _with_words(low, flagged, bottom - top, row_px)))


def _with_words(low: float, flagged: float, height_px: float, row_px: float) -> float:
    """Return up to where a lane from `low` must reach, so that words over the value `flagged` have room."""
    if height_px < LOW_PRESSURE * row_px:
        return flagged
    words_part = 1.6 * row_px / height_px
    return low + (flagged - low) / (1 - words_part)


def _stepped(bottom: float, top: float, low: int, highest: float) -> Lane:
    high = math.ceil(highest / _PRESSURE_STEP) * _PRESSURE_STEP
    return Lane(bottom, top, low, high, tuple(range(low + _PRESSURE_STEP, high + 1, _PRESSURE_STEP)))
