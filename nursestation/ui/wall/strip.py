"""The alarms of all chairs across the top of the wall view, painted by hand: marks, place and word on the priority's colour.

Their letters are as large as there is room for all of them, in up to three rows; what has no room even so is counted.
"""

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from devices.events import Priority
from nursestation.ui import theme
from nursestation.ui.alarms.flashing import Flashing
from nursestation.ui.alarms.symbols import Symbol, draw_stars, draw_symbol, stars_width
from nursestation.ui.roles import Text
from nursestation.ui.theme import Theme
from nursestation.ui.wall.words import AlarmWord, Packed, packed

_MOST_LETTERS = {1: 0.5, 2: 0.62, 3: 0.66}
"""The largest letters by the number of rows, as a part of a row's height."""
_LEAST_LETTERS = 0.19
"""The smallest, as a part of the strip's height: below that a word is counted rather than shown."""
_STAR, _PICTURE, _PAD = 0.88, 1.15, 0.42
"""Sizes of a mark, of a picture and of the room beside each, as parts of the letters' size."""
_MEASURED_AT = 100
_GAP = 6.0
"""Between two words [px]."""
_STEP = 0.94
"""From one size of letters to the next smaller one."""
_REST = 2.6
"""Width of what tells how many had no room, at letters of the size 1."""
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)


