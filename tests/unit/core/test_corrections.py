"""Corrected times of the treatment's steps: every clock follows, the steps keep their order, nothing is lost."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.clock import NS_PER_S, Moment
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.criteria import OK
from nursestation.core.model import Phase, TimedStep
from nursestation.core.station import ChairSetup, Station
from nursestation.core.steps import as_corrected
from tests.helpers.leaving import answer_all, asking, line, observing, override
from tests.helpers.visit import NURSE, NURSE_PIN, Clinic, PlainPins, binding, load_protocol, make_clinic
from tests.unit.core.test_restore import lasting, restarted

STARTED, PAUSED = TimedStep.INFUSION_STARTED, TimedStep.INFUSION_PAUSED
RESUMED, STOPPED = TimedStep.INFUSION_RESUMED, TimedStep.INFUSION_STOPPED


def correct(clinic: Clinic, what: TimedStep, before: Moment | None, by_s: float, index: int = 0) -> c.CorrectTime:
    """Return the command that moves a step by so many seconds."""
    assert before is not None
    return c.CorrectTime(
        chair=2, what=what, index=index, at_utc_ns=before.utc_ns + round(by_s * NS_PER_S), reason="pressed late"
    )


@pytest.fixture
def clinic() -> Clinic:
    """An infusion that has run 10 min with a pause of 1 min from the fifth on."""
    clinic = make_clinic()
    clinic.start(every_s=5)
    clinic.run(300, every_s=5)
    clinic.do(c.PauseInfusion(chair=2))
    clinic.run(60, every_s=5)
    clinic.do(c.ResumeInfusion(chair=2))
    clinic.run(240, every_s=5)
    return clinic


def test_the_running_time_follows_a_corrected_start(clinic: Clinic) -> None:
    assert clinic.visit.infusion_run_s == 540
    started = clinic.visit.infusion_started
    clinic.do(correct(clinic, STARTED, started, -4))
    assert clinic.visit.infusion_run_s == 544
    assert clinic.visit.infusion_started == started.shifted(-4 * NS_PER_S)
    (change,) = clinic.visit.times_corrected
    assert (change.what, change.before, change.after, change.reason, change.by) == (
        STARTED, started, clinic.visit.infusion_started, "pressed late", "R. Alvarez RN",
    )  # fmt: skip


def test_the_phases_follow_a_corrected_start_and_stop(clinic: Clinic) -> None:
    clinic.do(correct(clinic, STARTED, clinic.visit.infusion_started, -4))
    clinic.do(c.StopInfusion(chair=2, reason="tried"))
    stopped = clinic.visit.infusion_stopped
    clinic.run(60, every_s=5)
    clinic.do(correct(clinic, STOPPED, stopped, -100))
    baseline, infusion, observation = clinic.visit.spans[-3:]
    assert baseline.end == infusion.start == clinic.visit.infusion_started
    assert infusion.end == observation.start == clinic.visit.infusion_stopped == stopped.shifted(-100 * NS_PER_S)
    assert clinic.visit.observation_s == 160


def test_a_pause_is_as_long_as_it_was_corrected_to(clinic: Clinic) -> None:
    (pause,) = clinic.visit.pauses
    clinic.do(correct(clinic, PAUSED, pause[0], -30), correct(clinic, RESUMED, pause[1], 20))
    assert clinic.visit.infusion_run_s == 540 - 50


def test_a_pause_that_the_stop_ended_follows_the_stop(clinic: Clinic) -> None:
    clinic.do(c.PauseInfusion(chair=2))
    clinic.run(60, every_s=5)
    clinic.do(c.StopInfusion(chair=2, reason="tried"))
    assert "was not resumed" in clinic.refused(correct(clinic, RESUMED, clinic.visit.pauses[1][1], -5, index=1))
    clinic.do(correct(clinic, STOPPED, clinic.visit.infusion_stopped, -20))
    assert clinic.visit.pauses[1][1] == clinic.visit.infusion_stopped
    assert clinic.visit.infusion_run_s == 540


def test_the_observation_minimum_follows_a_corrected_stop(clinic: Clinic) -> None:
    clinic.do(c.StopInfusion(chair=2, reason="tried"))
    stopped = clinic.visit.infusion_stopped
    clinic.run(14 * 60, every_s=5)
    assert "1:00 to go" in clinic.refused(c.MarkReady(chair=2))
    clinic.do(correct(clinic, STOPPED, stopped, -60))
    clinic.do(c.MarkReady(chair=2))


def test_an_observation_that_began_later_is_not_over_yet(clinic: Clinic) -> None:
    clinic.do(c.StopInfusion(chair=2, reason="tried"))
    stopped = clinic.visit.infusion_stopped
    clinic.run(15 * 60, every_s=5)
    clinic.do(c.MarkReady(chair=2))
    clinic.do(correct(clinic, STOPPED, stopped, 120))
    assert clinic.visit.readiness is not None
    (line,) = [view for view in clinic.visit.readiness.criteria if view.id == "observation"]
    assert line.state.value == "unmet"
    assert line.earliest_in_s == 120


def test_the_cuff_plan_and_the_readings_follow(clinic: Clinic) -> None:
    clinic.cuff(126, 78)
    clinic.run(30, every_s=5)
    clinic.do(c.StopInfusion(chair=2, reason="tried"))
    clinic.run(60, every_s=5)
    assert clinic.view.cuff.due_in_s == -60  # one is due as the infusion ends
    assert clinic.visit.watching.cuffs_planned == 3  # at 5 and 10 min, and the first of observation
    clinic.do(correct(clinic, STOPPED, clinic.visit.infusion_stopped, -40))
    assert clinic.view.cuff.due_in_s == pytest.approx(15 * 60 - 90)  # the reading was after it
    assert clinic.visit.watching.cuffs_planned == 2  # the infusion lasted less than ten minutes


def test_an_injection_begins_its_observation_when_it_was_given() -> None:
    clinic = make_clinic()
    clinic.start("im_injection", every_s=5)
    clinic.run(120, every_s=5)
    clinic.do(correct(clinic, STARTED, clinic.visit.infusion_started, -3))
    assert clinic.visit.observation_s == 123
    assert clinic.visit.spans[-1].phase is Phase.OBSERVATION
    assert clinic.visit.spans[-2].end == clinic.visit.infusion_started


@pytest.mark.parametrize(
    ("what", "index", "by_s", "says"),
    [
        (STARTED, 0, -3600, "before the baseline was taken"),
        (STARTED, 0, 301, "after it was paused"),
        (PAUSED, 0, -301, "before it was started"),
        (PAUSED, 0, 61, "after it was resumed"),
        (RESUMED, 0, -61, "before it was paused"),
        (RESUMED, 0, 241, "future"),
        (PAUSED, 1, 0, "was not paused"),
        (STOPPED, 0, 0, "was not stopped"),
        (PAUSED, 0, 0, "at that time already"),
    ],
)
def test_steps_keep_their_order(clinic: Clinic, what: TimedStep, index: int, by_s: float, says: str) -> None:
    at = {STARTED: clinic.visit.infusion_started, PAUSED: clinic.visit.pauses[0][0]}
    before = at.get(what, clinic.visit.pauses[0][1])
    assert says in clinic.refused(correct(clinic, what, before, by_s, index))
    assert clinic.visit.times_corrected == ()


def test_a_stop_is_not_after_the_patient_was_ready(clinic: Clinic) -> None:
    clinic.do(c.StopInfusion(chair=2, reason="tried"))
    clinic.run(15 * 60, every_s=5)
    clinic.do(c.MarkReady(chair=2))
    clinic.run(60, every_s=5)
    assert "ready to leave" in clinic.refused(correct(clinic, STOPPED, clinic.visit.infusion_stopped, 901))


def test_the_discharge_page_tells_that_the_end_was_corrected(clinic: Clinic) -> None:
    clinic.do(c.StopInfusion(chair=2, reason="enough"))
    clinic.run(60, every_s=5)
    seen = clinic.visit.readiness.digest
    clinic.do(correct(clinic, STOPPED, clinic.visit.infusion_stopped, -30))
    clinic.do(correct(clinic, STOPPED, clinic.visit.infusion_stopped, -20))
    told = line(clinic, "observation").evidence
    assert told.endswith("that time was corrected to 0:50 earlier by R. Alvarez RN: pressed late")
    assert clinic.visit.readiness.digest != seen


def test_what_was_seen_before_the_corrected_end_is_no_evidence() -> None:
    clinic = observing(asking())
    clinic.run(300, every_s=5)
    answer_all(clinic)
    clinic.do(override("bp"))
    clinic.run(60, every_s=5)
    clinic.do(correct(clinic, STOPPED, clinic.visit.infusion_stopped, 301))
    asked = ("bp", "aldrete", "sedation", "orientation", "gait", "iv_removed", "orthostatic", "driver", "instructions")
    assert {which: line(clinic, which).state for which in asked if line(clinic, which).state in OK} == {}
    assert "confirm again at hand-over" in line(clinic, "driver").evidence
    answer_all(clinic)
    assert {which for which in asked if line(clinic, which).state not in OK} == {"bp"}


@pytest.mark.parametrize("step_s", [3600, -3600])
def test_a_time_of_day_over_a_clock_that_was_set_is_refused(clinic: Clinic, step_s: float) -> None:
    clinic.do(c.StopInfusion(chair=2, reason="enough"))
    clinic.run(60, every_s=5)
    clinic.clock.step_utc(step_s)
    clinic.run(10, every_s=5)
    before = clinic.visit.observation_s
    assert "clock was set" in clinic.refused(correct(clinic, STOPPED, clinic.visit.infusion_stopped, -60))
    assert clinic.visit.observation_s == before


def test_a_reason_is_needed(clinic: Clinic) -> None:
    command = correct(clinic, STARTED, clinic.visit.infusion_started, -2)
    assert "Say why" in clinic.refused(replace(command, reason=" "))


# --- whatever is corrected ----------------------------------------------------------------------------------------


_PLAYED: list[Clinic] = []


def played() -> Clinic:
    """Return a clinic in observation, after two pauses, on a station of its own; the visit is played once."""
    if not _PLAYED:
        clinic = make_clinic(protocols=[load_protocol()])
        clinic.start(every_s=5)
        for _ in range(2):
            clinic.run(120, every_s=10)
            clinic.do(c.PauseInfusion(chair=2))
            clinic.run(60, every_s=10)
            clinic.do(c.ResumeInfusion(chair=2))
        clinic.cuff(130, 80)
        clinic.run(120, every_s=10)
        clinic.do(c.StopInfusion(chair=2, reason="tried"))
        clinic.run(120, every_s=10)
        _PLAYED.append(clinic)
    first = _PLAYED[0]
    chairs = (ChairSetup(number=1, monitors=()), ChairSetup(number=2, monitors=(binding(),)))
    station = Station(chairs, [load_protocol()], PlainPins(), "0.1.0")
    now = first.clock.now()
    made = station.restore(first.records, now, unclean=False)
    clinic = Clinic(station=station, clock=type(first.clock)(now), records=[*first.records, *made])
    clinic.do(c.SignIn(operator_id=NURSE, pin=NURSE_PIN))
    return clinic


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(TimedStep), st.integers(0, 2), st.integers(-400, 400)), max_size=8))
def test_whatever_is_corrected_the_order_stays_and_nothing_is_lost(
    wishes: list[tuple[TimedStep, int, int]],
) -> None:
    clinic = played()
    told = list(clinic.records)
    for what, index, by_s in wishes:
        steps = times(clinic)
        known = [at for which, n, at in steps if (which, n) == (what, index)]
        clinic.apply(correct(clinic, what, known[0] if known else clinic.clock.now(), by_s, index))
    assert clinic.records[: len(told)] == told
    visit = clinic.visit
    assert visit.baseline is not None
    in_order = [at.mono_ns for _, _, at in times(clinic)]
    assert in_order == sorted(in_order)
    assert in_order[-1] <= clinic.clock.now().mono_ns
    made = clinic.of(r.TimeCorrected)
    assert len(visit.times_corrected) == len(made)
    assert [change.before.utc_ns for change in visit.times_corrected] == [record.before_utc_ns for record in made]
    assert visit.infusion_run_s is not None
    assert visit.infusion_run_s >= 0
    assert lasting(restarted(clinic, same_clock=True).view) == lasting(clinic.view)
    as_read = [record for record in as_corrected(clinic.records) if isinstance(record, r.PhaseChanged)]
    assert [record.at for record in as_read] == [span.start for span in visit.spans]


def times(clinic: Clinic) -> list[tuple[TimedStep, int, Moment]]:
    """Return the treatment's steps in their order, as the view tells them."""
    visit = clinic.visit
    assert visit.infusion_started is not None
    assert visit.infusion_stopped is not None
    found = [(STARTED, 0, visit.infusion_started)]
    for n, (start, end) in enumerate(visit.pauses):
        assert end is not None
        found += [(PAUSED, n, start), (RESUMED, n, end)]
    return [*found, (STOPPED, 0, visit.infusion_stopped)]
