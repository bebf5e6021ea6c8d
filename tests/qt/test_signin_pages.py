import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from nursestation.core import commands as c
from nursestation.core.model import Role
from nursestation.ui.about import AboutPage
from nursestation.ui.signin.first_run import FirstRunPage
from nursestation.ui.signin.sign_in import SignInPage
from nursestation.ui.staff.page import StaffPage
from tests.helpers.hands import find, press
from tests.helpers.station_views import LEAD, NURSE, make_station


@pytest.fixture
def shown(qtbot):
    def show(page):
        qtbot.addWidget(page)
        page.resize(1024, 706)
        page.show()
        commands = []
        page.command_requested.connect(commands.append)
        return page, commands

    return show


def test_the_first_operator_needs_the_tick_and_a_pin_typed_twice(qtbot, shown):
    page, sent = shown(FirstRunPage())
    page.render(make_station(operators=(), operator=None))
    assert not find(page, "first_run_name").isEnabled()
    find(page, "first_run_understood").setChecked(True)
    find(page, "first_run_name").setText(" R. Alvarez RN ")
    press(qtbot, page, "first_run_role_lead_nurse")
    qtbot.keyClicks(find(page, "first_run_pin"), "246810")
    assert not find(page, "first_run_create").isEnabled()
    qtbot.keyClicks(find(page, "first_run_pin_again"), "246810")
    press(qtbot, page, "first_run_create")
    assert sent == [c.CreateFirstOperator(name="R. Alvarez RN", role=Role.LEAD_NURSE, pin="246810")]


def test_only_a_lead_nurse_or_a_clinician_can_be_the_first(shown):
    page, _ = shown(FirstRunPage())
    assert page.findChild(QWidget, "first_run_role_nurse") is None


def test_a_refused_pin_is_asked_for_again(qtbot, shown):
    page, _ = shown(FirstRunPage())
    find(page, "first_run_understood").setChecked(True)
    find(page, "first_run_name").setText("R. Alvarez RN")
    qtbot.keyClicks(find(page, "first_run_pin"), "123456")
    page.refused("This PIN is one that anybody would try first; choose another.")
    assert find(page, "first_run_pin").text() == ""
    assert find(page, "first_run_name").text() == "R. Alvarez RN"
    assert "choose another" in find(page, "first_run_problem").text()


def test_signing_in_by_pad(qtbot, shown):
    page, sent = shown(SignInPage())
    page.render(make_station(operator=None))
    press(qtbot, page, "sign_in_operator_op-1")
    for digit in "2468":
        press(qtbot, page, f"sign_in_pin_pad_{digit}")
    press(qtbot, page, "sign_in_pin_pad_back")
    for digit in "810":
        press(qtbot, page, f"sign_in_pin_pad_{digit}")
    press(qtbot, page, "sign_in_button")
    assert sent == [c.SignIn(operator_id="op-1", pin="246810")]
    assert find(page, "sign_in_pin").text() == ""


def test_signing_in_by_keyboard_and_a_wrong_pin(qtbot, shown):
    page, sent = shown(SignInPage())
    page.render(make_station(operator=None))
    press(qtbot, page, "sign_in_operator_op-1")
    qtbot.keyClicks(find(page, "sign_in_pin"), "111111")
    qtbot.keyClick(find(page, "sign_in_pin"), Qt.Key.Key_Return)
    assert len(sent) == 1
    page.refused("That PIN does not fit. Try again.")
    page.render(make_station(operator=None))
    assert find(page, "sign_in_problem").text() == "That PIN does not fit. Try again."
    with qtbot.waitSignal(page.closed, timeout=1000):
        qtbot.keyClicks(find(page, "sign_in_pin"), "246810")
        qtbot.keyClick(find(page, "sign_in_pin"), Qt.Key.Key_Return)
        page.render(make_station(operator=NURSE))


def test_letters_do_not_get_into_a_pin(qtbot, shown):
    page, _ = shown(SignInPage())
    qtbot.keyClicks(find(page, "sign_in_pin"), "12a3")
    assert find(page, "sign_in_pin").text() == "123"


def test_a_pin_is_forgotten_when_the_page_is_hidden(qtbot, shown):
    page, _ = shown(SignInPage())
    qtbot.keyClicks(find(page, "sign_in_pin"), "2468")
    page.hide()
    assert find(page, "sign_in_pin").text() == ""


def test_staff_is_added_by_a_lead_nurse(qtbot, shown):
    page, sent = shown(StaffPage())
    page.render(make_station(operator=LEAD))
    find(page, "staff_name").setText("T. Brandt RN")
    press(qtbot, page, "staff_role_nurse")
    qtbot.keyClicks(find(page, "staff_pin"), "975310")
    qtbot.keyClicks(find(page, "staff_pin_again"), "975310")
    press(qtbot, page, "staff_add")
    assert sent == [c.AddOperator(name="T. Brandt RN", role=Role.NURSE, pin="975310")]


def test_a_nurse_is_told_who_adds_staff(shown):
    page, _ = shown(StaffPage())
    page.render(make_station(operator=NURSE))
    assert find(page, "staff_problem").text() == "Only a lead nurse or a clinician can add staff."
    assert not find(page, "staff_add").isEnabled()


def test_about_tells_version_and_notice(shown):
    page, _ = shown(AboutPage("1.2.3"))
    texts = [label.text() for label in page.findChildren(QLabel)]
    assert "version 1.2.3" in texts
    assert "It is not a medical device." in texts
