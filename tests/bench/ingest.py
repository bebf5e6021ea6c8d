"""Sixteen full lines through the whole program while it draws: what reading costs, how late it is, what is lost.

    python -m tests.bench.ingest FOLDER [CHAIRS [SECONDS]]

The monitors' minutes come three times as fast as they were, so that each line is full at 115,200 baud. How late: from just before
the bytes that complete a stretch of wave are written to the line, until the window has it; `read_ms` is the part of it until the
reader has stamped them. Prints one JSON line. Lost is a stretch that did not come
or came otherwise than it was sent, a rejected frame, a byte that the line did not take. Goals: the reader's thread, drivers among
it, at most 5 % of a core; p99 at most 30 ms; none of 100,000 frames lost.
"""

import json
import secrets
import sys
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Slot

from devices.clock import SystemClock
from devices.events import WaveformChunk
from devices.registry import lookup
from nursestation.app import OpenStation, collecting_here
from nursestation.core.commands import CheckIn, CreateFirstOperator
from nursestation.core.model import Role
from nursestation.core.records import Gap, Wave
from nursestation.paths import Profile, resource
from nursestation.pins import Argon2Pins
from nursestation.ui.shell import make_application
from tests.bench.busy_chairs import PIECE_NS
from tests.bench.figures import percentiles
from tests.bench.full_lines import GO, stream
from tests.bench.monitors import DRIVER, link_of
from tests.bench.patients import PROTOCOL, patient
from tests.bench.processes import monitors
from tests.bench.processor import thread_seconds
from tests.bench.station import write_settings

CHAIRS, SECONDS = 16, 20.0
SIZE = (1280, 800)
SETTLE_MS = 3000
LAST_MS = 1000
_ONE_MS = 1e6


class Received(QObject):
    """Opens a session at every chair, lets the lines be filled, and keeps what the window gets, and when."""

    def __init__(self, station: OpenStation, go: Path, n_chairs: int, seconds: float) -> None:
        super().__init__()
        self._station, self._go, self._n_chairs = station, go, n_chairs
        self._ms = round(1000 * seconds)
        self._clock = SystemClock()
        self._before: dict[str, float] = {}
        self.cpu: dict[str, float] = {}
        self.waves: dict[int, list[tuple[int, int, str, bytes]]] = {chair: [] for chair in range(1, n_chairs + 1)}
        self.n_gaps = 0
        bridge = station.shell.bridge
        bridge.waves.connect(self._arrived)
        inbox = station.station.inbox
        pin = f"{secrets.randbelow(900_000) + 100_000}"
        inbox.post(CreateFirstOperator(name="Bench Nurse", role=Role.LEAD_NURSE, pin=pin))
        for chair in self.waves:
            inbox.post(CheckIn(chair=chair, patient=patient(chair), protocol=PROTOCOL))
        QTimer.singleShot(SETTLE_MS, self._begin)

    @Slot(list)
    def _arrived(self, waves: list[object]) -> None:
        now_ns = self._clock.now().mono_ns
        for wave in waves:
            if isinstance(wave, Wave):
                self.waves[wave.chair or 0].append((now_ns, wave.at.mono_ns, wave.metric, wave.samples))
            self.n_gaps += isinstance(wave, Gap)

    @Slot()
    def _begin(self) -> None:
        self._before = thread_seconds()
        self._go.touch()
        QTimer.singleShot(self._ms, self._end)

    @Slot()
    def _end(self) -> None:
        used = thread_seconds()
        self.cpu = {role: 100_000 * (s - self._before.get(role, 0.0)) / self._ms for role, s in used.items()}
        QTimer.singleShot(LAST_MS, self._station.shell.window.close)


def measure(folder: Path, n_chairs: int, seconds: float) -> dict[str, object]:
    """Run program and lines; return what the goals ask for."""
    profile = folder / "profile"
    write_settings(profile, {chair: link_of(folder, chair) for chair in range(1, n_chairs + 1)})
    with monitors(folder, "full_lines", str(n_chairs), str(seconds)) as written_ns:
        application = make_application(resource("fonts"))
        with collecting_here(), OpenStation(Profile(profile), (), 1, SystemClock(), Argon2Pins()) as station:
            window = station.shell.window
            window.resize(*SIZE)
            window.show()
            received = Received(station, folder / GO, n_chairs, seconds)
            application.exec()
            counters = [port.counters for port in station.station.reader.ports]
    sent, n_frames = _sent(seconds)
    late_ms: list[float] = []
    read_ms: list[float] = []
    n_lost = received.n_gaps + sum(one.rejected for one in counters)
    for chair, came in received.waves.items():
        n_lost += max(0, len(sent) - len(came))  # what was begun is given out when the line falls silent
        for (piece, metric, samples), (seen_ns, at_ns, *arrived) in zip(sent, came, strict=False):
            n_lost += [metric, samples] != arrived
            late_ms.append((seen_ns - written_ns[chair - 1][piece]) / _ONE_MS)
            read_ms.append((at_ns - written_ns[chair - 1][piece]) / _ONE_MS)
    return {
        "chairs": n_chairs,
        "seconds": seconds,
        "frames": n_chairs * n_frames,
        "lost": n_lost,
        "late_ms": percentiles(late_ms, 1),
        "read_ms": percentiles(read_ms, 1),
        "reader_percent": round(received.cpu["reader"], 2),
        "threads": {role: round(share, 1) for role, share in received.cpu.items()},
        "platform": application.platformName(),
    }


def _sent(seconds: float) -> tuple[list[tuple[int, str, bytes]], int]:
    """Return what a line carries: stretches of wave (number of the piece that completes it, metric, samples), and n frames."""
    driver = lookup(DRIVER).make()
    found = []
    pieces = stream(seconds)
    for n, piece in enumerate(pieces):
        for event in (*driver.feed(piece, n * PIECE_NS), *driver.tick(n * PIECE_NS)):
            if isinstance(event, WaveformChunk):
                found.append((n, event.metric, event.samples))
    whole = b"".join(pieces)
    n_frames = at = 0
    while at + 2 < len(whole) and at + whole[at + 2] + 2 <= len(whole):  # 55 AA, and the length of what follows
        at += whole[at + 2] + 2
        n_frames += 1
    return found, n_frames


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    n_chairs = int(sys.argv[2]) if len(sys.argv) > 2 else CHAIRS
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else SECONDS
    sys.stdout.write(json.dumps(measure(folder, n_chairs, seconds)) + "\n")


if __name__ == "__main__":
    main()
