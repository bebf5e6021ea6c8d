"""A clinician lets the visit pass an unmet gate or criterion: which, why, and a PIN of their own."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from nursestation.core.commands import OverrideCriterion, OverrideGate
from nursestation.core.snapshot import ChairSnapshot, StationSnapshot, VisitView
from nursestation.ui.choices import Choices
from nursestation.ui.columns import TwoColumns
from nursestation.ui.controls import Label, TextField
from nursestation.ui.keypad import PinEntry
from nursestation.ui.layouts import column, labelled, say
from nursestation.ui.roles import ButtonKind, Tone
from nursestation.ui.sheets.sheet import Sheet
from nursestation.ui.sheets.view import Hurdle, HurdleKind, hurdles, override_problem
from nursestation.ui.signin.view import clinicians


class OverrideSheet(Sheet):
    """Stays open until the station has taken the override, so that a wrong PIN can be typed again.

    Signals:
        passed: The hurdle that the station has let the visit pass.
    """

    passed = Signal(str)

    def __init__(self, kind: HurdleKind, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, self.tr("Override"), self.tr("Sign"), ButtonKind.DANGER, parent)
        self.asks = OverrideGate if kind is HurdleKind.GATE else OverrideCriterion
        self._kind = kind
        self._sent: str | None = None
        self._refusal = ""
        self._only = ""
        self._which = Choices(f"{name}_which", self.tr("What is overridden"), flow=True)
        self._none = Label(self.tr("Nothing is left to override."), tone=Tone.SOFT)
        self._detail = Label(tone=Tone.SOFT, object_name=f"{name}_detail", wrap=True)
        self._reason = TextField(f"{name}_reason", self.tr("Reason"))
        self._clinician = Choices(f"{name}_clinician", self.tr("Clinician"), flow=True)
        self._nobody = Label(
            self.tr("No clinician is among the staff. A lead nurse can add one under Staff."), tone=Tone.WARN, wrap=True
        )
        self._pin = PinEntry(f"{name}_pin", self.tr("The clinician's own PIN"))
        self._hurdles: tuple[Hurdle, ...] = ()
        self._build_body()
        self.first = self._reason
        self._which.chosen.connect(self._look)
        self._clinician.chosen.connect(self._look)
        self._reason.textChanged.connect(self._look)
        self._pin.changed.connect(self._look)
        self._pin.submitted.connect(self._on_send)
        self._look()

    def _build_body(self) -> None:
        left = column()
        left.addLayout(labelled(self.tr("What is overridden"), self._which))
        left.addWidget(self._none)
        left.addWidget(self._detail)
        left.addStretch()
        right = column()
        right.addLayout(labelled(self.tr("Reason, as it prints on the report"), self._reason))
        right.addLayout(labelled(self.tr("Clinician"), self._clinician))
        right.addWidget(self._nobody)
        right.addLayout(labelled(self.tr("The clinician's own PIN"), self._pin))
        right.addStretch()
        self.body.addWidget(TwoColumns(left, right, narrow=560))

    def ask_for(self, hurdle: str) -> None:
        """Ask for this one alone: its page was in front when somebody wanted the override."""
        self._only = hurdle
        self._offer()
        self._which.choose(hurdle)
        self._look()

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Offer who may sign, then what may be overridden."""
        chair = next((one for one in snapshot.chairs if one.number == self.chair), None)
        if chair is not None and chair.visit is not None:
            signers = clinicians(snapshot.operators, chair.visit.protocol.gates.override_role)
            self._clinician.set_options([(one.id, one.name) for one in signers])
            self._nobody.setVisible(not signers)
        super().render(snapshot)

    def show_visit(self, _chair: ChairSnapshot, visit: VisitView) -> None:
        """Offer what is not met; close when what was sent has been taken."""
        self._hurdles = hurdles(visit, self._kind)
        if self._sent is not None and self._sent not in [one.id for one in self._hurdles]:
            done = self._sent
            self.leave()
            self.passed.emit(done)
            return
        self._offer()
        self._look()

    def _offer(self) -> None:
        """Offer what is in the way; of several the one that was asked for."""
        offered = [one for one in self._hurdles if one.id == self._only] or list(self._hurdles)
        self._which.set_options([(one.id, one.title) for one in offered])
        if len(offered) == 1 and self._which.value() is None:
            self._which.choose(offered[0].id)
        self._none.setVisible(not offered)

    def clear(self) -> None:
        """Forget everything, the PIN above all."""
        self._only = ""
        self._sent = None
        self._refusal = ""
        self._which.choose(None)
        self._clinician.choose(None)
        self._reason.clear()
        self._pin.clear()

    def refused(self, reason: str) -> None:
        """Show why, and ask for the PIN again."""
        self._sent = None
        self._refusal = reason
        self._pin.field.setFocus()
        self._look()

    def send(self) -> None:
        """Send the override with the clinician's PIN."""
        which, clinician = self._which.value(), self._clinician.value()
        if self._problem() or which is None or clinician is None:
            return
        reason, pin = self._reason.text().strip(), self._pin.pin()
        command = (
            OverrideGate(chair=self.chair, gate=which, reason=reason, clinician_id=clinician, pin=pin)
            if self._kind is HurdleKind.GATE
            else OverrideCriterion(chair=self.chair, criterion=which, reason=reason, clinician_id=clinician, pin=pin)
        )
        self._refusal = ""
        self._sent = which
        self._pin.clear()
        self.command_requested.emit(command)

    def _problem(self) -> str:
        return override_problem(self._which.value(), self._clinician.value(), self._reason.text(), self._pin.pin())

    @Slot()
    def _look(self) -> None:
        chosen = next((one for one in self._hurdles if one.id == self._which.value()), None)
        say(self._detail, chosen.detail if chosen is not None else "")
        problem = self._problem()
        self.send_button.setEnabled(not problem)
        if self._pin.pin():
            self._refusal = ""
        if self._refusal:
            self.say(self._refusal, Tone.WARN)
        else:
            self.say(self.tr("Asking the station…") if self._sent is not None else problem)
