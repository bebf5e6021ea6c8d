import pytest

from nursestation.core.commands import RecordScore
from nursestation.core.model import Phase, ScoreKind
from nursestation.core.protocols import ScorePlan
from nursestation.core.scorings import SCALES
from nursestation.core.snapshot import DueKind, DueView, ScoreView
from nursestation.ui.sheets.scores_view import first_kind, scale_views, typed_score
from tests.helpers.station_views import MINUTE_NS, NOW, make_protocol, make_visit


def views(*scores, due=(), plans=()):
    visit = make_visit(Phase.INFUSION, scores=scores, protocol=make_protocol(scores=plans))
    return {view.kind: view for view in scale_views(visit, due, NOW)}


def score(kind, value, **changes):
    fields = {"label": SCALES[kind].title, "at": NOW.shifted(-4 * MINUTE_NS), "by": "R. Alvarez RN"}
    return ScoreView(kind=kind, value=value, **(fields | changes))


def due(what, left_s):
    return DueView(chair=2, kind=DueKind.SCORE, what=what, due_in_s=left_s, is_overdue=left_s < 0)


def test_every_kind_is_there_and_the_planned_ones_first():
    plan = ScorePlan(kind=ScoreKind.PAIN, phases=(Phase.INFUSION,), every_min=15)
    kinds = list(views(plans=(plan,)))
    assert kinds[0] is ScoreKind.PAIN
    assert sorted(kinds) == sorted(SCALES)


def test_the_last_value_stands_with_its_age_and_what_is_due_with_a_mark():
    plan = ScorePlan(kind=ScoreKind.PAIN, phases=(Phase.INFUSION,), every_min=15)
    told = views(score(ScoreKind.PAIN, 3, note="knee"), due=(due("Pain", 200),), plans=(plan,))[ScoreKind.PAIN]
    assert told.button == "Pain 3"
    assert told.last == "Last: 3, knee, 4 min ago, R. Alvarez RN · every 15 min · due in 3:20"
    assert views(due=(due("Pain", -5),), plans=(plan,))[ScoreKind.PAIN].button == "! Pain due"


def test_a_small_range_is_tapped_and_a_wide_one_typed():
    told = views()
    assert [value for value, _ in told[ScoreKind.RASS].values] == [4, 3, 2, 1, 0, -1, -2, -3, -4, -5]
    assert [text for _, text in told[ScoreKind.PAIN].values] == [str(n) for n in range(11)]
    assert told[ScoreKind.CADSS].values == told[ScoreKind.OTHER].values == ()


def test_it_begins_with_what_is_due_next():
    found = tuple(views().values())
    assert first_kind(found, (due("Pain", 60), due("RASS", 90))) is ScoreKind.PAIN
    assert first_kind(found, ()) is found[0].kind


@pytest.mark.parametrize(
    ("kind", "text", "label", "made"),
    [
        (ScoreKind.CADSS6, " 12 ", "", RecordScore(chair=2, kind=ScoreKind.CADSS6, value=12, note="calm")),
        (
            ScoreKind.OTHER,
            "-3",
            "Mood",
            RecordScore(chair=2, kind=ScoreKind.OTHER, value=-3, label="Mood", note="calm"),
        ),
        (ScoreKind.OTHER, "3", " ", "Write the name of the score."),
        (ScoreKind.CADSS6, "25", "", "It goes from 0 to 24: check the number."),
        (ScoreKind.CADSS6, "1.5", "", "Enter the number."),
        (ScoreKind.CADSS6, "", "", "Enter the number."),
    ],
)
def test_a_typed_number_is_checked(kind, text, label, made):
    assert typed_score(2, views()[kind], text, label, " calm ") == made
