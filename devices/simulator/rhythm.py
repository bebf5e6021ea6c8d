"""The single heartbeats and breaths of a patient, from which both the waves and the rates are made.

Rules of the file:
1. A beat (breath) is decided at its own begin, from the state of that second: its length, its pulse, its size.
2. The n-th beat draws the n-th numbers of its stream of chance, so nothing depends on how far one looks ahead.

Sources: swing of the R-R interval with breathing 4-8 % and with pressure 8-15 ms/mmHg, breath intervals varying by 10 %,
end-tidal CO2 by 3 %, pulse at the finger 0.2-0.3 s after R: textbook physiology (Shaffer F, Ginsberg JP, Front Public
Health 2017;5:258 for the bands), project decision.
"""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from devices.simulator.growing import GrowingRows
from devices.simulator.physiology import MAYER_SYS_MMHG, Col, Physiology
from devices.simulator.traits import Traits

_BREATHS_STREAM = 3
_BEATS_STREAM = 4
_BLOCK = 512

N_AVERAGED_BEATS = 8
"""R-R intervals behind a heart rate, as on bedside monitors that average some 8 s."""

N_AVERAGED_BREATHS = 5
"""Breaths behind a respiration rate."""

APNOEA_S = 20.0
"""After this long without a breath the rate is 0."""

SLOWEST_BREATHING = 2.0
"""Below this rate [/min] there is no breath at all."""

_LOOK_AGAIN_S = 1.0

REFERENCE_RR_S = 0.926


@cache
def _normals(seed: int, stream: int, block: int) -> NDArray[np.float64]:
    return np.random.default_rng((seed, stream, block)).standard_normal((_BLOCK, 3))


class Breaths:
    """Breaths; each begins with inspiration. Columns: begin [s], length [s], end-tidal CO2 [mmHg]."""

    BEGIN, LENGTH, ETCO2 = range(3)

    def __init__(self, physiology: Physiology, seed: int) -> None:
        self._physiology = physiology
        self._seed = seed
        self._rows = GrowingRows(3)
        self._next_begin = 0.0

    def reach(self, t_s: float) -> None:
        """Work out every breath that begins up to `t_s`."""
        while self._next_begin <= t_s:
            begin, second = self._next_begin, int(self._next_begin)
            rate = self._physiology.at(second, Col.RESP_RATE)
            if rate < SLOWEST_BREATHING and self._rows.n:
                self._next_begin = begin + _LOOK_AGAIN_S
                continue
            kick, size, _ = _normals(self._seed, _BREATHS_STREAM, self._rows.n // _BLOCK)[self._rows.n % _BLOCK]
            length = 60 / max(rate, SLOWEST_BREATHING) * min(1.4, max(0.6, 1 + 0.1 * kick))
            etco2 = self._physiology.at(second, Col.ETCO2) * (1 + 0.03 * size)
            self._rows.append(begin, length, etco2)
            self._next_begin = begin + length

    def column(self, index: int) -> NDArray[np.float64]:
        """Return a view of one column, as far as it is worked out."""
        return self._rows.column(index)

    def index_at(self, t_s: float) -> int:
        """Return the number of the breath that goes on at `t_s`."""
        self.reach(t_s)
        return int(np.searchsorted(self._rows.column(self.BEGIN), t_s, side="right")) - 1

    def phase_at(self, t_s: float) -> float:
        """Return how far the breath at `t_s` has gone, 0 to 1; 1 while no other follows it."""
        index = self.index_at(t_s)
        return min(1.0, float((t_s - self.column(self.BEGIN)[index]) / self.column(self.LENGTH)[index]))

    def rate_at(self, t_s: float) -> float:
        """Return the rate counted from the last breaths [/min]; 0 when there was none for `APNOEA_S`."""
        index = self.index_at(t_s)
        begins = self.column(self.BEGIN)
        if t_s - begins[index] > APNOEA_S:
            return 0.0
        return rate_of_last(begins, index, N_AVERAGED_BREATHS)

    def etco2_at(self, t_s: float) -> float:
        """Return the end of the last whole breath's plateau [mmHg]."""
        return float(self.column(self.ETCO2)[max(0, self.index_at(t_s) - 1)])


class Beats:
    """Heartbeats. Columns: R wave [s], interval to the next [s], foot of the finger's pulse [s], to the next [s], size."""

    R, INTERVAL, FOOT, FOOT_INTERVAL, SIZE = range(5)

    def __init__(self, physiology: Physiology, breaths: Breaths, traits: Traits, seed: int) -> None:
        self._physiology = physiology
        self._breaths = breaths
        self._traits = traits
        self._seed = seed
        self._rows = GrowingRows(5)
        self._next_r = 0.0
        self._next_foot = traits.pulse_delay_s

    def reach(self, t_s: float) -> None:
        """Work out every beat whose R wave comes up to `t_s`."""
        while self._next_r <= t_s:
            r, foot = self._next_r, self._next_foot
            jitter, size, delay = _normals(self._seed, _BEATS_STREAM, self._rows.n // _BLOCK)[self._rows.n % _BLOCK]
            breathing = math.sin(2 * math.pi * self._breaths.phase_at(r))
            interval = self._interval(r, breathing, jitter)
            self._next_r = r + interval
            self._next_foot = self._next_r + self._pulse_delay(int(r), delay)
            self._rows.append(r, interval, foot, self._next_foot - foot, 1 - 0.05 * breathing + 0.02 * size)

    def column(self, index: int) -> NDArray[np.float64]:
        """Return a view of one column, as far as it is worked out."""
        return self._rows.column(index)

    def heart_rate_at(self, t_s: float) -> float:
        """Return the rate over the last R-R intervals [/min]."""
        return self._rate_at(t_s, self.R)

    def pulse_rate_at(self, t_s: float) -> float:
        """Return the rate over the finger's last pulses [/min]."""
        return self._rate_at(t_s, self.FOOT)

    def _rate_at(self, t_s: float, column: int) -> float:
        self.reach(t_s)
        times = self.column(column)
        index = int(np.searchsorted(times, t_s, side="right")) - 1
        return rate_of_last(times, index, N_AVERAGED_BEATS)

    def _interval(self, r: float, breathing: float, jitter: float) -> float:
        second = int(r)
        mean_s = 60 / self._physiology.at(second, Col.HEART_RATE)
        pressure = MAYER_SYS_MMHG * math.sin(self._physiology.at(second, Col.MAYER_PHASE))
        reflex = self._traits.baroreflex_s_per_mmhg * pressure / REFERENCE_RR_S
        # breathing in quickens the heart
        swing = reflex - self._traits.sinus_arrhythmia * breathing + 0.01 * jitter
        return mean_s * (1 + min(0.25, max(-0.25, swing)))

    def _pulse_delay(self, second: int, kick: float) -> float:
        """Return how long after R the pulse reaches the finger: sooner at high pressure."""
        stiffness = 0.0004 * (self._physiology.at(second, Col.SYS) - 120)
        return min(0.295, max(0.205, self._traits.pulse_delay_s - stiffness + 0.002 * kick))


def rate_of_last(times: NDArray[np.float64], index: int, n: int) -> float:
    """Return events a minute over the `n` intervals that end with event `index` (fewer at the begin of all)."""
    first = max(0, index - n)
    if index <= first:
        return 0.0
    return float(60 * (index - first) / (times[index] - times[first]))
