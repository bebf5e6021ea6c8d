"""`nursestation export` and `verify`: one session or a range of days, open, locked, without who it was about."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile

import pytest
import pyzipper
from click.testing import CliRunner

from nursestation.cli import main
from nursestation.core.records import StationStopped
from nursestation.export.chain_code import code_text, grouped
from nursestation.store.store import Store
from tests.helpers.written_visit import PATIENT, SESSION, minute

PHRASE = "copper lantern under seven"


@pytest.fixture
def profile(written, tmp_path):
    shutil.copytree(written, tmp_path / "profile")
    (tmp_path / "out").mkdir()
    return tmp_path / "profile"


def run(*arguments, **options):
    return CliRunner().invoke(main, [str(one) for one in arguments], **options)


def names(folder):
    return sorted(path.name for path in folder.iterdir() if not path.name.endswith(".sha256"))


@pytest.mark.parametrize("typed", ["2026-13-01", "yesterday", "12.3.2026"])
def test_what_is_no_day_is_refused_with_how_to_write_one(profile, tmp_path, typed):
    done = run("export", "--from", typed, "--format", "csv", "--out", tmp_path / "out", "--profile", profile)
    assert done.exit_code == 2
    assert f"{typed} is no day: write it as 2026-03-12." in done.output
    assert "--from YYYY-MM-DD" in run("export", "--help").output


def test_where_nobody_can_be_asked_the_command_says_where_the_answer_can_come_from(profile, tmp_path):
    """A scheduled task has no terminal: Python's own warning of that, and a bare "Aborted!", told nobody what to do."""
    command = (sys.executable, "-m", "nursestation", "export", SESSION, "--format", "csv", "--encrypt")
    done = subprocess.run(
        [*command, "--out", tmp_path / "out", "--profile", profile],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False, start_new_session=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert "GetPassWarning" not in done.stderr
    assert "\nError: This has to be answered, and there is no terminal to ask at: run it in one." in done.stderr
    assert names(tmp_path / "out") == []


def test_one_session_is_one_file_and_its_path_is_told(profile, tmp_path):
    done = run("export", SESSION, "--format", "jsonl", "--out", tmp_path / "a.jsonl", "--profile", profile)
    assert (done.exit_code, done.stdout) == (0, f"{tmp_path / 'a.jsonl'}\n")
    checked = run("verify", tmp_path / "a.jsonl")
    assert (checked.exit_code, "is as it was exported" in checked.stdout) == (0, True)


def test_a_bundle_is_verified_by_its_own_code_and_by_its_sum(profile, tmp_path):
    made = run("export", SESSION, "--format", "bundle", "--out", tmp_path / "out", "--profile", profile)
    path = tmp_path / "out" / f"{SESSION}.bundle.zip"
    assert made.stdout == f"{path}\n"
    for asked in (path, path.with_name(path.name + ".sha256"), tmp_path / "out"):
        checked = run("verify", asked)
        assert checked.exit_code == 0
        assert "is intact: Session " in checked.stdout
    with zipfile.ZipFile(path) as bundle:
        bundle.extractall(tmp_path / "unpacked")
    assert run("verify", tmp_path / "unpacked").exit_code == 0
    (tmp_path / "unpacked" / "record" / "chain.jsonl").unlink()
    missing = run("verify", tmp_path / "unpacked")
    assert missing.exit_code == 1
    assert "record/chain.jsonl is missing" in missing.stdout
    path.write_bytes(path.read_bytes()[:-9])
    cut = run("verify", tmp_path / "out")
    assert cut.exit_code == 1
    assert "its end was cut off" in cut.stdout


def test_a_range_of_days_is_a_file_each(profile, tmp_path):
    every = ("export", "--format", "csv", "--out", tmp_path / "out", "--profile", profile)
    done = run(*every, "--from", "2026-03-01", "--to", "2026-03-31")
    assert (done.exit_code, names(tmp_path / "out")) == (0, [f"{SESSION}.csv"])
    assert run(*every, "--to", "2026-03-31").exit_code == 0
    none = run(*every, "--from", "2026-04-01")
    assert none.exit_code == 1
    assert "No session was checked in on those days" in none.stderr


def test_a_session_that_cannot_be_written_is_told_at_the_end(profile, tmp_path):
    (tmp_path / "out" / f"{SESSION}.csv").mkdir()
    done = run("export", "--format", "csv", "--out", tmp_path / "out", "--profile", profile, "--from", "2026-03-01")
    assert done.exit_code == 1
    assert f"{SESSION}: " in done.stderr
    assert "Not every session was written." in done.stderr


@pytest.mark.parametrize(
    "arguments", [(), (SESSION, "--from", "2026-03-01"), (SESSION, "--passphrase-env", "PHRASE"), (SESSION, "--from", "March")]
)  # fmt: skip
def test_wrong_usage_is_told(profile, tmp_path, arguments):
    done = run("export", *arguments, "--format", "csv", "--out", tmp_path / "out", "--profile", profile)
    assert done.exit_code == 2


def test_a_deidentified_file_is_named_after_nobody(profile, tmp_path):
    done = run(
        "export", SESSION, "--format", "bundle", "--out", tmp_path / "out", "--profile", profile, "--deidentified"
    )
    assert done.exit_code == 0
    (name,) = names(tmp_path / "out")
    assert name.startswith("visit-")
    assert run("verify", tmp_path / "out").exit_code == 0
    assert (profile / "deidentify.key").exists()


def unlocked(path):
    with pyzipper.AESZipFile(path) as archive:
        archive.setpassword(PHRASE.encode())
        (name,) = archive.namelist()
        return name, archive.read(name)


@pytest.mark.parametrize("how", ["typed", "variable", "descriptor"])
def test_a_locked_file_takes_its_passphrase_from_where_it_is_told(profile, tmp_path, how):
    options, arguments = {}, ()
    if how == "typed":
        options = {"input": f"{PHRASE}\n{PHRASE}\n"}
    elif how == "variable":
        options, arguments = {"env": {"PHRASE": PHRASE}}, ("--passphrase-env", "PHRASE")
    else:
        reading, writing = os.pipe()
        os.write(writing, f"{PHRASE}\n".encode())
        os.close(writing)
        arguments = ("--passphrase-fd", reading)
    done = run(
        "export", SESSION, "--format", "csv", "--out", tmp_path / "out", "--profile", profile, "--encrypt", *arguments,
        **options,
    )  # fmt: skip
    if how == "descriptor":
        os.close(reading)
    assert done.exit_code == 0
    assert PHRASE not in done.output
    name, content = unlocked(tmp_path / "out" / f"{SESSION}.csv.zip")
    assert name == f"{SESSION}.csv"
    assert content.startswith(b"time,metric,value")
    assert PATIENT.family_name.encode() not in (tmp_path / "out" / f"{SESSION}.csv.zip").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--passphrase-env", "NONE_OF_THAT_NAME"), "holds no passphrase"),
        (("--passphrase-fd", "987"), "Nothing can be read"),
        ((), "12 characters"),
    ],
)
def test_a_passphrase_that_is_not_there_or_no_good_is_told(profile, tmp_path, arguments, words):
    done = run(
        "export", SESSION, "--format", "csv", "--out", tmp_path / "out", "--profile", profile, "--encrypt", *arguments,
        input="short\nshort\n",
    )  # fmt: skip
    assert done.exit_code == 1
    assert words in done.stderr
    assert names(tmp_path / "out") == []


