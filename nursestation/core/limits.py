"""Alarm limits on the continuous vitals: persistence before a condition begins, re-arm before it ends.

Rules of the file (limits, persistence and re-arm from the treatment protocol's [[limits]]; the shape after docs/adr/0006):

| rule | begins | ends |
|---|---|---|
| limit.<metric>.low | below `low` for `persist_s`; at once under `at_once_at_or_below` | `low + rearm` or more for `rearm_s` |
| limit.<metric>.high | above `high` for `persist_s` | `high - rearm` or less for `rearm_s` |
| limit.spo2.low with `sat_seconds` | depth x time outside reaches it; third crossing in 60 s; at once as above | as above |

1. Judged only on what is shown and live and called valid by the monitor, while a visit is open. Doubted values raise nothing.
2. Data that go missing do not end a condition. Once they count as lost and a technical condition says so, and is no longer
   of low priority while the drug acts, it ends: what is not measured cannot be claimed to be out of limits, and the
   technical condition stands in the open.
3. A value at or under `high_priority_at_or_below` makes the low condition one of high priority.
4. The text carries the worst value so far and the limit ("SpO₂ 86 < 90 %").
5. A patient's own limits (`patient_limits.py`) stand in for the protocol's; what is present then goes by the new ones.
6. While no breath is a condition, the low limit of the breathing rate is none beside it, nor is it raised by a rate of 0
   (`apnoea.py`).

Source of the integral: Nellcor SatSeconds (OxiMax N-600x operator's manual), with its rule of three crossings within 60 s; what
was outside counts until the value is back inside.
"""

from devices.clock import NS_PER_S
from devices.events import AlarmKind, Priority, Validity
from devices.vocabulary import METRICS
from nursestation.core import alarms, technical, vitals
from nursestation.core.protocols import LimitRule
from nursestation.core.snapshot import Freshness
from nursestation.core.state import ChairState, Condition, LimitWatch, Visit
from nursestation.core.turn import Turn
from nursestation.core.vitals import Shown
from nursestation.core.wording import VALID, number, unit_behind

_OF_BREATHS = "limit.resp_rate.low"
_CROSSINGS, _CROSSINGS_NS = 3, 60 * NS_PER_S


def in_force(visit: Visit, rule: LimitRule) -> tuple[float | None, float | None]:
    """Return the low and the high limit of a rule for this patient."""
    own = visit.limits.get(rule.metric)
    return (rule.low, rule.high) if own is None else (own.low, own.high)


def judge_metric(turn: Turn, chair: ChairState, metric: str) -> None:
    """Judge the limits that a new value of `metric` may concern."""
    visit = chair.open_visit
    if visit is None:
        return
    wanted = "heart_rate" if metric == "pulse_rate" else metric
    for rule in visit.protocol.limits:
        if rule.metric in (metric, wanted):
            _judge(turn, chair, visit, rule)


def judge_all(turn: Turn, chair: ChairState) -> None:
    """Judge every limit of the chair, for the passage of time."""
    visit = chair.open_visit
    if visit is not None:
        for rule in visit.protocol.limits:
            _judge(turn, chair, visit, rule)


def _judge(turn: Turn, chair: ChairState, visit: Visit, rule: LimitRule) -> None:
    view = vitals.judged(chair, rule.metric, turn.now)
    if view is None:
        return
    low, high = in_force(visit, rule)
    for is_low, limit in ((True, low), (False, high)):
        if limit is not None:
            _judge_side(turn, chair, visit, rule, view, limit, is_low=is_low)


