"""Charting, scoring and measuring by hand from the chair page."""

from datetime import UTC

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from devices.clock import NS_PER_S
from nursestation.core import commands as c
from nursestation.core.model import ChartKind, Phase, ScoreKind, Severity
from nursestation.core.protocols import EventButton
from nursestation.ui.chair.course_bar import ASKED_MS, CourseBar
from nursestation.ui.sheets.scores import ScoresSheet
from nursestation.ui.sheets.vitals import VitalsSheet
from tests.helpers.station_views import MINUTE_NS, NOW, make_chair, make_entry, make_protocol, make_station, make_visit

EVENTS = (
    EventButton(text="Nausea", kind=ChartKind.SIDE_EFFECT, key=1, asks_severity=True),
    EventButton(text="Position changed", kind=ChartKind.POSITION, key=4),
    EventButton(text="Dose or rate changed", kind=ChartKind.DOSE_CHANGE, key=6),
)


def find(page, name):
    widget = page.findChild(QWidget, name)
    assert widget is not None, name
    return widget


def press(qtbot, page, name):
    qtbot.mouseClick(find(page, name), Qt.MouseButton.LeftButton)


def station(phase=Phase.INFUSION, operator=None, **changes):
    visit = make_visit(phase, **({"protocol": make_protocol(events=EVENTS)} | changes))
    made = make_station(make_chair(visit))
    return made if operator is None else make_station(make_chair(visit), operator=None)


def show(bar, snapshot):
    bar.render(snapshot.chair(2), snapshot, "")


@pytest.fixture
def bar(qtbot):
    made = CourseBar(UTC)
    qtbot.addWidget(made)
    made.resize(900, 56)
    show(made, station())
    made.show()
    made.sent = []
    made.command_requested.connect(made.sent.append)
    return made


def test_the_digit_of_a_changed_dose_leads_to_its_number(qtbot, bar):
    with qtbot.waitSignal(bar.sheet_wanted, timeout=1000) as wanted:
        bar.strike(6)
    assert (wanted.args, bar.sent) == (["dose"], [])


def test_a_digit_charts_at_once(bar):
    bar.strike(4)
    assert bar.sent == [c.Chart(chair=2, kind=ChartKind.POSITION, text="Position changed")]


def test_a_digit_without_an_event_charts_nothing(bar):
    bar.strike(9)
    assert bar.sent == []


def test_a_side_effect_is_charted_with_how_strong_it_is(bar):
    bar.strike(1)
    assert bar.sent == []
    assert find(bar, "course_text").text() == "Nausea: how strong?"
    bar.strike(4)  # no answer, and no event either while the bar waits for one
    bar.strike(2)
    assert bar.sent == [c.Chart(chair=2, kind=ChartKind.SIDE_EFFECT, text="Nausea", severity=Severity.MODERATE)]
    assert not bar.is_asking


def test_the_answer_can_be_tapped_or_left(qtbot, bar):
    bar.strike(1)
    press(qtbot, bar, "course_severity_severe")
    assert [command.severity for command in bar.sent] == [Severity.SEVERE]
    bar.strike(1)
    press(qtbot, bar, "course_cancel")
    assert not bar.is_asking
    assert len(bar.sent) == 1


def test_the_bar_waits_for_a_while_only(qtbot, bar):
    bar.strike(1)
    assert bar._timeout.interval() == ASKED_MS
    bar._timeout.timeout.emit()
    assert not bar.is_asking


def test_another_chair_or_a_lock_takes_the_question_away(bar):
    bar.strike(1)
    show(bar, station(operator="nobody"))
    assert not bar.is_asking
    bar.strike(4)
    assert bar.sent == []


def test_a_locked_bar_with_nothing_to_tell_gives_its_room_to_the_waves(bar):
    locked = station(operator="nobody")
    show(bar, locked)
    assert not bar.isVisible()
    charted = make_visit(Phase.INFUSION, chart=(make_entry("e1", "Nausea"),))
    show(bar, make_station(make_chair(charted), operator=None))
    assert bar.isVisible()
    show(bar, station())
    assert bar.isVisible()


