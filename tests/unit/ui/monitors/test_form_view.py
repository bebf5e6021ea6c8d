from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.driver import Parity, SerialSettings
from devices.registry import all_drivers, lookup
from nursestation.config.schema import MonitorSettings
from nursestation.core.model import Phase
from nursestation.ui.monitors import form_view
from nursestation.ui.monitors.form_view import Draft
from tests.helpers.bench_states import CAPNO, FTDI, make_bench, make_link
from tests.helpers.station_views import LEAD, make_chair, make_station, make_visit

INFO = lookup("capnostream20").info
FREE = make_station(make_chair(None, number=2, links=(make_link(),)), make_chair(None, number=3), operator=LEAD)
BUSY = make_station(
    make_chair(make_visit(Phase.INFUSION, infusion_run_s=60.0), number=2, links=(make_link(),)), operator=LEAD
)
NEW = Draft(chair=3, port="/dev/ttyUSB1", driver="capnostream20")
CHANGE = form_view.draft_of(2, CAPNO, INFO, (FTDI,))


def test_ports_are_offered_by_their_usb_name_first_and_say_whose_they_are():
    options = form_view.port_options(make_bench(), Draft(chair=3))
    assert [option.path for option in options] == ["/dev/ttyUSB0", "/dev/ttyUSB1", "/dev/ttyS0"]
    assert options[0].used_by == "Chair 2, Capnostream 20"
    assert options[0].label == "FTDI FT232R USB UART · no. A50285BI (ttyUSB0): Chair 2, Capnostream 20 uses it"
    assert form_view.port_options(make_bench(), CHANGE)[0].used_by == ""


def test_a_new_monitor_goes_to_a_chair_of_the_settings_or_to_one_more():
    assert form_view.chair_numbers(FREE, make_bench()) == (1, 2, 3)


def test_monitors_are_found_by_maker_model_and_driver():
    drivers = all_drivers()
    assert {option.driver for option in form_view.model_options(drivers, "")} == set(drivers)
    found = form_view.model_options(drivers, "healthcare V100")
    assert [(option.driver, option.title) for option in found] == [("ge_dinamap", "Carescape V100")]
    assert "DINAMAP PRO" in found[0].below
    assert [option.driver for option in form_view.model_options(drivers, "capnostream20")] == ["capnostream20"]
    assert form_view.model_options(drivers, "toaster") == ()


@pytest.mark.parametrize(
    ("draft", "problem"),
    [
        (Draft(chair=3), "Choose the port."),
        (Draft(chair=3, is_typed=True), "Type the monitor's address."),
        (Draft(chair=3, port="tcp://192.168.1.4:5000", is_typed=True), "not on this computer"),
        (replace(NEW, port="/dev/ttyUSB0"), "Chair 2, Capnostream 20 uses this port"),
        (replace(NEW, driver=""), "Choose the monitor"),
    ],
)
def test_what_is_missing_is_a_sentence(draft, problem):
    info = INFO if draft.driver else None
    assert problem in form_view.save_problem(draft, info, make_bench())
    assert problem in form_view.trial_problem(draft, info, make_bench(), FREE, finding=False)


def test_looking_for_the_monitor_needs_only_its_port():
    draft = replace(NEW, driver="")
    assert form_view.trial_problem(draft, None, make_bench(), FREE, finding=True) == ""


def test_a_chair_has_no_two_monitors_of_one_kind():
    twice = form_view.save_problem(replace(NEW, chair=2), INFO, make_bench())
    assert twice.startswith("Chair 2 already has a Capnostream 20")
    assert form_view.save_problem(NEW, INFO, make_bench()) == ""
    assert form_view.save_problem(CHANGE, INFO, make_bench()) == ""


def test_the_port_of_a_visit_is_not_borrowed_for_a_trial():
    assert form_view.trial_problem(CHANGE, INFO, make_bench(), FREE, finding=False) == ""
    assert "cannot be tried now" in form_view.trial_problem(CHANGE, INFO, make_bench(), BUSY, finding=False)
    assert form_view.trial_problem(NEW, INFO, make_bench(), BUSY, finding=False) == ""


def test_saving_while_a_patient_is_in_the_chair_says_so():
    assert form_view.open_visit_words(CHANGE, FREE) == ""
    assert form_view.open_visit_words(CHANGE, BUSY).startswith("A patient is in chair 2")


def test_the_adapter_is_remembered_with_the_port():
    settings = form_view.settings_of(replace(NEW, port="/dev/ttyUSB0"), INFO, make_bench().present)
    assert settings == CAPNO
    assert form_view.settings_of(replace(NEW, port=" /tmp/capno "), INFO, ()) == MonitorSettings(
        driver="capnostream20", port="/tmp/capno"
    )


def test_a_monitor_that_is_changed_comes_back_as_it_was():
    assert (CHANGE.port, CHANGE.is_typed, CHANGE.line, CHANGE.bound) == ("/dev/ttyUSB0", False, None, "2:capnostream20")
    assert form_view.settings_of(CHANGE, INFO, (FTDI,)) == CAPNO
    away = form_view.draft_of(2, CAPNO, INFO, ())
    assert (away.port, away.is_typed) == ("/dev/ttyUSB0", True)


def test_cuff_starting_is_kept_only_for_monitors_that_can():
    can = next(entry.info for entry in all_drivers().values() if entry.info.starts_cuff)
    draft = replace(NEW, driver=can.name, may_start_cuff=True)
    assert form_view.settings_of(draft, can, ()).may_start_cuff
    assert not form_view.settings_of(replace(NEW, may_start_cuff=True), INFO, ()).may_start_cuff


def test_each_line_setting_can_be_chosen_and_taken_back():
    draft = form_view.with_line(NEW, INFO, "baud", "9600")
    draft = form_view.with_line(draft, INFO, "parity", "E")
    draft = form_view.with_line(draft, INFO, "data_bits", "7")
    draft = form_view.with_line(draft, INFO, "stop_bits", "2")
    draft = form_view.with_line(draft, INFO, "rtscts", "on")
    assert draft.line == SerialSettings(9600, 7, Parity.EVEN, 2, True)
    usual = form_view.with_line(form_view.with_line(NEW, INFO, "baud", "9600"), INFO, "baud", str(INFO.serial[0].baud))
    assert usual.line is None
    assert form_view.with_line(NEW, INFO, "baud", "7") == NEW


def test_settings_that_would_bring_others_along_are_written_out_in_full():
    info = replace(INFO, serial=(SerialSettings(115200), SerialSettings(19200, parity=Parity.ODD)))
    line = SerialSettings(19200)
    settings = form_view.settings_of(replace(NEW, line=line), info, ())
    assert form_view.line_of(form_view.draft_of(3, settings, info, ()), info) == line


LINES = st.builds(
    SerialSettings,
    st.sampled_from(form_view.BAUDS),
    st.sampled_from((7, 8)),
    st.sampled_from(Parity),
    st.sampled_from((1, 2)),
    st.booleans(),
)


@given(st.sampled_from(sorted(all_drivers())), LINES)
def test_whatever_line_settings_are_chosen_come_back_from_the_file(name, line):
    info = lookup(name).info
    draft = replace(NEW, driver=name, line=None if line == info.serial[0] else line)
    settings = form_view.settings_of(draft, info, ())
    back = form_view.draft_of(3, settings, info, ())
    assert form_view.line_of(back, info) == line
