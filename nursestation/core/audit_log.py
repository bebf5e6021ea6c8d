"""Who did what, as the record tells it: each kind of record that an audit asks for, in words.

Rules of the file:
1. It is made from the record alone; nothing is kept beside it.
2. A visit is named by its session, never by its patient. What somebody wrote as a reason stands as it was written.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from devices.clock import Moment
from devices.vocabulary import METRICS
from nursestation.core import audit_outside
from nursestation.core import records as r
from nursestation.core.audit_outside import how, visits
from nursestation.core.wording import ROLE_WORDS, number


class AuditKind(StrEnum):
    """What sort of thing was done."""

    SIGN_IN = "sign_in"
    STAFF = "staff"
    VIEW = "view"  # looked at, taken out, printed
    SETTING = "setting"
    CORRECTION = "correction"  # and what was let pass
    RECORD = "record"  # of the record itself: backups, holds, purges, starts


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One thing that was done.

    Attributes:
        at: When.
        operator: Id of who did it, "" where the program did; what was done with a command has its account of the computer.
        who: Their name.
        kind: What sort.
        what: It in words.
        chair, session: Of which visit, None where it is about none.
        happened_utc_ns: When it was done, UTC [ns], where `at` is only when the station learned of it; else None.
        is_outside: Whether it was done outside the window: with a command, or in a file of the clinic's.
    """

    at: Moment
    operator: str
    who: str
    kind: AuditKind
    what: str
    chair: int | None = None
    session: str | None = None
    happened_utc_ns: int | None = None
    is_outside: bool = False


OUTSIDE = "Outside the window"
"""Who did it, where nobody was signed in and no account of the computer is known."""

_SIGN_INS = (r.SignedIn, r.SignedOut, r.SignInFailed)
_STAFF = (r.OperatorAdded, r.OperatorChanged, r.NurseAssigned)
_VIEWS = (r.PastViewed, r.AuditViewed, r.ExportAsked, r.ExportMade, r.InstructionsPrinted)
_OUTSIDE = (r.CommandAsked, r.CommandEnded, r.NoteUnreadable)
_SETTINGS = (r.SettingChanged, r.MonitorBound, r.MonitorUnbound, r.ProtocolChanged, r.AudioSwitched, r.LimitsChanged)
_CORRECTIONS = (
    r.ChartCorrected, r.ChartStruck, r.DrugStruck, r.DrugRecorded, r.TimeCorrected, r.GateOverridden,
    r.CriterionOverridden, r.ObservationShortened,
)  # fmt: skip
_OF_RECORD = (
    r.SessionHeld, r.HoldReleased, r.PurgeAsked, r.SessionPurged, r.BackupMade, r.BackupRestored, r.StationStarted,
    r.StationStopped, r.ClockStepped, r.DischargeSigned,
)  # fmt: skip
_KINDS: dict[type, AuditKind] = {
    **dict.fromkeys(_SIGN_INS, AuditKind.SIGN_IN),
    **dict.fromkeys(_STAFF, AuditKind.STAFF),
    **dict.fromkeys((*_VIEWS, *_OUTSIDE), AuditKind.VIEW),
    **dict.fromkeys(_SETTINGS, AuditKind.SETTING),
    **dict.fromkeys(_CORRECTIONS, AuditKind.CORRECTION),
    **dict.fromkeys(_OF_RECORD, AuditKind.RECORD),
}
AUDITED: tuple[type[r.Record], ...] = tuple(_KINDS)
"""The kinds of records that an audit tells of."""

_CHANGED = {
    "pin": "Changed their own PIN",
    "pin_reset": "Gave {name} a new PIN",
    "unlocked": "Unlocked {name}",
    "role": "Made {name} {role}",
    "gone": "Took {name} off the staff",
    "back": "Took {name} back on the staff",
}


def rows(records: Iterable[r.Record], names: Mapping[str, str]) -> tuple[AuditRow, ...]:
    """Return what was done, in the order of the records; `names` are the staff's by their ids."""
    made = []
    for record in records:
        kind = _kind(record)
        what = told(record, names) if kind is not None else ""
        if kind is None or not what:
            continue
        note = audit_outside.note_of(record)
        operator, who = _who(record, names) if note is None else _account(note.account)
        made.append(
            AuditRow(
                at=record.at,
                operator=operator,
                who=who,
                kind=kind,
                what=what,
                chair=record.chair,
                session=record.session,
                happened_utc_ns=None if note is None else note.utc_ns,
                is_outside=isinstance(record, _OUTSIDE) or _is_edited_file(record),
            )
        )
    return tuple(made)


def _kind(record: r.Record) -> AuditKind | None:
    if isinstance(record, _OUTSIDE) and audit_outside.is_of_record(record):
        return AuditKind.RECORD
    return _KINDS.get(type(record))


def _account(account: str) -> tuple[str, str]:
    """Return the computer's account that a command ran in, as id and name."""
    return f"account {account}", f"Account {account}"


def _is_edited_file(record: r.Record) -> bool:
    return isinstance(record, r.SettingChanged | r.ProtocolChanged) and record.operator is None


def _who(record: r.Record, names: Mapping[str, str]) -> tuple[str, str]:
    """Return who did it, as id and name."""
    if _is_edited_file(record):
        return "", OUTSIDE
    operator = record.operator or ""
    return operator, names.get(operator, operator) if operator else "Nursestation"


