"""What is told to be stored is stored, once and for all."""

import contextlib
import errno
import os
import shutil
import sqlite3
import stat

import pytest

from devices.events import Mode, Validity
from nursestation.core.chain import GENESIS, link, to_json
from nursestation.core.model import Provenance
from nursestation.core.records import Gap, Refused, Sample, SignedIn, Wave
from nursestation.store import migrations
from nursestation.store.errors import (
    StoreBug,
    StoreBusy,
    StoreDamaged,
    StoreEnvironmentError,
    StoreFull,
    StoreReadOnly,
    StoreTooNew,
    StoreUnreachable,
)
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from nursestation.store.verify import verify_store
from tests.helpers.written_visit import SESSION, START, all_records, minute

BULK = (Sample, Wave, Gap)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "profile" / "record.sqlite3"


@pytest.fixture
def store(path):
    store = Store.open(path)
    yield store
    store.close()


def a_sample(minutes=1.0, session=SESSION, **changes):
    fields = {
        "at": minute(minutes), "chair": 2, "session": session, "metric": "spo2", "value": 97.0, "validity": Validity.VALID,
        "mode": Mode.REAL, "provenance": Provenance.DEVICE, "monitor": "2:nonin", "source": "",
    }  # fmt: skip
    return Sample(**(fields | changes))


def rows(path, sql):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.skipif(os.name != "posix", reason="there the system keeps the profile folder for its account")
def test_a_new_folder_is_for_its_owner_alone_and_one_that_is_there_keeps_its_mode(tmp_path):
    for given, found in ((None, 0o700), (0o770, 0o770)):
        folder = tmp_path / f"profile-{given}"
        if given is not None:
            folder.mkdir()
            folder.chmod(given)
        Store.open(folder / "record.sqlite3").close()
        assert stat.S_IMODE(folder.stat().st_mode) == found


def test_a_whole_visit_reads_back_as_it_was_written(path, store):
    records = all_records(with_waves=True, step_s=5)
    for start in range(0, len(records), 100):
        store.append(records[start : start + 100])
    with StoreReader.open(path) as reader:
        assert list(reader.discrete()) == [record for record in records if not isinstance(record, BULK)]
        assert list(reader.samples(SESSION)) == [record for record in records if isinstance(record, Sample)]
        assert list(reader.gaps(SESSION)) == [record for record in records if isinstance(record, Gap)]
        written = b"".join(record.samples for record in records if isinstance(record, Wave))
        assert b"".join(wave.samples for wave in reader.waves(SESSION)) == written


def test_optional_fields_read_back_as_they_were(path, store):
    odd = a_sample(
        value=None, validity=Validity.UNAVAILABLE, operator="op-1", measured_utc_ns=1, cycle=7, device_time="18:20 "
    )
    store.append([odd, a_sample(validity=Validity.QUESTIONABLE, value=0.1 + 0.2)])
    with StoreReader.open(path) as reader:
        assert list(reader.samples(SESSION)) == [odd, a_sample(validity=Validity.QUESTIONABLE, value=0.1 + 0.2)]


def test_refusals_and_readings_outside_a_visit_are_not_stored(path, store):
    store.append([Refused(at=START, command="Start", reason="no driver"), a_sample(session=None)])
    assert rows(path, "SELECT count(*) FROM record") == [(0,)]
    assert rows(path, "SELECT count(*) FROM readings") == [(0,)]


def test_the_file_is_in_wal_mode_and_synced_in_full(path, store):
    assert rows(path, "PRAGMA journal_mode") == [("wal",)]
    assert store._connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_scratch_record_waits_for_no_disk_and_reads_the_same(tmp_path):
    scratch = Store.open(tmp_path / "scratch.sqlite3", is_scratch=True)
    try:
        scratch.append(all_records(step_s=60))
        scratch.reconnect()
        assert scratch._connection.execute("PRAGMA synchronous").fetchone() == (0,)
    finally:
        scratch.close()
    assert verify_store(tmp_path / "scratch.sqlite3").ok


