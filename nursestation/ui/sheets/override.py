"""Somebody who may lets the visit pass an unmet gate or criterion: which, why, and a PIN of their own."""

from textwrap import wrap

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from nursestation.core.commands import OverrideCriterion, OverrideGate
from nursestation.core.snapshot import ChairSnapshot, StationSnapshot, VisitView
from nursestation.ui.choices import Choices
from nursestation.ui.columns import TwoColumns
from nursestation.ui.controls import Label, TextField
from nursestation.ui.layouts import column, labelled, say
from nursestation.ui.roles import ButtonKind, Tone
from nursestation.ui.sheets.countersign import OVERRIDE_SIGNS, CountersignedSheet, SecondSigner
from nursestation.ui.sheets.view import Hurdle, HurdleKind, hurdles

_LINE = 30
"""Most letters in a line of a choice: the sheet stands beside a page, and a button's words are never cut."""


class OverrideSheet(CountersignedSheet):
    """What is in the way, and why it may be passed.

    Signals:
        passed: The hurdle that the station has let the visit pass.
    """

    passed = Signal(str)

    def __init__(self, kind: HurdleKind, name: str, parent: QWidget | None = None) -> None:
        signer = SecondSigner(name, self.tr("Who signs"), signs=OVERRIDE_SIGNS)
        super().__init__(name, self.tr("Override"), self.tr("Sign"), signer, ButtonKind.DANGER, parent)
        self.asks = OverrideGate if kind is HurdleKind.GATE else OverrideCriterion
        self._kind = kind
        self._sent = self._only = ""
        self._which = Choices(f"{name}_which", self.tr("What is overridden"), flow=True)
        self._none = Label(self.tr("Nothing is left to override."), tone=Tone.SOFT)
        self._detail = Label(tone=Tone.SOFT, object_name=f"{name}_detail", wrap=True)
        self._reason = TextField(f"{name}_reason", self.tr("Reason"))
        self._hurdles: tuple[Hurdle, ...] = ()
        self._build_body()
        self._which.chosen.connect(self.look)
        self._reason.textChanged.connect(self.look)
        self.look()

    def _build_body(self) -> None:
        left = column()
        left.addLayout(labelled(self.tr("What is overridden"), self._which))
        left.addWidget(self._none)
        left.addWidget(self._detail)
        left.addStretch()
        right = column()
        right.addLayout(labelled(self.tr("Reason, as it prints on the report"), self._reason))
        right.addWidget(self.signer)
        right.addStretch()
        self.body.addWidget(TwoColumns(left, right, narrow=560))

    def ask_for(self, hurdle: str) -> None:
        """Ask for this one alone: its page was in front when somebody wanted the override."""
        self._only = hurdle
        self._offer()
        self._which.choose(hurdle)
        self.look()

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Offer who may sign, then what may be overridden: a gate by who the protocol names too."""
        chair = next((one for one in snapshot.chairs if one.number == self.chair), None)
        if self._kind is HurdleKind.GATE and chair is not None and chair.visit is not None:
            self.signer.roles = OVERRIDE_SIGNS.roles | {chair.visit.protocol.gates.override_role}
        super().render(snapshot)

    def not_this(self, snapshot: StationSnapshot) -> str:
        """Return who is signed in where a criterion is to be passed: that takes a second person."""
        if self._kind is HurdleKind.GATE or snapshot.operator is None:
            return ""
        return snapshot.operator.id

    def show_visit(self, chair: ChairSnapshot, visit: VisitView) -> None:
        """Offer what is not met; close when what was sent has been taken."""
        self._hurdles = hurdles(visit, self._kind)
        self._offer()
        super().show_visit(chair, visit)

    def _offer(self) -> None:
        """Offer what is in the way; of several the one that was asked for."""
        offered = [one for one in self._hurdles if one.id == self._only] or list(self._hurdles)
        self._which.set_options([(one.id, "\n".join(wrap(one.title, _LINE))) for one in offered])
        if len(offered) == 1 and self._which.value() is None:
            self._which.choose(offered[0].id)
        self.first = self._reason if self._which.value() is not None else self._which.first  # what is in sight first
        self._none.setVisible(not offered)

    def problem(self) -> str:
        """Say what is missing."""
        if self._which.value() is None:
            return self.tr("Choose what is to be overridden.")
        return "" if self._reason.text().strip() else self.tr("Write the reason.")

    def command(self) -> OverrideGate | OverrideCriterion:
        """Return the command, with the PIN of who signs."""
        self._sent = which = self._which.value() or ""
        reason, clinician, pin = self._reason.text().strip(), self.signer.clinician(), self.signer.pin()
        if self._kind is HurdleKind.GATE:
            return OverrideGate(chair=self.chair, gate=which, reason=reason, clinician_id=clinician, pin=pin)
        return OverrideCriterion(chair=self.chair, criterion=which, reason=reason, clinician_id=clinician, pin=pin)

    def is_taken(self, _visit: VisitView) -> bool:
        """Say whether what was sent is no longer in the way."""
        return self._sent not in [one.id for one in self._hurdles]

    def go_on(self) -> None:
        """Close, and tell what was let pass."""
        passed = self._sent
        super().go_on()
        self.passed.emit(passed)

    def clear(self) -> None:
        """Forget everything, the PIN above all."""
        self._sent = self._only = ""
        self._which.choose(None)
        self._reason.clear()
        super().clear()

    @Slot()
    def look(self) -> None:
        """Say what is in the way, and what is missing, or why it was refused."""
        chosen = next((one for one in self._hurdles if one.id == self._which.value()), None)
        say(self._detail, chosen.detail if chosen is not None else "")
        super().look()