def told(record: r.Record, names: Mapping[str, str]) -> str:
    """Return one record in words; "" for what no audit asks for."""
    return _told_of_staff(record, names) or _told_of_visit(record, names) or _told_of_record(record)


def _told_of_staff(record: r.Record, names: Mapping[str, str]) -> str:
    match record:
        case r.SignedIn():
            return "Signed in"
        case r.SignedOut():
            return "The station locked itself: nobody touched it" if record.is_idle else "Locked the station"
        case r.SignInFailed():
            return "Wrong PIN"
        case r.OperatorAdded():
            return f"Added {record.added.name}, {ROLE_WORDS[record.added.role]}"
        case r.OperatorChanged():
            return _CHANGED[record.what].format(name=record.changed.name, role=ROLE_WORDS[record.changed.role])
        case r.NurseAssigned():
            nurse = "Nobody" if record.nurse is None else names.get(record.nurse, record.nurse)
            return f"{nurse} looks after chair {record.chair}"
        case _:
            return ""


def _told_of_visit(record: r.Record, names: Mapping[str, str]) -> str:
    match record:
        case r.ChartCorrected():
            return f"Corrected what was charted: {record.reason}"
        case r.ChartStruck():
            return f"Struck out what was charted: {record.reason}"
        case r.DrugStruck():
            return f"Struck out a drug record: {record.reason}"
        case r.DrugRecorded():
            return f"Corrected a drug record: {record.reason}" if record.replaces else ""
        case r.TimeCorrected():
            minutes = (record.happened_utc_ns - record.before_utc_ns) / 60e9
            return f"Corrected the time of “{_words(record.what)}” by {minutes:+.0f} min: {record.reason}"
        case r.GateOverridden():
            return (
                f"Start let pass “{_words(record.gate)}”, signed by {_name(record.clinician, names)}: {record.reason}"
            )
        case r.CriterionOverridden():
            return f"Discharge let pass “{_words(record.criterion)}”, signed by {_name(record.clinician, names)}: {record.reason}"
        case r.ObservationShortened():
            length = f"{number(record.before)} to {number(record.minutes)} min"
            return f"Observation shortened from {length}, signed by {_name(record.clinician, names)}: {record.reason}"
        case r.LimitsChanged():
            short = METRICS[record.metric].short if record.metric in METRICS else record.metric
            before, after = _limits(record.before_low, record.before_high), _limits(record.low, record.high)
            return f"Alarm limits of {short}: {before} to {after}"
        case r.DischargeSigned():
            return "Signed the discharge"
        case r.InstructionsPrinted():
            return (
                "Saved the instructions for home as a file"
                if record.how == "file"
                else "Printed the instructions for home"
            )
        case _:
            return ""


def _told_of_record(record: r.Record) -> str:
    match record:
        case r.PastViewed():
            return f"Looked at visit {record.viewed}"
        case r.AuditViewed():
            return "Looked at who did what"
        case r.ExportAsked():
            return f"Took out {visits(record.sessions)} as {record.format}{how(record)} to a {record.target}"
        case r.ExportMade():
            return f"Written: visit {record.exported} as {record.format}{how(record)}, SHA-256 {record.sha256[:12]}…"
        case r.SettingChanged():
            setting = f"{record.setting[:1].upper()}{record.setting[1:]}"
            if record.file:
                return f"{setting}: {record.after}, before {record.before} ({record.file}, since the last start)"
            return f"{setting}: {record.before} to {record.after}"
        case r.MonitorBound():
            return f"Set up {record.title} at chair {record.chair}, on {record.port}"
        case r.MonitorUnbound():
            return f"Took {record.title} from chair {record.chair}"
        case r.ProtocolChanged():
            since = ", since the last start" if record.is_outside else ""
            return f"Protocol {record.title}{since}: {' '.join(record.what)}"
        case r.AudioSwitched():
            return "Switched the alarm sound on" if record.on else f"Switched the alarm sound off: {record.reason}"
        case r.SessionHeld():
            return f"Put a hold on visit {record.held}: {record.reason}"
        case r.HoldReleased():
            return f"Released the hold of visit {record.held}: {record.reason}"
        case r.PurgeAsked():
            return f"Decided to purge {visits(record.sessions)}: {record.reason}"
        case r.SessionPurged():
            return f"Purged visit {record.purged}"
        case r.BackupMade():
            return f"Backup to {record.place}, SHA-256 {record.sha256[:12]}…"
        case r.BackupRestored():
            return "The record was brought back from a backup"
        case r.StationStarted():
            return "Nursestation was started" + (" after it had ended out of order" if record.unclean else "")
        case r.StationStopped():
            return "Nursestation was closed"
        case r.ClockStepped():
            return f"The computer's clock was moved by {record.step_s:+.0f} s"
        case r.CommandAsked() | r.CommandEnded() | r.NoteUnreadable():
            return audit_outside.told(record)
        case _:
            return ""


def _words(key: str) -> str:
    return key.replace("_", " ")


def _name(operator: str, names: Mapping[str, str]) -> str:
    return names.get(operator, operator)


def _limits(low: float | None, high: float | None) -> str:
    return f"{'none' if low is None else number(low)}–{'none' if high is None else number(high)}"
