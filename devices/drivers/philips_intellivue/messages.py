"""The data messages of a session: the envelope, attribute lists, polls and their results.

Rules of the file:
1. Layouts only: what an attribute means is said elsewhere.
2. What is made for every message is a named tuple: it is made in a third of the time of a frozen dataclass.
3. Whatever is cut off, or is longer than it says, raises `Malformed`: nothing is guessed out of a broken message.

Source: Philips IntelliVue Data Export Interface Programming Guide, rev. G.0, data export protocol; published recordings of an
M8000.
"""

from collections.abc import Mapping, Sequence
from enum import IntEnum
from struct import Struct
from struct import error as StructError
from typing import NamedTuple

from devices.drivers.philips_intellivue.codes import MDS_CREATED, SCADA, Action, Attribute, ObjectClass
from devices.drivers.philips_intellivue.values import NO_TIME, Malformed

SESSION = b"\xe1\x00\x00\x02"
MDS_OBJECT = b"\x00\x21\x00\x00\x00\x00"
"""The managed object of all that is asked."""


class Ro(IntEnum):
    """Remote operation: what a data message is."""

    INVOKE = 1
    RESULT = 2
    ERROR = 3
    LINKED = 5


class Command(IntEnum):
    """What is asked or told."""

    EVENT = 0
    CONFIRMED_EVENT = 1
    GET = 3
    SET = 4
    CONFIRMED_SET = 5
    ACTION = 7


Attributes = Mapping[int, bytes]
"""Attribute id to its value."""


class Message(NamedTuple):
    """One data message.

    Attributes:
        ro: Member of `Ro`, as a plain number.
        invoke: Invoke id; the answer has that of the question.
        command: Member of `Command`, as a plain number; the error code in an error.
        body: What follows the managed object; the detail in an error.
        link: State (1 first, 2 middle, 3 last) and count of a linked result; None for others.
    """

    ro: int
    invoke: int
    command: int
    body: bytes
    link: tuple[int, int] | None = None


class PolledObject(NamedTuple):
    """One object in a poll's result; `context` and `handle` name it within a session."""

    context: int
    handle: int
    attributes: Attributes


class PollResult(NamedTuple):
    """What a poll, or a part of one, gave.

    Attributes:
        poll: Number of the poll, as in the request.
        sequence: Number of this result; None where a single poll was asked.
        relative: The monitor's relative time [1/8 ms]; for waves the start of the block.
        polled: Class of the objects.
        group: Which attributes were asked for.
        objects: The objects.
    """

    poll: int
    sequence: int | None
    relative: int
    polled: int
    group: int
    objects: tuple[PolledObject, ...]


_ENVELOPE = Struct(">HH")
_OPERATION = Struct(">HHH")
_TWO = Struct(">HH")
_POLL = Struct(">4H")
_U32 = Struct(">I")
_RESULT = Struct(">I8sHHHHH")
_N_MANAGED = 6
_LINKED, _ERROR = int(Ro.LINKED), int(Ro.ERROR)  # an enumeration's member takes longer to look up than to compare
_POLLED, _POLLED_EXTENDED, _NUMERICS = int(Action.POLL), int(Action.EXTENDED_POLL), int(ObjectClass.NUMERICS)
_OBJECTS_MAX = 1024  # a monitor has some 60; past this somebody is making them up

Objects = dict[tuple[int, int], tuple[bytes, PolledObject]]
"""Context and handle to the object as it came last: its bytes, and what stands in them."""


def parse(user_data: bytes) -> Message:
    """Return the data message in `user_data`, which begins with E1.

    Raises:
        Malformed: It is none.
    """
    try:
        if not user_data.startswith(SESSION):
            raise Malformed
        ro, size = _ENVELOPE.unpack_from(user_data, 4)
        if size != len(user_data) - 8:
            raise Malformed
        at, link = 8, None
        if ro == _LINKED:
            at, link = 10, (user_data[8], user_data[9])
        invoke, command, size = _OPERATION.unpack_from(user_data, at)
        at += _OPERATION.size
        if size != len(user_data) - at:
            raise Malformed
        if ro == _ERROR:
            return Message(ro, invoke, command, user_data[at:])
        if size < _N_MANAGED:
            raise Malformed
        return Message(ro, invoke, command, user_data[at + _N_MANAGED :], link)
    except (StructError, IndexError) as error:
        raise Malformed from error


