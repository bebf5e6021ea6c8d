"""Opens a serial port, a pseudo-terminal, a monitor on the network (UDP) or a loopback TCP port as one `ByteStream`.

Rules of the file:
1. The only module that imports pyserial, and late: the program starts, and its tests run, without it.
2. POSIX-only calls stay in here (and in the simulator), behind a late import.
3. A stream never blocks: `read` gives what is there, `write` keeps what does not fit and sends it with the next calls.
4. Whatever goes wrong with the line leaves here as a `LinkError` whose message tells the operator what to do.
"""

import errno
import os
import re
import select
import socket
import stat
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from devices.addresses import (
    Address,
    PortFacts,
    PortIdentity,
    ReplayAddress,
    TcpAddress,
    UdpAddress,
    canonical,
    find_facts,
    find_port,
    parse_address,
)
from devices.driver import Datagrams, Parity, SerialSettings
from devices.errors import LinkError, PortBusy, PortMissing

__all__ = [
    "Address",
    "ByteStream",
    "Opener",
    "PortFacts",
    "PortIdentity",
    "ReplayAddress",
    "SerialOpener",
    "TcpAddress",
    "TcpOpener",
    "UdpAddress",
    "UdpOpener",
    "find_port",
    "list_ports",
    "open_stream",
    "parse_address",
    "refusal",
]

_READ_LIMIT = 65_536  # bytes a call: some 5 s at 115200 baud, so one full buffer does not hold up the other ports
_LINUX_READ_BYTES = 8_192  # twice what the kernel holds of a terminal line
# Bytes: some tens of polls. A monitor that listens again must not find more of them waiting.
_UNSENT_LIMIT = 1_024
_CONNECT_S = 0.05  # a loopback port answers or refuses at once
_LONGEST_DATAGRAM = 65_535
_DATAGRAMS_A_READ = 64  # some seconds of a monitor's waves: a flood from one must not hold up the other ports

Lister = Callable[[], tuple[PortFacts, ...]]


class ByteStream(Protocol):
    """An open line to a monitor. For one thread at a time."""

    @property
    def name(self) -> str:
        """Return the port's name for people."""
        ...

    def read(self) -> bytes:
        """Return the bytes that have arrived; b"" when there are none. Never blocks.

        Raises:
            LinkError: the line is gone; the message says what to do.
        """
        ...

    def write(self, data: bytes) -> None:
        """Send `data`; what the line does not take now goes out with later calls of `read` and `write`. Never blocks.

        Raises:
            LinkError: the line is gone, or has taken nothing for long.
        """
        ...

    def close(self) -> None:
        """Let go of the line. May be called again."""
        ...


class Opener(Protocol):
    """Opens one address, as often as the link is lost."""

    @property
    def name(self) -> str:
        """Return the address for people."""
        ...

    def device(self) -> str | None:
        """Return what must not be opened twice, in one spelling; None when sharing does no harm."""
        ...

    def open(self, settings: SerialSettings) -> ByteStream:
        """Open the line.

        Raises:
            PortMissing: there is no such port now.
            PortBusy: another program holds it.
            LinkError: it cannot be used for another reason, which the message names.
        """
        ...


class ListedPort(Protocol):
    """What is used of pyserial's `ListPortInfo`."""

    device: str
    description: str | None
    vid: int | None
    pid: int | None
    serial_number: str | None
    location: str | None
    manufacturer: str | None
    product: str | None


def list_ports(scan: Callable[[], Iterable[ListedPort]] | None = None) -> tuple[PortFacts, ...]:
    """Return the serial ports that are present, in the order of their names.

    Args:
        scan: Looks for them; pyserial's `comports` when None.

    Raises:
        LinkError: they cannot be listed just now (an adapter is being plugged in or out); try again.
    """
    from serial.tools.list_ports import comports

    try:
        found = list((scan or comports)())
    except (OSError, ValueError, TypeError) as error:
        # pyserial reads several files an adapter; one that is pulled in between makes it fail with any of these.
        raise LinkError("The serial ports cannot be listed just now: try again in a moment.") from error
    facts = (
        PortFacts(
            path=port.device,
            description="" if port.description in (None, "n/a") else port.description,
            vid=port.vid,
            pid=port.pid,
            serial_number=port.serial_number or None,
            location=port.location or None,
            manufacturer=port.manufacturer or None,
            product=port.product or None,
        )
        for port in found
    )
    return tuple(sorted(facts, key=lambda f: (len(f.path), f.path)))


