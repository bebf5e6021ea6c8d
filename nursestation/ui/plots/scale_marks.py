"""What a wave's height means: a bracket of 1 mV beside an ECG, marks in mmHg beside a pressure. No Qt.

A wave without a unit has no mark: its height means nothing.
"""

from dataclasses import dataclass

from devices.vocabulary import Unit

_BRACKETS_MV = (1.0, 0.5, 0.2)
"""The longest that fits is drawn: 1 mV, unless the gain is so large that the strip is lower."""


@dataclass(frozen=True, slots=True)
class Bracket:
    """A stretch of the strip's height, and what it means.

    Attributes:
        top, bottom: From the strip's upper edge, as parts of its height.
        text: Beside it.
    """

    top: float
    bottom: float
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A height of the strip, from its upper edge, as part of its height, and the value there."""

    at: float
    text: str


def bracket(low: float, high: float) -> Bracket | None:
    """Return the bracket of a strip that shows `low` to `high` [mV], in the middle of its height."""
    span = high - low
    length = next((mv for mv in _BRACKETS_MV if mv <= span), None)
    if length is None:
        return None
    part = length / span
    return Bracket((1 - part) / 2, (1 + part) / 2, f"{length:g} mV")


def marks(unit: Unit | None, low: float, high: float) -> tuple[Mark, ...]:
    """Return the marks of a strip in mmHg that shows `low` to `high`; none for other units."""
    if unit is not Unit.MMHG or high <= low:
        return ()
    return tuple(Mark((high - value) / (high - low), f"{value:g}") for value in (high, (low + high) / 2, low))
