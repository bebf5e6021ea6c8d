from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QWidget

from nursestation.core import commands as c
from nursestation.core.model import GateState, Patient, Phase, Role, SeriesPlace, VisitKind
from nursestation.ui import theme
from nursestation.ui.layouts import keep_tab_order
from tests.helpers.hands import find, press, sent_by, shown_check_in
from tests.helpers.station_views import (
    BASELINE,
    CLINICIAN,
    DRIVER,
    HOUR_NS,
    LEAD,
    NOW,
    NURSE,
    PATIENT,
    make_chair,
    make_gates,
    make_station,
    make_visit,
)

PLAIN = (
    "identity",
    "consent",
    "fasting_food",
    "fasting_drink",
    "exclusions",
    "driver",
    "baseline",
    "bp_ceiling",
    "monitors",
)
ASKED = ("weight", "allergies", "pregnancy", "medicines", "referral", "available", "checks", "baseline_scores")
ALL_MET = dict.fromkeys(PLAIN, GateState.MET)


@pytest.fixture
def page(qtbot):
    return shown_check_in(qtbot)


@pytest.fixture
def sent(page):
    return sent_by(page)


def in_front(page):
    """The title of the question that is asked now."""
    return find(page, "check_in_question_title").text()


def fill_patient(page):
    for name, text in (
        ("given_name", "Jonas"),
        ("family_name", "Keller"),
        ("birth_date", "1984-03-09"),
        ("record_number", "MR-204471"),
        ("patient_weight", "72"),
        ("patient_allergies", "penicillin"),
    ):
        find(page, f"check_in_{name}").setText(text)


# --- the patient --------------------------------------------------------------------------------------------------


def test_a_patient_is_checked_in_on_a_protocol(qtbot, page, sent):
    page.render(make_station())
    fill_patient(page)
    assert not find(page, "check_in_open").isEnabled()
    assert find(page, "check_in_patient_problem").text() == "Choose a protocol."
    press(qtbot, page, "check_in_protocol_depression-iv")
    press(qtbot, page, "check_in_open")
    assert sent == [
        c.CheckIn(chair=2, patient=PATIENT, protocol="depression-iv", series=SeriesPlace(VisitKind.COURSE, 1, 6))
    ]


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


# --- the board ----------------------------------------------------------------------------------------------------


def test_every_gate_is_in_sight_at_once_and_big_enough_for_a_finger(page):
    every = dict.fromkeys((*PLAIN, *ASKED), GateState.UNKNOWN)
    page.render(make_station(make_chair(make_visit(gates=make_gates(**every)))))
    seen = QRect(QPoint(0, 0), page.size())
    for name in (*PLAIN, *ASKED, "start"):
        tile = find(page, f"check_in_gate_{name}")
        spot = QRect(tile.mapTo(page, QPoint(0, 0)), tile.size())
        assert seen.contains(spot), name
        assert tile.visibleRegion().boundingRect().size() == tile.size(), f"{name} is covered"
        assert tile.height() >= theme.TOUCH


def test_a_tap_on_a_gate_brings_its_question_and_its_evidence(qtbot, page):
    page.render(make_station(make_chair(make_visit())))
    assert in_front(page) == "Identity checked"
    press(qtbot, page, "check_in_gate_driver")
    assert in_front(page) == "Driver confirmed"
    assert find(page, "check_in_question_detail").text() == "Nobody is named yet"
    assert find(page, "check_in_driver_name").isVisibleTo(page)
    assert not find(page, "check_in_identity_both").isVisibleTo(page)


def test_evidence_says_who_gave_it_and_when(page):
    gates = list(make_gates(identity=GateState.MET))
    gates[0] = replace(gates[0], detail="name and date of birth", by="R. Alvarez RN", at_utc_ns=NOW.utc_ns)
    page.render(make_station(make_chair(make_visit(gates=tuple(gates)))))
    told = find(page, "check_in_gate_identity_detail").text().replace("\N{NO-BREAK SPACE}", " ")
    assert told == "name and date of birth · R. Alvarez RN 14:00"


def test_an_answer_brings_the_next_gate_that_stands_in_the_way(qtbot, page):
    gates = make_gates(consent=GateState.MET, fasting_food=GateState.OVERRIDDEN)
    page.render(make_station(make_chair(make_visit(gates=gates))))
    press(qtbot, page, "check_in_identity_both")
    assert in_front(page) == "No drink for 2 h", "what is met or overridden is passed over"


