"""The trend panel of the chair page: the readout line, the buttons, the plot and the table at each cuff reading.

pyqtgraph is imported by `warm`, after the window's first paint, or with the first visit that is shown. The plot is drawn anew
when something new is on it or the present has moved by a pixel, at most once a second, and at once when a person moves it; not at
all while it is hidden.

Rules of the file:
1. The plot follows the present. What a person moved stays where it is, whatever comes: a new phase or an alarm moves nothing
   under a finger, for the big numbers and the alarm bar tell them.
2. `REST_NS` after the last touch the plot returns to the present by itself, and the cursor goes: nobody takes an old picture for
   the present one on coming back.
3. The table takes the plot's place, or stands beside it where there is room for both.
"""

from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from devices.clock import NS_PER_S, Moment
from nursestation.core.snapshot import ChairSnapshot, VisitView
from nursestation.ui import theme
from nursestation.ui.controls import Button, Label, Panel
from nursestation.ui.plots.cuff_rows import cuff_rows
from nursestation.ui.plots.cuff_table import CuffTable
from nursestation.ui.plots.readout import readout_at, standing
from nursestation.ui.plots.readout_line import ReadoutLine
from nursestation.ui.plots.trend_model import TrendModel
from nursestation.ui.plots.trend_view import TrendView, trend_view
from nursestation.ui.roles import ButtonKind, Surface, Text, Tone
from nursestation.ui.theme import Theme

if TYPE_CHECKING:
    from nursestation.ui.plots.trend_plot import TrendPlot

REDRAW_NS = NS_PER_S
"""Shortest time between two drawings [ns]."""
REST_NS = 60 * NS_PER_S
"""After the last touch the plot returns to the present [ns]."""
LAST_MIN = 30.0
"""What the button of the last half hour shows [min]."""
_NS_PER_MIN = 60 * NS_PER_S
_BESIDE_FROM_PX = 800
"""Width of the panel from which the table stands beside the plot [px at the designed size]."""


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
    alarms = tuple(replace(alarm, end=0.0) for alarm in view.alarms)
    return replace(view, now=0.0, last=0.0, phases=phases, alarms=alarms)


