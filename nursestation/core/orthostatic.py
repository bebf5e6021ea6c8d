"""The orthostatic check: blood pressure lying, and after one and three minutes of standing.

A fall of 20 mmHg systolic or 10 mmHg diastolic within three minutes of standing is orthostatic hypotension (Freeman R et al.,
Clin Auton Res 2011;21:69-72); the figures stand in the protocol ([discharge] orthostatic_fall_sys, orthostatic_fall_dia).
"""

from collections.abc import Mapping

from devices.vocabulary import METRICS
from nursestation.core import records as r
from nursestation.core.commands import RecordOrthostatic
from nursestation.core.model import Operator
from nursestation.core.snapshot import OrthostaticView
from nursestation.core.state import ChairState, Visit
from nursestation.core.turn import Refusal, Turn
from nursestation.core.wording import staff_name

Posture = tuple[int, int, int | None]
"""Systolic, diastolic [mmHg] and pulse [/min] in one posture."""


def record(turn: Turn, chair: ChairState, visit: Visit, command: RecordOrthostatic) -> None:  # noqa: ARG001
    """Note the check, or why it was left out.

    Raises:
        Refusal: a reading is missing or cannot be right, or both readings and a reason to leave it out are given.
    """
    skipped = command.skipped_because.strip()
    taken = {"lying": command.lying, "after 1 min": command.standing_1, "after 3 min": command.standing_3}
    if skipped:
        if any(reading is not None for reading in taken.values()) or command.symptoms:
            raise Refusal("Either enter the readings, or say why the check was left out.")
    elif command.lying is None or (command.standing_1 is None and command.standing_3 is None):
        raise Refusal("Enter the pressure lying and at least one standing, or say why the check was left out.")
    for posture, reading in taken.items():
        if reading is not None:
            _check(posture, reading)
    turn.emit(
        r.OrthostaticRecorded(
            **turn.acted(chair),
            lying=command.lying,
            standing_1=command.standing_1,
            standing_3=command.standing_3,
            symptoms=command.symptoms,
            skipped_because=skipped,
        )
    )


def falls(check: r.OrthostaticRecorded) -> tuple[int, int] | None:
    """Return the largest falls from lying to standing, systolic and diastolic [mmHg] (negative: a rise); None if left out."""
    standing = [reading for reading in (check.standing_1, check.standing_3) if reading is not None]
    if check.lying is None or not standing:
        return None
    sys, dia, _ = check.lying
    return max(sys - reading[0] for reading in standing), max(dia - reading[1] for reading in standing)


def view(visit: Visit, operators: Mapping[str, Operator]) -> OrthostaticView | None:
    """Return the check for the screen; None while there is none."""
    check = visit.orthostatic
    if check is None:
        return None
    fall = falls(check)
    return OrthostaticView(
        lying=check.lying,
        standing_1=check.standing_1,
        standing_3=check.standing_3,
        symptoms=check.symptoms,
        skipped_because=check.skipped_because,
        fall_sys=fall[0] if fall is not None else None,
        fall_dia=fall[1] if fall is not None else None,
        by=staff_name(operators, check.operator or ""),
        at=check.at,
    )


def _check(posture: str, reading: Posture) -> None:
    for metric, value in zip(("nibp_sys", "nibp_dia", "nibp_pulse_rate"), reading, strict=True):
        known = METRICS[metric]
        if value is not None and not known.is_plausible(value):
            raise Refusal(
                f"{known.label} {value} {posture} cannot be right: enter {known.low:.0f} to {known.high:.0f}."
            )
    if reading[1] >= reading[0]:
        raise Refusal(f"The upper number {posture} must be higher than the lower one: check the reading.")
