"""A clinician lets the observation end sooner than the protocol says: for how long, why, and a PIN."""

from PySide6.QtWidgets import QWidget

from nursestation.core.commands import ShortenObservation
from nursestation.core.snapshot import ChairSnapshot, VisitView
from nursestation.ui.choices import Choices
from nursestation.ui.controls import Label, TextField
from nursestation.ui.layouts import labelled
from nursestation.ui.roles import ButtonKind, Tone
from nursestation.ui.sheets.countersign import CountersignedSheet, SecondSigner
from nursestation.ui.sheets.ending_view import shorter_minutes


class ShortenSheet(CountersignedSheet):
    """The lengths that the protocol allows, as buttons."""

    asks = ShortenObservation

    def __init__(self, name: str = "shorten", parent: QWidget | None = None) -> None:
        signer = SecondSigner(name, self.tr("Clinician who shortens it"))
        super().__init__(
            name, self.tr("Shorten the observation"), self.tr("Shorten"), signer, ButtonKind.PRIMARY, parent
        )
        self._minutes = Choices(f"{name}_minutes", self.tr("At least"), flow=True)
        self._reason = TextField(f"{name}_reason", self.tr("Reason"))
        self.first = self._reason
        self.body.addWidget(
            Label(
                self.tr("Whoever shortens it cannot sign the discharge as well; it prints on the record."),
                tone=Tone.SOFT,
                wrap=True,
            )
        )
        self.body.addLayout(labelled(self.tr("The observation lasts at least"), self._minutes))
        self.body.addLayout(labelled(self.tr("Reason, as it prints on the report"), self._reason))
        self.body.addWidget(signer)
        self.body.addStretch()
        self._minutes.chosen.connect(self.look)
        self._reason.textChanged.connect(self.look)
        self.look()

    def show_visit(self, chair: ChairSnapshot, visit: VisitView) -> None:
        """Offer what is shorter than now, and no shorter than the protocol allows."""
        self._minutes.set_options(
            [(f"{one:g}", self.tr("{} min").format(f"{one:g}")) for one in shorter_minutes(visit)]
        )
        super().show_visit(chair, visit)

    def problem(self) -> str:
        """Say what is missing."""
        if self._minutes.value() is None:
            return self.tr("Choose how long it lasts at least.")
        return "" if self._reason.text().strip() else self.tr("Write the clinician's reason.")

    def command(self) -> ShortenObservation:
        """Return the command, with the clinician's PIN."""
        return ShortenObservation(
            chair=self.chair,
            minutes=float(self._minutes.value() or 0),
            reason=self._reason.text().strip(),
            clinician_id=self.signer.clinician(),
            pin=self.signer.pin(),
        )

    def is_taken(self, visit: VisitView) -> bool:
        """Say whether the observation is as short as was asked for."""
        chosen = self._minutes.value()
        return chosen is None or visit.observation_min_s <= float(chosen) * 60

    def clear(self) -> None:
        """Forget everything."""
        self._minutes.choose(None)
        self._reason.clear()
        super().clear()
