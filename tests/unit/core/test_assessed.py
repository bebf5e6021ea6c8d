"""What a person says of a criterion: what is taken, what is asked again, and what the record keeps of it."""

import pytest

from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.model import GateState
from nursestation.core.scores import RECOVERY
from tests.helpers.leaving import STEADY, answer, asking, line, observing, override
from tests.helpers.visit import Clinic

FULL = {name: tuple((item.id, 2) for item in score.items) for name, score in RECOVERY.items()}


def scored(which: str, score: int | None, items: tuple[tuple[str, int], ...]) -> c.AnswerCriterion:
    return c.AnswerCriterion(chair=2, criterion=which, met=True, evidence="", score=score, items=items)


@pytest.fixture(params=["aldrete", "mpadss"])
def clinic(request: pytest.FixtureRequest) -> Clinic:
    return observing(asking(recovery_score=request.param))


@pytest.fixture
def which(clinic: Clinic) -> str:
    return clinic.visit.protocol.discharge.recovery_score


def test_a_score_is_kept_with_its_items_in_order_and_its_table(clinic: Clinic, which: str) -> None:
    (record,) = clinic.do(scored(which, 10, tuple(reversed(FULL[which]))))
    assert (record.score, record.items, record.variant) == (10, FULL[which], RECOVERY[which].variant)
    view = line(clinic, which)
    assert (view.state, view.items, view.variant) == (GateState.MET, FULL[which], RECOVERY[which].variant)


def test_a_score_without_items_is_taken(clinic: Clinic, which: str) -> None:
    (record,) = clinic.do(answer(which, 9))
    assert (record.items, record.variant) == ((), RECOVERY[which].variant)


def test_items_that_do_not_fit_are_refused(clinic: Clinic, which: str) -> None:
    full = FULL[which]
    for items, score, says in (
        (full, 9, "do not add up"),
        (full[:4], 8, "every item"),
        ((*full, full[0]), 10, "every item"),
        ((*full[:4], ("mood", 2)), 10, "every item"),
        ((*full[:4], (full[4][0], 3)), 10, "0 to 2"),
        (((full[0][0], -1), *full[1:]), 7, "0 to 2"),
        (full, None, "score from 0 to 10"),
        ((), 11, "score from 0 to 10"),
    ):
        assert says in clinic.refused(scored(which, score, items))
    assert clinic.of(r.CriterionAnswered) == []


def test_the_other_score_is_no_criterion_of_this_protocol(clinic: Clinic, which: str) -> None:
    other = "mpadss" if which == "aldrete" else "aldrete"
    assert "no discharge criterion" in clinic.refused(answer(other, 10))


@pytest.mark.parametrize("score", [None, -1, 4])
def test_orientation_counts_to_three(clinic: Clinic, score: int | None) -> None:
    assert clinic.refused(answer("orientation", score)) == "Enter a score from 0 to 3."


@pytest.mark.parametrize("items", [(), STEADY[:2], (*STEADY, ("steady", 1)), (*STEADY[:2], ("rope", 1))])
def test_of_the_gait_all_three_are_asked(clinic: Clinic, items: tuple[tuple[str, int], ...]) -> None:
    assert clinic.refused(scored("gait", None, items)) == "Answer all three: gait, dizziness, advice on falls."


def test_a_gait_is_yes_or_no(clinic: Clinic) -> None:
    assert clinic.refused(scored("gait", None, (*STEADY[:2], ("advice", 2)))) == "Each item takes 0 to 1."


def test_a_gait_with_a_no_is_not_met_whatever_is_claimed(clinic: Clinic) -> None:
    (record,) = clinic.do(scored("gait", None, (*STEADY[:2], ("advice", 0))))
    assert not record.met
    (record,) = clinic.do(scored("gait", 7, STEADY))
    assert (record.met, record.score) == (True, None)


def test_an_override_of_a_score_falls_with_the_next_one(clinic: Clinic, which: str) -> None:
    clinic.do(answer(which, 8), override(which))
    assert line(clinic, which).state is GateState.OVERRIDDEN
    clinic.do(answer(which, 7))
    assert line(clinic, which).state is GateState.UNMET


def test_the_page_tells_how_old_its_evidence_is(clinic: Clinic, which: str) -> None:
    clinic.do(answer(which, 10), scored("gait", None, STEADY))
    clinic.cuff(126, 78)
    clinic.wait(90)
    ages = {view.id: view.age_s for view in clinic.visit.readiness.criteria}
    assert (ages[which], ages["gait"], ages["bp"], ages["observation"]) == (90, 90, 90, 90)
    assert ages["side_effects"] is None
