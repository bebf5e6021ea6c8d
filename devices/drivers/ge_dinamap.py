"""GE DINAMAP PRO, ProCare, Compact, Carescape V100 and Dash 2500: host communications, ASCII question and reply.

Rules of the file:
1. The monitor speaks only when asked. One question is open at a time; the next waits for the reply or for its time limit.
2. We ask for what the monitor knows (NA, OA, RA, TC). The commands that start or stop a cuff exist nowhere in this file.
3. A cuff reading is told once. The monitor gives the reading's age with every reply, so the time of measurement that we
   work out wobbles by about a second; a reading is new when that time moves by more than `SAME_READING_NS`, or when the
   numbers are others (plain bytes without times may hold readings of the same age).
4. Fields have fixed places; nothing is stripped or split on spaces. A reply whose check characters fail is dropped whole.

Reply: `unit, parameter, command, data, k1, k2, CR`. Check: sum over all before k1 of (code - 20h + 1), in two base-64 digits.

Source: GE/Critikon "DINAMAP PRO/ProCare Series Host Communications Reference", field tables as quoted by public drivers: a C#
Carescape V100 driver, a Ruby V100 bridge, a JavaScript V100 driver, TKDinamapBPController (University of Kentucky).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from devices.driver import Cuff, CuffFault, CuffPhase, DriverInfo, Patient, ProbeState, Sensors, SerialSettings
from devices.events import DriverEvent, RejectReason, SensorStatus, Validity
from devices.framing import LineFramer, rejection
from devices.making import reading
from devices.readings import Statuses, cuff_triple, is_plausible_triple

_S = 1_000_000_000
_MS = 1_000_000
UNIT = " "  # the unit identifier in every known installation
END = b"\r"
LONGEST_LINE = 32  # the longest reply that we ask for has 22 bytes

QUESTIONS = ("NA", "OA", "RA", "TC")
"""Cuff, oximeter, rate, temperature: the order of a round."""

REPLY_LENGTHS = {"NA": 19, "OA": 10, "RA": 7, "TC": 16}
"""Characters of each reply before the check characters."""

REPLY_LIMIT_NS = 3 * _S
ROUND_NS = 1500 * _MS  # one round every 1-2 s
SAME_READING_NS = 5 * _S
"""How far the computed time of measurement may move for the same reading: no cuff cycle is shorter, replies wobble by a
second, and clocks drift by less than one in 90 minutes."""
AGE_MAX_S, AGE_NONE = 5400, 9999  # an age that stands at its maximum no longer tells when
TEMP_AGE_NONE = 99_999

CUFF_FAILURES = {
    "3": "could not measure",
    "4": "cuff loose or leaking",
    "5": "could not measure",
    "6": "took too long, keep still",
    "7": "took too long, keep still",
    "8": "over-pressure, check tubing",
    "9": "could not measure",
}
"""NA status codes of a cycle without result, for the nurse."""

_OXIMETER_STATES: dict[str, tuple[SensorStatus, str, Validity]] = {
    "0": (SensorStatus.STOPPED, "standby", Validity.UNAVAILABLE),
    "1": (SensorStatus.OK, "measuring", Validity.VALID),
    "3": (SensorStatus.SENSOR_OFF, "no reading: finger probe off, or no pulse found", Validity.UNAVAILABLE),
    "6": (SensorStatus.UNPLUGGED, "finger probe unplugged or off", Validity.UNAVAILABLE),
}
_TEMPERATURE_STATES: dict[str, tuple[SensorStatus, str, Validity]] = {
    "0": (SensorStatus.OK, "ready", Validity.VALID),
    "1": (SensorStatus.MEASURING, "measuring", Validity.CALIBRATING),
    "2": (SensorStatus.FAILED, "took too long", Validity.UNAVAILABLE),
    "3": (SensorStatus.SENSOR_OFF, "probe lost contact", Validity.UNAVAILABLE),
    "4": (SensorStatus.UNPLUGGED, "probe unplugged or broken", Validity.UNAVAILABLE),
}
_UNKNOWN_STATE = (SensorStatus.STOPPED, "state not known", Validity.INVALID)
_FROM_OXIMETER, _FROM_CUFF = "2", "3"
_MODE_MONITOR = "1"
_NO_RATE = ("000", "-99")


def check_characters(body: str) -> str:
    """Return the two check characters of a message, from its unit character to the last of its data."""
    total = sum(body.encode("ascii")) - (0x20 - 1) * len(body)
    if total > 0xFFF:
        total -= 0xFFF
    return chr(0x20 + (total >> 6)) + chr(0x20 + (total & 0x3F))


def encode(body: str) -> bytes:
    """Return the line for `body` (parameter, command and data), with unit, check characters and CR."""
    message = UNIT + body
    return (message + check_characters(message)).encode("ascii") + END


class _Damaged(Exception):
    """A line that is no message: why."""

    def __init__(self, reason: RejectReason) -> None:
        self.reason = reason


def _open(line: bytes) -> str:
    """Return what stands between unit and check characters, or raise `_Damaged`."""
    text = line.decode("ascii", "replace")
    if len(text) < 5 or not text.isascii() or not text.isprintable():
        raise _Damaged(RejectReason.FRAMING)
    message, check = text[:-2], text[-2:]
    if check_characters(message) != check:
        raise _Damaged(RejectReason.CHECKSUM)
    if message[0] != UNIT:
        raise _Damaged(RejectReason.UNKNOWN)
    return message[1:]


def _number(digits: str) -> int:
    if not digits.isdecimal():
        raise _Damaged(RejectReason.RANGE)
    return int(digits)


@dataclass(frozen=True, slots=True)
class _CuffReply:
    """What the cuff's reply tells: a state, and a reading where there is one.

    Attributes:
        state: For the nurse; None where there is nothing to say.
        is_sound: Whether the reply is as it must be.
        triple: Systolic, diastolic, mean [mmHg]; None for no reading.
        age_s: Age of the reading [s].
    """

    state: tuple[SensorStatus, str] | None
    is_sound: bool = True
    triple: tuple[int, int, int] | None = None
    age_s: int = 0


@dataclass(frozen=True, slots=True)
class _OximeterReply:
    """State, what it says of the value, and SpO2 [%]."""

    status: SensorStatus
    text: str
    validity: Validity
    spo2: int | None


@dataclass(frozen=True, slots=True)
class _RateReply:
    """Who counts the pulse, and its rate [/min]."""

    source: str
    rate: int | None


@dataclass(frozen=True, slots=True)
class _TemperatureReply:
    """State, what it says of the value, the value [degC] with its age [s], and which measurement it is of.

    `celsius` is None where there is none; `counter` is None where the temperature is measured all the time.
    """

    status: SensorStatus
    text: str
    validity: Validity
    celsius: float | None
    age_s: int
    counter: str | None


_Reply = _CuffReply | _OximeterReply | _RateReply | _TemperatureReply


@lru_cache(maxsize=256)
def _reply(line: bytes) -> tuple[str, _Reply | None]:
    """Return the question that a line answers, and what it tells; most replies come again and again.

    What it tells is None where the data are not as they must be.

    Raises:
        _Damaged: It answers no question of ours.
    """
    body = _open(line)
    question = body[:2]
    if question not in REPLY_LENGTHS:
        raise _Damaged(RejectReason.UNKNOWN)
    if len(body) + len(UNIT) != REPLY_LENGTHS[question]:
        raise _Damaged(RejectReason.RANGE)
    try:
        return question, _PARSERS[question](body[2:])
    except _Damaged:
        return question, None


def _parse_cuff(data: str) -> _CuffReply:
    state = data[0]
    if state == "0":
        return _CuffReply((SensorStatus.MEASURING, "measuring"))
    if state in CUFF_FAILURES:
        return _CuffReply((SensorStatus.FAILED, CUFF_FAILURES[state]))
    if state != "1":
        return _CuffReply(None, is_sound=False)
    try:
        age_s = _number(data[3:7])
        if age_s == AGE_NONE:
            return _CuffReply((SensorStatus.OK, "no recent reading"))
        systolic, diastolic, mean = _number(data[7:10]), _number(data[10:13]), _number(data[13:16])
    except _Damaged:
        return _CuffReply(None, is_sound=False)
    if age_s > AGE_MAX_S or not is_plausible_triple(systolic, diastolic, mean):
        return _CuffReply((SensorStatus.FAILED, "result makes no sense, measure again"), is_sound=False)
    return _CuffReply((SensorStatus.OK, "finished"), triple=(systolic, diastolic, mean), age_s=age_s)


def _parse_oximeter(data: str) -> _OximeterReply:
    status, text, validity = _OXIMETER_STATES.get(data[0], _UNKNOWN_STATE)
    return _OximeterReply(status, text, validity, _number(data[1:4]) if validity is Validity.VALID else None)


def _parse_rate(data: str) -> _RateReply:
    digits = data[1:4]
    return _RateReply(data[0], None if digits in _NO_RATE else _number(digits))


def _parse_temperature(data: str) -> _TemperatureReply:
    state, mode, counter = data[0], data[1], data[2]
    is_continuous = mode == _MODE_MONITOR
    status, text, validity = _TEMPERATURE_STATES.get(state, _UNKNOWN_STATE)
    if is_continuous and state == "1":
        status, validity = SensorStatus.OK, Validity.VALID
    if validity is not Validity.VALID:
        return _TemperatureReply(status, text, validity, None, 0, None)
    age_s, tenths_f = _number(data[3:8]), _number(data[8:12])
    if age_s == TEMP_AGE_NONE:
        return _TemperatureReply(status, text, validity, None, 0, None)
    celsius = round((tenths_f - 320) / 18, 2)
    return _TemperatureReply(status, text, validity, celsius, age_s, None if is_continuous else counter)


_PARSERS: dict[str, Callable[[str], _Reply]] = {
    "NA": _parse_cuff,
    "OA": _parse_oximeter,
    "RA": _parse_rate,
    "TC": _parse_temperature,
}


class GeDinamap:
    """Asks the monitor's questions in turn and decodes the replies."""

    info: ClassVar[DriverInfo] = DriverInfo(
        name="ge_dinamap",
        vendor="GE Healthcare (Critikon)",
        models=("DINAMAP PRO", "DINAMAP ProCare", "DINAMAP Compact", "Carescape V100", "Dash 2500"),
        numerics=("nibp_sys", "nibp_dia", "nibp_mean", "nibp_pulse_rate", "spo2", "pulse_rate", "temp"),
        waveforms=(),
        serial=(SerialSettings(9600),),
        max_quiet_ms=10_000,  # three missed replies of 3 s each, and a round's pause
        source="DINAMAP PRO/ProCare Series Host Communications Reference, as quoted by public drivers",
        standing="Built from the published field tables and checked against their examples; not yet tried on a monitor of ours.",
        sends="asks for cuff, oximeter, rate and temperature about every 1.5 s; never starts or stops the cuff",
        check_bits=12,
    )

    def __init__(self) -> None:
        self._lines = LineFramer(end=END, longest=LONGEST_LINE)
        self._statuses = Statuses()
        self._cycle = 0
        self._measured_ns: int | None = None
        self._seen_ns: int | None = None
        self._triple: tuple[int, int, int] | None = None
        self._cuff_asked_ns: int | None = None
        self._cycle_with_rate = 0
        self._temp_told: tuple[str, int] | None = None
        self._asked: str | None = None
        self._asked_ns = 0
        self._next = 0
        self._round_ns: int | None = None
        self._clears_line = True

    def feed(self, data: bytes, now_ns: int) -> tuple[DriverEvent, ...]:
        """Take bytes and return what they complete; see `devices.driver.Driver.feed`."""
        out: list[DriverEvent] = []
        for piece in self._lines.feed(data):
            reason, offset, line = piece
            if reason is not None:
                out.append(rejection(piece, now_ns))
                continue
            try:
                question, told = _reply(line)
            except _Damaged as damage:
                out.append(rejection((damage.reason, offset, line + END), now_ns))
                continue
            if question == self._asked:
                self._asked = None
            if not self._tell(out, told, now_ns):
                out.append(rejection((RejectReason.RANGE, offset, line + END), now_ns))
        return tuple(out)

    def tick(self, now_ns: int) -> tuple[DriverEvent, ...]:
        """Give up on a reply that is overdue."""
        if self._asked is not None and now_ns - self._asked_ns >= REPLY_LIMIT_NS:
            self._asked = None
            self._cuff_asked_ns = None  # a reply from now on was not lying in a buffer: it has come just now
            self._clears_line = True
        return ()

    def pending_writes(self, now_ns: int) -> bytes:
        """Return the next question when none is open and the round allows; a CR first after opening or a missed reply."""
        self.tick(now_ns)
        if self._asked is not None:
            return b""
        if self._next == 0:
            if self._round_ns is not None and now_ns - self._round_ns < ROUND_NS:
                return b""
            self._round_ns = now_ns
        self._asked, self._asked_ns = QUESTIONS[self._next], now_ns
        if self._asked == "NA":
            self._cuff_asked_ns = now_ns
        self._next = (self._next + 1) % len(QUESTIONS)
        line = encode(self._asked)
        if self._clears_line:
            self._clears_line = False
            line = END + line
        return line

    @property
    def unknown(self) -> Mapping[str, int]:
        """Return what came with a value and has no name here; this protocol has nothing of the kind."""
        return {}

    def closing_writes(self, now_ns: int) -> bytes:  # noqa: ARG002 -- the contract gives the time
        """Return nothing: the monitor keeps no session."""
        return b""

    def reset(self, now_ns: int) -> tuple[DriverEvent, ...]:
        """Start over as after a reconnect; the last reading and its number are kept, lest it be told twice."""
        out: list[DriverEvent] = [rejection(piece, now_ns) for piece in self._lines.flush()]
        self._statuses.forget()
        self._asked = None
        self._cuff_asked_ns = None
        self._next = 0
        self._round_ns = None
        self._clears_line = True
        return tuple(out)

    def _tell(self, out: list[DriverEvent], reply: _Reply | None, now_ns: int) -> bool:
        """Tell what a reply holds; return False when it is not as it must be."""
        if isinstance(reply, _OximeterReply):
            self._tell_oximeter(out, reply, now_ns)
        elif isinstance(reply, _RateReply):
            self._tell_rate(out, reply, now_ns)
        elif isinstance(reply, _TemperatureReply):
            self._tell_temperature(out, reply, now_ns)
        elif isinstance(reply, _CuffReply):
            self._tell_cuff(out, reply, now_ns)
            return reply.is_sound
        return reply is not None

    def _tell_cuff(self, out: list[DriverEvent], reply: _CuffReply, now_ns: int) -> None:
        told_ns = self._reply_time(now_ns)
        if reply.state is not None:
            self._statuses.tell(out, "nibp", *reply.state, now_ns)
        triple, age_s = reply.triple, reply.age_s
        if triple is None:
            return
        measured_ns, seen_ns = told_ns - age_s * _S, self._seen_ns
        self._seen_ns = measured_ns
        is_later = seen_ns is None or (age_s < AGE_MAX_S and measured_ns > seen_ns + SAME_READING_NS)
        if is_later or triple != self._triple:
            self._measured_ns, self._triple = measured_ns, triple
            self._cycle += 1
            out.extend(cuff_triple(*triple, now_ns, cycle=self._cycle, measured_ns=measured_ns))

    def _reply_time(self, now_ns: int) -> int:
        """Return when the age in this reply held.

        That is now, unless the reply has lain in a buffer past its limit (a machine that slept, say): then it is when we
        asked, for an old reading must not look new because its reply came late.
        """
        asked_ns, self._cuff_asked_ns = self._cuff_asked_ns, None
        return now_ns if asked_ns is None or now_ns - asked_ns <= REPLY_LIMIT_NS else asked_ns

    def _tell_oximeter(self, out: list[DriverEvent], reply: _OximeterReply, now_ns: int) -> None:
        self._statuses.tell(out, "spo2", reply.status, reply.text, now_ns)
        out.append(reading("spo2", reply.spo2, now_ns, reply.validity, source="oximeter"))

    def _tell_rate(self, out: list[DriverEvent], reply: _RateReply, now_ns: int) -> None:
        if reply.source == _FROM_OXIMETER:
            out.append(reading("pulse_rate", reply.rate, now_ns, source="oximeter"))
            return
        # The oximeter has no rate now; whoever shows one must be able to see that.
        known = reply.source == _FROM_CUFF
        out.append(
            reading("pulse_rate", None, now_ns, Validity.UNAVAILABLE if known else Validity.INVALID, source="oximeter")
        )
        if known and reply.rate is not None and self._cycle > self._cycle_with_rate:
            self._cycle_with_rate = self._cycle
            out.append(
                reading(
                    "nibp_pulse_rate", reply.rate, now_ns, source="cuff", measured_ns=self._measured_ns, cycle=self._cycle
                )
            )  # fmt: skip

    def _tell_temperature(self, out: list[DriverEvent], reply: _TemperatureReply, now_ns: int) -> None:
        self._statuses.tell(out, "temp", reply.status, reply.text, now_ns)
        celsius, counter = reply.celsius, reply.counter
        if celsius is None:
            out.append(reading("temp", None, now_ns, reply.validity))
            return
        measured_ns = now_ns - reply.age_s * _S
        # A predictive temperature is one measurement, like a cuff reading: told once, not again at every poll.
        if counter is None or self._is_new_temperature(counter, measured_ns):
            out.append(reading("temp", celsius, now_ns, measured_ns=measured_ns))

    def _is_new_temperature(self, counter: str, measured_ns: int) -> bool:
        told = self._temp_told
        if told is not None and told[0] == counter and abs(measured_ns - told[1]) <= SAME_READING_NS:
            return False
        self._temp_told = (counter, measured_ns)
        return True


