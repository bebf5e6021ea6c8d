from dataclasses import replace

import numpy as np
import pytest

from devices.clock import NS_PER_S, Moment
from devices.events import Mode, Validity
from nursestation.core.model import Provenance
from nursestation.core.records import Sample, held_beside
from nursestation.ui.plots.trend_model import SecondSeries, TrendModel


def _sample(second, value, *, metric="spo2", monitor="m", session="s", chair=2, source=""):
    at = Moment(round(second * NS_PER_S), round(second * NS_PER_S))
    return Sample(
        at=at,
        chair=chair,
        session=session,
        metric=metric,
        value=value,
        validity=Validity.VALID if value is not None else Validity.UNAVAILABLE,
        mode=Mode.REAL,
        provenance=Provenance.DEVICE,
        monitor=monitor,
        source=source,
    )


def test_one_value_a_second_is_kept_the_last_one():
    series = SecondSeries()
    for second, value in ((10, 1.0), (10, 2.0), (11, 3.0)):
        series.add(second, value)
    t, v = series.arrays()
    assert (t.tolist(), v.tolist()) == ([10, 11], [2, 3])


def test_no_value_does_not_undo_one_of_the_same_second():
    series = SecondSeries()
    series.add(10, 5.0)
    series.add(10, None)
    assert series.arrays()[1].tolist() == [5.0]


def test_silence_and_no_value_are_gaps():
    series = SecondSeries()
    series.add(10, 1.0)
    series.add(11, None)
    series.add(12, 2.0)
    series.add(40, 3.0)
    t, v = series.arrays()
    assert t.tolist() == [10, 11, 12, 13, 40]
    assert np.isnan(v[[1, 3]]).all()


def test_a_slow_monitor_makes_one_line():
    series = SecondSeries()
    for second in range(0, 100, 5):
        series.add(second, 1.0)
    assert np.isfinite(series.arrays()[1]).all()


def test_time_that_goes_back_adds_nothing():
    series = SecondSeries()
    series.add(10, 1.0)
    series.add(9, 2.0)
    assert len(series) == 1


def test_the_buffer_grows():
    series = SecondSeries()
    for second in range(3000):
        series.add(second, float(second))
    assert series.arrays()[1][-1] == 2999


def test_the_first_monitor_heard_is_kept_and_the_second_not_mixed_in():
    model = TrendModel()
    model.add(_sample(1, 97.0, monitor="a"))
    model.add(_sample(2, 91.0, monitor="b"))
    assert model.series(2, "s", "spo2")[1].tolist() == [97.0]


def test_the_preferred_monitor_is_kept():
    model = TrendModel({(2, "spo2"): "b"})
    model.add(_sample(1, 97.0, monitor="a"))
    model.add(_sample(2, 91.0, monitor="b"))
    assert model.series(2, "s", "spo2")[1].tolist() == [91.0]


def test_a_new_visit_begins_empty():
    model = TrendModel()
    model.add(_sample(1, 97.0))
    model.add(_sample(2, 95.0, session="t"))
    assert len(model.series(2, "s", "spo2")[0]) == 0
    assert model.series(2, "t", "spo2")[1].tolist() == [95.0]


@pytest.mark.parametrize("changes", [{"session": None}, {"chair": None}, {"metric": "temp"}])
def test_what_belongs_to_no_line_is_left_out(changes):
    model = TrendModel()
    model.add(_sample(1, 37.0, **changes))
    assert len(model.series(2, "s", changes.get("metric", "spo2"))[0]) == 0


def test_two_sensors_of_one_monitor_are_not_mixed():
    model = TrendModel()
    for second in range(3):
        model.add(_sample(second, 14.0, metric="resp_rate", source="co2"))
        model.add(_sample(second, 19.0, metric="resp_rate", source="impedance"))
    assert model.series(2, "s", "resp_rate")[1].tolist() == [14.0, 14.0, 14.0]


def test_another_sensor_takes_over_where_the_first_gives_nothing():
    model = TrendModel()
    model.add(_sample(0, 14.0, metric="resp_rate", source="co2"))
    for second in range(1, 40):
        model.add(_sample(second, None, metric="resp_rate", source="co2"))
        model.add(_sample(second, 19.0, metric="resp_rate", source="impedance"))
    found = model.series(2, "s", "resp_rate")[1]
    assert found[0] == 14.0
    assert found[-1] == 19.0
    assert np.isnan(found[5])


def test_what_is_held_or_played_is_no_point_and_begins_no_visit_of_its_own():
    model = TrendModel()
    model.add(_sample(0, 97.0))
    model.add(_sample(1, 66.0, session=held_beside("s")))
    model.add(replace(_sample(2, 61.0), mode=Mode.DEMO))
    model.add(_sample(3, 98.0))
    t, v = model.series(2, "s", "spo2")
    assert t.tolist() == [0, 2, 3]
    assert v[[0, 2]].tolist() == [97.0, 98.0]
    assert np.isnan(v[1])


def test_the_trend_draws_the_sensor_whose_number_is_shown():
    model = TrendModel()
    for second in range(3):
        model.add(_sample(second, 19.0, metric="resp_rate", source="impedance"))
        model.add(_sample(second, 14.0, metric="resp_rate", source="co2"))
    assert model.series(2, "s", "resp_rate")[1].tolist() == [14.0, 14.0, 14.0]
