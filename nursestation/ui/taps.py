"""Buttons that do one thing each at one tap, told by their own word."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from nursestation.ui import theme
from nursestation.ui.controls import Button
from nursestation.ui.flow import FlowLayout
from nursestation.ui.layouts import keep_tab_order, retire


class Tap(Button):
    """A button that says its own word when pressed.

    Signals:
        tapped: The word.
    """

    tapped = Signal(str)

    def __init__(self, text: str, object_name: str, word: str, parent: QWidget | None = None) -> None:
        super().__init__(text, object_name, parent=parent)
        self._word = word
        theme.set_length(self, theme.Length.LEAST_WIDTH, theme.TOUCH + 4)  # a digit alone is narrower than a finger
        self.clicked.connect(self._tap)

    @Slot()
    def _tap(self) -> None:
        self.tapped.emit(self._word)


class Taps(QWidget):
    """One button a word, wrapping; the same ones again leave the buttons and the focus as they are.

    Signals:
        tapped: The word of the button that was pressed.
    """

    tapped = Signal(str)

    def __init__(self, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self._offered: tuple[tuple[str, str, str], ...] = ()
        self._buttons: list[Tap] = []
        self._flow = FlowLayout()
        self.setLayout(self._flow)

    def offer(self, options: Sequence[tuple[str, str, str]]) -> None:
        """Show a button for each (end of its object name, text, word)."""
        if tuple(options) == self._offered:
            return
        self._offered = tuple(options)
        for button in self._buttons:
            retire(self._flow, button)
        self._buttons = [Tap(text, f"{self.objectName()}_{key}", word, self) for key, text, word in options]
        for button in self._buttons:
            button.tapped.connect(self.tapped)
            self._flow.addWidget(button)
            button.show()
        keep_tab_order(self)
