"""The comparison of a visit's alarms with what is expected tells what is missing, extra, late and wrong."""

import pytest

from devices.simulator.scenario import load_scenario
from nursestation.core import records as r
from tests.helpers.expected import Expected, differences, shortened
from tests.helpers.visit import make_clinic


def of_limit(**changes: object) -> Expected:
    condition = {"rule": "limit.spo2.low", "kind": "physiological", "worst": "medium", "begins": ["00:10", "00:12"]}
    condition |= {"over": ["00:30", "00:40"], **changes}
    return Expected.model_validate({"scenario": "normal", "why": "a test", "condition": [condition]})


@pytest.fixture(scope="module")
def recorded() -> list[r.Record]:
    """Return a visit with one SpO2 alarm: from 11 s after the infusion's start until some 6 s after 25 s."""
    clinic = make_clinic()
    clinic.start()
    clinic.run(25, {"spo2": 88.0})
    clinic.run(10)
    return clinic.records


def test_what_is_as_expected_makes_no_lines(recorded):
    assert differences(of_limit(), recorded) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"begins": ["00:01", "00:05"]}, "wrong    limit.spo2.low begins at 00:11.0, expected 00:01.0 to 00:05.0"),
        ({"over": ["00:12", "00:20"]}, "wrong    limit.spo2.low is over at 00:31.0, expected 00:12.0 to 00:20.0"),
        (
            {"worst_from": ["00:12", "00:20"]},
            "wrong    limit.spo2.low is worst at 00:11.0, expected 00:12.0 to 00:20.0",
        ),
        ({"worst": "high"}, "wrong    limit.spo2.low is medium at worst, expected high"),
        ({"kind": "technical"}, "wrong    limit.spo2.low is physiological, expected technical"),
    ],
)
def test_what_is_late_or_otherwise_wrong_is_told(recorded, changes, said):
    assert differences(of_limit(**changes), recorded) == [said]


def test_what_is_missing_and_what_is_extra_are_told(recorded):
    missing, extra = differences(of_limit(rule="limit.heart_rate.high"), recorded)
    assert missing == "missing  limit.heart_rate.high, expected 00:10.0 to 00:12.0 after infusion_start"
    assert extra.startswith(
        "extra    limit.spo2.low, medium physiological, 00:11.0 to 00:31.0 after infusion_start: SpO₂"
    )


def test_a_shortened_scenario_begins_later_in_its_story_and_ends_where_it_is_told():
    whole = load_scenario("bp-spike")
    short = shortened(whole, 25 * 60, 12 * 60)
    assert [target.at for target in short.target] == [target.at - 25 * 60 for target in whole.target]
    assert [step.at for step in short.operator if step.do == "pause_infusion"] == [(36 - 25) * 60 + 30]
    assert not [step for step in short.operator if getattr(step, "text", "") == "Nausea"], "it came before"
    assert (short.operator[-1].do, short.operator[-1].at) == ("end_early", 12 * 60)
