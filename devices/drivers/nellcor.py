"""Nellcor N-560, N-595, N-600 and NPB-290/295 pulse oximeters: ASCII report, one line every two seconds.

Rules of the file:
1. The oximeter speaks by itself. Its menu exists nowhere in this file, for opening it stops the data. The one byte ever sent
   is XON, once, when an oximeter that was heard has said nothing for ten seconds: it may have taken noise for an XOFF.
2. There is no checksum: a data line is taken only when the date has an English month, the last character of each of the
   three values stands in its column, and only known status codes follow. Two models were seen with these columns; a model with
   others shows nothing, and after ten such lines says so. A lone line that is shorter than those before, which were filled
   up with spaces, has lost its end and perhaps its codes: it is not taken. Two of them in a row are this model's way.
3. Status codes outweigh digits: sensor off, unplugged, searching and pulse lost leave no number, whatever is printed.
4. 0 is no value. Motion makes numbers questionable, and so does a pulse amplitude below 10: right after the sensor is put on,
   rates far too high were seen without any status code.

Source: mdpnp/mdpnp (OpenICE) nellcor-n595.spec and DemoN595.java; hansmuc/NellcorN560Seriell; Adeboye/Nellcor-600_webapp; Nellcor
NPB-290/295 operator manual, data port pages.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar

from devices.driver import DriverInfo, Patient, ProbeState, Sensors, SerialSettings
from devices.events import AlarmKind, DeviceAlarm, DeviceInfo, DriverEvent, RejectReason, SensorStatus, Validity
from devices.framing import LineFramer, rejection, rejections
from devices.making import reading
from devices.readings import Statuses, Unknown

_S = 1_000_000_000
LINE_ENDS = b"\r\n"
LONGEST_LINE = 160  # headings have 90 characters
XON, XOFF = b"\x11", b"\x13"
_STOPPED_NS = 10 * _S
_COLUMN_FAILURES_MAX = 10
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""As printed: English whatever the language of any computer."""

_MONTH_NUMBERS = {month: f"{number:02}" for number, month in enumerate(MONTHS, 1)}

_TIME = rf"(?P<day>\d\d)-(?P<month>{'|'.join(MONTHS)})-(?P<year>\d\d) (?P<time>\d\d:\d\d:\d\d)"
_VALUE = r"---|  \d| \d\d|\d{3}"
_DATA = re.compile(
    rf"{_TIME}   (?P<spo2>{_VALUE})(?P<spo2_out>[ *])    (?P<pulse>{_VALUE})(?P<pulse_out>[ *])    (?P<amplitude>{_VALUE})"
    r"(?: {4,}(?P<codes>[A-Z]{2}(?: +[A-Z]{2})*))? *",
    re.ASCII,
)
"""A data line in the columns that were seen: the values end in 23, 31 and 39, counted from 0; codes begin at 44."""
_DATA_ANYWHERE = re.compile(
    rf"{_TIME}(?: +(?:\d{{1,3}}|---)\*?){{2}} +(?:\d{{1,3}}|---)(?: +(?P<codes>[A-Z]{{2}}(?: +[A-Z]{{2}})*))? *",
    re.ASCII,
)
_HEADING = re.compile(
    r" *(?P<model>\S+) +VERSION +(?P<software>\S+) +CRC: *\S+ +SpO2 Limit: *(?P<spo2_low>\d+)-(?P<spo2_high>\d+)% +"
    r"PR Limit: *(?P<pulse_low>\d+)-(?P<pulse_high>\d+) *BPM *",
    re.ASCII,
)
_PLAIN_HEADINGS = re.compile(
    r" *TIME +%SpO2 +BPM +PA +Status *"
    r"|(?=.*\b(?:ADULT|NEO))(?=.*\d+ *SAT-S) +[ -~]*",
    re.ASCII,
)

_FILLED = 61
"""Characters of a data line that is filled up with spaces."""
_SPO2_RANGE, _PULSE_RANGE, _AMPLITUDE_MAX = (1, 100), (20, 250), 254
_AMPLITUDE_LOW = 10

