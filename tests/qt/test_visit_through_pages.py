"""A whole visit through the pages, with the real station behind them: what they send is taken, what it answers is shown."""

from datetime import UTC
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from nursestation.core import records as r
from nursestation.core.commands import SignOut, StopInfusion
from nursestation.core.model import GateState, Phase
from nursestation.ui.checkin.page import CheckInPage
from nursestation.ui.choices import Choices
from nursestation.ui.discharge.page import DischargePage
from nursestation.ui.layouts import keep_tab_order
from nursestation.ui.signin.first_run import FirstRunPage
from nursestation.ui.signin.sign_in import SignInPage
from nursestation.ui.staff.page import StaffPage
from tests.helpers.visit import CLINICIAN_PIN, NURSE_PIN, make_clinic

PAPER = Path("instructions.pdf")


class Desk:
    """One page in front of the real station; every press is answered before the next one."""

    def __init__(self, qtbot):
        self.qtbot = qtbot
        self.clinic = make_clinic()
        self.page = None
        self.n_taps = 0

    def turn_to(self, page):
        if self.page is not None:
            self.page.hide()
        self.page = page
        self.qtbot.addWidget(page)
        page.command_requested.connect(self.take)
        page.resize(1024, 706)
        page.show_chair(self.clinic.chair)
        self.render()
        with self.qtbot.waitExposed(page):
            page.show()

    def take(self, command):
        for record in self.clinic.apply(command):
            if isinstance(record, r.Refused):
                self.page.refused(record.reason)

    def render(self):
        self.page.render(self.clinic.station.snapshot(self.clinic.clock.now()))

    def find(self, name):
        widget = self.page.findChild(QWidget, name)
        assert widget is not None, name
        return widget

    def press(self, name):
        self.render()
        button = self.find(name)
        self.qtbot.waitUntil(lambda: button.isVisibleTo(self.page) and button.isEnabled(), timeout=2000)
        self.qtbot.waitUntil(lambda: button.width() > 0, timeout=2000)  # laid out
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        self.n_taps += 1
        self.render()

    def go(self, name):
        """Let the keyboard lead to a control; a screenful of steps at most. Inside a group of choices arrows lead on."""
        self.render()
        group = self.find(name).parentWidget()
        for _ in range(60):
            at = self.page.focusWidget()
            if at is not None and at.objectName() == name:
                return at
            is_inside = at is not None and isinstance(group, Choices) and at.parentWidget() is group
            self.qtbot.keyClick(at or self.page, Qt.Key.Key_Right if is_inside else Qt.Key.Key_Tab)
        raise AssertionError(f"the tab key does not lead to {name}")

    def strike(self, name, text=""):
        """Go to a control and type into it, or strike it."""
        at = self.go(name)
        if text:
            self.qtbot.keyClicks(at, text)
        else:
            self.qtbot.waitUntil(at.isEnabled, timeout=2000)
            self.qtbot.keyClick(at, Qt.Key.Key_Space)
        self.render()

    def type(self, name, text):
        self.find(name).clear()
        self.qtbot.keyClicks(self.find(name), text)


@pytest.fixture
def desk(qtbot):
    return Desk(qtbot)


def _staff(desk):
    desk.turn_to(FirstRunPage())
    desk.find("first_run_understood").setChecked(True)
    desk.type("first_run_name", "R. Alvarez RN")
    desk.press("first_run_role_lead_nurse")
    desk.type("first_run_pin", NURSE_PIN)
    desk.type("first_run_pin_again", NURSE_PIN)
    desk.press("first_run_create")
    desk.turn_to(StaffPage())
    desk.type("staff_name", "Sam Okafor MD")
    desk.press("staff_role_clinician")
    desk.type("staff_pin", CLINICIAN_PIN)
    desk.type("staff_pin_again", CLINICIAN_PIN)
    desk.press("staff_add")


