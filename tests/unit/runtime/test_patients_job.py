"""Looking patients up in a thread: the newest question alone is answered, and a fault is a sentence."""

import pytest

from devices.clock import Moment
from nursestation.core.commands import ViewPast
from nursestation.core.records import Refused
from nursestation.runtime.patients_job import Find, Found, HistoryRead, PatientLookups, PatientsJob, ReadHistory
from nursestation.store.store import Store
from tests.helpers.written_visit import PATIENT, SESSION, all_records


@pytest.fixture
def record(tmp_path):
    path = tmp_path / "record.sqlite3"
    store = Store.open(path)
    store.append(all_records(step_s=60))
    store.close()
    return path


def answered(lookups):
    """Return every answer until nothing is left to wait for."""
    return list(iter(lookups.wait, None))


def test_a_text_finds_patients(record):
    job = PatientsJob(record, Find("keller"))
    job.join()
    answer = job.poll()
    assert isinstance(answer, Found)
    assert [card.record_number for card in answer.patients] == [PATIENT.record_number]
    assert "keller" not in repr(answer).casefold()


def test_a_number_gives_the_history(record):
    job = PatientsJob(record, ReadHistory(PATIENT.record_number))
    job.join()
    answer = job.poll()
    assert isinstance(answer, HistoryRead)
    assert [visit.session for visit in answer.history.visits] == [SESSION]
    assert "Keller" not in repr(answer)


def test_of_what_waits_the_newest_alone_is_looked_up(record):
    lookups = PatientLookups(record)
    for text in ("k", "ke", "kel", "keller"):
        lookups.find(text)
    lookups.history("MR-0")
    lookups.history(PATIENT.record_number)
    answers = answered(lookups)
    assert [type(one) for one in answers] == [Found, Found, HistoryRead]
    assert [one.sought for one in answers[:2]] == ["k", "keller"]
    assert answers[2].record_number == PATIENT.record_number
    assert lookups.collect() is None


def test_what_waits_is_let_go_at_the_end(record):
    lookups = PatientLookups(record)
    lookups.find("k")
    lookups.find("keller")
    lookups.join()
    lookups.join()
    assert lookups.collect() is None


def test_who_sees_earlier_visits_is_noted_once_for_each_patient_until_somebody_else_signs_in(record):
    heard = []
    lookups = PatientLookups(record, lambda wish: heard.append(wish) or ())
    lookups.find("keller")
    lookups.history("MR-0")  # who was never here
    answered(lookups)
    assert heard == []
    for number in (PATIENT.record_number, PATIENT.record_number.lower()):
        lookups.history(number)
        assert answered(lookups)[0].history is not None
    assert heard == [ViewPast(session=SESSION)]
    lookups.forget()
    lookups.history(PATIENT.record_number)
    answered(lookups)
    assert heard == [ViewPast(session=SESSION)] * 2


def test_what_the_station_refuses_or_leaves_unanswered_is_not_shown(record):
    def silent(_wish):
        raise TimeoutError

    refusal = Refused(at=Moment(0, 0), command="ViewPast", reason="Sign in first.")
    for ask, words in ((lambda _wish: (refusal,), "Sign in first."), (silent, "busy")):
        lookups = PatientLookups(record, ask)
        lookups.history(PATIENT.record_number)
        (answer,) = answered(lookups)
        assert answer.history is None
        assert words in answer.text


def test_a_history_that_is_being_read_is_not_handed_to_somebody_else(record):
    lookups = PatientLookups(record)
    lookups.history(PATIENT.record_number)
    lookups.forget()
    assert answered(lookups) == []
    lookups.history(PATIENT.record_number)
    assert len(answered(lookups)) == 1


@pytest.mark.parametrize("question", [Find("x"), ReadHistory("x")])
def test_no_record_is_a_sentence(tmp_path, question):
    job = PatientsJob(tmp_path / "none.sqlite3", question)
    job.join()
    assert "There is no record at" in job.poll().text


def test_a_fault_is_told_and_logged_without_what_was_sought(record, log_lines):
    job = PatientsJob(record, Find(None))
    job.join()
    assert "tell support" in job.poll().text
    assert [line for line in log_lines if "looking patients up failed" in line]
