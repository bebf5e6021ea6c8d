"""A monitor names another patient: is this still the one in the chair? Two answers, one tap each."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from nursestation.core.commands import ConfirmMonitorPatient
from nursestation.core.snapshot import ChairSnapshot, LinkView, VisitView
from nursestation.ui import theme
from nursestation.ui.controls import Button, Label
from nursestation.ui.layouts import column, row
from nursestation.ui.peopletext import patient_line
from nursestation.ui.roles import ButtonKind, Text, Tone
from nursestation.ui.sheets.sheet import Sheet


class MonitorPatientSheet(Sheet):
    """Until it is answered the monitor's numbers are kept beside the visit and not shown as this patient's."""

    asks = ConfirmMonitorPatient

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            "monitor_patient", self.tr("Whose numbers are these?"), self.tr("Send"), ButtonKind.PRIMARY, parent
        )
        self._link: LinkView | None = None
        self._question = Label("", Text.STRONG, object_name="monitor_patient_question", wrap=True)
        self._same = Button(self.tr("Yes, the same patient"), "monitor_patient_same")
        self._same_note = Label(
            self.tr("Its numbers count for this visit again, from this moment on."), tone=Tone.SOFT, wrap=True
        )
        self._other = Button(self.tr("No, another patient"), "monitor_patient_other")
        self._other_note = Label(
            self.tr(
                "Its numbers stay out of this visit until the monitor names this patient again, or you answer yes. "
                "Connect the patient to the right monitor."
            ),
            tone=Tone.SOFT,
            wrap=True,
        )
        self.body.addWidget(self._question)
        answers = row(spacing=2 * theme.MARGIN)
        for button, note in ((self._same, self._same_note), (self._other, self._other_note)):
            answer = column()
            answer.addWidget(button)
            answer.addWidget(note)
            answer.addStretch()
            answers.addLayout(answer, 1)
        self.body.addLayout(answers)
        self.body.addStretch()
        self.send_button.hide()  # each answer is a button of its own
        self._same.clicked.connect(self._on_same)
        self._other.clicked.connect(self._on_other)

    def show_visit(self, chair: ChairSnapshot, visit: VisitView) -> None:
        """Show what the monitor says and what it is asked to be."""
        asking = [link for link in chair.links if link.question]
        self._link = next((link for link in asking if not link.is_answered), next(iter(asking), None))
        text = self._link.question if self._link is not None else self.tr("No monitor names another patient.")
        if self._question.text() != text:
            self._question.setText(text)
        same = self.tr("Yes, still {}").format(visit.patient.full_name)
        if self._same.text() != same:
            self._same.setText(same)
            self._same.setAccessibleName(f"{same}: {patient_line(chair.number, visit.patient)}")
        self._same.setEnabled(self._link is not None)
        self._other.setEnabled(self._link is not None and not self._link.is_answered)

    def send(self) -> None:
        """Nothing is sent but by the two answers."""

    def _answer(self, same: bool) -> None:
        if self._link is not None:
            self.command_requested.emit(ConfirmMonitorPatient(chair=self.chair, monitor=self._link.monitor, same=same))
            self.leave()

    @Slot()
    def _on_same(self) -> None:
        self._answer(same=True)

    @Slot()
    def _on_other(self) -> None:
        self._answer(same=False)
