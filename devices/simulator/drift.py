"""Slow wandering of the resting values: one Ornstein-Uhlenbeck process each, on a one-second grid.

The chance behind each stretch of the grid comes from the seed and the stretch's number, and what came before is always
worked out first: the values do not depend on how they are asked for.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from devices.simulator.scenario import Variation

_STREAM = 2
_BLOCK_S = 512


class Wander(IntEnum):
    """Columns of the grid; all but the first five have a standard deviation of 1."""

    SYS = 0
    DIA = 1
    HEART_RATE = 2
    RESP_RATE = 3
    SPO2 = 4
    PERFUSION = 5
    WAVE_PHASE = 6  # keeps the 0.1 Hz waves of pressure from being a clockwork
    FLICKER = 7  # a value that is new every second or two


_TAU_S = (600.0, 600.0, 180.0, 120.0, 120.0, 90.0, 60.0, 1.0)
_SYS_DIA_CORRELATION = 0.75


@dataclass(frozen=True, slots=True)
class _Block:
    values: NDArray[np.float64]  # shape (_BLOCK_S, columns)


class Drift:
    """The grid of one patient."""

    def __init__(self, variation: Variation, seed: int) -> None:
        self._seed = seed
        self._spread = np.array(
            [variation.sys, variation.dia, variation.heart_rate, variation.resp_rate, variation.spo2, 1.0, 1.0, 1.0]
        )
        self._keep = np.exp(-1.0 / np.array(_TAU_S))
        self._blocks: list[_Block] = []

    def rows(self, first: int, stop: int) -> NDArray[np.float64]:
        """Return the seconds `first` up to `stop`, shape `(stop - first, 8)`, columns as in `Wander`."""
        while len(self._blocks) * _BLOCK_S < stop:
            self._blocks.append(self._next_block())
        wanted = range(first // _BLOCK_S, (stop - 1) // _BLOCK_S + 1)
        together = np.concatenate([self._blocks[number].values for number in wanted])
        start = first - wanted[0] * _BLOCK_S
        return together[start : start + stop - first]

    def _next_block(self) -> _Block:
        rng = np.random.default_rng((self._seed, _STREAM, len(self._blocks)))
        kicks = rng.standard_normal((_BLOCK_S, len(Wander)))
        independent = np.sqrt(1 - _SYS_DIA_CORRELATION**2)
        kicks[:, Wander.DIA] = _SYS_DIA_CORRELATION * kicks[:, Wander.SYS] + independent * kicks[:, Wander.DIA]
        gain = self._spread * np.sqrt(1 - self._keep**2)
        values = np.empty_like(kicks)
        # the very first value comes from the process's own lasting distribution
        level = self._blocks[-1].values[-1] if self._blocks else kicks[0] * self._spread
        for second, kick in enumerate(kicks):
            level = level * self._keep + gain * kick
            values[second] = level
        return _Block(values)
