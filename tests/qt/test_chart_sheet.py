"""The chart: what happened, and its correction."""

from datetime import UTC

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from nursestation.core import commands as c
from nursestation.core.model import Phase, Severity, TimedStep
from nursestation.ui.sheets.chart import ChartSheet
from tests.helpers.station_views import MINUTE_NS, NOW, make_chair, make_entry, make_station, make_visit


def find(page, name):
    widget = page.findChild(QWidget, name)
    assert widget is not None, name
    return widget


def press(qtbot, page, name):
    qtbot.mouseClick(find(page, name), Qt.MouseButton.LeftButton)


def station(**changes):
    facts = {"chart": (make_entry("e1", "Nausea"),), "infusion_started": NOW.shifted(-30 * MINUTE_NS)}
    return make_station(make_chair(make_visit(Phase.INFUSION, **(facts | changes))))


@pytest.fixture
def sheet(qtbot):
    made = ChartSheet(UTC)
    qtbot.addWidget(made)
    made.resize(900, 420)
    made.show_chair(2)
    made.render(station())
    made.show()
    return made


@pytest.fixture
def sent(sheet):
    commands = []
    sheet.command_requested.connect(commands.append)
    return commands


def test_a_side_effect_is_over_with_one_tap(qtbot, sheet, sent):
    press(qtbot, sheet, "chart_over_e1")
    assert sent == [c.ResolveChart(chair=2, entry_id="e1")]


def test_why_it_was_charted_stands_under_the_words(sheet):
    sheet.render(station(chart=(make_entry("e1", "30 to 20 mL/h", because="BP rise"), make_entry("e2", "Nausea"))))
    assert find(sheet, "chart_because_e1").text() == "BP rise"
    assert sheet.findChild(QWidget, "chart_because_e2") is None


def test_a_correction_waits_for_a_reason_and_the_form_for_the_station(qtbot, sheet, sent):
    press(qtbot, sheet, "chart_correct_e1")
    press(qtbot, sheet, "chart_form_severity_severe")
    assert not find(sheet, "chart_send").isEnabled()
    assert find(sheet, "chart_notice").text() == "Choose or write why."
    press(qtbot, sheet, "chart_form_reason_wrong_button")
    press(qtbot, sheet, "chart_send")
    assert sent == [c.CorrectChart(chair=2, entry_id="e1", reason="Wrong button", severity=Severity.SEVERE)]
    sheet.refused("Nausea was over before that: check the time.")
    assert find(sheet, "chart_form_title").isVisibleTo(sheet)  # what was typed is not lost
    sheet.render(station(chart=(make_entry("e1", "Nausea", severity=Severity.SEVERE),)))
    assert find(sheet, "chart_correct_e1").isVisibleTo(sheet)


def test_a_steps_time_is_corrected(qtbot, sheet, sent):
    press(qtbot, sheet, "chart_correct_infusion_started_0")
    assert not find(sheet, "chart_strike").isVisibleTo(sheet)  # what was done was done
    find(sheet, "chart_form_time").setText("13:27")
    press(qtbot, sheet, "chart_form_reason_written_down_late")
    press(qtbot, sheet, "chart_send")
    (command,) = sent
    assert (command.what, command.at_utc_ns) == (TimedStep.INFUSION_STARTED, NOW.utc_ns - 33 * MINUTE_NS)


def test_striking_out_needs_a_reason(qtbot, sheet, sent):
    press(qtbot, sheet, "chart_correct_e1")
    assert not find(sheet, "chart_strike").isEnabled()
    press(qtbot, sheet, "chart_form_reason_wrong_chair")
    press(qtbot, sheet, "chart_strike")
    assert sent == [c.StrikeChart(chair=2, entry_id="e1", reason="Wrong chair")]


def test_what_was_struck_out_and_what_was_corrected_stand_struck_through(sheet):
    before = make_entry("e1", "Nausea")
    after = make_entry("e1", "Nausea", severity=Severity.SEVERE, original=(before,))
    sheet.render(station(chart=(after, make_entry("e2", "Headache", struck=True))))
    assert find(sheet, "chart_words_e2").font().strikeOut()
    assert not find(sheet, "chart_words_e1").font().strikeOut()
    struck = [label.text() for label in find(sheet, "chart_line_e1").findChildren(QWidget) if label.font().strikeOut()]
    assert struck == ["13:40 Nausea, mild"]


def test_escape_leaves_the_form_and_then_the_sheet(qtbot, sheet):
    press(qtbot, sheet, "chart_correct_e1")
    qtbot.keyClick(find(sheet, "chart_form_time"), Qt.Key.Key_Escape)
    assert find(sheet, "chart_correct_e1").isVisibleTo(sheet)
    with qtbot.waitSignal(sheet.closed, timeout=1000):
        qtbot.keyClick(sheet, Qt.Key.Key_Escape)
