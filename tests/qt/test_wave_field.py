from dataclasses import dataclass, replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from devices.clock import NS_PER_S, ManualClock, Moment
from devices.vocabulary import Unit
from nursestation.ui.plots.segments import GAP_PX
from nursestation.ui.plots.wave_field import WaveField, WavePlace
from nursestation.ui.plots.wave_look import MetricLook, WaveLook
from nursestation.ui.plots.wave_store import WaveStore
from nursestation.ui.theme import DARK_THEME
from tests.helpers.published import make_wave

PLETH = ("pleth", "m", "")
ECG = ("ecg", "m", "")
STRIP = 400  # [px], 4 s
TALL = 60


def _sine(t):
    return 0.5 + 0.4 * np.sin(7 * t)


class Painted(QObject):
    """Counts how often a widget is painted."""

    def __init__(self, widget):
        super().__init__()
        self.n = 0
        widget.installEventFilter(self)

    def eventFilter(self, _watched, event):
        self.n += event.type() is QEvent.Type.Paint
        return False


@dataclass
class Bench:
    """Chairs' pleths below each other, and who feeds them."""

    field: WaveField
    store: WaveStore
    clock: ManualClock

    def feed(self, seconds, *chairs, of=_sine, **told):
        for _ in range(round(seconds * 10)):
            now = self.clock.advance(0.1)
            self.store.add([make_wave(now, of, chair=chair, **told) for chair in chairs])
            self.field.advance()

    def picture(self):
        image = self.field.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width()).copy()

    def lit(self, row):
        """Return which columns of a strip hold anything but ground."""
        return (self.picture()[row * TALL : (row + 1) * TALL] != DARK_THEME.colour("plot").rgb()).any(axis=0)


@pytest.fixture
def bench(qtbot):
    clock, store = ManualClock(Moment(1000 * NS_PER_S, 0)), WaveStore()
    field = WaveField(DARK_THEME, clock, store, 4.0)
    qtbot.addWidget(field)
    field.resize(STRIP + 3, 3 * TALL)
    field.set_places([WavePlace(n + 1, PLETH, QRectF(0, n * TALL, STRIP + 3, TALL)) for n in range(3)])
    field.show()
    return Bench(field, store, clock)


def test_each_chair_has_its_strip_and_a_silent_one_is_blank(bench):
    bench.feed(8, 1, 2, 3)
    assert all(bench.lit(row).sum() > 370 for row in range(3))
    bench.feed(5, 1, 3)
    assert bench.lit(0).sum() > 370
    assert not bench.lit(1).any(), "the sweep before does not stand as a live one"
    assert bench.lit(2).sum() > 370


def test_a_silent_chair_that_comes_back_is_drawn_from_there_on(bench):
    bench.feed(6, 1, 2, 3)
    bench.feed(10, 1, 3)
    bench.feed(2, 1, 2, 3)
    assert bench.lit(1).sum() == pytest.approx(190 + 10, abs=25)


@pytest.mark.parametrize("late", [3, 5, 20])
def test_what_comes_late_is_drawn(bench, late):
    """`late` packets of 0.1 s come at once."""
    bench.feed(6, 1, 2, 3)
    waiting = []
    for _ in range(late):
        now = bench.clock.advance(0.1)
        bench.store.add([make_wave(now, _sine, chair=chair) for chair in (1, 3)])
        waiting.append(make_wave(now, _sine, chair=2))
        bench.field.advance()
    assert bench.lit(1).sum() < bench.lit(0).sum()
    bench.store.add(waiting)
    bench.clock.advance(0.02)
    bench.field.advance()
    np.testing.assert_array_equal(bench.lit(1), bench.lit(0))


def test_nothing_is_painted_while_hidden_and_at_once_what_is_right_when_shown(bench):
    bench.feed(6, 1)
    painted = Painted(bench.field)
    bench.field.hide()
    bench.feed(9, 1)
    QApplication.processEvents()
    assert painted.n == 0
    bench.field.show()
    assert len(np.flatnonzero(~bench.lit(0))) == pytest.approx(GAP_PX, abs=6)


def test_nothing_is_painted_while_minimised(bench):
    bench.feed(6, 1)
    QApplication.processEvents()
    painted = Painted(bench.field)
    bench.feed(0.1, 1)
    QApplication.processEvents()
    assert painted.n == 1
    bench.field.setWindowState(Qt.WindowState.WindowMinimized)
    QApplication.processEvents()
    before = painted.n
    bench.feed(3, 1)
    QApplication.processEvents()
    assert painted.n == before


