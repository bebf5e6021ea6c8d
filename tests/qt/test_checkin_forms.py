"""Each question of the check-in: what a person taps or types becomes the command that says it, and nothing is said for them."""

from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget

from nursestation.core import commands as c
from nursestation.core.history import PastVisit, PatientHistory
from nursestation.core.model import (
    Companion,
    ConfirmedHow,
    Driver,
    GateState,
    MedicineAnswer,
    Phase,
    Pregnancy,
    ScoreKind,
    Transport,
)
from nursestation.core.protocols import MedicineRule
from nursestation.core.snapshot import ScoreView
from nursestation.ui import theme
from tests.helpers.hands import find, press, sent_by, shown_check_in
from tests.helpers.station_views import (
    DRIVER,
    EXCLUSIONS,
    HOUR_NS,
    MINUTE_NS,
    NOW,
    make_chair,
    make_gates,
    make_protocol,
    make_station,
    make_visit,
)

ASKED = ("weight", "allergies", "pregnancy", "medicines", "referral", "available", "checks", "baseline_scores")
MEDICINES = (
    MedicineRule(name="Lamotrigine", note_needed=True, ask="Which prescriber was asked?"),
    MedicineRule(name="Stimulant"),
)
CHECKS = ("Rescue equipment is ready", "The cuff is on the arm without the IV")


@pytest.fixture
def page(qtbot):
    return shown_check_in(qtbot)


@pytest.fixture
def sent(page):
    return sent_by(page)


def visit_asking(**changes):
    """A visit whose protocol asks for everything."""
    base = make_protocol()
    rules = base.gates.model_copy(
        update={
            "ask_weight": True,
            "ask_allergies": True,
            "ask_pregnancy": True,
            "medicines": MEDICINES,
            "referral": "asked",
            "available": True,
            "checks": CHECKS,
            "baseline_scores": (ScoreKind.MOAAS, ScoreKind.PAIN, ScoreKind.CADSS),
        }
    )
    protocol = base.model_copy(update={"gates": rules, **changes.pop("protocol", {})})
    gates = changes.pop("gates", make_gates(**dict.fromkeys(ASKED, GateState.UNKNOWN)))
    return make_visit(protocol=protocol, gates=gates, **changes)


def ask(qtbot, page, gate, visit=None, **station):
    page.render(make_station(make_chair(visit or visit_asking()), **station))
    press(qtbot, page, f"check_in_gate_{gate}")


def type_in(qtbot, page, name, text):
    find(page, name).clear()
    qtbot.keyClicks(find(page, name), text)


EVERY = (
    "identity", *ASKED, "consent", "fasting_food", "exclusions", "driver", "baseline", "monitors", "start",
)  # fmt: skip


@pytest.mark.parametrize("gate", EVERY)
def test_every_question_fits_beside_the_gates(qtbot, page, gate):
    known = visit_asking(
        driver=DRIVER,
        driver_confirmed=ConfirmedHow.BY_PHONE,
        driver_code="4821",
        protocol={"planned_allowed_min": (30, 90)},
    )
    for visit in (visit_asking(), known):
        ask(qtbot, page, gate, visit)
        qtbot.waitUntil(lambda: find(page, f"check_in_gate_{gate}").isChecked(), timeout=1000)
        QCoreApplication.processEvents()
        pane = find(page, "check_in_question")
        right = pane.mapTo(page, QPoint(pane.width(), 0)).x()
        for control in pane.findChildren(QAbstractButton) + pane.findChildren(QLineEdit):
            if control.isVisible():
                assert control.mapTo(page, QPoint(control.width(), 0)).x() <= right, control.objectName()
                assert control.height() >= theme.TOUCH, control.objectName()


# --- weight and allergies -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("button", "measured"), [("measured", True), ("told", False)])
def test_a_weight_says_whether_it_was_measured(qtbot, page, sent, button, measured):
    ask(qtbot, page, "weight")
    assert not find(page, f"check_in_weight_{button}").isEnabled()
    type_in(qtbot, page, "check_in_weight", "72.5")
    press(qtbot, page, f"check_in_weight_{button}")
    assert sent == [c.RecordWeight(chair=2, kg=72.5, measured=measured)]


