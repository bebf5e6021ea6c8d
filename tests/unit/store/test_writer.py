"""The store thread: never blocks who puts, forgets nothing, says how it stands."""

import contextlib
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from devices.clock import ManualClock
from devices.events import Mode, Validity
from nursestation.core.model import Provenance
from nursestation.core.records import Gap, Refused, Sample, SignedIn, StationStarted, Wave
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from nursestation.store.verify import verify_store
from nursestation.store.writer import StoreHealth, StoreWriter
from tests.helpers.written_visit import SESSION, START, all_records, minute

ROOT = Path(__file__).parents[3]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "record.sqlite3"


class Told:
    """Keeps what was told, and lets a test wait until something was."""

    def __init__(self):
        self.all = []
        self._changed = threading.Condition()

    def __call__(self, health):
        with self._changed:
            self.all.append(health)
            self._changed.notify_all()

    def wait_for(self, is_wanted):
        with self._changed:
            return self._changed.wait_for(lambda: any(map(is_wanted, self.all)), 20)


@contextlib.contextmanager
def writing(path, *, told=None, clock=None, is_started=True, **options):
    limits = {key: options.pop(key) for key in ("max_pages", "busy_timeout_s") if key in options}
    store = Store.open(path, **limits)
    writer = StoreWriter(store, clock or ManualClock(START), told, **options)
    if is_started:
        writer.start()
    try:
        yield writer, store
    finally:
        writer.close()


def a_sample(index, **changes):
    fields = {
        "at": minute(index / 60), "chair": 2, "session": SESSION, "metric": "spo2", "value": 97.0, "validity": Validity.VALID,
        "mode": Mode.REAL, "provenance": Provenance.DEVICE, "monitor": "2:nonin", "source": "",
    }  # fmt: skip
    return Sample(**(fields | changes))


def a_wave(index):
    return Wave(
        at=minute(index / 240), chair=2, session=SESSION, metric="ecg", monitor="2:berry", source="", rate_hz=200.0, scale=1.0,
        offset=0.0, unit=None, samples=b"\1\0" * 50, mode=Mode.REAL,
    )  # fmt: skip


def stored(path, table="readings"):
    what = "coalesce(sum(n_rows), 0)" if table == "readings" else "count(*)"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"SELECT {what} FROM {table}").fetchone()[0]


def test_a_visit_put_in_pieces_is_all_there_and_intact(path):
    records = all_records(step_s=10)
    with writing(path) as (writer, _):
        for start in range(0, len(records), 7):
            writer.put(records[start : start + 7])
        assert writer.flush(20)
        with StoreReader.open(path) as reader:
            assert list(reader.discrete()) == [record for record in records if not isinstance(record, Sample)]
            assert list(reader.samples(SESSION)) == [record for record in records if isinstance(record, Sample)]
    assert verify_store(path).ok


def test_what_a_person_or_an_alarm_did_does_not_wait_for_the_next_round(path):
    with writing(path, commit_every_s=3600) as (writer, _):
        writer.put([a_sample(1)])
        writer.put([SignedIn(at=minute(1), operator="op-1")])
        written = threading.Event()
        while not written.wait(0.01) and writer.health.n_waiting:
            pass
        assert (stored(path, "record"), stored(path)) == (1, 1)


def test_readings_alone_are_written_within_the_round(path):
    with writing(path) as (writer, _):
        writer.put([a_sample(1)])
        written = threading.Event()
        while not written.wait(0.01) and writer.health.n_waiting:
            pass
        assert stored(path) == 1


def test_refusals_and_readings_outside_a_visit_do_not_wait(path):
    with writing(path, is_started=False) as (writer, _):
        writer.put([Refused(at=START, command="Start", reason="no"), a_sample(1, session=None)])
        assert writer.health.n_waiting == 0


def test_without_a_thread_drain_writes(path):
    with writing(path, is_started=False) as (writer, _):
        writer.put([a_sample(1)])
        assert stored(path) == 0
        assert writer.drain() == StoreHealth(True)
        assert stored(path) == 1


def test_a_full_disk_is_told_keeps_everything_and_is_made_up_for_in_order(path):
    told = Told()
    with writing(path, told=told, max_pages=40) as (writer, store):
        records = [a_sample(index / 100) for index in range(12_000)]
        writer.put(records)
        assert told.wait_for(lambda health: not health.ok)
        assert "full" in told.all[-1].text
        started = StationStarted(at=minute(3), version="0.1.0")
        writer.put([started])
        store.limit(1_000_000)
        assert writer.flush(30)
        assert told.wait_for(lambda health: health.ok)
        assert writer.health.ok
        with StoreReader.open(path) as reader:
            assert list(reader.samples(SESSION)) == records
            assert list(reader.discrete()) == [started]
    assert verify_store(path).ok


def test_a_record_locked_by_another_program_is_told_and_made_up_for(path):
    told = []
    with writing(path, told=told.append, is_started=False, busy_timeout_s=0) as (writer, _):
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            writer.put([a_sample(1)])
            health = writer.drain()
            assert not health.ok
            assert health.n_waiting == 1
            assert "Another program" in health.text
        assert writer.drain() == StoreHealth(True)
    assert [health.ok for health in told] == [False, True]
    assert stored(path) == 1


