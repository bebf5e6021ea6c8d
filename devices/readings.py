"""Makes of what a driver found what is told of it: cuff readings whole, states when they change."""

from collections.abc import Mapping

from devices.events import DriverEvent, Mode, Numeric, SensorStatus, Validity
from devices.making import device_status, reading
from devices.vocabulary import METRICS


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
