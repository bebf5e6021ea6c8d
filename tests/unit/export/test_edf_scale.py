"""Samples keep their values through the eight characters of an EDF+ header, and "no data" is no value."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.vocabulary import METRICS
from nursestation.export.edf_scale import HIGHEST, LOWEST, eight_characters, numeric_scale, wave_scale


def read_back(scale, sample):
    """Return what a reader makes of a stored sample (European Data Format: a line through two points)."""
    gain = (scale.physical_max - scale.physical_min) / (scale.digital_max - scale.digital_min)
    return scale.physical_min + gain * (sample + scale.shift - scale.digital_min)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (-0.0, "0"), (-1e-9, "0"), (1.5, "1.5"), (-81.92, "-81.92"), (1 / 3, "0.333333"), (-1 / 3, "-0.33333"),
        (-258.0157480, "-258.016"), (99999999.0, "99999999"), (-9999999.4, "-9999999"), (12345678.4, "12345678"),
    ],
)  # fmt: skip
def test_a_number_takes_eight_characters_at_most(value, text):
    assert eight_characters(value) == text


@pytest.mark.parametrize("value", [100_000_000.0, -10_000_000.0, 1e20])
def test_a_number_that_is_too_long_is_none(value):
    assert eight_characters(value) is None


MONITORS = [
    ("ecg", 0.0078125, -1.0, 0, 250), ("pleth", 0.01, 0.0, 0, 100), ("resp", 0.008, -1.0, 0, 250),
    ("pleth", 1 / 127, 0.0, 0, 127),
    ("co2", 1 / 128, 0.0, 0, 8000), ("ecg", 0.0025, 0.0, -4000, 4000), ("ecg", 81.915 / 16383, -40.96, 0, 16383),
    ("pleth", 1 / 4095, 0.0, 0, 4095), ("art", 0.1, -40.0, 0, 4000), ("co2", 0.0076, 0.0, 0, 12000),
]  # fmt: skip


@pytest.mark.parametrize(("metric", "scale", "offset", "low", "high"), MONITORS)
def test_what_monitors_send_keeps_its_digital_values_and_reads_exactly(metric, scale, offset, low, high):
    found = wave_scale(METRICS[metric], scale, offset, low, high)
    assert found.shift == 0
    for sample in (low, 0, 1, (low + high) // 2, high):
        assert read_back(found, sample) == pytest.approx(scale * sample + offset, abs=scale / 1000)
    assert not METRICS[metric].is_plausible(found.physical_min)


@settings(deadline=None)
@given(
    metric=st.sampled_from(["ecg", "pleth", "resp", "co2", "art"]),
    scale=st.floats(1e-5, 100) | st.floats(-100, -1e-5),
    offset=st.floats(-1000, 1000),
    samples=st.tuples(st.integers(LOWEST + 1, HIGHEST), st.integers(LOWEST + 1, HIGHEST)),
)
def test_no_value_moves_by_half_a_step_and_none_is_the_lowest(metric, scale, offset, samples):
    low, high = sorted(samples)
    found = wave_scale(METRICS[metric], scale, offset, low, high)
    if found is None:  # eight characters are too few; such a waveform is left out
        return
    assert LOWEST <= found.digital_min < low + found.shift <= high + found.shift <= found.digital_max <= HIGHEST
    for sample in (low, (low + high) // 2, high):
        assert abs(read_back(found, sample) - (scale * sample + offset)) < abs(scale) / 2
    assert len(eight_characters(found.physical_min)) <= 8
    assert float(eight_characters(found.physical_max)) == found.physical_max


@settings(deadline=None)
@given(scale=st.floats(1e-3, 10), offset=st.floats(-100, 100), high=st.integers(1, 4095))
def test_every_scale_that_a_monitor_may_have_is_told(scale, offset, high):
    assert wave_scale(METRICS["ecg"], scale, offset, 0, high) is not None


def test_samples_go_up_where_they_leave_no_room_for_a_lowest_that_nobody_has():
    low, high = LOWEST + 1, LOWEST + 16384
    found = wave_scale(METRICS["pleth"], 1 / 16383, -LOWEST / 16383, low, high)
    assert found.shift > 0
    assert found.physical_min < -0.1
    assert read_back(found, low) == pytest.approx(1 / 16383, abs=1 / 16383 / 2)


@pytest.mark.parametrize("scale", [0.0, 1e-9, 1e6, float("nan"), float("inf")])
def test_a_scale_that_cannot_be_told_is_none(scale):
    assert wave_scale(METRICS["ecg"], scale, 0.0, LOWEST + 1, HIGHEST - 7) is None


@pytest.mark.parametrize(
    ("values", "step"),
    [([], 0.1), ([97.0, 98.0], 0.1), ([36.6], 0.1), ([0.02], 0.01), ([1 / 3], 0.001), ([300.123], 0.01)],
)
def test_readings_are_written_in_the_largest_step_that_says_them_all(values, step):
    found, scale = numeric_scale(values)
    assert found == step
    assert scale.physical_min == pytest.approx(LOWEST * step)
    for value in values:
        assert read_back(scale, round(value / step)) == pytest.approx(value, abs=step / 2)
