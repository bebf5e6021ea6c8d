import numpy as np
import pytest

from devices.clock import ManualClock
from devices.events import Priority
from nursestation.core.sounds.figures import DEFAULT
from nursestation.core.sounds.sequencer import QUIET, Sound, SoundWish
from nursestation.core.sounds.voice import sound_samples
from nursestation.runtime.loudspeaker import FAILED, LOST, STALLED, STUTTERING, Loudspeaker, OutputState
from tests.helpers.handsound import RATE_HZ, HandOutputs
from tests.helpers.soundmeter import bursts, measure

HIGH = SoundWish(priority=Priority.HIGH)
LOW = SoundWish(priority=Priority.LOW)


class Room:
    def __init__(self):
        self.clock = ManualClock()
        self.outputs = HandOutputs()
        self.loudspeaker = Loudspeaker(self.outputs, DEFAULT, self.clock)
        self.troubles = []

    def live(self, seconds, wish=None, *, plays=True):
        """Let time pass at a beat of 25 ms; return the trouble at its end."""
        if wish is not None:
            self.loudspeaker.wish = wish
        for _ in range(round(seconds * 40)):
            self.loudspeaker.beat()
            if not self.troubles or self.troubles[-1] != self.loudspeaker.trouble:
                self.troubles.append(self.loudspeaker.trouble)
            self.clock.advance(0.025)
            if plays and self.outputs.opened:
                self.outputs.last.play(25)
        return self.loudspeaker.trouble


@pytest.fixture
def room():
    return Room()


def test_a_quiet_room_hears_silence_that_never_stops(room):
    assert room.live(10) == ""
    heard = room.outputs.last.heard
    assert heard.size == 10 * RATE_HZ
    assert not heard.any()


def test_an_alarm_is_heard_whole_within_what_the_output_holds(room):
    room.live(1)
    room.live(5, HIGH)
    heard = room.outputs.last.heard
    whole = sound_samples(DEFAULT, Sound.HIGH, 1.0, RATE_HZ)
    start = int(np.flatnonzero(heard)[0]) - int(np.flatnonzero(whole)[0])
    assert 1.0 <= start / RATE_HZ <= 1.0 + 0.150
    assert (heard[start : start + whole.size] == whole).all()


def test_a_condition_that_ends_is_heard_as_half_a_burst(room):
    room.live(0.5, HIGH)
    room.live(20, QUIET)
    ((_, samples),) = bursts(room.outputs.last.heard, RATE_HZ)
    assert len(measure(samples, RATE_HZ).tones) == 5


def test_no_output_at_the_start_is_told_and_looked_for_again(room):
    room.outputs.unplug()
    assert room.live(1, HIGH) == HandOutputs.NONE
    assert room.outputs.n_tries == 1
    room.live(10)
    assert room.outputs.n_tries == 6  # each two seconds


def test_an_output_that_comes_is_used_at_once_and_what_is_wanted_sounds(room):
    room.outputs.unplug()
    room.live(7, HIGH)
    room.outputs.plug()
    room.live(0.5)
    assert room.outputs.last.heard.any()
    assert room.live(1) == ""


def test_an_output_that_is_pulled_while_an_alarm_sounds(room):
    room.live(1, HIGH)
    first = room.outputs.last
    room.outputs.unplug(noticed=False)
    room.live(0.025)
    assert first.is_closed
    assert room.loudspeaker.trouble == LOST
    assert room.live(5) == HandOutputs.NONE
    room.outputs.plug()
    assert room.live(1.5) == ""
    assert room.outputs.last is not first
    assert room.outputs.last.heard.any()


def test_what_is_over_when_the_output_is_back_is_not_made_up_for(room):
    room.outputs.unplug()
    room.live(5, HIGH)
    room.live(5, QUIET)
    room.outputs.plug()
    room.live(5)
    assert not room.outputs.last.heard.any()


def test_another_chosen_output_is_used_at_once(room):
    room.live(0.5, HIGH)
    room.outputs.plug()
    room.live(0.5)
    first, second = room.outputs.opened
    assert first.is_closed
    assert second.heard.any()
    assert room.troubles == [""]


def test_an_output_that_takes_nothing_is_told_and_opened_again(room):
    room.live(1)
    first = room.outputs.last
    room.live(2.1, plays=False)
    assert room.troubles == ["", STALLED]
    assert first.is_closed
    assert room.live(2) == ""


def test_an_output_that_keeps_stopping_does_not_flicker(room):
    for _ in range(6):
        room.live(0.5)
        room.outputs.last.now = OutputState.STOPPED
        room.live(1.5)
    assert room.troubles == ["", LOST]


def test_interruptions_are_told_when_they_come_often(room):
    room.live(1)
    output = room.outputs.last
    for _ in range(5):  # that it was starved before its first sample is none of them
        assert room.loudspeaker.trouble == ""
        output.now = OutputState.STARVED
        room.live(0.1)
    assert room.loudspeaker.trouble == STUTTERING
    assert room.live(61) == ""


def test_whatever_fails_is_told_logged_once_and_tried_again(room, log_lines):
    class Broken:
        rate_hz = RATE_HZ

        def state(self):
            raise RuntimeError("".join(("Mrs", " X")))

    whole = room.outputs.open
    room.outputs.open = Broken
    assert room.live(5, HIGH) == FAILED
    (line,) = log_lines
    assert "RuntimeError" in line
    assert "Mrs X" not in line
    room.outputs.open = whole
    assert room.live(4) == ""
    assert room.outputs.last.heard.any()


def test_closing_lets_go_of_the_output_and_may_be_said_twice(room):
    room.live(0.1)
    room.loudspeaker.close()
    room.loudspeaker.close()
    assert room.outputs.last.is_closed


def test_a_volume_of_nought_is_heard_as_nothing(room):
    room.live(5, SoundWish(priority=Priority.LOW, volume=0.0))
    assert not room.outputs.last.heard.any()
