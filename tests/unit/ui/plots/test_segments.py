import numpy as np
import pytest

from devices.clock import NS_PER_S
from nursestation.ui.plots.bank import Bank
from nursestation.ui.plots.segments import GAP_PX, LATE_S, REACH_PX, Group, Strip

RATE = 100.0
PX_PER_S = 100.0
WIDTH = 400.0
LEFT, TOP, HEIGHT = 10.0, 5.0, 50.0
ALL = (0.0, WIDTH)


def _ns(seconds):
    return round(seconds * NS_PER_S)


def _group(bank, n=1, **changes):
    """Return a group of the bank's first `n` columns, each in a strip of its own."""
    told = {"low": 0.0, "high": 1.0} | changes
    strips = [Strip(column, LEFT + 1000 * column, TOP, HEIGHT, **told) for column in range(n)]
    return Group(bank, strips, width=WIDTH, px_per_s=PX_PER_S)


def _feed(trace, from_s, until_s, value=0.5):
    for n in range(round(from_s * 10) + 1, round(until_s * 10) + 1):
        trace.add(np.full(10, value, dtype=np.float32), _ns(n / 10))


def _fed(until_s, value=0.5, n=1):
    bank = Bank(RATE)
    for column in range(n):
        _feed(bank.column(column), 0, until_s, value)
    return bank


def _visible(group, strip=0):
    """Return the lines of a strip that would be painted."""
    rows = [row for first, n in group.blocks(ALL) for row in range(first, first + n)]
    return group.lines[rows, strip]


def _drawn(group, strip=0):
    lines = _visible(group, strip)
    return lines[np.isfinite(lines).all(axis=1)]


def test_nothing_is_visible_before_the_first_sample():
    bank = Bank(RATE)
    bank.column(0)
    group = _group(bank)
    group.advance(_ns(5))
    assert not group.advance(_ns(5.1)).spans
    assert group.blocks(ALL) == []


def test_a_window_less_the_gap_is_visible():
    group = _group(_fed(10))
    group.advance(_ns(9.9))
    assert group.end == 991
    assert group.end - group.start == pytest.approx(WIDTH - GAP_PX, abs=2)
    assert len(_drawn(group)) >= group.end - group.start - 3


def test_no_line_is_drawn_past_the_last_sample():
    group = _group(_fed(10))
    group.advance(_ns(9.9))
    for step in range(60):
        group.advance(_ns(10 + 0.05 * step))
        assert group.filled_until(0) == (1001 if step else 1000 + 1)
        x_last = LEFT + (10.0 % 4) * 100
        drawn = _drawn(group)
        swept = drawn[(drawn[:, 2] > x_last + 0.01) & (drawn[:, 2] < x_last + 5 * step)]
        assert not len(swept)


def test_where_nothing_arrives_the_old_sweep_is_erased_and_at_last_nothing_stands():
    group = _group(_fed(10))
    seen = []
    for step in range(60):
        group.advance(_ns(9.9 + 0.1 * step))
        seen.append(len(_drawn(group)))
    assert seen[-1] == 0
    assert sorted(seen[2:], reverse=True) == seen[2:]
    assert group.blocks(ALL) == []


def test_a_blank_strip_asks_for_no_paint_and_comes_back_whole():
    bank = _fed(10)
    group = _group(bank)
    for step in range(100):
        change = group.advance(_ns(9.9 + 0.1 * step))
    assert change.spans == ()
    _feed(bank.column(0), 25, 27)
    for step in range(20):
        group.advance(_ns(25.0 + 0.1 * step))
    fresh = _group(bank)
    fresh.advance(_ns(25.0 + 0.1 * 19))
    assert len(_drawn(group)) > 150
    np.testing.assert_array_equal(_drawn(group), _drawn(fresh))


def test_the_picture_after_many_steps_is_that_of_one_step():
    bank = _fed(20)
    stepped, fresh = _group(bank), _group(bank)
    for step in range(200):
        stepped.advance(_ns(12 + 0.03 * step))
    fresh.advance(_ns(12 + 0.03 * 199))
    assert stepped.window == fresh.window
    np.testing.assert_allclose(_visible(stepped), _visible(fresh))


def test_what_changes_lies_inside_the_spans():
    group = _group(_fed(20))
    group.advance(_ns(12))
    for step in range(1, 150):
        before = {tuple(line) for line in _drawn(group).tolist()}
        spans = group.advance(_ns(12 + 0.037 * step)).spans
        after = {tuple(line) for line in _drawn(group).tolist()}
        for x0, _, x1, _ in before ^ after:
            assert any(low + LEFT <= x0 and x1 <= high + LEFT for low, high in spans)


def test_a_missing_sample_breaks_the_line():
    bank = _fed(5)
    trace = bank.column(0)
    trace.add_gap(20)
    for n in range(5):
        trace.add(np.full(10, 0.5, dtype=np.float32), _ns(5.3 + n / 10))
    group = _group(bank)
    group.advance(_ns(5.7))
    assert np.isnan(_visible(group)).any(axis=1).sum() >= 20


