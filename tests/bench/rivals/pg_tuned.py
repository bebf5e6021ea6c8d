"""pyqtgraph as one who knows it would: one view, a bare ViewBox a strip, fixed ranges, curves without checks."""

import pyqtgraph as pg
from PySide6.QtCore import QRectF

from nursestation.ui.theme import WAVE_PEN
from tests.bench.rivals.scene import GROUND, Packet, places
from tests.bench.rivals.sweep import Sweeps

DIFFERS = "nothing: same samples, sizes and pens"


class Rival:
    """The window."""

    def __init__(self) -> None:
        self.window = pg.GraphicsView(background=GROUND)
        self.window.setAntialiasing(True)
        self.painted = self.window.viewport()
        self._sweeps = Sweeps()
        self._curves = []
        for place in places():
            box = pg.ViewBox(enableMouse=False, enableMenu=False)
            box.disableAutoRange()
            self.window.addItem(box)
            box.setGeometry(QRectF(place.left, place.top, place.width, place.height))
            box.setRange(xRange=(0, place.width), yRange=(place.kind.low, place.kind.high), padding=0)
            curve = pg.PlotCurveItem(pen=pg.mkPen(place.kind.colour, width=WAVE_PEN), antialias=True, connect="finite")
            curve.setSegmentedLineMode("on")  # a smooth path as a whole costs a multiple
            box.addItem(curve, ignoreBounds=True)
            self._curves.append(curve)

    def take(self, packets: list[Packet]) -> None:
        self._sweeps.take(packets)

    def advance(self, now_ns: int) -> None:
        self._sweeps.advance(now_ns)
        for strip, curve in enumerate(self._curves):
            curve.setData(*self._sweeps.of(strip))
