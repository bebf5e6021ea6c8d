import pytest

from devices.driver import ProbeState
from devices.drivers.capnostream20 import Capnostream20, Capnostream20Monitor, encode
from devices.events import (
    MISSING_SAMPLE,
    DeviceAlarm,
    DeviceInfo,
    DeviceStatus,
    FrameRejected,
    Gap,
    Numeric,
    Priority,
    RejectReason,
    SensorStatus,
    Validity,
    WaveformChunk,
)
from devices.vocabulary import Unit
from tests.helpers.bedside import MS, S, ScriptedPatient

IDENTITY = encode(4, b"V05.10 03/18/2014 B201123456  ")
ENABLE, START = bytes.fromhex("85 01 01 00"), bytes.fromhex("85 01 04 05")
LIMITS = bytes((30, 50, 15, 30, 5, 8, 100, 90, 140, 50))


def wave(counter, value=25.5, fast=0):
    raw = round(value * 256)
    return encode(0, bytes((counter, raw >> 8, raw & 0xFF, fast)))


def numerics(numbers=(38, 0, 14, 97, 72), sounds=0, co2_alarms=0, spo2_alarms=0, unit=1, extra=0):
    head = (1_753_779_600).to_bytes(4, "big") + bytes(numbers) + bytes((sounds, 0, 0, 0, co2_alarms, spo2_alarms))
    return encode(1, head + LIMITS + bytes((unit, extra)))


def of(events, kind):
    return [event for event in events if isinstance(event, kind)]


class TestGreeting:
    def test_enable_every_second_until_it_names_itself_then_start_once(self):
        driver = Capnostream20()
        assert driver.pending_writes(0) == ENABLE
        assert driver.pending_writes(999 * MS) == b""
        assert driver.pending_writes(S) == ENABLE
        driver.feed(IDENTITY, 1100 * MS)
        assert driver.pending_writes(1100 * MS) == START
        assert driver.pending_writes(1200 * MS) == b""

    def started(self):
        driver = Capnostream20()
        driver.pending_writes(0)
        driver.feed(IDENTITY, 0)
        assert driver.pending_writes(0) == START
        return driver

    def test_a_start_without_data_goes_back_to_greeting(self):
        driver = self.started()
        driver.tick(2 * S)
        assert driver.pending_writes(2 * S) == b""
        driver.tick(2 * S + 1)
        assert driver.pending_writes(2 * S + 1) == ENABLE

    def test_waves_that_stop_for_a_second_are_greeted(self):
        driver = self.started()
        driver.feed(numerics() + wave(0), S)
        driver.tick(2 * S)
        assert driver.pending_writes(2 * S) == b""
        driver.tick(2 * S + 1)
        assert driver.pending_writes(2 * S + 1) == ENABLE

    def test_numbers_that_stop_for_three_seconds_are_greeted_though_waves_come(self):
        driver = self.started()
        driver.feed(numerics(), S)
        for i in range(61):
            driver.feed(wave(i), S + i * 50 * MS)
            driver.tick(S + i * 50 * MS)
        assert driver.pending_writes(4 * S) == b""
        driver.feed(wave(61), 4 * S + 1)
        driver.tick(4 * S + 1)
        assert driver.pending_writes(4 * S + 1) == ENABLE

    def test_a_late_name_in_a_running_session_does_not_start_it_again(self):
        driver = self.started()
        driver.feed(wave(0) + IDENTITY, S)
        assert driver.pending_writes(S) == b""

    def test_an_identity_of_another_form_still_starts_it(self):
        driver = Capnostream20()
        (info,) = driver.feed(encode(4, b"?" * 30), 0)
        assert info == DeviceInfo(t_ns=0, vendor="Oridion", model="Capnostream 20")
        assert driver.pending_writes(0) == START

    def test_the_date_may_be_blank(self):
        (info,) = Capnostream20().feed(encode(4, b"V05.10            B201123456  "), 0)
        assert (info.software, info.serial) == ("05.10", "123456")