STATES: Mapping[str, tuple[Validity, SensorStatus, str]] = {
    "SD": (Validity.UNAVAILABLE, SensorStatus.UNPLUGGED, "sensor unplugged"),
    "SO": (Validity.UNAVAILABLE, SensorStatus.SENSOR_OFF, "sensor off the finger"),
    "LM": (Validity.UNAVAILABLE, SensorStatus.SEARCHING, "pulse lost, with motion"),
    "LP": (Validity.UNAVAILABLE, SensorStatus.SEARCHING, "pulse lost"),
    "PS": (Validity.CALIBRATING, SensorStatus.SEARCHING, "searching for the pulse"),
    "MO": (Validity.QUESTIONABLE, SensorStatus.OK, "motion or interference: keep the hand still"),
}
"""Codes about the measurement, the most telling first."""

_PHYSIOLOGICAL, _TECHNICAL = AlarmKind.PHYSIOLOGICAL, AlarmKind.TECHNICAL
ALARMS: Mapping[str, tuple[AlarmKind, str]] = {
    "SL": (_PHYSIOLOGICAL, "SpO2 low"),
    "SH": (_PHYSIOLOGICAL, "SpO2 high"),
    "PL": (_PHYSIOLOGICAL, "pulse rate low"),
    "PH": (_PHYSIOLOGICAL, "pulse rate high"),
    "AS": (_TECHNICAL, "alarm sound silenced at the oximeter for a time"),
    "AO": (_TECHNICAL, "alarm sound switched off at the oximeter"),
    "LB": (_TECHNICAL, "battery low"),
}
"""Codes about alarms."""
_LIMITS = {"SL": "spo2_low", "SH": "spo2_high", "PL": "pulse_low", "PH": "pulse_high"}
_STARS = (
    ("spo2_out", ("SL", "SH"), "SPO2*", "SpO2 outside its limits"),
    ("pulse_out", ("PL", "PH"), "BPM*", "pulse rate outside its limits"),
)
_CODES = STATES.keys() | ALARMS.keys()


