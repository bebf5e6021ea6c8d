"""Makes the events that come by the thousand, in a fifth of the time that their constructors take.

A frozen dataclass writes each of its fields by a call of `object.__setattr__`, which is most of what decoding would cost. So
here a value that is the event but for the freezing takes the fields, as quickly as any object, and then becomes the event.

Rules of the file:
1. Nothing is made here that the event's own constructor would refuse: the same checks come first. A chunk that does not pass
   them goes to the constructor, which raises; a reading that does not is made without its number, and says why.
2. What is made is the event itself, of its own class: frozen, equal to and hashed as one that its constructor made.
3. Calls for chunks are positional and without defaults: naming the arguments takes as long as the rest of it.
"""

from typing import TYPE_CHECKING

from devices.events import DeviceStatus, Mode, Numeric, SensorStatus, Validity, WaveformChunk
from devices.vocabulary import METRICS, MetricKind, Unit

PLAUSIBLE = {metric.name: (metric.low, metric.high) for metric in METRICS.values() if metric.kind is MetricKind.NUMERIC}
"""The lowest and the highest plausible value of each numeric, in its unit."""

_WAVES = frozenset(metric.name for metric in METRICS.values() if metric.kind is MetricKind.WAVEFORM)
_VALID, _QUESTIONABLE = Validity.VALID, Validity.QUESTIONABLE
_UNAVAILABLE, _INVALID = Validity.UNAVAILABLE, Validity.INVALID


if TYPE_CHECKING:

    class _NumericUnfrozen:
        t_ns: int
        metric: str
        value: float | None
        validity: Validity
        mode: Mode
        source: str
        device_time: str | None
        measured_ns: int | None
        cycle: int | None

    class _WaveformChunkUnfrozen:
        t_ns: int
        metric: str
        rate_hz: float
        scale: float
        offset: float
        unit: Unit | None
        samples: bytes
        source: str
        mode: Mode

    class _DeviceStatusUnfrozen:
        t_ns: int
        metric: str
        status: SensorStatus
        text: str

else:  # heirs of the events, for to become what one descends from takes half the time of becoming a stranger

    class _Unfrozen:
        __slots__ = ()
        __init__ = object.__init__
        __setattr__ = object.__setattr__
        __delattr__ = object.__delattr__

    class _NumericUnfrozen(_Unfrozen, Numeric):
        __slots__ = ()

    class _WaveformChunkUnfrozen(_Unfrozen, WaveformChunk):
        __slots__ = ()

    class _DeviceStatusUnfrozen(_Unfrozen, DeviceStatus):
        __slots__ = ()


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
        metric: Name of a numeric in the vocabulary.
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

    Raises:
        KeyError: the vocabulary has no such numeric.
    """
    low, high = PLAUSIBLE[metric]
    if validity is not _VALID and validity is not _QUESTIONABLE:
        value = None
    elif value is None:
        validity = _UNAVAILABLE
    elif not low <= value <= high:
        value, validity = None, _INVALID
    made = _NumericUnfrozen()
    made.t_ns = now_ns
    made.metric = metric
    made.value = value
    made.validity = validity
    made.mode = mode
    made.source = source
    made.device_time = device_time
    made.measured_ns = measured_ns
    made.cycle = cycle
    made.__class__ = Numeric  # type: ignore[assignment]
    return made  # type: ignore[return-value]


def waveform_chunk(
    t_ns: int,
    metric: str,
    rate_hz: float,
    scale: float,
    offset: float,
    unit: Unit | None,
    samples: bytes,
    source: str,
    mode: Mode,
) -> WaveformChunk:
    """Return `WaveformChunk` of these fields, which see.

    Raises:
        ValueError: there are no samples, half a one, or no rate; or the metric is a numeric.
        KeyError: the vocabulary has no such metric.
    """
    if metric not in _WAVES or not samples or len(samples) % 2 or not rate_hz > 0:
        return WaveformChunk(
            t_ns=t_ns, metric=metric, rate_hz=rate_hz, scale=scale, offset=offset, unit=unit, samples=samples,
            source=source, mode=mode,
        )  # fmt: skip
    made = _WaveformChunkUnfrozen()
    made.t_ns = t_ns
    made.metric = metric
    made.rate_hz = rate_hz
    made.scale = scale
    made.offset = offset
    made.unit = unit
    made.samples = samples
    made.source = source
    made.mode = mode
    made.__class__ = WaveformChunk  # type: ignore[assignment]
    return made  # type: ignore[return-value]


def waveform_chunks(
    n_samples: int,
    t_ns: int,
    metric: str,
    rate_hz: float,
    scale: float,
    offset: float,
    unit: Unit | None,
    samples: bytes,
    source: str,
    mode: Mode,
) -> list[WaveformChunk]:
    """Return `samples` as chunks of `n_samples` each (the last one of what is left); the other fields are those of all.

    Raises:
        ValueError: as `waveform_chunk`, or there are none in a chunk.
        KeyError: the vocabulary has no such metric.
    """
    size = 2 * n_samples
    if metric not in _WAVES or not samples or len(samples) % 2 or not rate_hz > 0:
        return [waveform_chunk(t_ns, metric, rate_hz, scale, offset, unit, samples, source, mode)]
    chunks: list[WaveformChunk] = []
    for at in range(0, len(samples), size):
        made = _WaveformChunkUnfrozen()
        made.t_ns = t_ns
        made.metric = metric
        made.rate_hz = rate_hz
        made.scale = scale
        made.offset = offset
        made.unit = unit
        made.samples = samples[at : at + size]
        made.source = source
        made.mode = mode
        made.__class__ = WaveformChunk  # type: ignore[assignment]
        chunks.append(made)  # type: ignore[arg-type]
    return chunks


def device_status(t_ns: int, metric: str, status: SensorStatus, text: str) -> DeviceStatus:
    """Return `DeviceStatus` of these fields, which see."""
    made = _DeviceStatusUnfrozen()
    made.t_ns = t_ns
    made.metric = metric
    made.status = status
    made.text = text
    made.__class__ = DeviceStatus  # type: ignore[assignment]
    return made  # type: ignore[return-value]
