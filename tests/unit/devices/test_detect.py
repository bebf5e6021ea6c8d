"""Which monitor is on the port? Every simulated monitor on a line that garbles what is sent at other settings, and nobody."""

import random
from dataclasses import replace

import pytest

from devices.addresses import PortIdentity
from devices.clock import ManualClock
from devices.detect import Detector, budget
from devices.driver import Parity, SerialSettings, StartsCuff
from devices.drivers.contec_cms50 import ContecCms50Monitor
from devices.drivers.nonin.formats import Format
from devices.drivers.nonin.monitor import NoninMonitor
from devices.errors import PortBusy, PortMissing
from devices.registry import DriverEntry, all_drivers
from devices.simulator.wires import PtyWire
from devices.transport import SerialOpener
from tests.helpers.bedside import ScriptedPatient
from tests.helpers.specimen import specimen
from tests.helpers.uart import Line
from tests.helpers.wire import LineDriver, Wire

STEP_S = 0.01
QUIET_S = 30
KNOWN = SerialSettings(9600)
PAIRS = [(name, settings) for name, entry in all_drivers().items() for settings in entry.info.serial]
NOWHERE = [SerialSettings(38_400), SerialSettings(230_400), SerialSettings(9600, data_bits=7, parity=Parity.EVEN)]


def line_of(name, settings, clock):
    return Line(clock, settings, all_drivers()[name].make_monitor(), ScriptedPatient())


def found(opener, clock, drivers=None, **more):
    """Search to the end; return the finding and how many seconds it took."""
    detector = Detector(opener, all_drivers() if drivers is None else drivers, **more)
    start = clock.now().mono_ns
    while detector.finding is None:
        detector.step(clock.advance(STEP_S))
        assert clock.now().mono_ns - start < 90e9
    return detector.finding, (clock.now().mono_ns - start) / 1e9


# every monitor


@pytest.mark.parametrize(("name", "settings"), PAIRS, ids=str)
def test_every_monitor_is_named_with_its_line_settings(name, settings):
    clock = ManualClock()
    line = line_of(name, settings, clock)
    finding, took_s = found(line, clock)
    assert finding.best is not None, finding.sentence
    assert (finding.best.driver, finding.best.settings) == (name, settings)
    assert finding.candidates == (finding.best,)
    assert f"driver {name} at {settings}" in finding.sentence
    assert took_s < QUIET_S
    assert not line.is_open


OLD_CONTEC, OLDER_CONTEC = (SerialSettings(baud, parity=Parity.ODD) for baud in (19_200, 4800))


@pytest.mark.parametrize(
    ("name", "settings", "monitor"),
    [
        ("contec_cms50", OLD_CONTEC, ContecCms50Monitor(is_old=True)),
        ("contec_cms50", OLDER_CONTEC, ContecCms50Monitor(is_old=True)),
        ("nonin", KNOWN, NoninMonitor(Format.DF1)),
        ("nonin", KNOWN, NoninMonitor(Format.DF7)),
        ("nonin", KNOWN, NoninMonitor(Format.DF8)),
    ],
    ids=["contec old", "contec older", "nonin 3 bytes a second", "nonin DF7", "nonin 4 bytes a second"],
)
def test_the_simplest_of_protocols_are_named_too(name, settings, monitor):
    """Frames without a check, some of them four bytes a second, which differ from each other in a few bits and their pace."""
    clock = ManualClock()
    line = Line(clock, settings, monitor, ScriptedPatient())
    finding, took_s = found(line, clock)
    assert finding.best is not None, finding.sentence
    assert (finding.best.driver, finding.best.settings) == (name, settings)
    assert took_s < QUIET_S
    assert line.sent == []


@pytest.mark.parametrize(("name", "settings"), PAIRS, ids=str)
def test_nothing_is_sent_but_what_some_driver_may_send(name, settings):
    clock = ManualClock()
    line = line_of(name, settings, clock)
    found(line, clock)
    allowed = [specimen(known).may_send for known in all_drivers()]
    assert all(any(may_send(data) for may_send in allowed) for _, data in line.sent)


def starts_of_cuffs():
    for entry in all_drivers().values():
        driver = entry.make()
        if isinstance(driver, StartsCuff):
            driver.start_cuff(0)
            yield driver.pending_writes(0)


def test_no_greeting_of_one_driver_starts_the_cuff_of_another():
    clock = ManualClock()
    line = Line(clock, KNOWN)
    found(line, clock)
    said = [data for _, data in line.sent]
    assert said
    assert not [data for data in said for start in starts_of_cuffs() if start in data]


