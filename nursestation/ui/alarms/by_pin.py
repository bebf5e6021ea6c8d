"""An alarm answered at a locked station: who, and their PIN, in one row under the alarm bar. It covers nothing.

Nobody is signed in by it: the station stays locked. What the answer is about is fixed when the row opens, and the row goes
by itself once that is done, or no longer there to be answered.
"""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from nursestation.core.access import may
from nursestation.core.commands import Acknowledge, ByPin, EndAudioPause, PauseAudio
from nursestation.core.model import Operator
from nursestation.core.snapshot import AudioState, StationSnapshot
from nursestation.ui import theme
from nursestation.ui.alarms.view import AlarmLine
from nursestation.ui.controls import ChoiceField, Edge, ElidingLabel, Panel, PinField, PrimaryButton, QuietButton
from nursestation.ui.keypad import Keypad, take_digits
from nursestation.ui.layouts import column, row
from nursestation.ui.roles import Surface, Text, Tone
from nursestation.ui.signin.view import PIN_DIGITS

_WHO_PX = 190
_PIN_PX = 120
_PAD = 6

Answer = Acknowledge | PauseAudio | EndAudioPause


class ByPinRow(Panel):
    """Who and PIN; hidden until an answer is asked for.

    Signals:
        command_requested: `ByPin` of the answer.
    """

    command_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("by_pin", Surface.RAISED, edge=Edge.BOTTOM, parent=parent)
        self._answer: Answer | None = None
        self._last = ""
        self._people: tuple[tuple[str, str], ...] = ()
        self._what = ElidingLabel("", Text.STRONG, object_name="by_pin_what")
        self._told = ElidingLabel("", Text.BODY, Tone.SOFT, object_name="by_pin_told")
        self._who = ChoiceField("by_pin_who", self.tr("Who answers"))
        self._pin = PinField("by_pin_pin", self.tr("PIN"))
        take_digits(self._pin)
        self._pin.setPlaceholderText(self.tr("PIN"))
        self._pad = Keypad("by_pin_pad", self._pin, flat=True)
        self._send = PrimaryButton(self.tr("Answer"), "by_pin_send")
        self._cancel = QuietButton(self.tr("Not now"), "by_pin_cancel", tip=self.tr("Leave the alarm as it is (Esc)"))
        self._build()
        self._pin.textChanged.connect(self._look)
        self._pin.returnPressed.connect(self._on_send)
        self._who.activated.connect(self._on_who)
        self._send.clicked.connect(self._on_send)
        self._cancel.clicked.connect(self.close_row)
        self.hide()

    def _build(self) -> None:
        head = row(spacing=theme.MARGIN)
        head.addWidget(self._what, 1)
        head.addWidget(self._told, 1)
        line = row(spacing=theme.GAP)
        line.addWidget(self._who, 1)
        line.addWidget(self._pin)
        line.addWidget(self._pad, 3)
        line.addWidget(self._send)
        line.addWidget(self._cancel)
        theme.set_length(self._who, theme.Length.LEAST_WIDTH, _WHO_PX)
        theme.set_length(self._pin, theme.Length.LEAST_WIDTH, _PIN_PX)
        self._told.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        both = column(spacing=_PAD)
        both.setContentsMargins(theme.MARGIN, _PAD, theme.MARGIN, _PAD)
        both.addLayout(head)
        both.addLayout(line)
        self.setLayout(both)

    def ask(self, answer: Answer, lines: Sequence[AlarmLine], operators: Sequence[Operator]) -> None:
        """Ask who gives `answer`.

        Args:
            answer: The command.
            lines: All present conditions: one of them may be what is answered.
            operators: Who may sign in; those who may not answer an alarm are left out.
        """
        self._answer = answer
        self._what.setText(self._words(answer, lines))
        people = tuple(sorted(((one.id, one.name) for one in operators if may(one, type(answer))), key=_by_name))
        if people != self._people:
            self._people = people
            self._who.clear()
            for person, name in people:
                self._who.addItem(name, person)
        self._who.setCurrentIndex(max(0, self._who.findData(self._last)))
        self._pin.clear()
        self._say("", Tone.SOFT)
        self._look()
        self.show()
        self._pin.setFocus()

    def _words(self, answer: Answer, lines: Sequence[AlarmLine]) -> str:
        if isinstance(answer, PauseAudio):
            return self.tr("Pause the alarm sound")
        if isinstance(answer, EndAudioPause):
            return self.tr("End the pause of the alarm sound")
        about = next((one for one in lines if one.condition == answer.condition_id), None)
        return self.tr("Acknowledge · {} · {}").format(about.where, about.headline) if about else self.tr("Acknowledge")

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Remember who was here last; go once there is nothing to answer any more, or somebody signed in who may."""
        if snapshot.operator is not None:
            self._last = snapshot.operator.id
        if self._answer is not None and (
            may(snapshot.operator, type(self._answer)) or _is_done(self._answer, snapshot)
        ):
            self.close_row()

    def refused(self, reason: str) -> None:
        """Say why it was not done, and ask for the PIN again."""
        self._pin.clear()
        self._say(reason, Tone.WARN)
        self._pin.setFocus()

    @Slot()
    def close_row(self) -> None:
        """Leave the alarm as it is."""
        self._answer = None
        self.hide()

    def hideEvent(self, event: QHideEvent) -> None:
        """Forget what is typed."""
        super().hideEvent(event)
        self._pin.clear()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go away on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_row()
            return
        super().keyPressEvent(event)

    def _say(self, text: str, tone: Tone) -> None:
        self._told.setText(text or self.tr("Only this is done. Who is signed in stays as it is."))
        self._told.set_tone(tone)

    @Slot()
    def _on_who(self) -> None:
        self._pin.setFocus()

    @Slot()
    def _look(self) -> None:
        self._send.setEnabled(len(self._pin.text()) >= PIN_DIGITS)

    @Slot()
    def _on_send(self) -> None:
        who = self._who.currentData()
        if self._answer is None or not who or len(self._pin.text()) < PIN_DIGITS:
            return
        pin = self._pin.text()
        self._pin.clear()
        self._last = who
        self.command_requested.emit(ByPin(operator_id=who, pin=pin, command=self._answer))


def _by_name(person: tuple[str, str]) -> str:
    return person[1].casefold()


def _is_done(answer: Answer, snapshot: StationSnapshot) -> bool:
    match answer:
        case Acknowledge():
            return all(one.acknowledged for one in snapshot.conditions if one.id == answer.condition_id)
        case PauseAudio():
            return snapshot.audio.state is not AudioState.ON
        case EndAudioPause():
            return snapshot.audio.state is not AudioState.PAUSED
