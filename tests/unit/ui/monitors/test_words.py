import pytest

from devices.addresses import PortFacts
from devices.driver import Parity, SerialSettings
from nursestation.config.schema import MonitorSettings
from nursestation.ui.monitors.words import (
    amount,
    device_of,
    facts_of,
    is_pseudo,
    is_serial,
    line_text,
    number_text,
    pace_text,
    place,
    unit_text,
    usb_name,
)
from tests.helpers.bench_states import BUILT_IN, CAPNO, FTDI, PROLIFIC


def test_an_adapter_is_called_what_usb_calls_it_without_saying_the_maker_twice():
    assert usb_name(FTDI) == "FTDI FT232R USB UART · no. A50285BI"
    assert usb_name(PROLIFIC) == "Prolific Technology Inc. USB-Serial Controller"
    assert usb_name(PortFacts("COM4", vid=1, manufacturer="FTDI", product="FTDI Cable")) == "FTDI Cable"
    assert usb_name(PortFacts("COM4", vid=1)) == "USB adapter"
    assert usb_name(BUILT_IN) == "Serial port of this computer"


def test_an_adapter_is_known_again_under_another_path():
    moved = PortFacts("/dev/ttyUSB7", vid=0x0403, pid=0x6001, serial_number="A50285BI")
    assert facts_of(CAPNO, (BUILT_IN, moved)) == moved
    assert facts_of(CAPNO, (BUILT_IN,)) is None
    assert facts_of(MonitorSettings(driver="nonin", port="tcp://127.0.0.1:5000"), (BUILT_IN,)) is None


def test_addresses_in_short_and_by_kind():
    assert place("/dev/ttyUSB0") == "ttyUSB0"
    assert place("udp://192.168.1.20") == "udp://192.168.1.20"
    assert is_serial("COM3")
    assert not is_serial("replay:file")
    assert not is_serial("")
    assert is_pseudo("/tmp/capno")
    assert not is_pseudo("/dev/ttyS0")
    assert device_of("/dev/ttyUSB0", (FTDI,)) == "/dev/ttyUSB0"
    assert device_of("tcp://127.0.0.1:5000", ()) == "tcp://127.0.0.1:5000"
    assert device_of("", ()) == ""


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (SerialSettings(9600), "9600 baud · 8 data bits · no parity · 1 stop bit"),
        (
            SerialSettings(19200, 7, Parity.EVEN, 2, True),
            "19200 baud · 7 data bits · even parity · 2 stop bits · RTS/CTS",
        ),
    ],
)
def test_line_settings_are_words(line, text):
    assert line_text(line) == text


def test_numbers_are_as_precise_as_on_the_monitor():
    assert (number_text("spo2", 97.6), unit_text("spo2")) == ("98", "%")
    assert (number_text("temp", 36.84), unit_text("temp")) == ("36.8", "°C")
    assert unit_text("pleth") == ""
    assert amount(1234567) == "1\u202f234\u202f567"
    assert pace_text(118.4, 4.04) == "118 bytes/s · 4.0 readings/s"
    assert pace_text(3606.0, 58.2) == "3606 bytes/s · 58 readings/s"
