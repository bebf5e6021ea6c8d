"""AUDIO OFF: a lead nurse switches the alarm sound of Nursestation off, with a reason, until somebody switches it on again."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from nursestation.core.commands import SwitchAudioOff, SwitchAudioOn
from nursestation.core.snapshot import AudioState, StationSnapshot
from nursestation.ui import theme
from nursestation.ui.alarms.symbols import Symbol, SymbolLabel
from nursestation.ui.allowed import why_not
from nursestation.ui.choices import Choices
from nursestation.ui.controls import Button, Label, Panel, QuietButton, TextField
from nursestation.ui.durations import round_text
from nursestation.ui.layouts import centred, column, labelled, row, scrolled
from nursestation.ui.page import Page
from nursestation.ui.roles import ButtonKind, Surface, Text, Tone
from nursestation.ui.sheets.view import full_reason, key_of

_WIDEST = 640
_REASONS = ("A nurse sits beside every patient", "The bedside monitors sound", "The loudspeaker is being worked on")
_SYMBOL_PX = 44


class AudioOffPage(Page):
    """One reason and one button; while the sound is off, who did it and why, and the way back."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("audio_off_page")
        self.setAccessibleName(self.tr("Alarm sound"))
        self._symbol = SymbolLabel(_SYMBOL_PX, "audio_off_symbol", Tone.WARN)
        self._state = Label("", Text.TITLE, object_name="audio_off_state", wrap=True)
        self._reasons = Choices(
            "audio_off_reason", self.tr("Reason"), [(key_of(one), one) for one in _REASONS], stacked=True
        )
        self._words = TextField("audio_off_words", self.tr("In your words"), placeholder=self.tr("in your words"))
        self._told = Label("", tone=Tone.SOFT, object_name="audio_off_told", wrap=True)
        self._form = Panel("audio_off_form", Surface.RAISED)
        self._note = Label("", tone=Tone.SOFT, object_name="audio_off_note", wrap=True)
        self._off = Button(self.tr("Switch the sound of Nursestation off"), "audio_off_send", ButtonKind.DANGER)
        self._on = Button(self.tr("Switch the sound on"), "audio_off_on", ButtonKind.PRIMARY)
        self._close = QuietButton(self.tr("Close"), "audio_off_close", tip=self.tr("Back to the chair (Esc)"))
        self._why_not = ""
        self._build()
        self._reasons.chosen.connect(self._look)
        self._words.textChanged.connect(self._look)
        self._off.clicked.connect(self._on_off)
        self._on.clicked.connect(self._on_on)
        self._close.clicked.connect(self.closed)
        self._look()

    def _build(self) -> None:
        head = row(spacing=theme.MARGIN)
        head.addWidget(Label(self.tr("Alarm sound"), Text.HEADING), 1)
        head.addWidget(self._close)
        state = row(spacing=theme.MARGIN)
        state.addWidget(self._symbol)
        state.addWidget(self._state, 1)
        state.addWidget(self._on)
        lines = column(margin=2 * theme.MARGIN, spacing=theme.MARGIN)
        lines.addWidget(self._told)
        lines.addLayout(labelled(self.tr("Reason"), self._reasons))
        lines.addWidget(self._words)
        lines.addWidget(self._note)
        lines.addWidget(self._off, 0, Qt.AlignmentFlag.AlignRight)
        self._form.setLayout(lines)
        content = QWidget()
        inside = column(spacing=theme.MARGIN)
        inside.addLayout(head)
        inside.addLayout(state)
        inside.addWidget(self._form)
        content.setLayout(inside)
        outer = column()
        outer.addWidget(scrolled(centred(content, _WIDEST), "audio_off_scroll"))
        self.setLayout(outer)

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Show how the sound stands and who may switch it off."""
        audio, operator = snapshot.audio, snapshot.operator
        is_off = audio.state is AudioState.OFF
        self._symbol.show_symbol(Symbol.AUDIO_OFF if is_off else Symbol.SOUND)
        off = self.tr("AUDIO OFF, by {}: {}").format(audio.by, audio.reason)
        self._state.setText(off if is_off else self.tr("The alarm sound is on."))
        self._state.set_tone(Tone.WARN if is_off else Tone.PLAIN)
        self._symbol.set_tone(Tone.WARN if is_off else Tone.PLAIN)
        told = self.tr(
            "This stops the sound of Nursestation alone, at the station and at the chairs, not that of the bedside monitors. "
            "Alarms are shown and recorded as before; a short low tone reminds every {}."
        )
        self._told.setText(told.format(round_text(audio.reminder_s)))
        self._on.setVisible(is_off)
        self._on.allow(why_not(operator, SwitchAudioOn))
        self._form.setVisible(not is_off)
        self._why_not = why_not(operator, SwitchAudioOff)
        self._look()

    def begin(self) -> None:
        """Begin where nothing is switched off by chance."""
        self._close.setFocus()

    def refused(self, reason: str) -> None:
        """Show why it was not done."""
        self._note.setText(reason)
        self._note.set_tone(Tone.WARN)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back to the chair on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)

    def _reason(self) -> str:
        return full_reason(self._reasons.label(), self._words.text())

    @Slot()
    def _look(self) -> None:
        told = self._why_not
        if not told and not self._reason():
            told = self.tr("Choose or write the reason.")
        self._off.setEnabled(not told)
        self._note.setText(told)
        self._note.set_tone(Tone.SOFT)

    @Slot()
    def _on_off(self) -> None:
        self.command_requested.emit(SwitchAudioOff(reason=self._reason()))
        self._reasons.choose(None)
        self._words.clear()

    @Slot()
    def _on_on(self) -> None:
        self.command_requested.emit(SwitchAudioOn())
