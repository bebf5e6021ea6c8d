"""What is due next, over all chairs, and where two chairs will need hands at the same time.

| due | when |
|---|---|
| cuff, repeat cuff | `schedule.py` |
| score | so long after the last one of its kind, or after its phases began (protocol file, [[scores]]) |
| end of the infusion | its planned length has run; a pause holds it back |
| observation minimum, observation end | so long after the infusion's end (protocol file) |
| driver | when they are expected, until they are seen at hand-over |
| food, drink | the fasting clock turns green, until the start |
| side effect | `watch.side_effect_open_min` after the infusion's end it is still open |

A clash is another chair that needs hands within `rounds.clash_min` (preset). What is late already needs them now.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import replace

from devices.clock import NS_PER_S, Moment
from nursestation.core import phases, schedule, scorings
from nursestation.core.model import ChartKind, Phase
from nursestation.core.protocols import ScorePlan
from nursestation.core.snapshot import DueKind, DueView
from nursestation.core.state import StationState, Visit, seconds_between

_NEEDS_HANDS = frozenset(
    {DueKind.CUFF, DueKind.REPEAT_CUFF, DueKind.SCORE, DueKind.INFUSION_END, DueKind.OBSERVATION_END}
)
_LASTING = (ChartKind.SIDE_EFFECT, ChartKind.SYMPTOM)
_LEAVING = (Phase.OBSERVATION, Phase.READY)
_BEFORE = (Phase.CHECK_IN, Phase.BASELINE)


def due(state: StationState, now: Moment) -> tuple[DueView, ...]:
    """Return everything that is due at every chair, soonest first."""
    found: list[DueView] = []
    for chair in state.chairs.values():
        visit = chair.open_visit
        if visit is not None:
            found.extend(_of_visit(visit, now))
    found.sort(key=lambda view: (view.due_in_s, view.chair, view.what))
    return _with_clashes(found, state.preset.rounds.clash_min * 60)


def _with_clashes(views: list[DueView], within_s: float) -> tuple[DueView, ...]:
    hands = sorted((max(0.0, view.due_in_s), view.chair) for view in views if view.kind in _NEEDS_HANDS)
    if len({chair for _, chair in hands}) < 2:
        return tuple(views)
    times = [at_s for at_s, _ in hands]
    return tuple(_clashing(view, hands, times, within_s) if view.kind in _NEEDS_HANDS else view for view in views)


def _clashing(view: DueView, hands: list[tuple[float, int]], times: list[float], within_s: float) -> DueView:
    due_s = max(0.0, view.due_in_s)
    near = hands[bisect_left(times, due_s - within_s) : bisect_right(times, due_s + within_s)]
    others = {chair for _, chair in near} - {view.chair}
    return replace(view, clashes_with=tuple(sorted(others))) if others else view


# --- one visit ----------------------------------------------------------------------------------------------------


def _of_visit(visit: Visit, now: Moment) -> Iterator[DueView]:
    yield from _cuff(visit, now)
    for plan in visit.protocol.scores:
        if visit.phase in plan.phases:
            yield _score(visit, plan, now)
    if visit.phase is Phase.INFUSION:
        left_s = visit.planned_min * 60 - (phases.running_s(visit, now.mono_ns) or 0.0)
        yield _view(visit, DueKind.INFUSION_END, "Planned end of the infusion", left_s)
    if visit.phase in _BEFORE:
        yield from _fasting(visit, now)
    if visit.phase in _LEAVING:
        yield from _observation(visit, now)
        yield from _side_effects(visit, now)
    yield from _driver(visit, now)


def _view(visit: Visit, kind: DueKind, what: str, due_in_s: float, *, is_overdue: bool | None = None) -> DueView:
    late = due_in_s < 0 if is_overdue is None else is_overdue
    return DueView(chair=visit.chair, kind=kind, what=what, due_in_s=due_in_s, is_overdue=late)


def _cuff(visit: Visit, now: Moment) -> Iterator[DueView]:
    due_ns = schedule.due_ns(visit, now)
    if due_ns is None:
        return
    is_repeat = schedule.is_repeat_due(visit)
    kind, what = (DueKind.REPEAT_CUFF, "Repeat the cuff") if is_repeat else (DueKind.CUFF, "Cuff")
    yield _view(visit, kind, what, (due_ns - now.mono_ns) / NS_PER_S, is_overdue=schedule.is_late(visit, due_ns, now))


def _score(visit: Visit, plan: ScorePlan, now: Moment) -> DueView:
    begun = visit.phase_began
    for phase, span in reversed(visit.spans):
        if phase not in plan.phases:
            break
        begun = span.start
    last = scorings.newest(visit, plan.kind)
    since = last.at if last is not None and last.at.mono_ns > begun.mono_ns else begun
    what = scorings.label_of(plan.kind, "")
    return _view(visit, DueKind.SCORE, what, plan.every_min * 60 - seconds_between(since, now))


def _fasting(visit: Visit, now: Moment) -> Iterator[DueView]:
    if visit.fasting is None:
        return
    rules = visit.protocol.gates
    for kind, what, last_utc_ns, hours in (
        (DueKind.FOOD, "Fasting from food is over", visit.fasting[0], rules.food_hours),
        (DueKind.DRINK, "Fasting from drink is over", visit.fasting[1], rules.drink_hours),
    ):
        left_s = hours * 3600 - (now.utc_ns - last_utc_ns) / NS_PER_S
        if left_s > 0:
            yield _view(visit, kind, what, left_s)


def _observation(visit: Visit, now: Moment) -> Iterator[DueView]:
    began = visit.began(Phase.OBSERVATION)
    if began is None:
        return
    passed_s = seconds_between(began, now)
    minimum_s = visit.observation_min * 60 - passed_s
    if minimum_s > 0:
        yield _view(visit, DueKind.OBSERVATION_MINIMUM, "Observation minimum", minimum_s)
    planned_s = visit.protocol.observation_planned_min * 60 - passed_s
    yield _view(visit, DueKind.OBSERVATION_END, "Planned end of observation", planned_s)


def _side_effects(visit: Visit, now: Moment) -> Iterator[DueView]:
    began = visit.began(Phase.OBSERVATION)
    if began is None:
        return
    left_s = visit.protocol.watch.side_effect_open_min * 60 - seconds_between(began, now)
    for entry in visit.entries.values():
        if entry.kind in _LASTING and entry.is_lasting:
            yield _view(visit, DueKind.SIDE_EFFECT, f"{entry.text} still open", left_s)


def _driver(visit: Visit, now: Moment) -> Iterator[DueView]:
    driver = visit.driver
    if driver is None or driver.expected_utc_ns is None:
        return
    is_here = visit.driver_confirmed is not None and visit.driver_confirmed[1] in _LEAVING
    if not is_here:
        yield _view(visit, DueKind.DRIVER, "Driver expected", (driver.expected_utc_ns - now.utc_ns) / NS_PER_S)
