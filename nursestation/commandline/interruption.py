"""Being told to end: Ctrl+C and SIGTERM as a flag that a loop looks at."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Interruption:
    """Whether this process was told to end.

    Not a `threading.Event`: a signal handler runs in the thread that it interrupts, and an Event's `set` would wait for ever
    for the lock that this very thread holds in `wait`.
    """

    def __init__(self) -> None:
        self._is_told = False
        self._pause = threading.Event()  # never set: it only passes the time

    def tell(self, *_: object) -> None:
        """Say that the process is to end; also as a signal handler."""
        self._is_told = True

    def is_set(self) -> bool:
        """Say whether the process was told to end."""
        return self._is_told

    def wait(self, timeout: float) -> bool:
        """Let `timeout` [s] pass, and say whether the process was told to end."""
        self._pause.wait(timeout)
        return self._is_told


@contextmanager
def interruption() -> Iterator[Interruption]:
    """Take SIGINT and SIGTERM while inside; from the main thread alone."""
    told = Interruption()
    before = {number: signal.signal(number, told.tell) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
