"""Every page and sheet by the name that the window opens it by; each is built when somebody looks at it for the first time.

Rule of the file: a page is imported late where its module and what only it needs take more than half a MiB.
"""

from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from nursestation.core.alarm_log import AlarmLog
from nursestation.ui.about import AboutPage
from nursestation.ui.audio_off_page import AudioOffPage
from nursestation.ui.delays.page import DelaysPage
from nursestation.ui.due.page import DuePage
from nursestation.ui.late import Late
from nursestation.ui.no_chairs import NoChairsPage
from nursestation.ui.nurses_page import NursesPage
from nursestation.ui.page import Page
from nursestation.ui.records.page import RecordsPage
from nursestation.ui.self_test_page import SelfTestPage
from nursestation.ui.sheets.chart import ChartSheet
from nursestation.ui.sheets.colours import ColoursSheet
from nursestation.ui.sheets.cuff import CuffSheet
from nursestation.ui.sheets.dose import DoseSheet
from nursestation.ui.sheets.drug import DrugSheet
from nursestation.ui.sheets.end_early import EndEarlySheet
from nursestation.ui.sheets.event import EventSheet
from nursestation.ui.sheets.export import ExportSheet
from nursestation.ui.sheets.flag import FlagSheet
from nursestation.ui.sheets.limits import LimitsSheet, ProposalSheet
from nursestation.ui.sheets.monitor_patient import MonitorPatientSheet
from nursestation.ui.sheets.override import OverrideSheet
from nursestation.ui.sheets.reason import ReasonSheet
from nursestation.ui.sheets.scores import ScoresSheet
from nursestation.ui.sheets.start_cuff import StartCuffSheet
from nursestation.ui.sheets.view import NOTIFY, PAUSE, PAUSE_ALARMS, STOP, HurdleKind
from nursestation.ui.sheets.vitals import VitalsSheet
from nursestation.ui.sheets.watching import WatchingSheet
from nursestation.ui.sheets.waves import WavesSheet
from nursestation.ui.signin.first_run import FirstRunPage
from nursestation.ui.signin.sign_in import SignInPage
from nursestation.ui.staff.audit_page import AuditPage
from nursestation.ui.staff.own_pin import OwnPinPage
from nursestation.ui.staff.page import StaffPage
from nursestation.ui.station_page import StationPage

if TYPE_CHECKING:
    from nursestation.ui.alarmlog.page import AlarmLogPage
    from nursestation.ui.checkin.page import CheckInPage
    from nursestation.ui.discharge.page import DischargePage
    from nursestation.ui.monitors.page import MonitorsPage
    from nursestation.ui.protocols.page import ProtocolsPage
    from nursestation.ui.review.page import ReviewPage
    from nursestation.ui.review.visits_page import VisitsPage


def make_pages(
    version: str, zone: tzinfo | None = None, log: AlarmLog | None = None, exports: Path | None = None
) -> dict[str, Late[Page]]:
    """Return what takes the place of the chair page.

    Args:
        version: Of the program, for About.
        zone: The clinic's time zone; None for the machine's.
        log: What the alarm log's page shows; fed by the window.
        exports: The folder that the export of several visits offers first; None for the person's own.
    """
    return {
        "first_run": Late(FirstRunPage),
        "sign_in": Late(SignInPage),
        "staff": Late(StaffPage),
        "own_pin": Late(OwnPinPage),
        "audit": Late(partial(AuditPage, zone)),
        "check_in": Late(partial(_check_in, zone)),
        "discharge": Late(partial(_discharge, zone)),
        "monitors": Late(partial(_monitors, zone)),
        "protocols": Late(_protocols),
        "alarm_log": Late(partial(_alarm_log, zone, log)),
        "delays": Late(DelaysPage),
        "records": Late(partial(RecordsPage, zone)),
        "due": Late(DuePage),
        "about": Late(partial(AboutPage, version)),
        "station": Late(StationPage),
        "self_test": Late(partial(SelfTestPage, zone)),
        "audio_off": Late(AudioOffPage),
        "no_chairs": Late(NoChairsPage),
        "nurses": Late(NursesPage),
        "visits": Late(partial(_visits, zone, exports or Path.home())),
        "review": Late(partial(_review, zone)),
    }


def make_sheets(export_folder: Path, zone: tzinfo | None = None) -> dict[str, Late[Page]]:
    """Return what takes the place of the trend; `export` needs its `export_requested` connected by the window's owner.

    Args:
        export_folder: The folder that the export sheet offers first.
        zone: The clinic's time zone; None for the machine's.
    """
    return {
        "event": Late(partial(EventSheet, zone)),
        "chart": Late(partial(ChartSheet, zone)),
        "scores": Late(partial(ScoresSheet, zone)),
        "vitals": Late(partial(VitalsSheet, zone)),
        "drug": Late(partial(DrugSheet, zone)),
        "watching": Late(partial(WatchingSheet, zone)),
        "waves": Late(WavesSheet),
        "colours": Late(ColoursSheet),
        "dose": Late(DoseSheet),
        "notify": Late(partial(ReasonSheet, NOTIFY)),
        "pause": Late(partial(ReasonSheet, PAUSE)),
        "stop_early": Late(partial(ReasonSheet, STOP)),
        "end_early": Late(EndEarlySheet),
        "manual_bp": Late(CuffSheet),
        "flag": Late(FlagSheet),
        "monitor_patient": Late(MonitorPatientSheet),
        "start_cuff": Late(StartCuffSheet),
        "limits": Late(LimitsSheet),
        "limits_proposal": Late(ProposalSheet),
        "pause_alarms": Late(partial(ReasonSheet, PAUSE_ALARMS)),
        "override_gate": Late(partial(OverrideSheet, HurdleKind.GATE, "override_gate")),
        "override_criterion": Late(partial(OverrideSheet, HurdleKind.CRITERION, "override_criterion")),
        "export": Late(partial(ExportSheet, export_folder)),
    }


def _check_in(zone: tzinfo | None) -> "CheckInPage":
    from nursestation.ui.checkin.page import CheckInPage

    return CheckInPage(zone)


def _discharge(zone: tzinfo | None) -> "DischargePage":
    from nursestation.ui.discharge.page import DischargePage

    return DischargePage(zone)


def _monitors(zone: tzinfo | None) -> "MonitorsPage":
    from devices.registry import all_drivers
    from nursestation.ui.monitors.page import MonitorsPage

    return MonitorsPage(all_drivers(), zone)


def _protocols() -> "ProtocolsPage":
    from nursestation.ui.protocols.page import ProtocolsPage

    return ProtocolsPage()


def _alarm_log(zone: tzinfo | None, log: AlarmLog | None) -> "AlarmLogPage":
    from nursestation.ui.alarmlog.page import AlarmLogPage
    from nursestation.ui.theme import DARK_THEME

    return AlarmLogPage(DARK_THEME, zone, log)


def _visits(zone: tzinfo | None, exports: Path) -> "VisitsPage":
    from nursestation.ui.review.visits_page import VisitsPage
    from nursestation.ui.theme import DARK_THEME

    return VisitsPage(DARK_THEME, zone, exports=exports)


def _review(zone: tzinfo | None) -> "ReviewPage":
    from nursestation.ui.review.page import ReviewPage
    from nursestation.ui.theme import DARK_THEME

    return ReviewPage(DARK_THEME, zone)
