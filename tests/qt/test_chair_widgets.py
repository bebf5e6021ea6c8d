from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from devices.events import LinkPhase, Priority
from nursestation.core.commands import RequestCuff
from nursestation.core.model import ConfirmedHow, Grade, Phase
from nursestation.core.snapshot import CuffView, Freshness
from nursestation.ui import theme
from nursestation.ui.alarms.flashing import Flashing
from nursestation.ui.chair.actions import ActionBar, FlagBar
from nursestation.ui.chair.actions_view import actions
from nursestation.ui.chair.header import Header
from nursestation.ui.chair.numbers_view import number_views
from nursestation.ui.chair.numerics import NumberTile, Numerics
from nursestation.ui.chair.view import flag_strip, header_view
from nursestation.ui.chairs.rail import ChairTile, Rail
from nursestation.ui.chairs.view import tile_view
from nursestation.ui.controls import Badge, ElidingLabel
from nursestation.ui.theme import DARK_THEME
from tests.helpers.station_views import (
    DRIVER,
    NOW,
    NURSE,
    make_chair,
    make_flag,
    make_link,
    make_numeric,
    make_reading,
    make_station,
    make_visit,
)

RUNNING = make_visit(Phase.INFUSION, infusion_run_s=2050.0)
LATER = NOW.shifted(1_000_000_000)


@pytest.fixture
def numerics(qtbot):
    made = Numerics(DARK_THEME, Flashing())
    qtbot.addWidget(made)
    made.resize(284, 620)
    made.show()
    return made


def _show(numerics, *values, cuff=None):
    numerics.render(number_views(make_chair(RUNNING, numerics=values, cuff=cuff or CuffView()), None))


def _label(widget, name):
    return widget.findChild(QLabel, name)


def test_the_widest_pressure_fits_its_tile_and_does_not_move_the_others(numerics):
    _show(numerics, cuff=CuffView(reading=make_reading(88, 48), age_s=5.0))
    before = _label(numerics, "nibp_value").geometry().left()
    _show(numerics, cuff=CuffView(reading=make_reading(288, 148), age_s=5.0))
    tile = numerics.findChild(QWidget, "number_nibp")
    tile.layout().activate()
    value, small = _label(numerics, "nibp_value"), _label(numerics, "nibp_small")
    assert (value.text(), small.text()) == ("288", "/148")
    assert value.width() >= value.sizeHint().width()
    assert small.geometry().right() <= tile.width()
    assert value.geometry().left() == before


@pytest.mark.parametrize("size", [(284, 560), (284, 620), (460, 900)])
def test_figures_are_as_large_as_their_tile_allows_and_never_taller(numerics, size):
    numerics.resize(*size)
    _show(numerics, make_numeric("spo2", 97.0))
    value = _label(numerics, "spo2_value")
    value.parentWidget().layout().activate()
    assert 40 <= value.font().pixelSize() <= value.height() + 2


@pytest.mark.parametrize("height", [346, 425, 527, 620])
@pytest.mark.parametrize("is_alarm", [False, True])
def test_where_room_is_scarce_lines_give_way_and_no_number_is_cut(numerics, height, is_alarm):
    """346 px: a spike is answered by PIN on the lowest screen, with the keys of that between."""
    cuff = CuffView(reading=make_reading(171, 103), age_s=23.0, priority=Priority.MEDIUM if is_alarm else None)
    numerics.resize(284, height)
    _show(
        numerics,
        make_numeric("heart_rate", 88.0),
        make_numeric("resp_rate", 14.0),
        make_numeric("etco2", 34.0),
        cuff=cuff,
    )
    for tile in numerics.findChildren(NumberTile):
        numerics.layout().activate()
        tile.layout().activate()
        shown = [label for label in tile.findChildren(QLabel) if label.isVisible() and label.text()]
        labels = [label for label in shown if label.height() or "_line_" not in label.objectName()]
        for label in labels:
            assert label.height() >= QFontMetrics(label.font()).tightBoundingRect("0").height(), label.objectName()
            assert tile.rect().contains(label.geometry()), label.objectName()
            covered = [
                one.objectName() for one in labels if one is not label and one.geometry().intersects(label.geometry())
            ]
            assert covered == [], label.objectName()
    assert numerics.height() == height
    assert "23 s ago" in _label(numerics, "nibp_line_0").text()
    assert _label(numerics, "nibp_line_0").height() > 0


