import pytest

from devices.driver import Cuff, CuffPhase
from devices.drivers.ivy_450c import LONGEST_MESSAGE, Ivy450C, Ivy450CMonitor, encode
from devices.events import (
    MISSING_SAMPLE,
    AlarmKind,
    AlarmMeaning,
    DeviceAlarm,
    DeviceStatus,
    FrameRejected,
    Numeric,
    RejectReason,
    SensorStatus,
    Validity,
    WaveformChunk,
)
from tests.helpers.bedside import MS, Bedside, S, ScriptedPatient

FLAT = b"d" * 400
NONE = "NIBP=4;;;;;;"
A, B = "NIBP=4;134;82;99;66;;", "NIBP=4;120;70;88;61;;"


def of(events, kind):
    return [event for event in events if isinstance(event, kind)]


def feed(driver, *lines, start_s=0, step_s=1.0):
    events = []
    for i, line in enumerate(lines):
        events += driver.feed(encode(FLAT, *line.split("|")), round((start_s + i * step_s) * S))
    return events


def numbers(events, metric):
    return [(e.value, e.validity) for e in of(events, Numeric) if e.metric == metric]


class TestCuff:
    def readings(self, events):
        return [
            (e.value, e.validity, e.cycle, None if e.measured_ns is None else e.measured_ns / S)
            for e in of(events, Numeric)
            if e.metric == "nibp_sys"
        ]

    def test_what_stands_at_connection_has_no_time(self):
        assert self.readings(feed(Ivy450C(), A, A, A, A)) == [(134, Validity.QUESTIONABLE, 1, None)]

    def test_what_replaces_it_is_a_reading_of_that_moment(self):
        assert self.readings(feed(Ivy450C(), A, A, B, B, B))[1:] == [(120, Validity.VALID, 2, 2.0)]

    def test_what_replaces_none_is_a_reading_of_that_moment(self):
        assert self.readings(feed(Ivy450C(), NONE, NONE, A, A)) == [(134, Validity.VALID, 1, 2.0)]

    def test_the_same_digits_again_are_not_a_reading(self):
        assert len(self.readings(feed(Ivy450C(), A, A, NONE, NONE, A, A))) == 1

    def test_one_damaged_message_makes_no_reading(self):
        assert len(self.readings(feed(Ivy450C(), A, A, B, A, A, B, A))) == 1

    def test_damage_at_connection_does_not_make_an_old_reading_new(self):
        assert self.readings(feed(Ivy450C(), A, B, A, A)) == [(134, Validity.QUESTIONABLE, 1, None)]

    def test_after_a_pause_the_time_is_unknown(self):
        driver = Ivy450C()
        feed(driver, A, A)
        assert self.readings(feed(driver, B, B, start_s=4.1)) == [(120, Validity.QUESTIONABLE, 2, None)]

    def test_a_message_missed_does_not_matter(self):
        driver = Ivy450C()
        feed(driver, A, A)
        assert self.readings(feed(driver, B, B, start_s=3.9)) == [(120, Validity.VALID, 2, 3.9)]

    def test_after_a_reconnect_the_time_is_unknown_and_the_same_is_not_told_again(self):
        driver = Ivy450C()
        feed(driver, A, A)
        driver.reset(2 * S)
        assert self.readings(feed(driver, A, A, start_s=3)) == []
        driver.reset(5 * S)
        assert self.readings(feed(driver, B, B, start_s=6)) == [(120, Validity.QUESTIONABLE, 2, None)]

    @pytest.mark.parametrize("line", ["NIBP=4;82;134;99;66;;", "NIBP=4;134;82;140;66;;", "NIBP=4;134;;99;66;;"])
    def test_what_cannot_be_a_reading_is_none(self, line):
        assert self.readings(feed(Ivy450C(), NONE, NONE, line, line, line)) == []

    def test_a_transducer_in_trouble_gives_none(self):
        assert self.readings(feed(Ivy450C(), NONE, NONE, *["NIBP=4;134;82;99;66;;NO TRANSDUCER"] * 3)) == []

    def test_a_reading_without_pulse(self):
        events = feed(Ivy450C(), *["NIBP=4;134;82;99;;;"] * 2)
        assert len(of(events, Numeric)) == 3