def test_a_gate_that_waits_for_its_clock_is_passed_over(qtbot, page):
    gates = tuple(
        replace(gate, opens_in_s=600.0) if gate.id.startswith("fasting") else gate
        for gate in make_gates(consent=GateState.MET)
    )
    page.render(make_station(make_chair(make_visit(gates=gates))))
    press(qtbot, page, "check_in_identity_both")
    assert in_front(page) == "No exclusion"


def test_the_last_answer_brings_the_start(qtbot, page):
    gates = make_gates(**(ALL_MET | {"identity": GateState.UNMET}))
    page.render(make_station(make_chair(make_visit(gates=gates))))
    press(qtbot, page, "check_in_identity_both")
    assert in_front(page) == "Start"


def test_a_question_is_left_for_later_without_an_answer(qtbot, page, sent):
    page.render(make_station(make_chair(make_visit())))
    press(qtbot, page, "check_in_skip")
    assert (in_front(page), sent) == ("Consent on file", [])


def test_a_new_snapshot_changes_no_question(qtbot, page):
    page.render(make_station(make_chair(make_visit())))
    press(qtbot, page, "check_in_gate_exclusions")
    page.render(make_station(make_chair(make_visit(gates=make_gates(exclusions=GateState.MET)))))
    assert in_front(page) == "No exclusion"


def test_a_refusal_is_said_on_the_page_and_brings_the_question_back(qtbot, page):
    page.render(make_station(make_chair(make_visit())))
    press(qtbot, page, "check_in_gate_fasting_food")
    find(page, "check_in_food_time").setText("7:30")
    find(page, "check_in_drink_time").setText("9:30")
    press(qtbot, page, "check_in_fasting_record")
    assert in_front(page) == "No exclusion"
    page.refused("Last food and drink cannot lie in the future: check the times.")
    assert find(page, "check_in_message").isVisibleTo(page)
    assert in_front(page) == "No food for 6 h"
    assert find(page, "check_in_food_time").text() == "7:30", "nothing that was typed is lost"
    press(qtbot, page, "check_in_fasting_record")
    assert not find(page, "check_in_message").isVisibleTo(page)


def test_nobody_signed_in_answers_nothing(qtbot, page, sent):
    page.render(make_station(make_chair(make_visit()), operator=None))
    assert not find(page, "check_in_identity_both").isEnabled()
    press(qtbot, page, "check_in_identity_both")
    assert sent == []


# --- the start ----------------------------------------------------------------------------------------------------


def test_the_start_waits_for_the_core_and_lists_what_is_missing(qtbot, page, sent):
    unmet = make_visit(Phase.BASELINE, gates=make_gates(**(ALL_MET | {"driver": GateState.UNMET})))
    page.render(make_station(make_chair(unmet)))
    press(qtbot, page, "check_in_gate_start")
    assert not find(page, "check_in_start").isEnabled()
    assert find(page, "check_in_missing").text() == "Still missing: Driver confirmed."
    ready = replace(unmet, gates=make_gates(**ALL_MET), may_start=True, baseline=BASELINE)
    page.render(make_station(make_chair(ready)))
    press(qtbot, page, "check_in_start")
    assert sent == [c.StartInfusion(chair=2, dose_text="IV 36 mg over 40 min (0.5 mg/kg)")]


def ready_chair(number=2, patient=PATIENT):
    visit = make_visit(Phase.BASELINE, patient=patient, gates=make_gates(**ALL_MET), may_start=True, baseline=BASELINE)
    return make_chair(replace(visit, session=f"session-{number}"), number=number)


def test_the_start_names_chair_and_patient_and_takes_one_tap(qtbot, page, sent):
    stranger = Patient("Tom", "Sandoval", PATIENT.birth_date, "MR-9", 80.0)
    page.render(make_station(ready_chair(), ready_chair(3, stranger)))
    press(qtbot, page, "check_in_gate_start")
    assert "Chair 2 · J. K. · born 9 March 1984" in find(page, "check_in_start").text()
    press(qtbot, page, "check_in_start")
    assert len(sent) == 1


