"""A drug record in words and sums, for the screen, the chart and the report.

Rules of the file:
1. Amounts are those that staff wrote down; what is worked out is the difference alone.
2. No word here says how much to give.
"""

from nursestation.core.model import DrugUse

TOLERANCE_MG = 0.15
"""How far what was drawn may lie from what was given and wasted [mg]. Source: project decision; three amounts that are each
written to a tenth of a milligram may differ by so much by their rounding alone."""

_FINE = 3
"""Decimals of a difference: beyond them lies what binary fractions leave over."""


def difference_mg(use: DrugUse) -> float:
    """Return what was drawn and is neither given nor wasted [mg]; below 0 where more left than was drawn."""
    return round(use.drawn_mg - use.given_mg - use.wasted_mg, _FINE)


def differs(use: DrugUse) -> bool:
    """Say whether the amounts lie further apart than by rounding."""
    return abs(difference_mg(use)) > TOLERANCE_MG


def difference_words(use: DrugUse) -> str:
    """Return by how much the amounts differ ("2 mg less than was drawn"), "" where they agree."""
    if not differs(use):
        return ""
    difference = difference_mg(use)
    return f"{abs(difference):g} mg {'less' if difference > 0 else 'more'} than was drawn"


def drug_words(use: DrugUse) -> str:
    """Return a drug record in one line."""
    vial = f", vial {use.vial}" if use.vial else ""
    expires = f", expires {use.expires}" if use.expires else ""
    what = f"{use.drug} {use.concentration}, lot {use.lot}{vial}{expires}"
    amounts = f"drawn {use.drawn_mg:g} mg, given {use.given_mg:g} mg, wasted {use.wasted_mg:g} mg"
    told = difference_words(use)
    return f"{what}: {amounts}" + (f" ({told}: {use.why_differs})" if told else "")
