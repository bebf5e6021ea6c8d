from datetime import UTC
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QSizePolicy, QVBoxLayout, QWidget

from nursestation.core import commands as c
from nursestation.core.model import ChartKind, FlagOutcome, Phase, Severity
from nursestation.core.protocols import EventButton
from nursestation.export.formats import FORMATS
from nursestation.runtime.export_job import ExportOrder
from nursestation.ui import theme
from nursestation.ui.controls import ElidingLabel
from nursestation.ui.letterpad import has_touch_screen
from nursestation.ui.sheets.cuff import CuffSheet
from nursestation.ui.sheets.dose import DoseSheet
from nursestation.ui.sheets.end_early import EndEarlySheet
from nursestation.ui.sheets.event import EventSheet
from nursestation.ui.sheets.export import ExportSheet
from nursestation.ui.sheets.flag import FlagSheet
from nursestation.ui.sheets.reason import ReasonSheet
from nursestation.ui.sheets.start_cuff import StartCuffSheet
from nursestation.ui.sheets.view import PAUSE, STOP
from nursestation.ui.sheets.waves import WavesSheet
from tests.helpers.station_views import (
    CLINICIAN,
    MINUTE_NS,
    NOW,
    make_chair,
    make_entry,
    make_flag,
    make_link,
    make_protocol,
    make_station,
    make_visit,
)
from tests.helpers.visit import shipped_protocols


def find(page, name):
    widget = page.findChild(QWidget, name)
    assert widget is not None, name
    return widget


def press(qtbot, page, name):
    button = find(page, name)
    qtbot.waitUntil(lambda: button.isVisibleTo(page), timeout=2000)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.fixture
def shown(qtbot):
    def show(sheet, phase=Phase.INFUSION, **changes):
        qtbot.addWidget(sheet)
        sheet.resize(900, 420)
        sheet.show_chair(2)
        sheet.render(make_station(make_chair(make_visit(phase, **changes))))
        sheet.show()
        commands = []
        sheet.command_requested.connect(commands.append)
        return sheet, commands

    return show


def test_a_side_effect_is_charted_with_one_tap(qtbot, shown):
    sheet, sent = shown(EventSheet())
    press(qtbot, sheet, "event_effect_nausea_mild")
    press(qtbot, sheet, "event_effect_fast_heartbeat_severe")
    assert [(command.text, command.severity, command.at_utc_ns) for command in sent] == [
        ("Nausea", Severity.MILD, None),
        ("Fast heartbeat", Severity.SEVERE, None),
    ]


def test_a_changed_dose_leads_to_the_sheet_that_asks_for_the_number(qtbot, shown):
    events = (EventButton(text="Dose or rate changed", kind=ChartKind.DOSE_CHANGE, key=6),)
    sheet, sent = shown(EventSheet(), protocol=make_protocol(events=events))
    assert find(sheet, "event_tap_dose_or_rate_changed").text() == "6\N{NO-BREAK SPACE}Dose or rate changed…"
    with qtbot.waitSignal(sheet.sheet_requested, timeout=1000) as wanted:
        press(qtbot, sheet, "event_part_other")
        press(qtbot, sheet, "event_tap_dose_or_rate_changed")
    assert (wanted.args, sent) == (["dose"], [])


def test_what_happened_earlier_is_charted_at_its_time_and_the_next_one_now_again(qtbot, shown):
    sheet, sent = shown(EventSheet(UTC))
    press(qtbot, sheet, "event_earlier")
    press(qtbot, sheet, "event_when_ago_5")
    press(qtbot, sheet, "event_effect_nausea_mild")
    press(qtbot, sheet, "event_part_other")
    press(qtbot, sheet, "event_tap_oxygen_on")
    press(qtbot, sheet, "event_earlier")
    find(sheet, "event_when_time").setFocus()
    qtbot.keyClicks(find(sheet, "event_when_time"), "1348")
    press(qtbot, sheet, "event_tap_position_changed")
    assert [(one.text, one.at_utc_ns) for one in sent] == [
        ("Nausea", NOW.utc_ns - 5 * MINUTE_NS),
        ("Oxygen on", None),
        ("Position changed", NOW.utc_ns - 12 * MINUTE_NS),
    ]


