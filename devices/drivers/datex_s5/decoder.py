"""The host's side: asks, and decodes what comes.

Rules of the file:
1. A class that has come before (at the same second of the record's clock and of its own) is passed over: two requests may run.
2. The record counter tells lost records. Which they were is not known: every wave that runs gets a gap of unknown length.
3. The first block of a wave carries "gap before" though nothing is missing: only later ones make a gap.
4. The monitor's clock is local wall time without a zone: it is passed on as text and orders nothing. A step of it makes the
   auxiliary times before it useless.
5. Trends are averages, not what the screen shows: they are not told.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from devices.driver import DriverInfo, Parity, SerialSettings
from devices.drivers.datex_s5 import alarms, physiological, waves
from devices.drivers.datex_s5.alarms import Alarms, Box, Told
from devices.drivers.datex_s5.asking import Asking
from devices.drivers.datex_s5.cuff import CuffReadings
from devices.drivers.datex_s5.framing import RecordFramer, encode, not_taken
from devices.drivers.datex_s5.numerics import Numerics, bit_alarms
from devices.drivers.datex_s5.physiological import Class, ClassData, Group
from devices.drivers.datex_s5.record import (
    ALARM_STATUS,
    LEVEL_YEARS,
    MAX_PARTS,
    REQUEST,
    Kind,
    Record,
    Values,
    clock_text,
    parse,
)
from devices.drivers.datex_s5.requests import SHORTEST_INTERVAL_S, WAVES_MAX_HZ
from devices.drivers.datex_s5.waves import FORMS, PRESSURES, Block, Wave, WaveForm
from devices.events import DeviceInfo, DriverEvent, Gap, Mode, RejectReason, SensorStatus
from devices.framing import rejection
from devices.making import waveform_chunk
from devices.readings import Statuses, Unknown
from devices.vocabulary import Unit

_CLOCK_STEP_S = 5
"""Least change of the monitor's clock against ours that counts as set: more than records are held up on the line."""

_ECG1, _CO2, _REAL = int(Wave.ECG1), int(Wave.CO2), Mode.REAL  # members take long to look up for every block

DEFAULT_WAVES = (Wave.ECG1, Wave.PLETH, Wave.RESP, Wave.CO2)
"""450 of the 600 samples a second that the monitor gives; the wave of an artery, where there is one, is added."""


