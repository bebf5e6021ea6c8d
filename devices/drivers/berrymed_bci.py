"""BerryMed oximeters that stream "BCI" frames: BM1000 family, USB or Bluetooth serial.

Rules of the file:
1. The protocol has no check. A frame is taken only when every field is in its range; a number counts when two frames in a
   row say the same, so that one damaged frame never makes one. The pleth, which changes with every frame, begins with the
   second frame in a row and has no other guard.
2. The flags come first: with no signal, probe unplugged, no finger or searching there is no number and no pleth.
3. Numbers are told when they change, and once a second (100 frames) while they stay.
4. Receive only. The frames look like those of older Contec units, whose bits mean other things: a stream at another rate
   is doubted.

Frame: 5 bytes, bit 7 set on the first alone; another first byte must follow.

Source: BerryMed "BCI Protocol V1.2" (2017; copies in the public repositories hubaksis/BerryMed-SpO2-ClassicBluetooth and
zh2x/BCI_Protocol_Demo); bgould/berrymed-pulseox-reader, ehborisov/BerryMed-Pulse-Oximeter-tool.
"""

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from devices.agreeing import Agreeing, Following, State
from devices.chunks import Chunker
from devices.driver import DriverInfo, Patient, ProbeState, Sensors, SerialSettings
from devices.events import MISSING_SAMPLE, DriverEvent, FrameRejected, SensorStatus, Validity
from devices.framing import PatternFramer, rejection
from devices.making import reading
from devices.pace import Pace
from devices.readings import Statuses

_S = 1_000_000_000
_MS = 1_000_000
HZ = 100.0
SIZE = 5
PLETH_MAX = 100

FRAMES = re.compile(
    rb"(?:"
    rb"[\x80-\x88\x90-\x98\xa0-\xa8\xb0-\xb8\xc0-\xc8\xd0-\xd8\xe0-\xe8\xf0-\xf8]"  # strength 0 to 8: above stand version texts
    rb"[\x00-\x64]"  # pleth
    rb"[\x00-\x7f]{2}"
    rb"[\x00-\x64\x7f]"  # SpO2, 7F for none
    rb"(?=[\x80-\xff])"
    rb")++"
)
LONGEST_FRAME = SIZE + 1  # with the first byte of the next

_FRAMES_A_SECOND = 100
_CHUNK = 10  # 100 ms
_HOLD_MAX_NS = 250 * _MS

_NO_SIGNAL, _UNPLUGGED, _BEAT = 0x10, 0x20, 0x40  # first byte
_NO_FINGER, _SEARCHING, _PULSE_BIT_7 = 0x10, 0x20, 0x40  # third byte
_STATE_OF_FIRST = bytes(value & (_NO_SIGNAL | _UNPLUGGED) for value in range(256))
_STATE_OF_THIRD = bytes(value & (_NO_FINGER | _SEARCHING | _PULSE_BIT_7) for value in range(256))
_SPO2_NONE, _PULSE_NONE = 0x7F, 0xFF

_MEASURING = (SensorStatus.OK, "measuring", Validity.VALID)
_WRONG_RATE = (
    SensorStatus.OK,
    "wrong type of monitor? Data comes at another rate than it should",
    Validity.QUESTIONABLE,
)


def _trouble(state: State) -> tuple[SensorStatus, str, Validity] | None:
    """Return why there is no number; None when there may be one."""
    first, third = state[0], state[1]
    if first & _UNPLUGGED:
        return SensorStatus.UNPLUGGED, "finger probe unplugged", Validity.UNAVAILABLE
    if third & _NO_FINGER:
        return SensorStatus.SENSOR_OFF, "no finger in the probe", Validity.UNAVAILABLE
    if first & _NO_SIGNAL:
        return SensorStatus.SEARCHING, "no signal, check finger", Validity.UNAVAILABLE
    if third & _SEARCHING:
        return SensorStatus.SEARCHING, "searching for pulse", Validity.CALIBRATING
    return None


