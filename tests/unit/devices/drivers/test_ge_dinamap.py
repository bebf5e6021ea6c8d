from dataclasses import replace

import pytest

from devices.driver import CuffPhase, ProbeState
from devices.drivers.ge_dinamap import GeDinamap, GeDinamapMonitor, check_characters, encode
from devices.events import DeviceStatus, FrameRejected, Numeric, RejectReason, SensorStatus, Validity
from tests.helpers.bedside import MS, WELL, S, ScriptedPatient


def na(age_s, systolic=132, diastolic=84, mean=101, state="1"):
    return encode(f"NA{state}10{age_s:04d}{systolic:03d}{diastolic:03d}{mean:03d}")


def numbers(events):
    return [(e.metric, e.value, e.validity) for e in events if isinstance(e, Numeric)]


def cuff(events):
    return [(e.value, e.measured_ns, e.cycle) for e in events if isinstance(e, Numeric) and e.metric == "nibp_sys"]


@pytest.mark.parametrize(
    ("body", "check"), [(" NA", "!2"), (" OA", "!3"), (" RA", "!6"), (" RC", "!8"), (" TC", "!:"), (" NF", "!7")]
)
def test_check_characters_of_the_known_commands(body, check):
    assert check_characters(body) == check


def test_check_characters_wrap_at_fff():
    assert check_characters("~" * 43) == check_characters("~" * 43)
    total = 43 * 95  # below FFF
    assert check_characters("~" * 43) == chr(0x20 + total // 64) + chr(0x20 + total % 64)
    total = 44 * 95 - 0xFFF
    assert check_characters("~" * 44) == chr(0x20 + total // 64) + chr(0x20 + total % 64)


class TestQuestions:
    def test_one_is_open_at_a_time_and_a_reply_lets_the_next_go(self):
        driver = GeDinamap()
        assert driver.pending_writes(0) == b"\r NA!2\r"
        assert driver.pending_writes(2 * S) == b""
        driver.feed(na(3), 2 * S)
        assert driver.pending_writes(2 * S) == b" OA!3\r"
        driver.feed(encode("OA1097708"), 2 * S)
        assert driver.pending_writes(2 * S) == b" RA!6\r"
        driver.feed(encode("RA2076"), 2 * S)
        assert driver.pending_writes(2 * S) == b" TC!:\r"
        driver.feed(encode("TC41!9999900001"), 2 * S)
        assert driver.pending_writes(2 * S) == b" NA!2\r"

    def test_a_round_begins_at_most_every_second_and_a_half(self):
        driver = GeDinamap()
        for reply in (na(3), encode("OA1097708"), encode("RA2076"), encode("TC41!9999900001")):
            assert driver.pending_writes(0)
            driver.feed(reply, 0)
        assert driver.pending_writes(1400 * MS) == b""
        assert driver.pending_writes(1500 * MS) == b" NA!2\r"

    def test_after_three_seconds_without_reply_the_next_is_asked_with_the_line_cleared(self):
        driver = GeDinamap()
        driver.pending_writes(0)
        assert driver.pending_writes(2999 * MS) == b""
        assert driver.pending_writes(3 * S) == b"\r OA!3\r"

    def test_another_reply_or_a_damaged_one_does_not_count_as_the_answer(self):
        driver = GeDinamap()
        driver.pending_writes(0)
        driver.feed(encode("RA2076"), S)
        driver.feed(na(3)[:-3] + b"xx\r", S)
        assert driver.pending_writes(S) == b""


class TestCuff:
    def test_the_wobble_of_age_and_reply_makes_no_second_reading(self):
        driver = GeDinamap()
        events = []
        for i in range(400):
            jitter_ns = (i * 7919 % 1000) * MS
            now_ns = i * 3 * S + jitter_ns
            events += driver.feed(na(2 + 3 * i + (i * 31 % 2)), now_ns)
        assert len(cuff(events)) == 1

    def test_a_new_one_is_told_with_its_time(self):
        driver = GeDinamap()
        driver.feed(na(42), 0)
        events = driver.feed(na(7, 141, 90, 110), 200 * S)
        assert cuff(events) == [(141, 193 * S, 2)]

    def test_it_is_new_also_when_the_clock_stands_still_as_in_a_recording(self):
        driver = GeDinamap()
        events = [e for age in (0, 2, 4, 300, 0, 2, 0) for e in driver.feed(na(age), 0)]
        assert [cycle for _, _, cycle in cuff(events)] == [1, 2]

    def test_other_numbers_are_another_reading_also_at_the_same_age(self):
        events = GeDinamap().feed(na(5) + na(5) + na(5, 128, 80, 96), 0)
        assert cuff(events) == [(132, -5 * S, 1), (128, -5 * S, 2)]

    def test_a_reply_after_its_question_was_given_up_counts_from_its_arrival(self):
        driver = GeDinamap()
        driver.pending_writes(0)
        driver.tick(10 * S)
        assert cuff(driver.feed(na(5), 10 * S)) == [(132, 5 * S, 1)]

    def test_an_age_at_its_maximum_is_not_new_however_time_goes(self):
        driver = GeDinamap()
        assert cuff(driver.feed(na(5399), 0))
        assert not [e for i in range(1, 9) for e in cuff(driver.feed(na(5400), i * 60 * S))]

    def test_a_reply_that_lay_in_a_buffer_makes_no_new_reading(self):
        driver = GeDinamap()
        driver.pending_writes(0)
        assert cuff(driver.feed(na(42), 100 * MS))
        for reply in (encode("OA1097708"), encode("RA2076"), encode("TC41!9999900001")):
            driver.pending_writes(200 * MS)
            driver.feed(reply, 200 * MS)
        assert driver.pending_writes(2 * S) == b" NA!2\r"
        assert not cuff(driver.feed(na(44), 90 * S))

    def test_a_missed_reply_does_not_shift_the_time_of_the_next(self):
        driver = GeDinamap()
        for second in (1, 4, 7, 10):
            driver.pending_writes(second * S)
        assert driver.pending_writes(13 * S) == b"\r NA!2\r"
        assert cuff(driver.feed(na(5), 13 * S)) == [(132, 8 * S, 1)]

    def test_reset_does_not_forget_what_was_told(self):
        driver = GeDinamap()
        driver.feed(na(42), 0)
        driver.reset(10 * S)
        events = driver.feed(na(52), 10 * S)
        assert [type(e) for e in events] == [DeviceStatus]

    @pytest.mark.parametrize("state", "3456789")
    def test_a_failure_is_told_and_its_numbers_are_not(self, state):
        events = GeDinamap().feed(na(10, state=state), 0)
        (status,) = events
        assert status.status is SensorStatus.FAILED

    def test_no_recent_reading_is_not_a_reading(self):
        (status,) = GeDinamap().feed(na(9999, 0, 0, 0), 0)
        assert (status.status, status.text) == (SensorStatus.OK, "no recent reading")

    @pytest.mark.parametrize("triple", [(0, 0, 0), (84, 132, 101), (132, 101, 84), (132, 84, 140), (400, 84, 101)])
    def test_numbers_out_of_order_are_rejected(self, triple):
        events = GeDinamap().feed(na(10, *triple), 0)
        assert not numbers(events)
        assert [e.reason for e in events if isinstance(e, FrameRejected)] == [RejectReason.RANGE]
        assert [e.status for e in events if isinstance(e, DeviceStatus)] == [SensorStatus.FAILED]

    @pytest.mark.parametrize("reply", [na(10, state="2"), encode("NA110xxxx132084101"), na(6000)])
    def test_fields_that_the_protocol_does_not_allow_are_rejected(self, reply):
        events = GeDinamap().feed(reply, 0)
        assert not numbers(events)
        assert [e.reason for e in events if isinstance(e, FrameRejected)] == [RejectReason.RANGE]


class TestRate:
    def test_the_cuffs_rate_belongs_to_its_reading_and_is_told_once(self):
        driver = GeDinamap()
        assert numbers(driver.feed(encode("RA3070"), 0)) == [("pulse_rate", None, Validity.UNAVAILABLE)]
        driver.feed(na(10), S)
        _, rate = driver.feed(encode("RA3070"), 2 * S)
        assert (rate.metric, rate.value, rate.measured_ns, rate.cycle) == ("nibp_pulse_rate", 70, -9 * S, 1)
        assert numbers(driver.feed(encode("RA3070"), 4 * S)) == [("pulse_rate", None, Validity.UNAVAILABLE)]
        driver.feed(na(5, 140), 100 * S)
        assert ("nibp_pulse_rate", 75, Validity.VALID) in numbers(driver.feed(encode("RA3075"), 101 * S))

    def test_the_cuff_may_have_no_rate(self):
        driver = GeDinamap()
        driver.feed(na(10), S)
        assert numbers(driver.feed(encode("RA3000"), S)) == [("pulse_rate", None, Validity.UNAVAILABLE)]

    def test_a_rate_of_unknown_source_is_not_shown(self):
        assert numbers(GeDinamap().feed(encode("RA1070"), 0)) == [("pulse_rate", None, Validity.INVALID)]

    @pytest.mark.parametrize("digits", ["000", "-99"])
    def test_no_rate(self, digits):
        assert numbers(GeDinamap().feed(encode(f"RA2{digits}"), 0)) == [("pulse_rate", None, Validity.UNAVAILABLE)]


@pytest.mark.parametrize(
    ("data", "status", "validity"),
    [
        ("0000008", SensorStatus.STOPPED, Validity.UNAVAILABLE),
        ("3097008", SensorStatus.SENSOR_OFF, Validity.UNAVAILABLE),
        ("6097008", SensorStatus.UNPLUGGED, Validity.UNAVAILABLE),
        ("5097008", SensorStatus.STOPPED, Validity.INVALID),
        ("1000708", SensorStatus.OK, Validity.INVALID),
        ("1101708", SensorStatus.OK, Validity.INVALID),
    ],
)
def test_spo2_is_a_number_only_when_it_is_measured(data, status, validity):
    told, number = GeDinamap().feed(encode("OA" + data), 0)
    assert told.status is status
    assert (number.value, number.validity) == (None, validity)


class TestTemperature:
    def test_a_predictive_one_is_told_once(self):
        driver = GeDinamap()
        assert numbers(driver.feed(encode("TC00#0003109860"), 0)) == [("temp", 37.0, Validity.VALID)]
        assert numbers(driver.feed(encode("TC00#0003309860"), 2 * S)) == []
        (again,) = driver.feed(encode("TC00$0000209900"), 90 * S)
        assert (again.value, again.measured_ns) == (37.22, 88 * S)

    def test_a_continuous_one_is_told_each_time(self):
        driver = GeDinamap()
        for second in range(3):
            assert numbers(driver.feed(encode("TC11#0000009860"), second * S)) == [("temp", 37.0, Validity.VALID)]

    @pytest.mark.parametrize(
        ("data", "validity"),
        [
            ("10#0003109860", Validity.CALIBRATING),
            ("20#0003109860", Validity.UNAVAILABLE),
            ("31#0003109860", Validity.UNAVAILABLE),
            ("90#0003109860", Validity.INVALID),
            ("00#9999900000", Validity.UNAVAILABLE),
            ("00#0003100000", Validity.INVALID),
        ],
    )
    def test_no_temperature(self, data, validity):
        assert numbers(GeDinamap().feed(encode("TC" + data), 0)) == [("temp", None, validity)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"\x80NA!2\r", RejectReason.FRAMING),
        (b" NA\x01!2\r", RejectReason.FRAMING),
        (b"AB\r", RejectReason.FRAMING),
        (("1NA" + check_characters("1NA")).encode() + b"\r", RejectReason.UNKNOWN),
        (b" " * 40 + b"\r", RejectReason.OVERFLOW),
    ],
)
def test_lines_that_are_no_replies(line, reason):
    (event,) = GeDinamap().feed(line, 0)
    assert (event.reason, event.raw) == (reason, line)


