from dataclasses import replace
from datetime import UTC, date

import pytest

from nursestation.core.history import PatientCard
from nursestation.core.model import ConfirmedHow, Driver, Route, Transport
from nursestation.ui.checkin import answers
from nursestation.ui.checkin.answers import PatientDraft
from tests.helpers.station_views import HOUR_NS, MINUTE_NS, NOW, PATIENT, make_protocol

TODAY = date(2026, 5, 6)
FULL = PatientDraft("Jonas", "Keller", "1984-03-09", "MR-204471", "72", "penicillin", "depression-iv")


def test_a_full_draft_becomes_the_patient():
    check = answers.check_patient(FULL, TODAY)
    assert check.patient == PATIENT
    assert check.problems == {}
    assert check.echo == "9 March 1984 · 42 years"


@pytest.mark.parametrize("field", ["given_name", "family_name", "birth_date", "record_number", "weight", "protocol"])
def test_each_missing_field_has_its_sentence(field):
    check = answers.check_patient(replace(FULL, **{field: " " if field != "protocol" else ""}), TODAY)
    assert check.patient is None
    assert list(check.problems) == [field]


@pytest.mark.parametrize("text", ["03/09/1984", "9.3.84", "1984-13-01", "1984-02-30", "1984-3", "198403", "hello"])
def test_a_date_that_could_be_two_days_is_not_guessed(text):
    assert answers.parse_birth_date(text) is None


@pytest.mark.parametrize("text", ["1984-03-09", "1984/3/9", "1984 03 09", "19840309", "1984.3.9"])
def test_year_first_is_read_however_it_is_parted(text):
    assert answers.parse_birth_date(text) == date(1984, 3, 9)


@pytest.mark.parametrize("text", ["2027-01-01", "1890-01-01", "2026-05-06"])
def test_a_birth_date_that_cannot_be_right_is_refused(text):
    assert "birth_date" in answers.check_patient(replace(FULL, birth_date=text), TODAY).problems


@pytest.mark.parametrize(
    ("text", "kg"), [("72", 72.0), ("72,5", 72.5), ("72 kg", 72.0), ("7", None), ("720", None), ("nan", None)]
)
def test_weight(text, kg):
    assert answers.parse_weight(text) == kg


def test_dose_is_worked_out_from_the_weight():
    assert answers.suggested_dose(make_protocol(), 72.0) == "IV 36 mg over 40 min (0.5 mg/kg)"
    assert answers.suggested_dose(make_protocol(), 71.3) == "IV 35.6 mg over 40 min (0.5 mg/kg)"
    assert answers.suggested_dose(make_protocol(route=Route.IM, planned_min=0), 72.0) == "IM 36 mg (0.5 mg/kg)"


@pytest.mark.parametrize(
    ("told", "dose"),
    [
        ("Ketamine 0.5 mg/kg IV", "Ketamine IV 36 mg"),
        ("Ketamine IV, dose as ordered", "Ketamine IV 36 mg"),
        ("Ketamine IV 0.5 mg/kg", "Ketamine IV 36 mg"),
    ],
)
def test_the_dose_names_the_drug_of_the_protocol(told, dose):
    suggested = answers.suggested_dose(make_protocol(dose_text=told), 72.0)
    assert suggested == f"{dose} over 40 min (0.5 mg/kg)"


def test_no_dose_is_suggested_that_nobody_can_have_worked_out():
    assert answers.suggested_dose(make_protocol(dose_mg_per_kg=None), 72.0) == ""
    assert answers.suggested_dose(make_protocol(), None) == ""


def test_protocol_line_tells_the_course():
    assert answers.protocol_line(make_protocol()) == "40 min IV · 30 min observation · 0.5 mg/kg"
    assert answers.protocol_line(make_protocol(route=Route.IM)) == "IM injection · 30 min observation · 0.5 mg/kg"


def test_past_times_are_today_or_yesterday_and_never_to_come():
    now = NOW.utc_ns  # 14:00 UTC
    assert answers.resolve_past_time("7:30", False, now, UTC) == now - 6 * HOUR_NS - 30 * MINUTE_NS
    assert answers.resolve_past_time("19:30", True, now, UTC) == now - 18 * HOUR_NS - 30 * MINUTE_NS
    assert answers.resolve_past_time("14:01", False, now, UTC) is None
    assert answers.resolve_past_time("soon", False, now, UTC) is None


