"""Copies of the record in a second place, each whole and checked before it counts.

Rules of the file:
1. The copy is of one moment: the source connection holds a read transaction while SQLite's online backup copies page by page, so
   that the running writer neither waits for it nor makes it begin anew (https://www.sqlite.org/backup.html; without the
   transaction every commit would). The price is that the writer's journal (`-wal`) grows until the copy is done.
2. It rests between pieces, and so does the check: neither the disk nor the interpreter is taken from the running station.
3. A copy has another name (`.part`) until it is synced, read back from the drive, sound as a database and intact as a record.
   Its SHA-256 lies beside it in a line that `sha256sum -c` reads, and of a protected record its key file, wrapped as it is: the
   copy is protected with the same key.
4. The folder is never made: where a drive is not connected, its folder would land on the wrong disk.
5. Only copies of this very record are ever deleted, by name and number, the oldest first, after a newer one is whole; the one
   just made never, whatever the clock says. Of other files in the folder only what a kill of this program left. A profile
   folder that was copied to another computer makes two records with one beginning: what lies beside a copy tells how far it
   goes, and it is this record's where this record went that way too.
6. A copy and what lies beside it are for their owner alone (0600), as exports are.
7. One backup of a record at a time: a second would clear the first one's unfinished file away.
"""

import contextlib
import hashlib
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from devices.clock import NS_PER_S
from nursestation.store import sqlite
from nursestation.store.errors import StoreError, explain
from nursestation.store.sqlite import connect_read_only, key_file
from nursestation.store.verify import verify_store
from nursestation.wholefile import sync_folder

SIDECAR = ".sha256"
PART = ".part"
PAGES = 64
"""Pages of 4096 bytes that are copied at a time."""

REST_S = 0.01
"""Rest after each piece [s]: at most about 25 MB/s, whatever the drive could do."""

CHECK_REST_S = 0.002
"""Rest after each hundred rows that are checked [s], which take about as long: the interpreter is another's half of the time."""

CHECK_STEPS = 10_000
"""Steps of SQLite's own machine between two rests while it checks the pages: a few milliseconds where the drive is quick."""

_TIMEOUT_S = 2.0
_HASHED_BYTES = 1 << 20
_SPARE_BYTES = 16 << 20  # a drive that is filled to its last byte is of no use to anybody
_NAME = re.compile(r"record-(?P<identity>[0-9a-f]{8})-(?P<made>\d{8}T\d{6})Z\.sqlite3")
_LEFT = re.compile(
    r"(?P<copy>record-[0-9a-f]{8}-\d{8}T\d{6}Z)(\.sqlite3(?P<part>\.part(-journal|-wal|-shm)?)|\.sqlite3\.sha256|\.key)"
)
_UP_TO = re.compile(r"^# nursestation backup; .*; up to ([0-9a-f]{64})$", re.MULTILINE)
_TIME = "%Y%m%dT%H%M%S"
_STOPPED = "The backup was stopped; the next one begins anew."
_OF_SOURCE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

Rest = Callable[[float], bool]
"""Waits so long [s] and says whether to stop: `threading.Event.wait`."""


class BackupError(StoreError):
    """No backup was made, or it is none; the message is a sentence that says what to do."""


class BackupStopped(BackupError):
    """It was given up because the program ends."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that was made and checked."""

    path: Path
    sha256: str
    n_bytes: int
    n_sessions: int


@dataclass(frozen=True, slots=True)
class FoundBackup:
    """A copy that lies in a folder: whose record it is of (`identity`), and when it was made, UTC [ns]."""

    path: Path
    identity: str
    made_utc_ns: int


def identity(record: Path) -> str:
    """Return what names a record among others: the beginning of its first station record's hash.

    Raises:
        StoreEnvironmentError: it cannot be read.
    """
    found = _hashes(record, "ORDER BY seq LIMIT 1")
    return found[0][:8] if found else "0" * 8


def backups_in(folder: Path, of: str | None = None) -> list[FoundBackup]:
    """Return the copies in a folder, oldest first; of one record, where its identity is given.

    Raises:
        OSError: the folder is not there.
    """
    found = []
    for path in folder.iterdir():
        named = _NAME.fullmatch(path.name)
        if named is not None and of in (None, named["identity"]):
            made = datetime.strptime(named["made"], _TIME).replace(tzinfo=UTC)
            found.append(FoundBackup(path, named["identity"], int(made.timestamp()) * NS_PER_S))
    return sorted(found, key=lambda one: (one.made_utc_ns, one.path.name))


