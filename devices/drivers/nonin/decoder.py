"""Decodes what a Nonin oximeter sends; see `formats` for how its formats are told apart.

Rules of the file:
1. Nothing is ever sent: the oximeter speaks by itself, and a command would change a setting that it keeps.
2. From DF2 and DF7 come the numbers "for display" (SpO2-D, HR-D), and only while the sensor alarm is clear: the oximeter holds
   them for ten seconds after the finger has left. 511 and 127 are none.
3. A packet's numbers are told when the next frame-1 mark has come after exactly 25 frames; else the packet is dropped.
4. The two heart-rate bytes join as high x 128 + low, in DF13 as high x 256 + low.
5. What a pulse says of itself (artifact, perfusion) holds until the next pulse: most frames lie between pulses. Artifact, out
   of track and low perfusion make numbers questionable; marginal perfusion is told in words.
6. DF1 and DF8 have no checksum: a number is told when the group a second before said nearly the same, and with the worse
   state of the two. A group that differs is not shown.
7. STATUS bit 6 of DF2, DF7 and DF8 says "disconnected" on some models and nothing on others: it is not looked at. The sensor
   alarm covers the case.
8. A DF13 spot check from the oximeter's memory is old. It is told in words with its own time and gives no number.

Source: Nonin "Model 9560 OEM Specification and Technical Information" (copy in the public repository
mattjlewis/NoninPulseOx, with that repository's Java code); mdpnp/mdpnp (OpenICE) devices/nonin; pez-globo/pufferfish-software,
Nonin OEM III driver (DF1, and the x 128 rule).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from struct import Struct
from typing import ClassVar

from devices.driver import DriverInfo, SerialSettings
from devices.drivers.nonin.formats import (
    BLOCK,
    BLOCKS_A_PACKET,
    FRAME,
    FRAMES_A_BLOCK,
    GROUP,
    PULSE_NONE,
    SAME_PULSE,
    SAME_SPO2,
    SPO2_NONE,
    WHOLE_PACKET,
    Format,
    Found,
    NoninFramer,
    group_numbers,
)
from devices.events import (
    MISSING_SAMPLE,
    AlarmKind,
    DeviceAlarm,
    DeviceInfo,
    DriverEvent,
    Gap,
    Mode,
    SensorStatus,
    Validity,
    WaveformChunk,
)
from devices.framing import Piece, rejection
from devices.making import reading, waveform_chunk
from devices.readings import Statuses

_S = 1_000_000_000
_MS = 1_000_000
RATE_HZ = 75.0
_REAL = Mode.REAL

_ARTIFACT, _OUT_OF_TRACK, _SENSOR_ALARM = 1 << 5, 1 << 4, 1 << 3
_RED, _YELLOW = 0b100, 0b110  # 010 is green, 000 no pulse in this frame
_COLOURS = 0b110
_LOW_BATTERY = 1 << 0
_DF1_DISCONNECTED, _DF1_ARTIFACT, _DF1_OUT_OF_TRACK, _DF1_LOW, _DF1_MARGINAL = 1 << 6, 1 << 2, 1 << 5, 1 << 4, 1 << 3
_DF8_SENSOR_ALARM = 1 << 3
_SPOT_SMART_POINT, _SPOT_NONE = 1 << 1, 1 << 0
_SPOT_MEMORY = 1 << 4

# FLOAT bytes of a packet, counted from 0
_REVISION, _STAT2, _SPO2_D, _PULSE_D_HIGH, _PULSE_D_LOW = 3, 7, 8, 19, 20

_NEIGHBOUR_NS = 5 * _S
"""How old the group before may be; older ones say nothing of now."""

_SILENCE_NS = 300 * _MS
"""After so long nothing more of a group will come; a byte takes 1 ms, and groups come once a second."""

_SCALE = {Format.DF2: 1 / 0xFF, Format.DF7: 1 / 0x7FFF}

_IS_ALARM = bytes(bool(status & _SENSOR_ALARM) for status in range(0x100))
_MISSING = MISSING_SAMPLE.to_bytes(2, "little", signed=True)


@dataclass(frozen=True, slots=True)
class _State:
    """What an oximeter says of its numbers."""

    is_disconnected: bool = False
    is_alarm: bool = False
    is_out_of_track: bool = False
    is_artifact: bool = False
    is_low: bool = False
    is_marginal: bool = False

    @property
    def validity(self) -> Validity:
        """Return what that makes of a number."""
        if self.is_disconnected or self.is_alarm:
            return Validity.UNAVAILABLE
        if self.is_out_of_track or self.is_artifact or self.is_low:
            return Validity.QUESTIONABLE
        return Validity.VALID

    def and_before(self, other: "_State") -> "_State":
        """Return the worse of two."""
        return _State(
            self.is_disconnected or other.is_disconnected,
            self.is_alarm or other.is_alarm,
            self.is_out_of_track or other.is_out_of_track,
            self.is_artifact or other.is_artifact,
            self.is_low or other.is_low,
            self.is_marginal or other.is_marginal,
        )

    def in_words(self, has_number: bool) -> tuple[SensorStatus, str]:
        """Return the status for the nurse."""
        if self.is_disconnected:
            return SensorStatus.UNPLUGGED, "finger probe unplugged"
        if self.is_alarm:
            return SensorStatus.SENSOR_OFF, "finger out, or no usable signal"
        if not has_number:
            return SensorStatus.SEARCHING, "no reading yet: searching for the pulse"
        if self.is_out_of_track:
            return SensorStatus.SEARCHING, "no run of good pulses: do not rely on the numbers"
        if self.is_low:
            return SensorStatus.OK, "weak pulse at the finger"
        return SensorStatus.OK, "pulse at the finger is rather weak" if self.is_marginal else "measuring"


@cache
def _state(
    is_alarm: bool, is_out_of_track: bool, is_artifact: bool, is_low: bool, is_marginal: bool
) -> _State:  # one of 32
    return _State(False, is_alarm, is_out_of_track, is_artifact, is_low, is_marginal)


@dataclass(frozen=True, slots=True)
class _Group:
    """One group of DF1 or DF8; None for no data."""

    t_ns: int
    spo2: int | None
    pulse: int | None
    state: _State
    is_battery_low: bool


def _is_borne_out(value: int | None, before: int | None, most: int) -> bool:
    return value is None or (before is not None and abs(value - before) <= most)


class Nonin:
    """Listens, finds out the format by itself, and decodes."""

    info: ClassVar[DriverInfo] = DriverInfo(
        name="nonin",
        vendor="Nonin",
        models=(
            "Xpod",
            "OEM III",
            "PureSAT OEM modules",
            "WristOx 3100",
            "WristOx 3150",
            "Onyx II 9550",
            "Onyx II 9560",
        ),
        numerics=("spo2", "pulse_rate"),
        waveforms=("pleth",),
        serial=(SerialSettings(9600),),
        max_quiet_ms=3000,  # DF1 and DF8 speak once a second
        source="Nonin Model 9560 OEM Specification and Technical Information, and public programs for the OEM III",
        standing="Built from the maker's document and checked against its examples; not yet tried on a monitor of ours.",
    )

    def __init__(self) -> None:
        self._framer = NoninFramer()
        self._heard_ns: int | None = None
        self._statuses = Statuses()
        self._packet: list[bytes] = []
        self._pulse_state = _State()
        self._before: _Group | None = None
        self._revision: int | None = None
        self._is_battery_low = False
        self._tells_battery = True
        self._has_wave = False

    def feed(self, data: bytes, now_ns: int) -> tuple[DriverEvent, ...]:
        """Take bytes and return what they complete; see `devices.driver.Driver.feed`."""
        out: list[DriverEvent] = []
        self._heard_ns = now_ns
        self._take(out, self._framer.feed(data), now_ns)
        return tuple(out)

    def _take(self, out: list[DriverEvent], pieces: Sequence[Piece | Found], now_ns: int) -> None:
        for piece in pieces:
            if not isinstance(piece, Found):
                self._lose(out, now_ns)
                out.append(rejection(piece, now_ns))
            elif piece.format in _SCALE:
                self._decode_frames(out, piece, now_ns)
            elif piece.format in GROUP:
                self._decode_groups(out, piece, now_ns)
            else:
                self._decode_spot(out, piece.data, now_ns)

    def tick(self, now_ns: int) -> tuple[DriverEvent, ...]:
        """Return what the silence after the last byte completes, as of that byte's arrival."""
        out: list[DriverEvent] = []
        if self._heard_ns is not None and now_ns - self._heard_ns > _SILENCE_NS:
            self._take(out, self._framer.settle(), self._heard_ns)
            self._heard_ns = None
        return tuple(out)

    def pending_writes(self, now_ns: int) -> bytes:  # noqa: ARG002 -- the contract gives the time
        """Return nothing: receive only."""
        return b""

    @property
    def unknown(self) -> Mapping[str, int]:
        """Return what came with a value and has no name here; this protocol has nothing of the kind."""
        return {}

    def closing_writes(self, now_ns: int) -> bytes:  # noqa: ARG002 -- the contract gives the time
        """Return nothing: receive only."""
        return b""

    def reset(self, now_ns: int) -> tuple[DriverEvent, ...]:
        """Start over as after a reconnect, the format unknown."""
        out: list[DriverEvent] = []
        heard_ns, self._heard_ns = self._heard_ns, None
        for piece in self._framer.flush():
            if isinstance(piece, Found):
                self._take(out, [piece], now_ns if heard_ns is None else heard_ns)
            else:
                out.append(rejection(piece, now_ns))
        self._statuses.forget()
        self._packet.clear()
        self._pulse_state = _State()
        self._before = None
        self._revision = None
        self._tells_battery = True
        self._has_wave = False
        return tuple(out)

    def _lose(self, out: list[DriverEvent], now_ns: int) -> None:
        self._packet.clear()
        self._before = None
        if self._has_wave:
            self._has_wave = False
            out.append(Gap(t_ns=now_ns, metric="pleth", source="oximeter"))

    def _decode_frames(self, out: list[DriverEvent], piece: Found, now_ns: int) -> None:
        _, block, _, frames = piece
        self._before = None
        self._has_wave = True
        format_ = piece.format
        samples, scale = _samples_of(format_, frames), _SCALE[format_]
        if block == WHOLE_PACKET:
            self._packet.clear()
            out.append(_chunk(now_ns, scale, samples))
            self._tell_packet(out, frames, format_, now_ns)
            return
        packet = self._packet
        for at in range(0, len(frames), BLOCK):
            if block == BLOCKS_A_PACKET:
                block = 0
            if block == 0:
                if packet:  # block 0 follows a whole packet, or a lock
                    self._tell_packet(out, b"".join(packet), format_, now_ns)
                packet.clear()
            block += 1
            start = at * 2 // FRAME
            out.append(_chunk(now_ns, scale, samples[start : start + 2 * FRAMES_A_BLOCK]))
            packet.append(frames[at : at + BLOCK])

    def _tell_packet(self, out: list[DriverEvent], packet: bytes, format_: Format, now_ns: int) -> None:
        statuses = packet[1 if format_ is Format.DF2 else 0 :: FRAME]
        floats = packet[3::FRAME]
        if floats[_REVISION] != self._revision:
            self._revision = floats[_REVISION]
            out.append(DeviceInfo(t_ns=now_ns, vendor="Nonin", model=None, software=f"revision {self._revision}"))
        self._tell_battery(out, bool(floats[_STAT2] & _LOW_BATTERY), now_ns)
        spo2 = floats[_SPO2_D] & 0x7F
        pulse = (floats[_PULSE_D_HIGH] & 0x03) * 128 + (floats[_PULSE_D_LOW] & 0x7F)
        state = self._packet_state(set(statuses))
        numbers = (("spo2", _or_none(spo2, SPO2_NONE)), ("pulse_rate", _or_none(pulse, PULSE_NONE)))
        self._tell(out, numbers, state, now_ns)

    def _packet_state(self, statuses: set[int]) -> _State:
        seen = 0
        colours: set[int] = set()
        for status in statuses:
            seen |= status
            colours.add(status & _COLOURS)
        colours.discard(0)
        if colours or seen & _ARTIFACT:
            self._pulse_state = _state(False, False, bool(seen & _ARTIFACT), _RED in colours, _YELLOW in colours)
        pulse = self._pulse_state
        return _state(
            bool(seen & _SENSOR_ALARM),
            bool(seen & _OUT_OF_TRACK),
            pulse.is_artifact,
            pulse.is_low,
            pulse.is_marginal,
        )

    def _decode_groups(self, out: list[DriverEvent], piece: Found, now_ns: int) -> None:
        self._packet.clear()
        self._has_wave = False
        size = GROUP[piece.format]
        for at in range(0, len(piece.data), size):
            group = _group(piece.data[at : at + size], now_ns)
            before, self._before = self._before, group
            if before is not None and now_ns - before.t_ns <= _NEIGHBOUR_NS:
                self._tell_group(out, group, before, now_ns)

    def _tell_group(self, out: list[DriverEvent], group: _Group, before: _Group, now_ns: int) -> None:
        state = group.state.and_before(before.state)
        # "None" is told at once, a number only when the group before bears it out.
        is_none = state.validity is Validity.UNAVAILABLE
        checks = (("spo2", group.spo2, before.spo2, SAME_SPO2), ("pulse_rate", group.pulse, before.pulse, SAME_PULSE))
        numbers = [(m, value) for m, value, other, most in checks if is_none or _is_borne_out(value, other, most)]
        self._tell_battery(out, group.is_battery_low and before.is_battery_low, now_ns)
        if numbers:
            self._tell(out, numbers, state, now_ns)

    def _decode_spot(self, out: list[DriverEvent], packet: bytes, now_ns: int) -> None:
        self._packet.clear()
        self._before = None
        self._has_wave = False
        taken = _spot_time(packet[6:14])
        high, low = packet[14], packet[15]
        pulse = _or_none((packet[16] & 0x01) * 256 + packet[17], PULSE_NONE)
        spo2 = _or_none(packet[19] & 0x7F, SPO2_NONE)
        is_none = bool(high & _SPOT_NONE) or (spo2 is None and pulse is None)
        self._tell_battery(out, bool(low & _LOW_BATTERY), now_ns)
        if is_none:
            validity, status, text = Validity.UNAVAILABLE, SensorStatus.STOPPED, "spot check without a reading"
        elif low & _SPOT_MEMORY:
            validity, status = Validity.INVALID, SensorStatus.STOPPED
            text = (
                f"stored spot check, taken {taken.replace('T', ' ') if taken else 'at an unknown time'}, not now: "
                f"SpO2 {'---' if spo2 is None else spo2} %, pulse {'---' if pulse is None else pulse}"
            )
        elif high & _SPOT_SMART_POINT:
            validity, status, text = Validity.VALID, SensorStatus.OK, "spot check"
        else:
            validity, status, text = Validity.QUESTIONABLE, SensorStatus.OK, "spot check of low quality"
        self._statuses.tell(out, "spo2", status, text, now_ns)
        for metric, value in (("spo2", spo2), ("pulse_rate", pulse)):
            out.append(reading(metric, value, now_ns, validity, source="oximeter", device_time=taken))

    def _tell(
        self, out: list[DriverEvent], numbers: Sequence[tuple[str, int | None]], state: _State, now_ns: int
    ) -> None:
        has_number = any(value is not None for _, value in numbers)
        self._statuses.tell(out, "spo2", *state.in_words(has_number), now_ns)
        validity = state.validity
        for metric, value in numbers:
            out.append(reading(metric, value, now_ns, validity, source="oximeter"))

    def _tell_battery(self, out: list[DriverEvent], is_low: bool, now_ns: int) -> None:
        if is_low != self._is_battery_low or (is_low and self._tells_battery):
            out.append(
                DeviceAlarm(
                    t_ns=now_ns,
                    kind=AlarmKind.TECHNICAL,
                    priority=None,
                    code="low battery",
                    text="oximeter battery low",
                    active=is_low,
                )
            )
        self._is_battery_low = is_low
        self._tells_battery = False


