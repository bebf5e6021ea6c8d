"""The visit's events as numbered lines: what the report lists, and which of them are marked in its plot."""

from dataclasses import dataclass

from nursestation.core.model import ChartKind, ConfirmedHow, Phase, Severity
from nursestation.core.records import (
    BaselineTaken,
    Charted,
    ChartResolved,
    CriterionOverridden,
    CuffFailed,
    CuffRequested,
    CuffStarted,
    CuffStopped,
    DischargeSigned,
    DriverConfirmed,
    DriverNamed,
    GateOverridden,
    IdentityConfirmed,
    InfusionPaused,
    InfusionResumed,
    InfusionStarted,
    InfusionStopped,
    MonitorBound,
    MonitorPatient,
    MonitorPatientConfirmed,
    MonitorsConfirmed,
    MonitorUnbound,
    PhaseChanged,
    Record,
)
from nursestation.export.visit import VisitRecord

PHASE_WORDS = {
    Phase.CHECK_IN: "Check-in",
    Phase.BASELINE: "Baseline",
    Phase.INFUSION: "Infusion",
    Phase.OBSERVATION: "Observation",
    Phase.READY: "Ready to leave",
    Phase.DISCHARGED: "Discharged",
    Phase.ENDED_EARLY: "Ended early",
}
_MOVES = {
    Phase.CHECK_IN: "Checked in",
    Phase.BASELINE: "Baseline readings begin",
    Phase.READY: "Observation over, discharge opened",
    Phase.ENDED_EARLY: "Visit ended early",
}
CONFIRMED_WORDS = {
    ConfirmedHow.BY_PHONE: "by phone",
    ConfirmedHow.SEEN_IN_PERSON: "seen in person",
    ConfirmedHow.BOOKING: "by booking number",
}
PATIENT_IN_QUESTION = "The monitor named another patient, or none: its readings were left out until the nurse answered"
"""What a report says of it: whom the monitor named is not this patient's business."""
SEVERITY_WORDS = {Severity.MILD: "mild", Severity.MODERATE: "moderate", Severity.SEVERE: "severe"}
_CHART_WORDS = {
    ChartKind.SIDE_EFFECT: "",
    ChartKind.SYMPTOM: "Symptom: ",
    ChartKind.DOSE_CHANGE: "Dose: ",
    ChartKind.POSITION: "Position: ",
    ChartKind.OXYGEN: "Oxygen: ",
    ChartKind.MEDICATION: "Medication: ",
    ChartKind.CLINICIAN_TOLD: "Clinician told: ",
    ChartKind.NOTE: "Note: ",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One line. `t` lies on the steady line of time [ns]; `is_marked` puts its number into the plot."""

    number: int
    t: int
    utc: int
    text: str
    by: str
    is_bold: bool = False
    is_marked: bool = False


def events(visit: VisitRecord) -> tuple[Event, ...]:
    """Return the visit's events in order, numbered from 1."""
    titles = {record.entry_id: record.text for record in visit.records if isinstance(record, Charted)}
    found: list[Event] = []
    for record in visit.records:
        line = _line(record, titles)
        if line:
            actor = record.clinician if isinstance(record, GateOverridden | CriterionOverridden) else record.operator
            found.append(
                Event(
                    number=len(found) + 1,
                    t=visit.timeline.steady_ns(record.at),
                    utc=record.at.utc_ns,
                    text=line,
                    by=visit.name(actor),
                    is_bold=isinstance(record, GateOverridden | CriterionOverridden),
                    is_marked=isinstance(record, _MARKED),
                )
            )
    return tuple(found)


_MARKED = (InfusionStarted, InfusionPaused, InfusionResumed, InfusionStopped, Charted)


def _line(record: Record, titles: dict[str, str]) -> str:
    match record:
        case PhaseChanged(after=Phase.INFUSION | Phase.OBSERVATION | Phase.DISCHARGED):
            return ""  # told by the start, the stop and the signature
        case PhaseChanged():
            return _MOVES[record.after] + _why(record.reason)
        case IdentityConfirmed():
            return "Identity checked with two identifiers"
        case DriverNamed():
            return f"Driver named: {record.driver.name} ({record.driver.relation})"
        case DriverConfirmed():
            return f"Driver confirmed {CONFIRMED_WORDS[record.how]}"
        case BaselineTaken():
            return f"Baseline taken: {record.baseline} mmHg"
        case GateOverridden():
            return f"OVERRIDE before the start: {in_words(record.gate)}{_why(record.reason)}"
        case CriterionOverridden():
            return f"OVERRIDE at discharge: {in_words(record.criterion)}{_why(record.reason)}"
        case InfusionStarted():
            return f"Treatment started: {record.dose_text}"
        case InfusionPaused():
            return "Infusion paused" + _why(record.reason)
        case InfusionResumed():
            return "Infusion resumed"
        case InfusionStopped():
            return ("Infusion stopped before the planned end" if record.early else "Infusion stopped") + _why(
                record.reason
            )
        case Charted():
            severity = f", {SEVERITY_WORDS[record.severity]}" if record.severity else ""
            return f"{_CHART_WORDS[record.kind]}{record.text}{severity}{_why(record.reason)}"
        case ChartResolved():
            return f"Over: {titles.get(record.entry_id, 'charted entry')}"
        case CuffRequested():
            return "Cuff reading asked for" + _why(record.reason)
        case CuffFailed():
            return f"Cuff cycle without a result: {record.text}"
        case CuffStarted():
            return "Cuff started from the station"
        case CuffStopped():
            return "Cuff stopped from the station"
        case MonitorBound():
            return f"Monitor set up: {record.title}"
        case MonitorUnbound():
            return f"Monitor taken away: {record.title}"
        case MonitorsConfirmed():
            return f"Monitors confirmed: {', '.join(one.title for one in record.monitors) or 'none'}"
        case MonitorPatient(asks=True):
            return PATIENT_IN_QUESTION
        case MonitorPatientConfirmed():
            return "Monitor: still this patient" if record.same else "Monitor: another patient, its readings left out"
        case DischargeSigned():
            return "Discharge signed; " + (
                f"handed over to {record.driver.name}" if record.driver is not None else "left without a driver"
            )
        case _:
            return ""


def _why(reason: str) -> str:
    return f" ({reason})" if reason else ""


def in_words(name: str) -> str:
    """Return an id of the record as words: "side_effects" reads "side effects"."""
    return name.replace("_", " ").replace("-", " ")
