"""The report's trend plot, drawn as vectors.

Rules of the file:
1. A cuff reading is a pair of carets joined by a bar, with a dot for the mean; no line ever joins two cuff readings.
2. A line breaks where readings are missing for longer than the protocol's "lost" time.
3. Phases are shaded, pauses hatched; events carry the numbers of the event list.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from math import ceil, floor

from reportlab.lib.colors import Color
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from nursestation.core.model import Baseline, Phase
from nursestation.export.events import PHASE_WORDS, Event
from nursestation.export.layout import BOLD, INK, MEDIUM, REGULAR, RULE, SOFT
from nursestation.export.localtime import NS_PER_S, clock
from nursestation.export.story import Cuff, PhaseSpan, Span
from nursestation.export.vitals import Series

MINUTE = 60 * NS_PER_S
_LEFT, _RIGHT = 26.0, 4.0
_LABEL_ROOM = 10.0  # a limit so close under the top of the band would cross its label
_LINE = {"HR": Color(0, 0.42, 0.24), "SpO₂": Color(0, 0.33, 0.62), "RR": Color(0.45, 0.3, 0.05)}
_SHADES = {Phase.INFUSION: Color(0.91, 0.91, 0.95), Phase.OBSERVATION: Color(0.955, 0.965, 0.965)}
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
        pressure = _pressure_lane(self._data, marks + 24, self.height - (38 if is_flagged else 18))
        self._phases(22, self.height)
        self._axis(22)
        self._scale(pressure, range(int(pressure.low), int(pressure.high) + 1, 20))
        self._scale(oxygen, range(lowest, 101, 5 if lowest >= 80 else 10 if lowest >= 60 else 20))
        self._scale(breath, range(0, int(breath.high) + 1, 10 if breath.high <= 40 else 20))
        self._baseline(pressure)
        for one in self._data.series:
            self._line(one, {"HR": pressure, "SpO₂": oxygen, "RR": breath}[one.label])
        self._cuffs(pressure)
        heart = next((one.metric for one in self._data.series if one.label == "HR"), "heart_rate")
        beat = "heart" if heart == "heart_rate" else "pulse"
        self._title(pressure.bottom + 2.5, f"carets: BP mmHg; line: {beat} rate /min")
        self._title(oxygen.bottom + 2.5, "SpO₂ %")
        self._title(breath.bottom + 2.5, "RR /min")
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
        canvas.setFont(MEDIUM, 7)
        half = canvas.stringWidth("paused", MEDIUM, 7) / 2
        _plate(canvas, min((left + right) / 2 + half, self.width - _RIGHT), top - 8, "paused", SOFT)

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

    def _title(self, y: float, title: str) -> None:
        self.canv.setFont(MEDIUM, 7)
        _plate(self.canv, self.width - _RIGHT - 3, y, title, SOFT)

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
            top = limit if limit is not None and high - _LABEL_ROOM < limit <= high else high
            self._left_label(top - 8, f"baseline {data.baseline} to +{data.band_percent:g} %")
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
        canvas.setLineJoin(1)
        for stretch in _stretches(one, self._data.lost_ns):
            path = canvas.beginPath()
            for index, (x, value) in enumerate(_thinned(stretch, self._x)):
                (path.lineTo if index else path.moveTo)(x, lane.y(value))
            canvas.drawPath(path, stroke=1, fill=0)

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
        """Write the figures of flagged readings over their carets, clear of each other and of the bars beside them."""
        flagged = [
            (self._x(cuff.t), lane.y(cuff.reading.sys), str(cuff.reading)) for cuff in self._data.cuffs if cuff.flag
        ]
        self.canv.setFont(BOLD, 7.5)
        last_y = 0.0
        for index, (x, top, figures) in enumerate(flagged):
            is_after = index > 0 and x - flagged[index - 1][0] < 34
            is_before = index + 1 < len(flagged) and flagged[index + 1][0] - x < 34
            y = max(top + 6.5, last_y + 8.5) if is_after else top + 6.5
            if is_after:
                self.canv.drawString(x - 4, y, figures)
            elif is_before:
                self.canv.drawRightString(x + 4, y, figures)
            else:
                self.canv.drawCentredString(x, y, figures)
            last_y = y

    def _marks(self, bottom: float) -> None:
        canvas = self.canv
        ends = [-1e9, -1e9]
        for mark in self._data.marks:
            x = self._x(mark.t)
            row = 0 if x - ends[0] >= 11 else 1 if x - ends[1] >= 11 else 0
            ends[row] = x
            y = bottom + 5 + row * 10.5
            canvas.setFillColor(INK)
            canvas.circle(x, y, 5, stroke=0, fill=1)
            canvas.setFillColor(Color(1, 1, 1))
            canvas.setFont(BOLD, 6.5 if mark.number < 100 else 5)
            canvas.drawCentredString(x, y - 2.3, str(mark.number))


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


def _plate(canvas: Canvas, right: float, y: float, label: str, colour: Color) -> None:
    """Write a right-bound label on a white plate, so that no line runs through it. The font is the canvas's."""
    width = canvas.stringWidth(label, canvas._fontname, canvas._fontsize)
    canvas.saveState()
    canvas.setFillColor(Color(1, 1, 1, alpha=0.8))
    canvas.rect(right - width - 1.5, y - 1.8, width + 3, 8.2, stroke=0, fill=1)
    canvas.restoreState()
    canvas.setFillColor(colour)
    canvas.drawRightString(right, y, label)
