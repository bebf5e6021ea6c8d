"""One's own PIN: the one there is, and the new one twice. It comes by itself after a sign-in with a PIN that was given."""

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from nursestation.core.commands import ChangePin
from nursestation.core.snapshot import StationSnapshot
from nursestation.ui import theme
from nursestation.ui.columns import TwoColumns
from nursestation.ui.controls import Label, Panel, PinField, PrimaryButton, QuietButton
from nursestation.ui.keypad import Keypad, take_digits
from nursestation.ui.layouts import centred, column, labelled, row, scrolled
from nursestation.ui.page import Page
from nursestation.ui.roles import Surface, Text, Tone
from nursestation.ui.staff.view import check_own_pin

_NARROW = 620
_WIDEST = 860
_KEY_HEIGHT = 60


class OwnPinPage(Page):
    """Three fields, and one pad that types into the one with the focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("own_pin_page")
        self.setAccessibleName(self.tr("Change my PIN"))
        self._now = ""  # hash of the PIN there is
        self._sent = ""  # and of the one that there was when another one was asked for
        self._refusal = ""
        self._title = Label("", Text.HEADING, object_name="own_pin_title", wrap=True)
        self._told = Label("", tone=Tone.SOFT, object_name="own_pin_told", wrap=True)
        self._old = PinField("own_pin_old", self.tr("The PIN you have now"))
        self._pin = PinField("own_pin_new", self.tr("New PIN"))
        self._again = PinField("own_pin_again", self.tr("The new PIN again"))
        self._fields = (self._old, self._pin, self._again)
        self._pad = Keypad("own_pin_pad", self._old, key_height=_KEY_HEIGHT)
        self._problem = Label("", tone=Tone.SOFT, object_name="own_pin_problem", wrap=True)
        self._send = PrimaryButton(self.tr("Change my PIN"), "own_pin_send")
        self._close = QuietButton(self.tr("Not now"), "own_pin_close", tip=self.tr("Back (Esc)"))
        self._build()
        for field in self._fields:
            take_digits(field)
            field.installEventFilter(self)
            field.textChanged.connect(self._typed)
        self._old.returnPressed.connect(self._pin.setFocus)
        self._pin.returnPressed.connect(self._again.setFocus)
        self._again.returnPressed.connect(self._on_send)
        self._send.clicked.connect(self._on_send)
        self._close.clicked.connect(self.closed)
        self._look()

    def _build(self) -> None:
        left = column(spacing=theme.MARGIN)
        left.addLayout(labelled(self.tr("The PIN you have now"), self._old))
        left.addLayout(labelled(self.tr("New PIN, at least 6 digits"), self._pin))
        left.addLayout(labelled(self.tr("The new PIN again"), self._again))
        left.addWidget(self._problem)
        left.addWidget(self._send)
        left.addStretch()
        right = column()
        right.addWidget(self._pad)
        right.addStretch()
        head = row(spacing=theme.MARGIN)
        head.addWidget(self._title, 1)
        head.addWidget(self._close)
        panel = Panel("own_pin_card", Surface.RAISED)
        inside = column(margin=2 * theme.MARGIN, spacing=theme.MARGIN)
        inside.addLayout(head)
        inside.addWidget(self._told)
        inside.addWidget(TwoColumns(left, right, narrow=_NARROW))
        panel.setLayout(inside)
        outer = column()
        outer.addWidget(scrolled(centred(panel, _WIDEST), "own_pin_scroll"))
        self.setLayout(outer)

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Say whose PIN it is; close once it is another one."""
        operator = snapshot.operator
        if operator is None:
            return
        must = operator.must_change_pin
        self._title.setText(self.tr("Choose a PIN of your own") if must else self.tr("Change my PIN"))
        given = self.tr("{}: your PIN was given to you, so somebody else knows it. Alarms can be answered meanwhile.")
        own = self.tr("{}: nobody but you is to know it. It signs what you do.")
        self._told.setText((given if must else own).format(operator.name))
        self._now = operator.pin_hash
        if self._sent and self._now != self._sent:
            self._sent = ""
            self.closed.emit()

    def begin(self) -> None:
        """Begin with the PIN that there is."""
        self._old.setFocus()

    def refused(self, reason: str) -> None:
        """Show why it stays as it is, and ask again."""
        self._clear()
        self._refusal, self._sent = reason, ""
        self._old.setFocus()
        self._look()

    def showEvent(self, event: QShowEvent) -> None:
        """Begin empty; after a sign-in nobody has asked for this page."""
        super().showEvent(event)
        self._refusal = self._sent = ""
        self._look()
        self.begin()

    def hideEvent(self, event: QHideEvent) -> None:
        """Forget what is typed."""
        super().hideEvent(event)
        self._clear()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the pad type into the field that has the focus."""
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, PinField):
            self._pad.type_into(watched)
        return super().eventFilter(watched, event)

    def _clear(self) -> None:
        for field in self._fields:
            field.clear()

    def _missing(self) -> str:
        return check_own_pin(self._old.text(), self._pin.text(), self._again.text())

    @Slot()
    def _typed(self) -> None:
        if any(field.text() for field in self._fields):
            self._refusal = ""
        self._look()

    def _look(self) -> None:
        missing = self._missing()
        self._problem.setText(self._refusal or missing or self.tr("Ready."))
        self._problem.set_tone(Tone.BAD if self._refusal else Tone.SOFT)
        self._send.setEnabled(not missing)

    @Slot()
    def _on_send(self) -> None:
        if self._missing():
            return
        self._sent = self._now
        command = ChangePin(old_pin=self._old.text(), pin=self._pin.text())
        self._clear()
        self.command_requested.emit(command)