@pytest.mark.parametrize(
    ("line", "metric", "expected"),
    [
        ("HR=1; 64 ;ECG-II-MON;", "heart_rate", (64, "valid")),
        ("HR=1;64;;", "heart_rate", (64, "questionable")),
        ("HR=1;64;PLETH;", "heart_rate", (64, "questionable")),
        ("HR=1;64;ECG-II-MON;CHECK LEADS", "heart_rate", (None, "unavailable")),
        ("HR=1;150;ECG-II-MON;HIGH HR", "heart_rate", (150, "valid")),
        ("HR=1;---;ECG-II-MON;", "heart_rate", (None, "unavailable")),
        ("HR=1;0;ECG-II-MON;", "heart_rate", (None, "unavailable")),
        ("HR=1;999;ECG-II-MON;", "heart_rate", (None, "invalid")),
        ("RR=1;0;APNEA: 30 SEC;", "resp_rate", (None, "unavailable")),
        ("SPO2=1;97;PR=65 ;NO SENSOR", "pulse_rate", (None, "unavailable")),
        ("SPO2=1;97;;", "pulse_rate", (None, "unavailable")),
        ("SPO2=1;97;PR=  0;", "pulse_rate", (None, "unavailable")),
        ("ETCO2=1;14.9;;", "etco2", (None, "invalid")),
        ("ETCO2=1;15;;", "etco2", (15, "valid")),
        ("T1=1;45.1;;", "temp", (None, "invalid")),
        ("T1=1;67.9;;", "temp", (None, "invalid")),
        ("T1=1;104.0;;", "temp", (40, "valid")),
        ("T1=1;36.7;;PROBE", "temp", (None, "unavailable")),
    ],
)
def test_values(line, metric, expected):
    assert numbers(feed(Ivy450C(), line), metric) == [expected]


def test_an_empty_second_socket_is_no_missing_temperature():
    driver = Ivy450C()
    assert numbers(feed(driver, "T2=1;;;"), "temp") == []
    assert numbers(feed(driver, "T2=1;37.0;;", "T2=1;;;"), "temp") == [(37, "valid"), (None, "unavailable")]


def test_pressures_and_lines_that_nobody_described_are_counted():
    driver = Ivy450C()
    events = feed(driver, *["P1=3;120;80;93;;|P2=3;;;;NO TRANSDUCER;|CO=1;5.1;;|CI=1;;;"] * 2)
    assert not of(events, Numeric)
    assert driver.unknown == {"P1 systolic": 2, "P1 diastolic": 2, "P1 mean": 2, "CO": 2}


def test_alarms_come_and_go_with_their_text():
    driver = Ivy450C()
    high, fail = "HR=1;150;ECG-II-MON;HIGH HR", "HR=1;;ECG-II-MON;LEAD FAIL"
    events = feed(driver, high, high, fail, "HR=1;70;ECG-II-MON;", fail)
    assert [(e.text, e.active, e.kind) for e in of(events, DeviceAlarm)] == [
        ("HIGH HR", True, AlarmKind.PHYSIOLOGICAL),
        ("HIGH HR", False, AlarmKind.PHYSIOLOGICAL),
        ("LEAD FAIL", True, AlarmKind.TECHNICAL),
        ("LEAD FAIL", False, AlarmKind.TECHNICAL),
        ("LEAD FAIL", True, AlarmKind.TECHNICAL),
    ]
    driver.reset(6 * S)
    assert [e.active for e in of(feed(driver, fail, fail, start_s=7), DeviceAlarm)] == [True]
    driver.reset(9 * S)
    assert [e.active for e in of(feed(driver, "RR=1;14;;", start_s=10), DeviceAlarm)] == [False]


@pytest.mark.parametrize(
    ("line", "meaning"),
    [
        ("RR=1;0;APNEA: 30 SEC;APNEA", AlarmMeaning.APNOEA),
        ("RR=1;4;APNEA: 30 SEC;LOW RR", None),
        ("HR=1;70;ECG-II-MON;APNEA", None),
    ],
)
def test_what_the_breathing_line_calls_apnea_means_no_breath(line, meaning):
    (alarm,) = of(feed(Ivy450C(), line), DeviceAlarm)
    assert alarm.meaning is meaning


def test_waves_are_blank_where_their_sensor_is_in_trouble():
    line = "HR=1;;ECG-I-MON;LEAD FAIL|SPO2=1;;PR= ;NO PROBE"
    chunks = {e.metric: e for e in of(feed(Ivy450C(), line), WaveformChunk)}
    assert set(memoryview(chunks["ecg"].samples).cast("h")) == {MISSING_SAMPLE}
    assert set(memoryview(chunks["pleth"].samples).cast("h")) == {MISSING_SAMPLE}
    assert set(memoryview(chunks["resp"].samples).cast("h")) == {100}
    assert chunks["ecg"].source == "I"


