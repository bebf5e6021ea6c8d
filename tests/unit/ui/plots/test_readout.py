from datetime import UTC

import numpy as np
import pytest

from devices.clock import NS_PER_S
from devices.events import Priority
from nursestation.core.model import Phase
from nursestation.core.snapshot import AlarmSpanView, PhaseSpan
from nursestation.ui.plots.pyramid import Pyramid
from nursestation.ui.plots.readout import readout_at, shortened, standing
from nursestation.ui.plots.trend_view import trend_view
from nursestation.ui.roles import Tone
from tests.helpers.station_views import BASELINE, MINUTE_NS, NOW, make_entry, make_flag, make_reading, make_visit

START = NOW.shifted(-30 * MINUTE_NS)


def _visit(**changes):
    spike = make_reading(186, 112, ago_s=120)
    facts = {
        "opened": START.shifted(-10 * MINUTE_NS),
        "infusion_started": START,
        "spans": (
            PhaseSpan(phase=Phase.BASELINE, start=START.shifted(-10 * MINUTE_NS), end=START),
            PhaseSpan(phase=Phase.INFUSION, start=START, end=None),
        ),
        "baseline": BASELINE,
        "cuffs": (make_reading(155, 94, ago_s=600), spike),
        "flags": (make_flag(reading=spike),),
        "chart": (make_entry("a", "Nausea", at=START.shifted(16 * MINUTE_NS)),),
        "alarm_spans": (
            AlarmSpanView(
                metric="spo2", priority=Priority.HIGH, text="SpO₂ 86 < 90 %",
                start=START.shifted(15 * MINUTE_NS), end=START.shifted(17 * MINUTE_NS),
            ),
        ),
    }  # fmt: skip
    return make_visit(Phase.INFUSION, **(facts | changes))


def _series(**levels):
    """Return half an hour from the start at one value a second, nothing in its tenth minute."""
    found = {}
    for metric, level in levels.items():
        values = np.full(1800, float(level))
        values[600:660] = np.nan
        found[metric] = Pyramid()
        found[metric].extend(START.utc_ns // NS_PER_S + np.arange(1800), values)
    return found


def _texts(line):
    return [piece.text for piece in line]


def test_every_value_at_the_cursor_is_told_with_what_happened():
    series = _series(heart_rate=86, pulse_rate=87, spo2=86.4, resp_rate=15, etco2=36, temp=36.84)
    told = readout_at(trend_view(_visit(), NOW), series, 16.0, UTC)
    assert _texts(told.upper) == ["13:46", "HR 86", "SpO₂ 86", "RR 15", "CO₂ 36", "°C 36.8"]
    assert _texts(told.lower) == ["BP ---", "SpO₂ 86 < 90 %", "Nausea – mild", "Infusion +16 min"]


@pytest.mark.parametrize(
    ("room", "text"),
    [(99, "BP spike 150/92"), (15, "BP spike 150/92"), (14, "BP spike …"), (9, "BP …"), (3, "…"), (0, "…")],
)
def test_what_has_no_room_ends_with_a_whole_word(room, text):
    assert shortened("BP spike 150/92", len, room) == text


def test_an_alarm_is_told_by_its_headline():
    span = AlarmSpanView(
        metric="nibp_sys", priority=Priority.HIGH, text="BP spike 150/92, 26 % above baseline 119/75; repeat asked for",
        start=START.shifted(15 * MINUTE_NS), end=None,
    )  # fmt: skip
    told = readout_at(trend_view(_visit(alarm_spans=(span,)), NOW), {}, 18.0, UTC)
    assert _texts(told.lower) == ["BP ---", "BP spike 150/92", "Infusion +18 min"]


@pytest.mark.parametrize("minute", [12.0, 18.0])
def test_what_is_over_or_has_not_begun_is_not_told(minute):
    lower = _texts(readout_at(trend_view(_visit(), NOW), {}, minute, UTC).lower)
    assert lower == ["BP ---", f"Infusion +{minute:.0f} min"]


@pytest.mark.parametrize(
    ("minute", "pressure"),
    [(19.9, ["BP ---"]), (20, ["BP 155/94 at 13:50", "+25 %"]), (29, ["BP 186/112 at 13:58", "+50 %"])],
)
def test_the_pressure_is_the_last_reading_before_the_cursor(minute, pressure):
    assert _texts(readout_at(trend_view(_visit(), NOW), {}, minute, UTC).lower)[: len(pressure)] == pressure


def test_in_a_gap_and_after_the_end_nothing_stands():
    view = trend_view(_visit(), NOW)
    for minute in (-5.0, 10.5, 31.0):
        assert "HR ---" in _texts(readout_at(view, _series(heart_rate=80), minute, UTC).upper)


def test_the_pulse_stands_in_for_a_heart_rate_that_nobody_gives_and_lacking_metrics_are_not_named():
    upper = _texts(readout_at(trend_view(_visit(), NOW), _series(pulse_rate=72), 5.0, UTC).upper)
    assert upper[1:] == ["PR 72"]


def test_before_the_start_minutes_count_from_the_check_in():
    visit = make_visit(Phase.CHECK_IN, opened=NOW.shifted(-6 * MINUTE_NS))
    told = readout_at(trend_view(visit, NOW), {}, 3.0, UTC)
    assert (_texts(told.upper), _texts(told.lower)) == (["13:57"], ["BP ---", "Check-in 3 min"])


def test_without_a_cursor_it_says_how_the_pressure_stands_and_where_it_goes():
    told = standing(trend_view(_visit(), NOW), (-10, 40), UTC, follows=True)
    assert _texts(told.upper) == ["BP 186/112 at 13:58", "+50 % from base"]
    assert _texts(told.lower) == ["▲ rising 31 mmHg in 10 min"]
    assert told.text == "BP 186/112 at 13:58 · +50 % from base. ▲ rising 31 mmHg in 10 min"


def test_while_it_looks_back_it_says_so():
    told = standing(trend_view(_visit(), NOW), (-10, 5), UTC, follows=False)
    assert _texts(told.lower) == ["Looking back: 13:20 to 13:35", "▲ rising"]
    assert told.lower[0].tone is Tone.ACCENT


def test_a_visit_that_is_over_is_looked_at_without_a_word():
    told = standing(trend_view(_visit(), NOW, is_live=False), (-10, 5), UTC, follows=False)
    assert not any("Looking" in text for text in _texts(told.lower))


def test_without_a_reading_it_says_so():
    told = standing(trend_view(_visit(cuffs=(), flags=()), NOW), (-10, 40), UTC, follows=True)
    assert (_texts(told.upper), told.lower) == (["No cuff reading yet"], ())
