"""`session.csv`: one row per reading, for a spreadsheet or a program.

Rules of the file:
1. A plain CSV (RFC 4180) in UTF-8 with one header line; nothing else is in it.
2. A cuff cycle is a row for each of its values, at the time it was measured; everything else stands at its arrival.
3. A value by hand stands at the time it was measured, with who measured it as its source; what could not be measured has a row
   without a value and the reason as its source.
4. A reading without a usable value keeps its row, with the value empty and the validity saying why. Silence has no rows.
5. Every row of a simulated visit says `SIMULATED` in its last column, what staff entered by hand too.
6. Text that a spreadsheet would take for a formula is led by an apostrophe (OWASP, "CSV Injection").
"""

import csv
import io
from collections.abc import Iterator
from datetime import tzinfo

from devices.events import Mode, Validity
from devices.vocabulary import METRICS
from nursestation.core.model import CuffReading, Provenance
from nursestation.core.records import CuffTaken, NotMeasurable, Sample, VitalsEntered, happened
from nursestation.export.localtime import iso
from nursestation.export.visit import VisitRecord
from nursestation.export.watched import Progress, silently, watched

COLUMNS = (
    "time", "metric", "value", "unit", "validity", "provenance", "source",
    "monitor", "mode", "arrived", "cycle", "device_time", "mark",
)  # fmt: skip


_SORTED = 0.1  # of the work


def session_csv(visit: VisitRecord, zone: tzinfo | None, progress: Progress = silently) -> bytes:
    """Return the file's content.

    Args:
        visit: The session.
        zone: Time zone of its times; None for the computer's own.
        progress: Told how much is done (0 to 1); what it raises ends the work.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    in_order = sorted(readings(visit), key=lambda sample: visit.timeline.steady_ns(sample.at))
    for sample in watched(in_order, progress, _SORTED, 1):
        writer.writerow([*_row(sample, zone), visit.mark])
    return text.getvalue().encode("utf-8")


def readings(visit: VisitRecord) -> Iterator[Sample]:
    """Yield every reading, those that came as a record only (by hand) included."""
    yield from visit.samples
    for record in visit.records:
        if isinstance(record, VitalsEntered):
            for metric, value in record.values:
                yield _by_hand(record, metric, value, visit.name(record.operator))
        elif isinstance(record, NotMeasurable):
            yield _by_hand(record, record.metric, None, record.reason)
    known = {
        (sample.value, _time(sample), sample.cycle) for sample in visit.samples if sample.metric == "nibp_sys"
    }  # fmt: skip
    for record in visit.records:
        if isinstance(record, CuffTaken):
            reading = record.reading
            if (float(reading.sys), reading.measured_utc_ns, reading.cycle) not in known:
                yield from _cuff_rows(record, reading)


def _cuff_rows(record: CuffTaken, reading: CuffReading) -> Iterator[Sample]:
    values = {
        "nibp_sys": reading.sys, "nibp_dia": reading.dia, "nibp_mean": reading.mean, "nibp_pulse_rate": reading.pulse,
    }  # fmt: skip
    mode = Mode.SIMULATED if reading.provenance is Provenance.SIMULATED else Mode.REAL
    for metric, value in values.items():
        if value is not None:
            yield Sample(
                at=record.at, chair=record.chair, session=record.session, operator=record.operator, metric=metric,
                value=float(value), validity=Validity.VALID, mode=mode, provenance=reading.provenance, monitor="",
                source=reading.source, measured_utc_ns=reading.measured_utc_ns, cycle=reading.cycle,
            )  # fmt: skip


def _by_hand(record: VitalsEntered | NotMeasurable, metric: str, value: float | None, source: str) -> Sample:
    return Sample(
        at=record.at, chair=record.chair, session=record.session, operator=record.operator, metric=metric, value=value,
        validity=Validity.VALID if value is not None else Validity.UNAVAILABLE, mode=Mode.REAL,
        provenance=Provenance.MANUAL, monitor="", source=source, measured_utc_ns=happened(record).utc_ns,
    )  # fmt: skip


def _time(sample: Sample) -> int:
    return sample.at.utc_ns if sample.measured_utc_ns is None else sample.measured_utc_ns


def _row(sample: Sample, zone: tzinfo | None) -> list[str]:
    unit = METRICS[sample.metric].unit
    return [
        iso(_time(sample), zone),
        sample.metric,
        "" if sample.value is None else f"{sample.value:.10g}",
        "" if unit is None else unit.value,
        sample.validity.value,
        sample.provenance.value,
        safe(sample.source),
        safe(sample.monitor),
        sample.mode.value,
        iso(sample.at.utc_ns, zone),
        "" if sample.cycle is None else str(sample.cycle),
        safe(sample.device_time or ""),
    ]


def safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
