"""The record of a controlled drug: what was drawn up, given and wasted, and who saw the rest go.

Rules of the file:
1. Text and numbers as staff wrote them; nothing is proposed, and nothing is judged but whether the amounts agree.
2. Amounts that do not agree are taken with a reason: the record tells what happened, and a refusal would hide it.
3. What is wasted has a witness who is somebody else and enters a PIN; what a witness signed is changed before a witness.
4. Nothing recorded is changed: a correction is a record of its own (docs/adr/0021), the original stays, struck through.
Source: ketamine is in Schedule III (21 CFR 1308.13); records of what is dispensed, 21 CFR 1304.22(c). What the waste of the
rest asks for (two people, with their names) is common practice of clinics and hospitals, and a project decision here.
"""

import math
from collections.abc import Mapping
from dataclasses import replace

from nursestation.core import records as r
from nursestation.core import signin
from nursestation.core.access import CARING
from nursestation.core.commands import RecordDrug, StrikeDrug
from nursestation.core.drug_words import difference_words, differs, drug_words
from nursestation.core.finding import Found
from nursestation.core.model import DrugUse, GateState, Operator
from nursestation.core.state import ChairState, Drug, Visit
from nursestation.core.turn import Refusal, Turn
from nursestation.core.wording import staff_name

MOST_MG = 5000.0
"""The highest amount that is taken for a number written right [mg]. Source: project decision; ten vials of 500 mg."""


def record(turn: Turn, chair: ChairState, visit: Visit, command: RecordDrug) -> None:
    """Record a use, or correct an earlier record by it.

    Raises:
        Refusal: something is missing, an amount cannot be right, the amounts differ without a reason, or the witness will not do.
    """
    use = _checked(command.use)
    before, reason = None, ""
    if command.replaces:
        before, reason = _standing(visit, command.replaces), command.reason.strip()
        if not reason:
            raise Refusal("Say why it is corrected; the original stays in the record.")
        if use == before.use:
            raise Refusal("Nothing is changed: it reads like that already.")
    was_witnessed = before is not None and bool(before.witness)
    witness = _witness(turn, command.witness_id, command.pin) if use.wasted_mg > 0 or was_witnessed else ""
    turn.emit(
        r.DrugRecorded(
            **turn.acted(chair),
            drug_id=f"{visit.session}-d{len(visit.drugs) + 1}",
            use=use,
            witness=witness,
            replaces=command.replaces,
            reason=reason,
        )
    )


def strike(turn: Turn, chair: ChairState, visit: Visit, command: StrikeDrug) -> None:
    """Strike a drug record out.

    Raises:
        Refusal: there is no such record, it is struck out already, no reason is given, or the witness will not do.
    """
    drug = _standing(visit, command.drug_id)
    reason = command.reason.strip()
    if not reason:
        raise Refusal("Say why it is struck out; it stays in the record, struck through.")
    witness = _witness(turn, command.witness_id, command.pin) if drug.witness else ""
    turn.emit(r.DrugStruck(**turn.acted(chair), drug_id=drug.id, reason=reason, witness=witness))


def recorded(visit: Visit, operators: Mapping[str, Operator]) -> Found:
    """Return whether the drug record of the visit is complete: there is one, and what stands was taken with all it needs."""
    standing = [drug for drug in visit.drugs.values() if drug.struck is None]
    if not standing:
        return Found(GateState.UNMET, "no drug record yet: enter what was drawn, given and wasted")
    return Found(GateState.MET, " · ".join(_line(drug, operators) for drug in standing))


def _line(drug: Drug, operators: Mapping[str, Operator]) -> str:
    witness = f", witness {staff_name(operators, drug.witness)}" if drug.witness else ""
    return f"{drug_words(drug.use)}; {staff_name(operators, drug.by)}{witness}"


def _standing(visit: Visit, drug_id: str) -> Drug:
    drug = visit.drugs.get(drug_id)
    if drug is None:
        raise Refusal("There is no such drug record in this visit: look at the list again.")
    if drug.struck is not None:
        raise Refusal("This drug record was corrected or struck out already: look at the list again.")
    return drug


def _checked(use: DrugUse) -> DrugUse:
    """Return the use as it is recorded.

    Raises:
        Refusal: something is missing, or cannot be right.
    """
    plain = replace(
        use,
        drug=_words(use.drug),
        concentration=_words(use.concentration),
        lot=_words(use.lot),
        vial=_words(use.vial),
        expires=_words(use.expires),
        why_differs=_words(use.why_differs),
    )
    if not plain.drug:
        raise Refusal("Enter the name of the drug.")
    if not plain.concentration:
        raise Refusal("Enter the concentration as it stands on the vial.")
    if not plain.lot:
        raise Refusal("Enter the lot number as it stands on the vial.")
    for name, amount in (("drawn", plain.drawn_mg), ("given", plain.given_mg), ("wasted", plain.wasted_mg)):
        if not (math.isfinite(amount) and 0 <= amount <= MOST_MG):
            raise Refusal(f"The amount {name} cannot be right: enter 0 to {MOST_MG:g} mg.")
    if plain.drawn_mg == 0:
        raise Refusal("Enter how much was drawn up.")
    if not differs(plain):
        return replace(plain, why_differs="")
    if not plain.why_differs:
        raise Refusal(f"Given and wasted are {difference_words(plain)}: check the amounts, or say why.")
    return plain


def _words(text: str) -> str:
    return " ".join(text.split())


def _witness(turn: Turn, witness_id: str, pin: str) -> str:
    """Return the id of who saw it.

    Raises:
        Refusal: nobody is named, it is the one who records, somebody of the office, or the PIN is wrong or not their own.
    """
    if not witness_id:
        raise Refusal("Waste needs a witness: choose who saw it.")
    if witness_id == turn.state.operator:
        raise Refusal("The witness must be somebody other than you.")
    known = turn.state.operators.get(witness_id)
    if known is not None and known.role not in CARING:
        raise Refusal(f"{known.name} may not witness this: choose a nurse or a clinician.")
    return signin.verify_second(turn, witness_id, pin).id
