"""The ways in which a patient leaves: with a driver, without one, against advice, and into other hands."""

import dataclasses
import json
from datetime import date

import pytest

from devices.clock import NS_PER_S
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.chain import from_json, to_json
from nursestation.core.model import ConfirmedHow, GateState, LeavingPath, Phase, Role, ScoreKind, TimedStep
from nursestation.core.orthostatic import by_hand
from nursestation.core.rebase import shifted
from tests.helpers.leaving import (
    SHEET,
    against_advice,
    answer_all,
    asking,
    line,
    observing,
    override,
    ready,
    see_driver,
    without_driver,
)
from tests.helpers.visit import (
    CLINICIAN,
    CLINICIAN_PIN,
    DRIVER,
    NURSE,
    NURSE_PIN,
    PATIENT,
    Clinic,
    make_clinic,
)

MD = c.SignIn(operator_id=CLINICIAN, pin=CLINICIAN_PIN)
RN = c.SignIn(operator_id=NURSE, pin=NURSE_PIN)
CREW = c.EndEarly(
    chair=2,
    reason="chest pain",
    handed_to="ambulance crew 12, to County Hospital",
    clinician_id=CLINICIAN,
    pin=CLINICIAN_PIN,
)


@pytest.fixture
def clinic() -> Clinic:
    """The first second of observation."""
    return observing(asking())


@pytest.fixture
def assessed() -> Clinic:
    """Everything is met but the driver."""
    clinic = ready(asking())
    answer_all(clinic, driver=False)
    return clinic


def evidence_of(clinic: Clinic) -> dict[str, tuple[str, str]]:
    (signed,) = clinic.of(r.DischargeSigned)
    return {one.criterion: (one.state, one.evidence) for one in signed.evidence}


# --- with the driver ----------------------------------------------------------------------------------------------


def test_with_the_driver_is_the_way_unless_another_is_chosen(assessed: Clinic) -> None:
    assert assessed.visit.leaving is None
    assert assessed.visit.readiness.path is LeavingPath.WITH_DRIVER
    assert assessed.visit.readiness.why_not == "Not yet met: Driver here and confirmed."
    assert "already" in assessed.refused(c.ChooseLeaving(chair=2, path=LeavingPath.WITH_DRIVER))
    assessed.do(see_driver(assessed))
    assert assessed.visit.readiness.why_not == ""
    assessed.do(assessed.sign())
    (signed,) = assessed.of(r.DischargeSigned)
    assert (signed.path, signed.driver, signed.leaving) == (LeavingPath.WITH_DRIVER, DRIVER, "")
    assert assessed.of(r.DriverConfirmed)[-1].code_matched


def test_a_wrong_code_confirms_nobody(assessed: Clinic) -> None:
    wrong = f"{(int(assessed.visit.driver_code) + 1) % 10_000:04}"
    assert "not the driver's code" in assessed.refused(dataclasses.replace(see_driver(assessed), code=wrong))
    assert line(assessed, "driver").state is GateState.UNMET


# --- without a driver ---------------------------------------------------------------------------------------------


def test_without_a_driver_a_clinician_answers_for_what_was_arranged(assessed: Clinic) -> None:
    (chosen,) = assessed.do(without_driver())
    assert (chosen.clinician, chosen.operator) == (CLINICIAN, NURSE)
    assert line(assessed, "driver").state is GateState.OVERRIDDEN
    page = assessed.visit.readiness
    assert (page.path, page.may_sign) == (LeavingPath.NO_DRIVER, True)
    assert page.meaning == assessed.visit.protocol.discharge.meaning_no_driver
    assert assessed.visit.leaving.clinician == "Sam Okafor MD"
    assessed.do(assessed.sign())
    (signed,) = assessed.of(r.DischargeSigned)
    assert (signed.path, signed.driver) == (LeavingPath.NO_DRIVER, None)
    assert signed.leaving == (
        "no driver: the sister's car broke down; arranged instead: a nurse rides along; signed for by Sam Okafor MD"
    )
    assert evidence_of(assessed)["driver"] == ("overridden", signed.leaving)
    assert assessed.visit.readiness.path is LeavingPath.NO_DRIVER


