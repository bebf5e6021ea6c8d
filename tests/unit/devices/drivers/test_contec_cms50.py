import pytest

from devices.driver import ProbeState
from devices.drivers.contec_cms50 import (
    CLEAR,
    START,
    STILL_HERE,
    STOP,
    ContecCms50,
    ContecCms50Monitor,
    command,
    encode,
)
from devices.events import (
    MISSING_SAMPLE,
    DeviceAlarm,
    DeviceStatus,
    FrameRejected,
    Numeric,
    SensorStatus,
    Validity,
    WaveformChunk,
)
from tests.helpers.bedside import MS, Bedside, S, ScriptedPatient

OLD = bytes.fromhex("85 30 06 4B 62")
NEW = bytes.fromhex("01 E0 84 AA 95 C8 E2 FF FF")


def of(events, kind):
    return [event for event in events if isinstance(event, kind)]


def values(events, metric):
    return [event.value for event in of(events, Numeric) if event.metric == metric]


def writes(driver, *milliseconds):
    return [driver.pending_writes(t * MS) for t in milliseconds]


class TestRequests:
    def test_it_listens_then_clears_then_starts_again_and_again(self):
        driver = ContecCms50()
        assert writes(driver, 0, 499, 500, 999, 1000) == [b"", b"", CLEAR, b"", START]
        assert writes(driver, 1999, 2000, 3000) == [b"", START, START]

    def test_the_answer_to_clearing_is_not_waited_out(self):
        driver = ContecCms50()
        assert writes(driver, 0, 500, 600) == [b"", CLEAR, b""]
        driver.feed(encode(0x0C), 610 * MS)
        assert writes(driver, 620) == [START]

    def test_it_says_every_five_seconds_that_somebody_listens(self):
        driver = ContecCms50()
        assert writes(driver, 0, 500, 1000)[-1] == START
        said = []
        for t in range(1000, 21_000, 100):
            driver.feed(NEW, t * MS)
            said += [(t, wanted) for wanted in writes(driver, t) if wanted]
        assert said == [(t, STILL_HERE) for t in (6000, 11_000, 16_000)]

    def test_a_stream_that_runs_already_is_not_cleared(self):
        driver = ContecCms50()
        writes(driver, 0)
        driver.feed(NEW, 5400 * MS)
        assert writes(driver, 5500) == [STILL_HERE]

    def test_after_a_second_without_data_it_starts_again(self):
        driver = ContecCms50()
        writes(driver, 0, 500, 1000)
        driver.feed(NEW, 4000 * MS)
        assert writes(driver, 4999, 5000, 5100) == [b"", START, b""]

    def test_to_an_old_stream_nothing_is_sent(self):
        driver = ContecCms50()
        for t in range(0, 20_000, 20):
            driver.feed(OLD, t * MS)
            assert writes(driver, t) == [b""]
        assert driver.closing_writes(20 * S) == b""
        assert writes(driver, 22_900) == [b""]

    def test_it_stops_what_it_started(self):
        driver = ContecCms50()
        assert driver.closing_writes(0) == b""
        writes(driver, 0, 500, 1000)
        assert driver.closing_writes(S) == STOP

    def test_a_reconnect_begins_with_listening(self):
        driver = ContecCms50()
        writes(driver, 0, 500, 1000)
        driver.reset(1500 * MS)
        assert driver.closing_writes(1500 * MS) == b""
        assert writes(driver, 1600, 1999, 2000) == [b"", b"", CLEAR]


