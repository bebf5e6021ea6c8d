"""The alarm log of earlier times, read from the record in its own thread."""

from nursestation.core import records as r
from nursestation.core.alarm_log import fold
from nursestation.runtime.log_job import LogJob
from nursestation.store.store import Store
from tests.helpers.written_visit import minute, station_records, visit_records


def _read(path, since):
    job = LogJob(path, since)
    job.join()
    return job.poll()


def test_the_rows_of_the_record_are_those_of_the_records(tmp_path):
    path = tmp_path / "record.sqlite3"
    pause = [
        r.AudioPaused(at=minute(40), operator="op-1", until_utc_ns=minute(42).utc_ns),
        r.AudioPauseEnded(at=minute(42), reason="time"),
    ]
    records = sorted([*station_records(), *visit_records(), *pause], key=lambda one: one.at.mono_ns)
    store = Store.open(path)
    store.append(records)
    store.close()
    answer = _read(path, 0)
    assert answer.text == ""
    assert answer.rows == fold(records)
    assert {row.kind.value for row in answer.rows} == {"patient", "equipment", "signals"}
    later = _read(path, minute(41).utc_ns)
    assert later.rows
    assert all(row.onset.utc_ns >= minute(41).utc_ns for row in later.rows)


def test_no_record_is_a_sentence(tmp_path):
    answer = _read(tmp_path / "none.sqlite3", 0)
    assert answer.rows == ()
    assert "There is no record at" in answer.text
