"""Eight bedside monitors in a process of their own whose patients desaturate in turn; prints when each fall left.

As `monitors`, but for the marks: SpO2 of each chair falls every `EVERY_S` seconds, staggered, below the limit at which an alarm
waits for nothing, and is well again `LOW_S` later. Kept is the moment just before the first low number is written to the line.
"""

import json
import select
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from devices.clock import NS_PER_S, SystemClock
from devices.driver import Patient, Sensors
from devices.registry import lookup
from devices.simulator.monitor import STEP_S, ServedMonitor
from devices.simulator.patient import SimulatedPatient
from devices.simulator.scenario import load_scenario
from devices.simulator.wires import PtyWire
from tests.bench.monitors import DRIVER, link_of

N_CHAIRS = 8
EVERY_S, LOW_S = 9, 2  # an alarm ends five seconds after the number is back
WELL, LOW = 98.0, 84.0  # under 85 the protocol's limit does not wait


class FallingPatient:
    """A patient whose SpO2 falls by the clock."""

    def __init__(self, patient: Patient, chair: int) -> None:
        self._patient = patient
        self._offset_ns = round(chair * EVERY_S / N_CHAIRS * NS_PER_S)

    def sensors(self, t_ns: int) -> Sensors:
        is_low = (t_ns + self._offset_ns) % (EVERY_S * NS_PER_S) < LOW_S * NS_PER_S
        return replace(self._patient.sensors(t_ns), spo2=LOW if is_low else WELL)

    def wave(self, metric: str, t_ns: Sequence[int]) -> list[float | None]:
        return self._patient.wave(metric, t_ns)


class FallMarkingWire(PtyWire):
    """A pseudo-terminal that keeps when the first low number was about to be written."""

    def __init__(self, link: Path, chair: int, clock: SystemClock) -> None:
        self.marks: list[tuple[int, int]] = []
        self._chair = chair
        self._clock = clock
        self._numbers = lookup(DRIVER).make()
        self._was_low = True
        super().__init__(link)

    def write(self, data: bytes) -> int:
        before_ns = self._clock.now().mono_ns
        taken = super().write(data)
        for event in self._numbers.feed(data, before_ns):
            if getattr(event, "metric", "") == "spo2" and getattr(event, "value", None) is not None:
                is_low = event.value == LOW
                if is_low and not self._was_low and taken == len(data):
                    self.marks.append((self._chair, before_ns))
                self._was_low = is_low
        return taken


def main() -> None:
    folder = Path(sys.argv[1])
    clock = SystemClock()
    start_ns = clock.now().mono_ns
    served = []
    for chair in range(1, N_CHAIRS + 1):
        patient = FallingPatient(SimulatedPatient(load_scenario("normal"), chair, start_ns), chair)
        wire = FallMarkingWire(link_of(folder, chair), chair, clock)
        served.append((ServedMonitor(DRIVER, lookup(DRIVER).make_monitor(), patient, wire), wire))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    try:
        while not select.select([sys.stdin], [], [], STEP_S)[0]:
            now_ns = clock.now().mono_ns
            for monitor, _ in served:
                monitor.step(now_ns)
    finally:
        for monitor, _ in served:
            monitor.close()
    sys.stdout.write(json.dumps({"marks": [mark for _, wire in served for mark in wire.marks]}) + "\n")


if __name__ == "__main__":
    main()
