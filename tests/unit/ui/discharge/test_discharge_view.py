from dataclasses import replace
from datetime import UTC

from nursestation.core.model import ConfirmedHow, GateState, LeavingPath, Phase, Severity
from nursestation.core.snapshot import LeaveView
from nursestation.ui.discharge import view
from nursestation.ui.discharge.view import Answer
from tests.helpers.station_views import (
    NOW,
    NURSE,
    make_chair,
    make_discharge_visit,
    make_entry,
    make_readiness,
    make_visit,
)


def _page(visit, operator=NURSE):
    return view.discharge_view(make_chair(visit), operator, NOW.utc_ns, UTC)


def test_no_page_before_observation():
    assert _page(make_visit(Phase.INFUSION)) is None
    assert view.discharge_view(make_chair(), NURSE, NOW.utc_ns) is None


def test_head_of_the_page():
    page = _page(make_discharge_visit("driver", "instructions"))
    assert page.patient == "Chair 2 · J. K. · …4471"
    assert page.course == "Depression IV · infusion 12:30 – 13:24"
    assert page.tally == "8 of 10 met"


def test_a_person_answers_what_asks_for_one_and_the_record_the_rest():
    answers = {line.id: line.answer for line in _page(make_discharge_visit()).lines}
    assert answers["bp"] is Answer.NOTHING
    assert answers["side_effects"] is Answer.SIDE_EFFECTS
    assert answers["aldrete"] is Answer.RECOVERY
    assert answers["driver"] is Answer.DRIVER


def test_what_the_record_decides_has_no_button_even_where_a_person_often_answers():
    readiness = make_readiness()
    injection = tuple(replace(line, asks_person=False) for line in readiness.criteria)
    page = _page(make_discharge_visit(readiness=replace(readiness, criteria=injection)))
    assert {line.id: line.answer for line in page.lines}["iv_removed"] is Answer.NOTHING


def test_an_unheard_of_criterion_still_gets_an_answer():
    readiness = make_readiness()
    skin = replace(readiness.criteria[7], id="skin", title="Skin intact", state=GateState.UNMET)
    page = _page(make_discharge_visit(readiness=replace(readiness, criteria=(*readiness.criteria, skin))))
    assert page.lines[-1].answer is Answer.SEEN


def test_why_nobody_can_sign_is_a_sentence():
    assert _page(make_discharge_visit(), operator=None).why_not == "Sign in first."
    assert not _page(make_discharge_visit(), operator=None).may_sign
    assert _page(make_discharge_visit("driver")).why_not == "Not met yet: Driver here and confirmed."
    two = _page(make_discharge_visit("driver", "instructions")).why_not
    assert two == "Not met yet: Driver here and confirmed; Written instructions given."
    assert _page(make_discharge_visit("bp", "driver", "instructions")).why_not == "3 lines are not met yet."
    assert _page(make_discharge_visit()).why_not == ""


def test_observation_still_on_is_said():
    visit = replace(make_discharge_visit(readiness=make_readiness(may_sign=False)), phase=Phase.OBSERVATION)
    assert _page(visit).why_not == "Open the discharge first."


def test_the_discharge_opens_once_the_patient_was_observed_long_enough():
    observed = replace(make_discharge_visit("driver"), phase=Phase.OBSERVATION)
    assert _page(observed).may_open
    assert not _page(replace(observed, readiness=make_readiness("observation"))).may_open
    assert not _page(make_discharge_visit("driver")).may_open  # it is open


def test_who_left_against_advice_is_told_as_that():
    readiness = replace(make_readiness("bp"), path=LeavingPath.AGAINST_ADVICE)
    visit = make_discharge_visit(readiness=readiness)
    assert _page(replace(visit, phase=Phase.OBSERVATION)).may_open
    assert _page(replace(visit, phase=Phase.DISCHARGED, signed_by="R. Alvarez RN")).done == (
        "Left against advice, signed by R. Alvarez RN."
    )


def test_a_long_text_is_told_in_short_with_who_said_it():
    said = "given in writing: Do not drive until tomorrow.\nNo alcohol.\nCall us. · R. Alvarez RN"
    assert view.in_short(said) == "given in writing: Do not drive until tomorrow. … · R.\u00a0Alvarez\u00a0RN"
    long = "given in writing: " + "rest and sleep " * 20 + "\nCall us."
    assert len(view.in_short(long)) < 100
    assert view.in_short("limit ±20 %") == "limit ±20\u00a0%"
    assert view.in_short("site dry · R. Alvarez RN") == "site dry · R.\u00a0Alvarez\u00a0RN"


def test_an_overridden_line_does_not_stand_in_the_way():
    readiness = make_readiness("iv_removed", may_sign=True)
    criteria = tuple(
        replace(line, state=GateState.OVERRIDDEN) if line.id == "iv_removed" else line for line in readiness.criteria
    )
    page = _page(make_discharge_visit(readiness=replace(readiness, criteria=criteria)))
    assert page.why_not == ""
    assert page.may_sign


def test_earliest_is_the_longest_wait():
    readiness = make_readiness("observation", "vitals_stable")
    waits = {"observation": 720.0, "vitals_stable": 60.0}
    criteria = tuple(replace(line, earliest_in_s=waits.get(line.id)) for line in readiness.criteria)
    leave = LeaveView(earliest_in_s=720.0, holds=("observation 12 min", "vitals 1 min"))
    page = _page(make_discharge_visit(readiness=replace(readiness, criteria=criteria), leave=leave))
    assert page.earliest == "earliest 14:12"
    told = {line.id: line.when for line in page.lines}
    assert (told["observation"], told["vitals_stable"], told["bp"]) == ("not before 14:12", "not before 14:01", "")
    assert _page(make_discharge_visit()).earliest == ""


def test_driver_shows_masked_and_asks_again_at_hand_over():
    panel = _page(make_discharge_visit("driver")).driver
    assert (panel.who, panel.facts) == ("Maria K. (sister)", "Family or friend · ••• ••• 0192")
    assert panel.guidance == "Confirm again when the driver is here."
    assert panel.confirmed == ""
    done = _page(
        make_discharge_visit(driver_confirmed=ConfirmedHow.SEEN_IN_PERSON, driver_confirmed_at_handover=True)
    ).driver
    assert done.confirmed == "Confirmed at hand-over · Seen in person at the clinic"
    assert done.guidance == ""


def test_no_driver_says_what_to_do():
    panel = _page(make_discharge_visit("driver", driver=None, driver_confirmed=None)).driver
    assert not panel.is_named
    assert panel.guidance == view.NO_DRIVER


def test_effects_still_open_are_listed():
    visit = make_discharge_visit(
        "side_effects",
        chart=(make_entry("a", "Nausea"), make_entry("b", "Dizziness", severity=Severity.MODERATE, resolved=NOW)),
    )
    assert [(effect.entry_id, effect.text) for effect in _page(visit).open_effects] == [("a", "Nausea, mild")]


def test_a_closed_visit_says_who_signed():
    visit = replace(make_discharge_visit(), phase=Phase.DISCHARGED, signed_by="R. Alvarez RN")
    assert _page(visit).done == "Discharged, signed by R. Alvarez RN."
