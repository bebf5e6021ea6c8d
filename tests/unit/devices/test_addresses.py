from pathlib import Path

import pytest

from devices.addresses import (
    PortFacts,
    PortIdentity,
    ReplayAddress,
    TcpAddress,
    UdpAddress,
    find_facts,
    find_port,
    parse_address,
)
from devices.errors import LinkError

FTDI = {"vid": 0x0403, "pid": 0x6001}


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("/dev/ttyUSB0", PortIdentity("/dev/ttyUSB0")),
        (" serial:/dev/ttyUSB0 ", PortIdentity("/dev/ttyUSB0")),
        ("pty:/tmp/monitor", PortIdentity("/tmp/monitor")),
        ("com3", PortIdentity("COM3")),
        ("tcp://127.0.0.1:5000", TcpAddress("127.0.0.1", 5000)),
        ("tcp://localhost:65535", TcpAddress("localhost", 65535)),
        ("tcp://[::1]:5000", TcpAddress("::1", 5000)),
        ("udp://192.168.1.20", UdpAddress("192.168.1.20")),
        ("udp://192.168.1.20:24105", UdpAddress("192.168.1.20", 24105)),
        ("UDP://localhost:5000", UdpAddress("127.0.0.1", 5000)),
        ("udp://[fe80::1]:5000", UdpAddress("fe80::1", 5000)),
        ("udp://[fe80::1]", UdpAddress("fe80::1")),
        ("replay:C:/night one.cap", ReplayAddress(Path("C:/night one.cap"))),
    ],
)
def test_addresses_as_people_write_them(text, address):
    assert parse_address(text) == address
    assert parse_address(str(address)) == address


@pytest.mark.parametrize(
    ("text", "wants"),
    [
        ("", "A port is needed"),
        ("serial:", "A port is needed"),
        ("replay:", "replay:FILE"),
        ("tcp://127.0.0.1", "tcp://127.0.0.1:PORT"),
        ("tcp://127.0.0.1:0", "1 to 65535"),
        ("tcp://127.0.0.1:65536", "1 to 65535"),
        ("tcp://127.0.0.1:²", "1 to 65535"),
        ("tcp://:5000", "tcp://127.0.0.1:PORT"),
        ("tcp://192.168.1.20:5000", "not on this computer"),
        ("tcp://monitor.example:5000", "not on this computer"),
        ("udp://monitor.example", "the monitor's IP address, for example udp://192.168.1.20"),
        ("udp://", "the monitor's IP address"),
        ("udp://fe80::1", "the monitor's IP address"),
        ("udp://192.168.1.20:", "1 to 65535"),
        ("udp://192.168.1.20:0", "1 to 65535"),
        ("udp://192.168.1.20:x", "1 to 65535"),
    ],
)
def test_a_wrong_address_says_what_is_wanted(text, wants):
    with pytest.raises(LinkError, match=wants):
        parse_address(text)


def test_a_port_that_is_no_usb_adapter_is_known_by_its_path():
    assert find_port(PortIdentity("/dev/ttyS0"), []) == "/dev/ttyS0"


def test_an_adapter_is_found_under_another_path_by_its_serial_number():
    before = PortFacts("/dev/ttyUSB0", serial_number="A1", location="1-1", **FTDI)
    after = PortFacts("/dev/ttyUSB1", serial_number="A1", location="1-4", **FTDI)
    assert find_port(before.identity, [after]) == "/dev/ttyUSB1"


def test_another_adapter_on_the_old_path_is_not_taken_for_it():
    mine = PortFacts("/dev/ttyUSB0", serial_number="A1", location="1-1", **FTDI)
    neighbour = PortFacts("/dev/ttyUSB0", serial_number="B2", location="1-1", **FTDI)
    assert find_port(mine.identity, [neighbour]) is None


def test_the_same_serial_number_of_another_make_is_another_adapter():
    mine = PortFacts("/dev/ttyUSB0", serial_number="0001", location="1-1", **FTDI)
    other = PortFacts("/dev/ttyUSB0", vid=0x10C4, pid=0xEA60, serial_number="0001", location="1-1")
    assert find_port(mine.identity, [other]) is None


def test_an_adapter_without_serial_number_is_found_by_its_socket():
    mine = PortFacts("/dev/ttyUSB0", location="1-1.2", **FTDI)
    after = PortFacts("/dev/ttyUSB3", location="1-1.2", **FTDI)
    elsewhere = PortFacts("/dev/ttyUSB0", location="1-1.3", **FTDI)
    assert find_port(mine.identity, [elsewhere, after]) == "/dev/ttyUSB3"
    assert find_port(mine.identity, [elsewhere]) is None


def test_adapters_that_share_a_serial_number_are_told_apart_by_socket():
    first = PortFacts("/dev/ttyUSB0", serial_number="0001", location="1-1", **FTDI)
    second = PortFacts("/dev/ttyUSB1", serial_number="0001", location="1-2", **FTDI)
    assert find_port(first.identity, [first, second]) == "/dev/ttyUSB0"
    assert find_port(second.identity, [first, second]) == "/dev/ttyUSB1"


def test_an_adapter_with_a_serial_number_is_not_taken_for_one_without():
    mine = PortFacts("/dev/ttyUSB0", location="1-1", **FTDI)
    other = PortFacts("/dev/ttyUSB0", serial_number="B2", location="1-1", **FTDI)
    assert find_port(mine.identity, [other]) is None


def test_one_of_two_is_not_guessed_when_usb_tells_no_socket():
    twins = [PortFacts(f"/dev/ttyUSB{n}", serial_number="0001", **FTDI) for n in (0, 1)]
    assert find_port(twins[0].identity, twins) is None
    assert find_port(twins[0].identity, twins[1:]) == "/dev/ttyUSB1"


def test_adapters_that_cannot_be_told_apart_are_not_guessed():
    mine = PortFacts("/dev/ttyUSB0", serial_number="0001", location="1-9", **FTDI)
    first = PortFacts("/dev/ttyUSB0", serial_number="0001", location="1-1", **FTDI)
    second = PortFacts("/dev/ttyUSB1", serial_number="0001", location="1-2", **FTDI)
    assert find_port(mine.identity, [first, second]) is None


def test_a_port_of_a_four_port_adapter_keeps_its_place_in_another_socket():
    ports = [PortFacts(f"/dev/ttyUSB{n}", serial_number="F4", location=f"1-1:1.{n}", **FTDI) for n in range(4)]
    moved = [PortFacts(f"/dev/ttyUSB{n + 4}", serial_number="F4", location=f"1-3:1.{n}", **FTDI) for n in range(4)]
    assert [find_port(port.identity, moved) for port in ports] == [port.path for port in moved]


def test_facts_are_found_through_a_link(tmp_path):
    device = tmp_path / "ttyUSB0"
    device.touch()
    link = tmp_path / "by-id"
    link.symlink_to(device)
    facts = PortFacts(str(device), serial_number="A1")
    assert find_facts(str(link), [PortFacts("/dev/ttyS0"), facts]) is facts
    assert find_facts(str(tmp_path / "other"), [facts]) is None
