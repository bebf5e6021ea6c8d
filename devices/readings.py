"""Makes events of what a driver found: numbers checked against their plausible range, states told when they change."""

from collections.abc import Mapping

from devices.events import DriverEvent, Mode, Numeric, SensorStatus, Validity
from devices.making import PLAUSIBLE, device_status, numeric
from devices.vocabulary import METRICS

_VALID, _QUESTIONABLE = Validity.VALID, Validity.QUESTIONABLE


def reading(
    metric: str,
    value: float | None,
    now_ns: int,
    validity: Validity = Validity.VALID,
    *,
    mode: Mode = Mode.REAL,
    source: str = "",
    device_time: str | None = None,
    measured_ns: int | None = None,
    cycle: int | None = None,
) -> Numeric:
    """Return the numeric, without its number where that cannot be used.

    Args:
        metric: Name in the vocabulary.
        value: In the metric's unit; None when the monitor gave none.
        now_ns: Arrival, monotonic [ns].
        validity: What the monitor's own state says of the number; only valid and questionable ones keep it.
        mode: What the monitor says of how it came about.
        source: Lead, site or sensor.
        device_time: The monitor's own time.
        measured_ns: Time of measurement, monotonic [ns].
        cycle: Number of the cuff cycle.

    Returns:
        The number when it can be used; else None with the reason: as given, `UNAVAILABLE` when the monitor gave none, and
        `INVALID` when the number is not plausible.
    """
    if validity is not _VALID and validity is not _QUESTIONABLE:
        value = None
    elif value is None:
        validity = Validity.UNAVAILABLE
    else:
        low, high = PLAUSIBLE[metric]
        if not low <= value <= high:
            value, validity = None, Validity.INVALID
    return numeric(now_ns, metric, value, validity, mode, source, device_time, measured_ns, cycle)


def is_plausible_triple(systolic: float, diastolic: float, mean: float) -> bool:
    """Say whether the three can be one cuff reading [mmHg]: in order, and each in its plausible range."""
    return (
        systolic > mean > diastolic
        and METRICS["nibp_sys"].is_plausible(systolic)
        and METRICS["nibp_dia"].is_plausible(diastolic)
        and METRICS["nibp_mean"].is_plausible(mean)
    )


def cuff_triple(
    systolic: float,
    diastolic: float,
    mean: float,
    now_ns: int,
    *,
    cycle: int,
    measured_ns: int | None,
    validity: Validity = Validity.VALID,
    mode: Mode = Mode.REAL,
    device_time: str | None = None,
) -> tuple[Numeric, Numeric, Numeric]:
    """Return the three numerics of one cuff cycle, in the order of `vocabulary.NIBP_TRIPLE`.

    Args:
        systolic: [mmHg], the three as `is_plausible_triple` wants them.
        diastolic: [mmHg]
        mean: [mmHg]
        now_ns: Arrival, monotonic [ns].
        cycle: Number of the cycle, never used before on this port.
        measured_ns: When the cycle ended, monotonic [ns]; None when unknown.
        validity: Valid, or questionable when it cannot be told when it was measured.
        mode: What the monitor says of how it came about.
        device_time: The monitor's own time of the measurement.
    """

    def part(metric: str, value: float) -> Numeric:
        return reading(
            metric,
            value,
            now_ns,
            validity,
            mode=mode,
            device_time=device_time,
            measured_ns=measured_ns,
            cycle=cycle,
        )

    return part("nibp_sys", systolic), part("nibp_dia", diastolic), part("nibp_mean", mean)


class Statuses:
    """What was last said of each measurement, so that only changes are told."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[SensorStatus, str]] = {}

    def tell(self, out: list[DriverEvent], metric: str, status: SensorStatus, text: str, now_ns: int) -> None:
        """Put a `DeviceStatus` into `out` when status or text differ from the last ones of `metric`."""
        said = status, text
        if self._last.get(metric) != said:
            self._last[metric] = said
            out.append(device_status(now_ns, metric, status, text))

    def forget(self) -> None:
        """Tell everything anew from here on."""
        self._last.clear()


UNKNOWN_MAX = 256
"""Most names that `Unknown` keeps; a monitor's own list of numerics is shorter."""


class Unknown:
    """Counts what a monitor sends and we have no name for, so that it is not dropped in silence."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    @property
    def counts(self) -> Mapping[str, int]:
        """Return name to how often, as a copy."""
        return dict(self._counts)

    def count(self, name: str) -> None:
        """Count one more of `name`, as the protocol's document calls it, with its code."""
        if name in self._counts:
            self._counts[name] += 1
        elif len(self._counts) < UNKNOWN_MAX:
            self._counts[name] = 1
