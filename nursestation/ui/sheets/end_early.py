"""The visit ends before its end: why, and once the drug was given, who has the patient in care from now on."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from nursestation.core.commands import EndEarly
from nursestation.core.snapshot import ChairSnapshot, VisitView
from nursestation.ui.choices import Choices
from nursestation.ui.controls import Label, TextField
from nursestation.ui.layouts import column, labelled
from nursestation.ui.roles import ButtonKind, Tone
from nursestation.ui.sheets.countersign import CountersignedSheet, SecondSigner
from nursestation.ui.sheets.ending_view import end_early_note, end_early_reasons, needs_handover
from nursestation.ui.sheets.view import full_reason, key_of


class EndEarlySheet(CountersignedSheet):
    """Before the start a reason is enough; afterwards the visit is handed over, and a clinician signs for it."""

    asks = EndEarly

    def __init__(self, name: str = "end_early", parent: QWidget | None = None) -> None:
        signer = SecondSigner(name, self.tr("Clinician who signs for it"))
        super().__init__(
            name, self.tr("End this visit early"), self.tr("End the visit"), signer, ButtonKind.DANGER, parent
        )
        self._note = Label(tone=Tone.SOFT, object_name=f"{name}_note", wrap=True)
        self._reasons = Choices(f"{name}_reason", self.tr("Reason"), flow=True)
        self._words = TextField(
            f"{name}_words", self.tr("In your words"), placeholder=self.tr("in your words (optional)")
        )
        self._handed_to = TextField(
            f"{name}_handed_to", self.tr("Who has the patient now"), placeholder=self.tr("ambulance crew 12, to …")
        )
        self.first = self._words
        self._handover = QWidget()
        handover = column()
        handover.addLayout(labelled(self.tr("Handed over to: who has the patient in care now"), self._handed_to))
        handover.addWidget(signer)
        self._handover.setLayout(handover)
        self.body.addWidget(self._note)
        self.body.addWidget(self._reasons)
        self.body.addWidget(self._words)
        self.body.addWidget(self._handover)
        self.body.addStretch()
        self._reasons.chosen.connect(self.look)
        self._words.textChanged.connect(self.look)
        self._words.returnPressed.connect(self._on_return)
        self._handed_to.textChanged.connect(self.look)
        self._handover.hide()
        self.look()

    def needs_signature(self) -> bool:
        """Say whether somebody takes the patient over."""
        return self.visit is not None and needs_handover(self.visit)

    def show_visit(self, chair: ChairSnapshot, visit: VisitView) -> None:
        """Offer the reasons of this part of the visit."""
        self._reasons.set_options([(key_of(text), text) for text in end_early_reasons(visit)])
        self._note.setText(end_early_note(visit))
        self._handover.setVisible(needs_handover(visit))
        super().show_visit(chair, visit)

    def problem(self) -> str:
        """Say what is missing."""
        if not self._reason():
            return self.tr("Choose or write the reason.")
        if self.needs_signature() and not self._handed_to.text().strip():
            return self.tr("Write who has the patient in care now.")
        return ""

    def command(self) -> EndEarly:
        """Return the command; with who takes over and the clinician's PIN where that is needed."""
        if not self.needs_signature():
            return EndEarly(chair=self.chair, reason=self._reason())
        return EndEarly(
            chair=self.chair,
            reason=self._reason(),
            handed_to=self._handed_to.text().strip(),
            clinician_id=self.signer.clinician(),
            pin=self.signer.pin(),
        )

    def is_taken(self, visit: VisitView) -> bool:
        """Say whether the visit is over."""
        return visit.phase.is_over

    def clear(self) -> None:
        """Forget everything."""
        self._reasons.choose(None)
        self._words.clear()
        self._handed_to.clear()
        super().clear()

    def _reason(self) -> str:
        return full_reason(self._reasons.label(), self._words.text())

    @Slot()
    def _on_return(self) -> None:
        self.send()
