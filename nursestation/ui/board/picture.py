"""How a tile of the page of all chairs looks: its head in the colour of its state, numbers, the next cuff, the alarm."""

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from nursestation.ui import theme
from nursestation.ui.alarms.flashing import Flashing
from nursestation.ui.alarms.symbols import draw_stars, stars_width
from nursestation.ui.board.figures import Figure, figures
from nursestation.ui.board.grid import letters_of
from nursestation.ui.board.view import BoardNumber, BoardTileView, State
from nursestation.ui.chairs.band import BandSizes, has_signal, paint_band
from nursestation.ui.roles import Text
from nursestation.ui.theme import AlarmLook, Theme

_WORDS_GROW = 0.5
"""Part of a large tile's growth that goes into its words; the rest is for its numbers."""
_MOST_LETTERS = 3.0
"""Words grow no further with a tile that is larger still."""
_HEAD, _BAR, _FOOT, _BAND = 27, 3, 18, 24
"""Heights of the rows at letters of the size 1 [px]."""
_LOW_NUMBERS = 56
"""Height below which a number in alarm takes the foot's room too [px]."""
_MOST_OF_ROW = 0.86
"""Of a row's height the size of a number's name, so that two below one another do not touch."""
_PAD = 8
_LEAST_OF_NAME = 5
"""Least room for a name that is shortened, in sizes of its letters."""
_TITLE = 15
_LOOKS = {
    State.FREE: ("plot", "soft"),
    State.CHECK_IN: ("button", "text"),
    State.BASELINE: ("button", "focus"),
    State.INFUSING: ("badge", "on_badge"),
    State.PAUSED: ("warn_fill", "warn"),
    State.OBSERVING: ("calm_fill", "focus"),
    State.READY: ("good_fill", "good"),
    State.OVER: ("raised", "soft"),
}
"""Ground and ink of a state, as roles of the theme."""
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)


@dataclass(frozen=True, slots=True)
class TileRows:
    """Where the rows of a tile lie [px], and the size of its letters, 1 as designed."""

    letters: float
    head: QRectF
    bar: QRectF
    numbers: QRectF
    foot: QRectF
    band: QRectF


def rows_of(width: float, height: float) -> TileRows:
    """Return the rows of a tile of `width` and `height` [px]."""
    letters = min(letters_of(width, height), _MOST_LETTERS)
    k = max(min(letters, theme.px(100) / 100), 1 + _WORDS_GROW * (letters - 1))
    pad = _PAD * k
    head = QRectF(0, 0, width, _HEAD * k)
    bar = QRectF(0, head.bottom(), width, _BAR * k)
    band = QRectF(pad / 2, height - _BAND * k - pad / 2, width - pad, _BAND * k)
    foot = QRectF(pad, band.top() - _FOOT * k, width - 2 * pad, _FOOT * k)
    top = bar.bottom() + pad / 4
    return TileRows(k, head, bar, QRectF(pad, top, width - 2 * pad, foot.top() - top), foot, band)


def number_letters(width: float, height: float) -> int:
    """Return the size of the numbers' letters in a tile of `width` and `height` without an alarm [px]."""
    rows = rows_of(width, height)
    return _placed(rows.numbers, rows.letters, None)[0].letters


def _placed(area: QRectF, k: float, featured: int | None) -> tuple[Figure, ...]:
    return figures(area, _TITLE * k, 8 * k, featured)