@pytest.mark.parametrize(
    "other",
    [
        Patient("Anna", "Keller", PATIENT.birth_date.replace(year=1990), "MR-9", 80.0),
        Patient("Anna", "Kellner", PATIENT.birth_date.replace(year=1990), "MR-9", 80.0),
        Patient("Julia", "Koch", PATIENT.birth_date, "MR-9", 80.0),
    ],
)
def test_a_similar_name_in_another_chair_wants_a_second_tap(qtbot, page, sent, other):
    page.render(make_station(ready_chair(), ready_chair(3, other)))
    press(qtbot, page, "check_in_gate_start")
    assert f"{other.full_name} is in chair 3" in find(page, "check_in_start_warning").text()
    press(qtbot, page, "check_in_start")
    assert sent == []
    page.render(make_station(ready_chair(), ready_chair(3, other)))
    press(qtbot, page, "check_in_start")
    assert [type(command) for command in sent] == [c.StartInfusion]


def test_the_first_tap_does_not_outlive_a_look_at_another_question(qtbot, page, sent):
    other = Patient("Anna", "Keller", PATIENT.birth_date, "MR-9", 80.0)
    page.render(make_station(ready_chair(), ready_chair(3, other)))
    press(qtbot, page, "check_in_gate_start")
    press(qtbot, page, "check_in_start")
    press(qtbot, page, "check_in_gate_consent")
    press(qtbot, page, "check_in_gate_start")
    press(qtbot, page, "check_in_start")
    assert sent == []


def test_a_dose_that_was_typed_stays(qtbot, page):
    visit = make_visit(Phase.BASELINE, may_start=True, baseline=BASELINE)
    page.render(make_station(make_chair(visit)))
    press(qtbot, page, "check_in_gate_start")
    dose = find(page, "check_in_dose")
    dose.setText("IV 30 mg over 45 min")
    page.render(make_station(make_chair(visit), at=NOW.shifted(HOUR_NS)))
    assert dose.text() == "IV 30 mg over 45 min"
    dose.clear()
    assert not find(page, "check_in_start").isEnabled()


def test_the_dose_follows_the_weight_of_today(page):
    visit = make_visit(Phase.BASELINE, may_start=True)
    page.render(make_station(make_chair(visit)))
    page.render(make_station(make_chair(replace(visit, weight_kg=80.0))))
    assert find(page, "check_in_dose").text() == "IV 40 mg over 40 min (0.5 mg/kg)"


def test_a_started_visit_closes_the_page(qtbot, page):
    page.render(make_station(make_chair(make_visit(Phase.BASELINE))))
    with qtbot.waitSignal(page.closed, timeout=1000):
        page.render(make_station(make_chair(make_visit(Phase.INFUSION))))


# --- override, and the ways out -----------------------------------------------------------------------------------


def test_a_gate_is_overridden_by_a_clinician_and_a_wrong_pin_asks_again(qtbot, page, sent):
    visit = make_visit(
        Phase.BASELINE, gates=make_gates(**(ALL_MET | {"fasting_food": GateState.UNMET, "driver": GateState.UNMET}))
    )
    page.render(make_station(make_chair(visit)))
    press(qtbot, page, "check_in_gate_fasting_food")
    press(qtbot, page, "check_in_override")
    find(page, "check_in_override_reason").setText("clear tea only")
    press(qtbot, page, "check_in_override_clinician_op-3")
    qtbot.keyClicks(find(page, "check_in_override_pin"), "135791")
    press(qtbot, page, "check_in_override_send")
    expected = c.OverrideGate(
        chair=2, gate="fasting_food", reason="clear tea only", clinician_id=CLINICIAN.id, pin="135791"
    )
    assert sent == [expected], "the gate in front is the one that is overridden"
    page.refused("That PIN does not fit.")
    page.render(make_station(make_chair(visit)))
    assert find(page, "check_in_override_notice").text() == "That PIN does not fit."
    assert find(page, "check_in_override_pin").text() == ""
    assert find(page, "check_in_override_reason").text() == "clear tea only"
    qtbot.keyClicks(find(page, "check_in_override_pin"), "135791")
    press(qtbot, page, "check_in_override_send")
    waived = replace(
        visit, gates=make_gates(**(ALL_MET | {"fasting_food": GateState.OVERRIDDEN, "driver": GateState.UNMET}))
    )
    page.render(make_station(make_chair(waived)))
    assert not find(page, "check_in_override_sheet").isVisibleTo(page)
    assert in_front(page) == "Driver confirmed"