def _is_cut(label):
    return label.width() < label.minimumSizeHint().width()


@pytest.mark.parametrize("width", [284, 300, 330])
def test_limits_beside_an_alarm_give_way_to_it_in_letters_of_another_size(qtbot, width):
    page = QWidget()
    qtbot.addWidget(page)
    numerics = Numerics(DARK_THEME, Flashing())
    theme.set_length(numerics, theme.Length.LEAST_WIDTH, width)
    row = QHBoxLayout(page)
    row.addWidget(QWidget(), 9)
    row.addWidget(numerics, 1)
    page.resize(900, 700)
    page.show()
    cuff = CuffView(reading=make_reading(164, 100), age_s=5.0, priority=Priority.HIGH)
    visit = make_visit(Phase.INFUSION, flags=(make_flag(grade=Grade.SEVERE),))
    views = [replace(view, low="90", high="160/100") for view in number_views(make_chair(visit, cuff=cuff), None)]
    tile = numerics.findChild(QWidget, "number_nibp")
    for scale in (1.0, 1.2, 1.0):
        theme.set_scale(scale)
        theme.rescale(page)
        numerics.rescale()
        row.activate()
        numerics.render(views)
        tile.layout().activate()
        assert numerics.width() == theme.px(width)
        assert [label.text() for label in tile.findChildren(QLabel) if label.isVisible() and _is_cut(label)] == []


@pytest.mark.parametrize(
    "driver", [{}, {"driver": DRIVER}, {"driver": DRIVER, "driver_confirmed": ConfirmedHow.BY_PHONE}]
)
@pytest.mark.parametrize("trouble", [LinkPhase.DISCONNECTED, LinkPhase.CONNECTING, LinkPhase.SILENT])
def test_the_head_keeps_what_the_clock_says_whole_beside_a_lost_monitor(qtbot, trouble, driver):
    room = QWidget()
    qtbot.addWidget(room)
    head = Header(room)
    visit = make_visit(Phase.INFUSION, infusion_run_s=40 * 60 + 665.0, paused=True, available="Dr. Okafor", **driver)
    chair = make_chair(visit, links=(make_link(phase=trouble, quiet_s=725.0),))
    head.render(header_view(chair, make_station(chair), None))
    head.resize(708, 56)
    room.show()
    head.layout().activate()
    labels = [label for label in head.findChildren(QLabel) if label.isVisible()]
    assert "header_trouble" in {label.objectName() for label in labels}
    assert [label.text() for label in labels if _is_cut(label)] == []
    for badge in ("header_trouble", "header_driver"):
        shown = head.findChild(Badge, badge).shown_text()
        assert shown
        assert not shown.endswith("…")


@pytest.mark.parametrize("width", [708, 760, 1100])
def test_the_nurse_steps_back_where_the_clock_would_be_cut(qtbot, width):
    room = QWidget()
    qtbot.addWidget(room)
    head = Header(room)
    visit = make_visit(
        Phase.DISCHARGED, driver=DRIVER, driver_confirmed=ConfirmedHow.SEEN_IN_PERSON, available="Dr. Okafor"
    )
    chair = make_chair(visit)
    view = header_view(chair, make_station(chair), None)
    told = replace(view, timer="DISCHARGED", beside="08:58 · R. Alvarez RN", nurse="R. Alvarez RN", trouble="")
    head.resize(width, 56)
    head.render(told)
    room.show()
    head.layout().activate()
    assert [label.text() for label in head.findChildren(QLabel) if label.isVisible() and _is_cut(label)] == []
    assert head.findChild(QPushButton, "header_nurse").isVisible() == (width > 1000)


