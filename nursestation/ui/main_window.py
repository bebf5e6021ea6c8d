"""The window: top bar, failure banner, rail, pages, message line. It routes; it decides nothing.

Rules of the file:
1. The top bar with the alarms, and the rail, stand on every page; no dialog is ever opened over them. The page of all chairs
   is the rail writ large: it takes its place.
2. A page is shown because a person asked for it or because the snapshot leaves no other: no staff yet, nobody signed in
   since the start, a visit that the page was about is gone.
3. When the engine is silent, the window says so over its full width and blanks the numbers.
"""

from collections.abc import Mapping
from datetime import tzinfo

from PySide6.QtCore import QEvent, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from devices.clock import Clock
from nursestation.config.display import ColourSettings, DisplaySettings
from nursestation.core.alarm_log import AlarmLog
from nursestation.core.commands import Acknowledge, ByPin, Command, EndAudioPause, KeepDraft, PauseAudio, SignOut
from nursestation.core.inputs import StaffSeen
from nursestation.core.records import Gap, Record, Refused, Wave
from nursestation.core.snapshot import AudioState, StationSnapshot
from nursestation.ui import theme
from nursestation.ui.alarms.bar import AlarmBar
from nursestation.ui.alarms.by_pin import ByPinRow
from nursestation.ui.alarms.first_pictures import FirstPictures
from nursestation.ui.alarms.flashing import Flashing
from nursestation.ui.alarms.list import AlarmList
from nursestation.ui.alarms.strip import StationStrip
from nursestation.ui.alarms.view import AlarmLine, alarm_lines, audio_look
from nursestation.ui.board.page import BoardPage
from nursestation.ui.bridge import Bridge
from nursestation.ui.chair.page import ChairPage
from nursestation.ui.chairs.rail import Rail
from nursestation.ui.controls import Badge, Button, Edge, ElidingLabel, Label, Panel
from nursestation.ui.display import Display, dressed, wave_look
from nursestation.ui.display_notes import notes
from nursestation.ui.due.page import DuePage
from nursestation.ui.due.strip import DueStrip
from nursestation.ui.due.view import due_lines
from nursestation.ui.late import when_made
from nursestation.ui.layouts import tab_stops
from nursestation.ui.locked import is_answered_by_pin, locked_text
from nursestation.ui.pacing import Pace
from nursestation.ui.page import Page
from nursestation.ui.plots.trend import Trend
from nursestation.ui.plots.trend_model import TrendModel
from nursestation.ui.plots.wave_field import WaveField, pixels_per_mm
from nursestation.ui.plots.wave_painter import WavePainter
from nursestation.ui.plots.wave_store import WaveStore
from nursestation.ui.presence import Presence
from nursestation.ui.roles import ButtonKind, Surface, Text, Tone
from nursestation.ui.scrolling import FocusInSight
from nursestation.ui.sheets.colours import ColoursSheet
from nursestation.ui.sheets.waves import WavesSheet
from nursestation.ui.sheets.waves_view import Waves
from nursestation.ui.signin.sign_in import SignInPage
from nursestation.ui.station_page import StationPage
from nursestation.ui.theme import Theme
from nursestation.ui.timetext import local_time
from nursestation.ui.withered import withered

CHAIR = "chair"
BOARD = "board"
FIRST_RUN = "first_run"
SIGN_IN = "sign_in"
STATION = "station"
NO_CHAIRS = "no_chairs"
SELF_TEST = "self_test"
ALARM_LOG = "alarm_log"
DUE = "due"
NURSES = "nurses"
OWN_PIN = "own_pin"
_OPEN_TO_ALL = (STATION, "about", "delays", DUE)
"""Pages that show nothing of a patient and ask for no name."""
_HOMES = (CHAIR, BOARD)
"""Pages that stand while nothing else was asked for; the last of them comes back after a sign-in."""
_ALL_CHAIRS_KEY, _LOCK_KEY = "F12", "F10"
MESSAGE_MS = 15_000
"""How long a refusal stays on the message line [ms]."""
_WARM_MS = 500
"""After the chair page has first come to the front, what its trend needs is imported [ms]: later than the page is painted.
Where all chairs on one page are the home, no trend is drawn until a chair is looked at, and the memory for it is spared."""
_TOP_HEIGHT = 68
_LINE_HEIGHT = 50
_N_CHAIR_KEYS = 8
_SMALLEST = (1280, 720)
_PRODUCT_FROM_PX = 1400
_NAME_PX = 170


