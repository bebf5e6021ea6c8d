"""The scores sheet as text: what may be scored, what was scored last, and when the next one is due; no Qt."""

from collections.abc import Sequence
from dataclasses import dataclass

from devices.clock import NS_PER_S, Moment
from nursestation.core.commands import RecordScore
from nursestation.core.model import ScoreKind
from nursestation.core.scorings import SCALES
from nursestation.core.snapshot import DueKind, DueView, ScoreView, VisitView
from nursestation.ui.durations import age_text, duration_text, round_text

MOST_BUTTONS = 11
"""Values that are offered as buttons; a wider range is typed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleView:
    """One kind of score.

    Attributes:
        kind, title: Which.
        button: Its name with its last value, and that it is due ("Pain 3", "! MOAA/S due").
        question: What is asked or looked at, with the ends of a plain range.
        last: The last value with its age and who rated it, and when the next one is due.
        values: What is offered as buttons, (value, text), in the order to offer them; () where the number is typed.
        low, high: The range, both included.
    """

    kind: ScoreKind
    title: str
    button: str
    question: str
    last: str
    values: tuple[tuple[int, str], ...]
    low: int
    high: int


def scale_views(visit: VisitView, due: Sequence[DueView], now: Moment) -> tuple[ScaleView, ...]:
    """Return every kind of score, those that the protocol plans first; `due` is what is due at the chair."""
    planned = [plan.kind for plan in visit.protocol.scores]
    order = [*planned, *(kind for kind in SCALES if kind not in planned)]
    return tuple(_view(visit, kind, due, now) for kind in order)


def first_kind(views: Sequence[ScaleView], due: Sequence[DueView]) -> ScoreKind:
    """Return the kind to begin with: what is due next, else the first."""
    scores = [one for one in due if one.kind is DueKind.SCORE]
    titles = {SCALES[view.kind].title: view.kind for view in views}
    return next((titles[one.what] for one in scores if one.what in titles), views[0].kind)


def _view(visit: VisitView, kind: ScoreKind, due: Sequence[DueView], now: Moment) -> ScaleView:
    scale = SCALES[kind]
    last = next((score for score in reversed(visit.scores) if score.kind is kind), None)
    waiting = next((one for one in due if one.kind is DueKind.SCORE and one.what == scale.title), None)
    is_due = waiting is not None and waiting.due_in_s <= 0
    known = f" {last.value}" if last is not None and kind is not ScoreKind.OTHER else ""
    words = dict(scale.words)
    is_whole = len(words) == scale.high - scale.low + 1
    values: tuple[tuple[int, str], ...] = ()
    question = scale.question
    if is_whole:
        values = tuple((value, f"{value}  {text}") for value, text in scale.words)
    elif scale.high - scale.low < MOST_BUTTONS:
        values = tuple((value, str(value)) for value in range(scale.low, scale.high + 1))
        if words:
            question = f"{question} {scale.low}: {words[scale.low]} · {scale.high}: {words[scale.high]}"
    return ScaleView(
        kind=kind,
        title=scale.title,
        button=f"! {scale.title} due" if is_due else f"{scale.title}{known}",
        question=question,
        last=_last(visit, kind, last, waiting, now),
        values=values,
        low=scale.low,
        high=scale.high,
    )


def _last(visit: VisitView, kind: ScoreKind, last: ScoreView | None, waiting: DueView | None, now: Moment) -> str:
    parts = []
    if last is None:
        parts.append("Not scored in this visit yet")
    else:
        name = f"{last.label} " if kind is ScoreKind.OTHER else ""
        age = age_text((now.mono_ns - last.at.mono_ns) / NS_PER_S)
        note = f", {last.note}" if last.note else ""
        parts.append(f"Last: {name}{last.value}{note}, {age}, {last.by}")
    plan = next((plan for plan in visit.protocol.scores if plan.kind is kind and visit.phase in plan.phases), None)
    if plan is not None:
        parts.append(f"every {round_text(plan.every_min * 60)}")
    if waiting is not None:
        left = waiting.due_in_s
        parts.append(f"due in {duration_text(left)}" if left > 0 else f"due since {duration_text(-left)}")
    return " · ".join(parts)


def typed_score(chair: int, view: ScaleView, text: str, label: str, note: str) -> RecordScore | str:
    """Return the command for a number that was typed, or the sentence that says what is missing."""
    if view.kind is ScoreKind.OTHER and not label.strip():
        return "Write the name of the score."
    digits = text.strip()
    if not digits.removeprefix("-").isdecimal():
        return "Enter the number."
    value = int(digits)
    if not view.low <= value <= view.high:
        return f"It goes from {view.low} to {view.high}: check the number."
    name = label.strip() if view.kind is ScoreKind.OTHER else ""
    return RecordScore(chair=chair, kind=view.kind, value=value, note=" ".join(note.split()), label=name)
