"""Masimo Radical-5, Rad-8, Rad-87 and Radical-7 pulse oximeters: serial output "ASCII 1", one line a second.

Rules of the file:
1. The oximeter speaks by itself; nothing is ever sent.
2. There is no checksum: a line is taken whole or not at all. It must begin with date and time, hold SPO2, BPM, ALARM and EXC,
   each tag once, and every value must have its tag's exact shape and lie in the oximeter's range. ALARM and EXC must have
   numbers of digits that go together, or the same as in the line before: cut short they would lose bits and still have a
   shape that is allowed.
3. Fields are found by their tags; products leave some out and add others. Tags without a name here are counted.
4. A line may carry digits together with "sensor off" or "searching": those are held values, and the bit wins.
5. What EXC says: no number with a sensor or cable fault, off, or searching; a questionable one with low perfusion,
   interference, light, low signal quality, or a bit that is not in the public tables. 800 is the sign of normal running.
6. ALARM and EXC have tables of their own: 20 in ALARM is "silenced", in EXC "sensor off".
7. A trend dump looks alike (`SpO2=`, `PR=`) but is stored data: it is rejected.

Source: Masimo Rad-8 Operator's Manual LAB3371D and Rad-87 manual, serial pages; mdpnp/mdpnp (OpenICE), masimo-radical-7.spec and
the MD PnP Radical driver; the public repositories nmenon/masimo-datacapture, yahnatan/pulseox, hansmuc/NellcorN560Seriell.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from functools import lru_cache
from typing import ClassVar, NamedTuple

from devices.driver import DriverInfo, Patient, ProbeState, Sensors, SerialSettings
from devices.events import AlarmKind, DeviceAlarm, DeviceInfo, DriverEvent, RejectReason, SensorStatus, Validity
from devices.framing import LineFramer, rejection, rejections
from devices.making import reading
from devices.readings import Statuses, Unknown

_S = 1_000_000_000
LINE_ENDS = b"\r\n"
LONGEST_LINE = 256  # the longest known has 190 characters
_NOISE = bytes(range(0x20))  # NUL was seen before a first line; no part of any record

_LINE = re.compile(
    r"(?P<month>\d\d)/(?P<day>\d\d)/(?P<year>\d\d) (?P<time>\d\d:\d\d:\d\d) (?P<fields>[ -~]+)", re.ASCII
)
_FIELD = re.compile(r"(?P<tag>[A-Z][A-Z0-9]*)=(?P<value>[!-~]+)")
_SHAPES = {
    tag: re.compile(shape)
    for tag, shape in {
        "SN": r"[!-~]{10}",
        "SPO2": r"(?P<number>[0-9]{3})%|---%",
        "BPM": r"(?P<number>[0-9]{3})|---%?",
        "PI": r"(?P<number>[0-9]{2}\.[0-9]{2})%?|--\.--%?",
        "SPCO": r"(?P<number>[0-9]{2}\.[0-9])%|--\.-%|--%",
        "SPMET": r"(?P<number>[0-9]{2}\.[0-9])%|--\.-%|--%",
        "SPHB": r"(?P<number>[0-9]{2}\.[0-9])|--\.-",
        "SPOC": r"(?P<number>[0-9]{2})|--",
        "RESVD": r".{3}",
        "DESAT": r"(?P<number>[0-9]{2})|--",
        "PIDELTA": r"(?P<number>[+-][0-9]{2})|[+-]--",
        "PVI": r"(?P<number>[0-9]{3})|---",
        "ALARM": r"(?:[0-9A-F]{2}){1,3}",
        "EXC": r"[0-9A-F]{3}|[0-9A-F]{6,7}",
        "EXC1": r"[0-9A-F]{8}",
    }.items()
}
"""What each tag's value looks like, its no-data form among it. `number` is set where there is one."""