def test_a_record_moved_away_is_told_and_made_up_for_once_it_is_back(path):
    with writing(path, is_started=False) as (writer, _):
        away = path.rename(path.with_name("moved.sqlite3"))
        writer.put([a_sample(1)])
        assert "Put it back" in writer.drain().text
        away.rename(path)
        assert writer.drain().ok
    assert stored(path) == 1


def test_a_disk_that_hangs_is_told_by_who_puts(path):
    clock, told = ManualClock(minute(1)), Told()
    with writing(path, told=told, clock=clock, busy_timeout_s=30) as (writer, _):
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            writer.put([a_sample(60)])
            clock.advance(4)
            writer.put([a_sample(64)])
            assert told.wait_for(lambda health: not health.ok)
            assert "slow" in told.all[-1].text
            assert told.all[-1].oldest_s == 4
        assert writer.flush(30)
        assert told.wait_for(lambda health: health.ok)
    assert stored(path) == 2


def test_a_record_that_cannot_be_stored_is_set_apart_logged_without_content_and_told(path, log_lines):
    with writing(path, is_started=False) as (writer, _):
        writer.put([a_sample(1), a_sample(2, cycle="seven"), a_sample(3)])
        health = writer.drain()
    assert (health.ok, health.n_waiting, health.n_refused) == (False, 0, 1)
    assert "1 entry could not be stored" in health.text
    assert stored(path) == 2
    assert any("a Sample record cannot be stored" in line for line in log_lines)
    assert not any("seven" in line for line in log_lines)


def test_waves_are_bounded_while_the_disk_is_full_and_readings_are_not(path):
    with writing(path, is_started=False, max_pages=40, wave_bytes=1000) as (writer, store):
        store.append([a_sample(index / 100) for index in range(1)])
        store.limit(1)
        for index in range(100):
            writer.put([a_wave(index), a_sample(index)])
            writer.drain()
        assert not writer.health.ok
        store.limit(100_000)
        assert writer.drain().ok
        with StoreReader.open(path) as reader:
            assert len(list(reader.samples(SESSION))) == 101
            (gap,) = reader.gaps(SESSION)
            assert isinstance(gap, Gap)
            n_kept = sum(len(wave.samples) // 2 for wave in reader.waves(SESSION))
            assert gap.n_samples + n_kept == 100 * 50


def test_closing_writes_what_waits_and_says_what_it_could_not(path):
    with writing(path) as (writer, _):
        writer.put([a_sample(1)])
        assert writer.close() == StoreHealth(True)
        assert writer.close() == StoreHealth(True)
        with pytest.raises(RuntimeError, match="closed"):
            writer.put([a_sample(2)])
    assert stored(path) == 1
    with writing(path, max_pages=1) as (writer, _):
        writer.put([a_sample(index / 100) for index in range(12_000)])
        assert writer.close().n_waiting > 0


def test_flush_tells_when_the_disk_does_not_take_it(path):
    with writing(path, max_pages=40) as (writer, _):
        writer.put([a_sample(index / 100) for index in range(12_000)])
        assert not writer.flush(0.5)


WRITE_UNTIL_KILLED = """
import sys
from pathlib import Path
from devices.clock import ManualClock
from nursestation.store.store import Store
from nursestation.store.writer import StoreWriter
from tests.unit.store.test_writer import START, a_sample, a_wave

writer = StoreWriter(Store.open(Path(sys.argv[1])), ManualClock(START))
writer.start()
for index in range(1_000_000):
    writer.put([a_sample(index), a_wave(index)])
    if index % 5 == 4:
        writer.flush()
        print(index + 1, flush=True)
"""


@pytest.mark.parametrize("n_lines", [1, 3, 20, 60])
def test_a_kill_loses_nothing_that_was_told_to_be_stored(path, n_lines):
    child = subprocess.Popen(
        [sys.executable, "-c", WRITE_UNTIL_KILLED, str(path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    with child:
        told = [child.stdout.readline() for _ in range(n_lines)][-1]
        child.send_signal(signal.SIGKILL)
        told = (child.stdout.read().splitlines() or [told])[-1]
    store = Store.open(path)
    assert stored(path) >= int(told)
    store.append([SignedIn(at=minute(9000), operator="op-1")])
    store.close()
    verdict = verify_store(path)
    assert verdict.ok
    assert verdict.n_unsealed == 0


def test_a_writer_is_started_once_and_not_drained_beside_its_thread(path):
    with writing(path) as (writer, _):
        with pytest.raises(RuntimeError, match="once"):
            writer.start()
        with pytest.raises(RuntimeError, match="use flush"):
            writer.drain()


def test_without_a_thread_flush_drains(path):
    with writing(path, is_started=False) as (writer, _):
        writer.put([a_sample(1)])
        assert writer.flush()
        assert stored(path) == 1
