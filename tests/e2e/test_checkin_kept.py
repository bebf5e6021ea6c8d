"""Check-in in the real window: what is typed outlives a kill, and a patient who was here before is found while typing."""

import pytest

from nursestation.store.verify import verify_store
from tests.e2e.program import Program

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

PIN = "482913"
SETTINGS = "[[chair]]\nnumber = 1\n[[chair]]\nnumber = 2\n"
PATIENT = {
    "given_name": "Jane",
    "family_name": "Kowalski",
    "birth_date": "1985-04-12",
    "record_number": "MRN-4471",
}


@pytest.fixture
def profile(tmp_path):
    made = tmp_path / "profile"
    made.mkdir()
    (made / "station.toml").write_text(SETTINGS)
    return made


def open_program(profile):
    return Program(profile, env={"QT_QPA_PLATFORM": "offscreen"}, log=profile.parent / "stderr")


def sign_up(program):
    program.click("first_run_understood")
    program.type("first_run_name", "R. Alvarez RN")
    program.click("first_run_role_lead_nurse")
    program.type("first_run_pin", PIN)
    program.type("first_run_pin_again", PIN)
    program.click("first_run_create")
    program.until(lambda: program.do("shown", "chair_page"), "the chairs are shown")


def sign_in(program):
    program.type("sign_in_pin", PIN)
    program.click("sign_in_button")
    program.until(lambda: program.do("shown", "chair_page"), "the chairs are shown")


def open_visit(program):
    program.click("chair_tile_2")
    program.click("action_check_in")
    for field, text in PATIENT.items():
        program.type(f"check_in_{field}", text)
    program.click("check_in_protocol_depression_iv")
    program.click("check_in_open")
    program.until(lambda: program.chair(2).get("phase") == "check_in", "the visit is open")


def test_what_is_typed_outlives_a_kill_and_is_not_taken_for_recorded(profile):
    with open_program(profile) as program:
        sign_up(program)
        open_visit(program)
        program.click("check_in_gate_driver")
        program.click("check_in_driver_way_other_adult")
        program.type("check_in_driver_name", "Maria")
        program.click("check_in_gate_weight")
        program.type("check_in_weight", "72.5")
        program.until(lambda: program.chair(2)["drafts"] == ["driver", "weight"], "the station keeps both")
        program.kill()

    with open_program(profile) as program:
        sign_in(program)
        program.click("chair_tile_2")
        program.click("action_check_in")
        program.click("check_in_gate_weight")
        program.until(lambda: program.do("text", "check_in_weight") == "72.5", "the weight is there again")
        assert "not sent" in program.do("text", "check_in_gate_weight_detail")
        assert program.chair(2)["gates"]["weight"] == "unknown"
        program.click("check_in_weight_measured")
        program.until(lambda: program.chair(2)["gates"]["weight"] == "met", "recorded now")
        program.until(lambda: program.chair(2)["drafts"] == ["driver"], "and no draft any more")
        program.click("check_in_gate_driver")
        assert program.do("text", "check_in_driver_name") == "Maria"
        assert program.close() == 0
    assert verify_store(profile / "record.sqlite3").ok
    assert "Maria" not in (profile.parent / "stderr").read_text()


def test_a_patient_who_was_here_is_found_while_typing_and_brings_the_last_visit(profile):
    with open_program(profile) as program:
        sign_up(program)
        open_visit(program)
        program.click("check_in_end_early")
        program.click("end_early_reason_patient_declined")
        program.click("end_early_send")
        program.until(lambda: program.chair(2).get("phase") == "ended_early", "the visit is over")
        program.click("action_free_chair")
        program.until(lambda: "phase" not in program.chair(2), "the chair is free")

        program.click("chair_tile_1")
        program.click("action_check_in")
        assert program.do("text", "check_in_family_name") == "", "another chair, another patient"
        program.type("check_in_family_name", "kowal")
        program.click("check_in_found_0")
        assert program.do("text", "check_in_record_number") == PATIENT["record_number"]
        assert program.do("text", "check_in_birth_date") == PATIENT["birth_date"]
        program.until(lambda: program.do("shown", "check_in_history_last"), "the last visit is told")
        assert "ended early" in program.do("text", "check_in_history_last")
        assert program.close() == 0
    log = (profile.parent / "stderr").read_text()
    for word in ("Kowalski", "kowal", "4471"):
        assert word not in log
