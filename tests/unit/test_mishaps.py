"""An exception that nothing caught: one sentence for the operator, one trace for support, no patient in either."""

import sys
import threading

from nursestation.mishaps import SENTENCE, told

PATIENT = "Jane Kowalski, 4471"


def stumble():
    raise ValueError(PATIENT)


def let_it_through():
    try:
        stumble()
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)


def test_what_a_slot_raises_is_said_each_time_and_logged_once_without_its_text(log_lines):
    said = []
    with told(said.append):
        for _ in range(3):
            let_it_through()
    assert said == [SENTENCE] * 3
    (line,) = log_lines
    assert "ValueError" in line
    assert "in stumble" in line
    assert "Kowalski" not in line


def test_the_end_of_a_thread_is_logged_with_its_name(log_lines):
    said = []
    with told(said.append):
        thread = threading.Thread(target=stumble, name="engine")
        thread.start()
        thread.join()
    (line,) = log_lines
    assert "the thread engine ended: ValueError" in line
    assert "Kowalski" not in line
    assert not said


def test_afterwards_the_hooks_are_what_they_were():
    before = sys.excepthook, threading.excepthook
    with told(lambda _: None):
        assert (sys.excepthook, threading.excepthook) != before
    assert (sys.excepthook, threading.excepthook) == before