def test_fasting_clock_counts_up_and_says_when_it_is_enough():
    now = NOW.utc_ns
    assert answers.fasted_text(now - 6 * HOUR_NS - 12 * MINUTE_NS, now, 6) == "6:12 h fasted"
    assert answers.fasted_text(now - 5 * HOUR_NS, now, 6) == "5:00 h fasted, 6 h reached in 1:00 h"


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
    checked = answers.check_driver(name, relation, phone, transport)
    assert isinstance(checked, Driver) is ok
    if not ok:
        assert checked.endswith(".")


def test_the_likeliest_way_of_confirming_a_driver_comes_first():
    private, company = Transport.FAMILY_OR_FRIEND, Transport.MEDICAL_TRANSPORT
    assert answers.confirmations(private, handover=False)[0] is ConfirmedHow.BY_PHONE
    assert answers.confirmations(company, handover=False)[0] is ConfirmedHow.BOOKING
    for transport in Transport:
        assert answers.confirmations(transport, handover=True)[0] is ConfirmedHow.SEEN_IN_PERSON


def test_a_call_is_not_enough_at_hand_over_and_only_a_company_has_a_booking():
    assert ConfirmedHow.BY_PHONE in answers.confirmations(Transport.FAMILY_OR_FRIEND, handover=False)
    for transport in Transport:
        assert ConfirmedHow.BY_PHONE not in answers.confirmations(transport, handover=True)
    assert ConfirmedHow.BOOKING in answers.confirmations(Transport.MEDICAL_TRANSPORT, handover=True)
    assert ConfirmedHow.BOOKING not in answers.confirmations(Transport.FAMILY_OR_FRIEND, handover=True)


def test_the_weight_may_be_left_to_its_own_gate():
    check = answers.check_patient(replace(FULL, weight=""), TODAY, ask_weight=False)
    assert check.patient == replace(PATIENT, weight_kg=0.0)


@pytest.mark.parametrize(
    ("kg", "last", "asks"), [(72.0, 71.0, False), (72.0, 60.0, True), (60.0, 72.0, True), (72.0, None, False)]
)
def test_a_weight_far_from_the_last_is_asked_for_again(kg, last, asks):
    text, is_asking = answers.weight_against_last(kg, last, is_wrong=False)
    assert is_asking is asks
    assert bool(text) is (last is not None)


def test_a_weight_that_can_be_none_says_how_to_write_it():
    assert answers.weight_against_last(None, 72.0, is_wrong=True) == ("Write it in kilograms, 25 to 350.", True)


def test_the_times_that_are_offered_were_long_enough_ago():
    def today(now_ns, hours):
        return [text for text, yesterday in answers.quick_times(now_ns, hours, UTC) if not yesterday]

    assert today(NOW.utc_ns, 6) == ["6:00", "7:00", "8:00"]  # it is 14:00
    assert today(NOW.utc_ns - MINUTE_NS, 6) == ["6:00", "7:00"]
    assert today(NOW.utc_ns, 2) == ["8:00", "10:00", "12:00"]
    assert today(NOW.utc_ns - 8 * HOUR_NS, 2) == []
    for text, yesterday in answers.quick_times(NOW.utc_ns, 2, UTC):
        assert answers.resolve_past_time(text, yesterday, NOW.utc_ns, UTC) is not None


def test_a_driver_is_expected_later_today():
    assert answers.resolve_coming_time("15:30", NOW.utc_ns, UTC) == NOW.utc_ns + 90 * MINUTE_NS
    assert answers.resolve_coming_time("13:30", NOW.utc_ns, UTC) is None
    assert answers.resolve_coming_time("soon", NOW.utc_ns, UTC) is None


@pytest.mark.parametrize(
    ("text", "minutes"), [("240", 240.0), ("120", 120.0), ("119", None), ("481", None), ("4 h", None)]
)
def test_minutes_lie_within_what_the_protocol_allows(text, minutes):
    assert answers.parse_minutes(text, (120.0, 480.0)) == minutes


def known(number="MR-204471", given="Jonas"):
    return PatientCard(
        record_number=number,
        given_name=given,
        family_name="Keller",
        birth_date=date(1984, 3, 9),
        last_visit_utc_ns=NOW.utc_ns,
        n_visits=1,
    )


def test_a_record_number_of_somebody_else_is_told():
    assert answers.other_owner(FULL, (known(),)) == ""
    assert answers.other_owner(FULL, (known("MR-9", "Anna"),)) == ""
    assert "Anna Keller" in answers.other_owner(FULL, (known(given="Anna"),))
    assert answers.other_owner(replace(FULL, record_number=" mr-204471 ", birth_date="1985-03-09"), (known(),))
