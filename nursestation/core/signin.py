"""Staff: who there is, who is signed in, and whose PIN is right.

Rules of the file:
1. There is no default operator. The first one is made once, while there is none.
2. A PIN is checked by the verifier alone and appears in no record. A wrong one is a record of its own.
3. From the fifth wrong PIN in a row on, that operator must wait: 30 s, then twice as long each time, at most 15 min.
   Source: limiting of guesses after NIST SP 800-63B 5.2.2; the numbers are a project decision.
4. Office staff look and export; they run no visit.
"""

import unicodedata

from devices.clock import NS_PER_S
from nursestation.core import records as r
from nursestation.core.commands import AddOperator, CreateFirstOperator, SignIn, SignOut
from nursestation.core.inputs import PinVerifier
from nursestation.core.model import Operator, Role
from nursestation.core.state import StationState
from nursestation.core.turn import Refusal, Turn
from nursestation.core.wording import left

_FREE_TRIES = 5
_FIRST_WAIT_S = 30
_LONGEST_WAIT_S = 15 * 60
_MAY_ADD = (Role.LEAD_NURSE, Role.CLINICIAN)


def create_first(turn: Turn, command: CreateFirstOperator) -> None:
    """Make the first operator and sign them in.

    Raises:
        Refusal: there is one already, the role may not add staff, or name or PIN will not do.
    """
    if turn.state.operators:
        raise Refusal("The first member of staff exists already: sign in.")
    if command.role not in _MAY_ADD:
        raise Refusal("The first member of staff must be a lead nurse or a clinician, so that others can be added.")
    added = _new_operator(turn.state, turn.pins, command.name, command.role, command.pin)
    turn.emit(r.OperatorAdded(**turn.acted(None), added=added))
    stamp = turn.noted(None)
    stamp["operator"] = added.id
    turn.emit(r.SignedIn(**stamp))


def add(turn: Turn, command: AddOperator) -> None:
    """Add a member of staff.

    Raises:
        Refusal: the operator may not, or name or PIN will not do.
    """
    operator = turn.state.signed_in
    if operator is None or operator.role not in _MAY_ADD:
        raise Refusal("Only a lead nurse or a clinician can add staff.")
    added = _new_operator(turn.state, turn.pins, command.name, command.role, command.pin)
    turn.emit(r.OperatorAdded(**turn.acted(None), added=added))


def sign_in(turn: Turn, command: SignIn) -> None:
    """Sign an operator in; whoever was signed in before is signed out.

    Raises:
        Refusal: the operator is not known, must wait, or the PIN is wrong.
    """
    verify(turn, command.operator_id, command.pin)
    if turn.state.operator is not None and turn.state.operator != command.operator_id:
        turn.emit(r.SignedOut(**turn.acted(None)))
    stamp = turn.noted(None)
    stamp["operator"] = command.operator_id
    turn.emit(r.SignedIn(**stamp))


def sign_out(turn: Turn, command: SignOut) -> None:  # noqa: ARG001 - one shape for all commands
    """Lock the station."""
    turn.emit(r.SignedOut(**turn.acted(None)))


def verify(turn: Turn, operator_id: str, pin: str) -> Operator:
    """Return the operator whose PIN this is.

    Raises:
        Refusal: the operator is not known, must wait, or the PIN is wrong (which makes a record).
    """
    operator = turn.state.operators.get(operator_id)
    if operator is None:
        raise Refusal("There is no such member of staff: choose one from the list.")
    wait_s = wait_left_s(turn, operator_id)
    if wait_s > 0:
        raise Refusal(f"Too many wrong PINs for {operator.name}: try again in {left(wait_s)}.")
    if not turn.pins.verify(operator.pin_hash, pin):
        stamp = turn.noted(None)
        stamp["operator"] = operator_id
        turn.emit(r.SignInFailed(**stamp))
        raise Refusal(f"The PIN does not fit {operator.name}: try again.")
    return operator


def verify_clinician(turn: Turn, clinician_id: str, pin: str, role: Role) -> Operator:
    """Return the clinician who overrides with a PIN of their own.

    Raises:
        Refusal: not of the role that may override, or as `verify`.
    """
    operator = turn.state.operators.get(clinician_id)
    if operator is not None and operator.role not in (role, Role.CLINICIAN):
        raise Refusal(f"{operator.name} may not override: a {role.value.replace('_', ' ')} must.")
    return verify(turn, clinician_id, pin)


def wait_left_s(turn: Turn, operator_id: str) -> float:
    """Return how long an operator must wait before the next try [s]."""
    tries = turn.state.tries.get(operator_id)
    if tries is None or tries.n < _FREE_TRIES:
        return 0.0
    wait_s = min(_FIRST_WAIT_S << min(tries.n - _FREE_TRIES, 10), _LONGEST_WAIT_S)
    return wait_s - (turn.now.mono_ns - tries.last_ns) / NS_PER_S


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
    try:
        pin_hash = pins.hash(pin)
    except ValueError as error:
        raise Refusal(str(error)) from None
    return Operator(id=operator_id(name, set(state.operators)), name=name, role=role, pin_hash=pin_hash)
