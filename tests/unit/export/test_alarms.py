"""The alarm log of one session: its own rows and the station's, in the table and on the report."""

import csv
import io

import pypdf
import pytest

from devices.clock import NS_PER_S
from devices.events import AlarmKind, Priority
from nursestation.core import records as r
from nursestation.export.alarms import COLUMNS, alarm_rows, alarms_csv
from nursestation.export.events import PATIENT_IN_QUESTION
from nursestation.export.report import session_pdf
from nursestation.export.visit import load_visit
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from tests.helpers.written_visit import CHAIR, NURSE, SESSION, START, all_records, minute
from tests.unit.export.test_report import FONTS, NEW_YORK

MINE = {"chair": CHAIR, "session": SESSION}
DESAT = {
    "condition_id": "d1", "rule": "limit.spo2.low", "kind": AlarmKind.PHYSIOLOGICAL, "priority": Priority.MEDIUM,
    "text": "SpO₂ 88 < 90 %", "metric": "spo2", "value": 88.0, "limit": 90.0, "preset": "clinic",
}  # fmt: skip


@pytest.fixture
def visit(tmp_path):
    """Return a function that stores a visit with further records, and loads it."""

    def make(*further):
        store = Store.open(tmp_path / "record.sqlite3")
        store.append(sorted([*all_records(step_s=60), *further], key=lambda record: record.at.mono_ns))
        store.close()
        with StoreReader.open(tmp_path / "record.sqlite3") as reader:
            return load_visit(reader, SESSION, "0.1.0")

    return make


def _desat():
    at = minute(60)
    return [
        r.ConditionRaised(at=at, **MINE, **DESAT, cause_ns=at.mono_ns - 5_000_000),
        r.SignalShown(at=at.shifted(NS_PER_S // 10), **MINE, condition_id="d1", delay_ms=97.5),
        r.AudioPaused(at=minute(60.1), operator=NURSE.id, until_utc_ns=minute(62.1).utc_ns),
        r.ConditionChanged(
            at=minute(60.2), **MINE, condition_id="d1", priority=Priority.HIGH, text="SpO₂ 83 < 90 %", value=83.0
        ),
        r.AudioPauseEnded(at=minute(60.2), reason="higher priority"),
        r.ConditionAcknowledged(at=minute(60.4), **MINE, operator=NURSE.id, condition_id="d1"),
        r.ConditionEnded(at=minute(61), **MINE, condition_id="d1"),
    ]


def _table(visit):
    return list(csv.DictReader(io.StringIO(alarms_csv(visit, NEW_YORK).decode("utf-8"), newline="")))


def test_a_condition_is_a_row_with_all_that_the_log_knows(visit):
    rows = {row["id"]: row for row in _table(visit(*_desat()))}
    assert rows["d1"] == {
        "began": "2026-03-03T14:20:00.000-05:00",
        "ended": "2026-03-03T14:21:00.000-05:00",
        "lasted_s": "60.0",
        "kind": "patient",
        "rule": "limit.spo2.low",
        "chair": str(CHAIR),
        "priority": "high",
        "worst_priority": "high",
        "text": "SpO₂ 83 < 90 %",
        "metric": "spo2",
        "worst_value": "83",
        "unit": "%",
        "limit": "90",
        "preset": "clinic",
        "quality": "valid, as the monitor says",
        "by": "",
        "acknowledged": "2026-03-03T14:20:24.000-05:00",
        "acknowledged_by": NURSE.name,
        "signals": f"14:20:06 audio paused, {NURSE.name}; 14:20:12 audio pause ended, higher priority; "
        f"14:20:24 acknowledged, {NURSE.name}",
        "condition_delay_ms": "5",
        "signal_delay_ms": "97.5",
        "id": "d1",
        "mark": "",
    }
    assert tuple(rows["d1"]) == COLUMNS


def test_the_stations_rows_are_those_of_the_visits_time(visit):
    early, late = START.shifted(-7200 * NS_PER_S), minute(300)
    switched_off = r.AudioSwitched(at=START.shifted(-40 * 3600 * NS_PER_S), on=False, reason="works next door")
    self_test = r.SelfTested(at=early, operator=NURSE.id, heard=True, seen=True)
    slow = {
        "rule": "station.store",
        "kind": AlarmKind.TECHNICAL,
        "priority": Priority.MEDIUM,
        "text": "The disk is slow",
    }
    rows = alarm_rows(
        visit(
            *_desat(),
            switched_off,
            self_test,
            r.ConditionRaised(at=minute(30), condition_id="slow", **slow),
            r.ConditionEnded(at=minute(31), condition_id="slow"),
            r.ConditionRaised(at=late, condition_id="later", **slow),
            r.ConditionRaised(at=minute(30), chair=7, session="another", **DESAT | {"condition_id": "theirs"}),
        )
    )
    names = [row.rule for row in rows]
    assert names == ["audio.off", "station.store", "link.lost", "bp.spike", "limit.spo2.low", "audio.paused"]
    assert [step.kind.value for step in rows[2].steps] == ["audio off"]


def test_whom_a_monitor_named_is_left_out(visit):
    other = {"rule": "monitor.patient", "kind": AlarmKind.TECHNICAL, "priority": Priority.MEDIUM}
    told = r.ConditionRaised(
        at=minute(33), **MINE, condition_id="p", text="Monitor says Erika Muster: is this …?", **other
    )
    table = alarms_csv(visit(told), NEW_YORK).decode("utf-8")
    assert "Muster" not in table
    assert PATIENT_IN_QUESTION in table


def test_no_text_is_taken_for_a_formula(visit):
    told = r.ConditionRaised(at=minute(33), **MINE, **DESAT | {"text": "=1+1", "condition_id": "f"})
    assert next(row for row in _table(visit(told)) if row["id"] == "f")["text"] == "'=1+1"


def test_a_condition_that_is_still_present_has_no_end(visit):
    told = r.ConditionRaised(at=minute(97), **MINE, **DESAT)
    row = _table(visit(told))[-1]
    assert (row["ended"], row["lasted_s"]) == ("", "")


def test_the_report_marks_what_was_of_high_priority_and_tells_signals_and_delay(visit):
    content = session_pdf(visit(*_desat()), NEW_YORK, fonts=FONTS)
    text = " ".join(" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    assert "high-priority alarms: 2" in text
    assert "Alarm log" in text
    for wanted in (
        "14:20:00 1:00 !!! high SpO₂ 83 < 90 % patient, limit 90 (clinic) 14:20:06 audio paused, R. Alvarez RN",
        "14:20:24 acknowledged, R. Alvarez RN 0.10 s",
        "14:20:06 0:06 --- AUDIO PAUSED station",
        "Nothing can be erased from this log.",
    ):
        assert wanted in text, text[text.index("Alarm log") :][:2500]
