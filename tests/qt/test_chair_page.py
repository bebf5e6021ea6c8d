"""The chair page in its window: frozen waves, big numbers, and the sheet that says how waves are drawn."""

from dataclasses import replace
from datetime import UTC

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetricsF, QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from devices.clock import ManualClock
from devices.events import AlarmKind, Priority
from nursestation.config.display import DisplaySettings, WaveSettings
from nursestation.core.model import Phase
from nursestation.core.snapshot import ConditionView, CuffView
from nursestation.ui import theme
from nursestation.ui.bridge import Bridge
from nursestation.ui.catalogue import make_sheets
from nursestation.ui.chair.wave_head_view import ALL_HIDDEN
from nursestation.ui.display import Display
from nursestation.ui.main_window import MainWindow
from nursestation.ui.plots.trend_model import TrendModel
from nursestation.ui.plots.wave_look import LONGEST_FREEZE_S
from nursestation.ui.plots.wave_painter import WavePainter
from nursestation.ui.theme import DARK_THEME, LIGHT_THEME
from tests.helpers.published import HandOutbox, make_wave
from tests.helpers.station_views import (
    NOW,
    make_chair,
    make_entry,
    make_flag,
    make_link,
    make_numeric,
    make_reading,
    make_station,
    make_visit,
)

PLETH, RESP = ("pleth", "m", ""), ("resp", "m", "")
RUNNING = make_visit(Phase.INFUSION, infusion_run_s=2050.0)
CUFF = CuffView(reading=make_reading(288, 148), age_s=60.0, due_in_s=108.0)
READABLE_MM = 30.0
"""Height of figures that are read from 3 m. Source: project decision; a hundredth of the distance."""
MM_PER_PX = 0.2768
"""Of a 24 inch screen of 1920 x 1080 dots."""


class _Desk:
    """A window over two chairs whose monitors give waves."""

    def __init__(self, qtbot, tmp_path, settings=None):
        self.qtbot, self.outbox, self.clock = qtbot, HandOutbox(), ManualClock(NOW)
        self.bridge = Bridge(self.outbox, [].append, self.clock)
        self.display = Display(settings)
        self.window = MainWindow(
            self.bridge, self.clock, DARK_THEME, TrendModel(), pages={}, sheets=make_sheets(tmp_path), zone=UTC,
            display=self.display,
        )  # fmt: skip
        qtbot.addWidget(self.window)
        self.window.resize(1280, 800)
        with qtbot.waitActive(self.window):
            self.window.show()
            self.window.activateWindow()
        self.waves = self.window.findChild(WavePainter)
        self.chair = {"visit": RUNNING, "links": (make_link(),), "cuff": CUFF, "waves": (PLETH, RESP)}
        self.operator, self.conditions = make_station().operator, ()
        self.run(2)

    def station(self):
        visit = self.chair["visit"]
        others = {name: value for name, value in self.chair.items() if name != "visit"}
        return make_station(
            make_chair(visit, **others),
            make_chair(visit, number=3, **others),
            at=self.clock.now(),
            operator=self.operator,
            conditions=self.conditions,
        )

    def run(self, seconds):
        for _ in range(round(seconds * 10)):
            now = self.clock.advance(0.1)
            for n in (2, 3):
                for metric in ("pleth", "resp"):
                    self.outbox.items.append(make_wave(now, lambda t: t % 1, chair=n, metric=metric))
            self.outbox.items.append(self.station())
            self.outbox.heartbeat += 1
            self.bridge.drain()

    def publish(self, snapshot):
        self.outbox.items.append(snapshot)
        self.bridge.drain()

    def find(self, name):
        found = self.window.findChild(QWidget, name)
        assert found is not None, name
        return found

    def sees(self, name):
        return self.find(name).isVisible()

    def text(self, name):
        return self.find(name).text()

    def press(self, name):
        self.qtbot.mouseClick(self.find(name), Qt.MouseButton.LeftButton)

    def touch(self, name, finger):
        """Touch the middle of a control and let go."""
        widget = self.find(name)
        at, window = widget.mapTo(self.window, widget.rect().center()), self.window.windowHandle()
        QTest.touchEvent(window, finger).press(0, at, window).commit()
        QTest.touchEvent(window, finger).release(0, at, window).commit()

    def drawn(self):
        """Return which waves have a strip, from top to bottom."""
        chair = self.window.chair
        strips = {key: self.waves.shown(chair, key) for key in (PLETH, RESP)}
        return [
            key[0] for key, strip in sorted(strips.items(), key=lambda one: one[1].area.top() if one[1] else 0) if strip
        ]


