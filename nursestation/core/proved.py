"""The discharge criteria that the record decides by itself: what it proves, from which numbers, and when it can turn.

Missing or old data make a criterion unknown, never met. The numbers stand in the protocol ([discharge]).
"""

from collections.abc import Mapping

from devices.clock import NS_PER_S, Moment
from devices.events import AlarmKind
from nursestation.core import gates, observation, orthostatic, vitals
from nursestation.core import records as r
from nursestation.core.finding import Found, either
from nursestation.core.model import ChartKind, ConfirmedHow, CuffReading, GateState, Operator, Phase, Route, TimedStep
from nursestation.core.stability import bounds
from nursestation.core.state import ChairState, Stretch, Visit, seconds_between
from nursestation.core.wording import left, number, span, staff_name

_AT_HANDOVER = (Phase.OBSERVATION, Phase.READY)
_SEEN = (ConfirmedHow.SEEN_IN_PERSON, ConfirmedHow.BOOKING)
_HOW_GIVEN = {"printed": "printed", "file": "saved as a file"}


def observed(visit: Visit, operators: Mapping[str, Operator], now: Moment) -> Found:
    """Judge the observation's length."""
    began = visit.began(Phase.OBSERVATION)
    if began is None:
        return Found(GateState.UNMET, "not begun")
    passed_s = seconds_between(began, now)
    least_s, planned_s = visit.observation_min * 60, visit.protocol.observation_planned_min * 60
    since = "injection" if visit.protocol.route is Route.IM else "infusion stopped"
    evidence = f"{span(passed_s)} of {span(planned_s)} since {since}"
    is_over = passed_s >= least_s
    if not is_over:
        evidence = f"{evidence}, {left(least_s - passed_s)} to go"
    elif passed_s < planned_s:
        evidence = f"{evidence}, minimum {span(least_s)}"
    corrected = _corrected_line(visit, operators)
    if corrected:
        evidence = f"{evidence} · {corrected}"
    shortened = observation.shortened_line(visit, operators)
    if shortened:
        evidence = f"{evidence} · shortened {shortened}"
    return Found(either(is_over), evidence, earliest_in_s=max(0.0, least_s - passed_s), age_s=passed_s)


def _corrected_line(visit: Visit, operators: Mapping[str, Operator]) -> str:
    """Return how the time that the observation counts from was corrected: "... to 5:00 earlier by ..."; "" where not."""
    is_injection = visit.protocol.route is Route.IM
    step = TimedStep.INFUSION_STARTED if is_injection else TimedStep.INFUSION_STOPPED
    changes = [change for change in visit.times_corrected if change.what is step]
    if not changes:
        return ""
    moved_s = seconds_between(changes[0].before, changes[-1].after)
    way = "earlier" if moved_s < 0 else "later"
    by = staff_name(operators, changes[-1].by)
    return f"that time was corrected to {span(abs(moved_s))} {way} by {by}: {changes[-1].reason}"


def near_baseline(visit: Visit, now: Moment) -> Found:
    """Judge the last cuff readings against the patient's own baseline."""
    rules = visit.protocol.discharge
    base = visit.baseline
    began = visit.began(Phase.OBSERVATION)
    if base is None or began is None:
        return Found(GateState.UNKNOWN, "there is no baseline to compare with")
    since = [reading for reading, _ in visit.cuffs if reading.measured_mono_ns >= began.mono_ns]
    last = since[-max(rules.bp_readings, 3) :]
    if len(since) < rules.bp_readings:
        return Found(GateState.UNKNOWN, f"{len(since)} of {rules.bp_readings} readings since observation began")
    told = (
        f"last: {' · '.join(str(reading) for reading in last)}; baseline {base}, limit ±{rules.bp_within_percent:g} %"
    )
    age_s = (now.mono_ns - since[-1].measured_mono_ns) / NS_PER_S
    if age_s > rules.bp_max_age_min * 60:
        return Found(GateState.UNKNOWN, f"{told}; the last is {span(age_s)} old: measure again", age_s=age_s)
    judged = since[-rules.bp_readings :]
    is_near = all(_is_near(reading, base.sys, base.dia, rules.bp_within_percent) for reading in judged)
    return Found(either(is_near), told, age_s=age_s)


