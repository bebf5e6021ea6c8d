"""`.vital` files hold what the record holds, as VitalDB's own library finds it."""

import gzip
import tempfile
from dataclasses import replace
from datetime import UTC
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.clock import NS_PER_S
from devices.events import MISSING_SAMPLE, Mode, Validity
from devices.vocabulary import METRICS, Unit
from nursestation.core.model import Patient
from nursestation.core.records import CuffTaken, Gap, InfusionPaused, Sample, VitalsEntered, Wave
from nursestation.export.errors import ExportCancelled
from nursestation.export.events import events
from nursestation.export.vital import vital_file
from nursestation.export.vital_packets import MOST_BYTES
from nursestation.export.vital_tracks import LOOKS
from tests.helpers.signal_readers import read_vital
from tests.helpers.signal_visit import (
    OPTIONS,
    START,
    at,
    in_seconds,
    lost,
    moment,
    opening,
    reading,
    since_start,
    stretch,
    true_values,
    visit,
)
from tests.helpers.written_visit import CHAIR, NURSE, SESSION, visit_records

IN_UTC = replace(OPTIONS, zone=UTC)
RAMP = [place % 200 - 100 for place in range(2500)]
ECG = "berry_pm6750/ECG_II"


@pytest.fixture
def read(tmp_path):
    """Return a function that writes a visit and reads the file."""

    def read(one, options=IN_UTC):
        return read_vital(vital_file(one, options), tmp_path)

    return read


def whole_visit(**options):
    """Return the written visit with readings and waveforms."""
    records = visit_records(with_waves=True, **options)
    return visit(
        records=[one for one in records if not isinstance(one, Sample | Wave | Gap)],
        waves=[one for one in records if isinstance(one, Wave)],
        gaps=[one for one in records if isinstance(one, Gap)],
        samples=[one for one in records if isinstance(one, Sample)],
        simulated=options.get("simulated", False),
    )


def told(file, name):
    """Return the (time [s since check-in], value) of a track of numbers or texts."""
    return [(since_start(one["dt"]), one["val"]) for one in file.trks[name].recs]


def check_records(file, waves, name):
    """Check that a waveform's records hold every sample with its value, at its time to a sample, and nothing else."""
    track = file.trks[name]
    found = [
        (since_start(record["dt"]) + place / waves[0].rate_hz, track.offset + step * track.gain)
        for record in track.recs
        for place, step in enumerate(record["val"].tolist())
    ]
    wanted = true_values(waves)
    assert len(found) == len(wanted)
    if found:
        times, values = (np.array(one) for one in zip(*found, strict=True))
        wanted_times, wanted_values = (np.array(one) for one in zip(*wanted, strict=True))
        assert np.abs(times - wanted_times).max() <= 0.5 / waves[0].rate_hz + 1e-5
        np.testing.assert_allclose(values, wanted_values, rtol=1e-12, atol=1e-9)


def check_line(file, waves, name):
    """Check what the library makes of a waveform on its even line: each value in its place, NaN between."""
    rate = waves[0].rate_hz
    line = file.to_numpy([name], 1 / rate)[:, 0].astype(float)
    wanted = np.full(len(line), np.nan)
    for t, value in true_values(waves):
        wanted[int(np.ceil((t - since_start(file.dtstart)) * rate - 1e-6))] = value
    np.testing.assert_allclose(line, wanted, rtol=1e-6, atol=1e-5)


# --- waveforms ----------------------------------------------------------------------------------------------------


def test_every_sample_stands_at_its_time_with_its_value(read):
    one = whole_visit()
    file = read(one)
    check_records(file, one.waves, ECG)
    check_line(file, one.waves, ECG)


def test_waveforms_of_different_rates_share_a_file(read):
    waves = {
        ECG: in_seconds(10.001, RAMP, rate=250.0, unit=Unit.MV),
        "berry_pm6750/PLETH": in_seconds(12.5, RAMP, rate=100.0, metric="pleth", source="oximeter", scale=1 / 127),
        "berry_pm6750/CO2": in_seconds(11.02, RAMP, rate=20.0, metric="co2", source="co2", unit=Unit.MMHG),
        "berry_pm6750/RESP": in_seconds(10.04, RAMP, rate=62.5, metric="resp", source="", offset=-1.0),
    }
    file = read(visit(records=opening(), waves=[one for several in waves.values() for one in several]))
    for name, several in waves.items():
        assert file.trks[name].srate == several[0].rate_hz
        check_records(file, several, name)
    for name in (ECG, "berry_pm6750/PLETH", "berry_pm6750/CO2"):  # the library has no even line of 62.5 a second
        check_line(file, waves[name], name)
    assert [file.trks[name].unit for name in waves] == ["mV", "", "mmHg", ""]
    assert [file.trks[name].montype for name in waves] == [1, 8, 13, 11]


