"""A visit without a wire: what a simulated patient's sensors say goes to the station as two monitors would tell it.

Rules of the file:
1. Cadence and averages are those of the drivers' monitors: a number a second, rounded as on the wire, heart rate over eight
   beats, respiration over five breaths, a cuff cycle told once when it ends. SpO2 is not averaged, which is the worst case.
2. The nurse is that of the rehearsals and looks every `LOOK_S`; time is noticed every `TICK_S`, and with each number.
3. Nothing but records of the station comes out: what is false or caught is for others to say.
"""

from collections.abc import Iterator

import numpy as np

from devices.clock import ManualClock
from devices.driver import CuffPhase, ProbeState, Sensors
from devices.events import DeviceStatus, LinkPhase, LinkState, PortEvent, SensorStatus
from devices.making import reading
from devices.readings import cuff_triple
from devices.registry import lookup
from devices.simulator.patient import SimulatedPatient
from devices.simulator.scenario import Artefact, Scenario, SensorEvent
from devices.simulator.script import Anchor
from nursestation.config.protocol_files import load_protocols
from nursestation.core.commands import AddOperator, CreateFirstOperator
from nursestation.core.model import Role
from nursestation.core.records import (
    CuffRequested,
    InfusionPaused,
    InfusionResumed,
    InfusionStarted,
    InfusionStopped,
    Record,
    Sample,
)
from nursestation.core.station import ChairSetup, MonitorBinding, MonitorInput, Station, StationInput, Tick
from nursestation.paths import resource
from nursestation.rehearsal.run import PROTOCOL
from nursestation.rehearsal.standin import Staff, StandInNurse
from tests.helpers.visit import CLINICIAN_PIN, NURSE_PIN, PlainPins

CHAIR = 1
TICK_S = 2
LOOK_S = 10
LONGEST_S = 3 * 3600
MONITORS = {
    "berry_pm6750": ("heart_rate", "pulse_rate", "spo2", "resp_rate"),
    "capnostream20": ("resp_rate", "etco2"),
}
"""The two monitors of the shipped scenarios, and what of each is judged: of two that give the same, the first one is shown."""
MOTIONS_AN_HOUR = 6
MOTION_S = (3.0, 20.0)
COLD_S = 90.0
_PROBE = {
    ProbeState.ON: SensorStatus.OK,
    ProbeState.OFF: SensorStatus.SENSOR_OFF,
    ProbeState.UNPLUGGED: SensorStatus.UNPLUGGED,
    ProbeState.SEARCHING: SensorStatus.SEARCHING,
}


def disturbed(scenario: Scenario, seed: int) -> Scenario:
    """Return the scenario with what happens to any finger: it moves now and then, is cold once, and gets its probe anew once."""
    rng = np.random.default_rng((seed, 77))
    hours = scenario.infusion.minutes / 60
    motions = [
        Artefact(
            kind="motion",
            after=Anchor.INFUSION_START,
            at=float(rng.uniform(0, hours * 3600)),
            lasting=float(np.exp(rng.uniform(*np.log(MOTION_S)))),
        )
        for _ in range(rng.poisson(MOTIONS_AN_HOUR * hours))
    ]
    cold_s, off_s = (float(rng.uniform(0, hours * 3600)) for _ in range(2))
    cold = Artefact(kind="low_perfusion", after=Anchor.INFUSION_START, at=cold_s, lasting=COLD_S)
    off = SensorEvent(sensor="spo2_probe", after=Anchor.INFUSION_START, at=off_s, lasting=float(rng.uniform(5, 40)))
    return scenario.model_copy(
        update={"artefact": (*scenario.artefact, *motions, cold), "sensor": (*scenario.sensor, off)}
    )


def play(scenario: Scenario, seed: int) -> list[Record]:
    """Play a scenario's visit to its end and return its records without the samples."""
    return _Visit(scenario, seed).play()


