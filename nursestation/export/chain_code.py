"""The report's last proof: the record's chain value as figures and as a two-dimensional code, with what it proves.

Rules of the file:
1. The code holds text alone, `nursestation:1:<session>:<chain value>`, so that any telephone shows it without a network.
2. What it does not prove stands beside it.
"""

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer, Table, TableStyle

from nursestation.export.layout import BODY, MEDIUM, NOTE, SECTION, SMALL, text
from nursestation.export.visit import VisitRecord

_SIZE = 36 * mm
_QUIET = 4  # modules of white around the code (ISO/IEC 18004)
_GROUP, _ROW = 4, 8

LEFT_OUT = (
    "The record's chain value and its code are left out: they would lead back to the record."
)  # fmt: skip
PROVES = (
    "Each record of a visit holds a sum (SHA-256) of its own content and of the sum before it. This is the sum of the newest "
    "record when this report was written. `nursestation verify --chain VALUE` says whether it is among those of the station's "
    "record, or of the visit's bundle. If it is, no record that this report was made from was changed, added or taken away "
    "since. A record that was made later has a later sum."
)
PROVES_NOT = (
    "It does not prove that what was entered is true, who sat before the screen with whose PIN, or that the computer's clock "
    "was right. Single readings are under seals of their own, which `nursestation verify` checks."
)


def code_text(session: str, chain_head: str) -> str:
    """Return what the code says."""
    return f"nursestation:1:{session}:{chain_head}"


def grouped(chain_head: str) -> tuple[tuple[str, ...], ...]:
    """Return a chain value as people compare it: groups of four figures in rows of eight."""
    groups = [chain_head[at : at + _GROUP] for at in range(0, len(chain_head), _GROUP)]
    return tuple(tuple(groups[at : at + _ROW]) for at in range(0, len(groups), _ROW))


def code_widget(value: str) -> QrCodeWidget:
    """Return the code, black on white with its quiet zone; a quarter of it may be damaged and it still reads (level Q)."""
    return QrCodeWidget(value, barWidth=_SIZE, barHeight=_SIZE, barLevel="Q", barBorder=_QUIET)


def chain_section(visit: VisitRecord, width: float) -> list[Flowable]:
    """Return the section, which stands on one page."""
    heading = text("Proof of the record", SECTION)
    if visit.is_deidentified:
        return [KeepTogether([heading, text(LEFT_OUT, BODY)])]
    head, session = visit.summary.chain_head, visit.summary.id
    drawing = Drawing(_SIZE, _SIZE)
    drawing.add(code_widget(code_text(session, head)))
    said: list[Flowable] = [
        text(f"Session {session}, chain value:", SMALL), Spacer(0, 1 * mm), _figures(head), Spacer(0, 1.5 * mm),
        text(PROVES, NOTE), Spacer(0, 1 * mm), text(PROVES_NOT, NOTE),
    ]  # fmt: skip
    table = Table([[drawing, said]], colWidths=[_SIZE + 3 * mm, width - _SIZE - 3 * mm])
    table.setStyle(
        TableStyle([
            ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 0), ("TOPPADDING", (0, 0), (-1, -1), 0),
        ])
    )  # fmt: skip
    return [KeepTogether([heading, table])]


def _figures(head: str) -> Table:
    table = Table(grouped(head), colWidths=[12 * mm] * _ROW, rowHeights=5 * mm, hAlign="LEFT")
    table.setStyle(
        TableStyle([
            ("FONT", (0, 0), (-1, -1), MEDIUM, 10), ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 0), ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
        ])
    )  # fmt: skip
    return table
