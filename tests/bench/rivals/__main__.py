"""Draw the scene in one way, for the bench; prints one JSON line.

    python -m tests.bench.rivals WAY back|paced SECONDS

`back`: frame after frame without a pause, with a clock that moves by a sixtieth of a second each. `paced`: by a timer that
asks for as many frames as the program does. Told are processor seconds a painted frame. Handing over the samples is measured
by itself and taken off: how they come to the picture is not what is compared.
"""

import importlib
import json
import sys
import time

from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from devices.clock import NS_PER_S, ManualClock, Moment, SystemClock
from nursestation.ui.bridge import FRAME_MS
from tests.bench.processor import resident_mib
from tests.bench.rivals.scene import SIZE, Arrivals

WAYS = {
    "ours": "ours",
    "floor": "floor",
    "pg_default": "pg_default",
    "pg_tuned": "pg_tuned",
    "pglive": "live_pg",
    "matplotlib": "matplotlib_blit",
}
FRAME_NS = NS_PER_S // 60
WARM_S = 24.0
"""Of the scene, before anything is drawn [s]: a whole sweep of the slow waves, and more of the fast ones."""
BLOCKS = 5


class Frames(QObject):
    """Counts the paints of one widget."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self.n = 0
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self.n += event.type() is QEvent.Type.Paint
        return False


class Drawing:
    """One way of drawing, fed and timed."""

    def __init__(self, way: str, clock: ManualClock | SystemClock, start_ns: int) -> None:
        self.module = importlib.import_module(f"tests.bench.rivals.{WAYS[way]}")
        self.rival = self.module.Rival(clock) if way == "ours" else self.module.Rival()
        self._clock = clock
        self._arrivals = Arrivals(start_ns)
        self._prepare = getattr(self.rival, "records", list)
        self.fed_s = self.taken_s = 0.0
        window = self.rival.window
        window.setFixedSize(*SIZE)
        window.show()
        self.frames = Frames(self.rival.painted)

    def take(self) -> int:
        """Hand over what came until now, and return now [ns]."""
        now_ns = self._clock.now().mono_ns
        began = time.thread_time()
        came = self._prepare(self._arrivals.until(now_ns))
        ready = time.thread_time()
        self.rival.take(came)
        done = time.thread_time()
        self.fed_s += done - began
        self.taken_s += done - ready
        return now_ns

    def frame(self) -> None:
        """Take what came until now and move the picture on; it is painted when Qt comes to it."""
        self.rival.advance(self.take())


def warm_up(way: str, application: QApplication) -> tuple[Drawing, ManualClock]:
    """Return a window whose picture is full."""
    start_ns = 1000 * NS_PER_S
    clock = ManualClock(Moment(start_ns, start_ns))
    drawing = Drawing(way, clock, start_ns)
    for _ in range(round(WARM_S * 60)):
        clock.advance_ns(FRAME_NS)
        drawing.take()
    for _ in range(3):
        clock.advance_ns(FRAME_NS)
        drawing.frame()
        application.processEvents()
    return drawing, clock


def back_to_back(way: str, application: QApplication, seconds: float) -> dict[str, object]:
    """Draw without a pause for some seconds, at least a few frames."""
    drawing, clock = warm_up(way, application)
    blocks = []
    taken_s, began_n = drawing.taken_s, drawing.frames.n
    for _ in range(BLOCKS):
        n, cpu, before_s = drawing.frames.n, time.process_time(), drawing.fed_s
        until = time.perf_counter() + seconds / BLOCKS
        asked = 0
        while time.perf_counter() < until or asked < 3:
            clock.advance_ns(FRAME_NS)
            drawing.frame()
            application.processEvents()
            asked += 1
        spent = time.process_time() - cpu - (drawing.fed_s - before_s)
        if drawing.frames.n - n < asked:
            raise SystemExit(f"{way}: {asked} frames were asked for and {drawing.frames.n - n} painted")
        blocks.append(1e3 * spent / asked)
    n = drawing.frames.n - began_n
    return {
        "ms": blocks,
        "frames": n,
        "taking_ms": 1e3 * (drawing.taken_s - taken_s) / n,
        "differs": drawing.module.DIFFERS,
    }


def paced(way: str, _application: QApplication, seconds: float) -> dict[str, object]:
    """Draw by a timer for some seconds."""
    clock = SystemClock()
    drawing = Drawing(way, clock, clock.now().mono_ns - round(WARM_S * NS_PER_S))
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.setInterval(FRAME_MS)
    timer.timeout.connect(drawing.frame)
    timer.start()
    _wait(1.0)
    n, cpu, wall, fed_s = drawing.frames.n, time.process_time(), time.perf_counter(), drawing.fed_s
    _wait(seconds)
    n, passed = drawing.frames.n - n, time.perf_counter() - wall
    spent = time.process_time() - cpu
    drawn = spent - (drawing.fed_s - fed_s)
    return {
        "ms": [1e3 * drawn / n],
        "frames_s": n / passed,
        "cpu": 100 * spent / passed,
        "asked_s": 1e3 / FRAME_MS,
        "rss_mib": resident_mib(),
        "differs": drawing.module.DIFFERS,
    }


def _wait(seconds: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def main() -> None:
    way, mode, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    application = QApplication([])
    measure = {"back": back_to_back, "paced": paced}[mode]
    try:
        result = {"way": way, "platform": application.platformName(), **measure(way, application, seconds)}
    except ModuleNotFoundError as error:
        result = {"way": way, "missing": error.name}
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
