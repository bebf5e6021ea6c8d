"""Serves the monitor's side of a driver on a wire, and whole simulated chairs in one thread.

Rules of the file:
1. `step` does all the work for one moment and has no clock and no thread of its own: a rehearsal calls it in lockstep.
2. Whoever acts on a chair (a nurse's stand-in, a test) may do so from any thread; a step in progress is finished first.
3. What nobody takes from a wire is lost and counted, as on a real line.
"""

import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from devices.clock import NS_PER_S, Clock
from devices.driver import MonitorSide, Patient
from devices.errors import LinkError
from devices.registry import lookup
from devices.simulator.attached import AttachedPatient
from devices.simulator.faults import DEFAULT_LASTING_S, DEFAULT_RATE, FaultKind, HurtLine, WireFault
from devices.simulator.patient import SimulatedPatient
from devices.simulator.scenario import Monitor, Scenario, ScriptedFault
from devices.simulator.script import Anchor, PauseInfusion, ResumeInfusion, StopInfusion
from devices.simulator.wires import PtyWire, TcpWire, Wire
from devices.transport import TcpAddress

STEP_S = 0.01
"""Pause between the steps of a running simulation [s]."""


@dataclass(slots=True)
class Traffic:
    """Bytes of one monitor since its start.

    Attributes:
        n_written: Taken by the wire.
        n_read: Received from the host.
        n_dropped: Sent, and taken by nobody: no program has the port open, its buffer is full, or the cable is out.
        n_hurt: Sent bytes that a fault kept back (less those that it added).
    """

    n_written: int = 0
    n_read: int = 0
    n_dropped: int = 0
    n_hurt: int = 0


class ServedMonitor:
    """One bedside monitor: a driver's `MonitorSide`, a patient, and the wire between it and the program.

    Attributes:
        driver: Name of the driver that reads it.
        traffic: Its byte counts.
    """

    def __init__(self, driver: str, side: MonitorSide, patient: Patient, wire: Wire, *, seed: int = 0) -> None:
        self.driver = driver
        self.traffic = Traffic()
        self._side = side
        self._patient = patient
        self._wire = wire
        self._line = HurtLine(seed)
        self._outages: list[WireFault] = []
        self._is_off = False
        self._is_pulled_by_hand = False
        self._is_unplugged = False
        self._lock = threading.Lock()

    @property
    def address(self) -> str:
        """Return what the program opens, as `devices.transport.parse_address` reads it."""
        return self._wire.address

    @property
    def is_unplugged(self) -> bool:
        """Say whether its cable is out."""
        return self._is_unplugged

    def add_fault(self, fault: WireFault) -> None:
        """Add a fault of the wire, of the cable or of the monitor's power; its time may lie ahead."""
        with self._lock:
            if fault.kind in (FaultKind.RESTART, FaultKind.UNPLUGGED):
                self._outages.append(fault)
            else:
                self._line.add(fault)

    def unplug(self) -> None:
        """Pull the cable until `replug`."""
        with self._lock:
            self._is_pulled_by_hand = True
            self._pull()

    def replug(self) -> None:
        """Put the cable back in."""
        with self._lock:
            self._is_pulled_by_hand = False
            self._put_back()

    def restart(self, now_ns: int) -> None:
        """Power-cycle the monitor at once, at `now_ns`, monotonic [ns]."""
        with self._lock:
            self._side.restart(now_ns)

    def step(self, now_ns: int) -> int:
        """Take what the host sent and send what is due up to `now_ns`, monotonic [ns], never going back.

        Returns:
            How many bytes the wire took: they are now on their way to the host.
        """
        with self._lock:
            self._follow_outages(now_ns)
            heard = b"" if self._is_unplugged else self._wire.read()
            self.traffic.n_read += len(heard)
            if self._is_off:
                return 0
            if heard:
                self._side.receive(heard, now_ns)
            said = self._side.transmit(self._patient, now_ns)
            sent = self._line.passed(said, now_ns)
            n_taken = self._wire.write(sent) if sent and not self._is_unplugged else 0
            self.traffic.n_hurt += len(said) - len(sent)
            self.traffic.n_written += n_taken
            self.traffic.n_dropped += len(sent) - n_taken
            return n_taken

    def run(self, clock: Clock, stop: threading.Event) -> None:
        """Step until `stop` is set, then close the wire."""
        while not stop.is_set():
            self.step(clock.now().mono_ns)
            stop.wait(STEP_S)
        self.close()

    def close(self) -> None:
        """Take the wire away. May be called again."""
        with self._lock:
            self._wire.close()

    def _follow_outages(self, now_ns: int) -> None:
        active = {fault.kind for fault in self._outages if fault.is_active(now_ns)}
        was_off, self._is_off = self._is_off, FaultKind.RESTART in active
        if was_off and not self._is_off:
            self._side.restart(now_ns)
        if FaultKind.UNPLUGGED in active:
            self._pull()
        elif self._is_unplugged and not self._is_pulled_by_hand:
            self._put_back()

    def _pull(self) -> None:
        if not self._is_unplugged:
            self._wire.unplug()
            self._is_unplugged = True

    def _put_back(self) -> None:
        try:
            self._wire.replug()
        except LinkError:  # the place is taken for the moment: the next step tries again
            return
        self._is_unplugged = False


