"""The numbers of a chair, one tile a vital: in a column beside waves and trend, or as large as the page in their place."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt, Slot
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from devices.events import Priority
from nursestation.ui import theme
from nursestation.ui.alarms.flashing import Flashing
from nursestation.ui.alarms.symbols import Stars, SymbolLabel
from nursestation.ui.chair.numbers_view import NumberView
from nursestation.ui.controls import ElidingLabel, Label, Panel
from nursestation.ui.roles import Surface, Text, Tone, tone_upon
from nursestation.ui.theme import Theme

_PAD = 6
_HEAD_GAP = 6
_STATE_PX = 22


@dataclass(frozen=True, slots=True, kw_only=True)
class TileLook:
    """How large the parts of a tile are.

    Attributes:
        prefix: Of its object names.
        n_lines: Lines under its figures, by tile.
        title, unit, word, limits: Letters in its head: its name, the unit, an alarm's word and the limits.
        line: Letters of the lines under its figures.
        star_px: Of an alarm's stars.
        apart: Between an alarm's word and the limits [px].
    """

    prefix: str
    n_lines: dict[str, int]
    title: Text
    unit: Text
    word: Text
    limits: Text
    line: Text
    star_px: int
    apart: int


BESIDE = TileLook(
    prefix="",
    n_lines={"hr": 2, "spo2": 2, "nibp": 4, "rr": 2},
    title=Text.TITLE,
    unit=Text.CAPTION,
    word=Text.STRONG,
    limits=Text.CAPTION,
    line=Text.CAPTION,
    star_px=18,
    apart=4,
)
"""Beside waves and trend."""
ALONE = TileLook(
    prefix="big_",
    n_lines={"hr": 1, "spo2": 1, "nibp": 2, "rr": 1},
    title=Text.HEADING,
    unit=Text.BODY,
    word=Text.HEADING,
    limits=Text.TIMER,
    line=Text.TITLE,
    star_px=28,
    apart=18,
)
"""In their place: what matters from across the room."""
_SHARES = {"hr": 10, "spo2": 10, "nibp": 13, "rr": 10}
"""Of the column's height."""
_SMALLEST, _LARGEST = 40, 300
_LEAST_ROOM = 36
"""Height that figures of the smallest size need [px]: digits reach less far down than their font."""
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
    """One vital. Filled with the alarm's colour, with its stars and word, while there is an alarm on it.

    It paints that ground itself, so that a flash restyles nothing.
    """

    def __init__(
        self, tile: str, look: TileLook, theme_: Theme, flashing: Flashing, parent: QWidget | None = None
    ) -> None:
        name = f"{look.prefix}{tile}"
        super().__init__(f"{look.prefix}number_{tile}", Surface.PLOT, parent=parent)
        self._id, self._look = tile, look
        self._theme, self._flashing = theme_, flashing
        self._alarm: Priority | None = None
        self._asks = False
        flashing.flipped.connect(self._on_flipped)
        self._title = Label("", look.title, _TITLE_TONES[tile], object_name=f"{name}_title")
        self._unit = Label("", look.unit, Tone.SOFT, object_name=f"{name}_unit")
        self._stars = Stars(look.star_px, f"{name}_stars")
        self._word = Label("", look.word, object_name=f"{name}_alarm")
        self._state = SymbolLabel(_STATE_PX, f"{name}_state", Tone.WARN)
        self._unit_text = self._limits_text = ""  # shown where there is room
        self._limits = Label("", look.limits, Tone.SOFT, object_name=f"{name}_limits")
        self._value = Label("", Text.NUMBER, object_name=f"{name}_value")
        self._small = Label("", Text.NUMBER, object_name=f"{name}_small")
        self._second_label = Label("", Text.CAPTION, Tone.SOFT, object_name=f"{name}_second_label")
        self._second = Label("", Text.TIMER, object_name=f"{name}_second")
        self._lines = [
            ElidingLabel("", look.line, Tone.SOFT, object_name=f"{name}_line_{n}") for n in range(look.n_lines[tile])
        ]
        self._build()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(_HEAD_GAP)
        head.addWidget(self._title)
        head.addWidget(self._unit, 0, Qt.AlignmentFlag.AlignBottom)
        head.addStretch(1)
        head.addWidget(self._state)
        head.addWidget(self._stars)
        head.addWidget(self._word)
        head.addSpacing(self._look.apart)
        head.addWidget(self._limits)
        figures = QHBoxLayout()
        figures.setSpacing(0)
        figures.addWidget(self._value)
        figures.addWidget(self._small)
        figures.addStretch(1)
        second = QVBoxLayout()
        second.setSpacing(0)
        second.addWidget(self._second_label, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom)
        second.addWidget(self._second, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        figures.addLayout(second)
        whole = self._whole = QVBoxLayout(self)
        whole.setContentsMargins(theme.MARGIN, _PAD, theme.MARGIN, _PAD)
        whole.setSpacing(0)
        whole.addLayout(head)
        whole.addLayout(figures, 1)
        for line in self._lines:
            whole.addWidget(line)
        for label in (self._second_label, self._second):
            label.hide()
        for figure in (self._value, self._small):
            figure.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
            figure.setMinimumHeight(1)  # their font is chosen to fit the room, so they must not ask for more of it

    def render(self, view: NumberView) -> None:  # type: ignore[override]
        """Show `view`."""
        self._title.setText(view.title)
        self._unit_text = " · ".join(part for part in (view.unit, view.mark) if part)
        self._value.setText(view.value)
        self._small.setText(view.small)
        limits = _limits_text(view.low, view.high)
        self._limits_text = self.tr("{} changed").format(limits) if view.preset else limits
        self._limits.setToolTip(self.tr("Changed from {}.").format(view.preset) if view.preset else "")
        for label, text in zip(self._lines, (*view.lines, *("",) * len(self._lines)), strict=False):
            label.setText(text)
        self._show_second(view)
        self._state.show_symbol(view.symbol)
        self._stars.show_priority(view.alarm)
        self._word.setText(view.word)
        self._word.setVisible(bool(view.word))
        self._show_tones(view)
        self._fit_head()
        self.setAccessibleName(view.spoken)

    def _fit_head(self) -> None:
        """Let stars and word of an alarm take the room of limits and unit where the tile is narrow."""
        room = self.width() - 2 * theme.MARGIN - 2 * _HEAD_GAP - self._look.apart
        for mark in (self._title, self._state, self._stars, self._word):
            if not mark.isHidden():
                room -= mark.sizeHint().width() + _HEAD_GAP
        # emptied and not hidden: a label that is hidden while its window is being laid out can stay on the screen
        for label, text in ((self._limits, self._limits_text), (self._unit, self._unit_text)):
            width = label.fontMetrics().horizontalAdvance(text) + _HEAD_GAP
            is_shown = self._alarm is None or width <= room
            label.setText(text if is_shown else "")
            room -= width if is_shown else 0

    def _show_second(self, view: NumberView) -> None:
        label, text, role = view.second or ("", "", "co2")
        self._second_label.setText(label)
        self._second.setText(text)
        self._second.set_tone(_NUMBER_TONES[role])
        has_second = view.second is not None
        if has_second != self._second.isVisibleTo(self):
            for shown in (self._second_label, self._second):
                shown.setVisible(has_second)
            self.fit()

    def _show_tones(self, view: NumberView) -> None:
        if (self._alarm, self._asks) != (view.alarm, view.asks):
            self._alarm, self._asks = view.alarm, view.asks
            self.update()
        if view.alarm is None:
            number = Tone.STALE if view.is_stale or view.is_unknown else _NUMBER_TONES[view.role]
            title, soft = _TITLE_TONES[self._id], Tone.SOFT
        else:
            number = title = soft = tone_upon(view.alarm)
            if view.second:
                self._second.set_tone(number)
        for mark in (self._state, self._stars, self._word):
            mark.set_tone(Tone.WARN if view.alarm is None else number)
        self._title.set_tone(title)
        for label in (self._value, self._small):
            label.set_tone(number)
        for label in (self._unit, self._limits, self._second_label, *self._lines[1:]):
            label.set_tone(soft)
        self._lines[0].set_tone(soft if view.alarm is not None else Tone.PLAIN)

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._theme = theme_
        self.update()

    @Slot(object)
    def _on_flipped(self, priority: Priority) -> None:
        if self._asks and self._alarm is priority:
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill the ground with the alarm's colour of this half of the flash."""
        super().paintEvent(event)
        if self._alarm is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        is_dark = self._asks and self._flashing.is_dark(self._alarm)
        painter.setBrush(self._theme.alarm(self._alarm).ground(is_dark=is_dark))
        painter.drawRoundedRect(QRectF(self.rect()), theme.RADIUS, theme.RADIUS)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the tile to its new size."""
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Choose the size of the figures, and what stands in the head and under them, by the room that there is.

        Where it is scarce the figures take it from the lines, the last one first.
        """
        self._fit_head()
        line = QFontMetrics(theme.font(self._look.line)).height()
        head = max(QFontMetrics(theme.font(role)).height() for role in (self._look.title, self._look.limits))
        least = max(_LEAST_ROOM, self._second_height())
        self.setMinimumHeight(2 * _PAD + head + least)
        room = self.height() - 2 * _PAD - head
        n_lines = max(0, min(len(self._lines), (room - least) // line))
        for n, label in enumerate(self._lines):
            label.setFixedHeight(line if n < n_lines else 0)
        size = max(_SMALLEST, min(_LARGEST, room - n_lines * line, self._widest_size()))
        theme.set_font(self._value, Text.NUMBER, size)
        theme.set_font(self._small, Text.NUMBER, round(size * _SMALL_PART))
        self._whole.activate()  # now, not a frame later: a cut number is a wrong number

    def _second_height(self) -> int:
        """Return what the second value and its label need beside the figures [px]."""
        labels = (self._second_label, self._second)
        return sum(label.sizeHint().height() for label in labels if label.isVisibleTo(self))

    def _widest_size(self) -> int:
        """Return the size at which "000/000" just fits [px]."""
        big, small = _WIDEST
        probe = 100
        width = QFontMetrics(theme.font(Text.NUMBER, probe)).horizontalAdvance(big)
        width += QFontMetrics(theme.font(Text.NUMBER, round(probe * _SMALL_PART))).horizontalAdvance(small)
        return int((self.width() - 2 * theme.MARGIN - 4) * probe / width)


def _limits_text(low: str, high: str) -> str:
    """Return "50–120"; of one limit alone which one it is."""
    if low and high:
        return f"{low}–{high}"
    return f"min {low}" if low else f"max {high}" if high else ""


class Numerics(QWidget):
    """The four tiles."""

    def __init__(self, theme_: Theme, flashing: Flashing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("numerics")
        self._tiles = {name: NumberTile(name, BESIDE, theme_, flashing) for name in _SHARES}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        for name, tile in self._tiles.items():
            column.addWidget(tile, _SHARES[name])

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        for tile in self._tiles.values():
            tile.set_theme(theme_)

    def rescale(self) -> None:
        """Fit figures and heads beside letters of another size."""
        for tile in self._tiles.values():
            tile.fit()

    def render(self, views: Sequence[NumberView]) -> None:  # type: ignore[override]
        """Show the numbers."""
        for view in views:
            self._tiles[view.id].render(view)
