"""What the doctor says of the disk, of backups, and of a damaged record."""

import contextlib
import os
import shutil
import stat
import tempfile
from pathlib import Path

import pytest

from devices.clock import NS_PER_S, ManualClock
from nursestation.commandline.doctor import Verdict, check_backup, check_disk, check_readers, check_store
from nursestation.config.schema import BackupSettings, ChairSettings, DiskSettings, StationSettings
from nursestation.core.records import StationStarted
from nursestation.paths import Profile
from nursestation.store.backup import make_backup
from nursestation.store.cipher import protect
from nursestation.store.store import Store
from tests.helpers.protection import key_and_file
from tests.helpers.written_visit import START, station_records

HOUR_NS = 3600 * NS_PER_S


def backups(folder):
    return StationSettings(backup=BackupSettings(folder=str(folder)))


def look(profile, settings, hours=0):
    return check_backup(profile, settings, ManualClock(START.shifted(hours * HOUR_NS)))


def test_room_is_told_in_hours_of_every_chair(profile):
    one = check_disk(profile, StationSettings())
    assert one.verdict is Verdict.OK
    assert "of recording with every chair in use" in one.text


def test_too_little_room_is_told_below_the_setting(profile):
    chairs = tuple(ChairSettings(number=number) for number in range(1, 17))
    little = StationSettings(chair=chairs, disk=DiskSettings(early_h=8760))
    hours = check_disk(profile, little)
    assert (hours.verdict is Verdict.WARNING) == ("more than a year" not in hours.text)


def test_without_a_folder_it_says_where_to_set_one(profile):
    found = look(profile, StationSettings())
    assert (found.verdict, "No backup is made" in found.text) == (Verdict.WARNING, True)


def test_a_missing_drive_is_a_warning(profile, tmp_path):
    found = look(profile, backups(tmp_path / "drive"))
    assert (found.verdict, "connect its drive" in found.text) == (Verdict.WARNING, True)


def test_backups_on_the_records_own_disk_are_worth_less_and_it_says_so(profile, tmp_path):
    (tmp_path / "drive").mkdir()
    assert "holds no backup of this record" in look(profile, backups(tmp_path / "drive")).text
    make_backup(profile.record, tmp_path / "drive", START.utc_ns, keep=1, rest=lambda _s: False)
    found = look(profile, backups(tmp_path / "drive"), hours=5)
    assert found.verdict is Verdict.WARNING
    assert "1 of this record, the newest 5 hours old" in found.text
    assert "own disk" in found.text


def test_backups_of_another_computer_with_a_copy_of_the_profile_folder_are_counted_apart(profile, tmp_path):
    (tmp_path / "drive").mkdir()
    make_backup(profile.record, tmp_path / "drive", START.utc_ns, keep=1, rest=lambda _s: False)
    other = tmp_path / "copied" / profile.record.name
    shutil.copytree(profile.record.parent, other.parent)
    with contextlib.closing(Store.open(other)) as store:
        store.append([StationStarted(at=START.shifted(86400 * NS_PER_S), version="0.1.0")])
    make_backup(other, tmp_path / "drive", START.utc_ns + 60 * NS_PER_S, keep=3, rest=lambda _s: False)
    found = look(profile, backups(tmp_path / "drive"), hours=5)
    assert "1 of this record, the newest 5 hours old; also 1 of another computer" in found.text


def test_of_a_damaged_record_the_newest_backup_is_named(profile, tmp_path):
    (tmp_path / "drive").mkdir()
    made = make_backup(profile.record, tmp_path / "drive", START.utc_ns, keep=1, rest=lambda _s: False)
    assert check_store(profile, backups(tmp_path / "drive")).verdict is Verdict.OK
    profile.record.write_bytes(b"no database at all" * 1000)
    found = check_store(profile, backups(tmp_path / "drive"))
    assert (found.verdict, f"Its newest readable copy is {made.path}" in found.text) == (Verdict.FAILED, True)


@pytest.fixture
def open_place():
    """Give a folder that every account of this computer comes to, unlike the test run's own."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name).resolve()
        place.chmod(0o755)
        if not all(one.stat().st_mode & stat.S_IXOTH for one in place.parents):
            pytest.skip("temporary files are for this account alone here")
        yield place


@pytest.mark.skipif(os.name != "posix", reason="there the system keeps the profile folder for its account")
def test_a_record_that_other_accounts_can_read_is_told_with_what_to_do(open_place):
    profile = Profile(open_place / "the profile")
    assert check_readers(profile, StationSettings()) == ()
    with contextlib.closing(Store.open(profile.record)) as store:
        store.append(station_records())
    profile.record.chmod(0o644)
    (found,) = check_readers(profile, StationSettings())
    assert found.verdict is Verdict.OK, "a new folder is for its owner alone, whatever the files in it say"
    assert "group" not in found.text
    profile.folder.chmod(0o755)
    (found,) = check_readers(profile, StationSettings())
    assert found.verdict is Verdict.WARNING
    assert f"`chmod 700 '{profile.folder}'`" in found.text
    profile.folder.chmod(0o770)
    (found,) = check_readers(profile, StationSettings())
    assert (found.verdict, "and those of its folder's group can read" in found.text) == (Verdict.OK, True)
    profile.folder.chmod(0o755)
    open_place.chmod(0o750)
    (found,) = check_readers(profile, StationSettings())
    assert found.verdict is Verdict.OK, "nobody else comes to the folder"


@pytest.mark.skipif(os.name != "posix", reason="there the system keeps the profile folder for its account")
def test_a_protected_record_tells_other_accounts_nothing(open_place):
    pytest.importorskip("sqlcipher3")
    profile = Profile(open_place)
    with contextlib.closing(Store.open(profile.record)) as store:
        store.append(station_records())
    profile.record.chmod(0o644)
    assert [one.verdict for one in check_readers(profile, StationSettings())] == [Verdict.WARNING]
    protect(profile.record, *key_and_file(), lambda _: None).unlink()
    profile.record.chmod(0o644)
    assert [one.verdict for one in check_readers(profile, StationSettings())] == [Verdict.OK]


@pytest.mark.skipif(os.name != "posix", reason="there the drive says who reads it")
def test_backups_that_other_accounts_can_read_are_told(profile, open_place):
    made = make_backup(profile.record, open_place, START.utc_ns, keep=1, rest=lambda _s: False)
    (found,) = check_readers(profile, backups(open_place))
    assert found.verdict is Verdict.OK
    made.path.chmod(0o644)
    (found,) = check_readers(profile, backups(open_place))
    assert (found.verdict, f"`chmod 600 {open_place}/record-*`" in found.text) == (Verdict.WARNING, True)