def _samples_of(format_: Format, frames: bytes) -> bytes:
    """Return the pleth of frames as int16, missing where the sensor alarm is set."""
    if format_ is Format.DF2:
        statuses, pleth = frames[1::FRAME], frames[2::FRAME]
        samples = bytearray(2 * len(pleth))
        samples[0::2] = pleth
    else:
        statuses = frames[0::FRAME]
        values, packer = _pleth_df7(len(statuses))
        samples = bytearray(packer.pack(*[value >> 1 for value in values.unpack(frames)]))
    alarms = statuses.translate(_IS_ALARM)
    at = alarms.find(1)
    while at >= 0:
        samples[2 * at : 2 * at + 2] = _MISSING
        at = alarms.find(1, at + 1)
    return bytes(samples)


@cache
def _pleth_df7(n_frames: int) -> tuple[Struct, Struct]:
    """Return what takes the samples out of so many frames, and what makes int16 of them."""
    return Struct(">" + "xHxx" * n_frames), Struct(f"<{n_frames}h")


def _chunk(now_ns: int, scale: float, samples: bytes) -> WaveformChunk:
    return waveform_chunk(now_ns, "pleth", RATE_HZ, scale, 0.0, None, samples, "oximeter", _REAL)


def _or_none(value: int, none: int) -> int | None:
    return None if value == none else value


