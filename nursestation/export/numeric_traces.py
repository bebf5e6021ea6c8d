"""The readings of monitors by where they come from, for formats that have a line for each.

Rules of the file:
1. A trace is one metric of one sensor of one monitor; the same metric of two monitors is two traces.
2. Readings of a monitor in test or demonstration are no patient's and are left out. One without a usable value stays, with None.
3. Cuff readings are no traces: they come one at a time, at the time they were measured.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from devices.clock import NS_PER_S
from devices.vocabulary import NIBP_TRIPLE
from nursestation.core.records import Sample, is_live
from nursestation.core.timeline import Timeline
from nursestation.core.vitals import STALE_INTERVALS

OF_A_CUFF = frozenset((*NIBP_TRIPLE, "nibp_pulse_rate"))


class NumericTrace(NamedTuple):
    """Where readings come from."""

    metric: str
    monitor: str
    source: str


@dataclass(frozen=True, slots=True)
class Readings:
    """The readings of a trace by time.

    Attributes:
        times: Arrivals on the steady line [ns], shape `(n,)` int64, ascending.
        values: In the metric's unit, shape `(n,)` float64; NaN where there is no usable value.
    """

    times: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]

    def standing(self, at: npt.NDArray[np.int64], stale_ns: int) -> npt.NDArray[np.float64]:
        """Return the value that stood at each of some times [ns, steady line]; NaN for none.

        That is the newest that had come, unless it is older than `stale_ns`.
        """
        newest = np.searchsorted(self.times, at, side="right") - 1
        is_there = newest >= 0
        newest[~is_there] = 0
        is_there &= at - self.times[newest] <= stale_ns
        return np.where(is_there, self.values[newest], np.nan)

    def stale_ns(self, least_s: float) -> int:
        """Return when a reading is stale [ns], as on the screen: `least_s`, or longer where readings come more rarely."""
        if len(self.times) < 2:
            return round(least_s * NS_PER_S)
        return round(max(least_s * NS_PER_S, STALE_INTERVALS * float(np.median(np.diff(self.times)))))


def readings_by_trace(samples: Iterable[Sample], timeline: Timeline) -> Mapping[NumericTrace, Readings]:
    """Return the readings of every trace, in the order in which the traces first came."""
    found: dict[NumericTrace, tuple[list[int], list[float]]] = {}
    for sample in samples:
        if sample.metric not in OF_A_CUFF and is_live(sample):
            times, values = found.setdefault(NumericTrace(sample.metric, sample.monitor, sample.source), ([], []))
            times.append(timeline.steady_ns(sample.at))
            values.append(math.nan if sample.value is None else sample.value)
    return {trace: _in_order(times, values) for trace, (times, values) in found.items()}


def _in_order(times: list[int], values: list[float]) -> Readings:
    at = np.array(times, dtype=np.int64)
    order = np.argsort(at, kind="stable")
    return Readings(at[order], np.array(values, dtype=np.float64)[order])
