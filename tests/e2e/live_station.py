"""A running station with all its threads over ptys that the test itself speaks on, and a clock that the test moves.

Rules of the file:
1. The parts are the real ones; the test holds the bedside: each `Bed` is a pty with a monitor's own encoder behind it.
2. Nothing sleeps: whoever needs something to have happened waits for it, with a deadline.
3. `LiveClinic` gives the commands of `tests.helpers.visit.Clinic` to the engine's inbox and reads records from its outbox.
"""

import random
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from select import select

from devices.clock import ManualClock
from devices.driver import Cuff, CuffPhase
from devices.port import Port
from devices.registry import lookup
from devices.simulator.wires import PtyWire
from nursestation.assembly import RunningStation, monitor_id
from nursestation.config.schema import ChairSettings, MonitorSettings, StationSettings
from nursestation.core.records import Record, Sample
from nursestation.core.snapshot import ChairSnapshot, ConditionView, LinkView, StationSnapshot
from nursestation.core.station import Tick
from nursestation.paths import Profile
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from tests.helpers.bedside import WELL, ScriptedPatient
from tests.helpers.visit import START, Clinic, PlainPins

STEP_S = 0.5  # a berry_pm6750's bytes of half a second fit into the buffer of a pty


def until(holds: Callable[[], object], what: str, within_s: float = 20) -> None:
    """Wait until `holds()` is true."""
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, f"waited {within_s} s in vain: {what}"
        select([], [], [], 0.003)


class Bed:
    """A monitor on a pty, and what its patient's sensors say."""

    def __init__(self, chair: int, driver: str, link: Path) -> None:
        self.chair, self.driver, self.link = chair, driver, link
        self.patient = ScriptedPatient()
        self.wire: PtyWire | None = None
        self.hurt: Callable[[bytes], bytes] = bytes  # what the line does to the bytes
        self.n_sent = 0
        self._monitor = lookup(driver).make_monitor()
        self._cuff = Cuff()

    @property
    def id(self) -> str:
        return monitor_id(self.chair, self.driver)

    def plug_in(self) -> "Bed":
        self.wire = PtyWire(self.link)
        return self

    def pull(self) -> None:
        if self.wire is not None:
            self.wire.close()
            self.wire = None

    def say(self, now_ns: int, is_heard: bool) -> None:
        """Send what the monitor sends up to now; lost while nobody has the port open.

        Then nothing is written either: a port that is opened at this moment throws away what it finds, uncounted.
        """
        data = self._monitor.transmit(self.patient, now_ns)
        if self.wire is not None and is_heard:
            self._monitor.receive(self.wire.read(), now_ns)
            self.n_sent += self.wire.write(self.hurt(data))

    def measure(self, cuff: Cuff) -> None:
        self.patient = ScriptedPatient(start=replace(WELL, cuff=cuff))
        self._cuff = cuff


