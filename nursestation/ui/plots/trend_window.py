"""Which stretch of time the trend shows: it follows the present until a person moves it. No Qt.

Rules of the file:
1. A look that follows shows the whole visit, or a stretch that ends shortly after the present. One that a person moved
   holds still, whatever comes.
2. No look leaves the visit, or is shorter than `LEAST_MIN`; one that grows to the whole visit is the whole visit again.
"""

from dataclasses import dataclass, replace

LEAST_MIN = 2.0
"""Shortest stretch [min]: at one value a second more shows nothing more."""
AHEAD_PART = 0.04
"""Room to the right of the present, as part of the axis."""


@dataclass(frozen=True, slots=True)
class Axis:
    """All that can be shown: from `first` to `last` [min], with the present, None for a visit that is over."""

    first: float
    last: float
    now: float | None

    @property
    def length(self) -> float:
        """Return how long it is [min]."""
        return self.last - self.first


@dataclass(frozen=True, slots=True)
class Look:
    """What a person chose to see.

    Attributes:
        span: Length of the stretch [min]; None for the whole visit.
        begin: Where it begins [min]; None while it follows the present.
    """

    span: float | None = None
    begin: float | None = None

    @property
    def follows(self) -> bool:
        """Say whether it goes with the present."""
        return self.begin is None


WHOLE = Look()


def window(look: Look, axis: Axis) -> tuple[float, float]:
    """Return the first and last minute that are shown."""
    if look.span is None or look.span >= axis.length:
        return axis.first, axis.last
    if look.begin is None:
        last = axis.last if axis.now is None else min(axis.last, axis.now + AHEAD_PART * look.span)
        first = max(axis.first, last - look.span)
    else:
        first = min(max(look.begin, axis.first), axis.last - look.span)
    return first, first + look.span


def pan(look: Look, axis: Axis, minutes: float) -> Look:
    """Return the look moved by `minutes`, to later ones where positive. What shows the whole visit stays as it is."""
    first, last = window(look, axis)
    if last - first >= axis.length:
        return look
    return _held(axis, first + minutes, last - first)


def zoom(look: Look, axis: Axis, factor: float, about: float) -> Look:
    """Return the look made `factor` times as long, minute `about` staying where it is."""
    first, last = window(look, axis)
    span = max(LEAST_MIN, (last - first) * factor)
    part = (about - first) / (last - first)
    return _held(axis, about - part * span, span)


def zoom_at_present(look: Look, axis: Axis, factor: float) -> Look:
    """Return the look made `factor` times as long: about the present while it follows, else about its middle."""
    first, last = window(look, axis)
    if not look.follows:
        return zoom(look, axis, factor, (first + last) / 2)
    span = max(LEAST_MIN, (last - first) * factor)
    return WHOLE if span >= axis.length else Look(span)


def grip(axis: Axis, minutes: tuple[float, float], parts: tuple[float, float]) -> Look:
    """Return the look that has two `minutes` at two `parts` of the width (0 to 1): what two fingers hold stays under them."""
    apart = parts[1] - parts[0]
    if abs(apart) < 0.01:
        apart = 0.01 if apart >= 0 else -0.01
    span = max(LEAST_MIN, (minutes[1] - minutes[0]) / apart)
    middle = (minutes[0] + minutes[1]) / 2
    return _held(axis, middle - span * (parts[0] + parts[1]) / 2, span)


def shown_around(look: Look, axis: Axis, minute: float) -> Look:
    """Return the look moved as little as needed to show `minute`."""
    first, last = window(look, axis)
    if first <= minute <= last:
        return look
    return _held(axis, minute - (last - first) / 2, last - first)


def follow(look: Look) -> Look:
    """Return the look back at the present, as long as it is."""
    return replace(look, begin=None)


def _held(axis: Axis, begin: float, span: float) -> Look:
    if span >= axis.length:
        return WHOLE
    return Look(span, min(max(begin, axis.first), axis.last - span))
