"""What one monitor sees of a patient: only the sensors that are plugged into it."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from devices.driver import Cuff, CuffPatient, Patient, ProbeState, Sensors
from devices.simulator.scenario import Sensor

_SENSOR_OF_WAVE: dict[str, Sensor] = {"ecg": "ecg", "resp": "ecg", "pleth": "spo2", "co2": "co2"}


class AttachedPatient:
    """A patient behind the sensors of one monitor; the others are to it as if unplugged."""

    def __init__(self, patient: Patient, plugged_in: Collection[Sensor]) -> None:
        self._patient = patient
        self._plugged_in = frozenset(plugged_in)
        self._seen: tuple[Sensors, Sensors] | None = None  # the last whole answer, and what is left of it

    def sensors(self, t_ns: int) -> Sensors:
        """Return what the plugged-in sensors say at `t_ns`, monotonic [ns]."""
        whole = self._patient.sensors(t_ns)
        if self._seen is None or self._seen[0] is not whole:
            self._seen = whole, self._left_of(whole)
        return self._seen[1]

    def wave(self, metric: str, t_ns: Sequence[int]) -> list[float | None]:
        """Sample a waveform; None throughout where its sensor is not plugged in."""
        if _SENSOR_OF_WAVE.get(metric) not in self._plugged_in:
            return [None] * len(t_ns)
        return self._patient.wave(metric, t_ns)

    def start_cuff(self, t_ns: int) -> None:
        """Start the cuff where this monitor has one, and the patient behind it one to start."""
        if "nibp" in self._plugged_in and isinstance(self._patient, CuffPatient):
            self._patient.start_cuff(t_ns)

    def stop_cuff(self, t_ns: int) -> None:
        """Stop the cuff where this monitor has one, and the patient behind it one to stop."""
        if "nibp" in self._plugged_in and isinstance(self._patient, CuffPatient):
            self._patient.stop_cuff(t_ns)

    def _left_of(self, whole: Sensors) -> Sensors:
        left, plugged_in = whole, self._plugged_in
        if "ecg" not in plugged_in:
            left = replace(left, heart_rate=None, st=None, ecg_lead=ProbeState.UNPLUGGED)
        if "spo2" not in plugged_in:
            left = replace(left, pulse_rate=None, spo2=None, perfusion_index=None, spo2_probe=ProbeState.UNPLUGGED)
        if "co2" not in plugged_in:
            left = replace(left, etco2=None, fico2=None, co2_line=ProbeState.UNPLUGGED)
        if left.ecg_lead is not ProbeState.ON and left.co2_line is not ProbeState.ON:
            left = replace(left, resp_rate=None)
        if "temp" not in plugged_in:
            left = replace(left, temp=None, temp_probe=ProbeState.UNPLUGGED)
        if "nibp" not in plugged_in:
            left = replace(left, cuff=Cuff())
        return left
