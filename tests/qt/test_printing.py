"""What goes to a printer, tried with Qt's own printer to a file."""

import pytest
from PySide6.QtCore import QSize
from PySide6.QtPdf import QPdfDocument
from PySide6.QtPrintSupport import QPrinter

from nursestation.export.instructions import InstructionSheet, instructions_pdf
from nursestation.paths import resource
from nursestation.ui.printing import PrintError, paint_pdf
from tests.helpers.visit import PATIENT

SHEET = InstructionSheet("s-1", PATIENT, "Depression IV", 1_767_279_600 * 10**9, (24, 48), "", "Rest.\n" * 60)


def _dark_rows(document, page, width=200):
    """Return in which tenths of a page something is printed."""
    picture = document.render(page, QSize(width, round(width * 1.414)))
    tenth = picture.height() / 10
    return {
        int(y / tenth)
        for y in range(picture.height())
        for x in range(width)
        if picture.pixelColor(x, y).lightness() < 128
    }


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_every_page_goes_on_paper_of_its_size_with_what_stands_on_it(qapp, tmp_path, paper):
    path, printed = tmp_path / "sheet.pdf", tmp_path / "printed.pdf"
    path.write_bytes(instructions_pdf(SHEET, None, fonts=resource("fonts"), paper=paper))
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(printed))
    paint_pdf(path, printer)
    before, after = QPdfDocument(), QPdfDocument()
    before.load(str(path))
    after.load(str(printed))
    assert after.pageCount() == before.pageCount() > 1
    for page in range(after.pageCount()):
        size, wanted = after.pagePointSize(page), before.pagePointSize(page)
        assert (size.width(), size.height()) == pytest.approx((wanted.width(), wanted.height()), abs=1)
        assert _dark_rows(after, page) == _dark_rows(before, page)


def test_what_is_no_pdf_is_not_printed(qapp, tmp_path):
    path = tmp_path / "sheet.pdf"
    path.write_text("nothing", encoding="utf-8")
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    with pytest.raises(PrintError, match="cannot be printed"):
        paint_pdf(path, printer)
