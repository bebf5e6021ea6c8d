"""What the window itself says while something is wrong: in words, on the screen, with the recording going on behind it."""

import pytest

from nursestation.mishaps import SENTENCE
from nursestation.store.verify import verify_store
from tests.e2e.program import Program

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

MISSING = "/dev/ttyNONE"
SETTINGS = f'[[chair]]\nnumber = 2\n[[chair.monitor]]\ndriver = "ge_dinamap"\nport = "{MISSING}"\n'


@pytest.fixture
def program(tmp_path):
    profile = tmp_path / "profile"
    profile.mkdir()
    (profile / "station.toml").write_text(SETTINGS)
    with Program(
        profile, "--simulate", "normal", env={"QT_QPA_PLATFORM": "offscreen"}, log=tmp_path / "stderr"
    ) as program:
        program.record = profile / "record.sqlite3"
        sign_up(program)
        yield program


def sign_up(program):
    program.click("first_run_understood")
    program.type("first_run_name", "R. Alvarez RN")
    program.click("first_run_role_lead_nurse")
    program.type("first_run_pin", "482913")
    program.type("first_run_pin_again", "482913")
    program.click("first_run_create")
    program.until(lambda: program.do("shown", "chair_page"), "the chairs are shown")


def test_the_window_says_what_is_wrong_and_the_record_goes_on(program):
    # a port that is not there, on the chair that it belongs to
    program.click("chair_tile_2")
    program.until(lambda: program.do("says", MISSING), "the missing port is said")
    assert program.do("says", f"There is no port {MISSING}: plug the adapter in, or choose another port.")

    # a fault of the window
    program.do("stumble", "Jana Keller, MRN-4471")
    program.until(lambda: program.do("shown", "message"), "the fault is said")
    assert program.do("text", "message") == SENTENCE
    program.until(lambda: program.chair(1)["monitoring"], "the chairs go on")
    log = program.log_path.read_text()
    assert "RuntimeError" in log
    assert "Keller" not in log

    # a record that is moved away, and back
    away = program.record.with_name("away.sqlite3")
    program.record.rename(away)
    program.click("lock")  # signing out is a record
    sentence = f"{program.record} was moved, replaced or deleted while Nursestation was writing it. Put it back."
    program.until(lambda: program.do("says", sentence), "the lost record is said")
    away.rename(program.record)
    program.until(lambda: not program.do("says", sentence), "it is over when the record is back")
    assert program.close() == 0
    assert verify_store(program.record).ok
