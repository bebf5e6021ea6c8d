import pytest
from hypothesis import given
from hypothesis import strategies as st

from nursestation.ui.plots.trend_window import (
    LEAST_MIN,
    WHOLE,
    Axis,
    Look,
    follow,
    grip,
    pan,
    shown_around,
    window,
    zoom,
    zoom_at_present,
)

AXIS = Axis(first=-20.0, last=80.0, now=40.0)
OVER = Axis(first=-20.0, last=80.0, now=None)
looks = st.builds(
    Look, span=st.none() | st.floats(LEAST_MIN, 300), begin=st.none() | st.floats(-200, 200)
).filter(lambda look: look.span is not None or look.begin is None)  # fmt: skip
axes = st.builds(
    lambda first, length, part: Axis(first, first + length, None if part is None else first + part * length),
    st.floats(-60, 0),
    st.floats(10, 3000),
    st.none() | st.floats(0, 1),
)
parts = st.floats(0, 1)


@pytest.mark.parametrize(
    ("look", "axis", "shown"),
    [
        (WHOLE, AXIS, (-20, 80)),
        (Look(25.0), AXIS, (16, 41)),
        (Look(25.0), OVER, (55, 80)),
        (Look(30.0), Axis(-5, 25, 2), (-5, 25)),
        (Look(25.0), Axis(-5, 40, 2), (-5, 20)),
        (Look(400.0), AXIS, (-20, 80)),
        (Look(30.0, -5.0), AXIS, (-5, 25)),
        (Look(30.0, -50.0), AXIS, (-20, 10)),
        (Look(30.0, 70.0), AXIS, (50, 80)),
    ],
)
def test_the_window_of_a_look(look, axis, shown):
    assert window(look, axis) == pytest.approx(shown)


@given(looks, axes)
def test_no_look_leaves_the_visit(look, axis):
    first, last = window(look, axis)
    assert axis.first - 1e-9 <= first < last <= axis.last + 1e-9


@given(looks, axes, st.floats(-5000, 5000))
def test_a_pan_keeps_the_length_and_stops_at_the_ends(look, axis, minutes):
    before, after = window(look, axis), window(pan(look, axis, minutes), axis)
    assert after[1] - after[0] == pytest.approx(before[1] - before[0])
    moved = after[0] - before[0]
    assert abs(moved) <= abs(minutes) + 1e-6
    assert moved * minutes >= -1e-6


def test_a_pan_lets_go_of_the_present_and_the_whole_visit_cannot_be_panned():
    assert not pan(Look(30.0), AXIS, -5.0).follows
    assert pan(WHOLE, AXIS, -5.0) == WHOLE


def test_a_held_look_stays_where_it_is_while_time_goes_on():
    held = pan(Look(30.0), AXIS, -5.0)
    later = Axis(AXIS.first, 95.0, 55.0)
    assert window(held, later) == window(held, AXIS)


@given(looks, axes, parts, st.floats(0.05, 20))
def test_a_zoom_keeps_the_minute_it_is_about_unless_that_would_leave_the_visit(look, axis, part, factor):
    first, last = window(look, axis)
    about = first + part * (last - first)
    new_first, new_last = window(zoom(look, axis, factor, about), axis)
    assert new_first - 1e-6 <= about <= new_last + 1e-6
    if new_first > axis.first + 1e-6 and new_last < axis.last - 1e-6:
        assert (about - new_first) / (new_last - new_first) == pytest.approx(part, abs=1e-6)


@given(looks, axes, st.floats(0.001, 0.9))
def test_no_zoom_is_shorter_than_the_least(look, axis, factor):
    first, last = window(zoom(look, axis, factor, axis.first + axis.length / 2), axis)
    assert last - first >= LEAST_MIN - 1e-6


def test_zoomed_out_to_the_whole_visit_it_is_the_whole_visit_that_follows():
    assert zoom(Look(60.0, 0.0), AXIS, 4.0, 10.0) == WHOLE


def test_a_zoom_by_key_goes_on_following():
    nearer = zoom_at_present(WHOLE, AXIS, 0.5)
    assert nearer == Look(50.0)
    assert zoom_at_present(nearer, AXIS, 2.0) == WHOLE
    held = zoom_at_present(Look(40.0, 0.0), AXIS, 0.5)
    assert window(held, AXIS) == pytest.approx((10, 30))


places = st.tuples(st.floats(0, 0.9), st.floats(0.06, 0.5)).map(lambda one: (one[0], min(1.0, sum(one))))


@given(axes, places, places)
def test_two_fingers_keep_what_is_under_them(axis, held, moved):
    (one, other), (to_one, to_other) = held, moved
    minutes = (axis.first + one * axis.length, axis.first + other * axis.length)
    first, last = window(grip(axis, minutes, (to_one, to_other)), axis)
    if axis.first + 1e-6 < first and last < axis.last - 1e-6 and last - first > LEAST_MIN + 1e-6:
        assert first + to_one * (last - first) == pytest.approx(minutes[0], abs=1e-6)
        assert first + to_other * (last - first) == pytest.approx(minutes[1], abs=1e-6)


@pytest.mark.parametrize("parts_now", [(0.5, 0.5), (0.6, 0.4), (0.0, 1.0)])
def test_fingers_that_meet_or_cross_break_nothing(parts_now):
    first, last = window(grip(AXIS, (10.0, 20.0), parts_now), AXIS)
    assert AXIS.first <= first < last <= AXIS.last


@given(looks, axes, parts)
def test_what_is_asked_for_is_shown(look, axis, part):
    minute = axis.first + part * axis.length
    first, last = window(shown_around(look, axis, minute), axis)
    assert first - 1e-6 <= minute <= last + 1e-6


def test_what_is_shown_already_moves_nothing():
    assert shown_around(Look(30.0), AXIS, 30.0) == Look(30.0)


def test_back_to_the_present_it_is_as_long_as_before():
    assert follow(Look(12.0, 3.0)) == Look(12.0)
