"""The shapes that monitors draw: ECG, pleth, respiration and capnogram, beat by beat and breath by breath.

Each function takes times in patient time [s], shape `(n,)`, and returns values of the same shape.

Sources: ECG as five Gaussians over the beat's phase, McSharry PE et al., IEEE Trans Biomed Eng 2003;50:289-294 (ECGSYN,
physionet.org/content/ecgsyn), in its closed form for a steady beat; pleth as two Gaussians, Tang Q et al., "Synthetic
photoplethysmogram generation using two Gaussian functions", Sci Rep 2020 (PMC7431427, Table 1, "excellent");
respiration and capnogram: textbook shapes, project decision.
"""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from devices.simulator.rhythm import Beats, Breaths

Samples = NDArray[np.float64]

_POINTS = 1024
_SLOWEST, _FASTEST, _RATE_STEP = 30, 230, 5  # [/min] the ECG has a shape for each step of the rate

_THETA = np.radians((-70.0, -15.0, 0.0, 15.0, 100.0))  # P Q R S T
_A = np.array((1.2, -5.0, 30.0, -7.5, 0.75))
_B = np.array((0.25, 0.1, 0.1, 0.1, 0.4))

INSPIRATION = 0.4
"""Part of a breath that is inspiration."""

CO2_RISE_S = 0.15
CO2_FALL_S = 0.12
CO2_SLOPE_MMHG_PER_S = 1.0
ECG_WANDER_MV = 0.03
CARDIAC_RIPPLE = 0.05


@cache
def _ecg_shapes() -> Samples:
    """Return one beat a rate, shape `(rates, _POINTS + 1)`, phase 0 at R, R of height 1, flat between T and P at 0."""
    phase = np.linspace(0, 2 * math.pi, _POINTS + 1)
    shapes = []
    for rate in range(_SLOWEST, _FASTEST + 1, _RATE_STEP):
        h = math.sqrt(rate / 60)
        theta = _THETA * np.array((math.sqrt(h), h, 1.0, h, math.sqrt(h)))
        width = _B * h
        away = _wrapped(phase[:, None] - theta)
        shape = (_A * width**2 * np.exp(-(away**2) / (2 * width**2))).sum(axis=1)
        shapes.append(shape / shape[0])
    return np.array(shapes)


@cache
def _pleth_shape() -> Samples:
    """Return one pulse, shape `(_POINTS + 1,)`, phase 0 at its foot, from 0 to 1."""
    phase = np.linspace(-math.pi, math.pi, _POINTS + 1)
    first = 1.0 * np.exp(-(_wrapped(phase + 1.5161) ** 2) / (2 * 0.6303**2))
    second = 0.1999 * np.exp(-(_wrapped(phase - 0.8186) ** 2) / (2 * 1.0225**2))
    shape: Samples = first + second
    shape = np.roll(shape[:-1], -int(np.argmin(shape)))
    shape = np.append(shape, shape[0])
    whole: Samples = (shape - shape.min()) / (shape.max() - shape.min())
    return whole


def _wrapped(angle: Samples) -> Samples:
    turned: Samples = (angle + math.pi) % (2 * math.pi) - math.pi
    return turned


def ecg(t_s: Samples, beats: Beats, breaths: Breaths, r_mv: float) -> Samples:
    """Return lead II [mV]: the beats, and the slow wander of the base line with breathing."""
    index, phase = _phases(t_s, beats.column(Beats.R), beats.column(Beats.INTERVAL))
    rate = 60 / beats.column(Beats.INTERVAL)[index]
    row = np.clip(np.rint((rate - _SLOWEST) / _RATE_STEP), 0, (_FASTEST - _SLOWEST) // _RATE_STEP).astype(np.intp)
    place = phase * _POINTS
    left = place.astype(np.intp)
    shapes = _ecg_shapes()
    before = shapes[row, left]
    value: Samples = before + (shapes[row, left + 1] - before) * (place - left)
    return r_mv * value + ECG_WANDER_MV * _breathing(t_s, breaths)


def pleth(t_s: Samples, beats: Beats, strength: Samples) -> Samples:
    """Return the finger's pulse, 0 to 1; `strength` is 1 for a warm, still finger."""
    index, phase = _phases(t_s, beats.column(Beats.FOOT), beats.column(Beats.FOOT_INTERVAL))
    shape = np.interp(phase * _POINTS, _GRID, _pleth_shape())
    value: Samples = np.clip(0.12 + 0.72 * beats.column(Beats.SIZE)[index] * strength * shape, 0.0, 1.0)
    return value


def motion(t_s: Samples, phase: float) -> Samples:
    """Return what a moving hand adds to the pleth: irregular swings of 0.5 to 3 Hz."""
    swing: Samples = (
        np.sin(2 * math.pi * 0.53 * t_s + phase)
        + 0.8 * np.sin(2 * math.pi * 1.37 * t_s + 2.1 * phase)
        + 0.6 * np.sin(2 * math.pi * 2.71 * t_s + 0.7 * phase)
    )
    return 0.3 * swing


def resp(t_s: Samples, breaths: Breaths, beats: Beats) -> Samples:
    """Return chest impedance, -1 to 1: rises with inspiration, and shows a trace of the heart."""
    _, beat_phase = _phases(t_s, beats.column(Beats.R), beats.column(Beats.INTERVAL))
    value: Samples = 0.9 * _breathing(t_s, breaths) + CARDIAC_RIPPLE * np.sin(2 * math.pi * beat_phase)
    return value


def co2(t_s: Samples, breaths: Breaths) -> Samples:
    """Return the capnogram [mmHg]: 0 in inspiration, a rising plateau up to the end-tidal value, 0 without breath."""
    begins, lengths = breaths.column(Breaths.BEGIN), breaths.column(Breaths.LENGTH)
    etco2 = breaths.column(Breaths.ETCO2)
    index, _ = _phases(t_s, begins, lengths)
    since, length = t_s - begins[index], lengths[index]
    rising = np.clip((since - INSPIRATION * length) / CO2_RISE_S, 0.0, 1.0)
    plateau = etco2[index] - CO2_SLOPE_MMHG_PER_S * (length - since)
    falling = np.clip(1.0 - since / CO2_FALL_S, 0.0, 1.0)
    value: Samples = np.maximum(rising * rising * (3 - 2 * rising) * plateau, falling * etco2[np.maximum(index - 1, 0)])
    # no breath follows: the line draws room air
    fading = np.clip(1.0 - (since - length) / CO2_FALL_S, 0.0, 1.0)
    return np.where(since > length, fading * etco2[index], value)


_GRID = np.arange(_POINTS + 1, dtype=np.float64)


def _breathing(t_s: Samples, breaths: Breaths) -> Samples:
    """Return -1 at the begin of inspiration, 1 at its end, back to -1 with expiration, rounded."""
    _, phase = _phases(t_s, breaths.column(Breaths.BEGIN), breaths.column(Breaths.LENGTH))
    in_half = np.where(
        phase < INSPIRATION, phase / (2 * INSPIRATION), 0.5 + (phase - INSPIRATION) / (2 * (1 - INSPIRATION))
    )
    value: Samples = -np.cos(2 * math.pi * in_half)
    return value


def _phases(t_s: Samples, begins: Samples, lengths: Samples) -> tuple[NDArray[np.intp], Samples]:
    """Return which cycle each time lies in, and how far in, 0 up to but not including 1."""
    index = np.maximum(np.searchsorted(begins, t_s, side="right") - 1, 0)
    return index, np.clip((t_s - begins[index]) / lengths[index], 0.0, 1.0 - 1e-9)
