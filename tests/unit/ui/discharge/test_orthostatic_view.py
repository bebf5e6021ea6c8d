from datetime import UTC

import pytest

from devices.clock import NS_PER_S
from nursestation.core.commands import RecordOrthostatic
from nursestation.ui.discharge.orthostatic_view import (
    Posture,
    filled,
    lying_reading,
    made,
    reading_words,
    standing_line,
    standing_reading,
)
from tests.helpers.station_views import NOW, make_reading

STOOD = NOW.utc_ns
WHOLE = {"lying_sys": "124", "lying_dia": "76", "minute_1_sys": "118", "minute_1_dia": "74", "minute_1_pulse": "80"}


@pytest.mark.parametrize(
    ("after_s", "posture"),
    [(39, None), (40, Posture.MINUTE_1), (130, Posture.MINUTE_1), (140, None), (150, Posture.MINUTE_3), (301, None)],
)
def test_a_reading_belongs_to_a_posture_by_when_it_was_measured(after_s, posture):
    cuffs = (make_reading(120, 80, ago_s=-after_s),)
    found = [one for one in (Posture.MINUTE_1, Posture.MINUTE_3) if standing_reading(cuffs, one, STOOD)]
    assert found == ([] if posture is None else [posture])


def test_the_first_reading_of_its_time_counts():
    cuffs = (make_reading(118, 80, ago_s=-60), make_reading(126, 82, ago_s=-100))
    assert standing_reading(cuffs, Posture.MINUTE_1, STOOD).sys == 118


def test_an_old_reading_does_not_stand_for_the_one_lying():
    assert lying_reading((), NOW.utc_ns) is None
    assert lying_reading((make_reading(ago_s=901),), NOW.utc_ns) is None
    assert lying_reading((make_reading(ago_s=900),), NOW.utc_ns).sys == 124


def test_the_clock_says_when_to_start_the_cuff():
    assert standing_line(None, NOW.utc_ns).startswith("Measure lying.")
    told = [standing_line(STOOD, STOOD + s * NS_PER_S) for s in (10, 75, 181)]
    assert told == [
        "Standing for 0:10 · start the cuff for 1 min in 0:50",
        "Standing for 1:15 · start the cuff for 3 min in 1:45",
        "Standing for 3:01 · both times have come",
    ]


def test_a_reading_in_its_fields_and_on_its_button():
    assert filled(make_reading(124, 76, pulse=None)) == ("124", "76", "")
    assert reading_words(make_reading(124, 76, ago_s=60), UTC) == "Take 124/76 of 13:59"


def test_what_is_typed_becomes_the_check():
    assert made(2, WHOLE, symptoms=True) == RecordOrthostatic(
        chair=2, lying=(124, 76, None), standing_1=(118, 74, 80), standing_3=None, symptoms=True
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"lying_sys": "", "lying_dia": ""}, "Enter the pressure lying."),
        ({"minute_1_sys": "", "minute_1_dia": "", "minute_1_pulse": ""}, "at least one pressure standing"),
        ({"minute_1_dia": ""}, "Enter both pressures after 1 min"),
        ({"lying_sys": "12a"}, "as whole numbers"),
        ({"lying_sys": "999"}, "999 cannot be right lying"),
        ({"minute_1_dia": "118"}, "must be below the upper one"),
    ],
)
def test_what_is_missing_or_wrong_is_said(change, says):
    assert says in made(2, {**WHOLE, **change}, symptoms=False)
