"""Numbers and words of a chair on the page of all chairs, painted by hand: one paint when what it shows changes."""

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QInputDevice, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from devices.events import Priority
from nursestation.ui import theme
from nursestation.ui.alarms.flashing import Flashing
from nursestation.ui.alarms.symbols import draw_stars
from nursestation.ui.board.figures import Figure, figures
from nursestation.ui.board.grid import letters_of
from nursestation.ui.board.order import Way
from nursestation.ui.board.view import BoardNumber, BoardTileView, State
from nursestation.ui.chairs.band import BandSizes, has_signal, paint_band
from nursestation.ui.roles import Text
from nursestation.ui.theme import Theme

LONG_PRESS_MS = 500
"""How long a finger rests on a tile's head before it takes the tile along [ms]."""
_MOST_LETTERS = 2.2
"""Words grow no further, where numbers still do."""
_HEAD, _BAR, _FOOT, _BAND = 27, 3, 18, 24
"""Heights of the rows at letters of the size 1 [px]."""
_PAD = 8
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
_WAYS: dict[int, Way] = {
    Qt.Key.Key_Left.value: "left",
    Qt.Key.Key_Right.value: "right",
    Qt.Key.Key_Up.value: "up",
    Qt.Key.Key_Down.value: "down",
}
_SWAP = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@dataclass(frozen=True, slots=True)
class _Rows:
    """Where the rows of a tile lie [px], and the size of its letters, 1 as designed."""

    letters: float
    head: QRectF
    bar: QRectF
    numbers: QRectF
    foot: QRectF
    band: QRectF


def _rows(width: float, height: float) -> _Rows:
    k = min(letters_of(width, height), _MOST_LETTERS)
    pad = _PAD * k
    head = QRectF(0, 0, width, _HEAD * k)
    bar = QRectF(0, head.bottom(), width, _BAR * k)
    band = QRectF(pad / 2, height - _BAND * k - pad / 2, width - pad, _BAND * k)
    foot = QRectF(pad, band.top() - _FOOT * k, width - 2 * pad, _FOOT * k)
    top = bar.bottom() + pad / 4
    return _Rows(k, head, bar, QRectF(pad, top, width - 2 * pad, foot.top() - top), foot, band)


