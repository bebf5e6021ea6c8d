"""pyqtgraph as its examples use it: a PlotWidget a strip, `setData` with each frame, all as shipped but for the smooth pen."""

import pyqtgraph as pg
from PySide6.QtWidgets import QWidget

from nursestation.ui.theme import WAVE_PEN
from tests.bench.rivals.scene import Packet, places
from tests.bench.rivals.sweep import Sweeps

DIFFERS = "has axes, finds its ranges anew with each frame, and its plots are smaller by the axes"


class Rival:
    """The window."""

    def __init__(self) -> None:
        pg.setConfigOptions(antialias=True)
        self.window = QWidget()
        self._sweeps = Sweeps()
        self._curves = []
        for place in places():
            plot = pg.PlotWidget(self.window)
            plot.setGeometry(place.left, place.top, place.width, place.height)
            self._curves.append(plot.plot(pen=pg.mkPen(place.kind.colour, width=WAVE_PEN)))
            if len(self._curves) == 1:
                self.painted = plot.viewport()

    def take(self, packets: list[Packet]) -> None:
        self._sweeps.take(packets)

    def advance(self, now_ns: int) -> None:
        self._sweeps.advance(now_ns)
        for strip, curve in enumerate(self._curves):
            curve.setData(*self._sweeps.of(strip))
