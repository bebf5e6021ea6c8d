"""Finding visits: each narrowing by itself and together, newest first, and nothing that was not asked for."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from devices.clock import NS_PER_S, Moment
from nursestation.core import records as r
from nursestation.core.model import LeavingPath, Phase
from nursestation.core.past import Mark, Sought
from nursestation.store.browse import find_visits
from nursestation.store.errors import StoreUnreachable
from nursestation.store.store import Store
from tests.helpers.written_visit import NURSE, PATIENT, START, visit_records

DAY_NS = 24 * 3600 * NS_PER_S


def visit(day: int, session: str, **options: object) -> list[r.Record]:
    """Return the discrete records of the written visit as one of another day; a keyword drops or keeps what it names."""
    found = [one for one in visit_records(step_s=3600) if not isinstance(one, r.BULK)]
    patient = options.get("patient", PATIENT)
    upto = options.get("upto", 10**6)
    made = []
    for one in found:
        if isinstance(one, options.get("without", ())) or (one.at.utc_ns - START.utc_ns) / 60e9 > upto:
            continue
        if isinstance(one, r.SessionOpened):
            name = options.get("protocol", one.protocol.name)
            protocol = one.protocol.model_copy(update={"name": name, "title": f"The {name}"})
            one = replace(one, patient=patient, protocol=protocol)  # noqa: PLW2901
        if isinstance(one, r.DischargeSigned):
            one = replace(one, path=options.get("path", LeavingPath.WITH_DRIVER))  # noqa: PLW2901
        at = Moment(one.at.mono_ns + day * DAY_NS, one.at.utc_ns + day * DAY_NS)
        made.append(replace(one, session=session, at=at))
    return made


CALM = (r.FlagRaised, r.GateOverridden, r.CriterionOverridden)


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five visits of three patients, one of which still runs."""
    path = tmp_path_factory.mktemp("browse") / "record.sqlite3"
    store = Store.open(path)
    store.append([r.OperatorAdded(at=START.shifted(-1), added=NURSE)])
    muller = replace(
        PATIENT, given_name="Anna", family_name="Müller", record_number="MR-9", birth_date=date(1990, 1, 2)
    )
    okafor = replace(PATIENT, given_name="Ben", family_name="Okafor", record_number="MR-77")
    store.append(visit(0, "first"))
    store.append(visit(3, "calm", without=CALM, protocol="ptsd-iv"))
    store.append(visit(5, "against", patient=muller, without=CALM, path=LeavingPath.AGAINST_ADVICE))
    early = visit(7, "early", patient=muller, without=CALM, upto=60)
    end = r.PhaseChanged(
        at=early[-1].at.shifted(NS_PER_S), chair=2, session="early", before=Phase.INFUSION, after=Phase.ENDED_EARLY
    )
    store.append([*early, end])
    store.append(visit(9, "running", patient=okafor, without=CALM, upto=40))
    held = [("calm", r.SessionHeld), ("early", r.SessionHeld), ("first", r.SessionHeld), ("early", r.HoldReleased)]
    store.append([kind(at=Moment(n, n), held=name, reason="a complaint") for n, (name, kind) in enumerate(held)])
    store.close()
    return path


def names(record: Path, limit: int = 50, **fields: object) -> list[str]:
    return [card.session for card in find_visits(record, Sought(**fields), limit)]  # type: ignore[arg-type]


def test_everything_comes_newest_first_and_no_more_than_asked_for(record: Path) -> None:
    assert names(record) == ["running", "early", "against", "calm", "first"]
    assert names(record, 2) == ["running", "early"]


def test_a_patient_is_found_by_every_word_without_accents(record: Path) -> None:
    assert names(record, text="muller 1990") == ["early", "against"]
    assert names(record, text="keller jonas mr-204471") == ["calm", "first"]
    assert names(record, text="keller anna") == []
    assert names(record, text="100%") == []


def test_days_are_from_the_first_up_to_the_last_and_no_longer(record: Path) -> None:
    begin = START.utc_ns + 3 * DAY_NS
    assert names(record, since_utc_ns=begin) == ["running", "early", "against", "calm"]
    assert names(record, since_utc_ns=begin, until_utc_ns=begin + 2 * DAY_NS) == ["calm"]


@pytest.mark.parametrize(
    ("mark", "found"),
    [
        (Mark.BP_SPIKE, ["first"]),
        (Mark.OVERRIDE, ["first"]),
        (Mark.AGAINST_ADVICE, ["against"]),
        (Mark.ENDED_EARLY, ["early"]),
        (Mark.RUNNING, ["running"]),
        (Mark.HELD, ["calm", "first"]),
    ],
)
def test_a_mark_finds_what_carries_it(record: Path, mark: Mark, found: list[str]) -> None:
    assert names(record, mark=mark) == found
    assert [card.session for card in find_visits(record, Sought(), 50) if mark in card.marks] == found


def test_a_protocol_finds_its_own_and_goes_with_the_rest(record: Path) -> None:
    assert names(record, protocol="ptsd-iv") == ["calm"]
    assert names(record, protocol="ptsd-iv", mark=Mark.BP_SPIKE) == []
    assert names(record, protocol="ptsd-iv", text="muller") == []


def test_a_visit_is_told_with_how_it_ended(record: Path) -> None:
    cards = {card.session: card for card in find_visits(record, Sought(), 50)}
    first, running = cards["first"], cards["running"]
    assert (first.phase, first.chair, first.protocol, first.family_name) == (
        Phase.DISCHARGED,
        2,
        "The depression-iv",
        "Keller",
    )
    assert first.ended_utc_ns == START.utc_ns + round(98.01 * 60 * NS_PER_S)
    assert (running.phase, running.ended_utc_ns) == (Phase.INFUSION, None)
    assert cards["early"].phase is Phase.ENDED_EARLY


def test_a_record_that_is_not_there_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StoreUnreachable, match="Check the profile folder"):
        find_visits(tmp_path / "none.sqlite3", Sought(), 5)
