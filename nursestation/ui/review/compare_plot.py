"""Draws a patient's visits over each other: this one strong, one that a person chose in dashes, the others quiet."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from nursestation.core.overlay import VisitLine
from nursestation.ui import theme
from nursestation.ui.review.compare_view import Bounds, minutes_of, pieces, pressures_of, rates_of
from nursestation.ui.roles import Text
from nursestation.ui.theme import Theme

_LEFT, _BOTTOM, _TOP, _RIGHT, _BETWEEN = 52, 30, 28, 16, 34
_PRESSURE_PART = 0.64
_QUIET_ALPHA = 120


class ComparePlot(QWidget):
    """Two lanes over one axis of time since the start: pressure and heart rate."""

    def __init__(self, theme_: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("compare_plot")
        self.setAccessibleName(self.tr("Visits over each other, on the time since the start"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._theme = theme_
        self._lines: tuple[VisitLine, ...] = ()
        self._this = self._chosen = ""

    def show_lines(self, lines: Sequence[VisitLine], this: str, chosen: str) -> None:
        """Show visits, oldest first; `this` and `chosen` are sessions, "" for none."""
        self._lines, self._this, self._chosen = tuple(lines), this, chosen
        self.update()

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._theme = theme_
        self.update()

    def sizeHint(self) -> QSize:
        """Return a size at which lines can be told apart."""
        return QSize(600, 420)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw all of it."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colour("plot"))
        painter.setFont(theme.font(Text.CAPTION))
        if self._lines:
            left, right = theme.px(_LEFT), self.width() - theme.px(_RIGHT)
            top, bottom = theme.px(_TOP), self.height() - theme.px(_BOTTOM)
            split = top + (bottom - top - theme.px(_BETWEEN)) * _PRESSURE_PART
            minutes = minutes_of(self._lines)
            upper = QRectF(left, top, right - left, split - top)
            lower = QRectF(left, split + theme.px(_BETWEEN), right - left, bottom - split - theme.px(_BETWEEN))
            pressure, rate = pressures_of(self._lines), rates_of(self._lines)
            self._axes(painter, upper, minutes, pressure, self.tr("BP mmHg: systolic and diastolic"), "nibp")
            self._axes(painter, lower, minutes, rate, self.tr("HR /min, median of each minute"), "heart_rate")
            self._minutes(painter, lower, minutes)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for line in sorted(self._lines, key=lambda one: (one.session == self._this, one.session == self._chosen)):
                self._pressure(painter, upper, minutes, pressure, line)
                self._rate(painter, lower, minutes, rate, line)
        painter.end()

    def _pen(self, line: VisitLine, role: str) -> QPen:
        if line.session == self._this:
            return QPen(self._theme.colour(role), theme.px(3))
        if line.session == self._chosen:
            return QPen(self._theme.colour("text"), theme.px(2), Qt.PenStyle.DashLine)
        quiet = QColor(self._theme.colour("soft"))
        quiet.setAlpha(_QUIET_ALPHA)
        return QPen(quiet, 1.2)

    def _axes(self, painter: QPainter, area: QRectF, minutes: Bounds, values: Bounds, title: str, role: str) -> None:
        metrics = QFontMetricsF(painter.font())
        for tick in values.ticks:
            y = _y(area, values, tick)
            painter.setPen(self._theme.colour("line"))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(self._theme.colour("soft"))
            room = QRectF(0, y - metrics.height() / 2, area.left() - 8, metrics.height())
            painter.drawText(room, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), f"{tick:g}")
        start = _x(area, minutes, 0.0)
        painter.setPen(self._theme.colour("line_strong"))
        painter.drawLine(QPointF(start, area.top()), QPointF(start, area.bottom()))
        painter.setPen(self._theme.colour(role))
        head = QRectF(area.left(), area.top() - metrics.height() - 4, area.width(), metrics.height())
        painter.drawText(head, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), title)

    def _minutes(self, painter: QPainter, area: QRectF, minutes: Bounds) -> None:
        metrics = QFontMetricsF(painter.font())
        painter.setPen(self._theme.colour("soft"))
        for tick in minutes.ticks:
            words = self.tr("start") if tick == 0 else self.tr("{n} min").format(n=f"{tick:+g}".replace("-", "−"))
            wide = metrics.horizontalAdvance(words)
            x = min(max(_x(area, minutes, tick) - wide / 2, 0.0), self.width() - wide - 2)
            painter.drawText(QPointF(x, area.bottom() + metrics.ascent() + 8), words)

    def _pressure(self, painter: QPainter, area: QRectF, minutes: Bounds, values: Bounds, line: VisitLine) -> None:
        painter.setPen(self._pen(line, "nibp"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for side in (1, 2):
            points = [QPointF(_x(area, minutes, one[0]), _y(area, values, one[side])) for one in line.cuffs]
            painter.drawPolyline(QPolygonF(points))
            if line.session == self._this:
                painter.setBrush(self._theme.colour("nibp"))
                for point in points:
                    painter.drawEllipse(point, theme.px(3), theme.px(3))
                painter.setBrush(Qt.BrushStyle.NoBrush)

    def _rate(self, painter: QPainter, area: QRectF, minutes: Bounds, values: Bounds, line: VisitLine) -> None:
        painter.setPen(self._pen(line, "heart_rate"))
        for piece in pieces(line.heart_rate):
            points = [QPointF(_x(area, minutes, at), _y(area, values, value)) for at, value in piece]
            painter.drawPolyline(QPolygonF(points))


def _x(area: QRectF, minutes: Bounds, minute: float) -> float:
    return area.left() + (minute - minutes.low) / (minutes.high - minutes.low) * area.width()


def _y(area: QRectF, values: Bounds, value: float) -> float:
    return area.bottom() - (value - values.low) / (values.high - values.low) * area.height()