def build(ro: int, invoke: int, command: int, body: bytes, link: tuple[int, int] | None = None) -> bytes:
    """Return the user data of a message about the monitor as a whole; the counterpart of `parse`."""
    operation = _OPERATION.pack(invoke, command, _N_MANAGED + len(body)) + MDS_OBJECT + body
    if link is not None:
        operation = bytes(link) + operation
    return SESSION + _ENVELOPE.pack(ro, len(operation)) + operation


def build_error(invoke: int, code: int) -> bytes:
    """Return the user data of an error (2 access denied, 9 no such action, 15 invalid argument)."""
    operation = _OPERATION.pack(invoke, code, 0)
    return SESSION + _ENVELOPE.pack(Ro.ERROR, len(operation)) + operation


def parse_attributes(data: bytes, at: int = 0) -> tuple[Attributes, int]:
    """Return the attribute list that begins at `at`, and where it ends.

    Raises:
        Malformed: It is cut off, or its parts do not fill it.
    """
    unpack = _TWO.unpack_from
    try:
        n_attributes, size = unpack(data, at)
        at += 4
        end = at + size
        found: dict[int, bytes] = {}
        for _ in range(n_attributes):
            attribute, size = unpack(data, at)
            at += 4
            found[attribute] = data[at : at + size]
            at += size
    except StructError as error:
        raise Malformed from error
    if at != end or end > len(data):
        raise Malformed
    return found, end


def build_attributes(attributes: Sequence[tuple[int, bytes]]) -> bytes:
    """Return an attribute list."""
    body = b"".join(_TWO.pack(attribute, len(value)) + value for attribute, value in attributes)
    return _TWO.pack(len(attributes), len(body)) + body


def parse_counted(data: bytes) -> tuple[int, bytes]:
    """Return the count of a counted list and its bytes.

    Raises:
        Malformed: It is cut off.
    """
    try:
        count, size = _TWO.unpack_from(data)
    except StructError as error:
        raise Malformed from error
    if size > len(data) - 4:
        raise Malformed
    return count, data[4 : 4 + size]


def poll(number: int, polled: int, group: int, *, invoke: int, active_ticks: int | None = None) -> bytes:
    """Return the user data of a poll; extended for `active_ticks` [1/8 ms], single when that is None."""
    argument = _POLL.pack(number, 1, polled, group)
    action = Action.POLL
    if active_ticks is not None:
        argument += build_attributes([(Attribute.ACTIVE_PERIOD, _U32.pack(active_ticks))])
        action = Action.EXTENDED_POLL
    return build(Ro.INVOKE, invoke, Command.ACTION, bytes(4) + _TWO.pack(action, len(argument)) + argument)


def parse_poll_result(body: bytes, known: Objects | None = None) -> PollResult | None:
    """Return the result in the body of a result message; None when it is that of another action.

    Args:
        body: The body.
        known: Numeric objects as they came last, kept up to date here: one that comes with the same bytes, as most do every
            second, is the same object.

    Raises:
        Malformed: It is cut off, or its parts do not fill it.
    """
    try:
        action, size = _TWO.unpack_from(body)
        if size != len(body) - 4:
            raise Malformed
        if action == _POLLED_EXTENDED:
            number, sequence = _TWO.unpack_from(body, 4)
            at = 8
        elif action == _POLLED:
            number, sequence = int.from_bytes(body[4:6], "big"), None
            at = 6
        else:
            return None
        relative, _, _, polled, group, n_contexts, size = _RESULT.unpack_from(body, at)
        at += _RESULT.size
        if size != len(body) - at:
            raise Malformed
        objects: list[PolledObject] = []
        for _ in range(n_contexts):
            context, n_objects, size = _OPERATION.unpack_from(body, at)
            at += _OPERATION.size
            end = at + size
            if known is not None and polled == _NUMERICS:
                at = _take_known(objects, known, context, n_objects, body, at)
            else:
                for _ in range(n_objects):
                    handle, n_attributes, size = _OPERATION.unpack_from(body, at)
                    if n_attributes == 1:  # as of most waves
                        attribute, n_value = _TWO.unpack_from(body, at + 6)
                        at += 10 + n_value
                        if size != 4 + n_value:
                            raise Malformed
                        attributes: Attributes = {attribute: body[at - n_value : at]}
                    else:
                        attributes, at = parse_attributes(body, at + 2)
                    objects.append(PolledObject(context, handle, attributes))
            if at != end:
                raise Malformed
    except (StructError, IndexError) as error:
        raise Malformed from error
    if at != len(body):
        raise Malformed
    return PollResult(number, sequence, relative, polled, group, tuple(objects))


