"""Cuts a Nonin stream and tells its data formats apart: DF1, DF2, DF7, DF8 and DF13.

Rules of the file:
1. A format is locked on by what it repeats, never by one frame. DF2 and DF7: a whole packet of 25 intact frames from one
   frame-1 mark to the next (26 frames). DF8: three groups, DF1: four, that say nearly the same; twelve bytes each, so that a
   stream of five-byte frames can never look like them (two of its marks are always five bytes apart). Groups that differ
   are believed from 15 bytes on. Where the line falls silent after them, two groups that say nearly the same are enough:
   five-byte frames never pause. DF13 has a header, a length, a sum and an end: one packet is enough, and it sends only one a
   spot check.
2. Once locked, DF2 and DF7 are cut in blocks of five frames, each at its place in the packet; blocks that arrived together
   are checked and given out together. One byte that does not fit ends the lock: the rest of that packet is lost, for the
   meaning of a byte depends on the frame's number.
3. Formats may change at any byte; the search begins where the old format ceased to fit.
"""

import re
from collections.abc import Callable
from enum import IntEnum
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from devices.events import RejectReason
from devices.framing import Piece, Stretch


class Format(IntEnum):
    """Nonin's numbers of its data formats."""

    DF1 = 1
    DF2 = 2
    DF7 = 7
    DF8 = 8
    DF13 = 13


FRAME = 5
"""Bytes of a DF2 or DF7 frame."""
FRAMES_A_BLOCK = 5
FRAMES_A_PACKET = 25
BLOCK = FRAME * FRAMES_A_BLOCK
PACKET = FRAME * FRAMES_A_PACKET
BLOCKS_A_PACKET = PACKET // BLOCK
GROUP = {Format.DF1: 3, Format.DF8: 4}
"""Bytes of a group."""
_LOCK_BYTES = 12  # of groups that say nearly the same
_UNSTEADY_LOCK_BYTES = {Format.DF1: 15, Format.DF8: 16}  # of groups that do not
_QUIET_GROUPS = 2  # before a silence
SPO2_NONE, PULSE_NONE = 0x7F, 511
_PULSE_LOW, _PULSE_HIGH = 18, 321  # what the oximeters can measure
SAME_SPO2, SAME_PULSE = 3, 15
"""How far one group may differ from the one a second before: both values are averages of four beats or more."""

SPOT_HEADER = b"\x00\x02\x00\x0d"
SPOT_SHORTEST, _SPOT_LONGEST = 14, 64  # of the data section; it may grow, and needs some end
_SPOT_END = 0x03

WHOLE_PACKET = -1
"""`block` of a piece that is a whole packet of 25 frames."""


class Found(NamedTuple):
    """What was cut.

    Attributes:
        format: Data format.
        block: Place of the first DF2 or DF7 block in its packet (0 to 4), or `WHOLE_PACKET`; 0 for the others.
        offset: Of its first byte in the stream.
        data: One or more blocks in a row, a packet, one or more groups, or a DF13 packet.
    """

    format: Format
    block: int
    offset: int
    data: bytes


_MORE, _NO, _DAMAGED = 0, -1, -2  # verdicts on a place of the stream; above 0: bytes that fit
_START = re.compile(rb"[\x00\x01\x80-\xff]")
_RUN_MAX = 8 * FRAMES_A_BLOCK
"""Most frames that are checked together."""


