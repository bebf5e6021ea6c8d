"""The staff as a list, and what may be done for each of them; no Qt. Who may do it is the core's table alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from nursestation.core.access import may
from nursestation.core.commands import ChangeRole, LetGo, ResetPin, TakeBack, Unlock
from nursestation.core.snapshot import StaffState, StaffView, StationSnapshot
from nursestation.ui.allowed import why_not
from nursestation.ui.durations import duration_text
from nursestation.ui.peopletext import ROLE_WORDS
from nursestation.ui.signin.view import PIN_DIGITS, check_pin

STATE_WORDS = {
    StaffState.ACTIVE: "",
    StaffState.MUST_CHANGE_PIN: "new PIN",
    StaffState.LOCKED: "locked",
    StaffState.LEFT: "left",
}
_TOLD = {
    StaffState.ACTIVE: "Signs in with a PIN of their own.",
    StaffState.MUST_CHANGE_PIN: "Was given a PIN, and chooses one of their own at the next sign-in.",
    StaffState.LOCKED: "Locked after too many wrong PINs.",
    StaffState.LEFT: "No longer works here. What they did keeps their name.",
}


@dataclass(frozen=True, slots=True)
class PersonCard:
    """Somebody on the staff, and what may be done for them now.

    Attributes:
        id, name, told: Who, in which role, and how they stand.
        why_not: What somebody who may not look after the staff is told, "" for who may.
        may_give_pin, may_unlock, may_change_role, may_let_go, may_take_back: What is offered.
        role: Theirs, as its key.
    """

    id: str
    name: str
    told: str
    why_not: str
    may_give_pin: bool
    may_unlock: bool
    may_change_role: bool
    may_let_go: bool
    may_take_back: bool
    role: str


def people(staff: Sequence[StaffView]) -> tuple[tuple[str, str], ...]:
    """Return everybody as (id, line), those who left last."""
    ordered = sorted(staff, key=lambda one: one.state is StaffState.LEFT)
    return tuple((one.id, _line(one)) for one in ordered)


def _line(one: StaffView) -> str:
    return "  ·  ".join(part for part in (one.name, ROLE_WORDS[one.role], STATE_WORDS[one.state]) if part)


def card(person: str, snapshot: StationSnapshot) -> PersonCard | None:
    """Return what is shown of one person, None for somebody who is not there."""
    one = next((one for one in snapshot.staff if one.id == person), None)
    if one is None:
        return None
    operator = snapshot.operator
    is_here, is_self = one.state is not StaffState.LEFT, operator is not None and operator.id == one.id
    told = f"{ROLE_WORDS[one.role]}. {_TOLD[one.state]}"
    if one.wait_s > 0 and one.state not in (StaffState.LEFT, StaffState.LOCKED):
        told += f" Waits {duration_text(one.wait_s)} before the next try."
    reason = why_not(operator, ResetPin)
    if is_self:
        reason = "This is you. Change your own PIN with the button above."
    return PersonCard(
        id=one.id,
        name=one.name,
        told=told,
        why_not=reason,
        may_give_pin=is_here and not is_self and may(operator, ResetPin),
        may_unlock=(one.state is StaffState.LOCKED or one.wait_s > 0)
        and is_here
        and not is_self
        and may(operator, Unlock),
        may_change_role=is_here and may(operator, ChangeRole),
        may_let_go=is_here and not is_self and may(operator, LetGo),
        may_take_back=not is_here and may(operator, TakeBack),
        role=one.role.value,
    )


def check_own_pin(old: str, pin: str, again: str) -> str:
    """Return what is still missing of a change of one's own PIN, "" when it can be sent."""
    if len(old) < PIN_DIGITS:
        return "Enter the PIN that you have now."
    if pin and pin == old:
        return "Choose a PIN that differs from the one you have."
    return check_pin(pin, again)
