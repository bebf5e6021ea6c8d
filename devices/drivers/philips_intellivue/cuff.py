"""Cuff readings: which of the numbers that repeat every second are a new measurement, and when it was made.

Rules of the file:
1. A reading is known by the time that the monitor gives it. The same time is the same reading, also after a reconnect; where
   the monitor gives no time, changed numbers are a new reading whose time is not known.
2. A time without three usable numbers is no reading: the monitor keeps the time of a reading that has expired.
3. While a measurement runs, or only its first numbers are there, nothing is told: what stands then is the reading before.
4. A reading that appears while we watch was made a moment ago. When its time says otherwise, the monitor's clock was changed
   under way: the reading is told, questionable and without time.
5. When a measurement has ended and `PATIENCE` results later there is no new reading, it has failed.

Source: Philips IntelliVue Data Export Interface Programming Guide, rev. G.0 (metric time stamp, measurement state); Philips MP2
instructions for use, chapter on NBP (expiry after one hour); published recordings of an M8000.
"""

from dataclasses import dataclass
from datetime import datetime

from devices.drivers.philips_intellivue.codes import CUFF_DIA, CUFF_MEAN, CUFF_SYS, State
from devices.drivers.philips_intellivue.values import NO_TIME, decode_time
from devices.events import DriverEvent, Mode, SensorStatus, Validity
from devices.making import reading
from devices.readings import Statuses, cuff_triple, is_plausible_triple

PATIENCE = 2
"""Results after the end of a measurement until it has failed [s]."""

_NS_PER_S = 1_000_000_000
_CLOCK_SLACK_S = 60.0  # a reading from further in the future than this: one of the clocks was changed
FRESH_S = 300.0
"""Age of a value that was measured just now [s]: a cycle of the cuff, with its retries, and the result."""
_RUNNING = int(State.ONGOING | State.EARLY)


@dataclass(frozen=True, slots=True)
class Measured:
    """One value of the cuff as it came.

    Attributes:
        value: In our unit; None when there is none.
        validity: What its state says.
        mode: What its state says.
        state: The state itself.
    """

    value: float | None
    validity: Validity
    mode: Mode
    state: int

    @property
    def is_usable(self) -> bool:
        """Say whether there is a number, valid or questionable."""
        return self.value is not None and self.validity in (Validity.VALID, Validity.QUESTIONABLE)


@dataclass(frozen=True, slots=True)
class CuffObject:
    """The cuff's values in one result.

    Attributes:
        values: Physiological id to value.
        stamp: The time of measurement as told, b"" for none.
    """

    values: dict[int, Measured]
    stamp: bytes


class Cuff:
    """The last reading told, and whether a measurement runs."""

    def __init__(self) -> None:
        self._told: tuple[bytes, tuple[float, float, float], bool] | None = None
        self._cycle = 0
        self._cycle_with_pulse = 0
        self._measured_ns: int | None = None
        self._waits: int | None = None
        self._is_watched = False

    def forget_session(self) -> None:
        """Forget a running measurement; the last reading is kept, lest it be told twice."""
        self._waits = None
        self._is_watched = False

    @property
    def is_measuring(self) -> bool:
        """Say whether a measurement runs, or has ended a moment ago without a reading yet."""
        return self._waits is not None

    def judge(
        self, out: list[DriverEvent], cuff: CuffObject, statuses: Statuses, now_ns: int, local: datetime | None
    ) -> None:
        """Tell a new reading, and whether a measurement runs or has failed.

        Args:
            out: Takes the events.
            cuff: The three pressures of one result; none where the object is gone.
            statuses: What was told before.
            now_ns: Arrival, monotonic [ns].
            local: The monitor's clock at this result; None while unknown.
        """
        if any(part.state & _RUNNING for part in cuff.values.values()):
            self._waits = PATIENCE
            statuses.tell(out, "nibp", SensorStatus.MEASURING, "measuring", now_ns)
            return
        if self._tells_reading(out, cuff, now_ns, local):
            self._waits = None
            statuses.tell(out, "nibp", SensorStatus.OK, "finished", now_ns)
        elif self._waits is not None:
            self._waits -= 1
            if self._waits <= 0:
                self._waits = None
                statuses.tell(out, "nibp", SensorStatus.FAILED, "ended without a reading, see the monitor", now_ns)
        self._is_watched = bool(cuff.values)

    def judge_pulse(self, out: list[DriverEvent], pulse: CuffObject, now_ns: int) -> None:
        """Tell the pulse rate of the last reading told, once; one with another time belongs to another reading."""
        if self._told is None or pulse.stamp != self._told[0] or self._cycle_with_pulse == self._cycle:
            return
        (part,) = pulse.values.values()
        if not part.is_usable or part.state & _RUNNING:
            return
        self._cycle_with_pulse = self._cycle
        stamp = time_of(pulse.stamp)
        out.append(
            reading(
                "nibp_pulse_rate",
                part.value,
                now_ns,
                part.validity if self._measured_ns is not None else Validity.QUESTIONABLE,
                mode=part.mode,
                source="cuff",
                device_time=stamp.isoformat() if stamp is not None else None,
                measured_ns=self._measured_ns,
                cycle=self._cycle,
            )
        )

    def _tells_reading(self, out: list[DriverEvent], cuff: CuffObject, now_ns: int, local: datetime | None) -> bool:
        parts = [cuff.values.get(physio) for physio in (CUFF_SYS, CUFF_DIA, CUFF_MEAN)]
        usable = [part for part in parts if part is not None and part.is_usable]
        if len(usable) != 3:
            return False
        systolic, diastolic, mean = (part.value or 0.0 for part in usable)
        if not is_plausible_triple(systolic, diastolic, mean):
            return False
        stamp = time_of(cuff.stamp)
        mode = next((part.mode for part in usable if part.mode is not Mode.REAL), Mode.REAL)
        key = (cuff.stamp if stamp is not None else b"", (systolic, diastolic, mean), mode is Mode.REAL)
        # With a time the numbers do not matter: the same reading may be shown in other units.
        told = self._told
        if told is not None and told[::2] == key[::2] and (stamp is not None or told[1] == key[1]):
            return False
        self._told = key
        self._cycle += 1
        self._measured_ns = moment_of(stamp, local, now_ns, FRESH_S if self._is_watched else None)
        is_doubted = self._measured_ns is None or any(part.validity is Validity.QUESTIONABLE for part in usable)
        out.extend(
            cuff_triple(
                systolic,
                diastolic,
                mean,
                now_ns,
                cycle=self._cycle,
                measured_ns=self._measured_ns,
                validity=Validity.QUESTIONABLE if is_doubted else Validity.VALID,
                mode=mode,
                device_time=stamp.isoformat() if stamp is not None else None,
            )
        )
        return True


def time_of(stamp: bytes) -> datetime | None:
    """Return the time in a time stamp; None where it gives none."""
    return decode_time(stamp) if len(stamp) == len(NO_TIME) else None


def moment_of(stamp: datetime | None, local: datetime | None, now_ns: int, oldest_s: float | None) -> int | None:
    """Return when a reading was made, monotonic [ns]; None when the monitor's clocks do not tell."""
    if stamp is None or local is None:
        return None
    age_s = (local - stamp).total_seconds()
    if age_s < -_CLOCK_SLACK_S or (oldest_s is not None and age_s > oldest_s):
        return None
    return now_ns - round(max(0.0, age_s) * _NS_PER_S)
