"""What the discharge page shows, worked out from a snapshot; no Qt.

Rules of the file:
1. A line's state and evidence are the core's; the page adds where a person answers and what stands in the way of signing.
2. The reason why nobody can sign yet is always a sentence beside the button.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum
from textwrap import shorten

from devices.clock import NS_PER_S
from nursestation.core.access import may
from nursestation.core.commands import SignDischarge
from nursestation.core.model import GateState, LeavingPath, Operator, Patient, Phase, Transport
from nursestation.core.scores import MAX_ITEM, RECOVERY, suggestions
from nursestation.core.snapshot import ChairSnapshot, CriterionView, VisitView
from nursestation.ui.allowed import why_not
from nursestation.ui.durations import age_text
from nursestation.ui.peopletext import HOW_WORDS, TRANSPORT_WORDS, driver_line, masked_phone, patient_line
from nursestation.ui.timetext import clock_text

NO_DRIVER = (
    "Nobody is named to take this patient home. Call the contact on file or order medical transport, then enter who comes."
    " Until then the patient stays in the chair, watched."
)
_OPEN = (GateState.UNMET, GateState.UNKNOWN)


class Answer(StrEnum):
    """What a person does about a criterion; NOTHING where the record answers."""

    OBSERVATION = "observation"  # a clinician may shorten it
    RECOVERY = "recovery"
    SEDATION = "sedation"
    ORIENTATION = "orientation"
    GAIT = "gait"
    SIDE_EFFECTS = "side_effects"  # each that lasts is called over
    IV_REMOVED = "iv_removed"
    ORTHOSTATIC = "orthostatic"
    SHEET = "sheet"  # printed and read
    INSTRUCTIONS = "instructions"  # given, as staff say
    DRIVER = "driver"  # in the panel on the right
    SEEN = "seen"  # any other that a person must see: met or not
    NOTHING = "nothing"


class Act(StrEnum):
    """What a button of a line does; the value ends its object name."""

    ANSWER = "answer"  # the usual answer, by one tap
    MORE = "more"  # opens the form in which it is answered otherwise
    DRIVER = "driver"  # the driver has read the instructions
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class LineButton:
    """A button of a line."""

    act: Act
    words: str


@dataclass(frozen=True, slots=True)
class OpenEffect:
    """A side effect or symptom that nobody has called over."""

    entry_id: str
    text: str


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """One line of the page. `evidence` is as much of the `whole` as a line of the list holds.

    `when` is how old the evidence is, or the earliest time at which the line can turn; "" where neither is known.
    """

    id: str
    title: str
    state: GateState
    evidence: str
    whole: str
    answer: Answer
    may_override: bool
    when: str = ""
    buttons: tuple[LineButton, ...] = ()


@dataclass(frozen=True, slots=True)
class DriverPanel:
    """What the record holds of the driver, and what is asked of whoever stands there.

    Attributes:
        who, facts: In a line each; "" while nobody is named.
        guidance: What to do now; "" when it is done.
        confirmed: How it was confirmed at hand-over; "" while it was not.
        asks_code: The code of check-in is asked for, or a document instead of it.
        asks_booking: A company comes, and is known by its booking.
        booking: Its number as far as it is known.
    """

    who: str
    facts: str
    guidance: str
    confirmed: str
    asks_code: bool
    asks_booking: bool
    booking: str

    @property
    def is_named(self) -> bool:
        """Say whether somebody is named."""
        return bool(self.who)


@dataclass(frozen=True, slots=True)
class LeavingPanel:
    """How the patient leaves: `told` in words where it is not with the driver; `may_choose` while that is open."""

    path: LeavingPath
    told: str
    may_choose: bool


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
    leaving: LeavingPanel
    nurse: str
    meaning: str
    digest: str
    may_open: bool
    may_sign: bool
    why_not: str
    done: str


def _answer(criterion: CriterionView) -> Answer:
    match criterion.id:
        case "observation":
            return Answer.OBSERVATION
        case "aldrete" | "mpadss":
            return Answer.RECOVERY
        case "side_effects":
            return Answer.SIDE_EFFECTS
        case "orthostatic":
            return Answer.ORTHOSTATIC
        case "driver":
            return Answer.DRIVER
        case "instructions":
            return Answer.INSTRUCTIONS if criterion.asks_person else Answer.SHEET
        case "sedation" | "orientation" | "gait" | "iv_removed" if criterion.asks_person:
            return Answer(criterion.id)
        case _:
            return Answer.SEEN if criterion.asks_person else Answer.NOTHING


def _line(chair: ChairSnapshot, visit: VisitView, criterion: CriterionView, clock: "_Clock") -> CriterionLine:
    answer = _answer(criterion)
    return CriterionLine(
        id=criterion.id,
        title=criterion.title,
        state=criterion.state,
        evidence=in_short(_full_score_in_short(criterion)),
        whole=criterion.evidence,
        answer=answer,
        may_override=criterion.state in _OPEN,
        when=_when(criterion, answer, clock),
        buttons=tuple(_buttons(chair, visit, criterion, answer)),
    )


@dataclass(frozen=True, slots=True)
class _Clock:
    now_utc_ns: int
    zone: tzinfo | None

    def in_s(self, seconds: float) -> str:
        return clock_text(self.now_utc_ns + round(seconds * NS_PER_S), self.zone)


_MINUTE_S = 60


def _full_score_in_short(criterion: CriterionView) -> str:
    """Return a recovery score that lacks nothing without its items; one that lacks something tells where."""
    score = RECOVERY.get(criterion.id)
    if score is None or criterion.score != score.highest:
        return criterion.evidence
    head, colon, rest = criterion.evidence.partition(":")
    _, dot, who = rest.partition(" · ")
    return f"{head}{dot}{who}" if colon and dot else criterion.evidence


def _when(criterion: CriterionView, answer: Answer, clock: _Clock) -> str:
    if criterion.state in _OPEN and criterion.earliest_in_s:
        return f"not before {clock.in_s(criterion.earliest_in_s)}"
    if answer is Answer.OBSERVATION or criterion.age_s is None or criterion.age_s < _MINUTE_S:
        return ""
    return age_text(criterion.age_s)


def _buttons(chair: ChairSnapshot, visit: VisitView, criterion: CriterionView, answer: Answer) -> Iterator[LineButton]:
    """Give the buttons of a line: the usual answer first, by one tap, and the way to another one."""
    is_met = criterion.state is GateState.MET
    is_settled = criterion.state not in _OPEN  # what a clinician has overridden is not answered anew by one tap
    match answer:
        case Answer.OBSERVATION:
            if not is_met and _may_shorten(visit):
                yield LineButton(Act.MORE, "Shorten…")
        case Answer.RECOVERY:
            if not is_settled and full_score(chair, criterion.id) is not None:
                yield LineButton(Act.ANSWER, "Full score")
            yield LineButton(Act.MORE, "Score again…" if is_settled else "Score…")
        case Answer.SEDATION | Answer.ORIENTATION | Answer.GAIT:
            usual = {
                Answer.SEDATION: "5: answers at once",
                Answer.ORIENTATION: "All three known",
                Answer.GAIT: "Steady, not dizzy, advised",
            }[answer]
            if not is_settled:
                yield LineButton(Act.ANSWER, usual)
            yield LineButton(Act.MORE, "Again…" if is_settled else "Other…")
        case Answer.IV_REMOVED | Answer.INSTRUCTIONS | Answer.SEEN:
            if is_met:
                yield LineButton(Act.UNDO, "Undo")
            else:
                words = {Answer.IV_REMOVED: "Removed, site dry", Answer.INSTRUCTIONS: "Given"}.get(answer, "Seen")
                yield LineButton(Act.ANSWER, words)
        case Answer.ORTHOSTATIC:
            yield LineButton(Act.MORE, "Measure again…" if is_met else "Measure…")
        case Answer.SHEET:
            yield from _sheet_buttons(visit)
        case _:
            pass


def _sheet_buttons(visit: VisitView) -> Iterator[LineButton]:
    given = visit.instructions
    if given is None:
        yield LineButton(Act.ANSWER, "Print")
    elif not given.acknowledged_by:
        yield LineButton(Act.ANSWER, "Patient has read it")
        if visit.driver is not None:
            yield LineButton(Act.DRIVER, "Driver has")
    has_choice = bool(visit.protocol.discharge.instructions_by_language)
    if has_choice:
        yield LineButton(Act.MORE, "Language…" if given is None else "Print again…")
    elif given is not None:
        yield LineButton(Act.MORE, "Print again")


def _may_shorten(visit: VisitView) -> bool:
    floor_s = visit.protocol.discharge.observation_floor_min * _MINUTE_S
    return visit.phase is Phase.OBSERVATION and floor_s < visit.observation_min_s


def full_score(chair: ChairSnapshot, which: str) -> dict[str, int] | None:
    """Return the items of a recovery score with full points each, where the record speaks for all that it can judge.

    None where it suggests fewer points, or cannot tell: then a person goes through the items.
    """
    score = RECOVERY[which]
    told = suggestions(chair, score)
    if any(one.points != MAX_ITEM for one in told.values()):
        return None
    return {item.id: MAX_ITEM for item in score.items}


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
        return DriverPanel("", "", NO_DRIVER, "", False, False, "")
    is_company = driver.transport is Transport.MEDICAL_TRANSPORT
    facts = [TRANSPORT_WORDS[driver.transport], masked_phone(driver.phone)]
    if driver.booking:
        facts.append(f"booking {driver.booking}")
    line = _criterion(visit, "driver")
    is_here = visit.driver_confirmed is not None and visit.driver_confirmed_at_handover
    is_done = is_here and (line is None or line.state is GateState.MET)
    asks_code = visit.protocol.discharge.driver_code and not is_company
    confirmed = ""
    if is_done and visit.driver_confirmed is not None:
        confirmed = f"Confirmed at hand-over · {HOW_WORDS[visit.driver_confirmed]}"
    guidance = "" if is_done else _ask_driver(asks_code, is_company)
    return DriverPanel(
        who=driver_line(driver),
        facts=" · ".join(facts),
        guidance=guidance,
        confirmed=confirmed,
        asks_code=asks_code and not is_done,
        asks_booking=is_company and not is_done,
        booking=driver.booking,
    )


def _ask_driver(asks_code: bool, is_company: bool) -> str:
    if is_company:
        return "When the crew is here, enter the booking number that they give."
    if asks_code:
        return "When the driver is here, ask for the code that was given at check-in."
    return "Confirm again when the driver is here."


def _criterion(visit: VisitView, which: str) -> CriterionView | None:
    criteria = visit.readiness.criteria if visit.readiness is not None else ()
    return next((one for one in criteria if one.id == which), None)


def _leaving_panel(visit: VisitView) -> LeavingPanel:
    path = visit.readiness.path if visit.readiness is not None else LeavingPath.WITH_DRIVER
    chosen = visit.leaving
    told = ""
    if chosen is not None and path is LeavingPath.NO_DRIVER:
        told = f"No driver: {chosen.reason}. Instead: {chosen.arrangement}. Signed for by {chosen.clinician}."
    if chosen is not None and path is LeavingPath.AGAINST_ADVICE:
        signed = "signed by the patient" if chosen.patient_signed else f"not signed, seen by {chosen.witness}"
        told = f"Leaves against advice: {chosen.reason}. Risks explained, {signed}; {chosen.clinician} was told."
    return LeavingPanel(path, told, not visit.phase.is_over)


def _earliest(visit: VisitView, clock: _Clock) -> str:
    if visit.leave is None or visit.phase.is_over or not visit.leave.earliest_in_s:
        return ""
    return f"earliest {clock.in_s(visit.leave.earliest_in_s)}"


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


def why_not_sign(
    lines: tuple[CriterionLine, ...], operator: Operator | None, visit: VisitView, stands_against: str
) -> str:
    """Return the sentence beside a greyed sign button; "" when only the PIN is wanting.

    Args:
        lines: The criteria.
        operator: Who would sign.
        visit: Whose discharge it is.
        stands_against: What the core says against it, "" for nothing.
    """
    reason = why_not(operator, SignDischarge)
    if reason:
        return reason
    path = visit.readiness.path if visit.readiness is not None else LeavingPath.WITH_DRIVER
    open_lines = () if path is LeavingPath.AGAINST_ADVICE else missing_titles(lines)
    if 0 < len(open_lines) <= _TITLES_NAMED:
        return f"Not met yet: {'; '.join(open_lines)}."
    if open_lines:
        return f"{len(open_lines)} lines are not met yet."
    if stands_against:
        return stands_against
    if visit.phase is Phase.OBSERVATION:
        return "Open the discharge first."
    return "" if visit.readiness is not None and visit.readiness.may_sign else "The record does not allow signing yet."


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
    clock = _Clock(now_utc_ns, zone)
    lines = tuple(_line(chair, visit, criterion, clock) for criterion in readiness.criteria)
    return DischargeView(
        title="Discharge",
        patient=_patient(chair.number, visit.patient),
        course=_course(visit, zone),
        lines=lines,
        n_met=readiness.n_met,
        tally=_tally(lines),
        earliest=_earliest(visit, clock),
        open_effects=tuple(
            OpenEffect(entry.id, f"{entry.text}, {entry.severity.value}" if entry.severity else entry.text)
            for entry in visit.chart
            if entry.kind.value in ("side_effect", "symptom") and entry.resolved is None and not entry.struck
        ),
        driver=_driver_panel(visit),
        leaving=_leaving_panel(visit),
        nurse=_nurse(operator),
        meaning=readiness.meaning,
        digest=readiness.digest,
        may_open=visit.phase is Phase.OBSERVATION and _may_open(visit),
        may_sign=readiness.may_sign and may(operator, SignDischarge),
        why_not=why_not_sign(lines, operator, visit, readiness.why_not),
        done=_done(visit),
    )


def _tally(lines: tuple[CriterionLine, ...]) -> str:
    n_met = sum(line.state is GateState.MET for line in lines)
    n_passed = sum(line.state is GateState.OVERRIDDEN for line in lines)
    return f"{n_met} of {len(lines)} met{f', {n_passed} overridden' if n_passed else ''}"


def _may_open(visit: VisitView) -> bool:
    """Say whether the discharge may be opened: the minimum is over, or the patient leaves against advice all the same."""
    if visit.readiness is not None and visit.readiness.path is LeavingPath.AGAINST_ADVICE:
        return True
    watched = _criterion(visit, "observation")
    return watched is None or watched.state is GateState.MET


def _done(visit: VisitView) -> str:
    if visit.phase is Phase.DISCHARGED:
        against = visit.readiness is not None and visit.readiness.path is LeavingPath.AGAINST_ADVICE
        return f"{'Left against advice' if against else 'Discharged'}, signed by {visit.signed_by}."
    if visit.phase is Phase.ENDED_EARLY:
        return "This visit was ended early."
    return ""
