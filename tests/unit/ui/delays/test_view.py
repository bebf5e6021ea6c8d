import re
from pathlib import Path

from nursestation.core.protocols import LimitRule
from nursestation.runtime.delays import DelayFigures, Spread
from nursestation.ui.delays.view import MEASURED_ELSEWHERE, delay_lines, drawing_text, waits
from nursestation.ui.pacing import Drawing
from tests.helpers.station_views import make_protocol

PERFORMANCE = Path(__file__).parents[4] / "docs" / "performance.md"


def test_a_delay_says_what_it_is_from_and_to_and_how_long_it_takes():
    figures = DelayFigures(signal=Spread(1234, 31.4, 88.6, 201.0))
    line = delay_lines(figures)[2]
    assert line.title == "An alarm signal"
    assert line.figures == "half within 0.031 s, 99 of 100 within 0.089 s, longest 0.201 s (1234 measured)"


def test_nothing_measured_is_said_and_no_zero():
    assert {line.figures for line in delay_lines(DelayFigures())} == {"nothing measured yet since the start"}


def test_the_figures_measured_elsewhere_are_those_of_the_performance_page():
    (row,) = [
        line for line in PERFORMANCE.read_text("utf-8").splitlines() if line.startswith("| number, wire to screen")
    ]
    assert re.findall(r"(\d+) ms", row)[:2] == re.findall(r"(\d+) ms", MEASURED_ELSEWHERE)[:2]


def test_what_is_waited_for_on_purpose_comes_from_the_protocol():
    spo2 = LimitRule(metric="spo2", low=90, persist_s=10, at_once_at_or_below=80)
    rate = LimitRule(metric="heart_rate", low=50, high=120, persist_s=12)
    ((title, words),) = waits([make_protocol(limits=(spo2, rate))])
    assert title == "Depression IV"
    assert words == (
        "SpO₂ below 90 %: after 10 s, at 80 or below at once; HR below 50: after 12 s; HR above 120: after 12 s; "
        "no data from a monitor, or a probe or lead off: low priority after 5 s, medium after 15 s during the treatment; "
        "no value of a vital that is watched: low priority after 10 s, medium after 15 s during the treatment; "
        "nothing but doubted values: after 30 s; blood pressure: with the reading, at once; "
        "a planned cuff reading: 3 min after it was due."
    )


def test_a_limit_that_goes_by_depth_and_time_says_so_and_no_seconds_that_it_does_not_wait():
    spo2 = LimitRule(metric="spo2", low=90, persist_s=10, at_once_at_or_below=80, sat_seconds=50)
    ((_, words),) = waits([make_protocol(limits=(spo2,))])
    assert words.startswith(
        "SpO₂ below 90 %: when depth times time reaches 50 % s, or the third time within a minute, at 80 or below at once; "
    )


def test_it_says_how_often_waves_are_drawn_and_when_that_was_lowered():
    assert drawing_text(Drawing(59, 59, 58)).startswith("Waves are drawn 58 times a second.")
    lowered = drawing_text(Drawing(59, 29, 28))
    assert lowered.startswith("This computer cannot keep up: waves are drawn 28 times a second instead of 59.")
    assert "Numbers, alarms and the record come as fast as ever." in lowered
