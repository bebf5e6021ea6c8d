"""A whole ordinary visit with the keyboard alone, and again with a finger alone, through the real window.

Nothing here clicks with a mouse or gives a widget the focus (`hands.py`). What is counted is what a person does: strokes
that lead to a control, and taps.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest

from devices.clock import SystemClock
from tests.e2e.program import CuedMonitor, Monitor, Program, ProgramError
from tests.e2e.quick_visit import PLAIN, SPEED, write_protocol, write_settings

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

PIN = "482913"
CHAIR = 2
SMALL = (1280, 800)
LOWEST = (1280, 720)
MOST_TAPS = 40
MOST_STROKES = 220  # 161 on a quiet computer; on a busy one alarms come between that are answered too
PATIENT = {"family_name": "Kowalski", "given_name": "Jane", "birth_date": "1985-04-12", "record_number": "4471"}
DRIVER = {"name": "Maria Kowalski", "relation": "sister", "phone": "555 0192"}


class Nurse:
    """Somebody at the window, and the two monitors of her patient."""

    def __init__(self, folder: Path) -> None:
        profile = folder / "profile"
        write_protocol(profile / "protocols", planned_min="2")
        scenario = folder / "plain.toml"
        scenario.write_text(PLAIN, encoding="utf-8")
        links = {driver: folder / driver for driver in ("berry_pm6750", "capnostream20")}
        write_settings(profile / "station.toml", links)
        arguments = ("--scenario", str(scenario), "--seed", "3", "--speed", str(SPEED))
        self.cued = CuedMonitor("berry_pm6750", links["berry_pm6750"], scenario, 3, SPEED)
        self._monitors = (self.cued, Monitor("capnostream20", links["capnostream20"], *arguments))
        self._folder = folder
        self.n_taps = self.n_strokes = 0

    def __enter__(self) -> Self:
        for monitor in self._monitors:
            monitor.plug_in()
        start = SystemClock().now()
        clock = ("--speed", str(SPEED), "--start", str(start.mono_ns), str(start.utc_ns))
        offscreen, log = {"QT_QPA_PLATFORM": "offscreen"}, self._folder / "log"
        self.program = Program(self._folder / "profile", *clock, env=offscreen, log=log)
        self.program.do("resize", *SMALL)
        return self

    def __exit__(self, *_: object) -> None:
        self.program.__exit__()
        for monitor in self._monitors:
            monitor.pull()

    @property
    def visit(self) -> dict:
        return self.program.chair(CHAIR)

    def wait_for(self, name: str) -> None:
        self.program.until(lambda: self.program.usable(name), f"{name} can be used")

    def wait_for_phase(self, phase: str) -> None:
        self.program.until(lambda: self.visit.get("phase") == phase, phase)

    def wait_for_page(self, name: str) -> None:
        self.program.until(lambda: self.program.do("shown", name), f"{name} is shown")

    def side_effect(self) -> str:
        """Return the button that calls the side effect over."""
        found = (name for name in self.program.do("names") if name.startswith("discharge_effect_over_"))
        return next(found, "")


class Keys(Nurse):
    """Works with the keyboard."""

    def keys(self, *verb: object):
        return self.program.do("keys", *verb)

    def strike(self, keys: str) -> None:
        self.keys("strike", keys)
        self.n_strokes += 1

    def go(self, name: str) -> None:
        self.wait_for(name)
        self.n_strokes += self.keys("lead", name)

    def press(self, name: str) -> None:
        self.go(name)
        self.strike("Space")

    def write(self, name: str, text: str) -> None:
        self.go(name)
        self.keys("write", text)

    def look_round(self) -> list[str]:
        """Go once round with the tab key: nothing is left out, hidden or unmarked, and no part is visited twice."""
        tour = self.keys("tour")
        wrong = {what: tour[what] for what in ("left_out", "unseen", "unmarked") if tour[what]}
        assert not wrong
        assert len(set(tour["regions"])) == len(tour["regions"]), tour["regions"]
        return tour["order"]


class Finger(Nurse):
    """Works with a finger; letters and digits come from a keyboard on the glass, which types into what was tapped."""

    def finger(self, *verb: object):
        return self.program.do("finger", *verb)

    def reach(self, name: str) -> None:
        """Push what scrolls until the control is under the finger; each push is a tap."""
        self.wait_for(name)
        while not self.finger("is_in_sight", name):
            assert self.finger("swipe", name), f"{name} does not come into sight"
            self.n_taps += 1

    def press(self, name: str) -> None:
        self.reach(name)
        self.finger("tap", name)
        self.n_taps += 1

    def write(self, name: str, text: str) -> None:
        """Type a name or number: the tap that puts the cursor there belongs to the typing."""
        self.reach(name)
        self.finger("tap", name)
        assert self.program.do("keys", "focus") == name
        self.program.do("keys", "write", text)

    def write_by_pad(self, name: str, text: str) -> None:
        """Type digits on the window's own pad, which is folded out for it."""
        self.press(f"{name}_pad_toggle")
        for digit in text:
            self.reach(f"{name}_pad_{digit}")
            self.finger("tap", f"{name}_pad_{digit}")


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[Keys]:
    with Keys(tmp_path) as nurse:
        yield nurse


