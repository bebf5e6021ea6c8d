"""The measured process: the real window on monitors that another process serves; prints one JSON line at its end.

    python -m tests.bench.station PROFILE load|latency WINDOWS SECONDS

It signs in, opens a session on every chair, waits until all waves come, and then lets `WINDOWS` stretches of `SECONDS`
pass. Nothing here polls: a timer of Qt ends each stretch.
"""

import json
import secrets
import sqlite3
import sys
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from devices.clock import NS_PER_S, SystemClock
from nursestation.app import OpenStation
from nursestation.core.commands import CheckIn, CreateFirstOperator
from nursestation.core.model import Patient, Role
from nursestation.core.records import Wave
from nursestation.paths import Profile, resource
from nursestation.pins import Argon2Pins
from nursestation.ui.plots.wave_look import Key
from nursestation.ui.plots.wave_painter import WavePainter
from nursestation.ui.shell import make_application
from tests.bench.monitors import DRIVER, MARKED_CHAIR, SPIKE_LEVEL
from tests.bench.processor import resident_mib, thread_seconds

SIZE = (1280, 800)
SETTLE_MS = 4000
PROTOCOL = "depression_iv"


class Measured(QObject):
    """Brings the station to four open sessions, then measures window after window."""

    def __init__(self, station: OpenStation, application: QApplication, n_windows: int, seconds: float) -> None:
        super().__init__()
        self._station = station
        self._application = application
        self._left = n_windows
        self._ms = round(seconds * 1000)
        self._clock = SystemClock()
        self._waves = _waves(station)
        self._paints_ns: list[int] = []
        self._starts: tuple[int, int, dict[str, float]] | None = None
        self.windows: list[dict[str, object]] = []
        self.began_ns = 0
        self._bridge = station.shell.bridge
        self._bridge.snapshot_changed.connect(self._look)
        self._waves.installEventFilter(self)
        station.station.inbox.post(
            CreateFirstOperator(name="Bench Nurse", role=Role.LEAD_NURSE, pin=f"{secrets.randbelow(900_000) + 100_000}")
        )

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint:
            self._paints_ns.append(self._clock.now().mono_ns)
        return False

    @Slot(object)
    def _look(self, snapshot) -> None:
        if snapshot.operator is None:
            return
        free = [chair.number for chair in snapshot.chairs if chair.visit is None]
        if free:
            n = free[0]
            patient = Patient(
                given_name="Bench",
                family_name=f"Patient {n}",
                birth_date=date(1985, 3, 17),
                record_number=f"B{n}",
                weight_kg=70.0,
            )
            self._station.station.inbox.post(CheckIn(chair=n, patient=patient, protocol=PROTOCOL))
        elif all(len(chair.waves) >= 3 for chair in snapshot.chairs):
            self._bridge.snapshot_changed.disconnect(self._look)
            self._station.shell.window.show_chair(MARKED_CHAIR)
            QTimer.singleShot(SETTLE_MS, self._begin)

    @Slot()
    def _begin(self) -> None:
        assert self._waves.isVisible()
        self.began_ns = self.began_ns or self._clock.now().mono_ns
        self._paints_ns.clear()
        self._starts = (self._clock.now().mono_ns, self._pages(), thread_seconds())
        QTimer.singleShot(self._ms, self._end)

    @Slot()
    def _end(self) -> None:
        assert self._starts is not None
        seconds_of = thread_seconds()
        start_ns, pages, before = self._starts
        passed_s = (self._clock.now().mono_ns - start_ns) / NS_PER_S
        self.windows.append({
            "seconds": passed_s,
            "frames_s": len(self._paints_ns) / passed_s,
            "gaps_ms": [(after - before_ns) / 1e6 for before_ns, after in pairwise(self._paints_ns)],
            "cpu": {role: 100 * (s - before.get(role, 0.0)) / passed_s for role, s in seconds_of.items()},
            "bytes": (self._pages() - pages) * 4096,
            "rss_mib": resident_mib(),
        })  # fmt: skip
        self._left -= 1
        if self._left:
            self._begin()
        else:
            self._application.quit()

    def _pages(self) -> int:
        """Return the size of the record in pages, those in the write-ahead log among them."""
        connection = sqlite3.connect(f"file:{self._station.station.profile.record}?mode=ro", uri=True)
        try:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            return int(pages)
        finally:
            connection.close()


