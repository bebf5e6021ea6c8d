"""Oridion (Medtronic) Capnostream 20 capnograph and oximeter: RS-232 binary protocol.

Rules of the file:
1. The monitor says nothing until it is greeted: Enable every second until it names itself, then Start real-time. When its
   waves or numbers stop, greeting starts over (a monitor that was switched off and on has real-time off).
2. Only Enable and Start are ever sent, and on closing Stop and Disable. The later commands that change limits or patient
   data exist nowhere in this file.
3. CO2 values have a unit that the numerics message tells. Until it has come, the wave is relative; Vol% cannot become
   mmHg without the barometric pressure, which the monitor does not tell, and is shown as invalid.
4. The wave's status bits hold for the numbers too: while the line is off, blocked or starting up, EtCO2, FiCO2 and RR have
   no value whatever their bytes say. While the pump is off no gas is drawn: what is told then is doubted.
5. The monitor's clock may be local time or GMT: it is passed on as text.

Frame: `85 | LEN | CODE | DATA | CHK`, LEN = 1 + data bytes, CHK = XOR of LEN, CODE and data; after the first byte, 85 is
sent as `80 05` and 80 as `80 00`.

Source: Oridion "Capnostream Data Transfer Protocols" D006045 C (copy in the public repository CalebBurton/capno-reader);
the Oridion driver of mdpnp/mdpnp (OpenICE).
"""

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum
from functools import cache, lru_cache
from struct import Struct
from typing import ClassVar

from devices.chunks import Chunker
from devices.driver import DriverInfo, Patient, ProbeState, Sensors, SerialSettings
from devices.events import (
    MISSING_SAMPLE,
    AlarmKind,
    AlarmMeaning,
    DeviceAlarm,
    DeviceInfo,
    DriverEvent,
    FrameRejected,
    Gap,
    Priority,
    RejectReason,
    SensorStatus,
    Validity,
)
from devices.framing import Piece, Run, StuffedFramer, rejection, xor8
from devices.making import reading
from devices.readings import Statuses
from devices.vocabulary import METRICS, Unit

_S = 1_000_000_000
_MS = 1_000_000
START, ESCAPE = 0x85, 0x80
ESCAPED = {0x05: 0x85, 0x00: 0x80}

CO2_HZ = 20.0
MMHG_PER_KPA = 7.50062
_CO2_STEP = 1 / 128  # of the monitor's unit, one raw step
_CHUNK = 2  # 100 ms
_HOLD_MAX_NS = 300 * _MS
_GREET_EVERY_NS = 1 * _S
_WAVE_QUIET_NS = 1 * _S
_NUMERICS_QUIET_NS = 3 * _S
_START_LIMIT_NS = 2 * _S  # the monitor answers within 1 s
_COUNTER_ROUND_NS = 12 * _S  # the wave counter starts over after 12.8 s: longer gaps cannot be counted


class Command(IntEnum):
    """Code of the frames from the host: those that we send or that the simulated monitor obeys."""

    ENABLE = 1
    DISABLE = 2
    ASK_NUMBER = 3
    START = 4
    STOP = 5
    ASK_PATIENT = 11


class Message(IntEnum):
    """Code of the frames from the monitor."""

    CO2_WAVE = 0
    NUMERICS = 1
    PATIENT = 2
    NUMBER = 3
    IDENTITY = 4
    PATIENT_WIDE = 12
    EVENT = 21
    EVENT_WIDE = 22
    TREND = 55
    TREND_PATIENT = 57
    TREND_PATIENT_WIDE = 58


LENGTHS: dict[int, int] = {Message.CO2_WAVE: 5, Message.NUMERICS: 28, Message.NUMBER: 2, Message.IDENTITY: 31}
"""LEN of the messages that have one length only."""

_PASSED_OVER: frozenset[int] = frozenset(Message) | {
    9,
    10,
    56,
    60,
}  # the last four belong to a later revision (OpenICE)

_WAVE_SIZE = 8  # on the wire, escapes undone
_WAVES = re.compile(rb"(?:\x85\x05\x00(?:[^\x85\x80]{5}|(?:[^\x85\x80]|\x80[\x05\x00]){5})){1,64}(?=\x85|\Z)")
"""Waves, which come twenty times as often as all else."""
_COUNTERS = bytes(range(256)) * 2

