import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.events import Priority
from nursestation.core.model import Phase
from nursestation.core.snapshot import AlarmSpanView, LimitSpanView, PhaseSpan
from nursestation.ui.plots.lanes import LOW_PRESSURE, lanes
from nursestation.ui.plots.trend_scene import CARET_PX, Letters, Scale, minute_ticks, scene
from nursestation.ui.plots.trend_view import trend_view
from tests.helpers.station_views import BASELINE, MINUTE_NS, NOW, make_entry, make_flag, make_reading, make_visit

START = NOW.shifted(-30 * MINUTE_NS)
LETTERS = Letters(lambda text: 7.0 * len(text), lambda text, room: text[: int(room / 7)], 16)
HEIGHT, LOW_HEIGHT = 300.0, 180.0


def _span(metric, begin, end, priority=Priority.HIGH):
    return AlarmSpanView(
        metric=metric, priority=priority, text="", start=START.shifted(begin * MINUTE_NS),
        end=None if end is None else START.shifted(end * MINUTE_NS),
    )  # fmt: skip


def _view(**changes):
    spike = make_reading(186, 112, ago_s=120)
    facts = {
        "opened": START,
        "infusion_started": START,
        "infusion_run_s": 1800.0,
        "spans": (PhaseSpan(phase=Phase.INFUSION, start=START, end=None),),
        "baseline": BASELINE,
        "cuffs": (make_reading(126, 77, ago_s=1500), make_reading(150, 90, ago_s=600), spike),
        "flags": (make_flag(reading=spike),),
        "chart": (make_entry("a", "Nausea", at=START.shifted(16 * MINUTE_NS)),),
    }
    return trend_view(make_visit(Phase.INFUSION, **(facts | changes)), NOW)


def _scene(view, first=0.0, last=70.0, *, from_baseline=False, height=HEIGHT):
    scale = Scale(first, last, 8, 508)
    where = lanes(height, 16, view.carets, (60, 90), ("spo2", "resp_rate"), view.baseline if from_baseline else None)
    return scene(view, scale, where, LETTERS, height, from_baseline=from_baseline), scale, where


def test_only_what_is_in_the_window_is_laid_out():
    drawn, scale, _ = _scene(_view(), 10, 25)
    assert [round(scale.minute(mark.x)) for mark in drawn.marks] == [20]
    assert len(drawn.dots) == 1
    assert all(8 <= fill.left < fill.right <= 508.001 for fill in drawn.fills)
    assert not any("186" in word.text for word in drawn.words)


def test_a_caret_stands_on_its_pressures_with_its_mean():
    drawn, scale, where = _scene(_view())
    mark = drawn.marks[0]
    lane = where.pressure
    assert (mark.x, mark.sys, mark.dia, mark.dot) == (scale.x(5), lane.y(126), lane.y(77), lane.y(93))
    assert [one.flagged for one in drawn.marks] == [False, False, True]


def test_from_the_baseline_a_bar_stands_on_its_line_and_the_dot_is_the_diastolic():
    drawn, _, where = _scene(_view(), from_baseline=True)
    mark, lane = drawn.marks[-1], where.pressure
    assert (mark.foot, mark.dia) == (lane.y(0), None)
    assert mark.sys == pytest.approx(lane.y(50))
    assert mark.dot == pytest.approx(lane.y(100 * 36 / 76))
    texts = [word.text for word in drawn.words]
    assert "+50 %" in texts
    assert "BP % from base" in texts
    assert any(rule.is_dashed and rule.y == pytest.approx(lane.y(100 * 56 / 124)) for rule in drawn.rules)


def test_an_alarm_lies_on_the_lane_of_its_metric():
    view = _view(alarm_spans=(_span("spo2", 5, 8), _span("nibp_sys", 10, None), _span("pulse_rate", 3, 4)))
    drawn, scale, where = _scene(view)
    by_left = sorted(drawn.strips)
    assert [round(scale.minute(strip.left)) for strip in by_left] == [3, 5, 10]
    rate, oxygen, pressure = by_left
    assert (oxygen.lane_top, oxygen.lane_bottom) == (where.others["spo2"].top, where.others["spo2"].bottom)
    assert rate.lane_bottom - 4 < rate.y < rate.lane_bottom == where.pressure.bottom
    assert pressure.lane_top < pressure.y < pressure.lane_top + 4
    assert scale.minute(pressure.right) == pytest.approx(30)


def test_the_graver_alarm_lies_over_the_other_and_a_short_one_is_seen():
    view = _view(alarm_spans=(_span("spo2", 5, 5), _span("spo2", 4, 9, Priority.LOW)))
    strips = _scene(view)[0].strips
    assert [strip.priority for strip in strips] == [Priority.LOW, Priority.HIGH]
    assert strips[1].right - strips[1].left >= 2


def test_an_alarm_of_a_metric_without_a_lane_is_left_to_the_readout():
    assert _scene(_view(alarm_spans=(_span("temp", 5, 8),)))[0].strips == ()


