"""Reading visits in a thread: asked of the station first, the newest question alone, a refusal as its sentence."""

from dataclasses import replace

import pytest

from devices.clock import NS_PER_S
from nursestation.core.commands import ViewPast
from nursestation.core.past import Sought
from nursestation.core.records import Gap, PastViewed, Refused, Sample, SessionOpened, Wave
from nursestation.runtime.review_job import (
    MOST_COMPARED,
    CompareVisits,
    FindVisits,
    OpenVisit,
    ReadWaves,
    ReviewDesk,
    VisitRead,
    VisitsCompared,
    VisitsFound,
    WavesRead,
)
from nursestation.store.store import Store
from tests.helpers.written_visit import PATIENT, SESSION, START, all_records, minute, visit_records


@pytest.fixture
def record(tmp_path):
    path = tmp_path / "record.sqlite3"
    store = Store.open(path)
    store.append(all_records(step_s=10, with_waves=True))
    store.close()
    return path


class Station:
    """Notes who looks, or refuses."""

    def __init__(self, refusal=""):
        self.refusal, self.asked = refusal, []

    def __call__(self, wish):
        self.asked.append(wish)
        if self.refusal:
            return (Refused(at=START, command="ViewPast", reason=self.refusal),)
        return (PastViewed(at=START, operator="op-1", viewed=wish.session),)


def test_visits_are_found_and_nobody_is_named_in_a_log(record):
    desk = ReviewDesk(record)
    desk.ask(FindVisits(Sought(text="keller")))
    answer = desk.wait()
    assert isinstance(answer, VisitsFound)
    assert [card.session for card in answer.cards] == [SESSION]
    assert "keller" not in repr(answer).casefold()


def test_a_visit_is_opened_once_the_station_has_noted_it(record):
    station = Station()
    desk = ReviewDesk(record, station, lambda visit: len(visit.samples))
    desk.ask(OpenVisit(SESSION))
    answer = desk.wait()
    assert isinstance(answer, VisitRead)
    assert station.asked == [ViewPast(session=SESSION)]
    assert answer.viewer == "op-1"
    opened = answer.opened
    assert opened is not None
    assert opened.trend == len(opened.record.samples)
    assert opened.summary.peak_sys.value == 182
    assert opened.film.at(opened.film.last_ns).chair(2).visit.signed_by == "R. Alvarez RN"
    assert any(event.is_marked for event in opened.events)
    assert [row.rule for row in opened.alarms] == ["link.lost", "bp.spike"]
    assert PATIENT.family_name not in repr(answer)


def test_a_refusal_is_its_sentence_and_nothing_is_read(record):
    desk = ReviewDesk(record, Station("Nobody is signed in: sign in first."))
    desk.ask(OpenVisit(SESSION))
    answer = desk.wait()
    assert (answer.opened, answer.text) == (None, "Nobody is signed in: sign in first.")


def test_a_station_that_does_not_answer_is_a_sentence(record):
    def busy(_wish):
        raise TimeoutError

    desk = ReviewDesk(record, busy)
    desk.ask(OpenVisit(SESSION))
    assert "try again" in desk.wait().text


def test_waves_are_read_for_a_stretch_of_time_alone(record):
    desk = ReviewDesk(record)
    since, until = minute(20).utc_ns + 4 * NS_PER_S, minute(20).utc_ns + 6 * NS_PER_S
    desk.ask(ReadWaves(SESSION, since, until))
    answer = desk.wait()
    assert isinstance(answer, WavesRead)
    times = [one.at.utc_ns for one in answer.waves]
    assert times == sorted(times)
    assert since <= times[0] <= since + NS_PER_S // 4
    assert until <= times[-1] <= until + 2 * NS_PER_S
    assert {type(one) for one in answer.waves} == {Wave, Gap}


def test_a_patient_s_visits_are_compared_from_their_start(record):
    store = Store.open(record)
    later = 7 * 24 * 3600 * NS_PER_S
    second = [one for one in visit_records(step_s=30) if not isinstance(one, Wave)]
    store.append([replace(one, session="second", at=one.at.shifted(later)) for one in second])
    untreated = [one for one in second if isinstance(one, SessionOpened)]
    store.append([replace(one, session="third", at=one.at.shifted(2 * later)) for one in untreated])
    store.close()
    station = Station()
    desk = ReviewDesk(record, station)
    desk.ask(CompareVisits("second", PATIENT.record_number))
    answer = desk.wait()
    assert isinstance(answer, VisitsCompared)
    assert not answer.text
    assert [line.session for line in answer.lines] == [SESSION, "second"]
    assert {wish.session for wish in station.asked} == {SESSION, "third"}
    first, other = answer.lines
    assert first.cuffs[0] == (pytest.approx(-7.2), 126, 77)  # 9.8 min after the check-in, 17 before the start
    assert first.ended == pytest.approx(49)
    samples = [one for one in second if isinstance(one, Sample) and one.metric == "heart_rate"]
    at = [one.value for one in samples if 18 <= (one.at.utc_ns - START.utc_ns) / 60e9 < 19]
    assert dict(other.heart_rate)[1.5] == sorted(at)[len(at) // 2]


def test_the_visit_looked_at_is_compared_with_the_newest_others_of_its_patient_alone(record):
    store = Store.open(record)
    visit = [one for one in visit_records(step_s=600) if not isinstance(one, Wave)]
    day_ns = 24 * 3600 * NS_PER_S
    for day in range(1, MOST_COMPARED + 3):
        told = [replace(one, session=f"day {day}", at=one.at.shifted(day * day_ns)) for one in visit]
        store.append([_of("mr-204471", one) for one in told])
    others = [one for one in visit if isinstance(one, SessionOpened)] * 250  # more than a search gives
    for n, one in enumerate(others):
        at = one.at.shifted(40 * day_ns + n)
        store.append([replace(_of(f"MR-204471{n}", one), session=f"other {n}", at=at)])
    store.close()
    desk = ReviewDesk(record)
    desk.ask(CompareVisits(SESSION, PATIENT.record_number))
    newest = [f"day {day}" for day in range(4, MOST_COMPARED + 3)]
    assert [line.session for line in desk.wait().lines] == [SESSION, *newest]


def _of(number, record):
    if not isinstance(record, SessionOpened):
        return record
    return replace(record, patient=replace(record.patient, record_number=number))


def test_of_what_waits_the_newest_alone_is_answered(record):
    desk = ReviewDesk(record)
    for text in ("k", "ke", "keller"):
        desk.ask(FindVisits(Sought(text=text)))
    answers = list(iter(desk.wait, None))
    assert [one.sought.text for one in answers] == ["k", "keller"]
    desk.join()
    assert desk.collect() is None


def test_a_missing_record_is_told(tmp_path):
    desk = ReviewDesk(tmp_path / "none.sqlite3")
    for question in (FindVisits(Sought()), OpenVisit("x"), ReadWaves("x", 0, 1), CompareVisits("x", "MR-1")):
        desk.ask(question)
        assert "profile folder" in desk.wait().text
