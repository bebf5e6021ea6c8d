"""What the host may ask, and nothing that changes anything on the monitor.

Requests carry level 0, as the document's examples do. Every one of them is listed here: displayed values, the auxiliary
record, waves, alarms.

Source: GE "S/5 Computer Interface Specification", M1017617, requests and their examples.
"""

from collections.abc import Sequence
from enum import IntEnum, IntFlag
from struct import Struct

from devices.drivers.datex_s5.framing import encode
from devices.drivers.datex_s5.record import HEADER_SIZE, Kind, Values

VALUES_REQUEST = Struct("<Bhih")  # type, interval, classes, reserved
WAVES_REQUEST = Struct("<hh8s16s4x")  # start or stop, reserved, types, further types
ALARMS_REQUEST = Struct("<h10x")

ONCE, STOP = -1, 0
"""Intervals with a meaning of their own."""
SHORTEST_INTERVAL_S = 5
"""The least interval of displayed values."""
WAVES_MAX_HZ = 600
"""Sum of sample rates past which the monitor drops waves in silence."""
NO_MORE_WAVES = 0xFF

_HEADER_OF_REQUEST = Struct("<HBBHIBBHh24s")
_DESCRIPTORS = b"\x00\x00\x00" + b"\x00\x00\xff" + bytes(18)


class Classes(IntFlag):
    """phdb_class_bf: which classes to add to the basic one."""

    BASIC = 0
    WITHOUT_BASIC = 1
    EXT1 = 2
    EXT2 = 4
    EXT3 = 8


class AlarmCommand(IntEnum):
    """cmd of the alarm request."""

    ONCE = 0
    ENTER = 2
    LEAVE = 3


def _request(kind: Kind, body: bytes) -> bytes:
    header = _HEADER_OF_REQUEST.pack(HEADER_SIZE + len(body), 0, 0, 0, 0, 0, 0, 0, kind, _DESCRIPTORS)
    return encode(header + body)


def values(which: Values, interval_s: int, classes: Classes = Classes.BASIC) -> bytes:
    """Ask for physiological values every `interval_s` [s]; `ONCE` and `STOP` are intervals too."""
    return _request(Kind.PHYSIOLOGICAL, VALUES_REQUEST.pack(which, interval_s, classes, 0))


def waves(types: Sequence[int]) -> bytes:
    """Ask for up to eight waves, by their types; replaces what was asked before."""
    wanted = bytes(types) + bytes([NO_MORE_WAVES]) * (len(types) < 8)
    return _request(Kind.WAVES, WAVES_REQUEST.pack(0, 0, wanted.ljust(8, b"\x00"), bytes(16)))


def no_waves() -> bytes:
    """Ask for an end of all waves. The document's printed example lacks a byte; this has all 72."""
    return _request(Kind.WAVES, WAVES_REQUEST.pack(1, 0, bytes([NO_MORE_WAVES]).ljust(8, b"\x00"), bytes(16)))


def alarms(command: AlarmCommand) -> bytes:
    """Ask for the monitor's alarms (CARESCAPE only)."""
    return _request(Kind.ALARMS, ALARMS_REQUEST.pack(command))
