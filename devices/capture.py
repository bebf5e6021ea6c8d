"""Raw bytes from a port with the times of their arrival: written, read and played.

The format is text, one record a line, so that a person can read it and any tool can cut it:

    # nursestation capture 1 started=2026-01-01T15:00:00.000000Z driver=nonin may-identify=yes
    0 0100ff7f
    8000000 > 3f
    9000000 61
    9500000 ! 1234
    9500000 ? 17 NOM_PULS_X%20%280x1234%29

A record is a time in nanoseconds since `started`, a space, and what happened then:

- bytes in hexadecimal: they were received;
- `> ` and bytes in hexadecimal: they were handed to the line (what the monitor was asked);
- `! ` and a number: so many received bytes were not kept here, for the disk did not take them;
- `? `, a number and a name (percent-encoded): so often the monitor had sent, up to now, a numeric that has no name here.

Only the received bytes are decoded and played. The words behind `started` are `driver`, `line` (the line settings, as
`9600-8N1`) where they are known, and `may-identify=yes` where the protocol carries something that may tell who the
patient is; a reader passes over words that it does not know.

Only a line that ends in a newline is whole. A file may hold several captures, each with its first line: a writer appends
and never changes what is there. When it finds the last line cut off (the power failed), it spoils that line with "!"
before its own first line, so that what is missing stays visible.

Rules of the file:
1. Whole records are always given out, in front of and behind a damaged one; then the damage is told as a `CaptureError`.
   Bytes that were not kept count as damage.
2. A file that does not begin with our first line is plain bytes, all at time 0.
"""

import io
import logging
import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, NamedTuple, assert_never
from urllib.parse import quote, unquote

from devices.clock import Clock, Moment
from devices.driver import Parity, SerialSettings
from devices.errors import CaptureError, PortMissing

_MAGIC = b"# nursestation capture "
_FIRST_LINE = re.compile(rb"# nursestation capture 1 started=(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6})Z( [^!]*)?\n")
_OTHER_VERSION = re.compile(rb"# nursestation capture (?!1 )\d+ ")
_RECORD = re.compile(rb"(\d{1,19}) (?:(> )?((?:[0-9a-f]{2})+)|! (\d{1,19})|\? (\d{1,19}) ([\w.~%-]+))\n")
_LINE_SETTINGS = re.compile(r"(\d{1,9})-([78])([NEO])([12])(-RTS/CTS)?")
_LONGEST_RECORD = 65_536  # bytes of payload
_LONGEST_LINE = 2 * _LONGEST_RECORD + 64
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_log = logging.getLogger(__name__)


class Mark(StrEnum):
    """What a record tells; the value is what stands behind its time."""

    RECEIVED = ""
    SENT = ">"
    LOST = "!"
    UNKNOWN = "?"