def _is_near(reading: CuffReading, sys: int, dia: int, percent: float) -> bool:
    return all(abs(value - base) * 100 <= percent * base for value, base in ((reading.sys, sys), (reading.dia, dia)))


def stable(chair: ChairState, visit: Visit, now: Moment) -> Found:
    """Judge how long the continuous vitals have been inside the discharge limits."""
    states: list[GateState] = []
    told: list[str] = []
    wait_s = age_s = 0.0
    for metric, name in (("heart_rate", "HR"), ("spo2", "SpO₂"), ("resp_rate", "RR")):
        view = vitals.judged(chair, metric, now)
        stretch = _stretch(visit, metric, view)
        state, words, metric_wait_s = _stable(visit, metric, stretch, now)
        shown = f"{name} {number(view.value)}" if view is not None and view.value is not None else f"{name} ---"
        states.append(state)
        told.append(f"{shown} ({words})" if words else shown)
        wait_s = max(wait_s, metric_wait_s)
        if stretch is not None:
            age_s = max(age_s, (now.mono_ns - stretch.last_ns) / NS_PER_S)
    worst = next((state for state in (GateState.UNMET, GateState.UNKNOWN) if state in states), GateState.MET)
    return Found(worst, " · ".join(told), earliest_in_s=wait_s, age_s=age_s)


def _stable(visit: Visit, metric: str, stretch: Stretch | None, now: Moment) -> tuple[GateState, str, float]:
    """Return state, words (with what is wrong, or "") and how long it takes at least [s], for one vital sign."""
    rules = visit.protocol.discharge
    need_s = rules.stable_min * 60
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


def no_condition(visit: Visit) -> Found:
    """Judge whether an alarm condition is open."""
    present = visit.conditions.values()
    physiological = [c.text for c in present if c.kind is AlarmKind.PHYSIOLOGICAL]
    unseen = [c.text for c in present if c.kind is AlarmKind.TECHNICAL and c.seen_by is None]
    if physiological or unseen:
        todo = "" if physiological else "; acknowledge or mend"
        return Found(GateState.UNMET, f"open: {'; '.join(physiological + unseen)}{todo}")
    known = [c.text for c in present]
    flags = [flag for flag in visit.flags.values() if not flag.is_present]
    parts = [f"{len(flags)} BP flag{'s' if len(flags) != 1 else ''} of this visit ended"] if flags else ["none open"]
    if known:
        parts.append(f"acknowledged: {'; '.join(known)}")
    return Found(GateState.MET, " · ".join(parts))


def settled(visit: Visit) -> Found:
    """Judge whether every charted side effect and symptom is over; what was struck out was none."""
    charted = [entry for entry in visit.entries.values() if entry.kind in (ChartKind.SIDE_EFFECT, ChartKind.SYMPTOM)]
    entries = [entry for entry in charted if entry.struck is None]
    struck = [f"struck out: {entry.text} ({entry.struck.reason})" for entry in charted if entry.struck is not None]
    if not entries:
        return Found(GateState.MET, " · ".join(["none charted", *struck]))
    told = []
    for entry in entries:
        how = f", {entry.severity.value}" if entry.severity is not None else ""
        ended = (
            "not over" if entry.resolved is None else f"over after {span(seconds_between(entry.at, entry.resolved))}"
        )
        told.append(f"{entry.text}{how}, {ended}")
    return Found(either(all(entry.resolved is not None for entry in entries)), " · ".join([*told, *struck]))


