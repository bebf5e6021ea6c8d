"""A kill between any two steps of what the store does: of an upgrade, of a commit, of the end. The next start has it whole.

What a killed process has written stays in the system's memory of the files: a copy of them at that moment is what the next start
finds. That what was written last may be torn as well is tried in `test_torn_journal.py`, real kills in
`python -m tests.bench kills`.
"""

import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest

from nursestation.core.records import SignedIn
from nursestation.store import migrations
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from nursestation.store.verify import verify_store
from tests.helpers.written_visit import SESSION, all_records, minute

SAMPLES = Path(__file__).parents[1] / "data" / "schema"
RECORDS = all_records(step_s=60, with_waves=True)


class Moments:
    """Copies of a record, one before each statement that a connection is given; as often as the files were different."""

    def __init__(self, path, folder):
        self._path, self._folder = path, folder
        self._seen = set()
        self.copies = []

    def note(self, _statement):
        content = tuple(part.read_bytes() for part in self._parts() if part.exists())
        if content not in self._seen:
            self._seen.add(content)
            kept = self._folder / f"{len(self.copies)}" / self._path.name
            kept.parent.mkdir(parents=True)
            for part in self._parts():
                if part.exists():
                    shutil.copy(part, kept.with_name(part.name))
            self.copies.append(kept)

    def _parts(self):
        return (self._path, self._path.with_name(self._path.name + "-wal"))


def told(path):
    with StoreReader.open(path) as reader:
        return list(reader.discrete()), list(reader.samples(SESSION)), list(reader.waves(SESSION))


def assert_goes_on(path):
    with contextlib.closing(Store.open(path)) as store:
        store.append([SignedIn(at=minute(300), operator="op-1")])
    verdict = verify_store(path)
    assert verdict.ok, (path, verdict.findings)
    assert verdict.n_unsealed == 0


@pytest.mark.parametrize("step", migrations.steps()[:-1])
def test_a_kill_within_an_upgrade_leaves_a_record_that_is_upgraded_at_the_next_start(step, tmp_path):
    path = Path(shutil.copy(SAMPLES / f"{step}.sqlite3", tmp_path / "record.sqlite3"))
    with contextlib.closing(Store.open(Path(shutil.copy(path, tmp_path / "whole.sqlite3")))) as store:
        whole = told(store.path)
    moments = Moments(path, tmp_path / "killed")
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.set_trace_callback(moments.note)
        migrations.carry_out(connection)
        moments.note("")
    assert len(moments.copies) > 1
    for killed in moments.copies:
        Store.open(killed).close()
        assert told(killed) == whole
        assert_goes_on(killed)


def test_a_kill_within_the_first_start_leaves_nothing_in_the_way_of_the_next(tmp_path):
    path = tmp_path / "record.sqlite3"
    moments = Moments(path, tmp_path / "killed")
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.set_trace_callback(moments.note)
        connection.execute("PRAGMA journal_mode=WAL")
        migrations.carry_out(connection)
    assert len(moments.copies) > 2
    for killed in moments.copies:
        assert_goes_on(killed)


def test_a_kill_within_a_commit_or_the_end_leaves_whole_commits(tmp_path):
    path = tmp_path / "record.sqlite3"
    moments, after_commits = Moments(path, tmp_path / "killed"), []

    class Watched(Store):
        """A store whose every statement is a moment to be killed at."""

        def __init__(self, path, connection, *more, **named):
            super().__init__(path, connection, *more, **named)
            connection.execute("PRAGMA wal_autocheckpoint=4")  # also while pages are moved into the file
            connection.set_trace_callback(moments.note)

    store = Watched.open(path)
    for start in range(0, len(RECORDS), 60):
        store.append(RECORDS[start : start + 60])
        after_commits.append(told(path))
    store.close()
    moments.note("")
    assert len(moments.copies) > len(after_commits)
    found = []
    for killed in moments.copies:
        with StoreReader.open(killed) as reader:
            is_empty = not reader.sessions()
        found.append(-1 if is_empty else after_commits.index(told(killed)))
        assert_goes_on(killed)
    assert found == sorted(found)
    assert set(range(len(after_commits))) <= set(found)
