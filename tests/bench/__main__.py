"""`make bench`: one JSON line a measure. What they mean: docs/performance.md.

    python -m tests.bench [--check] [PART ...]
    python -m tests.bench kills [ROUNDS]        kills of a running station, and what they cost: kills.py
    python -m tests.bench soak [HOURS]          a long day of sixteen chairs, and what grows: soak.py

Rules of the file:
1. Whatever is measured runs in a fresh process of its own; the simulated monitors in another. Rivals run in turn.
2. Nothing but JSON lines goes to standard output. With `--check` the exit status is 1 when a goal was missed that holds on
   any computer, and standard error names it.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.bench import (
    alarm_figures,
    decoding,
    drawing,
    four_chairs,
    ingesting,
    kills,
    picture,
    pipe,
    soak,
    starts,
    storing,
    trends,
)
from tests.bench.figures import tell
from tests.bench.goals import GOALS, Verdicts
from tests.bench.machine import ROOT, machine
from tests.bench.processes import run

Part = Callable[[Path, Verdicts], None]
PARTS: dict[str, tuple[Part, tuple[str, ...]]] = {
    "drawing": (drawing.bench, drawing.GOALS),
    "picture": (picture.bench, picture.GOALS),
    "trends": (trends.bench, trends.GOALS),
    "starts": (starts.bench, starts.GOALS),
    "pipe": (pipe.bench, pipe.GOALS),
    "ingest": (ingesting.bench, ingesting.GOALS),
    "store": (storing.bench, storing.GOALS),
    "parts": (decoding.bench, decoding.GOALS),
    "four_chairs": (four_chairs.bench, ()),
    "alarms": (alarm_figures.bench, ()),
}
LONG: dict[str, Callable[[Sequence[str]], int]] = {"kills": kills.main, "soak": soak.main}
"""Trials that take long and have arguments of their own."""


def main() -> int:
    if sys.argv[1:2] and sys.argv[1] in LONG:
        return LONG[sys.argv[1]](sys.argv[2:])
    options = argparse.ArgumentParser(prog="python -m tests.bench")
    options.add_argument("--check", action="store_true", help="exit with 1 when a goal that holds anywhere was missed")
    options.add_argument("part", nargs="*", choices=[[], *PARTS], help="measure these alone")
    wanted = options.parse_args()
    names = wanted.part or list(PARTS)
    out = ROOT / "out"  # the disk that is measured is the project's, not one in memory
    out.mkdir(exist_ok=True)
    verdicts = Verdicts()
    sys.stdout.write(json.dumps({"measure": "machine", **machine(run("qt_platform").strip())}) + "\n")
    sys.stdout.flush()
    for name in names:
        bench, _ = PARTS[name]
        with tempfile.TemporaryDirectory(prefix="bench-", dir=out) as scratch:
            try:
                bench(Path(scratch), verdicts)
            except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:  # the other parts still tell
                tell(f"{name}_failed", "", 0.0, why=str(error))
    failed = verdicts.close([goal for name in names for goal in PARTS[name][1]])
    for goal in failed if wanted.check else ():
        sys.stderr.write(f"Missed: {goal}, {GOALS[goal].text}.\n")
    return 1 if failed and wanted.check else 0


if __name__ == "__main__":
    sys.exit(main())
