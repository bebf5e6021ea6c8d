"""Any of a few, as buttons side by side that stay down: each with a tick as well as its frame."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from nursestation.ui import theme
from nursestation.ui.controls import Button
from nursestation.ui.flow import FlowLayout

TICK = "✓ "


class Toggle(Button):
    """A button that stays down, with a tick; it keeps room for the tick."""

    def __init__(self, text: str, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(text, object_name, parent=parent)
        self._words = text
        self.setCheckable(True)
        self.ensurePolished()
        self.setText(f"{TICK}{text}")
        theme.set_length(self, theme.Length.LEAST_WIDTH, theme.designed(self.sizeHint().width()))
        self.setText(text)
        self.toggled.connect(self._mark)

    @Slot(bool)
    def _mark(self, checked: bool) -> None:
        self.setText(f"{TICK}{self._words}" if checked else self._words)


class Toggles(QWidget):
    """Buttons that wrap; each one's object name is the group's with its key after it.

    Signals:
        changed: A person pressed one.
    """

    changed = Signal()

    def __init__(self, object_name: str, options: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons = {key: Toggle(label, f"{object_name}_{key}") for key, label in options}
        flow = FlowLayout()
        for button in self._buttons.values():
            flow.addWidget(button)
            button.clicked.connect(self.changed)
        self.setLayout(flow)

    def chosen(self) -> tuple[str, ...]:
        """Return the keys of those that are down, in their order."""
        return tuple(key for key, button in self._buttons.items() if button.isChecked())

    def choose(self, keys: Iterable[str]) -> None:
        """Put those down and no others, without telling anybody."""
        wanted = set(keys)
        for key, button in self._buttons.items():
            button.setChecked(key in wanted)
