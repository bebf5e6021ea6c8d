"""A line between a simulated monitor and the program that needs no operating system: what one end writes, the other reads.

Rules of the file:
1. It behaves as a pseudo-terminal does: bytes keep their order, what is written while nobody has the line open is lost, and a
   pulled cable is a `LinkError` for whoever has it open and a missing port for whoever opens it.
2. One thread at a time: a run in lockstep.
"""

from devices.driver import SerialSettings
from devices.errors import LinkError, PortMissing


class MemoryLine:
    """Both ends of one line: the monitor's is a `Wire`, the program's an `Opener`.

    Attributes:
        name: What the program calls it.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._to_host: list[bytes] = []
        self._to_monitor: list[bytes] = []
        self._is_in = True
        self._opened = 0  # streams so far; 0 = nobody has it open

    # --- the monitor's end ---

    @property
    def address(self) -> str:
        return self.name

    def read(self) -> bytes:
        return _taken(self._to_monitor)

    def write(self, data: bytes) -> int:
        if not self._is_in or not self._opened:
            return 0
        self._to_host.append(data)
        return len(data)

    def unplug(self) -> None:
        self._is_in = False
        self._empty()

    def replug(self) -> None:
        self._is_in = True

    def close(self) -> None:
        self.unplug()

    # --- the program's end ---

    def device(self) -> str | None:
        return self.name

    def open(self, settings: SerialSettings) -> "MemoryStream":
        if not self._is_in:
            raise PortMissing(f"{self.name} is not there: plug the cable in.")
        self._empty()
        self._opened += 1
        return MemoryStream(self)

    def heard(self) -> bytes:
        if not self._is_in:
            raise LinkError(f"{self.name} is gone: plug the cable back in.")
        return _taken(self._to_host)

    def said(self, data: bytes) -> None:
        if not self._is_in:
            raise LinkError(f"{self.name} is gone: plug the cable back in.")
        self._to_monitor.append(data)

    def let_go(self) -> None:
        self._opened = 0
        self._empty()

    def _empty(self) -> None:
        self._to_host.clear()
        self._to_monitor.clear()


class MemoryStream:
    """The line as the program has it open."""

    def __init__(self, line: MemoryLine) -> None:
        self._line = line
        self.name = line.name

    def read(self) -> bytes:
        return self._line.heard()

    def write(self, data: bytes) -> None:
        self._line.said(data)

    def close(self) -> None:
        self._line.let_go()


def _taken(pieces: list[bytes]) -> bytes:
    data = b"".join(pieces)
    pieces.clear()
    return data
