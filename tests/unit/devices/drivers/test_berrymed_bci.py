import pytest

from devices.driver import ProbeState
from devices.drivers.berrymed_bci import BerrymedBci, BerrymedBciMonitor
from devices.events import DeviceStatus, FrameRejected, Numeric, SensorStatus, Validity, WaveformChunk
from tests.helpers.bedside import MS, Bedside, S, ScriptedPatient

GOOD = bytes.fromhex("86 2F 07 4A 62")


def of(events, kind):
    return [event for event in events if isinstance(event, kind)]


def values(events, metric):
    return [event.value for event in of(events, Numeric) if event.metric == metric]


def test_numbers_are_told_once_a_second_and_when_they_change():
    patient = ScriptedPatient([(2.5, {"spo2": 95.0})])
    bedside = Bedside(BerrymedBci(), BerrymedBciMonitor(), patient).run(5)
    assert [round(e.t_ns / S, 1) for e in of(bedside.events, Numeric) if e.metric == "spo2"] == [0, 1, 2, 2.5, 3.5, 4.5]
    assert sum(e.n_samples for e in bedside.of(WaveformChunk)) == pytest.approx(500, abs=12)


def test_a_lone_frame_amid_noise_is_not_used_at_all():
    driver = BerrymedBci()
    events = driver.feed(b"\x05" + GOOD + b"\x80\x05" + GOOD + b"\x80\x05", 0) + driver.reset(0)
    assert {type(e) for e in events} == {FrameRejected}


def test_the_last_frame_of_a_recording_is_not_damaged():
    driver = BerrymedBci()
    events = driver.feed(GOOD * 4, 0) + driver.reset(0)
    assert not of(events, FrameRejected)
    assert sum(e.n_samples for e in of(events, WaveformChunk)) == 3


def test_no_flipped_bit_in_one_frame_makes_a_number():
    for at in range(len(GOOD)):
        for bit in range(8):
            damaged = GOOD[:at] + bytes([GOOD[at] ^ 1 << bit]) + GOOD[at + 1 :]
            events = BerrymedBci().feed(GOOD * 3 + damaged + GOOD * 4, 0)
            assert set(values(events, "spo2")) == {98}, (at, bit)
            assert set(values(events, "pulse_rate")) == {74}, (at, bit)


@pytest.mark.parametrize("frame", ["89 2F 07 4A 62", "86 65 07 4A 62", "86 2F 07 4A 65", "86 2F 07 4A 7E"])
def test_a_field_out_of_its_range_drops_the_frame(frame):
    events = BerrymedBci().feed(bytes.fromhex(frame) * 4 + GOOD * 2, 0)
    assert not of(events, Numeric)
    assert sum(e.length for e in of(events, FrameRejected)) == 20


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ("86 2F 07 00 00", [(None, "unavailable")] * 2),
        ("86 2F 47 7F 7F", [(None, "unavailable")] * 2),
        ("86 2F 07 0A 62", [(98, "valid"), (None, "invalid")]),
        ("B6 2F 77 4A 62", [(None, "unavailable")] * 2),
    ],
)
def test_what_is_no_number(frame, expected):
    events = BerrymedBci().feed(bytes.fromhex(frame) * 3, 0)
    assert [(e.value, e.validity) for e in of(events, Numeric)] == expected


@pytest.mark.parametrize("rate_hz", [60, 125])
def test_a_stream_at_another_rate_is_doubted(rate_hz):
    driver = BerrymedBci()
    events = [e for i in range(rate_hz * 9) for e in driver.feed(GOOD, i * S // rate_hz)]
    assert {e.validity for e in of(events, Numeric) if e.t_ns < 4 * S} == {Validity.VALID}
    assert {e.validity for e in of(events, Numeric) if e.t_ns > 6 * S} == {Validity.QUESTIONABLE}
    assert "wrong type of monitor" in of(events, DeviceStatus)[-1].text
    driver.reset(9 * S)
    assert {e.validity for e in of(driver.feed(GOOD * 3, 9 * S), Numeric)} == {Validity.VALID}


def test_damage_is_not_taken_for_another_rate():
    driver = BerrymedBci()
    events = [e for i in range(2000) for e in driver.feed(GOOD if i % 3 else GOOD[:3], i * 10 * MS)]
    assert {e.validity for e in of(events, Numeric)} == {Validity.VALID}


@pytest.mark.parametrize(
    ("probe", "status"),
    [
        (ProbeState.OFF, SensorStatus.SENSOR_OFF),
        (ProbeState.UNPLUGGED, SensorStatus.UNPLUGGED),
        (ProbeState.SEARCHING, SensorStatus.SEARCHING),
    ],
)
def test_where_the_probe_is(probe, status):
    bedside = Bedside(BerrymedBci(), BerrymedBciMonitor(), ScriptedPatient([(0, {"spo2_probe": probe})])).run(3)
    assert {e.status for e in bedside.of(DeviceStatus)} == {status}
    assert set(values(bedside.events, "spo2")) == set(values(bedside.events, "pulse_rate")) == {None}


def test_the_version_said_at_power_on_costs_nothing():
    bedside = Bedside(BerrymedBci(), BerrymedBciMonitor(), ScriptedPatient()).run(1)
    bedside.monitor.restart(bedside.now_ns)
    bedside.run(2)
    assert sum(e.length for e in bedside.of(FrameRejected)) == 10
    assert set(values(bedside.events, "spo2")) == {97}


def test_nothing_is_ever_sent():
    driver = BerrymedBci()
    assert [driver.pending_writes(t * S) for t in range(10)] == [b""] * 10
    assert driver.closing_writes(10 * S) == b""
    assert driver.unknown == {}
