"""Discharge readiness: ten criteria, each with its state and its evidence.

| criterion | decided by | met when | source of the numbers |
|---|---|---|---|
| observation | record | `observation_min` since the infusion ended | protocol |
| bp | record | last `bp_readings` within `bp_within_percent` of baseline, `bp_max_age_min` old at most | [discharge] |
| vitals_stable | record | HR, SpO2, RR inside the discharge limits for `stable_min` without a gap | [discharge] |
| no_open_condition | record | no physiological condition present, every technical one acknowledged | - |
| aldrete | person | modified Aldrete score `aldrete_at_least` or more, not older than `score_max_age_min` | [discharge] |
| sedation | person | MOAA/S `moaas_at_least` or more, not older than `score_max_age_min` | [discharge] |
| side_effects | record | every charted side effect and symptom is over | - |
| iv_removed | person | seen removed (an injection has none) | - |
| driver | record | named, and seen in person or booked, confirmed after the infusion | - |
| instructions | person | given in writing | - |

Rules of the file:
1. What the record proves is filled in by itself; what only a person can see, a person answers. Nothing is assumed.
2. Missing or old data make a criterion unknown, never met.
3. An override is a second person's: a clinician other than the one who signs, with PIN and reason.
4. The digest names ids, states, answers and the newest cuff reading, not ages: it changes when the picture changes, not
   each second.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from devices.clock import NS_PER_S, Moment
from devices.events import AlarmKind
from nursestation.core import gates, signin, vitals
from nursestation.core import records as r
from nursestation.core.commands import AnswerCriterion, OverrideCriterion
from nursestation.core.model import ChartKind, ConfirmedHow, CuffReading, GateState, Operator, Phase, Role, Route
from nursestation.core.snapshot import CriterionView, ReadinessView
from nursestation.core.stability import bounds
from nursestation.core.state import Answer, ChairState, Stretch, Visit, seconds_between
from nursestation.core.turn import Refusal, Turn
from nursestation.core.wording import left, listed, number, span, staff_name

_OK = (GateState.MET, GateState.OVERRIDDEN)
_AT_HANDOVER = (Phase.OBSERVATION, Phase.READY)
_SEEN = (ConfirmedHow.SEEN_IN_PERSON, ConfirmedHow.BOOKING)
_USE_INSTEAD = {
    "side_effects": "Mark each side effect as over in the chart; this line follows.",
    "driver": "Confirm the driver with the driver's own button; this line follows.",
}


@dataclass(frozen=True, slots=True)
class _Found:
    state: GateState
    evidence: str
    score: int | None = None
    earliest_in_s: float | None = None
    asks_person: bool = False


# --- the page -----------------------------------------------------------------------------------------------------


def readiness(chair: ChairState, visit: Visit, operators: Mapping[str, Operator], now: Moment) -> ReadinessView:
    """Return the discharge page as it stands."""
    views = criteria(chair, visit, operators, now)
    n_met = sum(view.state in _OK for view in views)
    is_ready = visit.phase is Phase.READY and n_met == len(views) and visit.driver is not None
    return ReadinessView(
        criteria=views,
        n_met=n_met,
        may_sign=is_ready,
        digest=digest(visit, views),
        meaning=visit.protocol.discharge.meaning,
    )


def criteria(
    chair: ChairState, visit: Visit, operators: Mapping[str, Operator], now: Moment
) -> tuple[CriterionView, ...]:
    """Return every criterion with state and evidence. Staff are told by their names."""
    rules = visit.protocol.discharge
    found = (
        ("observation", "Observation window complete", _observation(visit, now)),
        ("bp", "BP back near baseline", _bp(visit, now)),
        (
            "vitals_stable",
            f"HR, SpO₂, RR inside discharge limits for {rules.stable_min:g} min",
            _vitals_stable(chair, visit, now),
        ),
        ("no_open_condition", "No open alarm condition", _no_open_condition(visit)),
        (
            "aldrete",
            f"Modified Aldrete score ≥ {rules.aldrete_at_least}",
            _score(visit, operators, now, "aldrete", rules.aldrete_at_least, "{} of 10"),
        ),
        (
            "sedation",
            "Sedation: awake and oriented",
            _score(visit, operators, now, "sedation", rules.moaas_at_least, "MOAA/S {}"),
        ),
        ("side_effects", "Side effects settled", _side_effects(visit)),
        ("iv_removed", "IV access removed", _iv_removed(visit, operators)),
        ("driver", "Driver here and confirmed", _driver(visit)),
        (
            "instructions",
            "Written instructions given",
            _answered(visit, operators, "instructions", "Give the written instructions"),
        ),
    )
    return tuple(_view(visit, operators, which, title, what) for which, title, what in found)


def digest(visit: Visit, views: tuple[CriterionView, ...]) -> str:
    """Return the SHA-256 (hex) that names this exact picture: states, answers, overrides, the driver, the newest reading."""
    answers = {
        which: (answer.met, answer.score, answer.evidence, answer.by) for which, answer in sorted(visit.answers.items())
    }
    waivers = {which: (waiver.clinician, waiver.reason) for which, waiver in sorted(visit.waivers.items())}
    driver = visit.driver
    newest = visit.cuffs[-1][0] if visit.cuffs else None
    picture = (
        visit.session,
        [(view.id, view.state.value) for view in views],
        answers,
        waivers,
        None if driver is None else (driver.name, driver.relation, driver.phone, driver.transport.value),
        None if visit.driver_confirmed is None else [part.value for part in visit.driver_confirmed],
        None if newest is None else (newest.sys, newest.dia, newest.measured_utc_ns),
    )
    return hashlib.sha256(json.dumps(picture, ensure_ascii=False).encode()).hexdigest()


def _view(visit: Visit, operators: Mapping[str, Operator], which: str, title: str, found: _Found) -> CriterionView:
    waiver = visit.waivers.get(which)
    state, evidence = found.state, found.evidence
    if waiver is not None and state is not GateState.MET:
        state = GateState.OVERRIDDEN
        evidence = f"{evidence} · overridden by {staff_name(operators, waiver.clinician)}: {waiver.reason}"
    return CriterionView(
        id=which,
        title=title,
        state=state,
        evidence=evidence,
        asks_person=found.asks_person,
        score=found.score,
        earliest_in_s=found.earliest_in_s if state is not GateState.MET else None,
    )


# --- what the record proves ---------------------------------------------------------------------------------------


def _observation(visit: Visit, now: Moment) -> _Found:
    began = visit.began(Phase.OBSERVATION)
    if began is None:
        return _Found(GateState.UNMET, "not begun")
    passed_s = seconds_between(began, now)
    least_s, planned_s = visit.protocol.observation_min * 60, visit.protocol.observation_planned_min * 60
    since = "injection" if visit.protocol.route is Route.IM else "infusion stopped"
    evidence = f"{span(passed_s)} of {span(planned_s)} since {since}"
    if passed_s >= least_s:
        return _Found(GateState.MET, evidence if passed_s >= planned_s else f"{evidence}, minimum {span(least_s)}")
    return _Found(GateState.UNMET, f"{evidence}, {left(least_s - passed_s)} to go", earliest_in_s=least_s - passed_s)


def _bp(visit: Visit, now: Moment) -> _Found:
    rules = visit.protocol.discharge
    base = visit.baseline
    began = visit.began(Phase.OBSERVATION)
    if base is None or began is None:
        return _Found(GateState.UNKNOWN, "there is no baseline to compare with")
    since = [reading for reading, _ in visit.cuffs if reading.measured_mono_ns >= began.mono_ns]
    last = since[-max(rules.bp_readings, 3) :]
    if len(since) < rules.bp_readings:
        return _Found(GateState.UNKNOWN, f"{len(since)} of {rules.bp_readings} readings since observation began")
    told = (
        f"last: {' · '.join(str(reading) for reading in last)}; baseline {base}, limit ±{rules.bp_within_percent:g} %"
    )
    age_s = (now.mono_ns - since[-1].measured_mono_ns) / NS_PER_S
    if age_s > rules.bp_max_age_min * 60:
        return _Found(GateState.UNKNOWN, f"{told}; the last is {span(age_s)} old: measure again")
    judged = since[-rules.bp_readings :]
    is_near = all(_is_near(reading, base.sys, base.dia, rules.bp_within_percent) for reading in judged)
    return _Found(GateState.MET if is_near else GateState.UNMET, told)


def _is_near(reading: CuffReading, sys: int, dia: int, percent: float) -> bool:
    return all(abs(value - base) * 100 <= percent * base for value, base in ((reading.sys, sys), (reading.dia, dia)))


def _vitals_stable(chair: ChairState, visit: Visit, now: Moment) -> _Found:
    states: list[GateState] = []
    told: list[str] = []
    wait_s = 0.0
    for metric, name in (("heart_rate", "HR"), ("spo2", "SpO₂"), ("resp_rate", "RR")):
        view = vitals.judged(chair, metric, now)
        state, words, metric_wait_s = _stable(visit, metric, view, now)
        shown = f"{name} {number(view.value)}" if view is not None and view.value is not None else f"{name} ---"
        states.append(state)
        told.append(f"{shown} ({words})" if words else shown)
        wait_s = max(wait_s, metric_wait_s)
    evidence = " · ".join(told)
    if GateState.UNMET in states:
        return _Found(GateState.UNMET, evidence, earliest_in_s=wait_s)
    if GateState.UNKNOWN in states:
        return _Found(GateState.UNKNOWN, evidence, earliest_in_s=wait_s)
    return _Found(GateState.MET, evidence)


def _stable(visit: Visit, metric: str, view: vitals.Shown | None, now: Moment) -> tuple[GateState, str, float]:
    """Return state, words (with what is wrong, or "") and how long it takes at least [s], for one vital sign."""
    rules = visit.protocol.discharge
    need_s = rules.stable_min * 60
    stretch = _stretch(visit, metric, view)
    if stretch is None:
        return GateState.UNKNOWN, "no data in this visit", need_s
    age_s = (now.mono_ns - stretch.last_ns) / NS_PER_S
    allowed_s = rules.vitals_max_age_min * 60 if visit.phase is Phase.READY else rules.stable_gap_s
    if age_s > max(allowed_s, rules.stable_gap_s):
        return GateState.UNKNOWN, f"no data for {span(age_s)}", need_s
    low, high = bounds(rules, metric) or (None, None)
    inside = f"{number(low) if low is not None else ''} to {number(high) if high is not None else ''}".strip()
    inside = f"{number(low)} or more" if high is None and low is not None else inside
    if stretch.since_ns is None:
        return GateState.UNMET, f"outside {inside}", need_s
    stable_s = (stretch.last_ns - stretch.since_ns) / NS_PER_S
    # samples come about once a second: a stretch whose last sample is that close to the end is whole
    if stable_s + min(age_s, rules.stable_gap_s) >= need_s:
        return GateState.MET, "", 0.0
    wait_s = need_s - stable_s
    was_outside = stretch.last_outside_ns is not None and now.mono_ns - stretch.last_outside_ns < need_s * NS_PER_S
    state = GateState.UNMET if was_outside else GateState.UNKNOWN
    why = f"inside for {span(stable_s)} only" if was_outside else f"data for {span(stable_s)} only"
    return state, why, wait_s


def _stretch(visit: Visit, metric: str, view: vitals.Shown | None) -> Stretch | None:
    """Return the stretch of what is shown; where nothing is shown any more, the newest one."""
    if view is not None and view.value is not None:
        return visit.stretches.get((view.metric, view.monitor.binding.id))
    metrics = ("heart_rate", "pulse_rate") if metric == "heart_rate" else (metric,)
    found = [stretch for (which, _), stretch in visit.stretches.items() if which in metrics]
    return max(found, key=lambda stretch: stretch.last_ns, default=None)


def _no_open_condition(visit: Visit) -> _Found:
    present = visit.conditions.values()
    physiological = [c.text for c in present if c.kind is AlarmKind.PHYSIOLOGICAL]
    unseen = [c.text for c in present if c.kind is AlarmKind.TECHNICAL and c.seen_by is None]
    if physiological or unseen:
        todo = "" if physiological else "; acknowledge or mend"
        return _Found(GateState.UNMET, f"open: {'; '.join(physiological + unseen)}{todo}")
    known = [c.text for c in present]
    flags = [flag for flag in visit.flags.values() if not flag.is_present]
    parts = [f"{len(flags)} BP flag{'s' if len(flags) != 1 else ''} of this visit ended"] if flags else ["none open"]
    if known:
        parts.append(f"acknowledged: {'; '.join(known)}")
    return _Found(GateState.MET, " · ".join(parts))


def _side_effects(visit: Visit) -> _Found:
    entries = [e for e in visit.entries.values() if e.kind in (ChartKind.SIDE_EFFECT, ChartKind.SYMPTOM)]
    if not entries:
        return _Found(GateState.MET, "none charted")
    told = []
    for entry in entries:
        how = f", {entry.severity.value}" if entry.severity is not None else ""
        ended = (
            "not over" if entry.resolved is None else f"over after {span(seconds_between(entry.at, entry.resolved))}"
        )
        told.append(f"{entry.text}{how}, {ended}")
    is_settled = all(entry.resolved is not None for entry in entries)
    return _Found(GateState.MET if is_settled else GateState.UNMET, " · ".join(told))


def is_driver_here(visit: Visit) -> bool:
    """Say whether the driver was confirmed at hand-over: seen in person, or a transport company's booking."""
    if visit.driver is None or visit.driver_confirmed is None:
        return False
    how, phase = visit.driver_confirmed
    return phase in _AT_HANDOVER and how in _SEEN


