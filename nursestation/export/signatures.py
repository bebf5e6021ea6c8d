"""The report's signatures: each with the printed name, the date and time, and what it means.

Source: 21 CFR 11.50 names the three; no conformity is claimed. Each was given with a PIN of the signer's own.
"""

from collections.abc import Iterator
from datetime import tzinfo

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from nursestation.core.records import DrugRecorded, DrugStruck
from nursestation.export.events import in_words
from nursestation.export.layout import CELL_BOLD, NOTE, grid, headed, heading, text
from nursestation.export.localtime import clock_s, day, zone_name
from nursestation.export.story import Story
from nursestation.export.visit import VisitRecord

_NOTE = "Each was given with a PIN of the signer's own."


def signature_section(visit: VisitRecord, story: Story, width: float, zone: tzinfo | None) -> list[Flowable]:
    """Return every signature in the order in which they were given."""
    rows = sorted(_signed(visit, story), key=lambda row: row[0])
    if not rows:
        return [*heading("Signatures"), text("Nobody has signed.", CELL_BOLD)]
    cells = [
        [name, role, f"{day(utc, zone)}, {clock_s(utc, zone)} ({zone_name(utc, zone)})", meaning]
        for utc, name, role, meaning in rows
    ]
    head = ("Name", "Role", "Date and time", "Meaning")
    found = headed(
        "Signatures", grid(head, cells, [width * share for share in (0.2, 0.12, 0.26, 0.42)]), width, note=_NOTE
    )
    if story.discharge is not None and not visit.is_deidentified:
        covers = story.discharge.signature.covers
        found.append(Spacer(0, 1 * mm))
        found.append(text(f"The discharge signature covers this visit's record up to the chain value {covers}.", NOTE))
    return found


def _signed(visit: VisitRecord, story: Story) -> Iterator[tuple[int, str, str, str]]:
    """Yield (time in UTC [ns], name, role, meaning)."""

    def by(operator: str) -> tuple[str, str]:
        known = visit.operators.get(operator)
        return visit.name(operator), "" if known is None else in_words(known.role.value)

    if story.discharge is not None:
        one = story.discharge.signature
        yield one.signed_utc_ns, one.name, in_words(one.role.value), one.meaning
    for override in story.overrides:
        yield override.utc, *by(override.clinician), f"Let pass. {override.what}: {override.reason}"
    over = story.handed_over
    if over is not None and over.clinician:
        yield over.at.utc_ns, *by(over.clinician), f"Answers for the early end of the visit; handed over to {over.to}"
    for record in visit.records:
        match record:
            case DrugRecorded(witness=witness, use=use) if witness:
                yield record.at.utc_ns, *by(witness), f"Saw {use.wasted_mg:g} mg of {use.drug} wasted"
            case DrugStruck(witness=witness) if witness:
                yield record.at.utc_ns, *by(witness), f"Saw a drug record struck out: {record.reason}"
            case _:
                pass
