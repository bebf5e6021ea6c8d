"""Sixteen full lines into the program while it draws: goals I1 and I2."""

import json
from pathlib import Path

from tests.bench.figures import tell
from tests.bench.goals import Verdicts
from tests.bench.processes import run

ROUNDS = 2
GOALS = ("I1.load", "I2.late", "I2.lost")


def bench(folder: Path, verdicts: Verdicts) -> None:
    """Fill the lines, and judge what reading takes, how late it is and what is lost."""
    rounds = [json.loads(run("ingest", str(folder / str(n)))) for n in range(ROUNDS)]
    seconds = sum(one["seconds"] for one in rounds)
    chairs, frames = rounds[0]["chairs"], sum(one["frames"] for one in rounds)
    for measure, key in (("port_to_reader", "read_ms"), ("port_to_window", "late_ms")):
        tell(measure, "ms", seconds, **rounds[0][key], chairs=chairs, p99_of_rounds=[one[key]["p99"] for one in rounds])
    tell("full_lines", "% of a core", seconds, chairs=chairs, threads=rounds[-1]["threads"])
    verdicts.judge("I1.load", [one["reader_percent"] for one in rounds], "% of a core", seconds, chairs=chairs)
    verdicts.judge("I2.late", [one["late_ms"]["p99"] for one in rounds], "ms", seconds, chairs=chairs)
    verdicts.judge("I2.lost", [float(sum(one["lost"] for one in rounds))], "frames", seconds, of=frames)
