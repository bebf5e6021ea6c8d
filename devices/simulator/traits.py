"""What makes one simulated adult differ from the next: resting values, response to the drug, rhythm.

Every trait is drawn in one fixed order, so a scenario that fixes one value leaves the others of a seed as they are.

Sources: heart-rate variability, Nunan D et al., PACE 2010;33:1407-1417 (SDNN 50 ms, LF 519 and HF 657 ms2 at a mean
interval of 926 ms); response to 0.5 mg/kg over 40 min, Gen Hosp Psychiatry 2024 (doi 10.1016/j.genhosppsych.2024.07.001:
+16.0 (SD 11.2) / +11.0 (8.45) mmHg) and Vankawala J et al., Front Psychiatry 2021 (doi 10.3389/fpsyt.2021.549080: +12.6 /
+8.5 mmHg, +4.1 /min), between which the means here lie; resting distributions, their clamps and correlations: project
decision within textbook ranges of the resting adult.
"""

import math
from dataclasses import dataclass

import numpy as np

from devices.simulator.scenario import Level, Scenario, Spread

_STREAM = 1  # which of the seed's streams of chance this file draws from


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """One adult.

    Attributes:
        heart_rate, resp_rate: At rest [/min].
        sys, dia: At rest [mmHg].
        spo2, perfusion_index: At rest [%].
        etco2: At rest [mmHg].
        temp: [degC].
        sys_response, dia_response: Shift at the usual peak concentration [mmHg].
        heart_rate_response, resp_rate_response: The same [/min].
        spo2_response: The same [%].
        sinus_arrhythmia: Half the swing of the R-R interval with breathing, as a part of the interval.
        baroreflex_s_per_mmhg: Lengthening of the R-R interval with fast pressure rises.
        pulse_delay_s: From R to the foot of the finger's pulse.
        r_mv: Height of the R wave [mV].
        phase: Of the slow pressure waves [rad].
    """

    heart_rate: float
    sys: float
    dia: float
    spo2: float
    resp_rate: float
    etco2: float
    temp: float
    perfusion_index: float
    sys_response: float
    dia_response: float
    heart_rate_response: float
    resp_rate_response: float
    spo2_response: float
    sinus_arrhythmia: float
    baroreflex_s_per_mmhg: float
    pulse_delay_s: float
    r_mv: float
    phase: float


def draw_traits(scenario: Scenario, seed: int) -> Traits:
    """Draw the adult of `seed`, with what the scenario fixes."""
    z = iter(np.random.default_rng((seed, _STREAM)).standard_normal(32).tolist())
    resting, response = scenario.resting, scenario.response
    strong = scenario.patient.hypertensive

    def value(level: Level | None, usual: Spread, normal: float) -> float:
        if isinstance(level, int | float):
            return float(level)
        spread = level or usual
        drawn = spread.mean + spread.sd * normal
        low = -math.inf if spread.low is None else spread.low
        high = math.inf if spread.high is None else spread.high
        return min(high, max(low, drawn))

    sys_normal = next(z)
    sys = value(resting.sys, Spread(mean=122, sd=13, low=90, high=175), sys_normal)
    dia = value(resting.dia, Spread(mean=76, sd=9, low=50, high=105), _correlated(0.75, sys_normal, next(z)))
    response_normal = next(z)
    usual_sys, usual_dia = (Spread(mean=20, sd=12), Spread(mean=12, sd=8)) if strong else (_SYS_RESPONSE, _DIA_RESPONSE)
    return Traits(
        sys=sys,
        dia=min(dia, sys - 20),
        sys_response=value(response.sys, usual_sys, response_normal),
        dia_response=value(response.dia, usual_dia, _correlated(0.7, response_normal, next(z))),
        heart_rate=value(resting.heart_rate, Spread(mean=72, sd=10, low=45, high=110), next(z)),
        spo2=value(resting.spo2, Spread(mean=97.5, sd=1.2, low=93, high=100), next(z)),
        resp_rate=value(resting.resp_rate, Spread(mean=15, sd=2.5, low=9, high=22), next(z)),
        etco2=value(resting.etco2, Spread(mean=38, sd=3, low=30, high=46), next(z)),
        temp=value(resting.temp, Spread(mean=36.7, sd=0.3, low=35.5, high=37.8), next(z)),
        perfusion_index=value(resting.perfusion_index, Spread(mean=3.5, sd=1.5, low=0.8, high=9), next(z)),
        heart_rate_response=value(response.heart_rate, Spread(mean=4, sd=8), next(z)),
        resp_rate_response=value(response.resp_rate, Spread(mean=0, sd=2), next(z)),
        spo2_response=value(response.spo2, Spread(mean=-0.2, sd=0.8), next(z)),
        sinus_arrhythmia=value(None, Spread(mean=0.03, sd=0.005, low=0.02, high=0.04), next(z)),
        baroreflex_s_per_mmhg=value(None, Spread(mean=0.0115, sd=0.002, low=0.008, high=0.015), next(z)),
        pulse_delay_s=value(None, Spread(mean=0.25, sd=0.015, low=0.225, high=0.275), next(z)),
        r_mv=value(None, Spread(mean=1.1, sd=0.15, low=0.8, high=1.5), next(z)),
        phase=value(None, Spread(mean=0, sd=3), next(z)),
    )


_SYS_RESPONSE = Spread(mean=14, sd=11)
_DIA_RESPONSE = Spread(mean=9.5, sd=8)


def _correlated(correlation: float, first: float, second: float) -> float:
    return correlation * first + math.sqrt(1 - correlation**2) * second
