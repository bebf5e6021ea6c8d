"""Which monitors feed a session, and the question before the start when they are others than last time."""

from dataclasses import replace

import pytest

from devices.events import AlarmKind, DeviceInfo, Priority
from nursestation.core import commands as c
from nursestation.core import feeding
from nursestation.core import records as r
from nursestation.core.model import GateState, MonitorFacts
from nursestation.core.snapshot import GateView
from nursestation.core.station import ChairSetup, Station
from tests.helpers.visit import MONITOR, Clinic, PlainPins, binding, load_protocol, make_clinic

MX = MonitorFacts(
    monitor="2:a", driver="a", title="MX450 on ttyUSB0", port="/dev/ttyUSB0", adapter="serial number A5", model="MX450",
    serial="DE1",
)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, ""),
        ({"serial": "DE2"}, "MX450 on ttyUSB0 is another one (no. DE2, before no. DE1)"),
        ({"model": "MX800"}, "MX450 on ttyUSB0 is another model (MX800, before MX450)"),
        ({"adapter": "serial number B7"}, "is on another adapter (serial number B7, before serial number A5)"),
        ({"adapter": "", "port": "/dev/ttyUSB3"}, "is on another adapter (/dev/ttyUSB3, before serial number A5)"),
        ({"driver": "b"}, "MX450 on ttyUSB0 is new here"),
        ({"simulated": True}, "MX450 on ttyUSB0 is simulated now"),
        ({"adapter": ""}, ""),
        ({"port": "/dev/ttyUSB7"}, ""),
        ({"serial": None, "model": None}, ""),
    ],
    ids=["none", "device", "model", "adapter", "port of an unknown adapter", "driver", "simulated", "adapter not remembered",
         "another name of the same adapter", "not told yet"],
)  # fmt: skip
def test_what_counts_as_another_monitor(change, words):
    found = feeding.changes((MX,), (replace(MX, **change),))
    assert words in "".join(found)
    assert bool(found) is bool(words)


def test_a_simulated_monitor_has_another_port_each_time():
    before = replace(MX, simulated=True, adapter="", port="/dev/pts/3")
    assert not feeding.changes((before,), (replace(before, port="/dev/pts/4"),))


def test_a_monitor_more_and_a_monitor_less_count():
    other = replace(MX, monitor="2:b", driver="b", title="Capnostream 20")
    assert feeding.changes((MX,), (MX, other)) == ("Capnostream 20 is new here",)
    assert feeding.changes((MX, other), (MX,)) == ("Capnostream 20 is no longer here",)


def identify(clinic: Clinic, serial: str) -> tuple[r.Record, ...]:
    at = clinic.clock.now().mono_ns
    return clinic.event(DeviceInfo(t_ns=at, vendor="Berry", model="PM6750", serial=serial))


def gate(clinic: Clinic) -> GateView:
    return next(one for one in clinic.visit.gates if one.id == "monitors")


def ended(clinic: Clinic) -> None:
    clinic.do(c.EndEarly(chair=2, reason="not today"), c.FreeChair(chair=2))


@pytest.fixture
def clinic() -> Clinic:
    made = make_clinic()
    made.staff()
    return made


def test_the_session_names_its_monitors_and_what_they_say_of_themselves_later(clinic):
    clinic.check_in()
    (first,) = clinic.of(r.SessionMonitors)
    assert first.session == clinic.visit.session
    assert [(one.monitor, one.title, one.serial) for one in first.monitors] == [
        (MONITOR, "Berry PM6750 on ttyUSB0", None)
    ]
    identify(clinic, "77")
    assert [one.serial for one in clinic.of(r.SessionMonitors)[-1].monitors] == ["77"]
    identify(clinic, "77")
    assert len(clinic.of(r.SessionMonitors)) == 2


def test_the_first_session_asks_nothing(clinic):
    clinic.check_in()
    assert not gate(clinic).asks
    assert "nothing to confirm" in clinic.refused(c.ConfirmMonitors(chair=2))


def test_the_same_monitor_asks_nothing(clinic):
    identify(clinic, "77")
    clinic.check_in()
    ended(clinic)
    clinic.check_in()
    assert not gate(clinic).asks


