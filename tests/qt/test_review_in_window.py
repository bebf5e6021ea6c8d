"""From the station's page to a visit and back, in the real window: the station is asked, and its refusal is told."""

import pytest
from PySide6.QtWidgets import QTableView

from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.runtime.review_job import ReviewDesk
from nursestation.store.store import Store
from nursestation.ui.review.prepared import trend_of
from nursestation.ui.review.room import ReviewRoom
from tests.helpers.visit import CLINICIAN, CLINICIAN_PIN, make_clinic
from tests.helpers.window_desk import WindowDesk
from tests.helpers.written_visit import SESSION, all_records


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
