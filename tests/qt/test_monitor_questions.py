"""What is asked of the nurse about monitors: at check-in, when one names another patient, and while there is no chair."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from devices.clock import ManualClock
from devices.events import AlarmKind, Priority
from nursestation.core.commands import ConfirmMonitorPatient, ConfirmMonitors
from nursestation.core.model import GateState, Phase
from nursestation.core.snapshot import ConditionView
from nursestation.ui.bridge import Bridge
from nursestation.ui.catalogue import make_pages, make_sheets
from nursestation.ui.checkin.page import CheckInPage
from nursestation.ui.main_window import MainWindow
from nursestation.ui.plots.trend_model import TrendModel
from nursestation.ui.theme import DARK_THEME
from tests.helpers.bench_states import make_link
from tests.helpers.published import HandOutbox
from tests.helpers.station_views import LEAD, NURSE, make_chair, make_gates, make_station, make_visit

QUESTION = "The monitor at chair 2 says Maria Lopez: is this still Jonas Keller?"
CHANGED = "Changed since this chair's last visit: Capnostream 20 is new here. Are these the right monitors?"
RUNNING = make_visit(Phase.INFUSION, infusion_run_s=60.0)
CONDITION = ConditionView(
    id="p", chair=2, rule="monitor.patient", kind=AlarmKind.TECHNICAL, priority=Priority.MEDIUM, text=QUESTION,
    age_s=20, acknowledged=False,
)  # fmt: skip


class Desk:
    def __init__(self, qtbot, tmp_path):
        self.outbox, self.sent, clock = HandOutbox(), [], ManualClock()
        self.bridge = Bridge(self.outbox, self.sent.append, clock)
        self.window = MainWindow(
            self.bridge, clock, DARK_THEME, TrendModel(), pages=make_pages("0"), sheets=make_sheets(tmp_path)
        )
        qtbot.addWidget(self.window)
        self.window.resize(1280, 800)
        self.window.show()

    def publish(self, station):
        self.outbox.items.append(station)
        self.outbox.heartbeat += 1
        self.bridge.drain()

    def find(self, name):
        found = [one for one in self.window.findChildren(QWidget, name) if one.isVisible()]
        assert len(found) == 1, (name, len(found))
        return found[0]

    def shows(self, name):
        return any(one.isVisible() for one in self.window.findChildren(QWidget, name))


@pytest.fixture
def desk(qtbot, tmp_path):
    return Desk(qtbot, tmp_path)


def held(**changes):
    chair = make_chair(RUNNING, links=(make_link(question=QUESTION, **changes),), conditions=(CONDITION,))
    return make_station(chair, conditions=(CONDITION,))


@pytest.mark.parametrize(("button", "same"), [("monitor_patient_same", True), ("monitor_patient_other", False)])
def test_a_monitor_that_names_another_patient_is_answered_with_one_tap(desk, button, same):
    desk.publish(held())
    assert desk.find("question_text").text() == QUESTION
    desk.find("question_answer").click()
    desk.publish(held())
    assert not desk.shows("question_bar")  # the sheet says it all
    assert desk.find("monitor_patient_same").text() == "Yes, still Jonas Keller"
    desk.find(button).click()
    assert desk.sent == [ConfirmMonitorPatient(chair=2, monitor="2:capnostream20", same=same)]
    assert not desk.shows("monitor_patient_sheet")


def test_another_patient_was_answered_and_may_be_taken_back(desk):
    desk.publish(held(is_answered=True))
    desk.find("question_answer").click()
    assert desk.find("monitor_patient_same").isEnabled()
    assert not desk.find("monitor_patient_other").isEnabled()


def test_nobody_answers_while_the_station_is_locked(desk):
    desk.publish(held())
    desk.publish(replace(held(), operator=None))
    assert not desk.find("question_answer").isEnabled()


def test_the_alarm_list_leads_to_the_answer(qtbot, desk):
    desk.publish(held())
    qtbot.mouseClick(desk.find("alarm_strip"), Qt.MouseButton.LeftButton)
    alarms = desk.find("alarm_list")
    area = alarms.visualRect(alarms.model().index(1))
    qtbot.mouseClick(alarms.viewport(), Qt.MouseButton.LeftButton, pos=area.center())
    assert desk.shows("monitor_patient_sheet")


def test_the_strip_goes_with_the_question(desk):
    desk.publish(held())
    assert desk.shows("question_bar")
    desk.publish(make_station(make_chair(RUNNING, links=(make_link(),))))
    assert not desk.shows("question_bar")


@pytest.fixture
def check_in(qtbot):
    page = CheckInPage()
    qtbot.addWidget(page)
    page.sent, page.sheets = [], []
    page.command_requested.connect(page.sent.append)
    page.sheet_requested.connect(page.sheets.append)
    page.show_chair(2)
    page.show()
    return page


def with_gate(asks, **link):
    gates = tuple(
        replace(gate, asks=asks, detail=asks or QUESTION) if gate.id == "monitors" else gate for gate in make_gates()
    )
    return make_station(make_chair(make_visit(gates=gates), links=(make_link(**link),)))


def at_the_monitors(check_in, station):
    check_in.render(station)
    check_in.findChild(QWidget, "check_in_gate_monitors").click()


def test_other_monitors_than_last_time_are_confirmed_with_one_tap(check_in):
    at_the_monitors(check_in, with_gate(CHANGED))
    button = check_in.findChild(QWidget, "check_in_monitors_confirm")
    assert button.isVisible()
    button.click()
    assert check_in.sent == [ConfirmMonitors(chair=2)]
    check_in.render(with_gate(""))
    assert not button.isVisible()


def test_another_patient_on_the_monitor_is_answered_from_check_in_too(check_in):
    at_the_monitors(check_in, with_gate("", question=QUESTION))
    assert not check_in.findChild(QWidget, "check_in_monitors_confirm").isVisible()
    check_in.findChild(QWidget, "check_in_monitors_answer").click()
    assert check_in.sheets == ["monitor_patient"]


@pytest.mark.parametrize(
    ("link", "text"),
    [
        ({"adapter": "serial number A1"}, "Capnostream 20 on ttyUSB0 · serial number A1"),
        (
            {"model": "Oridion Capnostream 20, no. B7", "port": "/dev/ttyUSB0"},
            "Oridion Capnostream 20, no. B7 on ttyUSB0",
        ),
        ({"simulated": True, "title": "Capnostream 20"}, "Capnostream 20 (simulated)"),
    ],
)
def test_check_in_says_which_monitors_feed_the_chair(check_in, link, text):
    check_in.render(with_gate("", **link))
    assert check_in.findChild(QLabel, "check_in_monitors").text() == text


def test_an_empty_station_leads_to_its_first_monitor_and_then_to_its_chair(desk):
    desk.publish(replace(make_station(operator=LEAD), chairs=()))
    assert desk.shows("no_chairs_page")
    assert not desk.shows("action_bar")
    desk.find("no_chairs_add").click()
    assert desk.window.page_name == "monitors"
    desk.publish(make_station(make_chair(None, number=4), operator=LEAD))
    assert desk.window.page_name == "monitors"  # the page that is being worked on stays
    desk.find("monitors_close").click()
    assert desk.shows("chair_page")
    assert desk.window.chair == 4


def test_a_nurse_is_told_who_adds_the_first_monitor(desk):
    desk.publish(replace(make_station(operator=NURSE), chairs=()))
    assert not desk.find("no_chairs_add").isEnabled()
    assert "lead nurse" in desk.find("no_chairs_note").text()


def test_the_rail_follows_chairs_that_come_and_go_in_the_order_of_their_numbers(desk, qapp):
    def tiles():
        qapp.processEvents()
        found = [one for one in desk.window.findChildren(QWidget) if one.objectName().startswith("chair_tile_")]
        return [one.objectName()[-1] for one in sorted(found, key=lambda one: one.y())]

    desk.publish(make_station(make_chair(None, number=1), make_chair(None, number=5)))
    assert tiles() == ["1", "5"]
    desk.publish(make_station(make_chair(None, number=1), make_chair(None, number=3), make_chair(None, number=5)))
    assert tiles() == ["1", "3", "5"]
    desk.publish(make_station(make_chair(None, number=3), make_chair(None, number=5)))
    assert tiles() == ["3", "5"]
    assert desk.window.chair == 3


def test_a_gate_that_is_met_asks_nothing(check_in):
    met = tuple(replace(gate, state=GateState.MET) for gate in make_gates())
    check_in.render(make_station(make_chair(make_visit(gates=met), links=(make_link(),))))
    check_in.findChild(QWidget, "check_in_gate_monitors").click()
    for name in ("check_in_monitors_confirm", "check_in_monitors_answer"):
        assert not check_in.findChild(QWidget, name).isVisible()
