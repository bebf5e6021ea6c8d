"""One start: opens a window, prints the moment when its first picture was handed to the screen, and ends.

python -m tests.bench.startup bare|nursestation PROFILE
"""

import sys
from contextlib import ExitStack
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow

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


def main() -> int:
    what, profile = sys.argv[1], Path(sys.argv[2])
    with ExitStack() as stack:
        if what == "bare":
            application = QApplication([])
            window = QMainWindow()
            window.setCentralWidget(QLabel("Nursestation"))
        else:
            import nursestation.cli  # noqa: F401 - what the command imports, it imports here
            from devices.clock import SystemClock
            from nursestation.app import OpenStation, make_application
            from nursestation.doctor import Verdict, check_qt
            from nursestation.paths import Profile
            from nursestation.pins import Argon2Pins

            assert check_qt().verdict is Verdict.OK
            application = make_application()
            station = stack.enter_context(OpenStation(Profile(profile), (), 1, SystemClock(), Argon2Pins()))
            window = station.shell.window
        picture = FirstPicture(window)
        window.show()
        status = application.exec()
    assert picture.at_ns is not None
    sys.stdout.write(f"{picture.at_ns}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