_INVALID, _STARTING, _BLOCKED, _BREATH, _ZEROING, _PURGING, _LINE_OFF, _CO2_FAILED = (1 << bit for bit in range(8))
_WITHOUT_BREATH = bytes(bits & ~_BREATH for bits in range(256))
_NO_CO2 = _INVALID | _STARTING | _BLOCKED | _LINE_OFF | _CO2_FAILED

_FAST_STATES: tuple[tuple[int, SensorStatus, str], ...] = (
    (_LINE_OFF, SensorStatus.UNPLUGGED, "CO2 line not connected"),
    (_CO2_FAILED, SensorStatus.FAILED, "CO2 measurement failed, check the monitor"),
    (_BLOCKED, SensorStatus.BLOCKED, "CO2 line blocked"),
    (_STARTING, SensorStatus.CALIBRATING, "starting up"),
    (_PURGING, SensorStatus.CALIBRATING, "purging the line"),
    (_ZEROING, SensorStatus.CALIBRATING, "zeroing"),
    (_INVALID, SensorStatus.STOPPED, "no valid CO2 now"),
)
"""Status bits of the wave, the most telling first."""

_PULSE_NOT_FOUND, _PROBE_OFF, _PROBE_UNPLUGGED = 1 << 0, 1 << 5, 1 << 6
_NO_SPO2 = _PULSE_NOT_FOUND | _PROBE_OFF | _PROBE_UNPLUGGED
_PUMP_OFF = 1 << 2
_HIGH_SOUNDS, _LOW_SOUNDS, _ADVISORY_SOUNDS = 1 << 3, 1 << 4, 1 << 5
_SOUNDS = ((_HIGH_SOUNDS, Priority.HIGH), (_LOW_SOUNDS, Priority.MEDIUM), (_ADVISORY_SOUNDS, Priority.LOW))
"""The monitor's high, low and advisory, in the three priorities of IEC 60601-1-8."""

_PHYSIOLOGICAL, _TECHNICAL = AlarmKind.PHYSIOLOGICAL, AlarmKind.TECHNICAL
ALARMS: tuple[tuple[int, int, AlarmKind, str], ...] = (
    (14, 0, _PHYSIOLOGICAL, "NO BREATH"),
    (14, 1, _PHYSIOLOGICAL, "EtCO2 high"),
    (14, 2, _PHYSIOLOGICAL, "EtCO2 low"),
    (14, 3, _PHYSIOLOGICAL, "breathing rate high"),
    (14, 4, _PHYSIOLOGICAL, "breathing rate low"),
    (14, 5, _PHYSIOLOGICAL, "FiCO2 high"),
    (15, 0, _PHYSIOLOGICAL, "no pulse found"),
    (15, 1, _PHYSIOLOGICAL, "SpO2 high"),
    (15, 2, _PHYSIOLOGICAL, "SpO2 low"),
    (15, 3, _PHYSIOLOGICAL, "pulse rate high"),
    (15, 4, _PHYSIOLOGICAL, "pulse rate low"),
    (15, 5, _TECHNICAL, "finger probe off"),
    (15, 6, _TECHNICAL, "probe unplugged"),
    (27, 0, _TECHNICAL, "calibration due"),
    (27, 1, _TECHNICAL, "check the CO2 flow"),
    (27, 7, _TECHNICAL, "battery low"),
)
"""Byte of the numerics message (counted from 1), bit, kind, text for the nurse. The code of an alarm is "byte.bit"."""
_MEANINGS = {"14.0": AlarmMeaning.APNOEA}
"""By code."""

_EPOCH = datetime(1970, 1, 1)
_NONE = 0xFF
_IDENTITY = re.compile(r"V(?P<software>[\d.]{5}) .{10} (?P<product>..)(?P<revision>..)(?P<serial>.{6})")


class Co2Unit(IntEnum):
    """Unit of the CO2 values (byte 26); for the last two the bytes are in tenths."""

    MMHG = 1
    KPA = 2
    VOL_PERCENT = 3


@dataclass(frozen=True, slots=True)
class _Scale:
    """How the monitor tells CO2.

    Attributes:
        step: Value of one raw step of the wave, in `unit`.
        unit: Of the wave; None for relative amplitude.
        highest: The highest plausible raw step.
        mmhg: What each value of a byte is [mmHg], None for the one that means none; None where it cannot be converted.
    """

    step: float
    unit: Unit | None
    highest: int
    mmhg: tuple[float | None, ...] | None


