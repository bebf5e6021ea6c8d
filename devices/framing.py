"""Cuts a byte stream into frames: no port, no clock, no knowledge of what a frame means.

Rules of the file:
1. Every byte of the stream ends up in exactly one piece: a frame, or a stretch that was not taken (an empty line between
   two line ends is the one thing that goes unsaid).
2. Pieces depend on the stream alone, never on how it was split.
3. A framer holds at most one longest frame and one stretch of `STRETCH_MAX` bytes, whatever arrives.
4. A stretch that was not taken starts where a frame failed (or sync was missing) and ends at the next good frame; longer
   ones come out in pieces of `STRETCH_MAX` bytes.

The loops run over frames (`bytes.find`), not over bytes.
"""

import re
from collections.abc import Callable, Collection, Mapping
from operator import methodcaller
from typing import Protocol

from devices.events import FrameRejected, RejectReason

STRETCH_MAX = 64
"""Most bytes in one rejected piece: what `FrameRejected.raw` can hold."""

Piece = tuple[RejectReason | None, int, bytes]
"""(None, offset of the first wire byte, frame) or (reason, offset, bytes that were not taken)."""


class Framer(Protocol):
    """What all framers do."""

    longest: int
    """Most bytes of the wire in one frame."""

    def feed(self, data: bytes) -> list[Piece]:
        """Take bytes in whatever pieces they came and return what they complete, in stream order."""
        ...

    def flush(self) -> list[Piece]:
        """End the stream: return what is held as not taken, and start over at offset 0."""
        ...


def sum8(data: bytes) -> int:
    """Return the sum of the bytes, low 8 bits."""
    return sum(data) & 0xFF


def xor8(data: bytes) -> int:
    """Return the exclusive or of the bytes."""
    folded, shift = int.from_bytes(data, "big"), 4 << len(data).bit_length()
    while shift >= 8:  # half of what may still count is laid over the other, until that is one byte
        folded ^= folded >> shift
        shift >>= 1
    return folded & 0xFF


def rejection(piece: Piece, now_ns: int) -> FrameRejected:
    """Return the event for a piece that was not taken (a frame without a reason counts as `FRAMING`)."""
    reason, offset, raw = piece
    return FrameRejected(
        t_ns=now_ns,
        reason=reason or RejectReason.FRAMING,
        offset=offset,
        length=len(raw),
        raw=raw[:STRETCH_MAX],
    )


def rejections(piece: Piece, now_ns: int) -> list[FrameRejected]:
    """Return the events for a piece that was not taken and may be longer than one event can hold."""
    reason, offset, raw = piece
    places = range(0, len(raw), STRETCH_MAX)
    return [rejection((reason, offset + at, raw[at : at + STRETCH_MAX]), now_ns) for at in places]


class Stretch:
    """Gathers neighbouring bytes that were not taken.

    Attributes:
        is_begun: Whether there is one; to be asked before `end` where that is called for every frame.
    """

    def __init__(self) -> None:
        self.is_begun = False
        self._bytes = bytearray()
        self._offset = 0
        self._reason: RejectReason | None = None

    def begin(self, out: list[Piece], reason: RejectReason, offset: int, data: bytes) -> None:
        """End the stretch before, and start one with `data` for a reason of its own."""
        self.end(out)
        self._reason = reason
        self._extend(out, offset, data)

    def go_on(self, out: list[Piece], offset: int, data: bytes) -> None:
        """Add `data` to the stretch; a new one is for want of framing."""
        if self._reason is None:
            self._reason = RejectReason.FRAMING
        self._extend(out, offset, data)

    def end(self, out: list[Piece]) -> None:
        """Give out what is gathered."""
        if self._bytes:
            out.append((self._reason, self._offset, bytes(self._bytes)))
            self._bytes.clear()
        self._reason = None
        self.is_begun = False

    def _extend(self, out: list[Piece], offset: int, data: bytes) -> None:
        self.is_begun = True
        if not self._bytes:
            self._offset = offset
        self._bytes += data
        while len(self._bytes) >= STRETCH_MAX:
            out.append((self._reason, self._offset, bytes(self._bytes[:STRETCH_MAX])))
            del self._bytes[:STRETCH_MAX]
            self._offset += STRETCH_MAX


