"""The page of the record: room, backups, holds and purges, and nothing purged by chance."""

from dataclasses import replace
from datetime import UTC

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit

from devices.clock import NS_PER_S
from nursestation.core.commands import AskPurge, HoldSession, ReleaseHold
from nursestation.core.model import Role
from nursestation.runtime.record_keeper import RecordCare
from nursestation.store.retention import KeptVisit
from nursestation.store.space import Room
from nursestation.ui.records.page import RecordsPage
from nursestation.ui.records.view import backup_text, card_text, room_text
from tests.helpers.station_views import NOW, NURSE, make_station

PIN = "246810"
OLD, OLDER = (
    KeptVisit(
        f"2018030{n}T150000Z-1", f"J. {n}.", NOW.utc_ns - 8 * 366 * 86_400 * NS_PER_S, NOW.utc_ns, "", False, True
    )
    for n in (3, 4)
)
HELD = KeptVisit("20180305T150000Z-1", "M. H.", NOW.utc_ns, NOW.utc_ns, "a complaint", False, False)
CARE = RecordCare(
    room=Room(10**11, 62e6, True),
    backup_folder="/media/backup",
    last_backup_utc_ns=NOW.utc_ns - 3600 * NS_PER_S,
    keep_years=7,
    kept=(OLD, OLDER, HELD),
)


class Desk:
    def __init__(self, page):
        self.page, self.sent = page, []
        page.command_requested.connect(self.sent.append)

    def sign_in(self, role):
        self.page.render(make_station(operator=None if role is None else replace(NURSE, role=role)))

    def button(self, name):
        return self.page.findChild(QAbstractButton, name)

    def text(self, name):
        return self.page.findChild(QLabel, name).text()

    def type(self, name, text):
        self.page.findChild(QLineEdit, name).setText(text)


@pytest.fixture
def desk(qtbot):
    page = RecordsPage(UTC)
    qtbot.addWidget(page)
    page.resize(1016, 700)
    with qtbot.waitExposed(page):
        page.show()
    page.show_care(CARE)
    made = Desk(page)
    made.sign_in(Role.LEAD_NURSE)
    return made


def test_it_tells_room_backups_and_what_is_over_its_time(desk):
    assert desk.text("records_room").startswith("About 67 days of recording")
    assert "Newest backup " in desk.text("records_backup")
    assert (
        desk.text("records_kept") == "Visits are kept for 7 years. 2 are over their time; nothing is purged by itself."
    )
    assert desk.button("records_visit_all").text().endswith("All 2 that are over their time")
    assert desk.page.findChild(QLabel, "records_note").isHidden()
    assert desk.button(f"records_visit_{HELD.session}").text().endswith("held: a complaint")


def test_a_purge_takes_a_reason_the_pin_and_a_second_button(desk):
    desk.button("records_visit_all").click()
    purge, sure = desk.button("records_purge"), desk.button("records_purge_sure")
    assert not purge.isEnabled()
    desk.type("records_reason", "kept seven years")
    assert not purge.isEnabled()
    desk.type("records_pin", PIN)
    assert purge.isEnabled()
    purge.click()
    assert desk.sent == []
    assert "2 visits will be gone for good" in desk.text("records_note")
    sure.click()
    assert desk.sent == [AskPurge(sessions=(OLD.session, OLDER.session), reason="kept seven years", pin=PIN)]
    assert sure.isHidden()
    assert desk.page.findChild(QLineEdit, "records_pin").text() == ""


def test_another_choice_takes_the_question_back(desk):
    desk.button("records_visit_all").click()
    desk.type("records_reason", "kept seven years")
    desk.type("records_pin", PIN)
    desk.button("records_purge").click()
    desk.button(f"records_visit_{OLD.session}").click()
    assert desk.button("records_purge_sure").isHidden()


def test_one_visit_is_held_and_a_held_one_is_released_but_never_purged(desk):
    desk.button(f"records_visit_{OLD.session}").click()
    desk.type("records_reason", "a question")
    desk.button("records_hold").click()
    desk.button(f"records_visit_{HELD.session}").click()
    assert desk.button("records_purge").isHidden()
    desk.type("records_reason", "answered")
    desk.button("records_release").click()
    assert desk.sent == [
        HoldSession(session=OLD.session, reason="a question"),
        ReleaseHold(session=HELD.session, reason="answered"),
    ]


@pytest.mark.parametrize(
    ("role", "may_hold", "may_purge"),
    [(Role.LEAD_NURSE, True, True), (Role.CLINICIAN, True, False), (Role.NURSE, False, False), (None, False, False)],
)
def test_who_may_not_is_not_offered_it(desk, role, may_hold, may_purge):
    desk.sign_in(role)
    desk.button(f"records_visit_{OLD.session}").click()
    assert desk.button("records_hold").isVisible() is may_hold
    assert desk.button("records_purge").isVisible() is may_purge


def test_a_refusal_is_shown_and_the_pin_forgotten(desk):
    desk.button("records_visit_all").click()
    desk.type("records_pin", PIN)
    desk.page.refused("The PIN does not fit.")
    assert desk.text("records_note") == "The PIN does not fit."
    assert desk.page.findChild(QLineEdit, "records_pin").text() == ""


def test_a_backup_is_asked_for_by_a_button_and_the_list_by_looking(qtbot, desk):
    with qtbot.waitSignal(desk.page.backup_wanted):
        desk.button("records_back_up").click()
    with qtbot.waitSignal(desk.page.list_wanted):
        desk.page.begin()
    desk.page.show_care(RecordCare())
    assert desk.button("records_back_up").isHidden()


def test_escape_leads_back(qtbot, desk):
    with qtbot.waitSignal(desk.page.closed):
        qtbot.keyClick(desk.page, Qt.Key.Key_Escape)


def test_the_words_of_each_state():
    assert room_text(RecordCare()) == "Being looked at…"
    assert "12 MB an hour" in room_text(RecordCare(room=Room(10**9, 12e6, False)))
    assert "no folder is set" in backup_text(RecordCare(), NOW.utc_ns)
    assert "is being made" in backup_text(RecordCare(backup_folder="/b", is_backing_up=True), NOW.utc_ns)
    assert backup_text(RecordCare(backup_folder="/b"), NOW.utc_ns) == "No backup in /b yet."
    assert card_text(RecordCare(), NOW.utc_ns) == "No backup is made."
    assert card_text(CARE, NOW.utc_ns, UTC).startswith("Room for about 67 days of recording. Newest backup ")
