from datetime import UTC

from devices.clock import NS_PER_S
from devices.events import LinkPhase
from nursestation.ui.chair.wave_head_view import ALL_HIDDEN, wave_head_view, why_no_waves
from nursestation.ui.plots.wave_look import MetricLook, WaveLook
from tests.helpers.station_views import NOW, make_chair, make_link

PLETH = ("pleth", "2:berry_pm6750", "")
LINK = make_link()


def test_running_waves_tell_which_monitor_they_come_from():
    other = make_link(monitor="2:capnostream", title="Capnostream 20 on ttyUSB1")
    view = wave_head_view(make_chair(links=(other, LINK), waves=(PLETH,)), NOW, None, UTC)
    assert (view.title, view.note, view.is_frozen) == ("Waves", "Berry PM6750", False)
    assert wave_head_view(make_chair(links=(LINK,)), NOW, None, UTC).title == "No waves"


def test_frozen_waves_tell_since_when_and_that_the_rest_goes_on():
    view = wave_head_view(make_chair(waves=(PLETH,)), NOW.shifted(12 * NS_PER_S), NOW, UTC)
    assert view.is_frozen
    assert view.title == "FROZEN 14:00:00"
    assert view.note == "recording goes on · now 14:00:12 · runs again in 1:48"
    assert view.note.startswith(view.short)


def test_it_says_why_no_wave_is_drawn():
    assert why_no_waves(make_chair(), WaveLook()) == "No monitor is set up for this chair."
    silent = make_link(phase=LinkPhase.SILENT, reason="No data for 20 s.")
    assert why_no_waves(make_chair(links=(LINK, silent)), WaveLook()) == "No data for 20 s."
    hidden = WaveLook((MetricLook("pleth", 25.0, shown=False),))
    assert why_no_waves(make_chair(links=(LINK,), waves=(PLETH,)), hidden) == ALL_HIDDEN
    assert why_no_waves(make_chair(links=(LINK,), waves=(PLETH,)), WaveLook()) != ALL_HIDDEN
