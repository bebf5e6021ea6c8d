"""Finding a patient among all visits, and reading the earlier ones."""

import shutil
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from nursestation.core.model import Phase
from nursestation.core.records import PhaseChanged, SessionOpened
from nursestation.store.patients import folded
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from nursestation.store.verify import verify_store
from tests.helpers.written_visit import PATIENT, SESSION, all_records, minute, visit_records


@pytest.fixture
def path(tmp_path):
    return tmp_path / "record.sqlite3"


@pytest.fixture
def store(path):
    store = Store.open(path)
    yield store
    store.close()


SAMPLES = Path(__file__).parents[2] / "data" / "schema"
OPENED = next(one for one in visit_records(step_s=60) if isinstance(one, SessionOpened))


def opened(n, given="Jonas", family="Keller", number="MR-204471", born=date(1984, 3, 9)):
    """Return the record of a visit, `n` days after the first."""
    patient = replace(PATIENT, given_name=given, family_name=family, record_number=number, birth_date=born)
    at = minute(n * 24 * 60)
    return replace(OPENED, at=at, session=f"s-{n}", patient=patient)


def found(path, text, limit=10):
    with StoreReader.open(path) as reader:
        return [(card.given_name, card.family_name, card.n_visits) for card in reader.find_patients(text, limit)]


PEOPLE = [
    opened(0),
    opened(1, "Zoë", "Müller", "MR-1", date(1990, 12, 1)),
    opened(2, "Anna", "Keller", "MR-2"),
    opened(3, "100%", "Under_score", "X_1"),
    opened(4, "Jonas", "Keller-Huber", "mr-204471"),
]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ["Keller-Huber", "Under_score", "Keller", "Müller"]),
        ("keller", ["Keller-Huber", "Keller"]),
        ("KELLER jonas", ["Keller-Huber"]),
        ("muller", ["Müller"]),
        ("zoe", ["Müller"]),
        ("mr-2", ["Keller-Huber", "Keller"]),
        ("1990-12", ["Müller"]),
        ("100%", ["Under_score"]),
        ("r_s", ["Under_score"]),
        ("%", ["Under_score"]),
        ("\\", []),
        ("nobody", []),
    ],
)
def test_every_word_is_sought_and_the_newest_visit_comes_first(path, store, text, names):
    store.append(PEOPLE)
    assert [family for _, family, _ in found(path, text)] == names


def test_a_patient_is_listed_once_with_the_newest_name_and_all_visits(path, store):
    store.append(PEOPLE)
    with StoreReader.open(path) as reader:
        (card,) = reader.find_patients("jonas", 10)
    assert (card.record_number, card.family_name, card.n_visits) == ("mr-204471", "Keller-Huber", 2)
    assert card.last_visit_utc_ns == minute(4 * 24 * 60).utc_ns
    assert "Keller" not in repr(card)


def test_no_more_are_given_than_asked_for(path, store):
    store.append(PEOPLE)
    assert len(found(path, "", limit=2)) == 2


def test_the_history_is_read_by_the_number_in_any_case(path, store):
    store.append([*all_records(step_s=60), opened(9)])
    with StoreReader.open(path) as reader:
        history = reader.history("mr-204471 ")
        assert reader.history("nobody") is None
    assert [visit.session for visit in history.visits] == [SESSION]
    assert history.given_name == "Jonas"


def test_the_list_is_made_for_a_record_that_had_none(tmp_path):
    path = shutil.copy(SAMPLES / "0001_record.sqlite3", tmp_path / "record.sqlite3")
    Store.open(path).close()
    assert found(path, "keller") == [("Jonas", "Keller", 1)]


def test_a_list_that_departs_from_the_visits_is_told(path, store):
    store.append(PEOPLE)
    store._connection.execute("INSERT INTO session (name) VALUES ('x')")
    store._connection.execute("INSERT INTO patient VALUES (6, 'x', 'x', 'x', 'x', '1999-01-01', 'x', 0)")
    store.close()
    assert [finding.text for finding in verify_store(path).findings] == [
        "The list of patients departs from the visits."
    ]


def test_ten_thousand_visits_are_searched_at_once(path, store):
    store.append(
        [
            record
            for n in range(10_000)
            for record in (
                opened(n % 365, f"Given{n % 97}", f"Family{n % 2500}", f"MR-{n % 2500}", date(1950 + n % 50, 1, 1)),
            )
            for record in (replace(record, session=f"s-{n}"),)
        ]
    )
    with StoreReader.open(path) as reader:
        began = time.perf_counter()
        cards = reader.find_patients("family17 mr-17", 50)
        took_s = time.perf_counter() - began
    assert cards
    assert all("17" in card.record_number for card in cards)
    assert took_s < 0.5


def test_a_visit_is_over_only_when_it_is(path, store):
    store.append([opened(0), replace(opened(1), session="s-1")])
    store.append([PhaseChanged(at=minute(30), chair=2, session="s-0", before=None, after=Phase.ENDED_EARLY)])
    with StoreReader.open(path) as reader:
        history = reader.history("MR-204471")
    assert [visit.session for visit in history.visits] == ["s-0"]


@pytest.mark.parametrize(
    ("text", "plain"), [("Müller ", "muller"), ("ŁUKASZ", "łukasz"), ("a  b\tc", "a b c"), ("", "")]
)
def test_texts_are_compared_without_case_and_accents(text, plain):
    assert folded(text) == plain