def test_no_line_runs_back_from_the_right_edge_to_the_left():
    group = _group(_fed(20))
    group.advance(_ns(18))
    drawn = _drawn(group)
    assert (drawn[:, 2] >= drawn[:, 0]).all()
    assert (drawn[:, 2] - drawn[:, 0] < 2).all()


def test_values_outside_the_range_stay_inside_the_strip():
    group = _group(_fed(10, value=7.0))
    group.advance(_ns(9.9))
    assert np.nanmin(_visible(group)[:, [1, 3]]) >= TOP


def test_another_range_redraws_or_leaves_what_is_there():
    group = _group(_fed(10))
    group.advance(_ns(9.9))
    middle = _visible(group)[:, 3].copy()
    group.rescale(0, 0.0, 2.0, redraw=False)
    np.testing.assert_array_equal(_visible(group)[:, 3], middle)
    group.rescale(0, 0.0, 2.0, redraw=True)
    assert np.nanmin(_visible(group)[:, 3]) > np.nanmin(middle)


def test_a_line_goes_on_without_a_break_where_the_range_changes():
    bank = _fed(20)
    group = _group(bank)
    group.advance(_ns(12))
    group.rescale(0, 0.0, 2.0, redraw=False)
    group.advance(_ns(12.2))
    drawn = _drawn(group)
    order = np.argsort(drawn[:, 0])
    followed = drawn[order][1:, 0] == drawn[order][:-1, 2]
    np.testing.assert_array_equal(drawn[order][1:, 1][followed], drawn[order][:-1, 3][followed])
    assert len(set(drawn[:, 3].tolist())) == 2


def test_a_range_that_reaches_further_outgrows_the_present_one():
    group = _group(_fed(1))
    assert group.is_outgrown_by(0, -0.1, 1.0)
    assert group.is_outgrown_by(0, 0.0, 1.1)
    assert not group.is_outgrown_by(0, 0.1, 0.9)


def test_a_long_sleep_leaves_no_old_line_behind():
    bank = _fed(10)
    group = _group(bank)
    group.advance(_ns(9.9))
    _feed(bank.column(0), 100, 110, value=0.25)
    group.advance(_ns(109.8))
    assert np.nanmax(abs(_visible(group)[:, 3] - (TOP + HEIGHT * 0.75))) < 1e-6


@pytest.mark.parametrize("late_s", [0.2, LATE_S - 0.05, 2.0])
def test_what_comes_late_is_filled_in_behind_the_cursor_and_the_others_stand(late_s):
    bank = _fed(10, n=2)
    group = _group(bank, 2)
    group.advance(_ns(9.9))
    _feed(bank.column(1), 10, 10 + late_s)
    for step in range(round(late_s * 20)):
        group.advance(_ns(9.9 + 0.05 * step))
    others = _drawn(group, 1)
    held_up = bank.column(0)
    for n in range(round(late_s * 10)):  # all at once, each with the time at which the station took it
        held_up.add(np.full(10, 0.5, dtype=np.float32), _ns(10.1 + n / 10))
    change = group.advance(_ns(9.9 + late_s))
    fresh = _group(bank, 2)
    fresh.advance(_ns(9.9 + late_s))
    np.testing.assert_array_equal(_drawn(group, 0), _drawn(fresh, 0))
    np.testing.assert_array_equal(_drawn(group, 1), _drawn(fresh, 1))
    assert len(_drawn(group, 1)) >= len(others) - 10
    filled_from = (10.0 % 4) * 100
    assert change.whole == (0,) or any(low <= filled_from <= high for low, high in change.spans)


def test_a_silent_strip_keeps_nobody_waiting():
    bank = Bank(RATE)
    _feed(bank.column(0), 0, 20)
    _feed(bank.column(1), 0, 10)  # then it is silent
    group = _group(bank, 2)
    group.advance(_ns(12))
    for step in range(1, 100):
        spans = group.advance(_ns(12 + 0.02 * step)).spans
        assert sum(high - low for low, high in spans) < GAP_PX + 20
    assert len(_drawn(group, 0)) == group.end - group.start - 2
    assert group.filled_until(1) == 1001


def test_two_spans_that_touch_the_same_lines_get_each_line_once():
    group = _group(_fed(20))
    group.advance(_ns(18))
    rows = [row for first, n in group.blocks((10, 40), (38, 60), (300, 310)) for row in range(first, first + n)]
    assert len(rows) == len(set(rows))
    x = group.lines[rows, 0, 2] - LEFT
    assert {round(one) for one in x.tolist()} >= {*range(11, 60), *range(301, 310)}
    assert len(rows) < 90


