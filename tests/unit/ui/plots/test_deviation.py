import pytest

from nursestation.ui.plots.deviation import Direction, direction, percent_from, percent_text
from nursestation.ui.plots.trend_view import Caret


def _caret(at, sys, dia=80):
    return Caret(at=at, sys=sys, dia=dia, mean=None, flagged=False)


@pytest.mark.parametrize(
    ("sys", "dia", "percent"), [(124, 76, (0, 0)), (186, 114, (50, 50)), (93, 38, (-25, -50)), (180, 76, (45.16, 0))]
)
def test_the_distance_from_the_baseline(sys, dia, percent):
    assert percent_from((124, 76), _caret(0, sys, dia)) == pytest.approx(percent, abs=0.01)


@pytest.mark.parametrize(
    ("percent", "text"), [(0.0, "0 %"), (0.4, "0 %"), (-0.4, "0 %"), (-0.6, "-1 %"), (24.2, "+24 %")]
)
def test_a_distance_that_rounds_to_nothing_has_no_sign(percent, text):
    assert percent_text(percent) == text


@pytest.mark.parametrize(
    ("readings", "told"),
    [
        ([], None),
        ([(9, 150)], None),
        ([(-1, 120), (9, 150)], None),
        ([(0, 120), (9, 150)], (Direction.RISING, 30)),
        ([(0, 120), (5, 180), (9, 130)], (Direction.RISING, 10)),
        ([(0, 120), (9, 129)], (Direction.STEADY, 9)),
        ([(0, 120), (9, 111)], (Direction.STEADY, -9)),
        ([(0, 160), (9, 140)], (Direction.FALLING, -20)),
        ([(1, 160), (9, 140), (11, 190)], (Direction.FALLING, -20)),
    ],
)
def test_the_direction_of_the_last_ten_minutes(readings, told):
    assert direction([_caret(at, sys) for at, sys in readings], 10.0) == told
