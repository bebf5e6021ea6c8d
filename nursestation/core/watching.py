"""Proof of watching: how much of a visit was covered by data, readings and people; one sum for the screen and the report.

Rules of the file:
1. Watched is from the begin of the baseline until the patient is ready to leave, or until the visit ends early. A patient who
   stays after all is watched on.
2. A metric is covered while valid values of the patient come without a break longer than `watch.gap_s` (protocol file); a longer
   one is a gap from its first to its last second. A value by hand is one moment and covers nothing.
3. The cuff pressure is covered while no reading that the protocol's plan asks for is overdue.
4. What is fed comes in the order it happened, with its time on one steady line [ns]: the fold feeds its monotonic clock, an
   export its own line. Only gaps are kept, never samples, so that a look is cheap however long the visit is.
"""

import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from devices.clock import NS_PER_S, Moment
from devices.events import Priority, Validity
from nursestation.core import records as r
from nursestation.core.model import Phase, Route
from nursestation.core.protocols import Protocol
from nursestation.core.snapshot import WatchingView

_NO_MOMENT = Moment(0, 0)
_NS_PER_MIN = 60 * NS_PER_S
_STANDS_FOR = {"heart_rate": "heart_rate", "pulse_rate": "heart_rate", "spo2": "spo2", "resp_rate": "resp_rate"}
CONTINUOUS = ("heart_rate", "spo2", "resp_rate")
PRESSURE = "nibp_sys"

FED = (
    r.PhaseChanged, r.CuffFailed, r.ConditionRaised, r.ConditionChanged, r.ConditionAcknowledged, r.SignedIn,
    r.SignedOut, r.StationStarted, r.StationStopped,
)  # fmt: skip
"""The records that are fed, beside samples; those without a session belong to every open visit."""

Fed = (
    r.PhaseChanged | r.CuffFailed | r.ConditionRaised | r.ConditionChanged | r.ConditionAcknowledged | r.SignedIn
    | r.SignedOut | r.StationStarted | r.StationStopped
)  # fmt: skip

_OF_STATION = (r.SignedIn, r.SignedOut, r.StationStarted, r.StationStopped)


@dataclass(slots=True)
class Cover:
    """Gaps of one metric: (from, until) of each that is over, and when the newest value came [ns]."""

    last_ns: int
    gaps: list[tuple[int, int]] = field(default_factory=list)

    def __deepcopy__(self, _memo: object) -> "Cover":
        """Return a copy that shares the gaps themselves: none is ever changed, and a long visit has many thousands."""
        return Cover(self.last_ns, list(self.gaps))


@dataclass(slots=True)
class Watch:
    """What was watched of one visit so far; times [ns] on the line that it is fed by.

    Attributes:
        gap_ns: Longest break within covered time.
        began, began_ns, ended_ns: When watching began and ended; None until then.
        covers: By metric.
        n_failed: Cuff cycles without a result.
        signed_in: (operator, from, until), oldest first; until is None while it lasts.
        heard: The newest moment that the visit's own data tell of: what an unclean end of the program leaves.
        raised: When each condition of medium or high priority became one.
        responses: How long each first acknowledgement took [ns], sorted.
        looked: The newest look with what it was made of, for screens look many times a second.
    """

    gap_ns: int = 0
    heard: Moment = _NO_MOMENT
    began: Moment | None = None
    began_ns: int | None = None
    ended_ns: int | None = None
    covers: dict[str, Cover] = field(default_factory=dict)
    n_failed: int = 0
    signed_in: list[tuple[str, Moment, Moment | None]] = field(default_factory=list)
    raised: dict[str, int] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    responses: list[int] = field(default_factory=list)
    n_fed: int = 0
    looked: tuple[tuple[object, ...], WatchingView] | None = field(default=None, compare=False, repr=False)


def begin(opened: r.SessionOpened) -> Watch:
    """Return the watch of a visit that is opened now; who opens it is signed in."""
    watch = Watch(gap_ns=int(opened.protocol.watch.gap_s * NS_PER_S), heard=opened.at)
    if opened.operator is not None:
        watch.signed_in.append((opened.operator, opened.at, None))
    return watch


def is_counted(sample: r.Sample) -> bool:
    """Say whether a sample covers its metric: a valid value of the chair's own patient."""
    return sample.value is not None and sample.validity is Validity.VALID and r.is_live(sample)


def feed_sample(watch: Watch, sample: r.Sample, t_ns: int) -> None:
    """Take a sample that counts (`is_counted`)."""
    feed_samples(watch, (sample,), (t_ns,))


def feed_samples(watch: Watch, samples: Sequence[r.Sample], times_ns: Sequence[int]) -> None:
    """Take samples that count, each with its time [ns], in the order of their times."""
    if samples:
        watch.heard = samples[-1].at
    if watch.began_ns is None:
        return
    gap_ns, covers = watch.gap_ns, watch.covers
    for sample, t_ns in zip(samples, times_ns, strict=True):
        name = _STANDS_FOR.get(sample.metric)
        if name is None:
            continue
        cover = covers[name]
        if t_ns - cover.last_ns > gap_ns:
            cover.gaps.append((cover.last_ns, t_ns))
        cover.last_ns = t_ns


