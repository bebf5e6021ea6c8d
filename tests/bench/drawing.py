"""Sixteen chairs with three waves each, drawn in several ways, in turn: goals D1, D2 and D3.

Rules of the file:
1. A round starts each way once, in a process of its own; a ratio is taken within a round, and the median of the rounds is told.
2. Two of the ways are of other people's packages that the program does not need: `make bench-rivals` installs them. Where
   they are missing, that is said.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from tests.bench.figures import spread, tell
from tests.bench.goals import Verdicts
from tests.bench.machine import ROOT
from tests.bench.processes import run

RIVALS = ROOT / "out" / "rivals"
ROUNDS = 3
BACK_S, PACED_S = 3.0, 3.0
WAYS = ("pg_default", "pg_tuned", "pglive", "matplotlib", "ours", "floor")
JUDGED_PACED = ("pg_default", "ours", "floor")
"""Those are paced in every round, the others once."""
GOALS = ("D1.default", "D1.tuned", "D2.back_to_back", "D2.paced", "D3.ours", "D3.default")

Rounds = list[dict[str, dict]]


def bench(_folder: Path, verdicts: Verdicts) -> None:
    """Print what a frame costs each way, back to back and paced, and judge."""
    has_display = bool(os.environ.get("DISPLAY"))
    if has_display:
        _tell("draw_back_to_back", _rounds("back", BACK_S, {}, WAYS), BACK_S)
    off = {"QT_QPA_PLATFORM": "offscreen"}
    back, paced = _rounds("back", BACK_S, off, WAYS), _rounds("paced", PACED_S, off, JUDGED_PACED)
    _tell("draw_back_to_back", back, BACK_S)
    _tell("draw_paced", paced, PACED_S)
    spent_s = ROUNDS * BACK_S
    verdicts.judge("D1.default", _ratios(back, "ours", "pg_default"), "of a frame's processor time", spent_s)
    verdicts.judge("D1.tuned", _ratios(back, "ours", "pg_tuned"), "of a frame's processor time", spent_s)
    verdicts.judge("D2.back_to_back", _ratios(back, "ours", "floor"), "times a frame's processor time", spent_s)
    spent_s = ROUNDS * PACED_S
    verdicts.judge("D2.paced", _ratios(paced, "ours", "floor"), "times a frame's processor time", spent_s)
    asked = paced[0]["ours"]["asked_s"]
    verdicts.judge("D3.ours", _each(paced, "ours", "frames_s"), "frames/s", spent_s, asked=round(asked, 1))
    verdicts.judge("D3.default", _each(paced, "pg_default", "frames_s"), "frames/s", spent_s, asked=round(asked, 1))


def _rounds(mode: str, seconds: float, env: dict[str, str], again: Sequence[str]) -> Rounds:
    """Run all ways once and those of `again` in every round."""
    more = {**env, "PYTHONPATH": os.pathsep.join((str(ROOT), str(RIVALS)))}
    ways = WAYS
    rounds: Rounds = []
    for _ in range(ROUNDS):
        found = {way: json.loads(run("rivals", way, mode, str(seconds), more=more)) for way in ways}
        ways = tuple(way for way in again if "missing" not in found.get(way, ()))
        rounds.append(found)
    return rounds


def _tell(measure: str, rounds: Rounds, seconds: float) -> None:
    """Print a line a way."""
    default_ms = spread(_frame_ms(rounds, "pg_default"))["value"]
    for way, first in rounds[0].items():
        if "missing" in first:
            tell(f"{measure}_{way}", "", 0.0, value=None, why=f"{first['missing']} is not installed: make bench-rivals")
            continue
        frame_ms = _frame_ms(rounds, way)
        more = {
            name: spread(_each(rounds, way, key))["value"]
            for name, key in (("frames_s", "frames_s"), ("core_percent", "cpu"), ("taking_in_ms", "taking_ms"))
            if key in first
        }
        tell(
            f"{measure}_{way}", "ms of processor time/frame", len(frame_ms) * seconds, **spread(frame_ms, 3), **more,
            times_cheaper_than_default=round(default_ms / spread(frame_ms, 4)["value"], 2),
            qt_platform=first["platform"], differs=first["differs"],
        )  # fmt: skip


def _frame_ms(rounds: Rounds, way: str) -> list[float]:
    return [spread(found[way]["ms"], 6)["value"] for found in rounds if way in found]


def _each(rounds: Rounds, way: str, key: str) -> list[float]:
    return [found[way][key] for found in rounds if way in found]


def _ratios(rounds: Rounds, way: str, other: str) -> list[float]:
    pairs = zip(_frame_ms(rounds, way), _frame_ms(rounds, other), strict=True)
    return [one / another for one, another in pairs]


if __name__ == "__main__":
    bench(Path(), Verdicts())