def test_a_weight_is_typed_by_finger(qtbot, page, sent):
    ask(qtbot, page, "weight")
    for key in ("8", "0", "point", "5"):
        press(qtbot, page, f"check_in_weight_pad_{key}")
    press(qtbot, page, "check_in_weight_measured")
    assert sent == [c.RecordWeight(chair=2, kg=80.5, measured=True)]


def test_a_weight_in_pounds_is_not_taken(qtbot, page, sent):
    ask(qtbot, page, "weight")
    type_in(qtbot, page, "check_in_weight", "400")
    assert not find(page, "check_in_weight_measured").isEnabled()
    assert find(page, "check_in_weight_echo").text() == "Write it in kilograms, 25 to 350."


def history(**changes):
    past = PastVisit(
        session="s", opened_utc_ns=NOW.utc_ns - 72 * HOUR_NS, protocol="Depression IV", protocol_name="depression-iv",
        phase=Phase.DISCHARGED, was_treated=True, weight_kg=60.0,
    )  # fmt: skip
    base = PatientHistory(
        record_number="MR-204471", given_name="Jonas", family_name="Keller", birth_date=date(1984, 3, 9),
        visits=(past,), allergies="latex",
    )  # fmt: skip
    return replace(base, **changes)


def test_the_last_visits_weight_stands_beside_todays(qtbot, page):
    visit = visit_asking()
    ask(qtbot, page, "weight", visit)
    page.show_history("MR-204471", history())
    page.render(make_station(make_chair(visit)))
    type_in(qtbot, page, "check_in_weight", "72")
    echo = find(page, "check_in_weight_echo").text()
    assert echo == "Last visit 60 kg, today 12.0 kg more: look at the scale and its unit again."


def test_a_history_of_somebody_else_is_let_go(qtbot, page):
    visit = visit_asking()
    ask(qtbot, page, "weight", visit)
    page.show_history("MR-9", history(record_number="MR-9"))
    page.render(make_station(make_chair(visit)))
    assert find(page, "check_in_weight_echo").text().strip() == ""


def test_no_known_allergies_is_one_tap(qtbot, page, sent):
    ask(qtbot, page, "allergies")
    press(qtbot, page, "check_in_allergies_none")
    assert sent == [c.RecordAllergies(chair=2, text="", none_known=True)]


def test_the_allergies_of_last_time_are_one_tap_once_they_are_read(qtbot, page, sent):
    visit = visit_asking()
    ask(qtbot, page, "allergies", visit)
    page.show_history("MR-204471", history())
    page.render(make_station(make_chair(visit)))
    assert find(page, "check_in_allergies_last").text() == "Told before: latex"
    press(qtbot, page, "check_in_allergies_same")
    assert sent == [c.RecordAllergies(chair=2, text="latex", none_known=False)]


def test_allergies_in_words(qtbot, page, sent):
    ask(qtbot, page, "allergies")
    assert not find(page, "check_in_allergies_record").isEnabled()
    type_in(qtbot, page, "check_in_allergies", " penicillin: rash ")
    press(qtbot, page, "check_in_allergies_record")
    assert sent == [c.RecordAllergies(chair=2, text="penicillin: rash", none_known=False)]


# --- food and drink -----------------------------------------------------------------------------------------------


def test_the_usual_times_are_one_tap_each(qtbot, page, sent):
    ask(qtbot, page, "fasting_food")
    press(qtbot, page, "check_in_food_quick_yesterday_20_00")
    assert not find(page, "check_in_fasting_record").isEnabled(), "drink is still to be asked"
    press(qtbot, page, "check_in_drink_quick_today_10_00")
    press(qtbot, page, "check_in_fasting_record")
    food, drink = NOW.utc_ns - 18 * HOUR_NS, NOW.utc_ns - 4 * HOUR_NS
    assert sent == [c.RecordFasting(chair=2, last_food_utc_ns=food, last_drink_utc_ns=drink)]


def test_before_six_in_the_morning_no_time_of_today_is_offered(qtbot, page):
    ask(qtbot, page, "fasting_food", at=NOW.shifted(-9 * HOUR_NS))
    assert page.findChild(QWidget, "check_in_food_quick_today_6_00") is None
    assert not find(page, "check_in_food_quick_today").isVisibleTo(page)
    assert find(page, "check_in_food_quick_yesterday_20_00").isVisibleTo(page)


