import pytest

from devices.events import DeviceStatus, LinkPhase, LinkState, Mode, SensorStatus, Validity, WaveformChunk
from nursestation.core import records as r
from nursestation.core.model import Provenance
from nursestation.core.snapshot import Freshness, NumericView
from nursestation.core.station import ChairSetup, Station
from tests.helpers.visit import Clinic, PlainPins, binding, load_protocol, make_clinic


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


def spo2(clinic: Clinic) -> NumericView:
    view = clinic.view.numeric("spo2")
    assert view is not None
    return view


@pytest.mark.parametrize(
    ("age_s", "freshness", "value", "why"),
    [
        (0, Freshness.LIVE, 97.0, ""),
        (3, Freshness.LIVE, 97.0, ""),
        (3.5, Freshness.STALE, 97.0, ""),
        (10, Freshness.STALE, 97.0, ""),
        (12, Freshness.LOST, None, "no data for 12 s"),
    ],
)
def test_a_number_ages_and_is_blanked(
    clinic: Clinic, age_s: float, freshness: Freshness, value: float | None, why: str
) -> None:
    clinic.numeric("spo2", 97.0)
    clinic.wait(age_s)
    view = spo2(clinic)
    assert (view.freshness, view.value, view.why_blank, view.age_s) == (freshness, value, why, age_s)


def test_what_never_came_is_never(clinic: Clinic) -> None:
    view = spo2(clinic)
    assert (view.freshness, view.value, view.age_s, view.why_blank) == (Freshness.NEVER, None, None, "no data yet")
    clinic.event(LinkState(t_ns=0, phase=LinkPhase.DISCONNECTED, reason="ttyUSB0 is missing: plug the adapter in"))
    assert spo2(clinic).why_blank == "ttyUSB0 is missing: plug the adapter in"


@pytest.mark.parametrize(
    ("value", "validity", "mode", "shown", "why"),
    [
        (97.0, Validity.QUESTIONABLE, Mode.REAL, 97.0, ""),
        (None, Validity.INVALID, Mode.REAL, None, "the monitor calls its value invalid"),
        (None, Validity.UNAVAILABLE, Mode.REAL, None, "not measured"),
        (None, Validity.CALIBRATING, Mode.REAL, None, "the monitor is getting ready"),
        (97.0, Validity.VALID, Mode.TEST, None, "TEST signal"),
        (97.0, Validity.VALID, Mode.DEMO, None, "DEMO: monitor in demonstration mode"),
        (97.0, Validity.VALID, Mode.SIMULATED, 97.0, ""),
    ],
)
def test_only_a_patients_usable_value_is_shown(
    clinic: Clinic, value: float | None, validity: Validity, mode: Mode, shown: float | None, why: str
) -> None:
    clinic.numeric("spo2", value, validity, mode)
    view = spo2(clinic)
    assert (view.value, view.validity, view.why_blank) == (shown, validity, why)
    assert view.provenance is (Provenance.SIMULATED if mode is Mode.SIMULATED else Provenance.DEVICE)


def test_a_blank_says_what_the_sensor_says(clinic: Clinic) -> None:
    clinic.event(DeviceStatus(t_ns=0, metric="spo2", status=SensorStatus.SENSOR_OFF, text="probe off"))
    clinic.numeric("spo2", None)
    assert spo2(clinic).why_blank == "probe off"
    clinic.event(DeviceStatus(t_ns=0, metric="spo2", status=SensorStatus.OK, text="ok"))
    assert spo2(clinic).why_blank == "not measured"


def test_a_simulated_monitor_marks_every_value(clinic: Clinic) -> None:
    clinic = make_clinic(simulated=True)
    clinic.start()
    clinic.run(1)
    assert clinic.view.simulated
    assert clinic.visit.simulated
    assert {sample.provenance for sample in clinic.of(r.Sample)} == {Provenance.SIMULATED}
    assert {reading.provenance for reading in clinic.visit.cuffs} == {Provenance.SIMULATED}


def test_one_simulated_value_marks_the_visit(clinic: Clinic) -> None:
    clinic.start()
    assert not clinic.visit.simulated
    clinic.numeric("spo2", 97.0, mode=Mode.SIMULATED)
    assert clinic.visit.simulated


