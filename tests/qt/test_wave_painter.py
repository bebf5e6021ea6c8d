from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QImage

from devices.clock import NS_PER_S, ManualClock, Moment
from devices.events import Mode
from devices.vocabulary import Unit
from nursestation.core.records import Gap, held_beside
from nursestation.ui.plots.segments import GAP_PX
from nursestation.ui.plots.wave_field import pixels_per_mm
from nursestation.ui.plots.wave_painter import WavePainter
from nursestation.ui.plots.wave_store import WaveStore
from nursestation.ui.theme import DARK_THEME
from tests.helpers.published import make_wave

PLETH = ("pleth", "m", "")
ECG = ("ecg", "m", "II")
PX_PER_MM = 4.0  # 25 mm/s is 100 px/s
WIDTH, HEIGHT = 560, 120
LEFT, STRIP = 46, 505  # where the wave runs
SWEEP_S = STRIP / 100
LABEL = 26
_A_QUARTER = 64  # of full brightness


class _Bench:
    """A painter, its clock, and someone who feeds it."""

    def __init__(self, qtbot, keys=(PLETH,)):
        self.clock = ManualClock(Moment(1000 * NS_PER_S, 0))
        self.store = WaveStore()
        self.painter = WavePainter(DARK_THEME, self.clock, self.store, PX_PER_MM)
        qtbot.addWidget(self.painter)
        self.painter.resize(WIDTH, HEIGHT)
        self.painter.show_chair(2, keys, "No waves.")
        self.painter.show()

    def feed(self, seconds, of=lambda t: 0.5 + 0.4 * np.sin(7 * t), **told):
        for _ in range(round(seconds * 10)):
            now = self.clock.advance(0.1)
            self.store.add([make_wave(now, of, **told)])
            self.painter.advance()

    def wait(self, seconds):
        for _ in range(round(seconds * 20)):
            self.clock.advance(0.05)
            self.painter.advance()

    def columns(self, painter=None):
        """Return which columns of the strip hold anything but ground."""
        image = (painter or self.painter).grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width())
        ground = DARK_THEME.colour("plot").rgb()
        return (pixels[LABEL:, LEFT : LEFT + STRIP] != ground).any(axis=0)

    def cursor_x(self):
        """Return where the sweep stands [px from the strip's left edge]."""
        return ((self.clock.now().mono_ns / NS_PER_S - 0.1) % SWEEP_S) * 100


@pytest.fixture
def bench(qtbot):
    return _Bench(qtbot)


def test_a_full_sweep_leaves_only_the_gap_dark(bench):
    bench.feed(12)
    dark = np.flatnonzero(~bench.columns())
    assert len(dark) == pytest.approx(GAP_PX, abs=5)
    assert (dark[0] - bench.cursor_x()) % STRIP <= 6


def test_nothing_stands_after_the_last_sample(bench):
    bench.feed(12)
    last_x = int(((bench.clock.now().mono_ns / NS_PER_S) % SWEEP_S) * 100)
    bench.wait(2)  # the monitor is silent
    lit = bench.columns()
    swept = [(last_x + 4 + n) % STRIP for n in range(190)]
    assert not lit[swept].any()
    bench.wait(4)
    assert not bench.columns().any()


def test_the_picture_on_the_screen_is_the_one_of_a_fresh_paint(bench):
    kept = QImage(bench.painter.size(), QImage.Format.Format_RGB32)
    bench.feed(6)
    bench.painter.render(kept)
    for _ in range(80):
        now = bench.clock.advance(0.037)
        bench.store.add([make_wave(now, lambda t: 0.5 + 0.4 * np.sin(7 * t), n=4)])
        _paint_changed_only(bench.painter, kept)
    fresh = bench.painter.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    # where two frames meet, Qt rounds the edge of a clipped line a little differently: never a pixel too many or too few
    difference = _difference(kept, fresh)
    assert difference.max() < _A_QUARTER
    assert (difference > _A_QUARTER / 8).sum() < 0.02 * bench.columns().sum() * 10


