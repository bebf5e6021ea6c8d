"""When the first picture of a window was handed to the screen."""

from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtWidgets import QMainWindow

SIZE = (1280, 800)


class FirstPicture(QObject):
    """Ends the program when the first picture is out."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__()
        self._is_inside = False
        self._has_painted = False
        self.at_ns: int | None = None
        window.resize(*SIZE)
        window.winId()  # makes the native window, without showing it
        window.installEventFilter(self)
        window.windowHandle().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint:
            self._has_painted = True
        if event.type() not in (QEvent.Type.Expose, QEvent.Type.UpdateRequest) or self._is_inside:
            return False
        self._is_inside = True
        QCoreApplication.instance().notify(watched, event)  # the widgets are painted and flushed in here
        self._is_inside = False
        if self._has_painted and self.at_ns is None:
            from devices.clock import SystemClock  # not before the picture: the bare window knows nothing of it

            self.at_ns = SystemClock().now().mono_ns
            QCoreApplication.quit()
        return True
