"""A visit's record looked at again at any moment of it: the snapshots that the screens saw, made anew from what was stored.

Rules of the file:
1. A look is the fold of the records up to that moment, by the fold and the views of the live station: nothing is played that
   is not in the record, and nothing is decided anew.
2. Times lie on the visit's steady line (`timeline.py`), so that runs of the program follow each other on one clock. It is read
   as the monotonic clock of the run that opened the visit: that run's records stand on it as they are.
3. Copies of the state are kept every `KEPT_NS`, but no more often than every `KEPT_RECORDS`: a visit that was left open for
   months has little to tell of each of them. A look starts from the last one before it. A look at a later moment goes on from
   where the last look stood.
4. Monitors of that time, and whose value was preferred, are known by what the record says of them (`SessionMonitors`) and by
   their readings; nobody is signed in, nothing sounds, and nothing can be asked.
5. The clinic's alarm preset is the one that each run of the program began with (`StationStarted`); of a run that did not record
   it, the one before, and the shipped one where there is none.
"""

import bisect
import copy
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from devices.clock import NS_PER_S, Moment
from devices.events import LinkPhase
from nursestation.core import records as r
from nursestation.core import views
from nursestation.core.fold import chain, fold
from nursestation.core.inputs import ChairSetup, MonitorBinding
from nursestation.core.model import Operator, Provenance
from nursestation.core.presets import AlarmPreset
from nursestation.core.rebase import shifted
from nursestation.core.snapshot import StationSnapshot
from nursestation.core.state import Sensor, StationState, new_chair
from nursestation.core.timeline import Timeline
from nursestation.core.vitals import CONTINUOUS

KEPT_NS = 300 * NS_PER_S
"""How far apart the copies of the state lie at least [ns]."""
KEPT_RECORDS = 500
"""How many records lie between two copies at least: a look back folds some 20 ms."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """The state after so many records, at a time on the steady line [ns]."""

    t_ns: int
    n: int
    state: StationState


class Film:
    """One visit, to be looked at.

    Args:
        records: The session's discrete records.
        samples: Its readings.
        timeline: Of the session.
        operators: Staff by id: records name who did it.
        starts: How the runs of the program that recorded the visit began, oldest first.

    Attributes:
        chair: The number of the visit's chair.
        first_ns, last_ns: From the check-in to the newest moment of the record, on the steady line [ns].

    Raises:
        ValueError: the records open no visit.

    Thread:
        It may be made in one thread and used in another, by one at a time.
    """

    def __init__(
        self,
        records: Sequence[r.Record],
        samples: Sequence[r.Sample],
        timeline: Timeline,
        operators: Mapping[str, Operator],
        starts: Sequence[r.StationStarted] = (),
    ) -> None:
        opened = next((one for one in records if isinstance(one, r.SessionOpened)), None)
        if opened is None or opened.chair is None:
            raise ValueError("these records open no visit")
        self.chair = opened.chair
        # a chair that was freed shows nobody: the film ends with the visit in it
        own = [one for one in (*records, *samples) if not isinstance(one, r.ChairFreed)]
        ahead_ns = timeline.steady_ns(opened.at) - opened.at.mono_ns
        timed: list[tuple[int, r.Record]] = [(timeline.steady_ns(one.at) - ahead_ns, one) for one in own]
        self.first_ns, self.last_ns = opened.at.mono_ns, max(t_ns for t_ns, _ in timed)
        again = [(timeline.steady_ns(one.at) - ahead_ns, one) for one in starts]
        timed += [(t_ns, one) for t_ns, one in again if self.first_ns < t_ns < self.last_ns]
        self._records = sorted(timed, key=lambda one: one[0])
        self._times = [t_ns for t_ns, _ in self._records]
        first_preset = (starts[0].preset if starts else None) or AlarmPreset()
        self._state = self._empty(opened, samples, records, operators, first_preset)
        self._begin_as_shown()
        self._n = 0
        presets = [one.preset for one in starts if one.preset is not None]
        self._shared = {id(one): one for one in (opened.protocol, opened.patient, first_preset, *presets)}
        self._kept: list[_Kept] = []
        self._keep_all()

    def at(self, t_ns: int) -> StationSnapshot:
        """Return how the station looked at a time on the steady line [ns], as far as this visit tells."""
        t_ns = min(max(t_ns, self.first_ns), self.last_ns)
        wanted = bisect.bisect_right(self._times, t_ns)
        if wanted < self._n:
            place = bisect.bisect_right([kept.t_ns for kept in self._kept], t_ns) - 1
            kept = self._kept[place]
            self._state, self._n = self._copied(kept.state), kept.n
        elif self._kept:  # on, and past whole stretches if need be
            place = bisect.bisect_right([kept.t_ns for kept in self._kept], t_ns) - 1
            if self._kept[place].n > self._n:
                self._state, self._n = self._copied(self._kept[place].state), self._kept[place].n
        self._fold_until(wanted)
        now = self.moment(t_ns)
        return replace(views.station(self._state, now), sound=None, chair_sound=(), chair_heard=())

    def moment(self, t_ns: int) -> Moment:
        """Return a time on the steady line [ns] with the wall clock of then."""
        n = max(0, bisect.bisect_right(self._times, t_ns) - 1)
        then_ns, record = self._records[n]
        return Moment(t_ns, record.at.utc_ns + t_ns - then_ns)

    def _keep_all(self) -> None:
        next_ns, next_n = self.first_ns, 0
        for n, t_ns in enumerate(self._times):
            if t_ns >= next_ns and n >= next_n:
                self._fold_until(n)
                self._kept.append(_Kept(self._times[n - 1] if n else t_ns, n, self._copied(self._state)))
                next_ns, next_n = t_ns + KEPT_NS, n + KEPT_RECORDS
        self._fold_until(len(self._records))

    def _fold_until(self, n: int) -> None:
        for t_ns, record in self._records[self._n : n]:
            shift_ns = t_ns - record.at.mono_ns
            moved = shifted(record, shift_ns) if shift_ns else record
            self._hear(moved)
            chain(self._state, moved)
            fold(self._state, moved)
        self._n = max(n, self._n)

    def _hear(self, record: r.Record) -> None:
        """Let the preset, what was set up, and a monitor's link and sensors, be as they were: no fold brings them back."""
        match record:
            case r.StationStarted():
                self._begin_anew(record.preset)
            case r.SessionMonitors():
                self._state.chairs[self.chair].prefer = dict(record.prefer)
            case r.Sample() if record.monitor in self._state.monitors:
                monitor = self._state.monitors[record.monitor][1]
                monitor.heard_ns, monitor.phase, monitor.reason = record.at.mono_ns, LinkPhase.CONNECTED, ""
            case r.LinkChanged() if record.monitor in self._state.monitors:
                monitor = self._state.monitors[record.monitor][1]
                monitor.phase, monitor.reason = record.phase, record.reason
            case r.SensorChanged() if record.monitor in self._state.monitors:
                monitor = self._state.monitors[record.monitor][1]
                monitor.sensors[record.metric] = Sensor(record.status, record.text, record.at.mono_ns)
            case _:
                pass

    def _begin_as_shown(self) -> None:
        """Let a monitor be connected at the check-in where a reading is the first that is told of it.

        One that was connected later has a record of that before its first reading.
        """
        begun: set[str] = set()
        for _, record in self._records:
            match record:
                case r.StationStarted():
                    return  # that run began with no monitor connected
                case r.Sample(monitor=name) | r.LinkChanged(monitor=name) if name in self._state.monitors:
                    if name not in begun and isinstance(record, r.Sample):
                        monitor = self._state.monitors[name][1]
                        monitor.heard_ns, monitor.phase = self.first_ns, LinkPhase.CONNECTED
                    begun.add(name)
                case _:
                    pass
            if len(begun) == len(self._state.monitors):
                return

    def _begin_anew(self, preset: AlarmPreset | None) -> None:
        """Let a run begin as runs do: nothing is known of the monitors, and what the preset gives is worked out by its own."""
        self._state.preset = preset or self._state.preset
        for chair, monitor in self._state.monitors.values():
            monitor.phase, monitor.reason, monitor.heard_ns = LinkPhase.DISCONNECTED, "", None
            monitor.sensors.clear()
            if chair.visit is not None:
                chair.visit.as_recorded = None

    def _copied(self, state: StationState) -> StationState:
        return copy.deepcopy(state, dict(self._shared))

    def _empty(
        self,
        opened: r.SessionOpened,
        samples: Sequence[r.Sample],
        records: Sequence[r.Record],
        operators: Mapping[str, Operator],
        preset: AlarmPreset,
    ) -> StationState:
        bindings = _bindings(samples, records)
        chair = new_chair(ChairSetup(number=self.chair, monitors=bindings))
        return StationState(
            chairs={self.chair: chair},
            configured={self.chair},
            protocols={opened.protocol.name: opened.protocol},
            preset=preset,
            monitors={name: (chair, monitor) for name, monitor in chair.monitors.items()},
            operators=dict(operators),
        )


