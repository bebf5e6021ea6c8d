"""Alarm signals: who silences what, for how long, and when it is heard again."""

import pytest

from devices.clock import NS_PER_S, ManualClock, Moment
from devices.events import DeviceStatus, LinkPhase, LinkState, Priority, SensorStatus
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.chain import from_json, to_json
from nursestation.core.inputs import SignalSeen, StationFault
from nursestation.core.model import Role
from nursestation.core.presets import AlarmPreset, SignalRules
from nursestation.core.snapshot import AudioState, ConditionView, SignalState, StationSnapshot
from nursestation.core.station import ChairSetup, Station
from tests.helpers.visit import (
    CLINICIAN,
    CLINICIAN_PIN,
    NURSE,
    NURSE_PIN,
    Clinic,
    PlainPins,
    binding,
    handed_over,
    load_protocol,
    make_clinic,
)

LOW_SPO2 = {"spo2": 88.0}
OFF = c.SwitchAudioOff(reason="loudspeaker is being changed")


@pytest.fixture
def clinic() -> Clinic:
    clinic = make_clinic()
    clinic.start()
    return clinic


@pytest.fixture
def alarming(clinic: Clinic) -> Clinic:
    """SpO2 has just gone under its limit."""
    clinic.run(10, LOW_SPO2)
    assert shown(clinic, "limit.spo2.low") is None
    clinic.run(2, LOW_SPO2)
    assert state(clinic) is SignalState.ON
    return clinic


def station(clinic: Clinic) -> StationSnapshot:
    return clinic.station.snapshot(clinic.clock.now())


def shown(clinic: Clinic, rule: str) -> ConditionView | None:
    return next((one for one in station(clinic).conditions if one.rule == rule), None)


def one(clinic: Clinic, rule: str = "limit.spo2.low") -> ConditionView:
    found = shown(clinic, rule)
    assert found is not None
    return found


def state(clinic: Clinic, rule: str = "limit.spo2.low") -> SignalState:
    return one(clinic, rule).signal


def acknowledge(clinic: Clinic, rule: str = "limit.spo2.low") -> None:
    clinic.do(c.Acknowledge(chair=2, condition_id=one(clinic, rule).id))


def trouble(clinic: Clinic, text: str = "The disk is full") -> None:
    """Raise another condition, of medium priority, that has nothing to do with a chair."""
    clinic.apply(StationFault(id="store", text=text))


def again(clinic: Clinic, *, away_s: float = 0.0) -> Clinic:
    """Return what stands after a kill and a restart from the stored records, on a monotonic clock of its own."""
    stored = [
        from_json(type(record).__name__, to_json(record)) if isinstance(record, r.DISCRETE) else record
        for record in clinic.records
        if isinstance(record, r.DISCRETE) or (isinstance(record, r.Sample) and record.session is not None)
    ]
    before = clinic.clock.now()
    clock = ManualClock(Moment(5 * NS_PER_S, before.utc_ns + round(away_s * NS_PER_S)))
    chairs = (ChairSetup(number=1, monitors=()), ChairSetup(number=2, monitors=(binding(),)))
    fresh = Clinic(station=Station(chairs, [load_protocol()], PlainPins(), "0.1.0"), clock=clock)
    fresh.records.extend(fresh.station.restore(stored, clock.now(), unclean=False))
    fresh.event(LinkState(t_ns=clock.now().mono_ns, phase=LinkPhase.CONNECTED))
    return fresh


# --- acknowledged -------------------------------------------------------------------------------------------------


def test_acknowledging_silences_that_condition_alone_and_it_stays_visible(alarming: Clinic) -> None:
    assert station(alarming).sound is Priority.MEDIUM
    acknowledge(alarming)
    assert (state(alarming), station(alarming).sound) == (SignalState.ACKNOWLEDGED, None)
    trouble(alarming)
    assert (state(alarming, "station.store"), station(alarming).sound) == (SignalState.ON, Priority.MEDIUM)


