"""Long work told of while it goes on, so that who waits for a file sees it and can stop it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

from devices.clock import Moment

Progress = Callable[[float], None]
"""Told how much is done (0 to 1); it raises `ExportCancelled` when somebody stops the work."""

EVERY = 4000
"""Readings between two words of how far it is: a tenth of a second, as most is done with a reading."""


class _Timed(Protocol):
    @property
    def at(self) -> Moment: ...


_T = TypeVar("_T")
_Record = TypeVar("_Record", bound=_Timed)


def silently(_done: float) -> None:
    """Tell nobody."""


def portion(progress: Progress, start: float, end: float) -> Progress:
    """Return what is told of a part of the work, which goes from `start` to `end` of the whole."""
    return lambda done: progress(start + done * (end - start))


def watched(items: Sequence[_T], progress: Progress, start: float, end: float, *, every: int = EVERY) -> Iterator[_T]:
    """Yield items, and tell `progress` now and then how far it is between `start` and `end` (0 to 1).

    Raises:
        ExportCancelled: `progress` was told so.
    """
    for place, item in enumerate(items):
        if place % every == 0:
            progress(start + (end - start) * place / len(items))
        yield item


def watched_by_time(records: Iterable[_Record], span_ns: tuple[int, int], progress: Progress) -> Iterator[_Record]:
    """Yield records whose number is not known, and tell `progress` now and then where they are in a stretch of time.

    Args:
        records: In the order they came.
        span_ns: Begin and end of them all, UTC [ns].
        progress: See `Progress`; where a clock was set back it stands still.

    Raises:
        ExportCancelled: `progress` was told so.
    """
    begin_ns, end_ns = span_ns
    done = 0.0
    for place, record in enumerate(records):
        if place % EVERY == 0:
            done = min(1.0, max(done, (record.at.utc_ns - begin_ns) / max(1, end_ns - begin_ns)))
            progress(done)
        yield record
