"""What was found for one discharge criterion, before overrides and the chosen way of leaving are laid over it."""

from dataclasses import dataclass

from nursestation.core.model import GateState


@dataclass(frozen=True, slots=True)
class Found:
    """A criterion's state with its evidence; fields as `snapshot.CriterionView`."""

    state: GateState
    evidence: str
    score: int | None = None
    earliest_in_s: float | None = None
    asks_person: bool = False
    age_s: float | None = None
    items: tuple[tuple[str, int], ...] = ()
    variant: str = ""


def either(is_met: bool) -> GateState:
    """Return met or unmet."""
    return GateState.MET if is_met else GateState.UNMET
