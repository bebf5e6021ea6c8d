"""The audit is asked for, noted and read beside a station; a refusal is all that is told to who may not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.model import Role
from nursestation.runtime.audit_job import AuditAnswer, AuditJob
from nursestation.store.store import Store
from tests.helpers.visit import Clinic, make_clinic

NORA_PIN = "111111"


@pytest.fixture
def clinic() -> Clinic:
    made = make_clinic()
    made.staff()
    made.do(c.AddOperator(name="Nora Nurse", role=Role.NURSE, pin=NORA_PIN))
    return made


@pytest.fixture
def record(tmp_path: Path, clinic: Clinic) -> Iterator[Path]:
    path = tmp_path / "record.sqlite3"
    store = Store.open(path)
    store.append(clinic.records)
    yield path
    store.close()


def _answer(record: Path, wish: c.ViewAudit, clinic: Clinic) -> AuditAnswer:
    job = AuditJob(record, wish, clinic.apply)
    job.join()
    answer = job.poll()
    assert answer is not None
    return answer


def test_it_tells_of_the_time_that_was_asked_for_and_is_noted(record: Path, clinic: Clinic) -> None:
    now = clinic.clock.now().utc_ns
    wish = c.ViewAudit(since_utc_ns=now, until_utc_ns=now)
    answer = _answer(record, wish, clinic)
    assert (answer.wish, answer.text) == (wish, "")
    assert "Added Nora Nurse, nurse" in [row.what for row in answer.rows]
    assert _answer(record, c.ViewAudit(since_utc_ns=now + 1, until_utc_ns=now + 2), clinic).rows == ()
    noted = clinic.of(r.AuditViewed)
    assert [(one.since_utc_ns, one.until_utc_ns) for one in noted] == [(now, now), (now + 1, now + 2)]


def test_who_may_not_is_told_so_and_sees_nothing(record: Path, clinic: Clinic) -> None:
    clinic.do(c.SignIn(operator_id="n.nurse", pin=NORA_PIN))
    answer = _answer(record, c.ViewAudit(since_utc_ns=0, until_utc_ns=clinic.clock.now().utc_ns), clinic)
    assert answer.rows == ()
    assert answer.text.startswith("Only a lead nurse or a clinician can look at who did what")
    assert clinic.of(r.AuditViewed) == []


def test_a_record_that_is_not_there_is_told_in_a_sentence(tmp_path: Path, clinic: Clinic) -> None:
    answer = _answer(tmp_path / "none.sqlite3", c.ViewAudit(since_utc_ns=0, until_utc_ns=1), clinic)
    assert "There is no record" in answer.text


def test_a_station_that_does_not_answer_is_told_of(record: Path) -> None:
    def busy(_wish: c.ViewAudit) -> tuple[r.Record, ...]:
        raise TimeoutError

    job = AuditJob(record, c.ViewAudit(since_utc_ns=0, until_utc_ns=1), busy)
    job.join()
    answer = job.poll()
    assert answer is not None
    assert "busy" in answer.text
