"""A record that was altered, lost a row or had rows moved is named, in every table."""

import contextlib
import re
import sqlite3

import pytest

from nursestation.core.records import DischargeSigned
from nursestation.store.errors import StoreDamaged, StoreUnreachable
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from nursestation.store.verify import verify_store
from tests.helpers.written_visit import NURSE, SESSION, all_records


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "record.sqlite3"
    store = Store.open(path)
    records = all_records(with_waves=True, step_s=20)
    for start in range(0, len(records), 50):
        store.append(records[start : start + 50])
    store.close()
    return path


def tamper(path, *statements):
    """Change the file as somebody with a database tool could: the guards dropped first."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            assert connection.execute(statement).rowcount > 0, statement
        for _, sql in guards:
            connection.execute(sql)
        connection.commit()


def one(path, sql):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchone()[0]


def test_an_untouched_record_is_intact(path):
    verdict = verify_store(path)
    assert verdict.ok
    assert (verdict.n_sessions, verdict.n_unsealed) == (1, 0)
    assert verdict.n_records == one(path, "SELECT count(*) FROM record")
    packed = sum(one(path, f"SELECT sum(n_rows) FROM {table}") for table in ("readings", "strips"))
    assert verdict.n_bulk == packed + one(path, "SELECT count(*) FROM gap")


def swap(table, key, first, second):
    """Return the statements that exchange two rows' contents."""
    return [
        f"UPDATE {table} SET {key} = -1 WHERE {key} = {first}",
        f"UPDATE {table} SET {key} = {first} WHERE {key} = {second}",
        f"UPDATE {table} SET {key} = {second} WHERE {key} = -1",
    ]


ALTERED = {
    "a record's content": (
        ["UPDATE record SET body = replace(body, 'Nausea', 'nothing') WHERE kind = 'Charted'"],
        r"\(Charted\) was altered",
    ),
    "a record's column": (
        ["UPDATE record SET operator = 'op-9' WHERE kind = 'InfusionPaused'"],
        r"\(InfusionPaused\) was altered: its columns",
    ),
    "a record's kind": (["UPDATE record SET kind = 'ChairFreed' WHERE kind = 'ConsentRecorded'"], "altered"),
    "a station record": (
        ["UPDATE record SET body = replace(body, 'lead', 'x') || ' ' WHERE kind = 'OperatorAdded'"],
        r"\(OperatorAdded\) was altered",
    ),
    "a missing record": (["DELETE FROM record WHERE kind = 'FlagRaised'"], r"Record \d+ is missing"),
    "a cut-off end": (
        ["DELETE FROM record WHERE seq = (SELECT max(seq) FROM record)"],
        "end of the record was cut off",
    ),
    "two records exchanged": (swap("record", "seq", 20, 21), "stands in another place"),
    "a reading": (
        ["UPDATE readings SET body = CAST(substr(body, 1, 2) || x'EF' || substr(body, 4) AS BLOB) WHERE n = 303"],
        r"A reading between number \d+ .* was altered",
    ),
    "a reading's time": (["UPDATE readings SET utc_ns = utc_ns + 1 WHERE n = 303"], "was altered"),
    "a reading cut off": (
        ["UPDATE readings SET body = substr(body, 1, length(body) - 1) WHERE n = 303"],
        "was altered",
    ),
    "a missing reading": (["DELETE FROM readings WHERE n = 303"], "Reading 303 is missing"),
    "two readings exchanged": (swap("readings", "n", 303, 308), "was altered or reordered"),
    "a waveform": (
        ["UPDATE strips SET body = CAST(substr(body, 1, length(body) - 1) || x'7F' AS BLOB) WHERE rowid = 1"],
        "was altered",
    ),
    "a missing waveform": (["DELETE FROM strips WHERE rowid = 1"], r"Reading \d+ is missing"),
    "a gap": (["UPDATE gap SET n_samples = 1"], "was altered"),
    "a missing gap": (["DELETE FROM gap"], r"Reading \d+ is missing"),
    "where readings come from": (["UPDATE trace SET monitor = 'another' WHERE id = 2"], "was altered"),
    "how a waveform is scaled": (["UPDATE calibration SET scale = 2 * scale WHERE id = 1"], "was altered"),
    "a calibration taken away": (["DELETE FROM calibration WHERE id = 1"], "cannot be read"),
    "a seal": (["UPDATE seal SET utc_ns = utc_ns + 1 WHERE number = 3"], "Seal 3 of the readings was altered"),
    "a missing seal": (["DELETE FROM seal WHERE number = 3"], "Seal 3 of the readings is missing"),
}


@pytest.mark.parametrize(("statements", "expected"), ALTERED.values(), ids=ALTERED.keys())
def test_what_was_tampered_with_is_named(path, statements, expected):
    tamper(path, *statements)
    verdict = verify_store(path)
    assert not verdict.ok
    assert any(re.search(expected, finding.text) for finding in verdict.findings), verdict.findings


def test_a_signature_over_another_record_is_named(tmp_path):
    path = tmp_path / "record.sqlite3"
    records = all_records(step_s=60)
    store = Store.open(path)
    without_flag = [record for record in records if type(record).__name__ != "FlagAnswered"]
    store.append(without_flag)
    store.close()
    assert any(isinstance(record, DischargeSigned) for record in records)
    (finding,) = verify_store(path).findings
    assert finding.session == SESSION
    assert "carries a signature of another record" in finding.text
    assert NURSE.pin_hash not in finding.text


def test_readings_after_the_last_seal_are_counted_as_open(tmp_path):
    path = tmp_path / "record.sqlite3"
    store = Store.open(path)
    store.append(all_records(step_s=10, upto_min=2.5))
    verdict = verify_store(path)
    assert verdict.ok
    assert verdict.n_unsealed > 0
    store.close()
    assert verify_store(path).n_unsealed == 0


def test_a_text_that_is_none_is_a_finding_and_nobody_is_named(path):
    content = path.read_bytes()
    assert b"Nausea" in content
    path.write_bytes(content.replace(b"Nausea", b"Nau\xff\xffa"))
    (finding,) = verify_store(path).findings
    assert finding.text == "The file is damaged: part of it cannot be read."
    with StoreReader.open(path) as reader, pytest.raises(StoreDamaged, match="is damaged and is left as it is") as told:
        list(reader.discrete())
    assert "vitals" not in str(told.value)


def test_a_damaged_file_is_a_finding_and_a_missing_one_an_error(path):
    content = bytearray(path.read_bytes())
    content[4096:12288] = b"\xaa" * 8192
    path.write_bytes(content)
    (finding,) = verify_store(path).findings
    assert "damaged" in finding.text
    with pytest.raises(StoreUnreachable, match="no record"):
        verify_store(path.with_name("none.sqlite3"))
