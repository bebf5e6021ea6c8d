import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QGraphicsView, QLabel

from devices.clock import NS_PER_S
from devices.events import Mode, Validity
from nursestation.core.model import Phase, Provenance
from nursestation.core.records import Sample
from nursestation.core.snapshot import PhaseSpan
from nursestation.ui.plots.trend import Trend
from nursestation.ui.plots.trend_model import TrendModel
from nursestation.ui.plots.trend_plot import TrendPlot
from nursestation.ui.plots.trend_view import trend_view
from nursestation.ui.theme import DARK_THEME
from tests.helpers.station_views import BASELINE, MINUTE_NS, NOW, make_chair, make_entry, make_reading, make_visit

START = NOW.shifted(-30 * MINUTE_NS)


def _visit(**changes):
    facts = {
        "infusion_started": START,
        "infusion_run_s": 1800.0,
        "spans": (PhaseSpan(phase=Phase.INFUSION, start=START, end=None),),
        "opened": START,
        "baseline": BASELINE,
        "cuffs": (make_reading(150, 90, ago_s=600),),
        "chart": tuple(make_entry(str(n), f"Something charted {n}", at=START.shifted(n * MINUTE_NS)) for n in range(9)),
    }
    return make_visit(Phase.INFUSION, **(facts | changes))


def _sample(at, metric, value):
    return Sample(
        at=at, chair=2, session=_visit().session, metric=metric, value=value, validity=Validity.VALID, mode=Mode.REAL,
        provenance=Provenance.DEVICE, monitor="m", source="",
    )  # fmt: skip


@pytest.fixture
def model():
    made = TrendModel()
    for second in range(1800):
        if 600 <= second < 900:
            continue
        for metric, value in (("heart_rate", 80.0), ("spo2", 97.0), ("resp_rate", 14.0)):
            made.add(_sample(START.shifted(second * NS_PER_S), metric, value))
    return made


def _series(model, visit):
    return model.series(2, visit.session)


@pytest.fixture
def plot(qtbot):
    made = TrendPlot(DARK_THEME)
    qtbot.addWidget(made)
    made.resize(900, 400)
    made.show()
    return made


def _texts(plot):
    return [word.text for word in plot.scene.words]


def _boxes(words):
    """Return the words' rectangles, a little smaller than a line so that rows may touch."""
    return [QRectF(word.left, word.middle - 7, word.width, 14) for word in words]


def test_phases_limits_and_lanes_are_named(plot, model):
    visit = _visit(simulated=True)
    plot.render(trend_view(visit, NOW), _series(model, visit))
    told = _texts(plot)
    for words in ("Infusion · 40 min", "Baseline 124/76", "Limit 180", "SpO₂ %", "SIMULATED"):
        assert words in told


def test_words_of_events_never_overlap(plot, model):
    visit = _visit()
    plot.render(trend_view(visit, NOW), _series(model, visit))
    boxes = _boxes(word for word in plot.scene.words if "charted" in word.text)
    assert 1 <= len(boxes) < 9
    assert not any(one.intersects(other) for n, one in enumerate(boxes) for other in boxes[n + 1 :])


def test_the_names_of_lanes_and_limits_stand_where_no_data_comes(plot, model):
    visit = _visit(simulated=True)
    view = trend_view(visit, NOW)
    plot.render(view, _series(model, visit))
    named = ("Baseline", "Limit", "BP mmHg", "HR /min", "SpO₂", "RR /min", "SIMULATED")
    names = [word for word in plot.scene.words if word.text.startswith(named)]
    assert len(names) == len(named)
    assert all(word.left > plot.scale.right for word in names)
    boxes = _boxes(names)
    assert not any(one.intersects(other) for n, one in enumerate(boxes) for other in boxes[n + 1 :])


def test_a_gap_in_the_data_is_a_gap_in_the_line(plot, model):
    visit = _visit()
    _, v = model.series(2, visit.session)["heart_rate"].arrays()
    assert np.isnan(v).sum() == 1
    plot.render(trend_view(visit, NOW), _series(model, visit))
    whole = plot.grab().toImage()
    green = DARK_THEME.colour("heart_rate")
    columns = {
        x
        for x in range(50, whole.width())
        for y in range(whole.height())
        if abs(whole.pixelColor(x, y).green() - green.green()) < 40 and whole.pixelColor(x, y).red() < 110
    }
    missing = [x for x in range(min(columns), max(columns)) if x not in columns]
    assert len(missing) > 30


def test_drawing_again_makes_no_new_items(plot, model):
    visit = _visit()
    plot.render(trend_view(visit, NOW), _series(model, visit))
    first = plot.findChild(QGraphicsView).scene().items()
    plot.render(trend_view(visit, NOW.shifted(MINUTE_NS)), _series(model, visit))
    assert plot.findChild(QGraphicsView).scene().items() == first


@pytest.fixture
def trend(qtbot, model):
    made = Trend(DARK_THEME, model)
    qtbot.addWidget(made)
    made.resize(900, 400)
    return made


def test_an_empty_chair_has_no_trend(trend):
    trend.show()
    trend.render(make_chair(None), NOW)
    assert trend.findChild(QLabel, "trend_note").text() == "Nobody is in this chair."


def test_it_draws_again_when_the_present_has_moved_by_a_pixel(trend):
    trend.show()
    chair = make_chair(_visit())
    trend.render(chair, NOW)
    assert trend.drawn_at == NOW
    trend.render(chair, NOW.shifted(4 * NS_PER_S))  # 70 minutes on 900 pixels: 4.7 s a pixel
    assert trend.drawn_at == NOW
    trend.render(chair, NOW.shifted(5 * NS_PER_S))
    assert trend.drawn_at == NOW.shifted(5 * NS_PER_S)


@pytest.mark.parametrize(
    "news",
    [
        {"cuffs": (make_reading(182, 111, ago_s=0),)},
        {"chart": ()},
        {"spans": (PhaseSpan(phase=Phase.OBSERVATION, start=START, end=None),)},
    ],
)
def test_it_draws_what_is_new_within_a_second(trend, news):
    trend.show()
    trend.render(make_chair(_visit()), NOW)
    trend.render(make_chair(_visit(**news)), NOW.shifted(NS_PER_S // 2))
    assert trend.drawn_at == NOW
    trend.render(make_chair(_visit(**news)), NOW.shifted(NS_PER_S))
    assert trend.drawn_at == NOW.shifted(NS_PER_S)


def test_it_draws_another_size_within_a_second(trend):
    trend.show()
    trend.render(make_chair(_visit()), NOW)
    trend.resize(900, 300)
    trend.render(make_chair(_visit()), NOW.shifted(NS_PER_S))
    assert trend.drawn_at == NOW.shifted(NS_PER_S)


def test_it_draws_nothing_while_hidden_and_catches_up_when_shown(trend):
    trend.render(make_chair(_visit()), NOW)
    assert trend.drawn_at is None
    trend.show()
    assert trend.drawn_at == NOW
