"""Four bedside monitors in a process of their own, each with three waves on a pseudo-terminal.

Started by the bench, so that the station's processor time is the station's alone. The monitor of chair 1 makes changes that
can be found again on the screen: a heart rate that is another one each second, and an ECG that is flat but for one spike
every `SPIKE_EVERY_NS`. The moment just before the bytes of a change are written to the line is kept; all of them are printed,
one JSON line, when standard input ends.
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
from devices.simulator.monitor import STEP_S, ServedMonitor, SimulatedChair
from devices.simulator.patient import SimulatedPatient
from devices.simulator.scenario import Monitor, load_scenario
from devices.simulator.wires import PtyWire

DRIVER = "berry_pm6750"
"""ECG, pleth and respiration in one monitor, 350 samples a second: the most that a driver of ours brings."""
N_CHAIRS = 4
MARKED_CHAIR = 1
SPIKE_EVERY_NS = 730_000_000  # no multiple of a frame, a chunk or a tick
SPIKE_NS = 12_000_000
SPIKE_MV = 1.0
SPIKE_LEVEL = 0.2
"""Between the flat line and the spike, as the driver tells them (relative amplitude)."""
_LOWEST_RATE, _N_RATES = 60, 40  # inside every alarm limit


def link_of(folder: Path, chair: int) -> Path:
    """Return where the monitor of a chair can be opened."""
    return folder / f"chair-{chair}"


class MarkedPatient:
    """A patient whose heart rate and ECG change so that each change can be told from every other."""

    def __init__(self, patient: Patient) -> None:
        self._patient = patient
        self.unsent: list[tuple[str, int]] = []  # changes that the monitor was told of and that no byte has left with
        self._rate = 0
        self._spike = -1

    def sensors(self, t_ns: int) -> Sensors:
        rate = _LOWEST_RATE + t_ns // NS_PER_S % _N_RATES
        return replace(self._patient.sensors(t_ns), heart_rate=float(rate), pulse_rate=float(rate))

    def wave(self, metric: str, t_ns: Sequence[int]) -> list[float | None]:
        if metric != "ecg":
            return self._patient.wave(metric, t_ns)
        values: list[float | None] = []
        for t in t_ns:
            n, within = divmod(t, SPIKE_EVERY_NS)
            if within < SPIKE_NS and n != self._spike:
                self._spike = n
                self.unsent.append(("spike", n))
            values.append(SPIKE_MV if within < SPIKE_NS else 0.0)
        return values


class MarkingSide:
    """The monitor's side, and a look at when it tells its numbers: every second on its own grid."""

    def __init__(self, patient: MarkedPatient) -> None:
        self._side = lookup(DRIVER).make_monitor()
        self._numbers = lookup(DRIVER).make()
        self._patient = patient
        self._rate: float | None = None

    def receive(self, data: bytes, now_ns: int) -> None:
        self._side.receive(data, now_ns)

    def restart(self, now_ns: int) -> None:
        self._side.restart(now_ns)

    def transmit(self, patient: Patient, now_ns: int) -> bytes:
        said = self._side.transmit(patient, now_ns)
        for event in self._numbers.feed(said, now_ns):
            if getattr(event, "metric", "") == "heart_rate" and event.value != self._rate:
                self._rate = event.value
                self._patient.unsent.append(("heart_rate", round(event.value)))
        return said


class StampingWire(PtyWire):
    """A pseudo-terminal that keeps when a change was about to be written."""

    def __init__(self, link: Path, patient: MarkedPatient, clock: SystemClock) -> None:
        self.marks: list[tuple[str, int, int]] = []
        self._patient = patient
        self._clock = clock
        super().__init__(link)

    def write(self, data: bytes) -> int:
        before_ns = self._clock.now().mono_ns
        taken = super().write(data)
        if taken == len(data):
            self.marks += [(kind, n, before_ns) for kind, n in self._patient.unsent]
        self._patient.unsent.clear()
        return taken


def main() -> None:
    folder = Path(sys.argv[1])
    clock = SystemClock()
    start_ns = clock.now().mono_ns
    scenario = load_scenario("normal")
    patient = MarkedPatient(SimulatedPatient(scenario, 1, start_ns))
    wire = StampingWire(link_of(folder, MARKED_CHAIR), patient, clock)
    marked = ServedMonitor(DRIVER, MarkingSide(patient), patient, wire)
    plain = [
        SimulatedChair(scenario, chair, start_ns, [(Monitor(driver=DRIVER), PtyWire(link_of(folder, chair)))])
        for chair in range(1, N_CHAIRS + 1)
        if chair != MARKED_CHAIR
    ]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    try:
        while not select.select([sys.stdin], [], [], STEP_S)[0]:
            now_ns = clock.now().mono_ns
            for one in (marked, *plain):
                one.step(now_ns)
    finally:
        for one in (marked, *plain):
            one.close()
    sys.stdout.write(json.dumps({"marks": wire.marks, "bytes": marked.traffic.n_written}) + "\n")


if __name__ == "__main__":
    main()