class DatexS5:
    """Decodes the monitor's records and asks for them."""

    info: ClassVar[DriverInfo] = DriverInfo(
        name="datex_s5",
        vendor="GE Healthcare (Datex-Ohmeda)",
        models=("S/5", "AS/3", "CS/3", "Cardiocap/5", "B20", "B40", "B105", "B125", "B450", "B650", "B850"),
        numerics=(
            *("heart_rate", "pulse_rate", "spo2", "resp_rate", "etco2", "fico2", "temp", "st"),
            *("nibp_sys", "nibp_dia", "nibp_mean", "nibp_pulse_rate", "art_sys", "art_dia", "art_mean"),
        ),
        waveforms=("ecg", "pleth", "resp", "co2", "art"),
        serial=(
            SerialSettings(19_200, parity=Parity.EVEN, rtscts=True),
            SerialSettings(115_200, parity=Parity.EVEN, rtscts=True),
        ),
        max_quiet_ms=12_000,
        interval_ms=1000 * SHORTEST_INTERVAL_S,
        source="GE S/5 Computer Interface Specification, M1017617, and Datex-Ohmeda Record Specification, 8005313",
        standing="Built from the maker's documents and checked against recordings of two monitors; "
        "not yet tried on a monitor of ours.",
        sends="asks for the displayed values every 5 s, waves and alarms, and again when they stop; stops them on closing; "
        "changes nothing on the monitor",
        check_bits=8,
    )

    def __init__(self, interval_s: int = SHORTEST_INTERVAL_S, waves: Sequence[Wave] = DEFAULT_WAVES) -> None:
        """Make a decoder.

        Args:
            interval_s: Time between displayed values [s]; 5 is the least that the monitor allows, and so the usual one: a
                cuff reading's time is known to that much.
            waves: Waves to ask for, at most eight; those past the monitor's 600 samples a second would not come.

        Raises:
            ValueError: The interval is too short, or the waves are too many.
        """
        if interval_s < SHORTEST_INTERVAL_S:
            raise ValueError(f"the monitor gives values every {SHORTEST_INTERVAL_S} s at most")
        if not _is_within_budget(waves):
            raise ValueError(f"the monitor gives eight waves of {WAVES_MAX_HZ} samples a second together at most")
        self._interval_s, self._waves = interval_s, tuple(waves)
        self._framer = RecordFramer()
        self._asking = Asking(interval_s, self._waves)
        self._statuses = Statuses()
        self._unknown = Unknown()
        self._numerics = Numerics(self._statuses, self._unknown)
        self._cuff = CuffReadings(interval_s, self._statuses)
        self._alarms = Alarms()
        self._boxes: tuple[Box, ...] = ()
        self._bits: dict[int, dict[str, Told]] = {}
        self._number: int | None = None
        self._level: int | None = None
        self._clock: tuple[int, int] | None = None  # the monitor's [s] and ours [ns] at the newest record
        self._class_times: dict[int, tuple[int, int]] = {}  # the record's and its own
        self._running: dict[int, str] = {}  # source of each wave that runs
        self._lost: set[int] = set()

    @property
    def unknown(self) -> Mapping[str, int]:
        """Return what came with a value and has no name here: the document's name to how often."""
        return self._unknown.counts

    def feed(self, data: bytes, now_ns: int) -> tuple[DriverEvent, ...]:
        """Take bytes and return what they complete; see `devices.driver.Driver.feed`."""
        out: list[DriverEvent] = []
        for piece in self._framer.feed(data):
            reason, offset, raw = piece
            if reason is not None:
                out.append(rejection(piece, now_ns))
                continue
            record = parse(raw)
            why = RejectReason.RANGE if record is None else self._decode(out, record, now_ns)
            if why is not None:
                out += [rejection(part, now_ns) for part in not_taken(why, offset, encode(raw)[:-1])]
        return tuple(out)

    def tick(self, now_ns: int) -> tuple[DriverEvent, ...]:
        """Stop waiting for the time of a cuff reading; start over when the values have stopped."""
        out: list[DriverEvent] = []
        self._cuff.let_pass(out, now_ns)
        if self._class_times and self._asking.is_silent(now_ns):
            self._forget_session(out)
        return tuple(out)

    def pending_writes(self, now_ns: int) -> bytes:
        """Return the requests that are due."""
        return self._asking.pending(now_ns)

    def closing_writes(self, now_ns: int) -> bytes:  # noqa: ARG002 -- the contract gives the time
        """Return the stop requests: the monitor need not talk to a line that nobody reads."""
        return self._asking.farewell()

    def reset(self, now_ns: int) -> tuple[DriverEvent, ...]:
        """Start over with asking, as after a reconnect; the last cuff reading is kept, lest it be told twice."""
        out: list[DriverEvent] = [rejection(piece, now_ns) for piece in self._framer.flush()]
        self._forget_session(out)
        self._asking = Asking(self._interval_s, self._waves)
        return tuple(out)

    def _forget_session(self, out: list[DriverEvent]) -> None:
        self._cuff.forget(out)
        self._statuses.forget()
        self._numerics.forget()
        self._alarms.forget()
        self._boxes = ()
        self._bits.clear()
        self._number = self._level = self._clock = None
        self._class_times.clear()
        self._running.clear()
        self._lost.clear()

    def _decode(self, out: list[DriverEvent], record: Record, now_ns: int) -> RejectReason | None:
        """Tell what a record says; return why it is not taken, None when it is."""
        if record.parts and record.parts[0][0] == REQUEST:
            return RejectReason.UNKNOWN  # ours on a looped line, or another host's
        match record.kind:
            case Kind.PHYSIOLOGICAL:
                why = _unfit(record)
                if why is None:
                    self._note(out, record, now_ns)
                    self._decode_values(out, record, now_ns)
                return why
            case Kind.WAVES:
                blocks = waves.read(record.data, record.parts)
                if not blocks:
                    return RejectReason.RANGE
                self._note(out, record, now_ns)
                self._asking.note_waves(now_ns)
                for block in blocks:
                    self._decode_wave(out, block, now_ns)
                return None
            case Kind.ALARMS:
                at = next((at for part, at in record.parts if part == ALARM_STATUS), None)
                if at is None or at + alarms.BOXES_END > len(record.data):
                    return RejectReason.RANGE
                self._note(out, record, now_ns)
                self._asking.note_alarms()
                self._boxes = alarms.read(record.data, at, self._boxes)
                self._alarms.tell(out, "boxes", alarms.by_code(self._boxes), now_ns)
                return None
            case Kind.NETWORK | Kind.EVENTS:
                self._note(out, record, now_ns)
                self._unknown.count(f"record of type {record.kind}")
                return None
            case _:
                return RejectReason.UNKNOWN

    def _note(self, out: list[DriverEvent], record: Record, now_ns: int) -> None:
        """Take what every record tells: level, counter, clock."""
        if record.level != self._level:
            self._level = record.level
            year = f" ({LEVEL_YEARS[record.level]})" if record.level in LEVEL_YEARS else ""
            software = f"interface level {record.level}{year}"
            out.append(DeviceInfo(t_ns=now_ns, vendor="GE Healthcare (Datex-Ohmeda)", model=None, software=software))
        if self._number is not None and record.number not in (self._number, (self._number + 1) & 0xFF):
            self._lost = set(self._running)
        self._number = record.number
        if self._clock is not None:
            clock_s, clock_ns = self._clock
            passed_s = (now_ns - clock_ns) / 1_000_000_000
            if abs(record.time_s - clock_s - passed_s) > _CLOCK_STEP_S:
                self._cuff.forget_clock()
        self._clock = (record.time_s, now_ns)

    def _decode_values(self, out: list[DriverEvent], record: Record, now_ns: int) -> None:
        displayed: list[ClassData] = []
        for part, at in record.parts:
            match part:
                case Values.AUXILIARY:
                    taken_s, *_ = physiological.AUXILIARY.unpack_from(record.data, at)
                    self._cuff.note_time(out, taken_s, record.time_s, now_ns)
                case Values.DISPLAYED:
                    number, time_s = physiological.class_of(record.data, at)
                    times = record.time_s, time_s
                    if self._class_times.get(number) != times:
                        self._class_times[number] = times
                        displayed.append(physiological.read(record.data, at))
                    self._asking.note_values(record.level, now_ns)
                case Values.TREND_10_S | Values.TREND_60_S:
                    self._unknown.count(f"trend of type {part}")
                case _:
                    self._unknown.count(f"physiological subrecord of type {part}")
        if displayed:
            self._tell(out, displayed, record, now_ns)
            self._asking.want_waves(self._wanted_waves())

    def _wanted_waves(self) -> tuple[Wave, ...]:
        """Return the waves to ask for: the first arterial pressure goes with the others where there is room."""
        pressure = next((Wave(wave) for wave, name in PRESSURES.items() if name in self._numerics.arterial), None)
        if pressure is None or pressure in self._waves or not _is_within_budget((*self._waves, pressure)):
            return self._waves
        return *self._waves, pressure

    def _tell(self, out: list[DriverEvent], displayed: list[ClassData], record: Record, now_ns: int) -> None:
        groups: dict[str, Group] = {}
        device_time = clock_text(displayed[0].time_s)
        for data in displayed:
            groups.update(data.groups)
            match data.number:
                case Class.BASIC:
                    self._numerics.tell_basic(out, data.groups, record.level, device_time, now_ns)
                    self._tell_cuff(out, data.groups["nibp"], record.time_s, now_ns)
                    self._bits[Class.BASIC] = bit_alarms(data.groups["ecg"], data.groups["CO2"])
                case Class.EXT1:
                    self._numerics.tell_ext1(out, data.groups, device_time, now_ns)
                    self._bits[Class.EXT1] = self._arrhythmias(data)
                case Class.EXT2 | Class.EXT3:
                    pass  # gases and ventilation in detail: nothing with a place in our vocabulary
                case number:
                    self._unknown.count(f"class {number}")
        self._numerics.tell_temperature(out, groups, device_time, now_ns)
        # Asystole has a bit in either class: it is one alarm.
        bits = {code: told for told_by_class in self._bits.values() for code, told in told_by_class.items()}
        self._alarms.tell(out, "bits", bits, now_ns)

    def _tell_cuff(self, out: list[DriverEvent], nibp: Group, clock_s: int, now_ns: int) -> None:
        if nibp.is_active:
            self._cuff.follow(out, nibp, clock_s, now_ns)
            return
        self._cuff.forget(out)
        if self._numerics.is_told("nibp", nibp):
            is_there = nibp.exists
            status = SensorStatus.STOPPED if is_there else SensorStatus.UNPLUGGED
            text = "cuff is off on the monitor" if is_there else "no cuff module"
            self._statuses.tell(out, "nibp", status, text, now_ns)

    def _arrhythmias(self, data: ClassData) -> dict[str, Told]:
        bits = data.arrhythmias if data.groups["arrh_ecg"].is_active else 0
        for bit in range(32):
            if bits >> bit & 1 and bit not in alarms.ARRHYTHMIAS and bit not in (alarms.NOISY, alarms.ARRHYTHMIA_OFF):
                self._unknown.count(f"arrhythmia bit {bit}")
        return alarms.arrhythmias(bits)

    def _decode_wave(self, out: list[DriverEvent], block: Block, now_ns: int) -> None:
        telling = self._telling(block.wave)
        if telling is None:
            self._unknown.count(waves.name(block.wave))
            if block.wave in self._running:
                self._lost.add(block.wave)  # a pressure that is zeroed, or has another label now
            return
        form, source, scale, unit = telling
        if block.wave == _ECG1:
            is_off = bool(block.status & waves.LEAD_OFF)
            if is_off != self._numerics.lead_off:
                self._numerics.tell_lead_off(out, is_off, now_ns)
        before = self._running.get(block.wave)
        if before is not None and (block.wave in self._lost or block.status & waves.GAP_BEFORE):
            out.append(Gap(t_ns=now_ns, metric=form.metric, source=before))
        self._lost.discard(block.wave)
        if block.samples:
            self._running[block.wave] = source
            out.append(
                waveform_chunk(
                    now_ns, form.metric, float(form.rate_hz), scale, form.offset, unit, waves.shown(block), source,
                    _REAL,
                )
            )  # fmt: skip

    def _telling(self, wave: int) -> tuple[WaveForm, str, float, Unit | None] | None:
        """Return form, source, scale and unit of a wave as the newest numbers tell them; None for one with no name here."""
        form = FORMS.get(wave)
        if form is None:
            return None
        if wave in PRESSURES:
            label = self._numerics.arterial.get(PRESSURES[wave])
            return None if label is None else (form, label, form.scale, form.unit)
        channel = waves.ECG_CHANNELS.get(wave)
        if channel is not None:
            return form, self._numerics.leads[channel] or form.source, form.scale, form.unit
        if wave == _CO2 and self._numerics.mmhg_per_step is not None:
            return form, form.source, self._numerics.mmhg_per_step, Unit.MMHG
        return form, form.source, form.scale, form.unit


def _is_within_budget(wanted: Sequence[Wave]) -> bool:
    return len(wanted) <= MAX_PARTS and sum(FORMS[wave].rate_hz for wave in wanted) <= WAVES_MAX_HZ


def _unfit(record: Record) -> RejectReason | None:
    """Return why a physiological record is not taken; None when it is."""
    if not record.parts:
        return RejectReason.RANGE
    known = [(_SIZES[part], at) for part, at in record.parts if part in _SIZES]
    if any(at + size > len(record.data) for size, at in known):
        return RejectReason.RANGE
    return None if known else RejectReason.UNKNOWN


_SIZES: Mapping[int, int] = {
    Values.DISPLAYED: physiological.SUBRECORD_SIZE,
    Values.TREND_10_S: physiological.SUBRECORD_SIZE,
    Values.TREND_60_S: physiological.SUBRECORD_SIZE,
    Values.AUXILIARY: physiological.AUXILIARY_SIZE,
}