class NoninFramer:
    """Cuts the stream; unlike the framers of `devices.framing` it says of each piece which format it has."""

    def __init__(self) -> None:
        self.longest = PACKET + FRAME
        self._format: Format | None = None
        self._block = 0
        self._why: RejectReason | None = None
        self._held = b""
        self._offset = 0
        self._stretch = Stretch()
        self._lost: list[Piece] = []

    def feed(self, data: bytes) -> list[Piece | Found]:
        """Take bytes and return what they complete, and what was not taken, in stream order."""
        buffer = self._held + data if self._held else data
        out: list[Piece | Found] = []
        at, n_buffer = 0, len(buffer)
        while at < n_buffer:
            if self._format is None:
                n_taken = self._search(out, buffer, at)
            elif self._format in GROUP:
                n_taken = self._next_group(out, buffer, at, self._format)
            else:
                n_taken = self._next_blocks(out, buffer, at, self._format)
            if n_taken > 0:
                at += n_taken
            elif n_taken == _MORE:
                break
        out += self._lost
        self._lost.clear()
        self._held = buffer[at:]
        self._offset += at
        return out

    def settle(self) -> list[Piece | Found]:
        """Take what is held for complete, for nothing has come after it: whole groups that say nearly the same."""
        out: list[Piece | Found] = []
        if self._format is None:
            for format_, size in GROUP.items():
                if _fits_before_silence(self._held, size):
                    n_taken = self._lock(out, format_, 0, self._held)
                    self._held = b""
                    self._offset += n_taken
                    break
        return out

    def flush(self) -> list[Piece | Found]:
        """End the stream: return the packet that is whole at its end, what is held as not taken, and start over at offset 0."""
        out = self.settle()
        if self._format is None and len(self._held) == PACKET:
            for format_ in (Format.DF2, Format.DF7):
                if all(_is_frame(self._held, at, format_, at == 0) for at in range(0, PACKET, FRAME)):
                    self._give(out, format_, WHOLE_PACKET, 0, self._held)
                    self._held = b""
                    break
        left: list[Piece] = []
        if self._held:
            self._stretch.go_on(left, self._offset, self._held)
        self._stretch.end(left)
        self._held, self._offset = b"", 0
        self._format = self._why = None
        return [*out, *left]

    def _give(self, out: list[Piece | Found], format_: Format, block: int, at: int, data: bytes) -> int:
        self._stretch.end(self._lost)
        out += self._lost
        self._lost.clear()
        out.append(Found(format_, block, self._offset + at, data))
        return len(data)

    def _unlock(self, why: RejectReason) -> int:
        self._format, self._why = None, why
        return _NO

    def _search(self, out: list[Piece | Found], buffer: bytes, at: int) -> int:
        found = _START.match(buffer, at)
        why, self._why = self._why, None
        if found is None:
            begins = _START.search(buffer, at)
            skipped = buffer[at : begins.start() if begins else len(buffer)]
        else:
            for format_, find in _FINDERS[found.group()[0]]:
                verdict = find(buffer, at)
                if verdict == _MORE:
                    self._why = why
                    return _MORE
                if verdict > 0:
                    return self._lock(out, format_, at, buffer[at : at + verdict])
                if verdict == _DAMAGED:
                    why = RejectReason.CHECKSUM
            skipped = buffer[at : at + 1]
        if why is None:
            self._stretch.go_on(self._lost, self._offset + at, skipped)
        else:
            self._stretch.begin(self._lost, why, self._offset + at, skipped)
        return len(skipped)

    def _lock(self, out: list[Piece | Found], format_: Format, at: int, data: bytes) -> int:
        if format_ is Format.DF13:
            return self._give(out, format_, 0, at, data)
        self._format, self._block = format_, 0
        if format_ in GROUP:
            return self._give(out, format_, 0, at, data)
        return self._give(
            out, format_, WHOLE_PACKET, at, data[:PACKET]
        )  # frame 1 of the next one has only confirmed it

    def _next_blocks(self, out: list[Piece | Found], buffer: bytes, at: int, format_: Format) -> int:
        n_frames = min((len(buffer) - at) // FRAME, _RUN_MAX)
        block = self._block
        if not _are_frames(buffer[at : at + n_frames * FRAME], format_, block, n_frames):
            n_frames = min(n_frames, FRAMES_A_BLOCK)
            if n_frames < FRAMES_A_BLOCK or not _are_frames(buffer[at : at + BLOCK], format_, block, n_frames):
                return self._unlock(RejectReason.CHECKSUM)
        n_blocks = n_frames // FRAMES_A_BLOCK
        if not n_blocks:
            return _MORE
        self._block = (block + n_blocks) % BLOCKS_A_PACKET
        return self._give(out, format_, block, at, buffer[at : at + n_blocks * BLOCK])

    def _next_group(self, out: list[Piece | Found], buffer: bytes, at: int, format_: Format) -> int:
        size = GROUP[format_]
        verdict = _fits_groups(buffer, at, size, size)
        if verdict == _NO:
            return self._unlock(RejectReason.FRAMING)
        return self._give(out, format_, 0, at, buffer[at : at + size]) if verdict > 0 else _MORE


def _is_frame(buffer: bytes, at: int, format_: Format, is_first: bool) -> bool:
    status = buffer[at]
    if format_ is Format.DF2:
        if status != 0x01:
            return False
        status = buffer[at + 1]
    return status & 0x81 == 0x80 + is_first and sum(buffer[at : at + 4]) & 0xFF == buffer[at + 4]


def _are_frames(frames: bytes, format_: Format, block: int, n_frames: int) -> bool:
    """Check frames in a row at once, the first of which begins a block: all of them are one number, one lane a frame."""
    marks, marked, checks = _lanes(format_, block, n_frames)
    number = int.from_bytes(frames, "big")
    if number & marks != marked:
        return False
    total = (
        (number >> 8 & checks) + (number >> 16 & checks) + (number >> 24 & checks) + (number >> 32 & checks)
    )  # below 1024 in each lane, so none runs over into the next
    return total & checks == number & checks


@cache
def _lanes(format_: Format, block: int, n_frames: int) -> tuple[int, int, int]:
    """Return the bits of so many frames that tell a frame by their value, that value, and the bytes of the sums."""
    places = range(block * FRAMES_A_BLOCK, block * FRAMES_A_BLOCK + n_frames)
    statuses = [0x80 + (place % FRAMES_A_PACKET == 0) for place in places]
    if format_ is Format.DF2:
        marks, marked = b"\xff\x81\0\0\0" * n_frames, b"".join(b"\1%c\0\0\0" % status for status in statuses)
    else:
        marks, marked = b"\x81\0\0\0\0" * n_frames, b"".join(b"%c\0\0\0\0" % status for status in statuses)
    checks = b"\0\0\0\0\xff" * n_frames
    return int.from_bytes(marks, "big"), int.from_bytes(marked, "big"), int.from_bytes(checks, "big")


def _fits_packet(buffer: bytes, at: int, format_: Format) -> int:
    n_whole = min((len(buffer) - at) // FRAME, FRAMES_A_PACKET + 1)
    for i in range(n_whole):
        if not _is_frame(buffer, at + i * FRAME, format_, i % FRAMES_A_PACKET == 0):
            return _NO
    return PACKET + FRAME if n_whole > FRAMES_A_PACKET else _MORE


def _fits_groups(buffer: bytes, at: int, size: int, n_bytes: int) -> int:
    found = buffer[at : at + n_bytes]
    for i, byte in enumerate(found):
        place = i % size
        if (byte >= 0x80) is not (place == 0) or (place == 2 and 100 < byte != SPO2_NONE):
            return _NO
    return n_bytes if len(found) == n_bytes else _MORE


def _fits_spot(buffer: bytes, at: int) -> int:
    if not SPOT_HEADER.startswith(buffer[at : at + 4]):
        return _NO
    if len(buffer) < at + 6:
        return _MORE
    size = int.from_bytes(buffer[at + 4 : at + 6], "big")
    if not SPOT_SHORTEST <= size <= _SPOT_LONGEST:
        return _NO
    packet = buffer[at : at + 6 + size + 2]
    if len(packet) < 6 + size + 2:
        return _MORE
    return len(packet) if sum(packet[6:-2]) & 0xFF == packet[-2] and packet[-1] == _SPOT_END else _DAMAGED


def group_numbers(group: bytes) -> tuple[int, int]:
    """Return pulse rate and SpO2 as sent."""
    return (group[0] & 0x03) * 128 + group[1], group[2]


def _fits_lock(buffer: bytes, at: int, format_: Format) -> int:
    size = GROUP[format_]
    verdict = _fits_groups(buffer, at, size, _LOCK_BYTES)
    if verdict > 0 and not _is_steady(buffer[at : at + _LOCK_BYTES], size):
        verdict = _fits_groups(buffer, at, size, _UNSTEADY_LOCK_BYTES[format_])
    return verdict if verdict <= 0 or _is_measurable(buffer[at : at + verdict], size) else _NO


def _fits_before_silence(held: bytes, size: int) -> bool:
    return (
        len(held) % size == 0
        and len(held) >= _QUIET_GROUPS * size
        and _fits_groups(held, 0, size, len(held)) > 0
        and _is_measurable(held, size)
        and _is_steady(held, size)
    )


def _numbers(groups: bytes, size: int) -> list[tuple[int, int]]:
    return [group_numbers(groups[at : at + size]) for at in range(0, len(groups), size)]


def _is_measurable(groups: bytes, size: int) -> bool:
    return all(_PULSE_LOW <= pulse <= _PULSE_HIGH or pulse == PULSE_NONE for pulse, _ in _numbers(groups, size))


def _is_steady(groups: bytes, size: int) -> bool:
    """Say whether each group says nearly the same as the one before, or one of the two says "none"."""
    return all(
        (PULSE_NONE in (pulse, other_pulse) or abs(pulse - other_pulse) <= SAME_PULSE)
        and (SPO2_NONE in (spo2, other_spo2) or abs(spo2 - other_spo2) <= SAME_SPO2)
        for (pulse, spo2), (other_pulse, other_spo2) in pairwise(_numbers(groups, size))
    )


_Finder = tuple[Format, Callable[[bytes, int], int]]
_MARKED: tuple[_Finder, ...] = (
    (Format.DF7, lambda buffer, at: _fits_packet(buffer, at, Format.DF7)),
    (Format.DF8, lambda buffer, at: _fits_lock(buffer, at, Format.DF8)),
    (Format.DF1, lambda buffer, at: _fits_lock(buffer, at, Format.DF1)),
)
_FINDERS: dict[int, tuple[_Finder, ...]] = {
    0x00: ((Format.DF13, _fits_spot),),
    0x01: ((Format.DF2, lambda buffer, at: _fits_packet(buffer, at, Format.DF2)),),
    **dict.fromkeys(range(0x80, 0x100), _MARKED),
}
"""What may begin with a byte, in the order of trying."""
