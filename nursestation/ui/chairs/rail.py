"""The rail on the left: a tile a chair, in the order of the chairs, so that a chair is always where it was.

Tiles are painted by hand (one paint a tile when its view changes); the accessible name says all that the picture does.
"""

from dataclasses import dataclass
from datetime import tzinfo
from itertools import pairwise

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from devices.events import Priority
from nursestation.core.access import may
from nursestation.core.commands import SelfTest
from nursestation.core.snapshot import ChairSnapshot, StationSnapshot
from nursestation.ui import theme
from nursestation.ui.alarms.flashing import Flashing
from nursestation.ui.chairs.band import BandSizes, has_signal, paint_band
from nursestation.ui.chairs.view import TileView, tile_view
from nursestation.ui.controls import Button, Edge, Panel, QuietButton
from nursestation.ui.layouts import retire
from nursestation.ui.roles import Surface, Text
from nursestation.ui.theme import Theme

_SPACING = 4
_PAD = 12.0
_ALARM_EDGE = 3.5
_STAR_PX = 16
_STATE_PX = 20
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class _Rows:
    """Where a tile's rows lie [px at the designed size]: (top, height), and the letters of the band with the alarm.

    Attributes:
        height: Of the tile.
        free: Of the tile of a free chair.
        head: Chair, initials, what the chair is at.
        bar: How much of that is done; of no height where there is no room for it.
        numbers: The four vitals.
        band: Filled with an alarm's colour, or a note where there is no alarm.
        band_px: Size of the letters in the band.
    """

    height: int
    free: int
    head: tuple[float, float]
    bar: tuple[float, float]
    numbers: tuple[float, float]
    band: tuple[float, float]
    band_px: int


_SIZES = (
    _Rows(height=100, free=48, head=(8, 22), bar=(33, 3), numbers=(39, 24), band=(66, 28), band_px=16),
    _Rows(height=80, free=44, head=(5, 20), bar=(26, 2), numbers=(29, 22), band=(52, 23), band_px=15),
    _Rows(height=68, free=44, head=(4, 19), bar=(23, 2), numbers=(25, 20), band=(45, 18), band_px=13),
    _Rows(height=58, free=44, head=(2, 18), bar=(0, 0), numbers=(20, 18), band=(38, 15), band_px=12),
)
"""A tile has the first of these at which every chair is in sight."""


