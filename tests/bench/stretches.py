"""A program that runs, measured stretch by stretch: painted frames, processor time, memory."""

import os
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication, QWidget

from devices.clock import NS_PER_S, SystemClock
from tests.bench.processor import resident_mib


class Stretches(QObject):
    """Measures one stretch after the other, then ends the program.

    Args:
        painted: What counts as a frame when it is painted.
        n: How many stretches.
        seconds: How long each takes [s].
        more: Adds to what is told of each.

    Attributes:
        told: A dictionary of each stretch.
    """

    def __init__(
        self, painted: QWidget, n: int, seconds: float, more: Callable[[], dict[str, object]] | None = None
    ) -> None:
        super().__init__()
        self._left, self._ms = n, round(seconds * 1000)
        self._more = more
        self._clock = SystemClock()
        self._n_paints = 0
        self._start = (0, 0, 0.0)
        self.told: list[dict[str, object]] = []
        painted.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self._n_paints += event.type() is QEvent.Type.Paint
        return False

    @Slot()
    def begin(self) -> None:
        """Begin with a stretch."""
        self._start = (self._clock.now().mono_ns, self._n_paints, _processor_s())
        QTimer.singleShot(self._ms, self._end)

    @Slot()
    def _end(self) -> None:
        start_ns, n_paints, cpu_s = self._start
        seconds = (self._clock.now().mono_ns - start_ns) / NS_PER_S
        spent_s, frames = _processor_s() - cpu_s, self._n_paints - n_paints
        self.told.append({
            "seconds": seconds,
            "frames_s": frames / seconds,
            "cpu": 100 * spent_s / seconds,
            "ms_a_frame": 1e3 * spent_s / max(frames, 1),
            "rss_mib": resident_mib(),
            **(self._more() if self._more else {}),
        })  # fmt: skip
        self._left -= 1
        if self._left:
            self.begin()
        else:
            QApplication.exit()


def _processor_s() -> float:
    """Return the processor time of all threads, user and system [s]."""
    times = os.times()
    return times.user + times.system
