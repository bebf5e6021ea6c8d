"""What happened in a visit so far, as lines for the chair page: charted entries, the treatment's steps, scores.

Rules of the file:
1. What was corrected or struck out stays in sight: the words that no longer hold are told apart, to be shown struck through.
2. Times are those at which things happened; when something was written down later, the line says so.
"""

from dataclasses import dataclass
from datetime import tzinfo

from devices.clock import NS_PER_S, Moment
from nursestation.core.model import ChartKind, Route, TimedStep
from nursestation.core.snapshot import ChartEntryView, DrugView, ScoreView, VisitView
from nursestation.ui.timetext import clock_text

FRESH_S = 10.0
"""How long what was just charted can be undone with one tap [s]. Source: project decision."""
_NOTED_LATER_NS = 60 * NS_PER_S
"""From how much later on it is said that something was written down afterwards [ns]. Source: project decision."""
LASTING = (ChartKind.SIDE_EFFECT, ChartKind.SYMPTOM)
STEP_WORDS = {
    TimedStep.INFUSION_STARTED: "Infusion started",
    TimedStep.INFUSION_PAUSED: "Infusion paused",
    TimedStep.INFUSION_RESUMED: "Infusion resumed",
    TimedStep.INFUSION_STOPPED: "Infusion stopped",
}
_SHOWN_VITALS = (("heart_rate", "HR"), ("pulse_rate", "PR"), ("spo2", "SpO₂"), ("resp_rate", "RR"))


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalLine:
    """One thing that happened.

    Attributes:
        key: Names the line: an entry's id, or a step with its number.
        at: When it happened.
        time, words, who, vitals: As text.
        because: Why, or with which dose, as it was noted.
        before: What the line said before it was corrected, oldest first; shown struck through.
        note: Why it was corrected or struck out, and that it was written down later.
        struck: It was struck out: its words are shown struck through.
        entry: The entry, where it is one.
        step: The treatment's step and its index, where it is one.
        drug: It is a drug record, which is corrected on its own sheet.
        may_end: It lasts and can be called over.
        may_correct: It can be corrected.
    """

    key: str
    at: Moment
    time: str
    words: str
    who: str = ""
    vitals: str = ""
    because: str = ""
    before: tuple[str, ...] = ()
    note: str = ""
    struck: bool = False
    entry: ChartEntryView | None = None
    step: tuple[TimedStep, int] | None = None
    drug: bool = False
    may_end: bool = False
    may_correct: bool = False


def journal(visit: VisitView, zone: tzinfo | None = None) -> tuple[JournalLine, ...]:
    """Return what happened in `visit`, newest first."""
    lines = [_entry(entry, zone) for entry in visit.chart]
    lines += _steps(visit, zone)
    lines += [drug_line(drug, zone) for drug in visit.drugs]
    lines += [_score(n, score, zone) for n, score in enumerate(visit.scores)]
    order = {line.key: n for n, line in enumerate(lines)}
    return tuple(sorted(lines, key=lambda line: (line.at.mono_ns, order[line.key]), reverse=True))


def newest_entry(visit: VisitView) -> ChartEntryView | None:
    """Return what was written down last and stands, or None."""
    standing = [entry for entry in visit.chart if not entry.struck]
    return max(standing, key=lambda entry: _noted(entry).mono_ns, default=None)


def is_fresh(entry: ChartEntryView, now: Moment) -> bool:
    """Say whether `entry` was written down just now, so that one tap may take it out again."""
    return 0 <= now.mono_ns - _noted(entry).mono_ns < FRESH_S * NS_PER_S


def open_effects(visit: VisitView) -> tuple[ChartEntryView, ...]:
    """Return the side effects and symptoms that still last, oldest first."""
    found = [one for one in visit.chart if one.kind in LASTING and one.resolved is None and not one.struck]
    return tuple(sorted(found, key=lambda entry: entry.at.mono_ns))


def entry_words(entry: ChartEntryView, zone: tzinfo | None = None) -> str:
    """Return what was charted ("Nausea, mild, over 14:20")."""
    severity = f", {entry.severity.value}" if entry.severity is not None else ""
    over = f", over {clock_text(entry.resolved.utc_ns, zone)}" if entry.resolved is not None else ""
    return f"{entry.text}{severity}{over}"


def step_words(visit: VisitView, what: TimedStep) -> str:
    """Return a step of the treatment in words; of an injection the start is that it was given."""
    is_injection = visit.protocol.route is Route.IM and what is TimedStep.INFUSION_STARTED
    return "Injection given" if is_injection else STEP_WORDS[what]


