from dataclasses import replace
from datetime import UTC

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from nursestation.core import commands as c
from nursestation.core.model import ConfirmedHow, Driver, GateState, Phase
from nursestation.ui.checkin.page import CheckInPage
from nursestation.ui.layouts import keep_tab_order
from tests.helpers.station_views import (
    BASELINE,
    CLINICIAN,
    DRIVER,
    EXCLUSIONS,
    HOUR_NS,
    MINUTE_NS,
    NOW,
    PATIENT,
    make_chair,
    make_gates,
    make_station,
    make_visit,
)

ALL_MET = dict.fromkeys(
    (
        "identity",
        "consent",
        "fasting_food",
        "fasting_drink",
        "exclusions",
        "driver",
        "baseline",
        "bp_ceiling",
        "monitors",
    ),
    GateState.MET,
)


@pytest.fixture
def page(qtbot):
    made = CheckInPage(UTC)
    qtbot.addWidget(made)
    made.resize(1024, 706)
    made.show_chair(2)
    made.show()
    return made


@pytest.fixture
def sent(page):
    commands = []
    page.command_requested.connect(commands.append)
    return commands


def find(page, name):
    widget = page.findChild(QWidget, name)
    assert widget is not None, name
    return widget


def press(qtbot, page, name):
    button = find(page, name)
    qtbot.waitUntil(lambda: button.isVisibleTo(page), timeout=2000)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def fill_patient(page):
    for name, text in (
        ("given_name", "Jonas"),
        ("family_name", "Keller"),
        ("birth_date", "1984-03-09"),
        ("record_number", "MR-204471"),
        ("weight", "72"),
        ("allergies", "penicillin"),
    ):
        find(page, f"check_in_{name}").setText(text)


def test_a_patient_is_checked_in_on_a_protocol(qtbot, page, sent):
    page.render(make_station())
    fill_patient(page)
    assert not find(page, "check_in_open").isEnabled()
    assert find(page, "check_in_patient_problem").text() == "Choose a protocol."
    press(qtbot, page, "check_in_protocol_depression-iv")
    press(qtbot, page, "check_in_open")
    assert sent == [c.CheckIn(chair=2, patient=PATIENT, protocol="depression-iv")]


def test_nobody_signed_in_cannot_open_a_visit(page):
    page.render(make_station(operator=None))
    fill_patient(page)
    assert not find(page, "check_in_open").isEnabled()
    assert find(page, "check_in_patient_problem").text() == "Sign in first."


def test_a_new_snapshot_touches_neither_text_nor_focus(qtbot, page):
    page.render(make_station())
    field = find(page, "check_in_family_name")
    field.setFocus()
    qtbot.keyClicks(field, "Kel")
    field.setCursorPosition(1)
    page.render(make_station(at=NOW.shifted(HOUR_NS)))
    assert (field.text(), field.cursorPosition(), field.hasFocus()) == ("Kel", 1, True)


def test_a_look_at_another_chair_keeps_the_draft_and_its_own_form_is_empty(page):
    page.render(make_station())
    fill_patient(page)
    page.show_chair(1)
    page.show_chair(2)
    page.render(make_station())
    assert find(page, "check_in_given_name").text() == "Jonas"
    page.show_chair(1)
    page.render(make_station(make_chair(number=1), make_chair()))
    assert find(page, "check_in_given_name").text() == ""


def test_identity_and_consent_are_one_tap_each(qtbot, page, sent):
    page.render(make_station(make_chair(make_visit())))
    press(qtbot, page, "check_in_gate_identity_answer")
    press(qtbot, page, "check_in_gate_consent_answer")
    assert sent == [c.ConfirmIdentity(chair=2), c.RecordConsent(chair=2)]


def test_fasting_is_recorded_with_running_clocks(qtbot, page, sent):
    page.render(make_station(make_chair(make_visit())))
    qtbot.keyClicks(find(page, "check_in_food_time"), "7:30")
    qtbot.keyClicks(find(page, "check_in_drink_time"), "23:00")
    assert find(page, "check_in_drink_yesterday").isChecked()
    assert find(page, "check_in_food_clock").text() == "07:30 · 6:30 h fasted"
    page.render(make_station(make_chair(make_visit()), at=NOW.shifted(12 * MINUTE_NS)))
    assert find(page, "check_in_food_clock").text() == "07:30 · 6:42 h fasted"
    press(qtbot, page, "check_in_fasting_record")
    food, drink = NOW.utc_ns - 6 * HOUR_NS - 30 * MINUTE_NS, NOW.utc_ns - 15 * HOUR_NS
    assert sent == [c.RecordFasting(chair=2, last_food_utc_ns=food, last_drink_utc_ns=drink)]


