from datetime import UTC

import pytest
from PySide6.QtWidgets import QWidget

from devices.clock import NS_PER_S, ManualClock
from devices.events import AlarmKind, Priority
from nursestation.core.snapshot import ConditionView
from nursestation.ui.alarms.bar import AlarmBar
from nursestation.ui.bridge import Bridge
from nursestation.ui.main_window import MainWindow
from nursestation.ui.pacekeeper import PaceKeeper
from nursestation.ui.pacing import BAD_S, Drawing, Pace
from nursestation.ui.plots.trend_model import TrendModel
from nursestation.ui.plots.wave_painter import WavePainter
from nursestation.ui.theme import DARK_THEME
from tests.helpers.published import HandOutbox, make_wave
from tests.helpers.station_views import make_chair, make_numeric, make_station, make_visit

PLETH = ("pleth", "m", "")


class _Told:
    def __init__(self, keeper):
        self.paces, self.drawings = [], []
        keeper.paced.connect(self.paces.append)
        keeper.looked.connect(self.drawings.append)


@pytest.fixture
def keeper(qapp):
    return PaceKeeper(ManualClock(), 20)


def test_a_pace_is_told_when_it_is_another_one(keeper):
    told = _Told(keeper)
    keeper.look(0.3, 1.0)
    assert told.paces == []
    for _ in range(2 * BAD_S):
        keeper.look(0.95, 1.0)
    assert told.paces == [Pace(1, 4), Pace(2, 4)]
    assert keeper.pace == told.paces[-1]


def test_it_tells_how_many_pictures_were_drawn(keeper):
    told = _Told(keeper)
    keeper.look(0.3, 0.9)
    assert told.drawings == [Drawing(50, 50, 45)]
    for _ in range(2 * BAD_S):
        keeper.look(0.95, 1.0)
    assert told.drawings[-1] == Drawing(50, 25, 50)  # the second that is over was the faster one
    keeper.look(0.95, 1.0)
    assert told.drawings[-1] == Drawing(50, 25, 25)


def test_it_looks_once_a_second(qapp):
    clock = ManualClock()
    keeper = PaceKeeper(clock, 20)
    told = _Told(keeper)
    for _ in range(100):
        clock.advance(0.02)
        keeper.framed()
    assert [drawing.wanted for drawing in told.drawings] == [50, 50]


def test_numbers_alarms_and_waves_that_come_are_taken_with_every_frame_at_any_pace(qtbot):
    outbox, clock = HandOutbox(), ManualClock()
    clock.advance(100)
    bridge = Bridge(outbox, [].append, clock)
    window = MainWindow(bridge, clock, DARK_THEME, TrendModel(), pages={}, sheets={}, zone=UTC)
    qtbot.addWidget(window)
    window.show()

    def publish(*items):
        outbox.items.extend(items)
        outbox.heartbeat += 1
        bridge.drain()

    def station(rate):
        alarm = ConditionView(
            id=f"{rate}", chair=2, rule="limit.heart_rate.high", kind=AlarmKind.PHYSIOLOGICAL, priority=Priority.MEDIUM,
            text=f"HR {rate:g} high", age_s=1, acknowledged=False,
        )  # fmt: skip
        chair = make_chair(make_visit(), numerics=(make_numeric("heart_rate", rate),), waves=(PLETH,))
        return make_station(chair, conditions=(alarm,))

    for _ in range(30):
        now = clock.advance(0.1)
        publish(make_wave(now, lambda t: t % 1), station(60.0))
    waves = window.findChild(WavePainter)
    window.set_pace(Pace(4, 4))
    tile, bar = window.findChild(QWidget, "number_hr"), window.findChild(AlarmBar)
    drawn, shown, alarms, came = [waves.drawn_until(2, PLETH)], [], [], []
    for n in range(8):
        now = clock.advance(0.1)
        publish(make_wave(now, lambda t: t % 1), station(70.0 + n))
        drawn.append(waves.drawn_until(2, PLETH))
        alarms.append(bar.shown.condition)
        shown.append(tile.accessibleName().split(",")[0])
        came.append(window.wave_store.newest(2, PLETH).at.mono_ns)
    assert shown == [f"HR {70 + n} bpm" for n in range(8)]
    assert came == [clock.now().mono_ns - round(0.1 * NS_PER_S) * (7 - n) for n in range(8)]
    assert alarms == [f"{70.0 + n}" for n in range(8)]
    assert len(set(drawn)) - 1 == 2
