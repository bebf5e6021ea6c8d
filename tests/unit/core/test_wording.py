import pytest

from nursestation.core.model import Operator, Role
from nursestation.core.wording import (
    count,
    left,
    listed,
    long_left,
    long_span,
    number,
    span,
    staff_name,
    unit_behind,
)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (-5, "0:00"), (40.9, "0:40"), (2050, "34:10"), (3720, "1:02:00")]
)
def test_spans(seconds: float, text: str) -> None:
    assert span(seconds) == text


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (0.1, "0:01"), (59.5, "1:00"), (-1, "0:00")])
def test_what_is_left_is_rounded_up(seconds: float, text: str) -> None:
    assert left(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-1, "0 s"), (40.9, "40 s"), (2050, "34 min"), (18_000, "5 h"), (134_526, "37 h 22 min")],
)
def test_long_spans_are_told_in_hours_and_minutes(seconds: float, text: str) -> None:
    assert long_span(seconds) == text


@pytest.mark.parametrize(("seconds", "text"), [(1, "1 min"), (3600, "1 h"), (7501, "2 h 6 min"), (-1, "0 s")])
def test_what_is_left_of_hours_is_rounded_up_to_the_minute(seconds: float, text: str) -> None:
    assert long_left(seconds) == text


def test_staff_are_told_by_name_and_an_unknown_one_by_its_id() -> None:
    nurse = Operator(id="r.alvarez", name="R. Alvarez RN", role=Role.NURSE, pin_hash="x")
    assert staff_name({"r.alvarez": nurse}, "r.alvarez") == "R. Alvarez RN"
    assert staff_name({}, "r.alvarez") == "r.alvarez"


@pytest.mark.parametrize(("value", "text"), [(97.0, "97"), (36.65, "36.6"), (0.5, "0.5")])
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text


def test_lists_and_counts() -> None:
    assert listed([]) == ""
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert (count(1, "reading"), count(2, "reading"), count(9, "reading")) == (
        "one reading",
        "two readings",
        "9 readings",
    )


@pytest.mark.parametrize(
    ("metric", "text"), [("spo2", " %"), ("nibp_sys", " mmHg"), ("temp", " °C"), ("resp_rate", "")]
)
def test_units_behind_a_number_are_those_that_people_write(metric: str, text: str) -> None:
    assert unit_behind(metric) == text
