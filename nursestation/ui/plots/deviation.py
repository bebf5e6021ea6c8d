"""How far the pressure lies from the patient's own baseline, and where it is going. No Qt.

One reading says little of a direction: a cuff may be off by several mmHg from one cycle to the next. So a direction is told of
two readings and more of the last ten minutes alone, and only of a change that is larger than that.
"""

from collections.abc import Sequence
from enum import StrEnum

from nursestation.ui.plots.trend_view import Caret

DIRECTION_MIN = 10.0
"""How far back the direction looks [min]."""
LEAST_CHANGE_MMHG = 10
"""Smallest change of the systolic pressure that has a direction [mmHg]. Source: project decision; ISO 81060-2:2018 grants an
automatic cuff a mean error of 5 mmHg and a standard deviation of 8 mmHg."""


class Direction(StrEnum):
    """Where the systolic pressure has gone in the last ten minutes."""

    RISING = "rising"
    FALLING = "falling"
    STEADY = "steady"


ARROWS = {Direction.RISING: "▲", Direction.FALLING: "▼", Direction.STEADY: "▬"}


def percent_from(baseline: tuple[int, int], caret: Caret) -> tuple[float, float]:
    """Return how far (systolic, diastolic) lie over the baseline's [%]; negative when under it."""
    sys, dia = baseline
    return (caret.sys - sys) * 100 / sys, (caret.dia - dia) * 100 / dia


def percent_text(percent: float) -> str:
    """Return a distance [%] with its sign, which nothing has that rounds to 0."""
    return f"{percent:+.0f} %" if round(percent) else "0 %"


def direction(carets: Sequence[Caret], at: float) -> tuple[Direction, int] | None:
    """Return the direction of the last ten minutes before `at` [min] and the change of the systolic pressure [mmHg].

    None where fewer than two readings were taken in them.
    """
    lately = [caret for caret in carets if at - DIRECTION_MIN <= caret.at <= at]
    if len(lately) < 2:
        return None
    change = lately[-1].sys - lately[0].sys
    if abs(change) < LEAST_CHANGE_MMHG:
        return Direction.STEADY, change
    return (Direction.RISING if change > 0 else Direction.FALLING), change