class LengthFramer:
    """Frames of a fixed header, one length byte right after it, and a byte that makes the sum of the whole come out.

    A frame whose check fails gives up its first byte only, so that a good frame inside its supposed length is not lost.
    """

    def __init__(
        self,
        *,
        header: bytes,
        adds: int,
        shortest: int,
        longest: int,
        sums_to: int,
        sizes: Collection[int] | None = None,
    ) -> None:
        """Describe the frames.

        Args:
            header: The bytes that begin each frame.
            adds: Frame length less the value of the length byte.
            shortest: Least bytes of a frame, header and all.
            longest: Most bytes of a frame.
            sums_to: What the bytes of an intact frame sum to, header and all, modulo 256.
            sizes: How many bytes a frame may have, header and all; None for any number between the two.
        """
        self.longest = longest
        allowed = frozenset(range(shortest, longest + 1) if sizes is None else sizes)
        self._sizes = tuple(value + adds if value + adds in allowed else 0 for value in range(256))  # 0: no frame's
        self._header = header
        self._sums_to = sums_to
        self._held = b""
        self._offset = 0
        self._stretch = Stretch()

    def feed(self, data: bytes) -> list[Piece]:
        """Take bytes and return the frames, header and all, and what was not taken."""
        buffer = self._held + data if self._held else data
        out: list[Piece] = []
        header, sizes, sums_to, base = self._header, self._sizes, self._sums_to, self._offset
        n_header, n_buffer, stretch = len(header), len(buffer), self._stretch
        n_sized = n_buffer - n_header  # a header before this place has its length byte
        at = 0
        while True:
            last = b""
            while at < n_sized and buffer.startswith(header, at):  # frame on frame, as nearly always
                size = sizes[buffer[at + n_header]]
                end = at + size
                if not size or end > n_buffer:
                    break
                frame = buffer[at:end]
                if frame == last:
                    # the same frame again needs no second look, and is the same object
                    while buffer.startswith(last, at):
                        out.append((None, base + at, last))
                        at += size
                    continue
                if sum(frame) & 0xFF != sums_to:  # said here: a call for each frame is a tenth of what a driver costs
                    break
                last = frame
                if stretch.is_begun:
                    stretch.end(out)
                out.append((None, base + at, frame))
                at = end
            start = buffer.find(header, at)
            if start < 0:
                start = max(at, n_buffer - n_header + 1)
                while not header.startswith(buffer[start:]):
                    start += 1
                if start > at:
                    stretch.go_on(out, base + at, buffer[at:start])
                break
            if start > at:
                stretch.go_on(out, base + at, buffer[at:start])
                at = start
            if start >= n_sized:
                break
            size = sizes[buffer[start + n_header]]
            if not size:
                stretch.begin(out, RejectReason.FRAMING, base + start, buffer[start : start + 1])
                at = start + 1
                continue
            if start + size > n_buffer:
                break
            if sum8(buffer[start : start + size]) != sums_to:
                stretch.begin(out, RejectReason.CHECKSUM, base + start, buffer[start : start + 1])
                at = start + 1
        self._held = buffer[start:]
        self._offset = base + start
        return out

    def give_up(self) -> list[Piece]:
        """Let go of an unfinished frame whose rest is overdue: its first byte is not taken, the others are looked at anew."""
        if not self._held:
            return []
        out: list[Piece] = []
        self._stretch.begin(out, RejectReason.FRAMING, self._offset, self._held[:1])
        rest, self._held = self._held[1:], b""
        self._offset += 1
        return [*out, *self.feed(rest)]

    def flush(self) -> list[Piece]:
        """End the stream: return what is held as not taken, and start over at offset 0."""
        out: list[Piece] = []
        if self._held:
            self._stretch.go_on(out, self._offset, self._held)
        self._stretch.end(out)
        self._held, self._offset = b"", 0
        return out


class Run(bytes):
    """Frames of one size in a row, each with its start byte, escapes undone."""