def test_waves_stand_in_their_order_whatever_their_bytes():
    waves = bytes([1] * 200 + [0xFE] * 50 + [0xFF] * 50 + [0x0D] * 100)
    chunks = of(Ivy450C().feed(encode(waves, "HR=1;64;ECG-II-MON;"), 0), WaveformChunk)
    assert [(c.metric, set(memoryview(c.samples).cast("h")), c.n_samples) for c in chunks] == [
        ("ecg", {1}, 200),
        ("resp", {0xFE}, 50),
        ("pleth", {0xFF}, 50),
    ]


@pytest.mark.parametrize(
    "message",
    [
        encode(FLAT[1:], "SPO2=1;97;PR=65 ;"),
        encode(FLAT + b"d", "SPO2=1;97;PR=65 ;"),
        encode(FLAT),
        encode(FLAT, "SPO2=1;9\x007;PR=65 ;"),
        encode(FLAT, "SPO2=1;97;PR=65 ;", ""),
        encode(FLAT, "SPO2=1;97;PR=65 ;")[:-1] + b"\xfd",
        encode(FLAT, "SPO2=1;97;PR=65 ;;"),
        encode(FLAT, "SPO2=1;97;PR=65 ;", "SPO2=1;98;PR=65 ;"),
        encode(FLAT, "HR=2;64;64;ECG-II-MON;"),
        encode(FLAT, "spo2=1;97;PR=65 ;"),
    ],
)
def test_what_is_not_wholly_a_message_is_not_taken(message):
    driver = Ivy450C()
    events = [*driver.feed(message + encode(FLAT, "HR=1;64;ECG-II-MON;"), 0), *driver.reset(0)]
    assert numbers(events, "heart_rate") == [(64, "valid")]
    assert not numbers(events, "spo2")
    assert sum(e.length for e in of(events, FrameRejected)) == len(message)


def test_a_rejected_message_comes_in_small_pieces():
    events = Ivy450C().feed(encode(FLAT, "HR=2;64;;"), 5)
    assert {e.reason for e in events} == {RejectReason.RANGE}
    assert [e.offset for e in events] == list(range(0, 420, 64))


def test_a_recording_that_begins_in_mid_message():
    stream = Ivy450CMonitor().transmit(ScriptedPatient(), 0) * 3
    for at in range(0, len(stream) // 3, 7):
        events = Ivy450C().feed(stream[at:], 0)
        assert len(numbers(events, "spo2")) >= 2
        assert {value for value, _ in numbers(events, "spo2")} == {97}


def test_the_longest_message_is_taken_in_any_pieces():
    lines = [f"LONGNAM{chr(65 + i)}=1;{'x' * 62};;" for i in range(15)]
    message = encode(FLAT, f"ETCO2=1;38;{'x' * 60};", *lines)
    assert len(message) == LONGEST_MESSAGE - len("LONGNAMx") + len("ETCO2")
    driver = Ivy450C()
    events = [e for i in range(len(message)) for e in driver.feed(message[i : i + 1], 0)]
    assert len(of(events, WaveformChunk)) == 3
    assert len(driver.unknown) == 15


def test_after_a_power_cycle_the_simulated_monitor_has_no_cuff_reading():
    cuff = Cuff(phase=CuffPhase.DONE, cycle=1, sys=120, dia=70, mean=88, pulse=61, measured_ns=S)
    bedside = Bedside(Ivy450C(), Ivy450CMonitor(), ScriptedPatient([(1.0, {"cuff": cuff})])).run(2, 500)
    assert b"NIBP=4;120;70;88;61;;" in bedside.stream()
    bedside.monitor.restart(bedside.now_ns)
    bedside.chunks.clear()
    bedside.run(2, 500)
    assert b"NIBP=4;;;;;;" in bedside.stream()
    assert b"NIBP=4;1" not in bedside.stream()


def test_statuses_tell_why_a_number_is_blank():
    events = feed(Ivy450C(), "ETCO2=1;;;|SPO2=1;97;PR=65 ;|T1=1;;;NO SENSOR")
    assert [(e.metric, e.status) for e in of(events, DeviceStatus)] == [
        ("co2", SensorStatus.STOPPED),
        ("spo2", SensorStatus.OK),
        ("temp", SensorStatus.SENSOR_OFF),
    ]


def test_nothing_is_ever_sent():
    driver = Ivy450C()
    assert [driver.pending_writes(t * MS) for t in range(0, 9000, 500)] == [b""] * 18
    assert driver.closing_writes(10 * S) == b""
    assert driver.tick(10 * S) == ()
