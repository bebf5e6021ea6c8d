"""The monitor's end of the line, for the simulator and for round trips.

Rules of the file:
1. It is silent until asked. A request takes the place of the one before of its kind; displayed values more often than every 5 s
   are not given, and a second single request within 5 s is not heard.
2. Waves past 600 samples a second are dropped in silence, in the order of the list; the blocks come every 200 ms.
3. Like the recorded monitor of level 9 it has the classes 0, 1 and 3, sends BD BD in descriptors that it does not use, sets
   reserved bits of labels, and says "below range" where no thermometer is plugged in. Channels 2 and 3 of its ECG are off.
4. Trends come only after displayed values were asked for. Alarms come only from level 10 on; there, entering the differential
   mode gives one full status, and then one for each change, at most one every 2 s.
5. Answers begin 20 ms after the request, and then lie on the grid of their interval from there.

Source: as in `physiological`, `waves`, `alarms` and `requests`; times of the answers: project decision.
"""

from collections.abc import Callable
from dataclasses import dataclass
from struct import Struct

from devices.driver import Cuff, CuffPhase, Patient, ProbeState, Sensors
from devices.drivers.datex_s5 import alarms, numerics, physiological
from devices.drivers.datex_s5.cuff import AUTO, MEASURING, OLDER_THAN_60_S
from devices.drivers.datex_s5.framing import RecordFramer, encode
from devices.drivers.datex_s5.physiological import BELOW_RANGE, INVALID, LAYOUTS, Class
from devices.drivers.datex_s5.record import (
    ALARM_STATUS,
    FIRST_LEVEL_WITH_ALARMS,
    FIRST_LEVEL_WITH_EXT,
    HEADER_SIZE,
    Kind,
    Values,
    build,
    parse,
)
from devices.drivers.datex_s5.requests import (
    ALARMS_REQUEST,
    NO_MORE_WAVES,
    ONCE,
    SHORTEST_INTERVAL_S,
    STOP,
    VALUES_REQUEST,
    WAVES_MAX_HZ,
    WAVES_REQUEST,
    AlarmCommand,
    Classes,
)
from devices.drivers.datex_s5.waves import BLOCK, ECG_STEP_MV, FORMS, GAP_BEFORE, LEAD_OFF, PLETH_STEP, RESP_STEP, Wave

_S = 1_000_000_000
_MS = 1_000_000
_ANSWER_NS = 20 * _MS
_BLOCK_NS = 200 * _MS
_ALARM_LOOK_NS = 2 * _S
_OLD_NS = 60 * _S
_CLOCK_AT_START = 1_767_279_600  # what the simulated monitor's own clock says when it is switched on
_AMBIENT = 7600  # 1/10 mmHg
_MMHG_PER_CO2_STEP = _AMBIENT / 100_000
_ON = 3
_WHITE, _YELLOW, _RED = 1, 2, 3

_SUBTYPE = 1
_GROUP = Struct("<IH")


@dataclass(slots=True)
class _Stream:
    """Something that goes out again and again.

    Attributes:
        at_ns: When it is due next.
        every_ns: Its interval; None for once.
        send: Returns the record for that moment; b"" for nothing to say.
    """

    at_ns: int
    every_ns: int | None
    send: Callable[[Patient, int], bytes]


