"""Lines in the report's trend: every valid reading is in the picture, one that stands alone too."""

import io
from datetime import UTC
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from nursestation.export.layout import register_fonts
from nursestation.export.localtime import NS_PER_S
from nursestation.export.trend import TrendData, TrendPlot
from nursestation.export.vitals import Series

FONTS = Path(__file__).parents[3] / "resources" / "fonts"
LOST_S, END_S = 10, 3600
WIDE = 1.0  # a dot is smaller than that, a sign is larger [pt]


class Seen(Canvas):
    """A canvas that keeps where filled dots were drawn."""

    def __init__(self):
        super().__init__(io.BytesIO())
        self.dots = []

    def circle(self, x_cen, y_cen, r, stroke=1, fill=0):
        if fill and r < WIDE:
            self.dots.append(x_cen)
        super().circle(x_cen, y_cen, r, stroke=stroke, fill=fill)


@pytest.fixture
def dots():
    """Return a function that draws a heart rate of these times [s] and gives where its dots are, as a share of the hour."""
    register_fonts(FONTS)

    def drawn(times):
        t = tuple(second * NS_PER_S for second in times)
        series = Series("HR", "heart_rate", "2:x", t, t, tuple(70.0 for _ in t))
        data = TrendData(
            start=0, end=END_S * NS_PER_S, ran_to=END_S * NS_PER_S, zero=None, spans=(), pauses=(), cuffs=(), series=(series,),
            marks=(), baseline=None, band_percent=20, limit_sys=None, lost_ns=LOST_S * NS_PER_S, zone=UTC,
        )  # fmt: skip
        canvas = Seen()
        TrendPlot(data, 500, 200, 200, 0).drawOn(canvas, 0, 0)
        return [round((x - 26) / 470, 3) for x in canvas.dots]

    return drawn


def test_a_line_has_no_dots_and_a_reading_alone_is_one(dots):
    before, after = range(0, 900), range(1800, END_S)
    assert dots([*before, *after]) == []
    assert dots([*before, 1350, *after]) == [0.375]


def test_each_reading_of_a_monitor_that_tells_one_now_and_then_is_seen(dots):
    assert dots([0, 900, 1350, END_S]) == [0.0, 0.25, 0.375, 1.0]


def test_a_run_too_short_for_a_line_is_seen_too(dots):
    assert dots([900, 901, 902]) == [0.25]