# The monitor's side.

_CUFF_CODES = {
    CuffFault.LEAK: "4",
    CuffFault.MOTION: "7",
    CuffFault.WEAK: "3",
    CuffFault.TIMEOUT: "6",
    CuffFault.OVERPRESSURE: "8",
}


class GeDinamapMonitor:
    """A monitor that answers what it is asked, and says nothing else. It does not obey commands about the cuff."""

    def __init__(self) -> None:
        self._lines = LineFramer(end=END, longest=LONGEST_LINE)
        self._questions: list[tuple[int, str]] = []
        self._started_ns: int | None = None

    def receive(self, data: bytes, now_ns: int) -> None:
        """Take questions; a line feed before one is let pass, a line that is none is passed over."""
        for reason, _, line in self._lines.feed(data):
            if reason is None:
                try:
                    self._questions.append((now_ns, _open(line.lstrip(b"\n"))))
                except _Damaged:
                    continue

    def restart(self, now_ns: int) -> None:
        """Start over as after a power cycle: results from before are gone."""
        self._lines = LineFramer(end=END, longest=LONGEST_LINE)
        self._questions.clear()
        self._started_ns = now_ns

    def transmit(self, patient: Patient, now_ns: int) -> bytes:
        """Return the replies to the questions that came up to `now_ns`, each as things stood when it was asked."""
        due = [(t_ns, question) for t_ns, question in self._questions if t_ns <= now_ns]
        del self._questions[: len(due)]
        return b"".join(self._answer(question, patient.sensors(t_ns), t_ns) for t_ns, question in due)

    def _answer(self, question: str, sensors: Sensors, t_ns: int) -> bytes:
        match question:
            case "NA":
                return encode(question + self._cuff(sensors.cuff, t_ns))
            case "OA":
                return encode(question + _oximeter(sensors))
            case "RA":
                return encode(question + self._rate(sensors))
            case "TC":
                return encode(question + _temperature(sensors))
            case _:
                return b""

    def _knows(self, cuff: Cuff) -> bool:
        return cuff.measured_ns is not None and (self._started_ns is None or cuff.measured_ns > self._started_ns)

    def _cuff(self, cuff: Cuff, t_ns: int) -> str:
        age_s, numbers = AGE_NONE, "000000000"
        if self._knows(cuff) and cuff.measured_ns is not None and cuff.phase is not CuffPhase.FAILED:
            age_s = (t_ns - cuff.measured_ns) // _S
            numbers = f"{cuff.sys or 0:03d}{cuff.dia or 0:03d}{cuff.mean or 0:03d}"
        if age_s > AGE_MAX_S:
            age_s, numbers = AGE_NONE, "000000000"
        match cuff.phase:
            case CuffPhase.MEASURING:
                state = "0"
            case CuffPhase.FAILED:
                state = _CUFF_CODES[cuff.fault or CuffFault.WEAK]
            case CuffPhase.IDLE | CuffPhase.DONE:
                state = "1"
        return f"{state}10{max(0, age_s):04d}{numbers}"

    def _rate(self, sensors: Sensors) -> str:
        if sensors.spo2_probe is ProbeState.ON and sensors.pulse_rate is not None:
            return f"{_FROM_OXIMETER}{round(sensors.pulse_rate):03d}"
        if self._knows(sensors.cuff) and sensors.cuff.pulse is not None and sensors.cuff.phase is not CuffPhase.FAILED:
            return f"{_FROM_CUFF}{sensors.cuff.pulse:03d}"
        return f"{_FROM_OXIMETER}-99"


def _oximeter(sensors: Sensors) -> str:
    match sensors.spo2_probe:
        case ProbeState.ON if sensors.spo2 is not None:
            return f"1{min(100, round(sensors.spo2)):03d}708"
        case ProbeState.UNPLUGGED:
            return "6000008"
        case _:
            return "3000008"


def _temperature(sensors: Sensors) -> str:
    match sensors.temp_probe:
        case ProbeState.ON if sensors.temp is not None:
            return f"11!00000{round(sensors.temp * 18 + 320):04d}1"
        case ProbeState.UNPLUGGED:
            return "41!9999900001"
        case _:
            return "31!9999900001"


DRIVER = GeDinamap
MONITOR = GeDinamapMonitor
