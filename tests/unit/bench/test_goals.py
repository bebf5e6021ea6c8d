import json

import pytest

from tests.bench.goals import GOALS, Kind, Verdicts


def _lines(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_goal_is_met_up_to_its_limit_and_not_beyond():
    at_most, at_least = GOALS["D2.paced"], GOALS["D3.ours"]
    assert at_most.is_met_by(1.8)
    assert not at_most.is_met_by(1.801)
    assert at_least.is_met_by(57.0)
    assert not at_least.is_met_by(56.9)


def test_the_median_of_the_rounds_is_judged_and_the_spread_told(capsys):
    Verdicts().judge("D1.default", [1 / 70, 1 / 90, 1 / 100], "of a frame", 9.0, chairs=16)
    (line,) = _lines(capsys)
    assert line["met"] is True
    assert line["as"] == "1/90.0"
    assert (line["min"], line["max"]) == (0.01, 0.0143)
    assert line["repeats"] == 3
    assert line["limit"] == 0.0125
    assert line["chairs"] == 16


def test_a_missed_ratio_fails_a_check_and_a_missed_figure_is_told(capsys):
    verdicts = Verdicts()
    verdicts.judge("D2.paced", [1.9], "times", 1.0)
    verdicts.judge("P1.load", [50.0], "%", 1.0)
    verdicts.judge("D4", [0.0], "pixels", 1.0)
    assert verdicts.close(["D2.paced", "P1.load", "D4"]) == ["D2.paced"]
    last = _lines(capsys)[-1]
    assert last == {"measure": "goals", "met": ["D4"], "missed": ["D2.paced", "P1.load"], "not_measured": []}


@pytest.mark.parametrize("values", [None, []])
def test_what_was_not_measured_is_no_goal_met(values, capsys):
    verdicts = Verdicts()
    if values is not None:
        verdicts.judge("D4", values, "pixels", 1.0, why="it stopped")
        assert _lines(capsys)[-1]["met"] is None
    assert verdicts.close(["D4"]) == ["D4"]
    assert _lines(capsys)[-1]["not_measured"] == ["D4"]


def test_one_stray_pixel_is_one_too_many(capsys):
    verdicts = Verdicts()
    verdicts.judge("D4", [1.0], "pixels", 1.0)
    assert verdicts.close(["D4"]) == ["D4"]


def test_every_goal_says_what_it_asks_for():
    assert all(goal.text for goal in GOALS.values())
    assert {goal.kind for goal in GOALS.values()} == set(Kind)
