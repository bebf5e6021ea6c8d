from dataclasses import replace
from datetime import UTC

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QProgressBar, QWidget

from devices.detect import Candidate, Finding, Progress
from devices.driver import Parity, SerialSettings
from devices.registry import all_drivers, lookup
from nursestation.config.changes import PutMonitor, RemoveChair, RemoveMonitor
from nursestation.config.schema import MonitorSettings
from nursestation.core.model import Phase
from nursestation.runtime.workbench import FindMonitor, Leave, Open, Save, Saved, Search, StopTrying, TryMonitor
from nursestation.ui.monitors.page import MonitorsPage
from tests.helpers.bench_states import CAPNO, make_bench, make_link, make_trial, numeric, wave
from tests.helpers.station_views import LEAD, NURSE, make_chair, make_station, make_visit

STATION = make_station(make_chair(None, number=2, links=(make_link(),)), make_chair(None, number=3), operator=LEAD)
DINAMAP = lookup("ge_dinamap").info


class Desk:
    def __init__(self, qtbot):
        self.qtbot, self.page, self.wishes = qtbot, MonitorsPage(all_drivers(), UTC), []
        self.page.wished.connect(self.wishes.append)
        self.page.closed.connect(lambda: self.wishes.append("closed"))
        qtbot.addWidget(self.page)
        self.page.resize(1024, 706)
        with qtbot.waitExposed(self.page):
            self.page.show()
        self.page.render(STATION)
        self.page.show_bench(make_bench())

    def find(self, name):
        found = [one for one in self.page.findChildren(QWidget, name) if one.isVisibleTo(self.page)]
        assert len(found) == 1, (name, len(found))
        return found[0]

    def shows(self, name):
        return any(one.isVisibleTo(self.page) for one in self.page.findChildren(QWidget, name))

    def text(self, name):
        widget = self.find(name)
        assert isinstance(widget, QLabel | QLineEdit | QAbstractButton)
        return widget.text()

    def press(self, name):
        widget = self.find(name)
        assert widget.isEnabled(), name
        widget.click()

    def take(self):
        taken, self.wishes[:] = list(self.wishes), []
        return taken


@pytest.fixture
def desk(qtbot):
    return Desk(qtbot)


def begin_new(desk, port="monitor_port_ttyusb1", driver="ge_dinamap"):
    desk.press("monitors_add_3")
    desk.press(port)
    desk.press(f"monitor_model_{driver}")
    desk.take()


def test_the_page_wakes_the_workbench_and_lets_it_rest(desk):
    assert desk.take() == [Open()]
    desk.page.hide()
    assert desk.take() == [Leave()]


def test_the_list_and_the_monitor_in_depth_are_shown(desk):
    assert desk.text("monitor_detail_title") == "Capnostream 20 · Chair 2"
    assert desk.text("monitor_detail_state") == "Connected for 2 min"
    assert "The link works" in desk.text("cable_check_title_0")
    assert desk.find("monitors_of_2_capnostream20").accessibleName().startswith("Capnostream 20, Connected for 2 min")


def test_a_nurse_looks_and_changes_nothing(desk):
    desk.page.render(replace(STATION, operator=NURSE))
    assert not desk.find("monitors_add_2").isEnabled()
    assert not desk.shows("monitor_change")
    assert not desk.shows("monitors_new_chair")
    assert "Only a lead nurse" in desk.text("monitors_notice")


def test_a_monitor_is_added_by_port_and_model_tried_and_saved(desk):
    desk.take()
    desk.press("monitors_add_3")
    assert desk.text("monitor_problem") == "Choose the port."
    assert not desk.find("monitor_save").isEnabled()
    assert not desk.find("monitor_try").isEnabled()
    desk.press("monitor_port_ttyusb1")
    desk.press("monitor_model_ge_dinamap")
    assert desk.text("monitor_line_says") == "The usual ones of this monitor."
    desk.press("monitor_try")
    wanted = MonitorSettings(
        driver="ge_dinamap", port="/dev/ttyUSB1", usb_location="1-1.3", usb_vid=0x067B, usb_pid=0x2303
    )
    assert desk.take() == [TryMonitor(monitor=wanted)]
    desk.page.show_bench(make_bench(trial=make_trial(numeric("spo2", 97.0), wave("pleth", 1, 2, 3))))
    assert desk.text("monitor_preview_headline") == "This monitor is understood."
    assert desk.text("monitor_preview_value_0") == "97"
    desk.press("monitor_save")
    change = PutMonitor(chair=3, monitor=wanted)
    assert desk.take() == [Save(change=change, operator=LEAD)]
    assert not desk.find("monitor_save").isEnabled()
    desk.page.show_bench(make_bench(saved=Saved(number=1, change=change)))
    assert not desk.shows("monitor_form")


def test_what_could_not_be_saved_stays_in_the_form_with_the_reason(desk):
    begin_new(desk)
    desk.press("monitor_save")
    change = desk.take()[0].change
    desk.page.show_bench(make_bench(saved=Saved(number=1, change=change, problem="The disk is full.")))
    assert desk.text("monitors_message") == "The disk is full."
    assert desk.shows("monitor_form")
    assert desk.find("monitor_save").isEnabled()