class Nellcor:
    """Listens, and decodes the lines."""

    info: ClassVar[DriverInfo] = DriverInfo(
        name="nellcor",
        vendor="Nellcor (Medtronic)",
        models=("N-560", "N-595", "N-600", "NPB-290", "NPB-295"),
        numerics=("spo2", "pulse_rate"),
        waveforms=(),
        serial=tuple(SerialSettings(baud) for baud in (9600, 19_200, 4800, 2400)),
        max_quiet_ms=5000,
        source="Public programs for the N-560, N-595 and N-600, and the NPB-290/295 operator manual, data port pages",
        standing="Built from public programs and checked against lines of the form that they read; columns seen on the N-560 "
        "only; not yet tried on a monitor of ours.",
        sends="one XON when an oximeter that was heard has been silent for 10 s; nothing else",
        check_bits=32,  # the form of the date and time that every line begins with
    )

    def __init__(self) -> None:
        self._framer = LineFramer(end=LINE_ENDS, longest=LONGEST_LINE)
        self._statuses = Statuses()
        self._unknown = Unknown()
        self._alarms: dict[str, DeviceAlarm] = {}
        self._tells_all_alarms = True
        self._identity: tuple[str, str] | None = None
        self._limits: Mapping[str, str] = {}
        self._n_column_failures = 0
        self._fills_lines: bool | None = None  # None: not known
        self._was_short = False
        self._is_heard = False
        self._heard_ns: int | None = None
        self._has_asked = False

    def feed(self, data: bytes, now_ns: int) -> tuple[DriverEvent, ...]:
        """Take bytes and return what they complete; see `devices.driver.Driver.feed`."""
        out: list[DriverEvent] = []
        for piece in self._framer.feed(data):
            reason, offset, line = piece
            if reason is None:
                reason = self._take(out, line.decode("ascii", "replace"), now_ns)
                if reason is None:
                    self._is_heard, self._heard_ns, self._has_asked = True, now_ns, False
                    continue
            out.extend(rejections((reason, offset, line), now_ns))
        return tuple(out)

    def tick(self, now_ns: int) -> tuple[DriverEvent, ...]:  # noqa: ARG002 -- the contract gives the time
        """Return nothing: nothing is held."""
        return ()

    def pending_writes(self, now_ns: int) -> bytes:
        """Return XON once when an oximeter that was heard has stopped."""
        if self._heard_ns is None:
            self._heard_ns = now_ns
        if not self._is_heard or self._has_asked or now_ns - self._heard_ns < _STOPPED_NS:
            return b""
        self._has_asked = True
        return XON

    @property
    def unknown(self) -> Mapping[str, int]:
        """Return what came with a value and has no name here: the pulse amplitude."""
        return self._unknown.counts

    def closing_writes(self, now_ns: int) -> bytes:  # noqa: ARG002 -- the contract gives the time
        """Return nothing: the oximeter keeps no session."""
        return b""

    def reset(self, now_ns: int) -> tuple[DriverEvent, ...]:
        """Start over as after a reconnect."""
        out: list[DriverEvent] = [rejection(piece, now_ns) for piece in self._framer.flush()]
        self._statuses.forget()
        # The alarms themselves are kept: one that has gone meanwhile must be told as gone.
        self._tells_all_alarms = True
        self._identity = None
        self._limits = {}
        self._n_column_failures = 0
        self._fills_lines = None
        self._was_short = False
        self._heard_ns, self._has_asked = now_ns, False
        return tuple(out)

    def _take(self, out: list[DriverEvent], line: str, now_ns: int) -> RejectReason | None:
        """Decode one line, or return why it cannot be."""
        if (data := _DATA.fullmatch(line)) is not None:
            self._n_column_failures = 0
            return RejectReason.FRAMING if self._has_lost_its_end(line) else self._decode(out, data, now_ns)
        if (heading := _HEADING.fullmatch(line)) is not None:
            self._limits = heading.groupdict()
            identity = (heading["model"], heading["software"])
            if identity != self._identity:
                self._identity = identity
                out.append(DeviceInfo(t_ns=now_ns, vendor="Nellcor", model=identity[0], software=identity[1]))
            return None
        if _PLAIN_HEADINGS.fullmatch(line):
            return None
        elsewhere = _DATA_ANYWHERE.fullmatch(line)
        if elsewhere is None or not set(_codes(elsewhere)) <= _CODES:
            self._n_column_failures = 0
            return RejectReason.UNKNOWN
        self._n_column_failures += 1
        if self._n_column_failures >= _COLUMN_FAILURES_MAX:
            text = "this model prints its columns elsewhere: its numbers cannot be shown"
            self._statuses.tell(out, "spo2", SensorStatus.STOPPED, text, now_ns)
        return RejectReason.FRAMING

    def _has_lost_its_end(self, line: str) -> bool:
        was_short, self._was_short = self._was_short, len(line) < _FILLED
        if self._was_short and was_short:
            self._fills_lines = False
        elif self._fills_lines is None and len(line) == _FILLED and line.endswith(" "):
            self._fills_lines = True
        return self._was_short and self._fills_lines is True

    def _decode(self, out: list[DriverEvent], data: re.Match[str], now_ns: int) -> RejectReason | None:
        codes = _codes(data)
        values = [None if text == "---" else int(text) for text in data.group("spo2", "pulse", "amplitude")]
        spo2, pulse, amplitude = values[0] or None, values[1] or None, values[2]
        if not set(codes) <= _CODES:
            return RejectReason.UNKNOWN
        is_in_range = (
            (spo2 is None or _SPO2_RANGE[0] <= spo2 <= _SPO2_RANGE[1])
            and (pulse is None or _PULSE_RANGE[0] <= pulse <= _PULSE_RANGE[1])
            and (amplitude is None or amplitude <= _AMPLITUDE_MAX)
        )
        if not is_in_range:
            return RejectReason.RANGE
        if amplitude is not None:
            self._unknown.count("PA")
        self._tell_alarms(out, data, codes, now_ns)
        validity, status, text = _judge(codes, spo2 is not None or pulse is not None, amplitude)
        self._statuses.tell(out, "spo2", status, text, now_ns)
        device_time = _device_time(data)
        for metric, value in (("spo2", spo2), ("pulse_rate", pulse)):
            out.append(reading(metric, value, now_ns, validity, source="oximeter", device_time=device_time))
        return None

    def _tell_alarms(self, out: list[DriverEvent], data: re.Match[str], codes: Sequence[str], now_ns: int) -> None:
        if not codes and not self._alarms and data.group("spo2_out", "pulse_out") == (" ", " "):
            self._tells_all_alarms = False
            return
        active = {code: ALARMS[code] for code in codes if code in ALARMS}
        for group, named, code, text in _STARS:
            if data[group] == "*" and not active.keys() & set(named):
                active[code] = (_PHYSIOLOGICAL, text)
        for code in [code for code in self._alarms if code not in active]:
            gone = self._alarms.pop(code)
            out.append(_alarm(code, gone.kind, gone.text, False, now_ns))
        for code, (kind, text) in active.items():
            if self._tells_all_alarms or code not in self._alarms:
                limit = self._limits.get(_LIMITS.get(code, ""))
                said = text if limit is None else f"{text} (limit {limit})"
                self._alarms[code] = _alarm(code, kind, said, True, now_ns)
                out.append(self._alarms[code])
        self._tells_all_alarms = False