def test_an_acknowledged_condition_is_heard_again_after_its_time(alarming: Clinic) -> None:
    acknowledge(alarming)
    alarming.run(179, LOW_SPO2)
    assert alarming.of(r.ConditionRealarmed) == []
    alarming.run(1, LOW_SPO2)
    (told,) = alarming.of(r.ConditionRealarmed)
    assert (told.reason, told.operator, told.chair) == ("3 min", None, 2)
    assert (state(alarming), station(alarming).sound) == (SignalState.ON, Priority.MEDIUM)
    acknowledge(alarming)
    alarming.run(179, LOW_SPO2)
    assert state(alarming) is SignalState.ACKNOWLEDGED


@pytest.mark.parametrize(("worst", "realarms"), [(84.5, True), (84.0, True), (85.5, False)])
def test_an_acknowledged_condition_is_heard_again_when_it_is_graver_or_a_step_worse(
    clinic: Clinic, worst: float, realarms: bool
) -> None:
    clinic.run(12, {"spo2": 88.0})
    acknowledge(clinic)
    assert one(clinic).value == 88.0
    clinic.numeric("spo2", worst)
    assert [one.reason for one in clinic.of(r.ConditionRealarmed)] == (["worse"] if realarms else [])
    assert (state(clinic) is SignalState.ON) is realarms


@pytest.mark.parametrize(
    ("metric", "first", "less", "more", "rule"),
    [
        ("heart_rate", 125.0, 144.0, 145.0, "limit.heart_rate.high"),
        ("heart_rate", 45.0, 26.0, 25.0, "limit.heart_rate.low"),
    ],
)
def test_a_step_worse_within_one_priority(
    clinic: Clinic, metric: str, first: float, less: float, more: float, rule: str
) -> None:
    for _ in range(12):
        clinic.clock.advance(1)
        clinic.numeric(metric, first)
    acknowledge(clinic, rule)
    clinic.numeric(metric, less)
    assert state(clinic, rule) is SignalState.ACKNOWLEDGED
    clinic.numeric(metric, more)
    assert state(clinic, rule) is SignalState.ON
    assert one(clinic, rule).value == more


def test_a_pressure_that_rises_by_a_step_is_heard_again(clinic: Clinic) -> None:
    clinic.cuff(165, 80)
    clinic.run(60)
    clinic.cuff(165, 80)
    acknowledge(clinic, "bp.severe")
    clinic.run(60)
    clinic.cuff(184, 80)
    assert state(clinic, "bp.severe") is SignalState.ACKNOWLEDGED
    clinic.run(60)
    clinic.cuff(185, 80)
    assert state(clinic, "bp.severe") is SignalState.ON
    clinic.run(60)
    clinic.cuff(175, 80)
    assert one(clinic, "bp.severe").value == 185


def test_what_was_seen_does_not_hold_up_the_discharge_when_it_is_heard_again(clinic: Clinic) -> None:
    at = clinic.clock.now().mono_ns
    clinic.event(DeviceStatus(t_ns=at, metric="spo2", status=SensorStatus.SENSOR_OFF, text="probe off"))
    clinic.do(c.StopInfusion(chair=2, reason="dose given"))
    clinic.run(20)
    clinic.cuff(124, 76)
    acknowledge(clinic, "sensor.spo2")
    clinic.run(190)
    assert state(clinic, "sensor.spo2") is SignalState.ON
    page = clinic.visit.readiness
    assert page is not None
    (criterion,) = [one for one in page.criteria if one.id == "no_open_condition"]
    assert "acknowledged: SpO₂: probe off" in criterion.evidence


# --- latched ------------------------------------------------------------------------------------------------------


def test_a_latched_crisis_sounds_until_it_is_acknowledged(clinic: Clinic) -> None:
    clinic.cuff(205, 125)
    clinic.run(60)
    assert state(clinic, "bp.crisis") is SignalState.ON
    clinic.cuff(128, 80)
    assert len(clinic.of(r.ConditionLatched)) == 1
    assert (state(clinic, "bp.crisis"), station(clinic).sound) == (SignalState.LATCHED, Priority.HIGH)
    clinic.run(60)
    clinic.cuff(126, 80)
    assert len(clinic.of(r.ConditionLatched)) == 1
    acknowledge(clinic, "bp.crisis")
    assert shown(clinic, "bp.crisis") is None
    assert station(clinic).sound is None


