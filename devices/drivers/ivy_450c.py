"""Ivy Biomedical 450C bedside monitor: "ANSAR-B" messages, one a second, waves and text.

Rules of the file:
1. The protocol has no check. A message is taken whole or not at all: header, 400 wave bytes, text lines of the known form,
   end byte. The end byte is not looked for among the waves.
2. All that is known comes from one public driver and one recording. What it leaves open stays blank: the two invasive
   pressures (nothing says which vessel, nor the scale of their waves). A heart rate that is not said to be from the ECG is
   questionable.
3. The unit of temperature and of EtCO2 is not told. A temperature is taken as Celsius from 20 to 45 and as Fahrenheit from 68
   to 113, ranges that no living body shares; EtCO2 as mmHg from 15 on, which no other unit reaches. Others are not shown.
4. An alarm text that speaks of a lead, sensor or transducer blanks the value and the wave. Its kind is a guess from its words.
5. The cuff's digits are repeated in every message and carry no time. Two messages must agree on them. They are a new reading,
   of the time of the first of the two, when another state (other digits, or none) had been seen to stand on this connection
   and no pause of over 3 s came between. What stands at connection, or after a pause, is told once, questionable, without
   time. The same digits twice running are one reading.

Message: `FF`, `ANSAR-B `, ECG 200, respiration 50, pleth 50, pressure 1 50, pressure 2 50 bytes, lines `NAME=k;..;` CR, `FE`.

Source: the public repository mdpnp/mdpnp (AnsarB.java, DemoIvy450C.java, and the recording that goes with its test).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import ClassVar

from devices.driver import Cuff, CuffPhase, DriverInfo, Patient, ProbeState, Sensors, SerialSettings
from devices.events import (
    MISSING_SAMPLE,
    AlarmKind,
    AlarmMeaning,
    DeviceAlarm,
    DriverEvent,
    Mode,
    RejectReason,
    SensorStatus,
    Validity,
)
from devices.framing import STRETCH_MAX, PatternFramer, rejection
from devices.making import reading, waveform_chunk
from devices.readings import Statuses, Unknown, cuff_triple, is_plausible_triple
from devices.vocabulary import METRICS

_S = 1_000_000_000
HEADER = b"\xffANSAR-B "
END = b"\xfe"
N_WAVE_BYTES = 400
_LINES_MAX, _LINE_MAX = 16, 64

_N_VALUES = {"HR": 1, "RR": 1, "ETCO2": 1, "SPO2": 1, "NIBP": 4, "P1": 3, "P2": 3, "T1": 1, "T2": 1}
_REST = rb"=[0-9];[\x20-\x7e]{0,%d}\r" % _LINE_MAX

MESSAGES = re.compile(
    re.escape(HEADER)
    + rb"[\x00-\xff]{%d}" % N_WAVE_BYTES
    + rb"(?:%s)"
    % "|".join(_N_VALUES).encode()  # a known name first: a byte lost among the waves would take its first letter
    + _REST
    + rb"(?:[A-Z][A-Z0-9]{0,7}%s){0,%d}+" % (_REST, _LINES_MAX - 1)
    + END
)
LONGEST_MESSAGE = len(HEADER) + N_WAVE_BYTES + _LINES_MAX * (8 + 3 + _LINE_MAX + 1) + len(END)

ECG, RESP, PLETH = slice(0, 200), slice(200, 250), slice(250, 300)
"""Where the waves stand that have a meaning; the two pressures follow."""
ECG_HZ, SLOW_HZ = 200.0, 50.0
ECG_ZERO, ECG_STEP = 100, 0.02  # the public driver's; that the unit is mV is an assumption, so it has none here
_FULL = 255  # of the other waves, which have no scale

CELSIUS, FAHRENHEIT = (20.0, 45.0), (68.0, 113.0)
ETCO2_MMHG_FROM = 15.0
MESSAGE_LIMIT_NS = 3 * _S

_NUMBER = re.compile(r" *(-?\d{1,3}(?:\.\d{1,2})?) *")
_PULSE = re.compile(r"PR= *(\d{1,3}) *")
_SENSOR_WORDS = re.compile(r"\b(LEADS?|SENSOR|TRANSDUCER|PROBE|CABLE|ELECTRODES?)\b")

_APNEA = re.compile(r"\bAPNO?EA\b")
"""The protocol has no codes, and its words are English: the label of this line is the delay, "APNEA: 30 SEC"."""

_MISSING = MISSING_SAMPLE.to_bytes(2, "little", signed=True)

_STATUS_OF_LINE = {"HR": "ecg", "RR": "resp", "ETCO2": "co2", "SPO2": "spo2", "T1": "temp"}
_PRESSURE_FIELDS = ("systolic", "diastolic", "mean")

_Quadruple = tuple[float, float, float, float | None]


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of text.

    Attributes:
        values: As sent, spaces and all; "" for none.
        label: Lead, filter or the like.
        alarm: Alarm text, "" for none.
        sensor_trouble: The text that speaks of a lead, sensor or transducer; "" when none does.
    """

    values: tuple[str, ...]
    label: str
    alarm: str
    sensor_trouble: str

    def number(self, index: int = 0) -> float | None:
        """Return a value; None when there is none, or a sensor is in trouble."""
        text = self.values[index]
        if self.sensor_trouble or not text.strip():
            return None
        found = _NUMBER.fullmatch(text)
        # 0 stands for none; what is no number at all is none either
        return float(found[1]) or None if found else None