def test_none_of_the_exclusions_takes_two_deliberate_presses(qtbot, page, sent):
    page.render(make_station(make_chair(make_visit())))
    press(qtbot, page, "check_in_gate_exclusions_answer")
    assert not find(page, "check_in_exclusions_record").isEnabled()
    press(qtbot, page, "check_in_exclusions_none")
    assert sent == []
    press(qtbot, page, "check_in_exclusion_8_yes")
    press(qtbot, page, "check_in_exclusions_record")
    assert sent == [c.AnswerExclusions(chair=2, answers=tuple((text, text == EXCLUSIONS[8]) for text in EXCLUSIONS))]


def test_an_answered_gate_folds_and_the_next_one_opens(qtbot, page):
    page.render(make_station(make_chair(make_visit())))
    press(qtbot, page, "check_in_gate_exclusions_answer")
    press(qtbot, page, "check_in_exclusions_none")
    press(qtbot, page, "check_in_exclusions_record")
    assert not find(page, "check_in_exclusions_record").isVisibleTo(page)
    assert find(page, "check_in_driver_name").isVisibleTo(page)


def test_a_driver_is_named_and_confirmed_in_one_go(qtbot, page, sent):
    page.render(make_station(make_chair(make_visit())))
    press(qtbot, page, "check_in_gate_driver_answer")
    find(page, "check_in_driver_name").setText("Maria K.")
    find(page, "check_in_driver_relation").setText("sister")
    find(page, "check_in_driver_phone").setText("555 010 0192")
    assert not find(page, "check_in_driver_confirm").isEnabled(), "nothing is claimed by default"
    assert find(page, "check_in_driver_problem").text() == "Choose how you know that this driver comes."
    press(qtbot, page, "check_in_driver_how_by_phone")
    press(qtbot, page, "check_in_driver_confirm")
    assert sent == [c.NameDriver(chair=2, driver=DRIVER), c.ConfirmDriver(chair=2, how=ConfirmedHow.BY_PHONE)]


def test_a_driver_on_record_is_masked_and_changed_only_on_purpose(qtbot, page, sent):
    visit = make_visit(driver=DRIVER, gates=make_gates(driver=GateState.UNMET))
    page.render(make_station(make_chair(visit)))
    press(qtbot, page, "check_in_gate_driver_answer")
    phone = find(page, "check_in_driver_phone")
    assert phone.text() == "••• ••• 0192"
    assert phone.isReadOnly()
    press(qtbot, page, "check_in_driver_how_seen_in_person")
    press(qtbot, page, "check_in_driver_confirm")
    assert sent == [c.ConfirmDriver(chair=2, how=ConfirmedHow.SEEN_IN_PERSON)]
    press(qtbot, page, "check_in_gate_driver_answer")
    press(qtbot, page, "check_in_driver_change")
    assert find(page, "check_in_driver_how").value() is None, "what was known of one driver is not known of another"
    assert phone.text() == ""
    assert not find(page, "check_in_driver_confirm").isEnabled()


def test_what_somebody_types_of_a_driver_is_not_overwritten_by_the_record(page):
    page.render(make_station(make_chair(make_visit())))
    find(page, "check_in_driver_name").setText("Tom")
    page.render(make_station(make_chair(make_visit(driver=Driver("Maria K.", "sister", "555 010 0192")))))
    assert find(page, "check_in_driver_name").text() == "Tom"


def test_baseline_begins_and_is_taken(qtbot, page, sent):
    page.render(make_station(make_chair(make_visit())))
    press(qtbot, page, "check_in_begin_baseline")
    page.render(make_station(make_chair(make_visit(Phase.BASELINE))))
    assert not find(page, "check_in_take_baseline").isEnabled()
    assert find(page, "check_in_baseline_missing").text() == "take 2 cuff readings 1 to 5 minutes apart"
    page.render(make_station(make_chair(make_visit(Phase.BASELINE, baseline_ready=""))))
    press(qtbot, page, "check_in_take_baseline")
    assert sent == [c.BeginBaseline(chair=2), c.TakeBaseline(chair=2)]


def test_the_start_waits_for_the_core_and_lists_what_is_missing(qtbot, page, sent):
    unmet = make_visit(Phase.BASELINE, gates=make_gates(**(ALL_MET | {"driver": GateState.UNMET})))
    page.render(make_station(make_chair(unmet)))
    assert not find(page, "check_in_start").isEnabled()
    assert find(page, "check_in_missing").text() == "Still missing: Driver confirmed."
    ready = replace(unmet, gates=make_gates(**ALL_MET), may_start=True, baseline=BASELINE)
    page.render(make_station(make_chair(ready)))
    press(qtbot, page, "check_in_start")
    assert sent == [c.StartInfusion(chair=2, dose_text="IV 36 mg over 40 min (0.5 mg/kg)")]


