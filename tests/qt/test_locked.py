"""A station that was left alone: it locks itself, says so, hides who its patients are, and alarms are answered by PIN."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from nursestation.config.display import BoardSettings, ColourSettings, DisplaySettings, WallSettings, WaveSettings
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.inputs import StaffSeen
from nursestation.core.snapshot import AudioState
from nursestation.ui.alarms.bar import AlarmBar
from nursestation.ui.display_notes import notes
from tests.helpers.visit import CLINICIAN, CLINICIAN_PIN, NURSE, NURSE_PIN
from tests.helpers.window_desk import OFFICE, OFFICE_PIN, attended_desk

LOCK_AFTER_S = 600


@pytest.fixture
def desk(qtbot, tmp_path):
    made = attended_desk(qtbot, tmp_path, lock_after_s=LOCK_AFTER_S)
    yield made
    made.window.close()


def _leave(desk):
    desk.clinic.run(LOCK_AFTER_S, {"spo2": 82.0}, every_s=5)
    desk.look()


def _conditions(desk):
    return {one.id: one.acknowledged for one in desk.snapshot.conditions}


def test_a_station_left_alone_says_so_and_tells_no_more_of_the_patient_than_initials(desk):
    assert desk.find("locked_note").isHidden()
    assert "72 kg" in desk.text("header_ident")
    assert desk.find("header_driver").accessibleDescription()
    _leave(desk)
    assert desk.text("locked_note") == "Locked after 10 min · sign in to act"
    assert (desk.text("header_who"), desk.text("header_ident")) == ("J. K.", "sign in to see who")
    assert not desk.find("header_driver").accessibleDescription()
    assert desk.text("spo2_value").startswith("8")
    assert "SpO₂" in desk.text("alarm_text")
    assert desk.find("lock").isHidden()


def test_a_station_that_somebody_locked_does_not_say_that_it_did_so_itself(desk):
    desk.press("lock")
    assert desk.text("locked_note") == "Locked · sign in to act"
    assert desk.window.page_name == "chair"


def test_keys_touches_and_a_moved_mouse_keep_it_open_told_at_most_every_ten_seconds(qtbot, desk):
    handle = desk.window.windowHandle()

    def told():
        return sum(isinstance(item, StaffSeen) for item in desk.sent)

    for _ in range(3):
        QTest.keyClick(handle, Qt.Key.Key_Shift)
    assert told() == 1
    desk.clinic.clock.advance(9.9)
    QTest.keyClick(handle, Qt.Key.Key_Shift)
    assert told() == 1
    desk.clinic.clock.advance(0.2)
    QTest.mouseMove(handle, QPoint(700, 400))
    assert told() == 2
    desk.clinic.clock.advance(11)
    QTest.mouseMove(handle, QPoint(703, 401))  # the table trembles
    assert told() == 2
    desk.clinic.clock.advance(LOCK_AFTER_S - 12)
    QTest.keyClick(handle, Qt.Key.Key_Shift)
    desk.clinic.wait(LOCK_AFTER_S - 1)
    assert desk.snapshot.operator is not None


def test_an_alarm_is_acknowledged_by_pin_and_the_station_stays_locked(desk):
    _leave(desk)
    condition = desk.window.findChild(AlarmBar).shown.condition
    assert not _conditions(desk)[condition]
    desk.press("acknowledge")
    assert desk.find("by_pin").isVisible()
    assert desk.text("by_pin_what").startswith("Acknowledge · Chair 2 · ")
    assert desk.find("alarm_bar").isVisible()
    assert desk.find("by_pin_who").currentData() == NURSE  # who was here last
    assert not desk.find("by_pin_send").isEnabled()
    desk.write("by_pin_pin", "0a0b0c0d0e1")  # letters struck by mistake are no try
    assert desk.find("by_pin_pin").text() == "000001"
    desk.press("by_pin_send")
    assert desk.text("by_pin_told") == "The PIN does not fit R. Alvarez RN: try again."
    assert desk.find("by_pin_pin").text() == ""
    for digit in CLINICIAN_PIN:
        desk.press(f"by_pin_pad_{digit}")
    who = desk.find("by_pin_who")
    who.setCurrentIndex(who.findData(CLINICIAN))
    desk.press("by_pin_send")
    assert _conditions(desk)[condition]
    assert desk.find("by_pin").isHidden()
    assert desk.snapshot.operator is None
    assert desk.clinic.of(r.ConditionAcknowledged)[-1].operator == CLINICIAN


def test_the_sound_is_paused_by_pin_and_office_staff_are_not_asked(qtbot, desk):
    _leave(desk)
    with qtbot.waitActive(desk.window):
        desk.window.activateWindow()
    qtbot.keyClick(desk.window, Qt.Key.Key_F11)
    qtbot.waitUntil(desk.find("by_pin").isVisible, timeout=2000)
    assert desk.text("by_pin_what") == "Pause the alarm sound"
    assert desk.find("by_pin_who").findData(OFFICE) == -1
    desk.write("by_pin_pin", NURSE_PIN)
    qtbot.keyClick(desk.find("by_pin_pin"), Qt.Key.Key_Return)
    desk.look()
    assert desk.snapshot.audio.state is AudioState.PAUSED
    assert desk.find("by_pin").isHidden()


def test_not_now_leaves_the_alarm_as_it_is_and_forgets_the_pin(qtbot, desk):
    _leave(desk)
    before = _conditions(desk)
    desk.press("acknowledge")
    desk.write("by_pin_pin", NURSE_PIN)
    qtbot.keyClick(desk.find("by_pin_pin"), Qt.Key.Key_Escape)
    assert desk.find("by_pin").isHidden()
    assert desk.find("by_pin_pin").text() == ""
    assert _conditions(desk) == before


def test_who_may_not_answer_alarms_lets_somebody_else_do_it_by_pin(desk):
    desk.clinic.do(c.SignIn(operator_id=OFFICE, pin=OFFICE_PIN))
    desk.look()
    desk.press("acknowledge")
    desk.write("by_pin_pin", NURSE_PIN)
    desk.press("by_pin_send")
    assert desk.clinic.of(r.ConditionAcknowledged)[-1].operator == NURSE
    assert desk.snapshot.operator.id == OFFICE


def test_who_is_signed_in_is_asked_for_no_pin(desk):
    desk.press("acknowledge")
    assert desk.find("by_pin").isHidden()
    assert desk.clinic.of(r.ConditionAcknowledged)[-1].operator == NURSE


@pytest.mark.parametrize("page", ["chair", "board", "due", "alarm_log", "station"])
def test_somebody_takes_over_with_two_taps_and_a_pin_and_the_page_stays(desk, page):
    desk.window.open(page)
    desk.press("operator")
    assert desk.text("sign_in_title") == "Who takes over?"
    assert desk.window.findChild(type(desk.find("lock")), f"sign_in_operator_{NURSE}") is None
    desk.press(f"sign_in_operator_{CLINICIAN}")
    desk.write("sign_in_pin", CLINICIAN_PIN)
    desk.press("sign_in_button")
    assert desk.snapshot.operator.id == CLINICIAN
    assert desk.window.page_name == page
    assert desk.text("operator") == "Sam Okafor MD"


def test_taking_over_can_be_left_and_a_wrong_pin_changes_nothing(desk):
    desk.window.open("due")
    desk.press("operator")
    desk.press(f"sign_in_operator_{CLINICIAN}")
    desk.write("sign_in_pin", "000001")
    desk.press("sign_in_button")
    assert desk.snapshot.operator.id == NURSE
    assert "does not fit Sam Okafor MD" in desk.text("sign_in_problem")
    desk.press("sign_in_cancel")
    assert desk.window.page_name == "due"


def test_a_station_that_locks_itself_meanwhile_leads_who_comes_to_the_chairs(desk):
    desk.window.open("monitors")
    desk.press("operator")
    _leave(desk)
    assert desk.text("sign_in_title") == "Locked"
    desk.press(f"sign_in_operator_{CLINICIAN}")
    desk.write("sign_in_pin", CLINICIAN_PIN)
    desk.press("sign_in_button")
    assert desk.window.page_name == "chair"


def test_what_changes_how_patients_are_told_is_noted_with_both_values():
    before = DisplaySettings()
    after = DisplaySettings(
        theme="light",
        board=BoardSettings(face="number", columns=2),
        wall=WallSettings(is_open=True),
        wave=(WaveSettings(metric="resp", shown=False),),
        colours=ColourSettings(heart_rate="lime"),
    )
    assert [(one.setting, one.before, one.after) for one in notes(before, after)] == [
        ("patients on the page of all chairs", "initials", "chair numbers"),
        ("wall view", "closed", "open"),
        ("waves left out", "none", "breathing"),
        ("colour of heart rate", "green", "lime"),
    ]
    assert notes(after, after.model_copy(update={"theme": "dark"})) == ()


def test_a_setting_that_is_changed_on_the_screen_stands_in_the_record(desk):
    desk.shell.display.change(colours=ColourSettings(heart_rate="lime"))
    (noted,) = desk.clinic.of(r.SettingChanged)
    assert (noted.operator, noted.setting, noted.after) == (NURSE, "colour of heart rate", "lime")
    desk.press("lock")
    desk.shell.display.change(colours=ColourSettings(heart_rate="teal"))
    assert len(desk.clinic.of(r.SettingChanged)) == 1
