"""The discharge criteria that only a person can judge: scores, gait, and what was seen.

Rules of the file:
1. The newest word counts: a score that was recorded during the visit (`records.ScoreRecorded`) stands beside the page's own
   answer, so that a patient who grew sleepy after the page was answered is not awake on paper.
2. A score, and what was seen of the gait, is asked for again after `score_max_age_min`.
"""

from collections.abc import Mapping

from devices.clock import Moment
from nursestation.core.charted import CRITERION_OF
from nursestation.core.commands import AnswerCriterion
from nursestation.core.finding import Found, either
from nursestation.core.model import GateState, Operator, Phase, Route
from nursestation.core.scores import MAX_ITEM, RECOVERY
from nursestation.core.state import Answer, Visit, seconds_between
from nursestation.core.turn import Refusal
from nursestation.core.wording import span, staff_name

GAIT = (
    ("steady", "walks steadily", "does not walk steadily"),
    ("not_dizzy", "not dizzy", "dizzy"),
    ("advice", "advice on falls given", "no advice on falls yet"),
)
"""What is asked of the gait: item, and the words for yes (1) and no (0)."""

SCALES = {"sedation": (0, 5), "orientation": (0, 3)}
"""The scores that are one number, by criterion: lowest and highest."""

_ORIENTED = 3  # person, place and time
_FORMS = {"sedation": "MOAA/S {}", "orientation": "{} of 3"}


def recovery(visit: Visit, operators: Mapping[str, Operator], now: Moment) -> Found:
    """Judge the recovery score that the protocol asks for."""
    rules = visit.protocol.discharge
    score = RECOVERY[rules.recovery_score]
    at_least = rules.aldrete_at_least if score.id == "aldrete" else rules.mpadss_at_least
    return _scored(visit, operators, now, visit.answers.get(score.id), at_least, f"{{}} of {score.highest}")


def sedation(visit: Visit, operators: Mapping[str, Operator], now: Moment) -> Found:
    """Judge the sedation score."""
    return _by_number(visit, operators, now, "sedation", visit.protocol.discharge.moaas_at_least)


def orientation(visit: Visit, operators: Mapping[str, Operator], now: Moment) -> Found:
    """Judge whether the patient knows person, place and time."""
    return _by_number(visit, operators, now, "orientation", _ORIENTED)


def _by_number(visit: Visit, operators: Mapping[str, Operator], now: Moment, which: str, at_least: int) -> Found:
    return _scored(visit, operators, now, _newest(visit, which), at_least, _FORMS[which])


def _newest(visit: Visit, which: str) -> Answer | None:
    """Return the page's answer, or a score of that kind that was recorded after it; none from before the observation."""
    answer = visit.answers.get(which)
    began = visit.began(Phase.OBSERVATION)
    since_ns = answer.at.mono_ns + 1 if answer is not None else began.mono_ns if began is not None else None
    scored = [
        score
        for score in visit.scores
        if CRITERION_OF.get(score.kind) == which and since_ns is not None and score.at.mono_ns >= since_ns
    ]
    if not scored:
        return answer
    last = scored[-1]
    return Answer(met=True, evidence=last.note, score=last.value, by=last.by, at=last.at)


def _scored(
    visit: Visit, operators: Mapping[str, Operator], now: Moment, answer: Answer | None, at_least: int, form: str
) -> Found:
    if answer is None:
        return Found(GateState.UNKNOWN, "not scored yet", asks_person=True)
    score_text = form.format(answer.score)
    says_score = answer.evidence.startswith(score_text)
    words = answer.evidence if says_score else f"{score_text}: {answer.evidence}".removesuffix(": ")
    told = _said(operators, answer, words)
    is_met = answer.met and answer.score is not None and answer.score >= at_least
    return _aged(visit, now, answer, either(is_met), told, "score again")


def gait(visit: Visit, operators: Mapping[str, Operator], now: Moment) -> Found:
    """Judge how the patient walks, whether they are dizzy, and whether they were told how not to fall."""
    answer = visit.answers.get("gait")
    if answer is None:
        return Found(
            GateState.UNKNOWN, "walk with the patient, ask for dizziness, give advice on falls", asks_person=True
        )
    points = dict(answer.items)
    words = ", ".join(yes if points[item] else no for item, yes, no in GAIT)
    told = _said(operators, answer, f"{words}: {answer.evidence}".removesuffix(": "))
    return _aged(visit, now, answer, either(answer.met), told, "look again")


def _aged(visit: Visit, now: Moment, answer: Answer, state: GateState, told: str, todo: str) -> Found:
    age_s = seconds_between(answer.at, now)
    if age_s > visit.protocol.discharge.score_max_age_min * 60:
        state, told = GateState.UNKNOWN, f"{told}, {span(age_s)} ago: {todo}"
    return Found(
        state,
        told,
        score=answer.score,
        asks_person=True,
        age_s=age_s,
        items=answer.items,
        variant=answer.variant,
    )


def iv_removed(visit: Visit, operators: Mapping[str, Operator], now: Moment) -> Found:
    """Judge whether the IV is out; an injection has none."""
    if visit.protocol.route is Route.IM:
        return Found(GateState.MET, "injection: no IV access")
    return answered(visit, operators, now, "iv_removed", "Remove the IV and look at the site")


def answered(visit: Visit, operators: Mapping[str, Operator], now: Moment, which: str, todo: str) -> Found:
    """Judge what a person answered with yes or no."""
    answer = visit.answers.get(which)
    if answer is None:
        return Found(GateState.UNKNOWN, todo, asks_person=True)
    told = _said(operators, answer, answer.evidence)
    age_s = seconds_between(answer.at, now)
    return Found(either(answer.met), told, score=answer.score, asks_person=True, age_s=age_s)


def _said(operators: Mapping[str, Operator], answer: Answer, words: str) -> str:
    by = staff_name(operators, answer.by)
    return f"{words} · {by}" if words else by


# --- taking an answer ---------------------------------------------------------------------------------------------


def check_items(which: str, command: AnswerCriterion) -> tuple[tuple[str, int], ...]:
    """Return the parts of an answer in the order of their table; () where the criterion has none, or none were given.

    Raises:
        Refusal: a score is missing or out of range, an item is missing, unknown or out of range, or the items and the score
            do not agree.
    """
    if which == "gait":
        return _in_order(
            tuple(item for item, _, _ in GAIT), command, 1, "Answer all three: gait, dizziness, advice on falls."
        )
    if which in RECOVERY:
        score = RECOVERY[which]
        _check_range(command, 0, score.highest)
        if not command.items:
            return ()
        items = _in_order(tuple(item.id for item in score.items), command, MAX_ITEM, "Give points for every item.")
        if sum(points for _, points in items) != command.score:
            raise Refusal("The items do not add up to the score: score again.")
        return items
    if which in SCALES:
        _check_range(command, *SCALES[which])
    return ()


def _check_range(command: AnswerCriterion, low: int, high: int) -> None:
    if command.score is None or not low <= command.score <= high:
        raise Refusal(f"Enter a score from {low} to {high}.")


def _in_order(wanted: tuple[str, ...], command: AnswerCriterion, most: int, todo: str) -> tuple[tuple[str, int], ...]:
    given = dict(command.items)
    if len(given) != len(command.items) or set(given) != set(wanted):
        raise Refusal(todo)
    if any(not 0 <= points <= most for points in given.values()):
        raise Refusal(f"Each item takes 0 to {most}.")
    return tuple((item, given[item]) for item in wanted)
