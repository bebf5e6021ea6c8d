"""How much ketamine is in the blood and at the site of effect, from the doses given.

Three compartments and an effect site; all times in seconds, amounts in mg, concentrations in ng/mL.

Source of the rate constants: Domino EF et al., "Ketamine kinetics in unmedicated and diazepam-premedicated subjects",
Clin Pharmacol Ther 1984;36:645-653, as coded in the open simulator stanpumpR (github.com/StevenLShafer/stanpumpR,
ketamine). Effect-site half-life of equilibration 6 min: project decision, so that the effect peaks at the end of a
40-minute infusion as blood pressure does (Gen Hosp Psychiatry 2024, doi 10.1016/j.genhosppsych.2024.07.001).
An injection into muscle: 93 % reaches the blood, highest concentration at 22 min (Grant IS et al., "Pharmacokinetics and
analgesic effects of i.m. and oral ketamine", Br J Anaesth 1981;53:805-810); here the muscle gives it up evenly until then.
"""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

V1_L_PER_KG = 0.063
K10, K12, K13, K21, K31 = 0.438, 0.592, 0.590, 0.247, 0.0146  # per minute
EFFECT_SITE_HALF_LIFE_MIN = 6.0
MUSCLE_AVAILABILITY = 0.93
MUSCLE_ABSORPTION_MIN = 22.0

STEP_S = 1.0
"""Length of one step of the model [s]; the rate is taken as constant within it."""

Amounts = NDArray[np.float64]
"""Shape `(4,)`: mg in the central, fast and slow compartments, and the effect site's concentration [mg/L]."""


@dataclass(frozen=True, slots=True)
class Infusion:
    """What the pump is set to: `dose_mg` evenly over `minutes`."""

    dose_mg: float
    minutes: float

    @property
    def mg_per_s(self) -> float:
        """Return the pump's rate."""
        return self.dose_mg / (self.minutes * 60)


class DoseSchedule:
    """What was given: pump started, paused, resumed, stopped, or injected, each at a time [s] that never goes back.

    The pump stops by itself when its dose is given, as a syringe that is empty.
    """

    def __init__(self) -> None:
        self._infusion: Infusion | None = None
        self._runs: list[tuple[float, float]] = []  # (from, to) while the pump ran; the last may end at infinity
        self._injections: list[tuple[float, float]] = []  # (time, mg)

    @property
    def is_running(self) -> bool:
        """Say whether the pump is switched on (it may be empty)."""
        return bool(self._runs) and math.isinf(self._runs[-1][1])

    def start(self, t_s: float, infusion: Infusion) -> None:
        """Start the pump.

        Raises:
            ValueError: The pump was started before.
        """
        if self._infusion is not None:
            raise ValueError("the infusion was started before")
        self._infusion = infusion
        self._runs.append((t_s, math.inf))

    def pause(self, t_s: float) -> None:
        """Pause the pump, or stop it for good; nothing happens when it does not run."""
        if self.is_running:
            begun, _ = self._runs[-1]
            self._runs[-1] = (begun, t_s)

    def resume(self, t_s: float) -> None:
        """Let the pump run on; nothing happens when it runs or was never started."""
        if self._infusion is not None and not self.is_running:
            self._runs.append((t_s, math.inf))

    def inject(self, t_s: float, dose_mg: float) -> None:
        """Give `dose_mg` [mg] into muscle."""
        self._injections.append((t_s, dose_mg))

    def delivered_mg(self, t_s: float) -> float:
        """Return what has reached the blood up to `t_s` [mg]."""
        absorbed_s = MUSCLE_ABSORPTION_MIN * 60
        total = sum(
            dose_mg * MUSCLE_AVAILABILITY * min(1.0, max(0.0, (t_s - given_s) / absorbed_s))
            for given_s, dose_mg in self._injections
        )
        if self._infusion is not None:
            ran_s = sum(max(0.0, min(end, t_s) - begun) for begun, end in self._runs)
            total += min(self._infusion.dose_mg, ran_s * self._infusion.mg_per_s)
        return total


def no_drug() -> Amounts:
    """Return the amounts in a patient who has had none."""
    return np.zeros(4)


def advanced(amounts: Amounts, weight_kg: float, given_mg: float) -> Amounts:
    """Return the amounts one step later, `given_mg` [mg] having run into the vein evenly meanwhile."""
    transition, input_gain = _step(weight_kg)
    moved: Amounts = transition @ amounts + input_gain * given_mg
    return moved


def plasma_ng_ml(amounts: Amounts, weight_kg: float) -> float:
    """Return the concentration in the blood [ng/mL]."""
    return float(amounts[0]) / (V1_L_PER_KG * weight_kg) * 1000


def effect_site_ng_ml(amounts: Amounts) -> float:
    """Return the concentration at the site of effect [ng/mL]."""
    return float(amounts[3]) * 1000


@cache
def _step(weight_kg: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the exact transition over one step and the gain of a dose run in evenly during it."""
    ke0 = math.log(2) / EFFECT_SITE_HALF_LIFE_MIN
    minutes = STEP_S / 60
    flows = np.zeros((5, 5))  # per minute; the last column carries the constant input
    flows[0] = -(K10 + K12 + K13), K21, K31, 0, 1 / minutes
    flows[1, :2] = K12, -K21
    flows[2, [0, 2]] = K13, -K31
    flows[3, [0, 3]] = ke0 / (V1_L_PER_KG * weight_kg), -ke0
    whole = _matrix_exponential(flows * minutes)
    return whole[:4, :4].copy(), whole[:4, 4].copy()


def _matrix_exponential(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return exp(matrix) by its Taylor series; meant for the small steps of this model (norm about 1)."""
    total = np.eye(len(matrix))
    term = np.eye(len(matrix))
    for order in range(1, 25):
        term = term @ matrix / order
        total = total + term
    return total
