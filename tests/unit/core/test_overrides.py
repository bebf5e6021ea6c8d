"""What a clinician let pass was given for what stood there: worse facts, or other ones, need a new word."""

import pytest

from devices.events import AdmissionState, DevicePatient
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.model import GateState, Role
from tests.helpers.leaving import SHEET, answer_all, asking, line, observing, override, ready
from tests.helpers.visit import CALM, CLINICIAN, CLINICIAN_PIN, Clinic, make_clinic

# --- before the start ---------------------------------------------------------------------------------------------


def let_pass(clinic: Clinic, gate: str) -> None:
    clinic.do(
        c.OverrideGate(chair=2, gate=gate, reason="known to us", clinician_id=CLINICIAN, pin=CLINICIAN_PIN),
    )


def gate_state(clinic: Clinic, which: str) -> GateState:
    return next(view.state for view in clinic.visit.gates if view.id == which)


def vitals(clinic: Clinic, *missing: str, seconds: int = 20) -> None:
    """Let time pass with numbers of everything but what is missing."""
    for _ in range(seconds):
        clinic.clock.advance(1)
        for metric, value in CALM.items():
            if metric not in missing:
                clinic.numeric(metric, value)
        clinic.tick()


@pytest.fixture
def no_breathing() -> Clinic:
    """A baseline is taken, and a clinician let the start pass without a respiration rate."""
    clinic = make_clinic()
    clinic.staff()
    clinic.check_in()
    clinic.do(c.BeginBaseline(chair=2))
    vitals(clinic, "resp_rate")
    clinic.cuff(124, 76)
    vitals(clinic, "resp_rate", seconds=120)
    clinic.cuff(124, 76)
    clinic.do(c.TakeBaseline(chair=2))
    let_pass(clinic, "monitors")
    return clinic


def test_a_start_without_breathing_is_no_start_without_saturation(no_breathing: Clinic) -> None:
    assert gate_state(no_breathing, "monitors") is GateState.OVERRIDDEN
    vitals(no_breathing, "resp_rate", "spo2")
    assert gate_state(no_breathing, "monitors") is GateState.UNMET
    assert "SpO₂" in no_breathing.refused(c.StartInfusion(chair=2, dose_text="36 mg"))
    vitals(no_breathing, "resp_rate")
    no_breathing.do(c.StartInfusion(chair=2, dose_text="36 mg"))
    assert gate_state(no_breathing, "monitors") is GateState.OVERRIDDEN


def test_nor_one_with_another_patient_on_the_monitor(no_breathing: Clinic) -> None:
    at = no_breathing.clock.now().mono_ns
    no_breathing.event(DevicePatient(t_ns=at, admission=AdmissionState.ADMITTED, patient_id="9999"))
    assert gate_state(no_breathing, "monitors") is GateState.UNMET
    assert "is this still Jana Keller?" in no_breathing.refused(c.StartInfusion(chair=2, dose_text="36 mg"))


def test_a_pressure_that_was_let_pass_is_no_higher_one() -> None:
    clinic = make_clinic()
    clinic.staff()
    clinic.check_in()
    clinic.take_baseline(((164, 90), (164, 90)))
    let_pass(clinic, "bp_ceiling")
    clinic.run(10)
    clinic.cuff(162, 90)
    assert gate_state(clinic, "bp_ceiling") is GateState.OVERRIDDEN
    clinic.cuff(176, 90)
    assert clinic.of(r.FlagRaised) == []  # no rung of the ladder told of it
    assert gate_state(clinic, "bp_ceiling") is GateState.UNMET
    let_pass(clinic, "bp_ceiling")
    clinic.cuff(164, 104)
    assert gate_state(clinic, "bp_ceiling") is GateState.UNMET


# --- at discharge -------------------------------------------------------------------------------------------------


def test_a_fast_heart_that_was_let_pass_is_no_low_saturation() -> None:
    clinic = ready(asking())
    answer_all(clinic)
    fast = {"heart_rate": 125.0, "pulse_rate": 125.0}
    clinic.run(200, fast)
    clinic.do(override("vitals_stable", "always fast"))
    clinic.run(60, fast)
    assert line(clinic, "vitals_stable").state is GateState.OVERRIDDEN
    clinic.run(60, {**fast, "spo2": 90.0})
    assert line(clinic, "vitals_stable").state is GateState.UNMET


def test_a_broken_printer_that_was_let_pass_is_no_unread_sheet() -> None:
    clinic = ready(asking())
    clinic.do(override("instructions", "the printer is broken"))
    clinic.do(c.InstructionsGiven(chair=2, language="", how="printed", sha256=SHEET))
    assert line(clinic, "instructions").state is GateState.UNMET


def test_everybody_who_shortened_the_observation_leaves_the_signature_to_others() -> None:
    clinic = observing(asking())
    clinic.do(
        c.AddOperator(name="Lea Brandt MD", role=Role.CLINICIAN, pin="222222"),
        c.ShortenObservation(chair=2, minutes=10, reason="calm", clinician_id=CLINICIAN, pin=CLINICIAN_PIN),
        c.ShortenObservation(chair=2, minutes=9, reason="calm", clinician_id="l.brandt", pin="222222"),
    )
    clinic.run(910, every_s=10)
    clinic.cuff(126, 78)
    clinic.do(c.MarkReady(chair=2))
    answer_all(clinic)
    for operator, pin in ((CLINICIAN, CLINICIAN_PIN), ("l.brandt", "222222")):
        clinic.do(c.SignIn(operator_id=operator, pin=pin))
        assert "You shortened the observation" in clinic.refused(clinic.sign(pin))