# --- a printed chain value ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hashes(written):
    with sqlite3.connect(written / "record.sqlite3") as connection:
        rows = connection.execute(
            "SELECT r.hash FROM record AS r JOIN session AS s ON s.id = r.session WHERE s.name = ? ORDER BY r.seq",
            (SESSION,),
        )
        return [row[0] for row in rows]


def as_printed(value):
    return "  ".join(" ".join(line) + "\n" for line in grouped(value)).upper()


def test_the_value_on_a_report_is_told_with_its_visit_and_what_followed(profile, hashes):
    newest = run("verify", "--chain", as_printed(hashes[-1]), "--profile", profile)
    assert newest.exit_code == 0, newest.output
    assert f"the chain value is of visit {SESSION}; it is the newest." in newest.output
    store = Store.open(profile / "record.sqlite3")  # what the station notes later is of another chain
    store.append([StationStopped(at=minute(400))])
    store.close()
    older = run("verify", "--chain", code_text(SESSION, hashes[-4]), profile / "record.sqlite3")
    assert older.exit_code == 0
    assert f"of visit {SESSION}; 3 records follow it: what was printed is older." in older.output


def test_the_value_is_found_in_a_bundle_too(profile, tmp_path, hashes):
    run("export", SESSION, "--format", "bundle", "--out", tmp_path / "out", "--profile", profile)
    done = run("verify", "--chain", hashes[0], tmp_path / "out", "--json")
    assert done.exit_code == 0, done.output
    place = json.loads(done.stdout.splitlines()[-1])
    assert (place["session"], place["n_following"]) == (SESSION, len(hashes) - 1)


@pytest.mark.parametrize("name", ["", "session.bundle.zip"])
def test_a_locked_bundle_is_verified_by_its_sum_under_any_name(profile, tmp_path, name):
    place = tmp_path / "out" / name
    command = ("export", SESSION, "--format", "bundle", "--out", place, "--profile", profile)
    assert run(*command, "--encrypt", "--passphrase-env", "P", env={"P": PHRASE}).exit_code == 0
    checked = run("verify", tmp_path / "out")
    assert checked.exit_code == 0, checked.output
    assert "is as it was exported. It is locked: unpack it" in checked.stdout
    assert "a bundle that is locked" in run("verify", "--chain", "a" * 64, tmp_path / "out").output
    (made,) = (path for path in (tmp_path / "out").iterdir() if path.suffix == ".zip")
    content = bytearray(made.read_bytes())
    content[2000] ^= 1
    made.write_bytes(content)
    changed = run("verify", made)
    assert (changed.exit_code, "was altered after it was exported" in changed.stdout) == (1, True)


def test_a_value_that_is_in_no_record_or_is_none_is_refused(profile, hashes, tmp_path):
    other = hashes[0][:-1] + ("0" if hashes[0][-1] != "0" else "1")
    missing = run("verify", "--chain", other, "--profile", profile)
    assert missing.exit_code == 1
    assert "No record in" in missing.output
    for typed in ("12ab", "g" * 64):
        refused = run("verify", "--chain", typed, "--profile", profile)
        assert refused.exit_code == 1
        assert "64 figures" in refused.output
    run("export", SESSION, "--format", "csv", "--out", tmp_path / "a.csv", "--profile", profile)
    assert "neither a record nor a bundle" in run("verify", "--chain", other, tmp_path / "a.csv").output
