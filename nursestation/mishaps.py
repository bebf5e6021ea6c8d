"""What nobody foresaw: an exception that no part caught becomes a sentence on the window and a trace in the log.

Qt hands what a slot or an event handler raises to `sys.excepthook` and goes on; the threads that record are not touched by it.
A thread that raised has ended: the window sees that by its own means (the engine's heart, the reader's passes), this logs why.
"""

import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from nursestation.log import trace_of

SENTENCE = (
    "Part of this window failed; recording goes on. If something does not answer, close Nursestation, start it again, "
    "and tell support."
)

_log = logging.getLogger(__name__)


@contextmanager
def told(say: Callable[[str], None]) -> Iterator[None]:
    """Tell of exceptions that nothing else catches, while inside: docs/adr/0005.

    Args:
        say: Puts a sentence before the operator; called in the window's thread.
    """
    known: set[str] = set()

    def on_window(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        trace = trace_of(error)
        if trace not in known:  # one that comes with every frame would wash everything else out of the log
            known.add(trace)
            _log.error("the window failed: %s", trace)
        say(SENTENCE)

    def on_thread(failed: threading.ExceptHookArgs) -> None:
        name = failed.thread.name if failed.thread is not None else "unknown"
        trace = trace_of(failed.exc_value) if failed.exc_value is not None else failed.exc_type.__name__
        _log.error("the thread %s ended: %s", name, trace)

    before = sys.excepthook, threading.excepthook
    sys.excepthook, threading.excepthook = on_window, on_thread
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook = before
