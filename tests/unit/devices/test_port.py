import itertools
from pathlib import Path

import pytest

from devices.addresses import PortIdentity, ReplayAddress, TcpAddress
from devices.capture import ReplayOpener
from devices.clock import NS_PER_S, ManualClock
from devices.driver import SerialSettings
from devices.errors import LinkError, PortBusy
from devices.events import LinkPhase, LinkState
from devices.history import PortCounters
from devices.port import Port, failure_place, opener_for
from devices.transport import SerialOpener, TcpOpener
from tests.helpers.wire import SETTINGS, LineDriver, Wire, rejected, status

CONNECTING = "The port is open; waiting to hear the monitor."
CABLE = "Nothing understood for 5 s: check the cable and that the monitor is on."
GONE = "It is unplugged: plug it in."


class Bench:
    """A port on a wire, with its hand on the clock."""

    def __init__(self, driver=None, **options):
        self.clock = ManualClock()
        self.wire = Wire()
        self.driver = driver or LineDriver()
        self.port = Port("1:line", self.driver, self.wire, **options)

    def poll(self, after_s=0.0):
        return self.port.poll(self.clock.advance(after_s))

    def hear(self, data, after_s=0.0):
        self.wire.arrive(data)
        return self.poll(after_s)

    def connect(self):
        self.poll()
        self.hear(b"ok\n")
        assert self.port.phase is LinkPhase.CONNECTED
        return self

    def at(self, phase, reason=""):
        return LinkState(t_ns=self.clock.now().mono_ns, phase=phase, reason=reason)

    def ok(self):
        return status(self.clock.now().mono_ns)


def phases(events):
    return [event.phase for event in events if isinstance(event, LinkState)]


# -- opening


def test_a_port_opens_then_is_connected_when_the_monitor_is_understood():
    bench = Bench()
    assert bench.port.phase is LinkPhase.DISCONNECTED
    assert bench.poll() == (bench.at(LinkPhase.CONNECTING, CONNECTING),)
    assert bench.poll(0.008) == ()
    assert bench.hear(b"ok\n", 0.008) == (bench.at(LinkPhase.CONNECTED), bench.ok())
    assert bench.hear(b"ok\nok\n", 0.008) == (bench.ok(), bench.ok())
    assert (bench.port.phase, bench.port.reason) == (LinkPhase.CONNECTED, "")


def test_a_frame_in_pieces_is_one_event():
    bench = Bench().connect()
    assert bench.hear(b"o", 0.008) == ()
    assert bench.hear(b"k\n", 0.008) == (bench.ok(),)


def test_the_drivers_usual_settings_are_taken_unless_others_are_given():
    usual, own = Bench(), Bench(settings=SerialSettings(4800))
    usual.poll()
    own.poll()
    assert usual.wire.opened_at == [SETTINGS]
    assert own.wire.opened_at == [SerialSettings(4800)]


def test_a_refused_port_says_why_once():
    bench = Bench()
    bench.wire.refusal = PortBusy("It is in use: close the other program.")
    assert bench.poll() == (bench.at(LinkPhase.DISCONNECTED, "It is in use: close the other program."),)
    for _ in range(5):
        assert bench.poll(10.0) == ()
    bench.wire.unplug()
    assert bench.poll(10.0) == (bench.at(LinkPhase.DISCONNECTED, GONE),)


def test_back_off_doubles_from_half_a_second_to_ten():
    bench = Bench()
    bench.wire.unplug()
    tried_at = []
    while len(tried_at) < 9:
        n_before = len(bench.wire.opened_at)
        bench.poll()
        if len(bench.wire.opened_at) > n_before:
            tried_at.append(bench.clock.now().mono_ns / NS_PER_S)
        bench.clock.advance(0.1)
    waits = [round(b - a, 3) for a, b in itertools.pairwise(tried_at)]
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0, 10.0]


