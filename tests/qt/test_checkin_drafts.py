"""What is typed at check-in is kept as it is typed: handed over soon, at once when the hand leaves, and put back."""

from datetime import UTC

import pytest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from nursestation.core import commands as c
from nursestation.core.model import Phase
from nursestation.ui.checkin.drafts import DraftKeeper
from nursestation.ui.checkin.page import CheckInPage
from tests.helpers.hands import find, press, shown_check_in
from tests.helpers.station_views import make_chair, make_station, make_visit
from tests.helpers.visit import PATIENT, load_protocol, make_clinic


@pytest.fixture
def page(qtbot):
    return shown_check_in(qtbot)


@pytest.fixture
def kept(page):
    """Drafts as the page hands them over: (chair, form, fields)."""
    told = []

    def take(command):
        if isinstance(command, c.KeepDraft):
            told.append((command.chair, command.form, dict(command.fields)))

    page.command_requested.connect(take)
    return told


# --- the keeper ---------------------------------------------------------------------------------------------------


@pytest.fixture
def keeper(qtbot):
    made = DraftKeeper()
    made.allow(True)
    return made


def handed_over(keeper):
    told = []
    keeper.kept.connect(lambda command: told.append((command.chair, command.form, command.fields)))
    return told


def test_many_keys_become_one_command_with_the_last_of_them(qtbot, keeper):
    told = handed_over(keeper)
    for text in ("M", "Ma", "Mar"):
        keeper.note(2, "s", "driver", {"name": text})
    assert told == []
    qtbot.waitUntil(lambda: told == [(2, "driver", (("name", "Mar"),))], timeout=2000)


def test_the_same_text_again_is_not_sent_again(keeper):
    told = handed_over(keeper)
    for _ in range(2):
        keeper.note(2, "s", "driver", {"name": "Maria"})
        keeper.flush()
    assert len(told) == 1


def test_nothing_is_sent_while_nobody_is_signed_in_and_nothing_is_lost(qtbot, keeper):
    told = handed_over(keeper)
    keeper.allow(False)
    keeper.note(2, "s", "driver", {"name": "Maria"})
    keeper.flush()
    assert told == []
    keeper.allow(True)
    qtbot.waitUntil(lambda: told == [(2, "driver", (("name", "Maria"),))], timeout=2000)


def test_what_was_typed_here_goes_before_what_a_snapshot_says(keeper):
    stored = {"name": "Mar"}
    assert keeper.draft(2, "s", "driver", stored) == stored
    keeper.note(2, "s", "driver", {"name": "Maria"})
    assert keeper.draft(2, "s", "driver", stored) == {"name": "Maria"}
    keeper.note(2, "s", "driver", {})
    assert keeper.draft(2, "s", "driver", stored) == {}, "sent meanwhile"


def test_another_session_takes_no_draft_over(keeper):
    told = handed_over(keeper)
    keeper.note(2, "s", "driver", {"name": "Maria"})
    keeper.note(3, "t", "driver", {"name": "Tom"})
    keeper.forget_others(2, "u")
    assert keeper.draft(2, "s", "driver", {}) == {}
    keeper.flush()
    assert told == [(3, "driver", (("name", "Tom"),))]


# --- the page -----------------------------------------------------------------------------------------------------


def test_what_is_typed_of_a_patient_is_kept_for_the_free_chair(qtbot, page, kept):
    page.render(make_station())
    qtbot.keyClicks(find(page, "check_in_family_name"), "Kel")
    qtbot.waitUntil(lambda: kept == [(2, "patient", {"family_name": "Kel"})], timeout=2000)
    assert find(page, "check_in_patient_draft").isVisibleTo(page)


def test_what_is_typed_for_a_gate_is_kept_and_told_on_its_tile(qtbot, page, kept):
    visit = make_visit()
    page.render(make_station(make_chair(visit)))
    press(qtbot, page, "check_in_gate_driver")
    qtbot.keyClicks(find(page, "check_in_driver_name"), "Maria")
    qtbot.waitUntil(lambda: kept == [(2, "driver", {"name": "Maria"})], timeout=2000)
    page.render(make_station(make_chair(visit)))
    assert "not sent" in find(page, "check_in_gate_driver_detail").text()
    assert find(page, "check_in_question_draft").isVisibleTo(page)
    assert "not sent" not in find(page, "check_in_gate_consent_detail").text()


def test_sending_uses_the_draft_up(qtbot, page, kept):
    page.render(make_station(make_chair(make_visit())))
    press(qtbot, page, "check_in_gate_fasting_food")
    press(qtbot, page, "check_in_food_quick_yesterday_20_00")
    press(qtbot, page, "check_in_drink_quick_yesterday_20_00")
    press(qtbot, page, "check_in_fasting_record")
    qtbot.waitUntil(lambda: bool(kept) and kept[-1] == (2, "fasting", {}), timeout=2000)


def test_what_is_typed_goes_before_what_uses_it_up(qtbot, page):
    """By keys alone nothing loses the focus: the typing would follow its own check-in, and stay for the whole visit."""
    told = []
    page.command_requested.connect(told.append)
    page.render(make_station(protocols=(load_protocol(),)))
    for name, text in (
        ("family_name", "Keller"),
        ("given_name", "Jana"),
        ("birth_date", "1984-03-09"),
        ("record_number", "7"),
    ):
        find(page, f"check_in_{name}").setText(text)
    find(page, "check_in_protocol_depression_iv").click()
    find(page, "check_in_open").click()
    page.render(make_station(make_chair(make_visit())))
    find(page, "check_in_gate_driver").click()
    for name in ("name", "relation", "phone"):
        find(page, f"check_in_driver_{name}").setText("5550192")
    find(page, "check_in_driver_way_family_or_friend").click()
    find(page, "check_in_driver_how_by_phone").click()
    kinds = [type(one) for one in told]
    assert kinds[:2] == [c.KeepDraft, c.CheckIn]
    assert kinds[kinds.index(c.NameDriver) - 1] is c.KeepDraft
    assert (told[0].form, dict(told[0].fields)["family_name"]) == ("patient", "Keller")


