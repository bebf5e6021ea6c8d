import pytest

from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.model import ConfirmedHow, Driver, GateState, Role, SeriesPlace, Transport, VisitKind
from nursestation.core.snapshot import GateView
from tests.helpers.visit import (
    CLINICIAN,
    CLINICIAN_PIN,
    DRIVER,
    HOUR_NS,
    NURSE,
    NURSE_PIN,
    PATIENT,
    Clinic,
    make_clinic,
)


@pytest.fixture
def clinic() -> Clinic:
    clinic = make_clinic()
    clinic.staff()
    return clinic


def gate(clinic: Clinic, which: str) -> GateView:
    return next(view for view in clinic.visit.gates if view.id == which)


def override(
    gate: str, reason: str = "seen the patient", by: str = CLINICIAN, pin: str = CLINICIAN_PIN
) -> c.OverrideGate:
    return c.OverrideGate(chair=2, gate=gate, reason=reason, clinician_id=by, pin=pin)


def test_of_a_new_visit_no_gate_is_met(clinic: Clinic) -> None:
    clinic.do(c.CheckIn(chair=2, patient=PATIENT, protocol="depression_iv"))
    assert clinic.visit.gates
    assert all(view.state in (GateState.UNMET, GateState.UNKNOWN) for view in clinic.visit.gates)
    assert all(view.detail for view in clinic.visit.gates)
    assert not clinic.visit.may_start


def test_a_full_check_in_meets_every_gate(clinic: Clinic) -> None:
    clinic.check_in()
    clinic.take_baseline()
    clinic.run(2)
    assert [view.id for view in clinic.visit.gates if view.state is not GateState.MET] == []
    assert clinic.visit.may_start


def test_fasting_gates_open_by_the_clock(clinic: Clinic) -> None:
    clinic.check_in()
    now = clinic.clock.now().utc_ns
    clinic.do(c.RecordFasting(chair=2, last_food_utc_ns=now - 5 * HOUR_NS, last_drink_utc_ns=now - HOUR_NS))
    assert gate(clinic, "fasting_food").opens_in_s == 3600
    assert gate(clinic, "fasting_food").detail == "5 h since the last; opens in 1 h"
    assert gate(clinic, "fasting_drink").state is GateState.UNMET
    clinic.wait(3599)
    assert gate(clinic, "fasting_food").state is GateState.UNMET
    clinic.wait(1)
    assert gate(clinic, "fasting_food").state is GateState.MET
    assert gate(clinic, "fasting_drink").state is GateState.MET
    assert gate(clinic, "fasting_food").opens_in_s is None


def test_fasting_in_the_future_is_refused(clinic: Clinic) -> None:
    clinic.check_in()
    now = clinic.clock.now().utc_ns
    assert "future" in clinic.refused(c.RecordFasting(chair=2, last_food_utc_ns=now, last_drink_utc_ns=now + 1))


def test_every_exclusion_must_be_answered(clinic: Clinic) -> None:
    clinic.check_in()
    asked = clinic.visit.protocol.gates.exclusions
    some = tuple((text, False) for text in asked[:-1])
    assert asked[-1] in clinic.refused(c.AnswerExclusions(chair=2, answers=some))
    assert "do not fit" in clinic.refused(
        c.AnswerExclusions(chair=2, answers=(*some, (asked[-1], False), ("Left-handed", True)))
    )
    clinic.do(c.AnswerExclusions(chair=2, answers=(*some, (asked[-1], True))))
    assert gate(clinic, "exclusions").state is GateState.UNMET
    assert gate(clinic, "exclusions").detail == f"{asked[-1]}: a clinician decides"


def test_a_changed_driver_must_be_confirmed_anew(clinic: Clinic) -> None:
    clinic.check_in()
    assert gate(clinic, "driver").state is GateState.MET
    assert gate(clinic, "driver").detail == "Maria Keller (sister), confirmed by phone, phone ending 0192"
    clinic.do(c.NameDriver(chair=2, driver=Driver("Cab 7", "", "555 010 0777", Transport.MEDICAL_TRANSPORT)))
    assert gate(clinic, "driver").state is GateState.UNMET
    clinic.do(c.ConfirmDriver(chair=2, how=ConfirmedHow.BOOKING))
    assert gate(clinic, "driver").state is GateState.MET


