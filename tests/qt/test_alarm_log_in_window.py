"""The alarm log where it is opened: from the alarms, from the station's page, and with what the record has of earlier days."""

from dataclasses import replace
from datetime import UTC

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from devices.clock import NS_PER_S, ManualClock
from devices.events import AlarmKind, Priority
from nursestation.app import OpenStation
from nursestation.core.commands import CreateFirstOperator
from nursestation.core.model import Role
from nursestation.core.snapshot import ConditionView
from nursestation.paths import Profile
from nursestation.store.store import Store
from nursestation.ui.shell import make_shell
from nursestation.ui.theme import DARK_THEME
from tests.helpers.logged_day import logged_day
from tests.helpers.published import HandOutbox
from tests.helpers.station_views import NOW, make_chair, make_station, make_visit
from tests.helpers.visit import PlainPins

RR = ConditionView(
    id="rr", chair=2, rule="limit.resp_rate.low", kind=AlarmKind.PHYSIOLOGICAL, priority=Priority.MEDIUM,
    text="RR 7 < 8", age_s=30, acknowledged=False,
)  # fmt: skip
STATION = make_station(make_chair(make_visit(), conditions=(RR,)), make_chair(None, number=3), conditions=(RR,))


class Desk:
    def __init__(self, qtbot, tmp_path):
        self.outbox, clock = HandOutbox(), ManualClock()
        self.shell = make_shell(
            self.outbox, lambda _: None, clock=clock, wall=clock, theme=DARK_THEME, exports=tmp_path, prefer={}, zone=UTC
        )  # fmt: skip
        self.window = self.shell.window
        qtbot.addWidget(self.window)
        self.window.resize(1280, 800)
        self.window.show()
        self.publish(*logged_day(), STATION)

    def publish(self, *items):
        self.outbox.items.extend(items)
        self.outbox.heartbeat += 1
        self.shell.bridge.drain()

    def find(self, name):
        return self.window.findChild(QWidget, name)

    def press(self, name):
        button = self.window.findChild(QAbstractButton, name)
        assert button.isVisible(), name
        button.click()

    @property
    def n_rows(self):
        return self.find("alarm_log_table").model().rowCount()


@pytest.fixture
def desk(qtbot, tmp_path):
    made = Desk(qtbot, tmp_path)
    yield made
    made.window.close()


def test_the_list_of_alarms_leads_to_the_log_of_the_visit_in_front(qtbot, desk):
    qtbot.mouseClick(desk.find("alarm_strip"), Qt.MouseButton.LeftButton)
    desk.press("alarm_list_log")
    assert desk.window.page_name == "alarm_log"
    assert not desk.find("alarm_list").isVisible()
    assert desk.n_rows == 3


def test_the_button_stands_below_the_lines_and_covers_none(qtbot, desk):
    many = tuple(replace(RR, id=f"c{number}") for number in range(12))
    for conditions in ((RR,), many):
        desk.publish(replace(STATION, conditions=conditions))
        qtbot.mouseClick(desk.find("alarm_strip"), Qt.MouseButton.LeftButton)
        listed, button = desk.find("alarm_list"), desk.find("alarm_list_log")
        assert button.geometry().top() >= listed.viewport().geometry().bottom()
        assert listed.rect().contains(button.geometry())
        listed.hide()


def test_the_stations_page_leads_to_the_log_and_to_the_delays_and_they_lead_back(desk):
    for button, page, close in (
        ("station_alarm_log", "alarm_log", "alarm_log_close"),
        ("station_delays", "delays", "delays_close"),
    ):
        desk.press("station")
        desk.press(button)
        assert desk.window.page_name == page
        desk.press(close)
        assert desk.window.page_name == "chair"


def test_a_lock_closes_the_log_and_leaves_the_delays_open(desk):
    desk.window.open("alarm_log")
    desk.publish(replace(STATION, operator=None))
    assert desk.window.page_name == "chair"
    desk.window.open("station")
    assert not desk.find("station_alarm_log").isEnabled()
    desk.press("station_delays")
    desk.publish(replace(STATION, operator=None))
    assert desk.window.page_name == "delays"


def test_the_log_follows_what_happens_while_it_is_open(desk):
    desk.window.open("alarm_log")
    assert desk.find("alarm_log_table").model().index(0, 3).data() == "0:30 so far"
    desk.publish(replace(STATION, at=NOW.shifted(5 * NS_PER_S)))
    assert desk.find("alarm_log_table").model().index(0, 3).data() == "0:35 so far"


def test_earlier_days_are_read_from_the_record_beside_the_station(qtbot, tmp_path):
    profile = Profile(tmp_path / "profile")
    store = Store.open(profile.record)
    store.append(logged_day())
    store.close()
    clock = ManualClock(NOW)
    with OpenStation(profile, (), 1, clock, PlainPins()) as station:
        window, page = station.shell.window, station.shell.alarm_log
        window.resize(1280, 800)
        window.show()
        first = CreateFirstOperator(name="R. Alvarez RN", role=Role.LEAD_NURSE, pin="482913")
        station.station.inbox.post(first)
        qtbot.waitUntil(lambda: "Alvarez" in window.findChild(QAbstractButton, "operator").text())
        window.open("alarm_log")
        page.findChild(QAbstractButton, "alarm_log_scope_past").click()
        table = page.findChild(QWidget, "alarm_log_table")
        qtbot.waitUntil(lambda: table.model().rowCount() == 7)
        assert "7 rows" in page.findChild(QLabel, "alarm_log_note").text()
        window.open("delays")
        qtbot.waitUntil(lambda: "nothing measured" in page.window().findChild(QLabel, "delays_figures_2").text())
