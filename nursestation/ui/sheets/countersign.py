"""A second person's signature under what somebody asks for: who, and a PIN of their own; and sheets that need one.

Rules of the file:
1. A PIN is forgotten as soon as it is sent, and whenever nobody can see its field.
2. Such a sheet stays open until the station has taken what it sent, so that a wrong PIN can be typed again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from nursestation.core.access import CARING
from nursestation.core.model import Operator, Role
from nursestation.core.snapshot import ChairSnapshot, StationSnapshot, VisitView
from nursestation.ui import theme
from nursestation.ui.choices import Choices
from nursestation.ui.controls import Label
from nursestation.ui.keypad import PinEntry
from nursestation.ui.layouts import column, labelled
from nursestation.ui.roles import ButtonKind, Tone
from nursestation.ui.sheets.sheet import Sheet
from nursestation.ui.signin.view import operator_tiles


@dataclass(frozen=True, slots=True)
class Signs:
    """Who signs beside the one who asks.

    Attributes:
        part: Ends the object name of the choice.
        roles: Who may.
        nobody: What is said where there is nobody.
        pin: Name of the PIN's field.
        choose, enter: What is said while nobody is chosen, and while the PIN is missing.
    """

    part: str
    roles: frozenset[Role]
    nobody: str
    pin: str
    choose: str
    enter: str


CLINICIAN_SIGNS = Signs(
    "clinician",
    frozenset({Role.CLINICIAN}),
    "No clinician is among the staff. A lead nurse can add one under Staff.",
    "The clinician's own PIN",
    "Choose the clinician.",
    "The clinician enters their own PIN.",
)
OVERRIDE_SIGNS = Signs(
    "clinician",
    frozenset({Role.CLINICIAN}),
    "Nobody else on the staff may sign this. A lead nurse can add a clinician under Staff.",
    "PIN of who signs",
    "Choose who signs.",
    "Who signs enters their own PIN.",
)
WITNESS_SIGNS = Signs(
    "witness",
    CARING,
    "Nobody else is among the staff. A lead nurse can add a witness under Staff.",
    "The witness's own PIN",
    "Choose the witness of the waste.",
    "The witness enters their own PIN.",
)


class SecondSigner(QWidget):
    """Those who may sign, and a PIN.

    Attributes:
        roles: Who may.

    Signals:
        changed: Another one was chosen, or the PIN has changed.
        submitted: Return was pressed in the PIN.
    """

    changed = Signal()
    submitted = Signal()

    def __init__(
        self,
        name: str,
        title: str,
        *,
        needs_pin: bool = True,
        signs: Signs = CLINICIAN_SIGNS,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._needs_pin = needs_pin
        self._signs = signs
        self.roles = signs.roles
        self._who = Choices(f"{name}_{signs.part}", title, flow=True)
        self._nobody = Label(signs.nobody, tone=Tone.WARN, wrap=True)
        self._pin = PinEntry(f"{name}_pin", signs.pin)
        layout = column(spacing=theme.GAP)
        layout.addLayout(labelled(title, self._who))
        layout.addWidget(self._nobody)
        self._pin_part = QWidget()
        self._pin_part.setLayout(labelled(signs.pin, self._pin))
        layout.addWidget(self._pin_part)
        self.setLayout(layout)
        self._pin_part.setVisible(needs_pin)  # once it has a parent: before, it would flash as a window of its own
        self._who.chosen.connect(self.changed)
        self._pin.changed.connect(self.changed)
        self._pin.submitted.connect(self.submitted)

    def offer(self, operators: Sequence[Operator], *, but: str = "") -> None:
        """Offer who may sign, without the one whose id is `but`."""
        offered = operator_tiles([one for one in operators if one.role in self.roles and one.id != but])
        self._who.set_options([(one.id, one.name) for one in offered])
        self._nobody.setVisible(not offered)

    def clinician(self) -> str:
        """Return the id of the one who was chosen, "" for nobody."""
        return self._who.value() or ""

    def pin(self) -> str:
        """Return what is typed."""
        return self._pin.pin()

    def problem(self) -> str:
        """Return what is missing, "" for nothing."""
        if not self.clinician():
            return self._signs.choose
        return self._signs.enter if self._needs_pin and not self.pin() else ""

    def forget_pin(self) -> None:
        """Forget the PIN."""
        self._pin.clear()

    def ask_again(self) -> None:
        """Put the cursor into the PIN."""
        if self._needs_pin:
            self._pin.field.setFocus()

    def clear(self) -> None:
        """Forget everything."""
        self._who.choose(None)
        self._pin.clear()


class CountersignedSheet(Sheet):
    """A sheet with a `signer`: answer `problem`, `command` and `is_taken`, and connect what is typed to `look`."""

    def __init__(
        self, name: str, title: str, send: str, signer: SecondSigner, kind: ButtonKind, parent: QWidget | None = None
    ) -> None:
        super().__init__(name, title, send, kind, parent)
        self.signer = signer
        self._refusal = ""
        self._is_sent = False
        self._visit: VisitView | None = None
        signer.changed.connect(self.look)
        signer.submitted.connect(self._on_send)

    @property
    def visit(self) -> VisitView | None:
        """Return the visit as it was last shown."""
        return self._visit

    def problem(self) -> str:
        """Return what is missing beside the signature, "" for nothing."""
        return ""

    def command(self) -> object:
        """Return what is asked for; called only when nothing is missing."""
        raise NotImplementedError

    def is_taken(self, visit: VisitView) -> bool:
        """Say whether the station has taken what was sent."""
        raise NotImplementedError

    def needs_signature(self) -> bool:
        """Say whether somebody else signs this."""
        return True

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Offer who may sign, then show the visit."""
        self.signer.offer(snapshot.operators, but=self.not_this(snapshot))
        super().render(snapshot)

    def not_this(self, _snapshot: StationSnapshot) -> str:
        """Return the id of whoever may not sign; "" for nobody."""
        return ""

    def show_visit(self, _chair: ChairSnapshot, visit: VisitView) -> None:
        """Close when what was sent has been taken."""
        self._visit = visit
        if self._is_sent and self.is_taken(visit):
            self.go_on()
            return
        self.look()

    def go_on(self) -> None:
        """Close: the station has taken what was sent."""
        self.leave()

    def clear(self) -> None:
        """Forget everything, the PIN above all."""
        self._is_sent = False
        self._refusal = ""
        self.signer.clear()

    def refused(self, reason: str) -> None:
        """Show why, and ask for the PIN again."""
        self._is_sent = False
        self._refusal = reason
        self.signer.ask_again()
        self.look()

    def send(self) -> None:
        """Send the command, and forget the PIN."""
        if self._missing():
            return
        command = self.command()
        self._refusal = ""
        self._is_sent = True
        self.signer.forget_pin()
        self.command_requested.emit(command)

    def _missing(self) -> str:
        return self.problem() or (self.signer.problem() if self.needs_signature() else "")

    @Slot()
    def look(self) -> None:
        """Say what is missing, or why it was refused."""
        missing = self._missing()
        self.send_button.setEnabled(not missing)
        if self.signer.pin():
            self._refusal = ""
        if self._refusal:
            self.say(self._refusal, Tone.WARN)
        else:
            self.say(self.tr("Asking the station…") if self._is_sent else missing)
