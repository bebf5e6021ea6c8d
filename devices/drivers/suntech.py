"""SunTech OEM blood pressure modules (Advantage family): a cuff that only the host can start.

Rules of the file:
1. The cuff is started by `start_cuff` alone, which a person's explicit act leads to; a start that could not be sent within
   2 s, or before a reconnect, is forgotten. Only adults are measured: the other start commands exist nowhere in this file.
2. A result is taken once, and only after the module's own "done" on this connection: it keeps old results, and what stands
   at connection is no measurement. The time of measurement is when "done" arrived, whoever started the module.
3. A measurement that we started is given up, and its cuff emptied, after 180 s; and on closing the port.
4. Letters may be in flight when a question is sent, so no packet is taken for the answer to the last question: its length
   tells what it is.
5. Each answer about the cuff pressure tells the state again, also an unchanged one: else an idle module would seem silent.
6. A "done" that follows an abort within 5 s is none, unless a new measurement is seen to have begun in between: the module's
   last result would be an older one's.

Packets: host `3A, command, data, CHK`; module `3E, LEN, data, CHK`, LEN counting all of them. The sum of all bytes is 0.

Source: no document of the maker's was to be had. The public programs ak-git/DesktopFX (its suntech package quotes the vendor's
test bytes), a bedside monitor's nibp.c, a Qt provider and a C# kiosk agree on what is used here.
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import ClassVar

from devices.driver import (
    Cuff,
    CuffFault,
    CuffPatient,
    CuffPhase,
    DriverInfo,
    Patient,
    SerialSettings,
)
from devices.events import DriverEvent, RejectReason, SensorStatus
from devices.framing import LengthFramer, Piece, rejection, sum8
from devices.making import device_status, reading
from devices.readings import cuff_triple, is_plausible_triple

_S = 1_000_000_000
_MS = 1_000_000
HOST, MODULE = b"\x3a", b"\x3e"


class Size(IntEnum):
    """Length of each kind of packet from the module, which tells what it is."""

    LETTER = 0x04
    PRESSURE = 0x05
    CODE = 0x06
    RESULT = 0x18
    VERSIONS = 0x43


def command(*data: int) -> bytes:
    """Return the packet of a command."""
    packet = HOST + bytes(data)
    return packet + bytes([-sum(packet) & 0xFF])


START_ADULT = command(0x20)
ABORT = command(0x79, 0x01, 0x00)
ASK_PRESSURE = command(0x79, 0x05, 0x00)
ASK_RESULT = command(0x79, 0x03, 0x00)

PAUSE_NS = 100 * _MS  # least time between commands
MEASURING_EVERY_NS = 300 * _MS
IDLE_EVERY_NS = 1 * _S
RESULT_EVERY_NS = 2 * _S
RESULT_LIMIT_NS = 10 * _S
ANSWER_LIMIT_NS = 2400 * _MS
MEASUREMENT_LIMIT_NS = 180 * _S
START_WISH_NS = 2 * _S
AFTER_ABORT_NS = 5 * _S
DEFLATED_NS = 10 * _S  # longer than the pause between two tries of one measurement
_REST_NS = 200 * _MS  # the rest of a packet comes within 70 ms
INFLATED_MMHG = 20  # an empty cuff shows a few mmHg at most
PRESSURE_MAX = 400

FAULTS: dict[int, tuple[SensorStatus, str]] = {
    0: (SensorStatus.FAILED, "ended without a reading"),
    1: (SensorStatus.FAILED, "weak signal, check cuff"),
    2: (SensorStatus.FAILED, "movement or erratic signal"),
    3: (SensorStatus.FAILED, "out of range, or too many tries"),
    4: (SensorStatus.FAILED, "took too long"),
    85: (SensorStatus.FAILED, "tube blocked"),
    86: (SensorStatus.STOPPED, "stopped"),
    87: (SensorStatus.FAILED, "could not inflate: leak or loose cuff"),
    88: (SensorStatus.FAILED, "stopped by the module's safety timer"),
    89: (SensorStatus.FAILED, "cuff over-pressure"),
    90: (SensorStatus.FAILED, "power or hardware fault"),
    91: (SensorStatus.FAILED, "module fault 91: do not use, call service"),
    97: (SensorStatus.FAILED, "module fault 97: do not use, call service"),
    99: (SensorStatus.FAILED, "module fault 99: do not use, call service"),
}
"""Error codes of a result without numbers, decimal, for the nurse."""

_STOPPED = (SensorStatus.STOPPED, "stopped")
_TOOK_TOO_LONG = (SensorStatus.FAILED, "took too long, stopped after three minutes")
_NOT_STARTED = {
    "B": "not started: the module is busy, press start again in a moment",
    "E": "not started: the command was damaged on its way, press start again",
    "N": "not started: the module refused",
    "S": "not started: the module is asleep, switch it off and on",
}
_LETTERS = frozenset("OKA") | _NOT_STARTED.keys()


class Suntech:
    """Asks for cuff pressure and results; starts and stops the cuff when a person has said so."""

    info: ClassVar[DriverInfo] = DriverInfo(
        name="suntech",
        vendor="SunTech Medical",
        models=("Advantage OEM module", "Advantage Mini", "Advantage A+"),
        numerics=("nibp_sys", "nibp_dia", "nibp_mean", "nibp_pulse_rate"),
        waveforms=(),
        serial=(SerialSettings(9600),),
        max_quiet_ms=2400,
        source="four public programs that agree (ak-git/DesktopFX among them)",
        standing="Built from public programs, without the maker's document; not yet tried on a module of ours.",
        sends="asks for the cuff pressure every second, three times a second while it measures, and for the result when it is "
        "done; starts and stops the cuff only when a person presses the button for it",
        starts_cuff=True,
        check_bits=8,
    )

    def __init__(self) -> None:
        self._framer = LengthFramer(
            header=MODULE,
            adds=0,
            shortest=min(Size),
            longest=max(Size),
            sums_to=0,
            sizes=frozenset(Size),
        )
        self._cycle = 0
        self._forget_session()

    def _forget_session(self) -> None:
        self._heard_ns: int | None = None
        self._start_wanted_ns: int | None = None
        self._is_stop_wanted = False
        self._stopping: tuple[SensorStatus, str] | None = None  # what to tell when the module has stopped
        self._standing = (SensorStatus.OK, "ready")
        self._started_ns: int | None = None  # when we started the measurement that goes on
        self._is_accepted = False
        self._is_inflated = False
        self._is_armed = True  # a pressure means a new measurement; not while the last one's cuff empties
        self._deflated_ns: int | None = None
        self._done_ns: int | None = None  # when the module said done; its result is awaited
        self._aborted_ns: int | None = None
        self._is_abort_ours = False
        self._sent_ns: int | None = None
        self._asked_pressure_ns: int | None = None
        self._asked_result_ns: int | None = None

    def start_cuff(self, now_ns: int) -> None:
        """Let the next `pending_writes` start one measurement of an adult; nothing while one goes on."""
        if not self._is_measuring:
            self._start_wanted_ns = now_ns

    def stop_cuff(self, now_ns: int) -> None:  # noqa: ARG002 -- the contract gives the time
        """Let the next `pending_writes` end the measurement, whoever started it, and empty the cuff."""
        self._start_wanted_ns = None
        self._is_stop_wanted = True
        self._stopping = _STOPPED

    @property
    def unknown(self) -> Mapping[str, int]:
        """Return what came with a value and has no name here; this protocol has nothing of the kind."""
        return {}

    def feed(self, data: bytes, now_ns: int) -> tuple[DriverEvent, ...]:
        """Take bytes and return what they complete; see `devices.driver.Driver.feed`."""
        out: list[DriverEvent] = []
        self._heard_ns = now_ns
        self._take(out, self._framer.feed(data), now_ns)
        return tuple(out)

    def tick(self, now_ns: int) -> tuple[DriverEvent, ...]:
        """Give up on what is overdue: half a packet, an answer, a result, a measurement."""
        out: list[DriverEvent] = []
        if _is_past(self._heard_ns, _REST_NS, now_ns):
            self._take(out, self._framer.give_up(), now_ns)
        if _is_past(self._start_wanted_ns, START_WISH_NS, now_ns):
            self._start_wanted_ns = None
            self._fail(out, "not started: the line was not free, press start again", now_ns)
        if not self._is_accepted and _is_past(self._started_ns, ANSWER_LIMIT_NS, now_ns):
            self._started_ns = None
            self._fail(out, "not started: the module did not answer, press start again", now_ns)
        if self._stopping is None and _is_past(self._started_ns, MEASUREMENT_LIMIT_NS, now_ns):
            self._is_stop_wanted = True
            self._stopping = _TOOK_TOO_LONG
        elif self._stopping and self._is_measuring and _is_past(self._aborted_ns, ANSWER_LIMIT_NS, now_ns):
            self._is_stop_wanted = True
            self._fail(out, "the module does not answer the stop: open the cuff", now_ns)
        if _is_past(self._deflated_ns, DEFLATED_NS, now_ns):
            self._end()
            self._fail(out, "ended without a reading, measure again", now_ns)
        if _is_past(self._done_ns, RESULT_LIMIT_NS, now_ns):
            self._done_ns = None
            self._fail(out, "the module gave no result, measure again", now_ns)
        return tuple(out)

    def pending_writes(self, now_ns: int) -> bytes:
        """Return the next command: stop, start where a person wanted it, the result that is due, the cuff pressure."""
        if self._sent_ns is not None and now_ns - self._sent_ns < PAUSE_NS:
            return b""
        written = self._next_command(now_ns)
        if written:
            self._sent_ns = now_ns
        return written

    def closing_writes(self, now_ns: int) -> bytes:  # noqa: ARG002 -- the contract gives the time
        """Return the command that empties the cuff, where a measurement that we started goes on."""
        return b"" if self._started_ns is None else ABORT

    def reset(self, now_ns: int) -> tuple[DriverEvent, ...]:
        """Start over as after a reconnect: neither a start nor a result from before counts; the cycle's number is kept."""
        out: list[DriverEvent] = [rejection(piece, now_ns) for piece in self._framer.flush()]
        self._forget_session()
        return tuple(out)

    @property
    def _is_measuring(self) -> bool:
        return self._started_ns is not None or self._is_inflated

    def _next_command(self, now_ns: int) -> bytes:
        if self._is_stop_wanted:
            self._is_stop_wanted = False
            self._aborted_ns = now_ns
            self._is_abort_ours = True
            return ABORT
        # A result that is due comes first: the next measurement would overwrite it.
        if self._start_wanted_ns is not None and self._done_ns is None:
            wanted_ns, self._start_wanted_ns = self._start_wanted_ns, None
            if now_ns - wanted_ns <= START_WISH_NS and not self._is_measuring:
                self._started_ns = now_ns
                self._is_accepted = False
                self._stopping = None
                return START_ADULT
        if self._done_ns is not None and _is_due(self._asked_result_ns, RESULT_EVERY_NS, now_ns):
            self._asked_result_ns = now_ns
            return ASK_RESULT
        every_ns = MEASURING_EVERY_NS if self._is_measuring else IDLE_EVERY_NS
        if _is_due(self._asked_pressure_ns, every_ns, now_ns):
            self._asked_pressure_ns = now_ns
            return ASK_PRESSURE
        return b""

    def _take(self, out: list[DriverEvent], pieces: list[Piece], now_ns: int) -> None:
        followed: bytes | None = None
        for piece in pieces:
            reason, offset, packet = piece
            if packet is followed:
                out.append(out[-1])  # the same pressure at the same time: it says the same
                continue
            followed = None
            if reason is not None:
                out.append(rejection(piece, now_ns))
                continue
            match packet[1]:
                case Size.LETTER if chr(packet[2]) in _LETTERS:
                    self._hear(out, chr(packet[2]), now_ns)
                case Size.LETTER:
                    out.append(rejection((RejectReason.UNKNOWN, offset, packet), now_ns))
                case Size.PRESSURE:
                    self._follow(out, int.from_bytes(packet[2:4], "little", signed=True), now_ns)
                    followed = packet
                case Size.RESULT if self._done_ns is not None:
                    self._decode_result(out, packet, self._done_ns, now_ns)
                    self._done_ns = None
                case _:
                    pass  # an older result, versions, a return code: none was asked for

    def _hear(self, out: list[DriverEvent], letter: str, now_ns: int) -> None:
        is_waiting = self._started_ns is not None and not self._is_accepted
        match letter:
            case "O" if is_waiting and self._stopping is None:
                self._is_accepted = True
                self._begin()
                self._tell(out, SensorStatus.MEASURING, "measuring", now_ns)
            case "O" if not self._is_abort_ours:
                self._begin()  # somebody else's start: of ours, only stops are answered without our waiting
            case "K":
                if self._aborted_ns is None or now_ns - self._aborted_ns > AFTER_ABORT_NS:
                    self._done_ns = now_ns
                    self._asked_result_ns = None
                self._end()
            case "A":
                self._aborted_ns = now_ns
                self._tell(out, *(self._stopping or _STOPPED), now_ns)
                self._end()
            case _ if letter in _NOT_STARTED and is_waiting:
                self._started_ns = None
                self._fail(out, _NOT_STARTED[letter], now_ns)
            case _:
                pass  # about a question, or too late to matter

    def _follow(self, out: list[DriverEvent], pressure: int, now_ns: int) -> None:
        """Tell from the cuff pressure whether a measurement goes on, also one that somebody else started."""
        if 0 <= pressure < INFLATED_MMHG:
            self._is_armed = True
            if self._is_inflated and self._deflated_ns is None:
                self._deflated_ns = now_ns
        elif INFLATED_MMHG <= pressure <= PRESSURE_MAX and self._is_armed:
            if not self._is_inflated and self._stopping is None:
                self._begin()
            self._is_inflated = self._is_accepted = True
            self._deflated_ns = None
            self._standing = SensorStatus.MEASURING, f"measuring {pressure} mmHg"
        self._tell(out, *self._standing, now_ns)

    def _decode_result(self, out: list[DriverEvent], packet: bytes, done_ns: int, now_ns: int) -> None:
        systolic, diastolic, mean = (int.from_bytes(packet[at : at + 2], "little") for at in (2, 4, 18))
        status, pulse, error = packet[7], packet[16], packet[20]
        if error or not status:
            told, text = FAULTS.get(error, (SensorStatus.FAILED, f"cuff fault {error}"))
            self._tell(out, told, text, now_ns)
        elif not is_plausible_triple(systolic, diastolic, mean):
            self._fail(out, "result makes no sense, measure again", now_ns)
        else:
            self._cycle += 1
            self._tell(out, SensorStatus.OK, "finished", now_ns)
            out.extend(cuff_triple(systolic, diastolic, mean, now_ns, cycle=self._cycle, measured_ns=done_ns))
            if pulse:
                out.append(
                    reading("nibp_pulse_rate", pulse, now_ns, source="cuff", measured_ns=done_ns, cycle=self._cycle)
                )

    def _begin(self) -> None:
        """Note that a measurement has begun: what was aborted before it is over."""
        self._aborted_ns = None
        self._is_abort_ours = False

    def _end(self) -> None:
        self._started_ns = None
        self._is_inflated = self._is_accepted = self._is_armed = False
        self._deflated_ns = None
        self._stopping = None

    def _tell(self, out: list[DriverEvent], status: SensorStatus, text: str, now_ns: int) -> None:
        self._standing = status, text
        out.append(device_status(now_ns, "nibp", status, text))

    def _fail(self, out: list[DriverEvent], text: str, now_ns: int) -> None:
        self._tell(out, SensorStatus.FAILED, text, now_ns)


