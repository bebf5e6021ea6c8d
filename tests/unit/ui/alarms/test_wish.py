from dataclasses import replace

import pytest

from devices.clock import NS_PER_S
from devices.events import Priority
from nursestation.core.snapshot import AudioState, AudioView
from nursestation.ui.alarms.wish import sound_wish
from tests.helpers.station_views import NOW, make_station

UNTIL_NS = NOW.mono_ns + 60 * NS_PER_S
PAUSED = AudioView(state=AudioState.PAUSED, until_ns=UNTIL_NS, held=Priority.MEDIUM, n_onsets=0, n_silenced=3)


def _heard(snapshot, at_ns=NOW.mono_ns, **changes):
    return sound_wish(snapshot, **changes).heard(at_ns)


def test_the_highest_priority_sounds_with_the_counts_that_tell_new_from_old():
    wish = sound_wish(make_station(sound=Priority.HIGH, audio=AudioView(n_onsets=4, n_silenced=2)))
    assert (wish.heard(0), wish.n_onsets, wish.n_silenced) == (Priority.HIGH, 4, 2)


def test_a_quiet_room_is_quiet():
    assert _heard(make_station()) is None


def test_a_pause_ends_by_itself_and_what_it_held_is_heard_again():
    paused = make_station(audio=PAUSED)
    assert _heard(paused) is None
    assert _heard(paused, UNTIL_NS) is Priority.MEDIUM


def test_a_new_condition_breaks_through_a_pause():
    assert _heard(make_station(audio=PAUSED, sound=Priority.LOW)) is Priority.LOW


def test_off_silences_all_but_the_reminder():
    wish = sound_wish(make_station(audio=AudioView(state=AudioState.OFF, by="J. Okafor RN", reason="x")))
    assert wish.is_off
    assert wish.heard(0) is None


@pytest.mark.parametrize(
    ("wanted", "heard"), [(None, Priority.LOW), (Priority.LOW, Priority.LOW), (Priority.HIGH, Priority.HIGH)]
)
def test_a_self_test_never_hides_an_alarm(wanted, heard):
    assert _heard(make_station(sound=wanted), tested=Priority.LOW) is heard


def test_a_self_test_is_heard_through_a_pause():
    assert _heard(make_station(audio=PAUSED), tested=Priority.HIGH) is Priority.HIGH


def test_an_engine_that_fell_silent_is_heard():
    quiet = make_station()
    assert _heard(quiet, is_dead=True) is Priority.HIGH
    assert _heard(replace(quiet, audio=PAUSED), is_dead=True) is Priority.HIGH
