from dataclasses import replace
from datetime import UTC

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from nursestation.core import commands as c
from nursestation.core.model import ConfirmedHow, Driver, Phase, Severity, Transport
from nursestation.ui.discharge.page import DischargePage
from tests.helpers.station_views import (
    CLINICIAN,
    DRIVER,
    make_chair,
    make_discharge_visit,
    make_entry,
    make_numeric,
    make_readiness,
    make_station,
    make_visit,
)


@pytest.fixture
def page(qtbot):
    made = DischargePage(UTC)
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


def show(page, visit, **changes):
    page.render(make_station(make_chair(visit, **changes)))


def test_the_signature_covers_what_the_page_showed(qtbot, page, sent):
    show(page, make_discharge_visit(driver_confirmed_at_handover=True))
    assert not find(page, "discharge_sign").isEnabled()
    assert find(page, "discharge_why_not").text() == "Enter your PIN to sign."
    qtbot.keyClicks(find(page, "discharge_pin"), "246810")
    press(qtbot, page, "discharge_sign")
    meaning = "I assessed this patient and discharge them to the driver named above"
    assert sent == [c.SignDischarge(chair=2, meaning=meaning, seen="digest-1", pin="246810")]
    assert find(page, "discharge_pin").text() == ""


def test_signing_is_greyed_with_its_reason_until_the_core_allows_it(qtbot, page):
    show(page, make_discharge_visit("driver"))
    qtbot.keyClicks(find(page, "discharge_pin"), "246810")
    assert not find(page, "discharge_sign").isEnabled()
    assert find(page, "discharge_why_not").text() == "Not met yet: Driver here and confirmed."
    qtbot.keyClick(find(page, "discharge_pin"), Qt.Key.Key_Return)
    assert find(page, "discharge_pin").text() == "246810"  # nothing was sent


def test_a_wrong_pin_is_said_beside_the_button(qtbot, page):
    show(page, make_discharge_visit())
    qtbot.keyClicks(find(page, "discharge_pin"), "111111")
    press(qtbot, page, "discharge_sign")
    page.refused("That PIN does not fit.")
    show(page, make_discharge_visit())
    assert find(page, "discharge_why_not").text() == "That PIN does not fit."


def test_tally_and_evidence_follow_the_record(page):
    show(page, make_discharge_visit("driver", "instructions"))
    assert find(page, "discharge_tally").text() == "8 of 10 met"
    assert find(page, "discharge_iv_removed_evidence").text() == "15:16 R. Alvarez"
    show(page, make_discharge_visit("driver"))
    assert find(page, "discharge_tally").text() == "9 of 10 met"


def test_one_tap_answers_and_their_undo(qtbot, page, sent):
    show(page, make_discharge_visit("iv_removed", "instructions"))
    press(qtbot, page, "discharge_iv_removed_answer")
    press(qtbot, page, "discharge_instructions_answer")
    show(page, make_discharge_visit())
    press(qtbot, page, "discharge_iv_removed_undo")
    given = "given in writing: no driving 24–48 h, no alcohol, who to call"
    assert sent == [
        c.AnswerCriterion(chair=2, criterion="iv_removed", met=True, evidence="removed, site dry"),
        c.AnswerCriterion(chair=2, criterion="instructions", met=True, evidence=given),
        c.AnswerCriterion(chair=2, criterion="iv_removed", met=False, evidence="taken back"),
    ]


def test_aldrete_opens_with_what_the_record_suggests_and_waits_for_the_rest(qtbot, page, sent):
    show(page, make_discharge_visit("aldrete"))
    press(qtbot, page, "discharge_aldrete_answer")
    assert find(page, "discharge_aldrete_circulation_2").isChecked()
    assert find(page, "discharge_aldrete_spo2_2").isChecked()
    assert not find(page, "discharge_aldrete_record").isEnabled()
    for item in ("activity", "breathing"):
        press(qtbot, page, f"discharge_aldrete_{item}_2")
    press(qtbot, page, "discharge_aldrete_consciousness_1")
    assert find(page, "discharge_aldrete_sum").text() == "9 of 10"
    press(qtbot, page, "discharge_aldrete_record")
    (command,) = sent
    assert (command.criterion, command.met, command.score) == ("aldrete", True, 9)
    assert "Awake 1" in command.evidence


def test_a_snapshot_does_not_change_an_answer_that_a_person_gave(qtbot, page):
    show(page, make_discharge_visit("aldrete"))
    press(qtbot, page, "discharge_aldrete_answer")
    press(qtbot, page, "discharge_aldrete_spo2_1")
    show(page, make_discharge_visit("aldrete"), numerics=(make_numeric("spo2", 97.0),))
    assert find(page, "discharge_aldrete_spo2_1").isChecked()


