"""Backups beside many chairs: whether a reading waits for one. Prints one JSON line.

    python -m tests.bench.backup_load FOLDER [CHAIRS [SECONDS [MEGABYTES]]]

The records of a real station go to the store's own thread at the pace at which they come, into a record that was grown before;
backups are made one after the other all the while. What counts is how old the oldest record gets that is not on disk yet (every
look at it is 5 ms apart), with backups and before them. FOLDER lies on the disk to measure. Goal: below 0.5 s.
"""

import gc
import json
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

from devices.clock import NS_PER_S, SystemClock
from nursestation.core.records import Record
from nursestation.store.backup import BackupStopped, make_backup
from nursestation.store.store import Store
from nursestation.store.writer import COMMIT_EVERY_S, StoreWriter
from tests.bench.store_load import records

CHAIRS, SECONDS, MEGABYTES = 16, 30, 20
_LOOK_S = 0.005


def measure(folder: Path, chairs: int, seconds: int, megabytes: int) -> dict[str, object]:
    """Write for `seconds` [s] without and as long with backups; return the longest wait of each [s]."""
    gc.disable()  # as in the program, which collects in the window's thread
    begun, timed = records(chairs, seconds)
    path, target = folder / "record.sqlite3", folder / "backups"
    target.mkdir(parents=True, exist_ok=True)
    _grow(path, begun, timed, megabytes)
    clock = SystemClock()
    writer = StoreWriter(Store.open(path), clock)
    writer.start()
    before_s = _write(writer, clock, timed)
    stopping = threading.Event()
    made: list[float] = []
    thread = threading.Thread(target=_back_up, args=(path, target, stopping, made))
    thread.start()
    during_s = _write(writer, clock, timed)
    stopping.set()
    thread.join()
    writer.close()
    return {
        "chairs": chairs,
        "record_mb": round(path.stat().st_size / 1e6, 1),
        "backups": len(made),
        "backup_s": round(max(made, default=0.0), 1),
        "longest_wait_s": round(before_s, 3),
        "longest_wait_with_backups_s": round(during_s, 3),
    }


def _grow(path: Path, begun: list[Record], timed: list[tuple[int, list[Record]]], megabytes: int) -> None:
    store = Store.open(path, is_scratch=True)
    store.append(begun)
    every_ns = round(COMMIT_EVERY_S * NS_PER_S)
    commits: dict[int, list[Record]] = {}
    for at_ns, made in timed:
        commits.setdefault(at_ns // every_ns, []).extend(made)
    span_ns, n = timed[-1][0] + every_ns, 0
    while path.stat().st_size < megabytes * 1e6:
        for commit in commits.values():
            store.append([replace(record, at=record.at.shifted(n * span_ns)) for record in commit])
        n += 1
    store.close()


def _write(writer: StoreWriter, clock: SystemClock, timed: list[tuple[int, list[Record]]]) -> float:
    """Hand the records on at their pace, stamped now; return the age of the oldest that ever waited [s]."""
    start_ns, longest_s = time.monotonic_ns(), 0.0
    for at_ns, made in timed:
        while time.monotonic_ns() - start_ns < at_ns:
            time.sleep(_LOOK_S)
            longest_s = max(longest_s, writer.health.oldest_s)
        now = clock.now()
        writer.put([replace(record, at=now) for record in made])
    return longest_s


def _back_up(path: Path, target: Path, stopping: threading.Event, made: list[float]) -> None:
    try:
        while not stopping.is_set():
            begun = time.monotonic()
            make_backup(path, target, time.time_ns(), keep=1, rest=stopping.wait)
            made.append(time.monotonic() - begun)
    except BackupStopped:
        pass


def main() -> None:
    folder = Path(sys.argv[1])
    wanted = [int(one) for one in sys.argv[2:]] + [CHAIRS, SECONDS, MEGABYTES][len(sys.argv) - 2 :]
    sys.stdout.write(json.dumps(measure(folder, *wanted)) + "\n")


if __name__ == "__main__":
    main()
