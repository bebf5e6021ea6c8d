"""From what happens to a patient to the bytes at each loudspeaker: the real station, bridge, window and sound threads.

The clock is the test's, the loudspeakers are in its hand; nothing in between is replaced.
"""

import gc
import threading
from datetime import UTC

import numpy as np
import pytest
from PySide6.QtWidgets import QAbstractButton, QLabel

from devices.clock import ManualClock
from devices.events import Priority
from nursestation.app import OpenStation
from nursestation.config.sound import sound_plan
from nursestation.core import commands as c
from nursestation.core.sounds.wishes import QuietSound, SoundPlan
from nursestation.paths import Profile
from nursestation.ui.shell import make_shell
from nursestation.ui.soundroom import SoundRoom
from nursestation.ui.theme import DARK_THEME
from tests.helpers.handsound import RATE_HZ, HandOutputs
from tests.helpers.published import HandOutbox
from tests.helpers.soundmeter import bursts, measure
from tests.helpers.visit import START, PlainPins, make_clinic

LOW_SPO2 = {"spo2": 88.0}
PLAN = SoundPlan(volume=0.8, chairs=((2, QuietSound.NONE),))
_FULL = 32_767 * 10 ** (-1 / 20)


class Hall:
    """A visit in chair 2, a window, and a loudspeaker at every place of a plan."""

    def __init__(self, qtbot, tmp_path, plan):
        self._qtbot = qtbot
        self.clinic, self.wall = make_clinic(), ManualClock()
        self.clinic.start()
        self._outbox = HandOutbox()
        self.shell = make_shell(
            self._outbox, self.clinic.apply, clock=self.clinic.clock, wall=self.wall, theme=DARK_THEME,
            exports=tmp_path, prefer={}, zone=UTC,
        )  # fmt: skip
        self.window = self.shell.window
        qtbot.addWidget(self.window)
        self.window.resize(1280, 800)
        self.window.show()
        self.outputs = {place: HandOutputs(is_hungry=True) for place in plan.places}
        self.room = SoundRoom(self.clinic.clock, plan, self.outputs.__getitem__)
        self.room.join(self.shell)

    def start(self):
        self.room.start()
        self._qtbot.waitUntil(lambda: all(outputs.n_tries for outputs in self.outputs.values()))
        self.publish()

    def publish(self):
        self._outbox.items.append(self.clinic.station.snapshot(self.clinic.clock.now()))
        self._outbox.heartbeat += 1
        self.shell.bridge.drain()

    def live(self, seconds, vitals=LOW_SPO2):
        """Let time pass at the bedside, and the window see it each second."""
        for _ in range(seconds):
            self.clinic.run(1, vitals)
            self.publish()

    def heard(self, place):
        """Wait for the first burst that there is; return its pulses and its peak against full volume [dB]."""
        output = self.outputs[place].last
        self._qtbot.waitUntil(lambda: bool(output.heard.any()))
        start = int(np.flatnonzero(output.heard)[0])
        self._qtbot.waitUntil(lambda: output.heard.size - start > 4 * RATE_HZ)
        (_, samples), *_ = bursts(output.heard, RATE_HZ)
        return len(measure(samples, RATE_HZ).tones), round(20 * np.log10(np.abs(samples).max() / _FULL))

    def forget(self, place):
        """Wait until a place is silent, and forget what was heard there."""
        self._qtbot.waitUntil(lambda: self.is_silent(place))
        output = self.outputs[place].last
        output.heard = output.heard[:0]

    def steady(self, place):
        """Let an output that came back play for long enough to count."""
        n = len(self.outputs[place].opened)
        self.outputs[place].plug()
        self._qtbot.waitUntil(lambda: len(self.outputs[place].opened) > n)
        self.clinic.clock.advance(1.5)

    def is_silent(self, place):
        """Say whether nothing but silence is fed to a place for the next half second of sound."""
        output = self.outputs[place].last
        begin = output.heard.size + RATE_HZ // 10  # what is cut fades
        self._qtbot.waitUntil(lambda: output.heard.size > begin + RATE_HZ // 2)
        return not output.heard[begin:].any()

    def strip(self):
        label = self.window.findChild(QLabel, "station_strip_text")
        return label.text() if label.isVisible() else ""

    def conditions(self):
        return [one.text for one in self.clinic.station.snapshot(self.clinic.clock.now()).conditions]


@pytest.fixture
def make_hall(qtbot, tmp_path):
    made = []

    def build(plan=PLAN):
        made.append(Hall(qtbot, tmp_path, plan))
        return made[-1]

    yield build
    for hall in made:
        hall.room.stop()
        hall.window.close()
    made.clear()
    gc.collect()  # in this thread: the next test's sound thread is no place to take a window apart


def test_the_station_sounds_and_the_chair_is_silent_until_nobody_has_answered(make_hall):
    hall = make_hall()
    hall.start()
    hall.live(12)
    assert hall.heard(None) == (3, -6)
    assert not hall.outputs[2].last.heard.any()
    hall.live(119)
    assert hall.heard(2) == (3, 0)
    assert hall.strip() == "Chair 2 not answered: the alarm sounds at the chair too."
    (condition,) = [one for one in hall.clinic.view.conditions if one.rule == "limit.spo2.low"]
    hall.clinic.do(c.Acknowledge(chair=2, condition_id=condition.id))
    hall.live(20)
    assert hall.is_silent(2)
    assert hall.is_silent(None)
    assert "not answered" not in hall.strip()


def test_a_chair_without_a_loudspeaker_makes_the_station_louder_and_the_screen_says_so(make_hall):
    hall = make_hall(SoundPlan(volume=0.8))
    hall.start()
    hall.live(131)
    hall.forget(None)
    hall.live(20)
    n_pulses, level_db = hall.heard(None)
    assert n_pulses >= 3  # a burst that was under way may stand right before the louder one
    assert level_db == 0
    assert hall.strip() == "Chair 2 not answered: the station sounds louder."


def test_a_chairs_loudspeaker_that_is_missing_is_a_condition_at_the_start_and_while_it_runs(qtbot, make_hall):
    hall = make_hall()
    hall.outputs[2].unplug()
    hall.start()
    told = f"Chair 2's loudspeaker. {HandOutputs.NONE}"
    qtbot.waitUntil(lambda: told in hall.conditions())
    hall.steady(2)
    qtbot.waitUntil(lambda: told not in hall.conditions())
    hall.live(131)
    assert "at the chair too" in hall.strip()
    hall.outputs[2].unplug()
    qtbot.waitUntil(lambda: told in hall.conditions())
    hall.live(1)
    assert hall.strip() == "Chair 2 not answered: the station sounds louder."


def test_a_station_that_cannot_be_heard_lets_the_chair_sound_at_once(qtbot, make_hall):
    hall = make_hall()
    hall.outputs[None].unplug()
    hall.start()
    qtbot.waitUntil(lambda: HandOutputs.NONE in hall.conditions())
    hall.live(12)
    assert hall.heard(2) == (3, 0)


def test_an_output_that_is_slow_to_close_keeps_no_other_from_closing(make_hall):
    hall = make_hall()
    hall.start()
    station, chair = hall.outputs[None].last, hall.outputs[2].last
    is_closed, close_station, close_chair = threading.Event(), station.close, chair.close
    chair.close = lambda: (close_chair(), is_closed.set())
    station.close = lambda: (is_closed.wait(10), close_station())
    hall.room.stop()  # one that did not stop in time is logged
    assert station.is_closed
    assert chair.is_closed


def test_a_self_test_is_heard_where_it_is_asked_for(make_hall):
    hall = make_hall()
    hall.start()
    hall.window.open("self_test")
    hall.window.findChild(QAbstractButton, "self_test_play_2").click()
    assert hall.heard(2) == (10, 0)
    hall.shell.self_test.hide()
    assert hall.is_silent(2)
    assert not hall.outputs[None].last.heard.any()


def test_an_engine_that_fell_silent_is_heard_at_the_station(make_hall):
    hall = make_hall()
    hall.start()
    hall.wall.advance(2.5)
    hall.shell.bridge.drain()
    assert hall.heard(None) == (10, 0)
    assert not hall.outputs[2].last.heard.any()


def test_a_computer_without_qts_sound_part_says_so_once(qtbot, make_hall):
    def lacking(place):
        raise ImportError("libpulse.so.0")

    hall = make_hall()
    room = SoundRoom(hall.clinic.clock, PLAN, lacking)
    faults = []
    room.fault_changed.connect(faults.append)
    room.join(hall.shell)
    room.start()
    hall.live(140)
    room.stop()
    assert [fault.id for fault in faults] == ["sound"]
    assert sum("Qt's sound part cannot be loaded" in text for text in hall.conditions()) == 1
    assert hall.strip() == "Chair 2 not answered: the station sounds louder."


SETTINGS = """
sound_volume = 10

[[chair]]
number = 3
sound_output = "USB speaker 2"
"""


def test_the_program_plays_what_its_own_engine_judges_at_the_outputs_of_its_settings(qtbot, tmp_path):
    profile = Profile(tmp_path / "profile")
    profile.folder.mkdir()
    profile.settings.write_text(SETTINGS)
    clock = ManualClock(START)
    outputs = {place: HandOutputs(is_hungry=True) for place in (None, 3)}
    outputs[3].unplug()

    def sound(settings):
        return SoundRoom(clock, sound_plan(settings), outputs.__getitem__)

    shown = []
    with OpenStation(profile, (), 1, clock, PlainPins(), sound) as station:
        station.shell.bridge.snapshot_changed.connect(shown.append)
        qtbot.waitUntil(lambda: bool(shown) and shown[-1].sound is Priority.MEDIUM)
        (condition,) = shown[-1].conditions
        assert condition.text == f"Chair 3's loudspeaker. {HandOutputs.NONE}"
        output = outputs[None].last
        qtbot.waitUntil(lambda: int(np.count_nonzero(output.heard)) > RATE_HZ // 2)
        outputs[3].plug()
        qtbot.waitUntil(lambda: bool(outputs[3].opened))
        clock.advance(1.5)
        qtbot.waitUntil(lambda: not shown[-1].conditions)
    assert output.is_closed
    assert outputs[3].last.is_closed
