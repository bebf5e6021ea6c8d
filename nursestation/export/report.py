"""`session.pdf`: the visit report for the chart, readable in black and white, offline, and the same bytes every time."""

from datetime import tzinfo
from pathlib import Path

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer

from nursestation.core.history import Told
from nursestation.core.summary import Summary, summarize
from nursestation.export import tables
from nursestation.export.chain_code import chain_section
from nursestation.export.checkin_section import checkin_section
from nursestation.export.drugs import drug_section
from nursestation.export.events import events
from nursestation.export.front import front
from nursestation.export.layout import BODY, MARGIN, NOTE, PAPERS, SECTION, Running, build, register_fonts, text
from nursestation.export.localtime import day, zone_name
from nursestation.export.people import who
from nursestation.export.proof import watching_section
from nursestation.export.signatures import signature_section
from nursestation.export.story import Story, tell
from nursestation.export.treatment import score_section, treatment_section
from nursestation.export.trend_section import trend_section
from nursestation.export.visit import VisitRecord
from nursestation.export.vitals import series
from nursestation.export.watched import Progress, portion, silently

FOOT_NOTICE = (
    "Second display and record aid, not a medical device. "
    "The bedside monitor is the primary monitor and the only primary alarm."
)
NOTICE = (
    "Nursestation is a second display and a record aid. The bedside monitor is the primary monitor and the only primary alarm; "
    "its alarms stay on and audible. Nursestation may be late, may miss data or may stop without notice, and is no basis for "
    "starting, withholding or changing a treatment. It is not a medical device: no authority has cleared, approved or certified "
    "it, and it claims no conformity with any standard or regulation. Limits and thresholds come from the protocol named above, "
    "which a clinician must set."
)


def session_pdf(
    visit: VisitRecord,
    zone: tzinfo | None,
    *,
    fonts: Path,
    paper: str = "a4",
    clinic: str = "",
    progress: Progress = silently,
) -> bytes:
    """Return the report.

    Args:
        visit: The session, finished or running.
        zone: Time zone of its times; None for the computer's own.
        fonts: Folder with the Inter font files.
        paper: "a4" or "letter".
        clinic: The clinic's name; it is left out with the patient's.
        progress: Told now and then how much is done (0 to 1); what it raises ends the work.

    Raises:
        ExportError: a font file is missing.
    """
    register_fonts(fonts)
    width = PAPERS[paper][0] - 2 * MARGIN
    story = tell(visit)
    progress(0.05)
    summary = summed_up(visit)
    progress(0.5)
    vitals, lines = series(visit), events(visit)
    progress(0.6)
    flowables: list[Flowable] = [
        *front(visit, story, summary, width, zone, "" if visit.is_deidentified else clinic),
        *trend_section(story, vitals, lines, width, zone),
        *treatment_section(visit, story, width, zone),
        *drug_section(visit, width, zone),
        *tables.cuff_table(story, vitals, width, zone),
        *tables.flag_section(visit, story, width, zone),
        *score_section(visit, story, width, zone),
        *tables.event_table(lines, width, zone),
        *tables.alarm_table(visit, story, width, zone),
        *watching_section(summary.watching, story, width, zone),
        *checkin_section(visit, story, width, zone),
        *tables.override_section(visit, story, width, zone),
        *tables.discharge_section(visit, story, width),
        *signature_section(visit, story, width, zone),
        *chain_section(visit, width),
        *_about(visit),
    ]
    running, subject = _running(visit, story, zone), f"Session {visit.summary.id}"
    return build(flowables, running, paper=paper, subject=subject, progress=portion(progress, 0.6, 1))


def summed_up(visit: VisitRecord) -> Summary:
    """Return a visit's numbers, as the review of it has them."""
    found = summarize(Told(records=visit.records, timeline=visit.timeline), visit.samples, visit.station, visit.name)
    assert found is not None  # a visit was opened
    return found


def _running(visit: VisitRecord, story: Story, zone: tzinfo | None) -> Running:
    opened = story.opened.at.utc_ns
    chain = "" if visit.is_deidentified else f"; record chain {visit.summary.chain_head[:16]}"
    return Running(
        title=who(visit),
        subtitle=f"Session {visit.summary.id}, {day(opened, zone)}; times are {zone_name(opened, zone)}",
        mark=visit.mark,
        notice=FOOT_NOTICE,
        digest=f"Nursestation {visit.version}{chain}",
    )


def _about(visit: VisitRecord) -> list[Flowable]:
    proof = (
        f"Written from {len(visit.records)} records and {len(visit.samples)} readings. `nursestation verify` checks this file "
        "against the .sha256 file beside it."
    )
    return [
        KeepTogether([
            text("About this report", SECTION), text(NOTICE, BODY), Spacer(0, 1.5 * mm), text(proof, NOTE),
        ])
    ]  # fmt: skip
