"""The numbers of a visit, finished or running: one sum for the report, the review page and exports.

Rules of the file:
1. A visit is the fold of its records, by the fold that the live station uses; peak, coverage, flags' rungs and alarm rows come
   from the functions that screens and report use. What each number means stands in words beside it (`summary_words.py`).
2. Only valid readings of the chair's own patient count (`traces.py`). What was not measured is None, never 0.
3. A value of a continuous vital sign stands until the next one, and for nothing where that is more than `watch.gap_s` away
   (protocol file): the same break that the coverage counts.
4. A cuff reading stands until the next one, but no longer than the protocol's plan for its phase lets the next one be late; of
   what lies behind that nothing is known, and it counts neither as above nor as below.
5. Times follow the steps of the treatment as they were corrected.
"""

import bisect
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, compress, pairwise
from operator import attrgetter, itemgetter

from devices.clock import NS_PER_S, Moment
from devices.events import Priority
from nursestation.core import alarm_log, patient_limits, spikes, traces, watching
from nursestation.core import records as r
from nursestation.core.fold import fold
from nursestation.core.history import Told, treatment_ended
from nursestation.core.model import Baseline, CuffReading, Grade, Phase, Provenance, Route
from nursestation.core.peak import peak, peak_dia, rise
from nursestation.core.presets import AlarmPreset
from nursestation.core.rebase import shifted
from nursestation.core.snapshot import WatchingView
from nursestation.core.state import StationState, Visit
from nursestation.core.traces import Trace

_NS_PER_MIN = 60 * NS_PER_S
HIGH_RUNGS = (Grade.SPIKE, Grade.SEVERE, Grade.CRISIS)
LOW_RUNGS = (Grade.LOW,)


@dataclass(frozen=True, slots=True)
class Extreme:
    """A highest or lowest value with the moment it was first reached.

    The monotonic time of `at` lies on the visit's steady line [ns]; `since_start_s` counts from the start of the treatment [s],
    negative before it, None without one.
    """

    value: float
    at: Moment
    since_start_s: float | None


@dataclass(frozen=True, slots=True)
class Outside:
    """How long something was outside a limit [s], of how long it is known; `limit` in words ("SpO₂ below 92 %")."""

    limit: str
    outside_s: float
    known_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """One continuous vital sign over the visit.

    Attributes:
        label, metric, source: "HR", which metric stands for it, and of which monitor and sensor.
        n: Valid readings.
        low, high, median: In the metric's unit.
        low_s: How long the lowest value stood in all [s].
        below, above: Outside the alarm limits in force at the time; None where there was none on that side.
    """

    label: str
    metric: str
    source: str
    n: int
    low: Extreme
    high: Extreme
    median: float
    low_s: float
    below: Outside | None
    above: Outside | None


