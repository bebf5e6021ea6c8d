import pytest

from devices.events import DeviceStatus, SensorStatus
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.model import ChartKind, ConfirmedHow, Driver, GateState, Severity, Transport
from nursestation.core.snapshot import CriterionView
from tests.helpers.visit import CALM, CLINICIAN, CLINICIAN_PIN, DRIVER, NURSE, NURSE_PIN, Clinic, make_clinic

CRITERIA = (
    "observation",
    "bp",
    "vitals_stable",
    "no_open_condition",
    "aldrete",
    "sedation",
    "gait",
    "side_effects",
    "iv_removed",
    "orthostatic",
    "driver",
    "instructions",
)


def observing(protocol: str = "depression_iv") -> Clinic:
    """Return a clinic at the first second of observation."""
    clinic = make_clinic()
    clinic.start(protocol)
    if protocol != "im_injection":
        clinic.run(60)
        clinic.do(c.StopInfusion(chair=2, reason="dose given"))
    return clinic


@pytest.fixture
def clinic() -> Clinic:
    return observing()


@pytest.fixture
def ready() -> Clinic:
    """A visit in which only what persons answer is missing."""
    clinic = observing()
    clinic.run(900)
    clinic.cuff(126, 78)
    clinic.do(c.MarkReady(chair=2))
    return clinic


def line(clinic: Clinic, which: str) -> CriterionView:
    return next(view for view in clinic.visit.readiness.criteria if view.id == which)


def answer(which: str, score: int | None = None, *, met: bool = True, evidence: str = "seen") -> c.AnswerCriterion:
    return c.AnswerCriterion(chair=2, criterion=which, met=met, evidence=evidence, score=score)


def override(
    which: str, reason: str = "doctor stays", by: str = CLINICIAN, pin: str = CLINICIAN_PIN
) -> c.OverrideCriterion:
    return c.OverrideCriterion(chair=2, criterion=which, reason=reason, clinician_id=by, pin=pin)


def test_the_page_opens_with_observation(clinic: Clinic) -> None:
    assert tuple(view.id for view in clinic.visit.readiness.criteria) == CRITERIA
    assert all(view.evidence for view in clinic.visit.readiness.criteria)
    assert not clinic.visit.readiness.may_sign
    before = make_clinic()
    before.start()
    assert before.visit.readiness is None


def test_the_record_fills_in_what_it_proves(ready: Clinic) -> None:
    met = {view.id for view in ready.visit.readiness.criteria if view.state is GateState.MET}
    assert met == {"observation", "bp", "vitals_stable", "no_open_condition", "side_effects"}
    ready.assess()
    assert ready.visit.readiness.may_sign
    assert ready.visit.readiness.n_met == len(CRITERIA)


def test_observation_counts_to_its_minimum(clinic: Clinic) -> None:
    clinic.run(899)
    view = line(clinic, "observation")
    assert (view.state, view.earliest_in_s) == (GateState.UNMET, 1)
    assert view.evidence == "14:59 of 30:00 since infusion stopped, 0:01 to go"
    clinic.run(1)
    assert line(clinic, "observation").state is GateState.MET
    assert line(clinic, "observation").evidence == "15:00 of 30:00 since infusion stopped, minimum 15:00"
    clinic.run(900)
    assert line(clinic, "observation").evidence == "30:00 of 30:00 since infusion stopped"


@pytest.mark.parametrize(
    ("sys", "dia", "state"),
    [
        (148, 76, GateState.MET),
        (149, 76, GateState.UNMET),
        (100, 76, GateState.MET),
        (99, 76, GateState.UNMET),
        (124, 91, GateState.MET),
        (124, 92, GateState.UNMET),
    ],
)
def test_bp_must_lie_within_twenty_percent(clinic: Clinic, sys: int, dia: int, state: GateState) -> None:
    clinic.cuff(sys, dia)
    assert line(clinic, "bp").state is state
    assert f"last: {sys}/{dia}; baseline 124/76, limit ±20 %" in line(clinic, "bp").evidence


def test_bp_of_the_infusion_does_not_count_and_an_old_one_no_longer(clinic: Clinic) -> None:
    assert line(clinic, "bp").state is GateState.UNKNOWN
    clinic.cuff(124, 76)
    clinic.run(900)
    assert line(clinic, "bp").state is GateState.MET
    clinic.run(1)
    assert line(clinic, "bp").state is GateState.UNKNOWN
    assert "measure again" in line(clinic, "bp").evidence


