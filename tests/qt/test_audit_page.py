"""Who did what, at the real window and station: read by a lead, found by day, person and words, and closed to others."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtWidgets import QAbstractButton, QTableView

from devices.clock import NS_PER_S, ManualClock, Moment
from nursestation.app import OpenStation
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.audit_log import AuditKind, AuditRow, rows
from nursestation.core.model import Role
from nursestation.core.notes import Asked
from nursestation.paths import Profile
from nursestation.ui.staff.audit_model import AuditModel
from nursestation.ui.staff.audit_view import Wanted, bounds, day_text, lines
from tests.helpers.visit import NURSE, NURSE_PIN, START, PlainPins, make_clinic
from tests.helpers.window_desk import WindowDesk

NORA, NORA_PIN = "n.nurse", "111111"
DAY_NS = 24 * 3600 * NS_PER_S


@pytest.fixture
def desk(qtbot, tmp_path):
    clinic = make_clinic()
    clinic.staff()
    clinic.do(c.AddOperator(name="Nora Nurse", role=Role.NURSE, pin=NORA_PIN))
    clinic.apply(c.SignIn(operator_id=NORA, pin="000001"))
    made = WindowDesk(qtbot, tmp_path, clinic)

    def answer(wish):
        made.asked.append(wish)
        out = clinic.apply(wish)
        refusal = next((one for one in out if isinstance(one, r.Refused)), None)
        page = made.shell.audit.page
        if refusal is not None:
            page.failed(wish, refusal.reason)
            return
        names = {one.id: one.name for one in made.snapshot.staff}
        inside = [one for one in clinic.records if wish.since_utc_ns <= one.at.utc_ns <= wish.until_utc_ns]
        page.show_rows(wish, rows(inside, names))

    made.asked = []
    made.shell.audit.when_made(lambda page: page.day_wanted.connect(answer))
    made.window.open("staff")
    made.look()
    made.press("staff_audit")
    yield made
    made.window.close()


def _shown(desk):
    model = desk.find("audit_table").model()
    return [tuple(model.index(row, column).data() for column in range(1, 3)) for row in range(model.rowCount())]


def test_today_is_read_at_once_newest_first_and_the_looking_is_noted(desk):
    assert desk.window.page_name == "audit"
    assert desk.text("audit_day") == "Today, Thursday 1 January 2026"
    assert _shown(desk)[0] == ("R. Alvarez RN", "Looked at who did what")
    assert ("Nora Nurse", "Wrong PIN") in _shown(desk)
    assert len(desk.clinic.of(r.AuditViewed)) == 1
    desk.look()
    desk.look()
    assert len(desk.asked) == 1  # a snapshot is no reason to read again
    desk.press("audit_again")
    assert len(desk.asked) == 2


def test_something_is_found_by_person_by_sort_and_by_words(desk):
    person = desk.find("audit_person")
    person.setCurrentIndex(person.findData(NORA))
    assert _shown(desk) == [("Nora Nurse", "Wrong PIN")]
    assert desk.text("audit_note").startswith("1 of ")
    person.setCurrentIndex(0)
    kind = desk.find("audit_kind")
    kind.setCurrentIndex(kind.findData(AuditKind.STAFF.value))
    assert ("R. Alvarez RN", "Added Nora Nurse, nurse") in _shown(desk)
    assert ("Nora Nurse", "Wrong PIN") not in _shown(desk)
    desk.write("audit_words", "NORA added")
    assert _shown(desk) == [("R. Alvarez RN", "Added Nora Nurse, nurse")]


def test_what_a_command_did_is_found_by_the_account_of_the_computer_and_says_when_it_was_given(desk):
    given_ns = desk.clinic.clock.now().utc_ns - 20 * 3600 * NS_PER_S  # yesterday at seven in the evening
    for note, utc_ns in (("n1", given_ns), ("n2", desk.clinic.clock.now().utc_ns)):
        desk.clinic.apply(Asked(note=note, utc_ns=utc_ns, account="office", command="sessions"))
    desk.press("audit_again")
    person = desk.find("audit_person")
    person.setCurrentIndex(person.findText("Account office"))
    assert _shown(desk) == [
        ("Account office", "With a command: list the visits"),
        ("Account office", "With a command: list the visits (on 31 December 2025 at 19:00)"),
    ]


def test_what_was_done_outside_the_window_is_found_whoever_did_it(desk):
    person = desk.find("audit_person")
    assert person.findText("Outside the window") == -1  # nothing was
    now_ns = desk.clinic.clock.now().utc_ns
    desk.clinic.apply(Asked(note="n1", utc_ns=now_ns, account="office", command="sessions"))
    desk.clinic.apply(Asked(note="n2", utc_ns=now_ns, account="admin", command="backup"))
    edited = r.SettingChanged(at=desk.clinic.clock.now(), setting="lock_after_min", before="10", after="0")
    desk.clinic.records.append(edited)
    desk.press("audit_again")
    assert [person.itemText(n) for n in range(person.count())] == [
        "Everybody", "Account admin", "Account office", "Nora Nurse", "R. Alvarez RN", "Outside the window",
    ]  # fmt: skip
    person.setCurrentIndex(person.findText("Outside the window"))
    assert [who for who, _ in _shown(desk)] == ["Outside the window", "Account admin", "Account office"]


def test_another_day_is_a_tap_away_and_there_is_none_after_today(desk):
    assert not desk.find("audit_later").isEnabled()
    desk.press("audit_earlier")
    assert desk.text("audit_day") == "Wednesday 31 December 2025"
    assert _shown(desk) == []
    assert desk.asked[-1].until_utc_ns + 1 == desk.asked[0].since_utc_ns
    desk.press("audit_later")
    assert desk.text("audit_day") == "Today, Thursday 1 January 2026"
    assert _shown(desk)


def test_who_takes_over_and_may_not_look_sees_nothing(desk):
    desk.press("operator")
    desk.press(f"sign_in_operator_{NORA}")
    desk.write("sign_in_pin", NORA_PIN)
    desk.press("sign_in_button")
    assert desk.window.page_name == "audit"
    assert _shown(desk) == []
    assert desk.text("audit_note").startswith("Only a lead nurse or a clinician can look at who did what")
    assert len(desk.asked) == 1
    desk.press("audit_close")
    assert desk.window.page_name == "staff"


def test_a_lock_takes_it_away(desk):
    desk.press("lock")
    assert desk.window.page_name == "chair"
    assert not desk.find("audit_page").isVisible()
    desk.clinic.do(c.SignIn(operator_id=NURSE, pin=NURSE_PIN))
    desk.look()
    desk.window.open("audit")
    assert len(desk.asked) == 2


def test_the_model_keeps_to_qts_rules(qtmodeltester):
    model = AuditModel()
    row = AuditRow(Moment(0, 0), NURSE, "R. Alvarez RN", AuditKind.VIEW, "Looked", 2, "s")
    model.show_lines(lines([row, row], Wanted(), UTC))
    qtmodeltester.check(model)
    assert model.index(0, 3).data() == "Chair 2"


def test_a_day_of_the_clinic_has_23_or_25_hours_twice_a_year():
    paris = ZoneInfo("Europe/Paris")
    spring, autumn = bounds(date(2026, 3, 29), paris), bounds(date(2026, 10, 25), paris)
    assert spring[1] + 1 - spring[0] == DAY_NS * 23 // 24
    assert autumn[1] + 1 - autumn[0] == DAY_NS * 25 // 24
    assert bounds(date(2026, 5, 6), UTC)[0] == int(datetime(2026, 5, 6, tzinfo=UTC).timestamp()) * NS_PER_S
    assert day_text(date(2026, 5, 6), date(2026, 5, 7)) == "Wednesday 6 May 2026"


def test_the_program_asks_the_engine_reads_the_record_and_has_noted_it(qtbot, tmp_path):
    clock = ManualClock(START)
    with OpenStation(Profile(tmp_path / "profile"), (), 1, clock, PlainPins()) as station:
        window = station.shell.window
        window.resize(1280, 800)
        window.show()
        station.station.inbox.post(c.CreateFirstOperator(name="R. Alvarez RN", role=Role.LEAD_NURSE, pin=NURSE_PIN))
        qtbot.waitUntil(lambda: "Alvarez" in window.findChild(QAbstractButton, "operator").text())
        window.open("audit")
        table = window.findChild(QTableView, "audit_table")

        def said():
            model = table.model()
            return [model.index(row, 2).data() for row in range(model.rowCount())]

        qtbot.waitUntil(lambda: "Added R. Alvarez RN, lead nurse" in said())
        window.findChild(QAbstractButton, "audit_again").click()
        qtbot.waitUntil(lambda: "Looked at who did what" in said())
