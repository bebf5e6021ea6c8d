"""The answer to a BP flag: what disturbed the reading is ticked, not typed."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from nursestation.core.commands import AnswerFlag
from nursestation.core.model import FlagOutcome, Phase
from nursestation.ui.sheets.flag import ARTEFACTS, FlagSheet
from tests.helpers.station_views import make_chair, make_flag, make_station, make_visit


@pytest.fixture
def sheet(qtbot):
    sheet = FlagSheet()
    qtbot.addWidget(sheet)
    sheet.resize(900, 460)
    sheet.show_chair(2)
    sheet.render(make_station(make_chair(make_visit(Phase.INFUSION, flags=(make_flag(),)))))
    sheet.show()
    return sheet


def _find(sheet, name):
    widget = sheet.findChild(QWidget, name)
    assert widget is not None, name
    return widget


def _press(qtbot, sheet, *names):
    for name in names:
        qtbot.mouseClick(_find(sheet, name), Qt.MouseButton.LeftButton)


def _sent(qtbot, sheet):
    sent = []
    sheet.command_requested.connect(sent.append)
    _press(qtbot, sheet, "flag_send")
    return sent


def test_a_repeat_may_say_what_disturbed_the_first_reading_without_a_word_typed(qtbot, sheet):
    _press(qtbot, sheet, "flag_action_repeat", "flag_artefact_moved", "flag_artefact_talked")
    assert _sent(qtbot, sheet) == [
        AnswerFlag(chair=2, flag_id="flag-1", action="repeat", reason="Patient moved, Talked or coughed")
    ]


def test_an_artefact_needs_a_tick_or_a_word(qtbot, sheet):
    _press(qtbot, sheet, "flag_action_artefact")
    assert not _find(sheet, "flag_send").isEnabled()
    assert _find(sheet, "flag_notice").text() == "Tick or write why the reading is not real."
    _press(qtbot, sheet, "flag_artefact_cuff_slipped")
    (answer,) = _sent(qtbot, sheet)
    assert (answer.reason, answer.outcome) == ("Cuff slipped or loose", FlagOutcome.NOT_CONFIRMED)


def test_what_was_ticked_is_no_reason_of_another_answer_and_is_asked_of_none(qtbot, sheet):
    _press(qtbot, sheet, "flag_action_repeat", "flag_artefact_moved", "flag_action_clinician_told")
    assert not _find(sheet, "flag_artefact_moved").isVisible()
    (answer,) = _sent(qtbot, sheet)
    assert (answer.action, answer.reason) == ("clinician told", "")


def test_the_next_flag_begins_without_ticks(qtbot, sheet):
    _press(qtbot, sheet, "flag_action_artefact", "flag_artefact_moved")
    sheet.render(make_station(make_chair(make_visit(Phase.INFUSION, flags=(make_flag("flag-2"),)))))
    _press(qtbot, sheet, "flag_action_artefact")
    assert not _find(sheet, "flag_send").isEnabled()


def test_every_reason_can_be_ticked(qtbot, sheet):
    _press(qtbot, sheet, "flag_action_repeat", *(f"flag_artefact_{key}" for key, _ in ARTEFACTS))
    (answer,) = _sent(qtbot, sheet)
    assert answer.reason == ", ".join(label for _, label in ARTEFACTS)
