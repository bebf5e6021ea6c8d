"""Garbage of the window is collected in the window's thread (docs/adr/0019)."""

import gc
import threading
import weakref

from nursestation.app import collecting_here


class Cycle:
    def __init__(self):
        self.itself = self


def _churn(seen):
    """Allocate far more than starts a collection by itself, in whichever thread this runs."""
    for _ in range(20_000):
        seen.append([])
    seen.clear()


def test_no_other_thread_collects_and_the_windows_thread_does(qtbot):
    where = []
    gone = weakref.finalize(cycle := Cycle(), lambda: where.append(threading.current_thread()))
    with collecting_here():
        assert not gc.isenabled()
        del cycle
        other = threading.Thread(target=_churn, args=([],))
        other.start()
        other.join()
        assert gone.alive
        heap = [[] for _ in range(20_000)]
        qtbot.waitUntil(lambda: bool(where), timeout=5000)
    assert where == [threading.main_thread()]
    assert heap
    assert gc.isenabled()
    gc.disable()  # as the tests have it: tests/conftest.py
    gc.freeze()


def test_what_stays_is_not_looked_through_again_while_the_window_is_open(qtbot):
    frozen = gc.get_freeze_count()
    with collecting_here():
        lasting = [[] for _ in range(20_000)]
        qtbot.waitUntil(lambda: gc.get_freeze_count() >= frozen + len(lasting), timeout=5000)
    assert gc.get_freeze_count() == 0
    gc.disable()  # as the tests have it: tests/conftest.py
    gc.freeze()
