from dataclasses import replace
from datetime import UTC

from devices.events import AlarmKind, LinkPhase, Priority, Validity
from nursestation.core.model import Grade, Phase, Provenance
from nursestation.core.protocols import BpRules, FlagRule
from nursestation.core.snapshot import (
    ChairPauseView,
    ConditionView,
    CuffView,
    Freshness,
    LimitView,
    LinkView,
    ManualView,
    NotMeasurableView,
    SignalState,
)
from nursestation.ui.alarms.symbols import Symbol
from nursestation.ui.chair.numbers_view import number_views
from tests.helpers.station_views import (
    NOW,
    make_chair,
    make_flag,
    make_numeric,
    make_protocol,
    make_reading,
    make_visit,
)


def _tiles(*numerics, cuff=None, visit=None):
    chair = make_chair(visit, numerics=numerics, cuff=cuff or CuffView())
    return {tile.id: tile for tile in number_views(chair, UTC)}


def test_a_number_tells_its_limits_its_change_and_its_source():
    view = make_numeric(
        "heart_rate", 86.0, low=50, high=120, change=12.0, source="ECG", others=(("Capnostream", 87.0), ("Nonin", None))
    )
    tile = _tiles(view)["hr"]
    assert (tile.title, tile.value, tile.low, tile.high) == ("HR", "86", "50", "120")
    assert tile.lines == ("▲ 12 from baseline", "ECG · Capnostream: 87 · Nonin: ---")


def test_without_a_baseline_the_other_monitor_has_a_line_of_its_own():
    view = make_numeric("spo2", 98.0, source="PM6750", others=(("Capnostream 20", 97.0),))
    assert _tiles(view)["spo2"].lines == ("PM6750", "Capnostream 20: 97")


def test_a_pulse_rate_is_never_called_heart_rate():
    assert _tiles(make_numeric("pulse_rate", 70.0))["hr"].title == "PR"


def test_a_fall_and_no_change_are_told_without_colour():
    assert _tiles(make_numeric("resp_rate", 12.0, change=-2.4))["rr"].lines[0] == "▼ 2 from baseline"
    assert _tiles(make_numeric("resp_rate", 14.0, change=0.4))["rr"].lines[0] == "as at baseline"


def test_a_blank_number_says_why():
    off = make_numeric("spo2", None, freshness=Freshness.LOST, validity=Validity.UNAVAILABLE, why_blank="probe off")
    tile = _tiles(off)["spo2"]
    assert tile.is_unknown
    assert tile.lines[0] == "probe off"
    assert tile.spoken.startswith("SpO₂ unknown")
    assert _tiles()["spo2"].lines == ("no monitor gives it",)


def test_an_old_number_is_grey_and_tells_its_age():
    tile = _tiles(make_numeric("spo2", 97.0, freshness=Freshness.STALE, age_s=7.2))["spo2"]
    assert tile.is_stale
    assert tile.lines[0] == "7 s old"


def test_a_doubtful_or_simulated_value_says_so():
    tile = _tiles(
        make_numeric("spo2", 97.0, validity=Validity.QUESTIONABLE, provenance=Provenance.SIMULATED, source="finger")
    )["spo2"]
    assert tile.value == "97?"
    assert tile.lines == ("the monitor is unsure", "finger · simulated")


def test_the_port_and_the_way_of_measuring_are_left_out_of_a_tile():
    view = make_numeric(
        "resp_rate", 16.0, change=1.0, source="Capnostream 20 on ttyUSB1 · co2", others=(("PM6750 · impedance", 15.0),)
    )
    assert _tiles(view)["rr"].lines[1] == "Capnostream 20 · PM6750: 15"


def test_a_silent_monitor_is_named_beside_what_the_other_one_says():
    view = make_numeric(
        "spo2",
        None,
        freshness=Freshness.LOST,
        why_blank="no data for 11 s",
        source="Capnostream 20 · oximeter",
        others=(("PM6750 · oximeter", 97.0),),
    )
    assert _tiles(view)["spo2"].lines == ("no data for 11 s from Capnostream 20", "PM6750: 97")


def test_where_every_monitor_is_simulated_the_tiles_leave_it_to_the_window():
    links = tuple(
        LinkView(
            monitor=name, driver="d", title=name, phase=LinkPhase.CONNECTED, reason="", quiet_s=0.1, simulated=simulated
        )
        for name, simulated in (("a", True), ("b", False))
    )
    view = make_numeric("spo2", 97.0, change=0.0, provenance=Provenance.SIMULATED, source="finger")
    every = number_views(make_chair(numerics=(view,), links=links[:1]), UTC)[1]
    one = number_views(make_chair(numerics=(view,), links=links), UTC)[1]
    assert every.lines == ("as at baseline", "finger")
    assert one.lines == ("as at baseline", "finger · simulated")


