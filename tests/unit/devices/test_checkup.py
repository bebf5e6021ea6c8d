import random
from dataclasses import replace

import pytest

from devices.addresses import PortFacts, PortIdentity
from devices.checkup import Advice, Severity, adapter_advice, chip_name, examine, hub_of
from devices.clock import ManualClock
from devices.driver import SerialSettings
from devices.errors import LinkError, PortBusy, PortMissing
from devices.events import DriverEvent, FrameRejected, LinkPhase, RejectReason
from devices.history import Minute, PortReport
from devices.port import Port
from tests.helpers.wire import SETTINGS, LineDriver, Wire

FTDI = PortFacts("/dev/ttyUSB0", vid=0x0403, pid=0x6001, serial_number="A50285BI", location="1-2")


class Bedside:
    """A port that lives through things, and what the doctor says of it."""

    def __init__(self, driver=None, present=(), **options):
        self.clock = ManualClock()
        self.wire = Wire()
        self.present = present
        self.identity = PortIdentity("/dev/ttyTEST0")
        self.port = Port("2:line_driver", driver or LineDriver(polls=True), self.wire, **options)
        self.port.poll(self.clock.now())

    def hear(self, data, after_s=1.0):
        self.wire.arrive(data)
        self.port.poll(self.clock.advance(after_s))
        return self

    def wait(self, seconds):
        for _ in range(round(seconds)):
            self.hear(b"")
        return self

    def lose(self, for_s=2.0):
        self.wire.unplug()
        self.port.poll(self.clock.advance(0.1))
        self.wire.plug_in()
        self.hear(b"", for_s)
        return self

    def advice(self):
        report = replaced(self.port.report(self.clock.now()), identity=self.identity)
        return examine(report, self.present, self.clock.now())

    def titles(self, *severities):
        return [advice.title for advice in self.advice() if advice.severity in (severities or tuple(Severity))]

    def the(self, title):
        (found,) = [advice for advice in self.advice() if advice.title == title]
        return found


def on_usb(bedside, facts=FTDI, *others):
    """Examine the bedside's port as if it were on this adapter."""
    report = bedside.port.report(bedside.clock.now())
    now = bedside.clock.now()
    return examine(replaced(report, identity=facts.identity, address=facts.path), (facts, *others), now)


def replaced(report, **changes):
    names = PortReport.__dataclass_fields__
    return PortReport(**{name: getattr(report, name) for name in names} | changes)


def test_a_good_link_is_called_good():
    bedside = Bedside()
    for _ in range(100):
        bedside.hear(b"ok\n")
    (advice,) = bedside.advice()
    assert advice == Advice(
        Severity.GOOD, "The link works", "300 bytes and 100 readings came in the last 2 minutes."
    )  # fmt: skip


def test_a_link_that_has_just_begun_is_not_judged():
    assert Bedside().titles() == ["Nothing to say yet"]


# -- the port


def test_a_port_in_use_is_a_fault_with_who_may_have_it():
    bedside = Bedside()
    bedside.wire.unplug()
    bedside.wire.refusal = PortBusy("It is in use: close the other program.")
    bedside.wait(2)
    advice = bedside.the("The port is in use")
    assert advice.severity is Severity.FAULT
    assert advice.try_this[0] == "Close the other program."


def test_a_missing_adapter_is_a_fault_and_the_ports_that_are_there_are_named():
    bedside = Bedside()
    bedside.wire.unplug()
    bedside.wait(2)
    report = replaced(bedside.port.report(bedside.clock.now()), identity=PortIdentity("/dev/ttyTEST0"))
    there = (PortFacts("/dev/ttyUSB7"),)
    advice = examine(report, there, bedside.clock.now())[0]
    assert (advice.severity, advice.title) == (Severity.FAULT, "The adapter is not there")
    assert "Plugged in now: /dev/ttyUSB7." in advice.text
    assert "No other serial port is plugged in." in examine(report, (), bedside.clock.now())[0].text


def test_an_adapter_that_cannot_be_told_from_another_is_named_as_such():
    bedside = Bedside()
    bedside.wire.unplug()
    bedside.wait(2)
    lost = PortIdentity("/dev/ttyUSB0", None, "1-1", 0x1A86, 0x7523)
    twins = [PortFacts(f"/dev/ttyUSB{n}", vid=0x1A86, pid=0x7523, location=f"1-{n}") for n in (3, 4)]
    report = replaced(bedside.port.report(bedside.clock.now()), identity=lost)
    advice = examine(report, twins, bedside.clock.now())[0]
    assert (advice.severity, advice.title) == (Severity.FAULT, "The adapter cannot be told from another")


