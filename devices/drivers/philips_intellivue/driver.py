"""Joins the parts: frames to messages, messages to session, numerics, waves, alarms and patient."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from devices.driver import DriverInfo, SerialSettings
from devices.drivers.philips_intellivue import association, messages
from devices.drivers.philips_intellivue.alarms import Alarms
from devices.drivers.philips_intellivue.association import Kind
from devices.drivers.philips_intellivue.clock import MonitorClock
from devices.drivers.philips_intellivue.codes import QUANTITIES, Attribute, Group, ObjectClass
from devices.drivers.philips_intellivue.demographics import Demographics
from devices.drivers.philips_intellivue.frames import DATAGRAMS, frame, new_framer
from devices.drivers.philips_intellivue.linking import Linking, WholeResult
from devices.drivers.philips_intellivue.messages import Attributes, Command, Message, Objects, Ro
from devices.drivers.philips_intellivue.numerics import Numerics
from devices.drivers.philips_intellivue.session import GET_PRIORITY_ID, SET_PRIORITY_ID, SILENCE_NS, Session
from devices.drivers.philips_intellivue.states import mode_of_monitor
from devices.drivers.philips_intellivue.values import Malformed, decode_time
from devices.drivers.philips_intellivue.waves import Waves
from devices.events import DeviceInfo, DriverEvent, Mode, RejectReason
from devices.framing import rejection

_PASSED_OVER = frozenset({Kind.CONNECT_INDICATION, Kind.ASSOCIATION_REQUEST})
_CLASSES = frozenset(map(int, ObjectClass))
_DATA, _ACTION, _RESULTS = int(Kind.DATA), int(Command.ACTION), frozenset({int(Ro.RESULT), int(Ro.LINKED)})
_WAVES, _NUMERICS = int(ObjectClass.WAVES), int(ObjectClass.NUMERICS)
_SIGN_OF_LIFE_NS = SILENCE_NS * 3 // 4
_N_MAC = 6


class PhilipsIntelliVue:
    """Opens a session with the monitor and decodes what it gives; decodes a recording that began in mid-session too."""

    info: ClassVar[DriverInfo] = DriverInfo(
        name="philips_intellivue",
        vendor="Philips",
        models=("IntelliVue", "MP2 to MP90", "MX400 to MX800", "X2", "X3"),
        numerics=tuple(dict.fromkeys(quantity.metric for quantity in QUANTITIES.values())),
        waveforms=("ecg", "pleth", "resp", "co2", "art"),
        serial=(SerialSettings(115_200),),
        max_quiet_ms=SILENCE_NS // 1_000_000,
        source="Philips IntelliVue Data Export Interface Programming Guide, rev. G.0, as carried by public programs",
        standing="Built from public descriptions of the protocol and checked against published recordings of an M8000; "
        "not yet tried on a monitor of ours.",
        sends="opens and closes a data export session, asks for numbers, waves, alarms and patient, and says which waves to "
        "send; changes nothing on it",
        identity="the patient's id and name as typed into the monitor",
        datagrams=DATAGRAMS,
        check_bits=16,
    )

    def __init__(self) -> None:
        self._framer = new_framer()
        self._session = Session()
        self._linking = Linking()
        self._objects: Objects = {}
        self._clock = MonitorClock()
        self._numerics = Numerics()
        self._waves = Waves(self._numerics.unknown)
        self._alarms = Alarms()
        self._demographics = Demographics()
        self._mode = Mode.REAL
        self._monitor: DeviceInfo | None = None
        self._told_ns = 0

    @property
    def unknown(self) -> Mapping[str, int]:
        """Return what came with a value and has no name here: label and code to how often."""
        return self._numerics.unknown.counts

    def feed(self, data: bytes, now_ns: int) -> tuple[DriverEvent, ...]:
        """Take bytes and return what they complete; see `devices.driver.Driver.feed`."""
        out: list[DriverEvent] = []
        for piece in self._framer.feed(data):
            reason, offset, user_data = piece
            if reason is not None:
                out.append(rejection(piece, now_ns))
                continue
            self._session.heard(now_ns)
            told: list[DriverEvent] = []
            try:
                reason = self._decode(told, user_data, now_ns)
            except Malformed:
                reason = RejectReason.RANGE
            if reason is not None:
                # What was told before the fault stands: the frame is intact, only a part of it is not as we know it.
                told.append(rejection((reason, offset, frame(user_data)), now_ns))
            elif told:
                self._told_ns = now_ns
            out.extend(told)
        return tuple(out)

    def tick(self, now_ns: int) -> tuple[DriverEvent, ...]:
        """Notice that the monitor has fallen silent: blank its values and begin anew."""
        out: list[DriverEvent] = []
        if self._session.is_lost(now_ns):
            self._session.end()
            self._forget_session(out, now_ns)
        return tuple(out)

    def pending_writes(self, now_ns: int) -> bytes:
        """Return the next frame of the session; see session.py for what is sent when."""
        return self._session.next_frame(now_ns)

    def closing_writes(self, now_ns: int) -> bytes:  # noqa: ARG002 -- the contract gives the time
        """Return a release, so that the monitor is free for the next client at once."""
        return self._session.leave()

    def reset(self, now_ns: int) -> tuple[DriverEvent, ...]:
        """Start over with a new session, as after a reconnect."""
        out: list[DriverEvent] = [rejection(piece, now_ns) for piece in self._framer.flush()]
        self._session.end()
        self._forget_session(None, now_ns)
        return tuple(out)

    def _forget_session(self, out: list[DriverEvent] | None, now_ns: int) -> None:
        """Forget all that holds for one session; blank what stands when there is somebody to tell."""
        if out is not None:
            self._numerics.blank(out, now_ns)
        self._linking.forget()
        self._objects.clear()
        self._clock.forget()
        self._numerics.forget_session()
        self._waves.forget_session()
        self._alarms.forget_session()
        self._demographics.forget_session()
        self._mode = Mode.REAL
        self._monitor = None

    def _decode(self, out: list[DriverEvent], user_data: bytes, now_ns: int) -> RejectReason | None:
        kind = user_data[0] if user_data else -1
        if kind == _DATA:
            return self._decode_data(out, messages.parse(user_data), now_ns)
        match kind:
            case Kind.ASSOCIATION_RESPONSE:
                self._session.granted(association.parse_terms(user_data), now_ns)
                self._alarms.refused(out, False, now_ns)
            case Kind.REFUSE:
                self._end(out, now_ns)
                self._alarms.refused(out, True, now_ns)
            case Kind.ABORT:
                self._end(out, now_ns)
            case Kind.RELEASE_REQUEST:
                self._end(out, now_ns)
                self._session.release_asked(now_ns)
            case Kind.RELEASE_RESPONSE:
                self._session.released(now_ns)
            case _ if kind not in _PASSED_OVER:
                return RejectReason.UNKNOWN
        return None

    def _end(self, out: list[DriverEvent], now_ns: int) -> None:
        self._session.rest(now_ns)
        self._forget_session(out, now_ns)

    def _decode_data(self, out: list[DriverEvent], message: Message, now_ns: int) -> RejectReason | None:
        if message.command == _ACTION and message.ro in _RESULTS:
            part = messages.parse_poll_result(message.body, self._objects)
            if part is not None and part.polled in _CLASSES:
                self._session.answered(message.invoke, now_ns)
                whole = self._linking.add(message, part)
                if whole is not None:
                    self._decode_result(out, whole, now_ns)
            return None
        match message.ro, message.command:
            case (Ro.RESULT, Command.CONFIRMED_SET | Command.GET):
                attributes, _ = messages.parse_attributes(message.body)
                waves = attributes.get(Attribute.WAVE_PRIORITY)
                if waves is not None:
                    self._session.waves_listed(message, messages.parse_labels(waves))
            case (Ro.INVOKE, Command.EVENT | Command.CONFIRMED_EVENT):
                created = messages.parse_mds_create(message.body)
                if created is not None:
                    event_time, attributes = created
                    # With this event a session begins, also in a recording that does not show how the one before ended.
                    self._forget_session(out, now_ns)
                    self._session.created(message.invoke, event_time)
                    self._take_mds(out, attributes, int.from_bytes(event_time, "big"), now_ns)
            case (Ro.ERROR, _):
                if message.invoke in (SET_PRIORITY_ID, GET_PRIORITY_ID):
                    self._session.waves_denied(now_ns)
            case (Ro.INVOKE | Ro.RESULT | Ro.LINKED, _):
                pass  # of no interest
            case _:
                return RejectReason.UNKNOWN
        return None

    def _decode_result(self, out: list[DriverEvent], result: WholeResult, now_ns: int) -> None:
        match result.first.polled:
            case polled if polled == _WAVES:
                self._waves.decode(out, result, now_ns, self._mode)
            case polled if polled == _NUMERICS:
                local = self._clock.at(result.first.relative)
                self._numerics.decode(out, result, now_ns, self._mode, local)
            case ObjectClass.ALARMS if result.first.group == Group.ALARMS:
                self._alarms.decode(out, result, now_ns, self._mode)
            case ObjectClass.PATIENT:
                self._demographics.decode(out, result, now_ns)
            case ObjectClass.MDS:
                for item in result.objects:
                    self._take_mds(out, item.attributes, result.first.relative, now_ns)
        if not out and self._monitor is not None and now_ns - self._told_ns >= _SIGN_OF_LIFE_NS:
            # A monitor without any sensor gives nothing to tell; the link is well all the same.
            out.append(replace(self._monitor, t_ns=now_ns))

    def _take_mds(self, out: list[DriverEvent], attributes: Attributes, relative: int, now_ns: int) -> None:
        mode = attributes.get(Attribute.OPERATING_MODE)
        if mode is not None:
            self._mode = mode_of_monitor(int.from_bytes(mode, "big"))
        local = decode_time(attributes.get(Attribute.ABSOLUTE_TIME, b""))
        if local is not None:
            told = attributes.get(Attribute.RELATIVE_TIME)
            self._clock.set(local, relative if told is None else int.from_bytes(told, "big") & 0xFFFFFFFF)
        maker, model = _maker_and_model(attributes.get(Attribute.MODEL, b""))
        system = attributes.get(Attribute.SYSTEM_ID, b"")[2:]
        if maker is None and model is None and not system:
            return
        known = DeviceInfo(
            t_ns=now_ns,
            vendor=maker or "Philips",
            model=model,
            serial=system.hex(":").upper() if len(system) == _N_MAC else None,
        )
        if self._monitor is None or replace(self._monitor, t_ns=now_ns) != known:
            out.append(known)
        self._monitor = known


def _maker_and_model(raw: bytes) -> tuple[str | None, str | None]:
    """Return maker and model of two strings (length, ASCII); None for what is not there."""
    found: list[str | None] = []
    for _ in range(2):
        size = int.from_bytes(raw[:2], "big")
        found.append(raw[2 : 2 + size].decode("ascii", "replace").split("\0")[0].strip() or None)
        raw = raw[2 + size :]
    return found[0], found[1]
