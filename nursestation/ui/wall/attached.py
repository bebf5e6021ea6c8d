"""The screens that are attached now, and a window on one of them."""

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QApplication, QWidget

from nursestation.ui.plots.wave_field import pixels_per_mm
from nursestation.ui.wall.screens import ScreenFacts, told_apart


class AttachedScreens(QObject):
    """Tells of the screens of this computer.

    Signals:
        changed: One was plugged in or out, moved on the desktop, or the watched window went to another.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        application = QApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.screenAdded.connect(self._on_added)
        application.screenRemoved.connect(self._on_changed)
        for screen in application.screens():
            screen.geometryChanged.connect(self._on_changed)

    def watch(self, window: QWidget) -> None:
        """Tell also when `window`, which stands, goes to another screen."""
        handle = window.windowHandle()
        if handle is not None:
            handle.screenChanged.connect(self._on_changed)

    def facts(self) -> dict[str, ScreenFacts]:
        """Return all of them by names that tell them apart."""
        return told_apart([_facts(screen) for screen in QGuiApplication.screens()])

    def of(self, window: QWidget) -> str:
        """Return the name of the screen on which `window` is, "" while that is none of those attached."""
        own = _facts(window.screen())
        return next((name for name, screen in self.facts().items() if screen == own), "")

    def px_per_mm(self, name: str) -> float:
        """Return how many pixels make a millimetre on a screen; on one that is not there, as usual."""
        return pixels_per_mm(self._found(name))

    def fill(self, window: QWidget, name: str) -> None:
        """Let `window` fill a screen and nothing but it."""
        screen = self._found(name)
        if screen is not None:
            window.setScreen(screen)
            window.setGeometry(screen.geometry())
        window.showFullScreen()

    def _found(self, name: str) -> QScreen | None:
        wanted = self.facts().get(name)
        return next((screen for screen in QGuiApplication.screens() if _facts(screen) == wanted), None)

    @Slot(QScreen)
    def _on_added(self, screen: QScreen) -> None:
        screen.geometryChanged.connect(self._on_changed)
        self.changed.emit()

    @Slot()
    def _on_changed(self) -> None:
        self.changed.emit()


def _facts(screen: QScreen) -> ScreenFacts:
    area = screen.geometry()
    return ScreenFacts(screen.name(), area.x(), area.y(), area.width(), area.height())
