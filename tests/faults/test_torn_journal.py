"""A journal that a power cut tore, at whatever byte: the record opens, misses at most its newest commits, and has no hole.

What lies before the tear is what was written, and what stands behind it is not taken for anything.
"""

import contextlib
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nursestation.core.records import BULK, DischargeSigned, Sample, SignedIn
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from nursestation.store.verify import verify_store
from tests.helpers.written_visit import SESSION, all_records, minute

# without the signature, which covers a chain of which these commits tell other parts
RECORDS = [one for one in all_records(step_s=40, with_waves=True) if not isinstance(one, DischargeSigned)]
COMMITS = [RECORDS[start : start + 40] for start in range(0, len(RECORDS), 40)]
N_BEFORE = 3
"""Commits that an earlier run wrote and closed in order: they are in the file itself."""
TOLD = [one for one in RECORDS if not isinstance(one, BULK)]
READINGS = [one for one in RECORDS if isinstance(one, Sample)]
TRIED = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """Return a record as a power cut leaves it: most of it in the journal still."""
    folder = tmp_path_factory.mktemp("killed")
    path = folder / "record.sqlite3"
    with contextlib.closing(Store.open(path)) as store:
        for commit in COMMITS[:N_BEFORE]:
            store.append(commit)
    store = Store.open(path)
    for commit in COMMITS[N_BEFORE:]:
        store.append(commit)
    kept = folder / "kept.sqlite3"
    for ending in ("", "-wal"):
        shutil.copy(f"{path}{ending}", f"{kept}{ending}")
    store.close()
    return kept


def take(killed, folder):
    """Return a copy of it and of its journal."""
    path = folder / "record.sqlite3"
    Path(f"{path}-shm").unlink(missing_ok=True)
    for ending in ("", "-wal"):
        shutil.copy(f"{killed}{ending}", f"{path}{ending}")
    return path, Path(f"{path}-wal")


def n_commits_after_start(path):
    """Open it to be written, as a start does; return how many commits it held, each of them whole."""
    with StoreReader.open(path) as reader:
        told, readings = list(reader.discrete()), list(reader.samples(SESSION))
    with contextlib.closing(Store.open(path)) as store:
        store.append([SignedIn(at=minute(300), operator="op-1")])
    verdict = verify_store(path)
    assert verdict.ok, verdict.findings
    assert verdict.n_unsealed == 0
    assert (told, readings) == (TOLD[: len(told)], READINGS[: len(readings)])
    return WHOLE.index((len(told), len(readings)))


def _whole():
    counts = [(0, 0)]
    for commit in COMMITS:
        n_told = sum(not isinstance(one, BULK) for one in commit)
        n_readings = sum(isinstance(one, Sample) for one in commit)
        counts.append((counts[-1][0] + n_told, counts[-1][1] + n_readings))
    return counts


WHOLE = _whole()
"""How many records and readings stand after each commit."""


def commit_ends(killed):
    """Return where the journal's commits end [bytes]: a frame that ends one names the size of the file.

    Source: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
    """
    content = Path(f"{killed}-wal").read_bytes()
    page, salts = int.from_bytes(content[8:12], "big"), content[16:24]
    frames = range(32, len(content) - page - 23, 24 + page)
    heads = [(at, content[at : at + 24]) for at in frames]
    return [at + 24 + page for at, head in heads if head[8:16] == salts and int.from_bytes(head[4:8], "big")]


def test_the_journal_holds_the_newer_commits(killed):
    assert len(commit_ends(killed)) == len(COMMITS) - N_BEFORE > 10


@TRIED
@given(part=st.floats(0, 1))
def test_a_journal_cut_at_any_byte_misses_its_newest_commits_alone(killed, tmp_path, part):
    path, journal = take(killed, tmp_path)
    keep = round(part * journal.stat().st_size)
    with journal.open("r+b") as file:
        file.truncate(keep)
    expected = N_BEFORE + sum(keep >= end for end in commit_ends(killed))
    assert n_commits_after_start(path) == expected


@TRIED
@given(part=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_a_journal_with_a_changed_byte_misses_what_stands_behind_it(killed, tmp_path, part, flip):
    path, journal = take(killed, tmp_path)
    content = bytearray(journal.read_bytes())
    at = int(part * len(content))
    content[at] ^= flip
    journal.write_bytes(content)
    expected = N_BEFORE + sum(at >= end for end in commit_ends(killed))
    found = n_commits_after_start(path)
    assert found == expected if at >= 32 else found in (N_BEFORE, len(COMMITS))


def test_a_journal_that_is_gone_leaves_what_the_file_holds(killed, tmp_path):
    path, journal = take(killed, tmp_path)
    journal.unlink()
    assert n_commits_after_start(path) == N_BEFORE
