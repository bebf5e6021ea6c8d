from dataclasses import replace

import pytest

from devices.clock import NS_PER_S
from nursestation.core import scores
from nursestation.core.model import ChartKind, Phase, ScoreKind, Severity
from nursestation.core.snapshot import CuffView, Freshness, PhaseSpan, ScoreView
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


# --- the adapted MPADSS -------------------------------------------------------------------------------------------

MPADSS = scores.RECOVERY["mpadss"]


def test_each_score_has_five_items_and_a_table_of_its_own():
    assert [score.highest for score in scores.RECOVERY.values()] == [10, 10]
    assert len({score.variant for score in scores.RECOVERY.values()}) == 2
    assert "adapted" in MPADSS.title  # a needle's site is no wound


@pytest.mark.parametrize(
    ("sys", "points"), [(148, 2), (149, 1), (173, 1), (174, 0), (75, 1), (74, 0)]
)  # baseline 124: 20 % is 24.8, 40 % is 49.6
def test_vital_signs_follow_the_distance_from_baseline(sys, points):
    assert scores.suggestions(_chair(sys), MPADSS)["vital_signs"].points == points


def test_vital_signs_are_not_suggested_without_a_reading():
    assert scores.suggest_vital_signs(_chair(cuff=CuffView())).points is None


@pytest.mark.parametrize(
    ("severity", "resolved", "struck", "points"),
    [
        (Severity.MILD, None, False, 2),
        (Severity.MODERATE, None, False, 1),
        (Severity.SEVERE, None, False, 0),
        (None, None, False, None),
        (Severity.SEVERE, NOW, False, 2),
        (Severity.SEVERE, None, True, None),
    ],
)
def test_nausea_follows_what_was_charted_and_is_not_over(severity, resolved, struck, points):
    entry = make_entry("n", "Nausea", kind=ChartKind.SIDE_EFFECT, severity=severity, resolved=resolved)
    chair = make_chair(make_discharge_visit(chart=(replace(entry, struck=struck),)))
    assert scores.suggest_nausea(chair).points == points


def test_the_worst_nausea_counts_and_a_headache_does_not():
    entries = (
        make_entry("a", "Nausea", kind=ChartKind.SIDE_EFFECT, severity=Severity.MILD),
        make_entry("b", "Vomiting", kind=ChartKind.SYMPTOM, severity=Severity.MODERATE),
        make_entry("c", "Headache", kind=ChartKind.SIDE_EFFECT, severity=Severity.SEVERE),
    )
    found = scores.suggest_nausea(make_chair(make_discharge_visit(chart=entries)))
    assert (found.points, found.because) == (1, "Vomiting, moderate, is not over")
    assert scores.suggest_nausea(make_chair(make_discharge_visit(chart=entries[2:]))).points is None


@pytest.mark.parametrize(("value", "points"), [(0, 2), (3, 2), (4, 1), (6, 1), (7, 0), (10, 0)])
def test_pain_follows_the_last_score_since_the_treatment(value, points):
    began = NOW.shifted(-600 * NS_PER_S)
    visit = replace(make_discharge_visit(), spans=(PhaseSpan(phase=Phase.OBSERVATION, start=began, end=None),))
    scored = tuple(
        ScoreView(kind=ScoreKind.PAIN, label="Pain", value=pain, at=began.shifted(shift), by="R. Alvarez RN")
        for shift, pain in ((-1, 9), (0, value))
    )
    assert scores.suggest_pain(make_chair(replace(visit, scores=scored))).points == points
    assert scores.suggest_pain(make_chair(replace(visit, scores=scored[:1]))).points is None


def test_pain_is_not_suggested_before_the_observation():
    assert scores.suggest_pain(make_chair(make_visit())).points is None


def test_a_whole_score_is_told_with_its_items():
    points = {item.id: 2 for item in MPADSS.items}
    points["nausea"] = 1
    assert scores.evidence(points, MPADSS) == (
        "9 of 10: BP against baseline 2, walking 2, nausea and vomiting 1, pain 2, IV or injection site 2"
    )
    del points["site"]
    assert scores.total(points, MPADSS) is None
