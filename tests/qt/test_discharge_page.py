from dataclasses import replace
from datetime import UTC

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from devices.clock import NS_PER_S
from nursestation.core import commands as c
from nursestation.core.model import ConfirmedHow, Driver, GateState, LeavingPath, Phase, Role, Severity, Transport
from nursestation.core.snapshot import InstructionsView
from nursestation.ui.discharge.page import DischargePage
from nursestation.ui.scrolling import Scroll
from tests.helpers.hands import find, press
from tests.helpers.station_views import (
    CLINICIAN,
    DRIVER,
    LEAD,
    NOW,
    make_chair,
    make_discharge_visit,
    make_entry,
    make_numeric,
    make_protocol,
    make_readiness,
    make_reading,
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
    press(qtbot, page, "discharge_aldrete_more")
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
    assert "awake 1" in command.evidence
    assert dict(command.items)["consciousness"] == 1


def test_a_snapshot_does_not_change_an_answer_that_a_person_gave(qtbot, page):
    show(page, make_discharge_visit("aldrete"))
    press(qtbot, page, "discharge_aldrete_more")
    press(qtbot, page, "discharge_aldrete_spo2_1")
    show(page, make_discharge_visit("aldrete"), numerics=(make_numeric("spo2", 97.0),))
    assert find(page, "discharge_aldrete_spo2_1").isChecked()


@pytest.mark.parametrize(("score", "met"), [(5, True), (4, False)])
def test_sedation_is_one_tap_and_judged_by_the_protocol(qtbot, page, sent, score, met):
    show(page, make_discharge_visit("sedation"))
    press(qtbot, page, "discharge_sedation_more")
    press(qtbot, page, f"discharge_moaas_{score}")
    (command,) = sent
    assert (command.criterion, command.met, command.score) == ("sedation", met, score)


def test_side_effects_are_called_over_one_by_one(qtbot, page, sent):
    chart = (make_entry("e1", "Nausea"), make_entry("e2", "Dizziness", severity=Severity.MODERATE))
    show(page, make_discharge_visit("side_effects", chart=chart))
    press(qtbot, page, "discharge_effect_over_e2")
    assert sent == [c.ResolveChart(chair=2, entry_id="e2")]


def test_a_full_recovery_score_is_one_tap_only_while_the_record_speaks_for_it(qtbot, page, sent):
    show(page, make_discharge_visit("aldrete"))
    press(qtbot, page, "discharge_aldrete_answer")
    (command,) = sent
    assert (command.criterion, command.met, command.score) == ("aldrete", True, 10)
    show(page, make_discharge_visit("aldrete"), numerics=(make_numeric("spo2", 91.0),))
    assert not find(page, "discharge_aldrete_answer").isVisibleTo(page)
    assert find(page, "discharge_aldrete_more").isVisibleTo(page)


def _asking(*unmet, **changes):
    """A visit whose protocol has the newer criteria; those named are not met."""
    rules = {name: changes.pop(name) for name in tuple(changes) if name in type(make_protocol().discharge).model_fields}
    discharge = make_protocol().discharge.model_copy(update=rules)
    visit = make_discharge_visit(*unmet, **changes)
    return replace(visit, protocol=make_protocol(discharge=discharge))


def _with(visit, *lines):
    readiness = visit.readiness
    extra = tuple(replace(readiness.criteria[7], id=which, title=which, state=state) for which, state in lines)
    return replace(visit, readiness=replace(readiness, criteria=(*readiness.criteria, *extra)))


def test_gait_is_one_tap_where_all_is_well_and_three_answers_where_it_is_not(qtbot, page, sent):
    show(page, _with(_asking(), ("gait", GateState.UNKNOWN)))
    press(qtbot, page, "discharge_gait_answer")
    press(qtbot, page, "discharge_gait_more")
    press(qtbot, page, "discharge_gait_steady_1")
    press(qtbot, page, "discharge_gait_not_dizzy_0")
    assert len(sent) == 1, "two of three answers are no answer"
    press(qtbot, page, "discharge_gait_advice_1")
    assert [(one.met, one.items) for one in sent] == [
        (True, (("steady", 1), ("not_dizzy", 1), ("advice", 1))),
        (False, (("steady", 1), ("not_dizzy", 0), ("advice", 1))),
    ]


def test_the_driver_on_record_is_confirmed_at_hand_over(qtbot, page, sent):
    show(page, make_discharge_visit("driver"))
    assert find(page, "discharge_driver_facts").text() == "Family or friend · ••• ••• 0192"
    assert not find(page, "discharge_driver_code").isVisibleTo(page)
    press(qtbot, page, "discharge_driver_seen")
    assert sent == [c.ConfirmDriver(chair=2, how=ConfirmedHow.SEEN_IN_PERSON)]
    show(page, make_discharge_visit(driver_confirmed=ConfirmedHow.SEEN_IN_PERSON, driver_confirmed_at_handover=True))
    assert not find(page, "discharge_driver_seen").isVisibleTo(page)


def test_the_code_goes_to_the_station_with_its_last_digit_and_is_never_shown(qtbot, page, sent):
    visit = _asking("driver", driver_code=True)
    show(page, replace(visit, driver_code="4071"))
    assert "4071" not in " ".join(label.text() for label in page.findChildren(QLabel))
    press(qtbot, page, "discharge_driver_pad_toggle")
    for digit in "407":
        press(qtbot, page, f"discharge_driver_pad_{digit}")
    assert sent == []
    press(qtbot, page, "discharge_driver_pad_2")
    assert sent == [c.ConfirmDriver(chair=2, how=ConfirmedHow.SEEN_IN_PERSON, code="4072")]
    page.refused("That is not the driver's code.")
    assert find(page, "discharge_driver_code").text() == ""
    assert find(page, "discharge_message").text() == "That is not the driver's code."


def test_a_lost_code_is_replaced_by_a_document_that_is_named(qtbot, page, sent):
    show(page, _asking("driver", driver_code=True))
    press(qtbot, page, "discharge_driver_code_lost")
    press(qtbot, page, "discharge_driver_document_2")
    find(page, "discharge_driver_document_words").setText("clinic badge")
    press(qtbot, page, "discharge_driver_document_send")
    assert [one.identity_seen for one in sent] == ["id card", "clinic badge"]


def test_a_company_is_known_by_its_booking(qtbot, page, sent):
    crew = Driver("City Transport", "", "555 010 7000", Transport.MEDICAL_TRANSPORT)
    show(page, _asking("driver", driver=crew, driver_code=True))
    assert not find(page, "discharge_driver_booked").isEnabled()
    assert not find(page, "discharge_driver_code").isVisibleTo(page)
    find(page, "discharge_driver_booking").setText("T-118")
    press(qtbot, page, "discharge_driver_booked")
    booked = replace(crew, booking="T-118")
    assert sent == [c.NameDriver(chair=2, driver=booked), c.ConfirmDriver(chair=2, how=ConfirmedHow.BOOKING)]


def test_another_driver_is_named_anew(qtbot, page, sent):
    show(page, make_discharge_visit("driver"))
    press(qtbot, page, "discharge_driver_change")
    press(qtbot, page, "discharge_driver_way_family_or_friend")
    find(page, "discharge_driver_name").setText("Paul K.")
    find(page, "discharge_driver_relation").setText("brother")
    assert not find(page, "discharge_driver_name_it").isEnabled()
    assert not find(page, "discharge_sign").isVisibleTo(page)
    find(page, "discharge_driver_phone").setText("555 010 7001")
    show(page, make_discharge_visit("driver"))  # the old one is still on record
    assert find(page, "discharge_driver_name").text() == "Paul K."
    press(qtbot, page, "discharge_driver_name_it")
    show(page, make_discharge_visit("driver"))
    assert find(page, "discharge_sign").isVisibleTo(page)
    assert sent == [c.NameDriver(chair=2, driver=Driver("Paul K.", "brother", "555 010 7001"))]


def test_no_driver_says_what_to_do(page):
    show(page, make_discharge_visit("driver", driver=None, driver_confirmed=None))
    assert "order medical transport" in find(page, "discharge_driver_guidance").text()
    assert not find(page, "discharge_driver_seen").isVisibleTo(page)


def test_leaving_without_a_driver_takes_an_arrangement_and_another_persons_pin(qtbot, page, sent):
    show(page, make_discharge_visit("driver"))
    press(qtbot, page, "discharge_no_driver")
    press(qtbot, page, "discharge_leave_no_driver_reason_driver_did_not_come")
    assert find(page, "discharge_leave_no_driver_notice").text() == "Say how the patient gets home safely."
    find(page, "discharge_leave_no_driver_arrangement").setText("a nurse rides along")
    press(qtbot, page, f"discharge_leave_no_driver_clinician_{CLINICIAN.id}")
    qtbot.keyClicks(find(page, "discharge_leave_no_driver_pin"), "135791")
    press(qtbot, page, "discharge_leave_no_driver_send")
    assert sent == [
        c.ChooseLeaving(
            chair=2,
            path=LeavingPath.NO_DRIVER,
            reason="Driver did not come",
            arrangement="a nurse rides along",
            clinician_id=CLINICIAN.id,
            pin="135791",
        )
    ]
    page.refused("That PIN does not fit.")
    assert find(page, "discharge_leave_no_driver_notice").text() == "That PIN does not fit."
    assert find(page, "discharge_leave_no_driver_arrangement").text() == "a nurse rides along"


def test_leaving_against_advice_wants_a_signature_or_a_witness(qtbot, page, sent):
    show(page, make_discharge_visit("bp"))
    press(qtbot, page, "discharge_against_advice")
    name = "discharge_leave_against_advice"
    find(page, f"{name}_reason").setText("wants to go home")
    press(qtbot, page, f"{name}_risks_told")
    press(qtbot, page, f"{name}_signed_no")
    press(qtbot, page, f"{name}_clinician_{CLINICIAN.id}")
    assert not find(page, f"{name}_send").isEnabled()
    find(page, f"{name}_witness").setText("J. Okafor RN")
    press(qtbot, page, f"{name}_send")
    (command,) = sent
    assert (command.path, command.risks_told, command.patient_signed, command.witness, command.pin) == (
        LeavingPath.AGAINST_ADVICE, True, False, "J. Okafor RN", "",
    )  # fmt: skip


def test_the_keyboard_alone_answers_line_by_line(qtbot, page, sent):
    show(page, make_discharge_visit("aldrete", "sedation", "iv_removed"))
    page.begin()
    assert page.focusWidget().objectName() == "discharge_aldrete_answer"
    qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Space)
    for name in ("discharge_aldrete_more", "discharge_sedation_answer"):
        qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Tab)
        assert page.focusWidget().objectName() == name
    qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Space)
    assert [(one.criterion, one.score) for one in sent] == [("aldrete", 10), ("sedation", 5)]


