"""The reader keeps step with the frames, and its own time where there are none."""

import itertools

import pytest

from devices.clock import ManualClock
from nursestation.runtime.cadence import AHEAD_NS, LONGEST_STEP_NS, OWN_REST_S, Cadence

MS = 1_000_000


def cadence_of(frame_ms):
    clock = ManualClock()
    clock.advance(5.0)
    return clock, Cadence(clock, frame_ms * MS)


def looks(clock, cadence, until_ns):
    """Return when a reader whose passes take 1 ms looks, until a moment."""
    seen = []
    while clock.now().mono_ns < until_ns:
        clock.advance(cadence.rest_s())
        seen.append(clock.now().mono_ns)
        clock.advance_ns(MS)
    return seen


def test_without_frames_the_reader_keeps_its_own_time():
    _, cadence = cadence_of(17)
    assert cadence.rest_s() == OWN_REST_S


def test_each_frame_has_one_look_a_little_ahead_of_it():
    clock, cadence = cadence_of(17)
    framed_ns = clock.now().mono_ns
    cadence.framed()
    frames = [framed_ns + n * 17 * MS for n in range(1, 5)]
    assert looks(clock, cadence, frames[-1] - AHEAD_NS) == pytest.approx([at - AHEAD_NS for at in frames], abs=1000)


def test_a_pass_that_took_long_is_not_followed_at_once():
    clock, cadence = cadence_of(17)
    cadence.framed()
    clock.advance_ns(17 * MS - AHEAD_NS - MS)  # the look ahead of the next frame would be in 1 ms
    assert cadence.rest_s() == pytest.approx(0.018)


@pytest.mark.parametrize("frame_ms", [33, 50])
def test_frames_that_are_far_apart_have_several_looks_and_one_of_them_just_ahead(frame_ms):
    clock, cadence = cadence_of(frame_ms)
    framed_ns = clock.now().mono_ns
    cadence.framed()
    seen = looks(clock, cadence, framed_ns + frame_ms * MS)
    assert any(abs(framed_ns + frame_ms * MS - AHEAD_NS - at) < 1000 for at in seen)
    assert all(after - before <= LONGEST_STEP_NS for before, after in itertools.pairwise(seen))


def test_when_the_window_is_held_up_the_reader_goes_on_in_its_own_time():
    clock, cadence = cadence_of(17)
    cadence.framed()
    clock.advance(0.2)
    assert cadence.rest_s() == OWN_REST_S
    cadence.framed()
    assert cadence.rest_s() == pytest.approx((17 * MS - AHEAD_NS) / 1e9)
