"""In which order the chairs stand on the page. No Qt."""

from collections.abc import Sequence
from typing import Literal

Way = Literal["left", "right", "up", "down"]


def arranged(numbers: Sequence[int], order: Sequence[int]) -> tuple[int, ...]:
    """Return the chairs in the order of their places: as `order` names them, then the others by their numbers."""
    named = [number for number in order if number in numbers]
    return (*named, *sorted(number for number in numbers if number not in named))


def swapped(places: Sequence[int], one: int, other: int) -> tuple[int, ...]:
    """Return `places` with two chairs in each other's place."""
    return tuple({one: other, other: one}.get(number, number) for number in places)


def kept(places: Sequence[int], before: Sequence[int]) -> tuple[int, ...]:
    """Return the order to remember for `places`: () where chairs stand by their numbers.

    Chairs that were named `before` and are not there today keep their places behind the others.
    """
    gone = [number for number in before if number not in places]
    return () if tuple(places) == tuple(sorted(places)) and not gone else (*places, *gone)


def neighbour(places: Sequence[int], columns: int, number: int, way: Way) -> int | None:
    """Return the chair beside a chair, above it or below it; None where there is none."""
    place = places.index(number)
    row, column = divmod(place, columns)
    match way:
        case "left":
            found = place - 1 if column else -1
        case "right":
            found = place + 1 if column < columns - 1 else -1
        case "up":
            found = (row - 1) * columns + column if row else -1
        case "down":
            found = place + columns
    return places[found] if 0 <= found < len(places) else None
