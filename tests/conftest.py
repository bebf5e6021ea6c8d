"""What every test gets: a profile of its own, no stray log line, no thread left behind."""

import gc
import logging
import os
import threading
from collections.abc import Iterator
from itertools import count

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["WAKEPY_FORCE_FAILURE"] = "1"
"""No test keeps the computer awake that it runs on, nor a program that it starts: wakepy asks nobody then."""


gc.disable()
"""Garbage is collected in the main thread alone (docs/adr/0019): in another one it might take a window apart."""

_FULL_EVERY = 100
_n_tests = count(1)


def pytest_collection_finish() -> None:
    """Leave what collecting the tests has made out of every later collection."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def garbage_goes_here() -> Iterator[None]:
    """Collect after each test, in the thread that made the windows."""
    yield
    gc.collect(2 if next(_n_tests) % _FULL_EVERY == 0 else 1)


@pytest.fixture(autouse=True)
def own_profile(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the tests out of the profile of whoever runs them."""
    home = tmp_path_factory.mktemp("home")
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "LOCALAPPDATA", "APPDATA"):
        monkeypatch.setenv(name, str(home))


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """Fail a test that leaves one of our threads running."""
    before = set(threading.enumerate())
    yield
    left = [thread for thread in threading.enumerate() if thread not in before and not thread.daemon]
    for thread in left:
        thread.join(2)
    assert not [thread.name for thread in left if thread.is_alive()]


class _Warnings(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def log_lines(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """Fail a test on a log line at WARNING or above, unless it asked for `log_lines` and looked at them itself."""
    handler = _Warnings()
    root = logging.getLogger()
    root.addHandler(handler)
    yield handler.lines
    root.removeHandler(handler)
    if "log_lines" not in request.node._fixtureinfo.argnames:
        assert not handler.lines