def test_a_latched_crisis_that_comes_back_is_a_crisis_again(clinic: Clinic) -> None:
    clinic.cuff(205, 125)
    clinic.run(60)
    clinic.cuff(128, 80)
    clinic.run(60)
    clinic.cuff(207, 122)
    assert [told.reason for told in clinic.of(r.ConditionRealarmed)] == ["again"]
    assert state(clinic, "bp.crisis") is SignalState.ON
    acknowledge(clinic, "bp.crisis")
    assert state(clinic, "bp.crisis") is SignalState.ACKNOWLEDGED


# --- audio paused -------------------------------------------------------------------------------------------------


def test_a_pause_silences_what_is_present_and_counts_down(alarming: Clinic) -> None:
    alarming.do(c.PauseAudio())
    assert (state(alarming), station(alarming).sound) == (SignalState.AUDIO_PAUSED, None)
    alarming.run(30, LOW_SPO2)
    audio = station(alarming).audio
    assert (audio.state, audio.left_s, audio.by, audio.held) == (
        AudioState.PAUSED, 90, "R. Alvarez RN", Priority.MEDIUM,
    )  # fmt: skip
    assert audio.until_ns == alarming.clock.now().mono_ns + 90 * NS_PER_S


def test_a_pause_never_outlives_its_time(alarming: Clinic) -> None:
    alarming.do(c.PauseAudio())
    alarming.run(119, LOW_SPO2)
    assert station(alarming).sound is None
    alarming.clock.advance(1)  # nothing more is heard, not even a tick
    assert (station(alarming).sound, state(alarming)) == (Priority.MEDIUM, SignalState.ON)
    assert station(alarming).audio.state is AudioState.ON
    alarming.tick()
    assert [one.reason for one in alarming.of(r.AudioPauseEnded)] == ["time is over"]


def test_a_new_condition_breaks_through_and_the_others_stay_paused(alarming: Clinic) -> None:
    alarming.do(c.PauseAudio())
    alarming.apply(StationFault(id="store", text="The disk is slow", priority=Priority.LOW))
    assert station(alarming).sound is Priority.LOW
    assert (state(alarming), state(alarming, "station.store")) == (SignalState.AUDIO_PAUSED, SignalState.ON)
    assert station(alarming).audio.state is AudioState.PAUSED
    alarming.do(c.PauseAudio())
    assert (station(alarming).sound, station(alarming).audio.left_s) == (None, 120)


@pytest.mark.parametrize("spo2", [85.0, 83.0])
def test_a_condition_that_gets_worse_breaks_through(alarming: Clinic, spo2: float) -> None:
    alarming.do(c.PauseAudio())
    alarming.numeric("spo2", 86.0)
    assert state(alarming) is SignalState.AUDIO_PAUSED
    alarming.numeric("spo2", spo2)
    assert (state(alarming), station(alarming).sound) == (SignalState.ON, Priority.HIGH)


def test_a_step_worse_breaks_through(clinic: Clinic) -> None:
    for _ in range(12):
        clinic.clock.advance(1)
        clinic.numeric("heart_rate", 125.0)
    clinic.do(c.PauseAudio())
    clinic.numeric("heart_rate", 145.0)
    assert state(clinic, "limit.heart_rate.high") is SignalState.ON


def test_an_acknowledgement_whose_time_is_over_does_not_break_a_pause(alarming: Clinic) -> None:
    acknowledge(alarming)
    alarming.run(100, LOW_SPO2)
    trouble(alarming)
    alarming.do(c.PauseAudio())
    alarming.run(100, LOW_SPO2)
    assert len(alarming.of(r.ConditionRealarmed)) == 1
    assert (state(alarming), station(alarming).sound) == (SignalState.AUDIO_PAUSED, None)


