"""The simulated Nonin oximeter.

Rules of the file:
1. It is a simple cable (Xpod, OEM III): its format is set by a jumper, here by an argument, and it takes no commands.
2. Reserved bytes hold what comes, as on real units; the firmware revision is above 80 hex.
3. The numbers for display are refreshed every 1.5 s and hold their last reading for ten seconds after the finger has left.
4. Perfusion colours follow the perfusion index at limits of our own choice: the protocol gives none.
"""

from datetime import datetime, timedelta

from devices.driver import Patient, ProbeState, Sensors
from devices.drivers.nonin.formats import FRAMES_A_PACKET, PULSE_NONE, SPO2_NONE, SPOT_HEADER, Format
from devices.framing import sum8

_S = 1_000_000_000
_HZ = 75
_REVISION = 0x8A
_REFRESH_NS = 1500 * _S // 1000
_HELD_NS = 10 * _S
_COLOUR_FRAMES = 12  # 160 ms
_RED_BELOW, _YELLOW_BELOW = 0.3, 0.6  # perfusion index [%]
_RED, _YELLOW, _GREEN = 0b100, 0b110, 0b010
_SENSOR_ALARM, _OUT_OF_TRACK = 1 << 3, 1 << 4
_SMART_POINT = 1 << 5
_SPOT_AFTER_S = 6  # from the finger's coming to the packet
_CLOCK_AT_START = datetime(2026, 1, 1, 15, 0)  # what its own clock says when it is switched on

_Numbers = tuple[int, int]  # pulse rate and SpO2 as sent


