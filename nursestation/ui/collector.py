"""Collects garbage in the window's thread alone, on a timer: docs/adr/0019.

Rule of the file: it imports nothing of the program and no library but Qt, for it runs as long as the window does.
"""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

EVERY_MS = 1000


class Collector(QObject):
    """Takes over from Python's own collection, from its making until `stop`.

    Python collects a generation when its count has passed a threshold, in whichever thread comes to pass it; here the same
    is looked at once a second, in the thread that this belongs to. What is there at the first look (modules, classes, the window)
    stays for as long as the program and is never looked through again: that took 126 ms each time with sixteen chairs.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._has_frozen = False
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self._collect)
        self._timer.start()

    def stop(self) -> None:
        """Let Python collect by itself again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    @Slot()
    def _collect(self) -> None:
        if not self._has_frozen:
            self._has_frozen = True
            gc.collect()
            gc.freeze()
            return
        due = [
            n for n, (count, most) in enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True)) if count > most
        ]
        if due:
            gc.collect(due[-1])
