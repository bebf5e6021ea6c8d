from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from devices.events import AlarmKind, Priority
from nursestation.core.commands import Acknowledge, EndAudioPause, PauseAudio, SwitchAudioOn
from nursestation.core.snapshot import AudioState, AudioView, ConditionView, SignalState
from nursestation.ui.alarms.bar import AlarmBar
from nursestation.ui.alarms.flashing import TICK_MS, Flashing
from nursestation.ui.alarms.list import LINE_ROLE, AlarmList, AlarmModel, row_height
from nursestation.ui.alarms.symbols import Symbol, SymbolLabel
from nursestation.ui.alarms.view import alarm_lines, audio_look
from nursestation.ui.controls import ElidingLabel, TwoLineLabel
from nursestation.ui.theme import DARK_THEME
from tests.helpers.station_views import NURSE, make_station

SPIKE = ConditionView(
    id="a",
    chair=2,
    rule="bp.spike",
    kind=AlarmKind.PHYSIOLOGICAL,
    priority=Priority.HIGH,
    text="BP spike 182/111",
    age_s=95,
    acknowledged=False,
)
OTHER = replace(SPIKE, id="b", chair=3, text="SpO₂ 84 < 90")
LOW = replace(SPIKE, id="c", chair=4, priority=Priority.LOW, kind=AlarmKind.TECHNICAL, text="Probe off")


def _lines(*conditions):
    return alarm_lines(make_station(conditions=conditions))


SOUND_ON = audio_look(AudioView(), sounds=True)


@pytest.fixture
def flashing(qapp):
    made = Flashing()
    yield made
    made.want("test", ())


@pytest.fixture
def bar(qtbot, flashing):
    made = AlarmBar(DARK_THEME, flashing)
    qtbot.addWidget(made)
    made.resize(900, 48)
    made.show()
    return made


def _show(bar, *conditions, audio=SOUND_ON, may_act=True, chair=2):
    bar.render(_lines(*conditions), audio, NURSE if may_act else None, chair=chair)


def _seen(condition):
    return replace(condition, acknowledged=True, signal=SignalState.ACKNOWLEDGED)


def _text(bar, name):
    return bar.findChild(QLabel, name).text()