class NoninMonitor:
    """An oximeter that streams from the moment a sensor is powered (DF13: one packet a spot check)."""

    def __init__(self, data_format: Format = Format.DF2) -> None:
        """Make one whose jumper stands on `data_format`."""
        self._format = data_format
        self._begin(None)

    def _begin(self, start_ns: int | None) -> None:
        self._start_ns = start_ns
        self._step = 0
        self._display: _Numbers = (PULSE_NONE, SPO2_NONE)
        self._display_ns: int | None = None
        self._seen_ns: int | None = None
        self._spo2_seconds = 0
        self._sensors: Sensors | None = None
        self._floats = bytes(FRAMES_A_PACKET)
        self._beat_phase = 0.0

    def receive(self, data: bytes, now_ns: int) -> None:
        """Ignore the host: a simple cable takes no commands."""

    def restart(self, now_ns: int) -> None:
        """Start over as after a power cycle."""
        self._begin(now_ns)

    def transmit(self, patient: Patient, now_ns: int) -> bytes:
        """Return what is sent up to `now_ns`: 75 frames a second, a group a second, or spot checks."""
        if self._start_ns is None:
            self._start_ns = now_ns
        hz = _HZ if self._format in (Format.DF2, Format.DF7) else 1
        # The last step whose time, rounded down to whole ns, has come.
        last = ((now_ns - self._start_ns + 1) * hz - 1) // _S
        times = [self._start_ns + step * _S // hz for step in range(self._step, last + 1)]
        if not times:
            return b""
        out = self._frames(patient, times) if hz == _HZ else self._seconds(patient, times)
        self._step = last + 1
        return out

    def _frames(self, patient: Patient, times: list[int]) -> bytes:
        out: list[bytes] = []
        for step, (t_ns, level) in enumerate(zip(times, patient.wave("pleth", times), strict=True), self._step):
            place = step % FRAMES_A_PACKET
            if place == 0 or self._sensors is None:
                self._sensors = patient.sensors(t_ns)
                self._floats = self._packet(self._sensors, t_ns, step // FRAMES_A_PACKET)
            status = 0x80 | (place == 0) | self._status(self._sensors)
            flow = 0.0 if level is None else min(1.0, max(0.0, level))
            if self._format is Format.DF2:
                frame = bytes((0x01, status, round(0xFF * flow), self._floats[place]))
            else:
                frame = bytes((status, *round(0xFFFF * flow).to_bytes(2, "big"), self._floats[place]))
            out.append(frame + bytes([sum8(frame)]))
        return b"".join(out)

    def _status(self, sensors: Sensors) -> int:
        if sensors.spo2_probe in (ProbeState.OFF, ProbeState.UNPLUGGED):
            return _SENSOR_ALARM
        if sensors.spo2_probe is ProbeState.SEARCHING or sensors.pulse_rate is None:
            return _OUT_OF_TRACK
        self._beat_phase += sensors.pulse_rate / 60 / _HZ
        frames_into_beat = self._beat_phase % 1 * 60 * _HZ / max(1.0, sensors.pulse_rate)
        return _colour(sensors) if frames_into_beat < _COLOUR_FRAMES else 0

    def _packet(self, sensors: Sensors, t_ns: int, n: int) -> bytes:
        pulse, spo2 = _numbers(sensors)
        pulse_d, spo2_d = self._refresh(sensors, t_ns)
        rest = [(37 * n + 11 * i) & 0xFF for i in range(7)]
        return bytes(
            (
                *(pulse >> 7, pulse & 0x7F, spo2, _REVISION, rest[0]),
                *((n >> 7) & 0x7F, n & 0x7F, _SMART_POINT if spo2 != SPO2_NONE else 0, spo2_d, spo2),
                *(spo2, rest[1], rest[2], pulse >> 7, pulse & 0x7F),
                *(spo2, spo2_d, rest[3], rest[4], pulse_d >> 7),
                *(pulse_d & 0x7F, pulse_d >> 7, pulse_d & 0x7F, rest[5], rest[6]),
            )
        )

    def _refresh(self, sensors: Sensors, t_ns: int) -> _Numbers:
        """Return the numbers for display: refreshed every 1.5 s, held for ten seconds."""
        now = _numbers(sensors)
        if now[1] != SPO2_NONE:
            self._seen_ns = t_ns
            if self._display_ns is None or t_ns - self._display_ns >= _REFRESH_NS or self._display[1] == SPO2_NONE:
                self._display, self._display_ns = now, t_ns
        elif self._seen_ns is None or t_ns - self._seen_ns >= _HELD_NS:
            self._display = now
        return self._display

    def _seconds(self, patient: Patient, times: list[int]) -> bytes:
        encode = self._spot if self._format is Format.DF13 else self._group
        return b"".join(encode(patient.sensors(t_ns), t_ns, second) for second, t_ns in enumerate(times, self._step))

    def _group(self, sensors: Sensors, t_ns: int, second: int) -> bytes:  # noqa: ARG002 -- one shape for both
        pulse, spo2 = self._refresh(sensors, t_ns)
        is_off = sensors.spo2_probe in (ProbeState.OFF, ProbeState.UNPLUGGED)
        flags = 0x80 | pulse >> 7
        if sensors.spo2_probe is ProbeState.SEARCHING:
            flags |= 1 << 5
        elif not is_off:
            flags |= {_RED: 1 << 4, _YELLOW: 1 << 3, _GREEN: 0}[_colour(sensors)]
        if self._format is Format.DF1:
            if sensors.spo2_probe is ProbeState.UNPLUGGED:
                flags |= 1 << 6
            pulse, spo2 = _numbers(sensors)  # without an alarm bit, a finger that has left is told by "no data"
            return bytes(((flags & ~0x03) | pulse >> 7, pulse & 0x7F, spo2))
        return bytes((flags, pulse & 0x7F, spo2, _SENSOR_ALARM if is_off else _SMART_POINT))

    def _spot(self, sensors: Sensors, t_ns: int, second: int) -> bytes:  # noqa: ARG002 -- one shape for both
        pulse, spo2 = _numbers(sensors)
        self._spo2_seconds = self._spo2_seconds + 1 if spo2 != SPO2_NONE else 0
        if self._spo2_seconds != _SPOT_AFTER_S:
            return b""
        clock = _CLOCK_AT_START + timedelta(seconds=second)
        data = bytes.fromhex(clock.strftime("%Y%m%d%H%M%S00")) + bytes((0x02, 0, pulse >> 8, pulse & 0xFF, 0, spo2))
        return SPOT_HEADER + len(data).to_bytes(2, "big") + data + bytes((sum8(data), 0x03))


def _numbers(sensors: Sensors) -> _Numbers:
    if sensors.spo2_probe is not ProbeState.ON or sensors.spo2 is None or sensors.pulse_rate is None:
        return PULSE_NONE, SPO2_NONE
    return max(18, min(321, round(sensors.pulse_rate))), max(0, min(100, round(sensors.spo2)))


def _colour(sensors: Sensors) -> int:
    index = sensors.perfusion_index
    if index is None or index >= _YELLOW_BELOW:
        return _GREEN
    return _YELLOW if index >= _RED_BELOW else _RED
