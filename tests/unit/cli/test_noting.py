"""What a command does with the record is noted before it is done: who asked, for what, how it ended, and never of whom."""

import getpass
import os
import shutil

import pytest
from click.testing import CliRunner

from devices.clock import SystemClock
from nursestation.cli import main
from nursestation.commandline import keys
from nursestation.commandline.noting import account, ending_noted, note_asked
from nursestation.core.audit_outside import NOTED
from nursestation.core.notes import Asked, Ended
from nursestation.export.errors import ExportCancelled, ExportError
from nursestation.paths import Profile
from nursestation.store import spool
from tests.helpers.protection import CHEAP, PASSPHRASE, Person
from tests.helpers.written_visit import PATIENT, SESSION


@pytest.fixture
def profile(written, tmp_path):
    (tmp_path / "out").mkdir()
    return Profile(shutil.copytree(written, tmp_path / "profile"))


def run(profile, *arguments):
    return CliRunner().invoke(main, [*map(str, arguments), "--profile", str(profile.folder)])


def notes(profile):
    return [one.note for one in spool.waiting(profile.notes)]


def test_an_export_is_noted_with_its_visit_its_format_and_what_was_written(profile, tmp_path):
    assert run(profile, "export", SESSION, "--format", "csv", "--out", tmp_path / "out" / "Kowalski.csv").exit_code == 0
    asked, ended = notes(profile)
    assert (asked.command, asked.sessions, asked.format, asked.target) == ("export", (SESSION,), "csv", "folder")
    assert (ended.note, ended.outcome, len(ended.files)) == (asked.note, "done", 1)
    line = (tmp_path / "out" / "Kowalski.csv.sha256").read_text()
    assert (ended.files[0].session, ended.files[0].sha256 in line) == (SESSION, True)
    assert asked.account == ended.account == account() != ""
    assert asked.utc_ns <= ended.utc_ns


def test_no_note_says_who_the_patient_is(profile, tmp_path):
    run(profile, "export", SESSION, "--format", "pdf", "--out", tmp_path / "out" / f"{PATIENT.family_name}.pdf")
    run(profile, "sessions")
    run(profile, "backup", "--to", tmp_path / "out")
    run(profile, "export", PATIENT.family_name, "--format", "csv", "--out", tmp_path / "out")
    run(profile, "wirelog", PATIENT.family_name, "--out", tmp_path / "out" / "a.capture")
    said = "".join(path.read_text() for path in profile.notes.iterdir())
    assert SESSION in said
    for word in (PATIENT.given_name, PATIENT.family_name, PATIENT.record_number, PATIENT.initials, str(tmp_path)):
        assert word not in said


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", SESSION, "--format", "csv", "--out", "out"),
        ("export", "--from", "2026-03-01", "--format", "csv", "--out", "out"),
        ("sessions",),
        ("retention", "--all"),
        ("backup", "--to", "out"),
    ],
)
def test_without_a_note_nothing_is_given_out(profile, tmp_path, arguments):
    profile.notes.write_text("a file in the way")
    done = run(profile, *(tmp_path / "out" if one == "out" else one for one in arguments))
    assert done.exit_code == 1
    assert "Nothing was done" in done.output
    assert SESSION not in done.output
    assert list((tmp_path / "out").iterdir()) == []


def test_several_visits_are_one_note_and_each_file_stands_in_its_end(profile, tmp_path):
    (tmp_path / "out" / f"{SESSION}.csv").mkdir()  # cannot be written
    every = ("export", "--format", "csv", "--out", tmp_path / "out", "--from", "2026-03-01", "--deidentified")
    assert run(profile, *every).exit_code == 0
    asked, ended = notes(profile)
    assert asked.is_deidentified
    assert [one.session for one in ended.files] == [SESSION]  # under its own name, whatever the file is called
    assert run(profile, *every[:-1]).exit_code == 1
    assert [one.outcome for one in notes(profile) if isinstance(one, Ended)] == ["done", "done"]
    assert notes(profile)[-1].files == ()


