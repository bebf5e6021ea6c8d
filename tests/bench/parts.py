"""The parts one by one, in a process without a window: drivers, engine, snapshot, store, rehearsal."""

import secrets
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time

from devices.clock import NS_PER_S, ManualClock, SystemClock
from devices.driver import Parity
from devices.events import PortEvent, WaveformChunk
from devices.registry import DriverEntry, all_drivers, lookup
from devices.simulator.patient import SimulatedPatient
from devices.simulator.scenario import load_scenario
from nursestation.assembly import Bedside, RunningStation
from nursestation.bedside import SimulatedBedside
from nursestation.config.protocol_files import load_protocols
from nursestation.config.schema import StationSettings
from nursestation.core.commands import CheckIn, CreateFirstOperator
from nursestation.core.model import Role
from nursestation.core.records import Record
from nursestation.core.station import ChairSetup, MonitorBinding, MonitorInput, Station, Tick
from nursestation.paths import Profile, resource
from nursestation.pins import Argon2Pins
from nursestation.rehearsal.lockstep import Lockstep
from nursestation.store.keys import new_key
from nursestation.store.sqlite import held
from nursestation.store.store import Store
from nursestation.store.writer import COMMIT_EVERY_S
from tests.bench.figures import percentiles, spread, tell
from tests.bench.monitors import DRIVER, N_CHAIRS
from tests.bench.patients import PROTOCOL, patient

REPEATS = 5
PIECE_NS = 8_000_000  # what the reader finds each time it looks
TICK_NS = NS_PER_S // 5
PLAYED_S = 60
REHEARSED_S = 120.0
_FAST = 92  # bytes that 8 ms bring at 115,200 baud
_FAST_BYTES = 300_000  # of that line at least, 26 s: a polled module's minute has 300 bytes, over before Python is warm


def conversation(entry: DriverEntry, seconds: int) -> list[tuple[int, bytes]]:
    """Return what a monitor sends in `seconds` while its driver talks to it: (monotonic ns, bytes)."""
    driver, monitor = entry.make(), entry.make_monitor()
    patient = SimulatedPatient(load_scenario("normal"), 1, 0)
    pieces = []
    for now_ns in range(0, seconds * NS_PER_S, PIECE_NS):
        said = monitor.transmit(patient, now_ns)
        if said:
            pieces.append((now_ns, said))
            driver.feed(said, now_ns)
        driver.tick(now_ns)
        monitor.receive(driver.pending_writes(now_ns), now_ns)
    return pieces


