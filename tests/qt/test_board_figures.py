"""The numbers of a tile have room, and the one in alarm leaves the others as large as it can."""

import itertools

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF

from nursestation.ui import theme
from nursestation.ui.board.figures import LONGEST, figures
from nursestation.ui.roles import Text

AREAS = {"wide": (700, 80), "usual": (370, 80), "narrow": (370, 230), "small": (290, 62), "large": (620, 300)}
TITLE, GAP = 18, 8


def _letters(area, featured):
    return [figure.letters for figure in figures(QRectF(10, 20, *AREAS[area]), TITLE, GAP, featured)]


@pytest.mark.parametrize("featured", [None, 0, 1, 2, 3])
@pytest.mark.parametrize("area", AREAS)
def test_every_number_has_room_and_none_lies_upon_another(qapp, area, featured):
    whole = QRectF(10, 20, *AREAS[area])
    placed = figures(whole, TITLE, GAP, featured)
    for figure, longest in zip(placed, LONGEST, strict=True):
        metrics = QFontMetricsF(theme.font(Text.NUMBER, figure.letters))
        assert metrics.horizontalAdvance(longest) <= figure.value.width() + 1
        assert whole.adjusted(-2, -2, 2, 2).contains(figure.value)
    for one, other in itertools.combinations(placed, 2):
        assert not one.value.adjusted(1, 1, -1, -1).intersects(other.value.adjusted(1, 1, -1, -1))
        assert not one.value.adjusted(1, 1, -1, -1).intersects(other.title.adjusted(1, 1, -1, -1))


@pytest.mark.parametrize("featured", [0, 1, 2, 3])
@pytest.mark.parametrize("area", AREAS)
def test_the_number_in_alarm_is_the_largest(qapp, area, featured):
    letters = _letters(area, featured)
    assert all(size <= 0.8 * letters[featured] + 1 for n, size in enumerate(letters) if n != featured)


@pytest.mark.parametrize(("area", "share"), [("wide", 0.7), ("narrow", 0.45)])
def test_beside_an_alarm_the_others_use_the_room_there_is(qapp, area, share):
    usual = _letters(area, None)
    assert all(size >= share * usual[n] for n, size in enumerate(_letters(area, 1)) if n != 1)
