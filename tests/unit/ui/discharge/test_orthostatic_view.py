from datetime import UTC

import pytest

from devices.clock import NS_PER_S
from nursestation.core.commands import RecordOrthostatic
from nursestation.ui.discharge.orthostatic_view import (
    BY_HAND,
    WAITS,
    Posture,
    came_from,
    filled,
    lying_reading,
    made,
    offered,
    reading_words,
    standing_line,
    standing_reading,
    take_words,
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


def _fields(posture, reading, **changes):
    """Return the fields of a posture as a reading fills them."""
    parts = dict(zip(("sys", "dia", "pulse"), filled(reading), strict=True)) | {"from": str(reading.measured_utc_ns)}
    return {f"{posture}_{part}": text for part, text in {**parts, **changes}.items()}


@pytest.mark.parametrize(
    ("changes", "is_from"),
    [({}, True), ({"sys": "125"}, False), ({"pulse": ""}, False), ({"from": "5"}, False), ({"from": ""}, False)],
)
def test_what_a_person_changes_of_a_reading_is_no_reading_any_more(changes, is_from):
    reading = make_reading(124, 76)
    found = came_from((make_reading(124, 76, ago_s=90), reading), _fields(Posture.LYING, reading, **changes))
    assert found == ({Posture.LYING: reading} if is_from else {})


A, B, C = (
    make_reading(124, 76, ago_s=-after) for after in (-120, 60, 180)
)  # two minutes before standing up, 1 and 3 after
AFTER_ALL = STOOD + 200 * NS_PER_S


@pytest.mark.parametrize(
    ("cuffs", "taken", "stood", "offers"),
    [
        ((A,), {}, None, (A, None, None)),  # nothing is offered standing before anybody stands
        ((A,), {Posture.LYING: A}, None, (A, None, None)),  # the same reading is not offered again
        ((A,), {Posture.LYING: A}, STOOD, (A, None, None)),
        ((A, B), {Posture.LYING: A}, STOOD, (A, B, B)),
        ((A, B), {Posture.LYING: A, Posture.MINUTE_1: B}, STOOD, (A, B, None)),
        ((A, B, C), {Posture.LYING: A, Posture.MINUTE_1: B}, STOOD, (A, C, C)),
        ((A, B, C), {Posture.LYING: A, Posture.MINUTE_1: B, Posture.MINUTE_3: C}, STOOD, (A, B, C)),
        ((A, B, C), {Posture.MINUTE_3: C}, STOOD, (A, B, C)),
        ((A, B, C), {Posture.MINUTE_3: B}, STOOD, (A, None, C)),
        ((A, B), {}, STOOD, (A, B, B)),  # lying was typed by hand
        ((B, C), {Posture.LYING: B}, None, (C, C, C)),  # nobody pressed Stands up: by their order alone
        ((make_reading(ago_s=701),), {}, None, (None, None, None)),  # too old to stand for the one lying
        ((), {}, STOOD, (None, None, None)),
    ],
)
def test_a_posture_offers_only_a_reading_after_the_one_of_the_posture_before(cuffs, taken, stood, offers):
    assert tuple(offered(cuffs, posture, taken, stood, AFTER_ALL) for posture in Posture) == offers


def test_a_button_says_what_it_offers_or_where_the_pressure_came_from():
    assert take_words(A, None, False, UTC) == "Take 124/76 of 13:58"
    assert take_words(C, B, True, UTC) == "Take 124/76 of 14:03"
    assert take_words(B, B, True, UTC) == "From the cuff at 14:01"
    assert take_words(None, B, True, UTC) == "From the cuff at 14:01"
    assert take_words(None, None, True, UTC) == BY_HAND
    assert take_words(None, None, False, UTC) == WAITS


def test_the_check_names_the_readings_it_was_taken_from():
    fields = {**_fields(Posture.LYING, A), **_fields(Posture.MINUTE_1, B), **_fields(Posture.MINUTE_3, C, sys="126")}
    command = made(2, fields, False, (A, B, C))
    assert command.came_from == (A.measured_utc_ns, B.measured_utc_ns, None)
    assert command.standing_3 == (126, 76, 72)


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
