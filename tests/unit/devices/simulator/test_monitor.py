"""Served monitors and simulated chairs, step by step."""

import socket
import threading

import pytest

from devices.clock import ManualClock, Moment
from devices.driver import CuffPhase, ProbeState
from devices.errors import DriverLookupError, LinkError
from devices.events import Numeric
from devices.registry import lookup
from devices.simulator.__main__ import main
from devices.simulator.attached import AttachedPatient
from devices.simulator.faults import FaultKind, WireFault
from devices.simulator.monitor import ServedMonitor, SimulatedChair, Simulation, make_chair
from devices.simulator.patient import SimulatedPatient
from devices.simulator.physiology import Col
from devices.simulator.scenario import load_scenario, parse_scenario
from devices.simulator.serving import make_served, serve

S = 1_000_000_000


class CountingSide:
    """A monitor that says one byte a tenth of a second, counting, and repeats what it hears."""

    def __init__(self):
        self.heard = b""
        self.begun_ns = None
        self.n_said = 0
        self.restarts = []

    def receive(self, data, now_ns):
        self.heard += data

    def transmit(self, patient, now_ns):
        if self.begun_ns is None:
            self.begun_ns = now_ns
        n_due = (now_ns - self.begun_ns) // (S // 10) - self.n_said
        said = bytes((self.n_said + i) % 256 for i in range(n_due))
        self.n_said += n_due
        return said

    def restart(self, now_ns):
        self.restarts.append(now_ns)
        self.begun_ns, self.n_said = now_ns, 0


class LooseWire:
    """A wire whose other end is two lists; takes at most `room` bytes a write."""

    def __init__(self, room=1_000):
        self.address = "loose"
        self.room = room
        self.to_host, self.from_host = [], []
        self.is_in = True
        self.is_blocked = False

    def read(self):
        return self.from_host.pop(0) if self.from_host and self.is_in else b""

    def write(self, data):
        if not self.is_in:
            return 0
        self.to_host.append(data[: self.room])
        return len(data[: self.room])

    def unplug(self):
        self.is_in = False

    def replug(self):
        if self.is_blocked:
            raise LinkError("taken")
        self.is_in = True

    def close(self):
        self.is_in = False


@pytest.fixture
def monitor():
    side, wire = CountingSide(), LooseWire()
    served = ServedMonitor("counting", side, SimulatedPatient(load_scenario("normal"), 1), wire)
    return served, side, wire


