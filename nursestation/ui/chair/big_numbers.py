"""Numbers and clocks as large as the page, in place of waves and trend: to be read from across the room.

Figures are sized by their tile. On a 24 inch screen of 1920 x 1080 dots (0.277 mm each) they are taller than 30 mm.
"""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from nursestation.ui import theme
from nursestation.ui.alarms.flashing import Flashing
from nursestation.ui.chair.numbers_view import NumberView
from nursestation.ui.chair.numerics import ALONE, NumberTile
from nursestation.ui.chair.timers_view import BigTimer
from nursestation.ui.controls import Button, Label, Panel
from nursestation.ui.layouts import column, row
from nursestation.ui.roles import Surface, Text, Tone
from nursestation.ui.theme import Theme

_PLACES = {"hr": (0, 0), "spo2": (0, 1), "nibp": (1, 0), "rr": (1, 1)}
_TIMERS = ("run", "left", "cuff")
_TIMER_PX = 40
_TIMERS_HEIGHT = 76


class BigNumbers(QWidget):
    """Four tiles, the clocks below them, and the way back.

    Signals:
        waves_wanted: Waves and trend shall have their place again.
    """

    waves_wanted = Signal()

    def __init__(self, theme_: Theme, flashing: Flashing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("big_numbers")
        self._tiles = {name: NumberTile(name, ALONE, theme_, flashing) for name in _PLACES}
        self._labels = {name: Label("", Text.BODY, Tone.SOFT, object_name=f"big_{name}_label") for name in _TIMERS}
        self._values = {name: Label("", Text.NUMBER, object_name=f"big_{name}_value") for name in _TIMERS}
        self._back = Button(self.tr("Waves and trend"), "big_back", shortcut="Ctrl+Shift+B")
        self._build()
        self.rescale()
        self._back.clicked.connect(self.waves_wanted)

    def _build(self) -> None:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.GAP)
        for name, (at_row, at_column) in _PLACES.items():
            grid.addWidget(self._tiles[name], at_row, at_column)
            grid.setRowStretch(at_row, 1)
            grid.setColumnStretch(at_column, 1)
        clocks = Panel("big_timers", Surface.PLOT)
        theme.set_length(clocks, theme.Length.HEIGHT, _TIMERS_HEIGHT)
        line = row(spacing=3 * theme.MARGIN)
        line.setContentsMargins(theme.MARGIN, 4, theme.GAP, 4)
        for name in _TIMERS:
            pair = column(spacing=0)
            pair.addWidget(self._labels[name])
            pair.addWidget(self._values[name])
            line.addLayout(pair)
        line.addStretch(1)
        line.addWidget(self._back)
        clocks.setLayout(line)
        whole = column()
        whole.addLayout(grid, 1)
        whole.addWidget(clocks)
        self.setLayout(whole)

    def render(self, views: Sequence[NumberView], timers: Sequence[BigTimer]) -> None:  # type: ignore[override]
        """Show numbers and clocks."""
        for view in views:
            self._tiles[view.id].render(view)
        shown = {timer.id: timer for timer in timers}
        for name in _TIMERS:
            timer = shown.get(name)
            self._labels[name].setText(timer.label if timer is not None else "")
            self._values[name].setText(timer.value if timer is not None else "")
            self._values[name].set_tone(timer.tone if timer is not None else Tone.PLAIN)

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        for tile in self._tiles.values():
            tile.set_theme(theme_)

    def rescale(self) -> None:
        """Fit figures beside letters of another size."""
        for tile in self._tiles.values():
            tile.fit()
        for value in self._values.values():
            theme.set_font(value, Text.NUMBER, theme.px(_TIMER_PX))
