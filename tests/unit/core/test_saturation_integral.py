"""The desaturation integral: depth x time in place of a plain persistence (Nellcor SatSeconds)."""

import pytest
from pydantic import ValidationError

from devices.events import Validity
from nursestation.core.protocols import LimitRule, Protocol
from tests.helpers.visit import CALM, Clinic, load_protocol, make_clinic


def protocol(area: float) -> Protocol:
    plain = load_protocol()
    limits = tuple(
        rule.model_copy(update={"sat_seconds": area}) if rule.metric == "spo2" else rule for rule in plain.limits
    )
    return plain.model_copy(update={"limits": limits})


@pytest.fixture
def clinic() -> Clinic:
    clinic = make_clinic(protocols=[protocol(50)])
    clinic.start()
    clinic.run(5)
    return clinic


def hold(clinic: Clinic, seconds: float, spo2: float | None, validity: Validity | None = None) -> None:
    """Give this saturation four times a second, beside calm vitals."""
    for _ in range(round(seconds * 4)):
        for metric, value in CALM.items():
            if metric == "spo2":
                clinic.numeric(metric, spo2, validity)
            else:
                clinic.numeric(metric, value)
        clinic.clock.advance(0.25)
        clinic.tick()


def rules(clinic: Clinic) -> list[str]:
    return [condition.rule for condition in clinic.view.conditions]


def test_depth_times_time_adds_up(clinic: Clinic) -> None:
    """At a limit of 90: 88 for 2 s, then 86: 4 of 50, then 4 a second."""
    hold(clinic, 2, 88.0)
    hold(clinic, 3, 86.0)
    hold(clinic, 8.25, 86.0)
    assert rules(clinic) == []
    hold(clinic, 0.25, 86.0)
    assert rules(clinic) == ["limit.spo2.low"]


def test_a_mild_fall_has_longer_than_a_deep_one(clinic: Clinic) -> None:
    hold(clinic, 49.75, 89.0)
    assert rules(clinic) == []
    hold(clinic, 0.25, 89.0)
    assert rules(clinic) == ["limit.spo2.low"]


def test_back_inside_counts_from_nothing(clinic: Clinic) -> None:
    hold(clinic, 12, 87.0)
    hold(clinic, 60, 95.0)
    hold(clinic, 12, 87.0)
    assert rules(clinic) == []


def test_the_third_crossing_within_a_minute_alarms(clinic: Clinic) -> None:
    for _ in range(2):
        hold(clinic, 2, 88.0)
        hold(clinic, 10, 95.0)
    assert rules(clinic) == []
    hold(clinic, 0.25, 88.0)
    assert rules(clinic) == ["limit.spo2.low"]


def test_crossings_further_apart_do_not(clinic: Clinic) -> None:
    for _ in range(5):
        hold(clinic, 2, 88.0)
        assert rules(clinic) == []
        hold(clinic, 30, 95.0)


def test_a_grave_value_does_not_wait(clinic: Clinic) -> None:
    hold(clinic, 0.25, 85.0)
    assert rules(clinic) == ["limit.spo2.low"]


def test_what_is_not_measured_is_not_counted(clinic: Clinic) -> None:
    hold(clinic, 6, 86.0)
    hold(clinic, 8, 80.0, Validity.QUESTIONABLE)
    hold(clinic, 6, 86.0)
    assert rules(clinic) == []
    hold(clinic, 1, 86.0)
    assert rules(clinic) == ["limit.spo2.low"]


@pytest.mark.parametrize("rule", [{"metric": "heart_rate", "low": 50}, {"metric": "spo2", "high": 99}])
def test_it_is_for_a_low_saturation_alone(rule: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="sat_seconds is for the low limit of spo2"):
        LimitRule.model_validate({**rule, "sat_seconds": 50})


def test_no_shipped_protocol_uses_it() -> None:
    for name in ("depression_iv", "general_iv", "im_injection"):
        assert all(rule.sat_seconds is None for rule in load_protocol(name).limits)