def _driver(visit: Visit) -> _Found:
    line = gates.driver_line(visit)
    if visit.driver is None or visit.driver_confirmed is None:
        return _Found(GateState.UNMET, line)
    how, phase = visit.driver_confirmed
    if phase not in _AT_HANDOVER:
        return _Found(GateState.UNMET, f"{line}: confirm again at hand-over")
    if how not in _SEEN:
        return _Found(GateState.UNMET, f"{line}: see the driver in person, or note the booking")
    return _Found(GateState.MET, line)


# --- what a person says -------------------------------------------------------------------------------------------


def _iv_removed(visit: Visit, operators: Mapping[str, Operator]) -> _Found:
    if visit.protocol.route is Route.IM:
        return _Found(GateState.MET, "injection: no IV access")
    return _answered(visit, operators, "iv_removed", "Remove the IV and look at the site")


def _answered(visit: Visit, operators: Mapping[str, Operator], which: str, todo: str) -> _Found:
    answer = visit.answers.get(which)
    if answer is None:
        return _Found(GateState.UNKNOWN, todo, asks_person=True)
    state = GateState.MET if answer.met else GateState.UNMET
    return _Found(state, _said(operators, answer, answer.evidence), score=answer.score, asks_person=True)


def _score(
    visit: Visit, operators: Mapping[str, Operator], now: Moment, which: str, at_least: int, form: str
) -> _Found:
    answer = visit.answers.get(which)
    if answer is None:
        return _Found(GateState.UNKNOWN, "not scored yet", asks_person=True)
    score_text = form.format(answer.score)
    says_score = answer.evidence.startswith(score_text)
    words = answer.evidence if says_score else f"{score_text}: {answer.evidence}".removesuffix(": ")
    told = _said(operators, answer, words)
    age_s = seconds_between(answer.at, now)
    if age_s > visit.protocol.discharge.score_max_age_min * 60:
        told = f"{told}, {span(age_s)} ago: score again"
        return _Found(GateState.UNKNOWN, told, score=answer.score, asks_person=True)
    is_met = answer.met and answer.score is not None and answer.score >= at_least
    return _Found(GateState.MET if is_met else GateState.UNMET, told, score=answer.score, asks_person=True)


