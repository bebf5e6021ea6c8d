"""doctor: the adapters that are plugged in, what is known of them, and which two cannot be told apart."""

from devices.addresses import PortFacts
from devices.errors import LinkError
from nursestation.commandline.doctor import Verdict, check_ports
from nursestation.config.schema import ChairSettings, MonitorSettings, StationSettings

NONE = StationSettings()


def texts(findings, verdict):
    return [finding.text for finding in findings if finding.verdict is verdict]


def port(tmp_path, name, **facts):
    path = tmp_path / name
    path.touch()
    return PortFacts(str(path), **facts)


def test_what_is_known_of_an_adapter_is_told(tmp_path):
    ports = (
        port(
            tmp_path, "a", description="USB-RS232", vid=0x0403, pid=0x6001, serial_number="A50285BI", location="1-1.2"
        ),
        port(tmp_path, "b", description="USB Serial", vid=0x1A86, pid=0x7523, location="1-3"),
        port(tmp_path, "c"),
    )
    assert texts(check_ports(NONE, lambda: ports), Verdict.OK) == [
        f"{ports[0].path}: USB-RS232, chip FTDI, serial number A50285BI, behind USB hub 1-1",
        f"{ports[1].path}: USB Serial, chip CH340, no serial number: keep it in its USB socket",
        f"{ports[2].path}: serial port",
    ]


def test_two_adapters_that_say_the_same_are_looked_at(tmp_path):
    twins = tuple(
        port(tmp_path, name, vid=0x10C4, pid=0xEA60, serial_number="0001", location=f"1-{name}") for name in "12"
    )
    warned = texts(check_ports(NONE, lambda: twins), Verdict.WARNING)
    assert len(warned) == 2
    assert f"{twins[0].path} and {twins[1].path} say the same of themselves." in warned[0]
    assert "Keep each adapter in its own USB socket" in warned[0]


def test_a_chairs_port_that_is_not_there_is_named(tmp_path):
    chair = ChairSettings(number=4, monitor=(MonitorSettings(driver="ge_dinamap", port=str(tmp_path / "none")),))
    warned = texts(check_ports(StationSettings(chair=(chair,)), lambda: ()), Verdict.WARNING)
    assert "No serial port was found" in warned[0]
    assert f"Chair 4: {tmp_path / 'none'} (ge_dinamap) is not there: plug it in." in warned


def test_ports_that_cannot_be_listed_just_now_are_no_failure():
    def unlisted():
        raise LinkError("The serial ports cannot be listed just now: try again in a moment.")

    (finding,) = check_ports(NONE, unlisted)
    assert (finding.verdict, finding.text[:16]) == (Verdict.WARNING, "The serial ports")
