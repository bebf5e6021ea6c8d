"""How long it took from what arrived to the first picture of its alarm: noted once a condition, told to the engine.

Rules of the file:
1. Measured from the arrival of what made the condition true to the end of the first paint that showed it; of a condition
   that nothing arrived for (silence, a clock) from when it was found.
2. Conditions of the first snapshot were shown by an earlier run of the program, or before anybody could look; they are left out.
"""

from collections.abc import Sequence

from nursestation.core.inputs import SignalSeen
from nursestation.ui.alarms.view import AlarmLine

_NS_PER_MS = 1_000_000


class FirstPictures:
    """Knows which conditions were painted."""

    def __init__(self) -> None:
        self._known: set[str] | None = None
        self._waiting: dict[str, int] = {}

    @property
    def is_waiting(self) -> bool:
        """Say whether a condition waits for its first picture."""
        return bool(self._waiting)

    def expect(self, lines: Sequence[AlarmLine]) -> None:
        """Take note of what the next paint shows."""
        present = {line.condition for line in lines}
        if self._known is not None:
            self._waiting = {name: since for name, since in self._waiting.items() if name in present}
            for line in lines:
                if line.condition not in self._known and line.cause_ns is not None:
                    self._waiting[line.condition] = line.cause_ns
        self._known = present | (self._known or set())

    def painted(self, now_ns: int) -> tuple[SignalSeen, ...]:
        """Return what is to be told after a paint, monotonic [ns]."""
        seen = tuple(
            SignalSeen(condition_id=name, delay_ms=(now_ns - since_ns) / _NS_PER_MS)
            for name, since_ns in self._waiting.items()
        )
        self._waiting.clear()
        return seen
