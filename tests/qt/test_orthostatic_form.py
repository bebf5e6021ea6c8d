"""The check lying and standing, by the hands of a nurse: each posture takes a reading of its own, and says where it is from."""

from dataclasses import replace
from datetime import UTC

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from devices.clock import NS_PER_S
from nursestation.ui.checkin.gate_form import Scene
from nursestation.ui.discharge.orthostatic_form import OrthostaticForm
from nursestation.ui.discharge.orthostatic_view import BY_HAND, WAITS
from tests.helpers.station_views import NOW, make_chair, make_discharge_visit, make_reading, make_station

LYING = make_reading(124, 76, ago_s=60)
FIRST, THIRD = make_reading(124, 76, ago_s=-70), make_reading(122, 78, ago_s=-185)


@pytest.fixture
def form(qtbot):
    made = OrthostaticForm(UTC)
    qtbot.addWidget(made)
    made.resize(900, 400)
    made.show()
    return made


@pytest.fixture
def asked(form):
    commands = []
    form.asked.connect(commands.append)
    return commands


def look(form, *cuffs, after_s=0):
    """Let the clock stand so many seconds after NOW, with these readings in the record."""
    visit = replace(make_discharge_visit("orthostatic"), cuffs=cuffs)
    chair = make_chair(visit)
    station = replace(make_station(chair), at=NOW.shifted(after_s * NS_PER_S))
    form.render_scene(Scene(station, chair, visit))


def find(form, name):
    widget = form.findChild(QWidget, f"discharge_orthostatic_{name}")
    assert widget is not None, name
    return widget


def offers(form):
    """Return what the three buttons say, in brackets where they cannot be pressed."""
    buttons = [find(form, f"take_{posture}") for posture in ("lying", "minute_1", "minute_3")]
    return [button.text() if button.isEnabled() else f"[{button.text()}]" for button in buttons]


def press(qtbot, form, name):
    qtbot.mouseClick(find(form, name), Qt.MouseButton.LeftButton)


def test_one_reading_is_taken_for_one_posture(qtbot, form, asked):
    look(form, LYING)
    assert offers(form) == ["Take 124/76 of 13:59", f"[{WAITS}]", f"[{WAITS}]"]
    press(qtbot, form, "take_lying")
    assert offers(form) == ["[From the cuff at 13:59]", f"[{WAITS}]", f"[{WAITS}]"]
    assert "Start the cuff" in find(form, "take_minute_1").toolTip()
    press(qtbot, form, "stands")
    look(form, LYING, after_s=30)
    assert offers(form)[1:] == [f"[{WAITS}]", f"[{WAITS}]"]
    look(form, LYING, FIRST, after_s=75)  # in its time: it fills itself in
    assert offers(form) == ["[From the cuff at 13:59]", "[From the cuff at 14:01]", f"[{WAITS}]"]
    assert not find(form, "take_minute_3").isEnabled()
    look(form, LYING, FIRST, THIRD, after_s=190)
    press(qtbot, form, "well")
    (command,) = asked
    assert command.came_from == (LYING.measured_utc_ns, FIRST.measured_utc_ns, THIRD.measured_utc_ns)
    assert (command.lying, command.standing_1, command.standing_3) == ((124, 76, 72), (124, 76, 72), (122, 78, 72))


def test_a_reading_out_of_its_time_is_taken_by_hand_for_one_posture_alone(qtbot, form):
    look(form, LYING)
    press(qtbot, form, "stands")
    late = make_reading(120, 77, ago_s=-140)
    look(form, LYING, late, after_s=150)
    assert offers(form)[1:] == ["Take 120/77 of 14:02", "Take 120/77 of 14:02"]
    press(qtbot, form, "take_minute_1")
    assert find(form, "minute_1_sys").text() == "120"
    assert offers(form)[1:] == ["[From the cuff at 14:02]", f"[{WAITS}]"]


def test_what_is_typed_is_by_hand(qtbot, form, asked):
    look(form, LYING)
    press(qtbot, form, "stands")
    look(form, LYING, FIRST, after_s=75)
    find(form, "minute_1_sys").setFocus()
    find(form, "minute_1_sys").selectAll()
    qtbot.keyClicks(find(form, "minute_1_sys"), "118")
    for part, text in (("sys", "119"), ("dia", "75")):
        qtbot.keyClicks(find(form, f"minute_3_{part}"), text)
    assert offers(form) == ["[From the cuff at 13:59]", "Take 124/76 of 14:01", "Take 124/76 of 14:01"]
    look(form, LYING, after_s=75)
    assert offers(form)[1:] == [f"[{BY_HAND}]", f"[{BY_HAND}]"]
    press(qtbot, form, "dizzy")
    (command,) = asked
    assert command.came_from == (LYING.measured_utc_ns, None, None)
    assert (command.standing_1, command.standing_3) == ((118, 76, 72), (119, 75, None))


def test_a_draft_keeps_where_each_posture_came_from(qtbot, form):
    look(form, LYING)
    press(qtbot, form, "stands")
    look(form, LYING, FIRST, after_s=75)
    kept = form.draft()
    form.clear()
    assert form.draft() == {}
    assert offers(form)[0] == "Take 124/76 of 14:01"
    form.restore(kept)
    look(form, LYING, FIRST, after_s=80)
    assert offers(form) == ["[From the cuff at 13:59]", "[From the cuff at 14:01]", f"[{WAITS}]"]
    assert form.draft() == kept


def test_a_refusal_brings_back_the_numbers_and_where_they_came_from(qtbot, form, asked):
    look(form, LYING)
    press(qtbot, form, "stands")
    look(form, LYING, FIRST, THIRD, after_s=190)
    kept = form.draft()
    press(qtbot, form, "well")
    assert form.draft() == {}
    form.refused()
    assert form.draft() == kept
    press(qtbot, form, "well")
    assert asked[0] == asked[1]


def test_standing_up_again_begins_with_new_readings_and_leaves_what_was_typed(qtbot, form):
    look(form, LYING)
    press(qtbot, form, "stands")
    look(form, LYING, FIRST, after_s=75)
    qtbot.keyClicks(find(form, "minute_3_sys"), "119")
    press(qtbot, form, "stands")
    assert offers(form)[1:] == [f"[{WAITS}]", f"[{BY_HAND}]"]
    assert [find(form, f"{field}_sys").text() for field in ("lying", "minute_1", "minute_3")] == ["124", "", "119"]


def test_the_line_for_another_reason_says_what_it_is_for(form):
    assert form.findChild(QLineEdit, "discharge_orthostatic_why").placeholderText() == "another reason"


def test_the_words_of_the_buttons_are_whole(qtbot, form):
    look(form, LYING)
    for name in ("take_lying", "take_minute_1"):
        button = find(form, name)
        assert button.width() >= button.sizeHint().width()
        assert button.accessibleName().endswith(button.text())
    assert find(form, "take_lying").accessibleName().startswith("Lying: ")
    assert isinstance(find(form, "line"), QLabel)