class Watched(QObject):
    """Sees what is painted, and when the picture was handed on: the end of the window's update."""

    def __init__(self, station: OpenStation) -> None:
        super().__init__()
        self._clock = SystemClock()
        self._window = station.shell.window
        self._waves = _waves(station)
        self._store = self._window.wave_store
        labels = self._window.findChildren(QLabel, "hr_value")
        assert len(labels) == 1
        self._rate = labels[0]
        self._painted: dict[str, str] = {}
        self._awaited: list[int] = []  # numbers of the ECG samples that begin a spike and are not drawn yet
        self._was_up = False
        self._shown_rate = ""
        self.seen: list[tuple[str, str, int]] = []  # (what, which, monotonic ns)
        station.shell.bridge.waves.connect(self._arrived)  # after the window's own: the store has them by now
        for widget in (self._window, self._waves, self._rate):
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind is QEvent.Type.Paint:
            if watched is self._rate:
                self._painted["rate"] = self._rate.text()
            elif watched is self._waves:
                self._painted["waves"] = ""
        elif kind is QEvent.Type.UpdateRequest and watched is self._window:
            self._painted.clear()
            self._window.event(event)  # all widgets are painted, and the picture is handed to the screen, in here
            self._handed_on(self._clock.now().mono_ns)
            return True
        return False

    def _handed_on(self, now_ns: int) -> None:
        rate = self._painted.get("rate")
        if rate is not None and rate != self._shown_rate:
            self._shown_rate = rate
            self.seen.append(("rate", rate, now_ns))
        if "waves" in self._painted and self._awaited:
            end = self._drawn_until()
            self.seen += [("drawn", str(index), now_ns) for index in self._awaited if index < end]
            self._awaited = [index for index in self._awaited if index >= end]

    @Slot(list)
    def _arrived(self, waves: list[object]) -> None:
        now_ns = self._clock.now().mono_ns
        chunks = [wave for wave in waves if _is_marked(wave)]
        if not chunks:
            return
        counted = sum(len(wave.samples) // 2 for wave in chunks)
        newest = self._newest()
        for wave in chunks:
            values = np.frombuffer(wave.samples, "<i2") * wave.scale + wave.offset
            is_up = np.concatenate(([self._was_up], values > SPIKE_LEVEL))
            for position in np.flatnonzero(is_up[1:] & ~is_up[:-1]):
                index = newest - counted + int(position)
                self._awaited.append(index)
                self.seen.append(("arrived", str(index), now_ns))
            self._was_up = bool(is_up[-1])
            counted -= len(values)

    def _newest(self) -> int:
        """Return the number after the newest ECG sample's in the store."""
        trace = self._store.trace(MARKED_CHAIR, self._ecg())
        assert trace is not None
        return trace.next_index or 0

    def _drawn_until(self) -> int:
        """Return the number after the last ECG sample that the picture shows."""
        return self._waves.drawn_until(MARKED_CHAIR, self._ecg())

    def _ecg(self) -> Key:
        return next(key for key in self._store.keys(MARKED_CHAIR) if key[0] == "ecg")


def _is_marked(wave: object) -> bool:
    return isinstance(wave, Wave) and wave.chair == MARKED_CHAIR and wave.metric == "ecg"


def _waves(station: OpenStation) -> WavePainter:
    found = station.shell.window.findChildren(QWidget, "waves")
    assert len(found) == 1
    assert isinstance(found[0], WavePainter)
    return found[0]


def write_settings(profile: Path, links: dict[int, Path]) -> None:
    """Write station.toml: one monitor a chair."""
    lines = ['theme = "dark"']
    for number, link in links.items():
        lines += ["[[chair]]", f"number = {number}", "[[chair.monitor]]", f'driver = "{DRIVER}"', f'port = "{link}"']
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "station.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> int:
    profile, mode, n_windows, seconds = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    application = make_application(resource("fonts"))
    with OpenStation(Profile(profile), (), 1, SystemClock(), Argon2Pins()) as station:
        window = station.shell.window
        window.resize(*SIZE)
        window.show()
        measured = Measured(station, application, n_windows, seconds)
        watched = Watched(station) if mode == "latency" else None
        status = application.exec()
        assert (window.width(), window.height()) == SIZE
        result = {
            "platform": application.platformName(),
            "windows": measured.windows,
            "began_ns": measured.began_ns,
            "seen": [] if watched is None else watched.seen,
        }
    sys.stdout.write(json.dumps(result) + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
