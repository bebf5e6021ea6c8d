"""Every criterion of the discharge page in every state that it can have, with the evidence that it shows."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import pytest

from nursestation.core import commands as c
from nursestation.core.model import ChartKind, ConfirmedHow, Driver, GateState, ScoreKind, Severity, Transport
from tests.helpers.leaving import (
    OTHER_SHEET,
    SHEET,
    STEADY,
    WASTED,
    answer,
    asking,
    line,
    observing,
    override,
    see_driver,
    without_driver,
)
from tests.helpers.visit import CLINICIAN, CLINICIAN_PIN, Clinic

MET, UNMET, UNKNOWN, OVERRIDDEN = GateState.MET, GateState.UNMET, GateState.UNKNOWN, GateState.OVERRIDDEN
OVER = "overridden by Sam Okafor MD: doctor stays"
CAB = Driver("Valley Cabs", "", "555 7777", Transport.MEDICAL_TRANSPORT)

Step = c.Command | Callable[[Clinic], object]


@dataclass(frozen=True)
class Case:
    """One row: what happens from the first second of observation, and what the line says then."""

    which: str
    case: str
    steps: tuple[Step, ...]
    state: GateState
    evidence: str
    protocol: str = "depression_iv"
    score: str = "aldrete"


def wait(seconds: float) -> Step:
    return lambda clinic: clinic.wait(seconds)


def run(seconds: float, **vitals: float) -> Step:
    return lambda clinic: clinic.run(seconds, vitals, every_s=10)


def cuff(sys: int, dia: int) -> Step:
    return lambda clinic: clinic.cuff(sys, dia)


def resolve(clinic: Clinic) -> None:
    clinic.do(c.ResolveChart(chair=2, entry_id=clinic.visit.chart[-1].id))


def strike(clinic: Clinic) -> None:
    clinic.do(c.StrikeChart(chair=2, entry_id=clinic.visit.chart[-1].id, reason="other chair"))


def strike_drug(clinic: Clinic) -> None:
    drug_id = clinic.visit.drugs[-1].id
    clinic.do(c.StrikeDrug(chair=2, drug_id=drug_id, reason="other chair", witness_id=CLINICIAN, pin=CLINICIAN_PIN))


def seen(clinic: Clinic) -> None:
    clinic.do(see_driver(clinic))


def gait(*points: int, evidence: str = "") -> c.AnswerCriterion:
    items = tuple((item, point) for (item, _), point in zip(STEADY, points, strict=True))
    return c.AnswerCriterion(chair=2, criterion="gait", met=True, evidence=evidence, items=items)


def standing(
    one: tuple[int, int, int | None] | None, three: tuple[int, int, int | None] | None, *, symptoms: bool = False
) -> c.RecordOrthostatic:
    return c.RecordOrthostatic(chair=2, lying=(124, 76, 70), standing_1=one, standing_3=three, symptoms=symptoms)


def confirm(how: ConfirmedHow, document: str = "") -> c.ConfirmDriver:
    return c.ConfirmDriver(chair=2, how=how, identity_seen=document)


def name(driver: Driver) -> c.NameDriver:
    return c.NameDriver(chair=2, driver=driver)


def printed(sheet: str = SHEET, language: str = "", how: str = "printed") -> c.InstructionsGiven:
    return c.InstructionsGiven(chair=2, language=language, how=how, sha256=sheet)


def read(by: str) -> c.AcknowledgeInstructions:
    return c.AcknowledgeInstructions(chair=2, by=by)


NO_DRUG = "no drug record yet: enter what was drawn, given and wasted"
DRUG_LINE = (
    "Ketamine 50 mg/mL, lot KT4471, vial 12: drawn 50 mg, given 36 mg, wasted 14 mg; "
    "R. Alvarez RN, witness Sam Okafor MD"
)
SHORTENED = c.ShortenObservation(chair=2, minutes=5, reason="calm", clinician_id=CLINICIAN, pin=CLINICIAN_PIN)
NAUSEA = c.Chart(chair=2, kind=ChartKind.SIDE_EFFECT, text="Nausea", severity=Severity.MODERATE)
SLEEPY = c.RecordScore(chair=2, kind=ScoreKind.MOAAS, value=3)

CASES = (
    Case("observation", "unmet", (), UNMET, "0:00 of 30:00 since infusion stopped, 15:00 to go"),
    Case("observation", "met", (wait(900),), MET, "15:00 of 30:00 since infusion stopped, minimum 15:00"),
    Case("observation", "met, planned time", (wait(1800),), MET, "30:00 of 30:00 since infusion stopped"),
    Case(
        "observation",
        "met, shortened",
        (SHORTENED, wait(300)),
        MET,
        "5:00 of 30:00 since infusion stopped, minimum 5:00 · shortened from 15 min to 5 min by Sam Okafor MD: calm",
    ),
    Case(
        "observation",
        "unmet, shortened",
        (SHORTENED, wait(299)),
        UNMET,
        "4:59 of 30:00 since infusion stopped, 0:01 to go · shortened from 15 min to 5 min by Sam Okafor MD: calm",
    ),
    Case(
        "observation",
        "overridden",
        (wait(60), override("observation")),
        OVERRIDDEN,
        f"1:00 of 30:00 since infusion stopped, 14:00 to go · {OVER}",
    ),
    Case("bp", "unknown", (), UNKNOWN, "0 of 1 readings since observation began"),
    Case("bp", "met", (cuff(131, 80), cuff(128, 79)), MET, "last: 131/80 · 128/79; baseline 124/76, limit ±20 %"),
    Case("bp", "unmet", (cuff(150, 80),), UNMET, "last: 150/80; baseline 124/76, limit ±20 %"),
    Case(
        "bp",
        "stale",
        (cuff(128, 79), wait(901)),
        UNKNOWN,
        "last: 128/79; baseline 124/76, limit ±20 %; the last is 15:01 old: measure again",
    ),
    Case(
        "bp",
        "overridden",
        (cuff(150, 80), override("bp")),
        OVERRIDDEN,
        f"last: 150/80; baseline 124/76, limit ±20 % · {OVER}",
    ),
    Case(
        "bp",
        "overridden, then measured again",
        (cuff(150, 80), override("bp"), cuff(151, 80)),
        UNMET,
        "last: 150/80 · 151/80; baseline 124/76, limit ±20 %",
    ),
    Case(
        "vitals_stable",
        "unknown",
        (),
        UNKNOWN,
        "HR 72 (data for 3:15 only) · SpO₂ 98 (data for 3:15 only) · RR 14 (data for 3:15 only)",
    ),
    Case("vitals_stable", "met", (run(900),), MET, "HR 72 · SpO₂ 98 · RR 14"),
    Case(
        "vitals_stable", "unmet", (run(900), run(30, spo2=89.0)), UNMET, "HR 72 · SpO₂ 89 (outside 92 or more) · RR 14"
    ),
    Case(
        "vitals_stable",
        "stale",
        (run(900), wait(31)),
        UNKNOWN,
        "HR --- (no data for 0:31) · SpO₂ --- (no data for 0:31) · RR --- (no data for 0:31)",
    ),
    Case(
        "vitals_stable",
        "overridden",
        (override("vitals_stable"),),
        OVERRIDDEN,
        f"HR 72 (data for 3:15 only) · SpO₂ 98 (data for 3:15 only) · RR 14 (data for 3:15 only) · {OVER}",
    ),
    Case("no_open_condition", "met", (), MET, "none open"),
    Case(
        "no_open_condition",
        "unmet",
        (cuff(182, 111),),
        UNMET,
        "open: BP severe 182/111, 47 % above baseline 124/76; repeat asked for",
    ),
    Case(
        "no_open_condition",
        "overridden",
        (cuff(182, 111), override("no_open_condition")),
        OVERRIDDEN,
        f"open: BP severe 182/111, 47 % above baseline 124/76; repeat asked for · {OVER}",
    ),
    Case("aldrete", "unknown", (), UNKNOWN, "not scored yet"),
    Case("aldrete", "met", (answer("aldrete", 9),), MET, "9 of 10 · R. Alvarez RN"),
    Case("aldrete", "unmet", (answer("aldrete", 8),), UNMET, "8 of 10 · R. Alvarez RN"),
    Case(
        "aldrete",
        "unmet, said so",
        (answer("aldrete", 9, met=False, evidence="pale"),),
        UNMET,
        "9 of 10: pale · R. Alvarez RN",
    ),
    Case(
        "aldrete",
        "stale",
        (answer("aldrete", 10), wait(1801)),
        UNKNOWN,
        "10 of 10 · R. Alvarez RN, 30:01 ago: score again",
    ),
    Case(
        "aldrete",
        "overridden",
        (answer("aldrete", 8), override("aldrete")),
        OVERRIDDEN,
        f"8 of 10 · R. Alvarez RN · {OVER}",
    ),
    Case("mpadss", "unknown", (), UNKNOWN, "not scored yet", score="mpadss"),
    Case("mpadss", "met", (answer("mpadss", 9),), MET, "9 of 10 · R. Alvarez RN", score="mpadss"),
    Case("mpadss", "unmet", (answer("mpadss", 8),), UNMET, "8 of 10 · R. Alvarez RN", score="mpadss"),
    Case(
        "mpadss",
        "stale",
        (answer("mpadss", 10), wait(1801)),
        UNKNOWN,
        "10 of 10 · R. Alvarez RN, 30:01 ago: score again",
        score="mpadss",
    ),
    Case(
        "mpadss",
        "overridden",
        (answer("mpadss", 8), override("mpadss")),
        OVERRIDDEN,
        f"8 of 10 · R. Alvarez RN · {OVER}",
        score="mpadss",
    ),
    Case("sedation", "unknown", (), UNKNOWN, "not scored yet"),
    Case("sedation", "met", (answer("sedation", 5, evidence="awake"),), MET, "MOAA/S 5: awake · R. Alvarez RN"),
    Case(
        "sedation",
        "met, scored in the visit",
        (c.RecordScore(chair=2, kind=ScoreKind.MOAAS, value=5),),
        MET,
        "MOAA/S 5 · R. Alvarez RN",
    ),
    Case("sedation", "unmet", (answer("sedation", 4),), UNMET, "MOAA/S 4 · R. Alvarez RN"),
    Case(
        "sedation", "unmet, sleepy again", (answer("sedation", 5), wait(60), SLEEPY), UNMET, "MOAA/S 3 · R. Alvarez RN"
    ),
    Case(
        "sedation",
        "stale",
        (answer("sedation", 5), wait(1801)),
        UNKNOWN,
        "MOAA/S 5 · R. Alvarez RN, 30:01 ago: score again",
    ),
    Case(
        "sedation",
        "overridden",
        (answer("sedation", 4), override("sedation")),
        OVERRIDDEN,
        f"MOAA/S 4 · R. Alvarez RN · {OVER}",
    ),
    Case(
        "sedation",
        "overridden, then scored again",
        (override("sedation"), wait(1), SLEEPY),
        UNMET,
        "MOAA/S 3 · R. Alvarez RN",
    ),
    Case("orientation", "unknown", (), UNKNOWN, "not scored yet"),
    Case("orientation", "met", (answer("orientation", 3),), MET, "3 of 3 · R. Alvarez RN"),
    Case(
        "orientation",
        "unmet",
        (answer("orientation", 2, evidence="not the day"),),
        UNMET,
        "2 of 3: not the day · R. Alvarez RN",
    ),
    Case(
        "orientation",
        "stale",
        (answer("orientation", 3), wait(1801)),
        UNKNOWN,
        "3 of 3 · R. Alvarez RN, 30:01 ago: score again",
    ),
    Case(
        "orientation",
        "overridden",
        (answer("orientation", 2), override("orientation")),
        OVERRIDDEN,
        f"2 of 3 · R. Alvarez RN · {OVER}",
    ),
    Case("gait", "unknown", (), UNKNOWN, "walk with the patient, ask for dizziness, give advice on falls"),
    Case("gait", "met", (gait(1, 1, 1),), MET, "walks steadily, not dizzy, advice on falls given · R. Alvarez RN"),
    Case(
        "gait",
        "unmet, unsteady",
        (gait(0, 1, 1, evidence="holds the wall"),),
        UNMET,
        "does not walk steadily, not dizzy, advice on falls given: holds the wall · R. Alvarez RN",
    ),
    Case(
        "gait", "unmet, dizzy", (gait(1, 0, 1),), UNMET, "walks steadily, dizzy, advice on falls given · R. Alvarez RN"
    ),
    Case(
        "gait",
        "unmet, no advice",
        (gait(1, 1, 0),),
        UNMET,
        "walks steadily, not dizzy, no advice on falls yet · R. Alvarez RN",
    ),
    Case(
        "gait",
        "stale",
        (gait(1, 1, 1), wait(1801)),
        UNKNOWN,
        "walks steadily, not dizzy, advice on falls given · R. Alvarez RN, 30:01 ago: look again",
    ),
    Case(
        "gait",
        "overridden",
        (gait(1, 0, 1), override("gait")),
        OVERRIDDEN,
        f"walks steadily, dizzy, advice on falls given · R. Alvarez RN · {OVER}",
    ),
    Case("side_effects", "met, none", (), MET, "none charted"),
    Case("side_effects", "met, over", (NAUSEA, wait(600), resolve), MET, "Nausea, moderate, over after 10:00"),
    Case("side_effects", "met, struck out", (NAUSEA, strike), MET, "none charted · struck out: Nausea (other chair)"),
    Case("side_effects", "unmet", (NAUSEA,), UNMET, "Nausea, moderate, not over"),
    Case(
        "side_effects",
        "overridden",
        (NAUSEA, override("side_effects")),
        OVERRIDDEN,
        f"Nausea, moderate, not over · {OVER}",
    ),
    Case("iv_removed", "unknown", (), UNKNOWN, "Remove the IV and look at the site"),
    Case(
        "iv_removed",
        "met",
        (answer("iv_removed", evidence="removed, site dry"),),
        MET,
        "removed, site dry · R. Alvarez RN",
    ),
    Case("iv_removed", "met, injection", (), MET, "injection: no IV access", protocol="im_injection"),
    Case("iv_removed", "unmet", (answer("iv_removed", met=False, evidence="oozing"),), UNMET, "oozing · R. Alvarez RN"),
    Case(
        "iv_removed",
        "overridden",
        (override("iv_removed"),),
        OVERRIDDEN,
        f"Remove the IV and look at the site · {OVER}",
    ),
    Case("orthostatic", "unknown", (), UNKNOWN, "measure lying, then standing after 1 and 3 min, or say why not"),
    Case(
        "orthostatic",
        "unknown, not after 3 min",
        (standing((120, 76, None), None),),
        UNKNOWN,
        "lying 124/76 by hand, 1 min 120/76 by hand · R. Alvarez RN: measure after 3 min too",
    ),
    Case(
        "orthostatic",
        "met",
        (standing((120, 76, 78), (105, 67, 80)),),
        MET,
        "lying 124/76 by hand, 1 min 120/76 by hand, 3 min 105/67 by hand · R. Alvarez RN",
    ),
    Case(
        "orthostatic",
        "met, after 3 min alone",
        (standing(None, (120, 76, None)),),
        MET,
        "lying 124/76 by hand, 3 min 120/76 by hand · R. Alvarez RN",
    ),
    Case(
        "orthostatic",
        "met, left out",
        (c.RecordOrthostatic(chair=2, skipped_because="leg in plaster"),),
        MET,
        "left out: leg in plaster · R. Alvarez RN",
    ),
    Case(
        "orthostatic",
        "unmet, systolic",
        (standing((104, 76, 90), (120, 76, 80)),),
        UNMET,
        "lying 124/76 by hand, 1 min 104/76 by hand, 3 min 120/76 by hand · R. Alvarez RN: falls by 20 systolic",
    ),
    Case(
        "orthostatic",
        "unmet, diastolic",
        (standing((120, 76, 90), (120, 66, 80)),),
        UNMET,
        "lying 124/76 by hand, 1 min 120/76 by hand, 3 min 120/66 by hand · R. Alvarez RN: falls by 10 diastolic",
    ),
    Case(
        "orthostatic",
        "unmet, symptoms",
        (standing((120, 76, 90), (120, 76, 80), symptoms=True),),
        UNMET,
        "lying 124/76 by hand, 1 min 120/76 by hand, 3 min 120/76 by hand · R. Alvarez RN: dizzy or faint on standing",
    ),
    Case(
        "orthostatic",
        "stale",
        (standing((120, 76, 78), (120, 76, 80)), wait(1801)),
        UNKNOWN,
        "lying 124/76 by hand, 1 min 120/76 by hand, 3 min 120/76 by hand · R. Alvarez RN, 30:01 ago: measure again",
    ),
    Case(
        "orthostatic",
        "overridden",
        (standing((104, 76, 90), None), override("orthostatic")),
        OVERRIDDEN,
        f"lying 124/76 by hand, 1 min 104/76 by hand · R. Alvarez RN: falls by 20 systolic · {OVER}",
    ),
    Case(
        "orthostatic",
        "overridden, then measured",
        (override("orthostatic"), standing((104, 76, 90), None)),
        UNMET,
        "lying 124/76 by hand, 1 min 104/76 by hand · R. Alvarez RN: falls by 20 systolic",
    ),
    Case(
        "driver",
        "unmet, not here yet",
        (),
        UNMET,
        "Maria Keller (sister), confirmed by phone, phone ending 0192: confirm again at hand-over",
    ),
    Case(
        "driver",
        "unmet, phoned again",
        (confirm(ConfirmedHow.BY_PHONE),),
        UNMET,
        "Maria Keller (sister), confirmed by phone, phone ending 0192: see the driver in person, or note the booking",
    ),
    Case(
        "driver",
        "unmet, without the code",
        (confirm(ConfirmedHow.SEEN_IN_PERSON),),
        UNMET,
        "Maria Keller (sister), seen in person, phone ending 0192: ask for the code of check-in, or name a document seen",
    ),
    Case("driver", "met", (seen,), MET, "Maria Keller (sister), seen in person, phone ending 0192, code matched"),
    Case(
        "driver",
        "met, by document",
        (confirm(ConfirmedHow.SEEN_IN_PERSON, "driving licence"),),
        MET,
        "Maria Keller (sister), seen in person, phone ending 0192, without the code, driving licence seen",
    ),
    Case(
        "driver",
        "unmet, no booking number",
        (name(CAB), confirm(ConfirmedHow.BOOKING)),
        UNMET,
        "Valley Cabs, booking confirmed, phone ending 7777: name the driver again with the booking number",
    ),
    Case(
        "driver",
        "met, booking",
        (name(replace(CAB, booking="B-77")), confirm(ConfirmedHow.BOOKING)),
        MET,
        "Valley Cabs, booking confirmed, booking B-77, phone ending 7777",
    ),
    Case("driver", "unmet, another one", (seen, name(CAB)), UNMET, "Valley Cabs, not confirmed yet, phone ending 7777"),
    Case(
        "driver",
        "overridden",
        (override("driver"),),
        OVERRIDDEN,
        f"Maria Keller (sister), confirmed by phone, phone ending 0192: confirm again at hand-over · {OVER}",
    ),
    Case(
        "driver",
        "overridden, leaves without",
        (without_driver(),),
        OVERRIDDEN,
        "no driver: the sister's car broke down; arranged instead: a nurse rides along; signed for by Sam Okafor MD",
    ),
    Case(
        "driver",
        "met, came after all",
        (without_driver(), seen),
        MET,
        "Maria Keller (sister), seen in person, phone ending 0192, code matched",
    ),
    Case("drug_record", "unmet", (), UNMET, NO_DRUG),
    Case("drug_record", "met", (WASTED,), MET, DRUG_LINE),
    Case("drug_record", "unmet, struck out", (WASTED, strike_drug), UNMET, NO_DRUG),
    Case("drug_record", "overridden", (override("drug_record"),), OVERRIDDEN, f"{NO_DRUG} · {OVER}"),
    Case("drug_record", "overridden, then recorded", (override("drug_record"), WASTED), MET, DRUG_LINE),
    Case("instructions", "unmet", (), UNMET, "print the instructions"),
    Case(
        "instructions",
        "unmet, not read",
        (printed(),),
        UNMET,
        "printed: let the patient or the driver read them and say so",
    ),
    Case("instructions", "met", (printed(), read("patient")), MET, "printed, read by the patient"),
    Case(
        "instructions",
        "met, as a file",
        (printed(language="es", how="file"), read("driver")),
        MET,
        "saved as a file, es, read by the driver",
    ),
    Case(
        "instructions",
        "met, printed once more",
        (printed(), read("patient"), printed()),
        MET,
        "printed, read by the patient",
    ),
    Case(
        "instructions",
        "unmet, another sheet",
        (printed(), read("patient"), printed(OTHER_SHEET)),
        UNMET,
        "printed: let the patient or the driver read them and say so",
    ),
    Case("instructions", "overridden", (override("instructions"),), OVERRIDDEN, f"print the instructions · {OVER}"),
)


@cache
def begun(protocol: str, score: str) -> Clinic:
    """Return a clinic at the first second of observation, to be copied."""
    clinic = observing(asking(protocol, recovery_score=score))
    clinic.records.clear()
    return clinic


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.which}-{case.case}")
def test_a_criterion_says_its_state_and_why(case: Case) -> None:
    clinic = copy.deepcopy(begun(case.protocol, case.score))
    for step in case.steps:
        if callable(step):
            step(clinic)
        else:
            clinic.do(step)
    view = line(clinic, case.which)
    assert (view.state, view.evidence) == (case.state, case.evidence)
    assert view.earliest_in_s is None or view.state in (UNMET, UNKNOWN)


@pytest.mark.parametrize("score", ["aldrete", "mpadss"])
def test_every_criterion_stands_in_the_table_in_every_state(score: str) -> None:
    """A person's and a reading's evidence grows old; what the record decides is never unknown."""
    asked = [view.id for view in begun("depression_iv", score).visit.readiness.criteria]
    for which in asked:
        mine = [case for case in CASES if case.which == which]
        states = {case.state for case in mine}
        assert states >= {MET, UNMET, OVERRIDDEN}
        is_decided = which in (
            "observation",
            "no_open_condition",
            "side_effects",
            "drug_record",
            "driver",
            "instructions",
        )
        assert (UNKNOWN in states) is not is_decided
        if not is_decided and which != "iv_removed":
            assert any(case.case == "stale" for case in mine)
    assert {case.which for case in CASES} - set(asked) == {"aldrete", "mpadss"} - {score}
