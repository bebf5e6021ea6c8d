"""A visit in the real window, a backup beside it, the profile lost, the backup restored: sessions and chains are the same."""

import shutil

import pytest

from nursestation.store.reader import StoreReader
from nursestation.store.verify import verify_store
from tests.e2e.program import Program, run_command

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

PIN = "482913"
PATIENT = {
    "given_name": "Jane",
    "family_name": "Kowalski",
    "birth_date": "1985-04-12",
    "record_number": "MRN-4471",
}


def open_program(profile):
    return Program(profile, env={"QT_QPA_PLATFORM": "offscreen"}, log=profile.parent / "stderr")


def seen(record):
    """Return the visits and the chain heads of a record."""
    with StoreReader.open(record) as reader:
        return reader.sessions(), {name: head for name, head in reader.chain_heads().items() if name is not None}


def test_a_visit_outlives_its_profile(tmp_path):
    profile, drive = tmp_path / "profile", tmp_path / "drive"
    profile.mkdir()
    drive.mkdir()
    (profile / "station.toml").write_text(f'[[chair]]\nnumber = 2\n\n[backup]\nfolder = "{drive}"\n')
    with open_program(profile) as program:
        program.click("first_run_understood")
        program.type("first_run_name", "R. Alvarez RN")
        program.click("first_run_role_lead_nurse")
        program.type("first_run_pin", PIN)
        program.type("first_run_pin_again", PIN)
        program.click("first_run_create")
        program.click("action_check_in")
        for field, text in PATIENT.items():
            program.type(f"check_in_{field}", text)
        program.click("check_in_protocol_depression_iv")
        program.click("check_in_open")
        program.until(lambda: program.chair(2).get("phase") == "check_in", "the visit is open")
        by_itself = program.until(lambda: list(drive.glob("*.sqlite3")), "a backup was made by itself")
        assert verify_store(by_itself[0]).ok
        made = run_command("backup", "--to", drive, "--profile", profile)  # beside the running station
        assert made.returncode == 0, made.stderr
        file = made.stdout.partition(": ")[0]
        refused = run_command("restore", file, "--yes", "--profile", profile)
        assert refused.returncode == 1
        assert "already running" in refused.stderr
        assert program.close() == 0
    before = seen(profile / "record.sqlite3")
    settings = (profile / "station.toml").read_text()
    shutil.rmtree(profile)
    restored = run_command("restore", file, "--yes", "--profile", profile)
    assert restored.returncode == 0, restored.stderr
    assert seen(profile / "record.sqlite3") == before
    assert run_command("verify", profile).returncode == 0
    (profile / "station.toml").write_text(settings)
    with open_program(profile) as program:
        program.until(lambda: program.chair(2).get("phase") == "check_in", "the visit goes on")
        program.type("sign_in_pin", PIN)
        program.click("sign_in_button")
        assert program.close() == 0
    assert verify_store(profile / "record.sqlite3").ok