def test_another_device_asks_and_one_tap_confirms(clinic):
    identify(clinic, "77")
    clinic.check_in()
    ended(clinic)
    identify(clinic, "78")
    clinic.check_in()
    clinic.take_baseline()
    clinic.run(5)
    assert gate(clinic).state is GateState.UNMET
    assert "no. 78, before no. 77" in gate(clinic).asks
    assert "Changed since this chair's last visit" in clinic.refused(c.StartInfusion(chair=2, dose_text="36 mg"))
    (record,) = clinic.do(c.ConfirmMonitors(chair=2))
    assert (type(record), record.operator) == (r.MonitorsConfirmed, "r.alvarez")
    assert (gate(clinic).state, gate(clinic).asks) == (GateState.MET, "")
    identify(clinic, "79")
    assert "no. 79" in gate(clinic).asks, "what was confirmed was another one"


def test_after_the_start_nothing_is_asked(clinic):
    identify(clinic, "77")
    clinic.check_in()
    ended(clinic)
    clinic.check_in()
    clinic.take_baseline()
    clinic.run(5)
    clinic.do(c.StartInfusion(chair=2, dose_text="36 mg"))
    identify(clinic, "78")
    assert not gate(clinic).asks
    assert [one.serial for one in clinic.of(r.SessionMonitors)[-1].monitors] == ["78"]
    assert "before the start" in clinic.refused(c.ConfirmMonitors(chair=2))


def _at_work(clinic: Clinic) -> None:
    identify(clinic, "77")
    clinic.check_in()
    clinic.take_baseline()
    clinic.run(5)
    clinic.do(c.StartInfusion(chair=2, dose_text="36 mg"))
    clinic.run(5)


def test_a_monitor_that_becomes_another_one_in_the_visit_is_an_alarm_until_somebody_has_looked(clinic):
    _at_work(clinic)
    identify(clinic, "78")
    (found,) = clinic.view.conditions
    assert (found.rule, found.kind, found.priority) == ("monitor.changed", AlarmKind.TECHNICAL, Priority.MEDIUM)
    assert found.text.startswith("Berry PM6750 on ttyUSB0 is another one (no. 78, before no. 77): see that it is ")
    clinic.run(120)
    assert [one.rule for one in clinic.view.conditions] == ["monitor.changed"]
    clinic.do(c.Acknowledge(chair=2, condition_id=found.id))
    clinic.run(5)
    assert clinic.view.conditions == ()
    identify(clinic, "77")
    assert "no. 77, before no. 78" in clinic.view.conditions[0].text


def test_a_monitor_that_comes_back_from_a_restart_as_another_one_is_an_alarm_too(clinic):
    _at_work(clinic)
    stored = [one for one in clinic.records if isinstance(one, r.DISCRETE)]
    station = Station((ChairSetup(number=2, monitors=(binding(),)),), [load_protocol()], PlainPins(), "0.1.0")
    station.restore(stored, clinic.clock.now(), unclean=True)
    clinic.station = station
    identify(clinic, "78")
    assert [one.rule for one in clinic.view.conditions] == ["monitor.changed"]


@pytest.mark.parametrize(
    "told",
    [("Berry", "PM6750", "77"), ("Berry", None, None), ("Berry", "PM6750 (revision 2)", None)],
    ids=["the same", "less", "in more words"],
)
def test_the_same_monitor_that_says_more_or_less_of_itself_is_no_alarm(clinic, told):
    _at_work(clinic)
    vendor, model, serial = told
    clinic.event(DeviceInfo(t_ns=clinic.clock.now().mono_ns, vendor=vendor, model=model, serial=serial, software="9"))
    assert clinic.view.conditions == ()


def test_it_is_remembered_over_a_restart(clinic):
    identify(clinic, "77")
    clinic.check_in()
    ended(clinic)
    closed = clinic.of(r.SessionMonitors)[-1]
    station = Station((ChairSetup(number=2, monitors=(binding(),)),), [load_protocol()], PlainPins(), "0.1.0")
    clinic.records.extend(station.restore([*clinic.of(r.OperatorAdded), closed], clinic.clock.now(), unclean=False))
    clinic.station = station
    clinic.do(c.SignIn(operator_id="r.alvarez", pin="246810"))
    identify(clinic, "78")
    clinic.check_in()
    assert "no. 78, before no. 77" in gate(clinic).asks


def test_what_was_told_before_a_restart_in_the_same_session_stands(clinic):
    identify(clinic, "77")
    clinic.check_in()
    stored = [one for one in clinic.records if isinstance(one, r.DISCRETE)]
    station = Station((ChairSetup(number=2, monitors=(binding(),)),), [load_protocol()], PlainPins(), "0.1.0")
    station.restore(stored, clinic.clock.now(), unclean=True)
    clinic.station = station
    clinic.do(c.SignIn(operator_id="r.alvarez", pin="246810"))
    assert not identify(clinic, "77")[1:], "the session says it already"
