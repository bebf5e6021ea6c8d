"""Flags, escapes and checksum around a record.

Frame: `7E | record | checksum | 7E`, checksum = sum of the record's bytes, low 8 bits. In record and checksum 7E is sent as
`7D 5E` and 7D as `7D 5D`. One flag may end a frame and begin the next; a flag counts as part of what follows it.

Source: GE "S/5 Computer Interface Specification", M1017617, chapter on the data link.
"""

from collections.abc import Iterator

from devices.events import RejectReason
from devices.framing import STRETCH_MAX, Piece, sum8

FLAG, ESCAPE = b"\x7e", b"\x7d"
_FLAG_SENT, _ESCAPE_SENT = b"\x7d\x5e", b"\x7d\x5d"

SHORTEST_RECORD = 40
LONGEST_RECORD = 40 + 1450
LONGEST_FRAME = 2 * (LONGEST_RECORD + 1) + 2


def encode(record: bytes) -> bytes:
    """Return the frame of a record, with a flag at both ends."""
    checked = record + bytes([sum8(record)])
    return FLAG + checked.replace(ESCAPE, _ESCAPE_SENT).replace(FLAG, _FLAG_SENT) + FLAG


def unescaped(wire: bytes) -> bytes | None:
    """Return what stood before the escapes; None when one of them is none of the two that exist."""
    if ESCAPE not in wire:
        return wire
    if wire.count(ESCAPE) != wire.count(_FLAG_SENT) + wire.count(_ESCAPE_SENT):
        return None
    return wire.replace(_FLAG_SENT, FLAG).replace(_ESCAPE_SENT, ESCAPE)


def not_taken(reason: RejectReason, offset: int, wire: bytes) -> Iterator[Piece]:
    """Cut bytes that were not taken into pieces that an event can hold."""
    for at in range(0, len(wire), STRETCH_MAX):
        yield reason, offset + at, wire[at : at + STRETCH_MAX]


class RecordFramer:
    """Cuts the stream into records, given out without flags, escapes and checksum; a `devices.framing.Framer`."""

    def __init__(self) -> None:
        self.longest = LONGEST_FRAME
        self._held = b""
        self._offset = 0
        self._stray: RejectReason | None = RejectReason.FRAMING  # why bytes before the next flag are not taken

    def feed(self, data: bytes) -> list[Piece]:
        """Take bytes in whatever pieces and return the records, and what was not taken."""
        buffer = self._held + data
        out: list[Piece] = []
        base, at = self._offset, 0
        while at < len(buffer):
            # With a flag in hand, look for the next one; without, everything up to the next one is lost.
            end = buffer.find(FLAG, at + (self._stray is None))
            if self._stray is not None:
                n_lost = end - at if end >= 0 else (len(buffer) - at) // STRETCH_MAX * STRETCH_MAX
                out += not_taken(self._stray, base + at, buffer[at : at + n_lost])
                at += n_lost
                if end < 0:
                    break
                self._stray = None
            elif end - at >= self.longest or (end < 0 and len(buffer) - at >= self.longest):
                self._stray = RejectReason.OVERFLOW
                out += not_taken(self._stray, base + at, buffer[at : at + STRETCH_MAX])
                at += STRETCH_MAX
            elif end < 0:
                break
            else:
                out += _taken(base + at, buffer[at:end])
                at = end
        self._held = buffer[at:]
        self._offset = base + at
        return out

    def flush(self) -> list[Piece]:
        """End the stream: return what is held as not taken, and start over at offset 0."""
        held = b"" if self._held == FLAG else self._held
        out = list(not_taken(self._stray or RejectReason.FRAMING, self._offset, held))
        self._held, self._offset, self._stray = b"", 0, RejectReason.FRAMING
        return out


def _taken(offset: int, wire: bytes) -> Iterator[Piece]:
    """Give out what stands from one flag up to the next: a record, or nothing between two flags, or nothing of worth."""
    if len(wire) == 1:
        return
    body = unescaped(wire[1:])
    if body is None or len(body) <= SHORTEST_RECORD:
        yield from not_taken(RejectReason.FRAMING, offset, wire)
    elif sum8(body[:-1]) != body[-1]:
        yield from not_taken(RejectReason.CHECKSUM, offset, wire)
    elif int.from_bytes(body[:2], "little") != len(body) - 1:
        yield from not_taken(RejectReason.FRAMING, offset, wire)
    else:
        yield None, offset, body[:-1]
