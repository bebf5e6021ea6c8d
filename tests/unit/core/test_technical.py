import pytest

from devices.events import (
    AlarmKind,
    DeviceAlarm,
    DeviceInfo,
    DeviceStatus,
    FrameRejected,
    Gap,
    LinkPhase,
    LinkState,
    Priority,
    RejectReason,
    SensorStatus,
    Validity,
)
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.station import ChairSetup, Station, StationFault
from tests.helpers.visit import CALM, Clinic, PlainPins, binding, load_protocol, make_clinic


@pytest.fixture
def clinic() -> Clinic:
    clinic = make_clinic()
    clinic.start()
    clinic.run(5)
    clinic.records.clear()
    return clinic


def present(clinic: Clinic) -> list[tuple[str, str]]:
    return [(condition.rule, condition.priority.value) for condition in clinic.view.conditions]


def silence(clinic: Clinic, seconds: float) -> None:
    """Let time pass with a tick each second and not a word from the monitor."""
    for _ in range(round(seconds)):
        clinic.wait(1)


def without(clinic: Clinic, seconds: int, *missing: str) -> None:
    for _ in range(seconds):
        clinic.clock.advance(1)
        for metric, value in CALM.items():
            if metric not in missing:
                clinic.numeric(metric, value)
        clinic.tick()


def test_a_silent_monitor_is_told_low_then_medium_and_ends_with_the_next_frame(clinic: Clinic) -> None:
    silence(clinic, 4)
    assert present(clinic) == []
    silence(clinic, 1)
    assert present(clinic) == [("link.lost", "low")]
    assert clinic.view.conditions[0].text.startswith("NO DATA FROM MONITOR: Berry PM6750 on ttyUSB0")
    silence(clinic, 9)
    assert present(clinic) == [("link.lost", "low")]
    silence(clinic, 1)
    assert present(clinic) == [("link.lost", "medium")]
    clinic.numeric("spo2", 98.0)
    assert ("link.lost", "medium") not in present(clinic)


def test_a_monitor_that_comes_back_raises_nothing_while_its_numbers_are_on_their_way(clinic: Clinic) -> None:
    silence(clinic, 60)
    clinic.records.clear()
    for _ in range(9):
        clinic.clock.advance(1)
        clinic.wave()
        clinic.event(DeviceStatus(t_ns=0, metric="ecg", status=SensorStatus.OK, text="ok"))
        clinic.tick()
        assert present(clinic) == [("link.lost", "medium")], "somebody must still be told that nothing is to be seen"
    without(clinic, 20)
    assert present(clinic) == []
    assert clinic.of(r.ConditionRaised) == []


def test_what_does_not_come_back_with_the_monitor_is_told_after_the_ordinary_time(clinic: Clinic) -> None:
    silence(clinic, 60)
    without(clinic, 11, "spo2")
    assert present(clinic) == []
    without(clinic, 1, "spo2")
    assert [rule for rule, _ in present(clinic)] == ["data.lost"]
    assert clinic.view.conditions[0].metric == "spo2"


def test_a_monitor_that_comes_back_without_numbers_is_told_of_without_a_break(clinic: Clinic) -> None:
    silence(clinic, 60)
    for _ in range(11):
        clinic.clock.advance(1)
        clinic.wave()
        clinic.tick()
        assert [rule for rule, _ in present(clinic)] == ["link.lost"]
    clinic.clock.advance(1)
    clinic.wave()
    clinic.tick()
    assert set(present(clinic)) == {("data.lost", "medium")}


def test_a_link_that_comes_and_goes_without_a_number_never_looks_better_than_it_is(clinic: Clinic) -> None:
    silence(clinic, 20)
    for _ in range(5):
        clinic.wave()
        for _ in range(8):
            clinic.wait(1)
            assert {priority for _, priority in present(clinic)} == {"medium"}


def test_a_monitor_of_cuffs_alone_is_back_with_its_first_word() -> None:
    clinic = make_clinic(numerics=("nibp_sys", "nibp_dia", "nibp_mean"))
    clinic.staff()
    clinic.check_in()
    silence(clinic, 6)
    assert present(clinic) == [("link.lost", "low")]
    clinic.event(DeviceInfo(t_ns=0, vendor="Berry", model="PM6750"))
    assert present(clinic) == []


def test_before_the_start_silence_stays_low() -> None:
    clinic = make_clinic()
    clinic.staff()
    clinic.check_in()
    silence(clinic, 60)
    assert present(clinic) == [("link.lost", "low")]


