"""A protected record does all that a plain one does, and shows nothing of itself to who has no key."""

import contextlib
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from devices.events import Mode, Validity
from nursestation.core.model import Provenance
from nursestation.core.records import DraftKept, Gap, Sample, SignedIn, Wave
from nursestation.store import sqlite
from nursestation.store.cipher import protect
from nursestation.store.errors import (
    StoreBug,
    StoreDamaged,
    StoreFull,
    StoreLocked,
    StoreReadOnly,
    StoreUnreachable,
)
from nursestation.store.keys import new_key, write_keys
from nursestation.store.reader import StoreReader
from nursestation.store.sqlite import held
from nursestation.store.store import Store
from nursestation.store.verify import verify_store
from nursestation.store.writer import StoreWriter
from tests.helpers.protection import key_and_file
from tests.helpers.written_visit import SESSION, all_records, minute

SAMPLES = Path(__file__).parents[2] / "data" / "schema"
BULK = (Sample, Wave, Gap)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "record.sqlite3"


@pytest.fixture
def key(path):
    key = new_key()
    with held(path, key):
        yield key


def a_sample(minutes=1.0):
    return Sample(
        at=minute(minutes), chair=2, session=SESSION, metric="spo2", value=97.0, validity=Validity.VALID,
        mode=Mode.REAL, provenance=Provenance.DEVICE, monitor="2:nonin", source="",
    )  # fmt: skip


def connected(path, key):
    return contextlib.closing(sqlite.connect_keyed(path, key, timeout_s=0.1))


def write(path, records):
    store = Store.open(path)
    store.append(records)
    store.close()


def stored(path):
    with StoreReader.open(path) as reader:
        return len(list(reader.samples(SESSION)))


def test_a_whole_visit_reads_back_as_it_was_written_and_hashes_as_a_plain_one_does(path, key, tmp_path):
    records = all_records(with_waves=True, step_s=10)
    write(path, records)
    plain = tmp_path / "other" / "record.sqlite3"
    with held(path, key):
        write(plain, records)
    assert not sqlite.is_protected(plain)
    assert verify_store(path) == verify_store(plain)
    with StoreReader.open(path) as reader:
        assert list(reader.discrete()) == [record for record in records if not isinstance(record, BULK)]
        assert list(reader.samples(SESSION)) == [record for record in records if isinstance(record, Sample)]


def test_file_and_journal_show_nothing_to_who_has_no_key(path, key):
    store = Store.open(path)
    store.append(all_records(step_s=30))
    told = DraftKept(
        at=minute(1), chair=2, session=SESSION, operator="op-1", form="note", fields=(("text", "shy of needles"),)
    )
    store.append([told])
    seen = b"".join(file.read_bytes() for file in path.parent.iterdir() if file != path.with_name(path.name + "-shm"))
    store.close()
    assert len(seen) > 50_000
    for word in (
        b"SQLite",
        b"CREATE TABLE",
        b"SessionOpened",
        b"patient",
        b"spo2",
        SESSION.encode(),
        b"shy of needles",
    ):
        assert word not in seen
    assert b"SessionOpened" in _dump(path, key)


def _dump(path, key):
    with connected(path, key) as connection:
        return repr(connection.execute("SELECT * FROM record").fetchall()).encode()


def test_it_is_in_wal_mode_synced_in_full_and_keeps_sorts_in_memory(path, key):
    store = Store.open(path)
    pragmas = {
        name: store._connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "temp_store", "cipher_use_hmac", "cipher_hmac_algorithm")
    }
    store.close()
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,
        "temp_store": 2,
        "cipher_use_hmac": "1",
        "cipher_hmac_algorithm": "HMAC_SHA512",
    }


def test_nothing_recorded_can_be_changed_or_erased(path, key):
    write(path, [a_sample()])
    with connected(path, key) as connection, pytest.raises(sqlite.errors(), match="nothing recorded is changed"):
        connection.execute("DELETE FROM readings")


