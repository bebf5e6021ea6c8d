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


def _planned_ns(visit: Visit, now: Moment) -> int | None:
    plan = visit.protocol.cuff
    last = visit.cuffs[-1][0].measured_mono_ns if visit.cuffs else None
    began = visit.phase_began.mono_ns
    match visit.phase:
        case Phase.BASELINE:
            minutes, base = plan.baseline_min, last if last is not None else began
        case Phase.INFUSION:
            is_early = now.mono_ns - began < plan.first_stretch_min * _NS_PER_MIN
            minutes = plan.infusion_first_20_min if is_early else plan.infusion_later_min
            base = last if last is not None else began
        case Phase.OBSERVATION | Phase.READY:
            ended = visit.began(Phase.OBSERVATION) or visit.phase_began
            is_first = last is None or last < ended.mono_ns
            if is_first and visit.infusion_stopped is not None and plan.observation_min:
                return ended.mono_ns
            minutes, base = plan.observation_min, last if last is not None else ended.mono_ns
        case _:
            return None
    return base + int(minutes * _NS_PER_MIN) if minutes else None


def _flag_ns(visit: Visit, flag: Flag) -> int | None:
    if flag.outcome is FlagOutcome.OPEN and flag.repeat_by_ns is not None:
        return flag.repeat_by_ns
    minutes = visit.protocol.cuff.while_flagged_min
    if flag.grade not in _WATCHED_CLOSER or not minutes or not visit.cuffs:
        return None
    return visit.cuffs[-1][0].measured_mono_ns + int(minutes * _NS_PER_MIN)
