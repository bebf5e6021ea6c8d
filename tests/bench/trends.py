"""Looking back: one drawing of a long visit, and panning over a day and a month: goals T1."""

import json
from pathlib import Path
from time import monotonic

from tests.bench.figures import spread, tell
from tests.bench.goals import Verdicts
from tests.bench.processes import run

ROUNDS = 3
GOALS = ("T1.plain", "T1.month", "T1.step")
_WAYS = (("ours", "day"), ("plain", "day"), ("ours", "month"))
_WIDE = "0.95"
"""Part of the record that the judged window covers."""


def bench(_folder: Path, verdicts: Verdicts) -> None:
    """Print what a redraw and a step of a pan take, and judge."""
    tell_late_trend()
    began = monotonic()
    found: dict[tuple[str, str], list[dict]] = {}
    for _ in range(ROUNDS):
        for way in _WAYS:
            found.setdefault(way, []).append(json.loads(run("trend_pan", *way)))
    seconds = monotonic() - began
    for (who, span), runs in found.items():
        for part in runs[0]["pan"]:
            tell(
                f"pan_{span}_{who}", "ms of processor time/step", seconds,
                **spread([one["pan"][part]["median_ms"] for one in runs]),
                worst_ms=round(max(one["pan"][part]["worst_ms"] for one in runs), 1), part_of_record=float(part),
                opened_ms=spread([one["opened_ms"] for one in runs], 0)["value"],
            )  # fmt: skip
    ours, plain, month = (
        [one["pan"][_WIDE]["median_ms"] for one in found[way]] for way in _WAYS
    )  # fmt: skip
    against = "of a step's processor time"
    verdicts.judge("T1.plain", [a / b for a, b in zip(ours, plain, strict=True)], against, seconds)
    verdicts.judge("T1.month", [a / b for a, b in zip(month, ours, strict=True)], against, seconds)
    worst = [
        max(part["median_ms"] for part in one["pan"].values())
        for one in (*found["ours", "day"], *found["ours", "month"])
    ]
    verdicts.judge("T1.step", worst, "ms of processor time", seconds)


def tell_late_trend() -> None:
    """Print how long one drawing of a long visit's trend holds the window up."""
    result = json.loads(run("late_trend"))
    took_ms = result["ms"]
    tell(
        "trend_redraw", "ms", sum(took_ms) / 1e3,
        **spread(took_ms, 1), visit_minutes=round(result["minutes"]), cuffs=result["cuffs"],
    )  # fmt: skip
