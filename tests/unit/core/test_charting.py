"""Charting after the fact, corrections and striking out: the original always stays."""

import pytest

from devices.clock import NS_PER_S
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.model import ChartKind, GateState, Grade, Severity, TimedStep
from tests.helpers.visit import CLINICIAN, CLINICIAN_PIN, NURSE, NURSE_PIN, Clinic, make_clinic
from tests.unit.core.test_restore import lasting, restarted

MINUTE_NS = 60 * NS_PER_S


@pytest.fixture
def clinic() -> Clinic:
    """An infusion that has run for four minutes, the heart rate 72 in the first two and 90 in the others."""
    clinic = make_clinic()
    clinic.start(every_s=5)
    clinic.run(120, every_s=5)
    clinic.run(120, {"heart_rate": 90.0}, every_s=5)
    return clinic


def ago(clinic: Clinic, seconds: float) -> int:
    """Return the wall time so long ago, UTC [ns]."""
    return clinic.clock.now().utc_ns - round(seconds * NS_PER_S)


def nausea(clinic: Clinic, seconds_ago: float | None = None) -> str:
    """Chart nausea and return its id."""
    at = None if seconds_ago is None else ago(clinic, seconds_ago)
    clinic.do(c.Chart(chair=2, kind=ChartKind.SIDE_EFFECT, text="Nausea", severity=Severity.MILD, at_utc_ns=at))
    return clinic.visit.chart[-1].id


# --- charted afterwards -------------------------------------------------------------------------------------------


def test_what_is_charted_afterwards_stands_at_its_time_with_the_numbers_of_then(clinic: Clinic) -> None:
    nausea(clinic, 180)
    (entry,) = clinic.visit.chart
    assert entry.at.utc_ns == ago(clinic, 180)
    assert entry.noted_at == clinic.clock.now()
    assert 72 <= dict(entry.vitals)["heart_rate"] <= 73
    (record,) = clinic.of(r.Charted)
    assert record.at == clinic.clock.now()
    assert record.happened_utc_ns == ago(clinic, 180)


def test_what_is_charted_now_has_the_numbers_of_now(clinic: Clinic) -> None:
    nausea(clinic)
    (entry,) = clinic.visit.chart
    assert entry.at == entry.noted_at == clinic.clock.now()
    assert dict(entry.vitals)["heart_rate"] >= 90
    assert clinic.of(r.Charted)[0].happened_utc_ns is None


def test_why_it_was_charted_is_kept_through_a_correction_and_a_restart(clinic: Clinic) -> None:
    clinic.do(c.Chart(chair=2, kind=ChartKind.DOSE_CHANGE, text="30 to 20 mL/h", reason=" BP rise "))
    entry = clinic.visit.chart[0]
    assert entry.because == "BP rise"
    clinic.do(c.CorrectChart(chair=2, entry_id=entry.id, reason="Wrong number", text="30 to 25 mL/h"))
    (shown,) = restarted(clinic, same_clock=True).visit.chart
    assert (shown.because, shown.reason) == ("BP rise", "Wrong number")


def test_each_step_tells_who_noted_it_and_with_which_words(clinic: Clinic) -> None:
    clinic.do(c.PauseInfusion(chair=2, reason="Nausea"))
    clinic.do(c.ResumeInfusion(chair=2))
    clinic.do(c.PauseInfusion(chair=2))
    clinic.do(c.SignIn(operator_id=CLINICIAN, pin=CLINICIAN_PIN))
    clinic.do(c.StopInfusion(chair=2, reason="Clinician asked"))
    shown = restarted(clinic, same_clock=True).visit.steps_told
    nurse, clinician = "R. Alvarez RN", "Sam Okafor MD"
    assert [(one.what, one.index, one.by, one.words) for one in shown] == [
        (TimedStep.INFUSION_STARTED, 0, nurse, clinic.visit.dose_text),
        (TimedStep.INFUSION_PAUSED, 0, nurse, "Nausea"),
        (TimedStep.INFUSION_RESUMED, 0, nurse, ""),
        (TimedStep.INFUSION_PAUSED, 1, nurse, ""),
        (TimedStep.INFUSION_STOPPED, 0, clinician, "Clinician asked"),
    ]


def test_no_numbers_are_made_up_for_a_time_without_any(clinic: Clinic) -> None:
    clinic.wait(120)  # not a word from the monitor
    nausea(clinic, 60)
    assert clinic.visit.chart[0].vitals == ()


def test_numbers_of_before_a_restart_are_not_known(clinic: Clinic) -> None:
    again = restarted(clinic, after_s=5)
    again.do(c.SignIn(operator_id=NURSE, pin=NURSE_PIN))
    nausea(again, 120)
    assert again.visit.chart[0].vitals == ()


