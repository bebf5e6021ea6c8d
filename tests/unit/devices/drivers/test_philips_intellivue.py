"""What the contract does not know of the IntelliVue: its session, its clocks, and what its states mean."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from struct import pack

import pytest

from devices.driver import CuffPhase, ProbeState
from devices.drivers.philips_intellivue import PhilipsIntelliVue, PhilipsIntelliVueMonitor, association, messages
from devices.drivers.philips_intellivue.association import Terms
from devices.drivers.philips_intellivue.clock import MonitorClock, ticks_between
from devices.drivers.philips_intellivue.codes import OperatingMode
from devices.drivers.philips_intellivue.frames import DATAGRAMS, fcs, frame
from devices.drivers.philips_intellivue.frames import messages as user_data_of
from devices.drivers.philips_intellivue.messages import PolledObject, PollResult, Ro
from devices.drivers.philips_intellivue.values import (
    decode_float,
    decode_text,
    decode_time,
    encode_float,
    encode_text,
    encode_time,
)
from devices.drivers.philips_intellivue.waves import convert
from devices.events import (
    MISSING_SAMPLE,
    AdmissionState,
    AlarmKind,
    AlarmMeaning,
    DeviceAlarm,
    DeviceInfo,
    DevicePatient,
    DeviceStatus,
    FrameRejected,
    Gap,
    Mode,
    Numeric,
    Priority,
    RejectReason,
    SensorStatus,
    Validity,
    WaveformChunk,
)
from devices.vocabulary import Unit
from tests.helpers.bedside import MS, WELL, Bedside, S, ScriptedPatient

BPM, RPM, PERCENT, NONE, MMHG, KPA, CELSIUS, FAHRENHEIT = 0x0AA0, 0x0AE0, 0x0220, 0x0200, 0x0F20, 0x0F03, 0x17A0, 0x1140
HR, SPO2, PLETH, ECG_II, RESP = 0x4182, 0x4BB8, 0x4BB4, 0x0102, 0x5000
RELATIVE = 0x0D645300
CREATED_AT = datetime(2026, 3, 2, 9, 0, 0)


def of(events, kind, **fields):
    return [e for e in events if isinstance(e, kind) and all(getattr(e, k) == v for k, v in fields.items())]


def value(physio, number, *, state=0, unit=BPM, decimals=0):
    return pack(">HHHI", physio, state, unit, encode_float(number, decimals))


def single(handle, physio, number, **kwargs):
    return PolledObject(1, handle, {0x0950: value(physio, number, **kwargs)})


def compound(handle, *values, stamp=None, extra=()):
    attributes = {0x094B: pack(">HH", len(values), 10 * len(values)) + b"".join(values), **dict(extra)}
    if stamp is not None:
        attributes[0x0990] = stamp if isinstance(stamp, bytes) else encode_time(stamp)
    return PolledObject(1, handle, attributes)


def result(*objects, sequence=0, relative=RELATIVE, polled=0x0006, group=0, invoke=2, link=None, poll=2):
    body = messages.build_poll_result(PollResult(poll, sequence, relative, polled, group, objects))
    return frame(messages.build(Ro.RESULT if link is None else Ro.LINKED, invoke, 7, body, link))


def created(mode=0x4000, relative=RELATIVE, local=CREATED_AT, invoke=1):
    attributes = messages.build_attributes(
        [
            (0x0984, bytes.fromhex("0006 0009FB05A1C3")),
            (0x0928, b"\0\x08Philips\0\0\x06M8000\0"),
            (0x0946, mode.to_bytes(2, "big")),
            (0x0987, encode_time(local)),
            (0x098F, relative.to_bytes(4, "big")),
        ]
    )
    body = relative.to_bytes(4, "big") + b"\x0d\x06" + pack(">H", 6 + len(attributes)) + messages.MDS_OBJECT
    return frame(messages.build(Ro.INVOKE, invoke, 1, body + attributes))


def cuff(sys=120, dia=80, mean=90, *, state=0, stamp=CREATED_AT - timedelta(seconds=30), unit=MMHG, decimals=0):
    numbers = ((0x4A05, sys), (0x4A06, dia), (0x4A07, mean))
    return compound(0x826A, *(value(p, n, state=state, unit=unit, decimals=decimals) for p, n in numbers), stamp=stamp)


RESPONSE = frame(association.response(Terms(8000, 996, 0x88000000)))


def polling(driver=None, now_ns=0, response=RESPONSE):
    """A driver whose session stands at `now_ns`, and all that it has sent."""
    driver = driver or PhilipsIntelliVue()
    sent = [driver.pending_writes(now_ns), driver.pending_writes(now_ns + 300 * MS)]
    driver.feed(response, now_ns + 400 * MS)
    driver.feed(created(), now_ns + 401 * MS)
    sent += questions(driver, now_ns + 410 * MS)
    return driver, sent


def questions(driver, now_ns, seconds=1.0):
    out = []
    for i in range(round(seconds * 100)):
        data = driver.pending_writes(now_ns + i * 10 * MS)
        if data:
            out.append(data)
    return out


def kinds(sent):
    return [user_data_of(data)[0][0] for data in sent]


class TestValues:
    @pytest.mark.parametrize(
        ("raw", "number"),
        [
            (0xFD007D00, 32.0),
            (0xFF000140, 32.0),
            (0x01000140, 3200.0),
            (0xFF0003B6, 95.0),
            (0xFFFFFFF7, -0.9),
            (0x007FFFFF, None),
            (0xFF7FFFFF, None),
            (0x00800000, None),
            (0x007FFFFE, None),
            (0x00800002, None),
        ],
    )
    def test_float(self, raw, number):
        assert decode_float(raw) == number

    def test_what_is_encoded_is_decoded(self):
        assert decode_float(encode_float(36.8, 1)) == 36.8
        assert decode_float(encode_float(-40.96, 2)) == -40.96
        assert decode_float(encode_float(None, 1)) is None
        assert decode_text(encode_text("Müller")) == "Müller"
        assert decode_time(encode_time(CREATED_AT)) == CREATED_AT

    @pytest.mark.parametrize("raw", [b"\xff" * 8, b"", b"\x20\x26\x13\x01\x00\x00\x00\x00", b"\x20\x2a" + bytes(6)])
    def test_no_time(self, raw):
        assert decode_time(raw) is None

    def test_fcs_has_the_published_check_value(self):
        assert fcs(b"123456789") == 0x906E


class TestSession:
    def test_a_release_comes_first_then_requests_every_two_seconds(self):
        driver = PhilipsIntelliVue()
        assert kinds([driver.pending_writes(0)]) == [0x09]
        assert driver.pending_writes(299 * MS) == b""
        assert kinds([driver.pending_writes(300 * MS)]) == [0x0D]
        assert driver.pending_writes(2299 * MS) == b""
        assert kinds([driver.pending_writes(2300 * MS)]) == [0x0D]

    def test_an_answered_release_is_not_waited_for(self):
        driver = PhilipsIntelliVue()
        driver.pending_writes(0)
        driver.feed(frame(association.RELEASE_RESPONSE), 50 * MS)
        assert kinds([driver.pending_writes(60 * MS)]) == [0x0D]

    def test_the_opening_event_is_answered_before_anything_is_asked(self):
        _, sent = polling()
        answer = user_data_of(sent[2])[0]
        assert answer == bytes.fromhex("E1000002 0002 0014 0001 0001 000E 002100000000 0D645300 0D06 0000")

    def test_an_event_that_is_repeated_is_answered_again(self):
        driver, _ = polling()
        driver.feed(created(invoke=7), 2 * S)
        assert user_data_of(driver.pending_writes(2 * S))[0][8:10] == b"\0\x07"

    def test_one_frame_at_a_time_forty_milliseconds_apart(self):
        driver, _ = polling()
        last_ns = None
        for t_ms in range(1500, 61_500, 10):
            if t_ms % 1000 == 0:
                driver.feed(result(single(1, HR, 60)), t_ms * MS)
            data = driver.pending_writes(t_ms * MS)
            assert len(user_data_of(data)) <= 1
            if data:
                assert last_ns is None or t_ms * MS - last_ns >= 40 * MS
                last_ns = t_ms * MS

    @pytest.mark.parametrize("min_poll_ticks", [4000, 400_000])
    def test_a_poll_every_three_seconds_keeps_the_session_alive(self, min_poll_ticks):
        driver, _ = polling(response=frame(association.response(Terms(min_poll_ticks, 996, 0x80000000))))
        keep_alive = frame(messages.poll(9, 0x36, 0x811, invoke=9))
        times = []
        for t_ms in range(1500, 100_000, 10):
            if t_ms % 1000 == 0:
                driver.feed(result(single(1, HR, 60)), t_ms * MS)
            if driver.pending_writes(t_ms * MS) == keep_alive:
                times.append(t_ms)
        assert len(times) >= 30
        assert max(b - a for a, b in pairwise(times)) <= 3200

    @pytest.mark.parametrize(
        ("ticks", "seconds"), [(4000, 10), (26400, 10), (80_000, 30), (320_000, 120), (400_000, 130)]
    )
    def test_the_granted_period_decides_the_time_out(self, ticks, seconds):
        assert Terms(ticks, 996, 0).silence_ns == seconds * S

    def test_without_waves_granted_none_are_asked_for(self):
        driver, sent = polling(response=frame(association.response(Terms(8000, 996, 0x80000000))))
        asked = b"".join(user_data_of(data)[0] for data in [*sent, *questions(driver, 2 * S, 5)])
        assert b"\xf2\x3a" not in asked
        assert b"\x00\x01\x00\x09" not in asked

    def test_without_the_extension_numbers_are_polled_every_second(self):
        driver, sent = polling(response=frame(association.response(Terms(8000, 996, 0))))
        later = questions(driver, 2 * S, 3)
        single_poll = messages.poll(2, 6, 0, invoke=2)
        assert all(b"\xf1\x3b" not in data for data in [*sent, *later])
        assert sum(user_data_of(data)[0] == single_poll for data in later) == 3

    def test_polls_are_renewed_and_asked_again_when_results_stop(self):
        driver, _ = polling()
        poll = frame(messages.poll(2, 6, 0, invoke=2, active_ticks=480_000))
        asked = []
        for t_ms in range(1500, 40_000, 10):
            if t_ms % 1000 == 0:
                driver.feed(result(single(1, HR, 60)), t_ms * MS)
            if driver.pending_writes(t_ms * MS) == poll:
                asked.append(t_ms)
        assert len(asked) == 1
        assert 30_000 <= asked[0] <= 31_000
        for t_ms in range(40_000, 46_000, 10):
            driver.feed(frame(association.RELEASE_RESPONSE), t_ms * MS)  # frames come, numbers do not
            if driver.pending_writes(t_ms * MS) == poll:
                asked.append(t_ms)
        assert 43_000 <= asked[1] <= 44_100

    def test_the_next_lead_is_tried_when_ours_is_not_sent(self):
        driver, sent = polling()
        assert user_data_of(sent[-1])[0] == messages.set_wave_priority(
            (ECG_II, PLETH, RESP, 0x50AC, 0x4A14), invoke=0x3ED
        )
        driver.feed(listing(5, 0x3ED, (PLETH, RESP)), 2 * S)
        (asked,) = questions(driver, 2 * S, 0.1)
        assert user_data_of(asked)[0] == messages.get_wave_priority(invoke=0x3EC)
        driver.feed(listing(3, 0x3EC, (PLETH, RESP)), 2100 * MS)
        (again,) = questions(driver, 2100 * MS, 0.1)
        assert user_data_of(again)[0] == messages.set_wave_priority((0x0101, PLETH, RESP, 0x50AC, 0x4A14), invoke=0x3ED)
        driver.feed(listing(5, 0x3ED, (0x0101, PLETH)), 2200 * MS)
        questions(driver, 2200 * MS, 0.1)
        driver.feed(listing(3, 0x3EC, (0x0101, PLETH)), 2300 * MS)
        (waves,) = questions(driver, 2300 * MS, 0.1)
        assert user_data_of(waves)[0] == messages.poll(4, 9, 0, invoke=4, active_ticks=480_000)

    def test_a_list_that_is_denied_is_asked_for_later_while_numbers_go_on(self):
        driver, _ = polling()
        driver.feed(frame(messages.build_error(0x3ED, 2)), 2 * S)
        asked = []
        for t_ms in range(2000, 14_000, 10):
            if t_ms % 1000 == 0:
                driver.feed(result(single(1, HR, 60)), t_ms * MS)
            if b"\xf2\x3a" in driver.pending_writes(t_ms * MS):
                asked.append(t_ms)
        assert asked
        assert 11_900 <= asked[0] <= 12_200

    def test_waves_are_polled_though_the_list_is_denied(self):
        driver, _ = polling()
        driver.feed(frame(messages.build_error(0x3ED, 9)), 2 * S)
        wanted = frame(messages.poll(4, 9, 0, invoke=4, active_ticks=480_000))
        assert wanted in questions(driver, 2 * S, 0.5)
        driver.feed(frame(messages.build_error(4, 2)), 2600 * MS)
        assert wanted not in questions(driver, 2600 * MS, 3)

    def test_waves_are_polled_though_the_list_is_never_answered(self):
        driver, _ = polling()
        wanted = frame(messages.poll(4, 9, 0, invoke=4, active_ticks=480_000))
        sent = []
        for t_ms in range(1500, 16_000, 10):
            if t_ms % 1000 == 0:
                driver.feed(result(single(1, HR, 60)), t_ms * MS)
            sent.append(driver.pending_writes(t_ms * MS))
        assert wanted in sent

    @pytest.mark.parametrize("message", [association.ABORT, association.REFUSE])
    def test_after_abort_or_refusal_values_are_blank_and_it_begins_anew(self, message):
        driver, _ = polling()
        driver.feed(result(single(1, HR, 60)), 2 * S)
        events = driver.feed(frame(message), 3 * S)
        assert [(e.metric, e.validity) for e in of(events, Numeric)] == [("heart_rate", Validity.UNAVAILABLE)]
        assert questions(driver, 3 * S, 1.9) == []
        assert kinds(questions(driver, 5 * S, 0.5)) == [0x09, 0x0D]

    def test_a_release_by_the_monitor_is_answered(self):
        driver, _ = polling()
        driver.feed(frame(association.RELEASE_REQUEST), 3 * S)
        assert kinds(questions(driver, 3 * S, 2.5)) == [0x0A, 0x09, 0x0D]

    def test_a_refusal_is_told_once_and_ends_with_the_next_grant(self):
        driver = PhilipsIntelliVue()
        refuse = frame(association.REFUSE)
        (told,) = driver.feed(refuse, 0)
        assert (told.kind, told.active) == (AlarmKind.TECHNICAL, True)
        assert "another computer" in told.text
        assert driver.feed(refuse, S) == ()
        questions(driver, 4 * S)
        (ended,) = driver.feed(RESPONSE, 5 * S)
        assert (ended.code, ended.active) == (told.code, False)

    def test_silence_blanks_and_begins_anew(self):
        driver, _ = polling()
        driver.feed(result(single(1, HR, 60)), 2 * S)
        assert not driver.tick(6999 * MS)
        assert [e.value for e in driver.tick(7 * S)] == [None]
        assert kinds(questions(driver, 7 * S, 0.5)) == [0x09, 0x0D]

    def test_a_session_that_is_granted_and_not_opened_is_given_up(self):
        driver = PhilipsIntelliVue()
        questions(driver, 0)
        driver.feed(RESPONSE, S)
        for second in range(2, 11):
            driver.feed(frame(association.RELEASE_RESPONSE), second * S)
            driver.tick(second * S)
            assert not driver.pending_writes(second * S)
        driver.tick(11 * S)
        assert kinds(questions(driver, 11 * S, 0.1)) == [0x09]

    def test_what_comes_late_or_unasked_changes_nothing(self):
        driver, _ = polling()
        driver.feed(RESPONSE, 2 * S)  # a second answer to a request that was sent twice
        driver.feed(listing(3, 0x3EC, (PLETH,)), 2 * S)  # nobody has asked for it yet
        driver.feed(frame(association.RELEASE_RESPONSE), 2 * S)
        assert kinds([driver.closing_writes(2 * S)]) == [0x09]
        driver.feed(frame(messages.build_error(4, 2)), 3 * S)

    def test_leave_is_taken_with_what_the_state_allows(self):
        driver, _ = polling()
        assert kinds([driver.closing_writes(2 * S)]) == [0x09]
        driver = PhilipsIntelliVue()
        assert driver.closing_writes(0) == b""
        questions(driver, 0)
        driver.feed(RESPONSE, S)
        assert kinds([driver.closing_writes(S)]) == [0x19]

    def test_a_session_that_begins_anew_in_a_recording_starts_from_nothing(self):
        driver = PhilipsIntelliVue()
        driver.feed(created() + result(single(5, HR, 60), relative=RELATIVE + 8000), 0)
        driver.feed(patient(2, "4711", "Ada", "Byron"), 0)
        told = driver.feed(RESPONSE + created(relative=100), S)
        assert [(e.metric, e.value) for e in of(told, Numeric)] == [("heart_rate", None)]
        assert not of(driver.feed(result(PolledObject(1, 5, {}), relative=8100), 2 * S), Numeric)
        assert of(driver.feed(patient(2, "4711", "Ada", "Byron"), 2 * S), DevicePatient)

    def test_no_link_counts_as_silent_while_a_monitor_has_nothing_connected(self):
        driver, _ = polling()
        events = []
        for second in range(2, 12):
            events += driver.feed(result(PolledObject(1, 1, {})), second * S)
        assert 2 <= len(of(events, DeviceInfo)) <= 3


def listing(command, invoke, physios):
    body = messages.build_attributes([(0xF23A, messages.build_labels(physios))])
    return frame(messages.build(Ro.RESULT, invoke, command, body))


class TestNumerics:
    @pytest.mark.parametrize(
        ("state", "validity", "mode"),
        [
            (0x0000, Validity.VALID, Mode.REAL),
            (0x0001, Validity.VALID, Mode.REAL),
            (0x0002, Validity.VALID, Mode.REAL),
            (0x0080, Validity.VALID, Mode.REAL),
            (0x0040, Validity.QUESTIONABLE, Mode.REAL),
            (0x4000, Validity.QUESTIONABLE, Mode.REAL),
            (0x8000, Validity.INVALID, Mode.REAL),
            (0x8001, Validity.INVALID, Mode.REAL),
            (0xC000, Validity.INVALID, Mode.REAL),
            (0x2000, Validity.UNAVAILABLE, Mode.REAL),
            (0x1000, Validity.CALIBRATING, Mode.REAL),
            (0x0100, Validity.INVALID, Mode.REAL),
            (0x0200, Validity.INVALID, Mode.REAL),
            (0x2100, Validity.UNAVAILABLE, Mode.REAL),
            (0x0800, Validity.VALID, Mode.TEST),
            (0x0401, Validity.VALID, Mode.DEMO),
        ],
    )
    def test_the_state_says_what_the_number_is_worth(self, state, validity, mode):
        (told,) = of(PhilipsIntelliVue().feed(result(single(1, HR, 60, state=state)), 0), Numeric)
        assert (told.validity, told.mode) == (validity, mode)
        assert told.value == (60 if validity in (Validity.VALID, Validity.QUESTIONABLE) else None)

    @pytest.mark.parametrize(
        ("operating", "mode"),
        [
            (0x4000, Mode.REAL),
            (0x8000, Mode.REAL),
            (0x0002, Mode.REAL),
            (0x2000, Mode.DEMO),
            (0x1000, Mode.TEST),
            (0x0001, Mode.TEST),
        ],
    )
    def test_the_mode_of_the_monitor_holds_for_all_it_sends(self, operating, mode):
        driver = PhilipsIntelliVue()
        driver.feed(created(mode=operating), 0)
        assert of(driver.feed(result(single(1, HR, 60)), 0), Numeric)[0].mode is mode

    @pytest.mark.parametrize(
        ("physio", "unit", "number", "metric", "told"),
        [
            (0x4B48, CELSIUS, 36.8, "temp", 36.8),
            (0x4B60, FAHRENHEIT, 98.6, "temp", 37.0),
            (0x50B0, MMHG, 38, "etco2", 38),
            (0x50B0, KPA, 5.1, "etco2", 38.25),
            (0x4A15, MMHG, 120, "art_sys", 120),
            (0x5012, RPM, 14, "resp_rate", 14),
            (0x0302, 0x0512, -1.2, "st", -0.12),
        ],
    )
    def test_units_are_converted_by_their_code(self, physio, unit, number, metric, told):
        events = PhilipsIntelliVue().feed(result(single(1, physio, number, unit=unit, decimals=1)), 0)
        (event,) = of(events, Numeric)
        assert (event.metric, event.value, event.validity) == (metric, told, Validity.VALID)

    def test_an_unknown_unit_gives_no_number_and_is_counted(self):
        driver = PhilipsIntelliVue()
        (event,) = of(driver.feed(result(single(1, 0x4B48, 36.8, unit=0x0511, decimals=1)), 0), Numeric)
        assert (event.value, event.validity) == (None, Validity.INVALID)
        assert driver.unknown == {"unit 0511 of temp": 1}

    def test_a_second_measurement_of_a_kind_is_told_apart_by_its_label(self):
        driver = PhilipsIntelliVue()
        own = {0x0924: pack(">I", 0x00024B48)}
        other = {0x0924: pack(">I", 0x8003AAAA), 0x0927: encode_text("Tsoc")}
        core, skin = (single(h, 0x4B48, t, unit=CELSIUS, decimals=1) for h, t in ((1, 37.1), (2, 32.0)))
        named = [
            PolledObject(1, 1, {**own, **core.attributes}),
            PolledObject(1, 2, {**other, **skin.attributes}),
        ]
        expected = [("", 37.1), ("Tsoc", 32.0)]
        assert [(e.source, e.value) for e in of(driver.feed(result(*named), 0), Numeric)] == expected
        bare = driver.feed(result(core, skin, group=0x803), S)
        assert [(e.source, e.value) for e in of(bare, Numeric)] == expected
        gone = driver.feed(result(core, PolledObject(1, 2, {})), 2 * S)
        assert [(e.source, e.value) for e in of(gone, Numeric)] == [("", 37.1), ("Tsoc", None)]

    @pytest.mark.parametrize(("label", "source"), [(0x00024A14, "ABP"), (0x00024A15, "ABP"), (0x8003AAAA, "8003AAAA")])
    def test_a_value_of_a_compound_belongs_to_its_label(self, label, source):
        item = compound(1, value(0x4A15, 120, unit=MMHG), extra={0x0924: pack(">I", label)})
        assert of(PhilipsIntelliVue().feed(result(item), 0), Numeric)[0].source == source

    @pytest.mark.parametrize(
        ("age", "validity"),
        [(timedelta(seconds=30), Validity.VALID), (timedelta(hours=3), Validity.QUESTIONABLE)],
    )
    def test_a_spot_value_has_the_time_of_its_measurement(self, age, validity):
        driver, _ = polling()
        stamp = CREATED_AT - age
        item = single(1, 0x4B78, 37.1, unit=CELSIUS, decimals=1)
        item = PolledObject(1, 1, {**item.attributes, 0x0990: encode_time(stamp)})
        (told,) = of(driver.feed(result(item), S), Numeric)
        assert (told.value, told.validity, told.device_time) == (37.1, validity, stamp.isoformat())
        assert told.measured_ns == S - age // timedelta(microseconds=1) * 1000

    @pytest.mark.parametrize("group", [0x0810, 0x0811])
    def test_an_answer_that_was_asked_for_labels_alone_blanks_nothing(self, group):
        driver = PhilipsIntelliVue()
        driver.feed(result(single(1, HR, 60)), 0)
        labels = (PolledObject(1, 1, {0x0924: pack(">I", HR | 0x20000)}), PolledObject(1, 2, {0x0924: b"\0\2\x4b\xb8"}))
        for n in range(1, 4):
            assert driver.feed(result(*labels, group=group, sequence=None, invoke=7, poll=7), n * S) == ()
        gone = driver.feed(result(PolledObject(1, 2, {}), group=0x0803), 4 * S)
        assert [(e.metric, e.value) for e in of(gone, Numeric)] == [("spo2", None)]

    def test_what_has_no_place_is_counted_by_label_and_code(self):
        driver = PhilipsIntelliVue()
        label = {0x0927: encode_text("ESV ")}
        item = PolledObject(1, 1, {**single(1, 0x4261, 3).attributes, **label})
        other = PolledObject(1, 2, {**single(2, 0x4262, 0.5, unit=0x0512, decimals=1).attributes, **label})
        nothing = single(3, 0x4263, None)
        assert driver.feed(result(item, other, nothing), 0) == ()
        driver.feed(result(item), 0)
        assert driver.unknown == {"PVC (4261)": 2, "ESV (4262)": 1}
        driver.reset(0)
        assert driver.unknown["PVC (4261)"] == 2

    def test_an_object_without_value_clears_what_it_gave(self):
        driver = PhilipsIntelliVue()
        driver.feed(result(single(1, HR, 60)), 0)
        (told,) = of(driver.feed(result(PolledObject(1, 1, {})), S), Numeric)
        assert (told.metric, told.value, told.validity) == ("heart_rate", None, Validity.UNAVAILABLE)
        # The same handle in another context is another object.
        assert driver.feed(result(PolledObject(0, 1, {})), S) == ()

    def test_an_object_that_never_had_a_value_is_known_by_its_label(self):
        driver = PhilipsIntelliVue()
        told = of(driver.feed(result(PolledObject(1, 1, {0x0924: b"\0\x02\x50\xac"})), 0), Numeric)
        assert [(e.metric, e.value) for e in told] == [("etco2", None), ("fico2", None)]

    def test_a_measurement_that_is_off_has_no_number(self):
        item = PolledObject(1, 1, {**single(1, HR, 60).attributes, 0x0940: b"\x80\0"})
        assert of(PhilipsIntelliVue().feed(result(item), 0), Numeric)[0].validity is Validity.UNAVAILABLE

    def test_a_vanished_object_is_gone_after_two_rounds(self):
        driver = PhilipsIntelliVue()
        driver.feed(result(single(1, HR, 60), single(2, SPO2, 97, unit=PERCENT)), 0)
        alone = result(single(1, HR, 60))
        assert not of(driver.feed(alone, S), Numeric, metric="spo2")
        assert [e.value for e in of(driver.feed(alone, 2 * S), Numeric, metric="spo2")] == [None]
        assert not of(driver.feed(alone, 3 * S), Numeric, metric="spo2")

    def test_the_same_bytes_are_told_under_the_label_learned_meanwhile(self):
        driver, item = PhilipsIntelliVue(), single(1, 0x4B48, 37.1, unit=CELSIUS, decimals=1)
        label = PolledObject(1, 1, {0x0924: pack(">I", 0x8003AAAA), 0x0927: encode_text("Tsoc")})
        sources = [e.source for n in range(2) for e in of(driver.feed(result(item), n * S), Numeric)]
        driver.feed(result(label, group=0x0811, sequence=None, invoke=7, poll=7), 2 * S)
        sources += [e.source for e in of(driver.feed(result(item), 3 * S), Numeric)]
        assert sources == ["", "", "Tsoc"]

    def test_the_same_bytes_are_told_in_the_mode_of_the_monitor_then(self):
        driver, items = PhilipsIntelliVue(), (single(1, HR, 60), cuff())
        mds = result(PolledObject(0, 1, {0x0946: b"\x20\0"}), polled=0x21, group=0x80A, sequence=None, invoke=5, poll=5)
        driver.feed(result(*items), 0)
        driver.feed(mds, S)
        told = of(driver.feed(result(*items), 2 * S), Numeric)
        assert [(e.metric, e.mode) for e in told if e.metric in ("heart_rate", "nibp_sys")] == [
            ("heart_rate", Mode.DEMO),
            ("nibp_sys", Mode.DEMO),
        ]

    def test_the_same_bytes_grow_old(self):
        driver, _ = polling()
        item = single(1, 0x4B78, 37.1, unit=CELSIUS, decimals=1)
        item = PolledObject(1, 1, {**item.attributes, 0x0990: encode_time(CREATED_AT)})
        told = [
            of(driver.feed(result(item, relative=RELATIVE + 8000 * at), at * S), Numeric, metric="temp")[0]
            for at in (1, 299, 302)
        ]
        assert [e.validity for e in told] == [Validity.VALID, Validity.VALID, Validity.QUESTIONABLE]

    def test_nothing_is_shown_of_a_number_out_of_all_bounds(self):
        (told,) = of(PhilipsIntelliVue().feed(result(single(1, SPO2, 0, unit=PERCENT)), 0), Numeric)
        assert (told.value, told.validity) == (None, Validity.INVALID)

    def test_the_monitors_time_stands_on_numbers_over_the_wrap_of_its_counter(self):
        driver = PhilipsIntelliVue()
        driver.feed(created(relative=0xFFFFF000), 0)
        later = (0xFFFFF000 + 8000 * 10) & 0xFFFFFFFF
        assert later < 0xFFFFF000
        (told,) = of(driver.feed(result(single(1, HR, 60), relative=later), 0), Numeric)
        assert told.device_time == "2026-03-02T09:00:10"

    def test_no_time_is_bridged_over_a_new_session(self):
        driver = PhilipsIntelliVue()
        driver.feed(created(mode=0x2000), 0)
        driver.feed(frame(association.ABORT), S)
        (told,) = of(driver.feed(result(single(1, HR, 60), relative=5), 2 * S), Numeric)
        assert (told.device_time, told.mode) == (None, Mode.REAL)

    def test_a_clock_that_is_read_again_counts(self):
        driver = PhilipsIntelliVue()
        driver.feed(created(), 0)
        changed = PolledObject(0, 1, {0x0987: encode_time(CREATED_AT + timedelta(hours=1)), 0x0946: b"\x20\0"})
        driver.feed(result(changed, sequence=None, polled=0x21, group=0x80A, invoke=5, poll=5), S)
        (told,) = of(driver.feed(result(single(1, HR, 60)), S), Numeric)
        assert (told.device_time, told.mode) == ("2026-03-02T10:00:00", Mode.DEMO)


class TestLinking:
    def parts(self, sequence=0):
        hr, spo2 = single(1, HR, 60), single(2, SPO2, 97, unit=PERCENT)
        return (
            result(hr, sequence=sequence, link=(1, 1)),
            result(spo2, sequence=sequence, link=(3, 2)),
            result(sequence=sequence),
        )

    def test_a_round_is_told_with_its_closing_part(self):
        driver = PhilipsIntelliVue()
        first, second, closing = self.parts()
        assert driver.feed(first + second, 0) == ()
        assert {e.metric for e in of(driver.feed(closing, 0), Numeric)} == {"heart_rate", "spo2"}

    def test_a_round_without_its_end_gives_way_to_the_next(self):
        driver = PhilipsIntelliVue()
        first, second, _ = self.parts()
        driver.feed(first + second, 0)
        told = driver.feed(b"".join(self.parts(1)), S)
        assert len(of(told, Numeric, metric="heart_rate")) == 1

    def test_what_is_absent_from_a_round_with_a_lost_part_is_not_gone(self):
        driver = PhilipsIntelliVue()
        first, second, closing = self.parts()
        driver.feed(first + second + closing, 0)
        for n in range(1, 6):
            _, second, closing = self.parts(n)
            assert not of(driver.feed(second + closing, n * S), Numeric, metric="heart_rate")

    def test_a_lost_middle_part_is_noticed(self):
        driver = PhilipsIntelliVue()
        hr, spo2, rate = single(1, HR, 60), single(2, SPO2, 97, unit=PERCENT), single(3, 0x500A, 14, unit=RPM)
        for n in range(6):
            first, third = result(hr, sequence=n, link=(1, 1)), result(rate, sequence=n, link=(3, 3))
            second = result(spo2, sequence=n, link=(2, 2)) if n == 0 else b""
            told = driver.feed(first + second + third + result(sequence=n), n * S)
            assert bool(of(told, Numeric, metric="spo2")) is (n == 0)

    def test_parts_of_two_polls_are_not_mixed(self):
        driver = PhilipsIntelliVue()
        first, _, _ = self.parts(4)
        _, second, closing = self.parts(5)
        told = driver.feed(first + second + closing, 0)
        assert {e.metric for e in of(told, Numeric)} == {"spo2"}

    def test_parts_that_come_in_another_order_end_nothing(self):
        driver = PhilipsIntelliVue()
        first, second, closing = self.parts()
        driver.feed(first + second + closing, 0)
        for n in range(1, 6):
            first, second, closing = self.parts(n)
            assert not of(driver.feed(second + first + closing, n * S), Numeric, metric="spo2")

    def test_a_lost_last_part_is_noticed(self):
        driver = PhilipsIntelliVue()
        first, second, closing = self.parts()
        driver.feed(first + second + closing, 0)
        hr, spo2, rate = single(1, HR, 60), single(2, SPO2, 97, unit=PERCENT), single(3, 0x500A, 14, unit=RPM)
        for n in range(6):
            parts = [result(hr, sequence=n, link=(1, 1)), result(spo2, sequence=n, link=(2, 2))]
            if n == 0:
                parts.append(result(rate, sequence=n, link=(3, 3)))
            told = driver.feed(b"".join(parts) + result(sequence=n), n * S)
            assert bool(of(told, Numeric, metric="resp_rate")) is (n == 0)

    def test_a_result_of_another_poll_between_two_parts_takes_none_away(self):
        driver = PhilipsIntelliVue()
        first, second, closing = self.parts()
        between = result(single(3, 0x500A, 14, unit=RPM), invoke=7, poll=7, group=0x803)
        told = driver.feed(first + between + second + closing, 0)
        assert [e.metric for e in of(told, Numeric)] == ["resp_rate", "heart_rate", "spo2"]

    def test_a_part_of_an_earlier_answer_is_not_told_with_a_later_one(self):
        driver = PhilipsIntelliVue()
        hr, spo2 = single(1, HR, 60), single(2, SPO2, 97, unit=PERCENT)
        driver.feed(result(hr, sequence=None, link=(1, 1)), 0)
        later = RELATIVE + 8192
        told = driver.feed(
            result(spo2, sequence=None, link=(3, 2), relative=later) + result(sequence=None, relative=later), S
        )
        assert {e.metric for e in of(told, Numeric)} == {"spo2"}

    @pytest.mark.parametrize("sequence", [None, 4])
    def test_the_time_of_the_closing_part_does_not_matter(self, sequence):
        driver = PhilipsIntelliVue()
        hr, spo2 = single(1, HR, 60), single(2, SPO2, 97, unit=PERCENT)
        parts = result(hr, sequence=sequence, link=(1, 1)) + result(spo2, sequence=sequence, link=(3, 2))
        told = driver.feed(parts + result(sequence=sequence, relative=RELATIVE + 80_000), 0)
        assert {e.metric for e in of(told, Numeric)} == {"heart_rate", "spo2"}

    def test_polls_without_end_are_let_go(self):
        driver = PhilipsIntelliVue()
        for invoke in range(100):
            driver.feed(result(single(1, HR, 60), invoke=invoke, link=(1, 1)), 0)
        assert driver.feed(result(invoke=0), 0) == ()
        assert of(driver.feed(result(invoke=99), 0), Numeric)


class TestCuff:
    def test_a_reading_is_told_once_at_its_own_time(self):
        driver = PhilipsIntelliVue()
        driver.feed(created(), 100 * S)
        events = of(driver.feed(result(cuff()), 100 * S), Numeric)
        assert [(e.metric, e.value) for e in events] == [("nibp_sys", 120), ("nibp_dia", 80), ("nibp_mean", 90)]
        assert {(e.measured_ns, e.validity, e.cycle) for e in events} == {(70 * S, Validity.VALID, 1)}
        for n in range(1, 5):
            assert not of(driver.feed(result(cuff(), relative=RELATIVE + 8192 * n), (100 + n) * S), Numeric)
        driver.reset(110 * S)
        driver.feed(created(relative=5), 110 * S)
        assert not of(driver.feed(result(cuff(), relative=5), 110 * S), Numeric)
        again = of(driver.feed(result(cuff(stamp=CREATED_AT), relative=5), 111 * S), Numeric)
        assert {e.cycle for e in again} == {2}

    def test_a_time_without_numbers_is_no_reading(self):
        driver = PhilipsIntelliVue()
        driver.feed(created(), 0)
        expired = cuff(None, None, None, state=0x2000, stamp=CREATED_AT - timedelta(days=24))
        assert not of(driver.feed(result(expired), 0), Numeric)
        assert not driver.feed(result(cuff(state=0x8000)), 0)
        assert not driver.feed(result(cuff(mean=None)), 0)
        assert not driver.feed(result(cuff(80, 120, 90)), 0)

    def test_what_stands_while_the_cuff_is_inflated_is_not_new(self):
        driver = PhilipsIntelliVue()
        driver.feed(created(), 0)
        (status,) = driver.feed(result(cuff(state=0x0020)), 0)
        assert (status.metric, status.status) == ("nibp", SensorStatus.MEASURING)
        first_number = compound(0x826A, value(0x4A05, 131, state=0x0040, unit=MMHG), stamp=CREATED_AT)
        assert driver.feed(result(first_number), S) == ()
        events = driver.feed(result(cuff(131, stamp=CREATED_AT)), 2 * S)
        assert len(of(events, Numeric)) == 3
        assert of(events, DeviceStatus)[0].status is SensorStatus.OK

    def test_a_measurement_that_ends_without_a_new_reading_has_failed(self):
        driver = PhilipsIntelliVue()
        driver.feed(created(), 0)
        driver.feed(result(cuff()), 0)
        driver.feed(result(cuff(state=0x0020)), S)
        nothing = result(cuff(None, None, None, state=0x2000))
        assert driver.feed(nothing, 2 * S) == ()
        (status,) = driver.feed(nothing, 3 * S)
        assert status.status is SensorStatus.FAILED
        assert driver.feed(nothing, 4 * S) == ()

    def test_without_the_monitors_clock_the_time_is_not_known(self):
        events = of(PhilipsIntelliVue().feed(result(cuff()), 0), Numeric)
        assert {(e.measured_ns, e.validity) for e in events} == {(None, Validity.QUESTIONABLE)}
        assert {e.device_time for e in events} == {"2026-03-02T08:59:30"}

    def test_a_time_ahead_of_the_clock_is_not_believed(self):
        driver = PhilipsIntelliVue()
        driver.feed(created(), 0)
        events = of(driver.feed(result(cuff(stamp=CREATED_AT + timedelta(minutes=5))), 0), Numeric)
        assert {e.measured_ns for e in events} == {None}

    def test_a_clock_that_was_set_meanwhile_is_not_believed(self):
        driver = PhilipsIntelliVue()
        driver.feed(created(), 0)
        driver.feed(result(cuff()), 0)
        # The monitor's clock goes back an hour, and the next reading comes before we have read it again.
        events = of(driver.feed(result(cuff(121, stamp=CREATED_AT - timedelta(hours=1))), 60 * S), Numeric)
        assert {(e.measured_ns, e.validity) for e in events} == {(None, Validity.QUESTIONABLE)}
        driver.reset(61 * S)
        driver.feed(created(), 61 * S)
        # One that stands when we connect may be that old.
        events = of(driver.feed(result(cuff(122, stamp=CREATED_AT - timedelta(minutes=50))), 61 * S), Numeric)
        assert {(e.measured_ns, e.validity) for e in events} == {((61 - 3000) * S, Validity.VALID)}

    def test_without_a_time_changed_numbers_are_a_new_reading(self):
        driver = PhilipsIntelliVue()
        for stamp in (None, b"\xff" * 8):
            driver.reset(0)
            driver.feed(result(cuff(118 if stamp else 117, stamp=stamp)), 0)
            assert not of(driver.feed(result(cuff(118 if stamp else 117, stamp=stamp)), 0), Numeric)
            assert len(of(driver.feed(result(cuff(121, stamp=stamp)), 0), Numeric)) == 3

    def test_kilopascals(self):
        events = of(PhilipsIntelliVue().feed(result(cuff(16, 10.7, 12, unit=KPA, decimals=1)), 0), Numeric)
        assert [e.value for e in events] == [120.01, 80.26, 90.01]

    def test_its_pulse_belongs_to_the_reading_of_the_same_time(self):
        driver = PhilipsIntelliVue()
        driver.feed(created(), 60 * S)

        def pulse(stamp, number=66, state=0):
            item = single(2, 0xF0E5, number, state=state)
            return PolledObject(1, 2, {**item.attributes, 0x0990: encode_time(stamp)})

        stamp = CREATED_AT - timedelta(seconds=30)
        events = driver.feed(result(pulse(stamp), cuff()), 60 * S)
        (told,) = of(events, Numeric, metric="nibp_pulse_rate")
        assert (told.value, told.cycle, told.measured_ns) == (66, 1, 30 * S)
        assert not of(driver.feed(result(pulse(stamp), cuff()), 61 * S), Numeric)
        driver.feed(result(pulse(stamp), cuff(125, stamp=CREATED_AT)), 62 * S)
        late = driver.feed(result(pulse(CREATED_AT, 67), cuff(125, stamp=CREATED_AT)), 63 * S)
        assert [(e.value, e.cycle) for e in of(late, Numeric)] == [(67, 2)]

    def test_a_measurement_whose_object_goes_away_has_failed(self):
        driver, _ = polling()
        driver.feed(result(cuff(state=0x0020)), 0)
        told = [driver.feed(result(single(1, HR, 60), sequence=n), n * S) for n in range(1, 5)]
        (failed,) = of([e for events in told for e in events], DeviceStatus, metric="nibp")
        assert failed.status is SensorStatus.FAILED
        old = CREATED_AT - timedelta(hours=1)
        assert of(driver.feed(result(cuff(stamp=old)), 5 * S), Numeric)[0].validity is Validity.VALID


def wave(physio, samples, *, relative=RELATIVE, state=0, context=None, sequence=0, handle=5):
    block = pack(">HHH", physio, state, 2 * len(samples)) + pack(f">{len(samples)}H", *samples)
    return result(
        PolledObject(1, handle, {**(context or {}), 0x096E: block}),
        relative=relative,
        polled=9,
        invoke=4,
        poll=4,
        sequence=sequence,
    )


ECG_CONTEXT = {
    0x096D: bytes.fromhex("0080 10 0E 3000"),
    0x098D: pack(">I", 0x10),
    0x096F: bytes.fromhex("FEFFF000 FD009FFB 0000 3FFF"),
    0x0996: b"\x10\xb2",
    0x0A16: bytes.fromhex("0002 0008 0001 8000 0002 4000"),
}
PLETH_CONTEXT = {
    0x096D: bytes.fromhex("0020 10 0C 8000"),
    0x098D: pack(">I", 0x40),
    0x096F: bytes.fromhex("007FFFFF 007FFFFF 0000 0FFF"),
    0x0996: b"\x02\0",
}


class TestWaves:
    def test_ecg_has_its_rate_scale_and_unit(self):
        (chunk,) = PhilipsIntelliVue().feed(wave(ECG_II, [8184] * 128, context=ECG_CONTEXT), 0)
        assert (chunk.metric, chunk.source, chunk.rate_hz, chunk.unit) == ("ecg", "II", 500, Unit.MV)
        assert 8184 * chunk.scale + chunk.offset == pytest.approx(-0.040)
        assert memoryview(chunk.samples).cast("h").tolist() == [8184] * 128

    def test_ecg_is_relative_until_its_scale_has_come(self):
        driver = PhilipsIntelliVue()
        (chunk,) = driver.feed(wave(ECG_II, [8177] * 128), 0)
        assert (chunk.unit, chunk.rate_hz) == (None, 500)
        assert 8177 * chunk.scale + chunk.offset == pytest.approx(-0.075)
        driver.feed(wave(ECG_II, [8177] * 128, relative=RELATIVE + 2048, context=ECG_CONTEXT), 0)
        (chunk,) = driver.feed(wave(ECG_II, [8177] * 128, relative=RELATIVE + 4096), 0)
        assert chunk.unit is Unit.MV

    def test_pleth_is_not_shown_until_its_scale_has_come_and_is_relative_then(self):
        driver = PhilipsIntelliVue()
        assert driver.feed(wave(PLETH, [4095] * 32), 0) == ()
        (chunk,) = driver.feed(wave(PLETH, [4095] * 32, relative=RELATIVE + 2048, context=PLETH_CONTEXT), 0)
        assert (chunk.rate_hz, chunk.unit) == (125, None)
        assert 4095 * chunk.scale + chunk.offset == pytest.approx(1.0)

    def test_marks_are_taken_off_and_invalid_samples_are_missing(self):
        samples = [100, 0x8000 | 101, 0x4000 | 102, 0xC000 | 103] * 32
        (chunk,) = PhilipsIntelliVue().feed(wave(ECG_II, samples, context=ECG_CONTEXT), 0)
        assert memoryview(chunk.samples).cast("h").tolist() == [100, MISSING_SAMPLE, 102, MISSING_SAMPLE] * 32

    def test_sixteen_significant_bits_fit(self):
        assert memoryview(convert(b"\0\0\x80\0\xff\xff", 16)).cast("h").tolist() == [-32767, 0, 32767]
        context = {
            **PLETH_CONTEXT,
            0x096D: bytes.fromhex("0020 10 10 0000"),
            0x096F: bytes.fromhex("007FFFFF 007FFFFF 0000 FFFF"),
        }
        (chunk,) = PhilipsIntelliVue().feed(wave(PLETH, [0xFFFF] * 32, context=context), 0)
        (raw, *_) = memoryview(chunk.samples).cast("h")
        assert raw * chunk.scale + chunk.offset == pytest.approx(1.0)

    @pytest.mark.parametrize("state", [0x8000, 0x2000, 0x1000])
    def test_an_invalid_block_is_missing(self, state):
        (chunk,) = PhilipsIntelliVue().feed(wave(ECG_II, [8000] * 128, context=ECG_CONTEXT, state=state), 0)
        assert set(memoryview(chunk.samples).cast("h")) == {MISSING_SAMPLE}

    def test_demonstration_is_marked(self):
        (chunk,) = PhilipsIntelliVue().feed(wave(ECG_II, [8000] * 128, context=ECG_CONTEXT, state=0x0400), 0)
        assert chunk.mode is Mode.DEMO

    def test_a_lost_block_is_a_gap_of_its_length(self):
        driver = PhilipsIntelliVue()
        driver.feed(wave(ECG_II, [8000] * 128, context=ECG_CONTEXT), 0)
        gap, chunk = driver.feed(wave(ECG_II, [8000] * 128, relative=RELATIVE + 3 * 2048, sequence=3), S)
        assert (gap, type(chunk)) == (Gap(t_ns=S, metric="ecg", source="II", n_samples=256), WaveformChunk)

    def test_a_block_that_comes_twice_is_told_once(self):
        driver = PhilipsIntelliVue()
        block = wave(ECG_II, [8000] * 128, context=ECG_CONTEXT)
        driver.feed(block, 0)
        assert driver.feed(block, S) == ()

    def test_a_renewed_poll_is_no_loss(self):
        driver = PhilipsIntelliVue()
        driver.feed(wave(ECG_II, [8000] * 128, context=ECG_CONTEXT, sequence=117), 0)
        (chunk,) = driver.feed(wave(ECG_II, [8000] * 128, relative=RELATIVE + 2048, sequence=0), 0)
        assert isinstance(chunk, WaveformChunk)

    def test_the_counters_wrap_is_no_loss(self):
        driver = PhilipsIntelliVue()
        driver.feed(wave(ECG_II, [8000] * 128, context=ECG_CONTEXT, relative=0xFFFFF800), 0)
        (chunk,) = driver.feed(wave(ECG_II, [8000] * 128, relative=0), 0)
        assert isinstance(chunk, WaveformChunk)

    def test_after_a_new_session_the_line_is_broken(self):
        driver = PhilipsIntelliVue()
        driver.feed(wave(ECG_II, [8000] * 128, context=ECG_CONTEXT), 0)
        driver.reset(0)
        gap, _ = driver.feed(wave(ECG_II, [8000] * 128, relative=99), 10 * S)
        assert gap == Gap(t_ns=10 * S, metric="ecg", source="II", n_samples=None)

    def test_a_compound_is_told_lead_by_lead_at_the_rate_of_its_blocks(self):
        # Handle 5 also stands for lead MCL at 500/s, as in the published recording.
        driver = PhilipsIntelliVue()
        label = {0x0924: pack(">HH", 2, 0x014B)}
        driver.feed(result(PolledObject(1, 5, {**ECG_CONTEXT, **label}), polled=9, invoke=4, poll=4), 0)
        blocks = b"".join(pack(">HHH", lead, 0, 128) + pack(">64H", *[8000] * 64) for lead in (0x0102, 0x0143, 0x013E))
        item = PolledObject(1, 5, {0x0967: pack(">HH", 3, len(blocks)) + blocks})
        chunks = driver.feed(result(item, polled=9, invoke=4, poll=4), 0)
        assert [(e.source, e.rate_hz) for e in chunks] == [("II", 250), ("V", 250), ("aVR", 250)]

    def test_samples_of_eight_bits_are_counted_and_not_shown(self):
        driver = PhilipsIntelliVue()
        context = {**PLETH_CONTEXT, 0x096D: bytes.fromhex("0040 08 08 0000")}
        assert driver.feed(wave(PLETH, [1] * 32, context=context), 0) == ()
        assert driver.unknown == {"wave no name (4BB4)": 1}

    @pytest.mark.parametrize(
        "change",
        [
            {0x0996: b"\x02\0"},
            {0x096F: bytes.fromhex("007FFFFF 007FFFFF 0000 0FFF")},
            {0x096F: bytes.fromhex("00000000 00000014 0FFF 0FFF")},
        ],
    )
    def test_carbon_dioxide_is_not_shown_without_a_scale_in_a_known_unit(self, change):
        context = {
            0x096D: bytes.fromhex("0010 10 0C 0000"),
            0x096F: bytes.fromhex("00000000 00000014 0000 0FFF"),
            0x0996: b"\x0f\x20",
            **change,
        }
        assert PhilipsIntelliVue().feed(wave(0x50AC, [1000] * 16, context=context), 0) == ()

    def test_a_wave_that_has_no_place_is_counted(self):
        driver = PhilipsIntelliVue()
        assert driver.feed(wave(0x4A10, [0] * 32), 0) == ()
        assert driver.unknown == {"wave ART wave (4A10)": 1}

    @pytest.mark.parametrize(("unit", "factor"), [(b"\x0f\x20", 1), (b"\x0f\x03", 7.50062)])
    def test_arterial_pressure_has_its_scale_once_that_is_told(self, unit, factor):
        context = {
            0x096D: bytes.fromhex("0020 10 0E 0000"),
            0x098D: pack(">I", 0x40),
            0x096F: pack(">IIHH", encode_float(-4, 1), encode_float(52, 1), 0, 5600),
            0x0996: unit,
        }
        driver = PhilipsIntelliVue()
        assert driver.feed(wave(0x4A14, [1400] * 32), 0) == ()
        (chunk,) = driver.feed(wave(0x4A14, [1400] * 32, relative=RELATIVE + 2048, context=context), 0)
        assert (chunk.metric, chunk.source, chunk.rate_hz, chunk.unit) == ("art", "ABP", 125, Unit.MMHG)
        assert 1400 * chunk.scale + chunk.offset == pytest.approx(10 * factor)

    def test_carbon_dioxide_in_kilopascals_becomes_mmhg(self):
        context = {
            0x096D: bytes.fromhex("0010 10 0C 0000"),
            0x098D: pack(">I", 0x80),
            0x096F: pack(">IIHH", 0, 20, 0, 4000),
            0x0996: b"\x0f\x03",
        }
        (chunk,) = PhilipsIntelliVue().feed(wave(0x50AC, [1000] * 16, context=context), 0)
        assert (chunk.metric, chunk.unit, chunk.rate_hz) == ("co2", Unit.MMHG, 62.5)
        assert 1000 * chunk.scale + chunk.offset == pytest.approx(5 * 7.50062)


def alarms(*, state=0, physiological=(), technical=()):
    def entries(items):
        body = b""
        for source, code, urgency, entry_state, text in items:
            info = pack(">HIHH", 0, 7, 0, 0) + (encode_text(text) if text is not None else b"")
            head = pack(
                ">HHHH6sHH", source, code, urgency, entry_state, bytes(6), 516 if text is not None else 513, len(info)
            )
            body += head + info
        return pack(">HH", len(items), len(body)) + body

    item = PolledObject(
        0,
        0x8401,
        {0x0916: pack(">5H", state, 1, 0, 0, 0), 0x0902: entries(physiological), 0x0904: entries(technical)},
    )
    return result(item, polled=0x36, group=0x801, invoke=3, poll=3)


LOW_SPO2 = (SPO2, 62, 0x0200, 0, "** SpO₂ NIEDRIG")
LEAD_OFF = (HR, 22, 0x0001, 0, None)


class TestAlarms:
    def test_alarms_begin_and_end(self):
        driver = PhilipsIntelliVue()
        low, off = driver.feed(alarms(physiological=[LOW_SPO2], technical=[LEAD_OFF]), 0)
        assert (low.kind, low.priority, low.code, low.text, low.active) == (
            AlarmKind.PHYSIOLOGICAL,
            Priority.MEDIUM,
            f"{SPO2}.62",
            "** SpO₂ NIEDRIG",
            True,
        )
        assert (off.kind, off.priority, off.active) == (AlarmKind.TECHNICAL, Priority.LOW, True)
        assert driver.feed(alarms(physiological=[LOW_SPO2], technical=[LEAD_OFF]), S) == ()
        (ended,) = driver.feed(alarms(technical=[LEAD_OFF]), 2 * S)
        assert (ended.code, ended.active) == (low.code, False)

    @pytest.mark.parametrize(
        ("kind", "code", "meaning"),
        [
            ("physiological", 3072, AlarmMeaning.APNOEA),
            ("physiological", 3073, AlarmMeaning.APNOEA),
            ("physiological", 3074, None),
            ("technical", 3072, None),
        ],
    )
    def test_apnoea_is_known_by_its_code_in_any_language(self, kind, code, meaning):
        driver = PhilipsIntelliVue()
        entry = (0x5012, code, 0x0404, 0, "*** APNOE")
        (begun,) = driver.feed(alarms(**{kind: [entry]}), 0)
        (over,) = driver.feed(alarms(), S)
        assert (begun.meaning, over.meaning) == (meaning, meaning)
        assert (begun.active, over.active) == (True, False)

    def test_paused_and_silenced_are_told(self):
        driver = PhilipsIntelliVue()
        (paused,) = driver.feed(alarms(state=0x4000), 0)
        assert (paused.text, paused.active) == ("The alarms are paused on the monitor", True)
        ended, silenced = driver.feed(alarms(state=0x1000), S)
        assert (ended.code, ended.active) == (paused.code, False)
        assert silenced.code == "alarms.silenced"
        source, code, urgency, _, text = LOW_SPO2
        told = driver.feed(alarms(physiological=[(source, code, urgency, 0x1000, text)]), 2 * S)
        assert "** SpO₂ NIEDRIG (silenced)" in [e.text for e in told]

    def test_an_inhibited_alarm_is_not_active(self):
        source, code, urgency, _, text = LOW_SPO2
        assert PhilipsIntelliVue().feed(alarms(physiological=[(source, code, urgency, 0x8000, text)]), 0) == ()

    def test_none_is_told_in_demonstration(self):
        driver = PhilipsIntelliVue()
        driver.feed(alarms(physiological=[LOW_SPO2]), 0)
        assert [e.active for e in driver.feed(alarms(state=0x1100, physiological=[LOW_SPO2]), S)] == [False]
        driver.feed(created(mode=0x2000), 2 * S)
        assert driver.feed(alarms(physiological=[LOW_SPO2]), 2 * S) == ()

    def test_two_alarms_of_one_source_and_code_are_both_told(self):
        driver = PhilipsIntelliVue()
        source, code, _, state, _ = LOW_SPO2
        right, fault = (source, code, 0x0400, state, "*** SpO₂r NIEDRIG"), (source, code, 0x0001, state, "SpO₂ FEHLER")
        told = driver.feed(alarms(physiological=[LOW_SPO2, right], technical=[fault]), 0)
        assert [(e.kind, e.text) for e in told] == [
            (AlarmKind.PHYSIOLOGICAL, LOW_SPO2[-1]),
            (AlarmKind.PHYSIOLOGICAL, right[-1]),
            (AlarmKind.TECHNICAL, fault[-1]),
        ]
        assert len({e.code for e in told}) == 3
        assert driver.feed(alarms(physiological=[LOW_SPO2, right], technical=[fault]), S) == ()
        told = driver.feed(alarms(technical=[fault]), 2 * S)
        assert [(e.kind, e.text) for e in told if e.active] == [(AlarmKind.TECHNICAL, fault[-1])]
        assert len([e for e in told if not e.active]) == 3
        assert [e.kind for e in driver.feed(alarms(), 3 * S)] == [AlarmKind.TECHNICAL]

    def test_the_keep_alive_answer_ends_no_alarm(self):
        driver = PhilipsIntelliVue()
        driver.feed(alarms(physiological=[LOW_SPO2]), 0)
        static = result(PolledObject(0, 0x8401, {}), polled=0x36, group=0x811, sequence=None, invoke=9, poll=9)
        assert driver.feed(static, S) == ()

    def test_what_is_absent_from_a_result_with_a_lost_part_has_not_ended(self):
        driver = PhilipsIntelliVue()
        driver.feed(alarms(physiological=[LOW_SPO2]), 0)
        assert driver.feed(result(polled=0x36, group=0x801, invoke=3, poll=3), S) == ()

    def test_alarms_are_told_again_in_a_new_session(self):
        driver = PhilipsIntelliVue()
        driver.feed(alarms(physiological=[LOW_SPO2]), 0)
        driver.reset(S)
        assert [e.active for e in driver.feed(alarms(physiological=[LOW_SPO2]), S)] == [True]
        driver.reset(2 * S)
        assert [e.active for e in driver.feed(alarms(), 2 * S)] == [False]


def patient(state, patient_id="", given="", family=""):
    attributes = {0x0957: pack(">H", state)}
    for attribute, text in ((0x095A, patient_id), (0x095D, given), (0x095C, family)):
        attributes[attribute] = encode_text(text)
    return result(PolledObject(0, 9, attributes), polled=0x2A, group=0x807, sequence=None, invoke=0x3EA, poll=0)


class TestPatient:
    def test_a_change_is_told_once(self):
        driver = PhilipsIntelliVue()
        (first,) = driver.feed(patient(2, "4711", "Ada", "Byron"), 0)
        assert (first.admission, first.patient_id, first.name) == (AdmissionState.ADMITTED, "4711", "Ada Byron")
        assert driver.feed(patient(2, "4711", "Ada", "Byron"), S) == ()
        (other,) = driver.feed(patient(2, "4712"), 2 * S)
        assert (other.patient_id, other.name) == ("4712", None)
        (gone,) = driver.feed(patient(8, "4712"), 3 * S)
        assert (gone.admission, gone.patient_id) == (AdmissionState.DISCHARGED, None)

    @pytest.mark.parametrize(
        ("state", "admission"),
        [(0, AdmissionState.NONE), (1, AdmissionState.PRE_ADMITTED), (5, AdmissionState.UNKNOWN)],
    )
    def test_identity_counts_only_while_admitted(self, state, admission):
        (told,) = PhilipsIntelliVue().feed(patient(state, "4711", "Ada"), 0)
        assert told == DevicePatient(t_ns=0, admission=admission)

    def test_it_is_told_again_after_an_interruption(self):
        driver = PhilipsIntelliVue()
        driver.feed(patient(0), 0)
        driver.feed(frame(association.ABORT), S)
        assert len(driver.feed(patient(0), 2 * S)) == 1


class TestDamage:
    @pytest.mark.parametrize(
        "user_data",
        [
            bytes.fromhex("E1000002 0002"),
            bytes.fromhex("E1000002 0002 0001 00"),
            bytes.fromhex("E1000009 0002 0000"),
            bytes.fromhex("E1000002 0002 0000 0001 0007 0000"),
            association.response(Terms(8000, 996, 0))[:118],
            association.response(Terms(8000, 996, 0)).replace(b"\0\x01\0\x28", b"\0\x02\0\x28"),
            messages.build(Ro.RESULT, 2, 3, messages.build_attributes([(0xF23A, b"\0\x02\0\x04\0\x02\x01\x02")])),
            bytes.fromhex("E1000002 0005 0001 01"),
            bytes.fromhex("E1000002 0002 0008 0001 0007 0002 0021"),
            association.response(Terms(8000, 996, 0x88000000))[:150],
            b"\x0e\x00",
            messages.build(Ro.RESULT, 2, 7, b"\xf1\x3b\x00\x10\x00"),
        ],
    )
    def test_a_message_that_is_cut_off_is_rejected(self, user_data):
        (event,) = PhilipsIntelliVue().feed(frame(user_data), 0)
        assert isinstance(event, FrameRejected)
        assert event.reason is RejectReason.RANGE

    @pytest.mark.parametrize(
        "broken",
        [
            PolledObject(1, 1, {0x0950: bytes(9)}),
            PolledObject(1, 1, {0x094B: b"\0\x02\0\x0a" + bytes(10)}),
            PolledObject(1, 1, {0x094B: b"\0"}),
            PolledObject(1, 1, {0x094B: b"\0\x01\0\x0a"}),
            PolledObject(1, 1, {**single(1, 0x4261, 3).attributes, 0x0927: b"\0\x08"}),
        ],
    )
    def test_a_value_that_is_cut_off_is_rejected(self, broken):
        (event,) = PhilipsIntelliVue().feed(result(broken), 0)
        assert event.reason is RejectReason.RANGE

    @pytest.mark.parametrize(
        "broken",
        [
            {0x096E: b"\x01\x02\0\0"},
            {0x096E: b"\x01\x02\0\0\0\x04\0\0"},
            {0x096E: b"\x01\x02\0\0\0\x03\0\0\0"},
            {0x0967: b"\0\x02\0\0"},
            {0x0924: b"\0\x02\x01\x02", 0x096D: bytes.fromhex("0080 10 11 0000")},
            {0x0924: b"\0\x02\x01\x02", 0x0A16: b"\0\x02\0\x04\0\x01\x80\0"},
        ],
    )
    def test_a_wave_that_is_cut_off_is_rejected(self, broken):
        (event,) = PhilipsIntelliVue().feed(result(PolledObject(1, 1, broken), polled=9, invoke=4, poll=4), 0)
        assert event.reason is RejectReason.RANGE

    @pytest.mark.parametrize("size", [2, 4, 10, 24])
    def test_an_alarm_that_is_cut_off_is_rejected(self, size):
        entries = pack(">HH", 1, size) + pack(">HHHH6sHH", 1, 2, 1, 0, bytes(6), 513, 10)[:size].ljust(size, b"\0")
        item = PolledObject(0, 1, {0x0904: entries})
        (event,) = PhilipsIntelliVue().feed(result(item, polled=0x36, group=0x801, invoke=3, poll=3), 0)
        assert event.reason is RejectReason.RANGE

    def test_what_nobody_asked_for_is_passed_over(self):
        driver = PhilipsIntelliVue()
        for user_data in (
            messages.build(Ro.RESULT, 2, 7, b"\x0c\x17\0\0"),
            messages.build(Ro.RESULT, 2, 3, messages.build_attributes([(0x0984, b"")])),
            messages.build(Ro.INVOKE, 1, 0, bytes(4) + b"\x0d\x07\0\0"),
            messages.build(Ro.RESULT, 2, 4, b""),
            messages.build_error(77, 2),
        ):
            assert driver.feed(frame(user_data), 0) == ()
        assert driver.feed(result(single(1, HR, 60), polled=5), 0) == ()
        assert driver.feed(result(PolledObject(0, 1, {}), polled=0x2A, group=0x807), 0) == ()

    def test_objects_without_end_are_not_kept(self):
        driver = PhilipsIntelliVue()
        for n in range(60):
            driver.feed(result(*(PolledObject(n, h, single(h, HR, 60).attributes) for h in range(40))), n)
            driver.feed(result(*(PolledObject(n, 99 + h, {0x0924: b"\0\x02\x41\x82"}) for h in range(40))), n)
            driver.feed(
                result(
                    *(PolledObject(n, h, {**PLETH_CONTEXT, 0x0924: pack(">HH", 2, h)}) for h in range(10)), polled=9
                ),
                n,
            )
        assert len(driver._numerics._objects) <= 1024
        assert len(driver._numerics._read) <= 1024
        assert len(driver._objects) <= 1024
        assert len(driver._waves._contexts) <= 256

    @pytest.mark.parametrize(
        "user_data", [b"", b"\x55", bytes.fromhex("E1000002 0009 000C 0001 0007 0006 000000000000")]
    )
    def test_a_message_of_no_known_sort_is_rejected(self, user_data):
        (event,) = PhilipsIntelliVue().feed(frame(user_data), 0)
        assert isinstance(event, FrameRejected)

    def test_lengths_inside_that_do_not_agree_are_rejected(self):
        good = user_data_of(result(single(1, HR, 60)))[0]
        for at in range(8, len(good)):
            for change in (1, 0x80):
                damaged = good[:at] + bytes([good[at] ^ change]) + good[at + 1 :]
                PhilipsIntelliVue().feed(frame(damaged), 0)  # whatever it says now: it raises nothing
        longer = messages.build(Ro.RESULT, 2, 7, messages.parse(good).body + b"\0")
        assert isinstance(PhilipsIntelliVue().feed(frame(longer), 0)[0], FrameRejected)

    def test_a_frame_of_more_than_1500_bytes_is_not_taken(self):
        (event, *_) = PhilipsIntelliVue().feed(frame(bytes(1501)), 0)
        assert event.reason is RejectReason.FRAMING

    def test_another_protocol_id_is_not_taken(self):
        body = b"\x12\x01\x00\x01\x00"
        data = b"\xc0" + body + fcs(body).to_bytes(2, "little") + b"\xc1"
        driver = PhilipsIntelliVue()
        (event,) = [*driver.feed(data, 0), *driver.reset(0)]
        assert (event.reason, event.length) == (RejectReason.UNKNOWN, len(data))


class TestDatagrams:
    def test_a_datagram_and_its_frame(self):
        message = messages.poll(9, 0x36, 0x811, invoke=9)
        assert DATAGRAMS.messages(DATAGRAMS.frame(message) * 2) == (message, message)
        assert DATAGRAMS.messages(b"") == ()

    def test_a_connect_indication_is_passed_over(self):
        assert PhilipsIntelliVue().feed(DATAGRAMS.frame(bytes.fromhex("00000100") + bytes(60)), 0) == ()


class TestClock:
    def test_it_knows_nothing_past_the_end_of_the_calendar(self):
        clock = MonitorClock()
        clock.set(datetime(9999, 12, 31, 23, 59, 59), 0)
        assert clock.at(16_000) is None

    @pytest.mark.parametrize(
        ("earlier", "later", "ticks"), [(5, 9, 4), (9, 5, -4), (0xFFFFFFFE, 3, 5), (3, 0xFFFFFFFE, -5)]
    )
    def test_ticks_go_round(self, earlier, later, ticks):
        assert ticks_between(earlier, later) == ticks

    def test_it_keeps_time_over_many_rounds(self):
        clock = MonitorClock()
        assert clock.at(0) is None
        clock.set(CREATED_AT, 0)
        hours = 1000
        for hour in range(1, hours + 1):
            local = clock.at(hour * 3600 * 8000 & 0xFFFFFFFF)
        assert local == CREATED_AT + timedelta(hours=hours)


# The monitor's side.


def client(monitor, message, now_ns):
    monitor.receive(frame(message), now_ns)


def heard(monitor, now_ns, patient_=None):
    return user_data_of(monitor.transmit(patient_ or ScriptedPatient(), now_ns))


def associated(answers=True):
    monitor = PhilipsIntelliVueMonitor()
    heard(monitor, 0)
    client(monitor, association.request(Terms(8000, 1400, 0x88000000)), 0)
    response, event = heard(monitor, 1101 * MS)
    assert (response[0], event[:1]) == (0x0E, b"\xe1")
    if answers:
        client(monitor, messages.mds_create_result(1, bytes(4)), 1200 * MS)
    return monitor


class TestMonitor:
    def test_what_it_cannot_read_is_passed_over(self):
        monitor = associated()
        for message in (
            b"",
            association.request(Terms(8000, 1400, 0))[:100],
            bytes.fromhex("E1000002 0001"),
            messages.build(Ro.INVOKE, 1, 4, b""),
            messages.build(Ro.INVOKE, 1, 5, bytes(12)),
        ):
            client(monitor, message, 2 * S)
        assert heard(monitor, 3 * S) == ()

    def test_an_action_that_it_does_not_know_is_an_error(self):
        monitor = associated()
        body = messages.parse(messages.poll(2, 6, 0, invoke=2)).body.replace(b"\x0c\x16", b"\x0c\x17")
        client(monitor, messages.build(Ro.INVOKE, 2, 7, body), 2 * S)
        error = messages.parse(heard(monitor, 3 * S)[0])
        assert (error.ro, error.command) == (Ro.ERROR, 9)

    def test_waves_that_were_not_granted_are_denied(self):
        monitor = PhilipsIntelliVueMonitor()
        heard(monitor, 0)
        client(monitor, association.request(Terms(8000, 1400, 0x80000000)), 0)
        heard(monitor, 1101 * MS)
        client(monitor, messages.mds_create_result(1, bytes(4)), 1200 * MS)
        client(monitor, messages.set_wave_priority((PLETH,), invoke=0x3ED), 2 * S)
        client(monitor, messages.poll(4, 9, 0, invoke=4, active_ticks=480_000), 2 * S)
        said = [messages.parse(m) for m in heard(monitor, 3 * S)]
        assert [(m.ro, m.command) for m in said] == [(Ro.ERROR, 2)] * 2

    def test_a_client_that_aborts_is_gone(self):
        monitor = associated()
        client(monitor, messages.poll(2, 6, 0x803, invoke=2, active_ticks=480_000), 2 * S)
        client(monitor, association.ABORT, 5 * S)
        heard(monitor, 5 * S)
        assert heard(monitor, 60 * S) == ()

    def test_it_says_nothing_unasked(self):
        assert PhilipsIntelliVueMonitor().transmit(ScriptedPatient(), 100 * S) == b""

    def test_its_response_grants_what_it_can(self):
        monitor = PhilipsIntelliVueMonitor()
        heard(monitor, 0)
        client(monitor, association.request(Terms(100, 12_288, 0xFF000000)), 0)
        assert association.parse_terms(heard(monitor, 1100 * MS)[0]) == Terms(4000, 996, 0x8E000000)

    def test_an_unanswered_opening_event_is_repeated_three_times_then_aborted(self):
        monitor = associated(answers=False)
        client(monitor, messages.poll(2, 6, 0, invoke=2), 5 * S)  # passed over
        said = [(t, m) for t in range(2, 20) for m in heard(monitor, t * S)]
        assert [(t, m[0]) for t, m in said] == [(5, 0xE1), (8, 0xE1), (11, 0xE1), (12, 0x19)]

    def test_a_second_association_is_refused(self):
        monitor = associated()
        client(monitor, association.request(Terms(8000, 1400, 0x88000000)), 2 * S)
        assert [m[0] for m in heard(monitor, 3 * S)] == [0x0C]

    def test_one_that_is_no_client_is_refused(self):
        monitor = PhilipsIntelliVueMonitor()
        heard(monitor, 0)
        message = association.request(Terms(8000, 1400, 0x88000000))
        at = message.index(b"\x80\0\0\0\x20\0\0\0")
        client(monitor, message[:at] + b"\0\x80\0\0" + message[at + 4 :], 0)
        assert [m[0] for m in heard(monitor, 3 * S)] == [0x0C]

    def test_a_silent_client_is_dropped(self):
        monitor = associated()
        assert [m[0] for m in heard(monitor, 11_199 * MS)] == []
        assert [m[0] for m in heard(monitor, 11_200 * MS)] == [0x19]

    def test_a_release_is_answered_but_not_before_the_opening_event_is(self):
        monitor = associated(answers=False)
        client(monitor, association.RELEASE_REQUEST, 1200 * MS)
        assert heard(monitor, 2 * S) == ()
        monitor = associated()
        client(monitor, association.RELEASE_REQUEST, 2 * S)
        assert heard(monitor, 3 * S) == (association.RELEASE_RESPONSE,)

    def test_an_extended_poll_gives_a_result_a_second_until_its_period_ends(self):
        monitor = associated()
        client(monitor, messages.poll(2, 6, 0x803, invoke=2, active_ticks=16_000), 2 * S)
        results = [messages.parse_poll_result(messages.parse(m).body) for m in heard(monitor, 9 * S)]
        assert [r.sequence for r in results] == [0, 1, 2]
        assert {b.relative - a.relative for a, b in pairwise(results)} == {8192}

    def test_a_long_result_is_linked_and_closed_by_an_empty_one(self):
        monitor = associated()
        client(monitor, messages.poll(2, 6, 0, invoke=2), 2 * S)
        parts = [messages.parse(m) for m in heard(monitor, 3 * S)]
        assert [p.link for p in parts] == [(1, 1), (2, 2), (3, 3), None]
        assert messages.parse_poll_result(parts[-1].body).objects == ()

    def test_a_poll_without_its_scope_is_passed_over_and_an_unknown_one_is_an_error(self):
        monitor = associated()
        good = messages.parse(messages.poll(2, 6, 0, invoke=2))
        client(monitor, messages.build(Ro.INVOKE, 2, 7, good.body[4:]), 2 * S)
        assert heard(monitor, 3 * S) == ()
        client(monitor, messages.poll(2, 0x77, 0, invoke=2), 3 * S)
        assert messages.parse(heard(monitor, 4 * S)[0]).ro == Ro.ERROR

    def test_unknown_waves_are_dropped_from_the_list_in_silence(self):
        monitor = associated()
        client(monitor, messages.set_wave_priority((0x0101, PLETH), invoke=0x3ED), 2 * S)
        client(monitor, messages.get_wave_priority(invoke=0x3EC), 2100 * MS)
        for message in heard(monitor, 3 * S):
            attributes, _ = messages.parse_attributes(messages.parse(message).body)
            assert messages.parse_labels(attributes[0xF23A]) == (PLETH,)
        default = bytes(4) + pack(">HHHHH", 1, 6, 3, 0xF23A, 0)
        client(monitor, messages.build(Ro.INVOKE, 0x3ED, 5, default), 4 * S)
        (answer,) = heard(monitor, 5 * S)
        attributes, _ = messages.parse_attributes(messages.parse(answer).body)
        assert messages.parse_labels(attributes[0xF23A]) == (ECG_II, PLETH, RESP, 0x50AC)

    def test_it_has_no_enumerations_to_tell(self):
        monitor = associated()
        client(monitor, messages.poll(6, 0x0005, 0, invoke=6), 2 * S)
        (answer,) = heard(monitor, 3 * S)
        told = messages.parse_poll_result(messages.parse(answer).body)
        assert (told.polled, told.objects) == (0x0005, ())

    @pytest.mark.parametrize(
        ("asked", "granted"), [(0x08000000, 0), (0x48000000, 0x08000000), (0x88000000, 0x88000000)]
    )
    def test_without_a_period_of_numbers_the_extension_is_ignored(self, asked, granted):
        monitor = PhilipsIntelliVueMonitor()
        heard(monitor, 0)
        client(monitor, association.request(Terms(8000, 1400, asked)), 0)
        assert association.parse_terms(heard(monitor, 1100 * MS)[0]).options == granted


def bedside(script=(), seconds=8.0, monitor=None):
    return Bedside(PhilipsIntelliVue(), monitor or PhilipsIntelliVueMonitor(), ScriptedPatient(script)).run(seconds)


class TestTogether:
    def test_demonstration_mode_marks_all(self):
        monitor = PhilipsIntelliVueMonitor()
        monitor.mode = OperatingMode.DEMO
        both = bedside(monitor=monitor)
        assert {e.mode for e in both.events if isinstance(e, Numeric | WaveformChunk)} == {Mode.DEMO}
        assert len(both.of(WaveformChunk)) > 20
        assert not both.of(DeviceAlarm)

    def test_the_counter_goes_round_in_the_middle_of_it(self):
        monitor = PhilipsIntelliVueMonitor()
        monitor.begin_relative_time(2**32 - 5 * 8000)
        both = bedside(monitor=monitor, seconds=12)
        assert not both.of(Gap)
        times = [datetime.fromisoformat(e.device_time) for e in both.of(Numeric, metric="heart_rate")]
        assert {round((b - a).total_seconds()) for a, b in pairwise(times)} == {1}

    def test_the_monitors_alarms_come_through(self):
        low = {"spo2": 85.0, "ecg_lead": ProbeState.OFF}
        both = bedside([(4.0, low), (8.0, {"spo2": 97.0})], seconds=12)
        told = [(e.text, e.kind, e.active) for e in both.of(DeviceAlarm)]
        assert ("** SpO₂ LOW", AlarmKind.PHYSIOLOGICAL, True) in told
        assert ("** SpO₂ LOW", AlarmKind.PHYSIOLOGICAL, False) in told
        assert ("ECG LEADS OFF", AlarmKind.TECHNICAL, True) in told

    def test_a_change_of_patient_comes_through(self):
        monitor = PhilipsIntelliVueMonitor()
        monitor.admit("4711", "Ada", "Byron")
        both = bedside(monitor=monitor)
        monitor.admit("4712", "Grace", "Hopper")
        both.run(14)
        monitor.discharge()
        both.run(14)
        assert [(e.admission, e.patient_id) for e in both.of(DevicePatient)] == [
            (AdmissionState.ADMITTED, "4711"),
            (AdmissionState.ADMITTED, "4712"),
            (AdmissionState.DISCHARGED, None),
        ]

    def test_after_a_power_cycle_there_is_a_new_session(self):
        both = bedside()
        n_infos = len(both.of(DeviceInfo))
        both.monitor.restart(both.now_ns)
        both.events.clear()
        both.run(12)
        assert len(both.of(DeviceInfo)) == n_infos
        assert both.of(Numeric, metric="spo2")[0].value is None  # blanked
        assert both.of(Numeric, metric="spo2")[-1].value == 97
        assert {e.n_samples for e in both.of(Gap)} == {None}

    def test_a_second_host_is_told_that_it_is_refused(self):
        both = bedside()
        other = Bedside(PhilipsIntelliVue(), both.monitor, both.patient, now_ns=both.now_ns)
        # It must not release the session of the first: that is another port of the same monitor.
        other.driver.pending_writes(other.now_ns)
        request = other.driver.pending_writes(other.now_ns + S)
        both.monitor.receive(request, both.now_ns)
        both.run(0.1)
        assert both.of(DeviceAlarm, active=True)

    def test_closing_frees_the_monitor_at_once(self):
        both = bedside()
        both.monitor.receive(both.driver.closing_writes(both.now_ns), both.now_ns)
        said = user_data_of(both.monitor.transmit(both.patient, both.now_ns + S))
        assert [m[0] for m in said if m[0] != 0xE1] == [0x0A]

    def test_a_cuff_reading_that_stands_when_we_connect_has_its_time(self):
        done = replace(WELL.cuff, phase=CuffPhase.DONE, cycle=1, sys=131, dia=82, mean=99, pulse=70, measured_ns=3 * S)
        monitor = PhilipsIntelliVueMonitor()
        both = Bedside(PhilipsIntelliVue(), monitor, ScriptedPatient([(3.0, {"cuff": done})]), now_ns=300 * S).run(6)
        (told,) = both.of(Numeric, metric="nibp_sys")
        assert told.validity is Validity.VALID
        assert abs(told.measured_ns - 3 * S) <= 1.2 * S
        assert [e.value for e in both.of(Numeric, metric="nibp_pulse_rate")] == [70]

    def test_a_recording_that_begins_in_mid_session_is_decoded(self):
        both = bedside(seconds=20)
        stream = both.stream()
        half = PhilipsIntelliVue().feed(stream[len(stream) // 2 :], 0)
        assert {e.metric for e in of(half, Numeric)} >= {"heart_rate", "spo2", "resp_rate", "etco2", "temp"}
        assert {e.metric for e in of(half, WaveformChunk)} == {"ecg", "pleth", "resp", "co2"}
