"""The sheet that a patient takes home: what not to do until when, the clinic's own text, and whom to call.

Rules of the file:
1. The times are worked out from the end of the treatment and the protocol's hours; nobody has to count.
2. The text is the clinic's. In it the `PLACEHOLDERS` are filled in, so that a text in any language can name them; the words
   around it are ours, in English, and stand there for the protocol's own text.
3. The same visit gives the same bytes: the record keeps the sheet's SHA-256.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from nursestation.core.model import Patient
from nursestation.export.localtime import NS_PER_S, clock, day, local

if TYPE_CHECKING:
    from reportlab.platypus import Flowable

PLACEHOLDERS: Mapping[str, str] = MappingProxyType(
    {
        "until_first": "when the first of the hours without driving are over",
        "until_second": "when the second are over",
        "clinic_phone": "the clinic's number",
        "emergency_phone": "the emergency number",
    }
)
"""What a text may name in braces, and what is filled in for it."""
_PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}")
_HOUR_NS = 3600 * NS_PER_S
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class InstructionSheet:
    """What stands on it.

    Attributes:
        session: Of the visit.
        patient: Whom it is for.
        treatment: What the patient was given ("Depression IV").
        ended_utc_ns: When the infusion ended, or the injection was given, UTC [ns].
        no_driving_hours: The protocol's first and second mark after that [h].
        language: Code of `text`, "" for the protocol's own text.
        text: The clinic's instructions, a paragraph a line.
        clinic, clinic_phone, emergency_phone: From the station's settings; "" where they are not given.
        simulated: Some reading of the visit was simulated.
    """

    session: str
    patient: Patient
    treatment: str
    ended_utc_ns: int
    no_driving_hours: tuple[int, int]
    language: str
    text: str
    clinic: str = ""
    clinic_phone: str = ""
    emergency_phone: str = ""
    simulated: bool = False


def file_name(sheet: InstructionSheet) -> str:
    """Return the file's name: the session's id and the language, no word about the patient."""
    safe = "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in f"{sheet.session}-{sheet.language}")
    return f"instructions-{safe.rstrip('-')}.pdf"


def mark(sheet: InstructionSheet, which: int, zone: tzinfo | None) -> str:
    """Return the first (0) or second (1) mark as a day and a time: "Thursday 7 May 2026, 14:51"."""
    utc_ns = sheet.ended_utc_ns + sheet.no_driving_hours[which] * _HOUR_NS
    return f"{_DAYS[local(utc_ns, zone).weekday()]} {day(utc_ns, zone)}, {clock(utc_ns, zone)}"


def times(sheet: InstructionSheet, zone: tzinfo | None) -> tuple[tuple[str, str], ...]:
    """Return the lines that are worked out: what, and from when on it may be; in figures alone in another language."""
    first, second = sheet.no_driving_hours
    if sheet.language:
        marks = (
            local(sheet.ended_utc_ns + hours * _HOUR_NS, zone).strftime("%Y-%m-%d  %H:%M")
            for hours in sheet.no_driving_hours
        )
        return tuple((f"+{hours} h", text) for hours, text in zip((first, second), marks, strict=True))
    return (
        ("Do not drive or use machines before", mark(sheet, 0, zone)),
        ("Sign nothing binding and decide nothing important before", mark(sheet, 0, zone)),
        ("No alcohol before", mark(sheet, 0, zone)),
        ("Your thinking may be slower than you notice until", mark(sheet, 1, zone)),
    )


def calls(sheet: InstructionSheet) -> tuple[tuple[str, str], ...]:
    """Return whom to call, (who, number), as far as the settings say."""
    found = []
    if sheet.clinic_phone:
        found.append((sheet.clinic or ("" if sheet.language else "The clinic"), sheet.clinic_phone))
    if sheet.emergency_phone:
        found.append(("SOS" if sheet.language else "Emergency, at once", sheet.emergency_phone))
    return tuple(found)


def paragraphs(sheet: InstructionSheet, zone: tzinfo | None) -> tuple[str, ...]:
    """Return the clinic's text, a paragraph a line, with its times and numbers filled in."""
    text = sheet.text
    for name in PLACEHOLDERS:
        text = text.replace(f"{{{name}}}", _filled_in(name, sheet, zone))
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _filled_in(name: str, sheet: InstructionSheet, zone: tzinfo | None) -> str:
    match name:
        case "until_first" | "until_second":
            which = 0 if name == "until_first" else 1
            return times(sheet, zone)[which][1] if sheet.language else mark(sheet, which, zone)
        case "clinic_phone":
            return sheet.clinic_phone
        case "emergency_phone":
            return sheet.emergency_phone
        case _:
            raise AssertionError(name)


