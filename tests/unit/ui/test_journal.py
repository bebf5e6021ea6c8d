from dataclasses import replace
from datetime import UTC

from nursestation.core.model import ChartKind, Phase, Route, ScoreKind, Severity, TimedStep
from nursestation.core.snapshot import ScoreView, StepToldView, TimeCorrectedView
from nursestation.ui.journal import is_fresh, journal, newest_entry, open_effects, vitals_text
from tests.helpers.station_views import MINUTE_NS, NOW, make_entry, make_protocol, make_visit


def ago(minutes):
    return NOW.shifted(-minutes * MINUTE_NS)


def test_everything_stands_in_one_list_newest_first():
    visit = make_visit(
        Phase.OBSERVATION,
        infusion_started=ago(50),
        pauses=((ago(30), ago(25)), (ago(12), ago(10))),
        infusion_stopped=ago(10),
        chart=(make_entry("e1", "Nausea", at=ago(20), resolved=ago(5)), make_entry("e2", "Dizziness", at=ago(2))),
        scores=(ScoreView(kind=ScoreKind.PAIN, label="Pain", value=3, at=ago(4), by="R. Alvarez RN", note="knee"),),
    )
    lines = journal(visit, UTC)
    assert [(line.time, line.words, line.may_end, line.may_correct) for line in lines] == [
        ("13:58", "Dizziness, mild", True, True),
        ("13:56", "Pain 3", False, False),
        ("13:50", "Infusion stopped", False, True),  # and with it the pause, which was no resumption
        ("13:48", "Infusion paused", False, True),
        ("13:40", "Nausea, mild, over 13:55", False, True),
        ("13:35", "Infusion resumed", False, True),
        ("13:30", "Infusion paused", False, True),
        ("13:10", "Infusion started", False, True),
    ]
    assert [line.step for line in lines if line.words == "Infusion paused"] == [
        (TimedStep.INFUSION_PAUSED, 1),
        (TimedStep.INFUSION_PAUSED, 0),
    ]


def test_an_injection_is_given_and_not_started():
    visit = make_visit(Phase.OBSERVATION, protocol=make_protocol(route=Route.IM), infusion_started=ago(5))
    assert [line.words for line in journal(visit, UTC)] == ["Injection given"]


def test_a_corrected_line_keeps_what_it_said_and_says_who_and_why():
    before = make_entry("e1", "Nausea", at=ago(20), reason="Wrong button", changed_by="R. Alvarez RN")
    entry = make_entry(
        "e1", "Nausea", at=ago(25), severity=Severity.SEVERE, original=(before,), changed_by="R. Alvarez RN",
        changed_at=ago(3), reason="Wrong button", noted_at=ago(20),
    )  # fmt: skip
    (line,) = journal(make_visit(Phase.INFUSION, chart=(entry,)), UTC)
    assert (line.words, line.before) == ("Nausea, severe", ("13:40 Nausea, mild",))
    assert line.note == "corrected 13:57 by R. Alvarez RN: Wrong button"


def test_a_struck_line_stays_and_offers_nothing():
    entry = make_entry("e1", "Nausea", struck=True, changed_by="R. Alvarez RN", changed_at=ago(3), reason="Wrong chair")
    (line,) = journal(make_visit(Phase.INFUSION, chart=(entry,)), UTC)
    assert (line.struck, line.may_end, line.may_correct) == (True, False, False)
    assert line.note == "struck out 13:57 by R. Alvarez RN: Wrong chair"


def test_a_corrected_time_shows_each_time_it_had():
    change = TimeCorrectedView(
        what=TimedStep.INFUSION_STARTED, index=0, before=ago(38), after=ago(40), reason="Written down late",
        by="R. Alvarez RN", at=ago(1),
    )  # fmt: skip
    visit = make_visit(Phase.INFUSION, infusion_started=ago(40), times_corrected=(change,))
    (line,) = journal(visit, UTC)
    assert (line.time, line.before) == ("13:20", ("13:22 Infusion started",))
    assert line.note == "time corrected 13:59 by R. Alvarez RN: Written down late"


def test_a_line_says_why_and_a_step_who_noted_it():
    dose = make_entry("e1", "30 to 20 mL/h", kind=ChartKind.DOSE_CHANGE, severity=None, because="BP rise")
    told = tuple(
        StepToldView(what=what, index=index, by=by, words=words)
        for what, index, by, words in (
            (TimedStep.INFUSION_STARTED, 0, "J. Okafor RN", "Ketamine 36 mg IV"),
            (TimedStep.INFUSION_PAUSED, 0, "R. Alvarez RN", "Nausea"),
            (TimedStep.INFUSION_RESUMED, 0, "J. Okafor RN", ""),
        )
    )
    visit = make_visit(
        Phase.INFUSION, infusion_started=ago(40), pauses=((ago(10), ago(5)),), chart=(dose,), steps_told=told
    )
    assert [(line.words, line.because, line.who) for line in journal(visit, UTC)] == [
        ("Infusion resumed", "", "J. Okafor RN"),
        ("Infusion paused", "Nausea", "R. Alvarez RN"),
        ("30 to 20 mL/h", "BP rise", "R. Alvarez RN"),
        ("Infusion started", "Ketamine 36 mg IV", "J. Okafor RN"),
    ]


def test_what_was_written_down_later_says_when():
    entry = make_entry("e1", "Nausea", at=ago(10), noted_at=ago(2))
    (line,) = journal(make_visit(Phase.INFUSION, chart=(entry,)), UTC)
    assert line.note == "written down 13:58"


def test_undo_takes_what_was_written_down_last_though_it_happened_before():
    early = make_entry("e2", "Dizziness", at=ago(10), noted_at=NOW.shifted(-4 * 10**9))
    visit = make_visit(Phase.INFUSION, chart=(make_entry("e1", "Nausea", at=ago(1)), early))
    assert newest_entry(visit) is early
    assert is_fresh(early, NOW)
    assert not is_fresh(early, NOW.shifted(6 * 10**9))
    assert newest_entry(make_visit(Phase.INFUSION, chart=(replace(early, struck=True),))) is None


def test_what_lasts_is_a_side_effect_that_is_not_over_and_stands():
    chart = (
        make_entry("e1", "Nausea"),
        make_entry("e2", "Dizziness", resolved=NOW),
        make_entry("e3", "Headache", struck=True),
        make_entry("e4", "Oxygen on", kind=ChartKind.OXYGEN),
        make_entry("e5", "Chest pain", kind=ChartKind.SYMPTOM, at=ago(30)),
    )
    assert [one.id for one in open_effects(make_visit(Phase.INFUSION, chart=chart))] == ["e5", "e1"]


def test_one_pulse_is_enough():
    assert vitals_text((("heart_rate", 86.4), ("pulse_rate", 85.0), ("spo2", 97.0))) == "HR 86 · SpO₂ 97"
    assert vitals_text((("pulse_rate", 85.0), ("etco2", 38.0))) == "PR 85"
    assert vitals_text(()) == ""