def test_back_off_begins_anew_only_when_the_monitor_was_understood():
    bench = Bench()
    bench.poll()
    for wait_s in (0.5, 1.0, 2.0):  # opens well, fails at once: not a link
        bench.wire.cut = LinkError("loose contact")
        bench.poll()
        bench.wire.cut = None
        assert bench.poll(wait_s - 0.001) == ()
        assert phases(bench.poll(0.001)) == [LinkPhase.CONNECTING]
    bench.hear(b"ok\n")
    bench.wire.unplug()
    bench.poll()
    bench.wire.plug_in()
    assert bench.poll(0.499) == ()
    assert phases(bench.poll(0.001)) == [LinkPhase.CONNECTING]


# -- loss and return


def test_an_unplugged_port_is_lost_and_comes_back_by_itself():
    bench = Bench().connect()
    bench.wire.unplug()
    assert bench.poll(0.008) == (bench.at(LinkPhase.DISCONNECTED, GONE),)
    assert not bench.wire.is_open
    assert bench.poll(0.5) == ()
    bench.wire.plug_in()
    assert bench.poll(1.0) == (bench.at(LinkPhase.CONNECTING, CONNECTING),)
    assert bench.hear(b"ok\n", 0.1) == (bench.at(LinkPhase.CONNECTED), bench.ok())
    assert bench.port.counters.opens == 2


def test_what_the_driver_held_comes_out_before_the_loss():
    bench = Bench().connect()
    bench.hear(b"hold\nok")
    held = bench.ok()
    bench.wire.unplug()
    assert bench.poll(0.008) == (held, bench.at(LinkPhase.DISCONNECTED, GONE))
    bench.wire.plug_in()
    bench.poll(0.5)
    assert bench.hear(b"\n") == (rejected(bench.clock.now().mono_ns, b""),), "half a frame survived the reconnect"