class SimulatedChair:
    """One simulated patient and the monitors at the chair.

    Attributes:
        scenario: What happens.
        patient: The simulated adult.
        monitors: The served monitors, in the scenario's order.
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        start_ns: int,
        wires: Sequence[tuple[Monitor, Wire]],
        *,
        unattended: bool = False,
    ) -> None:
        """Connect the patient to the monitors.

        Args:
            scenario: What happens.
            seed: The same seed gives the same patient, readings and faults.
            start_ns: Start of the scenario's times, monotonic [ns].
            wires: Each monitor with the wire that it is served on.
            unattended: The planned infusion runs by itself, because nobody charts one.

        Raises:
            DriverLookupError: A monitor names a driver that does not exist.
        """
        self.scenario = scenario
        self.patient = SimulatedPatient(scenario, seed, start_ns)
        self.monitors = tuple(
            ServedMonitor(
                monitor.driver,
                lookup(monitor.driver).make_monitor(),
                AttachedPatient(self.patient, monitor.sensors),
                wire,
                seed=seed * 16 + index,
            )
            for index, (monitor, wire) in enumerate(wires)
        )
        self._lock = threading.RLock()
        self._stepped_ns = start_ns
        self._bound: set[Anchor] = set()
        self._plan = _unattended_plan(scenario, start_ns) if unattended else []
        self._bind_faults(Anchor.SESSION_START, start_ns)

    @property
    def addresses(self) -> tuple[tuple[str, str], ...]:
        """Return (driver name, address to open) of each monitor."""
        return tuple((monitor.driver, monitor.address) for monitor in self.monitors)

    def step(self, now_ns: int, after_each: Callable[[ServedMonitor], None] | None = None) -> None:
        """Let every monitor do what is due up to `now_ns`, monotonic [ns], one after the other.

        Args:
            now_ns: The present.
            after_each: Is called with each monitor after its turn: a lockstep waits there until its bytes were read.
        """
        with self._lock:
            while self._plan and self._plan[0][0] <= now_ns:
                due_ns, act = self._plan.pop(0)
                self._act(act, due_ns)
            self._stepped_ns = max(self._stepped_ns, now_ns)
            for monitor in self.monitors:
                monitor.step(now_ns)
                if after_each is not None:
                    after_each(monitor)

    def press_nibp_start(self) -> None:
        """Press START on the bedside monitor, now."""
        with self._lock:
            self.patient.start_cuff(self._stepped_ns)

    def infusion_started(self, t_ns: int) -> None:
        """Tell the patient's body that the planned dose runs from `t_ns`, monotonic [ns]."""
        self._act("start", t_ns)

    def infusion_paused(self, t_ns: int) -> None:
        """The pump was paused."""
        self._act("pause", t_ns)

    def infusion_resumed(self, t_ns: int) -> None:
        """The pump runs again."""
        self._act("resume", t_ns)

    def infusion_stopped(self, t_ns: int) -> None:
        """The pump was stopped for good."""
        self._act("stop", t_ns)

    def injection(self, t_ns: int) -> None:
        """The planned dose was given into muscle."""
        self._act("inject", t_ns)

    def close(self) -> None:
        """Take all wires away. May be called again."""
        for monitor in self.monitors:
            monitor.close()

    def _act(self, act: str, t_ns: int) -> None:
        with self._lock:
            match act:
                case "start":
                    self.patient.infusion_started(t_ns)
                    self._bind_faults(Anchor.INFUSION_START, t_ns)
                case "pause":
                    self.patient.infusion_paused(t_ns)
                case "resume":
                    self.patient.infusion_resumed(t_ns)
                case "stop":
                    self.patient.infusion_stopped(t_ns)
                    self._bind_faults(Anchor.INFUSION_END, t_ns)
                case "inject":
                    self.patient.injected(t_ns)
                    self._bind_faults(Anchor.INFUSION_START, t_ns)
                    self._bind_faults(Anchor.INFUSION_END, t_ns)

    def _bind_faults(self, anchor: Anchor, t_ns: int) -> None:
        if anchor in self._bound:
            return
        self._bound.add(anchor)
        for scripted in self.scenario.fault:
            if scripted.after is anchor:
                for monitor in self.monitors:
                    if scripted.monitor in (None, monitor.driver):
                        monitor.add_fault(_wire_fault(scripted, t_ns))