def _fill(bar):
    strip = bar.findChild(QWidget, "alarm_strip")
    return strip.grab().toImage().pixelColor(strip.width() // 2, 3).name()


def _acknowledge(bar):
    return bar.findChild(QWidget, "acknowledge")


def test_it_says_that_there_is_nothing(bar):
    _show(bar)
    assert _text(bar, "alarm_text") == "No active alarms"
    assert not _acknowledge(bar).isEnabled()
    assert _fill(bar) == DARK_THEME.colour("calm_fill").name()


def test_the_most_urgent_is_shown_with_its_mark_its_place_and_how_many_there_are(bar):
    _show(bar, LOW, SPIKE)
    assert _text(bar, "alarm_symbol") == "***"
    assert _text(bar, "alarm_where") == "Chair 2"
    assert _text(bar, "alarm_text") == "BP spike 182/111"
    assert _text(bar, "alarm_count") == "1 patient\n1 equipment ▾"


def test_the_headline_stands_large_and_the_rest_below_it(bar):
    text = "BP crisis 206/121, 70 % above baseline 121/77; now 128/80, acknowledge to clear"
    _show(bar, replace(SPIKE, text=text, signal=SignalState.LATCHED))
    assert _text(bar, "alarm_text") == "BP crisis 206/121"
    assert _text(bar, "alarm_note") == "LATCHED · now 128/80, acknowledge to clear · 70 % above baseline 121/77"
    assert _text(bar, "alarm_count") == "List ▾"


def test_a_narrow_bar_says_how_long_below_and_cuts_no_headline(bar):
    _show(bar, SPIKE)
    assert _text(bar, "alarm_lasting") == "for 1:35 min"
    bar.resize(760, 48)
    _show(bar, replace(SPIKE, age_s=96))
    QApplication.processEvents()
    headline = bar.findChild(ElidingLabel, "alarm_text")
    assert headline.shown_text() == "BP spike 182/111"
    assert bar.findChild(QWidget, "alarm_lasting").isHidden()
    assert _text(bar, "alarm_note") == "for 1:36 min"


def test_what_has_no_room_is_left_out_whole_and_stands_in_the_tip(bar):
    text = "BP crisis 206/121, 70 % above baseline 121/77; repeat asked for; now 128/80, acknowledge to clear"
    bar.resize(760, 48)
    _show(bar, replace(SPIKE, text=text, signal=SignalState.LATCHED))
    bar.grab()
    note = bar.findChild(TwoLineLabel, "alarm_note")
    assert note.text() == "for 1:35 min · LATCHED · now 128/80, acknowledge to clear"
    assert note.toolTip() == "", "nothing is cut"
    assert bar.findChild(QWidget, "alarm_strip").toolTip() == text


ASLEEP = replace(
    LOW,
    chair=None,
    rule="station.asleep",
    text="This computer slept for 118 min: nothing was watched or recorded meanwhile. Look at every patient, "
    "and switch the computer's sleep off.",
)


def test_a_long_text_loses_a_whole_sentence_in_a_narrow_bar_and_a_headline_gets_smaller_before_it_is_cut(bar):
    _show(bar, ASLEEP)
    usual = bar.findChild(QWidget, "alarm_text").fontMetrics().height()
    bar.resize(820, 48)
    _show(bar, replace(ASLEEP, age_s=96))
    bar.grab()
    assert bar.findChild(TwoLineLabel, "alarm_note").toolTip() == "", "nothing is cut"
    assert _text(bar, "alarm_note").endswith("nothing was watched or recorded meanwhile")
    bar.resize(705, 48)
    _show(bar, replace(ASLEEP, age_s=97))
    headline = bar.findChild(ElidingLabel, "alarm_text")
    QApplication.processEvents()
    assert headline.fontMetrics().height() < usual
    assert headline.shown_text() == "CHECK ALL PATIENTS"


def test_a_row_of_the_list_is_as_high_as_all_that_it_says(listed):
    line = _lines(ASLEEP)[0]
    listed.show_lines([line])
    wide, narrow = row_height(line, 1600), row_height(line, 640)
    assert wide == row_height(_lines(SPIKE)[0], 640)
    assert listed.wanted_height(640) - listed.wanted_height(1600) == narrow - wide > 0
    listed.resize(640, 300)
    assert listed.visualRect(listed.model().index(1)).height() >= narrow


def test_what_is_paused_at_its_chair_leaves_the_bar_calm_and_is_told_with_its_picture(bar):
    _show(bar, replace(SPIKE, signal=SignalState.ALARM_PAUSED))
    assert _fill(bar) == DARK_THEME.colour("calm_fill").name()
    assert _text(bar, "alarm_text") == "Only alarms that are paused at their chair"
    assert bar.findChild(SymbolLabel, "alarm_state").symbol is Symbol.ALARM_PAUSED


@pytest.mark.parametrize("condition", [SPIKE, replace(SPIKE, priority=Priority.MEDIUM)])
def test_it_flashes_between_two_grounds(bar, flashing, condition):
    flashing.want("test", [condition.priority])
    _show(bar, condition)
    look = DARK_THEME.alarm(condition.priority)
    seen = []
    for _ in range(2 * look.half_period_ms // TICK_MS):
        seen.append(_fill(bar))
        flashing.tick()
    lit = look.half_period_ms // TICK_MS
    assert seen == [look.fill.name()] * lit + [look.fill_off.name()] * lit


@pytest.mark.parametrize("condition", [LOW, _seen(SPIKE)])
def test_what_is_low_or_was_seen_stands_still_though_others_flash(bar, flashing, condition):
    flashing.want("test", [Priority.HIGH, Priority.MEDIUM])
    _show(bar, condition)
    seen = set()
    for _ in range(10):
        seen.add(_fill(bar))
        flashing.tick()
    assert seen == {DARK_THEME.alarm(condition.priority).fill.name()}


def test_a_pause_of_the_sound_stops_no_flash(bar, flashing):
    flashing.want("test", [Priority.HIGH])
    _show(bar, replace(SPIKE, signal=SignalState.AUDIO_PAUSED))
    flashing.tick()
    assert _fill(bar) == DARK_THEME.alarm(Priority.HIGH).fill_off.name()


def test_the_clock_of_the_flashes_runs_only_while_something_flashes(flashing):
    flashing.want("test", [Priority.LOW])
    assert not flashing.is_running
    flashing.want("test", [Priority.MEDIUM])
    assert flashing.is_running
    flashing.want("other", [Priority.HIGH])
    flashing.want("test", ())
    assert flashing.is_running
    flashing.want("other", ())
    assert not flashing.is_running


def test_what_begins_to_flash_begins_lit(flashing):
    flashing.want("test", [Priority.HIGH])
    flashing.tick()
    flashing.want("other", [Priority.MEDIUM])
    assert flashing.is_dark(Priority.HIGH)
    assert not flashing.is_dark(Priority.MEDIUM)
    flashing.want("test", ())
    flashing.want("test", [Priority.HIGH])
    assert not flashing.is_dark(Priority.HIGH)


def test_the_same_again_paints_nothing(qtbot, bar):
    _show(bar, SPIKE)
    for _ in range(3):
        QApplication.processEvents()
    painted = []
    bar.painted.connect(lambda: painted.append(1))
    _show(bar, SPIKE)
    QApplication.processEvents()
    assert painted == []


def test_equally_urgent_ones_take_turns(qtbot, bar):
    _show(bar, SPIKE, OTHER)
    assert bar.shown.condition == "a"
    qtbot.waitUntil(lambda: bar.shown.condition == "b", timeout=5000)


def test_a_new_snapshot_does_not_turn_the_page(qtbot, bar):
    _show(bar, SPIKE, OTHER)
    qtbot.waitUntil(lambda: bar.shown.condition == "b", timeout=5000)
    _show(bar, SPIKE, replace(OTHER, age_s=97))
    assert bar.shown.condition == "b"


def test_the_condition_that_is_shown_is_acknowledged(qtbot, bar):
    _show(bar, SPIKE)
    with qtbot.waitSignal(bar.command_requested) as asked:
        qtbot.mouseClick(_acknowledge(bar), Qt.MouseButton.LeftButton)
    assert asked.args == [Acknowledge(chair=2, condition_id="a")]


def test_what_concerns_the_station_is_acknowledged_from_the_chair_in_front(qtbot, bar):
    _show(bar, replace(SPIKE, chair=None), chair=3)
    with qtbot.waitSignal(bar.command_requested) as asked:
        qtbot.mouseClick(_acknowledge(bar), Qt.MouseButton.LeftButton)
    assert asked.args[0].chair == 3


def test_nobody_signed_in_cannot_acknowledge_and_is_told_why(bar):
    _show(bar, SPIKE, may_act=False)
    assert not _acknowledge(bar).isEnabled()
    assert "Sign in first" in _acknowledge(bar).toolTip()


def test_what_was_acknowledged_says_so_in_words(bar):
    _show(bar, _seen(SPIKE))
    assert _text(bar, "alarm_note") == "ACKNOWLEDGED"
    assert bar.findChild(SymbolLabel, "alarm_state").symbol is Symbol.ACKNOWLEDGED
    assert not _acknowledge(bar).isEnabled()


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return])
def test_the_list_is_asked_for_by_key_and_by_click(qtbot, bar, key):
    strip = bar.findChild(QWidget, "alarm_strip")
    with qtbot.waitSignal(bar.list_requested):
        qtbot.keyClick(strip, key)
    with qtbot.waitSignal(bar.list_requested):
        qtbot.mouseClick(strip, Qt.MouseButton.LeftButton)


