"""What may be purged: by default nothing, and never what runs or is held."""

import contextlib
from datetime import UTC, datetime

import pytest

from devices.clock import NS_PER_S
from nursestation.core.records import HoldReleased, SessionHeld
from nursestation.store.retention import kept_visits, purge_of, years_later
from nursestation.store.store import Store
from tests.helpers.written_visit import NURSE, SESSION, minute, station_records, visit_records

NEWEST = minute(100).utc_ns


def at(*date):
    return int(datetime(*date, tzinfo=UTC).timestamp()) * NS_PER_S


@pytest.fixture
def path(tmp_path):
    return tmp_path / "record.sqlite3"


def written(path, upto_min=100.0, further=()):
    with contextlib.closing(Store.open(path)) as store:
        store.append([*station_records(), *visit_records(step_s=300, upto_min=upto_min), *further])


def test_by_default_everything_is_kept_for_ever(path):
    written(path)
    (visit,) = kept_visits(path, None, at(2999, 1, 1))
    assert (visit.session, visit.initials, visit.until_utc_ns, visit.is_over) == (SESSION, "J. K.", None, False)


@pytest.mark.parametrize(("now", "is_over"), [(at(2033, 3, 3, 19, 59), False), (at(2033, 3, 3, 20, 1), True)])
def test_a_visit_is_over_its_time_so_many_years_after_its_newest_record(path, now, is_over):
    written(path)
    (visit,) = kept_visits(path, 7, now)
    assert visit.ended_utc_ns == NEWEST == at(2026, 3, 3, 20)
    assert (visit.until_utc_ns, visit.is_over) == (at(2033, 3, 3, 20), is_over)


def test_a_leap_day_counts_to_the_first_of_march():
    assert years_later(at(2028, 2, 29, 10), 7) == at(2035, 3, 1, 10)


def test_a_held_visit_is_kept_until_the_hold_is_released(path):
    hold = SessionHeld(at=minute(120), operator=NURSE.id, held=SESSION, reason="a question from the insurer")
    release = HoldReleased(at=minute(130), operator=NURSE.id, held=SESSION, reason="answered")
    written(path, further=[hold])
    (visit,) = kept_visits(path, 7, at(2040, 1, 1))
    assert (visit.held_because, visit.is_over) == ("a question from the insurer", False)
    with contextlib.closing(Store.open(path)) as store:
        store.append([release])
    (visit,) = kept_visits(path, 7, at(2040, 1, 1))
    assert (visit.held_because, visit.is_over) == ("", True)


def test_a_visit_that_is_in_its_chair_is_never_over_its_time(path):
    written(path, upto_min=60)
    (visit,) = kept_visits(path, 7, at(2040, 1, 1))
    assert (visit.is_open, visit.is_over) == (True, False)


def test_a_purge_tells_exactly_what_is_there(path):
    written(path)
    done = purge_of(path, SESSION)
    assert done.places == ((5, 4 + done.n_records),)
    assert purge_of(path, "another") is None