@dataclass(frozen=True, slots=True)
class _CuffState:
    """What the cuff's line has shown since a message: digits, or None for none that make a reading."""

    quadruple: _Quadruple | None
    since_ns: int
    is_watched: bool


class Ivy450C:
    """Decodes the monitor's messages."""

    info: ClassVar[DriverInfo] = DriverInfo(
        name="ivy_450c",
        vendor="Ivy Biomedical",
        models=("450C",),
        numerics=(
            "heart_rate",
            "resp_rate",
            "etco2",
            "spo2",
            "pulse_rate",
            "temp",
            "nibp_sys",
            "nibp_dia",
            "nibp_mean",
            "nibp_pulse_rate",
        ),
        waveforms=("ecg", "resp", "pleth"),
        serial=(SerialSettings(9600),),
        max_quiet_ms=3000,
        source="mdpnp/mdpnp AnsarB.java and the recording of its test",
        standing="Built from one public driver and one recording, without the maker's document; not yet tried on a monitor "
        "of ours.",
        check_bits=64,  # the name in every message
    )

    def __init__(self) -> None:
        self._framer = PatternFramer(MESSAGES, longest=LONGEST_MESSAGE)
        self._statuses = Statuses()
        self._unknown = Unknown()
        self._alarms: dict[str, DeviceAlarm] = {}
        self._tells_all_alarms = False
        self._has_second_temperature = False
        self._message_ns: int | None = None
        self._cuff: _CuffState | None = None
        self._confirmed: _CuffState | None = None
        self._told: _Quadruple | None = None
        self._cycle = 0

    def feed(self, data: bytes, now_ns: int) -> tuple[DriverEvent, ...]:
        """Take bytes and return what they complete; see `devices.driver.Driver.feed`."""
        out: list[DriverEvent] = []
        for piece in self._framer.feed(data):
            reason, offset, message = piece
            if reason is not None:
                out.append(rejection(piece, now_ns))
                continue
            lines = _lines(message[len(HEADER) + N_WAVE_BYTES : -len(END)])
            if lines is None:
                out.extend(
                    rejection((RejectReason.RANGE, offset + at, message[at : at + STRETCH_MAX]), now_ns)
                    for at in range(0, len(message), STRETCH_MAX)
                )
                continue
            self._decode(out, message[len(HEADER) : len(HEADER) + N_WAVE_BYTES], lines, now_ns)
            self._message_ns = now_ns
        return tuple(out)

    def tick(self, now_ns: int) -> tuple[DriverEvent, ...]:  # noqa: ARG002 -- the contract gives the time
        """Do nothing: each message is complete in itself."""
        return ()

    def pending_writes(self, now_ns: int) -> bytes:  # noqa: ARG002 -- the contract gives the time
        """Return nothing: the monitor speaks by itself."""
        return b""

    @property
    def unknown(self) -> Mapping[str, int]:
        """Return the values that came under a name which has no meaning here: the pressures, and lines that nobody described."""
        return self._unknown.counts

    def closing_writes(self, now_ns: int) -> bytes:  # noqa: ARG002 -- the contract gives the time
        """Return nothing: the monitor keeps no session."""
        return b""

    def reset(self, now_ns: int) -> tuple[DriverEvent, ...]:
        """Start over as after a reconnect; the last cuff reading and its number are kept, lest it be told twice."""
        out: list[DriverEvent] = [rejection(piece, now_ns) for piece in self._framer.flush()]
        self._statuses.forget()
        # The alarms themselves are kept: one that has gone meanwhile must be told as gone.
        self._tells_all_alarms = True
        self._message_ns = None
        self._cuff = self._confirmed = None
        return tuple(out)

    def _decode(self, out: list[DriverEvent], waves: bytes, lines: Mapping[str, _Line], now_ns: int) -> None:
        self._tell_alarms(out, lines, now_ns)
        self._give_waves(out, waves, lines, now_ns)
        for name, line in lines.items():
            if name in _STATUS_OF_LINE:
                self._tell_status(out, name, line, now_ns)
            match name:
                case "HR":
                    validity = Validity.VALID if _lead(line.label) else Validity.QUESTIONABLE
                    out.append(reading("heart_rate", line.number(), now_ns, validity, source="ecg"))
                case "RR":
                    out.append(reading("resp_rate", line.number(), now_ns))
                case "ETCO2":
                    value = line.number()
                    is_clear = value is None or value >= ETCO2_MMHG_FROM
                    validity = Validity.VALID if is_clear else Validity.INVALID
                    out.append(reading("etco2", value, now_ns, validity, source="co2"))
                case "SPO2":
                    pulse = None if line.sensor_trouble else _PULSE.fullmatch(line.label)
                    rate = float(pulse[1]) or None if pulse else None
                    out.append(reading("spo2", line.number(), now_ns, source="oximeter"))
                    out.append(reading("pulse_rate", rate, now_ns, source="oximeter"))
                case "NIBP":
                    self._decode_cuff(out, line, now_ns)
                case "T1" | "T2":
                    self._decode_temperature(out, name, line, now_ns)
                case "P1" | "P2":
                    for index, field in enumerate(_PRESSURE_FIELDS):
                        if line.number(index) is not None:
                            self._unknown.count(f"{name} {field}")
                case _:
                    if any(value.strip() for value in line.values):
                        self._unknown.count(name)

    def _tell_status(self, out: list[DriverEvent], name: str, line: _Line, now_ns: int) -> None:
        if line.sensor_trouble:
            status, text = SensorStatus.SENSOR_OFF, f"monitor says: {line.sensor_trouble}"
        elif line.number() is None:
            status, text = SensorStatus.STOPPED, "no value on the monitor"
        else:
            status, text = SensorStatus.OK, "measuring"
        self._statuses.tell(out, _STATUS_OF_LINE[name], status, text, now_ns)

    def _tell_alarms(self, out: list[DriverEvent], lines: Mapping[str, _Line], now_ns: int) -> None:
        for name, gone in list(self._alarms.items()):
            if name not in lines or lines[name].alarm != gone.text:
                del self._alarms[name]
                out.append(replace(gone, t_ns=now_ns, active=False))
        for name, line in lines.items():
            if line.alarm and (self._tells_all_alarms or name not in self._alarms):
                is_sensor = _SENSOR_WORDS.search(line.alarm) is not None
                alarm = DeviceAlarm(
                    t_ns=now_ns,
                    kind=AlarmKind.TECHNICAL if is_sensor else AlarmKind.PHYSIOLOGICAL,
                    priority=None,
                    code=name,
                    text=line.alarm,
                    active=True,
                    meaning=AlarmMeaning.APNOEA if name == "RR" and _APNEA.search(line.alarm) else None,
                )
                self._alarms[name] = alarm
                out.append(alarm)
        self._tells_all_alarms = False

    def _give_waves(self, out: list[DriverEvent], waves: bytes, lines: Mapping[str, _Line], now_ns: int) -> None:
        heart, oximeter = lines.get("HR"), lines.get("SPO2")
        is_lead_off = heart is not None and bool(heart.sensor_trouble)
        is_probe_off = oximeter is not None and bool(oximeter.sensor_trouble)
        lead = "" if heart is None else _lead(heart.label)
        for metric, where, rate_hz, scale, offset, source, is_missing in (
            ("ecg", ECG, ECG_HZ, ECG_STEP, -ECG_ZERO * ECG_STEP, lead, is_lead_off),
            ("resp", RESP, SLOW_HZ, 2 / _FULL, -1.0, "", False),
            ("pleth", PLETH, SLOW_HZ, 1 / _FULL, 0.0, "oximeter", is_probe_off),
        ):
            samples = _samples(waves[where], is_missing)
            out.append(waveform_chunk(now_ns, metric, rate_hz, scale, offset, None, samples, source, Mode.REAL))

    def _decode_temperature(self, out: list[DriverEvent], name: str, line: _Line, now_ns: int) -> None:
        value = line.number()
        if name == "T2":
            self._has_second_temperature |= value is not None
            if not self._has_second_temperature:
                return  # a socket with nothing in it is no missing number
        celsius = None if value is None else _celsius(value)
        is_unclear = value is not None and celsius is None
        out.append(reading("temp", celsius, now_ns, Validity.INVALID if is_unclear else Validity.VALID, source=name))

    def _decode_cuff(self, out: list[DriverEvent], line: _Line, now_ns: int) -> None:
        quadruple = _quadruple(line)
        if self._cuff is None or quadruple != self._cuff.quadruple:
            is_steady = self._message_ns is not None and now_ns - self._message_ns <= MESSAGE_LIMIT_NS
            self._cuff = _CuffState(quadruple, now_ns, self._confirmed is not None and is_steady)
            return
        if self._confirmed is None or quadruple != self._confirmed.quadruple:
            self._confirmed = self._cuff
            if quadruple is not None and quadruple != self._told:
                self._tell_cuff(out, quadruple, self._cuff, now_ns)

    def _tell_cuff(self, out: list[DriverEvent], quadruple: _Quadruple, state: _CuffState, now_ns: int) -> None:
        systolic, diastolic, mean, pulse = quadruple
        self._told = quadruple
        self._cycle += 1
        measured_ns = state.since_ns if state.is_watched else None
        validity = Validity.VALID if state.is_watched else Validity.QUESTIONABLE
        text = "finished" if state.is_watched else "finished earlier, time unknown"
        self._statuses.tell(out, "nibp", SensorStatus.OK, text, now_ns)
        out.extend(
            cuff_triple(
                systolic, diastolic, mean, now_ns, cycle=self._cycle, measured_ns=measured_ns, validity=validity
            )
        )
        if pulse is not None:
            out.append(
                reading(
                    "nibp_pulse_rate",
                    pulse,
                    now_ns,
                    validity,
                    source="cuff",
                    measured_ns=measured_ns,
                    cycle=self._cycle,
                )
            )