def _ground(tile):
    return tile.grab().toImage().pixelColor(tile.width() // 2, 3).name()


def test_an_alarm_fills_the_tile_and_says_itself_in_words(numerics):
    _show(numerics, make_numeric("spo2", 88.0, low=92, priority=Priority.MEDIUM))
    tile = numerics.findChild(QWidget, "number_spo2")
    assert _ground(tile) == DARK_THEME.alarm(Priority.MEDIUM).fill.name()
    assert (_label(numerics, "spo2_stars").text(), _label(numerics, "spo2_alarm").text()) == ("**", "LOW")
    _show(numerics, make_numeric("spo2", 97.0, low=92))
    assert _ground(tile) == DARK_THEME.colour("plot").name()
    assert _label(numerics, "spo2_alarm").text() == ""


def test_old_and_unknown_numbers_are_grey(numerics):
    _show(numerics, make_numeric("spo2", 97.0, freshness=Freshness.STALE, age_s=5.0))
    assert _label(numerics, "spo2_value").property("tone") == "stale"
    _show(numerics, make_numeric("spo2", None, freshness=Freshness.LOST))
    assert (_label(numerics, "spo2_value").text(), _label(numerics, "spo2_value").property("tone")) == ("---", "stale")
    _show(numerics, make_numeric("spo2", 97.0))
    assert _label(numerics, "spo2_value").property("tone") == "spo2"


def test_carbon_dioxide_is_there_only_when_a_monitor_gives_it(numerics):
    _show(numerics, make_numeric("resp_rate", 14.0), make_numeric("etco2", 38.0))
    assert _label(numerics, "rr_second").text() == "38"
    assert _label(numerics, "rr_second").isVisible()
    _show(numerics, make_numeric("resp_rate", 14.0))
    assert not _label(numerics, "rr_second").isVisible()


@pytest.fixture
def bar(qtbot):
    made = ActionBar()
    qtbot.addWidget(made)
    made.resize(1280, 64)
    made.show()
    return made


def _button(widget, name):
    return widget.findChild(QWidget, f"action_{name}")


def test_a_press_tells_which_action(qtbot, bar):
    bar.render(actions(make_chair(RUNNING), NURSE))
    with qtbot.waitSignal(bar.wanted) as wanted:
        qtbot.mouseClick(_button(bar, "measure_bp"), Qt.MouseButton.LeftButton)
    assert wanted.args[0].command == RequestCuff(chair=2)


def test_a_button_stays_itself_while_its_action_does(qtbot, bar):
    waiting = make_visit(Phase.OBSERVATION, observation_s=600.0)
    bar.render(actions(make_chair(waiting), NURSE))
    button = _button(bar, "mark_ready")
    assert not button.isEnabled()
    bar.render(actions(make_chair(replace(waiting, observation_s=900.0)), NURSE))
    assert _button(bar, "mark_ready") is button
    assert button.isEnabled()
    with qtbot.waitSignal(bar.wanted):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_shortcut_works_and_outlives_a_change_of_words(qtbot, bar):
    bar.render(actions(make_chair(make_visit(Phase.BASELINE, baseline_ready="")), NURSE))
    bar.activateWindow()
    with qtbot.waitSignal(bar.wanted) as wanted:
        qtbot.keyClick(bar, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    assert wanted.args[0].id == "take_baseline"
    visit = make_visit(Phase.BASELINE, baseline_ready="", baseline=make_visit().baseline)
    bar.render(actions(make_chair(visit), NURSE))
    with qtbot.waitSignal(bar.wanted):
        qtbot.keyClick(bar, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)


@pytest.mark.parametrize("phase", list(Phase))
def test_every_phase_fits_the_smallest_screen(bar, phase):
    bar.render(actions(make_chair(make_visit(phase)), NURSE))
    assert bar.minimumSizeHint().width() <= 1280
    for button in bar.findChildren(QWidget):
        if button.objectName().startswith("action_") and button.isVisible() and button.parentWidget() is bar:
            assert button.accessibleName()


def test_pause_gives_way_to_resume(bar):
    bar.render(actions(make_chair(RUNNING), NURSE))
    bar.render(actions(make_chair(replace(RUNNING, paused=True)), NURSE))
    assert _button(bar, "resume_infusion").isVisible()
    gone = _button(bar, "pause_infusion")
    assert gone is None or not gone.isVisible()


def test_a_flag_asks_and_goes_when_it_is_answered(qtbot):
    made = FlagBar()
    qtbot.addWidget(made)
    made.resize(900, 100)
    asked = flag_strip(replace(RUNNING, flags=(make_flag(),)))
    made.render(asked, 2, NURSE)
    assert made.isVisible()
    assert _label(made, "flag_headline").text().startswith("BP spike 182/111")
    assert made.sizeHint().height() <= 76, "the waves need the room"
    with qtbot.waitSignal(made.wanted) as wanted:
        qtbot.mouseClick(_button(made, "flag_clinician_told"), Qt.MouseButton.LeftButton)
    assert wanted.args[0].command.action == "clinician told"
    made.render(asked, 2, None)
    assert all(not button.isVisible() for button in made.findChildren(QWidget) if "action_" in button.objectName())
    headline = made.findChild(ElidingLabel, "flag_headline")
    headline.resize(300, 20)
    assert headline.shown_text() == "BP spike 182/111 · 47 % over 124/76"
    headline.resize(500, 20)
    assert headline.shown_text() == "BP spike 182/111 · 47 % above baseline 124/76"
    made.render(None, 2, NURSE)
    assert not made.isVisible()


def test_the_rail_has_a_tile_a_chair_and_tells_which_was_chosen(qtbot):
    rail = Rail(DARK_THEME, Flashing())
    qtbot.addWidget(rail)
    rail.resize(264, 700)
    rail.show()
    rail.render(make_station(make_chair(RUNNING), make_chair(None, number=5)))
    tile = rail.findChild(ChairTile, "chair_tile_2")
    assert "J. K." in tile.accessibleName()
    assert rail.findChild(ChairTile, "chair_tile_5").accessibleName() == "Chair 5, free"
    with qtbot.waitSignal(rail.chair_chosen) as chosen:
        qtbot.mouseClick(tile, Qt.MouseButton.LeftButton)
    assert chosen.args == [2]
    with qtbot.waitSignal(rail.chair_chosen) as chosen:
        qtbot.keyClick(rail.findChild(ChairTile, "chair_tile_5"), Qt.Key.Key_Space)
    assert chosen.args == [5]


@pytest.mark.parametrize(("height", "tile"), [(560, 58), (650, 58), (700, 68), (800, 80), (1000, 100)])
def test_eight_busy_chairs_are_all_in_sight(qtbot, height, tile):
    rail = Rail(DARK_THEME, Flashing())
    qtbot.addWidget(rail)
    rail.resize(264, height)
    rail.show()
    rail.render(make_station(*(make_chair(RUNNING, number=number) for number in range(1, 9))))
    tiles = [rail.findChild(ChairTile, f"chair_tile_{number}") for number in range(1, 9)]
    qtbot.waitUntil(lambda: tiles[-1].y() > 0)
    assert tiles[-1].mapTo(rail, tiles[-1].rect().bottomLeft()).y() < rail.findChild(QWidget, "station").y()
    assert tiles[0].height() == tile
    rail.render(make_station(make_chair(RUNNING, number=1), *(make_chair(None, number=n) for n in range(2, 9))))
    assert tiles[0].height() >= 80, "there is room again"


@pytest.mark.parametrize(
    ("n", "height", "shown", "short"), [(8, 650, True, False), (8, 560, False, False), (16, 650, True, True)]
)
def test_the_way_to_all_chairs_gives_way_where_it_alone_would_hide_one(qtbot, n, height, shown, short):
    rail = Rail(DARK_THEME, Flashing())
    qtbot.addWidget(rail)
    rail.resize(264, height)
    rail.show()
    for _ in range(2):  # what it decides must not undo itself
        rail.render(make_station(*(make_chair(RUNNING, number=number) for number in range(1, n + 1))))
        qtbot.waitUntil(lambda: rail.findChild(QWidget, "all_chairs").isVisible() is shown)
        assert rail.is_short_of_room is short


def test_a_tile_in_alarm_wears_its_colour_and_its_word(qtbot):
    tile = ChairTile(2, DARK_THEME, Flashing())
    qtbot.addWidget(tile)
    tile.resize(248, 96)
    view = tile_view(make_chair(RUNNING), NOW)
    tile.render(view)
    calm = tile.grab().toImage()
    tile.render(replace(view, alarm=Priority.HIGH, word="BP SPIKE"))
    alarmed = tile.grab().toImage()
    red = DARK_THEME.alarm(Priority.HIGH).fill
    assert alarmed.pixelColor(124, 1).red() > red.red() * 0.7
    assert calm.pixelColor(124, 1) != alarmed.pixelColor(124, 1)
    assert tile.accessibleName().startswith("Chair 2, J. K., high priority alarm BP SPIKE")
