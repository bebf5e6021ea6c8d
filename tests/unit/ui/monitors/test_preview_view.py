from datetime import UTC, datetime

import pytest

from devices.clock import NS_PER_S
from devices.events import MISSING_SAMPLE, DeviceInfo, FrameRejected, LinkPhase, Mode, RejectReason, Validity
from nursestation.ui.monitors.preview_view import clock_difference_s, preview
from nursestation.ui.roles import Tone
from tests.helpers.bench_states import make_trial, numeric, wave
from tests.helpers.station_views import NOW


def show(*events, cuff=True, **changes):
    return preview(make_trial(*events, **changes), cuff, UTC)


def test_nothing_tried_says_what_to_do():
    assert "press Try it" in preview(None, True, UTC).advice


@pytest.mark.parametrize(
    ("changes", "headline", "tone"),
    [
        ({"phase": LinkPhase.CONNECTED}, "This monitor is understood.", Tone.GOOD),
        ({"phase": LinkPhase.CONNECTING, "bytes_in": 0}, "Listening: nothing has arrived yet (4 s).", Tone.SOFT),
        ({"phase": LinkPhase.CONNECTING}, "Bytes arrive; nothing is understood yet (4 s).", Tone.WARN),
        ({"phase": LinkPhase.SILENT}, "Bytes arrive but make no sense.", Tone.BAD),
        ({"phase": LinkPhase.SILENT, "bytes_in": 0}, "Nothing is understood.", Tone.BAD),
        ({"phase": LinkPhase.DISCONNECTED}, "The port cannot be opened.", Tone.BAD),
    ],
)
def test_the_headline_says_whether_the_monitor_is_understood(changes, headline, tone):
    view = show(reason="why and what to try", **changes)
    assert (view.headline, view.tone) == (headline, tone)
    assert (view.advice == "why and what to try") is (tone is Tone.BAD)


def test_numbers_stand_with_name_unit_and_doubt():
    view = show(
        numeric("spo2", 97.0, source="oximeter"),
        numeric("heart_rate", None, validity=Validity.UNAVAILABLE, source="II"),
        numeric("temp", 36.84, validity=Validity.QUESTIONABLE, mode=Mode.DEMO),
        numeric("spo2", 96.0, source="oximeter"),
    )
    assert [(one.name, one.text, one.unit, one.remark) for one in view.numbers] == [
        ("Oxygen saturation", "96", "%", ""),
        ("Heart rate (ECG) · II", "---", "/min", "no value now"),
        ("Temperature", "36.8", "°C", "in doubt, demo"),
    ]


def test_what_makes_no_sense_is_counted_with_its_commonest_reason():
    bad = FrameRejected(t_ns=0, reason=RejectReason.CHECKSUM, offset=0, length=3, raw=b"abc")
    view = show(bad, bad, rejected=2, events=0)
    assert view.counts.startswith("400 bytes, 0 readings, 2 rejected (mostly: checksum wrong)")


def test_the_monitor_says_who_it_is():
    device = DeviceInfo(t_ns=0, vendor="Oridion", model="Capnostream 20", serial="B123", software=None)
    assert show(device).monitor == "Oridion Capnostream 20 · serial no. B123"


def test_a_wave_fills_its_window_from_the_right_with_gaps_as_gaps():
    view = show(wave("pleth", 0, 100, MISSING_SAMPLE, 50))
    picture = view.waves[0]
    assert picture.name == "Plethysmogram"
    assert picture.heights[0] is None
    assert picture.heights[-1] == pytest.approx(0.5)
    assert max(height for height in picture.heights if height is not None) == 1.0
    flat = show(wave("pleth", 7, 7)).waves[0]
    assert {height for height in flat.heights if height is not None} == {0.5}
    silent = show(wave("pleth", MISSING_SAMPLE)).waves[0]
    assert set(silent.heights) == {None}


def cuff(**changes):
    return numeric("nibp_sys", 124.0, cycle=1, **changes)


@pytest.mark.parametrize(
    ("told", "ours_says", "tone"),
    [
        ("14:00:20", "20 s ahead of this computer, so the clocks agree", Tone.GOOD),
        ("14:00:00", "no difference, so the clocks agree", Tone.GOOD),
        ("13:52:00", "8 min behind this computer. Set the monitor's clock", Tone.WARN),
        ("day 3", "it arrived here at 14:00:00.", Tone.SOFT),
    ],
)
def test_the_clock_of_the_cuff_is_compared_with_ours(told, ours_says, tone):
    view = show(cuff(device_time=told))
    assert f"the monitor says {told}" in view.clock
    assert ours_says in view.clock
    assert view.clock_tone is tone


def test_a_monitor_without_a_clock_says_so():
    assert show(cuff()).clock == "Cuff clock: this monitor does not tell when it measured."
    ago = show(cuff(measured_ns=NOW.mono_ns - 90 * NS_PER_S)).clock
    assert "1 min old when it arrived" in ago
    assert show(numeric("spo2", 97.0)).clock.startswith("Cuff clock: take a cuff reading")
    assert show(numeric("spo2", 97.0), cuff=False).clock == ""


@pytest.mark.parametrize(
    ("told", "apart"),
    [
        ("23:59:50", -20.0),
        ("00:00:40", 30.0),
        ("2026-05-07T00:01:10", 60.0),
        ("2026-05-06T22:00:10+00:00", -7200.0),
        ("26-05-07 00:00:10", 0.0),
        ("", None),
    ],
)
def test_midnight_between_two_clocks_is_no_day(told, apart):
    ours = datetime(2026, 5, 7, 0, 0, 10, tzinfo=UTC)
    assert clock_difference_s(told, ours) == apart
