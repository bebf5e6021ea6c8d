"""A scrolled part that takes the room its content needs, and scrolls only where there is less."""

from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtWidgets import QSizePolicy, QWidget

from nursestation.ui.scrolling import Scroll


class FittingScroll(Scroll):
    """Grows with its content up to the content's height; what stands below it moves up to it."""

    def __init__(self, content: QWidget, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(content, object_name, parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def sizeHint(self) -> QSize:
        """Return the content's height at the present width."""
        content = self.widget()
        if content is None:
            return super().sizeHint()
        height = content.heightForWidth(self.viewport().width()) if content.hasHeightForWidth() else -1
        return QSize(super().sizeHint().width(), height if height > 0 else content.sizeHint().height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ask for another height when the content's changes."""
        if event.type() == QEvent.Type.LayoutRequest and watched is self.widget():
            self.updateGeometry()
        return super().eventFilter(watched, event)
