"""A visit's measurements as HL7 v2.6 messages ORU^R01, shaped after IHE PCD-01: one message for each minute that has any.

Rules of the file:
1. The file is the messages one after the other, each beginning with MSH; every segment ends with a carriage return, and nothing
   else is between them (docs/exports-charts.md says how to send them).
2. One OBR a monitor, one for what was measured by hand. OBX-4 is the way to a value: monitor, part, channel, metric, each
   numbered the same throughout the visit; a row with result status X and no value names a part, or says that a value
   could not be had.
3. A visit that is simulated or de-identified is for training (MSH-11 `T`): it belongs in nobody's chart.
4. The same visit gives the same bytes: a message's time is the end of its minute, its control id is made of visit and minute.

Sources: HL7 v2.6, chapters 2, 3 and 7; IHE Patient Care Device Technical Framework, Volume 2, transaction PCD-01.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo

from nursestation.core.model import MonitorFacts
from nursestation.export.codes import CODES, MONITOR, Part, mdc_of, part_of
from nursestation.export.hl7v2_reports import Report, Row, reports
from nursestation.export.hl7v2_text import coded, components, escaped, number, segment, time
from nursestation.export.minutes import MINUTE_NS
from nursestation.export.story import tell
from nursestation.export.visit import VisitRecord
from nursestation.export.watched import Progress, portion, watched

_NAMESPACE = uuid.UUID("0d2c4a52-3b0e-4c1e-9a55-8b9f8a0b6f7d")
_PROFILE = components("IHE_PCD_001", "IHE PCD", "1.3.6.1.4.1.19376.1.6.1.1.1", "ISO")
_MONITORING = components("182777000", "monitoring of patient", "SCT")
_PROGRAM = "NURSESTATION"
_TOLD_EVERY = 10
_REPORTED = 0.5  # of the work
_LONGEST_IS = 20  # characters of a coded value for user-defined tables (2.A.36)

SIMULATED = "SIMULATED: not the record of a patient's treatment"
DEIDENTIFIED = "DE-IDENTIFIED: names, numbers and dates are not the patient's"


def hl7_messages(visit: VisitRecord, zone: tzinfo | None, progress: Progress) -> bytes:
    """Return the file's content.

    Args:
        visit: The session.
        zone: Time zone of its times; None for the computer's own. A de-identified visit has UTC.
        progress: Told how much is done, 0 to 1; may raise to stop.
    """
    sender = _sender(visit, UTC if visit.is_deidentified else zone)
    found = reports(visit, portion(progress, 0, _REPORTED))
    parts: list[str] = []
    for report in watched(found, progress, _REPORTED, 1, every=_TOLD_EVERY):
        parts += _message(sender, report)
    return "".join(parts).encode("utf-8")


@dataclass(frozen=True, slots=True)
class _Sender:
    """A visit with what its messages share: monitors by id, and the number of each sensor's channel."""

    visit: VisitRecord
    zone: tzinfo | None
    facts: Mapping[str, MonitorFacts]
    monitors: tuple[str, ...]
    channels: Mapping[tuple[str, int, str], int]


def _sender(visit: VisitRecord, zone: tzinfo | None) -> _Sender:
    story = tell(visit)
    delivered = {sample.monitor for sample in visit.samples}
    monitors = tuple(sorted(one for one in delivered | set(story.monitors) if one))
    sensors = sorted(
        {(sample.monitor, _part_number(sample.metric, sample.source), sample.source) for sample in visit.samples}
    )
    channels: dict[tuple[str, int, str], int] = {}
    for monitor, part, source in sensors:
        known = sum(1 for one in channels if one[:2] == (monitor, part))
        channels[monitor, part, source] = known + 1
    return _Sender(visit, zone, story.monitors, monitors, channels)


_PARTS: tuple[Part | None, ...] = tuple(dict.fromkeys((None, *(part_of(metric, "") for metric in CODES))))
_METRICS = {metric: n for n, metric in enumerate(CODES, start=1)}


def _part_number(metric: str, source: str) -> int:
    return _PARTS.index(part_of(metric, source))