def feed(watch: Watch, record: Fed, t_ns: int) -> None:
    """Take a record of the visit, or a sign-in and the like while the visit is open; the station's own alarms are none of it."""
    if record.session is None and not isinstance(record, _OF_STATION):
        return
    watch.n_fed += 1
    match record:
        case r.SignedIn():
            _end_sign_in(watch, record.at)
            watch.signed_in.append((record.operator or "", record.at, None))
        case r.SignedOut() | r.StationStopped():
            _end_sign_in(watch, record.at)
        case r.StationStarted():
            _end_sign_in(watch, watch.heard)  # the run before ended without a word
        case r.PhaseChanged():
            _move(watch, record, t_ns)
        case r.CuffFailed():
            watch.n_failed += 1
        case r.ConditionRaised() | r.ConditionChanged():
            if record.priority.rank >= Priority.MEDIUM.rank:
                watch.raised.setdefault(record.condition_id, t_ns)
        case r.ConditionAcknowledged():
            raised_ns = watch.raised.get(record.condition_id)
            if raised_ns is not None and record.condition_id not in watch.answered:
                watch.answered.add(record.condition_id)
                bisect.insort(watch.responses, t_ns - raised_ns)
    if record.session is not None:
        watch.heard = record.at


def _move(watch: Watch, record: r.PhaseChanged, t_ns: int) -> None:
    if record.after is Phase.BASELINE:
        watch.began, watch.began_ns = record.at, t_ns
        watch.covers = {name: Cover(t_ns) for name in CONTINUOUS}
    if (record.after is Phase.READY or record.after.is_over) and watch.ended_ns is None:
        watch.ended_ns = t_ns
    elif record.after is Phase.OBSERVATION:
        watch.ended_ns = None  # also of one who was ready to leave, and stays
    if record.after.is_over:
        _end_sign_in(watch, record.at)


def _end_sign_in(watch: Watch, at: Moment) -> None:
    if watch.signed_in and watch.signed_in[-1][2] is None:
        operator, since, _ = watch.signed_in[-1]
        watch.signed_in[-1] = (operator, since, at)


# --- the look -----------------------------------------------------------------------------------------------------


Spans = Sequence[tuple[Phase, int, int | None]]
"""Phases of the visit with begin and end [ns], on the same line as what was fed; at their corrected times."""


def look(
    watch: Watch, protocol: Protocol, spans: Spans, cuffs_ns: Sequence[int], now_ns: int, name: Callable[[str], str]
) -> WatchingView:
    """Return what was watched until `now_ns`, to the second while it goes on.

    Args:
        watch: What was fed.
        protocol: The visit's.
        spans: Its phases.
        cuffs_ns: When each cuff reading was measured [ns], in order.
        now_ns: The present time [ns], on the same line.
        name: An operator's name by id.
    """
    end_ns = watch.ended_ns
    if end_ns is None and watch.began_ns is not None:
        end_ns = watch.began_ns + (now_ns - watch.began_ns) // NS_PER_S * NS_PER_S
    made_of = (end_ns, watch.n_fed, tuple(cuffs_ns), tuple(spans))
    if watch.looked is None or watch.looked[0] != made_of:
        watch.looked = (made_of, _look(watch, protocol, spans, cuffs_ns, end_ns, name))
    return watch.looked[1]


