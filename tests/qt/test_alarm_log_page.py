from datetime import UTC

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QWidget

from devices.clock import NS_PER_S
from devices.events import Priority
from nursestation.core.alarm_log import AlarmLog, fold
from nursestation.core.records import ConditionAcknowledged, ConditionEnded
from nursestation.ui.alarmlog.model import LINE_ROLE, LogModel
from nursestation.ui.alarmlog.page import AlarmLogPage
from nursestation.ui.alarmlog.table import LogTable
from nursestation.ui.alarmlog.view import day_began_ns, merged
from nursestation.ui.roles import Text
from nursestation.ui.tables import broken
from nursestation.ui.theme import DARK_THEME, LIGHT_THEME
from nursestation.ui.theme import font as letters
from tests.helpers.logged_day import SESSION, at, logged_day
from tests.helpers.station_views import NOW, NURSE, make_chair, make_station, make_visit

STATION = make_station(make_chair(make_visit()), make_chair(None, number=3))
NAMES = {one.id: one.name for one in STATION.operators}


class Desk:
    def __init__(self, qtbot, station=STATION, chair=2):
        self.log = AlarmLog()
        self.page, self.asked, self.closed = AlarmLogPage(DARK_THEME, UTC, self.log), [], []
        self.page.past_wanted.connect(self.asked.append)
        self.page.closed.connect(lambda: self.closed.append(True))
        qtbot.addWidget(self.page)
        self.page.resize(1016, 640)
        self.page.show_chair(chair)
        for one in logged_day():
            if getattr(one, "condition_id", "") != "old":  # of yesterday
                self.log.take(one)
        with qtbot.waitExposed(self.page):
            self.page.show()
        self.page.render(station)
        self.page.begin()
        self.model = self.find(LogTable, "alarm_log_table").model()

    def find(self, kind, name):
        found = self.page.findChild(kind, name)
        assert found is not None, name
        return found

    def texts(self):
        return [self.model.index(row, 2).data() for row in range(self.model.rowCount())]

    def press(self, name):
        self.find(QPushButton, name).click()


@pytest.fixture
def desk(qtbot):
    return Desk(qtbot)


def test_it_opens_with_the_visit_in_front(desk):
    assert desk.texts() == ["RR 7 < 8", "HR limits 50 to 120 → 45 to 120, set by hand", "SpO₂ 83 < 90 %"]


def test_the_choices_stay_where_they_are_while_there_is_nothing_to_show(desk):
    places = []
    for words in ("", "no such words"):
        desk.find(QLineEdit, "alarm_log_words").setText(words)
        desk.page.layout().activate()
        places.append([desk.find(QWidget, name).geometry() for name in ("alarm_log_scope", "alarm_log_kind")])
    assert desk.model.rowCount() == 0
    assert places[0] == places[1]


