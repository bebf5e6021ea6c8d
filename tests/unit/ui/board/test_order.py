import pytest

from nursestation.ui.board.order import arranged, kept, neighbour, swapped


def test_named_chairs_come_first_and_the_others_by_their_numbers():
    assert arranged((1, 2, 3, 4), ()) == (1, 2, 3, 4)
    assert arranged((1, 2, 3, 4), (3, 1)) == (3, 1, 2, 4)


def test_a_chair_that_is_not_there_has_no_place():
    assert arranged((2, 5), (9, 5)) == (5, 2)


def test_two_chairs_change_places_and_no_other_moves():
    assert swapped((1, 2, 3, 4), 2, 4) == (1, 4, 3, 2)


def test_what_is_kept_is_nothing_once_chairs_stand_in_order():
    assert kept((2, 1, 3), ()) == (2, 1, 3)
    assert kept((1, 2, 3), (2, 1, 3)) == ()


def test_a_chair_that_is_away_today_is_not_forgotten():
    assert kept((2, 1), (2, 7, 1)) == (2, 1, 7)
    assert arranged((1, 2, 7), kept((2, 1), (2, 7, 1))) == (2, 1, 7)


@pytest.mark.parametrize(
    ("number", "way", "found"),
    [
        (7, "left", None), (7, "right", 4), (7, "up", None), (7, "down", 9),
        (3, "left", 4), (3, "right", None), (3, "down", None),
        (5, "left", 9), (5, "right", None), (5, "up", 4), (5, "down", None),
    ],
)  # fmt: skip
def test_neighbours_in_rows_of_three_of_which_the_last_is_not_full(number, way, found):
    assert neighbour((7, 4, 3, 9, 5), 3, number, way) == found
