"""A plain receipt of a visit's services: what was done from when to when, and what was given of which drug, on a page of its own.

Rules of the file:
1. Times and amounts are those of the record. No code and no price is made up: those fields are empty, and the clinic fills them
   in by hand.
2. What the record does not tell is said not to be there. The dose planned at the start is not the dose given where the
   treatment was stopped before its end.
3. Lengths are whole minutes from one printed time to the other, so that who checks them by the receipt itself comes to the same:
   what ran and what was paused add up to them.
4. The same visit gives the same bytes.
"""

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from pathlib import Path

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer, Table, TableStyle

from nursestation.core.model import Phase, Route
from nursestation.core.records import DrugRecorded, DrugStruck
from nursestation.core.wording import PHASE_WORDS, count, listed, long_span
from nursestation.export.layout import (
    BANNER,
    CELL,
    CELL_BOLD,
    HEAD,
    INK,
    MARGIN,
    NOTE,
    PAPERS,
    RULE,
    TITLE,
    Running,
    build,
    headed,
    register_fonts,
    text,
)
from nursestation.export.localtime import NS_PER_S, clock, day, zone_name
from nursestation.export.people import age, who
from nursestation.export.story import PhaseSpan, Story, tell
from nursestation.export.visit import VisitRecord

NOTICE = "Times and amounts are those of the visit's record. Codes and prices are the clinic's, written in by hand."
_EMPTY_ROWS = 2
_MINUTE_NS = 60 * NS_PER_S
_WATCHED = (Phase.BASELINE, Phase.INFUSION, Phase.OBSERVATION)
_CONTINUOUS = {"heart_rate": "heart rate", "pulse_rate": "pulse rate", "spo2": "SpO₂", "resp_rate": "breathing"}


def receipt_pdf(visit: VisitRecord, zone: tzinfo | None, *, fonts: Path, paper: str = "a4", clinic: str = "") -> bytes:
    """Return the receipt.

    Args:
        visit: The session, finished or running.
        zone: Time zone of its times; None for the computer's own.
        fonts: Folder with the Inter font files.
        paper: "a4" or "letter".
        clinic: The clinic's name; it is left out with the patient's.

    Raises:
        ExportError: a font file is missing.
    """
    register_fonts(fonts)
    width = PAPERS[paper][0] - 2 * MARGIN
    story = tell(visit)
    named = "" if visit.is_deidentified else clinic
    opened = story.opened.at.utc_ns
    flowables: list[Flowable] = [text("Receipt of services", TITLE), Spacer(0, 3 * mm)]
    for banner in _banners(visit, story, zone):
        flowables += [text(banner, BANNER), Spacer(0, 2.5 * mm)]
    flowables += [_head(visit, story, width, zone, named)]
    flowables += headed(
        "Services", _fillable(("Service", "From", "To", "Length"), _services(visit, story, zone), width), width
    )
    flowables += headed(
        "Drugs", _fillable(("Drug", "Lot", "Given", "Wasted"), list(_drugs(visit, story)), width), width
    )
    flowables += [KeepTogether([Spacer(0, 5 * mm), _sums(width), Spacer(0, 12 * mm), _issued(width)])]
    running = Running(
        title=who(visit),
        subtitle=", ".join(part for part in (named, day(opened, zone), f"times are {zone_name(opened, zone)}") if part),
        mark=visit.mark,
        notice=NOTICE,
        digest=f"Session {visit.summary.id}; Nursestation {visit.version}",
    )
    return build(flowables, running, paper=paper, subject=f"Receipt {visit.summary.id}")


def _banners(visit: VisitRecord, story: Story, zone: tzinfo | None) -> Iterator[str]:
    if visit.summary.simulated:
        yield "SIMULATED: nobody was treated, and nothing is to be paid."
    if visit.is_deidentified:
        yield "DE-IDENTIFIED: patient and clinic are left out, dates are moved. No receipt for anybody."
    if not story.phase.is_over:
        yield f"INTERIM: the visit was still running ({PHASE_WORDS[story.phase].lower()}); as of {clock(story.end, zone)}."