class BoardTile(QAbstractButton):
    """One chair. A press opens it; its head can be dragged onto another.

    Signals:
        step_wanted: The focus shall go to the chair on that side.
        swap_wanted: The chair shall change places with the one on that side.
        lifted: It was taken by its head.
        carried: It was moved on to this point of its parent.
        dropped: It was let go at this point of its parent.
        put_back: It was let go of without a drop.
    """

    step_wanted = Signal(str)
    swap_wanted = Signal(str)
    lifted = Signal()
    carried = Signal(QPoint)
    dropped = Signal(QPoint)
    put_back = Signal()

    def __init__(self, number: int, theme_: Theme, flashing: Flashing, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(f"board_tile_{number}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._number, self._theme, self._flashing = number, theme_, flashing
        self._view: BoardTileView | None = None
        self._is_cut = self._is_target = self._is_carried = False
        self._taken_at: QPointF | None = None
        self._by_finger = False
        self._rest = QTimer(self, interval=LONG_PRESS_MS, singleShot=True)
        self._rest.timeout.connect(self._lift)
        flashing.flipped.connect(self._on_flipped)

    @property
    def number(self) -> int:
        """Return the number of its chair."""
        return self._number

    @property
    def view(self) -> BoardTileView | None:
        """Return what the tile shows."""
        return self._view

    @property
    def is_cut(self) -> bool:
        """Say whether a word had no room when the tile was last painted."""
        return self._is_cut

    def show_view(self, view: BoardTileView) -> None:
        """Show `view`; repaints only when it differs from the last one."""
        if view != self._view:
            self._view = view
            self.setAccessibleName(view.spoken)
            self.update()

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._theme = theme_
        self.update()

    def set_target(self, is_target: bool) -> None:
        """Mark it as the one on which another would be dropped."""
        if is_target != self._is_target:
            self._is_target = is_target
            self.update()

    @Slot(object)
    def _on_flipped(self, priority: Priority) -> None:
        view = self._view
        if view is not None and any(asks and alarm is priority for alarm, asks in _flashing(view)):
            self.update()

    def sizeHint(self) -> QSize:
        """Return the size that it has: whoever made it gives it one."""
        return self.size()

    # --- picture ---

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw it all."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colour("plot"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        view = self._view
        self._is_cut = False
        if view is not None:
            rows = _rows(self.width(), self.height())
            if view.tile.is_free:
                self._paint_free(painter, view, rows)
            else:
                self._paint_head(painter, view, rows)
                self._paint_bar(painter, view, rows)
                self._paint_numbers(painter, view, rows)
                has_note = self._paint_band(painter, view, rows)
                self._paint_foot(painter, view, rows, has_note=has_note)
        self._paint_frames(painter)
        painter.end()

    def _paint_free(self, painter: QPainter, view: BoardTileView, rows: _Rows) -> None:
        k = rows.letters
        area = QRectF(self.rect())
        line = 30 * k
        title = QRectF(area.left(), area.center().y() - line, area.width(), line)
        self._write(painter, title, _CENTRE, (f"{self._number}",), Text.TITLE, 22 * k, "soft")
        below = title.translated(0, line)
        told = view.link or view.word
        self._write(painter, below.adjusted(_PAD, 0, -_PAD, 0), _CENTRE, (told,), Text.BODY, 15 * k, "soft")

    def _paint_head(self, painter: QPainter, view: BoardTileView, rows: _Rows) -> None:
        k, tile = rows.letters, view.tile
        ground, ink = (self._theme.colour(role) for role in _LOOKS[view.state])
        strong = self._theme.colour("text")
        if tile.alarm is not None:
            look = self._theme.alarm(tile.alarm)
            ground = look.ground(is_dark=tile.asks and self._flashing.is_dark(tile.alarm))
            ink = strong = look.on_fill
        painter.fillRect(rows.head, ground)
        area = rows.head.adjusted(_PAD * k, 0, -_PAD * k, 0)
        gap = 8 * k
        area.setLeft(
            area.left() + gap + self._write(painter, area, _LEFT, (f"{self._number}",), Text.TITLE, 21 * k, strong)
        )
        if tile.who:
            area.setLeft(
                area.left() + gap + self._write(painter, area, _LEFT, (tile.who,), Text.STRONG, 15 * k, strong)
            )
        if tile.simulated and has_signal(tile):
            warn = ink if tile.alarm is not None else self._theme.colour("warn")
            area.setLeft(area.left() + gap + self._write(painter, area, _LEFT, ("SIM",), Text.CAPTION, 12 * k, warn))
        area.setLeft(area.left() + gap + self._write(painter, area, _LEFT, (view.word,), Text.STRONG, 14 * k, ink))
        if view.clock:
            self._write(painter, area, _RIGHT, view.clock, Text.CLOCK, 15 * k, strong)

    def _paint_bar(self, painter: QPainter, view: BoardTileView, rows: _Rows) -> None:
        painter.fillRect(rows.bar, self._theme.colour("line"))
        if view.tile.done:
            done = QRectF(rows.bar)
            done.setWidth(done.width() * view.tile.done)
            painter.fillRect(done, self._theme.colour(_LOOKS[view.state][1]))

    def _paint_numbers(self, painter: QPainter, view: BoardTileView, rows: _Rows) -> None:
        k = rows.letters
        placed = figures(rows.numbers, _TITLE * k, 8 * k, view.featured)
        for n, (number, figure) in enumerate(zip(view.numbers, placed, strict=True)):
            self._paint_number(
                painter, number, figure, k, age=view.cuff if number.title == "BP" else "", large=n == view.featured
            )

    def _paint_number(
        self, painter: QPainter, number: BoardNumber, figure: Figure, k: float, *, age: str, large: bool
    ) -> None:
        ink, soft = self._theme.colour("stale" if number.is_stale else number.role), self._theme.colour("soft")
        if number.alarm is not None:
            look = self._theme.alarm(number.alarm)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.ground(is_dark=number.asks and self._flashing.is_dark(number.alarm)))
            around = figure.title.united(figure.value) if large or figure.beside else figure.value.adjusted(-3, 0, 3, 0)
            painter.drawRoundedRect(around.adjusted(0 if not large else -8 * k, 0, 0, 0), 5, 5)
            ink = look.on_fill
            soft = ink if large or figure.beside else soft
        names = (
            (f"{number.title} {age}", f"{number.title} {age.removesuffix(' ago')}", number.title)
            if age
            else (number.title,)
        )
        if figure.beside:
            names = (number.title,)
        taken = self._write(painter, figure.title, _LEFT, names, Text.CAPTION, 13 * k, soft)
        if number.alarm is not None and large:
            size = 11 * k
            stars = QRectF(figure.title.left() + taken + 6 * k, figure.title.center().y() - size / 2, size, size)
            draw_stars(painter, number.alarm, stars, ink)
        self._write(
            painter, figure.value, _RIGHT if figure.beside else _LEFT, (number.text,), Text.NUMBER, figure.letters, ink
        )

    def _paint_band(self, painter: QPainter, view: BoardTileView, rows: _Rows) -> bool:
        """Draw the alarm, or what the band has room for while there is none; say whether it tells the signal's state."""
        k, tile = rows.letters, view.tile
        if has_signal(tile):
            sizes = BandSizes(round(15 * k), 15 * k, 18 * k)
            is_dark = tile.alarm is not None and tile.asks and self._flashing.is_dark(tile.alarm)
            words = (view.word_of_alarm, tile.word)
            painted = paint_band(
                painter, rows.band, self._theme, tile, sizes, is_dark=is_dark, words=words, note=tile.note
            )
            self._is_cut = self._is_cut or painted.is_cut
            return painted.has_note
        area = rows.band.adjusted(_PAD * k / 2, 0, -_PAD * k / 2, 0)
        if tile.simulated:
            taken = self._write(painter, area, _RIGHT, ("SIMULATED", "SIM"), Text.CAPTION, 12 * k, "warn")
            area.setRight(area.right() - taken - 8 * k)
        if tile.leave:
            self._write(painter, area, _LEFT, tile.leave, Text.BODY, 14 * k, "text", may_drop=True)
        return True

    def _paint_foot(self, painter: QPainter, view: BoardTileView, rows: _Rows, *, has_note: bool) -> None:
        """Draw when the cuff is due, and right of it what the band had no room for: its signal's state, the link, leaving."""
        k, area = rows.letters, QRectF(rows.foot)
        if view.due:
            due = f"BP {view.due}"
            colour = "warn" if view.is_late else "soft"
            told = (f"! {due}", due) if view.is_late else (due,)
            taken = self._write(painter, area, _LEFT, told, Text.COUNT, 13 * k, colour)
            area.setLeft(area.left() + taken + 10 * k)
        tile = view.tile
        if not has_note and tile.note:
            self._write(painter, area, _RIGHT, (tile.note,), Text.CAPTION, 12 * k, "text", may_drop=True)
        elif view.link and view.link != view.word_of_alarm:
            self._write(painter, area, _RIGHT, (view.link,), Text.CAPTION, 12 * k, "warn", may_drop=True)
        elif has_signal(tile) and tile.leave:
            self._write(painter, area, _RIGHT, tile.leave, Text.CAPTION, 12 * k, "soft", may_drop=True)

    def _paint_frames(self, painter: QPainter) -> None:
        edge = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._is_carried:
            painter.fillRect(self.rect(), _veil(self._theme.colour("window")))
        if self._is_target or self._is_carried:
            style = Qt.PenStyle.DashLine if self._is_target else Qt.PenStyle.SolidLine
            painter.setPen(QPen(self._theme.colour("focus"), 3, style))
            painter.drawRect(edge)
        elif self.hasFocus():
            painter.setPen(QPen(self._theme.colour("focus"), 3))
            painter.drawRect(edge)

    def _write(
        self,
        painter: QPainter,
        area: QRectF,
        flags: int,
        texts: tuple[str, ...],
        role: Text,
        size: float,
        colour: str | QColor,
        *,
        may_drop: bool = False,
    ) -> float:
        """Write the first of `texts` that has room, the last one cut if none has; return its width [px]."""
        font = theme.font(role, max(1, round(size)))
        metrics = QFontMetricsF(font)
        text = next((one for one in texts if metrics.horizontalAdvance(one) <= area.width() + 0.5), None)
        if text is None:
            if may_drop:
                return 0.0
            self._is_cut = True
            text = metrics.elidedText(texts[-1], Qt.TextElideMode.ElideRight, area.width())
        painter.setFont(font)
        painter.setPen(self._theme.colour(colour) if isinstance(colour, str) else colour)
        painter.drawText(area, flags | Qt.TextFlag.TextDontClip.value, text)
        return metrics.horizontalAdvance(text)

    # --- hands ---

    def _head_height(self) -> float:
        return max(_rows(self.width(), self.height()).head.height(), theme.TOUCH)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take note where it was taken: by its head it can be carried."""
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and event.position().y() <= self._head_height():
            self._taken_at = event.position()
            self._by_finger = event.pointingDevice().type() == QInputDevice.DeviceType.TouchScreen
            if self._by_finger:
                self._rest.start()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Carry it along."""
        if self._is_carried:
            self.carried.emit(self.mapToParent(event.position().toPoint()))
            return
        taken = self._taken_at
        if taken is not None:
            way = (event.position() - taken).manhattanLength()
            if way >= QApplication.startDragDistance():
                if self._by_finger:  # which has not rested: it does not mean to carry
                    self._let_go()
                else:
                    self._lift()
                    self.carried.emit(self.mapToParent(event.position().toPoint()))
                    return
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Drop it."""
        was_carried = self._is_carried
        self._let_go()
        super().mouseReleaseEvent(event)  # no click: it is not down any more
        if was_carried:
            self.dropped.emit(self.mapToParent(event.position().toPoint()))

    @Slot()
    def _lift(self) -> None:
        self._rest.stop()
        if self._taken_at is not None and not self._is_carried:
            self._is_carried = True
            self.setDown(False)
            self.lifted.emit()
            self.update()

    def _let_go(self) -> None:
        self._rest.stop()
        self._taken_at = None
        if self._is_carried:
            self._is_carried = False
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the next chair with an arrow, swap with it with Ctrl+Shift, put a carried tile back with Escape."""
        way = _WAYS.get(event.key())
        keys = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if way is not None and keys == _SWAP:
            self.swap_wanted.emit(way)
        elif way is not None and keys == Qt.KeyboardModifier.NoModifier:
            self.step_wanted.emit(way)
        elif event.key() == Qt.Key.Key_Escape and self._is_carried:
            self._let_go()
            self.put_back.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


def _flashing(view: BoardTileView) -> tuple[tuple[Priority | None, bool], ...]:
    """Return every alarm that the tile paints, and whether it asks."""
    return (view.tile.alarm, view.tile.asks), *((number.alarm, number.asks) for number in view.numbers)


def _veil(colour: QColor) -> QColor:
    veiled = QColor(colour)
    veiled.setAlphaF(0.55)
    return veiled
