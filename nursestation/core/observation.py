"""The observation's length: what the protocol asks for at least, and a clinician who shortens it.

Rules of the file:
1. Shortening is a clinician's, with PIN and reason, and never goes below the protocol's `observation_floor_min`.
2. It counts as an override: who shortened it does not sign the discharge (`signature.py`).
Source: 15 to 30 min after the infusion (Axis Spine, patient page); who may shorten it: project decision, docs/adr/0020.
"""

from collections.abc import Mapping

from nursestation.core import records as r
from nursestation.core import signin
from nursestation.core.commands import ShortenObservation
from nursestation.core.model import Operator, Role
from nursestation.core.state import ChairState, Visit
from nursestation.core.turn import Refusal, Turn
from nursestation.core.wording import long_span, staff_name


def shorten(turn: Turn, chair: ChairState, visit: Visit, command: ShortenObservation) -> None:
    """Let the observation last less than planned, at least.

    Raises:
        Refusal: not shorter than now, below the protocol's floor, no reason, or not a clinician.
    """
    floor = visit.protocol.discharge.observation_floor_min
    now = visit.observation_min
    if not 0 <= command.minutes < now:
        raise Refusal(f"Observation lasts at least {_minutes(now)} now: choose less, or leave it as it is.")
    if command.minutes < floor:
        raise Refusal(f"This protocol lets nobody shorten the observation below {_minutes(floor)}.")
    reason = command.reason.strip()
    if not reason:
        raise Refusal("Give the reason for shortening; it prints on the record.")
    signin.verify_clinician(turn, command.clinician_id, command.pin, Role.CLINICIAN)
    turn.emit(
        r.ObservationShortened(
            **turn.acted(chair),
            minutes=float(command.minutes),
            before=now,
            reason=reason,
            clinician=command.clinician_id,
        )
    )


def shortened_line(visit: Visit, operators: Mapping[str, Operator]) -> str:
    """Return how the observation was shortened: "from 15 min to 10 min by S. Okafor MD: driver must leave"; "" where not."""
    record = visit.shortened
    if record is None:
        return ""
    by = staff_name(operators, record.clinician)
    return f"from {_minutes(visit.protocol.observation_min)} to {_minutes(record.minutes)} by {by}: {record.reason}"


def _minutes(minutes: float) -> str:
    return long_span(minutes * 60) if minutes else "0 min"
