"""Makes the samples of a burst from its figures.

Rules of the file:
1. A sample never reaches full scale: the loudest volume leaves `HEADROOM_DB`, so that nothing on the way out clips.
2. Each pulse begins and ends in silence, along a raised cosine; every pulse of a burst is the same samples.
3. Volume goes in steps of `STEP_DB` from 1 down to 0.1; 0 is silence, and whoever asks for it has to tell the operator.
"""

import numpy as np
from numpy.typing import NDArray

from nursestation.core.sounds.figures import RAMP, Burst, Pulse

Samples = NDArray[np.int16]
"""Mono PCM, in the byte order of the machine. *Shape* `(n,)`."""

RATES_HZ = (44_100, 48_000)
"""The sample rates that every sound output takes [Hz]."""
HEADROOM_DB = 1.0
"""From the loudest sample at full volume to full scale [dB]. Source: project decision."""
VOLUME_STEPS = 10
"""Steps between silence and full volume. Source: project decision."""
STEP_DB = 3.0
"""Between two steps [dB]: a difference that is plainly heard. Source: project decision."""

_FULL_SCALE = 32_767


def amplitude(volume: float) -> float:
    """Return the amplitude of a volume as a part of full scale, `HEADROOM_DB` left out.

    Args:
        volume: 0 to 1, taken to the nearest of the `VOLUME_STEPS` steps; anything above 0 sounds at least at the first.

    Raises:
        ValueError: the volume is outside its range.
    """
    if not 0 <= volume <= 1:
        raise ValueError(f"The volume is {volume:g}, and may be 0 to 1.")
    if volume == 0:
        return 0.0
    step = max(1, round(volume * VOLUME_STEPS))
    return _ratio((step - VOLUME_STEPS) * STEP_DB)


def burst_samples(burst: Burst, volume: float = 1.0, rate_hz: int = RATES_HZ[-1]) -> Samples:
    """Return one whole burst, from the first rise to the last fall.

    Args:
        burst: Its figures.
        volume: See `amplitude`.
        rate_hz: Samples a second, one of `RATES_HZ`.

    Raises:
        ValueError: volume or rate is none that there is.
    """
    if rate_hz not in RATES_HZ:
        raise ValueError(f"Sounds are made at {' or '.join(str(rate) for rate in RATES_HZ)} Hz, not at {rate_hz}.")
    pulse = _pulse(burst.pulse, rate_hz) * (amplitude(volume) * _ratio(-HEADROOM_DB) * _FULL_SCALE)
    starts_ms = np.cumsum([0.0, *(burst.pulse.td_ms + gap_ms for gap_ms in burst.gaps_ms)])
    starts = np.round(starts_ms * rate_hz / 1000).astype(int)
    samples = np.zeros(starts[-1] + pulse.size)
    for start in starts:
        samples[start : start + pulse.size] += pulse
    return np.round(samples).astype(np.int16)


def _ratio(db: float) -> float:
    return float(10 ** (db / 20))


def _pulse(pulse: Pulse, rate_hz: int) -> NDArray[np.float64]:
    rise = _ramp(pulse.rise_ms, rate_hz)
    fall = _ramp(pulse.fall_ms, rate_hz)[::-1]
    inside_ms = pulse.td_ms - (RAMP - 1) / 2 * (pulse.rise_ms + pulse.fall_ms)  # a ramp's last tenth lies within td
    flat = np.ones(max(0, round(inside_ms * rate_hz / 1000)))
    envelope = np.concatenate([rise, flat, fall])
    return envelope * _tone(pulse, np.arange(envelope.size) / rate_hz)


def _ramp(part_ms: float, rate_hz: int) -> NDArray[np.float64]:
    n = max(1, round(RAMP * part_ms * rate_hz / 1000))
    ramp: NDArray[np.float64] = (1 - np.cos(np.pi * np.arange(n) / n)) / 2
    return ramp


def _tone(pulse: Pulse, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sum of the partials, its greatest peak 1."""
    period_s = np.arange(4096) / (4096 * pulse.fundamental_hz)
    return _partials(pulse, t_s) / float(np.abs(_partials(pulse, period_s)).max())


def _partials(pulse: Pulse, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
    count = len(pulse.partials_db)
    total = np.zeros_like(t_s)
    for order, level_db in enumerate(pulse.partials_db, 1):
        # The partials are shifted against each other (Schroeder 1970), which lowers the peak, so that the whole can be louder.
        phase = np.pi * order * (order - 1) / count
        total += _ratio(level_db) * np.sin(2 * np.pi * order * pulse.fundamental_hz * t_s - phase)
    return total