def _lines(text: bytes) -> dict[str, _Line] | None:
    """Return the lines by name; None when one has not as many fields as it says, or a name comes twice."""
    lines: dict[str, _Line] = {}
    for raw in text.split(b"\r")[:-1]:
        found = _line(raw)
        if found is None or found[0] in lines:
            return None
        lines[found[0]] = found[1]
    return lines


@lru_cache(maxsize=512)
def _line(raw: bytes) -> tuple[str, _Line] | None:
    """Return name and line, most of which come unchanged in every message; None when it has not as many fields as it says."""
    name, _, rest = raw.decode("ascii").partition("=")
    count, *fields = rest.split(";")
    n_values = int(count)
    if len(fields) != n_values + 2 or _N_VALUES.get(name, n_values) != n_values:
        return None
    label, alarm = fields[-2].strip(), fields[-1].strip()
    trouble = next((text for text in (alarm, label) if _SENSOR_WORDS.search(text)), "")
    return name, _Line(tuple(fields[:n_values]), label, alarm, trouble)


def _lead(label: str) -> str:
    """Return the lead in a label like "ECG-II-MON"; "" when it names none."""
    parts = label.split("-")
    return parts[1] if len(parts) > 1 and parts[0] == "ECG" else ""


def _samples(raw: bytes, is_missing: bool) -> bytes:
    if is_missing:
        return _MISSING * len(raw)
    samples = bytearray(2 * len(raw))
    samples[0::2] = raw
    return bytes(samples)