@pytest.fixture
def desk(qtbot, tmp_path):
    return _Desk(qtbot, tmp_path)


@pytest.fixture(scope="module")
def finger():
    return QTest.createTouchDevice(QPointingDevice.DeviceType.TouchScreen)


def _press(desk, finger, how, name, key):
    match how:
        case "mouse":
            desk.press(name)
        case "touch":
            desk.touch(name, finger)
        case "key":
            with desk.qtbot.waitSignal(desk.find(name).clicked):  # a button struck by its key is seen to go down first
                desk.qtbot.keyClick(desk.window, *key)


FREEZE = (Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
BIG = (Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)


@pytest.mark.parametrize("how", ["mouse", "touch", "key"])
def test_frozen_waves_stand_while_numbers_and_the_record_go_on(desk, finger, how):
    _press(desk, finger, how, "wave_freeze", FREEZE)
    stands = desk.waves.drawn_until(2, PLETH)
    desk.chair["numerics"] = (make_numeric("heart_rate", 91.0),)
    desk.run(3)
    assert desk.waves.drawn_until(2, PLETH) == stands
    assert desk.text("hr_value") == "91"
    assert desk.window.wave_store.newest(2, PLETH).at == desk.clock.now()
    assert desk.text("wave_head_title") == "FROZEN 14:00:02"
    assert desk.text("wave_head_note").startswith("recording goes on · now 14:00:05 · runs again in 1:5")
    assert desk.text("wave_freeze") == "Run again"
    _press(desk, finger, how, "wave_freeze", FREEZE)
    desk.run(1)
    assert desk.waves.drawn_until(2, PLETH) > stands
    assert desk.text("wave_head_title") == "Waves"


def test_a_freeze_that_is_forgotten_ends_by_itself(desk):
    desk.press("wave_freeze")
    desk.clock.advance(LONGEST_FREEZE_S - 1)
    desk.run(0.5)
    assert desk.waves.is_frozen
    desk.run(0.5)
    assert not desk.waves.is_frozen
    desk.run(0.1)
    assert desk.text("wave_freeze") == "Freeze"


def test_another_chair_ends_a_freeze(desk):
    desk.press("wave_freeze")
    desk.window.show_chair(3)
    assert not desk.waves.is_frozen
    assert desk.text("wave_head_title") == "Waves"
    desk.window.show_chair(2)
    assert not desk.waves.is_frozen


def test_what_is_frozen_says_so_beside_a_sheet_too(desk):
    assert not _sees_head_with_sheet(desk)
    desk.press("wave_freeze")
    assert _sees_head_with_sheet(desk)
    desk.window.open("event")
    desk.press("wave_freeze")
    assert not desk.sees("wave_head")


def _sees_head_with_sheet(desk):
    desk.window.open("event")
    seen = desk.sees("wave_head")
    desk.window.findChild(QWidget, "event_sheet").closed.emit()
    return seen


@pytest.mark.parametrize("how", ["mouse", "touch", "key"])
def test_big_numbers_take_the_place_of_waves_and_trend_and_give_it_back(desk, finger, how):
    _press(desk, finger, how, "wave_big", BIG)
    hidden = ("waves", "trend", "numerics")
    assert desk.sees("big_numbers")
    assert not any(desk.sees(name) for name in hidden)
    desk.chair["numerics"] = (make_numeric("heart_rate", 91.0, low=50, high=120),)
    desk.run(0.1)
    assert (desk.text("big_hr_value"), desk.text("big_hr_limits")) == ("91", "50–120")
    assert (desk.text("big_nibp_value"), desk.text("big_nibp_small")) == ("288", "/148")
    assert [desk.text(f"big_{name}_value") for name in ("run", "left", "cuff")] == ["34:10", "5:50", "1:48"]
    _press(desk, finger, how, "big_back", BIG)
    assert all(desk.sees(name) for name in hidden)
    assert not desk.sees("big_numbers")
    assert desk.text("hr_value") == "91"


def test_big_numbers_give_way_to_a_sheet_and_come_back_after_it(desk):
    desk.press("wave_big")
    desk.window.open("event")
    assert desk.sees("waves")
    assert desk.sees("numerics")
    desk.find("event_sheet").closed.emit()
    assert desk.sees("big_numbers")
    desk.window.show_chair(3)
    assert desk.sees("big_numbers")


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)])
def test_no_big_figure_is_cut_and_on_a_large_screen_it_is_read_from_three_metres(desk, size):
    desk.press("wave_big")
    desk.window.resize(*size)
    desk.chair["numerics"] = tuple(make_numeric(name, 188.0) for name in ("heart_rate", "spo2", "resp_rate"))
    for flags, priority in (((), None), ((make_flag(),), Priority.HIGH)):
        desk.chair |= {"visit": replace(RUNNING, flags=flags), "cuff": replace(CUFF, priority=priority)}
        desk.run(0.1)
        QTest.qWait(0)
        for name in ("hr", "spo2", "nibp", "rr"):
            tile = desk.find(f"big_number_{name}")
            figures = [one for one in (desk.find(f"big_{name}_value"), desk.find(f"big_{name}_small")) if one.text()]
            for figure in figures:
                assert figure.width() >= figure.sizeHint().width()
                assert figure.mapTo(tile, figure.rect().bottomRight()).x() < tile.width()
            cap = QFontMetricsF(figures[0].font()).capHeight()
            assert cap <= figures[0].height()
            if size[0] == 1920:
                assert cap * MM_PER_PX >= READABLE_MM, name
        for label in desk.find("big_numbers").findChildren(QLabel):
            assert not label.isVisible() or label.width() >= label.minimumSizeHint().width(), label.objectName()