def test_a_pause_with_nothing_left_to_silence_is_over(alarming: Clinic) -> None:
    alarming.do(c.PauseAudio())
    alarming.run(12)
    assert [one.reason for one in alarming.of(r.AudioPauseEnded)] == ["nothing left to silence"]
    assert station(alarming).audio.state is AudioState.ON


def test_a_pause_can_be_ended_by_hand(alarming: Clinic) -> None:
    assert "not paused" in alarming.refused(c.EndAudioPause())
    alarming.do(c.PauseAudio(), c.EndAudioPause())
    assert station(alarming).sound is Priority.MEDIUM
    assert [(one.reason, one.operator) for one in alarming.of(r.AudioPauseEnded)] == [("ended by hand", NURSE)]


def test_there_must_be_something_to_pause(clinic: Clinic) -> None:
    assert "No alarm is sounding" in clinic.refused(c.PauseAudio())


def test_nobody_pauses_without_signing_in(alarming: Clinic) -> None:
    alarming.do(c.SignOut())
    assert "sign in" in alarming.refused(c.PauseAudio())


# --- audio off ----------------------------------------------------------------------------------------------------


def test_audio_off_silences_everything_until_it_is_switched_on(alarming: Clinic) -> None:
    alarming.do(OFF)
    trouble(alarming)
    alarming.run(300, {"spo2": 84.0})
    seen = station(alarming)
    assert (seen.sound, seen.chair_sound, seen.audio.state) == (None, (), AudioState.OFF)
    assert (seen.audio.by, seen.audio.reason) == ("R. Alvarez RN", "loudspeaker is being changed")
    assert state(alarming) is SignalState.ON
    alarming.do(c.SwitchAudioOn())
    assert station(alarming).sound is Priority.HIGH


def test_only_a_lead_nurse_switches_off_and_anybody_on(alarming: Clinic) -> None:
    alarming.do(c.AddOperator(name="Kim Lee", role=Role.NURSE, pin="864209"))
    for who, pin in ((CLINICIAN, CLINICIAN_PIN), ("k.lee", "864209")):
        alarming.do(c.SignIn(operator_id=who, pin=pin))
        assert "lead nurse" in alarming.refused(OFF)
    alarming.do(c.SignIn(operator_id=NURSE, pin=NURSE_PIN), OFF)
    alarming.do(c.SignIn(operator_id="k.lee", pin="864209"), c.SwitchAudioOn())
    assert station(alarming).audio.state is AudioState.ON


def test_switching_off_and_on_twice_or_without_a_reason_is_refused(alarming: Clinic) -> None:
    assert "Say why" in alarming.refused(c.SwitchAudioOff(reason=" "))
    assert "on already" in alarming.refused(c.SwitchAudioOn())
    alarming.do(OFF)
    assert "off already" in alarming.refused(OFF)
    assert "off" in alarming.refused(c.PauseAudio())


def test_switching_off_ends_a_pause(alarming: Clinic) -> None:
    alarming.do(c.PauseAudio(), OFF, c.SwitchAudioOn())
    assert len(alarming.of(r.AudioPauseEnded)) == 1
    assert station(alarming).sound is Priority.MEDIUM


# --- alarm paused at a chair --------------------------------------------------------------------------------------


PAUSE = c.PauseChairAlarms(chair=2, reason="in the bathroom")


def test_a_paused_chair_neither_flashes_nor_sounds_and_goes_on_being_judged(clinic: Clinic) -> None:
    clinic.do(PAUSE)
    clinic.run(12, LOW_SPO2)
    assert (state(clinic), station(clinic).sound) == (SignalState.ALARM_PAUSED, None)
    assert len(clinic.of(r.ConditionRaised)) == 1
    pause = clinic.view.pause
    assert pause is not None
    assert (pause.reason, pause.left_s, pause.by) == ("in the bathroom", 288, "R. Alvarez RN")
    trouble(clinic)
    assert station(clinic).sound is Priority.MEDIUM


