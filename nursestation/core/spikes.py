"""The blood-pressure rules: the patient's own baseline, the ladder of flags over it, and the two-step confirmation.

All numbers are the treatment protocol's ([bp]); its file names their sources.

Baseline: the newest `baseline_readings` cuff readings of the baseline phase, each `baseline_min_apart_min` to
`baseline_max_apart_min` after the one before; the median of each pressure. A reading that follows too soon is passed over, and
one that is older than `baseline_max_age_min` when the baseline is taken is no evidence.

Ladder, over a reading, from the highest rung down; any condition of a rung raises it:

| condition | holds when |
|---|---|
| sys_at_or_above, dia_at_or_above | the pressure is that or more |
| rise_sys, rise_dia | the pressure is that much or more over the baseline |
| rise_percent, fall_percent | systolic is that many percent or more over, under the baseline |
| sys_below, mean_below | the pressure is less than that |
| with_symptom_from | a red-flag symptom lasts and the numbers alone reach that grade |

Before the infusion only the absolute conditions of severe, crisis and low count: what else is high is the start gate's matter.

Two steps (one flag of high pressure and one of low pressure at a time):

| flag | next reading | outcome |
|---|---|---|
| none | on a rung | flag raised at once, condition raised, repeat asked for |
| waits for repeat | on the rung or above | confirmed (above: ended, a flag of the higher rung raised, with its own repeat) |
| waits for repeat | below the rung | not confirmed, ended (on a lower rung: a flag of that rung, confirmed: both stand on it) |
| waits for repeat | none in time | not repeated; the condition stays and says so; a later reading still decides |
| decided | above the rung | ended, a flag of the higher rung raised |
| decided | below the rung | ended (on a lower rung: as above) |

A latching rung's condition stays after its flag has ended until an operator acknowledges it.

A reading that comes late, measured before one that is known already, may raise a flag but decides and ends none: what was
measured after it has more to say.
"""

import statistics
from collections.abc import Sequence

from devices.clock import NS_PER_S, Moment
from devices.events import AlarmKind, Priority, Validity
from nursestation.core import alarms, vitals
from nursestation.core import records as r
from nursestation.core.commands import AnswerFlag, TakeBaseline
from nursestation.core.model import Baseline, ChartKind, CuffReading, FlagOutcome, Grade, Phase
from nursestation.core.protocols import BpRules, FlagRule
from nursestation.core.state import ChairState, Condition, Flag, Visit
from nursestation.core.turn import Refusal, Turn
from nursestation.core.wording import FLAG_WORDS, count, left, listed, reading_quality, span

_NS_PER_MIN = 60 * NS_PER_S
_RANK = {Grade.WATCH: 1, Grade.SPIKE: 2, Grade.SEVERE: 3, Grade.CRISIS: 4}
_BEFORE_START = (Grade.SEVERE, Grade.CRISIS, Grade.LOW)


# --- baseline -----------------------------------------------------------------------------------------------------


def baseline_set(visit: Visit, now: Moment) -> tuple[CuffReading, ...]:
    """Return the newest cuff readings that make a baseline now, oldest first; () when the rule is not met."""
    return _set_of(_fresh(visit, now), visit.protocol.bp)


def baseline_too_old(visit: Visit, now: Moment) -> tuple[CuffReading, ...]:
    """Return the readings of the baseline phase that are too old to count, oldest first; () once it is over."""
    if visit.phase is not Phase.BASELINE:
        return ()
    fresh = _fresh(visit, now)
    return tuple(reading for reading in _baseline_readings(visit) if reading not in fresh)