def test_a_driver_who_is_turned_away_takes_nobody_along(assessed: Clinic) -> None:
    assessed.do(see_driver(assessed), without_driver(reason="the driver has been drinking"))
    assert line(assessed, "driver").state is GateState.OVERRIDDEN
    assessed.do(assessed.sign())
    (signed,) = assessed.of(r.DischargeSigned)
    assert signed.driver is None
    assert evidence_of(assessed)["driver"][1].startswith("no driver: the driver has been drinking")


def test_it_replaces_the_driver_and_nothing_else(clinic: Clinic) -> None:
    clinic.run(900, every_s=10)
    clinic.do(without_driver(), c.MarkReady(chair=2))
    assert "BP back near baseline" in clinic.visit.readiness.why_not
    assert "Driver" not in clinic.visit.readiness.why_not


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"reason": " "}, "why there is no driver"),
        ({"arrangement": ""}, "how the patient gets home"),
        ({"clinician_id": NURSE, "pin": NURSE_PIN}, "clinician other than you"),
        ({"clinician_id": ""}, "no such member"),
        ({"pin": "000000"}, "does not fit"),
    ],
)
def test_what_is_missing_without_a_driver_is_said(assessed: Clinic, changes: dict[str, object], says: str) -> None:
    assert says in assessed.refused(without_driver(**changes))
    assert assessed.of(r.LeavingChosen) == []


def test_a_nurse_may_not_answer_for_it(assessed: Clinic) -> None:
    assessed.do(c.AddOperator(name="Nora Night RN", role=Role.NURSE, pin="777777"))
    assert "may not override" in assessed.refused(without_driver(clinician_id="n.night", pin="777777"))


def test_who_let_the_patient_go_without_a_driver_does_not_sign(assessed: Clinic) -> None:
    assessed.do(without_driver(), MD)
    assert "without a driver, so someone else" in assessed.refused(assessed.sign(CLINICIAN_PIN))
    assessed.do(RN, assessed.sign())


@pytest.mark.parametrize("comes", ["named", "seen"])
def test_a_driver_who_comes_after_all_ends_it(assessed: Clinic, comes: str) -> None:
    assessed.do(without_driver())
    assessed.do(c.NameDriver(chair=2, driver=DRIVER) if comes == "named" else see_driver(assessed))
    assert assessed.visit.leaving is None
    assert assessed.visit.readiness.path is LeavingPath.WITH_DRIVER
    assert line(assessed, "driver").state is (GateState.UNMET if comes == "named" else GateState.MET)


def test_the_nurse_changes_her_mind(assessed: Clinic) -> None:
    assessed.do(without_driver(), c.ChooseLeaving(chair=2, path=LeavingPath.WITH_DRIVER, reason="he comes at 6"))
    assert assessed.visit.leaving.path is LeavingPath.WITH_DRIVER
    assert line(assessed, "driver").state is GateState.UNMET


# --- against advice -----------------------------------------------------------------------------------------------


def test_against_advice_what_is_not_met_is_listed(clinic: Clinic) -> None:
    clinic.do(override("iv_removed"), against_advice(), c.MarkReady(chair=2))
    page = clinic.visit.readiness
    assert (page.path, page.may_sign) == (LeavingPath.AGAINST_ADVICE, True)
    assert page.meaning == clinic.visit.protocol.discharge.meaning_against_advice
    assert line(clinic, "bp").state is GateState.UNKNOWN  # the page stays honest
    clinic.do(clinic.sign())
    found = evidence_of(clinic)
    assert found["bp"] == (
        "against_advice",
        "0 of 1 readings since observation began · not met, left against advice",
    )
    assert found["side_effects"] == ("met", "none charted")
    assert found["iv_removed"][0] == "overridden"
    assert {state for state, _ in found.values()} == {"met", "overridden", "against_advice"}
    (signed,) = clinic.of(r.DischargeSigned)
    assert (signed.path, signed.driver) == (LeavingPath.AGAINST_ADVICE, None)
    assert signed.leaving == (
        "left against advice: wants to go home now; risks explained; signed by the patient; Sam Okafor MD was told"
    )
    assert clinic.visit.phase is Phase.DISCHARGED
    assert clinic.visit.readiness.n_met == sum(state != "against_advice" for state, _ in found.values())


