"""A backup of a protected record is protected with the same key and has its key file beside it; a restore keeps both together."""

import contextlib
import os
import stat

import pytest

from devices.clock import NS_PER_S
from nursestation.store import sqlite
from nursestation.store.backup import make_backup
from nursestation.store.cipher import protect
from nursestation.store.errors import StoreLocked
from nursestation.store.keys import Way, read_keys, wrap, write_keys
from nursestation.store.reader import StoreReader
from nursestation.store.restore import compare, restore
from nursestation.store.store import Store
from nursestation.store.unlocking import key_of_typed
from nursestation.store.verify import verify_store
from tests.helpers.protection import CHEAP, key_and_file
from tests.helpers.written_visit import SESSION, START, all_records, minute, station_records

pytest.importorskip("sqlcipher3")

KEY, KEYS = key_and_file()


@pytest.fixture
def record(tmp_path):
    path = tmp_path / "profile" / "record.sqlite3"
    path.parent.mkdir()
    write_keys(path, KEYS)
    with sqlite.held(path, KEY), contextlib.closing(Store.open(path)) as store:
        store.append(all_records(step_s=120))
    return path


def sessions(path):
    with StoreReader.open(path) as reader:
        return [one.id for one in reader.sessions()]


@pytest.fixture
def drive(tmp_path):
    (tmp_path / "drive").mkdir()
    return tmp_path / "drive"


def test_the_copy_opens_with_the_same_key_and_with_none_not_at_all(record, drive):
    with sqlite.held(record, KEY):
        made = make_backup(record, drive, START.utc_ns, keep=1, rest=lambda _s: False)
    assert b"Keller" not in made.path.read_bytes()
    assert read_keys(made.path) == KEYS
    with pytest.raises(StoreLocked):
        verify_store(made.path)
    with sqlite.held(made.path, KEY):
        assert verify_store(made.path).ok
    with sqlite.held(record, KEY):
        later = make_backup(record, drive, START.utc_ns + NS_PER_S, keep=1, rest=lambda _s: False)
    assert sorted(path.suffix for path in drive.iterdir()) == [".key", ".sha256", ".sqlite3"]
    assert later.path.exists()


@pytest.mark.skipif(os.name != "posix", reason="there the drive says who reads it")
def test_the_key_file_beside_a_copy_is_for_its_owner_alone(record, drive):
    with sqlite.held(record, KEY):
        made = make_backup(record, drive, START.utc_ns, keep=1, rest=lambda _s: False)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (made.path, sqlite.key_file(made.path))} == {0o600}


def test_a_lost_profile_comes_back_with_its_key(record, drive):
    with sqlite.held(record, KEY):
        made = make_backup(record, drive, START.utc_ns, keep=1, rest=lambda _s: False)
    for file in record.parent.iterdir():
        file.unlink()
    with sqlite.held(made.path, KEY):
        restore(made.path, record, minute(400))
    assert read_keys(record) == KEYS
    assert b"Keller" not in record.read_bytes()
    with sqlite.held(record, KEY):
        assert sessions(record) == [SESSION]


def test_a_backup_with_an_earlier_key_brings_that_key_and_leaves_the_present_record_its_own(record, drive):
    with sqlite.held(record, KEY):
        made = make_backup(record, drive, START.utc_ns, keep=1, rest=lambda _s: False)
    record.unlink()
    sqlite.key_file(record).unlink()
    present, present_keys = key_and_file()
    write_keys(record, present_keys)
    with sqlite.held(record, present), contextlib.closing(Store.open(record)) as store:
        store.append(station_records())
    with sqlite.held(made.path, KEY):
        between = compare(made.path, record)
        assert (between.is_readable, between.loses_key) == (False, False)
        aside = restore(made.path, record, minute(400)).set_aside
    assert (read_keys(record), read_keys(aside)) == (KEYS, present_keys)
    with sqlite.held(record, KEY):
        assert sessions(record) == [SESSION]
        assert verify_store(record).ok
    with sqlite.held(aside, present):
        assert sessions(aside) == []
        assert verify_store(aside).ok


def test_a_passphrase_that_was_changed_since_stays_changed(record, drive):
    with sqlite.held(record, KEY):
        made = make_backup(record, drive, START.utc_ns, keep=1, rest=lambda _s: False)
    changed = KEYS.with_slot(wrap(KEY, KEYS.id, Way.PASSPHRASE, "other words than before", CHEAP))
    write_keys(record, changed)
    with sqlite.held(made.path, KEY):
        restore(made.path, record, minute(400))
    assert read_keys(record) == changed
    with sqlite.held(record, key_of_typed(record, "other words than before")):
        assert sessions(record) == [SESSION]


def test_a_plain_backup_over_a_protected_record_leaves_a_plain_one_and_the_protected_one_with_its_key(tmp_path, drive):
    record = tmp_path / "profile" / "record.sqlite3"
    with contextlib.closing(Store.open(record)) as store:
        store.append(all_records(step_s=120))
    made = make_backup(record, drive, START.utc_ns, keep=1, rest=lambda _s: False)
    protect(record, KEY, KEYS, lambda _: None)
    with sqlite.held(record, KEY), contextlib.closing(Store.open(record)) as store:
        store.append(station_records())
    assert compare(made.path, record).loses_key
    aside = restore(made.path, record, minute(400)).set_aside
    assert not sqlite.is_protected(record)
    assert not sqlite.key_file(record).exists()
    assert sessions(record) == [SESSION]
    with contextlib.closing(Store.open(record)) as store:
        store.append(station_records())
    assert verify_store(record).ok
    with pytest.raises(StoreLocked):
        sessions(aside)
    with sqlite.held(aside, KEY):
        assert sessions(aside) == [SESSION]
    assert read_keys(aside) == KEYS


def test_what_a_crash_left_in_the_journal_of_a_protected_record_is_set_aside_with_it(record, drive):
    """A plain backup over it: nobody has unlocked it, so its journal cannot be brought into the file."""
    plain = drive / "plain.sqlite3"
    with contextlib.closing(Store.open(plain)) as store:
        store.append(all_records(step_s=120))
    with sqlite.held(record, KEY):
        store = Store.open(record)
        store.append(station_records())
        heads = chain_heads(record)
        journal = record.with_name(f"{record.name}-wal").read_bytes()
        database = record.read_bytes()
        store.close()
    record.write_bytes(database)
    record.with_name(f"{record.name}-wal").write_bytes(journal)
    aside = restore(plain, record, minute(400)).set_aside
    assert verify_store(record).ok
    with sqlite.held(aside, KEY):
        assert chain_heads(aside) == heads


def chain_heads(path):
    with StoreReader.open(path) as reader:
        return reader.chain_heads()
