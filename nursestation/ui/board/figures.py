"""Where the four numbers of a tile stand, and how large: as large as there is room for, the one in alarm larger, up to twice.

Rules of the file:
1. Each number has the room of its longest value: nothing moves when a digit comes or goes.
2. Numbers keep their order, from left to right or from top to bottom.
"""

from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF

from nursestation.ui import theme
from nursestation.ui.roles import Text

LONGEST = ("000", "000", "000/000", "000")
"""The longest values of HR, SpO2, BP and RR."""
_BP = 2
_MEASURED_AT = 100
_TALL = 1.15
"""Of digits' height the size of their letters: digits have no descenders, so that letters may be larger than their box."""
_TWICE = 2.0
_LARGER = 1.15
"""Numbers stand in another way where that makes them larger by so much."""
_LESSER = 0.8
"""Of the size of the number in alarm the most that the others have: it is the largest."""
_LEAST_NAME = 6.2
"""Width of a name with its stars, in heights of its line."""
_FEATURED_TALL = 1.02
"""The same as `_TALL`, of a number on a filled ground, which a stroke between two pressures must not leave."""
_MOST_FEATURED = 0.64
"""Of the width that the number in alarm takes."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number.

    Attributes:
        title: Where its name stands.
        value: Where its value stands.
        letters: Size of the value's letters [px].
        beside: The name stands beside the value, on one line with it.
    """

    title: QRectF
    value: QRectF
    letters: int
    beside: bool = False


def figures(area: QRectF, title_height: float, gap: float, featured: int | None) -> tuple[Figure, ...]:
    """Return the places of HR, SpO2, BP and RR in `area`.

    Args:
        area: What they share [px].
        title_height: Of a number's name [px].
        gap: Between two numbers [px].
        featured: The number in alarm, None for none.
    """
    metrics = QFontMetricsF(theme.font(Text.NUMBER, _MEASURED_AT))
    widths = [metrics.horizontalAdvance(text) / _MEASURED_AT for text in LONGEST]
    row = _size(area.width() - 3 * gap, sum(widths), area.height() - title_height)
    half = (area.height() - gap / 2) / 2
    above = [width for n, width in enumerate(widths) if n != _BP]
    rows = _size(area.width() - 2 * gap, sum(above), half - title_height)
    rows = min(rows, _size(area.width(), widths[_BP], half - title_height))
    usual = max(row, rows) if rows > _LARGER * row else row
    if featured is not None:
        return _featured(area, title_height, gap, widths, featured, usual)
    if usual == row:
        return tuple(_in_a_row(area, title_height, gap, widths, row))
    upper = QRectF(area.left(), area.top(), area.width(), half)
    placed = _in_a_row(upper, title_height, gap, above, rows)
    lower = QRectF(area.left(), area.bottom() - half, area.width(), half)
    placed.insert(_BP, _in_a_row(lower, title_height, gap, [widths[_BP]], rows)[0])
    return tuple(placed)


def _size(width: float, width_of_one: float, height: float) -> float:
    """Return the size of letters that has room [px]."""
    return max(1.0, min(width / width_of_one, height * _TALL))


def _in_a_row(area: QRectF, title_height: float, gap: float, widths: list[float], size: float) -> list[Figure]:
    """Spread numbers over the width: the first at the left edge, what is left over between them."""
    spare = (area.width() - sum(widths) * size) / (len(widths) - 1) if len(widths) > 1 else gap
    height = min(area.height() - title_height, size / _TALL)
    top = area.top() + (area.height() - title_height - height) / 2  # a name stands right above its value
    left, out = area.left(), []
    for width in widths:
        own = width * size
        title = QRectF(left, top, own + min(spare, own), title_height)
        out.append(Figure(title, QRectF(left, top + title_height, own + 1, height), int(size)))
        left += own + spare
    return out


def _featured(
    area: QRectF, title_height: float, gap: float, widths: list[float], featured: int, usual: float
) -> tuple[Figure, ...]:
    """Give the number in alarm the left side, and put the others at its right."""
    most = area.width() * _MOST_FEATURED - 2 * gap
    size = min(_TWICE * usual, most / widths[featured], (area.height() - title_height) * _FEATURED_TALL)
    own = max(widths[featured] * size, title_height * _LEAST_NAME) + 2 * gap
    large = QRectF(area.left(), area.top(), own, area.height())
    figure = Figure(
        QRectF(large.left() + gap, large.top(), own - gap, title_height),
        QRectF(large.left() + gap, large.top() + title_height, own - gap, large.height() - title_height),
        int(size),
    )
    room = QRectF(large.right() + gap, area.top(), area.right() - large.right() - gap, area.height())
    their = [width for n, width in enumerate(widths) if n != featured]
    others = _others(room, title_height, gap, their, min(usual, _LESSER * size))
    return (*others[:featured], figure, *others[featured:])


def _others(room: QRectF, title_height: float, gap: float, widths: list[float], usual: float) -> list[Figure]:
    """Place the numbers that are not in alarm, up to the size `usual`: below one another or side by side, as they are larger."""
    each, names, widest = room.height() / len(widths), title_height * 3, max(widths)
    lines = min(usual, _size(room.width() - names, widest, each * 0.8))
    stacked = min(usual, _size(room.width(), widest, each - title_height))
    row = min(usual, _size(room.width() - 2 * gap, sum(widths), room.height() - title_height))
    if row > _LARGER * max(lines, stacked / _LARGER):
        return _in_a_row(room, title_height, gap, widths, row)
    lie = [QRectF(room.left(), room.top() + line * each, room.width(), each) for line in range(len(widths))]
    if stacked > _LARGER * lines:
        return [_in_a_row(one, title_height, gap, [widest], stacked)[0] for one in lie]
    return [
        Figure(
            QRectF(one.left(), one.top(), names, each),
            QRectF(one.left() + names, one.top(), one.width() - names, each),
            int(lines),
            beside=True,
        )
        for one in lie
    ]
