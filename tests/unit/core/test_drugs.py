"""The record of a controlled drug: amounts, witness, correction, and the line at discharge."""

import dataclasses

import pytest

from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.drug_words import TOLERANCE_MG, difference_mg, difference_words, differs, drug_words
from nursestation.core.drugs import MOST_MG
from nursestation.core.model import DrugUse, GateState, Role
from tests.helpers.leaving import DRUG, WASTED, asking, line, observing, override, ready
from tests.helpers.visit import CLINICIAN, CLINICIAN_PIN, NURSE, NURSE_PIN, Clinic, make_clinic

ALL_GIVEN = dataclasses.replace(DRUG, given_mg=50.0, wasted_mg=0.0)


def used(**changes: object) -> DrugUse:
    return dataclasses.replace(DRUG, **changes)


def recorded(**changes: object) -> c.RecordDrug:
    """Return the command for the usual waste, before the clinician, with its use changed."""
    return dataclasses.replace(WASTED, use=used(**changes))


@pytest.fixture
def clinic() -> Clinic:
    clinic = make_clinic()
    clinic.start(every_s=10)
    return clinic


# --- amounts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("drawn", "given", "wasted", "difference", "words"),
    [
        (50.0, 36.0, 14.0, 0.0, ""),
        (50.0, 50.0, 0.0, 0.0, ""),
        (0.3, 0.1, 0.2, 0.0, ""),  # binary fractions do not make a difference of their own
        (50.0, 36.0, 13.85, 0.15, ""),
        (50.0, 36.0, 13.8, 0.2, "0.2 mg less than was drawn"),
        (50.0, 36.0, 12.0, 2.0, "2 mg less than was drawn"),
        (50.0, 36.0, 14.15, -0.15, ""),
        (50.0, 36.0, 14.2, -0.2, "0.2 mg more than was drawn"),
    ],
)
def test_amounts_agree_but_for_rounding(
    drawn: float, given: float, wasted: float, difference: float, words: str
) -> None:
    use = used(drawn_mg=drawn, given_mg=given, wasted_mg=wasted)
    assert difference_mg(use) == difference
    assert difference_words(use) == words
    assert differs(use) == (abs(difference) > TOLERANCE_MG)


@pytest.mark.parametrize(
    ("use", "words"),
    [
        (DRUG, "Ketamine 50 mg/mL, lot KT4471, vial 12: drawn 50 mg, given 36 mg, wasted 14 mg"),
        (
            used(vial="", expires="03/2028", wasted_mg=12.5, why_differs="dead space"),
            "Ketamine 50 mg/mL, lot KT4471, expires 03/2028: drawn 50 mg, given 36 mg, wasted 12.5 mg "
            "(1.5 mg less than was drawn: dead space)",
        ),
    ],
)
def test_a_record_reads_as_one_line(use: DrugUse, words: str) -> None:
    assert drug_words(use) == words


# --- recording ----------------------------------------------------------------------------------------------------


def test_waste_is_recorded_before_a_witness(clinic: Clinic) -> None:
    clinic.do(recorded(lot="  KT4471 ", why_differs="nothing to say"))
    (made,) = clinic.of(r.DrugRecorded)
    assert (made.use, made.operator, made.witness) == (DRUG, NURSE, CLINICIAN)
    (shown,) = clinic.visit.drugs
    assert (shown.by, shown.witness, shown.words, shown.struck) == (
        "R. Alvarez RN",
        "Sam Okafor MD",
        drug_words(DRUG),
        False,
    )


def test_what_was_given_whole_needs_no_witness(clinic: Clinic) -> None:
    clinic.do(c.RecordDrug(chair=2, use=ALL_GIVEN, witness_id=CLINICIAN, pin="a PIN that nobody asked for"))
    assert clinic.of(r.DrugRecorded)[0].witness == ""
    assert clinic.visit.drugs[0].witness == ""


def test_a_difference_is_taken_with_its_reason(clinic: Clinic) -> None:
    short = recorded(wasted_mg=12.0)
    assert clinic.refused(short) == "Given and wasted are 2 mg less than was drawn: check the amounts, or say why."
    clinic.do(recorded(wasted_mg=12.0, why_differs=" dead  space "))
    assert clinic.of(r.DrugRecorded)[0].use.why_differs == "dead space"
    assert "2 mg less than was drawn: dead space" in clinic.visit.drugs[0].words