def baseline_missing(visit: Visit, now: Moment) -> str:
    """Return what is still missing for a baseline, or "" when `TakeBaseline` would be taken."""
    if visit.phase is not Phase.BASELINE:
        return "begin the baseline first" if visit.phase is Phase.CHECK_IN else "a baseline is taken before the start"
    if baseline_set(visit, now):
        return ""
    rules = visit.protocol.bp
    fresh = _fresh(visit, now)
    missing = _readings_missing(fresh, rules, now)
    whole = _set_of(_baseline_readings(visit), rules)
    too_old = [reading for reading in whole if reading not in fresh]
    if rules.baseline_max_age_min is None or not too_old:
        return missing
    ages = listed([f"{reading} is {span(_age_s(reading, now))} old" for reading in too_old])
    return f"{missing}: {ages}, and none over {rules.baseline_max_age_min:g} min counts"


def _readings_missing(readings: Sequence[CuffReading], rules: BpRules, now: Moment) -> str:
    apart = f"{rules.baseline_min_apart_min:g} to {rules.baseline_max_apart_min:g} min apart"
    if not readings:
        many = rules.baseline_readings > 1
        return count(rules.baseline_readings, "cuff reading") + (f", {apart}" if many else "")
    age_s = _age_s(readings[-1], now)
    if age_s > rules.baseline_max_apart_min * 60:
        return f"{count(rules.baseline_readings, 'cuff reading')}, {apart} (the last one is {span(age_s)} old)"
    more = count(rules.baseline_readings - len(_apart(readings, rules)), "more cuff reading")
    wait_s = rules.baseline_min_apart_min * 60 - age_s
    return f"{more} in {left(wait_s)}" if wait_s > 0 else f"{more} now"


def take_baseline(turn: Turn, chair: ChairState, visit: Visit, command: TakeBaseline) -> None:  # noqa: ARG001
    """Accept the newest cuff readings as the patient's baseline.

    Raises:
        Refusal: the protocol's rule is not met yet.
    """
    readings = baseline_set(visit, turn.now)
    if not readings:
        raise Refusal(f"The baseline still needs {baseline_missing(visit, turn.now)}.")
    means = [reading.mean for reading in readings if reading.mean is not None]
    rate = vitals.rate(chair, turn.now)
    spo2 = vitals.shown(chair, "spo2", turn.now)
    resp = vitals.shown(chair, "resp_rate", turn.now)
    baseline = Baseline(
        sys=_median([reading.sys for reading in readings]),
        dia=_median([reading.dia for reading in readings]),
        mean=_median(means) if means else None,
        heart_rate=_trusted(rate),
        spo2=_trusted(spo2),
        resp_rate=_trusted(resp),
        readings=readings,
    )
    turn.emit(r.BaselineTaken(**turn.acted(chair), baseline=baseline))


def _trusted(view: vitals.Shown | None) -> float | None:
    """Return what is shown unless it is doubted: later values are compared with it."""
    return view.value if view is not None and view.validity is Validity.VALID else None


def _baseline_readings(visit: Visit) -> list[CuffReading]:
    readings = [reading for reading, phase in visit.cuffs if phase is Phase.BASELINE]
    return sorted(readings, key=lambda reading: reading.measured_mono_ns)


def _fresh(visit: Visit, now: Moment) -> list[CuffReading]:
    """Return the readings of the baseline phase that are new enough to count, oldest first."""
    at_most = visit.protocol.bp.baseline_max_age_min
    readings = _baseline_readings(visit)
    return readings if at_most is None else [one for one in readings if _age_s(one, now) <= at_most * 60]


def _age_s(reading: CuffReading, now: Moment) -> float:
    return (now.mono_ns - reading.measured_mono_ns) / NS_PER_S


def _set_of(readings: Sequence[CuffReading], rules: BpRules) -> tuple[CuffReading, ...]:
    """Return the newest of the readings that keep the distances and are enough, oldest first; () for none."""
    for end in range(len(readings), 0, -1):
        found = _apart(readings[:end], rules)
        if len(found) == rules.baseline_readings:
            return tuple(reversed(found))
    return ()


