from dataclasses import replace
from datetime import UTC, date

import pytest

from devices.events import Validity
from nursestation.core.model import GateState, Patient, Phase
from nursestation.core.snapshot import CuffView, Freshness, PhaseSpan
from nursestation.ui.checkin import view
from nursestation.ui.checkin.view import Step
from tests.helpers.station_views import (
    BASELINE,
    MINUTE_NS,
    NOW,
    PATIENT,
    make_chair,
    make_gates,
    make_numeric,
    make_reading,
    make_station,
    make_visit,
)


def test_a_free_chair_has_no_page_of_gates():
    assert view.check_in_view(make_chair()) is None


def test_gates_that_are_asked_together_share_a_form():
    page = view.check_in_view(make_chair(make_visit()))
    forms = {row.id: row.form for row in page.rows}
    assert forms["fasting_food"] == forms["fasting_drink"]
    assert forms["baseline"] == forms["bp_ceiling"]
    assert forms["identity"] == "identity"
    assert page.step is Step.GATES
    assert page.may_begin_baseline
    assert not page.may_start


def rows(**states):
    return view.check_in_view(make_chair(make_visit(gates=make_gates(**states)))).rows


def test_the_next_gate_is_the_next_one_that_stands_in_the_way():
    assert view.next_gate(rows(), after="identity") == "consent"
    assert view.next_gate(rows(consent=GateState.MET, fasting_food=GateState.OVERRIDDEN), "identity") == "fasting_drink"


def test_after_the_last_gate_comes_the_first_that_was_left_open():
    assert view.next_gate(rows(), after="monitors") == "identity"


def test_what_was_just_answered_is_not_asked_again_at_once():
    left = dict.fromkeys(("identity", "consent", "exclusions", "driver", "baseline", "bp_ceiling", "monitors"))
    met = dict.fromkeys(left, GateState.MET)
    assert view.next_gate(rows(**met), after="fasting") is None, "food and drink are one form"


def test_namesakes_are_told_and_strangers_are_not():
    mine = make_chair(make_visit())
    born = PATIENT.birth_date

    def alike(given, family, birth_date, **changes):
        other = make_chair(make_visit(patient=Patient(given, family, birth_date, "MR-1", 80.0), **changes), number=3)
        return view.namesakes(make_station(mine, other), mine)

    assert alike("Anna", "keller", date(1990, 1, 1)) == ("Anna keller is in chair 3",)
    assert alike("Anna", "Kellner", date(1990, 1, 1))
    assert alike("Julia", "Koch", born)
    assert not alike("Julia", "Koch", date(1990, 1, 1))
    assert not alike("Tom", "Sandoval", born)
    assert not alike("Anna", "Keller", born, phase=Phase.DISCHARGED), "who has left is not taken for anybody"


def test_a_gate_tells_who_gave_its_evidence_and_when():
    gates = (replace(make_gates()[0], detail="two identifiers", by="R. Alvarez RN", at_utc_ns=NOW.utc_ns),)
    page = view.check_in_view(make_chair(make_visit(gates=gates)), UTC)
    assert page.rows[0].evidence.replace("\N{NO-BREAK SPACE}", " ") == "two identifiers · R. Alvarez RN 14:00"


@pytest.mark.parametrize(
    ("asked", "told", "text"),
    [
        (None, "penicillin", "penicillin"),
        (None, "", "not asked"),
        ("", "penicillin", "none known"),
        ("latex", "", "latex"),
    ],
)
def test_allergies_as_asked_today_go_before_those_told_earlier(asked, told, text):
    visit = make_visit(patient=replace(PATIENT, allergies=told), allergies=asked)
    assert view.check_in_view(make_chair(visit)).allergies == text


def test_missing_lists_what_stands_in_the_way_and_nothing_else():
    gates = make_gates(
        **dict.fromkeys(
            ("identity", "consent", "fasting_food", "fasting_drink", "exclusions", "bp_ceiling", "monitors"),
            GateState.MET,
        ),
        driver=GateState.OVERRIDDEN,
    )
    page = view.check_in_view(make_chair(make_visit(Phase.BASELINE, gates=gates)))
    assert page.missing == ("Baseline taken",)
    assert (page.n_met, page.n_gates) == (8, 9)


def test_only_readings_since_the_baseline_began_count_towards_it():
    begun = NOW.shifted(-10 * MINUTE_NS)
    visit = make_visit(
        Phase.BASELINE,
        spans=(
            PhaseSpan(phase=Phase.CHECK_IN, start=NOW.shifted(-30 * MINUTE_NS), end=begun),
            PhaseSpan(phase=Phase.BASELINE, start=begun, end=None),
        ),
        cuffs=(make_reading(150, 90, ago_s=900), make_reading(126, 77, ago_s=300)),
        baseline_ready="one more reading, at least 1 minute after the last",
    )
    page = view.check_in_view(make_chair(visit), UTC)
    assert page.readings == ("13:55  126/77",)
    assert not page.may_take_baseline


def test_a_reading_that_is_too_old_for_the_baseline_is_marked():
    begun = NOW.shifted(-60 * MINUTE_NS)
    old, new = make_reading(124, 76, ago_s=1800), make_reading(126, 77, ago_s=300)
    spans = (PhaseSpan(phase=Phase.BASELINE, start=begun, end=None),)
    visit = make_visit(Phase.BASELINE, spans=spans, cuffs=(old, new), baseline_too_old=(old,))
    page = view.check_in_view(make_chair(visit), UTC)
    assert page.readings == ("13:30  124/76  too old to count", "13:55  126/77")


def test_a_taken_baseline_is_told_with_its_vitals():
    visit = make_visit(Phase.BASELINE, baseline=BASELINE, baseline_ready="")
    assert view.check_in_view(make_chair(visit)).baseline == "BP 124/76 · HR 72 · SpO₂ 98 · RR 14"


def test_a_vital_that_does_not_come_says_why_instead_of_a_number():
    blank = make_numeric("spo2", None, validity=Validity.UNAVAILABLE, freshness=Freshness.LOST, why_blank="probe off")
    pulse = make_numeric("pulse_rate", 71.0)
    page = view.check_in_view(make_chair(make_visit(), numerics=(pulse, blank), cuff=CuffView()))
    told = {line.metric: (line.text, line.is_live) for line in page.vitals}
    assert told["pulse_rate"] == ("71", True)
    assert told["spo2"] == ("probe off", False)
    assert told["nibp_sys"] == ("no reading yet", False)
    assert told["resp_rate"] == ("no data yet", False)


def test_a_stale_number_is_not_shown_as_delivering():
    stale = make_numeric("spo2", 98.0, freshness=Freshness.STALE)
    page = view.check_in_view(make_chair(make_visit(), numerics=(stale,)))
    assert ("spo2", False) in [(line.metric, line.is_live) for line in page.vitals]


def test_started_visits_leave_the_page():
    assert view.check_in_view(make_chair(make_visit(Phase.INFUSION))).step is Step.STARTED