def test_a_gap_in_the_data_is_a_gap_in_the_picture(bench):
    bench.feed(3)
    at = bench.clock.now()
    bench.store.add([Gap(at=at, chair=2, metric="pleth", monitor="m", source="", n_samples=100, reason="lost")])
    bench.clock.advance(1.0)
    bench.feed(2)
    lit = bench.columns()
    first = int(((at.mono_ns / NS_PER_S) % SWEEP_S) * 100)
    missing = [(first + 4 + n) % STRIP for n in range(90)]
    assert not lit[missing].any()


def test_a_flat_line_is_drawn(bench):
    bench.feed(12, lambda t: t * 0 + 0.5)
    assert bench.columns().sum() > 450


def test_a_wave_that_grows_is_not_left_cut_off(bench):
    bench.feed(6, lambda t: 0.5 + 0.01 * np.sin(7 * t))
    bench.feed(1, lambda t: 0.5 + 0.4 * np.sin(7 * t))
    image = bench.painter.grab().toImage()
    ground = DARK_THEME.colour("plot")
    top_row = [image.pixelColor(x, LABEL - 2) != ground for x in range(LEFT, LEFT + STRIP)]
    assert sum(top_row) < 10  # a cut wave would run along the upper edge


def test_a_resize_keeps_the_picture_whole(bench):
    bench.feed(12)
    bench.painter.resize(WIDTH, 200)
    assert bench.columns().sum() > 450


def test_only_waves_that_came_get_a_strip(qtbot):
    bench = _Bench(qtbot, keys=(ECG, PLETH))
    bench.feed(3)
    alone = bench.columns().sum()
    assert alone > 200
    bench.feed(3, lambda t: t * 0, metric="ecg", source="II", unit=Unit.MV, rate_hz=250.0, n=25)
    assert bench.columns().any()


def test_without_waves_it_says_why(bench):
    said = bench.painter.grab().toImage()
    bench.painter.show_chair(2, (), "")
    assert bench.painter.grab().toImage() != said


def test_a_chair_that_is_chosen_shows_its_waves_at_once(bench):
    bench.painter.show_chair(1, (PLETH,))
    bench.feed(8)
    bench.painter.show_chair(2, (PLETH,))
    assert bench.columns().sum() > 450


@pytest.mark.parametrize("height", [60, 120])
def test_waves_of_a_simulated_monitor_are_marked(bench, height):
    bench.feed(2)
    bench.painter.resize(WIDTH, height)
    warn = DARK_THEME.colour("warn").rgb()

    def marked():
        image = bench.painter.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        return (np.frombuffer(image.constBits(), np.uint32) == warn).any()

    assert not marked()
    bench.painter.show_chair(2, (PLETH,), simulated=True)
    assert marked()


def test_hidden_it_draws_nothing_and_shown_again_it_is_right(bench):
    bench.feed(6)
    bench.painter.hide()
    bench.feed(20)
    bench.painter.show()
    bench.feed(0.2)
    assert len(np.flatnonzero(~bench.columns())) == pytest.approx(GAP_PX, abs=5)


def test_a_screen_that_tells_nonsense_is_taken_for_a_usual_one():
    assert pixels_per_mm(None) == pytest.approx(96 / 25.4)


def _paint_changed_only(painter, kept):
    """Paint into `kept` only the region that the painter asks for, as the window's backing store does."""
    region = painter.step()
    painter.render(kept, region.boundingRect().topLeft(), region)


def _difference(one, other):
    shape = (one.height(), one.width(), 4)
    first = np.frombuffer(one.constBits(), np.uint8).reshape(shape).astype(int)
    second = np.frombuffer(other.constBits(), np.uint8).reshape(shape).astype(int)
    return abs(first - second)[:, :, :3].max(axis=2)


@pytest.mark.parametrize("told", [{"session": held_beside("s")}, {"mode": Mode.DEMO}, {"mode": Mode.TEST}])
def test_what_is_not_of_the_chairs_patient_is_never_drawn(bench, told):
    bench.feed(1)
    assert bench.columns().any()
    for _ in range(60):
        now = bench.clock.advance(0.1)
        bench.store.add([replace(make_wave(now, lambda t: 0.5 + 0.4 * np.sin(7 * t)), **told)])
        bench.painter.advance()
    assert not bench.columns().any()
