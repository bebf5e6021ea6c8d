"""The line over the waves: freeze them, let big numbers take their place, or choose how they are drawn."""

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QWidget

from nursestation.ui import theme
from nursestation.ui.chair.wave_head_view import WaveHeadView
from nursestation.ui.controls import Button, ElidingLabel
from nursestation.ui.layouts import column, row
from nursestation.ui.roles import Text, Tone


class _FreezeButton(Button):
    """Says what it does next; it keeps the room of its longer words."""

    _KEY = "Ctrl+F"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", "wave_freeze", shortcut=self._KEY, parent=parent)
        self._words = (self.tr("Freeze"), self.tr("Run again"))
        self.show_frozen(False)

    def show_frozen(self, is_frozen: bool) -> None:
        """Offer to freeze, or to let the picture run again."""
        text = self._words[is_frozen]
        if text == self.text():
            return
        self.setText(text)
        self.setAccessibleName(text)
        self.setShortcut(self._KEY)  # setText takes it away
        self.set_tip(
            self.tr("Let the waves run again.")
            if is_frozen
            else self.tr("Let the picture of the waves stand for a look; numbers, alarms and the record go on.")
        )

    def sizeHint(self) -> QSize:
        """Return the size with the longer words."""
        hint, advance = super().sizeHint(), self.fontMetrics().horizontalAdvance
        hint.setWidth(hint.width() + max(map(advance, self._words)) - advance(self.text()))
        return hint


class WaveHead(QWidget):
    """Words at the left, three buttons at the right.

    Signals:
        freeze_wanted: The picture shall stand (True) or run again.
        big_wanted: Big numbers shall take the place of waves and trend.
        look_wanted: The sheet that says how waves are drawn shall open.
    """

    freeze_wanted = Signal(bool)
    big_wanted = Signal()
    look_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("wave_head")
        self._is_frozen = False
        self._title = ElidingLabel("", Text.STRONG, Tone.SOFT, object_name="wave_head_title")
        self._note = ElidingLabel("", Text.CAPTION, Tone.SOFT, object_name="wave_head_note")
        self._freeze = _FreezeButton()
        self._big = Button(self.tr("Big numbers"), "wave_big", shortcut="Ctrl+Shift+B")
        self._big.set_tip(self.tr("Numbers to be read from across the room, in place of waves and trend."))
        self._look = Button(self.tr("Waves…"), "wave_look", shortcut="Ctrl+Shift+W")
        words = column(spacing=0)
        words.addStretch()
        words.addWidget(self._title)
        words.addWidget(self._note)
        words.addStretch()
        line = row(spacing=theme.GAP)
        line.setContentsMargins(theme.GAP, 0, theme.GAP, 0)
        line.addLayout(words, 1)
        for button in (self._freeze, self._big, self._look):
            line.addWidget(button)
        self.setLayout(line)
        self._freeze.clicked.connect(self._on_freeze)
        self._big.clicked.connect(self.big_wanted)
        self._look.clicked.connect(self.look_wanted)

    def render(self, view: WaveHeadView, *, may_set: bool) -> None:  # type: ignore[override]
        """Show `view`; `may_set` whether the look of the waves can be chosen now."""
        self._title.setText(view.title)
        self._note.short = view.short
        self._note.setText(view.note)
        self._title.set_tone(Tone.WARN if view.is_frozen else Tone.SOFT)
        self._look.setEnabled(may_set)
        self._look.set_tip(
            self.tr("Which waves are drawn, how fast and how high.")
            if may_set
            else self.tr("Sign in to change how waves are drawn.")
        )
        self._is_frozen = view.is_frozen
        self._freeze.show_frozen(view.is_frozen)

    @Slot()
    def _on_freeze(self) -> None:
        self.freeze_wanted.emit(not self._is_frozen)