def _check_in(desk):
    desk.turn_to(CheckInPage(UTC))
    for name, text in (
        ("given_name", "Jana"),
        ("family_name", "Keller"),
        ("birth_date", "1984-05-17"),
        ("record_number", "MRN-4471"),
    ):
        desk.type(f"check_in_{name}", text)
    desk.press("check_in_protocol_depression_iv")
    desk.press("check_in_open")
    desk.press("check_in_identity_both")
    desk.type("check_in_weight", "72")
    desk.press("check_in_weight_measured")
    desk.press("check_in_allergies_none")
    desk.press("check_in_consent_on_file")
    desk.type("check_in_food_time", "12:00")  # it is 15:00: three hours only
    desk.type("check_in_drink_time", "12:00")
    desk.press("check_in_fasting_record")
    desk.press("check_in_exclusions_record")
    desk.press("check_in_pregnancy_not_possible")
    desk.press("check_in_medicines_record")
    desk.type("check_in_referral_from", "Dr. Holm")
    desk.press("check_in_referral_record")
    desk.press("check_in_available_s.okafor")
    desk.press("check_in_checks_all")
    desk.press("check_in_driver_way_family_or_friend")
    desk.type("check_in_driver_name", "Maria Keller")
    desk.type("check_in_driver_relation", "sister")
    desk.type("check_in_driver_phone", "555 010 0192")
    desk.press("check_in_driver_how_by_phone")
    desk.press("check_in_companion_alone")


def _baseline(desk):
    desk.press("check_in_gate_baseline")
    desk.press("check_in_begin_baseline")
    desk.clinic.run(20)
    desk.clinic.cuff(124, 76)
    desk.clinic.run(120)
    desk.clinic.cuff(124, 76)
    desk.press("check_in_take_baseline")
    desk.press("check_in_gate_baseline_scores")
    desk.press("check_in_score_moaas_5")
    desk.press("check_in_score_pain_2")


def _override_food(desk):
    desk.press("check_in_gate_fasting_food")
    desk.press("check_in_override")
    desk.type("check_in_override_reason", "one biscuit, clinician agrees")
    clinician = next(
        one for one in desk.clinic.station.snapshot(desk.clinic.clock.now()).operators if "Okafor" in one.name
    )
    desk.press(f"check_in_override_clinician_{clinician.id}")
    desk.type("check_in_override_pin", "111111")
    desk.press("check_in_override_send")
    assert desk.find("check_in_override_notice").text()
    desk.type("check_in_override_pin", CLINICIAN_PIN)
    desk.press("check_in_override_send")


def test_from_the_first_start_to_the_signature(desk):
    clinic = desk.clinic
    _staff(desk)
    assert len(clinic.of(r.OperatorAdded)) == 2
    _check_in(desk)
    _baseline(desk)
    states = {gate.id: gate.state for gate in clinic.visit.gates}
    assert states.pop("fasting_food") is GateState.UNMET
    assert set(states.values()) == {GateState.MET}
    _override_food(desk)
    clinic.run(5)
    desk.press("check_in_start")
    assert clinic.visit.phase is Phase.INFUSION
    assert clinic.visit.dose_text == "Ketamine IV 36 mg over 45 min (0.5 mg/kg)"

    clinic.run(2700)
    clinic.do(StopInfusion(chair=clinic.chair, reason="dose given"))
    for sys, dia in ((131, 80), (128, 79), (127, 78)):
        clinic.cuff(sys, dia)
        clinic.run(600)
    clinic.cuff(126, 78)
    desk.turn_to(DischargePage(UTC))
    desk.press("discharge_mark_ready")
    desk.press("discharge_aldrete_more")
    for item in ("activity", "breathing", "consciousness"):
        desk.press(f"discharge_aldrete_{item}_2")
    desk.press("discharge_aldrete_record")
    for line in ("sedation", "gait", "iv_removed"):
        desk.press(f"discharge_{line}_answer")
    desk.press("discharge_orthostatic_more")
    desk.press("discharge_orthostatic_stands")
    clinic.run(65, every_s=5)
    clinic.cuff(120, 78)
    clinic.run(120, every_s=5)
    clinic.cuff(122, 78)
    desk.press("discharge_orthostatic_well")
    desk.page.print_wanted.connect(lambda chair, _, language: desk.page.printed(chair, language, "5e" * 32, PAPER, ""))
    desk.press("discharge_instructions_answer")
    desk.press("discharge_instructions_answer")
    assert desk.find("discharge_why_not").text() == "Not met yet: Driver here and confirmed."
    code = clinic.visit.driver_code
    desk.type("discharge_driver_code", f"{(int(code) + 1) % 10000:04d}")
    assert desk.find("discharge_message").text().startswith("That is not the driver's code")
    desk.type("discharge_driver_code", code)
    desk.render()
    assert desk.find("discharge_tally").text() == "12 of 12 met"
    desk.type("discharge_pin", "111111")
    desk.press("discharge_sign")
    assert clinic.visit.phase is Phase.READY
    assert not desk.find("discharge_sign").isEnabled()
    desk.type("discharge_pin", NURSE_PIN)
    desk.press("discharge_sign")
    assert clinic.visit.phase is Phase.DISCHARGED
    assert clinic.of(r.DischargeSigned)[0].driver.name == "Maria Keller"
    desk.press("discharge_free_chair")
    assert clinic.view.visit is None