def test_a_chairs_pause_never_outlives_its_time(clinic: Clinic) -> None:
    clinic.do(PAUSE)
    clinic.run(299, LOW_SPO2)
    assert station(clinic).sound is None
    clinic.clock.advance(1)
    assert (state(clinic), clinic.view.pause) == (SignalState.ON, None)
    clinic.tick()
    assert [(one.reason, one.chair) for one in clinic.of(r.ChairAlarmsResumed)] == [("time is over", 2)]


def test_a_chairs_pause_ends_by_hand_or_begins_anew(clinic: Clinic) -> None:
    assert "not paused" in clinic.refused(c.EndChairPause(chair=2))
    assert "Say why" in clinic.refused(c.PauseChairAlarms(chair=2, reason=""))
    clinic.do(PAUSE)
    clinic.run(100)
    clinic.do(PAUSE)
    assert clinic.view.pause is not None
    assert clinic.view.pause.left_s == 300
    clinic.do(c.EndChairPause(chair=2))
    assert clinic.view.pause is None


def test_what_latches_is_heard_through_a_chairs_pause(clinic: Clinic) -> None:
    clinic.do(PAUSE)
    clinic.cuff(185, 100)
    assert state(clinic, "bp.severe") is SignalState.ALARM_PAUSED
    clinic.run(30)
    clinic.cuff(205, 125)
    assert (state(clinic, "bp.crisis"), station(clinic).sound) == (SignalState.ON, Priority.HIGH)


def test_a_lost_monitor_is_heard_through_a_chairs_pause_and_a_probe_is_not(clinic: Clinic) -> None:
    clinic.do(PAUSE)
    at = clinic.clock.now().mono_ns
    clinic.event(DeviceStatus(t_ns=at, metric="spo2", status=SensorStatus.SENSOR_OFF, text="probe off"))
    clinic.run(20)
    assert (state(clinic, "sensor.spo2"), station(clinic).sound) == (SignalState.ALARM_PAUSED, None)
    clinic.wait(20)
    assert (state(clinic, "link.lost"), station(clinic).sound) == (SignalState.ON, Priority.MEDIUM)


def test_a_chairs_pause_ends_with_the_visit(clinic: Clinic) -> None:
    clinic.do(PAUSE, handed_over("patient asks"))
    assert [one.reason for one in clinic.of(r.ChairAlarmsResumed)] == ["the visit is over"]
    assert clinic.view.pause is None


# --- escalation ---------------------------------------------------------------------------------------------------


def test_the_chair_sounds_when_nobody_answers(alarming: Clinic) -> None:
    alarming.run(118, LOW_SPO2)
    assert station(alarming).chair_sound == ()
    alarming.run(1, LOW_SPO2)
    assert station(alarming).chair_sound == ((2, Priority.MEDIUM),)
    assert one(alarming).escalated
    assert len(alarming.of(r.ConditionEscalated)) == 1
    acknowledge(alarming)
    assert station(alarming).chair_sound == ()
    assert not one(alarming).escalated
    alarming.run(180 + 119, LOW_SPO2)  # heard again, and unanswered again
    assert station(alarming).chair_sound == ()
    alarming.run(1, LOW_SPO2)
    assert station(alarming).chair_sound == ((2, Priority.MEDIUM),)


def test_a_chair_that_sounds_goes_on_when_what_nobody_answered_gets_graver(alarming: Clinic) -> None:
    alarming.run(119, LOW_SPO2)
    assert station(alarming).chair_sound == ((2, Priority.MEDIUM),)
    alarming.run(2, {"spo2": 80.0})
    assert station(alarming).chair_sound == ((2, Priority.HIGH),)


@pytest.mark.parametrize("pause", [c.PauseAudio(), PAUSE])
def test_a_pause_is_an_answer_and_after_it_the_time_begins_anew(alarming: Clinic, pause: c.Command) -> None:
    alarming.run(100, LOW_SPO2)
    alarming.do(pause)
    lasts_s = 120 if isinstance(pause, c.PauseAudio) else 300
    alarming.run(lasts_s + 119, LOW_SPO2)
    assert alarming.of(r.ConditionEscalated) == []
    alarming.run(1, LOW_SPO2)
    assert len(alarming.of(r.ConditionEscalated)) == 1


