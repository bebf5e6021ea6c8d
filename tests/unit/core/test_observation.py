"""The observation's length, who may shorten it, and when the patient may leave."""

import dataclasses

import pytest

from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.model import GateState, Phase
from tests.helpers.leaving import against_advice, answer_all, asking, line, observing, override, ready, without_driver
from tests.helpers.visit import CLINICIAN, CLINICIAN_PIN, NURSE, NURSE_PIN, Clinic, make_clinic

SHORTER = c.ShortenObservation(
    chair=2, minutes=5, reason="driver must leave", clinician_id=CLINICIAN, pin=CLINICIAN_PIN
)


@pytest.fixture
def clinic() -> Clinic:
    return observing(asking())


def test_a_clinician_shortens_it_with_a_reason(clinic: Clinic) -> None:
    (record,) = clinic.do(SHORTER)
    assert (record.minutes, record.before, record.clinician, record.operator) == (5, 15, CLINICIAN, NURSE)
    assert clinic.visit.observation_min_s == 300
    assert clinic.visit.observation_shortened == "from 15 min to 5 min by Sam Okafor MD: driver must leave"
    clinic.wait(299)
    assert clinic.refused(c.MarkReady(chair=2)) == "Observation lasts at least 5:00; it has 0:01 to go."
    clinic.wait(1)
    clinic.do(c.MarkReady(chair=2))
    assert clinic.visit.phase is Phase.READY


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"minutes": 4.9}, "below 5 min"),
        ({"minutes": -1}, "choose less"),
        ({"minutes": 15}, "lasts at least 15 min now"),
        ({"minutes": 20}, "lasts at least 15 min now"),
        ({"minutes": float("nan")}, "choose less"),
        ({"reason": " "}, "reason"),
        ({"pin": "000000"}, "does not fit"),
        ({"clinician_id": NURSE, "pin": NURSE_PIN}, "a clinician must"),
        ({"clinician_id": "nobody"}, "no such member"),
    ],
)
def test_what_is_refused(clinic: Clinic, changes: dict[str, object], says: str) -> None:
    assert says in clinic.refused(dataclasses.replace(SHORTER, **changes))
    assert clinic.of(r.ObservationShortened) == []
    assert clinic.visit.observation_shortened == ""


def test_a_page_from_before_the_shortening_is_another_one(clinic: Clinic) -> None:
    before = clinic.visit.readiness.digest
    clinic.do(SHORTER)
    assert clinic.visit.readiness.digest != before


def test_it_is_shortened_while_it_runs() -> None:
    clinic = make_clinic(protocols=[asking()])
    clinic.start(every_s=10)
    assert clinic.refused(SHORTER) == "The observation is shortened while it runs."


def test_a_second_shortening_starts_from_the_first(clinic: Clinic) -> None:
    clinic.do(dataclasses.replace(SHORTER, minutes=10))
    assert "at least 10 min now" in clinic.refused(dataclasses.replace(SHORTER, minutes=12))
    clinic.do(SHORTER)
    assert clinic.of(r.ObservationShortened)[-1].before == 10
    assert clinic.visit.observation_shortened.startswith("from 15 min to 5 min")


def test_who_shortened_it_does_not_sign(clinic: Clinic) -> None:
    clinic.do(SHORTER)
    clinic.run(900, every_s=10)
    clinic.cuff(126, 78)
    clinic.do(c.MarkReady(chair=2))
    answer_all(clinic)
    clinic.do(c.SignIn(operator_id=CLINICIAN, pin=CLINICIAN_PIN))
    assert "You shortened the observation" in clinic.refused(clinic.sign(CLINICIAN_PIN))
    clinic.do(c.SignIn(operator_id=NURSE, pin=NURSE_PIN), clinic.sign())
    (signed,) = clinic.of(r.DischargeSigned)
    assert "shortened from 15 min to 5 min by Sam Okafor MD" in signed.evidence[0].evidence


# --- when the patient may leave -----------------------------------------------------------------------------------


def test_during_the_infusion_its_rest_and_the_observation_are_counted() -> None:
    clinic = make_clinic(protocols=[asking().model_copy(update={"planned_min": 40})])
    clinic.staff()
    clinic.check_in()
    assert clinic.visit.leave is None
    clinic.take_baseline(every_s=10)
    clinic.run(5)
    clinic.do(c.StartInfusion(chair=2, dose_text="36 mg"))
    clinic.run(90, every_s=10)
    view = clinic.visit.leave
    assert (view.earliest_in_s, view.holds) == (2310 + 900, ("infusion 39 min", "observation 15 min"))
    clinic.wait(3600)
    assert clinic.visit.leave.holds == ("infusion", "observation 15 min")
    assert clinic.visit.leave.earliest_in_s == 900


def test_what_holds_the_patient_is_told_in_short_words(clinic: Clinic) -> None:
    view = clinic.visit.leave
    assert view.earliest_in_s == 900
    assert view.holds == (
        "observation 15 min",
        "BP",
        "vitals 12 min",
        "recovery score",
        "sedation",
        "orientation",
        "gait",
        "IV",
        "BP standing",
        "drug record",
        "driver",
        "instructions",
    )
    clinic.run(900, every_s=10)
    assert clinic.visit.leave.earliest_in_s == 0
    clinic.cuff(126, 78)
    assert clinic.visit.leave.holds[0] == "recovery score"


def test_vitals_that_must_begin_anew_hold_longer_than_the_observation(clinic: Clinic) -> None:
    clinic.run(600, every_s=10)
    assert clinic.visit.leave.earliest_in_s == 300
    clinic.wait(60)
    assert clinic.visit.leave.earliest_in_s == 900


def test_nothing_holds_who_is_ready_or_leaves_against_advice() -> None:
    clinic = ready(asking())
    answer_all(clinic)
    assert clinic.visit.leave.holds == ()
    clinic.do(clinic.sign())
    assert clinic.visit.leave is None
    early = observing(asking())
    early.do(against_advice())
    assert (early.visit.leave.earliest_in_s, early.visit.leave.holds) == (0, ())


def test_what_is_overridden_holds_no_more(clinic: Clinic) -> None:
    clinic.do(override("observation"), override("bp"), override("vitals_stable"), without_driver())
    assert clinic.visit.leave.earliest_in_s == 0
    assert not {"driver", "BP"} & set(clinic.visit.leave.holds)


@pytest.mark.parametrize("state", [GateState.MET, GateState.OVERRIDDEN])
def test_a_line_that_holds_nobody_has_no_clock(clinic: Clinic, state: GateState) -> None:
    if state is GateState.MET:
        clinic.run(900, every_s=10)
    else:
        clinic.do(override("observation"), override("vitals_stable"))
    for which in ("observation", "vitals_stable"):
        assert (line(clinic, which).state, line(clinic, which).earliest_in_s) == (state, None)
