"""What the window makes of a computer that may go to sleep."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel

from devices.clock import ManualClock
from nursestation.app import OpenStation
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.model import Phase, Role
from nursestation.paths import Profile
from nursestation.runtime.awake import CANNOT_HOLD, Awake
from nursestation.store.store import Store
from nursestation.ui.station_page import StationPage
from tests.helpers.sleeper import Computer
from tests.helpers.station_views import make_protocol
from tests.helpers.visit import PlainPins
from tests.helpers.written_visit import PATIENT, START

WAIT_MS = 20_000
"""For the station's threads; a test that waits so long has failed."""


@pytest.fixture
def profile(tmp_path):
    """A profile with a visit that is still open."""
    profile = Profile(tmp_path / "profile")
    store = Store.open(profile.record)
    told = {"at": START, "chair": 2, "session": "s-1", "operator": "op-1"}
    store.append([
        r.SessionOpened(**told, patient=PATIENT, protocol=make_protocol(), simulated=False),
        r.PhaseChanged(**told, before=None, after=Phase.CHECK_IN),
    ])  # fmt: skip
    store.close()
    profile.settings.write_text("[[chair]]\nnumber = 2\n")
    return profile


def open_station(profile, computer):
    return OpenStation(profile, (), 1, ManualClock(START), PlainPins(), hold=computer.hold)


def test_an_open_visit_keeps_the_computer_awake_until_the_program_ends(qtbot, profile):
    computer = Computer(is_willing=True)
    with open_station(profile, computer) as station:
        qtbot.waitUntil(lambda: computer.n_held == 1, timeout=WAIT_MS)
        qtbot.waitUntil(lambda: station._told_awake is Awake.HELD, timeout=WAIT_MS)
        assert station.shell.window.findChild(QLabel, "message").text() != CANNOT_HOLD
    assert computer.n_held == 0


def test_a_computer_that_cannot_be_held_is_told_of_once_and_on_the_page_of_the_station(qtbot, profile):
    with open_station(profile, Computer(is_willing=False)) as station:
        window, inbox = station.shell.window, station.station.inbox
        message = window.findChild(QLabel, "message")
        qtbot.waitUntil(lambda: message.text() == CANNOT_HOLD, timeout=WAIT_MS)
        window.open("station")
        note = window.findChild(QLabel, "station_sleep_note")
        assert (note.text(), note.isHidden()) == (CANNOT_HOLD, False)
        message.clear()
        inbox.post(c.CreateFirstOperator(name="R. Alvarez RN", role=Role.LEAD_NURSE, pin="482913"))
        inbox.post(c.EndEarly(chair=2, reason="unwell"))
        qtbot.waitUntil(note.isHidden, timeout=WAIT_MS)
        inbox.post(c.FreeChair(chair=2))
        inbox.post(c.CheckIn(chair=2, patient=replace(PATIENT, record_number="2"), protocol="depression_iv"))
        qtbot.waitUntil(lambda: not note.isHidden(), timeout=WAIT_MS)
        assert message.text() != CANNOT_HOLD


def test_the_page_of_the_station_says_nothing_of_sleep_unless_there_is_something_to_do(qtbot):
    page = StationPage()
    qtbot.addWidget(page)
    note = page.findChild(QLabel, "station_sleep_note")
    for awake in (Awake.REFUSED, Awake.HELD, Awake.REFUSED, Awake.FREE):
        page.show_awake(awake)
        assert note.isHidden() is (awake is not Awake.REFUSED)
