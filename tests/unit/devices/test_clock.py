"""Monotonic time goes on while the computer sleeps."""

import sys
import time

import pytest

from devices.clock import NS_PER_S, SystemClock, counted_in_sleep


@pytest.mark.skipif(sys.platform != "linux", reason="another system, another clock")
def test_monotonic_time_is_the_one_that_goes_on_in_sleep():
    assert counted_in_sleep() == time.CLOCK_BOOTTIME


def test_both_clocks_are_the_machines():
    which = counted_in_sleep()
    read = time.monotonic_ns if which is None else lambda: time.clock_gettime_ns(which)
    before = (read(), time.time_ns())
    now = SystemClock().now()
    after = (read(), time.time_ns())
    assert before[0] <= now.mono_ns <= after[0]
    assert before[1] - NS_PER_S <= now.utc_ns <= after[1] + NS_PER_S
