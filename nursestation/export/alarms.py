"""The alarm log of a session: the rows that report and table print, and `session.alarms.csv` with one row a condition.

Rules of the file:
1. The rows are those of `core.alarm_log`, as in the window; what concerned the whole station while the visit ran is among
   them, what concerned another chair is not.
2. Whom a monitor named instead of the patient is not this patient's business and is left out.
3. The table is a plain CSV (RFC 4180) in UTF-8 with one header line; nothing else is in it. Formulas are disarmed as in
   `session.csv`, and a simulated visit is marked as there.
"""

import csv
import io
from dataclasses import replace
from datetime import tzinfo

from devices.clock import NS_PER_S
from devices.vocabulary import METRICS
from nursestation.core.alarm_log import LogRow, RowKind, Step, fold
from nursestation.export.csv import safe
from nursestation.export.events import PATIENT_IN_QUESTION
from nursestation.export.localtime import clock_s, iso
from nursestation.export.visit import VisitRecord

COLUMNS = (
    "began", "ended", "lasted_s", "kind", "rule", "chair", "priority", "worst_priority", "text", "metric", "worst_value",
    "unit", "limit", "preset", "quality", "by", "acknowledged", "acknowledged_by", "signals", "condition_delay_ms",
    "signal_delay_ms", "id", "mark",
)  # fmt: skip


def alarm_rows(visit: VisitRecord) -> tuple[LogRow, ...]:
    """Return the visit's rows of the alarm log, oldest first."""
    timeline = visit.timeline
    timed = [(timeline.steady_ns(record.at), record) for record in visit.records]
    timed += [(timeline.station_ns(record.at), record) for record in visit.station]
    records = tuple(record for _, record in sorted(timed, key=lambda pair: pair[0]))
    began_ns, chair = timeline.steady_ns(visit.summary.opened), visit.summary.chair
    return tuple(
        replace(row, text=PATIENT_IN_QUESTION) if row.rule == "monitor.patient" else row
        for row in fold(records)
        if row.session == visit.summary.id
        or (
            row.session is None
            and row.chair in (None, chair)
            and (row.ended is None or timeline.station_ns(row.ended) >= began_ns)
        )
    )


def lasted_ns(visit: VisitRecord, row: LogRow, end_ns: int) -> int:
    """Return how long a row lasted, of a present one until `end_ns` on the steady line [ns]."""
    end = end_ns if row.ended is None else visit.timeline.steady_ns(row.ended)
    return max(0, end - visit.timeline.steady_ns(row.onset))


def step_words(visit: VisitRecord, step: Step, zone: tzinfo | None) -> str:
    """Return a change of a signal's state in one line: "14:09:30 acknowledged, R. Alvarez RN"."""
    parts = (f"{clock_s(step.at.utc_ns, zone)} {step.kind.value}", visit.name(step.operator), step.reason)
    return ", ".join(part for part in parts if part)


def alarms_csv(visit: VisitRecord, zone: tzinfo | None) -> bytes:
    """Return the file's content.

    Args:
        visit: The session.
        zone: Time zone of its times; None for the computer's own.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in alarm_rows(visit):
        writer.writerow(_row(visit, row, zone))
    return text.getvalue().encode("utf-8")


def _row(visit: VisitRecord, row: LogRow, zone: tzinfo | None) -> list[str]:
    known = METRICS.get(row.metric) if row.metric is not None else None
    unit = known.unit if known is not None else None
    seen = row.acknowledged
    lasted = "" if row.ended is None else f"{lasted_ns(visit, row, 0) / NS_PER_S:.1f}"
    return [
        iso(row.onset.utc_ns, zone),
        "" if row.ended is None else iso(row.ended.utc_ns, zone),
        lasted,
        row.kind.value,
        row.rule,
        "" if row.chair is None else str(row.chair),
        "" if row.priority is None else row.priority.value,
        "" if row.gravest is None else row.gravest.value,
        safe(row.text),
        row.metric or "",
        _number(row.value),
        "" if unit is None else unit.value,
        _number(row.limit) or safe(row.limit_text),
        safe(row.preset),
        row.quality,
        safe(visit.name(row.by)),
        "" if seen is None else iso(seen.at.utc_ns, zone),
        "" if seen is None else safe(visit.name(seen.operator)),
        safe("; ".join(step_words(visit, step, zone) for step in row.steps)),
        _number(row.condition_delay_ms),
        _number(row.signal_delay_ms),
        row.id,
        visit.mark,
    ]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"


def is_condition(row: LogRow) -> bool:
    """Say whether a row is an alarm condition, and not what somebody did to signals or limits."""
    return row.kind is not RowKind.SIGNALS
