"""Puts the window together: its pages and sheets round one bridge."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication

from devices.clock import Clock
from nursestation import __version__
from nursestation.core.alarm_log import AlarmLog
from nursestation.core.commands import Command
from nursestation.core.inputs import SignalSeen, StaffSeen, StationFault
from nursestation.ui.bridge import FRAME_MS, Bridge, Outbox
from nursestation.ui.catalogue import make_pages, make_sheets
from nursestation.ui.display import Display, wave_look
from nursestation.ui.late import Late
from nursestation.ui.main_window import MainWindow
from nursestation.ui.pacekeeper import PaceKeeper
from nursestation.ui.plots.trend_model import TrendModel
from nursestation.ui.station_page import StationPage
from nursestation.ui.theme import Theme, load_fonts
from nursestation.ui.wall.attached import AttachedScreens
from nursestation.ui.wall.keeper import WallKeeper
from nursestation.ui.wall.window import WallWindow

if TYPE_CHECKING:
    from nursestation.ui.alarmlog.page import AlarmLogPage
    from nursestation.ui.checkin.page import CheckInPage
    from nursestation.ui.delays.page import DelaysPage
    from nursestation.ui.discharge.page import DischargePage
    from nursestation.ui.monitors.page import MonitorsPage
    from nursestation.ui.protocols.page import ProtocolsPage
    from nursestation.ui.records.page import RecordsPage
    from nursestation.ui.review.page import ReviewPage
    from nursestation.ui.review.visits_page import VisitsPage
    from nursestation.ui.self_test_page import SelfTestPage
    from nursestation.ui.sheets.export import ExportSheet
    from nursestation.ui.staff.audit_page import AuditPage


@dataclass(frozen=True, slots=True)
class Shell:
    """The window and what its owner has to connect."""

    window: MainWindow
    bridge: Bridge
    export_sheet: "Late[ExportSheet]"
    monitors: "Late[MonitorsPage]"
    protocols: "Late[ProtocolsPage]"
    alarm_log: "Late[AlarmLogPage]"
    check_in: "Late[CheckInPage]"
    discharge: "Late[DischargePage]"
    delays: "Late[DelaysPage]"
    records: "Late[RecordsPage]"
    station_page: Late[StationPage]
    self_test: "Late[SelfTestPage]"
    visits: "Late[VisitsPage]"
    review: "Late[ReviewPage]"
    audit: "Late[AuditPage]"
    display: Display
    pace: PaceKeeper
    wall: WallKeeper


def make_application(fonts: Path) -> QApplication:
    """Return the one application of this process, with the typeface of the folder `fonts`."""
    application = QCoreApplication.instance()
    if not isinstance(application, QApplication):
        application = QApplication(["nursestation"])
    application.setApplicationName("Nursestation")
    application.setApplicationVersion(__version__)
    load_fonts(fonts)
    # WORKAROUND: what scrolls under a finger (QScroller, Qt 6.11) swallows the second of two quick taps, which Qt makes a
    # double click of: every other digit of a PIN was lost. Nothing here asks for a double click.
    application.setDoubleClickInterval(0)
    return application


def make_shell(
    outbox: Outbox,
    post: Callable[[Command | SignalSeen | StaffSeen | StationFault], None],
    *,
    clock: Clock,
    wall: Clock,
    theme: Theme,
    exports: Path,
    prefer: Mapping[tuple[int, str], str],
    zone: tzinfo | None = None,
    frame_ms: int = FRAME_MS,
    display: Display | None = None,
    clinic: str = "",
) -> Shell:
    """Return a window over `outbox`, not shown and not ticking yet.

    Args:
        outbox: What the engine publishes.
        post: Hands a command to the engine.
        clock: The clock that stamps the records.
        wall: Real time: the frame's budget, the engine's silence.
        theme: Colours.
        exports: Folder that the export sheet proposes.
        prefer: (chair, metric) to the monitor whose values the trend keeps.
        zone: The clinic's time zone, None for the machine's.
        frame_ms: Time between two frames [ms].
        display: What is set on the screen; the defaults where there is none.
        clinic: The clinic's name, for the wall view.
    """
    display = display or Display()
    bridge = Bridge(outbox, post, wall, frame_ms=frame_ms)
    log = AlarmLog()
    pages, sheets = make_pages(__version__, zone, log, exports), make_sheets(exports, zone)
    delays = cast("Late[DelaysPage]", pages["delays"])
    window = MainWindow(
        bridge, clock, theme, TrendModel(prefer), pages=pages, sheets=sheets, zone=zone, display=display, log=log
    )
    pace = PaceKeeper(wall, frame_ms, bridge)
    bridge.framed.connect(pace.framed)
    pace.paced.connect(window.set_pace)
    delays.when_made(lambda page: pace.looked.connect(page.show_drawing))
    review = cast("Late[ReviewPage]", pages["review"])
    review.when_made(lambda page: page.set_look(wave_look(display.settings)))
    station = cast("Late[StationPage]", pages["station"])

    def make_wall(look: Theme, px_per_mm: float) -> WallWindow:
        return WallWindow(look, clock, window.wave_store, px_per_mm, window.flashing, clinic=clinic, zone=zone)

    wall_view = WallKeeper(
        window, bridge, AttachedScreens(window), display, station.page.wall_card, theme, make_wall, parent=window
    )
    pace.paced.connect(wall_view.set_pace)
    wall_view.said.connect(window.say)
    window.closing.connect(wall_view.shut)
    return Shell(
        window,
        bridge,
        cast("Late[ExportSheet]", sheets["export"]),
        cast("Late[MonitorsPage]", pages["monitors"]),
        cast("Late[ProtocolsPage]", pages["protocols"]),
        cast("Late[AlarmLogPage]", pages["alarm_log"]),
        cast("Late[CheckInPage]", pages["check_in"]),
        cast("Late[DischargePage]", pages["discharge"]),
        delays,
        cast("Late[RecordsPage]", pages["records"]),
        station,
        cast("Late[SelfTestPage]", pages["self_test"]),
        cast("Late[VisitsPage]", pages["visits"]),
        review,
        cast("Late[AuditPage]", pages["audit"]),
        display,
        pace,
        wall_view,
    )
