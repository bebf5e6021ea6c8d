"""One of a few, as buttons side by side: every answer is in sight and one tap away."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from nursestation.ui import theme
from nursestation.ui.controls import TickButton
from nursestation.ui.flow import FlowLayout
from nursestation.ui.layouts import keep_tab_order, retire

_ARROWS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}


class Choices(QWidget):
    """Exclusive buttons; none is chosen to begin with.

    They stand in a row, wrap (`flow`) or stand below each other (`stacked`). A chosen button carries a tick as well as its
    frame. Each button's object name is the group's with the key after it. The tab key goes to the group, arrow keys move
    within it, and only a press chooses: an answer may be a statement that is recorded at once.

    Signals:
        chosen: The key of the button that a person pressed.
    """

    chosen = Signal(str)

    def __init__(
        self,
        object_name: str,
        accessible_name: str,
        options: Sequence[tuple[str, str]] = (),
        *,
        flow: bool = False,
        stacked: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self.setAccessibleName(accessible_name)
        self._keys: list[str] = []
        self._labels: list[str] = []
        self._is_by_hand = False
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self._tell)
        self._buttons: QLayout = FlowLayout() if flow else QVBoxLayout() if stacked else QHBoxLayout()
        self._buttons.setContentsMargins(0, 0, 0, 0)
        self._buttons.setSpacing(theme.GAP)
        self.setLayout(self._buttons)
        self.set_options(options)

    def set_options(self, options: Sequence[tuple[str, str]]) -> None:
        """Offer (key, label) pairs; the same ones again leave the choice and the focus where they are."""
        if [key for key, _ in options] == self._keys and [label for _, label in options] == self._labels:
            return
        chosen, focused = self.value(), self._focused_key()
        for button in self._group.buttons():
            self._group.removeButton(button)
            retire(self._buttons, button)
        self._keys = [key for key, _ in options]
        self._labels = [label for _, label in options]
        for index, (key, label) in enumerate(options):
            button = TickButton(label, f"{self.objectName()}_{key}", parent=self)
            button.setAccessibleName(f"{self.accessibleName()}: {' '.join(label.splitlines())}")
            button.installEventFilter(self)
            self._group.addButton(button, index)
            self._buttons.addWidget(button)
        keep_tab_order(self)
        if chosen is not None:
            was_by_hand = self._is_by_hand
            self.choose(chosen)
            self._is_by_hand = was_by_hand
        if focused in self._keys:
            self.button(focused).setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let arrow keys move the focus; by itself Qt would press the neighbour of a pressed button."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in _ARROWS:
            buttons = [button for button in self._group.buttons() if button.isEnabled()]
            at = next((index for index, button in enumerate(buttons) if button is watched), None)
            if at is not None:
                buttons[(at + _ARROWS[Qt.Key(event.key())]) % len(buttons)].setFocus(Qt.FocusReason.TabFocusReason)
                return True
        return super().eventFilter(watched, event)

    def _focused_key(self) -> str:
        keys = [key for index, key in enumerate(self._keys) if self._group.button(index).hasFocus()]
        return keys[0] if keys else ""

    def value(self) -> str | None:
        """Return the chosen key, or None."""
        checked = self._group.checkedId()
        return self._keys[checked] if 0 <= checked < len(self._keys) else None

    @property
    def first(self) -> QWidget | None:
        """Return the button that the tab key comes to first, None where nothing is offered."""
        return self._group.button(0) if self._keys else None

    def label(self) -> str:
        """Return the chosen button's text, "" where none is."""
        checked = self._group.checkedId()
        return self._labels[checked] if 0 <= checked < len(self._labels) else ""

    def by_hand(self) -> str:
        """Return the key that a person chose, "" for none and for one that the program chose."""
        return (self.value() or "") if self._is_by_hand else ""

    def choose(self, key: str | None) -> None:
        """Choose a key without telling anybody; None, or a key that is not offered, clears the choice."""
        self._is_by_hand = False
        if key in self._keys:
            self._group.button(self._keys.index(key)).setChecked(True)
            return
        self._group.setExclusive(False)
        for button in self._group.buttons():
            button.setChecked(False)
        self._group.setExclusive(True)

    def button(self, key: str) -> QAbstractButton:
        """Return the button of `key`.

        Raises:
            ValueError: it is not offered.
        """
        return self._group.button(self._keys.index(key))

    @Slot(int)
    def _tell(self, index: int) -> None:
        self._is_by_hand = True
        self.chosen.emit(self._keys[index])