def test_what_is_of_low_priority_or_of_the_station_does_not_make_a_chair_sound(clinic: Clinic) -> None:
    trouble(clinic)
    clinic.cuff(142, 80)
    clinic.run(140)
    assert one(clinic, "bp.watch").priority is Priority.LOW
    assert clinic.of(r.ConditionEscalated) == []


def test_a_condition_that_becomes_graver_has_its_time_from_then(clinic: Clinic) -> None:
    clinic.wait(6)
    assert one(clinic, "link.lost").priority is Priority.LOW
    clinic.wait(9)
    assert one(clinic, "link.lost").priority is Priority.MEDIUM
    clinic.wait(119)
    assert clinic.of(r.ConditionEscalated) == []
    clinic.wait(1)
    assert len(clinic.of(r.ConditionEscalated)) == 1


# --- what sounds --------------------------------------------------------------------------------------------------


def test_the_highest_priority_sounds_whoever_it_concerns(alarming: Clinic) -> None:
    alarming.apply(StationFault(id="store", text="The disk is slow", priority=Priority.LOW))
    assert station(alarming).sound is Priority.MEDIUM
    acknowledge(alarming)
    assert station(alarming).sound is Priority.LOW
    n_onsets = station(alarming).audio.n_onsets
    alarming.apply(StationFault(id="reader", text="Reading has failed", priority=Priority.LOW))
    assert station(alarming).audio.n_onsets == n_onsets + 1
    assert station(alarming).audio.n_silenced == 1


def test_a_chair_is_heard_from_the_start_and_sounds_when_nobody_answered(alarming: Clinic) -> None:
    assert (station(alarming).chair_heard, station(alarming).chair_sound) == (((2, Priority.MEDIUM),), ())
    alarming.run(119, LOW_SPO2)
    assert station(alarming).chair_heard == station(alarming).chair_sound == ((2, Priority.MEDIUM),)
    alarming.do(c.PauseAudio())
    assert station(alarming).chair_heard == ()
    alarming.do(c.EndAudioPause())
    assert station(alarming).chair_heard == ((2, Priority.MEDIUM),)
    alarming.do(OFF)
    assert station(alarming).chair_heard == ()


def test_the_times_of_the_preset_are_told_however_the_sound_stands() -> None:
    clinic = make_clinic(preset=AlarmPreset(signals=SignalRules(audio_paused_s=90, reminder_s=240)))
    clinic.start()
    clinic.run(12, LOW_SPO2)
    for then, stands in (
        (c.PauseAudio(), AudioState.PAUSED),
        (OFF, AudioState.OFF),
        (c.SwitchAudioOn(), AudioState.ON),
    ):
        clinic.do(then)
        audio = station(clinic).audio
        assert (audio.state, audio.pause_s, audio.reminder_s) == (stands, 90, 240)


# --- the self-test ------------------------------------------------------------------------------------------------


def test_a_self_test_holds_for_the_day(clinic: Clinic) -> None:
    assert station(clinic).self_test.done_today is False
    clinic.do(c.SelfTest(heard=True, seen=True))
    at = clinic.clock.now()
    assert (station(clinic).self_test.done_today, station(clinic).self_test.at) == (True, at)
    clinic.clock.advance(16 * 3600 - 1)
    assert station(clinic).self_test.done_today
    clinic.clock.advance(1)
    assert (station(clinic).self_test.done_today, station(clinic).self_test.at) == (False, at)