_WIDTHS = ((2, 3), (4, 6), (6, 7))
"""Digits of ALARM and EXC in the lines of the products known."""
_NEEDED = frozenset(("SPO2", "BPM", "ALARM", "EXC"))
_RANGES = {"SPO2": (1, 100), "BPM": (25, 240), "PI": (0, 20)}
_METRICS = {"SPO2": "spo2", "BPM": "pulse_rate", "PI": "perfusion_index"}
_UNNAMED = ("SPCO", "SPMET", "SPHB", "SPOC", "DESAT", "PIDELTA", "PVI")
"""Tags that this program has no metric for."""
_SERIAL_NONE = "-" * 10
_SAYS_SOMETHING = re.compile("[1-9A-Za-z]")

_OFF, _UNPLUGGED, _SEARCHING = SensorStatus.SENSOR_OFF, SensorStatus.UNPLUGGED, SensorStatus.SEARCHING
_FAILED, _CALIBRATING, _OK = SensorStatus.FAILED, SensorStatus.CALIBRATING, SensorStatus.OK
_NONE, _DOUBT, _VALID = Validity.UNAVAILABLE, Validity.QUESTIONABLE, Validity.VALID

EXCEPTIONS: tuple[tuple[int, Validity, SensorStatus, str], ...] = (
    (0x001000, _NONE, _UNPLUGGED, "patient cable not connected"),
    (0x000001, _NONE, _UNPLUGGED, "no sensor connected"),
    (0x000020, _NONE, _OFF, "sensor off the patient"),
    (0x000002, _NONE, _FAILED, "sensor defective: take another one"),
    (0x000080, _NONE, _FAILED, "sensor not recognised: take another one"),
    (0x000100, _NONE, _FAILED, "sensor does not fit this oximeter: take another one"),
    (0x010000, _NONE, _FAILED, "patient cable defective: take another one"),
    (0x008000, _NONE, _FAILED, "patient cable not recognised: take another one"),
    (0x004000, _NONE, _FAILED, "patient cable does not fit this oximeter: take another one"),
    (0x002000, _NONE, _FAILED, "patient cable used up: take another one"),
    (0x020000, Validity.CALIBRATING, _CALIBRATING, "sensor calibrating"),
    (0x000008, Validity.CALIBRATING, _SEARCHING, "searching for the pulse"),
    (0x000010, _DOUBT, _OK, "interference: keep the hand still"),
    (0x000040, _DOUBT, _OK, "too much light on the sensor: cover it"),
    (0x000004, _DOUBT, _OK, "weak pulse at the sensor (low perfusion)"),
    (0x000400, _DOUBT, _OK, "low signal quality"),
    (0x040000, _DOUBT, _OK, "sensor used up: change it soon"),
    (0x080000, _DOUBT, _OK, "sensor temperature at its limit"),
    (0x100000, _DOUBT, _OK, "sensor current at its limit"),
)
"""Bits of EXC, the most telling first: what they make of the numbers, and the status for the nurse."""

_NORMAL = 0x000800 | 0x200000 | 0x400000  # running normally; SpCO and SpMet in doubt, which are not shown
_KNOWN_EXCEPTIONS = _NORMAL | sum(bit for bit, *_ in EXCEPTIONS)

