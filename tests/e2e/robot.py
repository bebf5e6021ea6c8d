"""A pair of hands for the real window: runs the program in a process of its own and does what it is told, line by line.

Started by the end-to-end tests. Each line of standard input is a JSON list, a verb and its arguments; each is answered by
one JSON line on standard output. Everything is done to the widgets that a person would use, found by their object names and
only while they can be seen and used; `station` reads what the engine published last, as a screen does.
"""

import json
import os
import sys
from argparse import ArgumentParser
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QSocketNotifier, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QPlainTextEdit, QScrollArea, QWidget

from devices.clock import Moment, ScaledClock, SystemClock
from nursestation.app import OpenStation, collecting_here
from nursestation.paths import Profile, resource
from nursestation.pins import Argon2Pins
from nursestation.ui.shell import make_application
from tests.e2e.hands import Finger, Keyboard, Unusable


class Robot:
    def __init__(self, station: OpenStation, application: QApplication) -> None:
        self._station = station
        self._window = station.shell.window
        self._application = application
        self._notifier = QSocketNotifier(0, QSocketNotifier.Type.Read)
        self._notifier.activated.connect(self._read)
        self._rest = b""
        self._keyboard = Keyboard(self._window, application)
        self._finger = Finger(self._window, application)

    def _read(self) -> None:
        data = os.read(0, 65536)
        if not data:
            self._application.quit()
        self._rest += data
        *lines, self._rest = self._rest.split(b"\n")
        for line in lines:
            self._answer(line)

    def _answer(self, line: bytes) -> None:
        verb, *arguments = json.loads(line)
        try:
            answer = {"ok": getattr(self, verb)(*arguments)}
        except Unusable as error:
            answer = {"error": str(error)}
        except Exception as error:  # noqa: BLE001 - told to the test, which fails with it
            answer = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()

    # --- hands ---

    def click(self, name: str) -> None:
        widget = self._usable(name)
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, _spot(widget))

    def type(self, name: str, text: str) -> None:
        widget = self._usable(name)
        widget.setFocus()
        if isinstance(widget, QLineEdit | QPlainTextEdit):
            widget.selectAll()
        QTest.keyClicks(widget, text)

    def key(self, sequence: str) -> None:
        QTest.keySequence(self._window, sequence)

    def keys(self, verb: str, *arguments: object) -> object:
        """Do something with the keyboard alone (`hands.Keyboard`)."""
        return getattr(self._keyboard, verb)(*arguments)

    def finger(self, verb: str, *arguments: object) -> object:
        """Do something with a finger alone (`hands.Finger`)."""
        return getattr(self._finger, verb)(*arguments)

    def resize(self, width: int, height: int) -> None:
        self._window.showNormal()
        self._window.resize(width, height)
        for _ in range(3):  # a wrapped label asks for its height only after it was given its width
            self._application.processEvents()

    def grab(self, path: str) -> list[int]:
        self._application.processEvents()
        picture = self._window.grab()
        picture.save(path)
        return [picture.width(), picture.height()]

    def close(self) -> None:
        self._window.close()

    def stumble(self, text: str) -> None:
        """Let a slot of the window raise, as a fault of the program would."""
        self._excuse = text
        QTimer.singleShot(0, self._window, self._raise)

    def _raise(self) -> None:
        raise RuntimeError(self._excuse)

    # --- eyes ---

    def text(self, name: str) -> str:
        widget = self._seen(name)
        if isinstance(widget, QAbstractButton | QLabel | QLineEdit):
            return widget.text()
        raise Unusable(f"{name} holds no text")

    def says(self, words: str) -> bool:
        """Whether words stand on the window; what is cut short counts where its tip says the whole."""
        shown = [widget for widget in self._window.findChildren(QWidget) if widget.isVisible()]
        return any(
            words in widget.toolTip() or (isinstance(widget, QLabel) and words in widget.text()) for widget in shown
        )

    def usable(self, name: str) -> bool:
        return any(w.isVisible() and w.isEnabled() for w in self._window.findChildren(QWidget, name))

    def shown(self, name: str) -> bool:
        return any(widget.isVisible() for widget in self._window.findChildren(QWidget, name))

    def names(self) -> list[str]:
        widgets = self._window.findChildren(QWidget)
        return sorted(
            {
                w.objectName()
                for w in widgets
                if w.isVisible() and w.objectName() and not w.objectName().startswith("qt_")
            }
        )

    def clipped(self) -> list[str]:
        """Labels and buttons whose text is wider than they are."""
        _lay_out()
        found = []
        for widget in self._window.findChildren(QWidget):
            if not widget.isVisible() or not isinstance(widget, QLabel | QAbstractButton):
                continue
            if isinstance(widget, QLabel) and widget.wordWrap():
                too_small = widget.height() < widget.heightForWidth(widget.width()) - 2
            else:
                too_small = widget.text() != "" and widget.width() < widget.minimumSizeHint().width() - 2
            if too_small:
                found.append(f"{widget.objectName() or type(widget).__name__}: {widget.text()}")
        return found

    def station(self) -> dict[str, object]:
        snapshot = self._station.station.outbox.latest
        if snapshot is None:
            return {}
        return {
            "operator": snapshot.operator and snapshot.operator.id,
            "at": snapshot.at.utc_ns,
            "conditions": [
                {"rule": c.rule, "chair": c.chair, "priority": c.priority, "text": c.text} for c in snapshot.conditions
            ],
            "chairs": {chair.number: _chair(chair) for chair in snapshot.chairs},
        }

    def _seen(self, name: str) -> QWidget:
        found = [widget for widget in self._window.findChildren(QWidget, name) if widget.isVisible()]
        if len(found) != 1:
            raise Unusable(f"{len(found)} visible widgets are named {name}")
        return found[0]

    def _usable(self, name: str) -> QWidget:
        widget = self._seen(name)
        if not widget.isEnabled():
            raise Unusable(f"{name} is disabled")
        area = widget.parentWidget()
        while area is not None:
            if isinstance(area, QScrollArea):
                area.ensureWidgetVisible(widget)
            area = area.parentWidget()
        self._application.processEvents()
        _lay_out()
        return widget


