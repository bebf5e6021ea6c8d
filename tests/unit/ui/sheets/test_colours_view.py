import pytest
from pydantic import ValidationError

from nursestation.config.display import ColourSettings
from nursestation.ui.sheets.colours_view import TITLES, colour_of, offered, recoloured, refusal

USUAL = ColourSettings()


def test_a_free_colour_is_taken_and_the_others_stay():
    after = recoloured(USUAL, "heart_rate", "teal")
    assert refusal(USUAL, "heart_rate", "teal") == ""
    assert after == ColourSettings(heart_rate="teal")


def test_a_colour_that_another_has_is_refused_with_its_name():
    assert refusal(USUAL, "resp", "pink") == "Pink is the colour of BP: give BP another one first."
    with pytest.raises(ValidationError):
        recoloured(USUAL, "resp", "pink")


def test_what_is_close_to_an_alarm_stays_with_oxygen():
    moved = recoloured(USUAL, "spo2", "blue")
    assert refusal(moved, "co2", "light blue") == (
        "Light blue is close to a colour of alarms: no parameter but SpO₂ has it."
    )
    assert [one for one in TITLES if "light blue" in offered(one)] == ["spo2"]
    assert refusal(moved, "spo2", "light blue") == ""


@pytest.mark.parametrize("parameter", TITLES)
def test_what_is_offered_and_free_is_never_refused(parameter):
    taken = {colour_of(USUAL, one) for one in TITLES if one != parameter}
    for name in offered(parameter):
        assert bool(refusal(USUAL, parameter, name)) == (name in taken)