def test_bp_without_a_baseline_is_unknown() -> None:
    clinic = make_clinic()
    clinic.staff()
    clinic.check_in()
    clinic.do(c.BeginBaseline(chair=2))
    clinic.cuff(124, 76)
    clinic.run(1)
    clinic.do(
        c.OverrideGate(chair=2, gate="baseline", reason="urgent", clinician_id=CLINICIAN, pin=CLINICIAN_PIN),
        c.StartInfusion(chair=2, dose_text="36 mg"),
        c.StopInfusion(chair=2, reason="enough"),
    )
    clinic.cuff(124, 76)
    assert line(clinic, "bp").state is GateState.UNKNOWN


def feed(clinic: Clinic, seconds: int, **changes: float | None) -> None:
    for _ in range(seconds):
        clinic.clock.advance(1)
        for metric, value in {**CALM, **changes}.items():
            clinic.numeric(metric, value)
        clinic.tick()


def unstable() -> Clinic:
    """Return a clinic whose stable stretch begins now."""
    clinic = observing()
    clinic.wait(60)
    return clinic


def test_vitals_are_stable_after_fifteen_minutes_of_data() -> None:
    clinic = unstable()
    feed(clinic, 900)
    assert line(clinic, "vitals_stable").state is GateState.UNKNOWN
    assert line(clinic, "vitals_stable").earliest_in_s == 1
    feed(clinic, 1)
    assert line(clinic, "vitals_stable").state is GateState.MET
    assert line(clinic, "vitals_stable").evidence == "HR 72 · SpO₂ 98 · RR 14"


def test_the_breaths_of_a_sensor_that_is_not_shown_steady_nothing(clinic: Clinic) -> None:
    for _ in range(901):
        clinic.clock.advance(1)
        for metric in ("heart_rate", "spo2"):
            clinic.numeric(metric, CALM[metric])
        clinic.numeric("resp_rate", 26.0, source="co2")
        clinic.numeric("resp_rate", 14.0, source="impedance")
        clinic.tick()
    assert line(clinic, "vitals_stable").state is GateState.UNMET


@pytest.mark.parametrize(
    ("metric", "value"),
    [("heart_rate", 121.0), ("heart_rate", 49.0), ("spo2", 91.0), ("resp_rate", 25.0), ("resp_rate", 7.0)],
)
def test_values_outside_break_the_stretch(clinic: Clinic, metric: str, value: float) -> None:
    feed(clinic, 900)
    assert line(clinic, "vitals_stable").state is GateState.MET
    feed(clinic, 16, **{metric: value})
    assert line(clinic, "vitals_stable").state is GateState.UNMET
    feed(clinic, 600)
    assert line(clinic, "vitals_stable").state is GateState.UNMET
    assert "inside for 9:59 only" in line(clinic, "vitals_stable").evidence
    feed(clinic, 301)
    assert line(clinic, "vitals_stable").state is GateState.MET


def test_one_odd_second_does_not(clinic: Clinic) -> None:
    feed(clinic, 900)
    feed(clinic, 2, heart_rate=140.0)
    feed(clinic, 1)
    assert line(clinic, "vitals_stable").state is GateState.MET


def test_a_grave_value_does_at_once(clinic: Clinic) -> None:
    feed(clinic, 900)
    feed(clinic, 1, spo2=85.0)
    feed(clinic, 1)
    assert line(clinic, "vitals_stable").state is GateState.UNMET


@pytest.mark.parametrize(("gap_s", "state"), [(29, GateState.MET), (31, GateState.UNKNOWN)])
def test_a_gap_makes_it_unknown(clinic: Clinic, gap_s: int, state: GateState) -> None:
    feed(clinic, 900)
    clinic.wait(gap_s)
    feed(clinic, 1)
    assert line(clinic, "vitals_stable").state is state


def test_the_pulse_rate_will_do_for_the_rate(clinic: Clinic) -> None:
    clinic.wait(60)
    feed(clinic, 901, heart_rate=None)
    assert line(clinic, "vitals_stable").state is GateState.MET


def test_once_ready_the_sensors_may_come_off_for_a_while(ready: Clinic) -> None:
    ready.wait(880)
    assert line(ready, "vitals_stable").state is GateState.MET
    ready.wait(60)
    assert line(ready, "vitals_stable").state is GateState.UNKNOWN
    assert "no data for" in line(ready, "vitals_stable").evidence


