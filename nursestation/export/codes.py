"""What each metric is called elsewhere: LOINC, UCUM and IEEE 11073-10101 codes, one table for all formats.

Rules of the file:
1. A code stands here when two public sources name it alike; each row names them. What has none (inspired CO2, ST deviation) has
   no row, and a format says it in words or leaves it out: no code is guessed and none is made up.
2. LOINC: the first is what was measured; the rest are the codes that the FHIR R4 vital-signs profiles ask for beside it.
3. Breathing is counted in several ways, and 11073 has a code for each: `mdc_of` chooses by what the monitor says of its sensor.

Sources: FHIR R4, "Vital Signs Profile" (hl7.org/fhir/R4/observation-vitalsigns.html) [R4]; HL7 US Core, pulse oximetry [USCORE];
HL7 Point-of-Care Device guide, examples of Observation [POCD]; IHE PCD Technical Framework Volume 2 and published PCD-01
messages of Mindray, GE and Philips monitors [PCD]; ICU module of the German Medical Informatics Initiative [MII]; OpenICE, table
`rosetta` [ICE]; OMOP and MIMIC-III mappings of LOINC [OMOP]. LOINC is copyright Regenstrief Institute, Inc.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from devices.vocabulary import METRICS, Unit

LOINC, UCUM, MDC = "http://loinc.org", "http://unitsofmeasure.org", "urn:iso:std:iso:11073:10101"
"""URIs of the code systems, as FHIR R4 names them."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code with its name in its system; `system` is one of the URIs above."""

    system: str
    code: str
    display: str


@dataclass(frozen=True, slots=True)
class UnitCode:
    """A unit: as people write it, its UCUM code, and its 11073 code."""

    shown: str
    ucum: str
    mdc: Code


@dataclass(frozen=True, slots=True)
class MetricCode:
    """A metric.

    Attributes:
        metric: Name in the vocabulary.
        loinc: Its LOINC codes, what was measured first.
        mdc: Its 11073 code.
        unit: Of its values.
        source: Where the codes are published: at least two for each.
    """

    metric: str
    loinc: tuple[Code, ...]
    mdc: Code
    unit: UnitCode
    source: str


def _loinc(code: str, display: str) -> Code:
    return Code(LOINC, code, display)


def _mdc(code: int, reference: str) -> Code:
    return Code(MDC, str(code), reference)


_BEATS = UnitCode("beats/min", "/min", _mdc(264864, "MDC_DIM_BEAT_PER_MIN"))
_BREATHS = UnitCode("breaths/min", "/min", _mdc(264928, "MDC_DIM_RESP_PER_MIN"))
_PERCENT = UnitCode("%", "%", _mdc(262688, "MDC_DIM_PERCENT"))
_MMHG = UnitCode("mmHg", "mm[Hg]", _mdc(266016, "MDC_DIM_MMHG"))
_DEG_C = UnitCode("°C", "Cel", _mdc(268192, "MDC_DIM_DEGC"))
KG = UnitCode("kg", "kg", _mdc(263875, "MDC_DIM_KILO_G"))

HEART_RATE = _loinc("8867-4", "Heart rate")
BODY_WEIGHT = _loinc("29463-7", "Body weight")
PAIN = _loinc("72514-3", "Pain severity - 0-10 verbal numeric rating [Score] - Reported")
BP_PANEL = (_loinc("85354-9", "Blood pressure panel with all children optional"), _mdc(150020, "MDC_PRESS_BLD_NONINV"))
"""The panel of one cuff reading. Source: R4, POCD."""


def _row(metric: str, unit: UnitCode, source: str, *loinc: Code, mdc: Code | None = None) -> MetricCode:
    known = METRICS[metric]
    if mdc is None:
        if known.mdc_code is None or known.mdc_reference is None:
            raise ValueError(f"{metric}: the vocabulary has no 11073 code")
        mdc = _mdc(known.mdc_code, known.mdc_reference)
    return MetricCode(metric, loinc, mdc, unit, source)


