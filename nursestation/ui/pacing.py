"""How many pictures a second a computer can carry: 60, 30 or 15, found out while it runs. No Qt.

Rules of the file:
1. Only waves are drawn less often. Numbers, alarms and the record come with every frame of the bridge, at any pace.
2. What nobody looks at slows down first: the view on another screen, before the page in front.
3. Slower after two bad seconds, faster after ten good ones in which the faster pace would have had room; each return to a
   pace that could not be held doubles the time until the next try.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """How often waves are drawn.

    Attributes:
        front: On the page in front: with every frame (1), every second or every fourth.
        aside: On any other screen.
    """

    front: int
    aside: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """How often the waves in front were drawn in the last second.

    Attributes:
        wanted: Pictures a second on a computer that keeps up.
        asked: Pictures a second at the present pace; fewer than `wanted` where the program lowered it by itself.
        drawn: Those that came.
    """

    wanted: int
    asked: int
    drawn: int

    @property
    def is_lowered(self) -> bool:
        """Say whether the computer does not keep up."""
        return self.asked < self.wanted


PACES = (Pace(1, 1), Pace(1, 4), Pace(2, 4), Pace(4, 4))
"""From fast to slow."""
TOO_BUSY = 0.8
"""Part of a second that the window's thread may work: beyond it, a tap waits."""
ROOM = 0.5
"""Part of a second that the faster pace may take."""
MISSED = 0.75
"""Of the asked frames so many must have come."""
BAD_S = 2
GOOD_S = 10
LONGEST_WAIT_S = 320


class Pacer:
    """Takes one look a second and says the pace."""

    def __init__(self) -> None:
        self._level = 0
        self._bad_s = self._good_s = 0
        self._wait_s = GOOD_S
        self._held_s: int | None = None  # since it became faster; None once that has held, and before

    @property
    def pace(self) -> Pace:
        """Return the present pace."""
        return PACES[self._level]

    def look(self, busy: float, frames: float) -> Pace:
        """Take what the last second was like.

        Args:
            busy: Part of it that the window's thread worked, 0 to 1.
            frames: Frames that came, as a part of those asked for; 1 where all came.

        Returns:
            The pace from now on.
        """
        is_bad = busy > TOO_BUSY or frames < MISSED
        self._bad_s = self._bad_s + 1 if is_bad else 0
        self._good_s = self._good_s + 1 if not is_bad and self._has_room(busy) else 0
        if self._held_s is not None:
            self._held_s += 1
            if self._held_s > self._wait_s:
                self._held_s, self._wait_s = None, GOOD_S
        if self._bad_s >= BAD_S and self._level < len(PACES) - 1:
            if self._held_s is not None:
                self._wait_s = min(2 * self._wait_s, LONGEST_WAIT_S)
            self._go(self._level + 1, None)
        elif self._good_s >= self._wait_s and self._level:
            self._go(self._level - 1, 0)
        return self.pace

    def _has_room(self, busy: float) -> bool:
        """Say whether the next faster pace would fit, were all of the work drawing."""
        if not self._level:
            return False
        now, faster = PACES[self._level], PACES[self._level - 1]
        return busy * max(now.front / faster.front, 1.5) < ROOM

    def _go(self, level: int, held_s: int | None) -> None:
        self._level, self._held_s = level, held_s
        self._bad_s = self._good_s = 0
