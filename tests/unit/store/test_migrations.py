"""Every released schema opens: a sample record of each is kept and upgraded here.

Made by `python -m tests.unit.store.test_migrations`, once per new step, before the step after it is written.
"""

import contextlib
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from nursestation.core.records import SignedIn
from nursestation.store import migrations
from nursestation.store.reader import StoreReader
from nursestation.store.steps import STEPS, taken
from nursestation.store.store import Store
from nursestation.store.verify import verify_store
from tests.helpers.written_visit import SESSION, all_records, minute

SAMPLES = Path(__file__).parents[2] / "data" / "schema"


def schema(path):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall()


def test_a_sample_is_kept_of_every_step():
    assert [path.stem for path in sorted(SAMPLES.glob("*.sqlite3"))] == list(migrations.steps())


def test_the_steps_that_a_file_has_had_are_read_without_the_library(tmp_path):
    path = tmp_path / "record.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert taken(connection) == ()
    Store.open(path).close()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert taken(connection) == STEPS == migrations.steps()


def test_a_record_that_is_up_to_date_is_opened_without_the_library(tmp_path):
    script = (
        "import sys; from pathlib import Path; from nursestation.store.store import Store; "
        f"Store.open(Path({str(tmp_path / 'record.sqlite3')!r})).close(); print('sqlite_utils' in sys.modules)"
    )
    told = [
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout for _ in "12"
    ]
    assert told == ["True\n", "False\n"]


@pytest.mark.parametrize("step", migrations.steps())
def test_a_record_of_an_older_version_is_upgraded_with_nothing_lost(step, tmp_path):
    path = shutil.copy(SAMPLES / f"{step}.sqlite3", tmp_path / "record.sqlite3")
    store = Store.open(path)
    store.append([SignedIn(at=minute(200), operator="op-1")])
    store.close()
    assert verify_store(path).ok
    fresh = tmp_path / "fresh.sqlite3"
    Store.open(fresh).close()
    assert schema(path) == schema(fresh)
    with StoreReader.open(path) as reader:
        assert [summary.id for summary in reader.sessions()] == [SESSION]
        assert len(list(reader.discrete(SESSION))) > 50
        assert len(list(reader.samples(SESSION))) > 500


@pytest.mark.parametrize("step", migrations.steps())
def test_a_kept_sample_is_never_changed(step, tmp_path):
    path = shutil.copy(SAMPLES / f"{step}.sqlite3", tmp_path / "record.sqlite3")
    assert verify_store(path).ok


def test_an_empty_file_becomes_a_record(tmp_path):
    path = tmp_path / "record.sqlite3"
    path.touch()
    Store.open(path).close()
    assert verify_store(path).ok


def _make() -> None:
    path = SAMPLES / f"{migrations.steps()[-1]}.sqlite3"
    store = Store.open(path)
    store.append(all_records(step_s=60, with_waves=True))
    store.close()
    path.with_name(path.name + ".lock").unlink(missing_ok=True)


if __name__ == "__main__":
    _make()
