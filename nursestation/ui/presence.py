"""Whether somebody uses the station: a touch, a key or a moved mouse is told to the engine now and then, so that it stays open.

It listens at the window itself, where the system's input arrives, and not to every event of every widget.
"""

from PySide6.QtCore import QEvent, QObject, QPointF, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from devices.clock import NS_PER_S, Clock

APART_NS = 10 * NS_PER_S
"""Least time from one telling to the next [ns]."""
_LEAST_MOVE_PX = 10
"""A mouse that moves less trembles with its table [px]."""
_USED = (
    QEvent.Type.KeyPress,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.Wheel,
    QEvent.Type.TouchBegin,
    QEvent.Type.TouchUpdate,
    QEvent.Type.TabletPress,
)


class Presence(QObject):
    """Listens to one window.

    Args:
        clock: Monotonic time.

    Signals:
        seen: Somebody uses the station; at most once in `APART_NS`.
    """

    seen = Signal()

    def __init__(self, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._told_ns: int | None = None
        self._mouse: QPointF | None = None

    def listen_to(self, window: QWidget) -> None:
        """Listen to a window that is shown; to the same one again does no harm."""
        handle = window.windowHandle()
        if handle is not None:
            handle.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Look at what arrives, and let it pass."""
        if event.type() in _USED or (isinstance(event, QMouseEvent) and self._has_moved(event)):
            now_ns = self._clock.now().mono_ns
            if self._told_ns is None or now_ns - self._told_ns >= APART_NS:
                self._told_ns = now_ns
                self.seen.emit()
        return False

    def _has_moved(self, event: QMouseEvent) -> bool:
        if event.type() != QEvent.Type.MouseMove:
            return False
        place = event.globalPosition()
        if self._mouse is None or (place - self._mouse).manhattanLength() >= _LEAST_MOVE_PX:
            self._mouse = place
            return True
        return False
