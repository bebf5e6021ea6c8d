"""pglive as its examples use it: a LivePlotWidget a strip; each frame hands over what the sweep looks like."""

import pyqtgraph as pg
from pglive.sources.data_connector import DataConnector
from pglive.sources.live_plot import LiveLinePlot
from pglive.sources.live_plot_widget import LivePlotWidget
from PySide6.QtWidgets import QWidget

from nursestation.ui.theme import WAVE_PEN
from tests.bench.rivals.scene import Packet, places
from tests.bench.rivals.sweep import Sweeps

DIFFERS = "has axes, finds its ranges anew with each frame, and its plots are smaller by the axes; its own rate limit is not used"


class Rival:
    """The window."""

    def __init__(self) -> None:
        pg.setConfigOptions(antialias=True)
        self.window = QWidget()
        self._sweeps = Sweeps()
        self._connectors = []
        for place in places():
            line = LiveLinePlot(pen=pg.mkPen(place.kind.colour, width=WAVE_PEN))
            plot = LivePlotWidget(self.window)
            plot.addItem(line)
            plot.setGeometry(place.left, place.top, place.width, place.height)
            self._connectors.append(DataConnector(line))
            if len(self._connectors) == 1:
                self.painted = plot.viewport()

    def take(self, packets: list[Packet]) -> None:
        self._sweeps.take(packets)

    def advance(self, now_ns: int) -> None:
        self._sweeps.advance(now_ns)
        for strip, connector in enumerate(self._connectors):
            x, y = self._sweeps.of(strip)
            connector.cb_set_data(y, x)
