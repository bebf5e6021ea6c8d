import pytest

from nursestation.core.wording import count, left, listed, number, span


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (-5, "0:00"), (40.9, "0:40"), (2050, "34:10"), (3720, "1:02:00")]
)
def test_spans(seconds: float, text: str) -> None:
    assert span(seconds) == text


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (0.1, "0:01"), (59.5, "1:00"), (-1, "0:00")])
def test_what_is_left_is_rounded_up(seconds: float, text: str) -> None:
    assert left(seconds) == text


@pytest.mark.parametrize(("value", "text"), [(97.0, "97"), (36.65, "36.6"), (0.5, "0.5")])
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text


def test_lists_and_counts() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert (count(1, "reading"), count(2, "reading"), count(9, "reading")) == (
        "one reading",
        "two readings",
        "9 readings",
    )
