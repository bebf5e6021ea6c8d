"""matplotlib with its blitting: axes without decoration, animated lines, the background kept."""

from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
from matplotlib.figure import Figure

from nursestation.ui.theme import WAVE_PEN
from tests.bench.rivals.scene import GROUND, SIZE, Packet, places
from tests.bench.rivals.sweep import Sweeps

DIFFERS = "nothing in the picture; it joins samples that a pixel cannot tell apart, as it always does"
_DPI = 100
_POINTS_PER_INCH = 72


class Rival:
    """The window."""

    def __init__(self) -> None:
        figure = Figure(figsize=(SIZE[0] / _DPI, SIZE[1] / _DPI), dpi=_DPI, facecolor=GROUND)
        self.window = self.painted = self._canvas = FigureCanvasQTAgg(figure)
        self._figure = figure
        self._sweeps = Sweeps()
        self._lines = []
        for strip, place in enumerate(places()):
            bottom = SIZE[1] - place.top - place.height
            box = (place.left / SIZE[0], bottom / SIZE[1], place.width / SIZE[0], place.height / SIZE[1])
            axes = figure.add_axes(box, xlim=(0, place.width), ylim=(place.kind.low, place.kind.high))
            axes.axis("off")
            width = WAVE_PEN * _POINTS_PER_INCH / _DPI
            (line,) = axes.plot(
                *self._sweeps.of(strip), color=place.kind.colour, linewidth=width, animated=True, antialiased=True
            )
            self._lines.append(line)
        self._background = None

    def take(self, packets: list[Packet]) -> None:
        self._sweeps.take(packets)

    def advance(self, now_ns: int) -> None:
        self._sweeps.advance(now_ns)
        if self._background is None:
            self._canvas.draw()
            self._background = self._canvas.copy_from_bbox(self._figure.bbox)
        self._canvas.restore_region(self._background)
        for strip, line in enumerate(self._lines):
            line.set_ydata(self._sweeps.of(strip)[1])
            line.axes.draw_artist(line)
        self._canvas.blit(self._figure.bbox)
