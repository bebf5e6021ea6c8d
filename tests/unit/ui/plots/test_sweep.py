import numpy as np
import pytest

from devices.clock import NS_PER_S
from nursestation.ui.plots.sweep import GAP_PX, Sweep
from nursestation.ui.plots.trace import Trace

RATE = 100.0
PX_PER_S = 100.0
WIDTH = 400.0


def _ns(seconds):
    return round(seconds * NS_PER_S)


def _sweep(trace, **changes):
    told = {"left": 10.0, "top": 5.0, "width": WIDTH, "height": 50.0, "px_per_s": PX_PER_S, "low": 0.0, "high": 1.0}
    return Sweep(trace, **(told | changes))


def _fed(until_s, value=0.5):
    trace = Trace(RATE)
    for n in range(1, round(until_s * 10) + 1):
        trace.add(np.full(10, value, dtype=np.float32), _ns(n / 10))
    return trace


def _visible(sweep):
    """Return the rows of all lines that would be painted."""
    rows = [row for first, n in sweep.blocks(0, WIDTH + 20) for row in range(first, first + n)]
    return sweep.lines[rows]


def test_nothing_is_visible_before_the_first_sample():
    sweep = _sweep(Trace(RATE))
    assert sweep.advance(_ns(5)) == []
    assert sweep.blocks(0, WIDTH) == []


def test_a_window_less_the_gap_is_visible():
    sweep = _sweep(_fed(10))
    sweep.advance(_ns(9.9))
    start, end = sweep.window
    assert end == 991
    assert end - start == pytest.approx(WIDTH - GAP_PX, abs=2)
    assert np.isfinite(_visible(sweep)).all(axis=1).sum() >= end - start - 3


def test_the_cursor_never_passes_the_last_sample():
    sweep = _sweep(_fed(10))
    sweep.advance(_ns(9.9))
    for step in range(60):
        sweep.advance(_ns(10 + 0.05 * step))
        assert sweep.window[1] <= 1001
        newest = _visible(sweep)[:, 2].max(initial=0) if sweep.window[1] > sweep.window[0] else 0
        assert newest <= 10 + WIDTH


def test_where_nothing_arrives_the_old_sweep_is_erased_and_at_last_nothing_stands():
    sweep = _sweep(_fed(10))
    seen = []
    for step in range(60):
        sweep.advance(_ns(9.9 + 0.1 * step))
        seen.append(sweep.window[1] - sweep.window[0])
    assert seen[-1] == 0
    assert sorted(seen, reverse=True) == seen
    assert sweep.blocks(0, WIDTH + 20) == []


def test_the_picture_after_many_steps_is_that_of_one_step():
    trace = _fed(20)
    stepped, fresh = _sweep(trace), _sweep(trace)
    for step in range(200):
        stepped.advance(_ns(12 + 0.03 * step))
    fresh.advance(_ns(12 + 0.03 * 199))
    assert stepped.window == fresh.window
    np.testing.assert_allclose(np.sort(_visible(stepped), axis=0), np.sort(_visible(fresh), axis=0))


def test_what_changes_lies_inside_the_spans():
    trace = _fed(20)
    sweep = _sweep(trace)
    sweep.advance(_ns(12))
    for step in range(1, 150):
        before = {tuple(line) for line in _visible(sweep).tolist() if line[0] == line[0]}
        spans = sweep.advance(_ns(12 + 0.037 * step))
        after = {tuple(line) for line in _visible(sweep).tolist() if line[0] == line[0]}
        for x0, _, x1, _ in before ^ after:
            assert any(low <= x0 and x1 <= high for low, high in spans)


def test_a_missing_sample_breaks_the_line():
    trace = _fed(5)
    trace.add_gap(20)
    for n in range(5):
        trace.add(np.full(10, 0.5, dtype=np.float32), _ns(5.3 + n / 10))
    sweep = _sweep(trace)
    sweep.advance(_ns(5.7))
    lines = _visible(sweep)
    assert np.isnan(lines).any(axis=1).sum() >= 20


def test_no_line_runs_back_from_the_right_edge_to_the_left():
    sweep = _sweep(_fed(20))
    sweep.advance(_ns(18))
    lines = _visible(sweep)
    drawn = lines[np.isfinite(lines).all(axis=1)]
    assert (drawn[:, 2] >= drawn[:, 0]).all()
    assert (drawn[:, 2] - drawn[:, 0] < 2).all()


def test_values_outside_the_range_stay_inside_the_strip():
    sweep = _sweep(_fed(10, value=7.0))
    sweep.advance(_ns(9.9))
    lines = _visible(sweep)
    assert np.nanmin(lines[:, [1, 3]]) >= 5.0


def test_another_range_redraws_or_leaves_what_is_there():
    sweep = _sweep(_fed(10))
    sweep.advance(_ns(9.9))
    middle = _visible(sweep)[:, 3].copy()
    sweep.rescale(0.0, 2.0, redraw=False)
    np.testing.assert_array_equal(_visible(sweep)[:, 3], middle)
    sweep.rescale(0.0, 2.0, redraw=True)
    assert np.nanmin(_visible(sweep)[:, 3]) > np.nanmin(middle)


def test_a_range_that_reaches_further_outgrows_the_present_one():
    sweep = _sweep(_fed(1))
    assert sweep.is_outgrown_by(-0.1, 1.0)
    assert sweep.is_outgrown_by(0.0, 1.1)
    assert not sweep.is_outgrown_by(0.1, 0.9)


def test_a_long_sleep_leaves_no_old_line_behind():
    trace = _fed(10)
    sweep = _sweep(trace)
    sweep.advance(_ns(9.9))
    for n in range(1001, 1100):
        trace.add(np.full(10, 0.25, dtype=np.float32), _ns(n / 10))
    sweep.advance(_ns(109.8))
    y = _visible(sweep)[:, 3]
    assert np.nanmax(abs(y - (5 + 50 * 0.75))) < 1e-6
