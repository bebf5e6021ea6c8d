import itertools

from hypothesis import given
from hypothesis import strategies as st

from devices.events import Priority
from nursestation.core.model import ChartKind, Grade, Phase
from nursestation.core.protocols import BpRules, FlagRule
from nursestation.core.snapshot import AlarmSpanView, PhaseSpan
from nursestation.ui.plots.trend_view import Caret, spread, stagger, told_carets, trend_view
from tests.helpers.station_views import (
    BASELINE,
    MINUTE_NS,
    NOW,
    make_entry,
    make_flag,
    make_protocol,
    make_reading,
    make_visit,
)


def _ago(minutes):
    return NOW.shifted(-round(minutes * MINUTE_NS))


def _infusion(**changes):
    spike = make_reading(182, 111, ago_s=120)
    facts = {
        "opened": _ago(44),
        "spans": (
            PhaseSpan(phase=Phase.CHECK_IN, start=_ago(44), end=_ago(40)),
            PhaseSpan(phase=Phase.BASELINE, start=_ago(40), end=_ago(34)),
            PhaseSpan(phase=Phase.INFUSION, start=_ago(34), end=None),
        ),
        "infusion_started": _ago(34),
        "infusion_run_s": 33 * 60.0,
        "dose_text": "36 mg",
        "baseline": BASELINE,
        "cuffs": (make_reading(126, 77, ago_s=36 * 60), spike),
        "flags": (make_flag(reading=spike),),
        "pauses": ((_ago(1), None),),
        "paused": True,
        "chart": (make_entry("a", "Nausea", at=_ago(16), resolved=_ago(5)),),
    }
    return make_visit(Phase.INFUSION, **(facts | changes))


def test_minutes_count_from_the_start_of_the_infusion():
    view = trend_view(_infusion(), NOW)
    assert view.from_start
    assert (view.first, view.now) == (-10, 34)
    assert [caret.at for caret in view.carets] == [-2, 32]


def test_before_it_minutes_count_from_the_check_in():
    view = trend_view(make_visit(Phase.CHECK_IN, opened=_ago(6)), NOW)
    assert not view.from_start
    assert (view.first, view.now) == (0, 6)
    assert view.last == 30


def test_the_plan_is_shaded_ahead():
    bands = trend_view(_infusion(), NOW).phases
    assert [band.title for band in bands] == ["Check-in", "Baseline", "Infusion · 40 min", "Observation · 30 min"]
    assert (bands[2].start, bands[2].end) == (0, 41)  # a pause of one minute puts the end off
    assert bands[3].planned
    assert bands[3].end == 71


def test_observation_ends_where_it_is_planned_to():
    spans = (
        PhaseSpan(phase=Phase.INFUSION, start=_ago(50), end=_ago(10)),
        PhaseSpan(phase=Phase.OBSERVATION, start=_ago(10), end=None),
    )
    visit = make_visit(
        Phase.OBSERVATION, spans=spans, infusion_started=_ago(50), observation_s=600.0, observation_left_s=1200.0
    )
    assert [(band.start, band.end) for band in trend_view(visit, NOW).phases] == [(0, 40), (40, 70)]


def test_the_reading_that_raised_a_flag_is_marked():
    assert [caret.flagged for caret in trend_view(_infusion(), NOW).carets] == [False, True]
    watched = _infusion(flags=(make_flag(reading=_infusion().cuffs[1], grade=Grade.WATCH),))
    assert not any(caret.flagged for caret in trend_view(watched, NOW).carets)


def test_the_reading_that_confirmed_a_flag_is_marked_too():
    first, second = make_reading(182, 111, ago_s=120), make_reading(184, 112, ago_s=30)
    visit = _infusion(cuffs=(first, second), flags=(make_flag(reading=first, confirmed_by=second),))
    assert all(caret.flagged for caret in trend_view(visit, NOW).carets)


def test_events_stand_in_order_with_their_words():
    events = trend_view(_infusion(), NOW).events
    assert [event.text for event in events] == ["Start 36 mg", "Nausea – mild", "Nausea over", "Paused"]
    told = _infusion(chart=(make_entry("b", "", kind=ChartKind.CLINICIAN_TOLD, severity=None),))
    assert "Clinician told" in [event.text for event in trend_view(told, NOW).events]


def test_the_spike_limit_comes_from_the_protocol():
    rung = FlagRule(grade=Grade.SPIKE, priority=Priority.HIGH, prompt="p", sys_at_or_above=170)
    protocol = make_protocol(bp=BpRules(flags=(rung,), red_flag_symptoms=()))
    assert trend_view(_infusion(protocol=protocol), NOW).spike_limit == 170
    bare = make_protocol(bp=BpRules(flags=(), red_flag_symptoms=()))
    assert trend_view(_infusion(protocol=bare), NOW).spike_limit is None


@given(
    st.lists(st.tuples(st.floats(0, 500), st.floats(1, 200)), max_size=30).map(
        lambda spans: sorted((left, left + width) for left, width in spans)
    ),
    st.integers(1, 4),
)
def test_no_two_words_of_a_row_overlap(spans, n_rows):
    rows = stagger(spans, n_rows)
    for row in range(n_rows):
        placed = [span for span, its in zip(spans, rows, strict=True) if its == row]
        assert all(right <= left for (_, right), (left, _) in itertools.pairwise(placed))


def test_of_flagged_readings_close_together_the_highest_is_told():
    carets = [
        Caret(at=at, sys=sys, dia=100, mean=None, flagged=flagged)
        for at, sys, flagged in ((10, 172, True), (11, 174, True), (12, 190, False), (20, 165, True))
    ]
    assert [caret.sys for caret in told_carets(carets, 3)] == [174, 165]
    assert [caret.sys for caret in told_carets(carets, 0.5)] == [174, 172, 165]


@given(st.lists(st.floats(0, 100), max_size=8).map(sorted), st.floats(0.1, 20))
def test_names_give_way_to_each_other(wanted, apart):
    placed = spread(wanted, apart)
    assert all(upper - lower >= apart * 0.999 for lower, upper in itertools.pairwise(placed))
    assert all(place >= wish for place, wish in zip(placed, wanted, strict=True))


def test_a_short_visit_fills_its_axis():
    view = trend_view(make_visit(Phase.DISCHARGED, opened=_ago(7), infusion_started=_ago(5), spans=()), NOW)
    assert (view.first, view.last) == (-2, 8)


def test_what_has_no_room_keeps_its_mark_alone():
    assert stagger([(0, 50), (10, 60), (20, 70), (55, 90)], 2) == [0, 1, None, 0]


def test_alarms_stand_from_their_begin_to_their_end_or_until_now():
    spans = (
        AlarmSpanView(metric="spo2", priority=Priority.HIGH, text="SpO₂ 86 < 90 %", start=_ago(20), end=_ago(18)),
        AlarmSpanView(metric="resp_rate", priority=Priority.LOW, text="RR 31 > 30", start=_ago(4), end=None),
    )
    alarms = trend_view(_infusion(alarm_spans=spans), NOW).alarms
    assert [(alarm.metric, alarm.start, alarm.end) for alarm in alarms] == [("spo2", 14, 16), ("resp_rate", 30, 34)]


def test_a_visit_that_is_looked_back_at_has_no_present():
    assert trend_view(_infusion(), NOW, is_live=False).now is None


def test_the_heart_rate_of_the_baseline_is_told_with_it():
    assert trend_view(_infusion(), NOW).baseline_rate == BASELINE.heart_rate
    assert trend_view(_infusion(baseline=None), NOW).baseline_rate is None
