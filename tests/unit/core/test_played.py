"""What a monitor plays in a test or a demonstration is no value of the patient, anywhere."""

import pytest

from devices.events import AlarmKind, Mode, Numeric, Priority, WaveformChunk
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.model import GateState
from nursestation.core.station import ChairSetup, Station
from tests.helpers.visit import Clinic, PlainPins, binding, load_protocol, make_clinic

PLAYED = pytest.mark.parametrize("mode", [Mode.TEST, Mode.DEMO])


def play(clinic: Clinic, seconds: int, mode: Mode, **values: float) -> None:
    """Let the monitor play numbers for a while."""
    for _ in range(seconds):
        clinic.clock.advance(1)
        for metric, value in values.items():
            clinic.numeric(metric, value, mode=mode)
        clinic.tick()


def cuff(clinic: Clinic, mode: Mode, sys: int, dia: int) -> None:
    at = clinic.clock.now().mono_ns
    for metric, value in (("nibp_sys", sys), ("nibp_dia", dia), ("nibp_mean", dia + 10)):
        clinic.event(Numeric(t_ns=at, metric=metric, value=float(value), measured_ns=at, cycle=50 + sys, mode=mode))
    clinic.tick()


def rules(clinic: Clinic) -> list[str]:
    return [one.rule for one in clinic.view.conditions]


@pytest.fixture
def clinic() -> Clinic:
    made = make_clinic()
    made.start()
    made.run(5)
    return made


@PLAYED
def test_one_condition_a_monitor_says_so_while_it_lasts(clinic, mode):
    play(clinic, 30, mode, spo2=97.0, heart_rate=70.0, pulse_rate=70.0, resp_rate=14.0)
    (found,) = clinic.view.conditions
    assert (found.rule, found.kind, found.priority) == ("monitor.demo", AlarmKind.TECHNICAL, Priority.MEDIUM)
    assert found.text.startswith(f"{mode.upper()}: Berry PM6750 on ttyUSB0")
    clinic.run(15)
    assert rules(clinic) == []


@PLAYED
def test_no_limit_judges_it(clinic, mode):
    play(clinic, 120, mode, spo2=60.0, heart_rate=200.0, pulse_rate=200.0, resp_rate=2.0)
    assert rules(clinic) == ["monitor.demo"]


@PLAYED
def test_a_cuff_reading_of_it_is_none(clinic, mode):
    n = len(clinic.visit.cuffs)
    cuff(clinic, mode, 210, 130)
    assert len(clinic.visit.cuffs) == n
    assert not clinic.of(r.FlagRaised)
    assert clinic.of(r.Sample)[-1].mode is mode, "it is on record as what it is"


@PLAYED
def test_it_confirms_no_flag(clinic, mode):
    clinic.cuff(182, 111)
    (flag,) = clinic.visit.flags
    clinic.run(60)
    cuff(clinic, mode, 184, 112)
    cuff(clinic, mode, 120, 75)
    (now,) = clinic.visit.flags
    assert (now.outcome, now.confirmed_by) == (flag.outcome, None)


@PLAYED
def test_it_makes_no_baseline_and_opens_no_gate(mode):
    clinic = make_clinic()
    clinic.staff()
    clinic.check_in()
    clinic.do(c.BeginBaseline(chair=2))
    for _ in range(2):
        play(clinic, 120, mode, spo2=97.0, heart_rate=70.0, pulse_rate=70.0)
        cuff(clinic, mode, 124, 76)
    assert "cuff reading" in clinic.refused(c.TakeBaseline(chair=2))
    assert next(one for one in clinic.visit.gates if one.id == "monitors").state is GateState.UNMET
    clinic.cuff(124, 76)
    clinic.run(120)
    clinic.cuff(124, 76)
    play(clinic, 3, mode, spo2=99.0, heart_rate=50.0, pulse_rate=50.0, resp_rate=9.0)
    clinic.do(c.TakeBaseline(chair=2))
    baseline = clinic.visit.baseline
    assert (baseline.spo2, baseline.heart_rate, baseline.resp_rate) == (None, None, None)


@PLAYED
def test_it_is_no_evidence_for_the_discharge(clinic, mode):
    clinic.do(c.StopInfusion(chair=2, reason="dose given"))
    clinic.wait(120)
    play(clinic, 1000, mode, spo2=97.0, heart_rate=70.0, pulse_rate=70.0, resp_rate=14.0)
    line = next(one for one in clinic.visit.readiness.criteria if one.id == "vitals_stable")
    assert line.state is GateState.UNKNOWN


@PLAYED
def test_a_wave_of_it_is_not_among_the_live_ones(clinic, mode):
    clinic.wave("pleth")
    assert [wave[0] for wave in clinic.view.waves] == ["pleth"]
    at = clinic.clock.now().mono_ns
    chunk = WaveformChunk(
        t_ns=at, metric="pleth", rate_hz=100.0, scale=1.0, offset=0.0, unit=None, samples=b"\0\0", mode=mode
    )
    (wave,) = clinic.event(chunk)
    assert isinstance(wave, r.Wave)
    assert not r.is_live(wave)
    assert clinic.view.waves == ()
    clinic.tick()
    assert rules(clinic) == ["monitor.demo"]


def test_a_demonstration_is_forgotten_over_a_restart_until_it_comes_again(clinic):
    play(clinic, 20, Mode.DEMO, spo2=97.0)
    ids = {one.condition_id for one in clinic.of(r.ConditionRaised) if one.rule == "monitor.demo"}
    stored = [one for one in clinic.records if isinstance(one, (*r.DISCRETE, r.Sample))]
    station = Station((ChairSetup(number=2, monitors=(binding(),)),), [load_protocol()], PlainPins(), "0.1.0")
    made = station.restore(stored, clinic.clock.now(), unclean=True)
    assert ids <= {one.condition_id for one in made if isinstance(one, r.ConditionEnded)}