def test_link_states_and_damaged_frames_are_no_sign_of_life(clinic: Clinic) -> None:
    for _ in range(6):
        silence(clinic, 1)
        clinic.event(LinkState(t_ns=0, phase=LinkPhase.CONNECTED))
        clinic.event(FrameRejected(t_ns=0, reason=RejectReason.CHECKSUM, offset=0, length=1, raw=b"x"))
    assert present(clinic) == [("link.lost", "low")]


def test_a_sensor_off_is_told_and_explains_the_missing_value(clinic: Clinic) -> None:
    clinic.event(DeviceStatus(t_ns=0, metric="spo2", status=SensorStatus.SENSOR_OFF, text="probe off"))
    without(clinic, 4, "spo2")
    assert present(clinic) == []
    without(clinic, 1, "spo2")
    assert present(clinic) == [("sensor.spo2", "low")]
    assert clinic.view.conditions[0].text == "SpO₂: probe off"
    without(clinic, 10, "spo2")
    assert present(clinic) == [("sensor.spo2", "medium")]
    clinic.event(DeviceStatus(t_ns=0, metric="spo2", status=SensorStatus.OK, text="ok"))
    assert present(clinic)[0][0] == "data.lost"
    without(clinic, 1)
    assert present(clinic) == []


def test_sensors_are_not_told_while_they_are_being_put_on() -> None:
    clinic = make_clinic()
    clinic.staff()
    clinic.check_in()
    clinic.event(DeviceStatus(t_ns=0, metric="spo2", status=SensorStatus.SENSOR_OFF, text="probe off"))
    without(clinic, 30, "spo2")
    assert present(clinic) == []
    clinic.do(c.BeginBaseline(chair=2))
    without(clinic, 1, "spo2")
    assert present(clinic) == [("sensor.spo2", "low")]


def test_a_value_missing_on_a_talking_monitor_is_told(clinic: Clinic) -> None:
    without(clinic, 10, "spo2")
    assert present(clinic) == []
    without(clinic, 1, "spo2")
    assert present(clinic) == [("data.lost", "low")]
    without(clinic, 4, "spo2")
    assert present(clinic) == [("data.lost", "medium")]
    assert clinic.view.conditions[0].text == "No SpO₂: no value. Look at the bedside monitor"
    without(clinic, 1)
    assert present(clinic) == []


def test_either_rate_will_do(clinic: Clinic) -> None:
    without(clinic, 30, "heart_rate")
    assert present(clinic) == []
    without(clinic, 11, "heart_rate", "pulse_rate")
    assert [rule for rule, _ in present(clinic)] == ["data.lost"]


def test_a_physiological_condition_stands_beside_the_link_until_that_is_as_urgent(clinic: Clinic) -> None:
    for _ in range(11):
        clinic.clock.advance(1)
        for metric, value in {**CALM, "spo2": 88.0}.items():
            clinic.numeric(metric, value)
        clinic.tick()
    silence(clinic, 10)
    assert present(clinic) == [("limit.spo2.low", "medium"), ("link.lost", "low")]
    silence(clinic, 4)
    assert present(clinic) == [("limit.spo2.low", "medium"), ("link.lost", "low")]
    silence(clinic, 1)
    assert present(clinic) == [("link.lost", "medium")]


def test_a_late_cuff_is_told(clinic: Clinic) -> None:
    clinic.cuff(124, 76)
    clinic.run(300 + 180)
    assert present(clinic) == []
    clinic.run(1)
    assert present(clinic) == [("cuff.overdue", "low")]
    assert clinic.view.cuff.is_overdue
    clinic.run(179)
    assert present(clinic) == [("cuff.overdue", "low")]
    clinic.run(1)
    assert present(clinic) == [("cuff.overdue", "medium")]
    clinic.cuff(124, 76)
    assert present(clinic) == []


@pytest.mark.parametrize(("step_s", "is_told"), [(2, False), (-2, False), (2.5, True), (-3600, True)])
def test_a_step_of_the_wall_clock_is_told(clinic: Clinic, step_s: float, is_told: bool) -> None:
    clinic.clock.step_utc(step_s)
    clinic.tick()
    stepped = clinic.of(r.ClockStepped)
    assert [record.step_s for record in stepped] == ([step_s] if is_told else [])
    snapshot = clinic.station.snapshot(clinic.clock.now())
    assert [condition.rule for condition in snapshot.conditions] == (["clock.stepped"] if is_told else [])
    clinic.run(61)
    assert clinic.station.snapshot(clinic.clock.now()).conditions == ()


