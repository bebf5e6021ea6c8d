"""A cable that a test holds in its hands, and the smallest protocol that can go wrong in every way.

Rules of the file:
1. `Wire` behaves as a port does: while it is plugged in it can be opened, what arrives is read once, and nothing is
   read from it or written to it after `close`.
2. `LineDriver` speaks in lines: `ok` is a status, `bad` a rejected frame, `hold` a status given out only with the next
   reset, `boom` a bug. It polls once a second when told to.
"""

from collections.abc import Callable
from typing import ClassVar

from devices.driver import DriverInfo, SerialSettings
from devices.errors import LinkError, PortMissing
from devices.events import DeviceStatus, DriverEvent, FrameRejected, RejectReason, SensorStatus

SETTINGS = SerialSettings(9600)
S = 1_000_000_000


class Wire:
    """One port and its cable; opens as `devices.transport.Opener` does.

    Attributes:
        refusal: Raised by `open` while set.
        cut: Raised by `read` while set.
        jam: Raised by `write` while set.
        sent: All that was written.
        opened_at: Settings of each opening.
        is_open: Whether somebody holds it.
    """

    def __init__(self, name: str = "/dev/ttyTEST0", device: str | None = None) -> None:
        self.name = name
        self.refusal: Exception | None = None
        self.cut: Exception | None = None
        self.jam: Exception | None = None
        self.sent = b""
        self.opened_at: list[SerialSettings] = []
        self.is_open = False
        self._device = device or name
        self._arrived = b""

    def device(self) -> str | None:
        return self._device

    def open(self, settings: SerialSettings) -> "_WireEnd":
        self.opened_at.append(settings)
        if self.refusal is not None:
            raise self.refusal
        if self.is_open:
            raise LinkError("opened twice")
        self.is_open = True
        self._arrived = b""
        return _WireEnd(self)

    def arrive(self, data: bytes) -> None:
        """Let the monitor send; lost while nobody listens."""
        if self.is_open:
            self._arrived += data

    def unplug(self) -> None:
        self.cut = self.refusal = PortMissing("It is unplugged: plug it in.")

    def plug_in(self) -> None:
        self.cut = self.refusal = None

    def take(self) -> bytes:
        data, self._arrived = self._arrived, b""
        return data


class _WireEnd:
    def __init__(self, wire: Wire) -> None:
        self._wire: Wire | None = wire
        self.name = wire.name

    def read(self) -> bytes:
        wire = self._held()
        if wire.cut is not None:
            raise wire.cut
        return wire.take()

    def write(self, data: bytes) -> None:
        wire = self._held()
        if wire.jam is not None:
            raise wire.jam
        wire.sent += data

    def close(self) -> None:
        if self._wire is not None:
            self._wire.is_open = False
            self._wire = None

    def _held(self) -> Wire:
        assert self._wire is not None, "used after close"
        return self._wire


class LineDriver:
    """Decodes lines; see the rules of the file."""

    info: ClassVar[DriverInfo] = DriverInfo(
        name="line_driver",
        vendor="Test",
        models=("Line",),
        numerics=(),
        waveforms=(),
        serial=(SETTINGS, SerialSettings(19200)),
        max_quiet_ms=5000,
        source="tests/helpers/wire.py",
        standing="For tests.",
        sends="a question mark once a second",
    )

    def __init__(self, *, polls: bool = False, on_tick: Callable[[int], tuple[DriverEvent, ...]] | None = None) -> None:
        self.resets: list[int] = []
        self.farewell = b""
        self._polls = polls
        self._on_tick = on_tick
        self._asked_ns: int | None = None
        self._partial = b""
        self._held: list[DriverEvent] = []

    def feed(self, data: bytes, now_ns: int) -> tuple[DriverEvent, ...]:
        *lines, self._partial = (self._partial + data).split(b"\n")
        events: list[DriverEvent] = []
        for line in lines:
            match line:
                case b"ok":
                    events.append(status(now_ns))
                case b"hold":
                    self._held.append(status(now_ns))
                case b"boom":
                    raise ValueError(f"cannot read {data!r}")
                case _:
                    events.append(rejected(now_ns, line))
        return tuple(events)

    def tick(self, now_ns: int) -> tuple[DriverEvent, ...]:
        return () if self._on_tick is None else self._on_tick(now_ns)

    def pending_writes(self, now_ns: int) -> bytes:
        if not self._polls or (self._asked_ns is not None and now_ns - self._asked_ns < S):
            return b""
        self._asked_ns = now_ns
        return b"?"

    @property
    def unknown(self) -> dict[str, int]:
        return {}

    def closing_writes(self, now_ns: int) -> bytes:
        return self.farewell

    def reset(self, now_ns: int) -> tuple[DriverEvent, ...]:
        self.resets.append(now_ns)
        held, self._held = tuple(self._held), []
        self._partial = b""
        self._asked_ns = None
        return held


def status(t_ns: int) -> DeviceStatus:
    """Return what `ok` decodes to."""
    return DeviceStatus(t_ns=t_ns, metric="spo2", status=SensorStatus.OK, text="ok")


def rejected(t_ns: int, line: bytes) -> FrameRejected:
    """Return what any other line decodes to."""
    return FrameRejected(t_ns=t_ns, reason=RejectReason.FRAMING, offset=0, length=len(line), raw=line[:64])
