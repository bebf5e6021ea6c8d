"""Every gate before the start, in every state that it can have, and whether a clinician may let the start pass it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.model import (
    Driver,
    GateState,
    Identifier,
    MedicineAnswer,
    Pregnancy,
    ScoreKind,
    Transport,
)
from nursestation.core.protocols import GateRules, MedicineRule, Protocol
from nursestation.core.snapshot import GateView
from tests.helpers.visit import (
    CLINICIAN,
    CLINICIAN_PIN,
    DRIVER,
    HOUR_NS,
    PATIENT,
    Clinic,
    load_protocol,
    make_clinic,
)

N = 2
LAMOTRIGINE = "Lamotrigine"
TRAMADOL = "Tramadol or another opioid"
EXCLUSIONS = ("Active substance abuse", "History of psychosis", "Ketamine abuse")
CHECKS = ("Oxygen, suction and bag ready", "Pump programmed and read back by a second person")
ALL = (
    "identity", "weight", "allergies", "consent", "fasting_food", "fasting_drink", "exclusions", "pregnancy", "medicines",
    "referral", "available", "checks", "driver", "baseline", "baseline_scores", "bp_ceiling", "monitors",
)  # fmt: skip
HARD = ("identity", "weight", "allergies", "consent")


def asking_for_all(*, gives_code: bool = True, **gates: object) -> Protocol:
    """Return a protocol that asks for everything there is."""
    protocol = load_protocol()
    asked = {
        "ask_weight": True,
        "ask_allergies": True,
        "ask_pregnancy": True,
        "medicines": (
            MedicineRule(name=LAMOTRIGINE, note_needed=True, ask="Who was asked?"),
            MedicineRule(name=TRAMADOL),
        ),
        "referral": "required",
        "available": True,
        "checks": CHECKS,
        "baseline_scores": (ScoreKind.MOAAS, ScoreKind.PAIN),
        **gates,
    }
    return protocol.model_copy(
        update={
            "gates": GateRules.model_validate({"exclusions": EXCLUSIONS, **asked}),
            "discharge": protocol.discharge.model_copy(update={"driver_code": gives_code}),
        }
    )


def opened(**gates: object) -> Clinic:
    """Return a clinic with a visit that has just been opened."""
    clinic = make_clinic(protocols=[asking_for_all(**gates)])
    clinic.staff()
    clinic.do(c.CheckIn(chair=N, patient=PATIENT, protocol="depression_iv"))
    return clinic


@pytest.fixture
def clinic() -> Clinic:
    return opened()


def gate(clinic: Clinic, which: str) -> GateView:
    return next(view for view in clinic.visit.gates if view.id == which)


def override(which: str) -> c.OverrideGate:
    return c.OverrideGate(chair=N, gate=which, reason="seen", clinician_id=CLINICIAN, pin=CLINICIAN_PIN)


def medicines(*, taken: bool = False, note: str = "") -> c.RecordMedicines:
    answers = (MedicineAnswer(LAMOTRIGINE, taken, note), MedicineAnswer(TRAMADOL, False))
    return c.RecordMedicines(chair=N, answers=answers)


def fasting(clinic: Clinic, food_h: float, drink_h: float) -> c.RecordFasting:
    now = clinic.clock.now().utc_ns
    return c.RecordFasting(
        chair=N, last_food_utc_ns=round(now - food_h * HOUR_NS), last_drink_utc_ns=round(now - drink_h * HOUR_NS)
    )


def exclusions(clinic: Clinic, *, is_present: bool) -> c.AnswerExclusions:
    asked = clinic.visit.protocol.gates.exclusions
    return c.AnswerExclusions(chair=N, answers=tuple((text, is_present and text == asked[0]) for text in asked))


def score(kind: ScoreKind, value: int) -> c.RecordScore:
    return c.RecordScore(chair=N, kind=kind, value=value)


def baseline(clinic: Clinic, sys: int = 124) -> None:
    clinic.take_baseline(((sys, 76), (sys, 76)))
    clinic.run(2)


MET, UNMET, UNKNOWN = GateState.MET, GateState.UNMET, GateState.UNKNOWN
Setup = Callable[[Clinic], object]
ROWS: list[tuple[str, str, Setup, GateState, str]] = [
    ("identity", "nobody checked", lambda _: None, UNMET, "Check two identifiers with the patient"),
    ("identity", "two checked", lambda k: k.do(c.ConfirmIdentity(chair=N)), MET, "name and date of birth"),
    (
        "identity",
        "three checked",
        lambda k: k.do(c.ConfirmIdentity(chair=N, identifiers=tuple(Identifier)[:3])),
        MET,
        "name, date of birth and record number",
    ),
    ("weight", "not weighed", lambda _: None, UNKNOWN, "Weigh the patient"),
    ("weight", "weighed", lambda k: k.do(c.RecordWeight(chair=N, kg=71.4, measured=True)), MET, "71.4 kg, measured"),
    (
        "weight",
        "as told",
        lambda k: k.do(c.RecordWeight(chair=N, kg=71, measured=False)),
        MET,
        "71 kg, as the patient said",
    ),
    ("allergies", "not asked", lambda _: None, UNKNOWN, "Ask for allergies"),
    (
        "allergies",
        "none",
        lambda k: k.do(c.RecordAllergies(chair=N, text="", none_known=True)),
        MET,
        "none known",
    ),
    (
        "allergies",
        "some",
        lambda k: k.do(c.RecordAllergies(chair=N, text=" latex ", none_known=False)),
        MET,
        "latex",
    ),
    ("consent", "not on file", lambda _: None, UNMET, "Put the signed consent on file"),
    ("consent", "on file", lambda k: k.do(c.RecordConsent(chair=N)), MET, "signed, off-label use stated"),
    ("fasting_food", "not asked", lambda _: None, UNKNOWN, "Ask when it was last"),
    ("fasting_food", "too soon", lambda k: k.do(fasting(k, 5, 3)), UNMET, "5 h since the last; opens in 1 h"),
    ("fasting_food", "long enough", lambda k: k.do(fasting(k, 6, 3)), MET, "6 h since the last"),
    ("fasting_drink", "not asked", lambda _: None, UNKNOWN, "Ask when it was last"),
    ("fasting_drink", "too soon", lambda k: k.do(fasting(k, 9, 1)), UNMET, "1 h since the last; opens in 1 h"),
    ("fasting_drink", "long enough", lambda k: k.do(fasting(k, 9, 2)), MET, "2 h since the last"),
    ("exclusions", "not asked", lambda _: None, UNKNOWN, "Ask every exclusion"),
    (
        "exclusions",
        "one present",
        lambda k: k.do(exclusions(k, is_present=True)),
        UNMET,
        "Active substance abuse: a clinician decides",
    ),
    ("exclusions", "none present", lambda k: k.do(exclusions(k, is_present=False)), MET, "3 asked, none present"),
    ("pregnancy", "not asked", lambda _: None, UNKNOWN, "Ask whether it is possible"),
    *[
        ("pregnancy", answer.value, lambda k, a=answer: k.do(c.RecordPregnancy(chair=N, answer=a)), state, detail)
        for answer, state, detail in (
            (Pregnancy.NOT_POSSIBLE, MET, "not possible"),
            (Pregnancy.TEST_NEGATIVE, MET, "test negative"),
            (Pregnancy.EXCLUDED, MET, "excluded"),
            (Pregnancy.POSSIBLE, UNMET, "possible: do a test"),
            (Pregnancy.PREGNANT, UNMET, "pregnant: a clinician decides"),
        )
    ],
    ("medicines", "not asked", lambda _: None, UNKNOWN, "Ask for each medicine"),
    ("medicines", "takes none", lambda k: k.do(medicines()), MET, "2 asked, takes none of them"),
    ("medicines", "a note is wanted", lambda k: k.do(medicines(taken=True)), UNMET, "Lamotrigine: Who was asked?"),
    (
        "medicines",
        "with its note",
        lambda k: k.do(medicines(taken=True, note=" Dr Lee, by phone ")),
        MET,
        "takes Lamotrigine (Dr Lee, by phone)",
    ),
    ("referral", "not asked", lambda _: None, UNKNOWN, "Ask who referred the patient"),
    (
        "referral",
        "none",
        lambda k: k.do(c.RecordReferral(chair=N, from_whom="")),
        UNMET,
        "there is none: a clinician decides",
    ),
    (
        "referral",
        "there",
        lambda k: k.do(c.RecordReferral(chair=N, from_whom="Dr Lee", dated=date(2025, 12, 1))),
        MET,
        "Dr Lee, 2025-12-01",
    ),
    ("available", "nobody", lambda _: None, UNMET, "Name who comes at once when called"),
    ("available", "named", lambda k: k.do(c.NameAvailable(chair=N, name="Sam Okafor")), MET, "Sam Okafor"),
    ("checks", "none done", lambda _: None, UNMET, f"2 of 2 to do: {CHECKS[0]}; {CHECKS[1]}"),
    (
        "checks",
        "one done",
        lambda k: k.do(c.ConfirmCheck(chair=N, text=CHECKS[0])),
        UNMET,
        f"1 of 2 to do: {CHECKS[1]}",
    ),
    (
        "checks",
        "all done",
        lambda k: k.do(*(c.ConfirmCheck(chair=N, text=text) for text in CHECKS)),
        MET,
        "all 2 done",
    ),
    ("driver", "nobody", lambda _: None, UNMET, "Nobody is named yet"),
    (
        "driver",
        "not confirmed",
        lambda k: k.do(c.NameDriver(chair=N, driver=DRIVER)),
        UNMET,
        "Maria Keller (sister), not confirmed yet, phone ending 0192",
    ),
    (
        "driver",
        "confirmed",
        lambda k: k.do(
            c.NameDriver(chair=N, driver=replace(DRIVER, booking="A-17")),
            c.ConfirmDriver(chair=N, how=c.ConfirmedHow.BY_PHONE),
        ),
        MET,
        "Maria Keller (sister), confirmed by phone, booking A-17, phone ending 0192",
    ),
    ("baseline", "not taken", lambda _: None, UNMET, "Take the baseline"),
    ("baseline", "taken", baseline, MET, "124/76 from 2 cuff readings"),
    ("baseline_scores", "not scored", lambda _: None, UNKNOWN, "Score MOAA/S and Pain"),
    ("baseline_scores", "one missing", lambda k: k.do(score(ScoreKind.PAIN, 7)), UNKNOWN, "Score MOAA/S"),
    (
        "baseline_scores",
        "all",
        lambda k: k.do(score(ScoreKind.MOAAS, 5), score(ScoreKind.PAIN, 7)),
        MET,
        "MOAA/S 5, Pain 7",
    ),
    ("bp_ceiling", "no reading", lambda _: None, UNKNOWN, "No cuff reading yet"),
    ("bp_ceiling", "low enough", baseline, MET, "baseline 124/76"),
    (
        "bp_ceiling",
        "too high",
        lambda k: baseline(k, 152),
        UNMET,
        "baseline 152/76: let the patient rest and measure again, or a clinician decides",
    ),
    ("monitors", "nothing comes", lambda _: None, UNMET, "No heart rate, SpO₂, cuff pressure and respiration rate yet"),
    ("monitors", "all come", baseline, MET, "All required readings are coming"),
]


@pytest.mark.parametrize(
    ("which", "setup", "state", "detail"),
    [(which, *rest) for which, _, *rest in ROWS],
    ids=[f"{which}: {name}" for which, name, *_ in ROWS],
)
def test_a_gate_says_how_it_stands(which: str, setup: Setup, state: GateState, detail: str) -> None:
    clinic = opened()
    setup(clinic)
    found = gate(clinic, which)
    assert (found.state, found.detail) == (state, detail)


@pytest.mark.parametrize(
    ("which", "setup", "state"),
    [(which, setup, state) for which, _, setup, state, _ in ROWS if state is not MET],
    ids=[f"{which}: {name}" for which, name, _, state, _ in ROWS if state is not MET],
)
def test_a_clinician_may_let_it_pass_unless_it_is_hard(which: str, setup: Setup, state: GateState) -> None:
    clinic = opened()
    setup(clinic)
    before = gate(clinic, which)
    assert before.may_override is (which not in HARD)
    if which in HARD:
        assert "cannot be overridden" in clinic.refused(override(which))
        assert gate(clinic, which).state is state
        return
    clinic.do(override(which))
    passed = gate(clinic, which)
    assert passed.state is GateState.OVERRIDDEN
    assert passed.detail == f"{before.detail}; overridden: seen"
    assert (passed.by, passed.at_utc_ns) == ("Sam Okafor MD", clinic.clock.now().utc_ns)


def test_every_gate_is_tried_in_every_state_that_it_can_have() -> None:
    tried = {(which, state is MET) for which, _, _, state, _ in ROWS}
    assert tried == {(which, is_met) for which in ALL for is_met in (True, False)}


def test_they_come_in_the_page_s_order(clinic: Clinic) -> None:
    assert tuple(view.id for view in clinic.visit.gates) == ALL


def test_a_protocol_that_asks_for_less_has_fewer() -> None:
    found = opened(
        ask_weight=False, ask_allergies=False, ask_pregnancy=False, medicines=(), referral="off", available=False,
        checks=(), baseline_scores=(),
    )  # fmt: skip
    kept = (
        "identity",
        "consent",
        "fasting_food",
        "fasting_drink",
        "exclusions",
        "driver",
        "baseline",
        "bp_ceiling",
        "monitors",
    )
    assert tuple(view.id for view in found.visit.gates) == kept


def test_a_protocol_without_exclusions_has_no_gate_for_them() -> None:
    assert "exclusions" not in [view.id for view in opened(exclusions=()).visit.gates]


@pytest.mark.parametrize(
    ("which", "commands"),
    [
        ("identity", (c.ConfirmIdentity(chair=N),)),
        ("weight", (c.RecordWeight(chair=N, kg=70, measured=True),)),
        ("allergies", (c.RecordAllergies(chair=N, text="", none_known=True),)),
        ("consent", (c.RecordConsent(chair=N),)),
        ("pregnancy", (c.RecordPregnancy(chair=N, answer=Pregnancy.TEST_NEGATIVE),)),
        ("medicines", (medicines(),)),
        ("referral", (c.RecordReferral(chair=N, from_whom="Dr Lee"),)),
        ("available", (c.NameAvailable(chair=N, name="Sam Okafor"),)),
        ("checks", tuple(c.ConfirmCheck(chair=N, text=text) for text in CHECKS)),
        ("driver", (c.NameDriver(chair=N, driver=DRIVER),)),
        ("baseline_scores", (score(ScoreKind.MOAAS, 5), score(ScoreKind.PAIN, 0))),
    ],
)
def test_a_gate_says_who_gave_its_evidence_and_when(
    clinic: Clinic, which: str, commands: tuple[c.Command, ...]
) -> None:
    assert (gate(clinic, which).by, gate(clinic, which).at_utc_ns) == ("", None)
    clinic.wait(60)
    at_utc_ns = clinic.clock.now().utc_ns
    clinic.do(*commands)
    clinic.wait(60)
    assert (gate(clinic, which).by, gate(clinic, which).at_utc_ns) == ("R. Alvarez RN", at_utc_ns)


def test_fasting_turns_by_itself(clinic: Clinic) -> None:
    clinic.do(fasting(clinic, 5, 1))
    assert (gate(clinic, "fasting_food").opens_in_s, gate(clinic, "fasting_drink").opens_in_s) == (3600, 3600)
    clinic.wait(3599)
    assert gate(clinic, "fasting_food").state is UNMET
    assert gate(clinic, "fasting_food").opens_in_s == 1
    clinic.wait(1)
    assert gate(clinic, "fasting_food").state is MET
    assert gate(clinic, "fasting_drink").state is MET


CHANGES: list[tuple[str, Setup, Setup]] = [
    ("fasting_food", lambda k: k.do(fasting(k, 1, 5)), lambda k: k.do(fasting(k, 2, 5))),
    ("exclusions", lambda k: k.do(exclusions(k, is_present=True)), lambda k: k.do(exclusions(k, is_present=True))),
    (
        "pregnancy",
        lambda k: k.do(c.RecordPregnancy(chair=N, answer=Pregnancy.POSSIBLE)),
        lambda k: k.do(c.RecordPregnancy(chair=N, answer=Pregnancy.PREGNANT)),
    ),
    ("medicines", lambda k: k.do(medicines(taken=True)), lambda k: k.do(medicines(taken=True))),
    (
        "referral",
        lambda k: k.do(c.RecordReferral(chair=N, from_whom="")),
        lambda k: k.do(c.RecordReferral(chair=N, from_whom="")),
    ),
    ("checks", lambda _: None, lambda k: k.do(c.ConfirmCheck(chair=N, text=CHECKS[0]))),
    ("driver", lambda _: None, lambda k: k.do(c.NameDriver(chair=N, driver=DRIVER))),
    ("bp_ceiling", lambda k: baseline(k, 146), lambda k: k.cuff(186, 112)),
]


@pytest.mark.parametrize(("which", "first", "then"), CHANGES, ids=[which for which, *_ in CHANGES])
def test_an_override_was_given_for_what_stood_there_then(which: str, first: Setup, then: Setup) -> None:
    clinic = opened()
    first(clinic)
    clinic.do(override(which))
    assert gate(clinic, which).state is GateState.OVERRIDDEN
    then(clinic)
    assert gate(clinic, which).state is UNMET
    assert "seen" not in gate(clinic, which).detail


def test_a_referral_that_is_only_asked_for_may_be_none() -> None:
    clinic = opened(referral="asked")
    assert gate(clinic, "referral").state is UNKNOWN
    clinic.do(c.RecordReferral(chair=N, from_whom=" "))
    assert (gate(clinic, "referral").state, gate(clinic, "referral").detail) == (MET, "asked: there is none")


def test_all_met_lets_it_start(clinic: Clinic) -> None:
    pass_all(clinic)
    assert all(view.state is MET for view in clinic.visit.gates)
    assert clinic.visit.may_start
    clinic.do(c.StartInfusion(chair=N, dose_text="36 mg"))


def pass_all(clinic: Clinic, leave_out: str = "") -> None:
    steps: dict[str, tuple[c.Command, ...]] = {
        "identity": (c.ConfirmIdentity(chair=N),),
        "weight": (c.RecordWeight(chair=N, kg=71.4, measured=True),),
        "allergies": (c.RecordAllergies(chair=N, text="latex", none_known=False),),
        "consent": (c.RecordConsent(chair=N),),
        "fasting_food": (fasting(clinic, 9, 3),),
        "exclusions": (exclusions(clinic, is_present=False),),
        "pregnancy": (c.RecordPregnancy(chair=N, answer=Pregnancy.NOT_POSSIBLE),),
        "medicines": (medicines(),),
        "referral": (c.RecordReferral(chair=N, from_whom="Dr Lee"),),
        "available": (c.NameAvailable(chair=N, name="Sam Okafor"),),
        "checks": tuple(c.ConfirmCheck(chair=N, text=text) for text in CHECKS),
        "driver": (c.NameDriver(chair=N, driver=DRIVER), c.ConfirmDriver(chair=N, how=c.ConfirmedHow.BY_PHONE)),
        "baseline_scores": (score(ScoreKind.MOAAS, 5), score(ScoreKind.PAIN, 7)),
    }
    for gate_id, commands in steps.items():
        if gate_id != leave_out:
            clinic.do(*commands)
    if leave_out == "baseline":
        clinic.do(c.BeginBaseline(chair=N))
        clinic.run(20)
        clinic.cuff(124, 76)
        return
    baseline(clinic)


@pytest.mark.parametrize(
    "left_out", [which for which in ALL if which not in ("fasting_drink", "bp_ceiling", "monitors")]
)
def test_any_one_that_is_open_holds_the_start(left_out: str) -> None:
    clinic = opened()
    pass_all(clinic, left_out)
    also = ("fasting_drink",) if left_out == "fasting_food" else ()
    assert [view.id for view in clinic.visit.gates if view.state is not MET] == [left_out, *also]
    assert not clinic.visit.may_start
    assert gate(clinic, left_out).title in clinic.refused(c.StartInfusion(chair=N, dose_text="36 mg"))


def test_after_the_start_a_score_changes_the_gate_no_more(clinic: Clinic) -> None:
    pass_all(clinic)
    clinic.do(c.StartInfusion(chair=N, dose_text="36 mg"))
    clinic.run(60)
    clinic.do(score(ScoreKind.PAIN, 2))
    assert gate(clinic, "baseline_scores").detail == "MOAA/S 5, Pain 7"


# --- who else is here ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "is_alike"),
    [
        ({"family_name": "KELLER"}, True),
        ({"family_name": "Kolb", "given_name": "Judith"}, True),  # J. K., born on the same day
        ({"family_name": "Kolb", "given_name": "Judith", "birth_date": date(1984, 5, 18)}, False),
        ({"family_name": "Meyer"}, False),
    ],
)
def test_a_patient_who_could_be_taken_for_this_one_is_told(
    clinic: Clinic, change: dict[str, object], is_alike: bool
) -> None:
    other = replace(PATIENT, **{"given_name": "Kim", "record_number": "MRN-2", **change})  # type: ignore[arg-type]
    assert not gate(clinic, "identity").warns
    clinic.do(c.CheckIn(chair=1, patient=other, protocol="depression_iv"))
    clinic.do(c.ConfirmIdentity(chair=N))
    found = gate(clinic, "identity")
    assert found.state is MET
    assert found.warns is is_alike
    assert (f"Careful: {other.full_name} is in chair 1" in found.detail) is is_alike
    clinic.do(c.EndEarly(chair=1, reason="wrong chair"))
    assert not gate(clinic, "identity").warns


def test_nobody_is_in_two_chairs(clinic: Clinic) -> None:
    same = replace(PATIENT, record_number=PATIENT.record_number.lower())
    assert "already in chair 2" in clinic.refused(c.CheckIn(chair=1, patient=same, protocol="depression_iv"))


def test_an_identity_that_an_older_version_recorded_is_met() -> None:
    """Its record does not tell which identifiers were checked."""
    first = opened()
    first.do(c.ConfirmIdentity(chair=N))
    stored = [replace(one, identifiers=()) if isinstance(one, r.IdentityConfirmed) else one for one in first.records]
    again = make_clinic(protocols=[asking_for_all()])
    again.station.restore(stored, again.clock.now(), unclean=True)
    assert (gate(again, "identity").state, gate(again, "identity").detail) == (MET, "two identifiers")


# --- what is no answer --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (c.ConfirmIdentity(chair=N, identifiers=(Identifier.NAME, Identifier.NAME)), "two different identifiers"),
        (c.RecordWeight(chair=N, kg=7.1, measured=True), "in kilograms"),
        (c.RecordWeight(chair=N, kg=714, measured=True), "in kilograms"),
        (c.RecordAllergies(chair=N, text=" ", none_known=False), "Name the allergies"),
        (c.RecordAllergies(chair=N, text="latex", none_known=True), "not both"),
        (c.RecordMedicines(chair=N, answers=(MedicineAnswer(TRAMADOL, True),)), f"still open: {LAMOTRIGINE}"),
        (
            c.RecordMedicines(
                chair=N,
                answers=tuple(MedicineAnswer(name, False) for name in (LAMOTRIGINE, TRAMADOL, "Aspirin")),
            ),
            "do not fit",
        ),
        (c.RecordReferral(chair=N, from_whom="Dr Lee", dated=date(2026, 1, 3)), "in the future"),
        (c.RecordFasting(chair=N, last_food_utc_ns=0, last_drink_utc_ns=0), "more than a week ago"),
        (c.NameAvailable(chair=N, name=" "), "Name who comes"),
        (c.ConfirmCheck(chair=N, text="Room is warm"), "no check of this protocol"),
        (
            c.NameDriver(chair=N, driver=Driver("Cab", "", "555 1", Transport.TAXI)),
            "does not let the patient go home with a taxi alone",
        ),
    ],
)
def test_what_is_no_answer_is_refused_with_a_sentence(clinic: Clinic, command: c.Command, says: str) -> None:
    n_records = len(clinic.records)
    assert says in clinic.refused(command)
    assert [type(one) for one in clinic.records[n_records:]] == [r.Refused]


def test_a_taxi_will_do_where_the_protocol_says_so() -> None:
    clinic = opened(transports=tuple(Transport))
    clinic.do(c.NameDriver(chair=N, driver=Driver("Cab", "", "555 1", Transport.TAXI)))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"protocol": "homeopathy"}, "no treatment protocol called 'homeopathy'"),
        ({"patient": replace(PATIENT, record_number=" ")}, "name and record number"),
        ({"patient": replace(PATIENT, given_name=" ", family_name="")}, "name and record number"),
        ({"chair": N}, "Chair 2 is taken"),
    ],
)
def test_a_check_in_that_cannot_be_is_refused(clinic: Clinic, change: dict[str, object], says: str) -> None:
    new = {"chair": 1, "patient": replace(PATIENT, record_number="X"), "protocol": "depression_iv", **change}
    assert says in clinic.refused(c.CheckIn(**new))  # type: ignore[arg-type]


def test_a_chair_that_still_shows_the_last_visit_is_freed_first(clinic: Clinic) -> None:
    clinic.do(c.EndEarly(chair=N, reason="x"))
    assert "free it first" in clinic.refused(c.CheckIn(chair=N, patient=PATIENT, protocol="depression_iv"))


def test_where_no_question_asks_for_the_weight_check_in_does() -> None:
    clinic = opened(ask_weight=False)
    new = c.CheckIn(chair=1, patient=replace(PATIENT, record_number="X", weight_kg=0.0), protocol="depression_iv")
    assert "in kilograms" in clinic.refused(new)


def test_a_check_is_confirmed_once(clinic: Clinic) -> None:
    clinic.do(*[c.ConfirmCheck(chair=N, text=CHECKS[0])] * 2)
    assert len(clinic.of(r.CheckConfirmed)) == 1
    assert clinic.visit.checks_done == (CHECKS[0],)


def test_medicines_are_refused_where_the_protocol_asks_for_none() -> None:
    clinic = opened(medicines=())
    assert "do not fit" in clinic.refused(c.RecordMedicines(chair=N, answers=()))


def test_today_s_weight_and_allergies_are_the_patient_s_from_then_on(clinic: Clinic) -> None:
    assert (clinic.visit.weight_kg, clinic.visit.weight_by, clinic.visit.allergies) == (None, "", None)
    clinic.do(c.RecordWeight(chair=N, kg=70.5, measured=True), c.RecordAllergies(chair=N, text="", none_known=True))
    visit = clinic.visit
    assert (visit.weight_kg, visit.weight_by, visit.weight_measured) == (70.5, "R. Alvarez RN", True)
    assert (visit.patient.weight_kg, visit.patient.allergies, visit.allergies) == (70.5, "", "")


@pytest.mark.parametrize(("told", "known"), [("latex", "latex"), ("", None)])
def test_allergies_that_nobody_asks_for_are_as_told_and_never_none_known(told: str, known: str | None) -> None:
    clinic = make_clinic(protocols=[asking_for_all(ask_allergies=False)])
    clinic.staff()
    clinic.check_in(patient=replace(PATIENT, allergies=told))
    assert clinic.visit.allergies == known


def test_where_the_weight_is_asked_for_by_itself_check_in_needs_none(clinic: Clinic) -> None:
    clinic.do(c.CheckIn(chair=1, patient=replace(PATIENT, record_number="X", weight_kg=0.0), protocol="depression_iv"))


# --- who is there besides -----------------------------------------------------------------------------------------


def test_who_is_available_may_change_and_each_change_is_a_record(clinic: Clinic) -> None:
    clinic.do(c.NameAvailable(chair=N, name="Sam Okafor"), c.NameAvailable(chair=N, name="Sam Okafor "))
    pass_all(clinic)
    clinic.do(c.StartInfusion(chair=N, dose_text="36 mg"))
    clinic.do(c.NameAvailable(chair=N, name="Dr M. Lindqvist"))
    assert [one.name for one in clinic.of(r.AvailableNamed)] == ["Sam Okafor", "Dr M. Lindqvist"]
    assert clinic.visit.available == "Dr M. Lindqvist"


def test_a_companion_may_come_and_go(clinic: Clinic) -> None:
    clinic.do(c.RecordCompanion(chair=N, name=" Maria K. ", stays=True, brought=True))
    companion = clinic.visit.companion
    assert companion is not None
    assert (companion.name, companion.stays, companion.brought) == ("Maria K.", True, True)
    clinic.do(c.RecordCompanion(chair=N, name="", stays=True, brought=True))
    assert clinic.visit.companion is None
    assert not clinic.of(r.CompanionRecorded)[-1].stays


# --- the driver's code --------------------------------------------------------------------------------------------


def test_the_driver_is_given_four_digits(clinic: Clinic) -> None:
    clinic.do(c.NameDriver(chair=N, driver=DRIVER))
    first = clinic.visit.driver_code
    assert len(first) == 4
    assert first.isdigit()
    assert first not in repr(clinic.of(r.DriverNamed)[-1])
    clinic.do(c.NameDriver(chair=N, driver=replace(DRIVER, name="Tom Keller")))
    assert clinic.visit.driver_code != first


def test_the_code_is_asked_for_and_another_one_is_refused(clinic: Clinic) -> None:
    clinic.do(c.NameDriver(chair=N, driver=DRIVER))
    code = clinic.visit.driver_code
    wrong = f"{(int(code) + 1) % 10_000:04}"
    seen = c.ConfirmedHow.SEEN_IN_PERSON
    assert "not the driver's code" in clinic.refused(c.ConfirmDriver(chair=N, how=seen, code=wrong))
    clinic.do(c.ConfirmDriver(chair=N, how=seen, code=f" {code} "))
    confirmed = clinic.of(r.DriverConfirmed)[-1]
    assert (confirmed.code_matched, confirmed.identity_seen) == (True, "")
    clinic.do(c.ConfirmDriver(chair=N, how=seen, identity_seen="driving licence"))
    confirmed = clinic.of(r.DriverConfirmed)[-1]
    assert (confirmed.code_matched, confirmed.identity_seen) == (False, "driving licence")
    clinic.do(c.NameDriver(chair=N, driver=replace(DRIVER, name="Tom Keller")))
    assert "not the driver's code" in clinic.refused(c.ConfirmDriver(chair=N, how=seen, code=code))


def test_without_the_rule_there_is_no_code() -> None:
    clinic = make_clinic(protocols=[asking_for_all(gives_code=False)])
    clinic.staff()
    clinic.do(c.CheckIn(chair=N, patient=PATIENT, protocol="depression_iv"))
    clinic.do(c.NameDriver(chair=N, driver=DRIVER))
    assert clinic.visit.driver_code == ""
    assert "not the driver's code" in clinic.refused(
        c.ConfirmDriver(chair=N, how=c.ConfirmedHow.SEEN_IN_PERSON, code="1234")
    )
