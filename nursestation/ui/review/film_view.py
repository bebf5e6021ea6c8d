"""A visit played again, 1 to 60 times as fast, on the chair's own page, which asks for nothing and on which nothing flashes.

Rules of the file:
1. What is played is marked as a replay with its day and time on the bar below, and the page's head says REVIEW.
2. Waves run up to `WAVES_UP_TO` times real time; faster they could not be read, and the page says so.
3. The clock of the waves never goes back (`waves_at.py`): a jump begins a new stretch of it.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import tzinfo

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from devices.clock import NS_PER_S, Moment
from nursestation.core.model import Operator
from nursestation.core.records import Gap, Wave
from nursestation.core.snapshot import StationSnapshot
from nursestation.runtime.review_job import OpenedVisit, ReadWaves
from nursestation.ui import theme
from nursestation.ui.alarms.flashing import Flashing
from nursestation.ui.chair.page import ChairPage
from nursestation.ui.choices import Choices
from nursestation.ui.controls import Button, Label, Panel
from nursestation.ui.layouts import column, row, tab_stops
from nursestation.ui.plots.trend import Trend
from nursestation.ui.plots.trend_model import TrendModel
from nursestation.ui.plots.wave_field import DELAY_NS, pixels_per_mm
from nursestation.ui.plots.wave_look import WaveLook
from nursestation.ui.plots.wave_painter import WavePainter
from nursestation.ui.plots.wave_store import WaveStore
from nursestation.ui.review.film_trend import FilmTrend
from nursestation.ui.review.scrub import Scrub
from nursestation.ui.review.waves_at import BEFORE_NS, StillClock
from nursestation.ui.roles import ButtonKind, Surface, Text, Tone
from nursestation.ui.theme import Theme
from nursestation.ui.timetext import local_time

SPEEDS = (1, 4, 15, 60)
WAVES_UP_TO = 4
TICK_MS = 40
"""Between two steps of what is played [ms]; a computer that is late plays slower and leaves nothing out."""
_LOOK_EVERY = 6
"""The page is rendered with every so many steps: numbers change no faster than a person reads."""
_AHEAD_NS = 60 * NS_PER_S
_APART_NS = 600 * NS_PER_S
_SILENT_PARTS = ("course_bar", "alarm_controls", "wave_head")
"""Parts of the chair page that only ask for something."""


class FilmView(QWidget):
    """The page with a bar to play it.

    Signals:
        waves_wanted: A `ReadWaves`; answered by `show_waves`.
    """

    waves_wanted = Signal(object)

    def __init__(self, theme_: Theme, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("review_film")
        self._theme, self._zone = theme_, zone
        self._opened: OpenedVisit | None = None
        self._viewer: Operator | None = None
        self._t_ns = 0
        self._speed = 1
        self._n_ticks = 0
        self._clock, self._store, self._trend = StillClock(), WaveStore(), FilmTrend()
        self._shift_ns = 0  # from the visit's line to the waves' clock
        self._pending: deque[Wave | Gap] = deque()
        self._read_until_ns = 0
        self._asked: ReadWaves | None = None
        self._painter = WavePainter(theme_, self._clock, self._store, pixels_per_mm(self.screen()), zone=zone)
        self._painter.setObjectName("film_waves")
        self._page = ChairPage(
            self._painter, Trend(theme_, self._trend, zone=zone), theme_, Flashing(self), zone=zone, sheets={}
        )
        self._timer = QTimer(self, interval=TICK_MS)
        self._build()
        self._connect()

    def _build(self) -> None:
        self._page.setObjectName("film_page")
        self._page.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._page.action_bar.setParent(self)
        self._page.action_bar.hide()
        self._play = Button("", "film_play", ButtonKind.PRIMARY, shortcut="Ctrl+Space")
        theme.set_length(self._play, theme.Length.LEAST_WIDTH, 96)
        self._speeds = Choices(
            "film_speed", self.tr("How fast"), [(str(n), self.tr("{n}×").format(n=n)) for n in SPEEDS]
        )
        self._speeds.choose("1")
        self._slider = Scrub(self._theme, "film_place", self.tr("Where in the visit"))
        self._slider.setPageStep(60)
        self._time = Label("", Text.CLOCK, Tone.WARN, object_name="film_time")
        bar = Panel("film_bar", Surface.RAISED)
        line = row(margin=6, spacing=theme.GAP)
        line.addWidget(self._play)
        line.addWidget(self._speeds)
        line.addWidget(self._slider, 1)
        line.addWidget(self._time)
        bar.setLayout(line)
        whole = column(spacing=theme.GAP)
        whole.addWidget(self._page, 1)
        whole.addWidget(bar)
        self.setLayout(whole)
        self._show_play()

    def _connect(self) -> None:
        self._play.clicked.connect(self._on_play)
        self._speeds.chosen.connect(self._on_speed)
        self._slider.valueChanged.connect(self._on_place)
        self._timer.timeout.connect(self.tick)

    # --- what is shown ---

    def show_visit(self, opened: OpenedVisit | None, viewer: Operator | None = None) -> None:
        """Play a visit from its beginning; None lets go of it. `viewer` is who may see whose visit it is."""
        self._timer.stop()
        if self._opened is not None:
            self._store.forget(self._opened.film.chair)
        self._opened, self._viewer = opened, viewer
        self._show_play()
        if opened is None:
            self._trend.show(TrendModel())
            self._pending.clear()
            return
        assert isinstance(opened.trend, TrendModel)
        self._trend.show(opened.trend)
        film = opened.film
        self._slider.blockSignals(True)
        self._slider.setRange(0, (film.last_ns - film.first_ns) // NS_PER_S)
        self._slider.blockSignals(False)
        self._page.show_chair(film.chair)
        self.seek(film.first_ns)

    @property
    def at_ns(self) -> int:
        """Return which moment is shown, on the visit's steady line [ns]."""
        return self._t_ns

    @property
    def is_playing(self) -> bool:
        """Say whether it runs."""
        return self._timer.isActive()

    def seek(self, t_ns: int) -> None:
        """Show another moment, on the visit's steady line [ns]."""
        if self._opened is None:
            return
        film = self._opened.film
        self._t_ns = min(max(t_ns, film.first_ns), film.last_ns)
        self._begin_waves()
        self._look()

    def show_waves(self, asked: ReadWaves, waves: Sequence[Wave | Gap], text: str) -> None:
        """Take the waves that were asked for last; without them (`text`) the rest is played all the same."""
        if asked != self._asked or self._opened is None:
            return
        self._asked = None
        self._read_until_ns = asked.until_utc_ns
        if not text:
            self._pending.extend(one for one in waves if one.at.utc_ns >= asked.since_utc_ns)
        self._feed()
        self._look()

    def set_look(self, look: WaveLook) -> None:
        """Draw waves as they are drawn at the chair."""
        self._painter.set_look(look)

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._theme = theme_
        self._page.set_theme(theme_)
        self._slider.set_theme(theme_)

    def stops(self) -> list[QWidget]:
        """Return what the tab key goes to: the bar alone."""
        bar = self.findChild(QWidget, "film_bar")
        return [] if bar is None else tab_stops(bar)

    def event(self, event: QEvent) -> bool:
        """Hide anew what a page shows by itself when it is given another width."""
        if event.type() is QEvent.Type.LayoutRequest:
            self._silence()
        return super().event(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Stand still while nobody looks."""
        super().hideEvent(event)
        self._timer.stop()
        self._show_play()

    # --- playing ---

    @Slot()
    def tick(self) -> None:
        """Go on by a step; at the end it stands."""
        if self._opened is None:
            return
        film = self._opened.film
        self._t_ns = min(self._t_ns + self._speed * TICK_MS * 1_000_000, film.last_ns)
        self._n_ticks += 1
        self._clock.moment = self._wave_moment()
        if self._has_waves:
            self._ask_ahead()
            self._feed()
            self._painter.advance()
        if self._n_ticks % _LOOK_EVERY == 0 or self._t_ns == film.last_ns:
            self._look()
        if self._t_ns == film.last_ns:
            self._timer.stop()
            self._show_play()

    @property
    def _has_waves(self) -> bool:
        return self._speed <= WAVES_UP_TO

    def _look(self) -> None:
        assert self._opened is not None
        film = self._opened.film
        snapshot = film.at(self._t_ns)
        self._trend.until_s = snapshot.at.utc_ns / NS_PER_S
        keys = self._store.keys(film.chair) if self._has_waves else ()
        self._page.render(_with_waves(snapshot, film.chair, keys, self._viewer))
        if not keys:
            why = self.tr("No waves were recorded at this moment.")
            if not self._has_waves:
                why = self.tr("Waves are shown up to {n}×.").format(n=WAVES_UP_TO)
            self._painter.show_chair(film.chair, (), why)
        self._silence()
        at = local_time(snapshot.at.utc_ns, self._zone)
        self._time.setText(self.tr("REPLAY {time}").format(time=f"{at:%H:%M:%S}"))
        self._slider.blockSignals(True)
        self._slider.setValue((self._t_ns - film.first_ns) // NS_PER_S)
        self._slider.blockSignals(False)

    def _silence(self) -> None:
        """Take away what asks for something: nothing can be asked of what was."""
        for name in _SILENT_PARTS:
            part = self._page.findChild(QWidget, name)
            if part is not None:
                part.hide()
        for button in self._page.findChildren(QAbstractButton):
            button.hide()

    # --- waves ---

    def _wave_moment(self) -> Moment:
        return Moment(self._t_ns + self._shift_ns + DELAY_NS, self._t_ns)

    def _begin_waves(self) -> None:
        """Begin a new stretch of the waves' clock, with what came before this moment."""
        assert self._opened is not None
        film = self._opened.film
        self._shift_ns = self._clock.moment.mono_ns + _APART_NS - self._t_ns
        self._clock.moment = self._wave_moment()
        self._store.forget(film.chair)
        self._pending.clear()
        self._read_until_ns = self._utc_ns() - BEFORE_NS
        self._asked = None
        if self._has_waves:
            self._ask_ahead()

    def _utc_ns(self) -> int:
        assert self._opened is not None
        return self._opened.film.moment(self._t_ns).utc_ns

    def _ask_ahead(self) -> None:
        assert self._opened is not None
        now_ns = self._utc_ns()
        if self._asked is None and self._read_until_ns < now_ns + _AHEAD_NS // 2:
            since_ns = max(self._read_until_ns + 1, now_ns - BEFORE_NS)
            self._asked = ReadWaves(self._opened.record.summary.id, since_ns, now_ns + _AHEAD_NS)
            self.waves_wanted.emit(self._asked)

    def _feed(self) -> None:
        """Give the painter what has come by now."""
        assert self._opened is not None
        until_ns = self._utc_ns() + DELAY_NS
        step_ns = self._t_ns - self._utc_ns() + self._shift_ns
        come: list[Wave | Gap] = []
        while self._pending and self._pending[0].at.utc_ns <= until_ns:
            one = self._pending.popleft()
            come.append(replace(one, at=Moment(one.at.utc_ns + step_ns, one.at.utc_ns)))
        self._store.add(come)

    # --- what a person does ---

    @Slot()
    def _on_play(self) -> None:
        if self._opened is None:
            return
        if self._timer.isActive():
            self._timer.stop()
            self._look()
        else:
            if self._t_ns >= self._opened.film.last_ns:
                self.seek(self._opened.film.first_ns)
            self._timer.start()
        self._show_play()

    @Slot(str)
    def _on_speed(self, key: str) -> None:
        had_waves, self._speed = self._has_waves, int(key)
        if self._opened is not None:
            if self._has_waves and not had_waves:
                self._begin_waves()
            self._look()

    @Slot(int)
    def _on_place(self, second: int) -> None:
        if self._opened is not None:
            self.seek(self._opened.film.first_ns + second * NS_PER_S)

    def _show_play(self) -> None:
        text = self.tr("‖ Pause") if self._timer.isActive() else self.tr("▶ Play")
        if self._play.text() != text:
            self._play.setText(text)
            self._play.setAccessibleName(text[2:])


def _with_waves(
    snapshot: StationSnapshot, number: int, keys: Sequence[tuple[str, str, str]], viewer: Operator | None
) -> StationSnapshot:
    chairs = tuple(replace(one, waves=tuple(keys)) if one.number == number else one for one in snapshot.chairs)
    return replace(snapshot, chairs=chairs, operator=viewer)
