import errno
import grp
import os
import select
import socket
import subprocess
import sys
import termios
from pathlib import Path
from types import SimpleNamespace

import pytest

from devices.addresses import PortFacts, PortIdentity, TcpAddress, UdpAddress
from devices.driver import Parity, SerialSettings
from devices.errors import LinkError, PortBusy, PortMissing
from devices.transport import SerialOpener, SerialStream, TcpOpener, UdpOpener, list_ports, open_stream, refusal
from tests.helpers.datagrams import LINES

SETTINGS = SerialSettings(115200)
WAIT_S = 5


class Pty:
    """A pseudo-terminal: the test is the monitor at its master end."""

    def __init__(self):
        self.master, self.slave = os.openpty()
        self.path = os.ttyname(self.slave)

    def send(self, data):
        os.write(self.master, data)
        assert select.select([self.slave], [], [], WAIT_S)[0]

    def receive(self, n):
        data = b""
        while len(data) < n:
            assert select.select([self.master], [], [], WAIT_S)[0]
            data += os.read(self.master, n - len(data))
        return data

    def hang_up(self):
        os.close(self.master)
        self.master = None

    def close(self):
        for fd in (self.master, self.slave):
            if fd is not None:
                os.close(fd)


@pytest.fixture
def pty():
    pty = Pty()
    yield pty
    pty.close()


@pytest.fixture
def opened(pty):
    stream = open_stream(PortIdentity(pty.path), SETTINGS)
    yield stream
    stream.close()


def no_ports():
    return ()


def write_all(stream, messages):
    for message in messages:
        stream.write(message)


def write_until_refused(stream, messages):
    """Return how many messages the line took."""
    for n, message in enumerate(messages):
        try:
            stream.write(message)
        except LinkError:
            return n
    raise AssertionError("the line took everything")


# -- serial and pty


