"""Any number of busy chairs without a wire: a station with a session open on each, and what their monitors say in order of time.

Each chair's monitor is the one with the most waves that a driver of ours brings, and says its things at its own moments of the
second, as monitors that were switched on by hand do.
"""

import secrets
from collections.abc import Iterator

from devices.clock import NS_PER_S, ManualClock
from devices.driver import Patient as PatientOnSensors
from devices.events import PortEvent
from devices.registry import DriverEntry, lookup
from devices.simulator.patient import SimulatedPatient
from devices.simulator.scenario import load_scenario
from nursestation.config.protocol_files import load_protocols
from nursestation.core.commands import CheckIn, CreateFirstOperator
from nursestation.core.inputs import ChairSetup, MonitorBinding
from nursestation.core.model import Role
from nursestation.core.records import Record
from nursestation.core.station import Station
from nursestation.paths import resource
from nursestation.pins import Argon2Pins
from tests.bench.monitors import DRIVER
from tests.bench.patients import PROTOCOL, patient

PIECE_NS = 8_000_000
"""What the reader finds each time it looks comes this far apart."""


def monitor_id(chair: int) -> str:
    return f"{chair}:{DRIVER}"


def station_of(n_chairs: int) -> Station:
    """Return a station whose chairs have one monitor each."""
    info = lookup(DRIVER).info
    chairs = [
        ChairSetup(
            number=chair,
            monitors=(
                MonitorBinding(
                    id=monitor_id(chair),
                    driver=DRIVER,
                    title=info.models[0],
                    numerics=info.numerics,
                    simulated=True,
                    max_quiet_ms=info.max_quiet_ms,
                    interval_ms=info.interval_ms,
                ),
            ),
        )
        for chair in range(1, n_chairs + 1)
    ]
    return Station(chairs, load_protocols(resource("protocols")), Argon2Pins(), "0")


def open_sessions(station: Station, clock: ManualClock, n_chairs: int) -> list[Record]:
    """Check somebody in to every chair; return the records of it."""
    made = list(station.restore((), clock.now(), unclean=False))
    pin = f"{secrets.randbelow(900_000) + 100_000}"
    made += station.apply(CreateFirstOperator(name="Bench Nurse", role=Role.LEAD_NURSE, pin=pin), clock.now())
    for chair in range(1, n_chairs + 1):
        made += station.apply(CheckIn(chair=chair, patient=patient(chair), protocol=PROTOCOL), clock.now())
    return made


def told(n_chairs: int, seconds: int) -> Iterator[tuple[int, int, list[PortEvent]]]:
    """Yield what the monitors of the chairs say: (ns since the start, chair, events), oldest first."""
    driver = lookup(DRIVER).make()
    pieces = []
    for at_ns, said in conversation(lookup(DRIVER), seconds):
        events: list[PortEvent] = [*driver.feed(said, at_ns), *driver.tick(at_ns)]
        if events:
            pieces.append((at_ns, events))
    late_ns = {chair: chair * NS_PER_S // n_chairs // PIECE_NS * PIECE_NS for chair in range(1, n_chairs + 1)}
    timed = [(at_ns + late_ns[chair], chair, events) for at_ns, events in pieces for chair in late_ns]
    yield from sorted(timed, key=lambda one: one[:2])


def conversation(entry: DriverEntry, seconds: int, of: PatientOnSensors | None = None) -> list[tuple[int, bytes]]:
    """Return what a monitor sends in `seconds` while its driver talks to it: (ns since the start, bytes)."""
    driver, monitor = entry.make(), entry.make_monitor()
    person = of or SimulatedPatient(load_scenario("normal"), 1, 0)
    pieces = []
    for now_ns in range(0, seconds * NS_PER_S, PIECE_NS):
        said = monitor.transmit(person, now_ns)
        if said:
            pieces.append((now_ns, said))
            driver.feed(said, now_ns)
        driver.tick(now_ns)
        monitor.receive(driver.pending_writes(now_ns), now_ns)
    return pieces
