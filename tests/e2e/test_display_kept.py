"""What is set on the screen of the real program is found again after a restart: the page of all chairs, and the colours."""

import pytest
from PySide6.QtGui import QImage

from nursestation.ui.theme import DARK_THEME, LIGHT_THEME
from tests.e2e.program import Program

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

PIN = "482913"
CHAIRS = 4


@pytest.fixture
def profile(tmp_path):
    made = tmp_path / "profile"
    made.mkdir()
    (made / "station.toml").write_text("".join(f"[[chair]]\nnumber = {n}\n" for n in range(1, CHAIRS + 1)))
    return made


def open_program(profile):
    program = Program(profile, env={"QT_QPA_PLATFORM": "offscreen"}, log=profile.parent / "stderr")
    program.do("resize", 1280, 800)
    return program


def sign_up(program):
    program.click("first_run_understood")
    program.type("first_run_name", "R. Alvarez RN")
    program.click("first_run_role_lead_nurse")
    program.type("first_run_pin", PIN)
    program.type("first_run_pin_again", PIN)
    program.click("first_run_create")
    program.until(lambda: program.do("shown", "chair_page"), "the chairs are shown")


def open_board(program):
    program.click("all_chairs")
    program.until(lambda: program.do("keys", "focus") == "board_tile_1", "the focus begins at the chair in front")


def told(program):
    return [program.do("text", f"board_{what}") for what in ("columns", "waves", "face")]


def places(program):
    """Return the chairs in the order in which the arrow keys find them, round from the place at the upper left."""
    program.do("keys", "lead", "board_tile_1")
    for _ in range(2):
        program.do("keys", "strike", "Left")
        program.do("keys", "strike", "Up")
    found = []
    for way in ("Right", "Down", "Left"):
        found.append(program.do("keys", "focus"))
        program.do("keys", "strike", way)
    found.append(program.do("keys", "focus"))
    return [int(name.removeprefix("board_tile_")) for name in found]


def ground(program, folder):
    picture = folder / "window.png"
    program.do("grab", str(picture))
    return QImage(str(picture)).pixelColor(4, 400)


def test_places_waves_face_and_colours_are_found_again_after_a_restart(profile):
    with open_program(profile) as program:
        sign_up(program)
        assert ground(program, profile.parent) == DARK_THEME.colour("bar")
        open_board(program)
        assert (told(program), places(program)) == (
            ["Columns: as fits", "Waves: 1", "Patients by: initials"],
            [1, 2, 4, 3],
        )
        program.do("keys", "strike", "Ctrl+Shift+Right")
        program.click("board_waves")
        program.click("board_face")
        set_now = (told(program), places(program))
        assert set_now == (["Columns: as fits", "Waves: 2", "Patients by: chair number"], [1, 2, 3, 4])
        program.click("board_close")
        program.click("station")
        program.click("station_look_light")
        assert program.close() == 0

    with open_program(profile) as program:
        program.type("sign_in_pin", PIN)
        program.click("sign_in_button")
        program.until(lambda: program.do("shown", "chair_page"), "the chairs are shown")
        assert ground(program, profile.parent) == LIGHT_THEME.colour("bar")
        open_board(program)
        assert (told(program), places(program)) == set_now
        assert ground(program, profile.parent) == LIGHT_THEME.colour("window")
        assert program.close() == 0
