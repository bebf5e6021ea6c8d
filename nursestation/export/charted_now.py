"""What was charted as it is to be read now: each entry with its corrections taken in, and what was struck out told as such."""

from dataclasses import dataclass, replace

from nursestation.core.model import Severity
from nursestation.core.records import ChartCorrected, Charted, ChartResolved, ChartStruck, happened
from nursestation.export.visit import VisitRecord


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry.

    Attributes:
        charted: The record that made it.
        text, severity: As they are to be read.
        utc_ns: When it happened, UTC [ns].
        over_utc_ns: When it was over, UTC [ns]; None while it lasts, and of what has no end.
        changes: What was changed, why and by whom, a sentence each.
        struck: The record that struck it out, or None.
    """

    charted: Charted
    text: str
    severity: Severity | None
    utc_ns: int
    over_utc_ns: int | None = None
    changes: tuple[str, ...] = ()
    struck: ChartStruck | None = None


def entries(visit: VisitRecord) -> tuple[Entry, ...]:
    """Return the entries of a visit in the order they were made."""
    found: dict[str, Entry] = {}
    for record in visit.records:
        match record:
            case Charted():
                entry = Entry(record, record.text, record.severity, happened(record).utc_ns)
                found[record.entry_id] = entry
            case ChartResolved() if record.entry_id in found:
                entry = found[record.entry_id]
                found[record.entry_id] = replace(entry, over_utc_ns=happened(record).utc_ns)
            case ChartCorrected() if record.entry_id in found:
                found[record.entry_id] = _corrected(visit, found[record.entry_id], record)
            case ChartStruck() if record.entry_id in found:
                entry = found[record.entry_id]
                told = f"Struck out by {visit.name(record.operator)}: {record.reason}"
                found[record.entry_id] = replace(entry, struck=record, changes=(*entry.changes, told))
            case _:
                pass
    return tuple(found.values())


def _corrected(visit: VisitRecord, entry: Entry, record: ChartCorrected) -> Entry:
    resolved = record.resolved_utc_ns if entry.over_utc_ns is not None else None
    return replace(
        entry,
        text=entry.text if record.text is None else record.text,
        severity=entry.severity if record.severity is None else record.severity,
        utc_ns=entry.utc_ns if record.happened_utc_ns is None else record.happened_utc_ns,
        over_utc_ns=entry.over_utc_ns if resolved is None else resolved,
        changes=(*entry.changes, f"Corrected by {visit.name(record.operator)}: {record.reason}"),
    )
