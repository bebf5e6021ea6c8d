"""The alarm log: one row a condition, folded from the records; the same for the window, the report and the table.

Rules of the file (fields after IEC 60601-1-8:2006+A2:2020, 6.12: identity, start and end, limits in force, every
inactivation state with who and when):
1. The log decides nothing and holds no truth of its own: what it says stands in the records, from which nothing is erased.
2. A row keeps the words and the value of the condition at its worst; what it was at the beginning is its first record.
3. What was done to the signals of the whole station or of a chair is a row of its own, and stands as a step on each
   condition that was present meanwhile, also on one that began while it lasted.
4. What became of a BP flag (repeat asked for, its outcome, what was done) stands as steps on the flag's condition, each with
   its time and, where a reading decided, that reading.
5. A condition that goes on over a restart is timed by the wall clock, for the monotonic one began anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from devices.clock import NS_PER_S, Moment
from devices.events import AlarmKind, Priority
from devices.vocabulary import METRICS
from nursestation.core import records as r
from nursestation.core.model import FlagOutcome
from nursestation.core.wording import VALID, number, reading_quality, span


class RowKind(StrEnum):
    """What a row is about."""

    PATIENT = "patient"  # a physiological condition
    EQUIPMENT = "equipment"  # a technical condition
    SIGNALS = "signals"  # what a person did to signals or limits, and the self-test


class StepKind(StrEnum):
    """What happened to a condition's signals."""

    ACKNOWLEDGED = "acknowledged"
    REALARMED = "re-alarmed"
    LATCHED = "latched"
    ESCALATED = "escalated to the chair"
    AUDIO_PAUSED = "audio paused"
    AUDIO_PAUSE_ENDED = "audio pause ended"
    AUDIO_OFF = "audio off"
    AUDIO_ON = "audio on"
    ALARM_PAUSED = "alarm paused"
    ALARM_RESUMED = "alarm pause ended"
    REPEAT_ASKED = "repeat asked for"
    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not confirmed"
    NOT_REPEATED = "not repeated in time"
    ANSWERED = "answered"


OF_A_FLAG = frozenset(
    {StepKind.REPEAT_ASKED, StepKind.CONFIRMED, StepKind.NOT_CONFIRMED, StepKind.NOT_REPEATED, StepKind.ANSWERED}
)
"""What says how a BP flag went, and nothing of the signals."""

