import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.clock import ManualClock
from devices.events import Priority
from nursestation.core.sounds.figures import DEFAULT
from nursestation.core.sounds.sequencer import QUIET, Cut, EndAt, Play, Sequencer, Sound, SoundWish, burst_of

HIGH, MEDIUM, LOW = (SoundWish(priority=p) for p in (Priority.HIGH, Priority.MEDIUM, Priority.LOW))
BEAT_MS = 25
MS = 1_000_000


class Room:
    """Steps a sequencer every beat by hand and keeps what it says, with the time in ms."""

    def __init__(self):
        self.clock = ManualClock()
        self.sequencer = Sequencer(DEFAULT)
        self.said = []

    @property
    def now_ms(self):
        return self.clock.now().mono_ns / MS

    def step(self, wish):
        actions = self.sequencer.step(wish, self.clock.now().mono_ns)
        self.said += [(self.now_ms, action) for action in actions]
        return actions

    def live(self, wish, seconds):
        """Let time pass with one wish; return what was said meanwhile."""
        before = len(self.said)
        for _ in range(round(seconds * 1000 / BEAT_MS)):
            self.step(wish)
            self.clock.advance_ns(BEAT_MS * MS)
        return self.said[before:]


@pytest.fixture
def room():
    return Room()


def plays(said):
    return [(ms, action.sound) for ms, action in said if isinstance(action, Play)]


def test_a_quiet_room_is_quiet(room):
    assert room.live(QUIET, 120) == []


@pytest.mark.parametrize(
    ("wish", "sound", "period_ms"), [(HIGH, Sound.HIGH, 8300), (MEDIUM, Sound.MEDIUM, 16_000), (LOW, Sound.LOW, 30_600)]
)
def test_a_burst_begins_at_once_and_comes_again_after_its_pause(room, wish, sound, period_ms):
    said = plays(room.live(wish, 100))
    assert {its for _, its in said} == {sound}
    starts = [ms for ms, _ in said]
    assert starts[0] == 0
    for nth, start in enumerate(starts):
        assert nth * period_ms <= start < nth * period_ms + (nth + 1) * BEAT_MS


def test_the_highest_priority_cuts_in_at_once(room):
    room.live(LOW, 0.1)
    assert room.live(MEDIUM, 0.1) == [(100, Cut()), (100, Play(Sound.MEDIUM))]
    assert room.live(HIGH, 0.1) == [(200, Cut()), (200, Play(Sound.HIGH))]


def test_a_higher_priority_does_not_wait_for_the_pause_of_a_lower(room):
    room.live(LOW, 2)
    assert room.live(HIGH, 0.1) == [(2000, Play(Sound.HIGH))]


def test_high_that_ends_in_its_first_half_stops_after_the_fifth_pulse(room):
    room.live(HIGH, 0.2)
    said = room.live(QUIET, 60)
    (at_ms, action), *more = said
    assert (at_ms, action) == (200, EndAt(pytest.approx(29.6 + 1400 + 53.9, abs=0.1)))
    assert not more


def test_high_that_ends_in_its_second_half_is_heard_out(room):
    room.live(HIGH, 2)
    assert room.live(QUIET, 60) == []


@pytest.mark.parametrize("wish", [MEDIUM, LOW])
def test_medium_and_low_are_heard_out(room, wish):
    room.live(wish, 0.1)
    assert room.live(QUIET, 60) == []


def test_a_lower_priority_follows_a_moment_after_what_ended(room):
    room.live(HIGH, 0.2)
    (_, (at_ms, action)) = room.live(MEDIUM, 6)
    assert action == Play(Sound.MEDIUM)
    # 90 % point to 90 % point: the fifth pulse ended at 1430 ms, and medium rises for 40 ms
    assert 1429.6 + 2500 <= at_ms + 40.5 < 1429.6 + 2500 + 2 * BEAT_MS


@pytest.mark.parametrize(
    "silent",
    [
        SoundWish(n_silenced=1),
        SoundWish(priority=Priority.HIGH, is_off=True),
        SoundWish(priority=Priority.HIGH, paused_until_ns=120_000 * MS),
        SoundWish(priority=Priority.LOW, n_silenced=1),
    ],
    ids=["acknowledged", "off", "paused", "acknowledged, low remains"],
)
@pytest.mark.parametrize("wish", [HIGH, MEDIUM])
def test_what_an_operator_silences_stops_at_once(room, wish, silent):
    room.live(wish, 0.1)
    assert room.live(silent, 0.1) == [(100, Cut())]


