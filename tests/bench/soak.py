"""A long day of sixteen chairs: whether memory, threads, open files and the record grow as they should.

    python -m tests.bench soak HOURS [--speed SPEED]

The whole program with its window, a session open on each chair and all waves on the page, on a clock that runs `SPEED` times as
fast as the computer's, and so do the monitors: HOURS are those of the visits. Looked at every few minutes of theirs, from when
what is bounded is full. Goals: memory grows by less than `MIB_AN_HOUR`, threads and open files do not grow, and the record by
what `python -m tests.bench store` says.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import linear_regression

from nursestation.paths import Profile
from nursestation.store.store import Store
from tests.bench.figures import tell
from tests.bench.machine import ROOT
from tests.bench.monitors import link_of
from tests.bench.processes import monitors, run
from tests.bench.station import write_settings

CHAIRS = 16
SPEED = 5.0
SETTLE_MIN = 12.0
STRETCH_MIN = 4.0
MIB_AN_HOUR = 8.0
"""The trend of an open visit keeps every number: some 5 MiB an hour of sixteen chairs. Nothing else may grow."""
STARTS_WITHIN_S = 240.0


def soak(folder: Path, hours: float, speed: float) -> list[dict]:
    """Let it run for so many hours of the visits; return what it held, stretch by stretch."""
    n = max(3, round((hours * 60 - SETTLE_MIN) / STRETCH_MIN))
    seconds, settle_s = STRETCH_MIN * 60 / speed, SETTLE_MIN * 60 / speed
    profile = folder / "profile"
    Store.open(Profile(profile).record).close()
    write_settings(profile, {chair: link_of(folder, chair) for chair in range(1, CHAIRS + 1)})
    with monitors(folder, "served_chairs", str(CHAIRS), str(speed)):
        arguments = (str(profile), str(n), str(seconds), str(speed), str(settle_s))
        told = run("whole_program", *arguments, enough_s=2 * n * seconds + settle_s + STARTS_WITHIN_S)
    stretches: list[dict] = json.loads(told)["stretches"]
    return stretches


def judge(stretches: Sequence[dict], speed: float) -> bool:
    """Print what grew, and say whether all of it is as it should be."""
    hours, at = [], 0.0
    for one in stretches:
        at += one["seconds"] * speed / 3600
        hours.append(at)
    seconds = sum(one["seconds"] for one in stretches)
    more = {"chairs": CHAIRS, "hours": round(at, 2), "speed": speed}
    slope = linear_regression(hours, [one["rss_mib"] for one in stretches]).slope
    first, last = stretches[0], stretches[-1]
    tell(
        "soak_memory", "MiB an hour", seconds, value=round(slope, 2), goal=MIB_AN_HOUR,
        mib_from=round(first["rss_mib"]), mib_to=round(last["rss_mib"]), **more,
    )  # fmt: skip
    for name in ("n_threads", "n_handles"):
        held = [one[name] for one in stretches]
        tell(f"soak_{name[2:]}", "", seconds, value=held[-1], first=held[0], most=max(held), **more)
    grown = (last["record_bytes"] - first["record_bytes"]) / 1e6 / max(1e-9, hours[-1] - hours[0])
    tell("soak_record", "MB an hour", seconds, value=round(grown, 1), mb=round(last["record_bytes"] / 1e6, 1), **more)
    tell("soak_frames", "frames/s", seconds, value=round(sum(one["frames_s"] for one in stretches) / len(stretches), 1))
    steady = all(last[name] <= first[name] for name in ("n_threads", "n_handles"))
    return slope <= MIB_AN_HOUR and steady


def main(arguments: Sequence[str]) -> int:
    options = argparse.ArgumentParser(prog="python -m tests.bench soak")
    options.add_argument("hours", nargs="?", type=float, default=12.0, help="of the visits")
    options.add_argument("--speed", type=float, default=SPEED, help="how many times as fast as the computer's clock")
    wanted = options.parse_args(arguments)
    out = ROOT / "out"
    out.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="soak-", dir=out) as folder:
        is_good = judge(soak(Path(folder), wanted.hours, wanted.speed), wanted.speed)
    if not is_good:
        sys.stderr.write("What should be level grew: see above.\n")
    return 0 if is_good else 1
