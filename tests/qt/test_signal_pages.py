from datetime import UTC

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from devices.events import Priority
from nursestation.core.commands import SelfTest, SwitchAudioOff, SwitchAudioOn
from nursestation.core.snapshot import AudioState, AudioView, SelfTestView
from nursestation.core.sounds.wishes import Tried
from nursestation.ui.alarms.strip import StationStrip
from nursestation.ui.audio_off_page import AudioOffPage
from nursestation.ui.self_test_page import Lamp, SelfTestPage
from nursestation.ui.theme import DARK_THEME, LIGHT_THEME
from tests.helpers.station_views import LEAD, NOW, NURSE, make_station

TESTED = SelfTestView(done_today=True, at=NOW)
OFF = AudioView(state=AudioState.OFF, by="J. Okafor RN", reason="One patient")


def _press(qtbot, page, name):
    qtbot.mouseClick(page.findChild(QWidget, name), Qt.MouseButton.LeftButton)


def _text(page, name):
    return page.findChild(QLabel, name).text()


@pytest.fixture
def test_page(qtbot):
    made = SelfTestPage(UTC)
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    made.render(make_station())
    yield made
    made.hide()


def _lamp_ground(lamp):
    return lamp.grab().toImage().pixelColor(lamp.width() // 2, 4).name()


@pytest.mark.parametrize("look", [DARK_THEME, LIGHT_THEME], ids=lambda look: look.name)
def test_all_three_lamps_are_those_of_the_alarm_bar(test_page, look):
    test_page.set_theme(look)
    lamps = {priority: test_page.findChild(Lamp, f"self_test_lamp_{priority.value}") for priority in Priority}
    assert {one: _lamp_ground(lamp) for one, lamp in lamps.items()} == {
        one: look.alarm(one).fill.name() for one in Priority
    }


def test_the_lamps_flash_only_while_the_page_is_in_sight(test_page):
    assert test_page._flashing.is_running
    test_page.hide()
    assert not test_page._flashing.is_running


def test_the_three_sounds_are_played_from_high_to_low_and_then_no_more(qtbot, test_page):
    wanted = []
    test_page.sound_wanted.connect(wanted.append)
    _press(qtbot, test_page, "self_test_play")
    for _ in range(3):
        test_page._steps.timeout.emit()
    assert wanted == [Tried(None, Priority.HIGH), Tried(None, Priority.MEDIUM), Tried(None, Priority.LOW), None]
    assert not test_page._steps.isActive()


def test_the_station_and_each_chair_are_played_in_turn_and_asked_for(qtbot, test_page):
    test_page.show_chairs((2, 5))
    wanted, told = [], []
    test_page.sound_wanted.connect(wanted.append)
    _press(qtbot, test_page, "self_test_play")
    while test_page._steps.isActive():
        told.append(_text(test_page, "self_test_note"))
        test_page._steps.timeout.emit()
    assert wanted[3:] == [Tried(2, Priority.HIGH), Tried(5, Priority.HIGH), None]
    assert told[2:] == [
        "Playing at the station.",
        "Playing at chair 2: listen there.",
        "Playing at chair 5: listen there.",
    ]
    wanted.clear()
    _press(qtbot, test_page, "self_test_play_2")
    assert wanted == [Tried(2, Priority.HIGH)]
    send = test_page.findChild(QWidget, "self_test_send")
    for answer in ("self_test_seen_yes", "self_test_heard_yes", "self_test_heard_2_yes"):
        _press(qtbot, test_page, answer)
        assert not send.isEnabled()
    _press(qtbot, test_page, "self_test_heard_5_no")
    with qtbot.waitSignal(test_page.command_requested) as asked:
        _press(qtbot, test_page, "self_test_send")
    assert asked.args == [SelfTest(heard=True, seen=True, chairs_not_heard=(5,))]


def test_answers_to_chairs_are_forgotten_with_the_others(qtbot, test_page):
    test_page.show_chairs((2,))
    _press(qtbot, test_page, "self_test_heard_2_yes")
    test_page.hide()
    test_page.show()
    _press(qtbot, test_page, "self_test_seen_yes")
    _press(qtbot, test_page, "self_test_heard_yes")
    assert not test_page.findChild(QWidget, "self_test_send").isEnabled()


def test_leaving_the_page_stops_the_sounds(qtbot, test_page):
    wanted = []
    _press(qtbot, test_page, "self_test_play")
    test_page.sound_wanted.connect(wanted.append)
    test_page.hide()
    assert wanted == [None]


@pytest.mark.parametrize(("seen", "heard"), [("yes", "yes"), ("yes", "no"), ("no", "yes")])
def test_the_result_is_what_a_person_answered(qtbot, test_page, seen, heard):
    send = test_page.findChild(QWidget, "self_test_send")
    assert not send.isEnabled()
    _press(qtbot, test_page, f"self_test_seen_{seen}")
    _press(qtbot, test_page, f"self_test_heard_{heard}")
    sent, left = [], []
    test_page.command_requested.connect(sent.append)
    test_page.closed.connect(lambda: left.append(True))
    _press(qtbot, test_page, "self_test_send")
    assert sent == [SelfTest(heard=heard == "yes", seen=seen == "yes")]
    assert left == [True]


def test_a_sound_that_was_not_heard_says_what_to_do(qtbot, test_page):
    _press(qtbot, test_page, "self_test_heard_no")
    assert "loudspeaker" in _text(test_page, "self_test_note")


def test_nobody_signed_in_can_note_no_result(qtbot, test_page):
    test_page.render(make_station(operator=None))
    _press(qtbot, test_page, "self_test_seen_yes")
    _press(qtbot, test_page, "self_test_heard_yes")
    assert not test_page.findChild(QWidget, "self_test_send").isEnabled()


def test_the_page_tells_when_the_last_test_was(test_page):
    assert _text(test_page, "self_test_last") == "Not tested yet. Today's test is still to be passed."
    test_page.render(make_station(self_test=TESTED))
    assert _text(test_page, "self_test_last") == "Last tested: 14:00."


@pytest.fixture
def off_page(qtbot):
    made = AudioOffPage()
    qtbot.addWidget(made)
    made.show()
    yield made
    made.hide()


def test_a_lead_nurse_switches_the_sound_off_with_a_reason(qtbot, off_page):
    off_page.render(make_station(operator=LEAD))
    assert not off_page.findChild(QWidget, "audio_off_send").isEnabled()
    _press(qtbot, off_page, "audio_off_reason_the_bedside_monitors_sound")
    with qtbot.waitSignal(off_page.command_requested) as asked:
        _press(qtbot, off_page, "audio_off_send")
    assert asked.args == [SwitchAudioOff(reason="The bedside monitors sound")]


def test_the_page_tells_when_it_reminds(off_page):
    off_page.render(make_station(operator=LEAD, audio=AudioView(reminder_s=240)))
    assert "reminds every 4 min" in _text(off_page, "audio_off_told")


def test_another_nurse_is_told_who_may(qtbot, off_page):
    off_page.render(make_station(operator=NURSE))
    _press(qtbot, off_page, "audio_off_reason_the_bedside_monitors_sound")
    assert not off_page.findChild(QWidget, "audio_off_send").isEnabled()
    assert "Only a lead nurse" in _text(off_page, "audio_off_note")


def test_while_it_is_off_the_page_says_who_and_why_and_anybody_brings_it_back(qtbot, off_page):
    off_page.render(make_station(operator=NURSE, audio=OFF))
    assert _text(off_page, "audio_off_state") == "AUDIO OFF, by J. Okafor RN: One patient"
    with qtbot.waitSignal(off_page.command_requested) as asked:
        _press(qtbot, off_page, "audio_off_on")
    assert asked.args == [SwitchAudioOn()]


@pytest.fixture
def strip(qtbot):
    made = StationStrip()
    qtbot.addWidget(made)
    yield made
    made.hide()


def test_what_sounds_because_nobody_answered_is_said_and_audio_off_goes_before_it(strip):
    strip.show_unanswered("Chair 2 not answered: the station sounds louder.")
    strip.render(make_station())
    assert _text(strip, "station_strip_text") == "Chair 2 not answered: the station sounds louder."
    strip.render(make_station(audio=OFF))
    assert "AUDIO OFF" in _text(strip, "station_strip_text")
    strip.show_unanswered("")
    strip.render(make_station())
    assert strip.isHidden()


def test_a_day_without_a_test_takes_no_row(strip):
    strip.render(make_station())
    assert strip.isHidden()


def test_off_is_said_with_who_and_why_and_cannot_be_put_away(qtbot, strip):
    strip.render(make_station(audio=OFF))
    assert _text(strip, "station_strip_text") == "AUDIO OFF in Nursestation, by J. Okafor RN: One patient"
    with qtbot.waitSignal(strip.command_requested) as asked:
        _press(qtbot, strip, "station_strip_sound_on")
    assert asked.args == [SwitchAudioOn()]