def _celsius(value: float) -> float | None:
    """Return a temperature whose unit only its size tells [degC]; None when that leaves doubt."""
    if CELSIUS[0] <= value <= CELSIUS[1]:
        return value
    if FAHRENHEIT[0] <= value <= FAHRENHEIT[1]:
        return round((value - 32) / 1.8, 2)
    return None


def _quadruple(line: _Line) -> _Quadruple | None:
    """Return systolic, diastolic, mean and pulse; None when they make no reading."""
    systolic, diastolic, mean, pulse = (line.number(index) for index in range(4))
    if systolic is None or diastolic is None or mean is None or not is_plausible_triple(systolic, diastolic, mean):
        return None
    is_rate = pulse is not None and METRICS["nibp_pulse_rate"].is_plausible(pulse)
    return systolic, diastolic, mean, pulse if is_rate else None


# The monitor's side.

_HIGHEST_BYTE = 0xFD  # the two above never occur in the recording
_PRESSURE_1, _PRESSURE_2 = bytes([80]) * 50, bytes([251]) * 50  # as recorded with nothing connected


def encode(waves: bytes, *lines: str) -> bytes:
    """Return the message of 400 wave bytes and text lines."""
    return HEADER + waves + "".join(f"{line}\r" for line in lines).encode("ascii") + END


