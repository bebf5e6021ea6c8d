"""Joins the parts of a linked result into one.

Rules of the file:
1. Parts belong together by invoke id, poll number, sequence and class. A result is whole only with its closing RORS, which
   usually holds no objects.
2. What has no closing RORS is let go when the next result of its class begins: a second later there are newer values.
3. A result of which a part is missing still gives the parts that came; that an object is absent from it means nothing.
"""

from dataclasses import dataclass
from typing import NamedTuple

from devices.drivers.philips_intellivue.messages import Message, PolledObject, PollResult, Ro

PARTS_MAX = 32
"""Most parts that are joined; real monitors send up to four."""


class WholeResult(NamedTuple):
    """A result with all its parts.

    Attributes:
        first: The first part.
        objects: The objects of all parts.
        is_complete: Whether no part is missing.
    """

    first: PollResult
    objects: tuple[PolledObject, ...]
    is_complete: bool


@dataclass(slots=True)
class _Open:
    key: tuple[int, int, int | None]
    parts: list[PollResult]
    count: int
    is_complete: bool


class Linking:
    """The results under way, one of each class."""

    def __init__(self) -> None:
        self._open: dict[int, _Open] = {}

    def add(self, message: Message, part: PollResult) -> WholeResult | None:
        """Take one part; return the result that it completes."""
        key = (message.invoke, part.poll, part.sequence)
        held = self._open.get(part.polled)
        if held is not None and held.key != key:
            held = None
        if message.ro == Ro.RESULT:
            self._open.pop(part.polled, None)
            if held is None:
                return WholeResult(part, part.objects, bool(part.objects))
            objects = tuple(item for each in (*held.parts, part) for item in each.objects)
            return WholeResult(held.parts[0], objects, held.is_complete)
        count = message.link[1] if message.link is not None else 0
        if held is None or count == 1 or len(held.parts) == PARTS_MAX:
            self._open[part.polled] = _Open(key, [part], count, count == 1)
        else:
            held.is_complete = held.is_complete and count == held.count + 1
            held.parts.append(part)
            held.count = count
        return None

    def forget(self) -> None:
        """Let go of what is under way."""
        self._open.clear()
