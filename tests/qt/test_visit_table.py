"""What the list of visits draws."""

from dataclasses import replace

import pytest
from PySide6.QtGui import QColor

from nursestation.ui.review.visit_table import VisitTable
from nursestation.ui.review.visits_view import VisitRow
from nursestation.ui.theme import DARK_THEME, LIGHT_THEME
from tests.helpers.contrast import ENOUGH, contrast

COURSE = 3
ENDED = VisitRow(
    session="s1", day="9 March 2026", times="09:00 to now · chair 2", who="Kowalski, Jane", ident="born 12 April 1985 · 4471",
    protocol="Depression IV", course="Runs: infusion", marks="", note="", is_running=False,
)  # fmt: skip


@pytest.mark.parametrize("its", [DARK_THEME, LIGHT_THEME], ids=lambda its: its.name)
@pytest.mark.parametrize("is_chosen", [False, True])
def test_a_visit_that_still_runs_stands_out_and_can_be_read(qtbot, its, is_chosen):
    table = VisitTable(its)
    qtbot.addWidget(table)
    table.setStyleSheet(f"background: {its.colour('panel').name()}")
    table.resize(1000, 300)
    table.show_rows((replace(ENDED, is_running=True), replace(ENDED, session="s2")))
    table.show()
    if is_chosen:
        table.selectRow(0)
        inks = [_ink(table, 0, its.colour("button_pressed"))]
    else:
        inks = [_ink(table, row, its.colour("panel")) for row in (0, 1)]
        assert inks[0] != inks[1]
    ground = its.colour("button_pressed" if is_chosen else "panel")
    assert contrast(inks[0], ground) >= ENOUGH


def _ink(table, row, ground):
    """Return the colour in a row's course that is farthest from its ground."""
    cell = table.visualRect(table.model().index(row, COURSE)).adjusted(2, 8, -2, -8)
    image = table.viewport().grab(cell).toImage()
    seen = {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}
    return max((QColor(pixel) for pixel in seen), key=lambda colour: contrast(colour, ground))
