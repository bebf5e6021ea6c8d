"""Numerics: from the objects of a whole result to events.

Rules of the file:
1. A value is known by its physiological id, never by its label text, which is in the clinic's language.
2. An object that comes without a value has none now, unless it was asked for labels alone. What it would have been is
   remembered from before, or told by its label.
3. A value that was told and whose object is absent from `ABSENT_MAX` complete results is gone: objects come and go.
4. Where an object's label is not that of its value, it is a second measurement of the kind (another probe, another line): its
   source is what the monitor calls it.
5. A value with a time of measurement has that one. One that is older than a cuff reading takes, or whose age is not known, is
   told with doubt: it is not what the patient has now.
6. A value with an id that has no place in the vocabulary is counted, and so is one in a unit that we cannot convert; the
   latter is told as invalid.

Source: Philips IntelliVue Data Export Interface Programming Guide, rev. G.0 (numeric object); published recordings of an M8000.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from struct import Struct
from typing import NamedTuple

from devices.drivers.philips_intellivue.codes import (
    COMPOUNDS,
    CUFF_IDS,
    CUFF_PULSE,
    METRIC_OFF,
    QUANTITIES,
    SCADA,
    Attribute,
    Group,
    Quantity,
    State,
    name_of,
)
from devices.drivers.philips_intellivue.cuff import FRESH_S, Cuff, CuffObject, Measured, moment_of, time_of
from devices.drivers.philips_intellivue.linking import WholeResult
from devices.drivers.philips_intellivue.messages import Attributes, PolledObject, parse_counted
from devices.drivers.philips_intellivue.states import mode_of, validity_of
from devices.drivers.philips_intellivue.values import NAN, Malformed, decode_float, decode_text
from devices.events import DriverEvent, Mode, SensorStatus, Validity
from devices.making import reading
from devices.readings import Statuses, Unknown

ABSENT_MAX = 2
"""Complete results without an object until its value is gone."""

_OBJECTS_MAX = 1024  # a monitor has some 60; past this somebody is making them up
_NS_PER_S = 1_000_000_000
_OBSERVED = Struct(">HHHI")
_UNAVAILABLE = int(State.UNAVAILABLE)
_GROUPS_WITHOUT_VALUES = frozenset({int(Group.DYNAMIC), int(Group.STATIC)})
_OF_CUFF = CUFF_IDS | {CUFF_PULSE}
_AS_IT_IS = 1, 0
_VALID, _OK, _REAL = Validity.VALID, SensorStatus.OK, Mode.REAL

_LABEL, _LABEL_TEXT = int(Attribute.LABEL), int(Attribute.LABEL_TEXT)
_OBSERVED_VALUE, _COMPOUND = int(Attribute.OBSERVED), int(Attribute.COMPOUND)
_MEASURED_AT, _METRIC_STATE = int(Attribute.MEASURED_AT), int(Attribute.METRIC_STATE)

_SENSORS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("heart_rate", "ecg"): ("ecg", "heart rate"),
    ("spo2", "oximeter"): ("spo2", "SpO₂"),
    ("etco2", "co2"): ("co2", "CO₂"),
}
"""Metric and source to the sensor that they tell of, and its word."""


class _Told(NamedTuple):
    """One value of an object, ready to be told.

    Attributes:
        key: Metric and source.
        value: In the metric's unit; None when there is none.
        validity: What its states say of it.
        state: Measurement state as it came.
        is_of_sensor: Whether it says something of a sensor of `_SENSORS`.
    """

    key: tuple[str, str]
    value: float | None
    validity: Validity
    state: int
    is_of_sensor: bool


class _Object(NamedTuple):
    """What stands in an object, worked out once for as long as it comes with the same bytes.

    Attributes:
        item: The object.
        told: Its values but those of the cuff.
        of_cuff: Physiological id to value of those of the cuff, on a monitor that is with a patient.
        stamp: Time of measurement; None for none.
        unknown: Names of what we cannot use, to be counted each time.
    """

    item: PolledObject
    told: tuple[_Told, ...]
    of_cuff: tuple[tuple[int, Measured], ...]
    stamp: datetime | None
    unknown: tuple[str, ...]


class Numerics:
    """What the monitor's numeric objects are, and which of their values were told."""

    def __init__(self) -> None:
        self.unknown = Unknown()
        self._objects: dict[tuple[int, int], tuple[int, ...]] = {}
        self._labels: dict[tuple[int, int], tuple[int, bytes | None]] = {}
        self._read: dict[tuple[int, int], _Object] = {}
        self._absent: dict[tuple[str, str], int] = {}
        self._statuses = Statuses()
        self._cuff = Cuff()

    def forget_session(self) -> None:
        """Forget objects and states; the last cuff reading and its number are kept, lest it be told twice."""
        self._objects.clear()
        self._labels.clear()
        self._read.clear()
        self._absent.clear()
        self._statuses.forget()
        self._cuff.forget_session()

    def blank(self, out: list[DriverEvent], now_ns: int) -> None:
        """Tell every value that stands as unavailable: the session is over."""
        out.extend(
            reading(metric, None, now_ns, Validity.UNAVAILABLE, source=source) for metric, source in self._absent
        )
        self._absent.clear()

    def decode(
        self, out: list[DriverEvent], result: WholeResult, now_ns: int, mode: Mode, local: datetime | None
    ) -> None:
        """Tell what a result holds.

        Args:
            out: Takes the events.
            result: The result.
            now_ns: Arrival, monotonic [ns].
            mode: Of the monitor as a whole.
            local: The monitor's clock at this result; None while unknown.

        Raises:
            Malformed: An attribute is not as it must be.
        """
        if result.first.group in _GROUPS_WITHOUT_VALUES:
            self._read.clear()
            for item in result.objects:
                self._learn_label(item)
            return
        device_time = local.isoformat(timespec="seconds") if local is not None else None
        present: set[tuple[str, str]] = set()
        cuff: CuffObject | None = None
        pulse: CuffObject | None = None
        for item in result.objects:
            found = self._read.get((item.context, item.handle))
            if found is None or found.item is not item:
                found = self._look_at(item)
            for name in found.unknown:
                self.unknown.count(name)
            stamp, time, measured_ns, is_fresh = found.stamp, device_time, None, True
            if stamp is not None:
                time, measured_ns = stamp.isoformat(), moment_of(stamp, local, now_ns, None)
                is_fresh = measured_ns is not None and now_ns - measured_ns <= FRESH_S * _NS_PER_S
            for key, value, validity, state, is_of_sensor in found.told:
                present.add(key)
                metric, source = key
                event = reading(
                    metric,
                    value,
                    now_ns,
                    validity if is_fresh or validity is not _VALID else Validity.QUESTIONABLE,
                    mode=mode_of(state, mode),
                    source=source,
                    device_time=time,
                    measured_ns=measured_ns,
                )
                out.append(event)
                if is_of_sensor:
                    self._tell_sensor(out, key, event.validity, now_ns)
            if found.of_cuff:
                raw_stamp = item.attributes.get(_MEASURED_AT, b"")
                of_cuff = dict(found.of_cuff)
                if mode is not _REAL:
                    of_cuff = {physio: replace(one, mode=mode_of(one.state, mode)) for physio, one in found.of_cuff}
                if CUFF_PULSE in of_cuff:
                    pulse = CuffObject({CUFF_PULSE: of_cuff.pop(CUFF_PULSE)}, raw_stamp)
                if of_cuff:
                    cuff = CuffObject(of_cuff, raw_stamp)
        if cuff is None and result.is_complete and self._cuff.is_measuring:
            cuff = CuffObject({}, b"")
        if cuff is not None:
            self._cuff.judge(out, cuff, self._statuses, now_ns, local)
        if pulse is not None:
            self._cuff.judge_pulse(out, pulse, now_ns)
        self._tell_absent(out, present, result.is_complete, now_ns, device_time)

    def _look_at(self, item: PolledObject) -> _Object:
        """Return what stands in an object, and remember it where that rests on nothing but the object itself.

        Raises:
            Malformed: An attribute is not as it must be.
        """
        attributes, at = item.attributes, (item.context, item.handle)
        self._learn_label(item)
        metric_state = attributes.get(_METRIC_STATE)
        off = metric_state is not None and int.from_bytes(metric_state, "big") & METRIC_OFF
        told: list[_Told] = []
        of_cuff: list[tuple[int, Measured]] = []
        unknown: list[str] = []
        observed = self._observed(item)
        for physio, state, unit, raw in observed:
            quantity, value = QUANTITIES.get(physio), decode_float(raw)
            if quantity is None:
                if value is not None:
                    unknown.append(name_of(physio, _label_text(attributes)))
                continue
            validity = Validity.UNAVAILABLE if off else validity_of(state)
            if value is not None:
                conversion = quantity.units.get(unit)
                if conversion is None:
                    unknown.append(f"unit {unit:04X} of {quantity.metric}")
                    value, validity = None, Validity.INVALID
                elif conversion != _AS_IT_IS:
                    value = round(value * conversion[0] + conversion[1], 2)
            if physio in _OF_CUFF:
                of_cuff.append((physio, Measured(value, validity, mode_of(state, _REAL), state)))
            else:
                key = quantity.metric, self._source(quantity, physio, item)
                told.append(_Told(key, value, validity, state, key in _SENSORS))
        found = _Object(item, tuple(told), tuple(of_cuff), time_of(attributes.get(_MEASURED_AT, b"")), tuple(unknown))
        if _OBSERVED_VALUE in attributes or _COMPOUND in attributes:
            self._read[at] = found
        else:
            self._read.pop(at, None)
        return found

    def _observed(self, item: PolledObject) -> list[tuple[int, int, int, int]]:
        """Return (physiological id, state, unit, FLOAT) of an object; without number where it comes without values."""
        attributes, at = item.attributes, (item.context, item.handle)
        found: list[tuple[int, int, int, int]] = []
        single, compound = attributes.get(_OBSERVED_VALUE), attributes.get(_COMPOUND)
        if single is not None:
            if len(single) != _OBSERVED.size:
                raise Malformed
            found.append(_OBSERVED.unpack(single))
        if compound is not None:
            count, values = parse_counted(compound)
            if len(values) != count * _OBSERVED.size:
                raise Malformed
            found.extend(_OBSERVED.iter_unpack(values))
        if found:
            if len(self._objects) >= _OBJECTS_MAX:
                self._objects.clear()
                self._read.clear()
            self._objects[at] = tuple(physio for physio, _, _, _ in found)
            return found
        partition, physio = divmod(self._labels.get(at, (0, None))[0], 1 << 16)
        if partition == SCADA and at not in self._objects and len(self._objects) < _OBJECTS_MAX:
            self._objects[at] = COMPOUNDS.get(physio, (physio,))
        return [(physio, _UNAVAILABLE, 0, NAN) for physio in self._objects.get(at, ())]

    def _learn_label(self, item: PolledObject) -> None:
        label, at = item.attributes.get(_LABEL), (item.context, item.handle)
        if label is not None and len(label) == 4 and (at in self._labels or len(self._labels) < _OBJECTS_MAX):
            self._labels[at] = int.from_bytes(label, "big"), item.attributes.get(_LABEL_TEXT)

    def _source(self, quantity: Quantity, physio: int, item: PolledObject) -> str:
        """Return the source of a value: that of its kind, or the object's own name where its label says something else."""
        label, text = self._labels.get((item.context, item.handle), (SCADA << 16 | physio, None))
        partition, told = divmod(label, 1 << 16)
        is_of_kind = told == physio or physio in COMPOUNDS.get(told, ()) or quantity.metric == "st"
        if partition == SCADA and is_of_kind:
            return quantity.source
        return (decode_text(text) if text is not None else "") or f"{label:08X}"

    def _tell_sensor(self, out: list[DriverEvent], key: tuple[str, str], validity: Validity, now_ns: int) -> None:
        metric, word = _SENSORS[key]
        if validity is _VALID or validity is Validity.QUESTIONABLE:
            self._statuses.tell(out, metric, _OK, "measuring", now_ns)
        elif validity is Validity.CALIBRATING:
            self._statuses.tell(out, metric, SensorStatus.CALIBRATING, "calibrating", now_ns)
        else:
            # The monitor says which sensor is off in its own alarm, in the clinic's language.
            self._statuses.tell(out, metric, SensorStatus.STOPPED, f"no {word} now, see the monitor", now_ns)

    def _tell_absent(
        self,
        out: list[DriverEvent],
        present: set[tuple[str, str]],
        is_complete: bool,
        now_ns: int,
        device_time: str | None,
    ) -> None:
        for key in present:
            self._absent[key] = 0
        if not is_complete:
            return
        for key in [key for key in self._absent if key not in present]:
            self._absent[key] += 1
            if self._absent[key] >= ABSENT_MAX:
                metric, source = key
                del self._absent[key]
                out.append(reading(metric, None, now_ns, Validity.UNAVAILABLE, source=source, device_time=device_time))


def _label_text(attributes: Attributes) -> str:
    raw = attributes.get(Attribute.LABEL_TEXT)
    return decode_text(raw) if raw is not None else ""
