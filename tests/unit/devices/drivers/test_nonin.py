import random

import pytest

from devices.driver import ProbeState
from devices.drivers.nonin import Nonin, NoninMonitor
from devices.drivers.nonin.formats import Format
from devices.events import (
    MISSING_SAMPLE,
    DeviceAlarm,
    DeviceInfo,
    DeviceStatus,
    FrameRejected,
    Gap,
    Numeric,
    SensorStatus,
    Validity,
    WaveformChunk,
)
from tests.helpers.bedside import WELL, Bedside, S, ScriptedPatient

STREAMS = [Format.DF2, Format.DF7]
EACH_SECOND = [Format.DF1, Format.DF8]
GREEN, YELLOW, RED = 0b010, 0b110, 0b100


def frame(*content):
    return bytes((*content, sum(content) & 0xFF))


def packet(spo2=97, pulse=71, bits=0, format_=Format.DF2, stat2=0x20, at=None):
    """25 frames; `bits` in every STATUS, or in that of frame `at` (from 0) alone."""
    floats = [0] * 25
    floats[3], floats[7], floats[8] = 0x8A, stat2, spo2
    floats[19], floats[20] = pulse >> 7, pulse & 0x7F
    statuses = [0x80 | (i == 0) | (bits if at in (None, i) else 0) for i in range(25)]
    head = (
        (lambda i: (0x01, statuses[i], 0x40 + i)) if format_ is Format.DF2 else (lambda i: (statuses[i], 0x40 + i, 3))
    )
    return b"".join(frame(*head(i), floats[i]) for i in range(25))


def df8(spo2=97, pulse=71, flags=0, status=0):
    return bytes((0x80 | flags | pulse >> 7, pulse & 0x7F, spo2, status))


def df1(spo2=97, pulse=71, flags=0):
    return df8(spo2, pulse, flags)[:3]


def spot(high=0x02, low=0x00, more=b"", time="2024071509413000", spo2=96):
    data = bytes.fromhex(time) + bytes((high, low, 0, 71, 0, spo2)) + more
    return b"\x00\x02\x00\x0d" + len(data).to_bytes(2, "big") + data + bytes((sum(data) & 0xFF, 0x03))


def of(events, kind):
    return [event for event in events if isinstance(event, kind)]


def numbers(events, metric="spo2"):
    return [(e.value, e.validity) for e in of(events, Numeric) if e.metric == metric]


def fed(*pieces, every_s=1, driver=None):
    driver = driver or Nonin()
    return [event for i, piece in enumerate(pieces) for event in driver.feed(piece, i * every_s * S)]


def sent(monitor, patient, seconds):
    return monitor.transmit(patient, 0) + monitor.transmit(patient, seconds * S)


def bedside(format_, script=(), **start):
    return Bedside(Nonin(), NoninMonitor(format_), ScriptedPatient(script, WELL)).run(**start)


