"""Scores at any time of a visit: within their range, with their time and name."""

import pytest

from devices.clock import NS_PER_S
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.model import ScoreKind
from nursestation.core.scorings import SCALES
from tests.helpers.visit import Clinic, load_protocol, make_clinic
from tests.unit.core.test_restore import lasting, restarted

RANGES = {
    ScoreKind.MOAAS: (0, 5),
    ScoreKind.RASS: (-5, 4),
    ScoreKind.PAIN: (0, 10),
    ScoreKind.ORIENTATION: (0, 3),
    ScoreKind.UNREAL: (0, 10),
    ScoreKind.CADSS6: (0, 24),
    ScoreKind.CADSS: (0, 92),
}


@pytest.fixture
def clinic() -> Clinic:
    """A patient at check-in, of whom no score is wanted before the start."""
    plain = load_protocol()
    plain = plain.model_copy(update={"gates": plain.gates.model_copy(update={"baseline_scores": ()})})
    clinic = make_clinic(protocols=[plain])
    clinic.staff()
    clinic.check_in()
    return clinic


def test_every_kind_has_its_range_and_its_words_lie_within() -> None:
    assert set(SCALES) == set(ScoreKind)
    for kind, scale in SCALES.items():
        assert (scale.low, scale.high) == RANGES.get(kind, (scale.low, scale.high))
        assert all(scale.low <= value <= scale.high for value, _ in scale.words)
        assert scale.title


def test_scores_of_others_are_numbers_alone() -> None:
    assert SCALES[ScoreKind.CADSS].words == ()
    assert SCALES[ScoreKind.CADSS6].words == ()


@pytest.mark.parametrize("kind", RANGES)
def test_both_ends_are_taken_and_nothing_beyond(clinic: Clinic, kind: ScoreKind) -> None:
    low, high = RANGES[kind]
    for value in (low, high):
        clinic.do(c.RecordScore(chair=2, kind=kind, value=value))
    for value in (low - 1, high + 1):
        assert f"from {low} to {high}" in clinic.refused(c.RecordScore(chair=2, kind=kind, value=value))
    assert [view.value for view in clinic.visit.scores] == [low, high]
    assert clinic.visit.scores[0].label == SCALES[kind].title


def test_another_score_needs_a_name(clinic: Clinic) -> None:
    command = c.RecordScore(chair=2, kind=ScoreKind.OTHER, value=14)
    assert clinic.refused(command) == "Name the score."
    clinic.do(c.RecordScore(chair=2, kind=ScoreKind.OTHER, value=14, label=" PHQ-9 ", note=" before the start "))
    (view,) = clinic.visit.scores
    assert (view.label, view.note, view.by) == ("PHQ-9", "before the start", "R. Alvarez RN")


def test_a_score_stands_at_the_time_it_was_rated(clinic: Clinic) -> None:
    clinic.wait(300)
    clinic.do(c.RecordScore(chair=2, kind=ScoreKind.PAIN, value=7))
    earlier = clinic.clock.now().utc_ns - 120 * NS_PER_S
    clinic.do(c.RecordScore(chair=2, kind=ScoreKind.PAIN, value=3, at_utc_ns=earlier))
    assert [(view.value, view.at.utc_ns) for view in clinic.visit.scores] == [
        (3, earlier),
        (7, clinic.clock.now().utc_ns),
    ]
    assert "future" in clinic.refused(c.RecordScore(chair=2, kind=ScoreKind.PAIN, value=3, at_utc_ns=earlier * 2))


def test_its_parts_are_kept(clinic: Clinic) -> None:
    items = (("person", 1), ("place", 1), ("time", 0))
    clinic.do(c.RecordScore(chair=2, kind=ScoreKind.ORIENTATION, value=2, items=items))
    assert clinic.of(r.ScoreRecorded)[0].items == clinic.visit.scores[0].items == items
    assert lasting(restarted(clinic, same_clock=True).view) == lasting(clinic.view)