def test_a_flag_takes_the_place_of_the_charting_line_so_that_big_numbers_stay_where_they_are(desk):
    desk.press("wave_big")
    desk.chair["visit"] = replace(RUNNING, flags=(make_flag(),))
    desk.run(0.1)
    assert desk.sees("flag_bar")
    assert not desk.sees("course_bar")
    desk.press("big_back")
    assert desk.sees("course_bar")


def test_while_locked_a_flag_takes_the_place_of_what_was_charted_last(desk):
    desk.operator = None
    entry = make_entry("e1", "Nausea")
    seen = []
    for flags in ((), (make_flag(),)):
        desk.chair["visit"] = replace(RUNNING, flags=flags, chart=(entry,))
        desk.run(0.1)
        seen.append((desk.sees("flag_bar"), desk.sees("course_bar")))
    assert seen == [(False, True), (True, False)]


def test_the_list_of_alarms_brings_the_waves_back_and_covers_no_number(desk):
    alarm = ConditionView(
        id="a", chair=2, rule="limit.spo2.low", kind=AlarmKind.PHYSIOLOGICAL, priority=Priority.HIGH, text="SpO₂ 84 low",
        age_s=1, acknowledged=False,
    )  # fmt: skip
    desk.press("wave_big")
    desk.conditions = (alarm,)
    desk.run(0.1)
    desk.press("alarm_strip")
    shown = {name: desk.find(name) for name in ("alarm_list", "numerics", "waves")}
    areas = {name: one.rect().translated(one.mapTo(desk.window, QPoint(0, 0))) for name, one in shown.items()}
    assert all(one.isVisible() for one in shown.values())
    assert not areas["alarm_list"].intersects(areas["numerics"])
    assert areas["alarm_list"].top() >= areas["waves"].top()