@pytest.fixture
def finger(tmp_path: Path) -> Iterator[Finger]:
    with Finger(tmp_path) as nurse:
        yield nurse


def test_a_whole_visit_by_keyboard_alone(keys: Keys) -> None:
    keys.look_round()
    keys.press("first_run_understood")
    keys.write("first_run_name", "R. Alvarez RN")
    keys.press("first_run_role_lead_nurse")
    keys.write("first_run_pin", PIN)
    keys.write("first_run_pin_again", PIN)
    keys.strike("Return")
    keys.wait_for_page("chair_page")
    keys.n_strokes = 0

    keys.strike("Ctrl+I")
    keys.wait_for_page("check_in_page")
    assert keys.keys("focus") == "check_in_family_name"
    _check_in_by_keys(keys)
    keys.press("check_in_begin_baseline")
    keys.press("check_in_take_baseline")
    keys.press("check_in_score_moaas_5")
    keys.press("check_in_score_pain_2")
    keys.press("check_in_start")
    keys.wait_for_phase("infusion")
    keys.wait_for_page("chair_page")
    keys.cued.start_infusion()

    keys.look_round()
    keys.strike("Ctrl+E")
    keys.wait_for_page("event_sheet")
    keys.press("event_effect_nausea_mild")
    order = keys.look_round()
    assert [name.startswith("event_") for name in order].count(True) > 20
    keys.strike("Esc")
    keys.program.until(lambda: not keys.program.do("shown", "event_sheet"), "the sheet is closed")
    assert keys.keys("focus") != "trend"
    keys.program.until(lambda: keys.visit["run_s"] > 121, "the planned end")
    keys.strike("Ctrl+Shift+S")
    keys.wait_for_phase("observation")
    keys.wait_for("action_mark_ready")
    keys.strike("Ctrl+O")
    keys.wait_for_phase("ready")
    keys.strike("Ctrl+Shift+D")
    keys.wait_for_page("discharge_page")
    _discharge_by_keys(keys)
    assert keys.n_strokes <= MOST_STROKES, keys.n_strokes


def _check_in_by_keys(keys: Keys) -> None:
    for field, text in PATIENT.items():
        keys.write(f"check_in_{field}", text)
    keys.press("check_in_protocol_quick")
    keys.press("check_in_open")
    keys.program.until(lambda: keys.visit.get("gates"), "the gates")
    keys.look_round()
    keys.press("check_in_identity_both")
    keys.write("check_in_weight", "72")
    keys.strike("Return")
    keys.press("check_in_allergies_none")
    keys.press("check_in_consent_on_file")
    keys.press("check_in_food_quick_yesterday_18_00")
    keys.press("check_in_drink_quick_yesterday_18_00")
    keys.press("check_in_fasting_record")
    keys.press("check_in_exclusions_record")
    keys.press("check_in_pregnancy_not_possible")
    keys.press("check_in_medicines_record")
    keys.write("check_in_referral_from", "Dr. Holm")
    keys.strike("Return")
    keys.write("check_in_available_name", "Dr. Okafor")
    keys.strike("Return")
    keys.press("check_in_checks_all")
    keys.press("check_in_driver_way_family_or_friend")
    for field, text in DRIVER.items():
        keys.write(f"check_in_driver_{field}", text)
    keys.press("check_in_driver_how_by_phone")
    keys.press("check_in_companion_driver")


def _discharge_by_keys(keys: Keys) -> None:
    assert keys.keys("focus") == "discharge_aldrete_answer"
    keys.look_round()
    for line in ("aldrete", "sedation", "gait"):
        keys.press(f"discharge_{line}_answer")
    keys.press(keys.side_effect())
    keys.press("discharge_iv_removed_answer")
    keys.press("discharge_orthostatic_more")
    keys.look_round()
    keys.press("discharge_orthostatic_left_out_2")
    keys.press("discharge_instructions_answer")
    keys.program.until(lambda: keys.visit["instructions"] == "file", "the instructions are made")
    keys.press("discharge_instructions_answer")
    keys.write("discharge_driver_code", keys.visit["driver_code"])
    keys.program.until(lambda: keys.visit["may_sign"], "every line is met")
    keys.write("discharge_pin", PIN)
    keys.strike("Return")
    keys.wait_for_phase("discharged")