def test_the_minimum_keeps_nobody_who_leaves_against_advice(clinic: Clinic) -> None:
    assert "at least" in clinic.refused(c.MarkReady(chair=2))
    clinic.do(against_advice(), c.MarkReady(chair=2))
    clinic.do(c.ChooseLeaving(chair=2, path=LeavingPath.WITH_DRIVER, reason="stays after all"))
    assert "observation must be over" in clinic.refused(clinic.sign())


def test_a_patient_who_does_not_sign_is_seen_by_a_witness(clinic: Clinic) -> None:
    refused = against_advice(patient_signed=False, witness="P. Lang RN", arrangement="brother waits outside")
    clinic.do(refused, c.MarkReady(chair=2), see_driver(clinic))
    clinic.do(clinic.sign())
    (signed,) = clinic.of(r.DischargeSigned)
    assert "not signed by the patient, seen by P. Lang RN" in signed.leaving
    assert signed.leaving.endswith("arranged instead: brother waits outside")
    assert signed.driver == DRIVER  # the driver is here: the patient goes with them


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"reason": ""}, "in their own words"),
        ({"risks_told": False}, "Explain the risks"),
        ({"patient_signed": False}, "name who saw"),
        ({"patient_signed": False, "witness": " "}, "name who saw"),
        ({"clinician_id": ""}, "choose who was told"),
        ({"clinician_id": NURSE}, "choose who was told"),
    ],
)
def test_what_is_missing_against_advice_is_said(clinic: Clinic, changes: dict[str, object], says: str) -> None:
    assert says in clinic.refused(against_advice(**changes))
    assert clinic.visit.leaving is None


def test_the_clinician_who_was_told_may_sign(clinic: Clinic) -> None:
    clinic.do(against_advice(), c.MarkReady(chair=2), MD)
    clinic.do(clinic.sign(CLINICIAN_PIN))


def test_nobody_leaves_while_the_infusion_runs() -> None:
    clinic = make_clinic(protocols=[asking()])
    clinic.start(every_s=10)
    for command in (against_advice(), without_driver()):
        assert clinic.refused(command) == "Stop the infusion first: nobody leaves while it runs."


# --- the page and the signature -----------------------------------------------------------------------------------


def test_each_choice_changes_the_page_that_is_signed(assessed: Clinic) -> None:
    seen = {assessed.visit.readiness.digest}
    for command in (
        without_driver(),
        without_driver(arrangement="the ward keeps the patient overnight"),
        against_advice(),
        against_advice(patient_signed=False, witness="P. Lang RN"),
        c.ChooseLeaving(chair=2, path=LeavingPath.WITH_DRIVER),
        see_driver(assessed),
        c.ConfirmDriver(chair=2, how=ConfirmedHow.SEEN_IN_PERSON, identity_seen="passport"),
        c.RecordOrthostatic(chair=2, skipped_because="leg in plaster"),
        c.InstructionsGiven(chair=2, language="", how="printed", sha256="ab" * 32),
        c.AcknowledgeInstructions(chair=2, by="driver"),
        c.RecordScore(chair=2, kind=ScoreKind.MOAAS, value=5),
    ):
        before = assessed.sign()
        assessed.do(command)
        assert assessed.visit.readiness.digest not in seen
        seen.add(assessed.visit.readiness.digest)
        assert any(isinstance(one, r.Refused) for one in assessed.apply(before))
    assert assessed.of(r.DischargeSigned) == []


def test_a_patient_with_another_open_visit_is_not_signed_out(assessed: Clinic) -> None:
    assessed.do(see_driver(assessed))
    again = dataclasses.replace(PATIENT, record_number="MRN-4471-B", given_name="JANA")
    assessed.do(c.CheckIn(chair=1, patient=again, protocol="depression_iv"))
    assert assessed.visit.readiness.why_not.startswith("This patient has another open visit, in chair 1")
    assert not assessed.visit.readiness.may_sign
    assert "in chair 1" in assessed.refused(assessed.sign())
    assessed.do(c.EndEarly(chair=1, reason="checked in twice"), assessed.sign())