class ChairTile(QAbstractButton):
    """One chair. Checked while it is the one shown in depth."""

    def __init__(self, number: int, theme_: Theme, flashing: Flashing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"chair_tile_{number}")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setShortcut(f"Ctrl+{number}")
        self.setToolTip(self.tr("Chair {n} (Ctrl+{n} or F{n})").format(n=number))
        self._theme, self._flashing = theme_, flashing
        self._view: TileView | None = None
        self._rows = _SIZES[0]
        self._is_cut = False
        flashing.flipped.connect(self._on_flipped)

    @property
    def is_cut(self) -> bool:
        """Say whether a word had no room when the tile was last painted."""
        return self._is_cut

    @property
    def view(self) -> TileView | None:
        """Return what the tile shows."""
        return self._view

    def render(self, view: TileView) -> None:  # type: ignore[override]
        """Show `view`; repaints only when it differs from the last one."""
        if view == self._view:
            return
        self._view = view
        self.setAccessibleName(view.spoken)
        self._fit()
        self.update()

    @Slot(object)
    def _on_flipped(self, priority: Priority) -> None:
        if self._view is not None and self._view.asks and self._view.alarm is priority:
            self.update()

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._theme = theme_
        self.update()

    def set_rows(self, rows: _Rows) -> None:
        """Take more height or less, so that every chair is in sight."""
        if rows is not self._rows:
            self._rows = rows
            self._fit()
            self.update()

    def height_with(self, rows: _Rows) -> int:
        """Return the height that the tile would have [px]."""
        return theme.px(rows.free if self._view is None or self._view.is_free else rows.height)

    def _fit(self) -> None:
        is_free = self._view is None or self._view.is_free
        theme.set_length(self, theme.Length.HEIGHT, self._rows.free if is_free else self._rows.height)

    def sizeHint(self) -> QSize:
        """Return the size of a tile."""
        return QSize(theme.px(theme.RAIL_WIDTH) - 2 * theme.GAP, theme.px(self._rows.height))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw ground and border, then the rows."""
        view = self._view
        if view is None:
            return
        self._is_cut = False
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, view)
        if view.is_free:
            self._text(painter, (0, self._rows.free), Text.BODY, "soft", f"Chair {view.number} · free", centre=True)
        else:
            self._paint_head(painter, view)
            self._paint_bar(painter, view)
            self._paint_numbers(painter, view)
            self._paint_note(painter, view)
        painter.end()

    def _paint_ground(self, painter: QPainter, view: TileView) -> None:
        edge = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        painter.setBrush(self._theme.colour("raised") if not view.is_free else Qt.BrushStyle.NoBrush)
        pen = QPen(self._theme.colour("line"), 1)
        if view.alarm is not None:
            pen = QPen(self._theme.alarm(view.alarm).ground(is_dark=self._is_dark(view)), _ALARM_EDGE)
        elif self.isChecked():
            pen = QPen(self._theme.colour("soft"), 2)
        elif view.is_free:
            pen = QPen(self._theme.colour("line"), 1.5, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawRoundedRect(edge, theme.RADIUS, theme.RADIUS)
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour("text"))
            painter.drawRoundedRect(QRectF(3, self.height() * 0.3, 4, self.height() * 0.4), 2, 2)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.colour("focus"), 1.5))
            painter.drawRoundedRect(edge.adjusted(3, 3, -3, -3), theme.RADIUS - 2, theme.RADIUS - 2)

    def _is_dark(self, view: TileView) -> bool:
        return view.alarm is not None and view.asks and self._flashing.is_dark(view.alarm)

    def _paint_head(self, painter: QPainter, view: TileView) -> None:
        self._text(painter, self._rows.head, Text.TITLE, "text", str(view.number))
        self._text(painter, self._rows.head, Text.STRONG, "text", view.who, left=theme.px(20))
        left = theme.px(26) + QFontMetricsF(theme.font(Text.STRONG)).horizontalAdvance(view.who)
        if view.simulated and (has_signal(view) or view.leave):
            self._text(painter, self._rows.head, Text.CAPTION, "warn", "SIM", left=left)
            left += QFontMetricsF(theme.font(Text.CAPTION)).horizontalAdvance("SIM") + theme.px(6)
        # what became of the signal is worth more than the time left, which the bar below still shows
        is_told = view.alarm is not None and bool(view.note)
        said, colour = (view.note, "text") if is_told else (view.state, "soft")
        room = self.width() - 2 * _PAD - left
        if QFontMetricsF(theme.font(Text.CAPTION)).horizontalAdvance(said) > room:
            said = said.removesuffix(" left")  # "Observation 26:17 left"
        self._text(painter, self._rows.head, Text.CAPTION, colour, said, left=left, right=True)

    def _paint_note(self, painter: QPainter, view: TileView) -> None:
        if has_signal(view):
            edge = _ALARM_EDGE + 2
            top, height = _scaled(self._rows.band)
            area = QRectF(edge, top, self.width() - 2 * edge, height)
            sizes = BandSizes(theme.px(self._rows.band_px), theme.px(_STAR_PX), theme.px(_STATE_PX))
            is_dark = self._is_dark(view)
            done = paint_band(painter, area, self._theme, view, sizes, is_dark=is_dark, words=(view.word,))
            self._is_cut = self._is_cut or done.is_cut
            return
        age = f"BP {view.cuff_age}" if view.cuff_age and not view.leave_first else ""
        self._text(painter, self._rows.band, Text.CAPTION, "soft", age)
        if view.leave:
            self._paint_leave(painter, view, age)
        elif view.simulated:
            self._text(painter, self._rows.band, Text.CAPTION, "warn", "SIMULATED", right=True)

    def _paint_leave(self, painter: QPainter, view: TileView, age: str) -> None:
        """Write when the patient may leave, with as much of what holds them as there is room for beside the cuff's age."""
        metrics = QFontMetricsF(theme.font(Text.CAPTION))
        taken = metrics.horizontalAdvance(age) + theme.px(8) if age else 0.0
        room = self.width() - 2 * _PAD - taken
        text = next((one for one in view.leave if metrics.horizontalAdvance(one) <= room), "")
        self._text(painter, self._rows.band, Text.CAPTION, "text", text, left=taken, right=bool(age))

    def _paint_bar(self, painter: QPainter, view: TileView) -> None:
        top, height = _scaled(self._rows.bar)
        if not height:
            return
        whole = QRectF(_PAD, top, self.width() - 2 * _PAD, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("line"))
        painter.drawRoundedRect(whole, 1.5, 1.5)
        if view.done:
            painter.setBrush(self._theme.colour("event"))
            painter.drawRoundedRect(QRectF(whole.left(), top, whole.width() * view.done, height), 1.5, 1.5)

    def _paint_numbers(self, painter: QPainter, view: TileView) -> None:
        font = theme.font(Text.TILE_NUMBER)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        # each number has a column of its own, wide enough for its longest value: nothing moves when a digit comes or goes
        widths = [metrics.horizontalAdvance(text) for text in ("000", "000", "000/000", "000")]
        gap = (self.width() - 2 * _PAD - sum(widths)) / 3
        left, (top, height) = _PAD, _scaled(self._rows.numbers)
        for number, width, flags in zip(view.numbers, widths, (_LEFT, _LEFT, _LEFT, _RIGHT), strict=True):
            painter.setPen(self._theme.colour("stale" if number.is_stale else number.role))
            painter.drawText(QRectF(left, top, width + 1, height), int(flags), number.text)
            left += width + gap

    def _text(
        self,
        painter: QPainter,
        row: tuple[float, float],
        text_role: Text,
        colour: str,
        text: str,
        *,
        left: float = 0,
        right: bool = False,
        centre: bool = False,
    ) -> None:
        painter.setFont(theme.font(text_role))
        painter.setPen(self._theme.colour(colour))
        top, height = _scaled(row)
        area = QRectF(_PAD + left, top, self.width() - 2 * _PAD - left, height)
        self._draw(painter, area, int(Qt.AlignmentFlag.AlignCenter if centre else (_RIGHT if right else _LEFT)), text)

    def _draw(self, painter: QPainter, area: QRectF, flags: int, text: str) -> None:
        shown = QFontMetricsF(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        self._is_cut = self._is_cut or shown != text
        painter.drawText(area, flags, shown)


class _Column(QScrollArea):
    """Where the tiles stand.

    Signals:
        resized: There is more room for them, or less.
    """

    resized = Signal()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell it."""
        super().resizeEvent(event)
        self.resized.emit()


class Rail(Panel):
    """All tiles.

    Signals:
        chair_chosen: Number of the chair.
        all_wanted: The page of all chairs was asked for.
        station_wanted: Staff, About and the like were asked for.
        test_wanted: Lamps and sounds shall be tested; offered until they were, once a day.
    """

    chair_chosen = Signal(int)
    all_wanted = Signal()
    station_wanted = Signal()
    test_wanted = Signal()

    def __init__(
        self, theme_: Theme, flashing: Flashing, *, zone: tzinfo | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__("rail", Surface.BAR, edge=Edge.RIGHT, parent=parent)
        self._theme, self._flashing, self._zone = theme_, flashing, zone
        self._tiles: dict[int, ChairTile] = {}
        self._seen: dict[int, ChairSnapshot] = {}
        self._is_short = False
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self._on_clicked)
        theme.set_length(self, theme.Length.WIDTH, theme.RAIL_WIDTH)
        self._build()

    def _build(self) -> None:
        inner = QWidget()
        inner.setProperty("surface", "scrolled")
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(theme.GAP, _SPACING, theme.GAP, _SPACING)
        self._column.setSpacing(_SPACING)
        self._column.addStretch(1)
        area = self._area = _Column(self)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inner)
        area.resized.connect(self._fit)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 1, 0)
        whole.setSpacing(0)
        everyone = self._everyone = Button(
            self.tr("All chairs"),
            "all_chairs",
            shortcut="Ctrl+0",
            tip=self.tr("Every chair on one page, with its waves."),
        )
        head = QHBoxLayout()
        head.setContentsMargins(theme.GAP, _SPACING, theme.GAP, 0)
        head.addWidget(everyone)
        whole.addLayout(head)
        whole.addWidget(area)
        station = self._station = QuietButton(
            self.tr("Station…"), "station", tip=self.tr("Staff, About, dark or light")
        )
        self._test = QuietButton(
            self.tr("Alarm test…"), "alarm_test", tip=self.tr("Lamps and sounds of the alarms were not tested today.")
        )
        theme.set_property(self._test, "asks", "yes")
        self._test.hide()
        foot = QHBoxLayout()
        foot.setContentsMargins(theme.GAP, 0, theme.GAP, theme.GAP // 2)
        foot.setSpacing(theme.GAP)
        foot.addWidget(station, 1)
        foot.addWidget(self._test, 1)
        whole.addLayout(foot)
        everyone.clicked.connect(self.all_wanted)
        station.clicked.connect(self.station_wanted)
        self._test.clicked.connect(self.test_wanted)

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Show every chair."""
        numbers = [chair.number for chair in snapshot.chairs]
        for gone in [number for number in self._tiles if number not in numbers]:
            self._remove(gone)
        for chair in snapshot.chairs:
            tile = self._tiles.get(chair.number) or self._add(chair.number)
            if chair is not self._seen.get(chair.number):  # what is the same object has not changed since
                self._seen[chair.number] = chair
                tile.render(tile_view(chair, snapshot.at, self._zone))
        self._test.setVisible(may(snapshot.operator, SelfTest) and not snapshot.self_test.done_today)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        """Make all tiles lower where they have no room otherwise: a chair below the edge is a chair that nobody sees."""
        tiles = self._tiles.values()
        head = self._everyone.sizeHint().height() + _SPACING
        room = self._area.viewport().height() - 2 * _SPACING + (0 if self._everyone.isHidden() else head)
        least = self._needed(_SIZES[-1])
        self._is_short = least > room
        # the way to all chairs gives way where it alone would push one out of sight: its key still leads there
        has_head = self._is_short or least <= room - head
        self._everyone.setVisible(has_head)
        room -= head if has_head else 0
        rows = next((rows for rows in _SIZES if self._needed(rows) <= room), _SIZES[-1])
        for tile in tiles:
            tile.set_rows(rows)

    @property
    def is_short_of_room(self) -> bool:
        """Say whether a chair is below the edge even with the lowest tiles."""
        return self._is_short

    def _needed(self, rows: _Rows) -> int:
        return sum(tile.height_with(rows) + _SPACING for tile in self._tiles.values()) - _SPACING

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._theme = theme_
        for tile in self._tiles.values():
            tile.set_theme(theme_)

    def select(self, number: int) -> None:
        """Mark the chair that is shown in depth."""
        if number in self._tiles:
            self._tiles[number].setChecked(True)

    def _add(self, number: int) -> ChairTile:
        """Put a chair among the others, in the order of their numbers."""
        tile = ChairTile(number, self._theme, self._flashing)
        self._tiles = dict(sorted({**self._tiles, number: tile}.items()))
        self._group.addButton(tile, number)
        self._column.insertWidget(list(self._tiles).index(number), tile)
        for before, after in pairwise((*self._tiles.values(), self._station)):
            QWidget.setTabOrder(before, after)
        return tile

    def _remove(self, number: int) -> None:
        tile = self._tiles.pop(number)
        self._seen.pop(number, None)
        self._group.removeButton(tile)
        retire(self._column, tile)

    @Slot(int)
    def _on_clicked(self, number: int) -> None:
        self.chair_chosen.emit(number)


def _scaled(row: tuple[float, float]) -> tuple[float, float]:
    return float(theme.px(row[0])), float(theme.px(row[1]))
