import os
import select
import threading

import pytest

from devices.addresses import PortIdentity
from devices.clock import NS_PER_S, ManualClock, SystemClock
from devices.errors import LinkError, PortBusy
from devices.events import DeviceStatus, LinkPhase, LinkState
from devices.port import Port
from devices.reader import Reader
from devices.transport import SerialOpener
from tests.helpers.wire import LineDriver, Wire

WAIT_S = 5


class Sink:
    """Keeps what is posted; a test may wait for a thing to come."""

    def __init__(self):
        self.posts = []
        self._came = threading.Condition()

    def __call__(self, monitor, events, now):
        with self._came:
            self.posts.append((monitor, events, now))
            self._came.notify_all()

    def phases_of(self, monitor):
        return [e.phase for m, events, _ in self.posts if m == monitor for e in events if isinstance(e, LinkState)]

    def n_statuses_of(self, monitor):
        return sum(isinstance(e, DeviceStatus) for m, events, _ in self.posts if m == monitor for e in events)

    def wait_for(self, claim):
        with self._came:
            assert self._came.wait_for(claim, WAIT_S)


class BrokenPort(Port):
    """A port with a bug of its own."""

    def poll(self, now):
        raise RuntimeError("bug")


class TickingClock(ManualClock):
    """Moves by a microsecond with each look."""

    def now(self):
        return self.advance_ns(1000)


def make_port(number, wire=None, kind=Port, **options):
    return kind(f"{number}:line", LineDriver(), wire or Wire(f"/dev/tty{number}"), **options)


def test_one_pass_looks_at_every_port_with_a_moment_of_its_own():
    sink = Sink()
    wires = [Wire("/dev/tty1"), Wire("/dev/tty2")]
    reader = Reader([make_port(1, wires[0]), make_port(2, wires[1])], TickingClock(), sink)
    reader.poll_once()
    wires[0].arrive(b"ok\n")
    wires[1].arrive(b"ok\nok\n")
    reader.poll_once()
    assert [monitor for monitor, _, _ in sink.posts] == ["1:line", "2:line", "1:line", "2:line"]
    assert len({now for _, _, now in sink.posts}) == 4
    assert all(event.t_ns == now.mono_ns for _, events, now in sink.posts for event in events)
    assert (sink.n_statuses_of("1:line"), sink.n_statuses_of("2:line")) == (1, 2)


def test_the_end_of_a_pass_is_told_once_everything_of_it_was_posted_also_after_a_bug():
    sink, ends = Sink(), []
    reader = Reader(
        [make_port(1), make_port(2, kind=BrokenPort), make_port(3)],
        ManualClock(),
        sink,
        after_pass=lambda: ends.append(len(sink.posts)),
    )
    with pytest.raises(RuntimeError, match="bug"):
        reader.poll_once()
    assert ends == [2]


def test_nothing_new_is_not_posted():
    sink = Sink()
    reader = Reader([make_port(1)], ManualClock(), sink)
    reader.poll_once()
    reader.poll_once()
    assert len(sink.posts) == 1


def test_a_missing_port_does_not_hold_up_the_others():
    sink = Sink()
    missing, present = Wire("/dev/tty1"), Wire("/dev/tty2")
    missing.unplug()
    reader = Reader([make_port(1, missing), make_port(2, present)], ManualClock(), sink)
    reader.poll_once()
    present.arrive(b"ok\n")
    reader.poll_once()
    assert sink.phases_of("1:line") == [LinkPhase.DISCONNECTED]
    assert sink.phases_of("2:line") == [LinkPhase.CONNECTING, LinkPhase.CONNECTED]


def test_two_ports_may_not_claim_one_device():
    reader = Reader([make_port(1, Wire("/dev/ttyUSB0"), title="Chair 1, Dinamap")], ManualClock(), Sink())
    second = make_port(2, Wire("/dev/serial/by-id/a", device="/dev/ttyUSB0"), title="Chair 2, Capnostream")
    with pytest.raises(PortBusy) as refused:
        reader.add(second)
    assert str(refused.value) == (
        "/dev/serial/by-id/a is already used by Chair 1, Dinamap: choose another port for Chair 2, Capnostream."
    )
    assert [port.id for port in reader.ports] == ["1:line"]
    reader.remove("1:line")
    reader.add(second)


