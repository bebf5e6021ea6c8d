from dataclasses import replace
from datetime import UTC

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QWidget

from devices.clock import ManualClock
from devices.events import AlarmKind, Priority
from nursestation.core.commands import Acknowledge, Chart, PauseInfusion, SignOut
from nursestation.core.inputs import SignalSeen
from nursestation.core.model import ChartKind, Phase
from nursestation.core.protocols import EventButton
from nursestation.core.records import Refused
from nursestation.core.snapshot import ConditionView, CuffView, DueKind, DueView, SelfTestView, SignalState
from nursestation.ui.alarms.flashing import Flashing
from nursestation.ui.bridge import Bridge
from nursestation.ui.catalogue import make_pages, make_sheets
from nursestation.ui.main_window import MainWindow
from nursestation.ui.page import Page
from nursestation.ui.plots.trend_model import TrendModel
from nursestation.ui.theme import DARK_THEME, LIGHT_THEME, apply
from tests.helpers.published import HandOutbox, make_wave
from tests.helpers.station_views import (
    NOW,
    make_chair,
    make_discharge_visit,
    make_flag,
    make_link,
    make_protocol,
    make_reading,
    make_station,
    make_visit,
)

RUNNING = make_visit(Phase.INFUSION, infusion_run_s=60.0)
SPIKE = ConditionView(
    id="a",
    chair=1,
    rule="bp.spike",
    kind=AlarmKind.PHYSIOLOGICAL,
    priority=Priority.HIGH,
    text="BP spike 182/111",
    age_s=95,
    acknowledged=False,
)


class _Told(Page):
    """A page that remembers what it was told."""

    def __init__(self):
        super().__init__()
        self.chair, self.shown, self.why = 0, None, ""

    def show_chair(self, number):
        self.chair = number

    def render(self, snapshot):
        self.shown = snapshot

    def refused(self, reason):
        self.why = reason


class _Desk:
    """A window on an outbox that is filled by hand."""

    def __init__(self, qtbot):
        self.outbox, self.sent, self.clock = HandOutbox(), [], ManualClock()
        self.bridge = Bridge(self.outbox, self.sent.append, self.clock)
        self.pages = {name: _Told() for name in ("first_run", "sign_in", "check_in", "discharge")}
        self.sheets = {name: _Told() for name in ("event", "dose")}
        self.window = MainWindow(
            self.bridge, self.clock, DARK_THEME, TrendModel(), pages=self.pages, sheets=self.sheets, zone=UTC
        )
        qtbot.addWidget(self.window)
        self.window.resize(1280, 800)
        self.window.show()

    def publish(self, *items):
        self.outbox.items.extend(items)
        self.outbox.heartbeat += 1
        self.bridge.drain()

    def find(self, name):
        return self.window.findChild(QWidget, name)

    def text(self, name):
        return self.window.findChild(QLabel, name).text()


@pytest.fixture
def desk(qtbot):
    made = _Desk(qtbot)
    made.publish(_station())
    return made


def _station(**changes):
    chairs = (
        make_chair(replace(RUNNING, patient=replace(RUNNING.patient, given_name="Mia")), number=1),
        make_chair(RUNNING, cuff=CuffView(reading=make_reading(), age_s=60.0, due_in_s=108.0)),
        make_chair(None, number=5),
    )
    return make_station(*chairs, **changes)


def test_the_first_chair_is_shown_and_the_clock_is_the_clinics(desk):
    assert desk.window.chair == 1
    assert desk.text("header_chair") == "Chair 1"
    assert desk.text("clock") == "14:00:00"


def test_a_tile_or_a_key_chooses_the_chair(qtbot, desk):
    qtbot.mouseClick(desk.find("chair_tile_2"), Qt.MouseButton.LeftButton)
    assert desk.text("header_chair") == "Chair 2"
    with qtbot.waitActive(desk.window):
        desk.window.activateWindow()
    qtbot.keyClick(desk.window, Qt.Key.Key_F1)
    assert desk.text("header_chair") == "Chair 1"
    qtbot.keyClick(desk.window, Qt.Key.Key_F8)  # there is no chair 8
    assert desk.text("header_chair") == "Chair 1"


