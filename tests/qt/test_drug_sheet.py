"""The sheet of the drug record: amounts, witness, correction, and the way to it."""

from dataclasses import replace
from datetime import UTC

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from devices.clock import NS_PER_S
from nursestation.core import commands as c
from nursestation.core.drug_words import drug_words
from nursestation.core.model import DrugUse, Operator, Phase, Role
from nursestation.core.snapshot import DrugView
from nursestation.ui.chair.course_bar import CourseBar
from nursestation.ui.sheets.chart import ChartSheet
from nursestation.ui.sheets.drug import DrugSheet
from tests.helpers.station_views import CLINICIAN, LEAD, NOW, NURSE, make_chair, make_station, make_visit

OFFICE = Operator(id="l.front", name="Lea Front", role=Role.OFFICE, pin_hash="")
USE = DrugUse(drug="Ketamine", concentration="50 mg/mL", lot="KT4471", drawn_mg=50.0, given_mg=36.0, wasted_mg=14.0)
TYPED = {
    "name": "Ketamine",
    "concentration": " 50  mg/mL",
    "lot": "KT4471",
    "drawn": "50",
    "given": "36",
    "wasted": "14",
}
DRUG = DrugView(id="s-d1", use=USE, at=NOW, by="R. Alvarez RN", words=drug_words(USE), witness="Sam Okafor MD")


def find(page, name):
    widget = page.findChild(QWidget, name)
    assert widget is not None, name
    return widget


def press(qtbot, page, name):
    qtbot.mouseClick(find(page, name), Qt.MouseButton.LeftButton)


def station(*drugs, **changes):
    chair = make_chair(make_visit(Phase.INFUSION, drugs=drugs))
    return make_station(chair, operators=(NURSE, LEAD, CLINICIAN, OFFICE), **changes)


@pytest.fixture
def sheet(qtbot):
    made = DrugSheet(UTC)
    qtbot.addWidget(made)
    made.resize(900, 620)
    made.show_chair(2)
    made.render(station())
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    made.sent = []
    made.command_requested.connect(made.sent.append)
    return made


def fill(sheet, **changes):
    for name, text in (TYPED | changes).items():
        find(sheet, f"drug_{name}").setText(text)


def notice(sheet):
    return find(sheet, "drug_notice").text()


def test_what_is_missing_is_asked_for_in_turn(sheet):
    assert notice(sheet) == "Enter drug, concentration and lot as they stand on the vial."
    fill(sheet, drawn="", given="", wasted="")
    for name, asked in (
        ("drawn", "Enter how much was drawn up, in mg."),
        ("given", "Enter how much was given, in mg."),
        ("wasted", "Enter how much was wasted, in mg."),
    ):
        assert notice(sheet) == asked
        find(sheet, f"drug_{name}").setText("1o")
        assert notice(sheet).endswith("enter 0 to 5000 mg.")
        find(sheet, f"drug_{name}").setText(TYPED[name])
    assert notice(sheet) == "Choose the witness of the waste."
    assert not find(sheet, "drug_send").isEnabled()


def test_no_amount_is_filled_in(sheet):
    fill(sheet, drawn="50", given="36", wasted="")
    assert find(sheet, "drug_wasted").text() == ""
    assert all(find(sheet, f"drug_{name}").placeholderText() == "" for name in ("drawn", "given", "wasted"))


def test_waste_is_recorded_with_its_witness(qtbot, sheet):
    fill(sheet)
    assert find(sheet, "drug_balance").text() == "Given and wasted make up what was drawn."
    press(qtbot, sheet, f"drug_witness_{CLINICIAN.id}")
    assert notice(sheet) == "The witness enters their own PIN."
    find(sheet, "drug_pin").setText("135791")
    press(qtbot, sheet, "drug_send")
    assert sheet.sent == [c.RecordDrug(chair=2, use=USE, witness_id=CLINICIAN.id, pin="135791")]
    assert find(sheet, "drug_pin").text() == ""
    with qtbot.waitSignal(sheet.closed):
        sheet.render(station(DRUG))
    assert find(sheet, "drug_drawn").text() == ""


def test_a_wrong_pin_leaves_what_was_typed(qtbot, sheet):
    fill(sheet)
    press(qtbot, sheet, f"drug_witness_{CLINICIAN.id}")
    find(sheet, "drug_pin").setText("000000")
    press(qtbot, sheet, "drug_send")
    sheet.refused("The PIN does not fit Sam Okafor MD: try again.")
    assert notice(sheet) == "The PIN does not fit Sam Okafor MD: try again."
    assert find(sheet, "drug_drawn").text() == "50"


def test_the_witness_is_somebody_else_who_treats(sheet):
    fill(sheet)
    offered = [one.objectName() for one in sheet.findChildren(QWidget) if one.objectName().startswith("drug_witness_")]
    assert sorted(offered) == sorted(f"drug_witness_{one.id}" for one in (LEAD, CLINICIAN))


def test_without_waste_nobody_is_asked(qtbot, sheet):
    fill(sheet, given="50,0", wasted="0")
    assert not find(sheet, "drug_witness").isVisible()
    press(qtbot, sheet, "drug_send")
    assert sheet.sent == [c.RecordDrug(chair=2, use=replace(USE, given_mg=50.0, wasted_mg=0.0))]