def test_a_dose_that_was_typed_stays(page):
    visit = make_visit(Phase.BASELINE, may_start=True, baseline=BASELINE)
    page.render(make_station(make_chair(visit)))
    dose = find(page, "check_in_dose")
    dose.setText("IV 30 mg over 45 min")
    page.render(make_station(make_chair(visit), at=NOW.shifted(HOUR_NS)))
    assert dose.text() == "IV 30 mg over 45 min"
    dose.clear()
    assert not find(page, "check_in_start").isEnabled()


def test_a_started_visit_closes_the_page(qtbot, page):
    page.render(make_station(make_chair(make_visit(Phase.BASELINE))))
    with qtbot.waitSignal(page.closed, timeout=1000):
        page.render(make_station(make_chair(make_visit(Phase.INFUSION))))


def test_a_gate_is_overridden_by_a_clinician_and_a_wrong_pin_asks_again(qtbot, page, sent):
    visit = make_visit(Phase.BASELINE, gates=make_gates(**(ALL_MET | {"fasting_food": GateState.UNMET})))
    page.render(make_station(make_chair(visit)))
    press(qtbot, page, "check_in_override")
    find(page, "check_in_override_reason").setText("clear tea only")
    press(qtbot, page, "check_in_override_clinician_op-3")
    qtbot.keyClicks(find(page, "check_in_override_pin"), "135791")
    press(qtbot, page, "check_in_override_send")
    expected = c.OverrideGate(
        chair=2, gate="fasting_food", reason="clear tea only", clinician_id=CLINICIAN.id, pin="135791"
    )
    assert sent == [expected]
    page.refused("That PIN does not fit.")
    page.render(make_station(make_chair(visit)))
    assert find(page, "check_in_override_notice").text() == "That PIN does not fit."
    assert find(page, "check_in_override_pin").text() == ""
    assert find(page, "check_in_override_reason").text() == "clear tea only"
    qtbot.keyClicks(find(page, "check_in_override_pin"), "135791")
    press(qtbot, page, "check_in_override_send")
    waived = replace(visit, gates=make_gates(**(ALL_MET | {"fasting_food": GateState.OVERRIDDEN})))
    page.render(make_station(make_chair(waived)))
    assert not find(page, "check_in_override_sheet").isVisibleTo(page)


def test_a_refusal_is_said_on_the_page(qtbot, page):
    page.render(make_station(make_chair(make_visit())))
    page.refused("The chair is taken.")
    assert find(page, "check_in_message").text() == "The chair is taken."
    press(qtbot, page, "check_in_gate_identity_answer")
    assert not find(page, "check_in_message").isVisibleTo(page)


def test_end_early_opens_the_sheet(qtbot, page):
    page.render(make_station(make_chair(make_visit())))
    with qtbot.waitSignal(page.sheet_requested, timeout=1000) as asked:
        press(qtbot, page, "check_in_end_early")
    assert asked.args == ["end_early"]


def test_opening_the_visit_leads_on_to_the_first_gate(qtbot, page):
    page.render(make_station())
    page.begin()
    page.render(make_station(make_chair(make_visit())))
    assert page.focusWidget().objectName() == "check_in_gate_identity_answer"


def test_the_last_answer_leads_on_to_the_baseline(qtbot, page):
    page.render(make_station(make_chair(make_visit(gates=make_gates(**(ALL_MET | {"driver": GateState.UNMET}))))))
    find(page, "check_in_driver_name").setText("Maria K.")
    find(page, "check_in_driver_relation").setText("sister")
    find(page, "check_in_driver_phone").setText("555 010 0192")
    press(qtbot, page, "check_in_driver_how_by_phone")
    press(qtbot, page, "check_in_driver_confirm")
    assert page.focusWidget().objectName() == "check_in_begin_baseline"


def stops(widget):
    """Return the names of the controls that the tab key goes to from `widget`, in turn, until it is back."""
    names, at = [], widget.nextInFocusChain()
    while at is not widget:
        if at.focusPolicy() & Qt.FocusPolicy.TabFocus and at.objectName().startswith("check_in_") and at.isEnabled():
            names.append(at.objectName())
        at = at.nextInFocusChain()
    return names


def test_the_tab_key_goes_through_the_patients_form_as_the_eye_does(page):
    page.render(make_station())
    keep_tab_order(page)  # as the window does when it brings a page
    onward = stops(find(page, "check_in_allergies"))
    assert onward[0].startswith("check_in_protocol_"), "the protocols were made after the rest of the page"


def test_the_tab_key_goes_from_gate_to_gate_and_through_the_form_between_them(page):
    page.render(make_station(make_chair(make_visit())))
    onward = stops(find(page, "check_in_gate_fasting_food_answer"))
    wanted = ["check_in_food_time", "check_in_drink_time", "check_in_gate_exclusions_answer", "check_in_exclusion_0_no"]
    wanted += ["check_in_gate_driver_answer", "check_in_driver_name"]
    assert [name for name in onward if name in wanted] == wanted
