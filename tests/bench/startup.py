"""One start: opens a window, prints when its first picture was handed to the screen and when it could be used, and ends.

    python -m tests.bench.startup bare|nursestation PROFILE

Imports are late and in the order of the command line's, because their time is what is measured.
"""

import sys
from contextlib import ExitStack
from pathlib import Path


def main() -> int:
    what, profile = sys.argv[1], Path(sys.argv[2])
    first_ns: int | None = None
    with ExitStack() as stack:
        if what == "bare":
            from PySide6.QtWidgets import QApplication, QLabel, QMainWindow

            application = QApplication([])
            window = QMainWindow()
            window.setCentralWidget(QLabel("Nursestation"))
        else:
            from time import monotonic_ns

            from nursestation.entry import appear

            opening = appear()  # as the command does, before everything else
            assert opening is not None
            first_ns = monotonic_ns()
            import nursestation.cli  # noqa: F401 - what the command imports, it imports here
            from devices.clock import SystemClock
            from nursestation.app import OpenStation
            from nursestation.commandline.doctor import Verdict, check_qt
            from nursestation.paths import Profile, resource
            from nursestation.pins import Argon2Pins
            from nursestation.ui.shell import make_application

            assert check_qt().verdict is Verdict.OK
            application = make_application(resource("fonts"))
            station = stack.enter_context(OpenStation(Profile(profile), (), 1, SystemClock(), Argon2Pins()))
            window = station.shell.window
            opening.give_way_to(window)
        from tests.bench.first_picture import FirstPicture

        picture = FirstPicture(window)
        window.show()
        status = application.exec()
    assert picture.at_ns is not None
    sys.stdout.write(f"{first_ns or picture.at_ns} {picture.at_ns}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
