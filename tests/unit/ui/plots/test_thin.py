import numpy as np
import pytest

from nursestation.ui.plots.thin import thin

T = np.arange(3600.0)


def test_a_short_curve_is_left_as_it_is():
    v = np.sin(T[:100])
    t, kept = thin(T[:100], v, 50)
    assert t is not None
    assert np.array_equal(t, T[:100])
    assert np.array_equal(kept, v)


def test_a_long_one_has_two_points_a_stretch():
    t, v = thin(T, np.sin(T / 50), 300)
    assert len(t) == len(v) == 600
    assert (np.diff(t) >= 0).all()


@pytest.mark.parametrize("at", [0, 1799, 3599])
def test_no_peak_and_no_dip_is_lost(at):
    values = np.full(3600, 97.0)
    values[at] = 71.0
    assert thin(T, values, 300)[1].min() == 71.0
    values[at] = 140.0
    assert thin(T, values, 300)[1].max() == 140.0


def test_a_break_in_the_line_stays_a_break():
    values = np.full(3600, 97.0)
    values[1800] = np.nan
    t, v = thin(T, values, 300)
    broken = np.flatnonzero(np.isnan(v))
    assert len(broken) == 1
    assert abs(t[broken[0]] - 1800) <= 3600 / 300
    assert np.isfinite(v[broken[0] - 1])
    assert np.isfinite(v[broken[0] + 1])


def test_where_nothing_is_there_is_nothing():
    values = np.full(3600, 97.0)
    values[1000:2000] = np.nan
    t, v = thin(T, values, 300)
    inside = (t > 1012) & (t < 1988)
    assert inside.any()
    assert np.isnan(v[inside]).all()


def test_only_breaks_are_only_breaks():
    assert np.isnan(thin(T, np.full(3600, np.nan), 300)[1]).all()


def test_all_at_one_time_is_left_alone():
    t = np.full(10, 5.0)
    assert len(thin(t, t, 2)[0]) == 10