def unknown_placeholders(text: str) -> tuple[str, ...]:
    """Return what a text names in braces though nothing is filled in for it: it would stand on the sheet as it is."""
    return tuple(f"{{{name}}}" for name in _PLACEHOLDER.findall(text) if name not in PLACEHOLDERS)


def instructions_pdf(sheet: InstructionSheet, zone: tzinfo | None, *, fonts: Path, paper: str = "a4") -> bytes:
    """Return the sheet.

    Args:
        sheet: What stands on it.
        zone: Time zone of its times; None for the computer's own.
        fonts: Folder with the Inter font files.
        paper: "a4" or "letter".

    Raises:
        ExportError: a font file is missing.
    """
    from nursestation.export import layout  # late: the window starts sooner without the report's library

    layout.register_fonts(fonts)
    width = layout.PAPERS[paper][0] - 2 * layout.MARGIN
    ended = f"{day(sheet.ended_utc_ns, zone)}, {clock(sheet.ended_utc_ns, zone)}"
    running = layout.Running(
        title=f"{sheet.patient.full_name}, born {sheet.patient.birth_date.isoformat()}",
        subtitle=f"{sheet.clinic}, {ended}" if sheet.clinic else ended,
        mark="SIMULATED" if sheet.simulated else "",
        notice="Written instructions after treatment, as this clinic gives them. Ask the clinic where anything is unclear.",
        digest=f"Session {sheet.session}",
    )
    return layout.build(_flow(sheet, zone, width), running, paper=paper, subject=f"Instructions {sheet.session}")


def _flow(sheet: InstructionSheet, zone: tzinfo | None, width: float) -> "list[Flowable]":
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.lib.units import mm
    from reportlab.platypus import Spacer, Table, TableStyle

    from nursestation.export import layout

    large = ParagraphStyle("sheet", parent=layout.BODY, fontSize=12, leading=16.5)
    strong = ParagraphStyle("sheet-strong", parent=large, fontName=layout.BOLD)

    def ruled(rows: tuple[tuple[str, str], ...], shares: tuple[float, float], *, boxed: bool = False) -> Table:
        cells = [[layout.text(left, large), layout.text(right, strong)] for left, right in rows]
        table = Table(cells, colWidths=[width * share for share in shares])
        style: list[tuple[object, ...]] = [
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("TOPPADDING", (0, 0), (-1, -1), 5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 6),
            ("LINEBELOW", (0, 0), (-1, -2), 0.4, layout.RULE),
        ]
        if boxed:
            style.append(("BOX", (0, 0), (-1, -1), 1.4, layout.INK))
        table.setStyle(TableStyle(style))
        return table

    is_ours = not sheet.language
    found: list[Flowable] = [layout.text("After your treatment" if is_ours else sheet.treatment, layout.TITLE)]
    found.append(Spacer(0, 4 * mm))
    if is_ours:
        told = f"{sheet.treatment}, ended on {day(sheet.ended_utc_ns, zone)} at {clock(sheet.ended_utc_ns, zone)}."
        found += [layout.text(told, large), Spacer(0, 4 * mm)]
    found += [ruled(times(sheet, zone), (0.56, 0.44) if is_ours else (0.2, 0.8), boxed=True), Spacer(0, 6 * mm)]
    for paragraph in paragraphs(sheet, zone):
        found += [layout.text(paragraph, large), Spacer(0, 2.5 * mm)]
    if calls(sheet):
        if is_ours:
            found.append(layout.text("Whom to call", layout.SECTION))
        found += [Spacer(0, 2 * mm), ruled(calls(sheet), (0.56, 0.44), boxed=True)]
    return found