_ACTIVE, _SILENCED = 0x0010, 0x0020
ALARMS: tuple[tuple[int, AlarmKind, str], ...] = (
    (0x0001, AlarmKind.PHYSIOLOGICAL, "SpO2 high"),
    (0x0002, AlarmKind.PHYSIOLOGICAL, "SpO2 low"),
    (0x0004, AlarmKind.PHYSIOLOGICAL, "pulse rate high"),
    (0x0008, AlarmKind.PHYSIOLOGICAL, "pulse rate low"),
    (0x0040, AlarmKind.TECHNICAL, "battery low"),
    (0x0100, AlarmKind.PHYSIOLOGICAL, "SpCO high"),
    (0x0200, AlarmKind.PHYSIOLOGICAL, "SpCO low"),
    (0x0400, AlarmKind.PHYSIOLOGICAL, "SpMet high"),
    (0x0800, AlarmKind.PHYSIOLOGICAL, "SpMet low"),
    (0x1000, AlarmKind.PHYSIOLOGICAL, "desaturation index high"),
    (0x2000, AlarmKind.PHYSIOLOGICAL, "perfusion index has changed"),
)
"""Bits of ALARM that name their cause. The code of an alarm is its bit in hexadecimal."""
_CAUSES = sum(bit for bit, *_ in ALARMS)
_UNNAMED_CAUSE = (_ACTIVE, AlarmKind.TECHNICAL, "alarm at the oximeter: look there")
_SILENCED_THERE = (_SILENCED, AlarmKind.TECHNICAL, "alarm sound switched off at the oximeter")


class _Damaged(Exception):
    """A line that is no record: why."""

    def __init__(self, reason: RejectReason) -> None:
        self.reason = reason


class _Record(NamedTuple):
    """One line.

    Attributes:
        device_time: The oximeter's clock.
        fields: Value by tag.
        numbers: Number by tag, where the value is one.
        unnamed: Tags that came with a value and have no name here.
        alarm: ALARM word.
        exceptions: EXC word.
    """

    device_time: str
    fields: Mapping[str, str]
    numbers: Mapping[str, float]
    unnamed: Sequence[str]
    alarm: int
    exceptions: int


def _read(line: bytes) -> _Record:
    """Return the record of a line, or raise `_Damaged`."""
    found = _LINE.fullmatch(line.translate(None, _NOISE).decode("ascii", "replace"))
    if found is None:
        raise _Damaged(RejectReason.FRAMING)
    fields: dict[str, str] = {}
    numbers: dict[str, float] = {}
    unnamed: list[str] = []
    *clock, tokens = found.groups()
    for token in tokens.split():
        field = _field(token)
        if field is None or field.tag in fields:
            raise _Damaged(RejectReason.UNKNOWN)
        tag, value, number, is_in_shape, is_unnamed = field
        if not is_in_shape:
            raise _Damaged(RejectReason.RANGE)
        fields[tag] = value
        if number is not None:
            numbers[tag] = number
        if is_unnamed:
            unnamed.append(tag)
    if not fields.keys() >= _NEEDED:
        raise _Damaged(RejectReason.UNKNOWN)
    return _Record(_device_time(*clock), fields, numbers, unnamed, int(fields["ALARM"], 16), int(fields["EXC"], 16))


class _Field(NamedTuple):
    """One field of a line.

    Attributes:
        tag: Its tag.
        value: As printed.
        number: None where the value is none.
        is_in_shape: Whether the value has its tag's shape and lies in the oximeter's range.
        is_unnamed: Whether it says something that has no name here.
    """

    tag: str
    value: str
    number: float | None
    is_in_shape: bool
    is_unnamed: bool


@lru_cache(maxsize=1024)
def _field(token: str) -> _Field | None:
    """Return the field that is printed so, most of which are printed again in every line; None when it is none."""
    found = _FIELD.fullmatch(token)
    if found is None:
        return None
    tag, value = found["tag"], found["value"]
    number, is_in_shape = None, True
    if (shape := _SHAPES.get(tag)) is not None:
        number, is_in_shape = _number(tag, value, shape)
    is_told = tag in _UNNAMED and number is not None
    is_unnamed = is_told or ((tag not in _SHAPES or tag == "EXC1") and _SAYS_SOMETHING.search(value) is not None)
    return _Field(tag, value, number, is_in_shape, is_unnamed)


