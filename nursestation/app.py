"""The composition root of the window: builds the station and the window, wires them, closes them in reverse. No logic."""

import logging
import os
import signal
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from devices.checkup import examine
from devices.clock import Clock, SystemClock
from devices.transport import list_ports
from nursestation import __version__, mishaps
from nursestation.assembly import ANSWER_S, Bedside, RunningStation, monitor_id
from nursestation.commandline.doctor import Verdict, check_qt
from nursestation.config.display import DisplaySettings, load_display, write_display
from nursestation.config.load import SettingsError, load_settings
from nursestation.config.schema import ChairSettings, StationSettings
from nursestation.core.commands import AskExport, ViewAudit, ViewPast
from nursestation.core.inputs import ExportDone
from nursestation.core.records import Record
from nursestation.core.snapshot import StationSnapshot, VisitView
from nursestation.core.station import PinVerifier
from nursestation.errors import NurseStationError
from nursestation.export.formats import ExportOptions
from nursestation.log import to_file
from nursestation.paths import Profile, resource
from nursestation.pins import Argon2Pins
from nursestation.runtime.audit_job import AuditJob
from nursestation.runtime.awake import CANNOT_HOLD, Awake, AwakeGuard, Hold
from nursestation.runtime.export_job import ExportJob, ExportOrder
from nursestation.runtime.log_job import LogJob
from nursestation.runtime.patients_job import Found, HistoryRead, PatientLookups
from nursestation.runtime.protocol_desk import ProtocolDesk
from nursestation.runtime.record_keeper import RecordCare
from nursestation.runtime.review_job import ReviewDesk
from nursestation.runtime.sheet_job import SheetJob
from nursestation.runtime.workbench import BenchState, Wish, Workbench
from nursestation.store.keys import read_keys
from nursestation.store.sqlite import held, require_library
from nursestation.store.unlocking import is_locked, key_of_typed, key_unasked
from nursestation.trialports import TrialPorts, TrialSearches
from nursestation.ui import theme
from nursestation.ui.collector import Collector
from nursestation.ui.discharge.sheet_of import sheet_of
from nursestation.ui.display import Display, dressed
from nursestation.ui.opening import Opening, has_display
from nursestation.ui.printing import print_pdf
from nursestation.ui.review.prepared import trend_of
from nursestation.ui.review.room import ReviewRoom
from nursestation.ui.shell import Shell, make_application, make_shell
from nursestation.ui.soundroom import SoundRoom, room_of
from nursestation.ui.unlock import ask as ask_to_unlock

if TYPE_CHECKING:
    from devices.simulator.monitor import Simulation
    from nursestation.bedside import SimulatedBedside
    from nursestation.ui.checkin.page import CheckInPage
    from nursestation.ui.records.page import RecordsPage
    from nursestation.ui.sheets.export import ExportSheet

_log = logging.getLogger(__name__)

_FLUSH_S = 0.04  # an export waits so long for the newest readings to be on disk, and the window with it


class WindowError(NurseStationError):
    """The window cannot be opened on this computer as it is, or closed as it should; the message says what to do."""


def run_window(profile: Profile, scenarios: Sequence[str], seed: int, opening: Opening | None = None) -> int:
    """Open the window and return the exit status when it is closed; `opening` gives way to it.

    Raises:
        WindowError: there is no display, this Qt cannot be trusted with a shift, or the disk did not take everything
            to the end.
        NurseStationError, DeviceError: settings, scenario or record cannot be used.
    """
    _refuse_without_display()
    found = check_qt()
    if found.verdict is not Verdict.OK:
        raise WindowError(found.text)
    application = make_application(resource("fonts"))
    clock = SystemClock()
    with ExitStack() as open_parts:
        no_log = open_parts.enter_context(_logging(profile.log))
        open_parts.enter_context(_closed_by_signals(application))
        open_parts.enter_context(collecting_here())
        if is_locked(profile.record):
            key = key_unasked(profile.record, os.environ) or key_from_person(profile.record, application, opening)
            if key is None:
                return 0
            open_parts.enter_context(held(profile.record, key))
            del key
        station = open_parts.enter_context(
            OpenStation(
                profile,
                scenarios,
                seed,
                clock,
                Argon2Pins(),
                lambda settings: room_of(settings, clock),
                _sleep_held_off,
            )
        )
        station.show()
        if opening is not None:
            opening.give_way_to(station.shell.window)
        if no_log:
            _log.warning("%s", no_log)  # to standard error, where there is no file
            station.shell.window.say(no_log)
        status = application.exec()
    if station.station.unwritten:
        raise WindowError(station.station.unwritten)
    return status