def test_what_ends_by_itself_can_still_be_silenced(room):
    room.live(HIGH, 0.2)
    room.live(QUIET, 0.2)
    assert room.live(SoundWish(n_silenced=1), 0.1) == [(400, Cut())]


def test_acknowledging_one_of_two_of_the_same_priority_goes_on(room):
    room.live(HIGH, 0.2)
    assert room.live(SoundWish(priority=Priority.HIGH, n_silenced=1), 3) == []


def test_a_pause_ends_by_itself_at_its_time(room):
    room.live(HIGH, 0.2)
    paused = SoundWish(priority=Priority.HIGH, paused_until_ns=120_000 * MS)
    said = plays(room.live(paused, 121))
    assert said == [(120_000, Sound.HIGH)]


def test_what_breaks_through_a_pause_sounds_at_once(room):
    room.live(SoundWish(priority=Priority.LOW, paused_until_ns=120_000 * MS), 10)
    assert room.live(HIGH, 0.1) == [(10_000, Play(Sound.HIGH))]


def test_a_new_condition_of_the_same_priority_does_not_wait_for_the_long_pause(room):
    first = SoundWish(priority=Priority.MEDIUM, n_onsets=1)
    room.live(first, 2)
    said = plays(room.live(SoundWish(priority=Priority.MEDIUM, n_onsets=2), 10))
    assert said == [(3500, Sound.MEDIUM)]


def test_two_bursts_of_low_are_always_over_fifteen_seconds_apart(room):
    room.live(SoundWish(priority=Priority.LOW, n_onsets=1), 1)
    ((at_ms, sound),) = plays(room.live(SoundWish(priority=Priority.LOW, n_onsets=2), 20))
    assert sound is Sound.LOW
    assert at_ms - 600 > 15_000


def test_while_audio_is_off_only_the_reminder_sounds(room):
    room.live(QUIET, 1)
    said = plays(room.live(SoundWish(priority=Priority.HIGH, is_off=True), 400))
    assert said == [(181_000, Sound.REMINDER), (361_000, Sound.REMINDER)]


def test_the_reminder_starts_anew_when_audio_was_on_between(room):
    off = SoundWish(is_off=True)
    room.live(off, 170)
    room.live(QUIET, 1)
    assert plays(room.live(off, 181)) == [(351_000, Sound.REMINDER)]


def test_the_reminder_comes_as_often_as_is_wished_or_never(room):
    assert plays(room.live(SoundWish(is_off=True, reminder_s=60), 125)) == [
        (60_000, Sound.REMINDER),
        (120_000, Sound.REMINDER),
    ]
    assert room.live(SoundWish(is_off=True, reminder_s=math.inf), 400) == []


@pytest.mark.parametrize(("wish", "after_ms"), [(HIGH, 2500), (MEDIUM, 2500), (LOW, 15_001)])
def test_what_is_to_be_louder_waits_for_the_shortest_pause_alone(room, wish, after_ms):
    soft, loud = replace(wish, volume=0.3), replace(wish, volume=1.0)
    room.live(soft, 1)
    (at_ms, action), *_ = room.live(loud, 30)
    burst = burst_of(DEFAULT, action.sound)
    assert action == Play(action.sound, 1.0)
    assert 0 <= at_ms - (burst.length_ms + after_ms) <= BEAT_MS


def test_a_louder_burst_is_not_cut_when_its_cause_needs_less(room):
    room.live(HIGH, 1)
    assert room.live(replace(HIGH, volume=0.3), 5) == []


def test_what_a_hand_made_softer_stops_at_once_and_comes_again_softly(room):
    room.live(HIGH, 1)
    softer = replace(HIGH, volume=0.3, n_silenced=1)
    (cut_ms, cut), (again_ms, again) = room.live(softer, 7)
    assert (cut_ms, cut) == (1000, Cut())
    assert again == Play(Sound.HIGH, 0.3)
    assert 5_900 <= again_ms <= 6_100


