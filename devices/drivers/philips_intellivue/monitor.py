"""The monitor's side of the wire: grants one session, sends what is polled, and drops a client that falls silent.

Rules of the file:
1. It is made from the descriptions of the protocol: it shares the layouts with the driver and none of the decoding.
2. All happens at its own times: what is due and what has come are taken in the order of their times, so that its bytes do
   not depend on when the caller looks.
3. A second association is refused; a poll before the MDS result is passed over, as is one without its scope; a release is
   ignored while the MDS Create Event is unanswered. That event is repeated three times, then the session is aborted.
4. Everybody's clock starts at `START`: a reading keeps its time over a restart.

Source: Philips IntelliVue Data Export Interface Programming Guide, rev. G.0; published recordings of an M8000; field notes in
deweynuz/DEMO_POLL.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from struct import Struct

from devices.driver import Patient
from devices.drivers.philips_intellivue import association, messages
from devices.drivers.philips_intellivue import monitor_objects as objects
from devices.drivers.philips_intellivue.association import Kind, Option, Terms
from devices.drivers.philips_intellivue.codes import (
    MDS_CREATED,
    Action,
    Attribute,
    Group,
    ObjectClass,
    OperatingMode,
    State,
)
from devices.drivers.philips_intellivue.frames import frame, new_framer
from devices.drivers.philips_intellivue.messages import MDS_OBJECT, Command, Message, PolledObject, PollResult, Ro
from devices.drivers.philips_intellivue.values import Malformed, encode_text, encode_time

_MS = 1_000_000
_S = 1_000_000_000
_NS_PER_TICK = 125_000

START = datetime(2026, 3, 2, 8, 0, 0)
"""What the monitor's clock shows at 0 on ours."""

ASSOCIATION_NS = 1100 * _MS
_ANSWER_NS = 8 * _MS
_MDS_NS = 1 * _MS
_MDS_AGAIN_NS = 3 * _S
_MDS_LIMIT_NS = 10 * _S
NUMERICS_NS = 1024 * _MS
BLOCK_NS = 256 * _MS
BLOCK_TICKS = BLOCK_NS // _NS_PER_TICK
_LEAST_POLL_TICKS = 4000
_MTU = 996
_WHOLE_MAX, _PART_MAX = 700, 300  # bytes; an M8000 uses three parts where two would do
_OPTIONS = 0x8E000000
_NUMERIC_PERIODS = 0xF0000000  # who asks for none of these asks for no option at all
_REPLACE, _DEFAULT = 0, 3
_RELATIVE_START = 0x0D620000
_HANDLE_STEP = 512

_TWO = Struct(">HH")
_POLL = Struct(">4H")
_NO_SUCH_CLASS, _ACCESS_DENIED, _NO_SUCH_ACTION = 0, 2, 9

_STEPS = {ObjectClass.NUMERICS: NUMERICS_NS, ObjectClass.WAVES: BLOCK_NS, ObjectClass.ALARMS: NUMERICS_NS}


@dataclass(slots=True)
class _Extended:
    """An extended poll under way."""

    invoke: int
    number: int
    group: int
    until_ns: int
    next_ns: int
    sequence: int = 0


@dataclass(slots=True)
class _Client:
    """The one client: its terms, and where the MDS Create Event stands."""

    terms: Terms
    since_ns: int
    heard_ns: int
    mds_next_ns: int | None
    polls: dict[int, _Extended] = field(default_factory=dict)


