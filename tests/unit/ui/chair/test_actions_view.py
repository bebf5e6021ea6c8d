import pytest

from nursestation.core.commands import (
    AnswerFlag,
    FreeChair,
    MarkReady,
    PauseInfusion,
    ResumeInfusion,
    StartInfusion,
    StopCuff,
    StopInfusion,
)
from nursestation.core.model import GateState, Phase, Route
from nursestation.core.snapshot import CuffView
from nursestation.ui.chair.actions_view import actions, flag_answers
from nursestation.ui.roles import ButtonKind
from nursestation.ui.sheets.view import FLAG_ACTIONS, answer_flag
from tests.helpers.station_views import (
    BASELINE,
    NURSE,
    OFFICE,
    make_chair,
    make_flag,
    make_gates,
    make_link,
    make_protocol,
    make_visit,
)


def _actions(visit, *, operator=NURSE):
    return {action.id: action for action in actions(make_chair(visit), operator)}


def test_a_free_chair_can_only_be_checked_in():
    assert list(_actions(None)) == ["check_in"]


@pytest.mark.parametrize("phase", list(Phase))
def test_nobody_signed_in_can_only_sign_in(phase):
    assert list(_actions(make_visit(phase), operator=None)) == ["sign_in"]


@pytest.mark.parametrize("phase", list(Phase))
def test_office_staff_see_what_nurses_do_and_why_they_cannot_and_may_look_and_export(phase):
    nurse, office = _actions(make_visit(phase)), _actions(make_visit(phase), operator=OFFICE)
    assert list(nurse) == list(office)
    for name, action in office.items():
        if name in ("export", "discharge"):
            assert action == nurse[name]
        else:
            assert not action.enabled
            assert action.tip == "Office staff can look and export, not run a visit: ask a nurse to sign in."


def test_office_staff_answer_no_bp_flag_and_nobody_signed_in_is_offered_none():
    assert all(not one.enabled and "ask a nurse" in one.tip for one in flag_answers(2, "f", OFFICE))
    assert flag_answers(2, "f", None) == ()


@pytest.mark.parametrize("phase", list(Phase))
def test_each_phase_has_one_next_step_at_most_and_no_two_of_one_key(phase):
    offered = actions(make_chair(make_visit(phase)), NURSE)
    assert sum(action.kind is ButtonKind.PRIMARY for action in offered) == 1
    keys = [action.shortcut for action in offered if action.shortcut]
    assert len(keys) == len(set(keys))
    assert all((action.command is None) != (action.opens == "") for action in offered)


def test_the_start_waits_for_its_gates_and_says_for_which():
    waiting = _actions(make_visit(Phase.BASELINE, gates=make_gates(identity=GateState.MET)))["start_infusion"]
    assert not waiting.enabled
    assert waiting.tip.startswith("Not yet: Consent on file – ")
    ready = _actions(make_visit(Phase.BASELINE, may_start=True, baseline=BASELINE, dose_text="36 mg"))
    assert ready["start_infusion"].command == StartInfusion(chair=2, dose_text="36 mg")
    assert ready["start_infusion"].kind is ButtonKind.PRIMARY


def test_an_injection_is_given_not_started():
    visit = make_visit(Phase.BASELINE, protocol=make_protocol(route=Route.IM))
    assert _actions(visit)["start_infusion"].text == "Injection given"


def test_a_baseline_waits_for_its_readings():
    take = _actions(make_visit(Phase.BASELINE))["take_baseline"]
    assert not take.enabled
    assert take.tip == "take 2 cuff readings 1 to 5 minutes apart"
    assert _actions(make_visit(Phase.BASELINE, baseline_ready=""))["take_baseline"].enabled


def test_an_infusion_is_paused_or_resumed_never_both():
    running = _actions(make_visit(Phase.INFUSION, infusion_run_s=60.0))
    assert running["pause_infusion"].command == PauseInfusion(chair=2)
    assert "resume_infusion" not in running
    paused = _actions(make_visit(Phase.INFUSION, infusion_run_s=60.0, paused=True))
    assert paused["resume_infusion"].command == ResumeInfusion(chair=2)
    assert "pause_infusion" not in paused


def test_stopping_before_the_end_asks_for_a_reason():
    early = _actions(make_visit(Phase.INFUSION, infusion_run_s=60.0))["stop_infusion"]
    assert (early.command, early.opens) == (None, "stop_early")
    done = _actions(make_visit(Phase.INFUSION, infusion_run_s=2400.0))["stop_infusion"]
    assert done.command == StopInfusion(chair=2)


def test_observation_is_complete_at_its_minimum_not_before():
    early = _actions(make_visit(Phase.OBSERVATION, observation_s=600.0))["mark_ready"]
    assert not early.enabled
    assert early.tip == "In 5:00 at the soonest."
    assert _actions(make_visit(Phase.OBSERVATION, observation_s=900.0))["mark_ready"].command == MarkReady(chair=2)


def test_a_closed_visit_leaves_its_chair_and_can_be_exported():
    offered = _actions(make_visit(Phase.DISCHARGED))
    assert offered["free_chair"].command == FreeChair(chair=2)
    assert list(offered) == ["free_chair", "export"]


def test_a_flag_is_answered_with_one_tap_or_with_a_word_on_why():
    answers = flag_answers(2, "f", NURSE)
    assert answers[0].command == AnswerFlag(chair=2, flag_id="f", action="clinician told")
    assert answers[-1].opens == "flag"


def test_a_quick_answer_says_and_does_what_the_sheet_does():
    visit, flag = make_visit(Phase.INFUSION), make_flag("f")
    sheet = {one.name: answer_flag(visit, 2, flag, one, "") for one in FLAG_ACTIONS}
    for quick in flag_answers(2, "f", NURSE)[:-1]:
        assert (quick.command,) == sheet[quick.id.removeprefix("flag_")]


def test_a_cuff_that_may_be_started_from_here_asks_once_more_and_can_be_stopped():
    def offered(doing):
        chair = make_chair(
            make_visit(Phase.INFUSION), links=(make_link(may_start_cuff=True),), cuff=CuffView(doing=doing)
        )
        return {action.id: action for action in actions(chair, NURSE)}

    assert (offered("")["measure_bp"].command, offered("")["measure_bp"].opens) == (None, "start_cuff")
    for doing in ("measuring 120 mmHg", "started from here: waiting for the reading"):
        assert offered(doing)["stop_cuff"].command == StopCuff(chair=2)