class StuffedFramer:
    """Frames of a start byte that never occurs elsewhere unescaped, a length byte, and a check, all after it escaped.

    Given out without the start byte and with the escapes undone; the frames that mostly come may also be given out as a
    `Run`. Which frames there are depends on the stream alone, and how many of them come as one run on how it was split. A
    start byte inside an unfinished frame ends that frame.
    """

    def __init__(
        self,
        *,
        start: int,
        escape: int,
        escaped: Mapping[int, int],
        adds: int,
        is_intact: Callable[[bytes], bool],
        runs: re.Pattern[bytes] | None = None,
        are_intact: Callable[[bytes], bool] | None = None,
    ) -> None:
        """Describe the frames.

        Args:
            start: The byte that begins each frame.
            escape: The byte that begins an escaped pair.
            escaped: What each second byte of a pair stands for; any other second byte breaks the frame.
            adds: Unescaped frame length without the start byte, less the value of the length byte.
            is_intact: Says of an unescaped frame whether its check holds.
            runs: Whole frames of one size in a row, as on the wire, their escapes unbroken, up to a start byte or the end;
                None for no runs.
            are_intact: Says of such frames, escapes undone, whether the checks of all of them hold.
        """
        self._runs = runs
        self._are_intact = are_intact
        self.longest = 1 + 2 * (0xFF + adds)
        self._start = bytes([start])
        self._escape = escape
        self._escaped = dict(escaped)
        pairs = [(bytes([escape, second]), bytes([plain])) for second, plain in escaped.items()]
        self._pairs = sorted(pairs, key=lambda pair: pair[1][0] == escape)  # that of the escape itself last
        self._adds = adds
        self._is_intact = is_intact
        self._held = b""
        self._offset = 0
        self._stretch = Stretch()

    def feed(self, data: bytes) -> list[Piece]:
        """Take bytes and return the unescaped frames, without start byte, and what was not taken."""
        buffer = self._held + data if self._held else data
        out: list[Piece] = []
        base, stretch, n_buffer = self._offset, self._stretch, len(buffer)
        runs, are_intact, escape, adds = self._runs, self._are_intact, self._escape, self._adds
        at = buffer.find(self._start)
        if at < 0:
            at = n_buffer
        if at > 0:
            stretch.go_on(out, base, buffer[:at])
        while at < n_buffer:
            found = runs.match(buffer, at) if runs is not None else None
            if found is not None and are_intact is not None:
                run = found[0]
                if escape in run:
                    for pair, plain in self._pairs:
                        run = run.replace(pair, plain)
                if are_intact(run):
                    if stretch.is_begun:
                        stretch.end(out)
                    out.append((None, base + at, Run(run)))
                    at = found.end()
                    continue
            end = buffer.find(self._start, at + 1)
            wire = buffer[at + 1 :] if end < 0 else buffer[at + 1 : end]
            if escape in wire:
                frame = self._without_escapes(wire)
            elif end < 0 and (not wire or len(wire) < wire[0] + adds):
                break
            else:
                frame = wire
            if frame and len(frame) == frame[0] + adds and self._is_intact(frame):
                if stretch.is_begun:
                    stretch.end(out)
                out.append((None, base + at, frame))
            elif not self._take_odd(out, base + at, wire, is_last=end < 0):
                break
            at += 1 + len(wire)
        self._held = buffer[at:]
        self._offset = base + at
        return out

    def _take_odd(self, out: list[Piece], offset: int, wire: bytes, *, is_last: bool) -> bool:
        """Take what follows a start byte and is not exactly one good frame; return False when its rest may still come."""
        stretch = self._stretch
        frame, taken = self._unescape(wire[: self.longest - 1])
        if not taken and is_last:
            return False
        if frame and self._is_intact(frame):
            stretch.end(out)
            out.append((None, offset, frame))
            if taken < len(wire):
                stretch.go_on(out, offset + 1 + taken, wire[taken:])
        else:
            reason = RejectReason.CHECKSUM if frame else RejectReason.FRAMING
            stretch.begin(out, reason, offset, self._start + wire)
        return True

    def _without_escapes(self, wire: bytes) -> bytes:
        """Return what all of `wire` stands for; b"" when it is not escaped pairs and plain bytes."""
        if wire.count(self._escape) != sum([wire.count(pair) for pair, _ in self._pairs]):
            return b""
        for pair, plain in self._pairs:
            wire = wire.replace(pair, plain)
        return wire

    def flush(self) -> list[Piece]:
        """End the stream: return what is held as not taken, and start over at offset 0."""
        out: list[Piece] = []
        if self._held:
            self._stretch.begin(out, RejectReason.FRAMING, self._offset, self._held)
        self._stretch.end(out)
        self._held, self._offset = b"", 0
        return out

    def _unescape(self, wire: bytes) -> tuple[bytes, int]:
        """Return the frame that `wire` begins with and how many of its bytes that took.

        (b"", 0) while the frame is unfinished, (b"", n above 0) when an escape is broken at its n-th byte.
        """
        if self._escape not in wire:
            size = wire[0] + self._adds if wire else 1
            return (wire[:size], size) if len(wire) >= size else (b"", 0)
        frame = bytearray()
        at = 0
        while at < len(wire):
            value = wire[at]
            at += 1
            if value == self._escape:
                if at == len(wire):
                    break
                original = self._escaped.get(wire[at])
                at += 1
                if original is None:
                    return b"", at
                value = original
            frame.append(value)
            if len(frame) == frame[0] + self._adds:
                return bytes(frame), at
        return b"", 0


