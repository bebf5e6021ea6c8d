"""Of a damaged record the newest copy that can be read is named, wherever backups are put, with the command that restores it."""

import contextlib
import os
import re
import shlex
import shutil

import pytest
from click.testing import CliRunner

from devices.clock import NS_PER_S
from nursestation.cli import main
from nursestation.store import sqlite
from nursestation.store.backup import make_backup
from nursestation.store.errors import StoreDamaged
from nursestation.store.reader import StoreReader
from nursestation.store.rescue import naming_a_copy, newest_copy, way_out
from nursestation.store.store import Store
from nursestation.store.verify import verify_store
from tests.helpers.written_visit import SESSION, START, all_records, station_records

NEVER = lambda _s: False  # noqa: E731
DAY_NS = 86_400 * NS_PER_S


@pytest.fixture
def record(tmp_path):
    path = tmp_path / "the profile" / "record.sqlite3"
    with contextlib.closing(Store.open(path)) as store:
        store.append(all_records(step_s=60))
    return path


@pytest.fixture
def drive(tmp_path):
    (tmp_path / "drive").mkdir()
    return tmp_path / "drive"


def damage(path):
    """Spoil all pages but those that tell the schema and the first record."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :] = os.urandom(len(content) - len(content) // 2)
    path.write_bytes(content)


def spoil(path):
    path.write_bytes(b"no database at all" * 1000)


def backups(record, drive, *days):
    return [make_backup(record, drive, START.utc_ns + day * DAY_NS, keep=9, rest=NEVER).path for day in days]


def test_a_record_that_may_only_lack_its_key_file_is_not_sent_to_an_older_copy_first(record):
    backed = (
        "If it was protected, its key file is missing beside it: put a copy of that back first, each backup has one. "
    )
    damaged = record.with_name("other.sqlite3")
    damaged.write_bytes(record.read_bytes())
    damage(damaged)
    spoil(record)
    with pytest.raises(StoreDamaged, match=backed), naming_a_copy(record, ""):
        Store.open(record)
    with pytest.raises(StoreDamaged, match=backed):
        StoreReader.open(record)
    with pytest.raises(StoreDamaged) as told:
        Store.open(damaged)
    assert backed not in str(told.value)


@pytest.mark.parametrize("harm", [damage, spoil])
def test_the_newest_backup_is_named_and_its_command_restores_it(record, drive, harm):
    *_, newest = backups(record, drive, 1, 2)
    harm(record)
    with pytest.raises(StoreDamaged, match="is left as it is") as told, naming_a_copy(record, str(drive)):
        Store.open(record)
    assert f"Its newest readable copy is {newest}: " in str(told.value)
    (command,) = re.findall("`(.*?)`", str(told.value))
    program, *arguments = shlex.split(command)
    assert program == "nursestation"
    done = CliRunner().invoke(main, [*arguments, "--yes"])
    assert done.exit_code == 0, done.output
    assert verify_store(record).ok
    with StoreReader.open(record) as reader:
        assert [one.id for one in reader.sessions()] == [SESSION]


def test_a_damaged_backup_is_passed_over(record, drive):
    older, newer = backups(record, drive, 1, 2)
    damage(newer)
    spoil(record)
    assert newest_copy(record, drive) == older


def test_by_their_names_backups_are_older_and_newer_than_what_lies_beside_the_record(record, drive):
    (made,) = backups(record, drive, 1)
    beside = shutil.copy(record, record.with_name("copy.sqlite3"))
    for day, newest in ((0, made), (2, beside)):
        os.utime(beside, ns=(START.utc_ns + day * DAY_NS,) * 2)
        assert newest_copy(record, drive) == type(made)(newest)


def test_what_a_restore_left_half_way_and_empty_files_do_not_count(record):
    shutil.copy(record, record.with_name("record.restoring.sqlite3"))
    record.with_name("empty.sqlite3").touch()
    assert newest_copy(record) is None
    copy = record.parent / "backups" / "record-monday.sqlite3"
    copy.parent.mkdir()
    shutil.copy(record, copy)
    assert newest_copy(record) == copy


def test_another_stations_backup_is_never_named(record, drive, tmp_path):
    other = tmp_path / "other" / "record.sqlite3"
    with contextlib.closing(Store.open(other)) as store:
        store.append(station_records()[1:])
    mine, foreign = *backups(record, drive, 1), *backups(other, drive, 2)
    assert newest_copy(record, drive) == mine
    spoil(record)  # which one it is cannot be told any more
    assert newest_copy(record, drive) is None
    assert f"it cannot be told which backups in {drive} are its own" in way_out(record, drive)
    foreign.unlink()
    assert newest_copy(record, drive) == mine


def test_a_folder_that_is_not_there_is_asked_for(record, drive):
    drive.rmdir()
    spoil(record)
    assert f"the folder for backups {drive} is not there: connect its drive" in way_out(record, drive)


def test_without_any_copy_it_is_said_how_to_go_on(record, drive):
    spoil(record)
    for folder, words in ((None, "beside it. Tell support."), (drive, f"beside it or in {drive}. Tell support.")):
        assert f"There is no readable copy {words}" in way_out(record, folder)
        assert "move all files whose names begin with record.sqlite3" in way_out(record, folder)


def test_a_backup_of_a_protected_record_is_named_while_its_key_is_held(record, drive):
    pytest.importorskip("sqlcipher3")
    place = record.with_name("protected.sqlite3")
    with sqlite.held(place, bytes(32)):
        with contextlib.closing(Store.open(place)) as store:
            store.append(all_records(step_s=60))
        (made,) = backups(place, drive, 1)
        damage(place)
        record.unlink()
        assert newest_copy(place, drive) == made
    assert newest_copy(place, drive) is None
