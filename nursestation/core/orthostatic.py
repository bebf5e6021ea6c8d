"""The orthostatic check: blood pressure lying, and after one and three minutes of standing.

A fall of 20 mmHg systolic or 10 mmHg diastolic within three minutes of standing is orthostatic hypotension (Freeman R et al.,
Clin Auton Res 2011;21:69-72); the figures stand in the protocol ([discharge] orthostatic_fall_sys, orthostatic_fall_dia).

Rules of the file:
1. Each posture is a measurement of its own: one cuff reading never stands for two, and they come in the order of the postures.
2. The record keeps which reading a posture is; what has none was entered by hand, and says so wherever the check is told.
3. A reading that is older than the check may be (`score_max_age_min`) is no evidence for it.
"""

from collections.abc import Mapping
from itertools import pairwise

from devices.clock import NS_PER_S
from devices.vocabulary import METRICS
from nursestation.core import records as r
from nursestation.core.commands import RecordOrthostatic
from nursestation.core.model import CuffReading, Operator, Provenance
from nursestation.core.snapshot import OrthostaticView
from nursestation.core.state import ChairState, Visit
from nursestation.core.turn import Refusal, Turn
from nursestation.core.wording import span, staff_name

Posture = tuple[int, int, int | None]
"""Systolic, diastolic [mmHg] and pulse [/min] in one posture."""


def record(turn: Turn, chair: ChairState, visit: Visit, command: RecordOrthostatic) -> None:
    """Note the check, or why it was left out.

    Raises:
        Refusal: a reading is missing or cannot be right, or both readings and a reason to leave it out are given; or a cuff
            reading that is named is not of this visit, stands for two postures, is out of order or too old.
    """
    skipped = command.skipped_because.strip()
    taken = {"lying": command.lying, "after 1 min": command.standing_1, "after 3 min": command.standing_3}
    if skipped:
        if any(one is not None for one in (*taken.values(), *command.came_from)) or command.symptoms:
            raise Refusal("Either enter the readings, or say why the check was left out.")
    elif command.lying is None or (command.standing_1 is None and command.standing_3 is None):
        raise Refusal("Enter the pressure lying and at least one standing, or say why the check was left out.")
    for posture, reading in taken.items():
        if reading is not None:
            _check(posture, reading)
    came_from = tuple(
        None if told is None else _found(visit, posture, reading, told)
        for (posture, reading), told in zip(taken.items(), command.came_from, strict=True)
    )
    _check_order({posture: cuff for posture, cuff in zip(taken, came_from, strict=True) if cuff is not None})
    for posture, cuff in zip(taken, came_from, strict=True):
        age_s = 0.0 if cuff is None else (turn.now.mono_ns - cuff.measured_mono_ns) / NS_PER_S
        if age_s > visit.protocol.discharge.score_max_age_min * 60:
            raise Refusal(f"The reading {posture}, {cuff}, is {span(age_s)} old: measure again.")
    turn.emit(
        r.OrthostaticRecorded(
            **turn.acted(chair),
            lying=command.lying,
            standing_1=command.standing_1,
            standing_3=command.standing_3,
            symptoms=command.symptoms,
            skipped_because=skipped,
            came_from=() if skipped else came_from,
        )
    )


def by_hand(check: r.OrthostaticRecorded) -> tuple[bool, bool, bool]:
    """Say of each posture (lying, after 1 min, after 3 min) whether it was entered by hand; not so where it is not known."""
    lying, one, three = check.came_from or (None, None, None)
    is_known = bool(check.came_from)

    def typed(reading: Posture | None, cuff: CuffReading | None) -> bool:
        if reading is None or not is_known:
            return False
        return cuff is None or cuff.provenance is Provenance.MANUAL

    return typed(check.lying, lying), typed(check.standing_1, one), typed(check.standing_3, three)


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
        came_from=check.came_from,
    )


def _found(visit: Visit, posture: str, taken: Posture | None, measured_utc_ns: int) -> CuffReading:
    """Return the cuff reading of the visit that a posture is said to be."""
    for reading, _ in visit.cuffs:
        if reading.measured_utc_ns == measured_utc_ns and (reading.sys, reading.dia, reading.pulse) == taken:
            return reading
    raise Refusal(
        f"The pressure {posture} is no cuff reading of this visit: take the reading again, or enter it by hand."
    )


def _check_order(came_from: Mapping[str, CuffReading]) -> None:
    for (before, earlier), (posture, reading) in pairwise(came_from.items()):
        if reading == earlier:
            raise Refusal(f"One reading cannot be both {before} and {posture}: take a new reading {posture}.")
        if reading.measured_mono_ns <= earlier.measured_mono_ns:
            raise Refusal(
                f"The reading {posture} was not measured after the one {before}: take a new reading {posture}."
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