def test_what_was_typed_for_one_patient_is_gone_for_the_next(qtbot, page):
    show(page, make_discharge_visit("driver"))
    press(qtbot, page, "discharge_no_driver")
    find(page, "discharge_leave_no_driver_arrangement").setText("a nurse rides along")
    show(page, replace(make_discharge_visit("driver"), session="another"))
    assert find(page, "discharge_leave_no_driver_arrangement").text() == ""
    assert find(page, "discharge_sign").isVisibleTo(page)


def test_a_refusal_of_something_else_leaves_the_focus_where_it_is(qtbot, page):
    show(page, _asking("driver", "iv_removed", driver_code=True))
    press(qtbot, page, "discharge_iv_removed_answer")
    find(page, "discharge_iv_removed_answer").setFocus()
    page.refused("Sign in first.")
    assert page.focusWidget().objectName() == "discharge_iv_removed_answer"


def test_instructions_are_printed_then_read(qtbot, page, sent, tmp_path):
    visit = _asking("instructions", instructions_printed=True)
    sheet = tuple(
        replace(line, asks_person=False) if line.id == "instructions" else line for line in visit.readiness.criteria
    )
    visit = replace(visit, readiness=replace(visit.readiness, criteria=sheet))
    show(page, visit)
    with qtbot.waitSignal(page.print_wanted, timeout=1000) as asked:
        press(qtbot, page, "discharge_instructions_answer")
    assert (asked.args[0], asked.args[2]) == (2, "")
    page.printed(2, "", "ab" * 32, tmp_path / "sheet.pdf", "")
    assert "No printer here" in find(page, "discharge_message").text()
    given = InstructionsView(language="", how="file", sha256="ab" * 32, at=NOW, by="R. Alvarez RN", acknowledged_by="")
    show(page, replace(visit, instructions=given))
    press(qtbot, page, "discharge_instructions_answer")
    press(qtbot, page, "discharge_instructions_driver")
    assert sent == [
        c.InstructionsGiven(chair=2, language="", how="file", sha256="ab" * 32),
        c.AcknowledgeInstructions(chair=2, by="patient"),
        c.AcknowledgeInstructions(chair=2, by="driver"),
    ]