class TestWave:
    def test_the_counter_goes_round_without_a_gap(self):
        driver = Capnostream20()
        events = [e for i in (254, 255, 0, 1) for e in driver.feed(wave(i), 0)]
        assert not of(events, Gap)
        assert sum(chunk.n_samples for chunk in events) == 4

    def test_a_frame_that_comes_twice_counts_once(self):
        driver = Capnostream20()
        events = [e for i in (7, 7, 8) for e in driver.feed(wave(i), 0)]
        assert not of(events, Gap)
        assert [chunk.n_samples for chunk in events] == [2]

    def test_a_gap_too_long_to_count_has_no_number(self):
        driver = Capnostream20()
        driver.feed(wave(1), 0)
        (_, gap) = driver.feed(wave(9), 12 * S)
        assert gap.n_samples is None

    def test_held_samples_come_before_a_rejected_frame(self):
        driver = Capnostream20()
        driver.feed(wave(1), 0)
        assert [type(e) for e in driver.feed(encode(77), 0)] == [WaveformChunk, FrameRejected]

    def test_kpa_are_scaled_and_the_unit_changes_between_chunks(self):
        driver = Capnostream20()
        driver.feed(numerics(unit=1), 0)
        driver.feed(wave(1, 38.0), 0)
        first, *_ = of(driver.feed(numerics(unit=2), 0), WaveformChunk)
        assert (first.scale, first.unit, first.n_samples) == (1 / 128, Unit.MMHG, 1)
        driver.feed(wave(2, 51.0), 0)
        (second,) = of(driver.feed(wave(3, 51.0), 0), WaveformChunk)
        raw = memoryview(second.samples).cast("h")[0]
        assert raw * second.scale + second.offset == pytest.approx(38.253, abs=0.01)
        driver.feed(numerics(unit=3), 0)
        driver.feed(wave(4), 0)
        (third,) = of(driver.feed(wave(5), 0), WaveformChunk)
        assert third.unit is None

    @pytest.mark.parametrize(("value", "fast"), [(151.0, 0), *[(25.5, 1 << bit) for bit in (0, 1, 2, 6, 7)]])
    def test_samples_that_cannot_be_used_are_missing(self, value, fast):
        driver = Capnostream20()
        driver.feed(numerics(), 0)
        events = driver.feed(wave(1, value, fast) + wave(2, value, fast), 0)
        (chunk,) = of(events, WaveformChunk)
        assert list(memoryview(chunk.samples).cast("h")) == [MISSING_SAMPLE] * 2

    @pytest.mark.parametrize(
        ("fast", "status", "validity"),
        [
            (1, SensorStatus.STOPPED, Validity.INVALID),
            (2, SensorStatus.CALIBRATING, Validity.CALIBRATING),
            (4, SensorStatus.BLOCKED, Validity.INVALID),
            (8, None, Validity.VALID),
            (16, SensorStatus.CALIBRATING, Validity.VALID),
            (32, SensorStatus.CALIBRATING, Validity.VALID),
            (64, SensorStatus.UNPLUGGED, Validity.UNAVAILABLE),
            (128, SensorStatus.FAILED, Validity.UNAVAILABLE),
        ],
    )
    def test_its_status_holds_for_the_numbers(self, fast, status, validity):
        driver = Capnostream20()
        told = of(driver.feed(wave(1, 25.5, fast), 0), DeviceStatus)
        assert [event.status for event in told] == ([] if status is None else [status])
        found = {e.metric: e.validity for e in of(driver.feed(numerics(), 0), Numeric)}
        assert found["etco2"] is found["fico2"] is found["resp_rate"] is validity
        assert found["spo2"] is Validity.VALID


class TestNumbers:
    def test_no_breath_is_a_rate_of_0(self):
        events = Capnostream20().feed(numerics((255, 255, 0, 97, 72)), 0)
        assert {e.metric: e.value for e in of(events, Numeric)} == {
            "etco2": None,
            "fico2": None,
            "resp_rate": 0,
            "spo2": 97,
            "pulse_rate": 72,
        }

    @pytest.mark.parametrize(
        ("bits", "status"),
        [(1, SensorStatus.SEARCHING), (32, SensorStatus.SENSOR_OFF), (64, SensorStatus.UNPLUGGED)],
    )
    def test_spo2_without_a_finger_is_no_number_whatever_its_byte_says(self, bits, status):
        events = Capnostream20().feed(numerics(spo2_alarms=bits), 0)
        found = {e.metric: (e.value, e.validity) for e in of(events, Numeric)}
        assert found["spo2"] == found["pulse_rate"] == (None, Validity.UNAVAILABLE)
        assert [e.status for e in of(events, DeviceStatus) if e.metric == "spo2"] == [status]

    def test_spo2_and_pulse_of_0_are_invalid(self):
        found = {e.metric: e.validity for e in of(Capnostream20().feed(numerics((38, 0, 14, 0, 0)), 0), Numeric)}
        assert found["spo2"] is found["pulse_rate"] is Validity.INVALID

    def test_an_oximeter_that_is_not_there(self):
        events = Capnostream20().feed(numerics((38, 0, 14, 255, 255)), 0)
        assert [e.text for e in of(events, DeviceStatus) if e.metric == "spo2"] == ["no SpO2 reading"]

    def test_a_pump_that_is_off_is_told(self):
        events = Capnostream20().feed(numerics(extra=4), 0)
        assert [e.text for e in of(events, DeviceStatus) if e.metric == "co2"] == ["CO2 pump off"]

    def test_what_is_told_of_the_breath_while_the_pump_is_off_is_doubted(self):
        events = of(Capnostream20().feed(numerics(extra=4), 0), Numeric)
        told = {event.metric: (event.value, event.validity) for event in events}
        assert told["etco2"] == (38, Validity.QUESTIONABLE)
        assert told["resp_rate"] == (14, Validity.QUESTIONABLE)
        assert told["spo2"] == (97, Validity.VALID)
        assert {
            e.validity for e in of(Capnostream20().feed(numerics(unit=3, extra=4), 0), Numeric) if e.metric == "etco2"
        } == {Validity.INVALID}

    def test_an_unknown_unit_makes_the_whole_message_useless(self):
        (event,) = Capnostream20().feed(numerics(unit=0), 0)
        assert event.reason is RejectReason.RANGE