def test_an_acknowledged_step_is_over(clinic: Clinic) -> None:
    clinic.clock.step_utc(60)
    clinic.tick()
    (condition,) = clinic.station.snapshot(clinic.clock.now()).conditions
    assert condition.chair is None
    clinic.do(c.Acknowledge(chair=2, condition_id=condition.id))
    assert clinic.station.snapshot(clinic.clock.now()).conditions == ()


def test_durations_do_not_step(clinic: Clinic) -> None:
    before = clinic.visit.infusion_run_s
    clinic.clock.step_utc(7200)
    clinic.run(10)
    assert clinic.visit.infusion_run_s == before + 10


def test_trouble_of_the_station_comes_and_goes(clinic: Clinic) -> None:
    clinic.apply(StationFault(id="store", text="The disk is full: free some space", priority=Priority.HIGH))
    clinic.apply(StationFault(id="store", text="The disk is full: free some space", priority=Priority.HIGH))
    (condition,) = clinic.station.snapshot(clinic.clock.now()).conditions
    assert (condition.rule, condition.chair, condition.priority) == ("station.store", None, Priority.HIGH)
    assert condition.kind is AlarmKind.TECHNICAL
    clinic.apply(StationFault(id="store", text="The disk is slow", priority=Priority.LOW))
    assert len(clinic.of(r.ConditionChanged)) == 1
    clinic.apply(StationFault(id="store", text=""))
    assert clinic.station.snapshot(clinic.clock.now()).conditions == ()
    assert clinic.apply(StationFault(id="store", text="")) == ()


def test_conditions_are_sorted_by_kind_priority_and_age(clinic: Clinic) -> None:
    clinic.apply(StationFault(id="reader", text="x", priority=Priority.HIGH))
    clinic.run(1)
    clinic.cuff(145, 80)
    clinic.run(1)
    clinic.apply(StationFault(id="sound", text="x", priority=Priority.HIGH))
    conditions = clinic.station.snapshot(clinic.clock.now()).conditions
    assert [condition.rule for condition in conditions] == ["bp.watch", "station.reader", "station.sound"]


def test_what_a_monitor_repeats_makes_one_record(clinic: Clinic) -> None:
    alarm = DeviceAlarm(
        t_ns=0, kind=AlarmKind.PHYSIOLOGICAL, priority=Priority.HIGH, code="17", text="SpO2 LOW", active=True
    )
    info = DeviceInfo(t_ns=0, vendor="Berry", model="PM6750")
    status = DeviceStatus(t_ns=0, metric="ecg", status=SensorStatus.OK, text="ok")
    link = LinkState(t_ns=0, phase=LinkPhase.SILENT, reason="no good frame: check the cable")
    for event in (alarm, info, status, link):
        for _ in range(3):
            clinic.event(event)
    kinds = (r.MonitorAlarm, r.MonitorIdentified, r.SensorChanged, r.LinkChanged)
    assert [len(clinic.of(kind)) for kind in kinds] == [1, 1, 1, 1]
    assert all(record.session == clinic.visit.session for record in clinic.records)
    clinic.event(DeviceAlarm(t_ns=0, kind=AlarmKind.PHYSIOLOGICAL, priority=None, code="18", text="x", active=False))
    assert len(clinic.of(r.MonitorAlarm)) == 1


def test_damaged_frames_are_counted_and_told_once_a_minute(clinic: Clinic) -> None:
    rejected = FrameRejected(t_ns=0, reason=RejectReason.CHECKSUM, offset=0, length=1, raw=b"x")
    for _ in range(5):
        clinic.event(rejected)
    clinic.run(59)
    assert [record.count for record in clinic.of(r.FramesRejected)] == [1]
    clinic.run(1)
    assert [record.count for record in clinic.of(r.FramesRejected)] == [1, 4]
    clinic.run(120)
    assert len(clinic.of(r.FramesRejected)) == 2


def test_a_gap_is_a_record(clinic: Clinic) -> None:
    (gap,) = clinic.event(Gap(t_ns=0, metric="ecg", source="II", n_samples=12))
    assert (gap.metric, gap.n_samples, gap.reason, gap.session) == (
        "ecg",
        12,
        "lost on the wire",
        clinic.visit.session,
    )


