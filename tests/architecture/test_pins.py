"""The one version pair that aborts the interpreter must not be installed, and must be noticed if it is."""

import sys

from PySide6.QtWidgets import QWidget

CALLS = 500


def test_none_keeps_its_references_over_calls_that_return_nothing(qtbot):
    # PySide6 6.12.0 on CPython 3.11 takes one reference from None a call, and aborts after some thousands.
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.update()
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        widget.update()
    lost = before - sys.getrefcount(None)
    assert lost < CALLS // 10
