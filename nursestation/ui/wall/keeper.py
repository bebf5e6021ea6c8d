"""Opens the wall view and closes it: as a person asks, as it was before the restart, and as its screen comes and goes.

Rules of the file:
1. What a person wants is in the settings of the screen and outlives a restart; whether the view stands depends on that and
   on the screens that are attached, and on nothing else.
2. The view goes with the window: what nobody can work at must not outlive what they work at.
"""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, Signal, SignalInstance, Slot
from PySide6.QtWidgets import QWidget

from nursestation.config.display import DisplaySettings
from nursestation.core.snapshot import StationSnapshot
from nursestation.ui.bridge import Bridge
from nursestation.ui.display import Display, dressed
from nursestation.ui.pacing import PACES, Pace
from nursestation.ui.theme import Theme
from nursestation.ui.wall.card import WallCard, WallLook
from nursestation.ui.wall.screens import How, Place, ScreenFacts, options, place
from nursestation.ui.wall.window import WallWindow

_PART = 0.75
"""Of the window's size that the view has as a window of its own."""


class Attached(Protocol):
    """The screens of this computer; see `attached.AttachedScreens`."""

    @property
    def changed(self) -> SignalInstance:
        """Return the signal that there are others."""
        ...

    def watch(self, window: QWidget) -> None:
        """Tell also when `window` goes to another screen."""
        ...

    def facts(self) -> dict[str, ScreenFacts]:
        """Return all screens by name."""
        ...

    def of(self, window: QWidget) -> str:
        """Return the name of the screen of `window`."""
        ...

    def px_per_mm(self, name: str) -> float:
        """Return how many pixels make a millimetre there."""
        ...

    def fill(self, window: QWidget, name: str) -> None:
        """Let `window` fill a screen."""
        ...


class WallKeeper(QObject):
    """Keeps the wall view.

    Args:
        home: The window that people work in.
        bridge: Where snapshots, frames and the engine's silence come from.
        screens: What is attached.
        display: What is set on the screen.
        card: Where a person opens it.
        theme_: Colours until others are chosen.
        make: Makes a view in these colours for a screen of so many pixels a millimetre.

    Signals:
        said: A sentence for the message line.
    """

    said = Signal(str)

    def __init__(
        self,
        home: QWidget,
        bridge: Bridge,
        screens: Attached,
        display: Display,
        card: WallCard,
        theme_: Theme,
        make: Callable[[Theme, float], WallWindow],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._home, self._bridge, self._screens = home, bridge, screens
        self._display, self._card, self._theme, self._make = display, card, theme_, make
        self._window: WallWindow | None = None
        self._at = Place(How.WAITING)
        self._pace = PACES[0]
        self._snapshot: StationSnapshot | None = None
        self._is_dead = self._is_over = False
        bridge.snapshot_changed.connect(self._on_snapshot)
        bridge.engine_dead.connect(self._on_engine_dead)
        screens.changed.connect(self._settle)
        display.changed.connect(self._on_display)
        card.open_wanted.connect(self._on_open)
        card.screen_chosen.connect(self._on_screen)
        card.face_chosen.connect(self._on_face)
        self._tell(self._wanted_place())

    @property
    def window(self) -> WallWindow | None:
        """Return the view, None while it is closed."""
        return self._window

    def start(self) -> None:
        """Open it where it was open before; called once the window stands."""
        self._screens.watch(self._home)
        self._settle()

    @Slot(object)
    def set_pace(self, pace: Pace) -> None:
        """Draw the waves as often as `pace` says of a screen that nobody works at."""
        self._pace = pace
        if self._window is not None:
            self._window.set_pace(pace)

    @Slot()
    def shut(self) -> None:
        """Close it for good; it opens again with the next start. Idempotent."""
        self._is_over = True
        self._put_away()

    # --- where it is ---

    def _wanted_place(self) -> Place:
        return place(self._screens.facts(), self._screens.of(self._home), self._display.settings.wall.screen)

    @Slot()
    def _settle(self) -> None:
        """Let the view be where it belongs now, and say so where a person could not have expected it."""
        if self._is_over:
            return
        wanted, before = self._wanted_place(), self._at
        was_there = self._window is not None
        if not self._display.settings.wall.is_open:
            self._at = Place(How.WAITING)
            self._put_away()
        elif wanted.how is How.WAITING:
            self._at = wanted
            self._put_away()
            if wanted.text != before.text:
                self.said.emit(wanted.text)
        elif not was_there or wanted != before:
            self._at = wanted
            self._open(wanted)
            if before.how is How.WAITING and before.text:
                self.said.emit(self.tr("The wall view is on {screen} again.").format(screen=wanted.screen))
        self._tell(wanted)
        if self._window is not None and wanted.screen and not self._display.settings.wall.screen:
            self._display.change_wall(screen=wanted.screen)  # it comes back to this one and to no other

    def _open(self, where: Place) -> None:
        self._put_away()
        window = self._make(self._theme, self._screens.px_per_mm(where.screen))
        self._window = window
        window.set_pace(self._pace)
        window.set_settings(self._display.settings)
        window.show_dead(self._is_dead)
        if self._snapshot is not None:
            window.render(self._snapshot)
        window.left.connect(self._on_left)
        self._bridge.framed.connect(window.canvas.advance)
        if where.how is How.FULL:
            self._screens.fill(window, where.screen)
        else:
            window.resize(self._home.size() * _PART)
            window.show()

    def _put_away(self) -> None:
        window, self._window = self._window, None
        if window is not None:
            self._bridge.framed.disconnect(window.canvas.advance)
            window.close()
            window.deleteLater()

    def _tell(self, wanted: Place) -> None:
        settings, screens, home = self._display.settings.wall, self._screens.facts(), self._screens.of(self._home)
        chosen = settings.screen or wanted.screen
        self._card.show_look(
            WallLook(
                options=options(screens, home, settings.screen),
                screen=chosen,
                face=settings.face,
                is_open=settings.is_open,
                note=wanted.text,
            )
        )

    # --- what comes ---

    @Slot(object)
    def _on_snapshot(self, snapshot: StationSnapshot) -> None:
        self._snapshot = snapshot
        if self._window is not None:
            self._window.render(snapshot)

    @Slot(bool)
    def _on_engine_dead(self, is_dead: bool) -> None:
        self._is_dead = is_dead
        if self._window is not None:
            self._window.show_dead(is_dead)

    @Slot(object)
    def _on_display(self, settings: DisplaySettings) -> None:
        look = dressed(settings, self._theme)
        if self._window is not None:
            if look != self._theme:
                self._window.set_theme(look)
            self._window.set_settings(settings)
        self._theme = look
        self._settle()

    @Slot(bool)
    def _on_open(self, is_open: bool) -> None:
        self._display.change_wall(is_open=is_open)

    @Slot(str)
    def _on_screen(self, screen: str) -> None:
        self._display.change_wall(screen=screen)

    @Slot(str)
    def _on_face(self, face: str) -> None:
        self._display.change_wall(face=face)

    @Slot()
    def _on_left(self) -> None:
        self._display.change_wall(is_open=False)
