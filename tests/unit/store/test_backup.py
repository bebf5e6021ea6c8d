"""A backup is whole, checked and of one moment, or it is not there; old ones go, and nothing else does."""

import contextlib
import errno
import hashlib
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from devices.clock import NS_PER_S
from nursestation.core.records import StationStarted
from nursestation.store import backup, sqlite
from nursestation.store.backup import BackupError, BackupStopped, backups_in, make_backup, own_backups, read_sum
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from nursestation.store.verify import verify_store
from tests.helpers.written_visit import SESSION, START, all_records

ROOT = Path(__file__).parents[3]
NOW = START.utc_ns


def never(_s):
    return False


@pytest.fixture
def record(tmp_path):
    path = tmp_path / "profile" / "record.sqlite3"
    with contextlib.closing(Store.open(path)) as store:
        store.append(all_records(with_waves=True, step_s=20))
    return path


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "drive"
    place.mkdir()
    return place


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_backup_holds_the_record_and_its_sum(record, folder):
    made = make_backup(record, folder, NOW, keep=3, rest=never)
    assert verify_store(made.path).ok
    with StoreReader.open(made.path) as copy, StoreReader.open(record) as original:
        assert copy.chain_heads() == original.chain_heads()
        assert list(copy.samples(SESSION)) == list(original.samples(SESSION))
    assert made.sha256 == hashlib.sha256(made.path.read_bytes()).hexdigest() == read_sum(made.path)
    assert made.n_sessions == 1
    assert names(folder) == [made.path.name, f"{made.path.name}.sha256"]
    (found,) = backups_in(folder)
    assert found.made_utc_ns == NOW // NS_PER_S * NS_PER_S


def test_the_sum_is_read_by_the_usual_program(record, folder):
    made = make_backup(record, folder, NOW, keep=3, rest=never)
    subprocess.run(["sha256sum", "-c", f"{made.path.name}.sha256"], cwd=folder, check=True, capture_output=True)


@pytest.mark.skipif(os.name != "posix", reason="there the system's locks are other ones")
def test_a_record_on_a_drive_that_knows_no_locks_is_backed_up_all_the_same(record, folder, monkeypatch):
    def flock(_descriptor, _operation):
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr("fcntl.flock", flock)  # the system's answer on such a drive, which no test can mount
    assert verify_store(make_backup(record, folder, NOW, keep=3, rest=never).path).ok


