"""Name, role and a PIN typed twice: for the first member of staff and for every later one."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from nursestation.core.model import Role
from nursestation.ui import theme
from nursestation.ui.choices import Choices
from nursestation.ui.controls import TextField
from nursestation.ui.keypad import PinEntry
from nursestation.ui.layouts import column, labelled
from nursestation.ui.peopletext import ROLE_WORDS
from nursestation.ui.signin.view import StaffDraft


class StaffForm(QWidget):
    """What is typed of a member of staff.

    Signals:
        changed: Something was typed or chosen.
        submitted: Return was pressed in the last field.
    """

    changed = Signal()
    submitted = Signal()

    def __init__(self, name: str, roles: Sequence[Role], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = TextField(f"{name}_name", self.tr("Name"), placeholder=self.tr("R. Alvarez RN"))
        self._role = Choices(
            f"{name}_role", self.tr("Role"), [(one.value, ROLE_WORDS[one]) for one in roles], flow=True
        )
        self._pin = PinEntry(f"{name}_pin", self.tr("PIN"))
        self._again = PinEntry(f"{name}_pin_again", self.tr("The same PIN again"))
        layout = column(spacing=theme.MARGIN)
        layout.addLayout(labelled(self.tr("Name, as it stands on records"), self._name))
        layout.addLayout(labelled(self.tr("Role"), self._role))
        layout.addLayout(labelled(self.tr("PIN, at least 6 digits"), self._pin))
        layout.addLayout(labelled(self.tr("The same PIN again"), self._again))
        self.setLayout(layout)
        self.setFocusProxy(self._name)
        self._name.textChanged.connect(self.changed)
        self._role.chosen.connect(self.changed)
        self._pin.changed.connect(self.changed)
        self._again.changed.connect(self.changed)
        self._again.submitted.connect(self.submitted)

    def draft(self) -> StaffDraft:
        """Return what is typed."""
        role = self._role.value()
        return StaffDraft(
            self._name.text().strip(), Role(role) if role is not None else None, self._pin.pin(), self._again.pin()
        )

    def clear(self) -> None:
        """Forget everything."""
        self._name.clear()
        self._role.choose(None)
        self.clear_pins()

    def clear_pins(self) -> None:
        """Forget the PINs, keep name and role."""
        self._pin.clear()
        self._again.clear()
