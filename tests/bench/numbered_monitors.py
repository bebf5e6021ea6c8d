"""Bedside monitors that remember all that they sent, and when: the other side of a count of what was lost.

    python -m tests.bench.numbered_monitors FOLDER CHAIRS SEED

In a process of its own, each monitor on a pseudo-terminal, sending a minute again and again, each chair at another place of
it. Its waves are noise and its numbers others each second, so that a stretch of what was sent is found again wherever it is
stored. What was sent is decoded from the bytes that the line took; the moment is the one just before they were written. A line
`take` on standard input is answered with one JSON line, what was sent since the last one:
{chair: {what: [[monotonic ns, value or samples], ...]}}. Ends with standard input.
"""

import json
import random
import select
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from devices.clock import NS_PER_S, SystemClock
from devices.driver import Sensors
from devices.events import Numeric, WaveformChunk
from devices.registry import lookup
from devices.simulator.monitor import STEP_S
from devices.simulator.patient import SimulatedPatient
from devices.simulator.scenario import load_scenario
from devices.simulator.wires import PtyWire
from tests.bench.busy_chairs import conversation
from tests.bench.monitors import DRIVER, link_of

LOOP_S = 60


class NoisyPatient:
    """Somebody whose waves are noise and whose numbers change each second, all of them inside every alarm limit."""

    def __init__(self, seed: int) -> None:
        self._patient = SimulatedPatient(load_scenario("normal"), 1, 0)
        self._seed = seed

    def sensors(self, t_ns: int) -> Sensors:
        chance = random.Random(self._seed * 1_000_003 + t_ns // NS_PER_S)
        rate = float(chance.randint(60, 99))
        return replace(
            self._patient.sensors(t_ns),
            heart_rate=rate,
            pulse_rate=rate,
            spo2=float(chance.randint(95, 99)),
            resp_rate=float(chance.randint(11, 19)),
        )

    def wave(self, metric: str, t_ns: Sequence[int]) -> list[float | None]:
        low = 0.0 if metric == "pleth" else -1.0
        return [random.Random(f"{self._seed}{metric}{t}").uniform(low, 1.0) for t in t_ns]


class RememberingMonitor:
    """One monitor."""

    def __init__(self, pieces: list[tuple[int, bytes]], link: Path, offset_ns: int) -> None:
        self._pieces, self._offset_ns = pieces, offset_ns
        self._wire = PtyWire(link)
        self._driver = lookup(DRIVER).make()
        self._rest = b""
        self._place = next(n for n, (at_ns, _) in enumerate(pieces) if at_ns >= offset_ns)
        self.sent: dict[str, list[tuple[int, object]]] = {}

    def step(self, passed_ns: int, clock: SystemClock) -> None:
        """Send what is due."""
        self._wire.read()
        said = []
        while True:
            turn, n = divmod(self._place, len(self._pieces))
            at_ns, piece = self._pieces[n]
            if turn * LOOP_S * NS_PER_S + at_ns - self._offset_ns > passed_ns:
                break
            said.append(piece)
            self._place += 1
        if not said:
            return
        # the end of what the line took in part comes first, so that no message on it is torn: what is due meanwhile is dropped
        data, now_ns = self._rest or b"".join(said), clock.now().mono_ns
        taken = self._wire.write(data)
        self._rest = data[taken:] if taken or self._rest else b""
        for event in self._driver.feed(data[:taken], now_ns):
            match event:
                case Numeric():
                    self.sent.setdefault(f"number {event.metric}", []).append((now_ns, event.value))
                case WaveformChunk():
                    samples = memoryview(event.samples).cast("h").tolist()
                    self.sent.setdefault(f"wave {event.metric}", []).append((now_ns, samples))

    def close(self) -> None:
        self._wire.close()


def main() -> None:
    folder, n_chairs, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    clock = SystemClock()
    pieces = conversation(lookup(DRIVER), LOOP_S, NoisyPatient(seed))
    monitors = {
        chair: RememberingMonitor(pieces, link_of(folder, chair), chair * LOOP_S * NS_PER_S // (n_chairs + 1))
        for chair in range(1, n_chairs + 1)
    }
    start_ns = clock.now().mono_ns
    _say("ready")
    try:
        while True:
            if select.select([sys.stdin], [], [], STEP_S)[0]:
                if not sys.stdin.readline():
                    break
                _say(json.dumps({chair: one.sent for chair, one in monitors.items()}))
                for one in monitors.values():
                    one.sent = {}
            passed_ns = clock.now().mono_ns - start_ns
            for one in monitors.values():
                one.step(passed_ns, clock)
    finally:
        for one in monitors.values():
            one.close()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