def test_a_closed_visit_is_charted_no_more(bar):
    show(bar, station(Phase.DISCHARGED))
    bar.strike(4)
    assert bar.sent == []


def test_what_was_just_charted_can_be_taken_back_for_ten_seconds(qtbot, bar):
    entry = make_entry("e1", "Nausea", at=NOW.shifted(-9 * NS_PER_S))
    show(bar, station(chart=(entry,)))
    assert find(bar, "course_text").text() == "✓ Nausea, mild"
    press(qtbot, bar, "course_undo")
    assert bar.sent == [c.StrikeChart(chair=2, entry_id="e1", reason="Taken back at once")]
    show(bar, station(chart=(make_entry("e1", "Nausea", at=NOW.shifted(-11 * NS_PER_S)),)))
    assert not find(bar, "course_undo").isVisible()
    assert find(bar, "course_text").text() == "13:59  Nausea, mild"


def test_a_button_opens_its_sheet_and_closes_it(qtbot, bar):
    wanted = []
    bar.sheet_wanted.connect(wanted.append)
    press(qtbot, bar, "course_scores")
    bar.show_sheet("scores")
    press(qtbot, bar, "course_scores")
    assert wanted == ["scores", ""]


@pytest.fixture
def shown(qtbot):
    def make(sheet, **changes):
        qtbot.addWidget(sheet)
        sheet.resize(900, 460)
        sheet.show_chair(2)
        sheet.render(station(**changes))
        with qtbot.waitActive(sheet):
            sheet.show()
            sheet.activateWindow()
        sent = []
        sheet.command_requested.connect(sent.append)
        return sheet, sent

    return make


def test_a_score_is_one_tap(qtbot, shown):
    sheet, sent = shown(ScoresSheet(UTC))
    press(qtbot, sheet, "scores_value_4")
    press(qtbot, sheet, "scores_kind_pain")
    find(sheet, "scores_note").setText("left knee")
    press(qtbot, sheet, "scores_earlier")
    press(qtbot, sheet, "scores_when_ago_5")
    press(qtbot, sheet, "scores_value_7")
    assert sent == [
        c.RecordScore(chair=2, kind=ScoreKind.MOAAS, value=4),
        c.RecordScore(chair=2, kind=ScoreKind.PAIN, value=7, note="left knee", at_utc_ns=NOW.utc_ns - 5 * MINUTE_NS),
    ]
    assert find(sheet, "scores_note").text() == ""


def test_a_wide_score_is_tapped_on_the_pad(qtbot, shown):
    sheet, sent = shown(ScoresSheet(UTC))
    press(qtbot, sheet, "scores_kind_cadss")
    assert not find(sheet, "scores_send").isEnabled()
    for digit in "92":
        press(qtbot, sheet, f"scores_pad_{digit}")
    press(qtbot, sheet, "scores_send")
    assert sent == [c.RecordScore(chair=2, kind=ScoreKind.CADSS, value=92)]


def test_vitals_are_tapped_into_the_field_that_was_touched(qtbot, shown):
    sheet, sent = shown(VitalsSheet(UTC))
    for metric, digits in (("nibp_sys", "128"), ("nibp_dia", "79")):
        find(sheet, f"vitals_{metric}").setFocus()
        for digit in digits:
            press(qtbot, sheet, f"vitals_pad_{digit}")
    assert not find(sheet, "vitals_why").isVisible()
    press(qtbot, sheet, "vitals_cannot_spo2")
    assert not find(sheet, "vitals_send").isEnabled()
    press(qtbot, sheet, "vitals_why_cold_hands")
    press(qtbot, sheet, "vitals_send")
    assert sent == [
        c.EnterVitals(
            chair=2, values=(("nibp_sys", 128.0), ("nibp_dia", 79.0)), not_measurable=(("spo2", "Cold hands"),)
        )
    ]
    assert find(sheet, "vitals_nibp_sys").text() == ""
