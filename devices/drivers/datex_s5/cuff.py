"""Cuff readings: which are new, and when they were taken.

Rules of the file:
1. A measurement has ended when "measuring now" or "older than 60 s" goes out, or when the numbers change while they are not old.
   The record that shows it came within one interval of the end: its arrival is the time of the reading.
2. The auxiliary record, where a monitor sends it, has the time to the second. It is that of a new reading when it has changed
   since the record before, else it is the time of the reading before. It may come before or after the numbers: where a monitor
   sends it at all, a new reading waits a moment for it.
3. So does a reading that stands when we connect. When no time comes, it is questionable, its time unknown.
4. While the cuff measures, the old numbers are still sent: they are told to nobody.
5. A reading is told once, also after a reset: the same three numbers are another reading only when the bits or the auxiliary
   time say so. Those that had ended longer ago and now are not "older than 60 s" are another one.
6. A measurement that fails leaves the numbers of the one before. Where the auxiliary record tells times, it decides whether the
   same numbers are a new reading: the next one after the end, for the two records may cross.

Source: "S/5 System Interface Datex-Ohmeda Record Specification", 8005313, NIBP label and auxiliary record; treatment: project
decision.
"""

from dataclasses import dataclass

from devices.drivers.datex_s5.physiological import NOT_CALIBRATED, Group
from devices.drivers.datex_s5.record import clock_text
from devices.events import DriverEvent, SensorStatus, Validity
from devices.making import reading
from devices.readings import Statuses, cuff_triple, is_plausible_triple

_S = 1_000_000_000
AUTO, STAT, MEASURING, STASIS, CALIBRATING, OLDER_THAN_60_S = (1 << bit for bit in range(3, 9))

HOLD_NS = 2 * _S
"""How long a reading waits for the auxiliary record."""
_LONG_AGO_S = 24 * 3600  # an auxiliary time before that says nothing that a nurse could use
_OLD_NS = 60 * _S
_LATE_NS = 5 * _S  # more than a record is held up on the line
_SAME_TIME_NS = 10 * _S  # two computations of one time differ by less, two readings by more
_RECENT_S = 180  # a new reading cannot have ended longer ago


@dataclass(frozen=True, slots=True)
class _Reading:
    systolic: float
    diastolic: float
    mean: float
    pulse: int | None


@dataclass(frozen=True, slots=True)
class _Moment:
    """A time of the monitor's clock, and on ours."""

    time_s: int
    ns: int


@dataclass(frozen=True, slots=True)
class _Held:
    """A reading that waits for its exact time.

    Attributes:
        reading: The reading.
        came_ns: When it came, monotonic [ns].
        otherwise: The time that it is given when none comes; None for a reading that is not new.
        ended_s: The monitor's clock when measuring had ended with the same numbers as before: they are a reading only if
            an auxiliary record since then does not say otherwise. None for a reading that is sure.
    """

    reading: _Reading
    came_ns: int
    otherwise: _Moment | None
    ended_s: int | None = None


@dataclass(frozen=True, slots=True)
class _Told:
    """The last reading told: when it had ended at the latest, and when as far as is known, monotonic [ns]."""

    reading: _Reading
    ended_ns: int
    measured_ns: int | None