def _look(
    watch: Watch,
    protocol: Protocol,
    spans: Spans,
    cuffs_ns: Sequence[int],
    end_ns: int | None,
    name: Callable[[str], str],
) -> WatchingView:
    signed_in = tuple((name(operator), since, until) for operator, since, until in watch.signed_in)
    answers = watch.responses
    median_ns = (answers[(len(answers) - 1) // 2] + answers[len(answers) // 2]) / 2 if answers else None
    view = WatchingView(
        cuffs_failed=watch.n_failed,
        signed_in=signed_in,
        alarms=len(watch.raised),
        median_response_s=median_ns / NS_PER_S if median_ns is not None else None,
        slowest_response_s=answers[-1] / NS_PER_S if answers else None,
        began=watch.began,
    )
    if watch.began_ns is None or end_ns is None:
        return view
    began_ns = watch.began_ns
    plan = _stretches(protocol, spans, end_ns)
    taken = [t_ns for t_ns in cuffs_ns if began_ns <= t_ns <= end_ns]
    times = [began_ns, *taken, end_ns]
    longest_cuff_ns = max(later - earlier for earlier, later in pairwise(times))
    overdue = [gap for earlier, later in pairwise(times) for gap in plan.overdue(earlier, later)]
    gaps = {metric: _gaps(watch, metric, end_ns) for metric in CONTINUOUS}
    whole_ns = end_ns - began_ns
    coverage = [(metric, _fraction(found, whole_ns), _longest(found) / NS_PER_S) for metric, found in gaps.items()]
    coverage.append((PRESSURE, _fraction(overdue, whole_ns), longest_cuff_ns / NS_PER_S))
    return WatchingView(
        coverage=tuple(coverage),
        cuffs_planned=plan.n_planned(),
        cuffs_taken=len(taken),
        cuffs_failed=view.cuffs_failed,
        longest_cuff_gap_s=longest_cuff_ns / NS_PER_S,
        signed_in=signed_in,
        alarms=view.alarms,
        median_response_s=view.median_response_s,
        slowest_response_s=view.slowest_response_s,
        began=watch.began,
        n_minutes=-(-whole_ns // _NS_PER_MIN),
        gaps=tuple(_minutes(found, began_ns) for found in (*gaps.values(), overdue)),
    )


def _gaps(watch: Watch, metric: str, end_ns: int) -> list[tuple[int, int]]:
    """Return the gaps until `end_ns`; what came later is none of it."""
    cover = watch.covers[metric]
    found = [(since, min(until, end_ns)) for since, until in cover.gaps if end_ns - since > watch.gap_ns]
    if end_ns - cover.last_ns > watch.gap_ns:
        found.append((cover.last_ns, end_ns))
    return found


def _fraction(gaps: Sequence[tuple[int, int]], whole_ns: int) -> float:
    return 1.0 - sum(until - since for since, until in gaps) / whole_ns if whole_ns else 1.0


def _longest(gaps: Sequence[tuple[int, int]]) -> int:
    return max((until - since for since, until in gaps), default=0)


def _minutes(gaps: Sequence[tuple[int, int]], began_ns: int) -> tuple[tuple[int, int], ...]:
    """Return the minutes since `began_ns` that gaps [ns] lie in, as stretches that lie apart: (first, the one behind the last).

    They are no more than the gaps, however long the visit is: one that was left open has hundreds of thousands of minutes.
    """
    found: list[tuple[int, int]] = []
    for since, until in sorted(gaps):
        first, behind = max(0, since - began_ns) // _NS_PER_MIN, -(-(until - began_ns) // _NS_PER_MIN)
        if behind <= first:
            continue  # before it began
        if found and first <= found[-1][1]:
            found[-1] = found[-1][0], max(behind, found[-1][1])
        else:
            found.append((first, behind))
    return tuple(found)


# --- the cuff plan ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A stretch of the plan: a reading every so often [ns] (0: none), and one at its begin where `is_first_due`."""

    begin_ns: int
    end_ns: int
    every_ns: int
    is_first_due: bool = False


@dataclass(frozen=True, slots=True)
class _Plan:
    """The cuff plan of the protocol, laid out over the visit's phases as `schedule.py` asks for readings."""

    stretches: tuple[_Stretch, ...]
    late_ns: int

    def n_planned(self) -> int:
        """Return how many readings it asks for; repeats that a flag asks for come on top."""
        return sum(
            stretch.is_first_due + (stretch.end_ns - stretch.begin_ns) // stretch.every_ns
            for stretch in self.stretches
            if stretch.every_ns
        )

    def overdue(self, earlier_ns: int, later_ns: int) -> list[tuple[int, int]]:
        """Return when a reading was overdue between two readings that follow each other [ns]."""
        found: list[tuple[int, int]] = []
        for stretch in self.stretches:
            if not stretch.every_ns or stretch.end_ns <= earlier_ns or stretch.begin_ns >= later_ns:
                continue
            is_first = stretch.is_first_due and earlier_ns < stretch.begin_ns
            due_ns = stretch.begin_ns if is_first else earlier_ns + stretch.every_ns
            since = max(stretch.begin_ns, due_ns + self.late_ns)
            until = min(stretch.end_ns, later_ns)
            if since < until:
                found.append((since, until))
        return found


def _stretches(protocol: Protocol, spans: Spans, end_ns: int) -> _Plan:
    cuff = protocol.cuff
    found: list[_Stretch] = []

    def add(begin_ns: int, until_ns: int, minutes: float, *, is_first_due: bool = False) -> None:
        if begin_ns < until_ns:
            found.append(_Stretch(begin_ns, until_ns, int(minutes * _NS_PER_MIN), is_first_due))

    for phase, begin_ns, span_end_ns in spans:
        until_ns = min(end_ns, end_ns if span_end_ns is None else span_end_ns)
        match phase:
            case Phase.BASELINE:
                add(begin_ns, until_ns, cuff.baseline_min)
            case Phase.INFUSION:
                later_ns = begin_ns + int(cuff.first_stretch_min * _NS_PER_MIN)
                add(begin_ns, min(later_ns, until_ns), cuff.infusion_first_20_min)
                add(later_ns, until_ns, cuff.infusion_later_min)
            case Phase.OBSERVATION:
                add(begin_ns, until_ns, cuff.observation_min, is_first_due=protocol.route is not Route.IM)
            case _:
                pass
    return _Plan(tuple(found), int(cuff.overdue_after_min * _NS_PER_MIN))