@pytest.mark.parametrize("px_per_s", [20.0, 23.7, 90.0])
def test_a_span_is_painted_with_each_line_that_reaches_into_it_and_few_others(px_per_s):
    bank = _fed(30)
    group = Group(bank, [Strip(0, 0.0, TOP, HEIGHT, 0.0, 1.0)], width=WIDTH, px_per_s=px_per_s)
    for at_s in np.arange(28, 30, 0.17):
        group.advance(_ns(at_s))
        drawn = _drawn(group)
        for x0 in np.arange(-1.5, WIDTH, 7.3):
            reached = drawn[(drawn[:, 2] + REACH_PX > x0) & (drawn[:, 0] - REACH_PX < x0 + 10)]
            rows = [row for first, n in group.blocks((x0, x0 + 10)) for row in range(first, first + n)]
            painted = {tuple(line) for line in group.lines[rows, 0].tolist()}
            assert {tuple(line) for line in reached.tolist()} <= painted
            assert len(painted) <= len(reached) + (5 if 10 < x0 < WIDTH - 20 else 20)


def test_lines_that_are_made_ahead_of_the_cursor_are_those_that_stand_at_last():
    bank = Bank(RATE)
    for column in range(2):
        _feed(bank.column(column), 0, 8)
    group = _group(bank, 2)
    group.advance(_ns(7.9))
    for step in range(1, 300):
        now_s = 8 + step / 60
        for column, silent in ((0, range(0)), (1, range(120, 170))):
            if step % 6 == 3 * column and step not in silent:
                values = np.random.default_rng(step).random(10, dtype=np.float32)
                bank.column(column).add(values, _ns(now_s))
        group.advance(_ns(now_s - 0.1))
        fresh = _group(bank, 2)
        fresh.advance(_ns(now_s - 0.1))
        for strip in range(2):
            np.testing.assert_array_equal(_drawn(group, strip), _drawn(fresh, strip))
            assert group.filled_until(strip) == fresh.filled_until(strip)


@pytest.mark.parametrize("n_first", range(12, 20))
def test_a_sample_that_is_taken_back_is_not_drawn_ahead(n_first):
    bank = Bank(20.0)
    trace = bank.column(0)

    def slow():  # whose gap is longer than samples may come ahead of their time
        return Group(bank, [Strip(0, LEFT, TOP, HEIGHT, 0.0, 1.0)], width=WIDTH, px_per_s=10.5)

    for n in range(100):
        trace.add(np.full(2, 0.5, dtype=np.float32), _ns(0.1 * n))
    group = slow()
    group.advance(_ns(9.8))
    for n in range(30):  # far more than time has room for: the last one that fits is broken off
        trace.add(np.full(2, 0.5, dtype=np.float32), _ns(10.0))
        if n == n_first:
            group.advance(_ns(9.9))
    for step in range(120):
        group.advance(_ns(9.95 + step / 60))
    fresh = slow()
    fresh.advance(_ns(9.95 + 119 / 60))
    assert np.isnan(_visible(fresh)).any()
    np.testing.assert_array_equal(_drawn(group), _drawn(fresh))


def test_a_rectangle_touches_the_spans_of_the_strips_under_it():
    group = _group(_fed(5, n=2), 2)
    both = np.array([[LEFT + 20, 0, LEFT + 30, 100], [LEFT + 1020, 0, LEFT + 1030, 100]])
    assert group.touched(both) == [(20.0, 30.0)]
    assert group.touched(np.array([[0, 200, 2000, 300]])) == []


def _fast(values, px_per_s=20.0):
    """Return a group whose stretches are ten samples long, over `values` at 100 Hz that end at 10 s."""
    bank = Bank(RATE)
    for n, block in enumerate(values.reshape(-1, 10)):
        bank.column(0).add(block.astype(np.float32), _ns(10 - (len(values) - 10 * n - 10) / RATE))
    strips = [Strip(0, 0.0, 0.0, HEIGHT, 0.0, 1.0)]
    group = Group(bank, strips, width=WIDTH, px_per_s=px_per_s)
    group.advance(_ns(10.5))
    return group


def test_where_samples_share_a_pixel_no_peak_is_lost():
    values = np.zeros(800)
    values[437] = 1.0
    drawn = _drawn(_fast(values))
    assert len(drawn) < 800 / 4
    assert drawn[:, 3].min() == 0.0
    peak_s = drawn[drawn[:, 3].argmin(), 2] / 20.0
    assert peak_s == pytest.approx((10 - (800 - 438) / RATE) % 20, abs=0.05)


def test_where_samples_share_a_pixel_a_slope_stays_straight():
    drawn = _drawn(_fast(np.linspace(0.0, 1.0, 800)))[2:-2]
    slope = (drawn[:, 3] - drawn[:, 1]) / (drawn[:, 2] - drawn[:, 0])
    assert slope.std() < 0.01 * abs(slope.mean())


def test_where_samples_share_a_pixel_a_missing_one_breaks_the_line():
    values = np.full(800, 0.5)
    values[400:440] = np.nan
    lines = _visible(_fast(values))
    assert 4 <= np.isnan(lines).any(axis=1).sum() - np.isnan(_visible(_fast(np.full(800, 0.5)))).any(axis=1).sum() <= 14
