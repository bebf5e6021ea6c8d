"""A hand on a page that stands in a test: controls are found by their object names, and pressed once they can be seen."""

from datetime import UTC

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from nursestation.core import commands as c
from nursestation.ui.checkin.page import CheckInPage
from nursestation.ui.page import Page


def find(page: QWidget, name: str) -> QWidget:
    """Return the control of that name."""
    widget = page.findChild(QWidget, name)
    assert widget is not None, name
    return widget


def press(qtbot: QtBot, page: QWidget, name: str) -> None:
    """Press a button as soon as it stands on the page, laid out."""
    button = find(page, name)
    qtbot.waitUntil(lambda: button.isVisibleTo(page) and button.width() > 0, timeout=2000)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def shown_check_in(qtbot: QtBot) -> CheckInPage:
    """Return the check-in page of chair 2, shown in the room that a small window leaves it."""
    made = CheckInPage(UTC)
    qtbot.addWidget(made)
    made.resize(1024, 706)
    made.show_chair(2)
    with qtbot.waitExposed(made):
        made.show()
    return made


def sent_by(page: Page) -> list[c.Command]:
    """Return the list that every command of a page goes into from now on, but drafts, which have tests of their own."""
    commands: list[c.Command] = []
    page.command_requested.connect(lambda command: isinstance(command, c.KeepDraft) or commands.append(command))
    return commands
