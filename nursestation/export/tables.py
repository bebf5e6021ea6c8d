"""The report's further sections: every cuff reading, flags, events, the alarm log, the papers, and the signature."""

from collections.abc import Sequence
from datetime import tzinfo

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer

from devices.events import Priority
from nursestation.core.alarm_log import LogRow
from nursestation.core.criteria import UNMET_AND_LEFT
from nursestation.core.model import GateState, LeavingPath, Phase, Provenance
from nursestation.core.peak import rise
from nursestation.core.records import CriterionEvidence, HandedOver
from nursestation.core.wording import PHASE_WORDS
from nursestation.export.alarms import is_condition, lasted_ns, step_words
from nursestation.export.events import CONFIRMED_WORDS, Event
from nursestation.export.layout import BODY, CELL_BOLD, SECTION, Cell, grid, headed, heading, text
from nursestation.export.leaving import left_line
from nursestation.export.localtime import NS_PER_S, clock, clock_s, span
from nursestation.export.story import OUTCOMES, Cuff, Flag, Story
from nursestation.export.visit import VisitRecord
from nursestation.export.vitals import AT_CUFF_NS, Series, signed

_PRIORITY = {Priority.HIGH: "!!! high", Priority.MEDIUM: "!! medium", Priority.LOW: "! low"}
_STATE = {
    GateState.MET.value: "✓ met",
    GateState.UNMET.value: "✗ not met",
    GateState.UNKNOWN.value: "? unknown",
    GateState.OVERRIDDEN.value: "OVERRIDDEN",
    GateState.AGAINST_ADVICE.value: "NOT MET",
}


def cuff_table(story: Story, vitals: tuple[Series, ...], width: float, zone: tzinfo | None) -> list[Flowable]:
    """Return the table at each cuff reading."""
    if not story.cuffs:
        return []
    by_label = {one.label: one for one in vitals}
    rows = [_cuff_row(story, cuff, by_label, zone) for cuff in story.cuffs]
    flagged = [index for index, cuff in enumerate(story.cuffs) if cuff.flag]
    shares = (0.085, 0.15, 0.1, 0.065, 0.135, 0.08, 0.08, 0.08, 0.225)
    heart = by_label["HR"].short if "HR" in by_label else "HR"
    head = ("Time", "Phase", "BP mmHg", "MAP", "Systolic rise", f"{heart} /min", "SpO₂ %", "RR /min", "Flag, note")
    note = (
        f"{heart}, SpO₂ and RR: the last valid reading not older than {AT_CUFF_NS // NS_PER_S} s when the cuff reading was "
        "measured; --- where there is none. Time: when it was measured. Rise: against the baseline."
    )
    table = grid(head, rows, [width * share for share in shares], bold_rows=flagged, shaded_rows=flagged)
    return headed("At each cuff reading", table, width, note=note)


def _cuff_row(story: Story, cuff: Cuff, by_label: dict[str, Series], zone: tzinfo | None) -> list[str]:
    reading = cuff.reading
    is_paused = any(one.start < cuff.t < (one.end or story.end) for one in story.pauses)
    change = ""
    if story.baseline is not None:
        difference, percent = rise(reading, story.baseline.sys)
        change = f"{signed(difference)} ({signed(percent)} %)"
    notes = [cuff.flag] if cuff.flag else []
    if story.baseline is not None and reading in story.baseline.readings:
        notes.append("baseline")
    if reading.provenance is Provenance.MANUAL:
        notes.append(f"by hand: {reading.source}")
    if reading.provenance is Provenance.CORRECTED:
        notes.append("corrected")
    if not reading.time_known:
        notes.append("time of arrival")
    return [
        clock(reading.measured_utc_ns, zone),
        PHASE_WORDS[cuff.phase] + (", paused" if is_paused else ""),
        str(reading),
        "---" if reading.mean is None else str(reading.mean),
        change or "---",
        *(_value(by_label.get(label), cuff.t) for label in ("HR", "SpO₂", "RR")),
        "; ".join(notes),
    ]


