"""How a visit ended, in a line each: how the patient left, with whom, who signed, what was let pass, and how it was watched."""

from datetime import tzinfo

from devices.events import Priority
from nursestation.core.model import ChartKind, GateState, LeavingPath, Phase, Severity
from nursestation.core.records import CriterionEvidence
from nursestation.core.summary import AlarmCount, Summary
from nursestation.core.watching import PRESSURE
from nursestation.core.wording import PHASE_WORDS, count, listed
from nursestation.core.wording import span as seconds
from nursestation.export.charted_now import Entry, entries
from nursestation.export.events import CONFIRMED_WORDS, in_words
from nursestation.export.localtime import clock, clock_s, day
from nursestation.export.story import Story
from nursestation.export.visit import VisitRecord

Row = tuple[str, str, bool]
"""Title, what it says, and whether it is to be seen first."""

_LASTING = (ChartKind.SIDE_EFFECT, ChartKind.SYMPTOM)
_GRAVITY: tuple[Severity | None, ...] = (None, *Severity)
_MOST, _MOST_SIGNS = 4, 40
SHORT = {"heart_rate": "HR", "spo2": "SpO₂", "resp_rate": "RR"}


def outcome_rows(visit: VisitRecord, story: Story, summary: Summary, zone: tzinfo | None) -> tuple[Row, ...]:
    """Return the lines of the first page."""
    rows = [_stopped(story), _side_effects(visit, zone), _left(story, zone), _criteria(story)]
    rows += [("Driver", driver_text(story), False), _signed(visit, story, zone)]
    if story.overrides:
        rows.append(_overrides(visit, story))
    rows += [("Watched", watched_text(summary), False), ("Alarms", _alarms(summary), False)]
    return tuple(row for row in rows if row[1])


def driver_text(story: Story) -> str:
    """Return who was to take the patient home, and how that was confirmed; with whom the patient left stands beside it."""
    if story.driver is None:
        return "nobody named"
    name = f"{story.driver.name} ({story.driver.relation})" if story.driver.relation else story.driver.name
    if story.discharge is not None and story.discharge.driver is None:
        return f"none; named was {name}"
    if not story.driver_confirmed:
        return f"{name}, not confirmed"
    ways = dict.fromkeys(CONFIRMED_WORDS[one.how] for one in story.driver_confirmed)
    return f"{name}, confirmed {listed(list(ways))}"


def _stopped(story: Story) -> Row:
    stopped = story.infusion_stopped
    if stopped is None or not stopped.early:
        return "Stopped early", "", False
    return "Stopped early", stopped.reason or "no reason given", True


def _side_effects(visit: VisitRecord, zone: tzinfo | None) -> Row:
    """Return side effects and symptoms as they stand, the gravest first."""
    found = [one for one in entries(visit) if one.charted.kind in _LASTING and one.struck is None]
    if not found:
        return "Side effects", "none charted", False
    found.sort(key=lambda one: -_GRAVITY.index(one.severity))
    told = [_side_effect(one, zone) for one in found[:_MOST]]
    others = len(found) - len(told)
    return "Side effects", "; ".join([*told, *([f"{others} more, see Events"] if others > 0 else [])]), False


def _side_effect(one: Entry, zone: tzinfo | None) -> str:
    strength = f", {one.severity.value}" if one.severity is not None else ""
    until = f" to {clock(one.over_utc_ns, zone)}" if one.over_utc_ns is not None else ", not over"
    said = one.text if len(one.text) <= _MOST_SIGNS else f"{one.text[: _MOST_SIGNS - 1]}…"
    return f"{said}{strength} ({clock(one.utc_ns, zone)}{until})"


