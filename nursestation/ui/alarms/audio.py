"""The button of the alarm sound: pauses it, ends the pause, ends AUDIO OFF, each with one tap."""

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nursestation.core.commands import SwitchAudioOn
from nursestation.core.model import Operator
from nursestation.ui import theme
from nursestation.ui.alarms.symbols import SymbolLabel
from nursestation.ui.alarms.view import AudioLook
from nursestation.ui.allowed import why_not
from nursestation.ui.controls import Button, Label
from nursestation.ui.roles import Text, Tone

_SYMBOL_PX = 28
_WIDEST = ("Pause sound 120 s", "Nursestation only")


class AudioButton(Button):
    """Its picture and words say how the sound stands; it is as wide in each state.

    Signals:
        command_requested: What a tap asks for.
    """

    command_requested = Signal(object)

    _KEY = "F11"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", "audio", shortcut=self._KEY, parent=parent)
        self._look: AudioLook | None = None
        self._symbol = SymbolLabel(_SYMBOL_PX, "audio_symbol")
        self._title = Label("", Text.STRONG, object_name="audio_title")
        self._note = Label("", Text.CAPTION, Tone.SOFT, object_name="audio_note")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addWidget(self._title)
        words.addWidget(self._note)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.MARGIN, 0, theme.MARGIN, 0)
        row.setSpacing(theme.GAP)
        row.addWidget(self._symbol)
        row.addLayout(words, 1)
        for part in (self._symbol, self._title, self._note):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.clicked.connect(self._on_clicked)

    def sizeHint(self) -> QSize:
        """Return the size that the widest words of any state need."""
        fonts = (theme.font(Text.STRONG), theme.font(Text.CAPTION))
        words = max(QFontMetrics(font).horizontalAdvance(text) for font, text in zip(fonts, _WIDEST, strict=True))
        return QSize(words + theme.px(_SYMBOL_PX) + theme.GAP + 2 * theme.MARGIN + 4, theme.px(theme.TOUCH))

    def render(self, look: AudioLook, operator: Operator | None, *, by_pin: bool = False) -> None:  # type: ignore[override]
        """Show how the sound stands to whoever is signed in; `by_pin` where somebody else may pause it by PIN."""
        is_answered_by_pin = by_pin and not isinstance(look.command, SwitchAudioOn)
        self.allow("" if is_answered_by_pin else why_not(operator, type(look.command)))
        self.setEnabled(look.enabled)
        self.set_tip(look.tip)
        if look == self._look:
            return
        self._look = look
        self._symbol.show_symbol(look.symbol)
        self._title.setText(look.title)
        self._note.setText(look.note)
        self.setAccessibleName(f"{look.title}, {look.note}")
        theme.set_property(self, "audio", "stopped" if look.is_stopped else "")
        for part in (self._symbol, self._title, self._note):
            part.set_tone(Tone.WARN if look.is_stopped else Tone.SOFT if part is self._note else Tone.PLAIN)

    @Slot()
    def _on_clicked(self) -> None:
        if self._look is not None:
            self.command_requested.emit(self._look.command)
