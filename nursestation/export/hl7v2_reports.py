"""What a PCD-01 reporter would have sent: the measurements of a visit as reports, one for each minute that has any.

Rules of the file:
1. What a monitor gives all the time is periodic: one value a minute, the median of the valid readings (`minutes.py`).
2. What is measured now and then (cuff, by hand) is in the report of the minute in which it was measured, with its own time.
3. What was tried without a result is a row without a value. Silence has no row.
"""

from collections import defaultdict
from dataclasses import dataclass

from nursestation.core.model import Provenance
from nursestation.core.records import CuffFailed, CuffTaken, NotMeasurable, VitalsEntered, happened
from nursestation.export.codes import CODES
from nursestation.export.cuff_monitor import cuff_monitors, cycle_of
from nursestation.export.minutes import MINUTE_NS, minute_values
from nursestation.export.visit import VisitRecord
from nursestation.export.watched import Progress, silently

MEDIAN = "Median of the valid readings of one minute"
BY_HAND = "Measured and entered by hand"
CUFF_PARTS = ("nibp_sys", "nibp_dia", "nibp_mean")


@dataclass(frozen=True, slots=True)
class Row:
    """One value.

    Attributes:
        metric: A key of `CODES`.
        value: In the metric's unit; None where it could not be had.
        utc_ns: When it was measured, UTC [ns]; of a median when its last reading came.
        source: Sensor, as the monitor names it.
        turn: Number of the cuff cycle, or of the value by hand, among those of its report, from 1; 0 for what is periodic.
        method: In words, "" where the monitor's own is all that is known.
        operator: Who measured it by hand; None for a monitor.
        note: Why there is no value, or "".
    """

    metric: str
    value: float | None
    utc_ns: int
    source: str = ""
    turn: int = 0
    method: str = ""
    operator: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """One minute on the visit's steady line of time: rows by monitor, "" for what was measured by hand."""

    minute: int
    rows: dict[str, list[Row]]


def reports(visit: VisitRecord, progress: Progress = silently) -> tuple[Report, ...]:
    """Return the reports in order.

    Args:
        visit: The session.
        progress: Told how much is done (0 to 1); what it raises ends the work.
    """
    found: dict[int, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for value in minute_values(visit, progress):
        if value.metric in CODES:
            row = Row(value.metric, value.median, value.last_utc_ns, value.source, method=MEDIAN)
            found[value.minute][value.monitor].append(row)
    monitors = cuff_monitors(visit)
    for record in visit.records:
        match record:
            case CuffTaken():
                reading = record.reading
                steady = visit.timeline.steady_ns(record.at) - (record.at.mono_ns - reading.measured_mono_ns)
                is_by_hand = reading.provenance is Provenance.MANUAL
                rows = found[steady // MINUTE_NS]["" if is_by_hand else monitors.get(cycle_of(reading), "")]
                rows += _cuff(record, _next(rows, "nibp"))
            case CuffFailed():
                rows = found[visit.timeline.steady_ns(record.at) // MINUTE_NS][record.monitor]
                turn = _next(rows, "nibp")
                note = f"Cuff cycle without a result: {record.text}" if record.text else "Cuff cycle without a result"
                rows += [Row(metric, None, record.at.utc_ns, turn=turn, note=note) for metric in CUFF_PARTS]
            case VitalsEntered():
                at = happened(record)
                for metric, entered in record.values:
                    if metric in CODES:
                        rows = found[visit.timeline.steady_ns(at) // MINUTE_NS][""]
                        turn = _next(rows, metric)
                        rows.append(
                            Row(metric, entered, at.utc_ns, turn=turn, method=BY_HAND, operator=record.operator)
                        )
            case NotMeasurable() if record.metric in CODES:
                at = happened(record)
                rows = found[visit.timeline.steady_ns(at) // MINUTE_NS][""]
                turn = _next(rows, record.metric)
                note = f"Not measurable: {record.reason}" if record.reason else "Not measurable"
                rows.append(Row(record.metric, None, at.utc_ns, turn=turn, operator=record.operator, note=note))
            case _:
                pass
    return tuple(Report(minute, dict(sorted(found[minute].items()))) for minute in sorted(found))


def _next(rows: list[Row], metric: str) -> int:
    """Return the number of the next turn of a metric; what a cuff measures has one number for all of it."""
    kind = "nibp" if metric.startswith("nibp") else metric
    return 1 + max((row.turn for row in rows if row.metric.startswith(kind)), default=0)


def _cuff(record: CuffTaken, turn: int) -> list[Row]:
    reading = record.reading
    is_by_hand = reading.provenance is Provenance.MANUAL
    values: dict[str, float | None] = dict(zip(CUFF_PARTS, (reading.sys, reading.dia, reading.mean), strict=True))
    if reading.pulse is not None:
        values["nibp_pulse_rate"] = reading.pulse
    return [
        Row(
            metric,
            None if value is None else float(value),
            reading.measured_utc_ns,
            turn=turn,
            method=BY_HAND if is_by_hand else "",
            operator=record.operator if is_by_hand else None,
            note="" if value is not None else "Not told",
        )
        for metric, value in values.items()
    ]
