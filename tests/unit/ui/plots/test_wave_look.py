import pytest

from nursestation.ui.plots.wave_look import MetricLook, WaveLook

KEYS = (("ecg", "m", "II"), ("ecg", "m", "V"), ("pleth", "m", ""), ("resp", "m", ""))


def test_without_anything_set_waves_run_as_on_bedside_monitors():
    look = WaveLook()
    assert [look.of(metric).speed_mm_s for metric in ("ecg", "pleth", "art", "resp", "co2")] == [25, 25, 25, 6.25, 6.25]
    assert look.arranged(reversed(KEYS)) == (KEYS[1], KEYS[0], KEYS[2], KEYS[3])


def test_what_is_set_decides_and_the_rest_follows():
    look = WaveLook((MetricLook("resp", 12.5), MetricLook("pleth", 25.0, shown=False)))
    assert look.of("resp").speed_mm_s == 12.5
    assert look.arranged(KEYS) == (KEYS[3], KEYS[0], KEYS[1])


def test_what_is_no_wave_has_no_look():
    with pytest.raises(KeyError):
        WaveLook().of("heart_rate")