def _head(visit: VisitRecord, story: Story, width: float, zone: tzinfo | None, clinic: str) -> Table:
    patient = story.opened.patient
    born = age(patient, story.opened.at.utc_ns, zone)
    if not visit.is_deidentified:
        born = f"{patient.birth_date.isoformat()}"
    signed = story.discharge.signature.name if story.discharge is not None else "not signed"
    rows = (
        ("Clinic", clinic, "Patient", patient.full_name),
        ("Address", "", "Age" if visit.is_deidentified else "Born", born),
        ("Tax or provider no.", "", "Record no.", patient.record_number),
        ("Diagnosis code", "", "Date of service", day(story.opened.at.utc_ns, zone)),
        ("Receipt no.", "", "In the chair", _visit_times(visit, story, zone)),
        ("Payer, policy no.", "", "Treatment", story.opened.protocol.title),
        ("", " ", "Discharge signed by", signed),
    )
    cells = [
        [text(left, NOTE), text(value, CELL_BOLD), "", text(right, NOTE), text(other)]
        for left, value, right, other in rows
    ]
    table = Table(cells, colWidths=[width * share for share in (0.16, 0.31, 0.03, 0.17, 0.33)])
    style: list[tuple[object, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 8),
        ("TOPPADDING", (0, 0), (-1, -1), 4),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    ]
    style += [("LINEBELOW", (1, row), (1, row), 0.5, INK) for row, one in enumerate(rows) if not one[1]]
    table.setStyle(TableStyle(style))
    return table


def _visit_times(visit: VisitRecord, story: Story, zone: tzinfo | None) -> str:
    begun, end = story.opened.at.utc_ns, visit.summary.ended_utc_ns
    return f"{clock(begun, zone)} to {clock(end, zone) if end is not None else 'now'}"