class _Visit:
    def __init__(self, scenario: Scenario, seed: int) -> None:
        self._scenario = scenario
        self._clock = ManualClock()
        self._patient = SimulatedPatient(scenario, seed, self._clock.now().mono_ns)
        chair = ChairSetup(number=CHAIR, monitors=tuple(_binding(driver) for driver in MONITORS))
        protocol = next(one for one in load_protocols(resource("protocols")) if one.name == PROTOCOL)
        self._protocol = protocol
        self._station = Station([chair], [protocol], PlainPins(), "0")
        self._kept: list[Record] = list(self._station.restore((), self._clock.now(), unclean=False))
        self._cycle = 0
        self._probe = ProbeState.ON

    def play(self) -> list[Record]:
        self._apply(CreateFirstOperator(name="Bench Nurse", role=Role.LEAD_NURSE, pin=NURSE_PIN))
        self._apply(AddOperator(name="Bench Clinician", role=Role.CLINICIAN, pin=CLINICIAN_PIN))
        operators = self._station.snapshot(self._clock.now()).operators
        clinician = next(one for one in operators if one.role is Role.CLINICIAN)
        nurse = StandInNurse(self._scenario, self._protocol, CHAIR, Staff(NURSE_PIN, clinician.id, CLINICIAN_PIN))
        connected = LinkState(t_ns=self._clock.now().mono_ns, phase=LinkPhase.CONNECTED)
        for driver in MONITORS:
            self._apply(MonitorInput(monitor=_id(driver), event=connected))
        for second in range(LONGEST_S):
            now = self._clock.advance(1)
            for item in self._said(self._patient.sensors(now.mono_ns), now.mono_ns):
                self._apply(item)
            if second % TICK_S == 0:
                self._apply(Tick())
            if second % LOOK_S:
                continue
            snapshot = self._station.snapshot(now)
            visit = snapshot.chair(CHAIR).visit
            if visit is not None and visit.phase.is_over:
                return self._kept
            for command in nurse.act(snapshot):
                self._apply(command)
        raise AssertionError(f"{self._scenario.title}: the visit did not come to its end")

    def _apply(self, item: StationInput) -> None:
        for record in self._station.apply(item, self._clock.now()):
            if isinstance(record, Sample):
                continue
            self._kept.append(record)
            at = record.at.mono_ns
            match record:
                case CuffRequested() if record.operator is not None:
                    self._patient.start_cuff(at)
                case InfusionStarted():
                    self._patient.infusion_started(at)
                case InfusionPaused():
                    self._patient.infusion_paused(at)
                case InfusionResumed():
                    self._patient.infusion_resumed(at)
                case InfusionStopped():
                    self._patient.infusion_stopped(at)
                case _:
                    pass

    def _said(self, sensors: Sensors, now_ns: int) -> Iterator[MonitorInput]:
        events = {driver: list(self._numbers(driver, sensors, now_ns)) for driver in MONITORS}
        if sensors.spo2_probe is not self._probe:
            self._probe = sensors.spo2_probe
            status = DeviceStatus(t_ns=now_ns, metric="spo2", status=_PROBE[self._probe], text="finger probe")
            events["berry_pm6750"].append(status)
        cuff = sensors.cuff
        if cuff.phase is CuffPhase.DONE and cuff.cycle != self._cycle:
            self._cycle = cuff.cycle
            if cuff.sys is not None and cuff.dia is not None and cuff.mean is not None:
                events["berry_pm6750"] += cuff_triple(
                    cuff.sys, cuff.dia, cuff.mean, now_ns, cycle=cuff.cycle, measured_ns=cuff.measured_ns
                )
        for driver, told in events.items():
            for event in told:
                yield MonitorInput(monitor=_id(driver), event=event)

    def _numbers(self, driver: str, sensors: Sensors, now_ns: int) -> Iterator[PortEvent]:
        for metric in MONITORS[driver]:
            value = getattr(sensors, metric)
            # the PM6750 says 0 breaths for none counted; the capnograph counts 0
            is_none = value is None or (driver == "berry_pm6750" and metric == "resp_rate" and round(value) == 0)
            yield reading(metric, None if is_none else float(round(value)), now_ns)


def _id(driver: str) -> str:
    return f"{CHAIR}:{driver}"


def _binding(driver: str) -> MonitorBinding:
    info = lookup(driver).info
    return MonitorBinding(
        id=_id(driver),
        driver=driver,
        title=info.models[0],
        numerics=info.numerics,
        simulated=True,
        max_quiet_ms=info.max_quiet_ms,
        interval_ms=info.interval_ms,
    )
