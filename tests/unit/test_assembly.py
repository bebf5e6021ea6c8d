"""How settings become chairs and ports."""

import os

import pytest

from devices.addresses import PortIdentity, TcpAddress, is_simulated, parse_address
from devices.driver import Parity, SerialSettings
from devices.registry import lookup
from nursestation.assembly import chair_setup
from nursestation.config.line import address_of, settings_of
from nursestation.config.schema import ChairSettings, MonitorSettings


@pytest.mark.parametrize(
    ("text", "simulated"),
    [
        ("/dev/ttyUSB0", False),
        ("/dev/ttyS1", False),
        ("/dev/cu.usbserial-1", False),
        ("COM3", False),
        ("/dev/pts/4", True),
        ("/tmp/chair-2", True),
        ("tcp://127.0.0.1:5000", True),
        ("replay:visit.capture", True),
        ("udp://127.0.0.1:24105", True),
        ("udp://[::1]", True),
        ("udp://192.168.1.20", False),
    ],
)
def test_whatever_is_no_serial_port_and_not_on_the_network_counts_as_simulated(text, simulated):
    assert is_simulated(parse_address(text)) is simulated


def test_a_link_to_a_pseudo_terminal_counts_as_simulated(tmp_path):
    master, slave = os.openpty()
    link = tmp_path / "monitor"
    link.symlink_to(os.ttyname(slave))
    assert is_simulated(parse_address(str(link)))
    os.close(master)
    os.close(slave)


def test_a_chair_has_its_monitors_in_order_and_its_preference():
    chair = ChairSettings(
        number=3,
        monitor=(
            MonitorSettings(driver="ge_dinamap", port="/dev/ttyUSB0"),
            MonitorSettings(driver="capnostream20", port="tcp://127.0.0.1:5000"),
        ),
        prefer={"spo2": "capnostream20"},
    )
    setup = chair_setup(chair)
    assert [monitor.id for monitor in setup.monitors] == ["3:ge_dinamap", "3:capnostream20"]
    assert [monitor.simulated for monitor in setup.monitors] == [False, True]
    assert setup.prefer == (("spo2", "3:capnostream20"),)
    assert "ttyUSB0" in setup.monitors[0].title


def test_a_remembered_adapter_is_looked_for_by_its_serial_number():
    monitor = MonitorSettings(driver="ge_dinamap", port="/dev/ttyUSB0", usb_serial="A50285BI")
    assert address_of(monitor) == PortIdentity("/dev/ttyUSB0", "A50285BI", None)
    assert isinstance(address_of(MonitorSettings(driver="ge_dinamap", port="tcp://127.0.0.1:9")), TcpAddress)


def test_an_adapter_is_remembered_with_its_make():
    monitor = MonitorSettings(
        driver="ge_dinamap", port="/dev/ttyUSB0", usb_serial="0001", usb_vid=0x0403, usb_pid=0x6001
    )
    assert address_of(monitor) == PortIdentity("/dev/ttyUSB0", "0001", None, 0x0403, 0x6001)


def test_line_settings_are_the_drivers_with_those_of_the_file_over_them():
    info = lookup("ge_dinamap").info
    plain = MonitorSettings(driver="ge_dinamap", port="/dev/ttyUSB0")
    assert settings_of(plain, info) == info.serial[0]
    changed = MonitorSettings(
        driver="ge_dinamap",
        port="/dev/ttyUSB0",
        baud=19200,
        data_bits=7,
        parity="even",
        stop_bits=2,
        rtscts=True,
    )
    assert settings_of(changed, info) == SerialSettings(19200, 7, Parity.EVEN, 2, rtscts=True)