def test_a_gap_is_nothing_in_the_file_and_nan_when_read(read):
    waves = [*in_seconds(10, RAMP), stretch(20.2, RAMP), *in_seconds(90, RAMP)]
    file = read(visit(records=opening(), waves=waves, gaps=[lost(30.1, 50)]))
    check_records(file, waves, ECG)
    check_line(file, waves, ECG)


def test_a_sample_that_the_monitor_called_invalid_is_nan(read):
    raw = [MISSING_SAMPLE if place % 100 in (3, 4) else step for place, step in enumerate(RAMP)]
    waves = in_seconds(5, raw)
    file = read(visit(records=opening(), waves=waves))
    check_records(file, waves, ECG)
    check_line(file, waves, ECG)


def test_a_change_of_scale_goes_on_as_another_track(read):
    first, second = in_seconds(10, RAMP), in_seconds(20, RAMP, scale=0.005)
    file = read(visit(records=opening(), waves=[*first, *second]))
    check_records(file, first, ECG)
    check_records(file, second, f"{ECG}_2")


def test_two_monitors_with_one_metric_are_two_devices(read):
    mine, other = in_seconds(10, RAMP), in_seconds(10, RAMP[::-1], monitor="2:philips_intellivue")
    numbers = [reading(10, 98.0), reading(11, 95.0, monitor="2:nonin")]
    file = read(visit(records=opening(), waves=[*mine, *other], samples=numbers))
    check_records(file, mine, ECG)
    check_records(file, other, "philips_intellivue/ECG_II")
    assert told(file, "berry_pm6750/PLETH_SPO2") == [(pytest.approx(10, abs=1e-6), 98.0)]
    assert told(file, "nonin/PLETH_SPO2") == [(pytest.approx(11, abs=1e-6), 95.0)]


def test_two_monitors_of_one_kind_and_two_sensors_of_one_monitor_keep_their_tracks_apart(read):
    numbers = [
        reading(1, 14.0, metric="resp_rate", source="impedance"), reading(1, 15.0, metric="resp_rate", source="co2"),
        reading(1, 16.0, metric="resp_rate", source="a/b"), reading(1, 96.0, monitor="3:berry_pm6750"),
        reading(1, 97.0, monitor="2:berry_pm6750"),
    ]  # fmt: skip
    file = read(visit(records=opening(), samples=numbers))
    values = {name: track.recs[0]["val"] for name, track in file.trks.items() if name != "EVENT"}
    assert values == {
        "berry_pm6750/RR": 14.0, "berry_pm6750/RR_co2": 15.0, "berry_pm6750/RR_a_b": 16.0,
        "berry_pm6750_2/PLETH_SPO2": 96.0, "berry_pm6750/PLETH_SPO2": 97.0,
    }  # fmt: skip


def test_a_restart_of_the_program_keeps_the_time_of_day(read):
    again = moment(3, START.utc_ns / NS_PER_S + 120)
    last = moment(3 + 5 + 249 / 250, START.utc_ns / NS_PER_S + 125 + 249 / 250)
    waves = [*in_seconds(10, RAMP), stretch(0, [7] * 250, at=last)]
    file = read(visit(records=opening(), waves=waves, runs=(START, again)))
    record = file.trks[ECG].recs[-1]
    assert since_start(record["dt"]) == pytest.approx(125, abs=0.003)
    assert record["val"].tolist() == [7] * 250


@settings(deadline=None, max_examples=60)
@given(
    rate=st.sampled_from([20.0, 50.0, 75.0, 128.0, 250.0, 300.0, 83.7123, 7.5]),
    scale=st.floats(1e-6, 1e3) | st.floats(-1e3, -1e-6),
    offset=st.floats(-1e3, 1e3),
    first_s=st.floats(0, 3),
    parts=st.lists(
        st.tuples(st.lists(st.integers(-32768, 32767), min_size=2, max_size=60), st.floats(0.3, 40)),
        min_size=1,
        max_size=5,
    ),
)
def test_whatever_is_recorded_is_written(rate, scale, offset, first_s, parts):
    waves, t = [], first_s
    for raw, silence in parts:
        waves += in_seconds(t, raw, rate=rate, scale=scale, offset=offset)
        t += len(raw) / rate + max(1, round(silence * rate)) / rate
    with tempfile.TemporaryDirectory() as folder:
        one = visit(records=opening(), waves=waves)
        content = vital_file(one, IN_UTC)
        assert content == vital_file(one, IN_UTC)
        check_records(read_vital(content, folder), waves, ECG)


# --- readings -----------------------------------------------------------------------------------------------------