def test_a_button_becomes_a_command_for_the_chair_in_front(qtbot, desk):
    desk.window.show_chair(2)
    qtbot.mouseClick(desk.find("action_pause_infusion"), Qt.MouseButton.LeftButton)
    assert desk.sent == [PauseInfusion(chair=2)]


def test_a_digit_charts_on_the_chair_page_alone_and_is_text_in_a_field(qtbot, desk):
    protocol = make_protocol(events=(EventButton(text="Position changed", kind=ChartKind.POSITION, key=4),))
    desk.publish(make_station(make_chair(replace(RUNNING, protocol=protocol))))
    with qtbot.waitActive(desk.window):
        desk.window.activateWindow()
    qtbot.keyClick(desk.window, Qt.Key.Key_4)
    charted = [Chart(chair=2, kind=ChartKind.POSITION, text="Position changed")]
    assert desk.sent == charted
    field = QLineEdit(desk.sheets["event"])
    desk.window.open("event")
    field.show()
    field.setFocus()
    qtbot.keyClicks(field, "4")
    assert (field.text(), desk.sent) == ("4", charted)
    desk.window.open("dose")  # a sheet that asks for something else
    qtbot.keyClick(desk.window, Qt.Key.Key_4)
    desk.window.open("check_in")
    qtbot.keyClick(desk.window, Qt.Key.Key_4)
    assert desk.sent == charted


def test_no_staff_yet_is_the_first_run_and_signing_in_leads_to_the_chair(qtbot):
    desk = _Desk(qtbot)
    desk.publish(_station(operators=(), operator=None))
    assert desk.window.page_name == "first_run"
    assert desk.find("operator").isHidden()
    desk.publish(_station(operator=None))
    assert desk.window.page_name == "sign_in"
    desk.publish(_station())
    assert desk.window.page_name == "chair"


def test_the_station_page_is_open_to_everybody_and_leads_back(qtbot, tmp_path):
    outbox, sent, clock = HandOutbox(), [], ManualClock()
    bridge = Bridge(outbox, sent.append, clock)
    window = MainWindow(
        bridge, clock, DARK_THEME, TrendModel(), pages=make_pages("0", UTC), sheets=make_sheets(tmp_path), zone=UTC
    )
    qtbot.addWidget(window)
    window.show()

    def publish(snapshot):
        outbox.items.append(snapshot)
        outbox.heartbeat += 1
        bridge.drain()

    def press(name):
        qtbot.mouseClick(window.findChild(QWidget, name), Qt.MouseButton.LeftButton)

    publish(_station(operator=None))
    assert window.page_name == "sign_in"
    press("station")
    publish(_station(operator=None))
    assert window.page_name == "station", "the next snapshot leaves it in sight"
    assert not window.findChild(QWidget, "station_staff").isEnabled()
    press("station_about")
    publish(_station(operator=None))
    assert window.page_name == "about"
    press("about_close")
    publish(_station(operator=None))
    assert window.page_name == "sign_in"
    publish(_station())
    press("station")
    publish(_station())
    press("station_staff")
    assert window.page_name == "staff"
    assert sent == []


