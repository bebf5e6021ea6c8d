"""Chairs and monitors changed while the program runs."""

import pytest

from devices.events import AdmissionState, DevicePatient, LinkPhase, LinkState, Numeric
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.inputs import ChairsChanged, ChairSetup, MonitorBinding
from nursestation.core.model import Phase, Role
from tests.helpers.visit import CLINICIAN_PIN, MONITOR, NURSE, Clinic, binding, make_clinic

SECOND = "2:capnostream20"


def second(**changes: object) -> MonitorBinding:
    told = {"driver": "capnostream20", "title": "Capnostream 20 on ttyUSB1", "numerics": ("resp_rate", "etco2")}
    return binding(SECOND, **{**told, "port": "/dev/ttyUSB1", **changes})


def setups(*monitors: MonitorBinding, others: tuple[ChairSetup, ...] = ()) -> tuple[ChairSetup, ...]:
    return (ChairSetup(number=1, monitors=()), ChairSetup(number=2, monitors=monitors), *others)


def change(clinic: Clinic, *chairs: ChairSetup, operator: str = NURSE) -> tuple[r.Record, ...]:
    return clinic.apply(ChairsChanged(chairs=chairs, operator=operator))


def refusal(records: tuple[r.Record, ...]) -> str:
    (only,) = records
    assert isinstance(only, r.Refused)
    return only.reason


def rules(clinic: Clinic) -> list[str]:
    return [one.rule for one in clinic.view.conditions]


@pytest.fixture
def clinic() -> Clinic:
    """Return a running infusion at chair 2."""
    made = make_clinic()
    made.start()
    made.run(5)
    return made


def test_a_monitor_is_added_and_the_visit_goes_on(clinic):
    before = clinic.view
    records = change(clinic, *setups(binding(), second()))
    (bound,) = [one for one in records if isinstance(one, r.MonitorBound)]
    assert (bound.monitor, bound.chair, bound.session, bound.operator) == (SECOND, 2, clinic.visit.session, NURSE)
    assert (bound.driver, bound.title, bound.port) == ("capnostream20", "Capnostream 20 on ttyUSB1", "/dev/ttyUSB1")
    assert not [one for one in records if isinstance(one, r.MonitorUnbound)]
    assert [one.monitor for one in clinic.view.links] == [MONITOR, SECOND]
    assert clinic.view.numeric("spo2") == before.numeric("spo2"), "the other monitor is untouched"
    assert clinic.view.links[0] == before.links[0]
    assert clinic.visit.phase is Phase.INFUSION
    assert [one.title for one in clinic.of(r.SessionMonitors)[-1].monitors] == [
        "Berry PM6750 on ttyUSB0", "Capnostream 20 on ttyUSB1",
    ]  # fmt: skip
    clinic.monitor = SECOND
    clinic.numeric("etco2", 38.0)
    assert clinic.view.numeric("etco2").value == 38.0


def test_what_is_as_before_makes_no_record(clinic):
    assert change(clinic, *setups(binding())) == ()


def test_a_monitor_on_another_port_begins_unheard(clinic):
    records = change(clinic, *setups(binding(port="/dev/ttyUSB5")))
    assert [type(one) for one in records[:2]] == [r.MonitorUnbound, r.MonitorBound]
    assert clinic.view.links[0].phase is LinkPhase.DISCONNECTED
    assert clinic.view.numeric("spo2").value is None


def test_a_monitor_that_was_just_set_up_gets_the_time_to_speak_up(clinic):
    clinic.run(60)
    change(clinic, *setups(binding(port="/dev/ttyUSB5")))
    clinic.tick()
    assert rules(clinic) == []
    for _ in range(5):
        clinic.wait(1)
    assert rules(clinic) == ["link.lost"]


@pytest.mark.parametrize("field", [{"title": "Berry by the window"}, {"may_start_cuff": True}])
def test_another_name_or_permission_keeps_what_the_monitor_said(clinic, field):
    records = change(clinic, *setups(binding(**field)))
    assert [type(one) for one in records if not isinstance(one, r.SessionMonitors)] == [r.MonitorBound]
    assert clinic.view.numeric("spo2").value is not None


