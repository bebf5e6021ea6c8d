"""Who works here: PINs given and changed, locks, roles, and that somebody is always left."""

import pytest

from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.model import Role
from nursestation.core.snapshot import StaffState
from nursestation.core.station import Station
from tests.helpers.visit import CLINICIAN, CLINICIAN_PIN, NURSE, NURSE_PIN, Clinic, PlainPins, make_clinic

GIVEN, OWN = "864209", "975318"
NORA, NORA_PIN = "n.nurse", "111111"


@pytest.fixture
def clinic() -> Clinic:
    made = make_clinic()
    made.staff()
    made.do(c.AddOperator(name="Nora Nurse", role=Role.NURSE, pin=NORA_PIN))
    return made


def _fail(clinic: Clinic, operator: str, times: int) -> str:
    said = ""
    for _ in range(times):
        clinic.clock.advance(15 * 60)
        said = clinic.refused(c.SignIn(operator_id=operator, pin="000001"))
    return said


def test_a_pin_that_was_given_is_changed_before_anything_else(clinic: Clinic) -> None:
    clinic.do(c.ResetPin(operator_id=NORA, pin=GIVEN))
    assert "does not fit" in clinic.refused(c.SignIn(operator_id=NORA, pin=NORA_PIN))
    clinic.do(c.SignIn(operator_id=NORA, pin=GIVEN))
    assert "choose one of your own first" in clinic.refused(c.ViewPast(session="s"))
    assert "differs" in clinic.refused(c.ChangePin(old_pin=GIVEN, pin=GIVEN))
    clinic.do(c.ChangePin(old_pin=GIVEN, pin=OWN))
    clinic.do(c.ViewPast(session="s"))
    assert [one.what for one in clinic.of(r.OperatorChanged)] == ["pin_reset", "pin"]
    assert clinic.of(r.OperatorChanged)[-1].operator == NORA


def test_nobody_gives_themselves_a_pin_or_unlocks_themselves(clinic: Clinic) -> None:
    assert "Change your own PIN with the one you have." in clinic.refused(c.ResetPin(operator_id=NURSE, pin=OWN))
    assert "You cannot unlock yourself" in clinic.refused(c.Unlock(operator_id=NURSE))
    assert clinic.of(r.OperatorChanged) == []


def test_changing_ones_pin_takes_the_old_one(clinic: Clinic) -> None:
    assert "does not fit" in clinic.refused(c.ChangePin(old_pin="000001", pin=OWN))
    assert clinic.refused(c.ChangePin(old_pin=NURSE_PIN, pin="12")) == "Use at least six digits."


def test_ten_wrong_pins_lock_until_somebody_unlocks(clinic: Clinic) -> None:
    assert "does not fit" in _fail(clinic, NORA, 10)
    assert "is locked after too many" in _fail(clinic, NORA, 1)
    assert "is locked after too many" in clinic.refused(c.SignIn(operator_id=NORA, pin=NORA_PIN))
    clinic.do(c.Unlock(operator_id=NORA))
    clinic.do(c.SignIn(operator_id=NORA, pin=NORA_PIN))


def _states(clinic: Clinic) -> dict[str, StaffState]:
    return {one.id: one.state for one in clinic.station.snapshot(clinic.clock.now()).staff}


def test_screens_see_how_everybody_stands(clinic: Clinic) -> None:
    active = StaffState.ACTIVE
    assert list(_states(clinic).items()) == [(NORA, active), (NURSE, active), (CLINICIAN, active)]
    clinic.do(c.ResetPin(operator_id=NORA, pin=GIVEN))
    assert _states(clinic)[NORA] is StaffState.MUST_CHANGE_PIN
    _fail(clinic, NORA, 10)
    assert _states(clinic)[NORA] is StaffState.LOCKED
    waits = {one.id: one.wait_s for one in clinic.station.snapshot(clinic.clock.now()).staff}
    assert waits == {NORA: 15 * 60, NURSE: 0, CLINICIAN: 0}
    clinic.do(c.LetGo(operator_id=NORA))
    assert _states(clinic)[NORA] is StaffState.LEFT


def test_a_lock_outlives_a_restart(clinic: Clinic) -> None:
    _fail(clinic, NORA, 10)
    again = Station((), (), PlainPins(), "test")
    again.restore(clinic.records, clinic.clock.now(), unclean=False)
    clinic.station = again
    assert "is locked after too many" in clinic.refused(c.SignIn(operator_id=NORA, pin=NORA_PIN))


def test_the_last_who_could_unlock_goes_on_waiting_instead(clinic: Clinic) -> None:
    _fail(clinic, CLINICIAN, 10)
    assert "does not fit" in _fail(clinic, NURSE, 12)
    clinic.clock.advance(15 * 60)
    clinic.do(c.SignIn(operator_id=NURSE, pin=NURSE_PIN))


def test_who_left_signs_in_no_more_and_comes_back(clinic: Clinic) -> None:
    clinic.do(c.LetGo(operator_id=NORA))
    assert "no such member" in clinic.refused(c.SignIn(operator_id=NORA, pin=NORA_PIN))
    assert NORA not in [one.id for one in clinic.station.snapshot(clinic.clock.now()).operators]
    assert "no such member" in clinic.refused(c.ChangeRole(operator_id=NORA, role=Role.OFFICE))
    clinic.do(c.TakeBack(operator_id=NORA))
    assert "nobody of this name" in clinic.refused(c.TakeBack(operator_id=NORA))
    clinic.do(c.SignIn(operator_id=NORA, pin=NORA_PIN))


def test_somebody_who_leads_is_always_left(clinic: Clinic) -> None:
    assert "cannot take yourself" in clinic.refused(c.LetGo(operator_id=NURSE))
    clinic.do(c.LetGo(operator_id=CLINICIAN))
    assert "the only one" in clinic.refused(c.ChangeRole(operator_id=NURSE, role=Role.NURSE))
    clinic.do(c.ChangeRole(operator_id=NORA, role=Role.LEAD_NURSE))
    clinic.do(c.ChangeRole(operator_id=NURSE, role=Role.NURSE))
    assert "Only a lead nurse" in clinic.refused(c.LetGo(operator_id=NORA))


def test_a_new_role_holds_at_once(clinic: Clinic) -> None:
    clinic.do(c.ChangeRole(operator_id=CLINICIAN, role=Role.OFFICE))
    clinic.do(c.SignIn(operator_id=CLINICIAN, pin=CLINICIAN_PIN))
    assert "Office staff" in clinic.refused(c.FreeChair(chair=2))


def test_no_record_holds_a_pin(clinic: Clinic) -> None:
    clinic.do(c.ResetPin(operator_id=NORA, pin=GIVEN), c.ChangePin(old_pin=NURSE_PIN, pin=OWN))
    assert all(pin not in repr(c.ResetPin(operator_id=NORA, pin=pin)) for pin in (GIVEN, OWN))
    assert all(record.changed.pin_hash for record in clinic.of(r.OperatorChanged))
