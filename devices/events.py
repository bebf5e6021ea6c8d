"""What comes out of a driver, and of the port around it. Frozen, keyword-built, validated at birth.

Rules of the file:
1. A value that cannot be trusted is `None` with a `Validity` that says why; no number stands for "none".
2. `t_ns` is monotonic [ns], taken when the bytes arrived; what the monitor's own clock said is text and orders nothing.
3. Samples stay int16 little-endian bytes from the wire to the database: value = raw x scale + offset.
   `MISSING_SAMPLE` marks a sample that the monitor itself called invalid (int16 has no None; the same convention as the
   integer NaN of VitalDB's file format). Lost stretches are not filled: a `Gap` says how many samples are absent.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from devices.vocabulary import METRICS, MetricKind, Unit

MISSING_SAMPLE = -32768


class Validity(StrEnum):
    """Can the value be trusted? Words of IEEE 11073-10207 MeasurementValidity, in lower case."""

    VALID = "valid"
    QUESTIONABLE = "questionable"  # shown by the monitor with doubt
    INVALID = "invalid"  # the monitor gave a number that must not be used
    UNAVAILABLE = "unavailable"  # no number: probe off, lead off, not measured
    CALIBRATING = "calibrating"  # starting, searching, zeroing


class Mode(StrEnum):
    """How the value came about (11073 generation mode)."""

    REAL = "real"
    TEST = "test"
    DEMO = "demo"
    SIMULATED = "simulated"


class AlarmKind(StrEnum):
    """About the patient, or about the equipment (IEC 60601-1-8)."""

    PHYSIOLOGICAL = "physiological"
    TECHNICAL = "technical"


class Priority(StrEnum):
    """Urgency of an alarm condition (IEC 60601-1-8); order with `rank`."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """Return 1 for low, 2 for medium, 3 for high."""
        return {"low": 1, "medium": 2, "high": 3}[self.value]


class AlarmMeaning(StrEnum):
    """What an alarm of a monitor is about, where a rule rests on it and the monitor says it in something else than words."""

    APNOEA = "apnoea"  # no breath


class RejectReason(StrEnum):
    """Why bytes were thrown away."""

    CHECKSUM = "checksum"
    FRAMING = "framing"
    RANGE = "range"  # well-formed, but a field holds what the protocol does not allow
    UNKNOWN = "unknown"  # well-formed, of a type that we do not know
    OVERFLOW = "overflow"  # no end of frame within the longest one


@dataclass(frozen=True, slots=True, kw_only=True)
class Numeric:
    """One value of one metric.

    Attributes:
        t_ns: Arrival, monotonic [ns].
        metric: Name in the vocabulary.
        value: In the metric's unit; None unless `validity` is valid or questionable.
        validity: Whether it can be trusted.
        mode: Real, test, demo or simulated.
        source: Lead, site or sensor as the monitor names it ("II", "co2", "impedance", "oximeter"), or "".
        device_time: The monitor's own time as told, or None.
        measured_ns: Time of measurement, monotonic [ns], where it is not the arrival (a cuff reading); None when unknown.
        cycle: Number of the cuff cycle, the same for its three numerics; None for continuous metrics.
    """

    t_ns: int
    metric: str
    value: float | None
    validity: Validity = Validity.VALID
    mode: Mode = Mode.REAL
    source: str = ""
    device_time: str | None = None
    measured_ns: int | None = None
    cycle: int | None = None

    def __post_init__(self) -> None:
        metric = METRICS[self.metric]
        if metric.kind is not MetricKind.NUMERIC:
            raise ValueError(f"{self.metric} is a waveform")
        usable = self.validity in (Validity.VALID, Validity.QUESTIONABLE)
        if usable is (self.value is None):
            raise ValueError(f"{self.metric}: {self.validity} with value {self.value}")
        if self.value is not None and not metric.is_plausible(self.value):
            raise ValueError(f"{self.metric}: {self.value} is not plausible")

    @property
    def unit(self) -> Unit | None:
        """Return the metric's unit."""
        return METRICS[self.metric].unit


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveformChunk:
    """Consecutive samples of one waveform.

    Attributes:
        t_ns: Arrival of the last sample, monotonic [ns].
        metric: Name in the vocabulary.
        rate_hz: Samples a second.
        scale: Value of one raw step.
        offset: Value of raw 0.
        unit: Unit of raw x scale + offset; None for relative amplitude.
        samples: Shape `(n,)` int16 little-endian, n at least 1; `MISSING_SAMPLE` where the monitor called one invalid.
        source: Lead or sensor.
        mode: Real, test, demo or simulated.
    """

    t_ns: int
    metric: str
    rate_hz: float
    scale: float
    offset: float
    unit: Unit | None
    samples: bytes
    source: str = ""
    mode: Mode = Mode.REAL

    def __post_init__(self) -> None:
        if METRICS[self.metric].kind is not MetricKind.WAVEFORM:
            raise ValueError(f"{self.metric} is a numeric")
        if not self.samples or len(self.samples) % 2:
            raise ValueError("samples are a whole number of int16, at least one")
        if self.rate_hz <= 0:
            raise ValueError("rate_hz must be above 0")

    @property
    def n_samples(self) -> int:
        """Return the number of samples."""
        return len(self.samples) // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Samples that the monitor sent and that did not arrive (or that an overflow dropped).

    `n_samples` is None when their number is unknown.
    """

    t_ns: int
    metric: str
    source: str = ""
    n_samples: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAlarm:
    """An alarm as the monitor itself tells it, in its own code and text.

    Attributes:
        t_ns: Arrival, monotonic [ns].
        kind: About the patient or the equipment.
        priority: None when the monitor does not say.
        code: The monitor's own, or one made of what it sends; tells this alarm apart from its others.
        text: For people, in whatever language the monitor has: no rule looks at it.
        active: Whether it has begun or lasts; False when it is over.
        meaning: What a rule may rest on; set by drivers whose protocol says it by a code or a bit, or is defined in one
            language. None for all else.
    """

    t_ns: int
    kind: AlarmKind
    priority: Priority | None
    code: str
    text: str
    active: bool
    meaning: AlarmMeaning | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceInfo:
    """Who the monitor says it is; None for what it does not say."""

    t_ns: int
    vendor: str | None
    model: str | None
    serial: str | None = None
    software: str | None = None


class SensorStatus(StrEnum):
    """What a monitor says of one of its measurements."""

    OK = "ok"
    MEASURING = "measuring"  # a cuff cycle is running
    FAILED = "failed"  # a cuff cycle ended without a result
    STOPPED = "stopped"
    SEARCHING = "searching"
    SENSOR_OFF = "sensor_off"  # probe or lead is off the patient
    UNPLUGGED = "unplugged"
    BLOCKED = "blocked"  # sampling line occluded
    CALIBRATING = "calibrating"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceStatus:
    """A change in the state of one measurement.

    Attributes:
        t_ns: Arrival, monotonic [ns].
        metric: "nibp", "spo2", "ecg", "co2", "resp" or "temp".
        status: What it is now.
        text: The same for a nurse, in a few words ("cuff loose or not connected").
    """

    t_ns: int
    metric: str
    status: SensorStatus
    text: str


class AdmissionState(StrEnum):
    """Whether a patient is admitted on the monitor."""

    NONE = "none"
    PRE_ADMITTED = "pre_admitted"
    ADMITTED = "admitted"
    DISCHARGED = "discharged"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePatient:
    """Who the monitor says is connected to it; told when it changes, and after each reset.

    Attributes:
        t_ns: Arrival, monotonic [ns].
        admission: Whether somebody is admitted.
        patient_id: Id as typed into the monitor; None when it says none.
        name: Name as typed into the monitor; None when it says none.
    """

    t_ns: int
    admission: AdmissionState
    patient_id: str | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameRejected:
    """Bytes that were not taken.

    Attributes:
        t_ns: Arrival, monotonic [ns].
        reason: Why.
        offset: Position of the first byte since the start of the stream.
        length: How many bytes.
        raw: The bytes, at most 64 of them.
    """

    t_ns: int
    reason: RejectReason
    offset: int
    length: int
    raw: bytes


DriverEvent = Numeric | WaveformChunk | Gap | DeviceAlarm | DeviceInfo | DeviceStatus | DevicePatient | FrameRejected
"""All that a driver may give out."""


class LinkPhase(StrEnum):
    """Where a port stands."""

    DISCONNECTED = "disconnected"  # port not open: missing, busy, or closed by us
    CONNECTING = "connecting"  # open, nothing understood yet
    CONNECTED = "connected"  # good frames within the driver's quiet time
    SILENT = "silent"  # open, but nothing understood for longer than the driver's quiet time


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkState:
    """A change of a port's link.

    Attributes:
        t_ns: When, monotonic [ns].
        phase: Where it stands now.
        reason: A sentence for the operator: what happened and what to try; "" when all is well.
    """

    t_ns: int
    phase: LinkPhase
    reason: str = ""


PortEvent = DriverEvent | LinkState
"""All that may come from a port."""
