"""Measured from the samples, against the ranges of IEC 60601-1-8 and against the figures of the set."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nursestation.core.sounds.figures import DEFAULT, RAMP_OUTSIDE, SoundFigureError
from nursestation.core.sounds.tones import RATES_HZ, amplitude, burst_samples
from tests.helpers.soundmeter import measure

PRIORITIES = ["high", "medium", "low"]
ALL = [*PRIORITIES, "reminder"]


@pytest.fixture(scope="module", params=RATES_HZ)
def rate_hz(request):
    return request.param


@pytest.fixture(scope="module")
def measured(rate_hz):
    return {name: measure(burst_samples(getattr(DEFAULT, name), rate_hz=rate_hz), rate_hz) for name in ALL}


@pytest.mark.parametrize(("name", "count"), [("high", 10), ("medium", 3), ("low", 2), ("reminder", 1)])
def test_each_burst_has_its_pulses(measured, name, count):
    assert len(measured[name].tones) == count


@pytest.mark.parametrize(
    ("name", "gaps_ms"),
    [("high", [100, 100, 350, 100, 500, 100, 100, 350, 100]), ("medium", [200, 200]), ("low", [200])],
)
def test_each_gap_is_right_and_the_equal_ones_are_within_five_per_cent(measured, name, gaps_ms):
    assert measured[name].gaps_ms == pytest.approx(gaps_ms, abs=2.5)
    short = [gap for gap in measured[name].gaps_ms if gap < 300]
    assert max(short) / min(short) < 1.05


@pytest.mark.parametrize(("name", "length_s"), [("high", 3.3), ("medium", 1.0), ("low", 0.6), ("reminder", 0.15)])
def test_each_burst_has_its_length(measured, name, length_s):
    assert measured[name].length_ms / 1000 == pytest.approx(length_s, abs=0.005)


@pytest.mark.parametrize(
    ("name", "td_ms", "least", "most"), [("high", 150, 75, 200), ("medium", 200, 125, 250), ("low", 200, 125, 250)]
)
def test_every_pulse_is_as_long_as_it_should_be(measured, name, td_ms, least, most):
    for tone in measured[name].tones:
        assert least <= tone.td_ms <= most
        assert tone.td_ms == pytest.approx(td_ms, abs=2.5)


@pytest.mark.parametrize("name", ALL)
def test_every_pulse_rises_within_ten_to_twenty_per_cent_of_its_length(measured, name):
    for tone in measured[name].tones:
        assert 0.1 <= tone.rise_ms / tone.td_ms <= 0.2
        assert tone.rise_ms == pytest.approx(getattr(DEFAULT, name).pulse.rise_ms, abs=2)


@pytest.mark.parametrize("name", PRIORITIES)
def test_every_pulse_has_fallen_before_the_next_rises(measured, name, rate_hz):
    samples = burst_samples(getattr(DEFAULT, name), rate_hz=rate_hz)
    tones = measured[name].tones
    for tone, after in pairwise(tones):
        assert tone.fall_ms <= after.start_ms - tone.end_ms - after.rise_ms
        gap = samples[round(tone.end_ms * rate_hz / 1000) : round(after.start_ms * rate_hz / 1000)]
        silent = np.convolve(gap == 0, np.ones(rate_hz // 100), "valid")
        assert silent.max() == rate_hz // 100  # 10 ms of nothing


@pytest.mark.parametrize(("name", "hz"), [("high", 523.25), ("medium", 440), ("low", 349.2), ("reminder", 261.63)])
def test_each_sound_has_its_pitch(measured, name, hz):
    assert measured[name].fundamental_hz == pytest.approx(hz, rel=0.005)
    assert 150 <= measured[name].fundamental_hz <= 1000


@pytest.mark.parametrize("name", ALL)
def test_four_harmonics_lie_between_300_and_4000_hz_within_15_db(measured, name):
    harmonics = measured[name].harmonics_db
    assert len(harmonics) >= 4
    assert all(-15 <= level <= 15 for level in harmonics.values())
    assert list(measured[name].partials_db.values()) == pytest.approx([0, -3, -6, -9, -12], abs=0.5)


@pytest.mark.parametrize("name", PRIORITIES)
def test_pulses_of_a_burst_are_equally_loud(measured, name):
    assert measured[name].spread_db < 0.5 < 10


def test_medium_does_not_sound_more_urgent_than_high(measured):
    def period(name):
        tones = measured[name].tones
        return tones[1].start_ms - tones[0].start_ms

    assert period("medium") >= period("high")


@pytest.mark.parametrize("name", ALL)
def test_nothing_clips_and_nothing_clicks(measured, name, rate_hz):
    samples = burst_samples(getattr(DEFAULT, name), rate_hz=rate_hz)
    assert samples.dtype == np.int16
    assert np.abs(samples.astype(int)).max() < 32_767
    assert measured[name].peak_db == pytest.approx(-1, abs=0.05)
    assert np.abs(samples[[0, 1, -2, -1]]).max() <= 3
    # an edge that jumps would be steeper than the tone itself ever is within its loudest part
    steps = np.abs(np.diff(samples.astype(int)))
    first = measured[name].tones[0]
    loud = slice(round(first.start_ms * rate_hz / 1000), round(first.end_ms * rate_hz / 1000))
    assert steps.max() <= steps[loud].max() * 1.02


@pytest.mark.parametrize(("volume", "db"), [(1, 0), (0.9, -3), (0.5, -15), (0.1, -27), (0.01, -27)])
def test_volume_goes_in_steps_of_three_decibels(volume, db):
    assert 20 * np.log10(amplitude(volume)) == pytest.approx(db)
    full, less = (np.abs(burst_samples(DEFAULT.low, v).astype(int)).max() for v in (1, volume))
    assert 20 * np.log10(less / full) == pytest.approx(db, abs=0.05)


def test_volume_nought_is_silence():
    assert not burst_samples(DEFAULT.high, 0).any()


@pytest.mark.parametrize("volume", [-0.1, 1.1, float("nan")])
def test_a_volume_outside_its_range_is_refused(volume):
    with pytest.raises(ValueError, match="may be 0 to 1"):
        amplitude(volume)


def test_a_rate_that_outputs_may_not_take_is_refused():
    with pytest.raises(ValueError, match="44100 or 48000 Hz, not at 8000"):
        burst_samples(DEFAULT.high, rate_hz=8000)


@settings(max_examples=40, deadline=None)
@given(
    hz=st.floats(150, 790),
    td_ms=st.floats(75, 200),
    rise=st.floats(0.1, 0.2),
    fall_ms=st.floats(3, 80),
    gap_ms=st.floats(50, 125),
    levels=st.tuples(*[st.floats(-12, 0)] * 4),
)
@example(hz=780.0, td_ms=76.0, rise=0.125, fall_ms=3.0, gap_ms=50.0, levels=(0.0, 0.0, 0.0, 0.0))
def test_any_set_that_is_let_through_measures_as_it_says(hz, td_ms, rise, fall_ms, gap_ms, levels):
    pulse = replace(
        DEFAULT.high.pulse, fundamental_hz=hz, td_ms=td_ms, rise_ms=rise * td_ms, fall_ms=fall_ms,
        partials_db=(0.0, *levels),
    )  # fmt: skip
    slowest = replace(DEFAULT.medium, gap_ms=250)
    try:
        sounds = replace(DEFAULT, high=replace(DEFAULT.high, pulse=pulse, gap_ms=gap_ms), medium=slowest)
    except SoundFigureError:
        assert RAMP_OUTSIDE * (fall_ms + rise * td_ms) > gap_ms or fall_ms > td_ms or 5 * hz > 4000
        return
    samples = burst_samples(sounds.high)
    found = measure(samples, 48_000)
    smear_ms = 1000 / hz / 2  # the envelope looks at a whole period
    assert len(found.tones) == 10
    assert np.abs(samples.astype(int)).max() < 32_767
    assert found.fundamental_hz == pytest.approx(hz, rel=0.01)
    assert found.tones[0].td_ms == pytest.approx(td_ms, abs=1 + smear_ms)
    assert found.gaps_ms == pytest.approx(sounds.high.gaps_ms, abs=1 + smear_ms)
