"""How the waves of this station are drawn, as lines of a sheet; and what a step makes of it. No Qt.

Rules of the file:
1. A line stands for a metric, on every chair; the order of the lines is the order of the waves.
2. What is offered is what a bedside monitor offers: its speeds, its gains, its full scales. A wave without a unit has none,
   and follows itself.
3. A step answers with the whole of what is to be kept (`DisplaySettings.wave`), every metric named.
"""

from collections.abc import Collection
from dataclasses import dataclass

from devices.vocabulary import METRICS
from nursestation.config.display import SPEEDS_MM_S as OFFERED_MM_S
from nursestation.config.display import DisplaySettings, WaveSettings
from nursestation.core.snapshot import StationSnapshot
from nursestation.ui.plots.gain import CAPNOGRAM_TOPS, ECG_GAINS, PRESSURE_TOPS
from nursestation.ui.plots.wave_look import SPEEDS_MM_S

GAINS: dict[str, tuple[float, ...]] = {
    "ecg": tuple(reversed(ECG_GAINS)),
    "co2": tuple(reversed(CAPNOGRAM_TOPS)),
    "art": tuple(reversed(PRESSURE_TOPS)),
}
"""From flat to tall: gains [mm/mV], full scales [mmHg]."""

Waves = tuple[WaveSettings, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveLine:
    """A line of the sheet.

    Attributes:
        metric, title: Which waves.
        shown: They are drawn.
        speed, gain: In words.
        slower, faster, flatter, taller: Whether a step that way is left; the gain is stepped only where `has_gain`.
        has_gain: The height can be chosen.
        up, down: Whether the wave can change places with a neighbour.
    """

    metric: str
    title: str
    shown: bool
    speed: str
    gain: str
    slower: bool
    faster: bool
    has_gain: bool
    flatter: bool
    taller: bool
    up: bool
    down: bool


def metrics_of(snapshot: StationSnapshot) -> frozenset[str]:
    """Return the metrics of which any chair has a wave."""
    return frozenset(metric for chair in snapshot.chairs for metric, _, _ in chair.waves)


def wave_lines(settings: DisplaySettings, present: Collection[str]) -> tuple[WaveLine, ...]:
    """Return a line for each metric of `present`, from top to bottom."""
    named = [wave for wave in _all(settings) if wave.metric in present]
    return tuple(_line(wave, is_first=n == 0, is_last=n == len(named) - 1) for n, wave in enumerate(named))


def switched(settings: DisplaySettings, metric: str) -> Waves:
    """Show the waves of `metric`, or switch them off."""
    return _with(settings, metric, shown=not _of(settings, metric).shown)


def speed_stepped(settings: DisplaySettings, metric: str, way: int) -> Waves:
    """Draw the waves of `metric` a step faster (1) or slower (-1); what has no step left stays."""
    speed = _speed(_of(settings, metric))
    at = min(max(OFFERED_MM_S.index(speed) + way, 0), len(OFFERED_MM_S) - 1)
    return _with(settings, metric, speed_mm_s=OFFERED_MM_S[at])


def gain_stepped(settings: DisplaySettings, metric: str, way: int) -> Waves:
    """Draw the waves of `metric` a step taller (1) or flatter (-1); flatter than the flattest they follow themselves."""
    gains = _gains(metric)
    at = min(max(gains.index(_gain(_of(settings, metric))) + way, 0), len(gains) - 1)
    return _with(settings, metric, gain=gains[at])


def moved(settings: DisplaySettings, metric: str, way: int, present: Collection[str]) -> Waves:
    """Let the waves of `metric` change places with the ones above (-1) or below (1), among those of `present`."""
    waves = list(_all(settings))
    seen = [n for n, wave in enumerate(waves) if wave.metric in present]
    at = next(place for place, n in enumerate(seen) if waves[n].metric == metric)
    if 0 <= at + way < len(seen):
        a, b = seen[at], seen[at + way]
        waves[a], waves[b] = waves[b], waves[a]
    return tuple(waves)


def _all(settings: DisplaySettings) -> Waves:
    """Return every metric: those that were set in their order, then the others as usual."""
    named = {wave.metric for wave in settings.wave}
    usual = [WaveSettings.model_validate({"metric": metric}) for metric in SPEEDS_MM_S if metric not in named]
    return (*settings.wave, *usual)


def _of(settings: DisplaySettings, metric: str) -> WaveSettings:
    return next(wave for wave in _all(settings) if wave.metric == metric)


def _with(settings: DisplaySettings, metric: str, **fields: float | bool | None) -> Waves:
    return tuple(wave.model_copy(update=fields) if wave.metric == metric else wave for wave in _all(settings))


def _speed(wave: WaveSettings) -> float:
    return SPEEDS_MM_S[wave.metric] if wave.speed_mm_s is None else wave.speed_mm_s


def _gains(metric: str) -> tuple[float | None, ...]:
    return (None, *GAINS.get(metric, ()))


def _gain(wave: WaveSettings) -> float | None:
    """Return the gain, as the nearest one that is offered: a file may name another."""
    if wave.gain is None or wave.metric not in GAINS:
        return None
    return min(GAINS[wave.metric], key=lambda offered: abs(offered - (wave.gain or 0)))


def _line(wave: WaveSettings, *, is_first: bool, is_last: bool) -> WaveLine:
    speed, gains = _speed(wave), _gains(wave.metric)
    at = gains.index(_gain(wave))
    return WaveLine(
        metric=wave.metric,
        title=METRICS[wave.metric].short,
        shown=wave.shown,
        speed=f"{speed:g} mm/s",
        gain=_gain_text(wave),
        slower=speed > OFFERED_MM_S[0],
        faster=speed < OFFERED_MM_S[-1],
        has_gain=len(gains) > 1,
        flatter=at > 0,
        taller=at < len(gains) - 1,
        up=not is_first,
        down=not is_last,
    )


def _gain_text(wave: WaveSettings) -> str:
    if wave.gain is None or wave.metric not in GAINS:
        return "as it fits"
    return f"{wave.gain:g} mm/mV" if wave.metric == "ecg" else f"0–{wave.gain:g} mmHg"
