"""Bulk records as rows, and back: one mapping for writer, reader and verifier.

A row is (trace, payload): the trace names where the reading comes from and repeats through a visit, so it is stored once;
the payload is what changes. `digest_line` is the text of a row that a seal's SHA-256 runs over.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_never

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
"""Columns of each bulk table after session, n, run, trace, utc_ns and mono_ns."""


@dataclass(frozen=True, slots=True)
class Trace:
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
    """One row of a bulk table; `n` is its number within the session, `run` the run of the program that wrote it."""

    table: str
    n: int
    run: int
    at: Moment
    trace: Trace
    payload: tuple[Scalar, ...]


def to_row(record: Sample | Wave | Gap, n: int, run: int) -> BulkRow:
    """Return a bulk record as a row."""
    match record:
        case Sample():
            value = None if record.value is None else float(record.value)
            trace = _trace(record, record.mode.value, record.provenance.value)
            payload: tuple[Scalar, ...] = (
                value, record.validity.value, record.measured_utc_ns, record.cycle, record.device_time,
            )  # fmt: skip
            return BulkRow("numeric", n, run, record.at, trace, payload)
        case Wave():
            unit = None if record.unit is None else record.unit.value
            payload = (
                float(record.rate_hz), float(record.scale), float(record.offset), unit,
                len(record.samples) // 2, record.samples,
            )  # fmt: skip
            return BulkRow("wave", n, run, record.at, _trace(record, record.mode.value, None), payload)
        case Gap():
            return BulkRow("gap", n, run, record.at, _trace(record, None, None), (record.n_samples, record.reason))
        case _:
            assert_never(record)


def _trace(record: Sample | Wave | Gap, mode: str | None, provenance: str | None) -> Trace:
    return Trace(
        record.chair, record.metric, record.monitor, record.source, mode, provenance, record.operator
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


def merge_waves(records: Iterable[Sample | Wave | Gap]) -> list[Sample | Wave | Gap]:
    """Join consecutive stretches of one waveform into blobs of up to about a second.

    Stretches are joined when nothing but time separates them: the same scaling, no `Gap` between, and arrival no later than
    `_HOLE_S` after the samples themselves account for. The joined record takes the last one's place and moment.
    """
    merged: list[Sample | Wave | Gap | None] = []
    last: dict[tuple[object, ...], int] = {}
    for record in records:
        key = (record.session, record.chair, record.monitor, record.metric, record.source)
        joined: Sample | Wave | Gap = record
        if isinstance(record, Gap):
            last.pop(key, None)
        elif isinstance(record, Wave):
            index = last.get(key)
            before = None if index is None else merged[index]
            if index is not None and isinstance(before, Wave) and _continues(before, record):
                merged[index] = None
                joined = _join(before, record)
            last[key] = len(merged)
        merged.append(joined)
    return [record for record in merged if record is not None]


_HOLE_S = 0.25


def _continues(before: Wave, after: Wave) -> bool:
    same = (before.rate_hz, before.scale, before.offset, before.unit, before.mode, before.operator) == (
        after.rate_hz, after.scale, after.offset, after.unit, after.mode, after.operator
    )  # fmt: skip
    n_after = len(after.samples) // 2
    if not same or len(before.samples) // 2 + n_after > after.rate_hz:
        return False
    passed_s = (after.at.mono_ns - before.at.mono_ns) / 1e9
    return abs(passed_s - n_after / after.rate_hz) <= _HOLE_S


def _join(before: Wave, after: Wave) -> Wave:
    return Wave(
        at=after.at, chair=after.chair, session=after.session, operator=after.operator, metric=after.metric,
        monitor=after.monitor, source=after.source, rate_hz=after.rate_hz, scale=after.scale, offset=after.offset,
        unit=after.unit, samples=before.samples + after.samples, mode=after.mode,
    )  # fmt: skip
