"""Sound outputs that a test holds in its hand."""

import numpy as np

from nursestation.runtime.loudspeaker import NoOutput, OutputState

RATE_HZ = 48_000


class HandOutput:
    """Starved until it is written to. Holds `HOLDS` samples; takes more when the test says how long it has played.

    `is_hungry`: plays as fast as it is fed, ten times as fast as a loudspeaker.
    """

    HOLDS = RATE_HZ * 150 // 1000

    def __init__(self, *, is_hungry=False):
        self.rate_hz = RATE_HZ
        self.is_hungry = is_hungry
        self.now = OutputState.STARVED
        self.waiting = np.zeros(0, np.int16)
        self.heard = np.zeros(0, np.int16)
        self.is_closed = False

    def play(self, ms):
        n = RATE_HZ * ms // 1000
        self.heard = np.concatenate([self.heard, self.waiting[:n]])
        self.waiting = self.waiting[n:]

    def state(self):
        return self.now

    def room(self):
        return RATE_HZ // 4 if self.is_hungry else self.HOLDS - self.waiting.size

    def write(self, pcm):
        assert not self.is_closed
        self.now = OutputState.PLAYING
        samples = np.frombuffer(pcm, np.int16)
        if self.is_hungry:
            self.heard = np.concatenate([self.heard, samples])
        else:
            self.waiting = np.concatenate([self.waiting, samples])
            assert self.waiting.size <= self.HOLDS

    def close(self):
        self.is_closed = True


class HandOutputs:
    """A computer whose outputs come and go as the test says: `plug` and `unplug`."""

    NONE = "No loudspeaker here."

    def __init__(self, *, is_hungry=False):
        self.is_hungry = is_hungry
        self.problem = self.sink = ""
        self.opened = []
        self.n_tries = 0
        self._version = 0
        self._is_there = True
        self._is_lost = False

    def plug(self):
        self._is_there = True
        self._version += 1

    def unplug(self, *, noticed=True):
        self._is_there = False
        self._version += noticed
        for output in self.opened:
            output.now = OutputState.STOPPED

    @property
    def last(self):
        return self.opened[-1]

    def look(self):
        pass

    def note_gone(self, is_gone):
        if is_gone != self._is_lost:
            self._is_lost = is_gone
            self._version += 1

    def version(self):
        return self._version

    def open(self):
        self.n_tries += 1
        if not self._is_there or self._is_lost:
            raise NoOutput(self.NONE)
        self.opened.append(HandOutput(is_hungry=self.is_hungry))
        return self.last
