from dataclasses import replace

import numpy as np
import pytest

from devices.clock import NS_PER_S, Moment
from devices.events import Mode, Validity
from nursestation.core.model import Provenance
from nursestation.core.records import Sample, held_beside
from nursestation.ui.plots.pyramid import Pyramid
from nursestation.ui.plots.trend_model import TREND_METRICS, TrendModel, note


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


def _values(model, metric, session):
    return model.series(2, session)[metric].arrays()[1]


def test_one_value_a_second_is_kept_the_last_one():
    series = Pyramid()
    for second, value in ((10, 1.0), (10, 2.0), (11, 3.0)):
        note(series, second, value)
    t, v = series.arrays()
    assert (t.tolist(), v.tolist()) == ([10, 11], [2, 3])


def test_no_value_does_not_undo_one_of_the_same_second():
    series = Pyramid()
    note(series, 10, 5.0)
    note(series, 10, None)
    assert series.arrays()[1].tolist() == [5.0]


def test_silence_and_no_value_are_gaps():
    series = Pyramid()
    note(series, 10, 1.0)
    note(series, 11, None)
    note(series, 12, 2.0)
    note(series, 40, 3.0)
    t, v = series.arrays()
    assert t.tolist() == [10, 11, 12, 13, 40]
    assert np.isnan(v[[1, 3]]).all()


def test_a_slow_monitor_makes_one_line():
    series = Pyramid()
    for second in range(0, 100, 5):
        note(series, second, 1.0)
    assert np.isfinite(series.arrays()[1]).all()


def test_time_that_goes_back_adds_nothing():
    series = Pyramid()
    note(series, 10, 1.0)
    note(series, 9, 2.0)
    assert len(series) == 1


def test_the_buffer_grows():
    series = Pyramid()
    for second in range(3000):
        note(series, second, float(second))
    assert series.arrays()[1][-1] == 2999


def test_the_first_monitor_heard_is_kept_and_the_second_not_mixed_in():
    model = TrendModel()
    model.add(_sample(1, 97.0, monitor="a"))
    model.add(_sample(2, 91.0, monitor="b"))
    assert _values(model, "spo2", "s").tolist() == [97.0]


def test_the_preferred_monitor_is_kept():
    model = TrendModel({(2, "spo2"): "b"})
    model.add(_sample(1, 97.0, monitor="a"))
    model.add(_sample(2, 91.0, monitor="b"))
    assert _values(model, "spo2", "s").tolist() == [91.0]


def test_a_new_visit_begins_empty():
    model = TrendModel()
    model.add(_sample(1, 97.0))
    model.add(_sample(2, 95.0, session="t"))
    assert model.series(2, "s") == {}
    assert _values(model, "spo2", "t").tolist() == [95.0]


@pytest.mark.parametrize("changes", [{"session": None}, {"chair": None}, {"metric": "st"}])
def test_what_belongs_to_no_line_is_left_out(changes):
    model = TrendModel()
    model.add(_sample(1, 37.0, **changes))
    assert model.series(2, "s") == {}


def test_every_metric_that_a_monitor_gives_has_its_own_line():
    model = TrendModel()
    for n, metric in enumerate(TREND_METRICS):
        model.add(_sample(1, 30.0 + n, metric=metric))
    assert [v.arrays()[1].tolist() for v in model.series(2, "s").values()] == [[30.0 + n] for n in range(6)]


def test_two_sensors_of_one_monitor_are_not_mixed():
    model = TrendModel()
    for second in range(3):
        model.add(_sample(second, 14.0, metric="resp_rate", source="co2"))
        model.add(_sample(second, 19.0, metric="resp_rate", source="impedance"))
    assert _values(model, "resp_rate", "s").tolist() == [14.0, 14.0, 14.0]


def test_another_sensor_takes_over_where_the_first_gives_nothing():
    model = TrendModel()
    model.add(_sample(0, 14.0, metric="resp_rate", source="co2"))
    for second in range(1, 40):
        model.add(_sample(second, None, metric="resp_rate", source="co2"))
        model.add(_sample(second, 19.0, metric="resp_rate", source="impedance"))
    found = _values(model, "resp_rate", "s")
    assert found[0] == 14.0
    assert found[-1] == 19.0
    assert np.isnan(found[5])


def test_what_is_held_or_played_is_no_point_and_begins_no_visit_of_its_own():
    model = TrendModel()
    model.add(_sample(0, 97.0))
    model.add(_sample(1, 66.0, session=held_beside("s")))
    model.add(replace(_sample(2, 61.0), mode=Mode.DEMO))
    model.add(_sample(3, 98.0))
    t, v = model.series(2, "s")["spo2"].arrays()
    assert t.tolist() == [0, 2, 3]
    assert v[[0, 2]].tolist() == [97.0, 98.0]
    assert np.isnan(v[1])


def test_the_trend_draws_the_sensor_whose_number_is_shown():
    model = TrendModel()
    for second in range(3):
        model.add(_sample(second, 19.0, metric="resp_rate", source="impedance"))
        model.add(_sample(second, 14.0, metric="resp_rate", source="co2"))
    assert _values(model, "resp_rate", "s").tolist() == [14.0, 14.0, 14.0]
