"""What one person has typed when another signs in: it stays, and says so before anybody sends it in another name."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from nursestation.config.load import load_preset
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.model import Role
from nursestation.paths import resource
from nursestation.ui.typed_by import NOTHING, Unsent
from tests.helpers.visit import CLINICIAN, CLINICIAN_PIN, NURSE, NURSE_PIN, PATIENT, handed_over, make_clinic
from tests.helpers.window_desk import WindowDesk

NURSES, CLINICIANS = "R. Alvarez RN", "Sam Okafor MD"
TOLD = f"Typed while {NURSES} was signed in. If you send it, it carries your name."
TOLD_BACK = TOLD.replace(NURSES, CLINICIANS)


@pytest.fixture
def desk(qtbot, tmp_path):
    """Return the window of a station whose chair 2 has an infusion running; the nurse is signed in."""
    clinic = make_clinic(preset=load_preset(resource("presets")))
    clinic.start()
    made = WindowDesk(qtbot, tmp_path, clinic)
    made.window.show_chair(2)
    made.look()
    yield made
    made.window.close()


def take_over(desk, who=CLINICIAN, pin=CLINICIAN_PIN):
    desk.press("operator")
    desk.press(f"sign_in_operator_{who}")
    desk.write("sign_in_pin", pin)
    desk.press("sign_in_button")
    assert desk.snapshot.operator.id == who
    desk.look()


def type_a_note(desk, words="wants a blanket"):
    desk.window.open("event")
    desk.press("event_part_other")
    desk.write("event_words", words)


def told(desk, name):
    label = desk.find(f"{name}_typed_by")
    return label.text() if not label.isHidden() else ""


def test_who_takes_over_is_told_whose_words_stand_there_and_signs_them_knowingly(desk):
    type_a_note(desk)
    assert told(desk, "event") == ""
    take_over(desk)
    assert desk.find("event_words").text() == "wants a blanket"
    assert told(desk, "event") == TOLD
    desk.press("event_add")
    noted = desk.clinic.of(r.Charted)[-1]
    assert (noted.text, noted.operator) == ("wants a blanket", CLINICIAN)
    desk.look()
    assert told(desk, "event") == ""


def test_a_sheet_that_holds_nothing_says_nothing(desk):
    desk.window.open("event")
    desk.press("event_part_other")
    desk.press("event_kind_medication")  # leads to the words, and is none
    take_over(desk)
    assert told(desk, "event") == ""
    assert desk.find("event_clear").isHidden()


@pytest.mark.parametrize("way", ["close", "escape"])
def test_who_closes_anothers_words_keeps_them_for_their_author(qtbot, desk, way):
    type_a_note(desk)
    take_over(desk)
    if way == "close":
        desk.press("event_close")
    else:
        qtbot.keyClick(desk.find("event_words"), Qt.Key.Key_Escape)
    assert not desk.find("event_sheet").isVisible()
    take_over(desk, NURSE, NURSE_PIN)
    desk.window.open("event")
    assert desk.find("event_words").text() == "wants a blanket"
    assert told(desk, "event") == ""
    desk.press("event_close")  # their own: forgotten, as ever
    desk.window.open("event")
    assert desk.find("event_words").text() == ""


def test_who_wants_none_of_it_clears_it(desk):
    type_a_note(desk)
    take_over(desk)
    desk.press("event_clear")
    assert desk.find("event_words").text() == ""
    assert told(desk, "event") == ""
    desk.press("event_part_other")
    desk.write("event_words", "asleep")
    desk.look()
    assert told(desk, "event") == ""


def test_what_both_have_typed_is_told_to_both(desk):
    type_a_note(desk)
    take_over(desk)
    desk.write("event_words", " and tea")
    desk.look()
    assert told(desk, "event") == f"Partly {TOLD[0].lower()}{TOLD[1:]}"
    take_over(desk, NURSE, NURSE_PIN)
    assert told(desk, "event") == f"Partly {TOLD_BACK[0].lower()}{TOLD_BACK[1:]}"


def test_the_words_are_told_after_a_lock_too(desk):
    type_a_note(desk)
    desk.press("lock")
    assert not desk.find("event_sheet").isVisible()
    desk.clinic.do(c.SignIn(operator_id=CLINICIAN, pin=CLINICIAN_PIN))
    desk.look()
    desk.window.open("event")
    assert told(desk, "event") == TOLD


def test_what_was_typed_for_one_patient_never_stands_before_the_next(desk):
    type_a_note(desk)
    desk.press("all_chairs")
    desk.clinic.do(handed_over("felt unwell"), c.FreeChair(chair=2))
    desk.clinic.do(c.CheckIn(chair=2, patient=PATIENT, protocol="depression_iv"))
    desk.look()
    desk.window.open("event")
    assert desk.find("event_words").text() == ""


def test_a_number_from_the_pad_and_a_choice_count_as_typed(desk):
    desk.window.open("vitals")
    desk.press("vitals_pad_9")
    take_over(desk)
    assert told(desk, "vitals") == TOLD
    desk.press("vitals_clear")
    desk.window.open("pause")
    desk.press("pause_reason_nausea")
    take_over(desk, NURSE, NURSE_PIN)
    assert told(desk, "pause") == TOLD_BACK


def test_alarm_limits_that_were_stepped_and_not_set_count_as_typed(desk):
    desk.window.open("limits")
    desk.press("limits_heart_rate_low_down")
    take_over(desk)
    assert told(desk, "limits") == TOLD
    desk.press("limits_clear")
    assert not desk.find("limits_send").isEnabled()


def test_who_may_chart_nothing_is_told_that_in_place_of_a_signature(desk):
    desk.clinic.do(c.AddOperator(name="Olga Ortiz", role=Role.OFFICE, pin="112358"))
    type_a_note(desk)
    take_over(desk, "o.ortiz", "112358")
    assert told(desk, "event") == f"Typed while {NURSES} was signed in."


def test_a_draft_of_check_in_tells_whose_it_is(desk):
    desk.window.show_chair(1)
    desk.window.open("check_in")
    desk.write("check_in_family_name", "Novak")
    take_over(desk)
    assert desk.find("check_in_family_name").text() == "Novak"
    assert told(desk, "check_in_patient") == TOLD
    take_over(desk, NURSE, NURSE_PIN)
    assert told(desk, "check_in_patient") == ""


def test_a_gates_draft_tells_whose_it_is(desk):
    other = replace(PATIENT, record_number="MRN-5000", family_name="Novak")
    desk.clinic.do(c.CheckIn(chair=1, patient=other, protocol="depression_iv"))
    desk.look()
    desk.window.show_chair(1)
    desk.window.open("check_in")
    desk.press("check_in_gate_weight")
    desk.write("check_in_weight", "71")
    desk.look()
    assert desk.text("check_in_question_draft") == "✎ Typed and kept, but not sent yet"
    take_over(desk)
    assert desk.text("check_in_question_draft") == f"✎ {TOLD}"


def test_a_discharge_half_answered_tells_who_did_so(desk):
    desk.clinic.do(c.StopInfusion(chair=2, reason="planned end"))
    desk.look()
    desk.window.open("discharge")
    desk.press("discharge_gait_more")
    desk.press("discharge_gait_steady_1")
    desk.look()
    assert told(desk, "discharge") == ""
    take_over(desk)
    assert told(desk, "discharge") == TOLD


def test_who_typed_is_who_was_signed_in_until_now():
    first = NOTHING.later({"words": "a"}, "a")
    assert first == Unsent({"words": "a"}, ("a",))
    assert first.later({"words": "a"}, "b") == first
    assert first.later({"words": "ab"}, "b").by == ("a", "b")
    assert first.later({"words": "ab"}, "b").later({"words": "abc"}, "a").by == ("a", "b")
    assert first.later({}, "b") == NOTHING
    assert NOTHING.later({"words": "a"}, "").by == ()