def test_each_session_and_the_station_have_the_chain_that_core_computes(path, store):
    records = all_records(step_s=60)
    store.append(records)
    expected = {None: GENESIS, SESSION: GENESIS}
    for record in records:
        if not isinstance(record, BULK):
            expected[record.session] = link(expected[record.session], type(record).__name__, to_json(record))
    with StoreReader.open(path) as reader:
        assert reader.chain_heads() == expected


def test_a_chain_goes_on_where_it_stood_after_a_restart(path):
    records = all_records(step_s=60)
    for part in (records[:50], records[50:]):
        store = Store.open(path)
        store.append(part)
        store.close()
    whole = Store.open(path.with_name("whole.sqlite3"))
    whole.append(records)
    whole.close()
    heads = "SELECT hash FROM record ORDER BY seq"
    assert rows(path, heads) == rows(path.with_name("whole.sqlite3"), heads)


@pytest.mark.parametrize(
    "table", ["run", "session", "trace", "calibration", "record", "readings", "strips", "gap", "seal"]
)
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET {} = {}"])
def test_nothing_recorded_can_be_changed_or_erased(path, table, statement):
    store = Store.open(path)
    store.append(all_records(with_waves=True, step_s=30))
    store.close()
    column = rows(path, f"PRAGMA table_info({table})")[-1][1]
    with pytest.raises(sqlite3.IntegrityError, match="nothing recorded is changed or erased"):
        rows(path, statement.format(table, column, column))


def test_every_table_is_strict(path, store):
    tables = rows(path, "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%'")
    assert tables
    assert [name for name, is_strict in tables if not is_strict] == []


def test_a_value_of_the_wrong_type_is_a_bug_and_leaves_nothing_behind(path, store):
    with pytest.raises(StoreBug):
        store.append([a_sample(), a_sample(cycle="seven")])
    assert rows(path, "SELECT count(*) FROM readings") == [(0,)]
    store.append([a_sample()])
    assert rows(path, "SELECT n FROM readings") == [(1,)]


def test_a_second_program_is_refused_until_the_first_is_closed(path):
    first = Store.open(path)
    with pytest.raises(StoreBusy, match="already running"):
        Store.open(path)
    first.close()
    first.close()
    Store.open(path).close()


def test_a_damaged_file_is_refused_and_left_as_it_is(path):
    store = Store.open(path)
    store.append(all_records(step_s=10))
    store.close()
    content = bytearray(path.read_bytes())
    content[8192:40960] = os.urandom(32768)
    path.write_bytes(content)
    with pytest.raises(StoreDamaged, match=r"damaged \(.*nursestation restore"):
        Store.open(path)
    assert path.read_bytes() == bytes(content)
    path.rename(path.with_name("damaged"))
    Store.open(path).close()


def test_the_copy_that_a_killed_restore_or_change_of_protection_left_goes_at_the_next_start(path):
    Store.open(path).close()
    kept = {one.name for one in path.parent.iterdir()} | {"record.before-restore-1.sqlite3", "record.sqlite3.old"}
    for name in (*kept - {path.name}, "record.restoring.sqlite3", "record.restoring.sqlite3-wal", "record.sqlite3.new"):
        path.with_name(name).write_text("visits")
    Store.open(path).close()
    assert {one.name for one in path.parent.iterdir()} == kept


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(path):
    path.parent.mkdir()
    path.write_text("a letter to the clinic, saved under the wrong name " * 100)
    with pytest.raises(StoreDamaged, match="file is not a database"):
        Store.open(path)
    assert path.read_text().startswith("a letter")


def test_a_file_marked_read_only_is_refused(path):
    Store.open(path).close()
    path.chmod(0o444)
    with pytest.raises(StoreReadOnly, match="write permission"):
        Store.open(path)


