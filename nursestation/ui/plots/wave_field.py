"""Live waves of any number of chairs in one widget, drawn like a bedside monitor's sweep.

Rules of the file:
1. No pixmap: the window's own backing store is the picture. A frame fills the bands between the old cursor and the new gap
   and draws the lines that touch them, straight out of the groups' rings. What is painted depends on the rings and the
   exposed region alone, so that exposes, resizes and screenshots are right by construction.
2. Each wave has a cell of whole squares, counted from the window's corner, and draws inside it. A square is whole device pixels:
   at the usual scale factors none is cut in two, and no band touches a neighbour's wave.
3. The display clock runs `DELAY_NS` behind arrival, so that packets do not make the cursor stutter.
4. Two pixels in the widget's corners belong to every frame. Qt cuts a line where the box around all that is painted ends, and
   rounds a little differently there; so that box is always the widget's, and a frame leaves what a fresh paint would, exactly.
5. Words and marks stand beside the waves, never over them: what moves is redrawn without them.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import cast

import numpy as np
import shiboken6
from PySide6.QtCore import QLineF, QPoint, QRect, QRectF, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QRegion, QResizeEvent, QScreen, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from devices.clock import NS_PER_S, Clock
from nursestation.ui import theme
from nursestation.ui.plots.gain import Gain, gain_for, is_whole
from nursestation.ui.plots.segments import PEN_PX, Group, Span, Strip
from nursestation.ui.plots.trace import Trace
from nursestation.ui.plots.wave_look import Key, WaveLook
from nursestation.ui.plots.wave_store import At, WaveStore
from nursestation.ui.theme import Theme

DELAY_NS = NS_PER_S // 10
"""How far the picture runs behind arrival [ns]."""
FIT_NS = NS_PER_S // 2
"""Least time between two looks at one wave's gain [ns]."""
GRIDS_PX = (1, 2, 4)
"""Sizes of a square: the smallest that is whole device pixels. 4 is at 1.25 and 1.75."""
ROLES = {"ecg": "heart_rate", "pleth": "spo2", "resp": "resp", "co2": "co2", "art": "nibp"}
"""Colours of the waves."""
_ORIGIN = QPoint(0, 0)
_LEAST_WIDTH, _LEAST_HEIGHT = 40, 12
"""Of a cell in which a wave can be told [px]."""
_CAP = Qt.PenCapStyle.SquareCap
"""Qt draws lines of such a pen one by one, and leaves one out that has no place; of a round one it draws sixteen as a path,
and one without a place takes the others along."""
_SANE_DPI = (60.0, 400.0)
_MM_PER_INCH = 25.4
_USUAL_DPI = 96.0


def pixels_per_mm(screen: QScreen | None) -> float:
    """Return how many pixels make a millimetre on `screen`; of a screen that tells nonsense, those of 96 dpi."""
    dpi = screen.physicalDotsPerInch() if screen is not None else _USUAL_DPI
    if not _SANE_DPI[0] <= dpi <= _SANE_DPI[1]:
        dpi = _USUAL_DPI
    return dpi / _MM_PER_INCH


@dataclass(frozen=True, slots=True)
class WavePlace:
    """Where a wave is drawn.

    Attributes:
        chair: Whose.
        key: Which of the chair's waves.
        area: In the widget [px]; areas do not overlap.
    """

    chair: int
    key: Key
    area: QRectF


@dataclass(frozen=True, slots=True)
class Shown:
    """What a strip looks like.

    Attributes:
        area: From its lowest to its highest value [px].
        low, high: Those values.
        text: Gain and speed in words.
    """

    area: QRectF
    low: float
    high: float
    text: str


@dataclass(slots=True)
class _Drawn:
    """A wave that has a strip."""

    place: WavePlace
    cell: QRect
    trace: Trace
    gain: Gain
    speed_mm_s: float
    text: str = ""
    next_fit_ns: int = 0


@dataclass(frozen=True, slots=True)
class _Sweep:
    """A group and the waves it draws, in the order of its strips."""

    group: Group
    role: str
    drawn: tuple[_Drawn, ...]


