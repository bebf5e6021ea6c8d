"""What the session trend remembers of a visit: one value a second of each vital, in a pyramid. No Qt.

Rules of the file:
1. Time is UTC [s]: the visit's phases, cuff readings and charted events, which the snapshot brings, are told in it, also
   after a restart.
2. Of several values in one second the last one stands. Where nothing valid came for longer than `GAP_S`, and where the
   monitor said "no value", stands NaN: a gap in the data is a gap in the plot.
3. What a monitor sends while it is held, or plays in a test or demonstration, is no value of the patient.
4. Of several monitors, or sensors of one monitor, that give the same metric, one is drawn: the preferred monitor, else the
   first that gave a value. Another takes over when it has given none for longer than `GAP_S`, and at once when it is a sensor
   of the same monitor that the core prefers (`fold.source_rank`), as under the big number; two are never mixed.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from devices.clock import NS_PER_S
from nursestation.core.fold import source_rank
from nursestation.core.records import Sample, is_held, is_live
from nursestation.ui.plots.pyramid import Pyramid

TREND_METRICS = ("heart_rate", "pulse_rate", "spo2", "resp_rate", "etco2", "temp")
GAP_S = 15.0
"""Longest distance between two points of one line [s]: three answers of the slowest polled monitor."""


def note(series: Pyramid, second: int, value: float | None) -> None:
    """Add a value [metric's unit] at a whole `second` of UTC; None where there was none. Older seconds are left out."""
    last = series.last_second
    if last is not None and second <= last:
        if second == last and value is not None:
            series.replace_last(value)
        return
    if last is not None and second - last > GAP_S:
        series.add(last + 1, math.nan)
    series.add(second, math.nan if value is None else value)


@dataclass(slots=True)
class _Trace:
    """Whose values are drawn, and when the last one came, UTC [s]."""

    monitor: str
    source: str
    valued_s: int


def _takes_over(trace: _Trace, sample: Sample, second: int) -> bool:
    """Say whether a value of another trace is to be drawn from here on."""
    if second - trace.valued_s > GAP_S:
        return True
    is_preferred = source_rank(sample.metric, sample.source) < source_rank(sample.metric, trace.source)
    return sample.monitor == trace.monitor and is_preferred


class TrendModel:
    """The trends of every chair's present visit.

    Args:
        prefer: (chair, metric) to the monitor whose values are kept.
    """

    def __init__(self, prefer: Mapping[tuple[int, str], str] | None = None) -> None:
        self._prefer = dict(prefer or {})
        self._sessions: dict[int, str] = {}
        self._series: dict[tuple[int, str], Pyramid] = {}
        self._traces: dict[tuple[int, str], _Trace] = {}

    def add(self, sample: Sample) -> None:
        """Take one sample; what belongs to no visit, or to no line of the trend, is left out."""
        if sample.chair is None or sample.session is None or sample.metric not in TREND_METRICS or is_held(sample):
            return
        value = sample.value if is_live(sample) else None
        if self._sessions.get(sample.chair) != sample.session:
            self._begin(sample.chair, sample.session)
        at = (sample.chair, sample.metric)
        if self._prefer.get(at) not in (None, sample.monitor):
            return
        second, trace = sample.at.utc_ns // NS_PER_S, self._traces.get(at)
        if trace is None or (value is not None and _takes_over(trace, sample, second)):
            trace = self._traces[at] = _Trace(sample.monitor, sample.source, second)
        if (sample.monitor, sample.source) != (trace.monitor, trace.source):
            return
        if value is not None:
            trace.valued_s = second
        note(self._series.setdefault(at, Pyramid()), second, value)

    def series(self, chair: int, session: str) -> dict[str, Pyramid]:
        """Return the values of this visit by metric; a metric of which nothing came is not in it."""
        if self._sessions.get(chair) != session:
            return {}
        return {metric: self._series[chair, metric] for metric in TREND_METRICS if (chair, metric) in self._series}

    def _begin(self, chair: int, session: str) -> None:
        self._sessions[chair] = session
        for metric in TREND_METRICS:
            self._series.pop((chair, metric), None)
            self._traces.pop((chair, metric), None)
