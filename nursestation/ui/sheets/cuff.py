"""A cuff reading taken by hand, typed in."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QWidget

from nursestation.core.commands import EnterCuffReading
from nursestation.core.snapshot import ChairSnapshot, VisitView
from nursestation.ui.controls import Label, TextField
from nursestation.ui.layouts import labelled, side_by_side
from nursestation.ui.roles import ButtonKind, Tone
from nursestation.ui.sheets.sheet import Sheet
from nursestation.ui.sheets.view import cuff_by_hand

_LONGEST = 3


class CuffSheet(Sheet):
    """Systolic, diastolic and, where it was counted, the pulse. The record marks the reading as taken by hand."""

    asks = EnterCuffReading

    def __init__(self, name: str = "manual_bp", parent: QWidget | None = None) -> None:
        super().__init__(name, self.tr("BP taken by hand"), self.tr("Record the reading"), ButtonKind.PRIMARY, parent)
        self._sys = self._number(f"{name}_sys", self.tr("Systolic, mmHg"))
        self._dia = self._number(f"{name}_dia", self.tr("Diastolic, mmHg"))
        self._pulse = self._number(f"{name}_pulse", self.tr("Pulse a minute (optional)"))
        self.body.addWidget(
            Label(
                self.tr("For a reading from another cuff. It counts as taken now and is marked as taken by hand."),
                tone=Tone.SOFT,
                wrap=True,
            )
        )
        self.body.addLayout(side_by_side(*(labelled(one.accessibleName(), one) for one in self._fields())))
        self.body.addStretch()
        self.first = self._sys
        for field in self._fields():
            field.textChanged.connect(self._look)
            field.returnPressed.connect(self._on_send)
        self._look()

    def _number(self, name: str, title: str) -> TextField:
        field = TextField(name, title)
        field.setMaxLength(_LONGEST)
        field.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
        return field

    def _fields(self) -> tuple[TextField, ...]:
        return (self._sys, self._dia, self._pulse)

    def show_visit(self, _chair: ChairSnapshot, _visit: VisitView) -> None:
        """Allow sending when the numbers can be a reading."""
        self._look()

    def clear(self) -> None:
        """Forget the numbers."""
        for field in self._fields():
            field.clear()

    def send(self) -> None:
        """Record the reading."""
        made = self._made()
        if not isinstance(made, str):
            self.command_requested.emit(made)
            self.leave()

    def _made(self) -> EnterCuffReading | str:
        return cuff_by_hand(self.chair, self._sys.text(), self._dia.text(), self._pulse.text())

    @Slot()
    def _look(self) -> None:
        made = self._made()
        self.send_button.setEnabled(not isinstance(made, str))
        self.say(made if isinstance(made, str) else "")
