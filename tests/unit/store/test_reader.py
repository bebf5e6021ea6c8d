"""Reading the record while it is written, and what a restart needs of it."""

import shutil
from dataclasses import replace

import pytest

from nursestation.core.model import MonitorFacts, Phase
from nursestation.core.records import (
    ChairFreed,
    Gap,
    LinkChanged,
    OperatorAdded,
    Sample,
    SessionMonitors,
    SessionOpened,
    StationStarted,
    StationStopped,
    Wave,
    held_beside,
)
from nursestation.store.errors import StoreDamaged, StoreEnvironmentError, StoreUnreachable
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from nursestation.store.verify import verify_store
from tests.helpers.written_visit import (
    CLINICIAN,
    NURSE,
    PATIENT,
    SESSION,
    all_records,
    minute,
    station_records,
    visit_records,
)

BULK = (Sample, Wave, Gap)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "record.sqlite3"


@pytest.fixture
def store(path):
    store = Store.open(path)
    yield store
    store.close()


def test_a_finished_visit_is_summed_up(path, store):
    store.append(all_records(step_s=10))
    with StoreReader.open(path) as reader:
        (summary,) = reader.sessions()
        assert summary == reader.session(SESSION)
        assert (summary.id, summary.chair, summary.patient) == (SESSION, 2, PATIENT)
        assert (summary.protocol, summary.protocol_version) == ("Depression IV", 1)
        assert (summary.phase, summary.is_open, summary.signed_by) == (Phase.DISCHARGED, False, NURSE.name)
        assert summary.ended_utc_ns == minute(98.01).utc_ns
        assert summary.n_readings == len(list(reader.samples(SESSION)))
        assert summary.chain_head == reader.chain_heads()[SESSION]
        assert reader.operators() == {NURSE.id: NURSE, CLINICIAN.id: CLINICIAN}
        assert reader.session("another") is None
        assert list(reader.samples("another")) == []


def test_readings_can_be_had_of_one_metric_and_from_a_time_on(path, store):
    records = all_records(step_s=10)
    store.append(records)
    since = minute(50).utc_ns
    with StoreReader.open(path) as reader:
        expected = [
            record
            for record in records
            if isinstance(record, Sample) and record.metric == "spo2" and record.at.utc_ns >= since
        ]
        assert expected
        assert list(reader.samples(SESSION, "spo2", since)) == expected
        assert list(reader.samples(SESSION, "temp")) == []


def test_a_restart_gets_the_station_and_open_visits_whole_and_in_order(path, store):
    records = all_records(step_s=10, upto_min=52, with_waves=True)
    passing = next(record for record in records if isinstance(record, LinkChanged))
    store.append([*records, LinkChanged(at=passing.at, monitor="1:x", phase=passing.phase, reason="")])
    with StoreReader.open(path) as reader:
        restored = list(reader.restore_records())
        assert reader.open_sessions() == [SESSION]
        assert [record for record in restored if not isinstance(record, BULK)] == [
            record for record in records if not isinstance(record, BULK)
        ]
        assert [record for record in restored if isinstance(record, Sample)] == [
            record for record in records if isinstance(record, Sample)
        ]
        times = [record.at.mono_ns for record in restored]
        assert times == sorted(times)
        late = list(reader.restore_records(readings_since_utc_ns=minute(51).utc_ns))
        assert {record.at >= minute(51) for record in late if isinstance(record, Sample)} == {True}


def test_a_visit_that_left_its_chair_is_not_restored_and_one_still_in_it_is(path, store):
    records = visit_records(step_s=60)
    store.append([*station_records(), *records[:-1]])
    with StoreReader.open(path) as reader:
        assert isinstance(records[-1], ChairFreed)
        assert any(isinstance(record, SessionOpened) for record in reader.restore_records())
        store.append(records[-1:])
        assert list(reader.restore_records()) == station_records()


def test_an_end_out_of_order_is_seen(path, store):
    with StoreReader.open(path) as reader:
        assert reader.was_closed_in_order()
        store.append([StationStarted(at=minute(0), version="0.1.0")])
        assert not reader.was_closed_in_order()
        store.append([StationStopped(at=minute(1))])
        assert reader.was_closed_in_order()


def test_reads_inside_consistent_see_one_moment(path, store):
    store.append(station_records())
    with StoreReader.open(path) as reader:
        with reader.consistent():
            before = list(reader.discrete())
            store.append([StationStopped(at=minute(1))])
            assert list(reader.discrete()) == before
        assert len(list(reader.discrete())) == len(before) + 1
        assert len(list(reader.station_records())) == len(before) + 1


def test_a_reader_cannot_write(path, store):
    with StoreReader.open(path) as reader, pytest.raises(Exception, match="readonly"):
        reader._connection.execute("INSERT INTO run (utc_ns, mono_ns) VALUES (0, 0)")


