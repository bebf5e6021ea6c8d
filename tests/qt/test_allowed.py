"""Who may not do a thing sees it on its button, with the reason, and is not refused only after the press."""

import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QWidget

from nursestation.core import commands as c
from nursestation.core.access import ACCESS
from nursestation.core.model import Role
from tests.helpers.visit import NURSE, NURSE_PIN, make_clinic
from tests.helpers.window_desk import WindowDesk

OFFICE, OFFICE_PIN = "o.ortiz", "112358"
NOT_A_VISIT = ACCESS[c.Chart].otherwise


@pytest.fixture
def desk(qtbot, tmp_path):
    """Return the window of a station with a patient whose saturation is low, and the nurse signed in."""
    clinic = make_clinic()
    clinic.start()
    clinic.do(c.AddOperator(name="Olga Ortiz", role=Role.OFFICE, pin=OFFICE_PIN))
    clinic.run(40, {"spo2": 82.0})
    made = WindowDesk(qtbot, tmp_path, clinic)
    made.window.show_chair(2)
    made.look()
    yield made
    made.window.close()


def _comes(desk, who=OFFICE, pin=OFFICE_PIN):
    desk.clinic.do(c.SignIn(operator_id=who, pin=pin))
    desk.look()


def _described(desk, name):
    return QAccessible.queryAccessibleInterface(desk.find(name)).text(QAccessible.Text.Description)


AT_THE_CHAIR = [
    "action_event",
    "action_pause_infusion",
    "action_measure_bp",
    "action_end_early",
    "course_scores",
    "course_vitals",
    "alarm_limits",
    "alarm_pause",
    "header_nurse",
]


@pytest.mark.parametrize("name", AT_THE_CHAIR)
def test_what_office_staff_may_not_do_at_a_chair_cannot_be_pressed_and_says_why(desk, name):
    assert desk.find(name).isEnabled()
    _comes(desk)
    assert not desk.find(name).isEnabled()
    assert desk.find(name).toolTip().startswith(NOT_A_VISIT)
    assert _described(desk, name).startswith(NOT_A_VISIT)
    _comes(desk, NURSE, NURSE_PIN)
    assert desk.find(name).isEnabled()
    assert NOT_A_VISIT not in desk.find(name).toolTip()


def test_to_look_to_export_to_answer_an_alarm_by_pin_and_to_sign_in_stay_usable(desk):
    _comes(desk)
    for name in ("course_chart", "course_watching", "wave_look", "action_export", "acknowledge", "operator", "lock"):
        assert desk.find(name).isEnabled(), name
    desk.press("acknowledge")
    assert desk.find("by_pin").isVisible()


def test_a_key_that_charts_asks_nothing_for_office_staff(qtbot, desk):
    _comes(desk)
    desk.sent.clear()
    qtbot.keyClicks(desk.window, "1")
    assert not desk.sent


def test_a_sheet_that_a_nurse_left_open_can_be_read_by_office_staff_and_not_sent(desk):
    desk.press("action_notify")
    desk.write("notify_words", "BP rise")
    assert desk.find("notify_send").isEnabled()
    _comes(desk)
    assert not desk.find("notify_words").isEnabled()
    assert not desk.find("notify_send").isEnabled()
    assert desk.text("notify_notice") == NOT_A_VISIT
    _comes(desk, NURSE, NURSE_PIN)
    assert desk.find("notify_send").isEnabled()
    assert desk.text("notify_notice") == ""


def test_the_chart_can_be_read_by_office_staff_and_none_of_it_corrected(desk):
    _comes(desk)
    desk.press("course_chart")
    taps = [one for one in desk.find("chart_journal").findChildren(QAbstractButton) if one.isVisible()]
    assert taps
    assert all(not one.isEnabled() and one.toolTip() == NOT_A_VISIT for one in taps)
    words = [one for one in desk.find("chart_journal").findChildren(QWidget) if "chart_words_" in one.objectName()]
    assert words
    assert all(one.isEnabled() for one in words)
    assert desk.text("chart_notice") == NOT_A_VISIT
