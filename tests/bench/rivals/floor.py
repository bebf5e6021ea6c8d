"""What any picture of Qt costs that moves this much: the columns that change are filled, and nothing is drawn on them."""

import math

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QWidget

from devices.clock import NS_PER_S
from tests.bench.rivals.scene import DELAY_NS, GAP_PX, GROUND, SIZE, Packet, places

DIFFERS = "there is no line"
_GRID_PX, _PEN_PX = 4, 3


class _Filled(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._ground = QColor(GROUND)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for one in event.region():
            painter.fillRect(one, self._ground)
        painter.end()


class Rival:
    """The window."""

    def __init__(self) -> None:
        self.window = self.painted = _Filled()
        self.window.resize(*SIZE)
        self._places = places()
        self._before_ns: int | None = None
        runs: dict[tuple[int, float], QRegion] = {}
        for place in self._places:
            key = (place.left, place.kind.px_per_s)
            cell = QRegion(place.left, place.top, place.width, place.height)
            runs[key] = runs.get(key, QRegion()) + cell
        self._runs = [(left, px_per_s, list(region)) for (left, px_per_s), region in runs.items()]
        self._width = self._places[0].width

    def take(self, packets: list[Packet]) -> None:
        """Nothing is kept."""

    def advance(self, now_ns: int) -> None:
        cursor_ns = now_ns - DELAY_NS
        before_ns, self._before_ns = self._before_ns or cursor_ns, cursor_ns
        region = QRegion()
        for left, px_per_s, cells in self._runs:
            for x0, x1 in self._bands(before_ns, cursor_ns, px_per_s):
                for cell in cells:
                    region += QRect(left + x0, cell.top(), x1 - x0, cell.height())
        self.window.update(region)

    def _bands(self, before_ns: int, cursor_ns: int, px_per_s: float) -> list[tuple[int, int]]:
        x0 = before_ns / NS_PER_S * px_per_s % self._width - _PEN_PX
        x1 = x0 + (cursor_ns - before_ns) / NS_PER_S * px_per_s + GAP_PX + 2 * _PEN_PX
        first = max(0, math.floor(x0 / _GRID_PX) * _GRID_PX)
        last = math.ceil(x1 / _GRID_PX) * _GRID_PX
        if last <= self._width:
            return [(first, last)]
        return [(first, self._width), (0, last - self._width)]
