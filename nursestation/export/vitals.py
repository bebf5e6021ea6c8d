"""Numbers of a visit: which readings stand for a vital sign, and the value at a cuff reading.

Rules of the file:
1. Which readings stand for a vital sign: `core/traces.py`. Nothing is averaged over, or drawn across, a stretch without them.
2. The monitor whose readings stand for it is named.
"""

from bisect import bisect_right
from dataclasses import dataclass

from devices.vocabulary import METRICS
from nursestation.core.traces import Trace, chosen
from nursestation.export.localtime import NS_PER_S
from nursestation.export.visit import VisitRecord

AT_CUFF_NS = 30 * NS_PER_S
"""How old a reading may be to stand beside a cuff reading; the report says so under its table."""


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

    @property
    def short(self) -> str:
        """Return what a bedside monitor writes beside it: "PR" where a pulse rate stands in for the heart rate."""
        return METRICS[self.metric].short

    def at(self, t_ns: int) -> float | None:
        """Return the last value not older than `AT_CUFF_NS` at `t_ns`, or None."""
        index = bisect_right(self.t, t_ns) - 1
        is_near = index >= 0 and t_ns - self.t[index] <= AT_CUFF_NS
        return self.values[index] if is_near else None


def series(visit: VisitRecord) -> tuple[Series, ...]:
    """Return the continuous vital signs that the visit has valid readings of."""
    return tuple(_series(visit, label, trace) for label, trace in chosen(visit.samples).items())


def _series(visit: VisitRecord, label: str, trace: Trace) -> Series:
    return Series(
        label=label,
        metric=trace.metric,
        source=f"{trace.monitor} {trace.sensor}".strip(),
        t=tuple(visit.timeline.steady_ns(sample.at) for sample in trace.samples),
        utc=tuple(sample.at.utc_ns for sample in trace.samples),
        values=tuple(sample.value for sample in trace.samples if sample.value is not None),
    )


def signed(number: int) -> str:
    """Return a number with its sign, the minus as a minus: "+58", "−2", "0"."""
    return f"{number:+d}".replace("-", "−") if number else "0"