def test_the_model_is_sound(qtmodeltester, qtbot):
    model = AlarmModel()
    model.show_lines(_lines(SPIKE, LOW))
    qtmodeltester.check(model)
    assert model.index(0).data(Qt.ItemDataRole.DisplayRole) == "Patient"
    assert not model.index(0).flags() & Qt.ItemFlag.ItemIsSelectable
    assert model.index(1).data(LINE_ROLE).condition == "a"
    assert model.index(1).data(Qt.ItemDataRole.AccessibleTextRole).startswith("high priority alarm")
    assert model.index(2).data(Qt.ItemDataRole.DisplayRole) == "Equipment"
    assert model.data(QModelIndex()) is None


@pytest.fixture
def listed(qtbot, flashing):
    owner = QWidget()
    qtbot.addWidget(owner)
    owner.resize(900, 400)
    made = AlarmList(DARK_THEME, flashing, owner)
    made.resize(800, 200)
    made.show_lines(_lines(SPIKE, LOW))
    owner.show()
    made.show()
    yield made
    owner.close()


def test_a_line_leads_to_its_chair_and_closes_the_list(qtbot, listed):
    place = listed.visualRect(listed.model().index(3)).center()
    with qtbot.waitSignal(listed.chair_chosen) as chosen:
        qtbot.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen.args == [4]
    assert listed.isHidden()


