"""`make bench`: one JSON line a measure. What they mean: docs/performance.md.

Rules of the file:
1. Whatever is measured runs in a fresh process of its own; the simulated monitors in another.
2. Nothing but JSON lines goes to standard output; the whole takes some four minutes.
"""

import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import monotonic_ns

from devices.clock import NS_PER_S
from tests.bench import alarm_monitors
from tests.bench.figures import percentiles, spread, tell
from tests.bench.machine import ROOT, environment, machine
from tests.bench.monitors import N_CHAIRS, link_of
from tests.bench.station import write_settings

LOAD = ("load", 3, 10.0)  # windows, seconds each
LATENCY = ("latency", 1, 40.0)
ALARMS = ("30", "15")  # seconds: the window at work, and held up for two seconds again and again
CALM_VISITS, CALM_MINUTES = 200, 7
SCRIPTED_SEEDS = ("1", "4")
N_STARTS = 5
ENOUGH_S = 300  # for one process, on a computer that has other work too
ONE_MS = 1e6
N_THREADS_SHOWN = ("window", "engine", "reader", "store", "other")
_TABLES = {"numerics": "numeric", "waves": "wave"}
_PAGE_BYTES = 4096
_BARE_WAVES = 2 * (250 + 50 + 50) * 3600
"""Bytes of an hour of int16 samples of the monitor's three waves, and nothing else."""


def main() -> None:
    out = ROOT / "out"  # the disk that is measured is the project's, not one in memory
    out.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=out) as scratch:
        folder = Path(scratch)
        load, record, _ = run_station(folder / "load", *LOAD)
        sys.stdout.write(json.dumps({"measure": "machine", **machine(str(load["platform"]))}) + "\n")
        latency, _, marks = run_station(folder / "latency", *LATENCY)
        tell_latency(latency, marks)
        tell_load(load, record)
        tell_starts(folder / "starts")
        tell_late_trend()
        tell_alarm_latency(folder / "alarms")
        tell_false_alarms()
        sys.stdout.flush()
        run("parts", str(folder), stdout=None)


def run(module: str, *arguments: str, stdout: int | None = subprocess.PIPE) -> str:
    """Run a module of the bench in a process of its own and return what it printed."""
    command = [sys.executable, "-m", f"tests.bench.{module}", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment(), stdout=stdout, text=True, check=True, timeout=ENOUGH_S)
    return done.stdout or ""


