"""A patient's visits over each other as data: their lines, the axes that hold them all, and their names. No Qt."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from nursestation.core.overlay import VisitLine
from nursestation.ui.timetext import date_text, local_time

GAP_MIN = 2.5
"""Medians of minutes farther apart than this are not joined [min]."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """From the least to the most that is drawn on an axis; whole steps of `step`."""

    low: float
    high: float
    step: float

    @property
    def ticks(self) -> tuple[float, ...]:
        """Return every whole step."""
        n = round((self.high - self.low) / self.step)
        return tuple(self.low + k * self.step for k in range(n + 1))


def bounds(values: Sequence[float], step: float, least: tuple[float, float]) -> Bounds:
    """Return whole steps around all values, and around `least` where that is more."""
    low = min(*values, least[0]) if values else least[0]
    high = max(*values, least[1]) if values else least[1]
    return Bounds(math.floor(low / step) * step, math.ceil(high / step) * step, step)


def minutes_of(lines: Sequence[VisitLine]) -> Bounds:
    """Return the axis of time."""
    found = [at for line in lines for at, *_ in (*line.cuffs, *line.heart_rate)]
    longest = max(found, default=60.0) - min(found, default=0.0)
    return bounds(found, 15.0 if longest <= 150 else 30.0, (0.0, 60.0))


def pressures_of(lines: Sequence[VisitLine]) -> Bounds:
    """Return the axis of pressure [mmHg]."""
    return bounds(
        [float(value) for line in lines for _, sys, dia in line.cuffs for value in (sys, dia)], 20.0, (60, 160)
    )


def rates_of(lines: Sequence[VisitLine]) -> Bounds:
    """Return the axis of heart rate [/min]."""
    return bounds([value for line in lines for _, value in line.heart_rate], 20.0, (60, 100))


def pieces(points: Sequence[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    """Return medians of minutes as lines that break where minutes are missing."""
    found: list[list[tuple[float, float]]] = []
    for at, value in points:
        if not found or at - found[-1][-1][0] > GAP_MIN:
            found.append([])
        found[-1].append((at, value))
    return found


def name_of(line: VisitLine, *, is_this: bool, zone: tzinfo | None) -> str:
    """Return a visit in a list: "This visit: 3 March 2026, 2 of 6, highest 182/111"."""
    day = date_text(local_time(line.opened_utc_ns, zone).date())
    parts = [f"This: {day}" if is_this else day]
    if line.series is not None:
        parts.append(f"{line.series.number} of {line.series.of}" if line.series.of else f"no. {line.series.number}")
    highest = max(((sys, dia) for at, sys, dia in line.cuffs if at >= 0), default=None)
    if highest is not None:
        parts.append(f"highest {highest[0]}/{highest[1]}")
    return " · ".join(parts)