def doubted(clinic: Clinic, seconds: int, *metrics: str, **vitals: float) -> None:
    """Give these values once a second, those of `metrics` with the monitor's own doubt."""
    for _ in range(seconds):
        clinic.clock.advance(1)
        for metric, value in {**CALM, **vitals}.items():
            clinic.numeric(metric, value, Validity.QUESTIONABLE if metric in metrics else None)
        clinic.tick()


def test_nothing_but_doubted_values_is_told(clinic: Clinic) -> None:
    doubted(clinic, 29, "spo2", spo2=80.0)
    assert present(clinic) == []
    doubted(clinic, 1, "spo2", spo2=80.0)
    assert present(clinic) == [("data.doubted", "medium")]
    assert clinic.view.conditions[0].text.startswith("SpO₂ in doubt, its limits are not watched: check the sensor")
    without(clinic, 11, "spo2")
    assert [rule for rule, _ in present(clinic)] == ["data.lost"]
    without(clinic, 1)
    assert present(clinic) == []


def test_one_trusted_rate_will_do(clinic: Clinic) -> None:
    doubted(clinic, 40, "heart_rate")
    assert present(clinic) == []
    doubted(clinic, 40, "heart_rate", "pulse_rate")
    assert [rule for rule, _ in present(clinic)] == ["data.doubted"]


def test_a_blank_preferred_monitor_is_told_though_another_has_the_value() -> None:
    clinic = make_clinic()
    chair = ChairSetup(number=2, monitors=(binding("a"), binding("b")), prefer=(("spo2", "b"),))
    clinic.station = Station((chair,), (load_protocol(),), PlainPins(), "0.1.0")
    clinic.monitor = "b"
    clinic.start()
    for _ in range(20):
        clinic.clock.advance(1)
        for metric, value in CALM.items():
            clinic.monitor = "b"
            clinic.numeric(metric, None if metric == "spo2" else value)
            clinic.monitor = "a"
            clinic.numeric(metric, value)
        clinic.tick()
    assert present(clinic) == [("data.lost", "medium")]


def test_a_preferred_monitor_that_does_not_give_the_metric_is_not_waited_for() -> None:
    clinic = make_clinic()
    chair = ChairSetup(number=2, monitors=(binding("a"), binding("b", numerics=("nibp_sys",))), prefer=(("spo2", "b"),))
    clinic.station = Station((chair,), (load_protocol(),), PlainPins(), "0.1.0")
    clinic.monitor = "a"
    clinic.start()
    clinic.event(DeviceInfo(t_ns=clinic.clock.now().mono_ns, vendor=None, model=None), "b")
    without(clinic, 20)
    assert clinic.view.numeric("spo2").value == CALM["spo2"]
    assert [rule for rule, _ in present(clinic)] == ["link.lost"]  # of the silent second monitor


def test_each_trouble_of_the_station_is_a_condition_of_its_own(clinic: Clinic) -> None:
    troubles = {"store": "The disk is full", "sound": "There is no loudspeaker", "reader": "Reading has failed"}
    for name, text in troubles.items():
        clinic.apply(StationFault(id=name, text=text))
    present = {one.rule: one for one in clinic.station.snapshot(clinic.clock.now()).conditions}
    assert {rule: (one.text, one.priority, one.kind) for rule, one in present.items()} == {
        f"station.{name}": (text, Priority.MEDIUM, AlarmKind.TECHNICAL) for name, text in troubles.items()
    }
    clinic.apply(StationFault(id="sound", text=""))
    after = {one.rule for one in clinic.station.snapshot(clinic.clock.now()).conditions}
    assert after == {"station.store", "station.reader"}


def test_a_rule_that_failed_is_told_until_it_is_seen_and_again_when_it_fails_again(clinic: Clinic) -> None:
    fault = StationFault(id="engine", text="Part of the program failed")
    for _ in range(2):
        clinic.apply(fault)
        (condition,) = clinic.station.snapshot(clinic.clock.now()).conditions
        clinic.clock.advance(1)
        clinic.do(c.Acknowledge(chair=2, condition_id=condition.id))
        assert clinic.station.snapshot(clinic.clock.now()).conditions == ()


def test_a_trouble_that_comes_back_in_the_same_moment_is_another_condition(clinic: Clinic) -> None:
    for text in ("The disk is full", "", "The disk is full"):
        clinic.apply(StationFault(id="store", text=text))
    first, second = clinic.of(r.ConditionRaised)
    assert first.condition_id != second.condition_id
