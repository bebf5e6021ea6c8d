"""Joins the parts of a linked result into one.

Rules of the file:
1. Parts belong together by invoke id, poll number, sequence and class. Answers to a single poll have no sequence: their parts
   are made within `SPAN_TICKS`, lest what was left of one is told with the next. A result is whole only with its closing
   RORS, which usually holds no objects.
2. What has no closing RORS is let go when the next result of its poll begins: a second later there are newer values. Results
   of several polls may come between each other.
3. None is missing when the parts count on and the one before the closing RORS says that it is the last.
4. A result of which a part is missing still gives the parts that came; that an object is absent from it means nothing.
"""

from dataclasses import dataclass
from typing import NamedTuple

from devices.drivers.philips_intellivue.clock import ticks_between
from devices.drivers.philips_intellivue.messages import Message, PolledObject, PollResult, Ro

PARTS_MAX = 32
"""Most parts that are joined; real monitors send up to four."""

POLLS_MAX = 8
"""Most polls whose parts are held; we ask for five things."""

SPAN_TICKS = 4000
"""Most time between the first part of an answer and another [1/8 ms]; what is asked again is asked a second later."""

_RESULT = int(Ro.RESULT)
_FIRST, _LAST = 1, 3  # state of a linked result; 2 is one between them


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
    sequence: int | None
    parts: list[PollResult]
    count: int
    state: int
    is_counted: bool

    @property
    def is_complete(self) -> bool:
        return self.is_counted and (self.state == _LAST or len(self.parts) == 1)


class Linking:
    """The results under way, one of each poll."""

    def __init__(self) -> None:
        self._open: dict[tuple[int, int, int], _Open] = {}

    def add(self, message: Message, part: PollResult) -> WholeResult | None:
        """Take one part; return the result that it completes."""
        poll = (part.polled, message.invoke, part.poll)
        held = self._open.get(poll)
        if held is not None and not _belongs(held, part, message.ro):
            held = None
        if message.ro == _RESULT:
            self._open.pop(poll, None)
            if held is None:
                return WholeResult(part, part.objects, bool(part.objects))
            objects = tuple(item for each in (*held.parts, part) for item in each.objects)
            return WholeResult(held.parts[0], objects, held.is_complete)
        state, count = message.link if message.link is not None else (_FIRST, 0)
        if held is None or count == 1 or len(held.parts) == PARTS_MAX:
            self._open.pop(poll, None)
            if len(self._open) >= POLLS_MAX:
                del self._open[next(iter(self._open))]
            self._open[poll] = _Open(part.sequence, [part], count, state, count == 1 and held is None)
        else:
            held.is_counted = held.is_counted and count == held.count + 1
            held.parts.append(part)
            held.count, held.state = count, state
        return None

    def forget(self) -> None:
        """Let go of what is under way."""
        self._open.clear()


def _belongs(held: _Open, part: PollResult, ro: int) -> bool:
    if held.sequence != part.sequence:
        return False
    if part.sequence is not None or ro == _RESULT:
        return True
    return abs(ticks_between(held.parts[0].relative, part.relative)) <= SPAN_TICKS
