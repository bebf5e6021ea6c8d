from dataclasses import replace

import pytest

from devices.events import AlarmKind, Priority
from nursestation.core.snapshot import ConditionView
from nursestation.ui.alarms.view import alarm_lines, alarm_word, rotation
from tests.helpers.station_views import make_station

SPIKE = ConditionView(
    id="a",
    chair=2,
    rule="bp.spike",
    kind=AlarmKind.PHYSIOLOGICAL,
    priority=Priority.HIGH,
    text="BP spike 182/111",
    age_s=95,
    acknowledged=False,
)
LOW_OXYGEN = replace(SPIKE, id="b", chair=3, rule="limit.spo2.low", priority=Priority.MEDIUM, text="SpO₂ 88 < 92")
STORE = replace(SPIKE, id="c", chair=None, rule="station.store", priority=Priority.HIGH, kind=AlarmKind.TECHNICAL)


def _lines(*conditions):
    return alarm_lines(make_station(conditions=conditions))


def test_the_most_urgent_comes_first_and_of_those_the_unseen():
    lines = _lines(LOW_OXYGEN, replace(SPIKE, acknowledged=True), STORE)
    assert [line.condition for line in lines] == ["c", "a", "b"]


def test_only_the_highest_priority_takes_turns():
    assert [line.condition for line in rotation(_lines(LOW_OXYGEN, SPIKE, STORE))] == ["a", "c"]


def test_what_was_seen_leaves_its_turn_to_what_was_not():
    assert [line.condition for line in rotation(_lines(replace(SPIKE, acknowledged=True), STORE))] == ["c"]


def test_when_all_were_seen_all_take_turns():
    seen = (replace(SPIKE, acknowledged=True), replace(STORE, acknowledged=True))
    assert len(rotation(_lines(*seen))) == 2
    assert rotation(()) == ()


def test_a_condition_of_no_chair_is_the_stations():
    line = _lines(STORE)[0]
    assert line.where == "Station"
    assert "high priority alarm, Station" in line.spoken


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        ("bp.spike", "BP SPIKE"),
        ("limit.spo2.low", "SpO₂ LOW"),
        ("limit.heart_rate.high", "HR HIGH"),
        ("link.lost", "MONITOR SILENT 1:35"),
        ("sensor.spo2", "BP spike 182/111"),
    ],
)
def test_a_tile_gets_a_condition_in_few_words(rule, word):
    assert alarm_word(replace(SPIKE, rule=rule)) == word
