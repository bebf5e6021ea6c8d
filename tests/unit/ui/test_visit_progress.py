from nursestation.core.model import Phase
from nursestation.core.snapshot import PhaseSpan
from nursestation.ui.visit_progress import progress
from tests.helpers.station_views import MINUTE_NS, NOW, make_visit


def _infusion(**changes):
    return make_visit(Phase.INFUSION, **({"infusion_run_s": 2050.0, "infusion_planned_s": 2400.0} | changes))


def test_an_infusion_tells_what_has_run_of_what_is_planned():
    where = progress(_infusion(), NOW)
    assert (where.timer, where.beside) == ("34:10", "of 40:00")
    assert where.short == "Infusion 5:50 left"
    assert where.done == 2050 / 2400


def test_a_paused_infusion_says_so():
    where = progress(_infusion(paused=True), NOW)
    assert where.beside == "of 40:00 · paused"
    assert where.short == "Infusion paused 34:10"


def test_an_infusion_past_its_end_says_by_how_much():
    where = progress(_infusion(infusion_run_s=2470.0), NOW)
    assert where.beside == "of 40:00 · 1:10 over"
    assert where.done == 1.0


def test_observation_counts_down_and_then_is_complete():
    left = progress(make_visit(Phase.OBSERVATION, observation_s=1040.0, observation_left_s=760.0), NOW)
    assert (left.timer, left.beside, left.short) == ("17:20", "of 30:00 observed", "Observation 12:40 left")
    over = progress(make_visit(Phase.OBSERVATION, observation_s=1900.0, observation_left_s=-100.0), NOW)
    assert over.short == "Observation complete"


def test_baseline_tells_how_long_it_has_lasted():
    spans = (PhaseSpan(phase=Phase.BASELINE, start=NOW.shifted(-6 * MINUTE_NS), end=None),)
    where = progress(make_visit(Phase.BASELINE, spans=spans), NOW)
    assert (where.timer, where.beside, where.done) == ("6:00", "in baseline", None)


def test_a_closed_visit_has_no_timer():
    where = progress(make_visit(Phase.DISCHARGED), NOW)
    assert (where.timer, where.short, where.done) == ("", "Discharged", 1.0)


def test_what_is_left_is_told_by_itself_where_a_length_is_planned():
    assert progress(_infusion(), NOW).left == "5:50 left"
    assert progress(_infusion(paused=True), NOW).left == "5:50 left"
    assert progress(_infusion(infusion_run_s=2470.0), NOW).left == "1:10 over"
    assert (
        progress(make_visit(Phase.OBSERVATION, observation_s=1040.0, observation_left_s=760.0), NOW).left
        == "12:40 left"
    )
    assert (
        progress(make_visit(Phase.OBSERVATION, observation_s=1900.0, observation_left_s=-100.0), NOW).left == "complete"
    )
    assert progress(make_visit(Phase.CHECK_IN), NOW).left == ""