def test_what_did_not_come_about_is_noted_as_such(profile, tmp_path):
    assert run(profile, "export", "no-such-visit", "--format", "csv", "--out", tmp_path / "out").exit_code == 1
    assert [(one.sessions, one.format) for one in notes(profile) if isinstance(one, Asked)] == [((), "csv")]
    assert [one.outcome for one in notes(profile) if isinstance(one, Ended)] == ["failed"]
    asked = note_asked(profile, SystemClock(), "export")
    with pytest.raises(ExportCancelled), ending_noted(profile, SystemClock(), asked):
        raise ExportCancelled("Stopped.")
    assert notes(profile)[-1].outcome == "stopped"


def test_where_the_end_cannot_be_noted_it_is_still_told_why_it_ended(profile):
    def fail(error):
        asked = note_asked(profile, SystemClock(), "export")
        with ending_noted(profile, SystemClock(), asked):
            shutil.rmtree(profile.notes)
            profile.notes.write_text("")  # no note can lie here any more
            raise error

    with pytest.raises(
        spool.NotNoted, match=r"^The folder /a does not exist\. It has ended, and how could not be noted"
    ):
        fail(ExportError("The folder /a does not exist."))
    profile.notes.unlink()
    with pytest.raises(spool.NotNoted, match=r"^It has ended, and how could not be noted"):
        fail(KeyboardInterrupt())


def test_a_wrong_format_is_told_before_anything_is_noted(profile, tmp_path):
    assert run(profile, "export", SESSION, "--format", "doc", "--out", tmp_path / "out").exit_code == 1
    assert notes(profile) == []


def test_a_backup_and_a_restore_are_noted_also_on_a_new_computer(profile, tmp_path):
    drive, new = tmp_path / "out", Profile(tmp_path / "new" / "profile")
    assert run(profile, "backup", "--to", drive).exit_code == 0
    (file,) = drive.glob("*.sqlite3")
    assert run(new, "restore", file, "--yes").exit_code == 0
    assert [(one.command, type(one)) for one in (*notes(profile), *notes(new))] == [
        ("backup", Asked), ("backup", Ended), ("restore", Asked), ("restore", Ended)
    ]  # fmt: skip
    assert CliRunner().invoke(main, ["restore", str(file), "--profile", str(new.folder)], input="n\n").exit_code == 0
    assert len(notes(new)) == 2  # nothing was changed, and nothing is noted


def test_every_change_of_the_key_is_noted(profile):
    person = Person(*[PASSPHRASE] * 5)
    keys.protect(profile, {}, person.talk, cost=CHEAP)
    keys.change(profile, {}, person.talk, cost=CHEAP)
    keys.recovery(profile, {}, person.talk, cost=CHEAP)
    with pytest.raises(keys.KeyRefused):
        keys.recovery(profile, {}, Person(PASSPHRASE, misreads=True).talk, cost=CHEAP)
    keys.unprotect(profile, {}, person.talk)
    told = [(one.command, one.outcome) for one in notes(profile) if isinstance(one, Ended)]
    assert told == [
        ("protect", "done"), ("key change", "done"), ("key recovery", "done"), ("key recovery", "failed"), ("unprotect", "done")
    ]  # fmt: skip
    assert {one.command for one in notes(profile)} <= set(NOTED)


@pytest.mark.qt_log_ignore("Couldn't (load|resolve)", "PulseAudioService")  # the doctor looks for sound outputs
def test_what_neither_shows_nor_changes_is_not_noted(profile):
    assert run(profile, "verify").exit_code == 0
    run(profile, "doctor")
    assert run(profile, "wirelog").exit_code == 0
    assert notes(profile) == []


@pytest.mark.skipif(os.name == "nt", reason="POSIX tells it by number")
def test_the_account_is_the_systems_word_and_not_the_environments(monkeypatch):
    monkeypatch.setenv("LOGNAME", "somebody else")
    assert getpass.getuser() == "somebody else"
    assert account() != "somebody else"
