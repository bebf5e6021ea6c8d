"""Sheets that ask for one reason: pause, stop, end early, clinician told."""

from collections.abc import Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from nursestation.core.snapshot import ChairSnapshot, VisitView
from nursestation.ui.choices import Choices
from nursestation.ui.controls import Label, TextField
from nursestation.ui.roles import ButtonKind, Tone
from nursestation.ui.sheets.sheet import Sheet
from nursestation.ui.sheets.view import PLANNED_END, STOP, ReasonSpec, full_reason, key_of, stop_is_early


class ReasonSheet(Sheet):
    """One reason, by one tap or in words, and one command."""

    def __init__(self, spec: ReasonSpec, parent: QWidget | None = None) -> None:
        kind = ButtonKind.DANGER if spec.ends else ButtonKind.PRIMARY
        super().__init__(spec.name, spec.title, spec.button, kind, parent)
        self.asks = type(spec.make(0, ""))
        self._spec = spec
        self._reasons = Choices(f"{spec.name}_reason", self.tr("Reason"), _options(spec.reasons), flow=True)
        self._words = TextField(
            f"{spec.name}_words", self.tr("In your words"), placeholder=self.tr("in your words (optional)")
        )
        self.first = self._words
        self._words.returnPressed.connect(self._on_send)
        self._words.textChanged.connect(self._look)
        self._reasons.chosen.connect(self._look)
        self.body.addWidget(Label(spec.note, tone=Tone.SOFT, wrap=True))
        self.body.addWidget(self._reasons)
        self.body.addWidget(self._words)
        self.body.addStretch()
        self._look()

    def show_visit(self, _chair: ChairSnapshot, visit: VisitView) -> None:
        """Offer the planned end as a reason only when it has come."""
        if self._spec is STOP:
            early = stop_is_early(visit)
            offered = [reason for reason in self._spec.reasons if not (early and reason == PLANNED_END)]
            self._reasons.set_options(_options(offered))
        self._look()

    def clear(self) -> None:
        """Forget the reason."""
        self._reasons.choose(None)
        self._words.clear()

    def send(self) -> None:
        """Send the command with its reason."""
        reason = self._reason()
        if not reason:
            return
        self.command_requested.emit(self._spec.make(self.chair, reason))
        self.leave()

    def _reason(self) -> str:
        return full_reason(self._reasons.label(), self._words.text())

    @Slot()
    def _look(self) -> None:
        ready = bool(self._reason())
        self.send_button.setEnabled(ready)
        self.say("" if ready else self.tr("Choose or write the reason."))


def _options(reasons: Sequence[str]) -> list[tuple[str, str]]:
    return [(key_of(text), text) for text in reasons]