def _number(tag: str, value: str, shape: re.Pattern[str]) -> tuple[float | None, bool]:
    """Return the number, if there is one, and whether the value may be one of its tag."""
    found = shape.fullmatch(value)
    if found is None:
        return None, False
    digits = found.groupdict().get("number")
    if digits is None:
        return None, True
    number = float(digits)
    if tag in ("SPO2", "BPM") and number == 0:
        return None, True
    low, high = _RANGES.get(tag, (number, number))
    return number, low <= number <= high


def _device_time(month: str, day: str, year: str, time: str) -> str:
    try:
        hour, minute, second = time.split(":")
        return datetime(2000 + int(year), int(month), int(day), int(hour), int(minute), int(second)).isoformat()
    except ValueError:
        return f"{month}/{day}/{year} {time}"  # a clock that was never set


class MasimoRadical7:
    """Listens, and decodes the lines."""

    info: ClassVar[DriverInfo] = DriverInfo(
        name="masimo_radical7",
        vendor="Masimo",
        models=("Radical-7", "Radical-5", "Rad-5", "Rad-8", "Rad-87"),
        numerics=("spo2", "pulse_rate", "perfusion_index"),
        waveforms=(),
        serial=(SerialSettings(9600),),
        max_quiet_ms=3000,
        source="Masimo Rad-8 Operator's Manual LAB3371D and Rad-87 manual, serial output ASCII 1",
        standing="Built from the makers' manuals and public programs, checked against lines of their form; "
        "not yet tried on a monitor of ours.",
        check_bits=64,  # the tags that every line has
    )

    def __init__(self) -> None:
        self._framer = LineFramer(end=LINE_ENDS, longest=LONGEST_LINE)
        self._statuses = Statuses()
        self._unknown = Unknown()
        self._alarms: dict[int, DeviceAlarm] = {}
        self._tells_all_alarms = True
        self._serial: str | None = None
        self._widths: tuple[int, int] | None = None

    def feed(self, data: bytes, now_ns: int) -> tuple[DriverEvent, ...]:
        """Take bytes and return what they complete; see `devices.driver.Driver.feed`."""
        out: list[DriverEvent] = []
        for piece in self._framer.feed(data):
            reason, offset, line = piece
            if reason is not None:
                out.append(rejection(piece, now_ns))
                continue
            try:
                record = _read(line)
                self._compare_widths(record)
            except _Damaged as error:
                out.extend(rejections((error.reason, offset, line), now_ns))
            else:
                self._decode(out, record, now_ns)
        return tuple(out)

    def tick(self, now_ns: int) -> tuple[DriverEvent, ...]:  # noqa: ARG002 -- the contract gives the time
        """Return nothing: nothing is held, and the oximeter owes no answer."""
        return ()

    def pending_writes(self, now_ns: int) -> bytes:  # noqa: ARG002 -- the contract gives the time
        """Return nothing: receive only."""
        return b""

    @property
    def unknown(self) -> Mapping[str, int]:
        """Return the tags that came with a value and have no name here."""
        return self._unknown.counts

    def closing_writes(self, now_ns: int) -> bytes:  # noqa: ARG002 -- the contract gives the time
        """Return nothing: receive only."""
        return b""

    def reset(self, now_ns: int) -> tuple[DriverEvent, ...]:
        """Start over as after a reconnect."""
        out: list[DriverEvent] = [rejection(piece, now_ns) for piece in self._framer.flush()]
        self._statuses.forget()
        # The alarms themselves are kept: one that has gone meanwhile must be told as gone.
        self._tells_all_alarms = True
        self._serial = None
        self._widths = None
        return tuple(out)

    def _compare_widths(self, record: _Record) -> None:
        before, self._widths = self._widths, (len(record.fields["ALARM"]), len(record.fields["EXC"]))
        if self._widths not in (*_WIDTHS, before):
            raise _Damaged(RejectReason.RANGE)

    def _decode(self, out: list[DriverEvent], record: _Record, now_ns: int) -> None:
        serial = record.fields.get("SN", _SERIAL_NONE)
        if serial not in (_SERIAL_NONE, self._serial):
            self._serial = serial
            out.append(DeviceInfo(t_ns=now_ns, vendor="Masimo", model=None, serial=serial))
        for tag in record.unnamed:
            self._unknown.count(tag)
        self._tell_alarms(out, record.alarm, now_ns)
        validity, status, text = _judge(record)
        self._statuses.tell(out, "spo2", status, text, now_ns)
        for tag, metric in _METRICS.items():
            if tag in record.fields:
                value = record.numbers.get(tag)
                out.append(reading(metric, value, now_ns, validity, source="oximeter", device_time=record.device_time))

    def _tell_alarms(self, out: list[DriverEvent], word: int, now_ns: int) -> None:
        if not word and not self._alarms:
            self._tells_all_alarms = False
            return
        active = {bit: (kind, text) for bit, kind, text in ALARMS if word & bit}
        if word & _ACTIVE and not word & _CAUSES:
            active[_ACTIVE] = _UNNAMED_CAUSE[1:]
        if word & _SILENCED:
            active[_SILENCED] = _SILENCED_THERE[1:]
        for bit in [bit for bit in self._alarms if bit not in active]:
            gone = self._alarms.pop(bit)
            out.append(_alarm(bit, gone.kind, gone.text, False, now_ns))
        for bit, (kind, text) in active.items():
            if self._tells_all_alarms or bit not in self._alarms:
                self._alarms[bit] = _alarm(bit, kind, text, True, now_ns)
                out.append(self._alarms[bit])
        self._tells_all_alarms = False


