"""The body, second by second: what the sensors would find if they were perfect.

Rules of the file:
1. The state of second k rests on the seed, the scenario, and on what staff did before k; it is worked out once.
2. Fast changes between seconds (breathing, the single beat) are in `rhythm` and `waves`.

Sources: effect follows the effect-site concentration, scaled to 1 at the usual peak of 0.5 mg/kg over 40 min and taken
as over below 40 ng/mL, because blood pressure was back at its baseline by 100 min (Fang et al., Chin J Nerv Ment Dis
2019;45:361); waves of pressure at 0.1 Hz of +-3 mmHg (Mayer waves) and the delay of the finger's saturation: textbook
physiology, project decision.
"""

import math
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from devices.driver import ProbeState
from devices.simulator import pharmacokinetics
from devices.simulator.drift import Drift, Wander
from devices.simulator.growing import GrowingRows
from devices.simulator.scenario import Scenario, SensorEvent, Target
from devices.simulator.timeline import Timeline
from devices.simulator.traits import Traits

PEAK_EFFECT_SITE_NG_ML = 225.0
"""Concentration at the end of 0.5 mg/kg over 40 min, at which the effect is 1."""

EFFECT_THRESHOLD_NG_ML = 40.0
FINGER_LAG_S = 20
MAYER_HZ = 0.1
MAYER_SYS_MMHG = 3.0
MAYER_DIA_MMHG = 2.0
SEARCH_S = {"ecg_lead": 3.0, "spo2_probe": 6.0, "co2_line": 5.0, "temp_probe": 0.0}
"""How long a monitor looks for its signal after the sensor is back [s]."""


class Col(IntEnum):
    """Columns of the state; units mmHg, /min, %, ng/mL. The four sensors hold an index into `PROBE_STATES`."""

    SYS = 0
    DIA = 1
    HEART_RATE = 2
    RESP_RATE = 3
    SPO2 = 4
    ETCO2 = 5
    PERFUSION_INDEX = 6
    EFFECT_SITE = 7
    MAYER_PHASE = 8
    MOTION = 9
    FLICKER = 10
    ECG_LEAD = 11
    SPO2_PROBE = 12
    CO2_LINE = 13
    TEMP_PROBE = 14


PROBE_STATES = tuple(ProbeState)
_CLAMP = {
    Col.SYS: (40.0, 280.0),
    Col.DIA: (20.0, 180.0),
    Col.HEART_RATE: (25.0, 220.0),
    Col.RESP_RATE: (0.0, 60.0),
    Col.SPO2: (40.0, 100.0),
    Col.ETCO2: (5.0, 90.0),
    Col.PERFUSION_INDEX: (0.1, 20.0),
}
_PUSHED = {
    "sys": Col.SYS,
    "dia": Col.DIA,
    "heart_rate": Col.HEART_RATE,
    "resp_rate": Col.RESP_RATE,
    "spo2": Col.SPO2,
    "etco2": Col.ETCO2,
    "perfusion_index": Col.PERFUSION_INDEX,
}
_SENSORS = {
    "ecg_lead": Col.ECG_LEAD,
    "spo2_probe": Col.SPO2_PROBE,
    "co2_line": Col.CO2_LINE,
    "temp_probe": Col.TEMP_PROBE,
}

Seconds = NDArray[np.float64]


def effect_of(effect_site_ng_ml: Seconds) -> Seconds:
    """Return the size of the effect, 1 at the usual peak, at the given concentrations [ng/mL]."""
    above: Seconds = np.maximum(effect_site_ng_ml - EFFECT_THRESHOLD_NG_ML, 0.0)
    return above / (PEAK_EFFECT_SITE_NG_ML - EFFECT_THRESHOLD_NG_ML)


