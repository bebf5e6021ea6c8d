"""The correction of when the treatment was started, paused, resumed or stopped.

Steps keep their order: a corrected one stays between its neighbours, after the baseline, and not in the future. What a
corrected time moves is in `steps.py`.
"""

from devices.clock import NS_PER_S, Moment
from nursestation.core import records as r
from nursestation.core import remembered
from nursestation.core.commands import CorrectTime
from nursestation.core.model import Phase, TimedStep
from nursestation.core.state import ChairState, Visit
from nursestation.core.steps import steps
from nursestation.core.turn import Refusal, Turn

_SET_NS = 60 * NS_PER_S
"""From which step on a clock counts as set [ns]: times are told in whole minutes. Source: project decision."""

_VERBS = {
    TimedStep.INFUSION_STARTED: "started",
    TimedStep.INFUSION_PAUSED: "paused",
    TimedStep.INFUSION_RESUMED: "resumed",
    TimedStep.INFUSION_STOPPED: "stopped",
}


def correct_time(turn: Turn, chair: ChairState, visit: Visit, command: CorrectTime) -> None:
    """Correct when a step was.

    Raises:
        Refusal: there is no such step, no reason, the time is the same, or the steps' order would change.
    """
    known = steps(visit)
    verb = _VERBS[command.what]
    place = next((n for n, step in enumerate(known) if (step.what, step.index) == (command.what, command.index)), None)
    if place is None:
        raise Refusal(f"The infusion was not {verb}: there is no time to correct.")
    reason = command.reason.strip()
    if not reason:
        raise Refusal("Say why the time is corrected; the first one stays in the record.")
    step = known[place]
    if _clock_was_set(step.at, turn.now):
        raise Refusal("The computer's clock was set since then, so no time can be told for it: write it into a note.")
    if command.at_utc_ns > turn.now.utc_ns:
        raise Refusal("That time lies in the future: check it.")
    told = step.at.shifted(command.at_utc_ns - step.at.utc_ns)
    earliest = known[place - 1].at if place else _before_start(visit)
    moment = remembered.not_before(told, earliest)
    if moment is None:
        before = f"it was {_VERBS[known[place - 1].what]}" if place else "the baseline was taken"
        raise Refusal(f"The infusion cannot have been {verb} before {before}: check the time.")
    ready = visit.began(Phase.READY)
    if place + 1 < len(known) and moment.mono_ns > known[place + 1].at.mono_ns:
        after = _VERBS[known[place + 1].what]
        raise Refusal(f"The infusion cannot have been {verb} after it was {after}: check the time.")
    if ready is not None and moment.mono_ns > ready.mono_ns:
        raise Refusal(f"The infusion cannot have been {verb} after the patient was ready to leave: check the time.")
    if moment.mono_ns > turn.now.mono_ns:
        raise Refusal("That time lies in the future: check it.")
    if moment == step.at:
        raise Refusal(f"It is recorded as {verb} at that time already.")
    turn.emit(
        r.TimeCorrected(
            **turn.acted(chair),
            what=step.what,
            index=step.index,
            before_utc_ns=step.at.utc_ns,
            happened_utc_ns=moment.utc_ns,
            reason=reason,
        )
    )


def _clock_was_set(then: Moment, now: Moment) -> bool:
    """Say whether the wall clock was set between two moments, so that a time of day in between may mean either clock's."""
    return abs((now.utc_ns - then.utc_ns) - (now.mono_ns - then.mono_ns)) > _SET_NS


def _before_start(visit: Visit) -> Moment:
    """Return what the start cannot be before: the baseline, or the begin of its phase."""
    return visit.baseline_at or visit.began(Phase.BASELINE) or visit.opened
