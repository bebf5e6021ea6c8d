from dataclasses import replace

import pytest

from nursestation.core.model import Phase
from nursestation.core.snapshot import CuffView
from nursestation.ui.chair.timers_view import big_timers
from nursestation.ui.roles import Tone
from tests.helpers.station_views import NOW, make_chair, make_discharge_visit, make_visit

RUNNING = make_visit(Phase.INFUSION, infusion_run_s=2050.0)


def _timers(visit, due_in_s=None):
    found = big_timers(make_chair(visit, cuff=CuffView(due_in_s=due_in_s)), NOW)
    return {timer.id: (timer.label, timer.value) for timer in found}


def test_an_infusion_tells_how_long_it_runs_how_long_still_and_the_next_reading():
    assert _timers(RUNNING, 108.0) == {
        "run": ("Infusion", "34:10"),
        "left": ("Left", "5:50"),
        "cuff": ("Next BP in", "1:48"),
    }


def test_what_is_late_is_named_as_late_and_not_by_colour_alone():
    over = replace(RUNNING, infusion_run_s=2470.0)
    assert _timers(over, -40.0) == {
        "run": ("Infusion", "41:10"),
        "left": ("Over plan", "1:10"),
        "cuff": ("BP overdue by", "0:40"),
    }
    late = [timer for timer in big_timers(make_chair(over, cuff=CuffView(due_in_s=-40.0)), NOW) if timer.id != "run"]
    assert {timer.tone for timer in late} == {Tone.WARN}


def test_a_pause_is_named():
    assert _timers(replace(RUNNING, paused=True))["run"] == ("Infusion paused at", "34:10")


def test_an_injection_has_no_length_to_count_down():
    assert "left" not in _timers(replace(RUNNING, infusion_planned_s=0.0))


@pytest.mark.parametrize(("left_s", "told"), [(1040.0, "17:20"), (0.0, "complete"), (-360.0, "complete")])
def test_an_observation_counts_down_to_complete(left_s, told):
    visit = make_discharge_visit(observation_s=760.0, observation_left_s=left_s)
    assert _timers(visit) == {"run": ("Observed", "12:40"), "left": ("Left", told)}


def test_before_the_start_it_tells_how_long_the_phase_has_lasted():
    assert _timers(make_visit(Phase.CHECK_IN)) == {"run": ("In check-in", "20:00")}


@pytest.mark.parametrize("visit", [None, make_visit(Phase.DISCHARGED), make_visit(Phase.ENDED_EARLY)])
def test_without_an_open_visit_there_are_no_clocks(visit):
    assert _timers(visit, 60.0) == {}
