"""How the waves of each metric are drawn: speed, gain, order, shown or not. No Qt."""

from collections.abc import Iterable
from dataclasses import dataclass

Key = tuple[str, str, str]
"""(metric, monitor, source), as in `ChairSnapshot.waves`."""

SPEEDS_MM_S = {"ecg": 25.0, "pleth": 25.0, "resp": 6.25, "co2": 6.25, "art": 25.0}
"""Sweep speeds [mm/s]. Source: the usual settings of bedside monitors (IEC 60601-2-27, 201.12.1.101 asks for 25 mm/s)."""

LONGEST_FREEZE_S = 120
"""How long a picture stands before it runs again by itself [s]: whoever froze it may have gone. Source: project decision."""


@dataclass(frozen=True, slots=True)
class MetricLook:
    """How the waves of one metric are drawn, on every chair.

    Attributes:
        metric: Which waves.
        speed_mm_s: Sweep speed [mm/s].
        gain: mm/mV of an ECG, or the full scale of a wave in mmHg; None follows the wave.
        shown: Whether they are drawn.
    """

    metric: str
    speed_mm_s: float
    gain: float | None = None
    shown: bool = True


USUAL = tuple(MetricLook(metric, speed) for metric, speed in SPEEDS_MM_S.items())


@dataclass(frozen=True, slots=True)
class WaveLook:
    """The looks of all metrics.

    Attributes:
        metrics: From top to bottom; what is not named follows as usual.
    """

    metrics: tuple[MetricLook, ...] = ()

    def of(self, metric: str) -> MetricLook:
        """Return how the waves of `metric` are drawn.

        Raises:
            KeyError: it is no wave.
        """
        for look in (*self.metrics, *USUAL):
            if look.metric == metric:
                return look
        raise KeyError(metric)

    def arranged(self, keys: Iterable[Key]) -> tuple[Key, ...]:
        """Return those of `keys` that are shown, from top to bottom; equal metrics keep their order."""
        order = {look.metric: n for n, look in reversed(list(enumerate((*self.metrics, *USUAL))))}
        return tuple(sorted((key for key in keys if self.of(key[0]).shown), key=lambda key: order[key[0]]))
