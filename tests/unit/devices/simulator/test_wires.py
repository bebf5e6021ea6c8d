"""The monitor's end of the line: nothing blocks, nothing goes stale, and a pulled cable is a pulled cable."""

import socket
import sys

import pytest

from devices.driver import SerialSettings
from devices.errors import LinkError
from devices.simulator.wires import PtyWire, TcpWire, UdpWire, open_wire
from devices.transport import TcpAddress, UdpAddress, UdpOpener, open_stream, parse_address
from tests.helpers.datagrams import LINES

SETTINGS = SerialSettings(baud=115200)
posix = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals here")


@pytest.fixture
def pty(tmp_path):
    if sys.platform == "win32":
        pytest.skip("no pseudo-terminals here")
    wire = PtyWire(tmp_path / "monitor")
    yield wire
    wire.close()


def host(address):
    return open_stream(parse_address(address), SETTINGS)


def soon(ask, n=1):
    """Ask until `n` bytes have come: they cross a kernel buffer, which takes no time that a test could name."""
    came = b""
    for _ in range(200_000):
        came += ask()
        if len(came) >= n:
            return came
    pytest.fail(f"only {came!r} came")


def never_ending(read):
    while True:
        read()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def test_pty_carries_bytes_both_ways_untouched(pty):
    stream = host(pty.address)
    everything = bytes(range(256))
    assert pty.write(everything) == 256
    assert soon(stream.read, 256) == everything
    stream.write(everything)
    assert soon(pty.read, 256) == everything
    stream.close()


def test_pty_link_is_at_the_wanted_place_and_goes_with_the_wire(pty, tmp_path):
    assert (tmp_path / "monitor").is_symlink()
    pty.close()
    pty.close()
    assert not (tmp_path / "monitor").is_symlink()


def test_pty_drops_what_nobody_listens_to(pty):
    assert pty.write(b"before anybody came") == 0
    stream = host(pty.address)
    pty.write(b"now")
    assert soon(stream.read, 3) == b"now"
    stream.close()
    assert pty.write(b"after they left") == 0
    assert pty.read() == b""


def test_full_pty_does_not_block(pty):
    stream = host(pty.address)
    taken = [pty.write(bytes(10_000)) for _ in range(40)]
    assert sum(taken) < 400_000
    assert taken[-1] == 0
    stream.close()


def test_unplugged_pty_is_gone_for_its_host_and_comes_back(pty):
    stream = host(pty.address)
    pty.unplug()
    assert (pty.write(b"x"), pty.read()) == (0, b"")
    with pytest.raises(LinkError):
        never_ending(stream.read)
    stream.close()
    with pytest.raises(LinkError):
        host(pty.address)
    pty.replug()
    pty.replug()
    stream = host(pty.address)
    assert pty.write(b"back") == 4
    assert soon(stream.read, 4) == b"back"
    stream.close()


@posix
def test_pty_takes_over_a_link_that_was_left_behind(tmp_path):
    (tmp_path / "monitor").symlink_to("/nowhere/at/all")
    wire = PtyWire(tmp_path / "monitor")
    assert (tmp_path / "monitor").exists()
    wire.close()


@posix
def test_pty_leaves_a_file_alone(tmp_path):
    (tmp_path / "notes").write_text("mine")
    with pytest.raises(LinkError, match="choose another place"):
        PtyWire(tmp_path / "notes")
    assert (tmp_path / "notes").read_text() == "mine"


@pytest.fixture
def tcp():
    wire = TcpWire(TcpAddress("127.0.0.1", 0))
    yield wire
    wire.close()


def test_tcp_carries_bytes_both_ways(tcp):
    assert tcp.write(b"nobody") == 0
    stream = host(tcp.address)
    stream.write(b"ask")
    assert soon(tcp.read, 3) == b"ask"
    assert tcp.write(b"answer") == 6
    assert soon(stream.read, 6) == b"answer"
    stream.close()


def test_tcp_takes_the_next_program_when_one_leaves(tcp):
    first = host(tcp.address)
    soon(lambda: b"." * tcp.write(b"1"))
    first.close()
    second = host(tcp.address)
    second.write(b"2")
    assert soon(tcp.read) == b"2"
    second.close()