def _value(one: Series | None, t: int) -> str:
    value = None if one is None else one.at(t)
    return "---" if value is None else f"{value:g}"


def flag_section(visit: VisitRecord, story: Story, width: float, zone: tzinfo | None) -> list[Flowable]:
    """Return each blood-pressure flag: why, how it was confirmed, what was done, how it ended."""
    if not story.flags:
        return [*heading("Blood-pressure flags"), text("None was raised.")]
    rows = [_flag_row(visit, flag, zone) for flag in story.flags.values()]
    head = ("Raised", "Grade", "Reading and rule", "Second reading", "What was done", "Ended")
    table = grid(head, rows, [width * share for share in (0.075, 0.085, 0.24, 0.19, 0.26, 0.15)])
    return headed("Blood-pressure flags", table, width)


def _flag_row(visit: VisitRecord, flag: Flag, zone: tzinfo | None) -> list[Cell]:
    raised, decided, ended = flag.raised, flag.decided, flag.ended
    second = "none asked for" if raised.repeat_by_utc_ns is None else "awaited"
    if decided is not None:
        when = f"{decided.reading} at {clock(decided.reading.measured_utc_ns, zone)}" if decided.reading else ""
        # a flag under one that was confirmed stands by that reading, which is older than the flag's own
        before = (
            "before: " if decided.reading and decided.reading.measured_utc_ns < raised.reading.measured_utc_ns else ""
        )
        outcome = OUTCOMES[decided.outcome].removeprefix("repeat: ")
        second = before + ", ".join(word for word in (when, outcome) if word)
    done = [
        f"{clock(answer.at.utc_ns, zone)} {answer.action}{f' ({answer.reason})' if answer.reason else ''}, "
        f"{visit.name(answer.operator)}"
        for answer in flag.answers
    ]
    return [
        clock(raised.at.utc_ns, zone),
        text(raised.grade.value.upper(), CELL_BOLD),
        raised.because,
        second,
        [text(line) for line in done] if done else text("nothing recorded", CELL_BOLD),
        "still present" if ended is None else f"{clock(ended.at.utc_ns, zone)}, at {ended.reading}",
    ]


def event_table(lines: Sequence[Event], width: float, zone: tzinfo | None) -> list[Flowable]:
    """Return the numbered events."""
    if not lines:
        return [*heading("Events"), text("None was recorded.")]
    rows: list[list[Cell]] = [
        [
            str(line.number),
            text(clock_s(line.utc, zone), bold=line.is_bold, struck=line.is_struck),
            text(line.text, bold=line.is_bold, struck=line.is_struck),
            line.by,
        ]
        for line in lines
    ]
    bold = [index for index, line in enumerate(lines) if line.is_bold]
    table = grid(
        ("No.", "Time", "What", "By"), rows, [width * share for share in (0.06, 0.11, 0.61, 0.22)], bold_rows=bold
    )
    return headed("Events", table, width)


def alarm_table(visit: VisitRecord, story: Story, width: float, zone: tzinfo | None) -> list[Flowable]:
    """Return the visit's alarm log: every condition, and what was done to signals and limits; high priority is marked."""
    if not story.alarms:
        return [*heading("Alarm log"), text("No alarm condition arose.")]
    rows = [_alarm_row(visit, story, one, zone) for one in story.alarms]
    head = ("Began", "Lasted", "Priority", "Condition", "About, limit", "Signals", "Delay")
    grave = [number for number, one in enumerate(story.alarms) if one.gravest is Priority.HIGH]
    note = (
        "Value and text of a condition are those at its worst. Delay: from the arrival of the value that caused it to its first "
        "signal at the station; --- where no value did, or none was measured. Nothing can be erased from this log."
    )
    table = grid(
        head,
        rows,
        [width * share for share in (0.09, 0.08, 0.11, 0.24, 0.16, 0.25, 0.07)],
        bold_rows=grave,
        shaded_rows=grave,
    )
    return headed("Alarm log", table, width, note=note)


