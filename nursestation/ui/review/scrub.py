"""The bar of a replay: a finger goes to where it touches, and drags from there."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from nursestation.ui import theme
from nursestation.ui.theme import Theme

_GROOVE_PX, _HANDLE_PX = 8, 26
_LEAST_PX = 160


class Scrub(QSlider):
    """A slider as high as a finger needs; arrow and page keys move it too."""

    def __init__(self, theme_: Theme, object_name: str, accessible_name: str, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setObjectName(object_name)
        self.setAccessibleName(accessible_name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.set_length(self, theme.Length.HEIGHT, theme.TOUCH)
        self._theme = theme_

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._theme = theme_
        self.update()

    def sizeHint(self) -> QSize:
        """Return the least that can be aimed at."""
        return QSize(theme.px(_LEAST_PX), theme.px(theme.TOUCH))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go where it is touched."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._go(event.position())
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go with the finger."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position())
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Stay there."""
        event.accept()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the groove, what is past of it, and the handle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        groove, half, middle = self._groove(), theme.px(_GROOVE_PX) / 2, self.height() / 2
        painter.setBrush(self._theme.colour("line_strong"))
        painter.drawRoundedRect(QRectF(groove[0], middle - half, groove[1] - groove[0], 2 * half), half, half)
        x = self._x()
        painter.setBrush(self._theme.colour("accent"))
        painter.drawRoundedRect(QRectF(groove[0], middle - half, x - groove[0], 2 * half), half, half)
        painter.setBrush(self._theme.colour("text" if self.hasFocus() else "soft"))
        radius = theme.px(_HANDLE_PX) / 2
        painter.drawEllipse(QPointF(x, middle), radius, radius)
        painter.end()

    def _groove(self) -> tuple[float, float]:
        radius = theme.px(_HANDLE_PX) / 2 + 1
        return radius, max(radius + 1, self.width() - radius)

    def _x(self) -> float:
        first, last = self._groove()
        part = (self.value() - self.minimum()) / max(1, self.maximum() - self.minimum())
        return first + part * (last - first)

    def _go(self, place: QPointF) -> None:
        first, last = self._groove()
        part = min(1.0, max(0.0, (place.x() - first) / (last - first)))
        self.setValue(round(self.minimum() + part * (self.maximum() - self.minimum())))
