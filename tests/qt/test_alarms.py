from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QLabel, QWidget

from devices.events import AlarmKind, Priority
from nursestation.core.commands import Acknowledge
from nursestation.core.snapshot import ConditionView
from nursestation.ui.alarms.bar import AlarmBar
from nursestation.ui.alarms.list import LINE_ROLE, AlarmList, AlarmModel
from nursestation.ui.alarms.view import alarm_lines
from nursestation.ui.theme import DARK_THEME
from tests.helpers.station_views import make_station

SPIKE = ConditionView(
    id="a",
    chair=2,
    rule="bp.spike",
    kind=AlarmKind.PHYSIOLOGICAL,
    priority=Priority.HIGH,
    text="BP spike 182/111",
    age_s=95,
    acknowledged=False,
)
OTHER = replace(SPIKE, id="b", chair=3, text="SpO₂ 84 < 90")
LOW = replace(SPIKE, id="c", chair=4, priority=Priority.LOW, kind=AlarmKind.TECHNICAL, text="Probe off")


def _lines(*conditions):
    return alarm_lines(make_station(conditions=conditions))


@pytest.fixture
def bar(qtbot):
    made = AlarmBar(DARK_THEME)
    qtbot.addWidget(made)
    made.resize(800, 48)
    made.show()
    return made


def _text(bar, name):
    return bar.findChild(QLabel, name).text()


def _fill(bar):
    strip = bar.findChild(QWidget, "alarm_strip")
    return strip.grab().toImage().pixelColor(strip.width() // 2, 3).name()


def _acknowledge(bar):
    return bar.findChild(QWidget, "acknowledge")


def test_it_says_that_there_is_nothing(bar):
    bar.render((), may_act=True, chair=2)
    assert _text(bar, "alarm_text") == "No active alarms"
    assert not _acknowledge(bar).isEnabled()
    assert _fill(bar) == DARK_THEME.colour("calm_fill").name()


def test_the_most_urgent_is_shown_with_its_mark_its_place_and_how_many_there_are(bar):
    bar.render(_lines(LOW, SPIKE), may_act=True, chair=2)
    assert _text(bar, "alarm_symbol") == "!!!"
    assert _text(bar, "alarm_where") == "Chair 2"
    assert _text(bar, "alarm_text") == "BP spike 182/111"
    assert _text(bar, "alarm_count") == "2 active ▾"


@pytest.mark.parametrize("condition", [SPIKE, replace(SPIKE, priority=Priority.MEDIUM)])
def test_it_flashes_between_two_grounds(qtbot, bar, condition):
    bar.render(_lines(condition), may_act=True, chair=2)
    look = DARK_THEME.alarm(condition.priority)
    seen = set()
    qtbot.waitUntil(lambda: seen.add(_fill(bar)) or len(seen) > 1, timeout=4000)
    assert seen == {look.fill.name(), look.fill_off.name()}


@pytest.mark.parametrize("condition", [LOW, replace(SPIKE, acknowledged=True)])
def test_what_is_low_or_was_seen_stands_still(bar, condition):
    bar.render(_lines(SPIKE), may_act=True, chair=2)
    bar.render(_lines(condition), may_act=True, chair=2)
    strip = bar.findChild(QWidget, "alarm_strip")
    assert not any(
        timer.isActive() and timer.interval() < 2000
        for timer in strip.findChildren(object)
        if hasattr(timer, "isActive")
    )
    assert _fill(bar) == DARK_THEME.alarm(condition.priority).fill.name()


def test_equally_urgent_ones_take_turns(qtbot, bar):
    bar.render(_lines(SPIKE, OTHER), may_act=True, chair=2)
    assert bar.shown.condition == "a"
    qtbot.waitUntil(lambda: bar.shown.condition == "b", timeout=5000)


def test_a_new_snapshot_does_not_turn_the_page(qtbot, bar):
    bar.render(_lines(SPIKE, OTHER), may_act=True, chair=2)
    qtbot.waitUntil(lambda: bar.shown.condition == "b", timeout=5000)
    bar.render(_lines(SPIKE, replace(OTHER, age_s=97)), may_act=True, chair=2)
    assert bar.shown.condition == "b"


def test_the_condition_that_is_shown_is_acknowledged(qtbot, bar):
    bar.render(_lines(SPIKE), may_act=True, chair=2)
    with qtbot.waitSignal(bar.command_requested) as asked:
        qtbot.mouseClick(_acknowledge(bar), Qt.MouseButton.LeftButton)
    assert asked.args == [Acknowledge(chair=2, condition_id="a")]


def test_what_concerns_the_station_is_acknowledged_from_the_chair_in_front(qtbot, bar):
    bar.render(_lines(replace(SPIKE, chair=None)), may_act=True, chair=3)
    with qtbot.waitSignal(bar.command_requested) as asked:
        qtbot.mouseClick(_acknowledge(bar), Qt.MouseButton.LeftButton)
    assert asked.args[0].chair == 3


def test_nobody_signed_in_cannot_acknowledge_and_is_told_why(bar):
    bar.render(_lines(SPIKE), may_act=False, chair=2)
    assert not _acknowledge(bar).isEnabled()
    assert "Sign in first" in _acknowledge(bar).toolTip()


def test_what_was_acknowledged_says_so_in_words(bar):
    bar.render(_lines(replace(SPIKE, acknowledged=True)), may_act=True, chair=2)
    assert _text(bar, "alarm_text") == "BP spike 182/111 · acknowledged"
    assert not _acknowledge(bar).isEnabled()


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return])
def test_the_list_is_asked_for_by_key_and_by_click(qtbot, bar, key):
    strip = bar.findChild(QWidget, "alarm_strip")
    with qtbot.waitSignal(bar.list_requested):
        qtbot.keyClick(strip, key)
    with qtbot.waitSignal(bar.list_requested):
        qtbot.mouseClick(strip, Qt.MouseButton.LeftButton)


def test_the_model_is_sound(qtmodeltester, qtbot):
    model = AlarmModel()
    model.show_lines(_lines(SPIKE, LOW))
    qtmodeltester.check(model)
    assert model.index(0).data(LINE_ROLE).condition == "a"
    assert model.index(0).data(Qt.ItemDataRole.AccessibleTextRole).startswith("high priority alarm")
    assert model.data(QModelIndex()) is None


@pytest.fixture
def listed(qtbot):
    owner = QWidget()
    qtbot.addWidget(owner)
    owner.resize(900, 400)
    made = AlarmList(DARK_THEME, owner)
    made.resize(800, 200)
    made.show_lines(_lines(SPIKE, LOW))
    owner.show()
    made.show()
    yield made
    owner.close()


def test_a_line_leads_to_its_chair_and_closes_the_list(qtbot, listed):
    place = listed.visualRect(listed.model().index(1)).center()
    with qtbot.waitSignal(listed.chair_chosen) as chosen:
        qtbot.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen.args == [4]
    assert listed.isHidden()


def test_rows_are_tall_enough_for_a_finger(listed):
    assert listed.visualRect(listed.model().index(0)).height() >= 44
    assert not listed.grab().isNull()


def test_escape_closes_it_and_an_empty_list_closes_by_itself(qtbot, listed):
    qtbot.keyClick(listed, Qt.Key.Key_Escape)
    assert listed.isHidden()
    listed.show()
    listed.show_lines(())
    assert listed.isHidden()
