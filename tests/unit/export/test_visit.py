"""One steady line of time through a visit, whatever the wall clock did."""

from devices.clock import NS_PER_S, ManualClock
from nursestation.core.timeline import Timeline


def test_a_step_of_the_wall_clock_changes_no_span():
    clock = ManualClock()
    first = clock.now()
    line = Timeline((first,))
    before = clock.advance(60)
    clock.step_utc(-3600)
    after = clock.advance(60)
    assert line.steady_ns(after) - line.steady_ns(before) == 60 * NS_PER_S
    assert line.steady_ns(first) == first.utc_ns


def test_a_restart_of_the_computer_goes_on_by_the_wall_clock():
    first = ManualClock().now()
    reboot = type(first)(5 * NS_PER_S, first.utc_ns + 600 * NS_PER_S)
    line = Timeline((first, reboot))
    assert line.steady_ns(reboot.shifted(NS_PER_S)) - line.steady_ns(first) == 601 * NS_PER_S


def test_without_any_run_it_is_the_wall_clock():
    moment = ManualClock().now()
    assert Timeline(()).steady_ns(moment) == moment.utc_ns