def _alarm(bit: int, kind: AlarmKind, text: str, is_active: bool, now_ns: int) -> DeviceAlarm:
    return DeviceAlarm(t_ns=now_ns, kind=kind, priority=None, code=f"{bit:04X}", text=text, active=is_active)


def _judge(record: _Record) -> tuple[Validity, SensorStatus, str]:
    """Return what the exceptions make of the numbers, and the status for the nurse."""
    for bit, validity, status, text in EXCEPTIONS if record.exceptions else ():
        if record.exceptions & bit:
            return validity, status, text
    if unknown := record.exceptions & ~_KNOWN_EXCEPTIONS:
        return _DOUBT, _OK, f"the oximeter reports something not known here ({unknown:06X})"
    if "SPO2" not in record.numbers and "BPM" not in record.numbers:
        return _NONE, _SEARCHING, "no reading"
    return _VALID, _OK, "measuring"


# The monitor's side.


class Product(Enum):
    """What a product puts in its lines: whether the serial number, its tags after PI, EXC and ALARM digits, the line's end."""

    RAD_5 = (False, "{pi}", 3, 2, "\r\n")
    RAD_8 = (True, "{pi} SPCO=--.-% SPMET=--.-% DESAT=-- PIDELTA=+--", 6, 4, "\n\r")
    RAD_87 = (True, "{pi} SPCO=--.-% SPMET=--.-% DESAT=-- PIDELTA=+-- PVI=---", 6, 4, "\r\n\r\n")
    RADICAL_7 = (
        True,
        "{pi_plain} SPCO=--% SPMET=--.-% SPHB=11.2 SPOC=15 RESVD=--- DESAT=-- PIDELTA=+-- PVI=014",
        7,
        6,
        "\r\n\r\n",
    )


_HELD_NS = 10 * _S
_PI_LOW = 0.3
_SPO2_LOW, _PULSE_HIGH, _PULSE_LOW = 90, 140, 50
_CLOCK_AT_START = datetime(2026, 1, 1, 15, 0)  # what its own clock says when it is switched on
_RUNS, _LOW_PERFUSION, _LOW_SIGNAL = 0x800, 0x004, 0x400
_PROBE_BITS = {ProbeState.ON: 0, ProbeState.OFF: 0x020, ProbeState.UNPLUGGED: 0x001, ProbeState.SEARCHING: 0x008}


