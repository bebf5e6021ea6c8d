from datetime import UTC

import pytest

from nursestation.core.commands import CorrectChart, CorrectTime
from nursestation.core.model import Phase, Severity, TimedStep
from nursestation.ui.journal import journal
from nursestation.ui.sheets.correction_view import Typed, correction, typed_as
from nursestation.ui.sheets.when import told_time
from tests.helpers.station_views import HOUR_NS, MINUTE_NS, NOW, make_entry, make_visit

NAUSEA = make_entry("e1", "Nausea", at=NOW.shifted(-20 * MINUTE_NS - 33 * 10**9), resolved=NOW.shifted(-5 * MINUTE_NS))
VISIT = make_visit(
    Phase.INFUSION,
    opened=NOW.shifted(-HOUR_NS),
    infusion_started=NOW.shifted(-40 * MINUTE_NS),
    chart=(NAUSEA,),
)
ENTRY, STEP = journal(VISIT, UTC)


def made(line, **typed):
    fields = {"time": line.time, "reason": "Wrong button"}
    if line.entry is not None:
        fields |= {"words": "Nausea", "over": "13:55", "severity": "mild"}
    return correction(2, line, Typed(**(fields | typed)), VISIT, NOW, UTC)


def test_the_form_begins_with_what_the_line_says():
    assert typed_as(ENTRY, UTC) == Typed(time="13:39", words="Nausea", over="13:55", severity="mild")
    assert typed_as(STEP, UTC) == Typed(time="13:20")


@pytest.mark.parametrize(
    ("typed", "changed"),
    [
        ({"time": "13:30"}, {"at_utc_ns": NOW.utc_ns - 30 * MINUTE_NS}),
        ({"words": "  Nausea and vomiting "}, {"text": "Nausea and vomiting"}),
        ({"severity": "severe"}, {"severity": Severity.SEVERE}),
        ({"over": "1350"}, {"resolved_at_utc_ns": NOW.utc_ns - 10 * MINUTE_NS}),
    ],
)
def test_only_what_was_changed_is_sent(typed, changed):
    assert made(ENTRY, **typed) == CorrectChart(chair=2, entry_id="e1", reason="Wrong button", **changed)


def test_a_steps_time_is_corrected():
    assert made(STEP, time="13:18") == CorrectTime(
        chair=2, what=TimedStep.INFUSION_STARTED, index=0, at_utc_ns=NOW.utc_ns - 42 * MINUTE_NS, reason="Wrong button"
    )


@pytest.mark.parametrize(
    ("line", "typed", "sentence"),
    [
        (ENTRY, {}, "Change what is wrong, or strike it out with a reason."),
        (ENTRY, {"time": "13:30", "reason": ""}, "Choose or write why."),
        (ENTRY, {"words": " "}, "Write what it should read, or strike it out."),
        (ENTRY, {"time": "soon"}, "Write the time as hours and minutes, for example 14:05."),
        (ENTRY, {"over": "14:30"}, "14:30 has not come yet: check the time."),
        (STEP, {}, "Write the time when it really was."),
        (STEP, {"time": "13:18", "reason": ""}, "Choose or write why."),
    ],
)
def test_what_is_missing_is_said(line, typed, sentence):
    assert made(line, **typed) == sentence


def test_a_time_after_now_is_of_yesterday_where_the_visit_goes_over_midnight():
    now = NOW.utc_ns + 10 * HOUR_NS + 10 * MINUTE_NS  # ten past midnight
    assert told_time("23:50", now, now - HOUR_NS, UTC).at_utc_ns == now - 20 * MINUTE_NS
    assert told_time("0:05", now, now - HOUR_NS, UTC).at_utc_ns == now - 5 * MINUTE_NS
    assert told_time("0:20", now, now - HOUR_NS, UTC).problem
