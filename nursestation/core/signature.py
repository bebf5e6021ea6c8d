"""Who signs what: the discharge signature.

A signature names the signer, the time and the meaning (after 21 CFR 11.50; no claim of conformity), covers the session's record
chain up to it, and needs the signer's PIN again. It is refused when the page that was signed is not the picture of now.
"""

from nursestation.core import discharge, phases, signin
from nursestation.core import records as r
from nursestation.core.commands import SignDischarge
from nursestation.core.model import Phase, Signature
from nursestation.core.state import ChairState, Visit
from nursestation.core.turn import Refusal, Turn


def sign_discharge(turn: Turn, chair: ChairState, visit: Visit, command: SignDischarge) -> None:
    """Sign the patient out to the driver.

    Raises:
        Refusal: a criterion is not met, the page is not of now, no driver, or the wrong PIN.
    """
    operator_id = turn.state.operator
    assert operator_id is not None
    page = discharge.readiness(chair, visit, turn.state.operators, turn.now)
    unmet = discharge.unmet_sentence(page.criteria)
    if unmet:
        raise Refusal(unmet)
    if visit.driver is None:
        raise Refusal("Name the driver who takes the patient home.")
    if command.seen != page.digest:
        raise Refusal("Something has changed since you looked: read the page again, then sign.")
    if any(waiver.clinician == operator_id for waiver in visit.waivers.values()):
        raise Refusal("You overrode a criterion, so someone else must sign the discharge.")
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
    evidence = tuple(
        r.CriterionEvidence(criterion=view.id, title=view.title, state=view.state.value, evidence=view.evidence)
        for view in page.criteria
    )
    turn.emit(r.DischargeSigned(**turn.acted(chair), signature=signature, driver=visit.driver, evidence=evidence))
    phases.move(turn, chair, visit, Phase.DISCHARGED)
