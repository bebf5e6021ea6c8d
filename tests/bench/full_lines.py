"""Monitors on lines that are never idle: sixteen times 115,200 baud. A process of its own, started by `ingest.py`.

    python -m tests.bench.full_lines FOLDER CHAIRS SECONDS

What a monitor sends in a minute goes out again and again as fast as such a line carries it, 92 bytes every 8 ms, once the file
`GO` lies in the folder. Ends with standard input; then it prints when each piece was about to be written.
"""

import json
import select
import sys
from pathlib import Path

from devices.clock import NS_PER_S, SystemClock
from devices.registry import lookup
from devices.simulator.wires import PtyWire
from tests.bench.busy_chairs import PIECE_NS, conversation
from tests.bench.monitors import DRIVER, link_of

GO = "go"
PIECE_BYTES = 92
LOOP_S = 60
_REST_S = 0.002


def stream(seconds: float) -> list[bytes]:
    """Return what every line carries, piece by piece."""
    minute = b"".join(said for _, said in conversation(lookup(DRIVER), LOOP_S))
    n_pieces = round(seconds * NS_PER_S) // PIECE_NS
    whole = minute * (n_pieces * PIECE_BYTES // len(minute) + 1)
    return [whole[n * PIECE_BYTES : (n + 1) * PIECE_BYTES] for n in range(n_pieces)]


def main() -> None:
    folder, n_chairs, seconds = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    pieces = stream(seconds)
    wires = [PtyWire(link_of(folder, chair)) for chair in range(1, n_chairs + 1)]
    written_ns: list[list[int]] = [[] for _ in wires]
    n_refused = 0
    clock = SystemClock()
    begun_ns: int | None = None
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while not select.select([sys.stdin], [], [], _REST_S)[0]:
        now_ns = clock.now().mono_ns
        if begun_ns is None:
            begun_ns = now_ns if (folder / GO).exists() else None
            continue
        for n, wire in enumerate(wires):
            wire.read()
            late_ns = n * PIECE_NS // n_chairs  # the lines' pieces are spread over the 8 ms
            times = written_ns[n]
            while len(times) < len(pieces) and len(times) * PIECE_NS + late_ns <= now_ns - begun_ns:
                piece = pieces[len(times)]
                times.append(clock.now().mono_ns)
                n_refused += len(piece) - wire.write(piece)
    for wire in wires:
        wire.close()
    sys.stdout.write(json.dumps({"marks": written_ns, "refused": n_refused}) + "\n")


if __name__ == "__main__":
    main()
