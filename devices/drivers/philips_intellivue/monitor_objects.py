"""The objects of the simulated monitor: what its sensors say, as attributes.

Source: Philips IntelliVue Data Export Interface Programming Guide, rev. G.0; handles and order as in published recordings.
The codes of alarms are made up, for the public sources do not list them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from struct import Struct

from devices.driver import CuffPhase, Patient, ProbeState, Sensors
from devices.drivers.philips_intellivue import codes
from devices.drivers.philips_intellivue.codes import SCADA, Attribute, State, UnitCode
from devices.drivers.philips_intellivue.messages import PolledObject
from devices.drivers.philips_intellivue.values import encode_float, encode_text, encode_time

_U16 = Struct(">H")
_TWO = Struct(">HH")
_OBSERVED = Struct(">HHHI")
_SAMPLES_HEAD = Struct(">HHH")
_ENTRY = Struct(">HHHH6sHH")
_INFO = Struct(">HIHH")
_SCALE = Struct(">IIHH")
_ALERT_STATE = Struct(">5H")

ENUMERATIONS = 0x0005
"""Class of the objects that name a rhythm; this monitor has none."""

_CONTEXT = 1
_ST_II = codes.ST + 2
NUMERIC_HANDLE, WAVE_HANDLE, ALARM_HANDLE, PATIENT_HANDLE = 0x826A, 0x02AE, 0x8401, 0x8510


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a numeric object."""

    physio: int
    number: float | None
    state: int = 0
    unit: int = UnitCode.NONE
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class NumericObject:
    """A numeric object; without values while it has none."""

    label: int
    text: str
    values: tuple[Value, ...]
    stamp: datetime | None = None


def _given(probe: ProbeState, *values: Value) -> tuple[Value, ...]:
    """Return values as the probe allows: none without a sensor, unavailable while it gives no number."""
    if probe is ProbeState.UNPLUGGED:
        return ()
    return tuple(
        value
        if probe is ProbeState.ON and value.number is not None
        else Value(value.physio, None, State.UNAVAILABLE, value.unit, value.decimals)
        for value in values
    )


def numeric_objects(sensors: Sensors, stamp: datetime | None) -> tuple[NumericObject, ...]:
    """Return the numeric objects; `stamp` is the monitor's time of the last cuff reading, None before the first."""
    bpm, rpm = UnitCode.BEATS_PER_MIN, UnitCode.BREATHS_PER_MIN
    lead, probe, line, thermometer = sensors.ecg_lead, sensors.spo2_probe, sensors.co2_line, sensors.temp_probe
    return (
        _cuff(sensors, stamp),
        NumericObject(
            codes.CUFF_PULSE,
            "Pulse",
            (_cuff_value(sensors, codes.CUFF_PULSE, sensors.cuff.pulse, bpm),) if stamp is not None else (),
            stamp,
        ),
        NumericObject(codes.HEART_RATE, "HR", _given(lead, Value(codes.HEART_RATE, sensors.heart_rate, unit=bpm))),
        NumericObject(codes.RESP_RATE, "RR", _given(lead, Value(codes.RESP_RATE, sensors.resp_rate, unit=rpm))),
        NumericObject(0x4261, "PVC", _given(lead, Value(0x4261, 0, unit=bpm))),
        NumericObject(
            _ST_II,
            "ST-II",
            _given(
                lead,
                Value(
                    _ST_II,
                    None if sensors.st is None else 10 * sensors.st,
                    unit=UnitCode.MILLIMETRE,
                    decimals=1,
                ),
            ),
        ),
        NumericObject(0x3F10, "QT", ()),
        NumericObject(
            codes.SPO2, "SpO₂", _given(probe, Value(codes.SPO2, sensors.spo2, unit=UnitCode.PERCENT, decimals=1))
        ),
        NumericObject(
            codes.PLETH_PULSE, "Pulse", _given(probe, Value(codes.PLETH_PULSE, sensors.pulse_rate, unit=bpm))
        ),
        NumericObject(
            codes.PERFUSION, "Perf", _given(probe, Value(codes.PERFUSION, sensors.perfusion_index, decimals=1))
        ),
        NumericObject(
            codes.CO2,
            "CO₂",
            _given(
                line,
                Value(codes.ETCO2, sensors.etco2, unit=UnitCode.MMHG),
                Value(codes.INSPIRED_CO2, sensors.fico2, unit=UnitCode.MMHG),
            ),
        ),
        NumericObject(codes.AIRWAY_RATE, "awRR", _given(line, Value(codes.AIRWAY_RATE, sensors.resp_rate, unit=rpm))),
        NumericObject(
            codes.TEMPERATURE,
            "Temp",
            _given(thermometer, Value(codes.TEMPERATURE, sensors.temp, unit=UnitCode.CELSIUS, decimals=1)),
        ),
    )