def test_a_refusal_brings_the_draft_back(qtbot, page, kept):
    page.render(make_station(make_chair(make_visit())))
    press(qtbot, page, "check_in_gate_fasting_food")
    press(qtbot, page, "check_in_food_quick_yesterday_20_00")
    press(qtbot, page, "check_in_drink_quick_yesterday_20_00")
    press(qtbot, page, "check_in_fasting_record")
    page.refused("No.")
    qtbot.waitUntil(lambda: bool(kept) and kept[-1][2].get("food") == "yesterday 20:00", timeout=2000)


def test_leaving_a_field_hands_over_at_once(qtbot, page, kept):
    page.render(make_station())
    page.activateWindow()
    find(page, "check_in_family_name").setFocus()
    qtbot.keyClicks(find(page, "check_in_family_name"), "Kel")
    find(page, "check_in_given_name").setFocus()
    assert kept == [(2, "patient", {"family_name": "Kel"})]


def test_leaving_the_page_hands_over_at_once(qtbot, page, kept):
    page.render(make_station())
    page.setFocus()
    find(page, "check_in_family_name").setText("Keller")  # no field has the focus, and so none loses it
    page.hide()
    assert kept == [(2, "patient", {"family_name": "Keller"})]


def test_a_kept_draft_is_put_back_into_the_form_and_not_sent_again(qtbot, page, kept):
    fields = (("family_name", "Keller"), ("protocol", "im"))
    page.render(make_station(make_chair(drafts=(("patient", fields),))))
    assert find(page, "check_in_family_name").text() == "Keller"
    assert find(page, "check_in_protocol_im").isChecked()
    assert kept == []


@pytest.mark.parametrize(
    ("form", "fields", "name", "text"),
    [
        ("weight", {"kg": "72.5"}, "check_in_weight", "72.5"),
        ("driver", {"name": "Maria", "way": "other_adult"}, "check_in_driver_name", "Maria"),
        ("fasting", {"food": "yesterday 19:10"}, "check_in_food_time", "19:10"),
        ("referral", {"from": "Dr. Holm"}, "check_in_referral_from", "Dr. Holm"),
    ],
)
def test_kept_drafts_of_gates_are_put_back(page, form, fields, name, text):
    page.render(make_station(make_chair(make_visit(), drafts=((form, tuple(fields.items())),))))
    assert find(page, name).text() == text


def test_kept_marks_are_put_back(page):
    drafts = (("exclusions", (("Psychosis, now or before", ""),)),)
    page.render(make_station(make_chair(make_visit(), drafts=drafts)))
    assert find(page, "check_in_exclusion_1_yes").isChecked()
    assert not find(page, "check_in_exclusion_0_yes").isChecked()


def test_each_chair_has_drafts_of_its_own(qtbot, page, kept):
    free = make_station(make_chair(number=1), make_chair(number=2))
    page.render(free)
    find(page, "check_in_given_name").setText("Jonas")
    page.show_chair(1)
    page.render(free)
    assert kept == [(2, "patient", {"given_name": "Jonas"})]
    assert find(page, "check_in_given_name").text() == ""
    page.show_chair(2)
    page.render(free)  # as old as before: the station has not told of the draft yet
    assert find(page, "check_in_given_name").text() == "Jonas"


def test_a_visit_that_opens_uses_up_what_was_typed_of_the_patient(page):
    page.render(make_station())
    find(page, "check_in_given_name").setText("Jonas")
    page.render(make_station(make_chair(make_visit())))
    page.render(make_station(make_chair(make_visit(Phase.DISCHARGED))))
    page.render(make_station())
    assert find(page, "check_in_given_name").text() == ""


def test_a_draft_comes_back_through_the_station(qtbot, page):
    """With the real station between: typed in one window, found in the next."""
    clinic = make_clinic()
    clinic.staff()
    clinic.do(c.CheckIn(chair=2, patient=PATIENT, protocol="depression_iv"))
    page.command_requested.connect(clinic.do)
    page.render(clinic.station.snapshot(clinic.clock.now()))
    find(page, "check_in_weight").setText("72.5")
    page.hide()
    again = CheckInPage(UTC)
    qtbot.addWidget(again)
    again.show_chair(2)
    again.render(clinic.station.snapshot(clinic.clock.now()))
    assert find(again, "check_in_weight").text() == "72.5"
    assert clinic.visit.weight_kg is None, "kept is not recorded"


def test_no_pin_is_ever_part_of_a_draft(qtbot, page, kept):
    page.render(make_station(make_chair(make_visit())))
    press(qtbot, page, "check_in_gate_driver")
    press(qtbot, page, "check_in_override")
    qtbot.keyClicks(find(page, "check_in_override_pin"), "135791")
    page.hide()
    assert kept == []


def test_focus_elsewhere_in_the_window_hands_nothing_over_of_another_page(qtbot):
    ground = QWidget()
    qtbot.addWidget(ground)
    layout, field = QVBoxLayout(ground), QLineEdit()
    page = CheckInPage(UTC)
    layout.addWidget(page)
    layout.addWidget(field)
    page.show_chair(2)
    told = []
    page.command_requested.connect(told.append)
    page.render(make_station())
    with qtbot.waitExposed(ground):
        ground.show()
    field.setFocus()
    assert told == []