def test_driver_refusals(clinic: Clinic) -> None:
    clinic.do(c.CheckIn(chair=2, patient=PATIENT, protocol="depression_iv"))
    assert clinic.refused(c.ConfirmDriver(chair=2, how=ConfirmedHow.BY_PHONE)) == "Name the driver first."
    assert "phone number" in clinic.refused(c.NameDriver(chair=2, driver=Driver("Maria", "sister", " ")))
    clinic.do(c.NameDriver(chair=2, driver=DRIVER))
    assert "transport company only" in clinic.refused(c.ConfirmDriver(chair=2, how=ConfirmedHow.BOOKING))


@pytest.mark.parametrize(
    ("readings", "state"),
    [
        (((140, 90), (140, 90)), GateState.MET),
        (((141, 90), (141, 90)), GateState.UNMET),
        (((140, 91), (140, 91)), GateState.UNMET),
    ],
)
def test_the_ceiling_is_judged_on_the_baseline(
    clinic: Clinic, readings: tuple[tuple[int, int], ...], state: GateState
) -> None:
    clinic.check_in()
    clinic.take_baseline(readings)
    assert gate(clinic, "bp_ceiling").state is state


def test_the_ceiling_looks_at_a_reading_after_the_baseline(clinic: Clinic) -> None:
    clinic.check_in()
    clinic.take_baseline()
    clinic.cuff(150, 85)
    assert gate(clinic, "bp_ceiling").state is GateState.UNMET
    assert "last reading 150/85" in gate(clinic, "bp_ceiling").detail
    clinic.cuff(138, 85)
    assert gate(clinic, "bp_ceiling").state is GateState.MET


def test_monitors_must_be_live_and_the_cuff_recent(clinic: Clinic) -> None:
    clinic.check_in()
    clinic.run(2)
    assert gate(clinic, "monitors").detail == "No cuff pressure yet"
    clinic.take_baseline()
    clinic.run(1)
    assert gate(clinic, "monitors").state is GateState.MET
    clinic.wait(4)
    assert gate(clinic, "monitors").detail == "No heart rate, SpO₂ and respiration rate yet"
    clinic.run(480)
    assert gate(clinic, "monitors").detail == "No cuff pressure yet"


def test_a_typed_reading_does_not_show_that_the_cuff_delivers(clinic: Clinic) -> None:
    clinic.check_in()
    clinic.do(c.EnterCuffReading(chair=2, sys=124, dia=76))
    clinic.run(1)
    assert gate(clinic, "monitors").detail == "No cuff pressure yet"


def test_the_pulse_rate_stands_in_for_the_heart_rate(clinic: Clinic) -> None:
    clinic.check_in()
    clinic.take_baseline()
    clinic.wait(60)
    for metric, value in (("pulse_rate", 72.0), ("spo2", 98.0), ("resp_rate", 14.0)):
        clinic.numeric(metric, value)
    assert gate(clinic, "monitors").state is GateState.MET


def test_a_start_with_open_gates_names_them(clinic: Clinic) -> None:
    clinic.check_in()
    clinic.do(c.BeginBaseline(chair=2))
    sentence = clinic.refused(c.StartInfusion(chair=2, dose_text="36 mg"))
    assert sentence.startswith("Not yet. Still open: Baseline taken (Take the baseline)")
    assert "Monitors delivering" in sentence
    assert clinic.of(r.InfusionStarted) == []


def test_a_start_without_a_dose_is_refused(clinic: Clinic) -> None:
    clinic.check_in()
    clinic.take_baseline()
    clinic.run(1)
    assert clinic.refused(c.StartInfusion(chair=2, dose_text=" ")) == "Enter the dose."


def test_a_clinician_overrides_with_reason_and_pin(clinic: Clinic) -> None:
    clinic.check_in()
    clinic.take_baseline()
    clinic.do(c.NameDriver(chair=2, driver=DRIVER))
    clinic.run(1)
    assert "Driver confirmed" in clinic.refused(c.StartInfusion(chair=2, dose_text="36 mg"))
    (made,) = clinic.do(override("driver"))
    assert (made.operator, made.clinician, made.reason) == (NURSE, CLINICIAN, "seen the patient")
    assert gate(clinic, "driver").state is GateState.OVERRIDDEN
    assert gate(clinic, "driver").detail.endswith("overridden: seen the patient")
    clinic.do(c.StartInfusion(chair=2, dose_text="36 mg"))


