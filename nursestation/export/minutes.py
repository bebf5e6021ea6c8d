"""The readings of a visit minute by minute: the medians that charts take in place of every reading.

Rules of the file:
1. A minute is a minute of the visit's steady line of time that begins at a full minute. Only readings with validity `valid` that
   are of this patient count (`fold.is_usable`), each monitor, sensor and metric for itself.
2. A minute without such a reading has no value: nothing is carried over and nothing filled in.
3. Beside the median stand the number of readings, the lowest and the highest: a short dip is not lost in a median.
4. Cuff readings are no part of it: each is a reading of its own (`records.CuffTaken`).
"""

import statistics
from collections import defaultdict
from dataclasses import dataclass

from devices.clock import NS_PER_S
from devices.events import Mode, Validity
from nursestation.core.fold import is_usable
from nursestation.core.records import Sample
from nursestation.export.visit import VisitRecord
from nursestation.export.watched import Progress, silently, watched

MINUTE_NS = 60 * NS_PER_S


@dataclass(frozen=True, slots=True)
class MinuteValue:
    """One metric of one sensor in one minute, in the metric's unit.

    Attributes:
        metric, monitor, source: What, from which monitor and sensor.
        mode: Simulated where one of the readings was.
        minute: Number of the minute on the steady line of time, times `MINUTE_NS` its begin [ns].
        first_utc_ns, last_utc_ns: When the first and the last of its readings came, UTC [ns].
        n: How many readings.
        median, low, high: Of them.
    """

    metric: str
    monitor: str
    source: str
    mode: Mode
    minute: int
    first_utc_ns: int
    last_utc_ns: int
    n: int
    median: float
    low: float
    high: float


def minute_values(visit: VisitRecord, progress: Progress = silently) -> tuple[MinuteValue, ...]:
    """Return the values of every minute that has readings, by minute, then monitor, metric and sensor.

    Args:
        visit: The session.
        progress: Told how much is done (0 to 1); what it raises ends the work.
    """
    found: dict[tuple[int, str, str, str], list[Sample]] = defaultdict(list)
    for sample in watched(visit.samples, progress, 0, 1):
        is_counted = sample.validity is Validity.VALID and is_usable(sample) and not sample.metric.startswith("nibp_")
        if is_counted:
            found[minute_of(visit, sample), sample.monitor, sample.metric, sample.source].append(sample)
    return tuple(_value(key, samples) for key, samples in sorted(found.items()))


def minute_of(visit: VisitRecord, sample: Sample) -> int:
    """Return the number of the minute in which a reading came, on the steady line of time."""
    return visit.timeline.steady_ns(sample.at) // MINUTE_NS


def _value(key: tuple[int, str, str, str], samples: list[Sample]) -> MinuteValue:
    minute, monitor, metric, source = key
    values = [sample.value for sample in samples if sample.value is not None]
    times = [sample.at.utc_ns for sample in samples]
    return MinuteValue(
        metric=metric,
        monitor=monitor,
        source=source,
        mode=Mode.SIMULATED if any(sample.mode is Mode.SIMULATED for sample in samples) else Mode.REAL,
        minute=minute,
        first_utc_ns=min(times),
        last_utc_ns=max(times),
        n=len(values),
        median=statistics.median(values),
        low=min(values),
        high=max(values),
    )
