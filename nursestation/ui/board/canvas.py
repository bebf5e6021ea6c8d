"""All chairs in one picture: tiles, and beside each the chair's waves, which the canvas draws itself.

Rules of the file:
1. A cell stays where it is whatever happens in its chair: an alarm takes its frame, its head and its number, and moves nothing.
2. The canvas shows what it is handed and keeps nothing of a patient: the page and the view on another screen each have one.
3. A wave's place stands as long as its patient sits there: one that stops coming leaves it blank.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent, QPainter, QPen, QRegion, QResizeEvent
from PySide6.QtWidgets import QWidget

from devices.clock import Clock
from devices.events import Priority
from devices.vocabulary import METRICS
from nursestation.config.display import BoardSettings
from nursestation.core.model import Operator
from nursestation.core.snapshot import ChairSnapshot, StationSnapshot
from nursestation.ui import theme
from nursestation.ui.alarms.flashing import Flashing
from nursestation.ui.board.grid import RIM, Box, Cell, Grid, grid, least_height
from nursestation.ui.board.order import Way, arranged, neighbour
from nursestation.ui.board.picture import rows_of
from nursestation.ui.board.tile import BoardTile
from nursestation.ui.board.view import board_tile, board_waves
from nursestation.ui.plots.wave_field import ROLES, WaveField, WavePlace
from nursestation.ui.plots.wave_look import Key, WaveLook
from nursestation.ui.plots.wave_store import WaveStore
from nursestation.ui.roles import Text
from nursestation.ui.theme import Theme

_LABEL = 46
"""Width of a wave's name, left of it [px at letters of the size 1]."""
_NAME = 13
"""Size of its letters [px at letters of the size 1]."""
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_ROUND = 7.0
"""Of a cell's corners [px]."""


@dataclass(frozen=True, slots=True)
class _Label:
    """The name of a wave."""

    area: QRectF
    text: str
    role: str
    letters: int


@dataclass(slots=True)
class _Chair:
    """A chair and its place.

    `session` names whose waves are remembered in `keys`; `seen` is what the tile shows, to
    `seen_by`.
    """

    tile: BoardTile
    cell: Cell | None = None
    seen: ChairSnapshot | None = None
    seen_by: Operator | None = None
    session: str = ""
    keys: tuple[Key, ...] = ()
    lately: frozenset[Key] = frozenset()