def two_monitors(prefer: tuple[tuple[str, str], ...] = ()) -> Clinic:
    clinic = make_clinic()
    monitors = (binding("a", title="Monitor A"), binding("b", title="Monitor B"))
    clinic.station = Station(
        (ChairSetup(number=2, monitors=monitors, prefer=prefer),), (load_protocol(),), PlainPins(), "0.1.0"
    )
    clinic.monitor = "a"
    return clinic


def give(clinic: Clinic, monitor: str, metric: str, value: float | None) -> None:
    clinic.monitor = monitor
    clinic.numeric(metric, value)


def test_the_first_monitor_that_has_it_is_shown() -> None:
    clinic = two_monitors()
    give(clinic, "b", "spo2", 95.0)
    assert (spo2(clinic).value, spo2(clinic).source) == (95.0, "Monitor B")
    give(clinic, "a", "spo2", 97.0)
    assert (spo2(clinic).value, spo2(clinic).source) == (97.0, "Monitor A")
    assert spo2(clinic).others == (("Monitor B", 95.0),)
    give(clinic, "a", "spo2", None)
    assert spo2(clinic).value == 95.0


def test_a_configured_preference_is_strict() -> None:
    clinic = two_monitors((("spo2", "b"),))
    give(clinic, "a", "spo2", 97.0)
    assert (spo2(clinic).value, spo2(clinic).freshness) == (None, Freshness.NEVER)
    assert spo2(clinic).others == (("Monitor A", 97.0),)
    give(clinic, "b", "spo2", None)
    assert (spo2(clinic).value, spo2(clinic).why_blank) == (None, "not measured")
    give(clinic, "b", "spo2", 95.0)
    assert spo2(clinic).value == 95.0


def test_outside_a_visit_numbers_are_shown_and_not_recorded(clinic: Clinic) -> None:
    clinic.numeric("spo2", 97.0)
    clinic.cuff(120, 70)
    assert clinic.of(r.Sample) == []
    assert clinic.of(r.CuffTaken) == []
    assert spo2(clinic).value == 97.0
    assert str(clinic.view.cuff.reading) == "120/70"


def test_inside_a_visit_every_numeric_is_a_sample_with_its_source(clinic: Clinic) -> None:
    clinic.start()
    clinic.records.clear()
    clinic.numeric("spo2", None)
    clinic.cuff(120, 70, age_s=2)
    samples = clinic.of(r.Sample)
    assert [sample.metric for sample in samples] == ["spo2", "nibp_sys", "nibp_dia", "nibp_mean"]
    assert samples[0].value is None
    assert samples[1].measured_utc_ns == samples[1].at.utc_ns - 2_000_000_000
    assert {sample.session for sample in samples} == {clinic.visit.session}


def test_a_wave_whose_sensor_is_off_keeps_its_place_and_says_why(clinic: Clinic) -> None:
    def tell(status: SensorStatus, text: str) -> None:
        clinic.event(DeviceStatus(t_ns=0, metric="spo2", status=status, text=text))

    clinic.start()
    clinic.wave("ecg")
    clinic.wave("pleth")
    assert clinic.view.silent_waves == ()
    tell(SensorStatus.SENSOR_OFF, "finger probe off")
    assert clinic.view.silent_waves == (("pleth", clinic.monitor, "finger probe off"),)
    clinic.wait(5)
    assert {metric: why for metric, _, why in clinic.view.silent_waves} == {
        "ecg": "no signal for 5 s",
        "pleth": "finger probe off",
    }
    clinic.run(11, {"heart_rate": 70.0})
    assert [metric for metric, _, _ in clinic.view.waves] == ["pleth"]
    tell(SensorStatus.OK, "")
    assert clinic.view.silent_waves == clinic.view.waves == ()


def test_waves_come_out_with_and_without_a_visit(clinic: Clinic) -> None:
    (wave,) = clinic.wave("ecg")
    assert (wave.session, wave.chair, wave.monitor) == (None, 2, clinic.monitor)
    clinic.wave("pleth")
    assert [metric for metric, _, _ in clinic.view.waves] == ["ecg", "pleth"]
    clinic.wait(11)
    assert clinic.view.waves == ()
    clinic.start()
    assert clinic.wave()[0].session == clinic.visit.session


def test_the_change_is_against_the_baseline(clinic: Clinic) -> None:
    clinic.start()
    clinic.numeric("heart_rate", clinic.visit.baseline.heart_rate + 12)
    assert clinic.view.numeric("heart_rate").change == 12
    assert clinic.view.numeric("pulse_rate").change is not None
    assert clinic.view.numeric("temp") is None


