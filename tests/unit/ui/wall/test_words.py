from dataclasses import replace

import pytest

from devices.events import AlarmKind, LinkPhase, Priority
from nursestation.core.model import Phase
from nursestation.core.snapshot import AudioState, AudioView, ConditionView, SignalState
from nursestation.ui.alarms.symbols import Symbol
from nursestation.ui.wall.words import Packed, alarm_words, audio_word, calm_word, packed
from tests.helpers.station_views import PATIENT, make_chair, make_link, make_station, make_visit

RUNNING = make_visit(Phase.INFUSION, infusion_run_s=60.0)


def _condition(chair, rule, priority, **changes):
    base = ConditionView(
        id=f"{chair}-{rule}",
        chair=chair,
        rule=rule,
        kind=AlarmKind.PHYSIOLOGICAL if chair else AlarmKind.TECHNICAL,
        priority=priority,
        text=f"{PATIENT.full_name}: {rule}",
        age_s=14.0,
        acknowledged=False,
    )
    return replace(base, **changes)


def _station(*conditions, n=4, **changes):
    chairs = [
        make_chair(RUNNING, number=number, conditions=tuple(one for one in conditions if one.chair == number))
        for number in range(n, 0, -1)
    ]
    return make_station(*chairs, conditions=conditions, **changes)


def _told(snapshot):
    return [(word.where, word.word) for word in alarm_words(snapshot)]


def test_the_most_urgent_comes_first_and_of_the_same_urgency_the_lower_number():
    station = _station(
        _condition(4, "limit.spo2.low", Priority.HIGH),
        _condition(2, "limit.resp_rate.low", Priority.MEDIUM),
        _condition(3, "bp.spike", Priority.HIGH),
        _condition(1, "bp.watch", Priority.LOW),
    )
    assert _told(station) == [
        ("Chair 3", "BP SPIKE"),
        ("Chair 4", "SpO₂ LOW"),
        ("Chair 2", "RR LOW"),
        ("Chair 1", "BP WATCH"),
    ]


def test_what_nobody_has_seen_comes_before_what_was_seen():
    station = _station(
        _condition(1, "bp.spike", Priority.HIGH, signal=SignalState.ACKNOWLEDGED),
        _condition(2, "bp.spike", Priority.HIGH),
    )
    first, second = alarm_words(station)
    assert (first.where, first.asks, first.symbol) == ("Chair 2", True, Symbol.NONE)
    assert (second.where, second.asks, second.symbol) == ("Chair 1", False, Symbol.ACKNOWLEDGED)


def test_a_chair_is_told_once_with_its_worst_and_how_many_more():
    station = _station(_condition(2, "bp.spike", Priority.HIGH), _condition(2, "limit.spo2.low", Priority.MEDIUM))
    (word,) = alarm_words(station)
    assert (word.where, word.word, word.n_more) == ("Chair 2", "BP SPIKE", 1)
    assert word.spoken == "high priority alarm, Chair 2: BP SPIKE and 1 more"


def test_the_station_has_its_word_too():
    sound = _condition(None, "station.sound", Priority.MEDIUM, text="The sound output USB Audio does not open.")
    assert _told(_station(sound)) == [("Station", "ALARMS MAY BE SILENT")]


def test_a_lost_monitor_of_a_patient_is_told_before_it_is_a_condition():
    link = make_link(phase=LinkPhase.SILENT, quiet_s=22.0)
    assert _told(make_station(make_chair(RUNNING, links=(link,)))) == [("Chair 2", "MONITOR SILENT 0:22")]


def test_what_is_paused_at_its_chair_is_no_word():
    station = _station(_condition(2, "bp.spike", Priority.HIGH, signal=SignalState.ALARM_PAUSED))
    assert alarm_words(station) == ()
    assert calm_word(station) == "Only alarms that are paused at their chair"
    assert calm_word(_station()) == "No active alarms"


def test_no_word_names_a_patient():
    station = _station(
        _condition(1, "bp.spike", Priority.HIGH),
        _condition(2, "monitor.patient", Priority.MEDIUM, kind=AlarmKind.TECHNICAL),
    )
    told = " ".join(word.spoken for word in alarm_words(station))
    assert PATIENT.family_name not in told
    assert PATIENT.initials not in told


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (AudioState.ON, ""),
        (AudioState.PAUSED, "AUDIO PAUSED in Nursestation"),
        (AudioState.OFF, "AUDIO OFF: no alarm sounds in Nursestation"),
    ],
)
def test_the_room_is_told_that_no_alarm_is_heard(state, expected):
    assert audio_word(_station(audio=AudioView(state=state))) == expected


def test_words_fill_rows_in_their_order():
    assert packed([40, 30, 50, 20], 100, 5, 2, 15) == Packed(((0, 1), (2, 3)), 0)
    assert packed([40, 30], 100, 5, 1, 15) == Packed(((0, 1),), 0)
    assert packed([], 100, 5, 2, 15) == Packed((), 0)


def test_what_has_no_room_is_counted_beside_the_last_row():
    assert packed([40, 40, 40, 40, 40], 100, 5, 2, 15) == Packed(((0, 1), (2,)), 2)
    assert packed([50, 50, 50], 100, 5, 1, 15) == Packed(((0,),), 2)


def test_a_word_that_is_wider_than_its_row_has_it_alone():
    assert packed([300, 40], 100, 5, 2, 15) == Packed(((0,), (1,)), 0)