class PhilipsIntelliVueMonitor:
    """A monitor with ECG II, pleth, respiration, CO2, temperature and cuff.

    Attributes:
        mode: Operating mode; demonstration marks every value.
        alarm_state: Bits of the alarm state: paused, silenced.
    """

    def __init__(self) -> None:
        self.mode = OperatingMode.MONITORING
        self.alarm_state = 0
        self._patient_data = (0, "", "", "")
        self._framer = new_framer()
        self._inbox: list[tuple[int, bytes]] = []
        self._outbox: list[tuple[int, bytes]] = []
        self._origin_ns: int | None = None
        self._started_ns: int | None = None
        self._relative_start = _RELATIVE_START
        self._handles = 0
        self._asked: tuple[int, Terms] | None = None
        self._client: _Client | None = None
        self._waves = list(objects.WAVES)
        self._alarms: tuple[object, ...] = ()
        self._n_alarm_changes = 1543

    def admit(self, patient_id: str, given: str, family: str) -> None:
        """Admit a patient on the monitor."""
        self._patient_data = (2, patient_id, given, family)

    def discharge(self) -> None:
        """Discharge the patient; what was typed in stays until the next admission."""
        self._patient_data = (8, *self._patient_data[1:])

    def begin_relative_time(self, ticks: int) -> None:
        """Let the relative time be `ticks` at the first look (before it)."""
        self._relative_start = ticks

    def receive(self, data: bytes, now_ns: int) -> None:
        """Take what the client sends; what is no frame is passed over, as the monitor does."""
        self._inbox += [(now_ns, message) for reason, _, message in self._framer.feed(data) if reason is None]

    def restart(self, now_ns: int) -> None:
        """Start over as after a power cycle: no session, new handles, relative time from the beginning, no cuff reading."""
        self._framer = new_framer()
        self._inbox.clear()
        self._outbox.clear()
        self._asked = None
        self._client = None
        self._waves = list(objects.WAVES)
        self._started_ns = now_ns
        self._relative_start = _RELATIVE_START
        self._handles += 1

    def transmit(self, patient: Patient, now_ns: int) -> bytes:
        """Return what is sent up to `now_ns`."""
        if self._origin_ns is None:
            self._origin_ns = now_ns
        out: list[bytes] = []
        while True:
            due_ns, act = self._next_due(patient)
            if self._inbox and self._inbox[0][0] < due_ns:
                at_ns, message = self._inbox[0]
                if at_ns > now_ns:
                    break
                del self._inbox[0]
                self._take(message, at_ns, patient)
            elif due_ns <= now_ns:
                out += act()
            else:
                break
        return b"".join(map(frame, out))

    # What is due.

    def _next_due(self, patient: Patient) -> tuple[float, Callable[[], list[bytes]]]:
        dues: list[tuple[float, Callable[[], list[bytes]]]] = [(float("inf"), list)]
        if self._outbox:
            dues.append((self._outbox[0][0], self._send_first))
        if self._asked is not None:
            dues.append((self._asked[0], self._grant))
        client = self._client
        if client is not None:
            if client.mds_next_ns is not None:
                at_ns = client.mds_next_ns
                dues.append((at_ns, partial(self._create_mds, client, at_ns)))
            dues.append((client.heard_ns + client.terms.silence_ns, self._abort))
            for polled, poll in client.polls.items():
                dues.append((poll.next_ns, partial(self._extend, client, polled, poll, patient)))
        return min(dues, key=lambda due: due[0])

    def _send_first(self) -> list[bytes]:
        return [self._outbox.pop(0)[1]]

    def _grant(self) -> list[bytes]:
        assert self._asked is not None
        at_ns, asked = self._asked
        self._asked = None
        options = asked.options & _OPTIONS if asked.options & _NUMERIC_PERIODS else 0
        terms = Terms(max(asked.min_poll_ticks, _LEAST_POLL_TICKS), min(asked.mtu, _MTU), options)
        self._client = _Client(terms, at_ns, at_ns, at_ns + _MDS_NS)
        return [association.response(terms)]

    def _abort(self) -> list[bytes]:
        self._client = None
        return [association.ABORT]

    def _create_mds(self, client: _Client, at_ns: int) -> list[bytes]:
        if at_ns - client.since_ns >= _MDS_LIMIT_NS:
            return self._abort()
        client.mds_next_ns = min(at_ns + _MDS_AGAIN_NS, client.since_ns + _MDS_LIMIT_NS)
        attributes = self._mds(at_ns)
        body = self._relative(at_ns).to_bytes(4, "big") + _TWO.pack(
            MDS_CREATED, 6 + len(messages.build_attributes(attributes))
        )
        body += MDS_OBJECT + messages.build_attributes(attributes)
        return [messages.build(Ro.INVOKE, 1, Command.CONFIRMED_EVENT, body)]

    def _extend(self, client: _Client, polled: int, poll: _Extended, patient: Patient) -> list[bytes]:
        step_ns, at_ns = _STEPS[ObjectClass(polled)], poll.next_ns
        poll.next_ns += step_ns
        if poll.next_ns > poll.until_ns + step_ns:
            del client.polls[polled]
        start_ns = at_ns - BLOCK_NS if polled == ObjectClass.WAVES else at_ns
        found = self._objects(polled, poll.group, at_ns, patient)
        result = PollResult(poll.number, poll.sequence, self._relative(start_ns), polled, poll.group, tuple(found))
        poll.sequence = (poll.sequence + 1) & 0xFFFF
        return _linked(poll.invoke, result)

    # What has come.

    def _take(self, message: bytes, at_ns: int, patient: Patient) -> None:
        kind = message[0] if message else -1
        client = self._client
        if client is not None and kind != Kind.ASSOCIATION_REQUEST:
            client.heard_ns = at_ns
        match kind:
            case Kind.ASSOCIATION_REQUEST:
                self._take_association(message, at_ns)
            case Kind.RELEASE_REQUEST if client is not None and client.mds_next_ns is None:
                self._client = None
                self._answer(association.RELEASE_RESPONSE, at_ns)
            case Kind.ABORT:
                self._client = self._asked = None
            case Kind.DATA if client is not None:
                try:
                    answer = self._answer_data(client, messages.parse(message), at_ns, patient)
                except Malformed:
                    return
                for part in answer:
                    self._answer(part, at_ns)

    def _take_association(self, message: bytes, at_ns: int) -> None:
        try:
            terms = association.parse_terms(message)
            is_welcome = self._client is None and association.is_client(message)
        except Malformed:
            return
        if not is_welcome:
            self._answer(association.REFUSE, at_ns)
        elif self._asked is None:
            self._asked = at_ns + ASSOCIATION_NS, terms

    def _answer(self, message: bytes, at_ns: int) -> None:
        self._outbox.append((at_ns + _ANSWER_NS, message))

    def _answer_data(self, client: _Client, message: Message, at_ns: int, patient: Patient) -> list[bytes]:
        if message.ro == Ro.RESULT and message.command == Command.CONFIRMED_EVENT:
            client.mds_next_ns = None
            return []
        if message.ro != Ro.INVOKE or client.mds_next_ns is not None:
            return []
        match message.command:
            case Command.ACTION:
                return self._answer_poll(client, message, at_ns, patient)
            case Command.CONFIRMED_SET:
                return self._set_waves(client, message)
            case Command.GET if message.body[8:10] == Attribute.WAVE_PRIORITY.to_bytes(2, "big"):
                return [self._tell_waves(message)]
        return []

    def _answer_poll(self, client: _Client, message: Message, at_ns: int, patient: Patient) -> list[bytes]:
        body = message.body
        # Without the scope, or with a length that does not fit, the monitor says nothing.
        if len(body) < 16 or body[:4] != bytes(4) or int.from_bytes(body[6:8], "big") != len(body) - 8:
            return []
        action = int.from_bytes(body[4:6], "big")
        number, _, polled, group = _POLL.unpack_from(body, 8)
        if action not in (Action.POLL, Action.EXTENDED_POLL):
            return [messages.build_error(message.invoke, _NO_SUCH_ACTION)]
        if polled not in {*ObjectClass, objects.ENUMERATIONS}:
            return [messages.build_error(message.invoke, _NO_SUCH_CLASS)]
        if polled == ObjectClass.WAVES and not client.terms.options & Option.WAVES:
            return [messages.build_error(message.invoke, _ACCESS_DENIED)]
        active_ticks = 0
        if action == Action.EXTENDED_POLL and len(body) > 16:
            attributes, _ = messages.parse_attributes(body, 16)
            active_ticks = int.from_bytes(attributes.get(Attribute.ACTIVE_PERIOD, b""), "big")
        if active_ticks and polled in _STEPS:
            step_ns = _STEPS[ObjectClass(polled)]
            client.polls[polled] = _Extended(
                message.invoke, number, group, at_ns + active_ticks * _NS_PER_TICK, self._after(at_ns, step_ns)
            )
            return []
        sequence = 0 if action == Action.EXTENDED_POLL else None
        found = self._objects(polled, group, at_ns, patient)
        return _linked(message.invoke, PollResult(number, sequence, self._relative(at_ns), polled, group, tuple(found)))

    def _set_waves(self, client: _Client, message: Message) -> list[bytes]:
        if not client.terms.options & Option.WAVES:
            return [messages.build_error(message.invoke, _ACCESS_DENIED)]
        body = message.body
        operator, attribute = _TWO.unpack_from(body, 8) if len(body) >= 14 else (0, 0)
        if attribute != Attribute.WAVE_PRIORITY or operator not in (_REPLACE, _DEFAULT):
            return []
        if operator == _DEFAULT:
            self._waves = list(objects.WAVES)
            return [self._tell_waves(message)]
        physios = messages.parse_labels(body[14:])
        known = {wave.physio: wave for wave in objects.WAVES}
        self._waves = [known[physio] for physio in physios if physio in known]  # unknown labels are dropped in silence
        return [self._tell_waves(message)]

    def _tell_waves(self, message: Message) -> bytes:
        labels = messages.build_labels([wave.physio for wave in self._waves])
        body = messages.build_attributes([(Attribute.WAVE_PRIORITY, labels)])
        return messages.build(Ro.RESULT, message.invoke, message.command, body)

    # What the monitor has.

    def _objects(self, polled: int, group: int, at_ns: int, patient: Patient) -> list[PolledObject]:
        with_context = group == Group.ALL
        handles = self._handles * _HANDLE_STEP
        match polled:
            case ObjectClass.NUMERICS:
                sensors = patient.sensors(at_ns)
                measured_ns = sensors.cuff.measured_ns
                is_known = measured_ns is not None and (self._started_ns is None or measured_ns > self._started_ns)
                stamp = self._local(measured_ns) if is_known and measured_ns is not None else None
                found = objects.numeric_objects(sensors, stamp)
                return [
                    *objects.numeric_attributes(
                        found, objects.NUMERIC_HANDLE + handles, self._extra_state, with_context=with_context
                    )
                ]
            case ObjectClass.WAVES:
                start_ns = at_ns - BLOCK_NS
                turn = at_ns // BLOCK_NS
                return [
                    objects.wave_attributes(
                        wave,
                        objects.WAVE_HANDLE + handles + 3 * n,
                        patient,
                        start_ns,
                        BLOCK_TICKS,
                        self._extra_state,
                        with_context=with_context and turn % len(self._waves) == n,
                    )
                    for n, wave in enumerate(self._waves)
                ]
            case ObjectClass.ALARMS if group == Group.ALARMS:
                return [self._alarm_object(patient, at_ns, objects.ALARM_HANDLE + handles)]
            case ObjectClass.PATIENT:
                return [objects.patient_attributes(*self._patient_data, objects.PATIENT_HANDLE + handles)]
            case ObjectClass.MDS:
                return [PolledObject(0, 1, dict(self._mds(at_ns)))]
            case objects.ENUMERATIONS:
                return []
            case _:
                handle = objects.ALARM_HANDLE + handles
                return [PolledObject(0, handle, {int(Attribute.HANDLE): handle.to_bytes(2, "big")})]

    def _alarm_object(self, patient: Patient, at_ns: int, handle: int) -> PolledObject:
        sensors = patient.sensors(at_ns)
        physiological, technical = objects.patient_alarms(sensors), objects.technical_alarms(sensors)
        state = self.alarm_state | (0x0100 if self.mode & OperatingMode.DEMO else 0)
        now = (tuple(physiological), tuple(technical), state)
        self._n_alarm_changes += now != self._alarms
        self._alarms = now
        return objects.alarm_attributes(physiological, technical, state, self._n_alarm_changes, handle)

    def _mds(self, at_ns: int) -> list[tuple[int, bytes]]:
        maker, model = b"Philips\0", b"M8000\0\0\0"
        return [
            (int(Attribute.SYSTEM_ID), b"\x00\x06" + bytes.fromhex("0009FB05A1C3")),
            (
                int(Attribute.MODEL),
                len(maker).to_bytes(2, "big") + maker + len(model).to_bytes(2, "big") + model,
            ),
            (0x091E, encode_text("CHAIR")),
            (int(Attribute.OPERATING_MODE), int(self.mode).to_bytes(2, "big")),
            (int(Attribute.ABSOLUTE_TIME), encode_time(self._local(at_ns))),
            (int(Attribute.RELATIVE_TIME), self._relative(at_ns).to_bytes(4, "big")),
        ]

    @property
    def _extra_state(self) -> int:
        return State.DEMO if self.mode & OperatingMode.DEMO else 0

    def _local(self, t_ns: int) -> datetime:
        return START + timedelta(microseconds=t_ns // 1000)

    def _relative(self, t_ns: int) -> int:
        begin_ns = self._started_ns if self._started_ns is not None else self._origin_ns or 0
        return (self._relative_start + (t_ns - begin_ns) // _NS_PER_TICK) & 0xFFFFFFFF

    def _after(self, t_ns: int, step_ns: int) -> int:
        """Return the first point of a grid after `t_ns`."""
        origin_ns = self._origin_ns or 0
        return origin_ns + ((t_ns - origin_ns) // step_ns + 1) * step_ns


def _linked(invoke: int, result: PollResult) -> list[bytes]:
    """Return a result in one message; when it is too long in linked ones, closed by an empty one."""
    whole = messages.build_poll_result(result)
    if len(whole) <= _WHOLE_MAX:
        return [messages.build(Ro.RESULT, invoke, Command.ACTION, whole)]
    groups: list[list[PolledObject]] = [[]]
    size = 0
    for item in result.objects:
        n_bytes = sum(4 + len(value) for value in item.attributes.values()) + 6
        if groups[-1] and size + n_bytes > _PART_MAX:
            groups.append([])
            size = 0
        groups[-1].append(item)
        size += n_bytes
    out = []
    for n, group in enumerate(groups):
        link = 1 if n == 0 else 3 if n == len(groups) - 1 else 2
        part = PollResult(result.poll, result.sequence, result.relative, result.polled, result.group, tuple(group))
        body = messages.build_poll_result(part)
        out.append(messages.build(Ro.LINKED, invoke, Command.ACTION, body, (link, n + 1)))
    closing = PollResult(result.poll, result.sequence, result.relative, result.polled, result.group, ())
    out.append(messages.build(Ro.RESULT, invoke, Command.ACTION, messages.build_poll_result(closing)))
    return out
