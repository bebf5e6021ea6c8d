"""Monitors are added, changed and taken away in a station that runs in all its threads, and the other chairs go on."""

from pathlib import Path

from nursestation.config.schema import ChairSettings, MonitorSettings
from nursestation.core import commands as c
from nursestation.core import records as r
from tests.e2e.live_station import Bed, LiveClinic, until
from tests.helpers.bedside import ScriptedPatient
from tests.helpers.visit import NURSE


def chairs(clinic: LiveClinic, *beds: Bed) -> tuple[ChairSettings, ...]:
    return tuple(
        ChairSettings(number=bed.chair, monitor=(MonitorSettings(driver=bed.driver, port=str(bed.link)),))
        for bed in beds
    )


def test_a_chair_is_added_beside_a_running_visit_and_taken_away_again(tmp_path: Path) -> None:
    first = Bed(2, "berry_pm6750", tmp_path / "a").plug_in()
    with LiveClinic(tmp_path / "profile", [first]) as clinic:
        clinic.connect()
        clinic.staff()
        clinic.check_in()
        clinic.run(3)
        port = clinic.port(first)
        second = Bed(3, "capnostream20", tmp_path / "b").plug_in()
        clinic.beds[3] = second
        clinic.running.set_chairs(chairs(clinic, first, second), NURSE)
        clinic.sync()
        clinic.connect()
        assert clinic.port(first) is port
        assert clinic.link(3).phase == "connected"
        until(lambda: clinic.run(1) or clinic.value(3, "etco2"), "the new monitor's numbers are shown")
        assert clinic.value(2, "spo2") is not None
        assert not [one for one in clinic.of(r.LinkChanged) if one.chair == 2 and one.phase != "connected"][1:]
        del clinic.beds[3]
        clinic.running.set_chairs(chairs(clinic, first), NURSE)
        second.pull()
        clinic.run(2)
        assert [one.number for one in clinic.snapshot.chairs] == [2]
        assert clinic.value(2, "spo2") is not None
        bound = [(type(one).__name__, one.chair, one.operator) for one in clinic.records
                 if isinstance(one, r.MonitorBound | r.MonitorUnbound)]  # fmt: skip
        assert bound == [("MonitorBound", 3, NURSE), ("MonitorUnbound", 3, NURSE)]


def test_two_monitors_that_change_chairs_never_chart_into_the_other_ones(tmp_path: Path) -> None:
    beds = [Bed(number, "berry_pm6750", tmp_path / str(number)).plug_in() for number in (2, 3)]
    with LiveClinic(tmp_path / "profile", beds) as clinic:
        clinic.connect()
        clinic.staff()
        before = {number: clinic.port(bed) for number, bed in clinic.beds.items()}
        beds[0].link, beds[1].link = beds[1].link, beds[0].link
        clinic.running.set_chairs(chairs(clinic, *beds), NURSE)
        clinic.sync()
        for number in (2, 3):
            assert clinic.port(clinic.beds[number]) is not before[number]
            assert clinic.value(number, "spo2") is None, "nothing of the monitor that was here is shown"
        ports = {number: clinic.link(number).port for number in (2, 3)}
        assert ports == {2: str(tmp_path / "3"), 3: str(tmp_path / "2")}


class Arm(ScriptedPatient):
    """A patient whose cuff can be started; remembers when it was."""

    def __init__(self) -> None:
        super().__init__()
        self.started_ns: list[int] = []

    def start_cuff(self, t_ns: int) -> None:
        self.started_ns.append(t_ns)

    def stop_cuff(self, t_ns: int) -> None:
        raise AssertionError("nobody stops it here")


def test_a_cuff_is_started_over_the_wire_where_the_settings_allow_it(tmp_path: Path) -> None:
    bed = Bed(2, "suntech", tmp_path / "a").plug_in()
    arm = bed.patient = Arm()
    with LiveClinic(tmp_path / "profile", [bed]) as clinic:
        until(lambda: clinic.run(1) or clinic.link(2).phase == "connected", "the module answers")
        clinic.staff()
        clinic.check_in()
        assert "press START on the monitor" in clinic.refused(c.StartCuff(chair=2))
        monitor = MonitorSettings(driver="suntech", port=str(bed.link), may_start_cuff=True)
        clinic.running.set_chairs((ChairSettings(number=2, monitor=(monitor,)),), NURSE)
        bed.n_sent = 0  # the port is a new one
        clinic.sync()
        until(lambda: clinic.run(1) or clinic.link(2).phase == "connected", "the module answers")
        clinic.do(c.RequestCuff(chair=2))
        clinic.run(5)
        assert arm.started_ns == [], "a request is no start"
        clinic.do(c.StartCuff(chair=2))
        until(lambda: clinic.run(1) or arm.started_ns, "the module starts the cuff")
        clinic.run(5)
        assert len(arm.started_ns) == 1
        assert [one.operator for one in clinic.of(r.CuffStarted)] == [NURSE]