def _apart(readings: Sequence[CuffReading], rules: BpRules) -> list[CuffReading]:
    """Return the readings, newest first, that end with the newest and keep the distances; at most as many as are needed."""
    found = [readings[-1]]
    for reading in reversed(readings[:-1]):
        if len(found) == rules.baseline_readings:
            break
        apart_ns = found[-1].measured_mono_ns - reading.measured_mono_ns
        if apart_ns < rules.baseline_min_apart_min * _NS_PER_MIN:
            continue
        if apart_ns > rules.baseline_max_apart_min * _NS_PER_MIN:
            break
        found.append(reading)
    return found


def _median(values: Sequence[int]) -> int:
    return int(statistics.median(values) + 0.5)


# --- the ladder ---------------------------------------------------------------------------------------------------


def crossing(rule: FlagRule, reading: CuffReading, baseline: Baseline | None) -> str:
    """Return which of a rung's conditions a reading meets, in words, or "" for none. The symptom condition is not among them."""
    high = (
        ("systolic", reading.sys, rule.sys_at_or_above, rule.rise_sys, baseline.sys if baseline is not None else None),
        ("diastolic", reading.dia, rule.dia_at_or_above, rule.rise_dia, baseline.dia if baseline is not None else None),
    )
    for name, value, at_or_above, _, _ in high:
        if at_or_above is not None and value >= at_or_above:
            return f"{name} {at_or_above:g} or more"
    for name, value, _, rise, base in high:
        if rise is not None and base is not None and value - base >= rise:
            return f"{name} {rise:g} mmHg or more above baseline"
    if rule.sys_below is not None and reading.sys < rule.sys_below:
        return f"systolic below {rule.sys_below:g}"
    if rule.mean_below is not None and reading.mean is not None and reading.mean < rule.mean_below:
        return f"mean {reading.mean} below {rule.mean_below:g}"
    if baseline is not None:
        rise_100 = (reading.sys - baseline.sys) * 100
        if rule.rise_percent is not None and rise_100 >= rule.rise_percent * baseline.sys:
            return f"systolic {rule.rise_percent:g} % or more above baseline"
        if rule.fall_percent is not None and -rise_100 >= rule.fall_percent * baseline.sys:
            return f"systolic {rule.fall_percent:g} % or more below baseline"
    return ""


def rung(visit: Visit, reading: CuffReading) -> tuple[FlagRule, str] | None:
    """Return the highest rung that a reading stands on, and why; None under the ladder."""
    before_start = visit.phase in (Phase.CHECK_IN, Phase.BASELINE)
    baseline = None if before_start else visit.baseline
    symptom = present_symptom(visit)
    reached: tuple[FlagRule, str] | None = None
    for rule in visit.protocol.bp.flags:  # mildest first
        if before_start and rule.grade not in _BEFORE_START:
            continue
        why = crossing(rule, reading, baseline)
        if not why and symptom and reached is not None and _symptom_lifts(rule, reached[0].grade):
            why = f"{reached[1]}, with {symptom.lower()}"
        if why and (reached is None or _rank(rule.grade) > _rank(reached[0].grade)):
            reached = (rule, why)
    return reached


def _symptom_lifts(rule: FlagRule, grade: Grade) -> bool:
    return rule.with_symptom_from is not None and _rank(grade) >= _rank(rule.with_symptom_from)


def present_symptom(visit: Visit) -> str:
    """Return a charted red-flag symptom that is not over, or ""."""
    for entry in visit.entries.values():
        if entry.kind is ChartKind.SYMPTOM and entry.is_lasting:
            return entry.text
    return ""


def against_baseline(visit: Visit, reading: CuffReading) -> str:
    """Return a reading beside the baseline: "182/111, 47 % above baseline 124/76"."""
    base = visit.baseline
    if base is None:
        return f"{reading}, no baseline taken"
    percent = percent_over(base, reading)
    return f"{reading}, {abs(percent):.0f} % {'above' if percent >= 0 else 'below'} baseline {base}"


def percent_over(baseline: Baseline, reading: CuffReading) -> float:
    """Return how far the systolic pressure lies over the baseline [%]; negative when under it."""
    return (reading.sys - baseline.sys) * 100 / baseline.sys


# --- the two steps ------------------------------------------------------------------------------------------------