class WordsStrip(QWidget):
    """Every chair's worst alarm, the most urgent first.

    Args:
        theme_: Colours.
        flashing: What makes alarms flash together.
    """

    def __init__(self, theme_: Theme, flashing: Flashing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("wall_alarms")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._theme, self._flashing = theme_, flashing
        self._words: tuple[AlarmWord, ...] = ()
        self._units: tuple[float, ...] = ()
        self._calm = ""
        self._n_left = 0
        self._is_cut = False
        flashing.flipped.connect(self._on_flipped)

    @property
    def words(self) -> tuple[AlarmWord, ...]:
        """Return what it shows."""
        return self._words

    @property
    def n_left(self) -> int:
        """Return how many had no room when it was last painted."""
        return self._n_left

    @property
    def is_cut(self) -> bool:
        """Say whether a word was shortened when it was last painted."""
        return self._is_cut

    def show_words(self, words: tuple[AlarmWord, ...], calm: str) -> None:
        """Show alarms; `calm` stands there while there is none."""
        if (words, calm) == (self._words, self._calm):
            return
        self._words, self._calm = words, calm
        self._units = tuple(_unit(word) for word in words)
        self.setAccessibleName("; ".join(word.spoken for word in words) or calm)
        self.update()

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._theme = theme_
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size that it has: the window gives it one."""
        return self.size()

    @Slot(object)
    def _on_flipped(self, priority: Priority) -> None:
        if any(word.asks and word.priority is priority for word in self._words):
            self.update()

    # --- picture ---

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the words, or that there is no alarm."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._is_cut = False
        if self._words:
            self._paint_words(painter)
        else:
            self._n_left = 0
            self._paint_calm(painter)
        painter.end()

    def _paint_calm(self, painter: QPainter) -> None:
        area = QRectF(self.rect())
        letters = area.height() * _MOST_LETTERS[1]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("calm_fill"))
        painter.drawRoundedRect(area, theme.RADIUS, theme.RADIUS)
        painter.setFont(_font(letters))
        painter.setPen(self._theme.colour("soft"))
        painter.drawText(area.adjusted(letters * _PAD, 0, 0, 0), _LEFT, self._calm)

    def _paint_words(self, painter: QPainter) -> None:
        laid = self._laid_out()
        self._n_left = laid.packed.n_left
        rest = _REST * laid.letters
        for row, numbers in enumerate(laid.packed.rows):
            left, top = 0.0, row * (laid.height + _GAP)
            is_last = row == len(laid.packed.rows) - 1
            end = self.width() - (rest + _GAP if self._n_left and is_last else 0.0)
            for n in numbers:
                width = min(self._units[n] * laid.letters, end - left)
                self._paint_word(painter, QRectF(left, top, width, laid.height), laid.letters, self._words[n])
                left += width + _GAP
        if self._n_left:
            area = QRectF(self.width() - rest, self.height() - laid.height, rest, laid.height)
            look = self._theme.alarm(self._words[-self._n_left].priority)  # the most urgent of those
            self._paint_ground(painter, area, look.fill)
            painter.setPen(look.on_fill)
            painter.setFont(_font(laid.letters))
            painter.drawText(area, _CENTRE, f"+{self._n_left}")

    def _laid_out(self) -> "_Laid":
        """Return the rows in which the letters are the largest at which all words have room."""
        least, best = max(1.0, self.height() * _LEAST_LETTERS), None
        for n_rows, most in _MOST_LETTERS.items():
            height = (self.height() - (n_rows - 1) * _GAP) / n_rows
            letters = max(least, most * height)
            placed = self._packed(letters, n_rows)
            while placed.n_left and letters > least:
                letters = max(least, letters * _STEP)
                placed = self._packed(letters, n_rows)
            laid = _Laid(height, letters, placed)
            if best is None or (laid.packed.n_left, -laid.letters) < (best.packed.n_left, -best.letters):
                best = laid
        assert best is not None
        return best

    def _packed(self, letters: float, n_rows: int) -> Packed:
        return packed([unit * letters for unit in self._units], self.width(), _GAP, n_rows, _REST * letters)

    def _paint_ground(self, painter: QPainter, area: QRectF, colour: QColor) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(area, theme.RADIUS, theme.RADIUS)

    def _paint_word(self, painter: QPainter, area: QRectF, letters: float, word: AlarmWord) -> None:
        look, pad = self._theme.alarm(word.priority), letters * _PAD
        self._paint_ground(painter, area, look.ground(is_dark=word.asks and self._flashing.is_dark(word.priority)))
        inside = area.adjusted(pad, 0, -pad, 0)
        star = letters * _STAR
        stars = QRectF(inside.left(), inside.center().y() - star / 2, star, star)
        inside.setLeft(inside.left() + draw_stars(painter, word.priority, stars, look.on_fill) + pad)
        font = _font(letters)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(look.on_fill)
        if word.n_more:
            painter.drawText(inside, _RIGHT, _more(word))
            inside.setRight(inside.right() - metrics.horizontalAdvance(_more(word)) - pad)
        if word.symbol is not Symbol.NONE:
            side = letters * _PICTURE
            picture = QRectF(inside.right() - side, inside.center().y() - side / 2, side, side)
            draw_symbol(painter, word.symbol, picture, look.on_fill)
            inside.setRight(inside.right() - side - pad)
        text = metrics.elidedText(_text(word), Qt.TextElideMode.ElideRight, inside.width() + 1)
        self._is_cut = self._is_cut or text != _text(word)
        painter.drawText(inside, _LEFT | Qt.TextFlag.TextDontClip.value, text)


@dataclass(frozen=True, slots=True)
class _Laid:
    """Height of a row and size of the letters [px], and the words in their rows."""

    height: float
    letters: float
    packed: Packed


def _font(letters: float) -> QFont:
    return theme.font(Text.CLOCK, max(1, int(letters)))


def _text(word: AlarmWord) -> str:
    return f"{word.where}  {word.word}"


def _more(word: AlarmWord) -> str:
    return f"+{word.n_more}"


def _unit(word: AlarmWord) -> float:
    """Return the width of a word with all that belongs to it, at letters of the size 1."""
    metrics = QFontMetricsF(_font(_MEASURED_AT))
    width = 3 * _PAD + stars_width(word.priority, _STAR) + metrics.horizontalAdvance(_text(word)) / _MEASURED_AT
    width += metrics.horizontalAdvance(_more(word)) / _MEASURED_AT + _PAD if word.n_more else 0.0
    return width + (_PICTURE + _PAD if word.symbol is not Symbol.NONE else 0.0)