def open_stream(
    address: PortIdentity | TcpAddress, settings: SerialSettings, lister: Lister = list_ports
) -> ByteStream:
    """Open an address once; the `Opener` classes are for those who come back.

    Raises:
        LinkError: see `Opener.open`.
    """
    opener = TcpOpener(address) if isinstance(address, TcpAddress) else SerialOpener(address, lister)
    return opener.open(settings)


class SerialOpener:
    """Opens a serial port or a pseudo-terminal, and finds its USB adapter again under another path.

    Attributes:
        identity: What is remembered of the port; worth keeping in the settings once `identity.is_usb`.
    """

    def __init__(self, wanted: PortIdentity, lister: Lister = list_ports) -> None:
        self.identity = wanted
        self._list = lister

    @property
    def name(self) -> str:
        """Return the path as it was chosen."""
        return self.identity.path

    def device(self) -> str | None:
        """Return the real path of the port, or the adapter's identity while it is unplugged."""
        wanted = self.identity
        path = self._find()
        if path is None:
            return f"usb:{wanted.vid}:{wanted.pid}:{wanted.usb_serial}:{wanted.usb_location}"
        return canonical(path)

    def open(self, settings: SerialSettings) -> ByteStream:
        """Open the port for this program alone; the first success remembers the adapter behind the path.

        Raises:
            LinkError: see `Opener.open`.
        """
        path = self._find()
        if path is None:
            raise PortMissing(
                f"The adapter chosen as {self.name} is not plugged in, or cannot be told from a similar one: "
                "plug it in again, or choose the port anew."
            )
        stream = _open_serial(path, settings)
        if not self.identity.is_usb:
            with suppress(LinkError):  # remembered at the next opening, then
                facts = find_facts(path, self._list())
                if facts is not None and facts.identity.is_usb:
                    self.identity = PortIdentity(path, facts.serial_number, facts.location, facts.vid, facts.pid)
        return stream

    def _find(self) -> str | None:
        return find_port(self.identity, self._list()) if self.identity.is_usb else self.identity.path


class TcpOpener:
    """Connects to a TCP port on this computer."""

    def __init__(self, address: TcpAddress) -> None:
        self._address = address

    @property
    def name(self) -> str:
        """Return the address as text."""
        return str(self._address)

    def device(self) -> str | None:
        """Return the address: one connection feeds one chair."""
        return str(self._address)

    def open(self, settings: SerialSettings) -> ByteStream:  # noqa: ARG002 -- a socket has no line settings
        """Connect.

        Raises:
            PortMissing: nobody listens there.
        """
        try:
            line = socket.create_connection((self._address.host, self._address.port), timeout=_CONNECT_S)
            line.setblocking(False)
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            raise PortMissing(f"Nobody answers at {self.name}: start the simulated monitor there.") from error
        return _TcpStream(self.name, line)


class UdpOpener:
    """Speaks with one monitor on the network, in datagrams.

    Raises:
        LinkError: The monitor's protocol is not spoken over a network (`datagrams` is None).
    """

    def __init__(self, address: UdpAddress, datagrams: Datagrams | None) -> None:
        if datagrams is None:
            raise LinkError(
                f"This monitor is not spoken to over a network: connect its serial port, and choose that instead of {address}."
            )
        self._address = UdpAddress(address.host, address.port or datagrams.port)
        self._datagrams = datagrams

    @property
    def name(self) -> str:
        """Return the address as text, with its port."""
        return str(self._address)

    def device(self) -> str | None:
        """Return the address: one monitor feeds one chair."""
        return self.name

    def open(self, settings: SerialSettings) -> ByteStream:  # noqa: ARG002 -- a socket has no line settings
        """Make a socket that takes datagrams from this monitor alone. Whether it is there shows with its first answer.

        Raises:
            LinkError: this computer has no way to that address.
        """
        family = socket.AF_INET6 if ":" in self._address.host else socket.AF_INET
        line = socket.socket(family, socket.SOCK_DGRAM)
        try:
            line.setblocking(False)
            line.connect((self._address.host, self._address.port or 0))
        except OSError as error:
            line.close()
            raise _no_way(self.name) from error
        return _UdpStream(self.name, line, self._datagrams)


