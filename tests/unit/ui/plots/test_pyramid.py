import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nursestation.ui.plots.pyramid import FACTOR, Pyramid

ZERO = 1_767_279_600


@st.composite
def recorded(draw):
    """Some hours of one metric: seconds, with silences, slower stretches and gaps, and whole values."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(1, 900))
    steps = random.choice(draw(st.sampled_from([[1], [1, 1, 1, 5], [1, 2, 900], [5]])), n)
    values = np.round(80 + np.cumsum(random.normal(0, 0.3, n)) + random.normal(0, 2, n))
    values[random.random(n) < draw(st.sampled_from([0, 0, 0.01, 0.5]))] = np.nan
    for begin in random.integers(0, n, draw(st.integers(0, 2))):
        values[begin : begin + n // 5] = np.nan
    steps[random.integers(0, n, draw(st.integers(0, 2)))] = 2000
    return ZERO + np.cumsum(steps), values


@st.composite
def looked_at(draw):
    """A record, a stretch of it, and a pyramid of it that came in pieces and was panned to the stretch while they came."""
    seconds, values = draw(recorded())
    ends = st.integers(-100, int(seconds[-1]) - ZERO + 100)
    t0 = ZERO + draw(ends) + draw(st.sampled_from([0.0, 0.25]))
    t1 = t0 + draw(st.integers(1, int(seconds[-1]) - ZERO + 200))
    n_px = draw(st.sampled_from([1, 4, 20, 100, 800]))
    pyramid = Pyramid()
    cuts = sorted(draw(st.lists(st.integers(0, len(seconds)), max_size=4)))
    for begin, end in zip([0, *cuts], [*cuts, len(seconds)], strict=True):
        pyramid.extend(seconds[begin:end], values[begin:end])
        aside = draw(st.sampled_from([0.0, 0.1, -0.2, 0.6])) * (t1 - t0)
        pyramid.slice(t0 + aside, t1 + aside, n_px)
    return seconds, values, pyramid, t0, t1, n_px


@settings(deadline=None)
@given(looked_at())
def test_the_extremes_of_every_stretch_are_kept(case):
    seconds, values, pyramid, t0, t1, n_px = case
    _, drawn = pyramid.slice(t0, t1, n_px)
    inside = values[(seconds >= t0) & (seconds <= t1)]
    inside = inside[np.isfinite(inside)]
    if len(inside):
        assert np.nanmin(drawn) <= inside.min()
        assert np.nanmax(drawn) >= inside.max()


@settings(deadline=None)
@given(looked_at())
def test_every_value_is_drawn_within_two_pixels_of_its_time_and_nothing_else_is(case):
    seconds, values, pyramid, t0, t1, n_px = case
    pixel_s = (t1 - t0) / n_px
    t, drawn = pyramid.slice(t0, t1, n_px)
    for second, value in zip(seconds, values, strict=True):
        if t0 <= second <= t1 and np.isfinite(value):
            near = drawn[np.abs(t - second) <= 2 * pixel_s]
            assert near[np.isfinite(near)].min() <= value <= near[np.isfinite(near)].max()
    for second, value in zip(t, drawn, strict=True):
        if np.isfinite(value):
            assert value in values[np.abs(seconds - second) <= 2 * pixel_s]


@settings(deadline=None)
@given(looked_at())
def test_there_are_at_most_two_points_a_pixel(case):
    _, _, pyramid, t0, t1, n_px = case
    _, drawn = pyramid.slice(t0, t1, n_px)
    assert np.isfinite(drawn).sum() <= 2 * (n_px + 6)
    assert len(drawn) <= 3 * (n_px + 6)


@settings(deadline=None)
@given(looked_at())
def test_a_gap_of_a_pixel_and_more_is_a_gap(case):
    seconds, values, pyramid, t0, t1, n_px = case
    pixel_s = (t1 - t0) / n_px
    t, drawn = pyramid.slice(t0, t1, n_px)
    is_value = np.isfinite(values)
    for before, after in itertools.pairwise(seconds[is_value]):
        is_broken = not is_value[(seconds > before) & (seconds < after)].all()
        if is_broken and t0 <= before and after <= t1 and after - before > 3 * pixel_s:
            within = (t >= before - pixel_s) & (t <= after + pixel_s)
            assert np.isnan(drawn[within]).any()
            deep = (t > before + 1.5 * pixel_s) & (t < after - 1.5 * pixel_s)
            assert np.isnan(drawn[deep]).all()


@settings(deadline=None)
@given(looked_at())
def test_time_goes_on_in_what_is_drawn(case):
    _, _, pyramid, t0, t1, n_px = case
    t, drawn = pyramid.slice(t0, t1, n_px)
    assert (np.diff(t[np.isfinite(drawn)]) >= 0).all()


@settings(deadline=None)
@given(recorded())
def test_the_bounds_are_those_of_all(record):
    pyramid = Pyramid()
    pyramid.extend(*record)
    values = record[1][np.isfinite(record[1])]
    assert pyramid.bounds() == ((values.min(), values.max()) if len(values) else None)


@settings(deadline=None)
@given(looked_at())
def test_a_pyramid_fed_in_pieces_draws_as_one_fed_at_once(case):
    seconds, values, pyramid, t0, t1, n_px = case
    whole = Pyramid()
    for second, value in zip(seconds.tolist(), values.tolist(), strict=True):
        whole.add(second, value)
    for one, other in zip(whole.slice(t0, t1, n_px + 1), pyramid.slice(t0, t1, n_px + 1), strict=True):
        assert np.array_equal(one, other, equal_nan=True)


def test_a_curve_that_is_panned_moves_as_it_is():
    pyramid = Pyramid()
    seconds = ZERO + np.arange(20_000)
    pyramid.extend(seconds, np.round(80 + 5 * np.sin(seconds / 50) + np.random.default_rng(7).normal(0, 3, 20_000)))
    t, v = pyramid.slice(ZERO + 3600, ZERO + 10_800, 600)
    then, moved = pyramid.slice(ZERO + 3605, ZERO + 10_805, 600)
    inside = slice(10, -10)
    shared = dict.fromkeys(zip(t.tolist(), v.tolist(), strict=True))
    assert all(point in shared for point in list(zip(then.tolist(), moved.tolist(), strict=True))[inside])


def test_what_came_after_a_long_silence_is_not_drawn_before_it():
    pyramid = Pyramid()
    pyramid.extend(ZERO + np.arange(4000), np.full(4000, 80.0))
    pyramid.extend(ZERO + 8000 + np.arange(4000), np.full(4000, 120.0))
    t, v = pyramid.slice(ZERO, ZERO + 12_000, 20)
    assert t[v == 120].min() >= ZERO + 8000
    assert t[v == 80].max() <= ZERO + 4000


def test_what_is_short_comes_as_it_is():
    pyramid = Pyramid()
    pyramid.extend(ZERO + np.arange(100), np.arange(100.0))
    t, v = pyramid.slice(ZERO, ZERO + 200, 50)
    assert t.tolist() == [ZERO + n for n in range(100)]
    assert v.tolist() == list(range(100))


def test_the_line_reaches_beyond_the_edges():
    pyramid = Pyramid()
    pyramid.extend(ZERO + 10 * np.arange(50), np.arange(50.0))
    t, _ = pyramid.slice(ZERO + 105, ZERO + 205, 400)
    assert (t[0], t[-1]) == (ZERO + 100, ZERO + 210)


def test_a_value_between_two_gaps_is_seen():
    pyramid = Pyramid()
    pyramid.extend(ZERO + np.arange(3), np.array([np.nan, 97.0, np.nan]))
    t, v = pyramid.slice(ZERO - 50, ZERO + 50, 50)
    assert np.isfinite(v).sum() == 2
    assert np.diff(t[np.isfinite(v)]).tolist() == [1.0]


def test_the_newest_value_may_be_replaced_until_another_comes():
    pyramid = Pyramid()
    pyramid.extend(ZERO + np.arange(FACTOR**3), np.full(FACTOR**3, 80.0))
    assert pyramid.bounds() == (80, 80)
    assert pyramid.slice(ZERO, ZERO + FACTOR**3, 2)[1].max() == 80
    pyramid.replace_last(140.0)
    assert pyramid.bounds() == (80, 140)
    pyramid.extend(ZERO + FACTOR**3 + np.arange(FACTOR**3), np.full(FACTOR**3, 80.0))
    assert pyramid.slice(ZERO, ZERO + 2 * FACTOR**3, 2)[1].max() == 140


@pytest.mark.parametrize("second", [ZERO + 4, ZERO + 5])
def test_time_may_not_go_back(second):
    pyramid = Pyramid()
    pyramid.add(ZERO + 5, 1.0)
    with pytest.raises(ValueError, match="ascend"):
        pyramid.add(second, 2.0)


@pytest.mark.parametrize(
    ("second", "found"),
    [(9.9, None), (10, 80.0), (10.9, 80.0), (11, None), (12, 81.0), (27, 81.0), (27.5, None), (39.9, None), (40, 82.0)],
)
def test_the_value_at_a_second_is_the_last_before_it_and_none_in_a_gap(second, found):
    pyramid = Pyramid()
    pyramid.extend(ZERO + np.array([10, 11, 12, 40]), np.array([80.0, math.nan, 81.0, 82.0]))
    assert pyramid.at(ZERO + second, 15) == found


def test_an_empty_one_has_nothing():
    pyramid = Pyramid()
    assert pyramid.bounds() is None
    assert pyramid.at(ZERO, 15) is None
    assert len(pyramid.slice(ZERO, ZERO + 10, 10)[0]) == 0
    assert pyramid.last_second is None
