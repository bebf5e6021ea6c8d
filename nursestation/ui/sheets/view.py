"""What the sheets offer and what they make of what is chosen; no Qt.

Rules of the file:
1. Side effects, symptoms and everything clinical come from the visit's protocol; the words for reasons are ours.
2. A sheet that cannot be sent says what is missing in one sentence.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import tzinfo
from enum import StrEnum
from typing import assert_never

from devices.vocabulary import METRICS
from nursestation.core.commands import (
    AnswerFlag,
    Chart,
    Command,
    EnterCuffReading,
    PauseChairAlarms,
    PauseInfusion,
    StopInfusion,
)
from nursestation.core.model import ChartKind, FlagOutcome, GateState, Phase, Severity
from nursestation.core.protocols import EventButton, Protocol
from nursestation.core.snapshot import ChartEntryView, FlagView, VisitView
from nursestation.core.wording import FLAG_ANSWERS, FLAG_WORDS
from nursestation.export.formats import FORMATS
from nursestation.ui.timetext import clock_text


@dataclass(frozen=True, slots=True)
class ReasonSpec:
    """A sheet that asks for one reason and sends one command.

    Attributes:
        name: For object names ("pause").
        title: What is about to happen.
        note: What the operator does at the pump or the bedside; the program does nothing to either.
        button: The word on the button.
        reasons: One-tap reasons.
        ends: True where it ends something (the button says so by its look).
        make: From chair and reason to the command.
    """

    name: str
    title: str
    note: str
    button: str
    reasons: tuple[str, ...]
    ends: bool
    make: Callable[[int, str], Command] = field(repr=False)


PAUSE = ReasonSpec(
    "pause",
    "Infusion paused",
    "Pause the pump by hand; this notes that you did. The clock waits until you resume.",
    "Note the pause",
    ("BP rise", "Nausea", "Agitation", "Patient asked", "Line or pump", "Clinician asked"),
    False,
    lambda chair, reason: PauseInfusion(chair=chair, reason=reason),
)

PLANNED_END = "Planned end"

STOP = ReasonSpec(
    "stop",
    "Infusion stopped",
    "Stop the pump by hand; this notes that you did. Observation begins; there is no way back.",
    "Note the stop",
    (PLANNED_END, "BP rise", "Side effects", "Patient asked", "Line or pump", "Clinician asked"),
    True,
    lambda chair, reason: StopInfusion(chair=chair, reason=reason),
)

NOTIFY = ReasonSpec(
    "notify",
    "Clinician told",
    "Call or fetch the clinician yourself; this notes when you did and why. Nursestation sends no message.",
    "Note it",
    ("BP rise", "Breathing or SpO₂", "Heart rate or rhythm", "Side effects", "Patient asked", "Question on dose"),
    False,
    lambda chair, reason: Chart(chair=chair, kind=ChartKind.CLINICIAN_TOLD, text="Clinician told", reason=reason),
)


PAUSE_ALARMS = ReasonSpec(
    "pause_alarms",
    "Pause this chair's alarms",
    "For a patient who is off the monitor on purpose. Stops light and sound of this chair in Nursestation alone, for a few "
    "minutes; alarms are recorded all the same. Stay with the patient.",
    "Pause the alarms",
    ("Patient walks to the toilet", "Sensor is being moved", "Monitor is being changed"),
    False,
    lambda chair, reason: PauseChairAlarms(chair=chair, reason=reason),
)


def key_of(text: str) -> str:
    """Return `text` as the end of an object name: lower case, one underscore for whatever is no letter or digit."""
    return "_".join("".join(char if char.isalnum() else " " for char in text.lower()).split())


def full_reason(chosen: str, typed: str) -> str:
    """Return the chosen reason and the typed words as one line."""
    return ": ".join(part for part in (chosen, " ".join(typed.split())) if part)


def one_tap_events(protocol: Protocol) -> tuple[EventButton, ...]:
    """Return what needs no more than a tap: the protocol's own buttons, then the usual ones of a kind that it leaves out."""
    own = tuple(one for one in protocol.buttons if not one.asks_severity)
    kinds = {one.kind for one in own}
    return (*own, *(one for one in USUAL_EVENTS if one.kind not in kinds))


USUAL_EVENTS = (
    EventButton(text="Position changed", kind=ChartKind.POSITION),
    EventButton(text="Oxygen on", kind=ChartKind.OXYGEN),
    EventButton(text="Oxygen off", kind=ChartKind.OXYGEN),
    EventButton(text="Clinician told", kind=ChartKind.CLINICIAN_TOLD),
)