class CuffReadings:
    """Follows the cuff from record to record."""

    def __init__(self, interval_s: int, statuses: Statuses) -> None:
        """Make one for values that come every `interval_s` [s]; tells states through `statuses`."""
        self._statuses = statuses
        self._gap_ns = 3 * interval_s * _S
        self._decision_ns = 2 * interval_s * _S + HOLD_NS
        self._cycle = 0
        self._told: _Told | None = None
        self._auxiliary: _Moment | None = None
        self._auxiliary_clock_s: int | None = None
        self._used_time_s: int | None = None
        self._label: int | None = None
        self._standing: _Reading | None = None
        self._seen_ns = 0
        self._held: _Held | None = None
        self._hears_auxiliary = False

    def forget(self, out: list[DriverEvent]) -> None:
        """Start over as after a reconnect: what is held is told, and nothing is new by comparison with before."""
        self._give_out_held(out)
        self._label = None
        self._auxiliary = self._auxiliary_clock_s = None
        self._used_time_s = None
        self._hears_auxiliary = False

    def forget_clock(self) -> None:
        """The monitor's clock was set: its earlier times mean nothing now."""
        self._used_time_s = self._auxiliary.time_s if self._auxiliary is not None else None
        self._auxiliary = self._auxiliary_clock_s = None

    def note_time(self, out: list[DriverEvent], taken_s: int, clock_s: int, now_ns: int) -> None:
        """Take the time of the last reading from an auxiliary record.

        Args:
            out: Takes a reading that waited for it.
            taken_s: Time of the reading, 0 when the monitor does not know.
            clock_s: The record's own time.
            now_ns: Arrival, monotonic [ns].
        """
        self._hears_auxiliary = True
        age_s = clock_s - taken_s
        if not taken_s or not 0 <= age_s <= _LONG_AGO_S:
            return
        self._auxiliary = _Moment(taken_s, now_ns - age_s * _S)
        self._auxiliary_clock_s = clock_s
        held = self._held
        if held is None:
            return
        if held.otherwise is None or self._is_of_new(self._auxiliary, self._used_time_s, clock_s):
            self._held = None
            if held.ended_s is not None:
                self._statuses.tell(out, "nibp", SensorStatus.OK, "finished", now_ns)
            self._tell(out, held.reading, self._auxiliary, now_ns)
        elif held.ended_s is not None and clock_s > held.ended_s:
            self._give_out_held(out)

    def follow(self, out: list[DriverEvent], nibp: Group, clock_s: int, now_ns: int) -> None:
        """Take the group of a record of displayed values; its module is there and switched on."""
        statuses = self._statuses
        if self._held is not None and self._held.ended_s is None:
            self._give_out_held(out)
        is_lost = self._label is not None and now_ns - self._seen_ns > self._gap_ns
        label = None if is_lost else self._label
        is_first, before = label is None, label or 0
        auxiliary, used = self._auxiliary, self._used_time_s
        self._label, self._seen_ns = nibp.label, now_ns
        self._used_time_s = auxiliary.time_s if auxiliary is not None else used
        if nibp.label & CALIBRATING or nibp.values["sys"] == NOT_CALIBRATED:
            self._label = None  # what stands after it is not new by comparison
            statuses.tell(out, "nibp", SensorStatus.CALIBRATING, "calibrating", now_ns)
            return
        found, standing = _reading(nibp), self._standing
        if nibp.label & MEASURING:
            self._standing = found if is_first else standing
            text = "measuring, one after another (STAT)" if nibp.label & STAT else "measuring"
            statuses.tell(out, "nibp", SensorStatus.MEASURING, text, now_ns)
            return
        self._standing = found or standing
        is_old = bool(nibp.label & OLDER_THAN_60_S)
        has_ended = bool(before & MEASURING)
        is_other = found != standing
        is_new = bool(has_ended or is_other or before & OLDER_THAN_60_S) if not is_old else has_ended and is_other
        if found is None:
            self._tell_without(out, nibp, has_ended, is_first, now_ns)
        elif is_first:
            self._tell_standing(out, found, auxiliary, is_old, now_ns)
        elif is_new and not is_other and not before & OLDER_THAN_60_S and self._tells_times(auxiliary, used):
            self._end_with_the_same(out, found, clock_s, now_ns, used)
        elif is_new:
            statuses.tell(out, "nibp", SensorStatus.OK, "finished", now_ns)
            if self._is_of_new(auxiliary, used, clock_s):
                self._tell(out, found, auxiliary, now_ns)
            elif self._hears_auxiliary:
                self._held = _Held(found, now_ns, _Moment(0, now_ns))
            else:
                self._tell(out, found, _Moment(0, now_ns), now_ns)
        elif has_ended:
            statuses.tell(out, "nibp", SensorStatus.FAILED, "ended without a reading", now_ns)
        elif is_other:
            self._tell_standing(out, found, None, is_old, now_ns)

    def let_pass(self, out: list[DriverEvent], now_ns: int) -> None:
        """Let time pass: stop waiting for the time of a reading, or for the word that it is one."""
        held = self._held
        if held is not None and now_ns - held.came_ns >= (HOLD_NS if held.ended_s is None else self._decision_ns):
            self._give_out_held(out)

    def _end_with_the_same(
        self, out: list[DriverEvent], found: _Reading, clock_s: int, now_ns: int, used_s: int | None
    ) -> None:
        """Take the end of a measurement that left the numbers as they were."""
        self._give_out_held(out)
        auxiliary = self._auxiliary
        if self._is_of_new(auxiliary, used_s, clock_s):
            self._statuses.tell(out, "nibp", SensorStatus.OK, "finished", now_ns)
            self._tell(out, found, auxiliary, now_ns)
        else:
            self._held = _Held(found, now_ns, _Moment(0, now_ns), clock_s)

    @staticmethod
    def _tells_times(auxiliary: _Moment | None, used_s: int | None) -> bool:
        """Say whether the monitor has told the time of a reading."""
        return auxiliary is not None or used_s is not None

    def _tell_standing(
        self, out: list[DriverEvent], found: _Reading, auxiliary: _Moment | None, is_old: bool, now_ns: int
    ) -> None:
        """Tell a reading of which nothing says that it is new."""
        if self._was_told(found, auxiliary, is_old, now_ns):
            self._statuses.tell(out, "nibp", SensorStatus.OK, "finished", now_ns)
            return
        self._statuses.tell(out, "nibp", SensorStatus.OK, "finished earlier", now_ns)
        if auxiliary is not None:
            self._tell(out, found, auxiliary, now_ns)
        else:
            self._held = _Held(found, now_ns, None)

    @staticmethod
    def _is_of_new(moment: _Moment | None, used_s: int | None, clock_s: int) -> bool:
        """Say whether an auxiliary time is that of a reading that has just ended."""
        return moment is not None and moment.time_s != used_s and clock_s - moment.time_s <= _RECENT_S

    def _was_told(self, found: _Reading, moment: _Moment | None, is_old: bool, now_ns: int) -> bool:
        told = self._told
        if told is None or told.reading != found or (not is_old and now_ns - told.ended_ns > _OLD_NS + _LATE_NS):
            return False
        return moment is None or told.measured_ns is None or abs(moment.ns - told.measured_ns) <= _SAME_TIME_NS

    def _tell_without(self, out: list[DriverEvent], nibp: Group, has_ended: bool, is_first: bool, now_ns: int) -> None:
        statuses = self._statuses
        if all(nibp.number(field) is not None for field in ("sys", "dia", "mean")):
            statuses.tell(out, "nibp", SensorStatus.FAILED, "result makes no sense, measure again", now_ns)
        elif has_ended:
            statuses.tell(out, "nibp", SensorStatus.FAILED, "ended without a reading", now_ns)
        elif is_first:
            statuses.tell(out, "nibp", SensorStatus.OK, "no reading yet", now_ns)

    def _give_out_held(self, out: list[DriverEvent]) -> None:
        held, said_s = self._held, self._auxiliary_clock_s
        if held is None:
            return
        self._held = None
        if held.ended_s is not None and said_s is not None and said_s >= held.ended_s:
            self._statuses.tell(out, "nibp", SensorStatus.FAILED, "ended without a reading", held.came_ns)
            return
        if held.ended_s is not None:
            self._statuses.tell(out, "nibp", SensorStatus.OK, "finished", held.came_ns)
        self._tell(out, held.reading, held.otherwise, held.came_ns)

    def _tell(self, out: list[DriverEvent], found: _Reading, moment: _Moment | None, now_ns: int) -> None:
        measured_ns = moment.ns if moment is not None else None
        validity = Validity.VALID if moment is not None else Validity.QUESTIONABLE
        device_time = clock_text(moment.time_s) if moment is not None and moment.time_s else None
        is_old = bool((self._label or 0) & OLDER_THAN_60_S)
        self._told = _Told(found, now_ns - _OLD_NS if is_old else now_ns, measured_ns)
        self._cycle += 1
        out += cuff_triple(
            found.systolic,
            found.diastolic,
            found.mean,
            now_ns,
            cycle=self._cycle,
            measured_ns=measured_ns,
            validity=validity,
            device_time=device_time,
        )
        if found.pulse:
            out.append(
                reading(
                    "nibp_pulse_rate",
                    found.pulse,
                    now_ns,
                    validity,
                    source="cuff",
                    device_time=device_time,
                    measured_ns=measured_ns,
                    cycle=self._cycle,
                )
            )


def _reading(nibp: Group) -> _Reading | None:
    systolic, diastolic, mean = (nibp.number(field) for field in ("sys", "dia", "mean"))
    if systolic is None or diastolic is None or mean is None:
        return None
    if not is_plausible_triple(systolic / 100, diastolic / 100, mean / 100):
        return None
    return _Reading(systolic / 100, diastolic / 100, mean / 100, nibp.number("hr"))
