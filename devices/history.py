"""What a link has been doing lately: a bounded memory for those who look for what is wrong with it.

Rules of the file:
1. A note costs the same whatever arrives, and what is kept is bounded: the last `MINUTES` minutes, the last `TROUBLES_MAX`
   troubles.
2. One thread makes notes, any thread may look: what is looked at is a tuple that is replaced, never changed. The counts of
   the minute that runs may be a chunk behind.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from devices.addresses import PortIdentity
from devices.clock import NS_PER_S, Moment
from devices.driver import DriverInfo, SerialSettings
from devices.events import DriverEvent, FrameRejected, LinkPhase, RejectReason

MINUTES = 10
TROUBLES_MAX = 64
_MINUTE_NS = 60 * NS_PER_S


@dataclass(frozen=True, slots=True, kw_only=True)
class PortCounters:
    """What a port has done since it was made, for those who support it.

    Attributes:
        bytes_in: Bytes received.
        bytes_out: Bytes handed to the line.
        events: Events from the driver, without the rejected.
        rejected: Frames that the driver rejected.
        opens: How often the port was opened.
        driver_failures: How often the driver raised (a bug).
        last_good: When the monitor was last understood; None if never.
    """

    bytes_in: int = 0
    bytes_out: int = 0
    events: int = 0
    rejected: int = 0
    opens: int = 0
    driver_failures: int = 0
    last_good: Moment | None = None


class Cause(StrEnum):
    """Why a link was refused, lost, or not understood."""

    MISSING = "missing"  # no such port when it was to be opened
    BUSY = "busy"  # another program or chair has it
    REFUSED = "refused"  # it cannot be opened for another reason
    GONE = "gone"  # it ended while it was open: unplugged, or the adapter fell off the bus
    JAMMED = "jammed"  # it took no more bytes
    DRIVER = "driver"  # the driver raised (a bug)
    QUIET = "quiet"  # open, and no bytes for longer than the driver's quiet time
    NONSENSE = "nonsense"  # open, and bytes that nobody understood for as long


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One time that the link was refused, lost or not understood.

    Attributes:
        at: When.
        cause: Why.
        text: The sentence that the operator was told then.
    """

    at: Moment
    cause: Cause
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Minute:
    """What one minute brought.

    Attributes:
        bytes_in: Bytes received.
        bytes_out: Bytes handed to the line.
        events: What the driver understood.
        rejected: Frames that it rejected, by reason; reasons without any are left out.
    """

    bytes_in: int = 0
    bytes_out: int = 0
    events: int = 0
    rejected: Mapping[RejectReason, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortReport:
    """All that is known of a port's link at one moment.

    Attributes:
        at: The moment.
        id: Id of the monitor.
        title: Chair and monitor, for people.
        address: As it was chosen.
        identity: What is remembered of a serial port's adapter; None for what is no serial port.
        driver: What the driver says of itself.
        settings: Line settings in use.
        receive_only: Whether nothing is ever written.
        phase: Where the link stands.
        reason: The sentence that goes with it.
        counters: What the port has done since it was made.
        since: The first time it was to be opened; None before that.
        opened: When the line that is open now was opened; None while it is closed.
        openings: When it was opened, oldest first, at most `TROUBLES_MAX` times.
        last_byte: When a byte last arrived; None if never.
        minutes: The last minutes, oldest first, at most `MINUTES`; the last one still runs.
        troubles: Refusals, losses and silences, oldest first, at most `TROUBLES_MAX`.
        unknown: Numerics that the monitor sends and that have no name here, to how often.
    """

    at: Moment
    id: str
    title: str
    address: str
    identity: PortIdentity | None
    driver: DriverInfo
    settings: SerialSettings
    receive_only: bool = False
    phase: LinkPhase = LinkPhase.DISCONNECTED
    reason: str = ""
    counters: PortCounters = PortCounters()
    since: Moment | None = None
    opened: Moment | None = None
    openings: tuple[Moment, ...] = ()
    last_byte: Moment | None = None
    minutes: tuple[Minute, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    unknown: Mapping[str, int] = field(default_factory=dict)


class _Running:
    """A minute that may still grow."""

    __slots__ = ("bytes_in", "bytes_out", "events", "number", "rejected", "until_ns")

    def __init__(self, number: int, until_ns: int) -> None:
        self.number = number
        self.until_ns = until_ns
        self.bytes_in = self.bytes_out = self.events = 0
        self.rejected: dict[RejectReason, int] = {}

    def frozen(self) -> Minute:
        return Minute(
            bytes_in=self.bytes_in, bytes_out=self.bytes_out, events=self.events, rejected=dict(self.rejected)
        )


class LinkHistory:
    """Keeps what `PortReport` tells of the past.

    Attributes:
        since: The first note; None before that.
        openings, troubles: As in `PortReport`.
    """

    def __init__(self) -> None:
        self.since: Moment | None = None
        self.openings: tuple[Moment, ...] = ()
        self.troubles: tuple[Trouble, ...] = ()
        self._minutes: tuple[_Running, ...] = ()

    def begin(self, now: Moment) -> None:
        """Note that the port is to be opened; the minutes count from the first time."""
        if self.since is None:
            self.since = now

    def opened(self, now: Moment) -> None:
        """Note that the port was opened."""
        self.openings = (*self.openings[1 - TROUBLES_MAX :], now)

    def trouble(self, cause: Cause, text: str, now: Moment) -> None:
        """Note that the link was refused, lost or not understood."""
        self.troubles = (*self.troubles[1 - TROUBLES_MAX :], Trouble(at=now, cause=cause, text=text))

    def bytes_in(self, n_bytes: int, now: Moment) -> None:
        """Note bytes received."""
        self._minute(now).bytes_in += n_bytes

    def bytes_out(self, n_bytes: int, now: Moment) -> None:
        """Note bytes handed to the line."""
        self._minute(now).bytes_out += n_bytes

    def understood(self, n_events: int, now: Moment) -> None:
        """Note events of the driver, without the rejected frames."""
        self._minute(now).events += n_events

    def rejected(self, events: Iterable[DriverEvent], now: Moment) -> None:
        """Note the rejected frames among `events`."""
        counts = self._minute(now).rejected
        for event in events:
            if isinstance(event, FrameRejected):
                counts[event.reason] = counts.get(event.reason, 0) + 1

    def minutes(self, now: Moment) -> tuple[Minute, ...]:
        """Return the last minutes, oldest first; the last one still runs. Nothing before the first note."""
        if self.since is None:
            return ()
        last = self._number(now)
        noted = {minute.number: minute for minute in self._minutes}
        return tuple(
            noted[number].frozen() if number in noted else Minute()
            for number in range(max(0, last - MINUTES + 1), last + 1)
        )

    def _minute(self, now: Moment) -> _Running:
        minutes = self._minutes
        if minutes and now.mono_ns < minutes[-1].until_ns:  # as nearly always; asked in every pass of the reader
            return minutes[-1]
        number = self._number(now)
        if not minutes or minutes[-1].number != number:
            until_ns = now.mono_ns if self.since is None else self.since.mono_ns + (number + 1) * _MINUTE_NS
            self._minutes = (*minutes[1 - MINUTES :], _Running(number, until_ns))
        return self._minutes[-1]

    def _number(self, now: Moment) -> int:
        return 0 if self.since is None else (now.mono_ns - self.since.mono_ns) // _MINUTE_NS
