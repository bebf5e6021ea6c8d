"""What the bench starts: measured processes, one after the other, and monitors that run meanwhile."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.bench.machine import ROOT, environment
from tests.bench.monitors import N_CHAIRS, link_of
from tests.bench.station import write_settings

ENOUGH_S = 300  # for one process, on a computer that has other work too


def run(
    module: str,
    *arguments: str,
    more: Mapping[str, str] | None = None,
    package: str = "tests.bench",
    enough_s: float = ENOUGH_S,
) -> str:
    """Run a module in a process of its own, with `more` in its environment, and return what it printed.

    Raises:
        subprocess.CalledProcessError: it failed.
        subprocess.TimeoutExpired: it took longer than `enough_s` [s].
    """
    command = [sys.executable, "-m", f"{package}.{module}", *arguments]
    env = environment() | dict(more or {})
    done = subprocess.run(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, check=True, timeout=enough_s
    )  # fmt: skip
    return done.stdout


@contextmanager
def monitors(folder: Path, module: str = "monitors", *arguments: str) -> Iterator[list[list[object]]]:
    """Serve the monitors in a process of their own; what they marked is in the list at the end."""
    marks: list[list[object]] = []
    process = subprocess.Popen(
        [sys.executable, "-m", f"tests.bench.{module}", str(folder), *arguments],
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