def test_a_time_in_the_future_or_before_check_in_is_refused(clinic: Clinic) -> None:
    def at(utc_ns: int) -> c.Chart:
        return c.Chart(chair=2, kind=ChartKind.NOTE, text="x", at_utc_ns=utc_ns)

    assert "future" in clinic.refused(at(ago(clinic, -1)))
    assert "before check-in" in clinic.refused(at(clinic.visit.opened.utc_ns - 61 * NS_PER_S))
    clinic.do(at(clinic.visit.opened.utc_ns))


def test_a_whole_minute_means_any_moment_of_it() -> None:
    clinic = make_clinic()
    clinic.staff()
    clinic.clock.advance(40)
    clinic.check_in()
    minute = clinic.visit.opened.utc_ns // MINUTE_NS * MINUTE_NS
    assert minute < clinic.visit.opened.utc_ns
    clinic.wait(60)
    clinic.do(c.Chart(chair=2, kind=ChartKind.NOTE, text="talkative", at_utc_ns=minute))
    assert clinic.visit.chart[0].at == clinic.visit.opened


def test_an_end_may_be_told_afterwards_but_not_before_the_beginning(clinic: Clinic) -> None:
    entry = nausea(clinic, 120)
    assert "before it began" in clinic.refused(c.ResolveChart(chair=2, entry_id=entry, at_utc_ns=ago(clinic, 121)))
    clinic.do(c.ResolveChart(chair=2, entry_id=entry, at_utc_ns=ago(clinic, 30)))
    resolved = clinic.visit.chart[0].resolved
    assert resolved is not None
    assert resolved.utc_ns == ago(clinic, 30)


# --- corrections --------------------------------------------------------------------------------------------------


def test_a_correction_keeps_the_original_beside_it(clinic: Clinic) -> None:
    entry = nausea(clinic)
    first = clinic.visit.chart[0]
    clinic.run(30, every_s=5)
    clinic.do(
        c.CorrectChart(
            chair=2, entry_id=entry, reason="meant dizzy", text="Dizzy", severity=Severity.MODERATE,
            at_utc_ns=ago(clinic, 210),
        )
    )  # fmt: skip
    (now,) = clinic.visit.chart
    assert (now.text, now.severity, now.at.utc_ns) == ("Dizzy", Severity.MODERATE, ago(clinic, 210))
    assert dict(now.vitals)["heart_rate"] < 90
    assert (now.changed_by, now.reason) == ("R. Alvarez RN", "meant dizzy")
    (was,) = now.original
    assert (was.text, was.severity, was.at, was.vitals) == (first.text, first.severity, first.at, first.vitals)
    assert was.changed_at == clinic.clock.now()


def test_corrections_add_up(clinic: Clinic) -> None:
    entry = nausea(clinic)
    for text in ("Dizzy", "Light-headed"):
        clinic.do(c.CorrectChart(chair=2, entry_id=entry, reason="word", text=text))
    (now,) = clinic.visit.chart
    assert [view.text for view in (*now.original, now)] == ["Nausea", "Dizzy", "Light-headed"]


def test_when_it_was_over_can_be_corrected(clinic: Clinic) -> None:
    entry = nausea(clinic, 200)
    late = c.CorrectChart(chair=2, entry_id=entry, reason="earlier", resolved_at_utc_ns=ago(clinic, 60))
    assert "not over yet" in clinic.refused(late)
    clinic.do(c.ResolveChart(chair=2, entry_id=entry))
    clinic.do(late)
    resolved = clinic.visit.chart[0].resolved
    assert resolved is not None
    assert resolved.utc_ns == ago(clinic, 60)
    assert clinic.visit.chart[0].original[0].resolved == clinic.clock.now()
    assert "over before that" in clinic.refused(
        c.CorrectChart(chair=2, entry_id=entry, reason="?", at_utc_ns=ago(clinic, 30))
    )


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"text": "Dizzy", "reason": " "}, "Say why"),
        ({"text": "  "}, "strike it out"),
        ({"text": "Nausea"}, "Nothing is changed"),
        ({}, "Nothing is changed"),
        ({"text": "Dizzy", "entry_id": "e9"}, "no such entry"),
        ({"severity": Severity.SEVERE, "at_utc_ns": 2**62}, "future"),
    ],
)
def test_a_correction_that_cannot_be_is_refused(clinic: Clinic, fields: dict[str, object], says: str) -> None:
    entry = nausea(clinic)
    command = c.CorrectChart(**{"chair": 2, "entry_id": entry, "reason": "word", **fields})  # type: ignore[arg-type]
    assert says in clinic.refused(command)
    assert clinic.visit.chart[0].original == ()


def test_a_corrected_side_effect_takes_its_override_back(clinic: Clinic) -> None:
    entry = nausea(clinic)
    clinic.do(c.StopInfusion(chair=2, reason="tried"))
    clinic.do(
        c.OverrideCriterion(
            chair=2, criterion="side_effects", reason="walks well", clinician_id=CLINICIAN, pin=CLINICIAN_PIN
        )
    )

    def state() -> GateState:
        assert clinic.visit.readiness is not None
        return next(view.state for view in clinic.visit.readiness.criteria if view.id == "side_effects")

    assert state() is GateState.OVERRIDDEN
    clinic.do(c.CorrectChart(chair=2, entry_id=entry, reason="worse", severity=Severity.SEVERE))
    assert state() is GateState.UNMET


