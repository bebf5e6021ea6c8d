"""The band of a tile that carries an alarm: filled with its colour, stars, what it is, and the picture of its signal's state."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from nursestation.ui import theme
from nursestation.ui.alarms.symbols import draw_stars, draw_symbol
from nursestation.ui.chairs.view import TileView
from nursestation.ui.roles import Text
from nursestation.ui.theme import Theme

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_GAP = 4.0
_SIDE = 6.0


@dataclass(frozen=True, slots=True)
class BandSizes:
    """Sizes in the band [px]: of its letters, and the most of a star and of the picture of the state."""

    letters: int
    star: float
    picture: float


@dataclass(frozen=True, slots=True)
class Painted:
    """What became of the words.

    Attributes:
        is_cut: One had no room.
        has_note: The state of the signal stands there in words.
    """

    is_cut: bool
    has_note: bool


def has_signal(view: TileView) -> bool:
    """Say whether the band has anything to carry: an alarm, or the state of a signal."""
    return bool(view.symbol) or (view.alarm is not None and bool(view.word))


def paint_band(
    painter: QPainter,
    area: QRectF,
    theme_: Theme,
    view: TileView,
    sizes: BandSizes,
    *,
    is_dark: bool,
    words: Sequence[str],
    note: str = "",
) -> Painted:
    """Fill `area` with an alarm, or with the state of a signal.

    Args:
        painter: Paints it.
        area: Where.
        theme_: Colours.
        view: Whose.
        sizes: How large.
        is_dark: The priority is in the dark half of its flash.
        words: What the alarm is, from long to short; the last is cut where it has no room.
        note: The state of the signal in words, where there is room beside the alarm; "" to leave it out.
    """
    font = theme.font(Text.CAPTION, sizes.letters)
    font.setWeight(QFont.Weight.Bold)
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    ink, ground = theme_.colour("warn"), theme_.colour("warn_fill")
    if view.alarm is not None:
        look = theme_.alarm(view.alarm)
        ink, ground = look.on_fill, look.ground(is_dark=is_dark)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(area, 5, 5)
    inside = area.adjusted(_SIDE, 1, -_SIDE, -1)
    if view.alarm is not None:
        size = min(inside.height(), sizes.star)
        stars = QRectF(inside.left(), inside.center().y() - size / 2, size, size)
        inside.setLeft(inside.left() + draw_stars(painter, view.alarm, stars, ink) + _SIDE)
    if view.symbol:
        _paint_symbol(painter, inside, view, sizes, ink)
    painter.setPen(ink)
    if view.n_more:
        more = f"+{view.n_more}"
        painter.drawText(inside, _RIGHT, more)
        inside.setRight(inside.right() - metrics.horizontalAdvance(more) - _GAP)
    if view.alarm is None:
        return Painted(_put(painter, inside, metrics, view.note), has_note=True)
    small = theme.font(Text.CAPTION, round(sizes.letters * 0.85))
    beside = QFontMetricsF(small).horizontalAdvance(note) + 2 * _SIDE if note else 0.0
    fitting = [word for word in words if metrics.horizontalAdvance(word) <= inside.width() - beside]
    if note and fitting:
        painter.setFont(small)
        painter.drawText(inside, _RIGHT, note)
        painter.setFont(font)
        inside.setRight(inside.right() - beside)
        return Painted(_put(painter, inside, metrics, fitting[0]), has_note=True)
    word = next((word for word in words if metrics.horizontalAdvance(word) <= inside.width()), words[-1])
    return Painted(_put(painter, inside, metrics, word), has_note=False)


def _paint_symbol(painter: QPainter, inside: QRectF, view: TileView, sizes: BandSizes, ink: QColor) -> None:
    """Draw the state of the signal behind the alarm's word, or before its own where there is none; narrow `inside`."""
    side = min(inside.height(), sizes.picture)
    is_behind = view.alarm is not None
    left = inside.right() - side if is_behind else inside.left()
    draw_symbol(painter, view.symbol, QRectF(left, inside.center().y() - side / 2, side, side), ink)
    if is_behind:
        inside.setRight(inside.right() - side - _GAP)
    else:
        inside.setLeft(inside.left() + side + _GAP)


def _put(painter: QPainter, area: QRectF, metrics: QFontMetricsF, text: str) -> bool:
    """Draw a text, cut where it has no room; say whether it was."""
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, _LEFT, shown)
    return shown != text
