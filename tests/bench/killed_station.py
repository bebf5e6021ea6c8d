"""A station that is there to be killed: as it runs in the program, with its window or without one.

    python -m tests.bench.killed_station PROFILE PIN WINDOW AIM SEED

It signs in, checks somebody in to every free chair, and has something charted every few hundred milliseconds. Each thing
worth knowing is a JSON line on standard output as soon as a screen would show it: ["sessions", {chair: session}] as they
stand when the record has been read, ["heard", ns] when readings of every chair come, ["told", kind, ns] for each record, and
["killing", ns] just before it ends itself: with AIM `commit` at a random moment from the start of a commit on, with
`checkpoint` the same where each commit moves pages into the file. SIGTERM closes it in order.
"""

import json
import os
import random
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from filelock import FileLock

from devices.clock import NS_PER_S, SystemClock
from nursestation.assembly import RunningStation
from nursestation.config.load import load_settings
from nursestation.core.commands import Chart, CheckIn, CreateFirstOperator, SignIn
from nursestation.core.model import ChartKind, Role
from nursestation.core.records import BULK, Record, Sample
from nursestation.core.snapshot import StationSnapshot
from nursestation.paths import Profile
from nursestation.pins import Argon2Pins
from nursestation.store.store import Store
from tests.bench.patients import PROTOCOL, patient

LOOK_S = 0.03
CHART_EVERY_NS = NS_PER_S // 5
AIM_AFTER_S = 0.3, 2.0
AIM_WITHIN_S = 0.004
"""A commit takes between one and some milliseconds here; the moment of the end is drawn from so long after its start."""

_clock = SystemClock()


def say(*told: object) -> None:
    """Write a line past every buffer."""
    os.write(1, json.dumps(told).encode() + b"\n")


class Nurse:
    """Posts what a person would do, and tells what a screen would show."""

    def __init__(self, station: RunningStation, pin: str, seed: int, on_heard: Callable[[], None]) -> None:
        self._inbox, self._pin = station.inbox, pin
        self._n_chairs = len(station.chairs)
        self._chance = random.Random(seed)
        self._on_heard = on_heard
        self._heard: set[int | None] = set()
        self._is_first = True
        self._charted_ns = 0
        self._begun_ns = _clock.now().mono_ns

    def see(self, records: Iterable[Record]) -> None:
        for record in records:
            if record.at.mono_ns < self._begun_ns:
                continue  # of an earlier run
            if isinstance(record, Sample):
                if record.session is not None and record.chair not in self._heard:
                    self._heard.add(record.chair)
                    if len(self._heard) == self._n_chairs:
                        say("heard", _clock.now().mono_ns)
                        self._on_heard()
            elif not isinstance(record, BULK):
                say("told", type(record).__name__, record.at.mono_ns)

    def look(self, snapshot: StationSnapshot) -> None:
        visits = {chair.number: chair.visit.session for chair in snapshot.chairs if chair.visit is not None}
        if self._is_first:
            self._is_first = False
            say("sessions", visits)
            if snapshot.operators:
                self._inbox.post(SignIn(operator_id=snapshot.operators[0].id, pin=self._pin))
            else:
                self._inbox.post(CreateFirstOperator(name="Bench Nurse", role=Role.LEAD_NURSE, pin=self._pin))
        if snapshot.operator is None:
            return
        free = [chair.number for chair in snapshot.chairs if chair.visit is None]
        if free:
            self._inbox.post(CheckIn(chair=free[0], patient=patient(free[0]), protocol=PROTOCOL))
            return
        now_ns = _clock.now().mono_ns
        if now_ns - self._charted_ns >= CHART_EVERY_NS:
            self._charted_ns = now_ns
            chair = self._chance.choice(sorted(visits))
            self._inbox.post(Chart(chair=chair, kind=ChartKind.NOTE, text=f"note {now_ns}"))


class Aim:
    """Ends the process at a random moment of a commit, once `allowed`."""

    def __init__(self, seed: int) -> None:
        chance = random.Random(seed)
        self._wait_s = chance.uniform(*AIM_AFTER_S)
        self._within_s = chance.uniform(0, AIM_WITHIN_S)
        self._allowed_ns: int | None = None
        self._commits = threading.Event()

    def allow(self) -> None:
        self._allowed_ns = _clock.now().mono_ns + round(self._wait_s * NS_PER_S)
        threading.Thread(target=self._end, name="aim", daemon=True).start()

    def note(self, statement: str) -> None:
        if statement == "COMMIT" and self._allowed_ns is not None and _clock.now().mono_ns >= self._allowed_ns:
            self._commits.set()

    def _end(self) -> None:
        self._commits.wait()
        until = time.perf_counter() + self._within_s
        while time.perf_counter() < until:  # a sleep would miss it
            pass
        say("killing", _clock.now().mono_ns)
        os.kill(os.getpid(), signal.SIGKILL)


def store_opener(aim: Aim, *, checkpoints: bool) -> Callable[[Path], Store]:
    """Return what opens the record so that the aim hears of its commits."""

    class AimedAt(Store):
        def __init__(
            self, path: Path, connection: sqlite3.Connection, lock: FileLock, *more: object, **named: object
        ) -> None:
            super().__init__(path, connection, lock, *more, **named)
            connection.set_trace_callback(aim.note)
            if checkpoints:
                connection.execute("PRAGMA wal_autocheckpoint=1")

    return AimedAt.open


def run_plain(profile: Path, pin: str, aim_name: str, seed: int) -> None:
    aim = Aim(seed)
    is_aimed = aim_name in ("commit", "checkpoint")
    opener = store_opener(aim, checkpoints=aim_name == "checkpoint") if is_aimed else Store.open
    station = RunningStation(
        Profile(profile), load_settings(profile / "station.toml"), _clock, Argon2Pins(), open_store=opener
    )
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    nurse = Nurse(station, pin, seed, aim.allow if is_aimed else lambda: None)
    station.outbox.drain(1_000_000)  # what was stored before
    station.start()
    while not stopping.wait(LOOK_S):
        items = station.outbox.drain(1_000_000)
        nurse.see(one for one in items if not isinstance(one, StationSnapshot))
        if station.outbox.latest is not None:
            nurse.look(station.outbox.latest)
    station.stop()
    say("closed", _clock.now().mono_ns)


def run_window(profile: Path, pin: str, seed: int) -> None:
    from nursestation.app import OpenStation, collecting_here  # late: the other rounds have no window
    from nursestation.paths import resource
    from nursestation.ui.shell import make_application

    application = make_application(resource("fonts"))
    with collecting_here(), OpenStation(Profile(profile), (), 1, _clock, Argon2Pins()) as station:
        nurse = Nurse(station.station, pin, seed, lambda: None)
        station.shell.window.show()
        bridge = station.shell.bridge
        bridge.samples.connect(nurse.see)
        bridge.records.connect(nurse.see)
        bridge.snapshot_changed.connect(nurse.look)
        application.exec()


def main() -> None:
    profile, pin, window, aim, seed = Path(sys.argv[1]), sys.argv[2], sys.argv[3] == "1", sys.argv[4], int(sys.argv[5])
    if window:
        run_window(profile, pin, seed)
    else:
        run_plain(profile, pin, aim, seed)


if __name__ == "__main__":
    main()