def _services(visit: VisitRecord, story: Story, zone: tzinfo | None) -> list[tuple[str, str, str, str]]:
    """Return (service, from, to, length) of what was done."""
    rows = []
    started, route = story.infusion_started, story.opened.protocol.route
    if started is not None and story.infusion is not None:
        begun = started.at.utc_ns
        if route is Route.IM:
            rows.append(("IM injection", clock(begun, zone), "", ""))
        else:
            until = _later(begun, story.infusion.end, story.infusion.start, story.end)
            n_paused = (story.paused_ns + _MINUTE_NS // 2) // _MINUTE_NS  # half a minute is not claimed as one that ran
            paused = f", without pauses of {_length(n_paused)}" if story.pauses else ""
            ran = max(0, _minutes(begun, until) - n_paused)
            rows.append((f"IV infusion{paused}", clock(begun, zone), clock(until, zone), _length(ran)))
    watched = [span for span in story.spans if span.phase in _WATCHED]
    rows += _stretch(f"Monitoring: {_watched(visit, story)}", watched, story, zone)
    observed = [span for span in story.spans if span.phase in (Phase.OBSERVATION, Phase.READY)]
    rows += _stretch("Observation after the treatment", observed, story, zone)
    return rows


def _stretch(
    service: str, spans: list[PhaseSpan], story: Story, zone: tzinfo | None
) -> list[tuple[str, str, str, str]]:
    if not spans:
        return []
    first, last = spans[0], spans[-1]
    until = _later(first.start_utc, last.end, first.start, story.end)
    lasted = _length(_minutes(first.start_utc, until))
    return [(service, clock(first.start_utc, zone), clock(until, zone), lasted)]


def _later(utc_ns: int, end_ns: int | None, start_ns: int, now_ns: int) -> int:
    """Return the wall time of the end of a stretch that began at `utc_ns` and lies on the steady line."""
    return utc_ns + (now_ns if end_ns is None else end_ns) - start_ns


def _minutes(from_utc_ns: int, to_utc_ns: int) -> int:
    """Return the minutes between two times as they are printed, each cut to its minute."""
    return to_utc_ns // _MINUTE_NS - from_utc_ns // _MINUTE_NS


def _length(minutes: int) -> str:
    return long_span(minutes * 60) if minutes else "under 1 min"


def _watched(visit: VisitRecord, story: Story) -> str:
    found = dict.fromkeys(one.metric for one in visit.samples if one.value is not None)
    words = [word for metric, word in _CONTINUOUS.items() if metric in found]
    if "heart rate" in words and "pulse rate" in words:
        words.remove("pulse rate")
    n_cuffs = sum(cuff.phase in _WATCHED for cuff in story.cuffs)
    return listed([*words, count(n_cuffs, "cuff reading")])


def _drugs(visit: VisitRecord, story: Story) -> Iterator[tuple[str, str, str, str]]:
    """Yield (drug, lot, given, wasted) of each standing drug record; without one, what the start tells."""
    made = [record for record in visit.records if isinstance(record, DrugRecorded)]
    gone = {record.replaces for record in made} | {
        record.drug_id for record in visit.records if isinstance(record, DrugStruck)
    }
    standing = [record.use for record in made if record.drug_id not in gone]
    for use in standing:
        yield f"{use.drug} {use.concentration}".strip(), use.lot, f"{use.given_mg:g} mg", f"{use.wasted_mg:g} mg"
    if standing or story.infusion_started is None:
        return
    stopped = story.infusion_stopped
    is_whole = story.opened.protocol.route is Route.IM or (stopped is not None and not stopped.early)
    dose = story.infusion_started.dose_text
    said = f"{dose}, as ordered at the start" if is_whole else f"{dose}, as ordered; not given in full"
    yield said, "", "no drug record", ""


def _fillable(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], width: float) -> Table:
    """Return a table with fields for code, units and amount, which are empty, and rows for what the clinic adds."""
    empty = [("",) * len(head)] * _EMPTY_ROWS
    cells = [[text(cell, HEAD) for cell in (*head, "Code", "Units", "Amount")]]
    cells += [[*(text(cell, CELL) for cell in row), "", "", ""] for row in (*rows, *empty)]
    table = Table(cells, colWidths=[width * share for share in (0.37, 0.1, 0.1, 0.11, 0.12, 0.08, 0.12)], repeatRows=1)
    style: list[tuple[object, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.9, INK),
        ("LINEBELOW", (0, 1), (-1, -1), 0.3, RULE),
        ("BOX", (len(head), 1), (-1, -1), 0.5, INK),
        ("INNERGRID", (len(head), 1), (-1, -1), 0.4, RULE),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
        ("TOPPADDING", (0, 1), (-1, -1), 4.5),
        ("BOTTOMPADDING", (0, 1), (-1, -1), 4.5),
        ("TOPPADDING", (0, -_EMPTY_ROWS), (-1, -1), 10),
    ]
    table.setStyle(TableStyle(style))
    return table


def _sums(width: float) -> Table:
    rows = [["", text(title, CELL_BOLD), ""] for title in ("Total", "Paid", "Still to pay")]
    table = Table(rows, colWidths=[width * 0.62, width * 0.18, width * 0.2], rowHeights=[8 * mm] * len(rows))
    table.setStyle(
        TableStyle([
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("BOX", (1, 0), (-1, -1), 0.8, INK),
            ("INNERGRID", (1, 0), (-1, -1), 0.4, RULE),
        ])
    )  # fmt: skip
    return table


def _issued(width: float) -> Table:
    table = Table([[text("Issued by, date, signature or stamp", NOTE)]], colWidths=[width * 0.6], hAlign="LEFT")
    table.setStyle(TableStyle([("LINEABOVE", (0, 0), (-1, 0), 0.6, INK), ("LEFTPADDING", (0, 0), (-1, -1), 0)]))
    return table
