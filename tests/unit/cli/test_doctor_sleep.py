"""What the doctor says of the computer's sleep."""

from contextlib import contextmanager, nullcontext

from nursestation.commandline.doctor import Verdict, check_sleep
from nursestation.runtime.awake import CANNOT_HOLD


def test_sleep_is_held_off_for_a_moment_and_let_go():
    turns = []

    @contextmanager
    def hold():
        turns.append("held")
        yield True
        turns.append("let go")

    assert check_sleep(hold).verdict is Verdict.OK
    assert turns == ["held", "let go"]


def test_a_computer_that_cannot_be_held_is_told_of_with_what_to_do():
    found = check_sleep(lambda: nullcontext(False))
    assert (found.verdict, found.text) == (Verdict.WARNING, CANNOT_HOLD)


def test_a_hold_that_does_not_end_in_order_is_no_reason_to_trust_it():
    @contextmanager
    def hold():
        yield True
        raise RuntimeError("cookie lost")

    assert check_sleep(hold).verdict is Verdict.WARNING
