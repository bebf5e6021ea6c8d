"""A changed dose or rate: old, new, and why."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from nursestation.core.commands import Chart
from nursestation.core.snapshot import ChairSnapshot, VisitView
from nursestation.ui.choices import Choices
from nursestation.ui.controls import Label, TextField
from nursestation.ui.layouts import labelled, say, side_by_side
from nursestation.ui.roles import ButtonKind, Tone
from nursestation.ui.sheets.sheet import Sheet
from nursestation.ui.sheets.view import DOSE_REASONS, dose_change, full_reason, key_of


class DoseSheet(Sheet):
    """What the pump was set to, by whoever set it: the program sets no pump."""

    asks = Chart

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            "dose", self.tr("Dose or rate changed"), self.tr("Note the change"), ButtonKind.PRIMARY, parent
        )
        self._running = Label(tone=Tone.SOFT, object_name="dose_running", wrap=True)
        self._before = TextField("dose_before", self.tr("From"), placeholder=self.tr("30 mL/h"))
        self._after = TextField("dose_after", self.tr("To"), placeholder=self.tr("20 mL/h"))
        self._reasons = Choices(
            "dose_reason", self.tr("Reason"), [(key_of(one), one) for one in DOSE_REASONS], flow=True
        )
        self._words = TextField("dose_words", self.tr("In your words"), placeholder=self.tr("in your words (optional)"))
        self.body.addWidget(self._running)
        self.body.addLayout(
            side_by_side(labelled(self.tr("From (optional)"), self._before), labelled(self.tr("To"), self._after))
        )
        self.body.addWidget(self._reasons)
        self.body.addWidget(self._words)
        self.body.addStretch()
        self.first = self._after
        for field in (self._before, self._after, self._words):
            field.textChanged.connect(self._look)
            field.returnPressed.connect(self._on_send)
        self._reasons.chosen.connect(self._look)
        self._look()

    def show_visit(self, _chair: ChairSnapshot, visit: VisitView) -> None:
        """Show the dose that the visit started with."""
        note = self.tr("Set the pump by hand; this notes what you set.")
        started = self.tr("Started with {}.").format(visit.dose_text) if visit.dose_text else ""
        say(self._running, f"{note} {started}".strip())
        self._look()

    def clear(self) -> None:
        """Forget what was typed."""
        for field in (self._before, self._after, self._words):
            field.clear()
        self._reasons.choose(None)

    def send(self) -> None:
        """Chart the change."""
        made = self._made()
        if not isinstance(made, str):
            self.command_requested.emit(made)
            self.leave()

    def _made(self) -> Chart | str:
        reason = full_reason(self._reasons.label(), self._words.text())
        return dose_change(self.chair, self._before.text(), self._after.text(), reason)

    @Slot()
    def _look(self) -> None:
        made = self._made()
        self.send_button.setEnabled(not isinstance(made, str))
        self.say(made if isinstance(made, str) else "")
