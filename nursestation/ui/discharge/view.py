"""What the discharge page shows, worked out from a snapshot; no Qt.

Rules of the file:
1. A line's state and evidence are the core's; the page adds where a person answers and what stands in the way of signing.
2. The reason why nobody can sign yet is always a sentence beside the button.
"""

from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum
from textwrap import shorten

from devices.clock import NS_PER_S
from nursestation.core.model import GateState, Operator, Patient, Phase
from nursestation.core.snapshot import ChairSnapshot, CriterionView, ReadinessView, VisitView
from nursestation.ui.peopletext import HOW_WORDS, masked_phone, patient_line
from nursestation.ui.timetext import clock_text

NO_DRIVER = (
    "Nobody is named to take this patient home. Call the contact on file or order medical transport, then enter who comes."
    " Until then the patient stays in the chair, watched."
)


class Answer(StrEnum):
    """Which controls a criterion's line opens; NOTHING where the record answers."""

    ALDRETE = "aldrete"
    SEDATION = "sedation"
    SIDE_EFFECTS = "side_effects"  # each that lasts is called over
    IV_REMOVED = "iv_removed"
    INSTRUCTIONS = "instructions"
    DRIVER = "driver"  # in the panel on the right
    SEEN = "seen"  # any other that a person must see: met or not
    NOTHING = "nothing"


_ASKED = frozenset({Answer.ALDRETE, Answer.SEDATION, Answer.IV_REMOVED, Answer.INSTRUCTIONS})


@dataclass(frozen=True, slots=True)
class OpenEffect:
    """A side effect or symptom that nobody has called over."""

    entry_id: str
    text: str


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """One line of the page. `evidence` is as much of the `whole` as a line of the list holds."""

    id: str
    title: str
    state: GateState
    evidence: str
    whole: str
    answer: Answer
    may_override: bool


@dataclass(frozen=True, slots=True)
class DriverPanel:
    """What the record holds of the driver; `guidance` says what to do while there is none or it is not confirmed."""

    name: str
    relation: str
    phone: str
    confirmed: str
    guidance: str
    is_named: bool
    at_handover: bool


@dataclass(frozen=True, slots=True)
class DischargeView:
    """The page; `may_open` once the observation has lasted long enough for the discharge to be opened."""

    title: str
    patient: str
    course: str
    lines: tuple[CriterionLine, ...]
    n_met: int
    tally: str
    earliest: str
    open_effects: tuple[OpenEffect, ...]
    driver: DriverPanel
    nurse: str
    meaning: str
    digest: str
    may_open: bool
    may_sign: bool
    why_not: str
    done: str


def _answer(criterion: CriterionView) -> Answer:
    if criterion.id == Answer.DRIVER.value:
        return Answer.DRIVER
    if criterion.id == Answer.SIDE_EFFECTS.value:
        return Answer.SIDE_EFFECTS
    if not criterion.asks_person:
        return Answer.NOTHING
    return Answer(criterion.id) if criterion.id in _ASKED else Answer.SEEN


def _line(criterion: CriterionView) -> CriterionLine:
    return CriterionLine(
        id=criterion.id,
        title=criterion.title,
        state=criterion.state,
        evidence=in_short(criterion.evidence),
        whole=criterion.evidence,
        answer=_answer(criterion),
        may_override=criterion.state in (GateState.UNMET, GateState.UNKNOWN),
    )


_LONGEST_NAME = 32
_JOINED = "\u00a0"
"""A space at which no line breaks."""
_LONGEST = 96
"""How much of a text that runs over several lines a line of the list shows."""


def in_short(evidence: str) -> str:
    """Return the beginning of evidence that holds a text of several lines, and who said it."""
    first, is_long, rest = evidence.partition("\n")
    if not is_long:
        head, dot, tail = evidence.rpartition(" · ")
        last = tail.replace(" ", _JOINED) if dot and len(tail) <= _LONGEST_NAME else tail
        return f"{head}{dot}{last}".replace(" %", f"{_JOINED}%")  # a name, and a number with its unit, stay on one line
    _, dot, who = rest.rpartition(" · ")
    return f"{shorten(first, _LONGEST, placeholder='')} …{dot}{who.replace(' ', _JOINED) if dot else ''}"


def _course(visit: VisitView, zone: tzinfo | None) -> str:
    if visit.infusion_started is None:
        return visit.protocol.title
    start = clock_text(visit.infusion_started.utc_ns, zone)
    if visit.infusion_stopped is None or visit.infusion_stopped == visit.infusion_started:
        return f"{visit.protocol.title} · given {start}"
    return f"{visit.protocol.title} · infusion {start} – {clock_text(visit.infusion_stopped.utc_ns, zone)}"


