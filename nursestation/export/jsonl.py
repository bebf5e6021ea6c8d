"""`session.jsonl`: the whole visit, one JSON object a line, for those who count with it: any language reads it line by line.

Rules of the file:
1. `type` says what a line is: `header` (the first, and the only one), `record`, `reading`, `wave`, `gap`. Lines of one type stand
   together, in the order in which the station took them.
2. Every time is there twice: as ISO 8601 in UTC with nanoseconds (`time`) and as a whole number of ns since 1970 (`utc_ns`).
   `mono_ns` is the monotonic clock of that run of the program: it orders what a step of the clock would not.
3. A value stands with its unit, validity, provenance and source. What is missing is null; nothing is filled in.
4. A waveform's samples are whole numbers as they came: value = scale x sample + offset. `time` is when the last of them arrived.
"""

import json
import struct
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from devices.clock import NS_PER_S, Moment
from devices.vocabulary import METRICS
from nursestation.core.chain import to_json
from nursestation.core.records import Gap, Record, Sample, Wave
from nursestation.export.visit import VisitRecord
from nursestation.export.watched import Progress

VERSION = 1
"""Of this form; it counts up when a reader would have to change."""

_EVERY = 500  # lines between two words of how far it is


def session_jsonl(visit: VisitRecord, progress: Progress) -> bytes:
    """Return the file.

    Args:
        visit: The session, with waves.
        progress: Told how much is done (0 to 1).
    """
    n_lines = 1 + len(visit.records) + len(visit.station) + len(visit.samples) + len(visit.waves) + len(visit.gaps)
    lines: list[str] = []
    for number, line in enumerate(_lines(visit)):
        lines.append(json.dumps(line, ensure_ascii=False, separators=(",", ":"), allow_nan=False))
        if number % _EVERY == 0:
            progress(number / n_lines)
    lines.append("")
    return "\n".join(lines).encode()


def _lines(visit: VisitRecord) -> Iterator[Mapping[str, object]]:
    yield _header(visit)
    for record in visit.records:
        yield _record(record, "session")
    for record in visit.station:
        yield _record(record, "station")
    yield from map(_reading, visit.samples)
    yield from map(_wave, visit.waves)
    yield from map(_gap, visit.gaps)


def _header(visit: VisitRecord) -> Mapping[str, object]:
    summary = visit.summary
    told: tuple[Sample | Wave | Gap, ...] = (*visit.samples, *visit.waves, *visit.gaps)
    metrics = sorted({one.metric for one in told})
    return {
        "type": "header",
        "format": "nursestation-jsonl",
        "version": VERSION,
        "mark": visit.mark or None,
        "is_simulated": summary.simulated,
        "is_deidentified": visit.is_deidentified,
        "program": f"Nursestation {visit.version}",
        "schema": list(visit.schema),
        "session": summary.id,
        "chain_head": None if visit.is_deidentified else summary.chain_head,
        "phase": summary.phase.value,
        "is_open": summary.is_open,
        "counts": {
            "records_of_session": len(visit.records),
            "records_of_station": len(visit.station),
            "readings": len(visit.samples),
            "waves": len(visit.waves),
            "gaps": len(visit.gaps),
            "kinds": dict(sorted(Counter(type(one).__name__ for one in visit.records).items())),
        },
        "metrics": {metric: _metric(metric) for metric in metrics},
        "notice": "Record aid, not a medical device; the bedside monitor is the primary monitor.",
    }


def _metric(name: str) -> Mapping[str, object]:
    known = METRICS[name]
    return {"label": known.label, "unit": known.unit.value if known.unit is not None else None, "mdc": known.mdc_code}


def _times(at: Moment) -> Mapping[str, object]:
    return {"time": _iso(at.utc_ns), "utc_ns": at.utc_ns, "mono_ns": at.mono_ns}


def _iso(utc_ns: int) -> str:
    seconds, rest = divmod(utc_ns, NS_PER_S)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"


def _record(record: Record, of: str) -> Mapping[str, object]:
    body = json.loads(to_json(record))
    for told in ("at", "chair", "session", "operator"):
        body.pop(told)
    return {
        "type": "record", "kind": type(record).__name__, "of": of, **_times(record.at), "chair": record.chair,
        "operator": record.operator, "body": body,
    }  # fmt: skip


def _reading(sample: Sample) -> Mapping[str, object]:
    unit = METRICS[sample.metric].unit
    measured = sample.measured_utc_ns
    return {
        "type": "reading", **_times(sample.at), "metric": sample.metric, "value": sample.value,
        "unit": unit.value if unit is not None else None, "validity": sample.validity.value, "mode": sample.mode.value,
        "provenance": sample.provenance.value, "monitor": sample.monitor, "source": sample.source,
        "measured": None if measured is None else _iso(measured), "measured_utc_ns": measured, "cycle": sample.cycle,
        "device_time": sample.device_time,
    }  # fmt: skip


def _wave(wave: Wave) -> Mapping[str, object]:
    return {
        "type": "wave", **_times(wave.at), "metric": wave.metric, "unit": wave.unit.value if wave.unit is not None else None,
        "rate_hz": wave.rate_hz, "scale": wave.scale, "offset": wave.offset, "mode": wave.mode.value,
        "monitor": wave.monitor, "source": wave.source,
        "samples": list(struct.unpack(f"<{len(wave.samples) // 2}h", wave.samples)),
    }  # fmt: skip


def _gap(gap: Gap) -> Mapping[str, object]:
    return {
        "type": "gap", **_times(gap.at), "metric": gap.metric, "n_samples": gap.n_samples, "reason": gap.reason,
        "monitor": gap.monitor, "source": gap.source,
    }  # fmt: skip
