"""A monitor is bound to a chair through the window, gives its numbers at once, and is still there after a restart."""

import pytest

from nursestation.config.load import load_settings
from tests.e2e.program import Monitor, Program

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

OFFSCREEN = {"QT_QPA_PLATFORM": "offscreen"}
PIN = "482913"


@pytest.fixture
def capno(tmp_path):
    monitor = Monitor("capnostream20", tmp_path / "capno")
    monitor.plug_in()
    yield monitor
    monitor.pull()


@pytest.fixture
def dinamap(tmp_path):
    monitor = Monitor("ge_dinamap", tmp_path / "dinamap")
    monitor.plug_in()
    yield monitor
    monitor.pull()


def sign_up(program):
    program.click("first_run_understood")
    program.type("first_run_name", "R. Alvarez RN")
    program.click("first_run_role_lead_nurse")
    program.type("first_run_pin", PIN)
    program.type("first_run_pin_again", PIN)
    program.click("first_run_create")


def sign_in(program):
    program.until(lambda: program.do("shown", "sign_in_page"), "the sign-in is shown")
    name = next(name for name in program.do("names") if name.startswith("sign_in_operator_"))
    program.click(name)
    program.type("sign_in_pin", PIN)
    program.click("sign_in_button")


def test_the_first_monitor_of_an_empty_station_stays_after_a_restart(tmp_path, capno, dinamap):
    profile = tmp_path / "profile"
    profile.mkdir()
    (profile / "station.toml").write_text('clinic = "North"  # prints on reports\n')
    with Program(profile, env=OFFSCREEN, log=tmp_path / "stderr") as program:
        program.do("resize", 1280, 800)
        sign_up(program)
        program.click("no_chairs_add")

        # typed, tried, seen, saved
        program.click("monitors_first")
        program.type("monitor_address", str(capno.link))
        program.type("monitor_search", "capnostream")
        program.click("monitor_model_capnostream20")
        program.click("monitor_try")
        program.until(lambda: program.do("shown", "monitor_preview_value_0"), "numbers arrive before anything is saved")
        assert program.do("text", "monitor_preview_headline") == "This monitor is understood."
        assert program.chair(1) == {}
        assert program.do("clipped") == []
        program.click("monitor_save")
        program.until(lambda: program.chair(1).get("numerics", {}).get("spo2"), "the chair shows numbers at once")
        program.until(lambda: "Connected" in program.do("text", "monitor_detail_state"), "the page says so")
        assert program.do("clipped") == []

        # a second one is found by itself
        program.click("monitors_add_1")
        program.type("monitor_address", str(dinamap.link))
        program.click("monitor_find")
        program.until(lambda: program.do("shown", "monitor_picked_ge_dinamap"), "the monitor is found")
        program.until(lambda: program.do("shown", "monitor_preview_value_0"), "what it gives is shown at once")
        program.click("monitor_save")
        program.until(lambda: program.chair(1)["links"].get("ge_dinamap") == "connected", "it is read too")
        program.click("monitors_close")
        program.until(lambda: program.do("shown", "chair_page"), "the chair is shown")
        assert program.close() == 0
    written = (profile / "station.toml").read_text()
    assert 'clinic = "North"  # prints on reports\n' in written
    assert [monitor.driver for monitor in load_settings(profile / "station.toml").chair[0].monitor] == [
        "capnostream20", "ge_dinamap",
    ]  # fmt: skip

    with Program(profile, env=OFFSCREEN, log=tmp_path / "stderr") as program:
        program.until(lambda: program.chair(1).get("monitoring"), "both are read after a restart")
        sign_in(program)
        program.click("station")
        program.click("station_monitors")

        # its own port is borrowed for a trial and given back
        program.click("monitors_of_1_capnostream20")
        program.click("monitor_change")
        program.click("monitor_try")
        program.until(lambda: program.do("shown", "monitor_preview_value_0"), "its own port is tried")
        program.click("monitor_cancel")
        program.until(lambda: program.chair(1)["links"]["capnostream20"] == "connected", "the chair has it back")

        program.click("monitors_of_1_ge_dinamap")
        program.click("monitor_remove")
        program.click("monitor_remove_sure")
        program.until(lambda: "ge_dinamap" not in program.chair(1)["links"], "it is taken away at once")
        program.until(
            lambda: program.do("text", "monitor_detail_title").startswith("Capnostream"), "the other is shown"
        )
        program.click("monitor_remove")
        program.click("monitor_remove_sure")
        program.click("monitors_remove_1")
        program.click("monitors_close")
        program.until(lambda: program.do("shown", "no_chairs_page"), "the station is empty again")
        assert program.close() == 0
    assert load_settings(profile / "station.toml").chair == ()
    assert (profile / "station.toml").read_text().startswith('clinic = "North"  # prints on reports\n')
