"""What each output plays: first out of snapshots made by hand, then of a visit on a clock that the test moves."""

from dataclasses import replace

import numpy as np
import pytest

from devices.clock import NS_PER_S
from devices.events import Priority
from nursestation.core import commands as c
from nursestation.core.inputs import StationFault
from nursestation.core.snapshot import AudioState, AudioView
from nursestation.core.sounds.figures import DEFAULT
from nursestation.core.sounds.sequencer import Sequencer
from nursestation.core.sounds.voice import Voice
from nursestation.core.sounds.wishes import FULL, LOW, QuietSound, SoundPlan, Tried, unanswered_text, wishes
from tests.helpers.soundmeter import bursts, measure
from tests.helpers.station_views import NOW, make_station
from tests.helpers.visit import Clinic, make_clinic

UNTIL_NS = NOW.mono_ns + 60 * NS_PER_S
PAUSED = AudioView(state=AudioState.PAUSED, until_ns=UNTIL_NS, held=Priority.MEDIUM, n_onsets=0, n_silenced=3)
STATION = SoundPlan(volume=0.8)
SILENT = SoundPlan(volume=0.8, chairs=((2, QuietSound.NONE), (5, QuietSound.NONE)))
SOFT = SoundPlan(volume=0.8, chairs=((2, QuietSound.LOW), (5, QuietSound.LOW)))


def heard(snapshot, plan=STATION, place=None, at_ns=NOW.mono_ns, **changes):
    """Return (priority, volume) of one output, None for silence."""
    wish = wishes(snapshot, plan, **changes)[place]
    priority = wish.heard(at_ns)
    return None if priority is None else (priority, wish.volume)


def spo2(escalated=(), chairs=(2,), priority=Priority.MEDIUM, **more):
    return make_station(
        sound=priority,
        chair_heard=tuple((number, priority) for number in chairs),
        chair_sound=tuple((number, priority) for number in escalated),
        **more,
    )


# --- the station --------------------------------------------------------------------------------------------------


def test_the_highest_priority_sounds_with_the_counts_that_tell_new_from_old():
    wish = wishes(make_station(sound=Priority.HIGH, audio=AudioView(n_onsets=4, n_silenced=2, reminder_s=60)), STATION)[
        None
    ]
    assert (wish.heard(0), wish.n_onsets, wish.n_silenced, wish.reminder_s) == (Priority.HIGH, 4, 2, 60)


def test_a_quiet_room_is_quiet():
    assert {wish.heard(0) for wish in wishes(make_station(), SOFT).values()} == {None}


def test_a_pause_ends_by_itself_and_what_it_held_is_heard_again():
    paused = make_station(audio=PAUSED)
    assert heard(paused) is None
    assert heard(paused, at_ns=UNTIL_NS) == (Priority.MEDIUM, 0.8)


def test_a_new_condition_breaks_through_a_pause():
    assert heard(make_station(audio=PAUSED, sound=Priority.LOW)) == (Priority.LOW, 0.8)


def test_off_silences_all_but_the_stations_reminder():
    off = make_station(audio=AudioView(state=AudioState.OFF, by="J. Okafor RN", reason="x", reminder_s=240))
    made = wishes(off, SOFT)
    assert {wish.heard(0) for wish in made.values()} == {None}
    said = {}
    for place, wish in made.items():
        sequencer = Sequencer(DEFAULT)
        said[place] = [s for s in range(1000) if sequencer.step(wish, s * NS_PER_S)]
    assert said == {None: [240, 480, 720, 960], 2: [], 5: []}


def test_an_engine_that_fell_silent_is_heard_at_full_volume():
    quiet = make_station()
    assert heard(quiet, is_dead=True) == (Priority.HIGH, FULL)
    assert heard(replace(quiet, audio=PAUSED), is_dead=True) == (Priority.HIGH, FULL)


# --- who is not answered ------------------------------------------------------------------------------------------


def test_a_chair_without_a_loudspeaker_makes_the_station_louder():
    assert heard(spo2()) == (Priority.MEDIUM, 0.8)
    assert heard(spo2(escalated=(2,))) == (Priority.MEDIUM, FULL)