CODES: Mapping[str, MetricCode] = MappingProxyType({
    one.metric: one
    for one in (
        _row("heart_rate", _BEATS, "R4, PCD, MII", HEART_RATE),
        _row("pulse_rate", _BEATS, "USCORE, OMOP, PCD", _loinc("8889-8", "Heart rate by Pulse oximetry"), HEART_RATE),
        _row(
            "spo2", _PERCENT, "R4, USCORE, PCD, MII",
            _loinc("59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry"),
            _loinc("2708-6", "Oxygen saturation in Arterial blood"),
        ),
        _row("perfusion_index", _PERCENT, "OMOP, PCD", _loinc("61006-3", "Perfusion index Tissue by Pulse oximetry")),
        _row("resp_rate", _BREATHS, "R4, PCD, MII", _loinc("9279-1", "Respiratory rate")),
        _row(
            "etco2", _MMHG, "MII (both codes), ICE",
            _loinc("19891-1", "Carbon dioxide [Partial pressure] in Exhaled gas --at end expiration"),
            mdc=_mdc(151708, "MDC_AWAY_CO2_ET"),
        ),
        _row("nibp_sys", _MMHG, "R4, PCD, POCD", _loinc("8480-6", "Systolic blood pressure")),
        _row("nibp_dia", _MMHG, "R4, PCD, POCD", _loinc("8462-4", "Diastolic blood pressure")),
        _row("nibp_mean", _MMHG, "POCD, PCD, OMOP", _loinc("8478-0", "Mean blood pressure")),
        _row("nibp_pulse_rate", _BEATS, "R4, PCD", HEART_RATE),
        _row(
            "art_sys", _MMHG, "OMOP, PCD", _loinc("76215-3", "Invasive Systolic blood pressure"),
            mdc=_mdc(150033, "MDC_PRESS_BLD_ART_SYS"),
        ),
        _row(
            "art_dia", _MMHG, "OMOP, PCD", _loinc("76213-8", "Invasive Diastolic blood pressure"),
            mdc=_mdc(150034, "MDC_PRESS_BLD_ART_DIA"),
        ),
        _row(
            "art_mean", _MMHG, "OMOP, PCD", _loinc("76214-6", "Invasive Mean blood pressure"),
            mdc=_mdc(150035, "MDC_PRESS_BLD_ART_MEAN"),
        ),
        _row("temp", _DEG_C, "R4, PCD, MII", _loinc("8310-5", "Body temperature")),
    )
})  # fmt: skip
"""Every metric that has codes, by name."""

_BREATHING = MappingProxyType(
    {"co2": _mdc(151594, "MDC_CO2_RESP_RATE"), "impedance": _mdc(151578, "MDC_TTHOR_RESP_RATE")}
)
"""How breathing was counted, by the sensor that a monitor names. Source: PCD, ICE."""

UCUM_UNITS: Mapping[Unit, str] = MappingProxyType(
    {Unit.PER_MIN: "/min", Unit.PERCENT: "%", Unit.MMHG: "mm[Hg]", Unit.DEG_C: "Cel", Unit.MV: "mV", Unit.MM: "mm"}
)
"""UCUM code of every unit of the vocabulary, also of metrics without a row. Source: the UCUM specification, ucum.org."""


def mdc_of(metric: str, source: str) -> Code | None:
    """Return the 11073 code of a metric as `source`, its sensor, measures it; None where none is known."""
    if metric == "resp_rate" and source in _BREATHING:
        return _BREATHING[source]
    known = CODES.get(metric)
    return None if known is None else known.mdc


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a monitor that measures a metric: its 11073 device (VMD) and channel; None where none is published."""

    vmd: Code
    channel: Code | None


MONITOR = _mdc(69965, "MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS")
"""A monitor as a whole. Source: PCD."""

_ECG = Part(_mdc(69798, "MDC_DEV_ECG_VMD"), None)
_OXIMETER = Part(_mdc(69642, "MDC_DEV_ANALY_SAT_O2_VMD"), _mdc(69643, "MDC_DEV_ANALY_SAT_O2_CHAN"))
_ARTERY = Part(_mdc(69854, "MDC_DEV_METER_PRESS_BLD_VMD"), _mdc(69855, "MDC_DEV_METER_PRESS_BLD_CHAN"))
_THERMOMETER = Part(_mdc(69902, "MDC_DEV_METER_TEMP_VMD"), _mdc(69903, "MDC_DEV_METER_TEMP_CHAN"))
CUFF = Part(_mdc(70686, "MDC_DEV_PRESS_BLD_NONINV_VMD"), _mdc(70687, "MDC_DEV_PRESS_BLD_NONINV_CHAN"))

_PARTS: Mapping[str, Part] = MappingProxyType({
    "heart_rate": _ECG, "pulse_rate": _OXIMETER, "spo2": _OXIMETER, "perfusion_index": _OXIMETER,
    "art_sys": _ARTERY, "art_dia": _ARTERY, "art_mean": _ARTERY, "temp": _THERMOMETER,
    "nibp_sys": CUFF, "nibp_dia": CUFF, "nibp_mean": CUFF, "nibp_pulse_rate": CUFF,
})  # fmt: skip


def part_of(metric: str, source: str) -> Part | None:
    """Return the part of a monitor that measures a metric; None where no code of it is published by two (gas in breath)."""
    if metric == "resp_rate":
        return _ECG if source == "impedance" else None
    return _PARTS.get(metric)