@pytest.mark.parametrize("settings", NOWHERE, ids=str)
@pytest.mark.parametrize("name", all_drivers())
def test_a_monitor_at_settings_that_nobody_tries_is_not_taken_for_another(name, settings):
    clock = ManualClock()
    finding, took_s = found(line_of(name, settings, clock), clock)
    assert finding.best is None
    assert all(candidate.driver == name for candidate in finding.candidates)
    assert took_s <= 60


@pytest.mark.parametrize("name", [name for name, entry in all_drivers().items() if not entry.info.sends])
def test_a_monitor_that_speaks_by_itself_is_not_spoken_to(name):
    clock = ManualClock()
    line = line_of(name, all_drivers()[name].info.serial[0], clock)
    found(line, clock)
    assert line.sent == []


# nobody


def test_a_silent_line_takes_less_than_half_a_minute():
    clock = ManualClock()
    line = Line(clock, KNOWN)
    finding, took_s = found(line, clock)
    assert (finding.best, finding.candidates) == (None, ())
    assert finding.sentence.startswith("Nothing was heard on /dev/ttyTEST0: check the cable")
    assert took_s < QUIET_S
    assert set(line.opened_at) == {settings for _, settings in PAIRS}
    greeted_at = {settings for settings, _ in line.sent}
    assert greeted_at == {settings for name, settings in PAIRS if greets(name)}
    assert not line.is_open


@pytest.mark.parametrize(
    ("n_settings", "n_usual", "n_further"), [(1, 0, 0), (1, 1, 0), (8, 7, 6), (9, 10, 0), (12, 10, 10), (14, 20, 20)]
)
def test_the_budget_of_a_quiet_line_adds_up(n_settings, n_usual, n_further):
    shared = budget(n_settings, n_usual, n_further)
    leave_ns = 100_000_000
    spent_ns = shared.listen_ns + n_usual * (shared.usual_ns + leave_ns) + n_further * (shared.further_ns + leave_ns)
    assert shared.listen_ns == 2_200_000_000 + (n_settings - 1) * 200_000_000
    assert 400_000_000 <= shared.further_ns <= 2_000_000_000
    assert shared.usual_ns == 2_000_000_000 or n_usual > 8
    assert spent_ns <= 29_000_000_000
    assert shared.whole_ns == spent_ns


def greets(name):
    """Say whether a driver speaks first; one that never does is not waited for."""
    driver = all_drivers()[name].make()
    return any(driver.pending_writes(t_ns) for t_ns in range(0, 1_000_000_000, 10_000_000))


@pytest.mark.parametrize("bytes_a_second", [3, 30, 900, 11_000])
@pytest.mark.parametrize("seed", range(3))
def test_noise_is_no_monitor(bytes_a_second, seed):
    chance = random.Random(seed)
    clock = ManualClock()
    line = Line(clock, KNOWN, noise=lambda s: chance.randbytes(int(bytes_a_second * s + chance.random())))
    finding, took_s = found(line, clock)
    assert (finding.best, finding.candidates) == (None, ())
    assert finding.sentence == (
        "Bytes arrive at /dev/ttyTEST0, but of no monitor that Nursestation knows: check the speed and the output format in "
        "the monitor's own menu."
    )
    assert took_s <= 60


@pytest.mark.parametrize("byte", [b"\x00", b"\xff", b"\x55", b"\xaa", b"\r", b"0"])
def test_one_byte_over_and_over_is_no_monitor(byte):
    clock = ManualClock()
    line = Line(clock, KNOWN, noise=lambda s: byte * int(960 * s))
    finding, _ = found(line, clock)
    assert (finding.best, finding.candidates) == (None, ())


def test_what_is_said_and_comes_straight_back_is_no_monitor():
    clock = ManualClock()
    line = Line(clock, KNOWN)
    n_returned = 0

    def echo(_):
        nonlocal n_returned
        fresh, n_returned = line.sent[n_returned:], len(line.sent)
        return b"".join(data for _, data in fresh)

    line.noise = echo
    finding, took_s = found(line, clock)
    assert (finding.best, finding.candidates) == (None, ())
    assert "came straight back" in finding.sentence
    assert took_s <= 60


# what may go wrong on the way


def entry(name, make=LineDriver, **changes):
    info = replace(LineDriver.info, **({"name": name, "models": (name,), "sends": ""} | changes))

    def made():
        driver = make()
        driver.info = info
        return driver

    return DriverEntry(info, made, lambda: None)


def saying(text):
    """Return noise that says a line of text ten times a second."""
    said_s = 0.0

    def noise(passed_s):
        nonlocal said_s
        said_s += passed_s
        n_lines, said_s = int(said_s * 10), said_s % 0.1
        return text * n_lines

    return noise