@pytest.mark.parametrize("other", [{"given_name": "Jonas"}, {"birth_date": date(1984, 5, 18)}])
def test_a_namesake_is_somebody_else(assessed: Clinic, other: dict[str, object]) -> None:
    assessed.do(see_driver(assessed))
    somebody = dataclasses.replace(PATIENT, record_number="MRN-9", **other)
    assessed.do(c.CheckIn(chair=1, patient=somebody, protocol="depression_iv"))
    assessed.do(assessed.sign())


# --- into other hands ---------------------------------------------------------------------------------------------


def test_once_the_drug_was_given_somebody_takes_over() -> None:
    clinic = make_clinic(protocols=[asking()])
    clinic.start(every_s=10)
    assert clinic.refused(c.EndEarly(chair=2, reason="chest pain")) == (
        "The drug was given: say who has the patient in care now, or discharge the patient."
    )
    made = clinic.do(CREW)
    kinds = [type(one) for one in made]
    assert kinds.index(r.InfusionStopped) < kinds.index(r.HandedOver) < kinds.index(r.PhaseChanged)
    (over,) = clinic.of(r.HandedOver)
    assert (over.to, over.reason, over.clinician) == (CREW.handed_to, "chest pain", CLINICIAN)
    assert {one.criterion: one.state for one in over.evidence}["observation"] == "unmet"
    assert len(over.evidence) == 14
    assert clinic.visit.handed_to == CREW.handed_to
    assert clinic.visit.phase is Phase.ENDED_EARLY
    assert clinic.visit.readiness is None


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"handed_to": " "}, "who has the patient in care"),
        ({"handed_to": "her sister maria keller"}, "the patient is discharged"),
        ({"handed_to": "Keller, Maria"}, "the patient is discharged"),
        ({"handed_to": "Maria K."}, "the patient is discharged"),
        ({"handed_to": "the driver"}, "the patient is discharged"),
        ({"handed_to": "her sister"}, "the patient is discharged"),
        ({"handed_to": "Jana Keller"}, "the patient is discharged"),
        ({"pin": "000000"}, "does not fit"),
        ({"clinician_id": NURSE, "pin": NURSE_PIN}, "a clinician must"),
        ({"reason": ""}, "why the visit ends"),
    ],
)
def test_ending_early_is_no_way_round_the_discharge(clinic: Clinic, changes: dict[str, object], says: str) -> None:
    assert says in clinic.refused(dataclasses.replace(CREW, **changes))
    assert clinic.visit.phase is Phase.OBSERVATION
    assert clinic.of(r.HandedOver) == []


def test_an_injection_is_a_drug_given() -> None:
    clinic = observing(asking("im_injection"))
    assert "who has the patient" in clinic.refused(c.EndEarly(chair=2, reason="called away"))


def test_before_the_drug_nobody_takes_over() -> None:
    clinic = make_clinic(protocols=[asking()])
    clinic.staff()
    clinic.check_in()
    clinic.do(c.EndEarly(chair=2, reason="changed her mind"))
    assert clinic.of(r.HandedOver) == []


def test_a_protocol_that_asks_for_nobody_still_keeps_how_it_stood() -> None:
    clinic = make_clinic(protocols=[asking("general_iv", end_early_needs_handover=False)])
    clinic.start("general_iv", every_s=10)
    clinic.do(c.EndEarly(chair=2, reason="patient asks"))
    (over,) = clinic.of(r.HandedOver)
    assert (over.to, over.clinician) == ("", "")
    assert over.evidence


