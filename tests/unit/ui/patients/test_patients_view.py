from dataclasses import replace
from datetime import UTC, date

from nursestation.core.history import PastSideEffect, PastVisit, PatientCard, PatientHistory
from nursestation.core.model import Phase, SeriesPlace, Severity, VisitKind
from nursestation.ui.patients.view import found_line, history_view
from tests.helpers.station_views import BASELINE, HOUR_NS, NOW, make_reading

LAST = PastVisit(
    session="s",
    opened_utc_ns=NOW.utc_ns - 72 * HOUR_NS,
    protocol="Depression IV",
    protocol_name="depression-iv",
    phase=Phase.DISCHARGED,
    was_treated=True,
    series=SeriesPlace(VisitKind.COURSE, 3, 6),
    weight_kg=72.0,
    baseline=BASELINE,
    peak=make_reading(182, 111),
    peak_rise=58,
    peak_percent=47,
    peak_at_min=31.9,
    side_effects=(PastSideEffect(text="Nausea", severity=Severity.MILD, at_min=17.2, lasted_min=31.0),),
    pain_before=7,
    pain_after=3,
    to_ready_min=34.6,
)
HISTORY = PatientHistory(
    record_number="MR-204471",
    given_name="Jonas",
    family_name="Keller",
    birth_date=date(1984, 3, 9),
    visits=(LAST,),
    allergies="latex",
    medicines_text="takes Benzodiazepine (lorazepam)",
)


def facts(**changes):
    return dict(history_view(replace(HISTORY, visits=(replace(LAST, **changes),)), UTC).facts)


def test_the_last_visit_is_told_with_what_matters_for_the_next():
    view = history_view(HISTORY, UTC)
    assert view.headline == "Jonas Keller · 1 visit here"
    assert view.last == "Last visit 3 May 2026 · Depression IV · 3 of 6"
    assert dict(view.facts) == {
        "Blood pressure": "baseline 124/76, highest 182/111 (+58, +47 %) at 31 min",
        "Side effects": "Nausea, mild at 17 min for 31 min",
        "Ready": "34 min after the end",
        "Pain": "7 before, 3 after",
        "Weight then": "72 kg",
        "Allergies": "latex",
        "Medicines": "takes Benzodiazepine (lorazepam)",
    }


def test_what_nobody_recorded_is_no_number():
    told = facts(baseline=None, peak=None, side_effects=(), pain_after=None, weight_kg=None, to_ready_min=None)
    assert told["Blood pressure"] == "no baseline"
    assert told["Side effects"] == "none charted"
    assert told["Pain"] == "7 before, not asked after"
    assert "Weight then" not in told
    assert "Ready" not in told


def test_that_no_allergies_are_known_is_not_that_nobody_asked():
    told = [dict(history_view(replace(HISTORY, allergies=known), UTC).facts)["Allergies"] for known in ("", None)]
    assert told == ["none known", "not asked"]


def test_a_visit_without_a_treatment_tells_none():
    told = facts(was_treated=False, phase=Phase.ENDED_EARLY)
    assert "Blood pressure" not in told
    assert "Side effects" not in told
    ended = history_view(replace(HISTORY, visits=(replace(LAST, phase=Phase.ENDED_EARLY, series=None),)), UTC)
    assert ended.last == "Last visit 3 May 2026 · Depression IV · ended early"


def test_earlier_visits_are_a_line_each_and_three_at_most():
    before = [replace(LAST, opened_utc_ns=LAST.opened_utc_ns - days * 24 * HOUR_NS) for days in range(1, 6)]
    view = history_view(replace(HISTORY, visits=(LAST, *before)), UTC)
    assert len(view.earlier) == 3
    assert view.earlier[0] == "2 May 2026 · Depression IV · 3 of 6 · rise +58 · ready after 34 min"


def test_nobody_who_was_never_here_has_a_card():
    assert history_view(replace(HISTORY, visits=()), UTC) is None


def test_a_found_patient_is_told_by_name_birth_date_and_the_end_of_the_number():
    card = PatientCard(
        record_number="MR-204471",
        given_name="Jonas",
        family_name="Keller",
        birth_date=date(1984, 3, 9),
        last_visit_utc_ns=NOW.utc_ns,
        n_visits=2,
    )
    assert found_line(card, UTC) == ("Keller, Jonas · born 9 March 1984", "…4471 · 2 visits, last 6 May 2026")
