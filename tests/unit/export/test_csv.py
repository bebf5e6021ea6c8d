"""The CSV holds every reading, once, as it was stored."""

import csv
import io
from collections import Counter
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from devices.events import Mode, Validity
from devices.vocabulary import METRICS
from nursestation.core.model import Provenance
from nursestation.core.records import CuffTaken, Sample
from nursestation.export.csv import session_csv
from nursestation.export.visit import load_visit
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from tests.helpers.written_visit import NURSE, SESSION, all_records, minute

NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture
def exported(tmp_path):
    """Return a function that stores records and gives the CSV's rows."""

    def export(records, zone=NEW_YORK):
        store = Store.open(tmp_path / "record.sqlite3")
        store.append(records)
        store.close()
        with StoreReader.open(tmp_path / "record.sqlite3") as reader:
            content = session_csv(load_visit(reader, SESSION, "0.1.0"), zone)
        return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))

    return export


def utc_ms(text):
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def test_the_first_columns_are_those_of_the_contract(exported):
    row = exported(all_records(step_s=60))[0]
    assert list(row)[:7] == ["time", "metric", "value", "unit", "validity", "provenance", "source"]


@pytest.mark.parametrize("is_simulated", [False, True])
def test_every_stored_reading_is_a_row_with_its_value(exported, is_simulated):
    records = all_records(step_s=5, simulated=is_simulated)
    rows = exported(records)
    samples = [record for record in records if isinstance(record, Sample)]
    by_hand = [row for row in rows if row["provenance"] == "manual"]
    from_monitors = [row for row in rows if row["provenance"] != "manual"]
    assert len(from_monitors) == len(samples)
    for row, sample in zip(from_monitors, samples, strict=True):
        at_ns = sample.at.utc_ns if sample.measured_utc_ns is None else sample.measured_utc_ns
        assert utc_ms(row["time"]) == at_ns // 1_000_000
        assert row["time"].endswith("-05:00")
        assert utc_ms(row["arrived"]) == sample.at.utc_ns // 1_000_000
        assert (row["metric"], row["validity"], row["source"], row["monitor"]) == (
            sample.metric, sample.validity.value, sample.source, sample.monitor
        )  # fmt: skip
        assert row["value"] == "" if sample.value is None else float(row["value"]) == sample.value
        assert row["unit"] == METRICS[sample.metric].unit.value
        assert (
            row["provenance"] == row["mode"] if is_simulated else (row["provenance"], row["mode"]) == ("device", "real")
        )
    assert [(row["metric"], row["value"]) for row in by_hand] == [("nibp_sys", "128"), ("nibp_dia", "79")]
    assert {row["source"] for row in by_hand} == {NURSE.name}


def test_a_cuff_cycle_is_three_rows_at_the_time_it_was_measured(exported):
    records = all_records(step_s=600)
    n_cycles = sum(isinstance(record, CuffTaken) and record.reading.cycle is not None for record in records)
    rows = [row for row in exported(records) if row["cycle"]]
    assert set(Counter(row["cycle"] for row in rows).values()) == {3}
    assert len(rows) == 3 * n_cycles
    spike = [row for row in rows if row["value"] == "182"]
    assert [row["time"] for row in spike] == ["2026-03-03T14:08:48.000-05:00"]
    assert [row["arrived"] for row in spike] == ["2026-03-03T14:09:00.000-05:00"]


def test_a_reading_without_a_value_keeps_its_row_and_says_why(exported):
    rows = [row for row in exported(all_records(step_s=5)) if row["metric"] == "spo2" and not row["value"]]
    assert rows
    assert {row["validity"] for row in rows} == {"unavailable"}


def test_silence_has_no_rows(exported):
    rows = exported(all_records(step_s=1))
    times = sorted({utc_ms(row["arrived"]) for row in rows if row["metric"] == "heart_rate"})
    longest = max(later - earlier for earlier, later in pairwise(times))
    assert longest > 49_000


def test_the_offset_follows_summer_time(exported):
    records = all_records(step_s=600)
    berlin = {row["time"][-6:] for row in exported(records, ZoneInfo("Europe/Berlin"))}
    assert berlin == {"+01:00"}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@cmd", "\tx", "a,b", 'a"b', "a\nb"])
def test_text_of_a_monitor_is_neither_a_formula_nor_breaks_a_row(exported, text):
    opening = all_records(step_s=600)[:5]
    odd = Sample(
        at=minute(1), chair=2, session=SESSION, metric="spo2", value=97.5, validity=Validity.VALID, mode=Mode.REAL,
        provenance=Provenance.DEVICE, monitor="2:nonin", source=text, device_time=text,
    )  # fmt: skip
    (row,) = exported([*opening, odd])
    assert row["value"] == "97.5"
    assert row["source"].removeprefix("'") == text
    assert row["source"][0] not in "=+-@\t"
    assert row["device_time"] == row["source"]