class TilePicture:
    """Paints one tile.

    Attributes:
        is_cut: A word had no room.
    """

    def __init__(self, painter: QPainter, theme_: Theme, flashing: Flashing) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._painter, self._theme, self._flashing = painter, theme_, flashing
        self.is_cut = False

    def paint(self, view: BoardTileView, area: QRectF, *, is_head_alone: bool = False) -> None:
        """Paint all of it, on its ground; or its head with the bar below, which needs nothing of the rest."""
        rows = rows_of(area.width(), area.height())
        if view.tile.is_free:
            self._free(view, area, rows.letters)
            return
        self._head(view, rows)
        self._bar(view, rows)
        if is_head_alone:
            return
        is_low = (
            view.featured is not None
            and rows.numbers.height() < _LOW_NUMBERS * rows.letters
            and not view.has_other_link  # which stands in the foot
        )
        area = rows.numbers.united(rows.foot).adjusted(0, 0, 0, -_PAD / 2) if is_low else rows.numbers
        self._numbers(view, area, rows.letters)
        if view.is_mine:
            self._mark_as_mine(area, rows)
        has_note = self._band(view, rows)
        if not is_low:
            self._foot(view, rows, has_note=has_note)

    def dim(self, area: QRectF) -> None:
        """Let a tile that is carried elsewhere step back."""
        veil = QColor(self._theme.colour("window"))
        veil.setAlphaF(0.55)
        self._painter.fillRect(area, veil)

    def frame(self, area: QRectF, *, is_dashed: bool) -> None:
        """Draw the frame of a tile that has the focus, or on which another would be dropped."""
        style = Qt.PenStyle.DashLine if is_dashed else Qt.PenStyle.SolidLine
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.setPen(QPen(self._theme.colour("focus"), 3, style))
        self._painter.drawRect(area.adjusted(1.5, 1.5, -1.5, -1.5))

    def _free(self, view: BoardTileView, area: QRectF, k: float) -> None:
        line = 26 * k
        top = area.center().y() - (line if view.link or view.nurse else line / 2)
        title = QRectF(area.left() + _PAD, top, area.width() - 2 * _PAD, line)
        words = f"Chair {view.tile.number} · {view.word.lower()}"
        self._write(title, _CENTRE, (words,), Text.TITLE, 18 * k, "soft")
        mine = ("Your chair",) if view.is_mine else view.nurse_names
        told = (view.link,) if view.link else mine
        self._write(title.translated(0, line), _CENTRE, told, Text.BODY, 14 * k, "soft", may_shorten=not view.link)

    def _head(self, view: BoardTileView, rows: TileRows) -> None:
        k, tile = rows.letters, view.tile
        ground, ink = (self._theme.colour(role) for role in _LOOKS[view.state])
        strong, warn = self._theme.colour("text"), self._theme.colour("warn")
        if tile.alarm is not None:
            look = self._theme.alarm(tile.alarm)
            ground = look.ground(is_dark=tile.asks and self._flashing.is_dark(tile.alarm))
            ink = strong = warn = look.on_fill
        self._painter.fillRect(rows.head, ground)
        area, gap = rows.head.adjusted(_PAD * k, 0, -_PAD * k, 0), 8 * k
        words = [(f"{tile.number}", Text.TITLE, 21, strong), (tile.who, Text.STRONG, 15, strong)]
        if tile.simulated and has_signal(tile):
            words.append(("SIM", Text.CAPTION, 12, warn))
        words.append((view.word, Text.STRONG, 14, ink))
        for text, role, size, colour in words:
            if text:
                area.setLeft(area.left() + gap + self._write(area, _LEFT, (text,), role, size * k, colour))
        if view.clock:
            self._write(area, _RIGHT, view.clock, Text.CLOCK, 15 * k, strong)

    def _bar(self, view: BoardTileView, rows: TileRows) -> None:
        self._painter.fillRect(rows.bar, self._theme.colour("line"))
        if view.tile.done:
            done = QRectF(rows.bar)
            done.setWidth(done.width() * view.tile.done)
            self._painter.fillRect(done, self._theme.colour(_LOOKS[view.state][1]))

    def _numbers(self, view: BoardTileView, area: QRectF, k: float) -> None:
        placed = _placed(area, k, view.featured)
        for n, (number, figure) in enumerate(zip(view.numbers, placed, strict=True)):
            if n == view.featured and number.alarm is not None:
                self._featured(number, figure, k, self._theme.alarm(number.alarm))
            else:
                self._number(number, figure, k)

    def _number(self, number: BoardNumber, figure: Figure, k: float) -> None:
        ink, soft = self._theme.colour("stale" if number.is_stale else number.role), self._theme.colour("soft")
        if number.alarm is not None:
            look = self._theme.alarm(number.alarm)
            whole = figure.title.united(figure.value).adjusted(-4 * k, k, 4 * k, -k)
            around = whole if figure.beside else figure.value.adjusted(-3, 0, 3, 0)
            self._fill(around, number, look)
            ink = look.on_fill
            soft = ink if figure.beside else soft
        names = (number.short,) if figure.beside else number.names
        size = min(13 * k, figure.title.height() * _MOST_OF_ROW)
        self._write(figure.title, _LEFT, names, Text.CAPTION, size, soft)
        self._write(figure.value, _LEFT, (number.text,), Text.NUMBER, figure.letters, ink)

    def _featured(self, number: BoardNumber, figure: Figure, k: float, look: AlarmLook) -> None:
        """Paint the number in alarm on a ground of its colour, with its stars."""
        self._fill(figure.title.united(figure.value).adjusted(-8 * k, 0, 0, 0), number, look)
        size = 11 * k
        room = stars_width(number.alarm, size) + 8 * k if number.alarm is not None else 0.0
        taken = self._write(
            figure.title.adjusted(0, 0, -room, 0), _LEFT, number.names, Text.CAPTION, 13 * k, look.on_fill
        )
        stars = QRectF(figure.title.left() + taken + 6 * k, figure.title.center().y() - size / 2, size, size)
        if number.alarm is not None:
            draw_stars(self._painter, number.alarm, stars, look.on_fill)
        self._write(figure.value, _LEFT, (number.text,), Text.NUMBER, figure.letters, look.on_fill)

    def _fill(self, area: QRectF, number: BoardNumber, look: AlarmLook) -> None:
        is_dark = number.alarm is not None and number.asks and self._flashing.is_dark(number.alarm)
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(look.ground(is_dark=is_dark))
        self._painter.drawRoundedRect(area, 5, 5)

    def _band(self, view: BoardTileView, rows: TileRows) -> bool:
        """Paint the alarm, or what the band has room for while there is none; say whether it tells the signal's state."""
        k, tile = rows.letters, view.tile
        if has_signal(tile):
            sizes = BandSizes(round(15 * k), 15 * k, 18 * k)
            is_dark = tile.alarm is not None and tile.asks and self._flashing.is_dark(tile.alarm)
            words = (view.word_of_alarm, tile.word)
            painted = paint_band(
                self._painter, rows.band, self._theme, tile, sizes, is_dark=is_dark, words=words, note=tile.note
            )
            self.is_cut = self.is_cut or painted.is_cut
            return painted.has_note
        area = rows.band.adjusted(_PAD * k / 2, 0, -_PAD * k / 2, 0)
        if tile.simulated:
            taken = self._write(area, _RIGHT, ("SIMULATED", "SIM"), Text.CAPTION, 12 * k, "warn")
            area.setRight(area.right() - taken - 8 * k)
        if tile.leave:
            self._write(area, _LEFT, tile.leave, Text.BODY, 14 * k, "text", may_drop=True)
        return True

    def _mark_as_mine(self, area: QRectF, rows: TileRows) -> None:
        """Draw a bar left of the numbers; the foot says it in words."""
        edge = QRectF(rows.bar.left(), area.top(), max(2.0, 4 * rows.letters), area.height())
        self._painter.fillRect(edge, self._theme.colour("on_badge"))

    def _foot(self, view: BoardTileView, rows: TileRows, *, has_note: bool) -> None:
        """Paint when the cuff is due, and right of it what the band had no room for: its signal's state, the link, leaving."""
        k, area, tile = rows.letters, QRectF(rows.foot), view.tile
        first: tuple[str, ...] = ()
        if not has_note and tile.note:
            first = (tile.note,)
        elif view.has_other_link:
            first = (view.link,)
        if first:  # which is worth more than when the cuff is due
            colour = "warn" if view.has_other_link and first == (view.link,) else "text"
            taken = self._write(area, _RIGHT, first, Text.CAPTION, 12 * k, colour)
            area.setRight(area.right() - taken - 8 * k)
        if view.due:
            due = f"BP {view.due}"
            told = (f"! {due}", due) if view.is_late else (due,)
            taken = self._write(
                area, _LEFT, told, Text.COUNT, 13 * k, "warn" if view.is_late else "soft", may_drop=bool(first)
            )
            area.setLeft(area.left() + taken + 8 * k)
        if not first and has_signal(tile) and tile.leave:
            self._write(area, _RIGHT, tile.leave, Text.CAPTION, 12 * k, "soft", may_drop=True)
        elif not first and view.nurse:
            names = ("Your chair", "Yours") if view.is_mine else view.nurse_names
            role, colour = (Text.STRONG, "on_badge") if view.is_mine else (Text.CAPTION, "soft")
            self._write(area, _RIGHT, names, role, 12 * k, colour, may_drop=view.is_mine, may_shorten=not view.is_mine)

    def _write(
        self,
        area: QRectF,
        flags: int,
        texts: tuple[str, ...],
        role: Text,
        size: float,
        colour: str | QColor,
        *,
        may_drop: bool = False,
        may_shorten: bool = False,
    ) -> float:
        """Write the first of `texts` that has room, the last one cut if none has; return its width [px].

        A name of any length may be shortened, which is no word cut, but not to less than can be told apart.
        """
        font = theme.font(role, max(1, round(size)))
        metrics = QFontMetricsF(font)
        room = area.width()
        for text in texts:
            width = metrics.horizontalAdvance(text)
            if width <= room + 0.5:
                break
        else:
            if may_drop or (may_shorten and room < _LEAST_OF_NAME * size):
                return 0.0
            self.is_cut = self.is_cut or not may_shorten
            text = metrics.elidedText(texts[-1], Qt.TextElideMode.ElideRight, room)
            width = metrics.horizontalAdvance(text)
        self._painter.setFont(font)
        self._painter.setPen(self._theme.colour(colour) if isinstance(colour, str) else colour)
        self._painter.drawText(area, flags | Qt.TextFlag.TextDontClip.value, text)
        return width