def test_a_simulated_monitor_that_is_not_started_is_nobody():
    bedside = Bedside()
    bedside.wire.cut = bedside.wire.refusal = PortMissing("Nobody answers at tcp://127.0.0.1:9: start it.")
    bedside.identity = None
    bedside.wait(2)
    advice = bedside.the("Nobody is there")
    assert advice.text == "Nobody answers at tcp://127.0.0.1:9: start it."


def test_a_port_that_is_not_allowed_says_what_the_system_says():
    bedside = Bedside()
    bedside.wire.unplug()
    bedside.wire.refusal = LinkError("You may not use it: ask the administrator.")
    bedside.wait(3)
    assert bedside.the("The port cannot be used").text == "You may not use it: ask the administrator."


def test_a_port_that_was_closed_by_us_is_no_fault():
    bedside = Bedside().hear(b"ok\n").lose().hear(b"ok\n")
    bedside.port.close(bedside.clock.now())
    assert bedside.titles(Severity.FAULT) == []


# -- the line


def test_nothing_at_all_names_power_settings_and_the_kind_of_cable():
    advice = Bedside().wait(8).the("Nothing arrives")
    assert advice.severity is Severity.FAULT
    assert "It was asked and has not answered." in advice.text
    assert any("9600 8N1" in line for line in advice.try_this)
    assert any("null modem" in line for line in advice.try_this)


def test_nothing_at_all_with_handshake_names_the_missing_wires():
    bedside = Bedside(settings=SerialSettings(19200, rtscts=True))
    assert any("RTS and CTS" in line for line in bedside.wait(8).the("Nothing arrives").try_this)


def test_a_monitor_on_the_network_has_no_serial_plugs():
    never, babbling, gone, noisy = Bedside().wait(8), Bedside(), Bedside().hear(b"ok\n").wait(30), Bedside()
    for n in range(100):
        babbling.hear(b"xyz\n")
        noisy.hear(b"hurt\n" if n % 4 == 0 else b"ok\n")
    for bedside in (never, babbling, gone, noisy):
        bedside.identity = None
        said = " ".join(" ".join((advice.text, *advice.try_this)) for advice in bedside.advice())
        assert not [word for word in ("serial", "9600", "ground", "screws", "RS-232", "power cords") if word in said]
    assert "firewall" in never.the("Nothing arrives").try_this[-1]
    assert "network plugs" in gone.the("The monitor has fallen quiet").try_this[-1]


def test_a_monitor_that_may_not_be_asked_comes_before_the_cable():
    bedside = Bedside(receive_only=True).wait(8)
    assert bedside.titles(Severity.FAULT) == ["The monitor is not asked", "Nothing arrives"]


def test_bytes_without_sense_name_type_speed_and_parity():
    bedside = Bedside()
    for _ in range(8):
        bedside.hear(b"xyz\n")
    advice = bedside.the("Bytes arrive and make no sense")
    assert advice.severity is Severity.FAULT
    assert "Is the monitor really a Line?" in advice.try_this[0]
    assert "parity" in advice.try_this[1]
    assert "19200 8N1" in advice.try_this[2]
    assert bedside.titles(Severity.FAULT) == ["Bytes arrive and make no sense"]


def test_a_protocol_with_one_line_setting_has_no_others_to_try():
    bedside = Bedside()
    for _ in range(8):
        bedside.hear(b"xyz\n")
    info = replace(LineDriver.info, serial=(SETTINGS,))
    report = replaced(bedside.port.report(bedside.clock.now()), driver=info, identity=bedside.identity)
    tries = examine(report, (), bedside.clock.now())[0].try_this
    assert len(tries) == 3
    assert not [line for line in tries if "may also be set" in line]


def test_a_monitor_that_has_fallen_quiet_is_told_from_one_that_never_spoke():
    bedside = Bedside().hear(b"ok\n").wait(30)
    advice = bedside.the("The monitor has fallen quiet")
    assert advice.severity is Severity.FAULT
    assert advice.text == "The last byte came 30 s ago; before that the line worked."
    assert "Nothing arrives" not in bedside.titles()


def test_a_few_bytes_and_then_nothing_was_never_a_working_line():
    assert "A few bytes came" in Bedside().hear(b"??").wait(30).the("The monitor has fallen quiet").text


def test_pauses_that_come_back_are_trouble():
    bedside = Bedside()
    for _ in range(3):
        bedside.hear(b"ok\n").wait(8)
    bedside.hear(b"ok\n")
    advice = bedside.the("The monitor falls quiet at times")
    assert (advice.severity, "3 times" in advice.text) == (Severity.TROUBLE, True)


# -- damage


def test_one_torn_frame_at_the_opening_is_no_damage():
    bedside = Bedside().hear(b"torn\n")
    for _ in range(100):
        bedside.hear(b"ok\n")
    assert bedside.titles() == ["The link works"]