def test_a_file_of_a_newer_version_is_refused(path):
    store = Store.open(path)
    store.close()
    rows_in = (
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('nursestation', '9999_later', '')"
    )
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(rows_in)
    with pytest.raises(StoreTooNew, match="newer Nursestation"):
        Store.open(path)


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreEnvironmentError, match="cannot be made"):
        Store.open(tmp_path / "file" / "record.sqlite3")


def test_a_full_disk_is_told_and_takes_nothing_of_the_batch(path):
    store = Store.open(path, max_pages=40)
    store.append([a_sample(1)])
    with pytest.raises(StoreFull, match="Free some space"):
        store.append([a_sample(index / 1000) for index in range(20_000)])
    assert rows(path, "SELECT sum(n_rows) FROM readings") == [(1,)]
    store.limit(100_000)
    store.append([a_sample(2)])
    assert rows(path, "SELECT n FROM readings") == [(1,), (2,)]
    store.close()


def test_a_record_moved_away_while_it_is_written_is_told_not_written_into_the_void(path, store):
    store.append([a_sample(1)])
    away = path.rename(path.with_name("moved.sqlite3"))
    with pytest.raises(StoreUnreachable, match="Put it back"):
        store.append([a_sample(2)])
    away.rename(path)
    store.reconnect()
    store.append([a_sample(2)])
    assert rows(path, "SELECT n FROM readings") == [(1,), (2,)]


def test_readings_are_sealed_each_minute_and_at_the_end(path):
    store = Store.open(path)
    for index in range(150):
        store.append([a_sample(index / 60)])
    assert rows(path, "SELECT first_n, last_n FROM seal") == [(1, 61), (62, 122)]
    store.close()
    assert rows(path, "SELECT first_n, last_n FROM seal") == [(1, 61), (62, 122), (123, 150)]


def test_readings_that_a_kill_left_without_a_seal_are_sealed_by_the_next_start(path, tmp_path):
    store = Store.open(path)
    store.append([a_sample(index / 60) for index in range(5)])
    killed = tmp_path / "killed.sqlite3"
    shutil.copy(path, killed)
    shutil.copy(f"{path}-wal", f"{killed}-wal")
    store.close()
    assert rows(killed, "SELECT count(*) FROM seal") == [(0,)]
    resumed = Store.open(killed)
    resumed.append([SignedIn(at=minute(9), operator="op-1")])
    assert rows(killed, "SELECT first_n, last_n FROM seal") == [(1, 5)]
    resumed.close()


def test_migrating_again_changes_nothing(path):
    Store.open(path).close()
    before = rows(path, "SELECT * FROM sqlite_master")
    Store.open(path).close()
    assert rows(path, "SELECT * FROM sqlite_master") == before
    assert len(rows(path, "SELECT * FROM _sqlite_migrations")) == len(migrations.steps())


def test_a_folder_that_takes_no_lock_is_told(path):
    path.with_name(path.name + ".lock").mkdir(parents=True)
    with pytest.raises(StoreReadOnly, match="may not be written"):
        Store.open(path)
    assert not path.exists()


@pytest.mark.skipif(os.name != "posix", reason="there the system's locks are other ones")
@pytest.mark.parametrize("number", [errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOLCK])
def test_a_drive_that_knows_no_locks_is_told_and_takes_no_record(path, monkeypatch, number):
    def flock(_descriptor, _operation):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("fcntl.flock", flock)  # the system's answer on such a drive, which no test can mount
    with pytest.raises(StoreReadOnly, match=r"cannot keep a second program from .* Choose a folder on a disk"):
        Store.open(path)
    assert not path.exists()


def test_closing_without_the_file_lets_go_and_says_so_in_the_log(path, log_lines):
    store = Store.open(path)
    store.append([a_sample(1)])
    away = path.rename(path.with_name("moved.sqlite3"))
    store.close()
    assert any("without its last seal" in line for line in log_lines)
    away.rename(path)
    Store.open(path).close()


def test_a_disk_that_is_full_at_the_start_is_not_said_to_be_written_later(path):
    with pytest.raises(StoreFull, match=r"is full\. Free some space on it, then try again\.$"):
        Store.open(path, max_pages=2)