def test_a_time_that_cannot_be_charts_nothing(qtbot, shown):
    sheet, sent = shown(EventSheet(UTC))
    press(qtbot, sheet, "event_earlier")
    find(sheet, "event_when_time").setFocus()
    qtbot.keyClicks(find(sheet, "event_when_time"), "1405")
    press(qtbot, sheet, "event_effect_nausea_mild")
    assert sent == []
    assert find(sheet, "event_notice").text() == "14:05 has not come yet: check the time."


def test_symptoms_and_notes_are_charted(qtbot, shown):
    sheet, sent = shown(EventSheet())
    press(qtbot, sheet, "event_part_flags")
    press(qtbot, sheet, "event_symptom_chest_pain")
    press(qtbot, sheet, "event_part_other")
    press(qtbot, sheet, "event_kind_oxygen")
    find(sheet, "event_words").setText("2 L/min nasal")
    press(qtbot, sheet, "event_add")
    assert sent == [
        c.Chart(chair=2, kind=ChartKind.SYMPTOM, text="Chest pain"),
        c.Chart(chair=2, kind=ChartKind.OXYGEN, text="2 L/min nasal"),
    ]


@pytest.mark.parametrize("size", [(708, 344), (708, 286)], ids=["1280x800", "1280x720"])
@pytest.mark.parametrize("protocol", shipped_protocols(), ids=lambda one: one.name)
def test_each_part_is_whole_in_sight_in_a_small_window(qtbot, shown, protocol, size):
    sheet, _ = shown(EventSheet(UTC), protocol=protocol)
    sheet.resize(*size)
    for part in ("effects", "flags", "other"):
        press(qtbot, sheet, f"event_part_{part}")
        QApplication.processEvents()
        scroll = find(sheet, "event_scroll")
        assert scroll.verticalScrollBar().maximum() == scroll.horizontalScrollBar().maximum() == 0, part
        taps = [one for one in scroll.findChildren(QAbstractButton) if one.isVisible()]
        assert min(min(one.width(), one.height()) for one in taps) >= theme.TOUCH


def test_a_lasting_entry_is_called_over(qtbot, shown):
    sheet, sent = shown(EventSheet(), chart=(make_entry("e1", "Nausea"),))
    press(qtbot, sheet, "event_part_other")
    press(qtbot, sheet, "event_over_e1")
    assert sent == [c.ResolveChart(chair=2, entry_id="e1")]


def test_the_same_snapshot_again_keeps_the_buttons(shown):
    sheet, _ = shown(EventSheet(), chart=(make_entry("e1", "Nausea"),))
    before = (find(sheet, "event_effect_nausea_mild"), find(sheet, "event_over_e1"))
    sheet.render(make_station(make_chair(make_visit(Phase.INFUSION, chart=(make_entry("e1", "Nausea"),)))))
    assert (find(sheet, "event_effect_nausea_mild"), find(sheet, "event_over_e1")) == before


def test_a_reason_closes_the_sheet_and_is_forgotten(qtbot, shown):
    sheet, sent = shown(ReasonSheet(PAUSE))
    assert not find(sheet, "pause_send").isEnabled()
    press(qtbot, sheet, "pause_reason_bp_rise")
    find(sheet, "pause_words").setText("182/111")
    with qtbot.waitSignal(sheet.closed, timeout=1000):
        press(qtbot, sheet, "pause_send")
    assert sent == [c.PauseInfusion(chair=2, reason="BP rise: 182/111")]
    assert find(sheet, "pause_words").text() == ""


def test_planned_end_is_no_reason_before_it(qtbot, shown):
    early, _ = shown(ReasonSheet(STOP), infusion_run_s=600.0)
    qtbot.waitUntil(lambda: early.findChild(QWidget, "stop_reason_planned_end") is None, timeout=2000)
    late, _ = shown(ReasonSheet(STOP), infusion_run_s=2400.0)
    assert late.findChild(QWidget, "stop_reason_planned_end") is not None


