"""The strip under the top bar while the whole station has something to say of its alarm signals: AUDIO OFF, or no test today.

Rules of the file:
1. AUDIO OFF is said as long as it lasts, with who and why; it cannot be put away.
2. The self-test is asked for once a sign-in and can be put off; it hides neither chairs nor alarms.
"""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from nursestation.core.commands import SwitchAudioOn
from nursestation.core.snapshot import AudioState, StationSnapshot
from nursestation.ui import theme
from nursestation.ui.alarms.symbols import Symbol, SymbolLabel
from nursestation.ui.controls import Button, ElidingLabel, Panel, QuietButton
from nursestation.ui.layouts import row
from nursestation.ui.roles import Surface, Text, Tone

_SYMBOL_PX = 28
_PAD = 3


class StationStrip(Panel):
    """One sentence with what can be done; hidden while there is none.

    Signals:
        command_requested: `SwitchAudioOn`.
        test_wanted: The self-test's page shall open.
    """

    command_requested = Signal(object)
    test_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("station_strip", Surface.MESSAGE, parent=parent)
        self._symbol = SymbolLabel(_SYMBOL_PX, "station_strip_symbol", Tone.WARN)
        self._text = ElidingLabel("", Text.STRONG, Tone.WARN, object_name="station_strip_text")
        self._on = Button(self.tr("Sound on"), "station_strip_sound_on")
        self._test = Button(self.tr("Test now…"), "station_strip_test")
        self._later = QuietButton(self.tr("Later"), "station_strip_later")
        self._put_off_by = ""
        line = row(spacing=theme.MARGIN)
        line.setContentsMargins(theme.MARGIN, _PAD, theme.MARGIN, _PAD)
        line.addWidget(self._symbol)
        line.addWidget(self._text, 1)
        for button in (self._on, self._test, self._later):
            line.addWidget(button)
        self.setLayout(line)
        self._on.clicked.connect(self._on_sound_on)
        self._test.clicked.connect(self.test_wanted)
        self._later.clicked.connect(self._on_later)
        self._who = ""
        self.hide()

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Show what there is to say."""
        operator = snapshot.operator
        self._who = "" if operator is None else operator.id
        if operator is None:
            self._put_off_by = ""
        audio = snapshot.audio
        is_off = audio.state is AudioState.OFF
        asks = bool(self._who) and not snapshot.self_test.done_today and self._put_off_by != self._who
        text = ""
        if is_off:
            text = self.tr("AUDIO OFF in Nursestation, by {}: {}").format(audio.by, audio.reason)
        elif asks:
            text = self.tr("Lamps and sounds of the alarms were not tested today.")
        self._symbol.show_symbol(Symbol.AUDIO_OFF if is_off else Symbol.SOUND)
        if text != self._text.text():
            self._text.setText(text)
            self.setAccessibleName(text)
        self._on.setVisible(is_off)
        self._on.setEnabled(bool(self._who))
        self._test.setVisible(asks and not is_off)
        self._later.setVisible(asks and not is_off)
        self.setVisible(bool(text))

    @Slot()
    def _on_later(self) -> None:
        self._put_off_by = self._who
        self.hide()

    @Slot()
    def _on_sound_on(self) -> None:
        self.command_requested.emit(SwitchAudioOn())
