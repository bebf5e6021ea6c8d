from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from devices.events import Priority
from nursestation.core.commands import AcceptLimits, EndChairPause, PauseChairAlarms, ResetLimits, SetLimit
from nursestation.core.model import Phase
from nursestation.core.snapshot import ChairPauseView, LimitView
from nursestation.ui.chair.alarm_controls import AlarmControls, PauseBar
from nursestation.ui.sheets.limits import LimitsSheet, ProposalSheet
from nursestation.ui.sheets.reason import ReasonSheet
from nursestation.ui.sheets.view import PAUSE_ALARMS
from tests.helpers.station_views import NURSE, make_chair, make_station, make_visit

HEART = LimitView(
    metric="heart_rate",
    low=50,
    high=120,
    preset_low=50,
    preset_high=120,
    low_min=40,
    low_max=60,
    high_min=100,
    high_max=160,
    priority=Priority.MEDIUM,
    persist_s=10,
)
PROPOSAL = (("heart_rate", 58.0, 90.0, "baseline 72"), ("resp_rate", 7.0, 21.0, "baseline 14"))
CHAIR = make_chair(make_visit(Phase.INFUSION), limits=(HEART,), proposal=PROPOSAL, preset_name="Depression IV")
PAUSE = ChairPauseView(reason="Patient walks", left_s=252.9, by="R. Alvarez RN")


def _press(qtbot, sheet, name):
    qtbot.mouseClick(sheet.findChild(QWidget, name), Qt.MouseButton.LeftButton)


def _text(sheet, name):
    return sheet.findChild(QLabel, name).text()


@pytest.fixture(params=[LimitsSheet, ProposalSheet])
def sheet(request, qtbot):
    made = request.param()
    qtbot.addWidget(made)
    made.show_chair(2)
    made.render(make_station(CHAIR))
    made.resize(800, 400)
    made.show()
    yield made
    made.hide()


@pytest.mark.parametrize("sheet", [LimitsSheet], indirect=True)
def test_steps_are_set_only_when_sent(qtbot, sheet):
    sent = []
    sheet.command_requested.connect(sent.append)
    assert not sheet.send_button.isEnabled()
    _press(qtbot, sheet, "limits_heart_rate_low_down")
    _press(qtbot, sheet, "limits_heart_rate_high_up")
    _press(qtbot, sheet, "limits_heart_rate_high_up")
    assert sent == []
    assert (_text(sheet, "limits_heart_rate_low"), _text(sheet, "limits_heart_rate_high")) == ("45", "130")
    _press(qtbot, sheet, "limits_send")
    assert sent == [SetLimit(chair=2, metric="heart_rate", low=45, high=130)]


@pytest.mark.parametrize("sheet", [LimitsSheet], indirect=True)
def test_steps_are_forgotten_on_closing_and_for_another_chair(qtbot, sheet):
    _press(qtbot, sheet, "limits_heart_rate_low_down")
    _press(qtbot, sheet, "limits_close")
    sheet.render(make_station(CHAIR))
    assert _text(sheet, "limits_heart_rate_low") == "50"


@pytest.mark.parametrize("sheet", [LimitsSheet], indirect=True)
def test_a_new_snapshot_keeps_what_was_stepped(qtbot, sheet):
    _press(qtbot, sheet, "limits_heart_rate_low_down")
    sheet.render(make_station(CHAIR))
    assert _text(sheet, "limits_heart_rate_low") == "45"


@pytest.mark.parametrize("sheet", [LimitsSheet], indirect=True)
def test_changed_limits_go_back_to_the_preset(qtbot, sheet):
    assert not sheet.findChild(QWidget, "limits_reset").isEnabled()
    sheet.render(make_station(replace(CHAIR, limits=(replace(HEART, low=45, changed_by="R. Alvarez RN"),))))
    with qtbot.waitSignal(sheet.command_requested) as asked:
        _press(qtbot, sheet, "limits_reset")
    assert asked.args == [ResetLimits(chair=2)]


@pytest.mark.parametrize("sheet", [LimitsSheet], indirect=True)
def test_a_proposal_is_offered_once_there_is_a_baseline(qtbot, sheet):
    with qtbot.waitSignal(sheet.sheet_requested) as asked:
        _press(qtbot, sheet, "limits_propose")
    assert asked.args == ["limits_proposal"]
    sheet.render(make_station(replace(CHAIR, proposal=())))
    assert not sheet.findChild(QWidget, "limits_propose").isEnabled()


@pytest.mark.parametrize("sheet", [ProposalSheet], indirect=True)
def test_only_ticked_lines_of_a_proposal_are_taken_over(qtbot, sheet):
    assert not sheet.send_button.isEnabled()
    sheet.findChild(QWidget, "limits_proposal_resp_rate").setChecked(True)
    with qtbot.waitSignal(sheet.command_requested) as asked:
        _press(qtbot, sheet, "limits_proposal_send")
    assert asked.args == [AcceptLimits(chair=2, limits=(("resp_rate", 7.0, 21.0),))]


@pytest.mark.parametrize("sheet", [ProposalSheet], indirect=True)
def test_a_proposal_that_changes_is_to_be_looked_at_again(sheet):
    sheet.findChild(QWidget, "limits_proposal_resp_rate").setChecked(True)
    sheet.render(make_station(replace(CHAIR, proposal=(("resp_rate", 8.0, 24.0, "baseline 16"),))))
    assert not sheet.findChild(QWidget, "limits_proposal_resp_rate").isChecked()
    assert not sheet.send_button.isEnabled()


def test_the_chairs_alarms_are_paused_with_a_reason(qtbot):
    sheet = ReasonSheet(PAUSE_ALARMS)
    qtbot.addWidget(sheet)
    sheet.show_chair(2)
    sheet.render(make_station(CHAIR))
    sheet.show()
    _press(qtbot, sheet, "pause_alarms_reason_sensor_is_being_moved")
    with qtbot.waitSignal(sheet.command_requested) as asked:
        _press(qtbot, sheet, "pause_alarms_send")
    assert asked.args == [PauseChairAlarms(chair=2, reason="Sensor is being moved")]
    assert "Nursestation alone" in PAUSE_ALARMS.note
    sheet.hide()


def test_a_pause_says_how_long_who_and_why_and_ends_with_one_tap(qtbot):
    bar = PauseBar()
    qtbot.addWidget(bar)
    bar.render(CHAIR, NURSE)
    assert bar.isHidden()
    bar.render(replace(CHAIR, pause=PAUSE), NURSE)
    assert _text(bar, "pause_bar_left") == "ALARM PAUSED 4:12"
    assert _text(bar, "pause_bar_why") == "Patient walks · by R. Alvarez RN · in Nursestation only"
    with qtbot.waitSignal(bar.command_requested) as asked:
        _press(qtbot, bar, "pause_bar_end")
    assert asked.args == [EndChairPause(chair=2)]
    bar.hide()


def test_the_limits_are_named_on_the_page_and_one_tap_away(qtbot):
    controls = AlarmControls()
    qtbot.addWidget(controls)
    controls.render(CHAIR, NURSE)
    assert _text(controls, "alarm_limits_source") == "Limits: Depression IV"
    with qtbot.waitSignal(controls.sheet_wanted) as asked:
        _press(qtbot, controls, "alarm_limits")
    assert asked.args == ["limits"]
    controls.render(replace(CHAIR, pause=PAUSE), NURSE)
    assert not controls.findChild(QWidget, "alarm_pause").isEnabled()
    controls.render(make_chair(), NURSE)
    assert controls.isHidden()
