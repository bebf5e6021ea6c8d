"""Where a monitor is plugged in: addresses as people write them, and an adapter found again under another path.

Rules of the file:
1. Pure: nothing here opens or lists a port; what is present is handed in as `PortFacts`.
2. An adapter that cannot be told from another is not found. A guess could show one patient's numbers on another's chair.
"""

import ipaddress
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from devices.errors import LinkError

_WINDOWS_PORT = re.compile(r"COM\d+", re.IGNORECASE)
_UDP = re.compile(r"(?:\[(?P<six>[^\]]*)\]|(?P<host>[^:\[\]]*))(?::(?P<port>.*))?")


@dataclass(frozen=True, slots=True)
class PortIdentity:
    """A serial port or pseudo-terminal, and what is remembered of its USB adapter.

    Attributes:
        path: Path or name at the time of choosing ("/dev/ttyUSB0", "COM3").
        usb_serial: Serial number of the adapter; None when unknown or not a USB adapter.
        usb_location: USB socket it was plugged into ("1-1.2", "1-1.2:1.0" on an adapter with several ports).
        vid: USB vendor id.
        pid: USB product id.
    """

    path: str
    usb_serial: str | None = None
    usb_location: str | None = None
    vid: int | None = None
    pid: int | None = None

    def __str__(self) -> str:
        return self.path

    @property
    def is_usb(self) -> bool:
        """Say whether the adapter is known by more than its path."""
        return self.usb_serial is not None or self.usb_location is not None


@dataclass(frozen=True, slots=True)
class TcpAddress:
    """A TCP port on this computer."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"tcp://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class UdpAddress:
    """A monitor on the clinic's network.

    Attributes:
        host: Its IP address; never a name, whose look-up could hold up every other monitor.
        port: Its UDP port; None for the one that its protocol is known to use.
    """

    host: str
    port: int | None = None

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"udp://{host}" if self.port is None else f"udp://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class ReplayAddress:
    """A capture file, played at its recorded times."""

    file: Path

    def __str__(self) -> str:
        return f"replay:{self.file}"


Address = PortIdentity | TcpAddress | UdpAddress | ReplayAddress


@dataclass(frozen=True, slots=True)
class PortFacts:
    """A serial port that is present, with what USB says of it; None for what it does not say."""

    path: str
    description: str = ""
    vid: int | None = None
    pid: int | None = None
    serial_number: str | None = None
    location: str | None = None
    manufacturer: str | None = None
    product: str | None = None

    @property
    def identity(self) -> PortIdentity:
        """Return what to remember in order to find this adapter again."""
        return PortIdentity(self.path, self.serial_number, self.location, self.vid, self.pid)


def parse_address(text: str) -> Address:
    """Read an address as people write it.

    Args:
        text: "/dev/ttyUSB0", "COM3", "udp://192.168.1.20", "tcp://127.0.0.1:5000" or "replay:FILE"; "serial:" or "pty:" may
            stand before a path.

    Raises:
        LinkError: it is none of these; the message says what is wanted.
    """
    text = text.strip()
    kind, colon, rest = text.partition(":")
    match kind.lower() if colon else "":
        case "tcp":
            return _parse_tcp(text, rest.removeprefix("//"))
        case "udp":
            return _parse_udp(text, rest.removeprefix("//"))
        case "replay":
            if not rest:
                raise LinkError("A recording needs a file name: replay:FILE.")
            return ReplayAddress(Path(rest))
        case "serial" | "pty":
            text = rest
    if not text:
        raise LinkError("A port is needed, for example /dev/ttyUSB0, COM3 or tcp://127.0.0.1:5000.")
    return PortIdentity(text.upper() if _WINDOWS_PORT.fullmatch(text) else text)


def find_port(wanted: PortIdentity, present: Sequence[PortFacts]) -> str | None:
    """Return the path under which a remembered adapter stands now; None when it is not there or cannot be told apart.

    By serial number where it has one; else by USB socket; a port that is not known as USB by its path alone. Adapters
    that share a serial number (cheap ones all say "0001"; every port of a four-port adapter says the same) are told
    apart by their socket, then by their place on the adapter.
    """
    if not wanted.is_usb:
        return wanted.path
    same_kind = [f for f in present if wanted.vid in (None, f.vid) and wanted.pid in (None, f.pid)]
    if wanted.usb_serial is None:
        found = [f for f in same_kind if f.location == wanted.usb_location and f.serial_number is None]
    else:
        found = [f for f in same_kind if f.serial_number == wanted.usb_serial]
        if len(found) > 1:
            found = [f for f in found if f.location == wanted.usb_location] or [
                f
                for f in found
                if _interface(f.location) is not None and _interface(f.location) == _interface(wanted.usb_location)
            ]
    return found[0].path if len(found) == 1 else None


def find_facts(path: str, present: Sequence[PortFacts]) -> PortFacts | None:
    """Return what is known of the port at `path`, also when `path` is a link to it; None when it is not listed."""
    device = canonical(path)
    return next((facts for facts in present if canonical(facts.path) == device), None)


def canonical(path: str) -> str:
    """Return the one spelling of a port's path: links followed, Windows names in capitals."""
    return path.upper() if _WINDOWS_PORT.fullmatch(path) else os.path.realpath(path)


def _interface(location: str | None) -> str | None:
    _, colon, interface = (location or "").partition(":")
    return interface if colon else None


def _parse_tcp(text: str, rest: str) -> TcpAddress:
    host, _, port = rest.rpartition(":")
    host = host.strip("[]")
    if not host or not _is_port(port):
        raise LinkError(f"{text} is not an address: write tcp://127.0.0.1:PORT with a port from 1 to 65535.")
    if not _is_loopback(host):
        raise LinkError(f"{text} is not on this computer: only tcp://127.0.0.1:PORT can be used.")
    return TcpAddress(host, int(port))


def _parse_udp(text: str, rest: str) -> UdpAddress:
    found = _UDP.fullmatch(rest)
    host, port = (found["six"] or found["host"], found["port"]) if found else ("", None)
    try:
        host = "127.0.0.1" if host == "localhost" else str(ipaddress.ip_address(host))
    except ValueError:
        raise LinkError(
            f"{text} is not an address: write the monitor's IP address, for example udp://192.168.1.20."
        ) from None
    if port is not None and not _is_port(port):
        raise LinkError(
            f"{text} is not an address: write udp://{host}, or udp://{host}:PORT with a port from 1 to 65535."
        )
    return UdpAddress(host, None if port is None else int(port))


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text) < 65536


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_simulated(address: Address) -> bool:
    """Say whether what comes from an address counts as simulated: docs/adr/0009, and for the network docs/adr/0011."""
    match address:
        case PortIdentity():
            path = canonical(address.path)
            return path.startswith("/") and (not path.startswith("/dev/") or path.startswith("/dev/pts/"))
        case UdpAddress():
            return _is_loopback(address.host)
        case TcpAddress() | ReplayAddress():
            return True
        case _:
            assert_never(address)
