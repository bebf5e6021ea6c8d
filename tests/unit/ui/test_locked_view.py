import pytest

from nursestation.core.commands import Acknowledge, PauseAudio
from nursestation.ui.locked import is_answered_by_pin
from tests.helpers.station_views import NURSE, OFFICE, make_station


@pytest.mark.parametrize("asked", [Acknowledge, PauseAudio])
@pytest.mark.parametrize(
    ("operator", "operators", "is_by_pin"),
    [
        (None, (NURSE, OFFICE), True),
        (OFFICE, (NURSE, OFFICE), True),
        (NURSE, (NURSE, OFFICE), False),
        (None, (OFFICE,), False),
        (None, (), False),
    ],
)
def test_an_alarm_is_answered_by_pin_where_somebody_else_may(asked, operator, operators, is_by_pin):
    assert is_answered_by_pin(make_station(operator=operator, operators=operators), asked) is is_by_pin
