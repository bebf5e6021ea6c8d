from datetime import UTC

from nursestation.core.snapshot import WatchingView
from nursestation.ui.watching_view import watched_view
from tests.helpers.station_views import MINUTE_NS, NOW


def ago(minutes):
    return NOW.shifted(-minutes * MINUTE_NS)


WATCHED = WatchingView(
    coverage=(("heart_rate", 1.0, 0.0), ("spo2", 0.999, 41.0), ("resp_rate", 1.0, 0.0), ("nibp_sys", 0.9, 660.0)),
    cuffs_planned=6,
    cuffs_taken=5,
    cuffs_failed=1,
    longest_cuff_gap_s=660.0,
    signed_in=(("R. Alvarez RN", ago(40), ago(10)), ("J. Okafor RN", ago(10), None)),
    alarms=2,
    median_response_s=14.0,
    slowest_response_s=95.0,
    began=ago(3),
    n_minutes=3,
    gaps=((), ((1, 2),), (), ((2, 3),)),
)


def test_each_vital_has_its_minutes_its_share_and_its_longest_gap():
    lines = watched_view(WATCHED, UTC).lines
    assert [(line.title, line.share, line.gap) for line in lines] == [
        ("Heart rate", "100 %", "no gap"),
        ("SpO₂", "99 %", "longest gap 41 s"),  # never rounded up to a whole
        ("Breathing", "100 %", "no gap"),
        ("Blood pressure", "90 %", "longest gap 11 min"),
    ]
    assert [(line.n_minutes, line.gaps) for line in lines][1::2] == [(3, ((1, 2),)), (3, ((2, 3),))]
    assert [line.is_whole for line in lines] == [True, False, True, False]


def test_cuff_people_and_alarms_are_told():
    view = watched_view(WATCHED, UTC)
    assert dict(view.facts) == {
        "Cuff readings": "5 taken of 6 planned, 1 failed",
        "Longest without one": "11 min",
        "Signed in": "R. Alvarez RN 13:20 to 13:50, J. Okafor RN from 13:50",
        "Alarms": "2 of medium or high priority; acknowledged after 14 s in the middle, 1 min at the slowest",
    }
    assert view.share == "90 %"


def test_before_the_baseline_nothing_is_claimed():
    view = watched_view(WatchingView(), UTC)
    assert (view.lines, view.facts, view.share) == ((), (), "")