@pytest.mark.parametrize(
    ("heard", "seen", "word"), [(False, True, "sound"), (True, False, "lamps"), (False, False, "lamp")]
)
def test_a_failed_self_test_is_a_condition_until_one_is_passed(
    clinic: Clinic, heard: bool, seen: bool, word: str
) -> None:
    clinic.do(c.SelfTest(heard=heard, seen=seen))
    assert word in one(clinic, "selftest.failed").text
    assert not station(clinic).self_test.done_today
    assert shown(again(clinic), "selftest.failed") is not None
    clinic.do(c.SelfTest(heard=True, seen=True))
    assert shown(clinic, "selftest.failed") is None


def test_a_chair_whose_loudspeaker_was_not_heard_fails_the_test_by_its_number(clinic: Clinic) -> None:
    clinic.do(c.SelfTest(heard=True, seen=True, chairs_not_heard=(5,)))
    assert "no sound was heard at chair 5:" in one(clinic, "selftest.failed").text
    assert not station(again(clinic)).self_test.done_today
    clinic.do(c.SelfTest(heard=False, seen=False, chairs_not_heard=(5, 2, 5)))
    told = "no sound was heard at the station and at chairs 2, 5 and the lamps were not seen"
    assert told in one(clinic, "selftest.failed").text
    clinic.do(c.SelfTest(heard=True, seen=True))
    assert shown(clinic, "selftest.failed") is None


# --- how long it took ---------------------------------------------------------------------------------------------


def test_the_delay_of_a_signal_is_noted_once(alarming: Clinic) -> None:
    name = one(alarming).id
    assert one(alarming).cause_ns == alarming.clock.now().mono_ns - NS_PER_S  # the eleventh reading under the limit
    for delay_ms in (float("nan"), -1.0, 41.26, 90.0):
        alarming.apply(SignalSeen(condition_id=name, delay_ms=delay_ms))
    alarming.apply(SignalSeen(condition_id="nobody", delay_ms=1.0))
    (told,) = alarming.of(r.SignalShown)
    assert (told.condition_id, told.delay_ms, told.chair, told.session) == (name, 41.3, 2, alarming.visit.session)


def test_a_delay_is_noted_also_when_the_condition_is_over(alarming: Clinic) -> None:
    name = one(alarming).id
    alarming.run(12)
    assert shown(alarming, "limit.spo2.low") is None
    for _ in range(2):
        alarming.apply(SignalSeen(condition_id=name, delay_ms=12.0))
    assert len(alarming.of(r.SignalShown)) == 1


def test_a_cuff_readings_cause_is_when_it_came_whatever_settles_it(clinic: Clinic) -> None:
    came_ns = clinic.clock.now().mono_ns
    clinic.cuff(165, 80, None)  # without a mean it is settled by the next tick
    assert one(clinic, "bp.severe").cause_ns == came_ns


def test_a_limits_delay_counts_from_the_first_value_that_was_outside(alarming: Clinic) -> None:
    (raised,) = [found for found in alarming.of(r.ConditionRaised) if found.rule == "limit.spo2.low"]
    assert (raised.since_ns, raised.quality) == (raised.at.mono_ns - 10 * NS_PER_S, "valid, as the monitor says")


def test_a_limit_that_the_clock_finds_to_be_passed_for_long_enough_still_tells_since_when(clinic: Clinic) -> None:
    clinic.run(10, LOW_SPO2)
    clinic.wait(1.2)
    (raised,) = clinic.of(r.ConditionRaised)
    assert raised.cause_ns is None
    assert raised.since_ns == raised.at.mono_ns - round(10.2 * NS_PER_S)


def test_the_first_signal_of_what_no_byte_caused_is_waited_for_from_its_onset(clinic: Clinic) -> None:
    clinic.wait(20)
    (raised,) = clinic.of(r.ConditionRaised)
    assert one(clinic, "link.lost").cause_ns == raised.at.mono_ns


@pytest.mark.parametrize("hand", [True, False])
def test_of_a_cuff_flag_the_quality_is_that_of_its_reading(clinic: Clinic, hand: bool) -> None:
    if hand:
        clinic.do(c.EnterCuffReading(chair=2, sys=185, dia=112))
    else:
        clinic.cuff(185, 112)
    (raised,) = clinic.of(r.ConditionRaised)
    assert raised.quality == ("entered by hand" if hand else "measured by the monitor")


