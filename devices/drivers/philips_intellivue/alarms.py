"""The monitor's own alarms, as they begin, change and end.

Rules of the file:
1. The text is the monitor's own, in the clinic's language: it is shown and never matched on. The code is "source.code"; where
   several have the same, the second is "source.code.2" and so on.
2. Alarms that are paused, silenced or switched off for the whole monitor are told as technical ones with codes of our own.
3. An alarm that the monitor marks as inhibited does not count as active. Nor does any while the monitor is in demonstration
   or test.

Source: Philips IntelliVue Data Export Interface Programming Guide, rev. G.0 (alert monitor object), as carried by the public
programs OpenICE, VSCaptureMP and Koshsky/Intellivue-api, its event codes too. No published recording shows a live entry.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from enum import IntFlag
from struct import Struct

from devices.drivers.philips_intellivue.codes import QUANTITIES, Attribute
from devices.drivers.philips_intellivue.linking import WholeResult
from devices.drivers.philips_intellivue.messages import Attributes, parse_counted
from devices.drivers.philips_intellivue.values import Malformed, decode_text
from devices.events import AlarmKind, AlarmMeaning, DeviceAlarm, DriverEvent, Mode, Priority

REFUSED = "nursestation.refused"
"""Code of what is told when the monitor refuses the session."""


class AlarmState(IntFlag):
    """State of one alarm, or of all."""

    INHIBITED = 0x8000
    PAUSED = 0x4000
    LATCHED = 0x2000
    SILENCED = 0x1000
    TEST = 0x0400
    STANDBY = 0x0200
    DEMO = 0x0100
    NEW = 0x0008


INFO_PLAIN, INFO_TEXT = 513, 516
"""Kinds of information behind an entry: without and with text."""

APNEA = 3072
"""NOM_EVT_APNEA, of the events of ISO/IEEE 11073-10101; published codes are even, the lowest bit is no part of them."""

_HEAD = Struct(">HHHH6sHH")
_INFO = Struct(">HIHH")
_NOT_A_PATIENT = int(AlarmState.TEST | AlarmState.DEMO)
_NOT_ACTIVE = int(AlarmState.INHIBITED) | _NOT_A_PATIENT
_WHOLE_MONITOR = (
    (int(AlarmState.INHIBITED), "alarms.off", "The alarms are switched off on the monitor"),
    (int(AlarmState.PAUSED), "alarms.paused", "The alarms are paused on the monitor"),
    (int(AlarmState.SILENCED), "alarms.silenced", "The alarm sound is silenced on the monitor"),
)
_REMARKS = (
    (AlarmState.PAUSED, "paused"),
    (AlarmState.SILENCED, "silenced"),
    (AlarmState.LATCHED, "latched"),
)
_PRIORITIES = ((0x0404, Priority.HIGH), (0x0202, Priority.MEDIUM), (0x0101, Priority.LOW))


class Alarms:
    """The alarms that were told as active."""

    def __init__(self) -> None:
        self._active: dict[str, DeviceAlarm] = {}
        self._tells_all = True
        self._seen: tuple[Mode, list[Attributes]] | None = None

    def forget_session(self) -> None:
        """Tell what is active again; what is active now is kept, for it must be told when it is gone."""
        self._tells_all = True

    def decode(self, out: list[DriverEvent], result: WholeResult, now_ns: int, mode: Mode) -> None:
        """Tell the alarms that have begun, changed or ended.

        Args:
            out: Takes the events.
            result: The result.
            now_ns: Arrival, monotonic [ns].
            mode: Of the monitor as a whole.

        Raises:
            Malformed: An entry is not as it must be.
        """
        if not result.is_complete:
            return
        seen = mode, [item.attributes for item in result.objects]
        if seen == self._seen and not self._tells_all:
            return
        self._seen = None
        found: dict[str, DeviceAlarm] = {}
        n_alike = Counter[str]()
        for item in result.objects:
            raw_state = item.attributes.get(Attribute.ALARM_STATE, b"\0\0")[:2]
            state = int.from_bytes(raw_state, "big")
            if mode is not Mode.REAL or state & _NOT_A_PATIENT:
                continue
            for bit, code, text in _WHOLE_MONITOR:
                if state & bit:
                    found[code] = _alarm(now_ns, AlarmKind.TECHNICAL, None, code, text)
            for kind, attribute in (
                (AlarmKind.PHYSIOLOGICAL, Attribute.PHYSIOLOGICAL_ALARMS),
                (AlarmKind.TECHNICAL, Attribute.TECHNICAL_ALARMS),
            ):
                for alarm in _entries(kind, item.attributes.get(attribute, bytes(4)), now_ns):
                    n_alike[alarm.code] += 1
                    n = n_alike[alarm.code]
                    own = alarm if n == 1 else replace(alarm, code=f"{alarm.code}.{n}")
                    found[own.code] = own
        self._tell(out, found, now_ns)
        self._seen = seen

    def refused(self, out: list[DriverEvent], is_refused: bool, now_ns: int) -> None:
        """Tell that the monitor refuses the session, or no longer does."""
        alarm = self._active.get(REFUSED)
        if is_refused and alarm is None:
            text = "The monitor refuses the connection: is another computer or central connected to it?"
            self._active[REFUSED] = _alarm(now_ns, AlarmKind.TECHNICAL, None, REFUSED, text)
            out.append(self._active[REFUSED])
        elif alarm is not None and not is_refused:
            out.append(_ended(self._active.pop(REFUSED), now_ns))

    def _tell(self, out: list[DriverEvent], found: dict[str, DeviceAlarm], now_ns: int) -> None:
        for code in [code for code in self._active if code not in found and code != REFUSED]:
            out.append(_ended(self._active.pop(code), now_ns))
        for code, alarm in found.items():
            before = self._active.get(code)
            if before is not None and before.kind is not alarm.kind:
                out.append(_ended(before, now_ns))
                before = None
            is_told = before is not None and (before.priority, before.text) == (alarm.priority, alarm.text)
            if not is_told or self._tells_all:
                out.append(alarm)
            self._active[code] = alarm
        self._tells_all = False


def _alarm(now_ns: int, kind: AlarmKind, priority: Priority | None, code: str, text: str) -> DeviceAlarm:
    return DeviceAlarm(t_ns=now_ns, kind=kind, priority=priority, code=code, text=text, active=True)


def _ended(alarm: DeviceAlarm, now_ns: int) -> DeviceAlarm:
    return replace(alarm, t_ns=now_ns, active=False)


def _entries(kind: AlarmKind, attribute: bytes, now_ns: int) -> Iterator[DeviceAlarm]:
    count, entries = parse_counted(attribute)
    at = 0
    for _ in range(count):
        if len(entries) < at + _HEAD.size:
            raise Malformed
        source, code, urgency, state, _, info, size = _HEAD.unpack_from(entries, at)
        at += _HEAD.size
        if len(entries) < at + size:
            raise Malformed
        details = entries[at : at + size]
        at += size
        if state & _NOT_ACTIVE:
            continue
        priority = next((priority for bits, priority in _PRIORITIES if urgency & bits), None)
        text = _text(info, details) or f"{_name(source)} alarm {code}"
        remarks = ", ".join(remark for bit, remark in _REMARKS if state & bit)
        alarm = _alarm(now_ns, kind, priority, f"{source}.{code}", f"{text} ({remarks})" if remarks else text)
        is_apnea = kind is AlarmKind.PHYSIOLOGICAL and code & ~1 == APNEA
        yield replace(alarm, meaning=AlarmMeaning.APNOEA) if is_apnea else alarm


def _text(info: int, details: bytes) -> str:
    return decode_text(details[_INFO.size :]) if info == INFO_TEXT else ""


def _name(source: int) -> str:
    quantity = QUANTITIES.get(source)
    return quantity.metric if quantity is not None else f"source {source}"
