"""Who signs what: the discharge signature.

A signature names the signer, the time and the meaning (after 21 CFR 11.50; no claim of conformity), covers the session's record
chain up to it, and needs the signer's PIN again. It is refused when the page that was signed is not the picture of now, when
the same patient has another open visit, and when the signer is the one who let something pass.
"""

from nursestation.core import discharge, leaving, phases, proved, signin
from nursestation.core import records as r
from nursestation.core.commands import SignDischarge
from nursestation.core.criteria import as_evidence
from nursestation.core.model import LeavingPath, Phase, Signature
from nursestation.core.state import ChairState, Visit
from nursestation.core.turn import Refusal, Turn


def sign_discharge(turn: Turn, chair: ChairState, visit: Visit, command: SignDischarge) -> None:
    """Sign the patient out: to the driver, without one, or against advice.

    Raises:
        Refusal: a criterion is not met, the page is not of now, no driver, another open visit, the signer let something pass
            himself, or the wrong PIN.
    """
    operator_id = turn.state.operator
    assert operator_id is not None
    page = discharge.readiness(turn.state, chair, visit, turn.now)
    if page.why_not:
        raise Refusal(page.why_not)
    if command.seen != page.digest:
        raise Refusal("Something has changed since you looked: read the page again, then sign.")
    _check_signer(visit, operator_id)
    meaning = command.meaning.strip()
    if not meaning:
        raise Refusal("Say what the signature means.")
    operator = signin.verify(turn, operator_id, command.pin)
    signature = Signature(
        operator_id=operator.id,
        name=operator.name,
        role=operator.role,
        meaning=meaning,
        signed_utc_ns=turn.now.utc_ns,
        covers=visit.chain,
    )
    goes_along = {
        LeavingPath.WITH_DRIVER: True,
        LeavingPath.NO_DRIVER: False,
        LeavingPath.AGAINST_ADVICE: proved.is_driver_here(visit),
    }[visit.path]
    turn.emit(
        r.DischargeSigned(
            **turn.acted(chair),
            signature=signature,
            driver=visit.driver if goes_along else None,
            evidence=as_evidence(page.criteria, visit.path),
            path=visit.path,
            leaving=leaving.line(visit, turn.state.operators),
        )
    )
    phases.move(turn, chair, visit, Phase.DISCHARGED)


def _check_signer(visit: Visit, operator_id: str) -> None:
    """Refuse whoever let something pass: two people stand for it, the one who did and the one who signs."""
    if any(waiver.clinician == operator_id for waiver in visit.waivers.values()):
        raise Refusal("You overrode a criterion, so someone else must sign the discharge.")
    if operator_id in visit.shortened_by:
        raise Refusal("You shortened the observation, so someone else must sign the discharge.")
    if visit.leaving is not None and visit.path is LeavingPath.NO_DRIVER and visit.leaving.clinician == operator_id:
        raise Refusal("You let the patient leave without a driver, so someone else must sign the discharge.")
