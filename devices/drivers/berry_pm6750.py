"""BerryMed PM6750 multi-parameter module and the monitors built on it: "55 AA" protocol V3.2.

Rules of the file:
1. The module streams; we only switch its streams on, once, a second after opening. The frame that starts a cuff
   (command 02) exists nowhere in this file.
2. The protocol gives no calibration of the ECG samples: the trace has relative amplitude and no unit.
3. A cuff result is one reading: when the result code first goes from measuring to finished. A result that stands when we
   connect is told once, questionable, its time unknown.
4. The module's rhythm code is text about the ECG. It never becomes an alarm.

Frame: `55 AA | N | A1 .. An | SUM`, N = n + 2, SUM = NOT (N + A1 + .. + An), low 8 bits; A1 is the type.

Source: BerryMed "PM6750 Patient Monitor Protocol V3.2", as carried by the public programs elmerrocha/telsy-cab,
zh2x/bm-monitor-web-dev and Abrunacci/berry_med (whose docs/protocolo_berry.md gives the manual's pages and its own
measurements of rates on the hardware).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar

from devices.chunks import Chunker
from devices.driver import Cuff, CuffFault, CuffPhase, DriverInfo, Patient, ProbeState, Sensors, SerialSettings
from devices.events import (
    MISSING_SAMPLE,
    DeviceInfo,
    DriverEvent,
    FrameRejected,
    RejectReason,
    SensorStatus,
    Validity,
)
from devices.framing import LengthFramer, Piece, rejection, sum8
from devices.making import reading
from devices.readings import Statuses, cuff_triple, is_plausible_triple

_MS = 1_000_000
HEADER = b"\x55\xaa"
SHORTEST_FRAME = 5  # N = 3: a type and nothing else
LONGEST_FRAME = 0x20 + 2


class Kind(IntEnum):
    """Type byte of the frames from the module."""

    ECG_WAVE = 0x01
    ECG_NUMBERS = 0x02
    NIBP = 0x03
    SPO2 = 0x04
    TEMPERATURE = 0x05
    QRS_MARK = 0x30
    PULSE_MARK = 0x31
    FIRMWARE = 0xFC
    HARDWARE = 0xFD
    PLETH = 0xFE
    RESP = 0xFF


class Command(IntEnum):
    """Type byte of the frames to the module: those that we send or that the simulated module obeys."""

    ECG = 0x01
    SPO2 = 0x03
    TEMPERATURE = 0x04
    ECG_WAVE = 0xFB
    FIRMWARE = 0xFC
    HARDWARE = 0xFD
    PLETH = 0xFE
    RESP = 0xFF


LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V")
"""Order of the bytes A2 to A8 of an ECG sample (manual p. 10)."""

WAVE_MAX = 250  # ECG and respiration samples; above is none of the protocol's values
PLETH_MAX = 100
ECG_BASELINE = 128  # measured on the hardware: Abrunacci/berry_med docs/ecg.md 4.1
RESP_MIDDLE = 125
ECG_HZ = 250.0  # manual p. 10; measured 250.7
PLETH_HZ = 50.0  # measured 50 (1,499 frames in 30 s); the manual says 40: Abrunacci/berry_med docs/protocolo_berry.md 6
RESP_HZ = 50.0  # manual and measured

_ECG_CHUNK, _PLETH_CHUNK, _RESP_CHUNK = 10, 5, 5  # 40, 100 and 100 ms
_ECG_WAVE, _PLETH, _RESP = int(Kind.ECG_WAVE), int(Kind.PLETH), int(Kind.RESP)  # compared 350 times a second
_KINDS = frozenset(Kind)
_HOLD_MAX_NS = 200 * _MS
_SWITCH_ON_AFTER_NS = 1000 * _MS

_WEAK_SIGNAL, _LEAD_OFF = 0x01, 0x02
_FILTER_SHIFT, _FILTER_DIAGNOSTIC = 4, 2
_GAIN_SHIFT, _GAIN_X1 = 2, 2
_FIVE_LEAD = 3 << 6

RHYTHMS = (
    "learning the rhythm",
    "normal rhythm",
    "asystole",
    "ventricular fibrillation or tachycardia",
    "R on T",
    "multiple PVCs",
    "PVC couplet",
    "PVC",
    "bigeminy",
    "trigeminy",
    "tachycardia",
    "bradycardia",
    "missed beats",
)

_FINISHED, _MEASURING, _STARTING, _READY = 0, 1, 9, 10
NIBP_RESULTS: dict[int, tuple[SensorStatus, str]] = {
    2: (SensorStatus.STOPPED, "stopped"),
    3: (SensorStatus.FAILED, "over-pressure"),
    4: (SensorStatus.FAILED, "cuff loose or not connected"),
    5: (SensorStatus.FAILED, "took too long"),
    6: (SensorStatus.FAILED, "error"),
    7: (SensorStatus.FAILED, "movement"),
    8: (SensorStatus.FAILED, "out of range"),
    _STARTING: (SensorStatus.CALIBRATING, "starting"),
    _READY: (SensorStatus.OK, "ready"),
}
"""Results without numbers, for the nurse. Finished (0) and measuring (1) have texts of their own."""

_SPO2_STATES: dict[int, tuple[SensorStatus, str, Validity]] = {
    0: (SensorStatus.OK, "measuring", Validity.VALID),
    1: (SensorStatus.SENSOR_OFF, "finger probe off or unplugged", Validity.UNAVAILABLE),
    2: (SensorStatus.SENSOR_OFF, "no finger in the probe", Validity.UNAVAILABLE),
    3: (SensorStatus.SEARCHING, "searching for the pulse", Validity.CALIBRATING),
    4: (SensorStatus.SEARCHING, "no pulse found", Validity.UNAVAILABLE),
}
_SPO2_NONE, _PULSE_NONE = 0x7F, 0xFF


def encode(kind: int, *data: int) -> bytes:
    """Return the frame of type `kind` with `data` (each 0 to 255)."""
    counted = bytes([len(data) + 3, kind, *data])
    return HEADER + counted + bytes([~sum(counted) & 0xFF])


SWITCH_ON = b"".join(
    encode(command, 1)
    for command in (
        Command.ECG,
        Command.SPO2,
        Command.TEMPERATURE,
        Command.ECG_WAVE,
        Command.PLETH,
        Command.RESP,
    )
)
"""Switches every stream on. The module takes them in one go over a serial line."""


_INTACT_SUM = sum8(HEADER + b"\xff")  # what is counted and its own complement make FF


def _new_framer() -> LengthFramer:
    return LengthFramer(header=HEADER, adds=2, shortest=SHORTEST_FRAME, longest=LONGEST_FRAME, sums_to=_INTACT_SUM)


class BerryPm6750:
    """Decodes the module's stream."""

    info: ClassVar[DriverInfo] = DriverInfo(
        name="berry_pm6750",
        vendor="BerryMed",
        models=("PM6750",),
        numerics=(
            "heart_rate",
            "resp_rate",
            "st",
            "spo2",
            "pulse_rate",
            "temp",
            "nibp_sys",
            "nibp_dia",
            "nibp_mean",
        ),
        waveforms=("ecg", "pleth", "resp"),
        serial=(SerialSettings(115_200),),
        max_quiet_ms=1000,
        source="BerryMed PM6750 Patient Monitor Protocol V3.2, as carried by three public programs",
        standing="Built from the published protocol and checked against its examples; not yet tried on a monitor of ours.",
        sends="switches the module's data streams on, once after opening; never starts the cuff",
        check_bits=8,
    )

    def __init__(self, leads: tuple[str, ...] = ("II",)) -> None:
        """Make a decoder; `leads` are those of `LEADS` to give out as `ecg`."""
        self._framer = _new_framer()
        self._ecg = tuple(
            (
                4 + LEADS.index(lead),
                Chunker(
                    metric="ecg",
                    source=lead,
                    rate_hz=ECG_HZ,
                    n_samples=_ECG_CHUNK,
                    scale=1 / ECG_BASELINE,
                    offset=-1.0,
                    unit=None,
                ),
            )
            for lead in leads
        )
        self._pleth = Chunker(
            metric="pleth",
            source="oximeter",
            rate_hz=PLETH_HZ,
            n_samples=_PLETH_CHUNK,
            scale=1 / PLETH_MAX,
            offset=0.0,
            unit=None,
        )
        self._resp = Chunker(
            metric="resp",
            source="impedance",
            rate_hz=RESP_HZ,
            n_samples=_RESP_CHUNK,
            scale=1 / RESP_MIDDLE,
            offset=-1.0,
            unit=None,
        )
        self._chunkers = (*(chunker for _, chunker in self._ecg), self._pleth, self._resp)
        self._statuses = Statuses()
        self._nibp_result: int | None = None
        self._last_triple: tuple[int, int, int] | None = None
        self._cycle = 0
        self._opened_ns: int | None = None
        self._is_switched_on = False

    def feed(self, data: bytes, now_ns: int) -> tuple[DriverEvent, ...]:
        """Take bytes and return what they complete; see `devices.driver.Driver.feed`."""
        out: list[DriverEvent] = []
        for piece in self._framer.feed(data):
            reason, _, frame = piece
            if reason is not None:
                self._reject(out, rejection(piece, now_ns))
            elif frame[3] == _ECG_WAVE and len(frame) == 12:
                for at, chunker in self._ecg:
                    value = frame[at]
                    chunker.add(out, value if value <= WAVE_MAX else MISSING_SAMPLE, now_ns)
            elif frame[3] == _PLETH and len(frame) == 6:
                value = frame[4]
                self._pleth.add(out, value if value <= PLETH_MAX else MISSING_SAMPLE, now_ns)
            elif frame[3] == _RESP and len(frame) == 6:
                value = frame[4]
                self._resp.add(out, value if value <= WAVE_MAX else MISSING_SAMPLE, now_ns)
            else:
                self._decode(out, piece, now_ns)
        return tuple(out)

    def tick(self, now_ns: int) -> tuple[DriverEvent, ...]:
        """Give out samples that have waited too long for the rest of their chunk."""
        out: list[DriverEvent] = []
        for chunker in self._chunkers:
            chunker.give_out_older(out, now_ns - _HOLD_MAX_NS)
        return tuple(out)

    def pending_writes(self, now_ns: int) -> bytes:
        """Return the switch-on commands once, a second after the first call."""
        if self._opened_ns is None:
            self._opened_ns = now_ns
        if self._is_switched_on or now_ns - self._opened_ns < _SWITCH_ON_AFTER_NS:
            return b""
        self._is_switched_on = True
        return SWITCH_ON

    @property
    def unknown(self) -> Mapping[str, int]:
        """Return what came with a value and has no name here; this protocol has nothing of the kind."""
        return {}

    def closing_writes(self, now_ns: int) -> bytes:  # noqa: ARG002 -- the contract gives the time
        """Return nothing: the monitor keeps no session."""
        return b""

    def reset(self, now_ns: int) -> tuple[DriverEvent, ...]:
        """Start over as after a reconnect; the last cuff reading and its number are kept, lest it be told twice."""
        out: list[DriverEvent] = []
        for chunker in self._chunkers:
            chunker.give_out(out)
        out.extend(rejection(piece, now_ns) for piece in self._framer.flush())
        self._statuses.forget()
        self._nibp_result = None
        self._opened_ns = now_ns
        self._is_switched_on = False
        return tuple(out)

    def _reject(self, out: list[DriverEvent], event: FrameRejected) -> None:
        for chunker in self._chunkers:
            chunker.give_out(out)
        out.append(event)

    def _decode(self, out: list[DriverEvent], piece: Piece, now_ns: int) -> None:
        _, offset, frame = piece
        data = frame[4:-1]
        # Lengths are strict where the protocol fixes them: a changed length byte can pass the sum by chance.
        match frame[3], len(data):
            case Kind.ECG_NUMBERS, 3 | 4 | 5:
                self._decode_ecg(out, data, now_ns)
            case Kind.NIBP, 5:
                self._decode_nibp(out, piece, now_ns)
            case Kind.SPO2, 3:
                self._decode_spo2(out, data, now_ns)
            case Kind.TEMPERATURE, n if n >= 3:
                self._decode_temperature(out, data, now_ns)
            case Kind.QRS_MARK | Kind.PULSE_MARK, _:
                pass  # beat marks: the rates that come each second say as much
            case Kind.FIRMWARE, _:
                out.append(DeviceInfo(t_ns=now_ns, vendor=None, model=None, software=_text(data)))
            case Kind.HARDWARE, _:
                out.append(DeviceInfo(t_ns=now_ns, vendor=None, model=None, software=f"hardware {_text(data)}"))
            case kind, _ if kind in _KINDS:
                self._reject(out, rejection((RejectReason.RANGE, offset, frame), now_ns))
            case _:
                self._reject(out, rejection((RejectReason.UNKNOWN, offset, frame), now_ns))

    def _decode_ecg(self, out: list[DriverEvent], data: bytes, now_ns: int) -> None:
        state, heart_rate, resp_rate = data[0], data[1], data[2]
        rhythm = data[4] if len(data) > 4 else None
        validity = Validity.VALID
        if state & _LEAD_OFF:
            validity = Validity.UNAVAILABLE
            self._statuses.tell(out, "ecg", SensorStatus.SENSOR_OFF, "ECG lead off", now_ns)
        elif rhythm == 0:
            self._statuses.tell(out, "ecg", SensorStatus.CALIBRATING, RHYTHMS[0], now_ns)
        else:
            text = "measuring" if rhythm is None else _rhythm_text(rhythm)
            if state & _WEAK_SIGNAL:
                text = f"weak ECG signal; {text}"
            self._statuses.tell(out, "ecg", SensorStatus.OK, text, now_ns)
        if validity is Validity.VALID and state & _WEAK_SIGNAL:
            validity = Validity.QUESTIONABLE
        # 0 means "none" for both rates; the protocol has no other way to say it.
        out.append(reading("heart_rate", heart_rate or None, now_ns, validity, source="ecg"))
        out.append(reading("resp_rate", resp_rate or None, now_ns, validity, source="impedance"))
        if len(data) > 3:
            st = data[3] - 256 if data[3] > 127 else data[3]
            is_diagnostic = (state >> _FILTER_SHIFT) & 3 == _FILTER_DIAGNOSTIC
            if not -100 <= st <= 100:
                validity = Validity.INVALID
            elif validity is Validity.VALID and not is_diagnostic:
                validity = Validity.QUESTIONABLE  # the other filters cut into the ST segment
            out.append(reading("st", st / 100, now_ns, validity, source="ecg"))

    def _decode_nibp(self, out: list[DriverEvent], piece: Piece, now_ns: int) -> None:
        _, offset, frame = piece
        state, cuff, systolic, mean, diastolic = frame[4:9]
        result = (state >> 2) & 0x0F
        before, self._nibp_result = self._nibp_result, result
        if result == _MEASURING:
            self._statuses.tell(out, "nibp", SensorStatus.MEASURING, f"measuring {cuff * 2} mmHg", now_ns)
        elif result in NIBP_RESULTS:
            self._statuses.tell(out, "nibp", *NIBP_RESULTS[result], now_ns)
        elif result != _FINISHED:
            self._reject(out, rejection((RejectReason.RANGE, offset, frame), now_ns))
        elif systolic == mean == diastolic == 0:
            if before == _MEASURING:
                self._statuses.tell(out, "nibp", SensorStatus.FAILED, "ended without a reading", now_ns)
            elif before is None:
                self._statuses.tell(out, "nibp", SensorStatus.OK, "no reading yet", now_ns)
        elif not is_plausible_triple(systolic, diastolic, mean):
            if before != _FINISHED:
                self._reject(out, rejection((RejectReason.RANGE, offset, frame), now_ns))
                self._statuses.tell(out, "nibp", SensorStatus.FAILED, "result makes no sense, measure again", now_ns)
        else:
            self._tell_cuff(out, before == _MEASURING, (systolic, mean, diastolic), now_ns)

    def _tell_cuff(self, out: list[DriverEvent], is_new: bool, triple: tuple[int, int, int], now_ns: int) -> None:
        systolic, mean, diastolic = triple
        if is_new:
            self._statuses.tell(out, "nibp", SensorStatus.OK, "finished", now_ns)
        elif triple != self._last_triple:
            self._statuses.tell(out, "nibp", SensorStatus.OK, "finished earlier, time unknown", now_ns)
        else:
            return
        self._last_triple = triple
        self._cycle += 1
        out.extend(
            cuff_triple(
                systolic,
                diastolic,
                mean,
                now_ns,
                cycle=self._cycle,
                measured_ns=now_ns if is_new else None,
                validity=Validity.VALID if is_new else Validity.QUESTIONABLE,
            )
        )

    def _decode_spo2(self, out: list[DriverEvent], data: bytes, now_ns: int) -> None:
        state, spo2, pulse = data
        unknown = (SensorStatus.STOPPED, "SpO₂ state not known", Validity.INVALID)
        status, text, validity = _SPO2_STATES.get(state, unknown)
        self._statuses.tell(out, "spo2", status, text, now_ns)
        out.append(reading("spo2", None if spo2 == _SPO2_NONE else spo2, now_ns, validity, source="oximeter"))
        pulse_value = None if pulse == _PULSE_NONE else pulse
        out.append(reading("pulse_rate", pulse_value, now_ns, validity, source="oximeter"))

    def _decode_temperature(self, out: list[DriverEvent], data: bytes, now_ns: int) -> None:
        state, whole, tenths = data[:3]
        validity = Validity.VALID
        if state != 0:
            validity = Validity.UNAVAILABLE
            self._statuses.tell(out, "temp", SensorStatus.SENSOR_OFF, "temperature probe off", now_ns)
        else:
            self._statuses.tell(out, "temp", SensorStatus.OK, "measuring", now_ns)
            if tenths > 9:
                validity = Validity.INVALID
        out.append(reading("temp", (whole * 10 + tenths) / 10, now_ns, validity))