class TestEveryFormat:
    @pytest.mark.parametrize("format_", STREAMS + EACH_SECOND)
    def test_numbers_come_and_blank_when_the_finger_leaves(self, format_):
        off = {"spo2_probe": ProbeState.OFF, "spo2": None, "pulse_rate": None}
        on = {"spo2_probe": ProbeState.ON, "spo2": 91.0, "pulse_rate": 140.0}
        side = bedside(format_, ((20, off), (40, on)), seconds=60)
        assert not side.of(FrameRejected)
        told = [(e.t_ns / S, e.value, e.validity) for e in side.of(Numeric, metric="spo2")]
        assert {(v, q) for t, v, q in told if t < 20} == {(97, Validity.VALID)}
        assert {(v, q) for t, v, q in told if 20.5 < t < 40} == {(None, Validity.UNAVAILABLE)}
        assert {(v, q) for t, v, q in told if t > 42} == {(91, Validity.VALID)}
        assert {e.value for e in side.of(Numeric, metric="pulse_rate")} == {71, None, 140}

    @pytest.mark.parametrize("format_", STREAMS)
    def test_the_wave_comes_at_75_a_second_from_the_first_frame_on(self, format_):
        side = bedside(format_, seconds=4)
        chunks = side.of(WaveformChunk)
        values = [s * c.scale + c.offset for c in chunks for s in memoryview(c.samples).cast("h")]
        assert len(values) == pytest.approx(300, abs=5)
        assert values[:200] == pytest.approx(
            side.patient.wave("pleth", [10_000_000 + i * S // 75 for i in range(200)]), abs=0.003
        )

    @pytest.mark.parametrize("format_", EACH_SECOND)
    def test_those_of_once_a_second_have_no_wave(self, format_):
        assert not bedside(format_, seconds=10).of(WaveformChunk)

    def test_a_spot_check_comes_once_with_the_oximeters_time(self):
        off = {"spo2_probe": ProbeState.OFF, "spo2": None, "pulse_rate": None}
        side = bedside(
            Format.DF13, ((20, off), (40, {"spo2_probe": ProbeState.ON, "spo2": 91.0, "pulse_rate": 60.0})), seconds=60
        )
        assert [(e.value, e.device_time) for e in side.of(Numeric, metric="spo2")] == [
            (97, "2026-01-01T15:00:05"),
            (91, "2026-01-01T15:00:45"),
        ]

    @pytest.mark.parametrize("first", list(Format))
    @pytest.mark.parametrize("then", list(Format))
    def test_a_change_of_format_is_followed(self, first, then):
        side = bedside(first, seconds=20)
        before = len(side.events)
        side.monitor, side.patient = NoninMonitor(then), ScriptedPatient(start=WELL)
        side.run(20)
        after = side.events[before:]
        assert (97, Validity.VALID) in numbers(after)
        assert {value for value, _ in numbers(after)} == {97}
        assert {value for value, _ in numbers(after, "pulse_rate")} == {71}

    def test_it_never_writes(self):
        driver = Nonin()
        driver.feed(packet() * 3, 0)
        assert not driver.tick(S)
        assert driver.pending_writes(S) == driver.closing_writes(S) == b""
        assert driver.unknown == {}


class TestPackets:
    @pytest.mark.parametrize("format_", STREAMS)
    def test_25_frames_are_not_enough_without_the_next_mark(self, format_):
        driver = Nonin()
        assert not driver.feed(packet(format_=format_), 0)
        assert numbers(driver.feed(packet(format_=format_)[:5], 0)) == [(97, Validity.VALID)]

    @pytest.mark.parametrize("format_", STREAMS)
    def test_a_packet_that_a_recording_ends_with_counts_when_it_is_whole(self, format_):
        good = packet(format_=format_)
        for stream, expected in ((good, [(97, Validity.VALID)]), (good[:-5], []), (good[5:] + good[5:10], [])):
            driver = Nonin()
            driver.feed(stream, 0)
            assert numbers(driver.reset(0)) == expected

    @pytest.mark.parametrize("format_", STREAMS)
    def test_a_lost_frame_drops_the_packet_whose_bytes_it_shifts(self, format_):
        good = packet(format_=format_)
        short = packet(spo2=50, format_=format_)
        short = short[:40] + short[45:]
        events = fed(good * 2 + short + good * 2 + good[:5])
        assert {value for value, _ in numbers(events)} == {97}
        assert len(of(events, Gap)) == 1

    @pytest.mark.parametrize("format_", STREAMS)
    def test_a_doubled_frame_drops_the_packet(self, format_):
        good = packet(format_=format_)
        long = packet(spo2=50, format_=format_)
        long = long[:60] + long[55:]
        assert {value for value, _ in numbers(fed(good * 2 + long + good * 3))} == {97}

    def test_a_frame_too_many_at_the_end_drops_the_packet_before_it(self):
        good, doubted = packet(), packet(spo2=50)
        assert {value for value, _ in numbers(fed(good * 2 + doubted + frame(0x01, 0x80, 1, 1) + good * 3))} == {97}

    @pytest.mark.parametrize("format_", STREAMS)
    @pytest.mark.parametrize("at", [0, 3, 126, 130, 171, 249])
    def test_after_a_damaged_byte_numbers_return_within_two_packets(self, format_, at):
        good = packet(format_=format_)
        damaged = bytearray(good * 2)
        damaged[at] ^= 0x10
        events = fed(good * 2, bytes(damaged), good * 3)
        assert {value for value, _ in numbers(events)} == {97}
        assert len(numbers(events)) >= 4
        assert of(events, FrameRejected)

    @pytest.mark.parametrize("start", range(1, 125))
    def test_a_stream_joined_anywhere_gives_only_its_own_numbers(self, start):
        for format_ in STREAMS:
            events = fed((packet(format_=format_) * 4)[start:])
            assert {value for value, _ in numbers(events)} == {97}

    def test_a_wave_that_crosses_its_middle_does_not_look_like_groups(self):
        """DF7 with PLETH about 8000 hex has marks four bytes apart; damaged marks must not make it DF8."""
        frames = [frame(0x80, 0x80 - (i % 2), 0x22, 0x61) for i in range(60)]
        stream = bytearray(b"".join(frames))
        stream[0] ^= 0x40
        for start in range(10):
            assert not of(fed(bytes(stream[start:])), Numeric)

    def test_one_frame_under_the_sensor_alarm_blanks_the_packet(self):
        alarmed = packet(bits=0x08, at=12)
        events = fed(alarmed + alarmed[:5])
        assert numbers(events) == numbers(events, "pulse_rate") == [(None, Validity.UNAVAILABLE)]
        (chunk,) = of(events, WaveformChunk)
        samples = memoryview(chunk.samples).cast("h").tolist()
        assert [i for i, sample in enumerate(samples) if sample == MISSING_SAMPLE] == [12]
        assert [(e.status, e.text) for e in of(events, DeviceStatus)] == [
            (SensorStatus.SENSOR_OFF, "finger out, or no usable signal")
        ]

    @pytest.mark.parametrize(
        ("bits", "validity", "text"),
        [
            (GREEN, Validity.VALID, "measuring"),
            (YELLOW, Validity.VALID, "pulse at the finger is rather weak"),
            (RED, Validity.QUESTIONABLE, "weak pulse at the finger"),
            (0x20, Validity.QUESTIONABLE, "measuring"),
            (0x10, Validity.QUESTIONABLE, "no run of good pulses: do not rely on the numbers"),
            (0x40, Validity.VALID, "measuring"),
        ],
    )
    def test_what_the_status_says(self, bits, validity, text):
        events = fed(packet(bits=bits, at=4) + packet()[:5])
        assert numbers(events) == [(97, validity)]
        assert [e.text for e in of(events, DeviceStatus)] == [text]

    def test_what_a_pulse_says_holds_until_the_next_pulse(self):
        quiet, weak, strong = packet(), packet(bits=RED | 0x20, at=4), packet(bits=GREEN, at=20)
        events = fed(quiet + weak + quiet + quiet + strong + quiet + quiet[:25])
        valid, doubted = (97, Validity.VALID), (97, Validity.QUESTIONABLE)
        assert numbers(events) == [valid, doubted, doubted, doubted, valid, valid]

    def test_the_rate_joins_seven_bits(self):
        assert numbers(fed(packet(pulse=203) + packet()[:5]), "pulse_rate") == [(203, Validity.VALID)]

    def test_a_low_battery_is_told_when_it_changes_and_again_after_a_reset(self):
        driver = Nonin()
        low = packet(stat2=0x01)
        events = fed(packet() + low * 2 + packet() + low * 2, driver=driver)
        assert [e.active for e in of(events, DeviceAlarm)] == [True, False, True]
        driver.reset(S)
        assert [e.active for e in of(driver.feed(low * 2, S), DeviceAlarm)] == [True]
        driver.reset(S)
        assert [e.active for e in of(driver.feed(packet() * 2, S), DeviceAlarm)] == [False]

    def test_the_revision_is_told_once(self):
        assert [e.software for e in of(fed(packet() * 5), DeviceInfo)] == ["revision 138"]


class TestGroups:
    def test_a_number_that_the_group_before_does_not_bear_out_is_not_shown(self):
        events = fed(df8() * 3, df8(spo2=33), df8(), df8())
        assert {value for value, _ in numbers(events)} == {97}
        assert len(numbers(events)) == 3
        assert len(numbers(events, "pulse_rate")) == 5

    def test_a_true_change_is_shown_a_second_later(self):
        events = fed(df8() * 3, df8(spo2=85, pulse=120), df8(spo2=84, pulse=121))
        assert numbers(events) == [(97, Validity.VALID)] * 2 + [(84, Validity.VALID)]

    def test_none_is_told_at_once_and_the_alarm_must_be_clear_twice(self):
        none, number = (None, Validity.UNAVAILABLE), (97, Validity.VALID)
        events = fed(df8() * 3, df8(status=0x08), df8(), df8(), df8(spo2=127, pulse=511), df8(), df8())
        assert numbers(events) == [number, number, none, none, number, none, number]

    def test_a_damaged_group_that_is_no_group_starts_over(self):
        events = fed(df8() * 3, b"\x80\x47\xe1\x00", df8() * 2, df8())
        assert numbers(events) == [(97, Validity.VALID)] * 4
        assert of(events, FrameRejected)

    def test_a_saturation_that_the_protocol_does_not_know_is_no_group(self):
        assert not of(fed(df8(spo2=110) * 6), Numeric)
        assert numbers(fed(df8() * 3, df8(spo2=110), df8(spo2=110))) == [(97, Validity.VALID)] * 2

    def test_the_group_before_a_long_silence_bears_nothing_out(self):
        driver = Nonin()
        driver.feed(df8() * 3, 0)
        assert not driver.feed(df8(), 20 * S)
        assert numbers(driver.feed(df8(), 21 * S)) == [(97, Validity.VALID)]

    def test_a_low_battery_is_believed_when_said_twice(self):
        events = fed(df8() * 3, df8(status=1), df8(), df8(status=1), df8(status=1))
        assert [(e.t_ns, e.active) for e in of(events, DeviceAlarm)] == [(4 * S, True)]

    def test_the_disconnected_bit_counts_in_df1_alone(self):
        assert numbers(fed(df8(flags=0x40) * 3)) == [(97, Validity.VALID)] * 2
        events = fed(df1(flags=0x40) * 4)
        assert numbers(events) == [(None, Validity.UNAVAILABLE)] * 3
        assert [e.status for e in of(events, DeviceStatus)] == [SensorStatus.UNPLUGGED]

    def test_noise_makes_no_number(self):
        noise = random.Random(1).randbytes(100_000)
        assert not [e for e in fed(noise) if not isinstance(e, FrameRejected)]

    def test_groups_that_do_not_say_the_same_give_no_number(self):
        assert not of(fed(df8() + df8(spo2=60) + df8()), Numeric)
        assert not numbers(fed((df8() + df8(spo2=60)) * 2))
        assert not numbers(fed((df8() + df8(pulse=90)) * 2), "pulse_rate")
        assert not of(fed(df8(pulse=400) * 4), Numeric)

    @pytest.mark.parametrize("group", [df8(), df1()])
    def test_two_groups_a_second_apart_are_enough_when_the_line_is_silent_after_them(self, group):
        driver = Nonin()
        assert not fed(group, group, driver=driver)
        assert not driver.tick(S + S // 5)
        events = driver.tick(S + S // 2)
        assert numbers(events) == [(97, Validity.VALID)]
        assert {e.t_ns for e in of(events, Numeric)} == {S}
        assert numbers(driver.feed(group, 2 * S)) == [(97, Validity.VALID)]

    @pytest.mark.parametrize("group", [df8(), df1()])
    def test_two_groups_at_the_end_of_a_recording_are_enough(self, group):
        driver = Nonin()
        assert not driver.feed(group * 2, 0)
        assert numbers(driver.reset(0)) == [(97, Validity.VALID)]
        driver.feed(group, 0)
        assert not of(driver.reset(0), Numeric)

    def test_silence_makes_no_groups_of_what_differs_or_is_not_whole(self):
        for stream in (df8() + df8(spo2=60), df8() * 2 + df8()[:2], df1() + df8(), df8()):
            driver = Nonin()
            driver.feed(stream, 0)
            assert not driver.tick(S)
            assert not of(driver.reset(S), Numeric)

    def test_a_start_without_data_is_a_start(self):
        events = fed(df8(spo2=127, pulse=511, status=8), df8(spo2=127, pulse=511), df8(), df8())
        assert numbers(events) == [(None, Validity.UNAVAILABLE), (97, Validity.VALID)]

    def test_three_groups_of_df1_amid_other_bytes_are_not_enough(self):
        assert not fed(df1() * 3)
        assert numbers(fed(df1() * 4)) == [(97, Validity.VALID)] * 3


class TestSpotChecks:
    def test_from_memory_it_is_told_in_words_with_its_time(self):
        events = fed(spot(low=0x10))
        assert numbers(events) == numbers(events, "pulse_rate") == [(None, Validity.INVALID)]
        assert of(events, Numeric)[0].device_time == "2024-07-15T09:41:30"
        (status,) = of(events, DeviceStatus)
        assert status.text == "stored spot check, taken 2024-07-15 09:41:30, not now: SpO2 96 %, pulse 71"

    def test_without_smart_point_it_is_questionable(self):
        events = fed(spot(high=0))
        assert numbers(events) == [(96, Validity.QUESTIONABLE)]
        assert of(events, DeviceStatus)[0].text == "spot check of low quality"

    def test_no_measurement_gives_no_number_whatever_the_bytes_say(self):
        assert numbers(fed(spot(high=0x03))) == [(None, Validity.UNAVAILABLE)]

    def test_half_a_reading_keeps_the_half(self):
        events = fed(spot(spo2=0x7F, low=0x10))
        assert "SpO2 --- %, pulse 71" in of(events, DeviceStatus)[0].text
        assert numbers(fed(spot(spo2=0x7F)), "pulse_rate") == [(71, Validity.VALID)]

    @pytest.mark.parametrize("time", ["2000000000000000", "20240715094130FA"])
    def test_a_clock_that_was_never_set_gives_no_time(self, time):
        events = fed(spot(low=0x10, time=time))
        assert of(events, Numeric)[0].device_time is None
        assert "at an unknown time" in of(events, DeviceStatus)[0].text

    def test_a_longer_packet_is_read_by_its_length(self):
        assert numbers(fed(spot(more=b"\x01\x02\x03"))) == [(96, Validity.VALID)]

    @pytest.mark.parametrize("size", [0x0D, 0x41, 0xFFFF])
    def test_a_length_that_cannot_be_is_no_packet(self, size):
        assert not of(fed(spot()[:4] + size.to_bytes(2, "big") + bytes(70)), Numeric)

    def test_an_end_that_is_none_drops_the_packet(self):
        driver = Nonin()
        assert not driver.feed(spot()[:-1] + b"\x04" + bytes(20), 0)
        assert {type(event) for event in driver.reset(0)} == {FrameRejected}

    def test_a_low_battery_is_told(self):
        assert [e.active for e in of(fed(spot(low=0x01)), DeviceAlarm)] == [True]


class TestMonitor:
    def test_it_takes_no_commands(self):
        monitor, patient = NoninMonitor(), ScriptedPatient()
        monitor.receive(bytes.fromhex("02 70 02 02 08 03"), 0)
        assert len(sent(monitor, patient, 1)) == 76 * 5

    def test_numbers_for_display_are_held_for_ten_seconds_under_the_alarm(self):
        off = {"spo2_probe": ProbeState.OFF, "spo2": None, "pulse_rate": None}
        stream = sent(NoninMonitor(), ScriptedPatient(((2, off),)), 20)
        frames = [stream[i : i + 5] for i in range(0, len(stream), 5)]
        shown = [(n // 75, frames[n + 8][3], bool(frames[n + 8][1] & 0x08)) for n in range(0, 20 * 75, 25)]
        assert {(value, alarm) for second, value, alarm in shown if second < 2} == {(97, False)}
        assert {(value, alarm) for second, value, alarm in shown if 2 <= second < 11} == {(97, True)}
        assert {(value, alarm) for second, value, alarm in shown if second > 12} == {(127, True)}

    @pytest.mark.parametrize(("index", "colour"), [(2.0, GREEN), (0.4, YELLOW), (0.1, RED), (None, GREEN)])
    def test_a_pulse_is_coloured_for_twelve_frames(self, index, colour):
        patient = ScriptedPatient(((0, {"perfusion_index": index, "pulse_rate": 60.0}),))
        stream = sent(NoninMonitor(), patient, 5)
        seen = [stream[i + 1] & 0b110 for i in range(0, len(stream), 5)]
        assert set(seen) == {0, colour}
        assert sum(c == colour for c in seen[75:]) == pytest.approx(48, abs=3)

    @pytest.mark.parametrize("format_", list(Format))
    def test_searching_gives_no_number(self, format_):
        side = bedside(format_, ((0, {"spo2_probe": ProbeState.SEARCHING}),), seconds=10)
        assert all(e.value is None for e in side.of(Numeric))

    @pytest.mark.parametrize("format_", EACH_SECOND)
    def test_a_weak_pulse_is_told(self, format_):
        side = bedside(format_, ((0, {"perfusion_index": 0.1}),), seconds=8)
        assert {e.validity for e in side.of(Numeric)} == {Validity.QUESTIONABLE}

    def test_df1_tells_an_unplugged_sensor(self):
        off = {"spo2_probe": ProbeState.UNPLUGGED, "spo2": None, "pulse_rate": None}
        side = bedside(Format.DF1, ((0, off),), seconds=8)
        assert [e.status for e in side.of(DeviceStatus)] == [SensorStatus.UNPLUGGED]