def test_the_monitor_does_not_obey_cuff_commands_nor_answer_nonsense():
    monitor = GeDinamapMonitor()
    monitor.receive(b" NC0!E\r ND!5\r NF!7\r NA!3\r", 0)
    assert monitor.transmit(ScriptedPatient(), S) == b""


def test_the_monitor_lets_a_line_feed_pass():
    monitor = GeDinamapMonitor()
    monitor.receive(b" OA!3\r\n RA!6\r\n", 0)
    assert monitor.transmit(ScriptedPatient(), S) == encode("OA1097708") + encode("RA2071")


def test_the_monitor_says_that_the_temperature_probe_is_off():
    monitor = GeDinamapMonitor()
    monitor.receive(b" TC!:\r", 0)
    off = ScriptedPatient([(0.0, {"temp_probe": ProbeState.OFF})])
    (status, number) = GeDinamap().feed(monitor.transmit(off, S), 0)
    assert (status.status, number.validity) == (SensorStatus.SENSOR_OFF, Validity.UNAVAILABLE)


def test_the_monitor_gives_the_cuffs_rate_when_the_oximeter_has_none_and_no_old_reading_after_a_power_cycle():
    done = replace(WELL.cuff, phase=CuffPhase.DONE, cycle=1, sys=120, dia=80, mean=93, pulse=66, measured_ns=S)
    patient = ScriptedPatient([(1.0, {"spo2_probe": ProbeState.UNPLUGGED, "cuff": done})])
    monitor = GeDinamapMonitor()
    monitor.receive(b" NA!2\r RA!6\r OA!3\r", 9 * S)
    assert monitor.transmit(patient, 9 * S) == na(8, 120, 80, 93) + encode("RA3066") + encode("OA6000008")
    monitor.receive(b" NA!2\r", 5400 * S + 2 * S)
    assert monitor.transmit(patient, 5402 * S) == na(9999, 0, 0, 0)
    monitor.restart(10 * S)
    monitor.receive(b" NA!2\r RA!6\r", 5410 * S)
    assert monitor.transmit(patient, 5410 * S) == na(9999, 0, 0, 0) + encode("RA2-99")
