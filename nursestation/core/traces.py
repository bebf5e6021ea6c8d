"""Which readings stand for a vital sign where several monitors or sensors gave it: one choice for summary, report and review.

Rules of the file:
1. Only readings with validity `valid` count, and none of a test, a demonstration or a held monitor.
2. Heart rate stands before pulse rate. Of several traces of a metric the one with most such readings stands for it; of equals
   the first by name.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from nursestation.core import watching
from nursestation.core.records import Sample

VITALS = (("HR", ("heart_rate", "pulse_rate")), ("SpO₂", ("spo2",)), ("RR", ("resp_rate",)))
"""The continuous vital signs, with the metrics that can stand for each, best first."""

_WANTED = frozenset(metric for _, metrics in VITALS for metric in metrics)


@dataclass(frozen=True, slots=True)
class Trace:
    """The readings of one sensor that stand for a vital sign, in the order they came; never empty."""

    metric: str
    monitor: str
    sensor: str
    samples: tuple[Sample, ...] = field(repr=False)


def chosen(samples: Iterable[Sample]) -> dict[str, Trace]:
    """Return the trace that stands for each vital sign by its label ("HR"), of those that there are."""
    return chosen_of(filter(watching.is_counted, samples))


def chosen_of(counted: Iterable[Sample]) -> dict[str, Trace]:
    """Return the same of readings that all count: a visit has hundreds of thousands, and they are not looked over twice."""
    by_trace: dict[tuple[str, str, str], list[Sample]] = defaultdict(list)
    for sample in counted:
        if sample.metric in _WANTED:
            by_trace[sample.metric, sample.monitor, sample.source].append(sample)
    found = ((label, _best(by_trace, metrics)) for label, metrics in VITALS)
    return {label: trace for label, trace in found if trace is not None}


def _best(by_trace: dict[tuple[str, str, str], list[Sample]], metrics: Sequence[str]) -> Trace | None:
    for metric in metrics:
        own = [key for key in sorted(by_trace) if key[0] == metric]
        if own:
            _, monitor, sensor = key = max(own, key=lambda key: len(by_trace[key]))
            return Trace(metric, monitor, sensor, tuple(by_trace[key]))
    return None
