"""The waves of a visit at one moment of it: the chair page's own painter, on a clock that stands where one looks.

Rules of the file:
1. The painter's clock never goes back. Each look lies later on it than the one before, whatever moment of the visit it shows, so
   that painter and rings are those of the live picture.
2. It stands where the sweeps have just reached the right edge: a picture that stands is read from left to right, and the moment
   that was asked for is at its end. Speeds are halves of each other, so what fits the slowest fits all.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import tzinfo

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from devices.clock import NS_PER_S, Moment
from nursestation.core.records import Gap, Wave
from nursestation.ui.controls import Label, Panel
from nursestation.ui.layouts import column
from nursestation.ui.plots.wave_field import DELAY_NS, pixels_per_mm
from nursestation.ui.plots.wave_look import WaveLook
from nursestation.ui.plots.wave_painter import WavePainter
from nursestation.ui.plots.wave_store import WaveStore
from nursestation.ui.roles import Surface, Text, Tone
from nursestation.ui.theme import Theme
from nursestation.ui.timetext import local_time

BEFORE_NS = 40 * NS_PER_S
"""How much before the cursor is read [ns]: as long as the slowest sweep shows."""
_APART_NS = 600 * NS_PER_S
_EDGE_NS = NS_PER_S // 50
"""So long before a sweep would begin anew on the left the clock stands [ns]: two pixels of the fastest."""


class StillClock:
    """Stands where it was put."""

    def __init__(self) -> None:
        self.moment = Moment(_APART_NS, 0)

    def now(self) -> Moment:
        """Return that moment."""
        return self.moment


class WavesAt(Panel):
    """Waves that stand, with the time up to which they go."""

    def __init__(self, theme_: Theme, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__("review_waves", Surface.PLOT, parent=parent)
        self._zone = zone
        self._clock, self._store = StillClock(), WaveStore()
        self._shown: tuple[int, Sequence[Wave | Gap], int, bool] | None = None
        self._painter = WavePainter(theme_, self._clock, self._store, pixels_per_mm(self.screen()), zone=zone)
        self._painter.setObjectName("review_waves_picture")
        self._painter.setAccessibleName(self.tr("Waves at the cursor"))
        self._title = Label("", Text.CAPTION, Tone.SOFT, object_name="review_waves_title")
        inside = column(margin=4, spacing=2)
        inside.addWidget(self._title)
        inside.addWidget(self._painter, 1)
        self.setLayout(inside)
        self.show_none(self.tr("Tap the plot: the waves of that moment are shown here."))

    def show_none(self, why: str) -> None:
        """Show a sentence in place of waves, and let go of them."""
        if self._shown is not None:
            self._store.forget(self._shown[0])
        self._shown = None
        self._title.setText("")
        self._painter.show_chair(0, (), why)

    def show_waves(self, chair: int, waves: Sequence[Wave | Gap], until_utc_ns: int, *, simulated: bool) -> None:
        """Show the waves up to a moment, UTC [ns]."""
        self._shown = (chair, waves, until_utc_ns, simulated)
        self._stand(self._clock.moment.mono_ns + _APART_NS)
        sweep_ns = self._painter.sweep_s * NS_PER_S
        if sweep_ns:
            n = math.ceil((self._clock.moment.mono_ns + _APART_NS) / sweep_ns)
            self._stand(round(n * sweep_ns) - _EDGE_NS)
        self._title.setText(
            self.tr("Waves up to {time}").format(time=f"{local_time(until_utc_ns, self._zone):%H:%M:%S}")
            if self._store.keys(chair)
            else ""
        )
        self._painter.step()
        self._painter.update()

    def _stand(self, at_ns: int) -> None:
        """Put what is shown before `at_ns` of the painter's clock [ns], and the clock there."""
        assert self._shown is not None
        chair, waves, until_utc_ns, simulated = self._shown
        self._store.forget(chair)
        moved = (replace(one, at=Moment(at_ns + one.at.utc_ns - until_utc_ns, one.at.utc_ns)) for one in waves)
        self._store.add(moved)
        self._clock.moment = Moment(at_ns + DELAY_NS, until_utc_ns)
        keys = self._store.keys(chair)
        self._painter.show_chair(chair, keys, self.tr("No waves were recorded at this moment."), simulated=simulated)
        self._painter.lay_out()

    def _show_again(self) -> None:
        if self._shown is not None:
            chair, waves, until_utc_ns, simulated = self._shown
            self.show_waves(chair, waves, until_utc_ns, simulated=simulated)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the sweeps reach the edge that is elsewhere now."""
        super().resizeEvent(event)
        layout = self.layout()
        if layout is not None:
            layout.activate()
        self._show_again()

    def set_look(self, look: WaveLook) -> None:
        """Draw waves as they are drawn at the chair."""
        self._painter.set_look(look)
        self._show_again()

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._painter.set_theme(theme_)
