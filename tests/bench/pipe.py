"""The whole program with sixteen chairs, from real pseudo-terminals to the screen and the disk, against the same station as
tutorials write it: goals P1 and M1.

    python -m tests.bench.pipe [MINUTES]

Rules of the file:
1. Each round runs the program, and then the other one, on monitors that stream in a process of their own.
2. Memory is followed over `MINUTES` of visit at several times their speed: ten unless said, an hour by `python -m
   tests.bench.pipe 60`. What it grows by is counted from when the waves' memory is full.
"""

import json
import sys
import tempfile
from pathlib import Path
from statistics import median

from nursestation.paths import Profile
from nursestation.store.store import Store
from tests.bench.figures import spread, tell
from tests.bench.goals import Verdicts
from tests.bench.machine import ROOT
from tests.bench.monitors import link_of
from tests.bench.processes import monitors, run
from tests.bench.station import write_settings

N_CHAIRS = 16
ROUNDS, STRETCHES, SECONDS = 2, 2, 5.0
GOALS = ("P1.plain", "P1.load", "M1.plain", "M1.flat")
SPEED = 5.0
"""Of the visits in which memory is followed: what one core carries beside the drawing."""
MINUTES = 10.0
STRETCH_MINUTES = 0.5
FULL_MINUTES = 3.0
"""When the waves' memory is full."""
SOME_S = 120.0


def bench(folder: Path, verdicts: Verdicts, minutes: float = MINUTES) -> None:
    """Print what both cost, and what the program's memory does over time."""
    ours, plain = [], []
    for n in range(ROUNDS):
        ours.append(_run(folder / f"ours-{n}", "whole_program"))
        plain.append(_run(folder / f"plain-{n}", "plain", "smooth"))
    thin = [_run(folder / "thin", "plain", "thin")]
    for name, rounds in (("whole_program", ours), ("plain_program", plain), ("plain_program_thin_lines", thin)):
        _tell(name, rounds)
    seconds = ROUNDS * STRETCHES * SECONDS
    ratios = _ratios(ours, plain, "ms_a_frame")
    thin_ratio = median(_ratios(ours[:1], thin, "ms_a_frame"))
    verdicts.judge("P1.plain", ratios, "of a frame's processor time", seconds, of_thin_lines=round(thin_ratio, 4))
    frames = spread(_each(ours, "frames_s"), 1)["value"]
    load = [ms / 1000 * 60 * 100 for ms in _each(ours, "ms_a_frame")]  # also where it drew fewer, to spare the computer
    verdicts.judge("P1.load", load, "% of a core for 60 frames a second", seconds, frames_s=frames)
    verdicts.judge("M1.plain", _ratios(ours, plain, "rss_mib"), "of the plain program's memory", seconds)
    judge_memory(folder / "hour", verdicts, minutes)


def judge_memory(folder: Path, verdicts: Verdicts, minutes: float) -> None:
    """Follow the program's memory through visits at `SPEED`."""
    n = max(2, round((minutes - FULL_MINUTES) / STRETCH_MINUTES))
    settle_s = FULL_MINUTES * 60 / SPEED
    stretch_s = STRETCH_MINUTES * 60 / SPEED
    found = _run(folder, "whole_program", str(SPEED), str(settle_s), n=n, seconds=stretch_s)
    held = [one["rss_mib"] for one in found]
    few = max(1, len(held) // 4)  # at either end, their middle: one stretch may have built a page
    hours = (len(held) - few) * STRETCH_MINUTES / 60
    grown = (median(held[-few:]) - median(held[:few])) / hours
    verdicts.judge(
        "M1.flat", [max(0.0, grown / held[0])], "of the memory an hour", n * stretch_s,
        minutes_of_visit=round(minutes, 1), speed=SPEED, mib_from=round(held[0]), mib_to=round(held[-1]),
        mib_an_hour=round(grown, 1),
    )  # fmt: skip


def _run(folder: Path, module: str, *more: str, n: int = STRETCHES, seconds: float = SECONDS) -> list[dict]:
    """Return what a program measured, stretch by stretch; there is a record, as on every day but the first."""
    profile = folder / "profile"
    Store.open(Profile(profile).record).close()
    write_settings(profile, {chair: link_of(folder, chair) for chair in range(1, N_CHAIRS + 1)})
    speed = more[0] if more and module == "whole_program" else "1"
    with monitors(folder, "served_chairs", str(N_CHAIRS), speed):
        told = run(module, str(profile), str(n), str(seconds), *more, enough_s=2 * n * seconds + SOME_S)
    stretches: list[dict] = json.loads(told)["stretches"]
    assert all(one.get("full", True) for one in stretches), "not all waves came"
    return stretches


def _tell(measure: str, rounds: list[list[dict]]) -> None:
    """Print the lines of one program."""
    seconds = sum(one["seconds"] for stretches in rounds for one in stretches)
    frames = spread(_each(rounds, "frames_s"), 1)["value"]
    used = spread(_each(rounds, "cpu"), 1)["value"]
    tell(
        f"{measure}_frame", "ms of processor time/frame", seconds, **spread(_each(rounds, "ms_a_frame")),
        frames_s=frames, core_percent=used, chairs=N_CHAIRS, waves_a_chair=3, threads=_threads(rounds),
    )  # fmt: skip
    tell(f"{measure}_memory", "MiB resident", seconds, **spread(_each(rounds, "rss_mib"), 0))


def _threads(rounds: list[list[dict]]) -> dict[str, float]:
    """Return what each thread had of a core in the last stretch [%]; nothing where the program has not told."""
    before, last = rounds[-1][-2:]
    if "threads" not in last:
        return {}
    spent = {role: s - before["threads"].get(role, 0.0) for role, s in last["threads"].items() if role != "all"}
    return {role: round(100 * s / last["seconds"], 1) for role, s in spent.items() if s > 0}


def _each(rounds: list[list[dict]], key: str) -> list[float]:
    return [median(one[key] for one in stretches) for stretches in rounds]


def _ratios(rounds: list[list[dict]], others: list[list[dict]], key: str) -> list[float]:
    return [one / other for one, other in zip(_each(rounds, key), _each(others, key), strict=True)]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "out") as scratch:
        judge_memory(Path(scratch), Verdicts(), float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES)
