"""The report's paper: fonts, styles, and the page with its header and footer. Nothing here knows what a visit is.

Rules of the file:
1. It must read in black and white: weight, boxes and words carry the meaning, colour only helps.
2. The same input gives the same bytes: reportlab's invariant mode, fixed metadata, no time of making.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color, black, white
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    PageTemplate,
    Paragraph,
    Table,
    TableStyle,
)

from nursestation.export.errors import ExportError

PAPERS = {"a4": A4, "letter": LETTER}
MARGIN = 15 * mm
HEADER = 19 * mm
FOOTER = 15 * mm

REGULAR, MEDIUM, BOLD = "Inter-Regular", "Inter-Medium", "Inter-Bold"
INK = black
SOFT = Color(0.32, 0.32, 0.32)
RULE = Color(0.72, 0.72, 0.72)
SHADE = Color(0.93, 0.93, 0.93)


Cell: TypeAlias = "str | Flowable | list[Flowable]"
"""What may stand in a cell of a `grid`: text that wraps, or what reportlab sets."""


def _style(name: str, size: float, font: str = REGULAR, **more: object) -> ParagraphStyle:
    return ParagraphStyle(name, fontName=font, fontSize=size, leading=size * 1.3, textColor=INK, **more)


BODY = _style("body", 9)
SMALL = _style("small", 8, textTransform=None)
NOTE = ParagraphStyle("note", parent=SMALL, textColor=SOFT)
CELL = _style("cell", 8.5)
CELL_BOLD = _style("cell-bold", 8.5, BOLD)
HEAD = _style("head", 8, BOLD)
TITLE = _style("title", 16, BOLD)
SECTION = _style("section", 11, BOLD, spaceBefore=10, spaceAfter=4)
TILE_LABEL = ParagraphStyle("tile-label", parent=SMALL, textColor=SOFT)
TILE_VALUE = _style("tile-value", 15, BOLD)
BANNER = ParagraphStyle(
    "banner", parent=CELL_BOLD, textColor=white, backColor=black, borderPadding=4, leftIndent=4, rightIndent=4, leading=12
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Running:
    """What every page carries: two lines at the head, a mark in a black box where given, and the notice at the foot."""

    title: str
    subtitle: str
    mark: str
    notice: str
    digest: str


def register_fonts(folder: Path) -> None:
    """Make the report's fonts known to reportlab.

    Raises:
        ExportError: a font file is missing.
    """
    for name in (REGULAR, MEDIUM, BOLD):
        try:
            pdfmetrics.registerFont(TTFont(name, folder / f"{name}.ttf"))
        except (OSError, TTFError) as error:
            raise ExportError(
                f"The font {name} is missing from this installation. Install Nursestation again."
            ) from error
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)


def text(value: str, style: ParagraphStyle = CELL, *, bold: bool = False, struck: bool = False) -> Paragraph:
    """Return plain text as a paragraph; nothing in it is taken for markup, and a sign the font lacks shows as □."""
    plain = escape(drawable(value))
    return Paragraph(f"<strike>{plain}</strike>" if struck else plain, CELL_BOLD if bold and style is CELL else style)


def heading(title: str, room: float = 26 * mm) -> list[Flowable]:
    """Return a section's heading, on the next page where less than `room` [pt] is left: it never stands alone at the foot.

    What follows may break over pages; a heading that were kept with its whole table would leave half a page empty.
    """
    return [CondPageBreak(room), text(title, SECTION)]


def drawable(value: str) -> str:
    """Return the text with every sign that the fonts lack replaced, so that none vanishes unseen."""
    known = pdfmetrics.getFont(REGULAR).face.charToGlyph
    return "".join(sign if ord(sign) in known or sign == "\n" else "□" for sign in value)


def grid(
    head: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    widths: Sequence[float],
    *,
    bold_rows: Sequence[int] = (),
    shaded_rows: Sequence[int] = (),
) -> Table:
    """Return a ruled table whose head repeats on every page; strings become wrapping cells."""
    body = [
        [text(cell, bold=index in bold_rows) if isinstance(cell, str) else cell for cell in row]
        for index, row in enumerate(rows)
    ]
    table = Table([[text(cell, HEAD) for cell in head], *body], colWidths=list(widths), repeatRows=1)
    commands: list[tuple[object, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.9, INK),
        ("LINEBELOW", (0, 1), (-1, -1), 0.3, RULE),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
    ]
    commands += [("BACKGROUND", (0, row + 1), (-1, row + 1), SHADE) for row in shaded_rows]
    table.setStyle(TableStyle(commands))
    return table


def build(flowables: list[Flowable], running: Running, *, paper: str, subject: str) -> bytes:
    """Set the flowables on paper and return the PDF."""
    size = PAPERS[paper]
    out = io.BytesIO()
    frame = Frame(
        MARGIN, FOOTER, size[0] - 2 * MARGIN, size[1] - HEADER - FOOTER - 2 * mm,
        leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0,
    )  # fmt: skip
    document = BaseDocTemplate(
        out, pagesize=size, invariant=1, title=drawable(running.title), author="Nursestation", subject=subject,
        creator="Nursestation", pageTemplates=[PageTemplate(frames=[frame])],
    )  # fmt: skip
    document.build(flowables, canvasmaker=_numbered(running))
    return out.getvalue()


def _numbered(running: Running) -> Callable[..., Canvas]:
    """Return a canvas class that draws header and footer at the end, when the number of pages is known."""

    class _Pages(Canvas):  # type: ignore[misc]  # reportlab is untyped
        def __init__(self, *args: object, **options: object) -> None:
            super().__init__(*args, **options)
            self._kept: list[dict[str, object]] = []

        def showPage(self) -> None:
            self._kept.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self._kept, 1):
                self.__dict__.update(page)
                _draw_edges(self, running, number, len(self._kept))
                super().showPage()
            super().save()

    return _Pages


def _draw_edges(canvas: Canvas, running: Running, number: int, n_pages: int) -> None:
    width, height = canvas._pagesize
    right = width - MARGIN
    canvas.setFillColor(INK)
    canvas.setFont(BOLD, 10)
    canvas.drawString(MARGIN, height - 11 * mm, drawable(running.title))
    canvas.setFont(REGULAR, 8)
    canvas.setFillColor(SOFT)
    canvas.drawString(MARGIN, height - 15 * mm, drawable(running.subtitle))
    if running.mark:
        canvas.setFont(BOLD, 10)
        mark_width = canvas.stringWidth(running.mark, BOLD, 10) + 12
        canvas.setFillColor(black)
        canvas.rect(right - mark_width, height - 15 * mm, mark_width, 16, stroke=0, fill=1)
        canvas.setFillColor(white)
        canvas.drawString(right - mark_width + 6, height - 15 * mm + 4.5, running.mark)
    canvas.setStrokeColor(INK)
    canvas.setLineWidth(0.8)
    canvas.line(MARGIN, height - 17 * mm, right, height - 17 * mm)
    canvas.setLineWidth(0.4)
    canvas.line(MARGIN, FOOTER - 2 * mm, right, FOOTER - 2 * mm)
    canvas.setFillColor(SOFT)
    canvas.setFont(REGULAR, 7)
    canvas.drawString(MARGIN, FOOTER - 5.5 * mm, running.notice)
    canvas.drawString(MARGIN, FOOTER - 8.8 * mm, running.digest)
    canvas.setFont(MEDIUM, 8)
    canvas.setFillColor(INK)
    canvas.drawRightString(right, FOOTER - 8.8 * mm, f"Page {number} of {n_pages}")
