"""Who may not do a thing sees it on its button, with the reason, and is not refused only after the press."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from nursestation.core import commands as c
from nursestation.core.access import ACCESS, may
from nursestation.core.snapshot import AudioState, AudioView
from nursestation.ui.alarms.strip import StationStrip
from nursestation.ui.allowed import why_not
from nursestation.ui.audio_off_page import AudioOffPage
from nursestation.ui.checkin.page import CheckInPage
from nursestation.ui.discharge.page import DischargePage
from nursestation.ui.station_page import StationPage
from tests.helpers.station_views import LEAD, make_chair, make_discharge_visit, make_station, make_visit
from tests.helpers.station_views import NURSE as NURSE_VIEW
from tests.helpers.station_views import OFFICE as OFFICE_VIEW
from tests.helpers.visit import NURSE, NURSE_PIN
from tests.helpers.window_desk import OFFICE, OFFICE_PIN, attended_desk

NOT_A_VISIT = ACCESS[c.Chart].otherwise


@pytest.fixture
def desk(qtbot, tmp_path):
    made = attended_desk(qtbot, tmp_path)
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
    with qtbot.waitActive(desk.window):
        desk.window.activateWindow()
    for who, pin, charted in ((NURSE, NURSE_PIN, ["Position changed"]), (OFFICE, OFFICE_PIN, [])):
        _comes(desk, who, pin)
        desk.sent.clear()
        qtbot.keyClick(desk.window, Qt.Key.Key_7)
        assert [one.text for one in desk.sent if isinstance(one, c.Chart)] == charted
        assert len(desk.sent) == len(charted)


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


def test_the_bottom_line_says_it_to_who_has_no_tips(desk):
    assert desk.find("locked_note").isHidden()
    _comes(desk)
    assert desk.text("locked_note") == "To look and export · a nurse signs in to act"


def test_a_check_in_that_a_nurse_left_says_so_to_office_staff_and_takes_no_answer(qtbot):
    page = CheckInPage()
    qtbot.addWidget(page)
    page.show_chair(2)
    page.show()
    page.render(make_station(make_chair(make_visit())))
    message, form = (page.findChild(QWidget, name) for name in ("check_in_message", "check_in_identity_both"))
    assert message.isHidden()
    assert form.isEnabled()
    page.render(make_station(make_chair(make_visit()), operator=OFFICE_VIEW))
    assert message.text() == NOT_A_VISIT
    assert not form.isEnabled()
    assert not page.findChild(QWidget, "check_in_end_early").isEnabled()
    page.render(make_station(make_chair(make_visit())))
    assert message.isHidden()
    assert form.isEnabled()
    page.render(make_station(make_chair(), operator=OFFICE_VIEW))
    assert page.findChild(QWidget, "check_in_patient_problem").text() == NOT_A_VISIT


def test_office_staff_look_at_a_discharge_and_sign_nothing(qtbot):
    page = DischargePage()
    qtbot.addWidget(page)
    page.show_chair(2)
    page.show()
    chair = make_chair(make_discharge_visit("iv_removed"))
    page.render(make_station(chair))
    assert page.findChild(QAbstractButton, "discharge_iv_removed_answer").isVisible()
    page.render(make_station(chair, operator=OFFICE_VIEW))
    assert page.findChild(QWidget, "discharge_why_not").text() == NOT_A_VISIT
    taps = [one for one in page.findChildren(QAbstractButton) if one.isVisible()]
    assert {"discharge_sign", "discharge_override"} <= {one.objectName() for one in taps}
    usable = {one.objectName() for one in taps if one.isEnabled()}
    assert usable == {"discharge_close", "discharge_pin_pad_toggle"}  # a pad signs nothing


STATION_BUTTONS = {"station_self_test": c.SelfTest, "station_audio_off": c.SwitchAudioOff}


@pytest.mark.parametrize("name", STATION_BUTTONS)
def test_the_station_page_offers_each_what_they_may(qtbot, name):
    page = StationPage()
    qtbot.addWidget(page)
    button = page.findChild(QAbstractButton, name)
    for who in (OFFICE_VIEW, NURSE_VIEW, LEAD, None):
        page.render(make_station(operator=who))
        reason = why_not(who, STATION_BUTTONS[name])
        assert (button.isEnabled(), button.toolTip()) == (not reason, reason)


def test_only_who_may_add_a_monitor_is_asked_to(qtbot):
    page = StationPage()
    qtbot.addWidget(page)
    told = {}
    for who in (NURSE_VIEW, LEAD):
        page.render(make_station(operator=who))
        told[who] = page.findChild(QLabel, "station_monitors_note").text()
    assert told == {
        NURSE_VIEW: "Monitors are set up by a lead nurse or a clinician: ask one to sign in.",
        LEAD: "No monitor is set up yet. Add one here.",
    }


def test_an_audio_off_of_a_lead_nurse_is_ended_by_every_nurse_and_by_no_office_staff(qtbot):
    strip, page = StationStrip(), AudioOffPage()
    for widget in (strip, page):
        qtbot.addWidget(widget)
    off = AudioView(state=AudioState.OFF, by="J. Okafor RN", reason="The bedside monitors sound")
    for who in (OFFICE_VIEW, NURSE_VIEW):
        for widget, name in ((strip, "station_strip_sound_on"), (page, "audio_off_on")):
            widget.render(make_station(operator=who, audio=off))
            assert widget.findChild(QAbstractButton, name).isEnabled() is may(who, c.SwitchAudioOn)


def test_office_staff_are_not_offered_the_day_s_test_and_read_who_looks_after_whom(desk):
    assert desk.find("alarm_test").isVisible()
    _comes(desk)
    assert desk.find("alarm_test").isHidden()
    desk.window.open("nurses")
    assert not desk.find("nurses_of_2").isEnabled()
    assert desk.text("nurses_why_not") == NOT_A_VISIT