def some(*entries):
    return {entry.info.name: entry for entry in entries}


def test_what_cannot_be_told_apart_is_not_guessed():
    clock = ManualClock()
    line = Line(clock, KNOWN, noise=saying(b"ok\n"))
    finding, _ = found(line, clock, some(entry("left"), entry("right")))
    assert finding.best is None
    assert {candidate.driver for candidate in finding.candidates} == {"left", "right"}
    assert finding.sentence == (
        "The monitor on /dev/ttyTEST0 is one of these, which look alike on the line: "
        "Test left (driver left), Test right (driver right). Choose the one whose name is on the monitor."
    )


def test_who_has_a_check_is_believed():
    clock = ManualClock()
    line = Line(clock, KNOWN, noise=saying(b"ok\n"))
    finding, _ = found(line, clock, some(entry("loose"), entry("checked", check_bits=16)))
    assert finding.best is not None
    assert finding.best.driver == "checked"


def test_a_loose_fit_is_named_only_when_no_other_setting_makes_more_sense():
    clock = ManualClock()
    line = Line(clock, KNOWN, noise=saying(b"ok\n"))
    loose, checked = entry("loose", serial=(KNOWN,)), entry("checked", serial=(SerialSettings(4800),), check_bits=16)
    finding, _ = found(line, clock, some(loose, checked))
    assert line.opened_at[0] == KNOWN
    assert finding.best is not None
    assert (finding.best.driver, finding.best.settings) == ("checked", SerialSettings(4800))


def test_two_loose_fits_at_two_settings_are_both_named():
    clock = ManualClock()
    line = Line(clock, KNOWN, noise=saying(b"ok\n"))
    drivers = some(entry("left", serial=(KNOWN,)), entry("right", serial=(SerialSettings(4800),)))
    finding, _ = found(line, clock, drivers)
    assert finding.best is None
    assert {(c.driver, c.settings.baud) for c in finding.candidates} == {("left", 9600), ("right", 4800)}


class Faulty(LineDriver):
    def feed(self, data, now_ns):
        raise ZeroDivisionError


class FaultyGreeter(LineDriver):
    def pending_writes(self, now_ns):
        raise ZeroDivisionError


FAULT = "devices.evidence: driver faulty failed: ZeroDivisionError"


def test_a_driver_that_cannot_read_is_out_of_the_running(log_lines):
    clock = ManualClock()
    line = Line(clock, KNOWN, noise=saying(b"ok\n"))
    drivers = some(entry("faulty", Faulty, serial=(KNOWN,)), entry("sound", serial=(KNOWN,)))
    finding, _ = found(line, clock, drivers)
    assert finding.best is not None
    assert finding.best.driver == "sound"
    assert log_lines == [FAULT]


def test_a_driver_that_cannot_greet_is_out_of_the_running(log_lines):
    clock = ManualClock()
    drivers = some(entry("faulty", FaultyGreeter, sends="nothing whole", serial=(KNOWN,)))
    finding, _ = found(Line(clock, KNOWN), clock, drivers)
    assert finding.best is None
    assert log_lines == [FAULT]


def test_settings_that_the_adapter_cannot_do_are_passed_over():
    clock = ManualClock()
    line = Line(clock, KNOWN, noise=saying(b"ok\n"))
    fast, usual = LineDriver.info.serial[1], LineDriver.info.serial[0]
    line.refused = {usual}
    finding, _ = found(line, clock, some(entry("line")))
    assert finding.best is not None
    assert finding.best.settings == fast
    line.refused = {usual, fast}
    finding, _ = found(line, clock, some(entry("line")))
    assert finding.sentence.startswith("/dev/ttyTEST0 cannot be opened with")


@pytest.mark.parametrize(
    "refusal", [PortMissing("It is not there: plug it in."), PortBusy("It is in use: close that.")]
)
def test_a_port_that_cannot_be_had_is_told_at_once(refusal):
    clock = ManualClock()
    wire = Wire()
    wire.refusal = refusal
    finding, took_s = found(wire, clock)
    assert (finding.best, finding.candidates, finding.sentence) == (None, (), str(refusal))
    assert took_s == pytest.approx(STEP_S)


def test_a_cable_that_is_pulled_ends_the_search():
    clock = ManualClock()
    wire = Wire()
    detector = Detector(wire, some(entry("line")))
    detector.step(clock.advance(STEP_S))
    assert wire.is_open
    wire.unplug()
    detector.step(clock.advance(STEP_S))
    assert detector.finding is not None
    assert detector.finding.sentence == "It is unplugged: plug it in."
    assert not wire.is_open
    detector.step(clock.advance(STEP_S))