def _is_past(since_ns: int | None, limit_ns: int, now_ns: int) -> bool:
    return since_ns is not None and now_ns - since_ns > limit_ns


def _is_due(before_ns: int | None, every_ns: int, now_ns: int) -> bool:
    return before_ns is None or now_ns - before_ns >= every_ns


# The module's side.

_LOOK_NS = 100 * _MS
_COMMAND_SIZES = {0x20: 3, 0x87: 3, 0x28: 3, 0x00: 3, 0x8A: 3, 0x79: 5, 0x17: 5}
_STARTS = (0x20, 0x87, 0x28)
_FAULT_CODES = {
    CuffFault.LEAK: 87,
    CuffFault.MOTION: 2,
    CuffFault.WEAK: 1,
    CuffFault.TIMEOUT: 4,
    CuffFault.OVERPRESSURE: 89,
}
_N_BEATS = 20
_LONGEST_COMMAND = 5


def encode(*data: int) -> bytes:
    """Return the packet from the module that carries `data` (each 0 to 255)."""
    packet = MODULE + bytes([len(data) + 3, *data])
    return packet + bytes([-sum(packet) & 0xFF])


def encode_result(cuff: Cuff) -> bytes:
    """Return the result packet of the newest cycle."""
    if cuff.phase is CuffPhase.FAILED or cuff.sys is None or cuff.dia is None or cuff.mean is None:
        error = 0 if cuff.fault is None else _FAULT_CODES[cuff.fault]
        return encode(*bytes(18), error, 0, 0)
    pressures = (value.to_bytes(2, "little") for value in (cuff.sys, cuff.dia, cuff.mean))
    systolic, diastolic, mean = pressures
    pulse = min(255, cuff.pulse or 0)
    return encode(*systolic, *diastolic, _N_BEATS, 1, *bytes(8), pulse, 0, *mean, 0, 0, 0)