class Simulation:
    """One thread that serves all simulated chairs."""

    def __init__(self, chairs: Iterable[SimulatedChair], clock: Clock) -> None:
        self.chairs = tuple(chairs)
        self._clock = clock
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread; nothing happens when it runs, or where there is no chair to serve."""
        if self._thread is None and self.chairs:
            self._thread = threading.Thread(target=self._run, name="simulator")
            self._thread.start()

    def stop(self) -> None:
        """End the thread and take all wires away. May be called again."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        for chair in self.chairs:
            chair.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            now_ns = self._clock.now().mono_ns
            for chair in self.chairs:
                chair.step(now_ns)
            self._stop.wait(STEP_S)


def make_chair(scenario: Scenario, seed: int, start_ns: int, folder: Path) -> SimulatedChair:
    """Make a chair with the scenario's monitors on pseudo-terminals linked in `folder`, or on loopback TCP ports.

    Raises:
        LinkError: A link or port cannot be made.
        DriverLookupError: A monitor names a driver that does not exist.
    """
    wires: list[tuple[Monitor, Wire]] = []
    try:
        for index, monitor in enumerate(scenario.monitor, 1):
            wires.append((monitor, _local_wire(folder / f"{index}-{monitor.driver}")))
        return SimulatedChair(scenario, seed, start_ns, wires)
    except Exception:
        for _, wire in wires:
            wire.close()
        raise


def _local_wire(link: Path) -> Wire:
    if sys.platform == "win32":
        return TcpWire(TcpAddress("127.0.0.1", 0))
    link.parent.mkdir(parents=True, exist_ok=True)
    return PtyWire(link)


def _wire_fault(scripted: ScriptedFault, anchor_ns: int) -> WireFault:
    return WireFault(
        kind=scripted.kind,
        at_ns=anchor_ns + round(scripted.at * NS_PER_S),
        lasting_s=DEFAULT_LASTING_S[scripted.kind] if scripted.lasting is None else scripted.lasting,
        rate=DEFAULT_RATE if scripted.rate is None else scripted.rate,
    )


def _unattended_plan(scenario: Scenario, start_ns: int) -> list[tuple[int, str]]:
    """Return when the pump is started, paused, resumed and stopped where nobody charts it, in order."""
    plan = scenario.infusion
    begin_s = plan.unattended_start
    if plan.route == "im":
        return [(start_ns + round(begin_s * NS_PER_S), "inject")]
    acts = [(begin_s, "start")]
    end_s = begin_s + plan.minutes * 60
    paused_s: float | None = None
    for step in scenario.operator:
        if step.after != "infusion_start":
            continue
        at_s = begin_s + step.at
        if isinstance(step, PauseInfusion):
            acts.append((at_s, "pause"))
            paused_s = at_s
        elif isinstance(step, ResumeInfusion):
            acts.append((at_s, "resume"))
            end_s += 0.0 if paused_s is None else at_s - paused_s
        elif isinstance(step, StopInfusion):
            end_s = at_s
    acts.append((end_s, "stop"))
    return [(start_ns + round(at_s * NS_PER_S), act) for at_s, act in sorted(acts)]
