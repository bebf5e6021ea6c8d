"""Sign-in, and taking over from somebody: choose who you are, type the PIN. Vitals and alarms stay in sight beside it."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from nursestation.core.commands import SignIn
from nursestation.core.snapshot import StationSnapshot
from nursestation.ui import theme
from nursestation.ui.choices import Choices
from nursestation.ui.columns import TwoColumns
from nursestation.ui.controls import FieldLabel, Label, Panel, PrimaryButton, QuietButton
from nursestation.ui.keypad import PinEntry
from nursestation.ui.layouts import centred, column, labelled, row, scrolled
from nursestation.ui.page import Page
from nursestation.ui.roles import Surface, Text, Tone
from nursestation.ui.signin.view import PIN_DIGITS, OperatorTile, operator_tiles

_NARROW = 620
_WIDEST = 860
_KEY_HEIGHT = 60


class SignInPage(Page):
    """One tile a person, one field, one pad."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sign_in_page")
        self.setAccessibleName(self.tr("Sign in"))
        self._tiles: tuple[OperatorTile, ...] | None = None
        self._refusal = ""
        self._sent = ""
        self._title = Label("", Text.HEADING, object_name="sign_in_title", wrap=True)
        self._told = Label("", tone=Tone.SOFT, object_name="sign_in_told", wrap=True)
        self._cancel = QuietButton(self.tr("Cancel"), "sign_in_cancel", tip=self.tr("Back (Esc)"))
        self._people = Choices("sign_in_operator", self.tr("Who are you?"), stacked=True)
        self._pin = PinEntry("sign_in_pin", self.tr("PIN"), pad_open=True, key_height=_KEY_HEIGHT)
        self._problem = Label(tone=Tone.WARN, object_name="sign_in_problem", wrap=True)
        self._button = PrimaryButton(self.tr("Sign in"), "sign_in_button")
        self._build()
        self._people.chosen.connect(self._person_chosen)
        self._pin.changed.connect(self._typed)
        self._pin.submitted.connect(self._send)
        self._button.clicked.connect(self._send)
        self._cancel.clicked.connect(self.closed)
        self._cancel.hide()
        self._look()

    def _build(self) -> None:
        left = column(spacing=theme.MARGIN)
        left.addWidget(FieldLabel(self.tr("Who are you?"), self._people))
        left.addWidget(self._people)
        left.addStretch()
        right = column(spacing=theme.MARGIN)
        right.addLayout(labelled(self.tr("PIN"), self._pin))
        right.addWidget(self._problem)
        right.addWidget(self._button)
        right.addStretch()
        card = Panel("sign_in_card", Surface.RAISED)
        inside = column(margin=2 * theme.MARGIN, spacing=theme.MARGIN)
        head = row(spacing=theme.MARGIN)
        head.addWidget(self._title, 1)
        head.addWidget(self._cancel)
        inside.addLayout(head)
        inside.addWidget(self._told)
        inside.addSpacing(theme.MARGIN)
        inside.addWidget(TwoColumns(left, right, narrow=_NARROW))
        card.setLayout(inside)
        outer = column()
        outer.addWidget(scrolled(centred(card, _WIDEST), "sign_in_scroll"))
        self.setLayout(outer)

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Offer everybody else who may sign in; close when somebody has."""
        operator = snapshot.operator
        self._title.setText(self.tr("Locked") if operator is None else self.tr("Who takes over?"))
        locked = self.tr("Vitals and alarms stay on, and everything is recorded. Sign in to act.")
        switch = self.tr("{} is signed in. What you do from here on carries your name; the page stays as it is.")
        self._told.setText(locked if operator is None else switch.format(operator.name))
        tiles = operator_tiles([one for one in snapshot.operators if operator is None or one.id != operator.id])
        if tiles != self._tiles:
            self._tiles = tiles
            self._people.set_options([(tile.id, f"{tile.name}  ·  {tile.role}") for tile in tiles])
            if len(tiles) == 1:
                self._people.choose(tiles[0].id)
            self._look()
        if self._sent and operator is not None and operator.id == self._sent:
            self._sent = ""
            self._refusal = ""
            self._look()
            self.closed.emit()

    def let_back(self, is_let: bool) -> None:
        """Say whether one may go back without signing in: not before somebody has since the start."""
        self._cancel.setVisible(is_let)

    def refused(self, reason: str) -> None:
        """Show why, and ask again."""
        self._sent = ""
        self._refusal = reason
        self._pin.setFocus()
        self._look()

    def begin(self) -> None:
        """Leave the focus on the PIN, where showing the page has put it."""

    def showEvent(self, event: QShowEvent) -> None:
        """Begin with an empty field, ready for typing."""
        super().showEvent(event)
        self._sent = ""
        self._refusal = ""
        self._people.choose(self._tiles[0].id if self._tiles and len(self._tiles) == 1 else None)
        self._pin.clear()
        self._pin.setFocus()
        self._look()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back on Escape, where there is something to go back to."""
        if event.key() == Qt.Key.Key_Escape and not self._cancel.isHidden():
            self.closed.emit()
            return
        super().keyPressEvent(event)

    @Slot(str)
    def _person_chosen(self, _key: str) -> None:
        self._refusal = ""
        self._pin.clear()
        self._pin.setFocus()
        self._look()

    @Slot()
    def _typed(self) -> None:
        if self._pin.pin():
            self._refusal = ""
        self._look()

    def _missing(self) -> str:
        if not self._tiles:
            return self.tr("Nobody else is on the staff.")
        if self._people.value() is None:
            return self.tr("Choose your name.")
        if len(self._pin.pin()) < PIN_DIGITS:
            return self.tr("Enter your PIN.")
        return ""

    @Slot()
    def _look(self) -> None:
        missing = self._missing()
        self._problem.setText(self._refusal or missing or self.tr("Ready."))
        self._problem.set_tone(Tone.BAD if self._refusal else Tone.SOFT)
        self._button.setEnabled(not missing)

    @Slot()
    def _send(self) -> None:
        operator = self._people.value()
        if self._missing() or operator is None:
            return
        pin = self._pin.pin()
        self._pin.clear()
        self._sent = operator
        self.command_requested.emit(SignIn(operator_id=operator, pin=pin))