def test_another_preference_is_taken_at_once(clinic):
    change(clinic, *setups(binding(), second(numerics=("spo2",))))
    chair = ChairSetup(number=2, monitors=(binding(), second(numerics=("spo2",))), prefer=(("spo2", SECOND),))
    change(clinic, ChairSetup(number=1, monitors=()), chair)
    assert clinic.view.numeric("spo2").value is None, "the preferred monitor's silence is shown"


def test_the_last_monitor_may_go_but_not_in_silence(clinic):
    records = change(clinic, *setups())
    assert [one for one in records if isinstance(one, r.MonitorUnbound)]
    assert rules(clinic) == ["monitor.none"]
    assert "add a monitor" in clinic.view.conditions[0].text
    assert clinic.view.links == ()
    clinic.wait(60)
    assert rules(clinic) == ["monitor.none"], "it explains the missing numbers"
    change(clinic, *setups(binding()))
    assert "monitor.none" not in rules(clinic)


def test_conditions_of_a_monitor_end_with_it(clinic):
    change(clinic, *setups(binding(), second()))
    clinic.wait(30)
    assert "link.lost" in rules(clinic)
    change(clinic, *setups(binding()))
    clinic.run(5)
    assert "link.lost" not in rules(clinic)


def test_late_words_of_a_monitor_that_is_gone_are_passed_over(clinic):
    change(clinic, *setups(second()))
    at = clinic.clock.now().mono_ns
    assert clinic.event(LinkState(t_ns=at, phase=LinkPhase.DISCONNECTED, reason="closed"), MONITOR) == ()
    assert clinic.numeric("spo2", 97.0) == ()


def test_parts_of_a_cuff_reading_go_with_their_monitor(clinic):
    clinic.cuff(150, 90, mean=None)
    n = len(clinic.visit.cuffs)
    at = clinic.clock.now().mono_ns
    clinic.event(Numeric(t_ns=at, metric="nibp_sys", value=200.0, measured_ns=at, cycle=77))
    change(clinic, *setups())
    clinic.tick()
    assert len(clinic.visit.cuffs) == n


def test_a_hold_outlives_that_its_monitor_is_set_up_anew(clinic):
    at = clinic.clock.now().mono_ns
    admitted = AdmissionState.ADMITTED
    clinic.event(DevicePatient(t_ns=at, admission=admitted, patient_id="4711"))
    assert "monitor.patient" in rules(clinic)
    change(clinic, *setups())
    assert "monitor.patient" not in rules(clinic)
    change(clinic, *setups(binding()))
    assert "monitor.patient" in rules(clinic)


def test_a_chair_is_added_and_taken_away(clinic):
    third = ChairSetup(number=3, monitors=(binding("3:berry_pm6750"),))
    change(clinic, *setups(binding(), others=(third,)))
    clinic.chair, clinic.monitor = 3, "3:berry_pm6750"
    clinic.numeric("spo2", 96.0)
    assert clinic.view.numeric("spo2").value == 96.0
    records = change(clinic, *setups(binding()))
    assert [(type(one), one.chair) for one in records] == [(r.MonitorUnbound, 3)]
    assert [one.number for one in clinic.station.snapshot(clinic.clock.now()).chairs] == [1, 2]


def test_a_chair_with_a_visit_stays(clinic):
    sentence = refusal(change(clinic, ChairSetup(number=1, monitors=())))
    assert sentence == "Chair 2 has a visit going on: it can be taken away when the visit is over."
    assert clinic.view.links


def test_two_chairs_of_one_number_are_refused(clinic):
    assert "same number" in refusal(change(clinic, *setups(binding()), ChairSetup(number=2, monitors=())))


def test_only_a_lead_nurse_or_clinician_sets_up(clinic):
    clinic.do(c.AddOperator(name="N. Ito", role=Role.NURSE, pin="112233"))
    clinic.do(c.SignIn(operator_id="n.ito", pin="112233"))
    assert "lead nurse or a clinician" in refusal(change(clinic, *setups(), operator="n.ito"))
    assert "Nobody is signed in" in refusal(change(clinic, *setups(), operator=NURSE))
    clinic.do(c.SignIn(operator_id="s.okafor", pin=CLINICIAN_PIN))
    assert not [one for one in change(clinic, *setups(), operator="s.okafor") if isinstance(one, r.Refused)]
    clinic.do(c.SignOut())
    assert "Nobody is signed in" in refusal(change(clinic, *setups(binding()), operator="s.okafor"))
