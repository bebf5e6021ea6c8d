"""Which screen the wall view takes. No Qt: screens are names and rectangles.

Rules of the file:
1. The wall view never covers the window: it takes a screen that shows nothing of the window's own.
2. The screen that a person chose is the only one that is taken. While it is not there, the wall view waits for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class ScreenFacts:
    """A screen, as the system tells of it.

    Attributes:
        name: Of the monitor or its plug; two of one make may have the same.
        x, y, width, height: Where it lies on the desktop [px].
    """

    name: str
    x: int
    y: int
    width: int
    height: int

    def overlaps(self, other: "ScreenFacts") -> bool:
        """Say whether both show a part of the same: one may mirror the other."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


Screens = Mapping[str, ScreenFacts]
"""Each screen by a name that no other has."""


class How(StrEnum):
    """In which way the wall view is shown."""

    FULL = "full"  # fills a screen of its own
    WINDOW = "window"  # there is no other screen
    WAITING = "waiting"  # not shown, until its screen is there


@dataclass(frozen=True, slots=True)
class Place:
    """Where the wall view belongs.

    Attributes:
        how: In which way.
        screen: Name of the screen that it fills, "" for none.
        text: A sentence for people where it is not as they would expect; "" else.
    """

    how: How
    screen: str = ""
    text: str = ""


def told_apart(screens: Sequence[ScreenFacts]) -> dict[str, ScreenFacts]:
    """Return screens by their names, from left to right and from top to bottom.

    Of several with one name the second is told "NAME 2" and so on, so that each keeps its name as long as it stays in place.
    """
    told: dict[str, ScreenFacts] = {}
    counts: dict[str, int] = {}
    for screen in sorted(screens, key=lambda one: (one.x, one.y)):
        name = screen.name or "Screen"
        counts[name] = counts.get(name, 0) + 1
        told[name if counts[name] == 1 else f"{name} {counts[name]}"] = screen
    return told


def others(screens: Screens, home: str) -> tuple[str, ...]:
    """Return the screens that show nothing of `home`, the window's own; every one while that is not known."""
    own = screens.get(home)
    return tuple(name for name, screen in screens.items() if name != home and (own is None or not screen.overlaps(own)))


def place(screens: Screens, home: str, wanted: str) -> Place:
    """Return where the wall view belongs.

    Args:
        screens: All that are attached.
        home: The window's own, "" while that is not known.
        wanted: What a person chose; "" for any other than the window's.
    """
    free = others(screens, home)
    if not wanted:
        if free:
            return Place(How.FULL, free[0])
        return Place(
            How.WINDOW,
            text="This computer has one screen, so the wall view is a window on it. On a second screen it fills the screen.",
        )
    if wanted in free:
        return Place(How.FULL, wanted)
    if wanted in screens:
        return Place(
            How.WAITING,
            text=f"The wall view would cover this window on {wanted}. Move this window to another screen, or choose another "
            "one for the wall view.",
        )
    return Place(How.WAITING, text=f"The screen {wanted} is not connected. The wall view comes back with it.")


def options(screens: Screens, home: str, wanted: str) -> tuple[tuple[str, str], ...]:
    """Return what a person can choose from, as (what to keep, words): the other screens, and a chosen one that is away."""
    offered = [(name, _words(name, screens[name], screens.get(home))) for name in others(screens, home)]
    if not offered:
        offered.append(("", "A window on this screen"))
    if wanted and wanted not in [name for name, _ in offered]:
        away = "not free now" if wanted in screens else "not connected"
        offered.append((wanted, f"{wanted}, {away}"))
    return tuple(offered)


def _words(name: str, screen: ScreenFacts, own: ScreenFacts | None) -> str:
    return f"{_side(screen, own)} · {screen.width} × {screen.height} ({name})"


def _side(screen: ScreenFacts, own: ScreenFacts | None) -> str:
    """Return where a screen stands, seen from the window's."""
    if own is None:
        return "Screen"
    if screen.x >= own.x + own.width:
        return "On the right"
    if screen.x + screen.width <= own.x:
        return "On the left"
    return "Above" if screen.y < own.y else "Below"
