"""The strip under the top bar while the whole station has something to say of its alarm signals.

It says one thing at a time: AUDIO OFF, else what sounds because nobody answered. It cannot be put away: it goes with what it
says. What can wait (the day's test of lamps and sounds) takes no row of every page: the rail's foot offers it.
"""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from nursestation.core.commands import SwitchAudioOn
from nursestation.core.snapshot import AudioState, StationSnapshot
from nursestation.ui import theme
from nursestation.ui.alarms.symbols import Symbol, SymbolLabel
from nursestation.ui.allowed import why_not
from nursestation.ui.controls import Button, ElidingLabel, Panel
from nursestation.ui.layouts import row
from nursestation.ui.roles import Surface, Text, Tone

_SYMBOL_PX = 28
_PAD = 3


class StationStrip(Panel):
    """One sentence with what can be done; hidden while there is none.

    Signals:
        command_requested: `SwitchAudioOn`.
    """

    command_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("station_strip", Surface.MESSAGE, parent=parent)
        self._symbol = SymbolLabel(_SYMBOL_PX, "station_strip_symbol", Tone.WARN)
        self._text = ElidingLabel("", Text.STRONG, Tone.WARN, object_name="station_strip_text")
        self._on = Button(self.tr("Sound on"), "station_strip_sound_on")
        self._unanswered = ""
        self._snapshot: StationSnapshot | None = None
        line = row(spacing=theme.MARGIN)
        line.setContentsMargins(theme.MARGIN, _PAD, theme.MARGIN, _PAD)
        line.addWidget(self._symbol)
        line.addWidget(self._text, 1)
        line.addWidget(self._on)
        self.setLayout(line)
        self._on.clicked.connect(self._on_sound_on)
        self.hide()

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Show what there is to say."""
        self._snapshot = snapshot
        audio = snapshot.audio
        is_off = audio.state is AudioState.OFF
        text = self._unanswered
        if is_off:
            text = self.tr("AUDIO OFF in Nursestation, by {}: {}").format(audio.by, audio.reason)
        self._symbol.show_symbol(Symbol.AUDIO_OFF if is_off else Symbol.SOUND)
        if text != self._text.text():
            self._text.setText(text)
            self.setAccessibleName(text)
        self._on.setVisible(is_off)
        self._on.allow(why_not(snapshot.operator, SwitchAudioOn))
        self.setVisible(bool(text))

    def show_unanswered(self, text: str) -> None:
        """Say what sounds because nobody answered; "" for nothing."""
        self._unanswered = text
        if self._snapshot is not None:
            self.render(self._snapshot)

    @Slot()
    def _on_sound_on(self) -> None:
        self.command_requested.emit(SwitchAudioOn())
