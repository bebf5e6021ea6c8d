import numpy as np
import pytest

from nursestation.ui.plots.lanes import OTHER_METRICS, lanes
from nursestation.ui.plots.trend_view import Caret

ROW_PX = 16


def _caret(sys, dia, *, flagged=False, at=0):
    return Caret(at=at, sys=sys, dia=dia, mean=None, flagged=flagged)


@pytest.mark.parametrize("height", [180, 240, 400, 900])
@pytest.mark.parametrize("given", [(), ("spo2",), OTHER_METRICS])
def test_lanes_stand_over_each_other_at_every_height(height, given):
    where = lanes(height, ROW_PX, [_caret(210, 120, flagged=True)], (60, 80), given)
    edges = [height]
    for lane in where.others.values():
        edges += [lane.bottom, lane.top]
    edges += [*reversed(where.rows), *([where.dots] if where.rows else [])]
    edges += [where.pressure.bottom, where.pressure.top, where.titles, 0]
    assert edges == sorted(edges, reverse=True)
    assert where.pressure.y(210) > where.pressure.top


def test_a_metric_that_nobody_gives_leaves_no_hole():
    def room(given):
        return lanes(400, ROW_PX, [], None, given).pressure.height

    assert room(("spo2",)) > room(("spo2", "resp_rate")) > room(OTHER_METRICS)
    assert list(lanes(400, ROW_PX, [], None, ("spo2", "temp")).others) == ["temp", "spo2"]


@pytest.mark.parametrize(
    ("height", "n_rows", "shown"),
    [
        (500, 3, ["temp", "resp_rate", "etco2", "spo2"]),
        (330, 2, ["temp", "resp_rate", "etco2", "spo2"]),
        (240, 1, ["temp", "resp_rate", "etco2", "spo2"]),
        (220, 0, ["temp", "resp_rate", "etco2", "spo2"]),
        (180, 0, ["resp_rate", "etco2", "spo2"]),
        (143, 0, ["resp_rate", "spo2"]),
        (100, 0, ["spo2"]),
    ],
)
def test_where_height_is_scarce_words_give_way_first_and_then_lanes(height, n_rows, shown):
    where = lanes(height, ROW_PX, [_caret(186, 112, flagged=True)], (60, 90), OTHER_METRICS)
    assert (len(where.rows), list(where.others)) == (n_rows, shown)
    assert where.pressure.height >= 60


def test_before_anything_came_the_usual_lanes_stand():
    assert set(lanes(400, ROW_PX, [], None, ()).others) == {"spo2", "resp_rate"}


def test_the_pressure_lane_holds_what_is_far_out():
    where = lanes(400, ROW_PX, [_caret(252, 24)], (30, 30), ())
    assert where.pressure.low <= 24
    assert where.pressure.high >= 252


def test_the_lane_of_distances_from_the_baseline_holds_them_all():
    where = lanes(400, ROW_PX, [_caret(248, 38)], (-45, 10), (), baseline=(124, 76))
    assert where.pressure.high >= 100
    assert where.pressure.low <= -50


def test_a_value_outside_a_lane_lies_on_its_edge_and_a_gap_stays_a_gap():
    lane = lanes(400, ROW_PX, [], None, ()).others["spo2"]
    heights = lane.ys(np.array([np.nan, 20.0, 100.0, 95.0, 120.0]))
    assert np.isnan(heights[0])
    assert heights[1] == lane.bottom == lane.y(20)
    assert heights[4] == lane.top == lane.y(120)
    assert heights[3] == pytest.approx(lane.y(95))
