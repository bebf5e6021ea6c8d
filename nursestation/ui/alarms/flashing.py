"""The one clock of everything that flashes: what has one priority is lit and dark at the same time, wherever it stands.

Rules of the file:
1. The clock ticks only while something flashes; a quiet room repaints nothing.
2. What begins to flash begins lit.

Source of rates and duty: IEC 60601-1-8 6.3.2.2, in `theme.half_period_ms`.
"""

from collections.abc import Iterable
from math import gcd

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from devices.events import Priority
from nursestation.ui import theme

TICK_MS = gcd(*(half for half in map(theme.half_period_ms, Priority) if half))
"""Between two looks [ms]: every half of every flash is a whole number of them."""


class Flashing(QObject):
    """Says which half of its flash a priority is in.

    Signals:
        flipped: A `Priority` went from lit to dark or back.
    """

    flipped = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wanted: dict[str, frozenset[Priority]] = {}
        self._passed_ms: dict[Priority, int] = {}
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.tick)

    @property
    def is_running(self) -> bool:
        """Say whether anything flashes."""
        return self._timer.isActive()

    def want(self, who: str, priorities: Iterable[Priority]) -> None:
        """Say which priorities `who` shows flashing from now on; those that do not flash are left out."""
        self._wanted[who] = frozenset(one for one in priorities if theme.half_period_ms(one))
        wanted = frozenset[Priority]().union(*self._wanted.values())
        self._passed_ms = {one: self._passed_ms.get(one, 0) for one in wanted}
        if not wanted:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def is_dark(self, priority: Priority) -> bool:
        """Say whether `priority` is in the dark half of its flash."""
        half = theme.half_period_ms(priority)
        return bool(half) and self._passed_ms.get(priority, 0) // half % 2 == 1

    @Slot()
    def tick(self) -> None:
        """Let `TICK_MS` pass."""
        for priority in sorted(self._passed_ms, key=lambda one: one.rank):
            self._passed_ms[priority] += TICK_MS
            if self._passed_ms[priority] % theme.half_period_ms(priority) == 0:
                self.flipped.emit(priority)