def test_a_heading_leads_nowhere(qtbot, listed):
    place = listed.visualRect(listed.model().index(0)).center()
    with qtbot.assertNotEmitted(listed.chair_chosen):
        qtbot.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert listed.isVisible()


def test_rows_are_tall_enough_for_a_finger(listed):
    assert listed.visualRect(listed.model().index(1)).height() >= 44
    assert not listed.grab().isNull()


def test_escape_closes_it_and_an_empty_list_closes_by_itself(qtbot, listed):
    qtbot.keyClick(listed, Qt.Key.Key_Escape)
    assert listed.isHidden()
    listed.show()
    listed.show_lines(())
    assert listed.isHidden()


PAUSED = AudioView(state=AudioState.PAUSED, left_s=72.9, by="R. Alvarez RN")
OFF = AudioView(state=AudioState.OFF, by="J. Okafor RN", reason="One patient, in sight")


@pytest.mark.parametrize(
    ("audio", "symbol", "title", "command"),
    [
        (AudioView(), Symbol.SOUND, "Pause sound 2 min", PauseAudio()),
        (AudioView(pause_s=90), Symbol.SOUND, "Pause sound 90 s", PauseAudio()),
        (PAUSED, Symbol.AUDIO_PAUSED, "AUDIO PAUSED", EndAudioPause()),
        (OFF, Symbol.AUDIO_OFF, "AUDIO OFF", SwitchAudioOn()),
    ],
)
def test_one_tap_pauses_the_sound_and_brings_it_back(qtbot, bar, audio, symbol, title, command):
    _show(bar, SPIKE, audio=audio_look(audio, sounds=True))
    button = bar.findChild(QWidget, "audio")
    assert bar.findChild(SymbolLabel, "audio_symbol").symbol is symbol
    assert _text(bar, "audio_title") == title
    with qtbot.waitSignal(bar.command_requested) as asked:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked.args == [command]
    assert button.height() >= 44


def test_the_sound_button_keeps_its_place_in_each_state(bar):
    widths = set()
    for audio in (AudioView(), PAUSED, OFF):
        _show(bar, SPIKE, audio=audio_look(audio, sounds=True))
        QApplication.processEvents()
        widths.add(bar.findChild(QWidget, "audio").width())
    assert len(widths) == 1


def test_a_pause_counts_down(bar):
    _show(bar, SPIKE, audio=audio_look(PAUSED, sounds=True))
    assert _text(bar, "audio_note") == "tap to end · 1:12"


def test_the_sound_button_has_a_key(qtbot, bar):
    _show(bar, SPIKE)
    assert bar.findChild(QWidget, "audio").shortcut().toString() == "F11"


def test_nobody_signed_in_cannot_pause_the_sound(bar):
    _show(bar, SPIKE, may_act=False)
    assert not bar.findChild(QWidget, "audio").isEnabled()
    assert "Sign in first" in bar.findChild(QWidget, "audio").toolTip()


@pytest.mark.parametrize("audio", [AudioView(), PAUSED, OFF])
def test_its_words_say_that_the_bedside_monitor_is_not_touched(audio):
    look = audio_look(audio, sounds=True)
    assert "Nursestation" in look.tip


def test_a_turn_waits_while_the_button_is_held(bar):
    _show(bar, SPIKE, OTHER)
    button = bar.findChild(QWidget, "acknowledge")
    button.setDown(True)
    bar._next_turn()
    assert bar.shown.condition == "a"
    button.setDown(False)
    bar._next_turn()
    assert bar.shown.condition == "b"


def test_where_nothing_sounds_there_is_nothing_to_pause(bar):
    _show(bar, audio=audio_look(AudioView(), sounds=False))
    assert not bar.findChild(QWidget, "audio").isEnabled()
    assert "nothing to pause" in bar.findChild(QWidget, "audio").toolTip()