def open_line(entry: ChartEntryView, zone: tzinfo | None = None) -> str:
    """Return what lasts, and since when ("Nausea since 14:12")."""
    return f"{entry.text} since {clock_text(entry.at.utc_ns, zone)}"


def charted(chair: int, kind: ChartKind, text: str, severity: Severity | None, at_utc_ns: int | None) -> Chart:
    """Return the command that charts something; the time is UTC [ns], None for now."""
    return Chart(chair=chair, kind=kind, text=text, severity=severity, at_utc_ns=at_utc_ns)


def note(chair: int, kind: ChartKind, text: str) -> Chart | str:
    """Chart something in words, or say that the words are missing."""
    words = " ".join(text.split())
    return Chart(chair=chair, kind=kind, text=words) if words else "Write what happened."


def symptom(chair: int, text: str) -> Chart:
    """Chart a red-flag symptom of the protocol's list."""
    return Chart(chair=chair, kind=ChartKind.SYMPTOM, text=text)


DOSE_REASONS = ("BP rise", "Side effects", "Too little effect", "Clinician's order")


def dose_change(chair: int, before: str, after: str, reason: str) -> Chart | str:
    """Return the command for a changed dose or rate, or the sentence that says what is missing."""
    if not after.strip():
        return "Enter the new dose or rate with its unit, for example 20 mL/h."
    if not any(char.isdecimal() for char in after):
        return "The new dose or rate needs a number and a unit, for example 20 mL/h."
    if not reason:
        return "Choose or write the reason."
    was = before.strip()
    text = f"{was} to {after.strip()}" if was else f"Now {after.strip()}"
    return Chart(chair=chair, kind=ChartKind.DOSE_CHANGE, text=text, reason=reason)


NOTE_KINDS = (
    (ChartKind.NOTE, "Note"),
    (ChartKind.MEDICATION, "Medication given"),
    (ChartKind.OXYGEN, "Oxygen"),
    (ChartKind.POSITION, "Position"),
)


@dataclass(frozen=True, slots=True)
class FlagAction:
    """One answer to a BP flag."""

    name: str
    label: str
    action: str
    outcome: FlagOutcome | None = None


FLAG_ACTIONS = (
    FlagAction("repeat", "Repeat the reading", FLAG_ANSWERS["repeat"]),
    FlagAction("slowed", "Infusion slowed", FLAG_ANSWERS["slowed"]),
    FlagAction("paused", "Infusion paused", FLAG_ANSWERS["paused"]),
    FlagAction("stopped", "Infusion stopped", FLAG_ANSWERS["stopped"]),
    FlagAction("clinician_told", "Clinician told", FLAG_ANSWERS["clinician_told"]),
    FlagAction("artefact", "Not real: artefact", FLAG_ANSWERS["artefact"], FlagOutcome.NOT_CONFIRMED),
)
"""In the order of how much they change; the words of `action` stand on the report."""
_AT_THE_PUMP = ("slowed", "paused", "stopped")


def flag_actions(visit: VisitView) -> tuple[FlagAction, ...]:
    """Return what can be answered now: what was done at the pump only while an infusion is on."""
    is_on = visit.phase is Phase.INFUSION
    return tuple(one for one in FLAG_ACTIONS if is_on or one.name not in _AT_THE_PUMP)


def answer_flag(
    visit: VisitView, chair: int, flag: FlagView, action: FlagAction, reason: str
) -> tuple[Command, ...] | str:
    """Return what answers a flag, or the sentence that says what is missing.

    An infusion that was paused or stopped because of it is noted as such too, so that its clock and the flag agree.
    Calling a reading an artefact needs a word on why.
    """
    reason = reason.strip()
    if action.outcome is FlagOutcome.NOT_CONFIRMED and not reason:
        return "Write why the reading is not real, for example: the patient moved."
    commands: list[Command] = [
        AnswerFlag(chair=chair, flag_id=flag.id, action=action.action, reason=reason, outcome=action.outcome)
    ]
    because = full_reason(f"BP {flag.reading}", reason)
    if action.name == "paused" and visit.phase is Phase.INFUSION and not visit.paused:
        commands.append(PauseInfusion(chair=chair, reason=because))
    if action.name == "stopped" and visit.phase is Phase.INFUSION:
        commands.append(StopInfusion(chair=chair, reason=because))
    return tuple(commands)


