"""From a wave's values to the height of its strip. No Qt.

A gain answers `fit(values)` with the values at the bottom and at the top of the strip, and says in words what it does.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from devices.vocabulary import Unit
from nursestation.ui.plots.trace import Samples

Range = tuple[float, float]

ECG_GAINS = (20.0, 10.0, 5.0, 2.5, 1.25)
"""[mm/mV]. Source: the gains that bedside monitors offer beside the 10 mm/mV of paper ECG (IEC 60601-2-27, 201.12.1.101)."""
_ECG_ZERO = 0.25
"""Where the middle line of an ECG lies, as part of the height: the R wave needs more room than the S wave."""
CAPNOGRAM_TOPS = (50.0, 75.0, 100.0, 150.0)
"""Full scales of a capnogram [mmHg]. Source: Capnostream 20 operator's manual, waveform scale choices."""
PRESSURE_TOPS = (100.0, 150.0, 200.0, 300.0)
"""Full scales of an arterial pressure [mmHg]. Source: project decision; steps of the kind that bedside monitors offer."""
_ROOM = 1.25
"""How much larger an ECG must fit before its gain grows: it must not swing between two gains."""
_AWAY = 0.1
"""Part of the height that the middle of an ECG too large for its strip must have moved before the picture follows."""
_MARGIN = 0.06
_WHOLE = 0.8
"""Part of a window whose samples must be there before a wave is drawn larger: a moment of it says nothing of its size."""
_SLOW = 0.15
"""Part of the way to the wanted range that a relative wave's gain goes at each fit when it may grow."""


class Gain(Protocol):
    """Fits a wave into its strip."""

    def fit(self, values: Samples) -> Range:
        """Return the values at bottom and top, for the newest window of `values`."""
        ...

    @property
    def text(self) -> str:
        """Return the gain for the strip's label."""
        ...


class RelativeGain:
    """For waves without a unit: follows the wave slowly, and a wave that leaves the strip at once.

    `step` is the value of one raw step: noise of a few steps is never blown up to the full height.
    """

    _LEAST_STEPS = 12

    def __init__(self, step: float) -> None:
        self._least = abs(step) * self._LEAST_STEPS or 1.0
        self._range: Range | None = None

    @property
    def text(self) -> str:
        """Return nothing: there is no unit to tell."""
        return ""

    def fit(self, values: Samples) -> Range:
        """Return the range; see `Gain`."""
        seen = values[np.isfinite(values)]
        if not len(seen):
            return self._range or (0.0, self._least)
        least, most = float(seen.min()), float(seen.max())
        wanted = self._around(least, most)
        if self._range is None or least < self._range[0] or most > self._range[1]:
            self._range = wanted
        elif is_whole(values):  # noise that takes a little of the margin moves nothing
            low, high = self._range
            self._range = low + _SLOW * max(0.0, wanted[0] - low), high + _SLOW * min(0.0, wanted[1] - high)
        return self._range

    def _around(self, least: float, most: float) -> Range:
        middle, half = (least + most) / 2, max(most - least, self._least) * (0.5 + _MARGIN)
        return middle - half, middle + half


class EcgGain:
    """For an ECG in mV: the largest of the usual gains at which the wave fits; shrinks at once, grows when all has fit.

    `fixed` [mm/mV] holds it at one; its middle line still follows a wave that leaves the strip.
    """

    def __init__(self, height_mm: float, fixed: float | None = None) -> None:
        self._height_mm = height_mm
        self._gains = ECG_GAINS if fixed is None else (fixed,)
        self._gain = ECG_GAINS[1] if fixed is None else fixed
        self._zero = 0.0

    @property
    def text(self) -> str:
        """Return the gain."""
        return f"{self._gain:g} mm/mV"

    def fit(self, values: Samples) -> Range:
        """Return the range; see `Gain`."""
        seen = values[np.isfinite(values)]
        if len(seen):
            zero = float(np.partition(seen, len(seen) // 2)[len(seen) // 2])  # the median, of many values
            extent = float(seen.min()), float(seen.max())
            larger = [gain for gain in self._gains if gain > self._gain]
            if not self._fits(extent, self._gain, self._zero):
                fitting = next((gain for gain in self._gains[1:] if self._fits(extent, gain, zero)), None)
                is_away = abs(zero - self._zero) > _AWAY * self._height_mm / self._gain
                if fitting is not None or is_away or self._gain != self._gains[-1]:
                    self._zero, self._gain = zero, fitting or self._gains[-1]
            elif larger and is_whole(values):
                with_room = zero + (extent[0] - zero) * _ROOM, zero + (extent[1] - zero) * _ROOM
                if self._fits(with_room, larger[-1], zero):
                    self._zero, self._gain = zero, larger[-1]
        return self._range(self._gain, self._zero)

    def _range(self, gain: float, zero: float) -> Range:
        span = self._height_mm / gain
        return zero - _ECG_ZERO * span, zero + (1 - _ECG_ZERO) * span

    def _fits(self, extent: Range, gain: float, zero: float) -> bool:
        low, high = self._range(gain, zero)
        return extent[0] >= low and extent[1] <= high


class FullScaleGain:
    """For a wave in mmHg: from 0 to the smallest of the full scales `tops` [mmHg] that holds it."""

    def __init__(self, tops: Sequence[float]) -> None:
        self._tops = tops
        self._top = tops[0]

    @property
    def text(self) -> str:
        """Return the full scale."""
        return f"0–{self._top:g} mmHg"

    def fit(self, values: Samples) -> Range:
        """Return the range; see `Gain`."""
        highest = float(np.nanmax(values)) if np.isfinite(values).any() else 0.0
        self._top = next((top for top in self._tops if highest <= top), self._tops[-1])
        return 0.0, self._top


def is_whole(values: Samples) -> bool:
    """Say whether enough of a window is there to tell how large its wave is."""
    return bool(np.isfinite(values).sum() >= _WHOLE * len(values))


def gain_for(metric: str, unit: Unit | None, step: float, height_mm: float, fixed: float | None = None) -> Gain:
    """Return the gain of a wave.

    Args:
        metric: Which wave.
        unit: Of its values.
        step: Value of one raw step.
        height_mm: Of its strip [mm].
        fixed: [mm/mV] or full scale [mmHg]; None follows the wave, as does a wave without a unit.
    """
    if unit is Unit.MV:
        return EcgGain(height_mm, fixed)
    if unit is Unit.MMHG:
        tops = PRESSURE_TOPS if metric == "art" else CAPNOGRAM_TOPS
        return FullScaleGain(tops if fixed is None else (fixed,))
    return RelativeGain(step)