def test_an_alarm_says_which_side():
    low = make_numeric("spo2", 88.0, low=92, priority=Priority.MEDIUM)
    assert (_tiles(low)["spo2"].alarm, _tiles(low)["spo2"].word) == (Priority.MEDIUM, "LOW")
    assert _tiles(make_numeric("heart_rate", 130.0, high=120, priority=Priority.MEDIUM))["hr"].word == "HIGH"


def test_carbon_dioxide_joins_the_breathing_tile_once_it_has_come():
    assert _tiles(make_numeric("etco2", 38.0))["rr"].second == ("EtCO₂ mmHg", "38", "co2")
    assert _tiles(make_numeric("etco2", None, freshness=Freshness.NEVER))["rr"].second is None


def test_the_cuff_always_carries_its_time():
    cuff = CuffView(reading=make_reading(150, 95, ago_s=125), age_s=125.0, due_in_s=108.0, percent_over_baseline=21.4)
    tile = _tiles(cuff=cuff)["nibp"]
    assert (tile.value, tile.small) == ("150", "/95")
    assert tile.lines == ("(113) · 13:57 · 2 min ago", "▲ 21 % from baseline", "next in 1:48")


def test_a_reading_of_unknown_time_does_not_pretend_to_one():
    cuff = CuffView(reading=make_reading(150, 95, time_known=False, provenance=Provenance.MANUAL), age_s=60.0)
    assert _tiles(cuff=cuff)["nibp"].lines[0] == "(113) · time not told · 1 min ago · entered by hand"


def test_an_overdue_cuff_is_grey_and_says_by_how_much():
    cuff = CuffView(reading=make_reading(ago_s=800), age_s=800.0, due_in_s=-200.0, is_overdue=True)
    tile = _tiles(cuff=cuff)["nibp"]
    assert tile.is_stale
    assert tile.lines[-1] == "overdue by 3:20"


def test_what_the_cuff_is_doing_takes_the_place_of_when_it_is_due():
    doing = "repeat: press START on the monitor"
    tile = _tiles(cuff=CuffView(reading=make_reading(), age_s=60.0, due_in_s=10.0, doing=doing))["nibp"]
    assert " ".join(tile.lines[1:]) == doing
    assert _tiles(cuff=CuffView(doing="measuring 136 mmHg"))["nibp"].lines == ("measuring 136 mmHg",)


def test_the_cuffs_limits_are_the_ladders():
    rungs = (
        FlagRule(grade=Grade.SPIKE, priority=Priority.HIGH, prompt="p", sys_at_or_above=180, dia_at_or_above=110),
        FlagRule(grade=Grade.LOW, priority=Priority.HIGH, prompt="p", sys_below=90),
    )
    protocol = make_protocol(bp=BpRules(flags=rungs, red_flag_symptoms=()))
    visit = make_visit(Phase.INFUSION, protocol=protocol, flags=(make_flag(),))
    cuff = CuffView(reading=make_reading(182, 111), age_s=5.0, priority=Priority.HIGH)
    tile = _tiles(cuff=cuff, visit=visit)["nibp"]
    assert (tile.high, tile.low, tile.word) == ("180/110", "90", "SPIKE")


LOW_OXYGEN = ConditionView(
    id="o",
    chair=2,
    rule="limit.spo2.low",
    kind=AlarmKind.PHYSIOLOGICAL,
    priority=Priority.MEDIUM,
    text="SpO₂ 86 < 90 %",
    age_s=14,
    acknowledged=False,
    metric="spo2",
)


def _oxygen(**changes):
    numeric = make_numeric("spo2", 86.0, low=90, priority=Priority.MEDIUM, source="PM6750")
    chair = make_chair(numerics=(numeric,), conditions=(LOW_OXYGEN,))
    return next(tile for tile in number_views(replace(chair, **changes), UTC) if tile.id == "spo2")


def test_a_number_asks_until_its_alarm_was_seen():
    assert _oxygen().asks
    seen = _oxygen(conditions=(replace(LOW_OXYGEN, signal=SignalState.ACKNOWLEDGED),))
    assert (seen.alarm, seen.asks, seen.symbol) == (Priority.MEDIUM, False, Symbol.ACKNOWLEDGED)
    assert seen.lines[0] == "ACKNOWLEDGED · PM6750"


def test_a_seen_alarm_leaves_the_line_of_the_pressure_to_the_age_of_the_reading():
    seen = replace(LOW_OXYGEN, rule="bp.severe", metric="nibp_sys", signal=SignalState.ACKNOWLEDGED)
    cuff = CuffView(reading=make_reading(172, 104), age_s=75.0, priority=Priority.HIGH, percent_over_baseline=41.0)
    chair = make_chair(make_visit(Phase.INFUSION), cuff=replace(cuff, due_in_s=224.0), conditions=(seen,))
    tile = next(tile for tile in number_views(chair, UTC) if tile.id == "nibp")
    assert [tile.lines[0], *tile.lines[2:]] == ["ACKNOWLEDGED", "▲ 41 % from baseline", "next in 3:44"]
    assert tile.lines[1].endswith("1 min ago")


