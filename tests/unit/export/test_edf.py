"""EDF+ files hold what the record holds, as a reader that is none of ours finds it."""

import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from devices.clock import NS_PER_S
from devices.events import MISSING_SAMPLE, Mode, Validity
from devices.vocabulary import Unit
from nursestation.core.model import Patient
from nursestation.core.records import CuffTaken, Gap, Sample, Wave
from nursestation.export.edf import LONGEST_H, edf_file
from nursestation.export.errors import ExportCancelled, ExportError
from nursestation.export.events import events
from tests.helpers.signal_readers import read_edf
from tests.helpers.signal_visit import (
    OPTIONS,
    START,
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
from tests.helpers.written_visit import BEDSIDE, visit_records

IN_UTC = replace(OPTIONS, zone=UTC)
RAMP = [place % 200 - 100 for place in range(2500)]


@pytest.fixture
def read(tmp_path):
    """Return a function that writes a visit and reads the file."""

    def read(one, options=IN_UTC, utc_offset_s=0):
        return read_edf(edf_file(one, options), tmp_path, utc_offset_s)

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


def check_values(file, waves, label):
    """Check every sample of waveforms on one signal: to half a step where it is, and absent where it is not."""
    signal = file.signals[label]
    found = np.full(len(signal.values), np.nan)
    rate, scale = waves[0].rate_hz, abs(waves[0].scale)
    for t, value in true_values(waves):
        found[round((t - signal.start_s) * rate)] = value
    np.testing.assert_array_equal(np.isnan(signal.values), np.isnan(found))
    there = ~np.isnan(found)
    assert np.abs(signal.values[there] - found[there]).max(initial=0) < scale / 2


# --- waveforms ----------------------------------------------------------------------------------------------------


def test_every_sample_stands_at_its_time_with_its_value(read):
    one = whole_visit()
    file = read(one)
    check_values(file, one.waves, "ECG II")


def test_waveforms_of_different_rates_share_a_file(read):
    waves = {
        "ECG II": in_seconds(10, RAMP, rate=250.0, unit=Unit.MV),
        "Pleth": in_seconds(12.5, RAMP, rate=62.5, metric="pleth", scale=1 / 127),
        "CO2": in_seconds(11, RAMP, rate=20.0, metric="co2", scale=1 / 128, unit=Unit.MMHG),
        "Resp": in_seconds(10.04, RAMP, rate=25.0, metric="resp", scale=0.008, offset=-1.0),
    }
    file = read(visit(records=opening(), waves=[one for several in waves.values() for one in several]))
    assert file.record_s == 10
    for label, several in waves.items():
        assert file.signals[label].header["sample_frequency"] == several[0].rate_hz
        check_values(file, several, label)
    assert file.signals["ECG II"].header["dimension"] == "mV"
    assert file.signals["Pleth"].header["dimension"] == ""


def test_a_gap_is_no_value_and_is_told_as_no_data(read):
    waves = [*in_seconds(10, RAMP), stretch(20.2, RAMP), *in_seconds(90, RAMP)]
    file = read(visit(records=opening(), waves=waves, gaps=[lost(30.1, 50)]))
    check_values(file, waves, "ECG II")
    ecg = file.signals["ECG II"]
    assert np.isnan(ecg.at(60))
    assert not -20 <= ecg.header["physical_min"] <= 20
    told = file.absent("ECG II")
    assert told[0] == (pytest.approx(0), pytest.approx(10, abs=0.005))
    assert told[1] == (pytest.approx(20, abs=0.005), pytest.approx(20.2, abs=0.005))
    assert told[2] == (pytest.approx(30.2, abs=0.005), pytest.approx(90, abs=0.005))
    assert "no data: ECG II (lost on the wire)" in file.texts()


def test_samples_that_the_monitor_called_invalid_are_no_values(read):
    raw = [MISSING_SAMPLE if place % 7 == 3 else step for place, step in enumerate(RAMP)]
    waves = in_seconds(5, raw)
    file = read(visit(records=opening(), waves=waves))
    check_values(file, waves, "ECG II")
    assert len(file.absent("ECG II")) < 4  # the many short ones are told as one


def test_flat_samples_are_values_and_silence_is_none(read):
    file = read(visit(records=opening(), waves=[*in_seconds(10, [0] * 500), *in_seconds(20, [0] * 500)]))
    values = file.signals["ECG II"].values
    assert np.nanmax(np.abs(values)) < 1e-6
    assert np.isnan(values).sum() == len(values) - 1000


def test_a_change_of_scale_goes_on_as_another_signal(read):
    first, second = in_seconds(10, RAMP), in_seconds(20, RAMP, scale=0.005)
    file = read(visit(records=opening(), waves=[*first, *second]))
    check_values(file, first, "ECG II")
    check_values(file, second, "ECG II 2")


def test_two_monitors_with_one_metric_are_two_signals(read):
    mine, other = in_seconds(10, RAMP), in_seconds(10.5, RAMP[::-1], monitor="2:philips_intellivue")
    numbers = [reading(10 + s, 98.0) for s in range(5)] + [reading(10 + s, 95.0, monitor="2:nonin") for s in range(5)]
    file = read(visit(records=opening(), waves=[*mine, *other], samples=numbers))
    check_values(file, mine, "ECG II")
    check_values(file, other, "ECG II 2")
    assert file.signals["ECG II 2"].header["transducer"] == "2:philips_intellivue, II"
    assert [file.signals[label].at(13) for label in ("SpO2", "SpO2 2")] == pytest.approx([98.0, 95.0])


def test_a_restart_of_the_program_keeps_the_time_of_day(read):
    again = moment(3, START.utc_ns / NS_PER_S + 120)
    after = [stretch(0, RAMP, at=moment(3 + 5 + len(RAMP) / 250, START.utc_ns / NS_PER_S + 125 + len(RAMP) / 250))]
    file = read(visit(records=opening(), waves=[*in_seconds(10, RAMP), *after], runs=(START, again)))
    ecg = file.signals["ECG II"]
    assert ecg.at(125.1) == pytest.approx(RAMP[int(0.1 * 250) - 1] * 0.0025, abs=0.01)
    assert np.isnan(ecg.at(100))
    assert not np.isnan(ecg.at(10.5))


def test_samples_that_come_for_a_time_that_is_taken_are_told(read):
    waves = [*in_seconds(10, [1] * 2500), *in_seconds(15, [2] * 2500)]
    file = read(visit(records=opening(), waves=waves))
    assert any("samples of ECG II are left out of this file" in text for text in file.texts())


@pytest.mark.parametrize("place", [5, 11, 17, 18])
def test_a_run_between_two_places_drops_no_sample_of_the_next(read, place):
    first_s, second_s = (place + 0.5) / 60, (place + 7.5) / 60
    waves = [stretch(first_s, [1] * 7, rate=60), stretch(second_s, [2] * 50, rate=60)]
    file = read(visit(records=opening(), waves=waves, gaps=[lost(second_s)]))
    assert (~np.isnan(file.signals["ECG II"].values)).sum() == 57
    assert not any("left out" in text for text in file.texts())


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"rate": 83.7123}, "does not come out even"),
        ({"scale": 0.0}, "scale cannot be told"),
        ({"scale": 1e9}, "scale cannot"),
    ],
)
def test_what_cannot_be_said_exactly_is_left_out_and_told(read, fields, why):
    file = read(visit(records=opening(), waves=in_seconds(10, RAMP, **fields), samples=[reading(1, 98.0)]))
    assert list(file.signals) == ["SpO2"]
    assert any(text.startswith("ECG II is left out of this file: ") and why in text for text in file.texts())