def test_not_monitoring_until_each_monitor_gave_a_good_frame() -> None:
    clinic = two_monitors()
    clinic.event(LinkState(t_ns=0, phase=LinkPhase.CONNECTED))
    give(clinic, "a", "spo2", 97.0)
    assert not clinic.view.monitoring
    give(clinic, "b", "spo2", 97.0)
    assert clinic.view.monitoring


def test_an_unknown_monitor_is_passed_over(clinic: Clinic) -> None:
    clinic.monitor = "9:nobody"
    assert clinic.numeric("spo2", 97.0) == ()


@pytest.mark.parametrize(
    ("simulated", "told", "kept"),
    [
        (True, Mode.REAL, Mode.SIMULATED),
        (True, Mode.DEMO, Mode.DEMO),
        (False, Mode.REAL, Mode.REAL),
        (False, Mode.SIMULATED, Mode.SIMULATED),
    ],
)
def test_what_a_simulated_monitor_calls_real_is_kept_as_simulated(simulated: bool, told: Mode, kept: Mode) -> None:
    clinic = make_clinic(simulated=simulated)
    clinic.staff()
    clinic.check_in()
    clinic.numeric("spo2", 97.0, mode=told)
    clinic.event(
        WaveformChunk(t_ns=0, metric="pleth", rate_hz=75, scale=1, offset=0, unit=None, samples=bytes(2), mode=told)
    )
    assert (clinic.of(r.Sample)[-1].mode, clinic.of(r.Wave)[-1].mode) == (kept, kept)


def resp_rate(clinic: Clinic) -> tuple[float | None, str]:
    view = clinic.view.numeric("resp_rate")
    assert view is not None
    return view.value, view.source.rpartition(" · ")[2]


def test_two_sensors_of_one_metric_do_not_take_turns(clinic: Clinic) -> None:
    clinic.numeric("resp_rate", 19.0, source="impedance")
    assert resp_rate(clinic) == (19.0, "impedance")
    for _ in range(3):
        clinic.numeric("resp_rate", 14.0, source="co2")
        clinic.numeric("resp_rate", 20.0, source="impedance")
        assert resp_rate(clinic) == (14.0, "co2")


@pytest.mark.parametrize(
    ("value", "validity", "shown"),
    [
        (None, Validity.UNAVAILABLE, (20.0, "impedance")),
        (14.0, Validity.QUESTIONABLE, (20.0, "impedance")),
        (14.0, Validity.VALID, (14.0, "co2")),
    ],
)
def test_a_sensor_that_gives_nothing_or_doubts_leaves_the_place_to_another(
    clinic: Clinic, value: float | None, validity: Validity, shown: tuple[float, str]
) -> None:
    clinic.numeric("resp_rate", 14.0, source="co2")
    clinic.numeric("resp_rate", value, validity, source="co2")
    clinic.numeric("resp_rate", 20.0, source="impedance")
    assert resp_rate(clinic) == shown
    clinic.numeric("resp_rate", 15.0, source="co2")
    assert resp_rate(clinic) == (15.0, "co2")


def test_the_blank_of_a_sensor_that_is_not_in_use_blanks_nothing(clinic: Clinic) -> None:
    clinic.numeric("resp_rate", 20.0, source="impedance")
    clinic.numeric("resp_rate", None, source="co2")
    assert resp_rate(clinic) == (20.0, "impedance")
    clinic.wait(11)
    clinic.numeric("resp_rate", None, source="co2")
    assert resp_rate(clinic) == (None, "co2")


def test_the_same_sensor_of_another_metric_is_left_alone(clinic: Clinic) -> None:
    clinic.numeric("pulse_rate", 70.0, source="art")
    clinic.numeric("pulse_rate", 71.0, source="oximeter")
    view = clinic.view.numeric("pulse_rate")
    assert view is not None
    assert view.value == 70.0


@pytest.mark.parametrize(
    ("age_s", "freshness", "value"),
    [(5, Freshness.LIVE, 97.0), (12, Freshness.LIVE, 97.0), (13, Freshness.STALE, 97.0), (15.5, Freshness.LOST, None)],
)
def test_a_monitor_that_tells_every_five_seconds_is_given_the_time(
    age_s: float, freshness: Freshness, value: float | None
) -> None:
    clinic = make_clinic(interval_ms=5000)
    clinic.numeric("spo2", 97.0)
    clinic.wait(age_s)
    view = spo2(clinic)
    assert (view.freshness, view.value) == (freshness, value)