def test_a_gate_is_overridden_by_whom_the_protocol_names_and_by_a_clinician(qtbot, page):
    visit = make_visit(Phase.BASELINE, gates=make_gates(**(ALL_MET | {"fasting_food": GateState.UNMET})))
    gates = visit.protocol.gates.model_copy(update={"override_role": Role.LEAD_NURSE})
    page.render(make_station(make_chair(replace(visit, protocol=visit.protocol.model_copy(update={"gates": gates})))))
    press(qtbot, page, "check_in_gate_fasting_food")
    press(qtbot, page, "check_in_override")
    offered = {
        one.id: page.findChild(QWidget, f"check_in_override_clinician_{one.id}") for one in (NURSE, LEAD, CLINICIAN)
    }
    assert [key for key, button in offered.items() if button is not None] == [LEAD.id, CLINICIAN.id]


def test_no_override_is_offered_of_what_nobody_overrides(qtbot, page):
    page.render(make_station(make_chair(make_visit())))
    assert not find(page, "check_in_override").isVisibleTo(page), "identity"
    press(qtbot, page, "check_in_gate_driver")
    assert find(page, "check_in_override").isVisibleTo(page)


def test_end_early_opens_the_sheet(qtbot, page):
    page.render(make_station(make_chair(make_visit())))
    with qtbot.waitSignal(page.sheet_requested, timeout=1000) as asked:
        press(qtbot, page, "check_in_end_early")
    assert asked.args == ["end_early"]


# --- by keyboard alone --------------------------------------------------------------------------------------------


def stops(widget):
    """Return the names of the controls that the tab key goes to from `widget`, in turn, until it is back."""
    names, at = [], widget.nextInFocusChain()
    while at is not widget:
        is_stop = at.focusPolicy() & Qt.FocusPolicy.TabFocus and at.isVisible() and at.isEnabled()
        if is_stop and at.objectName().startswith("check_in_"):
            names.append(at.objectName())
        at = at.nextInFocusChain()
    return names


def test_the_tab_key_goes_through_the_patients_form_as_the_eye_does(qtbot, page):
    page.render(make_station())
    qtbot.waitUntil(find(page, "check_in_protocol_im").isVisible, timeout=1000)
    keep_tab_order(page)  # as the window does when it brings a page
    onward = stops(find(page, "check_in_record_number"))
    at = [name for name in onward if name.startswith("check_in_protocol_")]
    assert at, "the protocols were made after the rest of the page"
    assert onward.index(at[0]) < onward.index("check_in_close")


def test_the_tab_key_goes_from_a_gate_through_its_form_to_the_next_gate(qtbot, page):
    page.render(make_station(make_chair(make_visit(driver=None))))
    press(qtbot, page, "check_in_gate_fasting_food")
    onward = stops(find(page, "check_in_gate_fasting_food"))
    order = ["check_in_food_time", "check_in_drink_time", "check_in_gate_fasting_drink", "check_in_gate_exclusions"]
    assert [name for name in onward if name in order] == order


def test_the_cursor_is_where_typing_begins_and_never_on_a_button_that_sends(qtbot, page):
    page.render(make_station(make_chair(make_visit())))
    page.begin()
    assert page.focusWidget().objectName() == "check_in_gate_identity"
    press(qtbot, page, "check_in_gate_fasting_drink")
    assert page.focusWidget().objectName() == "check_in_food_time"


def test_a_visit_is_answered_by_keyboard_alone(qtbot, page, sent):
    page.render(make_station(make_chair(make_visit())))
    page.begin()
    qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: page.focusWidget().objectName() != "check_in_gate_identity", timeout=1000)
    while page.focusWidget().objectName() != "check_in_identity_both":
        qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Tab)
    qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Space)
    assert sent == [c.ConfirmIdentity(chair=2)]
    assert page.focusWidget().objectName() == "check_in_gate_consent"


def test_the_focus_stays_with_a_question_whose_button_goes(qtbot, page):
    page.render(make_station(make_chair(make_visit())))
    press(qtbot, page, "check_in_gate_baseline")
    press(qtbot, page, "check_in_begin_baseline")
    page.render(make_station(make_chair(make_visit(Phase.BASELINE))))
    assert page.focusWidget().objectName() == "check_in_gate_baseline"


def test_driver_of_the_record_is_shown_masked(qtbot, page):
    page.render(make_station(make_chair(make_visit(driver=DRIVER))))
    press(qtbot, page, "check_in_gate_driver")
    assert "0192" in find(page, "check_in_driver_facts").text()
    assert "555 010" not in find(page, "check_in_driver_facts").text()