def test_a_waveform_of_invalid_samples_alone_is_left_out(read):
    file = read(visit(records=opening(), waves=[stretch(1, [MISSING_SAMPLE] * 50)], samples=[reading(1, 98.0)]))
    assert any("called every sample invalid" in text for text in file.texts())


@example(rate=20.0, scale=0.0001, offset=0.0, first_s=0.0, parts=[([-65, -65], 1.0)])  # moved up by more than 32767
@settings(deadline=None, max_examples=60)
@given(
    rate=st.sampled_from([20.0, 60.0, 62.5, 75.0, 128.0, 7.5, 250.0, 1000 / 3, 100 / 7, 33.3, 300.0]),
    scale=st.floats(1e-4, 5) | st.floats(-5, -1e-4),
    offset=st.floats(-50, 50),
    first_s=st.floats(0, 3),
    parts=st.lists(
        st.tuples(st.lists(st.integers(-32768, 32767), min_size=2, max_size=60), st.floats(0.3, 40)),
        min_size=1,
        max_size=5,
    ),
)
def test_whatever_is_recorded_is_written_or_told_of(rate, scale, offset, first_s, parts):
    waves, t = [], round(first_s * rate) / rate
    for raw, silence in parts:
        waves += in_seconds(t, raw, rate=rate, scale=scale, offset=offset)
        t += len(raw) / rate + max(1, round(silence * rate)) / rate
    with tempfile.TemporaryDirectory() as folder:
        one = visit(records=opening(), waves=waves, samples=[reading(1, 98.0)])
        content = edf_file(one, IN_UTC)
        assert content == edf_file(one, IN_UTC)
        file = read_edf(content, folder)
    if "ECG II" in file.signals:
        check_values(file, waves, "ECG II")
    else:
        assert any(text.startswith("ECG II is left out of this file") for text in file.texts())


