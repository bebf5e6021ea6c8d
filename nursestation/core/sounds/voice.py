"""Turns what the sequencer says into one unbroken run of samples, silence included.

Rules of the file:
1. `take` always returns as many samples as were asked for: silence is zeros, so that a loudspeaker is never left without.
2. What is cut fades over `FADE_MS`, also when another sound begins at once: no click.
"""

from functools import lru_cache
from typing import assert_never

import numpy as np

from nursestation.core.sounds.figures import SoundSet
from nursestation.core.sounds.sequencer import Action, Cut, EndAt, Play, Sound, burst_of
from nursestation.core.sounds.tones import Samples, burst_samples

FADE_MS = 5
"""How long what is cut fades [ms]. Source: project decision; shorter is heard as a click."""

_NONE: Samples = np.zeros(0, np.int16)


@lru_cache(maxsize=64)
def sound_samples(sounds: SoundSet, sound: Sound, volume: float, rate_hz: int) -> Samples:
    """Return a sound of a set, made once and not to be written to; see `tones.burst_samples`."""
    samples = burst_samples(burst_of(sounds, sound), volume, rate_hz)
    samples.flags.writeable = False
    return samples


class Voice:
    """Plays one sound at a time into whoever takes samples.

    Args:
        sounds: The figures of what it can play.
        rate_hz: Samples a second.
    """

    def __init__(self, sounds: SoundSet, rate_hz: int) -> None:
        self._sounds = sounds
        self._rate_hz = rate_hz
        self._playing = _NONE
        self._played = 0
        self._fading = _NONE

    def do(self, action: Action) -> None:
        """Begin, shorten or stop a sound."""
        match action:
            case Play(sound, volume):
                self._playing = sound_samples(self._sounds, sound, volume, self._rate_hz)
                self._played = 0
            case EndAt(offset_ms):
                left = round(offset_ms * self._rate_hz / 1000) - self._played
                self._playing = self._playing[: max(0, left)]
            case Cut():
                self._fading = self._playing[: FADE_MS * self._rate_hz // 1000]
                ramp = (1 + np.cos(np.pi * np.arange(self._fading.size) / max(1, self._fading.size))) / 2
                self._fading = np.round(self._fading * ramp).astype(np.int16)
                self._playing = _NONE
            case _:
                assert_never(action)

    def take(self, n: int) -> Samples:
        """Return the next `n` samples. *Shape* `(n,)`."""
        taken = np.zeros(n, np.int16)
        head = self._playing[:n]
        taken[: head.size] = head
        self._playing = self._playing[n:]
        self._played += n
        fade = self._fading[:n]
        taken[: fade.size] += fade  # a sound that begins is nearly silent for as long as the fade of the one before
        self._fading = self._fading[n:]
        return taken