class LineFramer:
    """Lines that end with one byte, or one of several, given out without it. Empty lines are skipped."""

    def __init__(self, *, end: bytes, longest: int) -> None:
        """Describe the lines.

        Args:
            end: The byte that ends a line, or several of which each does (CR and LF in any order).
            longest: Most bytes of a line, its end counted; a longer one is not taken (`OVERFLOW`).
        """
        self.longest = longest
        edges = re.compile(b"[" + re.escape(end) + b"]")
        self._split: Callable[[bytes], list[bytes]] = edges.split if len(end) > 1 else methodcaller("split", end)
        self._held = b""
        self._offset = 0
        self._is_overlong = False
        self._stretch = Stretch()

    def feed(self, data: bytes) -> list[Piece]:
        """Take bytes and return the lines, and what was not taken."""
        buffer = self._held + data if self._held else data
        out: list[Piece] = []
        base, stretch = self._offset, self._stretch
        at = 0
        *lines, rest = self._split(buffer)
        longest = self.longest
        for line in lines:
            size = len(line) + 1
            if self._is_overlong:
                stretch.go_on(out, base + at, buffer[at : at + size])
                stretch.end(out)
                self._is_overlong = False
            elif size > longest:
                stretch.begin(out, RejectReason.OVERFLOW, base + at, buffer[at : at + size])
                stretch.end(out)
            elif line:
                out.append((None, base + at, line))
            at += size
        if self._is_overlong:
            stretch.go_on(out, base + at, rest)
            at, rest = len(buffer), b""
        elif len(rest) >= self.longest:
            self._is_overlong = True
            stretch.begin(out, RejectReason.OVERFLOW, base + at, rest)
            at, rest = len(buffer), b""
        self._held = rest
        self._offset = base + at
        return out

    def flush(self) -> list[Piece]:
        """End the stream: return what is held as not taken, and start over at offset 0."""
        out: list[Piece] = []
        if self._held:
            self._stretch.begin(out, RejectReason.FRAMING, self._offset, self._held)
        self._stretch.end(out)
        self._held, self._offset, self._is_overlong = b"", 0, False
        return out


