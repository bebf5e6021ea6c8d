"""A visit near its end, on a protocol that asks for everything: for whoever tries observation, discharge and leaving."""

from nursestation.core import commands as c
from nursestation.core.model import ConfirmedHow, DrugUse, LeavingPath
from nursestation.core.protocols import Protocol
from nursestation.core.snapshot import CriterionView
from tests.helpers.visit import CLINICIAN, CLINICIAN_PIN, Clinic, load_protocol, make_clinic

SHEET = "5e" * 32
OTHER_SHEET = "ab" * 32
EVERYTHING: dict[str, object] = {
    "ask_orientation": True,
    "ask_gait": True,
    "ask_orthostatic": True,
    "require_drug_record": True,
    "driver_code": True,
    "instructions_printed": True,
    "instructions_by_language": {"es": "No conduzca hasta mañana."},
    "observation_floor_min": 5,
    "end_early_needs_handover": True,
}
"""Every rule of [discharge] that a protocol may leave off, switched on."""

DRUG = DrugUse(
    drug="Ketamine", concentration="50 mg/mL", lot="KT4471", drawn_mg=50.0, given_mg=36.0, wasted_mg=14.0, vial="12"
)
WASTED = c.RecordDrug(chair=2, use=DRUG, witness_id=CLINICIAN, pin=CLINICIAN_PIN)
"""What was drawn up, given and wasted, before a witness."""

STEADY = (("steady", 1), ("not_dizzy", 1), ("advice", 1))


def asking(protocol: str = "depression_iv", **rules: object) -> Protocol:
    """Return a shipped protocol with everything asked at discharge, and `rules` of [discharge] changed."""
    shipped = load_protocol(protocol)
    given = shipped.model_dump()
    given["discharge"].update({**EVERYTHING, **rules})
    return Protocol.model_validate(given)


def observing(protocol: Protocol) -> Clinic:
    """Return a clinic at the first second of observation, the cuff and the vitals calm."""
    clinic = make_clinic(protocols=[protocol])
    clinic.start(protocol.name, every_s=10)
    if protocol.route.value == "iv":
        clinic.run(60, every_s=10)
        clinic.do(c.StopInfusion(chair=2, reason="dose given"))
    return clinic


def ready(protocol: Protocol) -> Clinic:
    """Return a clinic whose discharge page is open, with nothing on it that a person answers."""
    clinic = observing(protocol)
    clinic.run(900, every_s=10)
    clinic.cuff(126, 78)
    clinic.do(c.MarkReady(chair=2))
    return clinic


def answer_all(clinic: Clinic, *, driver: bool = True) -> None:
    """Answer what a person answers on the page, the driver here with the code; without `driver` nobody came."""
    rules = clinic.visit.protocol.discharge
    clinic.do(
        score(clinic, 10),
        answer("sedation", 5),
        answer("orientation", 3),
        c.AnswerCriterion(chair=2, criterion="gait", met=True, evidence="", items=STEADY),
        answer("iv_removed"),
        WASTED,
        c.RecordOrthostatic(chair=2, lying=(124, 76, 70), standing_1=(120, 76, 78), standing_3=(122, 78, 76)),
        c.InstructionsGiven(chair=2, language="", how="printed", sha256=SHEET),
        c.AcknowledgeInstructions(chair=2, by="patient"),
    )
    assert rules.driver_code
    if driver:
        clinic.do(see_driver(clinic))


def score(clinic: Clinic, points: int) -> c.AnswerCriterion:
    """Return the answer to the recovery score that the protocol asks for."""
    return answer(clinic.visit.protocol.discharge.recovery_score, points)


def answer(which: str, points: int | None = None, *, met: bool = True, evidence: str = "") -> c.AnswerCriterion:
    """Return an answer to a criterion."""
    return c.AnswerCriterion(chair=2, criterion=which, met=met, evidence=evidence, score=points)


def override(which: str, reason: str = "doctor stays") -> c.OverrideCriterion:
    """Return the clinician's override of a criterion."""
    return c.OverrideCriterion(chair=2, criterion=which, reason=reason, clinician_id=CLINICIAN, pin=CLINICIAN_PIN)


def see_driver(clinic: Clinic) -> c.ConfirmDriver:
    """Return that the driver is here and says the code."""
    return c.ConfirmDriver(chair=2, how=ConfirmedHow.SEEN_IN_PERSON, code=clinic.visit.driver_code)


def without_driver(**changes: object) -> c.ChooseLeaving:
    """Return the choice to leave without a driver, a clinician answering for it."""
    fields: dict[str, object] = {
        "path": LeavingPath.NO_DRIVER,
        "reason": "the sister's car broke down",
        "arrangement": "a nurse rides along",
        "clinician_id": CLINICIAN,
        "pin": CLINICIAN_PIN,
    }
    return c.ChooseLeaving(chair=2, **{**fields, **changes})  # type: ignore[arg-type]


def against_advice(**changes: object) -> c.ChooseLeaving:
    """Return the choice to leave against advice, told and signed."""
    fields: dict[str, object] = {
        "path": LeavingPath.AGAINST_ADVICE,
        "reason": "wants to go home now",
        "risks_told": True,
        "patient_signed": True,
        "clinician_id": CLINICIAN,
    }
    return c.ChooseLeaving(chair=2, **{**fields, **changes})  # type: ignore[arg-type]


def line(clinic: Clinic, which: str) -> CriterionView:
    """Return one line of the discharge page."""
    page = clinic.visit.readiness
    assert page is not None
    return next(view for view in page.criteria if view.id == which)
