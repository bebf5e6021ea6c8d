"""What the doctor says of commands' notes that the record does not have yet."""

import contextlib
import os

import pytest
from click.testing import CliRunner

from devices.clock import SystemClock
from nursestation.cli import main
from nursestation.commandline.doctor import Verdict, check_notes
from nursestation.commandline.noting import ending_noted, note_asked
from nursestation.core.notes import Asked
from nursestation.core.records import CommandAsked, CommandEnded
from nursestation.store import spool
from nursestation.store.store import Store
from tests.helpers.written_visit import START


def told(profile):
    found = check_notes(profile)
    assert found.verdict is Verdict.OK
    return found.text.partition(" for the station")[0]


def take_up(profile, *, clear):
    """Bring the notes into the record, as the station does."""
    with contextlib.closing(Store.open(profile.record)) as store:
        for one in spool.waiting(profile.notes):
            note = one.note
            if isinstance(note, Asked):
                store.append([CommandAsked(at=START, asked=note)])
            else:
                store.append([CommandEnded(at=START, ended=note)])
            if clear:
                spool.forget(one.path)


def test_each_note_that_waits_is_counted_until_the_station_took_it_up(profile):
    assert told(profile) == "no note of a command waits"
    assert CliRunner().invoke(main, ["sessions", "--profile", str(profile.folder)]).exit_code == 0
    assert told(profile) == "1 note of commands waits"
    with ending_noted(profile, SystemClock(), note_asked(profile, SystemClock(), "protect")):
        assert told(profile) == "2 notes of commands wait"
    assert told(profile) == "3 notes of commands wait"
    take_up(profile, clear=True)
    assert told(profile) == "no note of a command waits"


def test_a_note_that_the_record_has_and_that_nobody_could_delete_does_not_wait(profile):
    note_asked(profile, SystemClock(), "sessions")
    take_up(profile, clear=False)
    note_asked(profile, SystemClock(), "sessions")
    assert told(profile) == "1 note of commands waits"


def test_a_note_that_cannot_be_read_waits_too(profile):
    profile.notes.mkdir()
    (profile.notes / "cut.1-asked.json").write_text("{")
    assert told(profile) == "1 note of commands waits"


def test_where_the_record_cannot_be_read_all_that_lie_there_are_told(profile):
    note_asked(profile, SystemClock(), "sessions")
    take_up(profile, clear=False)
    profile.record.write_bytes(b"no database at all" * 1000)
    assert told(profile) == "1 note of commands waits"
    profile.record.unlink()
    assert told(profile) == "1 note of commands waits"


def test_a_running_and_a_closed_station_are_told_apart(profile):
    note_asked(profile, SystemClock(), "sessions")
    text = check_notes(profile).text
    assert "within seconds while it runs, else at its next start" in text
    assert "tell support" in text


@pytest.mark.skipif(os.name != "posix", reason="there a file has no mode that could keep a note out")
def test_a_place_that_takes_no_note_is_told(profile):
    profile.notes.write_text("")  # in the folder's place: not even the system's own account can write notes into it
    found = check_notes(profile)
    assert found.verdict is Verdict.WARNING
    assert f"{profile.notes} may not be written" in found.text
