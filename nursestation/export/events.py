"""The visit's events as numbered lines: what the report lists, and which of them are marked in its plot."""

from dataclasses import dataclass

from nursestation.core.model import ConfirmedHow, Phase
from nursestation.core.records import (
    BaselineTaken,
    CriterionOverridden,
    CuffFailed,
    CuffRequested,
    CuffStarted,
    CuffStopped,
    DriverConfirmed,
    GateOverridden,
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
from nursestation.export.chart_lines import Line, Lines
from nursestation.export.checkin_lines import checkin_line
from nursestation.export.leaving import is_against_advice, known_again, leaving_line, who_let_pass, why
from nursestation.export.visit import VisitRecord

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


@dataclass(frozen=True, slots=True)
class Event:
    """One line, struck through where `is_struck`. `t` lies on the steady line of time [ns]; `is_marked` puts it into the plot."""

    number: int
    t: int
    utc: int
    text: str
    by: str
    is_bold: bool = False
    is_marked: bool = False
    is_struck: bool = False


def events(visit: VisitRecord) -> tuple[Event, ...]:
    """Return the visit's events by the time they happened, numbered from 1; what was corrected is among them, struck."""
    found = Lines(visit.name)
    for record in visit.records:
        if found.take(record):
            continue
        words = _line(record)
        if not words:
            continue
        if isinstance(record, InfusionStarted | InfusionPaused | InfusionResumed | InfusionStopped):
            found.step(record, words)
            continue
        clinician = who_let_pass(record)
        is_bold = clinician is not None or is_against_advice(record)
        found.add(Line(record.at, words, clinician or record.operator, is_bold=is_bold))
    timed = sorted(((visit.timeline.steady_ns(line.at), line) for line in found.lines), key=lambda one: one[0])
    return tuple(
        Event(
            number=number,
            t=t,
            utc=line.at.utc_ns,
            text=line.text,
            by=visit.name(line.operator),
            is_bold=line.is_bold,
            is_marked=line.is_marked,
            is_struck=line.is_struck,
        )
        for number, (t, line) in enumerate(timed, start=1)
    )


def _line(record: Record) -> str:
    match record:
        case PhaseChanged(before=Phase.READY, after=Phase.OBSERVATION):
            return "Back to observation" + why(record.reason)
        case PhaseChanged(after=Phase.INFUSION | Phase.OBSERVATION | Phase.DISCHARGED):
            return ""  # told by the start, the stop and the signature
        case PhaseChanged():
            return _MOVES[record.after] + why(record.reason)
        case DriverConfirmed():
            return f"Driver confirmed {CONFIRMED_WORDS[record.how]}{known_again(record)}"
        case BaselineTaken():
            return f"Baseline taken: {record.baseline} mmHg"
        case GateOverridden():
            return f"OVERRIDE before the start: {in_words(record.gate)}{why(record.reason)}"
        case CriterionOverridden():
            return f"OVERRIDE at discharge: {in_words(record.criterion)}{why(record.reason)}"
        case InfusionStarted():
            return f"Treatment started: {record.dose_text}"
        case InfusionPaused():
            return "Infusion paused" + why(record.reason)
        case InfusionResumed():
            return "Infusion resumed"
        case InfusionStopped():
            return ("Infusion stopped before the planned end" if record.early else "Infusion stopped") + why(
                record.reason
            )
        case CuffRequested():
            return "Cuff reading asked for" + why(record.reason)
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
        case _:
            return checkin_line(record) or leaving_line(record)


def in_words(name: str) -> str:
    """Return an id of the record as words: "side_effects" reads "side effects"."""
    return name.replace("_", " ").replace("-", " ")
