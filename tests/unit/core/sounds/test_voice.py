from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.clock import ManualClock
from devices.events import Priority
from nursestation.core.sounds.figures import DEFAULT
from nursestation.core.sounds.sequencer import QUIET, Cut, EndAt, Play, Sequencer, Sound, SoundWish
from nursestation.core.sounds.voice import Voice, sound_samples
from tests.helpers.soundmeter import bursts, measure

RATE_HZ = 48_000
SAMPLES = {sound: sound_samples(DEFAULT, sound, 1.0, RATE_HZ) for sound in Sound}


@pytest.fixture
def voice():
    return Voice(DEFAULT, RATE_HZ)


def test_without_a_sound_it_gives_silence(voice):
    assert voice.take(1000).tolist() == [0] * 1000


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 9_000), min_size=1, max_size=60))
def test_a_sound_is_whole_however_it_is_taken(pieces):
    voice = Voice(DEFAULT, RATE_HZ)
    voice.do(Play(Sound.LOW))
    taken = np.concatenate([voice.take(n) for n in pieces])
    whole = np.concatenate([SAMPLES[Sound.LOW], np.zeros(600_000, np.int16)])
    assert (taken == whole[: taken.size]).all()


@pytest.mark.parametrize("at_ms", [0, 10, 60, 177, 300])
def test_what_is_cut_fades_within_five_milliseconds_and_does_not_click(voice, at_ms):
    voice.do(Play(Sound.HIGH))
    before = voice.take(at_ms * RATE_HZ // 1000)
    voice.do(Cut())
    after = voice.take(2000)
    assert not after[5 * RATE_HZ // 1000 :].any()
    steps = np.abs(np.diff(np.concatenate([before, after]).astype(int)))
    assert steps.max(initial=0) <= np.abs(np.diff(SAMPLES[Sound.HIGH].astype(int))).max()


def test_what_cuts_in_is_whole_but_for_the_fade(voice):
    voice.do(Play(Sound.LOW))
    voice.take(5000)
    voice.do(Cut())
    voice.do(Play(Sound.HIGH))
    taken = voice.take(SAMPLES[Sound.HIGH].size)
    fade = 5 * RATE_HZ // 1000
    assert (taken[fade:] == SAMPLES[Sound.HIGH][fade:]).all()
    assert np.abs(np.diff(taken[:fade].astype(int))).max() < 8000


def test_the_first_half_of_high_has_five_whole_pulses(voice):
    voice.do(Play(Sound.HIGH))
    voice.take(7000)
    voice.do(EndAt(DEFAULT.high.lead_ms + DEFAULT.high.half_ms + DEFAULT.high.tail_ms))
    rest = voice.take(4 * RATE_HZ)
    heard = measure(np.concatenate([SAMPLES[Sound.HIGH][:7000], rest]), RATE_HZ)
    assert [round(tone.td_ms, -1) for tone in heard.tones] == [150] * 5
    assert np.abs(np.diff(rest.astype(int))).max() <= np.abs(np.diff(SAMPLES[Sound.HIGH].astype(int))).max()


def test_each_sound_is_as_loud_as_is_asked(voice):
    peaks = []
    for volume in (1.0, 0.8, 0.3):
        voice.do(Play(Sound.MEDIUM, volume))
        peaks.append(np.abs(voice.take(2 * RATE_HZ).astype(int)).max())
    assert [round(20 * np.log10(peak / peaks[0])) for peak in peaks] == [0, -6, -21]


def test_an_end_that_is_past_is_now(voice):
    voice.do(Play(Sound.HIGH))
    voice.take(RATE_HZ)
    voice.do(EndAt(100))
    assert not voice.take(RATE_HZ).any()


def played(script):
    """Everything that is heard when each wish stands for so many seconds, at a beat of 25 ms."""
    clock, sequencer, voice = ManualClock(), Sequencer(DEFAULT), Voice(DEFAULT, RATE_HZ)
    pieces = []
    for wish, seconds in script:
        for _ in range(round(seconds * 40)):
            for action in sequencer.step(wish, clock.now().mono_ns):
                voice.do(action)
            pieces.append(voice.take(RATE_HZ // 40))
            clock.advance(0.025)
    return np.concatenate(pieces)


@pytest.mark.parametrize(
    ("priority", "n_pulses", "least_s", "most_s"),
    [(Priority.HIGH, 10, 2.5, 15), (Priority.MEDIUM, 3, 2.5, 30), (Priority.LOW, 2, 15.001, 60)],
)
def test_bursts_that_are_heard_one_after_the_other_keep_their_distance(priority, n_pulses, least_s, most_s):
    heard = bursts(played([(SoundWish(priority=priority), 35)]), RATE_HZ)
    assert len(heard) >= 2
    found = [(start_ms, measure(samples, RATE_HZ)) for start_ms, samples in heard]
    whole = [(start_ms, m) for start_ms, m in found if len(m.tones) == n_pulses]
    assert len(whole) >= 2
    for (start_ms, m), (next_ms, after) in pairwise(whole):
        quiet_ms = next_ms + after.tones[0].start_ms - (start_ms + m.tones[-1].end_ms)
        assert least_s * 1000 <= quiet_ms <= most_s * 1000


def test_a_condition_that_came_and_went_is_heard_as_five_pulses():
    (burst,) = bursts(played([(SoundWish(priority=Priority.HIGH), 0.1), (QUIET, 20)]), RATE_HZ)
    assert len(measure(burst[1], RATE_HZ).tones) == 5
