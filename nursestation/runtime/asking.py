"""Asking the running station before something of the record is shown or taken out: it notes who, or refuses in a sentence."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from nursestation.core.records import Record, Refused
from nursestation.errors import NurseStationError

_Wish = TypeVar("_Wish")

BUSY = "The program is busy and did not take the question: try again in a moment."


class NotAllowed(NurseStationError):
    """The station refused, or did not answer; the message says why."""


def allowed(ask: Callable[[_Wish], Sequence[Record]], wish: _Wish, busy: str = BUSY) -> Sequence[Record]:
    """Return what a wish made happen.

    Args:
        ask: The running station, callable from any thread but the engine's; raises TimeoutError where it does not answer.
        wish: What is asked.
        busy: What is said then.

    Raises:
        NotAllowed: it was refused or not answered.
    """
    try:
        made = ask(wish)
    except TimeoutError as error:
        raise NotAllowed(busy) from error
    for record in made:
        if isinstance(record, Refused):
            raise NotAllowed(record.reason)
    return made