def test_a_difference_is_said_and_asks_why(qtbot, sheet):
    fill(sheet, given="48", wasted="0")
    assert find(sheet, "drug_balance").text() == "Given and wasted are 2 mg less than was drawn."
    assert notice(sheet) == "Given and wasted are 2 mg less than was drawn: check the amounts, or write why."
    find(sheet, "drug_why").setText("dead  space")
    press(qtbot, sheet, "drug_send")
    assert sheet.sent[0].use.why_differs == "dead space"
    assert not find(sheet, "drug_witness").isVisible()


def test_amounts_are_tapped_into_the_field_that_was_touched(qtbot, sheet):
    assert not find(sheet, "drug_pad").isVisible()
    press(qtbot, sheet, "drug_pad_toggle")
    for name, keys in (("drawn", ("5", "0")), ("wasted", ("1", "point", "5"))):
        find(sheet, f"drug_{name}").setFocus()
        for key in keys:
            press(qtbot, sheet, f"drug_pad_{key}")
    assert (find(sheet, "drug_drawn").text(), find(sheet, "drug_wasted").text()) == ("50", "1.5")


def test_a_record_is_corrected_before_a_witness(qtbot, sheet):
    sheet.render(station(DRUG))
    press(qtbot, sheet, "drug_correct_s-d1")
    assert notice(sheet) == "Change what is wrong, or strike it out with a reason."
    fill(sheet, given="50", wasted="0")
    assert notice(sheet) == "Choose or write why it is corrected."
    press(qtbot, sheet, "drug_reason_wrong_amount")
    assert notice(sheet) == "Choose the witness of the waste."
    press(qtbot, sheet, f"drug_witness_{LEAD.id}")
    find(sheet, "drug_pin").setText("864209")
    press(qtbot, sheet, "drug_send")
    (sent,) = sheet.sent
    assert (sent.replaces, sent.reason, sent.witness_id, sent.use.given_mg) == ("s-d1", "Wrong amount", LEAD.id, 50.0)


def test_a_record_is_struck_out(qtbot, sheet):
    sheet.render(station(replace(DRUG, witness="")))
    press(qtbot, sheet, "drug_correct_s-d1")
    assert not find(sheet, "drug_strike").isEnabled()
    press(qtbot, sheet, "drug_reason_wrong_chair")
    press(qtbot, sheet, "drug_strike")
    assert sheet.sent == [c.StrikeDrug(chair=2, drug_id="s-d1", reason="Wrong chair")]
    with qtbot.waitSignal(sheet.closed):
        sheet.render(station(replace(DRUG, witness="", struck=True)))


def test_what_a_witness_signed_is_struck_out_before_a_witness(qtbot, sheet):
    sheet.render(station(DRUG))
    press(qtbot, sheet, "drug_correct_s-d1")
    press(qtbot, sheet, "drug_reason_wrong_chair")
    assert not find(sheet, "drug_strike").isEnabled()
    press(qtbot, sheet, f"drug_witness_{LEAD.id}")
    find(sheet, "drug_pin").setText("864209")
    press(qtbot, sheet, "drug_strike")
    assert sheet.sent == [c.StrikeDrug(chair=2, drug_id="s-d1", reason="Wrong chair", witness_id=LEAD.id, pin="864209")]


def test_a_correction_is_left_when_the_record_is_another_one_by_now(qtbot, sheet):
    sheet.render(station(DRUG))
    press(qtbot, sheet, "drug_correct_s-d1")
    assert find(sheet, "drug_drawn").text() == "50"
    sheet.render(station(replace(DRUG, struck=True)))
    assert find(sheet, "drug_drawn").text() == ""
    assert not find(sheet, "drug_strike").isVisible()


def test_the_chart_lists_it_and_leads_to_the_sheet(qtbot):
    chart = ChartSheet(UTC)
    qtbot.addWidget(chart)
    chart.resize(900, 460)
    chart.show_chair(2)
    old = replace(
        DRUG,
        struck=True,
        replaced=True,
        changed_by="R. Alvarez RN",
        changed_at=NOW.shifted(NS_PER_S),
        reason="Wrong lot",
    )
    chart.render(station(old, replace(DRUG, id="s-d2")))
    chart.show()
    assert find(chart, "chart_words_s-d1").font().strikeOut()
    assert find(chart, "chart_words_s-d2").text() == DRUG.words
    assert chart.findChild(QWidget, "chart_correct_s-d1") is None
    with qtbot.waitSignal(chart.sheet_requested) as asked:
        press(qtbot, chart, "chart_correct_s-d2")
    assert asked.args == ["drug"]
    assert not find(chart, "chart_form_title").isVisible()


def test_the_chair_page_leads_to_the_sheet_by_key_and_through_the_chart(qtbot):
    bar, chart = CourseBar(UTC), ChartSheet(UTC)
    for page in (bar, chart):
        qtbot.addWidget(page)
    shown = station()
    bar.render(shown.chair(2), shown, "")
    with qtbot.waitActive(bar):
        bar.show()
        bar.activateWindow()
    with qtbot.waitSignal(bar.sheet_wanted) as asked:
        qtbot.keyClick(bar, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    assert asked.args == ["drug"]
    chart.show_chair(2)
    chart.render(shown)
    chart.show()
    with qtbot.waitSignal(chart.sheet_requested) as asked:
        press(qtbot, chart, "chart_drug")
    assert asked.args == ["drug"]
