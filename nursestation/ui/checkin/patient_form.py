"""The first half of check-in: who sits down, and on which protocol."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nursestation.core.model import Patient
from nursestation.core.protocols import Protocol
from nursestation.ui import theme
from nursestation.ui.checkin.view import PatientCheck, PatientDraft, check_patient, protocol_line
from nursestation.ui.choices import Choices
from nursestation.ui.columns import TwoColumns
from nursestation.ui.controls import Label, Panel, PrimaryButton, TextField
from nursestation.ui.layouts import column, labelled, side_by_side
from nursestation.ui.roles import Surface, Text, Tone

_NARROW = 700


class PatientForm(QWidget):
    """What is typed stays as it is until `clear`.

    Signals:
        opened: A `Patient` and the name of the protocol.
    """

    opened = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._today: date | None = None
        self._may_act = False
        self._given = TextField("check_in_given_name", self.tr("Given name"))
        self._family = TextField("check_in_family_name", self.tr("Family name"))
        self._born = TextField("check_in_birth_date", self.tr("Date of birth"), placeholder=self.tr("1984-03-09"))
        self._record = TextField("check_in_record_number", self.tr("Record number"))
        self._weight = TextField("check_in_weight", self.tr("Weight today, kg"), placeholder=self.tr("72"))
        self._allergies = TextField("check_in_allergies", self.tr("Allergies"), placeholder=self.tr("none told"))
        self._echo = Label(" ", Text.CAPTION, Tone.SOFT, object_name="check_in_birth_echo")
        self._protocols = Choices("check_in_protocol", self.tr("Protocol"), stacked=True)
        self._course = Label(tone=Tone.SOFT, object_name="check_in_protocol_course", wrap=True)
        self._courses: dict[str, str] = {}
        self._problem = Label(tone=Tone.SOFT, object_name="check_in_patient_problem", wrap=True)
        self._open = PrimaryButton(self.tr("Open the visit"), "check_in_open")
        self._build()
        for field in self._fields():
            field.textChanged.connect(self._look)
            field.returnPressed.connect(self._send)
        self._protocols.chosen.connect(self._look)
        self._open.clicked.connect(self._send)

    def _build(self) -> None:
        left = column(margin=2 * theme.MARGIN, spacing=theme.MARGIN)
        left.addWidget(Label(self.tr("Patient"), Text.TITLE))
        left.addLayout(
            side_by_side(labelled(self.tr("Given name"), self._given), labelled(self.tr("Family name"), self._family))
        )
        born = labelled(self.tr("Date of birth, year first"), self._born)
        born.addWidget(self._echo)
        record = labelled(self.tr("Record number"), self._record)
        record.addWidget(Label(" ", Text.CAPTION))
        left.addLayout(side_by_side(born, record))
        left.addLayout(
            side_by_side(
                labelled(self.tr("Weight today, kg"), self._weight), labelled(self.tr("Allergies"), self._allergies)
            )
        )
        left.addStretch()
        right = column(margin=2 * theme.MARGIN, spacing=theme.MARGIN)
        right.addWidget(Label(self.tr("Protocol"), Text.TITLE))
        right.addWidget(self._protocols)
        right.addWidget(self._course)
        right.addStretch()
        right.addWidget(self._problem)
        right.addWidget(self._open)
        both = TwoColumns(_card("check_in_patient", left), _card("check_in_protocols", right), narrow=_NARROW)
        layout = column()
        layout.addWidget(both)
        layout.addStretch()
        self.setLayout(layout)

    def _fields(self) -> tuple[TextField, ...]:
        return (self._given, self._family, self._born, self._record, self._weight, self._allergies)

    def show_station(self, protocols: Sequence[Protocol], today: date, may_act: bool) -> None:
        """Offer the station's protocols.

        Args:
            protocols: What to choose from.
            today: The date at the clinic.
            may_act: False while nobody is signed in.
        """
        self._protocols.set_options([(one.name, one.title) for one in protocols])
        self._courses = {one.name: protocol_line(one) for one in protocols}
        self._today = today
        self._may_act = may_act
        self._look()

    def focus_first(self) -> None:
        """Put the cursor where typing begins."""
        self._given.setFocus()

    def clear(self) -> None:
        """Forget the patient."""
        for field in self._fields():
            field.clear()
        self._protocols.choose(None)

    def _draft(self) -> PatientDraft:
        return PatientDraft(
            given_name=self._given.text(),
            family_name=self._family.text(),
            birth_date=self._born.text(),
            record_number=self._record.text(),
            weight=self._weight.text(),
            allergies=self._allergies.text(),
            protocol=self._protocols.value() or "",
        )

    def _check(self) -> PatientCheck | None:
        return check_patient(self._draft(), self._today) if self._today is not None else None

    @Slot()
    def _look(self) -> None:
        check = self._check()
        if check is None:
            return
        wrong_date = bool(self._born.text()) and "birth_date" in check.problems
        self._born.set_wrong(wrong_date)
        echo = check.problems["birth_date"] if wrong_date else check.echo or " "
        if self._echo.text() != echo:
            self._echo.setText(echo)
            self._echo.set_tone(Tone.WARN if wrong_date else Tone.SOFT)
        self._course.setText(self._courses.get(self._protocols.value() or "", ""))
        first = next(iter(check.problems.values()), "")
        self._problem.setText(self.tr("Sign in first.") if not self._may_act else first)
        self._open.setEnabled(check.patient is not None and self._may_act)

    @Slot()
    def _send(self) -> None:
        check = self._check()
        patient: Patient | None = check.patient if check is not None else None
        if patient is not None and self._may_act:
            self.opened.emit(patient, self._protocols.value() or "")


def _card(name: str, inside: QVBoxLayout) -> QVBoxLayout:
    panel = Panel(f"{name}_card", Surface.PANEL)
    panel.setLayout(inside)
    layout = column()
    layout.addWidget(panel)
    return layout
