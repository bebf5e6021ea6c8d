"""The wire log of one port on disk: a ring of short captures in a folder of its own.

A segment is a capture (`devices.capture`) of about a minute, named by a number that counts up and by its start:
`00000017-20260101T150000Z.capture`. The oldest are deleted, so that a folder holds

- every byte of the last `KEEP_S` seconds, and none that is older by more than a segment, however the wall clock is set;
- at most `RING_MAX_BYTES`, whatever arrives: a line that babbles at 115200 baud fills 45 MB in half an hour; a faster one
  keeps less than half an hour.

Rules of the file:
1. Within a run, age is monotonic time. What an earlier run left is as old as its last change says; a change that lies in
   the future (the clock was set back since) counts as made now, and is marked so, or it would be kept for ever.
2. A segment is written by one run and never appended to by the next. A last line that a kill has cut off was never whole.
3. Whoever reads may find a file gone: it has just become too old.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple
from urllib.parse import quote, unquote

from devices.capture import CaptureRecord, CaptureTitle, Mark, record_lines
from devices.clock import NS_PER_S, Moment

KEEP_S = 30 * 60
SEGMENT_S = 60
SEGMENT_MAX_BYTES = 4 * 2**20
RING_MAX_BYTES = 48 * 2**20

_NAME = re.compile(r"(\d{8})-\d{8}T\d{6}Z\.capture")
_KEEP_NS = KEEP_S * NS_PER_S
_SEGMENT_NS = SEGMENT_S * NS_PER_S

OpenSegment = Callable[[Path], BinaryIO]
Counts = Callable[[], Mapping[str, int]]


class Entry(NamedTuple):
    """What happened on a wire at one moment; `mark`, `data` and `n` as in `CaptureRecord`."""

    at: Moment
    mark: Mark
    data: bytes = b""
    n: int = 0


def folder_name(monitor: str) -> str:
    """Return the name of a monitor's folder, from which `monitor_of` reads the id back ("2%3Acapnostream20")."""
    return quote(monitor, safe="").replace(".", "%2E")


def monitor_of(folder: Path) -> str:
    """Return the id of the monitor whose folder this is."""
    return unquote(folder.name)


def segment_files(folder: Path) -> list[Path]:
    """Return the segments of a folder, oldest first; none when it cannot be read."""
    try:
        found = [path for path in folder.iterdir() if _NAME.fullmatch(path.name)]
    except OSError:
        return []
    return sorted(found, key=lambda path: path.name)


def open_segment(path: Path) -> BinaryIO:
    """Make a segment's file, readable by its owner alone: the bytes may hold a name that was typed into the monitor."""
    return open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600))


@dataclass(slots=True)
class _Segment:
    path: Path
    n_bytes: int
    last_ns: int  # monotonic, of the newest byte in it