def _cuff(sensors: Sensors, stamp: datetime | None) -> NumericObject:
    cuff = sensors.cuff
    values: tuple[Value, ...] = ()
    if stamp is not None or cuff.phase in (CuffPhase.MEASURING, CuffPhase.FAILED):
        # The order in which an M8000 sends them: systolic, diastolic, mean.
        values = tuple(
            _cuff_value(sensors, physio, number if stamp is not None else None, UnitCode.MMHG)
            for physio, number in (
                (codes.CUFF_SYS, cuff.sys),
                (codes.CUFF_DIA, cuff.dia),
                (codes.CUFF_MEAN, cuff.mean),
            )
        )
    return NumericObject(codes.CUFF, "NBP", values, stamp)


def _cuff_value(sensors: Sensors, physio: int, number: float | None, unit: int) -> Value:
    match sensors.cuff.phase:
        case CuffPhase.MEASURING:
            state = State.ONGOING | (State.UNAVAILABLE if number is None else 0)
        case CuffPhase.FAILED:
            state, number = State.UNAVAILABLE, None
        case _:
            state = State.UNAVAILABLE if number is None else State(0)
    return Value(physio, number, state, unit)


def numeric_attributes(
    objects: Sequence[NumericObject], first_handle: int, extra_state: int, *, with_context: bool
) -> tuple[PolledObject, ...]:
    """Return numeric objects as polled; `extra_state` is set in each value's state, as in demonstration mode."""
    found = []
    for n, item in enumerate(objects):
        attributes: dict[int, bytes] = {}
        handle = first_handle + 7 * n
        if with_context:
            attributes[Attribute.HANDLE] = _U16.pack(handle)
            attributes[Attribute.OBJECT_TYPE] = _TWO.pack(1, codes.ObjectClass.NUMERICS)
            attributes[Attribute.LABEL] = _TWO.pack(SCADA, item.label)
            attributes[Attribute.LABEL_TEXT] = encode_text(item.text)
            attributes[Attribute.METRIC_STATE] = _U16.pack(0)
        if item.stamp is not None:
            attributes[Attribute.MEASURED_AT] = encode_time(item.stamp)
        blocks = [
            _OBSERVED.pack(v.physio, v.state | extra_state, v.unit, encode_float(v.number, v.decimals))
            for v in item.values
        ]
        if len(blocks) > 1:
            attributes[Attribute.COMPOUND] = _TWO.pack(len(blocks), sum(map(len, blocks))) + b"".join(blocks)
        elif blocks:
            attributes[Attribute.OBSERVED] = blocks[0]
        found.append(PolledObject(_CONTEXT, handle, attributes))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class WaveObject:
    """A wave that the monitor can send.

    Attributes:
        metric: Name of the patient's wave.
        physio: Id of the samples.
        ticks: Sample period [1/8 ms].
        bits: Significant bits.
        low, high: The patient's values at both ends of the scaled range.
        raw_high: Upper end of the scaled range; the lower is 0.
        absolute: Whether the monitor tells what the ends are.
        unit: Code of the unit.
        masks: (id, mask) of the marks.
    """

    metric: str
    physio: int
    ticks: int
    bits: int
    low: float
    high: float
    raw_high: int
    absolute: bool
    unit: int
    masks: tuple[tuple[int, int], ...] = ()


WAVES = (
    WaveObject(
        "ecg",
        codes.ECG_II,
        0x10,
        14,
        -40.96,
        40.955,
        16383,
        True,
        UnitCode.MILLIVOLT,
        ((4, 0x8008), (3, 0x4001), (2, 0x8004)),
    ),
    WaveObject("pleth", codes.PLETH_WAVE, 0x40, 12, 0.0, 1.0, 4095, False, UnitCode.NONE),
    WaveObject("resp", codes.RESP_WAVE, 0x80, 12, -1.0, 1.0, 4095, False, UnitCode.OHM),
    WaveObject("co2", codes.CO2, 0x80, 12, -10.0, 150.0, 4000, True, UnitCode.MMHG),
)