def _lay_out() -> None:
    """Give everything its place that was shown, or got other words, in this very turn."""
    for _ in range(3):  # a layout that grows asks the one around it
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)


def _spot(widget: QWidget) -> QPoint:
    """Where a finger lands: the middle, but a tick box at its box."""
    return (
        QPoint(14, widget.height() // 2)
        if widget.metaObject().className() in ("QCheckBox",)
        else widget.rect().center()
    )


def _chair(chair) -> dict[str, object]:
    visit = chair.visit
    body: dict[str, object] = {
        "monitoring": chair.monitoring,
        "links": {link.driver: link.phase for link in chair.links},
        "numerics": {view.metric: view.value for view in chair.numerics},
        "drafts": sorted(form for form, _ in chair.drafts),
    }
    if visit is not None:
        body |= {
            "session": visit.session,
            "phase": visit.phase,
            "paused": visit.paused,
            "baseline_ready": visit.baseline_ready,
            "may_start": visit.may_start,
            "gates": {gate.id: gate.state for gate in visit.gates},
            "cuffs": [str(reading) for reading in visit.cuffs],
            "flags": [
                {"grade": flag.grade, "outcome": flag.outcome, "present": flag.is_present} for flag in visit.flags
            ],
            "run_s": visit.infusion_run_s,
            "criteria": {} if visit.readiness is None else {c.id: c.state for c in visit.readiness.criteria},
            "instructions": visit.instructions and visit.instructions.how,
            "driver_code": visit.driver_code,
            "may_sign": visit.readiness is not None and visit.readiness.may_sign,
        }
    return body


def main() -> int:
    options = ArgumentParser()
    options.add_argument("--profile", type=Path, required=True)
    options.add_argument("--simulate", action="append", default=[])
    options.add_argument("--speed", type=float, default=1.0)
    options.add_argument(
        "--start", type=int, nargs=2, default=None, help="where a fast clock began: monotonic and UTC ns"
    )
    given = options.parse_args()
    clock = SystemClock() if given.start is None else ScaledClock(SystemClock(), given.speed, Moment(*given.start))
    application = make_application(resource("fonts"))
    with (
        collecting_here(),
        OpenStation(Profile(given.profile), given.simulate, 1, clock, Argon2Pins()) as station,
    ):
        station.show()
        robot = Robot(station, application)
        sys.stdout.write(json.dumps({"ok": "ready"}) + "\n")
        sys.stdout.flush()
        status = application.exec()
        del robot
    return status


if __name__ == "__main__":
    sys.exit(main())
