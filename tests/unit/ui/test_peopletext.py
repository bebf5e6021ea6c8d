from nursestation.ui.peopletext import driver_line, masked_phone, patient_line, record_tail
from tests.helpers.station_views import DRIVER, PATIENT


def test_only_the_last_four_digits_of_a_phone_show():
    assert masked_phone("+1 (555) 010-0192") == "••• ••• 0192"
    assert masked_phone("") == ""


def test_a_number_of_four_digits_shows_none():
    assert masked_phone("0192") == "••••"


def test_patient_line_has_no_full_name_and_no_full_number():
    line = patient_line(2, PATIENT)
    assert line == "Chair 2 · J. K. · …4471"
    assert PATIENT.family_name not in line


def test_short_record_numbers_stay_whole():
    assert record_tail("4471") == "4471"


def test_driver_line_leaves_out_an_empty_relation():
    assert driver_line(DRIVER) == "Maria K. (sister)"
    assert driver_line(type(DRIVER)("City Transport", "", "555 010 0000")) == "City Transport"