def test_a_port_in_use_says_whose_it_is_and_cannot_be_chosen(desk):
    desk.press("monitors_add_3")
    used = desk.find("monitor_port_ttyusb0")
    assert not used.isEnabled()
    assert "Chair 2, Capnostream 20 uses it" in used.accessibleName()


def test_an_address_can_be_typed_instead(qtbot, desk):
    desk.press("monitors_add_3")
    qtbot.keyClicks(desk.find("monitor_address"), "tcp://192.168.1.2:5000")
    assert "not on this computer" in desk.text("monitor_problem")
    desk.find("monitor_address").clear()
    qtbot.keyClicks(desk.find("monitor_address"), "tcp://127.0.0.1:5000")
    desk.press("monitor_model_nonin")
    assert not desk.shows("monitor_part_line")  # a network address has no line settings
    desk.press("monitor_try")
    assert desk.take()[-1].monitor == MonitorSettings(driver="nonin", port="tcp://127.0.0.1:5000")


def test_the_list_of_monitors_is_searched(qtbot, desk):
    desk.press("monitors_add_3")
    qtbot.keyClicks(desk.find("monitor_search"), "v100")
    assert desk.shows("monitor_model_ge_dinamap")
    assert not desk.shows("monitor_model_nonin")
    qtbot.keyClicks(desk.find("monitor_search"), "zzz")
    assert not desk.shows("monitor_model_ge_dinamap")


def test_a_changed_line_setting_is_tried_at_once_and_saved(desk):
    begin_new(desk)
    desk.press("monitor_try")
    desk.page.show_bench(make_bench(trial=make_trial()))
    desk.take()
    box = desk.find("monitor_line_parity")
    assert isinstance(box, QComboBox)
    box.setCurrentIndex(box.findData(Parity.EVEN.value))
    box.activated.emit(box.currentIndex())
    assert [wish.monitor.parity for wish in desk.take()] == ["even"]
    assert desk.text("monitor_line_says").startswith("Changed; usual: 9600 baud")


def test_receive_only_is_part_of_the_trial_and_of_what_is_saved(desk):
    begin_new(desk)
    desk.page.show_bench(make_bench(trial=make_trial()))
    desk.find("monitor_receive_only").setChecked(True)
    assert [wish.monitor.receive_only for wish in desk.take()] == [True]
    desk.press("monitor_save")
    assert desk.take()[0].change.monitor.receive_only


def test_only_a_monitor_whose_cuff_can_be_started_offers_it_and_off_is_the_start(desk):
    begin_new(desk)
    assert not desk.shows("monitor_may_start_cuff")
    desk.press("monitor_another")
    can = next(name for name, entry in all_drivers().items() if entry.info.starts_cuff)
    desk.press(f"monitor_model_{can}")
    assert not desk.find("monitor_may_start_cuff").isChecked()
    desk.find("monitor_may_start_cuff").setChecked(True)
    desk.press("monitor_save")
    assert desk.take()[-1].change.monitor.may_start_cuff
    desk.page.show_bench(make_bench(saved=Saved(number=1, change=RemoveChair(chair=3), problem="no")))
    desk.find("monitor_receive_only").setChecked(True)
    assert not desk.find("monitor_may_start_cuff").isEnabled()
    desk.press("monitor_save")
    assert not desk.take()[-1].change.monitor.may_start_cuff


def test_the_monitor_is_found_taken_over_and_tried(desk):
    desk.press("monitors_add_3")
    desk.press("monitor_port_ttyusb1")
    desk.take()
    desk.press("monitor_find")
    assert [type(wish) for wish in desk.take()] == [FindMonitor]
    desk.page.show_bench(make_bench(search=Search(progress=Progress("Listening at 9600 8N1.", 0.25))))
    bar = desk.find("monitor_find_progress")
    assert isinstance(bar, QProgressBar)
    assert bar.value() == 250
    best = Candidate("ge_dinamap", SerialSettings(19200), 1.0, None, "six replies")
    finding = Finding(best, (best,), "A DINAMAP is on this port.")
    desk.page.show_bench(make_bench(search=Search(progress=Progress("", 1.0), finding=finding)))
    assert desk.text("monitor_find_note") == "A DINAMAP is on this port."
    tried = desk.take()
    assert [(wish.monitor.driver, wish.monitor.baud) for wish in tried] == [("ge_dinamap", 19200)]
    desk.page.show_bench(make_bench(trial=make_trial()))
    assert desk.text("monitor_find_note") == "A DINAMAP is on this port."


def test_when_it_is_not_sure_the_candidates_are_offered(desk):
    desk.press("monitors_add_3")
    desk.press("monitor_port_ttyusb1")
    desk.press("monitor_find")
    maybe = tuple(Candidate(name, SerialSettings(19200), 0.4, None, "") for name in ("ge_dinamap", "nonin"))
    finding = Finding(None, maybe, "It may be one of two.")
    search = Search(progress=Progress("", 1.0), finding=finding, kept="What was heard is kept.")
    desk.page.show_bench(make_bench(search=search))
    assert desk.text("monitor_find_note") == "It may be one of two. What was heard is kept."
    desk.press("monitor_found_nonin")
    assert desk.shows("monitor_picked_nonin")
    desk.press("monitor_save")
    assert desk.take()[-1].change.monitor.baud == 19200  # as it was understood