def key_from_person(record: Path, application: QApplication, opening: Opening | None) -> bytes | None:
    """Return the key of a protected record, asked for in a window of its own; None where that was closed.

    Raises:
        StoreEnvironmentError: the key file is missing or damaged, or the library for protected records is.
    """
    require_library()
    read_keys(record)
    found: list[bytes] = []

    def attempt(typed: str) -> str:
        try:
            found.append(key_of_typed(record, typed))
        except NurseStationError as error:
            return str(error)
        return ""

    theme.prepare(application, theme.DARK_THEME)
    if opening is not None:
        opening.hide()
    if not ask_to_unlock(attempt):
        return None
    if opening is not None:
        opening.appear()
    return found.pop()


@contextmanager
def collecting_here() -> Iterator[None]:
    """Collect garbage in this thread alone, on a timer, while inside: another one must not take widgets apart (docs/adr/0019)."""
    collector = Collector()
    try:
        yield
    finally:
        collector.stop()


@contextmanager
def _logging(path: Path) -> Iterator[str]:
    """Log to the profile while inside; gives the sentence for the operator where that cannot be, for a visit matters more."""
    try:
        handler = to_file(path)
    except OSError as error:
        yield f"The log {path} cannot be written ({error.strerror}); recording goes on. Tell support."
        return
    try:
        yield ""
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()


def _sleep_held_off() -> AbstractContextManager[bool]:
    from nursestation.runtime.wakelock import sleep_held_off  # in the first visit: no start waits for it

    return sleep_held_off()


