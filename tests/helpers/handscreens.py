"""Screens that are plugged in and out by hand: the platform of the tests has one alone."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from nursestation.ui.wall.screens import ScreenFacts, told_apart

DESK = ScreenFacts("eDP-1", 0, 0, 1280, 800)
WALL = ScreenFacts("HDMI-1", 1280, 0, 1920, 1080)
PX_PER_MM = 4.0


class HandScreens(QObject):
    """The screens of a computer, the window on the first of them.

    Attributes:
        attached: All of them.
        home: Name of the window's.
        filled: Which screens a window was given, oldest first.
    """

    changed = Signal()

    def __init__(self, *attached: ScreenFacts) -> None:
        super().__init__()
        self.attached, self.home, self.filled = list(attached), attached[0].name, []

    def plug(self, screen: ScreenFacts) -> None:
        """Add a screen."""
        self.attached.append(screen)
        self.changed.emit()

    def pull(self, screen: ScreenFacts) -> None:
        """Take a screen away."""
        self.attached.remove(screen)
        self.changed.emit()

    def go(self, name: str) -> None:
        """Take the window to another screen."""
        self.home = name
        self.changed.emit()

    def watch(self, window: QWidget) -> None:
        """Watch nothing: `go` moves the window."""

    def facts(self) -> dict[str, ScreenFacts]:
        """Return all of them."""
        return told_apart(self.attached)

    def of(self, _window: QWidget) -> str:
        """Return the window's."""
        return self.home

    def px_per_mm(self, _name: str) -> float:
        """Return the same of each."""
        return PX_PER_MM

    def fill(self, window: QWidget, name: str) -> None:
        """Give `window` the size of a screen."""
        self.filled.append(name)
        screen = self.facts()[name]
        window.resize(screen.width, screen.height)
        window.show()
