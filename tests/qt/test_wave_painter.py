from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QImage

from devices.clock import NS_PER_S, ManualClock, Moment
from devices.events import MISSING_SAMPLE, Mode
from devices.vocabulary import Unit
from nursestation.core.records import Gap, held_beside
from nursestation.ui.plots.segments import GAP_PX
from nursestation.ui.plots.wave_field import pixels_per_mm
from nursestation.ui.plots.wave_look import MetricLook, WaveLook
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


def _warns(bench):
    """Return how many pixels of the painter are in the colour of a warning."""
    image = bench.painter.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return int((np.frombuffer(image.constBits(), np.uint32) == DARK_THEME.colour("warn").rgb()).sum())


def test_a_frozen_picture_says_so_and_stands(bench, qtbot):
    bench.feed(6)
    with qtbot.waitSignal(bench.painter.frozen_changed) as told:
        bench.painter.freeze(True)
    assert told.args == [True]
    assert _warns(bench) > 20
    before = bench.columns()
    bench.feed(1.3)
    bench.painter.show_chair(2, (), "No waves.")  # the waves have gone silent meanwhile: what stands, stands
    np.testing.assert_array_equal(bench.columns(), before)
    bench.painter.show_chair(2, (PLETH,))
    bench.painter.freeze(False)
    assert _warns(bench) == 0
    assert (bench.columns() != before).any()


def _is_told(bench):
    """Say whether words stand in the middle of the strip, where a silent wave leaves only ground."""
    image = bench.painter.grab().toImage()
    middle = range(LEFT + STRIP // 2 - 100, LEFT + STRIP // 2 + 100)
    soft = DARK_THEME.colour("soft")
    return any(image.pixelColor(x, y) == soft for x in middle for y in range(LABEL, HEIGHT))


def test_an_empty_strip_says_why_until_the_first_sample_comes(bench):
    why = (("pleth", "m", "finger probe off"),)
    bench.feed(8)
    bench.painter.show_chair(2, (PLETH,), silent=why)
    bench.wait(1)
    assert not _is_told(bench)  # samples have just come: whatever the monitor says of its sensor, there they are
    bench.wait(2)
    assert _is_told(bench)
    bench.painter.show_chair(2, (PLETH,), silent=(("ecg", "m", "ECG lead off"),))
    assert not _is_told(bench)
    bench.painter.show_chair(2, (PLETH,), silent=why)
    bench.feed(2, of=lambda t: np.full_like(t, MISSING_SAMPLE * 0.001))
    assert _is_told(bench)  # a monitor may send that there is none
    bench.feed(0.1)
    assert not _is_told(bench)


def test_a_frozen_picture_tells_no_sensor(bench):
    bench.feed(8)
    bench.painter.freeze(True)
    bench.painter.show_chair(2, (PLETH,), silent=(("pleth", "m", "finger probe off"),))
    bench.wait(4)
    assert not _is_told(bench)


def test_another_chair_is_never_frozen(bench, qtbot):
    bench.feed(2)
    bench.painter.freeze(True)
    with qtbot.waitSignal(bench.painter.frozen_changed) as told:
        bench.painter.show_chair(1, (PLETH,))
    assert told.args == [False]
    assert not bench.painter.is_frozen
    assert _warns(bench) == 0


def _areas(bench, *keys):
    return [bench.painter.shown(2, key).area for key in keys]


def test_the_look_decides_order_and_what_is_shown_and_leaves_no_hole(qtbot):
    bench = _Bench(qtbot, keys=(ECG, PLETH))
    bench.painter.resize(WIDTH, 300)
    for _ in range(10):
        now = bench.clock.advance(0.1)
        bench.store.add([make_wave(now, np.sin), make_wave(now, np.sin, metric="ecg", source="II", unit=Unit.MV)])
        bench.painter.advance()
    above, below = _areas(bench, ECG, PLETH)
    assert above.bottom() < below.top()
    bench.painter.set_look(WaveLook((MetricLook("pleth", 25.0), MetricLook("ecg", 25.0))))
    below, above = _areas(bench, ECG, PLETH)
    assert above.bottom() < below.top()
    bench.painter.set_look(WaveLook((MetricLook("ecg", 25.0, shown=False),)))
    assert bench.painter.shown(2, ECG) is None
    assert _areas(bench, PLETH)[0].height() > 250


def _marks(bench):
    """Return which rows hold a mark between the left side and the wave."""
    image = bench.painter.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width())
    return np.flatnonzero(pixels[21:, LEFT - 8] == DARK_THEME.colour("soft").rgb()) + 21


def test_a_bracket_beside_an_ecg_is_one_millivolt_high(qtbot):
    bench = _Bench(qtbot, keys=(ECG,))
    bench.feed(3, lambda t: 0.3 * np.sin(t), metric="ecg", source="II", unit=Unit.MV)
    bench.painter.set_look(WaveLook((MetricLook("ecg", 25.0, gain=10.0),)))
    rows = _marks(bench)
    assert rows[-1] - rows[0] == pytest.approx(10 * PX_PER_MM, abs=1)


def test_a_wave_without_a_unit_has_no_mark(bench):
    bench.feed(3)
    assert len(_marks(bench)) == 0


def test_a_capnogram_has_its_scale_beside_it(qtbot):
    co2 = ("co2", "m", "")
    bench = _Bench(qtbot, keys=(co2,))
    bench.feed(3, lambda t: 20 + 18 * np.sin(t), metric="co2", unit=Unit.MMHG, scale=0.1)
    area = bench.painter.shown(2, co2).area
    rows = _marks(bench)
    assert rows[0] == pytest.approx(area.top(), abs=1.5)
    assert rows[-1] == pytest.approx(area.bottom(), abs=1.5)


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