def steady_standing(visit: Visit, operators: Mapping[str, Operator], now: Moment) -> Found:
    """Judge the check lying and standing, or the reason why it was left out."""
    rules = visit.protocol.discharge
    check = visit.orthostatic
    if check is None:
        return Found(GateState.UNKNOWN, "measure lying, then standing after 1 and 3 min, or say why not")
    by = staff_name(operators, check.operator or "")
    age_s = seconds_between(check.at, now)
    if check.skipped_because:
        return Found(GateState.MET, f"left out: {check.skipped_because} · {by}", age_s=age_s)
    told = f"{_postures(check)} · {by}"
    fall_sys, fall_dia = orthostatic.falls(check) or (0, 0)
    falls = [
        f"falls by {fall} {name}"
        for fall, most, name in (
            (fall_sys, rules.orthostatic_fall_sys, "systolic"),
            (fall_dia, rules.orthostatic_fall_dia, "diastolic"),
        )
        if fall >= most
    ]
    if check.symptoms:
        falls.append("dizzy or faint on standing")
    if falls:
        return Found(GateState.UNMET, f"{told}: {', '.join(falls)}", age_s=age_s)
    if age_s > rules.score_max_age_min * 60:
        return Found(GateState.UNKNOWN, f"{told}, {span(age_s)} ago: measure again", age_s=age_s)
    if check.standing_3 is None:
        return Found(GateState.UNKNOWN, f"{told}: measure after 3 min too", age_s=age_s)
    return Found(GateState.MET, told, age_s=age_s)


def _postures(check: r.OrthostaticRecorded) -> str:
    taken = (("lying", check.lying), ("1 min", check.standing_1), ("3 min", check.standing_3))
    by_hand = orthostatic.by_hand(check)
    return ", ".join(
        f"{name} {reading[0]}/{reading[1]}{' by hand' if typed else ''}"
        for (name, reading), typed in zip(taken, by_hand, strict=True)
        if reading is not None
    )


def is_driver_here(visit: Visit) -> bool:
    """Say whether the driver was confirmed at hand-over: seen in person, or a transport company's booking."""
    if visit.driver is None or visit.driver_confirmed is None:
        return False
    how, phase = visit.driver_confirmed
    return phase in _AT_HANDOVER and how in _SEEN


def driver(visit: Visit, now: Moment) -> Found:
    """Judge whether the driver is here, and is the one who was named at check-in."""
    line = gates.driver_line(visit)
    if visit.driver is None or visit.driver_confirmed is None:
        return Found(GateState.UNMET, line)
    how, phase = visit.driver_confirmed
    if phase not in _AT_HANDOVER:
        return Found(GateState.UNMET, f"{line}: confirm again at hand-over")
    if how not in _SEEN:
        return Found(GateState.UNMET, f"{line}: see the driver in person, or note the booking")
    state, told = _known_again(visit, how) if visit.protocol.discharge.driver_code else (GateState.MET, "")
    return Found(state, f"{line}{told}", age_s=seconds_between(visit.said["driver"].at, now))


def _known_again(visit: Visit, how: ConfirmedHow) -> tuple[GateState, str]:
    """Say whether who is here is the driver of check-in, and how that is known or what is to do."""
    if how is ConfirmedHow.BOOKING:
        if visit.driver is not None and visit.driver.booking.strip():
            return GateState.MET, ""  # the line tells its number
        return GateState.UNMET, ": name the driver again with the booking number"
    if visit.driver_code_matched:
        return GateState.MET, ", code matched"
    if visit.driver_identity_seen:
        return GateState.MET, f", without the code, {visit.driver_identity_seen} seen"
    return GateState.UNMET, ": ask for the code of check-in, or name a document seen"


def instructed(visit: Visit) -> Found:
    """Judge whether the sheet was printed, and read by the patient or the driver."""
    printed, read = visit.instructions_printed, visit.instructions_acknowledged
    if printed is None:
        return Found(GateState.UNMET, "print the instructions")
    language = f", {printed.language}" if printed.language else ""
    told = f"{_HOW_GIVEN[printed.how]}{language}"
    if read is None:
        return Found(GateState.UNMET, f"{told}: let the patient or the driver read them and say so")
    return Found(GateState.MET, f"{told}, read by the {read.by}")
