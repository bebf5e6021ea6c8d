"""A backup of a protected record is protected with the same key, and has its key file beside it."""

import contextlib

import pytest

from devices.clock import NS_PER_S
from nursestation.store import sqlite
from nursestation.store.backup import make_backup
from nursestation.store.errors import StoreLocked
from nursestation.store.reader import StoreReader
from nursestation.store.restore import restore
from nursestation.store.store import Store
from nursestation.store.verify import verify_store
from tests.helpers.written_visit import SESSION, START, all_records, minute

pytest.importorskip("sqlcipher3")

KEY = bytes(range(32))


@pytest.fixture
def record(tmp_path):
    path = tmp_path / "profile" / "record.sqlite3"
    path.parent.mkdir()
    sqlite.key_file(path).write_text("the key, wrapped")
    with sqlite.held(path, KEY), contextlib.closing(Store.open(path)) as store:
        store.append(all_records(step_s=120))
    return path


@pytest.fixture
def drive(tmp_path):
    (tmp_path / "drive").mkdir()
    return tmp_path / "drive"


def test_the_copy_opens_with_the_same_key_and_with_none_not_at_all(record, drive):
    with sqlite.held(record, KEY):
        made = make_backup(record, drive, START.utc_ns, keep=1, rest=lambda _s: False)
    assert b"Keller" not in made.path.read_bytes()
    assert sqlite.key_file(made.path).read_text() == "the key, wrapped"
    with pytest.raises(StoreLocked):
        verify_store(made.path)
    with sqlite.held(made.path, KEY):
        assert verify_store(made.path).ok
    with sqlite.held(record, KEY):
        later = make_backup(record, drive, START.utc_ns + NS_PER_S, keep=1, rest=lambda _s: False)
    assert sorted(path.suffix for path in drive.iterdir()) == [".key", ".sha256", ".sqlite3"]
    assert later.path.exists()


def test_a_lost_profile_comes_back_with_its_key(record, drive):
    with sqlite.held(record, KEY):
        made = make_backup(record, drive, START.utc_ns, keep=1, rest=lambda _s: False)
    for file in record.parent.iterdir():
        file.unlink()
    with sqlite.held(made.path, KEY):
        restore(made.path, record, minute(400))
    assert sqlite.key_file(record).read_text() == "the key, wrapped"
    assert b"Keller" not in record.read_bytes()
    with sqlite.held(record, KEY), StoreReader.open(record) as reader:
        assert [one.id for one in reader.sessions()] == [SESSION]
