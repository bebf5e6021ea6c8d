import pytest

from nursestation.core.snapshot import DueKind, DueView
from nursestation.ui.due.view import due_lines
from tests.helpers.station_views import make_station


def due(kind, left_s, *, late=False, what="", chair=2, clashes=()):
    return DueView(chair=chair, kind=kind, what=what, due_in_s=left_s, is_overdue=late, clashes_with=clashes)


@pytest.mark.parametrize(
    ("view", "what", "below"),
    [
        (due(DueKind.CUFF, 108), "Chair 2 · BP", "in 1:48"),
        (due(DueKind.CUFF, -3), "Chair 2 · BP", "now"),  # a little late is not yet told as late
        (due(DueKind.CUFF, -130, late=True, clashes=(1, 3)), "Chair 2 · BP", "late by 2:10 · with 1, 3"),
        (due(DueKind.CUFF, 9, clashes=(1, 3, 4, 5, 6)), "Chair 2 · BP", "in 0:09 · with 5 others"),
        (due(DueKind.SCORE, 60, what="MOAA/S"), "Chair 2 · MOAA/S", "in 1:00"),
        (due(DueKind.INFUSION_END, 350), "Chair 2 · Infusion", "ends in 5:50"),
        (due(DueKind.OBSERVATION_MINIMUM, 310), "Chair 2 · Observation", "long enough in 5:10"),
        (due(DueKind.DRIVER, -61, late=True), "Chair 2 · Driver", "late by 1:01"),
        (due(DueKind.FOOD, 3700), "Chair 2 · Food", "long enough ago in 1:01:40"),
        (due(DueKind.SIDE_EFFECT, 30, what="Nausea still open"), "Chair 2 · Nausea", "still open, look in 0:30"),
    ],
)
def test_each_kind_is_told_in_two_short_lines(view, what, below):
    (line,) = due_lines(make_station(due=(view,)))
    assert (line.what, line.below, line.is_late) == (what, below, view.is_overdue)


def test_what_is_late_stands_first_and_then_the_soonest():
    views = (
        due(DueKind.CUFF, -20, chair=1),
        due(DueKind.CUFF, -300, late=True, chair=3),
        due(DueKind.SCORE, -400, late=True, chair=4, what="Pain"),
        due(DueKind.INFUSION_END, 10, chair=5),
    )
    assert [line.chair for line in due_lines(make_station(due=views))] == [4, 3, 1, 5]
