"""A record comes back from a whole backup alone; the present one is set aside, and what lies between is said."""

import contextlib
import os
import shutil
import signal
import sqlite3
import sys
from dataclasses import replace

import pytest

from devices.clock import NS_PER_S
from nursestation.core.records import BackupRestored, DischargeSigned, PurgeAsked, SessionPurged
from nursestation.store.backup import BackupError, make_backup
from nursestation.store.errors import StoreBusy
from nursestation.store.reader import StoreReader
from nursestation.store.restore import compare, restore
from nursestation.store.retention import purge_of
from nursestation.store.store import Store
from nursestation.store.verify import verify_store
from tests.helpers.written_visit import SESSION, START, minute, station_records, visit_records

NOW = minute(400)


@pytest.fixture
def record(tmp_path):
    path = tmp_path / "profile" / "record.sqlite3"
    with contextlib.closing(Store.open(path)) as store:
        store.append([*station_records(), *visit_records(step_s=60)])
    return path


@pytest.fixture
def backup(record, tmp_path):
    (tmp_path / "drive").mkdir()
    return make_backup(record, tmp_path / "drive", START.utc_ns, keep=1, rest=lambda _s: False).path


def heads(path):
    with StoreReader.open(path) as reader:
        return reader.chain_heads()


def another_visit(step_s):
    """Return a second visit, without its signature, which covers the first one's chain."""
    records = visit_records(step_s=step_s)
    return [replace(one, session="20260304-0900-2") for one in records if not isinstance(one, DischargeSigned)]


def test_a_lost_profile_comes_back_whole(record, backup):
    before = heads(record)
    with StoreReader.open(record) as reader:
        samples = list(reader.samples(SESSION))
    for file in record.parent.iterdir():
        file.unlink()
    record.parent.rmdir()
    done = restore(backup, record, NOW)
    assert (done.set_aside, done.n_sessions) == (None, 1)
    assert verify_store(record).ok
    with StoreReader.open(record) as reader:
        assert list(reader.samples(SESSION)) == samples
        (note,) = reader.of_kinds([BackupRestored])
    assert heads(record)[SESSION] == before[SESSION]
    assert (note.at, note.made_utc_ns) == (NOW, START.utc_ns)
    assert not list(record.parent.glob("*restoring*"))


def test_the_present_record_is_set_aside_with_all_that_it_has(record, backup):
    with contextlib.closing(Store.open(record)) as store:
        store.append(station_records())
    present = heads(record)
    done = restore(backup, record, NOW)
    assert done.set_aside == record.with_name("record.before-restore-1.sqlite3")
    assert heads(done.set_aside) == present
    assert verify_store(done.set_aside).ok
    assert restore(backup, record, NOW).set_aside.name == "record.before-restore-2.sqlite3"


def test_a_damaged_record_is_set_aside_as_it_is(record, backup):
    record.write_bytes(b"no database at all" * 1000)
    assert not compare(backup, record).is_readable
    done = restore(backup, record, NOW)
    assert done.set_aside.read_bytes() == b"no database at all" * 1000
    assert verify_store(record).ok