def test_a_visit_may_have_several_vials(clinic: Clinic) -> None:
    clinic.do(WASTED, c.RecordDrug(chair=2, use=dataclasses.replace(ALL_GIVEN, vial="13")))
    assert [one.use.vial for one in clinic.visit.drugs] == ["12", "13"]
    assert len({one.id for one in clinic.visit.drugs}) == 2


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"drug": " "}, "Enter the name of the drug."),
        ({"concentration": ""}, "Enter the concentration as it stands on the vial."),
        ({"lot": " "}, "Enter the lot number as it stands on the vial."),
        ({"drawn_mg": 0.0, "given_mg": 0.0, "wasted_mg": 0.0}, "Enter how much was drawn up."),
        ({"drawn_mg": float("nan")}, "The amount drawn cannot be right: enter 0 to 5000 mg."),
        ({"given_mg": -1.0}, "The amount given cannot be right: enter 0 to 5000 mg."),
        ({"wasted_mg": MOST_MG + 1}, "The amount wasted cannot be right: enter 0 to 5000 mg."),
    ],
)
def test_what_is_missing_or_cannot_be(clinic: Clinic, changes: dict[str, object], sentence: str) -> None:
    assert clinic.refused(recorded(**changes)) == sentence
    assert clinic.of(r.DrugRecorded) == []


@pytest.mark.parametrize(
    ("witness", "pin", "sentence"),
    [
        ("", "", "Waste needs a witness: choose who saw it."),
        (NURSE, NURSE_PIN, "The witness must be somebody other than you."),
        (CLINICIAN, "000000", "The PIN does not fit Sam Okafor MD: try again."),
        ("l.front", "864209", "Lea Front may not witness this: choose a nurse or a clinician."),
        ("nobody", "864209", "There is no such member of staff: choose one from the list."),
    ],
)
def test_who_may_witness(clinic: Clinic, witness: str, pin: str, sentence: str) -> None:
    clinic.do(c.AddOperator(name="Lea Front", role=Role.OFFICE, pin="864209"))
    assert clinic.refused(dataclasses.replace(WASTED, witness_id=witness, pin=pin)) == sentence
    assert clinic.of(r.DrugRecorded) == []


def test_a_pin_that_somebody_else_gave_signs_nothing_beside_them(clinic: Clinic) -> None:
    clinic.do(c.ResetPin(operator_id=CLINICIAN, pin="864209"))
    given = dataclasses.replace(WASTED, witness_id=CLINICIAN, pin="864209")
    said = "Sam Okafor MD was given this PIN: they sign in and choose one of their own first."
    assert clinic.refused(given) == said
    early = c.EndEarly(chair=2, reason="unwell", handed_to="ward 3", clinician_id=CLINICIAN, pin="864209")
    assert clinic.refused(early) == said
    clinic.do(c.SignIn(operator_id=CLINICIAN, pin="864209"), c.ChangePin(old_pin="864209", pin="975318"))
    clinic.do(c.SignIn(operator_id=NURSE, pin=NURSE_PIN), dataclasses.replace(given, pin="975318"))
    assert clinic.visit.drugs[0].witness == "Sam Okafor MD"


def test_another_nurse_may_witness_and_a_right_pin_ends_the_count_of_wrong_ones(clinic: Clinic) -> None:
    clinic.do(c.AddOperator(name="Ben Ode RN", role=Role.NURSE, pin="975310"))
    for _ in range(4):
        clinic.refused(dataclasses.replace(WASTED, witness_id="b.ode", pin="000000"))
    clinic.do(dataclasses.replace(WASTED, witness_id="b.ode", pin="975310"))
    assert clinic.visit.drugs[0].witness == "Ben Ode RN"
    assert "does not fit" in clinic.refused(dataclasses.replace(WASTED, witness_id="b.ode", pin="000000"))
    clinic.do(dataclasses.replace(WASTED, witness_id="b.ode", pin="975310"))


# --- correction ---------------------------------------------------------------------------------------------------


def test_a_correction_replaces_and_the_original_stays_struck_through(clinic: Clinic) -> None:
    clinic.do(c.RecordDrug(chair=2, use=ALL_GIVEN))
    first = clinic.visit.drugs[0].id
    again = dataclasses.replace(recorded(lot="KT4472"), replaces=first)
    assert clinic.refused(again) == "Say why it is corrected; the original stays in the record."
    clinic.do(dataclasses.replace(again, reason="wrong lot"))
    before, after = clinic.visit.drugs
    assert (before.struck, before.replaced, before.changed_by, before.reason) == (
        True,
        True,
        "R. Alvarez RN",
        "wrong lot",
    )
    assert before.use == ALL_GIVEN
    assert (after.struck, after.use.lot) == (False, "KT4472")
    assert "corrected or struck out already" in clinic.refused(dataclasses.replace(again, reason="once more"))