def own_backups(record: Path, folder: Path) -> list[FoundBackup]:
    """Return the copies of this record in a folder, oldest first, and none of a record that only began as this one did.

    A copy is of this record where its newest station record, as told beside it, is in this one; each start of a program writes
    such a record, so two computers that work on copies of one profile folder part at once. A copy that is not told of (an
    earlier version's) counts as this record's.

    Raises:
        OSError: the folder is not there.
        StoreEnvironmentError: the record cannot be read.
    """
    found = [(one, _goes_up_to(one.path)) for one in backups_in(folder, identity(record))]
    told = [newest for _, newest in found if newest is not None]
    known = _hashes(record, f"AND hash IN ({', '.join('?' * len(told))})", told)
    return [one for one, newest in found if newest is None or newest in known]


def _hashes(record: Path, which: str, told: Sequence[str] = ()) -> list[str]:
    try:
        with contextlib.closing(connect_read_only(record)) as connection:
            rows = connection.execute(f"SELECT hash FROM record WHERE session IS NULL {which}", tuple(told)).fetchall()
    except sqlite.errors() as error:
        raise explain(error, record) from error
    return [str(found) for (found,) in rows]


def _goes_up_to(copy: Path) -> str | None:
    """Return the hash of the newest station record in a copy, as told beside it; None where it is not told."""
    sidecar = _sum_file(copy)
    told = _UP_TO.search(sidecar.read_text("utf-8", "replace")) if sidecar.exists() else None
    return None if told is None else told[1]


def make_backup(record: Path, folder: Path, now_utc_ns: int, *, keep: int, rest: Rest) -> Backup:
    """Copy the record, check the copy, and let go of the oldest copies beyond `keep`.

    Args:
        record: The record; a station may be writing it.
        folder: Where the copy goes; it must be there.
        now_utc_ns: For the name, UTC [ns].
        keep: How many copies of this record stay in the folder, this one included; at least 1.
        rest: Waits between two pieces.

    Raises:
        BackupError: the folder or its drive is missing or full, the copy is not sound, or it was stopped. Nothing stays of it.
        StoreEnvironmentError: the record itself cannot be read.

    Thread:
        Any; it opens connections of its own.
    """
    if not folder.is_dir():
        raise BackupError(f"The folder for backups {folder} is not there: connect its drive, or choose another folder.")
    if not record.exists():
        raise BackupError(f"There is no record at {record} to copy.")
    whose = identity(record)
    made = datetime.fromtimestamp(now_utc_ns / NS_PER_S, UTC).strftime(_TIME)
    target = folder / f"record-{whose}-{made}Z.sqlite3"
    try:
        with _alone(record), _part_of(target) as part:
            _clear(folder, whose)
            _look_for_room(record, folder)
            _copy(record, part, rest)
            backup = _checked(part, target, rest)
            newest = _hashes(part, "ORDER BY seq DESC LIMIT 1")
            head = f"# nursestation backup; record {whose}{f'; up to {newest[0]}' if newest else ''}\n"
            _write(_sum_file(target), f"{head}{backup.sha256}  {target.name}\n".encode())
            if key_file(record).exists():
                _write(key_file(target), key_file(record).read_bytes())
            part.replace(target)
        sync_folder(folder)
        others = [one for one in own_backups(record, folder) if one.path != target]
        for old in others[: max(0, len(others) + 1 - keep)]:
            if not old.path.samefile(record):
                going = old.path.replace(_part(old.path))  # so that a kill leaves nothing that is not cleared away
                _sum_file(old.path).unlink(missing_ok=True)
                key_file(old.path).unlink(missing_ok=True)
                going.unlink()
    except OSError as error:
        raise BackupError(
            f"The backup in {folder} could not be written ({error.strerror}): look at its drive, or choose another folder."
        ) from error
    return backup


def read_sum(path: Path) -> str | None:
    """Return the SHA-256 that lies beside a copy; None where there is none.

    Raises:
        BackupError: what lies there is no such sum.
    """
    sidecar = _sum_file(path)
    if not sidecar.exists():
        return None
    lines = [line for line in sidecar.read_text("utf-8", "replace").splitlines() if not line.startswith("#")]
    found = re.fullmatch(r"([0-9a-f]{64}) [ *].+", lines[0]) if lines else None
    if found is None:
        raise BackupError(f"{sidecar} cannot be read as the sum of a backup.")
    return found[1]


def sum_on_drive(path: Path, rest: Rest = lambda _s: False) -> str:
    """Return the SHA-256 of a file as its drive has it, past what the system remembers of it where that can be asked for."""
    found = hashlib.sha256()
    with path.open("rb", buffering=0) as stream:
        _forget(stream.fileno())
        while piece := stream.read(_HASHED_BYTES):
            found.update(piece)
            _go_on(rest, REST_S)
    return found.hexdigest()