def _scale(mmhg_per_step: float | None) -> _Scale:
    """Return the scale of bytes that are so much [mmHg] a step; None for what cannot be converted."""
    per_step = 1.0 if mmhg_per_step is None else mmhg_per_step
    step = per_step * _CO2_STEP
    highest = bisect_right(range(1 << 15), METRICS["co2"].high, key=step.__mul__) - 1
    if mmhg_per_step is None:
        return _Scale(step, None, highest, None)
    return _Scale(step, Unit.MMHG, highest, (*(round(n * per_step, 2) for n in range(_NONE)), None))


_NOT_TOLD, _VOL_PERCENT = _scale(None), _scale(None)
_SCALES = {
    int(Co2Unit.MMHG): _scale(1.0),
    int(Co2Unit.KPA): _scale(MMHG_PER_KPA / 10),
    int(Co2Unit.VOL_PERCENT): _VOL_PERCENT,
}
"""By byte 26 of the numerics."""
_VALID, _OK = Validity.VALID, SensorStatus.OK
_WAVE_CODE, _NUMERICS_CODE = int(Message.CO2_WAVE), int(Message.NUMERICS)
_TWO_DIGITS = tuple(f"{n:02}" for n in range(60))


def encode(code: int, data: bytes = b"") -> bytes:
    """Return the frame of `code` with `data`, escaped."""
    body = bytes([len(data) + 1, code]) + data
    return _wire(body + bytes([xor8(body)]))


def _wire(frame: bytes) -> bytes:
    escaped = frame.replace(bytes([ESCAPE]), bytes([ESCAPE, 0x00])).replace(bytes([START]), bytes([ESCAPE, 0x05]))
    return bytes([START]) + escaped


def _is_intact(frame: bytes) -> bool:
    return xor8(frame) == 0


