"""Signing in and out, and whose PIN is right.

Rules of the file:
1. A PIN is checked by the verifier alone and appears in no record. A wrong one is a record of its own.
2. From the fifth wrong PIN in a row on, that operator must wait: 30 s, then twice as long each time, at most 15 min.
   Source: limiting of guesses after NIST SP 800-63B 5.2.2; the numbers are a project decision.
3. From the tenth on they are locked until a lead nurse or a clinician unlocks them or gives them a PIN. Where nobody else
   could, they go on waiting instead: a clinic is never locked out of its own record.
4. Who was given a PIN by somebody else chooses one of their own before they act, as second signature too; alarms can be
   answered at once.
"""

from devices.clock import NS_PER_S
from nursestation.core import records as r
from nursestation.core.access import LEADING
from nursestation.core.commands import SignIn, SignOut
from nursestation.core.model import Operator, Role
from nursestation.core.state import StationState
from nursestation.core.turn import Refusal, Turn
from nursestation.core.wording import left

_FREE_TRIES = 5
_LOCKED_FROM = 10
_FIRST_WAIT_S = 30
_LONGEST_WAIT_S = 15 * 60


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
    if operator is None or not operator.is_active:
        raise Refusal("There is no such member of staff: choose one from the list.")
    if is_locked(turn.state, operator_id):
        raise Refusal(f"{operator.name} is locked after too many wrong PINs: a lead nurse or a clinician can unlock.")
    wait_s = wait_left_s(turn.state, operator_id, turn.now.mono_ns)
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
    return verify_second(turn, clinician_id, pin)


def verify_second(turn: Turn, operator_id: str, pin: str) -> Operator:
    """Return who signs beside the one who acts, with a PIN that nobody else knows.

    Raises:
        Refusal: the PIN was given to them by somebody else, or as `verify`.
    """
    operator = verify(turn, operator_id, pin)
    if operator.must_change_pin:
        raise Refusal(f"{operator.name} was given this PIN: they sign in and choose one of their own first.")
    return operator


def is_locked(state: StationState, operator_id: str) -> bool:
    """Say whether somebody else must unlock an operator before the next try."""
    others = (one for one in state.operators.values() if one.id != operator_id)
    return _is_spent(state, operator_id) and any(
        one.is_active and one.role in LEADING and not _is_spent(state, one.id) for one in others
    )


def _is_spent(state: StationState, operator_id: str) -> bool:
    tries = state.tries.get(operator_id)
    return tries is not None and tries.n >= _LOCKED_FROM


def wait_left_s(state: StationState, operator_id: str, now_ns: int) -> float:
    """Return how long an operator must wait before the next try, from a monotonic time [ns] on [s]."""
    tries = state.tries.get(operator_id)
    if tries is None or tries.n < _FREE_TRIES:
        return 0.0
    wait_s = min(_FIRST_WAIT_S << min(tries.n - _FREE_TRIES, 10), _LONGEST_WAIT_S)
    return wait_s - (now_ns - tries.last_ns) / NS_PER_S
