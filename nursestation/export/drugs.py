"""The report's drug record: amounts, who and before whom; what was corrected stands struck through."""

from collections.abc import Mapping
from datetime import tzinfo

from reportlab.platypus import Flowable

from nursestation.core.drug_words import difference_words
from nursestation.core.records import DrugRecorded, DrugStruck
from nursestation.export.layout import Cell, grid, headed, text
from nursestation.export.localtime import clock
from nursestation.export.visit import VisitRecord

_SHARES = (0.05, 0.08, 0.24, 0.08, 0.08, 0.08, 0.2, 0.19)


def drug_section(visit: VisitRecord, width: float, zone: tzinfo | None) -> list[Flowable]:
    """Return every drug record in the order it was made; nothing where none was."""
    made = [record for record in visit.records if isinstance(record, DrugRecorded)]
    if not made:
        return []
    changed: dict[str, DrugRecorded | DrugStruck] = {one.replaces: one for one in made if one.replaces}
    changed |= {one.drug_id: one for one in visit.records if isinstance(one, DrugStruck)}
    numbers = {record.drug_id: number for number, record in enumerate(made, start=1)}
    rows = [_row(visit, record, changed.get(record.drug_id), numbers, zone) for record in made]
    differing = [
        n for n, one in enumerate(made) if difference_words(one.use) and one.drug_id not in changed
    ]  # fmt: skip
    head = ("No.", "Time", "Drug", "Drawn mg", "Given mg", "Wasted mg", "Recorded by, witness", "Difference, change")
    table = grid(head, rows, [width * one for one in _SHARES], bold_rows=differing)
    return headed("Drug record", table, width)


def _row(
    visit: VisitRecord,
    record: DrugRecorded,
    change: DrugRecorded | DrugStruck | None,
    numbers: Mapping[str, int],
    zone: tzinfo | None,
) -> list[Cell]:
    use = record.use
    vial = [f"vial {use.vial}"] if use.vial else []
    expires = [f"expires {use.expires}"] if use.expires else []
    drug = ", ".join([f"{use.drug} {use.concentration}", f"lot {use.lot}", *vial, *expires])
    amounts = [f"{amount:g}" for amount in (use.drawn_mg, use.given_mg, use.wasted_mg)]
    who = [visit.name(record.operator)]
    if record.witness:
        who.append(f"witness {visit.name(record.witness)}")
    struck = change is not None
    difference = difference_words(use)
    bold = bool(difference) and not struck
    notes = [text(f"{difference}: {use.why_differs}", bold=bold, struck=struck)] if difference else []
    if record.replaces:
        notes.append(text(f"corrects no. {numbers[record.replaces]}: {record.reason}"))
    if change is not None:
        notes.append(text(_changed(visit, change, zone)))
    cells = [str(numbers[record.drug_id]), clock(record.at.utc_ns, zone), drug, *amounts, ", ".join(who)]
    return [*(text(cell, bold=bold, struck=struck) for cell in cells), notes]


def _changed(visit: VisitRecord, change: DrugRecorded | DrugStruck, zone: tzinfo | None) -> str:
    when = clock(change.at.utc_ns, zone)
    if isinstance(change, DrugRecorded):
        return f"corrected {when}"
    seen = f", witness {visit.name(change.witness)}" if change.witness else ""
    return f"struck out {when} by {visit.name(change.operator)}{seen}: {change.reason}"
