"""The simulated patient: one adult whose numbers and waves agree, beat by beat and breath by breath.

Rules of the file:
1. What it answers is a function of scenario, seed, time and what staff did: never of when or how often it was asked.
2. What staff do counts from just after the latest moment that anybody asked about; the past stays as it was told.
3. Numerics change once a second, as on a monitor; the cuff's pressure ten times a second.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from devices.driver import Cuff, ProbeState, Sensors
from devices.simulator import waves
from devices.simulator.cuff import NibpCuff
from devices.simulator.pharmacokinetics import Infusion
from devices.simulator.physiology import FINGER_LAG_S, PROBE_STATES, Col, Physiology
from devices.simulator.rhythm import Beats, Breaths
from devices.simulator.scenario import Scenario
from devices.simulator.timeline import LEAD_S, Timeline
from devices.simulator.traits import draw_traits

_ON = float(PROBE_STATES.index(ProbeState.ON))
_WAVE_SENSOR = {"ecg": Col.ECG_LEAD, "resp": Col.ECG_LEAD, "pleth": Col.SPO2_PROBE, "co2": Col.CO2_LINE}
_JUST_AFTER_S = 1e-6


class SimulatedPatient:
    """One adult in one chair, behind as many monitors as are connected.

    Attributes:
        scenario: What was asked for.
        traits: The adult that the seed gave.
    """

    def __init__(self, scenario: Scenario, seed: int, start_ns: int = 0) -> None:
        """Connect the patient at `start_ns`, monotonic [ns]: the session's start in the scenario's times."""
        self.scenario = scenario
        self.traits = draw_traits(scenario, seed)
        self._zero_ns = start_ns - round(LEAD_S * 1e9)
        self._timeline = Timeline()
        self._physiology = Physiology(scenario, self.traits, self._timeline, seed)
        self._breaths = Breaths(self._physiology, seed)
        self._beats = Beats(self._physiology, self._breaths, self.traits, seed)
        self._cuff = NibpCuff(scenario.cuff, self._physiology, self._timeline, seed=seed, zero_ns=self._zero_ns)
        self._latest_ns = self._zero_ns
        self._known: tuple[int, int, Sensors] | None = None  # from, to [ns], and what holds between

    def sensors(self, t_ns: int) -> Sensors:
        """Return what the sensors say at `t_ns`, monotonic [ns]."""
        if self._known is not None and self._known[0] <= t_ns < self._known[1]:
            self._latest_ns = max(self._latest_ns, t_ns)
            return self._known[2]
        t_s = self._asked(t_ns)
        cuff = self._cuff.at(t_s)
        second = int(t_s)
        sensors = self._sensors_of(second, cuff)
        until_s = min(second + 1.0, self._cuff.next_change_after(t_s))
        self._known = t_ns, self._zero_ns + math.ceil(until_s * 1e9), sensors
        return sensors

    def wave(self, metric: str, t_ns: Sequence[int]) -> list[float | None]:
        """Sample a waveform at the given times, monotonic [ns]; see `devices.driver.Patient`."""
        sensor = _WAVE_SENSOR.get(metric)
        if sensor is None or not t_ns:
            return [None] * len(t_ns)
        self._asked(max(t_ns))
        t_s = np.maximum((np.array(t_ns, dtype=np.int64) - self._zero_ns) * 1e-9, 0.0)
        values: list[float | None] = self._wave(metric, t_s).tolist()
        first, last = int(t_s.min()), int(t_s.max())
        blind = self._physiology.column(sensor)[first : last + 1] != _ON
        if metric == "pleth" and self.scenario.cuff.same_arm_as_probe:
            blind |= [self._cuff.is_measuring(second) for second in range(first, last + 1)]
        if blind.any():
            hidden = blind[t_s.astype(np.intp) - first].tolist()
            values = [None if is_hidden else value for value, is_hidden in zip(values, hidden, strict=True)]
        return values

    def start_cuff(self, t_ns: int) -> None:
        """Press START on the bedside monitor at `t_ns`."""
        self._cuff.press_start(self._done(t_ns))

    def stop_cuff(self, t_ns: int) -> None:
        """Press STOP on the bedside monitor at `t_ns`."""
        self._asked(t_ns)
        self._cuff.press_stop(self._done(t_ns))

    def infusion_started(self, t_ns: int) -> None:
        """Start the planned dose; after an earlier start, let the pump run on."""
        plan = self.scenario.infusion
        self._timeline.start(self._done(t_ns), Infusion(self.scenario.dose_mg, plan.minutes))

    def infusion_paused(self, t_ns: int) -> None:
        """Pause the pump."""
        self._timeline.pause(self._done(t_ns))

    def infusion_resumed(self, t_ns: int) -> None:
        """Let the pump run on."""
        self._timeline.resume(self._done(t_ns))

    def infusion_stopped(self, t_ns: int) -> None:
        """Stop the pump for good."""
        self._timeline.stop(self._done(t_ns))

    def injected(self, t_ns: int) -> None:
        """Give the planned dose into muscle."""
        self._timeline.inject(self._done(t_ns), self.scenario.dose_mg)

    def body(self, t_ns: int, column: Col) -> float:
        """Return the body's own value of a column at `t_ns`, unseen by any monitor."""
        return self._physiology.at(int(self._asked(t_ns)), column)

    def r_waves_ns(self, until_ns: int) -> NDArray[np.int64]:
        """Return the times of all R waves up to `until_ns`, monotonic [ns], shape `(n,)`."""
        t_s = self._asked(until_ns)
        r_s = self._beats.column(Beats.R)
        times: NDArray[np.int64] = np.rint(r_s[r_s <= t_s] * 1e9).astype(np.int64) + self._zero_ns
        return times

    def _asked(self, t_ns: int) -> float:
        """Work everything out up to `t_ns` and return it as patient time [s]."""
        t_s = max(0.0, (t_ns - self._zero_ns) * 1e-9)
        self._latest_ns = max(self._latest_ns, t_ns)
        self._physiology.reach(int(t_s))
        self._breaths.reach(t_s)
        self._beats.reach(t_s)
        return t_s

    def _done(self, t_ns: int) -> float:
        """Return when something that staff do at `t_ns` takes effect, patient time [s]."""
        self._known = None
        return (max(t_ns, self._latest_ns) - self._zero_ns) * 1e-9 + _JUST_AFTER_S

    def _wave(self, metric: str, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
        if metric == "ecg":
            return waves.ecg(t_s, self._beats, self._breaths, self.traits.r_mv)
        if metric == "resp":
            return waves.resp(t_s, self._breaths, self._beats)
        if metric == "co2":
            return waves.co2(t_s, self._breaths)
        seconds = t_s.astype(np.intp)
        # a cold finger: a tenth of the pulse
        strength = np.clip(self._physiology.column(Col.PERFUSION_INDEX)[seconds] / 0.8, 0.1, 1.0)
        value = waves.pleth(t_s, self._beats, strength)
        moving = self._physiology.column(Col.MOTION)[seconds] > 0
        if moving.any():
            value = np.where(moving, np.clip(value + waves.motion(t_s, self.traits.phase), 0.0, 1.0), value)
        return value

    def _sensors_of(self, second: int, cuff: Cuff) -> Sensors:
        body = self._physiology
        ecg, probe = body.probe(second, Col.ECG_LEAD), body.probe(second, Col.SPO2_PROBE)
        line, thermometer = body.probe(second, Col.CO2_LINE), body.probe(second, Col.TEMP_PROBE)
        if self.scenario.cuff.same_arm_as_probe and probe is ProbeState.ON and self._cuff.is_measuring(second):
            probe = ProbeState.SEARCHING
        ecg_on, probe_on, line_on = ecg is ProbeState.ON, probe is ProbeState.ON, line is ProbeState.ON
        pulse_rate = self._beats.pulse_rate_at(second)
        if body.at(second, Col.MOTION):
            pulse_rate *= 1 + 0.3 * math.tanh(body.at(second, Col.FLICKER))
        return Sensors(
            heart_rate=self._beats.heart_rate_at(second) if ecg_on else None,
            pulse_rate=pulse_rate if probe_on else None,
            spo2=body.at(max(0, second - FINGER_LAG_S), Col.SPO2) if probe_on else None,
            perfusion_index=body.at(second, Col.PERFUSION_INDEX) if probe_on else None,
            resp_rate=self._breaths.rate_at(second) if ecg_on or line_on else None,
            etco2=self._breaths.etco2_at(second) if line_on else None,
            fico2=0.0 if line_on else None,
            temp=self.traits.temp if thermometer is ProbeState.ON else None,
            st=0.0 if ecg_on else None,
            ecg_lead=ecg,
            spo2_probe=probe,
            co2_line=line,
            temp_probe=thermometer,
            cuff=cuff,
        )
