import dataclasses
import itertools

import pytest

from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.model import Phase, Role
from nursestation.core.phases import MOVES, WHEN
from tests.helpers.visit import CLINICIAN, CLINICIAN_PIN, PATIENT, Clinic, load_protocol, make_clinic

TO_THE_WARD = c.EndEarly(chair=2, reason="patient asks", handed_to="ward 3", clinician_id=CLINICIAN, pin=CLINICIAN_PIN)


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


def phases_of(clinic: Clinic) -> list[Phase]:
    return [record.after for record in clinic.of(r.PhaseChanged)]


def test_every_phase_has_its_moves_and_only_closed_ones_have_none() -> None:
    assert set(MOVES) == set(Phase)
    assert {phase for phase, after in MOVES.items() if not after} == {Phase.DISCHARGED, Phase.ENDED_EARLY}
    assert all(Phase.ENDED_EARLY in after for phase, after in MOVES.items() if not phase.is_over)


def test_every_command_of_a_visit_has_its_phases() -> None:
    assert set(WHEN) == set(c.VisitCommand.__args__)
    assert all(sentence for phases, sentence in WHEN.values() if len(phases) < 5)


def test_an_infusion_goes_through_every_phase(clinic: Clinic) -> None:
    clinic.start()
    clinic.run(2700, every_s=5)
    clinic.do(c.StopInfusion(chair=2))
    clinic.run(900, every_s=1)
    clinic.do(c.MarkReady(chair=2))
    assert phases_of(clinic) == [Phase.CHECK_IN, Phase.BASELINE, Phase.INFUSION, Phase.OBSERVATION, Phase.READY]
    spans = clinic.visit.spans
    assert all(earlier.end == later.start for earlier, later in itertools.pairwise(spans))
    assert spans[-1].end is None


def test_an_injection_goes_straight_to_observation(clinic: Clinic) -> None:
    clinic.start("im_injection")
    assert phases_of(clinic) == [Phase.CHECK_IN, Phase.BASELINE, Phase.OBSERVATION]
    assert clinic.visit.infusion_run_s == 0
    assert clinic.refused(c.StopInfusion(chair=2)) == "There is no infusion to stop."


def test_running_time_leaves_pauses_out(clinic: Clinic) -> None:
    clinic.start()
    clinic.wait(600)
    clinic.do(c.PauseInfusion(chair=2, reason="blood pressure"))
    assert clinic.visit.paused
    clinic.wait(300)
    assert clinic.visit.infusion_run_s == 600
    clinic.do(c.ResumeInfusion(chair=2))
    clinic.wait(60)
    assert clinic.visit.infusion_run_s == 660
    assert not clinic.visit.paused
    clinic.do(c.PauseInfusion(chair=2))
    clinic.wait(60)
    clinic.do(c.StopInfusion(chair=2, reason="enough"))
    clinic.wait(60)
    assert clinic.visit.infusion_run_s == 660
    assert all(end is not None for _, end in clinic.visit.pauses)


def test_pausing_twice_and_resuming_a_running_pump_are_refused(clinic: Clinic) -> None:
    clinic.start()
    assert "running" in clinic.refused(c.ResumeInfusion(chair=2))
    clinic.do(c.PauseInfusion(chair=2))
    assert "paused already" in clinic.refused(c.PauseInfusion(chair=2))


def test_stopping_early_needs_a_reason(clinic: Clinic) -> None:
    clinic.start()
    clinic.wait(2699)
    assert "0:01 of its plan" in clinic.refused(c.StopInfusion(chair=2, reason="  "))
    clinic.do(c.StopInfusion(chair=2, reason="patient asks"))
    assert clinic.of(r.InfusionStopped)[0].early


def test_stopping_at_the_planned_end_needs_none(clinic: Clinic) -> None:
    clinic.start()
    clinic.wait(2700)
    clinic.do(c.StopInfusion(chair=2))
    assert not clinic.of(r.InfusionStopped)[0].early


def with_allowed(allowed: tuple[float, float] | None) -> Clinic:
    """Return a clinic whose depression protocol runs 40 min, and `allowed` where another length is chosen [min]."""
    protocol = load_protocol().model_copy(update={"planned_min": 40.0, "planned_allowed_min": allowed})
    clinic = make_clinic(protocols=[protocol])
    clinic.staff()
    clinic.check_in()
    clinic.take_baseline()
    clinic.run(5)
    return clinic


def start(planned_min: float | None) -> c.StartInfusion:
    return c.StartInfusion(chair=2, dose_text="Ketamine 72 mg IV", planned_min=planned_min)


@pytest.mark.parametrize("chosen", [20, 60, 90])
def test_a_length_that_was_chosen_is_what_early_and_late_are_judged_by(chosen: float) -> None:
    clinic = with_allowed((20, 90))
    clinic.do(start(chosen))
    assert clinic.visit.infusion_planned_s == chosen * 60
    clinic.wait(chosen * 60 - 1)
    assert "0:01 of its plan" in clinic.refused(c.StopInfusion(chair=2))
    clinic.wait(1)
    clinic.do(c.StopInfusion(chair=2))
    assert not clinic.of(r.InfusionStopped)[0].early


@pytest.mark.parametrize("chosen", [None, 40])
def test_without_a_choice_the_protocol_gives_the_length(chosen: float | None) -> None:
    clinic = with_allowed(None)
    clinic.do(start(chosen))
    assert clinic.visit.infusion_planned_s == 2400
    assert clinic.of(r.InfusionStarted)[0].planned_min is None