def _judge_side(
    turn: Turn, chair: ChairState, visit: Visit, rule: LimitRule, view: Shown, limit: float, *, is_low: bool
) -> None:
    name = f"limit.{rule.metric}.{'low' if is_low else 'high'}"
    present = alarms.find(visit.conditions, name)
    watch = visit.watches.get(name)
    if watch is None:
        watch = visit.watches[name] = LimitWatch()
    if name == _OF_BREATHS and alarms.find(visit.conditions, "apnoea") is not None:
        watch.outside_ns = watch.inside_ns = None
        alarms.end(turn, chair, name)
        return
    if view.value is None or view.freshness is not Freshness.LIVE or view.validity is not Validity.VALID:
        _judge_silence(turn, chair, visit, name, present, watch, view)
        return
    if name == _OF_BREATHS and view.value == 0:
        watch.inside_ns = None
        return
    value, t_ns = view.value, turn.now.mono_ns
    is_outside = value < limit if is_low else value > limit
    if present is None:
        watch.inside_ns = None
        if not is_outside:
            watch.outside_ns = watch.last = None
            watch.area = 0.0
            return
        if watch.outside_ns is None:
            watch.outside_ns = t_ns
            watch.crossings = [then for then in watch.crossings if t_ns - then <= _CROSSINGS_NS] + [t_ns]
        _integrate(watch, t_ns, abs(value - limit))
        at_once = is_low and rule.at_once_at_or_below is not None and value <= rule.at_once_at_or_below
        if at_once or _has_lasted(rule, watch, t_ns - watch.outside_ns):
            _hold(turn, chair, rule, name, view, value, limit, is_low=is_low, since_ns=watch.outside_ns)
            watch.outside_ns = watch.last = None
            watch.area = 0.0
            watch.crossings.clear()
        return
    is_back = value >= limit + rule.rearm if is_low else value <= limit - rule.rearm
    if not is_back:
        watch.inside_ns = None
        worst = present.value if present.value is not None else value
        is_worse = value < worst if is_low else value > worst
        if is_worse or (is_outside and limit != present.limit):
            _hold(turn, chair, rule, name, view, value if is_worse else worst, limit, is_low=is_low)
        return
    if watch.inside_ns is None:
        watch.inside_ns = t_ns
    if t_ns - watch.inside_ns >= rule.rearm_s * NS_PER_S:
        alarms.end(turn, chair, name)
        watch.inside_ns = None


def _integrate(watch: LimitWatch, t_ns: int, depth: float) -> None:
    """Add what has passed since the last look: the value held until this one."""
    if watch.last is not None:
        before_ns, before = watch.last
        watch.area += before * (t_ns - before_ns) / NS_PER_S
    watch.last = (t_ns, depth)


def _has_lasted(rule: LimitRule, watch: LimitWatch, outside_ns: int) -> bool:
    if rule.sat_seconds is None:
        return outside_ns >= rule.persist_s * NS_PER_S
    return watch.area >= rule.sat_seconds or len(watch.crossings) >= _CROSSINGS


def _judge_silence(
    turn: Turn,
    chair: ChairState,
    visit: Visit,
    name: str,
    present: Condition | None,
    watch: LimitWatch,
    view: Shown,
) -> None:
    watch.inside_ns = watch.last = None
    lost_ns = vitals.lost_after_s(view.monitor, visit.protocol.technical) * NS_PER_S
    usable_ns = view.latest.usable_ns if view.latest is not None else None
    is_lost = usable_ns is None or turn.now.mono_ns - usable_ns > lost_ns
    if not is_lost:
        return
    watch.outside_ns = None
    watch.area = 0.0
    if present is not None and technical.is_silence_told(chair, visit, view.metric):
        alarms.end(turn, chair, name)


def _hold(
    turn: Turn,
    chair: ChairState,
    rule: LimitRule,
    name: str,
    view: Shown,
    value: float,
    limit: float,
    *,
    is_low: bool,
    since_ns: int | None = None,
) -> None:
    metric = METRICS[view.metric]
    text = f"{metric.short} {number(value)} {'<' if is_low else '>'} {number(limit)}{unit_behind(view.metric)}"
    is_grave = is_low and rule.high_priority_at_or_below is not None and value <= rule.high_priority_at_or_below
    alarms.hold(
        turn,
        chair,
        name,
        AlarmKind.PHYSIOLOGICAL,
        Priority.HIGH if is_grave else rule.priority,
        text,
        metric=view.metric,
        value=value,
        limit=limit,
        preset=_preset(chair, rule.metric),
        since_ns=since_ns,
        quality=VALID,
    )


def _preset(chair: ChairState, metric: str) -> str | None:
    visit = chair.visit
    if visit is None or metric not in visit.limits:
        return None
    return f"{visit.protocol.title}, changed for this patient"
