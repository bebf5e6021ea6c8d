"""The session trend, drawn by pyqtgraph, moved by mouse, finger and keyboard. Import it late: pyqtgraph takes 0.3 s.

One view box holds all lanes, so that phases, the present and the time axis run through all of them. pyqtgraph gives the box
and the axes; what is in the box is laid out by `trend_scene.py` and painted by `trend_canvas.py`, and what a curve draws comes
from its pyramid, so that a step costs the same over an hour and over a month.

| what | mouse | finger | keyboard |
|---|---|---|---|
| pan | drag, wheel | drag | Left, Right, Page Up, Page Down |
| zoom | Ctrl and wheel | two fingers | plus, minus |
| whole visit; the present | buttons beside the plot | the same | Home; End |
| cursor | point, or click to leave it there | tap | Shift and Left or Right; Escape takes it away |
| cursor to a cuff reading | | | Ctrl and Left or Right: the one before, the one after |
"""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal, Slot
from PySide6.QtGui import (
    QEventPoint,
    QFocusEvent,
    QFontMetricsF,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QTouchEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nursestation.ui import theme
from nursestation.ui.plots import trend_window
from nursestation.ui.plots.lanes import OTHER_METRICS, Lanes, lanes
from nursestation.ui.plots.pyramid import Pyramid, Series
from nursestation.ui.plots.trend_canvas import Canvas, Picture, Pointer, Segments, segments
from nursestation.ui.plots.trend_scene import LEFT_PX, Letters, Scale, Scene, apart, minute_ticks, scene
from nursestation.ui.plots.trend_view import TrendView
from nursestation.ui.plots.trend_window import WHOLE, Look
from nursestation.ui.roles import Text
from nursestation.ui.theme import Theme

_ROW_PX = 16
"""Height of a line of small text [px at the designed size]."""
_GUTTER_PX = 116
"""Right of the time axis, where limits and lanes are named and no data comes [px at the designed size]."""
_DRAG_PX = 8
"""How far a finger or the mouse moves before it drags [px]: less is a tap that shook."""
_ZOOM = 1.25
"""A notch of the wheel, or a key, makes the window longer or shorter by this."""
_PAN_PART, _PAGE_PART = 0.1, 0.9
"""A notch or an arrow key pans by this part of the window; a page key by that."""
_WHEEL_NOTCH = 120
"""Source: Qt's documentation of QWheelEvent.angleDelta."""
_ROLES = {"spo2": "spo2", "resp_rate": "resp", "etco2": "co2", "temp": "text"}
_EMPTY = Pyramid()


class TrendPlot(QWidget):
    """The plot of one visit.

    Signals:
        touched: A person moved the plot or its cursor.
        moved: Another stretch of time is shown, or another view of the pressure.
        pointed: The cursor stands elsewhere: at a minute, or nowhere (None).
    """

    touched = Signal()
    moved = Signal()
    pointed = Signal(object)

    def __init__(self, theme_: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("trend_plot")
        self.setAccessibleName(self.tr("Plot of this visit"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self._theme = theme_
        self._view: TrendView | None = None
        self._series: Mapping[str, Pyramid] = {}
        self._look = self._home = WHOLE
        self._from_baseline = False
        self._left: float | None = None  # where a person left the cursor [min]
        self._hovered: float | None = None  # where the mouse points [min]
        self._pressed: tuple[QPointF, float] | None = None  # where, and the minute under it
        self._is_dragged = False
        self._scale = Scale(0.0, 1.0, 0.0, 1.0)
        self._lanes: Lanes | None = None
        self._left_ticks: tuple[tuple[float, str], ...] = ()
        self._letters_px = theme.px(100)
        self._build()

    def _build(self) -> None:
        self._plot = pg.PlotWidget(parent=self, background=self._theme.colour("plot"))
        self._plot.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._plot.setFrameShape(self._plot.Shape.NoFrame)
        for part in (self._plot, self._plot.viewport()):
            part.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._box = self._plot.getViewBox()
        self._box.setMouseEnabled(x=False, y=False)
        self._box.disableAutoRange()
        self._box.setDefaultPadding(0)
        for name in ("left", "bottom"):
            axis = self._plot.getAxis(name)
            axis.enableAutoSIPrefix(False)  # else its label, which it has not, is set anew at each step
            axis.setTextPen(self._theme.colour("soft"))
            axis.setPen(pg.mkPen(None))
            axis.setTickPen(pg.mkPen(None))
            axis.setStyle(tickLength=0, tickTextOffset=6, tickAlpha=0)
        self._fit_axes()
        self._canvas = Canvas(self._box, self._theme)
        self._pointer = Pointer(self._box, self._theme)
        self._box.sigResized.connect(self._on_resized)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._plot)

    def _fit_axes(self) -> None:
        left, bottom = self._plot.getAxis("left"), self._plot.getAxis("bottom")
        for axis in (left, bottom):
            axis.setTickFont(theme.font(Text.CAPTION))
        left.setWidth(theme.px(44))
        bottom.setHeight(theme.px(26))

    # --- what is shown ---

    def render(  # type: ignore[override]
        self, view: TrendView, series: Mapping[str, Pyramid]
    ) -> None:
        """Draw `view` with the values of `series`, by metric; a metric that is not in it has no lane."""
        if self._view is not None and self._view.session != view.session:
            self._look = self._home = WHOLE
            self._left = self._hovered = None
            self._from_baseline = False
        self._view, self._series = view, series
        if self._letters_px != theme.px(100):
            self._letters_px = theme.px(100)
            self._fit_axes()
        self._redraw()

    @property
    def look(self) -> Look:
        """Return which stretch of time is shown."""
        return self._look

    @property
    def cursor_minute(self) -> float | None:
        """Return where the cursor stands [min], None for nowhere."""
        return self._hovered if self._hovered is not None else self._left

    @property
    def is_held(self) -> bool:
        """Say whether a finger or the mouse is on it."""
        return self._pressed is not None

    @property
    def from_baseline(self) -> bool:
        """Say whether the pressure lane shows the distance from the baseline."""
        return self._from_baseline and self._view is not None and self._view.baseline is not None

    @property
    def scene(self) -> Scene:
        """Return what is drawn beside the curves; of a plot that has been rendered."""
        assert self._canvas.picture is not None
        return self._canvas.picture.scene

    @property
    def scale(self) -> Scale:
        """Return where the minutes lie."""
        return self._scale

    def show_look(self, look: Look) -> None:
        """Show another stretch of time."""
        self._look = look
        if look.follows:
            self._home = look
        self._redraw()
        self.moved.emit()

    def show_whole(self) -> None:
        """Show the whole visit, and follow it."""
        self.show_look(WHOLE)

    def show_last(self, minutes: float) -> None:
        """Show the last `minutes`, and follow the present."""
        self.show_look(Look(minutes))

    def show_now(self) -> None:
        """Go back to the present and follow it, at the present zoom."""
        self.show_look(trend_window.follow(self._look))

    def rest(self) -> None:
        """Go back to how the present was followed last, without a cursor: a plot that nobody touches shows what is."""
        self._left = self._hovered = None
        self.show_look(self._home)
        self.pointed.emit(None)

    def show_from_baseline(self, wanted: bool) -> None:
        """Show the pressure as its distance from the baseline, or in mmHg; in mmHg while there is no baseline."""
        self._from_baseline = wanted
        self._redraw()
        self.moved.emit()

    def point_at(self, minute: float | None) -> None:
        """Leave the cursor at a minute, moving the window to it where need be; None takes it away."""
        self._left, self._hovered = minute, None
        if minute is not None and self._view is not None:
            around = trend_window.shown_around(self._look, self._view.axis, minute)
            if around != self._look:
                self.show_look(around)
        self._show_pointer()
        self.pointed.emit(minute)

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._theme = theme_
        self._plot.setBackground(theme_.colour("plot"))
        for name in ("left", "bottom"):
            self._plot.getAxis(name).setTextPen(theme_.colour("soft"))
        self._canvas.set_theme(theme_)
        self._pointer.set_theme(theme_)

    @Slot(object)
    def _on_resized(self, _box: object) -> None:
        self._canvas.refit()
        self._pointer.refit()
        self._box.setYRange(0, max(1.0, self._box.height()), padding=0)
        self._redraw()

    def _redraw(self) -> None:
        view = self._view
        if view is None:
            return
        width, height = self._box.width(), self._box.height()
        first, last = trend_window.window(self._look, view.axis)
        self._scale = scale = Scale(first, last, LEFT_PX, max(LEFT_PX + 1.0, width - theme.px(_GUTTER_PX)))
        metrics = QFontMetricsF(theme.font(Text.CAPTION))
        letters = Letters(
            metrics.horizontalAdvance,
            lambda text, room: metrics.elidedText(text, Qt.TextElideMode.ElideRight, room),
            theme.px(_ROW_PX),
        )
        self._lanes = its = self._divided(view, height, letters.row_px)
        self._box.setXRange(scale.minute(0.0), scale.minute(width), padding=0)
        self._set_ticks(view, its, height, metrics)
        self._canvas.show_picture(
            Picture(
                left=scale.left,
                right=scale.right,
                scene=scene(view, scale, its, letters, height, from_baseline=self.from_baseline),
                curves=self._curves(view, its),
            )
        )
        self._show_pointer()

    def _divided(self, view: TrendView, height: float, row_px: float) -> Lanes:
        bounds = self._heart.bounds()
        baseline = view.baseline if self.from_baseline else None
        if bounds is not None and baseline is not None:
            rate = view.baseline_rate
            bounds = ((bounds[0] / rate - 1) * 100, (bounds[1] / rate - 1) * 100) if rate else None
        given = [metric for metric in OTHER_METRICS if self._series.get(metric, _EMPTY).bounds() is not None]
        return lanes(height, row_px, view.carets, bounds, given, baseline)

    @property
    def _heart(self) -> Pyramid:
        heart = self._series.get("heart_rate", _EMPTY)
        return heart if len(heart) else self._series.get("pulse_rate", _EMPTY)

    def _curves(self, view: TrendView, its: Lanes) -> tuple[tuple[str, Segments], ...]:
        t0, t1 = (view.zero_utc_s + 60.0 * minute for minute in (self._scale.first, self._scale.last))
        n_px = max(1, round(self._scale.right - self._scale.left))
        curves: list[tuple[str, Segments]] = []
        for metric, lane in its.others.items():
            t, v = self._series.get(metric, _EMPTY).slice(t0, t1, n_px)
            curves.append((_ROLES[metric], segments(self._xs(t, view), lane.ys(v))))
        rate = view.baseline_rate if self.from_baseline else None
        if rate is not None or not self.from_baseline:
            t, v = self._heart.slice(t0, t1, n_px)
            heights = its.pressure.ys(v if rate is None else (v / rate - 1) * 100)
            curves.append(("heart_rate", segments(self._xs(t, view), heights)))
        return tuple(curves)

    def _xs(self, t: Series, view: TrendView) -> Series:
        seconds_before = view.zero_utc_s + 60.0 * self._scale.first
        places: Series = self._scale.left + (t - seconds_before) * (self._scale.px_per_min / 60.0)
        return places

    def _set_ticks(self, view: TrendView, its: Lanes, height: float, metrics: QFontMetricsF) -> None:
        ticks = [
            (
                height - lane.y(tick),
                f"{tick:+g}" if tick and self.from_baseline and lane is its.pressure else f"{tick:g}",
            )
            for lane in (*its.others.values(), its.pressure)
            for tick in apart(lane, theme.px(_ROW_PX))
        ]
        if tuple(ticks) != self._left_ticks:
            self._left_ticks = tuple(ticks)
            self._plot.getAxis("left").setTicks([ticks])
        now = view.now if view.now is not None and self._scale.first <= view.now <= self._scale.last else None
        half = (metrics.horizontalAdvance(self.tr("now")) + metrics.horizontalAdvance("+00 min")) / 2
        near = (half + 4) / self._scale.px_per_min
        minutes = minute_ticks(self._scale, n_most=self._most_ticks(metrics))
        named = [(float(m), self._minute_text(m, view)) for m in minutes if now is None or abs(m - now) > near]
        if now is not None:
            named.append((now, self.tr("now")))
        self._plot.getAxis("bottom").setTicks([named])

    def _most_ticks(self, metrics: QFontMetricsF) -> int:
        room = self._scale.right - self._scale.left
        return max(2, min(10, int(room / (1.5 * metrics.horizontalAdvance("+000 min")))))

    def _minute_text(self, minute: int, view: TrendView) -> str:
        sign = "+" if view.from_start and minute > 0 else ""
        return self.tr("{minute} min").format(minute=f"{sign}{minute}")

    def _show_pointer(self) -> None:
        view, its = self._view, self._lanes
        if view is None or its is None:
            return
        pieces = [(its.pressure.top, its.pressure.bottom)]
        if its.rules:
            pieces.append((its.rules[-1], self._box.height()))
        self._pointer.show_at(self._x(view.now), self._x(self.cursor_minute), pieces, is_marked=self.hasFocus())

    def _x(self, minute: float | None) -> float | None:
        if minute is None or not self._scale.first <= minute <= self._scale.last:
            return None
        return self._scale.x(minute)

    # --- what a person does ---

    def minute_at(self, place: QPointF) -> float:
        """Return the minute under `place` in this widget, within the window."""
        x = place.x() - self._box.mapToScene(self._box.rect().topLeft()).x()
        return min(max(self._scale.minute(x), self._scale.first), self._scale.last)

    def _change(self, look: Look) -> None:
        if look != self._look:
            self.show_look(look)
        self.touched.emit()

    def _pan_by(self, part: float) -> None:
        if self._view is not None:
            minutes = part * (self._scale.last - self._scale.first)
            self._change(trend_window.pan(self._look, self._view.axis, minutes))

    def _zoom_by(self, factor: float) -> None:
        if self._view is not None:
            self._change(trend_window.zoom_at_present(self._look, self._view.axis, factor))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the minute under the mouse."""
        if event.button() is not Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self._press(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag what was taken hold of; else point."""
        if self._pressed is not None:
            self._drag(event.position())
        elif self._view is not None:
            self._hovered = self.minute_at(event.position())
            self._show_pointer()
            self.touched.emit()
            self.pointed.emit(self._hovered)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go; what was not dragged was a click, which leaves the cursor there."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._release(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        """Put the cursor back where it was left."""
        super().leaveEvent(event)
        if self._hovered is not None:
            self._hovered = None
            self._show_pointer()
            self.pointed.emit(self._left)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Pan; with Ctrl zoom about the mouse."""
        if self._view is None:
            return
        turned = event.angleDelta()
        notches = (turned.y() or turned.x()) / _WHEEL_NOTCH
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            about = self.minute_at(event.position())
            self._change(trend_window.zoom(self._look, self._view.axis, _ZOOM**-notches, about))
        else:
            self._pan_by(-notches * _PAN_PART)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pan, zoom, or move the cursor: see the head of the file."""
        key, held = Qt.Key(event.key()), event.modifiers()
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if key in steps and held & Qt.KeyboardModifier.ControlModifier:
            self._to_reading(steps[key])
        elif key in steps and held & Qt.KeyboardModifier.ShiftModifier:
            self._step_cursor(steps[key])
        elif key is Qt.Key.Key_Escape and self.cursor_minute is not None:
            self.point_at(None)
            self.touched.emit()
        else:
            does: dict[Qt.Key, Callable[[], None]] = {
                Qt.Key.Key_Left: partial(self._pan_by, -_PAN_PART),
                Qt.Key.Key_Right: partial(self._pan_by, _PAN_PART),
                Qt.Key.Key_PageUp: partial(self._pan_by, -_PAGE_PART),
                Qt.Key.Key_PageDown: partial(self._pan_by, _PAGE_PART),
                Qt.Key.Key_Plus: partial(self._zoom_by, 1 / _ZOOM),
                Qt.Key.Key_Equal: partial(self._zoom_by, 1 / _ZOOM),
                Qt.Key.Key_Minus: partial(self._zoom_by, _ZOOM),
                Qt.Key.Key_Home: self.show_whole,
                Qt.Key.Key_End: self.show_now,
            }
            if key not in does:
                super().keyPressEvent(event)
                return
            does[key]()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the frame of the focus."""
        super().focusInEvent(event)
        self._show_pointer()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the frame of the focus away."""
        super().focusOutEvent(event)
        self._show_pointer()

    def hideEvent(self, event: QHideEvent) -> None:
        """Let go of what is held: its release goes elsewhere."""
        super().hideEvent(event)
        self._pressed, self._is_dragged = None, False

    def event(self, event: QEvent) -> bool:
        """Take fingers: one drags or taps, two hold the minutes under them."""
        kinds = (QEvent.Type.TouchBegin, QEvent.Type.TouchUpdate, QEvent.Type.TouchEnd, QEvent.Type.TouchCancel)
        if event.type() in kinds and isinstance(event, QTouchEvent):
            self._touch(event)
            event.accept()
            return True
        return super().event(event)

    def _touch(self, event: QTouchEvent) -> None:
        points = event.points()
        if event.type() is QEvent.Type.TouchCancel:
            self._pressed = None
        elif event.type() is QEvent.Type.TouchEnd:
            self._release(points[0].position())
        elif len(points) >= 2:
            self._pinch(points[0], points[1])
        elif self._pressed is None:
            self._press(points[0].position())
        else:
            self._drag(points[0].position())

    def _press(self, place: QPointF) -> None:
        self._pressed, self._is_dragged = (place, self.minute_at(place)), False
        self._hovered = None
        self.touched.emit()

    def _drag(self, place: QPointF) -> None:
        assert self._pressed is not None
        start, minute = self._pressed
        if not self._is_dragged and abs(place.x() - start.x()) < _DRAG_PX:
            return
        if self._view is None:
            return
        self._is_dragged = True
        x = place.x() - self._box.mapToScene(self._box.rect().topLeft()).x()
        self._change(trend_window.pan(self._look, self._view.axis, minute - self._scale.minute(x)))

    def _pinch(self, one: QEventPoint, other: QEventPoint) -> None:
        """Keep the minutes that two fingers took hold of under them."""
        if self._view is None:
            return
        self._is_dragged = True
        self._pressed = self._pressed or (one.position(), self.minute_at(one.position()))
        before = (self.minute_at(one.lastPosition()), self.minute_at(other.lastPosition()))
        width = max(1.0, self._scale.right - self._scale.left)
        left = self._box.mapToScene(self._box.rect().topLeft()).x() + self._scale.left
        parts = ((one.position().x() - left) / width, (other.position().x() - left) / width)
        if before[0] != before[1]:
            self._change(trend_window.grip(self._view.axis, before, parts))

    def _release(self, place: QPointF) -> None:
        if self._pressed is not None and not self._is_dragged and self._view is not None:
            self.point_at(self.minute_at(place))
        self._pressed, self._is_dragged = None, False
        self.touched.emit()

    def _step_cursor(self, direction: int) -> None:
        """Move the cursor by a pixel's time, at least a second."""
        if self._view is None:
            return
        present = self._view.now if self._view.now is not None else self._scale.last
        at = self.cursor_minute if self.cursor_minute is not None else min(present, self._scale.last)
        step = max(1 / 60, 1 / self._scale.px_per_min)
        self.point_at(min(max(at + direction * step, self._view.first), present, self._view.last))
        self.touched.emit()

    def _to_reading(self, direction: int) -> None:
        """Move the cursor to the cuff reading before or after it."""
        if self._view is None or not self._view.carets:
            return
        times = np.array([caret.at for caret in self._view.carets])
        at = self.cursor_minute if self.cursor_minute is not None else np.inf
        ahead = times[times > at + 1e-6] if direction > 0 else times[times < at - 1e-6]
        if len(ahead):
            self.point_at(float(ahead[0 if direction > 0 else -1]))
        self.touched.emit()