def _message(sender: _Sender, report: Report) -> Iterator[str]:
    visit, summary = sender.visit, sender.visit.summary
    begin_ns, end_ns = report.minute * MINUTE_NS, (report.minute + 1) * MINUTE_NS
    at = time(end_ns, sender.zone)
    of_visit = uuid.uuid5(_NAMESPACE, summary.id).hex[:12]
    control = f"{of_visit}{report.minute - visit.timeline.steady_ns(summary.opened) // MINUTE_NS + 1:06}"
    is_training = summary.simulated or visit.is_deidentified
    yield segment(
        "MSH",
        {
            3: _PROGRAM,
            7: at,
            9: components("ORU", "R01", "ORU_R01"),
            10: control,
            11: "T" if is_training else "P",
            12: "2.6",
            15: "NE",
            16: "AL",
            18: "UNICODE UTF-8",
            21: _PROFILE,
        },
    )
    yield from _patient(visit)
    yield segment("PV1", {2: "O", 3: components("", "", f"Chair {summary.chair}"), 19: components(summary.id)})
    for n, (monitor, rows) in enumerate(report.rows.items(), start=1):
        order = components(f"{control}-{n}", _PROGRAM)
        span = {7: time(begin_ns, sender.zone), 8: at}
        yield segment("OBR", {1: str(n), 3: order, 4: _MONITORING, **span})
        yield from _results(sender, monitor, rows)


def _patient(visit: VisitRecord) -> Iterator[str]:
    patient = visit.summary.patient
    number_ = components(patient.record_number, "", "", "", "MR")  # who gave the number, the program does not know
    name = components(patient.family_name, patient.given_name, "", "", "", "", "L")
    born = f"{patient.birth_date:%Y%m%d}"
    if visit.is_deidentified:
        number_ = components(patient.record_number, "", "", _PROGRAM, "ANON")
        name, born = components("De-identified", "", "", "", "", "", "S"), f"{patient.birth_date:%Y}"
    yield segment("PID", {3: number_, 5: name, 7: born})
    marks = [SIMULATED] if visit.summary.simulated else []
    marks += [DEIDENTIFIED] if visit.is_deidentified else []
    for n, mark in enumerate(marks, start=1):
        yield segment("NTE", {1: str(n), 3: escaped(mark)})


def _results(sender: _Sender, monitor: str, rows: Iterable[Row]) -> Iterator[str]:
    """Yield a monitor's rows in the order of its parts, each part and channel named before its first value."""
    mds = sender.monitors.index(monitor) + 1 if monitor else 0
    device = _device(sender, monitor) if monitor else ""
    n = 0
    named: set[str] = set()
    for place, row in sorted(((_place(sender, monitor, mds, row), row) for row in rows), key=lambda one: one[0]):
        for way, code in _ways(place, row) if monitor else ():
            if way not in named:
                named.add(way)
                n += 1
                yield segment("OBX", {1: str(n), 3: code, 4: way, 11: "X", 18: device})
        n += 1
        yield _value(sender, row, n, place, device)
        if row.note:
            yield segment("NTE", {1: "1", 3: escaped(row.note)})


Place = tuple[int, int, int, int]
"""Number of the monitor, of its part, of the channel and of the metric."""


def _place(sender: _Sender, monitor: str, mds: int, row: Row) -> Place:
    part = _part_number(row.metric, row.source)
    channel = row.turn or sender.channels.get((monitor, part, row.source), 1)
    return mds, part, channel, _METRICS[row.metric]


def _ways(place: Place, row: Row) -> Iterator[tuple[str, str]]:
    """Yield the way to each thing that holds a value, with its code."""
    mds, vmd, channel, _ = place
    yield f"{mds}.0.0.0", coded(MONITOR)
    part = part_of(row.metric, row.source)
    if part is not None:
        yield f"{mds}.{vmd}.0.0", coded(part.vmd)
        if part.channel is not None:
            yield f"{mds}.{vmd}.{channel}.0", coded(part.channel)


def _value(sender: _Sender, row: Row, n: int, place: Place, device: str) -> str:
    known = CODES[row.metric]
    unit = known.unit
    is_by_hand = row.operator is not None
    status = "X" if row.value is None else ("F" if is_by_hand else "R")
    return segment(
        "OBX",
        {
            1: str(n),
            2: "NM",
            3: coded(mdc_of(row.metric, row.source) or known.mdc),
            4: ".".join(map(str, place)),
            5: "" if row.value is None else number(row.value),
            6: components(unit.mdc.code, unit.mdc.display, "MDC", unit.ucum, unit.ucum, "UCUM"),
            11: status,
            14: time(row.utc_ns, sender.zone),
            16: components(row.operator, sender.visit.name(row.operator)) if row.operator is not None else "",
            17: components("", row.method),
            18: device,
        },
    )


def _device(sender: _Sender, monitor: str) -> str:
    """Return which instrument it is: its serial number where it told one, among its maker's, else its id at the station."""
    facts = sender.facts.get(monitor)
    if facts is None or not facts.serial:
        return components(monitor, _PROGRAM)
    makers = (one for one in (facts.model, facts.vendor) if one and len(one) <= _LONGEST_IS)
    return components(facts.serial, next(makers, ""))