class BerrymedBci:
    """Decodes the oximeter's stream."""

    info: ClassVar[DriverInfo] = DriverInfo(
        name="berrymed_bci",
        vendor="BerryMed",
        models=("BM1000", "BM1000A", "BM1000B"),
        numerics=("spo2", "pulse_rate"),
        waveforms=("pleth",),
        serial=(SerialSettings(115_200),),
        max_quiet_ms=1000,
        source="BerryMed BCI Protocol V1.2",
        standing="Built from the published protocol and checked against its examples; a consumer's device; not yet tried on "
        "one of ours.",
    )

    def __init__(self) -> None:
        self._framer = PatternFramer(FRAMES, longest=LONGEST_FRAME, ahead=b"\x80")
        self._pleth = Chunker(
            metric="pleth", source="oximeter", rate_hz=HZ, n_samples=_CHUNK, scale=1 / PLETH_MAX, offset=0.0, unit=None
        )
        self._agreeing = Agreeing(n_agreeing=2, n_between=_FRAMES_A_SECOND)
        self._following = Following()
        self._pace = Pace(HZ)
        self._statuses = Statuses()

    def feed(self, data: bytes, now_ns: int) -> tuple[DriverEvent, ...]:
        """Take bytes and return what they complete; see `devices.driver.Driver.feed`."""
        out: list[DriverEvent] = []
        for piece in self._framer.feed(data):
            if piece[0] is not None:
                self._reject(out, rejection(piece, now_ns))
            else:
                self._take(out, piece[2], now_ns)
        return tuple(out)

    def tick(self, now_ns: int) -> tuple[DriverEvent, ...]:
        """Give out samples that have waited too long for the rest of their chunk."""
        out: list[DriverEvent] = []
        self._pleth.give_out_older(out, now_ns - _HOLD_MAX_NS)
        return tuple(out)

    def pending_writes(self, now_ns: int) -> bytes:  # noqa: ARG002 -- the contract gives the time
        """Return nothing: the oximeter streams by itself."""
        return b""

    @property
    def unknown(self) -> Mapping[str, int]:
        """Return what came with a value and has no name here; this protocol has nothing of the kind."""
        return {}

    def closing_writes(self, now_ns: int) -> bytes:  # noqa: ARG002 -- the contract gives the time
        """Return nothing: the oximeter keeps no session."""
        return b""

    def reset(self, now_ns: int) -> tuple[DriverEvent, ...]:
        """Start over as after a reconnect."""
        out: list[DriverEvent] = []
        self._pleth.give_out(out)
        # A frame that nothing follows may be whole or not: it is neither used nor counted as damaged.
        out.extend(rejection(piece, now_ns) for piece in self._framer.flush() if piece[0] is not None)
        self._agreeing.interrupt()
        self._following.interrupt()
        self._pace.forget()
        self._statuses.forget()
        return tuple(out)

    def _reject(self, out: list[DriverEvent], event: FrameRejected) -> None:
        self._pleth.give_out(out)
        self._agreeing.interrupt()
        self._following.interrupt()
        self._pace.interrupt()
        out.append(event)

    def _take(self, out: list[DriverEvent], run: bytes, now_ns: int) -> None:
        self._pace.count(len(run) // SIZE, now_ns)
        run = self._following.taken(run, SIZE)
        states = zip(
            run[0::SIZE].translate(_STATE_OF_FIRST),
            run[2::SIZE].translate(_STATE_OF_THIRD),
            run[3::SIZE],
            run[4::SIZE],
            strict=True,
        )
        pleth, at = run[1::SIZE], 0
        for state, n_frames, is_told in self._agreeing.stretches(states):
            trouble = _trouble(state)
            samples: Sequence[int] = pleth[at : at + n_frames]
            if trouble is not None:
                samples = [MISSING_SAMPLE] * n_frames
            elif 0 in samples:
                samples = [sample or MISSING_SAMPLE for sample in samples]
            self._pleth.extend(out, samples, now_ns)
            at += n_frames
            if is_told:
                self._tell(out, state, trouble or (_WRONG_RATE if self._pace.is_wrong else _MEASURING), now_ns)

    def _tell(
        self, out: list[DriverEvent], state: State, judged: tuple[SensorStatus, str, Validity], now_ns: int
    ) -> None:
        _, third, low, spo2 = state
        status, text, validity = judged
        pulse = low | (third & _PULSE_BIT_7) << 1
        self._statuses.tell(out, "spo2", status, text, now_ns)
        out.append(reading("spo2", None if spo2 in (0, _SPO2_NONE) else spo2, now_ns, validity, source="oximeter"))
        pulse_value = None if pulse in (0, _PULSE_NONE) else pulse
        out.append(reading("pulse_rate", pulse_value, now_ns, validity, source="oximeter"))


# The monitor's side.

_FRAME_NS = 10 * _MS


class BerrymedBciMonitor:
    """An oximeter that says its version at power-on, streams, and does not listen."""

    def __init__(self) -> None:
        self._start_ns: int | None = None
        self._step = 0
        self._says_version = False

    def receive(self, data: bytes, now_ns: int) -> None:
        """Let pass whatever comes."""

    def restart(self, now_ns: int) -> None:
        """Start over as after a power cycle."""
        self._start_ns = now_ns
        self._step = 0
        self._says_version = True

    def transmit(self, patient: Patient, now_ns: int) -> bytes:
        """Return what is sent up to `now_ns`: a frame every 10 ms."""
        if self._start_ns is None:
            self._start_ns = now_ns
        first, last = self._step, (now_ns - self._start_ns) // _FRAME_NS
        times = [self._start_ns + step * _FRAME_NS for step in range(first, last + 1)]
        self._step = last + 1
        out = [
            _frame(patient.sensors(t_ns), pleth, t_ns)
            for t_ns, pleth in zip(times, patient.wave("pleth", times), strict=True)
        ]
        if self._says_version and out:
            self._says_version = False
            out.insert(0, b"\xff1.20\xfeSIM1")
        return b"".join(out)


def _frame(sensors: Sensors, pleth: float | None, t_ns: int) -> bytes:
    probe, rate, index = sensors.spo2_probe, sensors.pulse_rate, sensors.perfusion_index
    if probe is ProbeState.UNPLUGGED:
        return bytes([0x80 | _UNPLUGGED, 0, _PULSE_BIT_7, 0x7F, _SPO2_NONE])
    if probe is ProbeState.OFF:
        return bytes([0x80, 0, _PULSE_BIT_7 | _NO_FINGER, 0x7F, _SPO2_NONE])
    if probe is ProbeState.SEARCHING:
        return bytes([0x82, 0, _PULSE_BIT_7 | _SEARCHING, 0x7F, _SPO2_NONE])
    strength = max(1, min(8, round(2 + 2 * (index or 0.0))))
    is_beat = rate is not None and t_ns * rate / (60 * _S) % 1 < 0.05
    wave = 0 if pleth is None else max(1, min(PLETH_MAX, round(PLETH_MAX * pleth)))
    pulse = _PULSE_NONE if rate is None else min(254, round(rate))
    spo2 = _SPO2_NONE if sensors.spo2 is None else round(sensors.spo2)
    third = wave * 15 // PLETH_MAX | (pulse & 0x80) >> 1
    return bytes([0x80 | strength | _BEAT * is_beat, wave, third, pulse & 0x7F, spo2])


DRIVER = BerrymedBci
MONITOR = BerrymedBciMonitor
