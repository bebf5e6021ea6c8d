"""The monitor's end of a line: a pseudo-terminal, a serial port, or a loopback TCP or UDP port.

Rules of the file:
1. Nothing here blocks. A UART drops what nobody takes: so does a wire, and counts it.
2. POSIX-only calls are imported late, inside the pseudo-terminal.
3. A wire can be pulled (`unplug`) and put back (`replug`), also while a program has it open.
4. No simulated monitor speaks to another computer: over there it would pass for a real one.
"""

import errno
import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from devices.addresses import UdpAddress, is_simulated
from devices.driver import Datagrams, SerialSettings
from devices.errors import LinkError
from devices.transport import ByteStream, PortIdentity, TcpAddress, open_stream, parse_address

_READ_LIMIT = 65_536


class Wire(Protocol):
    """One end of a line; the monitor's."""

    @property
    def address(self) -> str:
        """Return what a program opens to reach the other end, as `devices.transport.parse_address` reads it."""
        ...

    def read(self) -> bytes:
        """Return what the host has sent; b"" for nothing. Never blocks."""
        ...

    def write(self, data: bytes) -> int:
        """Send `data` and return how many of its bytes were taken; the rest is lost. Never blocks."""
        ...

    def unplug(self) -> None:
        """Pull the cable; nothing happens when it is out."""
        ...

    def replug(self) -> None:
        """Put the cable back; nothing happens when it is in."""
        ...

    def close(self) -> None:
        """Let go of the line for good. May be called again."""
        ...


class PtyWire:
    """A pseudo-terminal with a link to it, so that its name is known before it is made."""

    def __init__(self, link: Path) -> None:
        """Make the pseudo-terminal and the link.

        Raises:
            LinkError: The link cannot be made, or there are no pseudo-terminals on this computer.
        """
        self._link = link
        self._master: int | None = None
        self.replug()

    @property
    def address(self) -> str:
        """Return the path of the link."""
        return str(self._link)

    def read(self) -> bytes:
        """Return what the host has sent."""
        if self._master is None:
            return b""
        try:
            return os.read(self._master, _READ_LIMIT)
        except OSError:  # nothing there, or nobody has the other end open
            return b""

    def write(self, data: bytes) -> int:
        """Send `data` to whoever has the other end open; with nobody there, or a full buffer, it is lost."""
        if self._master is None or not self._is_open_elsewhere():
            return 0
        try:
            return os.write(self._master, data)
        except OSError:
            return 0

    def unplug(self) -> None:
        """Take the pseudo-terminal away: whoever has it open sees it vanish."""
        if self._master is None:
            return
        with suppress(OSError):
            self._link.unlink()
        os.close(self._master)
        self._master = None

    def replug(self) -> None:
        """Make a new pseudo-terminal under the same link.

        Raises:
            LinkError: See `__init__`.
        """
        if self._master is not None:
            return
        try:
            import tty
        except ImportError:
            raise LinkError(
                "This computer has no pseudo-terminals: use a loopback port, for example tcp://127.0.0.1:5000."
            ) from None
        master, slave = os.openpty()
        try:
            tty.setraw(slave)
            os.set_blocking(master, False)
            self._point_link_at(os.ttyname(slave))
        except OSError as error:
            os.close(master)
            raise LinkError(
                f"The link {self._link} cannot be made ({error.strerror}): choose another place."
            ) from error
        finally:
            os.close(slave)
        self._master = master

    def close(self) -> None:
        """Remove the pseudo-terminal and its link."""
        self.unplug()

    def _point_link_at(self, terminal: str) -> None:
        if self._link.is_symlink():  # of an earlier run that was killed
            self._link.unlink()
        elif self._link.exists():
            raise FileExistsError(errno.EEXIST, "a file of that name exists")
        self._link.symlink_to(terminal)

    def _is_open_elsewhere(self) -> bool:
        """Say whether a program has the terminal open: unread bytes of before would be old news to the next one."""
        import select

        poll = select.poll()
        assert self._master is not None
        poll.register(self._master, select.POLLOUT)
        return not any(event & select.POLLHUP for _, event in poll.poll(0))


class TcpWire:
    """A loopback TCP port that serves one program at a time."""

    def __init__(self, wanted: TcpAddress) -> None:
        """Listen at `wanted`; port 0 picks a free one, which is then kept.

        Raises:
            LinkError: The port is taken.
        """
        self._wanted = wanted
        self._listener: socket.socket | None = None
        self._host: socket.socket | None = None
        self.replug()

    @property
    def address(self) -> str:
        """Return the address that a program connects to."""
        return str(self._wanted)

    def read(self) -> bytes:
        """Return what the host has sent; takes a waiting program in."""
        self._accept()
        if self._host is None:
            return b""
        try:
            data = self._host.recv(_READ_LIMIT)
        except (BlockingIOError, InterruptedError):
            return b""
        except OSError:
            data = b""
        if not data:
            self._hang_up()
        return data

    def write(self, data: bytes) -> int:
        """Send `data` to the connected program, if any."""
        self._accept()
        if self._host is None:
            return 0
        try:
            return self._host.send(data)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError:
            self._hang_up()
            return 0

    def unplug(self) -> None:
        """Close the connection and stop listening."""
        self._hang_up()
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def replug(self) -> None:
        """Listen again at the same port.

        Raises:
            LinkError: Another program has taken it.
        """
        if self._listener is not None:
            return
        try:
            listener = socket.create_server((self._wanted.host, self._wanted.port), backlog=1)
        except OSError as error:
            raise LinkError(f"{self._wanted} cannot be served ({error.strerror}): choose another port.") from error
        listener.setblocking(False)
        self._listener = listener
        self._wanted = TcpAddress(self._wanted.host, listener.getsockname()[1])

    def close(self) -> None:
        """Close the connection and the port."""
        self.unplug()

    def _accept(self) -> None:
        if self._host is not None or self._listener is None:
            return
        with suppress(BlockingIOError, InterruptedError):
            self._host, _ = self._listener.accept()
            self._host.setblocking(False)
            self._host.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _hang_up(self) -> None:
        if self._host is not None:
            self._host.close()
            self._host = None


