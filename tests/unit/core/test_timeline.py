"""The steady line of time, moment by moment and for many at once."""

from hypothesis import given
from hypothesis import strategies as st

from devices.clock import Moment
from nursestation.core.timeline import Timeline

_NEAR = st.integers(0, 12)  # so near each other that moments lie exactly between two runs
_MOMENTS = st.lists(st.builds(Moment, _NEAR, st.one_of(_NEAR, st.integers(0, 2**62))), max_size=8)


@given(_MOMENTS, _MOMENTS)
def test_many_moments_stand_where_each_of_them_stands(runs: list[Moment], moments: list[Moment]) -> None:
    line = Timeline(tuple(runs))
    assert line.all_steady_ns(moments) == [line.steady_ns(moment) for moment in moments]


def test_exactly_between_two_runs_the_one_that_came_first_has_it() -> None:
    ahead, level = Moment(0, 10), Moment(0, 0)
    assert Timeline((ahead, level)).all_steady_ns([Moment(3, 8)]) == [13]
    assert Timeline((level, ahead)).all_steady_ns([Moment(3, 8)]) == [3]
