"""The laws of `devices.driver`, for every driver that the registry finds, and what each monitor side must do for them."""

from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.driver import CuffFault, CuffPhase
from devices.events import (
    MISSING_SAMPLE,
    DeviceAlarm,
    DeviceStatus,
    FrameRejected,
    Gap,
    Numeric,
    SensorStatus,
    Validity,
    WaveformChunk,
)
from devices.framing import STRETCH_MAX
from devices.registry import all_drivers, lookup
from devices.vocabulary import METRICS, NIBP_TRIPLE, MetricKind
from tests.helpers.bedside import MS, WELL, Bedside, S, ScriptedPatient
from tests.helpers.specimen import Check, specimen

ROOT = Path(__file__).parents[2]
NAMES = sorted(all_drivers())
each_driver = pytest.mark.parametrize("name", NAMES)

ANY_ALPHABET = bytes(range(256))


def eventful(name, step_ms=10):
    entry, known = lookup(name), specimen(name)
    return Bedside(entry.make(), entry.make_monitor(), ScriptedPatient(known.eventful)).run(known.seconds, step_ms)


@cache
def recording(name):
    """All that the monitor sends in the eventful half minute."""
    return eventful(name).stream()


@cache
def excerpt(name):
    """Pieces of the recording in which numbers travel: whole frames, few waves."""
    known = specimen(name)
    pieces = [data for _, data in eventful(name).chunks if len(data) >= known.least]
    return b"".join(pieces[:: known.stride])[: known.enough]


def decode(name, *pieces):
    driver = lookup(name).make()
    events = [event for piece in pieces for event in driver.feed(piece, 0)]
    return [*events, *driver.reset(0)]


def cut(data, places):
    edges = [0, *sorted({place % (len(data) + 1) for place in places}), len(data)]
    return [data[a:b] for a, b in pairwise(edges)]


def told(events):
    """What a nurse would take for true: numbers that count, and wave samples."""
    numbers = {(e.metric, e.value) for e in events if isinstance(e, Numeric) and e.value is not None}
    return numbers, {(e.metric, s) for e in events if isinstance(e, WaveformChunk) for s in samples(e)}


def samples(chunk):
    raw = memoryview(chunk.samples).cast("h")
    return [s for s in raw if s != MISSING_SAMPLE]


# (a) any split gives the same events


@each_driver
def test_byte_by_byte_gives_the_same_events(name):
    stream = recording(name)[:6000]
    assert decode(name, *(stream[i : i + 1] for i in range(len(stream)))) == decode(name, stream)


@each_driver
@given(places=st.lists(st.integers(0, 1 << 20), max_size=40), noise=st.binary(max_size=200), at=st.integers(0, 1 << 20))
@settings(deadline=None, max_examples=60)
def test_any_split_gives_the_same_events_also_amid_noise(name, places, noise, at):
    stream = recording(name)[:4000]
    at %= len(stream)
    stream = stream[:at] + noise + stream[at:]
    assert decode(name, *cut(stream, places)) == decode(name, stream)


# (b) nothing makes it raise or hold without end


@each_driver
@given(data=st.data())
@settings(deadline=None, max_examples=150)
def test_no_bytes_make_it_raise(name, data):
    alphabet = data.draw(st.sampled_from([ANY_ALPHABET, *specimen(name).alphabets]))
    data = bytes(data.draw(st.lists(st.sampled_from(list(alphabet)), max_size=600)))
    driver = lookup(name).make()
    for i in range(0, len(data), 7):
        driver.feed(data[i : i + 7], i * MS)
        driver.tick(i * MS)
        driver.pending_writes(i * MS)
    driver.reset(S)


@each_driver
@pytest.mark.parametrize("which", range(5))
def test_it_holds_no_more_than_its_cap(name, which):
    units = [*specimen(name).beginnings, b"\x00", b"A", b"\xff\x80\x00", b"\x85\x55\xaa"]
    unit = units[which % len(units)]
    driver = lookup(name).make()
    n_fed = n_rejected = 0
    for _ in range(200):
        events = driver.feed(unit * 50, 0)
        n_fed += 50 * len(unit)
        n_rejected += sum(event.length for event in events if isinstance(event, FrameRejected))
        assert all(
            len(event.raw) == event.length <= STRETCH_MAX for event in events if isinstance(event, FrameRejected)
        )
    framer = next(value for value in vars(driver).values() if hasattr(value, "longest"))
    assert n_fed - n_rejected <= framer.longest + STRETCH_MAX