def _copy(record: Path, part: Path, rest: Rest) -> None:
    open(part, "wb", opener=_for_owner).close()  # SQLite goes by the user's mask where it makes a file itself
    try:
        with (
            contextlib.closing(connect_read_only(record)) as source,
            contextlib.closing(sqlite.connect(part, timeout_s=_TIMEOUT_S, like=record)) as target,
        ):
            target.execute("PRAGMA synchronous=OFF")  # nobody looks for it before it is synced as a whole
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from now on it is this moment
            source.backup(target, pages=PAGES, progress=lambda *_: _go_on(rest, REST_S))
            target.execute("PRAGMA journal_mode=DELETE")  # one file, and none beside it when it is read
    except sqlite.errors() as error:
        if sqlite.code_of(error) in _OF_SOURCE:
            raise explain(error, record) from error
        raise BackupError(str(explain(error, part.parent))) from error
    with part.open("rb+") as stream:
        os.fsync(stream.fileno())
        _forget(stream.fileno())


def check_pages(path: Path, rest: Rest) -> str:
    """Return "ok" for a database whose every page is sound, else what is wrong with the first that is not.

    Raises:
        BackupStopped: `rest` said so.
    """
    try:
        with contextlib.closing(connect_read_only(path)) as connection:
            connection.set_progress_handler(lambda: rest(CHECK_REST_S), CHECK_STEPS)
            (answer,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite.errors() as error:
        if sqlite.code_of(error) == sqlite3.SQLITE_INTERRUPT:
            raise BackupStopped(_STOPPED) from error
        answer = str(error)
    return str(answer)


def _checked(part: Path, target: Path, rest: Rest) -> Backup:
    answer = check_pages(part, rest)
    if answer != "ok":
        raise BackupError(f"The copy in {part.parent} is not sound ({answer}): do not trust this drive, use another.")
    verdict = verify_store(part, breathe=lambda: _go_on(rest, CHECK_REST_S))
    if not verdict.ok:
        said = verdict.findings[0].text
        raise BackupError(
            f"The copy is not as the record was written ({said}): run `nursestation verify` on the record. Until support has "
            "looked, copy the whole profile folder to another drive each evening, with Nursestation closed."
        )
    return Backup(target, sum_on_drive(part, rest), part.stat().st_size, verdict.n_sessions)


def _for_owner(path: str, flags: int) -> int:
    """Open a file that its owner alone may read, as exports are, where the drive knows of owners."""
    return os.open(path, flags, 0o600)


def _part(path: Path) -> Path:
    return path.with_name(path.name + PART)


def _sum_file(path: Path) -> Path:
    return path.with_name(path.name + SIDECAR)


def _write(path: Path, content: bytes) -> None:
    """Write what lies beside a copy, before the copy gets its name: no copy is ever there without it."""
    with open(path, "wb", opener=_for_owner) as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


@contextlib.contextmanager
def _part_of(target: Path) -> Iterator[Path]:
    part = _part(target)
    try:
        yield part
    except BaseException:
        for path in (part, part.with_name(part.name + "-journal"), _sum_file(target), key_file(target)):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def _alone(record: Path) -> Iterator[None]:
    """Refuse where another program makes a backup of this record.

    Where the record's folder may not be written, or its drive knows no locks, nothing is refused.
    """
    lock = FileLock(record.with_name(record.name + ".backup.lock"), thread_local=False, fallback_to_soft=False)
    with contextlib.suppress(OSError):
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise BackupError(
                "Another backup of this record is being made. Wait until it is done: it is as good as this one."
            ) from None
    try:
        yield
    finally:
        lock.release()


def _clear(folder: Path, whose: str) -> None:
    """Take away what a kill left: a copy without its name, and what was written beside it for when it gets its name."""
    left = [(path, found) for path in folder.glob(f"record-{whose}-*") if (found := _LEFT.fullmatch(path.name))]
    unfinished = {found["copy"] for _, found in left if found["part"]}
    for path, found in left:
        if found["part"] or (found["copy"] in unfinished and not (folder / f"{found['copy']}.sqlite3").exists()):
            path.unlink()


def _look_for_room(record: Path, folder: Path) -> None:
    needed = sum(path.stat().st_size for path in (record, record.with_name(record.name + "-wal")) if path.exists())
    free = shutil.disk_usage(folder).free
    if free < needed + _SPARE_BYTES:
        raise BackupError(
            f"There is no room for a backup in {folder}: it takes {needed / 1e6:.0f} MB, and {free / 1e6:.0f} MB are free. "
            "Free some space there, or choose another folder."
        )


def _go_on(rest: Rest, seconds: float) -> None:
    if rest(seconds):
        raise BackupStopped(_STOPPED)


def _forget(descriptor: int) -> None:
    """Have the system read from the drive what it has in memory; a system that cannot reads from memory."""
    if hasattr(os, "posix_fadvise"):
        with contextlib.suppress(OSError):
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