def test_two_names_of_one_pty_are_one_claim(tmp_path):
    master, slave = os.openpty()
    link = tmp_path / "monitor"
    link.symlink_to(os.ttyname(slave))
    by_path = SerialOpener(PortIdentity(os.ttyname(slave)), lambda: ())
    by_link = SerialOpener(PortIdentity(str(link)), lambda: ())
    with pytest.raises(PortBusy, match="is already used by 1:line"):
        Reader([make_port(1, by_path), make_port(2, by_link)], ManualClock(), Sink())
    os.close(master)
    os.close(slave)


class NoListing(Wire):
    """A port whose adapter is being plugged in."""

    def device(self):
        raise LinkError("The serial ports cannot be listed just now.")


def test_a_link_that_is_made_later_names_who_has_the_port(tmp_path):
    master, slave = os.openpty()
    link = tmp_path / "monitor"
    first = make_port(1, SerialOpener(PortIdentity(os.ttyname(slave)), lambda: ()), title="Chair 1, Dinamap")
    second = make_port(2, SerialOpener(PortIdentity(str(link)), lambda: ()), title="Chair 2, Capnostream")
    clock = ManualClock()
    reader = Reader([first, second], clock, Sink())
    reader.poll_once()
    assert "There is no port" in second.reason
    link.symlink_to(os.ttyname(slave))
    clock.advance(30)
    reader.poll_once()
    assert second.reason == f"{link} is already used by Chair 1, Dinamap: choose another port for Chair 2, Capnostream."
    reader.remove("1:line")
    clock.advance(30)
    reader.poll_once()
    assert second.phase is LinkPhase.CONNECTING
    reader.stop()
    os.close(master)
    os.close(slave)


def test_a_port_that_another_program_has_is_called_so():
    wire = Wire()
    wire.refusal = PortBusy("It is in use by another program: close that.")
    port = make_port(1, wire)
    reader = Reader([port, make_port(2)], ManualClock(), Sink())
    reader.poll_once()
    assert port.reason == "It is in use by another program: close that."


def test_a_port_is_read_also_when_its_device_is_not_known_yet():
    sink = Sink()
    reader = Reader([make_port(1, NoListing()), make_port(2, NoListing())], ManualClock(), sink)
    reader.poll_once()
    assert sink.phases_of("1:line") == sink.phases_of("2:line") == [LinkPhase.CONNECTING]


def test_an_id_stands_for_one_port():
    reader = Reader([make_port(1)], ManualClock(), Sink())
    with pytest.raises(ValueError, match="1:line is there already"):
        reader.add(make_port(1, Wire("/dev/other")))


def test_a_removed_port_is_closed_and_says_so():
    sink = Sink()
    wire = Wire("/dev/tty1")
    reader = Reader([make_port(1, wire)], ManualClock(), sink)
    reader.poll_once()
    reader.remove("1:line")
    reader.remove("1:line")
    assert not wire.is_open
    assert sink.phases_of("1:line") == [LinkPhase.CONNECTING, LinkPhase.DISCONNECTED]
    assert reader.ports == ()
    reader.poll_once()
    assert len(sink.posts) == 2


def test_a_bug_in_one_port_does_not_rob_the_others_of_their_turn():
    sink = Sink()
    clock = ManualClock()
    reader = Reader([make_port(1, kind=BrokenPort), make_port(2)], clock, sink)
    with pytest.raises(RuntimeError):
        reader.poll_once()
    assert sink.phases_of("2:line") == [LinkPhase.CONNECTING]
    assert reader.last_pass is None


