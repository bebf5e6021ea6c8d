"""Stretches of waveform become runs at their true times, whatever the wire and the clocks did."""

import numpy as np
import pytest

from devices.clock import NS_PER_S
from devices.events import MISSING_SAMPLE, Mode
from nursestation.core.timeline import Timeline
from nursestation.export.wave_runs import present, wave_runs
from tests.helpers.signal_visit import START, in_seconds, lost, moment, since_start, stretch


def runs_of(waves, gaps=(), runs=(START,)):
    """Return (start [s since check-in], samples) of the runs of the one waveform that there is."""
    (several,) = wave_runs(waves, gaps, Timeline(runs)).values()
    return [(since_start(run.start_ns / NS_PER_S), run.samples.tolist()) for run in several]


def test_a_stretch_begins_where_its_last_samples_arrival_puts_the_first():
    ((start, samples),) = runs_of([stretch(10, [1, 2, 3, 4, 5], rate=50)])
    assert start == pytest.approx(10, abs=1e-6)
    assert samples == [1, 2, 3, 4, 5]


def test_stretches_that_follow_one_another_are_one_run():
    raw = list(range(1000))
    ((start, samples),) = runs_of(in_seconds(10, raw))
    assert (start, samples) == (pytest.approx(10, abs=1e-6), raw)


def test_what_came_late_now_and_then_makes_no_hole():
    late = [0.02, 0.0, 0.13, 0.8, 0.01, 0.05, 0.0, 0.24]
    waves = [stretch(10 + place, [place] * 250, late_s=one) for place, one in enumerate(late)]
    ((start, samples),) = runs_of(waves)
    assert start == pytest.approx(10, abs=1e-6)
    assert samples == [place for place in range(8) for _ in range(250)]


def test_silence_is_a_hole_of_its_length():
    waves = [*in_seconds(10, [1] * 500), *in_seconds(62, [2] * 500)]
    (first, _), (second, _) = runs_of(waves)
    assert (first, second) == (pytest.approx(10, abs=1e-6), pytest.approx(62, abs=1e-6))


def test_what_a_monitor_says_it_lost_is_a_hole_of_so_many_samples():
    waves = [stretch(10, [1] * 250), stretch(11.2, [2] * 250, late_s=0.03)]
    (_, first), (start, second) = runs_of(waves, [lost(11.3, 50)])
    assert start == pytest.approx(11.2, abs=1e-6)
    assert (first, second) == ([1] * 250, [2] * 250)


def test_what_was_lost_uncounted_is_a_hole_as_the_times_say():
    waves = [stretch(10, [1] * 250), stretch(11.1, [2] * 250)]
    _, (start, _) = runs_of(waves, [lost(11.2)])
    assert start == pytest.approx(11.1, abs=1e-6)


def test_a_loss_of_another_waveform_changes_nothing():
    waves = in_seconds(10, [1] * 500)
    assert len(runs_of(waves, [lost(11.2, 50, metric="pleth", source="oximeter"), lost(5, 50)])) == 1


def test_a_monitor_whose_clock_differs_is_put_right_again_and_again():
    truly = 249.0  # samples a second, where it says 250
    waves = [stretch(place * 250 / truly, [place] * 250) for place in range(600)]
    found = runs_of(waves)
    assert len(found) > 5
    for start, samples in found:
        first_of_stretch = samples[0] * 250 / truly
        assert abs(start - first_of_stretch) < 0.3
    assert sum(len(samples) for _, samples in found) == 600 * 250


def test_one_that_is_too_fast_is_put_right_too():
    truly = 251.0
    waves = [stretch(place * 250 / truly, [place % 100] * 250) for place in range(600)]
    for start, samples in runs_of(waves)[1:]:
        assert len(samples) % 250 == 0
        place = start * truly / 250
        assert min(abs(place - round(place)), 1) * 250 / truly < 0.3


def test_a_step_of_the_wall_clock_moves_nothing():
    before, after = in_seconds(10, [1] * 250), in_seconds(11, [2] * 250)
    stepped = [stretch(11, [2] * 250, at=moment(one.at.mono_ns / 1e9, one.at.utc_ns / 1e9 + 3600)) for one in after]
    assert len(runs_of([*before, *stepped])) == 1


def test_a_restart_goes_on_at_the_time_of_day():
    again = moment(3, START.utc_ns / NS_PER_S + 120)  # the computer was started anew
    raw_at = moment(3 + 10 + 249 / 250, START.utc_ns / NS_PER_S + 130 + 249 / 250)
    waves = [*in_seconds(10, [1] * 250), stretch(0, [2] * 250, at=raw_at)]
    _, (start, _) = runs_of(waves, runs=(START, again))
    assert start == pytest.approx(130, abs=1e-6)


def test_each_monitor_source_and_scale_has_runs_of_its_own():
    waves = [
        stretch(10, [1] * 250), stretch(10, [1] * 250, source="V"), stretch(10, [1] * 250, monitor="2:other"),
        stretch(11, [1] * 250, scale=0.005), stretch(10, [1] * 50, rate=50), stretch(10, [1] * 250, offset=1.0),
    ]  # fmt: skip
    assert len(wave_runs(waves, (), Timeline((START,)))) == 6


@pytest.mark.parametrize("mode", [Mode.TEST, Mode.DEMO])
def test_what_a_monitor_in_test_or_demonstration_shows_is_nobodys(mode):
    assert not wave_runs([stretch(10, [1] * 250, mode=mode)], (), Timeline((START,)))


def test_samples_that_are_there_are_found_with_their_places():
    raw = np.array([MISSING_SAMPLE, 1, 2, MISSING_SAMPLE, MISSING_SAMPLE, 3], dtype=np.int16)
    assert [(place, samples.tolist()) for place, samples in present(raw)] == [(1, [1, 2]), (5, [3])]
    assert list(present(raw[:1])) == []
    assert [(place, len(samples)) for place, samples in present(raw[1:3])] == [(0, 2)]