class Trend(Panel):
    """The session trend of the chair that is shown.

    Args:
        theme_: Colours.
        model: What the trends remember.
        zone: The clinic's time zone, None for the machine's.

    Signals:
        review_wanted: A person wants to look back at this visit: waves, numbers, events, replay.
    """

    review_wanted = Signal()

    def __init__(
        self, theme_: Theme, model: TrendModel, parent: QWidget | None = None, *, zone: tzinfo | None = None
    ) -> None:
        super().__init__("trend", Surface.PLOT, parent=parent)
        self.setAccessibleName(self.tr("Trend of this visit"))
        self._theme, self._model, self._zone = theme_, model, zone
        self._plot: TrendPlot | None = None
        self._drawn: _Drawn | None = None
        self._waiting: tuple[ChairSnapshot, Moment] | None = None
        self._shown: tuple[int, VisitView, TrendView] | None = None
        self._touched: Moment | None = None
        self._wants_table: bool | None = None  # None until a person chose: then by the room there is
        self._build()
        self._connect()

    def _build(self) -> None:
        self._note = Label("", Text.BODY, Tone.SOFT, object_name="trend_note")
        self._note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._readout = ReadoutLine(self._theme)
        self._from_baseline = _slim(self.tr("% base"), "trend_from_baseline", is_checkable=True)
        self._table_button = _slim(self.tr("Table"), "trend_table", is_checkable=True)
        self._whole = _slim(self.tr("Whole visit"), "trend_whole", is_checkable=True)
        self._last = _slim(self.tr("{n} min").format(n=f"{LAST_MIN:g}"), "trend_last", is_checkable=True)
        self._now = _slim(self.tr("Now"), "trend_now")
        self._review = _slim(self.tr("Review…"), "trend_review")
        self._review.setShortcut("Ctrl+Shift+R")
        self._review.set_tip(
            self.tr("Look back at this visit: waves, numbers, events, replay. The chair goes on. (Ctrl+Shift+R)")
        )
        policy = self._review.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # the others stay where they are
        self._review.setSizePolicy(policy)
        self._from_baseline.set_tip(
            self.tr("Show the pressure as its distance from the baseline: carets systolic, dots diastolic")
        )
        self._table_button.set_tip(self.tr("Show the values at each cuff reading"))
        self._whole.set_tip(self.tr("Show the whole visit and go with the present. Drag the plot to move it."))
        self._last.set_tip(self.tr("Show the last 30 minutes and go with the present"))
        self._now.set_tip(self.tr("Back to the present. Untouched for 60 seconds, the plot goes back by itself."))
        self._controls = QWidget()
        row = QHBoxLayout(self._controls)
        row.setContentsMargins(theme.GAP, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._readout, 1)
        for button in (self._from_baseline, self._table_button, self._whole, self._last, self._now, self._review):
            row.addWidget(button)
        self._table = CuffTable(self._theme)
        self._table.hide()
        self._middle = QHBoxLayout()
        self._middle.setSpacing(theme.GAP)
        self._middle.addWidget(self._table)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP, 4, theme.GAP, 2)
        column.setSpacing(2)
        column.addWidget(self._controls)
        column.addLayout(self._middle, 1)
        column.addWidget(self._note, 1)
        self._show_note("")

    def _connect(self) -> None:
        self._from_baseline.clicked.connect(self._on_from_baseline)
        self._table_button.clicked.connect(self._on_table)
        self._whole.clicked.connect(self._on_whole)
        self._last.clicked.connect(self._on_last)
        self._now.clicked.connect(self._on_now)
        self._review.clicked.connect(self.review_wanted)
        self._table.reading_chosen.connect(self._on_reading)

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._theme = theme_
        self._readout.set_theme(theme_)
        self._table.set_theme(theme_)
        if self._plot is not None:
            self._plot.set_theme(theme_)

    def let_review(self, *, wanted: bool) -> None:
        """Offer to look back at the visit, or not: nobody is signed in who may."""
        self._review.setVisible(wanted)

    @Slot()
    def warm(self) -> None:
        """Import pyqtgraph and make the plot."""
        if self._plot is not None:
            return
        # late, because it triples the time to the first paint
        from nursestation.ui.plots.trend_plot import TrendPlot

        self._plot = TrendPlot(self._theme, self)
        self._plot.hide()
        self._plot.touched.connect(self._on_touched)
        self._plot.moved.connect(self._on_moved)
        self._plot.pointed.connect(self._on_pointed)
        self._middle.insertWidget(0, self._plot, 1)

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
        self._rest(at)
        if self._drawn is not None and not drawn.is_due_after(self._drawn, self._pixel_ns(view)):
            return
        self.warm()
        assert self._plot is not None
        self._note.hide()
        self._shown = (chair.number, visit, view)
        self._arrange()
        self._plot.render(view, self._model.series(chair.number, visit.session))
        self._drawn = drawn
        self._tell()

    @property
    def drawn_at(self) -> Moment | None:
        """Return the moment that the plot shows, None while it shows none."""
        return self._drawn.at if self._drawn is not None else None

    def _pixel_ns(self, view: TrendView) -> int:
        """Return the time that one pixel stands for [ns]."""
        minutes = view.last - view.first
        if self._plot is not None and self._shown is not None:
            minutes = self._plot.scale.last - self._plot.scale.first
        return round(minutes * _NS_PER_MIN / max(1, self.width()))

    def _rest(self, at: Moment) -> None:
        """Return to the present where nobody has touched the plot for a while."""
        if self._touched is None or self._plot is None or self._plot.is_held:
            return
        if at.mono_ns - self._touched.mono_ns >= REST_NS or at.mono_ns < self._touched.mono_ns:
            self._touched = None
            self._table.choose_none()
            self._plot.rest()

    def _show_note(self, text: str) -> None:
        for part in (self._controls, self._table, self._plot):
            if part is not None:
                part.hide()
        self._note.setText(text)
        self._note.show()
        self._drawn = self._shown = None

    def _arrange(self) -> None:
        """Show the plot, the table, or both, as there is room and as a person chose."""
        assert self._plot is not None
        is_beside = self.width() >= theme.px(_BESIDE_FROM_PX)
        has_table = is_beside if self._wants_table is None else self._wants_table
        self._controls.show()
        self._table_button.setChecked(has_table)
        self._table.show_short(is_beside)
        if is_beside:
            self._table.setFixedWidth(self._table.width_of_short())
        else:
            self._table.setMinimumWidth(0)
            self._table.setMaximumWidth(self.maximumWidth())
        self._plot.setVisible(is_beside or not has_table)
        self._table.setVisible(has_table)

    def _tell(self) -> None:
        """Fill the readout line, the table and the marks of the buttons."""
        if self._shown is None or self._plot is None:
            return
        chair, visit, view = self._shown
        series = self._model.series(chair, visit.session)
        minute, look = self._plot.cursor_minute, self._plot.look
        if minute is None:
            window = (self._plot.scale.first, self._plot.scale.last)
            self._readout.show_readout(standing(view, window, self._zone, follows=look.follows))
        else:
            self._readout.show_readout(readout_at(view, series, minute, self._zone))
        if not self._table.isHidden():
            self._table.show_rows(cuff_rows(visit, view, series, self._zone))
        has_baseline = view.baseline is not None
        self._from_baseline.setEnabled(has_baseline)
        self._from_baseline.setChecked(self._plot.from_baseline)
        self._from_baseline.set_tip(
            self.tr("Show the pressure as its distance from the baseline: carets systolic, dots diastolic")
            if has_baseline
            else self.tr("Take the baseline first")
        )
        self._whole.setChecked(look.follows and look.span is None)
        self._last.setChecked(look.follows and look.span == LAST_MIN)
        self._now.setEnabled(not look.follows)
        self._now.set_kind(ButtonKind.PLAIN if look.follows else ButtonKind.PRIMARY)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Have everything placed anew with the next snapshot: places depend on the width."""
        super().resizeEvent(event)
        self._drawn = None

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what came while hidden."""
        super().showEvent(event)
        if self._waiting is not None:
            self.render(*self._waiting)

    @Slot()
    def _on_touched(self) -> None:
        self._touched = self._waiting[1] if self._waiting is not None else None

    @Slot()
    def _on_moved(self) -> None:
        self._tell()

    @Slot(object)
    def _on_pointed(self, minute: float | None) -> None:
        if minute is None:
            self._table.choose_none()
        self._tell()

    @Slot()
    def _on_from_baseline(self) -> None:
        if self._plot is not None:
            self._plot.show_from_baseline(self._from_baseline.isChecked())

    @Slot()
    def _on_table(self) -> None:
        self._wants_table = self._table_button.isChecked()
        if self._plot is not None:
            self._arrange()
            self._tell()

    @Slot()
    def _on_whole(self) -> None:
        if self._plot is not None:
            self._plot.show_whole()
        self._on_touched()

    @Slot()
    def _on_last(self) -> None:
        if self._plot is not None:
            self._plot.show_last(LAST_MIN)
        self._on_touched()

    @Slot()
    def _on_now(self) -> None:
        if self._plot is not None:
            self._plot.show_now()
        self._on_touched()

    @Slot(float)
    def _on_reading(self, minute: float) -> None:
        if self._plot is not None:
            self._plot.point_at(minute)
        self._on_touched()


def _slim(text: str, object_name: str, *, is_checkable: bool = False) -> Button:
    """Return a button that takes no more room than its words and a finger need."""
    button = Button(text, object_name)
    button.setProperty("slim", "yes")
    button.setCheckable(is_checkable)
    theme.set_length(button, theme.Length.LEAST_WIDTH, theme.TOUCH)
    return button
