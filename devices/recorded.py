"""What the wire log holds: listed a monitor, and put together as one capture that can be given away.

Rules of the file:
1. The station may be writing: a segment that has just gone is passed over, and a last line that is not whole yet is left out.
2. The capture that goes out has one first line, with the driver and whether its bytes may tell who the patient is; what
   was lost stays visible in it.
"""

import io
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from devices.capture import CaptureRecord, CaptureTitle, Mark, read_records, read_title, record_lines
from devices.clock import NS_PER_S
from devices.errors import CaptureError
from devices.segments import folder_name, monitor_of, segment_files


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What is kept of one monitor's line.

    Attributes:
        monitor: Its id.
        driver: Name of its driver.
        may_identify: Whether the bytes may tell who the patient is.
        first_ns: The oldest record, UTC [ns].
        last_ns: The newest.
        bytes_in: Bytes received.
        bytes_out: Bytes sent to the monitor.
        lost: Bytes received that are not kept.
        unknown: Numerics that the monitor sent and that have no name here, to how often since the station was started.
        is_damaged: Whether something in the files cannot be read.
    """

    monitor: str
    driver: str
    may_identify: bool
    first_ns: int
    last_ns: int
    bytes_in: int = 0
    bytes_out: int = 0
    lost: int = 0
    unknown: Mapping[str, int] = field(default_factory=dict)
    is_damaged: bool = False


@dataclass(frozen=True, slots=True)
class _Piece:
    """One segment: its title, and its records on the time of the whole."""

    title: CaptureTitle
    records: Sequence[CaptureRecord]
    is_damaged: bool


def list_recorded(folder: Path) -> tuple[Recorded, ...]:
    """Return what is kept of each monitor, in the order of their ids; nothing where there is no wire log."""
    try:
        monitors = sorted(monitor_of(path) for path in folder.iterdir() if path.is_dir())
    except OSError:
        return ()
    return tuple(recorded for monitor in monitors if (recorded := _summary(monitor, _pieces(folder, monitor))))


def export(folder: Path, monitor: str, out: Path, minutes: float | None = None) -> Recorded:
    """Write what is kept of a monitor's line as one capture.

    Args:
        folder: The wire log.
        monitor: Id of the monitor.
        out: A new file.
        minutes: Only so many minutes up to the newest record.

    Returns:
        What the capture holds.

    Raises:
        CaptureError: nothing is kept of that monitor, or the file is there already or cannot be written.
    """
    pieces = _pieces(folder, monitor)
    whole = _summary(monitor, pieces)
    if whole is None:
        known = ", ".join(recorded.monitor for recorded in list_recorded(folder)) or "nothing yet"
        raise CaptureError(f"The wire log has nothing of {monitor!r}. It has: {known}.")
    begin_ns = (
        whole.first_ns if minutes is None else max(whole.first_ns, whole.last_ns - round(minutes * 60 * NS_PER_S))
    )
    start_ns = pieces[0].title.started_ns
    kept = [replace(piece, records=[r for r in piece.records if start_ns + r.t_ns >= begin_ns]) for piece in pieces]
    title = replace(pieces[-1].title, started_ns=begin_ns, may_identify=whole.may_identify)
    shift_ns = title.started_ns - start_ns
    lines = (record_lines(r._replace(t_ns=max(0, r.t_ns - shift_ns))) for piece in kept for r in piece.records)
    _write(out, title, lines)
    return _summary(monitor, kept) or whole


def _pieces(folder: Path, monitor: str) -> list[_Piece]:
    """Return the segments of a monitor, oldest first, with times since the start of the first one, never going back."""
    pieces: list[_Piece] = []
    last_ns = 0
    is_spoilt = False
    for path in segment_files(folder / folder_name(monitor)):
        try:
            raw = path.read_bytes()
        except OSError:
            continue
        raw = raw[: raw.rfind(b"\n") + 1]
        title = read_title(io.BytesIO(raw))
        if title is None:
            is_spoilt = is_spoilt or bool(raw)
            continue
        first = pieces[0].title if pieces else title
        base_ns = max(title.started_ns - first.started_ns, last_ns)  # the wall clock may have been set back
        records, is_damaged = _records(raw)
        pieces.append(_Piece(title, [r._replace(t_ns=base_ns + r.t_ns) for r in records], is_damaged))
        last_ns = base_ns + (records[-1].t_ns if records else 0)
    if is_spoilt and pieces:
        pieces[-1] = replace(pieces[-1], is_damaged=True)
    return pieces


def _records(raw: bytes) -> tuple[list[CaptureRecord], bool]:
    """Return what a segment tells, and whether something in it cannot be read."""
    records: list[CaptureRecord] = []
    with suppress(CaptureError):  # lost bytes are records of their own; damage is seen by the lines that give none
        for record in read_records(io.BytesIO(raw)):
            records.append(record)
    return records, raw.count(b"\n") != len(records) + 1


def _summary(monitor: str, pieces: Sequence[_Piece]) -> Recorded | None:
    happened = [record for piece in pieces for record in piece.records if record.mark is not Mark.UNKNOWN]
    if not happened:
        return None
    start_ns = pieces[0].title.started_ns
    unknown: dict[str, int] = {}
    for piece in pieces:
        if newest := {record.name: record.n for record in piece.records if record.mark is Mark.UNKNOWN}:
            unknown = newest
    return Recorded(
        monitor=monitor,
        driver=pieces[-1].title.driver,
        may_identify=any(piece.title.may_identify for piece in pieces),
        first_ns=start_ns + happened[0].t_ns,
        last_ns=start_ns + happened[-1].t_ns,
        bytes_in=sum(len(record.data) for record in happened if record.mark is Mark.RECEIVED),
        bytes_out=sum(len(record.data) for record in happened if record.mark is Mark.SENT),
        lost=sum(record.n for record in happened if record.mark is Mark.LOST),
        unknown=unknown,
        is_damaged=any(piece.is_damaged for piece in pieces),
    )


def _write(out: Path, title: CaptureTitle, lines: Iterator[bytes]) -> None:
    """Write a capture under a name of its own first, so that a half-written one never bears the name that was asked for."""
    part = out.with_name(f"{out.name}.part")
    try:
        if out.exists():
            raise CaptureError(f"{out} is there already: choose another file.")
        with open(part, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(title.line())
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        part.replace(out)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise CaptureError(f"{out} cannot be written ({error.strerror}): choose another file.") from error
