"""Who works here, and adding one more; by a lead nurse or a clinician."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nursestation.core.commands import AddOperator
from nursestation.core.model import Operator, Role
from nursestation.core.snapshot import StationSnapshot
from nursestation.ui import theme
from nursestation.ui.columns import TwoColumns
from nursestation.ui.controls import Label, Panel, PrimaryButton, QuietButton
from nursestation.ui.layouts import centred, column, retire, row, scrolled
from nursestation.ui.page import Page
from nursestation.ui.roles import Surface, Text, Tone
from nursestation.ui.signin.staff_form import StaffForm
from nursestation.ui.signin.view import STAFF_ROLES, OperatorTile, check_staff, operator_tiles

_NARROW = 700
_WIDEST = 1000
_MAY_ADD = (Role.LEAD_NURSE, Role.CLINICIAN)


class StaffPage(Page):
    """Staff by name and role, and the form for one more."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("staff_page")
        self.setAccessibleName(self.tr("Staff"))
        self._refusal = ""
        self._operator: Operator | None = None
        self._tiles: tuple[OperatorTile, ...] | None = None
        self._waiting_for = ""
        self._form = StaffForm("staff", STAFF_ROLES)
        self._problem = Label(tone=Tone.SOFT, object_name="staff_problem", wrap=True)
        self._add = PrimaryButton(self.tr("Add to the staff"), "staff_add")
        self._close = QuietButton(self.tr("Close"), "staff_close")
        self._people: QVBoxLayout = column()
        self._rows: list[QWidget] = []
        self._build()
        self._form.changed.connect(self._typed)
        self._form.submitted.connect(self._send)
        self._add.clicked.connect(self._send)
        self._close.clicked.connect(self._leave)
        self._look()

    def _build(self) -> None:
        head = row(spacing=theme.MARGIN)
        head.addWidget(Label(self.tr("Staff"), Text.HEADING), 1)
        head.addWidget(self._close)
        left = column(spacing=theme.MARGIN)
        left.addLayout(self._people)
        left.addStretch()
        card = Panel("staff_card", Surface.RAISED)
        inside = column(margin=2 * theme.MARGIN, spacing=theme.MARGIN)
        inside.addWidget(Label(self.tr("Add one more"), Text.TITLE))
        inside.addWidget(self._form)
        inside.addWidget(self._problem)
        inside.addWidget(self._add)
        card.setLayout(inside)
        right = column()
        right.addWidget(card)
        right.addStretch()
        both = TwoColumns(left, right, narrow=_NARROW)
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
        self._operator = snapshot.operator
        tiles = operator_tiles(snapshot.operators)
        if tiles != self._tiles:
            self._tiles = tiles
            self._show_people(tiles)
            if self._waiting_for and self._waiting_for in [tile.name for tile in tiles]:
                self._waiting_for = ""
                self._form.clear()
        self._look()

    def begin(self) -> None:
        """Begin with the name."""
        self._form.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back to the chair on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
            return
        super().keyPressEvent(event)

    def refused(self, reason: str) -> None:
        """Show why nobody was added, and ask for the PIN again."""
        self._waiting_for = ""
        self._form.clear_pins()
        self._refusal = reason
        self._look()

    def _show_people(self, tiles: tuple[OperatorTile, ...]) -> None:
        for old in self._rows:
            retire(self._people, old)
        self._rows = [self._person(tile) for tile in tiles]
        for widget in self._rows:
            self._people.addWidget(widget)

    def _person(self, tile: OperatorTile) -> QWidget:
        panel = Panel(f"staff_person_{tile.id}", Surface.RAISED, parent=self)
        line = row(margin=theme.MARGIN)
        line.addWidget(Label(tile.name, Text.STRONG), 1)
        line.addWidget(Label(tile.role, tone=Tone.SOFT))
        panel.setLayout(line)
        return panel

    def _missing(self) -> str:
        if self._operator is None:
            return self.tr("Sign in first.")
        if self._operator.role not in _MAY_ADD:
            return self.tr("Only a lead nurse or a clinician adds staff.")
        return check_staff(self._form.draft())

    @Slot()
    def _typed(self) -> None:
        self._refusal = ""
        self._look()

    @Slot()
    def _look(self) -> None:
        problem = self._missing()
        shown = self._refusal or problem
        if self._problem.text() != shown:
            self._problem.setText(shown)
            self._problem.set_tone(Tone.WARN if self._refusal else Tone.SOFT)
        self._add.setEnabled(not problem)

    @Slot()
    def _send(self) -> None:
        draft = self._form.draft()
        if self._missing() or draft.role is None:
            return
        self._waiting_for = draft.name
        self.command_requested.emit(AddOperator(name=draft.name, role=draft.role, pin=draft.pin))
        self._form.clear_pins()

    @Slot()
    def _leave(self) -> None:
        self._form.clear()
        self.closed.emit()
