import tomllib
from dataclasses import replace

import pytest

from devices.addresses import PortFacts
from devices.checkup import examine
from devices.clock import NS_PER_S, ManualClock
from devices.detect import Candidate, Finding, Progress
from devices.driver import SerialSettings
from devices.errors import LinkError, PortBusy
from devices.events import LinkPhase
from devices.port import Port
from nursestation.config.changes import PutMonitor, RemoveMonitor
from nursestation.config.load import load_settings
from nursestation.config.schema import MonitorSettings
from nursestation.core.model import Operator, Role
from nursestation.errors import NurseStationError
from nursestation.runtime.workbench import (
    FAULT,
    FindMonitor,
    Leave,
    Open,
    Save,
    StopTrying,
    TryMonitor,
    Workbench,
)
from tests.helpers.wire import LineDriver, Wire

LEAD = Operator("op-2", "J. Okafor RN", Role.LEAD_NURSE, "not a hash")
BOUND = '[[chair]]\nnumber = 1\n[[chair.monitor]]\ndriver = "line"\nport = "/dev/ttyTEST0"\n'
FOUND = Finding(Candidate("line", SerialSettings(9600), 1.0, None, "it spoke"), (), "It is a line.")


class Station:
    """A station whose ports are wires."""

    def __init__(self):
        self.wires = {"/dev/ttyTEST0": Wire("/dev/ttyTEST0"), "/dev/ttyTEST1": Wire("/dev/ttyTEST1")}
        self.read = [Port("1:line", LineDriver(), self.wires["/dev/ttyTEST0"], title="Chair 1, Line")]
        self.lent, self.told, self.refusal = [], [], None

    def ports(self):
        return [port for port in self.read if port.id not in self.lent]

    def lend(self, monitor):
        self.lent.append(monitor)

    def take_back(self, monitor):
        self.lent.remove(monitor)

    def trial_port(self, monitor):
        return Port("trial", LineDriver(polls=True), self.opener(monitor), receive_only=monitor.receive_only)

    def opener(self, monitor):
        if monitor.port not in self.wires:
            raise LinkError("There is no such port: choose another.")
        return self.wires[monitor.port]

    def set_chairs(self, chairs, operator):
        if self.refusal is not None:
            raise self.refusal
        self.told.append((chairs, operator))


class Detector:
    """A search that ends when a test says so."""

    def __init__(self, opener):
        self.opener, self.finding, self.closed, self.steps = opener, None, 0, 0

    @property
    def progress(self):
        return Progress("listening", 0.1 * self.steps)

    def step(self, now):
        self.steps += 1

    def close(self, now):
        self.closed += 1


class Desk:
    def __init__(self, tmp_path, text=BOUND):
        self.path = tmp_path / "station.toml"
        self.path.write_text(text)
        self.clock, self.station, self.searches = ManualClock(), Station(), []
        self.present, self.listing = (PortFacts("/dev/ttyTEST0"), PortFacts("/dev/ttyTEST1")), None
        self.bug = None
        self.bench = Workbench(
            load_settings(self.path).chair,
            self.path,
            self.clock,
            self.station,
            lister=self._list,
            searches=self,
            examine=examine,
        )

    def _list(self):
        if self.listing is not None:
            raise self.listing
        return self.present

    def make(self, opener):
        if self.bug is not None:
            raise self.bug
        self.searches.append(Detector(opener))
        return self.searches[-1]

    def keep(self, finding):
        return "" if finding.best else "What was heard is kept."

    def ask(self, wish):
        self.bench.take(wish)
        self.bench.step()
        return self.bench.state

    def run(self, seconds):
        for _ in range(round(seconds * 100)):
            self.clock.advance(0.01)
            self.bench.step()
        return self.bench.state

    @property
    def state(self):
        return self.bench.state


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path)
    made.ask(Open())
    return made


def monitor(port="/dev/ttyTEST1", **changes):
    return MonitorSettings(driver="line", port=port, **changes)


def test_nothing_is_done_before_somebody_looks(tmp_path):
    desk = Desk(tmp_path)
    desk.listing = AssertionError("listed")
    assert desk.run(3).present == ()


def test_ports_their_holders_and_every_link_are_told(desk):
    assert desk.state.present == desk.present
    assert desk.state.taken == {"/dev/ttyTEST0": "Chair 1, Line"}
    assert [link.report.id for link in desk.state.links] == ["1:line"]
    assert desk.state.links[0].advice
    desk.present = ()
    assert desk.run(2.1).present == ()
    desk.listing = LinkError("The serial ports cannot be listed just now: try again in a moment.")
    assert desk.run(2.1).listing_problem.startswith("The serial ports cannot be listed")


def test_a_trial_shows_what_arrives_and_how_fast(desk):
    desk.ask(TryMonitor(monitor=monitor()))
    wire = desk.station.wires["/dev/ttyTEST1"]
    desk.run(0.2)
    wire.arrive(b"ok\nbad\n")
    trial = desk.run(0.3).trial
    assert trial.phase is LinkPhase.CONNECTED
    assert (trial.counters.bytes_in, trial.counters.events, trial.counters.rejected) == (7, 1, 1)
    assert [n for _, n in trial.rejected] == [1]
    assert trial.bytes_per_s * (trial.at.mono_ns - trial.began.mono_ns) / NS_PER_S == pytest.approx(7)


def test_a_trial_polls_as_the_driver_does_and_never_with_receive_only(desk):
    wire = desk.station.wires["/dev/ttyTEST1"]
    desk.ask(TryMonitor(monitor=monitor(receive_only=True)))
    desk.run(3)
    assert wire.sent == b""
    desk.ask(TryMonitor(monitor=monitor()))
    desk.run(3)
    assert wire.sent != b""