def test_an_override_falls_with_new_facts(clinic: Clinic) -> None:
    clinic.check_in()
    clinic.do(c.NameDriver(chair=2, driver=DRIVER))
    clinic.do(override("driver"), override("bp_ceiling"), override("baseline"))
    clinic.do(c.NameDriver(chair=2, driver=DRIVER))
    assert gate(clinic, "driver").state is GateState.UNMET
    clinic.take_baseline(((150, 92), (150, 92)))
    assert gate(clinic, "bp_ceiling").state is GateState.UNMET
    assert gate(clinic, "baseline").state is GateState.MET


def test_override_refusals(clinic: Clinic) -> None:
    clinic.check_in()
    clinic.do(c.NameDriver(chair=2, driver=DRIVER))
    clinic.do(c.AddOperator(name="Nora Nurse", role=Role.NURSE, pin="111111"))
    assert "reason" in clinic.refused(override("driver", reason=" "))
    assert "met already" in clinic.refused(override("fasting_food"))
    assert "no gate" in clinic.refused(override("weather"))
    assert "may not override" in clinic.refused(override("driver", by="n.nurse", pin="111111"))
    assert "may not override" in clinic.refused(override("driver", by=NURSE, pin=NURSE_PIN))
    failed, refused = clinic.apply(override("driver", pin="000000"))
    assert (type(failed), failed.operator) == (r.SignInFailed, CLINICIAN)
    assert "does not fit" in refused.reason
    assert gate(clinic, "driver").state is GateState.UNMET


def test_identity_and_consent_cannot_be_overridden(clinic: Clinic) -> None:
    clinic.do(c.CheckIn(chair=2, patient=PATIENT, protocol="depression_iv"))
    for which in ("identity", "consent"):
        assert "cannot be overridden" in clinic.refused(override(which))


def test_gates_stand_still_after_the_start(clinic: Clinic) -> None:
    clinic.check_in()
    clinic.take_baseline()
    clinic.run(1)
    clinic.do(c.StartInfusion(chair=2, dose_text="36 mg"))
    before = clinic.visit.gates
    clinic.wait(3600)
    clinic.cuff(190, 112)
    assert [view.state for view in clinic.visit.gates] == [view.state for view in before]
    assert all(view.state is GateState.MET for view in clinic.visit.gates)
    assert "before the start" in clinic.refused(c.RecordConsent(chair=2))


def test_an_overridden_pressure_does_not_cover_one_that_is_flagged(clinic: Clinic) -> None:
    clinic.check_in()
    clinic.take_baseline(((146, 92), (146, 92)))
    clinic.do(override("bp_ceiling"))
    clinic.run(60)
    clinic.cuff(149, 93)
    assert gate(clinic, "bp_ceiling").state is GateState.OVERRIDDEN
    clinic.run(60)
    clinic.cuff(186, 112)
    assert gate(clinic, "bp_ceiling").state is GateState.UNMET
    assert "BP at or below" in clinic.refused(c.StartInfusion(chair=2, dose_text="36 mg"))
    clinic.do(override("bp_ceiling"))
    clinic.do(c.StartInfusion(chair=2, dose_text="36 mg"))
    clinic.run(60)
    clinic.cuff(205, 122)
    assert gate(clinic, "bp_ceiling").state is GateState.OVERRIDDEN  # as it stood at the start


@pytest.mark.parametrize(("number", "of"), [(0, 6), (-1, None), (7, 6)])
def test_a_place_that_no_series_has_is_refused(clinic: Clinic, number: int, of: int | None) -> None:
    place = SeriesPlace(VisitKind.COURSE, number, of)
    command = c.CheckIn(chair=2, patient=PATIENT, protocol="depression_iv", series=place)
    assert "place in the series" in clinic.refused(command)


def test_the_place_in_the_series_is_the_visit_s(clinic: Clinic) -> None:
    place = SeriesPlace(VisitKind.COURSE, 3, 6)
    clinic.do(c.CheckIn(chair=2, patient=PATIENT, protocol="depression_iv", series=place))
    assert clinic.visit.series == place