def test_a_chain_goes_on_after_a_kill(path, key, tmp_path):
    store = Store.open(path)
    store.append([a_sample(index / 60) for index in range(5)])
    killed = tmp_path / "killed.sqlite3"
    shutil.copy(path, killed)
    shutil.copy(f"{path}-wal", f"{killed}-wal")
    store.close()
    write(killed, [SignedIn(at=minute(9), operator="op-1"), a_sample(9)])
    verdict = verify_store(killed)
    assert (verdict.ok, verdict.n_bulk, verdict.n_unsealed) == (True, 6, 0)


def test_a_full_disk_is_told_and_made_up_for(path, key):
    store = Store.open(path, max_pages=60)
    with pytest.raises(StoreFull, match="Free some space"):
        store.append([a_sample(index / 1000) for index in range(20_000)])
    store.limit(100_000)
    store.append([a_sample(2)])
    store.close()
    assert stored(path) == 1


def test_a_row_that_breaks_a_rule_is_a_fault_of_ours(path, key):
    store = Store.open(path)
    with pytest.raises(StoreBug):
        store.append([replace(a_sample(), chair="two")])
    store.append([a_sample()])
    store.close()
    assert stored(path) == 1


def test_a_record_locked_by_another_program_is_told_and_made_up_for(path, key):
    writer = StoreWriter(Store.open(path, busy_timeout_s=0), clock=_Still())
    with connected(path, key) as other:
        other.execute("BEGIN IMMEDIATE")
        writer.put([a_sample()])
        assert "Another program" in writer.drain().text
    assert writer.drain().ok
    writer.close()
    assert stored(path) == 1


class _Still:
    def now(self):
        return minute(1)


def test_a_record_moved_away_is_opened_again_once_it_is_back(path, key):
    store = Store.open(path)
    away = path.rename(path.with_name("moved.sqlite3"))
    with pytest.raises(StoreUnreachable, match="Put it back"):
        store.append([a_sample()])
    away.rename(path)
    store.reconnect()
    store.append([a_sample()])
    store.close()
    assert stored(path) == 1


@pytest.mark.parametrize("step", sorted(sample.stem for sample in SAMPLES.glob("*.sqlite3")))
def test_a_record_of_an_older_version_is_upgraded_behind_its_key(path, step):
    shutil.copy(SAMPLES / f"{step}.sqlite3", path)
    key, keys = key_and_file()
    protect(path, key, keys, lambda _: None)
    with held(path, key):
        write(path, [SignedIn(at=minute(200), operator="op-1")])
        assert verify_store(path).ok
        with StoreReader.open(path) as reader:
            assert [summary.id for summary in reader.sessions()] == [SESSION]


def test_without_its_key_it_is_locked_and_not_said_to_be_damaged(path):
    key, keys = key_and_file()
    write(path, [a_sample()])
    protect(path, key, keys, lambda _: None)
    for opening in (Store.open, StoreReader.open, verify_store):
        with pytest.raises(StoreLocked, match="was not unlocked"):
            opening(path)
    with held(path, key):
        assert stored(path) == 1
    with pytest.raises(StoreLocked):
        StoreReader.open(path)


def test_with_another_key_it_is_left_as_it_is(path):
    key, keys = key_and_file()
    write(path, [a_sample()])
    protect(path, key, keys, lambda _: None)
    before = path.read_bytes()
    with held(path, new_key()), pytest.raises(StoreDamaged, match="does not open with its key"):
        Store.open(path)
    assert path.read_bytes() == before


def test_a_new_record_beside_a_key_file_is_protected_or_not_made(path):
    key, keys = key_and_file()
    write(path, [a_sample()])
    protect(path, key, keys, lambda _: None)
    path.unlink()
    with pytest.raises(StoreLocked):
        Store.open(path)
    with held(path, key):
        write(path, [a_sample()])
        assert stored(path) == 1
    assert sqlite.is_protected(path)


