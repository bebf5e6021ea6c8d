"""A patient's own alarm limits: edited at the chair within the preset's bounds, taken over from a proposal, or reset.

Rules of the file:
1. The treatment protocol's limits are the preset; what a nurse changes holds for the visit and is a record of its own.
2. No limit goes past the bounds of the clinic's preset, which stand where a limit still protects. The protocol's own limit
   is always within them. A side without a limit in the protocol, or a metric without bounds, is not changed at the chair.
3. "Limits from this patient" is a proposal, worked out from the baseline after the preset's [auto] and cut to the bounds;
   nothing is changed until a nurse has reviewed it. Source of the formulas: beside them in the preset's file.
"""

import math
from dataclasses import dataclass

from devices.vocabulary import METRICS
from nursestation.core import commands as c
from nursestation.core import limits
from nursestation.core import records as r
from nursestation.core.model import Baseline
from nursestation.core.presets import AlarmPreset
from nursestation.core.protocols import LimitRule
from nursestation.core.snapshot import LimitSpanView, LimitView
from nursestation.core.state import ChairState, LimitsSince, StationState, Visit
from nursestation.core.turn import Refusal, Turn
from nursestation.core.wording import number, staff_name, unit_behind

Proposal = tuple[str, float | None, float | None, str]
_Side = tuple[float, float] | None
_Change = tuple[LimitRule, float | None, float | None]


@dataclass(frozen=True, slots=True)
class _Room:
    """From where to where each side may be set, None where it may not."""

    low: _Side
    high: _Side


def change(turn: Turn, chair: ChairState, visit: Visit, wish: c.SetLimit | c.ResetLimits | c.AcceptLimits) -> None:
    """Change a patient's limits, and judge by the new ones at once.

    Raises:
        Refusal: they are past the bounds, or already so; nothing is changed then.
    """
    match wish:
        case c.SetLimit():
            _apply(turn, chair, visit, [_checked(turn, visit, wish.metric, wish.low, wish.high)], r.EDITED)
        case c.AcceptLimits():
            if not proposal(visit, turn.state.preset):
                raise Refusal("There are no limits from this patient yet: take the baseline first.")
            _apply(turn, chair, visit, [_checked(turn, visit, *one) for one in wish.limits], r.PROPOSAL)
        case c.ResetLimits():
            _apply(turn, chair, visit, [(rule, rule.low, rule.high) for rule in visit.protocol.limits], r.RESET)
    limits.judge_all(turn, chair)


def proposal(visit: Visit, preset: AlarmPreset) -> tuple[Proposal, ...]:
    """Return the limits that the patient's baseline gives, as (metric, low, high, how); () before there is one."""
    if visit.baseline is None:
        return ()
    found = []
    for rule in visit.protocol.limits:
        auto = next((auto for auto in preset.auto if auto.metric == rule.metric), None)
        value, room = _baseline_value(visit.baseline, rule.metric), _room(preset, rule)
        if auto is None or value is None or (room.low is None and room.high is None):
            continue
        low = max(value * auto.low_times + auto.low_plus, auto.low_least)
        high = min(value * auto.high_times + auto.high_plus, auto.high_most)
        # to whole numbers, towards the patient's own value: never wider than the formula
        low_cut, high_cut = _cut(math.ceil(low), room.low), _cut(math.floor(high), room.high)
        if low_cut is not None and high_cut is not None and low_cut >= high_cut:
            continue
        is_cut = low_cut not in (None, math.ceil(low)) or high_cut not in (None, math.floor(high))
        cut = ", within the clinic's bounds" if is_cut else ""
        how = f"{auto.low_times:g} and {auto.high_times:g} times the baseline of {number(value)}{cut}"
        found.append((rule.metric, low_cut, high_cut, how))
    return tuple(found)


