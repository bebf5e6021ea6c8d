"""What is due next over all chairs, as text; no Qt.

Rules of the file:
1. What is late carries a mark and the word "late", never a colour alone.
2. A clash names the other chairs: two pairs of hands are wanted at about the same time.
"""

from dataclasses import dataclass

from nursestation.core.snapshot import DueKind, DueView, StationSnapshot
from nursestation.ui.durations import duration_text

_WORDS = {
    DueKind.CUFF: ("BP", "{}"),
    DueKind.REPEAT_CUFF: ("Repeat the BP", "{}"),
    DueKind.INFUSION_END: ("Infusion", "ends {}"),
    DueKind.OBSERVATION_MINIMUM: ("Observation", "long enough {}"),
    DueKind.OBSERVATION_END: ("Observation", "ends {}"),
    DueKind.DRIVER: ("Driver", "expected {}"),
    DueKind.FOOD: ("Food", "long enough ago {}"),
    DueKind.DRINK: ("Drink", "long enough ago {}"),
}
"""What it is, and what becomes of it when."""
_STILL_OPEN = " still open"
_MOST_NAMED = 4
"""So many other chairs are named; more have no room, and the list of all that is due has them one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueLine:
    """One thing that is due.

    Attributes:
        chair: Where.
        what: "Chair 2 · BP".
        when: "in 1:48", "due now", "late by 0:40".
        clash: "with 3": chair 3 needs hands at about that time too; "" where none does.
        is_late: It is later than it may be.
    """

    chair: int
    what: str
    when: str
    clash: str = ""
    is_late: bool = False

    @property
    def below(self) -> str:
        """Return when it is, with its clash."""
        return " · ".join(part for part in (self.when, self.clash) if part)

    @property
    def spoken(self) -> str:
        """Return the line for a screen reader."""
        return f"{self.what.replace(' · ', ', ')}, {self.below.replace(' · ', ', ')}"


def due_lines(snapshot: StationSnapshot) -> tuple[DueLine, ...]:
    """Return what is due at every chair: what is late first, then the soonest."""
    ordered = sorted(snapshot.due, key=lambda view: (not view.is_overdue, view.due_in_s))
    return tuple(_line(view) for view in ordered)


def _line(view: DueView) -> DueLine:
    word, told = _WORDS.get(view.kind, (view.what.removesuffix(_STILL_OPEN), "{}"))
    if view.kind is DueKind.SIDE_EFFECT:
        told = "still open, look {}"
    # what is late says so alone: "late by 1:01" reads the same for a driver and for a cuff
    others = ", ".join(str(chair) for chair in view.clashes_with)
    if len(view.clashes_with) > _MOST_NAMED:
        others = f"{len(view.clashes_with)} others"
    return DueLine(
        chair=view.chair,
        what=f"Chair {view.chair} · {word}",
        when=_when(view) if view.is_overdue else told.format(_when(view)),
        clash=f"with {others}" if others else "",
        is_late=view.is_overdue,
    )


def _when(view: DueView) -> str:
    if view.is_overdue:
        return f"late by {duration_text(-view.due_in_s)}"
    return f"in {duration_text(view.due_in_s)}" if view.due_in_s > 0 else "now"
