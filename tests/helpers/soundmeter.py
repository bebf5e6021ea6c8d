"""Measures alarm sounds from their samples alone: `measure` knows nothing of the figures that they were made from.

How: the pitch is the shift at which the loudest stretch is most like itself; the envelope is the root mean square over one period
of it, which does not ripple with the partials; the 10 and 90 % points are where the envelope crosses those parts of each pulse's
own plateau.
td runs from 90 % of the rise to 90 % of the fall, a gap from 90 % of the fall to 90 % of the next rise (IEC 60601-1-8 Figure 1).
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from nursestation.core.sounds.figures import DEFAULT
from nursestation.core.sounds.tones import burst_samples


@dataclass(frozen=True, slots=True)
class Tone:
    td_ms: float
    rise_ms: float
    fall_ms: float
    start_ms: float
    end_ms: float
    level_db: float


@dataclass(frozen=True, slots=True)
class Measured:
    fundamental_hz: float
    partials_db: dict[int, float]
    """Order to level against the fundamental, of all that stands out."""
    tones: tuple[Tone, ...]
    peak_db: float
    """Against full scale."""

    @property
    def gaps_ms(self):
        return tuple(after.start_ms - tone.end_ms for tone, after in pairwise(self.tones))

    @property
    def length_ms(self):
        return self.tones[-1].end_ms - self.tones[0].start_ms

    @property
    def harmonics_db(self):
        """Level of the harmonics between 300 and 4000 Hz; the fundamental does not count."""
        return {k: db for k, db in self.partials_db.items() if k > 1 and 300 <= k * self.fundamental_hz <= 4000}

    @property
    def spread_db(self):
        levels = [tone.level_db for tone in self.tones]
        return max(levels) - min(levels)


def measure(samples, rate_hz) -> Measured:
    x = samples.astype(float) / 32768
    pitch_hz = _pitch(x, rate_hz)
    envelope = _envelope(x, rate_hz / pitch_hz)
    tones = tuple(_tone(envelope, first, last, rate_hz) for first, last in _stretches(envelope > envelope.max() / 2))
    loud = x[round(tones[0].start_ms * rate_hz / 1000) : round(tones[0].end_ms * rate_hz / 1000)]
    return Measured(pitch_hz, _partials(loud, pitch_hz, rate_hz), tones, 20 * np.log10(np.abs(x).max()))


def bursts(samples, rate_hz, quiet_ms=1500):
    """Cut a long recording into (start in ms, samples) wherever it is silent for so long."""
    loud = np.flatnonzero(np.abs(samples.astype(int)) > 30)
    if not loud.size:
        return []
    cuts = np.flatnonzero(np.diff(loud) > quiet_ms * rate_hz / 1000)
    firsts, lasts = loud[np.concatenate([[0], cuts + 1])], loud[np.concatenate([cuts, [-1]])]
    margin = rate_hz // 50
    return [
        (max(0, a - margin) * 1000 / rate_hz, samples[max(0, a - margin) : b + margin])
        for a, b in zip(firsts, lasts, strict=True)
    ]


def _pitch(x, rate_hz):
    loudest = np.argmax(_envelope(x, rate_hz / 150))
    piece = x[max(0, loudest - rate_hz // 40) : loudest + rate_hz // 40]
    spectrum = np.abs(np.fft.rfft(piece, 2 * piece.size)) ** 2
    likeness = np.fft.irfft(spectrum)[: piece.size] / np.arange(piece.size, 0, -1)
    low, high = int(rate_hz / 1050), int(rate_hz / 140)
    near = likeness[low:high]
    # the first peak near the highest: between two samples the true period may look less alike than twice the period does
    at = low + int(np.argmax(near > 0.9 * near.max()))
    while likeness[at + 1] > likeness[at]:
        at += 1
    before, here, after = likeness[at - 1 : at + 2]
    return rate_hz / (at + (before - after) / 2 / (before - 2 * here + after))


def _envelope(x, window):
    """Root mean square over `window` samples, which need not be a whole number, centred on each sample."""
    total = np.concatenate([[0.0], np.cumsum(x**2)])
    at = np.arange(x.size) + 0.5
    edges = np.arange(total.size)
    return np.sqrt(
        np.maximum(0, np.interp(at + window / 2, edges, total) - np.interp(at - window / 2, edges, total)) / window
    )


def _stretches(is_loud):
    edges = np.flatnonzero(np.diff(np.concatenate([[0], is_loud.astype(int), [0]])))
    return list(zip(edges[::2], edges[1::2] - 1, strict=True))


def _tone(envelope, first, last, rate_hz):
    plateau = float(np.median(envelope[first + (last - first) // 3 : last - (last - first) // 3]))
    rise = {0.1: _crossing(envelope, first, 0.1 * plateau, -1), 0.9: _crossing(envelope, first, 0.9 * plateau, 1)}
    fall = {0.1: _crossing(envelope, last, 0.1 * plateau, 1), 0.9: _crossing(envelope, last, 0.9 * plateau, -1)}
    ms = 1000 / rate_hz
    return Tone(
        td_ms=(fall[0.9] - rise[0.9]) * ms,
        rise_ms=(rise[0.9] - rise[0.1]) * ms,
        fall_ms=(fall[0.1] - fall[0.9]) * ms,
        start_ms=rise[0.9] * ms,
        end_ms=fall[0.9] * ms,
        level_db=20 * np.log10(plateau),
    )


def _crossing(envelope, at, level, step):
    """Where the envelope passes `level`, walking from sample `at`, between two samples by a straight line."""
    is_above = envelope[at] > level
    while 0 <= at + step < envelope.size and (envelope[at + step] > level) == is_above:
        at += step
    a, b = envelope[at], envelope[min(max(at + step, 0), envelope.size - 1)]
    return at + step * (level - a) / (b - a) if b != a else float(at)


def _partials(loud, pitch_hz, rate_hz):
    size = 1 << 18
    spectrum = np.abs(np.fft.rfft(loud * np.blackman(loud.size), size))
    hz = np.fft.rfftfreq(size, 1 / rate_hz)
    levels = [spectrum[np.abs(hz - k * pitch_hz) < pitch_hz / 8].max() for k in range(1, int(rate_hz / 2 / pitch_hz))]
    return {k: db for k, db in enumerate(20 * np.log10(np.array(levels) / levels[0]), 1) if db > -40}


def table(sounds, rate_hz=48_000) -> str:
    """The measured figures of a set as a table for a page."""
    rows = [
        "| | pulses | fundamental | harmonics 300-4000 Hz | their level | td | rise | fall | gaps | burst | peak |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name in ("high", "medium", "low", "reminder"):
        m = measure(burst_samples(getattr(sounds, name), rate_hz=rate_hz), rate_hz)
        first = m.tones[0]
        low, high = min(m.harmonics_db.values()), max(m.harmonics_db.values())
        gaps = ", ".join(f"{gap:.0f}" for gap in m.gaps_ms) or "-"
        rows.append(
            f"| {name} | {len(m.tones)} | {m.fundamental_hz:.1f} Hz | {len(m.harmonics_db)} | {low:.1f} to {high:.1f} dB "
            f"| {first.td_ms:.0f} ms | {first.rise_ms:.0f} ms | {first.fall_ms:.0f} ms | {gaps} ms "
            f"| {m.length_ms / 1000:.2f} s | {m.peak_db:.1f} dB |".replace("| - ms |", "| - |")
        )
    return "\n".join(rows)


if __name__ == "__main__":
    print(table(DEFAULT))
