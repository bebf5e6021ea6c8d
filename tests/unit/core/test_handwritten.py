"""Vitals by hand: marked, never live, judged as a reading where they are one."""

import pytest

from devices.clock import NS_PER_S
from devices.events import DeviceStatus, SensorStatus
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.model import Grade, Provenance
from tests.helpers.visit import CALM, Clinic, make_clinic
from tests.unit.core.test_restore import lasting, restarted

NO_RATE = {metric: value for metric, value in CALM.items() if metric != "resp_rate"}


@pytest.fixture
def clinic() -> Clinic:
    """An infusion whose monitor gives everything."""
    clinic = make_clinic()
    clinic.start(every_s=5)
    return clinic


def run_without_rate(clinic: Clinic, seconds: int) -> None:
    """Let time pass with no respiration rate from the monitor."""
    for _ in range(seconds):
        clinic.clock.advance(1)
        for metric, value in NO_RATE.items():
            clinic.numeric(metric, value)
        clinic.tick()


def enter(**values: float) -> c.EnterVitals:
    return c.EnterVitals(chair=2, values=tuple(values.items()))


def test_a_value_by_hand_is_shown_with_its_time_where_no_monitor_shows_one(clinic: Clinic) -> None:
    run_without_rate(clinic, 20)
    clinic.do(enter(resp_rate=12))
    (view,) = clinic.visit.manual
    assert (view.metric, view.value, view.at, view.by) == ("resp_rate", 12, clinic.clock.now(), "R. Alvarez RN")
    shown = clinic.view.numeric("resp_rate")
    assert shown is not None
    assert shown.value is None


def test_a_live_value_is_never_written_over(clinic: Clinic) -> None:
    clinic.run(5, {"spo2": 97.0})
    clinic.do(enter(spo2=88))
    assert clinic.visit.manual == ()
    shown = clinic.view.numeric("spo2")
    assert shown is not None
    assert shown.value in (97.0, 98.0)
    assert shown.provenance is Provenance.DEVICE


def test_a_value_by_hand_raises_no_alarm_and_ends_none(clinic: Clinic) -> None:
    clinic.do(enter(spo2=75, resp_rate=4))
    clinic.run(30)
    assert clinic.view.conditions == ()
    clinic.run(60, {"spo2": 86.0})
    before = clinic.view.conditions
    assert [view.rule for view in before] == ["limit.spo2.low"]
    clinic.do(enter(spo2=98))
    assert clinic.view.conditions == before


def test_the_newest_by_time_is_shown_whenever_it_was_entered(clinic: Clinic) -> None:
    run_without_rate(clinic, 60)
    clinic.do(enter(resp_rate=12))
    earlier = clinic.clock.now().utc_ns - 30 * NS_PER_S
    clinic.do(c.EnterVitals(chair=2, values=(("resp_rate", 20),), at_utc_ns=earlier))
    assert [view.value for view in clinic.visit.manual] == [12]


def test_a_pressure_by_hand_is_a_reading_that_the_ladder_judges(clinic: Clinic) -> None:
    clinic.do(enter(nibp_sys=182, nibp_dia=111, nibp_mean=135, nibp_pulse_rate=88))
    reading = clinic.visit.cuffs[-1]
    assert (reading.sys, reading.dia, reading.mean, reading.pulse) == (182, 111, 135, 88)
    assert (reading.provenance, reading.source) == (Provenance.MANUAL, "R. Alvarez RN")
    assert clinic.visit.flags[-1].grade is Grade.SEVERE
    assert clinic.of(r.VitalsEntered) == []


def test_an_older_reading_is_kept_and_judges_nothing(clinic: Clinic) -> None:
    clinic.run(60, every_s=5)
    clinic.cuff(126, 78)
    clinic.run(60, every_s=5)
    at = clinic.clock.now().utc_ns - 90 * NS_PER_S
    clinic.do(c.EnterVitals(chair=2, values=(("nibp_sys", 182), ("nibp_dia", 111)), at_utc_ns=at))
    assert [(one.sys, one.measured_utc_ns) for one in clinic.visit.cuffs[-2:]] == [
        (182, at),
        (126, clinic.clock.now().utc_ns - 60 * NS_PER_S),
    ]
    assert clinic.visit.flags == ()
    assert clinic.view.cuff.reading == clinic.visit.cuffs[-1]


def test_a_reading_told_later_is_of_the_phase_it_was_measured_in() -> None:
    clinic = make_clinic()
    clinic.staff()
    clinic.check_in()
    clinic.wait(120)
    clinic.do(c.BeginBaseline(chair=2))
    for seconds_ago, sys in ((90, 150), (0, 124)):
        at = clinic.clock.now().utc_ns - seconds_ago * NS_PER_S
        clinic.do(c.EnterVitals(chair=2, values=(("nibp_sys", sys), ("nibp_dia", 76)), at_utc_ns=at))
    assert clinic.visit.baseline_ready != ""  # one reading of the baseline, where two are asked for
    clinic.run(120, every_s=5)
    clinic.cuff(126, 78)
    clinic.do(c.TakeBaseline(chair=2))
    assert clinic.visit.baseline is not None
    assert [reading.sys for reading in clinic.visit.baseline.readings] == [124, 126]


