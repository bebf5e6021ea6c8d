import pytest

from nursestation.core.commands import EnterVitals
from nursestation.core.vitals import CONTINUOUS
from nursestation.ui.sheets.vitals_view import FIELDS, GROUPS, vitals_by_hand


def test_every_field_is_a_vital_that_the_station_takes():
    assert all(field.metric in CONTINUOUS or field.metric.startswith("nibp_") for field in FIELDS)
    assert {field.group for field in FIELDS} == {group for group, _ in GROUPS}


def test_what_was_typed_is_sent_and_the_rest_left_out():
    typed = {"pulse_rate": " 72", "spo2": "", "nibp_sys": "128", "nibp_dia": "79", "temp": "36,8"}
    made = vitals_by_hand(2, typed, ("resp_rate",), "Patient moves", 5)
    assert made == EnterVitals(
        chair=2,
        values=(("pulse_rate", 72.0), ("nibp_sys", 128.0), ("nibp_dia", 79.0), ("temp", 36.8)),
        not_measurable=(("resp_rate", "Patient moves"),),
        at_utc_ns=5,
    )


@pytest.mark.parametrize(
    ("typed", "unmeasured", "reason", "sentence"),
    [
        ({}, (), "", "Enter what you measured, or choose what could not be measured."),
        ({"spo2": "970"}, (), "", "SpO₂: enter 1 to 100 %."),
        ({"spo2": "x"}, (), "", "SpO₂: enter 1 to 100 %."),
        ({"spo2": "9-7"}, (), "", "SpO₂: enter 1 to 100 %."),
        ({"nibp_sys": "120"}, (), "", "Enter both pressures, the systolic and the diastolic."),
        ({"nibp_sys": "80", "nibp_dia": "120"}, (), "", "The diastolic pressure must be lower than the systolic."),
        ({}, ("spo2",), "", "Choose or write why it could not be measured."),
        (
            {"spo2": "97"},
            ("spo2",),
            "Cold hands",
            "SpO₂ has a number: take it out, or do not tell it as not measurable.",
        ),
    ],
)
def test_what_is_missing_is_said(typed, unmeasured, reason, sentence):
    assert vitals_by_hand(2, typed, unmeasured, reason) == sentence
