"""What the store costs with sixteen chairs, and what the record grows by: goals S1."""

import json
from pathlib import Path

from tests.bench.figures import tell
from tests.bench.goals import Verdicts
from tests.bench.processes import run

ROUNDS = 2
GOALS = ("S1.load", "S1.numerics")


def bench(folder: Path, verdicts: Verdicts) -> None:
    """Let the store take what sixteen chairs give, on the project's disk."""
    rounds = [json.loads(run("store_load", str(folder / str(n)))) for n in range(ROUNDS)]
    seconds = sum(one["seconds"] for one in rounds)
    chairs = rounds[0]["chairs"]
    tell("record_waves", "MB/hour", seconds, value=rounds[0]["waves_mb_hour"], chairs=chairs)
    tell("record_file", "MB/hour", seconds, value=rounds[0]["file_mb_hour"], chairs=chairs)
    verdicts.judge("S1.load", [one["store_percent"] for one in rounds], "% of a core", seconds, chairs=chairs)
    verdicts.judge("S1.numerics", [one["numerics_mb_day"] for one in rounds], "MB/day", seconds, chairs=chairs)