def test_silence_has_no_cause_on_the_wire(clinic: Clinic) -> None:
    clinic.wait(20)
    (raised,) = clinic.of(r.ConditionRaised)
    assert (raised.rule, raised.cause_ns, raised.preset) == ("link.lost", None, "Depression IV")


# --- over a restart -----------------------------------------------------------------------------------------------


def test_every_state_survives_a_restart(alarming: Clinic) -> None:
    trouble(alarming)
    acknowledge(alarming)
    alarming.do(PAUSE)
    fresh = again(alarming, away_s=10)
    assert state(fresh) is SignalState.ACKNOWLEDGED
    assert fresh.view.pause is not None
    assert (fresh.view.pause.left_s, fresh.view.pause.by) == (290, "R. Alvarez RN")


def test_a_pause_goes_on_over_a_restart_and_not_past_its_time(alarming: Clinic) -> None:
    alarming.do(c.PauseAudio())
    fresh = again(alarming, away_s=50)
    assert (state(fresh), station(fresh).sound) == (SignalState.AUDIO_PAUSED, None)
    assert station(fresh).audio.left_s == 70
    late = again(alarming, away_s=120)
    assert (state(late), station(late).sound, station(late).audio.state) == (
        SignalState.ON, Priority.MEDIUM, AudioState.ON,
    )  # fmt: skip
    assert [one.reason for one in late.of(r.AudioPauseEnded)] == ["time is over"]


def test_a_chairs_pause_does_not_outlive_its_time_over_a_restart(clinic: Clinic) -> None:
    clinic.do(PAUSE)
    late = again(clinic, away_s=300)
    assert late.view.pause is None
    assert len(late.of(r.ChairAlarmsResumed)) == 1


def test_audio_off_and_an_escalation_survive_a_restart(alarming: Clinic) -> None:
    alarming.run(119, LOW_SPO2)
    assert again(alarming, away_s=1).station.snapshot(Moment(7 * NS_PER_S, 0)).chair_sound == ((2, Priority.MEDIUM),)
    alarming.do(OFF)
    assert station(again(alarming)).audio.reason == "loudspeaker is being changed"


def test_a_latched_crisis_survives_a_restart(clinic: Clinic) -> None:
    clinic.cuff(205, 125)
    clinic.run(60)
    clinic.cuff(128, 80)
    fresh = again(clinic)
    assert state(fresh, "bp.crisis") is SignalState.LATCHED
    fresh.do(c.SignIn(operator_id=NURSE, pin=NURSE_PIN))
    acknowledge(fresh, "bp.crisis")
    assert shown(fresh, "bp.crisis") is None


def test_a_cause_moves_onto_the_new_clock(alarming: Clinic) -> None:
    cause_ns = one(alarming).cause_ns
    assert cause_ns is not None
    fresh = again(alarming, away_s=3)
    moved_ns = fresh.clock.now().mono_ns - 3 * NS_PER_S - alarming.clock.now().mono_ns
    assert one(fresh).cause_ns == cause_ns + moved_ns


def test_times_are_the_presets() -> None:
    preset = AlarmPreset.model_validate({"signals": {"audio_paused_s": 30, "realarm_s": 90}})
    clinic = make_clinic()
    chairs = (ChairSetup(number=1, monitors=()), ChairSetup(number=2, monitors=(binding(),)))
    clinic.station = Station(chairs, [load_protocol()], PlainPins(), "0.1.0", preset)
    clinic.event(LinkState(t_ns=clinic.clock.now().mono_ns, phase=LinkPhase.CONNECTED))
    clinic.start()
    clinic.run(12, LOW_SPO2)
    clinic.do(c.PauseAudio())
    assert station(clinic).audio.left_s == 30
    acknowledge(clinic)
    clinic.run(90, LOW_SPO2)
    assert [one.reason for one in clinic.of(r.ConditionRealarmed)] == ["1.5 min"]
    assert station(clinic).preset == "Built-in preset"