def test_a_few_damaged_frames_are_worth_a_note():
    bedside = Bedside()
    for n in range(300):
        bedside.hear(b"hurt\n" if n % 100 == 50 else b"ok\n")
    advice = bedside.the("A few bytes arrive damaged")
    assert advice.severity is Severity.NOTE
    assert advice.text.startswith("2 messages in the last 6 minutes could not be used, about 0.33 a minute.")
    assert bedside.titles()[-1] == "The link works"


def test_many_damaged_frames_are_trouble_with_cable_and_ground():
    bedside = Bedside()
    for n in range(300):
        bedside.hear(b"hurt\n" if n % 4 == 0 else b"ok\n")
    advice = bedside.the("Many bytes arrive damaged")
    assert advice.severity is Severity.TROUBLE
    assert any("ground" in line for line in advice.try_this)
    assert "The link works" not in bedside.titles()


def test_whole_messages_that_are_not_known_are_no_fault_of_the_cable():
    def foreign(now_ns: int) -> tuple[DriverEvent, ...]:
        reason = RejectReason.UNKNOWN
        return (FrameRejected(t_ns=now_ns, reason=reason, offset=0, length=3, raw=b"abc"),)

    bedside = Bedside(LineDriver(on_tick=foreign))
    for _ in range(20):
        bedside.hear(b"ok\n")
    assert bedside.titles() == ["The monitor says things that are not known here", "The link works"]


def test_numerics_without_a_name_are_named():
    bedside = Bedside().hear(b"ok\n")
    report = replaced(bedside.port.report(bedside.clock.now()), unknown={f"N{n}": 1 for n in range(7)})
    advice = [a for a in examine(report, (), bedside.clock.now()) if "not shown" in a.title]
    assert advice[0].text == "They have no name here: N0, N1, N2, N3, N4 and 2 more."


# -- losses


def test_losses_in_a_rhythm_point_to_power():
    bedside = Bedside()
    for _ in range(5):
        bedside.hear(b"ok\n").wait(28).lose()
    bedside.hear(b"ok\n")
    advice = bedside.the("The adapter drops out in a rhythm")
    assert advice.severity is Severity.TROUBLE
    assert "5 times in the last 10 minutes, about every 31 s" in advice.text
    assert "power saving" in advice.try_this[0]


def test_losses_at_no_regular_times_point_to_a_plug():
    bedside = Bedside()
    for pause_s in (3, 60, 9, 120, 30):
        bedside.hear(b"ok\n").wait(pause_s).lose()
    bedside.hear(b"ok\n")
    assert "a loose plug is likeliest" in bedside.the("The adapter drops out").text


def test_one_loss_is_a_note_and_an_old_one_is_forgotten():
    bedside = Bedside().hear(b"ok\n").lose().hear(b"ok\n")
    assert bedside.the("The adapter was lost once").severity is Severity.NOTE
    for _ in range(700):
        bedside.hear(b"ok\n")
    assert bedside.titles() == ["The link works"]


def test_losses_behind_a_hub_name_the_hub_and_who_shares_it():
    bedside = Bedside()
    for _ in range(5):
        bedside.hear(b"ok\n").wait(28).lose()
    bedside.hear(b"ok\n")
    mine = PortFacts("/dev/ttyUSB0", vid=0x0403, pid=0x6001, serial_number="A", location="1-1.2")
    theirs = PortFacts("/dev/ttyUSB1", vid=0x0403, pid=0x6001, serial_number="B", location="1-1.3")
    elsewhere = PortFacts("/dev/ttyUSB2", vid=0x0403, pid=0x6001, serial_number="C", location="1-2.3")
    text = next(a.text for a in on_usb(bedside, mine, theirs, elsewhere) if "rhythm" in a.title)
    assert "behind a USB hub (1-1), together with /dev/ttyUSB1." in text
    assert "hub" not in next(a.text for a in on_usb(bedside, FTDI) if "rhythm" in a.title).partition("too little.")[2]


def test_a_line_that_takes_no_bytes_is_flow_control():
    bedside = Bedside(settings=SerialSettings(19200, rtscts=True)).hear(b"ok\n")
    bedside.wire.jam = LinkError("It takes no more bytes.")
    bedside.hear(b"")
    bedside.wire.jam = None
    bedside.hear(b"ok\n").hear(b"ok\n")
    advice = bedside.the("The line takes no bytes")
    assert (advice.severity, "RTS and CTS" in advice.try_this[0]) == (Severity.TROUBLE, True)


def test_a_fault_of_the_program_asks_for_a_report(log_lines):
    bedside = Bedside().hear(b"ok\n").hear(b"boom\n").hear(b"").hear(b"ok\n")
    advice = bedside.the("Nursestation has failed to read this monitor")
    assert "nursestation wirelog 2:line_driver --out FILE" in advice.try_this[0]
    assert log_lines


# -- the adapter


