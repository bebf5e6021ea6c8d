"""A scenario's visit from its monitors' bytes to the station's records: simulated monitors, real ports, drivers and engine.

No window, no store, no operating system in between: lines in memory, one manual clock, a step a tenth of a second. The nurse
is that of the rehearsals. Everything the station records comes out, so that a test can hold it against what is expected.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from devices.clock import NS_PER_S, ManualClock, Moment
from devices.port import Port
from devices.registry import lookup
from devices.simulator.monitor import SimulatedChair
from devices.simulator.scenario import Scenario
from nursestation.assembly import chair_setup, monitor_id
from nursestation.bedside import SimulatedBedside
from nursestation.core.commands import AddOperator, CreateFirstOperator
from nursestation.core.model import Role
from nursestation.core.records import Record, Sample, Wave
from nursestation.core.snapshot import StationSnapshot
from nursestation.core.station import Station
from nursestation.rehearsal.run import PROTOCOL
from nursestation.rehearsal.standin import Staff, StandInNurse
from nursestation.runtime.engine import Engine
from nursestation.runtime.inbox import Inbox
from nursestation.runtime.outbox import Outbox
from tests.helpers.memory_line import MemoryLine
from tests.helpers.visit import CLINICIAN_PIN, NURSE_PIN, PlainPins, load_protocol

CHAIR = 1
STEP_NS = NS_PER_S // 10
LOOK_NS = NS_PER_S
LONGEST_S = 3 * 3600
AFTER_S = 3


@dataclass(frozen=True)
class PlayedVisit:
    """What came out of a visit.

    Attributes:
        records: Everything but waves and samples, oldest first.
        last: The newest snapshot.
    """

    records: tuple[Record, ...]
    last: StationSnapshot


def play(scenario: Scenario, seed: int) -> PlayedVisit:
    """Play a scenario's visit to its end and return what was recorded."""
    clock = ManualClock()
    lines: dict[str, MemoryLine] = {}

    def make(scenario: Scenario, seed: int, start_ns: int, place: Path) -> SimulatedChair:
        for monitor in scenario.monitor:
            lines[monitor_id(CHAIR, monitor.driver)] = MemoryLine(str(place / monitor.driver))
        wires = [(monitor, lines[monitor_id(CHAIR, monitor.driver)]) for monitor in scenario.monitor]
        return SimulatedChair(scenario, seed, start_ns, wires)

    bedside = SimulatedBedside([scenario], seed, clock.now(), Path("memory"), make=make)
    protocol = load_protocol(PROTOCOL)
    station = Station([chair_setup(chair) for chair in bedside.settings], [protocol], PlainPins(), "0.1.0")
    kept: list[Record] = list(station.restore((), clock.now(), unclean=False))

    def keep(records: Sequence[Record]) -> None:
        kept.extend(record for record in records if not isinstance(record, Sample | Wave))

    inbox, outbox = Inbox(clock), Outbox()
    engine = Engine(station, clock, inbox, outbox, (keep, bedside.heed))
    ports = [Port(name, lookup(name.partition(":")[2]).make(), line) for name, line in lines.items()]

    def step() -> StationSnapshot:
        now = clock.advance_ns(STEP_NS)
        for number in bedside.chairs:
            bedside.chairs[number].step(now.mono_ns)
        for port in ports:
            inbox.post_events(port.id, port.poll(now), now)
        engine.step(0)
        outbox.drain(len(outbox))
        assert outbox.latest is not None
        return outbox.latest

    inbox.post(CreateFirstOperator(name="Rehearsal Nurse", role=Role.LEAD_NURSE, pin=NURSE_PIN))
    inbox.post(AddOperator(name="Rehearsal Clinician", role=Role.CLINICIAN, pin=CLINICIAN_PIN))
    clinician = next(one for one in step().operators if one.role is Role.CLINICIAN)
    nurse = StandInNurse(scenario, protocol, CHAIR, Staff(NURSE_PIN, clinician.id, CLINICIAN_PIN))
    for snapshot in _looks(step, clock.now()):
        visit = snapshot.chair(CHAIR).visit
        if visit is not None and visit.phase.is_over:
            break
        for command in nurse.act(snapshot):
            inbox.post(command)
    else:
        raise AssertionError(f"{scenario.title}: the visit did not come to its end")
    for _ in range(AFTER_S * NS_PER_S // STEP_NS):
        last = step()
    return PlayedVisit(tuple(kept), last)


def _looks(step: Callable[[], StationSnapshot], begin: Moment) -> Iterator[StationSnapshot]:
    """Yield what is to be seen once a second."""
    next_ns = begin.mono_ns
    while True:
        snapshot = step()
        if snapshot.at.mono_ns >= next_ns:
            next_ns = snapshot.at.mono_ns + LOOK_NS
            yield snapshot
        if snapshot.at.mono_ns - begin.mono_ns > LONGEST_S * NS_PER_S:
            return
