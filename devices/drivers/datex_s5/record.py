"""The 40-byte header that every record begins with, and where its subrecords are.

The descriptors end at the first type FF; the offsets of unused ones are garbage and are not looked at.

Source: "S/5 System Interface Datex-Ohmeda Record Specification", 8005313, record header.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import IntEnum
from struct import Struct
from typing import NamedTuple

HEADER_SIZE = 40
MAX_PARTS = 8
_HEADER = Struct("<HBBHIBBHh")
_DESCRIPTOR = Struct("<hB")
_DESCRIPTORS_AT = 16
_LAST = 0xFF

UNUSED_BY_MONITOR = b"\xbd\xbd\xff"
"""What a real monitor sends in descriptors that it does not use."""

LEVEL_YEARS = {2: 1995, 3: 1997, 4: 1998, 5: 1999, 6: 2001, 7: 2002, 8: 2003, 9: 2005, 10: 2009, 11: 2015}
"""Interface levels and the years that the document names them after."""

FIRST_LEVEL_WITH_EXT = 3
FIRST_LEVEL_WITH_ALARMS = 10


REQUEST = 0
"""sr_type of what a host asks; no subrecord of a monitor has it."""


class Kind(IntEnum):
    """r_maintype: what a record carries."""

    PHYSIOLOGICAL = 0
    WAVES = 1
    ALARMS = 4
    NETWORK = 5  # not on a serial line
    EVENTS = 8  # not on a serial line


class Values(IntEnum):
    """sr_type of a physiological subrecord."""

    DISPLAYED = 1
    TREND_10_S = 2
    TREND_60_S = 3
    AUXILIARY = 4


ALARM_STATUS = 1
"""sr_type of an alarm subrecord."""


class Record(NamedTuple):
    """A record, taken apart.

    Attributes:
        number: Counts the records, 0 to 255 and round.
        level: Interface level of the monitor.
        time_s: The monitor's clock, seconds since 1970 (wall time of the place, written as if it were UTC).
        kind: One of `Kind`, or a number that is none.
        data: All of the record.
        parts: Type of each subrecord, and where in `data` it begins.
    """

    number: int
    level: int
    time_s: int
    kind: int
    data: bytes
    parts: tuple[tuple[int, int], ...]


def parse(data: bytes) -> Record | None:
    """Return the record; None when a subrecord would begin outside of it.

    Args:
        data: At least a whole header, as `RecordFramer` gives it out.
    """
    _, number, level, _, time_s, _, _, _, kind = _HEADER.unpack_from(data)
    parts: list[tuple[int, int]] = []
    for offset, part in _DESCRIPTOR.iter_unpack(data[_DESCRIPTORS_AT:HEADER_SIZE]):
        if part == _LAST:
            break
        if not 0 <= offset < len(data) - HEADER_SIZE:
            return None
        parts.append((part, HEADER_SIZE + offset))
    return Record(number, level, time_s, kind, data, tuple(parts))


def build(
    kind: Kind,
    parts: Sequence[tuple[int, bytes]],
    *,
    number: int = 0,
    level: int = 0,
    time_s: int = 0,
    unused: bytes = UNUSED_BY_MONITOR,
) -> bytes:
    """Return the record of up to eight subrecords (type, bytes).

    Args:
        kind: What it carries.
        parts: Subrecords in their order.
        number: Record counter.
        level: Interface level; 0 in requests.
        time_s: The monitor's clock.
        unused: What stands in the descriptors that are not used; the first of them ends the list.
    """
    descriptors, body = b"", b""
    for part, data in parts:
        descriptors += _DESCRIPTOR.pack(len(body), part)
        body += data
    descriptors += unused * (MAX_PARTS - len(parts))
    return _HEADER.pack(HEADER_SIZE + len(body), number, level, 0, time_s, 0, 0, 0, kind) + descriptors + body


def clock_text(time_s: int) -> str:
    """Return the monitor's own time for people."""
    return (datetime(1970, 1, 1) + timedelta(seconds=time_s)).isoformat()
