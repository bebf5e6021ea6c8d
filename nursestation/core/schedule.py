"""When the next cuff reading is due.

Rules of the file (intervals from the treatment protocol's [cuff]):

| phase | due | counted from |
|---|---|---|
| baseline | `baseline_min` | last reading, else the phase's begin |
| infusion, first `first_stretch_min` | `infusion_first_20_min` | last reading, else the start |
| infusion, later | `infusion_later_min` | last reading |
| observation, ready | `observation_min`; the first one as the infusion ends | last reading, else the injection |
| any, while a flag of spike or above, or of low pressure, is present | the sooner of `while_flagged_min` | last reading |
| any, while a flag waits for its repeat | its own time | the flag |

0 minutes means not planned. Check-in plans nothing, and in a closed visit nothing is due.
"""

from devices.clock import NS_PER_S, Moment
from nursestation.core.model import FlagOutcome, Grade, Phase
from nursestation.core.state import Flag, Visit

_NS_PER_MIN = 60 * NS_PER_S
_WATCHED_CLOSER = (Grade.SPIKE, Grade.SEVERE, Grade.CRISIS, Grade.LOW)


def due_ns(visit: Visit, now: Moment) -> int | None:
    """Return when the next cuff reading is due, monotonic [ns]; None where none is planned."""
    if not visit.is_open:
        return None
    planned = _planned_ns(visit, now)
    flags = [flag for flag in (visit.present_flag(low=False), visit.present_flag(low=True)) if flag is not None]
    wanted = [moment for moment in (planned, *(_flag_ns(visit, flag) for flag in flags)) if moment is not None]
    return min(wanted, default=None)


def every_min(visit: Visit, now: Moment) -> float | None:
    """Return how often a cuff reading is planned just now [min]; None where none is."""
    if not visit.is_open:
        return None
    closer = [
        visit.protocol.cuff.while_flagged_min
        for flag in (visit.present_flag(low=False), visit.present_flag(low=True))
        if flag is not None and flag.grade in _WATCHED_CLOSER
    ]
    return min((minutes for minutes in (_plan_min(visit, now), *closer) if minutes), default=None)


def is_repeat_due(visit: Visit) -> bool:
    """Say whether the reading that is due is the repeat that a flag waits for."""
    if not visit.is_open:
        return False
    flags = (visit.present_flag(low=False), visit.present_flag(low=True))
    return any(
        flag is not None and flag.outcome is FlagOutcome.OPEN and flag.repeat_by_ns is not None for flag in flags
    )


def is_overdue(visit: Visit, now: Moment) -> bool:
    """Say whether the reading that is due is later than the protocol allows."""
    return overdue_min(visit, now) > visit.protocol.cuff.overdue_after_min


def is_late(visit: Visit, due: int, now: Moment) -> bool:
    """Say whether a reading that was due then, monotonic [ns], is later than the protocol allows."""
    return now.mono_ns - due > visit.protocol.cuff.overdue_after_min * _NS_PER_MIN


def overdue_min(visit: Visit, now: Moment) -> float:
    """Return how long ago a reading was due that has not come [min]; 0 where none is."""
    due = due_ns(visit, now)
    return max(0.0, (now.mono_ns - due) / _NS_PER_MIN) if due is not None else 0.0


def _plan_min(visit: Visit, now: Moment) -> float:
    """Return the interval of the present phase [min]; 0 = not planned."""
    plan = visit.protocol.cuff
    match visit.phase:
        case Phase.BASELINE:
            return plan.baseline_min
        case Phase.INFUSION:
            is_early = now.mono_ns - visit.phase_began.mono_ns < plan.first_stretch_min * _NS_PER_MIN
            return plan.infusion_first_20_min if is_early else plan.infusion_later_min
        case Phase.OBSERVATION | Phase.READY:
            return plan.observation_min
        case _:
            return 0


def _planned_ns(visit: Visit, now: Moment) -> int | None:
    minutes = _plan_min(visit, now)
    if not minutes:
        return None
    last = visit.cuffs[-1][0].measured_mono_ns if visit.cuffs else None
    base = visit.phase_began.mono_ns
    if visit.phase in (Phase.OBSERVATION, Phase.READY):
        base = (visit.began(Phase.OBSERVATION) or visit.phase_began).mono_ns
        if visit.infusion_stopped is not None and (last is None or last < base):
            return base
    return (base if last is None else last) + int(minutes * _NS_PER_MIN)


def _flag_ns(visit: Visit, flag: Flag) -> int | None:
    if flag.outcome is FlagOutcome.OPEN and flag.repeat_by_ns is not None:
        return flag.repeat_by_ns
    minutes = visit.protocol.cuff.while_flagged_min
    if flag.grade not in _WATCHED_CLOSER or not minutes or not visit.cuffs:
        return None
    return visit.cuffs[-1][0].measured_mono_ns + int(minutes * _NS_PER_MIN)
