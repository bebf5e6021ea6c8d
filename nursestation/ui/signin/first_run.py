"""The first page of a new station: what the product is not, then the first member of staff."""

from PySide6.QtCore import Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from nursestation.core.commands import CreateFirstOperator
from nursestation.core.snapshot import StationSnapshot
from nursestation.ui import theme
from nursestation.ui.columns import TwoColumns
from nursestation.ui.controls import CheckField, Label, Panel, PrimaryButton
from nursestation.ui.layouts import centred, column, scrolled
from nursestation.ui.page import Page
from nursestation.ui.roles import Surface, Text, Tone
from nursestation.ui.signin.notice import notice_column
from nursestation.ui.signin.staff_form import StaffForm
from nursestation.ui.signin.view import FIRST_ROLES, UNDERSTOOD, check_staff

_NARROW = 760
_WIDEST = 1180


class FirstRunPage(Page):
    """Shown while the station has no staff. No name and no PIN comes with the product."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("first_run_page")
        self.setAccessibleName(self.tr("Welcome to Nursestation"))
        self._refusal = ""
        self._understood = CheckField(UNDERSTOOD, "first_run_understood")
        self._form = StaffForm("first_run", FIRST_ROLES)
        self._problem = Label(tone=Tone.SOFT, object_name="first_run_problem", wrap=True)
        self._create = PrimaryButton(self.tr("Create and begin"), "first_run_create")
        self._build()
        self._understood.toggled.connect(self._look)
        self._form.changed.connect(self._typed)
        self._form.submitted.connect(self._send)
        self._create.clicked.connect(self._send)
        self._look()

    def _build(self) -> None:
        left = column(spacing=theme.MARGIN)
        left.addWidget(Label(self.tr("Welcome to Nursestation"), Text.HEADING, wrap=True))
        left.addLayout(notice_column())
        left.addWidget(self._understood)
        left.addStretch()
        card = Panel("first_run_card", Surface.RAISED)
        inside = column(margin=2 * theme.MARGIN, spacing=theme.MARGIN)
        inside.addWidget(Label(self.tr("The first member of staff"), Text.TITLE))
        inside.addWidget(
            Label(self.tr("This person adds the others later. There is no default PIN."), tone=Tone.SOFT, wrap=True)
        )
        inside.addWidget(self._form)
        inside.addWidget(self._problem)
        inside.addWidget(self._create)
        card.setLayout(inside)
        right = column()
        right.addWidget(card)
        right.addStretch()
        both = TwoColumns(left, right, narrow=_NARROW, stretch=(6, 5))
        outer = column()
        outer.addWidget(scrolled(centred(both, _WIDEST), "first_run_scroll"))
        self.setLayout(outer)

    def begin(self) -> None:
        """Begin with the notice."""
        self._understood.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        """Begin with the notice: nobody has asked for this page."""
        super().showEvent(event)
        self.begin()

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Close once the station has staff."""
        if snapshot.operators and self.isVisible():
            self._form.clear()
            self.closed.emit()

    def refused(self, reason: str) -> None:
        """Show why the first member of staff was not made, and ask for the PIN again."""
        self._form.clear_pins()
        self._refusal = reason
        self._look()

    @Slot()
    def _typed(self) -> None:
        self._refusal = ""
        self._look()

    @Slot()
    def _look(self) -> None:
        self._form.setEnabled(self._understood.isChecked())
        problem = self._missing()
        self._problem.setText(self._refusal or problem)
        self._problem.set_tone(Tone.WARN if self._refusal else Tone.SOFT)
        self._create.setEnabled(not problem)

    def _missing(self) -> str:
        if not self._understood.isChecked():
            return self.tr("Read the notice and tick that you understand it.")
        return check_staff(self._form.draft())

    @Slot()
    def _send(self) -> None:
        draft = self._form.draft()
        if self._missing() or draft.role is None:
            return
        self.command_requested.emit(CreateFirstOperator(name=draft.name, role=draft.role, pin=draft.pin))
