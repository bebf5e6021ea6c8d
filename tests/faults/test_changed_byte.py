"""A byte of the record that changed on the disk: never accepted in what was recorded, and never written over.

SQLite checks the shape of its pages, the chain and the seals what is in them (`verify`), and a start what it needs. A byte
that no row uses is nobody's.
"""

import contextlib
import hashlib
import random
import sqlite3
from itertools import chain

import pytest

from nursestation.store.errors import StoreEnvironmentError
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from nursestation.store.verify import verify_store
from tests.helpers.written_visit import SESSION, all_records

RECORDED = ("record", "readings", "strips", "gap", "seal", "trace", "calibration", "session")
N_TRIED = 120


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return a finished visit, closed in order."""
    path = tmp_path_factory.mktemp("whole") / "record.sqlite3"
    with contextlib.closing(Store.open(path)) as store:
        records = all_records(step_s=40, with_waves=True)
        for start in range(0, len(records), 50):
            store.append(records[start : start + 50])
    return path


def contents(path):
    """Return everything that was recorded, as any part of the program may get it."""
    with StoreReader.open(path) as reader:
        told = list(reader.discrete())
        bulk = chain(reader.samples(SESSION), reader.waves(SESSION), reader.gaps(SESSION))
        return told, list(bulk), reader.sessions(), reader.chain_heads()


def pages_of(path):
    """Return where the pages of what was recorded begin, and the size of a page [bytes]."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        marks = ", ".join("?" * len(RECORDED))
        rows = connection.execute(
            f"SELECT pageno FROM dbstat WHERE name IN (SELECT name FROM sqlite_master WHERE tbl_name IN ({marks}))",
            RECORDED,
        )
        return [(number - 1) * size for (number,) in rows], size


def changed(whole, folder, at, flip):
    content = bytearray(whole.read_bytes())
    content[at] ^= flip
    path = folder / "record.sqlite3"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("seed", range(4))
def test_a_changed_byte_of_what_was_recorded_is_named_or_changes_nothing(whole, tmp_path, seed):
    chance = random.Random(seed)
    before = contents(whole)
    pages, size = pages_of(whole)
    n_named = 0
    for _ in range(N_TRIED // 4):
        at, flip = chance.choice(pages) + chance.randrange(size), chance.randrange(1, 256)
        path = changed(whole, tmp_path, at, flip)
        try:
            is_named = not verify_store(path).ok
        except StoreEnvironmentError:
            is_named = True
        n_named += is_named
        if not is_named:
            assert contents(path) == before, f"byte {at} changed by {flip} was accepted"
    assert n_named > 5


@pytest.mark.parametrize("seed", range(2))
def test_a_start_on_a_changed_byte_goes_on_with_what_was_written_or_leaves_the_file_as_it_is(
    whole, tmp_path, seed, log_lines
):
    chance = random.Random(seed)
    n_bytes = whole.stat().st_size
    for _ in range(N_TRIED // 4):
        path = changed(whole, tmp_path, chance.randrange(n_bytes), chance.randrange(1, 256))
        found = hashlib.sha256(path.read_bytes()).digest()
        said = ""
        try:
            Store.open(path).close()
        except StoreEnvironmentError as error:
            said = str(error)
        if said:
            assert said.endswith(".")
            assert "Keller" not in said
            assert hashlib.sha256(path.read_bytes()).digest() == found
        assert all("was closed without its last seal" in line and "Keller" not in line for line in log_lines)
        for ending in ("-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