def test_a_headline_that_is_too_long_goes_on_in_the_second_line():
    metrics = QFontMetrics(letters(Text.STRONG))
    words = "The monitor names another patient: Maria Berg-Lindqvist, born 4 May 1961"
    width = metrics.horizontalAdvance(words)
    assert broken(words, metrics, width) == (words, "")
    line, rest = broken(words, metrics, width - 1)
    assert (line, rest) == (words.removesuffix(" 1961"), "1961")
    line, rest = broken(words, metrics, width // 2)
    assert f"{line} {rest}" == words
    assert metrics.horizontalAdvance(line) <= width // 2 < metrics.horizontalAdvance(f"{line} {rest.split(' ')[0]}")
    assert broken("Unbreakable", metrics, 5) == ("Unbreakable", "")
    assert broken("Unbreakable word", metrics, 5) == ("Unbreakable", "word")


def test_without_a_visit_it_opens_with_today(qtbot):
    assert len(Desk(qtbot, chair=3).texts()) == 6


def test_the_parts_and_the_filters_choose_the_rows(desk):
    desk.press("alarm_log_scope_today")
    assert len(desk.texts()) == 6
    chair = desk.find(QComboBox, "alarm_log_chair")
    chair.setCurrentIndex(chair.findText("Chair 3"))
    assert len(desk.texts()) == 1
    chair.setCurrentIndex(0)
    kind = desk.find(QComboBox, "alarm_log_kind")
    kind.setCurrentIndex(kind.findText("Equipment"))
    assert len(desk.texts()) == 1
    kind.setCurrentIndex(0)
    least = desk.find(QComboBox, "alarm_log_priority")
    least.setCurrentIndex(1)
    assert desk.texts() == ["SpO₂ 83 < 90 %"]
    least.setCurrentIndex(0)
    desk.find(QLineEdit, "alarm_log_words").setText("self-test")
    assert desk.texts() == ["Self-test: sound heard, lamps seen"]


def test_this_chair_leaves_the_choice_of_chairs_to_itself(desk):
    desk.press("alarm_log_scope_chair")
    assert not desk.find(QComboBox, "alarm_log_chair").isEnabled()
    assert len(desk.texts()) == 3


def test_earlier_days_are_asked_for_once_and_shown_when_they_come(desk):
    today = day_began_ns(NOW, UTC)
    assert desk.asked == [today]
    desk.press("alarm_log_scope_past")
    assert desk.asked == [today]  # one at a time
    desk.page.show_past((), today)
    assert desk.asked == [today, today - 30 * 24 * 3600 * NS_PER_S]
    assert "HR 128 > 120" not in desk.texts()
    desk.page.show_past(fold(logged_day()[:3]), desk.asked[-1])
    assert "HR 128 > 120" in desk.texts()
    desk.press("alarm_log_scope_today")
    assert len(desk.asked) == 2


def test_a_record_that_cannot_be_read_is_a_sentence_and_the_live_rows_stay(desk):
    desk.page.past_failed("The record cannot be read now.")
    assert desk.find(QLabel, "alarm_log_note").text() == "The record cannot be read now."
    assert len(desk.texts()) == 3


def test_what_happens_comes_in_and_the_chosen_row_stays_chosen(desk):
    table = desk.find(LogTable, "alarm_log_table")
    table.selectRow(2)
    assert desk.find(QLabel, "alarm_log_title").text() == "Chair 2 · SpO₂ 83 < 90 %"
    desk.log.take(ConditionEnded(at=NOW, chair=2, session=SESSION, condition_id="rr"))
    desk.page.render(STATION)
    assert desk.model.index(0, 3).data() == "0:30"
    assert table.currentIndex().row() == 2
    desk.find(QLineEdit, "alarm_log_words").setText("SpO₂")
    assert table.currentIndex().row() == 0
    assert desk.find(QLabel, "alarm_log_title").text() == "Chair 2 · SpO₂ 83 < 90 %"


def test_a_present_condition_grows_older(desk):
    desk.page.render(make_station(*STATION.chairs, at=NOW.shifted(30 * NS_PER_S)))
    assert desk.model.index(0, 3).data() == "1:00 so far"


def test_it_says_that_nothing_can_be_erased_and_offers_no_way_to(desk):
    assert "Nothing can be erased here" in (desk.page.show_past((), 0), desk.find(QLabel, "alarm_log_note").text())[1]
    buttons = [one.objectName() for one in desk.page.findChildren(QPushButton)]
    assert all(name.startswith(("alarm_log_scope", "alarm_log_close")) for name in buttons)


def test_an_empty_part_says_so(qtbot):
    desk = Desk(qtbot, chair=3)
    desk.page.show_past((), 0)
    desk.press("alarm_log_scope_visit")
    assert desk.find(QLabel, "alarm_log_empty").isVisible()
    assert "no visit" in desk.find(QLabel, "alarm_log_empty").text()


def test_escape_and_the_button_lead_back(qtbot, desk):
    qtbot.keyClick(desk.page, Qt.Key.Key_Escape)
    desk.press("alarm_log_close")
    assert len(desk.closed) == 2


def test_arrow_keys_choose_a_row(qtbot, desk):
    table = desk.find(LogTable, "alarm_log_table")
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Down)
    assert desk.find(QWidget, "alarm_log_detail").isVisible()


def test_both_themes_draw_the_mark_of_the_priority(desk):
    table = desk.find(LogTable, "alarm_log_table")
    for theme in (DARK_THEME, LIGHT_THEME):
        desk.page.set_theme(theme)
        place = table.visualRect(desk.model.index(0, 0))
        picture = table.viewport().grab(place).toImage()
        assert picture.pixelColor(14, place.height() // 2).name() == theme.alarm(Priority.MEDIUM).fill.name()


def test_the_model_is_sound(qtmodeltester):
    model = LogModel(UTC)
    rows = merged((), fold(logged_day()))
    model.show_rows(rows[3:], NOW, NAMES)
    qtmodeltester.check(model)
    model.show_rows(rows, NOW, NAMES)
    qtmodeltester.check(model)
    assert model.headerData(2, Qt.Orientation.Horizontal) == "What"
    assert model.index(0, 0).data(LINE_ROLE).row.id == "rr"
    assert model.data(QModelIndex()) is None


def test_a_newer_row_comes_above_and_a_change_tells_the_cells(qtbot):
    model, records = LogModel(UTC), logged_day()
    model.show_rows(merged((), fold(records[:-1])), NOW, NAMES)
    with qtbot.waitSignal(model.rowsInserted) as told:
        model.show_rows(merged((), fold(records)), NOW, NAMES)
    assert told.args[1:] == [0, 0]
    seen = ConditionAcknowledged(at=at(0.1), chair=2, session=SESSION, condition_id="rr", operator=NURSE.id)
    with qtbot.waitSignal(model.dataChanged):
        model.show_rows(merged((), fold([*records, seen])), NOW, NAMES)
    assert model.index(0, 4).data() == "Acknowledged"
