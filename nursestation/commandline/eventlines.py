"""Event lines: what `decode --json` and `watch --json` print, one JSON object a line. docs/event-lines.md describes them.

Rules of the file: `t` and `measured_t` are seconds since the start of the stream; a whole number prints without a point; a
value that is not there is null.
"""

import array
import json
import sys
from typing import assert_never

from devices.clock import NS_PER_S
from devices.events import (
    MISSING_SAMPLE,
    DeviceAlarm,
    DeviceInfo,
    DevicePatient,
    DeviceStatus,
    FrameRejected,
    Gap,
    LinkState,
    Numeric,
    PortEvent,
    WaveformChunk,
)
from devices.vocabulary import METRICS

_Json = dict[str, object]


def to_json(event: PortEvent, start_ns: int) -> str:
    """Return the event as one line of JSON; `start_ns` is when the stream began, monotonic [ns]."""
    body: _Json = {"event": _name(event), "t": _seconds(event.t_ns, start_ns), **_fields(event, start_ns)}
    return json.dumps(body, ensure_ascii=False)


def to_text(event: PortEvent, start_ns: int) -> str:
    """Return the event as one line for a person."""
    body = _fields(event, start_ns)
    body.pop("samples", None)
    told = " ".join(f"{key}={value}" for key, value in body.items() if value not in (None, ""))
    count = f" n={event.n_samples}" if isinstance(event, WaveformChunk) else ""
    return f"{_seconds(event.t_ns, start_ns):>10.3f}  {_name(event):<13} {told}{count}"


def samples(chunk: WaveformChunk) -> list[int | None]:
    """Return the raw integers of a chunk, None where the monitor called a sample invalid."""
    raw = array.array("h", chunk.samples)
    if sys.byteorder == "big":
        raw.byteswap()
    return [None if sample == MISSING_SAMPLE else sample for sample in raw]


def _name(event: PortEvent) -> str:
    match event:
        case Numeric():
            return "numeric"
        case WaveformChunk():
            return "waveform"
        case Gap():
            return "gap"
        case DeviceAlarm():
            return "device_alarm"
        case DeviceInfo():
            return "device_info"
        case DeviceStatus():
            return "device_status"
        case DevicePatient():
            return "device_patient"
        case FrameRejected():
            return "rejected"
        case LinkState():
            return "link"
        case _:
            assert_never(event)


def _fields(event: PortEvent, start_ns: int) -> _Json:
    match event:
        case Numeric():
            return _numeric(event, start_ns)
        case WaveformChunk():
            return {
                "metric": event.metric,
                "rate_hz": _number(event.rate_hz),
                "scale": _number(event.scale),
                "offset": _number(event.offset),
                "unit": event.unit,
                "source": event.source,
                "mode": event.mode,
                "samples": samples(event),
            }
        case Gap():
            return {"metric": event.metric, "source": event.source, "n_samples": event.n_samples}
        case DeviceAlarm():
            return {
                "kind": event.kind,
                "priority": event.priority,
                "code": event.code,
                "text": event.text,
                "active": event.active,
            }
        case DeviceInfo():
            return {
                "vendor": event.vendor,
                "model": event.model,
                "serial": event.serial,
                "software": event.software,
            }
        case DeviceStatus():
            return {"metric": event.metric, "status": event.status, "text": event.text}
        case DevicePatient():
            return {"admission": event.admission, "patient_id": event.patient_id, "name": event.name}
        case FrameRejected():
            return {"reason": event.reason, "offset": event.offset, "length": event.length}
        case LinkState():
            return {"phase": event.phase, "reason": event.reason}
        case _:
            assert_never(event)


def _numeric(event: Numeric, start_ns: int) -> _Json:
    body: _Json = {
        "metric": event.metric,
        "value": None if event.value is None else _number(event.value),
        "unit": METRICS[event.metric].unit,
        "validity": event.validity,
        "mode": event.mode,
        "device_time": event.device_time,
        "source": event.source,
    }
    if event.cycle is not None or event.metric.startswith("nibp_"):
        measured = event.measured_ns
        body["measured_t"] = None if measured is None else _seconds(measured, start_ns)
        body["cycle"] = event.cycle
    return body


def _seconds(t_ns: int, start_ns: int) -> float:
    return round((t_ns - start_ns) / NS_PER_S, 6)


def _number(value: float) -> float | int:
    return int(value) if float(value).is_integer() else value