# --- instructions, and the check lying and standing ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (c.InstructionsGiven(chair=2, language="de", how="printed", sha256=SHEET), "no instructions in 'de'"),
        (c.InstructionsGiven(chair=2, language="", how="printed", sha256="5e"), "print it again"),
        (c.InstructionsGiven(chair=2, language="", how="printed", sha256="x" * 64), "print it again"),
        (c.AcknowledgeInstructions(chair=2, by="patient"), "Print the instructions first."),
        (c.RecordOrthostatic(chair=2), "at least one standing"),
        (c.RecordOrthostatic(chair=2, lying=(124, 76, None)), "at least one standing"),
        (c.RecordOrthostatic(chair=2, lying=(124, 76, None), skipped_because="tired"), "Either"),
        (c.RecordOrthostatic(chair=2, symptoms=True, skipped_because="dizzy"), "Either"),
        (c.RecordOrthostatic(chair=2, lying=(76, 124, None), standing_3=(120, 76, None)), "lying must be higher"),
        (c.RecordOrthostatic(chair=2, lying=(124, 76, None), standing_3=(900, 76, None)), "after 3 min cannot be"),
        (c.RecordOrthostatic(chair=2, lying=(124, 76, 900), standing_3=(120, 76, None)), "lying cannot be"),
    ],
)
def test_what_cannot_be_is_refused(clinic: Clinic, command: c.Command, says: str) -> None:
    assert says in clinic.refused(command)


def test_no_driver_reads_the_sheet_where_none_is_named() -> None:
    clinic = make_clinic(protocols=[asking()])
    clinic.staff()
    clinic.do(c.CheckIn(chair=2, patient=PATIENT, protocol="depression_iv"))
    clinic.do(
        c.ConfirmIdentity(chair=2),
        c.RecordConsent(chair=2),
        c.AnswerExclusions(chair=2, answers=tuple((t, False) for t in clinic.visit.protocol.gates.exclusions)),
        *clinic.asked(),
    )
    for gate in [view.id for view in clinic.visit.gates if view.state is not GateState.MET]:
        if gate not in ("baseline", "bp_ceiling", "monitors"):
            clinic.do(c.OverrideGate(chair=2, gate=gate, reason="urgent", clinician_id=CLINICIAN, pin=CLINICIAN_PIN))
    clinic.take_baseline(every_s=10)
    clinic.run(5)
    clinic.do(c.StartInfusion(chair=2, dose_text="36 mg"), c.StopInfusion(chair=2, reason="enough"))
    clinic.do(c.InstructionsGiven(chair=2, language="", how="printed", sha256=SHEET))
    assert "no driver named" in clinic.refused(c.AcknowledgeInstructions(chair=2, by="driver"))
    assert line(clinic, "driver").evidence == "Nobody is named yet"


def test_the_check_is_shown_with_its_falls(clinic: Clinic) -> None:
    assert clinic.visit.orthostatic is None
    clinic.do(c.RecordOrthostatic(chair=2, lying=(124, 76, 70), standing_1=(110, 70, 90), standing_3=(118, 78, 84)))
    view = clinic.visit.orthostatic
    assert (view.fall_sys, view.fall_dia, view.by, view.at) == (14, 6, "R. Alvarez RN", clinic.clock.now())
    clinic.do(c.RecordOrthostatic(chair=2, skipped_because="leg in plaster"))
    assert (clinic.visit.orthostatic.fall_sys, clinic.visit.orthostatic.fall_dia) == (None, None)


def measured(clinic: Clinic, *readings: tuple[int, int]) -> list[int]:
    """Let the cuff measure a minute apart; returns when each was measured, UTC [ns]."""
    found = []
    for sys, dia in readings:
        clinic.run(60, every_s=10)
        clinic.cuff(sys, dia)
        found.append(clinic.visit.cuffs[-1].measured_utc_ns)
    return found


def test_the_check_keeps_the_reading_that_each_posture_is(clinic: Clinic) -> None:
    lying, one, three = measured(clinic, (124, 76), (118, 74), (120, 76))
    check = {"chair": 2, "lying": (124, 76, None), "standing_1": (118, 74, None), "standing_3": (120, 76, None)}
    clinic.do(c.RecordOrthostatic(**check, came_from=(lying, one, three)))
    (record,) = clinic.of(r.OrthostaticRecorded)
    assert [one.measured_utc_ns for one in record.came_from] == [lying, one, three]
    assert clinic.visit.orthostatic.came_from == record.came_from
    assert line(clinic, "orthostatic").evidence == "lying 124/76, 1 min 118/74, 3 min 120/76 · R. Alvarez RN"
    clinic.do(c.RecordOrthostatic(**check, came_from=(lying, None, three)))
    assert line(clinic, "orthostatic").evidence == "lying 124/76, 1 min 118/74 by hand, 3 min 120/76 · R. Alvarez RN"