def _are_intact(waves: bytes) -> bool:
    """Check waves at once: all of them are one number, one lane of 64 bits a frame, folded onto its lowest byte."""
    number = int.from_bytes(waves, "big")
    number ^= number >> 8
    number ^= number >> 16
    number ^= number >> 32
    lanes, starts = _lanes(len(waves) // _WAVE_SIZE)
    return number & lanes == starts  # what is left of each is its start byte, which the check does not count


@cache
def _lanes(n_frames: int) -> tuple[int, int]:
    """Return the lowest byte of so many lanes: all of its bits, and a start byte there."""
    ahead = bytes(_WAVE_SIZE - 1)
    return int.from_bytes((ahead + b"\xff") * n_frames, "big"), int.from_bytes(
        (ahead + bytes([START])) * n_frames, "big"
    )


@cache
def _levels(n_waves: int) -> Struct:
    return Struct(">" + "4xHxx" * n_waves)


def _new_framer(runs: re.Pattern[bytes] | None = None) -> StuffedFramer:
    return StuffedFramer(
        start=START, escape=ESCAPE, escaped=ESCAPED, adds=2, is_intact=_is_intact, runs=runs, are_intact=_are_intact
    )


class Capnostream20:
    """Greets the monitor and decodes its stream."""

    info: ClassVar[DriverInfo] = DriverInfo(
        name="capnostream20",
        vendor="Oridion (Medtronic)",
        models=("Capnostream 20", "Capnostream 20p"),
        numerics=("etco2", "fico2", "resp_rate", "spo2", "pulse_rate"),
        waveforms=("co2",),
        serial=(SerialSettings(115_200), SerialSettings(57_600), SerialSettings(19_200), SerialSettings(9600)),
        max_quiet_ms=1000,
        source="Oridion Capnostream Data Transfer Protocols, D006045 C",
        standing="Built from the maker's document and checked against its examples; not yet tried on a monitor of ours.",
        sends="greets the monitor every second until it answers, then asks for real-time data, and stops it on closing; "
        "changes nothing on it",
        check_bits=8,
    )

    def __init__(self) -> None:
        self._framer = _new_framer(_WAVES)
        self._wave = Chunker(
            metric="co2", source="co2", rate_hz=CO2_HZ, n_samples=_CHUNK, scale=_CO2_STEP, offset=0.0, unit=None
        )
        self._statuses = Statuses()
        self._alarms: dict[str, DeviceAlarm] = {}
        self._tells_all_alarms = True
        self._fast = 0
        self._is_pump_off = False
        self._scale = _NOT_TOLD
        self._told: tuple[bytes, bool, int] | None = None  # what states and alarms were told by
        self._due: int | None = None  # counter of the next wave
        self._wave_ns = 0
        self._greeted_ns: int | None = None
        self._starts = False
        self._wave_due_ns: int | None = None
        self._numerics_due_ns: int | None = None

    def feed(self, data: bytes, now_ns: int) -> tuple[DriverEvent, ...]:
        """Take bytes and return what they complete; see `devices.driver.Driver.feed`."""
        out: list[DriverEvent] = []
        for piece in self._framer.feed(data):
            reason, _, frame = piece
            if reason is not None:
                self._reject(out, rejection(piece, now_ns))
            elif type(frame) is Run:
                self._take_run(out, frame, now_ns)
            else:
                self._take(out, piece, now_ns)
        return tuple(out)

    def _take_run(self, out: list[DriverEvent], run: bytes, now_ns: int) -> None:
        """Take waves; all at once where nothing in them is new but the samples."""
        n_waves, due, fast = len(run) // _WAVE_SIZE, self._due, self._fast
        if (
            due is None
            or run[3::_WAVE_SIZE] != _COUNTERS[due : due + n_waves]
            or run[6::_WAVE_SIZE].translate(_WITHOUT_BREATH) != bytes((fast,)) * n_waves
        ):
            for at in range(0, len(run), _WAVE_SIZE):
                self._decode_wave(out, run[at + 1 : at + _WAVE_SIZE], now_ns)
            return
        raw = [level >> 1 for level in _levels(n_waves).unpack(run)]
        highest = self._scale.highest
        if fast & _NO_CO2:
            raw = [MISSING_SAMPLE] * n_waves
        elif max(raw) > highest:
            raw = [MISSING_SAMPLE if level > highest else level for level in raw]
        self._wave.extend(out, raw, now_ns)
        self._due, self._wave_ns = due + n_waves & 0xFF, now_ns
        if self._wave_due_ns is not None:
            self._wave_due_ns = now_ns + _WAVE_QUIET_NS

    def tick(self, now_ns: int) -> tuple[DriverEvent, ...]:
        """Give out samples that have waited too long; go back to greeting when the monitor's data has stopped."""
        out: list[DriverEvent] = []
        self._wave.give_out_older(out, now_ns - _HOLD_MAX_NS)
        wave_due_ns, numerics_due_ns = self._wave_due_ns, self._numerics_due_ns
        if (wave_due_ns is not None and now_ns > wave_due_ns) or (
            numerics_due_ns is not None and now_ns > numerics_due_ns
        ):
            self._wave.give_out(out)
            self._forget_session()
        return tuple(out)

    def pending_writes(self, now_ns: int) -> bytes:
        """Return Start once the monitor has named itself; before that, Enable every second."""
        if self._starts:
            self._starts = False
            self._wave_due_ns = now_ns + _START_LIMIT_NS
            self._numerics_due_ns = now_ns + _START_LIMIT_NS
            return encode(Command.START)
        if self._wave_due_ns is not None:
            return b""
        if self._greeted_ns is not None and now_ns - self._greeted_ns < _GREET_EVERY_NS:
            return b""
        self._greeted_ns = now_ns
        return encode(Command.ENABLE)

    @property
    def unknown(self) -> Mapping[str, int]:
        """Return what came with a value and has no name here; this protocol has nothing of the kind."""
        return {}

    def closing_writes(self, now_ns: int) -> bytes:  # noqa: ARG002 -- the contract gives the time
        """Return Stop real-time and Disable: the monitor need not talk to a line that nobody reads."""
        return encode(Command.STOP) + encode(Command.DISABLE)

    def reset(self, now_ns: int) -> tuple[DriverEvent, ...]:
        """Start over with greeting, as after a reconnect."""
        out: list[DriverEvent] = []
        self._wave.give_out(out)
        out.extend(rejection(piece, now_ns) for piece in self._framer.flush())
        self._forget_session()
        return tuple(out)

    def _forget_session(self) -> None:
        self._statuses.forget()
        # The alarms themselves are kept: one that has gone meanwhile must be told as gone.
        self._tells_all_alarms = True
        self._fast = 0
        self._is_pump_off = False
        self._scale = _NOT_TOLD
        self._told = None
        self._wave.calibrate([], _NOT_TOLD.step, _NOT_TOLD.unit)
        self._due = None
        self._greeted_ns = None
        self._starts = False
        self._wave_due_ns = None
        self._numerics_due_ns = None

    def _reject(self, out: list[DriverEvent], event: FrameRejected) -> None:
        self._wave.give_out(out)
        out.append(event)

    def _take(self, out: list[DriverEvent], piece: Piece, now_ns: int) -> None:
        _, offset, frame = piece
        if LENGTHS.get(frame[1], frame[0]) != frame[0]:
            self._reject(out, rejection((RejectReason.RANGE, offset, _wire(frame)), now_ns))
            return
        code = frame[1]
        if code == _WAVE_CODE:
            self._decode_wave(out, frame, now_ns)
        elif code == _NUMERICS_CODE:
            if frame[1 + 26] in _SCALES:
                self._decode_numerics(out, frame[1:], now_ns)
            else:
                self._reject(out, rejection((RejectReason.RANGE, offset, _wire(frame)), now_ns))
        elif code == Message.IDENTITY:
            self._starts = self._wave_due_ns is None
            out.append(_identity(frame[2:-1], now_ns))
        elif code not in _PASSED_OVER:
            self._reject(out, rejection((RejectReason.UNKNOWN, offset, _wire(frame)), now_ns))

    def _decode_wave(self, out: list[DriverEvent], frame: bytes, now_ns: int) -> None:
        counter, whole, fraction, fast = frame[2:6]
        due, before_ns = self._due, self._wave_ns
        self._due, self._wave_ns = counter + 1 & 0xFF, now_ns
        if self._wave_due_ns is not None:
            self._wave_due_ns = now_ns + _WAVE_QUIET_NS
        if due is not None and counter != due:
            if self._due == due:
                return  # the same frame twice
            self._wave.give_out(out)
            is_countable = now_ns - before_ns < _COUNTER_ROUND_NS
            n_lost = (counter - due) & 0xFF if is_countable else None
            out.append(Gap(t_ns=now_ns, metric="co2", source="co2", n_samples=n_lost))
        if (fast ^ self._fast) & ~_BREATH:
            self._fast = fast & ~_BREATH
            self._tell_co2(out, now_ns)
        raw = (whole << 8 | fraction) >> 1  # int16 has 15 bits for 16: the last, 1/256 of a unit, is let go
        is_usable = not fast & _NO_CO2 and raw <= self._scale.highest
        self._wave.add(out, raw if is_usable else MISSING_SAMPLE, now_ns)

    def _decode_numerics(self, out: list[DriverEvent], byte: bytes, now_ns: int) -> None:
        """Tell what a numerics message holds; the indices are the document's, which counts data bytes from 1."""
        if self._numerics_due_ns is not None:
            self._numerics_due_ns = now_ns + _NUMERICS_QUIET_NS
        scale, mmhg = _SCALES[byte[26]], _SCALES[byte[26]].mmhg
        etco2, fico2, resp_rate, spo2, pulse_rate = byte[5:10]
        told = byte[10:28], spo2 == _NONE, self._fast
        if told != self._told:
            self._told, self._scale, self._is_pump_off = told, scale, bool(byte[27] & _PUMP_OFF)
            self._wave.calibrate(out, scale.step, scale.unit)
            self._tell_alarms(out, byte, now_ns)
            self._tell_co2(out, now_ns)
            self._tell_spo2(out, byte, now_ns)
        hour, second = divmod(int.from_bytes(byte[1:5], "big"), 3600)
        minute, second = divmod(second, 60)
        time = f"{_hour(hour)}{_TWO_DIGITS[minute]}:{_TWO_DIGITS[second]}"
        validity = _CO2_VALIDITIES[self._fast]
        if self._is_pump_off and validity is _VALID:
            validity = Validity.QUESTIONABLE
        if mmhg is not None:
            out.append(reading("etco2", mmhg[etco2], now_ns, validity, source="co2", device_time=time))
            out.append(reading("fico2", mmhg[fico2], now_ns, validity, source="co2", device_time=time))
        else:
            for metric, value in (("etco2", etco2), ("fico2", fico2)):
                is_told = validity in (Validity.VALID, Validity.QUESTIONABLE) and value != _NONE
                why = Validity.INVALID if is_told else validity
                out.append(reading(metric, None, now_ns, why, source="co2", device_time=time))
        rate = None if resp_rate == _NONE else resp_rate
        out.append(reading("resp_rate", rate, now_ns, validity, source="co2", device_time=time))
        validity = Validity.UNAVAILABLE if byte[15] & _NO_SPO2 else _VALID
        percent = None if spo2 == _NONE else spo2
        out.append(reading("spo2", percent, now_ns, validity, source="oximeter", device_time=time))
        rate = None if pulse_rate == _NONE else pulse_rate
        out.append(reading("pulse_rate", rate, now_ns, validity, source="oximeter", device_time=time))

    def _tell_co2(self, out: list[DriverEvent], now_ns: int) -> None:
        if self._fast:
            for bits, status, text in _FAST_STATES:
                if self._fast & bits:
                    self._statuses.tell(out, "co2", status, text, now_ns)
                    return
        if self._is_pump_off:
            self._statuses.tell(out, "co2", SensorStatus.STOPPED, "CO2 pump off", now_ns)
        elif self._scale is _VOL_PERCENT:
            text = "the monitor gives CO2 in Vol%: set it to mmHg to see it here"
            self._statuses.tell(out, "co2", SensorStatus.STOPPED, text, now_ns)
        else:
            self._statuses.tell(out, "co2", _OK, "measuring", now_ns)

    def _tell_spo2(self, out: list[DriverEvent], byte: bytes, now_ns: int) -> None:
        if byte[15] & _PROBE_UNPLUGGED:
            status, text = SensorStatus.UNPLUGGED, "probe unplugged"
        elif byte[15] & _PROBE_OFF:
            status, text = SensorStatus.SENSOR_OFF, "finger probe off"
        elif byte[15] & _PULSE_NOT_FOUND:
            status, text = SensorStatus.SEARCHING, "no pulse found"
        elif byte[8] == _NONE:
            status, text = SensorStatus.STOPPED, "no SpO2 reading"
        else:
            status, text = _OK, "measuring"
        self._statuses.tell(out, "spo2", status, text, now_ns)

    def _tell_alarms(self, out: list[DriverEvent], byte: bytes, now_ns: int) -> None:
        active: dict[str, tuple[AlarmKind, str]] = {}
        if byte[14] or byte[15] or byte[27]:
            active = {f"{at}.{bit}": (kind, text) for at, bit, kind, text in ALARMS if byte[at] >> bit & 1}
        elif not self._alarms:
            self._tells_all_alarms = False
            return
        for code in [code for code in self._alarms if code not in active]:
            gone = self._alarms.pop(code)
            out.append(replace(gone, t_ns=now_ns, active=False))
        # The monitor tells which priorities sound, not whose: only a lone alarm with a lone sound has a known one.
        sounding = [priority for bit, priority in _SOUNDS if byte[10] & bit]
        priority = sounding[0] if len(sounding) == len(active) == 1 else None
        for code, (kind, text) in active.items():
            if self._tells_all_alarms or code not in self._alarms:
                alarm = DeviceAlarm(
                    t_ns=now_ns, kind=kind, priority=priority, code=code, text=text, active=True,
                    meaning=_MEANINGS.get(code),
                )  # fmt: skip
                self._alarms[code] = alarm
                out.append(alarm)
        self._tells_all_alarms = False


@lru_cache(maxsize=4)
def _hour(n_hours: int) -> str:
    """Return the beginning of the monitor's time, up to the minutes, so many hours after 1970 began."""
    return (_EPOCH + timedelta(hours=n_hours)).isoformat(timespec="hours") + ":"


def _co2_validity(fast: int) -> Validity:
    if not fast:
        return _VALID
    if fast & (_LINE_OFF | _CO2_FAILED):
        return Validity.UNAVAILABLE
    if fast & _STARTING:
        return Validity.CALIBRATING
    return Validity.INVALID if fast & (_BLOCKED | _INVALID) else Validity.VALID


_CO2_VALIDITIES = tuple(map(_co2_validity, range(256)))
"""By the status bits of the wave."""


def _identity(data: bytes, now_ns: int) -> DeviceInfo:
    found = _IDENTITY.match(data.decode("ascii", "replace"))
    if found is None:
        return DeviceInfo(t_ns=now_ns, vendor="Oridion", model="Capnostream 20")
    model = f"Capnostream 20 ({found['product']} revision {found['revision']})"
    return DeviceInfo(
        t_ns=now_ns, vendor="Oridion", model=model, serial=found["serial"].strip(), software=found["software"]
    )


# The monitor's side.

_STEP_NS = 50 * _MS
_STEPS_A_SECOND = 20
_CLOCK_AT_START = 1_767_279_600  # what the simulated monitor's own clock says when it is switched on
_NO_BREATH_DELAY_S = 30
_ETCO2_HIGH, _ETCO2_LOW, _RR_HIGH, _RR_LOW, _FICO2_HIGH = 50, 15, 30, 5, 8
_SPO2_HIGH, _SPO2_LOW, _PR_HIGH, _PR_LOW = 100, 90, 140, 50
_LIMITS = bytes(
    (
        _NO_BREATH_DELAY_S,
        *(_ETCO2_HIGH, _ETCO2_LOW, _RR_HIGH, _RR_LOW, _FICO2_HIGH),
        *(_SPO2_HIGH, _SPO2_LOW, _PR_HIGH, _PR_LOW),
    )
)


class Capnostream20Monitor:
    """A monitor that is silent until greeted and started, with alarm limits of its own, showing CO2 in mmHg."""

    def __init__(self, patient_id: str = "SIMULATED") -> None:
        """Make a monitor to which a patient is admitted under `patient_id` (at most 24 characters)."""
        self._patient_id = patient_id
        self._framer = _new_framer()
        self._commands: list[tuple[int, int, bytes]] = []
        self._start_ns: int | None = None
        self._step = 0
        self._is_enabled = False
        self._is_real_time = False
        self._counter = 0
        self._n_without_breath = 0
        self._was_in_breath = False

    def receive(self, data: bytes, now_ns: int) -> None:
        """Take commands; they act at the time they came, between the samples."""
        for reason, _, frame in self._framer.feed(data):
            if reason is None:
                self._commands.append((now_ns, frame[1], frame[2:-1]))

    def restart(self, now_ns: int) -> None:
        """Start over as after a power cycle: silent until greeted and started again."""
        self._framer = _new_framer()
        self._commands.clear()
        self._start_ns = now_ns
        self._step = 0
        self._is_enabled = self._is_real_time = False
        self._counter = 0
        self._n_without_breath = 0

    def transmit(self, patient: Patient, now_ns: int) -> bytes:
        """Return what is sent up to `now_ns`: answers, and with real-time on CO2 every 50 ms and numbers every second."""
        if self._start_ns is None:
            self._start_ns = now_ns
        first, last = self._step, (now_ns - self._start_ns) // _STEP_NS
        times = [self._start_ns + step * _STEP_NS for step in range(first, last + 1)]
        co2 = patient.wave("co2", times) if times else []
        out: list[bytes] = []
        for step, (t_ns, mmhg) in enumerate(zip(times, co2, strict=True), first):
            self._obey_until(out, patient, t_ns)
            sensors = patient.sensors(t_ns)
            if step % _STEPS_A_SECOND == 0:
                self._watch_breath(sensors)
                if self._is_real_time:
                    out.append(encode(Message.NUMERICS, self._numerics(sensors, step // _STEPS_A_SECOND)))
            if self._is_real_time:
                out.append(encode(Message.CO2_WAVE, self._wave(sensors, mmhg)))
                self._counter = (self._counter + 1) & 0xFF
        self._obey_until(out, patient, now_ns)
        self._step = max(first, last + 1)
        return b"".join(out)

    def _obey_until(self, out: list[bytes], patient: Patient, t_ns: int) -> None:
        while self._commands and self._commands[0][0] <= t_ns:
            came_ns, command, data = self._commands.pop(0)
            self._obey(out, command, data, patient.sensors(came_ns))

    def _obey(self, out: list[bytes], command: int, data: bytes, sensors: Sensors) -> None:
        if command == Command.ENABLE:
            self._is_enabled = True
            out.append(encode(Message.IDENTITY, b"V05.10 03/18/2014 B201SIM001  "))
        elif not self._is_enabled:
            return
        match command:
            case Command.DISABLE:
                self._is_enabled = self._is_real_time = False
            case Command.START:
                if not self._is_real_time:
                    self._is_real_time = True
                    out.append(self._patient())
            case Command.STOP:
                self._is_real_time = False
            case Command.ASK_NUMBER if len(data) == 1 and 1 <= data[0] <= 5:
                out.append(encode(Message.NUMBER, _numbers(sensors)[data[0] - 1 : data[0]]))
            case Command.ASK_PATIENT:
                out.append(self._patient())
            case _:
                pass

    def _patient(self) -> bytes:
        return encode(Message.PATIENT, self._clock() + self._patient_id.encode("ascii", "replace")[:24].ljust(24))

    def _clock(self) -> bytes:
        return (_CLOCK_AT_START + self._step // _STEPS_A_SECOND).to_bytes(4, "big")

    def _watch_breath(self, sensors: Sensors) -> None:
        is_apnoea = sensors.co2_line is ProbeState.ON and sensors.resp_rate == 0
        self._n_without_breath = self._n_without_breath + 1 if is_apnoea else 0

    def _wave(self, sensors: Sensors, mmhg: float | None) -> bytes:
        match sensors.co2_line:
            case ProbeState.ON:
                fast = 0 if mmhg is not None else _INVALID
            case ProbeState.SEARCHING:
                fast = _STARTING | _INVALID
            case ProbeState.OFF | ProbeState.UNPLUGGED:
                fast = _LINE_OFF | _INVALID
        level = max(0, min(0xFFFF, round((mmhg or 0.0) * 256))) if not fast else 0
        is_in_breath = level > 10 * 256
        if self._was_in_breath and not is_in_breath:
            fast |= _BREATH
        self._was_in_breath = is_in_breath
        return bytes((self._counter, level >> 8, level & 0xFF, fast))

    def _numerics(self, sensors: Sensors, seconds: int) -> bytes:
        numbers = _numbers(sensors)
        co2_alarms, spo2_alarms = self._alarms(sensors, numbers)
        sounds = 0
        if co2_alarms or spo2_alarms & ~(_PROBE_OFF | _PROBE_UNPLUGGED):
            sounds = _HIGH_SOUNDS
        elif spo2_alarms:
            sounds = _ADVISORY_SOUNDS
        clock = (_CLOCK_AT_START + seconds).to_bytes(4, "big")
        return clock + numbers + bytes((sounds, 0, 0, 0, co2_alarms, spo2_alarms)) + _LIMITS + bytes((Co2Unit.MMHG, 0))

    def _alarms(self, sensors: Sensors, numbers: bytes) -> tuple[int, int]:
        etco2, fico2, resp_rate, spo2, pulse_rate = (None if n == _NONE else n for n in numbers)
        co2_alarms = _bits(
            self._n_without_breath >= _NO_BREATH_DELAY_S,
            etco2 is not None and etco2 > _ETCO2_HIGH,
            etco2 is not None and 0 < etco2 < _ETCO2_LOW,
            resp_rate is not None and resp_rate > _RR_HIGH,
            resp_rate is not None and 0 < resp_rate < _RR_LOW,
            fico2 is not None and fico2 > _FICO2_HIGH,
        )
        spo2_alarms = _bits(
            sensors.spo2_probe is ProbeState.SEARCHING,
            False,
            spo2 is not None and spo2 < _SPO2_LOW,
            pulse_rate is not None and pulse_rate > _PR_HIGH,
            pulse_rate is not None and pulse_rate < _PR_LOW,
            sensors.spo2_probe is ProbeState.OFF,
            sensors.spo2_probe is ProbeState.UNPLUGGED,
        )
        return co2_alarms, spo2_alarms


def _numbers(sensors: Sensors) -> bytes:
    has_co2, has_spo2 = sensors.co2_line is ProbeState.ON, sensors.spo2_probe is ProbeState.ON
    return bytes(
        (
            _byte(sensors.etco2 if has_co2 else None),
            _byte(sensors.fico2 if has_co2 else None),
            _byte(sensors.resp_rate if has_co2 else None),
            _byte(sensors.spo2 if has_spo2 else None),
            _byte(sensors.pulse_rate if has_spo2 else None),
        )
    )


def _byte(value: float | None) -> int:
    return _NONE if value is None else max(0, min(_NONE - 1, round(value)))


def _bits(*flags: bool) -> int:
    return sum(1 << bit for bit, flag in enumerate(flags) if flag)


DRIVER = Capnostream20
MONITOR = Capnostream20Monitor