def test_the_program_starts_without_pyserial_and_without_posix_modules():
    script = (
        "import sys\n"
        "for name in ('serial', 'termios', 'fcntl', 'pty', 'tty', 'grp'): sys.modules[name] = None\n"
        "import devices.reader, devices.transport, devices.capture\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parents[3])


def test_bytes_go_both_ways_unchanged(pty, opened):
    every_byte = bytes(range(256))
    pty.send(every_byte)
    assert opened.read() == every_byte
    opened.write(every_byte)
    assert pty.receive(256) == every_byte


def test_nothing_there_is_no_bytes(opened):
    assert opened.read() == b""


@pytest.mark.parametrize(
    "settings",
    [
        SerialSettings(1200),
        SerialSettings(9600, data_bits=7, parity=Parity.EVEN),
        SerialSettings(19200, parity=Parity.ODD, stop_bits=2),
        SerialSettings(115200, rtscts=True),
        SerialSettings(31250),
    ],
    ids=str,
)
def test_a_pty_takes_any_line_settings(pty, settings):
    stream = open_stream(PortIdentity(pty.path), settings)
    pty.send(b"x")
    assert stream.read() == b"x"
    stream.close()


@pytest.mark.parametrize(
    ("settings", "speed", "flags"),
    [
        (SerialSettings(9600), termios.B9600, 0),
        (SerialSettings(19200, parity=Parity.ODD, stop_bits=2), termios.B19200, termios.PARODD | termios.CSTOPB),
        (SerialSettings(115200, parity=Parity.EVEN, rtscts=True), termios.B115200, termios.CRTSCTS),
    ],
    ids=str,
)
def test_what_a_pty_keeps_of_the_line_settings_is_as_wanted(pty, settings, speed, flags):
    """Linux keeps speed, oddness, stop bits and flow control on a pseudo-terminal, and neither parity nor data bits."""
    stream = open_stream(PortIdentity(pty.path), settings)
    _, _, control, _, heard_at, said_at, _ = termios.tcgetattr(pty.slave)
    assert (heard_at, said_at) == (speed, speed)
    assert control & (termios.PARODD | termios.CSTOPB | termios.CRTSCTS) == flags
    stream.close()


def test_a_monitor_that_hangs_up_is_noticed_by_read(pty, opened):
    pty.hang_up()
    with pytest.raises(PortMissing, match=r"is gone: check that the cable and its adapter are plugged in\.$"):
        opened.read()


def test_a_monitor_that_hangs_up_is_noticed_by_write(pty, opened):
    pty.hang_up()
    with pytest.raises(PortMissing, match="is gone"):
        opened.write(b"?")


def test_closing_twice_and_after_a_hang_up_is_quiet(pty, opened):
    pty.hang_up()
    opened.close()
    opened.close()


def test_a_port_in_use_is_busy_until_it_is_closed(pty, opened):
    with pytest.raises(
        PortBusy, match=r"is in use by another program or another chair: close that program, or choose another port\.$"
    ):
        open_stream(PortIdentity(pty.path), SETTINGS)
    opened.close()
    open_stream(PortIdentity(pty.path), SETTINGS).close()


def test_a_port_that_is_not_there_is_missing(tmp_path):
    with pytest.raises(PortMissing, match=r"There is no port .*ttyUSB9: plug the adapter in"):
        open_stream(PortIdentity(str(tmp_path / "ttyUSB9")), SETTINGS)


def test_a_pty_whose_master_has_gone_is_missing(pty):
    path = pty.path
    pty.hang_up()
    with pytest.raises(PortMissing):
        open_stream(PortIdentity(path), SETTINGS)


@pytest.mark.parametrize("path", [__file__, str(Path(__file__).parent), "/dev/null"])
def test_what_is_no_serial_port_is_refused(path):
    with pytest.raises(LinkError, match="is not a serial port"):
        open_stream(PortIdentity(path), SETTINGS)


def test_a_line_that_takes_nothing_blocks_nobody_and_then_fails(pty, opened):
    messages = [b"%060d\n" % n for n in range(10_000)]
    n_accepted = write_until_refused(opened, messages)
    with pytest.raises(LinkError, match="takes no more bytes: check the cable and that the monitor is on"):
        opened.write(messages[n_accepted])
    accepted = b"".join(messages[:n_accepted])
    received = b""
    while len(received) < len(accepted):
        received += pty.receive(min(61, len(accepted) - len(received)))
        assert opened.read() == b""
    assert received == accepted


def test_forbidden_says_which_group_to_join(tmp_path):
    port = tmp_path / "ttyUSB0"
    port.touch()
    group = next(g for g in grp.getgrall() if g.gr_name != "root")
    if os.geteuid() == 0:
        os.chown(port, 0, group.gr_gid)
    group = grp.getgrgid(port.stat().st_gid)
    port.chmod(0o660)
    error = refusal(str(port), SETTINGS, PermissionError(errno.EACCES, "no"))
    assert f"it belongs to the group {group.gr_name}" in str(error)
    assert f"usermod -aG {group.gr_name}" in str(error)
    port.chmod(0o600)
    assert "ask the administrator" in str(refusal(str(port), SETTINGS, PermissionError(errno.EACCES, "no")))
    port.unlink()
    assert "ask the administrator" in str(refusal(str(port), SETTINGS, PermissionError(errno.EACCES, "no")))


def test_windows_hides_the_error_in_the_text():
    error = OSError("could not open port 'COM3': FileNotFoundError(2, 'not found', None, 2)")
    assert isinstance(refusal("COM3", SETTINGS, error), PortMissing)


def test_settings_that_a_port_refuses_are_named():
    assert str(refusal("COM3", SETTINGS, ValueError("Invalid baud rate"))) == (
        "COM3 cannot be opened with 115200 8N1: choose another port or other line settings."
    )


class HeldBack:
    """A port whose monitor is off: what was written waits for its leave (CTS)."""

    def __init__(self, *, rtscts=True, cts=False):
        self.rtscts = rtscts
        self.cts = cts
        self.calls = []

    def reset_output_buffer(self):
        self.calls.append("forget what waits")

    def close(self):
        self.calls.append("close")


@pytest.mark.parametrize(
    ("line", "calls"),
    [
        (HeldBack(), ["forget what waits", "close"]),
        (HeldBack(cts=True), ["close"]),
        (HeldBack(rtscts=False), ["close"]),
    ],
    ids=["monitor off", "monitor on", "no flow control"],
)
def test_closing_does_not_wait_for_a_monitor_that_holds_the_line_back(line, calls):
    SerialStream("/dev/ttyUSB0", line).close()
    assert line.calls == calls


def test_a_pty_with_flow_control_closes_too(pty):
    open_stream(PortIdentity(pty.path), SerialSettings(19200, parity=Parity.EVEN, rtscts=True)).close()
    open_stream(PortIdentity(pty.path), SETTINGS).close()


# -- the adapter that comes back


def test_an_adapter_comes_back_under_another_path(pty):
    present = [PortFacts(pty.path, vid=1, pid=2, serial_number="A1", location="1-1")]
    opener = SerialOpener(PortIdentity(pty.path), lambda: tuple(present))
    opener.open(SETTINGS).close()
    assert opener.identity == present[0].identity

    again = Pty()
    present[:] = [PortFacts(again.path, vid=1, pid=2, serial_number="A1", location="1-1")]
    assert opener.device() == again.path
    stream = opener.open(SETTINGS)
    again.send(b"back")
    assert stream.read() == b"back"
    stream.close()
    again.close()


def test_an_unplugged_adapter_is_missing_even_when_another_has_its_path(pty):
    present = [PortFacts(pty.path, serial_number="A1")]
    opener = SerialOpener(PortIdentity(pty.path, usb_serial="A1"), lambda: tuple(present))
    assert opener.device() == pty.path
    present[:] = [PortFacts(pty.path, serial_number="B2")]
    assert opener.device() == "usb:None:None:A1:None"
    with pytest.raises(PortMissing, match="is not plugged in, or cannot be told from a similar one"):
        opener.open(SETTINGS)


def test_a_port_whose_facts_cannot_be_listed_still_opens(pty):
    def flaky():
        raise LinkError("not now")

    opener = SerialOpener(PortIdentity(pty.path), flaky)
    opener.open(SETTINGS).close()
    assert opener.identity == PortIdentity(pty.path)


def test_a_port_that_is_no_usb_adapter_keeps_its_path(pty):
    opener = SerialOpener(PortIdentity(pty.path), lambda: (PortFacts(pty.path, description="built in"),))
    opener.open(SETTINGS).close()
    assert opener.identity == PortIdentity(pty.path)


def test_two_names_of_one_device_are_one(pty, tmp_path):
    link = tmp_path / "monitor"
    link.symlink_to(pty.path)
    assert SerialOpener(PortIdentity(str(link)), no_ports).device() == pty.path


def listed(path, **usb):
    names = ("description", "vid", "pid", "serial_number", "location", "manufacturer", "product")
    return SimpleNamespace(device=path, **{name: usb.get(name) for name in names})


def test_ports_are_listed_with_what_usb_says_of_them():
    found = [
        listed("/dev/ttyUSB10", description="n/a", serial_number=""),
        listed("/dev/ttyUSB9", description="FT232R", vid=1027, pid=24577, serial_number="A1", location="1-1"),
    ]
    assert list_ports(lambda: found) == (
        PortFacts("/dev/ttyUSB9", "FT232R", 1027, 24577, "A1", "1-1"),
        PortFacts("/dev/ttyUSB10"),
    )


def test_an_adapter_pulled_out_during_the_listing_is_told_in_a_sentence():
    def scan():
        raise TypeError("int() argument must be a string")

    with pytest.raises(LinkError, match="cannot be listed just now: try again in a moment"):
        list_ports(scan)


def test_the_ports_of_this_machine_can_be_listed():
    paths = [facts.path for facts in list_ports()]
    assert all(path for path in paths)
    assert len(set(paths)) == len(paths)


# -- loopback TCP


@pytest.fixture
def server():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(WAIT_S)
        yield server


def address_of(server):
    return TcpAddress("127.0.0.1", server.getsockname()[1])


def wait_readable(stream_socket):
    assert select.select([stream_socket], [], [], WAIT_S)[0]


def read_something(stream, monitor):
    """Read until bytes come: loopback delivers them within the call that sends, all but always."""
    for _ in range(1000):
        if data := stream.read():
            return data
        select.select([monitor], [], [], 0.01)
    raise AssertionError("nothing came")


def test_tcp_bytes_go_both_ways(server):
    stream = open_stream(address_of(server), SETTINGS)
    monitor, _ = server.accept()
    assert stream.read() == b""
    monitor.sendall(b"97\r\n")
    assert read_something(stream, monitor) == b"97\r\n"
    stream.write(b"?")
    wait_readable(monitor)
    assert monitor.recv(10) == b"?"
    stream.close()
    stream.close()
    monitor.close()


def test_tcp_a_monitor_that_closes_is_noticed(server):
    stream = open_stream(address_of(server), SETTINGS)
    monitor, _ = server.accept()
    monitor.close()
    with pytest.raises(PortMissing, match="has closed the connection"):
        read_something(stream, server)
    stream.close()


def test_tcp_a_monitor_that_is_not_there_is_missing(server):
    address = address_of(server)
    server.close()
    with pytest.raises(PortMissing, match="Nobody answers at tcp://127"):
        TcpOpener(address).open(SETTINGS)


def test_tcp_a_line_that_takes_nothing_fails_without_blocking(server):
    stream = open_stream(address_of(server), SETTINGS)
    monitor, _ = server.accept()
    messages = [b"%0999d\n" % n for n in range(100_000)]
    accepted = b"".join(messages[: write_until_refused(stream, messages)])
    received = b""
    while len(received) < len(accepted):
        wait_readable(monitor)
        received += monitor.recv(min(65_536, len(accepted) - len(received)))
        assert stream.read() == b""
    assert received == accepted
    stream.close()
    monitor.close()


def test_tcp_writing_to_a_monitor_that_has_gone_is_noticed(server):
    stream = open_stream(address_of(server), SETTINGS)
    monitor, _ = server.accept()
    monitor.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")  # close with a reset
    monitor.close()
    with pytest.raises(PortMissing, match="has closed the connection"):
        write_all(stream, [b"?"] * 10)
    stream.close()


def test_tcp_a_reset_is_noticed_by_read(server):
    stream = open_stream(address_of(server), SETTINGS)
    monitor, _ = server.accept()
    monitor.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    monitor.close()
    with pytest.raises(PortMissing, match="has closed the connection"):
        read_something(stream, server)
    stream.close()


def test_a_connection_feeds_one_chair(server):
    opener = TcpOpener(address_of(server))
    assert opener.device() == opener.name == str(address_of(server))


# -- UDP


@pytest.fixture
def monitor():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as monitor:
        monitor.bind(("127.0.0.1", 0))
        monitor.settimeout(WAIT_S)
        yield monitor


def udp_to(monitor):
    return UdpOpener(UdpAddress(*monitor.getsockname()), LINES)


def test_udp_messages_go_both_ways_each_in_its_frame(monitor):
    stream = udp_to(monitor).open(SETTINGS)
    assert stream.read() == b""
    stream.write(b"ask\nagain\n")
    assert monitor.recv(100) == b"ask"
    said, host = monitor.recvfrom(100)
    assert said == b"again"
    monitor.sendto(b"spo2 97", host)
    monitor.sendto(b"pulse 60", host)
    assert read_something(stream, monitor) + stream.read() == b"spo2 97\npulse 60\n"
    stream.close()
    stream.close()


def test_udp_another_sender_is_not_heard(monitor):
    stream = udp_to(monitor).open(SETTINGS)
    stream.write(b"ask\n")
    _, host = monitor.recvfrom(100)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(b"spo2 20", host)
    monitor.sendto(b"spo2 97", host)
    assert read_something(stream, monitor) == b"spo2 97\n"
    stream.close()


def test_udp_a_monitor_that_is_not_there_is_missing(monitor):
    opener = udp_to(monitor)
    monitor.close()
    stream = opener.open(SETTINGS)
    stream.write(b"ask\n")
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as quiet,
        pytest.raises(PortMissing, match="check that the monitor is on and that its network output is switched on"),
    ):
        read_something(stream, quiet)
    stream.close()


