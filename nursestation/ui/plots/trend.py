"""Where the session trend stands on the chair page: an empty place until pyqtgraph is there, then the plot.

pyqtgraph is imported by `warm`, after the window's first paint, or with the first visit that is shown. The plot is drawn
anew when something new is on it or the present has moved by a pixel, at most once a second; not at all while it is hidden.
Drawing it takes several frames' time, late in a long visit.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from devices.clock import NS_PER_S, Moment
from nursestation.core.snapshot import ChairSnapshot
from nursestation.ui import theme
from nursestation.ui.controls import Label, Panel
from nursestation.ui.plots.trend_model import TrendModel
from nursestation.ui.plots.trend_view import TrendView, trend_view
from nursestation.ui.roles import Surface, Text, Tone
from nursestation.ui.theme import Theme

if TYPE_CHECKING:
    from nursestation.ui.plots.trend_plot import TrendPlot

REDRAW_NS = NS_PER_S
"""Shortest time between two drawings [ns]."""
_NS_PER_MIN = 60 * NS_PER_S


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What was drawn: of which chair, what but for the present, and when."""

    chair: int
    still: TrendView
    at: Moment

    def is_due_after(self, before: "_Drawn", pixel_ns: int) -> bool:
        """Say whether drawing this after `before` would show anything else."""
        if (self.chair, self.still.session) != (before.chair, before.still.session):
            return True
        passed_ns = self.at.mono_ns - before.at.mono_ns
        is_news = self.still != before.still
        return passed_ns < 0 or passed_ns >= (REDRAW_NS if is_news else max(REDRAW_NS, pixel_ns))


def _still(view: TrendView) -> TrendView:
    """Return `view` without what moves with the present alone."""
    phases = tuple(replace(band, start=0.0, end=0.0) for band in view.phases)
    return replace(view, now=0.0, last=0.0, phases=phases)


class Trend(Panel):
    """The session trend of the chair that is shown."""

    def __init__(self, theme_: Theme, model: TrendModel, parent: QWidget | None = None) -> None:
        super().__init__("trend", Surface.PLOT, parent=parent)
        self.setAccessibleName(self.tr("Trend of this visit"))
        self._theme = theme_
        self._model = model
        self._plot: TrendPlot | None = None
        self._drawn: _Drawn | None = None
        self._waiting: tuple[ChairSnapshot, Moment] | None = None
        self._note = Label("", Text.BODY, Tone.SOFT, object_name="trend_note")
        self._note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(theme.GAP, 4, theme.GAP, 2)
        self._column.addWidget(self._note)

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours: the plot is made anew with the next visit that is shown."""
        self._theme = theme_
        if self._plot is None:
            return
        self._column.removeWidget(self._plot)
        self._plot.hide()
        self._plot.deleteLater()
        self._plot, self._drawn = None, None
        if self._waiting is not None:
            self.render(*self._waiting)

    @Slot()
    def warm(self) -> None:
        """Import pyqtgraph and make the plot."""
        if self._plot is not None:
            return
        # late, because it triples the time to the first paint
        from nursestation.ui.plots.trend_plot import TrendPlot

        self._plot = TrendPlot(self._theme, self)
        self._plot.hide()
        self._column.addWidget(self._plot)

    def render(self, chair: ChairSnapshot, at: Moment) -> None:  # type: ignore[override]
        """Show the visit of `chair` at `at`."""
        self._waiting = (chair, at)
        if not self.isVisible():
            return
        visit = chair.visit
        if visit is None:
            self._show_note(self.tr("Nobody is in this chair."))
            return
        view = trend_view(visit, at)
        drawn = _Drawn(chair.number, _still(view), at)
        if self._drawn is not None and not drawn.is_due_after(self._drawn, self._pixel_ns(view)):
            return
        self.warm()
        assert self._plot is not None
        self._note.hide()
        self._plot.show()
        self._plot.render(view, self._model.series(chair.number, visit.session))
        self._drawn = drawn

    @property
    def drawn_at(self) -> Moment | None:
        """Return the moment that the plot shows, None while it shows none."""
        return self._drawn.at if self._drawn is not None else None

    def _pixel_ns(self, view: TrendView) -> int:
        """Return the time that one pixel stands for [ns]."""
        return round((view.last - view.first) * _NS_PER_MIN / max(1, self.width()))

    def _show_note(self, text: str) -> None:
        if self._plot is not None:
            self._plot.hide()
        self._note.setText(text)
        self._note.show()
        self._drawn = None

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Have the words placed anew with the next snapshot: their places depend on the width."""
        super().resizeEvent(event)
        self._drawn = None

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what came while hidden."""
        super().showEvent(event)
        if self._waiting is not None:
            self.render(*self._waiting)