def judge(turn: Turn, chair: ChairState, reading: CuffReading) -> None:
    """Judge a new cuff reading: decide the flags that are present and raise those that it calls for."""
    visit = chair.open_visit
    if visit is None:
        return
    if not visit.cuff_failures:  # a reading by hand may be of the time before
        alarms.end(turn, chair, "cuff.failed")
    reached = rung(visit, reading)
    for low in (False, True):
        here = reached if reached is not None and (reached[0].grade is Grade.LOW) is low else None
        _judge_side(turn, chair, visit, reading, here, low=low)
        _settle_condition(turn, chair, visit, low=low)


def _judge_side(
    turn: Turn, chair: ChairState, visit: Visit, reading: CuffReading, here: tuple[FlagRule, str] | None, *, low: bool
) -> None:
    flag = visit.present_flag(low=low)
    here_rank = _rank(here[0].grade) if here is not None else 0
    is_late = visit.cuffs[-1][0] is not reading
    if is_late and flag is not None and here_rank <= _rank(flag.grade):
        return
    if flag is None:
        if here is not None:
            _raise(turn, chair, visit, reading, *here, seen_twice=False)
        return
    flag_rank = _rank(flag.grade)
    if flag.outcome in (FlagOutcome.OPEN, FlagOutcome.NOT_REPEATED):
        outcome = FlagOutcome.CONFIRMED if here_rank >= flag_rank else FlagOutcome.NOT_CONFIRMED
        turn.emit(r.FlagDecided(**turn.noted(chair), flag_id=flag.id, outcome=outcome, reading=reading))
    if here_rank == flag_rank:
        return
    turn.emit(r.FlagEnded(**turn.noted(chair), flag_id=flag.id, reading=reading))
    if here is not None:
        _raise(turn, chair, visit, reading, *here, seen_twice=here_rank < flag_rank)


def _raise(
    turn: Turn, chair: ChairState, visit: Visit, reading: CuffReading, rule: FlagRule, why: str, *, seen_twice: bool
) -> None:
    """Raise a flag. `seen_twice`: the reading before stood on this rung too, so it confirms and no repeat is needed."""
    asks = rule.confirm and not seen_twice
    repeat_by = turn.now.utc_ns + int(rule.repeat_within_min * _NS_PER_MIN) if asks else None
    flag_id = f"{visit.session}-f{len(visit.flags) + 1}"
    turn.emit(
        r.FlagRaised(
            **turn.noted(chair),
            flag_id=flag_id,
            grade=rule.grade,
            priority=_priority(rule, reading),
            reading=reading,
            because=f"{against_baseline(visit, reading)} ({why})",
            prompt=rule.prompt,
            repeat_by_utc_ns=repeat_by,
        )
    )
    if asks:
        reason = f"repeat for {FLAG_WORDS[rule.grade]} {reading}"
        turn.emit(r.CuffRequested(**turn.noted(chair), reason=reason))
    else:
        earlier = visit.cuffs[-2][0] if seen_twice and len(visit.cuffs) > 1 else None
        turn.emit(r.FlagDecided(**turn.noted(chair), flag_id=flag_id, outcome=FlagOutcome.CONFIRMED, reading=earlier))


def note_symptom(turn: Turn, chair: ChairState, visit: Visit) -> None:
    """Judge the newest reading again after a red-flag symptom was charted: on a flag it may make a crisis."""
    flag = visit.present_flag(low=False)
    if flag is None or not visit.cuffs:
        return
    reading = visit.cuffs[-1][0]
    reached = rung(visit, reading)
    if reached is None or _rank(reached[0].grade) <= _rank(flag.grade):
        return
    turn.emit(r.FlagEnded(**turn.noted(chair), flag_id=flag.id, reading=reading))
    _raise(turn, chair, visit, reading, *reached, seen_twice=flag.outcome is FlagOutcome.CONFIRMED)
    _settle_condition(turn, chair, visit, low=False)


