"""A purge takes a visit out of every table together with writing that it did; verify accepts that hole and no other."""

import contextlib
import os
import re
import signal
import sqlite3
from dataclasses import replace

import pytest

from devices.clock import NS_PER_S
from nursestation.core.records import DraftKept, PurgeAsked, Record, SessionPurged
from nursestation.store.errors import StoreBug
from nursestation.store.migrations import _APPEND_ONLY
from nursestation.store.reader import StoreReader
from nursestation.store.retention import purge_of
from nursestation.store.store import Store
from nursestation.store.verify import verify_store
from tests.helpers.written_visit import NURSE, SESSION, START, minute, station_records, visit_records

OTHER = "20260303-1820-2"
TABLES = ("record", "numeric", "wave", "gap", "readings", "strips", "seal", "patient")


def renamed(records, session):
    """Return a visit's records as another's, without its signature, which covers the first one's chain."""
    return [replace(one, session=session) for one in records if type(one).__name__ != "DischargeSigned"]


@pytest.fixture
def path(tmp_path):
    """Return a record with two visits whose records lie among each other's."""
    path = tmp_path / "record.sqlite3"
    with contextlib.closing(Store.open(path)) as store:
        store.append(station_records())
        first = visit_records(with_waves=True, step_s=60)
        second = renamed(first, OTHER)
        for start in range(0, len(first), 40):
            store.append(first[start : start + 40])
            store.append(second[start : start + 40])
        store.append([DraftKept(at=minute(50), chair=2, session=SESSION, form="event", fields=(("text", "secret"),))])
    return path


def asked(session=SESSION):
    return PurgeAsked(at=minute(200), operator=NURSE.id, sessions=(session,), reason="kept seven years")


def purged(path, session=SESSION) -> Record:
    done = purge_of(path, session)
    assert done is not None
    return SessionPurged(
        at=minute(201), purged=session, chain_head=done.chain_head, n_records=done.n_records, n_bulk=done.n_bulk,
        places=done.places,
    )  # fmt: skip


def purge(path, session=SESSION):
    with contextlib.closing(Store.open(path)) as store:
        store.append([asked(session)])
        store.append([purged(path, session)])


def rows(path, sql):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def test_nothing_of_the_visit_is_left_but_the_record_of_its_purge(path):
    with StoreReader.open(path) as reader:
        head = reader.chain_heads()[SESSION]
        kept = list(reader.discrete(OTHER)), list(reader.samples(OTHER)), list(reader.waves(OTHER))
    before = {table: rows(path, f"SELECT count(*) FROM {table}")[0][0] for table in TABLES}
    purge(path)
    with StoreReader.open(path) as reader:
        assert [one.id for one in reader.sessions()] == [OTHER]
        assert (list(reader.discrete(OTHER)), list(reader.samples(OTHER)), list(reader.waves(OTHER))) == kept
        assert [card.n_visits for card in reader.find_patients("keller", 5)] == [1]
        assert reader.drafts() == ()
        (told,) = reader.of_kinds([SessionPurged])
    assert told.chain_head == head
    assert told.n_records > 40
    assert told.n_bulk > 100
    assert len(told.places) > 1
    for table in TABLES[1:]:
        assert rows(path, f"SELECT count(*) FROM {table}")[0][0] == before[table] / 2, table
    assert rows(path, "SELECT name FROM session") == [(OTHER,)]


def test_a_purged_record_is_intact(path):
    purge(path)
    verdict = verify_store(path)
    assert verdict.ok, verdict.findings
    assert verdict.n_sessions == 1


def test_both_visits_can_be_purged_and_the_record_goes_on(path):
    purge(path)
    purge(path, OTHER)
    with contextlib.closing(Store.open(path)) as store:
        store.append(renamed(visit_records(step_s=60), "20260304-0900-1"))
    verdict = verify_store(path)
    assert verdict.ok, verdict.findings
    assert verdict.n_sessions == 1


