import pytest

from nursestation.core import scores
from nursestation.core.model import ChartKind
from nursestation.core.snapshot import CuffView, Freshness
from tests.helpers.station_views import (
    NOW,
    make_chair,
    make_discharge_visit,
    make_entry,
    make_numeric,
    make_reading,
    make_visit,
)


def _chair(sys=124, spo2=98.0, *, oxygen=False, **changes):
    chart = (make_entry("o", "Oxygen 2 L/min", kind=ChartKind.OXYGEN, severity=None),) if oxygen else ()
    changes.setdefault("cuff", CuffView(reading=make_reading(sys, 76)))
    return make_chair(make_discharge_visit(chart=chart), numerics=(make_numeric("spo2", spo2),), **changes)


@pytest.mark.parametrize(
    ("sys", "points"),
    [(124, 2), (148, 2), (149, 1), (100, 2), (99, 1), (185, 1), (186, 0), (63, 1), (62, 0)],
)  # baseline 124: 20 % is 24.8, 50 % is 62
def test_circulation_follows_the_distance_from_baseline(sys, points):
    assert scores.suggest_circulation(_chair(sys)).points == points


def test_nothing_is_suggested_without_a_baseline_or_a_recent_reading():
    assert scores.suggest_circulation(make_chair(make_visit())).points is None
    assert scores.suggest_circulation(_chair(cuff=CuffView())).points is None
    overdue = CuffView(reading=make_reading(), is_overdue=True)
    assert scores.suggest_circulation(_chair(cuff=overdue)).points is None


@pytest.mark.parametrize(
    ("spo2", "oxygen", "points"),
    [(98.0, False, 2), (93.0, False, 2), (92.0, False, None), (95.0, True, 1), (90.0, True, None), (89.0, True, 0)],
)
def test_oxygen_item_asks_whether_oxygen_runs(spo2, oxygen, points):
    assert scores.suggest_spo2(_chair(spo2=spo2, oxygen=oxygen)).points == points


def test_ended_oxygen_counts_as_room_air():
    entry = make_entry("o", "Oxygen 2 L/min", kind=ChartKind.OXYGEN, severity=None, resolved=NOW)
    chair = make_chair(make_discharge_visit(chart=(entry,)), numerics=(make_numeric("spo2", 98.0),))
    assert scores.suggest_spo2(chair).points == 2


def test_a_stale_number_suggests_nothing():
    stale = make_numeric("spo2", 98.0, freshness=Freshness.STALE)
    assert scores.suggest_spo2(make_chair(make_discharge_visit(), numerics=(stale,))).points is None
    assert scores.suggest_spo2(make_chair(make_discharge_visit(), numerics=())).points is None


def test_total_waits_for_every_item():
    points = {item.id: 2 for item in scores.ALDRETE}
    assert scores.total(points) == 10
    assert scores.aldrete_evidence(points).startswith("10 of 10: moves when asked 2, ")
    del points["breathing"]
    assert scores.total(points) is None


def test_sedation_is_told_in_words():
    assert scores.moaas_evidence(5) == "MOAA/S 5, answers at once"