@pytest.mark.parametrize(("score", "met"), [(5, True), (4, False)])
def test_sedation_is_one_tap_and_judged_by_the_protocol(qtbot, page, sent, score, met):
    show(page, make_discharge_visit("sedation"))
    press(qtbot, page, "discharge_sedation_answer")
    press(qtbot, page, f"discharge_moaas_{score}")
    (command,) = sent
    assert (command.criterion, command.met, command.score) == ("sedation", met, score)


def test_side_effects_are_called_over_one_by_one(qtbot, page, sent):
    chart = (make_entry("e1", "Nausea"), make_entry("e2", "Dizziness", severity=Severity.MODERATE))
    show(page, make_discharge_visit("side_effects", chart=chart))
    press(qtbot, page, "discharge_effect_over_e2")
    assert sent == [c.ResolveChart(chair=2, entry_id="e2")]


def test_the_driver_on_record_is_confirmed_at_hand_over(qtbot, page, sent):
    show(page, make_discharge_visit("driver"))
    assert find(page, "discharge_driver_phone").text() == "••• ••• 0192"
    assert not find(page, "discharge_driver_confirm").isEnabled(), "nothing is claimed by default"
    assert page.findChild(QWidget, "discharge_driver_how_by_phone") is None
    press(qtbot, page, "discharge_driver_how_seen_in_person")
    press(qtbot, page, "discharge_driver_confirm")
    assert sent == [c.ConfirmDriver(chair=2, how=ConfirmedHow.SEEN_IN_PERSON)]
    show(page, make_discharge_visit(driver_confirmed=ConfirmedHow.SEEN_IN_PERSON, driver_confirmed_at_handover=True))
    assert not find(page, "discharge_driver_confirm").isEnabled()


def test_another_driver_is_named_before_being_confirmed(qtbot, page, sent):
    show(page, make_discharge_visit("driver"))
    press(qtbot, page, "discharge_driver_change")
    transport = find(page, "discharge_driver_transport")
    transport.setCurrentIndex(transport.findData(Transport.MEDICAL_TRANSPORT.value))
    find(page, "discharge_driver_name").setText("City Transport")
    find(page, "discharge_driver_phone").setText("555 010 7000")
    show(page, make_discharge_visit("driver"))  # the old one is still on record
    assert find(page, "discharge_driver_name").text() == "City Transport"
    press(qtbot, page, "discharge_driver_how_booking")
    press(qtbot, page, "discharge_driver_confirm")
    driver = Driver("City Transport", "", "555 010 7000", Transport.MEDICAL_TRANSPORT)
    assert sent == [c.NameDriver(chair=2, driver=driver), c.ConfirmDriver(chair=2, how=ConfirmedHow.BOOKING)]


def test_no_driver_says_what_to_do(page):
    show(page, make_discharge_visit("driver", driver=None, driver_confirmed=None))
    assert "order medical transport" in find(page, "discharge_driver_guidance").text()
    assert not find(page, "discharge_driver_confirm").isEnabled()


def test_a_line_is_overridden_by_a_clinician(qtbot, page, sent):
    show(page, make_discharge_visit("bp"))
    press(qtbot, page, "discharge_override")
    find(page, "discharge_override_reason").setText("known white-coat rise")
    press(qtbot, page, "discharge_override_clinician_op-3")
    qtbot.keyClicks(find(page, "discharge_override_pin"), "135791")
    press(qtbot, page, "discharge_override_send")
    assert sent == [
        c.OverrideCriterion(
            chair=2, criterion="bp", reason="known white-coat rise", clinician_id=CLINICIAN.id, pin="135791"
        )
    ]


def test_observation_is_closed_from_here(qtbot, page, sent):
    show(page, replace(make_discharge_visit(readiness=make_readiness(may_sign=False)), phase=Phase.OBSERVATION))
    press(qtbot, page, "discharge_mark_ready")
    assert sent == [c.MarkReady(chair=2)]


def test_after_the_signature_the_chair_is_freed(qtbot, page, sent):
    show(page, replace(make_discharge_visit(), phase=Phase.DISCHARGED, signed_by="R. Alvarez RN"))
    assert find(page, "discharge_done").text() == "Discharged, signed by R. Alvarez RN."
    with qtbot.waitSignal(page.sheet_requested, timeout=1000):
        press(qtbot, page, "discharge_export")
    press(qtbot, page, "discharge_free_chair")
    assert sent == [c.FreeChair(chair=2)]


def test_nothing_can_be_answered_while_nobody_is_signed_in(page):
    page.render(make_station(make_chair(make_discharge_visit("iv_removed")), operator=None))
    assert not find(page, "discharge_iv_removed_answer").isVisibleTo(page)
    assert find(page, "discharge_why_not").text() == "Sign in first."


def test_a_chair_without_observation_shows_no_criteria(page):
    show(page, make_visit(Phase.INFUSION, driver=DRIVER))
    assert find(page, "discharge_course").text() == "Nobody is in observation in this chair."
    assert not find(page, "discharge_criteria_scroll").isVisibleTo(page)