def test_an_ordinary_check_in_takes_few_taps_and_leads_from_one_question_to_the_next(desk):
    """Names, numbers and the weight are typed; no gate is looked for: each question comes by itself."""
    _staff(desk)
    desk.n_taps = 0
    _ordinary_check_in(desk)
    assert desk.clinic.visit.phase is Phase.INFUSION
    assert desk.clinic.of(r.GateOverridden) == []
    assert desk.n_taps <= 24, "of the 40 that a whole visit may take"


def _ordinary_check_in(desk):
    desk.turn_to(CheckInPage(UTC))
    for name, text in (
        ("given_name", "Jana"),
        ("family_name", "Keller"),
        ("birth_date", "1984-05-17"),
        ("record_number", "MRN-4471"),
    ):
        desk.type(f"check_in_{name}", text)
    desk.press("check_in_protocol_depression_iv")
    desk.press("check_in_open")
    desk.press("check_in_identity_both")
    desk.type("check_in_weight", "72")
    desk.press("check_in_weight_measured")
    desk.press("check_in_allergies_none")
    desk.press("check_in_consent_on_file")
    desk.press("check_in_food_quick_yesterday_20_00")
    desk.press("check_in_drink_quick_today_8_00")
    desk.press("check_in_fasting_record")
    desk.press("check_in_exclusions_record")
    desk.press("check_in_pregnancy_not_possible")
    desk.press("check_in_medicines_record")
    desk.type("check_in_referral_from", "Dr. Holm")
    desk.press("check_in_referral_record")
    desk.press("check_in_available_s.okafor")
    desk.press("check_in_checks_all")
    desk.press("check_in_driver_way_family_or_friend")
    for name, text in (("name", "Maria Keller"), ("relation", "sister"), ("phone", "555 010 0192")):
        desk.type(f"check_in_driver_{name}", text)
    desk.press("check_in_driver_how_by_phone")
    desk.press("check_in_companion_driver")
    desk.press("check_in_begin_baseline")
    desk.clinic.run(20)
    desk.clinic.cuff(124, 76)
    desk.clinic.run(120)
    desk.clinic.cuff(124, 76)
    desk.press("check_in_take_baseline")
    desk.press("check_in_score_moaas_5")
    desk.press("check_in_score_pain_7")
    desk.clinic.run(5)
    desk.press("check_in_start")


