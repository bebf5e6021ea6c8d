import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from devices.clock import NS_PER_S
from nursestation.runtime.delays import DelayFigures, Spread
from nursestation.ui.delays.page import DelaysPage
from nursestation.ui.pacing import Drawing
from tests.helpers.station_views import NOW, make_protocol, make_station


@pytest.fixture
def page(qtbot):
    made = DelaysPage()
    qtbot.addWidget(made)
    made.resize(1016, 640)
    with qtbot.waitExposed(made):
        made.show()
    return made


def _text(page, name):
    return page.findChild(QLabel, name).text()


def test_it_shows_what_was_measured_at_most_once_a_second(page):
    assert _text(page, "delays_figures_2") == "nothing measured yet since the start"
    page.render(make_station())
    assert page.is_due()
    page.show_figures(DelayFigures(signal=Spread(3, 40.0, 90.0, 95.0)))
    assert _text(page, "delays_figures_2").startswith("half within 0.040 s")
    assert not page.is_due()
    page.render(make_station(at=NOW.shifted(NS_PER_S)))
    assert page.is_due()
    page.hide()
    assert not page.is_due()


def test_it_says_for_each_protocol_what_an_alarm_waits_for(page):
    page.render(make_station())
    assert "no data from a monitor" in _text(page, "delays_waits_0")
    assert page.findChild(QLabel, "delays_waits_2") is not None
    page.render(make_station(protocols=(make_protocol(),)))
    assert page.findChild(QLabel, "delays_waits_2") is None


def test_escape_leads_back(qtbot, page):
    with qtbot.waitSignal(page.closed):
        qtbot.keyClick(page, Qt.Key.Key_Escape)


def test_it_shows_how_often_waves_are_drawn(page):
    page.show_drawing(Drawing(59, 29, 29))
    assert "29 times a second instead of 59" in _text(page, "delays_drawing")
