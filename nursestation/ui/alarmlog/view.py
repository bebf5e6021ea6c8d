"""What the alarm log's page shows of the rows: which of them, and in what words; no Qt.

Rules of the file:
1. A row is shown as it stands in the log; nothing is computed anew but how long a present condition has lasted.
2. Times are the clinic's, with seconds: the log is read beside the monitor's own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum

from devices.clock import Moment
from devices.events import Priority
from devices.vocabulary import METRICS
from nursestation.core.alarm_log import LogRow, RowKind, Step, StepKind
from nursestation.ui.alarms.view import PRIORITY_WORDS
from nursestation.ui.durations import duration_text
from nursestation.ui.timetext import day_and_clock_text, local_time, to_utc_ns

KIND_WORDS = {RowKind.PATIENT: "Patient", RowKind.EQUIPMENT: "Equipment", RowKind.SIGNALS: "Signals and limits"}
PAST_DAYS = 30
_AT_ONCE_MS = 10
"""A condition is found within the same step of the engine as its value, below this [ms]."""


class Scope(StrEnum):
    """Which stretch of the log."""

    VISIT = "visit"
    CHAIR = "chair"
    TODAY = "today"
    PAST = "past"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """What is wanted.

    Attributes:
        scope: Which stretch; `chair` and `session` name the chair in front and its visit.
        only_chair: One chair's rows alone, 0 for all; used where the scope is all chairs.
        kind: One kind alone, or None.
        least: Rows whose priority reached it alone, or None.
        words: Each of them must stand somewhere in the row.
    """

    scope: Scope = Scope.TODAY
    chair: int = 0
    session: str | None = None
    only_chair: int = 0
    kind: RowKind | None = None
    least: Priority | None = None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """A row in words. `began` has two lines, the second "" for today; `state` is what its signals are or were last."""

    row: LogRow
    began: str
    day: str
    where: str
    text: str
    note: str
    lasted: str
    is_present: bool
    state: str
    state_note: str

    @property
    def spoken(self) -> str:
        """Return the line for a screen reader."""
        grave = f"{PRIORITY_WORDS[self.row.gravest]} priority, " if self.row.gravest is not None else ""
        parts = (f"{self.where}: {self.text}", f"began {self.day} {self.began}".replace("  ", " "), self.lasted)
        return grave + ", ".join(part for part in (*parts, self.state, self.state_note) if part)


def merged(past: Iterable[LogRow], live: Iterable[LogRow]) -> tuple[LogRow, ...]:
    """Return the rows of both, newest first; of one that is in both, the live one."""
    by_id = {row.id: row for row in past} | {row.id: row for row in live}
    return tuple(sorted(by_id.values(), key=lambda row: row.onset.utc_ns, reverse=True))


def chosen(
    rows: Sequence[LogRow], wanted: LogFilter, now: Moment, names: Mapping[str, str], zone: tzinfo | None = None
) -> tuple[LogRow, ...]:
    """Return the wanted rows, in the order of `rows`.

    Args:
        rows: The log.
        wanted: Which of them.
        now: The present moment.
        names: Operators' names by id.
        zone: The clinic's time zone; None for the machine's.
    """
    words = wanted.words.casefold().split()
    since_ns = day_began_ns(now, zone) if wanted.scope is Scope.TODAY else 0
    return tuple(
        row
        for row in rows
        if _is_in_scope(row, wanted)
        and _is_of_kind(row, wanted)
        and (row.ended is None or row.ended.utc_ns >= since_ns)
        and (not words or _has(row, words, names))
    )


def day_began_ns(now: Moment, zone: tzinfo | None = None) -> int:
    """Return when today began at the clinic, UTC [ns]."""
    return to_utc_ns(local_time(now.utc_ns, zone).replace(hour=0, minute=0, second=0, microsecond=0))


def _is_in_scope(row: LogRow, wanted: LogFilter) -> bool:
    match wanted.scope:
        case Scope.VISIT:
            return wanted.session is not None and row.session == wanted.session
        case Scope.CHAIR:
            return row.chair == wanted.chair
        case _:
            return wanted.only_chair in (0, row.chair)


def _is_of_kind(row: LogRow, wanted: LogFilter) -> bool:
    if wanted.kind is not None and row.kind is not wanted.kind:
        return False
    return wanted.least is None or (row.gravest is not None and row.gravest.rank >= wanted.least.rank)


def _has(row: LogRow, words: Sequence[str], names: Mapping[str, str]) -> bool:
    """Say whether each word stands in the row: place, text, kind, rule, preset, what happened to its signals, and who."""
    steps = (part for step in row.steps for part in (_STATES[step.kind], _name(step.operator, names), step.reason))
    grave = PRIORITY_WORDS[row.gravest] if row.gravest is not None else ""
    parts = (_where(row), row.text, KIND_WORDS[row.kind], grave, row.rule, row.preset, _name(row.by, names), *steps)
    text = " ".join(parts).casefold()
    return all(word in text for word in words)


def _where(row: LogRow) -> str:
    return "Station" if row.chair is None else f"Chair {row.chair}"


def line(row: LogRow, now: Moment, names: Mapping[str, str], zone: tzinfo | None = None) -> LogLine:
    """Return one row in words."""
    day = day_and_clock_text(row.onset.utc_ns, now.utc_ns, zone).rpartition(" ")[0]
    state, state_note = _state(row, names, zone)
    is_moment = row.ended is not None and row.kind is RowKind.SIGNALS and row.ended == row.onset
    lasted = "" if is_moment else duration_text(row.lasted_s(now))
    return LogLine(
        row=row,
        began=time_text(row.onset, zone),
        day=day,
        where=_where(row),
        text=row.text,
        note=_note(row),
        lasted=lasted if row.ended is not None else f"{lasted} so far",
        is_present=row.ended is None,
        state=state,
        state_note=state_note,
    )


def time_text(moment: Moment, zone: tzinfo | None = None) -> str:
    """Return the time of day to the second."""
    return f"{local_time(moment.utc_ns, zone):%H:%M:%S}"


def _note(row: LogRow) -> str:
    parts = [KIND_WORDS[row.kind]]
    if row.gravest is not None:
        parts.append(f"{PRIORITY_WORDS[row.gravest]} priority")
    if limit_text(row):
        parts.append(limit_text(row))
    return " · ".join(parts)


def limit_text(row: LogRow) -> str:
    """Return the limit in force with its preset: "limit 90 %, preset Clinic", "" where there is none."""
    told = row.limit_text if row.limit is None else value_text(row.metric, row.limit)
    if not told:
        return ""
    preset = f", preset {row.preset}" if row.preset else ""
    return f"limit {told}{preset}"


def value_text(metric: str | None, value: float) -> str:
    """Return a value with its unit: "86 %", "52 /min"."""
    known = METRICS.get(metric) if metric is not None else None
    unit = known.unit if known is not None else None
    return f"{value:g}" if unit is None else f"{value:g} {unit.shown}"


_STATES = {
    StepKind.ACKNOWLEDGED: "Acknowledged",
    StepKind.REALARMED: "Alarmed again",
    StepKind.LATCHED: "Latched",
    StepKind.ESCALATED: "Escalated to the chair",
    StepKind.AUDIO_PAUSED: "AUDIO PAUSED",
    StepKind.AUDIO_PAUSE_ENDED: "Audio pause over",
    StepKind.AUDIO_OFF: "AUDIO OFF",
    StepKind.AUDIO_ON: "Audio on again",
    StepKind.ALARM_PAUSED: "ALARM PAUSED",
    StepKind.ALARM_RESUMED: "Alarm pause over",
    StepKind.REPEAT_ASKED: "Repeat asked for",
    StepKind.CONFIRMED: "Confirmed",
    StepKind.NOT_CONFIRMED: "Not confirmed",
    StepKind.NOT_REPEATED: "Not repeated in time",
    StepKind.ANSWERED: "Answered",
}


def _state(row: LogRow, names: Mapping[str, str], zone: tzinfo | None) -> tuple[str, str]:
    """Return the newest change of its signals, and who made it and when; "not acknowledged" where nobody saw it."""
    steps = row.signal_steps
    if not steps:
        if row.kind is RowKind.SIGNALS:
            return _name(row.by, names), ""
        return "Not acknowledged", ""
    last = steps[-1]
    who = _name(last.operator, names)
    rest = len(steps) - 1
    more = f" · {rest} earlier" if rest else ""
    return _STATES[last.kind], " ".join(part for part in (time_text(last.at, zone), who) if part) + more


def step_text(step: Step, names: Mapping[str, str], zone: tzinfo | None = None) -> str:
    """Return a step in one line: "14:32:20 Acknowledged, R. Alvarez RN"."""
    parts = [f"{time_text(step.at, zone)} {_STATES[step.kind]}", _name(step.operator, names), step.reason]
    return ", ".join(part for part in parts if part)


def _name(operator: str | None, names: Mapping[str, str]) -> str:
    return "" if operator is None else names.get(operator, operator)


@dataclass(frozen=True, slots=True)
class LogDetail:
    """A row in depth: its headline, its facts as (name, words), and every change of its signals, "" of what has none."""

    title: str
    facts: tuple[tuple[str, str], ...]
    signals: str = ""


def detail(made: LogLine, names: Mapping[str, str], zone: tzinfo | None = None) -> LogDetail:
    """Return everything that the log knows of a row."""
    row = made.row
    ended = "still present" if row.ended is None else f"ended {time_text(row.ended, zone)}"
    began = " ".join(part for part in (made.day, made.began) if part)
    when = began if not made.lasted else f"began {began}, {ended}, lasted {made.lasted}"
    facts = [("When", when)]
    if row.value is not None:
        facts.append(("Worst value", value_text(row.metric, row.value)))
    if limit_text(row):
        facts.append(("Limit in force", limit_text(row).removeprefix("limit ")))
    if row.priority is not None and row.gravest is not None:
        now = PRIORITY_WORDS[row.priority]
        grave = "" if row.priority is row.gravest else f", at worst {PRIORITY_WORDS[row.gravest]}"
        facts.append(("Priority", now + grave))
    signals = ""
    if row.kind is RowKind.SIGNALS:
        facts.append(("By", _name(row.by, names) or "the program"))
    else:
        nobody = () if row.signal_steps else ("not acknowledged",)
        signals = "; ".join((*(step_text(step, names, zone) for step in row.steps), *nobody))
        facts.append(("Condition", condition_delay_words(row)))
        facts.append(("First signal", signal_delay_words(row)))
    if row.quality:
        facts.append(("Data at the onset", row.quality))
    facts.append(("Rule", row.rule))
    return LogDetail(f"{made.where} · {made.text}", tuple(facts), signals)


def condition_delay_words(row: LogRow) -> str:
    """Return how long the condition took after the bytes that caused it."""
    if row.condition_delay_ms is None:
        return "found by the clock, not by a value"
    if row.condition_delay_ms < _AT_ONCE_MS:
        return "with the value that caused it"
    return f"{seconds_text(row.condition_delay_ms)} after its first value came"


def signal_delay_words(row: LogRow) -> str:
    """Return how long the first signal took after those bytes, or after the clock found the condition."""
    if row.signal_delay_ms is None:
        return "not measured"
    since = "it was found" if row.condition_delay_ms is None else "the value came"
    return f"{seconds_text(row.signal_delay_ms)} after {since}"


def seconds_text(ms: float) -> str:
    """Return milliseconds as seconds: "0.09 s"."""
    return f"{ms / 1000:.2f} s"