def test_escape_leaves_without_sending(qtbot, shown):
    sheet, sent = shown(EndEarlySheet())
    find(sheet, "end_early_words").setText("no driver")
    with qtbot.waitSignal(sheet.closed, timeout=1000):
        qtbot.keyClick(find(sheet, "end_early_words"), Qt.Key.Key_Escape)
    assert sent == []
    assert find(sheet, "end_early_words").text() == ""


def test_before_the_start_a_reason_ends_the_visit(qtbot, shown):
    sheet, sent = shown(EndEarlySheet(), Phase.CHECK_IN, infusion_started=None)
    press(qtbot, sheet, "end_early_reason_no_driver")
    assert not find(sheet, "end_early_handed_to").isVisibleTo(sheet)
    press(qtbot, sheet, "end_early_send")
    assert sent == [c.EndEarly(chair=2, reason="No driver")]


def test_with_the_drug_given_somebody_takes_the_patient_over_and_a_clinician_signs(qtbot, shown):
    discharge = make_protocol().discharge.model_copy(update={"end_early_needs_handover": True})
    sheet, sent = shown(EndEarlySheet(), protocol=make_protocol(discharge=discharge), infusion_started=NOW)
    press(qtbot, sheet, "end_early_reason_sent_to_emergency_care")
    assert find(sheet, "end_early_notice").text() == "Write who has the patient in care now."
    find(sheet, "end_early_handed_to").setText("ambulance crew 12")
    press(qtbot, sheet, f"end_early_clinician_{CLINICIAN.id}")
    qtbot.keyClicks(find(sheet, "end_early_pin"), "135791")
    press(qtbot, sheet, "end_early_send")
    (command,) = sent
    assert (command.handed_to, command.clinician_id, command.pin) == ("ambulance crew 12", CLINICIAN.id, "135791")
    sheet.refused("That PIN does not fit.")
    assert find(sheet, "end_early_notice").text() == "That PIN does not fit."
    assert find(sheet, "end_early_pin").text() == ""


def test_a_changed_dose(qtbot, shown):
    sheet, sent = shown(DoseSheet(), dose_text="IV 36 mg over 40 min")
    find(sheet, "dose_before").setText("30 mL/h")
    find(sheet, "dose_after").setText("20 mL/h")
    assert find(sheet, "dose_notice").text() == "Choose or write the reason."
    press(qtbot, sheet, "dose_reason_bp_rise")
    press(qtbot, sheet, "dose_send")
    assert sent == [c.Chart(chair=2, kind=ChartKind.DOSE_CHANGE, text="30 mL/h to 20 mL/h", reason="BP rise")]


def test_a_cuff_reading_by_hand_is_looked_over_first(qtbot, shown):
    sheet, sent = shown(CuffSheet())
    find(sheet, "manual_bp_sys").setText("128")
    find(sheet, "manual_bp_dia").setText("179")
    assert find(sheet, "manual_bp_notice").text() == "The diastolic pressure must be lower than the systolic."
    find(sheet, "manual_bp_dia").setText("79")
    press(qtbot, sheet, "manual_bp_send")
    assert sent == [c.EnterCuffReading(chair=2, sys=128, dia=79)]


def test_a_flag_is_answered_in_two_taps(qtbot, shown):
    sheet, sent = shown(FlagSheet(), flags=(make_flag(),))
    press(qtbot, sheet, "flag_action_paused")
    press(qtbot, sheet, "flag_send")
    assert sent == [
        c.AnswerFlag(chair=2, flag_id="flag-1", action="paused"),
        c.PauseInfusion(chair=2, reason="BP 182/111"),
    ]


def test_an_artefact_needs_words(qtbot, shown):
    sheet, sent = shown(FlagSheet(), flags=(make_flag(),))
    press(qtbot, sheet, "flag_action_artefact")
    assert not find(sheet, "flag_send").isEnabled()
    find(sheet, "flag_words").setText("arm moved")
    press(qtbot, sheet, "flag_send")
    assert sent == [
        c.AnswerFlag(
            chair=2, flag_id="flag-1", action="artefact", reason="arm moved", outcome=FlagOutcome.NOT_CONFIRMED
        )
    ]