def test_other_times_are_typed_and_the_clocks_run(qtbot, page, sent):
    ask(qtbot, page, "fasting_drink")
    type_in(qtbot, page, "check_in_food_time", "7:30")
    type_in(qtbot, page, "check_in_drink_time", "23:00")
    assert find(page, "check_in_drink_yesterday").isChecked(), "it is 14:00"
    assert find(page, "check_in_food_clock").text() == "07:30 · 6:30 h fasted"
    page.render(make_station(make_chair(visit_asking()), at=NOW.shifted(12 * MINUTE_NS)))
    assert find(page, "check_in_food_clock").text() == "07:30 · 6:42 h fasted"
    press(qtbot, page, "check_in_fasting_record")
    food, drink = NOW.utc_ns - 6 * HOUR_NS - 30 * MINUTE_NS, NOW.utc_ns - 15 * HOUR_NS
    assert sent == [c.RecordFasting(chair=2, last_food_utc_ns=food, last_drink_utc_ns=drink)]


def test_a_first_digit_that_looked_like_yesterday_does_not_stay_yesterday(qtbot, page):
    ask(qtbot, page, "fasting_food")
    type_in(qtbot, page, "check_in_food_time", "19")
    assert find(page, "check_in_food_yesterday").isChecked()
    type_in(qtbot, page, "check_in_food_time", "9:00")
    assert not find(page, "check_in_food_yesterday").isChecked()


# --- the lists ----------------------------------------------------------------------------------------------------


def test_no_to_every_exclusion_is_one_tap_and_says_each(qtbot, page, sent):
    ask(qtbot, page, "exclusions")
    press(qtbot, page, "check_in_exclusions_record")
    assert sent == [c.AnswerExclusions(chair=2, answers=tuple((text, False) for text in EXCLUSIONS))]


def test_an_exclusion_that_is_present_is_recorded_as_such(qtbot, page, sent):
    ask(qtbot, page, "exclusions")
    press(qtbot, page, "check_in_exclusion_8_yes")
    assert find(page, "check_in_exclusions_record").text() == "Record: yes to 1, no to 8"
    press(qtbot, page, "check_in_exclusions_record")
    assert sent == [c.AnswerExclusions(chair=2, answers=tuple((text, text == EXCLUSIONS[8]) for text in EXCLUSIONS))]


def test_marks_follow_the_record_until_somebody_marks(qtbot, page):
    recorded = visit_asking(exclusions=tuple((text, text == EXCLUSIONS[0]) for text in EXCLUSIONS))
    ask(qtbot, page, "exclusions", recorded)
    assert find(page, "check_in_exclusion_0_yes").isChecked()
    press(qtbot, page, "check_in_exclusion_0_yes")
    page.render(make_station(make_chair(recorded), at=NOW.shifted(MINUTE_NS)))
    assert not find(page, "check_in_exclusion_0_yes").isChecked(), "a snapshot takes no tap back"


def test_no_medicine_is_one_tap(qtbot, page, sent):
    ask(qtbot, page, "medicines")
    press(qtbot, page, "check_in_medicines_record")
    answers = (MedicineAnswer("Lamotrigine", taken=False), MedicineAnswer("Stimulant", taken=False))
    assert sent == [c.RecordMedicines(chair=2, answers=answers)]


def test_a_medicine_that_needs_a_note_waits_for_it(qtbot, page, sent):
    ask(qtbot, page, "medicines")
    press(qtbot, page, "check_in_medicine_0_yes")
    assert not find(page, "check_in_medicines_record").isEnabled()
    type_in(qtbot, page, "check_in_medicine_0_note", "Dr. Holm: go on")
    press(qtbot, page, "check_in_medicines_record")
    answers = (MedicineAnswer("Lamotrigine", taken=True, note="Dr. Holm: go on"), MedicineAnswer("Stimulant", False))
    assert sent == [c.RecordMedicines(chair=2, answers=answers)]


