from dataclasses import replace
from datetime import UTC

import pytest

from devices.events import Priority
from nursestation.core.alarm_log import RowKind, Step, StepKind, fold
from nursestation.ui.alarmlog.view import (
    LogFilter,
    Scope,
    chosen,
    condition_delay_words,
    detail,
    line,
    merged,
    signal_delay_words,
)
from tests.helpers.logged_day import SESSION, logged_day
from tests.helpers.station_views import CLINICIAN, LEAD, NOW, NURSE

NAMES = {one.id: one.name for one in (NURSE, LEAD, CLINICIAN)}
ROWS = merged((), fold(logged_day()))
BY_ID = {row.id: row for row in ROWS}


def _texts(**wanted):
    return [row.text for row in chosen(ROWS, LogFilter(**wanted), NOW, NAMES, UTC)]


def test_today_is_all_chairs_and_the_station_newest_first():
    assert _texts() == [
        "RR 7 < 8",
        "HR limits 50 to 120 → 45 to 120, set by hand",
        "AUDIO PAUSED",
        "SpO₂ 83 < 90 %",
        "NO DATA FROM MONITOR: Capnostream 20 on ttyUSB1. Look at the bedside monitor",
        "Self-test: sound heard, lamps seen",
    ]


@pytest.mark.parametrize(
    ("wanted", "n"),
    [
        ({"scope": Scope.VISIT, "session": SESSION}, 3),
        ({"scope": Scope.VISIT, "session": None}, 0),
        ({"scope": Scope.CHAIR, "chair": 3}, 2),
        ({"scope": Scope.PAST}, 7),
        ({"only_chair": 3}, 1),
        ({"scope": Scope.PAST, "only_chair": 3}, 2),
        ({"kind": RowKind.EQUIPMENT}, 1),
        ({"kind": RowKind.SIGNALS}, 3),
        ({"least": Priority.HIGH}, 1),
        ({"least": Priority.MEDIUM}, 2),
        ({"words": "spo₂ alvarez"}, 1),
        ({"words": "resp_rate"}, 1),
        ({"words": "nothing of the kind"}, 0),
    ],
)
def test_a_filter_keeps_what_is_wanted(wanted, n):
    assert len(_texts(**wanted)) == n


def test_a_condition_of_yesterday_that_is_still_present_is_todays():
    open_still = [one for one in logged_day() if getattr(one, "condition_id", "") != "old" or "limit" in one.__slots__]
    rows = merged((), fold(open_still))
    assert "old" in [row.id for row in chosen(rows, LogFilter(), NOW, NAMES, UTC)]


def test_of_a_row_that_is_in_both_the_live_one_counts():
    past = fold(logged_day()[:7])
    both = merged(past, fold(logged_day()))
    assert [row.id for row in both] == [row.id for row in ROWS]
    assert next(row for row in both if row.id == "spo2").ended is not None


def test_a_line_says_when_where_what_how_long_and_who():
    made = line(BY_ID["spo2"], NOW, NAMES, UTC)
    assert (made.began, made.day, made.where, made.lasted) == ("13:29:00", "", "Chair 2", "2:00")
    assert (made.text, made.note) == ("SpO₂ 83 < 90 %", "Patient · high priority · limit 90 %, preset clinic")
    assert (made.state, made.state_note) == ("Acknowledged", "13:29:48 R. Alvarez RN · 2 earlier")
    assert made.spoken == (
        "high priority, Chair 2: SpO₂ 83 < 90 %, began 13:29:00, 2:00, Acknowledged, 13:29:48 R. Alvarez RN · 2 earlier"
    )


def test_what_is_present_says_so_and_what_nobody_saw_too():
    made = line(BY_ID["rr"], NOW, NAMES, UTC)
    assert (made.lasted, made.state) == ("0:30 so far", "Not acknowledged")


def test_how_a_flag_went_is_no_answer_to_its_alarm():
    asked = Step(BY_ID["rr"].onset, StepKind.REPEAT_ASKED, None, "within 2:00")
    row = replace(BY_ID["rr"], limit=None, limit_text="systolic 160 or more", steps=(asked,))
    made = line(row, NOW, NAMES, UTC)
    assert (made.state, made.state_note) == ("Not acknowledged", "")
    assert made.note.endswith("limit systolic 160 or more, preset clinic")
    shown = detail(made, NAMES, UTC)
    assert shown.signals.endswith("Repeat asked for, within 2:00; not acknowledged")
    assert dict(shown.facts)["Limit in force"] == "systolic 160 or more, preset clinic"


def test_another_day_is_named():
    assert line(BY_ID["old"], NOW, NAMES, UTC).day == "yesterday"


def test_what_was_done_at_one_moment_lasted_no_time():
    made = line(next(row for row in ROWS if row.rule == "limits.changed"), NOW, NAMES, UTC)
    assert (made.lasted, made.state, made.state_note) == ("", "R. Alvarez RN", "")


def test_in_depth_a_row_tells_all_that_is_known():
    shown = detail(line(BY_ID["spo2"], NOW, NAMES, UTC), NAMES, UTC)
    assert shown.title == "Chair 2 · SpO₂ 83 < 90 %"
    assert dict(shown.facts) == {
        "When": "began 13:29:00, ended 13:31:00, lasted 2:00",
        "Worst value": "83 %",
        "Limit in force": "90 %, preset clinic",
        "Priority": "high",
        "Condition": "with the value that caused it",
        "First signal": "0.09 s after the value came",
        "Data at the onset": "valid, as the monitor says",
        "Rule": "limit.spo2.low",
    }
    assert shown.signals == (
        "13:29:12 AUDIO PAUSED, R. Alvarez RN; 13:29:30 Audio pause over, higher priority; "
        "13:29:48 Acknowledged, R. Alvarez RN"
    )


def test_a_condition_of_silence_says_that_no_value_caused_it():
    assert condition_delay_words(BY_ID["link"]) == "found by the clock, not by a value"
    late = replace(BY_ID["spo2"], condition_delay_ms=250.0)
    assert condition_delay_words(late) == "0.25 s after its first value came"
    assert signal_delay_words(BY_ID["link"]) == "0.08 s after it was found"
    assert signal_delay_words(BY_ID["old"]) == "not measured"
