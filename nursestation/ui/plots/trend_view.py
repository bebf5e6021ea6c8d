"""The session trend as data: its time axis, phases, baseline, limits, cuff readings and events. No Qt.

Times are minutes from the start of the infusion; before it, minutes from the check-in.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from devices.clock import NS_PER_S, Moment
from devices.events import Priority
from nursestation.core.model import ChartKind, Grade, Phase, Route
from nursestation.core.snapshot import ChartEntryView, VisitView
from nursestation.core.wording import PHASE_WORDS
from nursestation.ui.plots.trend_window import AHEAD_PART, Axis

BASELINE_BAND_PERCENT = 20.0
"""Height of the band over the baseline [%]. Source: common anaesthetic practice, within 20 % of baseline (project ADR-0003)."""
_LEAST_UNPLANNED_MIN = 30.0
"""Length of the axis while nothing says how long the visit will be [min]."""
_LEAST_MIN = 10.0
"""Shortest axis: what is closer together than this needs no telling apart [min]."""
_S_PER_MIN = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseBand:
    """One shaded stretch. `planned` is what has not come yet."""

    phase: Phase
    title: str
    start: float
    end: float
    planned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Caret:
    """One cuff reading [mmHg]. `flagged` where it raised a flag."""

    at: float
    sys: int
    dia: int
    mean: int | None
    flagged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFlag:
    """Something that happened, with its words."""

    at: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmBand:
    """When an alarm condition of a metric was present."""

    start: float
    end: float
    metric: str
    priority: Priority
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSpan:
    """From when to when a metric had these alarm limits, in its unit; None for a side without one."""

    metric: str
    low: float | None
    high: float | None
    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendView:
    """One trend.

    Attributes:
        session: Which visit.
        zero_utc_s: Time of minute 0, UTC [s].
        from_start: Minute 0 is the start of the infusion; else the check-in.
        first, last: Ends of the time axis [min].
        now: The present [min]; None for a visit that is over and looked back at.
        phases, carets, events, alarms: What is drawn.
        baseline: (systolic, diastolic) [mmHg], or None.
        baseline_rate: Heart rate of the baseline [/min], or None.
        spike_limit: Absolute systolic limit of the BP spike [mmHg], or None.
        limits: Alarm limits of the continuous vitals, as they were and are.
        simulated: Anything in it is simulated.
    """

    session: str
    zero_utc_s: float
    from_start: bool
    first: float
    last: float
    now: float | None
    phases: tuple[PhaseBand, ...]
    carets: tuple[Caret, ...]
    events: tuple[EventFlag, ...]
    baseline: tuple[int, int] | None
    spike_limit: float | None
    simulated: bool
    alarms: tuple[AlarmBand, ...] = ()
    baseline_rate: float | None = None
    limits: tuple[LimitSpan, ...] = ()

    @property
    def axis(self) -> Axis:
        """Return all of the time that can be shown."""
        return Axis(self.first, self.last, self.now)


def trend_view(visit: VisitView, at: Moment, *, is_live: bool = True) -> TrendView:
    """Return the trend of `visit` at `at`; of one that is over and only looked back at, `at` is its end."""
    start = visit.infusion_started
    zero_s = (start or visit.opened).utc_ns / NS_PER_S

    def minute(moment: Moment) -> float:
        return (moment.utc_ns / NS_PER_S - zero_s) / _S_PER_MIN

    now = minute(at)
    phases = _phases(visit, now, [(span.phase, minute(span.start), _end(span.end, at, zero_s)) for span in visit.spans])
    planned_end = max((band.end for band in phases), default=now)
    flags = [flag for flag in visit.flags if flag.grade is not Grade.WATCH]
    flagged = {flag.reading.measured_mono_ns for flag in flags}
    flagged |= {flag.confirmed_by.measured_mono_ns for flag in flags if flag.confirmed_by is not None}
    first = min(0.0, minute(visit.opened))
    least = _LEAST_MIN if start is not None else _LEAST_UNPLANNED_MIN
    last = max(now + AHEAD_PART * (now - first), planned_end, first + least)
    return TrendView(
        session=visit.session,
        zero_utc_s=zero_s,
        from_start=start is not None,
        first=first,
        last=last,
        now=now if is_live else None,
        phases=phases,
        carets=tuple(
            Caret(
                at=(reading.measured_utc_ns / NS_PER_S - zero_s) / _S_PER_MIN,
                sys=reading.sys,
                dia=reading.dia,
                mean=reading.mean,
                flagged=reading.measured_mono_ns in flagged,
            )
            for reading in visit.cuffs
        ),
        events=_events(visit, minute),
        baseline=(visit.baseline.sys, visit.baseline.dia) if visit.baseline is not None else None,
        spike_limit=_spike_limit(visit),
        simulated=visit.simulated,
        alarms=tuple(
            AlarmBand(
                start=minute(span.start),
                end=_end(span.end, at, zero_s),
                metric=span.metric,
                priority=span.priority,
                text=span.text,
            )
            for span in visit.alarm_spans
        ),
        baseline_rate=visit.baseline.heart_rate if visit.baseline is not None else None,
        limits=tuple(
            LimitSpan(
                metric=span.metric,
                low=span.low,
                high=span.high,
                start=minute(span.start),
                end=last if span.end is None else minute(span.end),
            )
            for span in visit.limit_spans
        ),
    )


def stagger(spans: Sequence[tuple[float, float]], n_rows: int) -> list[int | None]:
    """Return the row for each of `spans` (left, right), in order of their left ends, so that none overlaps another.

    The first row that is free takes it; None where no row is: then only the mark is drawn, without its words.
    """
    free_from = [float("-inf")] * n_rows
    rows: list[int | None] = []
    for left, right in spans:
        row = next((n for n, free in enumerate(free_from) if left >= free), None)
        if row is not None:
            free_from[row] = right
        rows.append(row)
    return rows


def spread(wanted: Sequence[float], apart: float) -> list[float]:
    """Return places near `wanted` (ascending) that are at least `apart` from each other: each gives way upwards."""
    placed: list[float] = []
    for place in wanted:
        placed.append(max(place, placed[-1] + apart) if placed else place)
    return placed


def told_carets(carets: Sequence[Caret], width: float) -> tuple[Caret, ...]:
    """Return the flagged readings whose figures are told: of those closer than `width` [min] the highest alone."""
    told: list[Caret] = []
    for caret in sorted((caret for caret in carets if caret.flagged), key=lambda one: (-one.sys, -one.at)):
        if all(abs(caret.at - other.at) >= width for other in told):
            told.append(caret)
    return tuple(told)


def _end(end: Moment | None, at: Moment, zero_s: float) -> float:
    return ((end or at).utc_ns / NS_PER_S - zero_s) / _S_PER_MIN


def _phases(visit: VisitView, now: float, spans: list[tuple[Phase, float, float]]) -> tuple[PhaseBand, ...]:
    bands = [
        PhaseBand(phase=phase, title=PHASE_WORDS[phase], start=begin, end=end, planned=False)
        for phase, begin, end in spans
        if not phase.is_over
    ]
    if visit.phase.is_over or not bands:
        return tuple(bands)
    last = bands[-1]
    ahead: list[PhaseBand] = []
    planned_observation = visit.protocol.observation_planned_min
    if last.phase is Phase.INFUSION:
        left = max(0.0, visit.infusion_planned_s - (visit.infusion_run_s or 0.0)) / _S_PER_MIN
        ahead = [_planned(Phase.INFUSION, now, left), _planned(Phase.OBSERVATION, now + left, planned_observation)]
    elif last.phase is Phase.OBSERVATION:
        left = max(0.0, visit.observation_left_s or 0.0) / _S_PER_MIN
        ahead = [_planned(Phase.OBSERVATION, now, left)]
    return _joined([*bands, *(band for band in ahead if band.end > band.start)], visit)


def _planned(phase: Phase, start: float, length: float) -> PhaseBand:
    return PhaseBand(phase=phase, title=PHASE_WORDS[phase], start=start, end=start + length, planned=True)


def _joined(bands: list[PhaseBand], visit: VisitView) -> tuple[PhaseBand, ...]:
    """Join what is left of the present phase to what has passed of it, and name planned lengths."""
    out: list[PhaseBand] = []
    lengths = {
        Phase.INFUSION: visit.infusion_planned_s / _S_PER_MIN if visit.protocol.route is Route.IV else 0,
        Phase.OBSERVATION: visit.protocol.observation_planned_min,
    }
    for band in bands:
        minutes = lengths.get(band.phase, 0)
        title = f"{PHASE_WORDS[band.phase]} · {minutes:g} min" if minutes else PHASE_WORDS[band.phase]
        if out and out[-1].phase is band.phase:
            before = out.pop()
            out.append(PhaseBand(phase=band.phase, title=title, start=before.start, end=band.end, planned=False))
        else:
            out.append(PhaseBand(phase=band.phase, title=title, start=band.start, end=band.end, planned=band.planned))
    return tuple(out)


def _events(visit: VisitView, minute: Callable[[Moment], float]) -> tuple[EventFlag, ...]:
    events: list[EventFlag] = []
    if visit.infusion_started is not None:
        word = "Injection" if visit.protocol.route is Route.IM else "Start"
        dose = visit.dose_text.partition(" over ")[0]  # how long it runs is what the phase's name says
        events.append(EventFlag(at=minute(visit.infusion_started), text=f"{word} {dose}".strip()))
    for begin, end in visit.pauses:
        events.append(EventFlag(at=minute(begin), text="Paused"))
        if end is not None:
            events.append(EventFlag(at=minute(end), text="Resumed"))
    if visit.infusion_stopped is not None and visit.protocol.route is Route.IV:
        events.append(EventFlag(at=minute(visit.infusion_stopped), text="Stopped"))
    events.extend(EventFlag(at=minute(entry.at), text=_entry_text(entry)) for entry in visit.chart)
    events.extend(EventFlag(at=minute(drug.at), text="Drug record") for drug in visit.drugs if not drug.struck)
    events.extend(
        EventFlag(at=minute(entry.resolved), text=f"{entry.text} over")
        for entry in visit.chart
        if entry.resolved is not None
    )
    return tuple(sorted(events, key=lambda event: event.at))


def _entry_text(entry: ChartEntryView) -> str:
    text = "Clinician told" if entry.kind is ChartKind.CLINICIAN_TOLD and not entry.text else entry.text
    return f"{text} – {entry.severity.value}" if entry.severity is not None else text


def _spike_limit(visit: VisitView) -> float | None:
    return next((rung.sys_at_or_above for rung in visit.protocol.bp.flags if rung.grade is Grade.SPIKE), None)
