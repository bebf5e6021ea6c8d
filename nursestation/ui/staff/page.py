"""Who works here: everybody with role and state, one more, and what is done for one of them."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from nursestation.core.access import may
from nursestation.core.commands import AddOperator, ViewAudit
from nursestation.core.model import Operator
from nursestation.core.snapshot import StationSnapshot
from nursestation.ui import theme
from nursestation.ui.allowed import why_not
from nursestation.ui.choices import Choices
from nursestation.ui.columns import TwoColumns
from nursestation.ui.controls import Button, Label, Panel, PrimaryButton, QuietButton
from nursestation.ui.layouts import centred, column, row, scrolled
from nursestation.ui.page import Page
from nursestation.ui.roles import Surface, Text, Tone
from nursestation.ui.signin.staff_form import StaffForm
from nursestation.ui.signin.view import STAFF_ROLES, check_staff
from nursestation.ui.staff.person import PersonPanel
from nursestation.ui.staff.view import card, people

_NARROW = 700
_WIDEST = 1060


class StaffPage(Page):
    """The list, and beside it the form for one more, or what is done for the one who is chosen in the list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("staff_page")
        self.setAccessibleName(self.tr("Staff"))
        self._refusal = ""
        self._operator: Operator | None = None
        self._names: frozenset[str] = frozenset()
        self._waiting_for = ""
        self._snapshot: StationSnapshot | None = None
        self._people = Choices("staff_person", self.tr("Staff"), stacked=True)
        self._person = PersonPanel()
        self._form = StaffForm("staff", STAFF_ROLES)
        self._problem = Label(tone=Tone.SOFT, object_name="staff_problem", wrap=True)
        self._add = PrimaryButton(self.tr("Add to the staff"), "staff_add")
        self._adding = Panel("staff_card", Surface.RAISED)
        self._own_pin = Button(self.tr("Change my PIN…"), "staff_own_pin")
        self._audit = Button(self.tr("Who did what…"), "staff_audit")
        self._close = QuietButton(self.tr("Close"), "staff_close")
        self._build()
        self._people.chosen.connect(self._on_person)
        self._person.command_requested.connect(self.command_requested)
        self._person.closed.connect(self._on_another)
        self._form.changed.connect(self._typed)
        self._form.submitted.connect(self._send)
        self._add.clicked.connect(self._send)
        self._own_pin.clicked.connect(self._on_own_pin)
        self._audit.clicked.connect(self._on_audit)
        self._close.clicked.connect(self._leave)
        self._look()

    def _build(self) -> None:
        head = row(spacing=theme.GAP)
        head.addWidget(Label(self.tr("Staff"), Text.HEADING), 1)
        head.addWidget(self._own_pin)
        head.addWidget(self._audit)
        head.addWidget(self._close)
        left = column(spacing=theme.MARGIN)
        left.addWidget(self._people)
        left.addStretch()
        inside = column(margin=2 * theme.MARGIN, spacing=theme.MARGIN)
        inside.addWidget(Label(self.tr("Add one more"), Text.TITLE))
        inside.addWidget(self._form)
        inside.addWidget(self._problem)
        inside.addWidget(self._add)
        self._adding.setLayout(inside)
        right = column()
        right.addWidget(self._adding)
        right.addWidget(self._person)
        right.addStretch()
        self._person.hide()
        both = TwoColumns(left, right, narrow=_NARROW, stretch=(4, 5))
        content = QWidget()
        all_of_it = column(spacing=theme.MARGIN)
        all_of_it.addLayout(head)
        all_of_it.addWidget(both)
        all_of_it.addStretch()
        content.setLayout(all_of_it)
        outer = column()
        outer.addWidget(scrolled(centred(content, _WIDEST), "staff_scroll"))
        self.setLayout(outer)

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Show who works here."""
        self._snapshot = snapshot
        self._operator = snapshot.operator
        self._people.set_options(people(snapshot.staff))
        names = frozenset(one.name for one in snapshot.staff)
        if self._waiting_for in names - self._names:
            self._form.clear()
        if names != self._names:
            self._waiting_for = ""
        self._names = names
        self._own_pin.setEnabled(snapshot.operator is not None)
        self._audit.setVisible(may(snapshot.operator, ViewAudit))
        self._look()

    def begin(self) -> None:
        """Begin with the name of one more; who may not add anybody, with their own PIN."""
        self._people.choose(None)
        self._look()
        (self._form if self._form.isEnabled() else self._own_pin).setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back to the chair on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
            return
        super().keyPressEvent(event)

    def refused(self, reason: str) -> None:
        """Show why it was not done, and ask for the PIN again."""
        if not self._person.isHidden():
            self._person.refused(reason)
            return
        self._waiting_for = ""
        self._form.clear_pins()
        self._refusal = reason
        self._look()

    def _missing(self) -> str:
        return why_not(self._operator, AddOperator) or check_staff(self._form.draft())

    @Slot()
    def _typed(self) -> None:
        self._refusal = ""
        self._look()

    @Slot()
    def _look(self) -> None:
        chosen = self._people.value()
        shown = card(chosen, self._snapshot) if chosen is not None and self._snapshot is not None else None
        if shown is not None:
            self._person.show_card(shown)
        self._person.setVisible(shown is not None)
        self._adding.setVisible(shown is None)
        problem = self._missing()
        told = self._refusal or problem
        if self._problem.text() != told:
            self._problem.setText(told)
        self._problem.set_tone(Tone.WARN if self._refusal else Tone.SOFT)
        self._form.setEnabled(not why_not(self._operator, AddOperator))
        self._add.setEnabled(not problem)

    @Slot(str)
    def _on_person(self, _id: str) -> None:
        self._look()

    @Slot()
    def _on_another(self) -> None:
        self.begin()

    @Slot()
    def _send(self) -> None:
        draft = self._form.draft()
        if self._missing() or draft.role is None:
            return
        self._waiting_for = draft.name
        self.command_requested.emit(AddOperator(name=draft.name, role=draft.role, pin=draft.pin))
        self._form.clear_pins()

    @Slot()
    def _on_own_pin(self) -> None:
        self.sheet_requested.emit("own_pin")

    @Slot()
    def _on_audit(self) -> None:
        self.sheet_requested.emit("audit")

    @Slot()
    def _leave(self) -> None:
        self._form.clear()
        self.closed.emit()