def test_a_correction_changes_something_that_there_is(clinic: Clinic) -> None:
    clinic.do(WASTED)
    same = dataclasses.replace(WASTED, replaces=clinic.visit.drugs[0].id, reason="looked again")
    assert clinic.refused(same) == "Nothing is changed: it reads like that already."
    assert "no such drug record" in clinic.refused(dataclasses.replace(same, replaces="none"))


def test_what_a_witness_signed_is_changed_before_a_witness(clinic: Clinic) -> None:
    clinic.do(WASTED)
    drug = clinic.visit.drugs[0].id
    alone = c.RecordDrug(chair=2, use=ALL_GIVEN, replaces=drug, reason="nothing was wasted")
    assert clinic.refused(alone) == "Waste needs a witness: choose who saw it."
    assert clinic.refused(c.StrikeDrug(chair=2, drug_id=drug, reason="other chair")) == (
        "Waste needs a witness: choose who saw it."
    )
    clinic.do(dataclasses.replace(alone, witness_id=CLINICIAN, pin=CLINICIAN_PIN))
    assert clinic.of(r.DrugRecorded)[-1].witness == CLINICIAN
    newest = clinic.visit.drugs[-1].id
    clinic.do(c.StrikeDrug(chair=2, drug_id=newest, reason="other chair", witness_id=CLINICIAN, pin=CLINICIAN_PIN))
    assert clinic.of(r.DrugStruck)[0].witness == CLINICIAN


def test_a_record_is_struck_out_once_with_a_reason(clinic: Clinic) -> None:
    clinic.do(c.RecordDrug(chair=2, use=ALL_GIVEN))
    drug = clinic.visit.drugs[0].id
    assert clinic.refused(c.StrikeDrug(chair=2, drug_id=drug, reason=" ")).startswith("Say why it is struck out")
    clinic.do(c.StrikeDrug(chair=2, drug_id=drug, reason="other chair"))
    shown = clinic.visit.drugs[0]
    assert (shown.struck, shown.replaced, shown.reason) == (True, False, "other chair")
    assert "already" in clinic.refused(c.StrikeDrug(chair=2, drug_id=drug, reason="again"))
    assert "no such drug record" in clinic.refused(c.StrikeDrug(chair=2, drug_id="none", reason="again"))


# --- the line at discharge ----------------------------------------------------------------------------------------


def test_no_shipped_protocol_asks_for_it(clinic: Clinic) -> None:
    assert not clinic.visit.protocol.discharge.require_drug_record


def test_without_the_switch_there_is_no_line() -> None:
    shown = observing(asking(require_drug_record=False)).visit.readiness
    assert "drug_record" not in [one.id for one in shown.criteria]


def test_the_line_is_met_by_a_record_that_stands() -> None:
    clinic = observing(asking())
    assert line(clinic, "drug_record").state is GateState.UNMET
    assert line(clinic, "drug_record").evidence == "no drug record yet: enter what was drawn, given and wasted"
    clinic.do(WASTED)
    met = line(clinic, "drug_record")
    assert met.state is GateState.MET
    assert met.evidence == f"{drug_words(DRUG)}; R. Alvarez RN, witness Sam Okafor MD"
    clinic.do(
        c.StrikeDrug(
            chair=2, drug_id=clinic.visit.drugs[0].id, reason="other chair", witness_id=CLINICIAN, pin=CLINICIAN_PIN
        )
    )
    assert line(clinic, "drug_record").state is GateState.UNMET


def test_the_line_is_answered_by_the_record_alone() -> None:
    clinic = observing(asking())
    said = c.AnswerCriterion(chair=2, criterion="drug_record", met=True, evidence="done")
    assert "drug record" in clinic.refused(said)


def test_an_override_falls_with_the_next_record() -> None:
    clinic = observing(asking())
    clinic.do(override("drug_record"))
    assert line(clinic, "drug_record").state is GateState.OVERRIDDEN
    clinic.do(WASTED)
    drug = clinic.visit.drugs[0].id
    clinic.do(c.StrikeDrug(chair=2, drug_id=drug, reason="x", witness_id=CLINICIAN, pin=CLINICIAN_PIN))
    assert line(clinic, "drug_record").state is GateState.UNMET


def test_a_page_read_before_a_correction_is_not_signed() -> None:
    clinic = ready(asking())
    clinic.do(WASTED)
    before = clinic.visit.readiness.digest
    fixed = dataclasses.replace(recorded(lot="KT9"), replaces=clinic.visit.drugs[0].id, reason="wrong lot")
    clinic.do(fixed)
    assert clinic.visit.readiness.digest != before