def test_while_observing_they_may_not(clinic: Clinic) -> None:
    feed(clinic, 900)
    clinic.wait(31)
    assert line(clinic, "vitals_stable").state is GateState.UNKNOWN


def test_an_open_condition_stands_against_it(clinic: Clinic) -> None:
    clinic.cuff(182, 111)
    assert line(clinic, "no_open_condition").state is GateState.UNMET
    clinic.do(c.Acknowledge(chair=2, condition_id=clinic.view.conditions[0].id))
    assert line(clinic, "no_open_condition").state is GateState.UNMET
    clinic.run(60)
    clinic.cuff(124, 76)
    assert line(clinic, "no_open_condition").state is GateState.MET
    assert line(clinic, "no_open_condition").evidence == "1 BP flag of this visit ended"


def test_a_technical_condition_may_stand_acknowledged(ready: Clinic) -> None:
    ready.event(DeviceStatus(t_ns=0, metric="spo2", status=SensorStatus.SENSOR_OFF, text="probe off"))
    feed(ready, 6)
    assert line(ready, "no_open_condition").state is GateState.UNMET
    ready.do(c.Acknowledge(chair=2, condition_id=ready.view.conditions[0].id))
    assert line(ready, "no_open_condition").state is GateState.MET
    assert "acknowledged: SpO₂: probe off" in line(ready, "no_open_condition").evidence


@pytest.mark.parametrize(
    ("which", "score", "met", "state"),
    [
        ("aldrete", 9, True, GateState.MET),
        ("aldrete", 8, True, GateState.UNMET),
        ("aldrete", 10, False, GateState.UNMET),
        ("sedation", 5, True, GateState.MET),
        ("sedation", 4, True, GateState.UNMET),
    ],
)
def test_a_score_must_reach_the_protocols_number(
    clinic: Clinic, which: str, score: int, met: bool, state: GateState
) -> None:
    assert line(clinic, which).state is GateState.UNKNOWN
    assert line(clinic, which).asks_person
    clinic.do(answer(which, score, met=met))
    assert (line(clinic, which).state, line(clinic, which).score) == (state, score)


@pytest.mark.parametrize(
    ("evidence", "told"),
    [
        ("", "10 of 10 · R. Alvarez RN"),
        ("awake", "10 of 10: awake · R. Alvarez RN"),
        ("10 of 10: activity 2", "10 of 10: activity 2 · R. Alvarez RN"),
    ],
)
def test_a_score_is_told_once(clinic: Clinic, evidence: str, told: str) -> None:
    clinic.do(answer("aldrete", 10, evidence=evidence))
    assert line(clinic, "aldrete").evidence == told


def test_an_old_score_is_asked_for_again(clinic: Clinic) -> None:
    clinic.do(answer("aldrete", 10))
    clinic.wait(1800)
    assert line(clinic, "aldrete").state is GateState.MET
    clinic.wait(1)
    assert line(clinic, "aldrete").state is GateState.UNKNOWN
    assert "30:01 ago: score again" in line(clinic, "aldrete").evidence


@pytest.mark.parametrize("score", [None, -1, 11])
def test_a_score_out_of_range_is_refused(clinic: Clinic, score: int | None) -> None:
    assert clinic.refused(answer("aldrete", score)) == "Enter a score from 0 to 10."


def test_a_no_is_kept_as_a_no(clinic: Clinic) -> None:
    clinic.do(answer("iv_removed", met=False, evidence="oozing"))
    assert line(clinic, "iv_removed").state is GateState.UNMET
    clinic.do(answer("iv_removed", evidence="removed, site dry"))
    assert line(clinic, "iv_removed").state is GateState.MET
    assert line(clinic, "iv_removed").evidence == "removed, site dry · R. Alvarez RN"


def test_an_injection_has_no_iv_to_remove() -> None:
    clinic = observing("im_injection")
    assert line(clinic, "iv_removed").state is GateState.MET
    assert not line(clinic, "iv_removed").asks_person
    assert "since injection" in line(clinic, "observation").evidence


@pytest.mark.parametrize("which", ["observation", "bp", "vitals_stable", "no_open_condition", "side_effects", "driver"])
def test_what_the_record_decides_nobody_ticks(clinic: Clinic, which: str) -> None:
    assert not line(clinic, which).asks_person
    assert "line" in clinic.refused(answer(which))


