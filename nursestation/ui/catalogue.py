"""Every page and sheet by the name that the window opens it by."""

from datetime import tzinfo
from pathlib import Path

from devices.registry import all_drivers
from nursestation.ui.about import AboutPage
from nursestation.ui.alarmlog.page import AlarmLogPage
from nursestation.ui.audio_off_page import AudioOffPage
from nursestation.ui.checkin.page import CheckInPage
from nursestation.ui.delays.page import DelaysPage
from nursestation.ui.discharge.page import DischargePage
from nursestation.ui.due.page import DuePage
from nursestation.ui.monitors.page import MonitorsPage
from nursestation.ui.no_chairs import NoChairsPage
from nursestation.ui.nurses_page import NursesPage
from nursestation.ui.page import Page
from nursestation.ui.protocols.page import ProtocolsPage
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
from nursestation.ui.signin.add_staff import StaffPage
from nursestation.ui.signin.first_run import FirstRunPage
from nursestation.ui.signin.sign_in import SignInPage
from nursestation.ui.station_page import StationPage
from nursestation.ui.theme import DARK_THEME


def make_pages(version: str, zone: tzinfo | None = None) -> dict[str, Page]:
    """Return what takes the place of the chair page.

    Args:
        version: Of the program, for About.
        zone: The clinic's time zone; None for the machine's.
    """
    return {
        "first_run": FirstRunPage(),
        "sign_in": SignInPage(),
        "staff": StaffPage(),
        "check_in": CheckInPage(zone),
        "discharge": DischargePage(zone),
        "monitors": MonitorsPage(all_drivers(), zone),
        "protocols": ProtocolsPage(),
        "alarm_log": AlarmLogPage(DARK_THEME, zone),
        "delays": DelaysPage(),
        "due": DuePage(),
        "about": AboutPage(version),
        "station": StationPage(),
        "self_test": SelfTestPage(zone),
        "audio_off": AudioOffPage(),
        "no_chairs": NoChairsPage(),
        "nurses": NursesPage(),
    }


def make_sheets(export_folder: Path, zone: tzinfo | None = None) -> dict[str, Page]:
    """Return what takes the place of the trend; `export` needs its `export_requested` connected by the window's owner.

    Args:
        export_folder: The folder that the export sheet offers first.
        zone: The clinic's time zone; None for the machine's.
    """
    return {
        "event": EventSheet(zone),
        "chart": ChartSheet(zone),
        "scores": ScoresSheet(zone),
        "vitals": VitalsSheet(zone),
        "drug": DrugSheet(zone),
        "watching": WatchingSheet(zone),
        "waves": WavesSheet(),
        "colours": ColoursSheet(),
        "dose": DoseSheet(),
        "notify": ReasonSheet(NOTIFY),
        "pause": ReasonSheet(PAUSE),
        "stop_early": ReasonSheet(STOP),
        "end_early": EndEarlySheet(),
        "manual_bp": CuffSheet(),
        "flag": FlagSheet(),
        "monitor_patient": MonitorPatientSheet(),
        "start_cuff": StartCuffSheet(),
        "limits": LimitsSheet(),
        "limits_proposal": ProposalSheet(),
        "pause_alarms": ReasonSheet(PAUSE_ALARMS),
        "override_gate": OverrideSheet(HurdleKind.GATE, "override_gate"),
        "override_criterion": OverrideSheet(HurdleKind.CRITERION, "override_criterion"),
        "export": ExportSheet(export_folder),
    }
