"""Header text of EDF+: ASCII, subfields without blanks, eighty characters, and labels that tell signals apart."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nursestation.core.model import Patient
from nursestation.export.edf_names import ascii_text, labels, patient_field, recording_field, subfield, transducer
from tests.helpers.signal_visit import visit


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Jürgen Groß", "Jurgen Gross"), ("Łódź", "Lodz"), ("SpO₂", "SpO2"), ("Ørsted", "Orsted"), ("O’Neill", "O'Neill"),
        ("Ян", "??"), ("a\nb", "a?b"), ("½", "1?2"), ("~ !", "~ !"),
    ],
)  # fmt: skip
def test_letters_lose_their_accents_and_others_their_place(text, plain):
    assert ascii_text(text) == plain


@pytest.mark.parametrize(
    ("text", "field"), [("", "X"), ("  ", "X"), ("Ян", "X"), ("Ян Li", "??_Li"), (" a  b ", "a_b"), ("-", "X")]
)
def test_a_subfield_has_no_blanks_and_is_never_empty(text, field):
    assert subfield(text) == field


@given(st.text(), st.text(), st.text(min_size=1), st.dates(min_value=date(1900, 1, 1)))
def test_any_patient_fits_into_eighty_characters_and_four_subfields(given_name, family_name, number, born):
    field = patient_field(visit(records=[], patient=Patient(given_name, family_name, born, number, 70.0)))
    told = f"{field.code} {field.sex} {field.name}"
    assert len(told) + len(" 31-DEC-2000") <= 80
    assert field.birthdate == born
    assert told.isascii()
    assert told.isprintable()
    assert field.code
    assert field.name
    assert " " not in field.code + field.name


@given(st.text(), st.text())
def test_any_session_and_version_fit_into_eighty_characters(session, version):
    one = visit(records=[], simulated=True)
    one = replace(one, version=version, summary=replace(one.summary, id=session))
    field = recording_field(one, date(2026, 3, 3))
    assert field.startdate == date(2026, 3, 3)
    assert field.additional == ("SIMULATED",)
    assert field.equipment_code.startswith("Nursestation")


def test_labels_tell_signals_apart_within_sixteen_characters():
    wanted = [
        ("ecg", "II"),
        ("ecg", "V"),
        ("ecg", "II"),
        ("spo2", ""),
        ("spo2", ""),
        ("spo2", ""),
        ("ecg", "a very long lead name"),
    ]
    wanted.append(wanted[-1])
    found = labels(wanted)
    assert found[:6] == ["ECG II", "ECG V", "ECG II 2", "SpO2", "SpO2 2", "SpO2 3"]
    assert len(set(found)) == len(found)
    assert max(map(len, found)) <= 16


def test_a_transducer_is_monitor_and_source_in_eighty_characters():
    assert transducer("2:berry_pm6750", "II") == "2:berry_pm6750, II"
    assert transducer("2:berry_pm6750", "") == "2:berry_pm6750"
    assert len(transducer("m" * 70, "s" * 70)) == 80