class BoardCanvas(WaveField):
    """Every chair of the station.

    Args:
        theme_: Colours.
        clock: The clock that stamped the waves.
        store: Where the waves are.
        px_per_mm: Of the screen, for true sweep speeds.
        flashing: What makes alarms flash together.
        zone: The clinic's time zone, None for the machine's.
        is_touched: False where it is only looked at: then nothing in it takes the focus, a key or a finger.

    Signals:
        chair_chosen: A chair to open.
        swap_wanted: Two chairs that shall change places.
        arranged: It was laid out anew: `layout_now` is another one.
    """

    chair_chosen = Signal(int)
    swap_wanted = Signal(int, int)
    arranged = Signal()

    def __init__(
        self,
        theme_: Theme,
        clock: Clock,
        store: WaveStore,
        px_per_mm: float,
        flashing: Flashing,
        *,
        zone: tzinfo | None = None,
        is_touched: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme_, clock, store, px_per_mm, parent)
        self.setObjectName("board_canvas")
        self.setAccessibleName(self.tr("All chairs"))
        self._flashing, self._zone, self._is_touched = flashing, zone, is_touched
        self._settings = BoardSettings()
        self._chairs: dict[int, _Chair] = {}
        self._places_of: tuple[int, ...] = ()
        self._laid = Grid(1, 0, 0.0, ())
        self._labels: tuple[_Label, ...] = ()
        self._still = QRegion()
        self._carried = self._target = self._pressed = self._held = 0
        flashing.flipped.connect(self._on_flipped)

    # --- what is shown ---

    @property
    def layout_now(self) -> Grid:
        """Return how it is laid out."""
        return self._laid

    @property
    def places(self) -> tuple[int, ...]:
        """Return the chairs in the order of their places."""
        return self._places_of

    def tile(self, number: int) -> BoardTile:
        """Return the tile of a chair.

        Raises:
            KeyError: there is no such chair.
        """
        return self._chairs[number].tile

    def tiles(self) -> list[QWidget]:
        """Return the tiles in the order of their places, as the tab key goes."""
        return [self._chairs[number].tile for number in self._places_of]

    def set_settings(self, settings: BoardSettings) -> None:
        """Take another order, other columns, waves or another face; tiles show another face with the next snapshot."""
        if settings != self._settings:
            self._settings = settings
            for chair in self._chairs.values():
                chair.seen = None
            self._arrange()

    def set_look(self, look: WaveLook) -> None:
        """Take other speeds and gains, and other waves where other ones are shown."""
        super().set_look(look)
        self._place_waves()

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        super().set_theme(theme_)
        for chair in self._chairs.values():
            chair.tile.set_theme(theme_)

    def hold_columns(self, is_held: bool) -> None:
        """Keep every chair in its column and row while the room is another one for a while, or let that go."""
        self._held = self._laid.columns if is_held else 0
        self._arrange()

    def least_height(self) -> int:
        """Return the height at which letters are those of the window, in the present columns and without waves [px]."""
        letters = min(theme.px(100) / 100, self._laid.letters)
        return least_height(len(self._chairs), self._laid.columns, letters)

    def rescale(self) -> None:
        """Lay all out for letters of another size."""
        self._arrange()

    def show_station(self, snapshot: StationSnapshot) -> None:
        """Show every chair of `snapshot`."""
        numbers = [chair.number for chair in snapshot.chairs]
        is_other = numbers != sorted(self._chairs)
        for gone in [number for number in self._chairs if number not in numbers]:
            self._remove(gone)
        has_other_waves = False
        operator = snapshot.operator if self._is_touched else None
        for chair in snapshot.chairs:
            shown = self._chairs.get(chair.number) or self._add(chair.number)
            if chair is shown.seen and operator == shown.seen_by:  # what is the same object has not changed since
                continue
            shown.seen, shown.seen_by = chair, operator
            before = _alarm_of(shown.tile)
            with_initials = self._settings.face == "initials"
            shown.tile.show_view(
                board_tile(chair, snapshot.at, self._zone, with_initials=with_initials, operator=operator)
            )
            has_other_waves |= self._take_waves(shown, chair)
            if shown.cell is not None and _alarm_of(shown.tile) != before:
                self._update_frame(shown.cell)
        if is_other:
            self._arrange()
        elif has_other_waves:
            self._place_waves()

    def _add(self, number: int) -> _Chair:
        tile = BoardTile(number, self._theme, self._flashing, self)
        if self._is_touched:
            if number <= 9:
                tile.setShortcut(f"Ctrl+{number}")
            tile.setToolTip(self.tr("Opens chair {n}. Drag its head onto another to swap them.").format(n=number))
        else:
            tile.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            tile.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        tile.clicked.connect(self._on_clicked)
        tile.step_wanted.connect(self._on_step)
        tile.swap_wanted.connect(self._on_swap)
        tile.lifted.connect(self._on_lifted)
        tile.carried.connect(self._on_carried)
        tile.dropped.connect(self._on_dropped)
        tile.put_back.connect(self._on_put_back)
        tile.show()
        self._chairs[number] = _Chair(tile)
        return self._chairs[number]

    def _remove(self, number: int) -> None:
        tile = self._chairs.pop(number).tile
        tile.hide()
        tile.setObjectName("")
        tile.deleteLater()

    def _take_waves(self, shown: _Chair, chair: ChairSnapshot) -> bool:
        """Remember which waves a chair has; say whether that changes anything."""
        session = chair.visit.session if chair.visit is not None else ""
        keys = tuple(chair.waves) if chair.visit is not None else ()
        if session == shown.session and set(keys) <= set(shown.keys):
            keys = shown.keys
        lately = frozenset(chair.waves)
        if (session, keys, lately) == (shown.session, shown.keys, shown.lately):
            return False
        shown.session, shown.keys, shown.lately = session, keys, lately
        return True

    # --- where it is shown ---

    def _arrange(self) -> None:
        self._places_of = arranged(list(self._chairs), self._settings.order)
        self._laid = grid(
            len(self._chairs),
            self.width(),
            self.height(),
            columns=self._settings.columns,
            held=self._held,
            waves=self._settings.waves,
            scale=theme.px(100) / 100,
        )
        for number, cell in zip(self._places_of, self._laid.cells, strict=True):
            self._chairs[number].cell = cell
        self._place_waves()
        self.arranged.emit()
        self.update()

    def _place_waves(self) -> None:
        """Give each chair's tile its room and each of its waves a strip; a chair without a wave has a larger tile."""
        places: list[WavePlace] = []
        labels: list[_Label] = []
        moving = QRegion()
        for number, chair in self._chairs.items():
            cell = chair.cell
            if cell is None:
                continue
            keys = board_waves(chair.keys, self._look, self._laid.n_waves) if cell.waves is not None else ()
            chair.tile.setGeometry(_rect(cell.tile if keys else cell.inside))
            if keys and cell.waves is not None:
                k = rows_of(cell.tile.width, cell.tile.height).letters
                for key, strip in zip(keys, _strips(cell.waves, len(keys)), strict=True):
                    label, wave = _label_and_wave(strip, round(_LABEL * k))
                    labels.append(_Label(label, _name(key), ROLES[key[0]], round(_NAME * k)))
                    moving += wave.toAlignedRect()
                    if key in chair.lately:
                        places.append(WavePlace(number, key, wave))
        self._labels = tuple(labels)
        self._still = QRegion(self.rect()) - moving - self.corners
        self.set_places(places)
        self.update()

    def paint_under(self, painter: QPainter, region: QRegion) -> None:
        """Paint what does not move: the ground between cells, their frames, the names of waves."""
        if not region.intersects(self._still):
            for corner in self.corners:  # type: ignore[attr-defined]
                painter.fillRect(corner, self._theme.colour("window"))
            return
        painter.fillRect(self.rect(), self._theme.colour("window"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for chair in self._chairs.values():
            if chair.cell is not None and region.intersects(_rect(chair.cell.whole)):
                self._paint_cell(painter, chair, chair.cell)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for label in self._labels:
            painter.setFont(theme.font(Text.CAPTION, label.letters))
            painter.setPen(self._theme.colour(label.role))
            painter.drawText(label.area, _LEFT, label.text)

    def _paint_cell(self, painter: QPainter, chair: _Chair, cell: Cell) -> None:
        view = chair.tile.view
        pen, inset = QPen(self._theme.colour("line"), 1), 0.5
        if view is not None and view.tile.alarm is not None:
            is_dark = view.tile.asks and self._flashing.is_dark(view.tile.alarm)
            pen, inset = QPen(self._theme.alarm(view.tile.alarm).ground(is_dark=is_dark), RIM), RIM / 2
        elif view is not None and view.tile.is_free:
            pen = QPen(self._theme.colour("line_strong"), 1.5, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(self._theme.colour("plot"))
        painter.drawRoundedRect(QRectF(_rect(cell.whole)).adjusted(inset, inset, -inset, -inset), _ROUND, _ROUND)

    def _update_frame(self, cell: Cell) -> None:
        self.update(QRegion(_rect(cell.whole)) - QRegion(_rect(cell.inside)))

    @Slot(object)
    def _on_flipped(self, priority: Priority) -> None:
        for chair in self._chairs.values():
            view = chair.tile.view
            if chair.cell is not None and view is not None and view.tile.asks and view.tile.alarm is priority:
                self._update_frame(chair.cell)

    # --- hands ---

    def chair_at(self, point: QPoint) -> int:
        """Return the chair whose cell holds `point`, 0 for none."""
        for number, chair in self._chairs.items():
            if chair.cell is not None and _rect(chair.cell.whole).contains(point):
                return number
        return 0

    @Slot()
    def _on_clicked(self) -> None:
        self.chair_chosen.emit(self._sender().number)

    @Slot(str)
    def _on_step(self, way: Way) -> None:
        found = neighbour(self._places_of, self._laid.columns, self._sender().number, way)
        if found is not None:
            self._chairs[found].tile.setFocus(Qt.FocusReason.TabFocusReason)

    @Slot(str)
    def _on_swap(self, way: Way) -> None:
        number = self._sender().number
        found = neighbour(self._places_of, self._laid.columns, number, way)
        if found is not None:
            self.swap_wanted.emit(number, found)

    @Slot()
    def _on_lifted(self) -> None:
        self._carried = self._sender().number
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    @Slot(QPoint)
    def _on_carried(self, point: QPoint) -> None:
        self._aim(self.chair_at(point))

    @Slot(QPoint)
    def _on_dropped(self, point: QPoint) -> None:
        carried, target = self._carried, self.chair_at(point)
        self._on_put_back()
        if target and carried and target != carried:
            self.swap_wanted.emit(carried, target)

    @Slot()
    def _on_put_back(self) -> None:
        self._aim(0)
        self._carried = 0
        self.unsetCursor()

    def _aim(self, target: int) -> None:
        """Mark the chair that a carried tile would change places with."""
        target = 0 if target == self._carried else target
        for number in (self._target, target):
            if number in self._chairs:
                self._chairs[number].tile.set_target(number == target)
        self._target = target

    def _sender(self) -> BoardTile:
        sender = self.sender()
        assert isinstance(sender, BoardTile)
        return sender

    # --- Qt ---

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a press on a wave: it opens the chair like its tile."""
        if self._is_touched and event.button() == Qt.MouseButton.LeftButton:
            self._pressed = self.chair_at(event.position().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the chair whose wave was pressed."""
        pressed, self._pressed = self._pressed, 0
        if pressed and pressed == self.chair_at(event.position().toPoint()):
            self.chair_chosen.emit(pressed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay all out for the new room, before the next paint."""
        self._arrange()
        super().resizeEvent(event)


def _alarm_of(tile: BoardTile) -> tuple[Priority | None, bool, bool]:
    """Return what the frame of a tile's cell shows: its alarm, whether that asks, and whether nobody sits there."""
    view = tile.view.tile if tile.view is not None else None
    return (None, False, False) if view is None else (view.alarm, view.asks, view.is_free)


def _rect(box: Box) -> QRect:
    return QRect(box.x, box.y, box.width, box.height)


def _strips(box: Box, n: int) -> Sequence[Box]:
    """Divide the room of a cell's waves among them, from top to bottom."""
    each = box.height // n
    return [replace(box, y=box.y + row * each, height=each) for row in range(n)]


def _label_and_wave(strip: Box, label: int) -> tuple[QRectF, QRectF]:
    whole = QRectF(_rect(strip))
    return (
        QRectF(whole.left() + theme.GAP / 2, whole.top(), label - theme.GAP / 2, whole.height()),
        whole.adjusted(label, 0, 0, 0),
    )


def _name(key: Key) -> str:
    metric, _, source = key
    return f"{METRICS[metric].short} {source}".strip() if metric == "ecg" else METRICS[metric].short
