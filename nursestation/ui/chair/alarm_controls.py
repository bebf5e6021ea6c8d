"""A chair's alarms on its page: where its limits come from, the way to change them, and ALARM PAUSED."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from nursestation.core.commands import EndChairPause, PauseChairAlarms, SetLimit
from nursestation.core.model import Operator
from nursestation.core.snapshot import ChairSnapshot
from nursestation.ui import theme
from nursestation.ui.alarms.symbols import WORDS, Symbol, SymbolLabel
from nursestation.ui.allowed import why_not
from nursestation.ui.controls import Button, ElidingLabel, Panel
from nursestation.ui.durations import duration_text
from nursestation.ui.layouts import column, row
from nursestation.ui.roles import Surface, Text, Tone
from nursestation.ui.sheets.limits_view import limits_text

_SYMBOL_PX = 30


class AlarmControls(QWidget):
    """Under the numbers: the preset by its name, and two buttons. Hidden while no visit is open.

    Signals:
        sheet_wanted: "limits" or "pause_alarms".
    """

    sheet_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("alarm_controls")
        self._source = ElidingLabel("", Text.CAPTION, Tone.SOFT, object_name="alarm_limits_source")
        self._limits = Button(self.tr("Limits…"), "alarm_limits", shortcut="Ctrl+Shift+L")
        self._pause = Button(self.tr("Pause alarms…"), "alarm_pause")
        buttons = row()
        buttons.addWidget(self._limits, 1)
        buttons.addWidget(self._pause, 1)
        whole = column(spacing=4)
        whole.addWidget(self._source)
        whole.addLayout(buttons)
        self.setLayout(whole)
        self._limits.clicked.connect(self._on_limits)
        self._pause.clicked.connect(self._on_pause)

    def render(self, chair: ChairSnapshot, operator: Operator | None) -> None:  # type: ignore[override]
        """Show the alarms of `chair` to whoever is signed in."""
        text = limits_text(chair)
        self.setVisible(bool(text))
        self._source.setText(text)
        self._limits.allow(why_not(operator, SetLimit))
        self._pause.allow(why_not(operator, PauseChairAlarms))
        self._pause.setEnabled(chair.pause is None)
        tip = self.tr("The patient is off the monitor on purpose: no alarm of this chair in Nursestation, for a time.")
        self._pause.set_tip(self.tr("They are paused already.") if chair.pause is not None else tip)

    @Slot()
    def _on_limits(self) -> None:
        self.sheet_wanted.emit("limits")

    @Slot()
    def _on_pause(self) -> None:
        self.sheet_wanted.emit("pause_alarms")


class PauseBar(Panel):
    """ALARM PAUSED over the waves, with its countdown, who and why; hidden while the chair's alarms are on.

    Signals:
        command_requested: `EndChairPause`.
    """

    command_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("pause_bar", Surface.MESSAGE, parent=parent)
        self._chair = 0
        self._symbol = SymbolLabel(_SYMBOL_PX, "pause_bar_symbol", Tone.WARN)
        self._symbol.show_symbol(Symbol.ALARM_PAUSED)
        self._left = ElidingLabel("", Text.CLOCK, Tone.WARN, object_name="pause_bar_left")
        self._why = ElidingLabel("", Text.CAPTION, Tone.WARN, object_name="pause_bar_why")
        self._end = Button(self.tr("Alarms on again"), "pause_bar_end")
        words = column(spacing=0)
        words.addWidget(self._left)
        words.addWidget(self._why)
        line = row(spacing=theme.MARGIN)
        line.setContentsMargins(theme.MARGIN, 4, theme.MARGIN, 4)
        line.addWidget(self._symbol)
        line.addLayout(words, 1)
        line.addWidget(self._end)
        self.setLayout(line)
        self._end.clicked.connect(self._on_end)
        self.hide()

    def render(self, chair: ChairSnapshot, operator: Operator | None) -> None:  # type: ignore[override]
        """Show the pause of `chair` to whoever is signed in, or nothing."""
        self._chair = chair.number
        pause = chair.pause
        if pause is not None:
            self._left.setText(f"{WORDS[Symbol.ALARM_PAUSED]} {duration_text(pause.left_s)}")
            self._why.setText(self.tr("{} · by {} · in Nursestation only").format(pause.reason, pause.by))
            self.setAccessibleName(f"{self._left.text()}, {self._why.text()}")
        self._end.allow(why_not(operator, EndChairPause))
        self.setVisible(pause is not None)

    @Slot()
    def _on_end(self) -> None:
        self.command_requested.emit(EndChairPause(chair=self._chair))