def test_the_last_pass_moves_with_each_pass():
    clock = ManualClock()
    reader = Reader([make_port(1)], clock, Sink())
    assert reader.last_pass is None
    reader.poll_once()
    assert reader.last_pass == clock.now()
    clock.advance(1.0)
    assert reader.last_pass != clock.now()
    reader.poll_once()
    assert reader.last_pass == clock.now()


# -- the thread


def test_the_thread_reads_a_real_pty_until_it_is_stopped():
    sink = Sink()
    master, slave = os.openpty()
    port = make_port(1, SerialOpener(PortIdentity(os.ttyname(slave)), lambda: ()))
    reader = Reader([port], SystemClock(), sink)
    reader.start()
    reader.start()
    assert [t.name for t in threading.enumerate() if t.name == "reader"] == ["reader"]
    sink.wait_for(lambda: sink.posts)  # opened: earlier bytes would be flushed
    for _ in range(100):
        os.write(master, b"ok\n")
    sink.wait_for(lambda: sink.n_statuses_of("1:line") == 100)
    assert sink.phases_of("1:line") == [LinkPhase.CONNECTING, LinkPhase.CONNECTED]
    reader.stop()
    reader.stop()
    assert not reader.is_running
    assert sink.phases_of("1:line")[-1] is LinkPhase.DISCONNECTED
    os.close(master)
    os.close(slave)


def test_polls_reach_the_monitor_through_the_thread():
    master, slave = os.openpty()
    opener = SerialOpener(PortIdentity(os.ttyname(slave)), lambda: ())
    reader = Reader([Port("1:line", LineDriver(polls=True), opener)], SystemClock(), Sink())
    reader.start()
    assert select.select([master], [], [], WAIT_S)[0]
    assert os.read(master, 10) == b"?"
    reader.stop()
    os.close(master)
    os.close(slave)


def test_a_stopped_reader_starts_again():
    sink = Sink()
    reader = Reader([make_port(1)], SystemClock(), sink)
    for n in (1, 2):
        reader.start()
        sink.wait_for(lambda n=n: sink.phases_of("1:line").count(LinkPhase.CONNECTING) == n)
        reader.stop()


def test_the_thread_rests_as_long_as_it_is_told_and_stops_at_once_all_the_same():
    told, third = [], threading.Event()

    def rest_s():
        told.append(60.0 if len(told) == 2 else 0.0)
        if told[-1]:
            third.set()
        return told[-1]

    reader = Reader([make_port(1)], SystemClock(), Sink(), rest_s=rest_s)
    reader.start()
    assert third.wait(WAIT_S)
    reader.stop()
    assert not reader.is_running
    assert told == [0.0, 0.0, 60.0]


def test_ports_come_and_go_while_the_thread_runs():
    sink = Sink()
    reader = Reader([], SystemClock(), sink)
    reader.start()
    reader.add(make_port(1))
    sink.wait_for(lambda: sink.phases_of("1:line") == [LinkPhase.CONNECTING])
    reader.remove("1:line")
    assert sink.phases_of("1:line") == [LinkPhase.CONNECTING, LinkPhase.DISCONNECTED]
    reader.stop()


def test_a_bug_in_the_loop_is_reported_and_the_reader_lives_on(log_lines):
    failures = []
    failed = threading.Event()

    clock = ManualClock()

    def on_failure(error):
        failures.append(error)
        clock.advance(1.0)
        failed.set()

    reader = Reader([make_port(1, kind=BrokenPort)], clock, Sink(), on_failure)
    reader.start()
    assert failed.wait(WAIT_S)
    assert isinstance(failures[0], RuntimeError)
    assert reader.is_running
    assert reader.last_pass == clock.now().shifted(-NS_PER_S), "the start counts as a pass, the failure does not"
    reader.stop()
    assert "devices.reader: the reader failed: RuntimeError at test_reader.py:" in log_lines[0]
    assert "bug" not in log_lines[0]


def test_stopping_what_never_ran_closes_the_ports():
    wire = Wire()
    reader = Reader([make_port(1, wire)], ManualClock(), Sink())
    reader.poll_once()
    reader.stop()
    assert not wire.is_open