def test_a_whole_visit_by_finger_alone(finger: Finger) -> None:
    finger.press("first_run_understood")
    finger.write("first_run_name", "R. Alvarez RN")
    finger.press("first_run_role_lead_nurse")
    finger.write_by_pad("first_run_pin", PIN)
    finger.write_by_pad("first_run_pin_again", PIN)
    finger.press("first_run_create")
    finger.wait_for_page("chair_page")
    finger.n_taps = 0

    finger.press("action_check_in")
    _check_in_by_finger(finger)
    finger.press("check_in_begin_baseline")
    finger.press("check_in_take_baseline")
    finger.press("check_in_score_moaas_5")
    finger.press("check_in_score_pain_2")
    finger.press("check_in_start")
    finger.wait_for_phase("infusion")
    finger.wait_for_page("chair_page")
    finger.cued.start_infusion()
    finger.press("action_event")
    finger.press("event_effect_nausea_mild")
    finger.press("event_close")
    finger.program.until(lambda: finger.visit["run_s"] > 121, "the planned end")
    finger.press("action_stop_infusion")
    finger.wait_for_phase("observation")
    finger.press("action_mark_ready")
    finger.wait_for_phase("ready")
    finger.press("action_discharge")
    _discharge_by_finger(finger)
    assert finger.n_taps <= MOST_TAPS, finger.n_taps


def _check_in_by_finger(finger: Finger) -> None:
    for field, text in PATIENT.items():
        finger.write(f"check_in_{field}", text)
    finger.press("check_in_protocol_quick")
    finger.press("check_in_open")
    finger.press("check_in_identity_both")
    finger.write("check_in_weight", "72")
    finger.press("check_in_weight_measured")
    finger.press("check_in_allergies_none")
    finger.press("check_in_consent_on_file")
    finger.press("check_in_food_quick_yesterday_18_00")
    finger.press("check_in_drink_quick_yesterday_18_00")
    finger.press("check_in_fasting_record")
    finger.press("check_in_exclusions_record")
    finger.press("check_in_pregnancy_not_possible")
    finger.press("check_in_medicines_record")
    finger.write("check_in_referral_from", "Dr. Holm")
    finger.press("check_in_referral_record")
    finger.write("check_in_available_name", "Dr. Okafor")
    finger.press("check_in_available_record")
    finger.press("check_in_checks_all")
    finger.press("check_in_driver_way_family_or_friend")
    for field, text in DRIVER.items():
        finger.write(f"check_in_driver_{field}", text)
    finger.press("check_in_driver_how_by_phone")
    finger.press("check_in_companion_driver")


def _discharge_by_finger(finger: Finger) -> None:
    for line in ("aldrete", "sedation", "gait"):
        finger.press(f"discharge_{line}_answer")
    finger.press(finger.side_effect())
    finger.press("discharge_iv_removed_answer")
    finger.press("discharge_orthostatic_more")
    finger.press("discharge_orthostatic_left_out_2")
    finger.press("discharge_instructions_answer")
    finger.program.until(lambda: finger.visit["instructions"] == "file", "the instructions are made")
    finger.press("discharge_instructions_answer")
    finger.write("discharge_driver_code", finger.visit["driver_code"])
    finger.program.until(lambda: finger.visit["may_sign"], "every line is met")
    finger.write("discharge_pin", PIN)
    finger.press("discharge_sign")
    finger.wait_for_phase("discharged")


def test_a_push_that_begins_on_a_button_scrolls_and_answers_nothing(finger: Finger) -> None:
    finger.press("first_run_understood")
    finger.write("first_run_name", "R. Alvarez RN")
    finger.press("first_run_role_lead_nurse")
    for field in ("first_run_pin", "first_run_pin_again"):
        finger.write(field, PIN)
    finger.press("first_run_create")
    finger.wait_for_page("chair_page")
    finger.program.do("resize", *LOWEST)
    finger.press("station")
    finger.wait_for("station_staff")
    finger.press("station_staff")
    finger.wait_for_page("staff_page")
    finger.press("staff_pin_pad_toggle")
    finger.press("staff_pin_again_pad_toggle")
    assert not finger.finger("is_in_sight", "staff_pin_again_pad_0")
    with pytest.raises(ProgramError, match="out of sight"):
        finger.finger("tap", "staff_pin_again_pad_0")
    finger.finger("drag", "staff_pin_again_pad_toggle", 0, -200)
    assert finger.program.do("shown", "staff_pin_again_pad"), "no pad was closed by the button under the finger"
    finger.press("staff_pin_again_pad_0")