def test_the_record_that_is_begun_beside_the_key_of_one_that_was_moved_is_protected_too(path):
    key, keys = key_and_file()
    write(path, [a_sample()])
    protect(path, key, keys, lambda _: None)
    aside = path.rename(path.with_name("aside.sqlite3"))
    with held(path, key):
        write(path, [a_sample()])
    assert sqlite.is_protected(path)
    with held(aside, key):
        assert stored(aside) == 1


def test_a_copy_elsewhere_opens_with_the_key_of_the_record(path, key, tmp_path):
    write(path, [a_sample()])
    folder = tmp_path / "backups"
    folder.mkdir()
    copy = Path(shutil.copy(path, folder / "record-monday.sqlite3"))
    with held(tmp_path / "another.sqlite3", new_key()):
        assert stored(copy) == 1


def test_a_flipped_byte_is_noticed_before_any_hash_is_read(path, key):
    write(path, all_records(step_s=30))
    content = bytearray(path.read_bytes())
    content[3 * 4096 + 100] ^= 1
    path.write_bytes(content)
    verdict = verify_store(path)
    assert not verdict.ok
    assert verdict.findings[0].text.startswith("The file is damaged")
    with pytest.raises(StoreDamaged, match="is left as it is"):
        Store.open(path)


def test_one_on_a_medium_that_cannot_be_written_is_read(path, key):
    write(path, [a_sample()])
    path.chmod(0o444)
    with pytest.raises(StoreReadOnly):
        Store.open(path)
    assert stored(path) == 1


def test_its_key_is_overwritten_when_it_is_let_go_of(path):
    with held(path, new_key()):
        kept = sqlite._held[path.resolve()]
        assert any(kept)
    assert not any(kept)
    assert path.resolve() not in sqlite._held


def test_without_the_library_a_protected_record_is_refused_in_a_sentence_and_a_plain_one_opens(path):
    key, keys = key_and_file()
    plain = path.with_name("plain.sqlite3")
    write(plain, [a_sample()])
    shutil.copy(plain, path)
    protect(path, key, keys, lambda _: None)
    script = (
        "import sys; sys.modules['sqlcipher3'] = None\n"
        "from pathlib import Path\n"
        "from nursestation.store.sqlite import held\n"
        "from nursestation.store.verify import verify_store\n"
        f"print(verify_store(Path({str(plain)!r})).ok)\n"
        "try:\n"
        f"    with held(Path({str(path)!r}), bytes.fromhex(sys.stdin.read())):\n"
        f"        verify_store(Path({str(path)!r}))\n"
        "except Exception as error:\n"
        "    print(type(error).__name__, error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], input=key.hex(), capture_output=True, text=True, check=True, env={**os.environ}
    )
    assert done.stdout.startswith("True\nStoreEnvironmentError Protected records need the library sqlcipher3")
    assert "nursestation[encryption]" in done.stdout


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="only Linux lists locks")
def test_a_reader_beside_the_writer_costs_it_no_lock(path):
    # closing any descriptor of the file would: the first bytes of an open record must not be looked at again
    key, keys = key_and_file()
    write(path, [a_sample()])
    write_keys(path, keys)  # as a protection that was killed leaves it: a plain record with a key file
    store = Store.open(path)
    store.append([a_sample(2)])
    before = locks(path)
    assert before
    assert stored(path) == 2
    assert locks(path) == before
    store.close()
    protect(path, key, keys, lambda _: None)
    with held(path, key):
        store = Store.open(path)
        store.append([a_sample(3)])
        before = locks(path)
        assert before
        assert stored(path) == 3
        assert locks(path) == before
        store.close()


def locks(path):
    """Return the locks on a file, as Linux lists them."""
    inode = path.stat().st_ino
    lines = Path("/proc/locks").read_text().splitlines()
    return [line.split()[1:] for line in lines if line.split()[5].endswith(f":{inode}")]
