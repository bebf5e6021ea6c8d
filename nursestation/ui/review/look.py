"""A visit looked at: the chair's own trend with cursor, the waves at the cursor, and beside them numbers, events and table."""

from datetime import tzinfo

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from devices.clock import NS_PER_S, Moment
from nursestation.core.model import Operator
from nursestation.core.records import Gap, Wave
from nursestation.core.snapshot import VisitView
from nursestation.core.summary_words import figures
from nursestation.runtime.review_job import OpenedVisit, ReadWaves
from nursestation.ui import theme
from nursestation.ui.choices import Choices
from nursestation.ui.controls import Button, Label
from nursestation.ui.layouts import column, row
from nursestation.ui.plots.cuff_rows import cuff_rows
from nursestation.ui.plots.cuff_table import CuffTable
from nursestation.ui.plots.pyramid import Pyramid
from nursestation.ui.plots.readout import readout_at, standing
from nursestation.ui.plots.readout_line import ReadoutLine
from nursestation.ui.plots.trend_model import TrendModel
from nursestation.ui.plots.trend_plot import TrendPlot
from nursestation.ui.plots.trend_view import TrendView, trend_view
from nursestation.ui.plots.wave_look import WaveLook
from nursestation.ui.review.happening_list import HappeningList
from nursestation.ui.review.happenings import happenings
from nursestation.ui.review.hold_form import HoldForm
from nursestation.ui.review.interval_rows import INTERVALS_MIN, IntervalRows, header_text
from nursestation.ui.review.summary_panel import SummaryPanel
from nursestation.ui.review.waves_at import BEFORE_NS, WavesAt
from nursestation.ui.roles import Text, Tone
from nursestation.ui.theme import Theme

_SIDE_PX = 400
_ASK_MS = 150
"""After the cursor came to stand the waves are read [ms]."""
_NUMBERS, _EVENTS, _TABLE = "numbers", "events", "table"


