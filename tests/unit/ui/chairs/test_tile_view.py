from dataclasses import replace
from datetime import UTC

import pytest

from devices.events import AlarmKind, LinkPhase, Priority
from nursestation.core.model import Phase
from nursestation.core.snapshot import (
    ChairPauseView,
    ConditionView,
    CuffView,
    Freshness,
    LeaveView,
    LinkView,
    SignalState,
)
from nursestation.ui.alarms.symbols import Symbol
from nursestation.ui.chairs.view import UNKNOWN, due_text, link_text, link_word, pulse_view, tile_view
from tests.helpers.station_views import NOW, make_chair, make_numeric, make_reading, make_visit

LINK = LinkView(monitor="m", driver="d", title="t", phase=LinkPhase.CONNECTED, reason="", quiet_s=0.2, simulated=False)
SILENT = replace(LINK, phase=LinkPhase.SILENT, quiet_s=22.4)


def _running(**changes):
    visit = make_visit(Phase.INFUSION, infusion_run_s=2050.0)
    return make_chair(visit, **({"links": (LINK,)} | changes))


def test_a_tile_tells_who_where_and_the_four_numbers():
    tile = tile_view(_running(), NOW)
    assert (tile.who, tile.state) == ("J. K.", "Infusion 5:50 left")
    assert [number.text for number in tile.numbers] == ["74", "98", "124/76", "14"]
    assert tile.cuff_age == "1 min ago"
    assert (tile.alarm, tile.word) == (None, "")


def test_a_free_chair_says_so():
    tile = tile_view(make_chair(None, number=5), NOW)
    assert tile.is_free
    assert tile.spoken == "Chair 5, free"


def test_what_is_unknown_is_never_a_number():
    lost = make_numeric("spo2", None, freshness=Freshness.LOST)
    tile = tile_view(_running(numerics=(lost,), cuff=CuffView()), NOW)
    assert [number.text for number in tile.numbers] == [UNKNOWN] * 4
    assert all(number.is_stale for number in tile.numbers)


def test_a_silent_monitor_is_told_with_its_time():
    tile = tile_view(_running(links=(SILENT,)), NOW)
    assert (tile.alarm, tile.word) == (Priority.LOW, "MONITOR SILENT 0:22")


def test_a_technical_condition_of_the_link_keeps_its_own_priority():
    condition = ConditionView(
        id="x",
        chair=2,
        rule="link.lost",
        kind=AlarmKind.TECHNICAL,
        priority=Priority.MEDIUM,
        text="No data",
        age_s=9,
        acknowledged=False,
    )
    tile = tile_view(_running(links=(SILENT,), conditions=(condition,)), NOW)
    assert (tile.alarm, tile.word) == (Priority.MEDIUM, "MONITOR SILENT 0:22")
    assert "medium priority alarm" in tile.spoken


def test_a_chair_that_is_not_monitored_yet_says_so():
    assert link_word(_running(monitoring=False)) == "NOT MONITORING"
    assert link_word(_running(links=(replace(LINK, phase=LinkPhase.DISCONNECTED),))) == "MONITOR NOT CONNECTED"
    assert link_word(_running()) == ""


def test_an_overdue_cuff_is_grey():
    tile = tile_view(_running(cuff=CuffView(reading=make_reading(118, 70, ago_s=700), age_s=700, is_overdue=True)), NOW)
    assert tile.numbers[2].is_stale
    assert tile.cuff_age == "11 min ago"


def test_pulse_rate_stands_in_where_there_is_no_ecg():
    heart = make_numeric("heart_rate", None, freshness=Freshness.NEVER)
    pulse = make_numeric("pulse_rate", 71.0)
    assert pulse_view(_running(numerics=(heart, pulse))) is pulse


def test_a_lost_heart_rate_is_not_replaced_by_another_measurement():
    heart = make_numeric("heart_rate", None, freshness=Freshness.LOST)
    assert pulse_view(_running(numerics=(heart, make_numeric("pulse_rate", 71.0)))) is heart


def _spo2(**changes):
    base = ConditionView(
        id="o",
        chair=2,
        rule="limit.spo2.low",
        kind=AlarmKind.PHYSIOLOGICAL,
        priority=Priority.HIGH,
        text="SpO₂ 83 < 90 %",
        age_s=14,
        acknowledged=False,
        metric="spo2",
    )
    return replace(base, **changes)