def test_a_page_begins_with_the_focus_where_work_begins(qtbot, tmp_path):
    outbox, clock = HandOutbox(), ManualClock()
    bridge = Bridge(outbox, [].append, clock)
    window = MainWindow(
        bridge, clock, DARK_THEME, TrendModel(), pages=make_pages("0", UTC), sheets=make_sheets(tmp_path), zone=UTC
    )
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    outbox.items.append(make_station(make_chair(make_discharge_visit("aldrete", "driver"))))
    outbox.heartbeat += 1
    bridge.drain()
    for page, begins in (
        ("discharge", "discharge_aldrete_answer"),
        ("station", "station_staff"),
        ("staff", "staff_own_pin"),  # a nurse adds nobody
        ("about", "about_close"),
    ):
        window.open(page)
        assert window.focusWidget().objectName() == begins
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Escape)
        assert window.page_name == "chair"
        assert not isinstance(window.focusWidget(), QAbstractButton), "a key too many must state nothing"


def test_the_colours_change_while_the_program_runs_and_sizes_stay(qtbot, desk, qapp):
    clock_size = desk.find("clock").font().pixelSize()
    number_size = desk.find("hr_value").font().pixelSize()
    try:
        desk.window.set_theme(LIGHT_THEME)
        desk.publish(_station())
        image = desk.window.grab().toImage()
        assert image.pixelColor(desk.find("rail").width() // 2, image.height() - 130) == LIGHT_THEME.colour("bar")
        assert desk.find("clock").font().pixelSize() == clock_size
        assert desk.find("hr_value").font().pixelSize() == number_size
    finally:
        apply(qapp, DARK_THEME)


def test_locking_leaves_numbers_and_alarms_in_sight_and_only_the_sign_in_to_press(qtbot, desk):
    qtbot.mouseClick(desk.find("lock"), Qt.MouseButton.LeftButton)
    assert desk.sent == [SignOut()]
    desk.publish(_station(operator=None, conditions=(SPIKE,)))
    assert desk.window.page_name == "chair"
    assert desk.text("alarm_text") == "BP spike 182/111"
    assert desk.find("hr_value").text() == "74"
    assert desk.find("action_sign_in").isVisible()
    assert desk.find("operator").text() == "Sign in"
    qtbot.mouseClick(desk.find("operator"), Qt.MouseButton.LeftButton)
    assert desk.window.page_name == "sign_in"


def test_a_lock_closes_the_sheet_that_is_open(desk):
    desk.window.open("event")
    assert desk.sheets["event"].isVisibleTo(desk.window)
    desk.publish(_station(operator=None))
    assert not desk.sheets["event"].isVisibleTo(desk.window)


def test_a_lock_takes_the_page_of_a_patient_away(desk):
    desk.window.open("discharge")
    desk.publish(_station(operator=None))
    assert desk.window.page_name == "chair"


def test_a_page_takes_the_chairs_place_and_the_alarms_stay(desk):
    desk.window.show_chair(2)
    desk.window.open("discharge")
    assert desk.pages["discharge"].chair == 2
    assert desk.pages["discharge"].shown is not None
    assert desk.find("alarm_bar").isVisible()
    assert desk.find("rail").isVisible()
    assert not desk.find("action_bar").isVisible()
    desk.pages["discharge"].closed.emit()
    assert desk.window.page_name == "chair"
    assert desk.find("action_bar").isVisible()


def test_a_sheet_takes_the_trends_place_and_numbers_and_waves_stay(qtbot, desk):
    desk.window.show_chair(2)
    qtbot.mouseClick(desk.find("action_event"), Qt.MouseButton.LeftButton)
    sheet = desk.sheets["event"]
    assert sheet.isVisible()
    assert sheet.chair == 2
    for name in ("waves", "numerics", "alarm_bar", "action_bar"):
        assert desk.find(name).isVisible()
    newest = _station()
    desk.publish(newest)
    assert sheet.shown is newest
    desk.window.show_chair(1)  # a sheet about another patient must not stay open
    assert not sheet.isVisible()


def test_a_name_that_the_window_does_not_know_goes_to_its_owner(qtbot, desk):
    with qtbot.waitSignal(desk.window.sheet_requested) as asked:
        qtbot.mouseClick(desk.find("action_export"), Qt.MouseButton.LeftButton)
    assert asked.args == ["export"]


def test_a_refusal_is_told_calmly_and_to_the_page_in_front(desk):
    desk.window.open("check_in")
    desk.publish(Refused(at=NOW, chair=2, command="CheckIn", reason="The chair is taken."))
    assert desk.text("message") == "The chair is taken."
    assert desk.pages["check_in"].why == "The chair is taken."
    desk.publish(_station())
    assert desk.text("message") == "The chair is taken."


def test_a_refusal_reaches_the_sheet_that_is_open(desk):
    desk.window.open("dose")
    desk.publish(Refused(at=NOW, chair=1, command="Chart", reason="Say what changed."))
    assert desk.sheets["dose"].why == "Say what changed."


def test_what_is_due_next_stands_at_the_bottom_and_leads_to_its_chair(qtbot, desk):
    late = DueView(chair=2, kind=DueKind.CUFF, what="Cuff", due_in_s=-40, is_overdue=True, clashes_with=(1,))
    soon = DueView(chair=1, kind=DueKind.INFUSION_END, what="", due_in_s=20, is_overdue=False)
    desk.publish(_station(due=(soon, late)))
    told = [desk.find(f"due_{n}").accessibleName() for n in (0, 1)]
    assert told == ["Chair 2, BP, late by 0:40, with 1", "Chair 1, Infusion, ends in 0:20"]
    desk.window.show_chair(1)
    qtbot.mouseClick(desk.find("due_0"), Qt.MouseButton.LeftButton)
    assert desk.window.chair == 2


def test_a_refusal_takes_the_place_of_what_is_due_until_the_next_command(desk):
    desk.publish(Refused(at=NOW, chair=2, command="CheckIn", reason="The chair is taken."))
    assert desk.find("message").isVisible()
    assert not desk.find("due_strip").isVisible()
    desk.find("action_measure_bp").click()
    assert desk.find("due_strip").isVisible()


def test_an_alarm_of_another_chair_is_acknowledged_for_that_chair(qtbot, desk):
    desk.window.show_chair(2)
    desk.publish(_station(conditions=(SPIKE,)))
    qtbot.mouseClick(desk.find("acknowledge"), Qt.MouseButton.LeftButton)
    assert desk.sent == [Acknowledge(chair=1, condition_id="a")]


def test_the_alarm_list_drops_down_beside_the_rail_and_leads_to_the_chair(qtbot, desk):
    desk.window.show_chair(2)
    desk.publish(_station(conditions=(SPIKE,)))
    qtbot.mouseClick(desk.find("alarm_strip"), Qt.MouseButton.LeftButton)
    listed = desk.find("alarm_list")
    assert listed.isVisible()
    ground = desk.find("ground")
    assert listed.y() >= desk.find("alarm_bar").mapTo(ground, desk.find("alarm_bar").rect().bottomLeft()).y()
    assert listed.x() >= desk.find("rail").width()
    qtbot.mouseClick(
        listed.viewport(), Qt.MouseButton.LeftButton, pos=listed.visualRect(listed.model().index(1)).center()
    )
    assert desk.window.chair == 1
    assert not listed.isVisible()


def test_a_dead_engine_is_told_over_the_whole_width(desk):
    assert desk.find("engine_failure").isHidden()
    desk.clock.advance(2.1)
    desk.bridge.drain()
    banner = desk.find("engine_failure")
    assert banner.isVisible()
    desk.find("ground").layout().activate()
    assert banner.width() == desk.find("ground").width()
    desk.publish()
    assert banner.isHidden()


def test_no_number_stands_as_if_live_once_the_engine_is_dead(desk):
    desk.window.show_chair(2)
    desk.clock.advance(2.1)
    desk.bridge.drain()
    assert desk.text("hr_value") == "---"
    assert desk.text("hr_line_0") == "Nursestation stopped"
    assert (desk.text("nibp_value"), desk.find("nibp_value").property("tone")) == ("124", "stale")
    assert "ago" not in desk.text("nibp_line_0"), "an age that stands still is no age"
    desk.publish(_station())
    assert "1 min ago" in desk.text("nibp_line_0")
    assert desk.text("hr_value") == "74"


def test_while_locked_the_key_for_the_sign_in_belongs_to_one_button(qtbot, desk):
    desk.publish(_station(operator=None))
    with qtbot.waitActive(desk.window):
        desk.window.activateWindow()
    qtbot.keyClick(desk.window, Qt.Key.Key_F10)
    qtbot.waitUntil(lambda: desk.window.page_name == "sign_in")


def test_simulated_values_are_marked(desk):
    assert desk.find("simulated_mark").isHidden()
    desk.publish(make_station(make_chair(RUNNING, simulated=True)))
    assert not desk.find("simulated_mark").isHidden()


def test_it_fits_the_smallest_screen(desk):
    assert desk.window.minimumSizeHint().width() <= 1280
    assert desk.window.minimumSizeHint().height() <= 800


def test_every_control_has_a_name_for_tests_and_for_screen_readers(desk):
    desk.publish(_station(conditions=(SPIKE,)))
    for widget in desk.window.findChildren(QWidget):
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible() and not isinstance(widget, _Told):
            assert widget.objectName(), (widget, widget.parent())
            assert widget.accessibleName(), widget.objectName()


def test_closing_stops_the_bridge_and_says_so(qtbot, desk):
    desk.bridge.start()
    with qtbot.waitSignal(desk.window.closing):
        desk.window.close()
    desk.window.close()


def test_the_first_picture_of_a_condition_is_told_to_the_engine_once(qtbot, desk):
    desk.publish(make_station(make_chair(RUNNING, 1)))
    condition = replace(SPIKE, cause_ns=desk.clock.now().mono_ns - 40_000_000)
    alarmed = make_station(make_chair(RUNNING, 1, conditions=(condition,)), conditions=(condition,))
    desk.publish(alarmed)
    assert SignalSeen(condition_id="a", delay_ms=40.0) not in desk.sent
    qtbot.waitUntil(lambda: SignalSeen(condition_id="a", delay_ms=40.0) in desk.sent)
    desk.publish(replace(alarmed, at=NOW.shifted(1_000_000_000)))
    desk.window.grab()
    assert len([item for item in desk.sent if isinstance(item, SignalSeen)]) == 1


def test_nothing_is_flashed_in_a_quiet_room(desk):
    alarmed = make_station(make_chair(RUNNING, 1, conditions=(SPIKE,)), conditions=(SPIKE,))
    desk.publish(alarmed)
    flashing = desk.window.findChild(Flashing)
    assert flashing.is_running
    seen = replace(SPIKE, acknowledged=True, signal=SignalState.ACKNOWLEDGED)
    desk.publish(make_station(make_chair(RUNNING, 1, conditions=(seen,)), conditions=(seen,)))
    assert not flashing.is_running


def test_the_rails_foot_offers_the_self_test_until_it_is_done(qtbot, desk):
    desk.publish(make_station(make_chair(RUNNING, 1)))
    with qtbot.waitSignal(desk.window.sheet_requested) as asked:
        qtbot.mouseClick(desk.find("alarm_test"), Qt.MouseButton.LeftButton)
    assert asked.args == ["self_test"]
    desk.publish(make_station(make_chair(RUNNING, 1), operator=None))
    assert desk.find("alarm_test").isHidden()
    desk.publish(make_station(make_chair(RUNNING, 1), self_test=SelfTestView(done_today=True, at=NOW)))
    assert desk.find("alarm_test").isHidden()


def _lies_over(desk, one, other):
    ground = desk.find("ground")
    areas = [
        widget.rect().translated(widget.mapTo(ground, widget.rect().topLeft()))
        for widget in (desk.find(one), desk.find(other))
    ]
    return areas[0].intersects(areas[1])


@pytest.fixture
def listing(qtbot, desk):
    """The list is open over the chair page, where a flag waits for an answer."""
    flagged = make_visit(Phase.INFUSION, infusion_run_s=60.0, flags=(make_flag(),))
    several = tuple(replace(SPIKE, id=f"a{n}", age_s=95.0 + n) for n in range(8))
    desk.publish(make_station(make_chair(flagged, 1, conditions=several), make_chair(RUNNING, 2), conditions=several))
    desk.window.activateWindow()
    qtbot.mouseClick(desk.find("alarm_strip"), Qt.MouseButton.LeftButton)
    assert desk.find("alarm_list").isVisible()
    return desk


@pytest.mark.parametrize("sheet", ["", "event"])
def test_the_list_covers_no_alarm_and_no_control(qtbot, listing, sheet):
    if sheet:
        listing.window.open(sheet)
        assert listing.find("alarm_list").isHidden(), "something else is being worked on"
        qtbot.mouseClick(listing.find("alarm_strip"), Qt.MouseButton.LeftButton)
    covered = ("alarm_bar", "rail", "header_timer", "flag_bar", "numerics", "alarm_controls", "action_bar")
    assert [name for name in covered if _lies_over(listing, "alarm_list", name)] == []
    assert _lies_over(listing, "alarm_list", "chair_lower") is not bool(sheet)


@pytest.mark.parametrize("page", ["check_in", "discharge", "sign_in"])
def test_the_list_closes_when_a_page_opens(listing, page):
    listing.window.open(page)
    assert listing.find("alarm_list").isHidden()


def test_the_list_closes_when_another_chair_is_chosen(qtbot, listing):
    qtbot.mouseClick(listing.find("chair_tile_2"), Qt.MouseButton.LeftButton)
    assert listing.find("alarm_list").isHidden()


def test_the_list_closes_when_somebody_turns_to_a_control_but_not_while_acknowledging(qtbot, listing):
    with qtbot.waitActive(listing.window):
        listing.window.activateWindow()
    listing.find("alarm_list").setFocus()
    listing.find("acknowledge").setFocus()
    assert listing.find("alarm_list").isVisible()
    listing.find("alarm_list").setFocus()
    listing.find("alarm_limits").setFocus()
    assert listing.find("alarm_list").isHidden()


def test_acknowledging_a_bp_flag_brings_the_chair_that_asks_what_was_done(qtbot, desk):
    flagged = make_visit(Phase.INFUSION, infusion_run_s=60.0, flags=(make_flag(),))
    desk.publish(make_station(make_chair(flagged, 1, conditions=(SPIKE,)), make_chair(RUNNING, 2), conditions=(SPIKE,)))
    desk.window.show_chair(2)
    qtbot.mouseClick(desk.find("acknowledge"), Qt.MouseButton.LeftButton)
    assert desk.window.chair == 1
    with qtbot.waitSignal(desk.find("flag_bar").wanted):
        qtbot.mouseClick(desk.find("action_flag_clinician_told"), Qt.MouseButton.LeftButton)
    assert [type(command).__name__ for command in desk.sent] == ["Acknowledge", "AnswerFlag"]


def test_the_waves_of_a_monitor_that_went_are_dropped(qtbot, desk):
    linked = make_chair(RUNNING, links=(make_link(monitor="2:a"), make_link(monitor="2:b")))
    desk.publish(make_station(make_chair(None, 1), linked), *(make_wave(NOW, np.zeros_like, chair=n) for n in (1, 2)))
    assert desk.window.wave_store.keys(2)
    desk.publish(make_station(make_chair(None, 1), linked))
    assert desk.window.wave_store.keys(2)
    desk.publish(make_station(make_chair(None, 1), replace(linked, links=(make_link(monitor="2:a"),))))
    assert not desk.window.wave_store.keys(2)
    assert desk.window.wave_store.keys(1)
