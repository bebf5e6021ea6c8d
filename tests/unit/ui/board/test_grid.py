import itertools

import pytest

from nursestation.ui.board.grid import Box, grid, letters_of

ROOMS = {"1280x800": (1280, 626, 1.0), "1920x1080": (1920, 868, 1.2)}
"""What top bar, page bar and message line leave of a window, and the size of its letters."""
LEAST = 44


def _overlap(one, other):
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


def _holds(outer, inner):
    return outer.x <= inner.x and outer.y <= inner.y and inner.right <= outer.right and inner.bottom <= outer.bottom


@pytest.mark.parametrize("n", range(1, 17))
@pytest.mark.parametrize("room", ROOMS.values(), ids=ROOMS)
def test_every_chair_has_a_place_of_its_own_that_a_finger_hits_and_an_eye_reads(room, n):
    width, height, scale = room
    for columns, waves in itertools.product(range(5), range(4)):
        made = grid(n, width, height, columns=columns, waves=waves, scale=scale)
        assert len(made.cells) == n
        for one, other in itertools.combinations(made.cells, 2):
            assert not _overlap(one.whole, other.whole)
        for cell in made.cells:
            assert _holds(Box(0, 0, width, height), cell.whole)
            assert _holds(cell.inside, cell.tile)
            assert min(cell.tile.width, cell.tile.height) >= LEAST
            assert letters_of(cell.tile.width, cell.tile.height) == made.letters >= 1
            assert (cell.waves is None) == (made.n_waves == 0)
            if cell.waves is not None:
                assert _holds(cell.inside, cell.waves)
                assert not _overlap(cell.tile, cell.waves)
                assert cell.waves.height >= 34 * made.n_waves


def test_sixteen_chairs_give_up_their_waves_on_a_small_screen_and_keep_them_on_a_large_one():
    assert grid(16, 1280, 626, waves=1).n_waves == 0
    large = grid(16, 1920, 868, waves=1, scale=1.2)
    assert (large.columns, large.n_waves) == (4, 1)


def test_waves_that_a_person_wants_come_before_letters_larger_than_designed():
    asked = grid(16, 1920, 868, waves=3, scale=1.2)
    assert asked.n_waves == 3
    assert 1 <= asked.letters < 1.2


@pytest.mark.parametrize(("n", "least"), [(1, 3.0), (2, 2.0), (4, 1.7), (8, 1.05), (16, 1.0)])
def test_few_chairs_have_large_letters(n, least):
    assert grid(n, 1280, 626, waves=1).letters >= least
    assert grid(n, 1920, 868, waves=1, scale=1.2).letters >= 1.2 * min(least, 2)


def test_columns_that_a_person_wants_hold_while_tiles_can_be_read():
    assert grid(4, 1280, 626, columns=4).columns == 4
    assert grid(16, 1280, 626, columns=1).columns == 4


def test_a_chair_more_or_less_is_the_only_thing_that_moves_cells():
    assert grid(6, 1280, 626, waves=1) == grid(6, 1280, 626, waves=1)
    assert grid(0, 1280, 626).cells == ()


def test_a_room_without_height_still_gives_places():
    assert len(grid(3, 300, 10, waves=2).cells) == 3
