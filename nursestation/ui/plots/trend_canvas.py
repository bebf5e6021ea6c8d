"""What the session trend is painted on: two items in pyqtgraph's view box, kept for the life of the plot.

They paint in pixels of the box, so that panning sets no transform and makes nothing anew. A curve is one `drawLines` over an
array of line segments; NaN among them is a gap, which Qt leaves out. It is drawn twice with a hairline, half a pixel apart: that
looks as a line of one and a half pixels does and costs a quarter, because hairlines need no outline. Where it has a lowest and
a highest value in most pixels it is a band already, and one stroke is enough.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
import shiboken6
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from devices.events import Priority
from nursestation.ui import theme
from nursestation.ui.plots.pyramid import Series
from nursestation.ui.plots.trend_scene import CARET_PX, DOT_PX, STRIP_PX, Mark, Scene, Strip, Word
from nursestation.ui.roles import Text
from nursestation.ui.theme import Theme

Segments = npt.NDArray[np.float64]
_THICKNESS_PX = 0.6
"""Between the two strokes of a curve [px]."""
_DASHES = {Priority.MEDIUM: [8.0, 5.0], Priority.LOW: [2.0, 5.0]}
"""Lengths of line and gap of an alarm's strip [px]; a high one is whole: the priority is told without colour too."""


def segments(x: Series, y: Series) -> Segments:
    """Return the lines from each point to the next, shape `(n - 1, 4)`: x0, y0, x1, y1."""
    lines = np.empty((max(0, len(x) - 1), 4))
    lines[:, 0], lines[:, 1] = x[:-1], y[:-1]
    lines[:, 2], lines[:, 3] = x[1:], y[1:]
    return lines


@dataclass(frozen=True, slots=True)
class Picture:
    """What is on the canvas: the curves by the role of their colour, and all else."""

    left: float
    right: float
    scene: Scene
    curves: tuple[tuple[str, Segments], ...]


class _Item(pg.GraphicsObject):
    """An item that covers the view box, in its pixels."""

    def __init__(self, box: pg.ViewBox, theme_: Theme, z: float) -> None:
        super().__init__()
        self.setParentItem(box)
        self.setZValue(z)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption, False)
        self._box, self._theme = box, theme_

    def boundingRect(self) -> QRectF:
        """Return the whole box."""
        area: QRectF = self._box.rect()
        return area

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._theme = theme_
        self.update()

    def refit(self) -> None:
        """Follow the box to another size."""
        self.prepareGeometryChange()


