"""Any of a few, as buttons side by side that stay down: each with a tick as well as its frame."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from nursestation.ui.controls import TickButton
from nursestation.ui.flow import FlowLayout


class Toggles(QWidget):
    """Buttons that wrap; each one's object name is the group's with its key after it.

    Signals:
        changed: A person pressed one.
    """

    changed = Signal()

    def __init__(self, object_name: str, options: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self._buttons = {key: TickButton(label, f"{object_name}_{key}") for key, label in options}
        flow = FlowLayout()
        for button in self._buttons.values():
            flow.addWidget(button)
            button.clicked.connect(self.changed)
        self.setLayout(flow)

    def chosen(self) -> tuple[str, ...]:
        """Return the keys of those that are down, in their order."""
        return tuple(key for key, button in self._buttons.items() if button.isChecked())

    def by_hand(self) -> str:
        """Return the keys of those that are down, "" for none: none is to begin with."""
        return " ".join(self.chosen())

    def choose(self, keys: Iterable[str]) -> None:
        """Put those down and no others, without telling anybody."""
        wanted = set(keys)
        for key, button in self._buttons.items():
            button.setChecked(key in wanted)
