"""Widgets without a screen, dressed as in the program."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from nursestation.ui import theme

FONTS = Path(__file__).parents[2] / "resources" / "fonts"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform tells of each window that it has no window manager to hand its least size to."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.qt_log_ignore("does not support propagateSizeHints", extend=True))


@pytest.fixture(scope="session", autouse=True)
def dressed(qapp: QApplication) -> None:
    """Load the fonts and dress the application once."""
    assert theme.load_fonts(FONTS)
    theme.apply(qapp, theme.DARK_THEME)


@pytest.fixture(autouse=True)
def designed_size() -> Iterator[None]:
    """Give each test letters of the designed size."""
    theme.set_scale(1.0)
    yield
    theme.set_scale(1.0)


@pytest.fixture(autouse=True)
def no_window_left(qapp: QApplication) -> Iterator[None]:
    """Fail a test that leaves a window standing."""
    yield
    left = [window.objectName() for window in qapp.topLevelWidgets() if window.isVisible()]
    assert not left