class LiveClinic(Clinic):
    """The nurse, the beds and the clock of a station that runs in its threads."""

    def __init__(
        self, folder: Path, beds: list[Bed], open_store: Callable[[Path], Store] = Store.open, first: int = 2
    ) -> None:
        self.beds = {bed.chair: bed for bed in beds}
        self.profile = Profile(folder)
        chairs = tuple(
            ChairSettings(number=bed.chair, monitor=(MonitorSettings(driver=bed.driver, port=str(bed.link)),))
            for bed in beds
        )
        self.clock = ManualClock(START)
        self.running = RunningStation(
            self.profile,
            StationSettings(chair=chairs, lock_after_min=0),
            self.clock,
            PlainPins(),
            open_store=open_store,
        )
        self.records: list[Record] = []
        self.chair = first
        self.cycle = 0

    def __repr__(self) -> str:
        return f"LiveClinic({self.profile.folder})"

    def __enter__(self) -> "LiveClinic":
        self.running.start()
        self.sync()
        return self

    def __exit__(self, *_: object) -> None:
        self.running.stop()
        for bed in self.beds.values():
            bed.pull()

    # --- input ---

    def apply(self, item) -> tuple[Record, ...]:
        before = len(self.records)
        self.running.inbox.post(item)
        self.sync()
        return tuple(self.records[before:])

    def run(self, seconds: float, vitals=None, *, every_s: float = STEP_S) -> None:
        """Let the beds speak for `seconds` of the clock."""
        for _ in range(round(seconds / STEP_S)):
            now = self.clock.advance(STEP_S)
            for bed in self.beds.values():
                port = self.port(bed)
                bed.say(now.mono_ns, is_heard=port is not None and port.phase != "disconnected")
            for bed in self.beds.values():
                if (port := self.port(bed)) is not None:
                    self._let_read(bed, port)
        self.sync()

    def _let_read(self, bed: Bed, port: Port) -> None:
        if bed.wire is None or port.phase == "disconnected":
            bed.n_sent = port.counters.bytes_in  # what nobody reads is lost
        else:
            until(lambda: port.counters.bytes_in >= bed.n_sent, f"the bytes of {bed.id} are read")

    def connect(self) -> None:
        """Let every bed be heard."""
        for bed in self.beds.values():
            until(lambda bed=bed: self.port(bed).counters.opens, f"{bed.id} is opened")
        self.run(3)
        assert all(self.link(number).phase == "connected" for number in self.beds)

    def cuff(self, sys: int, dia: int, *_: object, **__: object) -> tuple[Record, ...]:
        """Let the monitor take a cuff reading, which takes its 20 s."""
        before = len(self.records)
        self.cycle += 1
        bed = self.beds[self.chair]
        bed.measure(Cuff(phase=CuffPhase.MEASURING, cycle=self.cycle, pressure=140))
        self.run(20)
        mean = dia + (sys - dia) // 3
        done = Cuff(
            phase=CuffPhase.DONE, cycle=self.cycle, sys=sys, dia=dia, mean=mean, pulse=72,
            measured_ns=self.clock.now().mono_ns,
        )  # fmt: skip
        bed.measure(done)
        self.run(2)
        return tuple(self.records[before:])

    # --- output ---

    def sync(self) -> None:
        """Wait until the engine has made whole steps after everything posted so far, and take what it published."""
        for _ in range(3):
            beats = self.running.outbox.heartbeat
            self.running.inbox.post(Tick())  # it need not wait for something to come
            until(lambda beats=beats: self.running.outbox.heartbeat > beats, "the engine steps")
        self.take()

    def take(self) -> None:
        items = self.running.outbox.drain(1_000_000)
        self.records.extend(item for item in items if not isinstance(item, StationSnapshot))

    def port(self, bed: Bed) -> Port | None:
        return next((port for port in self.running.reader.ports if port.id == bed.id), None)

    @property
    def snapshot(self) -> StationSnapshot:
        snapshot = self.running.outbox.latest
        assert snapshot is not None
        return snapshot

    @property
    def view(self) -> ChairSnapshot:
        return self.snapshot.chair(self.chair)

    def link(self, chair: int) -> LinkView:
        return self.snapshot.chair(chair).links[0]

    def condition(self, rule: str) -> ConditionView | None:
        return next((one for one in self.snapshot.conditions if one.rule == rule), None)

    def value(self, chair: int, metric: str) -> float | None:
        return self.snapshot.chair(chair).numeric(metric).value

    def stored(self, chair: int) -> list[tuple[object, ...]]:
        """Every reading of the chair's visits that is on disk, in order."""
        assert self.running.writer.flush(10)
        return stored(self.profile.record, chair)

    def published(self, chair: int) -> list[tuple[object, ...]]:
        """Every reading of the chair's visits that the station made, in order."""
        self.take()
        return [key(one) for one in self.of(Sample) if one.chair == chair and one.session is not None]


def key(sample: Sample) -> tuple[object, ...]:
    return sample.at, sample.metric, sample.value, sample.validity


def stored(record: Path, chair: int) -> list[tuple[object, ...]]:
    with StoreReader.open(record) as reader:
        sessions = [one.id for one in reader.sessions() if one.chair == chair]
        return [key(sample) for session in sessions for sample in reader.samples(session)]


def seen_at_another_speed(data: bytes, ratio: float) -> bytes:
    """Return what a UART set to `ratio` times the sender's speed makes of `data` (8N1, back to back)."""
    line = [bit for byte in data for bit in (0, *((byte >> n) & 1 for n in range(8)), 1)]
    out, at = bytearray(), 0.0
    while int(at) < len(line):
        if line[int(at)]:  # idle: wait for a start bit
            at = int(at) + 1.0
            continue
        samples = [line[min(len(line) - 1, int(at + (n + 1.5) / ratio))] for n in range(8)]
        out.append(sum(bit << n for n, bit in enumerate(samples)))
        at += 9.5 / ratio
    return bytes(out)


def noise(seed: int) -> Callable[[bytes], bytes]:
    """Return a line that replaces every byte by a random one."""
    chance = random.Random(seed)
    return lambda data: chance.randbytes(len(data))