def test_the_language_is_chosen_where_the_protocol_has_more_than_one(qtbot, page):
    visit = _asking("instructions", instructions_printed=True, instructions_by_language={"es": "No conduzca."})
    sheet = tuple(
        replace(line, asks_person=False) if line.id == "instructions" else line for line in visit.readiness.criteria
    )
    show(page, replace(visit, readiness=replace(visit.readiness, criteria=sheet)))
    press(qtbot, page, "discharge_instructions_more")
    assert find(page, "discharge_language_es").text() == "Spanish"
    with qtbot.waitSignal(page.print_wanted, timeout=1000) as asked:
        press(qtbot, page, "discharge_language_es")
    assert asked.args[2] == "es"


def test_readings_fill_the_check_lying_and_standing_by_their_times(qtbot, page, sent):
    visit = _with(_asking(), ("orthostatic", GateState.UNKNOWN))
    lying = make_reading(124, 76, ago_s=120)
    show(page, replace(visit, cuffs=(lying,)))
    press(qtbot, page, "discharge_orthostatic_more")
    press(qtbot, page, "discharge_orthostatic_stands")
    assert find(page, "discharge_orthostatic_lying_sys").text() == "124"
    one, three = (make_reading(sys, 80, ago_s=-after) for sys, after in ((118, 65), (120, 190)))
    early = make_reading(99, 60, ago_s=-10)
    later = NOW.shifted(200 * NS_PER_S)
    station = make_station(make_chair(replace(visit, cuffs=(lying, early, one, three))))
    page.render(replace(station, at=later))
    press(qtbot, page, "discharge_orthostatic_well")
    (command,) = [one for one in sent if isinstance(one, c.RecordOrthostatic)]
    assert (command.lying[:2], command.standing_1[:2], command.standing_3[:2]) == ((124, 76), (118, 80), (120, 80))
    assert not command.symptoms


