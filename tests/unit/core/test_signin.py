import pytest

from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.model import Role
from nursestation.core.staff import operator_id
from tests.helpers.visit import CLINICIAN, CLINICIAN_PIN, NURSE, NURSE_PIN, PATIENT, Clinic, make_clinic


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("R. Alvarez", "r.alvarez"),
        ("Rosa Alvarez RN", "r.alvarez"),
        ("Zoë Müller-Østby", "z.muller-stby"),
        ("Alvarez", "alvarez"),
        ("Ana María de la Cruz", "a.cruz"),
        ("李 明", "operator"),
    ],
)
def test_ids_come_from_names(name: str, expected: str) -> None:
    assert operator_id(name, set()) == expected


def test_ids_are_unique() -> None:
    assert operator_id("R. Alvarez", {"r.alvarez", "r.alvarez2"}) == "r.alvarez3"


def test_nobody_can_act_before_there_is_an_operator(clinic: Clinic) -> None:
    assert clinic.station.snapshot(clinic.clock.now()).operators == ()
    for command in (
        c.AddOperator(name="A B", role=Role.NURSE, pin=NURSE_PIN),
        c.CheckIn(chair=2, patient=PATIENT, protocol="general_iv"),
        c.SignOut(),
    ):
        assert clinic.refused(command) == "Nobody is signed in: sign in first."


def test_the_first_operator_is_made_once_and_may_add_others(clinic: Clinic) -> None:
    assert "lead nurse or a clinician" in clinic.refused(
        c.CreateFirstOperator(name="N N", role=Role.NURSE, pin=NURSE_PIN)
    )
    assert (
        clinic.refused(c.CreateFirstOperator(name="N N", role=Role.LEAD_NURSE, pin="1")) == "Use at least six digits."
    )
    assert clinic.refused(c.CreateFirstOperator(name="  ", role=Role.LEAD_NURSE, pin=NURSE_PIN)) == "Enter a name."
    clinic.staff()
    assert "exists already" in clinic.refused(c.CreateFirstOperator(name="N N", role=Role.LEAD_NURSE, pin=NURSE_PIN))
    first = clinic.of(r.OperatorAdded)[0]
    assert (first.operator, first.added.id) == (None, NURSE)
    assert clinic.of(r.SignedIn)[0].operator == NURSE


def test_a_nurse_adds_nobody(clinic: Clinic) -> None:
    clinic.staff()
    clinic.do(c.AddOperator(name="Nora Nurse", role=Role.NURSE, pin="111111"))
    clinic.do(c.SignIn(operator_id="n.nurse", pin="111111"))
    assert "Only a lead nurse" in clinic.refused(c.AddOperator(name="X Y", role=Role.NURSE, pin="111111"))


def test_signing_in_signs_the_other_out_and_locking_signs_out(clinic: Clinic) -> None:
    clinic.staff()
    out = clinic.do(c.SignIn(operator_id=CLINICIAN, pin=CLINICIAN_PIN))
    assert [(type(record), record.operator) for record in out] == [(r.SignedOut, NURSE), (r.SignedIn, CLINICIAN)]
    clinic.do(c.SignOut())
    assert clinic.station.snapshot(clinic.clock.now()).operator is None


def test_a_wrong_pin_is_a_record_and_appears_nowhere(clinic: Clinic) -> None:
    clinic.staff()
    out = clinic.apply(c.SignIn(operator_id=NURSE, pin="864209"))
    assert [type(record) for record in out] == [r.SignInFailed, r.Refused]
    assert "864209" not in repr(out)
    assert "864209" not in repr(c.SignIn(operator_id=NURSE, pin="000000"))
    assert "no such" in clinic.refused(c.SignIn(operator_id="nobody", pin="864209"))


def test_five_wrong_pins_lock_that_operator_for_a_growing_time(clinic: Clinic) -> None:
    clinic.staff()
    wrong, right = c.SignIn(operator_id=NURSE, pin="000000"), c.SignIn(operator_id=NURSE, pin=NURSE_PIN)
    for _ in range(5):
        assert "does not fit" in clinic.refused(wrong)
    assert "try again in 0:30" in clinic.refused(right)
    assert len(clinic.of(r.SignInFailed)) == 5
    clinic.do(c.SignIn(operator_id=CLINICIAN, pin=CLINICIAN_PIN))  # others may go on
    clinic.clock.step_utc(3600)
    clinic.wait(29)
    assert "try again in 0:01" in clinic.refused(right)
    clinic.wait(1)
    assert "does not fit" in clinic.refused(wrong)
    assert "try again in 1:00" in clinic.refused(right)
    clinic.wait(60)
    clinic.do(right)
    assert "does not fit" in clinic.refused(wrong)  # the count starts anew


def test_four_wrong_pins_lock_nobody(clinic: Clinic) -> None:
    clinic.staff()
    for _ in range(4):
        clinic.refused(c.SignIn(operator_id=NURSE, pin="000000"))
    clinic.do(c.SignIn(operator_id=NURSE, pin=NURSE_PIN))


def test_the_wait_of_who_nobody_else_could_unlock_ends_at_a_quarter_of_an_hour(clinic: Clinic) -> None:
    clinic.staff()
    clinic.do(c.LetGo(operator_id=CLINICIAN))
    for _ in range(30):
        clinic.refused(c.SignIn(operator_id=NURSE, pin="000000"))
        clinic.wait(900)
    clinic.do(c.SignIn(operator_id=NURSE, pin=NURSE_PIN))