class Look(QWidget):
    """The plot and what stands beside it.

    Signals:
        waves_wanted: A `ReadWaves`; answered by `show_waves`.
        command_requested: A visit is to be held, or its hold released.
    """

    waves_wanted = Signal(object)
    command_requested = Signal(object)

    def __init__(self, theme_: Theme, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("review_look")
        self._theme, self._zone = theme_, zone
        self._opened: OpenedVisit | None = None
        self._model = TrendModel()
        self._visit: VisitView | None = None
        self._view: TrendView | None = None
        self._asked: ReadWaves | None = None
        self._until = 0.0
        self._later = QTimer(self, interval=_ASK_MS, singleShot=True)
        self._build()
        self._connect()

    def _build(self) -> None:
        self._readout = ReadoutLine(self._theme)
        self._readout.setObjectName("review_readout")
        self._from_baseline = _slim(self.tr("% base"), "review_from_baseline", is_checkable=True)
        self._whole = _slim(self.tr("Whole visit"), "review_whole")
        line = row(spacing=4)
        line.addWidget(self._readout, 1)
        line.addWidget(self._from_baseline)
        line.addWidget(self._whole)
        self._plot = TrendPlot(self._theme)
        self._plot.setObjectName("review_plot")
        self._waves = WavesAt(self._theme, self._zone)
        left = column(spacing=theme.GAP)
        left.addLayout(line)
        left.addWidget(self._plot, 3)
        left.addWidget(self._waves, 2)
        whole = row(spacing=theme.GAP)
        whole.addLayout(left, 1)
        whole.addWidget(self._build_side())
        self.setLayout(whole)

    def _build_side(self) -> QWidget:
        self._tabs = Choices(
            "review_side",
            self.tr("Beside the plot"),
            [(_NUMBERS, self.tr("Numbers")), (_EVENTS, self.tr("Events")), (_TABLE, self.tr("Table"))],
        )
        self._tabs.choose(_NUMBERS)
        self._summary = SummaryPanel()
        self._events = HappeningList(self._theme)
        self._table = CuffTable(self._theme)
        self._table.show_short(True)
        self._steps = Choices(
            "review_steps",
            self.tr("A row for"),
            [("0", self.tr("Cuff")), *((str(n), self.tr("{n} min").format(n=n)) for n in INTERVALS_MIN)],
        )
        self._steps.choose("0")
        self._what = Label(header_text(0), Text.CAPTION, Tone.SOFT, object_name="review_table_note", wrap=True)
        table = QWidget()
        inside = column(spacing=theme.GAP // 2)
        inside.addWidget(self._steps)
        inside.addWidget(self._what)
        inside.addWidget(self._table, 1)
        table.setLayout(inside)
        self._stack = QStackedWidget()
        self._hold = HoldForm()
        for part in (self._summary, self._events, table, self._hold):
            self._stack.addWidget(part)
        side = QWidget()
        theme.set_length(side, theme.Length.LEAST_WIDTH, _SIDE_PX)
        theme.set_length(side, theme.Length.MOST_WIDTH, _SIDE_PX)
        layout: QVBoxLayout = column(spacing=theme.GAP)
        layout.addWidget(self._tabs)
        layout.addWidget(self._stack, 1)
        side.setLayout(layout)
        return side

    def _connect(self) -> None:
        self._from_baseline.clicked.connect(self._on_from_baseline)
        self._whole.clicked.connect(self._plot.show_whole)
        self._plot.pointed.connect(self._on_pointed)
        self._plot.moved.connect(self._tell)
        self._tabs.chosen.connect(self._on_tab)
        self._steps.chosen.connect(self._on_steps)
        self._table.reading_chosen.connect(self._plot.point_at)
        self._events.minute_chosen.connect(self._plot.point_at)
        self._summary.moment_chosen.connect(self._on_moment)
        self._summary.hold_asked.connect(self._on_hold)
        self._hold.left.connect(self._on_hold_left)
        self._hold.command_requested.connect(self.command_requested)
        self._later.timeout.connect(self._ask)

    # --- what is shown ---

    def show_visit(self, opened: OpenedVisit | None) -> None:
        """Show a visit that was read; None lets go of it."""
        self._opened, self._asked = opened, None
        self._later.stop()
        self._waves.show_none(self.tr("Tap the plot: the waves of that moment are shown here."))
        if opened is None:
            self._model, self._visit, self._view = TrendModel(), None, None
            self._summary.show_figures(())
            self._events.show_rows(())
            self._table.show_rows(())
            self._show_hold("", "")
            return
        snapshot = opened.film.at(opened.film.last_ns)
        self._visit = snapshot.chair(opened.film.chair).visit
        assert self._visit is not None
        assert isinstance(opened.trend, TrendModel)
        self._model = opened.trend
        end = next((span.start for span in self._visit.spans if span.phase.is_over), snapshot.at)
        self._view = view = trend_view(self._visit, end, is_live=False)
        self._until = (end.utc_ns / NS_PER_S - view.zero_utc_s) / 60.0
        self._show_hold(opened.record.summary.id, opened.held_because)
        names = {one.id: one.name for one in opened.record.operators.values()}
        self._summary.show_figures(figures(opened.summary))
        self._events.show_rows(happenings(opened.events, opened.alarms, view.zero_utc_s, names, self._zone))
        self._plot.point_at(None)
        self._draw()
        self._show_rows()
        self._tell()

    def show_held(self, held: frozenset[str], operator: Operator | None) -> None:
        """Show which visits must be kept now, and what this person may do about it."""
        self._hold.show_state(held, operator)

    @property
    def is_held(self) -> bool:
        """Say whether the visit must be kept."""
        return self._hold.is_held

    def refused(self, reason: str) -> None:
        """Show why the visit was not held, or its hold not released."""
        self._hold.refused(reason)

    @property
    def cursor_ns(self) -> int | None:
        """Return where the cursor stands, on the visit's steady line [ns]; None for nowhere."""
        minute, view, opened = self._plot.cursor_minute, self._view, self._opened
        if minute is None or view is None or opened is None:
            return None
        utc_ns = round((view.zero_utc_s + 60.0 * minute) * NS_PER_S)
        return opened.film.last_ns - (opened.film.moment(opened.film.last_ns).utc_ns - utc_ns)

    def point_at(self, moment: Moment) -> None:
        """Put the cursor to a moment."""
        if self._view is not None:
            self._plot.point_at((moment.utc_ns / NS_PER_S - self._view.zero_utc_s) / 60.0)

    def show_waves(self, asked: ReadWaves, waves: tuple[Wave | Gap, ...], text: str) -> None:
        """Show the waves that were asked for last."""
        if self._opened is None or asked != self._asked:
            return
        if text:
            self._waves.show_none(text)
        else:
            chair = self._opened.film.chair
            self._waves.show_waves(chair, waves, asked.until_utc_ns, simulated=self._opened.summary.simulated)

    def set_look(self, look: WaveLook) -> None:
        """Draw waves as they are drawn at the chair."""
        self._waves.set_look(look)

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._theme = theme_
        for part in (self._readout, self._plot, self._waves, self._events, self._table):
            part.set_theme(theme_)

    def _show_hold(self, session: str, because: str) -> None:
        """Show another visit's hold the next time that somebody asks for it."""
        self._hold.show_visit(session, because)
        if self._stack.currentWidget() is self._hold:
            self._on_hold_left()

    def _series(self) -> dict[str, Pyramid]:
        return (
            {} if self._opened is None else self._model.series(self._opened.film.chair, self._opened.record.summary.id)
        )

    def _draw(self) -> None:
        if self._view is not None and self._opened is not None:
            self._plot.render(self._view, self._series())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw anew: places depend on the width."""
        super().resizeEvent(event)
        self._draw()

    @Slot()
    def _tell(self) -> None:
        if self._view is None or self._opened is None:
            return
        series = self._series()
        minute = self._plot.cursor_minute
        if minute is None:
            window = (self._plot.scale.first, self._plot.scale.last)
            self._readout.show_readout(standing(self._view, window, self._zone, follows=self._plot.look.follows))
        else:
            self._readout.show_readout(readout_at(self._view, series, minute, self._zone))
        self._from_baseline.setEnabled(self._view.baseline is not None)
        self._from_baseline.setChecked(self._plot.from_baseline)

    def _show_rows(self) -> None:
        if self._view is None or self._visit is None or self._opened is None:
            return
        series = self._series()
        minutes = int(self._steps.value() or 0)
        self._what.setText(self.tr(header_text(minutes)))
        if minutes:
            self._table.show_others(IntervalRows(self._visit, self._view, series, minutes, self._until, self._zone))
        else:
            self._table.show_others(cuff_rows(self._visit, self._view, series, self._zone))

    # --- what a person does ---

    @Slot(object)
    def _on_pointed(self, minute: float | None) -> None:
        if minute is None:
            self._table.choose_none()
            self._events.choose_none()
        else:
            self._later.start()
        self._tell()

    @Slot()
    def _ask(self) -> None:
        minute = self._plot.cursor_minute
        if minute is None or self._view is None or self._opened is None:
            return
        until_ns = round((self._view.zero_utc_s + 60.0 * minute) * NS_PER_S)
        wanted = ReadWaves(self._opened.record.summary.id, until_ns - BEFORE_NS, until_ns)
        if wanted != self._asked:
            self._asked = wanted
            self.waves_wanted.emit(wanted)

    @Slot()
    def _on_from_baseline(self) -> None:
        self._plot.show_from_baseline(self._from_baseline.isChecked())

    @Slot(str)
    def _on_tab(self, key: str) -> None:
        self._stack.setCurrentIndex((_NUMBERS, _EVENTS, _TABLE).index(key))

    @Slot(str)
    def _on_steps(self, _key: str) -> None:
        self._show_rows()

    @Slot()
    def _on_hold(self) -> None:
        self._stack.setCurrentWidget(self._hold)
        self._hold.begin()

    @Slot()
    def _on_hold_left(self) -> None:
        self._on_tab(self._tabs.value() or _NUMBERS)

    @Slot(object)
    def _on_moment(self, moment: Moment) -> None:
        self.point_at(moment)


def _slim(text: str, object_name: str, *, is_checkable: bool = False) -> Button:
    button = Button(text, object_name)
    button.setProperty("slim", "yes")
    button.setCheckable(is_checkable)
    theme.set_length(button, theme.Length.LEAST_WIDTH, theme.TOUCH)
    return button
