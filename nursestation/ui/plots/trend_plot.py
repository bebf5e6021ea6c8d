"""The session trend, drawn by pyqtgraph. Import this module late: pyqtgraph takes a third of a second.

One view box holds all lanes, so that phases, the now-line and the time axis run through all of them: breathing at the
bottom, oxygen over it, event flags, then pressure and heart rate, with the names of the phases on top. A lane maps its
values onto its own stretch of the common height.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsRectItem, QVBoxLayout, QWidget

from nursestation.core.model import Phase
from nursestation.ui import theme
from nursestation.ui.plots.pyramid import Series
from nursestation.ui.plots.thin import thin
from nursestation.ui.plots.trend_view import (
    BASELINE_BAND_PERCENT,
    Caret,
    PhaseBand,
    TrendView,
    spread,
    stagger,
    told_carets,
)
from nursestation.ui.roles import Text
from nursestation.ui.theme import Theme
from nursestation.ui.visit_progress import PHASE_WORDS


@dataclass(frozen=True, slots=True)
class Lane:
    """A stretch of the height: values `low` to `high` lie at `bottom` to `top` (parts of 100)."""

    bottom: float
    top: float
    low: float
    high: float
    ticks: tuple[float, ...]

    def y(self, value: float) -> float:
        """Return the height of a value; one outside the lane lies on its edge."""
        part = (value - self.low) / (self.high - self.low)
        return self.bottom + min(1.0, max(0.0, part)) * (self.top - self.bottom)

    def ys(self, values: Series) -> Series:
        """Return the heights of `values`, shape `(n,)`; NaN stays NaN."""
        part = np.clip((values - self.low) / (self.high - self.low), 0.0, 1.0)
        heights: Series = self.bottom + part * (self.top - self.bottom)
        return heights


_DOT_PX = 8.0
_ROW_PX = 16
"""Height of a line of small text [px at the designed size]."""
_GUTTER_PX = 116
"""Right of the time axis, where limits and lanes are named and no data comes [px at the designed size]."""
_LEFT_PX = 8
"""Room for half a caret at the axis [px]."""
_OVER_CARET_PX = 7
"""From the tip of a caret to the figures over it [px]."""
_LONGEST_WORDS_PX = 190
"""Of an event [px at the designed size]."""
_NAMES_FROM_PX = 100
"""Height of the pressure lane from which its names have room under baseline and limit [px at the designed size]."""
_PRESSURE_STEP = 20
_LEAST_TOP, _LEAST_BOTTOM = 200, 40


@dataclass(frozen=True, slots=True)
class Lanes:
    """How a height is divided among the lanes, in parts of 100 from the bottom.

    Attributes:
        resp, oxygen, pressure: The lanes with values.
        dots, rows: Heights of the events' marks, and of each row of their words.
        titles: Height of the phases' names.
        rules: Heights of the lines between lanes.
    """

    resp: Lane
    oxygen: Lane
    pressure: Lane
    dots: float
    rows: tuple[float, ...]
    titles: float
    rules: tuple[float, ...]


def lanes(height_px: float, carets: Sequence[Caret], heart: Series) -> Lanes:
    """Divide `height_px` [px]: text has the height it needs, what is left goes to the curves, most of it to pressure."""
    unit = 100.0 / max(height_px, 1.0)
    row_px = theme.px(_ROW_PX)
    n_rows = 2 if height_px < theme.px(360) else 3
    text_px = row_px * (n_rows + 2)  # the events' marks and words, and the phases' names
    free_px = max(0.0, height_px - text_px - 3 * 6)
    resp_px, oxygen_px = free_px * 0.15, free_px * 0.18
    at = 3.0
    resp = Lane(at * unit, (at + resp_px) * unit, 4, 32, (8, 16, 24))
    at += resp_px + 6
    oxygen = Lane(at * unit, (at + oxygen_px) * unit, 86, 101, (90, 95, 100))
    rules = ((at - 3) * unit, (at + oxygen_px + 3) * unit)
    at += oxygen_px + 6
    rows = tuple((at + row_px * (n_rows - row - 0.5)) * unit for row in range(n_rows))
    at += n_rows * row_px
    dots = (at + row_px / 2) * unit
    at += row_px
    pressure = _pressure_lane(at * unit, (height_px - row_px) * unit, height_px - row_px - at, carets, heart)
    return Lanes(resp, oxygen, pressure, dots, rows, 100 - row_px / 2 * unit, rules)


def _pressure_lane(bottom: float, top: float, height_px: float, carets: Sequence[Caret], heart: Series) -> Lane:
    """Return the lane of pressure [mmHg] and heart rate [/min]: all of them, and words over flagged readings, have room."""
    rates = heart[np.isfinite(heart)]
    values = [_LEAST_TOP, *(caret.sys + 4 for caret in carets), *([float(rates.max())] if len(rates) else [])]
    lowest = min([_LEAST_BOTTOM, *(caret.dia for caret in carets), *([float(rates.min())] if len(rates) else [])])
    low = int(lowest // _PRESSURE_STEP * _PRESSURE_STEP)
    flagged = max((caret.sys for caret in carets if caret.flagged), default=0)
    words_part = min(0.5, 1.6 * theme.px(_ROW_PX) / max(height_px, 1.0))
    highest = max(*values, low + (flagged - low) / (1 - words_part))
    high = int(-(-highest // _PRESSURE_STEP) * _PRESSURE_STEP)
    return Lane(bottom, top, low, high, tuple(range(low + _PRESSURE_STEP, high + 1, _PRESSURE_STEP)))


class TrendPlot(QWidget):
    """The plot of one visit."""

    def __init__(self, theme_: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("trend_plot")
        self._theme = theme_
        self._plot = pg.PlotWidget(parent=self, background=theme_.colour("plot"))
        self._box = self._plot.getViewBox()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._plot)
        self._marks: list[object] = []
        self._scale = theme.px(100)
        self._build_axes()
        self._heart = self._curve("heart_rate")
        self._oxygen = self._curve("spo2")
        self._breathing = self._curve("resp")

    def _build_axes(self) -> None:
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._plot.setFrameShape(self._plot.Shape.NoFrame)
        for part in (self._plot, self._plot.viewport()):
            part.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._box.setMouseEnabled(x=False, y=False)
        self._box.disableAutoRange()
        self._box.setDefaultPadding(0)
        self._box.setYRange(0, 100, padding=0)
        for name in ("left", "bottom"):
            axis = self._plot.getAxis(name)
            axis.setTextPen(self._theme.colour("soft"))
            axis.setPen(pg.mkPen(None))
            axis.setTickPen(pg.mkPen(None))
            axis.setStyle(tickLength=0, tickTextOffset=6)
        self._fit_axes()

    def _fit_axes(self) -> None:
        left, bottom = self._plot.getAxis("left"), self._plot.getAxis("bottom")
        for axis in (left, bottom):
            axis.setTickFont(theme.font(Text.CAPTION))
        left.setWidth(theme.px(44))
        bottom.setHeight(theme.px(26))

    def _curve(self, role: str) -> pg.PlotCurveItem:
        curve = pg.PlotCurveItem(pen=pg.mkPen(self._theme.colour(role), width=1.6), antialias=True, connect="finite")
        curve.setZValue(10)
        self._plot.addItem(curve, ignoreBounds=True)
        return curve

    def render(  # type: ignore[override]
        self, view: TrendView, series: Mapping[str, tuple[Series, Series]]
    ) -> None:
        """Draw `view` with the values of `series` (by metric: times, UTC [s], and values)."""
        self._clear()
        if self._scale != theme.px(100):
            self._scale = theme.px(100)
            self._fit_axes()
        heart = series["heart_rate"] if len(series["heart_rate"][0]) else series["pulse_rate"]
        where = lanes(self._box.height(), view.carets, heart[1])
        lane = where.pressure
        self._set_range(view)
        self._set_ticks(view, where)
        for band in view.phases:
            self._draw_phase(band, where.titles)
        self._draw_rules(where, view)
        self._draw_limits(where, view)
        for curve, its, (t, v) in (
            (self._heart, lane, heart),
            (self._oxygen, where.oxygen, series["spo2"]),
            (self._breathing, where.resp, series["resp_rate"]),
        ):
            x, y = thin((t - view.zero_utc_s) / 60.0, its.ys(v), max(1, int(self._box.width())))
            curve.setData(x, y, connect="finite", skipFiniteCheck=False)
        self._draw_carets(lane, view.carets)
        self._draw_figures(lane, view)
        self._draw_events(view, where)
        self._draw_now(view.now, where)
        self._draw_names(where, view)

    def marks(self, kind: str) -> list[object]:
        """Return what is drawn beside the three curves: all of it ("any"), or the words ("text")."""
        return [mark for mark in self._marks if kind == "any" or isinstance(mark, pg.TextItem)]

    def _clear(self) -> None:
        for mark in self._marks:
            self._plot.removeItem(mark)
        self._marks.clear()

    def _add(self, item: object, z: float) -> None:
        item.setZValue(z)  # type: ignore[attr-defined]
        self._plot.addItem(item, ignoreBounds=True)
        self._marks.append(item)

    def _set_range(self, view: TrendView) -> None:
        """Lay the time axis beside the gutter."""
        room = max(1.0, self._box.width() - theme.px(_GUTTER_PX) - _LEFT_PX)
        minute_per_px = (view.last - view.first) / room
        self._box.setXRange(
            view.first - _LEFT_PX * minute_per_px, view.last + theme.px(_GUTTER_PX) * minute_per_px, padding=0
        )

    def _draw_now(self, now: float, where: Lanes) -> None:
        """Draw the present through the lanes, and not through the words of the events."""
        pen = pg.mkPen(self._theme.colour("soft"), width=1)
        for low, high in ((0.0, where.rules[1]), (where.pressure.bottom, where.pressure.top)):
            self._draw_line(now, low, now, high, pen, z=3)

    def _set_ticks(self, view: TrendView, where: Lanes) -> None:
        left = [
            (lane.y(tick), f"{tick:g}")
            for lane in (where.resp, where.oxygen, where.pressure)
            for tick in self._apart(lane)
        ]
        self._plot.getAxis("left").setTicks([left])
        step = next((step for step in (5, 10, 20, 30, 60) if (view.last - view.first) / step <= 10), 120)
        first = int(np.ceil(view.first / step)) * step
        minutes = range(first, int(view.last) + 1, step)
        metrics = QFontMetricsF(theme.font(Text.CAPTION))
        half = (metrics.horizontalAdvance(self.tr("now")) + metrics.horizontalAdvance("+00 min")) / 2
        near = self._minutes(half + 4)
        ticks = [(float(m), self._minute_text(m, view.from_start)) for m in minutes if abs(m - view.now) > near]
        ticks = [(m, text) for m, text in ticks if m - view.first >= 0 and view.last - m >= 0]
        self._plot.getAxis("bottom").setTicks([[*ticks, (view.now, self.tr("now"))]])

    def _apart(self, lane: Lane) -> tuple[float, ...]:
        """Return the lane's ticks that can be told apart at the present height: all, every second one, and so on."""
        px = (lane.top - lane.bottom) * self._box.height() / 100
        step_px = px * (lane.ticks[1] - lane.ticks[0]) / (lane.high - lane.low)
        return lane.ticks[:: max(1, int(np.ceil(theme.px(_ROW_PX) / max(step_px, 0.1))))]

    def _minute_text(self, minute: int, from_start: bool) -> str:
        sign = "+" if from_start and minute > 0 else ""
        return self.tr("{minute} min").format(minute=f"{sign}{minute}")

    def _draw_phase(self, band: PhaseBand, titles_y: float) -> None:
        role = {
            Phase.INFUSION: "phase_infusion",
            Phase.OBSERVATION: "phase_observation",
            Phase.READY: "phase_observation",
        }.get(band.phase, "phase_baseline")
        shade = QGraphicsRectItem(QRectF(band.start, 0, band.end - band.start, 100))
        shade.setPen(QPen(Qt.PenStyle.NoPen))
        shade.setBrush(self._theme.colour(role))
        self._add(shade, -20)
        metrics = QFontMetricsF(theme.font(Text.CAPTION))
        room = self._px(band.end - band.start) - 6
        for title in (band.title, PHASE_WORDS[band.phase]):
            if metrics.horizontalAdvance(title) <= room:
                self._text(title, (band.start + band.end) / 2, titles_y, "soft", anchor=(0.5, 0.5))
                return

    def _draw_rules(self, where: Lanes, view: TrendView) -> None:
        grid = pg.mkPen(self._theme.colour("line"), width=1)
        for tick in self._apart(where.pressure):
            y = where.pressure.y(tick)
            self._draw_line(view.first, y, view.last, y, grid, z=-10)
        strong = pg.mkPen(self._theme.colour("line_strong"), width=1)
        for y in where.rules:
            self._draw_line(view.first, y, view.last, y, strong, z=-9)

    def _draw_limits(self, where: Lanes, view: TrendView) -> None:
        lane = where.pressure
        if view.baseline is not None:
            sys = view.baseline[0]
            low, high = lane.y(sys), lane.y(sys * (1 + BASELINE_BAND_PERCENT / 100))
            band = QGraphicsRectItem(QRectF(view.first, low, view.last - view.first, high - low))
            band.setPen(QPen(Qt.PenStyle.NoPen))
            colour = self._theme.colour("nibp")
            colour.setAlphaF(0.12)
            band.setBrush(colour)
            self._add(band, -8)
        if view.spike_limit is not None:
            y = lane.y(view.spike_limit)
            self._draw_line(view.first, y, view.last, y, self._dashes("bad"), z=-7)
        if view.spo2_limit is not None:
            y = where.oxygen.y(view.spo2_limit)
            self._draw_line(view.first, y, view.last, y, self._dashes("spo2"), z=-7)

    def _dashes(self, role: str) -> QPen:
        colour = self._theme.colour(role)
        colour.setAlphaF(0.7)
        pen: QPen = pg.mkPen(colour, width=1, style=Qt.PenStyle.DashLine)
        return pen

    def _draw_carets(self, lane: Lane, carets: Sequence[Caret]) -> None:
        for flagged in (False, True):
            chosen = [caret for caret in carets if caret.flagged is flagged]
            if not chosen:
                continue
            colour = self._theme.colour("bad" if flagged else "nibp")
            pen = pg.mkPen(colour, width=2 if flagged else 1.6)
            for caret in chosen:
                self._draw_line(caret.at, lane.y(caret.dia), caret.at, lane.y(caret.sys), pen, z=12)
            at = np.array([caret.at for caret in chosen])
            for values, symbol, size in (
                (np.array([float(caret.sys) for caret in chosen]), "_caret_down", 12),
                (np.array([float(caret.dia) for caret in chosen]), "_caret_up", 12),
                (np.array([np.nan if caret.mean is None else float(caret.mean) for caret in chosen]), "o", 5),
            ):
                self._scatter(at, lane.ys(values), symbol, size, pen)

    def _draw_figures(self, lane: Lane, view: TrendView) -> None:
        """Write the flagged readings over their carets, the highest of those that stand close together; none on the present."""
        width = self._minutes(QFontMetricsF(theme.font(Text.CAPTION)).horizontalAdvance("000/000") + 6)
        over = 100 * _OVER_CARET_PX / max(1.0, self._box.height())
        for caret in told_carets(view.carets, width):
            middle = max(min(caret.at, view.now - width / 2), view.first + width / 2)
            self._text(f"{caret.sys}/{caret.dia}", middle, lane.y(caret.sys) + over, "bad", (0.5, 1), 13)

    def _scatter(self, x: Series, y: Series, symbol: str, size: int, pen: QPen) -> None:
        shape = {"_caret_down": _caret(up=False), "_caret_up": _caret(up=True)}.get(symbol, symbol)
        brush = pen.color() if symbol == "o" else None
        keep = np.isfinite(y)
        item = pg.ScatterPlotItem(
            x=x[keep],
            y=y[keep],
            symbol=shape,
            size=size,
            pen=None if symbol == "o" else pen,
            brush=pg.mkBrush(brush),
            antialias=True,
        )
        self._add(item, 13)

    def _draw_events(self, view: TrendView, where: Lanes) -> None:
        """Draw each event's mark on one line, and its words under it where they overlap no other's."""
        if not view.events:
            return
        metrics = QFontMetricsF(theme.font(Text.CAPTION))
        longest = theme.px(_LONGEST_WORDS_PX)
        words = [metrics.elidedText(event.text, Qt.TextElideMode.ElideRight, longest) for event in view.events]
        spans = [
            self._event_span(event.at, text, view, metrics) for event, text in zip(view.events, words, strict=True)
        ]
        rows = stagger(spans, len(where.rows))
        colour = self._theme.colour("event")
        dots = pg.ScatterPlotItem(
            x=[event.at for event in view.events],
            y=[where.dots] * len(view.events),
            symbol="o",
            size=_DOT_PX,
            pen=None,
            brush=pg.mkBrush(colour),
            antialias=True,
        )
        self._add(dots, 14)
        for text, (left, _), row in zip(words, spans, rows, strict=True):
            if row is not None:
                self._text(text, view.first + self._minutes(left), where.rows[row], "event", (0, 0.5), 14)

    def _event_span(self, at: float, text: str, view: TrendView, metrics: QFontMetricsF) -> tuple[float, float]:
        """Return where an event's words begin and end [px from the axis]: under its mark, and left of the gutter."""
        width = metrics.horizontalAdvance(text) + 12
        left = min(self._px(at - view.first) - _DOT_PX / 2, self._px(view.last - view.first) - width)
        return left, left + width

    def _draw_names(self, where: Lanes, view: TrendView) -> None:
        """Name the lanes, the baseline and the limit in the gutter, each as near to its height as the others allow."""
        lane = where.pressure
        at = view.last + self._minutes(8)
        row = 100 * theme.px(_ROW_PX) / max(1.0, self._box.height())
        named = []
        if view.baseline is not None:
            sys, dia = view.baseline
            named.append((lane.y(sys), self.tr("Baseline {bp}").format(bp=f"{sys}/{dia}"), "soft"))
        if view.spike_limit is not None:
            named.append((lane.y(view.spike_limit), self.tr("Limit {sys}").format(sys=f"{view.spike_limit:g}"), "bad"))
        if (lane.top - lane.bottom) * self._box.height() / 100 >= theme.px(_NAMES_FROM_PX):
            named.append((lane.bottom + row / 2, self.tr("HR /min"), "heart_rate"))
            named.append((lane.bottom + 3 * row / 2, self.tr("BP mmHg"), "nibp"))
        named.sort()
        for y, (_, text, role) in zip(spread([y for y, _, _ in named], row), named, strict=True):
            self._text(text, at, y, role, (0, 0.5), 14)
        if view.simulated:
            self._text(self.tr("SIMULATED"), at, where.dots, "warn", (0, 0.5), 14)
        self._text(self.tr("SpO₂ %"), at, (where.oxygen.top + where.oxygen.bottom) / 2, "spo2", (0, 0.5), 14)
        self._text(self.tr("RR /min"), at, (where.resp.top + where.resp.bottom) / 2, "resp", (0, 0.5), 14)

    def _draw_line(self, x0: float, y0: float, x1: float, y1: float, pen: QPen, z: float = 8) -> None:
        self._add(pg.PlotCurveItem(np.array([x0, x1]), np.array([y0, y1]), pen=pen, antialias=x0 != x1 and y0 != y1), z)

    def _text(
        self, text: str, x: float, y: float, role: str, anchor: tuple[float, float] = (0, 0.5), z: float = 5
    ) -> None:
        item = pg.TextItem(text, color=self._theme.colour(role), anchor=anchor)
        item.setFont(theme.font(Text.CAPTION))
        item.textItem.document().setDocumentMargin(0)
        item.setPos(QPointF(x, y))
        self._add(item, z)

    def _px(self, minutes: float) -> float:
        """Return the width of a stretch of time [px]."""
        (first, last), _ = self._box.viewRange()
        return float(minutes * self._box.width() / (last - first))

    def _minutes(self, px: float) -> float:
        (first, last), _ = self._box.viewRange()
        return float(px * (last - first) / max(1.0, self._box.width()))


def _caret(*, up: bool) -> QPainterPath:
    """Return an open caret whose tip is its middle, so that the tip stands on the reading."""
    foot = 0.5 if up else -0.5
    path = QPainterPath()
    path.moveTo(-0.5, foot)
    path.lineTo(0.0, 0.0)
    path.lineTo(0.5, foot)
    return path
