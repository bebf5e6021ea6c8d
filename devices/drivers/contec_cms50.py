"""Contec CMS50 finger and wrist oximeters: the old 5-byte stream and the newer packets (V7.0), told apart by themselves.

Rules of the file:
1. Neither format has a check. A number counts when two frames in a row say the same, so that one damaged frame never makes
   one; the pleth, which changes with every frame, begins with the second frame in a row and has no other guard.
2. The flags come first: with probe error, searching or searching too long there is no number, whatever the bytes say (a
   finger taken out has been seen with a pulse byte of 0 instead of FF).
3. In the newer format bit 7 of each data byte travels in the second byte and is put back: without it 142 reads 14.
4. Numbers are told when they change, and once a second (60 frames) while they stay.
5. To the old stream nothing is sent. The newer one is asked to clear (A7, A2) and to start (A1), and is told every 5 s that
   somebody listens (AF). The command that deletes stored data (AE) exists nowhere in this file.
6. Nothing is written before the line was listened to for half a second, lest an old stream be talked to.

Old frame: 5 bytes, bit 7 set on the first alone; another first byte must follow. New packet: a type with bit 7 clear, then
bytes with bit 7 set, as many as belong to the type.

Source: Contec "Communication protocol of pulse oximeter V7.0" (2010, copy in the public repository albertcbraun/CMS50FW) and
Contec's V5.0A document (copy in nonspecialist/cms-p); atbrask/CMS50Dplus, celiponcio/oximeter-CMS50Dplus-v4.6.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from devices.agreeing import Agreeing, Following, State
from devices.chunks import Chunker
from devices.driver import DriverInfo, Parity, Patient, ProbeState, Sensors, SerialSettings
from devices.events import (
    MISSING_SAMPLE,
    AlarmKind,
    DeviceAlarm,
    DriverEvent,
    FrameRejected,
    SensorStatus,
    Validity,
)
from devices.framing import PatternFramer, rejection
from devices.making import reading
from devices.pace import Pace
from devices.readings import Statuses

_S = 1_000_000_000
_MS = 1_000_000
HZ = 60.0
OLD_SIZE, REAL_TIME_SIZE = 5, 9
REAL_TIME, REPLY, STOPPED, LEAVING = 0x01, 0x0B, 0x0C, 0x0D

_RUNS = (
    rb"(?:[\x80-\xff][\x00-\x7f]{4}(?=[\x80-\xff]))++",  # old
    rb"(?:\x01[\x80-\xff]{8})++",
    rb"[\x02-\x05\x11\x13-\x15][\x80-\xff]{8}",
    rb"[\x07\x08\x0f\x12][\x80-\xff]{7}",
    rb"\x09[\x80-\xff]{5}",
    rb"[\x06\x0a\x0b][\x80-\xff]{3}",
    rb"[\x0d\x0e\x10][\x80-\xff]{2}",
    rb"\x0c[\x80-\xff]",
)
FRAMES = re.compile(b"|".join(_RUNS))
LONGEST_FRAME = 9

_FRAMES_A_SECOND = 60
_CHUNK = 6  # 100 ms
_HOLD_MAX_NS = 250 * _MS
_WEAK = 2  # signal strength 0 to 8; at most this is weak

# Flags after decoding, whatever the format.
_PROBE_ERROR, _SEARCHING, _TOO_LONG, _IS_WEAK = 1, 2, 4, 8
_NO_VALUE = _PROBE_ERROR | _SEARCHING | _TOO_LONG

_STRENGTH, _TOO_LONG_BIT, _LOW_BIT = 0x0F, 0x10, 0x20
_OLD_PROBE_BIT, _OLD_SEARCHING_BIT, _OLD_PULSE_BIT = 0x10, 0x20, 0x40
_NO_PI_BIT = 0x10
_SPO2_NONE, _PULSE_NONE, _PERFUSION_NONE = 0x7F, 0xFF, 0xFFFF
PERFUSION_MAX = 2200  # [0.01 %], the end of the document's range
_OLD_STATE = 4  # bytes that make the state of an old frame; a new one has 7


def _matters(first: int) -> int:
    """Return what of the byte with the signal strength belongs to the state of the numbers."""
    return first & (_TOO_LONG_BIT | _LOW_BIT) | (first & _STRENGTH <= _WEAK)


_STATE_OF_FIRST = bytes(map(_matters, range(256)))
_STATE_OF_BAR = bytes(value & 0x70 for value in range(256))
_WITHOUT_BIT_7 = bytes(value & 0x7F for value in range(256))
_STATE_OF_HIGH = bytes(value & 0x7B for value in range(256))  # the bar graph's bit 7 says nothing

REASONS = {
    0x00: "done",
    0x01: "switched off",
    0x02: "user changed",
    0x03: "it is recording: stop the recording on it",
    0x04: "could not delete",
    0x05: "it does not support this",
}


def command(code: int) -> bytes:
    """Return the packet that sends a command without parameters."""
    return bytes([0x7D, 0x81, code]) + b"\x80" * 6


START, STOP, STOP_DOWNLOAD, STILL_HERE = command(0xA1), command(0xA2), command(0xA7), command(0xAF)
CLEAR = STOP_DOWNLOAD + STOP
LISTEN_NS = 500 * _MS
CLEAR_LIMIT_NS = 500 * _MS
START_AGAIN_NS = 1 * _S
STILL_HERE_EVERY_NS = 5 * _S
OLD_QUIET_NS = 3 * _S  # an old stream that paused is not talked to before


@dataclass(frozen=True, slots=True)
class _Said:
    """What a frame says beside the pleth; numbers as on the wire, flags as above."""

    flags: int
    pulse: int
    spo2: int
    perfusion: int | None  # [0.01 %]; None when the stream has none
    low: str  # what it says of a low SpO2, or ""


def _old(state: State) -> _Said:
    first, bar, pulse, spo2 = state
    flags = _flags(first)
    flags |= _PROBE_ERROR if bar & _OLD_PROBE_BIT else 0
    flags |= _SEARCHING if bar & _OLD_SEARCHING_BIT else 0
    low = "SpO2 dropping" if first & _LOW_BIT else ""
    return _Said(flags, pulse | (bar & _OLD_PULSE_BIT) << 1, spo2, None, low)


def _new(state: State) -> _Said:
    high, first, bar, *data = state
    flags = _flags(first)
    flags |= _PROBE_ERROR if high & 1 else 0
    flags |= _SEARCHING if high & 2 else 0
    pulse, spo2, bottom, top = (value & 0x7F | (high >> n & 1) << 7 for n, value in enumerate(data, 3))
    perfusion = None if bar & _NO_PI_BIT else top << 8 | bottom
    return _Said(flags, pulse, spo2, perfusion, "SpO2 low" if first & _LOW_BIT else "")


def _flags(first: int) -> int:
    return (_TOO_LONG if first & _TOO_LONG_BIT else 0) | (_IS_WEAK if first & 1 else 0)


class ContecCms50:
    """Decodes either stream; asks the newer one to start."""

    info: ClassVar[DriverInfo] = DriverInfo(
        name="contec_cms50",
        vendor="Contec",
        models=("CMS50D+", "CMS50E", "CMS50F"),
        numerics=("spo2", "pulse_rate", "perfusion_index"),
        waveforms=("pleth",),
        serial=(
            SerialSettings(115_200),
            SerialSettings(19_200, parity=Parity.ODD),
            SerialSettings(4800, parity=Parity.ODD),
        ),
        max_quiet_ms=3000,
        source="Contec Communication protocol of pulse oximeter V7.0, and V5.0A for the older stream",
        standing="Built from the published protocols and checked against their examples; a consumer's device; not yet tried on "
        "one of ours.",
        sends="asks the newer format to start, tells it every 5 s that somebody listens, and stops it on closing; to the older "
        "one nothing",
    )

    def __init__(self) -> None:
        self._framer = PatternFramer(FRAMES, longest=LONGEST_FRAME, ahead=b"\x80")
        self._pleth = Chunker(
            metric="pleth", source="oximeter", rate_hz=HZ, n_samples=_CHUNK, scale=1 / 127, offset=0.0, unit=None
        )
        self._statuses = Statuses()
        self._pace = Pace(HZ)
        self._agreeing = Agreeing(n_agreeing=2, n_between=_FRAMES_A_SECOND)
        self._following = Following()
        self._gives_perfusion = False
        self._low: DeviceAlarm | None = None
        self._tells_low_again = False
        self._opened_ns: int | None = None
        self._old_ns: int | None = None
        self._real_time_ns: int | None = None
        self._cleared_ns: int | None = None
        self._is_clear = False
        self._started_ns: int | None = None
        self._still_here_ns = 0

    def feed(self, data: bytes, now_ns: int) -> tuple[DriverEvent, ...]:
        """Take bytes and return what they complete; see `devices.driver.Driver.feed`."""
        out: list[DriverEvent] = []
        for piece in self._framer.feed(data):
            reason, _, run = piece
            if reason is not None:
                self._reject(out, rejection(piece, now_ns))
            elif run[0] == REAL_TIME:
                self._real_time_ns = now_ns
                self._take_new(out, self._following.taken(run, REAL_TIME_SIZE), now_ns)
            elif run[0] & 0x80:
                self._old_ns = now_ns
                self._pace.count(len(run) // OLD_SIZE, now_ns)
                self._take_old(out, self._following.taken(run, OLD_SIZE), now_ns)
            else:
                self._take_notice(out, run, now_ns)
        return tuple(out)

    def tick(self, now_ns: int) -> tuple[DriverEvent, ...]:
        """Give out samples that have waited too long for the rest of their chunk."""
        out: list[DriverEvent] = []
        self._pleth.give_out_older(out, now_ns - _HOLD_MAX_NS)
        return tuple(out)

    def pending_writes(self, now_ns: int) -> bytes:
        """Return the next request: clear, start (again after a second without data), still here every 5 s."""
        if self._opened_ns is None:
            self._opened_ns = now_ns
        if now_ns - self._opened_ns < LISTEN_NS:
            return b""
        if self._old_ns is not None and now_ns - self._old_ns < OLD_QUIET_NS:
            return b""
        if self._real_time_ns is not None and now_ns - self._real_time_ns < START_AGAIN_NS:
            if now_ns - self._still_here_ns < STILL_HERE_EVERY_NS:
                return b""
            self._still_here_ns = now_ns
            return STILL_HERE
        if self._cleared_ns is None:
            self._cleared_ns = now_ns
            return CLEAR
        if not self._is_clear and now_ns - self._cleared_ns < CLEAR_LIMIT_NS:
            return b""
        self._is_clear = True
        if self._started_ns is not None and now_ns - self._started_ns < START_AGAIN_NS:
            return b""
        self._started_ns = self._still_here_ns = now_ns
        return START

    @property
    def unknown(self) -> Mapping[str, int]:
        """Return what came with a value and has no name here; this protocol has nothing of the kind."""
        return {}

    def closing_writes(self, now_ns: int) -> bytes:  # noqa: ARG002 -- the contract gives the time
        """Return the request to stop, where the newer stream was running or was asked for."""
        return b"" if self._started_ns is None and self._real_time_ns is None else STOP

    def reset(self, now_ns: int) -> tuple[DriverEvent, ...]:
        """Start over with listening, as after a reconnect."""
        out: list[DriverEvent] = []
        self._pleth.give_out(out)
        # An old frame that nothing follows may be whole or not: it is neither used nor counted as damaged.
        out.extend(rejection(piece, now_ns) for piece in self._framer.flush() if piece[0] is not None)
        self._statuses.forget()
        self._tells_low_again = True
        self._pace.forget()
        self._agreeing.interrupt()
        self._following.interrupt()
        self._opened_ns = now_ns
        self._old_ns = None
        self._real_time_ns = None
        self._cleared_ns = None
        self._is_clear = False
        self._started_ns = None
        self._still_here_ns = 0
        return tuple(out)

    def _reject(self, out: list[DriverEvent], event: FrameRejected) -> None:
        self._pleth.give_out(out)
        self._agreeing.interrupt()
        self._following.interrupt()
        self._pace.interrupt()
        out.append(event)

    def _take_old(self, out: list[DriverEvent], run: bytes, now_ns: int) -> None:
        states = zip(
            run[0::OLD_SIZE].translate(_STATE_OF_FIRST),
            run[2::OLD_SIZE].translate(_STATE_OF_BAR),
            run[3::OLD_SIZE],
            run[4::OLD_SIZE],
            strict=True,
        )
        self._take(out, states, run[1::OLD_SIZE], now_ns)

    def _take_new(self, out: list[DriverEvent], run: bytes, now_ns: int) -> None:
        size = REAL_TIME_SIZE
        states = zip(
            run[1::size].translate(_STATE_OF_HIGH),
            run[2::size].translate(_STATE_OF_FIRST),
            run[4::size].translate(_STATE_OF_BAR),
            run[5::size],
            run[6::size],
            run[7::size],
            run[8::size],
            strict=True,
        )
        self._take(out, states, run[3::size].translate(_WITHOUT_BIT_7), now_ns)

    def _take(self, out: list[DriverEvent], states: Iterable[State], pleth: bytes, now_ns: int) -> None:
        at = 0
        for state, n_frames, is_told in self._agreeing.stretches(states):
            said = _old(state) if len(state) == _OLD_STATE else _new(state)
            samples: Sequence[int] = pleth[at : at + n_frames]
            if said.flags & _NO_VALUE:
                samples = [MISSING_SAMPLE] * n_frames
            self._pleth.extend(out, samples, now_ns)
            at += n_frames
            if is_told:
                self._tell(out, said, now_ns)

    def _tell(self, out: list[DriverEvent], said: _Said, now_ns: int) -> None:
        status, text, validity = self._judged(said)
        self._statuses.tell(out, "spo2", status, text, now_ns)
        self._tell_low(out, "" if said.flags & _NO_VALUE else said.low, now_ns)
        spo2 = None if said.spo2 in (0, _SPO2_NONE) else said.spo2
        pulse = None if said.pulse in (0, _PULSE_NONE) else said.pulse
        out.append(reading("spo2", spo2, now_ns, validity, source="oximeter"))
        out.append(reading("pulse_rate", pulse, now_ns, validity, source="oximeter"))
        self._gives_perfusion |= said.perfusion is not None
        if self._gives_perfusion:
            index = None if said.perfusion in (None, 0, _PERFUSION_NONE) else said.perfusion
            if index is not None and index > PERFUSION_MAX:
                validity = Validity.INVALID
            percent = None if index is None else index / 100
            out.append(reading("perfusion_index", percent, now_ns, validity, source="oximeter"))

    def _judged(self, said: _Said) -> tuple[SensorStatus, str, Validity]:
        if said.flags & _PROBE_ERROR:
            return SensorStatus.SENSOR_OFF, "finger out", Validity.UNAVAILABLE
        if said.flags & _TOO_LONG:
            return SensorStatus.SEARCHING, "no pulse found, check finger", Validity.UNAVAILABLE
        if said.flags & _SEARCHING:
            return SensorStatus.SEARCHING, "searching for pulse", Validity.CALIBRATING
        if self._pace.is_wrong:
            return (
                SensorStatus.OK,
                "wrong type of monitor? Data comes at another rate than it should",
                Validity.QUESTIONABLE,
            )
        if said.flags & _IS_WEAK:
            return SensorStatus.OK, "weak signal", Validity.QUESTIONABLE
        return SensorStatus.OK, "measuring", Validity.VALID

    def _tell_low(self, out: list[DriverEvent], low: str, now_ns: int) -> None:
        before, tells_again = self._low, self._tells_low_again
        self._tells_low_again = False
        if before is not None and not low:
            self._low = None
            out.append(replace(before, t_ns=now_ns, active=False))
        elif low and (before is None or tells_again):
            self._low = DeviceAlarm(
                t_ns=now_ns,
                kind=AlarmKind.PHYSIOLOGICAL,
                priority=None,
                code="SpO2",
                text=low,
                active=True,
            )
            out.append(self._low)

    def _take_notice(self, out: list[DriverEvent], packet: bytes, now_ns: int) -> None:
        kind = packet[0]
        if kind == STOPPED:
            self._is_clear = True
        elif kind == REPLY and packet[2] & 0x7F | (packet[1] & 1) << 7 == 0xA1:
            reason = packet[3] & 0x7F | (packet[1] & 2) << 6
            if reason:
                self._stopped(out, f"the oximeter gives no live numbers: {_reason(reason)}", now_ns)
        elif kind == LEAVING:
            self._stopped(out, f"the oximeter left: {_reason(packet[2] & 0x7F | (packet[1] & 1) << 7)}", now_ns)

    def _stopped(self, out: list[DriverEvent], text: str, now_ns: int) -> None:
        self._pleth.give_out(out)
        self._agreeing.interrupt()
        self._following.interrupt()
        self._statuses.tell(out, "spo2", SensorStatus.STOPPED, text, now_ns)
        self._tell_low(out, "", now_ns)
        for metric in ("spo2", "pulse_rate", *(["perfusion_index"] if self._gives_perfusion else [])):
            out.append(reading(metric, None, now_ns, source="oximeter"))


def _reason(code: int) -> str:
    return REASONS.get(code, f"reason {code:02X}")


# The monitor's side.

_COMMANDS = re.compile(rb"\x7d\x81[\x80-\xff]{7}")
_LISTENED_FOR_NS = 10 * _S  # without "still connected" it stops; how long it really waits is not written: our choice
_LOW_SPO2 = 90.0  # likewise
_FLAT_PLETH = 0x40


def encode(kind: int, *data: int) -> bytes:
    """Return the packet of type `kind` with `data` (each 0 to 255): their bits 7 travel in the second byte."""
    high = sum((value >> 7) << n for n, value in enumerate(data))
    return bytes([kind, 0x80 | high, *(0x80 | value for value in data)])


class ContecCms50Monitor:
    """An oximeter of the newer format, which streams when asked to; or of the old one, which streams and does not listen."""

    def __init__(self, *, is_old: bool = False) -> None:
        self._is_old = is_old
        self._framer = PatternFramer(_COMMANDS, longest=9)
        self._commands: list[tuple[int, int]] = []
        self._start_ns: int | None = None
        self._step = 0
        self._is_streaming = is_old
        self._heard_ns = 0

    def receive(self, data: bytes, now_ns: int) -> None:
        """Take commands; an old one hears nothing."""
        if not self._is_old:
            self._commands += [(now_ns, found[2]) for reason, _, found in self._framer.feed(data) if reason is None]

    def restart(self, now_ns: int) -> None:
        """Start over as after a power cycle: the newer one waits to be asked."""
        self._framer = PatternFramer(_COMMANDS, longest=9)
        self._commands.clear()
        self._start_ns = now_ns
        self._step = 0
        self._is_streaming = self._is_old

    def transmit(self, patient: Patient, now_ns: int) -> bytes:
        """Return what is sent up to `now_ns`: 60 frames a second while it streams, and the answers to commands."""
        if self._start_ns is None:
            self._start_ns = now_ns
        first, start_ns = self._step, self._start_ns
        last = ((now_ns - start_ns + 1) * _FRAMES_A_SECOND - 1) // _S
        times = [start_ns + step * _S // _FRAMES_A_SECOND for step in range(first, last + 1)]
        self._step = last + 1
        out: list[bytes] = []
        for t_ns, pleth in zip(times, patient.wave("pleth", times), strict=True):
            self._obey_before(out, t_ns)
            if not self._is_old and t_ns - self._heard_ns > _LISTENED_FOR_NS:
                self._is_streaming = False
            if self._is_streaming:
                out.append(_frame(patient.sensors(t_ns), pleth, t_ns, self._is_old))
        self._obey_before(out, now_ns + 1)
        return b"".join(out)

    def _obey_before(self, out: list[bytes], t_ns: int) -> None:
        while self._commands and self._commands[0][0] < t_ns:
            heard_ns, code = self._commands.pop(0)
            self._heard_ns = heard_ns
            match code:
                case 0xA1:
                    self._is_streaming = True
                case 0xA2:
                    self._is_streaming = False
                    out.append(encode(STOPPED))
                case 0xA7:
                    out.append(encode(STOPPED))
                case 0xAA:
                    out.append(encode(0x04, *b"SIM0001"))
                case 0xAC:
                    out.append(encode(0x0E, 0))
                case 0xAF:
                    pass
                case _:
                    out.append(encode(REPLY, code, 0x05))


def _frame(sensors: Sensors, pleth: float | None, t_ns: int, is_old: bool) -> bytes:
    probe, rate = sensors.spo2_probe, sensors.pulse_rate or 0.0
    is_on = probe is ProbeState.ON
    is_off = probe in (ProbeState.OFF, ProbeState.UNPLUGGED)
    wave = _FLAT_PLETH if is_off else max(0, min(127, round(127 * (pleth or 0.0))))
    strength = max(0, min(8, round(2 + 2 * (sensors.perfusion_index or 0.0)))) if is_on else 0
    is_low = is_on and sensors.spo2 is not None and sensors.spo2 < _LOW_SPO2
    is_beat = is_on and t_ns * rate / (60 * _S) % 1 < 0.1
    first = strength | _LOW_BIT * is_low | 0x40 * is_beat
    spo2 = _SPO2_NONE if sensors.spo2 is None or not is_on else round(sensors.spo2)
    pulse = _PULSE_NONE if sensors.pulse_rate is None or not is_on else min(254, round(rate))
    bar = 0 if is_off else wave >> 3
    is_searching = probe is ProbeState.SEARCHING
    if is_old:
        third = bar | _OLD_PROBE_BIT * is_off | _OLD_SEARCHING_BIT * is_searching | (pulse & 0x80) >> 1
        return bytes([0x80 | first, wave, third, pulse & 0x7F, spo2])
    if probe is ProbeState.UNPLUGGED:
        pulse = 0  # as seen on real units
    index = sensors.perfusion_index if is_on else None
    perfusion = _PERFUSION_NONE if index is None else min(PERFUSION_MAX, round(100 * index))
    fourth = bar | _NO_PI_BIT * (index is None)
    return encode(
        REAL_TIME,
        first | 0x80 * is_off,
        wave | 0x80 * is_searching,
        fourth,
        pulse,
        spo2,
        perfusion & 0xFF,
        perfusion >> 8,
    )


DRIVER = ContecCms50
MONITOR = ContecCms50Monitor