class UdpWire:
    """A loopback UDP port that answers whoever spoke to it last."""

    def __init__(self, wanted: UdpAddress, datagrams: Datagrams) -> None:
        """Wait at `wanted`; port 0 picks a free one, which is then kept.

        Args:
            wanted: Where; the protocol's own port when it names none.
            datagrams: How the protocol goes into datagrams.

        Raises:
            LinkError: The port is taken.
        """
        self._wanted = wanted
        self._datagrams = datagrams
        self._line: socket.socket | None = None
        self._host: tuple[str, int] | None = None
        self.replug()

    @property
    def address(self) -> str:
        """Return the address that a program speaks to."""
        return str(self._wanted)

    def read(self) -> bytes:
        """Return what the host has sent, as the serial line would carry it."""
        frames = bytearray()
        while self._line is not None and len(frames) < _READ_LIMIT:
            try:
                data, self._host = self._line.recvfrom(_READ_LIMIT)
            except OSError:  # nothing there, or the host that was answered is gone
                break
            frames += self._datagrams.frame(data)
        return bytes(frames)

    def write(self, data: bytes) -> int:
        """Send the messages in `data` to the host that spoke last; with none, they are lost."""
        if self._line is None or self._host is None:
            return 0
        for message in self._datagrams.messages(data):
            with suppress(OSError):  # a datagram may be lost
                self._line.sendto(message, self._host)
        return len(data)

    def unplug(self) -> None:
        """Let go of the port, and forget the host."""
        if self._line is not None:
            self._line.close()
            self._line = self._host = None

    def replug(self) -> None:
        """Wait at the same port again.

        Raises:
            LinkError: Another program has taken it.
        """
        if self._line is not None:
            return
        port = self._datagrams.port if self._wanted.port is None else self._wanted.port
        line = socket.socket(socket.AF_INET6 if ":" in self._wanted.host else socket.AF_INET, socket.SOCK_DGRAM)
        try:
            line.setblocking(False)
            line.bind((self._wanted.host, port))
        except OSError as error:
            line.close()
            raise LinkError(f"{self._wanted} cannot be served ({error.strerror}): choose another port.") from error
        self._line = line
        self._wanted = UdpAddress(self._wanted.host, line.getsockname()[1])

    def close(self) -> None:
        """Let go of the port."""
        self.unplug()


class SerialWire:
    """A real serial port, with a null-modem cable to the program under test."""

    def __init__(self, identity: PortIdentity, settings: SerialSettings) -> None:
        """Open the port.

        Raises:
            LinkError: It cannot be opened; the message says what to do.
        """
        self._identity = identity
        self._settings = settings
        self._stream: ByteStream | None = open_stream(identity, settings)

    @property
    def address(self) -> str:
        """Return the port's path."""
        return str(self._identity)

    def read(self) -> bytes:
        """Return what the host has sent."""
        if self._stream is None:
            return b""
        try:
            return self._stream.read()
        except LinkError:
            self.unplug()
            return b""

    def write(self, data: bytes) -> int:
        """Send `data`; lost when the line takes no more."""
        if self._stream is None:
            return 0
        try:
            self._stream.write(data)
        except LinkError:
            return 0
        return len(data)

    def unplug(self) -> None:
        """Close the port: nothing is sent any more. The cable itself is for a hand to pull."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def replug(self) -> None:
        """Open the port again.

        Raises:
            LinkError: It cannot be opened.
        """
        if self._stream is None:
            self._stream = open_stream(self._identity, self._settings)

    def close(self) -> None:
        """Close the port."""
        self.unplug()


def open_wire(address: str, settings: SerialSettings, datagrams: Datagrams | None = None) -> Wire:
    """Open the monitor's end of a serial port, "tcp://127.0.0.1:PORT" or "udp://127.0.0.1:PORT".

    Args:
        address: Where to serve.
        settings: Line settings of a serial port.
        datagrams: How the monitor's protocol is spoken over UDP; None where it is not.

    Raises:
        LinkError: It cannot be served; the message says what to do.
    """
    parsed = parse_address(address)
    match parsed:
        case TcpAddress():
            return TcpWire(parsed)
        case UdpAddress() if datagrams is None:
            raise LinkError("This monitor does not speak over UDP: use a serial port or tcp://127.0.0.1:PORT.")
        case UdpAddress() if datagrams is not None and is_simulated(parsed):
            return UdpWire(parsed, datagrams)
        case UdpAddress():
            raise LinkError(
                f"A simulated monitor speaks on this computer only: use udp://127.0.0.1:PORT, not {address}."
            )
        case PortIdentity():
            return SerialWire(parsed, settings)
        case _:
            raise LinkError(f"A simulated monitor needs a serial port or tcp://127.0.0.1:PORT, not {address}.")
