import threading

import pytest

from devices.addresses import PortFacts, PortIdentity
from devices.capture import ReplayOpener
from devices.clock import ManualClock
from devices.errors import LinkError, PortBusy
from devices.events import LinkPhase, RejectReason
from devices.history import MINUTES, TROUBLES_MAX, Cause, LinkHistory, Minute
from devices.port import Port
from devices.transport import SerialOpener
from tests.helpers.wire import SETTINGS, LineDriver, Wire


class Bench:
    """A port on a wire, with its hand on the clock."""

    def __init__(self, driver=None, **options):
        self.clock = ManualClock()
        self.wire = Wire()
        self.port = Port("1:line", driver or LineDriver(), self.wire, **options)
        self.poll()

    def poll(self, after_s=0.0):
        return self.port.poll(self.clock.advance(after_s))

    def hear(self, data, after_s=0.0):
        self.wire.arrive(data)
        return self.poll(after_s)

    @property
    def report(self):
        return self.port.report(self.clock.now())

    def causes(self):
        return [trouble.cause for trouble in self.report.troubles]


def test_a_report_says_what_the_port_is_and_where_it_stands():
    bench = Bench(title="Chair 1, Line", receive_only=True)
    bench.hear(b"ok\nbad\n", 1)
    report = bench.report
    assert (report.id, report.title, report.address) == ("1:line", "Chair 1, Line", "/dev/ttyTEST0")
    assert (report.settings, report.receive_only, report.driver.name) == (SETTINGS, True, "line_driver")
    assert (report.phase, report.reason) == (LinkPhase.CONNECTED, "")
    assert report.counters == bench.port.counters
    assert report.last_byte == report.at == bench.clock.now()
    assert (report.opened, report.openings, report.since) == (report.since, (report.since,), report.since)
    assert report.minutes == (Minute(bytes_in=7, events=1, rejected={RejectReason.FRAMING: 1}),)


def test_nothing_is_known_before_the_first_poll():
    report = Port("1:line", LineDriver(), Wire()).report(ManualClock().now())
    assert (report.phase, report.since, report.minutes, report.troubles) == (LinkPhase.DISCONNECTED, None, (), ())


def test_each_minute_has_its_own_counts_and_a_quiet_one_has_none():
    bench = Bench(LineDriver(polls=True))
    bench.hear(b"ok\n", 1)
    bench.hear(b"bad\nbad\n", 60)
    bench.clock.advance(60)
    bench.hear(b"ok\nok\n", 60)
    assert bench.report.minutes == (
        Minute(bytes_in=3, bytes_out=1, events=1),
        Minute(bytes_in=8, bytes_out=1, rejected={RejectReason.FRAMING: 2}),
        Minute(),
        Minute(bytes_in=6, bytes_out=1, events=2),
    )


def test_only_the_last_minutes_are_kept():
    history = LinkHistory()
    clock = ManualClock()
    history.begin(clock.now())
    for n in range(100):
        history.bytes_in(n + 1, clock.now())
        assert len(history.minutes(clock.now())) == min(n + 1, MINUTES)
        clock.advance(60)
    assert [minute.bytes_in for minute in history.minutes(clock.now())] == [*range(92, 101), 0]
    clock.advance(3600)
    assert history.minutes(clock.now()) == (Minute(),) * MINUTES


def test_each_way_to_lose_a_link_has_its_name(log_lines):
    bench = Bench()
    bench.wire.unplug()
    bench.poll(0.01)
    bench.wire.plug_in()
    bench.poll(1)
    bench.hear(b"boom\n")
    bench.poll(2)
    bench.poll(6)
    bench.hear(b"bad\n", 0.01)
    bench.wire.refusal = bench.wire.cut = PortBusy("It is in use: close the other program.")
    bench.poll()
    bench.poll(10)
    bench.wire.refusal = LinkError("You may not use it.")
    bench.poll(10)
    assert bench.causes() == [
        Cause.GONE,
        Cause.DRIVER,
        Cause.QUIET,
        Cause.NONSENSE,
        Cause.GONE,
        Cause.REFUSED,
    ]
    assert bench.report.troubles[0].text == "It is unplugged: plug it in."
    assert bench.report.opened is None
    assert log_lines


def test_a_refused_opening_has_its_name():
    for refusal, cause in ((PortBusy("busy"), Cause.BUSY), (LinkError("no"), Cause.REFUSED)):
        clock, wire = ManualClock(), Wire()
        wire.refusal = refusal
        port = Port("1:line", LineDriver(), wire)
        port.poll(clock.now())
        port.poll(clock.advance(1))
        assert [trouble.cause for trouble in port.report(clock.now()).troubles] == [cause]
    wire.unplug()
    port.poll(clock.advance(10))
    assert port.report(clock.now()).troubles[-1].cause is Cause.MISSING


@pytest.mark.parametrize(
    ("error", "cause"), [(LinkError("takes no more"), Cause.JAMMED), (OSError(5, "I/O error"), Cause.GONE)]
)
def test_a_line_that_takes_no_bytes_is_told_from_one_that_is_gone(error, cause):
    bench = Bench(LineDriver(polls=True))
    bench.wire.jam = error
    bench.poll(1)
    assert bench.causes() == [cause]


def test_a_port_that_we_close_is_no_trouble():
    bench = Bench()
    bench.port.close(bench.clock.now())
    assert bench.causes() == []
    assert bench.report.opened is None


def test_troubles_and_openings_are_bounded():
    bench = Bench()
    for _ in range(3 * TROUBLES_MAX):
        bench.wire.unplug()
        bench.poll(20)
        bench.wire.plug_in()
        bench.poll(20)
        bench.hear(b"ok\n")
    report = bench.report
    assert (len(report.troubles), len(report.openings)) == (TROUBLES_MAX, TROUBLES_MAX)
    assert report.openings[-1] == report.opened


def test_the_adapter_of_a_serial_port_is_told_and_other_lines_have_none(tmp_path):
    identity = PortIdentity("/dev/ttyUSB0", "A50285BI")
    port = Port("1:line", LineDriver(), SerialOpener(identity, lambda: (PortFacts("/dev/ttyUSB0"),)))
    assert port.report(ManualClock().now()).identity == identity
    port = Port("1:line", LineDriver(), ReplayOpener(tmp_path / "x", ManualClock()))
    assert port.report(ManualClock().now()).identity is None


def test_a_report_can_be_read_while_the_port_is_busy():
    bench = Bench()
    reports, stop = [], threading.Event()

    def look():
        while not stop.is_set():
            reports.append(bench.report)

    looking = threading.Thread(target=look)
    looking.start()
    for n in range(2000):
        bench.hear(b"ok\nbad\n", 1)
        if n % 100 == 0:
            bench.wire.unplug()
            bench.poll()
            bench.wire.plug_in()
            bench.poll(20)
    stop.set()
    looking.join(60)
    assert all(len(report.minutes) <= MINUTES for report in reports)
    assert bench.report.counters.rejected > 1900