# --- readings -----------------------------------------------------------------------------------------------------


def test_each_second_has_the_reading_that_stood_on_the_screen(read):
    one = whole_visit(step_s=1.0)
    file = read(one)
    of_co2 = [(since_start(s.at.utc_ns / 1e9), s.value) for s in one.samples if s.metric == "etco2"]
    signal = file.signals["EtCO2"]
    for second in range(200, 5000, 17):
        _, newest = max((t, value) for t, value in of_co2 if t <= second)
        assert signal.at(second) == pytest.approx(newest, abs=0.05)


def test_a_number_goes_when_it_is_old_and_silence_is_told(read):
    one = whole_visit(step_s=1.0)
    file = read(one)
    heart = file.signals["HR"]
    pulled, back = 40 * 60, 40 * 60 + 50  # the cable
    assert not np.isnan(heart.at(pulled))
    assert np.isnan(heart.values[pulled + 4 : back - 1]).all()
    assert not np.isnan(heart.at(back + 1))
    assert any(start <= pulled + 5 and end >= back - 1 for start, end in file.absent("HR"))


@pytest.mark.parametrize("validity", [Validity.UNAVAILABLE, Validity.INVALID, Validity.CALIBRATING])
def test_a_reading_without_a_usable_value_is_none(read, validity):
    numbers = [reading(1, 98.0), reading(2, None, validity=validity), reading(3, 97.0)]
    values = read(visit(records=opening(), samples=numbers)).signals["SpO2"].values
    np.testing.assert_allclose(values[:4], [np.nan, 98.0, np.nan, 97.0])


def test_a_monitor_that_tells_a_number_rarely_has_it_stand_longer(read):
    numbers = [reading(second, 36.6, metric="temp") for second in range(0, 60, 5)]
    values = read(visit(records=opening(), samples=numbers)).signals["Temp"].values
    assert values[:60].tolist() == pytest.approx([36.6] * 60)


@pytest.mark.parametrize("mode", [Mode.TEST, Mode.DEMO])
def test_a_test_or_demonstration_is_nobodys(read, mode):
    numbers = [reading(1, 98.0, mode=mode)]
    file = read(visit(records=opening(), samples=numbers, waves=in_seconds(1, RAMP, mode=mode)))
    assert file.signals == {}


def test_values_between_the_steps_are_kept_to_half_a_step(read):
    file = read(
        visit(
            records=opening(), samples=[reading(1, 36.65, metric="temp"), reading(1, 0.123, metric="perfusion_index")]
        )
    )
    assert file.signals["Temp"].at(2) == pytest.approx(36.65, abs=0.005)
    assert file.signals["PI"].at(2) == pytest.approx(0.123, abs=0.0005)


# --- annotations --------------------------------------------------------------------------------------------------