@pytest.mark.parametrize(
    ("changes", "asks", "symbol", "note"),
    [
        ({}, True, Symbol.NONE, ""),
        ({"escalated": True}, True, Symbol.NONE, "NOT ANSWERED"),
        ({"signal": SignalState.ACKNOWLEDGED}, False, Symbol.ACKNOWLEDGED, "ACKNOWLEDGED"),
        ({"signal": SignalState.LATCHED}, True, Symbol.LATCHED, "LATCHED"),
        ({"signal": SignalState.AUDIO_PAUSED}, True, Symbol.AUDIO_PAUSED, "AUDIO PAUSED"),
    ],
)
def test_a_tile_shows_the_state_of_its_worst_signal(changes, asks, symbol, note):
    view = tile_view(make_chair(make_visit(), conditions=(_spo2(**changes),)), NOW)
    assert (view.alarm, view.word) == (Priority.HIGH, "SpO₂ LOW")
    assert (view.asks, view.symbol, view.note) == (asks, symbol, note)


def test_a_tile_whose_alarms_are_paused_carries_no_alarm_but_says_so_with_the_time_left():
    pause = ChairPauseView(reason="Patient walks", left_s=252.9, by="R. Alvarez RN")
    held = _spo2(signal=SignalState.ALARM_PAUSED)
    view = tile_view(make_chair(make_visit(), conditions=(held,), pause=pause), NOW)
    assert (view.alarm, view.asks, view.symbol) == (None, False, Symbol.ALARM_PAUSED)
    assert view.note == "ALARM PAUSED 4:12"
    assert "alarm paused 4:12" in view.spoken


def test_what_a_pause_spares_is_shown_through_it():
    pause = ChairPauseView(reason="Patient walks", left_s=252.9, by="R. Alvarez RN")
    latched = _spo2(rule="bp.crisis", metric="nibp_sys", signal=SignalState.LATCHED)
    view = tile_view(make_chair(make_visit(), conditions=(latched,), pause=pause), NOW)
    assert (view.alarm, view.word, view.asks) == (Priority.HIGH, "BP CRISIS", True)
    assert view.note == "ALARM PAUSED 4:12"


def test_a_tile_tells_of_one_condition_and_counts_the_others():
    slow = _spo2(id="other", rule="limit.resp_rate.low", priority=Priority.LOW)
    view = tile_view(make_chair(make_visit(), conditions=(_spo2(), slow)), NOW)
    assert (view.word, view.n_more) == ("SpO₂ LOW", 1)
    assert "SpO₂ LOW, and 1 more" in view.spoken


def _leave(phase, earliest_in_s, *holds):
    visit = make_visit(phase, infusion_run_s=60.0, leave=LeaveView(earliest_in_s=earliest_in_s, holds=holds))
    return tile_view(make_chair(visit), NOW, UTC)


def test_the_tile_tells_when_the_patient_may_leave_and_what_holds_them():
    assert _leave(Phase.INFUSION, 3000.0, "infusion 35 min", "observation 15 min").leave == ("Leave 14:50",)
    observed = _leave(Phase.OBSERVATION, 601.0, "observation 11 min", "BP", "driver")
    assert observed.leave_first
    assert observed.leave == (
        "Leave 14:11: observation 11 min, BP, driver",  # the next full minute: never too early
        "Leave 14:11: observation 11 min, BP +1",
        "Leave 14:11: observation 11 min +2",
        "Leave 14:11",
    )
    assert _leave(Phase.READY, 0.0, "driver").leave == ("Waits for driver", "1 not met")
    assert _leave(Phase.READY, 0.0).leave == ("May leave now",)
    assert "may leave now" in _leave(Phase.READY, 0.0).spoken


def test_where_there_is_room_a_monitor_that_is_gone_is_told_with_its_time():
    gone = replace(LINK, phase=LinkPhase.DISCONNECTED, quiet_s=190.0)
    assert link_text(_running(links=(gone,))) == "MONITOR NOT CONNECTED 3:10"
    assert link_text(_running(links=(replace(gone, quiet_s=None),))) == "MONITOR NOT CONNECTED"
    assert link_text(_running(links=(LINK, SILENT))) == "MONITOR SILENT 0:22"
    assert link_text(_running(monitoring=False)) == "NOT MONITORING"
    assert link_text(_running()) == ""


@pytest.mark.parametrize(("due_in_s", "text"), [(108, "next in 1:48"), (-40, "overdue by 0:40"), (None, "")])
def test_when_a_cuff_reading_is_due(due_in_s, text):
    assert due_text(due_in_s) == text