def test_the_driver_starts_each_link_afresh():
    bench = Bench().connect()
    bench.wire.unplug()
    bench.poll(1.0)
    bench.wire.plug_in()
    bench.poll(0.5)
    assert bench.driver.resets == [0, NS_PER_S, 3 * NS_PER_S // 2]


def test_an_error_that_the_transport_did_not_foresee_is_a_loss_in_plain_words():
    bench = Bench().connect()
    bench.wire.cut = OSError(5, "Input/output error")
    assert bench.poll() == (
        bench.at(
            LinkPhase.DISCONNECTED,
            "/dev/ttyTEST0 has stopped working: check that the cable and its adapter are plugged in.",
        ),
    )


# -- silence


def test_a_quiet_monitor_is_silent_after_its_quiet_time():
    bench = Bench().connect()
    assert bench.hear(b"ok\n", 4.0) == (bench.ok(),)
    assert bench.poll(5.0) == ()
    assert bench.poll(0.001) == (bench.at(LinkPhase.SILENT, CABLE),)
    assert bench.poll(60.0) == ()
    assert bench.hear(b"ok\n") == (bench.at(LinkPhase.CONNECTED), bench.ok())


def test_a_monitor_that_never_speaks_is_silent_too():
    bench = Bench()
    bench.poll()
    assert bench.poll(5.001) == (bench.at(LinkPhase.SILENT, CABLE),)


def test_bytes_without_sense_ask_for_monitor_type_and_baud_rate():
    bench = Bench()
    bench.poll()
    events = []
    for _ in range(11):
        events += bench.hear(b"\x80\xfe\x00\n", 0.5)
    babble = (
        "Bytes arrive at /dev/ttyTEST0 but make no sense: is it the wrong monitor type, "
        "or is the monitor not set to 9600 8N1?"
    )
    assert [event for event in events if isinstance(event, LinkState)] == [bench.at(LinkPhase.SILENT, babble)]
    assert bench.port.counters.rejected == 11
    assert bench.poll(2.5) == ()
    assert bench.poll(0.001) == (bench.at(LinkPhase.SILENT, CABLE),)


def test_the_torn_end_of_a_last_frame_is_no_wrong_baud_rate():
    bench = Bench().connect()
    bench.hear(b"o", 0.1)
    assert bench.poll(5.0) == (bench.at(LinkPhase.SILENT, CABLE),)


def test_what_a_driver_says_for_itself_is_not_the_monitor():
    bench = Bench(LineDriver(on_tick=lambda t_ns: (status(t_ns),)))
    bench.poll()
    assert bench.poll(5.001) == (bench.at(LinkPhase.SILENT, CABLE), bench.ok())


def test_bytes_from_before_the_loss_do_not_count_after_it():
    bench = Bench().connect()
    bench.hear(b"junk")
    bench.wire.unplug()
    bench.poll()
    bench.wire.plug_in()
    bench.poll(0.5)
    assert bench.poll(5.001) == (bench.at(LinkPhase.SILENT, CABLE),)


def test_a_port_that_comes_back_has_its_whole_quiet_time():
    bench = Bench().connect()
    bench.wire.unplug()
    bench.poll()
    bench.wire.plug_in()
    assert phases(bench.poll(60.0)) == [LinkPhase.CONNECTING]
    assert bench.poll(5.0) == ()
    assert phases(bench.poll(0.001)) == [LinkPhase.SILENT]


# -- writing


def test_polls_are_sent_while_the_link_is_open():
    bench = Bench(LineDriver(polls=True))
    bench.poll()
    for _ in range(21):
        bench.poll(0.1)
    assert bench.wire.sent == b"???"
    assert bench.port.counters.bytes_out == 3


def test_receive_only_never_writes_and_says_so():
    bench = Bench(LineDriver(polls=True), receive_only=True)
    bench.poll()
    bench.poll(1.0)
    (silent,) = bench.poll(5.0)
    assert bench.wire.sent == b""
    assert bench.port.counters.bytes_out == 0
    assert silent.reason == (
        "This monitor speaks only when asked, and its port is set to receive only: change that setting."
    )


def test_a_line_that_cannot_be_written_is_lost_after_what_was_heard():
    bench = Bench(LineDriver(polls=True)).connect()
    bench.wire.jam = LinkError("It takes no more bytes.")
    assert bench.hear(b"ok\n", 1.0) == (bench.ok(), bench.at(LinkPhase.DISCONNECTED, "It takes no more bytes."))


# -- a driver with a bug


def test_a_driver_that_raises_costs_its_link_a_restart_and_is_logged_without_data(log_lines):
    bench = Bench().connect()
    bench.hear(b"hold\n")
    held = bench.ok()
    events = bench.hear(b"ok\nboom secret\nboom\n", 0.008)
    assert events[0] == held
    assert phases(events) == [LinkPhase.DISCONNECTED]
    assert "failed to read this monitor (line_driver)" in events[1].reason
    assert bench.port.counters.driver_failures == 1
    assert bench.poll(0.5) == (bench.at(LinkPhase.CONNECTING, CONNECTING),)
    assert bench.hear(b"ok\n") == (bench.at(LinkPhase.CONNECTED), bench.ok())
    (line,) = log_lines
    assert "1:line: driver line_driver failed: ValueError at wire.py:" in line
    assert "secret" not in line


@pytest.mark.parametrize("call", ["tick", "pending_writes", "reset"])
def test_every_call_of_a_driver_may_fail(call, log_lines):
    class Broken(LineDriver):
        pass

    def fail(self, now_ns):
        raise RuntimeError("bug")

    setattr(Broken, call, fail)
    bench = Bench(Broken())
    for _ in range(100):
        events = bench.poll(0.1)
        assert all(isinstance(event, LinkState) for event in events)
    assert bench.port.counters.driver_failures > 1
    assert len(log_lines) < 20, "the back-off bounds the log"
    assert not bench.wire.is_open or call != "reset"


def test_a_failure_names_its_place_alone():
    assert failure_place(KeyError("Smith, John")) == "KeyError"


# -- the rest


def test_closing_gives_out_what_was_held_and_the_next_poll_opens_again():
    bench = Bench().connect()
    bench.hear(b"hold\n")
    held = bench.ok()
    now = bench.clock.advance(1.0)
    assert bench.port.close(now) == (held, bench.at(LinkPhase.DISCONNECTED, "Nursestation has closed the port."))
    assert bench.port.close(now) == ()
    assert not bench.wire.is_open
    assert bench.poll() == (bench.at(LinkPhase.CONNECTING, CONNECTING),)


def test_every_chunk_goes_to_the_tap_with_its_arrival():
    heard = []
    bench = Bench(tap=lambda now, data: heard.append((now.mono_ns, data)))
    bench.poll()
    bench.hear(b"o", 1.0)
    bench.poll(1.0)
    bench.hear(b"k\n", 1.0)
    assert heard == [(1 * NS_PER_S, b"o"), (3 * NS_PER_S, b"k\n")]


def test_counters_tell_what_was_done():
    bench = Bench()
    assert bench.port.counters == PortCounters()
    bench.connect()
    last_good = bench.clock.now()
    bench.hear(b"bad\nbad\n", 1.0)
    assert bench.port.counters == PortCounters(bytes_in=11, events=1, rejected=2, opens=1, last_good=last_good)


def test_same_bytes_at_the_same_times_give_the_same_events():
    def run():
        bench = Bench()
        events = list(bench.poll())
        for n in range(200):
            if n in (50, 120):
                bench.wire.unplug()
            if n in (60, 150):
                bench.wire.plug_in()
            events += bench.hear((b"ok\n", b"bad\n", b"hold\n", b"o")[n % 4], 0.13)
        return events

    assert run() == run()


def test_a_port_says_who_it_is():
    port = Port("2:line", LineDriver(), Wire(device="/dev/pts/7"), title="Chair 2, Line")
    assert (port.id, port.title, port.address, port.device()) == (
        "2:line",
        "Chair 2, Line",
        "/dev/ttyTEST0",
        "/dev/pts/7",
    )
    assert Port("2:line", LineDriver(), Wire()).title == "2:line"


def test_each_kind_of_address_has_its_opener():
    clock = ManualClock()
    assert isinstance(opener_for(PortIdentity("/dev/ttyUSB0"), clock), SerialOpener)
    assert isinstance(opener_for(TcpAddress("127.0.0.1", 5000), clock), TcpOpener)
    replay = opener_for(ReplayAddress(Path("night.cap")), clock)
    assert isinstance(replay, ReplayOpener)
    assert replay.name == "replay:night.cap"


# -- a cuff


class CuffDriver(LineDriver):
    """Can start a cuff."""

    def start_cuff(self, now_ns):
        self.wanted = b"start"

    def stop_cuff(self, now_ns):
        self.wanted = b"stop"

    wanted = b""

    def pending_writes(self, now_ns):
        out, self.wanted = self.wanted, b""
        return out


def test_a_cuff_that_is_asked_for_is_started_with_the_next_poll_and_once():
    bench = Bench(CuffDriver(), may_start_cuff=True).connect()
    bench.port.request_cuff(True)
    bench.poll(0.008)
    bench.poll(0.008)
    bench.port.request_cuff(False)
    bench.poll(0.008)
    assert bench.wire.sent == b"startstop"


@pytest.mark.parametrize(
    ("driver", "options"),
    [
        (CuffDriver, {}),
        (CuffDriver, {"may_start_cuff": True, "receive_only": True}),
        (LineDriver, {"may_start_cuff": True}),
    ],
    ids=["not allowed", "receive only", "a driver that cannot"],
)
def test_otherwise_nothing_is_sent(driver, options):
    bench = Bench(driver(), **options).connect()
    bench.port.request_cuff(True)
    bench.poll(0.008)
    assert b"start" not in bench.wire.sent


def test_a_start_is_not_kept_until_the_cable_is_back():
    bench = Bench(CuffDriver(), may_start_cuff=True).connect()
    bench.wire.unplug()
    bench.poll(0.008)
    bench.port.request_cuff(True)
    bench.poll(0.008)
    bench.wire.plug_in()
    bench.poll(20)
    bench.hear(b"ok\n", 0.008)
    assert bench.port.phase is LinkPhase.CONNECTED
    assert bench.wire.sent == b""