@pytest.mark.parametrize(
    ("location", "hub"),
    [("1-1.2", "1-1"), ("1-1.2:1.0", "1-1"), ("1-1.4.2:1.1", "1-1.4"), ("1-2", None), ("1-2:1.0", None), (None, None)],
)
def test_the_hub_stands_before_the_last_dot(location, hub):
    assert hub_of(location) == hub


@pytest.mark.parametrize(
    ("vid", "name"), [(0x0403, "FTDI"), (0x067B, "Prolific"), (0x1A86, "CH340"), (0x10C4, "CP210x"), (0x9999, None)]
)
def test_known_chips_are_named(vid, name):
    facts = PortFacts("/dev/ttyUSB0", vid=vid, serial_number="A")
    assert chip_name(facts) == name
    assert [a.title for a in adapter_advice(facts, (facts,))] == ([f"Adapter chip: {name}"] if name else [])


def test_an_adapter_without_a_serial_number_stays_in_its_socket():
    facts = PortFacts("/dev/ttyUSB0", vid=0x9999, location="1-1")
    (advice,) = adapter_advice(facts, (facts,))
    assert (advice.severity, advice.title) == (Severity.NOTE, "The adapter has no serial number")


@pytest.mark.parametrize("serial", [None, "0001"])
def test_two_adapters_that_say_the_same_are_trouble(serial):
    mine, other = (
        PortFacts(f"/dev/ttyUSB{n}", vid=0x9999, pid=1, serial_number=serial, location=f"1-{n}") for n in (1, 2)
    )
    (advice,) = adapter_advice(mine, (mine, other))
    assert (advice.severity, advice.title) == (Severity.TROUBLE, "Two adapters cannot be told apart")
    assert "/dev/ttyUSB2" in advice.text


def test_the_ports_of_one_adapter_are_told_apart_by_their_place_on_it():
    mine, other = (
        PortFacts(f"/dev/ttyUSB{n}", vid=0x9999, pid=1, serial_number="F", location=f"1-1:1.{n}") for n in (1, 2)
    )
    assert adapter_advice(mine, (mine, other)) == ()


def test_a_port_that_is_no_usb_adapter_needs_no_advice():
    facts = PortFacts("/dev/ttyS0")
    assert adapter_advice(facts, (facts, PortFacts("/dev/ttyS1"))) == ()


def test_three_on_one_hub_are_worth_knowing():
    bedside = Bedside().hear(b"ok\n")
    ports = [
        PortFacts(f"/dev/ttyUSB{n}", vid=0x9999, pid=n, serial_number=f"{n}", location=f"1-1.{n}") for n in (1, 2, 3)
    ]
    advice = next(a for a in on_usb(bedside, *ports) if "one USB hub" in a.title)
    assert "shares the hub 1-1 with /dev/ttyUSB2, /dev/ttyUSB3" in advice.text
    assert not [a for a in on_usb(bedside, *ports[:2]) if "one USB hub" in a.title]


# -- all of it


def test_the_gravest_comes_first():
    bedside = Bedside()
    for _ in range(5):
        bedside.hear(b"ok\n").wait(28).lose()
    bedside.hear(b"ok\n").wait(20)
    ranks = [advice.severity.rank for advice in on_usb(bedside)]
    assert ranks == sorted(ranks)
    assert (ranks[0], ranks[-1]) == (0, 2)


def test_every_story_has_an_answer_in_whole_sentences(log_lines):
    chance = random.Random(4)
    bedside = Bedside()
    seen = set()
    for _ in range(3000):
        match chance.randrange(12):
            case 0:
                bedside.lose(chance.choice([2, 20]))
            case 1:
                bedside.wire.unplug()
            case 2:
                bedside.wire.plug_in()
            case 3:
                bedside.hear(b"boom\n")
            case 4:
                bedside.wait(chance.randrange(12))
            case 5:
                bedside.hear(b"xyz\n" * 3)
            case 6:
                bedside.wire.jam = LinkError("It takes no more bytes.")
            case 7:
                bedside.wire.jam = None
            case _:
                bedside.hear(b"ok\n", chance.choice([0.1, 1, 30]))
        for advice in on_usb(bedside) if chance.random() < 0.5 else bedside.advice():
            seen.add(advice.title)
            for sentence in (advice.text, *advice.try_this):
                assert sentence[-1] in ".?`"
                assert "None" not in sentence
                assert "  " not in sentence
    assert len(seen) > 12
    assert log_lines


def test_a_report_of_a_port_that_was_never_looked_at_is_not_judged():
    report = PortReport(
        at=ManualClock().now(), id="1:line", title="", address="x", identity=None, driver=LineDriver.info,
        settings=SETTINGS, phase=LinkPhase.DISCONNECTED, minutes=(Minute(),),
    )  # fmt: skip
    assert [advice.title for advice in examine(report, (), report.at)] == ["Nothing to say yet"]
