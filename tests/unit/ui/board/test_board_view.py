from dataclasses import replace

import pytest

from devices.events import AlarmKind, LinkPhase, Priority
from nursestation.core.model import Phase
from nursestation.core.snapshot import ConditionView, CuffView, Freshness, SignalState
from nursestation.ui.board.view import State, board_tile, board_waves
from nursestation.ui.chairs.view import tile_view
from nursestation.ui.plots.wave_look import MetricLook, WaveLook
from tests.helpers.station_views import NOW, make_chair, make_link, make_numeric, make_reading, make_visit

LOW_SPO2 = ConditionView(
    id="a",
    chair=2,
    rule="limit.spo2.low",
    kind=AlarmKind.PHYSIOLOGICAL,
    priority=Priority.MEDIUM,
    text="SpO₂ 86 < 90 %",
    age_s=14,
    acknowledged=False,
    metric="spo2",
)
SPIKE = replace(LOW_SPO2, id="b", rule="bp.spike", priority=Priority.HIGH, text="BP spike 182/111", metric="nibp_sys")


def _running(**changes):
    return make_chair(make_visit(Phase.INFUSION, infusion_run_s=2050.0, infusion_planned_s=2400.0), **changes)


def test_a_tile_says_what_the_rails_says_and_how_long_it_lasts_and_how_long_still():
    shown = board_tile(_running(cuff=CuffView(reading=make_reading(), age_s=370.0, due_in_s=108.0)), NOW)
    assert shown.tile == tile_view(_running(cuff=CuffView(reading=make_reading(), age_s=370.0)), NOW)
    assert (shown.state, shown.word) == (State.INFUSING, "Infusing")
    assert shown.clock == ("34:10 · 5:50 left", "5:50 left", "5:50")
    assert [(one.title, one.text) for one in shown.numbers] == [
        ("HR", "74"),
        ("SpO₂", "98"),
        ("BP", "124/76"),
        ("RR", "14"),
    ]
    assert (shown.numbers[2].age, shown.due, shown.is_late) == ("6 min ago", "next in 1:48", False)
    assert shown.numbers[2].names == ("BP 6 min ago", "BP 6 min", "BP")
    assert shown.numbers[0].names == ("HR",)
    assert shown.featured is None


@pytest.mark.parametrize(
    ("visit", "state", "word"),
    [
        (None, State.FREE, "Free"),
        (make_visit(Phase.CHECK_IN), State.CHECK_IN, "Check-in"),
        (make_visit(Phase.BASELINE), State.BASELINE, "Baseline"),
        (make_visit(Phase.INFUSION, paused=True), State.PAUSED, "Paused"),
        (make_visit(Phase.OBSERVATION, observation_s=60.0, observation_left_s=600.0), State.OBSERVING, "Observing"),
        (make_visit(Phase.READY, observation_s=60.0, observation_left_s=0.0), State.READY, "Ready to go"),
        (make_visit(Phase.DISCHARGED), State.OVER, "Discharged"),
        (make_visit(Phase.ENDED_EARLY), State.OVER, "Ended early"),
    ],
)
def test_each_state_has_a_word(visit, state, word):
    shown = board_tile(make_chair(visit), NOW)
    assert (shown.state, shown.word) == (state, word)


def test_the_privacy_face_knows_no_initials():
    told = board_tile(_running(), NOW)
    assert (told.tile.who, "J. K." in told.spoken) == ("J. K.", True)
    private = board_tile(_running(), NOW, with_initials=False)
    assert private.tile.who == ""
    assert "J. K." not in private.spoken
    assert private.spoken.startswith("Chair 2, Infusion 5:50 left, heart rate 74")


def test_the_number_in_alarm_comes_forward_and_the_worse_one_of_two():
    shown = board_tile(_running(conditions=(LOW_SPO2,)), NOW)
    assert shown.featured == 1
    assert [one.alarm for one in shown.numbers] == [None, Priority.MEDIUM, None, None]
    both = board_tile(_running(conditions=(SPIKE, LOW_SPO2)), NOW)
    assert both.featured == 2
    assert [one.asks for one in both.numbers] == [False, True, True, False]