@pytest.mark.parametrize(("plan", "before"), [(SILENT, None), (SOFT, (Priority.MEDIUM, LOW))])
def test_a_chair_sounds_when_nobody_answered_and_the_station_goes_on_as_before(plan, before):
    assert heard(spo2(), plan, 2) == before
    assert heard(spo2(escalated=(2,)), plan, 2) == (Priority.MEDIUM, FULL)
    assert heard(spo2(escalated=(2,)), plan) == (Priority.MEDIUM, 0.8)
    assert heard(spo2(escalated=(2,)), plan, 5) is None


def test_a_chair_sounds_with_what_was_not_answered_and_not_with_what_came_just_now():
    fresh = make_station(sound=Priority.HIGH, chair_heard=((2, Priority.HIGH),), chair_sound=((2, Priority.MEDIUM),))
    assert heard(fresh, SOFT, 2) == (Priority.MEDIUM, FULL)


def test_the_station_helps_the_one_chair_that_has_no_loudspeaker():
    assert heard(spo2(chairs=(2, 3), escalated=(2, 3)), SILENT) == (Priority.MEDIUM, FULL)


def test_a_loudspeaker_in_trouble_is_helped_by_the_station_and_tries_all_the_same():
    snapshot = spo2(escalated=(2,))
    assert heard(snapshot, SILENT, unheard=[2]) == (Priority.MEDIUM, FULL)
    assert heard(snapshot, SILENT, 2, unheard=[2]) == (Priority.MEDIUM, FULL)
    assert heard(snapshot, SILENT, unheard=[5]) == (Priority.MEDIUM, 0.8)


@pytest.mark.parametrize("plan", [SILENT, SOFT])
def test_while_the_station_cannot_be_heard_a_chair_does_not_wait(plan):
    assert heard(spo2(), plan, 2, unheard=[None]) == (Priority.MEDIUM, FULL)
    assert heard(spo2(), plan, 5, unheard=[None]) is None


@pytest.mark.parametrize(
    ("snapshot", "plan", "unheard", "told"),
    [
        (spo2(), STATION, (), ""),
        (spo2(escalated=(2,)), STATION, (), "Chair 2 not answered: the station sounds louder."),
        (spo2(escalated=(2,)), SoundPlan(volume=1.0), (), "Chair 2 not answered: the station sounds at full volume."),
        (spo2(escalated=(2,)), SILENT, (), "Chair 2 not answered: the alarm sounds at the chair too."),
        (spo2(escalated=(2, 5)), SILENT, (), "Chairs 2 and 5 not answered: the alarm sounds at the chair too."),
        (spo2(escalated=(2,)), SILENT, (2,), "Chair 2 not answered: the station sounds louder."),
        (
            spo2(escalated=(1, 2, 3, 4)),
            SILENT,
            (),
            "Chair 2 not answered: the alarm sounds at the chair too. Chairs 1, 3 and 4 not answered: the station sounds louder.",
        ),
    ],
)  # fmt: skip
def test_what_sounds_because_nobody_answered_is_told(snapshot, plan, unheard, told):
    assert unanswered_text(snapshot, plan, unheard) == told


# --- the self-test ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "sounds"), [(None, Priority.LOW), (Priority.LOW, Priority.LOW), (Priority.HIGH, Priority.HIGH)]
)
def test_a_self_test_never_hides_an_alarm(wanted, sounds):
    priority, _ = heard(make_station(sound=wanted), tried=Tried(None, Priority.LOW))
    assert priority is sounds


def test_a_self_test_never_makes_an_alarm_softer():
    loud = spo2(escalated=(3,), priority=Priority.LOW)
    assert heard(loud, tried=Tried(None, Priority.HIGH)) == (Priority.HIGH, FULL)


def test_a_self_test_is_heard_through_a_pause():
    assert heard(make_station(audio=PAUSED), tried=Tried(None, Priority.HIGH)) == (Priority.HIGH, 0.8)


def test_a_self_test_is_heard_at_one_output_and_at_none_that_there_is_not():
    made = wishes(make_station(), SILENT, tried=Tried(5, Priority.HIGH))
    assert {place: wish.heard(0) for place, wish in made.items()} == {None: None, 2: None, 5: Priority.HIGH}
    assert made[5].volume == FULL
    assert wishes(make_station(), STATION, tried=Tried(5, Priority.HIGH)).keys() == {None}


