"""Who looks after a chair.

Rules of the file:
1. It is the station's and not a visit's: it stands from patient to patient, and over a restart, until somebody changes it.
2. It shows and it is on record. No alarm, no due reading and no right depends on it: everybody is told of every chair.
3. Who left the staff looks after nothing, without a record of its own.
"""

from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.access import CARING
from nursestation.core.model import Operator
from nursestation.core.state import ChairState, StationState
from nursestation.core.turn import Refusal, Turn


def assign(turn: Turn, chair: ChairState, wish: c.AssignNurse) -> None:
    """Say who looks after `chair`.

    Raises:
        Refusal: there is no such person who cares for patients, or nothing would change.
    """
    if wish.nurse is not None:
        person = turn.state.operators.get(wish.nurse)
        if person is None or not person.is_active:
            raise Refusal("This person is not on the staff: choose somebody of the list.")
        if person.role not in CARING:
            raise Refusal("Office staff look after no chair: choose somebody of the list.")
    if chair.nurse == wish.nurse:
        before = nurse_of(turn.state, chair)
        who = before.name if before is not None else "Nobody"
        raise Refusal(f"{who} looks after chair {chair.number} already.")
    stamp = turn.acted(chair)
    stamp["session"] = None
    turn.emit(r.NurseAssigned(**stamp, nurse=wish.nurse))


def nurse_of(state: StationState, chair: ChairState) -> Operator | None:
    """Return who looks after `chair`, None for nobody."""
    person = state.operators.get(chair.nurse) if chair.nurse is not None else None
    return person if person is not None and person.is_active else None
