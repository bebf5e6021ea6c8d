"""A cuff is started from the station by a person's own act, and only where the settings allow it."""

import pytest

from devices.events import AdmissionState, DevicePatient, DeviceStatus, LinkPhase, LinkState, SensorStatus
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.inputs import ChairsChanged, ChairSetup
from nursestation.core.model import Role
from tests.helpers.visit import MONITOR, NURSE, Clinic, binding, make_clinic

SUNTECH = "2:suntech"


def allowed(clinic: Clinic, monitor: str = MONITOR, *, may: bool = True) -> Clinic:
    """Allow the start on one monitor of chair 2."""
    monitors = [binding(may_start_cuff=may and monitor == MONITOR)]
    if monitor != MONITOR:
        monitors.append(binding(monitor, title="SunTech", may_start_cuff=may))
    chairs = (ChairSetup(number=1, monitors=()), ChairSetup(number=2, monitors=tuple(monitors)))
    clinic.apply(ChairsChanged(chairs=chairs, operator=NURSE))
    return clinic


@pytest.fixture
def clinic() -> Clinic:
    made = make_clinic()
    made.start()
    made.run(5)
    return made


def test_it_is_off_unless_allowed(clinic):
    assert clinic.refused(c.StartCuff(chair=2)) == (
        "No monitor of chair 2 may be started from here: press START on the monitor."
    )
    assert "press START" in clinic.refused(c.StopCuff(chair=2))
    assert not clinic.view.links[0].may_start_cuff


def test_a_person_starts_it_and_the_record_says_who(clinic):
    allowed(clinic)
    (record,) = clinic.do(c.StartCuff(chair=2))
    assert record == r.CuffStarted(
        at=clinic.clock.now(), chair=2, session=clinic.visit.session, operator=NURSE, monitor=MONITOR
    )
    assert clinic.view.cuff.doing == "started from here: waiting for the reading"
    clinic.cuff(124, 78)
    assert clinic.view.cuff.doing == ""


def test_the_monitors_own_word_comes_first(clinic):
    allowed(clinic)
    clinic.do(c.StartCuff(chair=2))
    at = clinic.clock.now().mono_ns
    clinic.event(DeviceStatus(t_ns=at, metric="nibp", status=SensorStatus.MEASURING, text="measuring 120 mmHg"))
    assert clinic.view.cuff.doing == "measuring 120 mmHg"


def test_it_can_be_stopped(clinic):
    allowed(clinic)
    clinic.do(c.StartCuff(chair=2))
    (record,) = clinic.do(c.StopCuff(chair=2))
    assert (type(record), record.operator, record.monitor) == (r.CuffStopped, NURSE, MONITOR)
    assert clinic.view.cuff.doing == ""


def test_the_monitor_that_may_is_the_one_that_starts(clinic):
    allowed(clinic, SUNTECH)
    clinic.event(LinkState(t_ns=clinic.clock.now().mono_ns, phase=LinkPhase.CONNECTED), SUNTECH)
    (record,) = clinic.do(c.StartCuff(chair=2))
    assert record.monitor == SUNTECH


def test_not_on_a_monitor_that_does_not_answer(clinic):
    allowed(clinic)
    clinic.event(LinkState(t_ns=clinic.clock.now().mono_ns, phase=LinkPhase.SILENT, reason="nothing heard"))
    assert "does not answer" in clinic.refused(c.StartCuff(chair=2))
    clinic.do(c.StopCuff(chair=2))


def test_not_on_another_patient(clinic):
    allowed(clinic)
    at = clinic.clock.now().mono_ns
    clinic.event(DevicePatient(t_ns=at, admission=AdmissionState.ADMITTED, patient_id="4711"))
    assert "names another patient" in clinic.refused(c.StartCuff(chair=2))


def test_nobody_and_no_office_staff_starts_it(clinic):
    allowed(clinic)
    clinic.do(c.AddOperator(name="O. Office", role=Role.OFFICE, pin="112233"))
    clinic.do(c.SignOut())
    assert "sign in" in clinic.refused(c.StartCuff(chair=2))
    clinic.do(c.SignIn(operator_id="o.office", pin="112233"))
    assert "ask a nurse" in clinic.refused(c.StartCuff(chair=2))


def test_a_flag_that_asks_for_a_repeat_starts_nothing(clinic):
    allowed(clinic)
    clinic.cuff(182, 111)
    assert clinic.of(r.CuffRequested)
    assert not clinic.of(r.CuffStarted)


def test_a_start_without_a_visit_is_on_record_too():
    clinic = make_clinic()
    clinic.staff()
    allowed(clinic)
    clinic.event(LinkState(t_ns=clinic.clock.now().mono_ns, phase=LinkPhase.CONNECTED))
    (record,) = clinic.do(c.StartCuff(chair=2))
    assert (record.session, record.operator) == (None, NURSE)