@dataclass(frozen=True, slots=True)
class AlarmCount:
    """The alarm conditions of one priority, by the highest that each reached.

    `n_patient` of them were about the patient, the others about equipment. `median_s` and `slowest_s` are from the begin to the
    first acknowledgement [s], of the `n_answered` that had one; None for none.
    """

    priority: Priority
    n: int
    n_patient: int
    n_answered: int
    median_s: float | None
    slowest_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The numbers of a visit up to `until`, the newest moment that its record tells of (on the steady line).

    Attributes:
        session, phase, simulated, route: Which, where it stands, and how the drug is given.
        baseline: None where none was taken.
        peak_sys, peak_dia: Highest pressures besides the baseline's readings [mmHg].
        rise, rise_percent: How far the systolic peak lies above the baseline [mmHg, %].
        n_cuffs: Cuff readings, those by hand included.
        bp_above, bp_below: Time on the BP ladder's upper rungs (spike and above), and on the lower one, since the start of the
            treatment; None without a reading since, or without such a rung.
        ranges: HR, SpO2, RR, of those that were measured.
        watching: Proof of watching, as the chair page and the report have it.
        alarms: High, medium, low.
        n_flags: BP flags.
        started, ended: Of the treatment; of an injection the same moment.
        infusion_s, paused_s, n_pauses: How long it ran without its pauses, how long those were [s], and how many.
        observation_s: From the begin of the observation until the visit was over, or until now [s]; None before it.
        observation_least_s: How long it had to be [s].
    """

    session: str
    phase: Phase
    simulated: bool
    route: Route
    until: Moment
    baseline: Baseline | None = None
    peak_sys: Extreme | None = None
    peak_dia: Extreme | None = None
    rise: int | None = None
    rise_percent: int | None = None
    n_cuffs: int = 0
    bp_above: Outside | None = None
    bp_below: Outside | None = None
    ranges: tuple[Range, ...] = ()
    watching: WatchingView = field(default_factory=WatchingView)
    alarms: tuple[AlarmCount, ...] = ()
    n_flags: int = 0
    started: Moment | None = None
    ended: Moment | None = None
    infusion_s: float | None = None
    paused_s: float = 0.0
    n_pauses: int = 0
    observation_s: float | None = None
    observation_least_s: float = 0.0

    @property
    def is_running(self) -> bool:
        """Say whether the visit still went on."""
        return not self.phase.is_over

    def range_of(self, label: str) -> Range | None:
        """Return a vital sign by its label, or None where it was not measured."""
        return next((one for one in self.ranges if one.label == label), None)


def summarize(
    told: Told, samples: Sequence[r.Sample], station: Sequence[r.Record] = (), name: Callable[[str], str] = str
) -> Summary | None:
    """Return the numbers of a visit; None where the records open none.

    Args:
        told: All its discrete records, with its line of time.
        samples: All its readings.
        station: The station's own records of that time: who signed in and out (`watching.FED`).
        name: An operator's name by id.
    """
    moments = [one.at for one in (*told.records, *samples)]
    times = told.timeline.all_steady_ns(moments)
    counted, counted_ns = _counted(samples, times[len(told.records) :])
    visit = _folded(told, times[: len(told.records)], counted, counted_ns, station)
    if visit is None:
        return None
    newest_ns = max(times)
    until = Moment(newest_ns, moments[times.index(newest_ns)].utc_ns)
    end_ns = next((span.start.mono_ns for phase, span in visit.spans if phase.is_over), until.mono_ns)
    started, ended = visit.infusion_started, treatment_ended(visit)
    readings = [reading for reading, _ in visit.cuffs]
    highest = peak(readings, visit.baseline)
    gained = rise(highest, visit.baseline.sys) if highest is not None and visit.baseline is not None else None
    found = traces.chosen_of(counted)
    ranges = (
        _range(visit, label, trace, told.timeline.all_steady_ns(one.at for one in trace.samples))
        for label, trace in found.items()
    )
    paused_ns = sum((pause.end.mono_ns if pause.end else end_ns) - pause.start.mono_ns for pause in visit.pauses)
    ran_ns = None if started is None or visit.protocol.route is Route.IM else (
        (ended.mono_ns if ended is not None else end_ns) - started.mono_ns - paused_ns
    )  # fmt: skip
    observed = visit.began(Phase.OBSERVATION)
    return Summary(
        session=visit.session,
        phase=visit.phase,
        simulated=visit.simulated or Provenance.SIMULATED in map(attrgetter("provenance"), samples),
        route=visit.protocol.route,
        until=until,
        baseline=visit.baseline,
        peak_sys=_of_reading(visit, highest, "sys"),
        peak_dia=_of_reading(visit, peak_dia(readings, visit.baseline), "dia"),
        rise=gained[0] if gained is not None else None,
        rise_percent=gained[1] if gained is not None else None,
        n_cuffs=len(visit.cuffs),
        bp_above=_on_rungs(visit, HIGH_RUNGS, end_ns),
        bp_below=_on_rungs(visit, LOW_RUNGS, end_ns),
        ranges=tuple(ranges),
        watching=_watched(visit, until.mono_ns, name),
        alarms=_alarms(told, station),
        n_flags=len(visit.flags),
        started=started,
        ended=ended,
        infusion_s=None if ran_ns is None else ran_ns / NS_PER_S,
        paused_s=paused_ns / NS_PER_S,
        n_pauses=len(visit.pauses),
        observation_s=None if observed is None else (end_ns - observed.mono_ns) / NS_PER_S,
        observation_least_s=visit.observation_min * 60,
    )


def _counted(samples: Sequence[r.Sample], times: Sequence[int]) -> tuple[list[r.Sample], list[int]]:
    """Return the samples that count and their times, both in the order of time."""
    counts = [watching.is_counted(one) for one in samples]
    counted, counted_ns = list(compress(samples, counts)), list(compress(times, counts))
    if counted_ns == sorted(counted_ns):  # as a visit of one run always is
        return counted, counted_ns
    in_order = sorted(range(len(counted_ns)), key=counted_ns.__getitem__)
    return [counted[n] for n in in_order], [counted_ns[n] for n in in_order]


def _folded(
    told: Told,
    records_ns: Sequence[int],
    counted: Sequence[r.Sample],
    counted_ns: Sequence[int],
    station: Sequence[r.Record],
) -> Visit | None:
    """Return the visit as its records leave it, on its line of time, with the samples fed to the proof of watching.

    Of one time are the visit's records first, then its samples, then the station's records.
    """
    state = StationState(
        chairs={}, configured=set(), protocols={}, preset=AlarmPreset(), monitors={}
    )  # fmt: skip
    opened_ns = min((*records_ns, *counted_ns[:1]), default=0)
    of_station = [(told.timeline.station_ns(one.at), one) for one in station if isinstance(one, watching.FED)]
    timed: list[tuple[int, int, r.Record]] = [  # each with how many samples come before it
        *(
            (t_ns, bisect.bisect_left(counted_ns, t_ns), one)
            for t_ns, one in zip(records_ns, told.records, strict=True)
        ),
        # who opens it is signed in
        *((t_ns, bisect.bisect_right(counted_ns, t_ns), one) for t_ns, one in of_station if t_ns > opened_ns),
    ]
    visit: Visit | None = None
    n_before = 0
    for t_ns, n, record in sorted(timed, key=itemgetter(0, 1)):
        if visit is not None:
            watching.feed_samples(visit.watch, counted[n_before:n], counted_ns[n_before:n])
        n_before = n
        fold(state, shifted(record, t_ns - record.at.mono_ns))
        if visit is None:
            visit = next((chair.visit for chair in state.chairs.values()), None)
    if visit is not None:
        watching.feed_samples(visit.watch, counted[n_before:], counted_ns[n_before:])
    return visit


def _watched(visit: Visit, until_ns: int, name: Callable[[str], str]) -> WatchingView:
    spans = [(phase, span.start.mono_ns, span.end.mono_ns if span.end else None) for phase, span in visit.spans]
    cuffs = [reading.measured_mono_ns for reading, _ in visit.cuffs]
    return watching.look(visit.watch, visit.protocol, spans, cuffs, until_ns, name)


def _since_start(visit: Visit, t_ns: int) -> float | None:
    return None if visit.infusion_started is None else (t_ns - visit.infusion_started.mono_ns) / NS_PER_S


# --- cuff pressure ------------------------------------------------------------------------------------------------


def _of_reading(visit: Visit, reading: CuffReading | None, side: str) -> Extreme | None:
    if reading is None:
        return None
    at = Moment(reading.measured_mono_ns, reading.measured_utc_ns)
    return Extreme(reading.sys if side == "sys" else reading.dia, at, _since_start(visit, at.mono_ns))


def _on_rungs(visit: Visit, grades: Sequence[Grade], end_ns: int) -> Outside | None:
    """Return how long readings since the start of the treatment stood on these rungs, by their numbers alone."""
    rules = [rule for rule in visit.protocol.bp.flags if rule.grade in grades]
    start = visit.infusion_started
    if not rules or start is None:
        return None
    readings = [reading for reading, _ in visit.cuffs if start.mono_ns <= reading.measured_mono_ns <= end_ns]
    if not readings:
        return None
    ends = [*(reading.measured_mono_ns for reading in readings[1:]), end_ns]
    outside_ns = known_ns = 0
    for reading, next_ns in zip(readings, ends, strict=True):
        stands_ns = next_ns - reading.measured_mono_ns
        longest_ns = _stands_at_most_ns(visit, reading.measured_mono_ns)
        if longest_ns is not None:
            stands_ns = min(stands_ns, longest_ns)
        known_ns += stands_ns
        if any(spikes.crossing(rule, reading, visit.baseline) for rule in rules):
            outside_ns += stands_ns
    return Outside(f"BP {rules[0].grade.value}", outside_ns / NS_PER_S, known_ns / NS_PER_S)


def _stands_at_most_ns(visit: Visit, t_ns: int) -> int | None:
    """Return how long a reading may stand for the pressure [ns]; None where the plan asks for no next one."""
    plan = visit.protocol.cuff
    match visit.phase_at(t_ns):
        case Phase.INFUSION:
            started = visit.infusion_started
            is_early = started is not None and t_ns - started.mono_ns < plan.first_stretch_min * _NS_PER_MIN
            minutes = plan.infusion_first_20_min if is_early else plan.infusion_later_min
        case _:
            minutes = plan.observation_min
    return int((minutes + plan.overdue_after_min) * _NS_PER_MIN) if minutes else None


# --- continuous vitals --------------------------------------------------------------------------------------------


def _range(visit: Visit, label: str, trace: Trace, times: Sequence[int]) -> Range:
    values = [one.value for one in trace.samples if one.value is not None]
    gap_ns = visit.watch.gap_ns
    stands = [later - earlier if later - earlier <= gap_ns else 0 for earlier, later in pairwise(times)] + [0]

    def extreme(value: float) -> Extreme:
        n = values.index(value)
        return Extreme(value, Moment(times[n], trace.samples[n].at.utc_ns), _since_start(visit, times[n]))

    low, high = min(values), max(values)
    below, above = _outside(visit, label, trace.metric, times, values, stands)
    return Range(
        label=label,
        metric=trace.metric,
        source=f"{trace.monitor} {trace.sensor}".strip(),
        n=len(values),
        low=extreme(low),
        high=extreme(high),
        median=statistics.median(values),
        low_s=sum(ns for value, ns in zip(values, stands, strict=True) if value == low) / NS_PER_S,
        below=below,
        above=above,
    )


def _outside(
    visit: Visit, label: str, metric: str, times: Sequence[int], values: Sequence[float], stands: Sequence[int]
) -> tuple[Outside | None, Outside | None]:
    """Return how long the values were below the low, and above the high limit that was in force when they came."""
    spans = [span for span in patient_limits.spans(visit) if span.metric == metric]
    if not spans and metric == "pulse_rate":  # it is judged by the heart rate's limits where it has none of its own
        spans = [span for span in patient_limits.spans(visit) if span.metric == "heart_rate"]
    below_ns = above_ns = known_low_ns = known_high_ns = 0
    begins = [0, *accumulate((bisect.bisect_left(times, span.start.mono_ns) for span in spans[1:]), max)]
    for span, begin, end in zip(spans, begins, [*begins[1:], len(times)], strict=False):
        at, stood = values[begin:end], stands[begin:end]
        if span.low is not None:
            known_low_ns += sum(stood)
            below_ns += sum(ns for value, ns in zip(at, stood, strict=True) if value < span.low)
        if span.high is not None:
            known_high_ns += sum(stood)
            above_ns += sum(ns for value, ns in zip(at, stood, strict=True) if value > span.high)
    lows = dict.fromkeys(f"{span.low:g}" for span in spans if span.low is not None)
    highs = dict.fromkeys(f"{span.high:g}" for span in spans if span.high is not None)
    below = Outside(f"{label} below {', then '.join(lows)}", below_ns / NS_PER_S, known_low_ns / NS_PER_S)
    above = Outside(f"{label} above {', then '.join(highs)}", above_ns / NS_PER_S, known_high_ns / NS_PER_S)
    return below if lows else None, above if highs else None


# --- alarms -------------------------------------------------------------------------------------------------------


def _alarms(told: Told, station: Sequence[r.Record]) -> tuple[AlarmCount, ...]:
    steady_ns, station_ns = told.timeline.steady_ns, told.timeline.station_ns
    timed = [(steady_ns(one.at), one) for one in told.records if isinstance(one, alarm_log.LOGGED)]
    timed += [(station_ns(one.at), one) for one in station if isinstance(one, alarm_log.LOGGED)]
    timed.sort(key=lambda one: one[0])
    session = next((one.session for one in told.records if one.session is not None), None)
    rows = [
        row
        for row in alarm_log.fold([shifted(one, t_ns - one.at.mono_ns) for t_ns, one in timed])
        if row.session == session and row.kind is not alarm_log.RowKind.SIGNALS
    ]
    return tuple(
        _count(priority, [row for row in rows if row.gravest is priority])
        for priority in (Priority.HIGH, Priority.MEDIUM, Priority.LOW)
    )


def _count(priority: Priority, rows: Sequence[alarm_log.LogRow]) -> AlarmCount:
    answered = [(row.onset, row.acknowledged.at) for row in rows if row.acknowledged is not None]
    waits = [max(0, seen.mono_ns - onset.mono_ns) / NS_PER_S for onset, seen in answered]
    return AlarmCount(
        priority=priority,
        n=len(rows),
        n_patient=sum(row.kind is alarm_log.RowKind.PATIENT for row in rows),
        n_answered=len(waits),
        median_s=statistics.median(waits) if waits else None,
        slowest_s=max(waits, default=None),
    )