def _bindings(samples: Sequence[r.Sample], records: Sequence[r.Record]) -> tuple[MonitorBinding, ...]:
    """Return the monitors of the visit, in the order in which they are set up, then by their first reading."""
    metrics: dict[str, dict[str, None]] = defaultdict(dict)
    simulated: set[str] = set()
    times: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for sample in samples:
        if sample.monitor:
            metrics[sample.monitor][sample.metric] = None
            if sample.provenance is Provenance.SIMULATED:
                simulated.add(sample.monitor)
            if sample.metric in CONTINUOUS and len(times[sample.monitor][sample.metric]) < _N_FOR_PACE:
                times[sample.monitor][sample.metric].append(sample.at.mono_ns)
    facts = {one.monitor: one for record in records if isinstance(record, r.SessionMonitors) for one in record.monitors}
    return tuple(
        MonitorBinding(
            id=name,
            driver=facts[name].driver if name in facts else name.partition(":")[2],
            title=facts[name].title if name in facts else name.partition(":")[2],
            numerics=tuple(metrics[name]),
            simulated=name in simulated,
            max_quiet_ms=0,
            interval_ms=min(map(_pace_ms, times[name].values()), default=_LEAST_PACE_MS),
        )
        for name in dict.fromkeys((*facts, *metrics))
    )


_N_FOR_PACE = 30
"""Readings by which a monitor's own interval is told: enough to pass over a gap at the beginning."""
_LEAST_PACE_MS = 1000
"""The interval of most monitors [ms]; less makes no difference to when a number is stale."""


def _pace_ms(times_ns: Sequence[int]) -> int:
    """Return the usual time between two readings of a metric [ms]; that of most monitors where there are too few."""
    apart = sorted(later - earlier for earlier, later in pairwise(times_ns) if later > earlier)
    return max(_LEAST_PACE_MS, apart[len(apart) // 2] // 1_000_000) if apart else _LEAST_PACE_MS