def note_time(turn: Turn, chair: ChairState) -> None:
    """Decide the flags whose repeat did not come in time."""
    visit = chair.open_visit
    if visit is None:
        return
    for low in (False, True):
        flag = visit.present_flag(low=low)
        if flag is None or flag.outcome is not FlagOutcome.OPEN or flag.repeat_by_ns is None:
            continue
        if turn.now.mono_ns > flag.repeat_by_ns:
            turn.emit(
                r.FlagDecided(**turn.noted(chair), flag_id=flag.id, outcome=FlagOutcome.NOT_REPEATED, reading=None)
            )
            _settle_condition(turn, chair, visit, low=low)


def answer(turn: Turn, chair: ChairState, visit: Visit, command: AnswerFlag) -> None:
    """Note what was done about a flag, which acknowledges its condition; one may call an unconfirmed reading an artefact.

    Raises:
        Refusal: there is no such flag, two readings agree, or the reason is missing.
    """
    flag = visit.flags.get(command.flag_id)
    if flag is None:
        raise Refusal("This flag is not of this visit: close the sheet and open it again.")
    if not command.action.strip():
        raise Refusal("Say what was done.")
    is_artefact = command.outcome is FlagOutcome.NOT_CONFIRMED
    if command.outcome is not None and not is_artefact:
        raise Refusal("Only a cuff reading can confirm a flag: measure again.")
    if is_artefact:
        if not flag.is_present:
            raise Refusal("This flag has ended already.")
        if flag.outcome is FlagOutcome.CONFIRMED:
            raise Refusal("Two readings agree, so this is not an artefact: measure again if in doubt.")
        if not command.reason.strip():
            raise Refusal("Say why the reading is an artefact.")
    turn.emit(
        r.FlagAnswered(
            **turn.acted(chair), flag_id=flag.id, action=command.action.strip(), reason=command.reason.strip()
        )
    )
    condition = _condition_of(visit, flag)
    if condition is not None and condition.acknowledged_by is None:
        turn.emit(r.ConditionAcknowledged(**turn.acted(chair), condition_id=condition.id))
        after_acknowledge(turn, chair, condition)
    if is_artefact:
        turn.emit(r.FlagDecided(**turn.acted(chair), flag_id=flag.id, outcome=FlagOutcome.NOT_CONFIRMED, reading=None))
        turn.emit(r.FlagEnded(**turn.acted(chair), flag_id=flag.id, reading=flag.reading))
        _settle_condition(turn, chair, visit, low=flag.grade is Grade.LOW)


def close(turn: Turn, chair: ChairState, visit: Visit) -> None:
    """Decide the flags that still wait, as the visit closes."""
    for flag in visit.flags.values():
        if flag.is_present and flag.outcome is FlagOutcome.OPEN:
            turn.emit(
                r.FlagDecided(**turn.noted(chair), flag_id=flag.id, outcome=FlagOutcome.NOT_REPEATED, reading=None)
            )


def after_acknowledge(turn: Turn, chair: ChairState, condition: Condition) -> None:
    """Let a latched condition go once it is acknowledged."""
    visit = chair.open_visit
    if visit is not None and condition.rule.startswith("bp.") and condition.id in visit.conditions:
        _settle_condition(turn, chair, visit, low=condition.rule == _rule_id(Grade.LOW))


# --- the condition of a flag --------------------------------------------------------------------------------------