def _left(story: Story, zone: tzinfo | None) -> Row:
    if story.phase is Phase.ENDED_EARLY:
        to = story.handed_over.to if story.handed_over is not None else ""
        when = "" if story.ended is None else f" at {clock(story.ended.at.utc_ns, zone)}"
        return "Left", f"Ended early{when}; {f'handed over to {to}' if to else 'no hand-over recorded'}", True
    signed = story.discharge
    if signed is None:
        return "Left", f"Not yet: {PHASE_WORDS[story.phase].lower()}", True
    when = clock(signed.signature.signed_utc_ns, zone)
    if signed.path is LeavingPath.WITH_DRIVER and signed.driver is not None:
        return "Left", f"Discharged at {when}, with {signed.driver.name}", True
    how = "without a driver" if signed.path is LeavingPath.NO_DRIVER else "against advice"
    return "Left", f"Discharged at {when} {how}", True


def _criteria(story: Story) -> Row:
    evidence: tuple[CriterionEvidence, ...] = ()
    if story.discharge is not None:
        evidence = story.discharge.evidence
    elif story.handed_over is not None:
        evidence = story.handed_over.evidence
    if not evidence:
        return "Criteria", "", False
    met = [one for one in evidence if one.state == GateState.MET.value]
    others = [f"{_state(one)}: {one.title}" for one in evidence if one.state != GateState.MET.value]
    said = "; ".join([f"{len(met)} of {len(evidence)} met", *others])
    return "Criteria", said, bool(others)


def _state(one: CriterionEvidence) -> str:
    return "OVERRIDDEN" if one.state == GateState.OVERRIDDEN.value else "NOT MET"


def _signed(visit: VisitRecord, story: Story, zone: tzinfo | None) -> Row:
    if story.discharge is not None:
        one = story.discharge.signature
        when = f"{day(one.signed_utc_ns, zone)}, {clock_s(one.signed_utc_ns, zone)}"
        return "Signed", f"by {one.name} ({in_words(one.role.value)}), {when}", False
    over = story.handed_over
    if over is not None and over.clinician:
        return "Signed", f"by {visit.name(over.clinician)}: the early end of the visit; no discharge", True
    return "Signed", "not signed", True


def _overrides(visit: VisitRecord, story: Story) -> Row:
    n = len(story.overrides)
    names = sorted({visit.name(one.clinician) for one in story.overrides})
    return "Let pass", f"{'1 override' if n == 1 else f'{n} overrides'} by {listed(names)}: see Overrides.", True


def watched_text(summary: Summary) -> str:
    """Return the part of the time that was covered by data, the longest gap, and the cuff readings beside the plan."""
    seen = summary.watching
    if not seen.coverage:
        return "not begun"
    parts = ", ".join(f"{SHORT[metric]} {percent(part)}" for metric, part, _ in seen.coverage if metric != PRESSURE)
    longest_s, metric = max((gap_s, metric) for metric, _, gap_s in seen.coverage if metric != PRESSURE)
    gap = f"longest gap {seconds(longest_s)} ({SHORT[metric]})" if longest_s else "no gap"
    planned = next(percent(part) for metric, part, _ in seen.coverage if metric == PRESSURE)
    failed = f", {seen.cuffs_failed} failed" if seen.cuffs_failed else ""
    cuffs = f"{count(seen.cuffs_taken, 'cuff reading')}, {seen.cuffs_planned} planned{failed}"
    return f"{parts}; {gap}. BP by the plan {planned}: {cuffs}"


def _alarms(summary: Summary) -> str:
    told = ", ".join(f"{one.n} {one.priority.value}" for one in summary.alarms)
    waits = [_answered(one) for one in summary.alarms if one.priority is not Priority.LOW and one.n]
    return "; ".join([told, *waits])


def _answered(one: AlarmCount) -> str:
    words = f"{one.priority.value}: {one.n_answered} of {one.n} acknowledged"
    if one.median_s is None or one.slowest_s is None:
        return words
    slowest = f", slowest {seconds(one.slowest_s)}" if one.n_answered > 1 else ""
    return f"{words} after {seconds(one.median_s)}{slowest}"


def percent(fraction: float) -> str:
    """Return a share in per cent that never claims more than there was: 100 % only for all of it."""
    tenths = int(fraction * 1000)
    return f"{tenths // 10} %" if tenths % 10 == 0 else f"{tenths / 10:.1f} %"
