"""When the patient may leave at the earliest, and what holds them until then; for the tile and the page.

Earliest is the time at which every criterion that a clock decides can be met: the rest of the infusion as planned, the
observation, the stable stretch. What waits for a person or a reading has no clock, and is only named.
"""

from devices.clock import Moment
from nursestation.core import phases
from nursestation.core.criteria import OK
from nursestation.core.model import LeavingPath, Phase
from nursestation.core.snapshot import CriterionView, LeaveView
from nursestation.core.state import Visit

_SHORT = {
    "observation": "observation",
    "bp": "BP",
    "vitals_stable": "vitals",
    "no_open_condition": "alarm",
    "aldrete": "recovery score",
    "mpadss": "recovery score",
    "sedation": "sedation",
    "orientation": "orientation",
    "gait": "gait",
    "side_effects": "side effects",
    "iv_removed": "IV",
    "orthostatic": "BP standing",
    "drug_record": "drug record",
    "driver": "driver",
    "instructions": "instructions",
}
_MINUTE_S = 60


def leave(visit: Visit, views: tuple[CriterionView, ...], now: Moment) -> LeaveView | None:
    """Return when the patient may leave, by the criteria as they stand; None before the start and when the visit is over."""
    if visit.phase is Phase.INFUSION:
        runs_s = max(0.0, visit.planned_min * 60 - (phases.running_s(visit, now.mono_ns) or 0.0))
        watch_s = visit.observation_min * 60
        return LeaveView(
            earliest_in_s=runs_s + watch_s, holds=(_named("infusion", runs_s), _named("observation", watch_s))
        )
    if visit.phase not in (Phase.OBSERVATION, Phase.READY):
        return None
    if visit.path is LeavingPath.AGAINST_ADVICE:
        return LeaveView(earliest_in_s=0.0, holds=())
    held = [view for view in views if view.state not in OK]
    return LeaveView(
        earliest_in_s=max((view.earliest_in_s or 0.0 for view in held), default=0.0),
        holds=tuple(_named(_SHORT[view.id], view.earliest_in_s) for view in held),
    )


def _named(word: str, wait_s: float | None) -> str:
    """Return a hold in a word or two, with the minutes that it takes at least, rounded up."""
    return f"{word} {-(-wait_s // _MINUTE_S):.0f} min" if wait_s else word
