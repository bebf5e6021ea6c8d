"""Two columns where there is room for two, one above the other where there is not."""

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLayout, QWidget

from nursestation.ui import theme


class TwoColumns(QWidget):
    """Two parts beside each other; below `narrow` [px] the second goes under the first."""

    def __init__(
        self,
        first: QLayout,
        second: QLayout,
        *,
        narrow: int,
        stretch: tuple[int, int] = (1, 1),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._narrow = narrow
        self._stretch = stretch
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(2 * theme.MARGIN)
        self._layout.addLayout(first, stretch[0])
        self._layout.addLayout(second, stretch[1])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the direction by the width."""
        super().resizeEvent(event)
        wide = self.width() >= self._narrow
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._layout.direction() is not direction:
            self._layout.setDirection(direction)
            first, second = self._stretch if wide else (0, 1)
            self._layout.setStretch(0, first)
            self._layout.setStretch(1, second)
