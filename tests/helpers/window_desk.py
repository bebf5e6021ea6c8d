"""The real window in front of the real station: what is pressed is carried out, and what comes of it is shown at once."""

from datetime import UTC
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from devices.clock import SystemClock
from nursestation.core.commands import AddOperator
from nursestation.core.model import Role
from nursestation.core.records import Record, Refused
from nursestation.core.snapshot import StationSnapshot
from nursestation.ui import theme
from nursestation.ui.shell import make_shell
from tests.helpers.published import HandOutbox
from tests.helpers.visit import Clinic, make_clinic

OFFICE, OFFICE_PIN = "o.ortiz", "112358"
"""Somebody of the office, whom an `attended_desk` knows."""
_SIZE = (1280, 800)


class WindowDesk:
    """A window over a station on a clock that is moved by hand.

    Attributes:
        clinic: The station.
        shell, window: The window and its parts.
        sent: What the window has sent, oldest first.
    """

    def __init__(self, qtbot: QtBot, folder: Path, clinic: Clinic) -> None:
        self.qtbot, self.clinic = qtbot, clinic
        self.sent: list[object] = []
        self._outbox = HandOutbox()
        self.shell = make_shell(
            self._outbox,
            self._take,
            clock=clinic.clock,
            wall=SystemClock(),
            theme=theme.DARK_THEME,
            exports=folder,
            prefer={},
            zone=UTC,
        )
        self.window = self.shell.window
        qtbot.addWidget(self.window)
        self.window.resize(*_SIZE)
        with qtbot.waitExposed(self.window):
            self.window.show()
        self.look()

    def _take(self, item: object) -> None:
        self.sent.append(item)
        self._publish(self.clinic.apply(item))  # type: ignore[arg-type]

    def _publish(self, records: tuple[Record, ...] = ()) -> None:
        refusals = [record for record in records if isinstance(record, Refused)]
        self._outbox.items.extend([*refusals, self.snapshot])

    @property
    def snapshot(self) -> StationSnapshot:
        """Return the station as it is now."""
        return self.clinic.station.snapshot(self.clinic.clock.now())

    def look(self) -> None:
        """Show what has come of everything so far."""
        self._publish()
        self._outbox.heartbeat += 1
        self.shell.bridge.drain()

    def find(self, name: str) -> QWidget:
        """Return the control of that name."""
        widget = self.window.findChild(QWidget, name)
        assert widget is not None, name
        return widget

    def text(self, name: str) -> str:
        """Return what a label or a button says."""
        widget = self.find(name)
        assert isinstance(widget, QLabel | QAbstractButton)
        return widget.text()

    def press(self, name: str) -> None:
        """Press a button as soon as it can be, and look."""
        button = self.find(name)
        self.qtbot.waitUntil(
            lambda: button.isVisibleTo(self.window) and button.isEnabled() and button.width() > 0, timeout=2000
        )
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        self.look()

    def write(self, name: str, text: str) -> None:
        """Type into a field."""
        self.qtbot.keyClicks(self.find(name), text)


def attended_desk(qtbot: QtBot, folder: Path, *, lock_after_s: float | None = None) -> WindowDesk:
    """Return the window of a station with a patient in chair 2 whose saturation is low, and the nurse signed in."""
    clinic = make_clinic(lock_after_s=lock_after_s)
    clinic.start()
    clinic.do(AddOperator(name="Olga Ortiz", role=Role.OFFICE, pin=OFFICE_PIN))
    clinic.run(40, {"spo2": 82.0})
    made = WindowDesk(qtbot, folder, clinic)
    made.window.show_chair(2)
    made.look()
    return made
