"""`nursestation backup`, `restore` and `retention`: what they say, and what they refuse."""

import contextlib
import json
import shutil
from dataclasses import replace

import pytest
from click.testing import CliRunner

from nursestation.cli import main
from nursestation.store import cipher, sqlite
from nursestation.store.backup import backups_in
from nursestation.store.keys import read_keys
from nursestation.store.store import Store
from nursestation.store.verify import verify_store
from tests.helpers.protection import PASSPHRASE, key_and_file
from tests.helpers.written_visit import SESSION, all_records, visit_records


@pytest.fixture
def profile(written, tmp_path):
    shutil.copytree(written, tmp_path / "profile")
    (tmp_path / "drive").mkdir()
    return tmp_path / "profile"


@pytest.fixture
def drive(tmp_path):
    return tmp_path / "drive"


def run(*arguments, **options):
    return CliRunner().invoke(main, [str(one) for one in arguments], **options)


def backed_up(profile, drive):
    done = run("backup", "--to", drive, "--profile", profile)
    assert done.exit_code == 0, done.output
    return backups_in(drive)[-1].path


def test_a_backup_is_told_with_its_place_and_verified_by_the_usual_command(profile, drive):
    done = run("backup", "--to", drive, "--profile", profile)
    (found,) = backups_in(drive)
    assert done.output.startswith(f"{found.path}: 1 session, ")
    verified = run("verify", found.path)
    assert verified.exit_code == 0
    assert "is intact: 1 sessions" in verified.output
    assert run("verify", drive).exit_code == 0


def test_verify_names_a_backup_that_was_altered(profile, drive):
    file = backed_up(profile, drive)
    data = bytearray(file.read_bytes())
    data[-3] ^= 1
    file.write_bytes(data)
    done = run("verify", file)
    assert done.exit_code == 1
    assert "not as the backup was written" in done.output


def test_without_a_folder_it_says_where_to_name_one(profile):
    done = run("backup", "--profile", profile)
    assert done.exit_code == 1
    assert "--to" in done.output
    assert "station.toml" in done.output


def test_the_folder_of_the_settings_is_used(profile, drive):
    (profile / "station.toml").write_text(f'[backup]\nfolder = "{drive}"\nkeep = 1\n')
    assert run("backup", "--profile", profile).exit_code == 0
    assert len(backups_in(drive)) == 1


def test_a_restore_asks_first_and_changes_nothing_after_a_no(profile, drive):
    file = backed_up(profile, drive)
    before = sorted(path.name for path in profile.iterdir())
    done = run("restore", file, "--profile", profile, input="n\n")
    assert done.exit_code == 0
    assert "is whole: 1 session." in done.output
    assert "Nothing was changed." in done.output
    assert [name for name in sorted(path.name for path in profile.iterdir()) if "restore" in name] == []
    assert "record.sqlite3" in before


def test_a_restore_that_nobody_can_answer_says_so_on_a_line_of_its_own(profile, drive):
    done = run("restore", backed_up(profile, drive), "--profile", profile, input="")
    assert done.exit_code == 1
    told = [line for line in done.output.splitlines() if "This has to be answered" in line]
    assert len(told) == 1
    assert told[0].startswith("Error: ")


def test_a_restore_says_where_the_record_of_before_lies(profile, drive):
    file = backed_up(profile, drive)
    done = run("restore", file, "--yes", "--profile", profile)
    assert done.exit_code == 0, done.output
    assert f"The record of before lies in {profile / 'record.before-restore-1.sqlite3'}." in done.output
    assert "is restored and intact: 1 session." in done.output
    assert run("verify", profile).exit_code == 0


def test_a_restore_is_refused_while_a_station_runs(profile, drive):
    file = backed_up(profile, drive)
    with contextlib.closing(Store.open(profile / "record.sqlite3")):
        done = run("restore", file, "--yes", "--profile", profile)
    assert done.exit_code == 1
    assert "already running" in done.output


def test_the_list_of_what_is_over_its_time_changes_nothing(profile):
    assert "kept for ever" in run("retention", "--profile", profile).output
    (profile / "station.toml").write_text("[retention]\nkeep_years = 1\n")
    assert "No visit is older than the 1 years" in run("retention", "--profile", profile).output
    (line,) = run("retention", "--all", "--json", "--profile", profile).output.splitlines()
    told = json.loads(line)
    assert (told["session"], told["keep_until"][:10], told["over"]) == (SESSION, "2027-03-03", False)
    assert run("verify", profile).exit_code == 0


@pytest.fixture
def key_and_keys():
    pytest.importorskip("sqlcipher3")
    return key_and_file()


@pytest.fixture
def protected(profile, drive, key_and_keys):
    """A protected record, and a plain backup of before."""
    file = backed_up(profile, drive)
    cipher.protect(profile / "record.sqlite3", *key_and_keys, lambda _: None).unlink()
    return file


def is_plain(profile):
    return (profile / "record.sqlite3").read_bytes().startswith(b"SQLite format 3")


def test_a_plain_backup_over_a_protected_record_is_said_and_asked_of_its_own(profile, protected, key_and_keys):
    for answers in ("n\n", "y\nn\n"):
        left = run("restore", protected, "--profile", profile, input=answers)
        assert "the restored record will be plain" in left.output
        assert "Nothing was changed." in left.output
        assert not is_plain(profile)
    done = run("restore", protected, "--profile", profile, input="y\ny\n")
    assert done.exit_code == 0, done.output
    assert is_plain(profile)
    aside = profile / "record.before-restore-1.sqlite3"
    key, keys = key_and_keys
    assert read_keys(aside) == keys
    with sqlite.held(aside, key):
        assert verify_store(aside).ok
    assert SESSION in run("sessions", "--profile", profile).output


def test_what_a_locked_record_has_beyond_the_backup_is_told_to_who_has_its_passphrase(
    profile, protected, key_and_keys, tmp_path
):
    key, _ = key_and_keys
    record = profile / "record.sqlite3"
    with sqlite.held(record, key), contextlib.closing(Store.open(record)) as store:
        store.append([one for one in all_records(step_s=120) if one.session is None])
        store.append([replace(one, session="20260304-0900-2") for one in visit_records(step_s=600, upto_min=5)])
    left = run("restore", protected, "--profile", profile, input="n\n")
    assert "is protected, and was not unlocked" in left.output
    assert "Not in the backup" not in left.output
    (tmp_path / "passphrase").write_text(PASSPHRASE)
    environ = {"NURSESTATION_PASSPHRASE_FILE": str(tmp_path / "passphrase")}
    told = run("restore", protected, "--profile", profile, input="n\n", env=environ)
    assert "Not in the backup: 20260304-0900-2." in told.output
    assert "the restored record will be plain" in told.output
    done = run("restore", protected, "--profile", profile, "--yes", "--plain", env=environ)
    assert done.exit_code == 0, done.output
    assert is_plain(profile)


def test_nobody_loses_the_protection_by_a_yes_alone(profile, protected):
    refused = run("restore", protected, "--profile", profile, "--yes")
    assert refused.exit_code == 1
    assert "say --plain" in refused.output
    assert not is_plain(profile)
    done = run("restore", protected, "--profile", profile, "--yes", "--plain")
    assert done.exit_code == 0, done.output
    assert is_plain(profile)


def test_a_plain_record_is_asked_about_once(profile, drive):
    done = run("restore", backed_up(profile, drive), "--profile", profile, input="y\n")
    assert done.exit_code == 0, done.output
    assert "protect" not in done.output