def _alarm_row(visit: VisitRecord, story: Story, one: LogRow, zone: tzinfo | None) -> list[Cell]:
    lasted = span(lasted_ns(visit, one, story.end)) + ("" if one.ended is not None else ", still present")
    steps = [text(step_words(visit, step, zone)) for step in one.steps]
    nobody = "not acknowledged" if is_condition(one) else visit.name(one.by) or "---"
    if steps and not one.signal_steps:
        steps.append(text(nobody))
    delay = "---" if one.signal_delay_ms is None else f"{one.signal_delay_ms / 1000:.2f} s"
    return [
        clock_s(one.onset.utc_ns, zone),
        lasted if one.ended != one.onset else "---",
        "---" if one.gravest is None else _PRIORITY[one.gravest],
        one.text,
        _about(one),
        steps or nobody,
        delay,
    ]


def _about(one: LogRow) -> str:
    if not is_condition(one):
        return "station" if one.chair is None else "this chair"
    told = one.limit_text if one.limit is None else f"{one.limit:g}"
    limit = f", limit {told}" if told else ""
    preset = f" ({one.preset})" if one.preset else ""
    return f"{one.kind.value}{limit}{preset}"


def override_section(visit: VisitRecord, story: Story, width: float, zone: tzinfo | None) -> list[Flowable]:
    """Return each override in bold; nothing where there was none."""
    if not story.overrides:
        return []
    rows = [[clock(one.utc, zone), one.what, one.reason, visit.name(one.clinician)] for one in story.overrides]
    head = ("Time", "What was let pass", "Reason", "Clinician")
    table = grid(head, rows, [width * share for share in (0.08, 0.3, 0.4, 0.22)], bold_rows=range(len(rows)))
    return [KeepTogether([text("Overrides", SECTION), table])]


def _handed_over(visit: VisitRecord, over: HandedOver, width: float) -> list[Flowable]:
    """Return who took the patient over when the visit ended early, and how the criteria stood then."""
    to = f"Handed over to {over.to}. " if over.to else ""
    signed = f"Signed for by {visit.name(over.clinician)}." if over.clinician else ""
    said = [text(f"{to}{signed}".strip(), BODY)] if to or signed else []
    return [*said, _criteria_table("Evidence when it ended", over.evidence, width)]


def _criteria_table(title: str, evidence: tuple[CriterionEvidence, ...], width: float) -> Flowable:
    rows = [
        [_STATE.get(one.state, one.state), one.title, one.evidence.removesuffix(UNMET_AND_LEFT)] for one in evidence
    ]
    bold = [index for index, one in enumerate(evidence) if one.state != GateState.MET.value]
    return grid(("State", "Criterion", title), rows, [width * share for share in (0.14, 0.34, 0.52)], bold_rows=bold)


def discharge_section(visit: VisitRecord, story: Story, width: float) -> list[Flowable]:
    """Return the criteria with their evidence, and the hand-over."""
    signed = story.discharge
    if signed is None:
        found: list[Flowable] = heading("Discharge")
        what = (
            "The visit ended early; no discharge was signed." if story.phase is Phase.ENDED_EARLY else "Not signed yet."
        )
        found.append(text(what, CELL_BOLD))
        if story.handed_over is not None:
            found += _handed_over(visit, story.handed_over, width)
        return found
    table = _criteria_table("Evidence when it was signed", signed.evidence, width)
    hand_over = [one for one in story.driver_confirmed if one.phase in (Phase.OBSERVATION, Phase.READY)]
    how = f", {CONFIRMED_WORDS[hand_over[-1].how]}" if hand_over else ", not confirmed at hand-over"
    driver = signed.driver
    left = left_line(signed)
    to = [text(f"{left}.", CELL_BOLD)] if left else []
    if driver is not None:
        relation = f" ({driver.relation})" if driver.relation else ""
        to.append(text(f"Handed over to {driver.name}{relation}, phone {driver.phone}{how}.", BODY))
    elif signed.path is LeavingPath.AGAINST_ADVICE:
        to.append(text("No driver went along.", BODY))
    return [*headed("Discharge", table, width), Spacer(0, 2 * mm), *to]