class Physiology:
    """The state of one patient, second by second of patient time."""

    def __init__(self, scenario: Scenario, traits: Traits, timeline: Timeline, seed: int) -> None:
        self._scenario = scenario
        self._traits = traits
        self._timeline = timeline
        self._drift = Drift(scenario.variation, seed)
        self._amounts = pharmacokinetics.no_drug()
        self._rows = GrowingRows(len(Col))

    def reach(self, second: int) -> None:
        """Work the state out up to and including `second`."""
        if second >= self._rows.n:
            self._rows.extend(self._next_rows(self._rows.n, second + 1))

    def at(self, second: int, column: Col) -> float:
        """Return one value of the state in `second`."""
        self.reach(second)
        return float(self._rows.column(column)[second])

    def column(self, column: Col) -> Seconds:
        """Return a view of one column, as far as it is worked out."""
        return self._rows.column(column)

    def probe(self, second: int, column: Col) -> ProbeState:
        """Return where a sensor is in `second`."""
        return PROBE_STATES[int(self.at(second, column))]

    def _next_rows(self, first: int, stop: int) -> Seconds:
        seconds = np.arange(first, stop, dtype=np.float64)
        drift = self._drift.rows(first, stop)
        effect_site = self._effect_site(first, stop)
        rows = self._natural(drift, effect_site)
        for target in self._scenario.target:
            self._push(rows, seconds, target)
        mayer_phase = 2 * math.pi * MAYER_HZ * seconds + self._traits.phase + 0.8 * drift[:, Wander.WAVE_PHASE]
        rows[:, Col.MAYER_PHASE] = mayer_phase
        rows[:, Col.SYS] += MAYER_SYS_MMHG * np.sin(mayer_phase)
        rows[:, Col.DIA] += MAYER_DIA_MMHG * np.sin(mayer_phase)
        self._disturb(rows, seconds)
        for column, (low, high) in _CLAMP.items():
            np.clip(rows[:, column], low, high, out=rows[:, column])
        np.minimum(rows[:, Col.DIA], rows[:, Col.SYS] - 15, out=rows[:, Col.DIA])
        for event in self._scenario.sensor:
            self._take_off(rows, seconds, event)
        return rows

    def _effect_site(self, first: int, stop: int) -> Seconds:
        """Return the concentrations of the seconds; `_amounts` is always that of the last second worked out."""
        out = np.empty(stop - first)
        weight_kg, doses = self._scenario.patient.weight_kg, self._timeline.doses
        delivered = doses.delivered_mg(first - 1)
        for index in range(stop - first):
            delivered_now = doses.delivered_mg(first + index)
            self._amounts = pharmacokinetics.advanced(self._amounts, weight_kg, delivered_now - delivered)
            delivered = delivered_now
            out[index] = pharmacokinetics.effect_site_ng_ml(self._amounts)
        return out

    def _natural(self, drift: Seconds, effect_site: Seconds) -> Seconds:
        traits, effect = self._traits, effect_of(effect_site)
        rows = np.zeros((len(drift), len(Col)))
        rows[:, Col.SYS] = traits.sys + drift[:, Wander.SYS] + traits.sys_response * effect
        rows[:, Col.DIA] = traits.dia + drift[:, Wander.DIA] + traits.dia_response * effect
        rows[:, Col.HEART_RATE] = traits.heart_rate + drift[:, Wander.HEART_RATE] + traits.heart_rate_response * effect
        rows[:, Col.RESP_RATE] = traits.resp_rate + drift[:, Wander.RESP_RATE] + traits.resp_rate_response * effect
        rows[:, Col.SPO2] = traits.spo2 + drift[:, Wander.SPO2] + traits.spo2_response * effect
        rows[:, Col.ETCO2] = traits.etco2
        rows[:, Col.PERFUSION_INDEX] = traits.perfusion_index * np.exp(0.15 * drift[:, Wander.PERFUSION])
        rows[:, Col.EFFECT_SITE] = effect_site
        rows[:, Col.FLICKER] = drift[:, Wander.FLICKER]
        return rows

    def _push(self, rows: Seconds, seconds: Seconds, target: Target) -> None:
        begin = self._timeline.time_of(target)
        if begin is None:
            return
        let_go = self._timeline.interrupted_after(begin) if target.hold is None else begin + target.ramp + target.hold
        reached = np.clip((np.minimum(seconds, let_go) - begin) / max(target.ramp, 1.0), 0.0, 1.0)
        left = 1.0 - np.clip((seconds - let_go) / max(target.settle, 1.0), 0.0, 1.0)
        weight = reached * left
        values = rows[:, _PUSHED[target.metric]]
        if target.to is not None:
            values += weight * (target.to - values)
        elif target.by is not None:
            values += weight * target.by

    def _disturb(self, rows: Seconds, seconds: Seconds) -> None:
        for artefact in self._scenario.artefact:
            begin, end = self._timeline.stretch(artefact, artefact.lasting)
            during = (seconds > begin) & (seconds <= end)
            if artefact.kind == "motion":
                rows[during, Col.MOTION] = 1.0
                # a moved finger reads 3 to 10 % low
                rows[during, Col.SPO2] -= np.clip(6.0 + 2.0 * rows[during, Col.FLICKER], 3.0, 10.0)
            else:
                rows[during, Col.PERFUSION_INDEX] = 0.25

    def _take_off(self, rows: Seconds, seconds: Seconds, event: SensorEvent) -> None:
        begin, end = self._timeline.stretch(event, event.lasting)
        column = _SENSORS[event.sensor]
        searching = (seconds > end) & (seconds <= end + SEARCH_S[event.sensor])
        rows[searching, column] = PROBE_STATES.index(ProbeState.SEARCHING)
        rows[(seconds > begin) & (seconds <= end), column] = PROBE_STATES.index(event.state)