@pytest.mark.parametrize("n_first", [0, 1])
def test_of_two_as_urgent_the_one_that_the_band_tells_comes_forward(n_first):
    very_low = replace(LOW_SPO2, priority=Priority.HIGH)
    two = (SPIKE, very_low) if n_first == 0 else (very_low, SPIKE)
    shown = board_tile(_running(conditions=two), NOW)
    assert (shown.tile.word, shown.featured) == (("BP SPIKE", 2), ("SpO₂ LOW", 1))[n_first]


def test_a_number_whose_alarm_was_seen_stays_forward_and_does_not_flash():
    seen = replace(LOW_SPO2, acknowledged=True, signal=SignalState.ACKNOWLEDGED)
    shown = board_tile(_running(conditions=(seen,)), NOW)
    assert shown.featured == 1
    assert not shown.numbers[1].asks


@pytest.mark.parametrize(("signal", "alarm"), [(SignalState.LATCHED, Priority.HIGH), (SignalState.ALARM_PAUSED, None)])
def test_what_is_over_or_paused_does_not_come_forward(signal, alarm):
    shown = board_tile(_running(conditions=(replace(SPIKE, signal=signal),)), NOW)
    assert shown.featured is None
    assert shown.numbers[2].alarm is alarm


def test_a_probe_that_fell_off_brings_no_number_forward():
    off = replace(LOW_SPO2, rule="sensor.spo2", kind=AlarmKind.TECHNICAL, text="SpO₂ probe off")
    lost = make_numeric("spo2", None, freshness=Freshness.LOST)
    shown = board_tile(_running(conditions=(off,), numerics=(lost,)), NOW)
    assert shown.featured is None
    assert shown.tile.alarm is Priority.MEDIUM


def test_a_monitor_that_is_down_is_told_with_its_time_in_the_alarm_and_beside_a_worse_one():
    gone = make_link(phase=LinkPhase.DISCONNECTED, quiet_s=190.0)
    shown = board_tile(_running(links=(gone,)), NOW)
    assert shown.word_of_alarm == "MONITOR NOT CONNECTED 3:10"
    worse = board_tile(_running(links=(gone,), conditions=(SPIKE,)), NOW)
    assert (worse.word_of_alarm, worse.link) == ("BP SPIKE", "MONITOR NOT CONNECTED 3:10")
    assert "monitor not connected 3:10" in worse.spoken


def test_a_late_cuff_and_one_that_measures_say_so():
    late = CuffView(reading=make_reading(), age_s=700.0, is_overdue=True, due_in_s=-40.0)
    shown = board_tile(_running(cuff=late), NOW)
    assert (shown.due, shown.is_late) == ("overdue by 0:40", True)
    assert "overdue by 0:40" in shown.spoken
    assert shown.numbers[2].short == "BP late"
    assert board_tile(_running(cuff=replace(late, doing="measuring 136 mmHg")), NOW).numbers[2].age == "measuring"


def test_a_pulse_rate_is_not_called_a_heart_rate():
    shown = board_tile(_running(numerics=(make_numeric("pulse_rate", 71.0),)), NOW)
    assert (shown.numbers[0].title, shown.numbers[0].text) == ("PR", "71")


ECG, SECOND, PLETH, RESP, CO2 = (
    ("ecg", "m", "II"),
    ("ecg", "m", "V"),
    ("pleth", "m", ""),
    ("resp", "m", ""),
    ("co2", "k", ""),
)


@pytest.mark.parametrize(
    ("keys", "n", "chosen"),
    [
        ((ECG, PLETH, RESP), 1, (PLETH,)),
        ((ECG, RESP), 1, (ECG,)),
        ((RESP,), 1, (RESP,)),
        ((ECG, SECOND, PLETH, RESP, CO2), 2, (ECG, PLETH)),
        ((ECG, SECOND, PLETH, CO2), 3, (ECG, PLETH, CO2)),
        ((ECG, PLETH), 0, ()),
        ((), 3, ()),
    ],
)
def test_the_most_useful_waves_come_first_one_of_each_kind(keys, n, chosen):
    assert board_waves(keys, WaveLook(), n) == chosen


def test_a_wave_that_is_not_shown_is_not_shown_here_either_and_the_set_order_holds():
    look = WaveLook((MetricLook("resp", 6.25), MetricLook("pleth", 25.0, shown=False), MetricLook("ecg", 25.0)))
    assert board_waves((ECG, PLETH, RESP), look, 2) == (RESP, ECG)
