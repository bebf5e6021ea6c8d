import numpy as np
import pytest

from devices.vocabulary import Unit
from nursestation.ui.plots.gain import CAPNOGRAM_TOPS, EcgGain, FullScaleGain, RelativeGain, gain_for


def _values(*numbers):
    return np.array(numbers, dtype=np.float32)


def test_a_relative_wave_fills_its_strip():
    low, high = RelativeGain(0.001).fit(_values(0.2, 0.8))
    assert low < 0.2 < 0.8 < high
    assert high - low == pytest.approx(0.6 * 1.12)


def test_a_relative_wave_that_grows_is_shown_whole_at_once_and_one_that_shrinks_slowly():
    gain = RelativeGain(0.001)
    gain.fit(_values(0.4, 0.6))
    assert gain.fit(_values(0.0, 1.0))[1] >= 1.0
    after = gain.fit(_values(0.4, 0.6))
    assert after[1] - after[0] > 0.8


def test_noise_within_the_margin_never_widens_the_range():
    gain = RelativeGain(0.001)
    low, high = gain.fit(_values(0.2, 0.8))
    assert gain.fit(_values(0.19, 0.81)) == (low, high)
    assert gain.fit(_values(0.1, 0.8))[0] < 0.1


def test_noise_of_a_few_steps_is_not_blown_up():
    low, high = RelativeGain(0.01).fit(_values(0.5, 0.51))
    assert high - low >= 0.12


def test_no_values_keep_the_range():
    gain = RelativeGain(0.01)
    before = gain.fit(_values(0.0, 1.0))
    assert gain.fit(_values(np.nan, np.nan)) == before


def _ecg(s_wave, r_wave):
    return np.array([0.0] * 50 + [s_wave, r_wave], dtype=np.float32)


def test_an_ecg_takes_the_largest_usual_gain_that_fits():
    gain = EcgGain(height_mm=20)
    low, high = gain.fit(_ecg(-0.3, 1.1))
    assert gain.text == "10 mm/mV"
    assert high - low == pytest.approx(2.0)
    gain.fit(_ecg(-0.3, 3.4))
    assert gain.text == "2.5 mm/mV"


def test_an_ecg_that_fits_again_grows_again_step_by_step():
    gain = EcgGain(height_mm=20)
    gain.fit(_ecg(-0.3, 3.4))
    told = []
    for _ in range(3):
        gain.fit(_ecg(-0.1, 0.9))
        told.append(gain.text)
    assert told == ["5 mm/mV", "10 mm/mV", "10 mm/mV"]


def test_a_capnogram_starts_at_zero_and_takes_the_scale_that_holds_it():
    gain = FullScaleGain(CAPNOGRAM_TOPS)
    assert gain.fit(_values(0, 38)) == (0.0, 50.0)
    assert gain.fit(_values(0, 62)) == (0.0, 75.0)
    assert gain.text == "0–75 mmHg"
    assert gain.fit(_values(np.nan)) == (0.0, 50.0)


@pytest.mark.parametrize(
    ("metric", "unit", "kind"),
    [("ecg", Unit.MV, EcgGain), ("co2", Unit.MMHG, FullScaleGain), ("pleth", None, RelativeGain)],
)
def test_the_unit_decides(metric, unit, kind):
    assert isinstance(gain_for(metric, unit, 0.01, 20.0), kind)


def test_an_arterial_pressure_has_larger_scales_than_a_capnogram():
    assert gain_for("art", Unit.MMHG, 0.1, 20.0).fit(_values(60, 185)) == (0.0, 200.0)


def test_a_fixed_full_scale_stays_whatever_comes():
    gain = gain_for("co2", Unit.MMHG, 0.1, 20.0, fixed=75.0)
    assert gain.fit(_values(0, 38)) == gain.fit(_values(0, 120)) == (0.0, 75.0)


def test_a_fixed_gain_stays_and_its_middle_follows_a_wave_that_has_moved():
    gain = gain_for("ecg", Unit.MV, 0.01, 20.0, fixed=20.0)
    low, high = gain.fit(_ecg(-0.3, 3.4))
    assert (gain.text, high - low) == ("20 mm/mV", pytest.approx(1.0))
    assert gain.fit(_ecg(-0.3, 3.4) + np.float32(0.02)) == (low, high)
    assert gain.fit(_ecg(-0.3, 3.4) + np.float32(2.0))[0] == pytest.approx(low + 2.0)


@pytest.mark.parametrize("gain", [RelativeGain(0.01), EcgGain(20.0)], ids=["relative", "ecg"])
def test_a_moment_of_a_wave_makes_nothing_larger(gain):
    whole = np.sin(np.linspace(0, 30, 600)).astype(np.float32)
    fitted = gain.fit(whole)
    moment = np.full(600, np.nan, np.float32)
    moment[-90:] = 0.02 * whole[-90:]
    for _ in range(50):
        assert gain.fit(moment) == fitted
    small = 0.02 * whole
    for _ in range(50):
        last = gain.fit(small)
    assert last[1] - last[0] < fitted[1] - fitted[0]
