"""The discharge criteria in the order of the page: which the protocol asks for, who decides each, and what was overridden.

| criterion | decided by | met when | asked for by |
|---|---|---|---|
| observation | record | `observation_min` since the treatment ended, or what a clinician shortened it to | always |
| bp | record | last `bp_readings` within `bp_within_percent` of baseline, `bp_max_age_min` old at most | always |
| vitals_stable | record | HR, SpO2, RR inside the discharge limits for `stable_min` without a gap | always |
| no_open_condition | record | no physiological condition present, every technical one acknowledged | always |
| aldrete, or mpadss | person | the score reaches `aldrete_at_least` or `mpadss_at_least` | `recovery_score` |
| sedation | person | MOAA/S reaches `moaas_at_least` | always |
| orientation | person | person, place and time are known | `ask_orientation` |
| gait | person | walks steadily, is not dizzy, was given advice on falls | `ask_gait` |
| side_effects | record | every charted side effect and symptom is over | always |
| iv_removed | person | seen removed (an injection has none) | always |
| orthostatic | record | no fall of `orthostatic_fall_sys`/`_dia`, no symptom; or left out with a reason | `ask_orthostatic` |
| drug_record | record | a drug record stands (`drugs.py`) | `require_drug_record` |
| driver | record | named, seen or booked at hand-over; by `driver_code` with the code or a document | always |
| instructions | record, or person | printed and read, by `instructions_printed`; else given in writing | always |

Scores, gait and the check lying and standing are asked for again when they are older than `score_max_age_min`.

Rules of the file:
1. What the record proves is filled in by itself; what only a person can see, a person answers. Nothing is assumed.
2. Missing or old data make a criterion unknown, never met.
3. An override is laid over an unmet criterion and falls with new facts (`fold.py`); leaving without a driver stands over the
   driver in the same way (`leaving.py`).
"""

from collections.abc import Iterator, Mapping

from devices.clock import Moment
from nursestation.core import assessed, drugs, leaving, proved
from nursestation.core import records as r
from nursestation.core.finding import Found
from nursestation.core.model import GateState, LeavingPath, Operator
from nursestation.core.scores import RECOVERY
from nursestation.core.snapshot import CriterionView
from nursestation.core.state import ChairState, Visit
from nursestation.core.wording import staff_name

OK = (GateState.MET, GateState.OVERRIDDEN)

UNMET_AND_LEFT = " · not met, left against advice"
"""What the evidence of an unmet criterion ends with when the patient left against advice."""


def criteria(
    chair: ChairState, visit: Visit, operators: Mapping[str, Operator], now: Moment
) -> tuple[CriterionView, ...]:
    """Return every criterion with state and evidence. Staff are told by their names."""
    return tuple(
        _view(visit, operators, which, title, found) for which, title, found in _asked(chair, visit, operators, now)
    )


def _asked(
    chair: ChairState, visit: Visit, operators: Mapping[str, Operator], now: Moment
) -> Iterator[tuple[str, str, Found]]:
    """Give id, title and finding of each criterion that the protocol asks for."""
    rules = visit.protocol.discharge
    yield "observation", "Observation window complete", proved.observed(visit, operators, now)
    yield "bp", "BP back near baseline", proved.near_baseline(visit, now)
    stable_title = f"HR, SpO₂, RR inside discharge limits for {rules.stable_min:g} min"
    yield "vitals_stable", stable_title, proved.stable(chair, visit, now)
    yield "no_open_condition", "No open alarm condition", proved.no_condition(visit)
    score = RECOVERY[rules.recovery_score]
    at_least = rules.aldrete_at_least if score.id == "aldrete" else rules.mpadss_at_least
    yield score.id, f"{score.title} ≥ {at_least}", assessed.recovery(visit, operators, now)
    yield "sedation", "Sedation: awake and oriented", assessed.sedation(visit, operators, now)
    if rules.ask_orientation:
        yield "orientation", "Knows person, place and time", assessed.orientation(visit, operators, now)
    if rules.ask_gait:
        yield "gait", "Walks steadily, not dizzy", assessed.gait(visit, operators, now)
    yield "side_effects", "Side effects settled", proved.settled(visit)
    yield "iv_removed", "IV access removed", assessed.iv_removed(visit, operators, now)
    if rules.ask_orthostatic:
        yield "orthostatic", "BP holds on standing", proved.steady_standing(visit, operators, now)
    if rules.require_drug_record:
        yield "drug_record", "Drug record complete", drugs.recorded(visit, operators)
    yield "driver", "Driver here and confirmed", proved.driver(visit, now)
    if rules.instructions_printed:
        yield "instructions", "Written instructions printed and read", proved.instructed(visit)
    else:
        given = assessed.answered(visit, operators, now, "instructions", "Give the written instructions")
        yield "instructions", "Written instructions given", given


def _view(visit: Visit, operators: Mapping[str, Operator], which: str, title: str, found: Found) -> CriterionView:
    state, evidence = found.state, found.evidence
    waiver = visit.waivers.get(which)
    if which == "driver" and visit.path is LeavingPath.NO_DRIVER:
        state, evidence = GateState.OVERRIDDEN, leaving.line(visit, operators)  # also over a driver who was turned away
    elif waiver is not None and state is not GateState.MET:
        state = GateState.OVERRIDDEN
        evidence = f"{evidence} · overridden by {staff_name(operators, waiver.clinician)}: {waiver.reason}"
    return CriterionView(
        id=which,
        title=title,
        state=state,
        evidence=evidence,
        asks_person=found.asks_person,
        score=found.score,
        earliest_in_s=found.earliest_in_s if state not in OK else None,
        age_s=found.age_s,
        items=found.items,
        variant=found.variant,
    )


def as_evidence(views: tuple[CriterionView, ...], path: LeavingPath) -> tuple[r.CriterionEvidence, ...]:
    """Return the criteria as a record keeps them; what a patient left against is told as such."""
    return tuple(_kept(view, path) for view in views)


def _kept(view: CriterionView, path: LeavingPath) -> r.CriterionEvidence:
    state, evidence = view.state, view.evidence
    if path is LeavingPath.AGAINST_ADVICE and state not in OK:
        state, evidence = GateState.AGAINST_ADVICE, evidence + UNMET_AND_LEFT
    return r.CriterionEvidence(criterion=view.id, title=view.title, state=state.value, evidence=evidence)