def test_the_alarm_tile_is_filled_in_big_numbers_as_in_small_ones(desk):
    desk.press("wave_big")
    desk.chair["numerics"] = (make_numeric("spo2", 84.0, low=90, priority=Priority.HIGH),)
    desk.run(0.1)
    assert desk.text("big_spo2_alarm") == "LOW"
    picture = desk.find("big_number_spo2").grab().toImage()
    assert picture.pixelColor(picture.width() // 2, picture.height() - 4) == DARK_THEME.colour("alarm_high")


def test_waves_are_switched_off_moved_and_stepped_on_every_chair_at_once_and_kept(desk):
    assert desk.drawn() == ["pleth", "resp"]
    desk.press("wave_look")
    assert desk.sees("waves_sheet")
    desk.press("waves_pleth_down")
    assert desk.drawn() == ["resp", "pleth"]
    desk.press("waves_resp_speed_more")
    assert desk.text("waves_resp_speed") == "12.5 mm/s"
    assert "12.5 mm/s" in desk.waves.shown(2, RESP).text
    desk.press("waves_pleth_shown")
    assert desk.drawn() == ["resp"]
    desk.window.show_chair(3)
    desk.run(0.2)
    assert desk.drawn() == ["resp"]
    kept = {wave.metric: wave for wave in desk.display.settings.wave}
    assert kept["resp"].speed_mm_s == 12.5
    assert not kept["pleth"].shown


def test_without_any_wave_left_the_page_says_how_to_get_them_back(desk):
    desk.press("wave_look")
    for metric in ("pleth", "resp"):
        desk.press(f"waves_{metric}_shown")
    desk.run(0.1)
    assert desk.drawn() == []
    assert desk.waves.why_none == ALL_HIDDEN
    desk.press("waves_usual")
    assert desk.drawn() == ["pleth", "resp"]
    assert desk.display.settings == DisplaySettings()


def test_what_was_kept_holds_from_the_start(qtbot, tmp_path):
    desk = _Desk(qtbot, tmp_path, DisplaySettings(wave=(WaveSettings(metric="pleth", shown=False),)))
    assert desk.drawn() == ["resp"]
    desk.press("wave_look")
    assert desk.text("waves_pleth_shown") == "Hidden"


def test_a_wave_that_is_moved_takes_its_controls_and_the_focus_along(desk):
    desk.press("wave_look")
    button = desk.find("waves_resp_up")
    button.setFocus()
    desk.qtbot.keyClick(button, Qt.Key.Key_Space)
    assert desk.drawn() == ["resp", "pleth"]
    titles = [desk.find(f"waves_{metric}_title") for metric in ("resp", "pleth")]
    desk.qtbot.waitUntil(lambda: titles[0].y() < titles[1].y())
    assert desk.window.focusWidget() is not None
    assert desk.find("waves_sheet").isAncestorOf(desk.window.focusWidget())
    desk.qtbot.keyClick(desk.find("waves_sheet"), Qt.Key.Key_Escape)
    assert not desk.sees("waves_sheet")


def test_nobody_signed_in_may_look_but_not_change_how_waves_are_drawn(desk):
    assert not desk.find("trend_review").isHidden()
    desk.operator = None
    desk.run(0.1)
    assert desk.find("trend_review").isHidden()
    assert not desk.find("wave_look").isEnabled()
    assert "Sign in" in desk.find("wave_look").toolTip()
    assert desk.find("wave_freeze").isEnabled()


@pytest.mark.parametrize("scale", [1.0, 1.2])
def test_the_buttons_over_the_waves_are_big_enough_for_a_finger(desk, scale):
    desk.window.resize(*((1280, 800) if scale == 1.0 else (1920, 1080)))
    for name in ("wave_freeze", "wave_big", "wave_look"):
        assert min(desk.find(name).width(), desk.find(name).height()) >= theme.px(theme.TOUCH) - 1


def test_a_colour_is_chosen_once_for_numbers_waves_trend_and_board(desk, qapp):
    desk.window.open("waves")
    desk.press("waves_colours")
    assert desk.sees("colours_sheet")
    try:
        desk.press("colours_teal")
        assert desk.display.settings.colours.heart_rate == "teal"
        wanted = DARK_THEME.choice("teal")
        assert desk.find("hr_value").palette().windowText().color() == wanted
        for part in (desk.waves, desk.find("board_canvas"), desk.find("cuff_table").horizontalHeader()):
            assert part._theme.colour("heart_rate") == wanted
        desk.press("colours_of_resp")
        desk.press("colours_teal")
        assert desk.text("colours_refused") == "Teal is the colour of HR: give HR another one first."
        assert desk.display.settings.colours.resp == "cream"
        desk.press("colours_usual")
        assert desk.display.settings == DisplaySettings()
        assert desk.find("hr_value").palette().windowText().color() == DARK_THEME.colour("heart_rate")
    finally:
        theme.apply(qapp, DARK_THEME)


def test_chosen_colours_stand_on_light_ground_too(desk, qapp):
    try:
        desk.display.change(theme="light", colours={"spo2": "blue"})
        assert desk.waves._theme.colour("spo2") == LIGHT_THEME.choice("blue")
    finally:
        theme.apply(qapp, DARK_THEME)


def test_a_snapshot_that_tells_of_other_chairs_alone_renders_nothing_anew(desk):
    timer, shown = desk.find("header_timer"), desk.find("header_timer").text()
    first = desk.station()
    desk.publish(first)
    timer.setText("as it was left")
    mine, other = first.chairs
    desk.publish(replace(first, at=desk.clock.now().shifted(1), chairs=(mine, replace(other, numerics=()))))
    assert timer.text() == "as it was left"
    desk.publish(replace(first, operator=None))
    assert timer.text() == shown, "the operator changed"
    timer.setText("as it was left")
    desk.publish(replace(first, operator=None, chairs=(replace(mine), other)))
    assert timer.text() == shown, "the chair was looked at again"
