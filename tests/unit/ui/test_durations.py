import pytest

from nursestation.ui.durations import age_text, duration_text, round_text, span_text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0:00"),
        (22.9, "0:22"),
        (2050, "34:10"),
        (3599.9, "59:59"),
        (3600, "1:00:00"),
        (3850, "1:04:10"),
        (-5, "0:00"),
    ],
)
def test_a_length_is_told_like_a_timer(seconds, text):
    assert duration_text(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(4.9, "now"), (22, "22 s ago"), (59.9, "59 s ago"), (900, "15 min ago"), (4800, "1 h 20 min ago")],
)
def test_an_age_is_told_in_its_one_telling_unit(seconds, text):
    assert age_text(seconds) == text


@pytest.mark.parametrize(("seconds", "text"), [(120.0, "2 min"), (90, "90 s"), (59.5, "59.5 s"), (0, "0 s")])
def test_a_length_that_was_set_is_told_exactly(seconds, text):
    assert round_text(seconds) == text


def test_a_span_is_never_negative():
    assert span_text(-3) == "0 s"