def test_cuff_readings_stand_where_they_were_measured(read):
    one = whole_visit(step_s=60)
    notes = {(round(onset, 1), text) for onset, _, text in read(one).notes}
    for record in one.records:
        if isinstance(record, CuffTaken):
            reading_ = record.reading
            onset = round((reading_.measured_utc_ns - START.utc_ns) / 1e9, 1)
            mean = "" if reading_.mean is None else f" ({reading_.mean})"
            assert any(t == onset and text.startswith(f"NIBP {reading_}{mean} mmHg") for t, text in notes)
    assert any(text.endswith("by hand: R. Alvarez RN") for _, text in notes)


def test_phases_events_flags_and_alarms_are_annotations(read):
    one = whole_visit(step_s=60)
    file = read(one)
    texts = file.texts()
    assert [text for text in texts if text.startswith("Phase: ")] == [
        "Phase: Check-in", "Phase: Baseline", "Phase: Infusion", "Phase: Observation", "Phase: Ready to go",
        "Phase: Discharged",
    ]  # fmt: skip
    for event in events(one):
        assert any(text.startswith(event.text) for text in texts)
    assert "BP flag SPIKE: 182/111, 47 % above baseline 124/76" in texts
    (link,) = [one for one in file.notes if one[2] == "Alarm medium: No data from the bedside monitor"]
    assert link[:2] == (pytest.approx(40.2 * 60, abs=0.002), pytest.approx(0.7 * 60, abs=0.002))


def test_text_is_utf8_on_one_line_and_breaks_no_annotation(read):
    odd = "a\x14b\x15c\x00d\ne ± µ 漢字"
    records = [
        replace(one, reason=odd) if type(one).__name__ == "InfusionPaused" else one
        for one in visit_records(step_s=600)
        if not isinstance(one, Sample | Wave | Gap)
    ]
    file = read(visit(records=records, samples=[reading(1, 98.0)]))
    assert any("(a b c d e ± µ 漢字)" in text for text in file.texts())


def test_a_long_text_is_cut_to_what_readers_take(read):
    records = [
        replace(one, reason="µ" * 2000) if type(one).__name__ == "InfusionPaused" else one
        for one in visit_records(step_s=600)
        if not isinstance(one, Sample | Wave | Gap)
    ]
    texts = read(visit(records=records, samples=[reading(1, 98.0)])).texts()
    (cut,) = [text for text in texts if "µµµ" in text]
    assert cut.endswith("µ…")
    assert len(cut.encode()) <= 400


def test_a_visit_without_signals_is_its_annotations(read):
    file = read(visit())
    assert file.signals == {}
    assert "Phase: Discharged" in file.texts()


# --- header -------------------------------------------------------------------------------------------------------


def test_the_header_names_patient_session_and_program(read):
    header = read(visit(samples=[reading(1, 98.0)])).header
    assert header["patientcode"] == "MR-204471"
    assert header["patientname"] == "Jonas Keller"
    assert header["birthdate"] == "09 mar 1984"
    assert header["sex"] == ""
    assert header["admincode"] == "20260303-1820-1"
    assert header["equipment"] == "Nursestation 0.1.0"
    assert header["startdate"] == datetime(2026, 3, 3, 18, 20)


def test_the_start_is_local_time_and_the_zone_is_told(read):
    one = visit(samples=[reading(1.5, 98.0)])
    file = read(one, replace(OPTIONS, zone=ZoneInfo("America/New_York")), utc_offset_s=-5 * 3600)
    assert file.header["startdate"] == datetime(2026, 3, 3, 13, 20)
    assert file.signals["SpO2"].at(2) == pytest.approx(98.0)
    assert any("times: EST, UTC-05:00" in text for text in file.texts())


def test_simulated_is_in_the_header_and_the_first_annotation(read):
    file = read(whole_visit(simulated=True, step_s=60))
    assert file.header["recording_additional"] == "SIMULATED"
    assert file.notes[0][0] == 0
    assert file.notes[0][2] == "*** SIMULATED DATA: not of a patient ***"


