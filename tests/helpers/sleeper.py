"""A computer that goes to sleep unless it is held."""

import threading
from contextlib import contextmanager


class Computer:
    """Goes to sleep unless it is held; says no, fails, or does not let go when told to."""

    def __init__(self, *, is_willing=True, on_hold=None, on_release=None):
        self.is_willing = is_willing
        self.on_hold, self.on_release = on_hold, on_release
        self.asked = self.n_held = 0
        self.held, self.freed = threading.Event(), threading.Event()

    @contextmanager
    def hold(self):
        self.asked += 1
        if self.on_hold:
            raise self.on_hold
        self.n_held += self.is_willing
        self.held.set()
        try:
            yield self.is_willing
        finally:
            self.n_held -= self.is_willing
            self.freed.set()
            if self.on_release:
                raise self.on_release
