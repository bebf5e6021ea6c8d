"""Whether the picture that many frames have left standing is the one that a fresh paint makes.

    python -m tests.helpers.standing FRAMES

A process of its own, because Qt takes the scale factor (`QT_SCALE_FACTOR`) at its start. It draws waves of mixed rates and
speeds, one of them silent for a while, one late in bursts, through what happens to a window, and prints one JSON line: for each
of these the number of pixels that stand though a fresh paint has none there (stray), that lack (missing), and the largest
difference of any pixel, of 255. What differs from the ground by no more than `FAINT` counts as ground.
"""

import json
import os
import sys

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QPoint, QRectF
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from devices.clock import NS_PER_S, ManualClock, Moment
from devices.vocabulary import Unit
from nursestation.ui.plots.wave_field import WaveField, WavePlace
from nursestation.ui.plots.wave_look import Key
from nursestation.ui.plots.wave_store import WaveStore
from nursestation.ui.theme import DARK_THEME, LIGHT_THEME
from tests.helpers.published import make_wave

PX_PER_MM = 3.7
CHAIRS = 4
FAINT = 6
LAID_OVER = "after something lay over it"
"""Here alone Qt paints a part that the field has not asked for, and rounds where its edge cuts a line."""
RATES_HZ = {"ecg": 250.0, "pleth": 62.5, "resp": 25.0}
SILENT, LATE = 2, 3
"""Chairs whose monitors fall silent now and then, and send late."""


def _ecg(t: np.ndarray) -> np.ndarray:
    beat = (t * 1.2) % 1
    return 1.1 * np.exp(-(((beat - 0.3) / 0.012) ** 2)) - 0.3 * np.exp(-(((beat - 0.34) / 0.012) ** 2)) + 0.02 * t % 0.1


WAVES = {"ecg": _ecg, "pleth": lambda t: 0.5 + 0.4 * np.sin(7 * t), "resp": lambda t: 0.5 + 0.3 * np.sin(1.5 * t)}


class Room:
    """A window with the waves of some chairs, and the monitors that send them."""

    def __init__(self, application: QApplication) -> None:
        self._application = application
        self.clock = ManualClock(Moment(1000 * NS_PER_S, 0))
        self.store = WaveStore()
        self._sent_ms = 0
        self._ms = 0
        self.window = QWidget()
        self.field = WaveField(DARK_THEME, self.clock, self.store, PX_PER_MM, self.window)
        self.over = QWidget(self.window)
        self.over.setAutoFillBackground(True)
        self.over.hide()
        self.resize(803, 541)
        self.window.show()

    def resize(self, width: int, height: int) -> None:
        """Give the field, at an odd place in its window, another size, and its waves their places."""
        self.window.resize(width + 20, height + 20)
        self.field.setGeometry(7, 9, width, height)
        self.over.setGeometry(width // 3, height // 4, width // 3, height // 2)
        places = []
        for n in range(CHAIRS):
            left, top = (n % 2) * width / 2, (n // 2) * height / 2
            for row, metric in enumerate(RATES_HZ):
                area = QRectF(left + 37.3, top + 11 + row * height / 7, width / 2 - 41.7, height / 7)
                places.append(WavePlace(n + 1, _key(metric), area))
        self.field.set_places(places)

    def run(self, n_frames: int) -> None:
        """Let `n_frames` of 17 ms pass."""
        for _ in range(n_frames):
            self._ms += 17
            self.clock.advance(0.017)
            self._send()
            self.field.advance()
            self._application.processEvents()

    def _send(self) -> None:
        """Send packets of 80 ms that have come by now."""
        while self._sent_ms + 80 <= self._ms:
            self._sent_ms += 80
            at = Moment(1000 * NS_PER_S + self._sent_ms * 1_000_000, 0)
            second = self._sent_ms // 1000
            for chair in range(1, CHAIRS + 1):
                if (chair == SILENT and second % 9 in (4, 5, 6)) or (chair == LATE and self._sent_ms % 400 != 0):
                    continue
                n_packets = 5 if chair == LATE else 1
                self.store.add(
                    make_wave(
                        at,
                        WAVES[metric],
                        metric=metric,
                        unit=Unit.MV if metric == "ecg" else None,
                        rate_hz=rate_hz,
                        n=round(0.08 * n_packets * rate_hz),
                        chair=chair,
                    )
                    for metric, rate_hz in RATES_HZ.items()
                )

    def standing(self) -> np.ndarray:
        """Return the pixels that the window shows, without painting anything; shape `(height, width, 3)`."""
        picture = self.window.screen().grabWindow(self.window.winId()).toImage()
        image = picture.convertToFormat(QImage.Format.Format_RGB32)
        pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
        return pixels[:, :, :3].astype(int)

    def judge(self) -> dict[str, int]:
        """Compare what stands with a fresh paint."""
        before = self.standing()
        self.field.repaint()
        fresh = self.standing()
        ratio = self.window.devicePixelRatio()
        at = self.field.mapTo(self.window, QPoint(1, 1)) * ratio
        ground = fresh[at.y(), at.x()]
        difference = abs(before - fresh).max(axis=2)
        is_lit = [(abs(one - ground).max(axis=2) > FAINT) for one in (before, fresh)]
        return {
            "stray": int((is_lit[0] & ~is_lit[1]).sum()),
            "missing": int((is_lit[1] & ~is_lit[0]).sum()),
            "largest": int(difference.max()),
            "lit": int(is_lit[1].sum()),
        }


def _key(metric: str) -> Key:
    return (metric, "m", "")


def judge_all(application: QApplication, n_frames: int) -> dict[str, dict[str, int]]:
    """Return what `Room.judge` says after each of the things that happen to a window."""
    room = Room(application)
    found = {}
    room.run(n_frames)
    found["after many frames"] = room.judge()
    room.resize(701, 612)
    room.run(70)
    found["after a resize"] = room.judge()
    room.over.show()
    room.over.raise_()
    room.run(90)
    room.over.hide()
    application.processEvents()
    found[LAID_OVER] = room.judge()
    room.run(70)
    found["some frames after that"] = room.judge()
    room.field.set_theme(LIGHT_THEME)
    room.run(70)
    found["after a change of colours"] = room.judge()
    room.field.freeze(True)
    room.run(120)
    found["frozen"] = room.judge()
    room.field.freeze(False)
    room.run(70)
    found["after a freeze"] = room.judge()
    room.window.hide()
    room.run(120)
    room.window.show()
    room.run(30)
    found["after it was hidden"] = room.judge()
    room.window.close()
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(judge_all(QApplication([]), int(sys.argv[1]))) + "\n")
