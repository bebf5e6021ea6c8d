"""Start the cuff from here: what it does, and the second tap that does it."""

from PySide6.QtWidgets import QWidget

from nursestation.core.commands import StartCuff
from nursestation.core.snapshot import ChairSnapshot, VisitView
from nursestation.ui.controls import Label
from nursestation.ui.roles import ButtonKind, Text, Tone
from nursestation.ui.sheets.sheet import Sheet


class StartCuffSheet(Sheet):
    """A cuff inflates on somebody's arm: one tap opens this, another one starts it."""

    asks = StartCuff

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("start_cuff", self.tr("Measure BP now"), self.tr("Start cuff now"), ButtonKind.PRIMARY, parent)
        self._what = Label("", Text.STRONG, object_name="start_cuff_what", wrap=True)
        self.body.addWidget(self._what)
        self.body.addWidget(
            Label(
                self.tr(
                    "See that the cuff is on the arm, and tell the patient. While it measures, the same button stops it."
                ),
                tone=Tone.SOFT,
                wrap=True,
            )
        )
        self.body.addStretch()

    def show_visit(self, chair: ChairSnapshot, visit: VisitView) -> None:
        """Say which cuff, on whom."""
        link = next((link for link in chair.links if link.may_start_cuff), None)
        self.send_button.setEnabled(link is not None)
        name = visit.patient.full_name
        text = (
            self.tr("{} inflates its cuff on {} at once.").format(link.title, name)
            if link is not None
            else self.tr("No monitor of this chair may be started from here: press START on the monitor.")
        )
        if self._what.text() != text:
            self._what.setText(text)

    def send(self) -> None:
        """Start it."""
        self.command_requested.emit(StartCuff(chair=self.chair))
        self.leave()
