"""The picture that every rival draws: sixteen chairs with three waves each, and the samples that arrive for them. No Qt.

Rules of the file:
1. Rates are those that a bedside system tells (ECG 500 Hz, pleth 125 Hz, respiration 62.5 Hz), speeds the usual ones, on a
   screen of 96 dpi.
2. Samples come in packets of 64 ms, each chair at its own moment, as from a line. Who draws is handed the same packets.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from devices.clock import NS_PER_S

SIZE = (1920, 1080)
N_CHAIRS = 16
PX_PER_MM = 96 / 25.4
GROUND = "#0b0f14"
DELAY_NS = NS_PER_S // 10
"""How far the picture runs behind arrival [ns]."""
GAP_PX = 18
PACKET_NS = 64_000_000
STAGGER_NS = PACKET_NS // N_CHAIRS
_COLUMNS, _CELL_WIDTH, _CELL_HEIGHT = 4, 480, 268
_LOOP_S = 32
"""After so long the samples begin again [s]: a whole number of beats and breaths."""

Samples = npt.NDArray[np.int16]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Kind:
    """What all chairs' waves of one metric have in common.

    Attributes:
        metric: Name.
        rate_hz: Samples a second.
        speed_mm_s: Sweep speed [mm/s].
        colour: Of its line.
        low, high: Values at a strip's bottom and top.
    """

    metric: str
    rate_hz: float
    speed_mm_s: float
    colour: str
    low: float
    high: float

    @property
    def px_per_s(self) -> float:
        """Return how fast its cursor runs [px/s]."""
        return self.speed_mm_s * PX_PER_MM


KINDS = (
    Kind("ecg", 500.0, 25.0, "#46d160", -0.4, 1.2),
    Kind("pleth", 125.0, 25.0, "#4cc9f0", -0.1, 1.1),
    Kind("resp", 62.5, 6.25, "#f2f2f2", -1.1, 1.1),
)
SCALE = 0.001
"""Value of one step of a sample."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a wave is drawn [px]: on whole squares of four pixels."""

    chair: int
    kind: Kind
    left: int
    top: int
    width: int
    height: int


def places() -> tuple[Place, ...]:
    """Return all 48 strips: four columns of four chairs, three strips a chair."""
    out = []
    for n in range(N_CHAIRS):
        left, top = n % _COLUMNS * _CELL_WIDTH + 4, n // _COLUMNS * _CELL_HEIGHT + 4
        for row, kind in enumerate(KINDS):
            out.append(Place(n + 1, kind, left, top + 88 * row, 472, 88))
    return tuple(out)


@dataclass(frozen=True, slots=True)
class Packet:
    """New samples of one wave.

    Attributes:
        strip: Whose: a place in `places()`.
        at_ns: When they came, monotonic [ns].
        first: Number of the first one; number i belongs to time i / rate.
        samples: As they came, in steps of `SCALE`.
    """

    strip: int
    at_ns: int
    first: int
    samples: Samples


class Arrivals:
    """The packets of all waves from monotonic `start_ns` on; handed out in time's order."""

    def __init__(self, start_ns: int) -> None:
        self._strips = places()
        self._loops = [_loop(place) for place in self._strips]
        self._n = start_ns // STAGGER_NS

    def until(self, now_ns: int) -> list[Packet]:
        """Return what comes until monotonic `now_ns` [ns]."""
        came = []
        while (self._n + 1) * STAGGER_NS <= now_ns:
            self._n += 1
            chair = self._n % N_CHAIRS + 1
            came += [self._packet(strip) for strip, place in enumerate(self._strips) if place.chair == chair]
        return came

    def _packet(self, strip: int) -> Packet:
        rate_hz = self._strips[strip].kind.rate_hz
        at_ns, n = self._n * STAGGER_NS, round(PACKET_NS * rate_hz / NS_PER_S)
        last = int(at_ns * rate_hz // NS_PER_S)
        samples = np.take(self._loops[strip], np.arange(last - n, last), mode="wrap")
        return Packet(strip, at_ns, last - n, samples)


def _loop(place: Place) -> Samples:
    """Return `_LOOP_S` seconds of a wave, each chair's a little different."""
    n = round(_LOOP_S * place.kind.rate_hz)
    t = np.arange(n) / place.kind.rate_hz
    noise = np.random.default_rng(place.chair).normal(0.0, 0.01, n)
    beats = (32 + 2 * place.chair) / _LOOP_S
    values = _SHAPES[place.kind.metric](t, beats) + noise
    return np.round(values / SCALE).astype(np.int16)


def _ecg(t: Floats, beats: float) -> Floats:
    phase = t * beats % 1.0
    waves = ((0.12, 0.20, 0.025), (-0.12, 0.335, 0.010), (1.0, 0.36, 0.012), (-0.2, 0.39, 0.012), (0.28, 0.62, 0.045))
    return np.asarray(sum(height * np.exp(-(((phase - at) / width) ** 2) / 2) for height, at, width in waves))


def _pleth(t: Floats, beats: float) -> Floats:
    phase = t * beats % 1.0
    return np.exp(-(((phase - 0.3) / 0.11) ** 2) / 2) + 0.4 * np.exp(-(((phase - 0.58) / 0.13) ** 2) / 2)


def _resp(t: Floats, beats: float) -> Floats:
    return np.sin(2 * np.pi * t * round(beats * _LOOP_S / 5) / _LOOP_S)


_SHAPES = {"ecg": _ecg, "pleth": _pleth, "resp": _resp}