class Canvas(_Item):
    """The trend itself."""

    def __init__(self, box: pg.ViewBox, theme_: Theme) -> None:
        super().__init__(box, theme_, 10)
        self._picture: Picture | None = None

    @property
    def picture(self) -> Picture | None:
        """Return what it shows."""
        return self._picture

    def show_picture(self, picture: Picture) -> None:
        """Show another picture."""
        self._picture = picture
        self.update()

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Paint the ground, the curves, the readings and events, and the words."""
        picture = self._picture
        if picture is None:
            return
        area = self.boundingRect()
        inside = QRectF(picture.left - CARET_PX, 0, picture.right - picture.left + 2 * CARET_PX, area.height())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._paint_ground(painter, picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.save()
        painter.setClipRect(inside.adjusted(CARET_PX, 0, -CARET_PX, 0))
        for role, lines in picture.curves:
            _stroke(painter, QPen(self._theme.colour(role), 1.0), lines, is_dense=len(lines) > inside.width())
        painter.setClipRect(inside)
        self._paint_marks(painter, picture.scene.marks)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("event"))
        for x, y in picture.scene.dots:
            painter.drawEllipse(QPointF(x, y), DOT_PX / 2, DOT_PX / 2)
        painter.restore()
        self._paint_words(painter, picture.scene.words)

    def _paint_ground(self, painter: QPainter, picture: Picture) -> None:
        for left, right, top, bottom, role, alpha in picture.scene.fills:
            colour = self._theme.colour(role)
            colour.setAlphaF(alpha)
            painter.fillRect(QRectF(left, top, right - left, bottom - top), colour)
        for strip in picture.scene.strips:
            self._paint_strip(painter, strip)
        for rule in picture.scene.rules:
            colour = self._theme.colour(rule.role)
            colour.setAlphaF(0.7 if rule.is_dashed else 1.0)
            painter.setPen(QPen(colour, 1.0, Qt.PenStyle.DashLine if rule.is_dashed else Qt.PenStyle.SolidLine))
            left = picture.left if rule.left is None else rule.left
            right = picture.right if rule.right is None else rule.right
            painter.drawLine(QPointF(left, rule.y), QPointF(right, rule.y))

    def _paint_strip(self, painter: QPainter, strip: Strip) -> None:
        look = self._theme.alarm(strip.priority)
        colour = look.fill
        strokes = [(STRIP_PX - 2, colour)]
        if strip.priority is not Priority.HIGH:
            strokes.insert(0, (STRIP_PX, look.on_fill))  # an edge: yellow and cyan are pale on white
        for width, stroke in strokes:
            pen = QPen(stroke, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap)
            if strip.priority in _DASHES:
                pen.setDashPattern([length / width for length in _DASHES[strip.priority]])
            painter.setPen(pen)
            painter.drawLine(QPointF(strip.left, strip.y), QPointF(strip.right, strip.y))
        colour.setAlphaF(0.16)
        painter.fillRect(
            QRectF(strip.left, strip.lane_top, strip.right - strip.left, strip.lane_bottom - strip.lane_top), colour
        )

    def _paint_marks(self, painter: QPainter, marks: Sequence[Mark]) -> None:
        half = CARET_PX / 2
        for mark in marks:
            colour = self._theme.colour("bad" if mark.flagged else "nibp")
            painter.setPen(QPen(colour, 2.0 if mark.flagged else 1.6))
            x = mark.x
            lines = [
                QLineF(x, mark.foot, x, mark.sys),
                QLineF(x - half, mark.sys - half, x, mark.sys),
                QLineF(x + half, mark.sys - half, x, mark.sys),
            ]
            if mark.dia is not None:
                lines.append(QLineF(x - half, mark.dia + half, x, mark.dia))
                lines.append(QLineF(x + half, mark.dia + half, x, mark.dia))
            painter.drawLines(lines)
            if mark.dot is not None:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colour)
                painter.drawEllipse(QPointF(x, mark.dot), 2.5, 2.5)

    def _paint_words(self, painter: QPainter, words: Sequence[Word]) -> None:
        font = theme.font(Text.CAPTION)
        metrics = QFontMetricsF(font)
        down = (metrics.ascent() - metrics.descent()) / 2
        painter.setFont(font)
        for word in words:
            painter.setPen(self._theme.colour(word.role))
            painter.drawText(QPointF(word.left, word.middle + down), word.text)


class Pointer(_Item):
    """The present and the cursor, over the trend: they move without it."""

    def __init__(self, box: pg.ViewBox, theme_: Theme) -> None:
        super().__init__(box, theme_, 20)
        self._now: float | None = None
        self._cursor: float | None = None
        self._pieces: tuple[tuple[float, float], ...] = ()
        self._is_marked = False

    def show_at(
        self, now: float | None, cursor: float | None, pieces: Sequence[tuple[float, float]], *, is_marked: bool
    ) -> None:
        """Show the present and the cursor at x [px], None for nowhere.

        Args:
            now: The present, drawn over `pieces` of the height alone, and so not through the words of the events.
            cursor: Where a person points.
            pieces: (top, bottom) [px].
            is_marked: The plot has the keyboard's focus.
        """
        shown = (now, cursor, tuple(pieces), is_marked)
        if shown == (self._now, self._cursor, self._pieces, self._is_marked):
            return
        self._now, self._cursor, self._pieces, self._is_marked = shown
        self.update()

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Paint the present, the cursor and the frame of the keyboard's focus."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if self._now is not None:
            painter.setPen(QPen(self._theme.colour("soft"), 1.0))
            for top, bottom in self._pieces:
                painter.drawLine(QPointF(self._now, top), QPointF(self._now, bottom))
        if self._cursor is not None:
            painter.setPen(QPen(self._theme.colour("focus"), 2.0))
            painter.drawLine(QPointF(self._cursor, 0), QPointF(self._cursor, self.boundingRect().bottom()))
        if self._is_marked:
            painter.setPen(QPen(self._theme.colour("focus"), 2.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.boundingRect().adjusted(1, 1, -1, -1))


def _stroke(painter: QPainter, pen: QPen, lines: Segments, *, is_dense: bool) -> None:
    if not len(lines):
        return
    first = shiboken6.wrapInstance(lines.ctypes.data, QLineF)
    painter.setPen(pen)
    if is_dense:
        painter.drawLines(first, len(lines))  # type: ignore[call-overload]  # a pointer and a count
        return
    for down in (-_THICKNESS_PX / 2, _THICKNESS_PX):
        painter.translate(0, down)
        painter.drawLines(first, len(lines))  # type: ignore[call-overload]
    painter.translate(0, -_THICKNESS_PX / 2)
