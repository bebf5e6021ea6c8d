"""Lets a `Pacer` look once a second, and says when the pace is another and how many pictures of the waves are drawn.

Only waves know of the pace: the bridge gives numbers, alarms and records with every frame, whatever is said here.
"""

from PySide6.QtCore import QObject, Signal, Slot

from devices.clock import Clock
from nursestation.ui.pacing import Drawing, Pace, Pacer
from nursestation.ui.workload import Workload


class PaceKeeper(QObject):
    """Counts frames and keeps the pace.

    Args:
        clock: The machine's own.
        frame_ms: Time between two frames that are asked for [ms].

    Signals:
        paced: The `Pace` from now on, when it is another one.
        looked: A `Drawing`, once a second.
    """

    paced = Signal(object)
    looked = Signal(object)

    def __init__(self, clock: Clock, frame_ms: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pacer = Pacer()
        self._asked_a_s = 1000 / frame_ms
        self._workload = Workload(clock, frame_ms, parent=self)
        self._workload.seen.connect(self.look)

    @property
    def pace(self) -> Pace:
        """Return the present pace."""
        return self._pacer.pace

    @Slot()
    def framed(self) -> None:
        """Count a frame."""
        self._workload.framed()

    @Slot(float, float)
    def look(self, busy: float, frames: float) -> None:
        """Take what the last second was like; see `Pacer.look`."""
        before = self._pacer.pace
        asked = self._asked_a_s / before.front
        pace = self._pacer.look(busy, frames)
        if pace != before:
            self.paced.emit(pace)
        self.looked.emit(
            Drawing(round(self._asked_a_s), round(self._asked_a_s / pace.front), round(min(1.0, frames) * asked))
        )
