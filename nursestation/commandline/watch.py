"""`nursestation watch`: one port's events as they come, for those who connect a monitor."""

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from devices.addresses import ReplayAddress, is_simulated, parse_address
from devices.capture import CaptureWriter
from devices.clock import NS_PER_S, Clock
from devices.driver import SerialSettings
from devices.errors import CaptureError
from devices.events import LinkPhase, LinkState, Mode, Numeric, PortEvent, WaveformChunk
from devices.port import Port, opener_for
from devices.registry import lookup
from nursestation.commandline.interruption import interruption

_PASS_S = 0.008


def watch(
    driver: str,
    port: str,
    clock: Clock,
    show: Callable[[Iterable[PortEvent]], None],
    *,
    settings: SerialSettings | None = None,
    capture: Path | None = None,
    seconds: float | None = None,
) -> Mapping[str, int]:
    """Hand every event of a port to `show` until interrupted or terminated, or for so many seconds.

    Line settings are the driver's usual ones unless others are given.

    Returns:
        The numerics that the monitor sent and that have no name here: name to how often.

    What comes from anything but a serial port is marked as simulated, as in the window (docs/adr/0009).

    Raises:
        DeviceError: the driver is not known, or the port cannot be opened the first time.
        CaptureError: the capture file cannot be written, or not any more.
    """
    made = lookup(driver).make()
    settings = settings or made.info.serial[0]
    address = parse_address(port)
    opener = opener_for(address, clock, made.info.datagrams)
    if not isinstance(address, ReplayAddress):  # a recording is played once
        opener.open(settings).close()  # a port that cannot be used is told at once, rather than waited for
    writer = CaptureWriter(capture, clock, driver, may_identify=bool(made.info.identity)) if capture else None
    link = Port(
        "watch",
        made,
        opener,
        settings=settings,
        tap=writer.write if writer else None,
        sent_tap=writer.write_sent if writer else None,
    )
    start = clock.now().mono_ns
    is_marked = is_simulated(address)
    try:
        with interruption() as stop:
            while not stop.is_set() and (seconds is None or clock.now().mono_ns - start < seconds * NS_PER_S):
                events = link.poll(clock.now())
                if events:
                    show(_marked(events) if is_marked else events)
                if writer and writer.failure:
                    raise CaptureError(writer.failure)
                if isinstance(address, ReplayAddress) and _has_ended(events):
                    break
                stop.wait(_PASS_S)
    finally:
        held = link.close(clock.now())
        if writer:
            writer.close()
        if not isinstance(sys.exc_info()[1], BrokenPipeError):  # nobody reads any more
            show(_marked(held) if is_marked else held)
    return link.unknown


def _marked(events: Iterable[PortEvent]) -> list[PortEvent]:
    """Call simulated what a simulated monitor calls real."""
    return [
        replace(event, mode=Mode.SIMULATED)
        if isinstance(event, Numeric | WaveformChunk) and event.mode is Mode.REAL
        else event
        for event in events
    ]


def _has_ended(events: Iterable[PortEvent]) -> bool:
    return any(isinstance(event, LinkState) and event.phase is LinkPhase.DISCONNECTED for event in events)
