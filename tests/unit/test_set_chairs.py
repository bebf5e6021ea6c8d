"""The station's chairs changed while it runs: ports, station and refusals, without threads."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from devices.clock import ManualClock
from devices.errors import LinkError, PortBusy
from devices.port import Port
from nursestation.assembly import Bedside, RunningStation, SetupRefused
from nursestation.config.schema import ChairSettings, MonitorSettings, StationSettings
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.model import Role
from nursestation.core.records import CuffStarted, CuffStopped, MonitorBound, MonitorUnbound
from nursestation.core.snapshot import LinkView
from nursestation.paths import Profile
from nursestation.store.reader import StoreReader
from tests.helpers.visit import NURSE, NURSE_PIN, START, PlainPins
from tests.helpers.wire import LineDriver, Wire

BERRY, DINAMAP, CAPNO = "berry_pm6750", "ge_dinamap", "capnostream20"


def at_port(driver: str, number: int, **more: object) -> MonitorSettings:
    return MonitorSettings(driver=driver, port=f"/dev/ttyNOTHERE{number}", **more)  # type: ignore[arg-type]


def chair(number: int, *monitors: MonitorSettings) -> ChairSettings:
    return ChairSettings(number=number, monitor=monitors)


def of(running: RunningStation, kind: type) -> list[r.Record]:
    return [one for one in running.outbox.drain(1_000_000) if isinstance(one, kind)]


def links(running: RunningStation) -> dict[str, LinkView]:
    running.engine.step(0)
    snapshot = running.outbox.latest
    assert snapshot is not None
    return {link.monitor: link for one in snapshot.chairs for link in one.links}


def ids(running: RunningStation) -> list[str]:
    return sorted(port.id for port in running.reader.ports)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningStation]:
    """Return a station with one monitor, which is not there, and a lead nurse signed in; nothing has a thread."""
    settings = StationSettings(chair=(chair(2, at_port(BERRY, 0)),))
    bedside = Bedside(chairs=(chair(9, MonitorSettings(driver=BERRY, port="tcp://127.0.0.1:9")),), heed=lambda _: None)
    made = RunningStation(Profile(tmp_path), settings, ManualClock(START), PlainPins(), bedside)
    made.inbox.post(c.CreateFirstOperator(name="R. Alvarez RN", role=Role.LEAD_NURSE, pin=NURSE_PIN))
    made.engine.step(0)
    yield made
    made.stop()


def test_a_monitor_is_added_with_its_port(running):
    berry = next(port for port in running.reader.ports if port.id == f"2:{BERRY}")
    running.set_chairs((chair(2, at_port(BERRY, 0), at_port(CAPNO, 1)), chair(3, at_port(DINAMAP, 2))), NURSE)
    assert ids(running) == [f"2:{BERRY}", f"2:{CAPNO}", f"3:{DINAMAP}", f"9:{BERRY}"]
    assert berry in running.reader.ports, "the port of the other monitor is the same one"
    assert sorted(links(running)) == ids(running)
    assert [(one.chair, one.monitor, one.operator) for one in of(running, MonitorBound)] == [
        (2, f"2:{CAPNO}", NURSE), (3, f"3:{DINAMAP}", NURSE),
    ]  # fmt: skip
    assert running.chairs[1].number == 3


def test_a_monitor_on_another_port_gets_a_port_of_its_own(running):
    before = next(port for port in running.reader.ports if port.id == f"2:{BERRY}")
    running.set_chairs((chair(2, at_port(BERRY, 7, usb_serial="A5")),), NURSE)
    after = next(port for port in running.reader.ports if port.id == f"2:{BERRY}")
    assert after is not before
    assert links(running)[f"2:{BERRY}"].adapter == "serial number A5"
    assert links(running)[f"2:{BERRY}"].port == "/dev/ttyNOTHERE7"


def test_another_line_setting_alone_opens_the_port_anew_and_leaves_the_monitor(running):
    before = next(port for port in running.reader.ports if port.id == f"2:{BERRY}")
    of(running, r.BULK)
    running.set_chairs((chair(2, at_port(BERRY, 0, baud=9600)),), NURSE)
    assert next(port for port in running.reader.ports if port.id == f"2:{BERRY}") is not before
    assert not of(running, MonitorUnbound)


def test_another_line_setting_is_noted_for_who_changed_it_and_not_again_at_the_next_start(running, tmp_path):
    slower = (chair(2, at_port(BERRY, 0, baud=9600)),)
    running.set_chairs(slower, NURSE)
    running.stop()
    RunningStation(Profile(tmp_path), StationSettings(chair=slower), ManualClock(START), PlainPins()).stop()
    with StoreReader.open(Profile(tmp_path).record) as reader:
        (changed,) = reader.of_kinds([r.SettingChanged])
    assert (changed.operator, changed.after, changed.file) == (NURSE, "9600", "")


def test_a_monitor_is_taken_away(running):
    running.set_chairs((chair(2),), NURSE)
    assert ids(running) == [f"9:{BERRY}"]
    assert [one.monitor for one in of(running, MonitorUnbound)] == [f"2:{BERRY}"]


def test_two_monitors_change_places(running):
    running.set_chairs((chair(2, at_port(BERRY, 0)), chair(3, at_port(BERRY, 1))), NURSE)
    running.set_chairs((chair(2, at_port(BERRY, 1)), chair(3, at_port(BERRY, 0))), NURSE)
    places = {name: link.port for name, link in links(running).items()}
    assert (places[f"2:{BERRY}"], places[f"3:{BERRY}"]) == ("/dev/ttyNOTHERE1", "/dev/ttyNOTHERE0")


def unchanged(running: RunningStation) -> bool:
    return ids(running) == [f"2:{BERRY}", f"9:{BERRY}"] and sorted(links(running)) == ids(running)


def test_a_port_that_another_chair_has_says_which(running):
    with pytest.raises(PortBusy, match=r"already used by Chair 2, .*choose another port for Chair 3"):
        running.set_chairs((chair(2, at_port(BERRY, 0)), chair(3, at_port(DINAMAP, 0))), NURSE)
    assert unchanged(running)


@pytest.mark.parametrize(
    ("chairs", "error", "words"),
    [
        ((chair(2, MonitorSettings(driver="nothing", port="/dev/ttyS0")),), SetupRefused, "Chair 2: .*nothing"),
        ((chair(2, MonitorSettings(driver=BERRY, port="tcp://10.0.0.1:5")),), LinkError, "not on this computer"),
        ((chair(2), chair(2)), SetupRefused, "a chair 2 already"),
        ((chair(9),), SetupRefused, "a chair 9 already"),
    ],
    ids=["driver", "address", "doubled", "as a simulated one"],
)
def test_what_cannot_be_is_refused_in_a_sentence(running, chairs, error, words):
    with pytest.raises(error, match=words):
        running.set_chairs(chairs, NURSE)
    assert unchanged(running)


def test_who_may_not_set_up_changes_nothing(running):
    running.inbox.post(c.SignOut())
    running.engine.step(0)
    with pytest.raises(SetupRefused, match="sign in first"):
        running.set_chairs((chair(2, at_port(CAPNO, 1)),), NURSE)
    assert unchanged(running)
    assert running.chairs[0].monitor[0].driver == BERRY
    running.reader.poll_once()
    assert "NOTHERE0" in links(running)[f"2:{BERRY}"].reason, "its port is read again"


class CuffDriver(LineDriver):
    """A driver that can start a cuff."""

    info = replace(LineDriver.info, starts_cuff=True)

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def start_cuff(self, now_ns: int) -> None:
        self.asked.append("start")

    def stop_cuff(self, now_ns: int) -> None:
        self.asked.append("stop")


def test_a_cuff_that_a_person_starts_is_started_on_that_monitor_and_on_no_other(running):
    drivers = {f"{number}:line": CuffDriver() for number in (7, 8)}
    for name, driver in drivers.items():
        running.reader.add(Port(name, driver, Wire(f"/dev/{name}"), may_start_cuff=True))
    running.reader.poll_once()
    at = START
    running.engine.hand_on([CuffStarted(at=at, chair=7, operator=NURSE, monitor="7:line")])
    running.reader.poll_once()
    running.engine.hand_on([CuffStopped(at=at, chair=7, operator=NURSE, monitor="7:line")])
    running.reader.poll_once()
    assert [driver.asked for driver in drivers.values()] == [["start", "stop"], []]


def test_what_was_started_before_a_restart_is_not_started_again(running):
    driver = CuffDriver()
    running.reader.add(Port("7:line", driver, Wire("/dev/7"), may_start_cuff=True))
    running.reader.poll_once()
    running.engine.publish_past([CuffStarted(at=START, chair=7, operator=NURSE, monitor="7:line")])
    running.reader.poll_once()
    assert driver.asked == []
