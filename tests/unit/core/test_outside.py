"""What is different in the clinic's files since the start before, and what the window itself changed, which is told once."""

from dataclasses import replace

import pytest

from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.audit_log import AuditKind, rows
from nursestation.core.clinic_files import Difference, Setting, differences
from nursestation.core.inputs import ChairsChanged, ProtocolsChanged, StationInput
from nursestation.core.protocols import Protocol
from nursestation.core.station import ChairSetup, Station
from tests.helpers.visit import (
    NURSE,
    NURSE_PIN,
    PlainPins,
    binding,
    load_protocol,
    make_clinic,
    shipped_protocols,
)

LOCK = Setting(
    file="station.toml", key="lock_after_min", title="Minutes until it locks itself", value="0", otherwise="10"
)  # fmt: skip
SPEED = Setting(file="station.toml", key="chair.2.baud", title="Chair 2, Line speed", value="9600", otherwise="not set")


class Book:
    """A record that grows over several starts, with the lead nurse known to it."""

    def __init__(self) -> None:
        clinic = make_clinic()
        clinic.staff()
        self.records, self._clock = clinic.records, clinic.clock
        self.station = clinic.station
        self.shipped = shipped_protocols()

    def start(
        self, settings: tuple[Setting, ...] | None, protocols: tuple[Protocol, ...] | None = None
    ) -> list[r.Record]:
        """Start again with these files, and return what that records."""
        self._clock.advance(60)
        chairs = (ChairSetup(number=1, monitors=()), ChairSetup(number=2, monitors=(binding(),)))
        self.chairs = chairs
        self.station = Station(chairs, protocols or self.shipped, PlainPins(), "0.1.0", settings=settings)
        made = list(self.station.restore(self.records, self._clock.now(), unclean=False))
        self.records += made
        return made

    def give(self, item: StationInput) -> list[r.Record]:
        """Have the lead nurse, who signs in first, change something."""
        self.station.apply(c.SignIn(operator_id=NURSE, pin=NURSE_PIN), self._clock.now())
        made = list(self.station.apply(item, self._clock.now()))
        self.records += made
        return made


@pytest.fixture
def book() -> Book:
    return Book()


def told(records: list[r.Record]) -> list[str]:
    return [row.what for row in rows(records, {}) if row.kind is AuditKind.SETTING]


def test_what_differs_is_told_with_both_values_and_what_goes_falls_back():
    assert differences((), (LOCK,)) == (Difference("station.toml", "Minutes until it locks itself", "10", "0"),)
    assert differences((LOCK,), ()) == (Difference("station.toml", "Minutes until it locks itself", "0", "10"),)
    five = replace(LOCK, value="5")
    assert [(one.before, one.after) for one in differences((LOCK, SPEED), (SPEED, five))] == [("0", "5")]
    assert differences((LOCK, SPEED), (SPEED, LOCK)) == ()


def test_the_first_start_that_knows_them_tells_of_no_change(book):
    first = book.start((LOCK,))
    assert told(first) == []
    assert [one.settings for one in first if isinstance(one, r.SettingsRead)] == [(LOCK,)]
    assert [type(one) for one in book.start((LOCK,))] == [r.StationStarted]


def test_an_edited_setting_is_told_at_the_next_start_with_nobody_named(book):
    book.start(())
    edited = book.start((LOCK,))
    assert told(edited) == ["Minutes until it locks itself: 0, before 10 (station.toml, since the last start)"]
    (row,) = [row for row in rows(edited, {}) if row.kind is AuditKind.SETTING]
    assert (row.who, row.operator) == ("Outside the window", "")
    assert told(book.start(())) == ["Minutes until it locks itself: 10, before 0 (station.toml, since the last start)"]


def test_what_the_window_changed_of_a_chair_is_told_with_who_did_it_and_not_again_at_the_start(book):
    book.start(())
    made = book.give(ChairsChanged(chairs=book.chairs, operator=NURSE, settings=(SPEED,)))
    (changed,) = (one for one in made if isinstance(one, r.SettingChanged))  # the line alone: no monitor is another
    assert (changed.operator, changed.setting, changed.after, changed.file) == (NURSE, SPEED.title, "9600", "")
    moved = (book.chairs[0], replace(book.chairs[1], monitors=()))
    made = book.give(ChairsChanged(chairs=moved, operator=NURSE, settings=()))
    assert [type(one) for one in made] == [r.MonitorUnbound, r.SettingsRead]  # the first tells of it
    assert told(book.start(())) == []


def test_a_change_in_the_window_is_told_too_while_a_visit_is_open():
    clinic = make_clinic()
    clinic.start()
    empty, chair = ChairSetup(number=1, monitors=()), ChairSetup(number=2, monitors=(binding(),))
    clinic.apply(ChairsChanged(chairs=(empty, chair), operator=NURSE, settings=()))
    preferred = replace(chair, prefer=(("spo2", clinic.monitor),))
    made = clinic.apply(ChairsChanged(chairs=(empty, preferred), operator=NURSE, settings=(SPEED,)))
    assert [type(one) for one in made] == [r.SessionMonitors, r.SettingChanged, r.SettingsRead]


def test_an_edited_protocol_is_told_at_the_next_start_and_one_that_the_window_changed_is_not(book):
    assert told(book.start(None)) == []
    ours = load_protocol().model_copy(update={"version": 9, "planned_min": 50.0})
    kept = tuple(one for one in book.shipped if one.name != ours.name)
    edited = book.start(None, (*kept, ours))
    assert told(edited) == ["Protocol Depression IV, since the last start: Planned length: 50 min, before 45 min"]
    (row,) = [row for row in rows(edited, {}) if row.kind is AuditKind.SETTING]
    assert row.who == "Outside the window"
    mine = ours.model_copy(update={"version": 10, "planned_min": 40.0})
    book.give(ProtocolsChanged(protocols=(*kept, mine), operator=NURSE))
    assert told(book.start(None, (*kept, mine))) == []
    assert told(book.start(None, kept)) == ["Protocol Depression IV, since the last start: taken away"]


def test_a_protocol_that_differs_though_its_version_does_not_is_told_all_the_same(book):
    book.start(None)
    other = tuple(
        one.model_copy(update={"planned_min": 50.0}) if one.name == "depression_iv" else one for one in book.shipped
    )
    assert told(book.start(None, other))[0].startswith("Protocol Depression IV, since the last start: Planned")
