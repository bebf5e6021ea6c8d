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
from reportlab.lib.enums import TA_RIGHT
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
    Spacer,
    Table,
    TableStyle,
)

from nursestation.export.errors import ExportError
from nursestation.export.watched import Progress, silently

PAPERS = {"a4": A4, "letter": LETTER}
MARGIN = 15 * mm
HEADER = 19 * mm
FOOTER = 15 * mm

REGULAR, MEDIUM, BOLD = "Inter-Regular", "Inter-Medium", "Inter-Bold"
INK = black
SOFT = Color(0.32, 0.32, 0.32)

RULE = Color(0.72, 0.72, 0.72)
SHADE = Color(0.93, 0.93, 0.93)

_LEAST_SIZE = 7.0  # of a line that is made smaller to fit [pt]
_LEAST_PART = 24.0  # of a row that is broken [pt]
_PAGE_ROOM = min(height for _, height in PAPERS.values()) - HEADER - FOOTER - 2 * mm  # for content [pt]
_MOST_ROOM = 120 * mm  # a section whose first rows are higher than this begins where it comes
_ENDLESS = 1e6


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
CLINIC = _style("clinic", 10, MEDIUM, alignment=TA_RIGHT)
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


def headed(title: str, table: Table, width: float, *, note: str = "") -> list[Flowable]:
    """Return a section that is a table: its heading and a note stand on the page of its head and its first two rows.

    Args:
        title: Of the section.
        table: See `grid`; it may break over pages.
        width: Of the text [pt].
        note: What is to be known of the columns; it stands before them, so that it never goes to a page alone.
    """
    above = [text(title, SECTION), *([text(note, NOTE), Spacer(0, 2)] if note else [])]
    return [_Room(above, table, width), *above, table]


class _Room(CondPageBreak):  # type: ignore[misc]  # reportlab is untyped
    """Goes to the next page where a heading with the first rows of its table has no room any more."""

    def __init__(self, above: Sequence[Flowable], table: Table, width: float) -> None:
        super().__init__(0)
        self._above, self._table, self._width = above, table, width

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        """Return no size where there is room, else all of the page that is left."""
        room = float(SECTION.spaceBefore + SECTION.spaceAfter)
        room += sum(one.wrap(self._width, _ENDLESS)[1] for one in self._above)
        self._table.wrap(self._width, _ENDLESS)
        self.height = min(room + sum(self._table._rowHeights[:3]), _MOST_ROOM)
        found: tuple[float, float] = super().wrap(available_width, available_height)
        return found


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
    table = _Grid([[text(cell, HEAD) for cell in head], *body], colWidths=list(widths), repeatRows=1)
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


class _Grid(Table):  # type: ignore[misc]  # reportlab is untyped
    """A table that goes on to the next page between rows, and within a row only where no page can hold that row.

    Reportlab itself would break any row that comes to the foot of a page, with the table's head above each of its parts.
    """

    def split(self, available_width: float, available_height: float) -> list[Flowable]:
        """Return the parts, the first of which has room; none where it has to begin on the next page."""
        self.splitInRow = _LEAST_PART if sum(self._rowHeights[:2]) > _PAGE_ROOM else 0
        found: list[Flowable] = super().split(available_width, available_height)
        return found


def build(
    flowables: list[Flowable], running: Running, *, paper: str, subject: str, progress: Progress = silently
) -> bytes:
    """Set the flowables on paper and return the PDF; `progress` is told how much is set (0 to 1), and may raise to stop."""
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
    document.setProgressCallBack(_set_so_far(len(flowables), progress))
    document.build(flowables, canvasmaker=_numbered(running))
    return out.getvalue()


def _set_so_far(n_flowables: int, progress: Progress) -> Callable[[str, int], None]:
    """Return what reportlab tells how far it is: a table that goes on to another page counts anew, so it may go back."""
    most = 0

    def tell(what: str, value: int) -> None:
        nonlocal most
        if what == "PROGRESS":
            most = max(most, min(value, n_flowables))
            progress(most / n_flowables)

    return tell


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
    mark_width = canvas.stringWidth(running.mark, BOLD, 10) + 12 if running.mark else 0
    room = right - MARGIN - (mark_width + 8 if running.mark else 0)
    canvas.setFillColor(INK)
    _draw_fitting(canvas, running.title, BOLD, 10, height - 11 * mm, room)
    canvas.setFillColor(SOFT)
    _draw_fitting(canvas, running.subtitle, REGULAR, 8, height - 15 * mm, room)
    if running.mark:
        canvas.setFont(BOLD, 10)
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


def _draw_fitting(canvas: Canvas, line: str, font: str, size: float, y: float, room: float) -> None:
    """Draw a line at the left margin, smaller where it is too long, and cut with a mark where that does not help."""
    line = drawable(line)
    wide = canvas.stringWidth(line, font, size)
    size = max(_LEAST_SIZE, min(size, size * room / wide)) if wide else size
    if canvas.stringWidth(line, font, size) > room + 0.1:
        while line and canvas.stringWidth(f"{line}…", font, size) > room:
            line = line[:-1]
        line = f"{line}…"
    canvas.setFont(font, size)
    canvas.drawString(MARGIN, y, line)
