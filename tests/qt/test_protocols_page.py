from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QLabel, QLineEdit, QPlainTextEdit, QWidget

from nursestation.config.protocol_files import BrokenFile, read_shelf
from nursestation.paths import resource
from nursestation.runtime.protocol_desk import (
    CopyProtocol,
    LookAtProtocols,
    ProtocolAnswer,
    SaveProtocol,
    TakeBackProtocol,
)
from nursestation.ui.protocols.page import ProtocolsPage
from tests.helpers.station_views import CLINICIAN, LEAD, NURSE, make_station

SHELF = read_shelf(resource("protocols"))
STATION = replace(make_station(operator=LEAD), protocols=tuple(file.protocol for file in SHELF.files))
DEPRESSION = SHELF.file("depression_iv").protocol


class Desk:
    def __init__(self, qtbot):
        self.qtbot, self.page, self.wishes = qtbot, ProtocolsPage(), []
        self.page.wished.connect(self.wishes.append)
        self.page.closed.connect(lambda: self.wishes.append("closed"))
        qtbot.addWidget(self.page)
        self.page.resize(1024, 706)
        with qtbot.waitExposed(self.page):
            self.page.show()
        self.page.render(STATION)
        self.answer(SHELF)

    def answer(self, shelf, wish=None, **changes):
        self.page.show_answer(ProtocolAnswer(wish=wish or LookAtProtocols(), shelf=shelf, **changes))

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

    def type(self, name, text):
        widget = self.find(name)
        if isinstance(widget, QPlainTextEdit):
            widget.setPlainText(text)
        else:
            assert isinstance(widget, QLineEdit)
            widget.setText(text)

    def edit(self, name="depression_iv"):
        self.press(f"protocols_list_{name}")
        self.press("protocol_edit")
        self.take()

    def take(self):
        taken, self.wishes[:] = list(self.wishes), []
        return taken


@pytest.fixture
def desk(qtbot):
    return Desk(qtbot)


def own(**fields):
    """Return a shelf on which depression is the clinic's own, with other fields."""
    made = replace(
        SHELF.file("depression_iv"),
        protocol=DEPRESSION.model_copy(
            update={"version": DEPRESSION.version + 1, "author": "Dr M. Lindqvist"} | fields
        ),
        is_own=True,
    )
    files = tuple(made if file.protocol.name == "depression_iv" else file for file in SHELF.files)
    return replace(SHELF, files=files), replace(STATION, protocols=tuple(file.protocol for file in files))


def test_every_protocol_is_listed_with_version_length_and_where_it_comes_from(desk):
    assert desk.take() == [LookAtProtocols()]
    rows = [
        one.accessibleName() for one in desk.page.findChildren(QAbstractButton) if "protocols_list_" in one.objectName()
    ]
    assert len(rows) == len(SHELF.files)
    version = SHELF.file("chronic_pain_iv").protocol.version
    assert f"Chronic pain IV, version {version}, IV · 4 h (2 h to 8 h), Shipped, not reviewed" in rows
    desk.press("protocols_list_depression_iv")
    assert desk.text("protocol_detail_title") == "Depression IV"
    assert desk.text("protocol_detail_origin") == "Shipped"
    facts = [one.accessibleName() for one in desk.page.findChildren(QLabel) if "protocol_facts_" in one.objectName()]
    assert "Series: 6 (4 to 9), 2 to 4 days apart, weekdays; booster after 3 to 6 months" in facts
    assert not desk.shows("protocol_back")


def test_a_nurse_looks_and_changes_nothing(desk):
    desk.page.render(replace(STATION, operator=NURSE))
    assert "Only a lead nurse or a clinician" in desk.text("protocols_notice")
    assert not desk.shows("protocol_edit")
    assert not desk.shows("protocol_copy")
    desk.page.render(replace(STATION, operator=CLINICIAN))
    assert desk.find("protocol_edit").isEnabled()


def test_an_edit_is_shown_before_it_is_saved_and_saved_whole(desk):
    desk.edit()
    assert desk.text("protocol_changes") == "Nothing yet."
    assert not desk.find("protocol_save").isEnabled()
    desk.press("protocol_parts_length")
    desk.type("protocol_planned_min", "50")
    assert desk.text("protocol_changes") == "• Planned length: 50 min, before 45 min"
    assert f"Counts from the next check-in on, as version {DEPRESSION.version + 1}." in desk.text("protocol_effect")
    assert "who answers for it" in desk.text("protocol_problem")
    assert not desk.find("protocol_save").isEnabled()
    desk.press("protocol_parts_name")
    desk.type("protocol_author", "Dr M. Lindqvist")
    desk.press("protocol_save")
    (wish,) = desk.take()
    wanted = DEPRESSION.model_copy(update={"planned_min": 50.0, "author": "Dr M. Lindqvist"})
    assert wish == SaveProtocol(protocol=wanted, operator=LEAD)
    assert not desk.find("protocol_save").isEnabled()  # until the answer
    shelf, station = own(planned_min=50.0)
    desk.page.render(station)
    desk.answer(shelf, wish, name="depression_iv")
    assert desk.text("protocol_detail_origin") == "Clinic's own"
    assert desk.shows("protocol_back")


def test_what_is_wrong_is_said_beside_its_field_and_keeps_the_save_shut(desk):
    desk.edit()
    desk.press("protocol_parts_length")
    desk.type("protocol_planned_min", "soon")
    assert desk.text("protocol_planned_min_problem") == "“soon” is no number: type one (min)."
    assert desk.text("protocol_changes") == "Correct what is marked first."
    assert "to correct" in desk.find("protocol_parts_length").accessibleName()
    assert not desk.find("protocol_save").isEnabled()
    desk.type("protocol_planned_min", "45")
    assert not desk.shows("protocol_planned_min_problem")


