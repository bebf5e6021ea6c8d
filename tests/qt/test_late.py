"""A page that is built late shows what one built early would."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from nursestation.core.commands import SignOut
from nursestation.ui.late import Late, when_made
from nursestation.ui.page import Page
from nursestation.ui.theme import LIGHT_THEME
from tests.helpers.station_views import make_chair, make_station, make_visit

STATION = make_station(make_chair(make_visit()))


class Told(Page):
    """Writes down what it was told."""

    asked = Signal()

    def __init__(self):
        super().__init__()
        self.heard = []
        self.field = QLineEdit()
        QVBoxLayout(self).addWidget(self.field)

    def show_chair(self, number):
        self.heard.append(number)

    def set_theme(self, theme_):
        self.heard.append(theme_)

    def render(self, snapshot):
        self.heard.append(snapshot)

    def begin(self):
        self.field.setFocus()


class Stack:
    def __init__(self, qtbot):
        self.stack, self.late = QStackedWidget(), Late(Told)
        self.stack.addWidget(QWidget())
        self.stack.addWidget(self.late)
        qtbot.addWidget(self.stack)
        with qtbot.waitExposed(self.stack):
            self.stack.show()


@pytest.fixture
def stack(qtbot):
    return Stack(qtbot)


def test_nothing_is_built_until_somebody_looks(stack):
    stack.late.set_theme(LIGHT_THEME)
    stack.late.show_chair(2)
    stack.late.refused("Not now.")
    assert stack.late.stops() == []
    assert not stack.late.is_made
    stack.stack.setCurrentWidget(stack.late)
    assert stack.late.is_made


def test_it_is_told_of_its_colours_and_the_newest_chair_and_then_of_the_snapshot(stack):
    stack.late.set_theme(LIGHT_THEME)
    stack.late.show_chair(2)
    stack.late.show_chair(3)
    stack.late.render(STATION)
    assert stack.late.page.heard == [LIGHT_THEME, 3, STATION]
    later = replace(STATION)
    stack.late.render(later)
    stack.late.show_chair(4)
    assert stack.late.page.heard[3:] == [later, 4]


def test_the_focus_goes_into_it_in_the_turn_in_which_it_is_built(stack, qtbot):
    stack.stack.activateWindow()
    stack.stack.setCurrentWidget(stack.late)
    stack.late.render(STATION)
    stack.late.begin()
    assert stack.stack.focusWidget() is stack.late.page.field
    assert stack.late.page.size() == stack.late.size()
    assert stack.late.stops() == [stack.late.page.field]


def test_who_joins_hears_it_whether_it_stands_or_not(stack):
    joined = []
    stack.late.when_made(joined.append)
    assert joined == []
    page = stack.late.page
    when_made(stack.late, joined.append)
    when_made(page, joined.append)
    assert joined == [page, page, page]


def test_what_it_wants_is_handed_on(stack):
    wanted = []
    stack.late.command_requested.connect(wanted.append)
    stack.late.sheet_requested.connect(wanted.append)
    stack.late.page.command_requested.emit(SignOut())
    stack.late.page.sheet_requested.emit("export")
    assert wanted == [SignOut(), "export"]