# --- a visit on a clock -------------------------------------------------------------------------------------------

RATE_HZ = 48_000
LOW_SPO2 = {"spo2": 88.0}


class Ear:
    """Listens to what every output plays while a visit goes on, second by second."""

    def __init__(self, clinic: Clinic, plan: SoundPlan) -> None:
        self.clinic, self.plan = clinic, plan
        self._sequencers = {place: Sequencer(DEFAULT) for place in plan.places}
        self._voices = {place: Voice(DEFAULT, RATE_HZ) for place in plan.places}

    def listen(self, seconds, values=LOW_SPO2):
        """Return what each output played: (pulses, loudness in dB against full volume) of each burst."""
        heard = {place: [] for place in self.plan.places}
        for _ in range(seconds):
            self.clinic.run(1, values)
            now = self.clinic.clock.now()
            made = wishes(self.clinic.station.snapshot(now), self.plan)
            for beat in range(40):
                for place, sequencer in self._sequencers.items():
                    for action in sequencer.step(made[place], now.mono_ns + beat * NS_PER_S // 40):
                        self._voices[place].do(action)
                    heard[place].append(self._voices[place].take(RATE_HZ // 40))
        return {place: [_told(burst) for _, burst in bursts(np.concatenate(h), RATE_HZ)] for place, h in heard.items()}


def _told(samples):
    full = 32_767 * 10 ** (-1 / 20)
    return len(measure(samples, RATE_HZ).tones), round(20 * np.log10(np.abs(samples).max() / full))


@pytest.fixture
def clinic() -> Clinic:
    clinic = make_clinic()
    clinic.start()
    clinic.run(12, LOW_SPO2)
    return clinic


def test_a_quiet_chair_is_silent_until_nobody_answered_and_then_until_somebody_does(clinic: Clinic) -> None:
    ear = Ear(clinic, SILENT)
    before = ear.listen(115)
    assert before[None] == [(3, -6)] * 8
    assert (before[2], before[5]) == ([], [])
    after = ear.listen(30)
    assert after[None] == [(3, -6)] * 2
    assert after[2] == [(3, 0)] * 2
    assert after[5] == []
    (condition,) = [one for one in clinic.view.conditions if one.rule == "limit.spo2.low"]
    clinic.do(c.Acknowledge(chair=2, condition_id=condition.id))
    ear.listen(1)  # what is cut fades
    assert ear.listen(30) == {None: [], 2: [], 5: []}


def test_a_soft_chair_is_soft_until_then(clinic: Clinic) -> None:
    ear = Ear(clinic, SOFT)
    assert set(ear.listen(115)[2]) == {(3, -21)}
    assert set(ear.listen(30)[2]) == {(3, 0)}


def test_without_a_loudspeaker_at_the_chair_the_station_gets_louder(clinic: Clinic) -> None:
    ear = Ear(clinic, STATION)
    assert set(ear.listen(115)[None]) == {(3, -6)}
    assert ear.listen(40) == {None: [(3, 0)] * 3}


@pytest.mark.parametrize(
    "answer", [c.PauseAudio(), c.PauseChairAlarms(chair=2, reason="toilet"), c.SwitchAudioOff(reason="one patient")]
)
def test_whatever_silences_the_station_silences_the_chair(clinic: Clinic, answer: c.Command) -> None:
    ear = Ear(clinic, SILENT)
    ear.listen(130)
    assert ear.listen(20)[2]
    clinic.do(answer)
    ear.listen(1)
    assert ear.listen(60) == {None: [], 2: [], 5: []}


def test_trouble_of_the_station_itself_sounds_at_no_chair(clinic: Clinic) -> None:
    clinic.do(c.PauseChairAlarms(chair=2, reason="toilet"))
    clinic.apply(StationFault(id="store", text="The disk is full"))
    heard = Ear(clinic, SOFT).listen(200)
    assert heard[None]
    assert (heard[2], heard[5]) == ([], [])
