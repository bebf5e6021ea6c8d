"""What is done for one member of staff: a new PIN, unlocking, another role, leaving and coming back."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from nursestation.core.commands import ChangeRole, LetGo, ResetPin, TakeBack, Unlock
from nursestation.core.model import Role
from nursestation.ui import theme
from nursestation.ui.choices import Choices
from nursestation.ui.controls import Button, Label, Panel, PrimaryButton, QuietButton
from nursestation.ui.keypad import PinEntry
from nursestation.ui.layouts import column, labelled, row, side_by_side
from nursestation.ui.peopletext import ROLE_WORDS
from nursestation.ui.roles import ButtonKind, Surface, Text, Tone
from nursestation.ui.signin.view import check_pin
from nursestation.ui.staff.view import PersonCard


class PersonPanel(Panel):
    """One person's card.

    Signals:
        command_requested: `ResetPin`, `Unlock`, `ChangeRole`, `LetGo` or `TakeBack`.
        closed: Back to adding one more.
    """

    command_requested = Signal(object)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("person_card", Surface.RAISED, parent=parent)
        self._card: PersonCard | None = None
        self._refusal = ""
        self._name = Label("", Text.TITLE, object_name="person_name", wrap=True)
        self._told = Label("", tone=Tone.SOFT, object_name="person_told", wrap=True)
        self._problem = Label("", tone=Tone.SOFT, object_name="person_problem", wrap=True)
        self._unlock = PrimaryButton(self.tr("Unlock"), "person_unlock")
        self._pin = PinEntry("person_pin", self.tr("New PIN"))
        self._again = PinEntry("person_pin_again", self.tr("The same PIN again"))
        self._give = Button(self.tr("Give this PIN"), "person_give_pin")
        self._roles = Choices("person_role", self.tr("Role"), [(one.value, ROLE_WORDS[one]) for one in Role], flow=True)
        self._change_role = Button(self.tr("Change the role"), "person_change_role")
        self._let_go = Button(self.tr("Take off the staff…"), "person_let_go", ButtonKind.DANGER)
        self._sure = Button(self.tr("Yes, take off"), "person_let_go_sure", ButtonKind.DANGER)
        self._keep = QuietButton(self.tr("Keep"), "person_keep")
        self._take_back = PrimaryButton(self.tr("Take back"), "person_take_back")
        self._pins, self._role_part = QWidget(), QWidget()
        self._another = QuietButton(self.tr("Add one more…"), "person_another")
        self._build()
        self._connect()

    def _build(self) -> None:
        pins = column(spacing=theme.GAP)
        pins.addLayout(
            side_by_side(
                labelled(self.tr("New PIN, at least 6 digits"), self._pin),
                labelled(self.tr("The same PIN again"), self._again),
            )
        )
        pins.addWidget(self._give)
        self._pins.setLayout(pins)
        roles = column(spacing=theme.GAP)
        roles.addLayout(labelled(self.tr("Role"), self._roles))
        roles.addWidget(self._change_role)
        self._role_part.setLayout(roles)
        head = row(spacing=theme.MARGIN)
        head.addWidget(self._name, 1)
        head.addWidget(self._another)
        leave = row(spacing=theme.GAP)
        for button in (self._let_go, self._sure, self._keep, self._take_back):
            leave.addWidget(button)
        leave.addStretch()
        inside = column(margin=2 * theme.MARGIN, spacing=theme.MARGIN)
        inside.addLayout(head)
        inside.addWidget(self._told)
        inside.addWidget(self._problem)
        inside.addWidget(self._unlock)
        inside.addWidget(self._pins)
        inside.addWidget(self._role_part)
        inside.addLayout(leave)
        self.setLayout(inside)

    def _connect(self) -> None:
        for entry in (self._pin, self._again):
            entry.changed.connect(self._typed)
            entry.submitted.connect(self._on_give)
        self._roles.chosen.connect(self._typed)
        self._unlock.clicked.connect(self._on_unlock)
        self._give.clicked.connect(self._on_give)
        self._change_role.clicked.connect(self._on_role)
        self._let_go.clicked.connect(self._ask_whether)
        self._keep.clicked.connect(self._no_longer_ask)
        self._sure.clicked.connect(self._on_let_go)
        self._take_back.clicked.connect(self._on_take_back)
        self._another.clicked.connect(self.closed)

    def show_card(self, card: PersonCard) -> None:
        """Show somebody; what is typed for another person is forgotten."""
        before, self._card = self._card, card
        if before is None or before.id != card.id:
            self._refusal = ""
            self._forget_pins()
            self._roles.choose(card.role)
            self._no_longer_ask()
        elif before.role != card.role:
            self._roles.choose(card.role)
        self._name.setText(card.name)
        self._told.setText(card.told)
        self._unlock.setVisible(card.may_unlock)
        self._pins.setVisible(card.may_give_pin)
        self._role_part.setVisible(card.may_change_role)
        is_asked = not self._sure.isHidden()
        if is_asked and not card.may_let_go:
            self._no_longer_ask()
            is_asked = False
        self._let_go.setVisible(card.may_let_go and not is_asked)
        self._take_back.setVisible(card.may_take_back)
        self._look()

    def refused(self, reason: str) -> None:
        """Show why it was not done."""
        self._forget_pins()  # which takes an older reason away
        self._refusal = reason
        self._look()

    def _forget_pins(self) -> None:
        self._pin.clear()
        self._again.clear()

    @Slot()
    def _typed(self) -> None:
        self._refusal = ""
        self._look()

    def _look(self) -> None:
        card = self._card
        if card is None:
            return
        missing = check_pin(self._pin.pin(), self._again.pin())
        self._give.setEnabled(not missing)
        self._change_role.setEnabled(self._roles.value() not in (None, card.role))
        is_typing = bool(self._pin.pin())
        shown = self._refusal or (missing if is_typing else "") or card.why_not
        self._problem.setText(shown)
        self._problem.setVisible(bool(shown))
        self._problem.set_tone(Tone.WARN if self._refusal else Tone.SOFT)

    @Slot()
    def _on_unlock(self) -> None:
        if self._card is not None:
            self.command_requested.emit(Unlock(operator_id=self._card.id))

    @Slot()
    def _on_give(self) -> None:
        if self._card is None or check_pin(self._pin.pin(), self._again.pin()):
            return
        pin = self._pin.pin()
        self._forget_pins()
        self.command_requested.emit(ResetPin(operator_id=self._card.id, pin=pin))

    @Slot()
    def _on_role(self) -> None:
        role = self._roles.value()
        if self._card is not None and role is not None:
            self.command_requested.emit(ChangeRole(operator_id=self._card.id, role=Role(role)))

    @Slot()
    def _ask_whether(self) -> None:
        self._let_go.hide()
        self._sure.show()
        self._keep.show()
        self._keep.setFocus()

    @Slot()
    def _no_longer_ask(self) -> None:
        self._sure.hide()
        self._keep.hide()
        self._let_go.setVisible(self._card is not None and self._card.may_let_go)

    @Slot()
    def _on_let_go(self) -> None:
        if self._card is not None:
            self._no_longer_ask()
            self.command_requested.emit(LetGo(operator_id=self._card.id))

    @Slot()
    def _on_take_back(self) -> None:
        if self._card is not None:
            self.command_requested.emit(TakeBack(operator_id=self._card.id))
