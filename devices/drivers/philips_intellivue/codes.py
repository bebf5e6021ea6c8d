"""The numbers of the nomenclature that this driver reads: classes, attributes, units, and what each measured value is.

A value that comes under a code not listed here is counted as unknown, never guessed; a unit not listed gives no number.

Source: Philips IntelliVue Data Export Interface Programming Guide, rev. G.0 (attribute and nomenclature tables), as carried by
the public programs OpenICE, VSCaptureMP and jaj42/intellipy, and seen in published recordings of an M8000; ECG lead codes
beyond those: IEEE 11073-10101, MDC_ECG_LEAD_*.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import NamedTuple

TICKS_PER_S = 8000
"""Relative time counts 125 us."""

SCADA = 2
"""Partition of measured values, in the upper half of a label."""


class ObjectClass(IntEnum):
    """What can be polled."""

    NUMERICS = 0x0006
    WAVES = 0x0009
    MDS = 0x0021
    PATIENT = 0x002A
    ALARMS = 0x0036


class Group(IntEnum):
    """Which attributes a poll asks for."""

    ALL = 0x0000
    ALARMS = 0x0801
    OBSERVED = 0x0803
    PATIENT = 0x0807
    MDS = 0x080A
    DYNAMIC = 0x0810
    STATIC = 0x0811


class Action(IntEnum):
    """Kind of a poll."""

    POLL = 0x0C16
    EXTENDED_POLL = 0xF13B


MDS_CREATED = 0x0D06
"""Event with which the monitor opens a session."""


class Attribute(IntEnum):
    """Attributes that this driver reads, or that the simulated monitor sends."""

    PHYSIOLOGICAL_ALARMS = 0x0902
    TECHNICAL_ALARMS = 0x0904
    ALARM_STATE = 0x0916
    HANDLE = 0x0921
    LABEL = 0x0924
    LABEL_TEXT = 0x0927
    MODEL = 0x0928
    OBJECT_TYPE = 0x092F
    METRIC_STATE = 0x0940
    OPERATING_MODE = 0x0946
    COMPOUND = 0x094B
    OBSERVED = 0x0950
    PATIENT_STATE = 0x0957
    PATIENT_ID = 0x095A
    GIVEN_NAME = 0x095D
    FAMILY_NAME = 0x095C
    COMPOUND_SAMPLES = 0x0967
    SAMPLE_SPEC = 0x096D
    SAMPLES = 0x096E
    SCALE = 0x096F
    SYSTEM_ID = 0x0984
    ABSOLUTE_TIME = 0x0987
    SAMPLE_PERIOD = 0x098D
    RELATIVE_TIME = 0x098F
    MEASURED_AT = 0x0990
    UNIT = 0x0996
    SAMPLE_MASKS = 0x0A16
    ACTIVE_PERIOD = 0xF13E
    WAVE_PRIORITY = 0xF23A


class State(IntFlag):
    """Measurement state of a value or of samples."""

    INVALID = 0x8000
    QUESTIONABLE = 0x4000
    UNAVAILABLE = 0x2000
    CALIBRATING = 0x1000
    TEST = 0x0800
    DEMO = 0x0400
    EARLY = 0x0040
    ONGOING = 0x0020
    IN_ALARM = 0x0002
    ALARMS_OFF = 0x0001


METRIC_OFF = 0x8000
"""Bit of the metric state: the measurement is switched off."""


class OperatingMode(IntFlag):
    """What the monitor as a whole is doing."""

    UNSPECIFIED = 0x8000
    MONITORING = 0x4000
    DEMO = 0x2000
    SERVICE = 0x1000
    STANDBY = 0x0002
    CONFIGURATION = 0x0001


class UnitCode(IntEnum):
    """Units that can be converted to ours."""

    NONE = 0x0200
    PERCENT = 0x0220
    BEATS_PER_MIN = 0x0AA0
    PULSES_PER_MIN = 0x0AC0
    BREATHS_PER_MIN = 0x0AE0
    MMHG = 0x0F20
    KPA = 0x0F03
    CMH2O = 0x0F40
    CELSIUS = 0x17A0
    FAHRENHEIT = 0x1140
    MILLIVOLT = 0x10B2
    OHM = 0x10C0
    MILLIMETRE = 0x0512


MMHG_PER_KPA = 7.50062
_MMHG_PER_CMH2O = 0.735559

Conversions = Mapping[int, tuple[float, float]]
"""Unit code to (factor, summand) that make ours of it."""

_RATE: Conversions = {
    UnitCode.BEATS_PER_MIN: (1, 0),
    UnitCode.PULSES_PER_MIN: (1, 0),
    UnitCode.BREATHS_PER_MIN: (1, 0),
}
_PERCENT: Conversions = {UnitCode.PERCENT: (1, 0)}
_PERFUSION: Conversions = {UnitCode.NONE: (1, 0), UnitCode.PERCENT: (1, 0)}
PRESSURE: Conversions = {
    UnitCode.MMHG: (1, 0),
    UnitCode.KPA: (MMHG_PER_KPA, 0),
    UnitCode.CMH2O: (_MMHG_PER_CMH2O, 0),
}
_TEMPERATURE: Conversions = {UnitCode.CELSIUS: (1, 0), UnitCode.FAHRENHEIT: (5 / 9, -160 / 9)}
_ST: Conversions = {UnitCode.MILLIMETRE: (0.1, 0), UnitCode.MILLIVOLT: (1, 0)}
"""An ECG is drawn with 10 mm for 1 mV."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a value of one physiological id is.

    Attributes:
        metric: Name in the vocabulary.
        source: Site or sensor.
        units: The units that it may have.
    """

    metric: str
    source: str
    units: Conversions


HEART_RATE, PLETH_PULSE, CUFF_PULSE = 0x4182, 0x4822, 0xF0E5
SPO2, PERFUSION = 0x4BB8, 0x4BB0
CUFF_SYS, CUFF_DIA, CUFF_MEAN = 0x4A05, 0x4A06, 0x4A07
RESP_RATE, AIRWAY_RATE = 0x500A, 0x5012
ETCO2, INSPIRED_CO2 = 0x50B0, 0x50BA
TEMPERATURE = 0x4B48
CUFF, CO2, ABP = 0x4A04, 0x50AC, 0x4A14

LEADS: Mapping[int, str] = {
    1: "I",
    2: "II",
    **{2 + n: f"V{n}" for n in range(1, 7)},
    61: "III",
    62: "aVR",
    63: "aVL",
    64: "aVF",
    67: "V",
    75: "MCL",
}
"""Lead number to its name: part of the id of a lead's wave and of its ST."""

