"""Every metric once: our name, its IEEE 11073-10101 reference and code, unit, plausible range and labels.

Codes: IEEE 11073-10101 (partition x 65536 + term). A code that no second source confirmed is `None` rather than a guess.
Plausible ranges are what an adult's monitor can show at all; a number outside is treated as a decoding fault and never as
a vital sign. Source: project decision, ADR-0003 (measuring ranges of the supported monitors).
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Unit(StrEnum):
    """Units of stored values; every driver converts to these."""

    PER_MIN = "/min"
    PERCENT = "%"
    MMHG = "mmHg"
    DEG_C = "degC"
    MV = "mV"
    MM = "mm"

    @property
    def shown(self) -> str:
        """Return it as people write it; the value itself is what files and event lines say."""
        return "°C" if self is Unit.DEG_C else self.value


class MetricKind(StrEnum):
    """Whether a metric is a single value or an array of samples (11073: numeric, real-time sample array)."""

    NUMERIC = "numeric"
    WAVEFORM = "waveform"


@dataclass(frozen=True, slots=True)
class Metric:
    """One named quantity.

    Attributes:
        name: Our name, as in event lines and exports.
        kind: Numeric or waveform.
        unit: Unit of its values; None where the monitor gives relative amplitude only.
        low: Lowest plausible value, in `unit`.
        high: Highest plausible value, in `unit`.
        label: Full name for people.
        short: What a bedside monitor writes beside the number.
        mdc_reference: IEEE 11073-10101 reference id, or None.
        mdc_code: IEEE 11073-10101 code, or None.
    """

    name: str
    kind: MetricKind
    unit: Unit | None
    low: float
    high: float
    label: str
    short: str
    mdc_reference: str | None = None
    mdc_code: int | None = None

    def is_plausible(self, value: float) -> bool:
        """Say whether `value` lies in the plausible range."""
        return self.low <= value <= self.high


_N, _W = MetricKind.NUMERIC, MetricKind.WAVEFORM
_ALL = (
    Metric("heart_rate", _N, Unit.PER_MIN, 15, 350, "Heart rate (ECG)", "HR", "MDC_ECG_HEART_RATE", 147842),
    Metric("pulse_rate", _N, Unit.PER_MIN, 15, 350, "Pulse rate (oximeter)", "PR", "MDC_PULS_OXIM_PULS_RATE", 149530),
    Metric("spo2", _N, Unit.PERCENT, 1, 100, "Oxygen saturation", "SpO₂", "MDC_PULS_OXIM_SAT_O2", 150456),
    Metric("perfusion_index", _N, Unit.PERCENT, 0, 30, "Perfusion index", "PI", "MDC_BLD_PERF_INDEX", 150488),
    Metric("resp_rate", _N, Unit.PER_MIN, 0, 150, "Respiration rate", "RR", "MDC_RESP_RATE", 151562),
    Metric("etco2", _N, Unit.MMHG, 0, 150, "End-tidal CO₂", "EtCO₂"),
    Metric("fico2", _N, Unit.MMHG, 0, 150, "Inspired CO₂", "FiCO₂"),
    Metric("nibp_sys", _N, Unit.MMHG, 20, 300, "Cuff pressure, systolic", "SYS", "MDC_PRESS_BLD_NONINV_SYS", 150021),
    Metric("nibp_dia", _N, Unit.MMHG, 10, 250, "Cuff pressure, diastolic", "DIA", "MDC_PRESS_BLD_NONINV_DIA", 150022),
    Metric("nibp_mean", _N, Unit.MMHG, 10, 275, "Cuff pressure, mean", "MAP", "MDC_PRESS_BLD_NONINV_MEAN", 150023),
    Metric("nibp_pulse_rate", _N, Unit.PER_MIN, 15, 350, "Pulse rate (cuff)", "PR", "MDC_PULS_RATE_NON_INV", 149546),
    Metric("art_sys", _N, Unit.MMHG, -50, 350, "Arterial pressure, systolic", "ART sys"),
    Metric("art_dia", _N, Unit.MMHG, -50, 350, "Arterial pressure, diastolic", "ART dia"),
    Metric("art_mean", _N, Unit.MMHG, -50, 350, "Arterial pressure, mean", "ART mean"),
    Metric("temp", _N, Unit.DEG_C, 20, 45, "Temperature", "Temp", "MDC_TEMP", 150344),
    Metric("st", _N, Unit.MV, -5, 5, "ST deviation", "ST"),
    Metric("ecg", _W, Unit.MV, -20, 20, "Electrocardiogram", "ECG"),
    Metric("pleth", _W, None, 0, 1, "Plethysmogram", "Pleth"),
    Metric("resp", _W, None, -1, 1, "Respiration", "Resp"),
    Metric("co2", _W, Unit.MMHG, -10, 150, "Capnogram", "CO₂"),
    Metric("art", _W, Unit.MMHG, -50, 350, "Arterial pressure", "ART"),
)

METRICS = MappingProxyType({metric.name: metric for metric in _ALL})
"""Every metric by name."""

NIBP_TRIPLE = ("nibp_sys", "nibp_dia", "nibp_mean")
"""The three numerics of one cuff cycle, always reported together."""
