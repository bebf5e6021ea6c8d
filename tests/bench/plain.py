"""The same station as tutorials write it, to compare with: the same drivers, sixteen chairs with three waves each.

    python -m tests.bench.plain PROFILE STRETCHES SECONDS smooth|thin

A thread a port reads with pyserial and signals what the driver makes of it; a PlotWidget a wave gets its whole window of
samples with each frame; a label a number; each number is a row of a table, committed once a second. It has no alarms, no
sessions, no record of waves, no chart. `smooth` draws lines as the program does; `thin` as pyqtgraph ships them, a pixel thick
and jagged, which is much cheaper for it.
"""

import json
import sqlite3
import sys
import threading
import time
import tomllib
from pathlib import Path

import numpy as np
import pyqtgraph as pg
import serial
from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QApplication,
    QGridLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QVBoxLayout,
    QWidget,
)

from devices.events import Numeric, WaveformChunk
from devices.registry import lookup
from tests.bench.compared import FRAME_MS, SETTLE_S, SIZE, WAVE_PEN
from tests.bench.stretches import Stretches

COLOURS = {"ecg": "g", "pleth": "c", "resp": "w"}
WINDOW_S = {"ecg": 4.0, "pleth": 4.0, "resp": 16.0}
"""What a tile of the program's shows of each wave, at the usual speeds [s]."""
LABELS = {"heart_rate": "HR", "spo2": "SpO2", "resp_rate": "RR", "nibp_sys": "SYS", "nibp_dia": "DIA", "temp": "T"}
COLUMNS = 4


class PortReader(QObject):
    """Reads one monitor in a thread of its own."""

    came = Signal(int, object)

    def __init__(self, chair: int, driver: str, port: str) -> None:
        super().__init__()
        self._chair = chair
        self._driver = lookup(driver).make()
        settings = lookup(driver).info.serial[0]
        self._line = serial.Serial(port, settings.baud, timeout=0.1)
        self._is_over = False
        self._thread = threading.Thread(target=self._read)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._is_over = True
        self._thread.join()
        self._line.close()

    def _read(self) -> None:
        while not self._is_over:
            said = self._line.read(self._line.in_waiting or 1)
            now_ns = time.monotonic_ns()
            events = [*self._driver.feed(said, now_ns), *self._driver.tick(now_ns)]
            if events:
                self.came.emit(self._chair, events)
            answer = self._driver.pending_writes(now_ns)
            if answer:
                self._line.write(answer)


class Chair(QGroupBox):
    """One chair's plots and numbers."""

    def __init__(self, number: int, width: float) -> None:
        super().__init__(f"Chair {number}")
        self._data: dict[str, np.ndarray] = {}
        self._curves = {}
        self._labels = {}
        row = QHBoxLayout(self)
        numbers = QVBoxLayout()
        for metric, name in LABELS.items():
            self._labels[metric] = QLabel(f"{name} --")
            numbers.addWidget(self._labels[metric])
        row.addLayout(numbers)
        plots = QVBoxLayout()
        for metric, colour in COLOURS.items():
            plot = pg.PlotWidget()
            self._curves[metric] = plot.plot(pen=pg.mkPen(colour, width=width))
            plots.addWidget(plot)
        row.addLayout(plots, 1)
        self.first_plot = self.findChild(pg.PlotWidget)

    @property
    def has_waves(self) -> bool:
        return len(self._data) == len(COLOURS)

    def take(self, event: object) -> None:
        if isinstance(event, WaveformChunk) and event.metric in COLOURS:
            values = np.frombuffer(event.samples, "<i2") * event.scale + event.offset
            kept = self._data.setdefault(event.metric, np.zeros(round(WINDOW_S[event.metric] * event.rate_hz)))
            kept[:] = np.roll(kept, -len(values))
            kept[-len(values) :] = values
        elif isinstance(event, Numeric) and event.metric in LABELS:
            said = "--" if event.value is None else f"{event.value:g}"
            self._labels[event.metric].setText(f"{LABELS[event.metric]} {said}")

    def draw(self) -> None:
        for metric, values in self._data.items():
            self._curves[metric].setData(values)


class Window(QMainWindow):
    """All chairs."""

    def __init__(self, folder: Path, monitors: list[tuple[int, str, str]], width: float) -> None:
        super().__init__()
        middle = QWidget()
        grid = QGridLayout(middle)
        self._chairs = {}
        self._readers = []
        for n, (number, driver, port) in enumerate(monitors):
            self._chairs[number] = Chair(number, width)
            grid.addWidget(self._chairs[number], n // COLUMNS, n % COLUMNS)
            reader = PortReader(number, driver, port)
            reader.came.connect(self._take, Qt.ConnectionType.QueuedConnection)
            self._readers.append(reader)
        self.setCentralWidget(middle)
        self._record = sqlite3.connect(folder / "plain.sqlite3")
        self._record.execute("CREATE TABLE reading (chair INTEGER, metric TEXT, time REAL, value REAL)")
        self._frames = QTimer(self, interval=FRAME_MS, timerType=Qt.TimerType.PreciseTimer)
        self._frames.timeout.connect(self._draw)
        self._commits = QTimer(self, interval=1000)
        self._commits.timeout.connect(self._record.commit)
        self.painted = next(iter(self._chairs.values())).first_plot.viewport()

    def begin(self) -> None:
        for reader in self._readers:
            reader.start()
        self._frames.start()
        self._commits.start()

    def end(self) -> None:
        self._frames.stop()
        for reader in self._readers:
            reader.stop()
        self._record.commit()
        self._record.close()

    @property
    def is_full(self) -> bool:
        return all(chair.has_waves for chair in self._chairs.values())

    @Slot(int, object)
    def _take(self, number: int, events: list[object]) -> None:
        for event in events:
            self._chairs[number].take(event)
            if isinstance(event, Numeric):
                row = (number, event.metric, time.time(), event.value)
                self._record.execute("INSERT INTO reading VALUES (?, ?, ?, ?)", row)

    @Slot()
    def _draw(self) -> None:
        for chair in self._chairs.values():
            chair.draw()


def main() -> int:
    profile, n, seconds = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    settings = tomllib.loads((profile / "station.toml").read_text(encoding="utf-8"))
    monitors = [
        (chair["number"], chair["monitor"][0]["driver"], chair["monitor"][0]["port"]) for chair in settings["chair"]
    ]
    application = QApplication([])
    is_smooth = sys.argv[4] == "smooth"
    pg.setConfigOptions(antialias=is_smooth)
    window = Window(profile, monitors, WAVE_PEN if is_smooth else 1.0)
    window.resize(*SIZE)
    window.show()
    stretches = Stretches(window.painted, n, seconds, lambda: {"full": window.is_full})
    window.begin()
    QTimer.singleShot(round(2000 * SETTLE_S), stretches.begin)
    try:
        status = application.exec()
    finally:
        window.end()
    assert (window.width(), window.height()) == SIZE
    sys.stdout.write(json.dumps({"platform": application.platformName(), "stretches": stretches.told}) + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