def test_an_alarm_cuts_the_reminder(room):
    room.live(SoundWish(is_off=True), 180)
    assert plays(room.live(SoundWish(is_off=True), 0.05)) == [(180_000, Sound.REMINDER)]
    assert room.live(HIGH, 0.05) == [(180_050, Cut()), (180_050, Play(Sound.HIGH))]


def test_what_was_not_heard_is_wanted_at_once(room):
    room.live(HIGH, 1)
    room.sequencer.forget()
    assert room.live(HIGH, 0.1) == [(1000, Play(Sound.HIGH))]


WISHES = st.builds(
    SoundWish,
    priority=st.sampled_from([None, *Priority]),
    paused_until_ns=st.none() | st.integers(0, 300_000).map(lambda ms: ms * MS),
    is_off=st.sampled_from([False, False, False, True]),
    n_onsets=st.integers(0, 3),
    n_silenced=st.integers(0, 3),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(WISHES, st.floats(0.05, 40)), min_size=1, max_size=12))
def test_whatever_is_wished_for_the_rules_hold(script):
    room, heard = Room(), Listener()
    before = QUIET
    for wish, seconds in script:
        for _ in range(max(1, round(seconds * 1000 / BEAT_MS))):
            now_ns = room.clock.now().mono_ns
            heard.step(room.now_ms, wish, room.step(wish), wish.heard(now_ns), wish.is_quieter_by_hand(before))
            before = wish
            room.clock.advance_ns(BEAT_MS * MS)


class Listener:
    """Hears what is played and checks the rules, from the outside."""

    def __init__(self):
        self.sound = None
        self.start_ms = self.end_ms = 0.0
        self.by = None
        self.last = None  # (sound, end of its last pulse)
        self.wanted_since = {}

    def step(self, now_ms, wish, actions, wanted, by_hand):
        if self.sound is not None and now_ms >= self.end_ms:
            self._over(self.end_ms - burst_of(DEFAULT, self.sound).tail_ms)
        for action in actions:
            match action:
                case Cut():
                    assert self.sound is not None
                    rank = 0 if wanted is None else wanted.rank
                    assert by_hand or rank > rank_of(self.sound)
                    self._over(now_ms)
                case EndAt(offset_ms):
                    assert self.sound is Sound.HIGH
                    assert wanted is not Priority.HIGH
                    self.end_ms = self.start_ms + offset_ms
                    assert self.end_ms > now_ms
                    burst = DEFAULT.high
                    assert offset_ms >= burst.lead_ms + 5 * burst.pulse.td_ms + 3 * 100 + 350
                case Play(sound):
                    self._begins(sound, now_ms, wish, wanted)
        if by_hand and (wanted is None or (self.sound is not None and wanted.rank < rank_of(self.sound))):
            assert self.sound is None
        if wanted is None and wish.priority is not None:  # audio is paused or off
            assert self.sound in (None, Sound.REMINDER)
        self._nobody_waits_too_long(now_ms, wanted)

    def _begins(self, sound, now_ms, wish, wanted):
        assert self.sound is None
        burst = burst_of(DEFAULT, sound)
        if sound is Sound.REMINDER:
            assert wish.is_off
        else:
            assert wanted is not None
            assert sound.value == wanted.value
            if self.last is not None and rank_of(sound) <= rank_of(self.last[0]):
                pause_ms = now_ms + burst.lead_ms - self.last[1]
                assert pause_ms >= 2500 - 1e-3
                assert sound is not Sound.LOW or self.last[0] is not Sound.LOW or pause_ms > 15_000
        self.sound, self.start_ms = sound, now_ms
        self.end_ms = now_ms + burst.lead_ms + burst.length_ms + burst.tail_ms

    def _over(self, at_ms):
        if self.sound is not Sound.REMINDER:
            self.last = (self.sound, at_ms)
        self.sound = None

    def _nobody_waits_too_long(self, now_ms, wanted):
        self.wanted_since = {wanted: self.wanted_since.get(wanted, now_ms)}
        if wanted is None or (self.sound is not None and rank_of(self.sound) >= wanted.rank):
            self.wanted_since = {}
            return
        longest_ms = burst_of(DEFAULT, Sound(wanted.value)).pause_ms
        assert now_ms - self.wanted_since[wanted] <= longest_ms + 2 * BEAT_MS


def rank_of(sound):
    return 0 if sound is Sound.REMINDER else Priority(sound.value).rank