def _settle_condition(turn: Turn, chair: ChairState, visit: Visit, *, low: bool) -> None:
    """Bring the alarm condition of high (or low) pressure in line with the flag that is present."""
    flag = visit.present_flag(low=low)
    condition = _condition(visit, low=low)
    if condition is not None and (flag is None or condition.rule != _rule_id(flag.grade)):
        if _latches(visit, condition) and condition.acknowledged_by is None and not _is_worse(flag, condition):
            newest = visit.cuffs[-1][0] if visit.cuffs else None
            text = f"{condition.text.split('; now ')[0]}; now {newest}, acknowledge to clear"
            alarms.hold(turn, chair, condition.rule, condition.kind, condition.priority, text, value=condition.value)
            if not condition.is_latched:
                turn.emit(r.ConditionLatched(**turn.noted(chair), condition_id=condition.id))
            return
        turn.emit(r.ConditionEnded(**turn.noted(chair), condition_id=condition.id))
    if flag is None:
        return
    is_undecided = flag.outcome in (FlagOutcome.OPEN, FlagOutcome.NOT_REPEATED)
    newest = flag.reading if is_undecided or not visit.cuffs else visit.cuffs[-1][0]
    rule = _flag_rule(visit, flag.grade)
    waits = {
        FlagOutcome.OPEN: "; repeat asked for",
        FlagOutcome.NOT_REPEATED: "; not repeated in time: measure again",
        FlagOutcome.CONFIRMED: "; confirmed",
        FlagOutcome.NOT_CONFIRMED: "",
    }[flag.outcome]
    symptom = present_symptom(visit) if flag.grade is Grade.CRISIS else ""
    also = f", with {symptom.lower()}" if symptom else ""
    if condition is not None and condition.is_latched and condition.rule == _rule_id(flag.grade):
        turn.emit(r.ConditionRealarmed(**turn.noted(chair), condition_id=condition.id, reason=r.AGAIN))
    alarms.hold(
        turn,
        chair,
        _rule_id(flag.grade),
        AlarmKind.PHYSIOLOGICAL,
        _priority(rule, newest) if rule is not None else flag.priority,
        f"{FLAG_WORDS[flag.grade]} {against_baseline(visit, newest)}{also}{waits}",
        metric="nibp_sys",
        value=_worst(condition, newest, flag.grade),
        quality=reading_quality(newest),
        limit_text=_limit_text(visit, flag),
    )


def _limit_text(visit: Visit, flag: Flag) -> str:
    """Return what the reading of a flag crossed, "" where it no longer stands on that rung: the symptom on it is over."""
    reached = rung(visit, flag.reading)
    return reached[1] if reached is not None and reached[0].grade is flag.grade else ""


def _worst(condition: Condition | None, newest: CuffReading, grade: Grade) -> float:
    """Return the worst systolic pressure of a condition so far [mmHg]."""
    if condition is None or condition.value is None or condition.rule != _rule_id(grade):
        return float(newest.sys)
    return min(condition.value, newest.sys) if grade is Grade.LOW else max(condition.value, newest.sys)


def _condition(visit: Visit, *, low: bool) -> Condition | None:
    for condition in visit.conditions.values():
        if condition.rule.startswith("bp.") and (condition.rule == _rule_id(Grade.LOW)) is low:
            return condition
    return None


def _condition_of(visit: Visit, flag: Flag) -> Condition | None:
    """Return the present condition that a flag stands for; an earlier flag of the same grade stands for none."""
    newest = [other for other in visit.flags.values() if other.grade is flag.grade][-1]
    condition = _condition(visit, low=flag.grade is Grade.LOW)
    is_its = newest is flag and condition is not None and condition.rule == _rule_id(flag.grade)
    return condition if is_its else None


def _latches(visit: Visit, condition: Condition) -> bool:
    rule = _flag_rule(visit, Grade(condition.rule.removeprefix("bp.")))
    return rule is not None and rule.latching


def _is_worse(flag: Flag | None, condition: Condition) -> bool:
    return flag is not None and _rank(flag.grade) > _rank(Grade(condition.rule.removeprefix("bp.")))


def _flag_rule(visit: Visit, grade: Grade) -> FlagRule | None:
    return next((rule for rule in visit.protocol.bp.flags if rule.grade is grade), None)


def _priority(rule: FlagRule, reading: CuffReading) -> Priority:
    if rule.high_priority_sys_below is not None and reading.sys < rule.high_priority_sys_below:
        return Priority.HIGH
    return rule.priority


def _rule_id(grade: Grade) -> str:
    return f"bp.{grade}"


def _rank(grade: Grade) -> int:
    return _RANK.get(grade, 1)
