"""The report's trend plot, drawn as vectors.

Rules of the file:
1. A cuff reading is a pair of carets joined by a bar, with a dot for the mean; no line ever joins two cuff readings.
2. A line breaks where readings are missing for longer than the protocol's "lost" time; a reading alone is a dot.
3. Phases are shaded, pauses hatched; events carry the numbers of the event list, and where they stand too close to be told
   apart one mark has the first and the last of them.
4. It reads in black and white: each line has a strip of its own or is the only one in it, and a sign of its own on it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from math import ceil, floor

from reportlab.lib.colors import Color
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from nursestation.core.model import Baseline, Phase
from nursestation.core.wording import PHASE_WORDS
from nursestation.export.events import Event
from nursestation.export.layout import BOLD, INK, MEDIUM, REGULAR, RULE, SOFT
from nursestation.export.localtime import NS_PER_S, clock
from nursestation.export.story import Cuff, PhaseSpan, Span
from nursestation.export.vitals import Series

MINUTE = 60 * NS_PER_S
_LEFT, _RIGHT = 26.0, 4.0
_LINE = {"HR": Color(0, 0.42, 0.24), "SpO₂": Color(0, 0.33, 0.62), "RR": Color(0.45, 0.3, 0.05)}
_SHADES = {Phase.INFUSION: Color(0.91, 0.91, 0.95), Phase.OBSERVATION: Color(0.955, 0.965, 0.965)}
_SIGNS = {"HR": "circle", "SpO₂": "square", "RR": "triangle"}
_SIGN_EVERY, _SIGN = 62.0, 2.1  # [pt]
_DOT = 0.8  # half its width [pt]
_TITLE_ROOM, _TITLE_HEIGHT = 170.0, 10.0
_FIGURES = 8.5  # height of a flagged reading's figures [pt]
_LIMIT_WORDS = 80.0
_TICK_ROOM = 8.0
_MARK, _MARK_ROWS, _MARK_STEP = 5.0, 2, 10.5
_STEPS_MIN = (1, 2, 5, 10, 15, 20, 30, 60, 120, 240)


@dataclass(frozen=True, slots=True)
class TrendData:
    """What the plot shows. Times lie on the steady line [ns]; `ran_to` is how far the record goes, `zero` the start of
    treatment, where there was one.

    `band_percent` is how far over the baseline still counts as near it; `limit_sys` the systolic spike limit [mmHg] or None.
    """

    start: int
    end: int
    ran_to: int
    zero: int | None
    spans: Sequence[PhaseSpan]
    pauses: Sequence[Span]
    cuffs: Sequence[Cuff]
    series: Sequence[Series]
    marks: Sequence[Event]
    baseline: Baseline | None
    band_percent: float
    limit_sys: float | None
    lost_ns: int
    zone: tzinfo | None


@dataclass(frozen=True, slots=True)
class _Lane:
    """A horizontal strip with its own scale."""

    bottom: float
    top: float
    low: float
    high: float

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.bottom + min(1.0, max(0.0, share)) * (self.top - self.bottom)


class TrendPlot(Flowable):  # type: ignore[misc]  # reportlab is untyped
    """The plot as something that stands in a text; it takes the height that the page leaves, within its bounds [pt]."""

    def __init__(self, data: TrendData, width: float, lowest: float, highest: float, below: float) -> None:
        super().__init__()
        self.width, self.height = width, lowest
        self._data = data
        self._bounds = lowest, highest
        self._below = below  # kept free under the plot, for its caption

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        """Return the size, which fills the page as far as the bounds allow."""
        del available_width
        lowest, highest = self._bounds
        self.height = min(max(available_height - self._below, lowest), highest)
        return self.width, self.height

    def draw(self) -> None:
        """Draw on the canvas that reportlab has set."""
        share = (self.height - 22 - 14) / 100
        breath = _Lane(22, 22 + 12 * share, 0, max(32, self._extreme("RR", max)))
        lowest = min(85, floor(self._extreme("SpO₂", min, 85) / 5) * 5)
        oxygen = _Lane(breath.top + 6, breath.top + 6 + 15 * share, lowest, 100)
        marks = oxygen.top + 5
        is_flagged = any(cuff.flag for cuff in self._data.cuffs)
        pressure = _pressure_lane(self._data, marks + 24, self.height - (32 if is_flagged else 18))
        self._phases(22, self.height)
        self._axis(22)
        self._scale(pressure, _ticks(pressure, (20, 40)))
        self._scale(oxygen, _ticks(oxygen, (5, 10, 20)))
        self._scale(breath, _ticks(breath, (10, 20, 40)))
        self._pause_labels(pressure.bottom + 2.5)
        self._baseline(pressure)
        for one in self._data.series:
            self._line(one, {"HR": pressure, "SpO₂": oxygen, "RR": breath}[one.label])
        self._cuffs(pressure)
        heart = next((one.metric for one in self._data.series if one.label == "HR"), "heart_rate")
        beat = "heart" if heart == "heart_rate" else "pulse"
        self._title(pressure.bottom + 2.5, f"{beat} rate /min; carets: BP mmHg", "HR")
        self._title(oxygen.bottom + 2.5, "SpO₂ %", "SpO₂")
        self._title(breath.bottom + 2.5, "RR /min", "RR")
        self._marks(marks)

    def _extreme(self, label: str, pick: Callable[[list[float]], float], default: float = 0) -> float:
        """Return the extreme of a series, so that its lane holds every value."""
        return pick([value for one in self._data.series if one.label == label for value in one.values] or [default])

    def _x(self, t: int) -> float:
        data = self._data
        share = (t - data.start) / (data.end - data.start)
        return _LEFT + min(1.0, max(0.0, share)) * (self.width - _LEFT - _RIGHT)

    def _phases(self, bottom: float, top: float) -> None:
        canvas, data = self.canv, self._data
        for span in data.spans:
            left, right = self._x(span.start), self._x(span.end or data.ran_to)
            if span.phase in _SHADES:
                canvas.setFillColor(_SHADES[span.phase])
                canvas.rect(left, bottom, right - left, top - bottom, stroke=0, fill=1)
            if left > _LEFT:
                canvas.setStrokeColor(SOFT)
                canvas.setLineWidth(0.5)
                canvas.line(left, bottom, left, top)
            label = PHASE_WORDS[span.phase].upper()
            if canvas.stringWidth(label, MEDIUM, 7) < right - left - 4:
                canvas.setFillColor(SOFT)
                canvas.setFont(MEDIUM, 7)
                canvas.drawCentredString((left + right) / 2, top - 8, label)
        for pause in data.pauses:
            self._pause(self._x(pause.start), self._x(pause.end or data.ran_to), bottom, top - 12)

    def _pause(self, left: float, right: float, bottom: float, top: float) -> None:
        canvas = self.canv
        canvas.saveState()
        path = canvas.beginPath()
        path.rect(left, bottom, right - left, top - bottom)
        canvas.clipPath(path, stroke=0, fill=0)
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.4)
        x = left - (top - bottom)
        while x < right:
            canvas.line(x, bottom, x + top - bottom, top)
            x += 5
        canvas.restoreState()

    def _pause_labels(self, y: float) -> None:
        """Say of each pause what it is, unless the one before says it there already."""
        canvas, data = self.canv, self._data
        canvas.setFont(MEDIUM, 7)
        half = canvas.stringWidth("paused", MEDIUM, 7) / 2
        band = "" if data.baseline is None else _band_words(data.baseline, data.band_percent)
        by_band = _LEFT + canvas.stringWidth(band, REGULAR, 7) + 8
        free_from = 0.0
        for pause in data.pauses:
            middle = (self._x(pause.start) + self._x(pause.end or data.ran_to)) / 2
            right = min(middle + half, self.width - _RIGHT)
            if right - 2 * half >= free_from:
                is_by_title = right > self.width - _TITLE_ROOM or right - 2 * half < by_band
                _plate(canvas, right, y + (_TITLE_HEIGHT if is_by_title else 0), "paused", SOFT)
                free_from = right + 3

    def _axis(self, bottom: float) -> None:
        canvas, data = self.canv, self._data
        minutes = (data.end - data.start) / MINUTE
        step = next((step for step in _STEPS_MIN if minutes / step <= 11), _STEPS_MIN[-1]) * MINUTE
        zero = data.start if data.zero is None else data.zero
        t = zero - (zero - data.start) // step * step
        canvas.setLineWidth(0.3)
        while t <= data.end:
            x = self._x(t)
            canvas.setStrokeColor(RULE)
            canvas.line(x, bottom, x, bottom - 3)
            canvas.setFillColor(INK)
            canvas.setFont(REGULAR, 7)
            place = min(max(x, _LEFT + 8), self.width - _RIGHT - 9)
            canvas.drawCentredString(place, bottom - 11, clock(t, data.zone))
            if data.zero is not None:
                canvas.setFillColor(SOFT)
                canvas.setFont(REGULAR, 6.5)
                offset = round((t - zero) / MINUTE)
                canvas.drawCentredString(place, bottom - 19, f"{offset:+d} min" if offset else "start")
            t += step

    def _scale(self, lane: _Lane, ticks: Sequence[int]) -> None:
        canvas = self.canv
        canvas.setLineWidth(0.3)
        for tick in ticks:
            y = lane.y(tick)
            canvas.setStrokeColor(RULE)
            canvas.line(_LEFT, y, self.width - _RIGHT, y)
            canvas.setFillColor(SOFT)
            canvas.setFont(REGULAR, 7)
            canvas.drawRightString(_LEFT - 4, y - 2.4, str(tick))

    def _title(self, y: float, title: str, label: str = "") -> None:
        """Write a title at the right edge, before it the sign of the line that it names."""
        canvas, right = self.canv, self.width - _RIGHT - 3
        canvas.setFont(MEDIUM, 7)
        room = 9.0 if label else 0.0
        _plate(canvas, right, y, title, SOFT, room)
        if label:
            canvas.setStrokeColor(_LINE[label])
            _sign(canvas, _SIGNS[label], right - canvas.stringWidth(title, MEDIUM, 7) - room / 2, y + 2.3)

    def _baseline(self, lane: _Lane) -> None:
        data, canvas = self._data, self.canv
        right = self.width - _RIGHT
        limit = lane.y(data.limit_sys) if data.limit_sys is not None and data.limit_sys < lane.high else None
        if data.baseline is not None:
            low, high = lane.y(data.baseline.sys), lane.y(data.baseline.sys * (1 + data.band_percent / 100))
            canvas.saveState()
            canvas.setFillColor(INK)
            canvas.setFillAlpha(0.09)
            canvas.rect(_LEFT, low, right - _LEFT, high - low, stroke=0, fill=1)
            canvas.restoreState()
            self._left_label(lane.bottom + 2.5, _band_words(data.baseline, data.band_percent))
        if limit is not None:
            canvas.setStrokeColor(INK)
            canvas.setLineWidth(0.6)
            canvas.setDash(3, 2)
            canvas.line(_LEFT, limit, right, limit)
            canvas.setDash()
            self._title(limit + 3, f"spike limit {data.limit_sys:g} sys")

    def _left_label(self, y: float, label: str) -> None:
        self.canv.setFont(REGULAR, 7)
        _plate(self.canv, _LEFT + 4 + self.canv.stringWidth(label, REGULAR, 7), y, label, SOFT)

    def _line(self, one: Series, lane: _Lane) -> None:
        canvas = self.canv
        canvas.setStrokeColor(_LINE[one.label])
        canvas.setLineWidth(0.8)
        canvas.setFillColor(_LINE[one.label])
        canvas.setLineJoin(1)
        for stretch in _stretches(one, self._data.lost_ns):
            path = canvas.beginPath()
            points = [(x, lane.y(value)) for x, value in _thinned(stretch, self._x)]
            for index, (x, y) in enumerate(points):
                (path.lineTo if index else path.moveTo)(x, y)
            canvas.drawPath(path, stroke=1, fill=0)
            if points[-1][0] - points[0][0] < 2 * _DOT:  # no line could be seen
                canvas.circle(*points[0], _DOT, stroke=0, fill=1)
        self._signs(one, lane)

    def _signs(self, one: Series, lane: _Lane) -> None:
        """Put the sign of the line on it here and there, at readings."""
        x_next = _LEFT + _SIGN_EVERY / 2
        for t, value in zip(one.t, one.values, strict=True):
            x = self._x(t)
            if x >= x_next:
                _sign(self.canv, _SIGNS[one.label], x, lane.y(value))
                x_next = x + _SIGN_EVERY

    def _cuffs(self, lane: _Lane) -> None:
        canvas = self.canv
        canvas.setStrokeColor(INK)
        canvas.setFillColor(INK)
        for cuff in self._data.cuffs:
            reading, x = cuff.reading, self._x(cuff.t)
            top, bottom = lane.y(reading.sys), lane.y(reading.dia)
            canvas.setLineWidth(1.7 if cuff.flag else 0.8)
            canvas.line(x, bottom, x, top)
            for y, away in ((top, 4), (bottom, -4)):
                path = canvas.beginPath()
                path.moveTo(x - 3, y + away)
                path.lineTo(x, y)
                path.lineTo(x + 3, y + away)
                canvas.drawPath(path, stroke=1, fill=0)
            if reading.mean is not None:
                canvas.circle(x, lane.y(reading.mean), 1.4, stroke=0, fill=1)
        self._figures(lane)

    def _figures(self, lane: _Lane) -> None:
        """Write the figures of flagged readings over their carets, the highest first; what has no room stands in the table."""
        canvas = self.canv
        canvas.setFont(BOLD, 7.5)
        carets = [(self._x(cuff.t), lane.y(cuff.reading.sys), cuff) for cuff in self._data.cuffs]
        taken = [(x - 3.5, 0.0, x + 3.5, top + 5) for x, top, _ in carets]
        if self._data.limit_sys is not None:  # its words stand over the line at the right edge
            limit = lane.y(self._data.limit_sys)
            taken.append((self.width - _LIMIT_WORDS, limit, self.width, limit + 11))
        flagged = sorted((one for one in carets if one[2].flag), key=lambda one: -one[2].reading.sys)
        for x, top, cuff in flagged:
            figures = str(cuff.reading)
            wide = canvas.stringWidth(figures, BOLD, 7.5)
            for left, bottom in _places(x, top + 6.5, wide):
                box = (left, bottom - 1, left + wide, bottom + _FIGURES - 2)
                is_inside = left >= _LEFT and box[2] <= self.width and box[3] <= self.height - 10
                if is_inside and not any(_overlap(box, other) for other in taken):
                    canvas.drawString(left, bottom, figures)
                    taken.append(box)
                    break

    def _marks(self, bottom: float) -> None:
        canvas = self.canv
        places = clustered([(self._x(mark.t), mark.number) for mark in self._data.marks])
        for left, right, row, label in places:
            y = bottom + _MARK + row * _MARK_STEP
            canvas.setFillColor(INK)
            canvas.roundRect(left, y - _MARK, right - left, 2 * _MARK, _MARK, stroke=0, fill=1)
            canvas.setFillColor(Color(1, 1, 1))
            canvas.setFont(BOLD, 6.5 if len(label) < 3 else 5)
            canvas.drawCentredString((left + right) / 2, y - 2.3, label)


def _band_words(baseline: Baseline, band_percent: float) -> str:
    return f"shaded: baseline {baseline} to +{band_percent:g} %"


def _places(x: float, y: float, wide: float) -> Iterator[tuple[float, float]]:
    """Yield where figures over a caret may stand (left, bottom), the best place first."""
    for row in range(4):
        for left in (x - wide / 2, x - 4, x + 4 - wide):
            yield left, y + row * _FIGURES


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    """Say whether two boxes (left, bottom, right, top) cover each other somewhere."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _ticks(lane: _Lane, steps: Sequence[int]) -> range:
    """Return the figures of a scale, as close as they can be read."""
    per_unit = (lane.top - lane.bottom) / (lane.high - lane.low)
    step = next((step for step in steps if step * per_unit >= _TICK_ROOM), steps[-1])
    return range(ceil(lane.low / step) * step, int(lane.high) + 1, step)