def test_another_flag_does_not_inherit_the_answer(qtbot, shown):
    sheet, _ = shown(FlagSheet(), flags=(make_flag(),))
    press(qtbot, sheet, "flag_action_paused")
    sheet.render(make_station(make_chair(make_visit(Phase.INFUSION, flags=(make_flag("flag-2"),)))))
    assert not find(sheet, "flag_send").isEnabled()


def test_no_flag_nothing_to_answer(shown):
    sheet, _ = shown(FlagSheet())
    assert find(sheet, "flag_what").text() == "There is no BP flag in this visit."
    assert not find(sheet, "flag_send").isEnabled()


SAVED = "session-2026-05-06-2-0007"
PHRASE = "copper lantern under seven"


def ordered(qtbot, sheet):
    with qtbot.waitSignal(sheet.export_requested, timeout=1000) as asked:
        press(qtbot, sheet, "export_send")
    return asked.args[0]


def choose_format(sheet, name):
    formats = find(sheet, "export_format")
    formats.setCurrentIndex(formats.findData(name))


def test_export_asks_for_the_file(qtbot, shown, tmp_path):
    sheet, _ = shown(ExportSheet(tmp_path))
    choose_format(sheet, "csv")
    assert ordered(qtbot, sheet) == ExportOrder(
        sessions=("2026-05-06-2-0007",), format="csv", folder=tmp_path, name=f"{SAVED}.csv"
    )
    sheet.exported(tmp_path / f"{SAVED}.csv")
    assert find(sheet, "export_notice").text() == f"Saved and checked: {tmp_path / SAVED}.csv"


def test_an_export_shows_how_far_it_is_and_can_be_stopped(qtbot, shown, tmp_path):
    sheet, _ = shown(ExportSheet(tmp_path))
    assert not find(sheet, "export_progress").isVisibleTo(sheet)
    assert not find(sheet, "export_cancel").isVisibleTo(sheet)
    ordered(qtbot, sheet)
    assert find(sheet, "export_progress").isVisibleTo(sheet)
    assert not find(sheet, "export_send").isEnabled()
    sheet.show_progress(0.25)
    assert find(sheet, "export_progress").value() == 250
    sheet.render(make_station(make_chair(make_visit(Phase.INFUSION))))
    assert find(sheet, "export_notice").text() == "Writing the file…"
    with qtbot.waitSignal(sheet.cancel_requested, timeout=1000):
        press(qtbot, sheet, "export_cancel")
    sheet.refused("Stopped. No file was saved.")
    assert not find(sheet, "export_progress").isVisibleTo(sheet)
    assert find(sheet, "export_notice").text() == "Stopped. No file was saved."
    assert find(sheet, "export_send").isEnabled()


def test_a_locked_export_wants_the_same_long_passphrase_twice_and_forgets_it(qtbot, shown, tmp_path):
    sheet, _ = shown(ExportSheet(tmp_path))
    first, again = find(sheet, "export_passphrase"), find(sheet, "export_passphrase_again")
    assert not first.isVisibleTo(sheet)
    find(sheet, "export_locked").click()
    assert first.isVisibleTo(sheet)
    assert sheet.focusWidget() is first
    assert not find(sheet, "export_send").isEnabled()
    first.setText("short")
    assert "12 characters" in find(sheet, "export_notice").text()
    first.setText(PHRASE)
    again.setText(PHRASE + "x")
    assert find(sheet, "export_notice").text() == "Type the same passphrase into both fields."
    again.setText(PHRASE)
    order = ordered(qtbot, sheet)
    assert (order.passphrase, order.name) == (PHRASE, f"{SAVED}.pdf.zip")
    assert PHRASE not in repr(order)
    assert (first.text(), again.text()) == ("", "")
    sheet.exported(tmp_path / order.name)
    assert find(sheet, "export_notice").text().startswith("Saved and checked")
    sheet.leave()
    assert not find(sheet, "export_locked").isChecked()


