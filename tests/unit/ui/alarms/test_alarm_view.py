from dataclasses import replace

import pytest

from devices.events import AlarmKind, Priority
from nursestation.core.inputs import SignalSeen
from nursestation.core.snapshot import ConditionView, SignalState
from nursestation.ui.alarms.first_pictures import FirstPictures
from nursestation.ui.alarms.view import alarm_lines, alarm_word, count_text, rotation, sentences, top_condition
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


def _seen(condition):
    return replace(condition, acknowledged=True, signal=SignalState.ACKNOWLEDGED)


def _ids(lines):
    return [line.condition for line in lines]


def test_the_lines_stand_as_the_station_orders_them():
    assert _ids(_lines(LOW_OXYGEN, _seen(SPIKE), STORE)) == ["b", "a", "c"]


def test_only_the_highest_priority_takes_turns():
    assert _ids(rotation(_lines(SPIKE, LOW_OXYGEN, STORE))) == ["a", "c"]


def test_what_was_seen_leaves_its_turn_to_what_was_not():
    assert _ids(rotation(_lines(_seen(SPIKE), STORE))) == ["c"]


def test_what_is_more_urgent_but_was_seen_takes_turns_with_what_still_asks():
    assert _ids(rotation(_lines(_seen(SPIKE), LOW_OXYGEN))) == ["b", "a"]


def test_equipment_does_not_hide_a_patient():
    assert _ids(rotation(_lines(LOW_OXYGEN, STORE))) == ["c", "b"]


def test_when_all_were_seen_all_take_turns():
    assert len(rotation(_lines(_seen(SPIKE), _seen(STORE)))) == 2
    assert rotation(()) == ()


def test_what_is_paused_at_its_chair_is_counted_but_not_shown():
    lines = _lines(replace(SPIKE, signal=SignalState.ALARM_PAUSED))
    assert rotation(lines) == ()
    assert count_text(lines) == "1 patient"


def test_patients_and_equipment_are_counted_apart():
    assert count_text(_lines(SPIKE, LOW_OXYGEN, STORE)) == "2 patient\n1 equipment"
    assert count_text(()) == ""


@pytest.mark.parametrize(
    ("text", "headline", "detail"),
    [
        ("SpO₂ 88 < 90 %", "SpO₂ 88 < 90 %", ""),
        (
            "NO DATA FROM MONITOR: Berry PM6750 on ttyUSB0. Look at the bedside monitor",
            "NO DATA FROM MONITOR",
            "Berry PM6750 on ttyUSB0. Look at the bedside monitor",
        ),
        ("BP severe 184/112, 53 % above baseline 120/76", "BP severe 184/112", "53 % above baseline 120/76"),
        (
            "BP crisis 206/121, 73 % above 119/75; repeat asked for; now 128/80, acknowledge to clear",
            "BP crisis 206/121",
            "now 128/80, acknowledge to clear · 73 % above 119/75 · repeat asked for",
        ),
    ],
)
def test_a_text_has_a_headline_and_the_newest_of_the_rest_comes_first(text, headline, detail):
    line = _lines(replace(SPIKE, text=text))[0]
    assert (line.headline, line.detail) == (headline, detail)


def test_a_missing_sound_is_told_by_what_it_means():
    line = _lines(replace(STORE, rule="station.sound", text="The sound output has stopped: look at its plug."))[0]
    assert line.headline == "ALARMS MAY BE SILENT"
    assert line.detail == line.text


def test_a_computer_that_slept_is_told_by_what_is_to_be_done():
    text = "This computer slept for 12 min: nothing was watched or recorded meanwhile. Look at every patient."
    line = _lines(replace(STORE, rule="station.asleep", text=text))[0]
    assert line.headline == "CHECK ALL PATIENTS"
    assert sentences(line.detail) == [
        "This computer slept for 12 min: nothing was watched or recorded meanwhile",
        "Look at every patient",
    ]


def test_initials_are_no_end_of_a_sentence():
    text = "The monitor at chair 2 is not on Ö. K.: its numbers are left out. Connect it to Ö. K. and admit Ö. K. on the monitor"
    assert sentences(_lines(replace(STORE, rule="monitor.patient", text=text))[0].detail) == [
        "its numbers are left out",
        "Connect it to Ö. K. and admit Ö. K. on the monitor",
    ]
    assert sentences("Look at chair 2. Admit Ö. K.") == ["Look at chair 2", "Admit Ö. K."]


def test_a_run_that_was_killed_is_told_by_what_is_to_be_done():
    assert _lines(replace(STORE, rule="station.ended", text="It ended."))[0].headline == "CHECK ALL PATIENTS"


def test_each_state_has_its_words():
    notes = {state: _lines(replace(SPIKE, signal=state))[0].note for state in SignalState}
    assert notes == {
        SignalState.ON: "",
        SignalState.ACKNOWLEDGED: "ACKNOWLEDGED",
        SignalState.LATCHED: "LATCHED · over now, ends when acknowledged",
        SignalState.AUDIO_PAUSED: "AUDIO PAUSED",
        SignalState.ALARM_PAUSED: "ALARM PAUSED",
    }


def test_a_line_says_how_long_and_that_nobody_answered():
    line = _lines(replace(LOW_OXYGEN, age_s=14.9, escalated=True))[0]
    assert f"{line.text} {line.lasting}" == "SpO₂ 88 < 92 for 14 s"
    assert line.note == "NOT ANSWERED"
    assert line.spoken == "medium priority alarm, Chair 3: SpO₂ 88 < 92 for 14 s, not answered"


def test_what_asks_stands_before_what_was_seen_and_a_patient_before_equipment():
    assert top_condition((STORE, _seen(SPIKE), LOW_OXYGEN)) is STORE
    assert top_condition((STORE, SPIKE)) is SPIKE
    assert top_condition(()) is None


def test_the_first_picture_is_told_once():
    pictures = FirstPictures()
    new = replace(SPIKE, cause_ns=1_000_000_000)
    pictures.expect(_lines(LOW_OXYGEN))
    pictures.expect(_lines(LOW_OXYGEN, new))
    assert pictures.is_waiting
    assert pictures.painted(1_043_500_000) == (SignalSeen(condition_id="a", delay_ms=43.5),)
    pictures.expect(_lines(LOW_OXYGEN, new))
    assert not pictures.is_waiting
    assert pictures.painted(2_000_000_000) == ()


def test_no_first_picture_is_told_of_what_was_there_before_or_had_no_cause():
    pictures = FirstPictures()
    pictures.expect(_lines(replace(SPIKE, cause_ns=1)))
    pictures.expect(_lines(replace(SPIKE, cause_ns=1), replace(STORE, cause_ns=None)))
    assert not pictures.is_waiting


def test_a_condition_that_ended_unpainted_is_not_told():
    pictures = FirstPictures()
    pictures.expect(())
    pictures.expect(_lines(replace(SPIKE, cause_ns=1)))
    pictures.expect(())
    assert pictures.painted(5) == ()


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