def wave_attributes(
    wave: WaveObject,
    handle: int,
    patient: Patient,
    start_ns: int,
    block_ticks: int,
    extra_state: int,
    *,
    with_context: bool,
) -> PolledObject:
    """Return one block of a wave that begins at `start_ns`, as polled."""
    attributes: dict[int, bytes] = {}
    if with_context:
        attributes[Attribute.HANDLE] = _U16.pack(handle)
        attributes[Attribute.OBJECT_TYPE] = _TWO.pack(1, codes.ObjectClass.WAVES)
        attributes[Attribute.LABEL] = _TWO.pack(SCADA, wave.physio)
        attributes[Attribute.SAMPLE_SPEC] = Struct(">HBBH").pack(block_ticks // wave.ticks, 16, wave.bits, 0x3000)
        attributes[Attribute.SAMPLE_PERIOD] = wave.ticks.to_bytes(4, "big")
        ends = (wave.low, wave.high) if wave.absolute else (None, None)
        attributes[Attribute.SCALE] = _SCALE.pack(*(encode_float(end, 3) for end in ends), 0, wave.raw_high)
        attributes[Attribute.UNIT] = _U16.pack(wave.unit)
        if wave.masks:
            packed = b"".join(_TWO.pack(*mask) for mask in wave.masks)
            attributes[Attribute.SAMPLE_MASKS] = _TWO.pack(len(wave.masks), len(packed)) + packed
    n_samples = block_ticks // wave.ticks
    times = [start_ns + n * wave.ticks * 125_000 for n in range(n_samples)]
    factor = wave.raw_high / (wave.high - wave.low)
    values = patient.wave(wave.metric, times)
    known = [value for value in values if value is not None]
    if len(known) == n_samples:
        raw = [min(max(round((value - wave.low) * factor), 0), wave.raw_high) for value in known]
        state = 0
    else:
        raw, state = [wave.raw_high // 2] * n_samples, int(State.INVALID)
    block = _SAMPLES_HEAD.pack(wave.physio, state | extra_state, 2 * n_samples) + Struct(f">{n_samples}H").pack(*raw)
    attributes[Attribute.SAMPLES] = block
    return PolledObject(_CONTEXT, handle, attributes)


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm of the simulated monitor: source, code, type bits, text."""

    source: int
    code: int
    urgency: int
    text: str


_HIGH, _LOW, _DISCONNECTED, _FAILED = 40, 62, 22, 38
_LIMITS = (
    ("spo2", codes.SPO2, "SpO₂", 90, 101),
    ("heart_rate", codes.HEART_RATE, "HR", 50, 120),
    ("resp_rate", codes.RESP_RATE, "RR", 8, 30),
    ("etco2", codes.ETCO2, "etCO₂", 20, 60),
)
"""Field of the sensors, id, word, lower and upper limit, as a monitor for adults is delivered."""

_MEDIUM_PATIENT, _LOW_TECHNICAL = 0x0200, 0x0001


def patient_alarms(sensors: Sensors) -> list[Alarm]:
    """Return the alarms about the patient."""
    found = []
    for name, physio, word, low, high in _LIMITS:
        value = getattr(sensors, name)
        if value is not None and value < low:
            found.append(Alarm(physio, _LOW, _MEDIUM_PATIENT, f"** {word} LOW"))
        elif value is not None and value > high:
            found.append(Alarm(physio, _HIGH, _MEDIUM_PATIENT, f"** {word} HIGH"))
    return found


def technical_alarms(sensors: Sensors) -> list[Alarm]:
    """Return the alarms about the equipment."""
    found = []
    if sensors.ecg_lead is not ProbeState.ON:
        found.append(Alarm(codes.HEART_RATE, _DISCONNECTED, _LOW_TECHNICAL, "ECG LEADS OFF"))
    if sensors.spo2_probe is not ProbeState.ON:
        found.append(Alarm(codes.SPO2, _DISCONNECTED, _LOW_TECHNICAL, "SpO₂ SENSOR OFF"))
    if sensors.cuff.phase is CuffPhase.FAILED:
        found.append(Alarm(codes.CUFF, _FAILED, _LOW_TECHNICAL, "NBP MEASURE FAILED"))
    return found


def alarm_attributes(
    physiological: Sequence[Alarm], technical: Sequence[Alarm], state: int, n_changes: int, handle: int
) -> PolledObject:
    """Return the alarm monitor as polled."""
    attributes = {
        int(Attribute.ALARM_STATE): _ALERT_STATE.pack(
            state, n_changes & 0xFFFF, 2 if physiological else 0, 1 if technical else 0, 2 if physiological else 0
        ),
        int(Attribute.PHYSIOLOGICAL_ALARMS): _entries(physiological),
        int(Attribute.TECHNICAL_ALARMS): _entries(technical),
    }
    return PolledObject(0, handle, attributes)


def _entries(alarms: Sequence[Alarm]) -> bytes:
    body = b""
    for n, alarm in enumerate(alarms):
        info = _INFO.pack(n, 0x10000 | alarm.code, 0, 0) + encode_text(alarm.text)
        body += _ENTRY.pack(alarm.source, alarm.code, alarm.urgency, 0, bytes(6), 516, len(info)) + info
    return _TWO.pack(len(alarms), len(body)) + body


def patient_attributes(state: int, patient_id: str, given: str, family: str, handle: int) -> PolledObject:
    """Return the demographics as polled."""
    attributes = {
        int(Attribute.PATIENT_STATE): _U16.pack(state),
        int(Attribute.PATIENT_ID): encode_text(patient_id),
        int(Attribute.GIVEN_NAME): encode_text(given),
        int(Attribute.FAMILY_NAME): encode_text(family),
    }
    return PolledObject(0, handle, attributes)
