"""The measured process: the real window on eight monitors whose patients desaturate; prints one JSON line at its end.

    python -m tests.bench.alarm_station PROFILE SECONDS BLOCKED_SECONDS

For `SECONDS` the window does its work; then, for `BLOCKED_SECONDS`, its thread is held up for `BLOCK_S` again and again. Told
are when each alarm's record left the engine for the store, and when its first picture was painted: the record's own measure.
"""

import json
import secrets
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from devices.clock import SystemClock
from nursestation.app import OpenStation
from nursestation.core.commands import CheckIn, CreateFirstOperator
from nursestation.core.model import Role
from nursestation.core.records import ConditionRaised, Record, SignalShown
from nursestation.paths import Profile, resource
from nursestation.pins import Argon2Pins
from nursestation.ui.shell import make_application
from tests.bench.patients import PROTOCOL, patient
from tests.bench.station import SIZE

SETTLE_MS = 4000
BLOCK_S, BREATHE_MS = 2.0, 1500
RULE = "limit.spo2.low"


class Stamps:
    """When each alarm's record came out of the engine; called in its thread, after the store was given the same records."""

    def __init__(self) -> None:
        self.raised: list[tuple[str, int, int, int]] = []  # id, chair, arrival [ns], record [ns]
        self.shown: dict[str, float] = {}
        self._clock = SystemClock()

    def take(self, records: Sequence[Record]) -> None:
        now_ns = self._clock.now().mono_ns
        for record in records:
            if isinstance(record, ConditionRaised) and record.rule == RULE:
                assert record.chair is not None
                self.raised.append((record.condition_id, record.chair, record.cause_ns or 0, now_ns))
            elif isinstance(record, SignalShown):
                self.shown[record.condition_id] = record.delay_ms


class Measured(QObject):
    """Brings the station to eight open sessions, lets time pass, then holds the window up again and again."""

    def __init__(self, station: OpenStation, application: QApplication, seconds: float, blocked_s: float) -> None:
        super().__init__()
        self._station = station
        self._application = application
        self._seconds, self._blocked_s = seconds, blocked_s
        self._clock = SystemClock()
        self.began_ns = self.blocks_from_ns = 0
        self.blocks: list[tuple[int, int]] = []
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
        elif all(len(chair.waves) >= 3 for chair in snapshot.chairs):
            self._bridge.snapshot_changed.disconnect(self._look)
            self._station.shell.window.show_chair(1)
            QTimer.singleShot(SETTLE_MS, self._begin)

    @Slot()
    def _begin(self) -> None:
        self.began_ns = self._clock.now().mono_ns
        QTimer.singleShot(round(self._seconds * 1000), self._begin_blocks)

    @Slot()
    def _begin_blocks(self) -> None:
        self.blocks_from_ns = self._clock.now().mono_ns
        self._block()

    @Slot()
    def _block(self) -> None:
        from_ns = self._clock.now().mono_ns
        time.sleep(BLOCK_S)  # what is measured: the window does nothing
        now_ns = self._clock.now().mono_ns
        self.blocks.append((from_ns, now_ns))
        if now_ns - self.blocks_from_ns < self._blocked_s * 1e9:
            QTimer.singleShot(BREATHE_MS, self._block)
        else:
            QTimer.singleShot(BREATHE_MS, self._application.quit)


def main() -> int:
    profile, seconds, blocked_s = Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    application = make_application(resource("fonts"))
    stamps = Stamps()
    with OpenStation(Profile(profile), (), 1, SystemClock(), Argon2Pins()) as station:
        engine = station.station.engine
        engine._sinks = (*engine._sinks, stamps.take)  # the last of the sinks; nothing else of the program is touched
        station.shell.window.resize(*SIZE)
        station.shell.window.show()
        measured = Measured(station, application, seconds, blocked_s)
        status = application.exec()
    result = {
        "began_ns": measured.began_ns,
        "blocks_from_ns": measured.blocks_from_ns,
        "blocks": measured.blocks,
        "raised": stamps.raised,
        "shown": stamps.shown,
    }
    sys.stdout.write(json.dumps(result) + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
