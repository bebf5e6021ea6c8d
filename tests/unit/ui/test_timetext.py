from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest

from devices.clock import NS_PER_S
from nursestation.ui import timetext

EAST = timezone(timedelta(hours=2))


def _ns(*parts):
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * NS_PER_S


def test_clock_text_is_the_time_in_the_clinic():
    assert timetext.clock_text(_ns(2026, 5, 6, 14, 32, 59), EAST) == "16:32"


@pytest.mark.parametrize(
    ("then", "text"),
    [
        (_ns(2026, 5, 6, 6, 5), "08:05"),
        (_ns(2026, 5, 5, 17, 30), "yesterday 19:30"),
        (_ns(2026, 5, 4, 17, 30), "4 May 19:30"),
        (_ns(2026, 5, 5, 22, 30), "00:30"),  # today in the clinic though yesterday in UTC
    ],
)
def test_day_is_named_unless_it_is_today(then, text):
    assert timetext.day_and_clock_text(then, _ns(2026, 5, 6, 12, 0), EAST) == text


def test_lengths_are_cut_down_never_rounded_up():
    assert timetext.hours_text(6 * 3600 - 1) == "5:59 h"
    assert timetext.hours_text(6 * 3600 + 12 * 60) == "6:12 h"
    assert timetext.minutes_text(34 * 60 + 10.9) == "34:10"
    assert timetext.minutes_text(-5) == "0:00"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7:30", time(7, 30)),
        ("0730", time(7, 30)),
        ("730", time(7, 30)),
        ("19.05", time(19, 5)),
        (" 7 ", time(7, 0)),
        ("24:00", None),
        ("7:60", None),
        ("", None),
        ("noon", None),
        ("12:345", None),
        ("²:00", None),
    ],
)
def test_time_of_day_as_people_type_it(text, expected):
    assert timetext.parse_time_of_day(text) == expected


def test_age_turns_on_the_birthday():
    born = date(1984, 5, 6)
    assert timetext.age_years(born, date(2026, 5, 5)) == 41
    assert timetext.age_years(born, date(2026, 5, 6)) == 42


def test_utc_round_trip_to_the_second():
    assert timetext.to_utc_ns(timetext.local_time(_ns(2026, 5, 6, 14, 0, 1), EAST)) == _ns(2026, 5, 6, 14, 0, 1)