def _rhythm_text(code: int) -> str:
    if code == 1:
        return RHYTHMS[1]
    return f"monitor notes: {RHYTHMS[code]}" if code < len(RHYTHMS) else f"rhythm code {code} not known"


def _text(data: bytes) -> str:
    return "".join(chr(c) if 0x20 <= c < 0x7F else " " for c in data).strip()


# The monitor's side.

SIMULATED_COUNTS_PER_MV = (
    50  # the protocol gives none: the simulator's own choice, so that an R wave of 1 mV fills a fifth
)
_STEP_NS = 4 * _MS
_STEPS_A_WAVE = 5  # pleth and respiration every 20 ms
_STEPS_A_LOOK = 50  # cuff state every 200 ms
_STEPS_A_SECOND = 250
_START_UP_STEPS = 500
_FAULT_RESULTS = {
    CuffFault.LEAK: 4,
    CuffFault.MOTION: 7,
    CuffFault.WEAK: 6,
    CuffFault.TIMEOUT: 5,
    CuffFault.OVERPRESSURE: 3,
}


@dataclass(slots=True)
class _Streams:
    ecg: bool = True
    ecg_wave: bool = True
    spo2: bool = True
    temperature: bool = True
    pleth: bool = True
    resp: bool = True


class BerryPm6750Monitor:
    """A module that streams from power-on, until told not to. It ignores commands about the cuff: the patient has its own."""

    def __init__(self) -> None:
        self._framer = _new_framer()
        self._commands: list[tuple[int, int, int]] = []
        self._streams = _Streams()
        self._start_ns: int | None = None
        self._step = 0
        self._nibp_told: tuple[int, int, int, int, int] | None = None
        self._cycle_before_start = 0
        self._learns_cycle = False
        self._start_up_steps = 0

    def receive(self, data: bytes, now_ns: int) -> None:
        """Take commands; they act from the next grid time on."""
        for reason, _, frame in self._framer.feed(data):
            if reason is None and len(frame) == 6:
                self._commands.append((now_ns, frame[3], frame[4]))

    def restart(self, now_ns: int) -> None:
        """Start over as after a power cycle: all streams on, and no memory of an earlier cuff reading."""
        self._framer = _new_framer()
        self._commands.clear()
        self._streams = _Streams()
        self._start_ns = now_ns
        self._step = 0
        self._nibp_told = None
        self._learns_cycle = True
        self._start_up_steps = _START_UP_STEPS

    def transmit(self, patient: Patient, now_ns: int) -> bytes:
        """Return what is sent up to `now_ns`: ECG every 4 ms, pleth and respiration every 20 ms, numbers every second."""
        if self._start_ns is None:
            self._start_ns = now_ns
        first, last = self._step, (now_ns - self._start_ns) // _STEP_NS
        if last < first:
            return b""
        times = [self._start_ns + step * _STEP_NS for step in range(first, last + 1)]
        slow = [t for step, t in enumerate(times, first) if step % _STEPS_A_WAVE == 0]
        ecg = patient.wave("ecg", times)
        pleth, resp = iter(patient.wave("pleth", slow)), iter(patient.wave("resp", slow))
        out: list[bytes] = []
        for step, (t_ns, millivolts) in enumerate(zip(times, ecg, strict=True), first):
            while self._commands and self._commands[0][0] <= t_ns:
                self._obey(out, *self._commands.pop(0)[1:])
            if step % _STEPS_A_LOOK == 0:
                sensors = patient.sensors(t_ns)
                self._tell_nibp(out, sensors.cuff, step)
                if step % _STEPS_A_SECOND == 0:
                    self._tell_numbers(out, sensors)
            if self._streams.ecg and self._streams.ecg_wave:
                out.append(_encode_ecg_sample(millivolts))
            if step % _STEPS_A_WAVE == 0:
                pleth_value, resp_value = next(pleth), next(resp)
                if self._streams.pleth:
                    out.append(encode(Kind.PLETH, _clamp(PLETH_MAX * (pleth_value or 0.0), PLETH_MAX)))
                if self._streams.resp:
                    out.append(encode(Kind.RESP, _clamp(RESP_MIDDLE * (1 + (resp_value or 0.0)), WAVE_MAX)))
        self._step = last + 1
        return b"".join(out)

    def _obey(self, out: list[bytes], command: int, value: int) -> None:
        is_on = value == 1
        match command:
            case Command.ECG:
                self._streams.ecg = is_on
            case Command.SPO2:
                self._streams.spo2 = is_on
            case Command.TEMPERATURE:
                self._streams.temperature = is_on
            case Command.ECG_WAVE:
                self._streams.ecg_wave = is_on
            case Command.PLETH:
                self._streams.pleth = is_on
            case Command.RESP:
                self._streams.resp = is_on
            case Command.FIRMWARE:
                out.append(encode(Kind.FIRMWARE, *b"V3.2 simulated"))
            case Command.HARDWARE:
                out.append(encode(Kind.HARDWARE, *b"simulated"))
            case _:
                pass

    def _tell_nibp(self, out: list[bytes], cuff: Cuff, step: int) -> None:
        if self._learns_cycle:
            self._learns_cycle = False
            # A power cycle ends a running measurement, and the module does not know the results before it.
            self._cycle_before_start = cuff.cycle
        if step < self._start_up_steps:
            frame = (_STARTING, 0, 0, 0, 0)
        elif cuff.cycle <= self._cycle_before_start or cuff.phase is CuffPhase.IDLE:
            frame = (_READY, 0, 0, 0, 0)
        elif cuff.phase is CuffPhase.MEASURING:
            frame = (_MEASURING, _clamp(cuff.pressure / 2, 255), 0, 0, 0)
        elif cuff.phase is CuffPhase.DONE:
            frame = (_FINISHED, 0, _clamp(cuff.sys or 0, 250), _clamp(cuff.mean or 0, 250), _clamp(cuff.dia or 0, 250))
        else:
            frame = (_FAULT_RESULTS.get(cuff.fault or CuffFault.WEAK, 6), 0, 0, 0, 0)
        if frame != self._nibp_told or frame[0] == _MEASURING:
            self._nibp_told = frame
            out.append(encode(Kind.NIBP, frame[0] << 2, *frame[1:]))

    def _tell_numbers(self, out: list[bytes], sensors: Sensors) -> None:
        if self._streams.ecg:
            out.append(_encode_ecg_numbers(sensors))
        if self._streams.spo2:
            out.append(_encode_spo2(sensors))
        if self._streams.temperature:
            if sensors.temp_probe is ProbeState.ON and sensors.temp is not None:
                out.append(encode(Kind.TEMPERATURE, 0, *divmod(_clamp(sensors.temp * 10, 459), 10)))
            else:
                out.append(encode(Kind.TEMPERATURE, 1, 0, 0))


