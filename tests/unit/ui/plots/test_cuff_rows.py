from dataclasses import replace
from datetime import UTC

import numpy as np

from devices.clock import NS_PER_S
from nursestation.core.model import FlagOutcome, Phase
from nursestation.core.snapshot import PhaseSpan
from nursestation.ui.plots.cuff_rows import cuff_rows
from nursestation.ui.plots.pyramid import Pyramid
from nursestation.ui.plots.trend_view import trend_view
from tests.helpers.station_views import BASELINE, MINUTE_NS, NOW, make_flag, make_reading, make_visit

START = NOW.shifted(-30 * MINUTE_NS)
SPIKE, REPEAT = make_reading(186, 112, ago_s=240), make_reading(184, 111, ago_s=120)


def _rows(series=None, **changes):
    facts = {
        "opened": START.shifted(-10 * MINUTE_NS),
        "infusion_started": START,
        "spans": (
            PhaseSpan(phase=Phase.BASELINE, start=START.shifted(-10 * MINUTE_NS), end=START),
            PhaseSpan(phase=Phase.INFUSION, start=START, end=None),
        ),
        "baseline": BASELINE,
        "cuffs": (make_reading(126, 77, ago_s=34 * 60), SPIKE, REPEAT),
        "flags": (make_flag(reading=SPIKE, confirmed_by=REPEAT, outcome=FlagOutcome.CONFIRMED),),
    }
    visit = make_visit(Phase.INFUSION, **(facts | changes))
    return cuff_rows(visit, trend_view(visit, NOW), series or {}, UTC)


def test_newest_first_each_with_its_time_phase_and_distance():
    rows = _rows()
    assert [(row.time, row.minute, row.phase) for row in rows] == [
        ("13:58", "+28 min", "Infusion"),
        ("13:56", "+26 min", "Infusion"),
        ("13:26", "-4 min", "Baseline"),
    ]
    assert [(row.pressure, row.mean, row.from_baseline) for row in rows] == [
        ("184/111", "135", "+48 %"),
        ("186/112", "136", "+50 %"),
        ("126/77", "93", "+2 %"),
    ]
    assert [row.at for row in rows] == [28, 26, -4]


def test_flags_are_told_on_the_reading_that_raised_and_on_the_one_that_confirmed():
    assert [(row.flag, row.flagged) for row in _rows()] == [("second reading", True), ("BP spike", True), ("", False)]


def test_the_vitals_are_those_of_its_moment():
    series = {}
    seconds = START.utc_ns // NS_PER_S + np.arange(1800)
    for metric, values in (("pulse_rate", np.arange(1800) / 10), ("spo2", np.full(1800, 97.0))):
        series[metric] = Pyramid()
        series[metric].extend(seconds, values)
    rows = _rows(series)
    assert [row.heart_rate for row in rows] == ["168", "156", "---"]
    assert [row.spo2 for row in rows] == ["97", "97", "---"]
    assert {row.resp_rate for row in rows} == {"---"}


def test_without_baseline_or_mean_nothing_stands_in_their_place():
    (row,) = _rows(baseline=None, cuffs=(replace(SPIKE, mean=None),), flags=())
    assert (row.from_baseline, row.mean) == ("---", "---")
