import pytest

from devices.vocabulary import Unit
from nursestation.ui.plots.scale_marks import bracket, marks


def test_a_millivolt_is_as_long_as_it_is_in_the_strip():
    found = bracket(-0.5, 1.5)
    assert found is not None
    assert found.text == "1 mV"
    assert found.bottom - found.top == pytest.approx(0.5)
    assert found.top + found.bottom == pytest.approx(1.0)


def test_where_a_millivolt_does_not_fit_a_shorter_bracket_says_so():
    found = bracket(0.0, 0.8)
    assert found is not None
    assert (found.text, found.bottom - found.top) == ("0.5 mV", pytest.approx(0.625))
    assert bracket(0.0, 0.1) is None


def test_a_pressure_has_its_ends_and_its_middle_marked():
    assert [(mark.at, mark.text) for mark in marks(Unit.MMHG, 0.0, 50.0)] == [(0.0, "50"), (0.5, "25"), (1.0, "0")]


@pytest.mark.parametrize("unit", [None, Unit.MV])
def test_what_has_no_scale_in_mmhg_has_no_such_marks(unit):
    assert marks(unit, 0.0, 50.0) == ()
