"""The two nights of the year on which a clock on the wall jumps: spans stay spans, and no time in a file can mean two moments.

Durations, due times and alarms know no zone at all (`devices/clock.py`); here is what is typed as a time of day, and what is
written as one.
"""

import csv
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from devices.clock import NS_PER_S
from nursestation.core.records import Sample
from nursestation.export.formats import FORMATS, ExportOptions
from nursestation.paths import resource
from nursestation.ui.checkin.answers import fasted_text, resolve_past_time
from tests.helpers.stored_visit import stored
from tests.helpers.written_visit import START, all_records

NEW_YORK = ZoneInfo("America/New_York")
BERLIN = ZoneInfo("Europe/Berlin")
JUMPS = {
    "forward": (NEW_YORK, datetime(2026, 3, 8, 7, 0, tzinfo=UTC)),
    "back": (NEW_YORK, datetime(2026, 11, 1, 6, 0, tzinfo=UTC)),
    "forward in Europe": (BERLIN, datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
    "back in Europe": (BERLIN, datetime(2026, 10, 25, 1, 0, tzinfo=UTC)),
}


def ns(moment):
    return int(moment.timestamp()) * NS_PER_S


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        ((2026, 3, 8), NEW_YORK, 10),
        ((2026, 11, 1), NEW_YORK, 12),
        ((2026, 3, 29), BERLIN, 10),
        ((2026, 10, 25), BERLIN, 12),
        ((2026, 5, 5), BERLIN, 11),
    ],
)
def test_a_night_of_fasting_is_as_long_as_it_was(day, zone, hours):
    now = ns(datetime(*day, 10, 0, tzinfo=zone))
    last = resolve_past_time("23:00", yesterday=True, now_utc_ns=now, zone=zone)
    assert (now - last) / NS_PER_S == hours * 3600
    assert fasted_text(last, now, 6) == f"{hours}:00 h fasted"


def test_a_time_that_came_twice_is_the_newer_one_unless_that_is_still_to_come():
    first, second = datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    later, between = datetime(2026, 11, 1, 14, 0, tzinfo=UTC), datetime(2026, 11, 1, 6, 10, tzinfo=UTC)
    assert resolve_past_time("1:30", yesterday=False, now_utc_ns=ns(later), zone=NEW_YORK) == ns(second)
    assert resolve_past_time("1:30", yesterday=False, now_utc_ns=ns(between), zone=NEW_YORK) == ns(first)


@pytest.mark.parametrize("which", JUMPS)
def test_each_time_in_a_table_tells_its_moment(which, tmp_path):
    zone, jump = JUMPS[which]
    delta_ns = ns(jump) - 40 * 60 * NS_PER_S - START.utc_ns
    records = [replace(one, at=one.at.shifted(delta_ns)) for one in all_records(step_s=60)]
    visit = stored(tmp_path, records)
    options = ExportOptions(resource("fonts"), "0.1.0", zone)
    text = FORMATS["csv"].render(visit, options).decode("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    rows = list(csv.DictReader(lines))
    key = next(key for key in rows[0] if "time" in key)
    times = [datetime.fromisoformat(row[key]) for row in rows]
    # a cuff stands under when it was measured, which these records carry with them unmoved
    times = [one for one in times if one.astimezone(UTC).date() in (jump.date(), (jump - timedelta(hours=2)).date())]
    assert len({one.utcoffset() for one in times}) == 2, "the jump lies in the visit"
    moments = [one.astimezone(UTC) for one in times]
    assert moments == sorted(moments)
    wanted = {one.at.utc_ns // NS_PER_S for one in records if isinstance(one, Sample) and one.cycle is None}
    assert len(wanted) > 90
    assert {int(one.timestamp()) for one in moments} >= wanted
