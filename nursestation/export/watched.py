"""Long work told of while it goes on, so that who waits for a file sees it and can stop it."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

_T = TypeVar("_T")

_EVERY = 4000


def watched(items: Sequence[_T], progress: Callable[[float], None], start: float, end: float) -> Iterator[_T]:
    """Yield items, and tell `progress` now and then how far it is between `start` and `end` (0 to 1).

    Raises:
        ExportCancelled: `progress` was told so.
    """
    for place, item in enumerate(items):
        if place % _EVERY == 0:
            progress(start + (end - start) * place / len(items))
        yield item
