"""A patient who leaves without a driver, or against advice: what is needed, in the order in which it is done."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from nursestation.core.commands import ChooseLeaving
from nursestation.core.model import LeavingPath
from nursestation.core.snapshot import StationSnapshot, VisitView
from nursestation.ui.choices import Choices
from nursestation.ui.controls import Label, TextField
from nursestation.ui.layouts import labelled
from nursestation.ui.roles import ButtonKind, Tone
from nursestation.ui.sheets.countersign import CountersignedSheet, SecondSigner
from nursestation.ui.sheets.view import full_reason, key_of

_NO_DRIVER_REASONS = ("Driver did not come", "Driver cannot come today", "Driver is not fit to drive")


class NoDriverSheet(CountersignedSheet):
    """Why there is none, how the patient gets home safely, and a clinician who answers for it."""

    asks = ChooseLeaving

    def __init__(self, name: str = "no_driver", parent: QWidget | None = None) -> None:
        signer = SecondSigner(name, self.tr("Clinician who answers for it"))
        super().__init__(
            name, self.tr("No driver"), self.tr("Leave without a driver"), signer, ButtonKind.PRIMARY, parent
        )
        options = [(key_of(text), text) for text in _NO_DRIVER_REASONS]
        self._reasons = Choices(f"{name}_reason", self.tr("Why"), options, flow=True)
        self._words = TextField(f"{name}_words", self.tr("In your words"), placeholder=self.tr("in your words"))
        self._arrangement = TextField(f"{name}_arrangement", self.tr("How the patient gets home safely"))
        self.first = self._words
        self.body.addWidget(
            Label(
                self.tr(
                    "The patient may not drive. The driver line then stands as passed by the clinician, and it prints so."
                ),
                tone=Tone.SOFT,
                wrap=True,
            )
        )
        self.body.addLayout(labelled(self.tr("Why there is no driver"), self._reasons))
        self.body.addWidget(self._words)
        self.body.addLayout(labelled(self.tr("How they get home, and who stays with them"), self._arrangement))
        self.body.addWidget(signer)
        self.body.addStretch()
        self._reasons.chosen.connect(self.look)
        for field in (self._words, self._arrangement):
            field.textChanged.connect(self.look)
        self.look()

    def not_this(self, snapshot: StationSnapshot) -> str:
        """Return who asks for it: somebody else answers for it."""
        return snapshot.operator.id if snapshot.operator is not None else ""

    def problem(self) -> str:
        """Say what is missing."""
        if not self._reason():
            return self.tr("Say why there is no driver.")
        return "" if self._arrangement.text().strip() else self.tr("Say how the patient gets home safely.")

    def command(self) -> ChooseLeaving:
        """Return the choice, with the clinician's PIN."""
        return ChooseLeaving(
            chair=self.chair,
            path=LeavingPath.NO_DRIVER,
            reason=self._reason(),
            arrangement=self._arrangement.text().strip(),
            clinician_id=self.signer.clinician(),
            pin=self.signer.pin(),
        )

    def is_taken(self, visit: VisitView) -> bool:
        """Say whether the patient leaves without a driver now."""
        return visit.leaving is not None and visit.leaving.path is LeavingPath.NO_DRIVER

    def clear(self) -> None:
        """Forget everything."""
        self._reasons.choose(None)
        self._words.clear()
        self._arrangement.clear()
        super().clear()

    def _reason(self) -> str:
        return full_reason(self._reasons.label(), self._words.text())


class AgainstAdviceSheet(CountersignedSheet):
    """The patient's own words, the risks told, their signature or who saw that they refused it, and which clinician knows."""

    asks = ChooseLeaving

    def __init__(self, name: str = "against_advice", parent: QWidget | None = None) -> None:
        signer = SecondSigner(name, self.tr("Clinician who was told"), needs_pin=False)
        super().__init__(
            name, self.tr("Against advice"), self.tr("Leave against advice"), signer, ButtonKind.DANGER, parent
        )
        self._reason = TextField(f"{name}_reason", self.tr("Why, in the patient's own words"))
        self._risks = Choices(f"{name}_risks", self.tr("Risks"), [("told", self.tr("Risks explained to the patient"))])
        self._signed = Choices(
            f"{name}_signed",
            self.tr("The form"),
            [("yes", self.tr("Patient signed the form")), ("no", self.tr("Patient refused to sign"))],
            flow=True,
        )
        self._witness = TextField(f"{name}_witness", self.tr("Who saw that they refused"))
        self._witness_part = QWidget()
        self._witness_part.setLayout(labelled(self.tr("Who saw that they refused"), self._witness))
        self._way = TextField(f"{name}_arrangement", self.tr("How they get home (optional)"))
        self.first = self._reason
        self.body.addWidget(
            Label(
                self.tr("Nobody is held here. What is not met is listed so on the record; you still sign the page."),
                tone=Tone.SOFT,
                wrap=True,
            )
        )
        self.body.addLayout(labelled(self.tr("Why, in the patient's own words"), self._reason))
        self.body.addLayout(labelled(self.tr("What may happen on the way and at home"), self._risks))
        self.body.addLayout(labelled(self.tr("The clinic's form"), self._signed))
        self.body.addWidget(self._witness_part)
        self.body.addLayout(labelled(self.tr("How they get home (optional)"), self._way))
        self.body.addWidget(signer)
        self.body.addStretch()
        for choices in (self._risks, self._signed):
            choices.chosen.connect(self.look)
        for field in (self._reason, self._witness):
            field.textChanged.connect(self.look)
        self.look()

    def problem(self) -> str:
        """Say what is missing."""
        if not self._reason.text().strip():
            return self.tr("Write why the patient wants to leave, in their own words.")
        if self._risks.value() is None:
            return self.tr("Explain the risks of leaving now, then tick that it was done.")
        if self._signed.value() is None:
            return self.tr("Say whether the patient signed the form.")
        if self._signed.value() == "no" and not self._witness.text().strip():
            return self.tr("Name who saw that the patient refused to sign.")
        return ""

    def command(self) -> ChooseLeaving:
        """Return the choice."""
        has_signed = self._signed.value() == "yes"
        return ChooseLeaving(
            chair=self.chair,
            path=LeavingPath.AGAINST_ADVICE,
            reason=self._reason.text().strip(),
            arrangement=self._way.text().strip(),
            risks_told=self._risks.value() is not None,
            patient_signed=has_signed,
            witness="" if has_signed else self._witness.text().strip(),
            clinician_id=self.signer.clinician(),
        )

    def is_taken(self, visit: VisitView) -> bool:
        """Say whether the patient leaves against advice now."""
        return visit.leaving is not None and visit.leaving.path is LeavingPath.AGAINST_ADVICE

    def clear(self) -> None:
        """Forget everything."""
        for field in (self._reason, self._witness, self._way):
            field.clear()
        self._risks.choose(None)
        self._signed.choose(None)
        super().clear()

    @Slot()
    def look(self) -> None:
        """Ask for a witness where the patient did not sign."""
        self._witness_part.setVisible(self._signed.value() == "no")
        super().look()