class SuntechMonitor:
    """A module that answers commands, and says by itself only that a measurement is done.

    The simulated patient's cuff works by its own plan as well: to the host that is a measurement which somebody else started.
    """

    def __init__(self) -> None:
        self._held = b""
        self._commands: list[tuple[int, bytes]] = []
        self._start_ns: int | None = None
        self._look = 0
        self._is_measuring = False
        self._lost_cycle: int | None = None
        self._learns_cycle = True
        self._result = encode_result(Cuff())

    def receive(self, data: bytes, now_ns: int) -> None:
        """Take commands; what is damaged is answered by E."""
        held = self._held + data
        while (at := held.find(HOST)) >= 0 and len(held) > at + 1:
            size = _COMMAND_SIZES.get(held[at + 1])
            if size is None:
                held = held[at + 1 :]
                continue
            packet = held[at : at + size]
            if len(packet) < size:
                break
            is_good = sum8(packet) == 0
            self._commands.append((now_ns, packet if is_good else b""))
            held = held[at + (size if is_good else 1) :]
        self._held = held[-_LONGEST_COMMAND:]

    def restart(self, now_ns: int) -> None:
        """Start over as after a power cycle: the cuff is let go, the last result is kept."""
        self._held = b""
        self._commands.clear()
        self._start_ns = now_ns
        self._look = 0
        self._is_measuring = False
        self._learns_cycle = True

    def transmit(self, patient: Patient, now_ns: int) -> bytes:
        """Return the answers to what came up to `now_ns`, and "done" where a measurement has ended by then."""
        if self._start_ns is None:
            self._start_ns = now_ns
        out: list[bytes] = []
        last = (now_ns - self._start_ns) // _LOOK_NS
        for look in range(self._look, last + 1):
            t_ns = self._start_ns + look * _LOOK_NS
            self._answer_before(out, patient, t_ns)
            self._follow(out, patient.sensors(t_ns).cuff)
        self._look = last + 1
        self._answer_before(out, patient, now_ns + 1)
        return b"".join(out)

    def _follow(self, out: list[bytes], cuff: Cuff) -> None:
        if self._learns_cycle:
            self._learns_cycle = False
            # A power cycle ends a running measurement; an old result stays, and is no news.
            self._lost_cycle = cuff.cycle
            if cuff.phase is CuffPhase.DONE:
                self._result = encode_result(cuff)
        if cuff.cycle == self._lost_cycle:
            self._is_measuring = False
            return
        was_measuring, self._is_measuring = self._is_measuring, cuff.phase is CuffPhase.MEASURING
        if was_measuring and not self._is_measuring:
            self._result = encode_result(cuff)
            out.append(encode(ord("K")))

    def _answer_before(self, out: list[bytes], patient: Patient, t_ns: int) -> None:
        while self._commands and self._commands[0][0] < t_ns:
            out.append(self._answer(patient, *self._commands.pop(0)))

    def _answer(self, patient: Patient, t_ns: int, packet: bytes) -> bytes:
        match packet[1:-1]:
            case b"":
                return encode(ord("E"))
            case start if start[0] in _STARTS:
                return encode(ord(self._start(patient, t_ns)))
            case b"\x79\x01\x00":
                letter = "A" if self._is_measuring else "O"
                if self._is_measuring:
                    self._is_measuring = False
                    self._lost_cycle = patient.sensors(t_ns).cuff.cycle
                    if isinstance(patient, CuffPatient):
                        patient.stop_cuff(t_ns)
                return encode(ord(letter))
            case b"\x79\x05\x00":
                pressure = patient.sensors(t_ns).cuff.pressure if self._is_measuring else 0.0
                return encode(*round(pressure).to_bytes(2, "little"))
            case b"\x79\x03\x00":
                return self._result
            case b"\x79\x02\x03":
                return encode(0, 0, 0)
            case b"\x79\x02\x40":
                return encode(*bytes(Size.VERSIONS - 3))
            case _:
                return encode(ord("O"))

    def _start(self, patient: Patient, t_ns: int) -> str:
        if patient.sensors(t_ns).cuff.phase is CuffPhase.MEASURING:
            return "B"
        if not isinstance(patient, CuffPatient):
            return "N"
        patient.start_cuff(t_ns)
        return "O"


DRIVER = Suntech
MONITOR = SuntechMonitor