def _take_known(objects: list[PolledObject], known: Objects, context: int, n_objects: int, body: bytes, at: int) -> int:
    """Put the objects that begin at `at` into `objects`, and return where they end; raise as `parse_poll_result`."""
    for _ in range(n_objects):
        handle, _, size = _OPERATION.unpack_from(body, at)
        raw = body[at : at + _OPERATION.size + size]
        before = known.get((context, handle))
        if before is not None and before[0] == raw:
            objects.append(before[1])
            at += len(raw)
            continue
        attributes, at = parse_attributes(body, at + 2)
        item = PolledObject(context, handle, attributes)
        if len(known) >= _OBJECTS_MAX:
            known.clear()
        known[context, handle] = raw, item
        objects.append(item)
    return at


def build_poll_result(result: PollResult) -> bytes:
    """Return the body of a result message; the counterpart of `parse_poll_result`."""
    contexts: dict[int, list[bytes]] = {}
    for item in result.objects:
        encoded = item.handle.to_bytes(2, "big") + build_attributes(tuple(item.attributes.items()))
        contexts.setdefault(item.context, []).append(encoded)
    parts = b"".join(
        _OPERATION.pack(context, len(items), sum(map(len, items))) + b"".join(items)
        for context, items in contexts.items()
    )
    rest = _RESULT.pack(result.relative, NO_TIME, 1, result.polled, result.group, len(contexts), len(parts)) + parts
    if result.sequence is None:
        head, action = result.poll.to_bytes(2, "big"), Action.POLL
    else:
        head, action = _TWO.pack(result.poll, result.sequence & 0xFFFF), Action.EXTENDED_POLL
    return _TWO.pack(action, len(head) + len(rest)) + head + rest


def parse_mds_create(body: bytes) -> tuple[bytes, Attributes] | None:
    """Return the event time and the attributes of an MDS Create Event; None when the event is another.

    Raises:
        Malformed: It is cut off.
    """
    if body[4:6] != MDS_CREATED.to_bytes(2, "big"):
        return None
    attributes, _ = parse_attributes(body, 8 + _N_MANAGED)
    return body[:4], attributes


def mds_create_result(invoke: int, event_time: bytes) -> bytes:
    """Return the user data of the answer to an MDS Create Event, without which the monitor ends the session."""
    return build(Ro.RESULT, invoke, Command.CONFIRMED_EVENT, event_time + _TWO.pack(MDS_CREATED, 0))


def set_wave_priority(labels: Sequence[int], *, invoke: int) -> bytes:
    """Return the user data that asks for these waves (physiological ids), in this order."""
    value = build_labels(labels)
    change = _OPERATION.pack(0, Attribute.WAVE_PRIORITY, len(value)) + value
    return build(Ro.INVOKE, invoke, Command.CONFIRMED_SET, bytes(4) + _TWO.pack(1, len(change)) + change)


def get_wave_priority(*, invoke: int) -> bytes:
    """Return the user data that asks which waves the monitor sends."""
    return build(
        Ro.INVOKE, invoke, Command.GET, bytes(4) + _TWO.pack(1, 2) + Attribute.WAVE_PRIORITY.to_bytes(2, "big")
    )


def build_labels(labels: Sequence[int]) -> bytes:
    """Return a list of labels for physiological ids."""
    return _TWO.pack(len(labels), 4 * len(labels)) + b"".join(_TWO.pack(SCADA, label) for label in labels)


def parse_labels(value: bytes) -> tuple[int, ...]:
    """Return the physiological ids in a list of labels.

    Raises:
        Malformed: It is cut off.
    """
    count, raw = parse_counted(value)
    if len(raw) != 4 * count:
        raise Malformed
    return tuple(physio for partition, physio in _TWO.iter_unpack(raw) if partition == SCADA)