def test_a_reading_that_was_typed_in_as_one_is_told_as_by_hand(clinic: Clinic) -> None:
    (lying,) = measured(clinic, (124, 76))
    clinic.run(60, every_s=10)
    clinic.do(c.EnterCuffReading(chair=2, sys=120, dia=76, pulse=80))
    typed = clinic.visit.cuffs[-1].measured_utc_ns
    clinic.do(
        c.RecordOrthostatic(chair=2, lying=(124, 76, None), standing_3=(120, 76, 80), came_from=(lying, None, typed))
    )
    assert line(clinic, "orthostatic").evidence == "lying 124/76, 3 min 120/76 by hand · R. Alvarez RN"


@pytest.mark.parametrize(
    ("order", "says"),
    [
        ((0, 0, 1), "One reading cannot be both lying and after 1 min: take a new reading after 1 min."),
        ((0, 1, 1), "One reading cannot be both after 1 min and after 3 min: take a new reading after 3 min."),
        ((0, None, 0), "One reading cannot be both lying and after 3 min: take a new reading after 3 min."),
        ((1, 0, 2), "The reading after 1 min was not measured after the one lying: take a new reading after 1 min."),
        ((2, None, 1), "The reading after 3 min was not measured after the one lying: take a new reading after 3 min."),
        ((None, 2, 1), "The reading after 3 min was not measured after the one after 1 min"),
        ((0, 1, 2), ""),
        ((None, 1, 2), ""),
        ((0, None, 2), ""),
        ((None, None, None), ""),
    ],
)
def test_each_posture_is_a_reading_of_its_own_in_their_order(
    clinic: Clinic, order: tuple[int | None, ...], says: str
) -> None:
    at = measured(clinic, (124, 76), (124, 76), (124, 76))
    same = (124, 76, None)
    came_from = tuple(None if n is None else at[n] for n in order)
    check = c.RecordOrthostatic(chair=2, lying=same, standing_1=same, standing_3=same, came_from=came_from)
    if says:
        assert says in clinic.refused(check)
        assert clinic.visit.orthostatic is None
    else:
        clinic.do(check)


@pytest.mark.parametrize("lying", [(125, 76, None), (124, 76, 70), None])
def test_a_posture_is_no_reading_that_gave_other_numbers(
    clinic: Clinic, lying: tuple[int, int, int | None] | None
) -> None:
    (at,) = measured(clinic, (124, 76))
    check = c.RecordOrthostatic(chair=2, lying=lying, standing_3=(120, 76, None), came_from=(at, None, None))
    assert ("no cuff reading of this visit" if lying else "Enter the pressure lying") in clinic.refused(check)
    check = c.RecordOrthostatic(chair=2, lying=(124, 76, None), standing_3=(120, 76, None), came_from=(at, 5, None))
    assert "The pressure after 1 min is no cuff reading of this visit" in clinic.refused(check)
    assert "Either" in clinic.refused(c.RecordOrthostatic(chair=2, skipped_because="no", came_from=(at, None, None)))


@pytest.mark.parametrize(("age_s", "is_taken"), [(1800, True), (1801, False)])
def test_a_reading_older_than_the_check_may_be_is_no_evidence(clinic: Clinic, age_s: int, is_taken: bool) -> None:
    (lying,) = measured(clinic, (124, 76))
    clinic.run(age_s, every_s=10)
    check = c.RecordOrthostatic(
        chair=2, lying=(124, 76, None), standing_3=(120, 76, None), came_from=(lying, None, None)
    )
    if is_taken:
        clinic.do(check)
    else:
        assert clinic.refused(check) == "The reading lying, 124/76, is 30:01 old: measure again."


