"""Whether what many frames leave standing is what a fresh paint makes, at four scale factors: goal D4."""

import json
from pathlib import Path
from time import monotonic

from tests.bench.goals import Verdicts
from tests.bench.processes import run

GOALS = ("D4",)
FRAMES = 3000
SCALES = ("1", "1.25", "1.5", "2")
FAINT = 6
"""A difference that nobody sees, of 255: where Qt clips a line at an edge that nobody asked for, it rounds."""


def bench(_folder: Path, verdicts: Verdicts) -> None:
    """Count the pixels that should not stand or are missing, after all that happens to a window."""
    began = monotonic()
    wrong: dict[str, int] = {}
    lit = largest = 0
    for scale in SCALES:
        more = {"QT_SCALE_FACTOR": scale, "QT_QPA_PLATFORM": "offscreen"}
        told = json.loads(run("standing", str(FRAMES), more=more, package="tests.helpers").splitlines()[-1])
        wrong[scale] = sum(one["stray"] + one["missing"] for one in told.values() if one["largest"] > FAINT)
        largest = max(largest, *(one["largest"] for one in told.values()))
        lit = max(lit, *(one["lit"] for one in told.values()))
    more = {"frames": FRAMES, "scale_factors": wrong, "lit_pixels": lit, "largest_difference_of_255": largest}
    verdicts.judge("D4", [float(sum(wrong.values()))], "pixels", monotonic() - began, **more)
