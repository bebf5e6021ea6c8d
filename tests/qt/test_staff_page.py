"""Looking after the staff at the real window and station: PINs, locks, roles, who leaves and who comes back."""

import pytest

from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.model import Role
from nursestation.core.snapshot import StaffState
from tests.helpers.visit import CLINICIAN, NURSE, NURSE_PIN, make_clinic
from tests.helpers.window_desk import WindowDesk

NORA, NORA_PIN, GIVEN, OWN = "n.nurse", "111111", "864209", "975318"


@pytest.fixture
def desk(qtbot, tmp_path):
    clinic = make_clinic()
    clinic.staff()
    clinic.do(c.AddOperator(name="Nora Nurse", role=Role.NURSE, pin=NORA_PIN))
    made = WindowDesk(qtbot, tmp_path, clinic)
    made.window.open("staff")
    made.look()
    yield made
    made.window.close()


def _state(desk, person):
    return next(one.state for one in desk.snapshot.staff if one.id == person)


def _give_pin(desk, person):
    desk.press(f"staff_person_{person}")
    desk.write("person_pin", GIVEN)
    desk.write("person_pin_again", GIVEN)
    desk.press("person_give_pin")


def test_a_pin_is_given_and_its_owner_chooses_another_before_anything_else(desk):
    _give_pin(desk, NORA)
    assert _state(desk, NORA) is StaffState.MUST_CHANGE_PIN
    assert "Was given a PIN" in desk.text("person_told")
    assert desk.find("person_pin").text() == ""
    desk.press("operator")
    desk.press(f"sign_in_operator_{NORA}")
    desk.write("sign_in_pin", GIVEN)
    desk.press("sign_in_button")
    assert desk.window.page_name == "own_pin"
    assert desk.text("own_pin_title") == "Choose a PIN of your own"
    desk.write("own_pin_old", GIVEN)
    desk.write("own_pin_new", GIVEN)
    desk.write("own_pin_again", GIVEN)
    assert desk.text("own_pin_problem") == "Choose a PIN that differs from the one you have."
    desk.find("own_pin_new").clear()
    desk.find("own_pin_again").clear()
    for field in ("own_pin_new", "own_pin_again"):
        desk.find(field).setFocus()
        for digit in OWN:
            desk.press(f"own_pin_pad_{digit}")
    desk.press("own_pin_send")
    assert _state(desk, NORA) is StaffState.ACTIVE
    assert desk.window.page_name == "staff"
    desk.clinic.do(c.SignOut(), c.SignIn(operator_id=NORA, pin=OWN))


def test_ones_own_pin_takes_the_old_one(desk):
    desk.press("staff_own_pin")
    desk.write("own_pin_old", "000001")
    desk.write("own_pin_new", OWN)
    desk.write("own_pin_again", OWN)
    desk.press("own_pin_send")
    assert desk.window.page_name == "own_pin"
    assert "does not fit" in desk.text("own_pin_problem")
    assert desk.find("own_pin_new").text() == ""
    desk.press("own_pin_close")
    assert desk.window.page_name == "staff"
    desk.clinic.do(c.SignIn(operator_id=NURSE, pin=NURSE_PIN))


def test_somebody_who_is_locked_is_shown_and_unlocked(desk):
    for _ in range(10):
        desk.clinic.clock.advance(15 * 60)
        desk.clinic.apply(c.SignIn(operator_id=NORA, pin="000001"))
    desk.look()
    assert desk.text(f"staff_person_{NORA}").endswith("·  locked")
    desk.press(f"staff_person_{NORA}")
    assert desk.text("person_told") == "Nurse. Locked after too many wrong PINs."
    desk.press("person_unlock")
    assert _state(desk, NORA) is StaffState.ACTIVE
    assert desk.find("person_unlock").isHidden()


def test_a_role_is_changed_and_somebody_who_leads_is_left(desk):
    desk.press(f"staff_person_{CLINICIAN}")
    assert not desk.find("person_change_role").isEnabled()
    desk.press("person_role_office")
    desk.press("person_change_role")
    assert desk.text(f"staff_person_{CLINICIAN}").endswith("Office")
    desk.press(f"staff_person_{NURSE}")
    desk.press("person_role_nurse")
    desk.press("person_change_role")
    assert "the only one who can look after the staff" in desk.text("person_problem")


def test_who_leaves_needs_a_second_tap_and_comes_back(desk):
    desk.press(f"staff_person_{NORA}")
    desk.press("person_let_go")
    desk.press("person_keep")
    assert _state(desk, NORA) is StaffState.ACTIVE
    desk.press("person_let_go")
    desk.press("person_let_go_sure")
    assert _state(desk, NORA) is StaffState.LEFT
    assert desk.find("person_let_go").isHidden()
    assert desk.find("person_pin").isHidden() or not desk.find("person_pin").isVisibleTo(desk.window)
    desk.press("person_take_back")
    assert _state(desk, NORA) is StaffState.ACTIVE
    assert [one.what for one in desk.clinic.of(r.OperatorChanged)] == ["gone", "back"]


def test_one_more_is_added_and_the_form_is_empty_again(desk):
    assert desk.window.focusWidget().objectName() == "staff_name"
    desk.write("staff_name", "Tom Brandt RN")
    desk.press("staff_role_nurse")
    for field in ("staff_pin", "staff_pin_again"):
        desk.write(field, "000000")
    desk.press("staff_add")
    added = [one.name for one in desk.snapshot.staff]
    assert "Tom Brandt RN" in added
    assert desk.find("staff_name").text() == ""


def test_a_nurse_sees_the_staff_and_is_told_who_looks_after_them(desk):
    desk.clinic.do(c.SignIn(operator_id=NORA, pin=NORA_PIN))
    desk.look()
    assert desk.text("staff_problem") == "Only a lead nurse or a clinician can add staff."
    assert desk.find("staff_audit").isHidden()
    desk.press(f"staff_person_{CLINICIAN}")
    assert (
        desk.text("person_problem")
        == "Only a lead nurse or a clinician can give somebody a new PIN: ask one to sign in."
    )
    for control in ("person_pin", "person_role", "person_let_go", "person_unlock", "person_take_back"):
        assert not desk.find(control).isVisibleTo(desk.window)
    desk.press("staff_own_pin")
    assert desk.window.page_name == "own_pin"


def test_a_pin_that_is_typed_for_one_is_not_given_to_another(desk):
    desk.press(f"staff_person_{NORA}")
    desk.write("person_pin", GIVEN)
    desk.press(f"staff_person_{CLINICIAN}")
    assert desk.find("person_pin").text() == ""
