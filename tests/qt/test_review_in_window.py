"""From the station's page to a visit and back, in the real window: the station is asked, and its refusal is told."""

import pytest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QTableView

from devices.clock import NS_PER_S, ManualClock
from nursestation.app import OpenStation
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.model import Phase, Role
from nursestation.paths import Profile
from nursestation.runtime.review_job import ReviewDesk
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from nursestation.ui.review.prepared import trend_of
from nursestation.ui.review.room import ReviewRoom
from tests.helpers.station_views import NOW, make_protocol
from tests.helpers.visit import CLINICIAN, CLINICIAN_PIN, NURSE_PIN, PlainPins, make_clinic
from tests.helpers.window_desk import WindowDesk
from tests.helpers.written_visit import PATIENT, SESSION, START, all_records

WAIT_MS = 20_000
"""For the station's threads; a test that waits so long has failed."""


class Room:
    """The window with a room, over the record of the written visit."""

    def __init__(self, qtbot, folder):
        path = folder / "record.sqlite3"
        store = Store.open(path)
        store.append(all_records(step_s=20))
        store.close()
        self.clinic = make_clinic()
        self.clinic.staff()
        self.window = WindowDesk(qtbot, folder, self.clinic)
        self.reader = ReviewDesk(path, self.clinic.apply, trend_of)
        shell = self.window.shell
        self.room = ReviewRoom(shell.window, shell.visits, shell.review, self.reader, lambda: None)

    def answered(self):
        """Let what was asked be answered and handed on."""
        if self.reader._thread is not None:
            self.reader._thread.join()
        self.room.collect()
        self.window.look()

    def choose_first(self):
        self.window.window.open("station")
        self.window.find("station_visits").click()
        self.answered()
        table = self.window.find("visits_table")
        assert isinstance(table, QTableView)
        table.clicked.emit(table.model().index(0, 0))


@pytest.fixture
def room(qtbot, tmp_path):
    return Room(qtbot, tmp_path)


def test_a_visit_is_found_opened_and_noted(room):
    room.choose_first()
    room.answered()
    assert room.window.window.page_name == "review"
    assert room.window.text("review_title") == "Keller, Jonas · …4471"
    assert [one.viewed for one in room.clinic.of(r.PastViewed)] == [SESSION]
    room.window.find("review_close").click()
    assert room.window.window.page_name == "chair"
    assert room.window.text("review_title") == ""


def test_a_refusal_of_the_station_is_told_where_it_was_asked(room):
    room.choose_first()
    room.reader.join()
    room.clinic.do(c.SignOut())  # and the screen does not know it yet
    room.reader._answers.clear()
    room.room._on_visit(SESSION)
    room.reader._thread.join()
    room.room.collect()
    assert room.window.window.page_name == "visits"
    assert "sign in" in room.window.text("visits_trouble").casefold()


def test_who_goes_on_to_something_else_is_not_called_back(room):
    room.choose_first()
    room.window.window.open("about")
    room.answered()
    assert room.window.window.page_name == "about"


def test_another_person_at_the_station_sees_no_more_of_it(room):
    room.choose_first()
    room.answered()
    room.clinic.do(c.SignIn(operator_id=CLINICIAN, pin=CLINICIAN_PIN))
    room.window.look()
    assert room.window.text("review_title") == ""
    assert room.window.text("review_none") == "Somebody else signed in: open the visit again."


def test_who_comes_while_it_is_read_does_not_see_what_another_asked_for(room):
    room.choose_first()
    room.reader._thread.join()
    room.clinic.do(c.SignIn(operator_id=CLINICIAN, pin=CLINICIAN_PIN))
    room.window.look()
    room.answered()
    assert room.window.window.page_name == "review"
    assert room.window.text("review_title") == ""
    assert room.window.text("review_none") == "Somebody else signed in: open the visit again."


def test_a_visit_that_was_found_is_held_by_the_station_and_found_as_held(room):
    room.clinic.do(c.SignIn(operator_id=CLINICIAN, pin=CLINICIAN_PIN))
    room.window.look()
    room.choose_first()
    room.answered()
    room.window.find("review_hold").click()
    room.window.find("review_hold_reason").setText("asked for by the court")
    room.window.find("review_hold_set").click()
    room.window.look()
    assert [(one.held, one.reason) for one in room.clinic.of(r.SessionHeld)] == [(SESSION, "asked for by the court")]
    assert room.window.text("review_held") == "Must be kept"
    assert room.window.text("review_hold_state").endswith("asked for by the court")
    room.clinic.do(c.ReleaseHold(session=SESSION, reason="closed"))
    room.window.look()
    assert room.window.text("review_hold_state") == "Not held."


def test_several_visits_leave_the_running_station_and_are_noted_once(qtbot, tmp_path):
    profile = Profile(tmp_path / "profile")
    store = Store.open(profile.record)
    for hour in range(3):
        told = {"at": START.shifted(hour * 3600 * NS_PER_S), "chair": 2, "session": f"s-{hour}", "operator": "op-1"}
        store.append([
            r.SessionOpened(**told, patient=PATIENT, protocol=make_protocol(), simulated=False),
            r.PhaseChanged(**told, before=None, after=Phase.CHECK_IN),
            r.PhaseChanged(**told, before=Phase.CHECK_IN, after=Phase.ENDED_EARLY),
        ])  # fmt: skip
    store.close()
    with OpenStation(profile, (), 1, ManualClock(NOW), PlainPins()) as station:
        window = station.shell.window
        window.resize(1280, 800)
        window.show()
        station.station.inbox.post(c.CreateFirstOperator(name="R. Alvarez RN", role=Role.LEAD_NURSE, pin=NURSE_PIN))
        qtbot.waitUntil(lambda: "Alvarez" in window.findChild(QAbstractButton, "operator").text(), timeout=WAIT_MS)
        window.open("visits")
        page = station.shell.visits.page
        qtbot.waitUntil(lambda: page.findChild(QTableView, "visits_table").model().rowCount() == 3, timeout=WAIT_MS)
        for name in ("visits_several", "visits_all", "visits_export"):
            page.findChild(QAbstractButton, name).click()
        formats = page.findChild(QComboBox, "export_format")
        formats.setCurrentIndex(formats.findData("csv"))
        page.findChild(QLineEdit, "export_folder").setText(str(tmp_path / "out"))
        page.findChild(QAbstractButton, "export_send").click()
        notice = page.findChild(QLabel, "export_notice")
        qtbot.waitUntil(lambda: notice.text() == f"Saved and checked: 3 files in {tmp_path / 'out'}", timeout=WAIT_MS)
    assert sorted(one.name for one in (tmp_path / "out").glob("*.csv")) == ["s-0.csv", "s-1.csv", "s-2.csv"]
    with StoreReader.open(profile.record) as reader:
        (asked,) = reader.of_kinds([r.ExportAsked])
        assert asked.sessions == ("s-0", "s-1", "s-2")
        assert [one.exported for one in reader.of_kinds([r.ExportMade])] == ["s-0", "s-1", "s-2"]