@dataclass(frozen=True, slots=True)
class _Lane:
    """Sweeps of one speed and width, in columns side by side: their cursors stand at the same place in each."""

    sweeps: tuple[_Sweep, ...]
    width: int  # of a column
    cells: tuple[QRect, ...]
    bands: dict[int, QRegion] = field(default_factory=dict)  # by width: those at the left edges

    def band(self, x0: int, x1: int) -> QRegion:
        """Return what lies between `x0` and `x1` of each column."""
        width = x1 - x0
        found = self.bands.get(width)
        if found is None:
            found = QRegion()
            for cell in self.cells:
                found += QRect(cell.left(), cell.top(), width, cell.height())
            self.bands[width] = found
        return found.translated(x0, 0)


@dataclass(slots=True)
class _Asked:
    """What has to be painted, and the same in spans of the lanes: the paint event need not find them out again."""

    region: QRegion = field(default_factory=QRegion)
    spans: list[set[Span]] = field(default_factory=list)
    is_plain: bool = True  # it is nothing but these spans


class WaveField(QWidget):
    """Waves, each in its place.

    Args:
        theme_: Colours.
        clock: The clock that stamped the waves.
        store: Where the waves are.
        px_per_mm: Of the screen, for true sweep speeds.
    """

    def __init__(
        self, theme_: Theme, clock: Clock, store: WaveStore, px_per_mm: float, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._theme, self._clock, self._px_per_mm = theme_, clock, px_per_mm
        self._store = self._live = store
        self._look = WaveLook()
        self._places: tuple[WavePlace, ...] = ()
        self._lanes: tuple[_Lane, ...] = ()
        self._asked = _Asked()
        self._pens: dict[str, QPen] = {}
        self._corners = QRegion()
        self._grid = GRIDS_PX[-1]
        self._where: dict[At, tuple[_Sweep, int]] = {}
        self._order: tuple[tuple[_Sweep, int], ...] = ()
        self._turn = 0
        self._laid_out: tuple[int, int, QPoint] | None = None
        self._frozen_ns: int | None = None
        self._every, self._calls = 1, 0

    # --- what is drawn where ---

    def set_places(self, places: Sequence[WavePlace]) -> None:
        """Draw these waves, at these places; a wave that has not come yet gets its strip with its first samples."""
        if tuple(places) != self._places:
            self._places = tuple(places)
            self.lay_out()

    def set_look(self, look: WaveLook) -> None:
        """Take other speeds and gains."""
        if look != self._look:
            self._look = look
            self.lay_out()

    @property
    def look(self) -> WaveLook:
        """Return the speeds and gains by which it draws."""
        return self._look

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._theme = theme_
        self._pens.clear()
        self.update()

    def every_nth(self, n: int) -> None:
        """Draw with every `n`th call of `advance` only."""
        self._every = max(1, n)

    def freeze(self, is_frozen: bool) -> None:
        """Let the picture stand, while the store goes on; or let it run again, with what has come meanwhile."""
        if is_frozen == self.is_frozen:
            return
        if is_frozen:
            self.update(self.step())
            self._frozen_ns = self._clock.now().mono_ns
            self._store = self._live.still((place.chair, place.key) for place in self._places)
            self._laid_out = (self._store.version, *self._squares())
            self.update()
        else:
            self._frozen_ns, self._store = None, self._live
            self.lay_out()

    @property
    def is_frozen(self) -> bool:
        """Return whether the picture stands."""
        return self._frozen_ns is not None

    def drawn_until(self, chair: int, key: Key) -> int:
        """Return the number after the newest sample of a wave that the picture shows; 0 if it shows none."""
        if (chair, key) not in self._where:
            return 0
        sweep, n = self._where[chair, key]
        return sweep.group.filled_until(n)

    @property
    def sweep_s(self) -> float:
        """Return how long the slowest wave takes from the left edge to the right one [s]; 0 where none is drawn."""
        widths = ((sweep.group.width, sweep.drawn[0].speed_mm_s) for lane in self._lanes for sweep in lane.sweeps)
        return max((width / (speed_mm_s * self._px_per_mm) for width, speed_mm_s in widths), default=0.0)

    def shown(self, chair: int, key: Key) -> Shown | None:
        """Return what a wave's strip looks like; None while it has none."""
        if (chair, key) not in self._where:
            return None
        sweep, n = self._where[chair, key]
        return Shown(_inside(sweep.drawn[n].cell), *sweep.group.range_of(n), sweep.drawn[n].text)

    def around(self, place: WavePlace) -> QRect:
        """Return what is painted anew with the whole wave: more than its area in a subclass that tells its gain."""
        return place.area.toAlignedRect()

    def paint_under(self, painter: QPainter, region: QRegion) -> None:
        """Paint what stands beside and below the waves, where `region` touches it. For subclasses.

        The corners' pixels come with every frame: what is costly to paint keeps away from them.
        """

    def paint_over(self, painter: QPainter, region: QRegion) -> None:
        """Paint what stands above them. For subclasses."""

    @property
    def corners(self) -> QRegion:
        """Return the two pixels that come with every frame."""
        last = self.rect().bottomRight()
        return QRegion(0, 0, 1, 1) + QRegion(last.x(), last.y(), 1, 1)

    # --- frames ---

    @Slot()
    def advance(self) -> None:
        """Move the cursors to now; called once a frame. Nothing is drawn while nobody can see it."""
        self._calls += 1
        if self._calls % self._every == 0 and self.isVisible() and not self.window().isMinimized():
            dirty = self.step()
            if not dirty.isEmpty():
                self.update(dirty)

    def step(self) -> QRegion:
        """Move the cursors to now and return what has to be painted again."""
        if self._laid_out != (self._store.version, *self._squares()):
            self.lay_out()
            return QRegion(self.rect())
        if self.is_frozen:
            return QRegion()
        now_ns = self._clock.now().mono_ns
        region = self._fit_one(now_ns)
        plain = region.isEmpty()
        for n, lane in enumerate(self._lanes):
            changes = [sweep.group.advance(now_ns - DELAY_NS) for sweep in lane.sweeps]
            for x0, x1 in _whole([span for change in changes for span in change.spans], self._grid, lane.width):
                self._asked.spans[n].add((x0 - PEN_PX, x1 - PEN_PX))
                region += lane.band(x0, x1)
            for sweep, change in zip(lane.sweeps, changes, strict=True):
                # all of it has come anew: what it was fitted to is not what stands there now
                for strip in change.whole:
                    self._fit(sweep, strip, now_ns)
                    region += sweep.drawn[strip].cell
                    plain = False
        if not region.isEmpty():
            region += self._corners
            self._asked.region += region
            self._asked.is_plain = self._asked.is_plain and plain
        return region

    def lay_out(self) -> None:
        """Give each wave that has come its strip, and draw all anew."""
        grid, corner = self._squares()
        self._laid_out = (self._store.version, grid, corner)
        self._grid = grid
        inner = QRectF(self.rect()).adjusted(0, 1, 0, -1)
        self._corners = self.corners
        together: dict[tuple[float, int], list[_Drawn]] = {}
        for place in self._places:
            drawn = self._draw(place, _cell(place.area.intersected(inner), grid, corner))
            if drawn is not None:
                together.setdefault((drawn.speed_mm_s, drawn.cell.width()), []).append(drawn)
        self._lanes = tuple(self._lane(lane) for drawn in together.values() for lane in _lanes(drawn))
        self._where = {
            (drawn.place.chair, drawn.place.key): (sweep, n)
            for lane in self._lanes
            for sweep in lane.sweeps
            for n, drawn in enumerate(sweep.drawn)
        }
        self._order = tuple(self._where.values())
        self._forget_asked()
        self.update()

    def _lane(self, drawn: list[_Drawn]) -> _Lane:
        groups: dict[tuple[float, str], list[_Drawn]] = {}
        for one in drawn:
            groups.setdefault((one.trace.rate_hz, ROLES[one.place.key[0]]), []).append(one)
        sweeps = tuple(self._sweep(tuple(same), role) for (_, role), same in groups.items())
        return _Lane(sweeps, drawn[0].cell.width(), _runs([one.cell for one in drawn]))

    def _forget_asked(self) -> None:
        self._asked = _Asked(spans=[set() for _ in self._lanes])

    def _draw(self, place: WavePlace, cell: QRect) -> _Drawn | None:
        newest, trace = self._store.newest(place.chair, place.key), self._store.trace(place.chair, place.key)
        if newest is None or trace is None or cell.width() < _LEAST_WIDTH or cell.height() < _LEAST_HEIGHT:
            return None
        metric = place.key[0]
        look = self._look.of(metric)
        height_mm = _inside(cell).height() / self._px_per_mm
        gain = gain_for(metric, newest.unit, newest.scale, height_mm, look.gain)
        return _Drawn(place, cell, trace, gain, look.speed_mm_s)

    def _sweep(self, drawn: tuple[_Drawn, ...], role: str) -> _Sweep:
        """Make a group of strips of one rate, speed, width and colour, and draw it up to now."""
        first = drawn[0]
        bank = self._store.bank(first.place.chair, first.place.key)
        px_per_s, width = first.speed_mm_s * self._px_per_mm, _inside(first.cell).width()
        cursor_ns = self._now_ns() - DELAY_NS
        strips = []
        for one in drawn:
            end = one.trace.index_at(cursor_ns) + 1
            low, high = one.gain.fit(one.trace.read(end - int(width / px_per_s * bank.rate_hz), end))
            one.text = _detail(one)
            area, column = _inside(one.cell), bank.place((one.place.chair, one.place.key))
            strips.append(Strip(column, area.left(), area.top(), area.height(), low, high))
        group = Group(bank, strips, width=width, px_per_s=px_per_s, fineness=self.devicePixelRatioF())
        group.advance(cursor_ns)
        return _Sweep(group, role, drawn)

    def _fit_one(self, now_ns: int) -> QRegion:
        """Fit one wave's gain to its newest window, so that no frame pays for all; return what looks different by it."""
        found = self._next_fit(now_ns)
        if found is None:
            return QRegion()
        return self._fit(*found, now_ns)

    def _fit(self, sweep: _Sweep, n: int, now_ns: int) -> QRegion:
        drawn = sweep.drawn[n]
        values = drawn.trace.read(*sweep.group.window)
        # one that begins shows its size bit by bit
        drawn.next_fit_ns = now_ns + (FIT_NS if is_whole(values) else FIT_NS // 4)
        low, high = drawn.gain.fit(values)
        text = _detail(drawn)
        # a wave that has outgrown its strip was cut off there: what stands is drawn anew, whole
        looks_different = text != drawn.text or sweep.group.is_outgrown_by(n, low, high)
        sweep.group.rescale(n, low, high, redraw=looks_different)
        drawn.text = text
        return QRegion(drawn.cell) + self.around(drawn.place) if looks_different else QRegion()

    def _next_fit(self, now_ns: int) -> tuple[_Sweep, int] | None:
        """Choose the wave to look at: one after the other."""
        if not self._order:
            return None
        self._turn += 1
        sweep, n = self._order[self._turn % len(self._order)]
        return (sweep, n) if now_ns >= sweep.drawn[n].next_fit_ns else None

    def _now_ns(self) -> int:
        return self._clock.now().mono_ns if self._frozen_ns is None else self._frozen_ns

    def _squares(self) -> tuple[int, QPoint]:
        """Return the size of the window's squares, and where the widget's corner lies in one."""
        ratio = self.devicePixelRatioF()
        grid = next((size for size in GRIDS_PX if (size * ratio).is_integer()), GRIDS_PX[-1])
        if grid == 1:
            return 1, _ORIGIN
        at = self.mapTo(self.window(), _ORIGIN)
        return grid, QPoint(at.x() % grid, at.y() % grid)

    # --- Qt ---

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up before the first paint: nothing has been drawn while it was hidden."""
        super().showEvent(event)
        self.step()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the strips out anew, before the next paint."""
        super().resizeEvent(event)
        self.lay_out()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill what is exposed and draw the lines that touch it."""
        region = event.region()
        painter = QPainter(self)
        painter.fillRect(region.boundingRect(), self._theme.colour("plot"))
        self.paint_under(painter, region)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for sweep, spans in self._to_paint(region):
            self._paint_lines(painter, sweep, spans)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self.paint_over(painter, region)
        painter.end()

    def _to_paint(self, region: QRegion) -> list[tuple[_Sweep, Iterable[Span]]]:
        """Return the sweeps that `region` touches, and where."""
        asked = self._asked
        self._forget_asked()
        if asked.is_plain and region == asked.region:
            return [
                (sweep, spans)
                for lane, spans in zip(self._lanes, asked.spans, strict=True)
                for sweep in lane.sweeps
                if spans
            ]
        exposed: list[QRect] = list(region)  # type: ignore[call-overload]
        edges = np.array([(one.left(), one.top(), one.right() + 1, one.bottom() + 1) for one in exposed], np.float64)
        return [(sweep, sweep.group.touched(edges)) for lane in self._lanes for sweep in lane.sweeps]

    def _paint_lines(self, painter: QPainter, sweep: _Sweep, spans: Iterable[Span]) -> None:
        blocks = sweep.group.blocks(*spans)
        if not blocks:
            return
        painter.setPen(self._pen(sweep.role))
        for row, count in blocks:
            first = cast(QLineF, shiboken6.wrapInstance(sweep.group.address_of(row), QLineF))
            painter.drawLines(first, count * len(sweep.drawn))

    def _pen(self, role: str) -> QPen:
        pen = self._pens.get(role)
        if pen is None:
            pen = self._pens[role] = QPen(self._theme.colour(role), theme.WAVE_PEN)
            pen.setCapStyle(_CAP)
        return pen


def _cell(area: QRectF, grid: int, corner: QPoint) -> QRect:
    """Return the whole squares of the window's grid inside `area`, of a widget whose corner lies at `corner` in it."""
    x0, y0 = _up(area.left() + corner.x(), grid), _up(area.top() + corner.y(), grid)
    x1, y1 = -_up(-area.right() - corner.x(), grid), -_up(-area.bottom() - corner.y(), grid)
    return QRect(x0 - corner.x(), y0 - corner.y(), x1 - x0, y1 - y0)


def _up(length: float, grid: int) -> int:
    return math.ceil(length / grid) * grid


def _inside(cell: QRect) -> QRectF:
    """Return where a wave's line may run, so that its pen stays in the cell."""
    return QRectF(cell).adjusted(PEN_PX, PEN_PX, -PEN_PX, -PEN_PX)


def _lefts(drawn: Iterable[_Drawn]) -> tuple[int, ...]:
    return tuple(sorted({one.cell.left() for one in drawn}))


def _lanes(drawn: list[_Drawn]) -> list[list[_Drawn]]:
    """Return waves of one speed and width in columns that stand clear of each other: each column alone where they do not."""
    lefts = _lefts(drawn)
    if all(after - left >= drawn[0].cell.width() for left, after in pairwise(lefts)):
        return [drawn]
    return [[one for one in drawn if one.cell.left() == left] for left in lefts]


def _runs(cells: Sequence[QRect]) -> tuple[QRect, ...]:
    """Return cells that lie below each other as one: between them is at most what is left over of the grid."""
    out: list[QRect] = []
    for cell in sorted(cells, key=lambda one: (one.left(), one.top())):
        if out and out[-1].left() == cell.left() and cell.top() - out[-1].bottom() <= 2 * GRIDS_PX[-1]:
            out[-1] = out[-1].united(cell)
        else:
            out.append(cell)
    return tuple(out)


def _whole(spans: Iterable[Span], grid: int, width: int) -> list[tuple[int, int]]:
    """Return `spans` [px from the strips' left edges] as whole squares of the grid of a cell; what touches, as one."""
    out: list[tuple[int, int]] = []
    for low, high in sorted(spans):
        x0 = max(0, math.floor((low + PEN_PX) / grid) * grid)
        x1 = min(width, _up(high + PEN_PX, grid))
        if x1 <= x0:
            continue
        if out and x0 <= out[-1][1]:
            out[-1] = out[-1][0], max(out[-1][1], x1)
        else:
            out.append((x0, x1))
    return out


def _detail(drawn: _Drawn) -> str:
    return " · ".join(part for part in (drawn.gain.text, f"{drawn.speed_mm_s:g} mm/s") if part)
