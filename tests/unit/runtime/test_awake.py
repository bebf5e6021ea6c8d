"""Who keeps the computer awake: held once while a visit is open, let go after the last, and asked again where it refuses."""

import pytest

from devices.clock import ManualClock
from nursestation.core.model import Phase
from nursestation.runtime.awake import RETRY_S, Awake, AwakeGuard, is_wanted
from tests.helpers.sleeper import Computer
from tests.helpers.station_views import make_chair, make_station, make_visit

OPEN = make_station(make_chair(number=1), make_chair(make_visit(Phase.OBSERVATION), number=2))
EMPTY = make_station(make_chair(number=1), make_chair(make_visit(Phase.ENDED_EARLY), number=2))

WAIT_S = 10.0
"""For another thread; a test that waits so long has failed."""


class Desk:
    """A guard whose turns are taken by hand."""

    def __init__(self, computer):
        self.shown, self.computer, self.clock = OPEN, computer, ManualClock()
        self.guard = AwakeGuard(lambda: self.shown, computer.hold, self.clock)

    def turn(self, shown=None):
        self.shown = shown or self.shown
        self.guard.turn()
        return self.guard.state, self.computer.n_held


@pytest.mark.parametrize("phase", Phase)
def test_each_phase_of_a_visit_keeps_the_computer_awake_until_the_visit_is_over(phase):
    assert is_wanted(make_station(make_chair(make_visit(phase)))) is (not phase.is_over)


def test_an_empty_station_may_sleep():
    assert not is_wanted(EMPTY)
    assert not is_wanted(None)


def test_it_is_held_once_while_any_chair_is_in_use_and_let_go_after_the_last():
    desk = Desk(Computer())
    assert desk.turn(EMPTY) == (Awake.FREE, 0)
    assert desk.turn(OPEN) == (Awake.HELD, 1)
    both = make_station(make_chair(make_visit(Phase.INFUSION), number=1), make_chair(make_visit(), number=2))
    assert desk.turn(both) == (Awake.HELD, 1)
    assert desk.turn(OPEN) == (Awake.HELD, 1)
    assert desk.turn(EMPTY) == (Awake.FREE, 0)
    assert desk.turn(OPEN) == (Awake.HELD, 1)
    assert desk.computer.asked == 2


def test_a_computer_that_refuses_is_asked_again_after_a_while_and_then_held():
    desk = Desk(Computer(is_willing=False))
    assert desk.turn() == (Awake.REFUSED, 0)
    assert desk.computer.freed.is_set()
    desk.clock.advance(RETRY_S - 1)
    desk.turn()
    assert desk.computer.asked == 1
    desk.computer.is_willing = True
    desk.clock.advance(1)
    assert desk.turn() == (Awake.HELD, 1)


def test_a_refusal_ends_with_the_visit_and_the_next_one_is_tried_at_once():
    desk = Desk(Computer(is_willing=False))
    desk.turn()
    assert desk.turn(EMPTY) == (Awake.FREE, 0)
    desk.turn(OPEN)
    assert desk.computer.asked == 2


def test_a_hold_that_fails_counts_as_a_refusal():
    desk = Desk(Computer(on_hold=OSError("no bus")))
    assert desk.turn() == (Awake.REFUSED, 0)


def test_a_release_that_fails_is_logged_and_the_next_visit_is_held(log_lines):
    desk = Desk(Computer(on_release=RuntimeError("cookie lost")))
    desk.turn()
    assert desk.turn(EMPTY) == (Awake.FREE, 0)
    assert desk.turn(OPEN) == (Awake.HELD, 1)
    (line,) = log_lines
    assert "sleep was not let go in order" in line
    assert "cookie" not in line
    desk.computer.on_release = None
    desk.guard.let_go()


def test_the_end_of_the_program_lets_go_in_the_midst_of_a_visit():
    desk = Desk(Computer())
    desk.guard.start()
    assert desk.computer.held.wait(WAIT_S)
    desk.guard.stop()
    desk.guard.stop()
    assert (desk.guard.state, desk.computer.n_held) == (Awake.FREE, 0)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_of_its_own_lets_go():
    computer = Computer()
    shown = iter([OPEN])
    guard = AwakeGuard(lambda: next(shown), computer.hold, ManualClock(), look_s=0)
    guard.start()
    assert computer.freed.wait(WAIT_S)
    guard.stop()
    assert (guard.state, computer.asked, computer.n_held) == (Awake.FREE, 1, 0)


def test_a_guard_that_never_started_stops():
    computer = Computer()
    AwakeGuard(lambda: OPEN, computer.hold, ManualClock()).stop()
    assert computer.asked == 0
