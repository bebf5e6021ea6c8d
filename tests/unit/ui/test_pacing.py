from hypothesis import given
from hypothesis import strategies as st

from nursestation.ui.pacing import BAD_S, GOOD_S, LONGEST_WAIT_S, PACES, Pace, Pacer


def run(pacer, busy, seconds, frames=1.0):
    for _ in range(seconds):
        pace = pacer.look(busy, frames)
    return pace


def test_a_computer_that_keeps_up_draws_every_frame():
    assert run(Pacer(), 0.6, 100) == Pace(1, 1)


def test_what_nobody_looks_at_slows_down_first():
    pacer = Pacer()
    assert run(pacer, 0.9, BAD_S) == Pace(1, 4)
    assert run(pacer, 0.9, BAD_S) == Pace(2, 4)
    assert run(pacer, 0.9, BAD_S) == Pace(4, 4)
    assert run(pacer, 1.0, 50) == Pace(4, 4)


def test_frames_that_do_not_come_count_as_work_does():
    assert run(Pacer(), 0.2, BAD_S, frames=0.5) == Pace(1, 4)


def test_one_bad_second_is_forgiven():
    pacer = Pacer()
    for _ in range(20):
        run(pacer, 0.95, BAD_S - 1)
        assert run(pacer, 0.6, 1) == Pace(1, 1)


def test_it_becomes_faster_where_the_faster_pace_has_room():
    pacer = Pacer()
    run(pacer, 0.9, 2 * BAD_S)
    assert run(pacer, 0.26, 60) == Pace(2, 4)  # twice that is more than half a second
    assert run(pacer, 0.2, GOOD_S - 1) == Pace(2, 4)
    assert run(pacer, 0.2, 1) == Pace(1, 4)


def test_a_pace_that_cannot_be_held_is_tried_less_and_less_often():
    pacer = Pacer()
    run(pacer, 0.9, BAD_S)
    waits = []
    for _ in range(8):
        n = 0
        while pacer.pace != Pace(1, 1):
            pacer.look(0.1, 1.0)
            n += 1
        waits.append(n)
        run(pacer, 0.9, BAD_S)
    assert waits == sorted(waits)
    assert waits[:3] == [GOOD_S, 2 * GOOD_S, 4 * GOOD_S]
    assert waits[-1] == LONGEST_WAIT_S


def test_a_pace_that_was_held_for_long_is_tried_again_as_at_first():
    pacer = Pacer()
    run(pacer, 0.9, BAD_S)
    run(pacer, 0.1, GOOD_S)
    run(pacer, 0.9, BAD_S)
    assert run(pacer, 0.1, 2 * GOOD_S - 1) == Pace(1, 4)
    assert run(pacer, 0.1, 2 * GOOD_S + 2) == Pace(1, 1)
    run(pacer, 0.9, BAD_S)
    assert run(pacer, 0.1, GOOD_S) == Pace(1, 1)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=400))
def test_it_goes_a_step_at_a_time_and_stays_among_its_paces(seconds):
    pacer = Pacer()
    before = 0
    for busy, frames in seconds:
        at = PACES.index(pacer.look(busy, frames))
        assert abs(at - before) <= 1
        before = at