def _codes(line: re.Match[str]) -> list[str]:
    return (line["codes"] or "").split()


def _alarm(code: str, kind: AlarmKind, text: str, is_active: bool, now_ns: int) -> DeviceAlarm:
    return DeviceAlarm(t_ns=now_ns, kind=kind, priority=None, code=code, text=text, active=is_active)


def _judge(codes: Sequence[str], has_number: bool, amplitude: int | None) -> tuple[Validity, SensorStatus, str]:
    """Return what the codes make of the numbers, and the status for the nurse."""
    if codes:
        for code, judgement in STATES.items():
            if code in codes:
                return judgement
    if not has_number:
        return Validity.UNAVAILABLE, SensorStatus.SEARCHING, "no reading"
    if amplitude is not None and amplitude < _AMPLITUDE_LOW:
        return Validity.QUESTIONABLE, SensorStatus.OK, f"weak pulse at the sensor (amplitude {amplitude})"
    return Validity.VALID, SensorStatus.OK, "measuring"


def _device_time(data: re.Match[str]) -> str:
    day, month, year, time = data.group("day", "month", "year", "time")
    text = f"20{year}-{_MONTH_NUMBERS[month]}-{day}T{time}"
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError:
        return data.string[:18]  # a clock that was never set


# The monitor's side.


class Model(Enum):
    """A model's first two headings, less the limits."""

    N_560 = ("N-560    VERSION 1.50.00    CRC:4F2C", "ADULT      0SAT-S")
    N_595 = ("N-595    VERSION 2.05.00    CRC:1A2B", "ADULT      0SAT-S    SPO2 RESP MODE: NORMAL")


_LINE_NS = 2 * _S
_LINES_A_HEADING = 24  # as logged; the manual says 25
_HELD_LINES = 3  # of digits from before, while it searches; then zeros
_LOWEST_SPO2, _HIGHEST_SPO2, _LOWEST_PULSE, _HIGHEST_PULSE = 88, 100, 50, 120
_AMPLITUDE_A_PERCENT = 20  # of perfusion index: our own choice
_CLOCK_AT_START = datetime(2026, 1, 1, 15, 0)  # what its own clock says when it is switched on
_MENU = b"\x03\x03"


