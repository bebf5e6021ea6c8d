"""How the patient leaves: with the driver as planned, without one, or against advice (docs/adr/0020).

| path | what it needs | what it changes |
|---|---|---|
| with the driver | nothing | nothing: every criterion is met or overridden |
| without a driver | reason, arrangement in words, a clinician's PIN | the driver criterion stands as overridden |
| against advice | reason, risks told, patient's signature or a witness, a clinician told | what is not met is listed so |

Rules of the file:
1. No path opens before the infusion has stopped (`phases.WHEN`).
2. A path is chosen by a record and changed by another one; a driver who is named after all ends the path without one.
"""

from collections.abc import Mapping

from nursestation.core import records as r
from nursestation.core import signin
from nursestation.core.commands import ChooseLeaving
from nursestation.core.model import LeavingPath, Operator, Role
from nursestation.core.snapshot import LeavingView
from nursestation.core.state import ChairState, Visit
from nursestation.core.turn import Refusal, Turn
from nursestation.core.wording import staff_name


def choose(turn: Turn, chair: ChairState, visit: Visit, command: ChooseLeaving) -> None:
    """Note how the patient leaves.

    Raises:
        Refusal: the path is chosen already, or something that it needs is missing.
    """
    reason = command.reason.strip()
    arrangement = command.arrangement.strip()
    witness = command.witness.strip()
    match command.path:
        case LeavingPath.WITH_DRIVER:
            if visit.path is LeavingPath.WITH_DRIVER:
                raise Refusal("The patient leaves with the driver already; there is nothing to change.")
            turn.emit(r.LeavingChosen(**turn.acted(chair), path=command.path, reason=reason))
        case LeavingPath.NO_DRIVER:
            if not reason:
                raise Refusal("Say why there is no driver.")
            if not arrangement:
                raise Refusal("Say how the patient gets home safely without a driver.")
            if command.clinician_id == turn.state.operator:
                raise Refusal("Leaving without a driver needs a second person: a clinician other than you.")
            signin.verify_clinician(turn, command.clinician_id, command.pin, Role.CLINICIAN)
            turn.emit(
                r.LeavingChosen(
                    **turn.acted(chair),
                    path=command.path,
                    reason=reason,
                    arrangement=arrangement,
                    clinician=command.clinician_id,
                )
            )
        case LeavingPath.AGAINST_ADVICE:
            if not reason:
                raise Refusal("Write down why the patient wants to leave, in their own words.")
            if not command.risks_told:
                raise Refusal("Explain the risks of leaving now to the patient, then state that it was done.")
            if not command.patient_signed and not witness:
                raise Refusal("Let the patient sign the form, or name who saw that they refused to.")
            _check_told(turn, command.clinician_id)
            turn.emit(
                r.LeavingChosen(
                    **turn.acted(chair),
                    path=command.path,
                    reason=reason,
                    arrangement=arrangement,
                    risks_told=True,
                    patient_signed=command.patient_signed,
                    witness=witness,
                    clinician=command.clinician_id,
                )
            )


def _check_told(turn: Turn, clinician_id: str) -> None:
    clinician = turn.state.operators.get(clinician_id)
    if clinician is None or clinician.role is not Role.CLINICIAN:
        raise Refusal("Tell a clinician that the patient leaves, and choose who was told.")


def line(visit: Visit, operators: Mapping[str, Operator]) -> str:
    """Return the way that was chosen in a sentence, for the record; "" for the one with the driver."""
    chosen = visit.leaving
    if chosen is None or chosen.path is LeavingPath.WITH_DRIVER:
        return ""
    clinician = staff_name(operators, chosen.clinician)
    instead = f"arranged instead: {chosen.arrangement}"
    if chosen.path is LeavingPath.NO_DRIVER:
        return f"no driver: {chosen.reason}; {instead}; signed for by {clinician}"
    signed = (
        "signed by the patient" if chosen.patient_signed else f"not signed by the patient, seen by {chosen.witness}"
    )
    parts = [f"left against advice: {chosen.reason}", "risks explained", signed, f"{clinician} was told"]
    return "; ".join([*parts, instead] if chosen.arrangement else parts)


def view(visit: Visit, operators: Mapping[str, Operator]) -> LeavingView | None:
    """Return what was chosen, for the screen; None while nothing was."""
    chosen = visit.leaving
    if chosen is None:
        return None
    return LeavingView(
        path=chosen.path,
        reason=chosen.reason,
        arrangement=chosen.arrangement,
        risks_told=chosen.risks_told,
        patient_signed=chosen.patient_signed,
        witness=chosen.witness,
        clinician=staff_name(operators, chosen.clinician) if chosen.clinician else "",
        by=staff_name(operators, chosen.operator or ""),
    )
