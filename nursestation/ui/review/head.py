"""Whose visit is looked at, and when it was, as text. No Qt."""

from dataclasses import dataclass, field
from datetime import tzinfo

from nursestation.core.model import Phase
from nursestation.runtime.review_job import OpenedVisit
from nursestation.ui.peopletext import record_tail
from nursestation.ui.timetext import clock_text, date_text, local_time


@dataclass(frozen=True, slots=True)
class HeadText:
    """Two lines."""

    title: str = field(repr=False)
    when: str


def head_text(opened: OpenedVisit, zone: tzinfo | None) -> HeadText:
    """Return the head of a visit in review."""
    summary = opened.record.summary
    patient = summary.patient
    until_ns = opened.summary.until.utc_ns if summary.ended_utc_ns is None else summary.ended_utc_ns
    end = clock_text(until_ns, zone)
    day = date_text(local_time(summary.opened.utc_ns, zone).date())
    begin = clock_text(summary.opened.utc_ns, zone)
    parts = ["SIMULATED"] if opened.summary.simulated else []
    if opened.summary.is_running:
        parts += [f"running, read up to {end}", day, f"since {begin}"]
    else:
        parts += [day, f"{begin} to {end}"]
    if opened.summary.phase is Phase.ENDED_EARLY:
        parts.append("ended early")
    parts += [f"chair {summary.chair}", summary.protocol]
    return HeadText(
        f"{patient.family_name}, {patient.given_name} · {record_tail(patient.record_number)}", " · ".join(parts)
    )
