"""One port's link: opens it, reads it, feeds the driver, notices silence and loss, and comes back by itself.

    DISCONNECTED --open--> CONNECTING --understood--> CONNECTED
         ^                     |                       |   ^
         |                  quiet                  quiet   understood
         |                     +-------> SILENT <------+   |
         +--- line or driver failed, from each of them     +-- from SILENT

Rules of the file:
1. No thread and no clock: all happens in `poll`, at the moment it is given. Same bytes at the same moments, same events.
2. A monitor is heard when bytes from the wire make an event other than `FrameRejected`; what a driver's `tick` says does
   not count, for it may be a time-out.
3. A `LinkState` tells a change of phase or of reason, never a repetition.
4. A driver that raises has a bug: `_drive` and `_ask_driver` alone catch it. It costs this link a restart, no other.
"""

import logging
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeVar, assert_never

from devices.capture import ReplayOpener
from devices.clock import NS_PER_S, Clock, Moment
from devices.driver import Datagrams, Driver, SerialSettings, StartsCuff
from devices.errors import LinkError, PortBusy, PortMissing
from devices.events import DriverEvent, FrameRejected, LinkPhase, LinkState, PortEvent
from devices.history import Cause, LinkHistory, PortCounters, PortReport
from devices.transport import (
    Address,
    ByteStream,
    Opener,
    PortIdentity,
    ReplayAddress,
    SerialOpener,
    TcpAddress,
    TcpOpener,
    UdpAddress,
    UdpOpener,
)

_FIRST_RETRY_NS = NS_PER_S // 2
_LONGEST_RETRY_NS = 10 * NS_PER_S
_CONNECTED = LinkPhase.CONNECTED  # an enumeration's member takes longer to look up than a phase to compare

_log = logging.getLogger(__name__)
_Answer = TypeVar("_Answer")

Tap = Callable[[Moment, bytes], None]
"""Is given every chunk of bytes as it arrives; must neither block nor raise."""


def opener_for(address: Address, clock: Clock, datagrams: Datagrams | None = None) -> Opener:
    """Return what opens an address.

    Args:
        address: Where the monitor is.
        clock: Paces a recording that is played.
        datagrams: How the driver's protocol is spoken over UDP (`DriverInfo.datagrams`).

    Raises:
        LinkError: the address is on the network, where this driver's monitors are not spoken to.
    """
    match address:
        case PortIdentity():
            return SerialOpener(address)
        case TcpAddress():
            return TcpOpener(address)
        case UdpAddress():
            return UdpOpener(address, datagrams)
        case ReplayAddress():
            return ReplayOpener(address.file, clock)
        case _:
            assert_never(address)


