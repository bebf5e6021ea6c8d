"""Numbers of a visit: which readings stand for a vital sign, their statistics, and the value at a cuff reading.

Rules of the file:
1. Only readings with validity `valid` count, and none of a test or a demonstration. Nothing is averaged over, or drawn
   across, a stretch without readings.
2. Where several monitors gave a vital sign, the one with most valid readings stands for it, and is named.
"""

import statistics
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass

from devices.events import Validity
from nursestation.core.fold import is_usable
from nursestation.core.records import Sample
from nursestation.export.localtime import NS_PER_S
from nursestation.export.visit import VisitRecord

AT_CUFF_NS = 30 * NS_PER_S
"""How old a reading may be to stand beside a cuff reading; the report says so under its table."""

VITALS = (("HR", ("heart_rate", "pulse_rate")), ("SpO₂", ("spo2",)), ("RR", ("resp_rate",)))
"""The continuous vital signs of the report, with the metrics that can stand for each, best first."""


@dataclass(frozen=True, slots=True)
class Series:
    """The valid readings of one vital sign, in order.

    Attributes:
        label: "HR", "SpO₂" or "RR".
        metric: Which metric stands for it.
        source: Monitor, and sensor where told.
        t: Steady time of each reading [ns].
        utc: Wall time of each reading, UTC [ns].
        values: In the metric's unit.
    """

    label: str
    metric: str
    source: str
    t: tuple[int, ...]
    utc: tuple[int, ...]
    values: tuple[float, ...]

    def at(self, t_ns: int) -> float | None:
        """Return the last value not older than `AT_CUFF_NS` at `t_ns`, or None."""
        index = bisect_right(self.t, t_ns) - 1
        is_near = index >= 0 and t_ns - self.t[index] <= AT_CUFF_NS
        return self.values[index] if is_near else None


@dataclass(frozen=True, slots=True)
class Statistics:
    """Of one series: value and time (UTC [ns]) of its extremes, its median, and its longest silence."""

    n: int
    low: float
    low_utc: int
    high: float
    high_utc: int
    median: float
    gap_ns: int
    gap_utc: int


def series(visit: VisitRecord) -> tuple[Series, ...]:
    """Return the continuous vital signs that the visit has valid readings of."""
    found = (_series(visit, label, metrics) for label, metrics in VITALS)
    return tuple(one for one in found if one is not None)


def _series(visit: VisitRecord, label: str, metrics: tuple[str, ...]) -> Series | None:
    for metric in metrics:
        by_trace: dict[tuple[str, str], list[Sample]] = defaultdict(list)
        for sample in visit.samples:
            if sample.metric == metric and sample.validity is Validity.VALID and is_usable(sample):
                by_trace[sample.monitor, sample.source].append(sample)
        if by_trace:
            (monitor, sensor), samples = max(sorted(by_trace.items()), key=lambda item: len(item[1]))
            return Series(
                label=label,
                metric=metric,
                source=f"{monitor} {sensor}".strip(),
                t=tuple(visit.timeline.steady_ns(sample.at) for sample in samples),
                utc=tuple(sample.at.utc_ns for sample in samples),
                values=tuple(sample.value for sample in samples if sample.value is not None),
            )
    return None


def describe(one: Series) -> Statistics:
    """Return the statistics of a series (which is never empty)."""
    low, high = min(one.values), max(one.values)
    gap_ns, gap_index = 0, 0
    for index in range(1, len(one.t)):
        silence = one.t[index] - one.t[index - 1]
        if silence > gap_ns:
            gap_ns, gap_index = silence, index - 1
    return Statistics(
        n=len(one.values),
        low=low,
        low_utc=one.utc[one.values.index(low)],
        high=high,
        high_utc=one.utc[one.values.index(high)],
        median=statistics.median(one.values),
        gap_ns=gap_ns,
        gap_utc=one.utc[gap_index],
    )


def signed(number: int) -> str:
    """Return a number with its sign, the minus as a minus: "+58", "−2", "0"."""
    return f"{number:+d}".replace("-", "−") if number else "0"