def test_a_missing_or_foreign_file_is_told(path, tmp_path):
    with pytest.raises(StoreUnreachable, match="no record"):
        StoreReader.open(path)
    (tmp_path / "letter.sqlite3").write_text("dear colleague " * 500)
    with pytest.raises(StoreEnvironmentError, match="damaged"):
        StoreReader.open(tmp_path / "letter.sqlite3")
    (tmp_path / "empty.sqlite3").touch()
    with pytest.raises(StoreEnvironmentError, match="holds no Nursestation record"):
        StoreReader.open(tmp_path / "empty.sqlite3")


def test_a_copy_of_a_closed_record_can_be_read(path, tmp_path):
    store = Store.open(path)
    store.append(all_records(step_s=60))
    store.close()
    copy = shutil.copy(path, tmp_path / "copy.sqlite3")
    with StoreReader.open(copy) as reader:
        assert [record for record in reader.discrete() if isinstance(record, OperatorAdded)]


def test_a_closed_record_on_a_medium_that_cannot_be_written_can_be_read(path):
    store = Store.open(path)
    store.append(all_records(step_s=60))
    store.close()
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    path.with_name(path.name + "-shm").mkdir()  # no shared memory can be made, as on a read-only medium
    with StoreReader.open(path) as reader:
        assert [summary.id for summary in reader.sessions()] == [SESSION]


@pytest.mark.parametrize(
    ("told", "altered"),
    [
        (b'"family_name"', b'"fbmily_name"'),
        (b'"birth_date":"19', b'"birth_date":"xx'),
        (b"real", b"rfal"),
    ],
)
def test_a_file_that_opens_but_holds_nonsense_is_damaged_rather_than_a_fault(path, told, altered):
    store = Store.open(path)
    store.append(visit_records()[:-1])
    store.append([sample for sample in all_records(step_s=60) if isinstance(sample, Sample)])
    store.close()
    content = path.read_bytes()
    assert told in content
    path.write_bytes(content.replace(told, altered))
    with StoreReader.open(path) as reader, pytest.raises(StoreDamaged, match="puts a backup in its place"):
        [*reader.restore_records(), *reader.samples(SESSION)]


def fed(session, chair, serial, at):
    facts = MonitorFacts(monitor=f"{chair}:a", driver="a", title="A", serial=serial)
    return SessionMonitors(at=at, chair=chair, session=session, monitors=(facts,))


def test_a_restart_gets_the_monitors_of_each_chairs_last_session(path, store):
    records = [
        *station_records(),
        fed("first", 2, "1", minute(1)), fed("second", 2, "2", minute(2)), fed("second", 2, "3", minute(3)),
        fed("other", 3, "9", minute(4)),
    ]  # fmt: skip
    store.append(records)
    with StoreReader.open(path) as reader:
        found = [one for one in reader.restore_records() if isinstance(one, SessionMonitors)]
    assert [(one.session, one.monitors[0].serial) for one in found] == [("second", "3"), ("other", "9")]


def test_an_open_session_gets_its_own_monitors_and_those_before_it(path, store):
    store.append([*station_records(), fed("before", 2, "1", minute(0)), *visit_records(upto_min=10, step_s=60)])
    store.append([fed(SESSION, 2, "2", minute(11))])
    with StoreReader.open(path) as reader:
        found = [one.session for one in reader.restore_records() if isinstance(one, SessionMonitors)]
    assert found == ["before", SESSION]


def test_what_a_held_monitor_sent_is_kept_beside_the_session_and_is_no_session(path, store):
    held = held_beside(SESSION)
    visit = [one for one in visit_records(upto_min=10, step_s=60) if one.session is not None]
    beside = [replace(one, session=held) for one in visit if isinstance(one, BULK)]
    store.append([*station_records(), *visit, *beside])
    store.close()
    with StoreReader.open(path) as reader:
        assert [one.id for one in reader.sessions()] == [SESSION]
        assert reader.open_sessions() == [SESSION]
        assert list(reader.samples(held)) == [one for one in beside if isinstance(one, Sample)]
        assert not [one for one in reader.restore_records() if one.session == held]
    assert verify_store(path).ok


def test_how_the_runs_of_a_visit_began_is_told_and_no_other_run(path, store):
    start = station_records()[0]
    store.append([start, *visit_records(step_s=60, upto_min=20)])
    store.close()
    for version, at in (("0.2.0", minute(25)), ("0.3.0", minute(40))):
        again = Store.open(path)
        again.append([replace(start, at=at, version=version)])
        if version == "0.2.0":
            again.append(
                [one for one in visit_records(step_s=60) if minute(26).mono_ns < one.at.mono_ns < minute(30).mono_ns]
            )
        again.close()
    with StoreReader.open(path) as reader:
        assert [one.version for one in reader.starts(SESSION)] == ["0.1.0", "0.2.0"]
        assert reader.starts("nobody") == []


@pytest.mark.usefixtures("store")
def test_reads_that_sqlite_itself_has_ended_are_not_ended_again(path):
    with StoreReader.open(path) as reader, reader.consistent():
        reader._connection.execute("ROLLBACK")  # as it does on SQLITE_IOERR; what is said of the disk must not be lost
