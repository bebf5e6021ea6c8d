from dataclasses import replace

import pytest

from devices.events import Priority
from nursestation.core.commands import AcceptLimits, SetLimit
from nursestation.core.snapshot import LimitView
from nursestation.ui.sheets.limits_view import accept, limit_commands, limit_lines, limits_text, proposed_lines
from tests.helpers.station_views import make_chair

HEART = LimitView(
    metric="heart_rate",
    low=50,
    high=120,
    preset_low=50,
    preset_high=120,
    low_min=42,
    low_max=60,
    high_min=100,
    high_max=160,
    priority=Priority.MEDIUM,
    persist_s=10,
)
OXYGEN = replace(
    HEART, metric="spo2", low=90, high=None, preset_low=90, preset_high=None, low_min=85, low_max=90, high_min=None
)
PROPOSAL = (("heart_rate", 58.0, 90.0, "baseline 72"), ("resp_rate", 7.0, 21.0, "baseline 14"))


def _line(view, edits=None):
    return limit_lines((view,), edits or {})[0]


def test_a_line_tells_the_limit_its_preset_and_what_a_tap_would_make_of_it():
    line = _line(HEART)
    assert line.title == "HR /min"
    assert (line.low.text, line.low.down, line.low.up, line.low.is_edited) == ("50", 45, 55, False)
    assert line.note == "preset 50–120 · after 10 s · medium"


def test_a_tap_stops_at_the_bounds_of_the_preset():
    low = _line(HEART, {("heart_rate", True): 45}).low
    assert (low.text, low.down, low.is_edited) == ("45", 42, True)
    assert _line(HEART, {("heart_rate", True): 42}).low.down is None
    assert _line(HEART, {("heart_rate", False): 160}).high.up is None


def test_a_side_that_may_not_be_moved_has_no_steps_and_one_that_is_not_there_is_not_shown():
    line = _line(replace(OXYGEN, low_min=None, low_max=None))
    assert (line.low.down, line.low.up) == (None, None)
    assert line.high is None
    assert "preset from 90" in line.note


def test_a_change_carries_the_name_of_who_made_it():
    assert _line(replace(HEART, low=45, changed_by="R. Alvarez RN")).note == "preset 50–120 · by R. Alvarez RN"


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ({}, ()),
        ({("heart_rate", True): 50}, ()),
        ({("heart_rate", True): 45}, (SetLimit(chair=2, metric="heart_rate", low=45),)),
        (
            {("heart_rate", True): 45, ("heart_rate", False): 130, ("spo2", True): 88},
            (SetLimit(chair=2, metric="heart_rate", low=45, high=130), SetLimit(chair=2, metric="spo2", low=88)),
        ),
    ],
)
def test_only_what_was_changed_is_sent(edits, expected):
    assert limit_commands(2, (HEART, OXYGEN), edits) == expected


def test_a_proposal_says_what_would_be_and_what_is():
    lines = proposed_lines(make_chair(limits=(HEART,), proposal=PROPOSAL))
    assert [line.text for line in lines] == ["HR /min  58–90, now 50–120", "RR /min  7–21, now none"]
    assert lines[0].how == "baseline 72"


def test_only_the_chosen_lines_are_taken_over():
    chair = make_chair(limits=(HEART,), proposal=PROPOSAL)
    assert accept(chair, ["resp_rate"]) == AcceptLimits(chair=2, limits=(("resp_rate", 7.0, 21.0),))


def test_the_page_names_the_preset_and_what_left_it():
    assert limits_text(make_chair()) == ""
    assert limits_text(make_chair(limits=(HEART, OXYGEN), preset_name="Depression IV")) == "Limits: Depression IV"
    changed = make_chair(limits=(replace(HEART, changed_by="R"), OXYGEN), preset_name="Depression IV")
    assert limits_text(changed) == "Limits: Depression IV · HR changed"
    told = limits_text(replace(changed, clinic_preset="Clinic default"))
    assert told == "Limits: Depression IV · HR changed · alarms: Clinic default"
