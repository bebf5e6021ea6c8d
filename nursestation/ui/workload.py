"""How much the window's thread works, and how many of its frames come: told once a second."""

from collections.abc import Callable
from time import thread_time_ns

from PySide6.QtCore import QObject, Signal, Slot

from devices.clock import NS_PER_S, Clock


class Workload(QObject):
    """Counts frames and the processor time of the thread that they come in.

    Args:
        clock: The machine's own.
        frame_ms: Time between two frames that are asked for [ms].
        worked_ns: Processor time of this thread so far [ns].

    Signals:
        seen: The part of the last second that the thread worked, and of the asked frames those that came, each 0 to 1.
    """

    seen = Signal(float, float)

    def __init__(
        self,
        clock: Clock,
        frame_ms: int,
        worked_ns: Callable[[], int] = thread_time_ns,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._clock, self._worked_ns = clock, worked_ns
        self._asked_a_s = 1000 / frame_ms
        self._frames = 0
        self._since_ns, self._worked_before_ns = clock.now().mono_ns, worked_ns()

    @Slot()
    def framed(self) -> None:
        """Count a frame; with the first one after a full second, tell."""
        self._frames += 1
        now_ns = self._clock.now().mono_ns
        passed_ns = now_ns - self._since_ns
        if passed_ns < NS_PER_S:
            return
        worked_ns = self._worked_ns()
        busy = (worked_ns - self._worked_before_ns) / passed_ns
        came = self._frames / (self._asked_a_s * passed_ns / NS_PER_S)
        self._since_ns, self._worked_before_ns, self._frames = now_ns, worked_ns, 0
        self.seen.emit(min(1.0, busy), min(1.0, came))
