"""The column of big numbers at the right: one tile a vital, readable from across the room."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from nursestation.ui import theme
from nursestation.ui.chair.numbers_view import NumberView
from nursestation.ui.controls import ElidingLabel, Label, Panel
from nursestation.ui.roles import Surface, Text, Tone, surface_of, tone_upon

WIDTH = 288
_N_LINES = 3
_SMALLEST, _LARGEST = 40, 112
_WIDEST = ("000", "/000")
_SMALL_PART = 0.62
"""Size of the small figures over that of the big ones."""
_TITLE_TONES = {"hr": Tone.HEART_RATE, "spo2": Tone.SPO2, "nibp": Tone.NIBP, "rr": Tone.RESP}
_NUMBER_TONES = {
    "heart_rate": Tone.HEART_RATE,
    "spo2": Tone.SPO2,
    "text": Tone.PLAIN,
    "resp": Tone.RESP,
    "co2": Tone.CO2,
    "stale": Tone.STALE,
}


class NumberTile(Panel):
    """One vital. Filled with the alarm's colour, with its mark and word, while there is an alarm on it."""

    def __init__(self, tile: str, parent: QWidget | None = None) -> None:
        super().__init__(f"number_{tile}", Surface.PLOT, parent=parent)
        self._id = tile
        self._title = Label("", Text.TITLE, _TITLE_TONES[tile], object_name=f"{tile}_title")
        self._unit = Label("", Text.CAPTION, Tone.SOFT, object_name=f"{tile}_unit")
        self._word = Label("", Text.STRONG, object_name=f"{tile}_alarm")
        self._value = Label("", Text.NUMBER, object_name=f"{tile}_value")
        self._small = Label("", Text.NUMBER, object_name=f"{tile}_small")
        self._limits = Label("", Text.CAPTION, Tone.SOFT, object_name=f"{tile}_limits")
        self._lines = [
            ElidingLabel("", Text.CAPTION, Tone.SOFT, object_name=f"{tile}_line_{n}") for n in range(_N_LINES)
        ]
        self._second_label = Label("", Text.CAPTION, Tone.SOFT, object_name=f"{tile}_second_label")
        self._second = Label("", Text.TIMER, object_name=f"{tile}_second")
        self._build()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self._title)
        head.addWidget(self._unit, 0, Qt.AlignmentFlag.AlignBottom)
        head.addStretch(1)
        head.addWidget(self._word)
        figures = QHBoxLayout()
        figures.setSpacing(0)
        figures.addWidget(self._value)
        figures.addWidget(self._small)
        figures.addStretch(1)
        second = QGridLayout()
        second.setSpacing(0)
        second.addWidget(self._second_label, 0, 0, Qt.AlignmentFlag.AlignRight)
        second.addWidget(self._second, 1, 0, Qt.AlignmentFlag.AlignRight)
        figures.addLayout(second)
        figures.addSpacing(theme.GAP)
        figures.addWidget(self._limits, 0, Qt.AlignmentFlag.AlignTop)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(theme.MARGIN, 8, theme.MARGIN, 8)
        whole.setSpacing(2)
        whole.addLayout(head)
        whole.addLayout(figures, 1)
        for line in self._lines:
            whole.addWidget(line)
        self._limits.setAlignment(Qt.AlignmentFlag.AlignRight)
        for figure in (self._value, self._small):
            figure.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            figure.setMinimumSize(1, 1)

    def render(self, view: NumberView) -> None:  # type: ignore[override]
        """Show `view`."""
        self._title.setText(view.title)
        self._unit.setText(view.unit)
        self._value.setText(view.value)
        self._small.setText(view.small)
        self._limits.setText("\n".join(text for text in (view.high, view.low) if text))
        for label, text in zip(self._lines, (*view.lines, *("",) * _N_LINES), strict=False):
            label.setText(text)
        self._show_second(view)
        self._show_tones(view)
        self.setAccessibleName(view.spoken)

    def _show_second(self, view: NumberView) -> None:
        label, text, role = view.second or ("", "", "co2")
        self._second_label.setText(label)
        self._second.setText(text)
        self._second.set_tone(_NUMBER_TONES[role])

    def _show_tones(self, view: NumberView) -> None:
        if view.alarm is None:
            theme.set_property(self, "surface", Surface.PLOT.value)
            self._word.setText("")
            number = Tone.STALE if view.is_stale else _NUMBER_TONES[view.role]
            title, soft = _TITLE_TONES[self._id], Tone.SOFT
        else:
            theme.set_property(self, "surface", surface_of(view.alarm).value)
            number = title = soft = tone_upon(view.alarm)
            self._word.setText(f"{theme.ALARM_SYMBOLS[view.alarm]} {view.word}".strip())
            self._word.set_tone(number)
            if view.second:
                self._second.set_tone(number)
        self._title.set_tone(title)
        for label in (self._value, self._small):
            label.set_tone(number)
        for label in (self._unit, self._limits, self._second_label, *self._lines[1:]):
            label.set_tone(soft)
        self._lines[0].set_tone(soft if view.alarm is not None else Tone.PLAIN)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the size of the figures by the room that there is."""
        super().resizeEvent(event)
        around = 22 + 20 + _N_LINES * 18 + 8
        size = max(_SMALLEST, min(_LARGEST, self.height() - around, self._widest_size()))
        theme.set_font(self._value, Text.NUMBER, size)
        theme.set_font(self._small, Text.NUMBER, round(size * _SMALL_PART))

    def _widest_size(self) -> int:
        """Return the size at which "000/000" and the limits just fit beside each other [px]."""
        big, small = _WIDEST
        probe = 100
        width = QFontMetrics(theme.font(Text.NUMBER, probe)).horizontalAdvance(big)
        width += QFontMetrics(theme.font(Text.NUMBER, round(probe * _SMALL_PART))).horizontalAdvance(small)
        limits = QFontMetrics(theme.font(Text.CAPTION)).horizontalAdvance("000/000")
        room = self.width() - 2 * theme.MARGIN - theme.GAP - limits - 4
        return int(room * probe / width)


class Numerics(QWidget):
    """The four tiles."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("numerics")
        self._tiles = {name: NumberTile(name) for name in _TITLE_TONES}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        for tile in self._tiles.values():
            column.addWidget(tile, 1)

    def render(self, views: Sequence[NumberView]) -> None:  # type: ignore[override]
        """Show the numbers."""
        for view in views:
            self._tiles[view.id].render(view)
