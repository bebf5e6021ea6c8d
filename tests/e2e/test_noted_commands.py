"""A command beside the running program, and one while it is closed: both stand in its record, with what was edited meanwhile."""

import signal

import pytest

from nursestation.core import records as r
from nursestation.core.audit_log import AUDITED, rows
from nursestation.paths import Profile
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from nursestation.store.verify import verify_store
from tests.e2e.live_station import until
from tests.e2e.program import run_command, running_command
from tests.helpers.written_visit import SESSION, all_records

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


@pytest.fixture
def profile(tmp_path):
    made = Profile(tmp_path / "profile")
    made.folder.mkdir()
    (tmp_path / "out").mkdir()
    store = Store.open(made.record)
    store.append(all_records(step_s=60))
    store.close()
    made.settings.write_text("lock_after_min = 5\n")
    return made


def of(profile, *kinds):
    with StoreReader.open(profile.record) as reader:
        return list(reader.of_kinds(kinds))


def end(process):
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, "")


def test_what_was_taken_out_beside_the_program_and_edited_while_it_was_closed_is_in_its_record(profile, tmp_path):
    n_before = len(of(profile, r.StationStarted))
    with running_command("--profile", profile.folder) as station:
        until(lambda: len(of(profile, r.StationStarted)) > n_before or station.poll() is not None, "it has started", 60)
        assert station.poll() is None, station.stderr.read()
        export = ("export", SESSION, "--format", "csv", "--out", tmp_path / "out")
        beside = run_command(*export, "--profile", profile.folder)
        assert beside.returncode == 0, beside.stderr
        until(lambda: of(profile, r.CommandEnded), "the running station has taken the note up", 30)
        until(lambda: not list(profile.notes.iterdir()), "the note is gone", 30)
        end(station)
    assert run_command("sessions", "--profile", profile.folder).returncode == 0
    assert len(list(profile.notes.iterdir())) == 1
    profile.settings.write_text("lock_after_min = 0\n")
    with running_command("--profile", profile.folder) as station:
        until(
            lambda: len(of(profile, r.CommandAsked)) > 1 or station.poll() is not None, "it has taken up the other", 60
        )
        assert station.poll() is None, station.stderr.read()
        until(lambda: not list(profile.notes.iterdir()), "that note is gone", 30)
        end(station)
    assert verify_store(profile.record).ok
    told = [row.what for row in rows(of(profile, *AUDITED), {})]
    assert sum(what.startswith(f"With a command: take out visit {SESSION} as csv") for what in told) == 1
    assert sum(what.startswith("With a command: “export” was done, SHA-256 ") for what in told) == 1
    assert told.count("With a command: list the visits") == 1
    edited = "Minutes without a touch until the station locks itself: 0, before 5 (station.toml, since the last start)"
    assert told.count(edited) == 1
