"""Drafts on disk: the newest of each form, no part of the record, and back after a kill."""

import contextlib
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace

import pytest

from devices.clock import ManualClock
from nursestation.core import commands as c
from nursestation.core.records import DraftKept, SessionOpened
from nursestation.core.station import ChairSetup, Station
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from nursestation.store.verify import verify_store
from nursestation.store.writer import StoreWriter
from tests.helpers.visit import PATIENT, PlainPins, load_protocol, make_clinic
from tests.helpers.written_visit import minute, visit_records

TYPED = (("given", "Jana"), ("family", "Kell"), ("born", "17.5.1984"))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "record.sqlite3"


@pytest.fixture
def store(path):
    store = Store.open(path)
    yield store
    store.close()


def draft(fields=TYPED, at=1, **changes):
    return DraftKept(**{"at": minute(at), "chair": 2, "form": "patient", "fields": fields, **changes})


def drafts(path):
    with StoreReader.open(path) as reader:
        return reader.drafts()


def test_the_newest_of_each_form_is_kept(path, store):
    store.append([draft((("given", "J"),)), draft()])
    store.append([draft((("kg", "72"),), form="weight", session="s-1", operator="op-1"), draft(chair=1)])
    assert drafts(path) == (
        draft(chair=1),
        draft(),
        draft((("kg", "72"),), form="weight", session="s-1", operator="op-1"),
    )


def test_one_that_was_used_leaves_nothing_behind(path, store):
    store.append([draft(), draft(form="weight")])
    store.append([draft((), at=2)])
    assert [one.form for one in drafts(path)] == ["weight"]


def test_it_is_no_part_of_the_record(path, store):
    store.append([*visit_records(step_s=60), draft()])
    store.append([draft((("given", "Jan"),))])
    store.close()
    with StoreReader.open(path) as reader:
        assert not [record for record in reader.discrete() if isinstance(record, DraftKept)]
    assert verify_store(path).ok


def test_nothing_typed_is_in_a_repr():
    typed = c.KeepDraft(chair=2, form="patient", fields=TYPED)
    assert not any("Jana" in repr(one) or "1984" in repr(one) for one in (draft(), typed))


TYPE_UNTIL_KILLED = """
import sys
from pathlib import Path
from devices.clock import SystemClock
from nursestation.core.records import DraftKept
from nursestation.store.store import Store
from nursestation.store.writer import StoreWriter

clock = SystemClock()
writer = StoreWriter(Store.open(Path(sys.argv[1])), clock)
writer.start()
for n in range(1, 10_000):
    writer.put([DraftKept(at=clock.now(), chair=2, form="patient", fields=(("given", "x" * (n % 500 + 1)), ("n", str(n))))])
    writer.flush()
    print(n, flush=True)
"""


def test_a_killed_program_has_it_again(path):
    child = subprocess.Popen(
        [sys.executable, "-c", TYPE_UNTIL_KILLED, str(path)], stdout=subprocess.PIPE, text=True, cwd=sys.path[0] or "."
    )
    with child:
        told = [child.stdout.readline() for _ in range(20)][-1]
        child.send_signal(signal.SIGKILL)
        told = (child.stdout.read().splitlines() or [told])[-1]
    Store.open(path).close()
    (kept,) = drafts(path)
    assert int(dict(kept.fields)["n"]) >= int(told)


def restarted(path, clock):
    """Return a station that was given what is stored, and what its restart records."""
    station = Station(
        [ChairSetup(number=1, monitors=()), ChairSetup(number=2, monitors=())], [load_protocol()], PlainPins(), "0.1.0"
    )
    with StoreReader.open(path) as reader:
        made = station.restore(
            list(reader.restore_records()), clock.now(), unclean=True, heads=reader.chain_heads(), kept=reader.drafts()
        )
    return station, made


def test_a_station_restored_from_the_store_shows_what_was_typed(path, store):
    clinic = make_clinic(protocols=[load_protocol()])
    clinic.staff()
    clinic.do(c.KeepDraft(chair=1, form="patient", fields=TYPED))
    clinic.do(c.CheckIn(chair=2, patient=PATIENT, protocol="depression_iv"))
    clinic.do(c.KeepDraft(chair=2, form="driver", fields=(("name", "Mar"),)))
    writer = StoreWriter(store, clinic.clock)
    writer.put(clinic.records)
    writer.drain()
    station, _ = restarted(path, ManualClock(clinic.clock.now()))
    view = station.snapshot(clinic.clock.now())
    assert view.chair(1).draft("patient") == dict(TYPED)
    assert view.chair(2).draft("driver") == {"name": "Mar"}


def test_what_was_typed_for_another_visit_is_given_up_at_the_restart(path, store):
    """A kill may fall between the opening of a session and the end of the draft that it used."""
    clinic = make_clinic(protocols=[load_protocol()])
    clinic.staff()
    clinic.do(c.CheckIn(chair=2, patient=PATIENT, protocol="depression_iv"))
    store.append([*clinic.records, draft(), draft(form="weight", session="an-earlier-one"), draft(chair=9)])
    station, made = restarted(path, clinic.clock)
    assert station.snapshot(clinic.clock.now()).chair(2).drafts == ()
    store.append(made)
    assert drafts(path) == ()


def test_two_starts_with_another_clock_each_still_place_the_visit(path, store):
    """A draft's moment is of the run that typed it: it must not move the records of a later one."""
    clinic = make_clinic(protocols=[load_protocol()])
    clinic.staff()
    clinic.do(c.CheckIn(chair=2, patient=PATIENT, protocol="depression_iv"))
    far = replace(clinic.clock.now(), mono_ns=clinic.clock.now().mono_ns * 1000)
    session = clinic.visit.session
    store.append([*clinic.records, draft(at=0, form="driver", session=session), replace(draft(), at=far, chair=1)])
    station, _ = restarted(path, clinic.clock)
    visit = station.snapshot(clinic.clock.now()).chair(2).visit
    assert visit.opened == next(one.at for one in clinic.records if isinstance(one, SessionOpened))


def test_the_table_holds_no_more_than_it_says(path, store):
    store.append([draft(), draft(form="weight"), draft((), form="weight")])
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT chair, form FROM draft").fetchall() == [(2, "patient")]