class MasimoRadical7Monitor:
    """An oximeter set to ASCII 1, with alarm limits of its own. It holds its digits for ten seconds after the sensor left."""

    def __init__(self, product: Product = Product.RADICAL_7) -> None:
        """Make an oximeter that prints its lines as `product` does."""
        self._product = product
        self._begin(None)

    def _begin(self, start_ns: int | None) -> None:
        self._start_ns = start_ns
        self._second = 0
        self._held: tuple[str, str] = ("---", "---")
        self._held_ns: int | None = None
        self._opening = b""

    def receive(self, data: bytes, now_ns: int) -> None:
        """Ignore the host: ASCII 1 is output only."""

    def restart(self, now_ns: int) -> None:
        """Start over as after a power cycle; a few NUL bytes come before the first line."""
        self._begin(now_ns)
        self._opening = b"\0\0"

    def transmit(self, patient: Patient, now_ns: int) -> bytes:
        """Return what is sent up to `now_ns`: a line a second."""
        if self._start_ns is None:
            self._start_ns = now_ns
        out, self._opening = self._opening, b""
        last = (now_ns - self._start_ns) // _S
        for second in range(self._second, last + 1):
            t_ns = self._start_ns + second * _S
            out += self._line(patient.sensors(t_ns), t_ns, second)
        self._second = last + 1
        return out

    def _line(self, sensors: Sensors, t_ns: int, second: int) -> bytes:
        has_serial, more, n_exc, n_alarm, end = self._product.value
        spo2, pulse = self._digits(sensors, t_ns)
        index = sensors.perfusion_index if sensors.spo2_probe is ProbeState.ON else None
        clock = (_CLOCK_AT_START + timedelta(seconds=second)).strftime("%m/%d/%y %H:%M:%S")
        pi = "--.--" if index is None else f"{min(20.0, max(0.0, index)):05.2f}"
        fields = [clock, *(["SN=0000123456"] if has_serial else []), f"SPO2={spo2}% BPM={pulse}"]
        fields.append(more.format(pi=f"PI={pi}%", pi_plain=f"PI={pi}" + ("%" if index is None else "")))
        exceptions = _RUNS | _PROBE_BITS[sensors.spo2_probe]
        if index is not None and index < _PI_LOW:
            exceptions |= _LOW_PERFUSION | _LOW_SIGNAL
        fields.append(f"ALARM={self._alarms(sensors):0{n_alarm}X} EXC={exceptions:0{n_exc}X}")
        if self._product is Product.RADICAL_7:
            fields.append("EXC1=00000000")
        return (" ".join(fields) + end).encode("ascii")

    def _digits(self, sensors: Sensors, t_ns: int) -> tuple[str, str]:
        if sensors.spo2_probe is ProbeState.ON and sensors.spo2 is not None and sensors.pulse_rate is not None:
            spo2, pulse = max(1, min(100, round(sensors.spo2))), max(25, min(240, round(sensors.pulse_rate)))
            self._held, self._held_ns = (f"{spo2:03}", f"{pulse:03}"), t_ns
        elif self._held_ns is None or t_ns - self._held_ns >= _HELD_NS:
            self._held = ("---", "---")
        return self._held

    def _alarms(self, sensors: Sensors) -> int:
        if sensors.spo2_probe is not ProbeState.ON:
            return 0 if sensors.spo2_probe is ProbeState.SEARCHING else _ACTIVE
        word = 0
        if sensors.spo2 is not None and round(sensors.spo2) < _SPO2_LOW:
            word |= 0x0002
        if sensors.pulse_rate is not None:
            pulse = round(sensors.pulse_rate)
            word |= (0x0004 if pulse > _PULSE_HIGH else 0) | (0x0008 if pulse < _PULSE_LOW else 0)
        return word | _ACTIVE if word else 0


DRIVER = MasimoRadical7
MONITOR = MasimoRadical7Monitor
