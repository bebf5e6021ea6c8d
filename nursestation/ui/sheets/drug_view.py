"""What the sheet of the drug record makes of what is typed; no Qt. It fills in no amount."""

from dataclasses import dataclass, replace
from datetime import tzinfo

from nursestation.core.drug_words import difference_words
from nursestation.core.drugs import MOST_MG
from nursestation.core.model import DrugUse
from nursestation.core.snapshot import DrugView, VisitView
from nursestation.ui.journal import JournalLine, drug_line

REASONS = ("Wrong amount", "Wrong lot or vial", "Wrong chair", "Not clear enough")
"""Why a drug record is corrected or struck out."""
_AMOUNTS = (("drawn", "drawn up"), ("given", "given"), ("wasted", "wasted"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The sheet's fields as they stand."""

    drug: str = ""
    concentration: str = ""
    lot: str = ""
    vial: str = ""
    expires: str = ""
    drawn: str = ""
    given: str = ""
    wasted: str = ""
    why: str = ""


def drug_lines(visit: VisitView, zone: tzinfo | None) -> tuple[JournalLine, ...]:
    """Return every drug record of the visit, newest first; what was corrected or struck out is among them."""
    return tuple(drug_line(drug, zone) for drug in reversed(visit.drugs))


def typed_as(drug: DrugView) -> Typed:
    """Return the fields as a record reads."""
    use = drug.use
    return Typed(
        drug=use.drug,
        concentration=use.concentration,
        lot=use.lot,
        vial=use.vial,
        expires=use.expires,
        drawn=f"{use.drawn_mg:g}",
        given=f"{use.given_mg:g}",
        wasted=f"{use.wasted_mg:g}",
        why=use.why_differs,
    )


def use_of(typed: Typed) -> DrugUse | str:
    """Return what was typed, or the sentence that says what is missing; the amounts may still differ without a reason."""
    if not (typed.drug.strip() and typed.concentration.strip() and typed.lot.strip()):
        return "Enter drug, concentration and lot as they stand on the vial."
    found: dict[str, float] = {}
    for name, verb in _AMOUNTS:
        text = getattr(typed, name)
        amount = _amount(text)
        if amount is None:
            is_missing = not text.strip()
            return f"Enter how much was {verb}, in mg." if is_missing else f"Amount {verb}: enter 0 to {MOST_MG:g} mg."
        found[name] = amount
    if not found["drawn"]:
        return "Enter how much was drawn up, in mg."
    use = DrugUse(
        drug=_words(typed.drug),
        concentration=_words(typed.concentration),
        lot=_words(typed.lot),
        drawn_mg=found["drawn"],
        given_mg=found["given"],
        wasted_mg=found["wasted"],
        vial=_words(typed.vial),
        expires=_words(typed.expires),
    )
    return replace(use, why_differs=_words(typed.why)) if difference_words(use) else use


def balance(use: DrugUse | str) -> str:
    """Return whether the amounts agree, in a sentence; "" while they are not all there."""
    if isinstance(use, str):
        return ""
    told = difference_words(use)
    return f"Given and wasted are {told}." if told else "Given and wasted make up what was drawn."


def is_wasted(use: DrugUse | str) -> bool:
    """Say whether a part was wasted."""
    return not isinstance(use, str) and use.wasted_mg > 0


def problem(use: DrugUse | str, replaced: DrugView | None, reason: str) -> str:
    """Return what is missing beside the witness, "" for nothing."""
    if isinstance(use, str):
        return use
    told = difference_words(use)
    if told and not use.why_differs:
        return f"Given and wasted are {told}: check the amounts, or write why."
    if replaced is None:
        return ""
    if use == replaced.use:
        return "Change what is wrong, or strike it out with a reason."
    return "" if reason else "Choose or write why it is corrected."


def _words(text: str) -> str:
    return " ".join(text.split())


def _amount(text: str) -> float | None:
    """Return an amount [mg], None where it is no number or cannot be right."""
    whole, _, rest = text.strip().replace(",", ".").partition(".")
    if not whole.isdecimal() or (rest and not rest.isdecimal()):
        return None
    amount = float(f"{whole}.{rest or 0}")
    return amount if amount <= MOST_MG else None