def flag_text(flag: FlagView, zone: tzinfo | None = None) -> str:
    """Return a flag in one line: "BP spike at 14:32 · 182/111, 47 % above baseline 124/76 · confirmed by 184/110"."""
    text = f"{FLAG_WORDS[flag.grade]} at {clock_text(flag.raised.utc_ns, zone)} · {flag.because}"
    match flag.outcome:
        case FlagOutcome.OPEN:
            return text
        case FlagOutcome.CONFIRMED:
            return f"{text} · confirmed by {flag.confirmed_by}" if flag.confirmed_by else f"{text} · confirmed"
        case FlagOutcome.NOT_CONFIRMED:
            return f"{text} · not confirmed"
        case FlagOutcome.NOT_REPEATED:
            return f"{text} · not repeated in time"
        case _:
            assert_never(flag.outcome)


def flag_in_question(visit: VisitView, flag_id: str | None) -> FlagView | None:
    """Return the flag to answer: the one asked for, else the newest that stands unanswered, else the newest present."""
    flags = sorted(visit.flags, key=lambda flag: flag.raised.mono_ns, reverse=True)
    if flag_id is not None:
        return next((flag for flag in flags if flag.id == flag_id), None)
    unanswered = [flag for flag in flags if not flag.answered]
    present = [flag for flag in flags if flag.is_present]
    return next(iter(unanswered or present), None)


def cuff_by_hand(chair: int, sys: str, dia: str, pulse: str) -> EnterCuffReading | str:
    """Return the command for a cuff reading that was typed, or the sentence that says what is wrong with it."""
    for text, name in ((sys, "systolic"), (dia, "diastolic")):
        if not text.strip().isdecimal():
            return f"Enter the {name} pressure as a whole number in mmHg."
    upper, lower = int(sys), int(dia)
    if not METRICS["nibp_sys"].is_plausible(upper):
        return f"{upper} mmHg cannot be a systolic pressure; look again."
    if not METRICS["nibp_dia"].is_plausible(lower):
        return f"{lower} mmHg cannot be a diastolic pressure; look again."
    if lower >= upper:
        return "The diastolic pressure must be lower than the systolic."
    if not pulse.strip():
        return EnterCuffReading(chair=chair, sys=upper, dia=lower)
    if not pulse.strip().isdecimal() or not METRICS["nibp_pulse_rate"].is_plausible(int(pulse)):
        return "Enter the pulse as a whole number a minute, or leave it empty."
    return EnterCuffReading(chair=chair, sys=upper, dia=lower, pulse=int(pulse))


class HurdleKind(StrEnum):
    """What an override passes."""

    GATE = "gate"
    CRITERION = "criterion"


@dataclass(frozen=True, slots=True)
class Hurdle:
    """An unmet gate or criterion."""

    id: str
    title: str
    detail: str


_IN_THE_WAY = (GateState.UNMET, GateState.UNKNOWN)


def hurdles(visit: VisitView, kind: HurdleKind) -> tuple[Hurdle, ...]:
    """Return what stands in the way of the start, or of the discharge."""
    if kind is HurdleKind.GATE:
        open_ones = (one for one in visit.gates if one.state in _IN_THE_WAY and one.may_override)
        return tuple(Hurdle(one.id, one.title, one.detail) for one in open_ones)
    criteria = visit.readiness.criteria if visit.readiness is not None else ()
    return tuple(Hurdle(one.id, one.title, one.evidence) for one in criteria if one.state in _IN_THE_WAY)


def stop_is_early(visit: VisitView) -> bool:
    """Say whether stopping now is before the planned end, and so needs a reason."""
    if visit.phase is not Phase.INFUSION or visit.infusion_run_s is None:
        return False
    return visit.infusion_run_s < visit.infusion_planned_s


def export_name(session: str, fmt: str) -> str:
    """Return the file name: the session's id and no word about the patient."""
    safe = "".join(char if char.isalnum() or char in "-_" else "-" for char in session)
    return f"session-{safe}{FORMATS[fmt].suffix}"


def export_holds(fmt: str) -> str:
    """Return what a format holds and what it leaves out, as a sentence each."""
    one = FORMATS[fmt]
    return f"{one.holds[0].upper()}{one.holds[1:]}. Without {one.leaves_out}."