def test_a_trial_ends_with_the_page_and_when_it_is_stopped(desk):
    wire = desk.station.wires["/dev/ttyTEST1"]
    for end in (StopTrying(), Leave()):
        desk.ask(Open())
        desk.ask(TryMonitor(monitor=monitor()))
        desk.run(0.1)
        assert wire.is_open
        assert desk.ask(end).trial is None
        assert not wire.is_open


def test_a_port_that_a_chair_reads_is_left_alone(desk):
    state = desk.ask(TryMonitor(monitor=monitor("/dev/ttyTEST0")))
    assert state.trial is None
    assert state.trouble == "Chair 1, Line uses this port: choose another, or take that monitor away first."
    assert not desk.station.wires["/dev/ttyTEST0"].opened_at


def test_the_port_of_the_monitor_that_is_changed_is_borrowed_and_given_back(desk):
    desk.ask(TryMonitor(monitor=monitor("/dev/ttyTEST0"), bound="1:line"))
    desk.run(0.1)
    assert desk.station.lent == ["1:line"]
    assert desk.station.wires["/dev/ttyTEST0"].is_open
    desk.ask(StopTrying())
    assert desk.station.lent == []
    assert not desk.station.wires["/dev/ttyTEST0"].is_open


def test_an_address_that_is_none_is_said(desk):
    assert desk.ask(TryMonitor(monitor=monitor("/dev/none"))).trouble == "There is no such port: choose another."


def test_a_search_tells_how_far_it_is_and_what_it_found(desk):
    desk.ask(FindMonitor(monitor=monitor()))
    search = desk.searches[0]
    assert desk.run(0.3).search.progress.text == "listening"
    search.finding = FOUND
    state = desk.run(0.1)
    assert (state.search.finding, state.search.kept) == (FOUND, "")
    assert search.closed
    assert desk.ask(TryMonitor(monitor=monitor())).search is None


def test_what_an_unknown_monitor_said_is_kept(desk):
    desk.ask(FindMonitor(monitor=monitor()))
    desk.searches[0].finding = replace(FOUND, best=None)
    assert desk.run(0.1).search.kept == "What was heard is kept."


def test_a_search_is_stopped(desk):
    desk.ask(FindMonitor(monitor=monitor()))
    assert desk.ask(StopTrying()).search is None
    assert desk.searches[0].closed


def test_a_saved_monitor_is_read_at_once_and_after_a_restart(desk):
    desk.ask(TryMonitor(monitor=monitor()))
    state = desk.ask(Save(change=PutMonitor(chair=2, monitor=monitor()), operator=LEAD))
    assert state.saved.problem == ""
    assert [chair.number for chair in state.chairs] == [1, 2]
    assert desk.station.told == [(state.chairs, "op-2")]
    assert load_settings(desk.path).chair == state.chairs
    assert not desk.station.wires["/dev/ttyTEST1"].is_open


def test_what_the_station_refuses_is_not_written(desk):
    desk.station.refusal = NurseStationError("The program is busy.")
    state = desk.ask(Save(change=RemoveMonitor(chair=1, driver="line"), operator=LEAD))
    assert (state.saved.problem, state.chairs[0].monitor[0].driver) == ("The program is busy.", "line")
    assert desk.path.read_text() == BOUND
    desk.station.refusal = PortBusy("Chair 4 has it.")
    assert (
        desk.ask(Save(change=RemoveMonitor(chair=1, driver="line"), operator=LEAD)).saved.problem == "Chair 4 has it."
    )


def test_what_cannot_be_written_is_taken_back_from_the_station(desk):
    def change_by_hand(chairs, operator):
        desk.station.told.append((chairs, operator))
        desk.path.write_text(BOUND + "# by hand\n")

    desk.station.set_chairs = change_by_hand
    before = desk.state.chairs
    state = desk.ask(Save(change=PutMonitor(chair=2, monitor=monitor()), operator=LEAD))
    assert "save again" in state.saved.problem
    assert [chairs for chairs, _ in desk.station.told][-1] == before
    assert state.chairs == before
    assert desk.path.read_text() == BOUND + "# by hand\n"


def test_a_damaged_file_is_a_sentence_and_nothing_changes(desk):
    desk.path.write_text("clinic = ")
    state = desk.ask(Save(change=PutMonitor(chair=2, monitor=monitor()), operator=LEAD))
    assert "is not a TOML file" in state.saved.problem
    assert desk.station.told == []
    with pytest.raises(tomllib.TOMLDecodeError):
        tomllib.loads(desk.path.read_text())


def test_the_thread_does_it_all_and_ends(tmp_path):
    desk = Desk(tmp_path)
    desk.bench.start()
    desk.bench.ask(Open())
    desk.bench.ask(Save(change=PutMonitor(chair=2, monitor=monitor()), operator=LEAD))
    desk.bench.stop()
    desk.bench.stop()
    assert [chair.number for chair in desk.state.chairs] == [1, 2]


def test_a_fault_of_the_workbench_is_said_and_ends_the_trial(tmp_path, log_lines):
    desk = Desk(tmp_path)
    desk.bug = ZeroDivisionError()
    desk.bench.start()
    desk.bench.ask(FindMonitor(monitor=monitor()))
    desk.bench.stop()
    assert desk.state.trouble == FAULT
    assert any("ZeroDivisionError" in line for line in log_lines)
