from dataclasses import replace
from datetime import UTC, date

import pytest

from devices.events import Validity
from nursestation.core.model import ConfirmedHow, Driver, GateState, Phase, Route, Transport
from nursestation.core.snapshot import CuffView, Freshness, PhaseSpan
from nursestation.ui.checkin import view
from nursestation.ui.checkin.view import Asks, PatientDraft, Step
from tests.helpers.station_views import (
    BASELINE,
    HOUR_NS,
    MINUTE_NS,
    NOW,
    PATIENT,
    make_chair,
    make_gates,
    make_numeric,
    make_protocol,
    make_reading,
    make_visit,
)

TODAY = date(2026, 5, 6)
FULL = PatientDraft("Jonas", "Keller", "1984-03-09", "MR-204471", "72", "penicillin", "depression-iv")


def test_a_full_draft_becomes_the_patient():
    check = view.check_patient(FULL, TODAY)
    assert check.patient == PATIENT
    assert check.problems == {}
    assert check.echo == "9 March 1984 · 42 years"


@pytest.mark.parametrize("field", ["given_name", "family_name", "birth_date", "record_number", "weight", "protocol"])
def test_each_missing_field_has_its_sentence(field):
    check = view.check_patient(replace(FULL, **{field: " " if field != "protocol" else ""}), TODAY)
    assert check.patient is None
    assert list(check.problems) == [field]


@pytest.mark.parametrize("text", ["03/09/1984", "9.3.84", "1984-13-01", "1984-02-30", "1984-3", "198403", "hello"])
def test_a_date_that_could_be_two_days_is_not_guessed(text):
    assert view.parse_birth_date(text) is None


@pytest.mark.parametrize("text", ["1984-03-09", "1984/3/9", "1984 03 09", "19840309", "1984.3.9"])
def test_year_first_is_read_however_it_is_parted(text):
    assert view.parse_birth_date(text) == date(1984, 3, 9)


@pytest.mark.parametrize("text", ["2027-01-01", "1890-01-01", "2026-05-06"])
def test_a_birth_date_that_cannot_be_right_is_refused(text):
    assert "birth_date" in view.check_patient(replace(FULL, birth_date=text), TODAY).problems


@pytest.mark.parametrize(
    ("text", "kg"), [("72", 72.0), ("72,5", 72.5), ("72 kg", 72.0), ("7", None), ("720", None), ("nan", None)]
)
def test_weight(text, kg):
    assert view.parse_weight(text) == kg


def test_dose_is_worked_out_from_the_weight():
    assert view.suggested_dose(make_protocol(), 72.0) == "IV 36 mg over 40 min (0.5 mg/kg)"
    assert view.suggested_dose(make_protocol(), 71.3) == "IV 35.6 mg over 40 min (0.5 mg/kg)"
    assert view.suggested_dose(make_protocol(route=Route.IM, planned_min=0), 72.0) == "IM 36 mg (0.5 mg/kg)"
    assert view.suggested_dose(make_protocol(dose_mg_per_kg=None), 72.0) == "0.5 mg/kg"


def test_protocol_line_tells_the_course():
    assert view.protocol_line(make_protocol()) == "40 min IV · 30 min observation · 0.5 mg/kg"
    assert view.protocol_line(make_protocol(route=Route.IM)) == "IM injection · 30 min observation · 0.5 mg/kg"


def test_past_times_are_today_or_yesterday_and_never_to_come():
    now = NOW.utc_ns  # 14:00 UTC
    assert view.resolve_past_time("7:30", False, now, UTC) == now - 6 * HOUR_NS - 30 * MINUTE_NS
    assert view.resolve_past_time("19:30", True, now, UTC) == now - 18 * HOUR_NS - 30 * MINUTE_NS
    assert view.resolve_past_time("14:01", False, now, UTC) is None
    assert view.resolve_past_time("soon", False, now, UTC) is None


def test_fasting_clock_counts_up_and_says_when_it_is_enough():
    now = NOW.utc_ns
    assert view.fasted_text(now - 6 * HOUR_NS - 12 * MINUTE_NS, now, 6) == "6:12 h fasted"
    assert view.fasted_text(now - 5 * HOUR_NS, now, 6) == "5:00 h fasted, 6 h reached in 1:00 h"


@pytest.mark.parametrize(
    ("name", "relation", "phone", "transport", "ok"),
    [
        ("Maria K.", "sister", "555 010 0192", Transport.FAMILY_OR_FRIEND, True),
        ("City Transport", "", "555 010 0192", Transport.MEDICAL_TRANSPORT, True),
        ("Maria K.", "", "555 010 0192", Transport.FAMILY_OR_FRIEND, False),
        ("", "sister", "555 010 0192", Transport.FAMILY_OR_FRIEND, False),
        ("Maria K.", "sister", "192", Transport.OTHER_ADULT, False),
    ],
)
def test_driver_needs_name_relation_and_a_phone_that_answers(name, relation, phone, transport, ok):
    checked = view.check_driver(name, relation, phone, transport)
    assert isinstance(checked, Driver) is ok
    if not ok:
        assert checked.endswith(".")


def test_the_likeliest_way_of_confirming_a_driver_comes_first():
    private, company = Transport.FAMILY_OR_FRIEND, Transport.MEDICAL_TRANSPORT
    assert view.confirmations(private, handover=False)[0] is ConfirmedHow.BY_PHONE
    assert view.confirmations(company, handover=False)[0] is ConfirmedHow.BOOKING
    for transport in Transport:
        assert view.confirmations(transport, handover=True)[0] is ConfirmedHow.SEEN_IN_PERSON


def test_a_call_is_not_enough_at_hand_over_and_only_a_company_has_a_booking():
    assert ConfirmedHow.BY_PHONE in view.confirmations(Transport.FAMILY_OR_FRIEND, handover=False)
    for transport in Transport:
        assert ConfirmedHow.BY_PHONE not in view.confirmations(transport, handover=True)
    assert ConfirmedHow.BOOKING in view.confirmations(Transport.MEDICAL_TRANSPORT, handover=True)
    assert ConfirmedHow.BOOKING not in view.confirmations(Transport.FAMILY_OR_FRIEND, handover=True)


def test_a_free_chair_has_no_page_of_gates():
    assert view.check_in_view(make_chair()) is None


def test_each_gate_knows_whether_a_person_answers_it():
    page = view.check_in_view(make_chair(make_visit()))
    assert {row.id: row.asks for row in page.rows} == {
        "identity": Asks.IDENTITY,
        "consent": Asks.CONSENT,
        "fasting_food": Asks.FASTING,
        "fasting_drink": Asks.NOTHING,
        "exclusions": Asks.EXCLUSIONS,
        "driver": Asks.DRIVER,
        "baseline": Asks.NOTHING,
        "bp_ceiling": Asks.NOTHING,
        "monitors": Asks.NOTHING,
    }
    assert page.step is Step.GATES
    assert page.may_begin_baseline
    assert not page.may_start


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
