"""The pictures of alarm signals and of the states that stop them, drawn here: they grow with the letters and take any colour.

Rules of the file:
1. A picture never stands without its words; `WORDS` has those of the five states, in the standard's spelling.
2. The pictures are our own. A cross of dashes is what comes back by itself, a whole cross what stays; a bell is sound, a
   triangle is sound and sight. What they stand for: IEC 60417-5307, -5319, -5576-1, -5576-2 and ISO 7000-6334A, as
   IEC 60601-1-8 Table C.1 lists them.
"""

from enum import StrEnum
from math import cos, pi, sin
from typing import assert_never

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from devices.events import Priority
from nursestation.ui import theme
from nursestation.ui.controls import Label
from nursestation.ui.roles import Text, Tone


class Symbol(StrEnum):
    """What a picture stands for."""

    NONE = ""
    SOUND = "sound"  # alarms sound
    AUDIO_PAUSED = "audio_paused"
    AUDIO_OFF = "audio_off"
    ALARM_PAUSED = "alarm_paused"
    ACKNOWLEDGED = "acknowledged"
    LATCHED = "latched"
    PATIENT = "patient"
    EQUIPMENT = "equipment"


WORDS = {
    Symbol.AUDIO_PAUSED: "AUDIO PAUSED",
    Symbol.AUDIO_OFF: "AUDIO OFF",
    Symbol.ALARM_PAUSED: "ALARM PAUSED",
    Symbol.ACKNOWLEDGED: "ACKNOWLEDGED",
    Symbol.LATCHED: "LATCHED",
}

_GRID = 24.0
_PEN = 2.0
_THIN_PEN = 1.6
_CROSS_PEN = 2.3
_DASHES = [1.6, 1.76]
"""A dash and its gap, in widths of the pen: four of them, and the crossing lies in a gap, so that it does not run together."""
_MARK_CORNER = 5.0
_STAR_INNER = 0.42
_STAR_GAP = 0.12
"""Between two stars, as a part of their size."""


def draw_symbol(painter: QPainter, symbol: Symbol, area: QRectF, colour: QColor) -> None:
    """Draw a picture into the largest square in the middle of `area`."""
    if symbol is Symbol.NONE:
        return
    side = min(area.width(), area.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(area.center().x() - side / 2, area.center().y() - side / 2)
    painter.scale(side / _GRID, side / _GRID)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_pen(colour))
    match symbol:
        case Symbol.SOUND:
            _bell(painter, colour)
        case Symbol.AUDIO_PAUSED | Symbol.AUDIO_OFF:
            painter.setPen(_pen(colour, _THIN_PEN))
            _bell(painter, colour)
            _cross(painter, colour, dashed=symbol is Symbol.AUDIO_PAUSED)
        case Symbol.ALARM_PAUSED:
            painter.setPen(_pen(colour, _THIN_PEN))
            painter.drawPolygon(QPolygonF([QPointF(12, 2.5), QPointF(22.5, 21), QPointF(1.5, 21)]))
            _cross(painter, colour, dashed=True)
        case Symbol.ACKNOWLEDGED:
            _small_bell(painter, colour)
            painter.setPen(_pen(colour, 2.6))
            painter.drawPolyline([QPointF(12.5, 18), QPointF(16, 21.5), QPointF(22.3, 13)])
        case Symbol.LATCHED:
            _small_bell(painter, colour)
            _lock(painter, colour)
        case Symbol.PATIENT:
            painter.drawEllipse(QPointF(12, 7.5), 4.5, 4.5)
            painter.drawArc(QRectF(3.5, 14, 17, 17), 0, 180 * 16)
        case Symbol.EQUIPMENT:
            _plug(painter)
        case _:
            assert_never(symbol)
    painter.restore()


def draw_stars(painter: QPainter, priority: Priority, area: QRectF, colour: QColor) -> float:
    """Draw a priority's stars from the left of `area`, as tall as it is; return their width [px]."""
    size = area.height()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    for n in range(priority.rank):
        middle = QPointF(area.left() + size * (0.5 + n * (1 + _STAR_GAP)), area.top() + size * 0.53)
        painter.drawPolygon(_star(middle, size * 0.52))
    painter.restore()
    return stars_width(priority, size)


def draw_mark(
    painter: QPainter, theme_: theme.Theme, priority: Priority, area: QRectF, size: float, *, is_dark: bool = False
) -> None:
    """Draw an alarm's priority before a line of a list: stars of `size` [px] on the ground of its colour.

    `is_dark` is for the dark half of its flash.
    """
    look = theme_.alarm(priority)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.ground(is_dark=is_dark))
    painter.drawRoundedRect(area, _MARK_CORNER, _MARK_CORNER)
    left = area.center().x() - stars_width(priority, size) / 2
    draw_stars(painter, priority, QRectF(left, area.center().y() - size / 2, size, size), look.on_fill)
    painter.restore()


def stars_width(priority: Priority, size: float) -> float:
    """Return the width of a priority's stars of a size [px]."""
    return size * (priority.rank * (1 + _STAR_GAP) - _STAR_GAP)