class TestAlarms:
    def test_an_alarm_is_told_when_it_begins_and_ends(self):
        driver = Capnostream20()
        active = [
            [(e.code, e.active, e.priority) for e in of(driver.feed(numerics(**fields), 0), DeviceAlarm)]
            for fields in (
                {"spo2_alarms": 4, "sounds": 8},
                {"spo2_alarms": 4, "sounds": 8},
                {"spo2_alarms": 4, "co2_alarms": 1, "sounds": 8},
                {"co2_alarms": 1, "sounds": 8},
                {},
            )
        ]
        assert active == [
            [("15.2", True, Priority.HIGH)],
            [],
            [("14.0", True, None)],
            [("15.2", False, Priority.HIGH)],
            [("14.0", False, None)],
        ]

    @pytest.mark.parametrize(
        ("sounds", "priority"), [(0, None), (8, Priority.HIGH), (16, Priority.MEDIUM), (32, Priority.LOW), (24, None)]
    )
    def test_a_priority_is_known_only_when_one_sounds(self, sounds, priority):
        (alarm,) = of(Capnostream20().feed(numerics(spo2_alarms=4, sounds=sounds), 0), DeviceAlarm)
        assert alarm.priority is priority

    def test_after_a_reconnect_all_are_told_anew_and_the_gone_are_told_as_gone(self):
        driver = Capnostream20()
        driver.feed(numerics(spo2_alarms=4, co2_alarms=1), 0)
        driver.reset(S)
        told = of(driver.feed(numerics(spo2_alarms=4), S), DeviceAlarm)
        assert [(e.code, e.active) for e in told] == [("14.0", False), ("15.2", True)]


class TestMonitor:
    def ask(self, *commands, patient=None, seconds=2):
        monitor = Capnostream20Monitor("BED-12")
        monitor.transmit(patient or ScriptedPatient(), 0)
        for i, command in enumerate(commands):
            monitor.receive(command, i * 10 * MS)
        return monitor.transmit(patient or ScriptedPatient(), round(seconds * S))

    def test_it_answers_for_single_numbers(self):
        for number, value in zip(range(1, 6), (38, 0, 14, 97, 71), strict=True):
            assert self.ask(ENABLE, encode(3, bytes((number,))))[34:] == encode(3, bytes((value,)))
        assert self.ask(ENABLE, encode(3, b"\x09"))[34:] == b""

    def test_it_tells_the_patient_when_asked_and_when_it_starts(self):
        told = self.ask(ENABLE, encode(11))[34:]
        assert told[:3] == b"\x85\x1d\x02"
        assert b"BED-12" + b" " * 18 in told
        assert b"BED-12" in self.ask(ENABLE, START, START)

    def test_commands_act_when_they_came_not_when_the_monitor_is_looked_at(self):
        monitor, patient = Capnostream20Monitor(), ScriptedPatient()
        monitor.transmit(patient, 0)
        for command, at_ms in ((ENABLE, 900), (START, 1020), (encode(5), 1520)):
            monitor.receive(command, at_ms * MS)
        chunks = of(Capnostream20().feed(monitor.transmit(patient, 5 * S), 0), WaveformChunk)
        assert sum(chunk.n_samples for chunk in chunks) == 10

    @pytest.mark.parametrize("stop", [2, 5])
    def test_it_stops_when_told(self, stop):
        assert len(self.ask(ENABLE, START, encode(stop), encode(99), seconds=9)) < 120

    def test_a_line_that_is_searching_is_starting_up(self):
        patient = ScriptedPatient([(0.0, {"co2_line": ProbeState.SEARCHING, "spo2_probe": ProbeState.SEARCHING})])
        events = Capnostream20().feed(self.ask(ENABLE, START, patient=patient), 0)
        assert (SensorStatus.CALIBRATING, "starting up") in [(e.status, e.text) for e in of(events, DeviceStatus)]
        assert ("15.0", True) in [(e.code, e.active) for e in of(events, DeviceAlarm)]
