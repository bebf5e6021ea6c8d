import pytest

from nursestation.core.model import Phase
from nursestation.ui.sheets.ending_view import end_early_note, end_early_reasons, needs_handover, shorter_minutes
from tests.helpers.station_views import NOW, make_protocol, make_visit


def _visit(phase=Phase.OBSERVATION, started=NOW, min_s=900.0, **rules):
    discharge = make_protocol().discharge.model_copy(update=rules)
    protocol = make_protocol(discharge=discharge)
    return make_visit(phase, protocol=protocol, infusion_started=started, observation_min_s=min_s)


@pytest.mark.parametrize(
    ("floor", "minimum_s", "offered"),
    [(10, 900, (10,)), (10, 1800, (10, 15, 20, 25)), (0, 600, (0, 5)), (15, 900, ()), (7.5, 900, (7.5, 10))],
)
def test_the_observation_is_shortened_in_steps_above_the_floor(floor, minimum_s, offered):
    assert shorter_minutes(_visit(observation_floor_min=floor, min_s=minimum_s)) == offered


def test_with_the_drug_given_nobody_is_sent_home_by_ending_early():
    given = _visit(Phase.INFUSION, end_early_needs_handover=True)
    before = _visit(Phase.CHECK_IN, None, end_early_needs_handover=True)
    assert (needs_handover(given), needs_handover(before)) == (True, False)
    assert not needs_handover(_visit(Phase.INFUSION))
    assert "No driver" in end_early_reasons(before)
    assert "No driver" not in end_early_reasons(given)
    assert "use the discharge page" in end_early_note(given)
    assert "without a signed discharge" in end_early_note(before)
