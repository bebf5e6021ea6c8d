from struct import pack

import pytest

from devices.driver import Cuff, CuffPhase, Parity, ProbeState
from devices.drivers.datex_s5 import DatexS5, DatexS5Monitor, alarms, requests
from devices.drivers.datex_s5.decoder import DEFAULT_WAVES
from devices.drivers.datex_s5.framing import LONGEST_FRAME, RecordFramer, encode, unescaped
from devices.drivers.datex_s5.physiological import LAYOUTS, SUBRECORD_SIZE, Class
from devices.drivers.datex_s5.record import Kind, Values, build, parse
from devices.drivers.datex_s5.requests import AlarmCommand, Classes
from devices.drivers.datex_s5.waves import Wave
from devices.events import (
    MISSING_SAMPLE,
    AlarmMeaning,
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
from tests.helpers.bedside import MS, WELL, Bedside, S, ScriptedPatient

NONE = -32767
ON = 3
CLOCK = 1_773_740_707  # 2026-03-17 09:45:07

ECG_OK = ON | 1 << 3 | 1 << 12 | 1 << 13  # source ECG, channels 2 and 3 off
LEAD_II = 2 << 8
AUTO, MEASURING, OLD = 1 << 3, 1 << 5, 1 << 8

DISPLAYED, DISPLAYED_EXT1 = (requests.values(Values.DISPLAYED, 5, classes) for classes in (Classes.BASIC, Classes.EXT1))
AUXILIARY = requests.values(Values.AUXILIARY, 5)
WAVES = requests.waves(DEFAULT_WAVES)
ALARMS = requests.alarms(AlarmCommand.ENTER)


def group(status=ON, label=0, **values):
    return status, label, values


def subrecord(number, time_s, groups, arrhythmias=0):
    data = bytearray(SUBRECORD_SIZE)
    data[:4] = time_s.to_bytes(4, "little")
    for name, layout in LAYOUTS.get(number, {}).items():
        status, label, values = groups.get(name, (0, 0, {}))
        fields = [values.get(field, NONE) for field in layout.fields]
        data[layout.at : layout.at + 6 + 2 * len(fields)] = pack(f"<IH{len(fields)}h", status, label, *fields)
    if number == Class.EXT1:
        data[16:20] = arrhythmias.to_bytes(4, "little")
    data[276:278] = (0x91 | number << 8).to_bytes(2, "little")
    return bytes(data)


def frame(kind, parts, time_s=CLOCK, number=0, level=9):
    return encode(build(kind, parts, number=number, level=level, time_s=time_s))


def basic(time_s=CLOCK, number=0, level=9, **groups):
    return frame(Kind.PHYSIOLOGICAL, [(1, subrecord(Class.BASIC, time_s, groups))], time_s, number, level)


def ext1(time_s=CLOCK, arrhythmias=0, **groups):
    return frame(Kind.PHYSIOLOGICAL, [(1, subrecord(Class.EXT1, time_s, groups, arrhythmias))], time_s)


def auxiliary(taken_s, time_s=CLOCK):
    return frame(Kind.PHYSIOLOGICAL, [(4, pack("<IhIIh", taken_s, 0, 0, 0, 0).ljust(114, b"\0"))], time_s)


def block(*samples, status=0):
    return pack(f"<hHH{len(samples)}h", len(samples), status, 0, *samples)


def wave(*blocks, number=0, time_s=CLOCK):
    return frame(Kind.WAVES, blocks, time_s, number)


def alarm_status(*boxes, changed=1):
    data = bytearray(alarms.STATUS_SIZE)
    for i, (text, colour) in enumerate(boxes):
        alarms.BOX.pack_into(data, alarms.BOXES_AT + i * alarms.BOX.size, text, changed, colour, changed)
    return frame(Kind.ALARMS, [(1, bytes(data))], level=10)


def of(events, kind, **fields):
    return [e for e in events if isinstance(e, kind) and all(getattr(e, k) == v for k, v in fields.items())]


def told(events, metric, **fields):
    return [(e.value, e.validity) for e in of(events, Numeric, metric=metric, **fields)]


def only(metric, **groups):
    return told(DatexS5().feed(basic(**groups), 0), metric)


def status(events, metric):
    return [(e.status, e.text) for e in of(events, DeviceStatus, metric=metric)]


class TestFraming:
    RECORD = build(Kind.WAVES, [(8, block(0x7D7E, 0x7E7D, 0x5E7D))], level=9)

    def test_flags_and_escapes_inside_are_escaped(self):
        sent = encode(self.RECORD)
        assert sent.count(b"\x7e") == 2
        assert [piece[2] for piece in RecordFramer().feed(sent)] == [self.RECORD]

    @pytest.mark.parametrize("sum_byte", [0x7D, 0x7E])
    def test_the_checksum_is_escaped_too(self, sum_byte):
        record = next(r for i in range(256) if sum(r := build(Kind.WAVES, [(8, bytes([i]))])) & 0xFF == sum_byte)
        assert encode(record)[-3:-1] == bytes((0x7D, sum_byte & ~0x20))
        assert RecordFramer().feed(encode(record))[0][2] == record

    def test_frames_may_share_a_flag_or_have_two_between_them(self):
        one = encode(self.RECORD)
        assert [piece[0] for piece in RecordFramer().feed(one + one[1:] + b"\x7e\x7e" + one)] == [None] * 3

    @pytest.mark.parametrize("wire", [b"\x7d\x41", b"\x7d\x7d\x5e", b"\x7d"])
    def test_other_escapes_do_not_exist(self, wire):
        assert unescaped(wire) is None

    def test_an_escaped_escape_is_not_taken_for_the_beginning_of_another(self):
        assert unescaped(b"\x7d\x5d\x5e\x7d\x5e\x5d") == b"\x7d\x5e\x7e\x5d"

    def test_a_length_that_does_not_agree_is_not_taken(self):
        record = bytearray(self.RECORD)
        record[0] += 1
        assert {piece[0] for piece in RecordFramer().feed(encode(bytes(record)))} == {RejectReason.FRAMING}

    @pytest.mark.parametrize("step", [1, 7, 100_000])
    def test_without_an_end_it_is_let_go_and_the_next_flag_begins_anew(self, step):
        stream = b"\x7e" + b"\x01" * (2 * LONGEST_FRAME) + encode(self.RECORD)
        framer = RecordFramer()
        pieces = [piece for i in range(0, len(stream), step) for piece in framer.feed(stream[i : i + step])]
        assert {piece[0] for piece in pieces[:-1]} == {RejectReason.OVERFLOW}
        assert sum(len(piece[2]) for piece in pieces[:-1]) == 1 + 2 * LONGEST_FRAME
        assert pieces[-1] == (None, 1 + 2 * LONGEST_FRAME, self.RECORD)

    def test_the_end_of_the_stream_gives_back_what_is_held(self):
        framer = RecordFramer()
        sent = encode(self.RECORD)
        framer.feed(sent + sent[:20])
        assert framer.flush() == [(RejectReason.FRAMING, len(sent), sent[:20])]
        framer.feed(sent)
        assert framer.flush() == []


class TestRequests:
    """Every example that the maker prints; the printed stop of waves lacks a byte of its own length."""

    HEAD = "00000000000000000000000000"

    def example(self, length, kind, body, check):
        return bytes.fromhex(f"7e{length}{self.HEAD}{kind}00 000000 0000ff {'00' * 18}{body}{check}7e")

    def test_displayed_values_every_ten_seconds_of_all_classes(self):
        asked = requests.values(Values.DISPLAYED, 10, Classes.EXT1 | Classes.EXT2 | Classes.EXT3)
        assert asked == self.example("31", "00", "010a000e0000000000", "49")

    def test_a_trend_whose_checksum_is_escaped(self):
        asked = requests.values(Values.TREND_60_S, 60, Classes.EXT1 | Classes.EXT2 | Classes.EXT3)
        assert asked == self.example("31", "00", "033c000e0000000000", "7d5d")

    @pytest.mark.parametrize(
        ("which", "interval_s", "classes", "body", "check"),
        [
            (Values.DISPLAYED, 5, Classes.BASIC, "010500000000000000", "36"),
            (Values.DISPLAYED, 5, Classes.EXT1, "010500020000000000", "38"),
            (Values.DISPLAYED, requests.STOP, Classes.BASIC, "010000000000000000", "31"),
            (Values.AUXILIARY, 5, Classes.BASIC, "040500000000000000", "39"),
            (Values.AUXILIARY, requests.ONCE, Classes.BASIC, "04ffff000000000000", "32"),
        ],
    )
    def test_values(self, which, interval_s, classes, body, check):
        assert requests.values(which, interval_s, classes) == self.example("31", "00", body, check)

    def test_waves(self):
        asked = requests.waves((Wave.ECG1, Wave.PLETH, Wave.RESP))
        assert asked == self.example("48", "01", f"0000000001080fff00000000{'00' * 20}", "5f")

    def test_eight_waves_need_no_end(self):
        asked = parse(unescaped(requests.waves(range(1, 9))[1:-1])[:-1])
        assert asked.data[44:54] == bytes((*range(1, 9), 0, 0))

    def test_the_stop_of_waves_has_its_72_bytes(self):
        asked = requests.no_waves()
        assert asked == self.example("48", "01", f"01000000ff00000000000000{'00' * 20}", "48")
        assert len(asked) == 72 + 3

    def test_alarms(self):
        assert requests.alarms(AlarmCommand.ENTER) == self.example("34", "04", "02" + "00" * 11, "39")
        assert requests.alarms(AlarmCommand.LEAVE) == self.example("34", "04", "03" + "00" * 11, "3a")


class TestAsking:
    def test_the_line_has_even_parity_and_a_handshake(self):
        assert [(s.baud, s.parity, s.rtscts) for s in DatexS5.info.serial] == [
            (19_200, Parity.EVEN, True),
            (115_200, Parity.EVEN, True),
        ]

    def test_values_are_asked_for_until_they_come_then_waves(self):
        driver = DatexS5()
        assert driver.pending_writes(0) == AUXILIARY + DISPLAYED
        assert driver.pending_writes(4999 * MS) == b""
        assert driver.pending_writes(5 * S) == AUXILIARY + DISPLAYED + WAVES
        driver.feed(basic(level=2), 6 * S)
        driver.feed(wave((8, block(1))), 6 * S)
        assert driver.pending_writes(8 * S) == b""

    def test_waves_wait_for_the_first_values(self):
        driver = DatexS5()
        driver.pending_writes(0)
        driver.feed(basic(level=2), 30 * MS)
        assert driver.pending_writes(40 * MS) == WAVES

    def test_the_wave_of_an_artery_is_asked_for_while_there_is_one(self):
        driver = self.flowing(2)
        artery = {"p5": group(label=1, sys=12000, dia=7000, mean=8700)}
        driver.feed(basic(CLOCK + 10, level=2, **artery) + wave((8, block(1))), 10 * S)
        assert driver.pending_writes(10 * S) == requests.waves((*DEFAULT_WAVES, Wave.P5))
        driver.feed(basic(CLOCK + 15, level=2, **artery) + wave((8, block(1))), 15 * S)
        assert driver.pending_writes(15 * S) == b""
        driver.feed(basic(CLOCK + 20, level=2) + wave((8, block(1))), 20 * S)
        assert driver.pending_writes(20 * S) == WAVES

    def test_but_not_past_the_budget(self):
        driver = DatexS5(waves=(Wave.ECG1, Wave.ECG2))
        driver.pending_writes(0)
        driver.feed(basic(level=2, p1=group(label=1, sys=12000, dia=7000, mean=8700)), 0)
        assert driver.pending_writes(0) == requests.waves((Wave.ECG1, Wave.ECG2))

    @pytest.mark.parametrize(("level", "wants_ext"), [(2, False), (3, True), (9, True)])
    def test_the_level_decides_about_the_extension(self, level, wants_ext):
        driver = self.flowing(level)
        assert driver.pending_writes(5 * S) == (DISPLAYED_EXT1 if wants_ext else b"")
        self.keep_flowing(driver, level, 10)
        assert driver.pending_writes(10 * S) == b""

    @pytest.mark.parametrize("level", [9, 10, 11])
    def test_the_level_decides_about_alarms(self, level):
        driver = DatexS5()
        driver.pending_writes(0)
        driver.feed(basic(level=level), 0)
        assert driver.pending_writes(0) == WAVES + (ALARMS if level >= 10 else b"")
        assert (requests.alarms(AlarmCommand.LEAVE) in driver.closing_writes(S)) is (level >= 10)

    def test_alarms_are_asked_for_until_they_come(self):
        driver = self.flowing(10)
        assert ALARMS in driver.pending_writes(5 * S)
        driver.feed(alarm_status(), 6 * S)
        self.keep_flowing(driver, 10, 12)
        assert driver.pending_writes(12 * S) == b""

    def test_a_monitor_that_was_switched_off_and_on_is_asked_for_alarms_again(self):
        driver = self.flowing(10)
        driver.feed(alarm_status(), 5 * S)
        assert ALARMS not in driver.pending_writes(25 * S)
        driver.feed(basic(CLOCK + 26, level=10), 26 * S)
        assert ALARMS in driver.pending_writes(26 * S)

    def flowing(self, level):
        driver = DatexS5()
        driver.pending_writes(0)
        driver.feed(basic(level=level), 0)
        driver.pending_writes(0)
        self.keep_flowing(driver, level, 5)
        return driver

    def keep_flowing(self, driver, level, until_s):
        driver.feed(basic(CLOCK + until_s, level=level), until_s * S)
        driver.feed(wave((8, block(1))), until_s * S)

    def test_waves_that_stop_are_asked_for_again_alone(self):
        driver = self.flowing(2)
        assert driver.pending_writes(8 * S) == b""
        assert driver.pending_writes(8 * S + 1) == WAVES
        assert driver.pending_writes(10 * S) == b""

    def test_values_that_stop_are_asked_for_again_after_three_intervals(self):
        driver = self.flowing(2)
        for second in range(6, 21):
            driver.feed(wave((8, block(1))), second * S)
            assert driver.pending_writes(second * S) == b""
        assert driver.pending_writes(20 * S + 1) == AUXILIARY + DISPLAYED

    def test_when_all_stops_all_is_asked_for_again(self):
        driver = self.flowing(2)
        assert driver.pending_writes(12 * S + 1) == AUXILIARY + DISPLAYED + WAVES
        assert driver.pending_writes(17 * S + 1) == AUXILIARY + DISPLAYED + WAVES

    def test_states_are_told_anew_when_values_come_back(self):
        driver = DatexS5()
        first = driver.feed(basic(SpO2=group()), 0)
        assert not driver.tick(15 * S)
        driver.tick(16 * S)
        again = driver.feed(basic(SpO2=group()), 30 * S)
        assert status(again, "spo2") == status(first, "spo2") != []

    def test_closing_stops_all(self):
        stops = requests.values(Values.DISPLAYED, 0) + requests.values(Values.AUXILIARY, 0) + requests.no_waves()
        assert DatexS5().closing_writes(0) == stops
        assert requests.no_waves() not in DatexS5(waves=()).closing_writes(0)

    def test_without_waves_none_are_asked_for(self):
        assert DatexS5(interval_s=10, waves=()).pending_writes(0) == requests.values(
            Values.AUXILIARY, 10
        ) + requests.values(Values.DISPLAYED, 10)

    def test_what_the_monitor_would_not_give_is_refused(self):
        with pytest.raises(ValueError, match="every 5 s"):
            DatexS5(interval_s=4)
        with pytest.raises(ValueError, match="600"):
            DatexS5(waves=(Wave.ECG1, Wave.ECG2, Wave.PLETH))


class TestRecords:
    def test_the_class_is_told_by_its_bits_not_by_its_place(self):
        parts = [
            (1, subrecord(Class.EXT3, CLOCK, {})),
            (1, subrecord(Class.EXT1, CLOCK, {}, arrhythmias=0)),
            (1, subrecord(Class.BASIC, CLOCK, {"SpO2": group(SpO2=9700)})),
        ]
        assert told(DatexS5().feed(frame(Kind.PHYSIOLOGICAL, parts), 0), "spo2") == [(97, Validity.VALID)]

    def test_unknown_classes_and_trends_are_counted(self):
        driver = DatexS5()
        driver.feed(frame(Kind.PHYSIOLOGICAL, [(1, subrecord(7, CLOCK, {})), (2, subrecord(0, CLOCK, {}))]), 0)
        driver.feed(frame(Kind.NETWORK, [(1, b"x")]), 0)
        assert driver.unknown == {"class 7": 1, "trend of type 2": 1, "record of type 5": 1}

    def test_a_repeated_record_is_passed_over_but_not_its_news(self):
        driver = DatexS5()
        assert driver.feed(basic(SpO2=group(SpO2=9700)), 0)
        assert not driver.feed(basic(number=1, SpO2=group(SpO2=9600)), 0)
        assert told(driver.feed(basic(CLOCK + 5, SpO2=group(SpO2=9600)), 0), "spo2") == [(96, Validity.VALID)]

    def test_a_class_whose_own_time_stands_still_is_news_in_a_later_record(self):
        driver = DatexS5()
        for i, steps in enumerate((9700, 9600)):
            parts = [(1, subrecord(Class.BASIC, 0, {"SpO2": group(SpO2=steps)}))]
            events = driver.feed(frame(Kind.PHYSIOLOGICAL, parts, CLOCK + 5 * i), 5 * i * S)
            assert told(events, "spo2") == [(steps / 100, Validity.VALID)]

    def test_what_is_known_of_a_record_is_told_beside_what_is_not(self):
        driver = DatexS5()
        parts = [(9, b"x"), (1, subrecord(Class.BASIC, CLOCK, {"SpO2": group(SpO2=9700)}))]
        assert told(driver.feed(frame(Kind.PHYSIOLOGICAL, parts), 0), "spo2") == [(97, Validity.VALID)]
        assert driver.unknown == {"physiological subrecord of type 9": 1}

    def test_a_monitor_that_tells_no_level_is_a_monitor(self):
        assert told(DatexS5().feed(basic(level=0, SpO2=group(SpO2=9700)), 0), "spo2") == [(97, Validity.VALID)]

    def test_the_monitor_names_its_level_once(self):
        driver = DatexS5()
        assert [e.software for e in of(driver.feed(basic() + basic(CLOCK + 5), 0), DeviceInfo)] == [
            "interface level 9 (2005)"
        ]
        assert of(driver.feed(basic(CLOCK + 10, level=12), 0), DeviceInfo)[0].software == "interface level 12"

    @pytest.mark.parametrize(
        ("record", "why"),
        [
            (build(Kind.PHYSIOLOGICAL, [(1, bytes(277))], level=9), RejectReason.RANGE),
            (build(Kind.PHYSIOLOGICAL, [(4, bytes(113))], level=9), RejectReason.RANGE),
            (build(Kind.PHYSIOLOGICAL, [], level=9), RejectReason.RANGE),
            (build(Kind.PHYSIOLOGICAL, [(9, bytes(278))], level=9), RejectReason.UNKNOWN),
            (build(Kind.WAVES, [], level=9), RejectReason.RANGE),
            (build(Kind.WAVES, [(8, b"\1\0\0\0\0")], level=9), RejectReason.RANGE),
            (build(Kind.WAVES, [(8, pack("<hHHh", 2, 0, 0, 7))], level=9), RejectReason.RANGE),
            (build(Kind.WAVES, [(8, pack("<hHHh", -1, 0, 0, 7))], level=9), RejectReason.RANGE),
            (build(Kind.ALARMS, [(1, bytes(499))], level=9), RejectReason.RANGE),
            (build(Kind.ALARMS, [(2, bytes(510))], level=9), RejectReason.RANGE),
            (build(3, [(1, bytes(278))], level=9), RejectReason.UNKNOWN),
        ],
    )
    def test_intact_records_that_make_no_sense_are_not_taken(self, record, why):
        events = DatexS5().feed(encode(record), 0)
        assert {(type(event), event.reason) for event in events} == {(FrameRejected, why)}
        assert b"".join(event.raw for event in events) == encode(record)[:-1]

    def test_eight_subrecords_need_no_end_of_the_list(self):
        events = DatexS5().feed(wave(*((8, block(i)) for i in range(8))), 0)
        assert len(of(events, WaveformChunk)) == 8

    def test_a_wrong_checksum_is_told(self):
        damaged = bytearray(basic(SpO2=group(SpO2=9700)))
        damaged[-2] ^= 1
        assert {(type(e), e.reason) for e in DatexS5().feed(bytes(damaged) + b"\x7e", 0)} == {
            (FrameRejected, RejectReason.CHECKSUM)
        }

    def test_a_subrecord_that_begins_outside_is_not_taken(self):
        record = bytearray(build(Kind.WAVES, [(8, block(1))], level=9))
        record[16:18] = b"\xbd\xbd"
        (event,) = DatexS5().feed(encode(bytes(record)), 0)
        assert event.reason is RejectReason.RANGE

    @pytest.mark.parametrize("level", [0, 9])
    @pytest.mark.parametrize("request_", [DISPLAYED, AUXILIARY, WAVES, requests.no_waves(), ALARMS])
    def test_requests_on_the_line_are_no_monitor(self, request_, level):
        record = bytearray(unescaped(request_[1:-1])[:-1])
        record[3] = level  # other programs send that of a monitor
        events = DatexS5().feed(encode(bytes(record)), 0)
        assert {(type(event), event.reason) for event in events} == {(FrameRejected, RejectReason.UNKNOWN)}


class TestHeartRate:
    def test_of_the_ecg(self):
        events = DatexS5().feed(basic(ecg=group(ECG_OK, LEAD_II, hr=72, st1=-50, imp_rr=14)), 0)
        assert told(events, "heart_rate", source="ecg") == [(72, Validity.VALID)]
        assert told(events, "st", source="II") == [(-0.05, Validity.VALID)]
        assert told(events, "resp_rate", source="impedance") == [(14, Validity.VALID)]

    def with_source(self, source, **groups):
        driver = DatexS5()
        return driver, driver.feed(basic(ecg=group(ON | source << 3, LEAD_II, hr=72), **groups), 0)

    def test_of_the_pleth_is_a_pulse_rate(self):
        _, events = self.with_source(6)
        assert told(events, "heart_rate") == [(None, Validity.UNAVAILABLE)]
        assert told(events, "pulse_rate", source="pleth") == [(72, Validity.VALID)]
        assert "pulse" in status(events, "ecg")[0][1]

    def test_the_oximeter_itself_goes_first(self):
        _, events = self.with_source(6, SpO2=group(SpO2=9700, pr=71))
        assert told(events, "pulse_rate") == [(71, Validity.VALID)]

    def test_of_an_invasive_pressure_is_counted_only(self):
        driver, events = self.with_source(2)
        assert told(events, "heart_rate") == [(None, Validity.UNAVAILABLE)]
        assert not told(events, "pulse_rate")
        assert driver.unknown == {"ecg hr (from source 2, not the ECG)": 1}

    def test_of_no_source_is_doubted(self):
        _, events = self.with_source(0)
        assert told(events, "heart_rate") == [(72, Validity.QUESTIONABLE)]
        assert only("heart_rate", ecg=group()) == [(None, Validity.UNAVAILABLE)]

    @pytest.mark.parametrize("bit", [2, 7, 8, 9])
    def test_asystole_noise_movement_and_learning_make_it_questionable(self, bit):
        assert only("heart_rate", ecg=group(ECG_OK | 1 << bit, hr=72)) == [(72, Validity.QUESTIONABLE)]

    def test_asystole_is_an_alarm_and_its_zero_no_rate(self):
        driver = DatexS5()
        events = driver.feed(basic(ecg=group(ECG_OK | 1 << 2, hr=0)), 0)
        assert told(events, "heart_rate") == [(None, Validity.UNAVAILABLE)]
        assert [(e.code, e.active) for e in of(events, DeviceAlarm)] == [("asystole", True)]
        assert status(events, "ecg") == [(SensorStatus.OK, "asystole")]
        events = driver.feed(basic(CLOCK + 5, ecg=group(ECG_OK, hr=60)), 5 * S)
        assert [(e.code, e.active) for e in of(events, DeviceAlarm)] == [("asystole", False)]

    def test_off_is_told_each_time_once_the_module_has_been_there(self):
        driver = DatexS5()
        assert not told(driver.feed(basic(ecg=group(0, hr=72)), 0), "heart_rate")
        off = driver.feed(basic(CLOCK + 5, ecg=group(1, hr=72)), 0)
        gone = driver.feed(basic(CLOCK + 10, ecg=group(0, hr=72)), 0)
        assert told(off, "heart_rate") == told(gone, "heart_rate") == [(None, Validity.UNAVAILABLE)]
        assert status(off + gone, "ecg") == [
            (SensorStatus.STOPPED, "ECG is off on the monitor"),
            (SensorStatus.UNPLUGGED, "no ECG module"),
        ]

    def test_all_channels_off_is_a_lead_off(self):
        driver = DatexS5()
        events = driver.feed(basic(ecg=group(ECG_OK | 1 << 11, LEAD_II, hr=72, st1=-50)), 0)
        assert status(events, "ecg") == [(SensorStatus.SENSOR_OFF, "ECG lead off")]
        assert told(events, "heart_rate") == [(None, Validity.UNAVAILABLE)]
        assert not told(events, "st")

    def test_st_of_a_channel_that_goes_off_is_blank(self):
        driver = DatexS5()
        assert told(driver.feed(basic(ecg=group(ECG_OK, LEAD_II, st1=7)), 0), "st") == [(0.007, Validity.VALID)]
        off = driver.feed(basic(CLOCK + 5, ecg=group(ECG_OK | 1 << 11, LEAD_II, st1=7)), 0)
        assert told(off, "st", source="II") == told(off, "st") == [(None, Validity.UNAVAILABLE)]

    def test_learning_is_a_state(self):
        events = DatexS5().feed(basic(ecg=group(ECG_OK | 1 << 9)), 0)
        assert status(events, "ecg")[0][0] is SensorStatus.CALIBRATING

    @pytest.mark.parametrize(
        ("code", "validity"),
        [
            (-32767, Validity.UNAVAILABLE),
            (-32766, Validity.UNAVAILABLE),
            (-32765, Validity.CALIBRATING),
            (-32764, Validity.INVALID),
            (-32763, Validity.INVALID),
            (-32762, Validity.INVALID),
            (-32001, Validity.UNAVAILABLE),
            (-32000, Validity.INVALID),  # a number, if an impossible one
        ],
    )
    def test_codes_are_no_numbers(self, code, validity):
        assert only("heart_rate", ecg=group(ECG_OK, hr=code)) == [(None, validity)]


class TestGas:
    WELL = {"et": 480, "fi": 5, "rr": 14, "amb_press": 7600}

    def test_percent_becomes_mmhg_by_the_ambient_pressure(self):
        events = DatexS5().feed(basic(CO2=group(**self.WELL)), 0)
        assert told(events, "etco2") == [(36.48, Validity.VALID)]
        assert told(events, "fico2") == [(0.38, Validity.VALID)]
        assert told(events, "resp_rate", source="co2") == [(14, Validity.VALID)]

    @pytest.mark.parametrize("ambient", [NONE, 0, 3999, 11001])
    def test_without_an_ambient_pressure_there_is_no_number(self, ambient):
        events = DatexS5().feed(basic(CO2=group(**{**self.WELL, "amb_press": ambient})), 0)
        assert told(events, "etco2") == told(events, "fico2") == [(None, Validity.INVALID)]
        assert "ambient" in status(events, "co2")[0][1]

    def test_wet_gas_is_questionable(self):
        events = DatexS5().feed(basic(CO2=group(ON | 1 << 9, **self.WELL)), 0)
        assert told(events, "etco2") == [(36.48, Validity.QUESTIONABLE)]
        assert told(events, "resp_rate") == [(14, Validity.VALID)]

    @pytest.mark.parametrize(
        ("bit", "state", "validity"),
        [
            (2, SensorStatus.SEARCHING, Validity.UNAVAILABLE),
            (3, SensorStatus.CALIBRATING, Validity.CALIBRATING),
            (4, SensorStatus.CALIBRATING, Validity.CALIBRATING),
            (5, SensorStatus.BLOCKED, Validity.INVALID),
        ],
    )
    def test_states_leave_no_number(self, bit, state, validity):
        events = DatexS5().feed(basic(CO2=group(ON | 1 << bit, **self.WELL)), 0)
        for metric in ("etco2", "fico2", "resp_rate"):
            assert told(events, metric) == [(None, validity)]
        assert status(events, "co2")[0][0] is state

    def test_an_air_leak_is_doubted(self):
        events = DatexS5().feed(basic(CO2=group(ON | 1 << 6, **self.WELL)), 0)
        assert told(events, "etco2") == [(36.48, Validity.QUESTIONABLE)]

    def test_zeros_are_none_even_without_the_apnoea_bit(self):
        events = DatexS5().feed(basic(CO2=group(et=0, fi=0, rr=0, amb_press=7600)), 0)
        assert told(events, "etco2") == told(events, "resp_rate") == [(None, Validity.UNAVAILABLE)]
        assert told(events, "fico2") == [(0, Validity.VALID)]

    def test_apnoea_is_an_alarm_unless_the_monitors_own_is_off(self):
        loud = DatexS5().feed(basic(ecg=group(ECG_OK, imp_rr=14), CO2=group(ON | 1 << 2 | 1 << 7, **self.WELL)), 0)
        quiet = DatexS5().feed(basic(ecg=group(ECG_OK), CO2=group(ON | 1 << 2 | 1 << 7 | 1 << 8, **self.WELL)), 0)
        assert [(e.code, e.active) for e in of(loud, DeviceAlarm)] == [("apnoea_co2", True), ("apnoea_resp", True)]
        assert {e.meaning for e in of(loud, DeviceAlarm)} == {AlarmMeaning.APNOEA}
        assert told(loud, "resp_rate", source="impedance") == [(None, Validity.UNAVAILABLE)]
        assert not of(quiet, DeviceAlarm)
        assert "apnoea" in status(quiet, "co2")[0][1]

    def test_below_level_8_the_rate_is_that_of_co2_only_when_the_label_says_so(self):
        assert told(DatexS5().feed(basic(level=7, CO2=group(label=1, **self.WELL)), 0), "resp_rate") == [
            (14, Validity.VALID)
        ]
        assert not told(DatexS5().feed(basic(level=7, CO2=group(label=2, **self.WELL)), 0), "resp_rate")

    def test_switched_off_and_gone_are_told_apart(self):
        driver = DatexS5()
        off = driver.feed(basic(CO2=group(1, **self.WELL)), 0)
        gone = driver.feed(basic(CLOCK + 5, CO2=group(0)), 0)
        assert [state for state, _ in status(off + gone, "co2")] == [SensorStatus.STOPPED, SensorStatus.UNPLUGGED]
        assert told(off, "etco2") == told(gone, "etco2") == [(None, Validity.UNAVAILABLE)]


class TestOtherNumbers:
    def test_spo2_states(self):
        driver = DatexS5()
        events = [
            *driver.feed(basic(SpO2=group(SpO2=9750, pr=73)), 0),
            *driver.feed(basic(CLOCK + 5, SpO2=group()), 0),
            *driver.feed(basic(CLOCK + 10, SpO2=group(1)), 0),
            *driver.feed(basic(CLOCK + 15, SpO2=group(0)), 0),
        ]
        assert told(events, "spo2") == [(97.5, Validity.VALID)] + [(None, Validity.UNAVAILABLE)] * 3
        assert [state for state, _ in status(events, "spo2")] == [
            SensorStatus.OK,
            SensorStatus.SENSOR_OFF,
            SensorStatus.STOPPED,
            SensorStatus.UNPLUGGED,
        ]

    def test_a_second_oximeter_has_its_own_source(self):
        events = DatexS5().feed(ext1(SpO2_2=group(SpO2=9500, pr=70)), 0)
        assert told(events, "spo2", source="second oximeter") == [(95, Validity.VALID)]
        assert told(events, "pulse_rate", source="second oximeter") == [(70, Validity.VALID)]

    def test_each_probe_is_a_temperature_of_its_site(self):
        driver = DatexS5()
        probes = {
            "t1": group(label=7, temp=3300),
            "t2": group(label=1),
            "t3": group(label=4, temp=3720),
            "t4": group(temp=3650),
        }
        events = driver.feed(basic(**probes), 0)
        assert [(e.source, e.value, e.validity) for e in of(events, Numeric, metric="temp")] == [
            ("skin", 33.0, Validity.QUESTIONABLE),
            ("rectal", 37.2, Validity.VALID),
            ("T4", 36.5, Validity.QUESTIONABLE),
        ]

    @pytest.mark.parametrize(
        ("gone", "validity"),
        [
            (group(label=4, temp=-32764), Validity.INVALID),
            (group(label=4, temp=-32765), Validity.CALIBRATING),
            (group(label=4), Validity.UNAVAILABLE),
            (group(1, label=4, temp=3720), Validity.UNAVAILABLE),
            (group(0), Validity.UNAVAILABLE),
        ],
    )
    def test_a_temperature_that_goes_is_blank_under_its_own_site(self, gone, validity):
        driver = DatexS5()
        driver.feed(basic(t1=group(label=4, temp=3720)), 0)
        events = driver.feed(basic(CLOCK + 5, t1=gone), 5 * S)
        assert told(events, "temp", source="rectal") == told(events, "temp") == [(None, validity)]

    def test_another_class_says_nothing_of_the_probes_of_this_one(self):
        driver = DatexS5()
        driver.feed(basic(t1=group(label=4, temp=3720)), 0)
        events = driver.feed(ext1(t5=group(label=15, temp=-32764)), 0)
        assert not told(events, "temp")
        assert not status(events, "temp")

    def test_out_of_range_may_be_no_thermometer(self):
        events = DatexS5().feed(basic(t1=group(label=11, temp=-32764)), 0)
        assert told(events, "temp") == [(None, Validity.INVALID)]
        assert status(events, "temp") == [(SensorStatus.SENSOR_OFF, "out of range, or no thermometer")]

    def test_what_is_not_the_patients_is_no_temperature(self):
        driver = DatexS5()
        events = driver.feed(basic(t1=group(label=9, temp=2300)), 0)
        assert told(events, "temp") == [(None, Validity.UNAVAILABLE)]
        assert driver.unknown == {"t1 temp (room)": 1}
        off = DatexS5().feed(basic(t1=group(1, label=11, temp=3300)), 0)
        assert told(off, "temp") == [(None, Validity.UNAVAILABLE)]
        assert status(off, "temp")[0][0] is SensorStatus.STOPPED
        assert only("temp", t1=group(label=99, temp=3300)) == [(None, Validity.UNAVAILABLE)]

    @pytest.mark.parametrize(("label", "name"), [(1, "ART"), (8, "ABP")])
    def test_arterial_pressures_by_their_label(self, label, name):
        driver = DatexS5()
        pressure = group(ON, label, sys=12000, dia=7000, mean=8700, hr=70)
        events = driver.feed(basic(p2=pressure, p3=group(ON, 2, mean=800)), 0)
        found = [told(events, metric, source=name)[0][0] for metric in ("art_sys", "art_dia", "art_mean")]
        assert found == [120, 70, 87]
        assert driver.unknown == {f"p2 hr ({name})": 1, "p3 mean (CVP)": 1}
        zeroing = driver.feed(basic(CLOCK + 5, p2=group(ON | 1 << 2, label, sys=0)), 0)
        assert told(zeroing, "art_sys") == [(None, Validity.CALIBRATING)]
        off = driver.feed(basic(CLOCK + 10, p2=group(1, label, sys=12000)), 0)
        assert told(off, "art_sys") == [(None, Validity.UNAVAILABLE)]

    def test_a_pressure_that_was_never_switched_on_is_not_mentioned(self):
        assert not only("art_sys", p1=group(1, 1, sys=12000))

    def test_a_zeroed_pressure_with_numbers_that_is_not_marked_as_measuring_is_doubted(self):
        assert only("art_sys", p1=group(1 | 1 << 3, 1, sys=12000)) == [(120.0, Validity.QUESTIONABLE)]
        assert not only("art_sys", p1=group(1 | 1 << 3, 1))

    def test_a_pressure_without_a_known_label_is_counted(self):
        driver = DatexS5()
        driver.feed(basic(p1=group(ON, 77, mean=800)), 0)
        assert driver.unknown == {"p1 mean (no label)": 1}

    def test_what_has_no_name_here_is_counted_when_it_has_a_number(self):
        driver = DatexS5()
        driver.feed(basic(O2=group(et=1600, fi=2100), N2O=group(1, et=5), AA=group(), SpO2=group(ir_amp=250)), 0)
        driver.feed(ext1(arrh_ecg=group(pvc=2)), 0)
        assert driver.unknown == {"O2 et": 1, "O2 fi": 1, "SpO2 ir_amp": 1, "arrh_ecg pvc": 1}


class TestAlarms:
    def codes(self, events):
        return [(e.code, e.active) for e in of(events, DeviceAlarm)]

    def test_arrhythmias_begin_and_end(self):
        driver = DatexS5()
        begins = driver.feed(ext1(CLOCK, 1 << 3 | 1 << 28 | 1 << 12, arrh_ecg=group()), 0)
        assert self.codes(begins) == [("vt", True), ("tachycardia", True)]
        assert driver.unknown == {"arrhythmia bit 12": 1}
        assert not self.codes(driver.feed(ext1(CLOCK + 5, 1 << 3 | 1 << 28, arrh_ecg=group()), 0))
        assert self.codes(driver.feed(ext1(CLOCK + 10, 1 << 3, arrh_ecg=group()), 0)) == [("tachycardia", False)]
        assert self.codes(driver.feed(ext1(CLOCK + 15, 1 << 3, arrh_ecg=group(1)), 0)) == [("vt", False)]

    def test_none_are_told_while_the_analysis_is_off(self):
        assert not self.codes(DatexS5().feed(ext1(CLOCK, 1 << 30 | 1 << 3, arrh_ecg=group()), 0))

    def test_asystole_in_both_classes_is_one_alarm(self):
        driver = DatexS5()
        both = [
            (1, subrecord(Class.BASIC, CLOCK, {"ecg": group(ECG_OK | 1 << 2)})),
            (1, subrecord(Class.EXT1, CLOCK, {"arrh_ecg": group()}, 1)),
        ]
        assert self.codes(driver.feed(frame(Kind.PHYSIOLOGICAL, both), 0)) == [("asystole", True)]
        one = [(1, subrecord(Class.BASIC, CLOCK + 5, {"ecg": group(ECG_OK)}))]
        assert not self.codes(driver.feed(frame(Kind.PHYSIOLOGICAL, one, CLOCK + 5), 0))

    def test_boxes_are_told_by_their_text_wherever_it_stands(self):
        driver = DatexS5()
        events = driver.feed(alarm_status((b"SpO2 low", 2), (b"Check cuff\0rest", 1), (b"NoColour", 0)), 0)
        assert [(e.text, e.priority, e.active) for e in of(events, DeviceAlarm)] == [
            ("SpO2 low", Priority.MEDIUM, True),
            ("Check cuff", Priority.LOW, True),
            ("NoColour", None, True),
        ]
        events = driver.feed(alarm_status((b"Apn\xf6e", 3), (b"SpO2 low", 2), (b"Check cuff", 1)), 0)
        assert [(e.text, e.priority, e.active) for e in of(events, DeviceAlarm)] == [
            ("NoColour", None, False),
            ("Apnöe", Priority.HIGH, True),
        ]
        assert {e.meaning for e in of(events, DeviceAlarm)} == {None}, "a box has its text alone, in any language"
        events = driver.feed(alarm_status((b"SpO2 low", 3)), 0)
        assert [(e.text, e.priority, e.active) for e in of(events, DeviceAlarm)] == [
            ("Apnöe", Priority.HIGH, False),
            ("Check cuff", Priority.LOW, False),
            ("SpO2 low", Priority.HIGH, True),
        ]
        assert {e.text for e in of(driver.feed(alarm_status(), 0), DeviceAlarm, active=False)} == {"SpO2 low"}

    def test_the_reserved_words_at_the_end_may_be_missing(self):
        sent = alarm_status((b"SpO2 low", 2))
        whole = parse(unescaped(sent[1:-1])[:-1]).data[40:]
        shorter = frame(Kind.ALARMS, [(1, whole[:500])], level=10)
        assert self.codes(DatexS5().feed(shorter, 0)) == [("box: SpO2 low", True)]

    def test_an_unchanged_text_need_not_be_repeated(self):
        driver = DatexS5()
        driver.feed(alarm_status((b"SpO2 low", 2)), 0)
        assert not of(driver.feed(alarm_status((b"", 2), changed=0), 0), DeviceAlarm)
        assert self.codes(driver.feed(alarm_status((b"", 0), changed=0), 0)) == [("box: SpO2 low", False)]

    def test_a_text_that_has_changed_to_nothing_is_gone(self):
        driver = DatexS5()
        driver.feed(alarm_status((b"SpO2 low", 2)), 0)
        assert self.codes(driver.feed(alarm_status((b"", 2)), 0)) == [("box: SpO2 low", False)]

    def test_after_a_reconnect_those_that_last_are_told_anew_and_those_gone_as_gone(self):
        driver = DatexS5()
        driver.feed(alarm_status((b"A", 2), (b"B", 2)), 0)
        driver.reset(S)
        assert self.codes(driver.feed(alarm_status((b"A", 2)), S)) == [("box: B", False), ("box: A", True)]


class TestWaves:
    def chunks(self, driver, *blocks, number=0):
        return of(driver.feed(wave(*blocks, number=number), 0), WaveformChunk)

    def test_ecg_is_in_millivolts_and_named_by_its_lead(self):
        driver = DatexS5()
        (before,) = self.chunks(driver, (1, block(1000)))
        driver.feed(basic(ecg=group(ECG_OK, LEAD_II | 7 << 4)), 0)
        two, seven, other = self.chunks(driver, (1, block(1000)), (2, block(5)), (3, block(5)), number=1)
        assert (before.source, two.source, seven.source, other.source) == ("channel 1", "II", "V", "channel 3")
        assert (two.scale * 1000, two.unit, two.rate_hz) == (1.0, Unit.MV, 300.0)

    def test_co2_has_its_unit_when_the_ambient_pressure_is_known(self):
        driver = DatexS5()
        (before,) = self.chunks(driver, (9, block(480)))
        assert (before.unit, before.scale) == (None, 0.01)
        driver.feed(basic(CO2=group(et=480, amb_press=7600)), 0)
        (after,) = self.chunks(driver, (9, block(480)), number=1)
        assert after.unit is Unit.MMHG
        assert after.scale == 0.076

    @pytest.mark.parametrize(
        ("sample", "is_missing"), [(-31999, False), (-32000, True), (-32767, True), (-32768, True)]
    )
    def test_codes_are_missing_samples(self, sample, is_missing):
        (chunk,) = self.chunks(DatexS5(), (8, block(3, sample)))
        assert memoryview(chunk.samples).cast("h").tolist() == [3, MISSING_SAMPLE if is_missing else sample]

    def test_a_lead_that_is_off_leaves_no_samples(self):
        driver = DatexS5()
        events = driver.feed(wave((1, block(5, 6, status=8)), (8, block(7, status=8))), 0)
        ecg, pleth = (memoryview(e.samples).cast("h").tolist() for e in of(events, WaveformChunk))
        assert ecg == [MISSING_SAMPLE] * 2
        assert pleth == [MISSING_SAMPLE]
        assert status(events, "ecg") == [(SensorStatus.SENSOR_OFF, "ECG lead off")]
        driver.feed(wave((1, block(5)), number=1), 0)
        assert status(driver.feed(basic(number=2, ecg=group(ECG_OK)), 0), "ecg") == [(SensorStatus.OK, "measuring")]

    def test_a_gap_that_the_monitor_tells(self):
        driver = DatexS5()
        assert not of(driver.feed(wave((8, block(1, status=1))), 0), Gap)
        events = driver.feed(wave((8, block(2, status=1)), number=1), S)
        assert events[0] == Gap(t_ns=S, metric="pleth", source="oximeter")

    def test_lost_records_are_a_gap_in_every_wave_that_runs(self):
        driver = DatexS5()
        driver.feed(wave((8, block(1)), (15, block(1)), number=254), 0)
        assert not of(driver.feed(wave((8, block(1)), (15, block(1)), number=255), 0), Gap)
        assert not of(driver.feed(wave((8, block(1)), (15, block(1)), number=0), 0), Gap)
        driver.feed(basic(number=2), 0)
        assert [e.metric for e in of(driver.feed(wave((8, block(1)), number=3), 0), Gap)] == ["pleth"]
        assert [e.metric for e in of(driver.feed(wave((8, block(1)), (15, block(1)), number=4), 0), Gap)] == ["resp"]

    def test_a_pressure_is_told_under_the_label_of_an_artery(self):
        driver = DatexS5()
        assert not self.chunks(driver, (5, block(8000)))
        driver.feed(basic(p1=group(label=2, mean=800), p2=group(label=8, sys=12000, dia=7000, mean=8700)), 0)
        (chunk,) = self.chunks(driver, (4, block(800)), (5, block(8000, -32767)), number=1)
        assert (chunk.metric, chunk.source, chunk.unit, chunk.rate_hz) == ("art", "ABP", Unit.MMHG, 100.0)
        assert memoryview(chunk.samples).cast("h").tolist() == [8000, MISSING_SAMPLE]
        assert chunk.scale * 8000 == 80
        assert driver.unknown["wave 4 (invasive pressure)"] == 1

    def test_a_pressure_that_is_zeroed_is_a_gap(self):
        driver = DatexS5()
        pressure = {"label": 1, "sys": 12000, "dia": 7000, "mean": 8700}
        driver.feed(basic(p1=group(**pressure)) + wave((4, block(8000)), number=1), 0)
        driver.feed(basic(CLOCK + 5, number=2, p1=group(ON | 1 << 2, **pressure)), 5 * S)
        assert not driver.feed(wave((4, block(0)), number=3), 5 * S)
        driver.feed(basic(CLOCK + 10, number=4, p1=group(**pressure)), 10 * S)
        assert [type(e) for e in driver.feed(wave((4, block(8000)), number=5), 10 * S)] == [Gap, WaveformChunk]

    def test_an_empty_block_is_no_chunk(self):
        assert not self.chunks(DatexS5(), (8, block()))

    def test_other_waves_are_counted(self):
        driver = DatexS5()
        assert not self.chunks(driver, (4, block(8000)), (39, block(1)), (200, block(1)))
        assert set(driver.unknown) == {
            "wave 4 (invasive pressure)",
            "wave 39 (respiration, high resolution)",
            "wave 200 (not known)",
        }


class TestCuff:
    READING = {"sys": 11800, "dia": 7600, "mean": 8900, "hr": 71}
    OTHER = {"sys": 13100, "dia": 8200, "mean": 9900, "hr": 70}

    def run(self, *steps, driver=None):
        """Feed a record every 5 s: (label, values) or (label, values, time of the auxiliary record before it)."""
        driver = driver or DatexS5()
        events = []
        for i, (label, values, *taken_s) in enumerate(steps):
            now_s = 5 * i
            for taken in taken_s:
                events += driver.feed(auxiliary(CLOCK + taken, CLOCK + now_s), now_s * S)
            events += driver.feed(basic(CLOCK + now_s, nibp=group(label=label, **values)), now_s * S)
            events += driver.tick(now_s * S + 3 * S)
        return events

    def systolic(self, events):
        found = of(events, Numeric, metric="nibp_sys")
        return [(e.value, e.validity, None if e.measured_ns is None else e.measured_ns // S) for e in found]

    def test_the_end_of_measuring_is_a_reading_also_with_the_same_numbers(self):
        events = self.run(
            (AUTO, {}), (MEASURING, {}), (AUTO, self.READING), (MEASURING, self.READING), (0, self.READING)
        )
        assert self.systolic(events) == [(118, Validity.VALID, 10), (118, Validity.VALID, 20)]
        assert {e.cycle for e in of(events, Numeric)} == {1, 2}
        assert told(events, "nibp_pulse_rate")[0] == (71, Validity.VALID)
        assert [state for state, _ in status(events, "nibp")][:3] == [
            SensorStatus.OK,
            SensorStatus.MEASURING,
            SensorStatus.OK,
        ]

    def test_old_going_out_is_a_reading(self):
        events = self.run((OLD, self.READING), (0, self.READING))
        assert self.systolic(events) == [(118, Validity.QUESTIONABLE, None), (118, Validity.VALID, 5)]

    def test_other_numbers_that_are_not_old_are_a_reading(self):
        events = self.run((0, self.READING), (0, self.OTHER))
        assert self.systolic(events) == [(118, Validity.QUESTIONABLE, None), (131, Validity.VALID, 5)]

    def test_other_numbers_that_are_old_have_no_time(self):
        events = self.run((OLD, self.READING), (OLD, self.OTHER))
        assert self.systolic(events)[1] == (131, Validity.QUESTIONABLE, None)

    def test_numbers_that_grow_old_are_no_reading(self):
        assert len(self.systolic(self.run((0, self.READING), (OLD, self.READING), (OLD, self.READING)))) == 1

    def test_what_stands_at_first_is_told_with_the_time_that_the_auxiliary_record_has(self):
        assert self.systolic(self.run((OLD, self.READING, -117))) == [(118, Validity.VALID, -117)]

    @pytest.mark.parametrize("taken_s", [1, -25 * 3600])
    def test_an_auxiliary_time_that_cannot_be_is_none(self, taken_s):
        assert self.systolic(self.run((OLD, self.READING, taken_s))) == [(118, Validity.QUESTIONABLE, None)]

    def test_an_auxiliary_time_of_zero_is_none(self):
        driver = DatexS5()
        driver.feed(auxiliary(0), 0)
        assert self.systolic(self.run((OLD, self.READING), driver=driver)) == [(118, Validity.QUESTIONABLE, None)]

    def test_a_reading_waits_two_seconds_for_its_time(self):
        driver = DatexS5()
        assert not self.systolic(driver.feed(basic(nibp=group(label=OLD, **self.READING)), 0))
        assert not driver.tick(2 * S - 1)
        events = driver.tick(2 * S)
        assert self.systolic(events) == [(118, Validity.QUESTIONABLE, None)]
        assert {e.t_ns for e in events} == {0}

    def test_the_time_may_come_after_the_reading(self):
        driver = DatexS5()
        driver.feed(basic(nibp=group(label=OLD, **self.READING)), 0)
        assert self.systolic(driver.feed(auxiliary(CLOCK - 90), S)) == [(118, Validity.VALID, 1 - 90)]

    def test_an_auxiliary_time_that_has_not_changed_belongs_to_the_reading_before(self):
        steps = [(0, self.READING, -30), (MEASURING, self.READING, -30), (0, self.OTHER, -30)]
        assert self.systolic(self.run(*steps)) == [(118, Validity.VALID, -30), (131, Validity.VALID, 10)]

    def test_an_auxiliary_time_that_has_changed_is_the_time(self):
        steps = [(0, self.READING, -30), (MEASURING, self.READING, -30), (0, self.OTHER, 7)]
        events = self.run(*steps)
        assert self.systolic(events)[1] == (131, Validity.VALID, 7)
        assert of(events, Numeric, metric="nibp_sys")[1].device_time == "2026-03-17T09:45:14"

    def test_where_auxiliary_records_come_a_new_reading_waits_for_the_next(self):
        driver = DatexS5()
        self.run((0, self.READING, -30), (MEASURING, self.READING), driver=driver)
        at_end = basic(CLOCK + 10, nibp=group(label=0, **self.OTHER))
        assert not self.systolic(driver.feed(at_end, 10 * S))
        assert self.systolic(driver.feed(auxiliary(CLOCK + 9, CLOCK + 10), 10 * S)) == [(131, Validity.VALID, 9)]

    def test_but_not_for_long(self):
        driver = DatexS5()
        self.run((0, self.READING, -30), (MEASURING, self.READING), driver=driver)
        driver.feed(basic(CLOCK + 10, nibp=group(label=0, **self.OTHER)), 10 * S)
        assert not self.systolic(driver.feed(auxiliary(CLOCK - 30, CLOCK + 10), 10 * S))
        assert self.systolic(driver.tick(12 * S)) == [(131, Validity.VALID, 10)]

    UNCHANGED = ((0, READING, -30), (MEASURING, READING, -30), (0, READING, -30))

    def test_the_same_numbers_with_the_same_auxiliary_time_are_a_failure(self):
        events = self.run(*self.UNCHANGED, (0, self.READING, -30))
        assert self.systolic(events) == [(118, Validity.VALID, -30)]
        assert status(events, "nibp")[-1] == (SensorStatus.FAILED, "ended without a reading")

    def test_the_time_of_the_same_numbers_may_come_with_the_next_auxiliary_record(self):
        events = self.run(*self.UNCHANGED, (0, self.READING, 9), (0, self.READING, 9))
        assert self.systolic(events) == [(118, Validity.VALID, -30), (118, Validity.VALID, 9)]
        assert status(events, "nibp")[-1] == (SensorStatus.OK, "finished")

    def test_without_a_word_since_the_bits_decide_about_the_same_numbers(self):
        driver = DatexS5()
        self.run(*self.UNCHANGED[:2], (0, self.READING), driver=driver)
        assert not driver.tick(22 * S - 1)
        assert self.systolic(driver.tick(22 * S)) == [(118, Validity.VALID, 10)]

    @pytest.mark.parametrize("shown", [{}, READING, OTHER])
    @pytest.mark.parametrize("values", [{}, READING])
    def test_measuring_that_ends_without_new_numbers_has_failed(self, shown, values):
        events = self.run((OLD, self.READING), (OLD | MEASURING, shown), (OLD, values))
        assert len(self.systolic(events)) == 1
        assert status(events, "nibp")[-1] == (SensorStatus.FAILED, "ended without a reading")

    def test_measuring_that_runs_when_we_connect(self):
        failed = self.run((OLD | MEASURING, self.READING), (OLD, self.READING))
        assert not self.systolic(failed)
        done = self.run((OLD | MEASURING, self.READING), (0, self.OTHER))
        assert self.systolic(done) == [(131, Validity.VALID, 5)]

    def test_numbers_that_vanish_and_come_back_are_no_reading(self):
        assert len(self.systolic(self.run((0, self.READING), (0, {}), (0, self.READING)))) == 1

    def test_numbers_out_of_order_are_no_reading(self):
        events = self.run((MEASURING, {}), (0, {"sys": 7000, "dia": 9000, "mean": 8000}))
        assert not self.systolic(events)
        assert status(events, "nibp")[-1][0] is SensorStatus.FAILED

    def test_stat_and_calibrating_are_told(self):
        events = self.run((MEASURING | 1 << 4, {}), (1 << 7, self.READING), (0, self.READING))
        assert [state for state, _ in status(events, "nibp")] == [
            SensorStatus.MEASURING,
            SensorStatus.CALIBRATING,
            SensorStatus.OK,
        ]
        assert self.systolic(events) == [(118, Validity.QUESTIONABLE, None)]

    def test_off_and_gone(self):
        driver = DatexS5()
        events = self.run((0, self.READING), driver=driver)
        for i, state in enumerate((1, 0), 1):
            events += driver.feed(basic(CLOCK + 5 * i, nibp=group(state, **self.OTHER)), 5 * i * S)
        assert len(self.systolic(events)) == 1
        assert [state for state, _ in status(events, "nibp")][1:] == [SensorStatus.STOPPED, SensorStatus.UNPLUGGED]

    def test_a_reconnect_does_not_tell_it_again(self):
        driver = DatexS5()
        assert len(self.systolic(self.run((0, self.READING), driver=driver))) == 1
        driver.reset(5 * S)
        assert not self.systolic(driver.feed(basic(CLOCK + 10, nibp=group(label=OLD, **self.READING)), 10 * S))
        assert not self.systolic(driver.reset(20 * S))

    def test_after_a_reconnect_the_auxiliary_time_tells_a_new_reading_of_the_same_numbers(self):
        driver = DatexS5()
        self.run((0, self.READING, -30), driver=driver)
        driver.reset(300 * S)
        driver.feed(auxiliary(CLOCK - 31, CLOCK + 305), 305 * S)
        assert not self.systolic(driver.feed(basic(CLOCK + 305, nibp=group(label=OLD, **self.READING)), 305 * S))
        driver.reset(310 * S)
        driver.feed(auxiliary(CLOCK + 200, CLOCK + 315), 315 * S)
        events = driver.feed(basic(CLOCK + 315, nibp=group(label=OLD, **self.READING)), 315 * S)
        assert self.systolic(events) == [(118, Validity.VALID, 200)]

    @pytest.mark.parametrize(("label", "after_s", "n"), [(OLD, 10, 1), (0, 64, 0), (0, 66, 1), (OLD, 0, 0)])
    def test_after_a_reconnect_the_same_numbers_are_new_when_those_told_would_be_old(self, label, after_s, n):
        driver = DatexS5()
        driver.feed(basic(nibp=group(label=label, **self.READING)), 0)
        assert len(self.systolic(driver.reset(0))) == 1
        now = basic(CLOCK + after_s, nibp=group(label=0 if after_s else OLD, **self.READING))
        driver.feed(now, after_s * S)
        assert self.systolic(driver.reset(after_s * S)) == [(118, Validity.QUESTIONABLE, None)] * n

    def test_after_a_long_silence_nothing_is_new_by_comparison(self):
        driver = DatexS5()
        self.run((OLD, self.READING), driver=driver)
        driver.feed(basic(CLOCK + 60, nibp=group(label=0, **self.OTHER)), 60 * S)
        assert self.systolic(driver.tick(70 * S)) == [(131, Validity.QUESTIONABLE, None)]

    def test_a_step_of_the_monitors_clock_makes_its_earlier_times_useless(self):
        driver = DatexS5()
        driver.feed(auxiliary(CLOCK - 30, CLOCK), 0)
        driver.feed(basic(CLOCK + 3601, nibp=group(label=OLD, **self.READING)), S)
        assert self.systolic(driver.tick(10 * S)) == [(118, Validity.QUESTIONABLE, None)]


def records(data):
    return [parse(raw) for reason, _, raw in RecordFramer().feed(data) if reason is None]


class TestMonitor:
    def asked(self, *asked, level=9, **kwargs):
        monitor = DatexS5Monitor(level, **kwargs)
        monitor.transmit(ScriptedPatient(), 0)
        for request_ in asked:
            monitor.receive(request_, 0)
        return monitor

    def test_it_is_silent_until_asked(self):
        assert DatexS5Monitor().transmit(ScriptedPatient(), 60 * S) == b""

    def test_values_come_on_their_interval_and_stop(self):
        monitor = self.asked(DISPLAYED)
        assert len(records(monitor.transmit(ScriptedPatient(), 14 * S))) == 3
        monitor.receive(requests.values(Values.DISPLAYED, requests.STOP), 14 * S)
        assert monitor.transmit(ScriptedPatient(), 60 * S) == b""

    def test_another_request_takes_the_place_of_the_first(self):
        monitor = self.asked(DISPLAYED, requests.values(Values.DISPLAYED, 10))
        assert len(records(monitor.transmit(ScriptedPatient(), 25 * S))) == 3

    def test_less_than_five_seconds_is_not_given(self):
        assert not self.asked(requests.values(Values.DISPLAYED, 4)).transmit(ScriptedPatient(), 30 * S)

    def test_once_is_once_and_twice_within_five_seconds_is_once(self):
        once = requests.values(Values.DISPLAYED, requests.ONCE)
        monitor = self.asked(once)
        assert len(records(monitor.transmit(ScriptedPatient(), S))) == 1
        monitor.receive(once, 4 * S)
        assert monitor.transmit(ScriptedPatient(), 5 * S) == b""
        monitor.receive(once, 6 * S)
        assert len(records(monitor.transmit(ScriptedPatient(), 30 * S))) == 1

    def test_all_classes_are_those_of_the_recorded_monitor(self):
        everything = requests.values(Values.DISPLAYED, 5, Classes.EXT1 | Classes.EXT2 | Classes.EXT3)
        (record,) = records(self.asked(everything).transmit(ScriptedPatient(), S))
        assert [record.data[at + 277] & 0x0F for _, at in record.parts] == [0, 1, 3]
        assert record.data[25:40] == b"\xbd\xbd\xff" * 5
        (record,) = records(self.asked(everything, level=2).transmit(ScriptedPatient(), S))
        assert len(record.parts) == 1
        ext_only = requests.values(Values.DISPLAYED, 5, Classes.WITHOUT_BASIC | Classes.EXT1)
        (record,) = records(self.asked(ext_only).transmit(ScriptedPatient(), S))
        assert [record.data[at + 277] & 0x0F for _, at in record.parts] == [1]

    def test_a_request_that_leaves_no_class_gets_no_empty_record(self):
        for classes in (Classes.WITHOUT_BASIC, Classes.WITHOUT_BASIC | Classes.EXT2):
            assert not self.asked(requests.values(Values.DISPLAYED, 5, classes)).transmit(ScriptedPatient(), 30 * S)

    def test_trends_come_only_beside_displayed_values(self):
        trend = requests.values(Values.TREND_10_S, 10)
        assert not self.asked(trend).transmit(ScriptedPatient(), 30 * S)
        sent = records(self.asked(DISPLAYED, trend).transmit(ScriptedPatient(), S))
        assert {record.parts[0][0] for record in sent} == {1, 2}

    def test_the_auxiliary_record_is_not_everybodys(self):
        assert not self.asked(AUXILIARY, answers_auxiliary=False).transmit(ScriptedPatient(), 30 * S)
        (record,) = records(self.asked(AUXILIARY).transmit(ScriptedPatient(), S))
        assert [part for part, _ in record.parts] == [4]

    def given(self, *wanted):
        (record,) = records(self.asked(requests.waves(wanted)).transmit(ScriptedPatient(), 200 * MS))
        return [part for part, _ in record.parts]

    def test_waves_past_the_budget_are_dropped_in_silence(self):
        assert self.given(Wave.ECG1, Wave.ECG2, Wave.PLETH) == [Wave.ECG1, Wave.ECG2]
        assert self.given(Wave.PLETH, Wave.ECG1, Wave.ECG2, Wave.RESP) == [Wave.PLETH, Wave.ECG1, Wave.RESP]

    def test_waves_that_it_does_not_have_and_repeated_ones_are_left_out(self):
        assert self.given(Wave.ECG1, 4, Wave.PLETH, Wave.PLETH) == [Wave.ECG1, Wave.PLETH]
        assert self.asked(WAVES, requests.no_waves()).transmit(ScriptedPatient(), S) == b""

    def test_a_channel_that_is_off_has_no_samples(self):
        data = self.asked(requests.waves([Wave.ECG2])).transmit(ScriptedPatient(), 200 * MS)
        (chunk,) = of(DatexS5().feed(data, 0), WaveformChunk)
        assert set(memoryview(chunk.samples).cast("h")) == {MISSING_SAMPLE}

    def test_alarms_are_those_of_a_carescape(self):
        assert not self.asked(ALARMS, level=9).transmit(ScriptedPatient(), 10 * S)
        patient = ScriptedPatient([(3.0, {"spo2": 85.0})])
        monitor = self.asked(ALARMS, level=10)
        driver = DatexS5()
        assert not of(driver.feed(monitor.transmit(patient, S), 0), DeviceAlarm)
        events = driver.feed(monitor.transmit(patient, 10 * S), 0)
        assert [(e.text, e.priority) for e in of(events, DeviceAlarm)] == [("SpO2 low", Priority.MEDIUM)]
        monitor.receive(requests.alarms(AlarmCommand.LEAVE) + requests.alarms(AlarmCommand.ONCE), 10 * S)
        assert len(records(monitor.transmit(ScriptedPatient(), 30 * S))) == 1

    def test_entering_gives_one_full_status_even_when_all_is_well(self):
        assert len(records(self.asked(ALARMS, level=10).transmit(ScriptedPatient(), 10 * S))) == 1

    def test_it_stands_requests_that_make_no_sense(self):
        for nonsense in (
            build(Kind.NETWORK, [(0, b"x")]),
            build(Kind.WAVES, [(0, b"x")]),
            build(Kind.ALARMS, [(0, bytes(12))]),
        ):
            assert not self.asked(encode(nonsense), level=9).transmit(ScriptedPatient(), S)
        record = bytearray(build(Kind.WAVES, [(0, bytes(32))]))
        record[16:18] = b"\xbd\xbd"
        assert not self.asked(encode(bytes(record))).transmit(ScriptedPatient(), S)

    def test_a_power_cycle_forgets_requests_and_the_last_reading(self):
        cuff = Cuff(phase=CuffPhase.DONE, cycle=1, sys=131, dia=82, mean=99, pulse=70, measured_ns=0)
        patient = ScriptedPatient([(0.0, {"cuff": cuff})])
        monitor = self.asked(DISPLAYED)
        assert told(DatexS5().feed(monitor.transmit(patient, S), 0), "spo2")
        monitor.restart(S)
        assert monitor.transmit(patient, 30 * S) == b""
        monitor.receive(AUXILIARY + DISPLAYED, 30 * S)
        driver = DatexS5()
        events = driver.feed(monitor.transmit(patient, 31 * S), 0) + driver.tick(60 * S)
        assert status(events, "nibp") == [(SensorStatus.OK, "no reading yet")]
        assert not told(events, "nibp_sys")

    @pytest.mark.parametrize("lacks", ["auxiliary", "extensions", "nothing"])
    def test_a_cuff_reading_has_its_time_on_any_of_them(self, lacks):
        cuff = Cuff(phase=CuffPhase.MEASURING, cycle=1)
        done = Cuff(phase=CuffPhase.DONE, cycle=1, sys=131, dia=82, mean=99, pulse=70, measured_ns=22 * S)
        patient = ScriptedPatient([(7.0, {"cuff": cuff}), (22.0, {"cuff": done})])
        level = {"auxiliary": 9, "extensions": 2, "nothing": 11}[lacks]
        bedside = Bedside(DatexS5(), DatexS5Monitor(level, answers_auxiliary=lacks != "auxiliary"), patient).run(40)
        (reading,) = bedside.of(Numeric, metric="nibp_sys")
        assert abs(reading.measured_ns - 22 * S) < 5 * S
        assert reading.validity is Validity.VALID

    def test_sensors_tell_what_the_decoder_tells(self):
        script = [
            (10.0, {"resp_rate": 0.0, "heart_rate": 0.0}),
            (20.0, {"co2_line": ProbeState.OFF, "ecg_lead": ProbeState.SEARCHING}),
            (30.0, {"co2_line": ProbeState.SEARCHING, "spo2": None}),
        ]
        bedside = Bedside(DatexS5(), DatexS5Monitor(11), ScriptedPatient(script, WELL)).run(40)
        assert [text for _, text in status(bedside.events, "co2")] == [
            "measuring",
            "apnoea: no breath in the CO₂",
            "apnoea: no breath in the CO₂; the monitor's apnoea alarm is off",
            "calibrating",
        ]
        raised = {e.code for e in bedside.of(DeviceAlarm, active=True)}
        assert raised >= {"asystole", "apnoea_co2", "box: Asystole", "box: Apnea", "box: ECG leads off"}
        assert {e.code for e in bedside.of(DeviceAlarm, active=False)} >= {"asystole", "apnoea_co2", "box: Asystole"}