class SymbolLabel(Label):
    """A picture in the colour of a tone; takes no room while it has none.

    Args:
        size: Its height and width [px at the designed size].
    """

    def __init__(
        self, size: float, object_name: str, tone: Tone = Tone.PLAIN, *, parent: QWidget | None = None
    ) -> None:
        super().__init__("", Text.BODY, tone, object_name=object_name, parent=parent)
        self._symbol = Symbol.NONE
        theme.set_length(self, theme.Length.HEIGHT, size)
        theme.set_length(self, theme.Length.WIDTH, size)
        self.hide()

    @property
    def symbol(self) -> Symbol:
        """Return what is shown."""
        return self._symbol

    def show_symbol(self, symbol: Symbol) -> None:
        """Show a picture."""
        if symbol is self._symbol:
            return
        self._symbol = symbol
        self.setAccessibleName(WORDS.get(symbol, symbol.value))
        self.setVisible(symbol is not Symbol.NONE)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        draw_symbol(painter, self._symbol, QRectF(self.rect()), self.palette().color(self.foregroundRole()))
        painter.end()


class Stars(Label):
    """A priority's stars, drawn to the height of the label; its text is the same in asterisks.

    Args:
        size: Height of a star [px at the designed size].
    """

    def __init__(self, size: float, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__("", Text.STRONG, object_name=object_name, parent=parent)
        self._size = size
        self._priority: Priority | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_priority(self, priority: Priority | None) -> None:
        """Show the stars of a priority; None shows nothing."""
        if priority is self._priority:
            return
        self._priority = priority
        self.setText("" if priority is None else theme.ALARM_SYMBOLS[priority])
        self.setVisible(priority is not None)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Return the size of the stars."""
        size = theme.px(self._size)
        width = 0.0 if self._priority is None else stars_width(self._priority, size)
        return QSize(round(width + 0.5), size)

    def minimumSizeHint(self) -> QSize:
        """Return the size of the stars: they are never cut."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw them."""
        if self._priority is None:
            return
        painter = QPainter(self)
        draw_stars(painter, self._priority, QRectF(self.rect()), self.palette().color(self.foregroundRole()))
        painter.end()


def _pen(colour: QColor, width: float = _PEN) -> QPen:
    return QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def _bell(painter: QPainter, colour: QColor) -> None:
    body = QPainterPath(QPointF(4.5, 17.5))
    body.cubicTo(6.5, 15.5, 6.5, 13, 6.5, 10.5)
    body.cubicTo(6.5, 6.8, 9, 4.5, 12, 4.5)
    body.cubicTo(15, 4.5, 17.5, 6.8, 17.5, 10.5)
    body.cubicTo(17.5, 13, 17.5, 15.5, 19.5, 17.5)
    body.closeSubpath()
    painter.drawPath(body)
    painter.drawLine(QPointF(12, 2.4), QPointF(12, 4))
    painter.setBrush(colour)
    painter.drawPie(QRectF(9.8, 18.2, 4.4, 4.4), 180 * 16, 180 * 16)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _small_bell(painter: QPainter, colour: QColor) -> None:
    """Draw the bell with room at its lower right."""
    painter.save()
    painter.translate(-2.5, -1)
    painter.scale(0.88, 0.88)
    _bell(painter, colour)
    painter.restore()


def _cross(painter: QPainter, colour: QColor, *, dashed: bool) -> None:
    pen = _pen(colour, _CROSS_PEN)
    if dashed:
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setDashPattern(_DASHES)
    painter.setPen(pen)
    painter.drawLine(QPointF(2.5, 2.5), QPointF(21.5, 21.5))
    painter.drawLine(QPointF(21.5, 2.5), QPointF(2.5, 21.5))


def _lock(painter: QPainter, colour: QColor) -> None:
    painter.setPen(_pen(colour, 1.8))
    painter.drawArc(QRectF(15.6, 11, 5, 7), 0, 180 * 16)
    painter.setBrush(colour)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawRoundedRect(QRectF(13.6, 15, 9, 7.4), 1.2, 1.2)


def _plug(painter: QPainter) -> None:
    painter.drawLine(QPointF(8.5, 2.5), QPointF(8.5, 7))
    painter.drawLine(QPointF(15.5, 2.5), QPointF(15.5, 7))
    body = QPainterPath(QPointF(5, 7.5))
    body.lineTo(19, 7.5)
    body.lineTo(19, 10.5)
    body.cubicTo(19, 14.5, 16, 17, 12, 17)
    body.cubicTo(8, 17, 5, 14.5, 5, 10.5)
    body.closeSubpath()
    painter.drawPath(body)
    painter.drawLine(QPointF(12, 17), QPointF(12, 22))


def _star(middle: QPointF, radius: float) -> QPolygonF:
    points = []
    for n in range(10):
        reach = radius if n % 2 == 0 else radius * _STAR_INNER
        angle = -pi / 2 + n * pi / 5
        points.append(QPointF(middle.x() + reach * cos(angle), middle.y() + reach * sin(angle)))
    return QPolygonF(points)