_DECIDED = {
    FlagOutcome.CONFIRMED: StepKind.CONFIRMED,
    FlagOutcome.NOT_CONFIRMED: StepKind.NOT_CONFIRMED,
    FlagOutcome.NOT_REPEATED: StepKind.NOT_REPEATED,
}


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a signal's state, or of a flag's.

    `operator` is an id, None for what the program did; `reason` is "" where none was told.
    """

    at: Moment
    kind: StepKind
    operator: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRow:
    """One row.

    Attributes:
        id: The condition's id; of other rows one that names their record.
        kind: What it is about.
        rule: Id of the rule that found the condition ("limit.spo2.low"), or what was done ("audio.paused").
        session, chair: Whose; None for the station itself.
        text: As on the screen, at its worst.
        priority: Newest; None for what is no condition.
        gravest: The highest that it reached.
        onset, ended: `ended` is None while present.
        metric, value, limit: What was judged: the worst value and the limit in force, in the metric's unit.
        limit_text: The limit in force in words where no one number is it, else "".
        preset: Name of the preset that the limit came from, "" where none was told.
        by: Id of who did it, of what a person did; else None.
        steps: What happened to its signals and to its flag, oldest first.
        condition_delay_ms: From the arrival of the value that began it to the condition, what it waits for on purpose included
            [ms]; None where no byte was the cause.
        signal_delay_ms: From the arrival of the bytes that made it true, or from the condition where none did, to the first
            signal [ms]; None until the window told it.
        quality: What is known of the data at onset, in words; "" for nothing.
        crosses_restart: True where the program was started anew in between.
    """

    id: str
    kind: RowKind
    rule: str
    session: str | None
    chair: int | None
    text: str
    onset: Moment
    priority: Priority | None = None
    gravest: Priority | None = None
    ended: Moment | None = None
    metric: str | None = None
    value: float | None = None
    limit: float | None = None
    preset: str = ""
    by: str | None = None
    steps: tuple[Step, ...] = ()
    condition_delay_ms: float | None = None
    signal_delay_ms: float | None = None
    quality: str = ""
    crosses_restart: bool = False
    limit_text: str = ""

    @property
    def acknowledged(self) -> Step | None:
        """Return the first acknowledgement, or None."""
        return next((step for step in self.steps if step.kind is StepKind.ACKNOWLEDGED), None)

    @property
    def signal_steps(self) -> tuple[Step, ...]:
        """Return what happened to its signals alone."""
        return tuple(step for step in self.steps if step.kind not in OF_A_FLAG)

    def lasted_s(self, now: Moment) -> float:
        """Return how long it lasted, or has lasted until `now` [s]."""
        end = now if self.ended is None else self.ended
        ns = end.utc_ns - self.onset.utc_ns if self.crosses_restart else end.mono_ns - self.onset.mono_ns
        return max(0, ns) / NS_PER_S


MAX_ROWS = 5000
"""Rows that a log keeps at most; older ones that are over are in the record alone."""

_KINDS = {AlarmKind.PHYSIOLOGICAL: RowKind.PATIENT, AlarmKind.TECHNICAL: RowKind.EQUIPMENT}

LOGGED = (
    r.StationStarted, r.ConditionRaised, r.ConditionChanged, r.ConditionAcknowledged, r.ConditionRealarmed,
    r.ConditionLatched, r.ConditionEscalated, r.ConditionEnded, r.SignalShown, r.AudioPaused, r.AudioPauseEnded,
    r.AudioSwitched, r.ChairAlarmsPaused, r.ChairAlarmsResumed, r.LimitsChanged, r.SelfTested, r.FlagRaised,
    r.FlagDecided, r.FlagAnswered,
)  # fmt: skip
"""The records that the log is made of; any other changes nothing in it."""


class AlarmLog:
    """The rows of all records that it was given, oldest first.

    Attributes:
        version: Grows with every change: who shows the log looks again when it did.
    """

    def __init__(self, max_rows: int = MAX_ROWS) -> None:
        self._rows: dict[str, LogRow] = {}
        self._present: dict[str, None] = {}  # ids of rows that are not over, in order
        self._silences: dict[tuple[str, int | None], Step] = {}  # in force: by rule, and chair or None for the station
        self._cuff_quality = ("", "")  # session, words: of the newest flag's reading
        self._flag_rows: dict[str, str] = {}  # ids of the rows that flags stand on
        self._unplaced: dict[
            tuple[str | None, str], tuple[str, tuple[Step, ...]]
        ] = {}  # by session and rule: a flag's steps
        self._max_rows = max_rows
        self.version = 0

    def rows(self) -> tuple[LogRow, ...]:
        """Return every row, newest first."""
        return tuple(reversed(self._rows.values()))

    def take(self, record: r.Record) -> None:
        """Take one record; they come in the order in which they were made."""
        if not isinstance(record, LOGGED):
            return
        self.version += 1
        match record:
            case r.StationStarted():
                self._restart()
            case r.ConditionRaised():
                self._raise(record)
            case r.ConditionChanged():
                self._change(record)
            case r.ConditionAcknowledged():
                self._step(record.condition_id, Step(record.at, StepKind.ACKNOWLEDGED, record.operator))
            case r.ConditionRealarmed():
                self._step(record.condition_id, Step(record.at, StepKind.REALARMED, None, record.reason))
            case r.ConditionLatched():
                self._step(record.condition_id, Step(record.at, StepKind.LATCHED))
            case r.ConditionEscalated():
                self._step(record.condition_id, Step(record.at, StepKind.ESCALATED))
            case r.ConditionEnded():
                self._end(record.condition_id, record.at)
            case r.SignalShown():
                row = self._rows.get(record.condition_id)
                if row is not None and row.signal_delay_ms is None:
                    self._rows[row.id] = replace(row, signal_delay_ms=record.delay_ms)
            case r.FlagRaised():
                self._cuff_quality = (record.session or "", reading_quality(record.reading))
                self._flag(record)
            case r.FlagDecided():
                self._decide(record)
            case r.FlagAnswered():
                said = ": ".join(part for part in (record.action, record.reason) if part)
                self._flag_step(record.flag_id, Step(record.at, StepKind.ANSWERED, record.operator, said))
            case r.LimitsChanged() | r.SelfTested():
                self._note(record)
            case _:
                self._silence(record)

    def _restart(self) -> None:
        for name in self._present:
            self._rows[name] = replace(self._rows[name], crosses_restart=True)

    def _raise(self, record: r.ConditionRaised) -> None:
        steps = tuple(step for (_, chair), step in self._silences.items() if chair in (None, record.chair))
        flag_id, of_flag = self._unplaced.pop((record.session, record.rule), ("", ()))
        if flag_id:
            self._flag_rows[flag_id] = record.condition_id
        quality = record.quality or self._older_quality(record)
        began_ns = record.cause_ns if record.since_ns is None else record.since_ns
        delay = None if began_ns is None else max(0, record.at.mono_ns - began_ns) / 1e6
        self._add(
            LogRow(
                id=record.condition_id,
                kind=_KINDS[record.kind],
                rule=record.rule,
                session=record.session,
                chair=record.chair,
                text=record.text,
                onset=record.at,
                priority=record.priority,
                gravest=record.priority,
                metric=record.metric,
                value=record.value,
                limit=record.limit,
                preset=record.preset,
                steps=(*steps, *of_flag),
                condition_delay_ms=delay,
                quality=quality,
                limit_text=record.limit_text,
            )
        )

    def _older_quality(self, record: r.ConditionRaised) -> str:
        """Return the quality of the data of a condition whose record does not say it: an older version made it."""
        if record.rule.startswith("limit."):
            return VALID  # core/limits.py, rule 1: no other value is judged
        if record.rule.startswith("bp.") and self._cuff_quality[0] == record.session:
            return self._cuff_quality[1]
        return ""

    def _flag(self, record: r.FlagRaised) -> None:
        """Take a new flag: its condition begins after it, or stands already where it is latched and its cause is back."""
        steps: tuple[Step, ...] = ()
        if record.repeat_by_utc_ns is not None:
            within = f"within {span((record.repeat_by_utc_ns - record.at.utc_ns) / NS_PER_S)}"
            steps = (Step(record.at, StepKind.REPEAT_ASKED, None, within),)
        rule = f"bp.{record.grade}"
        present = (self._rows[name] for name in self._present)
        own = next((row.id for row in present if (row.session, row.rule) == (record.session, rule)), None)
        if own is None:
            self._unplaced[record.session, rule] = (record.flag_id, steps)
            return
        self._flag_rows[record.flag_id] = own
        for step in steps:
            self._step(own, step)

    def _decide(self, record: r.FlagDecided) -> None:
        kind = _DECIDED.get(record.outcome)
        if kind is not None:
            reason = "" if record.reading is None else f"by {record.reading}"
            self._flag_step(record.flag_id, Step(record.at, kind, record.operator, reason))

    def _flag_step(self, flag_id: str, step: Step) -> None:
        if flag_id in self._flag_rows:
            self._step(self._flag_rows[flag_id], step)
            return
        for key, (name, steps) in self._unplaced.items():
            if name == flag_id:
                self._unplaced[key] = (name, (*steps, step))

    def _change(self, record: r.ConditionChanged) -> None:
        row = self._rows.get(record.condition_id)
        if row is None or row.gravest is None:
            return
        is_graver = record.priority.rank > row.gravest.rank
        is_worse = _is_worse(row, record.value)
        self._rows[row.id] = replace(
            row,
            priority=record.priority,
            gravest=record.priority if is_graver else row.gravest,
            value=record.value if is_worse else row.value,
            limit=record.limit if record.limit is not None else row.limit,
            text=record.text if is_graver or is_worse else row.text,
        )

    def _note(self, record: r.LimitsChanged | r.SelfTested) -> None:
        """Add what was done at one moment."""
        metric = record.metric if isinstance(record, r.LimitsChanged) else None
        name = "self.test" if isinstance(record, r.SelfTested) else "limits.changed"
        self._add(
            LogRow(
                id=f"{name}-{record.chair}-{metric}-{record.at.utc_ns}",
                kind=RowKind.SIGNALS,
                rule=name,
                session=record.session,
                chair=record.chair,
                text=_test_words(record) if isinstance(record, r.SelfTested) else _limits_words(record),
                onset=record.at,
                ended=record.at,
                metric=metric,
                by=record.operator,
            )
        )

    def _silence(self, record: r.Record) -> None:
        """Take what was done to the sound of the station, or to the signals of a chair."""
        match record:
            case r.AudioPaused():
                self._begin(record, "audio.paused", Step(record.at, StepKind.AUDIO_PAUSED, record.operator))
            case r.AudioPauseEnded():
                self._over(record, "audio.paused", StepKind.AUDIO_PAUSE_ENDED, record.reason)
            case r.AudioSwitched(on=False):
                self._begin(record, "audio.off", Step(record.at, StepKind.AUDIO_OFF, record.operator, record.reason))
            case r.AudioSwitched():
                self._over(record, "audio.off", StepKind.AUDIO_ON, record.reason)
            case r.ChairAlarmsPaused():
                step = Step(record.at, StepKind.ALARM_PAUSED, record.operator, record.reason)
                self._begin(record, "alarm.paused", step)
            case r.ChairAlarmsResumed():
                self._over(record, "alarm.paused", StepKind.ALARM_RESUMED, record.reason)
            case _:
                pass

    def _begin(self, record: r.Record, rule: str, step: Step) -> None:
        chair = record.chair if rule == "alarm.paused" else None
        self._silences[rule, chair] = step
        for name in [name for name in self._present if self._concerns(name, chair)]:
            self._step(name, step)
        own = self._own(rule, chair)
        if own is not None:  # it began anew
            self._step(own, step)
            return
        words = step.kind.value.upper() + (f": {step.reason}" if step.reason else "")
        self._add(
            LogRow(
                id=f"{rule}-{chair}-{record.at.utc_ns}",
                kind=RowKind.SIGNALS,
                rule=rule,
                session=record.session,
                chair=chair,
                text=words,
                onset=record.at,
                by=record.operator,
                steps=(step,),
            )
        )

    def _over(self, record: r.Record, rule: str, kind: StepKind, reason: str) -> None:
        chair = record.chair if rule == "alarm.paused" else None
        step = Step(record.at, kind, record.operator, reason)
        self._silences.pop((rule, chair), None)
        for name in [name for name in self._present if self._concerns(name, chair)]:
            self._step(name, step)
        own = self._own(rule, chair)
        if own is not None:
            self._step(own, step)
            self._end(own, record.at)

    def _own(self, rule: str, chair: int | None) -> str | None:
        """Return the id of the row of a pause or an off that is in force."""
        rows = (self._rows[name] for name in self._present)
        return next((row.id for row in rows if row.rule == rule and row.chair == chair), None)

    def _concerns(self, name: str, chair: int | None) -> bool:
        row = self._rows[name]
        return row.kind is not RowKind.SIGNALS and (chair is None or row.chair == chair)

    def _step(self, name: str, step: Step) -> None:
        row = self._rows.get(name)
        if row is not None:
            self._rows[name] = replace(row, steps=(*row.steps, step))

    def _add(self, row: LogRow) -> None:
        self._rows[row.id] = row
        if row.ended is None:
            self._present[row.id] = None
        if len(self._rows) > self._max_rows:
            oldest = next((name for name in self._rows if name not in self._present), None)
            if oldest is not None:
                del self._rows[oldest]

    def _end(self, name: str, at: Moment) -> None:
        row = self._rows.get(name)
        if row is not None and row.ended is None:
            self._rows[name] = replace(row, ended=at)
            self._present.pop(name, None)


def fold(records: Sequence[r.Record]) -> tuple[LogRow, ...]:
    """Return the rows of these records, oldest first."""
    log = AlarmLog(max_rows=len(records) + 1)
    for record in records:
        log.take(record)
    return log.rows()[::-1]


def _is_worse(row: LogRow, value: float | None) -> bool:
    if value is None:
        return False
    if row.value is None:
        return True
    if row.limit is None:
        return value < row.value if row.rule.endswith(".low") else value > row.value
    return value < row.value if row.value < row.limit else value > row.value


def _test_words(record: r.SelfTested) -> str:
    heard = "sound heard" if record.heard else "sound NOT heard"
    if record.chairs_not_heard:
        chairs = ", ".join(str(number) for number in record.chairs_not_heard)
        heard = f"station: {heard}, chair {chairs}: sound NOT heard"
    seen = "lamps seen" if record.seen else "lamps NOT seen"
    return f"Self-test: {heard}, {seen}"


def _limits_words(record: r.LimitsChanged) -> str:
    short = METRICS[record.metric].short if record.metric in METRICS else record.metric
    before, after = _range(record.before_low, record.before_high), _range(record.low, record.high)
    return f"{short} limits {before} → {after}, {_WHY.get(record.why, record.why)}"


def _range(low: float | None, high: float | None) -> str:
    return f"{'—' if low is None else number(low)} to {'—' if high is None else number(high)}"


_WHY = {"edited": "set by hand", "proposal": "from this patient, reviewed", "reset": "back to the preset"}
