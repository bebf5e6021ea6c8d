import pytest

from devices.agreeing import Agreeing, Following

A, B = (1, 2), (1, 3)


def told(agreeing, states):
    """Return at which frames something was told, and what."""
    at, found = 0, []
    for state, n_frames, is_told in agreeing.stretches(states):
        assert states[at : at + n_frames] == [state] * n_frames
        at += n_frames
        if is_told:
            found.append((at, state))
    assert at == len(states)
    return found


def make():
    return Agreeing(n_agreeing=2, n_between=5)


def test_a_state_is_told_at_its_second_frame_and_every_fifth_after():
    assert told(make(), [A] * 13) == [(2, A), (7, A), (12, A)]


def test_a_state_of_one_frame_is_not_told():
    assert told(make(), [A, A, B, A, A, B, B]) == [(2, A), (5, A), (7, B)]


def test_an_interruption_agrees_with_nothing():
    agreeing = make()
    assert told(agreeing, [A]) == []
    agreeing.interrupt()
    assert told(agreeing, [A]) == []
    assert told(agreeing, [A]) == [(1, A)]


@pytest.mark.parametrize("step", [1, 2, 3, 7])
def test_how_many_frames_come_together_changes_nothing(step):
    states = [A, A, A, B, A, A, A, A, A, A, A, B, B, B]
    agreeing, found = make(), []
    for i in range(0, len(states), step):
        found += [(i + at, state) for at, state in told(agreeing, states[i : i + step])]
    assert found == told(make(), states) == [(2, A), (6, A), (11, A), (13, B)]


@pytest.mark.parametrize("pieces", [[b"aabbcc"], [b"aa", b"bbcc"], [b"aabb", b"cc"], [b"aa", b"bb", b"cc"]])
def test_the_first_frame_waits_for_the_second(pieces):
    following = Following()
    taken = [following.taken(piece, 2) for piece in pieces]
    assert b"".join(taken) == b"aabbcc"
    assert b"aa" not in taken
    following.interrupt()
    assert following.taken(b"dd", 2) == b""
    following.interrupt()
    assert following.taken(b"eeff", 2) == b"eeff"


def test_a_frame_of_another_size_follows_nothing():
    following = Following()
    assert following.taken(b"aa", 2) == b""
    assert following.taken(b"bbb", 3) == b""
    assert following.taken(b"ccc", 3) == b"bbbccc"