def test_where_the_postures_came_from_survives_a_restart_and_a_record_of_before_says_nothing(clinic: Clinic) -> None:
    lying, three = measured(clinic, (124, 76), (120, 76))
    clinic.do(
        c.RecordOrthostatic(chair=2, lying=(124, 76, None), standing_3=(120, 76, None), came_from=(lying, None, three))
    )
    (record,) = clinic.of(r.OrthostaticRecorded)
    body = to_json(record)
    assert from_json("OrthostaticRecorded", body) == record
    fields = json.loads(body)
    del fields["came_from"]
    old = from_json("OrthostaticRecorded", json.dumps(fields))
    assert isinstance(old, r.OrthostaticRecorded)
    assert (old.came_from, by_hand(old)) == ((), (False, False, False))
    moved = shifted(record, 5)
    assert isinstance(moved, r.OrthostaticRecorded)
    assert [one and one.measured_mono_ns for one in moved.came_from] == [
        one and one.measured_mono_ns + 5 for one in record.came_from
    ]


def test_another_reading_for_a_posture_is_another_page(clinic: Clinic) -> None:
    lying, three, again = measured(clinic, (124, 76), (120, 76), (120, 76))
    pressures = {"chair": 2, "lying": (124, 76, None), "standing_3": (120, 76, None)}
    seen = set()
    for last in (three, again, None):
        clinic.do(c.RecordOrthostatic(**pressures, came_from=(lying, None, last)))
        seen.add(clinic.visit.readiness.digest)
    assert len(seen) == 3


def test_the_sheet_is_shown_with_who_read_it(clinic: Clinic) -> None:
    assert clinic.visit.instructions is None
    clinic.do(c.InstructionsGiven(chair=2, language="es", how="file", sha256=SHEET))
    view = clinic.visit.instructions
    assert (view.language, view.how, view.sha256, view.by, view.acknowledged_by) == (
        "es",
        "file",
        SHEET,
        "R. Alvarez RN",
        "",
    )
    clinic.do(c.AcknowledgeInstructions(chair=2, by="driver"))
    assert clinic.visit.instructions.acknowledged_by == "driver"


@pytest.mark.parametrize("which", ["orthostatic", "instructions"])
def test_what_has_a_button_of_its_own_nobody_ticks(clinic: Clinic, which: str) -> None:
    assert "this line follows" in clinic.refused(c.AnswerCriterion(chair=2, criterion=which, met=True, evidence=""))


# --- staying after all --------------------------------------------------------------------------------------------


def test_who_stays_after_all_is_observed_on(clinic: Clinic) -> None:
    clinic.run(60, every_s=5)
    clinic.do(against_advice(), c.MarkReady(chair=2))
    assert clinic.visit.phase is Phase.READY
    clinic.run(60, every_s=5)
    clinic.do(c.ChooseLeaving(chair=2, path=LeavingPath.WITH_DRIVER, reason="stays after all"))
    assert clinic.visit.phase is Phase.OBSERVATION
    assert "has 13:00 to go" in clinic.refused(c.MarkReady(chair=2))
    clinic.run(780, every_s=5)
    assert clinic.visit.watching is not None
    assert [fraction for _, fraction, _ in clinic.visit.watching.coverage][:3] == [1.0, 1.0, 1.0]
    clinic.do(c.MarkReady(chair=2))
    assert clinic.visit.observation_s == 900


def test_nobody_is_let_out_of_the_observation_by_an_override_of_it(clinic: Clinic) -> None:
    clinic.do(against_advice(), c.MarkReady(chair=2), without_driver())
    assert clinic.visit.phase is Phase.OBSERVATION
    clinic.do(override("observation"))
    assert "Observation lasts at least" in clinic.refused(c.MarkReady(chair=2))


def test_a_corrected_end_that_is_later_opens_the_observation_again() -> None:
    clinic = ready(asking())
    ready_at = clinic.visit.spans[-1].start
    clinic.do(
        c.CorrectTime(
            chair=2,
            what=TimedStep.INFUSION_STOPPED,
            at_utc_ns=ready_at.utc_ns - 300 * NS_PER_S,
            reason="by the pump's log",
        )
    )
    assert clinic.visit.phase is Phase.OBSERVATION
    assert clinic.visit.observation_s == 300
