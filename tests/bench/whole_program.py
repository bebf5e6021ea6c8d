"""The measured process: the whole program with many chairs, the page of all chairs in front, a session open on each.

    python -m tests.bench.whole_program PROFILE STRETCHES SECONDS [SPEED SETTLE]

Prints one JSON line at its end. With a `SPEED` the program's clock runs so many times as fast as the computer's, and so must
that of the monitors; `SETTLE` is how long after the first waves the first stretch begins [s].
"""

import nursestation.ui  # noqa: F401  first, as the program begins: what is imported later costs less memory (docs/adr/0029)

# isort: split
import json
import secrets
import sys
import threading
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Slot

from devices.clock import ScaledClock, SystemClock
from nursestation.app import OpenStation, collecting_here
from nursestation.core.commands import CheckIn, CreateFirstOperator
from nursestation.core.model import Role
from nursestation.paths import Profile, resource
from nursestation.pins import Argon2Pins
from nursestation.ui.board.canvas import BoardCanvas
from nursestation.ui.main_window import BOARD
from nursestation.ui.shell import make_application
from tests.bench.compared import SETTLE_S, SIZE, WAVES
from tests.bench.patients import PROTOCOL, patient
from tests.bench.processor import thread_seconds
from tests.bench.stretches import Stretches


class Sessions(QObject):
    """Signs in and checks somebody in to every chair; then begins to measure."""

    def __init__(self, station: OpenStation, stretches: Stretches, settle_s: float) -> None:
        super().__init__()
        self._station, self._stretches = station, stretches
        self._settle_ms = round(1000 * settle_s)
        self._bridge = station.shell.bridge
        self._bridge.snapshot_changed.connect(self._look)
        pin = f"{secrets.randbelow(900_000) + 100_000}"
        station.station.inbox.post(CreateFirstOperator(name="Bench Nurse", role=Role.LEAD_NURSE, pin=pin))

    @Slot(object)
    def _look(self, snapshot) -> None:
        if snapshot.operator is None:
            return
        free = [chair.number for chair in snapshot.chairs if chair.visit is None]
        if free:
            self._station.station.inbox.post(CheckIn(chair=free[0], patient=patient(free[0]), protocol=PROTOCOL))
        elif all(len(chair.waves) >= WAVES for chair in snapshot.chairs):
            self._bridge.snapshot_changed.disconnect(self._look)
            self._station.shell.window.open(BOARD)
            QTimer.singleShot(self._settle_ms, self._stretches.begin)


def _held(profile: Profile) -> dict[str, object]:
    """Return what the program holds: threads, open files, and the record on disk [bytes]."""
    handles = Path("/proc/self/fd")
    return {
        "n_threads": threading.active_count(),
        "n_handles": sum(1 for _ in handles.iterdir()) if handles.is_dir() else None,
        "record_bytes": sum(part.stat().st_size for part in profile.folder.glob("record.sqlite3*")),
    }


def main() -> int:
    profile, n, seconds = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    speed, settle_s = (float(one) for one in sys.argv[4:6]) if len(sys.argv) > 4 else (1.0, SETTLE_S)
    clock = ScaledClock(SystemClock(), speed)
    (profile / "display.toml").write_text(f"[board]\nwaves = {WAVES}\n", encoding="utf-8")
    application = make_application(resource("fonts"))
    with collecting_here(), OpenStation(Profile(profile), (), 1, clock, Argon2Pins()) as station:
        window = station.shell.window
        window.resize(*SIZE)
        window.show()
        (canvas,) = window.findChildren(BoardCanvas)
        stretches = Stretches(canvas, n, seconds, lambda: {"threads": thread_seconds(), **_held(Profile(profile))})
        sessions = Sessions(station, stretches, settle_s)
        status = application.exec()
        assert canvas.isVisible()
        assert canvas.layout_now.n_waves == WAVES, "the plain program draws more waves than this window has room for"
        assert (window.width(), window.height()) == SIZE
        del sessions
    sys.stdout.write(json.dumps({"platform": application.platformName(), "stretches": stretches.told}) + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
