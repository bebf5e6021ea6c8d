"""The discharge page: what stands against the signature, and the answers and overrides that change it.

Rules of the file:
1. Which criteria there are, and who decides each: `criteria.py`.
2. An override is a second person's: a clinician other than the one who signs, with PIN and reason.
3. The digest names ids, states, answers and the newest cuff reading, not ages: it changes when the picture changes, not
   each second.
4. A patient with another open visit is not signed out of this one: one of the two belongs to somebody else.
"""

import hashlib
import json

from devices.clock import Moment
from nursestation.core import assessed, signin
from nursestation.core import records as r
from nursestation.core.commands import AnswerCriterion, OverrideCriterion
from nursestation.core.criteria import OK, criteria
from nursestation.core.model import GateState, LeavingPath, Patient, Phase, Role
from nursestation.core.scores import RECOVERY
from nursestation.core.snapshot import CriterionView, ReadinessView
from nursestation.core.state import ChairState, StationState, Visit
from nursestation.core.turn import Refusal, Turn
from nursestation.core.wording import listed

_USE_INSTEAD = {
    "side_effects": "Mark each side effect as over in the chart; this line follows.",
    "driver": "Confirm the driver with the driver's own button; this line follows.",
    "orthostatic": "Enter the pressures lying and standing; this line follows.",
    "instructions": "Print the instructions and let them be read; this line follows.",
    "drug_record": "Enter what was drawn, given and wasted in the drug record; this line follows.",
}


def readiness(state: StationState, chair: ChairState, visit: Visit, now: Moment) -> ReadinessView:
    """Return the discharge page as it stands."""
    views = criteria(chair, visit, state.operators, now)
    why_not = stands_against(state, visit, views)
    return ReadinessView(
        criteria=views,
        n_met=sum(view.state in OK for view in views),
        may_sign=visit.phase is Phase.READY and not why_not,
        digest=digest(visit, views),
        meaning=meaning(visit),
        path=visit.path,
        why_not=why_not,
    )


def meaning(visit: Visit) -> str:
    """Return what a signature means on the way that the patient leaves."""
    rules = visit.protocol.discharge
    return {
        LeavingPath.WITH_DRIVER: rules.meaning,
        LeavingPath.NO_DRIVER: rules.meaning_no_driver,
        LeavingPath.AGAINST_ADVICE: rules.meaning_against_advice,
    }[visit.path]


def stands_against(state: StationState, visit: Visit, views: tuple[CriterionView, ...]) -> str:
    """Return the sentence on what still stands against the signature, "" for nothing."""
    other = _open_elsewhere(state, visit)
    if other is not None:
        return f"This patient has another open visit, in chair {other}: close the one that is not theirs first."
    if visit.path is LeavingPath.AGAINST_ADVICE:
        return ""
    open_titles = [view.title for view in views if view.state not in OK]
    if open_titles:
        return f"Not yet met: {listed(open_titles)}."
    if visit.path is LeavingPath.WITH_DRIVER and visit.driver is None:
        return "Name the driver who takes the patient home."
    return ""


def _open_elsewhere(state: StationState, visit: Visit) -> int | None:
    """Return the chair of another open visit of this patient, or None."""
    for chair in state.chairs.values():
        there = chair.open_visit
        if there is not None and there is not visit and _is_same(there.patient, visit.patient):
            return chair.number
    return None


def _is_same(one: Patient, other: Patient) -> bool:
    """Say whether two visits are one person's: by record number, or by whole name and date of birth."""
    if one.record_number.casefold() == other.record_number.casefold():
        return True
    return one.birth_date == other.birth_date and _plain(one.full_name) == _plain(other.full_name)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def digest(visit: Visit, views: tuple[CriterionView, ...]) -> str:
    """Return the SHA-256 (hex) that names this exact picture: states, answers, overrides, who leaves how and with whom."""
    answers = {
        which: (answer.met, answer.score, answer.evidence, answer.by, answer.items)
        for which, answer in sorted(visit.answers.items())
    }
    waivers = {which: (waiver.clinician, waiver.reason) for which, waiver in sorted(visit.waivers.items())}
    driver = visit.driver
    newest = visit.cuffs[-1][0] if visit.cuffs else None
    standing = visit.orthostatic
    printed, read = visit.instructions_printed, visit.instructions_acknowledged
    left = visit.leaving
    picture = (
        visit.session,
        [(view.id, view.state.value) for view in views],
        answers,
        [(score.kind.value, score.value) for score in visit.scores],
        waivers,
        None
        if driver is None
        else (driver.name, driver.relation, driver.phone, driver.transport.value, driver.booking),
        None if visit.driver_confirmed is None else [part.value for part in visit.driver_confirmed],
        (visit.driver_code_matched, visit.driver_identity_seen),
        None if newest is None else (newest.sys, newest.dia, newest.measured_utc_ns),
        visit.observation_min,
        [(change.what.value, change.index, change.after.utc_ns) for change in visit.times_corrected],
        None if standing is None else (standing.lying, standing.standing_1, standing.standing_3, standing.symptoms),
        [] if standing is None else [one and one.measured_utc_ns for one in standing.came_from],
        (printed.sha256 if printed is not None else "", read.by if read is not None else ""),
        None if left is None else (left.path.value, left.reason, left.arrangement, left.clinician, left.witness),
        [(drug.id, drug.struck is None) for drug in visit.drugs.values()],
    )
    return hashlib.sha256(json.dumps(picture, ensure_ascii=False).encode()).hexdigest()


def answer(turn: Turn, chair: ChairState, visit: Visit, command: AnswerCriterion) -> None:
    """Note what a person saw.

    Raises:
        Refusal: the record decides this criterion, or a score or an item is missing or out of range.
    """
    view = _named(chair, visit, turn, command.criterion)
    if not view.asks_person:
        raise Refusal(_USE_INSTEAD.get(view.id, "The record fills this line in by itself."))
    items = assessed.check_items(view.id, command)
    is_scored = view.id in RECOVERY or view.id in assessed.SCALES
    turn.emit(
        r.CriterionAnswered(
            **turn.acted(chair),
            criterion=view.id,
            met=command.met and (view.id != "gait" or all(points for _, points in items)),
            evidence=command.evidence.strip(),
            score=command.score if is_scored else None,
            items=items,
            variant=RECOVERY[view.id].variant if view.id in RECOVERY else "",
        )
    )


def override(turn: Turn, chair: ChairState, visit: Visit, command: OverrideCriterion) -> None:
    """Let the discharge pass an unmet criterion, on a second person's PIN.

    Raises:
        Refusal: met already, no reason, the same person, or not a clinician.
    """
    view = _named(chair, visit, turn, command.criterion)
    if view.state is GateState.MET:
        raise Refusal(f"“{view.title}” is met already; it needs no override.")
    if not command.reason.strip():
        raise Refusal("Give the reason for the override; it prints on the record.")
    if command.clinician_id == turn.state.operator:
        raise Refusal("An override needs a second person: a clinician other than you.")
    signin.verify_clinician(turn, command.clinician_id, command.pin, Role.CLINICIAN)
    turn.emit(
        r.CriterionOverridden(
            **turn.acted(chair),
            criterion=view.id,
            reason=command.reason.strip(),
            clinician=command.clinician_id,
        )
    )


def _named(chair: ChairState, visit: Visit, turn: Turn, which: str) -> CriterionView:
    for view in criteria(chair, visit, turn.state.operators, turn.now):
        if view.id == which:
            return view
    raise Refusal(f"There is no discharge criterion called {which!r}.")