def test_the_figures_of_a_flag_stand_left_of_the_present():
    drawn, scale, _ = _scene(_view())
    word = next(word for word in drawn.words if word.text == "186/112")
    assert word.left + word.width <= scale.x(30) + 1e-6


@given(st.floats(-100, 100, allow_subnormal=False), st.floats(2, 50_000))
def test_the_minutes_under_the_window_are_round_few_and_in_it(first, length):
    scale = Scale(first, first + length, 8, 508)
    ticks = minute_ticks(scale)
    assert 1 <= len(ticks) <= 11
    assert all(scale.first <= tick <= scale.last for tick in ticks)
    steps = {after - before for before, after in itertools.pairwise(ticks)}
    assert len(steps) <= 1


def _limits(metric, low, high, begin=0, end=None):
    return LimitSpanView(
        metric=metric, low=low, high=high, start=START.shifted(begin * MINUTE_NS),
        end=None if end is None else START.shifted(end * MINUTE_NS),
    )  # fmt: skip


def _limit_lines(drawn, role):
    return [rule for rule in drawn.rules if rule.role == role and rule.is_dashed]


def test_the_limits_of_a_vital_lie_on_its_lane_as_long_as_they_held():
    view = _view(limit_spans=(_limits("spo2", 90, None, end=10), _limits("spo2", 92, None, begin=10)))
    drawn, scale, where = _scene(view)
    lane = where.others["spo2"]
    before, after = _limit_lines(drawn, "spo2")
    assert (before.y, round(scale.minute(before.right))) == (lane.y(90), 10)
    assert (after.y, round(scale.minute(after.left)), after.right) == (lane.y(92), 10, scale.right)


def test_the_limits_are_told_beside_the_lane_as_they_are_at_its_end():
    view = _view(
        limit_spans=(
            _limits("heart_rate", 50, 120),
            _limits("spo2", 90, None, end=10),
            _limits("spo2", 92, None, begin=10),
            _limits("resp_rate", 8, 30),
        )
    )
    texts = [word.text for word in _scene(view)[0].words]
    assert {"HR 50–120", "SpO₂ min 92", "RR 8–30"} <= set(texts)
    assert "SpO₂ min 90" in [word.text for word in _scene(view, 0, 8)[0].words]


@pytest.mark.parametrize("simulated", [False, True])
def test_a_low_pressure_lane_still_tells_the_limits_of_the_heart_rate(simulated):
    view = _view(limit_spans=(_limits("heart_rate", 50, 120),), simulated=simulated)
    drawn, _, where = _scene(view, height=LOW_HEIGHT)
    named = sorted(word.middle for word in drawn.words if word.is_free)
    assert where.pressure.height < LOW_PRESSURE * 16
    assert "HR 50–120" in [word.text for word in drawn.words]
    assert ("SIMULATED" in [word.text for word in drawn.words]) is simulated
    assert all(after - before >= 16 for before, after in itertools.pairwise(named))


@pytest.mark.parametrize("minute", [1, 2, 20])
def test_in_a_low_lane_figures_never_lie_upon_their_own_caret(minute):
    spike = make_reading(186, 112, ago_s=(30 - minute) * 60)
    view = _view(cuffs=(spike,), flags=(make_flag(reading=spike),))
    drawn, scale, _ = _scene(view, height=LOW_HEIGHT)
    word = next(word for word in drawn.words if word.text == "186/112")
    at = scale.x(minute)
    assert word.left >= at + CARET_PX / 2 or word.left + word.width <= at - CARET_PX / 2
    assert scale.left <= word.left <= word.left + word.width <= scale.right


def test_a_figure_never_lies_upon_a_higher_reading_beside_it():
    peak, near, lower = (make_reading(sys, 95, ago_s=ago_s) for sys, ago_s in ((178, 1200), (176, 900), (165, 720)))
    drawn, _, _ = _scene(
        _view(cuffs=(peak, near, lower), flags=[make_flag(reading=one) for one in (peak, near, lower)])
    )
    told = {word.text: word for word in drawn.words if "/" in word.text and word.role == "bad"}
    assert list(told) == ["178/95", "165/95"]
    for word in told.values():
        for mark in drawn.marks:
            is_beside = mark.x + CARET_PX / 2 <= word.left or mark.x - CARET_PX / 2 >= word.left + word.width
            assert is_beside or mark.sys - CARET_PX / 2 >= word.middle + LETTERS.row_px / 3


@pytest.mark.parametrize("dia", range(88, 116, 3))
def test_from_the_baseline_a_figure_never_lies_upon_the_diastolic_dot_of_another_reading(dia):
    spike, other = make_reading(168, 84, ago_s=900), make_reading(126, dia, ago_s=840)
    drawn, _, _ = _scene(_view(cuffs=(spike, other), flags=(make_flag(reading=spike),)), from_baseline=True)
    word = next(word for word in drawn.words if word.text.endswith(" %") and word.role == "bad")
    half, up = CARET_PX / 2, LETTERS.row_px / 3
    for mark in drawn.marks:
        is_beside = mark.x + half <= word.left or mark.x - half >= word.left + word.width
        assert is_beside or abs(mark.dot - word.middle) >= half + up


