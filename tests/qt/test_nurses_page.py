"""Who looks after which chair: the page, the chair's head and the board."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from nursestation.core.commands import AssignNurse
from nursestation.core.model import Operator, Role
from nursestation.ui.board.view import board_tile
from nursestation.ui.chair.header import Header
from nursestation.ui.chair.view import header_view
from nursestation.ui.controls import ChoiceField
from nursestation.ui.nurses_page import NursesPage
from tests.helpers.station_views import NOW, make_chair, make_station

KIM = Operator("op-7", "K. Lindqvist RN", Role.NURSE, "")
DESK = Operator("op-8", "Front desk", Role.OFFICE, "")


def _station(nurse=None, **changes):
    chairs = (make_chair(number=2, nurse=nurse), make_chair(number=3))
    return make_station(*chairs, operators=(KIM, DESK), operator=KIM, **changes)


@pytest.fixture
def page(qtbot):
    made = NursesPage()
    qtbot.addWidget(made)
    made.sent = []
    made.command_requested.connect(made.sent.append)
    made.render(_station())
    made.show()
    return made


def _field(page, number):
    return page.findChild(ChoiceField, f"nurses_of_{number}")


def test_a_choice_is_sent_at_once_and_shown_when_it_holds(page):
    field = _field(page, 2)
    assert [field.itemText(n) for n in range(field.count())] == ["Nobody", KIM.name]  # office staff care for nobody
    QTest.keyClick(field, Qt.Key.Key_Down)
    assert page.sent == [AssignNurse(chair=2, nurse=KIM.id)]
    page.render(_station())
    assert field.currentText() == "Nobody", "what was refused is not shown as chosen"
    page.render(_station(nurse=KIM))
    assert field.currentText() == KIM.name
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert page.sent[1:] == [AssignNurse(chair=2, nurse=None)]
    assert _field(page, 3).currentText() == "Nobody"


def test_lists_are_as_high_as_a_finger_needs(page):
    assert _field(page, 2).height() >= 44


def test_the_head_of_the_chair_says_who_and_asks_for_the_page(qtbot):
    head = Header()
    qtbot.addWidget(head)
    station = _station(nurse=KIM)
    head.render(header_view(station.chair(2), station, None))
    button = head.findChild(type(head._nurse), "header_nurse")
    assert button.accessibleName() == "K. Lindqvist RN looks after this chair."
    assert button.isEnabled()
    with qtbot.waitSignal(head.nurse_wanted):
        button.click()
    head.render(header_view(station.chair(3), station, None))
    assert button.text() == "Nurse…"


def test_the_board_tells_ones_own_chairs_from_others():
    chair = _station(nurse=KIM).chair(2)
    own, others = board_tile(chair, NOW, operator=KIM), board_tile(chair, NOW, operator=DESK)
    assert (own.nurse, own.is_mine, others.is_mine) == (KIM.name, True, False)
    assert not board_tile(chair, NOW).is_mine, "a screen that nobody works at is nobody's"
    assert "looked after by you" in own.spoken
    assert f"looked after by {KIM.name}" in others.spoken
