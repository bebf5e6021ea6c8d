"""Bulk records as rows, and back: one mapping for writer, reader and verifier.

A row is (trace, payload): the trace names where the reading comes from and repeats through a visit, so it is stored once;
the payload is what changes. Readings and waveforms lie on disk packed (`packing.py`); those of earlier versions, and gaps, lie
there a row each, and `digest_line` is the text of such a row that a seal's SHA-256 runs over.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import NamedTuple

from devices.clock import Moment
from devices.events import Mode, Validity
from devices.vocabulary import Unit
from nursestation.core.model import Provenance
from nursestation.core.records import Gap, Sample, Wave

Scalar = str | int | float | bytes | None

PAYLOAD = {
    "numeric": ("value", "validity", "measured_utc_ns", "cycle", "device_time"),
    "wave": ("rate_hz", "scale", "offset", "unit", "n_samples", "samples"),
    "gap": ("n_samples", "reason"),
}
"""What a row of each kind says; where a kind has a table with a row each: its columns after session, n, run, trace, utc_ns and
mono_ns."""


class Trace(NamedTuple):
    """Where readings come from. `mode` and `provenance` are None where the record has none."""

    chair: int | None
    metric: str
    monitor: str
    source: str
    mode: str | None
    provenance: str | None
    operator: str | None


@dataclass(frozen=True, slots=True)
class BulkRow:
    """One reading, stretch of waveform or gap; `table` is its kind, `n` its number within the session, `run` the run of the
    program that wrote it.
    """

    table: str
    n: int
    run: int
    at: Moment
    trace: Trace
    payload: tuple[Scalar, ...]


def gap_row(record: Gap, n: int, run: int) -> BulkRow:
    """Return a gap as a row."""
    return BulkRow("gap", n, run, record.at, trace_of(record), (record.n_samples, record.reason))


def trace_of(record: Sample | Wave | Gap) -> Trace:
    """Return where a record comes from."""
    return Trace(
        record.chair, record.metric, record.monitor, record.source,
        None if isinstance(record, Gap) else record.mode.value,
        record.provenance.value if isinstance(record, Sample) else None,
        record.operator,
    )  # fmt: skip


def sample(row: BulkRow, session: str) -> Sample:
    """Return the reading that `row` of `numeric` holds."""
    value, validity, measured, cycle, device_time = row.payload
    assert value is None or isinstance(value, float)
    assert measured is None or isinstance(measured, int)
    assert cycle is None or isinstance(cycle, int)
    assert device_time is None or isinstance(device_time, str)
    trace = row.trace
    return Sample(
        at=row.at, chair=trace.chair, session=session, operator=trace.operator, metric=trace.metric, value=value,
        validity=Validity(str(validity)), mode=Mode(str(trace.mode)), provenance=Provenance(str(trace.provenance)),
        monitor=trace.monitor, source=trace.source, measured_utc_ns=measured, cycle=cycle, device_time=device_time,
    )  # fmt: skip


def wave(row: BulkRow, session: str) -> Wave:
    """Return the stretch of waveform that `row` of `wave` holds."""
    rate_hz, scale, offset, unit, _, samples = row.payload
    assert isinstance(rate_hz, float)
    assert isinstance(scale, float)
    assert isinstance(offset, float)
    assert isinstance(samples, bytes)
    return Wave(
        at=row.at, chair=row.trace.chair, session=session, operator=row.trace.operator, metric=row.trace.metric,
        monitor=row.trace.monitor, source=row.trace.source, rate_hz=rate_hz, scale=scale, offset=offset,
        unit=None if unit is None else Unit(str(unit)), samples=samples, mode=Mode(str(row.trace.mode)),
    )  # fmt: skip


def gap(row: BulkRow, session: str) -> Gap:
    """Return the gap that `row` of `gap` holds."""
    n_samples, reason = row.payload
    assert n_samples is None or isinstance(n_samples, int)
    assert isinstance(reason, str)
    return Gap(
        at=row.at, chair=row.trace.chair, session=session, operator=row.trace.operator, metric=row.trace.metric,
        monitor=row.trace.monitor, source=row.trace.source, n_samples=n_samples, reason=reason,
    )  # fmt: skip


def digest_line(row: BulkRow) -> bytes:
    """Return the row as the line that a seal covers; a waveform's samples enter as their own SHA-256."""
    trace = row.trace
    payload = [
        hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else value for value in row.payload
    ]  # fmt: skip
    fields = [
        row.n, row.table, row.run, row.at.utc_ns, row.at.mono_ns, trace.chair, trace.metric, trace.monitor, trace.source,
        trace.mode, trace.provenance, trace.operator, *payload,
    ]  # fmt: skip
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def seal_body(first_n: int, last_n: int, sha256: str, record_head: str, utc_ns: int) -> str:
    """Return what a seal's own link in its chain runs over."""
    return json.dumps([first_n, last_n, sha256, record_head, utc_ns], separators=(",", ":"))
