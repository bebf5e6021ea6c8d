"""The visits of one patient on one line of time, that of the time since the start of the treatment: what is compared.

Rules of the file:
1. Pressures are cuff readings as they were taken. Heart rate is the median of each minute's valid readings, of the trace that
   stands for it (`traces.py`); a minute without one has none.
2. A visit without a treatment has no time since the start, and is left out.
"""

import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from devices.clock import NS_PER_S
from nursestation.core import traces
from nursestation.core.history import TOLD, Told, folded
from nursestation.core.model import Phase, SeriesPlace
from nursestation.core.records import Sample

_NS_PER_MIN = 60 * NS_PER_S


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitLine:
    """One visit; minutes count from the start of the treatment, negative before it.

    Attributes:
        session, opened_utc_ns, protocol: Which, when it was checked in, UTC [ns], and the title of its protocol.
        series: Its place in the series, None where none was told.
        cuffs: (minute, systolic, diastolic) of each reading [min, mmHg, mmHg].
        heart_rate: (minute, median) [min, /min].
        baseline: (systolic, diastolic) [mmHg], or None.
        ended: When the treatment was over [min]; None while it lasts.
        phase: Where the visit stands, or how it ended.
    """

    session: str
    opened_utc_ns: int
    protocol: str
    series: SeriesPlace | None
    cuffs: tuple[tuple[float, int, int], ...]
    heart_rate: tuple[tuple[float, float], ...]
    baseline: tuple[int, int] | None
    ended: float | None
    phase: Phase


def visit_line(told: Told, rates: Sequence[Sample]) -> VisitLine | None:
    """Return a visit as it is compared; None for one without a treatment.

    Args:
        told: Its records, with its line of time.
        rates: Its readings of heart rate and pulse rate.
    """
    visit = folded(replace(told, records=tuple(one for one in told.records if isinstance(one, TOLD))))
    if visit is None or visit.infusion_started is None:
        return None
    start_ns = visit.infusion_started.mono_ns

    def minute(t_ns: int) -> float:
        return (t_ns - start_ns) / _NS_PER_MIN

    by_minute: dict[int, list[float]] = defaultdict(list)
    trace = traces.chosen(rates).get("HR")
    for sample in trace.samples if trace is not None else ():
        if sample.value is not None:
            by_minute[(told.timeline.steady_ns(sample.at) - start_ns) // _NS_PER_MIN].append(sample.value)
    stopped = visit.infusion_stopped
    return VisitLine(
        session=visit.session,
        opened_utc_ns=visit.opened.utc_ns,
        protocol=visit.protocol.title,
        series=visit.series,
        cuffs=tuple((minute(one.measured_mono_ns), one.sys, one.dia) for one, _ in visit.cuffs),
        heart_rate=tuple((n + 0.5, statistics.median(values)) for n, values in sorted(by_minute.items())),
        baseline=(visit.baseline.sys, visit.baseline.dia) if visit.baseline is not None else None,
        ended=None if stopped is None else minute(stopped.mono_ns),
        phase=visit.phase,
    )
