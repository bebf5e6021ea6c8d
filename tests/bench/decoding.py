"""Drivers, engine, store and rehearsal one by one (`parts`), and the least that a driver carries: goal I3."""

import json
import sys
from pathlib import Path

from tests.bench.goals import Verdicts
from tests.bench.processes import run

GOALS = ("I3",)


def bench(folder: Path, verdicts: Verdicts) -> None:
    """Print the parts' lines, and judge the slowest driver."""
    printed = run("parts", str(folder))
    sys.stdout.write(printed)
    lines = [json.loads(line) for line in printed.splitlines()]
    carried = {
        line["measure"].removeprefix("decode_"): line["lines_115200_16_ms"]
        for line in lines
        if "lines_115200_16_ms" in line
    }
    slowest = min(carried, key=lambda name: carried[name])
    too_slow = sorted(name for name, n in carried.items() if n < 500)
    verdicts.judge("I3", [carried[slowest]], "lines a core", 0.0, slowest=slowest, below=too_slow)
