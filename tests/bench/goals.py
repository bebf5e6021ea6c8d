"""What the figures are held to: each goal, whether a run met it, and what is said at the end.

Rules of the file:
1. A ratio compares two things that were measured side by side, in turn; a count is nought or it is not. Both hold on any
   computer, and `make bench-check` fails for them. A figure belongs to the computer that it was taken on: one that is missed
   is told as missed and fails nothing.
2. What could not be measured is no goal met.
"""

import enum
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from tests.bench.figures import tell


class Kind(enum.Enum):
    """What a goal's number is."""

    RATIO = "ratio"
    COUNT = "count"
    FIGURE = "figure"


@dataclass(frozen=True, slots=True)
class Goal:
    """One limit.

    Attributes:
        name: Its name in the output.
        kind: What its number is.
        limit: Most that meets it; least, where `is_least`.
        text: In words.
        is_least: Whether more is better.
    """

    name: str
    kind: Kind
    limit: float
    text: str
    is_least: bool = False

    def is_met_by(self, value: float) -> bool:
        """Say whether a measured number meets it."""
        return value >= self.limit if self.is_least else value <= self.limit


GOALS = {
    goal.name: goal
    for goal in (
        Goal("D1.default", Kind.RATIO, 1 / 80, "processor time a frame at most 1/80 of default pyqtgraph's"),
        Goal("D1.tuned", Kind.RATIO, 1 / 35, "processor time a frame at most 1/35 of tuned pyqtgraph's"),
        Goal("D2.back_to_back", Kind.RATIO, 4.0, "at most 4 times what Qt takes to fill the same columns"),
        Goal("D2.paced", Kind.RATIO, 1.8, "at most 1.8 times that, paced"),
        Goal("D3.ours", Kind.FIGURE, 57.0, "at least 57 painted frames a second of 60", is_least=True),
        Goal("D3.default", Kind.FIGURE, 10.0, "while default pyqtgraph reaches at most 10"),
        Goal("D4", Kind.COUNT, 0.0, "no pixel stray or missing against a fresh paint"),
        Goal("I1.load", Kind.FIGURE, 5.0, "16 full lines: at most 5 % of a core over drawing"),
        Goal("I2.late", Kind.FIGURE, 30.0, "port to window: p99 at most 30 ms"),
        Goal("I2.lost", Kind.COUNT, 0.0, "no frame of 100,000 lost"),
        Goal("I3", Kind.FIGURE, 500.0, "every driver at least 500 lines of 115,200 baud a core", is_least=True),
        Goal("T1.plain", Kind.RATIO, 1 / 3.5, "a pan over a day of six vitals at most 1/3.5 of plain pyqtgraph's"),
        Goal("T1.month", Kind.RATIO, 1.5, "over a month at most 1.5 times over a day"),
        Goal("T1.step", Kind.FIGURE, 16.0, "a step at most 16 ms of processor time"),
        Goal("S1.load", Kind.FIGURE, 0.5, "16 chairs with waves, every commit synced: at most 0.5 % of a core"),
        Goal("S1.numerics", Kind.FIGURE, 110.0, "numerics at most 110 MB a day"),
        Goal("U1", Kind.RATIO, 1.2, "first picture at most 1.2 times a bare window's"),
        Goal("M1.plain", Kind.RATIO, 0.65, "memory at most 0.65 times the plain program's"),
        Goal("M1.flat", Kind.RATIO, 0.1, "memory grows by at most a tenth in an hour"),
        Goal("P1.plain", Kind.RATIO, 1 / 15, "processor time a painted frame at most 1/15 of the plain program's"),
        Goal(
            "P1.load",
            Kind.FIGURE,
            35.0,
            "the whole program with 16 chairs at most 35 % of a core at 60 frames a second",
        ),
    )
}


class Verdicts:
    """Which goals a run measured, and which it met."""

    def __init__(self) -> None:
        self._met: dict[str, bool | None] = {}

    def judge(self, name: str, values: Sequence[float], unit: str, seconds: float, **more: object) -> None:
        """Print a goal's line: its number is the median of `values`, one a round.

        Args:
            name: Of the goal.
            values: Measured numbers; none where it could not be measured, and `more` says why.
            unit: Of the numbers.
            seconds: How long was measured [s].
            more: What else the line tells.
        """
        goal = GOALS[name]
        found: dict[str, object] = {"value": None}
        met = None
        if values:
            middle = median(values)
            met = goal.is_met_by(middle)
            found = {"value": middle, "min": min(values), "max": max(values), "repeats": len(values)}
            found = {key: round(n, _digits(float(n))) if isinstance(n, float) else n for key, n in found.items()}
            if goal.kind is Kind.RATIO and middle > 0:
                found["as"] = f"1/{1 / middle:.1f}" if middle < 1 else f"{middle:.2f} x"
        self._met[name] = met
        limit = round(goal.limit, 4)
        tell(name, unit, seconds, goal=goal.text, kind=goal.kind.value, limit=limit, met=met, **found, **more)

    def close(self, wanted: Sequence[str]) -> list[str]:
        """Print which of the goals `wanted` were met and missed; return those that a check fails for."""
        told: dict[bool | None, list[str]] = {True: [], False: [], None: []}
        for name in wanted:
            told[self._met.get(name)].append(name)
        line = {"measure": "goals", "met": told[True], "missed": told[False], "not_measured": told[None]}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        missed = [name for name in told[False] if GOALS[name].kind is not Kind.FIGURE]
        return [*missed, *told[None]]


def _digits(value: float) -> int:
    """Return how many digits after the point tell a number to three figures or more."""
    digits = 1
    while digits < 6 and 0 < abs(value) < 100 / 10**digits:
        digits += 1
    return digits