class Ring:
    """The segments of one port. For one thread.

    Args:
        folder: Where they lie; made when it is first needed.
        now: The present; what is there already is aged from here on.
        open_file: Makes a segment's file.
    """

    def __init__(self, folder: Path, now: Moment, open_file: OpenSegment = open_segment) -> None:
        self.folder = folder
        self._open_file = open_file
        self._segments = [segment for path in segment_files(folder) if (segment := _found(path, now))]
        self._n_made = max((int(path.name[:8]) for path in segment_files(folder)), default=0)
        self._file: BinaryIO | None = None
        self._title: CaptureTitle | None = None
        self._start = now

    @property
    def n_bytes(self) -> int:
        """Return what the segments take on disk."""
        return sum(segment.n_bytes for segment in self._segments)

    def write(self, entries: Sequence[Entry], title: CaptureTitle, unknown: Counts) -> None:
        """Keep what happened, oldest first; begin new segments where they are due, and delete old ones to make room.

        Args:
            entries: At least one.
            title: The first line of a segment, but for its time.
            unknown: Gives the numerics without a name so far, kept at the head of each segment.

        Raises:
            OSError: the disk did not take them; a part may be there. The next call begins a new segment.
        """
        try:
            for start, part in self._parts(entries, title):
                if start is not None:
                    self._begin(start, unknown)
                self._append(part)
        except OSError:
            self.close()
            raise

    def write_unknown(self, counts: Mapping[str, int], now: Moment) -> None:
        """Keep the newest counts of numerics without a name, if a segment is open.

        Raises:
            OSError: the disk did not take them.
        """
        if self._file is not None and counts:
            self._put(_unknown_lines(counts, self._t_ns(now)), now)

    def age(self, now: Moment) -> None:
        """Delete what is too old."""
        while self._segments and now.mono_ns - self._segments[0].last_ns > _KEEP_NS:
            if not self._delete_oldest():
                return

    def close(self) -> None:
        """Let go of the file that is open; the next `write` begins a new segment."""
        file, self._file = self._file, None
        if file is None:
            return
        with suppress(OSError):
            file.close()
        passed_ns = self._segments[-1].last_ns - self._start.mono_ns
        with suppress(OSError):  # what an earlier run left is aged by this
            os.utime(self._segments[-1].path, ns=(self._start.utc_ns + passed_ns,) * 2)

    def _parts(self, entries: Sequence[Entry], title: CaptureTitle) -> Iterator[tuple[Moment | None, list[Entry]]]:
        """Cut `entries` where a segment begins: yield its start (None: goes on with the open one) and what it takes."""
        part: list[Entry] = []
        start: Moment | None = None
        is_open = self._file is not None and self._title == title
        self._title = title
        begun_ns = self._start.mono_ns
        size = self._segments[-1].n_bytes if is_open else 0
        for entry in entries:
            if not is_open or entry.at.mono_ns - begun_ns >= _SEGMENT_NS or size >= SEGMENT_MAX_BYTES:
                if part:
                    yield start, part
                part, start, is_open = [], entry.at, True
                begun_ns, size = entry.at.mono_ns, 0
            part.append(entry)
            size += 2 * len(entry.data) + 16
        yield start, part

    def _begin(self, start: Moment, unknown: Counts) -> None:
        self.close()
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._n_made += 1
        stamp = datetime.fromtimestamp(start.utc_ns // NS_PER_S, UTC).strftime("%Y%m%dT%H%M%SZ")
        path = self.folder / f"{self._n_made:08d}-{stamp}.capture"
        self._file = self._open_file(path)
        self._start = start
        self._segments.append(_Segment(path, 0, start.mono_ns))
        assert self._title is not None
        title = replace(self._title, started_ns=start.utc_ns)
        try:
            self._put(title.line() + _unknown_lines(unknown(), 0), start)
        except OSError:
            self.close()
            self._segments.pop()
            with suppress(OSError):  # no empty files while the disk is full
                path.unlink()
            raise

    def _append(self, entries: Sequence[Entry]) -> None:
        lines = b"".join(
            record_lines(CaptureRecord(self._t_ns(entry.at), entry.mark, entry.data, entry.n)) for entry in entries
        )
        self._put(lines, entries[-1].at)

    def _put(self, lines: bytes, last: Moment) -> None:
        assert self._file is not None
        while len(self._segments) > 1 and self.n_bytes + len(lines) > RING_MAX_BYTES:
            if not self._delete_oldest():
                break
        segment = self._segments[-1]
        segment.n_bytes += len(lines)
        segment.last_ns = max(segment.last_ns, last.mono_ns)
        self._file.write(lines)
        self._file.flush()

    def _t_ns(self, at: Moment) -> int:
        return max(0, at.mono_ns - self._start.mono_ns)

    def _delete_oldest(self) -> bool:
        if len(self._segments) == 1:
            self.close()
        try:
            self._segments[0].path.unlink(missing_ok=True)
        except OSError:
            return False  # somebody reads it on Windows: with the next call, then
        del self._segments[0]
        return True


def _found(path: Path, now: Moment) -> _Segment | None:
    """Return a segment that an earlier run left; None when it has just gone."""
    try:
        facts = path.stat()
        age_ns = now.utc_ns - facts.st_mtime_ns
        if age_ns < 0:
            os.utime(path, ns=(now.utc_ns, now.utc_ns))
    except OSError:
        return None
    return _Segment(path, facts.st_size, now.mono_ns - max(0, age_ns))


def _unknown_lines(counts: Mapping[str, int], t_ns: int) -> bytes:
    return b"".join(
        record_lines(CaptureRecord(t_ns, Mark.UNKNOWN, n=n, name=name)) for name, n in sorted(counts.items())
    )