@pytest.mark.parametrize("is_old", [False, True])
@pytest.mark.parametrize("lump", [1, 7, 60_000])
def test_both_formats_give_the_same_numbers_a_second(is_old, lump):
    monitor, driver = ContecCms50Monitor(is_old=is_old), ContecCms50()
    patient = ScriptedPatient([(5.0, {"spo2_probe": ProbeState.OFF, "spo2": None}), (7.0, {"pulse_rate": 180.0})])
    monitor.restart(0)
    monitor.receive(START, 0)
    stream = monitor.transmit(patient, 9 * S)
    events = [e for i in range(0, len(stream), lump) for e in driver.feed(stream[i : i + lump], 0)]
    assert not of(events, FrameRejected)
    assert values(events, "spo2") == [97] * 5 + [None] * 4
    assert values(events, "pulse_rate") == [71] * 5 + [None] * 4
    assert values(events, "perfusion_index") == ([] if is_old else [2.1] * 5 + [None] * 4)
    assert [e.text for e in of(events, DeviceStatus)] == ["measuring", "finger out"]


@pytest.mark.parametrize("is_old", [False, True])
def test_a_fast_pulse_keeps_its_bit_7(is_old):
    monitor, driver = ContecCms50Monitor(is_old=is_old), ContecCms50()
    bedside = Bedside(driver, monitor, ScriptedPatient([(0, {"pulse_rate": 142.0})])).run(4)
    assert set(values(bedside.events, "pulse_rate")) == {142}


def test_an_old_bedside_hears_nothing_from_us():
    bedside = Bedside(ContecCms50(), ContecCms50Monitor(is_old=True), ScriptedPatient()).run(10)
    assert not bedside.sent
    assert len(values(bedside.events, "spo2")) == 10
    assert sum(e.n_samples for e in bedside.of(WaveformChunk)) == pytest.approx(600, abs=7)


def test_no_flipped_bit_in_one_frame_makes_a_number():
    for frame, start in ((NEW, 0), (OLD, 0)):
        for at in range(start, len(frame)):
            for bit in range(8):
                damaged = frame[:at] + bytes([frame[at] ^ 1 << bit]) + frame[at + 1 :]
                driver = ContecCms50()
                events = driver.feed(frame * 3 + damaged + frame * 3, 0)
                assert set(values(events, "spo2")) == {98}, (at, bit)
                assert set(values(events, "pulse_rate")) <= {72, 75}, (at, bit)


def test_bits_of_an_old_stream_are_not_taken_for_a_packet():
    driver = ContecCms50()
    twelve = bytes.fromhex("85 30 06 4B 0C")
    events = driver.feed(twelve * 4, 0)
    assert values(events, "spo2") == [12]
    assert not of(events, FrameRejected)


@pytest.mark.parametrize(
    ("spo2", "pulse", "index", "expected"),
    [
        (0, 0, 0, [(None, "unavailable")] * 3),
        (0x7F, 0xFF, 0xFFFF, [(None, "unavailable")] * 3),
        (101, 10, 2201, [(None, "invalid")] * 3),
        (100, 254, 2200, [(100, "valid"), (254, "valid"), (22.0, "valid")]),
    ],
)
def test_what_is_no_number(spo2, pulse, index, expected):
    frame = encode(1, 5, 40, 3, pulse, spo2, index & 0xFF, index >> 8)
    events = ContecCms50().feed(frame * 2, 0)
    assert [(e.value, e.validity) for e in of(events, Numeric)] == expected


def test_a_weak_signal_makes_the_numbers_questionable():
    events = ContecCms50().feed(encode(1, 2, 40, 0x13, 70, 97, 0xFF, 0xFF) * 2, 0)
    assert {e.validity for e in of(events, Numeric)} == {Validity.QUESTIONABLE}
    assert [e.text for e in of(events, DeviceStatus)] == ["weak signal"]


def test_the_alarm_ends_and_is_told_again_after_a_reconnect():
    low, well, out = (encode(1, first, 40, 0x13, 70, 88, 0xFF, 0xFF) * 2 for first in (0x26, 0x06, 0xA6))
    driver = ContecCms50()
    alarms = [e.active for frames in (low, low, well, low, out, low) for e in of(driver.feed(frames, 0), DeviceAlarm)]
    assert alarms == [True, False, True, False, True]
    driver.reset(0)
    assert [e.active for e in of(driver.feed(low + low, 0), DeviceAlarm)] == [True]
    driver.reset(0)
    assert [e.active for e in of(driver.feed(well, 0), DeviceAlarm)] == [False]


