"""Paper: a PDF file on the computer's usual printer. Qt may paint on a printer outside the window's thread.

Qt's printing and PDF parts are imported when something is printed, for the window starts sooner without them.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from nursestation.errors import NurseStationError

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

_DOTS_PER_INCH = 300
"""Of the picture that is sent to the printer. Source: project decision; small print stays sharp, a page stays under 40 MB."""


class PrintError(NurseStationError):
    """The printer did not take the pages; the message says what to do."""


def print_pdf(path: Path) -> str:
    """Print a PDF on the usual printer and return that printer's name; "" where the computer has none.

    Raises:
        PrintError: the file cannot be read, or the printer does not take it.
    """
    from PySide6.QtPrintSupport import QPrinter, QPrinterInfo

    usual = QPrinterInfo.defaultPrinter()
    if usual.isNull():
        return ""
    printer = QPrinter(usual)
    paint_pdf(path, printer)
    return usual.printerName()


def paint_pdf(path: Path, printer: "QPrinter") -> None:
    """Put every page of a PDF on a page of the printer, as large as its paper.

    Raises:
        PrintError: the file cannot be read, or the printer does not take it.
    """
    from PySide6.QtCore import QSize
    from PySide6.QtGui import QPageSize, QPainter
    from PySide6.QtPdf import QPdfDocument
    from PySide6.QtPrintSupport import QPrinter

    document = QPdfDocument()
    if document.load(str(path)) is not QPdfDocument.Error.None_:
        raise PrintError(f"{path} cannot be printed. Open it and print it from there.")
    printer.setResolution(_DOTS_PER_INCH)
    printer.setFullPage(True)
    printer.setPageSize(QPageSize(document.pagePointSize(0), QPageSize.Unit.Point))
    painter = QPainter()
    if not painter.begin(printer):
        raise PrintError(f"The printer {printer.printerName()} does not take the page. Look at it, then print again.")
    try:
        area = printer.paperRect(QPrinter.Unit.DevicePixel).toRect()
        for number in range(document.pageCount()):
            if number:
                printer.newPage()
            size = document.pagePointSize(number)
            scale = min(area.width() / size.width(), area.height() / size.height())
            picture = document.render(number, QSize(round(size.width() * scale), round(size.height() * scale)))
            painter.drawImage(0, 0, picture)
    finally:
        painter.end()