# --- single questions ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", Pregnancy)
def test_pregnancy_is_one_tap_and_none_is_chosen_before(qtbot, page, sent, answer):
    ask(qtbot, page, "pregnancy")
    assert not any(find(page, f"check_in_pregnancy_{one.value}").isChecked() for one in Pregnancy)
    press(qtbot, page, f"check_in_pregnancy_{answer.value}")
    assert sent == [c.RecordPregnancy(chair=2, answer=answer, note="")]


def test_moving_among_answers_by_keyboard_states_none_of_them(qtbot, page, sent):
    ask(qtbot, page, "pregnancy", visit_asking(pregnancy=Pregnancy.NOT_POSSIBLE))
    button = find(page, "check_in_pregnancy_not_possible")
    qtbot.waitUntil(lambda: button.isVisibleTo(page) and button.isChecked(), timeout=2000)
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Down)
    assert page.focusWidget().objectName() == "check_in_pregnancy_test_negative"
    assert sent == []
    qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Space)
    assert sent == [c.RecordPregnancy(chair=2, answer=Pregnancy.TEST_NEGATIVE, note="")]


def test_a_note_goes_with_the_answer(qtbot, page, sent):
    ask(qtbot, page, "pregnancy")
    type_in(qtbot, page, "check_in_pregnancy_note", "test of this morning")
    press(qtbot, page, "check_in_pregnancy_test_negative")
    assert sent == [c.RecordPregnancy(chair=2, answer=Pregnancy.TEST_NEGATIVE, note="test of this morning")]


def test_a_referral_with_its_date(qtbot, page, sent):
    ask(qtbot, page, "referral")
    type_in(qtbot, page, "check_in_referral_from", "Dr. Holm")
    type_in(qtbot, page, "check_in_referral_date", "30.4.")
    assert not find(page, "check_in_referral_record").isEnabled()
    type_in(qtbot, page, "check_in_referral_date", "2026-04-30")
    press(qtbot, page, "check_in_referral_record")
    assert sent == [c.RecordReferral(chair=2, from_whom="Dr. Holm", dated=date(2026, 4, 30))]


def test_no_referral_is_one_tap(qtbot, page, sent):
    ask(qtbot, page, "referral")
    press(qtbot, page, "check_in_referral_none")
    assert sent == [c.RecordReferral(chair=2, from_whom="")]


def test_a_clinician_is_named_available_in_one_tap(qtbot, page, sent):
    ask(qtbot, page, "available")
    press(qtbot, page, "check_in_available_op-3")
    assert sent == [c.NameAvailable(chair=2, name="Dr M. Lindqvist")]


def test_somebody_else_is_named_available(qtbot, page, sent):
    ask(qtbot, page, "available")
    type_in(qtbot, page, "check_in_available_name", "Dr. Amari")
    press(qtbot, page, "check_in_available_record")
    assert sent == [c.NameAvailable(chair=2, name="Dr. Amari")]


def test_each_check_is_stated_and_the_rest_in_one_tap(qtbot, page, sent):
    ask(qtbot, page, "checks")
    press(qtbot, page, "check_in_checks_all")
    assert sent == [c.ConfirmCheck(chair=2, text=text) for text in CHECKS]


def test_a_check_of_its_own_stays_in_front_until_all_are_done(qtbot, page, sent):
    ask(qtbot, page, "checks")
    press(qtbot, page, "check_in_check_1")
    assert sent == [c.ConfirmCheck(chair=2, text=CHECKS[1])]
    page.render(make_station(make_chair(visit_asking(checks_done=(CHECKS[1],)))))
    assert not find(page, "check_in_check_1").isEnabled()
    press(qtbot, page, "check_in_check_0")
    assert find(page, "check_in_question_title").text() != "Checks done", "the next question came"


def score(kind, value):
    return ScoreView(kind=kind, label=kind.value, value=value, at=NOW, by="R. Alvarez RN")