@pytest.mark.skipif(os.name != "posix", reason="there the drive says who reads it")
def test_a_backup_and_what_lies_beside_it_are_for_their_owner_alone(record, folder):
    make_backup(record, folder, NOW, keep=3, rest=never)
    assert {path.name.partition(".")[2]: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {
        "sqlite3": 0o600,
        "sqlite3.sha256": 0o600,
    }


def test_a_backup_is_of_one_moment_though_the_record_grows_meanwhile(tmp_path, folder):
    """Each piece of the copy is followed by a commit: without the open transaction it would begin anew each time, for ever."""
    record = tmp_path / "profile" / "record.sqlite3"
    with contextlib.closing(Store.open(record, is_scratch=True)) as store:
        store.append(all_records(step_s=1))
    assert record.stat().st_size > backup.PAGES * 4096
    with StoreReader.open(record) as reader:
        heads = reader.chain_heads()
    n_rests = 0
    with contextlib.closing(Store.open(record, is_scratch=True)) as store:
        later = [one for one in all_records(step_s=600) if one.session is None]

        def write(_s):
            nonlocal n_rests
            n_rests += 1
            store.append(later)
            return n_rests > 1000  # for ever is too long for a test

        made = make_backup(record, folder, NOW, keep=1, rest=write)
    with StoreReader.open(made.path) as copy:
        assert copy.chain_heads() == heads
    assert verify_store(record).ok


def test_only_the_oldest_copies_of_this_record_go(record, folder, tmp_path):
    other = tmp_path / "other" / "record.sqlite3"
    with contextlib.closing(Store.open(other)) as store:
        store.append([one for one in all_records() if one.session is None][1:])
    foreign = make_backup(other, folder, NOW, keep=1, rest=never)
    (folder / "record-old.sqlite3").write_text("somebody's own")
    made = [make_backup(record, folder, NOW + n * 60 * NS_PER_S, keep=2, rest=never) for n in range(4)]
    mine = [one.path for one in backups_in(folder, backup.identity(record))]
    assert mine == [one.path for one in made[2:]]
    assert foreign.path.exists()
    assert (folder / "record-old.sqlite3").exists()
    assert record.exists()
    assert len(names(folder)) == 2 * 3 + 1


def started(record, n):
    """Let a program start on a record, as it writes it."""
    with contextlib.closing(Store.open(record)) as store:
        store.append([StationStarted(at=START.shifted(n * NS_PER_S), version="0.1.0")])


@pytest.fixture
def twin(record, tmp_path):
    """The record of a profile folder that was copied to another computer; both were used since."""
    copied = tmp_path / "copied"
    shutil.copytree(record.parent, copied)
    started(record, 10_000)
    started(copied / record.name, 10_001)
    return copied / record.name


def test_copies_of_two_stations_on_copies_of_one_profile_folder_are_told_apart(record, folder, twin):
    assert backup.identity(record) == backup.identity(twin)
    mine = make_backup(record, folder, NOW, keep=1, rest=never).path
    others = make_backup(twin, folder, NOW + 60 * NS_PER_S, keep=1, rest=never).path
    started(record, 10_100)
    assert [one.path for one in own_backups(record, folder)] == [mine]
    assert [one.path for one in own_backups(twin, folder)] == [others]
    again = make_backup(record, folder, NOW + 120 * NS_PER_S, keep=1, rest=never).path
    assert {one.path for one in backups_in(folder)} == {others, again}


def test_a_copy_from_before_the_profile_folder_was_copied_is_of_both(record, folder, tmp_path):
    made = make_backup(record, folder, NOW, keep=1, rest=never).path
    copied = tmp_path / "copied"
    shutil.copytree(record.parent, copied)
    started(copied / record.name, 10_001)
    assert [one.path for one in own_backups(copied / record.name, folder)] == [made]


def test_a_copy_that_does_not_tell_how_far_it_goes_counts_as_its_own(record, folder, twin):
    made = [make_backup(twin, folder, NOW + n * NS_PER_S, keep=3, rest=never).path for n in range(2)]
    sums = [path.with_name(f"{path.name}.sha256") for path in made]
    sums[0].write_text(sums[0].read_text().replace("; up to ", "; "))  # an earlier version told the record alone
    sums[1].unlink()
    assert [one.path for one in own_backups(record, folder)] == made


def test_what_a_kill_left_is_cleared_away(record, folder):
    whose = backup.identity(record)
    for ending in (".sqlite3.part", ".sqlite3.part-journal", ".sqlite3.sha256", ".key"):
        (folder / f"record-{whose}-20200101T000000Z{ending}").write_text("left")
    made = make_backup(record, folder, NOW, keep=1, rest=never)
    assert names(folder) == [made.path.name, f"{made.path.name}.sha256"]


def test_what_somebody_keeps_beside_the_copies_stays(record, folder):
    first = make_backup(record, folder, NOW, keep=1, rest=never).path
    moved = f"{first.name}.sha256"  # its copy was packed
    first.rename(folder / f"{first.name}.gz")
    sqlite.key_file(first).write_text("the key that it needs, wrapped")
    (folder / f"record-{backup.identity(record)}-notes.txt").write_text("somebody's own")
    kept = names(folder)
    made = make_backup(record, folder, NOW + 60 * NS_PER_S, keep=1, rest=never)
    assert names(folder) == sorted([*kept, made.path.name, f"{made.path.name}.sha256"])
    assert moved in names(folder)


def test_a_copy_from_a_clock_that_was_ahead_does_not_make_the_newest_go(record, folder):
    ahead = make_backup(record, folder, NOW + 10**9 * NS_PER_S, keep=1, rest=never)
    made = make_backup(record, folder, NOW, keep=1, rest=never)
    assert [one.path for one in backups_in(folder)] == [made.path]
    assert not ahead.path.exists()
    made = [make_backup(record, folder, NOW + n * NS_PER_S, keep=2, rest=never) for n in (3, 2, 1)]
    assert made[-1].path in [one.path for one in backups_in(folder)]
    assert len(backups_in(folder)) == 2


def test_a_second_backup_of_the_same_record_leaves_the_first_alone(record, folder):
    told = []

    def begin_another(_s):
        if not told:
            with pytest.raises(BackupError, match="Another backup of this record") as error:
                make_backup(record, folder, NOW + NS_PER_S, keep=1, rest=never)
            told.append(error)
        return False

    made = make_backup(record, folder, NOW, keep=1, rest=begin_another)
    assert told
    assert verify_store(made.path).ok
    make_backup(record, folder, NOW + NS_PER_S, keep=1, rest=never)


@pytest.mark.parametrize("is_protected", [False, True])
def test_the_check_of_the_pages_can_be_stopped(tmp_path, is_protected):
    path = tmp_path / "record.sqlite3"
    key = contextlib.nullcontext()
    if is_protected:
        pytest.importorskip("sqlcipher3")
        key = sqlite.held(path, bytes(32))
    with key:
        with contextlib.closing(Store.open(path, is_scratch=True)) as store:
            store.append(all_records(step_s=2))
        assert sqlite.is_protected(path) is is_protected
        assert backup.check_pages(path, never) == "ok"
        with pytest.raises(BackupStopped):
            backup.check_pages(path, lambda _s: True)


def test_a_missing_folder_is_never_made(record, tmp_path):
    with pytest.raises(BackupError, match="connect its drive"):
        make_backup(record, tmp_path / "unplugged", NOW, keep=1, rest=never)
    assert not (tmp_path / "unplugged").exists()


def test_a_drive_that_is_pulled_leaves_no_backup_and_a_sentence(record, folder):
    def pull(_s):
        shutil.rmtree(folder, ignore_errors=True)
        return False

    with pytest.raises(BackupError, match=r"look at its drive|cannot be reached"):
        make_backup(record, folder, NOW, keep=1, rest=pull)
    assert verify_store(record).ok


def test_a_stopped_backup_leaves_nothing(record, folder):
    with pytest.raises(BackupStopped):
        make_backup(record, folder, NOW, keep=1, rest=lambda _s: True)
    assert names(folder) == []


def test_a_full_drive_leaves_nothing_and_the_older_copy(record, folder):
    """The system refuses to let any file of the copying process grow beyond a limit, as a full drive does."""
    first = make_backup(record, folder, NOW, keep=1, rest=never)
    code = (
        "import resource, sys; from pathlib import Path; from nursestation.store.backup import BackupError, make_backup\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try: make_backup(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), keep=1, rest=lambda s: False)\n"
        "except BackupError as error: print(error)\n"
    )
    later = str(NOW + 60 * NS_PER_S)
    done = subprocess.run(
        [sys.executable, "-c", code, record, folder, later], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert str(folder) in done.stdout
    assert names(folder) == [first.path.name, f"{first.path.name}.sha256"]


def test_a_record_with_a_damaged_chain_is_not_backed_up_over_good_copies(record, folder):
    first = make_backup(record, folder, NOW, keep=1, rest=never)
    with contextlib.closing(sqlite3.connect(record)) as connection:
        connection.execute("DROP TRIGGER record_no_update")
        connection.execute("UPDATE record SET body = replace(body, 'Nausea', 'nothing') WHERE kind = 'Charted'")
        connection.commit()
    with pytest.raises(BackupError, match="was altered"):
        make_backup(record, folder, NOW + 60 * NS_PER_S, keep=1, rest=never)
    assert names(folder) == [first.path.name, f"{first.path.name}.sha256"]


def test_no_commit_waits_for_a_backup(record, folder):
    """The writer commits without a pause while copies are made one after the other: none takes near the half second."""
    done = threading.Event()
    made = []

    def copy():
        for n in range(3):
            made.append(make_backup(record, folder, NOW + n * NS_PER_S, keep=3, rest=done.wait))
        done.set()

    records = [one for one in all_records(step_s=20) if one.session is None]
    slowest_s = 0.0
    with contextlib.closing(Store.open(record)) as store:
        thread = threading.Thread(target=copy)
        thread.start()
        while not done.is_set():
            begun = time.monotonic()
            store.append(records)
            slowest_s = max(slowest_s, time.monotonic() - begun)
        thread.join()
    assert len(made) == 3
    assert slowest_s < 0.4
