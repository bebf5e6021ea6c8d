"""Who may ask what: the whole table, at the station itself."""

import pytest

from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.access import ACCESS, CARING, EVERYBODY, LEAD_NURSE, LEADING
from nursestation.core.inputs import ChairsChanged, ProtocolsChanged, StaffSeen, Tick
from nursestation.core.model import Role
from nursestation.core.station import Station
from tests.helpers.visit import CLINICIAN, CLINICIAN_PIN, NURSE, NURSE_PIN, Clinic, PlainPins, make_clinic
from tests.helpers.wishes import KINDS, WISHES

TESTER_PIN = "314159"


def _signed_in(role: Role) -> Clinic:
    clinic = make_clinic()
    clinic.staff()
    if role is Role.CLINICIAN:
        clinic.do(c.SignIn(operator_id=CLINICIAN, pin=CLINICIAN_PIN))
    elif role is not Role.LEAD_NURSE:
        clinic.do(c.AddOperator(name="Tess Tester", role=role, pin=TESTER_PIN))
        clinic.do(c.SignIn(operator_id="t.tester", pin=TESTER_PIN))
    return clinic


def test_every_command_has_a_row() -> None:
    assert set(ACCESS) == {*KINDS, ChairsChanged, ProtocolsChanged}
    assert all(row.who == EVERYBODY or row.otherwise for row in ACCESS.values())


@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: type(wish).__name__)
def test_the_station_keeps_to_the_table(wish: c.Command) -> None:
    row = ACCESS[type(wish)]
    for role in Role:
        answers = [record.reason for record in _signed_in(role).apply(wish) if isinstance(record, r.Refused)]
        if role in row.who:
            assert not row.otherwise or row.otherwise not in answers, role
        else:
            assert answers == [row.otherwise], role


@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: type(wish).__name__)
def test_nothing_is_asked_while_nobody_is_signed_in(wish: c.Command) -> None:
    clinic = make_clinic()
    clinic.staff()
    clinic.do(c.SignOut())
    assert clinic.refused(wish) == "Nobody is signed in: sign in first."


def test_who_leads_cares_and_who_cares_is_somebody() -> None:
    assert LEAD_NURSE < LEADING < CARING < EVERYBODY


def test_a_station_left_alone_locks_itself_and_a_touch_puts_it_off() -> None:
    clinic = make_clinic()
    clinic.station = Station((), (), PlainPins(), "test", lock_after_s=600)
    clinic.staff()
    clinic.clock.advance(599)
    assert clinic.apply(Tick()) == ()
    clinic.apply(StaffSeen())
    clinic.clock.advance(599)
    assert clinic.apply(Tick()) == ()
    clinic.clock.advance(1)
    (out,) = clinic.apply(Tick())
    assert isinstance(out, r.SignedOut)
    assert (out.operator, out.is_idle) == (NURSE, True)
    assert clinic.apply(Tick()) == ()
    seen = clinic.station.snapshot(clinic.clock.now())
    assert (seen.operator, seen.locked_itself, seen.lock_after_s) == (None, True, 600)
    clinic.do(c.SignIn(operator_id=NURSE, pin=NURSE_PIN), c.SignOut())
    assert not clinic.station.snapshot(clinic.clock.now()).locked_itself


def test_an_alarm_is_answered_by_pin_at_a_locked_station() -> None:
    clinic = make_clinic()
    clinic.staff()
    clinic.do(c.SignOut())
    wish = c.PauseAudio()
    assert "Nobody is signed in" in clinic.refused(wish)
    by_pin = c.ByPin(operator_id=NURSE, pin=NURSE_PIN, command=wish)
    assert clinic.refused(by_pin) == "No alarm is sounding: there is nothing to pause."
    assert clinic.station.snapshot(clinic.clock.now()).operator is None
    purge = c.AskPurge(sessions=("s",), reason="x", pin=NURSE_PIN)
    more = c.ByPin(operator_id=NURSE, pin=NURSE_PIN, command=purge)  # type: ignore[arg-type]
    assert "only alarms are answered by PIN alone" in clinic.refused(more)
    wrong = clinic.apply(c.ByPin(operator_id=NURSE, pin="000000", command=wish))
    assert [type(record) for record in wrong] == [r.SignInFailed, r.Refused]