class Port:
    """The link to one monitor.

    Args:
        id: Id of the monitor ("2:capnostream20").
        driver: Decodes it; owned by the port from now on.
        opener: Opens its address (`opener_for`).
        settings: Line settings; the driver's usual ones when None.
        title: For people ("Chair 2, Capnostream 20"); the id when "".
        receive_only: When set, nothing is ever written, not even the protocol's polls.
        may_start_cuff: Whether `request_cuff` reaches a driver that can start a cuff.
        tap: Is given every chunk received (`CaptureWriter.write`).
        sent_tap: Is given every chunk handed to the line (`CaptureWriter.write_sent`).

    Thread:
        `poll` and `close` belong to one thread at a time; the properties and `report` may be read, and
        `request_cuff` be called, by any.
    """

    def __init__(
        self,
        id: str,
        driver: Driver,
        opener: Opener,
        *,
        settings: SerialSettings | None = None,
        title: str = "",
        receive_only: bool = False,
        may_start_cuff: bool = False,
        tap: Tap | None = None,
        sent_tap: Tap | None = None,
    ) -> None:
        self.id = id
        self.title = title or id
        self.receive_only = receive_only
        self.may_start_cuff = may_start_cuff
        self._wants_cuff: bool | None = None
        self._driver = driver
        self._opener = opener
        self._settings = settings or driver.info.serial[0]
        self._tap = tap
        self._sent_tap = sent_tap
        self._max_quiet_ns = driver.info.max_quiet_ms * 1_000_000

        self._who_has: Callable[[Port], str] | None = None
        self._stream: ByteStream | None = None
        self._state: LinkState | None = None
        self._retry_at_ns: int | None = None
        self._retry_after_ns = _FIRST_RETRY_NS
        self._quiet_since_ns = 0
        self._last_byte: Moment | None = None
        self._opened: Moment | None = None
        self._driver_failed = False

        self._bytes_in = 0
        self._bytes_out = 0
        self._events = 0
        self._rejected = 0
        self._opens = 0
        self._driver_failures = 0
        self._last_good: Moment | None = None
        self._history = LinkHistory()

    @property
    def address(self) -> str:
        """Return the address for people."""
        return self._opener.name

    @property
    def driver_name(self) -> str:
        """Return the driver's name."""
        return self._driver.info.name

    @property
    def phase(self) -> LinkPhase:
        """Return where the link stands."""
        return LinkPhase.DISCONNECTED if self._state is None else self._state.phase

    @property
    def reason(self) -> str:
        """Return the sentence that goes with the phase."""
        return "" if self._state is None else self._state.reason

    @property
    def counters(self) -> PortCounters:
        """Return what the port has done so far."""
        return PortCounters(
            bytes_in=self._bytes_in,
            bytes_out=self._bytes_out,
            events=self._events,
            rejected=self._rejected,
            opens=self._opens,
            driver_failures=self._driver_failures,
            last_good=self._last_good,
        )

    @property
    def unknown(self) -> Mapping[str, int]:
        """Return what the monitor has sent that has no name here: name to how often."""
        return self._driver.unknown

    def report(self, now: Moment) -> PortReport:
        """Return all that is known of the link, for `devices.checkup`."""
        return PortReport(
            at=now,
            id=self.id,
            title=self.title,
            address=self.address,
            identity=self._opener.identity if isinstance(self._opener, SerialOpener) else None,
            driver=self._driver.info,
            settings=self._settings,
            receive_only=self.receive_only,
            phase=self.phase,
            reason=self.reason,
            counters=self.counters,
            since=self._history.since,
            opened=self._opened,
            openings=self._history.openings,
            last_byte=self._last_byte,
            minutes=self._history.minutes(now),
            troubles=self._history.troubles,
            unknown=self.unknown,
        )

    def device(self) -> str | None:
        """Return what no other port may open; None when sharing does no harm.

        Raises:
            LinkError: the ports of this computer cannot be listed just now.
        """
        return self._opener.device()

    def ask_when_busy(self, who_has: Callable[["Port"], str]) -> None:
        """Let a refusal name who of our own has the device: `who_has` returns that sentence, or "" for nobody of ours."""
        self._who_has = who_has

    def poll(self, now: Moment) -> tuple[PortEvent, ...]:
        """Do what is due: open, read, decode, write. Call with every pass of the reader, each 8 to 17 ms; never blocks.

        Args:
            now: The present; the arrival of the bytes read now.

        Returns:
            What happened, oldest first.
        """
        if self._stream is not None:
            return self._converse(self._stream, now)
        self._wants_cuff = None  # a cuff that starts when somebody plugs the cable in later would surprise a patient
        if self._retry_at_ns is None or now.mono_ns >= self._retry_at_ns:
            return self._open(now)
        return ()

    def request_cuff(self, start: bool) -> None:
        """Have the next poll ask the driver to start the cuff, or to stop it: a person's explicit act, nothing else.

        Nothing happens where the port may not, is set to receive only, has no such driver, or its line is not open.
        """
        self._wants_cuff = start

    def close(self, now: Moment) -> tuple[PortEvent, ...]:
        """Take leave of the monitor, let go of the line and return what the driver still held.

        May be called again; the next `poll` opens anew.
        """
        if self._stream is None:
            return ()
        leave = self._drive(self._driver.closing_writes, b"", now)
        if leave and not self.receive_only:
            with suppress(LinkError, OSError):  # the line is going anyway
                self._write(self._stream, leave, now)
        events = self._hang_up(self._stream, "Nursestation has closed the port.", None, now)
        self._retry_at_ns = None
        return events

    def _open(self, now: Moment) -> tuple[PortEvent, ...]:
        self._history.begin(now)
        try:
            self._stream = self._opener.open(self._settings)
        except (LinkError, OSError) as error:
            self._retry_later(now)
            reason = (self._taken() if isinstance(error, PortBusy) else "") or _sentence(self.address, error)
            return self._enter(LinkPhase.DISCONNECTED, reason, now, _refused(error))
        self._opens += 1
        self._opened = now
        self._history.opened(now)
        self._quiet_since_ns = now.mono_ns
        events = self._count(self._drive(self._driver.reset, (), now), now)
        if self._driver_failed:
            return (*events, *self._hang_up(self._stream, self._driver_fault, Cause.DRIVER, now))
        return (*events, *self._enter(LinkPhase.CONNECTING, "The port is open; waiting to hear the monitor.", now))

    def _taken(self) -> str:
        return "" if self._who_has is None else self._who_has(self)

    def _converse(self, stream: ByteStream, now: Moment) -> tuple[PortEvent, ...]:
        try:
            data = stream.read()
        except (LinkError, OSError) as error:
            return self._hang_up(stream, _sentence(self.address, error), Cause.GONE, now)
        if data:
            self._bytes_in += len(data)
            self._last_byte = now
            self._history.bytes_in(len(data), now)
            if self._tap is not None:
                self._tap(now, data)
        heard, ticked, wanted = self._ask_driver(data, now)
        self._count(heard, now)
        self._count(ticked, now)
        link = self._judge(heard, now)
        events: tuple[PortEvent, ...] = (*link, *heard, *ticked)
        if self._driver_failed:
            return (*events, *self._hang_up(stream, self._driver_fault, Cause.DRIVER, now))
        if wanted and not self.receive_only:
            try:
                self._write(stream, wanted, now)
            except (LinkError, OSError) as error:
                is_jammed = isinstance(error, LinkError) and not isinstance(error, PortMissing)
                cause = Cause.JAMMED if is_jammed else Cause.GONE
                return (*events, *self._hang_up(stream, _sentence(self.address, error), cause, now))
        return events

    def _ask_driver(self, data: bytes, now: Moment) -> tuple[tuple[DriverEvent, ...], tuple[DriverEvent, ...], bytes]:
        """Have the driver take what was read and look at the time; return what it heard, what it noticed and what it wants sent.

        All in one guard where `_drive` would be called for each: this is asked of every port with every pass. After the
        first failure nothing more is asked, for the link then starts anew.
        """
        driver, t_ns = self._driver, now.mono_ns
        heard: tuple[DriverEvent, ...] = ()
        ticked: tuple[DriverEvent, ...] = ()
        wanted = b""
        try:
            if data:
                heard = driver.feed(data, t_ns)
            ticked = driver.tick(t_ns)
            if self._wants_cuff is not None:
                self._ask_for_cuff(now)
            wanted = driver.pending_writes(t_ns)
        except Exception as error:  # noqa: BLE001 -- drivers may come from outside: any exception is theirs
            self._note_failure(error)
        return heard, ticked, wanted

    def _ask_for_cuff(self, now: Moment) -> None:
        wants, self._wants_cuff = self._wants_cuff, None
        driver = self._driver
        if wants is None or not self.may_start_cuff or self.receive_only or not isinstance(driver, StartsCuff):
            return
        self._drive(driver.start_cuff if wants else driver.stop_cuff, None, now)

    def _write(self, stream: ByteStream, data: bytes, now: Moment) -> None:
        stream.write(data)
        self._bytes_out += len(data)
        self._history.bytes_out(len(data), now)
        if self._sent_tap is not None:
            self._sent_tap(now, data)

    def _judge(self, heard: tuple[DriverEvent, ...], now: Moment) -> tuple[LinkState, ...]:
        """Say whether the monitor is heard, after bytes or after none."""
        for event in heard:
            if isinstance(event, FrameRejected):
                continue
            self._quiet_since_ns = now.mono_ns
            self._last_good = now
            self._retry_after_ns = _FIRST_RETRY_NS
            return self._enter(_CONNECTED, "", now)
        if now.mono_ns - self._quiet_since_ns <= self._max_quiet_ns:
            return ()
        # The last half of the quiet time decides: the torn end of a last frame is no sign of a wrong baud rate.
        is_babble = self._last_byte is not None and now.mono_ns - self._last_byte.mono_ns <= self._max_quiet_ns // 2
        if is_babble:
            reason = (
                f"Bytes arrive at {self.address} but make no sense: is it the wrong monitor type, "
                f"or is the monitor not set to {self._settings}?"
            )
        elif self.receive_only and self._driver.info.sends:
            reason = "This monitor speaks only when asked, and its port is set to receive only: change that setting."
        else:
            seconds = self._max_quiet_ns / NS_PER_S
            reason = f"Nothing understood for {seconds:g} s: check the cable and that the monitor is on."
        return self._enter(LinkPhase.SILENT, reason, now, Cause.NONSENSE if is_babble else Cause.QUIET)

    def _hang_up(self, stream: ByteStream, reason: str, cause: Cause | None, now: Moment) -> tuple[PortEvent, ...]:
        """Close the line, get out what the driver still holds, and come back later."""
        stream.close()
        self._stream = None
        self._opened = None
        held = self._count(self._drive(self._driver.reset, (), now), now)
        self._driver_failed = False
        self._retry_later(now)
        return (*held, *self._enter(LinkPhase.DISCONNECTED, reason, now, cause))

    def _retry_later(self, now: Moment) -> None:
        self._retry_at_ns = now.mono_ns + self._retry_after_ns
        self._retry_after_ns = min(2 * self._retry_after_ns, _LONGEST_RETRY_NS)

    def _enter(self, phase: LinkPhase, reason: str, now: Moment, trouble: Cause | None = None) -> tuple[LinkState, ...]:
        state = self._state
        if state is not None and state.phase is phase and state.reason == reason:
            return ()
        if trouble is not None:
            self._history.trouble(trouble, reason, now)
        self._state = LinkState(t_ns=now.mono_ns, phase=phase, reason=reason)
        return (self._state,)

    def _count(self, events: tuple[DriverEvent, ...], now: Moment) -> tuple[DriverEvent, ...]:
        if not events:
            return events
        n_rejected = 0
        for event in events:
            if isinstance(event, FrameRejected):
                n_rejected += 1
        self._rejected += n_rejected
        self._events += len(events) - n_rejected
        self._history.understood(len(events) - n_rejected, now)
        if n_rejected:
            self._history.rejected(events, now)
        return events

    @property
    def _driver_fault(self) -> str:
        return (
            f"Nursestation has failed to read this monitor ({self.driver_name}) and starts again with it. "
            "Please report this if it comes back."
        )

    def _drive(self, call: Callable[[int], _Answer], otherwise: _Answer, now: Moment) -> _Answer:
        """Ask the driver; a driver that raises has a bug, which must not cost the other monitors anything."""
        try:
            return call(now.mono_ns)
        except Exception as error:  # noqa: BLE001 -- drivers may come from outside: any exception is theirs
            self._note_failure(error)
            return otherwise

    def _note_failure(self, error: Exception) -> None:
        self._driver_failed = True
        self._driver_failures += 1
        _log.error("%s: driver %s failed: %s", self.id, self.driver_name, failure_place(error))


def failure_place(error: Exception) -> str:
    """Return what an unexpected exception was and where; not its text, which may quote bytes from the wire."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"


def _refused(error: LinkError | OSError) -> Cause:
    match error:
        case PortMissing():
            return Cause.MISSING
        case PortBusy():
            return Cause.BUSY
        case _:
            return Cause.REFUSED


def _sentence(address: str, error: LinkError | OSError) -> str:
    """Return what to tell the operator; a bare OSError says nothing that a nurse could use."""
    if isinstance(error, LinkError):
        return str(error)
    return f"{address} has stopped working: check that the cable and its adapter are plugged in."