def test_scores_are_one_tap_each_and_a_total_is_typed(qtbot, page, sent):
    ask(qtbot, page, "baseline_scores")
    press(qtbot, page, "check_in_score_moaas_5")
    press(qtbot, page, "check_in_score_pain_7")
    type_in(qtbot, page, "check_in_score_cadss_number", "93")
    press(qtbot, page, "check_in_score_cadss_record")
    assert len(sent) == 2, "93 is out of its range"
    type_in(qtbot, page, "check_in_score_cadss_number", "12")
    press(qtbot, page, "check_in_score_cadss_record")
    assert sent == [
        c.RecordScore(chair=2, kind=ScoreKind.MOAAS, value=5),
        c.RecordScore(chair=2, kind=ScoreKind.PAIN, value=7),
        c.RecordScore(chair=2, kind=ScoreKind.CADSS, value=12),
    ]


def test_a_score_on_record_is_shown(qtbot, page):
    ask(qtbot, page, "baseline_scores", visit_asking(scores=(score(ScoreKind.PAIN, 7), score(ScoreKind.PAIN, 4))))
    assert find(page, "check_in_score_pain_4").isChecked()
    assert not find(page, "check_in_score_moaas_5").isChecked()


# --- driver and companion -----------------------------------------------------------------------------------------


def type_driver(qtbot, page):
    press(qtbot, page, "check_in_driver_way_family_or_friend")
    for field, text in (("name", "Maria K."), ("relation", "sister"), ("phone", "555 010 0192")):
        type_in(qtbot, page, f"check_in_driver_{field}", text)


def test_a_driver_is_named_and_confirmed_in_one_tap(qtbot, page, sent):
    ask(qtbot, page, "driver")
    assert find(page, "check_in_driver_problem").text() == "Choose how the patient gets home."
    type_driver(qtbot, page)
    press(qtbot, page, "check_in_driver_how_by_phone")
    assert sent == [c.NameDriver(chair=2, driver=DRIVER), c.ConfirmDriver(chair=2, how=ConfirmedHow.BY_PHONE)]


def test_no_way_of_confirming_stands_before_the_driver_can_be_one(qtbot, page, sent):
    ask(qtbot, page, "driver")
    press(qtbot, page, "check_in_driver_way_family_or_friend")
    assert not find(page, "check_in_driver_how_by_phone").isEnabled()
    press(qtbot, page, "check_in_driver_how_by_phone")
    assert sent == []


def test_a_transport_company_has_a_booking_and_no_relation(qtbot, page, sent):
    ask(qtbot, page, "driver")
    press(qtbot, page, "check_in_driver_way_medical_transport")
    assert not find(page, "check_in_driver_relation").isVisibleTo(page)
    for field, text in (("name", "Valley Cabs"), ("phone", "555 7777"), ("booking", "B-77"), ("expected", "15:30")):
        type_in(qtbot, page, f"check_in_driver_{field}", text)
    press(qtbot, page, "check_in_driver_how_booking")
    driver = Driver("Valley Cabs", "", "555 7777", Transport.MEDICAL_TRANSPORT, "B-77", NOW.utc_ns + 90 * MINUTE_NS)
    assert sent == [c.NameDriver(chair=2, driver=driver), c.ConfirmDriver(chair=2, how=ConfirmedHow.BOOKING)]


def test_a_taxi_alone_is_offered_only_where_the_clinic_allows_it(qtbot, page):
    ask(qtbot, page, "driver")
    assert page.findChild(QWidget, "check_in_driver_way_taxi") is None
    visit = visit_asking()
    gates = visit.protocol.gates.model_copy(update={"transports": tuple(Transport)})
    allowed = replace(visit, protocol=visit.protocol.model_copy(update={"gates": gates}))
    page.render(make_station(make_chair(allowed)))
    qtbot.waitUntil(lambda: find(page, "check_in_driver_way_taxi").isVisibleTo(page), timeout=1000)


def test_a_driver_is_expected_at_a_time_to_come(qtbot, page):
    ask(qtbot, page, "driver")
    type_driver(qtbot, page)
    type_in(qtbot, page, "check_in_driver_expected", "13:00")
    assert not find(page, "check_in_driver_how_by_phone").isEnabled(), "it is 14:00"


