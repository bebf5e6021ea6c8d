"""The first picture: a card with the program's name, on the screen before anything else is loaded.

Rules of the file:
1. It needs QtWidgets and one font file, and nothing of the program but `paths`: what it imported would delay what it is for.
2. It says nothing of a patient or a chair, and goes when the window's first picture is there.
"""

import os
import sys
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QEvent, QEventLoop, QObject, QPoint, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

_SIZE = (440, 150)
GROUND, EDGE, NAME, WORDS = "#111722", "#3a4454", "#e8ecf3", "#a3adbd"
"""The dark theme's own, also in front of a light desk: which one is wanted is not known yet, and `theme` takes its time."""
_LONGEST_WAIT_MS = 300
"""For the screen to show it [ms]; without it, everything goes on as well."""


def has_display() -> bool:
    """Return whether a window can be opened here: Qt aborts the program where it finds no display."""
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM", "") in ("offscreen", "minimal", "vnc"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


class Opening(QWidget):
    """The card. Needs a running QApplication.

    Args:
        font: The typeface's file; the system's font where it cannot be read.
    """

    def __init__(self, font: Path) -> None:
        super().__init__(None, Qt.WindowType.SplashScreen | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("opening")
        self.resize(*_SIZE)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Nursestation is opening"))
        self._is_painted = False
        number = QFontDatabase.addApplicationFont(str(font))
        families = QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
        self._family = families[0] if families else QFont().family()

    def appear(self) -> None:
        """Show it, and come back when it is on the screen."""
        screen = QGuiApplication.primaryScreen().availableGeometry()
        self.move(screen.center() - self.rect().center())
        self.show()
        deadline = QDeadlineTimer(_LONGEST_WAIT_MS)
        while not self._is_painted and not deadline.hasExpired():
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents, 20)

    def give_way_to(self, window: QWidget) -> None:
        """Go when `window` has been painted for the first time."""
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go with the first update of the window that was waited for."""
        if event.type() is QEvent.Type.Paint:
            watched.removeEventFilter(self)
            self.close()
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the card."""
        self._is_painted = True
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(GROUND))
        painter.setPen(QColor(EDGE))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        for text, px, colour, top in (
            (self.tr("Nursestation"), 30, NAME, 34),
            (self.tr("Opening the record and the monitors…"), 16, WORDS, 86),
        ):
            font = QFont(self._family)
            font.setPixelSize(px)
            painter.setFont(font)
            painter.setPen(QColor(colour))
            painter.drawText(self.rect().translated(QPoint(32, top)), left, text)
        painter.end()