def _driver_panel(visit: VisitView) -> DriverPanel:
    driver = visit.driver
    if driver is None:
        return DriverPanel("", "", "", "", NO_DRIVER, False, False)
    if visit.driver_confirmed is not None and visit.driver_confirmed_at_handover:
        how = HOW_WORDS[visit.driver_confirmed]
        return DriverPanel(
            driver.name, driver.relation, masked_phone(driver.phone), f"Confirmed at hand-over · {how}", "", True, True
        )
    return DriverPanel(
        driver.name,
        driver.relation,
        masked_phone(driver.phone),
        "",
        "Confirm again when the driver is here.",
        True,
        False,
    )


def _earliest(readiness: ReadinessView, now_utc_ns: int, zone: tzinfo | None) -> str:
    waits = [
        line.earliest_in_s
        for line in readiness.criteria
        if line.state is GateState.UNMET and line.earliest_in_s is not None and line.earliest_in_s > 0
    ]
    if not waits:
        return ""
    return f"earliest {clock_text(now_utc_ns + round(max(waits) * NS_PER_S), zone)}"


def one_tap_evidence(answer: Answer, instructions: str) -> str:
    """Return what stands on the record when a person answers a line by one tap.

    Args:
        answer: What kind of line it is.
        instructions: The protocol's written instructions, which are named in the evidence.
    """
    match answer:
        case Answer.IV_REMOVED:
            return "removed, site dry"
        case Answer.INSTRUCTIONS:
            return f"given in writing: {instructions}"
        case _:
            return "seen"


_TITLES_NAMED = 2


def missing_titles(lines: tuple[CriterionLine, ...]) -> tuple[str, ...]:
    """Return the titles of the lines that stand in the way."""
    return tuple(line.title for line in lines if line.may_override)


def why_not_sign(lines: tuple[CriterionLine, ...], operator: Operator | None, may_sign: bool, phase: Phase) -> str:
    """Return the sentence beside a greyed sign button; "" when only the PIN is wanting."""
    if operator is None:
        return "Sign in first."
    open_lines = missing_titles(lines)
    if 0 < len(open_lines) <= _TITLES_NAMED:
        return f"Not met yet: {'; '.join(open_lines)}."
    if open_lines:
        return f"{len(open_lines)} lines are not met yet."
    if phase is Phase.OBSERVATION and not may_sign:
        return "Observation is still on. Open the discharge first."
    return "" if may_sign else "The record does not allow signing yet."


def _nurse(operator: Operator | None) -> str:
    return operator.name if operator is not None else "nobody signed in"


def _patient(number: int, patient: Patient) -> str:
    return patient_line(number, patient)


def discharge_view(
    chair: ChairSnapshot, operator: Operator | None, now_utc_ns: int, zone: tzinfo | None = None
) -> DischargeView | None:
    """Return the page for the visit in `chair`; None where there is none, or where it has not come to observation.

    Args:
        chair: The chair.
        operator: Who is signed in, and would sign.
        now_utc_ns: The snapshot's moment, UTC [ns].
        zone: The clinic's time zone; None for the machine's.
    """
    visit = chair.visit
    if visit is None or visit.readiness is None:
        return None
    readiness = visit.readiness
    lines = tuple(_line(criterion) for criterion in readiness.criteria)
    return DischargeView(
        title="Discharge",
        patient=_patient(chair.number, visit.patient),
        course=_course(visit, zone),
        lines=lines,
        n_met=readiness.n_met,
        tally=f"{readiness.n_met} of {len(lines)} met",
        earliest=_earliest(readiness, now_utc_ns, zone),
        open_effects=tuple(
            OpenEffect(entry.id, f"{entry.text}, {entry.severity.value}" if entry.severity else entry.text)
            for entry in visit.chart
            if entry.kind.value in ("side_effect", "symptom") and entry.resolved is None
        ),
        driver=_driver_panel(visit),
        nurse=_nurse(operator),
        meaning=readiness.meaning,
        digest=readiness.digest,
        may_open=visit.phase is Phase.OBSERVATION and _is_observed(readiness),
        may_sign=readiness.may_sign and operator is not None,
        why_not=why_not_sign(lines, operator, readiness.may_sign, visit.phase),
        done=_done(visit),
    )


def _is_observed(readiness: ReadinessView) -> bool:
    states = [line.state for line in readiness.criteria if line.id == "observation"]
    return all(state in (GateState.MET, GateState.OVERRIDDEN) for state in states)


def _done(visit: VisitView) -> str:
    if visit.phase is Phase.DISCHARGED:
        return f"Discharged, signed by {visit.signed_by}."
    if visit.phase is Phase.ENDED_EARLY:
        return "This visit was ended early."
    return ""