class DatexS5Monitor:
    """A monitor with ECG, SpO2, CO2, cuff and one thermometer."""

    def __init__(self, level: int = 9, answers_auxiliary: bool = True) -> None:
        """Make a monitor.

        Args:
            level: Interface level: 9 as recorded, 10 and above for a CARESCAPE with alarms, below 3 for one without extensions.
            answers_auxiliary: Whether it tells the time of the cuff reading; not every monitor may.
        """
        self._level = level
        self._answers_auxiliary = answers_auxiliary
        self._framer = RecordFramer()
        self._requests: list[tuple[int, bytes]] = []
        self._streams: dict[str, _Stream] = {}
        self._once_ns: dict[int, int] = {}
        self._start_ns: int | None = None
        self._number = 0
        self._cycle_before_start = 0
        self._learns_cycle = False
        self._wave_sent: dict[int, int] = {}
        self._boxes: tuple[alarms.Box, ...] | None = None  # as last told; None before the full status

    def receive(self, data: bytes, now_ns: int) -> None:
        """Take requests; they act at the time they came."""
        for reason, _, raw in self._framer.feed(data):
            if reason is None:
                self._requests.append((now_ns, raw))

    def restart(self, now_ns: int) -> None:
        """Start over as after a power cycle: requests and the last cuff reading forgotten, counter at 0."""
        self._framer = RecordFramer()
        self._requests.clear()
        self._streams.clear()
        self._once_ns.clear()
        self._start_ns = now_ns
        self._number = 0
        self._learns_cycle = True
        self._boxes = None

    def transmit(self, patient: Patient, now_ns: int) -> bytes:
        """Return what is sent up to `now_ns`: what was asked for, on its grid."""
        if self._start_ns is None:
            self._start_ns = now_ns
        if self._learns_cycle:
            self._learns_cycle = False
            self._cycle_before_start = patient.sensors(now_ns).cuff.cycle
        out = b""
        while True:
            due = min(self._streams, key=lambda name: (self._streams[name].at_ns, name), default=None)
            due_ns = self._streams[due].at_ns if due is not None else now_ns + 1
            if self._requests and self._requests[0][0] <= min(now_ns, due_ns - 1):
                self._obey(*self._requests.pop(0))
            elif due is None or due_ns > now_ns:
                return out
            else:
                out += self._send(due, patient)

    def _send(self, name: str, patient: Patient) -> bytes:
        stream = self._streams[name]
        at_ns = stream.at_ns
        if stream.every_ns is None:
            del self._streams[name]
        else:
            stream.at_ns += stream.every_ns
        return stream.send(patient, at_ns)

    def _frame(self, kind: Kind, parts: list[tuple[int, bytes]], t_ns: int) -> bytes:
        number = self._number
        self._number = (number + 1) & 0xFF
        return encode(build(kind, parts, number=number, level=self._level, time_s=self._clock(t_ns)))

    def _clock(self, t_ns: int) -> int:
        return _CLOCK_AT_START + (t_ns - (self._start_ns or 0)) // _S

    # What the host asks.

    def _obey(self, came_ns: int, raw: bytes) -> None:
        record = parse(raw)
        if record is None:
            return
        body = raw[HEADER_SIZE:]
        match record.kind, len(body):
            case Kind.PHYSIOLOGICAL, VALUES_REQUEST.size:
                which, interval_s, classes, _ = VALUES_REQUEST.unpack(body)
                self._obey_values(came_ns, which, interval_s, Classes(classes & 0x0F))
            case Kind.WAVES, WAVES_REQUEST.size:
                stop, _, types, _ = WAVES_REQUEST.unpack(body)
                self._obey_waves(came_ns, b"" if stop else types.split(bytes([NO_MORE_WAVES]), 1)[0])
            case Kind.ALARMS, ALARMS_REQUEST.size if self._level >= FIRST_LEVEL_WITH_ALARMS:
                self._obey_alarms(came_ns, *ALARMS_REQUEST.unpack(body))
            case _:
                pass

    def _obey_values(self, came_ns: int, which: int, interval_s: int, classes: Classes) -> None:
        match which:
            case Values.DISPLAYED:
                least_s = SHORTEST_INTERVAL_S
            case Values.TREND_10_S | Values.TREND_60_S:
                least_s = 1
                if f"values {int(Values.DISPLAYED)}" not in self._streams:
                    return
            case Values.AUXILIARY if self._answers_auxiliary:
                least_s = SHORTEST_INTERVAL_S
            case _:
                return
        if interval_s == STOP:
            self._streams.pop(f"values {which}", None)
            return
        if interval_s == ONCE:
            if came_ns - self._once_ns.get(which, -SHORTEST_INTERVAL_S * _S) < SHORTEST_INTERVAL_S * _S:
                return
            self._once_ns[which] = came_ns
        elif interval_s < least_s:
            return

        def send(patient: Patient, t_ns: int) -> bytes:
            if which == Values.AUXILIARY:
                return self._frame(Kind.PHYSIOLOGICAL, [(which, self._auxiliary(patient, t_ns))], t_ns)
            parts = self._values(patient, t_ns, which, classes)
            return self._frame(Kind.PHYSIOLOGICAL, parts, t_ns) if parts else b""

        name = f"once {which}" if interval_s == ONCE else f"values {which}"
        every_ns = None if interval_s == ONCE else interval_s * _S
        self._streams[name] = _Stream(came_ns + _ANSWER_NS, every_ns, send)

    def _obey_waves(self, came_ns: int, types: bytes) -> None:
        left = WAVES_MAX_HZ
        given: list[int] = []
        for wave in types:
            form = FORMS.get(wave)
            if form is not None and wave in _SIMULATED_WAVES and wave not in given and form.rate_hz <= left:
                given.append(wave)
                left -= form.rate_hz
        if not given:
            self._streams.pop("waves", None)
            return
        self._wave_sent = {}

        def send(patient: Patient, t_ns: int) -> bytes:
            return self._frame(Kind.WAVES, [(wave, self._block(patient, wave, came_ns, t_ns)) for wave in given], t_ns)

        self._streams["waves"] = _Stream(came_ns + _BLOCK_NS, _BLOCK_NS, send)

    def _obey_alarms(self, came_ns: int, command: int) -> None:
        match command:
            case AlarmCommand.ONCE:
                self._streams["alarms once"] = _Stream(came_ns + _ANSWER_NS, None, self._alarm_status)
            case AlarmCommand.ENTER:
                self._boxes = None
                self._streams["alarms"] = _Stream(came_ns + _ANSWER_NS, _ALARM_LOOK_NS, self._alarm_change)
            case AlarmCommand.LEAVE:
                self._streams.pop("alarms", None)
            case _:
                pass

    # What it sends.

    def _values(self, patient: Patient, t_ns: int, which: int, classes: Classes) -> list[tuple[int, bytes]]:
        sensors = patient.sensors(t_ns)
        parts: list[bytes] = []
        if not classes & Classes.WITHOUT_BASIC:
            parts.append(self._subrecord(Class.BASIC, self._basic(sensors, t_ns), t_ns))
        if self._level >= FIRST_LEVEL_WITH_EXT:
            if classes & Classes.EXT1:
                parts.append(self._subrecord(Class.EXT1, _ext1(), t_ns))
            if classes & Classes.EXT3:
                parts.append(self._subrecord(Class.EXT3, {}, t_ns))
        return [(which, part) for part in parts]

    def _subrecord(self, number: Class, groups: dict[str, tuple[int, int, dict[str, int]]], t_ns: int) -> bytes:
        data = bytearray(physiological.SUBRECORD_SIZE)
        data[:4] = self._clock(t_ns).to_bytes(4, "little")
        for name, layout in LAYOUTS.get(number, {}).items():
            status, label, values = groups.get(name, (0, 0, {}))
            _GROUP.pack_into(data, layout.at, status, label)
            fields = (_step(values.get(field, INVALID)) for field in layout.fields)
            layout.values.pack_into(data, layout.at + _GROUP.size, *fields)
        data[275] = 0x40
        data[276:278] = (number << 8 | (self._level & 0x0F) << 4 | _SUBTYPE).to_bytes(2, "little")
        return bytes(data)

    def _basic(self, sensors: Sensors, t_ns: int) -> dict[str, tuple[int, int, dict[str, int]]]:
        return {
            "ecg": _ecg(sensors),
            "p1": (1 | 1 << 3, 1, {}),
            "nibp": self._nibp(sensors.cuff, t_ns),
            "t1": (_ON, 11, {"temp": _number(sensors.temp, 100, sensors.temp_probe, otherwise=BELOW_RANGE)}),
            "t2": (_ON, 12, {"temp": BELOW_RANGE}),
            "SpO2": (
                _ON,
                0,
                {
                    "SpO2": 100 * _number(sensors.spo2, 1, sensors.spo2_probe, otherwise=0) or INVALID,
                    "pr": _number(sensors.pulse_rate, 1, sensors.spo2_probe),
                    "ir_amp": _number(sensors.perfusion_index, 100, sensors.spo2_probe),
                },
            ),
            "CO2": _co2(sensors),
        }

    def _nibp(self, cuff: Cuff, t_ns: int) -> tuple[int, int, dict[str, int]]:
        label = 1 | AUTO
        if cuff.cycle <= self._cycle_before_start or cuff.phase is CuffPhase.IDLE:
            return _ON, label | OLDER_THAN_60_S, {}
        if cuff.phase is CuffPhase.MEASURING:
            label |= MEASURING
        if cuff.measured_ns is None or t_ns - cuff.measured_ns > _OLD_NS:
            label |= OLDER_THAN_60_S
        has_standing = cuff.sys is not None and cuff.measured_ns is not None and cuff.phase is not CuffPhase.FAILED
        if not has_standing or (cuff.phase is CuffPhase.MEASURING and cuff.cycle - 1 <= self._cycle_before_start):
            return _ON, label, {}
        parts = {"sys": (cuff.sys, 100), "dia": (cuff.dia, 100), "mean": (cuff.mean, 100), "hr": (cuff.pulse, 1)}
        values = {field: INVALID if value is None else value * factor for field, (value, factor) in parts.items()}
        return _ON, label, values

    def _auxiliary(self, patient: Patient, t_ns: int) -> bytes:
        cuff = patient.sensors(t_ns).cuff
        taken_s = 0
        if cuff.measured_ns is not None and cuff.cycle > self._cycle_before_start:
            taken_s = self._clock(cuff.measured_ns)
        return physiological.AUXILIARY.pack(taken_s, 0, 0, 0, 185).ljust(physiological.AUXILIARY_SIZE, b"\x00")

    def _block(self, patient: Patient, wave: int, from_ns: int, t_ns: int) -> bytes:
        form = FORMS[wave]
        sent = self._wave_sent.get(wave)
        due = (t_ns - from_ns) * form.rate_hz // _S
        first = sent or 0
        self._wave_sent[wave] = due
        times = [from_ns + i * _S // form.rate_hz for i in range(first, due)]
        values = patient.wave(form.metric, times)
        status = GAP_BEFORE if sent is None else 0
        sensors = patient.sensors(t_ns)
        is_off = form.leads and sensors.ecg_lead is not ProbeState.ON
        if is_off and form.metric == "ecg":
            status |= LEAD_OFF
        is_off |= wave in (Wave.ECG2, Wave.ECG3)
        is_off |= form.metric == "co2" and sensors.co2_line is not ProbeState.ON
        is_off |= form.metric == "pleth" and sensors.spo2_probe is not ProbeState.ON
        step = _WAVE_STEPS[form.metric]
        samples = [INVALID if is_off or v is None else _step(round((v - form.offset) / step)) for v in values]
        return BLOCK.pack(len(samples), status, 0) + Struct(f"<{len(samples)}h").pack(*samples)

    def _alarm_change(self, patient: Patient, t_ns: int) -> bytes:
        before, now = self._boxes, _boxes(patient.sensors(t_ns))
        if now == before:
            return b""
        self._boxes = now
        return self._frame(Kind.ALARMS, [(ALARM_STATUS, _alarm_record(now, before or ()))], t_ns)

    def _alarm_status(self, patient: Patient, t_ns: int) -> bytes:
        now = _boxes(patient.sensors(t_ns))
        return self._frame(Kind.ALARMS, [(ALARM_STATUS, _alarm_record(now, ()))], t_ns)


_SIMULATED_WAVES = (Wave.ECG1, Wave.ECG2, Wave.ECG3, Wave.PLETH, Wave.CO2, Wave.RESP)
_WAVE_STEPS = {"ecg": ECG_STEP_MV, "pleth": PLETH_STEP, "resp": RESP_STEP, "co2": _MMHG_PER_CO2_STEP}


def _ecg(sensors: Sensors) -> tuple[int, int, dict[str, int]]:
    lead_two = 2 << 8
    off = numerics.CHANNEL_OFF
    if sensors.ecg_lead is not ProbeState.ON:
        return _ON | off[0] | off[1] | off[2], lead_two, {}
    status = _ON | off[1] | off[2]
    if sensors.heart_rate is not None:
        status |= numerics.FROM_ECG_MORTARA << 3
        if sensors.heart_rate == 0:
            status |= numerics.ASYSTOLE
    rates = {"hr": _number(sensors.heart_rate, 1), "imp_rr": _number(sensors.resp_rate, 1)}
    return status, lead_two, {**rates, "st1": _number(sensors.st, 1000)}


def _co2(sensors: Sensors) -> tuple[int, int, dict[str, int]]:
    ambient = {"amb_press": _AMBIENT}
    match sensors.co2_line:
        case ProbeState.UNPLUGGED:
            return 1, 0, {}
        case ProbeState.SEARCHING:
            return _ON | numerics.CO2_CALIBRATING, 0, ambient
        case ProbeState.OFF:  # the line draws air of the room
            apnoea = numerics.APNOEA_CO2 | numerics.APNOEA_ALARM_OFF
            return _ON | apnoea, 0, {"et": 0, "fi": 0, "rr": 0, **ambient}
        case ProbeState.ON:
            status = _ON | (0 if sensors.resp_rate else numerics.APNOEA_CO2)
            gas = 1 / _MMHG_PER_CO2_STEP
            et, fi = (_number(value, gas) for value in (sensors.etco2, sensors.fico2))
            rate = _number(sensors.resp_rate, 1)
            if not sensors.resp_rate:
                et = fi = rate = 0
            return status, 0, {"et": et, "fi": fi, "rr": rate, **ambient}


def _ext1() -> dict[str, tuple[int, int, dict[str, int]]]:
    return {"arrh_ecg": (_ON, 0, {}), "st12": (0, 0, {})}


def _boxes(sensors: Sensors) -> tuple[alarms.Box, ...]:
    """Return what the alarm line shows, red first; limits as a monitor comes from the factory."""
    found: list[alarms.Box] = []
    rate = sensors.heart_rate if sensors.ecg_lead is ProbeState.ON else None
    if rate == 0:
        found.append(alarms.Box("Asystole", _RED))
    if sensors.co2_line is ProbeState.ON and sensors.resp_rate == 0:
        found.append(alarms.Box("Apnea", _RED))
    if sensors.spo2 is not None and sensors.spo2 < 90:
        found.append(alarms.Box("SpO2 low", _YELLOW))
    if rate is not None and rate > 120:
        found.append(alarms.Box("HR high", _YELLOW))
    if sensors.spo2_probe is not ProbeState.ON:
        found.append(alarms.Box("SpO2 probe off", _YELLOW))
    if sensors.ecg_lead is not ProbeState.ON:
        found.append(alarms.Box("ECG leads off", _YELLOW))
    if sensors.cuff.phase is CuffPhase.FAILED:
        found.append(alarms.Box("NIBP: check cuff", _WHITE))
    return tuple(found[: alarms.BOXES])


def _alarm_record(now: tuple[alarms.Box, ...], before: tuple[alarms.Box, ...]) -> bytes:
    empty = alarms.Box("", 0)
    data = bytearray(alarms.STATUS_SIZE)
    data[2] = 1  # sound on
    for i in range(alarms.BOXES):
        box, old = ((boxes[i] if i < len(boxes) else empty) for boxes in (now, before))
        text_changed, colour_changed = box.text != old.text, box.colour != old.colour
        at = alarms.BOXES_AT + i * alarms.BOX.size
        alarms.BOX.pack_into(data, at, box.text.encode("latin-1"), text_changed, box.colour, colour_changed)
    return bytes(data)


def _number(value: float | None, factor: float, probe: ProbeState = ProbeState.ON, otherwise: int = INVALID) -> int:
    return otherwise if value is None or probe is not ProbeState.ON else round(value * factor)


def _step(value: int) -> int:
    """Return the value within what an int16 can tell; codes stay as they are."""
    return max(-32767, min(32767, value))