def test_the_highest_figure_is_told_also_where_every_side_of_it_is_taken():
    readings = [make_reading(160 if n == 8 else 178, 95, ago_s=1500 - 60 * n) for n in range(16)]
    drawn, _, _ = _scene(_view(cuffs=readings, flags=(make_flag(reading=readings[8]),)), 0, 150)
    assert any(word.text == "160/95" for word in drawn.words)


def _low_figures(*cuffs, flagged):
    """Return (figure, left and right end, middle) of each flagged reading told in a low lane, and the readings' marks."""
    view = _view(cuffs=cuffs, flags=tuple(make_flag(reading=one) for one in flagged))
    drawn, _, _ = _scene(view, height=LOW_HEIGHT)
    told = [word for word in drawn.words if word.role == "bad" and "/" in word.text]
    return [(word.text, word.left, word.left + word.width, word.middle) for word in told], drawn.marks


def test_in_a_low_lane_a_figure_goes_to_the_side_that_is_free():
    before, spike = make_reading(184, 111, ago_s=780), make_reading(186, 112, ago_s=600)
    ((text, left, _, _),), marks = _low_figures(before, spike, flagged=[spike])
    assert text == "186/112"
    assert left > max(mark.x for mark in marks)


def test_in_a_low_lane_a_figure_stands_below_the_line_of_an_alarm():
    spike = make_reading(239, 140, ago_s=600)
    view = _view(cuffs=(spike,), flags=(make_flag(reading=spike),), alarm_spans=(_span("nibp_sys", 15, None),))
    drawn, _, _ = _scene(view, height=LOW_HEIGHT)
    word = next(word for word in drawn.words if word.text == "239/140")
    assert word.middle - 5 > drawn.strips[0].y


def test_in_a_low_lane_a_figure_between_two_readings_is_left_out_and_a_higher_one_is_told():
    near = [make_reading(150, 90, ago_s=ago_s) for ago_s in (1380, 1200, 1020)]
    high = make_reading(220, 130, ago_s=600), make_reading(126, 77, ago_s=780)
    told, marks = _low_figures(*near, *high, flagged=[near[1], high[0]])
    assert [text for text, *_ in told] == ["220/130"]
    for _, left, right, middle in told:
        for mark in marks:
            assert not (mark.sys <= middle <= mark.foot and left < mark.x < right)


def test_in_a_low_lane_the_highest_figure_between_two_readings_goes_over_the_lane():
    near = [make_reading(sys, 95, ago_s=ago_s) for sys, ago_s in ((165, 1680), (168, 1500), (165, 1320))]
    ((text, left, right, middle),), marks = _low_figures(*near, flagged=[near[1]])
    assert text == "168/95"
    assert left < marks[-1].x < right
    assert middle + LETTERS.row_px / 3 <= min(mark.sys for mark in marks) - CARET_PX / 2


TOLD = st.lists(
    st.tuples(st.integers(0, 29), st.integers(100, 240)), min_size=2, max_size=9, unique_by=lambda one: one[0]
)


@given(TOLD, st.sampled_from([LOW_HEIGHT, HEIGHT]))
def test_no_figure_lies_upon_another_or_in_a_low_lane_upon_the_name_of_a_phase(readings, height):
    cuffs = [make_reading(sys, 80, ago_s=60 * (30 - minute)) for minute, sys in sorted(readings)]
    view = _view(cuffs=cuffs, flags=[make_flag(reading=one) for one in cuffs])
    drawn, _, where = _scene(view, height=height)
    figures = [word for word in drawn.words if word.role == "bad" and "/" in word.text]
    titles = [word for word in drawn.words if word.middle == where.titles and word.role == "soft"]
    assert len(titles) == 2
    is_low = where.pressure.height < LOW_PRESSURE * LETTERS.row_px
    for n, one in enumerate(figures):
        for other in (*figures[:n], *(titles if is_low else ())):
            is_apart = one.left >= other.left + other.width or one.left + one.width <= other.left
            assert is_apart or abs(one.middle - other.middle) >= LETTERS.row_px


def test_a_limit_outside_its_lane_is_not_drawn_on_the_edge():
    drawn, _, _ = _scene(_view(limit_spans=(_limits("spo2", 85, None), _limits("resp_rate", 4, 40))))
    assert _limit_lines(drawn, "spo2") == _limit_lines(drawn, "resp") == []


def test_from_the_baseline_the_limits_of_the_heart_rate_are_distances_too():
    view = _view(limit_spans=(_limits("heart_rate", 50, 120),))
    rate = view.baseline_rate
    drawn, _, where = _scene(view, from_baseline=True)
    assert [rule.y for rule in _limit_lines(drawn, "heart_rate")] == [
        pytest.approx(where.pressure.y((limit / rate - 1) * 100))
        for limit in (50, 120)
        if where.pressure.low < (limit / rate - 1) * 100 < where.pressure.high
    ]
    assert _limit_lines(drawn, "heart_rate")