def test_ticks_choices_and_lists_can_be_changed(desk):
    desk.edit()
    desk.press("protocol_parts_before")
    tick = desk.find("protocol_gates_available")
    assert isinstance(tick, QCheckBox)
    tick.click()
    desk.type("protocol_gates_checks", "Pump read back")
    desk.press("protocol_parts_limits")
    choice = desk.find("protocol_limits_spo2_priority")
    choice.setCurrentIndex(choice.findData("high"))
    told = desk.text("protocol_changes")
    assert "• Name who is immediately available: no, before yes" in told
    assert "added Pump read back; left out" in told
    assert "• SpO₂, priority: high, before medium" in told


def test_the_wheel_over_a_choice_changes_nothing(desk):
    desk.edit()
    desk.press("protocol_parts_limits")
    choice = desk.find("protocol_limits_spo2_priority")
    before = choice.currentIndex()
    at = QPointF(choice.rect().center())
    wheel = QWheelEvent(
        at, QPointF(choice.mapToGlobal(at.toPoint())), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(choice, wheel)
    assert choice.currentIndex() == before


def test_a_refusal_keeps_what_was_typed(desk):
    desk.edit()
    desk.press("protocol_parts_name")
    desk.type("protocol_author", "Dr M. Lindqvist")
    desk.press("protocol_save")
    (wish,) = desk.take()
    desk.answer(SHELF, wish, problem="The disk is full: free some space.")
    assert desk.text("protocols_message") == "The disk is full: free some space."
    assert desk.text("protocol_author") == "Dr M. Lindqvist"
    assert desk.find("protocol_save").isEnabled()


def test_what_is_typed_outlives_a_lock_and_another_page_but_not_somebody_who_may_not(desk):
    desk.edit()
    desk.type("protocol_author", "Dr M. Lindqvist")
    desk.page.render(replace(STATION, operator=None))
    assert not desk.find("protocol_save").isEnabled()
    desk.page.hide()
    desk.page.show()
    desk.page.render(STATION)
    assert desk.text("protocol_author") == "Dr M. Lindqvist"
    assert desk.find("protocol_save").isEnabled()
    desk.page.render(replace(STATION, operator=NURSE))
    assert not desk.shows("protocol_author")


def test_escape_throws_away_nothing_that_was_typed(desk, qtbot):
    desk.edit()
    desk.type("protocol_author", "Dr M. Lindqvist")
    qtbot.keyClick(desk.page, Qt.Key.Key_Escape)
    assert desk.text("protocol_author") == "Dr M. Lindqvist"
    desk.press("protocol_cancel")
    assert desk.shows("protocol_edit")
    qtbot.keyClick(desk.page, Qt.Key.Key_Escape)
    assert desk.take() == ["closed"]


def test_a_copy_asks_for_its_title_alone(desk):
    desk.press("protocols_list_ptsd_iv")
    desk.press("protocol_copy")
    assert desk.text("protocol_copy_title") == "PTSD IV, copy"
    desk.type("protocol_copy_title", "PTSD, slow")
    desk.take()
    desk.press("protocol_copy_make")
    assert desk.take() == [CopyProtocol(name="ptsd_iv", title="PTSD, slow", new_name="ptsd_slow", operator=LEAD)]


def test_going_back_is_asked_once_more(desk):
    shelf, station = own()
    desk.page.render(station)
    desk.answer(shelf)
    desk.press("protocols_list_depression_iv")
    desk.press("protocol_back")
    assert f"the version {DEPRESSION.version} that comes with Nursestation" in desk.text("protocol_back_means")
    assert desk.find("protocol_back_keep").hasFocus()
    desk.take()
    desk.press("protocol_back_sure")
    assert desk.take() == [TakeBackProtocol(name="depression_iv", operator=LEAD)]


def test_a_broken_file_is_told_with_what_is_wanted(desk):
    path = resource("protocols") / "depression_iv.toml"
    problem = "protocols/depression_iv.toml: planned_min: Input should be a valid number (it says 'long')"
    desk.answer(replace(SHELF, broken=(BrokenFile(path, problem),)))
    assert desk.text("protocols_broken") == problem
    desk.press("protocols_list_depression_iv")
    assert desk.text("protocol_detail_origin") == "File has a mistake"
    assert "Mend the file first" in desk.text("protocol_detail_note")
    assert not desk.find("protocol_edit").isEnabled()


def test_a_file_changed_by_hand_waits_for_the_next_start(desk):
    shelf, _ = own(planned_min=50.0)
    desk.answer(shelf)
    desk.press("protocols_list_depression_iv")
    assert desk.text("protocol_detail_origin") == "Changed by hand"
    assert "next start" in desk.text("protocol_detail_note")
    assert not desk.find("protocol_edit").isEnabled()


@pytest.mark.parametrize("size", [(1024, 706), (1664, 986)])
def test_every_part_fits_its_width(desk, size, qtbot):
    desk.page.resize(*size)
    desk.edit()
    for button in desk.page.findChildren(QAbstractButton):
        if button.objectName().startswith("protocol_parts_"):
            button.click()
            key = button.objectName().removeprefix("protocol_parts_")
            area = desk.find(f"protocol_part_scroll_{key}")
            qtbot.waitUntil(lambda area=area: area.widget().width() <= area.viewport().width(), timeout=2000)
            assert area.horizontalScrollBar().maximum() == 0
