"""How stored int16 samples become EDF+ samples with the same values.

Rules of the file:
1. EDF+ tells a signal's scale by two points: the values that its lowest and its highest sample stand for, as numbers of at
   most eight characters (European Data Format, edfplus.info/specs/edf.html). The points are looked for where eight characters
   say the value best, mostly exactly; what is left is far below half a step of the signal.
2. The lowest sample stands for "no data" and for nothing else. It lies outside what the metric can plausibly be; where the
   stored samples leave no room for that, all samples are moved up by the same number of steps, which changes no value.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from edfio import EdfSignal

from devices.vocabulary import Metric

LOWEST, HIGHEST = -32768, 32767

_NEAR, _STRIDE = 512, 37
_CHOICE = 64  # lowest and highest samples to choose among that are left at least where samples are moved up
_EXACT = 1e-9  # of a step
_MOST_ERROR = 0.25  # of a step; above, no value can be trusted to half a step once readers have rounded
_WIDTH = 8


@dataclass(frozen=True, slots=True)
class EdfScale:
    """A signal's scale.

    Attributes:
        digital_min: Lowest sample: no data.
        digital_max: Highest sample.
        physical_min, physical_max: The values that they stand for, as eight characters can say them.
        shift: What is added to a stored sample [steps].
        error: How far a value may be off, as a part of one step.
    """

    digital_min: int
    digital_max: int
    physical_min: float
    physical_max: float
    shift: int
    error: float


def eight_characters(value: float) -> str | None:
    """Return a number as EDF+ headers write it, as exactly as eight characters allow; None where it is too long for them."""
    for decimals in range(_WIDTH - 2, -1, -1):
        text = f"{value:.{decimals}f}"
        if "." in text:
            text = text.rstrip("0").rstrip(".")
        if len(text) <= _WIDTH:
            return "0" if text == "-0" else text
    return None


def wave_scale(metric: Metric, scale: float, offset: float, low: int, high: int) -> EdfScale | None:
    """Return the scale of a waveform whose value is scale x sample + offset.

    Args:
        metric: What it measures.
        scale: Value of one step; may be negative.
        offset: Value of sample 0.
        low: Lowest stored sample that is not `MISSING_SAMPLE`.
        high: Highest stored sample.

    Returns:
        The scale; None where no two numbers of eight characters tell it to a quarter of a step.
    """
    if not scale or not math.isfinite(scale) or not math.isfinite(offset):
        return None
    clear = _highest_that_is_clear(metric, scale, offset)
    shift = max(0, min(LOWEST - clear + _CHOICE, HIGHEST - high - _CHOICE))
    lowest = min(low + shift - 1, max(clear + shift, LOWEST + _CHOICE))
    first = _best(scale, offset - shift * scale, range(LOWEST, lowest + 1))
    last = _best(scale, offset - shift * scale, range(HIGHEST, high + shift - 1, -1))
    if first is None or last is None or first.value == last.value:
        return None
    error = max(first.error, last.error)
    if error > _MOST_ERROR:
        return None
    return EdfScale(first.sample, last.sample, first.value, last.value, shift, error)


def numeric_scale(values: Sequence[float]) -> tuple[float, EdfScale]:
    """Return the step in which readings are written, and their scale.

    The step is the largest of 0.1, 0.01 and 0.001 in which they all can be said; otherwise the smallest that they fit in.
    """
    largest = max(map(abs, values), default=0.0)
    fitting = [step for step in (0.1, 0.01, 0.001) if largest <= HIGHEST * step]
    step = next((step for step in fitting if all(_is_multiple(value, step) for value in values)), fitting[-1])
    return step, EdfScale(LOWEST, HIGHEST, round(LOWEST * step, 3), round(HIGHEST * step, 3), 0, 0.0)


def _is_multiple(value: float, step: float) -> bool:
    return abs(value / step - round(value / step)) < 1e-6


def _highest_that_is_clear(metric: Metric, scale: float, offset: float) -> int:
    """Return up to which sample all lie well outside what is plausible."""
    beyond = (metric.high - metric.low) / 10
    edge = metric.low - beyond if scale > 0 else metric.high + beyond
    return math.floor((edge - offset) / scale)


@dataclass(frozen=True, slots=True)
class _Point:
    sample: int
    value: float
    error: float


def _best(scale: float, offset: float, samples: range) -> _Point | None:
    """Return the sample whose value eight characters tell best, the first of those that they tell exactly.

    All near the start of the range are tried, then some of the rest: fewer digits before the point leave more behind it.
    """
    best: _Point | None = None
    for point in _points(scale, offset, chain(samples[:_NEAR], samples[_NEAR::_STRIDE])):
        if (best is None or point.error < best.error) and _is_kept(point.value):
            best = point
            if point.error <= _EXACT:
                break
    return best


_ONE = np.zeros(1, dtype=np.int16)


def _is_kept(value: float) -> bool:
    """Say whether edfio writes a value as it is: it rounds ranges outwards once more, in floating point."""
    as_low = EdfSignal.from_digital(_ONE, 1.0, physical_range=(value, value + 1.0))
    as_high = EdfSignal.from_digital(_ONE, 1.0, physical_range=(value - 1.0, value))
    return as_low.physical_min == value and as_high.physical_max == value


def _points(scale: float, offset: float, samples: Iterable[int]) -> Iterator[_Point]:
    for sample in samples:
        value = scale * sample + offset
        text = eight_characters(value)
        if text is not None:
            yield _Point(sample, float(text), abs(float(text) - value) / abs(scale))