def test_a_real_visit_is_not_called_simulated(read):
    file = read(whole_visit(step_s=60))
    assert file.header["recording_additional"] == ""
    assert not any("SIMULATED" in text for text in file.texts())


@pytest.mark.parametrize(
    ("given_name", "family_name", "number", "header", "is_noted"),
    [
        ("Jürgen", "Groß-Müller", "MR 1", "Jurgen Gross-Muller", True),
        ("Zoë", "Ørsted", "1", "Zoe Orsted", True),
        ("Иван", "Петров", "1", "", True),
        ("Ana", "Li", "MR-1", "Ana Li", False),
        ("A" * 60, "B" * 60, "N" * 90, "AAAAAAAAAA", True),
    ],
)
def test_names_of_any_alphabet_fit_the_header_and_stand_whole_in_an_annotation(
    read, given_name, family_name, number, header, is_noted
):
    who = Patient(given_name, family_name, date(1984, 3, 9), number, 70.0)
    file = read(visit(patient=who, samples=[reading(1, 98.0)]))
    assert file.header["patientname"].replace("X", "") == header
    assert any(text == f"Patient: {given_name} {family_name}, {number}" for text in file.texts()) is is_noted


def test_a_deidentified_visit_has_x_where_it_was_who(read):
    one = visit(
        samples=[reading(1, 98.0)],
        is_deidentified=True,
        patient=Patient("Name", "Gone", date(1984, 3, 9), "Number", 1.0),
    )
    content = edf_file(one, replace(OPTIONS, zone=ZoneInfo("America/New_York")))
    assert content[8:88].rstrip() == b"X X X X"
    assert content[88:168].rstrip() == b"Startdate 03-MAR-2026 X X Nursestation_0.1.0"
    file = read(one, replace(OPTIONS, zone=ZoneInfo("America/New_York")))
    assert file.header["startdate"] == datetime(2026, 3, 3, 18, 20)
    assert any("times: UTC" in text for text in file.texts())
    assert not any("Gone" in text or "20260303-1820" in text for text in file.texts())


@pytest.mark.parametrize("year", [1984, 2085, 1970])
def test_years_that_two_digits_cannot_mean_are_refused(year):
    then = moment(START.mono_ns / 1e9, datetime(year, 6, 1, tzinfo=UTC).timestamp())
    one = visit(records=[replace(one, at=then) for one in opening()], opened=then, runs=(then,))
    with pytest.raises(ExportError, match=rf"dated {year}.*another format"):
        edf_file(one, IN_UTC)


@pytest.mark.parametrize("year", [1985, 2084])
def test_years_at_both_ends_are_told(read, year):
    then = moment(START.mono_ns / 1e9, datetime(year, 6, 1, tzinfo=UTC).timestamp())
    one = visit(records=[replace(one, at=then) for one in opening()], opened=then, runs=(then,))
    assert read(one).header["startdate"].year == year


def test_a_visit_that_nobody_closed_is_refused_with_what_to_do():
    one = visit(records=opening(), samples=[reading(1, 98.0), reading((LONGEST_H + 1) * 3600, 98.0)])
    with pytest.raises(ExportError, match=r"covers 73 hours.*vital"):
        edf_file(one, IN_UTC)


# --- the file -----------------------------------------------------------------------------------------------------


def test_the_same_visit_gives_the_same_bytes():
    assert edf_file(whole_visit(step_s=10), IN_UTC) == edf_file(whole_visit(step_s=10), IN_UTC)


def test_who_waits_is_told_and_can_stop_it():
    told = []
    edf_file(whole_visit(step_s=60), replace(IN_UTC, progress=told.append))
    assert told == sorted(told)
    assert 0 <= told[0] < told[-1] <= 1

    def stop(_done):
        raise ExportCancelled

    with pytest.raises(ExportCancelled):
        edf_file(whole_visit(step_s=60), replace(IN_UTC, progress=stop))


def test_the_file_is_continuous_edf_plus():
    content = edf_file(whole_visit(step_s=60), IN_UTC)
    assert content[192:236].rstrip() == b"EDF+C"
    assert BEDSIDE.encode() in content[:8192]