def _said(operators: Mapping[str, Operator], answer: Answer, words: str) -> str:
    by = staff_name(operators, answer.by)
    return f"{words} · {by}" if words else by


_SCORED = {"aldrete": (0, 10), "sedation": (0, 5)}


def answer(turn: Turn, chair: ChairState, visit: Visit, command: AnswerCriterion) -> None:
    """Note what a person saw.

    Raises:
        Refusal: the record decides this criterion, or the score is missing or out of range.
    """
    view = _named(chair, visit, turn, command.criterion)
    if not view.asks_person:
        sentence = _USE_INSTEAD.get(view.id, "The record fills this line in by itself.")
        raise Refusal(sentence)
    scale = _SCORED.get(view.id)
    if scale is not None and (command.score is None or not scale[0] <= command.score <= scale[1]):
        raise Refusal(f"Enter a score from {scale[0]} to {scale[1]}.")
    turn.emit(
        r.CriterionAnswered(
            **turn.acted(chair),
            criterion=view.id,
            met=command.met,
            evidence=command.evidence.strip(),
            score=command.score if scale is not None else None,
        )
    )


def override(turn: Turn, chair: ChairState, visit: Visit, command: OverrideCriterion) -> None:
    """Let the discharge pass an unmet criterion, on a second person's PIN.

    Raises:
        Refusal: met already, no reason, the same person, or not a clinician.
    """
    view = _named(chair, visit, turn, command.criterion)
    if view.state is GateState.MET:
        raise Refusal(f"“{view.title}” is met already; it needs no override.")
    if not command.reason.strip():
        raise Refusal("Give the reason for the override; it prints on the record.")
    if command.clinician_id == turn.state.operator:
        raise Refusal("An override needs a second person: a clinician other than you.")
    signin.verify_clinician(turn, command.clinician_id, command.pin, Role.CLINICIAN)
    turn.emit(
        r.CriterionOverridden(
            **turn.acted(chair),
            criterion=view.id,
            reason=command.reason.strip(),
            clinician=command.clinician_id,
        )
    )


def unmet_sentence(views: tuple[CriterionView, ...]) -> str:
    """Return what still stands against the discharge, or ""."""
    open_titles = [view.title for view in views if view.state not in _OK]
    return f"Not yet met: {listed(open_titles)}." if open_titles else ""


def _named(chair: ChairState, visit: Visit, turn: Turn, which: str) -> CriterionView:
    for view in criteria(chair, visit, turn.state.operators, turn.now):
        if view.id == which:
            return view
    raise Refusal(f"There is no discharge criterion called {which!r}.")
