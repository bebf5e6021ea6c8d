"""Alarm signals and a patient's limits through the record on disk: what stood before a kill stands after it."""

import pytest

from devices.clock import NS_PER_S, ManualClock, Moment
from nursestation.config.load import load_preset
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.inputs import SignalSeen, StationFault
from nursestation.core.presets import AlarmPreset, SignalRules
from nursestation.core.snapshot import AudioState, SignalState, StationSnapshot
from nursestation.core.station import ChairSetup, Station
from nursestation.paths import resource
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from tests.helpers.visit import Clinic, PlainPins, binding, load_protocol, make_clinic

KINDS = (
    r.ConditionRealarmed, r.ConditionLatched, r.ConditionEscalated, r.SignalShown, r.AudioPaused, r.AudioPauseEnded,
    r.AudioSwitched, r.ChairAlarmsPaused, r.ChairAlarmsResumed, r.LimitsChanged, r.SelfTested,
)  # fmt: skip
LOW = {"spo2": 88.0}


@pytest.fixture
def clinic() -> Clinic:
    """A visit in which every kind of signal record was made, and much still stands."""
    clinic = make_clinic(preset=load_preset(resource("presets")))
    clinic.start()
    clinic.do(c.SelfTest(heard=True, seen=True), c.SetLimit(chair=2, metric="heart_rate", high=110))
    clinic.run(12, LOW)
    name = clinic.view.conditions[0].id
    clinic.apply(SignalSeen(condition_id=name, delay_ms=41.5))
    clinic.do(c.PauseAudio(), c.EndAudioPause(), c.SwitchAudioOff(reason="drill"), c.SwitchAudioOn())
    clinic.run(121, LOW)
    clinic.do(c.Acknowledge(chair=2, condition_id=name))
    clinic.cuff(205, 125)
    clinic.run(60, LOW)
    clinic.cuff(128, 80)
    clinic.run(125, LOW)
    clinic.do(c.PauseChairAlarms(chair=2, reason="in the bathroom"), c.EndChairPause(chair=2))
    clinic.do(c.PauseChairAlarms(chair=2, reason="in the bathroom again"))
    clinic.do(c.PauseAudio())
    clinic.apply(StationFault(id="store", text="The disk is slow"))
    clinic.run(3, LOW)
    return clinic


def test_the_clinics_preset_of_each_run_is_on_record(tmp_path):
    longer = AlarmPreset(title="Longer", signals=SignalRules(escalation_s=240))
    chairs = (ChairSetup(number=2, monitors=(binding(),)),)
    clock = ManualClock()
    for preset in (load_preset(resource("presets")), longer):
        station = Station(chairs, [load_protocol()], PlainPins(), "0.1.0", preset)
        clock.advance(3600)
        store = Store.open(tmp_path / "record.sqlite3")
        store.append(station.restore((), clock.now(), unclean=False))
        store.close()
    with StoreReader.open(tmp_path / "record.sqlite3") as reader:
        told = [one.preset for one in reader.station_records() if isinstance(one, r.StationStarted)]
    assert [(one.title, one.signals.escalation_s) for one in told] == [("Clinic default", 120), ("Longer", 240)]
    assert told[0].bounds, "whole, not by its name alone"


def restored(clinic: Clinic, path, *, away_s: float) -> StationSnapshot:
    store = Store.open(path)
    store.append(clinic.records)
    store.close()
    now = Moment(7_000 * NS_PER_S, clinic.clock.now().utc_ns + round(away_s * NS_PER_S))
    chairs = (ChairSetup(number=1, monitors=()), ChairSetup(number=2, monitors=(binding(),)))
    station = Station(chairs, [load_protocol()], PlainPins(), "0.1.0", load_preset(resource("presets")))
    with StoreReader.open(path) as reader:
        station.restore(reader.restore_records(), now, unclean=False)
    return station.snapshot(ManualClock(now).now())


def test_every_kind_was_made(clinic: Clinic) -> None:
    assert {kind for kind in KINDS if clinic.of(kind)} == set(KINDS)


def test_what_stood_stands(clinic: Clinic, tmp_path) -> None:
    before, after = clinic.view, restored(clinic, tmp_path / "record.sqlite3", away_s=10)
    chair = after.chair(2)
    told = {one.rule: (one.signal, one.value, one.limit, one.escalated) for one in chair.conditions}
    assert told == {one.rule: (one.signal, one.value, one.limit, one.escalated) for one in before.conditions}
    assert {one.rule: one.signal for one in chair.conditions} == {
        "limit.spo2.low": SignalState.ALARM_PAUSED,
        "bp.crisis": SignalState.LATCHED,
    }
    assert chair.limits == before.limits
    assert chair.pause is not None
    assert (chair.pause.reason, chair.pause.left_s) == ("in the bathroom again", 300 - 3 - 10)
    assert (after.audio.state, after.audio.left_s) == (AudioState.PAUSED, 120 - 3 - 10)
    assert after.sound is None
    assert after.self_test.done_today


def test_no_pause_outlives_the_time_that_the_program_was_away(clinic: Clinic, tmp_path) -> None:
    after = restored(clinic, tmp_path / "record.sqlite3", away_s=400)
    assert after.chair(2).pause is None
    assert after.audio.state is AudioState.ON
    assert after.sound is clinic.view.conditions[0].priority