class _Unsent:
    """Bytes that the line has not taken yet.

    Attributes:
        waiting: They.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self.waiting = bytearray()

    def add(self, data: bytes) -> None:
        if len(self.waiting) + len(data) > _UNSENT_LIMIT:
            raise LinkError(f"{self._name} takes no more bytes: check the cable and that the monitor is on.")
        self.waiting += data

    def send(self, send: Callable[[bytes], int]) -> None:
        while self.waiting:
            try:
                n_sent = send(bytes(self.waiting))
            except (BlockingIOError, InterruptedError):
                return
            if n_sent == 0:
                return
            del self.waiting[:n_sent]


class SerialLine(Protocol):
    """What is used of pyserial's `Serial`."""

    @property
    def in_waiting(self) -> int: ...
    @property
    def out_waiting(self) -> int: ...
    @property
    def rtscts(self) -> bool: ...
    @property
    def cts(self) -> bool: ...
    def reset_output_buffer(self) -> None: ...
    def read(self, size: int) -> bytes: ...
    def write(self, data: bytes) -> int | None: ...
    def fileno(self) -> int: ...
    def close(self) -> None: ...


class SerialStream:
    """A serial port or a pseudo-terminal.

    Args:
        name: The port's name for people.
        line: pyserial's open port.
    """

    def __init__(self, name: str, line: SerialLine) -> None:
        self._name = name
        self._line = line
        self._unsent = _Unsent(name)
        self._in_flight = b""
        self._poll: select.poll | None = None

    @property
    def name(self) -> str:
        return self._name

    def read(self) -> bytes:
        try:
            if self._unsent.waiting:
                self._unsent.send(self._send)
            if sys.platform == "linux":
                return self._read_linux()
            # Asking for one byte more than nothing makes pyserial notice a line that has ended: ready, yet no data.
            return self._line.read(min(max(1, self._line.in_waiting), _READ_LIMIT))
        except OSError as error:
            raise self._gone() from error

    def _read_linux(self) -> bytes:
        """Read in one call where pyserial makes three: each lets other threads go first, and a pass over many ports makes many.

        pyserial opens without waiting and asks for no least number of bytes: a quiet line gives nothing, and so does one that
        has ended. Which of them it is, the poll tells.

        Raises:
            OSError: the line has ended.
        """
        try:
            data = os.read(self._line.fileno(), _LINUX_READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return b""
        if data:
            return data
        if self._poll is None:
            self._poll = select.poll()
            self._poll.register(self._line.fileno(), select.POLLIN)
        for _, flags in self._poll.poll(0):
            if flags & (select.POLLHUP | select.POLLERR | select.POLLNVAL):
                raise OSError(errno.EIO, "the line has ended")
        return b""

    def write(self, data: bytes) -> None:
        self._unsent.add(data)
        try:
            self._unsent.send(self._send)
        except OSError as error:
            raise self._gone() from error

    def close(self) -> None:
        with suppress(*_setup_errors()):  # no flow control to ask about: a pseudo-terminal, or an adapter that is gone
            if self._line.rtscts and not self._line.cts:
                # Linux would wait here for 30 s (`closing_wait`, setserial(8)) for a monitor that is off to take the rest.
                self._line.reset_output_buffer()
        with suppress(OSError):  # an adapter that is gone cannot be closed in good order
            self._line.close()

    def _send(self, data: bytes) -> int:
        if sys.platform != "win32":
            # WORKAROUND(pyserial 3.5, serialposix.py): Serial.write with write_timeout=0 spins while the line is full.
            return os.write(self._line.fileno(), data)
        if self._line.out_waiting:
            return 0
        # Windows goes on reading from this buffer after the call: it must live until the next one.
        self._in_flight = data
        return self._line.write(data) or 0

    def _gone(self) -> LinkError:
        return PortMissing(f"{self._name} is gone: check that the cable and its adapter are plugged in.")


class _TcpStream:
    """A connected, non-blocking socket."""

    def __init__(self, name: str, line: socket.socket) -> None:
        self._name = name
        self._line = line
        self._unsent = _Unsent(name)

    @property
    def name(self) -> str:
        return self._name

    def read(self) -> bytes:
        try:
            self._unsent.send(self._line.send)
            data = self._line.recv(_READ_LIMIT)
        except (BlockingIOError, InterruptedError):
            return b""
        except OSError as error:
            raise self._gone() from error
        if not data:
            raise self._gone()
        return data

    def write(self, data: bytes) -> None:
        self._unsent.add(data)
        try:
            self._unsent.send(self._line.send)
        except OSError as error:
            raise self._gone() from error

    def close(self) -> None:
        self._line.close()

    def _gone(self) -> LinkError:
        return PortMissing(f"The other end of {self._name} has closed the connection: start it again.")


class _UdpStream:
    """A connected, non-blocking datagram socket."""

    def __init__(self, name: str, line: socket.socket, datagrams: Datagrams) -> None:
        self._name = name
        self._line = line
        self._datagrams = datagrams

    @property
    def name(self) -> str:
        return self._name

    def read(self) -> bytes:
        frames = bytearray()
        for _ in range(_DATAGRAMS_A_READ):
            try:
                frames += self._datagrams.frame(self._line.recv(_LONGEST_DATAGRAM))
            except (BlockingIOError, InterruptedError):
                break
            except OSError as error:
                if frames:
                    break  # what has arrived comes first; a line that is gone will say so again
                raise self._gone(error) from error
        return bytes(frames)

    def write(self, data: bytes) -> None:
        for message in self._datagrams.messages(data):
            try:
                self._line.send(message)
            except (BlockingIOError, InterruptedError):
                return  # lost, as a datagram may be: the protocol asks again
            except OSError as error:
                raise self._gone(error) from error

    def close(self) -> None:
        self._line.close()

    def _gone(self, error: OSError) -> LinkError:
        if error.errno in _REFUSED:
            return PortMissing(
                f"Nobody answers at {self._name}: check that the monitor is on and that its network output is switched on."
            )
        return _no_way(self._name)


_REFUSED = {errno.ECONNREFUSED, errno.ECONNRESET}


def _no_way(name: str) -> PortMissing:
    return PortMissing(f"{name} cannot be reached: check the network cable of this computer and the monitor's address.")


def _open_serial(path: str, settings: SerialSettings) -> ByteStream:
    try:
        return _serial(path, settings)
    except _setup_errors() as error:
        # Linux drops parity on a pseudo-terminal, and calls the setting refused where nothing else had to change.
        if settings.parity is Parity.NONE or not canonical(path).startswith("/dev/pts/"):
            raise refusal(path, settings, error) from error
    try:
        return _serial(path, replace(settings, parity=Parity.NONE))
    except _setup_errors() as error:
        raise refusal(path, settings, error) from error


def _serial(path: str, settings: SerialSettings) -> "SerialStream":
    import serial

    line = serial.Serial(
        path,
        baudrate=settings.baud,
        bytesize=settings.data_bits,
        parity=settings.parity.value,
        stopbits=settings.stop_bits,
        rtscts=settings.rtscts,
        timeout=0,
        write_timeout=0,
        exclusive=True,
    )
    return SerialStream(path, line)


def _setup_errors() -> tuple[type[Exception], ...]:
    """Return what pyserial may raise when it sets up a port: on POSIX also the bare errors of termios."""
    if sys.platform == "win32":
        return (OSError, ValueError)
    import termios

    return (OSError, ValueError, termios.error)


def refusal(path: str, settings: SerialSettings, error: Exception) -> LinkError:
    """Return the sentence for the operator about a port that would not open."""
    match _error_number(error):
        case errno.ENOENT | errno.ENODEV | errno.ENXIO | errno.EIO:
            return PortMissing(f"There is no port {path}: plug the adapter in, or choose another port.")
        case errno.EBUSY | errno.EAGAIN:
            return PortBusy(
                f"{path} is in use by another program or another chair: close that program, or choose another port."
            )
        case errno.EACCES | errno.EPERM if sys.platform == "win32":
            return PortBusy(
                f"{path} is in use by another program or another chair: close that program, or choose another port."
            )
        case errno.EACCES | errno.EPERM:
            return LinkError(_not_allowed(path))
        case errno.ENOTTY | errno.EISDIR:
            return LinkError(f"{path} is not a serial port: choose another.")
    return LinkError(f"{path} cannot be opened with {settings}: choose another port or other line settings.")


def _error_number(error: Exception) -> int | None:
    """Return the errno behind an error of pyserial, which hides it in three ways."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    if error.__context__ is not None and error.__context__.args:  # termios.error while configuring
        number = error.__context__.args[0]
    else:  # a bare termios.error, or Windows: "could not open port 'COM3': PermissionError(13, ...)"
        quoted = re.search(r"Error\((\d+),", str(error))
        number = int(quoted[1]) if quoted else (error.args[0] if error.args else None)
    return number if isinstance(number, int) else None


def _not_allowed(path: str) -> str:
    refused = f"You may not use {path}"
    if sys.platform == "win32":
        return f"{refused}: sign in as a user who may."
    import grp

    try:
        facts = Path(path).stat()
        group = grp.getgrgid(facts.st_gid).gr_name
    except (OSError, KeyError):
        return f"{refused}: ask the administrator for access to it."
    if not facts.st_mode & stat.S_IWGRP or group == "root":
        return f"{refused}: ask the administrator for access to it."
    return (
        f"{refused}: it belongs to the group {group}. "
        f"Ask the administrator to run `sudo usermod -aG {group} YOUR-NAME`, then sign out and in again."
    )
