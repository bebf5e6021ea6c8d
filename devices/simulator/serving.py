"""Serves one simulated monitor until told to stop: the work behind `nursestation simulate`."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from devices.clock import Clock, ScaledClock
from devices.registry import lookup
from devices.simulator.faults import parse_fault
from devices.simulator.monitor import STEP_S, SimulatedChair
from devices.simulator.scenario import Monitor, Scenario
from devices.simulator.wires import PtyWire, Wire, open_wire


class Stop(Protocol):
    """What says when to stop: a `threading.Event`, or a flag that a signal handler may set."""

    def is_set(self) -> bool:
        """Say whether it is time."""
        ...

    def wait(self, timeout: float) -> bool:
        """Let at most `timeout` [s] pass, and say whether it is time."""
        ...


def make_served(
    driver: str,
    scenario: Scenario,
    *,
    link: Path | None = None,
    port: str | None = None,
    seed: int = 1,
    start_ns: int = 0,
    faults: Sequence[str] = (),
) -> SimulatedChair:
    """Make a chair with one monitor that runs the scenario by itself.

    Args:
        driver: Name of the driver whose monitor is served.
        scenario: The patient and what happens.
        link: Serve on a pseudo-terminal with this link to it; else
        port: serve on a serial port, "tcp://127.0.0.1:PORT", or "udp://127.0.0.1:PORT" where the protocol is spoken so.
        seed: The same seed gives the same patient.
        start_ns: Start of the scenario's times, monotonic [ns].
        faults: Further faults, as "KIND@SECONDS" or "KIND@SECONDS+LASTING".

    Raises:
        DriverLookupError: There is no such driver.
        LinkError: The port cannot be served.
        ValueError: Neither or both of link and port, or a fault that is none.
    """
    entry = lookup(driver)
    if (link is None) == (port is None):
        raise ValueError("give either a link or a port")
    wanted = [parse_fault(text, start_ns) for text in faults]
    info = entry.info
    wire: Wire = PtyWire(link) if link is not None else open_wire(port or "", info.serial[0], info.datagrams)
    monitor = next((m for m in scenario.monitor if m.driver == driver), Monitor(driver=driver))
    chair = SimulatedChair(scenario, seed, start_ns, [(monitor, wire)], unattended=True)
    for fault in wanted:
        chair.monitors[0].add_fault(fault)
    return chair


def serve(
    driver: str,
    scenario: Scenario,
    clock: Clock,
    stop: Stop,
    *,
    link: Path | None = None,
    port: str | None = None,
    seed: int = 1,
    speed: float = 1.0,
    faults: Sequence[str] = (),
    opened: Callable[[], None] = lambda: None,
) -> None:
    """Serve one monitor, `speed` times as fast as `clock`, until `stop` is set; arguments as `make_served`.

    `opened` is called once the port can be opened from the other side.

    Raises:
        DriverLookupError, LinkError, ValueError: See `make_served`.
    """
    fast = ScaledClock(clock, speed)
    chair = make_served(driver, scenario, link=link, port=port, seed=seed, start_ns=fast.now().mono_ns, faults=faults)
    try:
        opened()
        while not stop.is_set():
            chair.step(fast.now().mono_ns)
            stop.wait(STEP_S)
    finally:
        chair.close()