class Ivy450CMonitor:
    """A monitor that sends a message every second, and does not listen."""

    def __init__(self) -> None:
        self._start_ns: int | None = None
        self._second = 0
        self._knows_from_ns: int | None = None

    def receive(self, data: bytes, now_ns: int) -> None:
        """Let pass whatever comes."""

    def restart(self, now_ns: int) -> None:
        """Start over as after a power cycle: the last cuff reading is gone."""
        self._start_ns = now_ns
        self._second = 0
        self._knows_from_ns = now_ns

    def transmit(self, patient: Patient, now_ns: int) -> bytes:
        """Return what is sent up to `now_ns`: each second the waves of the second before, and the numbers of now."""
        if self._start_ns is None:
            self._start_ns = now_ns
        first, last = self._second, (now_ns - self._start_ns) // _S
        self._second = last + 1
        return b"".join(self._message(patient, self._start_ns + second * _S) for second in range(first, last + 1))

    def _message(self, patient: Patient, t_ns: int) -> bytes:
        ecg = patient.wave("ecg", _times(t_ns, 200))
        resp, pleth = patient.wave("resp", _times(t_ns, 50)), patient.wave("pleth", _times(t_ns, 50))
        waves = (
            bytes(_byte(ECG_ZERO + (value or 0.0) / ECG_STEP) for value in ecg)
            + bytes(_byte((1 + (value or 0.0)) * _FULL / 2) for value in resp)
            + bytes(_byte((value or 0.0) * _FULL) for value in pleth)
            + _PRESSURE_1
            + _PRESSURE_2
        )
        sensors = patient.sensors(t_ns)
        lead = "" if sensors.ecg_lead is ProbeState.ON else "LEAD FAIL"
        probe = "" if sensors.spo2_probe in (ProbeState.ON, ProbeState.SEARCHING) else "SENSOR OFF"
        temperature = "" if sensors.temp is None else f"{sensors.temp:.1f}"
        return encode(
            waves,
            f"HR=1;{_whole(sensors.heart_rate)};ECG-II-MON;{lead}",
            f"RR=1;{_whole(sensors.resp_rate)};APNEA: 30 SEC;",
            f"ETCO2=1;{_whole(sensors.etco2)};;",
            f"SPO2=1;{_whole(sensors.spo2)};PR={_whole(sensors.pulse_rate)} ;{probe}",
            f"NIBP=4;{self._cuff(sensors)};;",
            "P1=3;;;;NO TRANSDUCER;",
            "P2=3;;;;NO TRANSDUCER;",
            f"T1=1;{temperature};;",
            "T2=1;;;",
        )

    def _cuff(self, sensors: Sensors) -> str:
        cuff: Cuff = sensors.cuff
        is_known = cuff.measured_ns is not None and (
            self._knows_from_ns is None or cuff.measured_ns > self._knows_from_ns
        )
        # "Until the next measurement" the digits stand; that they are gone while it goes on, and when it fails, is our choice.
        if not is_known or cuff.phase is not CuffPhase.DONE:
            return ";;;"
        return f"{cuff.sys};{cuff.dia};{cuff.mean};{cuff.pulse}"


def _times(t_ns: int, n_samples: int) -> list[int]:
    return [t_ns - _S + (i + 1) * _S // n_samples for i in range(n_samples)]


def _whole(value: float | None) -> str:
    return "" if value is None else str(round(value))


def _byte(value: float) -> int:
    return max(0, min(_HIGHEST_BYTE, round(value)))


DRIVER = Ivy450C
MONITOR = Ivy450CMonitor
