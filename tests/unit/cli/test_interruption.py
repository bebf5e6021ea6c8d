"""Being told to end while waiting: the flag is set from a signal handler, in the very thread that waits."""

import os
import signal

from nursestation.commandline.interruption import interruption


def test_a_signal_ends_the_wait_however_often_it_comes():
    for _ in range(200):
        with interruption() as told:
            assert not told.wait(0)
            os.kill(os.getpid(), signal.SIGTERM)
            while not told.wait(0.001):
                pass
            assert told.is_set()


def test_the_handlers_of_before_are_back_afterwards():
    before = signal.getsignal(signal.SIGTERM)
    with interruption():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before