@each_driver
def test_every_rejected_byte_is_counted_once(name):
    begins = b"".join(specimen(name).beginnings)
    stream = b"noise before" + recording(name)[:3000] + begins * 20
    rejected = [event for event in decode(name, stream) if isinstance(event, FrameRejected)]
    spans = [(event.offset, event.offset + event.length) for event in rejected]
    assert spans
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    assert all(stream[event.offset : event.offset + event.length] == event.raw for event in rejected)


# (c) after garbage it resumes within one longest frame


@each_driver
@given(garbage=st.binary(max_size=300), tail=st.integers(0, 20))
@settings(deadline=None, max_examples=80)
def test_after_garbage_it_resumes_within_one_longest_frame(name, garbage, tail):
    known = specimen(name)
    tails = [b"", *known.beginnings]
    n_lost = -(-known.longest // len(known.good))  # frames that the longest one may swallow
    n_sent = 12 + n_lost
    series = known.good * n_sent if known.series is None else known.series(n_sent)
    events = decode(name, garbage + tails[tail % len(tails)], series)
    found = [e for e in events if isinstance(e, Numeric) and (e.metric, e.value) == (known.metric, known.value)]
    assert len(found) >= n_sent - n_lost


# single flipped bits


@each_driver
def test_no_flipped_bit_makes_a_number_that_was_not_sent(name):
    check = specimen(name).check
    if check is Check.NONE:
        return
    stream = excerpt(name)
    longest = specimen(name).longest
    numbers, waves = told(decode(name, stream))
    assert numbers
    for at in range(len(stream)):
        for bit in range(8):
            damaged = stream[:at] + bytes([stream[at] ^ (1 << bit)]) + stream[at + 1 :]
            # The neighbourhood is enough: decoding is the same elsewhere.
            window = damaged[max(0, at - longest - 8) : at + longest + 8]
            found_numbers, found_waves = told(decode(name, window))
            assert found_numbers <= numbers, (at, bit)
            if check is not Check.STUFFED_SUM:
                assert found_waves <= waves, (at, bit)


@each_driver
def test_every_flipped_bit_in_a_frame_drops_it_with_notice(name):
    if specimen(name).check is Check.NONE:
        return
    frame = specimen(name).good
    for at in range(len(frame)):
        for bit in range(8):
            damaged = frame[:at] + bytes([frame[at] ^ (1 << bit)]) + frame[at + 1 :]
            events = decode(name, damaged)
            assert events
            assert all(isinstance(event, FrameRejected) for event in events), (at, bit)


# (d) what the monitor side encodes, feed gives back


def values_between(bedside, metric, start_s, end_s):
    """Return what was told of a metric between two moments [s]."""
    return [
        (e.value, e.validity)
        for e in bedside.events
        if isinstance(e, Numeric) and e.metric == metric and start_s * S <= e.t_ns < end_s * S
    ]


TOLERANCE = {"temp": 0.1, "st": 0.006}


@each_driver
@pytest.mark.parametrize("metric", ["heart_rate", "pulse_rate", "spo2", "resp_rate", "etco2", "fico2", "temp", "st"])
def test_numbers_come_through(name, metric):
    bedside = eventful(name)
    at = specimen(name).at
    found = values_between(bedside, metric, at(3), at(9))
    if metric not in lookup(name).info.numerics:
        assert not found
        return
    assert len(found) >= 4
    for value, validity in found:
        assert validity is Validity.VALID
        assert value == pytest.approx(getattr(WELL, metric), abs=TOLERANCE.get(metric, 0.5))


@each_driver
def test_a_probe_that_is_off_leaves_no_number_but_says_so_each_time(name):
    bedside, at = eventful(name), specimen(name).at
    if "spo2" not in lookup(name).info.numerics:
        return
    found = values_between(bedside, "spo2", at(9.6), at(12))
    assert found
    assert all(value is None and validity is Validity.UNAVAILABLE for value, validity in found)
    assert bedside.of(DeviceStatus, metric="spo2", status=specimen(name).probe_off)
    assert {value for value, _ in values_between(bedside, "spo2", at(14), at(21))} == {88}


@each_driver
def test_other_sensors_off_leave_no_number(name):
    bedside, at = eventful(name), specimen(name).at
    for metric in specimen(name).gone:
        found = values_between(bedside, metric, at(16), at(21))
        assert len(found) >= 3
        assert all(value is None for value, _ in found)


def cuff_drivers():
    return [name for name in NAMES if "nibp_sys" in lookup(name).info.numerics]


@pytest.mark.parametrize("name", cuff_drivers())
def test_a_cuff_cycle_is_one_triple_told_once_with_its_time(name):
    bedside, known = eventful(name), specimen(name)
    triple = [e for e in bedside.events if isinstance(e, Numeric) and e.metric in NIBP_TRIPLE]
    assert [(e.metric, e.value) for e in triple] == [("nibp_sys", 131), ("nibp_dia", 82), ("nibp_mean", 99)]
    assert len({(e.cycle, e.measured_ns, e.t_ns, e.validity) for e in triple}) == 1
    if known.cuff_time:
        assert triple[0].validity is Validity.VALID
        assert abs(triple[0].measured_ns - known.at(6) * S) <= 1.2 * S * known.time_scale
    else:
        assert triple[0].measured_ns is None
    if not known.cuff_states:
        return
    statuses = [e for e in bedside.of(DeviceStatus) if e.metric == "nibp"]
    first = next(e for e in statuses if e.status is SensorStatus.MEASURING)
    assert first.t_ns < known.at(6) * S
    assert statuses[-1].status is SensorStatus.FAILED
    assert statuses[-1].t_ns > known.at(18) * S


@pytest.mark.parametrize("name", cuff_drivers())
@pytest.mark.parametrize("fault", list(CuffFault))
def test_every_cuff_fault_is_told_without_numbers(name, fault):
    entry, known = lookup(name), specimen(name)
    measuring, failed = known.eventful[0][1]["cuff"], known.eventful[-1][1]["cuff"]
    patient = ScriptedPatient(
        [(known.at(3), {"cuff": measuring}), (known.at(6), {"cuff": replace(failed, fault=fault, sys=None)})]
    )
    bedside = Bedside(entry.make(), entry.make_monitor(), patient).run(known.at(10))
    if known.cuff_states:
        assert bedside.of(DeviceStatus, metric="nibp", status=SensorStatus.FAILED)
    assert not [e for e in bedside.events if isinstance(e, Numeric) and e.metric.startswith("nibp")]


@pytest.mark.parametrize("name", cuff_drivers())
def test_each_cycle_is_told_once_over_a_long_visit(name):
    script = []
    for cycle in range(1, 6):
        start = 100.0 * cycle
        measured = replace(
            specimen(name).eventful[1][1]["cuff"],
            cycle=cycle,
            sys=120 + cycle,
            dia=70 + cycle,
            mean=90 + cycle,
            measured_ns=round((start + 35) * S),
        )
        script += [
            (start, {"cuff": replace(measured, phase=CuffPhase.MEASURING, pressure=120.0)}),
            (start + 35, {"cuff": measured}),
        ]
    entry = lookup(name)
    bedside = Bedside(entry.make(), entry.make_monitor(), ScriptedPatient(script))
    bedside.run(600, step_ms=170)
    found = [e for e in bedside.events if isinstance(e, Numeric) and e.metric == "nibp_sys"]
    assert [e.value for e in found] == [121 + i for i in range(5)]
    assert len({e.cycle for e in found}) == 5
    for event in found:
        if specimen(name).cuff_time:
            off_ns = abs(event.measured_ns - (100 * (event.value - 120) + 35) * S)
            assert off_ns <= 1.3 * S * specimen(name).time_scale


@pytest.mark.parametrize("name", cuff_drivers())
def test_a_reconnect_does_not_tell_the_last_reading_again(name):
    bedside = eventful(name)
    # The failed cycle leaves the last good reading standing in no protocol: end with a good one instead.
    known = specimen(name)
    patient = ScriptedPatient(known.eventful[:2])
    bedside = Bedside(bedside.driver, lookup(name).make_monitor(), patient, now_ns=bedside.now_ns)
    bedside.driver.reset(bedside.now_ns)
    bedside.run(known.at(10))
    assert not [e for e in bedside.events if isinstance(e, Numeric) and e.metric == "nibp_sys"]


@each_driver
def test_waves_come_through_at_their_rate_and_agree_with_the_patient(name):
    bedside = eventful(name)
    patient = bedside.patient
    for metric in set(lookup(name).info.waveforms) - set(specimen(name).without_patient):
        chunks = [
            e for e in bedside.events if isinstance(e, WaveformChunk) and e.metric == metric and 4 * S <= e.t_ns < 8 * S
        ]
        slack = 12 + 2 * chunks[0].n_samples
        assert sum(chunk.n_samples for chunk in chunks) == pytest.approx(4 * chunks[0].rate_hz, abs=slack)
        for chunk in chunks:
            raw = memoryview(chunk.samples).cast("h")
            assert all(METRICS[metric].low <= s * chunk.scale + chunk.offset <= METRICS[metric].high for s in raw)
        values = [s * c.scale + c.offset for c in chunks for s in memoryview(c.samples).cast("h")]
        sent = patient.wave(metric, [4 * S + round(i * S / chunks[0].rate_hz) for i in range(len(values))])
        assert max(values) - min(values) == pytest.approx(
            (max(sent) - min(sent)) * (specimen(name).ecg_gain if metric == "ecg" else 1), rel=0.05
        )
    assert not bedside.of(FrameRejected)
    assert not bedside.of(Gap)


def test_the_capnograph_tells_alarms_from_the_limits_it_holds():
    bedside = eventful("capnostream20")
    alarms = [(e.text, e.active) for e in bedside.of(DeviceAlarm)]
    assert ("SpO2 low", True) in alarms
    assert ("finger probe off", True) in alarms
    assert ("finger probe off", False) in alarms
    assert alarms.count(("SpO2 low", True)) == 1


def test_the_capnograph_tells_a_breath_that_does_not_come():
    patient = ScriptedPatient([(2.0, {"resp_rate": 0.0, "etco2": None})])
    entry = lookup("capnostream20")
    bedside = Bedside(entry.make(), entry.make_monitor(), patient).run(30)
    assert not bedside.of(DeviceAlarm)
    bedside.run(5)
    assert [(e.code, e.text, e.active) for e in bedside.of(DeviceAlarm)] == [("14.0", "NO BREATH", True)]
    assert values_between(bedside, "resp_rate", 20, 34)[0] == (0, Validity.VALID)


@each_driver
def test_a_healthy_link_is_never_quiet_for_long(name):
    """A port that hears nothing understood for `max_quiet_ms` counts as silent, so a steady state has to be told too."""
    times = [event.t_ns for event in eventful(name).events if not isinstance(event, FrameRejected)]
    longest_ns = max(later - earlier for earlier, later in pairwise(times))
    assert longest_ns <= 0.9 * lookup(name).info.max_quiet_ms * MS


# the monitor sides


@each_driver
@pytest.mark.parametrize("step_ms", [3, 170, 1000])
def test_what_a_monitor_sends_does_not_depend_on_when_it_is_looked_at(name, step_ms):
    entry = lookup(name)
    original = eventful(name)
    monitor = entry.make_monitor()
    out = monitor.transmit(original.patient, 10 * MS)  # the grid begins with the first look
    now_ns = 10 * MS
    commands = list(original.sent)
    while now_ns < original.now_ns:
        now_ns = min(now_ns + step_ms * MS, original.now_ns)
        while commands and commands[0][0] <= now_ns:
            at_ns, data = commands.pop(0)
            monitor.receive(data, at_ns)
        out += monitor.transmit(original.patient, now_ns)
    # The last question of a polled protocol may still be open.
    assert out[: len(original.stream())] == original.stream()[: len(out)]
    assert abs(len(out) - len(original.stream())) <= 30


@each_driver
@given(data=st.binary(max_size=300))
@settings(deadline=None, max_examples=60)
def test_a_monitor_stands_whatever_the_host_sends(name, data):
    monitor = lookup(name).make_monitor()
    for i in range(0, len(data), 5):
        monitor.receive(data[i : i + 5], i * MS)
    monitor.transmit(ScriptedPatient(), S)


@each_driver
def test_data_come_back_after_a_power_cycle(name):
    bedside = eventful(name)
    bedside.monitor.restart(bedside.now_ns)
    bedside.events.clear()
    start_s, known = bedside.now_ns / S, specimen(name)
    bedside.run(known.at(6))
    if "spo2" not in lookup(name).info.numerics:
        return
    found = values_between(bedside, "spo2", start_s, start_s + known.at(6))
    assert [value for value, _ in found][-1] == 88


def test_the_capnograph_is_silent_until_greeted_and_started():
    monitor = lookup("capnostream20").make_monitor()
    patient = ScriptedPatient()
    assert monitor.transmit(patient, S) == b""
    monitor.receive(bytes.fromhex("85 01 04 05"), S)
    assert monitor.transmit(patient, 2 * S) == b""
    monitor.receive(bytes.fromhex("85 01 01 00"), 2 * S)
    identity = monitor.transmit(patient, 3 * S)
    assert identity.startswith(bytes.fromhex("85 1F 04"))
    assert len(identity) == 34
    monitor.receive(bytes.fromhex("85 01 04 05"), 3 * S)
    assert len(monitor.transmit(patient, 4 * S)) > 150
    monitor.restart(4 * S)
    assert monitor.transmit(patient, 6 * S) == b""


def test_the_dinamap_speaks_only_when_asked():
    monitor = lookup("ge_dinamap").make_monitor()
    patient = ScriptedPatient()
    assert monitor.transmit(patient, 10 * S) == b""
    monitor.receive(b"\r N", 10 * S)
    assert monitor.transmit(patient, 10 * S) == b""
    monitor.receive(b"A!2\r", 10 * S)
    assert monitor.transmit(patient, 10 * S).startswith(b" NA")
    assert monitor.transmit(patient, 11 * S) == b""


# what goes to the monitor


@each_driver
def test_no_driver_ever_sends_more_than_polls_and_greetings(name):
    """A quarter of an hour with cables pulled and power lost; above all, nothing that starts a cuff."""
    entry, known = lookup(name), specimen(name)
    bedside = Bedside(entry.make(), entry.make_monitor(), ScriptedPatient(known.eventful))
    for _ in range(4):
        bedside.run(120, step_ms=150)
        bedside.run(40, step_ms=150, is_plugged=False)
        bedside.events.extend(bedside.driver.reset(bedside.now_ns))
        bedside.run(60, step_ms=150)
        bedside.monitor.restart(bedside.now_ns)
    assert bool(bedside.sent) is bool(entry.info.sends)
    assert all(known.may_send(data) for _, data in bedside.sent)
    leave = bedside.driver.closing_writes(bedside.now_ns)
    assert not leave or known.may_send(leave)


@each_driver
@given(pieces=st.lists(st.binary(max_size=40), max_size=30))
@settings(deadline=None, max_examples=60)
def test_no_input_makes_a_driver_send_anything_else(name, pieces):
    driver = lookup(name).make()
    for i, piece in enumerate(pieces):
        now_ns = i * 700 * MS
        driver.feed(piece, now_ns)
        driver.tick(now_ns)
        wanted = driver.pending_writes(now_ns)
        assert not wanted or specimen(name).may_send(wanted)


@each_driver
def test_writes_are_handed_out_once(name):
    driver = lookup(name).make()
    driver.pending_writes(0)
    assert driver.pending_writes(0) == b""
    driver.pending_writes(S)
    assert driver.pending_writes(S) == b""


# (e) and (f)


@each_driver
def test_what_it_names_stands_in_the_vocabulary_and_is_all_it_gives(name):
    info = lookup(name).info
    assert all(METRICS[metric].kind is MetricKind.NUMERIC for metric in info.numerics)
    assert all(METRICS[metric].kind is MetricKind.WAVEFORM for metric in info.waveforms)
    events = eventful(name).events
    assert {e.metric for e in events if isinstance(e, Numeric)} <= set(info.numerics)
    told = {e.metric for e in events if isinstance(e, WaveformChunk)}
    assert told == set(info.waveforms) - set(specimen(name).without_patient)
    assert {e.metric for e in events if isinstance(e, DeviceStatus)} <= {"nibp", "spo2", "ecg", "co2", "resp", "temp"}


@each_driver
def test_it_has_a_page_and_vectors(name):
    assert (ROOT / "docs" / "drivers" / f"{name}.md").is_file()
    assert list((ROOT / "tests" / "protocol" / "vectors" / name).glob("*.toml"))


@each_driver
def test_reset_gives_out_what_is_held_and_forgets_half_a_frame(name):
    known = specimen(name)
    frame = known.good
    driver = lookup(name).make()
    assert not driver.feed(frame[: known.half], 0)
    assert {type(event) for event in driver.reset(S)} == {FrameRejected}
    found = driver.feed(frame[known.half :] + frame, S)
    assert [e.value for e in found if isinstance(e, Numeric) and e.metric == known.metric] == [known.value]


@each_driver
def test_samples_held_come_with_time(name):
    wave = specimen(name).wave
    if not wave:
        return
    driver = lookup(name).make()
    assert not driver.feed(wave, 0)
    assert not driver.tick(10 * MS)
    (chunk,) = driver.tick(400 * MS)
    assert chunk.t_ns == 0
