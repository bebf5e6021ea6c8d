"""Staff: who works here, in which role, and with which PIN.

Rules of the file:
1. There is no default operator. The first one is made once, while there is none.
2. A PIN appears in no record, only its hash. One that somebody else gave is changed at the next sign-in.
3. Nobody is erased: who leaves can no longer sign in, and what they did keeps their name.
4. Somebody who can look after the staff is always left.
"""

import unicodedata
from dataclasses import replace
from typing import Literal, assert_never

from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.access import LEADING
from nursestation.core.inputs import PinVerifier
from nursestation.core.model import Operator, Role
from nursestation.core.signin import verify
from nursestation.core.state import StationState
from nursestation.core.turn import Refusal, Turn


def create_first(turn: Turn, command: c.CreateFirstOperator) -> None:
    """Make the first operator and sign them in.

    Raises:
        Refusal: there is one already, the role may not add staff, or name or PIN will not do.
    """
    if turn.state.operators:
        raise Refusal("The first member of staff exists already: sign in.")
    if command.role not in LEADING:
        raise Refusal("The first member of staff must be a lead nurse or a clinician, so that others can be added.")
    added = _new_operator(turn.state, turn.pins, command.name, command.role, command.pin)
    turn.emit(r.OperatorAdded(**turn.acted(None), added=added))
    stamp = turn.noted(None)
    stamp["operator"] = added.id
    turn.emit(r.SignedIn(**stamp))


def change(turn: Turn, command: c.StaffCommand) -> None:
    """Change who works here, or how they sign in.

    Raises:
        Refusal: name or PIN will not do, there is no such person, or nobody would be left to look after the staff.
    """
    match command:
        case c.AddOperator():
            added = _new_operator(turn.state, turn.pins, command.name, command.role, command.pin)
            turn.emit(r.OperatorAdded(**turn.acted(None), added=added))
        case c.ChangePin():
            _change_pin(turn, command)
        case c.ResetPin():
            known = _other(turn, command.operator_id, "Change your own PIN with the one you have.")
            changed = replace(known, pin_hash=_hashed(turn.pins, command.pin), must_change_pin=True)
            _tell(turn, changed, "pin_reset")
        case c.Unlock():
            known = _other(
                turn, command.operator_id, "You cannot unlock yourself: ask another lead nurse or clinician."
            )
            _tell(turn, known, "unlocked")
        case c.ChangeRole():
            known = _known(turn, command.operator_id)
            if known.role is command.role:
                raise Refusal(f"{known.name} has this role already.")
            _leave_one(turn, known, leads=command.role in LEADING)
            _tell(turn, replace(known, role=command.role), "role")
        case c.LetGo():
            ask = "You cannot take yourself off the staff: ask another lead nurse or clinician."
            known = _other(turn, command.operator_id, ask)
            _leave_one(turn, known, leads=False)
            _tell(turn, replace(known, is_active=False), "gone")
        case c.TakeBack():
            gone = turn.state.operators.get(command.operator_id)
            if gone is None or gone.is_active:
                raise Refusal("There is nobody of this name to take back.")
            _tell(turn, replace(gone, is_active=True), "back")
        case _:
            assert_never(command)


def operator_id(name: str, taken: set[str]) -> str:
    """Return the id of a new operator: "r.alvarez" for "Rosa Alvarez RN"; with a number when taken."""
    words = [_plain(word) for word in _without_title(name.split())]
    words = [word for word in words if word] or ["operator"]
    stem = words[0] if len(words) == 1 else f"{words[0][0]}.{words[-1]}"
    found, n = stem, 1
    while found in taken:
        n += 1
        found = f"{stem}{n}"
    return found


def _change_pin(turn: Turn, command: c.ChangePin) -> None:
    operator = turn.state.signed_in
    if operator is None:
        raise Refusal("Nobody is signed in: sign in first.")
    verify(turn, operator.id, command.old_pin)
    if command.pin == command.old_pin:
        raise Refusal("Choose a PIN that differs from the one you have.")
    _tell(turn, replace(operator, pin_hash=_hashed(turn.pins, command.pin), must_change_pin=False), "pin")


_What = Literal["pin", "pin_reset", "unlocked", "role", "gone", "back"]


def _tell(turn: Turn, changed: Operator, what: _What) -> None:
    turn.emit(r.OperatorChanged(**turn.acted(None), changed=changed, what=what))


def _known(turn: Turn, operator_id: str) -> Operator:
    operator = turn.state.operators.get(operator_id)
    if operator is None or not operator.is_active:
        raise Refusal("There is no such member of staff: choose one from the list.")
    return operator


def _other(turn: Turn, operator_id: str, otherwise: str) -> Operator:
    """Return somebody who is not the one who asks; `otherwise` is what they are told for themselves."""
    if operator_id == turn.state.operator:
        raise Refusal(otherwise)
    return _known(turn, operator_id)


def _leave_one(turn: Turn, changed: Operator, *, leads: bool) -> None:
    others = (one for one in turn.state.operators.values() if one.id != changed.id)
    if not leads and not any(one.is_active and one.role in LEADING for one in others):
        raise Refusal(
            f"{changed.name} is the only one who can look after the staff: make somebody else a lead nurse first."
        )


def _hashed(pins: PinVerifier, pin: str) -> str:
    try:
        return pins.hash(pin)
    except ValueError as error:
        raise Refusal(str(error)) from None


def _without_title(words: list[str]) -> list[str]:
    """Drop letters after the name ("RN", "MD", "CRNA"), as long as two words are left."""
    while len(words) > 2 and words[-1].strip(".,").isupper() and 2 <= len(words[-1].strip(".,")) <= 4:
        words = words[:-1]
    return words


def _plain(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode().lower()
    return "".join(letter for letter in letters if letter.isalnum() or letter == "-").strip("-")


def _new_operator(state: StationState, pins: PinVerifier, name: str, role: Role, pin: str) -> Operator:
    name = " ".join(name.split())
    if not name:
        raise Refusal("Enter a name.")
    return Operator(id=operator_id(name, set(state.operators)), name=name, role=role, pin_hash=_hashed(pins, pin))