def test_every_reading_with_a_value_stands_at_its_time_with_its_value(read):
    one = whole_visit(step_s=1.0)
    file = read(one)
    for metric, name in {
        "heart_rate": "berry_pm6750/HR", "spo2": "berry_pm6750/PLETH_SPO2", "pulse_rate": "berry_pm6750/PLETH_HR",
        "resp_rate": "capnostream20/RR", "etco2": "capnostream20/ETCO2",
    }.items():  # fmt: skip
        wanted = [
            (since_start(s.at.utc_ns / 1e9), s.value) for s in one.samples if s.metric == metric and s.value is not None
        ]
        found = told(file, name)
        assert [value for _, value in found] == [value for _, value in wanted]
        np.testing.assert_allclose([t for t, _ in found], [t for t, _ in wanted], atol=1e-6)
        assert file.trks[name].unit == METRICS[metric].unit.value


@pytest.mark.parametrize("validity", [Validity.UNAVAILABLE, Validity.INVALID, Validity.CALIBRATING])
def test_a_reading_without_a_usable_value_is_not_in_the_file(read, validity):
    numbers = [reading(1, 98.0), reading(2, None, validity=validity), reading(3, 97.0)]
    file = read(visit(records=opening(), samples=numbers))
    assert [value for _, value in told(file, "berry_pm6750/PLETH_SPO2")] == [98.0, 97.0]
    line = file.to_numpy(["berry_pm6750/PLETH_SPO2"], 1)[:, 0]
    np.testing.assert_array_equal(line[:4].astype(float), [np.nan, 98.0, np.nan, 97.0])


@pytest.mark.parametrize("mode", [Mode.TEST, Mode.DEMO])
def test_a_test_or_demonstration_is_nobodys(read, mode):
    cuff = reading(1, 120.0, metric="nibp_sys", mode=mode, cycle=1)
    one = visit(records=opening(), samples=[reading(1, 98.0, mode=mode), cuff], waves=in_seconds(1, RAMP, mode=mode))
    assert list(read(one).trks) == ["EVENT"]


def test_a_value_is_kept_to_its_last_bit(read):
    file = read(
        visit(records=opening(), samples=[reading(1, 36.65, metric="temp"), reading(1, 0.1, metric="perfusion_index")])
    )
    assert told(file, "berry_pm6750/BT")[0][1] == 36.65
    assert told(file, "berry_pm6750/PLETH_PI")[0][1] == 0.1


def test_cuff_readings_are_numbers_at_the_time_they_were_measured(read):
    one = whole_visit(step_s=60)
    file = read(one)
    of_monitor = [r.reading for r in one.records if isinstance(r, CuffTaken) and r.reading.cycle is not None]
    for name, part in (("NIBP_SBP", "sys"), ("NIBP_DBP", "dia"), ("NIBP_MBP", "mean")):
        track = file.trks[f"berry_pm6750/{name}"]
        assert [value for _, value in told(file, f"berry_pm6750/{name}")] == [getattr(one, part) for one in of_monitor]
        assert [t for t, _ in told(file, f"berry_pm6750/{name}")] == pytest.approx(
            [since_start(one.measured_utc_ns / 1e9) for one in of_monitor], abs=1e-5
        )
        assert track.montype == {"NIBP_SBP": 16, "NIBP_DBP": 17, "NIBP_MBP": 18}[name]


def test_what_staff_measured_is_a_device_of_its_own(read):
    by_hand = VitalsEntered(
        at=at(300), chair=CHAIR, session=SESSION, operator=NURSE.id, values=(("heart_rate", 71.0), ("temp", 36.8)),
        happened_utc_ns=at(240).utc_ns,
    )  # fmt: skip
    whole = whole_visit(step_s=60)
    file = read(replace(whole, records=(*whole.records, by_hand)))
    assert told(file, "by_hand/HR") == [(pytest.approx(240, abs=1e-6), 71.0)]
    assert told(file, "by_hand/BT")[0][1] == 36.8
    assert [value for _, value in told(file, "by_hand/NIBP_SBP")] == [128.0]
    assert NURSE.name not in str(file.devs)


# --- events -------------------------------------------------------------------------------------------------------


def test_phases_events_cuffs_flags_and_alarms_are_events(read):
    one = whole_visit(step_s=60)
    file = read(one)
    texts = [text for _, text in told(file, "EVENT")]
    assert texts[0] == "Nursestation 0.1.0; times: UTC; session 20260303-1820-1"
    for event in events(one):
        assert any(text.startswith(event.text) for text in texts)
    assert {
        "Phase: Infusion",
        "BP flag SPIKE: 182/111, 47 % above baseline 124/76",
        "NIBP 182/111 (134) mmHg, pulse 70 /min",
    } <= {*texts}
    assert "Alarm medium: No data from the bedside monitor (lasted 0:42)" in texts
    assert {text: t for t, text in told(file, "EVENT")}["Phase: Infusion"] == pytest.approx(17 * 60, abs=1e-6)


