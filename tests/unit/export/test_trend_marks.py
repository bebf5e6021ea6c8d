"""Marks in the report's trend: none covers another, and each number is told by one of them."""

from itertools import pairwise

import pytest

from nursestation.export.trend import clustered


def test_marks_that_have_room_stand_alone_at_their_place():
    found = clustered([(40.0, 3), (90.0, 4), (140.0, 9)])
    assert [(label, (left + right) / 2, row) for left, right, row, label in found] == [
        ("3", 40.0, 0), ("4", 90.0, 0), ("9", 140.0, 0),
    ]  # fmt: skip


def test_two_that_are_close_stand_one_over_the_other():
    assert [(row, label) for _, _, row, label in clustered([(40.0, 3), (44.0, 4)])] == [(0, "3"), (1, "4")]


@pytest.mark.parametrize("apart", [0.0, 0.4, 1.7, 4.0, 9.0])
def test_many_are_put_together_and_none_covers_another(apart):
    found = clustered([(30 + n * apart, n) for n in range(1, 301)])
    for row in (0, 1):
        edges = [(left, right) for left, right, its_row, _ in found if its_row == row]
        assert all(right < left for (_, right), (left, _) in pairwise(edges))
    told = [[int(number) for number in label.split("–")] for _, _, _, label in found]
    assert told[0][0] == 1
    assert max(numbers[-1] for numbers in told) == 300
    assert sorted(numbers[0] for numbers in told) == [numbers[0] for numbers in told]