def test_the_journal_of_a_record_that_was_moved_away_is_not_written_into_the_restored_one(record, backup, tmp_path):
    """As a crash and a hand that renames the file alone leave it: read with that journal, the restored record is malformed."""
    later = another_visit(step_s=20)
    with contextlib.closing(Store.open(record)) as store:
        store.append(later[: len(later) // 2])
    with contextlib.closing(Store.open(record)) as store:
        for start in range(len(later) // 2, len(later), 20):
            store.append(later[start : start + 20])
        journal = record.with_name(f"{record.name}-wal").read_bytes()
    record.rename(tmp_path / "away.sqlite3")
    record.with_name(f"{record.name}-wal").write_bytes(journal)
    restore(backup, record, NOW)
    assert verify_store(record).ok
    assert heads(record)[SESSION] == heads(backup)[SESSION]
    with StoreReader.open(record) as reader:
        assert len(list(reader.of_kinds([BackupRestored]))) == 1
    (kept,) = record.parent.glob("*.before-restore-1*-wal")
    assert kept.read_bytes() == journal


def test_a_copy_by_hand_is_restored_with_what_its_journal_has(record, tmp_path):
    """A running station's record, copied with its journal: the newest lies in that alone."""
    copy = tmp_path / "copy.sqlite3"
    with contextlib.closing(Store.open(record)) as store:
        store.append(another_visit(step_s=60))
        for ending in ("", "-wal"):
            shutil.copy(f"{record}{ending}", f"{copy}{ending}")
        now = heads(record)
    for file in record.parent.iterdir():
        file.unlink()
    restore(copy, record, NOW)
    assert {name: head for name, head in heads(record).items() if name} == {
        name: head for name, head in now.items() if name
    }
    assert verify_store(record).ok


def test_it_is_refused_while_a_station_holds_the_record(record, backup):
    with contextlib.closing(Store.open(record)), pytest.raises(StoreBusy):
        restore(backup, record, NOW)


def flip(path, at):
    data = bytearray(path.read_bytes())
    data[at] ^= 0xFF
    path.write_bytes(data)


@pytest.mark.parametrize("kind", ["text", "empty", "another program's"])
def test_a_file_that_is_no_record_is_not_called_altered(record, tmp_path, kind):
    file = tmp_path / "notes.txt"
    file.write_text("Call the lab.\n" if kind == "text" else "")
    if kind == "another program's":
        with contextlib.closing(sqlite3.connect(file)) as connection:
            connection.execute("CREATE TABLE bookmark (name TEXT)")
    before = record.read_bytes()
    with pytest.raises(BackupError, match="is no record of Nursestation") as told:
        restore(file, record, NOW)
    assert "altered" not in str(told.value)
    assert record.read_bytes() == before


def test_an_altered_backup_is_refused_and_the_record_stays(record, backup):
    before = record.read_bytes()
    flip(backup, 9000)
    with pytest.raises(BackupError, match="not as it was written"):
        restore(backup, record, NOW)
    backup.with_name(f"{backup.name}.sha256").unlink()
    with contextlib.closing(sqlite3.connect(backup)) as connection:
        connection.execute("PRAGMA user_version=7")  # sound as a database, whatever it holds
    assert record.read_bytes() == before


def test_a_backup_without_its_sum_is_judged_by_its_chains(record, backup):
    backup.with_name(f"{backup.name}.sha256").unlink()
    with contextlib.closing(sqlite3.connect(backup)) as connection:
        connection.execute("DROP TRIGGER record_no_update")
        connection.execute("UPDATE record SET body = replace(body, 'Nausea', 'nothing') WHERE kind = 'Charted'")
        connection.commit()
    with pytest.raises(BackupError, match="was altered"):
        restore(backup, record, NOW)


def test_what_lies_between_is_told(record, backup):
    with contextlib.closing(Store.open(record)) as store:
        store.append([replace(one, session="20260304-0900-2") for one in visit_records(step_s=60, upto_min=20)])
    between = compare(backup, record)
    assert (between.n_sessions, between.n_present) == (1, 2)
    assert (between.lost, between.behind) == (("20260304-0900-2",), ())
    assert between.made_utc_ns == START.utc_ns


def test_a_visit_that_was_purged_since_would_be_back(record, backup):
    done = purge_of(record, SESSION)
    with contextlib.closing(Store.open(record)) as store:
        store.append([PurgeAsked(at=minute(200), sessions=(SESSION,), reason="over its time")])
        store.append([
            SessionPurged(
                at=minute(201), purged=SESSION, chain_head=done.chain_head, n_records=done.n_records,
                n_bulk=done.n_bulk, places=done.places,
            )
        ])  # fmt: skip
    assert compare(backup, record).purged_since == (SESSION,)


def test_visits_that_were_open_then_are_told(tmp_path):
    path = tmp_path / "profile" / "record.sqlite3"
    with contextlib.closing(Store.open(path)) as store:
        store.append([*station_records(), *visit_records(step_s=60, upto_min=30)])
    (tmp_path / "drive").mkdir()
    made = make_backup(path, tmp_path / "drive", START.utc_ns + NS_PER_S, keep=1, rest=lambda _s: False)
    with contextlib.closing(Store.open(path)) as store:
        store.append([one for one in visit_records(step_s=60) if one.at > minute(30)])
    between = compare(made.path, path)
    assert (between.open_sessions, between.behind) == ((SESSION,), (SESSION,))


def restore_killed_before(step, backup, record):
    """Restore in a process that is killed before its step-th change of a folder; say whether it came to its end."""
    child = os.fork()
    if child == 0:
        n = 0

        def count(event, _arguments):
            nonlocal n
            if event in ("os.rename", "os.link", "os.remove"):
                n += 1
                if n > step:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        restore(backup, record, NOW)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_kill_in_the_midst_leaves_one_of_both_records_in_place(record, backup):
    clean = record.parent.with_name("clean")
    shutil.copytree(record.parent, clean)
    seen, is_done, step = set(), False, 0
    while not is_done:
        shutil.rmtree(record.parent)
        shutil.copytree(clean, record.parent)
        with contextlib.closing(Store.open(record)) as store:
            store.append(station_records())  # more than the backup has
        present = heads(record)
        is_done = restore_killed_before(step, backup, record)
        assert verify_store(record).ok, f"killed before change {step}"
        now = heads(record)
        with StoreReader.open(record) as reader:
            notes = list(reader.of_kinds([BackupRestored]))
        assert (now == present) == (notes == []), f"killed before change {step}"
        seen.add(now == present)
        step += 1
    assert step > 3
    assert seen == {True, False}