def test_a_length_that_the_protocol_does_not_allow_is_refused() -> None:
    clinic = with_allowed((20, 90))
    says = "Depression IV may be planned for 20 min to 1 h 30 min: choose within that."
    assert clinic.refused(start(19)) == says
    assert clinic.refused(start(91)) == says
    assert with_allowed(None).refused(start(60)) == "Depression IV is planned for 40 min; no other length is allowed."
    assert clinic.visit.phase is Phase.BASELINE


def test_ready_is_refused_before_the_observation_minimum(clinic: Clinic) -> None:
    clinic.start()
    clinic.wait(2700)
    clinic.do(c.StopInfusion(chair=2))
    clinic.wait(899)
    assert clinic.refused(c.MarkReady(chair=2)) == "Observation lasts at least 15:00; it has 0:01 to go."
    clinic.wait(1)
    clinic.do(c.MarkReady(chair=2))
    assert clinic.visit.observation_left_s == 900


def test_ending_early_closes_the_visit_with_its_conditions(clinic: Clinic) -> None:
    clinic.start()
    clinic.cuff(182, 111)
    assert clinic.view.conditions
    assert "Say why" in clinic.refused(c.EndEarly(chair=2, reason=" "))
    clinic.do(TO_THE_WARD)
    assert clinic.visit.phase is Phase.ENDED_EARLY
    assert clinic.view.conditions == ()
    assert clinic.of(r.InfusionStopped)[0].early
    assert clinic.of(r.FlagDecided)[-1].outcome.value == "not_repeated"
    assert "closed" in clinic.refused(c.PauseInfusion(chair=2))


def test_a_closed_visit_takes_no_more_samples_and_leaves_its_chair(clinic: Clinic) -> None:
    clinic.start()
    assert "still open" in clinic.refused(c.FreeChair(chair=2))
    clinic.do(TO_THE_WARD)
    clinic.records.clear()
    clinic.run(5)
    assert clinic.of(r.Sample) == []
    assert "free it first" in clinic.refused(c.CheckIn(chair=2, patient=PATIENT, protocol="general_iv"))
    (freed,) = clinic.do(c.FreeChair(chair=2))
    assert freed.session is not None
    assert clinic.view.visit is None
    assert "free already" in clinic.refused(c.FreeChair(chair=2))


def test_commands_out_of_turn_say_what_to_do(clinic: Clinic) -> None:
    clinic.staff()
    assert "check a patient in first" in clinic.refused(c.BeginBaseline(chair=2))
    assert "no chair 9" in clinic.refused(c.BeginBaseline(chair=9))
    clinic.check_in()
    assert clinic.refused(c.StartInfusion(chair=2, dose_text="x")) == "Begin and take the baseline first, then start."
    assert "baseline phase" in clinic.refused(c.TakeBaseline(chair=2))
    clinic.do(c.BeginBaseline(chair=2))
    assert "begun already" in clinic.refused(c.BeginBaseline(chair=2))
    assert "observation" in clinic.refused(c.MarkReady(chair=2))
    assert "after the infusion" in clinic.refused(
        c.AnswerCriterion(chair=2, criterion="aldrete", met=True, evidence="", score=10)
    )


def test_office_staff_run_no_visit(clinic: Clinic) -> None:
    clinic.staff()
    clinic.do(c.AddOperator(name="Olga Office", role=Role.OFFICE, pin="999999"))
    clinic.do(c.SignIn(operator_id="o.office", pin="999999"))
    assert "ask a nurse" in clinic.refused(c.CheckIn(chair=2, patient=PATIENT, protocol="general_iv"))


def test_a_patient_sits_in_one_chair(clinic: Clinic) -> None:
    clinic.staff()
    clinic.check_in()
    same = dataclasses.replace(PATIENT, given_name="J.", record_number=PATIENT.record_number.lower() + " ")
    assert (
        clinic.refused(c.CheckIn(chair=1, patient=same, protocol="general_iv")) == "This patient is already in chair 2."
    )
    assert "is taken" in clinic.refused(c.CheckIn(chair=2, patient=PATIENT, protocol="general_iv"))


@pytest.mark.parametrize(
    ("changes", "protocol", "says"),
    [
        ({"record_number": " "}, "general_iv", "record number"),
        ({"given_name": "", "family_name": " "}, "general_iv", "name"),
        ({}, "no_such", "no treatment protocol"),
    ],
)
def test_an_incomplete_check_in_is_refused(
    clinic: Clinic, changes: dict[str, object], protocol: str, says: str
) -> None:
    clinic.staff()
    patient = dataclasses.replace(PATIENT, **changes)
    assert says in clinic.refused(c.CheckIn(chair=1, patient=patient, protocol=protocol))


def test_a_weight_belongs_to_the_check_in_where_no_gate_asks_for_it() -> None:
    general = load_protocol("general_iv")
    older = general.model_copy(update={"gates": general.gates.model_copy(update={"ask_weight": False})})
    clinic = make_clinic(protocols=[older])
    clinic.staff()
    patient = dataclasses.replace(PATIENT, weight_kg=0.0)
    assert "weight" in clinic.refused(c.CheckIn(chair=1, patient=patient, protocol="general_iv"))


def test_sessions_opened_in_one_second_have_names_of_their_own(clinic: Clinic) -> None:
    clinic.staff()
    for _ in range(2):
        clinic.do(c.CheckIn(chair=1, patient=PATIENT, protocol="general_iv"))
        clinic.do(c.EndEarly(chair=1, reason="wrong chair"), c.FreeChair(chair=1))
    first, second = (record.session for record in clinic.of(r.SessionOpened))
    assert first == "20260101T150000Z-1"
    assert second != first