def clustered(marks: Sequence[tuple[float, int]]) -> list[tuple[float, float, int, str]]:
    """Return where marks stand so that none covers another: (left edge, right edge, row, label), by place.

    Args:
        marks: (place [pt], number) of each, by place. Where both rows are full, a mark joins the newest one, which then has the
            first and the last number of those it stands for ("23–27").
    """
    found: list[tuple[float, float, int, str]] = []
    ends = [-1e9] * _MARK_ROWS
    for x, number in marks:
        row = next((row for row in range(_MARK_ROWS) if x - _MARK >= ends[row] + 1), None)
        if row is not None:
            found.append((x - _MARK, x + _MARK, row, str(number)))
        else:
            left, _, row, label = found.pop()
            label = f"{label.partition('–')[0]}–{number}"
            found.append((left, max(x + _MARK, left + 4 + 3.2 * len(label)), row, label))
        ends[row] = found[-1][1]
    return found


def _pressure_lane(data: TrendData, bottom: float, top: float) -> _Lane:
    values = [float(value) for cuff in data.cuffs for value in (cuff.reading.sys, cuff.reading.dia)]
    values += [value for one in data.series if one.label == "HR" for value in one.values]
    if data.baseline is not None:
        values.append(float(data.baseline.sys))
    low, high = min([60.0, *values]), max([140.0, *values])
    return _Lane(bottom, top, max(0, floor((low - 2) / 20) * 20), ceil((high + 4) / 20) * 20)


