"""Many bedside monitors in a process of their own, each on a pseudo-terminal, with three waves and all its numbers.

    python -m tests.bench.served_chairs FOLDER CHAIRS SPEED

A minute of one simulated monitor is sent again and again, each chair at another place of it, `SPEED` times as fast as it was: so
cheap that the other core is left to what is measured. Ends with standard input; then it prints one JSON line.
"""

import json
import select
import sys
from pathlib import Path

from devices.clock import NS_PER_S, ScaledClock, SystemClock
from devices.registry import lookup
from devices.simulator.monitor import STEP_S
from devices.simulator.wires import PtyWire
from tests.bench.busy_chairs import conversation
from tests.bench.monitors import DRIVER, link_of

LOOP_S = 60


class Player:
    """One monitor."""

    def __init__(self, pieces: list[tuple[int, bytes]], wire: PtyWire, late_ns: int) -> None:
        self._pieces, self.wire = pieces, wire
        self._late_ns = late_ns
        self._next = 0
        self.n_lost = 0

    def step(self, passed_ns: int) -> None:
        """Send what is due; the minute of a chair that began later is not over sooner."""
        self.wire.read()
        said = []
        while True:
            turn, n = divmod(self._next, len(self._pieces))
            at_ns, piece = self._pieces[n]
            if turn * LOOP_S * NS_PER_S + at_ns + self._late_ns > passed_ns:
                break
            said.append(piece)
            self._next += 1
        data = b"".join(said)
        self.n_lost += len(data) - (self.wire.write(data) if data else 0)


def main() -> None:
    folder, n_chairs, speed = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    pieces = conversation(lookup(DRIVER), LOOP_S)
    clock = ScaledClock(SystemClock(), speed)
    players = [
        Player(pieces, PtyWire(link_of(folder, chair)), chair * NS_PER_S * 7 // 16) for chair in range(1, n_chairs + 1)
    ]
    start_ns = clock.now().mono_ns
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    try:
        while not select.select([sys.stdin], [], [], STEP_S)[0]:
            passed_ns = clock.now().mono_ns - start_ns
            for player in players:
                player.step(passed_ns)
    finally:
        for player in players:
            player.wire.close()
    sys.stdout.write(json.dumps({"marks": [], "lost_bytes": sum(player.n_lost for player in players)}) + "\n")


if __name__ == "__main__":
    main()
