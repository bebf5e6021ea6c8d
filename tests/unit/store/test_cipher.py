"""A record is turned into a protected one and back with nothing lost, at whatever moment it is cut short."""

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from devices.clock import Moment
from nursestation.core.records import DraftKept
from nursestation.store.cipher import NEW, protect, refuse_unequal, unprotect, wipe
from nursestation.store.errors import StoreBusy, StoreDamaged, StoreEnvironmentError, StoreUnreachable
from nursestation.store.keys import Way, new_key, read_keys, unwrap, write_keys
from nursestation.store.sqlite import held, is_protected, key_file
from nursestation.store.store import Store
from nursestation.store.verify import verify_store
from tests.helpers.protection import PASSPHRASE, key_and_file
from tests.helpers.written_visit import SESSION, all_records

ROOT = Path(__file__).parents[3]
STEPS = 5
DRAFT = DraftKept(at=Moment(1, 1), chair=2, session=SESSION, operator="op-1", form="note", fields=(("text", "shy"),))


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "record.sqlite3"
    store = Store.open(path)
    store.append([*all_records(with_waves=True, step_s=30), DRAFT])
    store.close()
    return path


@pytest.fixture
def key(path):
    key, keys = key_and_file()
    write_keys(path.with_name("spare.sqlite3"), keys)
    return key


def keys_of(path):
    return read_keys(path.with_name("spare.sqlite3"))


def quiet(_):
    pass


def names(path):
    return sorted(file.name for file in path.parent.iterdir() if file.suffix != ".lock" and "spare" not in file.name)


def rows(path, sql):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def test_it_is_protected_and_plain_again_with_the_same_heads_rows_and_schema(path, key):
    before, schema = verify_store(path), rows(path, "SELECT * FROM sqlite_master ORDER BY name")
    drafts = rows(path, "SELECT * FROM draft")
    assert drafts
    told = []
    kept = protect(path, key, keys_of(path), told.append)
    assert len(told) == STEPS
    assert is_protected(path)
    assert names(path) == ["record.key", "record.sqlite3", "record.unprotected-1.sqlite3"]
    assert verify_store(kept) == before
    with held(path, unwrap(read_keys(path), Way.PASSPHRASE, PASSPHRASE)):
        assert verify_store(path) == before
        unprotect(path, key, quiet)
    assert verify_store(path) == before
    assert rows(path, "SELECT * FROM draft") == drafts
    without_pages = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name"
    assert rows(path, without_pages) == rows(kept, without_pages)
    assert len(schema) > 20


def test_the_key_file_stays_with_what_it_opens(path, key):
    protect(path, key, keys_of(path), quiet)
    kept = unprotect(path, key, quiet)
    assert kept.name == "record.protected-1.sqlite3"
    assert not key_file(path).exists()
    with held(kept, unwrap(read_keys(kept), Way.PASSPHRASE, PASSPHRASE)):
        assert verify_store(kept).ok


def test_what_was_recorded_wrongly_is_turned_as_it_is(path, key):
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TRIGGER record_no_update")
        connection.execute("UPDATE record SET body = replace(body, 'op-1', 'op-2') WHERE kind = 'SignedIn'")
    before = verify_store(path)
    assert not before.ok
    protect(path, key, keys_of(path), quiet)
    with held(path, key):
        assert verify_store(path) == before


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE draft SET fields = '[]'",
        "DELETE FROM draft",
        "INSERT INTO run (utc_ns, mono_ns) VALUES (1, 1)",
        "CREATE TABLE more (a)",
    ],
)
def test_a_copy_that_differs_in_one_row_is_found(path, spoil):
    copy = Path(shutil.copy(path, path.with_name("copy.sqlite3")))
    refuse_unequal(path, copy)
    with contextlib.closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute(spoil)
    with pytest.raises(StoreDamaged, match="not equal"):
        refuse_unequal(path, copy)


def test_a_damaged_record_is_left_as_it_is(path, key):
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 4] = b"\x55" * 4096
    path.write_bytes(content)
    with pytest.raises(StoreDamaged):
        protect(path, key, keys_of(path), quiet)
    assert path.read_bytes()[4096:] == content[4096:]
    assert names(path) == ["record.sqlite3"]


@contextlib.contextmanager
def reading(path):
    """Let another process be in the midst of reading; in this one the two libraries would not see each other's locks."""
    script = (
        "import sqlite3, sys\nother = sqlite3.connect(sys.argv[1])\nother.execute('BEGIN')\n"
        "other.execute('SELECT count(*) FROM record').fetchone()\nprint(flush=True)\nsys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        other.stdout.readline()
        yield
        other.stdin.close()


def test_it_is_refused_while_a_station_or_another_program_holds_the_record(path, key):
    station = Store.open(path)
    with pytest.raises(StoreBusy, match="already running"):
        protect(path, key, keys_of(path), quiet)
    station.close()
    with reading(path), pytest.raises(StoreBusy, match="Another program"):
        protect(path, key, keys_of(path), quiet)
    assert not is_protected(path)
    assert not key_file(path).exists()


def test_it_is_done_once_and_needs_a_record(path, key):
    with pytest.raises(StoreEnvironmentError, match="not protected"):
        unprotect(path, key, quiet)
    protect(path, key, keys_of(path), quiet)
    with pytest.raises(StoreEnvironmentError, match="protected already"):
        protect(path, key, keys_of(path), quiet)
    with pytest.raises(StoreUnreachable, match="no record"):
        protect(path.with_name("none.sqlite3"), key, keys_of(path), quiet)


def test_another_key_takes_nothing_out(path, key):
    protect(path, key, keys_of(path), quiet)
    before = path.read_bytes()
    with pytest.raises(StoreDamaged):
        unprotect(path, new_key(), quiet)
    assert path.read_bytes() == before


SCRIPT = """
import os, signal, sys
from pathlib import Path
from nursestation.store.cipher import protect, unprotect
from nursestation.store.keys import read_keys
path, n = Path(sys.argv[1]), int(sys.argv[2])
key, steps = bytes.fromhex(sys.stdin.read()), iter(range(100))
def tell(text):
    if next(steps) == n:
        os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[3] == "protect":
    protect(path, key, read_keys(path.with_name("spare.sqlite3")), tell)
else:
    unprotect(path, key, tell)
"""


def killed(path, key, step, verb):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path), str(step), verb],
        check=False, input=key.hex(), text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize("step", range(STEPS))
def test_a_kill_leaves_the_old_record_and_the_next_try_goes_through(path, key, step):
    before = verify_store(path)
    killed(path, key, step, "protect")
    assert not is_protected(path)
    assert verify_store(path) == before
    kept = protect(path, key, keys_of(path), quiet)
    with held(path, key):
        assert verify_store(path) == before
        assert not path.with_name(path.name + NEW).exists()
        wipe(kept, path)
        killed(path, key, step, "unprotect")
        assert is_protected(path)
        assert verify_store(path) == before
    assert [name for name in names(path) if "unprotected" in name] == []


def test_what_was_open_is_overwritten_before_it_goes_and_never_the_record_itself(path, key):
    kept = protect(path, key, keys_of(path), quiet)
    other_name = kept.with_name("seen.sqlite3")
    os.link(kept, other_name)
    wipe(kept, path)
    assert not kept.exists()
    assert set(other_name.read_bytes()) == {0}
    os.link(path, kept)
    with pytest.raises(ValueError, match="never wiped"):
        wipe(kept, path)
    with held(path, key):
        assert verify_store(path).ok