def test_a_passphrase_is_typed_by_finger_into_the_field_that_was_touched_last(qtbot, shown, tmp_path):
    sheet, _ = shown(ExportSheet(tmp_path))
    theme.dress(sheet, theme.DARK_THEME)
    theme.rescale(sheet)
    sheet.resize(708, 340)  # what a window of 1280x800 leaves
    find(sheet, "export_locked").click()
    letters = find(sheet, "export_letters")
    assert letters.isVisibleTo(sheet) is has_touch_screen()  # once made, a test's touch screen stays in its process
    if not letters.isVisibleTo(sheet):
        press(qtbot, sheet, "export_keyboard")
    qtbot.waitUntil(lambda: not letters.visibleRegion().isEmpty())
    QApplication.processEvents()
    assert letters.visibleRegion().boundingRect() == letters.rect()
    press(qtbot, sheet, "export_letters_a")
    find(sheet, "export_passphrase_again").setFocus()
    press(qtbot, sheet, "export_letters_shift")
    press(qtbot, sheet, "export_letters_b")
    assert (find(sheet, "export_passphrase").text(), find(sheet, "export_passphrase_again").text()) == ("a", "B")
    press(qtbot, sheet, "export_keyboard")
    assert not letters.isVisibleTo(sheet)
    assert find(sheet, "export_passphrase_again").hasFocus()


def test_a_deidentified_export_is_not_named_after_the_session(qtbot, shown, tmp_path):
    sheet, _ = shown(ExportSheet(tmp_path))
    find(sheet, "export_deidentified").setChecked(True)
    assert find(sheet, "export_file").text() == f"File: in {tmp_path}"
    assert "Names, numbers and typed texts are left out" in find(sheet, "export_care").text()
    order = ordered(qtbot, sheet)
    assert (order.is_deidentified, order.name, order.passphrase) == (True, "", None)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_of_the_program_can_be_saved_and_says_what_it_holds(qtbot, shown, tmp_path, name):
    sheet, _ = shown(ExportSheet(tmp_path))
    choose_format(sheet, name)
    assert find(sheet, "export_format").currentText() == FORMATS[name].title
    assert find(sheet, f"export_holds_{name}").isVisibleTo(sheet)
    assert ordered(qtbot, sheet).format == name


def test_export_wants_a_whole_path(shown):
    sheet, _ = shown(ExportSheet(Path("documents")))
    assert not find(sheet, "export_send").isEnabled()


def test_a_sheet_takes_no_room_from_what_stands_above_it(qtbot):
    above, sheet, whole = QWidget(), ReasonSheet(PAUSE), QWidget()
    column = QVBoxLayout(whole)
    for part, stretch in ((above, 44), (sheet, 56)):
        part.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        column.addWidget(part, stretch)
    qtbot.addWidget(whole)
    whole.resize(700, 440)
    with qtbot.waitExposed(whole):
        whole.show()
    assert above.height() > 150


def test_a_free_chair_sends_nothing(qtbot, shown):
    sheet, _ = shown(ReasonSheet(PAUSE))
    press(qtbot, sheet, "pause_reason_nausea")
    sheet.render(make_station(make_chair()))
    assert not find(sheet, "pause_send").isEnabled()


def test_a_cuff_is_started_by_a_second_tap_and_says_on_whom(qtbot, shown):
    sheet, sent = shown(StartCuffSheet())
    assert not find(sheet, "start_cuff_send").isEnabled(), "no monitor may"
    link = make_link(may_start_cuff=True, title="SunTech Advantage")
    visit = make_visit(Phase.INFUSION)
    sheet.render(make_station(make_chair(visit, links=(link,))))
    said = find(sheet, "start_cuff_what").text()
    assert said == f"SunTech Advantage inflates its cuff on {visit.patient.full_name} at once."
    assert not sent
    press(qtbot, sheet, "start_cuff_send")
    assert sent == [c.StartCuff(chair=2)]


def test_the_note_of_the_waves_sheet_is_whole_on_a_small_screen(qtbot):
    sheet = WavesSheet()
    qtbot.addWidget(sheet)
    theme.set_scale(theme.scale_for(1280, 800))
    sheet.resize(708, 340)  # what the trend has on that screen
    sheet.show()
    QApplication.processEvents()
    note = sheet.findChild(ElidingLabel, "waves_note")
    assert note.shown_text() == note.text()