@contextmanager
def _closed_by_signals(application: QApplication) -> Iterator[None]:
    """Let Ctrl+C, the end of the terminal and a computer that shuts down close the window as a person does, in order."""

    def close(*_: object) -> None:
        QTimer.singleShot(0, application.quit)  # also before the event loop runs

    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, close) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class OpenStation(QObject):
    """A running station with its window.

    Args:
        profile: Where settings and record are.
        scenarios: Simulated patients to seat.
        seed: Of the simulation.
        clock: Stamps the records.
        pins: Checks PINs.
        sound: Makes what plays the alarms as the settings want it; None where nothing is to be heard (tests, measurements).
        hold: Keeps this computer awake; None where it may sleep (tests, measurements).

    Attributes:
        shell: The window and its bridge.
        station: The parts behind it.
    """

    def __init__(
        self,
        profile: Profile,
        scenarios: Sequence[str],
        seed: int,
        clock: Clock,
        pins: PinVerifier,
        sound: Callable[[StationSettings], SoundRoom] | None = None,
        hold: Hold | None = None,
    ) -> None:
        super().__init__()
        settings = load_settings(profile.settings)
        self._sound = sound(settings) if sound is not None else None
        taken = [chair.number for chair in settings.chair]
        self._profile, self._settings = profile, settings
        self._simulation: Simulation | None = None
        self._job: ExportJob | None = None
        self._job_sheet: ExportSheet | None = None  # who asked for it
        self._log_job: LogJob | None = None
        self._sheet_job: SheetJob | None = None
        self._audit_job: AuditJob | None = None
        self._audit_wanted: ViewAudit | None = None
        self._told_care: RecordCare | None = None
        self._told_awake = Awake.FREE
        self._has_said_sleep = False
        self._lookups = PatientLookups(profile.record, self._ask_station)
        self._reviews = ReviewDesk(profile.record, self._ask_station, trend_of)
        self._viewer = ""
        self._hooks = ExitStack()
        with ExitStack() as undo:
            self._scratch = tempfile.TemporaryDirectory(prefix="nursestation-")
            undo.callback(self._scratch.cleanup)
            bedside = None
            if scenarios:
                simulated, self._simulation = _simulate(scenarios, seed, clock, Path(self._scratch.name), taken)
                undo.callback(self._simulation.stop)
                bedside = Bedside(chairs=simulated.settings, heed=simulated.heed)
            self.station = RunningStation(profile, settings, clock, pins, bedside)
            undo.callback(self.station.stop)
            self._workbench = Workbench(
                settings.chair,
                profile.settings,
                clock,
                TrialPorts(self.station, clock),
                lister=list_ports,
                searches=TrialSearches(profile.folder, clock),
                examine=examine,
            )
            self._protocols = ProtocolDesk(resource("protocols"), profile.protocols, self.station)
            self._awake = AwakeGuard(lambda: self.station.outbox.latest, hold, clock) if hold is not None else None
            self._told: BenchState | None = None
            simulated_chairs = bedside.chairs if bedside is not None else ()
            self.shell = self._make_shell(settings, (*settings.chair, *simulated_chairs), clock)
            undo.pop_all()
        self.shell.display.changed.connect(self._keep_display)
        self.shell.export_sheet.when_made(self._join_export)
        self.shell.visits.when_made(lambda page: self._join_export(page.export_sheet))
        self.shell.alarm_log.when_made(lambda page: page.past_wanted.connect(self._on_past_wanted))
        self.shell.check_in.when_made(self._join_check_in)
        self.shell.audit.when_made(lambda page: page.day_wanted.connect(self._on_audit_wanted))
        self.shell.discharge.when_made(lambda page: page.print_wanted.connect(self._on_print))
        self.shell.records.when_made(self._join_records)
        self.shell.monitors.when_made(lambda page: page.wished.connect(self._on_wish))
        self.shell.protocols.when_made(lambda page: page.wished.connect(self._protocols.ask))
        room = ReviewRoom(
            self.shell.window,
            self.shell.visits,
            self.shell.review,
            self._reviews,
            lambda: self.station.writer.flush(_FLUSH_S),
        )
        for collect in (
            room.collect,
            self._collect_export,
            self._collect_log,
            self._collect_audit,
            self._collect_patients,
            self._collect_sheet,
            self._collect_protocols,
            self._tell_delays,
            self._tell_care,
            self._tell_awake,
        ):
            self.shell.bridge.framed.connect(collect)
        if self._sound is not None:
            self._sound.join(self.shell)
        self.shell.bridge.framed.connect(self._tell_monitors)
        self.shell.bridge.snapshot_changed.connect(self._on_snapshot)

    def __enter__(self) -> "OpenStation":
        self._hooks.enter_context(mishaps.told(self.shell.window.say))
        if self._simulation is not None:
            self._simulation.start()
        self.station.start()
        self._workbench.start()
        self.shell.bridge.start()
        if self._sound is not None:
            self._sound.start()
        if self._awake is not None:
            self._awake.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def show(self) -> None:
        """Show the window, as large as the screen."""
        self.shell.window.showMaximized()
        self.shell.wall.start()
        if self._display_trouble:
            _log.warning("%s", self._display_trouble)
            self.shell.window.say(self._display_trouble)

    def close(self) -> None:
        """Close ports, engine, store and window, in that order. Idempotent."""
        self._hooks.close()
        if self._awake is not None:
            self._awake.stop()
        if self._sound is not None:
            self._sound.stop()
        self.shell.bridge.stop()
        if self._job is not None:
            self._job.finish()
        for job in (self._log_job, self._sheet_job, self._audit_job, self._lookups, self._reviews):
            if job is not None:
                job.join()
        self._protocols.stop()
        self._workbench.stop()
        self.station.stop()
        if self._simulation is not None:
            self._simulation.stop()
        self.shell.window.close()
        self._scratch.cleanup()

    def _make_shell(self, settings: StationSettings, chairs: Sequence[ChairSettings], clock: Clock) -> Shell:
        display, self._display_trouble = load_display(self._profile.display)
        look = dressed(display, theme.DARK_THEME if settings.theme == "dark" else theme.LIGHT_THEME)
        application = QCoreApplication.instance()
        assert isinstance(application, QApplication)
        theme.prepare(application, look)
        prefer = {
            (chair.number, metric): monitor_id(chair.number, driver)
            for chair in chairs
            for metric, driver in chair.prefer.items()
        }
        shell = make_shell(
            self.station.outbox,
            self.station.inbox.post,
            clock=clock,
            wall=SystemClock(),
            theme=look,
            exports=self._profile.exports,
            prefer=prefer,
            frame_ms=settings.frame_ms,
            display=Display(display),
            clinic=settings.clinic,
        )
        theme.dress(shell.window, look)
        theme.rescale(shell.window)
        return shell

    def _join_export(self, sheet: "ExportSheet") -> None:
        sheet.export_requested.connect(partial(self._on_export, sheet))
        sheet.cancel_requested.connect(self._stop_export)

    def _join_check_in(self, page: "CheckInPage") -> None:
        page.patients_wanted.connect(self._lookups.find)
        page.history_wanted.connect(self._lookups.history)

    @Slot(object)
    def _keep_display(self, settings: DisplaySettings) -> None:
        try:
            write_display(self._profile.display, settings)
        except SettingsError as error:
            self.shell.window.say(f"{error}.")

    def _on_export(self, sheet: "ExportSheet", order: ExportOrder) -> None:
        if self._job is not None:
            sheet.refused(self.tr("A file is being written already; try again in a moment."))
            return
        self.station.writer.flush(_FLUSH_S)
        options = ExportOptions(
            fonts=resource("fonts"), version=__version__, paper=self._settings.paper, clinic=self._settings.clinic
        )
        self._job_sheet = sheet
        self._job = ExportJob(self._profile.record, order, options, self._profile.deidentify_key, self._ask_station)

    def _ask_station(self, item: AskExport | ExportDone | ViewAudit | ViewPast) -> Sequence[Record]:
        return self.station.engine.ask(item, ANSWER_S)

    @Slot()
    def _stop_export(self) -> None:
        if self._job is not None:
            self._job.cancel()

    @Slot(object)
    def _on_past_wanted(self, since_utc_ns: int) -> None:
        if self._log_job is None:  # else the page asks again when that one has answered
            self.station.writer.flush(_FLUSH_S)
            self._log_job = LogJob(self._profile.record, since_utc_ns)

    @Slot()
    def _collect_log(self) -> None:
        answer = None if self._log_job is None else self._log_job.poll()
        if self._log_job is None or answer is None:
            return
        self._log_job.join()
        self._log_job = None
        if answer.text:
            self.shell.alarm_log.page.past_failed(answer.text)
        else:
            self.shell.alarm_log.page.show_past(answer.rows, answer.since_utc_ns)

    @Slot(object)
    def _on_audit_wanted(self, wish: ViewAudit) -> None:
        self._audit_wanted = wish  # the newest alone: nobody waits for the one before

    @Slot()
    def _collect_audit(self) -> None:
        answer = None if self._audit_job is None else self._audit_job.poll()
        if self._audit_job is not None and answer is not None:
            self._audit_job.join()
            self._audit_job = None
            if answer.text:
                self.shell.audit.page.failed(answer.wish, answer.text)
            else:
                self.shell.audit.page.show_rows(answer.wish, answer.rows)
        if self._audit_job is None and self._audit_wanted is not None:
            self.station.writer.flush(_FLUSH_S)
            self._audit_job = AuditJob(self._profile.record, self._audit_wanted, self._ask_station)
            self._audit_wanted = None

    @Slot(object)
    def _on_snapshot(self, snapshot: StationSnapshot) -> None:
        """Let nobody see the earlier visits that another person asked for."""
        viewer = snapshot.operator.id if snapshot.operator is not None else ""
        if viewer == self._viewer:
            return
        self._viewer = viewer
        self._lookups.forget()
        if self.shell.check_in.is_made:
            self.shell.check_in.page.forget_history()

    @Slot()
    def _collect_patients(self) -> None:
        match self._lookups.collect():
            case Found(sought=sought, patients=patients, text=text):
                self.shell.check_in.page.show_patients(sought, patients, text)
            case HistoryRead(record_number=record_number, history=history, text=text):
                self.shell.check_in.page.show_history(record_number, history, text)

    @Slot(int, object, str)
    def _on_print(self, chair: int, visit: VisitView, language: str) -> None:
        if self._sheet_job is not None:
            self.shell.discharge.page.not_printed(self.tr("A sheet is being printed already; try again in a moment."))
            return
        sheet = sheet_of(visit, language, self._settings)
        options = ExportOptions(fonts=resource("fonts"), version=__version__, paper=self._settings.paper)
        self._sheet_job = SheetJob(chair, sheet, self._profile.exports, options, print_pdf)

    @Slot()
    def _collect_sheet(self) -> None:
        job, answer = self._sheet_job, None if self._sheet_job is None else self._sheet_job.poll()
        if job is None or answer is None:
            return
        job.join()
        self._sheet_job = None
        if answer.path is None:
            self.shell.discharge.page.not_printed(answer.text)
            return
        self.shell.discharge.page.printed(job.chair, job.sheet.language, answer.sha256, answer.path, answer.printer)

    @Slot()
    def _tell_delays(self) -> None:
        delays = self.shell.delays
        if delays.is_made and delays.page.is_due():
            delays.page.show_figures(self.station.delays.figures())

    def _join_records(self, page: "RecordsPage") -> None:
        page.backup_wanted.connect(self.station.keeper.back_up)
        page.list_wanted.connect(self.station.keeper.list_kept)
        page.show_care(self.station.keeper.state)

    @Slot()
    def _tell_care(self) -> None:
        care = self.station.keeper.state
        if care is self._told_care:
            return
        self._told_care = care
        for late in (self.shell.records, self.shell.station_page):
            if late.is_made:
                late.page.show_care(care)

    @Slot()
    def _tell_awake(self) -> None:
        state = self._awake.state if self._awake is not None else Awake.FREE
        if state is self._told_awake:
            return
        self._told_awake = state
        self.shell.station_page.page.show_awake(state)
        if state is Awake.REFUSED and not self._has_said_sleep:  # once; from then on the station's page says it
            self._has_said_sleep = True
            self.shell.window.say(CANNOT_HOLD)

    @Slot(object)
    def _on_wish(self, wish: Wish) -> None:
        self._workbench.ask(wish)

    @Slot()
    def _collect_protocols(self) -> None:
        answer = self._protocols.poll()
        if answer is not None:
            self.shell.protocols.page.show_answer(answer)

    @Slot()
    def _tell_monitors(self) -> None:
        state = self._workbench.state
        if state is not self._told and self.shell.monitors.isVisible():
            self._told = state
            self.shell.monitors.page.show_bench(state)

    @Slot()
    def _collect_export(self) -> None:
        job, sheet = self._job, self._job_sheet
        if job is None or sheet is None:
            return
        answer = job.poll()
        if answer is None:
            sheet.show_progress(job.done)
            return
        job.join()
        self._job = self._job_sheet = None
        if answer.path is not None:
            sheet.exported(answer.path, answer.n_files, answer.text)
        else:
            sheet.refused(answer.text)


def _simulate(
    scenarios: Sequence[str], seed: int, clock: Clock, folder: Path, taken: Iterable[int]
) -> "tuple[SimulatedBedside, Simulation]":
    """Seat simulated patients; `taken` are the numbers of other chairs."""
    # late: a station with real monitors needs nothing of it
    from devices.simulator.monitor import Simulation
    from nursestation.bedside import SimulatedBedside

    bedside = SimulatedBedside(scenarios, seed, clock.now(), folder, taken)
    return bedside, Simulation(bedside.chairs.values(), clock)


def _refuse_without_display() -> None:
    """Qt aborts the program where it finds no display; a sentence is kinder."""
    if not has_display():
        raise WindowError(
            "There is no display here, so no window can be opened. On a computer without a screen, "
            "`nursestation rehearse bp-spike --out out` plays a whole visit."
        )
