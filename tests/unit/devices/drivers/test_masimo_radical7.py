import pytest

from devices.driver import ProbeState
from devices.drivers.masimo_radical7 import MasimoRadical7, MasimoRadical7Monitor, Product
from devices.events import (
    AlarmKind,
    DeviceAlarm,
    DeviceInfo,
    DeviceStatus,
    FrameRejected,
    Numeric,
    RejectReason,
    SensorStatus,
    Validity,
)
from tests.helpers.bedside import Bedside, S, ScriptedPatient

OFF = {"spo2_probe": ProbeState.OFF, "spo2": None, "pulse_rate": None, "perfusion_index": None}
FAULTS = {
    0x000002: "sensor defective: take another one",
    0x000080: "sensor not recognised: take another one",
    0x000100: "sensor does not fit this oximeter: take another one",
    0x002000: "patient cable used up: take another one",
    0x004000: "patient cable does not fit this oximeter: take another one",
    0x008000: "patient cable not recognised: take another one",
    0x010000: "patient cable defective: take another one",
}


def line(spo2="097%", bpm="072", pi="02.10%", alarm="0000", exc="000800", more="", clock="11/30/24 08:15:02"):
    return f"{clock} SN=0000123456 SPO2={spo2} BPM={bpm} PI={pi} {more} ALARM={alarm} EXC={exc}\r\n".encode()


def of(events, kind):
    return [event for event in events if isinstance(event, kind)]


def told(data, driver=None):
    return (driver or MasimoRadical7()).feed(data, 0)


def number(data, metric="spo2"):
    (found,) = [(e.value, e.validity) for e in of(told(data), Numeric) if e.metric == metric]
    return found


def status(data):
    (found,) = of(told(data), DeviceStatus)
    return found.status, found.text


def reason(data):
    events = told(data)
    assert {type(event) for event in events} == {FrameRejected}
    return events[0].reason


class TestLines:
    @pytest.mark.parametrize("end", [b"\r\n", b"\n\r", b"\r", b"\n", b"\r\n\r\n", b"\n\r\n\r\n\r"])
    def test_lines_may_end_in_any_way(self, end):
        events = told(line().strip() + end + line(spo2="096%").strip() + end)
        assert [e.value for e in of(events, Numeric) if e.metric == "spo2"] == [97, 96]
        assert not of(events, FrameRejected)

    def test_bytes_that_are_no_text_are_dropped(self):
        assert number(b"\0\0\x07" + line()) == (97, Validity.VALID)
        assert number(line().replace(b"BPM", b"\x11BPM\0")) == (97, Validity.VALID)
        assert reason(line().replace(b" BPM", b"\0BPM")) is RejectReason.RANGE

    @pytest.mark.parametrize(
        ("damaged", "why"),
        [
            (line().replace(b"11/30/24", b"11/3 /24"), RejectReason.FRAMING),
            (b"x" + line(), RejectReason.FRAMING),
            (line().replace(b"097", b"09\x17"), RejectReason.RANGE),
            (line().replace(b"097", b"09\xb7"), RejectReason.FRAMING),
            (line().replace(b"BPM=072", b""), RejectReason.UNKNOWN),
            (line().replace(b"EXC=000800", b""), RejectReason.UNKNOWN),
            (line().replace(b"ALARM=0000", b""), RejectReason.UNKNOWN),
            (line().replace(b"SPO2", b"SpO2"), RejectReason.UNKNOWN),
            (line(more="SPO2=050%"), RejectReason.UNKNOWN),
            (line(more="PVI"), RejectReason.UNKNOWN),
            (line(spo2="97%"), RejectReason.RANGE),
            (line(spo2="097"), RejectReason.RANGE),
            (line(spo2="101%"), RejectReason.RANGE),
            (line(bpm="72"), RejectReason.RANGE),
            (line(bpm="024"), RejectReason.RANGE),
            (line(bpm="241"), RejectReason.RANGE),
            (line(pi="2.10%"), RejectReason.RANGE),
            (line(pi="20.01%"), RejectReason.RANGE),
            (line(more="SPHB=1X.2"), RejectReason.RANGE),
            (line(more="PVI=14"), RejectReason.RANGE),
            (line(alarm="000"), RejectReason.RANGE),
            (line(exc="0800"), RejectReason.RANGE),
            (line(exc="00080G"), RejectReason.RANGE),
        ],
    )
    def test_a_line_that_does_not_fit_is_dropped_whole(self, damaged, why):
        assert reason(damaged) is why

    def test_every_cut_of_a_line_is_dropped(self):
        whole = line(exc="000820").rstrip()
        driver = MasimoRadical7()
        told(line(), driver)
        for n in range(1, len(whole)):
            assert not of(told(whole[n:] + b"\r\n"), Numeric)
            assert not of(told(whole[:n] + b"\r\n", driver), Numeric)
            told(line() * 2, driver)

    def test_digits_that_do_not_go_together_are_believed_when_they_stay(self):
        driver = MasimoRadical7()
        told(line(exc="000820"), driver)
        assert [e.reason for e in told(line(exc="000"), driver)] == [RejectReason.RANGE] * 2
        assert of(told(line(exc="000"), driver), Numeric)
        driver.reset(S)
        assert not of(told(line(exc="000"), driver), Numeric)
        assert of(told(line(exc="000", alarm="00"), driver), Numeric)

    @pytest.mark.parametrize("clock", ["00/00/00 00:00:00", "13/45/24 08:15:02", "11/30/24 25:61:61"])
    def test_a_clock_that_was_never_set_is_passed_on_as_text(self, clock):
        assert of(told(line(clock=clock)), Numeric)[0].device_time == clock

    @pytest.mark.parametrize(("bpm", "value"), [("---", None), ("---%", None), ("000", None), ("240", 240)])
    def test_pulse_rates(self, bpm, value):
        validity = Validity.UNAVAILABLE if value is None else Validity.VALID
        assert number(line(bpm=bpm), "pulse_rate") == (value, validity)

    def test_a_zero_saturation_is_none(self):
        assert number(line(spo2="000%")) == (None, Validity.UNAVAILABLE)

    def test_no_digits_and_no_reason_is_no_reading(self):
        assert status(line(spo2="---%", bpm="---")) == (SensorStatus.SEARCHING, "no reading")

    def test_without_a_perfusion_index_none_is_told(self):
        events = told(b"11/30/24 08:15:02 SPO2=097% BPM=072 ALARM=00 EXC=800\r\n")
        assert [(e.metric, e.value) for e in of(events, Numeric)] == [("spo2", 97), ("pulse_rate", 72)]