def test_the_check_lying_and_standing_is_left_out_with_a_reason(qtbot, page, sent):
    show(page, _with(_asking(), ("orthostatic", GateState.UNKNOWN)))
    press(qtbot, page, "discharge_orthostatic_more")
    press(qtbot, page, "discharge_orthostatic_left_out_2")
    assert [one for one in sent if isinstance(one, c.RecordOrthostatic)] == [
        c.RecordOrthostatic(chair=2, skipped_because="Patient declines")
    ]


def test_the_observation_is_shortened_no_further_than_the_protocol_lets(qtbot, page, sent):
    readiness = make_readiness("observation", may_sign=False)
    visit = _asking(readiness=readiness, observation_floor_min=10, observation_min_s=20 * 60.0)
    show(page, replace(visit, phase=Phase.OBSERVATION))
    press(qtbot, page, "discharge_observation_more")
    assert page.findChild(QWidget, "discharge_shorten_minutes_5") is None
    press(qtbot, page, "discharge_shorten_minutes_15")
    find(page, "discharge_shorten_reason").setText("driver has to leave")
    press(qtbot, page, f"discharge_shorten_clinician_{CLINICIAN.id}")
    qtbot.keyClicks(find(page, "discharge_shorten_pin"), "135791")
    press(qtbot, page, "discharge_shorten_send")
    assert sent == [
        c.ShortenObservation(chair=2, minutes=15, reason="driver has to leave", clinician_id=CLINICIAN.id, pin="135791")
    ]


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


def test_of_several_lines_one_is_chosen_first_and_each_is_whole_in_sight(qtbot, page):
    page.resize(980, 706)
    show(page, make_discharge_visit("bp", "vitals_stable", "instructions"))
    press(qtbot, page, "discharge_override")
    which = find(page, "discharge_override_which")
    lines = which.findChildren(QAbstractButton)
    assert len(lines) == 3
    assert page.focusWidget() is lines[0]
    assert "What is overridden: HR, SpO₂, RR inside discharge limits for 15 min" in [
        one.accessibleName() for one in lines
    ]
    (area,) = [one for one in page.findChildren(Scroll) if one.isAncestorOf(which)]
    for line in lines:
        right = line.mapTo(area.viewport(), line.rect().bottomRight())
        assert 0 < right.x() < area.viewport().width()


def test_a_line_is_overridden_by_a_second_person_alone(qtbot, page):
    """A clinician, whoever lets a gate pass at check-in, and not the one who is signed in."""
    visit = make_discharge_visit("bp")
    gates = visit.protocol.gates.model_copy(update={"override_role": Role.LEAD_NURSE})
    visit = replace(visit, protocol=visit.protocol.model_copy(update={"gates": gates}))
    show(page, visit)
    press(qtbot, page, "discharge_override")
    assert page.findChild(QWidget, f"discharge_override_clinician_{LEAD.id}") is None
    assert find(page, f"discharge_override_clinician_{CLINICIAN.id}").isVisibleTo(page)
    page.render(make_station(make_chair(visit), operator=CLINICIAN))
    assert page.findChild(QWidget, f"discharge_override_clinician_{CLINICIAN.id}") is None


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
