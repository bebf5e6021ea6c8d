"""The count of what a kill cost sees every kind of loss."""

import random

import pytest

from tests.bench.kills import lost_of

CHANCE = random.Random(7)
SENT = [(100 * n, CHANCE.randrange(1000)) for n in range(200)]
UNTIL = 15_000


def stored(first, last):
    """What a run stored: each a little after it was sent."""
    return [(at + 30, value) for at, value in SENT[first:last]]


def test_what_is_all_there_is_no_loss():
    assert lost_of(SENT, stored(20, 200), 2000, UNTIL) == (0, 180, None)


@pytest.mark.parametrize("n_last", [151, 160, 199])
def test_what_was_sent_within_the_last_half_second_may_be_missing(n_last):
    missing, proved, first = lost_of(SENT, stored(20, n_last), 2000, UNTIL)
    assert (missing, proved, first) == (0, n_last - 20, SENT[n_last][0])


def test_an_end_that_is_missing_is_counted():
    assert lost_of(SENT, stored(20, 140), 2000, UNTIL) == (10, 120, 14_000)


def test_a_hole_is_counted_with_all_that_stands_in_its_place():
    missing, proved, _ = lost_of(SENT, [*stored(20, 100), *stored(101, 200)], 2000, UNTIL)
    assert proved == 80
    assert missing > 50


def test_a_value_that_was_never_sent_is_counted():
    strange = stored(20, 200)
    strange[150] = (strange[150][0], 1001)
    missing, proved, _ = lost_of(SENT, strange, 2000, UNTIL)
    assert proved == 150
    assert missing >= 30


def test_where_nothing_is_stored_all_since_the_first_reading_was_shown_is_counted():
    assert lost_of(SENT, [], 10_000, UNTIL) == (50, 0, 10_000)
    assert lost_of(SENT, [], None, UNTIL) == (0, 0, None)


def test_what_was_never_sent_at_all_is_a_loss():
    assert lost_of(SENT, [(at, value + 1000) for at, value in stored(20, 160)], 2000, UNTIL)[0] > 100


def test_a_reading_that_was_stamped_just_before_it_was_sent_is_there():
    sent = [(1_000_000_000, 84), (2_000_400_000, 99)]
    assert lost_of(sent, [(2_000_000_000, 99)], 0, 2_500_000_000) == (0, 1, None)
    assert lost_of(sent, [(1_500_000_000, 99)], 0, 2_500_000_000)[0] > 0, "half a second sooner is another reading"
