import pytest
from hypothesis import given
from hypothesis import strategies as st

from nursestation.config.display import SPEEDS_MM_S, DisplaySettings, WaveSettings
from nursestation.ui.plots.wave_look import SPEEDS_MM_S as USUAL
from nursestation.ui.sheets.waves_view import (
    GAINS,
    gain_stepped,
    metrics_of,
    moved,
    speed_stepped,
    switched,
    wave_lines,
)
from tests.helpers.station_views import make_chair, make_station

THREE = frozenset({"ecg", "pleth", "co2"})
USUALLY = DisplaySettings()


def _kept(waves):
    return DisplaySettings(wave=waves)


def _line(settings, metric):
    return next(line for line in wave_lines(settings, set(USUAL)) if line.metric == metric)


def _order(settings, present=THREE):
    return [line.metric for line in wave_lines(settings, present)]


def test_a_line_for_each_metric_that_any_chair_has():
    station = make_station(make_chair(waves=(("co2", "m", ""),)), make_chair(number=3, waves=(("ecg", "m", "II"),)))
    assert metrics_of(station) == {"co2", "ecg"}
    assert _order(USUALLY, metrics_of(station)) == ["ecg", "co2"]


def test_as_usual_a_wave_is_shown_at_the_usual_speed_as_it_fits():
    line = _line(USUALLY, "ecg")
    assert (line.title, line.shown, line.speed, line.gain) == ("ECG", True, "25 mm/s", "as it fits")
    assert (line.flatter, line.taller) == (False, True)
    assert _line(USUALLY, "resp").speed == "6.25 mm/s"


def test_only_a_wave_with_a_unit_has_a_height_to_choose():
    assert [metric for metric in USUAL if _line(USUALLY, metric).taller] == list(GAINS)


def test_a_wave_is_switched_off_and_on_again():
    off = _kept(switched(USUALLY, "pleth"))
    assert not _line(off, "pleth").shown
    assert _line(_kept(switched(off, "pleth")), "pleth").shown


def test_speeds_are_stepped_to_the_ends_and_no_further():
    settings, seen = USUALLY, []
    for _ in range(6):
        settings = _kept(speed_stepped(settings, "ecg", -1))
        seen.append(_line(settings, "ecg").speed)
    assert seen[:3] == ["12.5 mm/s", "6.25 mm/s", "3.125 mm/s"]
    assert seen[-1] == "3.125 mm/s"
    assert not _line(settings, "ecg").slower


def test_a_gain_goes_from_flat_to_tall_and_back_to_what_fits():
    settings, ecg = USUALLY, []
    for _ in GAINS["ecg"]:
        settings = _kept(gain_stepped(settings, "ecg", 1))
        ecg.append(_line(settings, "ecg").gain)
    assert ecg == ["1.25 mm/mV", "2.5 mm/mV", "5 mm/mV", "10 mm/mV", "20 mm/mV"]
    assert not _line(settings, "ecg").taller
    for _ in GAINS["ecg"]:
        settings = _kept(gain_stepped(settings, "ecg", -1))
    assert _line(settings, "ecg").gain == "as it fits"
    assert _line(_kept(gain_stepped(USUALLY, "co2", 1)), "co2").gain == "0–150 mmHg"  # a larger scale is a flatter wave


def test_a_wave_changes_places_with_its_neighbour_in_sight():
    lower = _kept(moved(USUALLY, "pleth", 1, THREE))
    assert _order(lower) == ["ecg", "co2", "pleth"]
    assert _order(_kept(moved(lower, "pleth", 1, THREE))) == ["ecg", "co2", "pleth"]
    assert [(line.up, line.down) for line in wave_lines(lower, THREE)] == [(False, True), (True, True), (True, False)]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["shown", "speed", "gain", "order"]),
            st.sampled_from(sorted(USUAL)),
            st.sampled_from([-1, 1]),
        ),
        max_size=30,
    )
)
def test_whatever_is_stepped_can_be_kept_and_loses_no_wave(steps):
    settings = USUALLY
    for what, metric, way in steps:
        match what:
            case "shown":
                waves = switched(settings, metric)
            case "speed":
                waves = speed_stepped(settings, metric, way)
            case "gain":
                waves = gain_stepped(settings, metric, way)
            case _:
                waves = moved(settings, metric, way, set(USUAL))
        settings = DisplaySettings.model_validate(_kept(waves).model_dump())
    assert sorted(_order(settings, set(USUAL))) == sorted(USUAL)


@pytest.mark.parametrize("speed", SPEEDS_MM_S)
def test_a_file_may_name_any_speed_that_is_offered(speed):
    settings = DisplaySettings(wave=(WaveSettings(metric="art", speed_mm_s=speed, gain=120.0),))
    assert _line(settings, "art").speed == f"{speed:g} mm/s"
    assert wave_lines(settings, set(USUAL))[0].metric == "art"