class TestUnknownTags:
    def test_those_with_a_value_are_counted_by_name(self):
        driver = MasimoRadical7()
        more = "SPCO=02.1% SPMET=--.-% SPHB=11.2 SPOC=-- PVI=014 DESAT=00 PIDELTA=+01 RESVD=123 ORI=00.4 XYZ=--- EXC1=00000100"
        for _ in range(2):
            told(line(more=more), driver)
        told(line(more="PVI=--- EXC1=00000000"), driver)
        driver.reset(0)
        assert driver.unknown == dict.fromkeys(("SPCO", "SPHB", "PVI", "DESAT", "PIDELTA", "ORI", "EXC1"), 2)

    def test_a_rejected_line_counts_nothing(self):
        driver = MasimoRadical7()
        told(line(spo2="97%", more="PVI=014"), driver)
        assert not driver.unknown


class TestExceptions:
    @pytest.mark.parametrize(
        ("exc", "validity", "state", "text"),
        [
            (0x800, Validity.VALID, SensorStatus.OK, "measuring"),
            (0x000, Validity.VALID, SensorStatus.OK, "measuring"),
            (0x200800, Validity.VALID, SensorStatus.OK, "measuring"),
            (0x400800, Validity.VALID, SensorStatus.OK, "measuring"),
            (0x001, Validity.UNAVAILABLE, SensorStatus.UNPLUGGED, "no sensor connected"),
            (0x001000, Validity.UNAVAILABLE, SensorStatus.UNPLUGGED, "patient cable not connected"),
            (0x820, Validity.UNAVAILABLE, SensorStatus.SENSOR_OFF, "sensor off the patient"),
            (0x808, Validity.CALIBRATING, SensorStatus.SEARCHING, "searching for the pulse"),
            (0x020000, Validity.CALIBRATING, SensorStatus.CALIBRATING, "sensor calibrating"),
            (0x804, Validity.QUESTIONABLE, SensorStatus.OK, "weak pulse at the sensor (low perfusion)"),
            (0x810, Validity.QUESTIONABLE, SensorStatus.OK, "interference: keep the hand still"),
            (0x840, Validity.QUESTIONABLE, SensorStatus.OK, "too much light on the sensor: cover it"),
            (0xC00, Validity.QUESTIONABLE, SensorStatus.OK, "low signal quality"),
            (0x040800, Validity.QUESTIONABLE, SensorStatus.OK, "sensor used up: change it soon"),
            (0x080800, Validity.QUESTIONABLE, SensorStatus.OK, "sensor temperature at its limit"),
            (0x100800, Validity.QUESTIONABLE, SensorStatus.OK, "sensor current at its limit"),
            (0xA00, Validity.QUESTIONABLE, SensorStatus.OK, "the oximeter reports something not known here (000200)"),
            (0x434, Validity.UNAVAILABLE, SensorStatus.SENSOR_OFF, "sensor off the patient"),
            *((bit, Validity.UNAVAILABLE, SensorStatus.FAILED, text) for bit, text in FAULTS.items()),
        ],
    )
    def test_digits_never_outweigh_a_bit(self, exc, validity, state, text):
        data = line(exc=f"{exc:07X}", alarm="000000")
        keeps = validity in (Validity.VALID, Validity.QUESTIONABLE)
        assert number(data) == (97 if keeps else None, validity)
        assert number(data, "pulse_rate") == (72 if keeps else None, validity)
        assert number(data, "perfusion_index") == (2.1 if keeps else None, validity)
        assert status(data) == (state, text)