def test_text_is_utf8_on_one_line(read):
    odd = "ö ± \x00 \n 漢字"
    records = [
        replace(one, reason=odd) if isinstance(one, InfusionPaused) else one for one in visit_records(step_s=600)
    ]
    texts = [text for _, text in told(read(visit(records=records)), "EVENT")]
    assert any("(ö ± 漢字)" in text for text in texts)


def test_simulated_is_the_first_event_and_on_each_monitor(read):
    file = read(whole_visit(simulated=True, step_s=60))
    assert told(file, "EVENT")[0] == (0.0, "*** SIMULATED DATA: not of a patient ***")
    assert {one.type for name, one in file.devs.items() if name != "by_hand"} == {
        "Berry PM6750 (simulated)", "capnostream20 (simulated)",
    }  # fmt: skip


def test_a_visit_without_signals_is_its_events(read):
    assert "Phase: Discharged" in [text for _, text in told(read(visit()), "EVENT")]


# --- the file -----------------------------------------------------------------------------------------------------


def test_the_zone_is_told_as_utc_less_local_time(read):
    assert read(visit(), replace(OPTIONS, zone=ZoneInfo("Asia/Seoul"))).dgmt == -540
    assert read(visit(), replace(OPTIONS, zone=ZoneInfo("America/New_York"))).dgmt == 300


def test_a_deidentified_visit_tells_neither_place_nor_session(tmp_path):
    one = replace(whole_visit(step_s=60), is_deidentified=True)
    content = vital_file(one, replace(OPTIONS, zone=ZoneInfo("Asia/Seoul")))
    plain = gzip.decompress(content)
    assert plain[10:16] == bytes(6)  # bias and instance
    assert SESSION.encode() not in plain
    assert told(read_vital(content, tmp_path), "EVENT")[0][1] == "Nursestation 0.1.0; times: UTC"


def test_nothing_of_the_patient_is_in_a_file_but_what_events_say():
    who = Patient("Xavier", "Quill", START_DATE, "MR-9", 1.0)
    plain = gzip.decompress(vital_file(visit(patient=who), IN_UTC))
    assert b"Xavier" not in plain
    assert b"MR-9" not in plain


START_DATE = visit().summary.patient.birth_date


def test_the_same_visit_gives_the_same_bytes_without_a_name_or_time():
    content = vital_file(whole_visit(step_s=10), IN_UTC)
    assert content == vital_file(whole_visit(step_s=10), IN_UTC)
    assert content[:8] == bytes((0x1F, 0x8B, 8, 0, 0, 0, 0, 0))


def test_the_header_is_that_of_the_description():
    plain = gzip.decompress(vital_file(replace(visit(), version="1.12.3"), IN_UTC))
    assert plain[:10] == b"VITA\x03\0\0\0\x1b\0"
    assert int.from_bytes(plain[16:20], "little") == 11203
    assert np.frombuffer(plain[20:28], "<f8")[0] == START.utc_ns / NS_PER_S
    assert plain[36] == 0


def test_packets_follow_one_another_in_the_order_of_time_and_are_short():
    plain = gzip.decompress(vital_file(whole_visit(step_s=5), IN_UTC))
    place, known, times = 37, set(), []
    while place < len(plain):
        kind, length = plain[place], int.from_bytes(plain[place + 1 : place + 5], "little")
        data = plain[place + 5 : place + 5 + length]
        assert len(data) == length < MOST_BYTES
        if kind == 0:
            known.add(data[:2])
        elif kind == 1:
            assert data[10 + 0 : 12] in known
            times.append(np.frombuffer(data[2:10], "<f8")[0])
        place += 5 + length
    assert place == len(plain)
    assert len(times) > 1000
    assert times == sorted(times)


def test_who_waits_is_told_and_can_stop_it():
    done = []
    vital_file(whole_visit(step_s=1), replace(IN_UTC, progress=done.append))
    assert done == sorted(done)
    assert len(done) > 5
    assert 0 <= done[0] < done[-1] <= 1

    def stop(_done):
        raise ExportCancelled

    with pytest.raises(ExportCancelled):
        vital_file(whole_visit(step_s=60), replace(IN_UTC, progress=stop))


def test_every_metric_has_a_track():
    assert set(LOOKS) == set(METRICS)
    assert all(look.low < look.high for look in LOOKS.values())
    assert len({look.name for look in LOOKS.values()}) == len(LOOKS)
