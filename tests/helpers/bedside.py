"""A patient whose sensors say what a test wrote down, and a wire between a driver and its monitor.

Rules of the file:
1. `ScriptedPatient` is a function of time alone, as the contract wants it.
2. `Bedside` moves the clock in steps, carries bytes both ways, and keeps all that was sent, so that a test can replay it.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from devices.driver import Driver, MonitorSide, Sensors
from devices.events import DriverEvent

MS = 1_000_000
S = 1_000_000_000

WELL = Sensors(
    heart_rate=72.0,
    pulse_rate=71.0,
    spo2=97.0,
    perfusion_index=2.1,
    resp_rate=14.0,
    etco2=38.0,
    fico2=0.0,
    temp=36.8,
    st=-0.05,
)


class ScriptedPatient:
    """Sensors that change at given times, and waves that are plain functions of time."""

    def __init__(self, script: Sequence[tuple[float, dict[str, object]]] = (), start: Sensors = WELL) -> None:
        """Take `script`: (second, the fields of `Sensors` that change then), in order of time."""
        self._times = [0]
        self._states = [start]
        for second, changes in script:
            self._times.append(round(second * S))
            self._states.append(replace(self._states[-1], **changes))

    def sensors(self, t_ns: int) -> Sensors:
        """Return the state that began last at or before `t_ns`."""
        return self._states[max(0, bisect_right(self._times, t_ns) - 1)]

    def wave(self, metric: str, t_ns: Sequence[int]) -> list[float | None]:
        """Return a beat a second for ecg and pleth, a breath in four seconds for resp and co2."""
        shape = {"ecg": _ecg, "pleth": _pleth, "resp": _resp, "co2": _co2}[metric]
        return [shape(t / S) for t in t_ns]


def _ecg(t: float) -> float:
    return math.exp(-(((t % 1.0) - 0.3) ** 2) / 0.0008)


def _pleth(t: float) -> float:
    return 0.5 + 0.45 * math.sin(2 * math.pi * t)


def _resp(t: float) -> float:
    return 0.9 * math.sin(math.pi * t / 2)


def _co2(t: float) -> float:
    return 38.0 if (t % 4.0) > 2.0 else 0.25


@dataclass
class Bedside:
    """A driver, a monitor and a patient, joined.

    Attributes:
        driver: Decodes.
        monitor: Speaks.
        patient: Is measured.
        now_ns: The clock, monotonic [ns].
        events: All that the driver gave out.
        chunks: All that the monitor sent: (time, bytes).
        sent: All that the driver sent: (time, bytes).
    """

    driver: Driver
    monitor: MonitorSide
    patient: ScriptedPatient
    now_ns: int = 0
    events: list[DriverEvent] = field(default_factory=list)
    chunks: list[tuple[int, bytes]] = field(default_factory=list)
    sent: list[tuple[int, bytes]] = field(default_factory=list)

    def run(self, seconds: float, step_ms: int = 10, is_plugged: bool = True) -> "Bedside":
        """Let time pass in steps; with `is_plugged` false nothing crosses the wire."""
        end_ns = self.now_ns + round(seconds * S)
        while self.now_ns < end_ns:
            self.now_ns += step_ms * MS
            data = self.monitor.transmit(self.patient, self.now_ns)
            if data and is_plugged:
                self.chunks.append((self.now_ns, data))
                self.events.extend(self.driver.feed(data, self.now_ns))
            self.events.extend(self.driver.tick(self.now_ns))
            written = self.driver.pending_writes(self.now_ns)
            if written:
                self.sent.append((self.now_ns, written))
                if is_plugged:
                    self.monitor.receive(written, self.now_ns)
        return self

    def stream(self) -> bytes:
        """Return all that the monitor sent, in one piece."""
        return b"".join(data for _, data in self.chunks)

    def of(self, kind: type, **fields: object) -> list[DriverEvent]:
        """Return the events of one type whose attributes are as given."""
        return [e for e in self.events if isinstance(e, kind) and all(getattr(e, k) == v for k, v in fields.items())]