class TestAlarms:
    @pytest.mark.parametrize(
        ("word", "codes"),
        [
            ("0000", []),
            ("00", []),
            ("0012", ["0002"]),
            ("000019", ["0001", "0008"]),
            ("0014", ["0004"]),
            ("0010", ["0010"]),
            ("0030", ["0010", "0020"]),
            ("0032", ["0002", "0020"]),
            ("003F40", ["0040", "0100", "0200", "0400", "0800", "1000", "2000"]),
        ],
    )
    def test_causes_are_told_and_a_bare_alarm_when_none_is_named(self, word, codes):
        exc = "0" * {2: 3, 4: 6, 6: 7}[len(word)]
        assert [e.code for e in of(told(line(alarm=word, exc=exc)), DeviceAlarm)] == codes

    def test_they_are_told_when_they_begin_and_end_and_again_after_a_reset(self):
        driver = MasimoRadical7()

        def alarms(word):
            return [(e.code, e.active) for e in of(told(line(alarm=word), driver), DeviceAlarm)]

        assert alarms("0012") == [("0002", True)]
        assert alarms("0012") == []
        assert alarms("0036") == [("0004", True), ("0020", True)]
        driver.reset(S)
        assert alarms("0034") == [("0002", False), ("0004", True), ("0020", True)]

    def test_silence_is_the_equipments_and_a_limit_the_patients(self):
        kinds = {e.code: e.kind for e in of(told(line(alarm="0072")), DeviceAlarm)}
        assert kinds == {"0002": AlarmKind.PHYSIOLOGICAL, "0040": AlarmKind.TECHNICAL, "0020": AlarmKind.TECHNICAL}


class TestIdentity:
    def test_the_serial_number_is_told_once_and_after_a_reset(self):
        driver = MasimoRadical7()
        assert [e.serial for e in of(told(line() * 3, driver), DeviceInfo)] == ["0000123456"]
        driver.reset(S)
        assert [e.serial for e in of(told(line(), driver), DeviceInfo)] == ["0000123456"]

    def test_ten_dashes_are_no_serial_number(self):
        assert not of(told(line().replace(b"0000123456", b"----------")), DeviceInfo)


def test_it_never_writes():
    driver = MasimoRadical7()
    told(line(), driver)
    assert not driver.tick(9 * S)
    assert driver.pending_writes(9 * S) == driver.closing_writes(9 * S) == b""


class TestMonitor:
    @pytest.mark.parametrize("product", list(Product))
    def test_each_products_lines_are_read(self, product):
        script = (
            (10, OFF),
            (30, {"spo2_probe": ProbeState.ON, "spo2": 88.0, "pulse_rate": 150.0, "perfusion_index": 0.2}),
        )
        side = Bedside(MasimoRadical7(), MasimoRadical7Monitor(product), ScriptedPatient(script)).run(40)
        assert not side.of(FrameRejected)
        spo2 = [(e.t_ns / S, e.value, e.validity) for e in side.of(Numeric, metric="spo2")]
        assert {(v, q) for t, v, q in spo2 if t < 10} == {(97, Validity.VALID)}
        assert {(v, q) for t, v, q in spo2 if 11 < t < 30} == {(None, Validity.UNAVAILABLE)}
        assert {(v, q) for t, v, q in spo2 if t > 31} == {(88, Validity.QUESTIONABLE)}
        assert [(e.code, e.active) for e in side.of(DeviceAlarm)] == [
            ("0010", True),
            ("0010", False),
            ("0002", True),
            ("0004", True),
        ]
        assert bool(side.of(DeviceInfo)) is (product is not Product.RAD_5)

    def test_digits_are_held_for_ten_seconds_with_the_bit(self):
        patient, monitor = ScriptedPatient(((5, OFF),)), MasimoRadical7Monitor()
        monitor.receive(b"anything", 0)
        lines = (monitor.transmit(patient, 0) + monitor.transmit(patient, 19 * S)).decode().split()
        shown = [value for value in lines if value.startswith("SPO2")]
        exc = [value for value in lines if value.startswith("EXC=")]
        assert shown == ["SPO2=097%"] * 14 + ["SPO2=---%"] * 6
        assert exc == ["EXC=0000800"] * 5 + ["EXC=0000820"] * 15

    def test_a_slow_pulse_and_no_numbers(self):
        start = {"pulse_rate": 40.0}
        script = ((0, start), (2, {"pulse_rate": None, "spo2": None}), (4, {"spo2_probe": ProbeState.SEARCHING}))
        side = Bedside(MasimoRadical7(), MasimoRadical7Monitor(), ScriptedPatient(script)).run(20)
        assert [(e.code, e.active) for e in side.of(DeviceAlarm)] == [("0008", True), ("0008", False)]

    def test_after_a_power_cycle_a_few_nul_bytes_come_first(self):
        patient, monitor = ScriptedPatient(), MasimoRadical7Monitor()
        monitor.transmit(patient, 0)
        monitor.restart(S)
        said = monitor.transmit(patient, S)
        assert said.startswith(b"\0\0")
        assert number(said) == (97, Validity.VALID)