def test_a_field_of_silent_monitors_is_not_painted(bench):
    bench.feed(6, 1, 2, 3)
    bench.feed(6)
    QApplication.processEvents()
    painted = Painted(bench.field)
    bench.feed(3)
    QApplication.processEvents()
    assert painted.n == 0


def test_a_slower_pace_draws_each_second_frame(bench):
    bench.feed(6, 1)
    QApplication.processEvents()
    painted = Painted(bench.field)
    bench.field.every_nth(2)
    for _ in range(20):
        bench.feed(0.1, 1)
        QApplication.processEvents()
    assert painted.n == 10


def test_a_frozen_picture_stands_while_the_store_goes_on(bench):
    bench.feed(7, 1, 2)
    bench.field.advance()
    before = bench.picture()
    bench.field.freeze(True)
    bench.feed(200, 1, 2, of=lambda t: 0.3 + 0.1 * np.sin(3 * t))
    np.testing.assert_array_equal(bench.picture(), before)
    bench.field.resize(STRIP + 3, 4 * TALL)  # drawn anew, from what was kept
    assert bench.lit(0).sum() > 370


def test_after_a_freeze_the_picture_is_live_at_once(bench):
    bench.feed(7, 1)
    bench.field.freeze(True)
    bench.feed(9.3, 1)
    bench.field.freeze(False)
    dark = np.flatnonzero(~bench.lit(0))
    cursor = ((bench.clock.now().mono_ns / NS_PER_S - 0.1) % 4.0) * 100
    assert len(dark) == pytest.approx(GAP_PX, abs=6)
    assert (dark[0] - cursor) % STRIP <= 8
    assert bench.field.drawn_until(1, PLETH) == pytest.approx((1016.3 - 0.1) * 100, abs=3)


def test_a_wave_that_was_forgotten_is_gone(bench):
    bench.feed(6, 1, 2)
    bench.store.forget(2)
    bench.feed(0.2, 1)
    assert bench.lit(0).any()
    assert not bench.lit(1).any()
    assert bench.field.shown(2, PLETH) is None
    assert bench.field.drawn_until(2, PLETH) == 0


def test_the_look_decides_speed_and_gain(bench):
    bench.field.set_places([WavePlace(1, ECG, QRectF(0, 0, STRIP + 3, 3 * TALL))])
    bench.feed(6, 1, of=lambda t: 0.3 * np.sin(t), metric="ecg", unit=Unit.MV)
    assert bench.field.shown(1, ECG).text.endswith("mm/mV · 25 mm/s")
    bench.field.set_look(WaveLook((MetricLook("ecg", 50.0, gain=2.5),)))
    shown = bench.field.shown(1, ECG)
    assert shown.text == "2.5 mm/mV · 50 mm/s"
    assert shown.high - shown.low == pytest.approx(shown.area.height() / 4.0 / 2.5)
    assert any(bench.lit(row).sum() > 300 for row in range(3))


def test_a_wave_that_outgrows_its_strip_is_redrawn_whole(bench):
    bench.feed(6, 1, of=lambda t: 0.5 + 0.01 * np.sin(7 * t))
    bench.feed(1, 1, 2, of=lambda t: 0.5 + 0.4 * np.sin(7 * t))
    cut = (bench.picture()[:2] != DARK_THEME.colour("plot").rgb()).any(axis=0)
    assert cut.sum() < 10


def test_strips_of_another_rate_in_the_same_column_have_the_same_cursor(bench):
    for _ in range(70):
        now = bench.clock.advance(0.1)
        bench.store.add([make_wave(now, _sine, chair=1), make_wave(now, _sine, chair=2, rate_hz=250.0, n=25)])
        bench.field.advance()
    gaps = [np.flatnonzero(~bench.lit(row)) for row in (0, 1)]
    assert abs(int(gaps[0][0]) - int(gaps[1][0])) <= 2


def test_places_that_overlap_in_columns_are_each_painted_alone(bench):
    staggered = [
        WavePlace(1, PLETH, QRectF(0, 0, 200, TALL)),
        WavePlace(2, PLETH, QRectF(90, TALL, 200, TALL)),
    ]
    bench.field.set_places(staggered)
    bench.feed(9, 1, 2)
    QApplication.processEvents()
    standing = bench.field.screen().grabWindow(bench.field.winId()).toImage()
    bench.field.repaint()
    assert bench.field.screen().grabWindow(bench.field.winId()).toImage() == standing


def test_a_wave_that_is_held_or_a_test_never_gets_a_strip(bench):
    now = bench.clock.advance(0.1)
    bench.store.add([replace(make_wave(now, _sine, chair=1), session="s.held")])
    assert bench.store.keys(1) == ()