# --- striking out -------------------------------------------------------------------------------------------------


def test_what_is_struck_out_stays_and_counts_no_more(clinic: Clinic) -> None:
    entry = nausea(clinic)
    clinic.do(c.StopInfusion(chair=2, reason="tried"))
    clinic.do(c.StrikeChart(chair=2, entry_id=entry, reason="other patient"))
    (view,) = clinic.visit.chart
    assert view.struck
    assert (view.text, view.changed_by, view.reason) == ("Nausea", "R. Alvarez RN", "other patient")
    assert clinic.visit.readiness is not None
    (line,) = [one for one in clinic.visit.readiness.criteria if one.id == "side_effects"]
    assert line.state is GateState.MET


def test_nothing_more_is_done_to_what_is_struck_out(clinic: Clinic) -> None:
    entry = nausea(clinic)
    assert "Say why" in clinic.refused(c.StrikeChart(chair=2, entry_id=entry, reason=""))
    clinic.do(c.StrikeChart(chair=2, entry_id=entry, reason="double"))
    assert "struck out already" in clinic.refused(c.StrikeChart(chair=2, entry_id=entry, reason="again"))
    assert "struck out already" in clinic.refused(c.CorrectChart(chair=2, entry_id=entry, reason="x", text="y"))
    assert "struck out" in clinic.refused(c.ResolveChart(chair=2, entry_id=entry))


def test_a_symptom_that_was_struck_out_makes_no_crisis(clinic: Clinic) -> None:
    clinic.do(c.Chart(chair=2, kind=ChartKind.SYMPTOM, text="Headache"))
    clinic.do(c.StrikeChart(chair=2, entry_id=clinic.visit.chart[0].id, reason="other patient"))
    clinic.cuff(184, 112)
    assert clinic.visit.flags[-1].grade is Grade.SEVERE


def test_a_restart_keeps_the_chart_as_it_was_corrected(clinic: Clinic) -> None:
    entry, other = nausea(clinic, 100), nausea(clinic)
    clinic.do(c.CorrectChart(chair=2, entry_id=entry, reason="word", text="Dizzy", at_utc_ns=ago(clinic, 50)))
    clinic.do(c.ResolveChart(chair=2, entry_id=entry, at_utc_ns=ago(clinic, 20)))
    clinic.do(c.StrikeChart(chair=2, entry_id=other, reason="double"))
    again = restarted(clinic, same_clock=True)
    assert lasting(again.view) == lasting(clinic.view)
    assert again.visit.chart[0].by == clinic.visit.chart[0].by == "R. Alvarez RN"
    assert clinic.of(r.Charted)[0].operator == NURSE


@pytest.mark.parametrize("step_s", [3600, -3600])
def test_what_is_corrected_after_the_clock_was_set_moves_by_what_was_meant(clinic: Clinic, step_s: float) -> None:
    clinic.run(600, every_s=10)
    clinic.do(c.Chart(chair=2, kind=ChartKind.SIDE_EFFECT, text="Nausea"))
    entry = clinic.visit.chart[-1].id
    clinic.run(120, every_s=10)
    clinic.do(c.ResolveChart(chair=2, entry_id=entry))
    clinic.clock.step_utc(step_s)
    clinic.run(60, every_s=10)
    now = clinic.clock.now()
    ago = {minutes: now.utc_ns - minutes * 60 * NS_PER_S for minutes in (2, 4)}
    clinic.do(
        c.CorrectChart(chair=2, entry_id=entry, reason="pressed late", at_utc_ns=ago[4], resolved_at_utc_ns=ago[2])
    )
    view = clinic.visit.chart[-1]
    assert view.resolved is not None
    assert (now.mono_ns - view.at.mono_ns, now.mono_ns - view.resolved.mono_ns) == (240 * NS_PER_S, 120 * NS_PER_S)


@pytest.mark.parametrize("step_s", [3600, -3600])
def test_the_minute_of_check_in_is_the_clock_s_of_now(step_s: float) -> None:
    clinic = make_clinic()
    clinic.staff()
    clinic.clock.advance(20)
    clinic.check_in()
    opened = clinic.visit.opened
    clinic.clock.step_utc(step_s)
    clinic.run(60)
    at = opened.utc_ns + round(step_s * NS_PER_S) - 20 * NS_PER_S
    clinic.do(c.Chart(chair=2, kind=ChartKind.SIDE_EFFECT, text="Nausea", at_utc_ns=at))
    assert at % MINUTE_NS == 0
    assert clinic.visit.chart[-1].at.mono_ns == opened.mono_ns