def test_a_cable_that_breaks_is_told_in_a_sentence():
    clock = ManualClock()
    wire = Wire()
    wire.cut = OSError(5, "Input/output error")
    finding, _ = found(wire, clock)
    assert finding.sentence == (
        "/dev/ttyTEST0 has stopped working: check that the cable and its adapter are plugged in."
    )


def test_what_was_understood_before_the_cable_was_pulled_counts():
    clock = ManualClock()
    wire = Wire()
    detector = Detector(wire, some(entry("line")))
    detector.step(clock.advance(STEP_S))
    for _ in range(15):
        wire.arrive(b"ok\n")
        detector.step(clock.advance(STEP_S))
    wire.unplug()
    detector.step(clock.advance(STEP_S))
    assert detector.finding is not None
    assert detector.finding.best is not None
    assert detector.finding.best.driver == "line"


def test_too_little_to_be_sure_is_called_so():
    clock = ManualClock()
    wire = Wire()
    detector = Detector(wire, some(entry("line", serial=(KNOWN,))))
    for number in range(2000):
        if number in (5, 20, 40, 60, 80, 100, 120, 140):
            wire.arrive(b"ok\n")
        detector.step(clock.advance(STEP_S))
    assert detector.finding is not None
    assert detector.finding.best is None
    assert [candidate.driver for candidate in detector.finding.candidates] == ["line"]
    assert "it may be Test line (driver line). Try again with a patient connected." in detector.finding.sentence


class Parting(LineDriver):
    def __init__(self):
        super().__init__(polls=True)
        self.farewell = b"bye"


def test_whoever_was_greeted_is_taken_leave_of_before_the_line_is_closed():
    clock = ManualClock()
    line = Line(clock, KNOWN)
    found(line, clock, some(entry("parting", Parting, sends="a question", serial=(KNOWN,))))
    said = b"".join(data for _, data in line.sent)
    assert said.startswith(b"??")
    assert said.endswith(b"?bye")


def test_a_search_that_is_given_up_takes_leave_too():
    clock = ManualClock()
    line = Line(clock, KNOWN)
    detector = Detector(line, some(entry("parting", Parting, sends="a question", serial=(KNOWN,))))
    detector.close(clock.now())
    detector = Detector(line, some(entry("parting", Parting, sends="a question", serial=(KNOWN,))))
    while not line.sent:
        detector.step(clock.advance(STEP_S))
    detector.close(clock.advance(STEP_S))
    detector.close(clock.advance(STEP_S))
    assert not line.is_open
    assert [data for _, data in line.sent] == [b"?", b"bye"]
    detector.step(clock.advance(STEP_S))
    assert detector.finding is None
    assert not line.is_open


def test_progress_goes_forward_and_says_what_is_tried():
    clock = ManualClock()
    chance = random.Random(4)
    line = Line(clock, KNOWN, noise=lambda s: chance.randbytes(1) if clock.now().mono_ns > 9e9 else b"")
    detector = Detector(line, all_drivers())
    texts, last = {detector.progress.text}, 0.0
    while detector.finding is None:
        detector.step(clock.advance(STEP_S))
        texts.add(detector.progress.text)
        assert last <= detector.progress.fraction <= 1
        last = detector.progress.fraction
    assert last == 1.0
    assert "Opening /dev/ttyTEST0." in texts
    assert "Listening at 115200 8N1." in texts
    assert "Asking for a DINAMAP PRO at 9600 8N1." in texts


def test_the_tap_is_given_all_that_is_heard():
    clock = ManualClock()
    kept = []
    line = Line(clock, KNOWN, noise=saying(b"ok\n"))
    found(line, clock, some(entry("line")), tap=lambda now, data: kept.append(data))
    assert b"".join(kept).count(b"ok\n") > 14


# lines without line settings


@pytest.mark.parametrize("name", all_drivers())
def test_on_a_pseudo_terminal_every_driver_listens_at_once(name, tmp_path):
    pytest.importorskip("tty")
    clock = ManualClock()
    wire, monitor, patient = PtyWire(tmp_path / "monitor"), all_drivers()[name].make_monitor(), ScriptedPatient()
    detector = Detector(SerialOpener(PortIdentity(wire.address), lambda: ()), all_drivers())
    while detector.finding is None:
        now = clock.advance(STEP_S)
        detector.step(now)
        monitor.receive(wire.read(), now.mono_ns)
        wire.write(monitor.transmit(patient, now.mono_ns))
        assert now.mono_ns < 60e9
    wire.close()
    assert detector.finding.best is not None, detector.finding.sentence
    assert detector.finding.best.driver == name
    assert f"(driver {name})" in detector.finding.sentence
    assert detector.settings is None