def bench_drivers() -> None:
    """Print how fast every driver decodes, on its own line and on the fastest one.

    In pieces as the reader finds them on the monitor's own line (`own_lines`), and the same bytes as they would come on a line
    of 115,200 baud that is never idle: what a core could carry of each. There the minute is sent again and again, in
    pieces of 92 bytes, every 8 ms (`lines_115200`), and of 184 bytes, every 16 ms (`lines_115200_16_ms`).
    """
    for name, entry in all_drivers().items():
        pieces = conversation(entry, PLAYED_S)
        stream = b"".join(said for _, said in pieces)
        full = stream * -(-_FAST_BYTES // len(stream))
        own_s, fast_s, slower_s = (
            [_decode(entry, one) for _ in range(REPEATS)] for one in (pieces, _cut(full, 1), _cut(full, 2))
        )
        settings = entry.info.serial[0]
        bits = 1 + settings.data_bits + (settings.parity is not Parity.NONE) + settings.stop_bits
        tell(
            f"decode_{name}", "MB/s", sum(own_s) + sum(fast_s) + sum(slower_s),
            **spread([len(full) / s / 1e6 for s in fast_s]),
            lines_115200=spread([len(full) / s / (115_200 / 10) for s in fast_s], 0)["value"],
            lines_115200_16_ms=spread([len(full) / s / (115_200 / 10) for s in slower_s], 0)["value"],
            own_lines=spread([len(stream) / s / (settings.baud / bits) for s in own_s], 0)["value"],
            baud=settings.baud, bytes_a_second=round(len(stream) / PLAYED_S),
        )  # fmt: skip


def _cut(stream: bytes, n_looks: int) -> list[tuple[int, bytes]]:
    """Return a stream as the reader finds it on a full line when it looks every `n_looks` times 8 ms."""
    size = n_looks * _FAST
    return [(at // _FAST * PIECE_NS, stream[at : at + size]) for at in range(0, len(stream), size)]


def _decode(entry: DriverEntry, pieces: list[tuple[int, bytes]]) -> float:
    """Return the processor time that a new decoder takes for the pieces [s]: what others do on the core is not its load."""
    driver = entry.make()
    began = process_time()
    for now_ns, said in pieces:
        driver.feed(said, now_ns)
        driver.tick(now_ns)
    return process_time() - began


@dataclass
class Played:
    """What four chairs took."""

    wave_us: list[float] = field(default_factory=list)
    other_us: list[float] = field(default_factory=list)
    tick_us: list[float] = field(default_factory=list)
    snapshot_ms: list[float] = field(default_factory=list)
    batches: list[list[Record]] = field(default_factory=list)


def bench_engine() -> Played:
    """Print what the engine's work costs; return what it did, the records of each commit among it."""
    events = list(_events())
    runs = []
    began = perf_counter()
    for _ in range(REPEATS):
        runs.append(_play(events))
    took = perf_counter() - began
    for measure, times in (
        ("engine_apply_wave", [run.wave_us for run in runs]),
        ("engine_apply_other", [run.other_us for run in runs]),
        ("engine_apply_tick", [run.tick_us for run in runs]),
    ):
        tell(measure, "us/event", took, **spread([sum(one) / len(one) for one in times], 1), n=len(times[0]))
    snapshots = [one for run in runs for one in run.snapshot_ms]
    tell("snapshot_four_chairs", "ms", took, **percentiles(snapshots))
    return runs[-1]


def _events() -> Iterator[tuple[int, list[PortEvent]]]:
    driver = lookup(DRIVER).make()
    for now_ns, said in conversation(lookup(DRIVER), PLAYED_S):
        events: list[PortEvent] = [*driver.feed(said, now_ns), *driver.tick(now_ns)]
        if events:
            yield now_ns, events


def _play(pieces: list[tuple[int, list[PortEvent]]]) -> Played:
    clock = ManualClock()
    zero_ns = clock.now().mono_ns
    station = _station()
    played = Played()
    batch = list(station.restore((), clock.now(), unclean=False))
    pin = f"{secrets.randbelow(900_000) + 100_000}"
    batch += station.apply(CreateFirstOperator(name="Bench Nurse", role=Role.LEAD_NURSE, pin=pin), clock.now())
    for chair in range(1, N_CHAIRS + 1):
        batch += station.apply(CheckIn(chair=chair, patient=patient(chair), protocol=PROTOCOL), clock.now())
    next_tick_ns, next_commit_ns = TICK_NS, round(COMMIT_EVERY_S * NS_PER_S)
    for at_ns, events in pieces:
        now = clock.advance_ns(zero_ns + at_ns - clock.now().mono_ns)
        for chair in range(1, N_CHAIRS + 1):
            for event in events:
                item = MonitorInput(monitor=f"{chair}:{DRIVER}", event=event)
                began = perf_counter()
                batch += station.apply(item, now)
                took_us = 1e6 * (perf_counter() - began)
                (played.wave_us if isinstance(event, WaveformChunk) else played.other_us).append(took_us)
        if at_ns >= next_tick_ns:
            next_tick_ns += TICK_NS
            began = perf_counter()
            batch += station.apply(Tick(), now)
            ticked = perf_counter()
            station.snapshot(now)
            played.tick_us.append(1e6 * (ticked - began))
            played.snapshot_ms.append(1e3 * (perf_counter() - ticked))
        if at_ns >= next_commit_ns:
            next_commit_ns += round(COMMIT_EVERY_S * NS_PER_S)
            played.batches.append(batch)
            batch = []
    return played


def _station() -> Station:
    info = lookup(DRIVER).info
    chairs = [
        ChairSetup(
            number=chair,
            monitors=(
                MonitorBinding(
                    id=f"{chair}:{DRIVER}",
                    driver=DRIVER,
                    title=info.models[0],
                    numerics=info.numerics,
                    simulated=True,
                    max_quiet_ms=info.max_quiet_ms,
                ),
            ),
        )
        for chair in range(1, N_CHAIRS + 1)
    ]
    return Station(chairs, load_protocols(resource("protocols")), Argon2Pins(), "0")


def bench_store(batches: list[list[Record]], folder: Path) -> None:
    """Print how long a commit takes that holds 0.36 s of four chairs, in a plain record and in a protected one."""
    _bench_commits("store_commit", batches, folder / "record.sqlite3")
    protected = folder / "protected.sqlite3"
    with held(protected, new_key()):
        _bench_commits("store_commit_protected", batches, protected)


def _bench_commits(name: str, batches: list[list[Record]], path: Path) -> None:
    store = Store.open(path)
    took_ms = []
    busy_s = process_time()
    for batch in batches:
        began = perf_counter()
        store.append(batch)
        took_ms.append(1e3 * (perf_counter() - began))
    busy_ms = 1e3 * (process_time() - busy_s) / len(batches)
    store.close()
    rows = sum(len(batch) for batch in batches) / len(batches)
    tell(
        name,
        "ms",
        sum(took_ms) / 1e3,
        **percentiles(took_ms),
        records_a_commit=round(rows),
        processor_ms=round(busy_ms, 3),
    )


def bench_rehearsal(folder: Path) -> None:
    """Print how many seconds of a visit a rehearsal plays in one: one chair, two monitors, four waves."""
    speeds = []
    began = perf_counter()
    for n in range(3):
        speeds.append(_rehearse(folder / f"rehearsal-{n}"))
    tell("rehearsal_speed", "times real time", perf_counter() - began, **spread(speeds, 0), visit_s=REHEARSED_S)


def _rehearse(folder: Path) -> float:
    clock = ManualClock()
    bedside = SimulatedBedside(["bp-spike"], 1, clock.now(), folder / "ports")
    settings = Bedside(chairs=bedside.settings, heed=bedside.heed)
    station = RunningStation(
        Profile(folder), StationSettings(wire_log=False, lock_after_min=0), clock, Argon2Pins(), settings
    )
    try:
        lockstep = Lockstep(station, bedside, clock, SystemClock(), speed=1e9)
        station.inbox.post(CreateFirstOperator(name="Bench Nurse", role=Role.LEAD_NURSE, pin="739105"))
        station.inbox.post(CheckIn(chair=1, patient=patient(1), protocol=PROTOCOL))
        lockstep.step()
        start_ns, began = clock.now().mono_ns, perf_counter()
        end_ns = start_ns + round(REHEARSED_S * NS_PER_S)
        lockstep.run(lambda: clock.now().mono_ns >= end_ns, REHEARSED_S + 1)
        return (clock.now().mono_ns - start_ns) / NS_PER_S / (perf_counter() - began)
    finally:
        station.stop()
        bedside.close()


def main() -> None:
    with tempfile.TemporaryDirectory(dir=sys.argv[1]) as scratch:
        bench_drivers()
        bench_store(bench_engine().batches, Path(scratch))
        bench_rehearsal(Path(scratch))


if __name__ == "__main__":
    main()
