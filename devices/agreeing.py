"""Finds the frames that say the same as the one before: what a protocol without a check has instead of one.

Rules of the file:
1. What is found depends on the frames alone, not on how many of them came together.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby

State = tuple[int, ...]
"""What of a frame belongs to its numbers: fields and flags as on the wire, without the sample of the wave."""


class Agreeing:
    """Follows the states of one stream of frames."""

    def __init__(self, *, n_agreeing: int, n_between: int) -> None:
        """Tell a state at the `n_agreeing`-th frame in a row that has it, and every `n_between` frames while it stays."""
        self._n_agreeing = n_agreeing
        self._n_between = n_between
        self._state: State | None = None
        self._n_same = 0

    def stretches(self, states: Iterable[State]) -> Iterator[tuple[State, int, bool]]:
        """Return frames of one state in a row: the state, how many, and whether the state is to be told after them."""
        for state, group in groupby(states):
            n_left = len(list(group))
            if state != self._state:
                self._state, self._n_same = state, 0
            while n_left:
                n_until_told = 1 + (self._n_agreeing - 1 - self._n_same) % self._n_between
                n_taken = min(n_left, n_until_told)
                n_left -= n_taken
                self._n_same += n_taken
                yield state, n_taken, n_taken == n_until_told

    def interrupt(self) -> None:
        """Agree with nothing that came before: bytes were lost or damaged."""
        self._state = None


class Following:
    """Keeps the first frame after damaged bytes back until a second one has come: one may be noise that looks like a frame."""

    def __init__(self) -> None:
        self._first = b""
        self._size = 0

    def taken(self, run: bytes, size: int) -> bytes:
        """Return the frames, `size` bytes each, that may be used now that those of `run` have come."""
        if self._size == size and not self._first:
            return run
        if self._size != size:
            self._first, self._size = b"", size
        run = self._first + run
        self._first = run if len(run) == size else b""
        return b"" if self._first else run

    def interrupt(self) -> None:
        """Follow nothing that came before: bytes were lost or damaged."""
        self._size = 0
