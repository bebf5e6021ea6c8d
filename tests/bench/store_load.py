"""The store under many chairs: what its thread costs, and what the record grows by. Prints one JSON line for the bench.

    python -m tests.bench.store_load FOLDER [CHAIRS [SECONDS]]

The records of a real station go to the store's own thread at the pace at which they come: a commit every 0.36 s, on disk
(synchronous=FULL) before the next. FOLDER lies on the disk to measure. How the record grows is measured on `GROWN_S` of the same,
written as fast as it goes: in a record of a few seconds most pages are half empty. Goals: at most 0.5 % of a core, 110 MB of
numerics a day and 110 MB of waves an hour for sixteen chairs.
"""

import gc
import json
import sqlite3
import sys
import time
from dataclasses import replace
from pathlib import Path

from devices.clock import NS_PER_S, ManualClock, SystemClock
from nursestation.core.inputs import MonitorInput
from nursestation.core.records import Record
from nursestation.store.store import Store
from nursestation.store.writer import COMMIT_EVERY_S, StoreWriter
from tests.bench.busy_chairs import PIECE_NS, monitor_id, open_sessions, station_of, told
from tests.bench.processor import thread_seconds

CHAIRS, SECONDS = 16, 20
WARM_UP_S = 2
GROWN_S = 600
_DAY_S, _HOUR_S = 86_400, 3600
_NUMERICS, _WAVES = ("numeric", "readings"), ("wave", "strips")


def records(chairs: int, seconds: int) -> tuple[list[Record], list[tuple[int, list[Record]]]]:
    """Return what opened the sessions, and what a station of busy chairs then gives its store: (ns since the start, records)."""
    clock = ManualClock()
    station = station_of(chairs)
    begun = open_sessions(station, clock, chairs)
    zero_ns = clock.now().mono_ns
    found: dict[int, list[Record]] = {}
    for at_ns, chair, events in told(chairs, seconds):
        now = clock.advance_ns(zero_ns + at_ns - clock.now().mono_ns)
        for event in events:
            item = MonitorInput(monitor=monitor_id(chair), event=event)
            found.setdefault(at_ns, []).extend(station.apply(item, now))
    return begun, sorted(found.items())


def measure(folder: Path, chairs: int, seconds: int) -> dict[str, object]:
    """Let the store take what the chairs give for `seconds` [s]; return its cost and growth."""
    gc.disable()  # as in the program, which collects in the window's thread
    begun, timed = records(chairs, seconds + WARM_UP_S)
    path = folder / "record.sqlite3"
    writer = StoreWriter(Store.open(path), SystemClock())
    writer.put(begun)
    writer.start()
    waiting = iter(timed)
    upcoming = next(waiting, None)
    start_ns = time.monotonic_ns()
    before = (0, 0.0)
    while upcoming is not None:
        passed_ns = time.monotonic_ns() - start_ns
        if before == (0, 0.0) and passed_ns >= WARM_UP_S * NS_PER_S:
            before = (passed_ns, thread_seconds()["store"])
        while upcoming is not None and upcoming[0] <= passed_ns:
            writer.put(upcoming[1])
            upcoming = next(waiting, None)
        time.sleep(PIECE_NS / NS_PER_S)
    passed_s = (time.monotonic_ns() - start_ns - before[0]) / NS_PER_S
    used_s = thread_seconds()["store"] - before[1]
    writer.close()
    return {
        "chairs": chairs,
        "seconds": round(passed_s, 1),
        "store_percent": round(100 * used_s / passed_s, 3),
        **_growth(folder / "grown.sqlite3", begun, timed),
    }


def _growth(path: Path, begun: list[Record], timed: list[tuple[int, list[Record]]]) -> dict[str, float]:
    """Write what came from the second second on again and again; return what the record grows by."""
    from_ns, every_ns = NS_PER_S, round(COMMIT_EVERY_S * NS_PER_S)
    span_ns = (timed[-1][0] - from_ns) // NS_PER_S * NS_PER_S
    commits: list[list[Record]] = [[] for _ in range(-(-span_ns // every_ns))]
    for at_ns, made in timed:
        if from_ns <= at_ns < from_ns + span_ns:
            commits[(at_ns - from_ns) // every_ns] += made
    n_times = max(1, GROWN_S * NS_PER_S // span_ns)
    store = Store.open(path, is_scratch=True)
    store.append(begun)
    empty = path.stat().st_size
    for n in range(n_times):
        for commit in commits:
            store.append([replace(record, at=record.at.shifted(n * span_ns)) for record in commit])
    store.close()
    whole_s = n_times * span_ns / NS_PER_S
    numerics, waves = (_bytes(path, tables) for tables in (_NUMERICS, _WAVES))
    return {
        "numerics_mb_day": round(numerics / whole_s * _DAY_S / 1e6, 1),
        "waves_mb_hour": round(waves / whole_s * _HOUR_S / 1e6, 1),
        "file_mb_hour": round((path.stat().st_size - empty) / whole_s * _HOUR_S / 1e6, 1),
    }


def _bytes(path: Path, tables: tuple[str, ...]) -> int:
    """Return how many bytes the pages of these tables and their indices take, half-empty ones too."""
    connection = sqlite3.connect(path)
    try:
        marks = ", ".join("?" * len(tables))
        (size,) = connection.execute(
            "SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE name IN"
            f" (SELECT name FROM sqlite_master WHERE tbl_name IN ({marks}))",
            tables,
        ).fetchone()
        return int(size)
    finally:
        connection.close()


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    chairs = int(sys.argv[2]) if len(sys.argv) > 2 else CHAIRS
    seconds = int(sys.argv[3]) if len(sys.argv) > 3 else SECONDS
    sys.stdout.write(json.dumps(measure(folder, chairs, seconds)) + "\n")


if __name__ == "__main__":
    main()
