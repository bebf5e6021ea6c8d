import dataclasses

import pytest

from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.chain import GENESIS, link, to_json
from nursestation.core.model import ConfirmedHow, GateState, Phase
from tests.helpers.visit import (
    CLINICIAN,
    CLINICIAN_PIN,
    DRIVER,
    NURSE,
    NURSE_PIN,
    PATIENT,
    Clinic,
    make_clinic,
    run_visit,
)


@pytest.fixture
def clinic() -> Clinic:
    """A visit that may be signed."""
    clinic = make_clinic()
    clinic.start()
    clinic.run(60)
    clinic.do(c.StopInfusion(chair=2, reason="dose given"))
    clinic.run(900)
    clinic.cuff(126, 78)
    clinic.do(c.MarkReady(chair=2))
    clinic.assess()
    return clinic


def chain_of(records: list[r.Record], session: str) -> list[tuple[r.Record, str]]:
    """Return each chained record of a session with the hash it ends in."""
    found, head = [], GENESIS
    for record in records:
        if record.session == session and isinstance(record, r.DISCRETE):
            head = link(head, type(record).__name__, to_json(record))
            found.append((record, head))
    return found


def test_a_signature_says_who_when_and_what_and_covers_the_record(clinic: Clinic) -> None:
    session = clinic.visit.session
    covered = chain_of(clinic.records, session)[-1][1]
    evidence = clinic.visit.readiness.criteria
    signed, moved = clinic.do(clinic.sign())
    assert isinstance(signed, r.DischargeSigned)
    assert isinstance(moved, r.PhaseChanged)
    assert (moved.before, moved.after) == (Phase.READY, Phase.DISCHARGED)
    signature = signed.signature
    assert (signature.operator_id, signature.name) == (NURSE, "R. Alvarez RN")
    assert signature.signed_utc_ns == clinic.clock.now().utc_ns
    assert signature.meaning == "I assessed this patient and discharge them to the driver named above"
    assert signature.covers == covered
    assert signed.driver == DRIVER
    assert [(line.criterion, line.evidence) for line in signed.evidence] == [(v.id, v.evidence) for v in evidence]
    assert clinic.visit.signed_by == "R. Alvarez RN"
    assert [view.state for view in clinic.visit.readiness.criteria] == [GateState.MET] * 12
    assert not clinic.visit.readiness.may_sign


def test_a_page_that_is_not_of_now_is_refused(clinic: Clinic) -> None:
    command = clinic.sign()
    clinic.do(c.AnswerCriterion(chair=2, criterion="iv_removed", met=True, evidence="removed, small bruise"))
    assert "Something has changed" in clinic.refused(command)
    clinic.do(clinic.sign())


def test_an_unmet_criterion_is_named(clinic: Clinic) -> None:
    clinic.do(c.AnswerCriterion(chair=2, criterion="iv_removed", met=False, evidence="not yet"))
    assert clinic.refused(clinic.sign()) == "Not yet met: IV access removed."


def test_the_pin_is_entered_again(clinic: Clinic) -> None:
    out = clinic.apply(clinic.sign(pin="000000"))
    assert [type(record) for record in out] == [r.SignInFailed, r.Refused]
    assert clinic.visit.phase is Phase.READY
    assert "does not fit" in clinic.refused(clinic.sign(pin=CLINICIAN_PIN))


def test_a_signature_has_a_meaning(clinic: Clinic) -> None:
    assert "means" in clinic.refused(dataclasses.replace(clinic.sign(), meaning=" "))


def test_it_is_signed_out_of_ready_only() -> None:
    clinic = make_clinic()
    clinic.start()
    clinic.do(c.StopInfusion(chair=2, reason="enough"))
    assert "Mark the patient ready first" in clinic.refused(clinic.sign())


def test_who_overrode_does_not_sign(clinic: Clinic) -> None:
    clinic.do(c.AnswerCriterion(chair=2, criterion="iv_removed", met=False, evidence="stays"))
    clinic.do(
        c.OverrideCriterion(
            chair=2, criterion="iv_removed", reason="home nurse", clinician_id=CLINICIAN, pin=CLINICIAN_PIN
        )
    )
    clinic.do(c.SignIn(operator_id=CLINICIAN, pin=CLINICIAN_PIN))
    assert "someone else must sign" in clinic.refused(clinic.sign(pin=CLINICIAN_PIN))
    clinic.do(c.SignIn(operator_id=NURSE, pin=NURSE_PIN), clinic.sign())
    line = next(line for line in clinic.of(r.DischargeSigned)[0].evidence if line.criterion == "iv_removed")
    assert line.state == "overridden"
    assert "home nurse" in line.evidence


def test_nobody_goes_home_without_a_driver() -> None:
    clinic = make_clinic()
    clinic.staff()
    clinic.do(c.CheckIn(chair=2, patient=PATIENT, protocol="depression_iv"))
    clinic.do(
        c.ConfirmIdentity(chair=2),
        c.RecordConsent(chair=2),
        c.AnswerExclusions(chair=2, answers=tuple((t, False) for t in clinic.visit.protocol.gates.exclusions)),
        *clinic.asked(),
    )
    for gate in ("driver", "fasting_food", "fasting_drink"):
        clinic.do(c.OverrideGate(chair=2, gate=gate, reason="urgent", clinician_id=CLINICIAN, pin=CLINICIAN_PIN))
    clinic.take_baseline()
    clinic.run(1)
    clinic.do(c.StartInfusion(chair=2, dose_text="36 mg"), c.StopInfusion(chair=2, reason="dose given"))
    clinic.run(900)
    clinic.cuff(126, 78)
    clinic.do(c.MarkReady(chair=2))
    clinic.assess(driver=False)
    clinic.do(
        c.OverrideCriterion(chair=2, criterion="driver", reason="walks home", clinician_id=CLINICIAN, pin=CLINICIAN_PIN)
    )
    assert not clinic.visit.readiness.may_sign
    assert clinic.refused(clinic.sign()) == "Name the driver who takes the patient home."
    clinic.do(c.NameDriver(chair=2, driver=DRIVER))
    seen = c.ConfirmDriver(chair=2, how=ConfirmedHow.SEEN_IN_PERSON, code=clinic.visit.driver_code)
    clinic.do(seen)
    clinic.do(clinic.sign())


def test_the_whole_visit_of_the_helper_is_signed_over_its_chain() -> None:
    station, records, clock = run_visit(every_s=5)
    (signed,) = (record for record in records if isinstance(record, r.DischargeSigned))
    chained = chain_of(records, signed.session)
    at = next(n for n, (record, _) in enumerate(chained) if record is signed)
    assert signed.signature.covers == chained[at - 1][1]
    assert station.snapshot(clock.now()).chair(2).visit.phase is Phase.DISCHARGED


def test_a_page_from_before_the_newest_reading_is_not_signed(clinic: Clinic) -> None:
    seen = clinic.sign()
    clinic.cuff(131, 80)  # still near the baseline: no line of the page changes its state
    assert "read the page again" in clinic.refused(seen)
    clinic.do(clinic.sign())