def run(served, first_s, last_s):
    for tenth in range(first_s * 10, last_s * 10 + 1):
        served.step(tenth * S // 10)


def test_step_delivers_both_ways_and_counts(monitor):
    served, side, wire = monitor
    wire.from_host.append(b"hello")
    run(served, 0, 3)
    assert b"".join(wire.to_host) == bytes(range(30))
    assert side.heard == b"hello"
    assert (served.traffic.n_written, served.traffic.n_read, served.traffic.n_dropped) == (30, 5, 0)


def test_step_returns_what_is_on_its_way(monitor):
    served, _, _ = monitor
    assert [served.step(t * S) for t in (0, 1, 1, 3)] == [0, 10, 0, 20]


def test_what_the_wire_does_not_take_is_dropped_and_counted(monitor):
    served, _, wire = monitor
    wire.room = 4
    served.step(0)
    served.step(S)
    served.step(2 * S)
    assert wire.to_host == [bytes(range(4)), bytes(range(10, 14))]
    assert served.traffic.n_dropped == 12


def test_unplug_loses_what_is_said_meanwhile(monitor):
    served, _, wire = monitor
    run(served, 0, 1)
    served.unplug()
    wire.from_host.append(b"nobody hears")
    run(served, 1, 2)
    assert served.is_unplugged
    assert served.traffic.n_dropped == 10
    served.replug()
    assert not served.is_unplugged
    run(served, 2, 3)
    assert b"".join(wire.to_host) == bytes([*range(10), *range(20, 30)])


def test_scripted_unplug_and_return(monitor):
    served, _, wire = monitor
    served.add_fault(WireFault(kind=FaultKind.UNPLUGGED, at_ns=1 * S, lasting_s=1))
    run(served, 0, 3)
    assert len(b"".join(wire.to_host)) == 9 + 11
    assert wire.is_in


def test_a_hand_that_pulled_the_cable_must_put_it_back(monitor):
    served, _, wire = monitor
    served.add_fault(WireFault(kind=FaultKind.UNPLUGGED, at_ns=0, lasting_s=1))
    served.unplug()
    run(served, 0, 2)
    assert not wire.is_in
    served.replug()
    assert wire.is_in


def test_a_place_that_is_taken_is_tried_again(monitor):
    served, _, wire = monitor
    served.unplug()
    wire.is_blocked = True
    served.replug()
    run(served, 0, 1)
    assert served.is_unplugged
    wire.is_blocked = False
    run(served, 1, 2)
    assert not served.is_unplugged


def test_scripted_restart_is_silent_and_then_starts_over(monitor):
    served, side, wire = monitor
    served.add_fault(WireFault(kind=FaultKind.RESTART, at_ns=1 * S, lasting_s=2))
    run(served, 0, 4)
    assert side.restarts == [3 * S]
    assert b"".join(wire.to_host) == bytes([*range(9), *range(10)])


def test_restart_by_hand(monitor):
    served, side, _ = monitor
    served.restart(5 * S)
    assert side.restarts == [5 * S]


def test_byte_faults_reach_the_wire(monitor):
    served, _, wire = monitor
    served.add_fault(WireFault(kind=FaultKind.SILENCE, at_ns=1 * S, lasting_s=1))
    run(served, 0, 3)
    assert served.traffic.n_hurt == 10
    assert b"".join(wire.to_host) == bytes([*range(9), *range(19, 30)])


def test_run_steps_until_it_is_told_to_stop(monitor):
    served, side, wire = monitor
    clock, stop = ManualClock(Moment(0, 0)), threading.Event()

    class Stopping:
        def now(self):
            if side.n_said >= 20:
                stop.set()
            return clock.advance(0.5)

    served.run(Stopping(), stop)
    assert side.n_said >= 20
    assert not wire.is_in


# --- attached sensors


def test_unattached_sensors_are_unplugged():
    patient = SimulatedPatient(load_scenario("normal"), 1)
    attached = AttachedPatient(patient, ["spo2", "co2"])
    told = attached.sensors(100 * S)
    assert told.spo2 == patient.sensors(100 * S).spo2
    assert told.resp_rate is not None
    assert (told.heart_rate, told.temp, told.st) == (None, None, None)
    assert (told.ecg_lead, told.temp_probe) == (ProbeState.UNPLUGGED, ProbeState.UNPLUGGED)
    assert told.cuff.phase is CuffPhase.IDLE
    assert attached.wave("ecg", [0]) == attached.wave("resp", [0]) == [None]
    assert attached.wave("pleth", [0]) == patient.wave("pleth", [0])
    assert attached.sensors(100 * S) is told


def test_everything_attached_is_the_patient():
    patient = SimulatedPatient(load_scenario("normal"), 1)
    whole = AttachedPatient(patient, ["ecg", "spo2", "nibp", "co2", "temp"])
    assert whole.sensors(100 * S) == patient.sensors(100 * S)


@pytest.mark.parametrize(("plugged_in", "starts"), [(["nibp"], True), (["spo2"], False)])
def test_a_cuff_is_started_and_stopped_where_there_is_one(plugged_in, starts):
    patient = SimulatedPatient(load_scenario("normal"), 1)
    patient.sensors(100 * S)
    attached = AttachedPatient(patient, plugged_in)
    attached.start_cuff(100 * S)
    assert (patient.sensors(101 * S).cuff.phase is CuffPhase.MEASURING) is starts
    patient.start_cuff(101 * S)
    attached.stop_cuff(105 * S)
    assert (patient.sensors(106 * S).cuff.phase is CuffPhase.MEASURING) is not starts


def test_cuff_alone():
    told = AttachedPatient(SimulatedPatient(load_scenario("normal"), 1), ["nibp"]).sensors(100 * S)
    assert (told.spo2, told.etco2, told.resp_rate) == (None, None, None)
    assert told.cuff.phase is CuffPhase.DONE


def test_a_cuff_is_started_where_it_is_plugged_in():
    patient = SimulatedPatient(load_scenario("normal"), 1)
    before = patient.sensors(100 * S).cuff.cycle
    AttachedPatient(patient, ["spo2"]).start_cuff(100 * S)
    assert patient.sensors(101 * S).cuff.cycle == before
    AttachedPatient(patient, ["nibp"]).start_cuff(101 * S)
    cuff = patient.sensors(102 * S).cuff
    assert (cuff.phase, cuff.cycle) == (CuffPhase.MEASURING, before + 1)


# --- chairs

ONE_MONITOR = """title = "t"
description = "d"
[patient]
name = "Sim Anyone"
age = 40
sex = "female"
weight_kg = 70
[cuff]
auto = []
[[monitor]]
driver = "berry_pm6750"
{more}
"""


def chair_with(more="", *, unattended=False, start_ns=0):
    scenario = parse_scenario(ONE_MONITOR.format(more=more), "t.toml")
    wire = LooseWire(room=1_000_000)
    chair = SimulatedChair(scenario, 1, start_ns, [(scenario.monitor[0], wire)], unattended=unattended)
    return chair, wire


def decoded(wire):
    driver = lookup("berry_pm6750").make()
    return [event for i, data in enumerate(wire.to_host) for event in driver.feed(data, i * S)]


def test_a_chair_s_bytes_are_read_by_its_driver():
    chair, wire = chair_with()
    for second in range(20):
        chair.step(second * S)
    numerics = {e.metric: e.value for e in decoded(wire) if isinstance(e, Numeric)}
    assert numerics["spo2"] == pytest.approx(chair.patient.sensors(19 * S).spo2, abs=1)
    assert numerics["heart_rate"] == pytest.approx(chair.patient.sensors(19 * S).heart_rate, abs=2)


def test_bytes_do_not_depend_on_the_steps():
    (one, one_wire), (other, other_wire) = chair_with(), chair_with()
    for second in range(31):
        one.step(second * S)
    for tick in range(0, 30_000, 40):
        other.step(tick * 1_000_000)
    other.step(30 * S)
    assert b"".join(one_wire.to_host) == b"".join(other_wire.to_host)


def test_pressing_start_measures():
    chair, _ = chair_with()
    chair.step(10 * S)
    chair.press_nibp_start()
    chair.step(11 * S)
    assert chair.patient.sensors(12 * S).cuff.phase is CuffPhase.MEASURING


def test_scripted_faults_wait_for_their_anchor():
    chair, wire = chair_with('[[fault]]\nkind = "silence"\nafter = "infusion_start"\nat = 5\nlasting = 10')
    for second in range(100):
        chair.step(second * S)
        if second == 50:
            chair.infusion_started(50 * S)
            chair.infusion_paused(51 * S)
            chair.infusion_resumed(52 * S)
    assert chair.monitors[0].traffic.n_hurt > 0
    assert len(wire.to_host) == 100 - 10
    chair.infusion_stopped(100 * S)


def test_fault_of_another_monitor_stays_there():
    scenario = load_scenario("cable-pulled")
    wires = [(monitor, LooseWire(1_000_000)) for monitor in scenario.monitor if monitor.driver == "berry_pm6750"]
    chair = SimulatedChair(scenario, 1, 0, wires)
    chair.infusion_started(0)
    chair.step(12 * 60 * S + S)
    assert chair.monitors[0].is_unplugged


def test_injection_reaches_the_body():
    chair, _ = chair_with('[infusion]\nroute = "im"')
    chair.injection(0)
    assert chair.patient.body(1_200 * S, Col.EFFECT_SITE) > 100


def test_unattended_chair_runs_the_plan_with_its_pause():
    more = """
[infusion]
minutes = 10
unattended_start = 60
[[operator]]
do = "pause_infusion"
after = "infusion_start"
at = 120
reason = "r"
[[operator]]
do = "resume_infusion"
after = "infusion_start"
at = 240
"""
    chair, _ = chair_with(more, unattended=True)
    seen = {}
    for second in range(0, 1_200, 5):
        chair.step(second * S)
        seen[second] = chair.patient.body(second * S, Col.EFFECT_SITE)
    assert seen[60] == 0 < seen[180]
    assert seen[300] - seen[240] < 0.2 * (seen[180] - seen[120])  # in the pause
    assert max(seen, key=seen.get) in range(780, 820)  # just after 60 + 600 + 120 of pause


def test_unattended_injection():
    chair, _ = chair_with('[infusion]\nroute = "im"\nunattended_start = 30', unattended=True)
    chair.step(60 * S)
    chair.step(1_300 * S)
    assert chair.patient.body(1_300 * S, Col.EFFECT_SITE) > 100


def test_chair_on_local_lines_and_its_thread(tmp_path):
    scenario = parse_scenario(ONE_MONITOR.format(more=""), "t.toml")
    chair = make_chair(scenario, 1, 0, tmp_path)
    ((driver, address),) = chair.addresses
    assert driver == "berry_pm6750"
    assert address
    said = threading.Event()

    class Telling(ManualClock):
        def now(self):
            if chair.monitors[0].traffic.n_dropped:
                said.set()
            return self.advance(0.1)

    simulation = Simulation([chair], Telling(Moment(0, 0)))
    simulation.start()
    simulation.start()
    assert said.wait(10)
    simulation.stop()
    simulation.stop()
    assert list(tmp_path.iterdir()) == []


def test_chair_with_an_unknown_driver_leaves_no_line_behind(tmp_path):
    text = ONE_MONITOR.format(more='[[monitor]]\ndriver = "crystal_ball"')
    with pytest.raises(DriverLookupError):
        make_chair(parse_scenario(text, "t.toml"), 1, 0, tmp_path)
    assert list(tmp_path.iterdir()) == []


# --- one monitor from the command line


def test_served_monitor_runs_the_scenario_alone():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    chair = make_served("berry_pm6750", load_scenario("probe-off"), port=port, faults=["silence@5+5"])
    for second in (*range(12), 599, 601, 1_330):
        chair.step(second * S)
    assert chair.addresses == (("berry_pm6750", port),)
    assert chair.monitors[0].traffic.n_hurt > 0
    assert chair.patient.sensors(1_330 * S).spo2_probe is ProbeState.OFF  # 12 min after the planned start
    chair.close()


def test_serving_ends_when_told_and_takes_its_line_away(tmp_path):
    stop = threading.Event()

    class Stopping(ManualClock):
        def now(self):
            if (tmp_path / "x").is_symlink():
                stop.set()
            return self.advance(0.1)

    serve("berry_pm6750", load_scenario("normal"), Stopping(), stop, link=tmp_path / "x", speed=60)
    assert stop.is_set()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["crystal_ball", "--pty", "x"], "no driver named 'crystal_ball'"),
        (["berry_pm6750", "--pty", "x", "--scenario", "nromal"], "no scenario named"),
        (["berry_pm6750", "--pty", "x", "--fault", "flood@3"], "KIND@SECONDS"),
        (["berry_pm6750", "--port", "/dev/ttyNONE7"], "no port"),
    ],
)
def test_command_line_mistakes_are_one_sentence(arguments, said, capsys):
    assert main(arguments) == 1
    assert said in capsys.readouterr().err


def test_served_monitor_wants_one_place():
    with pytest.raises(ValueError, match="link or a port"):
        make_served("berry_pm6750", load_scenario("normal"))


def test_served_monitor_refuses_a_fault_that_is_none(tmp_path):
    with pytest.raises(ValueError, match="KIND@SECONDS"):
        make_served("berry_pm6750", load_scenario("normal"), link=tmp_path / "x", faults=["flood@3"])
    assert list(tmp_path.iterdir()) == []