class MainWindow(QMainWindow):
    """Everything a nurse sees.

    Args:
        bridge: The doorway to the engine.
        clock: The clock that stamped the records: moves the waves' cursor.
        theme_: Colours.
        trends: What the trends remember; fed here.
        pages: Pages by name ("first_run", "sign_in", "staff", "check_in", "discharge").
        sheets: Sheets by name; they take the trend's place.
        zone: The clinic's time zone, None for the machine's.
        display: What is set on the screen; the defaults where there is none.
        log: What the alarm log keeps; fed here.

    Signals:
        sheet_requested: Somebody asked for a page or sheet that the window was not given ("export").
        closing: The window is about to close.
    """

    sheet_requested = Signal(str)
    closing = Signal()

    def __init__(
        self,
        bridge: Bridge,
        clock: Clock,
        theme_: Theme,
        trends: TrendModel,
        *,
        pages: Mapping[str, Page],
        sheets: Mapping[str, Page],
        zone: tzinfo | None = None,
        display: Display | None = None,
        log: AlarmLog | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("main_window")
        self.setWindowTitle(self.tr("Nursestation"))
        self.setMinimumSize(*_SMALLEST)
        self._bridge, self._theme, self._trends, self._zone = bridge, theme_, trends, zone
        self._pages: dict[str, Page] = dict(pages)
        self._sheet_names = frozenset(sheets)
        self._log = log if log is not None else AlarmLog()
        self._waves_sheet: WavesSheet | None = None
        self._colours_sheet: ColoursSheet | None = None
        self._sign_in: SignInPage | None = None
        self._clock, self._display = clock, display or Display(parent=self)
        self._noted = self._display.settings  # as the record knows them
        self._flashing = Flashing(self)
        self._pictures = FirstPictures()
        self._wave_store = WaveStore()
        self._waves = WavePainter(theme_, clock, self._wave_store, pixels_per_mm(self.screen()), zone=zone)
        self._chair_page = ChairPage(
            self._waves, Trend(theme_, trends, zone=zone), theme_, self._flashing, zone=zone, sheets=sheets
        )
        self._pages[CHAIR] = self._chair_page
        self._board = BoardPage(
            theme_, clock, self._wave_store, pixels_per_mm(self.screen()), self._flashing, self._display, zone=zone
        )
        self._pages[BOARD] = self._board
        self._wanted = self._home = CHAIR
        self._chair = 0
        self._snapshot: StationSnapshot | None = None
        self._lines: tuple[AlarmLine, ...] = ()
        self._was_signed_in = False
        self._who = ""  # id of who is signed in
        self._before = CHAIR  # the page that the sign-in page gives way to
        self._was_shown = self._is_warm = False
        self._build()
        self._show_settings(self._display.settings)
        self._connect()
        for page in (*self._pages.values(), *sheets.values()):
            when_made(page, self._join)

    # --- what is on the window ---

    def _build(self) -> None:
        self._rail = Rail(self._theme, self._flashing, zone=self._zone)
        self._stack = QStackedWidget()
        self._stack.setObjectName("pages")
        for page in self._pages.values():
            page.set_theme(self._theme)
            self._stack.addWidget(page)
        self._stack.setCurrentWidget(self._pages[CHAIR])
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self._rail)
        body.addWidget(self._stack, 1)
        whole = QVBoxLayout()
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        self._top, self._line = self._build_top(), self._build_line()
        whole.addWidget(self._top)
        whole.addWidget(self._build_failure())
        self._strip = StationStrip()
        whole.addWidget(self._strip)
        self._by_pin = ByPinRow()
        whole.addWidget(self._by_pin)
        whole.addLayout(body, 1)
        whole.addWidget(self._chair_page.action_bar)
        whole.addWidget(self._line)
        self._ground = Panel("ground", Surface.WINDOW)
        self._ground.setLayout(whole)
        self.setCentralWidget(self._ground)
        self._alarm_list = AlarmList(self._theme, self._flashing, self._ground)
        self._alarm_list.stay_with(self._alarms)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self._in_sight = FocusInSight(application, self)
        self._presence = Presence(self._clock, self)
        self._message_timer = QTimer(self, interval=MESSAGE_MS, singleShot=True)

    def _build_top(self) -> QWidget:
        top = Panel("top_bar", Surface.BAR, edge=Edge.BOTTOM)
        theme.set_length(top, theme.Length.HEIGHT, _TOP_HEIGHT)
        self._simulated = Badge(self.tr("SIMULATED"), Tone.WARN, object_name="simulated_mark")
        self._simulated.setToolTip(self.tr("Values on this station come from simulated monitors, not from patients."))
        self._simulated.hide()
        self._alarms = AlarmBar(self._theme, self._flashing)
        self._operator = Button("", "operator")
        self._lock = Button(self.tr("Lock"), "lock", ButtonKind.QUIET, shortcut=_LOCK_KEY)
        self._lock.set_tip(self.tr("Lock the station: numbers and alarms stay in sight."))
        self._clock_label = Label("", Text.CLOCK, object_name="clock")
        row = QHBoxLayout(top)
        row.setContentsMargins(theme.MARGIN, 0, theme.MARGIN, 0)
        row.setSpacing(theme.MARGIN)
        self._product = Label(self.tr("Nursestation"), Text.TITLE, object_name="product")
        row.addWidget(self._product)
        row.addWidget(self._simulated)
        row.addWidget(self._alarms, 1)
        row.addWidget(self._operator)
        row.addWidget(self._lock)
        row.addWidget(self._clock_label)
        return top

    def _build_failure(self) -> QWidget:
        self._failure = Panel("engine_failure", Surface.FAILURE)
        text = self.tr(
            "***  Nursestation has stopped working: nothing below is live. "
            "Watch the bedside monitors, and start Nursestation again."
        )
        label = Label(text, Text.TITLE, Tone.ON_HIGH, object_name="engine_failure_text", wrap=True)
        row = QHBoxLayout(self._failure)
        row.setContentsMargins(theme.MARGIN, 10, theme.MARGIN, 10)
        row.addWidget(label)
        self._failure.setAccessibleName(text)
        self._failure.hide()
        return self._failure

    def _build_line(self) -> QWidget:
        line = Panel("message_line", Surface.BAR, edge=Edge.TOP)
        theme.set_length(line, theme.Length.HEIGHT, _LINE_HEIGHT)
        self._locked = Label("", Text.STRONG, object_name="locked_note")
        self._message = ElidingLabel("", Text.BODY, Tone.SOFT, object_name="message")
        self._due = DueStrip(self._theme)
        notice = Label(
            self.tr("Second display: the bedside monitor gives the alarms."),
            Text.CAPTION,
            Tone.SOFT,
            object_name="notice",
        )
        row = QHBoxLayout(line)
        row.setContentsMargins(theme.MARGIN, 0, theme.MARGIN, 0)
        row.addWidget(self._locked)
        row.addWidget(self._message, 1)
        row.addWidget(self._due, 1)
        row.addWidget(notice)
        self._message.hide()
        return line

    def _connect(self) -> None:
        self._bridge.snapshot_changed.connect(self.render)
        self._bridge.waves.connect(self._on_waves)
        self._bridge.samples.connect(self._on_samples)
        self._bridge.records.connect(self._on_records)
        self._bridge.refused.connect(self._on_refused)
        self._bridge.engine_dead.connect(self._on_engine_dead)
        self._bridge.framed.connect(self._waves.advance)
        self._bridge.framed.connect(self._board.canvas.advance)
        self._board.chair_chosen.connect(self.show_chair)
        self._display.changed.connect(self._on_display)
        self._alarms.command_requested.connect(self._on_answer)
        self._by_pin.command_requested.connect(self._bridge.send)
        self._presence.seen.connect(self._on_staff_seen)
        self._alarms.flag_acknowledged.connect(self._on_flag_acknowledged)
        self._alarms.list_requested.connect(self._toggle_list)
        self._alarms.painted.connect(self._on_alarms_painted)
        self._strip.command_requested.connect(self._on_command)
        self._alarm_list.chair_chosen.connect(self.show_chair)
        self._alarm_list.sheet_wanted.connect(self._on_alarm_sheet)
        self._alarm_list.log_wanted.connect(self._on_log)
        self._alarm_list.closed.connect(self._board.close_list)
        self._rail.chair_chosen.connect(self.show_chair)
        self._rail.all_wanted.connect(self._on_all_chairs)
        self._rail.station_wanted.connect(self._on_station)
        self._rail.test_wanted.connect(self._on_test)
        self._due.chair_chosen.connect(self.show_chair)
        self._due.all_wanted.connect(self._on_all_due)
        self._operator.clicked.connect(self._on_operator)
        self._lock.clicked.connect(self._on_lock)
        self._message_timer.timeout.connect(self._show_due)
        for page in self._pages.values():
            page.command_requested.connect(self._on_command)
            page.sheet_requested.connect(self.open)
            page.closed.connect(self._on_closed)
        for number in range(1, _N_CHAIR_KEYS + 1):
            key = QShortcut(QKeySequence(f"F{number}"), self)
            key.setObjectName(f"key_chair_{number}")
            key.activated.connect(self._on_chair_key)
        QShortcut(QKeySequence(_ALL_CHAIRS_KEY), self).activated.connect(self._on_all_chairs)

    def _join(self, page: Page) -> None:
        """Listen to a page or sheet that was built, and tell it what it has missed."""
        match page:
            case StationPage():
                page.look_chosen.connect(self._on_look)
                page.show_look(self._theme.name)
            case DuePage():
                page.chair_chosen.connect(self.show_chair)
            case SignInPage():
                self._sign_in = page
                page.let_back(self._was_signed_in)
            case WavesSheet():
                self._waves_sheet = page
                page.look_changed.connect(self._on_wave_look)
                page.show_settings(self._display.settings)
            case ColoursSheet():
                self._colours_sheet = page
                page.colours_changed.connect(self._on_colours)
                page.show_settings(self._display.settings)
            case _:
                pass

    # --- what comes from the engine ---

    @Slot(object)
    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Show `snapshot`."""
        self._forget_waves(snapshot)
        self._snapshot = snapshot
        if snapshot.chairs and self._chair not in [chair.number for chair in snapshot.chairs]:
            self._choose(snapshot.chairs[0].number)
        self._route(snapshot)
        if self._wanted in _HOMES:
            self._show_page(self._wanted)  # the first chair may have come, or the last one gone
        self._show_alarms(snapshot)
        self._strip.render(snapshot)
        self._keep_chairs_still(snapshot)
        if self._front is not self._board:
            self._show_rail(snapshot)
        self._show_top(snapshot)
        if not self._message_timer.isActive():
            self._show_due()
        self._front.render(snapshot)

    def _forget_waves(self, snapshot: StationSnapshot) -> None:
        """Drop the waves of chairs that are no longer, and of those whose monitors are others now."""
        monitors = {chair.number: {link.monitor for link in chair.links} for chair in snapshot.chairs}
        before = () if self._snapshot is None else self._snapshot.chairs
        for chair in before:
            if {link.monitor for link in chair.links} - monitors.get(chair.number, set()):
                self._wave_store.forget(chair.number)

    @Slot(str)
    def show_unanswered(self, text: str) -> None:
        """Say what sounds because nobody answered; "" for nothing."""
        self._strip.show_unanswered(text)
        if self._snapshot is not None:
            self._keep_chairs_still(self._snapshot)

    def _keep_chairs_still(self, snapshot: StationSnapshot) -> None:
        """Let no chair move when the strip comes by itself; AUDIO OFF is a person's doing, and stays for long."""
        comes_by_itself = not self._strip.isHidden() and snapshot.audio.state is not AudioState.OFF
        self._board.give_way(self._strip.sizeHint().height() if comes_by_itself else 0)
        if self._alarm_list.isVisible() and self._front is self._board:
            QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
            self._place_list()

    def _show_rail(self, snapshot: StationSnapshot) -> None:
        self._rail.render(snapshot)
        self._rail.select(self._chair)

    def _show_alarms(self, snapshot: StationSnapshot) -> None:
        self._lines = alarm_lines(snapshot)
        self._flashing.want("alarms", (line.priority for line in self._lines if line.asks))
        self._pictures.expect(self._lines)
        audio = audio_look(snapshot.audio, sounds=snapshot.sound is not None)
        by_pin = is_answered_by_pin(snapshot, Acknowledge)
        self._alarms.render(self._lines, audio, snapshot.operator, chair=self._chair, by_pin=by_pin)
        self._by_pin.render(snapshot)
        self._alarm_list.show_lines(self._lines)
        if self._alarm_list.isVisible():
            self._place_list()
        if self._pictures.is_waiting:
            self._alarms.repaint_soon()

    @Slot()
    def _on_alarms_painted(self) -> None:
        """Tell how long the first picture of a condition took; its tile and number are painted in the same turn."""
        if self._pictures.is_waiting:
            for seen in self._pictures.painted(self._clock.now().mono_ns):
                self._bridge.tell(seen)

    @property
    def _front(self) -> Page:
        page = self._stack.currentWidget()
        assert isinstance(page, Page)
        return page

    def _route(self, snapshot: StationSnapshot) -> None:
        operator = snapshot.operator
        signed_in = operator is not None
        is_new = operator is not None and operator.id != self._who
        self._who = operator.id if operator is not None else ""
        if not signed_in:
            self._before = self._home  # another person goes on where everybody may
        if self._wanted in _OPEN_TO_ALL:
            pass
        elif not snapshot.operators and FIRST_RUN in self._pages:
            self._show_page(FIRST_RUN)
        elif not signed_in and not self._was_signed_in and SIGN_IN in self._pages:
            self._show_page(SIGN_IN)
        elif is_new and self._wanted in (FIRST_RUN, SIGN_IN):
            if not self._was_signed_in and self._rail.is_short_of_room:
                self._home = self._before = BOARD
            self._show_page(self._before)
        elif not signed_in and self._wanted not in (*_HOMES, SIGN_IN):
            self._show_page(self._home)
        if is_new and operator is not None and operator.must_change_pin and OWN_PIN in self._pages:
            self._show_page(OWN_PIN)
        if signed_in and not self._was_signed_in:
            self._was_signed_in = True
            if self._sign_in is not None:
                self._sign_in.let_back(True)

    def _show_top(self, snapshot: StationSnapshot) -> None:
        self._simulated.setVisible(any(chair.simulated for chair in snapshot.chairs))
        operator = snapshot.operator
        self._operator.setVisible(bool(snapshot.operators))
        text = self.tr("Sign in")
        if operator is not None:
            text = self._operator.fontMetrics().elidedText(operator.name, Qt.TextElideMode.ElideRight, _NAME_PX)
        self._lock.setVisible(operator is not None)
        if self._operator.text() != text:
            self._operator.setText(text)
            self._operator.setAccessibleName(text if operator is None else operator.name)
            self._operator.setShortcut(_LOCK_KEY if operator is None else "")  # setText takes the shortcut away
            switch = self.tr("{name} is signed in. Let somebody else take over.")
            self._operator.set_tip(
                self.tr("Who is at the station?") if operator is None else switch.format(name=operator.name)
            )
        locked = locked_text(snapshot)
        if self._locked.text() != locked:
            self._locked.setText(locked)
        self._locked.setVisible(bool(locked))
        self._clock_label.setText(f"{local_time(snapshot.at.utc_ns, self._zone):%H:%M:%S}")

    @Slot(list)
    def _on_waves(self, waves: list[Wave | Gap]) -> None:
        self._wave_store.add(waves)

    @Slot(list)
    def _on_samples(self, samples: list[object]) -> None:
        for sample in samples:
            self._trends.add(sample)  # type: ignore[arg-type]

    @Slot(list)
    def _on_records(self, records: list[Record]) -> None:
        for record in records:
            self._log.take(record)

    @Slot(object)
    def _on_refused(self, refusal: Refused) -> None:
        if refusal.command == ByPin.__name__:
            self._by_pin.refused(refusal.reason)
            return
        self._tell(refusal.reason, Tone.WARN)
        self._front.refused(refusal.reason)

    @Slot(bool)
    def _on_engine_dead(self, is_dead: bool) -> None:
        self._failure.setVisible(is_dead)
        if is_dead and self._snapshot is not None:
            self.render(withered(self._snapshot))

    # --- what a person asks for ---

    @Slot(int)
    def show_chair(self, number: int) -> None:
        """Show a chair in depth."""
        self._alarm_list.hide()
        self._choose(number)
        if self._wanted != FIRST_RUN and (self._wanted != SIGN_IN or self._was_signed_in):
            self._show_page(CHAIR)
        self._rail.select(number)
        if self._snapshot is not None:
            self._front.render(self._snapshot)

    def _choose(self, number: int) -> None:
        self._chair = number
        for page in self._pages.values():
            page.show_chair(number)

    @Slot(str)
    def open(self, name: str) -> None:
        """Show a page or a sheet; a name that the window does not know goes to its owner."""
        if name == OWN_PIN:
            self._before = self._wanted
        if name in self._pages:
            self._bring(name)
        elif name in self._sheet_names:
            self._show_page(CHAIR)
            self._alarm_list.hide()
            if self._snapshot is not None:  # the page saw the last one when it was in front last
                self._chair_page.render(self._snapshot)
            self._chair_page.open_sheet(name)
        else:
            self.sheet_requested.emit(name)

    @property
    def wave_store(self) -> WaveStore:
        """Return the waves of all chairs, for other pictures of them."""
        return self._wave_store

    @property
    def flashing(self) -> Flashing:
        """Return what makes alarms flash together, for other windows that show them."""
        return self._flashing

    @property
    def chair(self) -> int:
        """Return the number of the chair that is shown in depth, 0 before the first snapshot."""
        return self._chair

    @property
    def page_name(self) -> str:
        """Return the name of the page in front."""
        return self._wanted

    def say(self, text: str) -> None:
        """Put a sentence on the message line."""
        self._tell(text, Tone.PLAIN)

    def _tell(self, text: str, tone: Tone) -> None:
        """Let a sentence take the place of what is due for a while."""
        self._message.setText(text)
        self._message.set_tone(tone)
        self._message.show()
        self._due.hide()
        self._message_timer.start()

    def _show_page(self, name: str) -> None:
        self._wanted = name
        if name in _HOMES:
            self._home = name
        has_chairs = self._snapshot is None or bool(self._snapshot.chairs)
        page = self._pages[NO_CHAIRS if name in _HOMES and not has_chairs and NO_CHAIRS in self._pages else name]
        if self._stack.currentWidget() is not page:
            self._alarm_list.hide()
            page.show_chair(self._chair)
            self._stack.setCurrentWidget(page)
            self._chair_page.action_bar.setVisible(page is self._chair_page)
            if page is not self._board and self._rail.isHidden() and self._snapshot is not None:
                self._show_rail(self._snapshot)
            self._rail.setVisible(page is not self._board)
            if page is self._chair_page and not self._is_warm:
                self._is_warm = True
                QTimer.singleShot(_WARM_MS, self._chair_page.warm_later)

    @Slot(object)
    def _on_command(self, command: object) -> None:
        if not isinstance(command, KeepDraft):  # which nobody asked for: what the line says stays
            self._message_timer.stop()
            self._show_due()
        self._bridge.send(command)  # type: ignore[arg-type]

    @Slot(object)
    def _on_answer(self, command: Command) -> None:
        """Hand on how an alarm is answered; ask for a PIN where who is signed in may not, or nobody is."""
        if (
            isinstance(command, Acknowledge | PauseAudio | EndAudioPause)
            and self._snapshot is not None
            and is_answered_by_pin(self._snapshot, type(command))
        ):
            self._by_pin.ask(command, self._lines, self._snapshot.operators)
        else:
            self._bridge.send(command)

    @Slot()
    def _on_staff_seen(self) -> None:
        self._bridge.tell(StaffSeen())

    @Slot()
    def _on_closed(self) -> None:
        if self._wanted in (SIGN_IN, OWN_PIN):
            self._bring(self._before)
            return
        self._bring(self._home if self._wanted in (*_OPEN_TO_ALL, NURSES) else CHAIR)

    def _bring(self, name: str) -> None:
        """Show a page as a person asked for it: rendered, and with the focus where work begins."""
        self._show_page(name)
        if self._snapshot is not None:
            self._front.render(self._snapshot)
        self._front.begin()

    @Slot(str)
    def _on_alarm_sheet(self, name: str) -> None:
        if self._snapshot is not None and self._snapshot.operator is not None:
            self.open(name)

    @Slot()
    def _on_log(self) -> None:
        self._on_alarm_sheet(ALARM_LOG)

    @Slot(int)
    def _on_flag_acknowledged(self, chair: int) -> None:
        """Bring the chair whose flag was seen: its page asks what was done. Work on another page is not interrupted."""
        if self._wanted == CHAIR:
            self.show_chair(chair)

    @Slot()
    def _on_test(self) -> None:
        self.open(SELF_TEST)

    @Slot()
    def _on_all_chairs(self) -> None:
        self.open(BOARD)

    @Slot()
    def _on_station(self) -> None:
        self.open(STATION)

    @Slot(str)
    def _on_look(self, name: str) -> None:
        self._display.change(theme=name)

    @Slot(object)
    def _on_display(self, settings: DisplaySettings) -> None:
        if self._snapshot is not None and self._snapshot.operator is not None:
            for note in notes(self._noted, settings):
                self._bridge.send(note)
        self._noted = settings
        wanted = dressed(settings, self._theme)
        if wanted != self._theme:
            self.set_theme(wanted)
        self._show_settings(settings)

    def _show_settings(self, settings: DisplaySettings) -> None:
        for field in self.findChildren(WaveField):
            field.set_look(wave_look(settings))
        if self._waves_sheet is not None:
            self._waves_sheet.show_settings(settings)
        if self._colours_sheet is not None:
            self._colours_sheet.show_settings(settings)

    @Slot(object)
    def _on_wave_look(self, waves: Waves) -> None:
        self._display.change(wave=waves)

    @Slot(object)
    def _on_colours(self, colours: ColourSettings) -> None:
        self._display.change(colours=colours)

    @Slot(object)
    def set_pace(self, pace: Pace) -> None:
        """Draw the waves of this window as often as `pace` says; all else comes with every frame."""
        for field in self.findChildren(WaveField):
            field.every_nth(pace.front)

    def set_theme(self, theme_: Theme) -> None:
        """Dress the window in other colours."""
        self._theme = theme_
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        theme.prepare(application, theme_)
        theme.dress(self, theme_)
        theme.rescale(self._ground)  # a new stylesheet takes back the fonts that were set
        for part in (self._alarms, self._alarm_list, self._rail, self._due):
            part.set_theme(theme_)
        for page in self._pages.values():
            page.set_theme(theme_)
        self._chair_page.rescale()

    @Slot()
    def _on_operator(self) -> None:
        """Let somebody sign in, or take over; the page that is in front comes back afterwards."""
        if self._wanted not in (FIRST_RUN, SIGN_IN, OWN_PIN):
            self._before = self._wanted
        self.open(SIGN_IN)

    @Slot()
    def _on_lock(self) -> None:
        self._bridge.send(SignOut())

    @Slot()
    def _on_chair_key(self) -> None:
        sender = self.sender()
        number = int(sender.objectName().rsplit("_", 1)[1])
        if self._snapshot is not None and any(chair.number == number for chair in self._snapshot.chairs):
            self.show_chair(number)

    @Slot()
    def _toggle_list(self) -> None:
        if self._alarm_list.isVisible() or not self._lines:
            self._alarm_list.hide()
            return
        if self._front is self._chair_page and self._chair_page.is_big:
            self._chair_page.show_big(False)  # the list covers waves and trend, and never a number that alarms
            QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        self._alarm_list.give_own_room(self._front is self._board)
        if self._front is self._board:
            self._board.open_list(self._alarm_list.wanted_height(self._stack.width()) + 2 * theme.GAP)
        self._place_list()
        self._alarm_list.show()
        self._alarm_list.raise_()
        self._alarm_list.setFocus()

    def _place_list(self) -> None:
        """Put the list where it covers no alarm, no control and no chair's tile.

        It lies over waves and trend, on the page of all chairs in room of its own, on other pages under the bar.
        """
        if self._front is self._board:
            room = self._area_of(self._stack)
            room.setHeight(self._board.list_height)
            self._alarm_list.setGeometry(room.adjusted(theme.GAP, theme.GAP, -theme.GAP, -2))
            return
        bar = self._area_of(self._alarms)
        area = QRect(bar)
        area.setLeft((self._rail.width() if self._rail.isVisible() else 0) + theme.GAP)
        area.moveTop(bar.bottom() + 4)
        area.setBottom(self._area_of(self._stack).bottom() - theme.GAP)
        if self._front is self._chair_page:
            area = self._area_of(self._waves)
            if not self._chair_page.sheet:
                area.setBottom(self._area_of(self._stack).bottom() - theme.GAP)
        area.setHeight(min(area.height(), self._alarm_list.wanted_height(area.width())))
        self._alarm_list.setGeometry(area)

    def _area_of(self, widget: QWidget) -> QRect:
        return QRect(widget.mapTo(self._ground, widget.rect().topLeft()), widget.size())

    @Slot()
    def _show_due(self) -> None:
        self._message.hide()
        self._message.clear()
        self._due.show_lines(due_lines(self._snapshot) if self._snapshot is not None else ())
        self._due.show()

    @Slot()
    def _on_all_due(self) -> None:
        self.open(DUE)

    # --- Qt ---

    def showEvent(self, event: QShowEvent) -> None:
        """Take the focus with the first show, so that no button has it by chance."""
        super().showEvent(event)
        self._presence.listen_to(self)
        if not self._was_shown:
            self._was_shown = True
            self.setFocus()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Let the tab key go as the eye does, whatever was made last: the top, the rail, the page, what stands below it."""
        stops, at = self._tab_stops(), QApplication.focusWidget()
        if at is None:
            return super().focusNextPrevChild(forward)
        if at in stops:  # which may be hidden or disabled just now: its neighbour follows it
            place = stops.index(at)
            ring = [*stops[place + 1 :], *stops[:place]]
        else:  # a page or sheet as a whole: begin with the first control in it
            place = next((n for n, one in enumerate(stops) if at.isAncestorOf(one)), 0)
            ring = [*stops[place:], *stops[:place]]
        usable = [one for one in ring if one.isVisible() and one.isEnabled()]
        if not usable:
            return super().focusNextPrevChild(forward)
        if forward:
            usable[0].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            usable[-1].setFocus(Qt.FocusReason.BacktabFocusReason)
        return True

    def _tab_stops(self) -> list[QWidget]:
        found = tab_stops(self._top)
        if self._alarm_list.isVisible():
            found += [self._alarm_list, *tab_stops(self._alarm_list)]
        found += [*tab_stops(self._strip), *tab_stops(self._by_pin), *tab_stops(self._rail), *self._front.stops()]
        return [*found, *tab_stops(self._chair_page.action_bar), *tab_stops(self._line)]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the letters to the window, keep the alarm list under its bar, and give the bar a narrow window's width."""
        super().resizeEvent(event)
        if theme.set_scale(theme.scale_for(self.width(), self.height())):
            theme.rescale(self._ground)
            self._chair_page.rescale()
            self._board.rescale()
        self._product.setVisible(self.width() >= _PRODUCT_FROM_PX)
        if self._alarm_list.isVisible():
            self._place_list()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell that the window closes, so that what stands behind it can be closed in order."""
        self._bridge.stop()
        self.closing.emit()
        super().closeEvent(event)