class CaptureRecord(NamedTuple):
    """One record of a capture.

    Attributes:
        t_ns: Time since the start of the first capture in the file [ns], never going back.
        mark: What it tells.
        data: Bytes received or sent.
        n: Bytes lost, or how often an unknown numeric was sent.
        name: Name of the unknown numeric.
    """

    t_ns: int
    mark: Mark = Mark.RECEIVED
    data: bytes = b""
    n: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureTitle:
    """What the first line of a capture says.

    Attributes:
        started_ns: Time 0 of the records, UTC [ns].
        driver: Name of the driver; "" when it is not said.
        may_identify: Whether the protocol carries something that may tell who the patient is.
        settings: Line settings at which the bytes were heard; None when they are not said.
    """

    started_ns: int
    driver: str = ""
    may_identify: bool = False
    settings: SerialSettings | None = None

    def line(self) -> bytes:
        """Return the first line.

        Raises:
            ValueError: `driver` is not the name of a driver.
        """
        if re.fullmatch(r"\w*", self.driver) is None:
            raise ValueError(f"not the name of a driver: {self.driver!r}")
        started = (_EPOCH + timedelta(microseconds=self.started_ns // 1000)).isoformat(timespec="microseconds")
        driver = f" driver={self.driver}" if self.driver else ""
        line = "" if self.settings is None else f" line={str(self.settings).replace(' ', '-')}"
        mark = " may-identify=yes" if self.may_identify else ""
        return _MAGIC + f"1 started={started.removesuffix('+00:00')}Z{driver}{line}{mark}\n".encode()


def record_lines(record: CaptureRecord) -> bytes:
    """Return a record as a capture holds it: one line, or several for many bytes at once."""
    match record.mark:
        case Mark.RECEIVED | Mark.SENT:
            mark = "> " if record.mark is Mark.SENT else ""
            return b"".join(
                b"%d %s%s\n" % (record.t_ns, mark.encode(), record.data[at : at + _LONGEST_RECORD].hex().encode())
                for at in range(0, len(record.data), _LONGEST_RECORD)
            )
        case Mark.LOST:
            return b"%d ! %d\n" % (record.t_ns, record.n)
        case Mark.UNKNOWN:
            return b"%d ? %d %s\n" % (record.t_ns, record.n, quote(record.name, safe="").encode())
        case _:
            assert_never(record.mark)


class CaptureWriter:
    """Keeps a port's bytes in a file; `write` can be its tap, and `write_sent` the tap of what is sent.

    Args:
        file: Path to append to, or an open binary file, which stays the caller's to close.
        clock: Gives the time of the start.
        driver: Name of the driver, for those who find the file.
        may_identify: Whether the protocol carries something that may tell who the patient is.
        settings: Line settings of the port, where that is worth saying.

    Attributes:
        failure: Why nothing more is kept (a full disk), as a sentence; "" while all is well. A capture is a by-product:
            its failure must not cost the link, so `write` does not raise.

    Raises:
        CaptureError: the file cannot be written, or holds something else.

    Thread:
        All methods may be called from any thread.
    """

    def __init__(
        self,
        file: Path | BinaryIO,
        clock: Clock,
        driver: str = "",
        *,
        may_identify: bool = False,
        settings: SerialSettings | None = None,
    ) -> None:
        self.failure = ""
        self._lock = threading.Lock()
        self._start = clock.now()
        self._last_ns = 0
        self._name = _name(file)
        self._owns_file = isinstance(file, Path)
        title = CaptureTitle(started_ns=self._start.utc_ns, driver=driver, may_identify=may_identify, settings=settings)
        first_line = title.line()
        try:
            self._file: BinaryIO | None = _open_to_append(file) if isinstance(file, Path) else file
            self._file.write(first_line)
            self._file.flush()
        except OSError as error:
            raise CaptureError(f"{self._name} cannot be written ({error.strerror}): choose another file.") from error

    def write(self, now: Moment, data: bytes) -> None:
        """Keep `data` as received at `now`; it is handed to the system at once."""
        self._write(now, Mark.RECEIVED, data)

    def write_sent(self, now: Moment, data: bytes) -> None:
        """Keep `data` as handed to the line at `now`."""
        self._write(now, Mark.SENT, data)

    def close(self) -> None:
        """Let go of the file. May be called again."""
        with self._lock:
            self._let_go()

    def _write(self, now: Moment, mark: Mark, data: bytes) -> None:
        with self._lock:
            if self._file is None or not data:
                return
            # Never before the record in front of it: the order of the bytes is certain, a moment may be a little off.
            self._last_ns = max(self._last_ns, now.mono_ns - self._start.mono_ns)
            try:
                self._file.write(record_lines(CaptureRecord(self._last_ns, mark, data)))
                self._file.flush()  # some 125 times a second at most: a killed program loses nothing
            except OSError as error:
                self.failure = f"The recording {self._name} has stopped: {error.strerror}."
                _log.error("a recording has stopped: %s", error.strerror)
                self._let_go()

    def _let_go(self) -> None:
        file, self._file = self._file, None
        if file is None:
            return
        try:
            if self._owns_file:
                file.close()
            else:
                file.flush()
        except OSError as error:
            self.failure = self.failure or f"The end of the recording {self._name} is lost: {error.strerror}."


def read_capture(file: Path | BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Read a capture, or a file of plain bytes as received all at time 0.

    Args:
        file: A path, or an open binary file (standard input).

    Yields:
        Time since the start of the first capture in the file [ns], never going back, and the bytes received then.

    Raises:
        CaptureError: the file cannot be read; or, after the last whole record, that some are damaged, cut off, or were
            not kept.
    """
    for t_ns, mark, data, _, _ in read_records(file):
        if mark is Mark.RECEIVED:
            yield t_ns, data


def read_title(file: BinaryIO) -> CaptureTitle | None:
    """Return what the first line of a capture says; None when the file is no capture."""
    return _title(file.readline(_LONGEST_LINE))


def read_records(file: Path | BinaryIO) -> Iterator[CaptureRecord]:
    """Read all that a capture tells, in the order of the file; see `read_capture`.

    Raises:
        CaptureError: as `read_capture`.
    """
    if not isinstance(file, Path):
        yield from _read_open(file, _name(file))
        return
    try:
        with file.open("rb") as opened:
            yield from _read_open(opened, _name(file))
    except OSError as error:
        raise CaptureError(f"{file} cannot be read: {error.strerror}.") from error


class ReplayOpener:
    """Plays a capture once, at its recorded times; afterwards the link is lost, and says so.

    A capture without times (plain bytes) is played as fast as it is read.
    """

    def __init__(self, file: Path, clock: Clock) -> None:
        self._file = file
        self._clock = clock
        self._is_over = False

    @property
    def name(self) -> str:
        """Return the address as text."""
        return f"replay:{self._file}"

    def device(self) -> str | None:
        """Return None: a file may be played for several."""
        return None

    def open(self, settings: SerialSettings) -> "_ReplayStream":  # noqa: ARG002 -- a recording has no line settings
        """Start to play.

        Raises:
            PortMissing: there is no such file, it is no capture, or it has been played: a recording that began again by
                itself would show old values as new ones.
        """
        if not self._is_over:
            if not self._file.is_file():
                raise PortMissing(f"There is no recording {self._file}: choose another file.")
            self._is_over = True
            return _ReplayStream(self.name, self._file, self._clock)
        raise PortMissing(f"The recording {self._file} has been played to its end.")


class _ReplayStream:
    def __init__(self, name: str, file: Path, clock: Clock) -> None:
        self._name = name
        self._clock = clock
        self._start_ns = clock.now().mono_ns
        self._records = read_capture(file)
        self._next: tuple[int, bytes] | None = None
        self._end = f"The recording {file} has been played to its end."

    @property
    def name(self) -> str:
        return self._name

    def read(self) -> bytes:
        passed_ns = self._clock.now().mono_ns - self._start_ns
        due = bytearray()
        while len(due) < _LONGEST_RECORD:
            try:
                self._next = self._next or next(self._records, None)
            except CaptureError as error:
                self._end = str(error)
            if self._next is None:
                if not due:
                    raise PortMissing(self._end)
                break
            t_ns, data = self._next
            if t_ns > passed_ns:
                break
            due += data
            self._next = None
        return bytes(due)

    def write(self, data: bytes) -> None:
        """Do nothing: a recorded monitor has already answered."""

    def close(self) -> None:
        self._records = iter(())


def _open_to_append(path: Path) -> BinaryIO:
    # The bytes may hold a name that was typed into the monitor: readable by their owner alone.
    file = open(path, "a+b", opener=lambda name, flags: os.open(name, flags, 0o600))  # noqa: SIM115 -- Path.open takes no opener
    if file.seek(0, io.SEEK_END) == 0:
        return file
    file.seek(0)
    begins = file.read(len(_MAGIC))
    if not _MAGIC.startswith(begins):
        file.close()
        raise CaptureError(f"{path} is there already and is not a recording: choose another file.")
    file.seek(-1, io.SEEK_END)
    if file.read(1) != b"\n":
        # What is left of our mark is completed, or the file would look like plain bytes.
        file.write(_MAGIC[len(begins) :] + b"!\n")
    return file


def _name(file: Path | BinaryIO) -> str:
    if isinstance(file, Path):
        return str(file)
    name = getattr(file, "name", None)
    return name if isinstance(name, str) else "the input"


def _read_open(file: BinaryIO, name: str) -> Iterator[CaptureRecord]:
    head = file.read(len(_MAGIC))
    if not head or not _MAGIC.startswith(head):
        yield from _plain(file, head)
        return
    first_start_ns: int | None = None
    base_ns = last_ns = 0
    n_whole = n_damaged = n_lost = n_lines = position = 0
    first_damage = first_loss = ""
    line = head + file.readline(_LONGEST_LINE)
    while line:
        n_lines += 1
        what = ""
        if record := _RECORD.fullmatch(line):
            t_ns = base_ns + int(record[1])
            if t_ns < last_ns:
                what = "its time goes back"
            last_ns = max(last_ns, t_ns)
            n_whole += not what
            if record[3] is not None:
                mark = Mark.RECEIVED if record[2] is None else Mark.SENT
                yield CaptureRecord(last_ns, mark, bytes.fromhex(record[3].decode()))
            elif record[4] is not None:
                n_lost += int(record[4])
                first_loss = first_loss or f"the first are missing at line {n_lines} (byte {position})"
                yield CaptureRecord(last_ns, Mark.LOST, n=int(record[4]))
            else:
                yield CaptureRecord(last_ns, Mark.UNKNOWN, n=int(record[5]), name=unquote(record[6].decode()))
        elif (title := _title(line)) is not None:
            first_start_ns = title.started_ns if first_start_ns is None else first_start_ns
            base_ns = max(title.started_ns - first_start_ns, last_ns)
        elif _OTHER_VERSION.match(line):
            raise CaptureError(f"{name}, line {n_lines}: made by a newer Nursestation; use that one to read it.")
        else:
            is_cut = not line.endswith(b"\n") or line.endswith(b"!\n")
            what = "it is cut off" if is_cut else "it is not a record"
        if what:
            n_damaged += 1
            first_damage = first_damage or f"line {n_lines} (byte {position}) is damaged: {what}"
        position += len(line)
        line = file.readline(_LONGEST_LINE)
    lost = f"{n_lost} bytes were not kept when this was recorded; {first_loss}." if n_lost else ""
    if n_damaged:
        damage = f"{name}, {first_damage}. Whole records: {n_whole}; damaged: {n_damaged}."
        raise CaptureError(f"{damage} {lost}".rstrip())
    if lost:
        raise CaptureError(f"{name}: {lost}")


def _plain(file: BinaryIO, head: bytes) -> Iterator[CaptureRecord]:
    while head:
        yield CaptureRecord(0, data=head)
        # A pipe gives what it has: waiting for a full block would hold back a live stream.
        head = file.read1(_LONGEST_RECORD) if isinstance(file, io.BufferedReader) else file.read(_LONGEST_RECORD)


def _title(line: bytes) -> CaptureTitle | None:
    """Return what a capture's first line says; None when the line is none."""
    found = _FIRST_LINE.fullmatch(line)
    if found is None:
        return None
    try:
        started = datetime.fromisoformat(found[1].decode()).replace(tzinfo=UTC)
    except ValueError:
        return None
    words = dict(word.partition("=")[::2] for word in (found[2] or b"").decode(errors="replace").split())
    return CaptureTitle(
        started_ns=(started - _EPOCH) // timedelta(microseconds=1) * 1000,
        driver=words.get("driver", ""),
        may_identify=words.get("may-identify") == "yes",
        settings=_settings(words.get("line", "")),
    )


def _settings(text: str) -> SerialSettings | None:
    found = _LINE_SETTINGS.fullmatch(text)
    if found is None:
        return None
    baud, data_bits, parity, stop_bits, flow = found.groups()
    return SerialSettings(int(baud), int(data_bits), Parity(parity), int(stop_bits), rtscts=flow is not None)