def test_what_was_found_on_one_port_is_not_said_of_another(desk):
    desk.press("monitors_add_3")
    desk.press("monitor_port_ttyusb1")
    finding = Finding(None, (), "Nobody spoke.")
    desk.page.show_bench(make_bench(search=Search(progress=Progress("", 1.0), finding=finding)))
    assert desk.text("monitor_find_note") == "Nobody spoke."
    desk.press("monitor_port_ttys0")
    assert desk.text("monitor_find_note").startswith("Listens")


def test_a_search_is_stopped_by_a_button(desk):
    desk.press("monitors_add_3")
    desk.page.show_bench(make_bench(search=Search(progress=Progress("Listening.", 0.1))))
    desk.take()
    desk.press("monitor_try_stop")
    assert desk.take() == [StopTrying()]


def test_trouble_with_a_trial_is_said(desk):
    begin_new(desk)
    desk.page.show_bench(make_bench(trouble="There is no such port."))
    assert desk.text("monitor_preview_advice") == "There is no such port."


def test_a_monitor_is_changed_with_what_it_is_now(desk):
    desk.take()
    desk.press("monitor_change")
    assert not desk.shows("monitor_part_chair")
    desk.press("monitor_save")
    change = desk.take()[0].change
    assert change == PutMonitor(chair=2, monitor=CAPNO, replaces="capnostream20")


def test_taking_away_asks_first_and_says_what_it_means(desk):
    desk.take()
    desk.press("monitor_remove")
    assert "no longer reads" in desk.text("monitor_remove_means")
    desk.press("monitor_remove_keep")
    assert not desk.shows("monitor_remove_asks")
    desk.press("monitor_remove")
    desk.press("monitor_remove_sure")
    assert desk.take() == [Save(change=RemoveMonitor(chair=2, driver="capnostream20"), operator=LEAD)]


def test_an_empty_chair_can_be_taken_away(desk):
    assert not desk.shows("monitors_remove_2")
    desk.take()
    desk.press("monitors_remove_3")
    assert desk.take() == [Save(change=RemoveChair(chair=3), operator=LEAD)]


def test_a_visit_in_the_chair_is_said_before_anything_is_changed(desk):
    taken = make_chair(make_visit(Phase.INFUSION, infusion_run_s=60.0), number=2, links=(make_link(),))
    desk.page.render(make_station(taken, make_chair(None, number=3), operator=LEAD))
    assert "A patient is in chair 2" in desk.page.findChild(QLabel, "monitor_remove_means").text()
    desk.press("monitor_change")
    assert desk.text("monitor_visit").startswith("A patient is in chair 2")
    assert not desk.find("monitor_try").isEnabled()


def test_escape_leaves_the_form_then_the_page(qtbot, desk):
    begin_new(desk)
    qtbot.keyClick(desk.page, Qt.Key.Key_Escape)
    assert not desk.shows("monitor_form")
    assert desk.take() == [StopTrying()]
    qtbot.keyClick(desk.page, Qt.Key.Key_Escape)
    assert desk.take() == ["closed"]


def test_locking_the_station_ends_the_form(desk):
    begin_new(desk)
    desk.page.render(replace(STATION, operator=None))
    assert not desk.shows("monitor_form")
    assert desk.take() == [StopTrying()]


def test_the_first_monitor_of_an_empty_station(qtbot, desk):
    desk.page.render(replace(STATION, chairs=()))
    desk.page.show_bench(make_bench(chairs=(), links=(), taken={}))
    desk.page.begin()
    assert desk.find("monitors_first").hasFocus()
    desk.press("monitors_first")
    qtbot.waitUntil(lambda: desk.shows("monitor_chair_1"))


def test_the_tab_key_reaches_every_control_of_the_form(desk):
    begin_new(desk)
    wanted = {
        one.objectName()
        for kind in (QLineEdit, QComboBox, QAbstractButton)
        for one in desk.page.findChildren(kind)
        if one.isVisibleTo(desk.page) and one.isEnabled() and one.focusPolicy() & Qt.FocusPolicy.TabFocus
    }
    reached, widget = set(), desk.page.nextInFocusChain()
    while widget is not desk.page:
        reached.add(widget.objectName())
        widget = widget.nextInFocusChain()
    assert wanted <= reached


def test_the_same_state_again_makes_no_new_widgets(desk):
    for wishes in ((), ("monitor_change",)):
        for name in wishes:
            desk.press(name)
        before = {id(widget) for widget in desk.page.findChildren(QWidget)}
        desk.page.render(STATION)
        desk.page.show_bench(make_bench())
        assert {id(widget) for widget in desk.page.findChildren(QWidget)} == before