def test_the_guards_are_back_afterwards(path):
    purge(path)
    guards = {name for (name,) in rows(path, "SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    assert guards >= {f"{table}_no_delete" for table in (*_APPEND_ONLY, "patient", "readings", "strips", "calibration")}
    with (
        contextlib.closing(sqlite3.connect(path)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="nothing recorded"),
    ):
        connection.execute("DELETE FROM record")


def test_no_byte_of_the_patient_can_be_read_from_the_file_afterwards(path):
    purge(path, OTHER)
    assert b"Keller" in path.read_bytes()  # of the other visit
    purge(path)
    left = b"".join(file.read_bytes() for file in path.parent.iterdir() if file.is_file())
    for word in (b"Keller", b"MR-204471", b"Nausea", b"secret"):
        assert word not in left


def test_the_journal_is_emptied_as_soon_as_no_reader_is_in_the_way(tmp_path):
    path = tmp_path / "record.sqlite3"
    journal = path.with_name(f"{path.name}-wal")
    with contextlib.closing(Store.open(path)) as store:
        store.append([*station_records(), *visit_records(step_s=60)])
        with StoreReader.open(path) as reader, reader.consistent():
            assert reader.sessions()
            store.append([asked()])
            store.append([purged(path)])
            assert b"Keller" in journal.read_bytes()
        store.append([replace(asked(), at=minute(202))])
        assert b"Keller" not in path.read_bytes() + journal.read_bytes()


TAMPERED = {
    "a record of another visit": ("DELETE FROM record WHERE kind = 'Charted'", r"Record \d+ is missing"),
    "a station record": ("DELETE FROM record WHERE kind = 'SignedIn'", r"Record \d+ is missing"),
    "the record of the purge": ("DELETE FROM record WHERE kind = 'SessionPurged'", r"Record \d+ is missing"),
    "that somebody asked for it": ("DELETE FROM record WHERE kind = 'PurgeAsked'", r"Record \d+ is missing"),
    "its places": (
        "UPDATE record SET body = replace(body, '\"places\":[[5,', '\"places\":[[6,') WHERE kind = 'SessionPurged'",
        r"is missing|was altered",
    ),
    "a row in a purged place": (
        "INSERT INTO record SELECT 6, run, session, chair, kind, utc_ns, mono_ns, operator, body, hash FROM record"
        " WHERE kind = 'SignedIn'",
        "Record 6 stands in the place of a purged one",
    ),
}


@pytest.mark.parametrize(("statement", "expected"), TAMPERED.values(), ids=TAMPERED.keys())
def test_after_a_purge_any_further_change_is_named(path, statement, expected):
    purge(path)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        assert connection.execute(statement).rowcount > 0
        connection.commit()
    verdict = verify_store(path)
    assert not verdict.ok
    assert any(re.search(expected, one.text) for one in verdict.findings)


def test_a_visit_that_was_deleted_without_a_purge_is_missed(path):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(f"DELETE FROM record WHERE session = (SELECT id FROM session WHERE name = '{OTHER}')")
        connection.commit()
    assert not verify_store(path).ok


def test_a_purge_that_nobody_asked_for_is_named(path):
    with contextlib.closing(Store.open(path)) as store:
        store.append([purged(path)])
    (finding,) = verify_store(path).findings
    assert "nobody had asked" in finding.text


@pytest.mark.parametrize("change", [{"n_records": 3}, {"n_bulk": 1}, {"chain_head": "0" * 64}, {"purged": "another"}])
def test_what_departs_from_the_record_is_neither_purged_nor_recorded(path, change):
    before = rows(path, "SELECT count(*) FROM record")
    with contextlib.closing(Store.open(path)) as store:
        with pytest.raises(StoreBug):
            store.append([replace(purged(path), **change)])
        store.append([replace(asked(), at=START.shifted(999 * NS_PER_S))])  # and writing goes on
    assert rows(path, "SELECT count(*) FROM record") == [(before[0][0] + 1,)]
    assert verify_store(path).ok


def purge_killed_before(path, record, n_statements):
    """Purge in a process that is killed before so many statements have run; return how many ran, or None where it was killed."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        n = 0

        def count(_statement):
            nonlocal n
            n += 1
            if n > n_statements:
                os.kill(os.getpid(), signal.SIGKILL)

        store = Store.open(path)
        store._connection.set_trace_callback(count)
        store.append([record])
        os.write(write, str(n).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as told:
        answer = told.read()
    os.waitpid(child, 0)
    return int(answer) if answer else None


def test_a_kill_in_the_midst_leaves_the_visit_or_the_record_of_its_purge(path):
    """The purge is killed before its first statement, before its second, and so on to its end."""
    with contextlib.closing(Store.open(path)) as store:
        store.append([asked()])
    whole, record = path.read_bytes(), purged(path)
    ended, n_all = set(), None
    for n_statements in range(100):
        path.write_bytes(whole)
        for ending in ("-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        n_all = purge_killed_before(path, record, n_statements)
        with StoreReader.open(path) as reader:
            is_there = SESSION in [one.id for one in reader.sessions()]
            n_told = len(list(reader.of_kinds([SessionPurged])))
        assert is_there == (n_told == 0), f"killed before statement {n_statements}"
        verdict = verify_store(path)
        assert verdict.ok, f"killed before statement {n_statements}: {verdict.findings}"
        ended.add(is_there)
        if n_all is not None:
            break
    assert n_all is not None
    assert n_all > 20
    assert not is_there
    assert ended == {True, False}