@contextmanager
def monitors(folder: Path, module: str = "monitors") -> Iterator[list[list[object]]]:
    """Serve the monitors in a process of their own; what they marked is in the list at the end."""
    marks: list[list[object]] = []
    process = subprocess.Popen(
        [sys.executable, "-m", f"tests.bench.{module}", str(folder)],
        cwd=ROOT, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield marks
        said, _ = process.communicate(timeout=20)
        marks += json.loads(said)["marks"]
    finally:
        process.kill()
        process.wait()


def run_station(folder: Path, mode: str, n_windows: int, seconds: float) -> tuple[dict, Path, list[list[object]]]:
    """Run the window on four monitors; return what it measured, its record, and what the monitors marked."""
    folder.mkdir()
    profile = folder / "profile"
    write_settings(profile, {chair: link_of(folder, chair) for chair in range(1, N_CHAIRS + 1)})
    with monitors(folder) as marks:
        result = json.loads(run("station", str(profile), mode, str(n_windows), str(seconds)))
    return result, profile / "record.sqlite3", marks


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


def tell_alarm_latency(folder: Path) -> None:
    """Print how long it takes from the bytes of an eight-chair station's alarms to their records and first pictures."""
    folder.mkdir()
    profile = folder / "profile"
    n_chairs = alarm_monitors.N_CHAIRS
    write_settings(profile, {chair: link_of(folder, chair) for chair in range(1, n_chairs + 1)})
    with monitors(folder, "alarm_monitors") as marks:
        result = json.loads(run("alarm_station", str(profile), *ALARMS))
    raised = [tuple(one) for one in result["raised"]]
    to_record: list[float] = []
    to_picture: list[float] = []
    blocked: list[float] = []
    for chair, written_ns in marks:
        found = next((one for one in raised if one[1] == chair and 0 <= one[3] - written_ns < NS_PER_S), None)
        if found is None or written_ns < result["began_ns"]:
            continue
        name, _, arrived_ns, recorded_ns = found
        record_ms = (recorded_ns - written_ns) / ONE_MS
        if any(from_ns <= written_ns < until_ns - NS_PER_S // 4 for from_ns, until_ns in result["blocks"]):
            blocked.append(record_ms)
        elif written_ns < result["blocks_from_ns"]:
            to_record.append(record_ms)
            if name in result["shown"]:
                to_picture.append((arrived_ns - written_ns) / ONE_MS + result["shown"][name])
    seconds = float(ALARMS[0])
    n_written = sum(result["began_ns"] <= written_ns < result["blocks_from_ns"] for _, written_ns in marks)
    tell("alarm_wire_to_record", "ms", seconds, **percentiles(to_record, 1), n_written=n_written, chairs=n_chairs)
    tell("alarm_wire_to_picture", "ms", seconds, **percentiles(to_picture, 1), n_written=n_written, chairs=n_chairs)
    tell("alarm_wire_to_record_window_blocked", "ms", float(ALARMS[1]), **percentiles(blocked, 1), blocked_s=2)


def tell_false_alarms() -> None:
    """Print what calm visits raise, and what of the scripted events is told; two processes at once."""
    began_ns = monotonic_ns()
    half = CALM_VISITS // 2
    parts = [("calm", "0", str(half)), ("calm", str(half), str(CALM_VISITS))]
    with ThreadPoolExecutor(max_workers=2) as pool:
        told = pool.submit(run, "alarms", "scripted", *SCRIPTED_SEEDS)
        halves = pool.map(lambda part: json.loads(run("alarms", *part, str(CALM_MINUTES))), parts)
        counts: Counter[str] = Counter()
        hours = 0.0
        for one in halves:
            counts.update(one["raised"])
            hours += one["seconds"] / 3600
        scripted = json.loads(told.result())
    seconds = (monotonic_ns() - began_ns) / NS_PER_S
    n_false = sum(n for name, n in counts.items() if name.startswith("physiological"))
    tell(
        "false_alarms", "conditions/hour", seconds,
        value=round(n_false / hours, 3), visits=CALM_VISITS, hours=round(hours, 1), raised=dict(counts),
    )  # fmt: skip
    tell("scripted_alarms", "caught", seconds, **scripted)


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
        spans = connection.execute("SELECT max(mono_ns) - min(mono_ns) FROM wave GROUP BY session")
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


def tell_late_trend() -> None:
    """Print how long one drawing of a long visit's trend holds the window up."""
    result = json.loads(run("late_trend"))
    took_ms = result["ms"]
    tell(
        "trend_redraw", "ms", sum(took_ms) / 1e3,
        **spread(took_ms, 1), visit_minutes=round(result["minutes"]), cuffs=result["cuffs"],
    )  # fmt: skip


def tell_starts(folder: Path) -> None:
    """Print the time from starting a process to its first picture, of a bare window and of ours, in turn."""
    folder.mkdir()
    write_settings(folder, {chair: link_of(folder, chair) for chair in range(1, N_CHAIRS + 1)})
    took: dict[str, list[float]] = {"bare": [], "nursestation": [], "usable": []}
    began_ns = monotonic_ns()
    for n in range(N_STARTS + 1):
        for what in ("bare", "nursestation"):
            start_ns = monotonic_ns()
            first_ns, usable_ns = (int(one) for one in run("startup", what, str(folder)).split())
            if n:  # the first one warms the disk's cache
                took[what].append((first_ns - start_ns) / ONE_MS)
                if what != "bare":
                    took["usable"].append((usable_ns - start_ns) / ONE_MS)
    seconds = (monotonic_ns() - began_ns) / NS_PER_S
    bare, ours, usable = (spread(took[what], 0) for what in ("bare", "nursestation", "usable"))
    tell(
        "start_to_first_paint", "ms", seconds,
        **ours, bare_window=bare, ratio=round(ours["value"] / bare["value"], 2), usable_chair_screen=usable,
    )  # fmt: skip


if __name__ == "__main__":
    main()