class NellcorMonitor:
    """An oximeter whose data port is set to ASCII. It obeys XON and XOFF; ^C twice opens its menu, which stops the data."""

    def __init__(self, model: Model = Model.N_560) -> None:
        """Make an oximeter that prints the headings of `model`."""
        self._model = model
        self._begin(None)

    def _begin(self, start_ns: int | None) -> None:
        self._start_ns = start_ns
        self._step = 0
        self._flow: list[tuple[int, bool]] = []
        self._is_held = self._is_in_menu = False
        self._last_byte = b""
        self._digits = ("  0", "  0")
        self._n_searching = 0

    def receive(self, data: bytes, now_ns: int) -> None:
        """Take XON and XOFF, and the menu's keys; they act from the next line on."""
        for i in range(len(data)):
            key = data[i : i + 1]
            if key in (XON, XOFF):
                self._is_held = key == XOFF
            elif self._last_byte + key == _MENU:
                self._is_in_menu = True
            elif key == b"0":
                self._is_in_menu = False
            self._last_byte = key
        is_silent = self._is_held or self._is_in_menu
        if is_silent is not (self._flow[-1][1] if self._flow else False):
            self._flow.append((now_ns, is_silent))

    def restart(self, now_ns: int) -> None:
        """Start over as after a power cycle, with the headings."""
        self._begin(now_ns)

    def transmit(self, patient: Patient, now_ns: int) -> bytes:
        """Return what is sent up to `now_ns`: a line every two seconds."""
        if self._start_ns is None:
            self._start_ns = now_ns
        out: list[bytes] = []
        last = (now_ns - self._start_ns) // _LINE_NS
        for step in range(self._step, last + 1):
            t_ns = self._start_ns + step * _LINE_NS
            lines = [
                *(self._headings() if step % _LINES_A_HEADING == 0 else ()),
                self._data(patient.sensors(t_ns), step),
            ]
            if not self._is_silent(t_ns):
                out.extend(line.encode("ascii") + LINE_ENDS for line in lines)
        self._step = last + 1
        return b"".join(out)

    def _is_silent(self, t_ns: int) -> bool:
        is_silent = False
        for at_ns, is_stopped in self._flow:
            if at_ns <= t_ns:
                is_silent = is_stopped
        return is_silent

    def _headings(self) -> tuple[str, str, str]:
        first, second = self._model.value
        spo2, pulse = f"{_LOWEST_SPO2}-{_HIGHEST_SPO2}%", f"{_LOWEST_PULSE}-{_HIGHEST_PULSE}BPM"
        return (
            f"{first}  SpO2 Limit: {spo2}    PR Limit: {pulse}",
            " " * 38 + second,
            "TIME                 %SpO2   BPM     PA     Status",
        )

    def _data(self, sensors: Sensors, step: int) -> str:
        clock = _CLOCK_AT_START + timedelta(seconds=2 * step)
        when = f"{clock.day:02}-{MONTHS[clock.month - 1]}-{clock:%y %H:%M:%S}"
        stars, amplitude, codes = ["", ""], "---", ""
        if sensors.spo2_probe is ProbeState.ON and sensors.spo2 is not None and sensors.pulse_rate is not None:
            self._n_searching = 0
            spo2, pulse = max(1, min(100, round(sensors.spo2))), max(20, min(250, round(sensors.pulse_rate)))
            shown = self._digits = (f"{spo2:>3}", f"{pulse:>3}")
            stars = ["*" if spo2 < _LOWEST_SPO2 else "", "*" if not _LOWEST_PULSE <= pulse <= _HIGHEST_PULSE else ""]
            beats = min(254, round(_AMPLITUDE_A_PERCENT * (sensors.perfusion_index or 0)))
            amplitude = f"{beats:>3}"
            limits = (("SL", spo2 < _LOWEST_SPO2), ("PL", pulse < _LOWEST_PULSE), ("PH", pulse > _HIGHEST_PULSE))
            codes = " ".join(code for code, is_passed in limits if is_passed)
        elif sensors.spo2_probe in (ProbeState.OFF, ProbeState.UNPLUGGED):
            shown, codes = ("---", "---"), "SO" if sensors.spo2_probe is ProbeState.OFF else "SD"
        else:
            self._n_searching += 1
            shown = self._digits if self._n_searching <= _HELD_LINES else ("  0", "  0")
            codes = "PS"
        values = f"   {shown[0]}{stars[0]:1}    {shown[1]}{stars[1]:1}    {amplitude}"
        return f"{when}{values}    {codes:{_FILLED - 44}}"


DRIVER = Nellcor
MONITOR = NellcorMonitor
