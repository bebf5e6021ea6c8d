"""`session.pdf`: the visit report for the chart, readable in black and white, offline, and the same bytes every time."""

from datetime import tzinfo
from pathlib import Path

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer

from nursestation.export import tables
from nursestation.export.checkin_section import checkin_section
from nursestation.export.drugs import drug_section
from nursestation.export.events import events
from nursestation.export.front import front
from nursestation.export.layout import BODY, MARGIN, NOTE, PAPERS, SECTION, Running, build, register_fonts, text
from nursestation.export.localtime import day, zone_name
from nursestation.export.proof import watching_section
from nursestation.export.story import Story, tell
from nursestation.export.treatment import score_section, treatment_section
from nursestation.export.visit import VisitRecord
from nursestation.export.vitals import series

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


def session_pdf(visit: VisitRecord, zone: tzinfo | None, *, fonts: Path, paper: str = "a4") -> bytes:
    """Return the report.

    Args:
        visit: The session, finished or running.
        zone: Time zone of its times; None for the computer's own.
        fonts: Folder with the Inter font files.
        paper: "a4" or "letter".

    Raises:
        ExportError: a font file is missing.
    """
    register_fonts(fonts)
    width = PAPERS[paper][0] - 2 * MARGIN
    story = tell(visit)
    vitals, lines = series(visit), events(visit)
    flowables: list[Flowable] = [
        *front(visit, story, vitals, lines, width, zone),
        *treatment_section(visit, story, width, zone),
        *drug_section(visit, width, zone),
        *tables.cuff_table(story, vitals, width, zone),
        *tables.flag_section(visit, story, width, zone),
        *score_section(visit, story, width, zone),
        *tables.event_table(lines, width, zone),
        *tables.alarm_table(visit, story, width, zone),
        *watching_section(visit, story, width, zone),
        *checkin_section(visit, story, width, zone),
        *tables.override_section(visit, story, width, zone),
        *tables.discharge_section(visit, story, width, zone),
        *_about(visit),
    ]
    return build(flowables, _running(visit, story, zone), paper=paper, subject=f"Session {visit.summary.id}")


def _running(visit: VisitRecord, story: Story, zone: tzinfo | None) -> Running:
    patient = story.opened.patient
    opened = story.opened.at.utc_ns
    return Running(
        title=f"{patient.full_name}, born {patient.birth_date.isoformat()}, record no. {patient.record_number}",
        subtitle=f"Session {visit.summary.id}, {day(opened, zone)}; times are {zone_name(opened, zone)}",
        mark="SIMULATED" if visit.summary.simulated else "",
        notice=FOOT_NOTICE,
        digest=f"Nursestation {visit.version}; record chain {visit.summary.chain_head[:16]}",
    )


def _about(visit: VisitRecord) -> list[Flowable]:
    proof = (
        f"Written from {len(visit.records)} records and {len(visit.samples)} readings. The newest record's chain value is "
        f"{visit.summary.chain_head}. `nursestation verify` checks this file against the .sha256 file beside it, and the "
        "station's record against its chain."
    )
    return [
        KeepTogether([
            text("About this report", SECTION), text(NOTICE, BODY), Spacer(0, 1.5 * mm), text(proof, NOTE),
        ])
    ]  # fmt: skip