def test_side_effects_must_be_over(clinic: Clinic) -> None:
    assert line(clinic, "side_effects").evidence == "none charted"
    clinic.do(c.Chart(chair=2, kind=ChartKind.SIDE_EFFECT, text="Nausea", severity=Severity.MILD))
    clinic.do(c.Chart(chair=2, kind=ChartKind.NOTE, text="reading a book"))
    assert line(clinic, "side_effects").state is GateState.UNMET
    clinic.wait(1860)
    clinic.do(c.ResolveChart(chair=2, entry_id=clinic.visit.chart[0].id))
    assert line(clinic, "side_effects").state is GateState.MET
    assert line(clinic, "side_effects").evidence == "Nausea, mild, over after 31:00"
    assert "over already" in clinic.refused(c.ResolveChart(chair=2, entry_id=clinic.visit.chart[0].id))
    assert "Only a charted" in clinic.refused(c.ResolveChart(chair=2, entry_id=clinic.visit.chart[1].id))
    assert "what to chart" in clinic.refused(c.Chart(chair=2, kind=ChartKind.NOTE, text=" "))


def test_the_driver_must_be_seen_at_hand_over(clinic: Clinic) -> None:
    assert "confirm again at hand-over" in line(clinic, "driver").evidence
    clinic.do(c.ConfirmDriver(chair=2, how=ConfirmedHow.BY_PHONE))
    assert "see the driver in person" in line(clinic, "driver").evidence
    assert not clinic.visit.driver_confirmed_at_handover
    clinic.do(c.ConfirmDriver(chair=2, how=ConfirmedHow.SEEN_IN_PERSON, code=clinic.visit.driver_code))
    assert line(clinic, "driver").state is GateState.MET
    assert clinic.visit.driver_confirmed_at_handover
    clinic.do(c.NameDriver(chair=2, driver=Driver("Cab", "", "555 7777", Transport.MEDICAL_TRANSPORT, "T-118")))
    assert line(clinic, "driver").state is GateState.UNMET
    clinic.do(c.ConfirmDriver(chair=2, how=ConfirmedHow.BOOKING))
    assert line(clinic, "driver").state is GateState.MET


def test_a_second_person_overrides(ready: Clinic) -> None:
    ready.do(override("iv_removed", reason="leaves with the line, home nurse"))
    view = line(ready, "iv_removed")
    assert view.state is GateState.OVERRIDDEN
    assert view.evidence.endswith("overridden by Sam Okafor MD: leaves with the line, home nurse")
    ready.do(answer("iv_removed", met=False))
    assert line(ready, "iv_removed").state is GateState.UNMET


def test_overrides_that_are_refused(ready: Clinic) -> None:
    assert "met already" in ready.refused(override("bp"))
    assert "reason" in ready.refused(override("aldrete", reason=" "))
    assert "other than you" in ready.refused(override("aldrete", by=NURSE, pin=NURSE_PIN))
    assert "does not fit" in ready.refused(override("aldrete", pin="000000"))
    assert "no discharge criterion" in ready.refused(override("weather"))
    assert ready.of(r.CriterionOverridden) == []


def test_an_override_falls_with_new_facts(ready: Clinic) -> None:
    ready.cuff(182, 100)
    ready.do(override("bp"), override("no_open_condition"))
    assert line(ready, "bp").state is GateState.OVERRIDDEN
    ready.run(60)
    ready.cuff(205, 100)
    assert line(ready, "bp").state is GateState.UNMET
    assert line(ready, "no_open_condition").state is GateState.UNMET


def test_an_overridden_driver_must_still_be_named(ready: Clinic) -> None:
    ready.do(override("driver"))
    ready.do(c.NameDriver(chair=2, driver=DRIVER))
    assert line(ready, "driver").state is GateState.UNMET


def test_the_digest_changes_with_the_picture_and_not_with_time(ready: Clinic) -> None:
    before = ready.visit.readiness.digest
    ready.run(30)
    assert ready.visit.readiness.digest == before
    seen = {before}
    for command in (
        answer("aldrete", 10),
        answer("aldrete", 9),
        c.InstructionsGiven(chair=2, language="", how="printed", sha256="5e" * 32),
        c.ConfirmDriver(chair=2, how=ConfirmedHow.SEEN_IN_PERSON),
        override("iv_removed"),
        c.NameDriver(chair=2, driver=DRIVER),
    ):
        ready.do(command)
        seen.add(ready.visit.readiness.digest)
    assert len(seen) == 7
    ready.cuff(182, 111)
    assert ready.visit.readiness.digest not in seen