def vitals_text(vitals: tuple[tuple[str, float], ...]) -> str:
    """Return the numbers of a moment ("HR 86 · SpO₂ 97 · RR 15"); one pulse is enough."""
    known = dict(vitals)
    if "heart_rate" in known:
        known.pop("pulse_rate", None)
    shown = [f"{short} {known[metric]:.0f}" for metric, short in _SHOWN_VITALS if metric in known]
    return " · ".join(shown)


def _noted(entry: ChartEntryView) -> Moment:
    return entry.noted_at or entry.at


def _entry(entry: ChartEntryView, zone: tzinfo | None) -> JournalLine:
    lasts = entry.kind in LASTING and entry.resolved is None and not entry.struck
    noted = _noted(entry)
    later = noted.utc_ns - entry.at.utc_ns >= _NOTED_LATER_NS and not entry.original
    notes = [f"written down {clock_text(noted.utc_ns, zone)}"] if later else []
    if entry.struck:
        notes.append(_changed("struck out", entry, zone))
    elif entry.original:
        notes.append(_changed("corrected", entry, zone))
    return JournalLine(
        key=entry.id,
        at=entry.at,
        time=clock_text(entry.at.utc_ns, zone),
        words=entry_words(entry, zone),
        who=entry.by,
        vitals=vitals_text(entry.vitals),
        because=entry.because,
        before=tuple(f"{clock_text(one.at.utc_ns, zone)} {entry_words(one, zone)}" for one in entry.original),
        note=" · ".join(notes),
        struck=entry.struck,
        entry=entry,
        may_end=lasts,
        may_correct=not entry.struck,
    )


def _changed(verb: str, entry: ChartEntryView, zone: tzinfo | None) -> str:
    when = f" {clock_text(entry.changed_at.utc_ns, zone)}" if entry.changed_at is not None else ""
    by = f" by {entry.changed_by}" if entry.changed_by else ""
    why = f": {entry.reason}" if entry.reason else ""
    return f"{verb}{when}{by}{why}"


def _steps(visit: VisitView, zone: tzinfo | None) -> list[JournalLine]:
    found: list[tuple[TimedStep, int, Moment]] = []
    if visit.infusion_started is not None:
        found.append((TimedStep.INFUSION_STARTED, 0, visit.infusion_started))
    for index, (start, end) in enumerate(visit.pauses):
        found.append((TimedStep.INFUSION_PAUSED, index, start))
        if end is not None and end != visit.infusion_stopped:  # a stop that ends a pause is no resumption
            found.append((TimedStep.INFUSION_RESUMED, index, end))
    if visit.infusion_stopped is not None:
        found.append((TimedStep.INFUSION_STOPPED, 0, visit.infusion_stopped))
    return [_step(visit, what, index, at, zone) for what, index, at in found]


def _step(visit: VisitView, what: TimedStep, index: int, at: Moment, zone: tzinfo | None) -> JournalLine:
    changes = [one for one in visit.times_corrected if (one.what, one.index) == (what, index)]
    told = next((one for one in reversed(visit.steps_told) if (one.what, one.index) == (what, index)), None)
    note = ""
    if changes:
        last = changes[-1]
        note = f"time corrected {clock_text(last.at.utc_ns, zone)} by {last.by}: {last.reason}"
    return JournalLine(
        key=f"{what.value}_{index}",
        at=at,
        time=clock_text(at.utc_ns, zone),
        words=step_words(visit, what),
        who=told.by if told is not None else "",
        because=told.words if told is not None else "",
        before=tuple(f"{clock_text(one.before.utc_ns, zone)} {step_words(visit, what)}" for one in changes),
        note=note,
        step=(what, index),
        may_correct=True,
    )


def drug_line(drug: DrugView, zone: tzinfo | None) -> JournalLine:
    """Return a drug record as a line of the chart; what was corrected or struck out reads struck through."""
    note = ""
    if drug.changed_at is not None:
        verb = "corrected" if drug.replaced else "struck out"
        note = f"{verb} {clock_text(drug.changed_at.utc_ns, zone)} by {drug.changed_by}: {drug.reason}"
    return JournalLine(
        key=drug.id,
        at=drug.at,
        time=clock_text(drug.at.utc_ns, zone),
        words=drug.words,
        who=f"{drug.by} · witness {drug.witness}" if drug.witness else drug.by,
        note=note,
        struck=drug.struck,
        drug=True,
        may_correct=not drug.struck,
    )


def _score(n: int, score: ScoreView, zone: tzinfo | None) -> JournalLine:
    return JournalLine(
        key=f"score_{n}",
        at=score.at,
        time=clock_text(score.at.utc_ns, zone),
        words=f"{score.label} {score.value}",
        who=score.by,
        note=score.note,
    )