def test_the_code_is_shown_until_somebody_says_who_came_along(qtbot, page, sent):
    known = visit_asking(driver=DRIVER, driver_confirmed=ConfirmedHow.BY_PHONE, driver_code="4821")
    ask(qtbot, page, "driver", known)
    assert find(page, "check_in_driver_code").text() == "4821"
    assert find(page, "check_in_driver_code").isVisibleTo(page)
    press(qtbot, page, "check_in_companion_driver_stays")
    assert sent == [c.RecordCompanion(chair=2, name="Maria K.", stays=True, brought=True)]
    assert find(page, "check_in_question_title").text() != "Driver confirmed"


def test_no_code_is_shown_of_a_driver_who_is_not_confirmed(qtbot, page, sent):
    ask(qtbot, page, "driver", visit_asking(driver=DRIVER, driver_code="4821"))
    assert not find(page, "check_in_driver_code").isVisibleTo(page)
    press(qtbot, page, "check_in_driver_how_seen_in_person")
    assert sent == [c.ConfirmDriver(chair=2, how=ConfirmedHow.SEEN_IN_PERSON)]


def test_somebody_else_brought_the_patient(qtbot, page, sent):
    ask(qtbot, page, "driver", visit_asking(driver=DRIVER, driver_confirmed=ConfirmedHow.BY_PHONE))
    type_in(qtbot, page, "check_in_companion_name", "Tom")
    press(qtbot, page, "check_in_companion_other_went")
    assert sent == [c.RecordCompanion(chair=2, name="Tom", stays=False, brought=True)]


def test_who_came_along_is_told(qtbot, page):
    alone = visit_asking(driver=DRIVER, companion=Companion("", stays=False, brought=False))
    ask(qtbot, page, "driver", alone)
    assert find(page, "check_in_companion_told").text() == "The patient came alone."
    assert find(page, "check_in_companion_alone").isChecked()


def test_change_begins_a_driver_anew_and_what_is_typed_is_not_overwritten(qtbot, page, sent):
    visit = visit_asking(driver=DRIVER)
    ask(qtbot, page, "driver", visit)
    press(qtbot, page, "check_in_driver_change")
    assert find(page, "check_in_driver_name").text() == ""
    type_in(qtbot, page, "check_in_driver_name", "Tom")
    page.render(make_station(make_chair(visit), at=NOW.shifted(MINUTE_NS)))
    assert find(page, "check_in_driver_name").text() == "Tom"
    assert find(page, "check_in_driver_name").isVisibleTo(page)


# --- baseline and monitors ----------------------------------------------------------------------------------------


def test_baseline_begins_and_is_taken(qtbot, page, sent):
    ask(qtbot, page, "baseline")
    press(qtbot, page, "check_in_begin_baseline")
    page.render(make_station(make_chair(visit_asking(phase=Phase.BASELINE))))
    assert not find(page, "check_in_take_baseline").isEnabled()
    assert find(page, "check_in_baseline_missing").text() == "Take 2 cuff readings 1 to 5 minutes apart."
    page.render(make_station(make_chair(visit_asking(phase=Phase.BASELINE, baseline_ready=""))))
    press(qtbot, page, "check_in_take_baseline")
    assert sent == [c.BeginBaseline(chair=2), c.TakeBaseline(chair=2)]


def test_a_reading_by_hand_opens_beside_the_gates(qtbot, page, sent):
    ask(qtbot, page, "bp_ceiling", visit_asking(phase=Phase.BASELINE))
    press(qtbot, page, "check_in_manual_bp")
    type_in(qtbot, page, "check_in_bp_sys", "124")
    type_in(qtbot, page, "check_in_bp_dia", "76")
    press(qtbot, page, "check_in_bp_send")
    assert sent == [c.EnterCuffReading(chair=2, sys=124, dia=76)]
    assert find(page, "check_in_gate_identity").isVisibleTo(page)


def test_other_monitors_than_last_time_are_confirmed(qtbot, page, sent):
    gates = tuple(
        replace(gate, asks="Are these this chair's monitors?") if gate.id == "monitors" else gate
        for gate in make_gates()
    )
    ask(qtbot, page, "monitors", visit_asking(gates=gates))
    assert find(page, "check_in_monitors_advice").text() == "Are these this chair's monitors?"
    press(qtbot, page, "check_in_monitors_confirm")
    assert sent == [c.ConfirmMonitors(chair=2)]