def test_what_cannot_be_measured_is_told_until_a_value_comes(clinic: Clinic) -> None:
    run_without_rate(clinic, 20)
    clinic.do(c.EnterVitals(chair=2, not_measurable=(("resp_rate", " moves too much "), ("nibp_sys", "arm hurts"))))
    told = {view.metric: (view.reason, view.by) for view in clinic.visit.not_measurable}
    assert told == {
        "resp_rate": ("moves too much", "R. Alvarez RN"),
        "nibp_sys": ("arm hurts", "R. Alvarez RN"),
    }
    clinic.cuff(126, 78)
    assert [view.metric for view in clinic.visit.not_measurable] == ["resp_rate"]
    clinic.do(enter(resp_rate=14))
    assert clinic.visit.not_measurable == ()


def test_a_live_value_answers_for_itself(clinic: Clinic) -> None:
    clinic.do(c.EnterVitals(chair=2, not_measurable=(("spo2", "cold fingers"),)))
    clinic.run(5)
    assert clinic.visit.not_measurable == ()


@pytest.mark.parametrize(
    ("values", "unmeasured", "says"),
    [
        ((), (), "Enter a value"),
        ((("spo2", 120.0),), (), "cannot be right"),
        ((("nibp_sys", 120.0),), (), "both pressures"),
        ((("nibp_sys", 80.0), ("nibp_dia", 80.0)), (), "higher than the lower"),
        ((("nibp_sys", 120.0), ("nibp_dia", 80.0), ("nibp_mean", 130.0)), (), "between the other two"),
        ((("nibp_sys", 500.0), ("nibp_dia", 80.0)), (), "cannot be right"),
        ((), (("spo2", " "),), "Say why"),
        ((("spo2", 97.0),), (("spo2", "cold"),), "told twice"),
        ((("ecg", 1.0),), (), "no vital sign"),
    ],
)
def test_what_cannot_be_is_refused_whole(
    clinic: Clinic, values: tuple[tuple[str, float], ...], unmeasured: tuple[tuple[str, str], ...], says: str
) -> None:
    n = len(clinic.records)
    command = c.EnterVitals(chair=2, values=(*values,), not_measurable=unmeasured)
    assert says in clinic.refused(command)
    assert len(clinic.records) == n + 1


def test_a_restart_keeps_what_was_entered(clinic: Clinic) -> None:
    clinic.do(enter(temp=37.1, nibp_sys=130, nibp_dia=80))
    clinic.do(c.EnterVitals(chair=2, not_measurable=(("etco2", "refuses the cannula"),)))
    assert clinic.visit.manual
    assert lasting(restarted(clinic, same_clock=True).view) == lasting(clinic.view)


def test_an_older_reading_answers_neither_the_repeat_that_was_asked_for_nor_a_failed_cuff() -> None:
    clinic = make_clinic()
    clinic.start(every_s=10)
    clinic.run(600, every_s=10)

    def measured(minutes_ago: int, sys: float) -> None:
        at = clinic.clock.now().utc_ns - minutes_ago * 60 * NS_PER_S
        clinic.do(c.EnterVitals(chair=2, values=(("nibp_sys", sys), ("nibp_dia", 76.0)), at_utc_ns=at))

    clinic.cuff(182, 111)
    asked = clinic.view.cuff.doing
    assert asked
    measured(5, 124.0)
    assert clinic.view.cuff.doing == asked
    clinic.event(DeviceStatus(t_ns=0, metric="nibp", status=SensorStatus.FAILED, text="cuff loose"))
    clinic.event(DeviceStatus(t_ns=0, metric="nibp", status=SensorStatus.OK, text=""))
    clinic.run(300, every_s=10)
    clinic.event(DeviceStatus(t_ns=0, metric="nibp", status=SensorStatus.FAILED, text="cuff loose"))
    clinic.event(DeviceStatus(t_ns=0, metric="nibp", status=SensorStatus.OK, text=""))
    measured(2, 150.0)
    assert [one.text for one in clinic.view.conditions if one.rule == "cuff.failed"] == [
        "No cuff reading 2 times in a row: cuff loose"
    ]
    assert clinic.view.cuff.doing == "cuff loose"
    measured(0, 150.0)
    assert "cuff.failed" not in [one.rule for one in clinic.view.conditions]
    assert clinic.view.cuff.doing == ""