def test_a_perfusion_index_that_goes_leaves_a_blank():
    driver = ContecCms50()
    driver.feed(encode(1, 6, 40, 3, 70, 97, 210, 0) * 2, 0)
    assert values(driver.feed(encode(1, 6, 40, 0x13, 70, 97, 0xFF, 0xFF) * 2, 0), "perfusion_index") == [None]


def test_searching_hides_the_pleth_at_once():
    driver = ContecCms50()
    driver.feed(encode(1, 6, 40, 3, 70, 97, 210, 0) * 2 + encode(1, 6, 0x80 | 40, 3, 70, 97, 210, 0), 0)
    (chunk,) = driver.reset(0)
    assert list(memoryview(chunk.samples).cast("h")) == [40, 40, MISSING_SAMPLE]


def test_an_old_stream_at_another_rate_is_doubted():
    driver = ContecCms50()
    events = [e for i in range(700) for e in driver.feed(OLD, i * 10 * MS)]
    last = of(events, Numeric)[-1]
    assert (last.value, last.validity) == (75, Validity.QUESTIONABLE)
    assert "wrong type of monitor" in of(events, DeviceStatus)[-1].text


def test_a_simulated_unit_refuses_what_it_does_not_know_and_stops_when_nobody_listens():
    monitor, patient = ContecCms50Monitor(), ScriptedPatient()
    assert monitor.transmit(patient, S) == b""
    monitor.receive(command(0xA5) + b"junk" + command(0xAC) + command(0xAA), S)
    assert monitor.transmit(patient, 2 * S) == bytes.fromhex("0B 81 A5 85 0E 80 80 04 80 D3 C9 CD B0 B0 B0 B1")
    monitor.receive(START, 2 * S)
    assert len(monitor.transmit(patient, 40 * S)) == 9 * 600
    monitor.receive(START + STOP, 40 * S)
    assert monitor.transmit(patient, 41 * S) == bytes.fromhex("0C 80")


def test_a_refusal_blanks_the_numbers():
    driver = ContecCms50()
    driver.feed(NEW * 2, 0)
    events = driver.feed(encode(0x0B, 0xA1, 0x03), 0)
    assert values(events, "spo2") == [None]
    assert of(events, DeviceStatus)[0].status is SensorStatus.STOPPED
    assert driver.feed(encode(0x0B, 0xA1, 0x00) + encode(0x0B, 0xA2, 0x05), 0) == ()


@pytest.mark.parametrize("notice", [encode(0x0B, 0xA1, 0x03), encode(0x0D, 0x01)])
def test_a_unit_that_leaves_takes_all_its_numbers_and_its_alarm_along(notice):
    driver = ContecCms50()
    driver.feed(encode(1, 0x26, 40, 3, 70, 88, 210, 0) * 2, 0)
    events = driver.feed(notice, 0)
    assert values(events, "perfusion_index") == values(events, "spo2") == values(events, "pulse_rate") == [None]
    assert [e.active for e in of(events, DeviceAlarm)] == [False]


@pytest.mark.parametrize("frame", [OLD, NEW])
def test_a_lone_frame_amid_noise_is_not_used_at_all(frame):
    driver = ContecCms50()
    noise = b"\x80\x80"
    events = driver.feed(noise + frame + noise + frame + noise, 0) + driver.reset(0)
    assert {type(e) for e in events} == {FrameRejected}


def test_the_last_old_frame_of_a_recording_is_not_damaged():
    driver = ContecCms50()
    events = driver.feed(OLD * 4, 0) + driver.reset(0)
    assert not of(events, FrameRejected)
    driver.feed(OLD * 4 + OLD[:3], 0)
    assert sum(e.length for e in of(driver.reset(0), FrameRejected)) == 3