def test_a_whole_ordinary_visit_takes_at_most_forty_taps(desk):
    """From the check-in to the signature; typed are names, numbers, the weight, the driver's code and the PIN."""
    clinic = desk.clinic
    _staff(desk)
    desk.n_taps = 0
    desk.n_taps += 1  # "Check in" on the chair's page, which opens the check-in
    _ordinary_check_in(desk)
    clinic.run(2400)
    clinic.do(StopInfusion(chair=clinic.chair, reason="dose given"))
    desk.n_taps += 1  # "Infusion stopped" on the chair's page
    for sys, dia in ((131, 80), (128, 79), (127, 78)):
        clinic.cuff(sys, dia)
        clinic.run(600)
    clinic.cuff(126, 78)
    desk.n_taps += 1  # "Discharge" on the chair's page
    desk.turn_to(DischargePage(UTC))
    desk.page.print_wanted.connect(lambda chair, _, language: desk.page.printed(chair, language, "5e" * 32, PAPER, ""))
    desk.press("discharge_mark_ready")
    for line in ("aldrete", "sedation", "gait", "iv_removed"):
        desk.press(f"discharge_{line}_answer")
    desk.press("discharge_orthostatic_more")
    desk.press("discharge_orthostatic_stands")
    clinic.run(65, every_s=5)
    clinic.cuff(120, 78)
    clinic.run(120, every_s=5)
    clinic.cuff(122, 78)
    desk.press("discharge_orthostatic_well")
    desk.press("discharge_instructions_answer")
    desk.press("discharge_instructions_answer")
    desk.type("discharge_driver_code", clinic.visit.driver_code)
    desk.render()
    desk.type("discharge_pin", NURSE_PIN)
    desk.press("discharge_sign")
    assert clinic.visit.phase is Phase.DISCHARGED
    assert clinic.of(r.GateOverridden) == []
    assert desk.n_taps <= 40, desk.n_taps


def test_a_patient_is_checked_in_by_keyboard_alone(desk):
    _staff(desk)
    desk.turn_to(CheckInPage(UTC))
    desk.page.activateWindow()
    keep_tab_order(desk.page)  # as the window does when it brings a page
    desk.page.begin()
    for name, text in (
        ("given_name", "Jana"),
        ("family_name", "Keller"),
        ("birth_date", "1984-05-17"),
        ("record_number", "MRN-4471"),
    ):
        desk.strike(f"check_in_{name}", text)
    desk.strike("check_in_protocol_depression_iv")
    desk.strike("check_in_open")
    desk.strike("check_in_identity_both")
    desk.strike("check_in_weight", "72\r")  # Return in a field sends it
    assert desk.clinic.visit.weight_kg == 72.0
    desk.strike("check_in_allergies_none")
    desk.strike("check_in_consent_on_file")
    desk.strike("check_in_food_time", "20:00")
    desk.strike("check_in_drink_time", "8:00\r")
    desk.strike("check_in_exclusions_record")
    desk.strike("check_in_pregnancy_not_possible")
    desk.strike("check_in_medicines_record")
    desk.strike("check_in_referral_from", "Dr. Holm\r")
    desk.strike("check_in_available_s.okafor")
    desk.strike("check_in_checks_all")
    desk.strike("check_in_driver_way_family_or_friend")
    for name, text in (("name", "Maria Keller"), ("relation", "sister"), ("phone", "555 010 0192")):
        desk.strike(f"check_in_driver_{name}", text)
    desk.strike("check_in_driver_how_by_phone")
    desk.strike("check_in_companion_driver")
    desk.strike("check_in_begin_baseline")
    states = {gate.id: gate.state for gate in desk.clinic.visit.gates}
    for name in ("baseline", "baseline_scores", "bp_ceiling", "monitors"):
        states.pop(name)
    assert set(states.values()) == {GateState.MET}


def test_signing_in_again_after_a_lock(desk):
    _staff(desk)
    desk.clinic.do(SignOut())
    desk.turn_to(SignInPage())
    operator = desk.clinic.station.snapshot(desk.clinic.clock.now()).operators[0]
    desk.press(f"sign_in_operator_{operator.id}")
    desk.type("sign_in_pin", "111111")
    desk.press("sign_in_button")
    assert desk.find("sign_in_problem").text() not in ("", "Ready.", "Enter your PIN.")
    desk.type("sign_in_pin", NURSE_PIN)
    desk.press("sign_in_button")
    assert desk.clinic.station.snapshot(desk.clinic.clock.now()).operator == operator
