"""The composition root of the window: builds the station and the window, wires them, closes them in reverse. No logic."""

import logging
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Slot
from PySide6.QtWidgets import QApplication

from devices.clock import Clock, SystemClock
from devices.simulator.monitor import Simulation
from nursestation import __version__
from nursestation.assembly import Bedside, RunningStation, monitor_id
from nursestation.bedside import SimulatedBedside
from nursestation.config.load import load_settings
from nursestation.config.schema import ChairSettings, StationSettings
from nursestation.core.station import PinVerifier
from nursestation.doctor import Verdict, check_qt
from nursestation.errors import NurseStationError
from nursestation.export.formats import ExportOptions
from nursestation.log import to_file
from nursestation.paths import Profile, resource
from nursestation.pins import Argon2Pins
from nursestation.runtime.export_job import ExportJob
from nursestation.ui import theme
from nursestation.ui.shell import Shell, make_shell

_log = logging.getLogger(__name__)


class WindowError(NurseStationError):
    """The window cannot be opened on this computer as it is; the message says what to do."""


def run_window(profile: Profile, scenarios: Sequence[str], seed: int) -> int:
    """Open the window and return the exit status when it is closed.

    Raises:
        WindowError: there is no display, or this Qt cannot be trusted with a shift.
        NurseStationError, DeviceError: settings, scenario or record cannot be used.
    """
    _refuse_without_display()
    found = check_qt()
    if found.verdict is not Verdict.OK:
        raise WindowError(found.text)
    application = make_application()
    handler = to_file(profile.log)
    try:
        with OpenStation(profile, scenarios, seed, SystemClock(), Argon2Pins()) as station:
            station.show()
            return application.exec()
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()


def make_application() -> QApplication:
    """Return the application, with the program's own typeface."""
    application = QCoreApplication.instance()
    if not isinstance(application, QApplication):
        application = QApplication(["nursestation"])
    application.setApplicationName("Nursestation")
    application.setApplicationVersion(__version__)
    theme.load_fonts(resource("fonts"))
    return application


class OpenStation(QObject):
    """A running station with its window.

    Attributes:
        shell: The window and its bridge.
        station: The parts behind it.
    """

    def __init__(self, profile: Profile, scenarios: Sequence[str], seed: int, clock: Clock, pins: PinVerifier) -> None:
        super().__init__()
        settings = load_settings(profile.settings)
        self._scratch = tempfile.TemporaryDirectory(prefix="nursestation-")
        taken = [chair.number for chair in settings.chair]
        self._profile, self._settings = profile, settings
        self._bedside = SimulatedBedside(scenarios, seed, clock.now(), Path(self._scratch.name), taken)
        self._simulation = Simulation(self._bedside.chairs.values(), clock)
        self._job: ExportJob | None = None
        try:
            bedside = Bedside(chairs=self._bedside.settings, heed=self._bedside.heed)
            self.station = RunningStation(profile, settings, clock, pins, bedside)
        except BaseException:
            self._simulation.stop()
            self._scratch.cleanup()
            raise
        self.shell = self._make_shell(settings, (*settings.chair, *self._bedside.settings), clock)
        self.shell.export_sheet.export_requested.connect(self._on_export)
        self.shell.bridge.framed.connect(self._collect_export)

    def __enter__(self) -> "OpenStation":
        self._simulation.start()
        self.station.start()
        self.shell.bridge.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def show(self) -> None:
        """Show the window, as large as the screen."""
        self.shell.window.showMaximized()

    def close(self) -> None:
        """Close ports, engine, store and window, in that order. Idempotent."""
        self.shell.bridge.stop()
        if self._job is not None:
            self._job.join()
        self.station.stop()
        self._simulation.stop()
        self.shell.window.close()
        self._scratch.cleanup()

    def _make_shell(self, settings: StationSettings, chairs: Sequence[ChairSettings], clock: Clock) -> Shell:
        look = theme.DARK_THEME if settings.theme == "dark" else theme.LIGHT_THEME
        application = QCoreApplication.instance()
        assert isinstance(application, QApplication)
        theme.apply(application, look)
        prefer = {
            (chair.number, metric): monitor_id(chair.number, driver)
            for chair in chairs
            for metric, driver in chair.prefer.items()
        }
        return make_shell(
            self.station.outbox,
            self.station.inbox.post,
            clock=clock,
            wall=SystemClock(),
            theme=look,
            exports=self._profile.exports,
            prefer=prefer,
            frame_ms=settings.frame_ms,
        )

    @Slot(str, str, object)
    def _on_export(self, session: str, format_name: str, path: Path) -> None:
        if self._job is not None:
            self.shell.window.say(self.tr("A file is being written; try again in a moment."))
            return
        options = ExportOptions(fonts=resource("fonts"), version=__version__, paper=self._settings.paper)
        self._job = ExportJob(self._profile.record, session, format_name, path, options)

    @Slot()
    def _collect_export(self) -> None:
        if self._job is not None and (answer := self._job.poll()):
            self._job.join()
            self._job = None
            self.shell.window.say(answer)


def _refuse_without_display() -> None:
    """Qt aborts the program where it finds no display; a sentence is kinder."""
    offscreen = os.environ.get("QT_QPA_PLATFORM", "") in ("offscreen", "minimal", "vnc")
    if (
        sys.platform == "linux"
        and not offscreen
        and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    ):
        raise WindowError(
            "There is no display here, so no window can be opened. On a computer without a screen, "
            "`nursestation rehearse bp-spike --out out` plays a whole visit."
        )