def _stretches(one: Series, lost_ns: int) -> Iterator[list[tuple[int, float]]]:
    """Split a series where readings are missing."""
    stretch: list[tuple[int, float]] = []
    for t, value in zip(one.t, one.values, strict=True):
        if stretch and t - stretch[-1][0] > lost_ns:
            yield stretch
            stretch = []
        stretch.append((t, value))
    if stretch:
        yield stretch


def _thinned(stretch: Sequence[tuple[int, float]], x_of: Callable[[int], float]) -> Iterator[tuple[float, float]]:
    """Keep the lowest and highest value of each half point of width, in order: no peak is lost."""
    bins: dict[int, list[tuple[float, float]]] = {}
    for t, value in stretch:
        x = x_of(t)
        bins.setdefault(int(x * 2), []).append((x, value))
    for points in bins.values():
        low, high = min(points, key=lambda point: point[1]), max(points, key=lambda point: point[1])
        yield from sorted({points[0], low, high})


def _sign(canvas: Canvas, kind: str, x: float, y: float) -> None:
    """Draw a small white sign with a rim in the colour of the line."""
    canvas.saveState()
    canvas.setFillColor(Color(1, 1, 1))
    canvas.setLineWidth(0.8)
    if kind == "circle":
        canvas.circle(x, y, _SIGN, stroke=1, fill=1)
    elif kind == "square":
        canvas.rect(x - _SIGN, y - _SIGN, 2 * _SIGN, 2 * _SIGN, stroke=1, fill=1)
    else:
        path = canvas.beginPath()
        path.moveTo(x - 1.2 * _SIGN, y - _SIGN)
        path.lineTo(x + 1.2 * _SIGN, y - _SIGN)
        path.lineTo(x, y + 1.3 * _SIGN)
        path.close()
        canvas.drawPath(path, stroke=1, fill=1)
    canvas.restoreState()


def _plate(canvas: Canvas, right: float, y: float, label: str, colour: Color, room: float = 0) -> None:
    """Write a right-bound label on a white plate, so that no line runs through it; `room` [pt] is kept free before it.

    The font is the canvas's.
    """
    width = canvas.stringWidth(label, canvas._fontname, canvas._fontsize) + room
    canvas.saveState()
    canvas.setFillColor(Color(1, 1, 1, alpha=0.8))
    canvas.rect(right - width - 1.5, y - 1.8, width + 3, 8.2, stroke=0, fill=1)
    canvas.restoreState()
    canvas.setFillColor(colour)
    canvas.drawRightString(right, y, label)