ST = 0x0300
ECG_COMPOUND = 0x0100
ECG_I, ECG_II, ECG_III, ECG_V, ECG_MCL = (ECG_COMPOUND + lead for lead in (1, 2, 61, 67, 75))

CUFF_IDS = frozenset({CUFF_SYS, CUFF_DIA, CUFF_MEAN})

QUANTITIES: Mapping[int, Quantity] = {
    HEART_RATE: Quantity("heart_rate", "ecg", _RATE),
    PLETH_PULSE: Quantity("pulse_rate", "oximeter", _RATE),
    CUFF_PULSE: Quantity("nibp_pulse_rate", "cuff", _RATE),
    SPO2: Quantity("spo2", "oximeter", _PERCENT),
    PERFUSION: Quantity("perfusion_index", "oximeter", _PERFUSION),
    RESP_RATE: Quantity("resp_rate", "impedance", _RATE),
    AIRWAY_RATE: Quantity("resp_rate", "co2", _RATE),
    CUFF_SYS: Quantity("nibp_sys", "", PRESSURE),
    CUFF_DIA: Quantity("nibp_dia", "", PRESSURE),
    CUFF_MEAN: Quantity("nibp_mean", "", PRESSURE),
    0x4A15: Quantity("art_sys", "ABP", PRESSURE),
    0x4A16: Quantity("art_dia", "ABP", PRESSURE),
    0x4A17: Quantity("art_mean", "ABP", PRESSURE),
    0x4A11: Quantity("art_sys", "ART", PRESSURE),
    0x4A12: Quantity("art_dia", "ART", PRESSURE),
    0x4A13: Quantity("art_mean", "ART", PRESSURE),
    ETCO2: Quantity("etco2", "co2", PRESSURE),
    INSPIRED_CO2: Quantity("fico2", "co2", PRESSURE),
    TEMPERATURE: Quantity("temp", "", _TEMPERATURE),
    0x4B60: Quantity("temp", "core", _TEMPERATURE),
    0x4B74: Quantity("temp", "skin", _TEMPERATURE),
    0x4B64: Quantity("temp", "oesophageal", _TEMPERATURE),
    0x4B78: Quantity("temp", "tympanic", _TEMPERATURE),
    0xE004: Quantity("temp", "rectal", _TEMPERATURE),
    **{ST + number: Quantity("st", lead, _ST) for number, lead in LEADS.items()},
}
"""Physiological id to what it is."""

COMPOUNDS: Mapping[int, tuple[int, ...]] = {
    CUFF: (CUFF_SYS, CUFF_DIA, CUFF_MEAN),
    ABP: (0x4A15, 0x4A16, 0x4A17),
    0x4A10: (0x4A11, 0x4A12, 0x4A13),
    CO2: (ETCO2, INSPIRED_CO2),
}
"""Id in the label of an object with several values, to the ids of those."""

_UNUSED_NAMES: Mapping[int, str] = {
    0x4261: "PVC",
    0x480A: "pulse from a pressure line",
    0x4A10: "ART wave",
}
"""Words for ids that have no place in the vocabulary."""


def name_of(physio: int, label: str = "") -> str:
    """Return what to call an id that is not used: our word or the monitor's (localised) label, and the code."""
    words = _UNUSED_NAMES.get(physio) or "".join(c for c in label if c.isprintable())[:24].strip() or "no name"
    return f"{words} ({physio:04X})"


class Trace(NamedTuple):
    """What samples of one physiological id are: metric and source."""

    metric: str
    source: str


PLETH_WAVE, RESP_WAVE = 0x4BB4, 0x5000

TRACES: Mapping[int, Trace] = {
    ECG_COMPOUND: Trace("ecg", ""),
    **{ECG_COMPOUND + number: Trace("ecg", lead) for number, lead in LEADS.items()},
    PLETH_WAVE: Trace("pleth", "oximeter"),
    RESP_WAVE: Trace("resp", "impedance"),
    CO2: Trace("co2", "co2"),
    ABP: Trace("art", "ABP"),
}
"""Physiological id of a wave to what it is."""

ECG_LEADS = (ECG_II, ECG_I, ECG_III, ECG_V, ECG_MCL)
"""Leads to ask for, in the order of preference."""