def _encode_ecg_sample(millivolts: float | None) -> bytes:
    two = SIMULATED_COUNTS_PER_MV * (millivolts or 0.0)
    one = 0.55 * two  # a heart axis near 50 degrees; the rest follows from Einthoven and Goldberger
    three = two - one
    leads = (one, two, three, -(one + two) / 2, (one - three) / 2, (two + three) / 2, two)
    return encode(Kind.ECG_WAVE, *(_clamp(ECG_BASELINE + lead, WAVE_MAX) for lead in leads))


def _encode_ecg_numbers(sensors: Sensors) -> bytes:
    state = _FIVE_LEAD | _FILTER_DIAGNOSTIC << _FILTER_SHIFT | _GAIN_X1 << _GAIN_SHIFT
    if sensors.ecg_lead in (ProbeState.OFF, ProbeState.UNPLUGGED):
        return encode(Kind.ECG_NUMBERS, state | _LEAD_OFF, 0, 0, 0, 0)
    if sensors.ecg_lead is ProbeState.SEARCHING:
        return encode(Kind.ECG_NUMBERS, state, 0, 0, 0, 0)
    st = max(-100, min(100, round(100 * (sensors.st or 0.0))))
    heart_rate, resp_rate = _clamp(sensors.heart_rate or 0, 250), _clamp(sensors.resp_rate or 0, 250)
    return encode(Kind.ECG_NUMBERS, state, heart_rate, resp_rate, st & 0xFF, 1)


def _encode_spo2(sensors: Sensors) -> bytes:
    match sensors.spo2_probe:
        case ProbeState.UNPLUGGED:
            state = 1
        case ProbeState.OFF:
            state = 2
        case ProbeState.SEARCHING:
            state = 3
        case ProbeState.ON:
            state = 0
    spo2 = _SPO2_NONE if state or sensors.spo2 is None else _clamp(sensors.spo2, 100)
    pulse = _PULSE_NONE if state or sensors.pulse_rate is None else _clamp(sensors.pulse_rate, 250)
    return encode(Kind.SPO2, state, spo2, pulse)


def _clamp(value: float, high: int) -> int:
    return max(0, min(high, round(value)))


DRIVER = BerryPm6750
MONITOR = BerryPm6750Monitor
