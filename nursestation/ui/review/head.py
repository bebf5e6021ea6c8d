"""Whose visit is looked at, and when it was, as text. No Qt."""

from dataclasses import dataclass, field
from datetime import tzinfo

from nursestation.core.model import Phase
from nursestation.runtime.review_job import OpenedVisit
from nursestation.ui.peopletext import record_tail
from nursestation.ui.timetext import clock_text, date_text, local_time


@dataclass(frozen=True, slots=True)
class HeadText:
    """Two lines; `short` stands for `when` where that has no room."""

    title: str = field(repr=False)
    when: str
    short: str


def head_text(opened: OpenedVisit, zone: tzinfo | None) -> HeadText:
    """Return the head of a visit in review."""
    summary = opened.record.summary
    patient = summary.patient
    until_ns = opened.summary.until.utc_ns if summary.ended_utc_ns is None else summary.ended_utc_ns
    end = clock_text(until_ns, zone)
    date = local_time(summary.opened.utc_ns, zone).date()
    day = date_text(date)
    begin = clock_text(summary.opened.utc_ns, zone)
    marked = ["SIMULATED"] if opened.summary.simulated else []
    parts = list(marked)
    if opened.summary.is_running:
        parts += [f"running, read up to {end}", day, f"since {begin}"]
    else:
        parts += [day, f"{begin} to {end}"]
    early = ["ended early"] if opened.summary.phase is Phase.ENDED_EARLY else []
    parts += [*early, f"chair {summary.chair}", summary.protocol]
    return HeadText(
        title=f"{patient.family_name}, {patient.given_name} · {record_tail(patient.record_number)}",
        when=" · ".join(parts),
        short=" · ".join([*marked, f"{date:%Y-%m-%d}, {begin}–{end}", *early]),
    )