def _group(data: bytes, now_ns: int) -> _Group:
    flags, is_df8 = data[0], len(data) == GROUP[Format.DF8]
    status = data[3] if is_df8 else 0
    state = _State(
        is_disconnected=not is_df8 and bool(flags & _DF1_DISCONNECTED),
        is_alarm=bool(status & _DF8_SENSOR_ALARM),
        is_out_of_track=bool(flags & _DF1_OUT_OF_TRACK),
        is_artifact=bool(flags & _DF1_ARTIFACT),
        is_low=bool(flags & _DF1_LOW),
        is_marginal=bool(flags & _DF1_MARGINAL),
    )
    pulse, spo2 = group_numbers(data)
    return _Group(now_ns, _or_none(spo2, SPO2_NONE), _or_none(pulse, PULSE_NONE), state, bool(status & _LOW_BATTERY))


def _spot_time(bcd: bytes) -> str | None:
    """Return the time of century, year, month, day, hour, minute, second and hundredths; None where it is none."""
    digits = bcd.hex()
    if not digits.isdecimal():
        return None
    century, year, month, day, hour, minute, second, hundredths = (int(digits[i : i + 2]) for i in range(0, 16, 2))
    try:
        return datetime(century * 100 + year, month, day, hour, minute, second, hundredths * 10_000).isoformat()
    except ValueError:
        return None
