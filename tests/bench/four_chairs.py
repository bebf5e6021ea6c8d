"""Four chairs with the chair page in front: from the wire to the screen, frames, processor, memory, disk.

Rules of the file:
1. Latency is measured in a run of its own: who watches every paint takes part of the time.
"""

import shutil
import sqlite3
from pathlib import Path

from devices.clock import NS_PER_S
from tests.bench.figures import percentiles, spread, tell
from tests.bench.goals import Verdicts
from tests.bench.monitors import N_CHAIRS
from tests.bench.processes import run_station

LOAD = ("load", 3, 10.0)  # windows, seconds each
LATENCY = ("latency", 1, 40.0)
ONE_MS = 1e6
N_THREADS_SHOWN = ("window", "engine", "reader", "store", "other")
_TABLES = {"numerics": "readings", "waves": "strips"}
_PAGE_BYTES = 4096
_BARE_WAVES = 2 * (250 + 50 + 50) * 3600
"""Bytes of an hour of int16 samples of the monitor's three waves, and nothing else."""


def bench(folder: Path, _verdicts: Verdicts) -> None:
    """Print what four chairs cost and how late the screen is."""
    load, record, _ = run_station(folder / "load", *LOAD)
    latency, _, marks = run_station(folder / "latency", *LATENCY)
    tell_latency(latency, marks)
    tell_load(load, record)


def tell_latency(result: dict, marks: list[list[object]]) -> None:
    """Match what the monitors wrote with what the window saw, and print how long it took."""
    seconds = result["windows"][0]["seconds"]
    began_ns = result["began_ns"]
    until_ns = began_ns + round(seconds * NS_PER_S) - NS_PER_S  # what was written last has had its second
    for what, kind, seen_as in (
        ("numeric_drawn", "heart_rate", "rate"),
        ("wave_arrived", "spike", "arrived"),
        ("wave_drawn", "spike", "drawn"),
    ):
        written = [(str(n), at) for mark, n, at in marks if mark == kind and began_ns <= at <= until_ns]
        seen = [(which, at) for name, which, at in result["seen"] if name == seen_as]
        took = [_first_after(seen, at, which if kind == "heart_rate" else None) for which, at in written]
        found = [one / ONE_MS for one in took if one is not None]
        tell(f"wire_to_screen_{what}", "ms", seconds, **percentiles(found, 1), n_written=len(written))


def _first_after(seen: list[tuple[str, int]], at_ns: int, which: str | None) -> int | None:
    """Return how long after `at_ns` it was first seen [ns]; None where it was not within its second."""
    took = (seen_ns - at_ns for name, seen_ns in seen if seen_ns >= at_ns and which in (None, name))
    first = next(took, None)
    return first if first is not None and first < NS_PER_S else None


def tell_load(result: dict, record: Path) -> None:
    """Print frames, processor time, memory and disk of the run without marks."""
    windows = result["windows"]
    seconds = sum(window["seconds"] for window in windows)
    tell("frames", "frames/s", seconds, **spread([window["frames_s"] for window in windows], 1), chairs=N_CHAIRS)
    gaps = [gap for window in windows for gap in window["gaps_ms"]]
    tell("frame_gap", "ms", seconds, **percentiles(gaps, 1))
    shares = {
        role: spread([window["cpu"].get(role, 0.0) for window in windows])["value"]
        for role in N_THREADS_SHOWN
        if any(role in window["cpu"] for window in windows)
    }
    used = [window["cpu"]["all"] for window in windows]
    tell("processor", "% of one core", seconds, **spread(used), chairs=N_CHAIRS, waves_a_chair=3, threads=shares)
    tell("memory", "MiB resident", seconds, **spread([window["rss_mib"] for window in windows], 0))
    session_hours = N_CHAIRS * seconds / 3600
    tell(
        "disk", "bytes/session hour", seconds,
        value=round(sum(window["bytes"] for window in windows) / session_hours), **_parts_of(record),
    )  # fmt: skip


def _parts_of(record: Path) -> dict[str, int]:
    """Return how many bytes a session hour numerics and waves are, from all that the record holds."""
    copy = record.with_name("copy.sqlite3")
    shutil.copyfile(record, copy)  # closed, so all of it is in the one file
    connection = sqlite3.connect(copy, isolation_level=None)
    try:
        spans = connection.execute("SELECT max(mono_ns) - min(mono_ns) FROM strips GROUP BY session")
        session_hours = sum(span_ns for (span_ns,) in spans) / NS_PER_S / 3600
        parts = {}
        left = _size(connection)
        for name, table in _TABLES.items():
            connection.execute(f"DROP TABLE {table}")
            before, left = left, _size(connection)
            parts[name] = round((before - left) * _PAGE_BYTES / session_hours)
        return {**parts, "bare_wave_samples": _BARE_WAVES}
    finally:
        connection.close()


def _size(connection: sqlite3.Connection) -> int:
    connection.execute("VACUUM")
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    return int(pages)