def views(state: StationState, visit: Visit) -> tuple[LimitView, ...]:
    """Return the limits in force, in the protocol's order."""
    found = []
    for rule in visit.protocol.limits:
        (low, high), room = limits.in_force(visit, rule), _room(state.preset, rule)
        own = visit.limits.get(rule.metric)
        found.append(
            LimitView(
                metric=rule.metric,
                low=low,
                high=high,
                preset_low=rule.low,
                preset_high=rule.high,
                low_min=room.low[0] if room.low is not None else None,
                low_max=room.low[1] if room.low is not None else None,
                high_min=room.high[0] if room.high is not None else None,
                high_max=room.high[1] if room.high is not None else None,
                priority=rule.priority,
                persist_s=rule.persist_s,
                changed_by=staff_name(state.operators, own.by) if own is not None else "",
            )
        )
    return tuple(found)


def spans(visit: Visit) -> tuple[LimitSpanView, ...]:
    """Return what every metric has been judged by since the check-in, in the protocol's order and by time."""
    found = []
    for rule in visit.protocol.limits:
        changes = [one for one in visit.limits_changed if one.metric == rule.metric]
        steps = [LimitsSince(rule.metric, visit.opened, rule.low, rule.high), *changes]
        ends = [*(step.since for step in steps[1:]), None]
        found += [
            LimitSpanView(metric=rule.metric, low=step.low, high=step.high, start=step.since, end=end)
            for step, end in zip(steps, ends, strict=True)
        ]
    return tuple(found)


def _apply(turn: Turn, chair: ChairState, visit: Visit, changes: list[_Change], why: str) -> None:
    made = [
        (rule, low, high)
        for rule, low, high in changes
        if (low, high) != limits.in_force(visit, rule) or (why == r.RESET and rule.metric in visit.limits)
    ]
    if not made:
        raise Refusal(
            "The limits are the preset's already." if why == r.RESET else "These limits are in force already."
        )
    for rule, low, high in made:
        before_low, before_high = limits.in_force(visit, rule)
        turn.emit(
            r.LimitsChanged(
                **turn.acted(chair),
                metric=rule.metric,
                low=low,
                high=high,
                before_low=before_low,
                before_high=before_high,
                why=why,
            )
        )


def _checked(turn: Turn, visit: Visit, metric: str, low: float | None, high: float | None) -> _Change:
    """Return a change with the sides that stay filled in.

    Raises:
        Refusal: it is past the bounds; the sentence says them.
    """
    rule = next((rule for rule in visit.protocol.limits if rule.metric == metric), None)
    name = METRICS[metric].short if metric in METRICS else metric
    if rule is None:
        raise Refusal(f"{name} has no alarm limits in this protocol.")
    room = _room(turn.state.preset, rule)
    now_low, now_high = limits.in_force(visit, rule)
    wanted_low = _within(name, "low", low, now_low, room.low, metric)
    wanted_high = _within(name, "high", high, now_high, room.high, metric)
    if wanted_low is not None and wanted_high is not None and wanted_low >= wanted_high:
        raise Refusal(f"{name}: the low limit {number(wanted_low)} must be below the high one, {number(wanted_high)}.")
    return rule, wanted_low, wanted_high


def _within(name: str, side: str, wanted: float | None, now: float | None, room: _Side, metric: str) -> float | None:
    if wanted is None or wanted == now:
        return now
    if room is None:
        raise Refusal(f"The {side} limit of {name} is not changed at the chair.")
    if not room[0] <= wanted <= room[1]:
        told = f"{number(room[0])} to {number(room[1])}{unit_behind(metric)}"
        asked = number(wanted) if math.isfinite(wanted) else "this"
        raise Refusal(f"{name}: the {side} limit may be {told}; {asked} would protect no more, or alarm all the time.")
    return wanted


def _room(preset: AlarmPreset, rule: LimitRule) -> _Room:
    bounds = preset.bounds_of(rule.metric)
    if bounds is None:
        return _Room(None, None)
    return _Room(_side(rule.low, bounds.low_min, bounds.low_max), _side(rule.high, bounds.high_min, bounds.high_max))


def _side(own: float | None, least: float | None, most: float | None) -> _Side:
    if own is None or least is None or most is None:
        return None
    return min(least, own), max(most, own)


def _cut(value: float, room: _Side) -> float | None:
    return None if room is None else float(min(max(value, room[0]), room[1]))


def _baseline_value(baseline: Baseline, metric: str) -> float | None:
    return {"heart_rate": baseline.heart_rate, "spo2": baseline.spo2, "resp_rate": baseline.resp_rate}.get(metric)