def test_a_latched_crisis_keeps_its_word_when_its_flag_is_over():
    latched = replace(LOW_OXYGEN, rule="bp.crisis", metric="nibp_sys", signal=SignalState.LATCHED)
    cuff = CuffView(reading=make_reading(128, 80), age_s=5.0, priority=Priority.HIGH)
    chair = make_chair(make_visit(Phase.INFUSION), cuff=cuff, conditions=(latched,))
    tile = next(tile for tile in number_views(chair, UTC) if tile.id == "nibp")
    assert (tile.word, tile.symbol) == ("CRISIS", Symbol.LATCHED)


def test_a_number_of_a_chair_whose_alarms_are_paused_keeps_its_value_and_says_so():
    pause = ChairPauseView(reason="Patient walks", left_s=60, by="R. Alvarez RN")
    tile = _oxygen(pause=pause, conditions=(replace(LOW_OXYGEN, signal=SignalState.ALARM_PAUSED),))
    assert (tile.value, tile.alarm, tile.asks, tile.symbol) == ("86", None, False, Symbol.ALARM_PAUSED)
    assert tile.lines[0] == "ALARM PAUSED"


def test_limits_that_were_changed_carry_the_name_of_the_preset_they_left():
    limits = LimitView(
        metric="spo2",
        low=88,
        high=None,
        preset_low=90,
        preset_high=None,
        low_min=85,
        low_max=94,
        high_min=None,
        high_max=None,
        priority=Priority.MEDIUM,
        persist_s=10,
    )
    assert _oxygen(limits=(limits,), preset_name="Depression IV").preset == ""
    changed = replace(limits, changed_by="R. Alvarez RN")
    tile = _oxygen(limits=(changed,), preset_name="Depression IV")
    assert tile.preset == "Depression IV"
    assert "limits changed from Depression IV" in tile.spoken


def _spo2(**changes):
    numerics = (make_numeric("spo2", None, freshness=Freshness.LOST, why_blank="probe off"),)
    visit = make_visit(Phase.INFUSION, infusion_run_s=60.0, **changes)
    return next(view for view in number_views(make_chair(visit, numerics=numerics), UTC) if view.id == "spo2")


def test_a_number_by_hand_is_grey_marked_and_has_its_time():
    measured = ManualView(metric="spo2", value=96.0, at=NOW.shifted(-3 * 60 * 10**9), by="R. Alvarez RN")
    view = _spo2(manual=(measured,))
    assert (view.value, view.is_stale, view.mark) == ("96", True, "by hand")
    assert view.lines == ("by hand 13:57 · R. Alvarez RN", "probe off")


def test_why_it_could_not_be_measured_stands_where_the_number_would():
    failed = NotMeasurableView(metric="spo2", reason="Cold hands", at=NOW, by="R. Alvarez RN")
    view = _spo2(not_measurable=(failed,))
    assert view.is_unknown
    assert view.lines == ("not measurable 14:00: Cold hands", "probe off")


def test_a_pulse_by_hand_stands_for_the_heart_rate():
    measured = ManualView(metric="pulse_rate", value=71.6, at=NOW, by="R. Alvarez RN")
    visit = make_visit(Phase.INFUSION, infusion_run_s=60.0, manual=(measured,))
    (view, *_) = number_views(make_chair(visit, numerics=()), UTC)
    assert (view.value, view.mark) == ("72", "by hand")


def test_a_live_number_is_never_replaced():
    measured = ManualView(metric="spo2", value=90.0, at=NOW, by="R. Alvarez RN")
    visit = make_visit(Phase.INFUSION, infusion_run_s=60.0, manual=(measured,))
    view = next(one for one in number_views(make_chair(visit), UTC) if one.id == "spo2")
    assert (view.value, view.mark) == ("98", "")


def test_from_far_off_the_cuff_has_two_lines_and_what_it_is_doing_comes_before_the_change():
    def far(cuff):
        return next(tile for tile in number_views(make_chair(None, cuff=cuff), UTC, far=True) if tile.id == "nibp")

    cuff = CuffView(reading=make_reading(151, 92), age_s=60.0, due_in_s=240.0, percent_over_baseline=22.0)
    assert far(cuff).lines == ("(111) · 13:59 · 1 min ago", "▲ 22 % from baseline")
    assert far(replace(cuff, doing="measuring 136 mmHg")).lines[1] == "measuring 136 mmHg"
    assert far(CuffView(due_in_s=60.0)).lines == ("no reading yet",)


def test_the_cuff_tells_how_often_it_is_planned_beside_the_countdown():
    cuff = CuffView(reading=make_reading(151, 92), age_s=60.0, due_in_s=240.0, every_min=5.0)
    assert _tiles(cuff=cuff)["nibp"].lines[-1] == "next in 4:00 · every 5 min"
    assert _tiles(cuff=replace(cuff, due_in_s=None, every_min=None))["nibp"].lines == ("(111) · 13:59 · 1 min ago",)