def test_tcp_unplug_and_replug_keep_the_port(tcp):
    address, stream = tcp.address, host(tcp.address)
    soon(lambda: b"." * tcp.write(b"1"))
    tcp.unplug()
    assert (tcp.write(b"x"), tcp.read()) == (0, b"")
    with pytest.raises(LinkError):
        never_ending(stream.read)
    with pytest.raises(LinkError):
        host(address)
    stream.close()
    tcp.replug()
    assert tcp.address == address
    host(address).close()


def test_tcp_port_that_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(LinkError, match="choose another port"):
        TcpWire(TcpAddress("127.0.0.1", taken.getsockname()[1]))


@pytest.fixture
def udp():
    wire = UdpWire(UdpAddress("127.0.0.1", 0), LINES)
    yield wire
    wire.close()


def udp_host(wire):
    return UdpOpener(parse_address(wire.address), LINES).open(SETTINGS)


def test_udp_carries_messages_both_ways_as_the_serial_line_would(udp):
    assert udp.write(b"nobody\n") == 0
    stream = udp_host(udp)
    stream.write(b"ask\nagain\n")
    assert soon(udp.read, 10) == b"ask\nagain\n"
    assert udp.write(b"one\ntwo\n") == 8
    assert soon(stream.read, 8) == b"one\ntwo\n"
    stream.close()


def test_udp_answers_whoever_spoke_last(udp):
    first, second = udp_host(udp), udp_host(udp)
    first.write(b"1\n")
    soon(udp.read, 2)
    second.write(b"2\n")
    soon(udp.read, 2)
    udp.write(b"yes\n")
    assert soon(second.read, 4) == b"yes\n"
    assert first.read() == b""
    first.close()
    second.close()


def test_udp_a_host_that_has_gone_harms_nothing(udp):
    gone = udp_host(udp)
    gone.write(b"1\n")
    soon(udp.read, 2)
    gone.close()
    for _ in range(3):
        assert udp.write(b"yes\n") == 4
        assert udp.read() == b""


def test_udp_unplug_and_replug_keep_the_port_and_forget_the_host(udp):
    stream = udp_host(udp)
    stream.write(b"1\n")
    soon(udp.read, 2)
    address = udp.address
    udp.unplug()
    assert (udp.write(b"x\n"), udp.read()) == (0, b"")
    udp.replug()
    assert udp.address == address
    assert udp.write(b"x\n") == 0
    stream.close()


def test_udp_port_that_is_taken(udp):
    with pytest.raises(LinkError, match="choose another port"):
        UdpWire(parse_address(udp.address), LINES)


def test_open_wire_serves_udp_where_the_protocol_is_spoken_so_and_to_this_computer_only():
    wire = open_wire("udp://127.0.0.1", SETTINGS, LINES)
    assert wire.address == "udp://127.0.0.1:24999"
    wire.close()
    with pytest.raises(LinkError, match="does not speak over UDP"):
        open_wire("udp://127.0.0.1:5000", SETTINGS)
    with pytest.raises(LinkError, match="on this computer only"):
        open_wire("udp://192.168.1.20:5000", SETTINGS, LINES)


def test_open_wire_tells_what_it_wants():
    with pytest.raises(LinkError, match="serial port or tcp"):
        open_wire("replay:x", SETTINGS)
    with pytest.raises(LinkError, match="no port"):
        open_wire("/dev/ttyNONE7", SETTINGS)
    wire = open_wire(f"tcp://127.0.0.1:{free_port()}", SETTINGS)
    assert parse_address(wire.address).port > 0
    wire.close()


@posix
def test_a_real_port_is_served_through_the_transport(tmp_path):
    cable = PtyWire(tmp_path / "cable")  # its far end stands in for a serial port
    wire = open_wire(cable.address, SETTINGS)
    assert wire.write(b"said") == 4
    assert soon(cable.read, 4) == b"said"
    cable.write(b"asked")
    assert soon(wire.read, 5) == b"asked"
    wire.unplug()
    assert (wire.write(b"x"), wire.read()) == (0, b"")
    wire.replug()
    assert wire.write(b"again") == 5
    cable.close()
    assert wire.read() == b""  # the port went away: the wire lets go of it
    with pytest.raises(LinkError):
        wire.replug()
    wire.close()