class BracketedFramer:
    """Frames between a byte that begins and a byte that ends them, neither of which occurs inside.

    Given out as opened: escapes undone, check removed. A first byte inside an unfinished frame ends that frame and begins
    another.
    """

    def __init__(self, *, begin: int, end: int, longest: int, opened: Callable[[bytes], bytes | RejectReason]) -> None:
        """Describe the frames.

        Args:
            begin: The byte that begins each frame.
            end: The byte that ends it.
            longest: Most bytes of a frame on the wire, begin and end counted; a longer one is not taken (`OVERFLOW`).
            opened: Returns the contents of what stands between the two bytes, or why they are not taken.
        """
        self.longest = longest
        self._begin, self._end = bytes([begin]), bytes([end])
        self._edges = re.compile(b"[" + re.escape(bytes([begin, end])) + b"]")
        self._opened = opened
        self._held = b""
        self._offset = 0
        self._n_searched = 0
        self._stretch = Stretch()

    def feed(self, data: bytes) -> list[Piece]:
        """Take bytes and return the contents of frames, and what was not taken."""
        if (
            self._held
            and self._end not in data
            and self._begin not in data
            and len(self._held) + len(data) < self.longest
        ):
            self._held += data
            self._n_searched = len(self._held)
            return []
        buffer = self._held + data if self._held else data
        out: list[Piece] = []
        base, n_buffer, stretch, longest = self._offset, len(buffer), self._stretch, self.longest
        at, searched = 0, self._n_searched
        self._n_searched = 0
        while True:
            start = buffer.find(self._begin, at)
            if start < 0:
                start = n_buffer
            if start > at:
                stretch.go_on(out, base + at, buffer[at:start])
            edge = self._edges.search(buffer, max(start + 1, searched), start + longest)
            if edge is None:
                if n_buffer - start < longest:
                    self._n_searched = n_buffer - start
                    break
                at = start + longest
                stretch.begin(out, RejectReason.OVERFLOW, base + start, buffer[start:at])
                continue
            at = edge.start()
            if buffer[at] == self._begin[0]:
                stretch.begin(out, RejectReason.FRAMING, base + start, buffer[start:at])
                continue
            contents = self._opened(buffer[start + 1 : at])
            at += 1
            if isinstance(contents, RejectReason):
                stretch.begin(out, contents, base + start, buffer[start:at])
            else:
                stretch.end(out)
                out.append((None, base + start, contents))
        self._held = buffer[start:]
        self._offset = base + start
        return out

    def flush(self) -> list[Piece]:
        """End the stream: return what is held as not taken, and start over at offset 0."""
        out: list[Piece] = []
        if self._held:
            self._stretch.begin(out, RejectReason.FRAMING, self._offset, self._held)
        self._stretch.end(out)
        self._held, self._offset, self._n_searched = b"", 0, 0
        return out


class PatternFramer:
    """Frames that nothing but the look of their bytes tells: no header, no check, a few bits that are set or clear.

    A piece is what the pattern matches. Where that may be a run of frames, the frames depend on the stream alone, and how
    many of them come as one piece on how it was split.
    """

    def __init__(self, pattern: re.Pattern[bytes], *, longest: int, ahead: bytes = b"") -> None:
        """Describe the frames.

        Args:
            pattern: One frame, or a run of them. No frame may be whole before one that began earlier can be told.
            longest: Most bytes of one frame, with what the pattern looks ahead at.
            ahead: Bytes that the pattern may look ahead at, to tell a whole frame at the end of the stream.
        """
        self.longest = longest
        self._pattern = pattern
        self._ahead = ahead
        self._held = b""
        self._offset = 0
        self._stretch = Stretch()

    def feed(self, data: bytes) -> list[Piece]:
        """Take bytes and return the runs of frames, and what was not taken."""
        buffer = self._held + data if self._held else data
        out: list[Piece] = []
        base, stretch = self._offset, self._stretch
        at = 0
        for found in self._pattern.finditer(buffer):
            start = found.start()
            if start > at:
                stretch.go_on(out, base + at, buffer[at:start])
            stretch.end(out)
            out.append((None, base + start, found[0]))
            at = found.end()
        hold = max(at, len(buffer) - self.longest + 1)
        if hold > at:
            stretch.go_on(out, base + at, buffer[at:hold])
        self._held = buffer[hold:]
        self._offset = base + hold
        return out

    def flush(self) -> list[Piece]:
        """End the stream: return a whole frame at its end, what is held as not taken, and start over at offset 0."""
        out: list[Piece] = []
        held, base, at = self._held, self._offset, 0
        for found in self._pattern.finditer(held + self._ahead):
            start, end = found.span()
            if end > len(held):
                break
            if start > at:
                self._stretch.go_on(out, base + at, held[at:start])
            self._stretch.end(out)
            out.append((None, base + start, found[0]))
            at = end
        if held[at:]:
            self._stretch.go_on(out, base + at, held[at:])
        self._stretch.end(out)
        self._held, self._offset = b"", 0
        return out