def test_udp_writing_to_a_monitor_that_has_gone_is_noticed(monitor):
    opener = udp_to(monitor)
    monitor.close()
    stream = opener.open(SETTINGS)
    with pytest.raises(PortMissing, match="Nobody answers at udp://127"):
        write_all(stream, [b"ask\n"] * 100)
    stream.close()


def test_udp_an_address_without_a_way_is_told():
    with pytest.raises(PortMissing, match=r"cannot be reached: check the network cable"):
        UdpOpener(UdpAddress("255.255.255.255"), LINES).open(SETTINGS)


def test_udp_a_flood_is_read_in_pieces(monitor):
    stream = udp_to(monitor).open(SETTINGS)
    stream.write(b"ask\n")
    _, host = monitor.recvfrom(100)
    for _ in range(100):
        monitor.sendto(b"x", host)
    assert len(read_something(stream, monitor)) <= 2 * 64
    stream.close()


def test_udp_the_port_is_the_protocols_own_unless_another_is_given():
    assert UdpOpener(UdpAddress("192.168.1.20"), LINES).device() == "udp://192.168.1.20:24999"
    assert UdpOpener(UdpAddress("192.168.1.20", 5000), LINES).device() == "udp://192.168.1.20:5000"


def test_udp_a_protocol_that_is_not_spoken_so_is_refused():
    with pytest.raises(LinkError, match="not spoken to over a network: connect its serial port"):
        UdpOpener(UdpAddress("192.168.1.20"), None)


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
def test_a_pseudo_terminal_can_be_opened_again_with_parity(tmp_path):
    import os
    import pty

    ours, theirs = pty.openpty()
    try:
        settings = SerialSettings(19_200, parity=Parity.EVEN)
        for _ in range(3):
            open_stream(PortIdentity(os.ttyname(theirs)), settings).close()
    finally:
        os.close(ours)
        os.close(theirs)
